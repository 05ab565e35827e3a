"""Any executor: the same bytes in the same order, few chunks in flight, and each failure laid at its record's door."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conversions import Conversion, converted, jobs_of
from pfocr_rdf import executors
from pfocr_rdf.conversion import CHUNK, ChunkResult, Job, convert_chunk
from pfocr_rdf.database import open_input
from pfocr_rdf.executors import IN_FLIGHT, STARTS, runner
from pfocr_rdf.jsonld import expand_blocks
from pfocr_rdf.pools import WorkerError
from pfocr_rdf.serialization import FORMATS


class Immediate(Executor):
    """An executor that runs what is submitted at once, and counts."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        self.submitted += 1
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **options))
        except Exception as error:
            future.set_exception(error)
        return future


class Plain(ThreadPoolExecutor):
    """An executor whose `shutdown` has the one argument that every executor's has, as Dask's."""

    def shutdown(self, wait: bool = True) -> None:  # type: ignore[override]
        super().shutdown(wait)


@pytest.mark.parametrize("make", [partial(ThreadPoolExecutor, 3), partial(Plain, 2), Immediate])
@pytest.mark.parametrize("format", FORMATS)
def test_any_executor_gives_the_same_bytes(
    mixed: Path, of_mixed: dict[str, Conversion], make: Callable[[], Executor], format: str
) -> None:
    assert converted(mixed, format=format, size=5, run=runner(make, 2)) == of_mixed[format]


@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_in_flight_is_bounded_and_in_order(mixed: Path, workers: int) -> None:
    executor = Immediate()
    jobs = jobs_of(mixed, 2)
    taken = given = most = 0

    def coming() -> Iterator[Job]:
        nonlocal taken
        for job in jobs:
            taken += 1
            yield job

    for job, result in runner(lambda: executor, workers)(coming()):
        assert job.records == jobs[given].records
        assert isinstance(result, ChunkResult)
        most = max(most, executor.submitted - given, taken - given)
        given += 1
    assert given == len(jobs) > 20
    assert most <= workers * IN_FLIGHT


