"""Every prefix and every term of the output, once.

A term is a constant; modules import the constants they use by name, so a misspelt term is an `ImportError`
and never reaches a triple. `SCHEMA_HTTP` and `SCHEMA_HTTPS` hold the terms of schema.org in its two
spellings; one run uses one of them throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from pyoxigraph import NamedNode

__all__ = ["PREFIXES", "SCHEMA_HTTP", "SCHEMA_HTTPS", "SchemaOrg", "SchemaScheme", "prefixes", "schema_org"]

SITE: Final = "https://pfocr.wikipathways.org/"

_CHEBI: Final = "https://identifiers.org/chebi/CHEBI:"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_DCTERMS: Final = "http://purl.org/dc/terms/"
_FOAF: Final = "http://xmlns.com/foaf/0.1/"
_OA: Final = "http://www.w3.org/ns/oa#"
_OBO: Final = "http://purl.obolibrary.org/obo/"
_PAV: Final = "http://purl.org/pav/"
_PFOCR: Final = f"{SITE}vocab#"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_VOID: Final = "http://rdfs.org/ns/void#"
_WP: Final = "http://vocabularies.wikipathways.org/wp#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final[dict[str, str]] = {
    "chebi": _CHEBI,
    "dc": _DC,
    "dcterms": _DCTERMS,
    "doi": "https://doi.org/",
    "doid": f"{_OBO}DOID_",
    "figure": f"{SITE}figures/",
    "foaf": _FOAF,
    "hgnc.symbol": "https://identifiers.org/hgnc.symbol/",
    "journal": f"{SITE}journal/",
    "mention": f"{SITE}mention/",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "ncbigene": "https://identifiers.org/ncbigene/",
    "ncbitaxon": f"{_OBO}NCBITaxon_",
    "oa": _OA,
    "obo": _OBO,
    "pav": _PAV,
    "pfocr": _PFOCR,
    "pmc": "https://identifiers.org/pmc/",
    "rdf": _RDF,
    "rdfs": _RDFS,
    "schema": "http://schema.org/",
    "skos": _SKOS,
    "void": _VOID,
    "wikipathways": "https://identifiers.org/wikipathways/",
    "wp": _WP,
    "xsd": _XSD,
}
"""Prefixes of the output, of `pfocr_rdf.to_graph` and of queries; `schema` is given for the http spelling."""

# dc, dcterms
DC_IDENTIFIER: Final = NamedNode(_DC + "identifier")
DC_PUBLISHER: Final = NamedNode(_DC + "publisher")
DC_SOURCE: Final = NamedNode(_DC + "source")
DC_TITLE: Final = NamedNode(_DC + "title")
DCTERMS_BIBLIOGRAPHIC_CITATION: Final = NamedNode(_DCTERMS + "bibliographicCitation")
DCTERMS_DESCRIPTION: Final = NamedNode(_DCTERMS + "description")
DCTERMS_FORMAT: Final = NamedNode(_DCTERMS + "format")
DCTERMS_IDENTIFIER: Final = NamedNode(_DCTERMS + "identifier")
DCTERMS_IS_PART_OF: Final = NamedNode(_DCTERMS + "isPartOf")
DCTERMS_LICENSE: Final = NamedNode(_DCTERMS + "license")
DCTERMS_REFERENCES: Final = NamedNode(_DCTERMS + "references")
DCTERMS_SUBJECT: Final = NamedNode(_DCTERMS + "subject")
DCTERMS_TITLE: Final = NamedNode(_DCTERMS + "title")
DCTERMS_TYPE: Final = NamedNode(_DCTERMS + "type")

# foaf, oa, pav, rdf, rdfs, skos, void
FOAF_IMAGE: Final = NamedNode(_FOAF + "Image")
FOAF_IMG: Final = NamedNode(_FOAF + "img")
FOAF_PAGE: Final = NamedNode(_FOAF + "page")
OA_ANNOTATION: Final = NamedNode(_OA + "Annotation")
OA_HAS_BODY: Final = NamedNode(_OA + "hasBody")
OA_HAS_TARGET: Final = NamedNode(_OA + "hasTarget")
PAV_CREATED_ON: Final = NamedNode(_PAV + "createdOn")
RDF_FIRST: Final = NamedNode(_RDF + "first")
RDF_JSON: Final = NamedNode(_RDF + "JSON")
RDF_NIL: Final = NamedNode(_RDF + "nil")
RDF_REST: Final = NamedNode(_RDF + "rest")
RDF_TYPE: Final = NamedNode(_RDF + "type")
RDFS_LABEL: Final = NamedNode(_RDFS + "label")
RDFS_SEE_ALSO: Final = NamedNode(_RDFS + "seeAlso")
SKOS_ALT_LABEL: Final = NamedNode(_SKOS + "altLabel")
SKOS_CLOSE_MATCH: Final = NamedNode(_SKOS + "closeMatch")
SKOS_COLLECTION: Final = NamedNode(_SKOS + "Collection")
SKOS_EXACT_MATCH: Final = NamedNode(_SKOS + "exactMatch")
VOID_DATASET: Final = NamedNode(_VOID + "Dataset")
VOID_IN_DATASET: Final = NamedNode(_VOID + "inDataset")

# WikiPathways
WP_BDB_CHEBI: Final = NamedNode(_WP + "bdbChEBI")
WP_BDB_ENTREZ_GENE: Final = NamedNode(_WP + "bdbEntrezGene")
WP_BDB_HGNC_SYMBOL: Final = NamedNode(_WP + "bdbHgncSymbol")
WP_DATA_NODE: Final = NamedNode(_WP + "DataNode")
WP_DISEASE_ONTOLOGY_TAG: Final = NamedNode(_WP + "diseaseOntologyTag")
WP_GENE_PRODUCT: Final = NamedNode(_WP + "GeneProduct")
WP_METABOLITE: Final = NamedNode(_WP + "Metabolite")
WP_ONTOLOGY_TAG: Final = NamedNode(_WP + "ontologyTag")
WP_ORGANISM: Final = NamedNode(_WP + "organism")
WP_ORGANISM_NAME: Final = NamedNode(_WP + "organismName")
WP_PATHWAY: Final = NamedNode(_WP + "Pathway")
WP_PUBLICATION_REFERENCE: Final = NamedNode(_WP + "PublicationReference")

# PFOCR's own terms; data/vocabulary.ttl defines each
PFOCR_CHEMICAL_MENTION: Final = NamedNode(_PFOCR + "ChemicalMention")
PFOCR_DISEASE_MENTION: Final = NamedNode(_PFOCR + "DiseaseMention")
PFOCR_FIGURE_NUMBER: Final = NamedNode(_PFOCR + "figureNumber")
PFOCR_GENE_MENTION: Final = NamedNode(_PFOCR + "GeneMention")
PFOCR_LEXICON: Final = NamedNode(_PFOCR + "lexicon")
PFOCR_MATCH: Final = NamedNode(_PFOCR + "match")
PFOCR_PATHWAY_SCORE: Final = NamedNode(_PFOCR + "pathwayScore")
PFOCR_RANKED_RESULT_INDEX: Final = NamedNode(_PFOCR + "rankedResultIndex")
PFOCR_RECOGNIZED_ORGANISM: Final = NamedNode(_PFOCR + "recognizedOrganism")
PFOCR_RECOGNIZED_ORGANISM_NAME: Final = NamedNode(_PFOCR + "recognizedOrganismName")
PFOCR_WORD: Final = NamedNode(_PFOCR + "word")

# datatypes
XSD_BOOLEAN: Final = NamedNode(_XSD + "boolean")
XSD_DATE: Final = NamedNode(_XSD + "date")
XSD_DECIMAL: Final = NamedNode(_XSD + "decimal")
XSD_DOUBLE: Final = NamedNode(_XSD + "double")
XSD_G_YEAR: Final = NamedNode(_XSD + "gYear")
XSD_INTEGER: Final = NamedNode(_XSD + "integer")
XSD_STRING: Final = NamedNode(_XSD + "string")

# things that every run names
CC0: Final = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")
DATASET: Final = NamedNode(f"{SITE}dataset/pfocr")
WIKIPATHWAYS: Final = NamedNode("https://www.wikipathways.org/")

SchemaScheme = Literal["http", "https"]
"""The spellings of the schema.org namespace that the output can have."""


@dataclass(frozen=True, slots=True)
class SchemaOrg:
    """The schema.org terms of the output in one spelling of the namespace.

    Attributes:
        namespace: `http://schema.org/` or `https://schema.org/`.
        other: the spelling that must not occur beside it.
    """

    namespace: str
    other: str
    alternate_name: NamedNode
    chemical_substance: NamedNode
    creator: NamedNode
    dataset: NamedNode
    date_published: NamedNode
    description: NamedNode
    gene: NamedNode
    image: NamedNode
    image_object: NamedNode
    is_based_on: NamedNode
    is_part_of: NamedNode
    keywords: NamedNode
    license: NamedNode
    medical_condition: NamedNode
    mentions: NamedNode
    name: NamedNode
    organization: NamedNode
    periodical: NamedNode
    same_as: NamedNode
    scholarly_article: NamedNode
    taxon: NamedNode
    taxonomic_range: NamedNode


def _schema(namespace: str, other: str) -> SchemaOrg:
    def term(name: str) -> NamedNode:
        return NamedNode(namespace + name)

    return SchemaOrg(
        namespace=namespace,
        other=other,
        alternate_name=term("alternateName"),
        chemical_substance=term("ChemicalSubstance"),
        creator=term("creator"),
        dataset=term("Dataset"),
        date_published=term("datePublished"),
        description=term("description"),
        gene=term("Gene"),
        image=term("image"),
        image_object=term("ImageObject"),
        is_based_on=term("isBasedOn"),
        is_part_of=term("isPartOf"),
        keywords=term("keywords"),
        license=term("license"),
        medical_condition=term("MedicalCondition"),
        mentions=term("mentions"),
        name=term("name"),
        organization=term("Organization"),
        periodical=term("Periodical"),
        same_as=term("sameAs"),
        scholarly_article=term("ScholarlyArticle"),
        taxon=term("Taxon"),
        taxonomic_range=term("taxonomicRange"),
    )


SCHEMA_HTTP: Final = _schema("http://schema.org/", "https://schema.org/")
"""The terms as schema.org's own context expands them: the default."""

SCHEMA_HTTPS: Final = _schema("https://schema.org/", "http://schema.org/")
"""The same terms under https."""


def schema_org(scheme: SchemaScheme) -> SchemaOrg:
    """Give the schema.org terms in one spelling.

    Args:
        scheme: `"http"` or `"https"`.

    Raises:
        ValueError: for any other scheme.
    """
    if scheme not in get_args(SchemaScheme):
        raise ValueError(f"schema.org is spelt with http or https, not {scheme!r}")
    return SCHEMA_HTTPS if scheme == "https" else SCHEMA_HTTP


def prefixes(schema: SchemaOrg = SCHEMA_HTTP) -> dict[str, str]:
    """Give the prefixes of the output, `schema` in the spelling asked for.

    >>> prefixes()["schema"]
    'http://schema.org/'
    """
    return {**PREFIXES, "schema": schema.namespace}
