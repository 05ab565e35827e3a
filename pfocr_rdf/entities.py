"""What figures share (papers, journals, genes, chemicals, diseases, organisms), gathered and described once.

`Entities` takes figures in any order and any split: parts gathered by several workers are merged into the same whole.
It keeps, for each entity, the labels with the number of figures that give them, and the figures it is part of as
indexes, so that it stays small whatever the size of the database.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal, TypeVar

from pfocr_rdf.diagnostics import Place, Report
from pfocr_rdf.figures import Journal, Paper
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

__all__ = ["Contribution", "Entities", "Shared", "contribution", "entity_groups", "entity_statements"]

_HGNC_SYMBOL: Final = re.compile(r"[A-Za-z0-9_-]+@?")
_DATASET_TITLE: Final = literal_term("PFOCR: Pathway Figure OCR")
_PMC: Final = literal_term("PMC")

_Key = TypeVar("_Key", bound=Hashable)

Source = Literal["Entrez Gene", "ChEBI", "MeSH", "DOID"]

_GENE: Final = 1
_CHEMICAL: Final = 2
_DISEASE: Final = 4


Shared = tuple[Source, str, int, tuple[str, ...], str | None]
"""What a figure says of a gene, chemical or disease: its source, its identifier, as what it is mentioned, its labels,
and a gene's taxon id. Figures mostly say the same, so it is kept once, with the figures that say it."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one figure gives to what figures share.

    Attributes:
        figid: the figure's figid.
        iri: its IRI in the output.
        file: its record's file, for diagnostics.
        paper: its paper, packed.
        terms: what it says of genes, chemicals and diseases, each once.
        organisms: for each taxon its names.
        others: what the record says of things that are not the figure's own.
        image: what `Section.image` says.
        shared_image: what `Section.shared_image` says.
    """

    figid: str
    iri: Term
    file: str
    paper: str
    terms: tuple[Shared, ...]
    organisms: tuple[tuple[str, tuple[str, ...]], ...]
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
                key, kind, label, taxon_id = ("Entrez Gene", body.id), _GENE, body.symbol, body.taxon_id
                if taxon_id is not None:
                    taxa.setdefault(key, taxon_id)
                    _add_name(organisms, taxon_id, body.organism)
            else:
                key, label = (body.source, body.id), body.label
                kind = _CHEMICAL if isinstance(body, Chemical) else _DISEASE
            kinds[key] = kinds.get(key, 0) | kind
            _add_name(labels, key, label)
    for organism in (*figure.organisms, *figure.recognized_organisms):
        if organism.taxon_id is not None:
            _add_name(organisms, organism.taxon_id, organism.name)
    return Contribution(
        figid=figure.figid,
        iri=section.iri,
        file=figure.file,
        paper=_packed(figure.paper),
        terms=tuple([(*key, kind, labels[key], taxa.get(key)) for key, kind in kinds.items()]),
        organisms=tuple(organisms.items()),
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


_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _packed(paper: Paper) -> str:
    """Pack a paper into a text, which takes a third of the memory; equal papers give equal texts."""
    journal = (paper.journal.title, paper.journal.nlm_abbreviation) if paper.journal is not None else None
    fields = (paper.title, paper.citation, paper.year, paper.doi, journal, paper.publisher, paper.keywords)
    return _encode((paper.pmcid, *fields))


def _pmcid(packed: str) -> str:
    """Give the PMCID of a packed paper, without unpacking the rest."""
    end = packed.index('"', 2)
    return packed[2:end] if "\\" not in packed[:end] else _unpacked(packed).pmcid


def _unpacked(text: str) -> Paper:
    pmcid, title, citation, year, doi, journal, publisher, keywords = json.loads(text)
    journal = Journal(*journal) if journal is not None else None
    return Paper(pmcid, title, citation, year, doi, journal, publisher, tuple(keywords))


class _First:
    """Who says a thing: the figures, and of them the first figid with its record's file."""

    __slots__ = ("figid", "figures", "file")

    def __init__(self, figid: str, file: str, figures: array[int]) -> None:
        self.figid = figid
        self.file = file
        self.figures = figures


