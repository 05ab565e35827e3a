"""Results kept in files: a pack holds those of a chunk, each found by its key and checked when it is read.

A pack is written beside its name and renamed when it is whole, and never changed again; its name is a digest of its
keys. So any number of processes, on any number of machines, may read and write one folder on any file system at the
same time, without locks, and a run that is stopped leaves whole packs alone. What one that was killed left of a pack, a
later run removes when it is so old that nobody can be writing it; if somebody is, that pack is not kept, and no more.

A pack begins with `_MAGIC`, a digest of its index, and the number of results; then comes the index, a row a result (its
key, where it begins, its size and its checksum), then the results. The digest is keyed with the folder's name, which
stands for all that the results depend on, so that a pack that is damaged, or came from elsewhere, is seen as such.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final
from uuid import uuid4
from zlib import crc32

from pfocr_rdf.output import private

__all__ = ["KEY", "LEFT_SECONDS", "Packs", "entry_count", "left_files", "open_packs", "pack_files"]

KEY: Final = 16
"""Bytes of a key."""

_MAGIC: Final = b"pfocr-rdf results 2\n"
_HEAD: Final = struct.Struct(f"<{len(_MAGIC)}s16sI")
_ROW: Final = struct.Struct(f"<{KEY}sQII")
_SUFFIX: Final = ".pack"
_NAME: Final = re.compile(f"[0-9a-f]{{{2 * KEY}}}{re.escape(_SUFFIX)}")
_LEFT: Final = re.compile(r"\.[0-9a-f]{16}\.part")

_OF_RUN: Final = 8
"""Digits of the run in the name of a pack that is not whole."""

MOST_RESULTS: Final = 100_000
"""Results of a pack, of which a chunk gives a hundred, and a portion of checks some thousands."""

MOST_BYTES: Final = 1 << 30
"""Bytes of a pack; what is larger, or has more results, is foreign, however much of it is there."""

LEFT_SECONDS: Final = 3600.0
"""The age from which on a pack that is not whole was left by a run that is dead: to write one takes a moment."""


@dataclass(frozen=True, slots=True)
class Packs:
    """The packs of results that depend on the same.

    Attributes:
        folder: where they are.
        run: stands for the run that opened them, in hexadecimal digits; their index is read once a run and process.
    """

    folder: str
    run: str

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Give those results that are there and sound, by their keys."""
        places = _places(self.folder, self.run)
        wanted: dict[str, list[tuple[int, int, int, bytes]]] = {}
        for key in keys:
            if (place := places.get(key)) is not None:
                name, row = place
                _, start, size, checksum = _ROW.unpack(row)
                wanted.setdefault(name, []).append((start, size, checksum, key))
        found: dict[bytes, bytes] = {}
        for name, entries in wanted.items():
            try:
                with open(Path(self.folder, name), "rb", buffering=0, opener=_opened) as file:
                    end = os.fstat(file.fileno()).st_size
                    for start, size, checksum, key in sorted(entries):
                        if start + size > end:  # to read what is not there would take its memory all the same
                            continue
                        file.seek(start)
                        data = file.read(size)
                        if len(data) == size and crc32(data, crc32(key)) == checksum:
                            found[key] = data
            except OSError:  # it was deleted meanwhile, or cannot be read: its results are made anew
                continue
        return found

    def put(self, entries: Mapping[bytes, bytes]) -> str | None:
        """Keep results, unless they are too many for a pack.

        A folder that is full, gone or read-only costs the next run time, and nothing else.

        Returns:
            The name of the pack, or None where there is none.
        """
        if not entries:
            return None
        folder = Path(self.folder)
        target = folder / (blake2b(b"".join(sorted(entries)), digest_size=KEY).hexdigest() + _SUFFIX)
        start = _HEAD.size + _ROW.size * len(entries)
        rows = []
        for key, data in entries.items():
            rows.append(_ROW.pack(key, start, len(data), crc32(data, crc32(key))))
            start += len(data)
        if len(rows) > MOST_RESULTS or start > MOST_BYTES:
            return None
        index = b"".join(rows)
        head = _HEAD.pack(_MAGIC, _digest(self.folder, index), len(rows))
        try:
            folder.mkdir(exist_ok=True)  # and not the cache's own: without its marker it would be none
            if folder.is_symlink():  # it leads out of the cache
                return None
            # named before it is made, so that an interrupt at any moment finds it
            beside = folder / f".{self.run[:_OF_RUN]}{secrets.token_hex(4)}.part"
            try:
                with open(beside, "xb", opener=private) as file:
                    file.write(head + index)
                    file.writelines(entries.values())
                beside.replace(target)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
        except OSError:
            return None
        return target.name

    def remove_left(self) -> None:
        """Remove what processes of this run have left of packs, as they were stopped."""
        with suppress(OSError):
            for path in left_files(self.folder):
                if path.name[1:].startswith(self.run[:_OF_RUN]):
                    path.unlink(missing_ok=True)

    def keep_only(self, keys: Set[bytes], names: Set[str]) -> None:
        """Delete packs that were there when these were opened, unless they have a result of these keys or these names.

        Names are of packs that were made since; one that was damaged is made again under its name.
        """
        places = _places(self.folder, self.run)
        held = {places[key][0] for key in keys & places.keys()}
        for name in {name for name, _ in places.values()} - held - names:
            with suppress(OSError):  # it is gone already, or stays: both do no harm
                Path(self.folder, name).unlink()


