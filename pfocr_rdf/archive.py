"""A database checkout in an archive, as code hosts offer it: read in place, nothing unpacked.

A `.zip` is read member by member. A compressed tar can only be read from front to back, so it is decompressed once into
a temporary file without a name, and read from there. Both are bounded against archives made to exhaust memory or disk:
in the number of members, in size, and in the ratio to the compressed size.
"""

from __future__ import annotations

import errno
import gzip
import struct
import sys
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from os import SEEK_END
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from pfocr_rdf.diagnostics import Report, cut, diagnose
from pfocr_rdf.errors import why
from pfocr_rdf.tar import read_headers
from pfocr_rdf.tree import LoadedTree, Tree

__all__ = ["ArchiveError", "ArchiveTree", "open_archive"]

MAX_MEMBERS: Final = 1_000_000
"""The most members that an archive may have; a database of 100,000 figures has some 400,000."""

MAX_SIZE: Final = 32 * 1024**3
"""The most bytes that the members may have together: 32 GiB."""

MAX_RATIO: Final = 200
"""The most that an archive may expand; text compresses some five to ten times."""

RATIO_FREE: Final = 16 * 1024**2
"""Bytes that may always come out, whatever the ratio: 16 MiB."""

MAX_NAME: Final = 1024
"""The most characters of a member's name; those of a checkout have some hundred."""

MAX_NAMES: Final = 128 * 1024**2
"""The most bytes of memory that the names may take: 128 MiB; those of 100,000 figures take some 50."""

MAX_DIRECTORY: Final = 128 * 1024**2
"""The most bytes of a zip's directory: 128 MiB; that of 100,000 figures has some 60."""

MAX_EXTRA: Final = 1024
"""The most bytes that an entry of a zip's directory may have besides; `zipfile` takes time by their square."""

_FOLDERS: Final = ("_figures", "_data", "_organisms")

_STORED_OR_DEFLATED: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_ENCRYPTED: Final = 1
_ENTRY: Final = b"PK\1\2"
"""How each member's entry in a zip's directory begins."""

_ENTRY_SIZE: Final = 46

_METHODS: Final = {9: "Deflate64", zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA", 93: "Zstandard", 95: "XZ"}

_DAMAGE: Final = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    struct.error,
    EOFError,
    # and what Python's modules raise where they have not thought of an archive that is so damaged
    ArithmeticError,
    LookupError,
    RuntimeError,
    ValueError,
)


class ArchiveError(Exception):
    """An archive that cannot or must not be read; its message says why and what to do."""


class ArchiveTree:
    """The checkout in an archive."""

    def __init__(
        self, name: str, prefix: str, members: Mapping[str, Callable[[int], bytes]], close: Callable[[], None]
    ) -> None:
        weakref.finalize(self, close)  # the files are open as long as the tree is there
        self._name = name
        self._prefix = prefix
        self._members = members
        self._folders: dict[str, list[str]] = {prefix + folder: [] for folder in _FOLDERS}
        for path in members:
            folder, _, file = path.rpartition("/")
            if folder in self._folders:
                self._folders[folder].append(file)

    def display(self, path: str) -> str:
        """Give the archive's path and the member's in it."""
        return _display(self._name, self._prefix + path)

    def has_folder(self, folder: str) -> bool:
        """Tell whether the checkout has files in this folder."""
        return bool(self._folders.get(self._prefix + folder))

    def names(
        self,
        folder: str,
        suffixes: Sequence[str],
        report: Report,
        *,
        unreadable: str = "record-unreadable",
        others: str | None = None,
    ) -> list[str]:
        """List the files of a folder."""
        names = []
        for name in sorted(self._folders.get(self._prefix + folder, ())):
            if name.startswith("."):
                continue
            if name.endswith(tuple(suffixes)):
                names.append(name)
            elif others is not None:
                report(diagnose(others, file=self.display(f"{folder}/{name}")))
        return names

    def read(self, path: str, limit: int) -> bytes:
        """Read a member, at most one byte more than the limit.

        Raises:
            OSError: when there is none, or it is damaged.
        """
        read = self._members.get(self._prefix + path)
        if read is None:
            raise FileNotFoundError(errno.ENOENT, "no such member", path)
        try:
            return read(limit + 1)
        except _DAMAGE as error:
            raise OSError(errno.EIO, f"the member is damaged ({error})", path) from error

    def portable(self, paths: Sequence[str]) -> Tree:
        """Read files, so that another process has them."""
        from pfocr_rdf.frontmatter import MAX_BYTES

        files = {}
        faults = {}
        for path in paths:
            try:
                files[path] = self.read(path, MAX_BYTES)
            except OSError as error:  # whoever reads the record says so
                faults[path] = why(error)
        return LoadedTree(files, {path: self.display(path) for path in paths}, faults)


