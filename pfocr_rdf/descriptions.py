"""What figures share (papers, journals, genes, chemicals, diseases, organisms), described.

It is described in parts, each of some neighbours, so that a part whose figures tell the same as before need not be
described again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain
from typing import Final, TypeAlias, get_args

from pfocr_rdf.diagnostics import Diagnostic, Place, Report
from pfocr_rdf.entities import CHEMICAL, DISEASE, GENE, Entities, Told, journal_of, pmcid_of, unpacked, unpacked_paper
from pfocr_rdf.figures import Paper
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
from pfocr_rdf.mapping import Settings
from pfocr_rdf.mentions import HUMAN
from pfocr_rdf.terms import Statement, Term, iri_term, literal_term
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
    SchemaScheme,
    schema_org,
)

__all__ = ["Part", "Things", "entity_groups", "entity_parts", "entity_statements"]

_HGNC_SYMBOL: Final = re.compile(r"[A-Za-z0-9_-]+@?")
_DATASET_TITLE: Final = literal_term("PFOCR: Pathway Figure OCR")
_PMC: Final = literal_term("PMC")
_SOURCES: Final[dict[Source, Term]] = {source: literal_term(source) for source in get_args(Source)}

_Said: TypeAlias = tuple[int, str, list[str], Sequence[int]]
"""What figures say of a gene, chemical or disease: as what they mention it, a gene's taxon id or nothing, its labels;
and the numbers of the figures."""

Things: TypeAlias = Sequence[Sequence[Told]]
"""What figures tell of each of some things."""

_Describe: TypeAlias = "Callable[[Entities, Settings, Things, Report], Iterable[list[Statement]]]"


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what figures share, described at once; with what figures tell of it, it can go to another process.

    Attributes:
        things: what figures tell of each thing. Empty where the description depends on more.
        names_figures: whether the description names these figures.
    """

    _describe: _Describe
    things: Things = ()
    names_figures: bool = False

    def describe(self, entities: Entities, settings: Settings, report: Report) -> Iterable[list[Statement]]:
        """Give the statements of one subject after the other.

        Args:
            entities: what was gathered, of which the part is one.
            settings: the settings of the run.
            report: takes the diagnostics.
        """
        return self._describe(entities, settings, self.things, report)

    def told(self) -> list[Told]:
        """Give what the description depends on, besides the settings: what figures tell, and the figures it names.

        Where they do not agree about a thing, their order follows.
        """
        if not self.names_figures:
            return [(packed, ()) for told in self.things for packed, _ in told]
        told_of: list[Told] = []
        for told in self.things:
            told_of += told
            if len(told) > 1:
                told_of.append(("", list(_united([figures for _, figures in told]))))
        return told_of


def entity_statements(entities: Entities, *, settings: Settings, report: Report) -> Iterator[Statement]:
    """Describe what the figures share: the statements of `entity_groups`, one after the other."""
    return chain.from_iterable(entity_groups(entities, settings=settings, report=report))


def entity_groups(entities: Entities, *, settings: Settings, report: Report) -> Iterator[list[Statement]]:
    """Describe what the figures share: the groups of `entity_parts`, one after the other."""
    for part in entity_parts(entities):
        yield from part.describe(entities, settings, report)


def entity_parts(entities: Entities) -> Iterator[Part]:
    """Describe what the figures share: papers, journals, genes, chemicals, diseases, organisms, then the dataset, and
    last what records' blocks say of yet other things.

    Args:
        entities: what was gathered.

    Yields:
        Parts, in an order that depends only on what was gathered, as do the statements in them. They are described in
        this order; one that was described before need not be described again.
    """
    others = entities.others()
    if not others:  # as in nearly all databases
        yield from _parts(entities)
        return
    for part in _parts(entities):
        yield Part(partial(_completed, part, others))
    yield Part(lambda *_: [sorted(others[subject], key=_class_first) for subject in sorted(others)])


def _completed(
    part: Part,
    others: dict[Term, dict[Statement, None]],
    entities: Entities,
    settings: Settings,
    _: Things,
    report: Report,
) -> Iterator[list[Statement]]:
    """Say of what is described what records' blocks say of it, too."""
    for group in part.describe(entities, settings, report):
        if more := others.pop(group[0][0], None):
            group += sorted(more.keys() - set(group), key=_class_first)
        yield group


def _class_first(statement: Statement) -> tuple[bool, Statement]:
    """Order statements of one subject: what it is, then the rest."""
    return statement[1] != RDF_TYPE, statement


