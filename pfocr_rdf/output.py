"""Where bytes go: standard output, or a file that is written beside its name and renamed when it is whole."""

from __future__ import annotations

import gzip
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.suffixes import is_gzipped

__all__ = [
    "STANDARD_OUTPUT",
    "OutputError",
    "ReaderGoneError",
    "is_file",
    "is_mount_point",
    "keeper_fault",
    "name_fault",
    "noticing",
    "open_output",
    "private",
    "sync_folder",
    "temporary_folder",
    "to_reader",
]

_SEPARATORS: Final = tuple(filter(None, (os.sep, os.altsep)))

STANDARD_OUTPUT: Final = "-"
GZIP_LEVEL: Final = 6


class OutputError(ReportedError):
    """An output that cannot be written; its message says what and where."""


class ReaderGoneError(BrokenPipeError):
    """The reader of an output has gone, as with `| head`: an end, and no fault. Any other broken pipe is one."""


@contextmanager
def to_reader() -> Iterator[None]:
    """Tell a reader that has gone from other broken pipes, around what writes to an output and does nothing else.

    Raises:
        ReaderGoneError: when it has gone.
    """
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError(*error.args) from error


class _Told:
    """An output whose faults are told from those of whatever writes to it, and which may be a pipe."""

    __slots__ = ("_file", "_name")

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name

    def write(self, data: bytes) -> int:
        """Write data."""
        try:  # no context manager, as lines of a report are written one by one
            return self._file.write(data)
        except BrokenPipeError as error:
            raise ReaderGoneError(*error.args) from error
        except OSError as error:
            raise _failed(self._name, error) from error

    def flush(self) -> None:
        """Write what waits."""
        with _failing(self._name), to_reader():
            self._file.flush()

    def close(self) -> None:
        """Write what waits, and close it."""
        with _failing(self._name), to_reader():
            self._file.close()


def name_fault(name: str) -> str:
    """Tell what keeps a name from being one of a file, and what to do; empty where nothing does.

    >>> name_fault("out.ttl")
    ''
    """
    return f"{name}: holds a NUL, as no name of a file does; give another" if "\0" in name else ""


def is_file(name: str) -> bool:
    """Tell whether an output is a file, or will be one: no stream, folder, pipe or device, such as /dev/null."""
    return name != STANDARD_OUTPUT and (not Path(name).exists() or Path(name).is_file())


@contextmanager
def open_output(name: str) -> Iterator[IO[bytes]]:
    """Open an output for writing.

    A file appears under its name only when the block ends without an exception; until then, and when it fails, an
    earlier file of that name stays as it was. A name that ends in `.gz` is compressed, always to the same bytes.

    Args:
        name: a file's path, or `-` for standard output.

    Yields:
        A binary file to write to; of a name that ends in `.gz` it takes what is to be compressed.

    Raises:
        OutputError: when the file cannot be written.
        ReaderGoneError: when it is a pipe, and its reader has gone.
    """
    if name == STANDARD_OUTPUT:
        if sys.stdout is None:
            raise OutputError("standard output: cannot be written: it is closed")
        told = _Told(sys.stdout.buffer, "standard output")
        yield told  # type: ignore[misc]  # to its users it is a binary file
        told.flush()
        return
    if not name:
        raise OutputError("the name of an output is empty; give the name of a file, or -")
    if name.endswith(_SEPARATORS):
        raise OutputError(f"{name}: is the name of a folder; give the name of a file")
    target = Path(name)
    if not is_file(name):  # there is nothing to rename
        if target.is_dir():
            raise OutputError(f"{name}: is a folder; give the name of a file")
        with _failing(name):
            raw = open(target, "wb")  # noqa: SIM115 - closed below, and with the word of what fails
        with closing(_Told(raw, name)) as told:
            yield told  # type: ignore[misc]
        return
    target = Path(os.path.realpath(target))
    if fault := keeper_fault(target):
        raise OutputError(f"{name}: {fault}")
    # named before it is made, so that an interrupt at any moment finds it
    beside = target.parent / f".{target.name}.{secrets.token_hex(8)}.part"
    try:
        with _failing(name):
            raw = open(beside, "xb", opener=private)  # noqa: SIM115 - likewise
        with closing(_Told(raw, name)) as told:
            if is_gzipped(name):
                with gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=told, mtime=0) as file:
                    yield file  # type: ignore[misc]  # a GzipFile is a binary file to its users
            else:
                yield told  # type: ignore[misc]
            told.flush()
            with _failing(name):
                os.fsync(raw.fileno())
        with _failing(name):
            beside.chmod(_permissions(target))
            beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


