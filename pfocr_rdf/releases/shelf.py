"""The folder of a release as it fills: it gets its name when it is whole, and each file is hashed on its way."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from pfocr_rdf.errors import why
from pfocr_rdf.output import OutputError, is_mount_point, keeper_fault, sync_folder
from pfocr_rdf.releases.gate import Reading
from pfocr_rdf.releases.publication import GZIP, PublishedFile, in_order_of_paths

__all__ = ["Shelf", "building", "check_target"]


def check_target(target: Path, database: str) -> None:
    """Refuse a place where no release can be made.

    Args:
        target: the folder that the release is to have.
        database: what it is made of.

    Raises:
        OutputError: with what to do.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise OutputError(f"{target}: is there already, and is no folder; give the name of a new one")
    if target.is_dir() and any(target.iterdir()):
        raise OutputError(f"{target}: is there already, and not empty; give the name of a new folder")
    if is_mount_point(target):
        raise OutputError(
            f"{target}: is a mount point, so that no release can take its place; give the name of a new folder in it"
        )
    if fault := keeper_fault(target):
        raise OutputError(f"{target}: {fault}")
    if not target.parent.is_dir():
        raise OutputError(f"{target.parent}: no such folder, in which the release could be made")
    if target.resolve().is_relative_to(Path(database).resolve()):
        raise OutputError(f"{target}: lies in the database; give a folder outside of it")


@contextmanager
def building(target: Path) -> Iterator[tuple[Path, Path]]:
    """Give a folder to build in and one to work in; in the end the first gets its name, and nothing else is left.

    Raises:
        OutputError: when the folder cannot be made or written, or what is done meanwhile fails in the system.
    """
    # named before it is made, so that an interrupt at any moment finds it
    part = target.parent / f".{target.name}.{secrets.token_hex(8)}.part"
    try:
        try:
            part.mkdir(mode=0o700)
        except OSError as error:
            raise OutputError(f"{target}: cannot be made: {why(error)}") from error
        built, work = part / "release", part / "work"
        built.mkdir()
        work.mkdir()
        yield built, work
        _sync(built)
        try:
            mode = target.stat().st_mode & 0o7777 if target.is_dir() else None
            built.rename(target)  # takes the place of an empty folder, and of nothing else
            if mode is not None:
                target.chmod(mode)
        except OSError as error:
            raise OutputError(f"{target}: the release cannot get this name: {why(error)}") from error
        try:
            sync_folder(target.parent)
        except OSError as error:
            raise OutputError(f"{target}: is made, but perhaps not on the disk yet: {why(error)}") from error
    except OSError as error:
        if error.errno in _DISK or Path(str(error.filename or "")).is_relative_to(part):
            raise OutputError(f"{error.filename or target}: cannot be written: {why(error)}") from error
        where = f"{error.filename}: " if error.filename else ""
        raise OutputError(f"{target}: the release could not be made: {where}{why(error)}") from error
    finally:
        try:
            shutil.rmtree(part, ignore_errors=True)
        finally:  # an interrupt may have come meanwhile
            shutil.rmtree(part, ignore_errors=True)


_DISK: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG))
"""What only writing fails of, whichever file is named, if any."""


FEW: Final = 500
"""Files that are brought to the disk one by one; of more, all at once is quicker."""


def _sync(folder: Path) -> None:
    """Bring all that is written to the disk, before it gets its name."""
    paths = sorted(folder.rglob("*"))
    if len(paths) > FEW and hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    for path in (*filter(Path.is_dir, paths), folder):
        sync_folder(path)


class Shelf:
    """The folder of a release as it fills, and what is said of each file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, PublishedFile] = {}

    def files(self) -> tuple[PublishedFile, ...]:
        """Give the files so far."""
        return in_order_of_paths(self._files.values())

    def path(self, path: str) -> str:
        """Give where a file is, by its path in the release, with slashes."""
        return str(self.root / path)

    def add(self, path: str, data: bytes, title: str, media_type: str, *, role: str = "") -> None:
        """Write a file.

        Args:
            path: its path in the release, with slashes; no file has it yet.
            data: what it holds, compressed where the path ends in `.gz`.
            title: what it is, for people.
            media_type: that of the content, where it is compressed.
            role: one that `PublishedFile` names.

        Raises:
            OSError: when it cannot be written, or is there already.
        """
        with self.writing(path, title, media_type, role=role) as file:
            file.write(data)

    @contextmanager
    def writing(
        self, path: str, title: str, media_type: str, *, role: str = "", triples: int | None = None
    ) -> Iterator[_Writer]:
        """Open a file for writing; what is said of it is known once the block has ended without an exception.

        Args:
            path: its path in the release, with slashes; no file has it yet.
            title: what it is, for people.
            media_type: that of the content, where it is compressed.
            role: one that `PublishedFile` names.
            triples: how many it holds, where that is known and it is RDF.

        Yields:
            What takes the bytes, compressed by the caller where the path ends in `.gz`.

        Raises:
            OSError: when it cannot be made, or is there already.
        """
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with open(place, "xb") as raw:
            writer = _Writer(raw)
            yield writer
        self._files[path] = PublishedFile(
            path=path,
            title=title,
            bytes=writer.size,
            sha256=writer.digest.hexdigest(),
            media_type=media_type,
            triples=triples,
            compression=GZIP if path.endswith(".gz") else None,
            role=role,
        )

    def amend(self, path: str, reading: Reading) -> str:
        """Add to what is said of a file what was found when it was read again.

        Returns:
            What is wrong, for people; empty where nothing is.
        """
        file = self._files[path]
        if reading.fault:
            return f"{path}: {reading.fault}"
        if reading.sha256 != file.sha256:
            return f"{path}: does not hold what was written"
        content = reading.content if file.compression is not None else None
        self._files[path] = replace(file, triples=reading.triples, content_sha256=content)
        return ""


class _Writer:
    """A file that is hashed as it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.digest = sha256()

    def write(self, data: bytes) -> int:
        """Write data."""
        self.size += len(data)
        self.digest.update(data)
        return self._file.write(data)