class Entities:
    """What the figures added so far share.

    What figures say is kept as they say it, each thing once, with the numbers of the figures that say it; who asks for
    a description unites it. So adding and merging is quick, and little is kept.
    """

    __slots__ = ("_figures", "_images", "_organisms", "_others", "_papers", "_shared_images", "_terms")

    def __init__(self) -> None:
        self._figures: list[Term] = []
        self._papers: dict[str, _First] = {}
        self._terms: dict[Shared, array[int]] = {}
        self._organisms: dict[tuple[str, tuple[str, ...]], int] = {}
        self._others: dict[Term, dict[Statement, None]] = {}
        self._images: dict[Term, str] = {}
        self._shared_images: dict[Term, Term] = {}

    def add(self, contribution: Contribution) -> None:
        """Add what one figure gives."""
        index = len(self._figures)
        self._figures.append(contribution.iri)
        self._add_paper(contribution.paper, contribution.figid, contribution.file, (index,))
        terms = self._terms
        for term in contribution.terms:
            if (figures := terms.get(term)) is None:
                terms[term] = array("I", (index,))
            else:
                figures.append(index)
        for named in contribution.organisms:
            self._organisms[named] = self._organisms.get(named, 0) + 1
        for statement in contribution.others:
            self._others.setdefault(statement[0], {})[statement] = None
        if contribution.image is not None:
            self._images[contribution.iri] = contribution.image
        if contribution.shared_image is not None:
            image, figure = contribution.shared_image
            self._shared_images[image] = figure

    def _add_paper(self, paper: str, figid: str, file: str, figures: Iterable[int]) -> None:
        known = self._papers.get(paper)
        if known is None:
            self._papers[paper] = _First(figid, file, array("I", figures))
            return
        known.figures.extend(figures)
        if (figid, file) < (known.figid, known.file):
            known.figid, known.file = figid, file

    def merge(self, other: Entities) -> None:
        """Add what another part gathered, whose figures come after this one's."""
        offset = len(self._figures)
        self._figures += other._figures
        for paper, first in other._papers.items():
            self._add_paper(paper, first.figid, first.file, [index + offset for index in first.figures])
        terms = self._terms
        for term, theirs in other._terms.items():
            moved = [index + offset for index in theirs]
            if (figures := terms.get(term)) is None:
                terms[term] = array("I", moved)
            else:
                figures.extend(moved)
        for named, count in other._organisms.items():
            self._organisms[named] = self._organisms.get(named, 0) + count
        for subject, statements in other._others.items():
            self._others.setdefault(subject, {}).update(statements)
        self._images.update(other._images)
        self._shared_images.update(other._shared_images)

    def __reduce__(self) -> tuple[Callable[..., Entities], tuple[object, ...]]:
        """Pickle flat, which is several times quicker than object by object."""
        return _entities, (
            self._figures,
            [(paper, first.figid, first.file, first.figures.tobytes()) for paper, first in self._papers.items()],
            list(self._terms),
            [figures.tobytes() for figures in self._terms.values()],
            self._organisms,
            self._others,
            self._images,
            self._shared_images,
        )


def _entities(
    figures: list[Term],
    papers: list[tuple[str, str, str, bytes]],
    terms: list[Shared],
    said_by: list[bytes],
    organisms: dict[tuple[str, tuple[str, ...]], int],
    others: dict[Term, dict[Statement, None]],
    images: dict[Term, str],
    shared_images: dict[Term, Term],
) -> Entities:
    """Give back what was pickled."""
    entities = Entities()
    entities._figures = figures
    entities._papers = {paper: _First(figid, file, array("I", numbers)) for paper, figid, file, numbers in papers}
    entities._terms = {term: array("I", numbers) for term, numbers in zip(terms, said_by, strict=True)}
    entities._organisms = organisms
    entities._others = others
    entities._images = images
    entities._shared_images = shared_images
    return entities


def _add_counts(counts: dict[str, int], names: Iterable[str], number: int) -> None:
    for name in names:
        counts[name] = counts.get(name, 0) + number


