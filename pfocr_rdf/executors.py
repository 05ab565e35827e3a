"""Chunks on any `concurrent.futures.Executor`, in order, with a bounded number in flight.

A worker that dies takes nothing with it: the chunks that were in flight are converted again, one at a time, and the one
that kills its worker again is cut smaller and smaller, until the record to blame is named.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from pfocr_rdf.conversion import ChunkResult, Job, Runner, convert_chunk, salvage
from pfocr_rdf.database import RecordFile
from pfocr_rdf.errors import ReportedError

__all__ = ["IN_FLIGHT", "WorkerError", "open_executor", "runner"]

IN_FLIGHT: Final = 2
"""Chunks in flight for each worker: one that it works on and one that waits."""

MAX_LOADED: Final = 8 * 1024**2
"""Bytes of files that are read here for one chunk, and sent with it: 8 MiB, or a record more; real ones have 2."""

CHECK_SECONDS = 10.0
"""How long a chunk is waited for, before it is asked whether the executor is still there."""

STOPPING_SECONDS: Final = 1.0
"""How long processes and threads are waited for that were told to stop."""


class WorkerError(ReportedError):
    """Workers that died, cannot be started, or are out of reach; its message says what to do."""


def runner(
    make_executor: Callable[[], Executor],
    workers: int,
    *,
    convert: Callable[[Job], Any] = convert_chunk,
    collect: Callable[[Any, Job], ChunkResult] = lambda result, _: result,
    check: Callable[[], object] | None = None,
) -> Runner:
    """Give a runner that converts chunks on an executor.

    Args:
        make_executor: makes the executor; it is called again when the executor is broken.
        workers: how many workers the executor has.
        convert: what the executor calls with each chunk.
        collect: gives the result of a chunk from what `convert` gave, and the chunk.
        check: raises a `ReportedError` when the executor is lost for good; it is asked when a chunk fails, and now and
            then while one is waited for.
    """

    def result_of(job: Job, future: Future[Any]) -> ChunkResult:
        while True:
            try:
                return collect(future.result(CHECK_SECONDS if check is not None else None), job)
            except TimeoutError:
                if future.done():
                    raise
                still_there()

    def still_there() -> None:
        if check is not None:
            check()

    def run(jobs: Iterable[Job]) -> Iterator[tuple[Job, ChunkResult]]:
        pending: deque[tuple[Job, Future[Any]]] = deque()
        with open_executor(make_executor, pending) as (executor, renew):
            coming = _portable(jobs)

            def call(job: Job) -> ChunkResult:
                try:
                    return result_of(job, executor().submit(convert, job))
                except BrokenExecutor:
                    renew()
                    raise
                except Exception:
                    still_there()
                    raise

            while True:
                while len(pending) < workers * IN_FLIGHT and (job := next(coming, None)) is not None:
                    try:
                        pending.append((job, executor().submit(convert, job)))
                    except BrokenExecutor:  # a worker died meanwhile; the loop below finds out whose
                        renew()
                        pending.append((job, executor().submit(convert, job)))
                if not pending:
                    return
                job, future = pending.popleft()
                try:
                    result = result_of(job, future)
                except ReportedError:
                    raise
                except Exception as error:
                    still_there()
                    suspects = [job]
                    if isinstance(error, BrokenExecutor):
                        # the pool is gone, and every chunk in flight may be the one that broke it
                        renew()
                        suspects += [job for job, _ in pending]
                        pending.clear()
                    for suspect in suspects:
                        yield salvage(suspect, call)
                else:
                    yield job, result

    return run


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

    Not every executor's `shutdown` can cancel what is pending (Dask's cannot), so that is done here. A pool of
    processes must not have it: its own thread, which tells the futures that the processes are gone, fails on one that
    was cancelled, and what it then leaves undone may hold the program up at its end, for ever.
    """
    before = set(multiprocessing.active_children())
    current: list[Executor] = []

    def cancel() -> None:
        if not any(isinstance(executor, ProcessPoolExecutor) for executor in current):
            for _, future in pending:
                if future is not None:
                    future.cancel()

    def stop() -> None:
        _stop(set(multiprocessing.active_children()) - before)

    def end() -> None:
        if isinstance(current[0], ProcessPoolExecutor):
            stop()  # a worker that waits for a lock of one that was killed waits for ever, and so does who waits for it
        current[0].shutdown(wait=True)

    def renew() -> None:
        cancel()
        end()
        current[0] = make()

    try:
        current.append(make())
        yield lambda: current[0], renew
        end()
    except BaseException:
        cancel()
        for executor in current:
            if not isinstance(executor, ProcessPoolExecutor):
                executor.shutdown(wait=False)
        stop()
        for executor in current:
            if isinstance(executor, ProcessPoolExecutor):
                _end_stopped(executor)
        raise


def _end_stopped(pool: ProcessPoolExecutor) -> None:
    """Shut down a pool whose processes were stopped, and wait for its thread, but not for long.

    A program that ends while this thread closes its pipe would write to it, and complain on standard error. In one that
    is past its end, the interpreter has waited for the thread, and no other comes to run.
    """
    if sys.is_finalizing():
        return
    waiting = threading.Thread(target=pool.shutdown, daemon=True)
    try:
        waiting.start()
    except RuntimeError:  # no thread can be started
        pool.shutdown(wait=False)
    else:
        waiting.join(STOPPING_SECONDS)


def _stop(processes: set[multiprocessing.process.BaseProcess]) -> None:
    """Stop processes: ask, and after `STOPPING_SECONDS` kill."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOPPING_SECONDS
    for process in processes:
        process.join(max(0, deadline - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
