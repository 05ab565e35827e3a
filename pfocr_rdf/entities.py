"""What figures share (papers, journals, genes, chemicals, diseases, organisms), gathered and described once.

`Entities` takes figures in any order and any split: parts gathered by several workers are merged into the same whole.
It keeps, for each entity, the labels with the number of figures that give them, and the figures it is part of as
indexes, so that it stays small whatever the size of the database.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal

from pfocr_rdf.diagnostics import Place, Report
from pfocr_rdf.figures import Paper
from pfocr_rdf.iris import article_page_iri, doi_iri, entity_iri, journal_iri, paper_iri, taxon_iri
from pfocr_rdf.literals import string_literal
from pfocr_rdf.mapping import USUAL_ENDING, Section, Settings
from pfocr_rdf.mentions import HUMAN, Chemical, Disease, Gene
from pfocr_rdf.terms import Statement, Term, iri_term, iri_text, literal_term
from pfocr_rdf.vocabulary import (
    CC0,
    DATASET,
    DC_IDENTIFIER,
    DC_PUBLISHER,
    DC_SOURCE,
    DC_TITLE,
    DCTERMS_BIBLIOGRAPHIC_CITATION,
    DCTERMS_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    DCTERMS_LICENSE,
    DCTERMS_TITLE,
    FOAF_PAGE,
    PAV_CREATED_ON,
    PREFIXES,
    RDF_TYPE,
    RDFS_LABEL,
    SKOS_ALT_LABEL,
    SKOS_EXACT_MATCH,
    VOID_DATASET,
    WP_BDB_CHEBI,
    WP_BDB_ENTREZ_GENE,
    WP_BDB_HGNC_SYMBOL,
    WP_DATA_NODE,
    WP_GENE_PRODUCT,
    WP_METABOLITE,
    WP_PUBLICATION_REFERENCE,
    XSD_DATE,
    XSD_G_YEAR,
    SchemaOrg,
)

__all__ = ["Contribution", "Entities", "contribution", "entity_statements"]

_HGNC_SYMBOL: Final = re.compile(r"[A-Za-z0-9_-]+@?")
_DATASET_TITLE: Final = literal_term("PFOCR: Pathway Figure OCR")
_PMC: Final = literal_term("PMC")

Source = Literal["Entrez Gene", "ChEBI", "MeSH", "DOID"]

_GENE: Final = 1
_CHEMICAL: Final = 2
_DISEASE: Final = 4


@dataclass(slots=True)
class _Shared:
    """A gene, chemical or disease: what the figures say of it."""

    kinds: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    taxa: dict[str, int] = field(default_factory=dict)
    figures: array[int] = field(default_factory=lambda: array("I"))


@dataclass(slots=True)
class _PaperRecords:
    """A paper: each description of it with the first figid that gives it and that record's file; and its figures."""

    variants: dict[Paper, tuple[str, str]] = field(default_factory=dict)
    figures: array[int] = field(default_factory=lambda: array("I"))


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one figure gives to what figures share.

    Attributes:
        figid: the figure's figid.
        iri: its IRI in the output.
        file: its record's file, for diagnostics.
        paper: its paper.
        terms: for each gene, chemical or disease its source, its identifier, as what it is mentioned, its labels, and
            a gene's taxon id.
        organisms: for each taxon its names.
        others: what the record says of things that are not the figure's own.
        image: what `Section.image` says.
        shared_image: what `Section.shared_image` says.
    """

    figid: str
    iri: Term
    file: str
    paper: Paper
    terms: tuple[tuple[Source, str, int, tuple[str, ...], str | None], ...]
    organisms: tuple[tuple[str, tuple[str, ...]], ...]
    others: tuple[Statement, ...] = ()
    image: str | None = None
    shared_image: tuple[Term, Term] | None = None


def contribution(section: Section) -> Contribution:
    """Gather what a figure gives."""
    figure = section.figure
    kinds: dict[tuple[Source, str], int] = {}
    labels: dict[tuple[Source, str], dict[str, None]] = {}
    taxa: dict[tuple[Source, str], str] = {}
    organisms: dict[str, dict[str, None]] = {}
    for body in dict.fromkeys(body for mention in figure.mentions for body in mention.bodies):
        key: tuple[Source, str]
        if isinstance(body, Gene):
            key, kind, label = ("Entrez Gene", body.id), _GENE, body.symbol
            if body.taxon_id is not None:
                taxa.setdefault(key, body.taxon_id)
                names = organisms.setdefault(body.taxon_id, {})
                if body.organism is not None:
                    names[body.organism] = None
        else:
            key, label = (body.source, body.id), body.label
            kind = _CHEMICAL if isinstance(body, Chemical) else _DISEASE
        kinds[key] = kinds.get(key, 0) | kind
        given = labels.setdefault(key, {})
        if label is not None:
            given[label] = None
    for organism in (*figure.organisms, *figure.recognized_organisms):
        if organism.taxon_id is not None:
            organisms.setdefault(organism.taxon_id, {})[organism.name] = None
    return Contribution(
        figid=figure.figid,
        iri=section.iri,
        file=figure.file,
        paper=figure.paper,
        terms=tuple((*key, kind, tuple(labels[key]), taxa.get(key)) for key, kind in kinds.items()),
        organisms=tuple((taxon_id, tuple(names)) for taxon_id, names in organisms.items()),
        others=section.others,
        image=section.image,
        shared_image=section.shared_image,
    )


class Entities:
    """What the figures added so far share."""

    __slots__ = ("_figures", "_images", "_organisms", "_others", "_papers", "_shared_images", "_terms")

    def __init__(self) -> None:
        self._figures: list[Term] = []
        self._papers: dict[str, _PaperRecords] = {}
        self._terms: dict[tuple[Source, str], _Shared] = {}
        self._organisms: dict[str, dict[str, int]] = {}
        self._others: dict[Term, dict[Statement, None]] = {}
        self._images: dict[Term, str] = {}
        self._shared_images: dict[Term, Term] = {}

    def add(self, contribution: Contribution) -> None:
        """Add what one figure gives."""
        index = len(self._figures)
        self._figures.append(contribution.iri)
        paper = self._papers.setdefault(contribution.paper.pmcid, _PaperRecords())
        paper.figures.append(index)
        _keep_first(paper.variants, contribution.paper, (contribution.figid, contribution.file))
        for source, identifier, kinds, labels, taxon_id in contribution.terms:
            term = self._terms.get((source, identifier))
            if term is None:
                term = self._terms[source, identifier] = _Shared()
            term.kinds |= kinds
            if kinds != _DISEASE:
                term.figures.append(index)
            _count(term.labels, labels)
            if taxon_id is not None:
                _count(term.taxa, (taxon_id,))
        for taxon_id, names in contribution.organisms:
            _count(self._organisms.setdefault(taxon_id, {}), names)
        for statement in contribution.others:
            self._others.setdefault(statement[0], {})[statement] = None
        if contribution.image is not None:
            self._images[contribution.iri] = contribution.image
        if contribution.shared_image is not None:
            image, figure = contribution.shared_image
            self._shared_images[image] = figure

    def merge(self, other: Entities) -> None:
        """Add what another part gathered, whose figures come after this one's."""
        offset = len(self._figures)
        self._figures += other._figures
        for pmcid, theirs in other._papers.items():
            paper = self._papers.setdefault(pmcid, _PaperRecords())
            paper.figures.extend(index + offset for index in theirs.figures)
            for variant, first in theirs.variants.items():
                _keep_first(paper.variants, variant, first)
        for key, their_term in other._terms.items():
            term = self._terms.setdefault(key, _Shared())
            term.kinds |= their_term.kinds
            term.figures.extend(index + offset for index in their_term.figures)
            _add_counts(term.labels, their_term.labels)
            _add_counts(term.taxa, their_term.taxa)
        for taxon_id, names in other._organisms.items():
            _add_counts(self._organisms.setdefault(taxon_id, {}), names)
        for subject, statements in other._others.items():
            self._others.setdefault(subject, {}).update(statements)
        self._images.update(other._images)
        self._shared_images.update(other._shared_images)

    def part_of(self, figures: Iterable[int]) -> Iterator[Term]:
        """Yield the figures' IRIs."""
        return (self._figures[index] for index in figures)


