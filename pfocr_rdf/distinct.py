"""How many different things there are among millions, exactly and in bounded memory.

Of each thing a digest of 16 bytes is kept: in memory while they are few, else in temporary files by its first bits,
which are counted one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from pfocr_rdf.errors import why
from pfocr_rdf.output import OutputError, temporary_folder

__all__ = ["Distinct", "digest_of"]

DIGEST: Final = 16
"""Bytes of a digest."""
FILES: Final = 64


def digest_of(thing: bytes) -> bytes:
    """Give the digest of a thing, 16 bytes."""
    return blake2b(thing, digest_size=DIGEST).digest()


class Distinct:
    """Counts different things; used as a context, at whose end the temporary files are gone.

    Args:
        limit: digests that are kept in memory, 100 bytes each.

    Example:
        >>> with Distinct(limit=2) as distinct:
        ...     distinct.add([b"one", b"two", b"three", b"two"])
        ...     distinct.count()
        3
    """

    def __init__(self, limit: int = 500_000) -> None:
        self._limit = limit
        self._few: set[bytes] = set()
        self._files: list[IO[bytes]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Distinct:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, things: Iterable[bytes]) -> None:
        """Take in things.

        Raises:
            OutputError: when temporary files cannot be written.
        """
        self.add_digests(map(digest_of, things))

    def add_digests(self, digests: Iterable[bytes]) -> None:
        """Take in things by what `digest_of` gives of them.

        Raises:
            OutputError: when temporary files cannot be written.
        """
        self._few.update(digests)
        if len(self._few) > self._limit:
            self._spill()

    def count(self) -> int:
        """Give the number of different things so far.

        Raises:
            OutputError: when temporary files cannot be written or read.
        """
        if not self._files:
            return len(self._few)
        self._spill()
        total = 0
        for file in self._files:
            file.seek(0)
            data = file.read()
            total += len({data[start : start + DIGEST] for start in range(0, len(data), DIGEST)})
        return total

    def _spill(self) -> None:
        try:
            if not self._files:
                folder = self._stack.enter_context(temporary_folder())
                for number in range(FILES):
                    opened = open(Path(folder, f"{number:02x}"), "w+b")  # noqa: SIM115 - the stack closes it
                    self._files.append(self._stack.enter_context(opened))
            buckets: list[list[bytes]] = [[] for _ in range(FILES)]
            for digest in self._few:
                buckets[digest[0] % FILES].append(digest)
            for file, bucket in zip(self._files, buckets, strict=True):
                file.seek(0, 2)
                file.write(b"".join(bucket))
        except OSError as error:
            name = error.filename or "temporary files"
            raise OutputError(f"{name}: cannot be written: {why(error)}") from error
        self._few.clear()
