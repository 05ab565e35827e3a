"""The JSON-LD of the output: its context, and statements as a document that refers to it.

The context holds the prefixes of the output and, for each property whose values are always of one kind, that kind, so
that a value in a document is nearly always a plain text. A value of another kind is written out, so that no document
depends on what is usual.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, Final

from pfocr_rdf.serialization import shortener
from pfocr_rdf.terms import Statement, Term, is_iri, literal_parts
from pfocr_rdf.vocabulary import (
    DC_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    DCTERMS_LICENSE,
    DCTERMS_REFERENCES,
    FOAF_IMG,
    FOAF_PAGE,
    OA_HAS_BODY,
    OA_HAS_TARGET,
    PAV_CREATED_ON,
    PFOCR_PATHWAY_SCORE,
    PFOCR_RANKED_RESULT_INDEX,
    PFOCR_RECOGNIZED_ORGANISM,
    RDF_TYPE,
    RDFS_SEE_ALSO,
    SCHEMA_HTTP,
    SKOS_CLOSE_MATCH,
    SKOS_EXACT_MATCH,
    VOID_IN_DATASET,
    WP_BDB_CHEBI,
    WP_BDB_ENTREZ_GENE,
    WP_BDB_HGNC_SYMBOL,
    WP_DISEASE_ONTOLOGY_TAG,
    WP_ONTOLOGY_TAG,
    WP_ORGANISM,
    XSD_DATE,
    XSD_DECIMAL,
    XSD_G_YEAR,
    XSD_INTEGER,
    XSD_STRING,
    SchemaOrg,
    prefixes,
)

__all__ = ["context_document", "jsonld_document", "output_context"]

_IRI_VALUED: Final = (
    DC_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    DCTERMS_LICENSE,
    DCTERMS_REFERENCES,
    FOAF_IMG,
    FOAF_PAGE,
    OA_HAS_BODY,
    OA_HAS_TARGET,
    PFOCR_RECOGNIZED_ORGANISM,
    RDFS_SEE_ALSO,
    SKOS_CLOSE_MATCH,
    SKOS_EXACT_MATCH,
    VOID_IN_DATASET,
    WP_BDB_CHEBI,
    WP_BDB_ENTREZ_GENE,
    WP_BDB_HGNC_SYMBOL,
    WP_DISEASE_ONTOLOGY_TAG,
    WP_ONTOLOGY_TAG,
    WP_ORGANISM,
)


@cache
def _coercions(schema: SchemaOrg) -> dict[Term, Term | None]:
    """Give the datatype of each property that has one, None for IRIs."""
    iri_valued = (
        *_IRI_VALUED,
        schema.creator,
        schema.image,
        schema.is_based_on,
        schema.is_part_of,
        schema.license,
        schema.mentions,
        schema.same_as,
        schema.taxonomic_range,
    )
    return {
        **dict.fromkeys(iri_valued),
        PAV_CREATED_ON: XSD_DATE,
        PFOCR_PATHWAY_SCORE: XSD_DECIMAL,
        PFOCR_RANKED_RESULT_INDEX: XSD_INTEGER,
        schema.date_published: XSD_G_YEAR,
    }


def output_context(schema: SchemaOrg = SCHEMA_HTTP) -> dict[str, Any]:
    """Give the context of the output's JSON-LD.

    Args:
        schema: the schema.org terms in the spelling of the output.

    >>> output_context()["@context"]["oa:hasBody"]
    {'@id': 'oa:hasBody', '@type': '@id'}
    """
    short = shortener(schema)
    names: dict[str, Any] = {"@version": 1.1}
    for prefix, namespace in sorted(prefixes(schema).items()):
        # a namespace that ends in a letter or `_` is a prefix only where the context says so
        names[prefix] = {"@id": namespace, "@prefix": True}
    kinds = {short(name): short(kind) if kind is not None else "@id" for name, kind in _coercions(schema).items()}
    names |= {name: {"@id": name, "@type": kinds[name]} for name in sorted(kinds)}
    return {"@context": names}


def context_document(schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write the context as a file."""
    return (json.dumps(output_context(schema), indent=2, ensure_ascii=False) + "\n").encode()


def jsonld_document(statements: Iterable[Statement], *, context: str, schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    r"""Write statements as a JSON-LD document, a node for each subject in the order of the statements.

    Args:
        statements: the statements, without blank nodes.
        context: where `context_document` is, as an address relative to the document.
        schema: the schema.org terms in the spelling of the context.

    >>> from pfocr_rdf.terms import iri_term, literal_term
    >>> gene, property = iri_term("https://identifiers.org/ncbigene/1"), iri_term("http://example.org/p")
    >>> jsonld_document([(gene, property, literal_term("x"))], context="context.jsonld").decode().replace("\n", "")
    '{"@context": "context.jsonld","@graph": [{"@id": "ncbigene:1", "http://example.org/p": "x"}]}'
    """
    write_value = _writer(schema)
    short = shortener(schema)
    nodes: dict[Term, dict[str, list[str]]] = {}
    for subject, predicate, value in statements:
        node = nodes.get(subject)
        if node is None:
            node = nodes[subject] = {}
        if predicate == RDF_TYPE:
            node.setdefault('"@type"', []).append(_text(_bare(short(value))))
        else:
            node.setdefault(_text(_bare(short(predicate))), []).append(write_value(predicate, value))
    lines = []
    for subject, node in nodes.items():
        members = [f'"@id": {_text(_bare(short(subject)))}']
        for name, values in node.items():
            members.append(f"{name}: {values[0] if len(values) == 1 else '[' + ', '.join(values) + ']'}")
        lines.append("{" + ", ".join(members) + "}")
    graph = ",\n".join(lines)
    return f'{{"@context": {_text(context)},\n"@graph": [\n{graph}\n]}}\n'.encode()


_text: Final = json.JSONEncoder(ensure_ascii=False).encode
"""Writes a text as JSON."""


def _bare(written: str) -> str:
    """Take the brackets from an IRI that no prefix shortens."""
    return written[1:-1] if written[0] == "<" else written


@cache
def _writer(schema: SchemaOrg) -> Callable[[Term, Term], str]:
    """Give what writes a property's value as JSON."""
    coercions = _coercions(schema)
    short = shortener(schema)

    @lru_cache(maxsize=1 << 14)
    def reference(iri: Term) -> str:
        return _text(_bare(short(iri)))

    def write(predicate: Term, value: Term) -> str:
        usual = coercions.get(predicate, XSD_STRING)
        if is_iri(value):
            return reference(value) if usual is None else f'{{"@id": {reference(value)}}}'
        text, datatype, language = literal_parts(value)
        if language is not None:
            return f'{{"@value": {_text(text)}, "@language": {_text(language)}}}'
        kind = XSD_STRING if datatype is None else Term(f"<{datatype}>")
        if kind == usual:
            return _text(text)
        if kind == XSD_STRING:
            return f'{{"@value": {_text(text)}}}'
        return f'{{"@value": {_text(text)}, "@type": {reference(kind)}}}'

    return write
