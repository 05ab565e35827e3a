"""Chunks on any `concurrent.futures.Executor`, in order, with a bounded number in flight.

A worker that dies takes nothing with it: the chunks that were in flight are converted again, one at a time, and the one
that kills its worker again is cut smaller and smaller, until the record to blame is named.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from pfocr_rdf.conversion import ChunkResult, Job, Results, Runner, convert_chunk, salvage
from pfocr_rdf.database import RecordFile
from pfocr_rdf.errors import ReportedError
from pfocr_rdf.pools import GUARD, WorkerError, abandon, stop_processes

__all__ = ["IN_FLIGHT", "failed", "open_executor", "runner", "submit_again"]

IN_FLIGHT: Final = 2
"""Chunks in flight for each worker: one that it works on and one that waits."""

MAX_LOADED: Final = 8 * 1024**2
"""Bytes of files that are read here for one chunk, and sent with it: 8 MiB, or a record more; real ones have 2."""

CHECK_SECONDS = 10.0
"""How long a chunk is waited for, before it is asked whether the executor is still there."""

WAITING_SECONDS = 1.0
"""How often who waits for a chunk is told so."""

STARTS: Final = 2
"""How often an executor is made whose workers end as soon as they start, or before they have anything to do."""


def runner(
    make_executor: Callable[[], Executor],
    workers: int,
    *,
    convert: Callable[[Job], Any] = convert_chunk,
    collect: Callable[[Any, Job], ChunkResult] = lambda result, _: result,
    check: Callable[[], object] | None = None,
    waiting: Callable[[], object] | None = None,
) -> Runner:
    """Give a runner that converts chunks on an executor.

    Args:
        make_executor: makes the executor; it is called again when the executor is broken.
        workers: how many workers the executor has.
        convert: what the executor calls with each chunk.
        collect: gives the result of a chunk from what `convert` gave, and the chunk.
        check: raises a `ReportedError` when the executor is lost for good; it is asked when a chunk fails, and now and
            then while one is waited for.
        waiting: is told now and then while a chunk is waited for.

    Returns:
        The runner. It raises `WorkerError` when the executor is shut down, or no worker can start.
    """

    def still_there() -> None:
        if check is not None:
            check()

    def outcome_of(job: Job, future: Future[Any]) -> ChunkResult | Exception:
        """Wait for a chunk and give its result, or why there is none; what is raised here is no fault of the chunk's.

        So nothing is caught while it is waited, when a signal may raise whatever the program likes.
        """
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        asked = time.monotonic()
        while not done.wait(min(WAITING_SECONDS, CHECK_SECONDS)):
            if waiting is not None:
                waiting()
            if time.monotonic() - asked >= CHECK_SECONDS:
                still_there()
                asked = time.monotonic()
        if future.cancelled():
            return CancelledError()
        if (error := future.exception()) is None:
            try:
                return collect(future.result(), job)
            except Exception as fault:
                error = fault
        if isinstance(error, ReportedError) or not isinstance(error, Exception):
            raise error
        return error

    def run(jobs: Iterable[Job]) -> Results:
        pending: deque[tuple[Job, Future[Any]]] = deque()
        with open_executor(make_executor, pending) as (executor, renew):
            coming = _portable(jobs)

            def submitted(job: Job) -> Future[Any]:
                try:
                    return executor().submit(convert, job)
                except BrokenExecutor:
                    raise
                except RecursionError as error:  # of what is sent
                    return failed(error)
                except RuntimeError as error:
                    still_there()
                    raise WorkerError(f"{_SHUT_DOWN} ({error})") from error

            def attempt(job: Job) -> ChunkResult | Exception:
                """Convert a chunk while nothing else is in flight that could break the executor."""
                future = submit_again(lambda: submitted(job), renew)
                pending.appendleft((job, future))
                outcome = outcome_of(job, future)
                pending.popleft()
                if isinstance(outcome, BrokenExecutor):
                    renew()
                elif isinstance(outcome, Exception):
                    still_there()
                if isinstance(outcome, CancelledError):  # nobody here has cancelled it
                    raise WorkerError(_SHUT_DOWN)
                return outcome

            while True:
                while len(pending) < workers * IN_FLIGHT and (job := next(coming, None)) is not None:
                    try:
                        pending.append((job, submitted(job)))
                    except BrokenExecutor as error:  # a worker died meanwhile; below it is found out whose
                        pending.append((job, failed(error)))
                        break
                if not pending:
                    return
                job, future = pending[0]
                outcome = outcome_of(job, future)
                pending.popleft()  # not before: what is waited for is cancelled, too, when the run is stopped
                if isinstance(outcome, ChunkResult):
                    yield job, outcome
                    continue
                still_there()
                suspects = [job]
                if isinstance(outcome, BrokenExecutor):
                    # the pool is gone, and every chunk in flight may be the one that broke it
                    renew()
                    suspects += [job for job, _ in pending]
                    pending.clear()
                for suspect in suspects:
                    yield salvage(suspect, attempt)

    return run


def failed(error: Exception) -> Future[Any]:
    """Give a future of what has failed already."""
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def submit_again(submit: Callable[[], Future[Any]], renew: Callable[[], None]) -> Future[Any]:
    """Submit what was in flight as an executor broke; where a worker dies that has nothing of it, once more.

    Args:
        submit: submits it.
        renew: renews the executor.

    Raises:
        WorkerError: when workers die one after another.
    """
    for _ in range(STARTS):
        try:
            return submit()
        except BrokenExecutor:
            renew()
    raise WorkerError("worker processes: die one after another, perhaps for want of memory; try fewer, with -j")


_SHUT_DOWN: Final = (
    "the work was cancelled, as by an executor that is shut down, or a cluster that is restarted, before the run ends; "
    "run again"
)


def _portable(jobs: Iterable[Job]) -> Iterator[Job]:
    """Yield chunks that another process can read; those whose files must be sent along are cut by their bytes, too."""
    for job in jobs:
        records: list[RecordFile] = []
        size = 0
        for record in job.records:
            records.append(record.portable())
            size += records[-1].loaded
            if size >= MAX_LOADED:
                yield replace(job, records=tuple(records))
                records, size = [], 0
        if records:
            yield replace(job, records=tuple(records))


@contextmanager
def open_executor(
    make: Callable[[], Executor], pending: Iterable[tuple[Any, Future[Any] | None]]
) -> Iterator[tuple[Callable[[], Executor], Callable[[], None]]]:
    """Give the executor in use and what renews it; in the end, however it comes, its processes are stopped.

    Not every executor's `shutdown` has the option that cancels what is pending, so that is done here. A pool of
    processes must not have it: its own thread, which tells the futures that the processes are gone, fails on one that
    was cancelled, and what it then leaves undone may hold the program up at its end, for ever.

    Raises:
        WorkerError: when it is renewed, and its workers end as soon as they start.
    """
    current: list[Executor] = []

    def cancel() -> None:
        if not any(isinstance(executor, ProcessPoolExecutor) for executor in current):
            for _, future in pending:
                if future is not None:
                    future.cancel()

    def end() -> None:
        # a worker that waits for a lock of one that was killed waits for ever, and so does who waits for it
        stop_processes(current[0])
        current[0].shutdown(wait=True)

    def renew() -> None:
        cancel()
        for _ in range(STARTS):
            end()
            current[0] = make()
            try:
                current[0].submit(os.getpid).result()
            except BrokenExecutor:
                continue
            return
        raise WorkerError(f"worker processes: end as soon as they start; {GUARD}")

    try:
        current.append(make())
        yield lambda: current[0], renew
        end()
    except BaseException:
        cancel()
        for executor in current:
            if isinstance(executor, ProcessPoolExecutor):
                abandon(executor)
            else:
                executor.shutdown(wait=False)
        raise
