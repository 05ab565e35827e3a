"""What figures share (papers, journals, genes, chemicals, diseases, organisms), gathered once.

`Entities` takes what each figure gives, wherever that was gathered. It keeps, for each entity, the labels with the
number of figures that give them, and the figures it is part of as indexes, so that it stays small whatever the size of
the database.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias, TypeVar, get_args

from pfocr_rdf.figures import Journal, Paper
from pfocr_rdf.iris import Source
from pfocr_rdf.mapping import USUAL_ENDING, Section
from pfocr_rdf.mentions import Chemical, Gene
from pfocr_rdf.organisms import TAXON_ID
from pfocr_rdf.record import PMCID, YEAR
from pfocr_rdf.terms import Statement, Term, iri_text

__all__ = [
    "CHEMICAL",
    "DISEASE",
    "GENE",
    "PACKED_TERM",
    "Contribution",
    "Entities",
    "Told",
    "contribution",
    "is_packed_organism",
    "is_packed_paper",
    "is_packed_term",
    "pmcid_of",
    "unpacked",
    "unpacked_paper",
]

_Key = TypeVar("_Key", bound=Hashable)

GENE: Final = 1
"""What a term is mentioned as; of several the sum."""

CHEMICAL: Final = 2
DISEASE: Final = 4


class Contribution(NamedTuple):
    """What one figure gives to what figures share; a tuple is made, and comes from a worker, several times quicker.

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


def is_packed_term(text: str) -> bool:
    r"""Tell whether a text is what is packed of a gene, chemical or disease.

    >>> is_packed_term("1\tEntrez Gene\t7157\t9606\tTP53"), is_packed_term("TP53")
    (True, False)
    """
    return _is_packed(text, 4, _TERM)


def is_packed_organism(text: str) -> bool:
    """Tell whether a text is what is packed of an organism."""
    return _ORGANISM.fullmatch(text) is not None or _is_packed(text, 1, TAXON_ID)


def is_packed_paper(text: str) -> bool:
    """Tell whether a text is what is packed of a paper."""
    if _PAPER.fullmatch(text) is not None:
        return True
    try:
        paper = unpacked_paper(text)
        journal = paper.journal if paper.journal is not None else Journal(None, None)
        given = (paper.title, paper.citation, paper.doi, paper.publisher, journal.title, journal.nlm_abbreviation)
        if not all(text is None or type(text) is str for text in given):
            return False
        "".join(paper.keywords)
        return PMCID.fullmatch(paper.pmcid) is not None and (paper.year is None or bool(YEAR.fullmatch(paper.year)))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return False


_ORGANISM: Final = re.compile(rf"{TAXON_ID.pattern}(?:\t.*)?+", re.DOTALL)
_PAPER: Final = re.compile(rf"{PMCID.pattern}(?:\t[^\t]*+){{2}}\t(?:{YEAR.pattern})?+(?:\t[^\t]*+){{4,}}+")


def _is_packed(text: str, fields: int, form: re.Pattern[str]) -> bool:
    """Tell whether a text is packed of texts, of which the first are of a form."""
    try:
        texts = unpacked(text)
        "".join(texts)
        return form.fullmatch("\t".join(texts[:fields])) is not None
    except (ValueError, TypeError, RecursionError):
        return False


PACKED_TERM: Final = rf"[1-7]\t(?:{'|'.join(get_args(Source))})\t[^\x00-\x1f]++\t(?:{TAXON_ID.pattern})?+"
"""The form of what is packed of a gene, chemical or disease, up to its labels, which tabs divide."""

_TERM: Final = re.compile(PACKED_TERM)

# --------------------------------------------------------------------------------------------------- gathering


Told: TypeAlias = tuple[str, Sequence[int]]
"""A thing as figures tell of it, packed, and the numbers of these figures."""

_Figures: TypeAlias = "int | array[int]"
"""Numbers of figures; most things are told of by one, whose number alone takes less memory, and time."""


class Entities:
    """What the figures added so far share.

    What figures say is kept as they say it, each thing once, with the numbers of the figures that say it; who asks for
    a description unites it. So adding is quick, and little is kept.

    Attributes:
        iris: the IRIs of the figures, by their numbers.
        organisms: for each organism as figures tell of it, packed, how many figures do.
    """

    __slots__ = (
        "_images",
        "_others",
        "_papers",
        "_records",
        "_shared_images",
        "_terms",
        "iris",
        "organisms",
    )

    def __init__(self) -> None:
        self.iris: list[Term] = []
        self._records: list[tuple[str, str]] = []  # of each figure its figid, and its record's file
        self._papers: dict[str, _Figures] = {}
        self._terms: dict[str, _Figures] = {}
        self.organisms: dict[str, int] = {}
        self._others: dict[Term, dict[Statement, None]] = {}
        self._images: dict[Term, str] = {}
        self._shared_images: dict[Term, Term] = {}

    def add(self, contribution: Contribution) -> None:
        """Add what one figure gives."""
        number = len(self.iris)
        self.iris.append(contribution.iri)
        self._records.append((contribution.figid, contribution.file))
        _add_figure(self._papers, (contribution.paper,), number)
        _add_figure(self._terms, contribution.terms, number)
        for named in contribution.organisms:
            self.organisms[named] = self.organisms.get(named, 0) + 1
        for statement in contribution.others:
            self._others.setdefault(statement[0], {})[statement] = None
        if contribution.image is not None:
            self._images[contribution.iri] = contribution.image
        if contribution.shared_image is not None:
            image, figure = contribution.shared_image
            self._shared_images[image] = figure

    def papers(self) -> Iterator[Told]:
        """Yield each paper as figures tell of it, and the numbers of these figures."""
        return _told(self._papers)

    def terms(self) -> Iterator[Told]:
        """Yield each gene, chemical and disease as figures tell of it, and the numbers of these figures."""
        return _told(self._terms)

    def figures(self, numbers: Iterable[int]) -> list[Term]:
        """Give the IRIs of figures by their numbers."""
        return list(map(self.iris.__getitem__, numbers))

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
        return min(map(self._records.__getitem__, numbers))


def _add_figure(told: dict[str, _Figures], texts: Iterable[str], number: int) -> None:
    for text in texts:
        if (figures := told.get(text)) is None:
            told[text] = number
        elif isinstance(figures, int):
            told[text] = array("I", (figures, number))
        else:
            figures.append(number)


def _told(told: dict[str, _Figures]) -> Iterator[Told]:
    for text, figures in told.items():
        yield text, ((figures,) if isinstance(figures, int) else figures)
