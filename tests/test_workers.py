"""Workers: the same bytes from any number of them, nothing lost when one dies, and nothing left when the run ends."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest

import pfocr_rdf
from conversions import Conversion, converted, jobs_of, small_database, small_record
from pfocr_rdf import Figure, WorkerError, conversion, workers
from pfocr_rdf.conversion import CHUNK
from pfocr_rdf.record import RecordBytes
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.workers import forked, in_order, process_runner
from processes import members, on_linux, started, wait_until


def test_the_database_of_these_tests_has_faults(of_mixed: dict[str, Conversion]) -> None:
    codes = of_mixed["turtle"].codes
    assert codes["figid-duplicate"] == codes["figure-iri-duplicate"] == codes["front-matter-missing"] == 1
    assert of_mixed["turtle"].counts.figures > 50
    assert of_mixed["turtle"].counts == of_mixed["ntriples"].counts


@pytest.mark.parametrize("size", [1, 7, 30, 64])
@pytest.mark.parametrize("format", FORMATS)
def test_the_size_of_chunks_changes_nothing(
    mixed: Path, of_mixed: dict[str, Conversion], format: str, size: int
) -> None:
    assert converted(mixed, format=format, size=size) == of_mixed[format]


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "size"), [(2, 1), (2, 9), (4, 7)])
@pytest.mark.parametrize("format", FORMATS)
def test_the_number_of_workers_changes_nothing(
    mixed: Path, of_mixed: dict[str, Conversion], format: str, workers: int, size: int
) -> None:
    assert converted(mixed, format=format, size=size, run=process_runner(workers)) == of_mixed[format]


def test_the_order_of_inputs_is_that_of_the_output(mixed: Path) -> None:
    files = sorted((mixed / "_figures").glob("PMC8000000*"), reverse=True)
    first = converted(*files, size=3)
    assert converted(*files, size=2, run=process_runner(2)) == first
    assert converted(*reversed(files)).output != first.output


def test_the_command_gives_the_same_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    folder = small_database(tmp_path / "database", [f"PMC{n}__a" for n in range(1, CHUNK + 9)])
    (folder / "_figures" / "PMC5__a.md").write_bytes(b"---\n")
    for n in (1, 2, 4):
        pfocr_rdf.convert([folder], tmp_path / f"{n}.ttl", report_file=tmp_path / f"{n}.report", jobs=n)
    for n in (2, 4):
        assert (tmp_path / f"{n}.ttl").read_bytes() == (tmp_path / "1.ttl").read_bytes()
        assert (tmp_path / f"{n}.report").read_bytes() == (tmp_path / "1.report").read_bytes()


def test_a_duplicate_in_another_chunk_is_left_out_whoever_converts_it(tmp_path: Path) -> None:
    folder = small_database(tmp_path / "database", [f"PMC{n}__a" for n in range(1, 8)])
    for name in ("PMC3__b.md", "PMC7__b.md"):
        (folder / "_figures" / name).write_bytes(small_record("PMC2__a", figtitle=f"Another of {name}"))
    alone = converted(folder)
    assert alone.codes["figid-duplicate"] == 2
    assert b"Another" not in alone.output
    for size in (1, 2, 3):
        for run in (process_runner(1), process_runner(2)):
            assert converted(folder, size=size, run=run) == alone


@on_linux
def test_an_exception_outside_the_workers_leaves_none_of_them(mixed: Path) -> None:
    before = members(os.getpgrp())

    def full(records: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        converted(mixed, size=2, run=process_runner(2), advance=full)
    # a server that forks workers may be started and stays; the workers do not
    wait_until(lambda: len(members(os.getpgrp()) - before) <= 2, 5, "workers gone")


# ---------------------------------------------------------------------------------------------- workers that die

SIZE = 20
FIGIDS = [f"PMC{1000 + number}__a" for number in range(50)]
DIED = "BrokenProcessPool"
WHY = {"kill": DIED, "tear": DIED, "end": DIED, "fail": "RuntimeError: the record is too much"}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records for three chunks."""
    return small_database(tmp_path_factory.mktemp("many") / "database", FIGIDS)


@pytest.fixture(scope="module")
def of_many(many: Path) -> bytes:
    """What they give."""
    return converted(many, format="turtle").output


