"""Pools of worker processes: what starts them, and what stops them, whatever they do."""

from __future__ import annotations

import copy
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.signals import ENDING

__all__ = ["GUARD", "WorkerError", "WorkerPool", "abandon", "stop_processes"]

_Given = TypeVar("_Given")

STOPPING_SECONDS = 1.0
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

        Raises:
            WorkerError: when the system has no room for it.
        """
        self.processes: list[BaseProcess] = []
        self._most = workers
        context: Any = copy.copy(multiprocessing.get_context(method))  # which all programs of this process share
        make = context.Process

        def noted(*arguments: Any, **options: Any) -> BaseProcess:
            process: BaseProcess = make(*arguments, **options)
            self.processes.append(process)
            return process

        context.Process = noted
        with _starting():
            super().__init__(workers, mp_context=context, initializer=initializer, initargs=initargs)
        self._method = context.get_start_method()

    def submit(self, function: Callable[..., _Given], /, *arguments: Any, **options: Any) -> Future[_Given]:
        """Submit a call, for which a process may be started; signals wait meanwhile.

        A worker that is forked must have given up our handlers before it hears one, and the server that forks workers
        for others ends when it is left in the middle.

        Raises:
            WorkerError: when a process cannot be started.
            BrokenExecutor: when the pool is broken.
            RuntimeError: when it is shut down.
        """
        if len(self.processes) >= self._most:  # none will be started
            return super().submit(function, *arguments, **options)
        with _starting():
            if self._method == "forkserver":  # the server is the whole program's, and must hear signals
                from multiprocessing import forkserver  # which not every system has

                forkserver.ensure_running()
            with _held_back():
                return super().submit(function, *arguments, **options)


@contextmanager
def _starting() -> Iterator[None]:
    """Say what it is that fails when the system lets no process start."""
    try:
        yield
    except BrokenExecutor:
        raise
    except (OSError, EOFError, RuntimeError) as error:  # no process, no semaphore, no thread, or no server that forks
        if "bootstrapping" in str(error):  # this is a worker that is still reading the main module
            raise WorkerError(f"worker processes: a worker would start more of them; {GUARD}") from error
        if "after shutdown" in str(error):
            raise
        reason = why(error) if isinstance(error, OSError) else str(error) or type(error).__name__
        raise WorkerError(f"worker processes: cannot be started: {reason}; do without, with -j 1") from error


@contextmanager
def _held_back() -> Iterator[None]:
    """Let signals that ask for the end wait, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())  # which first hears those that came
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def abandon(pool: ProcessPoolExecutor) -> None:
    """Stop a pool and its processes, whatever they do, and wait for its thread, but not for long.

    A program that ends while this thread closes its pipe would write to it, and complain on standard error. In one that
    is past its end, the interpreter has waited for the thread, and no other comes to run.
    """
    stop_processes(pool)
    if sys.is_finalizing():
        return
    waiting = threading.Thread(target=pool.shutdown, daemon=True)
    try:
        waiting.start()
    except RuntimeError:  # no thread can be started
        pool.shutdown(wait=False)
    else:
        waiting.join(STOPPING_SECONDS)


def stop_processes(executor: Executor) -> None:
    """Stop the processes of an executor: ask, and after `STOPPING_SECONDS` kill."""
    processes = _processes_of(executor)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOPPING_SECONDS
    for process in processes:
        process.join(max(0, deadline - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def _processes_of(executor: Executor) -> set[BaseProcess]:
    """Give those processes of an executor that are alive, and none that the program has of its own."""
    if isinstance(executor, WorkerPool):
        known: Iterable[BaseProcess] = executor.processes
    else:  # a pool that somebody else has made; only from Python 3.14 on it can end its processes by itself
        known = list((getattr(executor, "_processes", None) or {}).values())
    return set(multiprocessing.active_children()).intersection(known)
