"""Chunks on any `concurrent.futures.Executor`, in order, with a bounded number in flight.

A worker that dies takes nothing with it: the chunks that were in flight are converted again, one at a time, and the one
that kills its worker again is cut smaller and smaller, until the record to blame is named.
"""

from __future__ import annotations

import copy
import multiprocessing
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from typing import Any, Final

from pfocr_rdf.conversion import ChunkResult, Job, Results, Runner, convert_chunk, salvage
from pfocr_rdf.database import RecordFile
from pfocr_rdf.errors import ReportedError

__all__ = ["GUARD", "IN_FLIGHT", "WorkerError", "WorkerPool", "abandon", "open_executor", "runner"]

IN_FLIGHT: Final = 2
"""Chunks in flight for each worker: one that it works on and one that waits."""

MAX_LOADED: Final = 8 * 1024**2
"""Bytes of files that are read here for one chunk, and sent with it: 8 MiB, or a record more; real ones have 2."""

CHECK_SECONDS = 10.0
"""How long a chunk is waited for, before it is asked whether the executor is still there."""

WAITING_SECONDS = 1.0
"""How often who waits for a chunk is told so."""

STARTS: Final = 2
"""How often an executor is made whose workers end as soon as they start."""

STOPPING_SECONDS: Final = 1.0
"""How long processes and threads are waited for that were told to stop."""


GUARD: Final = (
    'a program that has some guards what it begins with by `if __name__ == "__main__":`, or does without, with one job '
    "(-j 1)"
)
"""What to do where a worker, which reads the program's main module, would start the program again."""


class WorkerError(ReportedError):
    """Workers that died, cannot be started, or are out of reach; its message says what to do."""


class WorkerPool(ProcessPoolExecutor):
    """A pool that knows its processes from before they start, so that an interrupt at any moment finds them all.

    Attributes:
        processes: all that it has made; some may not have started, or have ended.
    """

    def __init__(self, workers: int, method: str | None, initializer: Callable[..., object], *initargs: object) -> None:
        """Make a pool, whose processes start as they are needed.

        Args:
            workers: how many processes.
            method: how they start, a name that `multiprocessing` knows, or None for the usual one.
            initializer: is called in each as it starts.
            initargs: what that is called with.
        """
        self.processes: list[BaseProcess] = []
        context: Any = copy.copy(multiprocessing.get_context(method))  # which all programs of this process share
        make = context.Process

        def noted(*arguments: Any, **options: Any) -> BaseProcess:
            process: BaseProcess = make(*arguments, **options)
            self.processes.append(process)
            return process

        context.Process = noted
        super().__init__(workers, mp_context=context, initializer=initializer, initargs=initargs)


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

    def result_of(job: Job, future: Future[Any]) -> ChunkResult:
        asked = time.monotonic()
        while True:
            try:
                return collect(future.result(min(WAITING_SECONDS, CHECK_SECONDS)), job)
            except TimeoutError:
                if future.done():
                    raise
                if waiting is not None:
                    waiting()
                if time.monotonic() - asked >= CHECK_SECONDS:
                    still_there()
                    asked = time.monotonic()

    def still_there() -> None:
        if check is not None:
            check()

    def run(jobs: Iterable[Job]) -> Results:
        pending: deque[tuple[Job, Future[Any]]] = deque()
        with open_executor(make_executor, pending) as (executor, renew):
            coming = _portable(jobs)

            def submitted(job: Job) -> Future[Any]:
                try:
                    return executor().submit(convert, job)
                except (BrokenExecutor, RecursionError):
                    raise
                except RuntimeError as error:
                    still_there()
                    raise WorkerError(_SHUT_DOWN) from error

            def call(job: Job) -> ChunkResult:
                try:
                    return result_of(job, submitted(job))
                except BrokenExecutor:
                    renew()
                    raise
                except CancelledError as error:  # nobody here has cancelled it
                    still_there()
                    raise WorkerError(_SHUT_DOWN) from error
                except Exception:
                    still_there()
                    raise

            while True:
                while len(pending) < workers * IN_FLIGHT and (job := next(coming, None)) is not None:
                    try:
                        pending.append((job, submitted(job)))
                    except BrokenExecutor as error:  # a worker died meanwhile; the loop below finds out whose
                        broken: Future[Any] = Future()
                        broken.set_exception(error)
                        pending.append((job, broken))
                        break
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

    Not every executor's `shutdown` can cancel what is pending (Dask's cannot), so that is done here. A pool of
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
        _stop(_processes_of(current[0]))
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


def abandon(pool: ProcessPoolExecutor) -> None:
    """Stop a pool and its processes, whatever they do, and wait for its thread, but not for long.

    A program that ends while this thread closes its pipe would write to it, and complain on standard error. In one that
    is past its end, the interpreter has waited for the thread, and no other comes to run.
    """
    _stop(_processes_of(pool))
    if sys.is_finalizing():
        return
    waiting = threading.Thread(target=pool.shutdown, daemon=True)
    try:
        waiting.start()
    except RuntimeError:  # no thread can be started
        pool.shutdown(wait=False)
    else:
        waiting.join(STOPPING_SECONDS)


def _processes_of(executor: Executor) -> set[BaseProcess]:
    """Give those processes of an executor that are alive, and none that the program has of its own."""
    if isinstance(executor, WorkerPool):
        known: Iterable[BaseProcess] = executor.processes
    else:  # a pool that somebody else has made; only from Python 3.14 on it can end its processes by itself
        known = list((getattr(executor, "_processes", None) or {}).values())
    return set(multiprocessing.active_children()).intersection(known)


def _stop(processes: set[BaseProcess]) -> None:
    """Stop processes: ask, and after `STOPPING_SECONDS` kill."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOPPING_SECONDS
    for process in processes:
        process.join(max(0, deadline - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