def faulty(
    folder: Path, output: Path, fault: str, figid: str, *, marker: Path | None = None, jobs: int = 2
) -> subprocess.CompletedProcess[bytes]:
    """Convert with a converter that fails on one record."""
    script = Path(__file__).with_name("faults.py")
    options = ["convert", folder, "-o", output, "-j", jobs, "--report", output.with_suffix(".report")]
    return subprocess.run(
        [sys.executable, *map(str, (script, SIZE, fault, figid, marker or "-", *options))],
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("fault", "jobs", "index"),
    [("kill", 2, 0), ("kill", 2, 27), ("tear", 2, 49), ("end", 2, 39), ("fail", 2, 20), ("fail", 1, 19)],
)
def test_a_record_that_the_converter_fails_on_is_named_and_all_others_are_written_once(
    many: Path, tmp_path: Path, fault: str, jobs: int, index: int
) -> None:
    figid = FIGIDS[index]
    done = faulty(many, tmp_path / "x.ttl", fault, figid, jobs=jobs)
    assert done.returncode == 1
    found = [json.loads(line) for line in (tmp_path / "x.report").read_text().splitlines()]
    (error,) = [item for item in found if item["level"] == "error"]
    assert (error["code"], error["figid"]) == ("record-failed", figid)
    assert error["file"] == str(many / "_figures" / f"{figid}.md")
    assert WHY[fault] in error["message"]
    assert f"error: {error['file']}: record-failed:" in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    others = tmp_path / "others"
    shutil.copytree(many, others)
    (others / "_figures" / f"{figid}.md").unlink()
    assert (tmp_path / "x.ttl").read_bytes() == converted(others, format="turtle").output


@pytest.mark.parametrize(("fault", "index"), [("kill", 0), ("tear", 20), ("end", 49), ("fail", 33)])
def test_a_worker_that_dies_once_costs_nothing(
    many: Path, of_many: bytes, tmp_path: Path, fault: str, index: int
) -> None:
    marker = tmp_path / "died"
    done = faulty(many, tmp_path / "x.ttl", fault, FIGIDS[index], marker=marker)
    assert marker.exists()
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "x.ttl").read_bytes() == of_many
    assert (tmp_path / "x.report").read_bytes() == b""


@pytest.mark.parametrize(
    "error", [RuntimeError("no"), MemoryError(), RecursionError(), KeyError("x"), OSError(5, "io")]
)
def test_an_exception_in_this_process_costs_its_record_alone(
    many: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = vars(conversion)["parse_record"]

    def failing(content: RecordBytes, **options: Any) -> Figure | None:
        if content.stem in FIGIDS[3:5]:
            raise error
        figure: Figure | None = parse(content, **options)
        return figure

    monkeypatch.setattr(conversion, "parse_record", failing)
    given = converted(many, size=SIZE)
    assert given.counts.figures == len(FIGIDS) - 2
    assert given.codes == {"record-failed": 2}
    first, second = (json.loads(line) for line in given.report.splitlines())
    assert (first["figid"], second["figid"]) == (FIGIDS[3], FIGIDS[4])
    assert type(error).__name__ in first["message"]


def test_records_that_all_fail_give_nothing_but_diagnostics(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(content: RecordBytes, **options: Any) -> Figure | None:
        raise RuntimeError(content.stem)

    monkeypatch.setattr(conversion, "parse_record", failing)
    (job,) = jobs_of(many, len(FIGIDS))
    ((_, result),) = conversion.run_here([job])
    assert [found.code for (found,) in result.diagnostics] == ["record-failed"] * len(FIGIDS)
    assert (result.data, result.triples, result.contributions) == (b"", 0, ())


def test_workers_killed_from_outside_cost_nothing(mixed: Path, of_mixed: dict[str, Conversion]) -> None:
    killed: list[int] = []

    def kill(records: int) -> None:
        for worker in multiprocessing.active_children()[: 1 if len(killed) < 3 else 0]:
            worker.kill()
            killed.append(worker.pid or 0)

    assert converted(mixed, size=4, run=process_runner(2), advance=kill) == of_mixed["ntriples"]
    assert killed


def die_once(item: tuple[str, int]) -> int:
    """Kill the process that works on the number 5, unless a file says that this has been."""
    marker, number = item
    if number == 5 and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die(number: int) -> int:
    """Kill the process that works on the number 5, always."""
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_worker_of_calls_in_order_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    items = [(str(tmp_path / "died"), number) for number in range(20)]
    assert list(in_order(die_once, items, workers=2)) == list(range(20))
    assert (tmp_path / "died").exists()


def test_a_call_in_order_that_kills_each_worker_is_an_error_after_what_came_before() -> None:
    given: list[int] = []
    with pytest.raises(WorkerError, match="a worker process died, and another at the same work"):
        given.extend(in_order(die, range(20), workers=2))
    assert given == list(range(len(given)))
    assert len(given) <= 5


def test_no_more_workers_are_started_than_there_are_calls() -> None:
    assert len(set(in_order(pid, range(3), workers=50))) <= 3
    assert list(in_order(pid, [0], workers=50)) == [os.getpid()]


def pid(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


# ------------------------------------------------------------------------------------------- the caller's program


def test_a_process_that_the_caller_starts_meanwhile_is_left_alone(mixed: Path, of_mixed: dict[str, Conversion]) -> None:
    own: list[multiprocessing.process.BaseProcess] = []

    def start(_: int) -> None:
        if not own:
            own.append(multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,)))
            own[0].start()

    try:
        assert converted(mixed, size=4, run=process_runner(2), advance=start) == of_mixed["ntriples"]
        assert own[0].is_alive()
    finally:
        own[0].kill()
        own[0].join()


UNGUARDED = """
import sys, threading, time
import pfocr_rdf

threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()  # so that no worker is forked
pfocr_rdf.convert([sys.argv[1]], sys.argv[2], jobs=2, report=print)
"""


@on_linux
def test_a_program_that_its_workers_would_start_again_is_told_to_guard_itself(tmp_path: Path) -> None:
    database = small_database(tmp_path / "database", [f"PMC{n}__a" for n in range(1, CHUNK + 9)])
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED)
    command = [sys.executable, str(script), str(database), str(tmp_path / "x.nt")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120, text=True)
    assert done.stdout == ""  # no record is to blame
    said = "WorkerError: worker processes: end as soon as they start; a program that has some guards "
    assert said in done.stderr
    assert not (tmp_path / "x.nt").exists()


