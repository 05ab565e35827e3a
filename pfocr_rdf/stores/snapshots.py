"""Snapshots: a store as it is now, kept for one reader, whatever comes in the store's place meanwhile.

Oxigraph (that is RocksDB) opens a store's files by their names, and most of those of a large store not before a query
needs them. Once a load has put a new store in place, the names lead to the new one's files, or to none. So a reader has
a folder of its own beside the store: the large files, which are never changed, stand there by hard links, and the small
rest is copied. That takes a few milliseconds, and no room while the store is in its place.

A reader holds a lock on its snapshot, which the system releases when the reader dies, however it does. What dead
readers left is removed by later readers and loads.
"""

from __future__ import annotations

import atexit
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["LARGE", "LEFT_OUT", "Snapshot", "remove_own", "remove_stale", "snapshot"]

LARGE: Final = ".sst"
"""How the names of a store's large files end, which are written once and never changed."""

LEFT_OUT: Final = re.compile(r"LOCK|LOG.*|bulk-.*")
"""Names of a store's files that a copy of the store does without."""

_ATTEMPTS: Final = 20
_LOCK: Final = "LOCK"

_own: Final[dict[Path, int]] = {}
"""The snapshots of this process, and its id: a process that is forked from it has none."""

_making = threading.RLock()
"""Held while a snapshot is made, which as the process ends another thread may be about to remove."""

_PATIENCE: Final = 2.0
"""Seconds in which snapshots are removed as a process ends."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A store to be read.

    Attributes:
        folder: the folder to open: the snapshot, or the store itself where none can be made.
        lock: the file descriptor that holds the lock, for other processes that read it to inherit; None for the store.
    """

    folder: Path
    lock: int | None = None


@contextmanager
def snapshot(store: Path) -> Iterator[Snapshot]:
    """Keep a store for a reader as it is now; in the end the snapshot is gone.

    None can be made where the folder beside the store cannot be written, the disk is full, or files cannot be shared:
    on some file systems, on Windows, and of another user's files that this one may not write. There it is the store.

    Args:
        store: the store's folder, free of links.

    Raises:
        OSError: when there is no store.
    """
    remove_stale(store)
    with ExitStack() as stack:
        yield _taken(store, stack) or Snapshot(store)


def remove_stale(store: Path) -> None:
    """Remove the snapshots of a store that dead readers left."""
    name = re.compile(rf"\.{re.escape(store.name)}\.reading\.[0-9a-f]{{16}}")
    found: list[Path] = []
    with suppress(OSError):  # a folder that may not be listed
        found = [path for path in store.parent.iterdir() if name.fullmatch(path.name)]
    for folder in found:
        with suppress(OSError), ExitStack() as stack:  # in use, another user's, or just removed by another reader
            if not folder.is_symlink():
                _locked(folder, stack)
                shutil.rmtree(folder, ignore_errors=True)


def remove_own() -> None:
    """Remove the snapshots of this process, which is about to end.

    It may be called in any thread. From then on, no other thread can make a snapshot. One that opens a snapshot may
    still put files into its folder, so that is removed until it is gone.
    """
    end = time.monotonic() + _PATIENCE
    _making.acquire(timeout=_PATIENCE)  # and never released
    for folder, process in list(_own.items()):
        if process == os.getpid():
            shutil.rmtree(folder, ignore_errors=True)
            while folder.exists() and time.monotonic() < end:
                time.sleep(0.001)
                shutil.rmtree(folder, ignore_errors=True)


def _renew() -> None:
    """Let a process that was forked make snapshots, whatever threads of the other process were doing."""
    global _making
    _making = threading.RLock()


atexit.register(remove_own)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


def _taken(store: Path, stack: ExitStack) -> Snapshot | None:
    """Make a snapshot that lasts until the stack is closed; None where that cannot be done."""
    for _ in range(_ATTEMPTS):
        # named before it is made, so that an interrupt at any moment finds it
        folder = store.with_name(f".{store.name}.reading.{secrets.token_hex(8)}")
        with _making, ExitStack() as attempt:
            attempt.callback(_remove, folder)
            _own[folder] = os.getpid()
            try:
                folder.mkdir(mode=0o700)
                lock = _locked(folder, attempt)
                if _filled(folder, store):
                    stack.push(attempt.pop_all())
                    return Snapshot(folder, lock)
            except (FileNotFoundError, BlockingIOError):
                continue  # a load removes the old store, or another reader took the new folder for a stale one
            except OSError:
                return None
    return None


def _remove(folder: Path) -> None:
    if _own.get(folder) == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)
        del _own[folder]  # not before: the process may be about to end, and another thread to remove what is left


def _locked(folder: Path, stack: ExitStack) -> int:
    """Lock a snapshot until the stack is closed; give the descriptor that holds the lock.

    Raises:
        OSError: when another process holds it (`BlockingIOError`), the folder was removed meanwhile
            (`FileNotFoundError`), or the system has no such locks.
    """
    try:
        import fcntl
    except ImportError as error:  # Windows
        raise OSError("no locks that end with their process") from error
    path = folder / _LOCK
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    stack.callback(os.close, lock)
    # of this descriptor, not of the process as those of lockf: a process may have several snapshots, and its children
    # go on holding it
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if not os.path.samestat(os.fstat(lock), path.stat()):
        raise FileNotFoundError(path)
    return lock


def _filled(folder: Path, store: Path) -> bool:
    """Put into a folder what a store holds; tell whether the store was in its place to the end.

    Raises:
        OSError: when a file is not there any more, or cannot be shared or copied.
    """
    source = os.open(store, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # which stays the same folder when moved
    try:
        for small in (True, False):  # a program that writes to the store names its files in the small ones
            for name in sorted(os.listdir(source)):  # noqa: PTH208 - no path has it
                if LEFT_OUT.fullmatch(name) or name.endswith(LARGE) == small:
                    continue
                if small:
                    _copy(name, source, folder)
                else:
                    os.link(name, folder / name, src_dir_fd=source)
        return os.path.samestat(os.fstat(source), store.stat())
    finally:
        os.close(source)


def _copy(name: str, source: int, folder: Path) -> None:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=source)
    with open(descriptor, "rb") as old, open(folder / name, "xb") as new:
        shutil.copyfileobj(old, new)
