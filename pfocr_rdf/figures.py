"""The model: a figure of PFOCR and what its record says of it, as frozen dataclasses without any RDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pfocr_rdf.mentions import Chemical, Disease, Gene, Mention
from pfocr_rdf.organisms import Organism

__all__ = ["Annotation", "Figure", "Journal", "Organism", "Paper"]


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal.

    Attributes:
        title: its title, or None.
        nlm_abbreviation: NLM's title abbreviation, or None.
    """

    title: str | None = None
    nlm_abbreviation: str | None = None

    @property
    def name(self) -> str:
        """The name that identifies it: NLM's abbreviation, or the title where there is none."""
        return self.nlm_abbreviation or self.title or ""


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper that a figure comes from.

    Attributes:
        pmcid: `PMC` and digits.
        title: the title, outer blanks trimmed, or None.
        citation: the short citation (`reftext`), or None.
        year: four digits, or None.
        doi: the bare DOI, `10.…`, or None.
        journal: the journal, or None.
        publisher: the publisher's name, or None.
        keywords: the authors' keywords, each once.
    """

    pmcid: str
    title: str | None = None
    citation: str | None = None
    year: str | None = None
    doi: str | None = None
    journal: Journal | None = None
    publisher: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation of an old record.

    Attributes:
        value: what it says.
        type: of what type, or None.
    """

    value: str
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A pathway figure. Missing values are None or empty.

    Attributes:
        figid: its identity, `PMC<digits>__<file stem>`.
        paper: the paper it comes from.
        title: `figtitle`, outer blanks trimmed.
        caption: the caption, to the letter.
        number: the figure's number as the paper prints it.
        type: `Figure`, `Scheme`, `Supplemental figure` …
        filename: the image file.
        link: the figure's page at PubMed Central, a path that begins with `pmc/articles/`.
        aliases: other names (`figid_alias`), not unique.
        redirects: paths on PFOCR's site that lead to the figure, each begins with one slash.
        organisms: the organisms that the paper is about.
        recognized_organisms: those whose gene lexicon matched words of the figure.
        score: the classifier's score in its lexical form, an `xsd:decimal`.
        rank: the figure's place among the search results at PubMed Central, digits.
        wikipathways: WikiPathways ids of pathways drawn after the figure.
        ndex: UUIDs of networks at NDEx.
        annotations: annotations, of old records.
        mentions: the words of the figure, and what the lexica made of them.
        jsonld: the record's `schema-jsonld` as it stands, or None.
        file: the file that the record was read from, or empty.
    """

    figid: str
    paper: Paper
    title: str | None = None
    caption: str | None = None
    number: str | None = None
    type: str | None = None
    filename: str | None = None
    link: str | None = None
    aliases: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()
    organisms: tuple[Organism, ...] = ()
    recognized_organisms: tuple[Organism, ...] = ()
    score: str | None = None
    rank: str | None = None
    wikipathways: tuple[str, ...] = ()
    ndex: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    mentions: tuple[Mention, ...] = ()
    jsonld: Mapping[str, Any] | None = field(default=None, hash=False)
    file: str = ""

    @property
    def genes(self) -> tuple[Gene, ...]:
        """The genes mentioned, each once, in the order of the mentions."""
        return tuple(dict.fromkeys(b for m in self.mentions for b in m.bodies if isinstance(b, Gene)))

    @property
    def chemicals(self) -> tuple[Chemical, ...]:
        """The chemicals mentioned, each once, in the order of the mentions."""
        return tuple(dict.fromkeys(b for m in self.mentions for b in m.bodies if isinstance(b, Chemical)))

    @property
    def diseases(self) -> tuple[Disease, ...]:
        """The diseases mentioned, each once, in the order of the mentions."""
        return tuple(dict.fromkeys(b for m in self.mentions for b in m.bodies if isinstance(b, Disease)))