@contextmanager
def noticing(name: str, *, folder: bool = False) -> Iterator[None]:
    """Let an interruption say what of an output there is, where that is not an earlier one.

    Args:
        name: the path of a file, or `-` for standard output, which may have taken a part; or a folder's path.
        folder: whether it is a folder's.
    """
    before = _identity(name)
    try:
        yield
    except Exception:
        raise
    except BaseException as interruption:
        if name == STANDARD_OUTPUT and not folder:
            interruption.add_note("what went to standard output may not be whole")
        elif _identity(name) != before:
            interruption.add_note(f"{name} is the new one")
        raise


def _identity(name: str) -> tuple[int, int] | None:
    """Tell one file or folder from any that takes its place."""
    try:
        found = Path(name).stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


@contextmanager
def temporary_folder() -> Iterator[str]:
    """Give a folder for what is needed for a while, which nobody else may open, and which is gone in the end.

    Raises:
        OutputError: when it cannot be made.
    """
    try:
        # named before it is made, so that an interrupt at any moment finds it
        folder = Path(tempfile.gettempdir(), f"pfocr-rdf-{secrets.token_hex(8)}")
    except OSError as error:
        raise _no_room(error) from error
    try:
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise _no_room(error) from error
        yield str(folder)
    finally:
        try:
            shutil.rmtree(folder, ignore_errors=True)
        finally:  # an interrupt may have come meanwhile
            shutil.rmtree(folder, ignore_errors=True)


def _no_room(error: OSError) -> OutputError:
    return OutputError(f"temporary files: {why(error)}; set TMPDIR to a folder that may be written")


def private(path: str, flags: int) -> int:
    """Open a file, as `open` asks an opener to; one that is made, nobody else may open."""
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
    except BrokenPipeError:  # the reader has had enough, or it comes from elsewhere
        raise
    except OSError as error:
        raise _failed(name, error) from error


def _failed(name: str, error: OSError) -> OutputError:
    return OutputError(f"{name}: cannot be written: {why(error)}")


def is_mount_point(folder: Path) -> bool:
    """Tell whether a folder is a mount point, such as a container's volume, in whose place nothing can be put."""
    path = os.path.realpath(folder)
    if os.path.ismount(path):
        return True
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:  # only Linux has it, and mounts that the other test does not find
        return False
    name = re.sub(rb"[\s\\]", lambda found: b"\\%03o" % ord(found[0]), os.fsencode(path))
    return any(name in line.split(b" ", 5)[4:5] for line in mounts)


def keeper_fault(path: Path) -> str:
    """Say why a file or folder that is another user's cannot be replaced, or nothing where it can be.

    A folder in which all may write, as /tmp, has the sticky bit: in it a thing is replaced by its owner, by the
    folder's, and by root.

    Args:
        path: the file or folder, free of links, which need not be there.
    """
    try:
        owner, folder = path.stat().st_uid, path.parent.stat()
    except OSError:  # there is none, or whatever else is wrong is found by who opens it
        return ""
    if not folder.st_mode & stat.S_ISVTX or os.geteuid() in (0, owner, folder.st_uid):
        return ""
    return f"belongs to another user, who alone may replace it in {path.parent}, for its sticky bit; give a new name"


def sync_folder(folder: Path) -> None:
    """Let a folder's names outlast a power cut, where the system can.

    Raises:
        OSError: when the folder cannot be opened, or the disk fails.
    """
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
