"""Where bytes go: standard output, or a file that is written beside its name and renamed when it is whole."""

from __future__ import annotations

import gzip
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from pfocr_rdf.errors import ReportedError

__all__ = ["OutputError", "open_output", "sync_folder"]

STANDARD_OUTPUT: Final = "-"
GZIP_LEVEL: Final = 6


class OutputError(ReportedError):
    """An output that cannot be written; its message says what and where."""


@contextmanager
def open_output(name: str) -> Iterator[IO[bytes]]:
    """Open an output for writing.

    A file appears under its name only when the block ends without an exception; until then, and when it fails, an
    earlier file of that name stays as it was. A name that ends in `.gz` is compressed, always to the same bytes.

    Args:
        name: a file's path, or `-` for standard output.

    Raises:
        OutputError: when the file cannot be written.
        BrokenPipeError: when it is a pipe, and its reader has gone.
    """
    if name == STANDARD_OUTPUT:
        if sys.stdout is None:
            raise OutputError("standard output: cannot be written: it is closed")
        with _failing("standard output"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    if not name:
        raise OutputError("the name of an output is empty; give the name of a file, or -")
    target = Path(name)
    if target.exists() and not target.is_file():  # /dev/null, a pipe: nothing to rename
        if target.is_dir():
            raise OutputError(f"{name}: is a folder; give the name of a file")
        with _failing(name), open(target, "wb") as file:
            yield file
        return
    target = Path(os.path.realpath(target))
    # named before it is made, so that an interrupt at any moment finds it
    beside = target.parent / f".{target.name}.{secrets.token_hex(8)}.part"
    try:
        with _failing(name), open(beside, "xb", opener=_private) as raw:
            if name.endswith(".gz"):
                with gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=raw, mtime=0) as file:
                    yield file  # type: ignore[misc]  # a GzipFile is a binary file to its users
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        with _failing(name):
            beside.chmod(_permissions(target))
            beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _permissions(target: Path) -> int:
    """Give the permissions of the file that is replaced, or those that a new file gets."""
    if target.exists():
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def _failing(name: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader has had enough
        raise
    except OSError as error:
        raise OutputError(f"{name}: cannot be written: {(error.strerror or str(error)).lower()}") from error


def sync_folder(folder: Path) -> None:
    """Let a folder's names outlast a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