@pytest.mark.parametrize("size", [1, 7, CHUNK])
def test_what_is_sent_of_an_archive_is_bounded_in_bytes(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    archive = shutil.make_archive(str(tmp_path / "x"), "zip", mixed)
    alone = converted(archive)
    largest = max(path.stat().st_size for path in (mixed / "_figures").iterdir()) * 4  # with its tables
    bound = 3 * largest
    monkeypatch.setattr(executors, "MAX_LOADED", bound)
    sent: list[int] = []

    class Watching(Immediate):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            (job,) = arguments
            assert job.records
            sent.append(sum(record.loaded for record in job.records))
            return super().submit(function, *arguments, **options)

    assert converted(archive, size=size, run=runner(Watching, 2)) == alone
    assert max(sent) <= bound + largest
    assert len(sent) >= sum(sent) / (bound + largest) > 1


def test_a_chunk_that_fails_on_the_executor_is_cut_until_the_record_is_named(
    mixed: Path, of_mixed: dict[str, Conversion]
) -> None:
    bad = "PMC80000010__"

    class Failing(Immediate):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            (job,) = arguments
            if any(record.stem.startswith(bad) for record in job.records):
                future: Future[Any] = Future()
                future.set_exception(RuntimeError("no"))
                return future
            return super().submit(function, *arguments, **options)

    given = converted(mixed, size=16, run=runner(Failing, 2))
    assert given.codes["record-failed"] == 1
    assert given.counts.figures == of_mixed["ntriples"].counts.figures - 1
    (line,) = (json.loads(line) for line in given.report.splitlines() if b"record-failed" in line)
    assert line["figid"].startswith(bad)
    assert "(RuntimeError: no)" in line["message"]


def test_an_executor_that_breaks_once_is_made_anew(mixed: Path, of_mixed: dict[str, Conversion]) -> None:
    made: list[Executor] = []

    class Breaking(Immediate):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            if len(made) == 1 and self.submitted == 3:
                raise BrokenExecutor("a worker is gone")
            return super().submit(function, *arguments, **options)

    def make() -> Executor:
        made.append(Breaking())
        return made[-1]

    assert converted(mixed, size=5, run=runner(make, 2)) == of_mixed["ntriples"]
    assert len(made) == 2


def processes() -> ProcessPoolExecutor:
    """A pool that is not this package's own."""
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("cancelled", [False, True], ids=["", "what waits is cancelled"])
@pytest.mark.parametrize("make", [partial(ThreadPoolExecutor, 2), processes])
def test_an_executor_that_is_shut_down_in_mid_run_ends_it_and_blames_no_record(
    mixed: Path, make: Callable[[], ThreadPoolExecutor | ProcessPoolExecutor], cancelled: bool
) -> None:
    made = []

    def making() -> Executor:
        made.append(make())
        return made[-1]

    def shut_down(_: int) -> None:
        made[-1].shutdown(wait=False, cancel_futures=cancelled)

    with pytest.raises(WorkerError, match="shut down"):
        converted(mixed, size=2, run=runner(making, 2), advance=shut_down)


class Breaks(Immediate):
    """An executor whose workers end as soon as they start."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        raise BrokenExecutor("a worker is gone")


def test_workers_that_end_as_soon_as_they_start_end_the_run_and_no_record_is_to_blame(mixed: Path) -> None:
    made: list[Executor] = []

    def make() -> Executor:
        made.append(Breaks())
        return made[-1]

    with pytest.raises(WorkerError, match="end as soon as they start"):
        converted(mixed, run=runner(make, 2))
    assert len(made) == 1 + STARTS


@pytest.mark.parametrize("error", [TimeoutError, RuntimeError, OSError])
def test_what_a_signal_raises_while_a_chunk_is_waited_for_is_no_fault_of_the_chunk(
    mixed: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """As a limit of time does that a program sets itself."""
    monkeypatch.setattr(executors, "WAITING_SECONDS", 0.01)
    told: list[int] = []
    late = threading.Event()

    def held(job: Job) -> ChunkResult:
        late.wait(30)
        return convert_chunk(job)

    def too_late() -> None:
        told.append(1)
        raise error("it takes too long")

    try:
        with pytest.raises(error, match="it takes too long"):
            converted(mixed, run=runner(partial(ThreadPoolExecutor, 2), 2, convert=held, waiting=too_late))
    finally:
        late.set()
    assert len(told) == 1


def test_a_worker_that_dies_with_nothing_to_do_costs_no_record(mixed: Path, of_mixed: dict[str, Conversion]) -> None:
    """The record that was sent next is not to blame."""
    made: list[Executor] = []

    class Dying(Immediate):
        """The first breaks over what it is given, the second as it is given something, the third is sound."""

        def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            if len(made) == 2 and self.submitted:
                raise BrokenExecutor("a worker is gone")
            future = super().submit(function, *arguments, **options)
            if len(made) == 1:
                future = Future()
                future.set_exception(BrokenExecutor("a worker is gone"))
            return future

    def make() -> Executor:
        made.append(Dying())
        return made[-1]

    assert converted(mixed, size=5, run=runner(make, 2)) == of_mixed["ntriples"]
    assert len(made) == 3


def test_an_executor_that_refuses_says_why(mixed: Path) -> None:
    class Refusing(Immediate):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            raise RuntimeError("can't start new thread")

    with pytest.raises(WorkerError, match=r"\(can't start new thread\)$"):
        converted(mixed, run=runner(Refusing, 2))


def test_the_chunk_that_is_waited_for_is_cancelled_when_the_run_is_stopped(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "WAITING_SECONDS", 0.01)
    futures: list[Future[Any]] = []

    class Busy(Immediate):
        """An executor whose workers have other work to do."""

        def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
            futures.append(Future())
            return futures[-1]

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        converted(mixed, size=5, run=runner(Busy, 2, waiting=stop))
    assert len(futures) == 2 * IN_FLIGHT
    assert all(future.cancelled() for future in futures)


def test_who_waits_for_a_chunk_is_told_so(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "WAITING_SECONDS", 0.01)
    going_on = threading.Event()

    def held(job: Job) -> ChunkResult:
        assert going_on.wait(30)
        return convert_chunk(job)

    run = runner(partial(ThreadPoolExecutor, 2), 2, convert=held, waiting=going_on.set)
    assert converted(mixed, size=20, run=run) == converted(mixed)


@pytest.mark.parametrize("make", [partial(ThreadPoolExecutor, 2), partial(Plain, 2)])
def test_an_exception_outside_the_workers_ends_the_run_and_cancels_what_waits(
    mixed: Path, make: Callable[[], Executor]
) -> None:
    done: list[int] = []

    class FullDiskError(Exception):
        pass

    def full(records: int) -> None:
        done.append(records)
        if len(done) == 3:
            raise FullDiskError

    with pytest.raises(FullDiskError):
        converted(mixed, size=2, run=runner(make, 2), advance=full)
    assert len(done) == 3
    for thread in threading.enumerate():
        if thread.name.startswith("ThreadPoolExecutor"):
            thread.join(5)
            assert not thread.is_alive()


def test_threads_that_expand_blocks_of_own_contexts_give_what_one_does() -> None:
    """PyLD keeps contexts for all threads together, and does not say that it is for one at a time."""
    blocks = [{"@context": {"q": f"http://x.org/{n}/"}, "@id": f"http://a.org/{n}", "q:p": "v"} for n in range(400)]
    bases = [f"http://a.org/{n}" for n in range(400)]
    expected = list(expand_blocks(blocks, bases))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            some = [(blocks[n : n + 40], bases[n : n + 40]) for n in range(0, 400, 40)]
            for _ in range(3):
                found = list(pool.map(lambda given: list(expand_blocks(*given)), some))
                assert [block for part in found for block in part] == expected
    finally:
        sys.setswitchinterval(interval)


def test_threads_that_read_records_of_one_archive_get_what_one_does(tmp_path: Path, examples: Path) -> None:
    for form in ("zip", "gztar"):
        archive = shutil.make_archive(str(tmp_path / "checkout"), form, examples)
        records = open_input(archive, report=print).records * 20
        expected = [record.read(print) for record in records]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda record: record.read(print), records)) == expected
