"""A database checkout in an archive, as code hosts offer it: read in place, nothing unpacked.

A `.zip` is read member by member, where its directory says they are. A compressed tar can only be read from front to
back, so it is decompressed once into a temporary file without a name, and read from there. Both are bounded against
archives made to exhaust memory or disk: in the number of members, in size, and in the ratio to the compressed size.
"""

from __future__ import annotations

import errno
import gzip
import re
import struct
import sys
import tempfile
import threading
import weakref
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from heapq import merge
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO, Final

from pfocr_rdf.diagnostics import Report, cut, diagnose
from pfocr_rdf.errors import why
from pfocr_rdf.suffixes import has_suffix
from pfocr_rdf.tar import read_headers
from pfocr_rdf.tree import LoadedTree, Tree
from pfocr_rdf.zip import DEFLATED, STORED, ZipReader

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
"""The most bytes of memory that the names may take: 128 MiB; those of 100,000 figures take some 40."""

MAX_DIRECTORY: Final = 128 * 1024**2
"""The most bytes of a zip's directory: 128 MiB; that of 100,000 figures has some 60."""

_FOLDERS: Final = ("_figures", "_data", "_organisms")
_UNREADABLE: Final = dict(
    zip(_FOLDERS, ("record-unreadable", "companion-unreadable", "organism-page-unreadable"), strict=True)
)
"""The codes under which is reported what can be in no folder that is read."""

_WANTED: Final = re.compile(rf"(?:^|/)({'|'.join(_FOLDERS)})/")
"""How the path of a file goes on that is in a folder that is read."""

_ODD: Final = re.compile(r"(?:^|/)\.?(?:/|$)")
"""What says nothing in a path, or leads to the root."""

_METHODS: Final = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ"}
"""What else may compress a member of a zip (APPNOTE 4.4.5)."""