def _by_frequency(counts: dict[str, int]) -> list[str]:
    """Order texts: the most frequent first, of equally frequent ones the first by code point."""
    return sorted(counts, key=lambda text: (-counts[text], text)) if len(counts) > 1 else list(counts)


def _numeric(identifier: str) -> tuple[int, str]:
    """Order identifiers of one prefix by their numbers."""
    return len(identifier), identifier


# ------------------------------------------------------------------------------------------------- description


def entity_statements(entities: Entities, *, settings: Settings, report: Report) -> Iterator[Statement]:
    """Describe what the figures share: the statements of `entity_groups`, one after the other."""
    return chain.from_iterable(entity_groups(entities, settings=settings, report=report))


def entity_groups(entities: Entities, *, settings: Settings, report: Report) -> Iterator[list[Statement]]:
    """Describe what the figures share: papers, journals, genes, chemicals, diseases, organisms, then the dataset, and
    last what records' blocks say of yet other things.

    Args:
        entities: what was gathered.
        settings: the settings of the run.
        report: takes the diagnostics about records that disagree.

    Yields:
        The statements of one subject after the other, in an order that depends only on what was gathered.
    """
    others = _others(entities)
    for group in _described(entities, settings, report):
        if others and (more := others.pop(group[0][0], None)):  # in hardly any real record
            group += sorted(more.keys() - set(group), key=_class_first)
        yield group
    for subject in sorted(others):
        yield sorted(others[subject], key=_class_first)


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


def _described(entities: Entities, settings: Settings, report: Report) -> Iterator[list[Statement]]:
    """Yield the descriptions of the entities."""
    schema = settings.schema
    yield from _papers_and_journals(entities, schema, report)
    gathered: dict[tuple[Source, str], list[Shared]] = {}
    for said in entities._terms:
        gathered.setdefault(said[:2], []).append(said)
    headings: dict[str, list[tuple[tuple[int, str], Source]]] = {"gene": [], "chemical": [], "disease": []}
    for (source, identifier), says in gathered.items():
        headings[_heading(says)].append((_numeric(identifier), source))
    for keys in headings.values():
        for (_, identifier), source in sorted(keys):
            yield _term_group(entities, gathered[source, identifier], schema, report)
    names: dict[str, dict[str, int]] = {}
    for (taxon_id, some), count in entities._organisms.items():
        _add_counts(names.setdefault(taxon_id, {}), some, count)
    for taxon_id in sorted(names, key=_numeric):
        organism = taxon_iri(taxon_id)
        yield [
            (organism, RDF_TYPE, schema.taxon),
            *_labels(organism, names[taxon_id], Place("", "", report), "organisms"),
            (organism, DCTERMS_IDENTIFIER, literal_term(taxon_id)),
        ]
    yield _dataset_group(settings)


def _heading(says: Iterable[Shared]) -> str:
    """Tell under which heading a term is described; what is both chemical and disease is under the chemicals."""
    kinds = _kinds(says)
    if kinds & _GENE:
        return "gene"
    return "chemical" if kinds & _CHEMICAL else "disease"


def _kinds(says: Iterable[Shared]) -> int:
    kinds = 0
    for said in says:
        kinds |= said[2]
    return kinds


def _labels(subject: Term, counts: dict[str, int], place: Place, key: str) -> list[Statement]:
    return [
        (subject, SKOS_ALT_LABEL if rank else RDFS_LABEL, string_literal(label, place, key))
        for rank, label in enumerate(_by_frequency(counts))
    ]


# -------------------------------------------------------------------------------------------- papers and journals


