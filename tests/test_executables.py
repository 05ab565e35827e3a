"""Queries as linked data: the form of the SIB's examples, as its own rules ask for it, and nothing of a query lost."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph
import pyshacl
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from pfocr_rdf.executables import executable_iri, executable_statements, executable_turtle
from pfocr_rdf.queries import Query, QueryError, declared_prefixes, read_query, shipped_queries, spelled
from pfocr_rdf.terms import iri_text
from pfocr_rdf.vocabulary import SCHEMA_HTTPS

TARGET = "https://sparql.wikipathways.org/sparql"
SH = "http://www.w3.org/ns/shacl#"

ASKED = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>

<urn:executable> a sh:NodeShape ; sh:targetClass sh:SPARQLExecutable ; sh:nodeKind sh:IRI ;
    sh:property <urn:text>, <urn:comment>, <urn:target>, <urn:keywords>, <urn:federates>, <urn:prefixes>, <urn:class> .
<urn:text> sh:path [ sh:alternativePath ( sh:select sh:ask sh:construct spex:describe ) ] ;
    sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:string .
<urn:comment> sh:path rdfs:comment ; sh:minCount 1 ; sh:maxCount 1 ; sh:languageIn ( "en" ) .
<urn:target> sh:path schema:target ; sh:minCount 1 ; sh:nodeKind sh:IRI .
<urn:keywords> sh:path schema:keywords ; sh:minCount 1 ; sh:datatype xsd:string ; sh:pattern "^[^\\\\s].*[^\\\\s]$" .
<urn:federates> sh:path spex:federatesWith ; sh:nodeKind sh:IRI .
<urn:prefixes> sh:path sh:prefixes ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ; sh:node <urn:declares> .
<urn:class> sh:path rdf:type ; sh:minCount 2 ; sh:maxCount 2 ; sh:in ( sh:SPARQLExecutable sh:SPARQLSelectExecutable
    sh:SPARQLConstructExecutable sh:SPARQLAskExecutable spex:SPARQLDescribeExecutable ) .
<urn:declares> a sh:NodeShape ; sh:property <urn:declare> .
<urn:declare> sh:path sh:declare ; sh:minCount 1 ; sh:node <urn:declaration> .
<urn:declaration> a sh:NodeShape ; sh:nodeKind sh:IRI ; sh:property <urn:prefix>, <urn:namespace> .
<urn:prefix> sh:path sh:prefix ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:string .
<urn:namespace> sh:path sh:namespace ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:anyURI .
"""

PROPERTIES = {
    "select": (f"{SH}SPARQLSelectExecutable", f"{SH}select"),
    "construct": (f"{SH}SPARQLConstructExecutable", f"{SH}construct"),
    "ask": (f"{SH}SPARQLAskExecutable", f"{SH}ask"),
    "describe": (
        "https://purl.expasy.org/sparql-examples/ontology#SPARQLDescribeExecutable",
        "https://purl.expasy.org/sparql-examples/ontology#describe",
    ),
}


@pytest.fixture(scope="module")
def turtle() -> bytes:
    return executable_turtle(shipped_queries(), target=TARGET)


def values(data: bytes, subject: str, predicate: str) -> list[pyoxigraph.NamedNode | Literal]:
    store = Store()
    store.load(data, format=RdfFormat.TURTLE)
    quads = store.quads_for_pattern(NamedNode(subject), NamedNode(predicate), None)
    found = [quad.object for quad in quads]
    assert all(isinstance(value, (NamedNode, Literal)) for value in found)
    return found  # type: ignore[return-value]  # as is asserted


def test_it_is_what_the_collection_asks_for(turtle: bytes) -> None:
    data = rdflib.Graph().parse(turtle, format="turtle")
    shapes = rdflib.Graph().parse(data=ASKED, format="turtle")
    conforms, _, report = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, report
    executables = set(data.subjects(rdflib.RDF.type, rdflib.URIRef(f"{SH}SPARQLExecutable")))
    assert len(executables) == len(shipped_queries())


def test_what_the_collection_asks_for_can_be_missing(turtle: bytes) -> None:
    data = rdflib.Graph().parse(turtle, format="turtle")
    data.remove((None, rdflib.URIRef("https://schema.org/target"), None))
    conforms, _, _ = pyshacl.validate(data, shacl_graph=rdflib.Graph().parse(data=ASKED, format="turtle"))
    assert not conforms


