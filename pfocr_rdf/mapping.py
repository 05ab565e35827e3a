"""A figure to its triples: the tables of the mapping, row by row.

`map_figures` gives what stands with the figure: the figure itself, its mentions, its image. What figures share
(papers, journals, genes, chemicals, diseases, organisms) is described once a run, after the figures, by
`pfocr_rdf.entities`; a figure adds only the links that `link_statements` gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

from pyoxigraph import Triple

from pfocr_rdf.block import block_iri, block_license, block_statements
from pfocr_rdf.diagnostics import Diagnostic, Place, Report
from pfocr_rdf.figures import Figure
from pfocr_rdf.iris import (
    DIGEST_DIGITS,
    IMAGE_URL,
    article_page_iri,
    entity_iri,
    figure_iri,
    genid_prefix,
    image_iri,
    mention_digest,
    mention_iri,
    paper_iri,
    site_iri,
    taxon_iri,
)
from pfocr_rdf.jsonld import BlockError, Expanded, expand_blocks
from pfocr_rdf.literals import string_literal
from pfocr_rdf.mentions import Disease, Kind, Mention
from pfocr_rdf.terms import Statement, Term, iri_term, iri_text, literal_term
from pfocr_rdf.terms import triples as as_triples
from pfocr_rdf.vocabulary import (
    DATASET,
    DC_IDENTIFIER,
    DC_SOURCE,
    DC_TITLE,
    DCTERMS_DESCRIPTION,
    DCTERMS_FORMAT,
    DCTERMS_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    DCTERMS_LICENSE,
    DCTERMS_REFERENCES,
    DCTERMS_SUBJECT,
    DCTERMS_TYPE,
    FOAF_IMAGE,
    FOAF_IMG,
    FOAF_PAGE,
    OA_ANNOTATION,
    OA_HAS_BODY,
    OA_HAS_TARGET,
    PFOCR_CHEMICAL_MENTION,
    PFOCR_DISEASE_MENTION,
    PFOCR_FIGURE_NUMBER,
    PFOCR_GENE_MENTION,
    PFOCR_LEXICON,
    PFOCR_MATCH,
    PFOCR_PATHWAY_SCORE,
    PFOCR_RANKED_RESULT_INDEX,
    PFOCR_RECOGNIZED_ORGANISM,
    PFOCR_RECOGNIZED_ORGANISM_NAME,
    PFOCR_WORD,
    PREFIXES,
    RDF_TYPE,
    RDFS_SEE_ALSO,
    SKOS_CLOSE_MATCH,
    SKOS_COLLECTION,
    VOID_IN_DATASET,
    WP_DISEASE_ONTOLOGY_TAG,
    WP_ONTOLOGY_TAG,
    WP_ORGANISM,
    WP_ORGANISM_NAME,
    WP_PATHWAY,
    XSD_DECIMAL,
    XSD_INTEGER,
    SchemaOrg,
    SchemaScheme,
    schema_org,
)

__all__ = ["Section", "Settings", "figure_triples", "is_date", "link_statements", "map_figures"]

_PFOCR: Final = literal_term("PFOCR")
_MENTION_CLASS: Final[dict[Kind, Term]] = {
    "gene": PFOCR_GENE_MENTION,
    "chemical": PFOCR_CHEMICAL_MENTION,
    "disease": PFOCR_DISEASE_MENTION,
}
_MEDIA_TYPES: Final = {
    "jpg": literal_term("image/jpeg"),
    "jpeg": literal_term("image/jpeg"),
    "png": literal_term("image/png"),
    "gif": literal_term("image/gif"),
    "tif": literal_term("image/tiff"),
    "tiff": literal_term("image/tiff"),
    "svg": literal_term("image/svg+xml"),
    "webp": literal_term("image/webp"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run of the mapping can be told.

    Attributes:
        schema_org: the spelling of schema.org's namespace in the whole output.
        as_is: whether the values of the JSON-LD template stay as they stand.
        image_url: where images are: an IRI with the fields `{pmcid}` and `{filename}`.
        created_on: the date of the data, `YYYY-MM-DD`, for the description of the dataset, or None.
    """

    schema_org: SchemaScheme = "http"
    as_is: bool = False
    image_url: str = IMAGE_URL
    created_on: str | None = None

    @property
    def schema(self) -> SchemaOrg:
        """The schema.org terms of the output."""
        return schema_org(self.schema_org)

    def check(self) -> None:
        """Check what types do not.

        Raises:
            ValueError: when `image_url` gives no IRI or the same for all, or `created_on` is no date.
        """
        if self.created_on is not None and not is_date(self.created_on):
            raise ValueError(f"{self.created_on!r} is no date of the form YYYY-MM-DD")
        try:
            unknown = set(re.findall(r"\{[^{}]*\}", self.image_url)) - {"{pmcid}", "{filename}"}
            if unknown:
                raise ValueError(f"there is no field {min(unknown)}, but {{pmcid}} and {{filename}}")
            image_iri("PMC1", "figure.jpg", self.image_url)
        except ValueError as error:
            raise ValueError(f"{self.image_url!r} gives no IRI: {error}") from None
        if "{filename}" not in self.image_url:
            raise ValueError(f"{self.image_url!r} gives all images one IRI: it has no field {{filename}}")


