"""The directory of a zip and its members, read one by one, so that nothing in them is believed before it is bounded.

Python's `zipfile` keeps an object for every member, 400 MB for a database of 400,000 files, before anybody can look at
how many there are. Here nothing is kept but where each member begins: what an entry says is read again with its member.
The format is that of PKWARE's APPNOTE.TXT. Some that `zipfile` reads is damage here: where a member and the directory
do not agree, or members overlap.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from os import SEEK_END
from typing import IO, Final, NamedTuple

__all__ = ["Entry", "ZipReader"]

STORED: Final = 0
DEFLATED: Final = 8

MAX_EXTRA: Final = 1024
"""The most bytes that an entry of the directory may have besides; those that code hosts write have nine."""

MAX_VERSION: Final = 63
"""The latest version of the format that is known, 6.3, times ten (APPNOTE 4.4.3)."""

_BLOCK: Final = 1 << 20
"""Bytes of the directory that are read at once."""

_DATA_BLOCK: Final = 1 << 16
"""Bytes of a member that are inflated at once."""

_MAX_COMMENT: Final = 65_535

_END: Final = struct.Struct("<4s2H4x2LH")
"""The record at the end (APPNOTE 4.3.16): signature, two numbers of disks, size, offset, length of the comment."""
_END_SIGNATURE: Final = b"PK\5\6"

_LOCATOR: Final = struct.Struct("<4sLQL")
"""What stands before it where there is one of Zip64 (4.3.15): signature, disk, offset, number of disks."""
_LOCATOR_SIGNATURE: Final = b"PK\6\7"

_END_64: Final = struct.Struct("<4sQ4x2L16x2Q")
"""The record of Zip64 (4.3.14): signature, its length, two numbers of disks, size, offset."""
_END_64_SIGNATURE: Final = b"PK\6\6"

_ENTRY: Final = struct.Struct("<4s2xBx2H4x3L3H4x2L")
"""An entry of the directory (4.3.12): signature, version, flags, method, checksum, two sizes, three lengths,
attributes, offset."""
_ENTRY_SIGNATURE: Final = b"PK\1\2"

_LENGTHS: Final = struct.Struct("<2H")
_LENGTHS_AT: Final = 28
"""Where an entry has the lengths of its name and of its other fields."""

_LARGEST: Final = _ENTRY.size + 3 * 65_535
"""The most bytes that an entry can have, by its lengths."""

_LOCAL: Final = struct.Struct("<4s2x2H4x3L2H")
"""The header of a member (4.3.7): signature, flags, method, checksum, two sizes, two lengths."""
_LOCAL_SIGNATURE: Final = b"PK\3\4"

_EXTRA: Final = struct.Struct("<2H")
_ZIP_64: Final = 0x0001
_UNICODE_PATH: Final = 0x7075
_UNICODE_PATH_HEAD: Final = struct.Struct("<BL")

_ENCRYPTED: Final = 1 << 0
_SIZES_FOLLOW: Final = 1 << 3
_PATCH: Final = 1 << 5
_STRONGLY_ENCRYPTED: Final = 1 << 6
_UTF_8: Final = 1 << 11

_ELSEWHERE: Final = 0xFFFF_FFFF
"""What stands for a number that is in the field of Zip64."""

_SYMBOLIC_LINK: Final = 0o12
"""The kind of file in the upper bits of a Unix mode, which is in the upper half of the attributes."""


class Entry(NamedTuple):
    """What the directory of a zip says of one member.

    Attributes:
        name: its path, as it stands, up to a null character.
        place: where the entry is in the file.
        flags: bits that say what the member is like (APPNOTE 4.4.4).
        method: how it is compressed (4.4.5).
        checksum: the CRC-32 of its data.
        compressed: how many bytes it has as it is compressed.
        size: how many bytes its data has.
        start: where the member's header should be in the file.
        attributes: those of the file system that it was taken from.
        stated: its name as its own header must have it.
    """

    name: str
    place: int
    flags: int
    method: int
    checksum: int
    compressed: int
    size: int
    start: int
    attributes: int
    stated: str

    @property
    def is_encrypted(self) -> bool:
        """Whether it needs a password."""
        return bool(self.flags & _ENCRYPTED)

    @property
    def is_symbolic_link(self) -> bool:
        """Whether it is a symbolic link, where a Unix system has packed it."""
        return self.attributes >> 28 == _SYMBOLIC_LINK


class ZipReader:
    """A zip whose directory was found.

    Attributes:
        directory_size: how many bytes its directory has.
    """

    def __init__(self, source: IO[bytes]) -> None:
        """Find the directory of a zip.

        Data before the zip, as a program that unpacks itself has it, is passed over, and up to 64 KiB after it.

        Args:
            source: the file, which can be read at any place.

        Raises:
            ValueError: when it is no zip, damaged, or a part of several.
        """
        self._source = source
        self._start, self.directory_size, self._shift = _directory(source)
        self._end = self._start + self.directory_size
        self._starts = array("Q")

    def entries(self) -> Iterator[Entry]:
        """Yield the entries of the directory; the caller bounds their number and the sizes before it goes on.

        Raises:
            ValueError: when the directory is damaged, or made to exhaust memory or time.
        """
        starts = array("Q")
        block = b""
        begin = offset = self._start  # of the block; of the entry
        sorted_so_far = True
        while offset < self._end:
            if begin + len(block) < min(offset + _LARGEST, self._end):
                block, begin = self._at(offset, min(_BLOCK, self._end - offset)), offset
            entry, length = self._entry(block, offset - begin, offset)
            offset += length
            if 0 <= entry.start < self._start:
                sorted_so_far = sorted_so_far and (not starts or starts[-1] <= entry.start)
                starts.append(entry.start)
            yield entry
        self._starts = starts if sorted_so_far else array("Q", sorted(starts))

    def entry(self, place: int) -> Entry:
        """Read an entry again.

        Args:
            place: where it is.

        Raises:
            ValueError: when there is none any more.
        """
        block = self._at(place, _ENTRY.size)
        lengths = _LENGTHS.unpack_from(block, _LENGTHS_AT) if len(block) == _ENTRY.size else ()
        return self._entry(block + self._source.read(sum(lengths)), 0, place)[0]

    def read(self, entry: Entry, limit: int) -> bytes:
        """Read a member; of one that is larger than the limit, its beginning, which cannot be checked.

        No other member may begin before it ends: overlapping ones give more data than an archive could hold. That is
        known once the entries have been read.

        Args:
            entry: what the directory says of it; it is stored or deflated, and not encrypted.
            limit: the most bytes that are given, and no more are inflated but one.

        Raises:
            ValueError: when the member is damaged, or its own header says other than the directory.
            zlib.error: when its data is damaged.
        """
        self._go_to_data(entry)
        if entry.method == STORED:
            if entry.compressed != entry.size:
                raise ValueError("its two sizes differ")
            data = self._source.read(min(entry.size, limit))
            if len(data) < min(entry.size, limit):
                raise ValueError("it is cut")
        elif entry.method == DEFLATED:
            data = self._inflated(entry, limit)
        else:
            raise ValueError(f"it is compressed by method {entry.method}")
        if entry.size <= limit and zlib.crc32(data) != entry.checksum:
            raise ValueError("it has not the checksum that the directory says")
        return data

    def _at(self, offset: int, size: int) -> bytes:
        """Read from a place in the file."""
        self._source.seek(offset)
        return self._source.read(size)

    def _entry(self, block: bytes, offset: int, place: int) -> tuple[Entry, int]:
        """Read an entry from a block, and give its length, too."""
        if len(block) < offset + _ENTRY.size:
            raise ValueError("its directory is cut")
        (
            signature, version, flags, method, checksum, compressed, size,
            name_length, extra_length, comment_length, attributes, start,
        ) = _ENTRY.unpack_from(block, offset)  # fmt: skip
        if signature != _ENTRY_SIGNATURE:
            raise ValueError("its directory is damaged")
        if version > MAX_VERSION:
            raise ValueError(f"zip file version {version / 10:.1f}")
        if extra_length > MAX_EXTRA:
            raise ValueError("an entry of the directory is too large")
        begin = offset + _ENTRY.size
        length = _ENTRY.size + name_length + extra_length + comment_length
        if place + length > self._end:
            raise ValueError("its directory is cut")
        named = block[begin : begin + name_length]
        extra = block[begin + name_length : begin + name_length + extra_length]
        if len(named) < name_length or len(extra) < extra_length:
            raise ValueError("its directory is cut")
        stated = _decoded(named, flags)
        name = stated
        if extra:
            name, size, compressed, start = _with_extra(extra, named, name, size, compressed, start)
        name = name.partition("\0")[0]
        return Entry(
            name, place, flags, method, checksum, compressed, size, start + self._shift, attributes, stated
        ), length

    def _go_to_data(self, entry: Entry) -> None:
        """Go to where the data of a member begins, and check that its own header agrees with the directory."""
        if not 0 <= entry.start < self._start:
            raise ValueError("it is not where the directory says")
        header = self._at(entry.start, _LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGNATURE):
            raise ValueError("it is not where the directory says")
        _, flags, method, checksum, compressed, size, name_length, extra_length = _LOCAL.unpack(header)
        if entry.flags & _PATCH:
            raise ValueError("it is a patch")
        if (entry.flags | flags) & (_ENCRYPTED | _STRONGLY_ENCRYPTED):
            raise ValueError("it is encrypted")
        if _decoded(self._source.read(name_length), entry.flags) != entry.stated:
            raise ValueError("its own header has another name than the directory")
        if method != entry.method:
            raise ValueError("its own header has another method than the directory")
        if not flags & _SIZES_FOLLOW and not (
            checksum == entry.checksum
            and compressed in (entry.compressed, _ELSEWHERE)
            and size in (entry.size, _ELSEWHERE)
        ):
            raise ValueError("its own header has another size or checksum than the directory")
        begin = entry.start + _LOCAL.size + name_length + extra_length
        following = bisect_right(self._starts, entry.start)
        end = self._starts[following] if following < len(self._starts) else self._start
        if begin + entry.compressed > end or self._starts[following - 2 : following].count(entry.start) > 1:
            raise ValueError("it overlaps another, as in an archive made to exhaust memory or disk")
        self._source.seek(begin)

    def _inflated(self, entry: Entry, limit: int) -> bytes:
        """Inflate a member up to the limit, and one byte more than it should give, so that more is seen."""
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        is_whole = entry.size <= limit
        wanted = entry.size + 1 if is_whole else limit
        compressed = entry.compressed
        parts = []
        while wanted > 0 and not inflater.eof:
            data = inflater.unconsumed_tail
            if not data:
                data = self._source.read(min(compressed, _DATA_BLOCK))
                if not data:
                    raise ValueError("it is cut")
                compressed -= len(data)
            parts.append(inflater.decompress(data, wanted))
            wanted -= len(parts[-1])
        if is_whole and (wanted != 1 or compressed or inflater.unused_data):
            raise ValueError("it has not the size that the directory says")
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _directory(source: IO[bytes]) -> tuple[int, int, int]:
    """Find the directory of a zip by the records at its end.

    Returns:
        Where it begins, how many bytes it has, and how far all is from where the zip says, as other data stands before.

    Raises:
        ValueError: when there is none, or it is a part of several.
    """
    end, disks, size, offset = _end_record(source)
    source.seek(max(end - _LOCATOR.size, 0))
    locator = source.read(_LOCATOR.size)
    if len(locator) == _LOCATOR.size <= end and locator.startswith(_LOCATOR_SIGNATURE):
        _, disk, record, number = _LOCATOR.unpack(locator)
        if disk or number > 1:
            raise ValueError("it is a part of several")
        end, disks, size, offset = _end_record_64(source, record, end - _LOCATOR.size)
    if any(disks):
        raise ValueError("it is a part of several")
    start = end - size
    if start < 0:
        raise ValueError("its directory is not where it says")
    return start, size, start - offset


def _end_record(source: IO[bytes]) -> tuple[int, tuple[int, int], int, int]:
    """Find the record at the end, which is followed by a comment; of several, the last.

    Returns:
        Where it is, the numbers of disks, the size of the directory and where it says that this begins.

    Raises:
        ValueError: when there is none.
    """
    size = source.seek(0, SEEK_END)
    begin = max(size - _END.size - _MAX_COMMENT, 0)
    source.seek(begin)
    tail = source.read(_END.size + _MAX_COMMENT)
    at = len(tail) - _END.size
    if not (tail.startswith(_END_SIGNATURE, at) and tail.endswith(b"\0\0")):  # which has no comment
        at = tail.rfind(_END_SIGNATURE)
    if not 0 <= at <= len(tail) - _END.size:
        raise ValueError("it does not end as a zip ends")
    _, disk, first_disk, size, offset, _ = _END.unpack_from(tail, at)
    return begin + at, (disk, first_disk), size, offset


def _end_record_64(source: IO[bytes], stated: int, locator: int) -> tuple[int, tuple[int, int], int, int]:
    """Read the record of Zip64, where it says that it is, or right before its locator, as other data stands before.

    Args:
        source: the file.
        stated: where it should be.
        locator: where its locator is.

    Returns:
        What `_end_record` gives.

    Raises:
        ValueError: when there is none, or it does not agree with its locator.
    """
    if stated > locator - _END_64.size:
        raise ValueError("its record of Zip64 is not where it says")
    for place in (stated, locator - _END_64.size):
        source.seek(place)
        record = source.read(_END_64.size)
        if len(record) == _END_64.size and record.startswith(_END_64_SIGNATURE):
            break
    else:
        raise ValueError("its record of Zip64 is not where it says")
    _, length, disk, first_disk, size, offset = _END_64.unpack(record)
    if offset + size != stated or place + 12 + length != locator:  # 12: what its length does not count (4.3.14.1)
        raise ValueError("its record of Zip64 is damaged")
    return place, (disk, first_disk), size, offset


def _decoded(name: bytes, flags: int) -> str:
    """Decode a name: UTF-8 where the flags say so, else the code page 437 (APPNOTE D.1).

    Raises:
        ValueError: when it is not the UTF-8 that it should be.
    """
    return name.decode("utf-8" if flags & _UTF_8 else "cp437")


def _with_extra(
    extra: bytes, named: bytes, name: str, size: int, compressed: int, start: int
) -> tuple[str, int, int, int]:
    """Read the fields that an entry has besides (APPNOTE 4.5): those of Zip64 (4.5.3) and of a name in Unicode (4.6.9).

    Args:
        extra: the fields.
        named: the entry's name as it stands.
        name: the name, decoded.
        size: the size that the entry states.
        compressed: its size as it is compressed.
        start: where its header is.

    Returns:
        Name, size, compressed size and start as the fields say them.

    Raises:
        ValueError: when a field is damaged.
    """
    offset = 0
    while offset + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, offset)
        offset += _EXTRA.size
        field = extra[offset : offset + length]
        if len(field) < length:
            raise ValueError("an entry of the directory is damaged")
        offset += length
        if kind == _ZIP_64:
            numbers = iter(struct.unpack(f"<{length // 8}Q", field[: length // 8 * 8]))
            try:
                size = next(numbers) if size == _ELSEWHERE else size
                compressed = next(numbers) if compressed == _ELSEWHERE else compressed
                start = next(numbers) if start == _ELSEWHERE else start
            except StopIteration:
                raise ValueError("an entry of the directory lacks a number") from None
        elif kind == _UNICODE_PATH:
            if length < _UNICODE_PATH_HEAD.size:
                raise ValueError("an entry of the directory is damaged")
            version, checksum = _UNICODE_PATH_HEAD.unpack_from(field)
            if version == 1 and checksum == zlib.crc32(named):  # else the name was changed since
                name = field[_UNICODE_PATH_HEAD.size :].decode() or name
    return name, size, compressed, start