def _keep_first(variants: dict[Paper, tuple[str, str]], paper: Paper, first: tuple[str, str]) -> None:
    if paper not in variants or first < variants[paper]:
        variants[paper] = first


def _count(counts: dict[str, int], texts: Iterable[str]) -> None:
    for text in texts:
        counts[text] = counts.get(text, 0) + 1


def _add_counts(counts: dict[str, int], others: dict[str, int]) -> None:
    for text, count in others.items():
        counts[text] = counts.get(text, 0) + count


def _by_frequency(counts: dict[str, int]) -> list[str]:
    """Order texts: the most frequent first, of equally frequent ones the first by code point."""
    return sorted(counts, key=lambda text: (-counts[text], text))


def _numeric(identifier: str) -> tuple[int, str]:
    """Order identifiers of one prefix by their numbers."""
    return len(identifier), identifier


# ------------------------------------------------------------------------------------------------- description


def entity_statements(entities: Entities, *, settings: Settings, report: Report) -> Iterator[Statement]:
    """Describe what the figures share: papers, journals, genes, chemicals, diseases, organisms, then the dataset, and
    last what records' blocks say of yet other things.

    Args:
        entities: what was gathered.
        settings: the settings of the run.
        report: takes the diagnostics about records that disagree.

    Yields:
        The statements, each subject's together, in an order that depends only on what was gathered.
    """
    others = _others(entities)
    described = _described(entities, settings, report)
    if not others:  # as in every real record
        yield from described
        return
    for subject, group in groupby(described, key=itemgetter(0)):
        statements = list(group)
        yield from statements
        yield from sorted(others.pop(subject, {}).keys() - set(statements), key=_class_first)
    for subject in sorted(others):
        yield from sorted(others[subject], key=_class_first)


