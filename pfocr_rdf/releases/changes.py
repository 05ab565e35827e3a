"""What has changed from one release to the next: counts, and figures that came or went.

A release that has lost a part of its data looks like any other. So each count is compared with that of the release
before, and one that falls by more than is allowed stops the new release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pfocr_rdf.releases.publication import Counts

__all__ = ["ALLOWED_DROP", "Change", "Snapshot", "changes", "changes_table", "falls", "figures_table", "read_figures"]

ALLOWED_DROP: Final = 2.0
"""Per cent by which a count may fall."""

FIGURE: Final = "figure"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a release holds, as far as it is compared.

    Attributes:
        version: its version.
        counts: numbers, by what is counted and its name: `("class", IRI)`, `("property", IRI)`, `("total", "triples")`.
        figures: the figids.
    """

    version: str
    counts: Mapping[tuple[str, str], int]
    figures: frozenset[str]

    @classmethod
    def of(cls, version: str, counts: Counts, figures: Iterable[str]) -> Snapshot:
        """Give what a release holds."""
        numbers = {
            ("total", "triples"): counts.triples,
            ("total", "entities"): counts.entities,
            ("total", "distinct subjects"): counts.subjects,
            ("total", "distinct objects"): counts.objects,
            ("total", "classes"): len(counts.classes),
            ("total", "properties"): len(counts.properties),
        }
        numbers |= {("class", part.iri): part.entities for part in counts.classes}
        numbers |= {("property", part.iri): part.triples for part in counts.properties}
        numbers |= {("linkset", f"{link.predicate} {link.target.uri_space}"): link.triples for link in counts.linksets}
        return cls(version, numbers, frozenset(figures))


@dataclass(frozen=True, slots=True)
class Change:
    """What was, and what is.

    Attributes:
        kind: what is counted: `total`, `class`, `property`, `linkset`, or `figure` for one that came or went.
        name: the IRI or name of it.
        before: the number in the release before.
        after: the number in this one.
    """

    kind: str
    name: str
    before: int
    after: int

    @property
    def fall(self) -> float:
        """By how many per cent the number fell; nothing where it did not."""
        return max(0.0, (self.before - self.after) * 100 / self.before) if self.before else 0.0

    def __str__(self) -> str:
        """Say what fell, and by how much."""
        return f"{self.kind} {self.name}: from {self.before:,} to {self.after:,} (-{self.fall:.1f}%)"


def changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Compare two releases: every count, also those that stayed, then the figures that came or went.

    >>> one = Snapshot("1", {("total", "triples"): 100}, frozenset({"PMC1__a", "PMC2__b"}))
    >>> two = Snapshot("2", {("total", "triples"): 97}, frozenset({"PMC1__a"}))
    >>> [str(change) for change in changes(one, two)]
    ['total triples: from 100 to 97 (-3.0%)', 'figure PMC2__b: from 1 to 0 (-100.0%)']
    """
    for key in sorted({*before.counts, *after.counts}, key=lambda key: (KINDS.index(key[0]), key[1])):
        yield Change(*key, before.counts.get(key, 0), after.counts.get(key, 0))
    for figid in sorted(before.figures ^ after.figures):
        yield Change(FIGURE, figid, int(figid in before.figures), int(figid in after.figures))


KINDS: Final = ("total", "class", "property", "linkset")


def falls(found: Iterable[Change], allowed: float = ALLOWED_DROP) -> list[Change]:
    """Give the counts that fell by more per cent than is allowed, the worst first."""
    fallen = [change for change in found if change.kind != FIGURE and change.fall > allowed]
    return sorted(fallen, key=lambda change: (KINDS.index(change.kind), -change.fall, change.name))


def changes_table(found: Iterable[Change]) -> bytes:
    """Write changes as a table with tabs between the cells."""
    rows = (f"{change.kind}\t{change.name}\t{change.before}\t{change.after}\n" for change in found)
    return ("kind\tname\tbefore\tafter\n" + "".join(rows)).encode()


def figures_table(figures: Iterable[tuple[str, str]]) -> bytes:
    """Write the figids of a release and the IRIs of the figures as a table with tabs between the cells."""
    return ("figid\tfigure\n" + "".join(f"{figid}\t{iri}\n" for figid, iri in figures)).encode()


def read_figures(table: bytes) -> list[str]:
    r"""Read the figids of such a table.

    Raises:
        ValueError: when it is none.

    >>> read_figures(figures_table([("PMC1__a", "https://example.org/PMC1__a")]))
    ['PMC1__a']
    """
    head, *rows = table.decode().split("\n")
    if head != "figid\tfigure" or rows[-1:] != [""]:
        raise ValueError("is no table of figures")
    return [row.partition("\t")[0] for row in rows[:-1]]