def _papers_and_journals(entities: Entities, schema: SchemaOrg, report: Report) -> Iterator[list[Statement]]:
    variants: dict[str, list[str]] = {}
    for packed in entities._papers:
        variants.setdefault(_pmcid(packed), []).append(packed)
    titles: dict[str, tuple[str | None, str | None]] = {}
    differing: list[tuple[str, str | None, str]] = []
    for pmcid in sorted(variants, key=_numeric):
        paper, file = _merged(entities, variants[pmcid], report)
        said_by = [entities._papers[packed].figures for packed in variants[pmcid]]
        yield _paper_group(
            paper, (entities._figures[index] for index in _united(said_by)), schema, Place(file, "", report)
        )
        if (journal := paper.journal) is not None:
            title, abbreviation = titles.get(journal.name, (None, None))
            titles[journal.name] = (title or journal.title, abbreviation or journal.nlm_abbreviation)
            if title is not None and journal.title is not None and title != journal.title:
                differing.append((file, title, journal.title))
    for file, first, other in differing:
        message = f"the journal's title is {first} in an earlier paper"
        Place(file, "", report).diagnose("journal-differs", message, key="journal_title", value=other)
    for name in sorted(titles):
        yield _journal_group(name, *titles[name], schema, Place("", "", report))


def _united(said_by: list[array[int]]) -> Iterable[int]:
    """Unite numbers of figures, in their order."""
    return said_by[0] if len(said_by) == 1 else sorted(chain.from_iterable(said_by))


def _merged(entities: Entities, variants: list[str], report: Report) -> tuple[Paper, str]:
    """Unite the descriptions of a paper: for each value the first by figid; others are reported."""
    ordered = sorted(variants, key=lambda packed: (entities._papers[packed].figid, entities._papers[packed].file))
    first = _unpacked(ordered[0])
    file = entities._papers[ordered[0]].file
    if len(ordered) == 1:
        return first, file
    merged: dict[str, object] = {}
    for packed in ordered:
        variant, place = _unpacked(packed), entities._papers[packed]
        for name in _RECORD_KEYS:
            value = getattr(variant, name)
            if not value:
                continue
            if name not in merged:
                merged[name] = value
            elif merged[name] != value:
                Place(place.file, place.figid, report).diagnose(
                    "paper-differs",
                    f"the first record of {first.pmcid} has {_shown(merged[name])}",
                    key=_RECORD_KEYS[name],
                    value=_shown(value),
                )
    return Paper(first.pmcid, **merged), file  # type: ignore[arg-type]  # values of Paper's own fields


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


def _paper_group(paper: Paper, figures: Iterable[Term], schema: SchemaOrg, place: Place) -> list[Statement]:
    iri = paper_iri(paper.pmcid)
    statements = [
        (iri, RDF_TYPE, WP_PUBLICATION_REFERENCE),
        (iri, RDF_TYPE, schema.scholarly_article),
        (iri, DC_SOURCE, _PMC),
        (iri, DCTERMS_IDENTIFIER, literal_term(paper.pmcid)),
        (iri, FOAF_PAGE, article_page_iri(f"pmc/articles/{paper.pmcid}/")),
    ]
    if paper.title is not None:
        title = string_literal(paper.title, place, "papertitle")
        statements += [(iri, schema.name, title), (iri, DC_TITLE, title)]
    if paper.year is not None:
        statements.append((iri, schema.date_published, literal_term(paper.year, XSD_G_YEAR)))
    if paper.citation is not None:
        statements.append((iri, DCTERMS_BIBLIOGRAPHIC_CITATION, string_literal(paper.citation, place, "reftext")))
    if paper.doi is not None:
        statements.append((iri, schema.same_as, doi_iri(paper.doi)))
    if paper.journal is not None:
        statements.append((iri, schema.is_part_of, journal_iri(paper.journal.name)))
    if paper.publisher is not None:
        statements.append((iri, DC_PUBLISHER, string_literal(paper.publisher, place, "publisher_name")))
    statements += [(iri, schema.keywords, string_literal(word, place, "keywords")) for word in paper.keywords]
    statements += [(iri, DCTERMS_IS_PART_OF, figure) for figure in figures]
    return statements


def _journal_group(
    name: str, title: str | None, abbreviation: str | None, schema: SchemaOrg, place: Place
) -> list[Statement]:
    iri = journal_iri(name)
    statements = [(iri, RDF_TYPE, schema.periodical)]
    if title is not None:
        statements.append((iri, schema.name, string_literal(title, place, "journal_title")))
    if abbreviation is not None:
        statements.append((iri, schema.alternate_name, string_literal(abbreviation, place, "journal_nlm_ta")))
    return statements