def _class_first(statement: Statement) -> tuple[bool, Statement]:
    """Order statements of one subject: what it is, then the rest."""
    return statement[1] != RDF_TYPE, statement


def _others(entities: Entities) -> dict[Term, dict[Statement, None]]:
    """Give what records say of things that are not their figures' own, but for images that stand with their figures."""
    others = dict(entities._others)
    if entities._shared_images:
        figures = set(entities._figures)
        for image, figure in entities._shared_images.items():
            usual = figure not in entities._images and iri_text(image).endswith(USUAL_ENDING)
            if figure in figures and (usual or entities._images.get(figure) == image):
                others.pop(image, None)
    return others


def _described(entities: Entities, settings: Settings, report: Report) -> Iterator[Statement]:
    """Yield the descriptions of the entities."""
    schema = settings.schema
    papers = sorted(entities._papers, key=_numeric)
    for pmcid in papers:
        yield from _paper_statements(entities, pmcid, schema, report)
    yield from _journal_statements(entities, papers, schema, report)
    terms = sorted(entities._terms, key=lambda key: (_numeric(key[1]), key[0]))
    for wanted in ("gene", "chemical", "disease"):
        for key in terms:
            if _section_of(entities._terms[key]) == wanted:
                yield from _term_statements(entities, key, schema, report)
    for taxon_id in sorted(entities._organisms, key=_numeric):
        organism = taxon_iri(taxon_id)
        yield organism, RDF_TYPE, schema.taxon
        yield from _labels(organism, entities._organisms[taxon_id], Place("", "", report), "organisms")
        yield organism, DCTERMS_IDENTIFIER, literal_term(taxon_id)
    yield from _dataset_statements(settings)


