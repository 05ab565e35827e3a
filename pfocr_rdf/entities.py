"""What figures share (papers, journals, genes, chemicals, diseases, organisms), gathered and described once.

`Entities` takes figures in any order and any split: parts gathered by several workers are merged into the same whole.
It keeps, for each entity, the labels with the number of figures that give them, and the figures it is part of as
indexes, so that it stays small whatever the size of the database.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias, TypeVar, get_args

from pfocr_rdf.diagnostics import Place, Report
from pfocr_rdf.figures import Journal, Paper
from pfocr_rdf.iris import (
    Source,
    article_page_iri,
    doi_iri,
    gene_page_iri,
    journal_iri,
    paper_iri,
    source_iri,
    taxon_iri,
)
from pfocr_rdf.literals import string_literal
from pfocr_rdf.mapping import USUAL_ENDING, Section, Settings
from pfocr_rdf.mentions import HUMAN, Chemical, Gene
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

__all__ = ["Contribution", "Entities", "contribution", "entity_groups", "entity_statements"]

_HGNC_SYMBOL: Final = re.compile(r"[A-Za-z0-9_-]+@?")
_DATASET_TITLE: Final = literal_term("PFOCR: Pathway Figure OCR")
_PMC: Final = literal_term("PMC")

_Key = TypeVar("_Key", bound=Hashable)

_SOURCES: Final[dict[Source, Term]] = {source: literal_term(source) for source in get_args(Source)}

_GENE: Final = 1
_CHEMICAL: Final = 2
_DISEASE: Final = 4


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


def _unpacked(text: str) -> list[str]:
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


def _pmcid(packed: str) -> str:
    """Give the PMCID of a packed paper, without unpacking the rest."""
    return packed.partition("\t")[0] if packed[:1] != "[" else _unpacked_paper(packed).pmcid


def _unpacked_paper(text: str) -> Paper:
    if text[:1] == "[":
        pmcid, title, citation, year, doi, journal, publisher, keywords = json.loads(text)
        return Paper(pmcid, title, citation, year, doi, journal and Journal(*journal), publisher, tuple(keywords))
    pmcid, *texts = text.split("\t")
    title, citation, year, doi, name, abbreviation, publisher = (given or None for given in texts[:7])
    its_journal = Journal(name, abbreviation) if name or abbreviation else None
    return Paper(pmcid, title, citation, year, doi, its_journal, publisher, tuple(texts[7:]))


# --------------------------------------------------------------------------------------------------- gathering


class Entities:
    """What the figures added so far share.

    What figures say is kept as they say it, each thing once, with the numbers of the figures that say it; who asks for
    a description unites it. So adding and merging is quick, and little is kept.
    """

    __slots__ = (
        "_figures",
        "_first",
        "_images",
        "_organisms",
        "_others",
        "_papers",
        "_records",
        "_shared_images",
        "_terms",
    )

    def __init__(self, first: int = 0) -> None:
        """Begin.

        Args:
            first: the number of the first figure, where other parts come before; those merge quicker then.
        """
        self._first = first
        self._figures: list[Term] = []
        self._records: list[tuple[str, str]] = []  # of each figure its figid, and its record's file
        self._papers: dict[str, array[int]] = {}
        self._terms: dict[str, array[int]] = {}
        self._organisms: dict[str, int] = {}
        self._others: dict[Term, dict[Statement, None]] = {}
        self._images: dict[Term, str] = {}
        self._shared_images: dict[Term, Term] = {}

    def add(self, contribution: Contribution) -> None:
        """Add what one figure gives."""
        number = self._first + len(self._figures)
        self._figures.append(contribution.iri)
        self._records.append((contribution.figid, contribution.file))
        _add_figure(self._papers, (contribution.paper,), number)
        _add_figure(self._terms, contribution.terms, number)
        for named in contribution.organisms:
            self._organisms[named] = self._organisms.get(named, 0) + 1
        for statement in contribution.others:
            self._others.setdefault(statement[0], {})[statement] = None
        if contribution.image is not None:
            self._images[contribution.iri] = contribution.image
        if contribution.shared_image is not None:
            image, figure = contribution.shared_image
            self._shared_images[image] = figure

    def merge(self, other: Entities) -> None:
        """Add what another part gathered, whose figures come after this one's."""
        end = self._first + len(self._figures)
        if other._first >= end:  # numbers that no figure has are left free
            self._figures += [Term("")] * (other._first - end)
            self._records += [("", "")] * (other._first - end)
        _merge_figures(self._papers, other._papers, max(0, end - other._first))
        _merge_figures(self._terms, other._terms, max(0, end - other._first))
        self._figures += other._figures
        self._records += other._records
        for named, count in other._organisms.items():
            self._organisms[named] = self._organisms.get(named, 0) + count
        for subject, statements in other._others.items():
            self._others.setdefault(subject, {}).update(statements)
        self._images.update(other._images)
        self._shared_images.update(other._shared_images)

    def figures(self, numbers: Iterable[int]) -> list[Term]:
        """Give the IRIs of figures by their numbers."""
        if self._first == 0:
            return list(map(self._figures.__getitem__, numbers))
        return [self._figures[number - self._first] for number in numbers]

    def first_record(self, numbers: Iterable[int]) -> tuple[str, str]:
        """Give the first figid of some figures, and its record's file."""
        return min([self._records[number - self._first] for number in numbers])

    def __reduce__(self) -> tuple[Callable[..., Entities], tuple[object, ...]]:
        """Pickle flat, which is several times quicker than object by object."""
        said = [(list(told), [numbers.tobytes() for numbers in told.values()]) for told in (self._papers, self._terms)]
        rest = (self._organisms, self._others, self._images, self._shared_images)
        return _entities, (self._first, self._figures, self._records, said, rest)


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
    entities._figures = figures
    entities._records = records
    entities._papers, entities._terms = (
        {text: array("I", numbers) for text, numbers in zip(texts, told, strict=True)} for texts, told in said
    )
    entities._organisms, entities._others, entities._images, entities._shared_images = rest
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
    terms: dict[_TermKey, list[_Said]] = {}
    for packed, figures in entities._terms.items():
        kind, source, identifier, taxon_id, *labels = _unpacked(packed)
        key: _TermKey = len(identifier), identifier, source  # type: ignore[assignment]
        terms.setdefault(key, []).append((int(kind), taxon_id, labels, figures))
    headings: tuple[list[_TermKey], ...] = ([], [], [])
    for key, said in terms.items():
        headings[_heading(_kinds(said))].append(key)
    classes = [_classes(kinds, schema) for kinds in range(_GENE + _CHEMICAL + _DISEASE + 1)]
    for keys in headings:
        keys.sort()
        for key in keys:
            said = terms.pop(key)
            yield _term_group(entities, key[2], key[1], said, classes[_kinds(said)], schema, report)
    names: dict[str, dict[str, int]] = {}
    for packed, count in entities._organisms.items():
        taxon_id, *some = _unpacked(packed)
        _add_counts(names.setdefault(taxon_id, {}), some, count)
    for taxon_id in sorted(names, key=_numeric):
        organism = taxon_iri(taxon_id)
        yield [
            (organism, RDF_TYPE, schema.taxon),
            *_labels(organism, _by_frequency(names[taxon_id]), Place("", "", report), "organisms"),
            (organism, DCTERMS_IDENTIFIER, literal_term(taxon_id)),
        ]
    yield _dataset_group(settings)