def is_date(text: str) -> bool:
    """Tell whether a text is a day, `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


DEFAULTS: Final = Settings()

USUAL_ENDING: Final = ".jpg"
"""The ending of nearly all image files."""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands with one figure in the output.

    Attributes:
        figure: the figure.
        iri: its IRI.
        statements: the figure's, its mentions' and its image's, each subject's together.
        others: what the record says of things that are not the figure's own: its block of other subjects, and of an
            image that is not named after the figure, as figures may share it.
        image: None for an image named after the figure with the usual ending; else its IRI, or `""` where the section
            describes none.
        shared_image: an image that is not named after the figure, and the IRI of the figure that it is named after.
    """

    figure: Figure
    iri: Term
    statements: list[Statement]
    others: tuple[Statement, ...] = ()
    image: str | None = None
    shared_image: tuple[Term, Term] | None = None


def map_figures(
    figures: Sequence[Figure], *, settings: Settings = DEFAULTS, report_for: Callable[[Figure], Report]
) -> Iterator[Section]:
    """Map figures, their JSON-LD blocks expanded together: some hundred or thousand a call are best.

    Args:
        figures: the figures.
        settings: the settings of the run.
        report_for: gives what takes the diagnostics of a figure.

    Yields:
        The sections, in the order of the figures.
    """
    with_block = [figure for figure in figures if figure.jsonld is not None]
    bases = [iri_text(figure_iri(figure.figid)) for figure in with_block]
    expansions = iter(expand_blocks([figure.jsonld for figure in with_block], bases))
    for figure in figures:
        place = Place(figure.file, figure.figid, report_for(figure))
        expanded: Expanded | None = None
        if figure.jsonld is not None:
            expansion = next(expansions)
            if isinstance(expansion, BlockError):
                place.diagnose(expansion.code, expansion.message, key="schema-jsonld", value=expansion.value)
            else:
                expanded = expansion
        yield _section(figure, expanded, settings, place)


def figure_triples(figure: Figure, *, settings: Settings = DEFAULTS, report: Report | None = None) -> Iterator[Triple]:
    """Yield the triples of one figure: its section, and the links of what it shares with other figures to it.

    For many figures `pfocr_rdf.to_graph` and `pfocr_rdf.convert` are faster, and describe what figures share.

    Args:
        figure: the figure.
        settings: the settings of the mapping.
        report: takes the diagnostics; without it they are dropped.

    Example:
        >>> from pfocr_rdf import Figure, Paper
        >>> triples = list(figure_triples(Figure(figid="PMC1__a", paper=Paper("PMC1"), title="Glycolysis")))
        >>> str(triples[-1].object)
        '<https://pfocr.wikipathways.org/figures/PMC1__a.html>'
    """

    def silent(found: Diagnostic) -> None:
        """Drop a diagnostic."""

    (section,) = map_figures((figure,), settings=settings, report_for=lambda _: report or silent)
    yield from as_triples((*section.statements, *section.others))
    yield from as_triples(link_statements(section))


def link_statements(section: Section) -> Iterator[Statement]:
    """Yield `dcterms:isPartOf` of the paper, the genes and the chemicals of a figure."""
    yield paper_iri(section.figure.paper.pmcid), DCTERMS_IS_PART_OF, section.iri
    bodies = (body for mention in section.figure.mentions if mention.kind != "disease" for body in mention.bodies)
    for iri in dict.fromkeys(map(entity_iri, bodies)):
        yield iri, DCTERMS_IS_PART_OF, section.iri


# --------------------------------------------------------------------------------------------------- the figure


