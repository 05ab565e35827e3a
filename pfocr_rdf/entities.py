"""What figures share (papers, journals, genes, chemicals, diseases, organisms), gathered once.

`Entities` takes figures in any order and any split: parts gathered by several workers are merged into the same whole.
It keeps, for each entity, the labels with the number of figures that give them, and the figures it is part of as
indexes, so that it stays small whatever the size of the database.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pfocr_rdf.figures import Journal, Paper
from pfocr_rdf.iris import (
    Source,
)
from pfocr_rdf.mapping import USUAL_ENDING, Section
from pfocr_rdf.mentions import Chemical, Gene
from pfocr_rdf.terms import Statement, Term, iri_text

__all__ = [
    "CHEMICAL",
    "DISEASE",
    "GENE",
    "Contribution",
    "Entities",
    "contribution",
    "pmcid_of",
    "unpacked",
    "unpacked_paper",
]

_Key = TypeVar("_Key", bound=Hashable)

GENE: Final = 1
"""What a term is mentioned as; of several the sum."""

CHEMICAL: Final = 2
DISEASE: Final = 4


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one figure gives to what figures share.

    Attributes:
        figid: the figure's figid.
        iri: its IRI in the output.
        file: its record's file, for diagnostics.
        paper: its paper, packed.
        terms: what it says of genes, chemicals and diseases, each once, packed.
        organisms: for each taxon its names, packed.
        others: what the record says of things that are not the figure's own.
        image: what `Section.image` says.
        shared_image: what `Section.shared_image` says.
    """

    figid: str
    iri: Term
    file: str
    paper: str
    terms: tuple[str, ...]
    organisms: tuple[str, ...]
    others: tuple[Statement, ...] = ()
    image: str | None = None
    shared_image: tuple[Term, Term] | None = None


def contribution(section: Section) -> Contribution:
    """Gather what a figure gives."""
    figure = section.figure
    kinds: dict[tuple[Source, str], int] = {}
    labels: dict[tuple[Source, str], tuple[str, ...]] = {}
    taxa: dict[tuple[Source, str], str] = {}
    organisms: dict[str, tuple[str, ...]] = {}
    for mention in figure.mentions:
        for body in mention.bodies:
            key: tuple[Source, str]
            if isinstance(body, Gene):
                key, kind, label, taxon_id = ("Entrez Gene", body.id), GENE, body.symbol, body.taxon_id
                if taxon_id is not None:
                    taxa.setdefault(key, taxon_id)
                    _add_name(organisms, taxon_id, body.organism)
            else:
                key, label = (body.source, body.id), body.label
                kind = CHEMICAL if isinstance(body, Chemical) else DISEASE
            kinds[key] = kinds.get(key, 0) | kind
            _add_name(labels, key, label)
    for organism in (*figure.organisms, *figure.recognized_organisms):
        if organism.taxon_id is not None:
            _add_name(organisms, organism.taxon_id, organism.name)
    return Contribution(
        figid=figure.figid,
        iri=section.iri,
        file=figure.file,
        paper=_packed_paper(figure.paper),
        terms=tuple([_packed((str(kind), *key, taxa.get(key, ""), *labels[key])) for key, kind in kinds.items()]),
        organisms=tuple([_packed((taxon_id, *names)) for taxon_id, names in organisms.items()]),
        others=section.others,
        image=section.image,
        shared_image=section.shared_image,
    )


def _add_name(names: dict[_Key, tuple[str, ...]], key: _Key, name: str | None) -> None:
    """Add a name to those of a thing, unless it is there."""
    known: tuple[str, ...] = names.get(key, ())
    if name is not None and name not in known:
        names[key] = (*known, name)
    elif key not in names:
        names[key] = known


# ---------------------------------------------------------------------------------------------------- packing
#
# What figures say is packed into texts, which are quick to compare and count, and take a third of the memory.

_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _packed(texts: Sequence[str]) -> str:
    """Pack texts into one: joined by tabs, or as JSON where they hold tabs themselves."""
    joined = "\t".join(texts)
    return joined if joined.count("\t") == len(texts) - 1 and joined[:1] != "[" else _encode(texts)


def unpacked(text: str) -> list[str]:
    """Give back the texts that were packed."""
    return json.loads(text) if text[:1] == "[" else text.split("\t")


def _packed_paper(paper: Paper) -> str:
    """Pack a paper; equal papers give equal texts."""
    journal = (paper.journal.title, paper.journal.nlm_abbreviation) if paper.journal is not None else None
    fields = (paper.pmcid, paper.title, paper.citation, paper.year, paper.doi, *(journal or (None, None)))
    texts = (*fields, paper.publisher, *paper.keywords)
    if "" not in texts and journal != (None, None):  # so that an empty text can stand for a missing one
        joined = "\t".join([text or "" for text in texts])
        if joined.count("\t") == len(texts) - 1 and joined[:1] != "[":
            return joined
    return _encode((*fields[:5], journal, paper.publisher, paper.keywords))


def pmcid_of(packed: str) -> str:
    """Give the PMCID of a packed paper."""
    return packed.partition("\t")[0] if packed[:1] != "[" else unpacked_paper(packed).pmcid


def unpacked_paper(text: str) -> Paper:
    """Give back the paper that was packed."""
    if text[:1] == "[":
        pmcid, title, citation, year, doi, journal, publisher, keywords = json.loads(text)
        return Paper(pmcid, title, citation, year, doi, journal and Journal(*journal), publisher, tuple(keywords))
    pmcid, *texts = text.split("\t")
    title, citation, year, doi, name, abbreviation, publisher = (given or None for given in texts[:7])
    its_journal = Journal(name, abbreviation) if name or abbreviation else None
    return Paper(pmcid, title, citation, year, doi, its_journal, publisher, tuple(texts[7:]))


