"""The page of a figure, for people: the image, the caption, the paper, and each word with what was made of it.

All that it shows is read from the figure's statements, so a page says what the data says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal, TypeAlias

from markupsafe import Markup

from pfocr_rdf.pages.headings import figure_heading, figure_place, quoted_title
from pfocr_rdf.pages.rendering import content_security_policy, origin, relative_link, render, safe_link, style
from pfocr_rdf.pages.signposting import ABOUT_PAGE, DATASET, Link
from pfocr_rdf.releases.publication import Publication
from pfocr_rdf.terms import Statement, Term, iri_text, is_iri, literal_parts
from pfocr_rdf.vocabulary import (
    DC_PUBLISHER,
    DC_SOURCE,
    DC_TITLE,
    DCTERMS_BIBLIOGRAPHIC_CITATION,
    DCTERMS_DESCRIPTION,
    DCTERMS_FORMAT,
    DCTERMS_IDENTIFIER,
    DCTERMS_LICENSE,
    DCTERMS_TYPE,
    FOAF_PAGE,
    OA_HAS_BODY,
    OA_HAS_TARGET,
    PFOCR_CHEMICAL_MENTION,
    PFOCR_DISEASE_MENTION,
    PFOCR_FIGURE_NUMBER,
    PFOCR_GENE_MENTION,
    PFOCR_LEXICON,
    PFOCR_MATCH,
    PFOCR_PATHWAY_SCORE,
    PFOCR_RECOGNIZED_ORGANISM,
    PFOCR_RECOGNIZED_ORGANISM_NAME,
    PFOCR_WORD,
    PREFIXES,
    RDF_TYPE,
    RDFS_LABEL,
    RDFS_SEE_ALSO,
    SKOS_CLOSE_MATCH,
    WP_ORGANISM,
    WP_ORGANISM_NAME,
    SchemaOrg,
)

__all__ = ["Beside", "FigurePage", "Mentioned", "Mentions", "Paper", "Reference", "figure_html", "figure_page"]

Kind = Literal["genes", "chemicals", "diseases"]

_KINDS: Final[dict[Term, Kind]] = {
    PFOCR_GENE_MENTION: "genes",
    PFOCR_CHEMICAL_MENTION: "chemicals",
    PFOCR_DISEASE_MENTION: "diseases",
}
_SITE_NAMES: Final = {
    "https://www.ncbi.nlm.nih.gov/pmc/": "PubMed Central",
    "https://www.ndexbio.org/": "NDEx",
    PREFIXES["wikipathways"]: "WikiPathways",
}
_SOURCES: Final = {"Entrez Gene": "NCBI Gene", "DOID": "the Disease Ontology"}
_LEXICA: Final = {
    "ncbigene_symbol": "NCBI Gene symbol",
    "ncbigene_synonym": "NCBI Gene synonym",
    "famplex_relations": "FamPlex family",
    "hgnc_symbol": "HGNC symbol",
    "hgnc_alias_symbol": "HGNC alias",
    "hgnc_prev_symbol": "HGNC former symbol",
    "bioentities_symbol": "Bioentities family",
}


def lexicon_name(lexicon: str) -> str:
    """Name a lexicon for people.

    >>> lexicon_name("ncbigene_synonym"), lexicon_name("PubTator")
    ('NCBI Gene synonym', 'PubTator')
    """
    return _LEXICA.get(lexicon, lexicon)


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that a page names, and where that leads.

    Attributes:
        text: what it is called.
        url: where it leads, or None.
        note: what is said beside it, such as an identifier, or empty.
        aside: what tells it from others of the same name, such as an organism, or empty.
        figures: how many figures of the release mention it, or None.
    """

    text: str
    url: str | None = None
    note: str = ""
    aside: str = ""
    figures: int | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is said beside it, in order."""
        counted = f"{self.figures:,} figure{'' if self.figures == 1 else 's'}" if self.figures is not None else ""
        return tuple(filter(None, (self.aside, self.note, counted)))


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper as the page shows it; what is not known is empty or None."""

    title: str
    citation: str
    journal: str
    year: str
    publisher: str
    doi: Reference | None
    page: Reference | None
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A word of the figure, and what was made of it."""

    word: str
    match: str
    lexicon: str
    entities: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """The mentions of one kind.

    Attributes:
        kind: the kind.
        words: the mentions, in the order of the figure; a word stands once for each match and lexicon.
        identified: how many different identifiers they stand for, by where these are from, in the order of the names.
            A substance may have one of MeSH and one of ChEBI, which nothing says to be of one thing.
    """

    kind: Kind
    words: tuple[Mentioned, ...]
    identified: tuple[tuple[str, int], ...]

    @property
    def summary(self) -> str:
        """How many words there are, and what they stand for, in a few words."""
        words = len({mentioned.word for mentioned in self.words})
        known = len({mentioned.word for mentioned in self.words if mentioned.entities})
        read = f"{words:,} word{'' if words == 1 else 's'} read"
        if not known:
            return f"{read}, none identified"
        which = f"{read}, which" if known == words else f"{read}, of which {known:,}"
        if self.kind == "genes":
            genes = sum(number for _, number in self.identified)
            return f"{which} stand{'s' if known == 1 else ''} for {genes:,} gene{'' if genes == 1 else 's'}"
        have = f"{which} {'has' if known == 1 else 'have'}"
        if len(self.identified) > 1:
            return f"{have} identifiers: " + " and ".join(
                f"{number:,} of {source}" for source, number in self.identified
            )
        ((source, number),) = self.identified
        return f"{have} {number:,} identifier{'' if number == 1 else 's'} of {source}"


@dataclass(frozen=True, slots=True)
class FigurePage:
    """What the page of a figure shows; what is not known is empty or None."""

    figid: str
    iri: str
    title: str
    number: str
    type: str
    caption: str
    image: str | None
    image_type: str
    licence: str | None
    score: str
    paper: Paper | None
    organisms: tuple[Reference, ...]
    recognized: tuple[Reference, ...]
    elsewhere: tuple[Reference, ...]
    mentions: tuple[Mentions, ...]

    @property
    def heading(self) -> str:
        """What stands over the figure: its title, or what it is called without one."""
        paper = self.paper.title if self.paper is not None else ""
        return figure_heading(title=self.title, type=self.type, number=self.number, paper=paper, figid=self.figid)


_Described: TypeAlias = Mapping[Term, Mapping[Term, Sequence[Term]]]
_NOTHING: Final[Mapping[Term, Sequence[Term]]] = {}


def figure_page(
    statements: Iterable[Statement], schema: SchemaOrg, mentioning: Mapping[Term, int] | None = None
) -> FigurePage:
    """Read from statements what the page of a figure shows.

    Args:
        statements: those of `whole_figure`; the figure is the first subject.
        schema: the schema.org terms in the spelling of the statements.
        mentioning: how many figures of the release mention a thing, as `mentioning_figures` counts them.
    """
    described: dict[Term, dict[Term, list[Term]]] = {}
    for subject, predicate, value in statements:
        described.setdefault(subject, {}).setdefault(predicate, []).append(value)
    iri, figure = next(iter(described.items()))
    image = next(filter(is_iri, figure.get(schema.image, ())), None)
    mentions = _mentions(iri, described, schema, mentioning or {})
    return FigurePage(
        figid=_text(figure, DCTERMS_IDENTIFIER),
        iri=iri_text(iri),
        title=_text(figure, DC_TITLE, schema.name),
        number=_text(figure, PFOCR_FIGURE_NUMBER),
        type=_text(figure, DCTERMS_TYPE),
        caption=_text(figure, DCTERMS_DESCRIPTION, schema.description),
        image=safe_link(iri_text(image)) if image is not None else None,
        image_type=_text(described.get(image, _NOTHING), DCTERMS_FORMAT) if image is not None else "",
        licence=_link(figure, DCTERMS_LICENSE, schema.license),
        score=_text(figure, PFOCR_PATHWAY_SCORE),
        paper=_paper(next(filter(is_iri, figure.get(schema.is_based_on, ())), None), described, schema),
        organisms=_organisms(figure, described, WP_ORGANISM, WP_ORGANISM_NAME),
        recognized=_organisms(figure, described, PFOCR_RECOGNIZED_ORGANISM, PFOCR_RECOGNIZED_ORGANISM_NAME),
        elsewhere=_elsewhere(figure),
        mentions=mentions,
    )


def _text(thing: Mapping[Term, Sequence[Term]], *predicates: Term) -> str:
    """Give the first text under the first of some predicates that has one, or an empty text."""
    for predicate in predicates:
        for value in thing.get(predicate, ()):
            if not is_iri(value) and (text := literal_parts(value)[0].strip()):
                return text
    return ""


def _link(thing: Mapping[Term, Sequence[Term]], *predicates: Term) -> str | None:
    for predicate in predicates:
        for value in thing.get(predicate, ()):
            if is_iri(value) and (url := safe_link(iri_text(value))) is not None:
                return url
    return None


def _paper(iri: Term | None, described: _Described, schema: SchemaOrg) -> Paper | None:
    if iri is None:
        return None
    paper = described.get(iri, _NOTHING)
    journal = described.get(next(iter(paper.get(schema.is_part_of, ())), iri), _NOTHING)
    doi = _link(paper, schema.same_as)
    page = _link(paper, FOAF_PAGE) or safe_link(iri_text(iri))
    pmcid = _text(paper, DCTERMS_IDENTIFIER) or iri_text(iri).rpartition("/")[2]
    return Paper(
        title=_text(paper, schema.name, DC_TITLE),
        citation=_text(paper, DCTERMS_BIBLIOGRAPHIC_CITATION),
        journal=_text(journal, schema.name, schema.alternate_name) if journal is not paper else "",
        year=_text(paper, schema.date_published),
        publisher=_text(paper, DC_PUBLISHER),
        doi=Reference(doi.removeprefix(PREFIXES["doi"]), doi) if doi is not None else None,
        page=Reference(pmcid, page) if page is not None else None,
        keywords=tuple(literal_parts(value)[0] for value in paper.get(schema.keywords, ()) if not is_iri(value)),
    )


def _organisms(
    figure: Mapping[Term, Sequence[Term]], described: _Described, taxa: Term, given_names: Term
) -> tuple[Reference, ...]:
    """Give the organisms by the names of the record, linked where a taxon has the name, then taxa of other names.

    Args:
        figure: the figure.
        described: what is known of the taxa.
        taxa: the property whose values are taxa.
        given_names: the property whose values are the names.
    """
    by_label: dict[str, Term] = {}
    for taxon in figure.get(taxa, ()):
        by_label.setdefault(_text(described.get(taxon, _NOTHING), RDFS_LABEL) or iri_text(taxon), taxon)
    found: list[Reference] = []
    names = [literal_parts(value)[0] for value in figure.get(given_names, ())]
    if len(names) == 1 and len(by_label) == 1:
        by_label = {names[0]: next(iter(by_label.values()))}
    for name in [*names, *(label for label in by_label if label not in names)]:
        linked = by_label.get(name)
        found.append(Reference(name, safe_link(iri_text(linked)) if linked is not None else None))
    return tuple(found)


def _elsewhere(figure: Mapping[Term, Sequence[Term]]) -> tuple[Reference, ...]:
    found: dict[str, Reference] = {}
    for value in (*figure.get(SKOS_CLOSE_MATCH, ()), *figure.get(RDFS_SEE_ALSO, ())):
        url = safe_link(iri_text(value)) if is_iri(value) else None
        for site, name in _SITE_NAMES.items():
            if url is not None and url.startswith(site):
                rest = url.removeprefix(site).strip("/")
                note = rest if name == "WikiPathways" else ""
                found[url] = Reference(name, url, note)
    return tuple(found.values())


def _mentions(
    iri: Term, described: _Described, schema: SchemaOrg, mentioning: Mapping[Term, int]
) -> tuple[Mentions, ...]:
    words: dict[Kind, list[Mentioned]] = {}
    entities: dict[Kind, set[Term]] = {}
    mentions = [thing for thing in described.values() if iri in thing.get(OA_HAS_TARGET, ())]
    bodies = dict.fromkeys(body for mention in mentions for body in mention.get(OA_HAS_BODY, ()))
    taxa = {taxon for body in bodies for taxon in described.get(body, _NOTHING).get(schema.taxonomic_range, ())}
    organisms = described[iri].get(WP_ORGANISM, ())
    # where all is of the one organism that the page names, it need not be said of each gene
    say_taxon = not organisms or len(taxa.union(organisms)) > 1
    references = {
        body: _reference(body, described, schema, say_taxon=say_taxon, figures=mentioning.get(body)) for body in bodies
    }
    for mention in mentions:
        kind = next((_KINDS[value] for value in mention.get(RDF_TYPE, ()) if value in _KINDS), None)
        if kind is None:
            continue
        own = mention.get(OA_HAS_BODY, ())
        words.setdefault(kind, []).append(
            Mentioned(
                word=literal_parts(mention[PFOCR_WORD][0])[0] if PFOCR_WORD in mention else "",
                match=_text(mention, PFOCR_MATCH),
                lexicon=lexicon_name(_text(mention, PFOCR_LEXICON)),
                entities=tuple(references[body] for body in own),
            )
        )
        entities.setdefault(kind, set()).update(own)
    return tuple(
        Mentions(kind, tuple(words[kind]), _identified(entities[kind], described))
        for kind in _KINDS.values()
        if kind in words
    )


def _identified(entities: Iterable[Term], described: _Described) -> tuple[tuple[str, int], ...]:
    sources = (_text(described.get(entity, _NOTHING), DC_SOURCE) for entity in entities)
    return tuple(sorted(Counter(_SOURCES.get(source, source) or "another source" for source in sources).items()))


def _reference(
    entity: Term, described: _Described, schema: SchemaOrg, *, say_taxon: bool, figures: int | None
) -> Reference:
    thing = described.get(entity, _NOTHING)
    identifier = _text(thing, DCTERMS_IDENTIFIER) or iri_text(entity)
    source = _text(thing, DC_SOURCE)
    note = identifier if ":" in identifier else f"{_SOURCES.get(source, source)} {identifier}".strip()
    aside = ""
    if say_taxon:
        taxon = next(iter(thing.get(schema.taxonomic_range, ())), None)
        aside = _text(described.get(taxon, _NOTHING), RDFS_LABEL) if taxon is not None else ""
    url = _link(thing, FOAF_PAGE) or safe_link(iri_text(entity))
    label = _text(thing, RDFS_LABEL)
    return Reference(label or note, url, note if label else "", aside, figures)


# ------------------------------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class Beside:
    """Where the page of a figure is among others, all in one folder.

    Attributes:
        list: the file of the list that it is on.
        previous: what the files of the figure before it are called, without their extensions; None of the first.
        next: the same of the figure after it; None of the last.
    """

    list: str
    previous: str | None
    next: str | None


def figure_html(page: FigurePage, *, publication: Publication, stem: str, beside: Beside) -> bytes:
    """Write the page of a figure.

    Args:
        page: what it shows.
        publication: the release that it is part of; its `index.html` is in the folder above.
        stem: what the figure's files are called, without their extensions; they are in the page's folder.
        beside: what the page is beside.
    """
    image_origin = origin(page.image) if page.image is not None else None
    return render(
        "figure.html",
        page=page,
        lead=_lead(page),
        image=page.image if image_origin is not None else None,
        publication=publication,
        stem=stem,
        beside=beside,
        style=_sheet(),
        policy=_policy(image_origin),
        links=_links(page, publication, stem),
    )


def _lead(page: FigurePage) -> str:
    """Say where a figure is from, as far as its heading does not."""
    paper = page.paper
    source = [paper.journal, paper.year] if paper is not None else []
    if page.title or paper is None or not paper.title:
        titled = quoted_title(paper.title) if paper is not None and paper.title else "a paper"
        source.insert(0, f"{figure_place(page.type, page.number)} of {titled}")
    return ", ".join(filter(None, source))


def _links(page: FigurePage, publication: Publication, stem: str) -> tuple[Link, ...]:
    """Give the signposts of a figure's page."""
    turtle, jsonld = relative_link(f"{stem}.ttl"), relative_link(f"{stem}.jsonld")
    links = [
        Link("alternate", turtle, "text/turtle", "Turtle"),
        Link("alternate", jsonld, "application/ld+json", "JSON-LD"),
        Link("describedby", turtle, "text/turtle"),
        Link("describedby", jsonld, "application/ld+json"),
        *([Link("cite-as", page.iri)] if safe_link(page.iri) is not None else []),
        Link("type", ABOUT_PAGE),
        Link("type", DATASET),
        Link("author", publication.publisher),
        Link("license", page.licence or publication.licence),
        Link("collection", "../index.html", "text/html"),
    ]
    if page.image is not None:
        links.append(Link("item", page.image, page.image_type))
    return tuple(links)


@cache
def _sheet() -> Markup:
    return Markup(style("base.css") + style("figure.css"))  # noqa: S704 - our own text


@lru_cache(maxsize=16)
def _policy(image_origin: str | None) -> str:
    """Give a page's policy; nearly all figures have images of one origin."""
    images = [image_origin] if image_origin is not None else []
    return content_security_policy(styles=[_sheet()], images=images)
