"""Worker processes of this machine, for chunks and for any other calls: what they give comes in order.

Worker processes leave what they give in files, and send the names. A large result that is cut off, as its worker is
killed, would leave its reader waiting for the rest, for ever, as other workers have the same pipe open; a name comes
whole or not at all. And a worker goes on to its next chunk without waiting until its result is wanted. Where the file
is gone by then, as a cleaner of temporary files was faster, what it held is made again in this process.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import shutil
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack, suppress
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from pfocr_rdf.conversion import ChunkResult, Job, Results, Runner, convert_chunk, run_here
from pfocr_rdf.executors import IN_FLIGHT, failed, open_executor, runner, submit_again
from pfocr_rdf.output import OutputError, temporary_folder
from pfocr_rdf.pools import WorkerError, WorkerPool, abandon
from pfocr_rdf.signals import ENDING, HANGUP

__all__ = ["forked", "in_order", "process_runner", "tune_collector"]

_Item = TypeVar("_Item")
_Given = TypeVar("_Given")

WORTH_FORKING: Final = 2
"""Items for each worker that make it worth to fork some."""


def process_runner(workers: int, waiting: Callable[[], object] | None = None) -> Runner:
    """Give a runner that converts chunks in worker processes of this machine.

    Args:
        workers: how many; with one, everything happens in this process.
        waiting: is told now and then while a chunk is waited for.

    Returns:
        The runner. It raises `WorkerError` when no worker can be started.
    """
    workers = _at_most(workers)
    if workers <= 1:
        return partial(run_here, waiting=waiting)

    def collect(left: str | tuple[ChunkResult], job: Job) -> ChunkResult:
        return _collected(left, partial(convert_chunk, job))

    def run(jobs: Iterable[Job]) -> Results:
        with temporary_folder() as folder:
            convert = partial(_left_in_file, folder, convert_chunk)
            run_over = runner(
                lambda: _pool(workers, folder), workers, convert=convert, collect=collect, waiting=waiting
            )
            yield from run_over(jobs)

    return run


def in_order(call: Callable[[_Item], _Given], items: Iterable[_Item], *, workers: int) -> Generator[_Given, None, None]:
    """Yield what a call gives for items, in their order, from worker processes of this machine.

    A worker that dies costs nothing, unless it dies again of the same item. Who does not take all of it closes it, at
    which the workers end.

    Args:
        call: what is called; it and the items must be such that they can go to another process.
        items: what it is called with; only as many are taken ahead as keep the workers busy.
        workers: how many at most, as no more than there are items are started; with one, everything happens in this
            process.

    Raises:
        WorkerError: when a worker dies of an item twice, or none can be started.
    """
    coming = iter(items)
    first = list(islice(coming, _at_most(workers)))
    if len(first) <= 1:
        yield from map(call, chain(first, coming))
        return
    number = len(first)
    with temporary_folder() as folder:
        try:
            leave = partial(_left_in_file, folder, call)
            yield from _through(lambda: _pool(number, folder), leave, call, chain(first, coming), number, again=True)
        except BrokenExecutor as error:
            raise WorkerError(
                "a worker process died, and another at the same work, perhaps for want of memory; try fewer, with -j"
            ) from error


def forked(
    call: Callable[[_Item], _Given],
    items: Iterable[_Item],
    here: Callable[[_Item], bool] = lambda _: False,
    *,
    workers: int,
) -> Iterator[_Given]:
    """Yield what a call gives for items, in their order, from processes that are forked for it.

    So the call may use what this process knows; the items are left in a file before. What is not worth it, what a
    process that died did not do, and everything where it is not safe to fork, is done in this process.

    Args:
        call: what is called. What it uses of this process's memory, each worker gets a copy of.
        items: what it is called with.
        here: tells which items are not left in the file, but done in this process, as are those it has no room for.
        workers: how many.
    """
    coming = iter(items)
    first: list[_Item] = []
    if workers > 1 and _can_fork():
        worth = WORTH_FORKING * workers
        for item in coming:
            first.append(item)
            worth -= not here(item)
            if worth < 0:
                break
    if len(first) <= WORTH_FORKING * workers or worth >= 0:
        yield from map(call, chain(first, coming))
        return
    own: dict[int, _Item] = {}
    ends = [0]
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder())
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder, buffering=0))
        except (OutputError, OSError):
            yield from map(call, chain(first, coming))
            return
        for number, item in enumerate(chain(first, coming)):
            if here(item) or not _written(file, pickle.dumps(item, pickle.HIGHEST_PROTOCOL)):
                own[number] = item
            ends.append(file.tell())

        def given(number: int) -> _Given:
            if number in own:
                return call(own[number])
            left = os.pread(file.fileno(), ends[number + 1] - ends[number], ends[number])
            return call(pickle.loads(left))  # noqa: S301 - from a file of our own

        done = 0
        make = partial(_pool, workers, folder, given)
        leave = partial(_left_in_file, folder, _inherited)
        with suppress(BrokenExecutor, MemoryError, WorkerError):
            for result in _through(make, leave, given, range(len(ends) - 1), workers, own.__contains__):
                yield result
                done += 1
        yield from map(given, range(done, len(ends) - 1))


def _written(file: IO[bytes], data: bytes) -> bool:
    """Write data to a file that has no buffer, and tell whether there was room for it."""
    try:
        return file.write(data) == len(data)
    except OSError:
        return False


def _through(
    make: Callable[[], Executor],
    leave: Callable[[_Item], Any],
    call: Callable[[_Item], Any],
    items: Iterable[_Item],
    workers: int,
    here: Callable[[_Item], bool] = lambda _: False,
    *,
    again: bool = False,
) -> Iterator[Any]:
    """Yield what is collected of what a call leaves for items on an executor; few are taken ahead.

    Args:
        make: makes the executor.
        leave: what is called there.
        call: what is called here, with items that are not sent, and those of which what was left is gone.
        items: what it is called with.
        workers: how many workers the executor has.
        here: tells which items are not sent.
        again: whether what was in flight when a worker died is sent again, one item after the other.

    Raises:
        BrokenExecutor: when a worker dies, or with `again`, when one dies of an item that was sent again.
    """
    pending: deque[tuple[_Item, Future[Any] | None]] = deque()

    def given(item: _Item, future: Future[Any] | None) -> Any:
        return call(item) if future is None else _collected(future.result(), partial(call, item))

    with open_executor(make, pending) as (executor, renew):

        def submitted(item: _Item) -> Future[Any] | None:
            if here(item):
                return None
            try:
                return executor().submit(leave, item)
            except BrokenExecutor as error:  # a worker died meanwhile; who waits for the first of them learns of it
                return failed(error)

        def alone(item: _Item) -> Any:
            """Give what a call gives for an item while nothing else is in flight that could break the executor."""
            return given(item, None if here(item) else submit_again(lambda: executor().submit(leave, item), renew))

        def first() -> list[Any]:
            """Give what the first gave that is pending, and what all gave if one of them may have killed its worker."""
            item, future = pending[0]
            try:
                result = given(item, future)
            except BrokenExecutor:
                if not again:
                    raise
            else:
                pending.popleft()
                return [result]
            renew()
            suspects = [item for item, _ in pending]
            pending.clear()
            return list(map(alone, suspects))

        for item in items:
            pending.append((item, submitted(item)))
            if len(pending) >= workers * IN_FLIGHT:
                yield from first()
        while pending:
            yield from first()


_inheritance: Callable[[Any], Any] | None = None
"""In a worker: what it was forked to call."""


def _inherited(item: Any) -> Any:
    """Call what this worker was forked to call."""
    assert _inheritance is not None
    return _inheritance(item)


def _left_in_file(folder: str, call: Callable[[_Item], _Given], item: _Item) -> str | tuple[_Given]:
    """Leave what a call gives in a file and give its name, or, where there is no room for files, the thing itself."""
    given = call(item)
    try:
        descriptor, name = tempfile.mkstemp(dir=folder)
    except OSError:
        return (given,)
    try:
        with os.fdopen(descriptor, "wb") as file:
            pickle.dump(given, file, pickle.HIGHEST_PROTOCOL)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()  # it would keep the disk full
        return (given,)
    return name


def _collected(left: str | tuple[_Given], again: Callable[[], _Given]) -> _Given:
    """Give what a worker left, and delete its file; where that is gone, the thing is made again."""
    if isinstance(left, tuple):
        return left[0]
    try:
        file = open(left, "rb")  # noqa: SIM115 - closed below
    except FileNotFoundError:
        file = None
    if file is None:
        return again()
    with file:
        given: _Given = pickle.load(file)  # noqa: S301 - in a folder of our own, which only we may open
    Path(left).unlink(missing_ok=True)
    return given


def _at_most(workers: int) -> int:
    """Give how many workers there can be at most, of those that are wished for."""
    return min(workers, 61) if os.name == "nt" else workers  # as many handles Windows can wait for at once


def _can_fork() -> bool:
    """Tell whether forking, which shares what is loaded already, is safe: with other threads it is not."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _pool(workers: int, folder: str, inherit: Callable[[Any], Any] | None = None) -> WorkerPool:
    """Make a pool of processes; `inherit`, for `_inherited`, asks for one that is forked.

    Raises:
        WorkerError: when none can be started.
    """
    if multiprocessing.current_process().daemon:
        raise WorkerError("worker processes: a daemonic process may start none; do without, with one job (-j 1)")
    method = "fork" if _can_fork() else None
    if method is None and "forkserver" in multiprocessing.get_all_start_methods():
        method = "forkserver"
    pool = WorkerPool(workers, method, _start_worker, folder, inherit)
    try:
        pool.submit(os.getpid)  # so that what keeps workers from starting is said at once
    except BaseException:  # an interrupt, among others
        abandon(pool)
        raise
    return pool


def _start_worker(folder: str, inherit: Callable[[Any], Any] | None) -> None:
    """Prepare a worker: an interrupt is the parent's to handle, and a worker does not outlive its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if HANGUP is not None and signal.getsignal(HANGUP) is not signal.SIG_IGN:  # else it is ignored, as with nohup
        signal.signal(HANGUP, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    if inherit is None:
        tune_collector()
    else:
        global _inheritance
        _inheritance = inherit
        gc.disable()  # which would write to all the memory that is shared
    if (parent := multiprocessing.parent_process()) is not None:
        threading.Thread(target=_watch, args=(parent, folder), daemon=True).start()


def _watch(parent: multiprocessing.process.BaseProcess, folder: str) -> None:
    parent.join()
    shutil.rmtree(folder, ignore_errors=True)  # the parent was killed, and cannot do it
    os._exit(1)


def tune_collector() -> None:
    """Let the garbage collector run less often: a conversion makes millions of small objects and no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
