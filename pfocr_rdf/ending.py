"""The end of a conversion: what figures share is described and written, here or in other processes.

With a cache, parts of which figures tell the same as before are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Final, TypeAlias

from pfocr_rdf.cache import KeptParts, part_key
from pfocr_rdf.descriptions import Part, entity_groups, entity_parts
from pfocr_rdf.diagnostics import Diagnostic, Report
from pfocr_rdf.entities import Entities
from pfocr_rdf.groups import Group, portions
from pfocr_rdf.mapping import Settings
from pfocr_rdf.serialization import FORMATS

__all__ = ["Spread", "described", "described_groups"]

PART: Final = 50_000
"""Triples of the shared entities that are written at once."""

TELLING: Final = 10_000
"""What is told by figures, one thing by one figure, that is described at once."""

SPREAD: Final = 40_000
"""The most figures of which processes describe what they share: each of them copies much of this one's memory."""

BATCH: Final = 50
"""Parts of the shared entities that are at most kept together."""

Described: TypeAlias = tuple[int, bytes, list[Diagnostic]]
"""Parts of what figures share, described: the number of triples, the bytes, and what was found."""

Spread: TypeAlias = Callable[
    [Callable[[list[Part]], Described], Iterable[list[Part]], Callable[[list[Part]], bool]], Iterator[Described]
]
"""What describes parts, in their order, here or in processes that know what this one knows; the last argument tells
which parts must be described here."""

Written: TypeAlias = tuple[int, bytes]
"""A part of the output: the number of triples, and the bytes."""


def described(
    entities: Entities,
    *,
    settings: Settings,
    format: str,
    report: Report,
    spread: Spread | None = None,
    kept: KeptParts | None = None,
) -> Iterator[Written]:
    """Describe what figures share, part by part.

    Args:
        entities: what was gathered.
        settings: the settings of the run.
        format: a name in `FORMATS`.
        report: takes the diagnostics.
        spread: describes parts; without it, that is done here, as it is for what is kept, and for many figures.
        kept: what is kept of earlier runs, or None.

    Yields:
        The parts, in an order that depends only on what was gathered: the number of triples, and the bytes.
    """
    put = partial(_written, settings=settings, format=format)

    def describe(some: list[Part]) -> Described:
        found: list[Diagnostic] = []
        return *put(chain.from_iterable(part.describe(entities, settings, found.append) for part in some)), found

    parts = entity_parts(entities)
    if kept is not None:
        yield from _kept_or_described(parts, kept, entities, describe, report)
        return
    few = len(entities.iris) <= SPREAD
    over = spread if spread is not None and few else _described_here
    for triples, data, found in over(describe, _weighed(parts), _needs_all):
        for diagnostic in found:
            report(diagnostic)
        yield triples, data


def described_groups(
    entities: Entities, *, settings: Settings, format: str, report: Report
) -> Iterator[tuple[list[Group], int, bytes]]:
    """Describe what figures share, part by part, and give the statements, too.

    Args:
        entities: what was gathered.
        settings: the settings of the run.
        format: a name in `FORMATS`.
        report: takes the diagnostics.

    Yields:
        The groups of a part, the number of their triples, and the bytes.
    """
    for groups in portions(entity_groups(entities, settings=settings, report=report), PART):
        yield groups, *_written(groups, settings=settings, format=format)


def _written(groups: Iterable[Group], *, settings: Settings, format: str) -> Written:
    statements = list(chain.from_iterable(groups))
    return len(statements), FORMATS[format].write(statements, settings.schema)


def _weighed(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Yield as many parts together as take some time to describe; one that needs all that was gathered is alone."""
    some: list[Part] = []
    weight = 0
    for part in parts:
        if not part.names_figures:
            if some:
                yield some
            yield [part]
            some, weight = [], 0
            continue
        some.append(part)
        weight += sum(len(figures) + 4 for told in part.things for _, figures in told)
        if weight >= TELLING:
            yield some
            some, weight = [], 0
    if some:
        yield some


def _needs_all(some: list[Part]) -> bool:
    """Tell whether parts cannot be described without all that was gathered."""
    return not all(part.names_figures for part in some)


def _described_here(
    describe: Callable[[list[Part]], Described], parts: Iterable[list[Part]], _: Callable[[list[Part]], bool]
) -> Iterator[Described]:
    """Describe parts one after the other."""
    return map(describe, parts)


def _kept_or_described(
    parts: Iterable[Part],
    kept: KeptParts,
    entities: Entities,
    describe: Callable[[list[Part]], Described],
    report: Report,
) -> Iterator[Written]:
    """Yield parts of what figures share, each as its number of triples and its bytes, described only where not kept.

    A part of which something is reported is not kept, so that it is reported again.
    """
    figures = [iri.encode() for iri in entities.iris]
    held: set[bytes] = set()
    made: set[str] = set()
    for batch in _batches((part, part_key(part.told(), figures) if part.things else None) for part in parts):
        known = kept.get([key for _, key in batch if key is not None])
        whole: dict[bytes, tuple[int, bytes]] = {}
        for part, key in batch:
            result = known.get(key) if key is not None else None
            found: list[Diagnostic] = []
            if result is None:
                triples, data, found = describe([part])
                result = triples, data
                for diagnostic in found:
                    report(diagnostic)
            if key is not None and not found:
                whole[key] = result
            yield result
        # as a whole, so that nothing else holds what it was before
        if whole.keys() != known.keys() and (name := kept.put(whole)):
            made.add(name)
        else:
            held.update(known)
    kept.keep_only(held, made)


def _batches(parts: Iterable[tuple[Part, bytes | None]]) -> Iterator[list[tuple[Part, bytes | None]]]:
    """Yield as many parts together as are kept together, some ten of them.

    Where a batch ends depends on its last part, so that another part more or less changes one batch and no other.
    """
    batch = []
    for part, key in parts:
        batch.append((part, key))
        if len(batch) == BATCH or (key is not None and key[0] % 10 == 0):
            yield batch
            batch = []
    if batch:
        yield batch