def convert_inside(database: str, output: str) -> str:
    """Convert with several workers, and give what is wrong."""
    try:
        pfocr_rdf.convert([database], output, jobs=2)
    except WorkerError as error:
        return str(error)
    return ""


def test_a_daemonic_process_which_may_start_none_is_told_so(tmp_path: Path) -> None:
    database = small_database(tmp_path / "database", [f"PMC{n}__a" for n in range(1, CHUNK + 9)])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        said = pool.apply(convert_inside, (str(database), str(tmp_path / "x.nt")))
    assert said == "worker processes: a daemonic process may start none; do without, with one job (-j 1)"


# ------------------------------------------------------------------------------------------------- what is left


def test_a_system_without_the_signal_of_a_closed_terminal(many: Path, of_many: bytes, tmp_path: Path) -> None:
    """Windows has none."""
    code = "import runpy, signal, sys; del signal.SIGHUP, sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
    program = (str(Path(__file__).with_name("faults.py")), str(SIZE), "fail", "none", "-")
    arguments = ("convert", str(many), "-o", str(tmp_path / "x.ttl"), "-j", "2", "-q")
    done = subprocess.run([sys.executable, "-c", code, *program, *arguments], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "x.ttl").read_bytes() == of_many


@on_linux
def test_a_run_that_is_done_leaves_no_process(many: Path, of_many: bytes, tmp_path: Path) -> None:
    arguments = (SIZE, "fail", "none", "-", "convert", many, "-o", tmp_path / "x.ttl", "-j", "2", "-q")
    with started(*map(str, arguments), program=Path(__file__).with_name("faults.py")) as process:
        stdout, stderr = process.communicate(timeout=60)
        assert not members(process.pid)
    assert (process.returncode, stdout, stderr) == (0, b"", b"")
    assert (tmp_path / "x.ttl").read_bytes() == of_many


def test_what_goes_to_a_worker_and_back_is_small(many: Path, tmp_path: Path) -> None:
    """Records on the file system are read where they are; results stay in files. What is small is not cut off."""
    (job,) = jobs_of(many, len(FIGIDS))
    assert len(pickle.dumps(job)) < 200 * len(FIGIDS)
    name = workers._left_in_file(str(tmp_path), conversion.convert_chunk, job)
    assert isinstance(name, str)
    assert workers._collected(name, unreachable).data == conversion.convert_chunk(job).data
    assert list(tmp_path.iterdir()) == []


