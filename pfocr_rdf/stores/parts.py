"""N-Triples regrouped into parts of bounded size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["PART_BYTES", "PART_TRIPLES", "Parts"]

PART_BYTES: Final = 4 * 1024 * 1024
PART_TRIPLES: Final = 50_000


class Parts:
    r"""Takes whole lines and hands them on in parts, each of bounded size and none of them empty.

    Args:
        write: takes the parts.
        size: bytes that a part has at most, unless it is one line.
        triples: lines that a part has at most.

    Example:
        >>> written = []
        >>> parts = Parts(written.append, size=8)
        >>> parts.add(b"one\ntwo\nthree\n")
        >>> parts.flush()
        >>> written
        [b'one\ntwo\n', b'three\n']
    """

    def __init__(
        self, write: Callable[[bytes], object], *, size: int = PART_BYTES, triples: int = PART_TRIPLES
    ) -> None:
        self._write = write
        self._most = (size, triples)
        self._lines: list[bytes] = []
        self._size = 0

    def add(self, data: bytes) -> None:
        """Take in whole lines."""
        size, triples = self._most
        for line in data.splitlines(keepends=True):  # of bytes: at \n and \\r alone, and N-Triples escapes \\r
            if self._lines and (self._size + len(line) > size or len(self._lines) >= triples):
                self.flush()
            self._lines.append(line)
            self._size += len(line)

    def flush(self) -> None:
        """Hand on what is left."""
        if self._lines:
            part = b"".join(self._lines)
            self._lines.clear()
            self._size = 0
            self._write(part)