_TermKey: TypeAlias = tuple[int, str, Source]
"""The length of an identifier, which orders those of one prefix by their numbers, the identifier and its source."""

_Said: TypeAlias = tuple[int, str, list[str], "array[int]"]
"""What figures say of a gene, chemical or disease: as what they mention it, a gene's taxon id or nothing, its labels;
and the numbers of the figures."""


def _heading(kinds: int) -> int:
    """Tell where a term is described: genes are first, then chemicals, diseases or not, then diseases."""
    if kinds & _GENE:
        return 0
    return 1 if kinds & _CHEMICAL else 2


def _kinds(said: Sequence[_Said]) -> int:
    if len(said) == 1:
        return said[0][0]
    kinds = 0
    for kind, *_ in said:
        kinds |= kind
    return kinds


def _labels(subject: Term, labels: Iterable[str], place: Place, key: str) -> list[Statement]:
    """Say the labels of a thing, of which the first is the preferred one."""
    return [
        (subject, SKOS_ALT_LABEL if rank else RDFS_LABEL, string_literal(label, place, key))
        for rank, label in enumerate(labels)
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
        said_by = [entities._papers[packed] for packed in variants[pmcid]]
        figures = entities.figures(_united(said_by))
        yield _paper_group(paper, figures, schema, Place(file, "", report))
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


def _united(said_by: Sequence[array[int]]) -> Iterable[int]:
    """Unite numbers of figures, in their order."""
    return said_by[0] if len(said_by) == 1 else sorted(chain.from_iterable(said_by))


def _merged(entities: Entities, variants: list[str], report: Report) -> tuple[Paper, str]:
    """Unite the descriptions of a paper: for each value the first by figid; others are reported."""
    firsts = sorted([(entities.first_record(entities._papers[packed]), packed) for packed in variants])
    (_, file), packed = firsts[0]
    first = _unpacked_paper(packed)
    if len(firsts) == 1:
        return first, file
    merged: dict[str, object] = {}
    for (figid, its_file), packed in firsts:
        variant = _unpacked_paper(packed)
        for name in _RECORD_KEYS:
            value = getattr(variant, name)
            if not value:
                continue
            if name not in merged:
                merged[name] = value
            elif merged[name] != value:
                Place(its_file, figid, report).diagnose(
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


def _term_group(
    entities: Entities,
    source: Source,
    identifier: str,
    said: list[_Said],
    classes: Iterable[Term],
    schema: SchemaOrg,
    report: Report,
) -> list[Statement]:
    if len(said) == 1:
        ((kind, taxon_id, labels, figures),) = said
        labels.sort()  # all are of the same figures
        taxa = [taxon_id] if taxon_id else []
        part_of: Iterable[int] = figures if kind != _DISEASE else ()
    else:
        label_counts: dict[str, int] = {}
        taxon_counts: dict[str, int] = {}
        for _, taxon_id, given, figures in said:
            _add_counts(label_counts, given, len(figures))
            if taxon_id:
                _add_counts(taxon_counts, (taxon_id,), len(figures))
        labels, taxa = _by_frequency(label_counts), _by_frequency(taxon_counts)
        part_of = _united([figures for kind, _, _, figures in said if kind != _DISEASE])
    place = Place("", "", report)
    iri = source_iri(source, identifier)
    statements = [(iri, RDF_TYPE, kind) for kind in classes]
    statements += [
        (iri, DC_IDENTIFIER, iri),
        (iri, DCTERMS_IDENTIFIER, literal_term(identifier)),
        (iri, DC_SOURCE, _SOURCES[source]),
        *_labels(iri, labels, place, "label"),
    ]
    if source == "Entrez Gene":
        statements.append((iri, WP_BDB_ENTREZ_GENE, iri))
        if len(taxa) > 1:
            place.diagnose("gene-taxon-differs", key="organism_id", value=f"gene {identifier}: {', '.join(taxa)}")
        if labels and taxa[:1] == [HUMAN] and (symbol := _hgnc_symbol(labels[0], place)) is not None:
            statements.append((iri, WP_BDB_HGNC_SYMBOL, symbol))
        statements.append((iri, FOAF_PAGE, gene_page_iri(identifier)))
        if taxa:
            statements.append((iri, schema.taxonomic_range, taxon_iri(taxa[0])))
    elif source == "ChEBI":
        statements.append((iri, WP_BDB_CHEBI, iri))
        statements.append((iri, SKOS_EXACT_MATCH, iri_term(PREFIXES["obo"] + identifier.replace(":", "_"))))
    statements += [(iri, DCTERMS_IS_PART_OF, figure) for figure in entities.figures(part_of)]
    return statements


def _hgnc_symbol(symbol: str, place: Place) -> Term | None:
    """Give the IRI of a human gene's symbol."""
    if _HGNC_SYMBOL.fullmatch(symbol):
        return iri_term(PREFIXES["hgnc.symbol"] + symbol)
    place.diagnose("gene-symbol", key="ncbigene_symbol", value=symbol)
    return None


def _classes(kinds: int, schema: SchemaOrg) -> list[Term]:
    classes: dict[Term, None] = {}
    if kinds & _GENE:
        classes |= dict.fromkeys((WP_DATA_NODE, WP_GENE_PRODUCT, schema.gene))
    if kinds & _CHEMICAL:
        classes |= dict.fromkeys((WP_DATA_NODE, WP_METABOLITE, schema.chemical_substance))
    if kinds & _DISEASE:
        classes[schema.medical_condition] = None
    return list(classes)


def _dataset_group(settings: Settings) -> list[Statement]:
    statements = [
        (DATASET, RDF_TYPE, VOID_DATASET),
        (DATASET, DCTERMS_TITLE, _DATASET_TITLE),
        (DATASET, DCTERMS_LICENSE, CC0),
    ]
    if settings.created_on is not None:
        statements.append((DATASET, PAV_CREATED_ON, literal_term(settings.created_on, XSD_DATE)))
    return statements