def unreachable() -> Any:
    raise AssertionError("nothing is gone")


def test_what_a_full_disk_took_of_a_result_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dump(given: object, file: IO[bytes], protocol: int) -> None:
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pickle, "dump", dump)
    assert workers._left_in_file(str(tmp_path), str.upper, "a") == ("A",)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="holds no signals back")
def test_signals_are_heard_again_after_workers_were_started() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert list(in_order(abs, range(10), workers=2)) == list(range(10))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_result_comes_through_the_pipe_where_there_is_no_room_for_files(tmp_path: Path) -> None:
    left = workers._left_in_file(str(tmp_path / "gone"), str.upper, "a")
    assert left == ("A",)
    assert workers._collected(left, unreachable) == "A"


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Let a cleaner of temporary files be faster than who collects what workers left; give the folders it deleted."""
    deleted = []
    collect = vars(workers)["_collected"]

    def collected(left: str | tuple[Any], *again: Any) -> Any:
        if isinstance(left, str):
            deleted.append(Path(left).parent)
            shutil.rmtree(deleted[-1], ignore_errors=True)
        return collect(left, *again)

    monkeypatch.setattr(workers, "_collected", collected)
    return deleted


def test_a_conversion_loses_nothing_to_a_cleaner_of_temporary_files(
    mixed: Path, of_mixed: dict[str, Conversion], cleaned: list[Path]
) -> None:
    assert converted(mixed, size=5, run=process_runner(2)) == of_mixed["ntriples"]
    assert cleaned
    assert not cleaned[0].exists()


def test_a_call_in_order_loses_nothing_to_a_cleaner_of_temporary_files(cleaned: list[Path]) -> None:
    assert list(in_order(str.upper, "abcdefgh", workers=2)) == list("ABCDEFGH")
    assert cleaned


def test_a_forked_call_loses_nothing_to_a_cleaner_of_temporary_files(
    cleaned: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    assert list(forked(lambda number: number + 1, range(20), workers=2)) == list(range(1, 21))
    assert cleaned


KILLED = """
import os, signal, sys, time
from pfocr_rdf.executors import open_executor
from pfocr_rdf.workers import _pool

def pid(_):
    time.sleep(0.05)
    return os.getpid()

with open_executor(lambda: _pool(2, sys.argv[1]), []) as (executor, _):
    futures = [executor().submit(pid, number) for number in range(4)]
    pids = {future.result() for future in futures}
    time.sleep(0.1)  # one of them waits for work, with the lock, and the other for the lock
    for process in pids:
        os.kill(process, signal.SIGSTOP)
print(len(pids))
"""


def test_workers_that_have_nothing_more_to_do_are_not_waited_for(tmp_path: Path) -> None:
    """Where one was killed that held a lock, the others never end; here they are stopped, which looks alike."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, check=False, timeout=60, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")


UNFINISHED = """
from pfocr_rdf.workers import in_order

results = in_order(abs, range(100), workers=2)
print(next(results))
"""


def test_a_program_that_has_not_taken_all_results_ends() -> None:
    """What takes them is closed as the interpreter ends, when no thread can be started any more, nor be waited for."""
    done = subprocess.run([sys.executable, "-c", UNFINISHED], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"0\n", b"")


STOPPED = """
import sys, threading, time
from pfocr_rdf import pools
from pfocr_rdf.executors import open_executor
from pfocr_rdf.workers import _pool

pools.STOPPING_SECONDS = 30  # whatever else the machine does
pending = []
try:
    with open_executor(lambda: _pool(2, sys.argv[1]), pending) as (executor, _):
        pending += [(None, executor().submit(time.sleep, 60)) for _ in range(50)]
        raise RuntimeError
except RuntimeError:
    print(threading.active_count())
"""


@pytest.mark.parametrize("times", [1, pytest.param(5, marks=pytest.mark.slow)])
def test_a_program_whose_pool_is_stopped_with_work_pending_ends(times: int, tmp_path: Path) -> None:
    """The pool's own thread fails on a future that was cancelled, and may then hold the program up, for ever.

    And the thread is gone: while it closes its pipe, the interpreter, as it ends, would write to it and fail.
    """
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", STOPPED, str(tmp_path)], capture_output=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"1\n", b"")
