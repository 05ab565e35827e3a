"""Queries as linked data, in the form of the SIB's collection of SPARQL examples.

Each is a `sh:SPARQLExecutable` that query editors offer to their users when the endpoint holds it. The form is that of
https://github.com/sib-swiss/sparql-examples, where schema.org is spelt with https and a comment says its language; but
prefixes, which are blank nodes there, have IRIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph
from pyoxigraph import RdfFormat

from pfocr_rdf.queries import Form, Query, QueryError, declared_prefixes, known_prefixes, spelled
from pfocr_rdf.terms import Statement, Term, iri_term, literal_term, triples
from pfocr_rdf.vocabulary import (
    EXAMPLES,
    OWL_ONTOLOGY,
    RDF_TYPE,
    RDFS_COMMENT,
    SCHEMA_HTTP,
    SCHEMA_HTTPS,
    SH_ASK,
    SH_CONSTRUCT,
    SH_DECLARE,
    SH_NAMESPACE,
    SH_PREFIX,
    SH_PREFIX_DECLARATION,
    SH_PREFIXES,
    SH_SELECT,
    SH_SPARQL_ASK_EXECUTABLE,
    SH_SPARQL_CONSTRUCT_EXECUTABLE,
    SH_SPARQL_EXECUTABLE,
    SH_SPARQL_SELECT_EXECUTABLE,
    SPEX_DESCRIBE,
    SPEX_FEDERATES_WITH,
    SPEX_SPARQL_DESCRIBE_EXECUTABLE,
    XSD_ANY_URI,
    SchemaOrg,
)

__all__ = ["executable_iri", "executable_statements", "executable_turtle"]

_FORMS: Final[dict[Form, tuple[Term, Term]]] = {
    "select": (SH_SPARQL_SELECT_EXECUTABLE, SH_SELECT),
    "construct": (SH_SPARQL_CONSTRUCT_EXECUTABLE, SH_CONSTRUCT),
    "ask": (SH_SPARQL_ASK_EXECUTABLE, SH_ASK),
    "describe": (SPEX_SPARQL_DESCRIBE_EXECUTABLE, SPEX_DESCRIBE),
}
"""The class of a query of each form, and the property that holds its text."""

_PREFIXES: Final = iri_term(f"{EXAMPLES[:-1]}#prefixes")


def executable_iri(query: Query) -> Term:
    """Give the IRI of a query.

    >>> from pfocr_rdf.queries import shipped_query
    >>> executable_iri(shipped_query("count-pathways"))
    '<https://pfocr.wikipathways.org/sparql-examples/count-pathways>'
    """
    return iri_term(f"{EXAMPLES}{query.name}")


def executable_statements(
    queries: Iterable[Query], *, target: str, schema: SchemaOrg = SCHEMA_HTTP
) -> Iterator[Statement]:
    """Yield the statements of queries, in their order, and of the prefixes that they declare.

    Args:
        queries: queries that say their question.
        target: the IRI of the endpoint that answers them.
        schema: how its data spells schema.org.

    Raises:
        QueryError: when a query has no question, or declares a prefix otherwise than another.
        ValueError: when the target is no IRI.
    """
    endpoint = iri_term(target)
    namespaces: dict[str, tuple[str, str]] = {}
    for query in queries:
        text = spelled(query.body, schema)
        for prefix, namespace in declared_prefixes(text).items():
            other, where = namespaces.setdefault(prefix, (namespace, query.name))
            if other != namespace:
                raise QueryError(
                    f"{query.name}: the prefix {prefix}: stands for another namespace in {where}; rename it"
                )
        yield from _executable(query, text, endpoint)
    declared = [(prefix, namespaces[prefix][0]) for prefix in sorted(namespaces)]
    yield _PREFIXES, RDF_TYPE, OWL_ONTOLOGY
    for prefix, _ in declared:
        yield _PREFIXES, SH_DECLARE, _declaration(prefix)
    for prefix, namespace in declared:
        declaration = _declaration(prefix)
        yield declaration, RDF_TYPE, SH_PREFIX_DECLARATION
        yield declaration, SH_PREFIX, literal_term(prefix)
        yield declaration, SH_NAMESPACE, literal_term(namespace, XSD_ANY_URI)


def _declaration(prefix: str) -> Term:
    return iri_term(f"{EXAMPLES[:-1]}#prefix-{prefix}")


def _executable(query: Query, text: str, endpoint: Term) -> Iterator[Statement]:
    if not query.question:
        raise QueryError(f"{query.name}: says no question; begin the file with a comment that asks it")
    subject = executable_iri(query)
    kind, predicate = _FORMS[query.form]
    yield subject, RDF_TYPE, SH_SPARQL_EXECUTABLE
    yield subject, RDF_TYPE, kind
    yield subject, RDFS_COMMENT, _english(f"{query.question} {query.note}".rstrip())
    for keyword in query.keywords:
        yield subject, SCHEMA_HTTPS.keywords, literal_term(keyword)
    yield subject, SCHEMA_HTTPS.target, endpoint
    for other in query.federates:
        yield subject, SPEX_FEDERATES_WITH, iri_term(other)
    yield subject, SH_PREFIXES, _PREFIXES
    yield subject, predicate, literal_term(text)


def _english(text: str) -> Term:
    return Term(str(pyoxigraph.Literal(text, language="en")))


def executable_turtle(queries: Iterable[Query], *, target: str, schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write queries as Turtle; the same queries give the same bytes.

    Args:
        queries: queries that say their question.
        target: the IRI of the endpoint that answers them.
        schema: how its data spells schema.org.

    Raises:
        QueryError: when a query has no question, or declares a prefix otherwise than another.
        ValueError: when the target is no IRI.
    """
    known = known_prefixes(SCHEMA_HTTPS)
    prefixes = {name: known[name] for name in ("owl", "rdf", "rdfs", "schema", "sh", "spex", "xsd")}
    statements = executable_statements(queries, target=target, schema=schema)
    written = pyoxigraph.serialize(
        triples(statements), format=RdfFormat.TURTLE, prefixes=prefixes | {"example": EXAMPLES}
    )
    assert written is not None  # as there is no output to write to
    lines = written.split(b"\n")
    header = [line for line in lines if line.startswith(b"@prefix ")]  # in no order; within literals, no line begins so
    return b"\n".join((*sorted(header), b"", *lines[len(header) :]))
