"""A dump in N-Triples, cut: into blocks, which are compressed, turned into Turtle and counted each by itself, in any
process; and blocks into shards, which are loaded in parallel.

A block is a member of a gzip file, and members one after the other are a gzip file (RFC 1952, section 2.2): so a shard
is its blocks, and the whole dump is its shards, without anything being compressed twice. Cuts depend on the data alone,
and never part the triples of a subject.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Final

from pfocr_rdf.groups import FIGURE_LINE
from pfocr_rdf.releases.counting import Tally, tally
from pfocr_rdf.serialization import write_turtle
from pfocr_rdf.terms import statements_of
from pfocr_rdf.vocabulary import SchemaOrg

__all__ = ["BLOCK_BYTES", "DUMP_LINES", "SHARD_TRIPLES", "Block", "Dump", "Pressed", "gzip_member", "press", "shards"]

SHARD_TRIPLES: Final = 500_000
"""Triples of a shard, at most."""

BLOCK_BYTES: Final = 4_000_000
"""Bytes of a block, but for the rest of its last subject."""

DUMP_LINES: Final = "dump.nt"
"""The file of a whole dump, while a release is made."""

LEVEL: Final = 6
"""The level of the compression, which is part of the bytes."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a dump.

    Attributes:
        start: where it begins, in bytes.
        length: its bytes.
        triples: its triples.
    """

    start: int
    length: int
    triples: int


class Dump:
    """Takes the parts of a dump, as a conversion gives them, writes them to a file, and finds the blocks.

    Attributes:
        blocks: the blocks so far.
        triples: the triples so far.
        digest: the SHA-256 of all that was written.
        sections: where the parts stand that hold sections of figures, each whole: their first bytes, and their lengths.
    """

    def __init__(self, file: IO[bytes], *, block_bytes: int = BLOCK_BYTES) -> None:
        self.blocks: list[Block] = []
        self.triples = 0
        self.digest = sha256()
        self.sections: list[tuple[int, int]] = []
        self._file = file
        self._size = block_bytes
        self._start = 0
        self._rest = bytearray()

    def write(self, part: bytes) -> None:
        """Take the next part."""
        if FIGURE_LINE in part:
            self.sections.append((self._start + len(self._rest), len(part)))
        self._file.write(part)
        self.digest.update(part)
        self._rest += part
        while len(self._rest) > self._size and (end := _cut(self._rest, self._size)):
            self._end_block(end)

    def finish(self) -> None:
        """End the last block."""
        if self._rest:
            self._end_block(len(self._rest))

    def _end_block(self, end: int) -> None:
        triples = self._rest.count(b"\n", 0, end)
        self.blocks.append(Block(self._start, end, triples))
        self.triples += triples
        self._start += end
        del self._rest[:end]


def _cut(lines: bytearray, at_least: int) -> int:
    """Give the end of the first description that ends after so many bytes, or 0 where that is not known yet."""
    begin = lines.rfind(b"\n", 0, at_least) + 1
    end = lines.find(b"\n", at_least - 1) + 1
    if not end:
        return 0
    subject = bytes(lines[begin : lines.index(b" ", begin) + 1])
    while lines.startswith(subject, end):
        if not (end := lines.find(b"\n", end) + 1):
            return 0
    return end if end < len(lines) else 0


@dataclass(frozen=True, slots=True)
class Pressed:
    """A block, ready to be joined with others.

    Attributes:
        ntriples: as a member of a gzip file of N-Triples.
        turtle: as a member of one of Turtle, without prefixes.
        tally: what it holds.
    """

    ntriples: bytes
    turtle: bytes
    tally: Tally


def press(data: bytes, schema: SchemaOrg) -> Pressed:
    """Compress a block, write it in Turtle, and count it.

    Args:
        data: the block, in N-Triples.
        schema: the spelling of schema.org that it has.
    """
    statements = list(statements_of(data))
    return Pressed(gzip_member(data), gzip_member(write_turtle(statements, schema)), tally(statements))


def gzip_member(data: bytes) -> bytes:
    """Compress data to a member of a gzip file: always the same bytes for one version of zlib, without name or time.

    >>> import gzip
    >>> gzip.decompress(gzip_member(b"a") + gzip_member(b"b"))
    b'ab'
    """
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate; no flags, no time, no system
    return b"".join(
        (head, body, zlib.crc32(data).to_bytes(4, "little"), (len(data) & 0xFFFFFFFF).to_bytes(4, "little"))
    )


def shards(blocks: Iterable[Block], *, triples: int = SHARD_TRIPLES) -> Iterator[list[Block]]:
    """Group blocks into shards.

    >>> [len(shard) for shard in shards([Block(0, 9, 3), Block(9, 9, 3), Block(18, 3, 1)], triples=4)]
    [1, 2]
    """
    shard: list[Block] = []
    held = 0
    for block in blocks:
        if shard and held + block.triples > triples:
            yield shard
            shard, held = [], 0
        shard.append(block)
        held += block.triples
    if shard:
        yield shard