_DAMAGE: Final = (
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

    def __init__(self, name: str, prefix: str, members: _Members, read: _Read, close: Callable[[], None]) -> None:
        weakref.finalize(self, close)  # the files are open as long as the tree is there
        self._name = name
        self._prefix = prefix
        self._read = read
        self._reading = threading.Lock()  # the file has one place at which it is read
        self._odd = {folder: members.odd_in(prefix + folder) for folder in _FOLDERS}
        self._folders = {folder: _Folder(members.folders.pop(prefix + folder, {})) for folder in _FOLDERS}

    def display(self, path: str) -> str:
        """Give the archive's path and the member's in it."""
        return _display(self._name, self._prefix + path)

    def has_folder(self, folder: str) -> bool:
        """Tell whether the checkout has files in this folder."""
        return folder in self._folders and (len(self._folders[folder]) > 0 or bool(self._odd[folder]))

    def names(
        self,
        folder: str,
        suffixes: Sequence[str],
        report: Report,
        *,
        unreadable: str = "record-unreadable",
        others: str | None = None,
    ) -> list[str]:
        """List the files of a folder, and report what a folder that was unpacked would have reported."""
        endings = tuple(suffix.lower() for suffix in suffixes)
        odd = self._odd.get(folder, {})
        names = []
        for name in merge(self._folders.get(folder, ()), sorted(odd)):
            if name.startswith("."):
                continue
            ends_so = has_suffix(name, *endings)
            if ends_so and name not in odd:
                names.append(name)
            elif ends_so and (fault := odd[name]):
                report(diagnose(unreadable, fault, file=self.display(f"{folder}/{name}")))
            elif others is not None:
                report(diagnose(others, file=self.display(f"{folder}/{name}")))
        return names

    def read(self, path: str, limit: int) -> bytes:
        """Read a member, at most one byte more than the limit.

        Raises:
            OSError: when there is none, or it is damaged.
        """
        folder, _, name = path.rpartition("/")
        place = self._folders[folder].place(name) if folder in self._folders else None
        if place is None:
            raise FileNotFoundError(errno.ENOENT, "no such member", path)
        try:
            with self._reading:
                return self._read(place, limit + 1)
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


class _Folder:
    """The files of a folder by name, in two pieces of memory and not in an object each, as there may be 300,000."""

    def __init__(self, places: dict[str, int]) -> None:
        """Take over files.

        Args:
            places: for each name, where the file is; it is emptied.
        """
        names = bytearray()
        self._ends = array("I", (0,))
        self._places = array("Q")
        for name in sorted(places):
            names += name.encode(*_ENCODING)
            self._ends.append(len(names))
            self._places.append(places[name])
        self._names = bytes(names)
        places.clear()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return (self._names[self._ends[n] : self._ends[n + 1]].decode(*_ENCODING) for n in range(len(self)))

    def place(self, name: str) -> int | None:
        """Give where a file is, or None where there is none of this name."""
        names, ends, wanted = self._names, self._ends, name.encode(*_ENCODING)
        low, high = 0, len(self)
        while low < high:  # `bisect` with a key takes three times as long
            middle = (low + high) // 2
            if names[ends[middle] : ends[middle + 1]] < wanted:
                low = middle + 1
            else:
                high = middle
        return self._places[low] if low < len(self) and names[ends[low] : ends[low + 1]] == wanted else None


_ENCODING: Final = ("utf-8", "surrogatepass")
"""In which names are kept: it has the order of the characters, and takes what was no UTF-8 in a tar."""

_Read = Callable[[int, int], bytes]
"""What reads a member, by its place, up to a limit."""


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
        list_members = _list_zip if has_suffix(name, ".zip") else _list_tar
        try:
            read = list_members(name, members, resources)
        except _DAMAGE as error:
            raise ArchiveError(f"is damaged or no archive ({cut(str(error))}); fetch it again") from error
        return ArchiveTree(name, _prefix(members.folders), members, read, resources.pop_all().close)


def _prefix(folders: Iterable[str]) -> str:
    """Find the folder that the checkout stands in, the least deep one, as a prefix of its members' paths.

    Args:
        folders: the folders that have files.

    Raises:
        ArchiveError: when there is none, or one beside another.
    """
    found = {folder[: f"/{folder}/".index("/_figures/")] for folder in folders if "/_figures/" in f"/{folder}/"}
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
    """The members of an archive, of the folders that are read; those that lead out of it are reported.

    Attributes:
        folders: for each folder that has any, the names of files in it, with the place by which a reader finds each.
    """

    def __init__(self, archive: str, report: Report) -> None:
        self.folders: dict[str, dict[str, int]] = {}
        self._faulty: dict[str, dict[str, str]] = {}
        self._empty: set[str] = set()
        self._archive = archive
        self._report = report
        self._taken = 0

    def add(self, name: str, place: int, fault: str = "") -> None:
        """Take a member, if it is of a folder that is read.

        Args:
            name: its path as it stands in the archive.
            place: by which it is found again.
            fault: what it is, where that is no plain file.

        Raises:
            ArchiveError: when there are two of one name, as which of them counts, no two programs agree on; or when
                the names are made to exhaust memory.
        """
        if not _WANTED.search(name):
            return
        path = str(PurePosixPath(name)) if _ODD.search(name) else name  # without what says nothing: `a//b`, `a/./b`
        message = ""
        if path.startswith("/") or "\\" in path or (".." in path and ".." in path.split("/")):
            message = "the member leads out of the archive"
        elif len(path) > MAX_NAME:
            message = f"the member's name is longer than {MAX_NAME:,} characters"
        if message:
            folder = next(reversed(_WANTED.findall(name)))
            self._report(diagnose(_UNREADABLE[folder], message, file=_display(self._archive, name)))
            return
        folder, _, file = path.rpartition("/")
        if file in self._faulty.get(folder, ()) or (fault and file in self.folders.get(folder, ())):
            raise ArchiveError(f"holds {cut(path)} twice; make the archive anew")
        if fault:
            self._faulty.setdefault(folder, {})[file] = f"the member is {fault}; pack it as a plain file"
            self._take(_FOLDER_TAKES + sys.getsizeof(folder) + sys.getsizeof(file))
            return
        if folder not in self.folders:
            self.folders[folder] = {}
            self._take(_FOLDER_TAKES + sys.getsizeof(folder))
        if file in self.folders[folder]:
            raise ArchiveError(f"holds {cut(path)} twice; make the archive anew")
        self._take(sys.getsizeof(file))
        self.folders[folder][file] = place

    def add_folder(self, name: str) -> None:
        """Take a member that is a folder, which may have no files.

        Args:
            name: its path as it stands in the archive.

        Raises:
            ArchiveError: when the names are made to exhaust memory.
        """
        if len(name) <= MAX_NAME and _WANTED.search(name.rstrip("/")):
            path = str(PurePosixPath(name))
            if path not in self._empty:
                self._empty.add(path)
                self._take(sys.getsizeof(path))

    def odd_in(self, folder: str) -> dict[str, str]:
        """Give the names of what is no plain file in a folder, with what is wrong with it; nothing of folders."""
        start = f"{folder}/"
        odd = dict(self._faulty.get(folder, {}))
        for path in chain(self.folders, self._faulty, self._empty):
            if path.startswith(start):
                odd.setdefault(path[len(start) :].partition("/")[0], "")
        for name in odd.keys() & self.folders.get(folder, {}).keys():  # a file that others are said to be in
            del odd[name]
        return odd

    def _take(self, size: int) -> None:
        self._taken += size
        if self._taken > MAX_NAMES:
            raise ArchiveError("has names that take too much memory; give an archive of a PFOCR checkout")


_FOLDER_TAKES: Final = sys.getsizeof({"": 0})


def _check(count: int, size: int, compressed: int) -> None:
    """Refuse an archive that is made to exhaust memory or disk."""
    if count > MAX_MEMBERS:
        raise ArchiveError(f"has more than {MAX_MEMBERS:,} members; give an archive of a PFOCR checkout")
    if size > MAX_SIZE:
        raise ArchiveError(f"holds more than {MAX_SIZE // 1024**3} GiB; give an archive of a PFOCR checkout")
    if size > RATIO_FREE and size > compressed * MAX_RATIO:
        raise ArchiveError(f"expands more than {MAX_RATIO} times; give an archive of a PFOCR checkout")


def _list_zip(name: str, members: _Members, resources: ExitStack) -> _Read:
    packed = ZipReader(resources.enter_context(open(name, "rb")))  # noqa: SIM115 - closed with the rest
    if packed.directory_size > MAX_DIRECTORY:
        message = f"has a directory of more than {MAX_DIRECTORY // 1024**2} MiB"
        raise ArchiveError(f"{message}; give an archive of a PFOCR checkout")
    archive_size = Path(name).stat().st_size
    size = 0
    for count, entry in enumerate(packed.entries(), start=1):
        size += entry.size
        _check(count, size, archive_size)
        if entry.name.endswith("/"):
            members.add_folder(entry.name)
            continue
        if not _WANTED.search(entry.name):
            continue
        if entry.method not in (STORED, DEFLATED) and not entry.is_encrypted:
            # Python inflates some of these without a bound, and no code host packs so
            method = _METHODS.get(entry.method, f"method {entry.method}")
            raise ArchiveError(
                f"holds {cut(entry.name)} compressed by {method}, which is not read; make the archive anew, deflated"
            )
        members.add(entry.name, entry.place, "a symbolic link" if entry.is_symbolic_link else "")

    def read(place: int, limit: int) -> bytes:
        entry = packed.entry(place)
        if entry.is_encrypted:
            raise OSError(errno.EACCES, "the member is encrypted; give an archive without a password")
        return packed.read(entry, limit)

    return read


def _list_tar(name: str, members: _Members, resources: ExitStack) -> _Read:
    source = _decompressed(name, resources)
    compressed = Path(name).stat().st_size
    offsets, sizes = array("Q"), array("Q")
    size = 0
    for count, header in enumerate(read_headers(source), start=1):
        size += header.size
        _check(count, size, compressed)
        if header.is_folder:
            members.add_folder(header.name)
        else:
            members.add(header.name, len(offsets), header.fault)
            offsets.append(header.offset)
            sizes.append(header.size)

    def read(place: int, limit: int) -> bytes:
        source.seek(offsets[place])
        return source.read(min(sizes[place], limit))

    return read


def _decompressed(name: str, resources: ExitStack) -> IO[bytes]:
    """Open a tar for reading at any place; a compressed one is decompressed into a temporary file without a name."""
    if has_suffix(name, ".tar"):
        return resources.enter_context(open(name, "rb"))
    compressed = Path(name).stat().st_size
    with _unpacking():
        file = tempfile.TemporaryFile(prefix="pfocr-rdf-")  # noqa: SIM115 - closed with the rest
    target = resources.enter_context(file)
    size = 0
    with gzip.open(name, "rb") as source:
        while block := source.read(1024 * 1024):
            size += len(block)
            _check(0, size, compressed)
            with _unpacking():
                target.write(block)
    with _unpacking():  # what was not written yet is written now
        target.seek(0)
    return target


@contextmanager
def _unpacking() -> Iterator[None]:
    """Tell a fault of the temporary file from those of the archive.

    Raises:
        ArchiveError: with what to do.
    """
    try:
        yield
    except OSError as error:
        # without one that can be used, there is none to be named
        where = f" into {tempfile.tempdir}" if tempfile.tempdir is not None else ""
        raise ArchiveError(
            f"cannot be unpacked{where}: {why(error)}; set TMPDIR to a folder with room, or unpack the archive and "
            "give the checkout"
        ) from error