def open_archive(name: str, *, report: Report) -> ArchiveTree:
    """Open an archive of a checkout.

    Args:
        name: the archive, `.zip`, `.tar`, `.tar.gz` or `.tgz`; the checkout may stand under one folder of any name.
        report: takes the diagnostics about members that are left out.

    Raises:
        ArchiveError: when it is no archive, is made to exhaust memory or disk, or holds no checkout.
    """
    with ExitStack() as resources:
        members = _Members(name, report)
        try:
            if name.lower().endswith(".zip"):
                _list_zip(name, members, resources)
            else:
                _list_tar(name, members, resources)
        except _DAMAGE as error:
            raise ArchiveError(f"is damaged or no archive ({cut(str(error))}); fetch it again") from error
        return ArchiveTree(name, _prefix(members.found), members.found, resources.pop_all().close)


def _prefix(members: Mapping[str, object]) -> str:
    """Find the folder that the checkout stands in, the least deep one, as a prefix of its members' paths.

    Raises:
        ArchiveError: when there is none, or one beside another.
    """
    found = {path[: f"/{path}".index("/_figures/")] for path in members if "/_figures/" in f"/{path}"}
    if not found:
        raise ArchiveError("holds no folder _figures with files that can be read; give an archive of a PFOCR checkout")
    depth = min(prefix.count("/") for prefix in found)
    first, *others = sorted(prefix for prefix in found if prefix.count("/") == depth)
    if others:
        raise ArchiveError(f"holds two checkouts, in {cut(first)} and {cut(others[0])}; give an archive of each")
    return first


def _display(archive: str, path: str) -> str:
    return f"{archive}/{cut(path)}"


class _Members:
    """The members of an archive that will be read, as what reads each; those that must not be are reported.

    Attributes:
        found: what reads them, by path.
    """

    def __init__(self, archive: str, report: Report) -> None:
        self.found: dict[str, Callable[[int], bytes]] = {}
        self._archive = archive
        self._report = report
        self._taken = 0

    def add(self, name: str, read: Callable[[int], bytes], fault: str = "") -> None:
        """Take a member, if it is of a folder that is read.

        Args:
            name: its path as it stands in the archive.
            read: reads it, up to a limit.
            fault: what it is, where that is no plain file.

        Raises:
            ArchiveError: when there are two of one name, as which of them counts, no two programs agree on; or when
                the names are made to exhaust memory.
        """
        if not _is_wanted(name):
            return
        path = str(PurePosixPath(name))  # without what says nothing: `a//b`, `a/./b`
        message = ""
        if fault:
            message = f"the member is {fault}; pack it as a plain file"
        elif path.startswith("/") or "\\" in path or ".." in PurePosixPath(path).parts:
            message = "the member leads out of the archive"
        elif len(path) > MAX_NAME:
            message = f"the member's name is longer than {MAX_NAME:,} characters"
        if message:
            self._report(diagnose("record-unreadable", message, file=_display(self._archive, name)))
            return
        if path in self.found:
            raise ArchiveError(f"holds {cut(path)} twice; make the archive anew")
        self._taken += sys.getsizeof(path)
        if self._taken > MAX_NAMES:
            raise ArchiveError("has names that take too much memory; give an archive of a PFOCR checkout")
        self.found[path] = read


def _is_wanted(path: str) -> bool:
    """Tell whether a path is in a folder that is read."""
    return any(f"/{folder}/" in f"/{path}" for folder in _FOLDERS)


