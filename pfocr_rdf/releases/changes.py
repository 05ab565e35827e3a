"""What has changed from one release to the next: counts, and figures that came, went, or have other contents.

A release that has lost a part of its data looks like any other. So each count is compared with that of the release
before, and one that falls by more than is allowed stops the new release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pfocr_rdf.groups import Group, packed
from pfocr_rdf.releases.defaults import ALLOWED_DROP
from pfocr_rdf.releases.publication import Counts, FigureChanges
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SCHEMA_HTTPS

__all__ = [
    "CHANGED",
    "FIGURE",
    "Change",
    "Snapshot",
    "changes",
    "changes_table",
    "falls",
    "figure_changes",
    "figures_table",
    "read_figures",
    "section_digest",
]

FIGURE: Final = "figure"
"""The kind of a figure that came or went."""

CHANGED: Final = "changed"
"""The kind of a figure that is in both releases, with other contents; whoever counts figures finds no more of them."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a release holds, as far as it is compared.

    Attributes:
        version: its version.
        counts: numbers, by what is counted and its name: `("class", IRI)`, `("property", IRI)`, `("total", "triples")`.
        figures: the figids, each with the digest of the figure's section, empty where that is not known.
    """

    version: str
    counts: Mapping[tuple[str, str], int]
    figures: Mapping[str, str]

    @classmethod
    def of(cls, version: str, counts: Counts, figures: Mapping[str, str]) -> Snapshot:
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
        return cls(version, numbers, figures)

    @property
    def has_digests(self) -> bool:
        """Whether it can be told which figures have other contents than in another release."""
        return all(self.figures.values())


@dataclass(frozen=True, slots=True)
class Change:
    """What was, and what is.

    Attributes:
        kind: what is counted: `total`, `class`, `property`, `linkset`; `figure` for one that came or went; or
            `changed` for one whose contents are others.
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
    """Compare two releases: every count, also those that stayed; then the figures with other contents, as far as the
    digests of both are known; then those that came or went.

    >>> one = Snapshot("1", {("total", "triples"): 100}, {"PMC1__a": "0e", "PMC2__b": "1f"})
    >>> two = Snapshot("2", {("total", "triples"): 97}, {"PMC1__a": "2d"})
    >>> [(change.kind, change.name, change.before, change.after) for change in changes(one, two)]
    [('total', 'triples', 100, 97), ('changed', 'PMC1__a', 1, 1), ('figure', 'PMC2__b', 1, 0)]
    """
    for key in sorted({*before.counts, *after.counts}, key=lambda key: (KINDS.index(key[0]), key[1])):
        yield Change(*key, before.counts.get(key, 0), after.counts.get(key, 0))
    for figid in sorted(before.figures.keys() & after.figures.keys()):
        digests = before.figures[figid], after.figures[figid]
        if all(digests) and digests[0] != digests[1]:
            yield Change(CHANGED, figid, 1, 1)
    for figid in sorted(before.figures.keys() ^ after.figures.keys()):
        yield Change(FIGURE, figid, int(figid in before.figures), int(figid in after.figures))


KINDS: Final = ("total", "class", "property", "linkset")


def falls(found: Iterable[Change], allowed: float = ALLOWED_DROP) -> list[Change]:
    """Give the counts that fell by more per cent than is allowed, the worst first."""
    fallen = [change for change in found if change.kind in KINDS and change.fall > allowed]
    return sorted(fallen, key=lambda change: (KINDS.index(change.kind), -change.fall, change.name))


def changes_table(found: Iterable[Change]) -> bytes:
    """Write changes as a table with tabs between the cells."""
    rows = (f"{change.kind}\t{change.name}\t{change.before}\t{change.after}\n" for change in found)
    return ("kind\tname\tbefore\tafter\n" + "".join(rows)).encode()


def figure_changes(found: Iterable[Change], *, known: bool) -> FigureChanges:
    """Count the figures that came, went, or have other contents.

    Args:
        found: what has changed.
        known: whether the digests of both releases are, so that other contents show.
    """
    came = gone = changed = 0
    for change in found:
        came += change.kind == FIGURE and change.after > change.before
        gone += change.kind == FIGURE and change.before > change.after
        changed += change.kind == CHANGED
    return FigureChanges(came, gone, changed if known else None)


def section_digest(section: Group) -> str:
    """Give the digest of a figure's section: of its lines of N-Triples, sorted, in schema.org's usual spelling.

    >>> from pfocr_rdf.terms import iri_term
    >>> a, b, name = (iri_term(f"http{end}") for end in ("://a/", "://b/", "s://schema.org/name"))
    >>> one, two = (a, name, b), (a, a, b)
    >>> section_digest([one, two]) == section_digest([two, (a, iri_term("http://schema.org/name"), b)])
    True
    """
    usual = packed(section).replace(_OTHER_SPELLING, _USUAL_SPELLING)
    return sha256(b"".join(sorted(usual.splitlines(keepends=True)))).hexdigest()


_OTHER_SPELLING: Final = f"<{SCHEMA_HTTPS.namespace}".encode()
_USUAL_SPELLING: Final = f"<{SCHEMA_HTTP.namespace}".encode()


def figures_table(figures: Iterable[tuple[str, str]], digests: Mapping[str, str]) -> bytes:
    """Write the figures of a release as a table with tabs between the cells.

    Args:
        figures: the figids, each with the figure's IRI.
        digests: the digests of their sections, by figid.
    """
    rows = (f"{figid}\t{iri}\t{digests[figid]}\n" for figid, iri in figures)
    return (f"{_COLUMNS[-1]}\n" + "".join(rows)).encode()


_COLUMNS: Final = ("figid\tfigure", "figid\tfigure\tsha256")
"""The heads of the tables of releases: at first they had no digests."""


def read_figures(table: bytes) -> dict[str, str]:
    r"""Read the figids of such a table, each with its digest; one that is not there is empty.

    Raises:
        ValueError: when it is none.

    >>> read_figures(figures_table([("PMC1__a", "https://example.org/PMC1__a")], {"PMC1__a": "0e"}))
    {'PMC1__a': '0e'}
    >>> read_figures(b"figid\tfigure\nPMC1__a\thttps://example.org/PMC1__a\n")
    {'PMC1__a': ''}
    """
    head, *rows = table.decode().split("\n")
    if head not in _COLUMNS or rows[-1:] != [""]:
        raise ValueError("is no table of figures")
    figures = {}
    for row in rows[:-1]:
        figid, _, *digest = row.split("\t")
        figures[figid] = "".join(digest)
    return figures