def _section_of(term: _Shared) -> str:
    """Tell under which heading a term is described; what is both chemical and disease is under the chemicals."""
    if term.kinds & _GENE:
        return "gene"
    return "chemical" if term.kinds & _CHEMICAL else "disease"


def _labels(subject: Term, counts: dict[str, int], place: Place, key: str) -> Iterator[Statement]:
    for rank, label in enumerate(_by_frequency(counts)):
        yield subject, SKOS_ALT_LABEL if rank else RDFS_LABEL, string_literal(label, place, key)


def _merged(paper: _PaperRecords, pmcid: str, report: Report) -> tuple[Paper, str]:
    """Unite the descriptions of a paper: for each value the first by figid; others are reported."""
    if len(paper.variants) == 1:
        ((variant, (_, file)),) = paper.variants.items()
        return variant, file
    ordered = sorted(paper.variants, key=lambda variant: paper.variants[variant])
    merged: dict[str, object] = {}
    for variant in ordered:
        figid, file = paper.variants[variant]
        for name in ("title", "citation", "year", "doi", "journal", "publisher", "keywords"):
            value = getattr(variant, name)
            if not value:
                continue
            if name not in merged:
                merged[name] = value
            elif merged[name] != value:
                Place(file, figid, report).diagnose(
                    "paper-differs",
                    f"the first record of {pmcid} has {_shown(merged[name])}",
                    key=_RECORD_KEYS[name],
                    value=_shown(value),
                )
    return Paper(pmcid, **merged), paper.variants[ordered[0]][1]  # type: ignore[arg-type]  # values of Paper's own fields


_RECORD_KEYS: Final = {
    "title": "papertitle",
    "citation": "reftext",
    "year": "year",
    "doi": "doi",
    "journal": "journal_title",
    "publisher": "publisher_name",
    "keywords": "keywords",
}


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " | ".join(map(str, value))
    name = getattr(value, "name", value)
    return str(name)


def _paper_statements(entities: Entities, pmcid: str, schema: SchemaOrg, report: Report) -> Iterator[Statement]:
    records = entities._papers[pmcid]
    paper, file = _merged(records, pmcid, report)
    place = Place(file, "", report)
    iri = paper_iri(pmcid)

    def text(predicate: Term, value: str | None, key: str) -> Iterator[Statement]:
        if value is not None:
            yield iri, predicate, string_literal(value, place, key)

    yield iri, RDF_TYPE, WP_PUBLICATION_REFERENCE
    yield iri, RDF_TYPE, schema.scholarly_article
    yield iri, DC_SOURCE, _PMC
    yield iri, DCTERMS_IDENTIFIER, literal_term(pmcid)
    yield iri, FOAF_PAGE, article_page_iri(f"pmc/articles/{pmcid}/")
    yield from text(schema.name, paper.title, "papertitle")
    yield from text(DC_TITLE, paper.title, "papertitle")
    if paper.year is not None:
        yield iri, schema.date_published, literal_term(paper.year, XSD_G_YEAR)
    yield from text(DCTERMS_BIBLIOGRAPHIC_CITATION, paper.citation, "reftext")
    if paper.doi is not None:
        yield iri, schema.same_as, doi_iri(paper.doi)
    if paper.journal is not None:
        yield iri, schema.is_part_of, journal_iri(paper.journal.name)
    yield from text(DC_PUBLISHER, paper.publisher, "publisher_name")
    for keyword in paper.keywords:
        yield from text(schema.keywords, keyword, "keywords")
    for figure in entities.part_of(records.figures):
        yield iri, DCTERMS_IS_PART_OF, figure


