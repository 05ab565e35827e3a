"""Every prefix and every term of the output, once.

A term is a constant; modules import the constants they use by name, so a misspelt term is an `ImportError`
and never reaches a triple. `SCHEMA_HTTP` and `SCHEMA_HTTPS` hold the terms of schema.org in its two
spellings; one run uses one of them throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from pfocr_rdf.terms import Term, iri_term

__all__ = [
    "DESCRIPTION_PREFIXES",
    "PREFIXES",
    "QUERY_PREFIXES",
    "SCHEMA_HTTP",
    "SCHEMA_HTTPS",
    "SchemaOrg",
    "SchemaScheme",
    "prefixes",
    "schema_org",
]

SITE: Final = "https://pfocr.wikipathways.org/"
GRAPH: Final = iri_term(SITE)
"""The graph that stores with named graphs hold the data in, in whatever is shown to users."""

EXAMPLES: Final = f"{SITE}sparql-examples/"
"""Where the queries that ship with the package have their IRIs."""

_CHEBI: Final = "https://identifiers.org/chebi/CHEBI:"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_DCMITYPE: Final = "http://purl.org/dc/dcmitype/"
_DCTERMS: Final = "http://purl.org/dc/terms/"
_FOAF: Final = "http://xmlns.com/foaf/0.1/"
_OA: Final = "http://www.w3.org/ns/oa#"
_OBO: Final = "http://purl.obolibrary.org/obo/"
_OWL: Final = "http://www.w3.org/2002/07/owl#"
_PAV: Final = "http://purl.org/pav/"
_PFOCR: Final = f"{SITE}vocab#"
_PROV: Final = "http://www.w3.org/ns/prov#"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
_SH: Final = "http://www.w3.org/ns/shacl#"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_SPDX: Final = "http://spdx.org/rdf/terms#"
_SPEX: Final = "https://purl.expasy.org/sparql-examples/ontology#"
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

DESCRIPTION_PREFIXES: Final[dict[str, str]] = {
    "dcat": _DCAT,
    "dcmitype": _DCMITYPE,
    "dcterms": _DCTERMS,
    "foaf": _FOAF,
    "pav": _PAV,
    "pfocr": _PFOCR,
    "prov": _PROV,
    "rdfs": _RDFS,
    "spdx": _SPDX,
    "void": _VOID,
    "xsd": _XSD,
}
"""Prefixes of the description of a release."""

QUERY_PREFIXES: Final[dict[str, str]] = {
    "dcat": _DCAT,
    "geneid": "http://purl.uniprot.org/geneid/",
    "gpml": "http://vocabularies.wikipathways.org/gpml#",
    "owl": _OWL,
    "prov": _PROV,
    "sh": _SH,
    "spex": _SPEX,
    "taxon": "http://purl.uniprot.org/taxonomy/",
    "up": "http://purl.uniprot.org/core/",
    "uniprotkb": "http://purl.uniprot.org/uniprot/",
}
"""More prefixes that a query need not declare: of what PFOCR is queried together with."""

# dc, dcterms
DC_IDENTIFIER: Final = iri_term(_DC + "identifier")
DC_PUBLISHER: Final = iri_term(_DC + "publisher")
DC_SOURCE: Final = iri_term(_DC + "source")
DC_TITLE: Final = iri_term(_DC + "title")
DCTERMS_ACCRUAL_PERIODICITY: Final = iri_term(_DCTERMS + "accrualPeriodicity")
DCTERMS_BIBLIOGRAPHIC_CITATION: Final = iri_term(_DCTERMS + "bibliographicCitation")
DCTERMS_CREATOR: Final = iri_term(_DCTERMS + "creator")
DCTERMS_DESCRIPTION: Final = iri_term(_DCTERMS + "description")
DCTERMS_FORMAT: Final = iri_term(_DCTERMS + "format")
DCTERMS_IDENTIFIER: Final = iri_term(_DCTERMS + "identifier")
DCTERMS_IS_PART_OF: Final = iri_term(_DCTERMS + "isPartOf")
DCTERMS_ISSUED: Final = iri_term(_DCTERMS + "issued")
DCTERMS_IS_VERSION_OF: Final = iri_term(_DCTERMS + "isVersionOf")
DCTERMS_LICENSE: Final = iri_term(_DCTERMS + "license")
DCTERMS_PUBLISHER: Final = iri_term(_DCTERMS + "publisher")
DCTERMS_REFERENCES: Final = iri_term(_DCTERMS + "references")
DCTERMS_SOURCE: Final = iri_term(_DCTERMS + "source")
DCTERMS_SUBJECT: Final = iri_term(_DCTERMS + "subject")
DCTERMS_TITLE: Final = iri_term(_DCTERMS + "title")
DCTERMS_TYPE: Final = iri_term(_DCTERMS + "type")

# foaf, oa, owl, pav, rdf, rdfs, skos, void
FOAF_IMAGE: Final = iri_term(_FOAF + "Image")
FOAF_IMG: Final = iri_term(_FOAF + "img")
FOAF_PAGE: Final = iri_term(_FOAF + "page")
OA_ANNOTATION: Final = iri_term(_OA + "Annotation")
OA_HAS_BODY: Final = iri_term(_OA + "hasBody")
OA_HAS_TARGET: Final = iri_term(_OA + "hasTarget")
OWL_CLASS: Final = iri_term(_OWL + "Class")
OWL_ONTOLOGY: Final = iri_term(_OWL + "Ontology")
PAV_CREATED_ON: Final = iri_term(_PAV + "createdOn")
RDF_FIRST: Final = iri_term(_RDF + "first")
RDF_JSON: Final = iri_term(_RDF + "JSON")
RDF_NIL: Final = iri_term(_RDF + "nil")
RDF_REST: Final = iri_term(_RDF + "rest")
RDF_TYPE: Final = iri_term(_RDF + "type")
RDFS_CLASS: Final = iri_term(_RDFS + "Class")
RDFS_COMMENT: Final = iri_term(_RDFS + "comment")
RDFS_LABEL: Final = iri_term(_RDFS + "label")
RDFS_SEE_ALSO: Final = iri_term(_RDFS + "seeAlso")
SKOS_ALT_LABEL: Final = iri_term(_SKOS + "altLabel")
SKOS_CLOSE_MATCH: Final = iri_term(_SKOS + "closeMatch")
SKOS_COLLECTION: Final = iri_term(_SKOS + "Collection")
SKOS_EXACT_MATCH: Final = iri_term(_SKOS + "exactMatch")
VOID_DATASET: Final = iri_term(_VOID + "Dataset")
VOID_IN_DATASET: Final = iri_term(_VOID + "inDataset")

# the description of a release: dcat, dcmitype, foaf, pav, prov, spdx, void
DCAT_DATASET: Final = iri_term(_DCAT + "Dataset")
DCAT_DISTRIBUTION: Final = iri_term(_DCAT + "Distribution")
DCAT_ACCESS_URL: Final = iri_term(_DCAT + "accessURL")
DCAT_BYTE_SIZE: Final = iri_term(_DCAT + "byteSize")
DCAT_COMPRESS_FORMAT: Final = iri_term(_DCAT + "compressFormat")
DCAT_HAS_DISTRIBUTION: Final = iri_term(_DCAT + "distribution")
DCAT_DOWNLOAD_URL: Final = iri_term(_DCAT + "downloadURL")
DCAT_HAS_CURRENT_VERSION: Final = iri_term(_DCAT + "hasCurrentVersion")
DCAT_IS_VERSION_OF: Final = iri_term(_DCAT + "isVersionOf")
DCAT_KEYWORD: Final = iri_term(_DCAT + "keyword")
DCAT_LANDING_PAGE: Final = iri_term(_DCAT + "landingPage")
DCAT_MEDIA_TYPE: Final = iri_term(_DCAT + "mediaType")
DCAT_PREVIOUS_VERSION: Final = iri_term(_DCAT + "previousVersion")
DCAT_VERSION: Final = iri_term(_DCAT + "version")
DCMITYPE_DATASET: Final = iri_term(_DCMITYPE + "Dataset")
FOAF_ORGANIZATION: Final = iri_term(_FOAF + "Organization")
FOAF_HOMEPAGE: Final = iri_term(_FOAF + "homepage")
FOAF_NAME: Final = iri_term(_FOAF + "name")
FOAF_PRIMARY_TOPIC: Final = iri_term(_FOAF + "primaryTopic")
PAV_CREATED_WITH: Final = iri_term(_PAV + "createdWith")
PAV_HAS_CURRENT_VERSION: Final = iri_term(_PAV + "hasCurrentVersion")
PAV_PREVIOUS_VERSION: Final = iri_term(_PAV + "previousVersion")
PAV_VERSION: Final = iri_term(_PAV + "version")
PROV_ACTIVITY: Final = iri_term(_PROV + "Activity")
PROV_ENTITY: Final = iri_term(_PROV + "Entity")
PROV_SOFTWARE_AGENT: Final = iri_term(_PROV + "SoftwareAgent")
PROV_USED: Final = iri_term(_PROV + "used")
PROV_WAS_ASSOCIATED_WITH: Final = iri_term(_PROV + "wasAssociatedWith")
PROV_WAS_DERIVED_FROM: Final = iri_term(_PROV + "wasDerivedFrom")
PROV_WAS_GENERATED_BY: Final = iri_term(_PROV + "wasGeneratedBy")
SPDX_CHECKSUM_CLASS: Final = iri_term(_SPDX + "Checksum")
SPDX_ALGORITHM: Final = iri_term(_SPDX + "algorithm")
SPDX_CHECKSUM: Final = iri_term(_SPDX + "checksum")
SPDX_SHA256: Final = iri_term(_SPDX + "checksumAlgorithm_sha256")
SPDX_CHECKSUM_VALUE: Final = iri_term(_SPDX + "checksumValue")
VOID_DATASET_DESCRIPTION: Final = iri_term(_VOID + "DatasetDescription")
VOID_LINKSET: Final = iri_term(_VOID + "Linkset")
VOID_CLASS: Final = iri_term(_VOID + "class")
VOID_CLASS_PARTITION: Final = iri_term(_VOID + "classPartition")
VOID_CLASSES: Final = iri_term(_VOID + "classes")
VOID_DATA_DUMP: Final = iri_term(_VOID + "dataDump")
VOID_DISTINCT_OBJECTS: Final = iri_term(_VOID + "distinctObjects")
VOID_DISTINCT_SUBJECTS: Final = iri_term(_VOID + "distinctSubjects")
VOID_ENTITIES: Final = iri_term(_VOID + "entities")
VOID_EXAMPLE_RESOURCE: Final = iri_term(_VOID + "exampleResource")
VOID_FEATURE: Final = iri_term(_VOID + "feature")
VOID_LINK_PREDICATE: Final = iri_term(_VOID + "linkPredicate")
VOID_OBJECTS_TARGET: Final = iri_term(_VOID + "objectsTarget")
VOID_PROPERTIES: Final = iri_term(_VOID + "properties")
VOID_PROPERTY: Final = iri_term(_VOID + "property")
VOID_PROPERTY_PARTITION: Final = iri_term(_VOID + "propertyPartition")
VOID_SUBJECTS_TARGET: Final = iri_term(_VOID + "subjectsTarget")
VOID_SUBSET: Final = iri_term(_VOID + "subset")
VOID_TRIPLES: Final = iri_term(_VOID + "triples")
VOID_URI_SPACE: Final = iri_term(_VOID + "uriSpace")
VOID_VOCABULARY: Final = iri_term(_VOID + "vocabulary")

# WikiPathways
WP_BDB_CHEBI: Final = iri_term(_WP + "bdbChEBI")
WP_BDB_ENTREZ_GENE: Final = iri_term(_WP + "bdbEntrezGene")
WP_BDB_HGNC_SYMBOL: Final = iri_term(_WP + "bdbHgncSymbol")
WP_DATA_NODE: Final = iri_term(_WP + "DataNode")
WP_DISEASE_ONTOLOGY_TAG: Final = iri_term(_WP + "diseaseOntologyTag")
WP_GENE_PRODUCT: Final = iri_term(_WP + "GeneProduct")
WP_METABOLITE: Final = iri_term(_WP + "Metabolite")
WP_ONTOLOGY_TAG: Final = iri_term(_WP + "ontologyTag")
WP_ORGANISM: Final = iri_term(_WP + "organism")
WP_ORGANISM_NAME: Final = iri_term(_WP + "organismName")
WP_PATHWAY: Final = iri_term(_WP + "Pathway")
WP_PUBLICATION_REFERENCE: Final = iri_term(_WP + "PublicationReference")

# PFOCR's own terms; data/vocabulary.ttl defines each
PFOCR_CHEMICAL_MENTION: Final = iri_term(_PFOCR + "ChemicalMention")
PFOCR_DISEASE_MENTION: Final = iri_term(_PFOCR + "DiseaseMention")
PFOCR_FIGURE_NUMBER: Final = iri_term(_PFOCR + "figureNumber")
PFOCR_GENE_MENTION: Final = iri_term(_PFOCR + "GeneMention")
PFOCR_LEXICON: Final = iri_term(_PFOCR + "lexicon")
PFOCR_MATCH: Final = iri_term(_PFOCR + "match")
PFOCR_PATHWAY_SCORE: Final = iri_term(_PFOCR + "pathwayScore")
PFOCR_RANKED_RESULT_INDEX: Final = iri_term(_PFOCR + "rankedResultIndex")
PFOCR_RECOGNIZED_ORGANISM: Final = iri_term(_PFOCR + "recognizedOrganism")
PFOCR_RECOGNIZED_ORGANISM_NAME: Final = iri_term(_PFOCR + "recognizedOrganismName")
PFOCR_WORD: Final = iri_term(_PFOCR + "word")

# queries, in the form of the SIB's collection of examples
SH_ASK: Final = iri_term(_SH + "ask")
SH_CONSTRUCT: Final = iri_term(_SH + "construct")
SH_DECLARE: Final = iri_term(_SH + "declare")
SH_NAMESPACE: Final = iri_term(_SH + "namespace")
SH_PREFIX: Final = iri_term(_SH + "prefix")
SH_PREFIXES: Final = iri_term(_SH + "prefixes")
SH_PREFIX_DECLARATION: Final = iri_term(_SH + "PrefixDeclaration")
SH_SELECT: Final = iri_term(_SH + "select")
SH_SPARQL_ASK_EXECUTABLE: Final = iri_term(_SH + "SPARQLAskExecutable")
SH_SPARQL_CONSTRUCT_EXECUTABLE: Final = iri_term(_SH + "SPARQLConstructExecutable")
SH_SPARQL_EXECUTABLE: Final = iri_term(_SH + "SPARQLExecutable")
SH_SPARQL_SELECT_EXECUTABLE: Final = iri_term(_SH + "SPARQLSelectExecutable")
SPEX_DESCRIBE: Final = iri_term(_SPEX + "describe")
SPEX_FEDERATES_WITH: Final = iri_term(_SPEX + "federatesWith")
SPEX_SPARQL_DESCRIBE_EXECUTABLE: Final = iri_term(_SPEX + "SPARQLDescribeExecutable")

# datatypes
XSD_ANY_URI: Final = iri_term(_XSD + "anyURI")
XSD_BOOLEAN: Final = iri_term(_XSD + "boolean")
XSD_DATE: Final = iri_term(_XSD + "date")
XSD_DECIMAL: Final = iri_term(_XSD + "decimal")
XSD_DOUBLE: Final = iri_term(_XSD + "double")
XSD_G_YEAR: Final = iri_term(_XSD + "gYear")
XSD_HEX_BINARY: Final = iri_term(_XSD + "hexBinary")
XSD_INTEGER: Final = iri_term(_XSD + "integer")
XSD_NON_NEGATIVE_INTEGER: Final = iri_term(_XSD + "nonNegativeInteger")
XSD_STRING: Final = iri_term(_XSD + "string")

# things that every run names
FORMAT_NTRIPLES: Final = iri_term("http://www.w3.org/ns/formats/N-Triples")
FORMAT_TURTLE: Final = iri_term("http://www.w3.org/ns/formats/Turtle")
MONTHLY: Final = iri_term("http://purl.org/cld/freq/monthly")
CC0: Final = iri_term("https://creativecommons.org/publicdomain/zero/1.0/")
DATASET: Final = iri_term(f"{SITE}dataset/pfocr")
WIKIPATHWAYS: Final = iri_term("https://www.wikipathways.org/")

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
    alternate_name: Term
    chemical_substance: Term
    creator: Term
    dataset: Term
    date_published: Term
    description: Term
    gene: Term
    image: Term
    image_object: Term
    is_based_on: Term
    is_part_of: Term
    keywords: Term
    license: Term
    medical_condition: Term
    mentions: Term
    name: Term
    periodical: Term
    same_as: Term
    scholarly_article: Term
    target: Term
    taxon: Term
    taxonomic_range: Term


def _schema(namespace: str, other: str) -> SchemaOrg:
    def term(name: str) -> Term:
        return iri_term(namespace + name)

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
        periodical=term("Periodical"),
        same_as=term("sameAs"),
        scholarly_article=term("ScholarlyArticle"),
        target=term("target"),
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