def _section(figure: Figure, expanded: Expanded | None, settings: Settings, place: Place) -> Section:
    iri = block_iri(figure, expanded, place)
    schema = settings.schema
    block: list[Statement] = []
    if expanded is not None:
        block = block_statements(figure, iri, expanded, schema=schema, as_is=settings.as_is, place=place)
    image = _image(figure, settings, place)

    # the values of a predicate together, in the order of first predicates, each once
    values: dict[Term, dict[Term, None]] = {
        RDF_TYPE: {WP_PATHWAY: None, SKOS_COLLECTION: None},
        DC_SOURCE: {_PFOCR: None},
        DC_IDENTIFIER: {iri: None},
        FOAF_PAGE: {iri: None},
        VOID_IN_DATASET: {DATASET: None},
    }

    def add(predicate: Term, value: Term) -> None:
        values.setdefault(predicate, {})[value] = None

    def text(predicate: Term, value: str | None, key: str) -> None:
        if value is not None:
            values.setdefault(predicate, {})[string_literal(value, place, key)] = None

    text(DCTERMS_IDENTIFIER, figure.figid, "figid")
    text(DC_TITLE, figure.title, "figtitle")
    text(schema.name, figure.title, "figtitle")
    text(DCTERMS_DESCRIPTION, figure.caption, "caption")
    for subject, predicate, value in block:
        if subject == iri:
            values.setdefault(predicate, {})[value] = None
    if expanded is not None and block and (licence := block_license(figure, expanded)) is not None:
        add(DCTERMS_LICENSE, licence)
    for organism in figure.organisms:
        text(WP_ORGANISM_NAME, organism.name, "organisms")
        if organism.taxon_id is not None:
            add(WP_ORGANISM, taxon_iri(organism.taxon_id))
    for organism in figure.recognized_organisms:
        text(PFOCR_RECOGNIZED_ORGANISM_NAME, organism.name, "organisms_ner")
        if organism.taxon_id is not None:
            add(PFOCR_RECOGNIZED_ORGANISM, taxon_iri(organism.taxon_id))
    text(PFOCR_FIGURE_NUMBER, figure.number, "number")
    text(DCTERMS_TYPE, figure.type, "figtype")
    for alias in figure.aliases:
        text(schema.alternate_name, alias, "figid_alias")
    for path in figure.redirects:
        add(RDFS_SEE_ALSO, site_iri(path))
    if figure.link is not None:
        add(RDFS_SEE_ALSO, article_page_iri(figure.link))
    for network in figure.ndex:
        add(RDFS_SEE_ALSO, iri_term(f"https://www.ndexbio.org/viewer/networks/{network}"))
    if image is not None:
        add(schema.image, image)
        add(FOAF_IMG, image)
    paper = paper_iri(figure.paper.pmcid)
    add(schema.is_based_on, paper)
    add(DCTERMS_REFERENCES, paper)
    if figure.score is not None:
        add(PFOCR_PATHWAY_SCORE, literal_term(figure.score, XSD_DECIMAL))
    if figure.rank is not None:
        add(PFOCR_RANKED_RESULT_INDEX, literal_term(figure.rank, XSD_INTEGER))
    for wpid in figure.wikipathways:
        add(SKOS_CLOSE_MATCH, iri_term(PREFIXES["wikipathways"] + wpid))
    for annotation in figure.annotations:
        text(DCTERMS_SUBJECT, annotation.value, "annotations")
    bodies = [list(map(entity_iri, mention.bodies)) for mention in figure.mentions]
    if mentioned := dict.fromkeys(chain.from_iterable(bodies)):
        values.setdefault(schema.mentions, {}).update(mentioned)
    for mention, iris in zip(figure.mentions, bodies, strict=True):
        if mention.kind == "disease":
            for entity, body in zip(iris, mention.bodies, strict=True):
                if isinstance(body, Disease) and body.source == "DOID":
                    add(WP_DISEASE_ONTOLOGY_TAG, entity)
                    add(WP_ONTOLOGY_TAG, entity)
    statements = [(iri, predicate, value) for predicate, group in values.items() for value in group]
    others = [statement for statement in block if statement[0] != iri]
    if others:
        own = genid_prefix(figure.figid)
        statements += [statement for statement in others if statement[0].startswith(own)]
        others = [statement for statement in others if not statement[0].startswith(own)]
    statements += _mention_statements(figure, iri, bodies, place)
    described = _image_statements(figure, image, schema, place) if image is not None else []
    if image is not None and named_after(figure, settings):
        statements += described
        usual = figure.filename is not None and figure.filename.endswith(USUAL_ENDING)
        return Section(figure, iri, statements, tuple(others), None if usual else image)
    shared = None
    if image is not None:
        stem = (figure.filename or "").rpartition(".")[0]
        shared = image, figure_iri(f"{figure.paper.pmcid}__{stem}")
    return Section(figure, iri, statements, (*others, *described), "", shared)