def _journal_statements(
    entities: Entities, papers: list[str], schema: SchemaOrg, report: Report
) -> Iterator[Statement]:
    """Describe the journals of the papers' merged descriptions."""

    def silent(_: object) -> None:
        """Drop what `_paper_triples` has reported."""

    titles: dict[str, tuple[str | None, str | None]] = {}
    for pmcid in papers:
        paper, file = _merged(entities._papers[pmcid], pmcid, silent)
        journal = paper.journal
        if journal is None:
            continue
        title, abbreviation = titles.get(journal.name, (None, None))
        titles[journal.name] = (title or journal.title, abbreviation or journal.nlm_abbreviation)
        if title is not None and journal.title is not None and title != journal.title:
            Place(file, "", report).diagnose(
                "journal-differs",
                f"the journal's title is {title} in an earlier paper",
                key="journal_title",
                value=journal.title,
            )
    for name in sorted(titles):
        title, abbreviation = titles[name]
        iri = journal_iri(name)
        place = Place("", "", report)
        yield iri, RDF_TYPE, schema.periodical
        if title is not None:
            yield iri, schema.name, string_literal(title, place, "journal_title")
        if abbreviation is not None:
            yield iri, schema.alternate_name, string_literal(abbreviation, place, "journal_nlm_ta")


def _term_statements(
    entities: Entities, key: tuple[Source, str], schema: SchemaOrg, report: Report
) -> Iterator[Statement]:
    source, identifier = key
    term = entities._terms[key]
    place = Place("", "", report)
    iri = _term_iri(key)
    for kind in _classes(term, schema):
        yield iri, RDF_TYPE, kind
    yield iri, DC_IDENTIFIER, iri
    yield iri, DCTERMS_IDENTIFIER, literal_term(identifier)
    yield iri, DC_SOURCE, literal_term(source)
    yield from _labels(iri, term.labels, place, "label")
    if source == "Entrez Gene":
        yield iri, WP_BDB_ENTREZ_GENE, iri
        taxa = _by_frequency(term.taxa)
        if len(taxa) > 1:
            place.diagnose("gene-taxon-differs", key="organism_id", value=f"gene {identifier}: {', '.join(taxa)}")
        if taxa[:1] == [HUMAN]:
            yield from _hgnc_statements(iri, term, place)
        yield iri, FOAF_PAGE, iri_term(f"https://www.ncbi.nlm.nih.gov/gene/{identifier}")
        if taxa:
            yield iri, schema.taxonomic_range, taxon_iri(taxa[0])
    elif source == "ChEBI":
        yield iri, WP_BDB_CHEBI, iri
        yield iri, SKOS_EXACT_MATCH, iri_term(PREFIXES["obo"] + identifier.replace(":", "_"))
    for figure in entities.part_of(term.figures):
        yield iri, DCTERMS_IS_PART_OF, figure


def _hgnc_statements(iri: Term, term: _Shared, place: Place) -> Iterator[Statement]:
    symbol = next(iter(_by_frequency(term.labels)), None)
    if symbol is None:
        return
    if _HGNC_SYMBOL.fullmatch(symbol):
        yield iri, WP_BDB_HGNC_SYMBOL, iri_term(PREFIXES["hgnc.symbol"] + symbol)
    else:
        place.diagnose("gene-symbol", key="ncbigene_symbol", value=symbol)


def _term_iri(key: tuple[Source, str]) -> Term:
    source, identifier = key
    if source == "Entrez Gene":
        return entity_iri(Gene(identifier))
    return entity_iri(Disease("DOID", identifier) if source == "DOID" else Chemical(source, identifier))


def _classes(term: _Shared, schema: SchemaOrg) -> Iterator[Term]:
    if term.kinds & _GENE:
        yield from (WP_DATA_NODE, WP_GENE_PRODUCT, schema.gene)
    if term.kinds & _CHEMICAL:
        yield from (WP_DATA_NODE, WP_METABOLITE, schema.chemical_substance)
    if term.kinds & _DISEASE:
        yield schema.medical_condition


def _dataset_statements(settings: Settings) -> Iterator[Statement]:
    yield DATASET, RDF_TYPE, VOID_DATASET
    yield DATASET, DCTERMS_TITLE, _DATASET_TITLE
    yield DATASET, DCTERMS_LICENSE, CC0
    if settings.created_on is not None:
        yield DATASET, PAV_CREATED_ON, literal_term(settings.created_on, XSD_DATE)