def _parts(entities: Entities) -> Iterator[Part]:
    yield from _papers_and_journals(entities)
    terms: dict[str, list[Told]] = {}
    for told in entities.terms():
        packed = told[0]
        _, source, identifier = packed.split("\t", 3)[:3] if packed[0] != "[" else unpacked(packed)[:3]
        key = _term_key(identifier, source)
        if (known := terms.get(key)) is None:
            terms[key] = [told]
        else:
            known.append(told)
    headings: tuple[list[str], ...] = ([], [], [])
    for key, all_told in terms.items():
        kinds = _kind(all_told[0][0])
        for packed, _ in all_told[1:]:
            kinds |= _kind(packed)
        headings[_heading(kinds)].append(key)
    for keys in headings:
        keys.sort()
        for some in _cut(keys, _identifier_of):
            yield Part(_term_groups, list(map(terms.pop, some)), names_figures=True)
    yield Part(_organism_groups)
    yield Part(_dataset_groups)


def _cut(keys: Iterable[str], identifier_of: Callable[[str], str]) -> Iterator[list[str]]:
    """Cut what is described into parts, some 25 things each.

    Where a part ends depends on its last thing, so that one thing more or less changes one part and no other.
    """
    part: list[str] = []
    for key in keys:
        part.append(key)
        if identifier_of(key).endswith(_LAST) or len(part) == _MOST:
            yield part
            part = []
    if part:
        yield part


_LAST: Final = ("00", "25", "50", "75")
"""Ends of the identifiers with which parts end."""

_MOST: Final = 250
"""Things that are at most described together, whatever their identifiers."""


def _term_key(identifier: str, source: str) -> str:
    """Give what orders terms: the length of the identifier, so that those of one prefix come by their numbers, the
    identifier, and its source. Texts are sorted four times as fast as tuples of these.
    """
    return f"{chr(min(len(identifier), sys.maxunicode))}{identifier}\t{source}"


def _identifier_of(key: str) -> str:
    return key[1 : key.rindex("\t")]


def _kind(packed: str) -> int:
    """Tell as what a thing is mentioned, given as figures tell of it."""
    return int(packed[0] if packed[0] != "[" else unpacked(packed)[0])


def _heading(kinds: int) -> int:
    """Tell where a term is described: genes are first, then chemicals, diseases or not, then diseases."""
    if kinds & GENE:
        return 0
    return 1 if kinds & CHEMICAL else 2


def _organism_groups(entities: Entities, settings: Settings, _: Things, report: Report) -> Iterator[list[Statement]]:
    names: dict[str, dict[str, int]] = {}
    for packed, count in entities.organisms.items():
        taxon_id, *some = unpacked(packed)
        _add_counts(names.setdefault(taxon_id, {}), some, count)
    for taxon_id in sorted(names, key=_numeric):
        organism = taxon_iri(taxon_id)
        yield [
            (organism, RDF_TYPE, settings.schema.taxon),
            *_labels(organism, _by_frequency(names[taxon_id]), Place("", "", report), "organisms"),
            (organism, DCTERMS_IDENTIFIER, literal_term(taxon_id)),
        ]


def _labels(subject: Term, labels: Iterable[str], place: Place, key: str) -> list[Statement]:
    """Say the labels of a thing, of which the first is the preferred one."""
    return [
        (subject, SKOS_ALT_LABEL if rank else RDFS_LABEL, string_literal(label, place, key))
        for rank, label in enumerate(labels)
    ]


# -------------------------------------------------------------------------------------------- papers and journals


def _papers_and_journals(entities: Entities) -> Iterator[Part]:
    papers: dict[str, list[Told]] = {}
    for told in entities.papers():
        papers.setdefault(pmcid_of(told[0]), []).append(told)
    pmcids = sorted(papers, key=_numeric)
    for some in _cut(pmcids, str):
        yield Part(_paper_groups, list(map(papers.__getitem__, some)), names_figures=True)
    # of those who tell of one paper the first by figid is asked, who is not seen in what they tell
    firsts = ([told[0]] if len(told) == 1 else _by_figid(entities, told) for told in map(papers.__getitem__, pmcids))
    yield Part(_journal_groups, list(firsts))


def _paper_groups(entities: Entities, settings: Settings, papers: Things, report: Report) -> Iterator[list[Statement]]:
    for told in papers:
        paper = _merged(entities, told, report) if len(told) > 1 else unpacked_paper(told[0][0])
        figures = entities.figures(_united([figures for _, figures in told]))
        yield _paper_group(paper, figures, settings.schema, Place("", "", partial(_of_file, entities, told, report)))


def _of_file(entities: Entities, told: Iterable[Told], report: Report, found: Diagnostic) -> None:
    """Report what is found in a paper as of the file that tells of it first."""
    report(replace(found, file=_first_file(entities, told)))


def _first_file(entities: Entities, told: Iterable[Told]) -> str:
    return min(entities.first_record(figures) for _, figures in told)[1]