def journal_of(packed: str) -> Journal | None:
    """Give the journal of a packed paper."""
    if packed[:1] == "[":
        return unpacked_paper(packed).journal
    title, abbreviation = packed.split("\t", 7)[5:7]
    return Journal(title or None, abbreviation or None) if title or abbreviation else None


# --------------------------------------------------------------------------------------------------- gathering


class Entities:
    """What the figures added so far share.

    What figures say is kept as they say it, each thing once, with the numbers of the figures that say it; who asks for
    a description unites it. So adding and merging is quick, and little is kept.

    Attributes:
        iris: the IRIs of the figures, from the first one's number on.
        papers: for each paper as figures tell of it, packed, the numbers of these figures.
        terms: likewise for genes, chemicals and diseases.
        organisms: for each organism as figures tell of it, packed, how many figures do.
    """

    __slots__ = (
        "_first",
        "_images",
        "_others",
        "_records",
        "_shared_images",
        "iris",
        "organisms",
        "papers",
        "terms",
    )

    def __init__(self, first: int = 0) -> None:
        """Begin.

        Args:
            first: the number of the first figure, where other parts come before; those merge quicker then.
        """
        self._first = first
        self.iris: list[Term] = []
        self._records: list[tuple[str, str]] = []  # of each figure its figid, and its record's file
        self.papers: dict[str, array[int]] = {}
        self.terms: dict[str, array[int]] = {}
        self.organisms: dict[str, int] = {}
        self._others: dict[Term, dict[Statement, None]] = {}
        self._images: dict[Term, str] = {}
        self._shared_images: dict[Term, Term] = {}

    def add(self, contribution: Contribution) -> None:
        """Add what one figure gives."""
        number = self._first + len(self.iris)
        self.iris.append(contribution.iri)
        self._records.append((contribution.figid, contribution.file))
        _add_figure(self.papers, (contribution.paper,), number)
        _add_figure(self.terms, contribution.terms, number)
        for named in contribution.organisms:
            self.organisms[named] = self.organisms.get(named, 0) + 1
        for statement in contribution.others:
            self._others.setdefault(statement[0], {})[statement] = None
        if contribution.image is not None:
            self._images[contribution.iri] = contribution.image
        if contribution.shared_image is not None:
            image, figure = contribution.shared_image
            self._shared_images[image] = figure

    def merge(self, other: Entities) -> None:
        """Add what another part gathered, whose figures come after this one's."""
        end = self._first + len(self.iris)
        if other._first >= end:  # numbers that no figure has are left free
            self.iris += [Term("")] * (other._first - end)
            self._records += [("", "")] * (other._first - end)
        _merge_figures(self.papers, other.papers, max(0, end - other._first))
        _merge_figures(self.terms, other.terms, max(0, end - other._first))
        self.iris += other.iris
        self._records += other._records
        for named, count in other.organisms.items():
            self.organisms[named] = self.organisms.get(named, 0) + count
        for subject, statements in other._others.items():
            self._others.setdefault(subject, {}).update(statements)
        self._images.update(other._images)
        self._shared_images.update(other._shared_images)

    def figures(self, numbers: Iterable[int]) -> list[Term]:
        """Give the IRIs of figures by their numbers."""
        if self._first == 0:
            return list(map(self.iris.__getitem__, numbers))
        return [self.iris[number - self._first] for number in numbers]

    def others(self) -> dict[Term, dict[Statement, None]]:
        """Give what records say of things that are not their figures' own, by these things.

        Images that stand with their figures are left out.
        """
        others = dict(self._others)
        if self._shared_images:
            figures = set(self.iris)
            for image, figure in self._shared_images.items():
                usual = figure not in self._images and iri_text(image).endswith(USUAL_ENDING)
                if figure in figures and (usual or self._images.get(figure) == image):
                    others.pop(image, None)
        return others

    def first_record(self, numbers: Iterable[int]) -> tuple[str, str]:
        """Give the first figid of some figures, and its record's file."""
        return min([self._records[number - self._first] for number in numbers])

    def __reduce__(self) -> tuple[Callable[..., Entities], tuple[object, ...]]:
        """Pickle flat, which is several times quicker than object by object."""
        said = [(list(told), [numbers.tobytes() for numbers in told.values()]) for told in (self.papers, self.terms)]
        rest = (self.organisms, self._others, self._images, self._shared_images)
        return _entities, (self._first, self.iris, self._records, said, rest)


def _add_figure(told: dict[str, array[int]], texts: Iterable[str], number: int) -> None:
    for text in texts:
        if (numbers := told.get(text)) is None:
            told[text] = array("I", (number,))
        else:
            numbers.append(number)


def _merge_figures(told: dict[str, array[int]], others: dict[str, array[int]], offset: int) -> None:
    for text, theirs in others.items():
        moved = array("I", [number + offset for number in theirs]) if offset else theirs
        if (numbers := told.get(text)) is None:
            told[text] = moved
        else:
            numbers.extend(moved)


def _entities(
    first: int,
    figures: list[Term],
    records: list[tuple[str, str]],
    said: list[tuple[list[str], list[bytes]]],
    rest: tuple[dict[str, int], dict[Term, dict[Statement, None]], dict[Term, str], dict[Term, Term]],
) -> Entities:
    """Give back what was pickled."""
    entities = Entities(first)
    entities.iris = figures
    entities._records = records
    entities.papers, entities.terms = (
        {text: array("I", numbers) for text, numbers in zip(texts, told, strict=True)} for texts, told in said
    )
    entities.organisms, entities._others, entities._images, entities._shared_images = rest
    return entities
