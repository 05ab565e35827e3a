"""A SPARQL endpoint with a query page: the `oxigraph` program on a store, which it only reads."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Final

import pyoxigraph

from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.extras import MissingExtraError
from pfocr_rdf.signals import ENDING
from pfocr_rdf.stores.embedded import default_graph_is_empty, kept_store, read_only
from pfocr_rdf.stores.snapshots import Snapshot

__all__ = ["ServerError", "parse_bind", "serve"]

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0


class ServerError(ReportedError):
    """A server that cannot run; its message says why and what to do."""


def parse_bind(text: str) -> tuple[str, int]:
    """Read an address to listen at.

    Raises:
        ValueError: when it is none.

    >>> parse_bind("127.0.0.1:7878"), parse_bind("[::1]:80")
    (('127.0.0.1', 7878), ('::1', 80))
    """
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})", text)
    if found is None or not 0 < int(found[3]) < 65536:
        raise ValueError(f"{text!r} is no address; give HOST:PORT, such as 127.0.0.1:7878")
    return found[1] or found[2], int(found[3])


def serve(folder: str, bind: str, ready: Callable[[str], object]) -> None:
    """Serve a store until a signal asks for the end.

    Args:
        folder: the store's folder.
        bind: the address to listen at.
        ready: is told the server's URL when it answers.

    Raises:
        MissingExtraError: when the program is not installed.
        StoreError: when there is no store.
        ServerError: when the server cannot run, or ends by itself.
        ValueError: when `bind` is no address, or outside of the main thread, which alone takes signals.
    """
    parse_bind(bind)
    program = _program()
    with _stoppable() as stopping, kept_store(folder) as kept:
        _run(program, folder, kept, bind, ready, stopping)


class _Stopping:
    """Whether a signal asked for the end, and what is to end then."""

    def __init__(self) -> None:
        self.asked = False
        self.process: subprocess.Popen[bytes] | None = None

    def stop(self, number: int, frame: object) -> None:
        """Take a signal."""
        self.asked = True
        if self.process is not None:
            self.end(self.process)

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Ask the server to end, and make it end where it does not."""
        process.terminate()
        forced = Timer(STOP_SECONDS, process.kill)
        forced.daemon = True
        forced.start()


@contextmanager
def _stoppable() -> Iterator[_Stopping]:
    """Take the signals that ask for the end, from before there is anything to clean up."""
    stopping = _Stopping()
    # one that is ignored stays so: nohup, or a shell that starts it in the background
    taken = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stopping.stop) for number in taken}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(
    program: str,
    folder: str,
    kept: Snapshot,
    bind: str,
    ready: Callable[[str], object],
    stopping: _Stopping,
) -> None:
    host, port = parse_bind(bind)
    options = ["--union-default-graph"] if default_graph_is_empty(read_only(kept.folder, folder)) else []
    _check_free(host, port)
    process = subprocess.Popen(  # noqa: S603 - the program found above; no shell
        [program, "serve-read-only", "--location", str(kept.folder), "--bind", bind, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"RUST_BACKTRACE": "0"},
        pass_fds=() if kept.lock is None else (kept.lock,),  # it holds the lock, too, and may be the last to end
        preexec_fn=_end_with_parent() if sys.platform.startswith("linux") else None,
    )
    stopping.process = process
    try:
        if stopping.asked:  # before the process was known
            stopping.end(process)
        if _answers(process, host, port):
            ready(f"http://{bind}/")
        elif process.poll() is None:
            raise ServerError(
                f"{folder}: the oxigraph program does not answer at {bind} after {START_SECONDS:.0f} s; try again"
            )
        code = process.wait()
    finally:
        _end(process)
    if not stopping.asked:
        raise ServerError(f"{folder}: the oxigraph program ended by itself, with code {code}; what it said is above")


def _program() -> str:
    """Find the program, beside this Python or on the path, and check that it reads what pyoxigraph writes."""
    beside = Path(sys.executable).with_name("oxigraph.exe" if os.name == "nt" else "oxigraph")
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    if program is None:
        raise MissingExtraError("server", "serving a store")
    try:
        command = [program, "--version"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise ServerError(f"{program}: cannot be run: {error}; install it anew: pip install oxigraph") from error
    ours, theirs = (_series(text) for text in (pyoxigraph.__version__, said))
    if ours != theirs:
        raise ServerError(
            f"{program}: is of version {theirs}, and stores are written by {ours}; pip install 'oxigraph=={ours}.*'"
        )
    return program


def _series(version: str) -> str:
    """Give the part of a version that says what a store's files look like.

    >>> _series("oxigraph 0.5.13")
    '0.5'
    """
    found = re.search(r"[0-9]+\.[0-9]+", version)
    return found[0] if found else version.strip()


def _check_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = why(error)
        raise ServerError(f"{host}:{port}: {reason}; give another address, such as --bind 127.0.0.1:7879") from error


def _answers(process: subprocess.Popen[bytes], host: str, port: int) -> bool:
    """Wait until the server takes connections; tell whether it does."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - the user's choice, compared here
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection((reached, port), timeout=1):
                return True
        except OSError:
            time.sleep(0.05)
    return False


def _end_with_parent() -> Callable[[], None]:
    """Give what lets a new process be ended when this one is, even by a signal that it cannot handle."""
    prctl = ctypes.CDLL(None).prctl

    def set_signal() -> None:
        prctl(1, int(signal.SIGTERM))  # PR_SET_PDEATHSIG

    return set_signal


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
