"""The sections of a dump's figures, and the digests by which the next release tells which figures have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pfocr_rdf.groups import Group, owner_of
from pfocr_rdf.releases.changes import section_digest
from pfocr_rdf.releases.shards import DUMP_LINES, Dump
from pfocr_rdf.sections import groups_in_order
from pfocr_rdf.terms import statements_of
from pfocr_rdf.workers import in_order

__all__ = ["section_digests", "sections"]


def sections(dump: Dump, work: Path) -> Iterator[Group]:
    """Yield the sections of a dump's figures, some hundred of which are in memory at once.

    Args:
        dump: the dump, as it was written to `DUMP_LINES`.
        work: the folder of that file.
    """
    for place in dump.sections:
        yield from _sections_at(str(work / DUMP_LINES), place)


def section_digests(dump: Dump, work: Path, *, jobs: int) -> dict[str, str]:
    """Give the digest of each figure's section by figid.

    Args:
        dump: the dump, as it was written to `DUMP_LINES`.
        work: the folder of that file.
        jobs: worker processes.

    Raises:
        WorkerError: when a worker dies.
    """
    found: dict[str, str] = {}
    for digests in in_order(partial(_digests_at, str(work / DUMP_LINES)), dump.sections, workers=jobs):
        found.update(digests)
    return found


def _digests_at(path: str, place: tuple[int, int]) -> Sequence[tuple[str, str]]:
    return [(owner_of(section)[1], section_digest(section)) for section in _sections_at(path, place)]


def _sections_at(path: str, place: tuple[int, int]) -> Iterator[Group]:
    start, length = place
    with open(path, "rb") as file:
        file.seek(start)
        data = file.read(length)
    yield from groups_in_order(statements_of(data))