def _by_figid(entities: Entities, told: Iterable[Told]) -> list[Told]:
    """Order what figures tell of one paper by the first of these figures."""
    return sorted(told, key=lambda of_some: entities.first_record(of_some[1]))


def _journal_groups(
    entities: Entities, settings: Settings, papers: Things, report: Report
) -> Iterator[list[Statement]]:
    titles: dict[str, tuple[str | None, str | None]] = {}
    for told in papers:
        journal = journal_of(told[0][0]) if len(told) == 1 else _merged(entities, told, _silent).journal
        if journal is None:
            continue
        title, abbreviation = titles.get(journal.name, (None, None))
        titles[journal.name] = title or journal.title, abbreviation or journal.nlm_abbreviation
        if title is not None and journal.title is not None and title != journal.title:
            message = f"the journal's title is {title} in an earlier paper"
            place = Place(_first_file(entities, told), "", report)
            place.diagnose("journal-differs", message, key="journal_title", value=journal.title)
    for name in sorted(titles):
        yield _journal_group(name, *titles[name], settings.schema, Place("", "", report))


def _silent(_: Diagnostic) -> None:
    """Take a diagnostic that is reported elsewhere."""


def _united(said_by: Sequence[Sequence[int]]) -> Iterable[int]:
    """Unite numbers of figures, in their order."""
    return said_by[0] if len(said_by) == 1 else sorted(chain.from_iterable(said_by))


def _merged(entities: Entities, told: Iterable[Told], report: Report) -> Paper:
    """Unite the descriptions of a paper: for each value the first by figid; others are reported."""
    firsts = [(entities.first_record(figures), packed) for packed, figures in _by_figid(entities, told)]
    first = unpacked_paper(firsts[0][1])
    merged: dict[str, object] = {}
    for (figid, its_file), packed in firsts:
        variant = unpacked_paper(packed)
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
    return Paper(first.pmcid, **merged)  # type: ignore[arg-type]  # values of Paper's own fields


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


def _term_groups(entities: Entities, settings: Settings, terms: Things, report: Report) -> Iterator[list[Statement]]:
    for told in terms:
        said: list[_Said] = []
        kinds = 0
        for packed, figures in told:
            kind, source, identifier, taxon_id, *labels = unpacked(packed)
            said.append((int(kind), taxon_id, labels, figures))
            kinds |= int(kind)
        classes = _classes(kinds, settings.schema_org)
        yield _term_group(entities, source, identifier, said, classes, settings.schema, report)  # type: ignore[arg-type]


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
        part_of: Iterable[int] = figures if kind != DISEASE else ()
    else:
        label_counts: dict[str, int] = {}
        taxon_counts: dict[str, int] = {}
        for _, taxon_id, given, figures in said:
            _add_counts(label_counts, given, len(figures))
            if taxon_id:
                _add_counts(taxon_counts, (taxon_id,), len(figures))
        labels, taxa = _by_frequency(label_counts), _by_frequency(taxon_counts)
        part_of = _united([figures for kind, _, _, figures in said if kind != DISEASE])
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


@cache
def _classes(kinds: int, scheme: SchemaScheme) -> tuple[Term, ...]:
    schema = schema_org(scheme)
    classes: dict[Term, None] = {}
    if kinds & GENE:
        classes |= dict.fromkeys((WP_DATA_NODE, WP_GENE_PRODUCT, schema.gene))
    if kinds & CHEMICAL:
        classes |= dict.fromkeys((WP_DATA_NODE, WP_METABOLITE, schema.chemical_substance))
    if kinds & DISEASE:
        classes[schema.medical_condition] = None
    return tuple(classes)


def _dataset_groups(_: Entities, settings: Settings, __: Things, ___: Report) -> Iterator[list[Statement]]:
    statements = [
        (DATASET, RDF_TYPE, VOID_DATASET),
        (DATASET, DCTERMS_TITLE, _DATASET_TITLE),
        (DATASET, DCTERMS_LICENSE, CC0),
    ]
    if settings.created_on is not None:
        statements.append((DATASET, PAV_CREATED_ON, literal_term(settings.created_on, XSD_DATE)))
    yield statements


def _add_counts(counts: dict[str, int], names: Iterable[str], number: int) -> None:
    for name in names:
        counts[name] = counts.get(name, 0) + number


def _by_frequency(counts: dict[str, int]) -> list[str]:
    """Order texts: the most frequent first, of equally frequent ones the first by code point."""
    return sorted(counts, key=lambda text: (-counts[text], text)) if len(counts) > 1 else list(counts)


def _numeric(identifier: str) -> tuple[int, str]:
    """Order identifiers of one prefix by their numbers."""
    return len(identifier), identifier
