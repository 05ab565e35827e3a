"""The headers of a tar, read one after the other, so that nothing in them is believed before it is bounded.

Python's `tarfile` is made for archives that are trusted: it reads as much as a header says, a negative size leads it
back or to the end, headers of headers lead it into recursion, and what it raises on nonsense is anybody's guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

__all__ = ["Header", "read_headers"]

BLOCK: Final = 512
"""Bytes that a tar counts in."""

MAX_EXTENSION: Final = 1024**2
"""The most bytes that a header may need for a long name and the like."""

_RECORD: Final = re.compile(rb"([1-9][0-9]{0,8}) ([^=]+)=")

_GNU_NAME: Final = b"L"
_GNU_TARGET: Final = b"K"
_PAX: Final = b"x"
_PAX_OF_SOLARIS: Final = b"X"
_PAX_GLOBAL: Final = b"g"
_EXTENSIONS: Final = frozenset((_GNU_NAME, _GNU_TARGET, _PAX, _PAX_OF_SOLARIS, _PAX_GLOBAL))

_SPARSE: Final = b"GNU.sparse."
_GNU_SPARSE: Final = b"S"
_FOLDER: Final = b"5"
_PLAIN: Final = frozenset((b"0", b"\0", b"7"))
_WITHOUT_DATA: Final = {
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    _FOLDER: "a folder",
    b"6": "a pipe",
}


@dataclass(frozen=True, slots=True)
class Header:
    """What a tar says of one member.

    Attributes:
        name: its path, as it stands; what is no UTF-8 in it is kept as surrogates.
        offset: where its data begins.
        size: how many bytes that is.
        is_folder: whether it is a folder.
        fault: what it is, such as `a hard link`; empty for a plain file.
    """

    name: str
    offset: int
    size: int
    is_folder: bool
    fault: str


def read_headers(source: IO[bytes]) -> Iterator[Header]:
    """Yield the headers of a tar, up to its end; the caller bounds their number and the sizes before it goes on.

    Raises:
        ValueError: when the tar is cut, damaged, or made to exhaust memory.
    """
    offset = 0
    extensions: dict[bytes, bytes] = {}
    while True:
        source.seek(offset)
        block = source.read(BLOCK)
        if block == bytes(BLOCK):
            return
        if len(block) < BLOCK or not _is_whole(block):
            raise ValueError("it does not end as an archive ends")
        offset += BLOCK
        kind, size = block[156:157], _number(block[124:136])
        if kind in _EXTENSIONS:
            if size > MAX_EXTENSION:
                raise ValueError("a header is too large")
            if kind in extensions:  # a chain of them has no end
                raise ValueError("a member has two headers of one kind")
            extensions[kind] = source.read(size)
        else:
            header = _header(block, extensions, _after_map(source, block, offset) if kind == _GNU_SPARSE else offset)
            yield header
            extensions, offset, size = {}, header.offset, header.size
        offset += -(-size // BLOCK) * BLOCK  # up to a whole block


def _header(block: bytes, extensions: Mapping[bytes, bytes], offset: int) -> Header:
    """Read the header of a member, with what the headers before it say of it."""
    kind, size = block[156:157], _number(block[124:136])
    if any(key in (b"path", b"size") or key.startswith(_SPARSE) for key in _records(extensions.get(_PAX_GLOBAL, b""))):
        raise ValueError("a header gives several members one name or size")
    records = _records(extensions.get(_PAX, b"") or extensions.get(_PAX_OF_SOLARIS, b""))
    name = _text(records.get(_SPARSE + b"name") or records.get(b"path") or extensions.get(_GNU_NAME, b""))
    if b"size" in records:
        if not records[b"size"].isdigit() or len(records[b"size"]) > 19:
            raise ValueError("a size is no number, or too large")
        size = int(records[b"size"])
    if kind in _WITHOUT_DATA:
        size, fault = 0, _WITHOUT_DATA[kind]
    elif kind == _GNU_SPARSE or any(key.startswith(_SPARSE) for key in records):
        fault = "sparse"  # its holes are not in the archive, and no program that packs a checkout makes any
    else:
        fault = "" if kind in _PLAIN else "of an unknown kind"
    name = name or _name(block)
    return Header(name, offset, size, kind == _FOLDER or name.endswith("/"), fault)


def _is_whole(block: bytes) -> bool:
    """Tell whether a header has the sum that it states, of bytes with or without a sign."""
    digits = block[148:156].strip(b" \0")
    if not digits or digits.strip(b"01234567"):
        return False
    others = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(others)
    stated = int(digits, 8)
    return stated == unsigned or stated == unsigned - 256 * sum(byte > 127 for byte in others)


def _number(field: bytes) -> int:
    """Read a number: octal, or to the base 256 where it is too large for that.

    Raises:
        ValueError: when it is none, or negative.
    """
    if field[:1] >= b"\x80":
        if field[0] != 0x80:
            raise ValueError("a size is negative or too large")
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    if digits.strip(b"01234567"):
        raise ValueError("a size is no number")
    return int(digits or b"0", 8)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _name(block: bytes) -> str:
    name = _text(block[:100])
    if block[257:263] == b"ustar\0" and (folder := _text(block[345:500])):
        return f"{folder}/{name}"
    return name


def _after_map(source: IO[bytes], block: bytes, offset: int) -> int:
    """Give where the data of a file begins that GNU tar packed as sparse: after the blocks that map it."""
    more, end = block[482], offset + MAX_EXTENSION
    while more:
        block = source.read(BLOCK)
        offset += BLOCK
        if len(block) < BLOCK or offset > end:
            raise ValueError("a header is too large")
        more = block[504]
    return offset


def _records(data: bytes) -> dict[bytes, bytes]:
    """Read the records of a pax header, each `LENGTH KEY=VALUE` and a newline.

    Raises:
        ValueError: when it is made of anything else.
    """
    records: dict[bytes, bytes] = {}
    start = 0
    while start < len(data):
        begin = _RECORD.match(data, start)
        end = start + int(begin[1]) if begin is not None else 0
        if begin is None or not begin.end() < end <= len(data) or data[end - 1 : end] != b"\n":
            raise ValueError("a header is damaged")
        records[begin[2]] = data[begin.end() : end - 1]
        start = end
    return records