def open_packs(folder: str) -> Packs:
    """Open the packs of a folder, which need not be there yet."""
    _remove_left(folder)
    packs = Packs(folder, uuid4().hex)
    _places(packs.folder, packs.run)  # before worker processes are forked, which then share it
    return packs


def pack_files(folder: str) -> list[Path]:
    """Give the packs of a folder, by name; what is no pack by its name, or no file, is passed over.

    Raises:
        OSError: when the folder cannot be read.
    """
    return _files(folder, _NAME)


def left_files(folder: str) -> list[Path]:
    """Give what runs that were killed have left of packs in a folder.

    Raises:
        OSError: when the folder cannot be read.
    """
    return _files(folder, _LEFT)


def _remove_left(folder: str) -> None:
    """Remove what dead runs have left, as far as that can be done."""
    with suppress(OSError):  # a folder that may not be read
        for path in left_files(folder):
            with suppress(OSError):  # it is gone already, or stays
                if time.time() - path.lstat().st_mtime > LEFT_SECONDS:
                    path.unlink()


def _files(folder: str, form: re.Pattern[str]) -> list[Path]:
    """Give the files of a folder whose names are of a form; none where it is not there, or leads out of the cache."""
    if Path(folder).is_symlink():
        return []
    try:
        with os.scandir(folder) as entries:
            return sorted(
                Path(entry) for entry in entries if form.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            )
    except FileNotFoundError:
        return []


def entry_count(folder: str) -> int:
    """Give the number of results in a folder's packs."""
    return len(_places.__wrapped__(folder, ""))


def _digest(folder: str, index: bytes) -> bytes:
    return blake2b(index, digest_size=KEY, key=os.fsencode(Path(folder).name)[:64]).digest()


@lru_cache(maxsize=4)
def _places(folder: str, run: str) -> dict[bytes, tuple[str, bytes]]:
    """Read where results are: for each key the pack, of several the newest, and its row of the index."""
    places: dict[bytes, tuple[str, bytes]] = {}
    try:
        files = pack_files(folder)
    except OSError:
        return places
    for path in sorted(files, key=_age):  # where a result is damaged, it is made anew in a newer pack
        for row in _rows(path):
            places[row[:KEY]] = path.name, row
    return places


def _age(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name


def _rows(path: Path) -> Sequence[bytes]:
    """Read the rows of a pack's index; none where it is damaged or foreign."""
    try:
        with open(path, "rb", buffering=0, opener=_opened) as file:
            magic, digest, count = _HEAD.unpack(file.read(_HEAD.size))
            size = os.fstat(file.fileno()).st_size
            if magic != _MAGIC or count > MOST_RESULTS or not count * _ROW.size <= size <= MOST_BYTES:
                return ()  # before it takes memory
            index = file.read(count * _ROW.size)
    except (OSError, struct.error):
        return ()
    if len(index) != count * _ROW.size or digest != _digest(str(path.parent), index):
        return ()
    return list(_cut(index))


def _opened(name: str, flags: int) -> int:
    """Open a file, but follow no link, and wait for nobody, as one who opens a pipe would.

    Raises:
        OSError: when it cannot be opened, or is no file.
    """
    descriptor = os.open(name, flags | _ALONE)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no file", name)
    return descriptor


_ALONE: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither


def _cut(index: bytes) -> Iterator[bytes]:
    for start in range(0, len(index), _ROW.size):
        yield index[start : start + _ROW.size]
