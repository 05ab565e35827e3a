"""A database checkout in an archive, as code hosts offer it: read in place, nothing unpacked.

A `.zip` is read member by member. A compressed tar can only be read from front to back, so it is decompressed once into
a temporary file without a name, and read from there. Both are bounded against archives made to exhaust memory or disk:
in the number of members, in size, and in the ratio to the compressed size.
"""

from __future__ import annotations

import errno
import gzip
import lzma
import tarfile
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from pfocr_rdf.diagnostics import Report, diagnose
from pfocr_rdf.errors import why
from pfocr_rdf.tree import LoadedTree, Tree

__all__ = ["ArchiveError", "ArchiveTree", "open_archive"]

MAX_MEMBERS: Final = 2_000_000
"""The most members that an archive may have; a database of 100,000 figures has some 400,000."""

MAX_SIZE: Final = 32 * 1024**3
"""The most bytes that the members may have together: 32 GiB."""

MAX_RATIO: Final = 200
"""The most that an archive may expand; text compresses some five to ten times."""

RATIO_FREE: Final = 16 * 1024**2
"""Bytes that may always come out, whatever the ratio: 16 MiB."""

_MAX_HEADER: Final = 1024**2

_FOLDERS: Final = ("_figures", "_data", "_organisms")


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
        self._folders: dict[str, list[str]] = {}
        for path in members:
            folder, _, file = path.rpartition("/")
            self._folders.setdefault(folder, []).append(file)

    def display(self, path: str) -> str:
        """Give the archive's path and the member's in it."""
        return f"{self._name}/{self._prefix}{path}"

    def has_folder(self, folder: str) -> bool:
        """Tell whether the checkout has files in this folder."""
        return folder in self._folders

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
        for name in sorted(self._folders.get(folder, ())):
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
        if path not in self._members:
            raise FileNotFoundError(errno.ENOENT, "no such member", path)
        try:
            return self._members[path](limit + 1)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError) as error:
            raise OSError(errno.EIO, f"the member is damaged or encrypted ({error})", path) from error

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
        try:
            if name.lower().endswith(".zip"):
                members = _zip_members(name, report, resources)
            else:
                members = _tar_members(name, report, resources)
        except (
            zipfile.BadZipFile,
            tarfile.TarError,
            zlib.error,
            EOFError,
            gzip.BadGzipFile,
            UnicodeDecodeError,
        ) as error:
            raise ArchiveError(f"is damaged or no archive ({error}); fetch it again") from error
        prefix = _prefix(members)
        if prefix is None:
            raise ArchiveError("holds no folder _figures; give an archive of a PFOCR checkout")
        inside = {path.removeprefix(prefix): read for path, read in members.items() if path.startswith(prefix)}
        return ArchiveTree(name, prefix, inside, resources.pop_all().close)


def _prefix(members: Mapping[str, object]) -> str | None:
    """Find the folder that the checkout stands in, the least deep one, as a prefix of its members' paths."""
    found = {path[: f"/{path}".index("/_figures/")] for path in members if "/_figures/" in f"/{path}"}
    return min(found, key=lambda prefix: (prefix.count("/"), prefix), default=None)


def _is_wanted(path: str) -> bool:
    return any(f"/{folder}/" in f"/{path}" for folder in _FOLDERS)


def _is_inside(path: str) -> bool:
    """Tell whether a member's path stays under the archive's root."""
    return not path.startswith("/") and "\\" not in path and ".." not in PurePosixPath(path).parts


def _check_name(name: str, members: Mapping[str, object]) -> None:
    """Refuse an archive that holds two members of one name: which of them counts, no two programs agree on."""
    if name in members:
        raise ArchiveError(f"holds {name} twice; make the archive anew")


def _check(count: int, size: int, compressed: int) -> None:
    """Refuse an archive that is made to exhaust memory or disk."""
    if count > MAX_MEMBERS:
        raise ArchiveError(f"has more than {MAX_MEMBERS:,} members; give an archive of a PFOCR checkout")
    if size > MAX_SIZE:
        raise ArchiveError(f"holds more than {MAX_SIZE // 1024**3} GiB; give an archive of a PFOCR checkout")
    if size > RATIO_FREE and size > compressed * MAX_RATIO:
        raise ArchiveError(f"expands more than {MAX_RATIO} times; give an archive of a PFOCR checkout")


def _zip_members(name: str, report: Report, resources: ExitStack) -> dict[str, Callable[[int], bytes]]:
    archive = resources.enter_context(zipfile.ZipFile(name))
    compressed = Path(name).stat().st_size
    infos = archive.infolist()
    _check(len(infos), sum(info.file_size for info in infos), compressed)

    def reader(info: zipfile.ZipInfo) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            with archive.open(info) as member:
                return member.read(limit)

        return read

    members: dict[str, Callable[[int], bytes]] = {}
    for info in infos:
        if info.is_dir() or not _is_wanted(info.filename):
            continue
        is_link = info.external_attr >> 28 == 0o12  # a symbolic link, in the Unix mode of the upper half
        if is_link or not _is_inside(info.filename):
            report(diagnose("record-unreadable", "the member leads out of the archive", file=f"{name}/{info.filename}"))
            continue
        _check_name(info.filename, members)
        members[info.filename] = reader(info)
    return members


def _tar_members(name: str, report: Report, resources: ExitStack) -> dict[str, Callable[[int], bytes]]:
    source = _decompressed(name, resources)
    compressed = Path(name).stat().st_size

    def reader(offset: int, size: int) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            source.seek(offset)
            return source.read(min(size, limit))

        return read

    members: dict[str, Callable[[int], bytes]] = {}
    count = size = 0
    with tarfile.open(fileobj=cast("IO[bytes]", _Headers(source)), mode="r:") as archive:
        for info in archive:
            count += 1
            size += info.size
            _check(count, size, compressed)
            archive.members = []  # type: ignore[attr-defined]  # else it remembers every header
            if info.isdir() or not _is_wanted(info.name):
                continue
            if not info.isfile() or not _is_inside(info.name):
                report(diagnose("record-unreadable", "the member leads out of the archive", file=f"{name}/{info.name}"))
                continue
            if info.issparse():  # its holes are not in the archive, and no program that packs a checkout makes any
                message = "the member is sparse; pack it as a plain file"
                report(diagnose("record-unreadable", message, file=f"{name}/{info.name}"))
                continue
            _check_name(info.name, members)
            members[info.name] = reader(info.offset_data, info.size)
    source.seek(archive.offset)
    if source.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):  # where a header is damaged, tarfile merely stops
        raise tarfile.ReadError("it does not end as an archive ends")
    return members


class _Headers:
    """A tar as `tarfile` sees it: it reads headers, of which none is large but in a bomb, and skips the rest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MAX_HEADER:
            raise tarfile.ReadError("a header is too large")
        return self._file.read(size)


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
