"""Chunks in worker processes: on any `concurrent.futures.Executor`, in order, with a bounded number in flight.

A worker that dies takes nothing with it: the chunks that were in flight are converted again, one at a time, and the one
that kills its worker again is cut smaller and smaller, until the record to blame is named.

Worker processes leave what they give in files, and send the names. A large result that is cut off, as its worker is
killed, would leave its reader waiting for the rest, for ever, as other workers have the same pipe open; a name comes
whole or not at all. And a worker goes on to its next chunk without waiting until its result is wanted. Where the file
is gone by then, as a cleaner of temporary files was faster, what it held is made again in this process.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import pickle
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from pfocr_rdf import __version__
from pfocr_rdf.cache import converter_versions
from pfocr_rdf.conversion import ChunkResult, Job, Runner, convert_chunk, run_here, salvage
from pfocr_rdf.database import InputError, RecordFile, found_anywhere
from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.extras import MissingExtraError
from pfocr_rdf.output import OutputError, temporary_folder
from pfocr_rdf.signals import ENDING, HANGUP

__all__ = ["WorkerError", "dask_runner", "forked", "in_order", "process_runner", "runner", "tune_collector"]

_Item = TypeVar("_Item")
_Given = TypeVar("_Given")

IN_FLIGHT: Final = 2
"""Chunks in flight for each worker: one that it works on and one that waits."""

MAX_LOADED: Final = 8 * 1024**2
"""Bytes of files that are read here for one chunk, and sent with it: 8 MiB, or a record more; real ones have 2."""

WORTH_FORKING: Final = 2
"""Items for each worker that make it worth to fork some."""

CHECK_SECONDS = 10.0
"""How long a chunk is waited for, before it is asked whether the executor is still there."""

STOPPING_SECONDS: Final = 1.0
"""How long processes and threads are waited for that were told to stop."""

PATIENCE = 30.0
"""Seconds that a cluster may be without workers."""

_SCHEDULER: Final = re.compile(r"(tcp|tls|ucx|wss?)://[^\s/]+:[0-9]+/?")


def process_runner(workers: int) -> Runner:
    """Give a runner that converts chunks in worker processes of this machine.

    Args:
        workers: how many; with one, everything happens in this process.
    """
    if workers <= 1:
        return run_here

    def collect(left: str | tuple[ChunkResult], job: Job) -> ChunkResult:
        return _collected(left, partial(convert_chunk, job))

    def run(jobs: Iterable[Job]) -> Iterator[tuple[Job, ChunkResult]]:
        with temporary_folder() as folder:
            convert = partial(_left_in_file, folder, convert_chunk)
            yield from runner(lambda: _pool(workers, folder), workers, convert=convert, collect=collect)(jobs)

    return run


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
        with _executors(make_executor, pending) as (executor, renew):
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


class WorkerError(ReportedError):
    """A worker process died."""


def in_order(call: Callable[[_Item], _Given], items: Iterable[_Item], *, workers: int) -> Generator[_Given, None, None]:
    """Yield what a call gives for items, in their order, from worker processes of this machine.

    Who does not take all of it closes it, at which the workers end.

    Args:
        call: what is called; it and the items must be such that they can go to another process.
        items: what it is called with; only as many are taken ahead as keep the workers busy.
        workers: how many; with one, everything happens in this process.

    Raises:
        WorkerError: when a worker dies.
    """
    if workers <= 1:
        yield from map(call, items)
        return
    with temporary_folder() as folder:
        try:
            leave = partial(_left_in_file, folder, call)
            yield from _through(lambda: _pool(workers, folder), leave, call, items, workers)
        except BrokenExecutor as error:
            raise WorkerError("a worker process died, perhaps for want of memory; try fewer, with -j") from error


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
) -> Iterator[Any]:
    """Yield what is collected of what a call leaves for items on an executor; few are taken ahead.

    Args:
        make: makes the executor.
        leave: what is called there.
        call: what is called here, with items that are not sent, and those of which what was left is gone.
        items: what it is called with.
        workers: how many workers the executor has.
        here: tells which items are not sent.
    """
    pending: deque[tuple[_Item, Future[Any] | None]] = deque()

    def given() -> Any:
        item, future = pending.popleft()
        return call(item) if future is None else _collected(future.result(), partial(call, item))

    with _executors(make, pending) as (executor, _):
        for item in items:
            pending.append((item, None if here(item) else executor().submit(leave, item)))
            if len(pending) >= workers * IN_FLIGHT:
                yield given()
        while pending:
            yield given()


_inheritance: Callable[[Any], Any] | None = None
"""In a worker: what it was forked to call."""


def _inherited(item: Any) -> Any:
    """Call what this worker was forked to call."""
    assert _inheritance is not None
    return _inheritance(item)


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
def _executors(
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


def _left_in_file(folder: str, call: Callable[[_Item], _Given], item: _Item) -> str | tuple[_Given]:
    """Leave what a call gives in a file and give its name, or, where there is no room for files, the thing itself."""
    given = call(item)
    try:
        descriptor, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            pickle.dump(given, file, pickle.HIGHEST_PROTOCOL)
    except OSError:
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


def _can_fork() -> bool:
    """Tell whether forking, which shares what is loaded already, is safe: with other threads it is not."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _pool(workers: int, folder: str, inherit: Callable[[Any], Any] | None = None) -> ProcessPoolExecutor:
    """Make a pool of processes; `inherit`, for `_inherited`, asks for one that is forked."""
    method = "fork" if _can_fork() else None
    if method is None and "forkserver" in multiprocessing.get_all_start_methods():
        method = "forkserver"
    context = multiprocessing.get_context(method)
    with _starting():
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(folder, inherit))
    if method == "fork":
        # workers are forked now, and a signal that comes meanwhile waits until they have given up our handlers
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            with _starting():
                pool.submit(os.getpid)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