# ------------------------------------------------------------------------------------------------------ image


def _image(figure: Figure, settings: Settings, place: Place) -> Term | None:
    if figure.filename is None:
        return None
    try:
        return image_iri(figure.paper.pmcid, figure.filename, settings.image_url)
    except ValueError:  # the template is checked at the edge; only a Python caller's can fail here
        place.diagnose("filename-invalid", f"{settings.image_url} gives no IRI", key="filename", value=figure.filename)
        return None


def named_after(figure: Figure, settings: Settings) -> bool:
    """Tell whether a figure's image is named after the figure, so that no other figure has it."""
    stem = (figure.filename or "").rpartition(".")[0]
    whole = "{pmcid}" in settings.image_url and "{filename}" in settings.image_url
    return whole and figure.figid == f"{figure.paper.pmcid}__{stem}"


def _image_statements(figure: Figure, image: Term, schema: SchemaOrg, place: Place) -> list[Statement]:
    filename = figure.filename or ""
    statements = [
        (image, RDF_TYPE, schema.image_object),
        (image, RDF_TYPE, FOAF_IMAGE),
    ]
    media_type = _MEDIA_TYPES.get(filename.rpartition(".")[2].lower())
    if media_type is None:
        place.diagnose("image-format", key="filename", value=filename)
    else:
        statements.append((image, DCTERMS_FORMAT, media_type))
    statements.append((image, schema.name, string_literal(filename, place, "filename")))
    return statements


# --------------------------------------------------------------------------------------------------- mentions


def _mention_statements(figure: Figure, iri: Term, bodies: Iterable[list[Term]], place: Place) -> list[Statement]:
    """Describe the mentions of a figure, whose bodies' IRIs are given mention by mention."""
    statements: list[Statement] = []
    known = [_known(mention, place) for mention in figure.mentions]
    short = [
        (mention.kind, digest[:DIGEST_DIGITS]) for mention, (digest, _) in zip(figure.mentions, known, strict=True)
    ]
    # mentions that share the first digits of their digests get the whole
    shared = set() if len(set(short)) == len(short) else {name for name in short if short.count(name) > 1}
    for (kind, digits), (digest, said), iris in zip(short, known, bodies, strict=True):
        node = mention_iri(figure.figid, kind, digest if (kind, digits) in shared else digits)
        statements += (
            (node, RDF_TYPE, OA_ANNOTATION),
            (node, RDF_TYPE, _MENTION_CLASS[kind]),
            (node, OA_HAS_TARGET, iri),
        )
        statements += [(node, OA_HAS_BODY, body) for body in (iris if len(iris) < 2 else dict.fromkeys(iris))]
        statements += [(node, predicate, value) for predicate, value in said]
    return statements


Known = tuple[str, list[tuple[Term, Term]]]
"""A mention's digest, and what it says: its word, what matched, and the lexicon."""

_remembered: dict[tuple[str, str | None, str | None], Known] = {}
"""What is known of mentions, as figures repeat each other."""

_REMEMBERED: Final = 1 << 14
_REMEMBERED_TEXT: Final = 200


def _known(mention: Mention, place: Place) -> Known:
    texts = mention.word, mention.match, mention.lexicon
    if (known := _remembered.get(texts)) is not None:
        return known
    digest = mention_digest(*texts)
    said = [(predicate, text) for predicate, text in zip(_SAYING, texts, strict=True) if text is not None]
    try:
        known = digest, [(predicate, literal_term(text)) for predicate, text in said]
    except ValueError:  # a text that no literal can hold is reported each time
        return digest, [
            (predicate, string_literal(text, place, f"{mention.kind}s.{_SAYING[predicate]}"))
            for predicate, text in said
        ]
    if sum(len(text) for _, text in said) <= _REMEMBERED_TEXT:
        if len(_remembered) >= _REMEMBERED:
            _remembered.clear()
        _remembered[texts] = known
    return known


_SAYING: Final = {PFOCR_WORD: "word", PFOCR_MATCH: "match", PFOCR_LEXICON: "source"}
"""The properties of what mentions say, and the keys of it in tables."""