def _check(count: int, size: int, compressed: int) -> None:
    """Refuse an archive that is made to exhaust memory or disk."""
    if count > MAX_MEMBERS:
        raise ArchiveError(f"has more than {MAX_MEMBERS:,} members; give an archive of a PFOCR checkout")
    if size > MAX_SIZE:
        raise ArchiveError(f"holds more than {MAX_SIZE // 1024**3} GiB; give an archive of a PFOCR checkout")
    if size > RATIO_FREE and size > compressed * MAX_RATIO:
        raise ArchiveError(f"expands more than {MAX_RATIO} times; give an archive of a PFOCR checkout")


def _list_zip(name: str, members: _Members, resources: ExitStack) -> None:
    source = resources.enter_context(open(name, "rb"))  # noqa: SIM115 - closed with the rest
    archive = resources.enter_context(zipfile.ZipFile(cast("IO[bytes]", _Directory(source))))
    archive.fp = source  # the directory is read; members have bounds of their own
    infos = archive.infolist()
    _check(len(infos), sum(info.file_size for info in infos), Path(name).stat().st_size)

    def read(info: zipfile.ZipInfo, limit: int) -> bytes:
        if info.flag_bits & _ENCRYPTED:
            raise OSError(errno.EACCES, "the member is encrypted; give an archive without a password")
        with archive.open(info) as member:
            return member.read(min(info.file_size, limit))  # more than the directory says is not even inflated

    for info in infos:
        if info.filename.endswith("/") or not _is_wanted(info.filename):
            continue
        if info.compress_type not in _STORED_OR_DEFLATED and not info.flag_bits & _ENCRYPTED:
            # Python inflates these without a bound, and no code host packs so
            method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
            raise ArchiveError(
                f"holds {cut(info.filename)} compressed by {method}, which is not read; make the archive anew, deflated"
            )
        is_link = info.external_attr >> 28 == 0o12  # in the Unix mode of the upper half
        members.add(info.filename, partial(read, info), "a symbolic link" if is_link else "")


class _Directory:
    """A zip as `zipfile` opens it: it reads the end, and the directory in one piece, which is refused if too large."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, SEEK_END)
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        left = max(self._size - self.tell(), 0)
        size = left if size < 0 else min(size, left)  # what is stated may be beyond any memory
        if size > MAX_DIRECTORY:
            message = f"has a directory of more than {MAX_DIRECTORY // 1024**2} MiB"
            raise ArchiveError(f"{message}; give an archive of a PFOCR checkout")
        data = self._file.read(size)
        _check(data.count(_ENTRY), 0, 0)  # whatever number of them the archive states
        offset = 0
        while data.startswith(_ENTRY, offset) and offset + _ENTRY_SIZE <= len(data):
            name, extra, comment = struct.unpack_from("<3H", data, offset + 28)
            if extra > MAX_EXTRA:
                raise zipfile.BadZipFile("an entry of the directory is too large")
            offset += _ENTRY_SIZE + name + extra + comment
        return data


def _list_tar(name: str, members: _Members, resources: ExitStack) -> None:
    source = _decompressed(name, resources)
    compressed = Path(name).stat().st_size

    def read(offset: int, size: int, limit: int) -> bytes:
        source.seek(offset)
        return source.read(min(size, limit))

    size = 0
    for count, header in enumerate(read_headers(source), start=1):
        size += header.size
        _check(count, size, compressed)
        if not header.is_folder:
            members.add(header.name, partial(read, header.offset, header.size), header.fault)


def _decompressed(name: str, resources: ExitStack) -> IO[bytes]:
    """Open a tar for reading at any place; a compressed one is decompressed into a temporary file without a name."""
    if name.lower().endswith(".tar"):
        return resources.enter_context(open(name, "rb"))
    compressed = Path(name).stat().st_size
    target = resources.enter_context(tempfile.TemporaryFile(prefix="pfocr-rdf-"))  # noqa: SIM115 - closed with the rest
    size = 0
    with gzip.open(name, "rb") as source:
        while block := source.read(1024 * 1024):
            size += len(block)
            _check(0, size, compressed)
            target.write(block)
    target.seek(0)
    return target