@pytest.mark.parametrize("query", shipped_queries(), ids=lambda query: query.name)
def test_nothing_of_a_query_is_lost(query: Query, turtle: bytes) -> None:
    subject = f"https://pfocr.wikipathways.org/sparql-examples/{query.name}"
    kind, text = PROPERTIES[query.form]
    assert iri_text(executable_iri(query)) == subject
    assert NamedNode(kind) in values(turtle, subject, str(rdflib.RDF.type))
    assert values(turtle, subject, text) == [Literal(query.body)]
    comment = f"{query.question} {query.note}".strip()
    assert values(turtle, subject, str(rdflib.RDFS.comment)) == [Literal(comment, language="en")]
    assert {value.value for value in values(turtle, subject, "https://schema.org/keywords")} == set(query.keywords)
    assert [value.value for value in values(turtle, subject, "https://schema.org/target")] == [TARGET]
    federated = values(turtle, subject, "https://purl.expasy.org/sparql-examples/ontology#federatesWith")
    assert [value.value for value in federated] == list(query.federates)


def test_prefixes(turtle: bytes) -> None:
    """The prefixes of all queries are declared once, so that an editor can do without those in the text."""
    found = Store()
    found.load(turtle, format=RdfFormat.TURTLE)
    rows = found.query(
        f"SELECT ?p ?n {{ ?q <{SH}prefixes>/<{SH}declare> ?d . ?d <{SH}prefix> ?p ; <{SH}namespace> ?n }}"
    )
    assert {(row["p"].value, row["n"].value) for row in rows} == {  # type: ignore[union-attr]
        item for query in shipped_queries() for item in declared_prefixes(query.text).items()
    }


def test_no_blank_node(turtle: bytes) -> None:
    for quad in pyoxigraph.parse(turtle, format=RdfFormat.TURTLE):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, (NamedNode, Literal))


def test_always_the_same_bytes(turtle: bytes) -> None:
    header, _, _ = turtle.partition(b"\n\n")
    assert header.splitlines() == sorted(header.splitlines())
    assert {executable_turtle(shipped_queries(), target=TARGET) for _ in range(20)} == {turtle}


def test_data_that_spell_schema_org_with_https() -> None:
    """The texts follow the data; what is said of the queries does not."""
    data = executable_turtle(shipped_queries(), target=TARGET, schema=SCHEMA_HTTPS)
    query = next(query for query in shipped_queries() if query.name == "figures-by-gene")
    subject = iri_text(executable_iri(query))
    assert values(data, subject, f"{SH}select") == [Literal(spelled(query.body, SCHEMA_HTTPS))]
    assert b"http://schema.org/" not in data


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    string = text.replace("\\", "\\\\").replace("'", "\\'").replace("\r", "").replace("\n", "\\n")
    query = read_query(f"# Is it?\n# keywords: odd\n\nASK {{ ?a ?b '{string}' }}\n", "odd")
    data = executable_turtle([query], target=TARGET)
    assert values(data, iri_text(executable_iri(query)), f"{SH}ask") == [Literal(query.body)]
    graph = rdflib.Graph().parse(data, format="turtle")
    assert str(next(graph.objects(None, rdflib.URIRef(f"{SH}ask")))) == query.body


def test_describe() -> None:
    query = read_query("# What is it?\n# keywords: figure\nDESCRIBE <http://a/>", "it")
    data = executable_turtle([query], target=TARGET)
    kind, text = PROPERTIES["describe"]
    assert NamedNode(kind) in values(data, iri_text(executable_iri(query)), str(rdflib.RDF.type))
    assert values(data, iri_text(executable_iri(query)), text) == [Literal("DESCRIBE <http://a/>\n")]


def test_what_cannot_be_written() -> None:
    query = shipped_queries()[0]
    with pytest.raises(QueryError, match="says no question; begin the file with a comment that asks it"):
        list(executable_statements([replace(query, question="")], target=TARGET))
    one = read_query("# Is it?\nPREFIX a: <http://a/> ASK { a:b a:b a:b }", "one")
    other = read_query("# Is it?\nPREFIX a: <http://b/> ASK { a:b a:b a:b }", "other")
    with pytest.raises(QueryError, match="other: the prefix a: stands for another namespace in one; rename it"):
        executable_turtle([one, other], target=TARGET)
    with pytest.raises(ValueError, match="Invalid IRI"):
        executable_turtle([query], target="no IRI")