@contextmanager
def _starting() -> Iterator[None]:
    """Say what it is that fails when the system lets no process start."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # no process, no semaphore, or no thread
        reason = why(error) if isinstance(error, OSError) else error
        raise WorkerError(f"worker processes: cannot be started: {reason}; do without, with -j 1") from error


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


@contextmanager
def dask_runner(address: str, folders: Sequence[str] = ()) -> Iterator[Runner]:
    """Give a runner on an existing Dask cluster, which shares the input's file system with this process.

    Args:
        address: the scheduler, such as `tcp://scheduler:8786`.
        folders: what workers must find, by absolute paths.

    Raises:
        MissingExtraError: when the extra `dask` is not installed.
        InputError: when there is no scheduler.
        WorkerError: when it has no workers, or one without this package or the folders, or when it is gone in the run.
    """
    if not _SCHEDULER.fullmatch(address):  # a client made with another would stay, and say so when the program ends
        raise InputError(f"{address}: is no address of a Dask scheduler; give tcp://HOST:PORT")
    try:
        from distributed import Client, Security
    except ImportError:
        raise MissingExtraError("dask", "running on a Dask cluster") from None
    security: Any = Security
    if address.startswith("tls:") and security().get_connection_args("client").get("ssl_context") is None:
        raise InputError(f"{address}: needs certificates; name them in Dask's configuration, distributed.comm.tls")
    try:
        client = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(
            f"{address}: no Dask scheduler answers ({error}); give its address, tcp://HOST:PORT"
        ) from error

    def check() -> None:
        """Raise when the cluster is gone, or has been without workers for a while."""
        try:
            if client.status == "running":
                client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            message = f"{address}: the Dask cluster has no workers; start some, with `dask worker {address}`"
            raise WorkerError(message) from None
        except (OSError, RuntimeError):  # the connection was lost in asking
            pass
        if client.status != "running":
            raise WorkerError(f"{address}: the Dask scheduler is gone; start it and run again")

    with _silent("distributed"), client:
        check()
        _check_versions(client, address)
        _check_folders(client, address, folders)
        workers = max(1, sum(client.nthreads().values()))  # type: ignore[no-untyped-call]
        run = runner(lambda: client.get_executor(pure=False), workers, check=check)  # type: ignore[no-untyped-call]

        def guarded(jobs: Iterable[Job]) -> Iterator[tuple[Job, ChunkResult]]:
            try:
                yield from run(map(_anywhere, jobs))
            except ReportedError:
                raise
            except Exception:  # what a client says that has lost its scheduler, when it is given more to do
                check()
                raise

        yield guarded


def _anywhere(job: Job) -> Job:
    """Give a chunk whose files are found from wherever a worker is."""
    return replace(job, records=tuple(map(found_anywhere, job.records)))


def _check_versions(client: Any, address: str) -> None:
    """Check that the workers have this very package, on the same libraries: others would give other bytes, or fail.

    Raises:
        WorkerError: when a worker has none, or another.
    """

    def digest() -> str | None:  # inside a function, it goes to the workers as code, whatever they have
        try:
            import pfocr_rdf
        except ImportError:
            return None
        try:
            from pfocr_rdf.cache import converter_digest
        except ImportError:
            return f"version {pfocr_rdf.__version__}"
        return converter_digest().hex()

    for worker, found in sorted(client.run(digest, on_error="return").items()):
        if found is None:
            raise WorkerError(f"{address}: the worker {worker} has no pfocr-rdf; install version {__version__} there")
        if found != digest():
            wanted = ", ".join(converter_versions())
            message = f"the worker {worker} has another pfocr-rdf, or another library; install {wanted} there"
            raise WorkerError(f"{address}: {message}")


def _check_folders(client: Any, address: str, folders: Sequence[str]) -> None:
    """Check that the workers find folders.

    Raises:
        WorkerError: when one does not.
    """
    for folder in folders:
        for worker, found in sorted(client.run(os.path.isdir, folder, on_error="return").items()):
            if found is not True:
                raise WorkerError(f"{address}: the worker {worker} does not find {folder}; put it where all find it")


@contextmanager
def _silent(library: str) -> Iterator[None]:
    """Keep a library's logs quiet: what it tells of lost connections is said in one line by us."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == library]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
