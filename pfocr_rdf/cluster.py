"""Chunks on a Dask cluster that is there already, and shares the input's file system with this process."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from pfocr_rdf import __version__
from pfocr_rdf.cache import converter_versions
from pfocr_rdf.conversion import Job, Results, Runner
from pfocr_rdf.database import InputError, found_anywhere
from pfocr_rdf.errors import ReportedError
from pfocr_rdf.executors import runner
from pfocr_rdf.extras import MissingExtraError
from pfocr_rdf.pools import WorkerError
from pfocr_rdf.threads import in_threads

__all__ = ["dask_runner"]

PATIENCE = 30.0
"""Seconds that a cluster may be without workers, or its scheduler without an answer."""

CONNECTING = 10.0
"""Seconds in which a scheduler must be there, and then answer."""

_SCHEDULER: Final = re.compile(r"(tcp|tls|wss?)://[^\s/]+:[0-9]+")


@contextmanager
def dask_runner(
    address: str, folders: Sequence[str] = (), waiting: Callable[[], object] | None = None
) -> Iterator[Runner]:
    """Give a runner on an existing Dask cluster, which shares the input's file system with this process.

    Args:
        address: the scheduler, such as `tcp://scheduler:8786`.
        folders: what workers must find, by absolute paths.
        waiting: is told now and then while a chunk is waited for.

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
    secured = security().get_connection_args("client")
    if address.startswith("tls:") and secured.get("ssl_context") is None:
        raise InputError(f"{address}: needs certificates; name them in Dask's configuration, distributed.comm.tls")
    try:
        _greet(address, secured)
        client: Any = Client(address, timeout=CONNECTING, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(
            f"{address}: no Dask scheduler answers ({error}); give its address, tcp://HOST:PORT"
        ) from error

    def check() -> None:
        """Raise when the cluster is gone, or has been without workers, or an answer, for a while."""
        try:
            if client.status == "running":
                client.sync(client.scheduler.identity, callback_timeout=PATIENCE)
        except TimeoutError:
            message = f"{address}: the Dask scheduler does not answer any more; start it anew and run again"
            raise WorkerError(message) from None
        except (OSError, RuntimeError):  # the connection was lost in asking
            pass
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

    def ask() -> int:
        """Check the workers, and give how many chunks they convert at once."""
        _check_versions(client, address)
        _check_folders(client, address, folders)
        return max(1, sum(map(int, client.nthreads().values())))

    with _silent("distributed"), client:
        check()
        try:
            workers = next(in_threads(lambda _: ask(), [None], threads=1, seconds=PATIENCE))
        except TimeoutError:
            message = f"{address}: a Dask worker, or the scheduler, does not answer; end it, or start it anew"
            raise WorkerError(message) from None

        def make() -> Executor:
            executor: Executor = client.get_executor(pure=False)
            return executor

        run = runner(make, workers, check=check, waiting=waiting)

        def guarded(jobs: Iterable[Job]) -> Results:
            try:
                yield from run(map(_anywhere, jobs))
            except ReportedError:
                raise
            except Exception:  # what a client says that has lost its scheduler, when it is given more to do
                check()
                raise

        yield guarded


def _greet(address: str, secured: Mapping[str, Any]) -> None:
    """Exchange the first words with a scheduler, for the answer to which a client would wait for ever.

    Args:
        address: the scheduler.
        secured: what Dask says of how to connect.

    Raises:
        OSError: when it is not there, or does not answer.
    """
    from distributed.comm.core import connect

    async def meet() -> None:
        try:
            comm = await asyncio.wait_for(
                connect(address, timeout=CONNECTING, **secured),  # type: ignore[no-untyped-call]
                2 * CONNECTING,
            )
        except TimeoutError:
            raise TimeoutError("what is there says nothing") from None
        await comm.close()

    # in a thread, as the caller's may have a loop that runs already
    next(in_threads(asyncio.run, [meet()], threads=1))


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