# ------------------------------------------------------------------------------------ genes, chemicals, diseases


def _term_group(entities: Entities, says: list[Shared], schema: SchemaOrg, report: Report) -> list[Statement]:
    source, identifier = says[0][:2]
    labels: dict[str, int] = {}
    taxa: dict[str, int] = {}
    part_of: list[array[int]] = []
    for said in says:
        _, _, kind, given, taxon_id = said
        figures = entities._terms[said]
        _add_counts(labels, given, len(figures))
        if taxon_id is not None:
            _add_counts(taxa, (taxon_id,), len(figures))
        if kind != _DISEASE:
            part_of.append(figures)
    place = Place("", "", report)
    iri = _term_iri(source, identifier)
    statements = [(iri, RDF_TYPE, kind) for kind in _classes(_kinds(says), schema)]
    statements += [
        (iri, DC_IDENTIFIER, iri),
        (iri, DCTERMS_IDENTIFIER, literal_term(identifier)),
        (iri, DC_SOURCE, literal_term(source)),
        *_labels(iri, labels, place, "label"),
    ]
    if source == "Entrez Gene":
        statements.append((iri, WP_BDB_ENTREZ_GENE, iri))
        by_frequency = _by_frequency(taxa)
        if len(by_frequency) > 1:
            value = f"gene {identifier}: {', '.join(by_frequency)}"
            place.diagnose("gene-taxon-differs", key="organism_id", value=value)
        if by_frequency[:1] == [HUMAN] and (symbol := _hgnc_symbol(labels, place)) is not None:
            statements.append((iri, WP_BDB_HGNC_SYMBOL, symbol))
        statements.append((iri, FOAF_PAGE, iri_term(f"https://www.ncbi.nlm.nih.gov/gene/{identifier}")))
        if by_frequency:
            statements.append((iri, schema.taxonomic_range, taxon_iri(by_frequency[0])))
    elif source == "ChEBI":
        statements.append((iri, WP_BDB_CHEBI, iri))
        statements.append((iri, SKOS_EXACT_MATCH, iri_term(PREFIXES["obo"] + identifier.replace(":", "_"))))
    if part_of:
        figure_iris = entities._figures
        statements += [(iri, DCTERMS_IS_PART_OF, figure_iris[index]) for index in _united(part_of)]
    return statements


def _hgnc_symbol(labels: dict[str, int], place: Place) -> Term | None:
    """Give the IRI of a human gene's symbol."""
    symbol = next(iter(_by_frequency(labels)), None)
    if symbol is None:
        return None
    if _HGNC_SYMBOL.fullmatch(symbol):
        return iri_term(PREFIXES["hgnc.symbol"] + symbol)
    place.diagnose("gene-symbol", key="ncbigene_symbol", value=symbol)
    return None


def _term_iri(source: Source, identifier: str) -> Term:
    if source == "Entrez Gene":
        return entity_iri(Gene(identifier))
    return entity_iri(Disease("DOID", identifier) if source == "DOID" else Chemical(source, identifier))


def _classes(kinds: int, schema: SchemaOrg) -> Iterator[Term]:
    if kinds & _GENE:
        yield from (WP_DATA_NODE, WP_GENE_PRODUCT, schema.gene)
    if kinds & _CHEMICAL:
        yield from (WP_DATA_NODE, WP_METABOLITE, schema.chemical_substance)
    if kinds & _DISEASE:
        yield schema.medical_condition


def _dataset_group(settings: Settings) -> list[Statement]:
    statements = [
        (DATASET, RDF_TYPE, VOID_DATASET),
        (DATASET, DCTERMS_TITLE, _DATASET_TITLE),
        (DATASET, DCTERMS_LICENSE, CC0),
    ]
    if settings.created_on is not None:
        statements.append((DATASET, PAV_CREATED_ON, literal_term(settings.created_on, XSD_DATE)))
    return statements
