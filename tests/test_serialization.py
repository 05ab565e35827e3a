"""The bytes of the output: canonical N-Triples, and Turtle that people can read; parts joined are the whole."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice, repeat
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

import pfocr_rdf
from builders import parsed
from pfocr_rdf.iris import absolute_iri
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.terms import Statement, Term, iri_term, literal_term, triples
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SCHEMA_HTTPS, XSD_DECIMAL, XSD_G_YEAR, XSD_INTEGER, SchemaOrg, prefixes

SEPARATORS = {"\\u0085": "\x85", "\\u2028": "\u2028", "\\u2029": "\u2029"}


@pytest.fixture(scope="module")
def outputs(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The examples in each format."""
    folder = tmp_path_factory.mktemp("outputs")
    for name in FORMATS:
        pfocr_rdf.convert([examples], folder / name, format=name)
    return {name: (folder / name).read_bytes() for name in FORMATS}


def canonical(data: bytes) -> bytes:
    """Write N-Triples anew with pyoxigraph, the line separators escaped."""
    text = pyoxigraph.serialize(pyoxigraph.parse(data, format=RdfFormat.N_TRIPLES), format=RdfFormat.N_TRIPLES)
    assert text is not None
    for escape, separator in SEPARATORS.items():
        text = text.replace(separator.encode(), escape.encode())
    return text


def test_triples_come_as_statements_do_and_are_not_held_as_a_whole() -> None:
    statement: Statement = (iri_term("http://a.org/"), iri_term("http://b.org/"), literal_term("c"))
    some = list(islice(triples(repeat(statement)), 500))  # of statements without an end
    assert [(str(one.subject), str(one.predicate), str(one.object)) for one in some] == [statement] * 500


def test_n_triples_are_canonical(outputs: dict[str, bytes]) -> None:
    assert outputs["ntriples"] == canonical(outputs["ntriples"])


@pytest.mark.slow
def test_n_triples_of_the_sample_are_canonical_and_no_triple_stands_twice(sample_ntriples: bytes) -> None:
    assert sample_ntriples == canonical(sample_ntriples)
    lines = sample_ntriples.split(b"\n")
    assert len(lines) == len(set(lines))


def test_every_reader_of_lines_sees_one_triple_a_line(outputs: dict[str, bytes]) -> None:
    data = outputs["ntriples"]
    assert data.decode().splitlines() == data.decode().split("\n")[:-1]


def test_turtle_and_n_triples_are_the_same_graph(outputs: dict[str, bytes]) -> None:
    turtle = parsed(outputs["turtle"], RdfFormat.TURTLE)
    assert turtle == parsed(outputs["ntriples"], RdfFormat.N_TRIPLES)
    assert len(turtle) == outputs["ntriples"].count(b"\n")


def test_turtle_has_each_subject_in_one_block(outputs: dict[str, bytes]) -> None:
    # a block's first line begins with its subject, its other lines with a tab; literals hold no line ends
    body = outputs["turtle"].decode().partition("\n\n")[2].split("\n")
    subjects = [line.partition(" ")[0] for line in body if line and not line.startswith("\t")]
    assert len(subjects) == len(set(subjects)) == len({t.subject for t in parsed(outputs["turtle"], RdfFormat.TURTLE)})


def test_turtle_has_each_prefix_once_and_at_the_beginning(outputs: dict[str, bytes]) -> None:
    head, _, body = outputs["turtle"].decode().partition("\n\n")
    found = [re.fullmatch(r"@prefix ([\w.-]+): <([^>]+)> \.", line) for line in head.split("\n")]
    assert {match[1]: match[2] for match in found if match} == prefixes()
    assert len(found) == len(prefixes())
    assert not re.search("^@prefix", body, re.MULTILINE)


def test_turtle_uses_the_prefixes(outputs: dict[str, bytes]) -> None:
    body = outputs["turtle"].decode().partition("\n\n")[2]
    for spelt in ("figure:", "mention:", "ncbigene:", " wp:", " schema:", " pfocr:", "skos:", "dcterms:"):
        assert spelt in body
    assert "<http://schema.org/" not in body


def test_no_term_is_a_blank_node(outputs: dict[str, bytes]) -> None:
    assert not re.search(rb"^_:| _:", outputs["ntriples"], re.MULTILINE)


def test_the_default_schema_org_is_http(outputs: dict[str, bytes]) -> None:
    for data in outputs.values():
        assert b"<http://schema.org/" in data
        assert b"<https://schema.org/" not in data


# --------------------------------------------------------------------------------------------------- any text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LOCAL = st.lists(st.sampled_from([*".-_:/'()%;,~@#?=&!*+$0aZé·…β", "%41"]), max_size=5).map("".join)
IRIS = st.one_of(
    st.sampled_from(["http://schema.org/name", "https://pfocr.wikipathways.org/figures/PMC1__a.html", "urn:a"]),
    st.builds("".join, st.tuples(st.sampled_from(sorted(prefixes().values())), LOCAL)).filter(
        lambda iri: absolute_iri(iri) == f"<{iri}>"
    ),
)
NUMBERS = st.sampled_from(
    [
        *(("5.", XSD_DECIMAL), (".5", XSD_DECIMAL), ("-0.50", XSD_DECIMAL), ("5", XSD_DECIMAL)),
        *(("2020", XSD_G_YEAR), ("007", XSD_INTEGER), ("+5", XSD_INTEGER), ("x\n", XSD_INTEGER)),
    ]
)
VALUES: st.SearchStrategy[Term] = st.one_of(
    TEXT.map(literal_term), IRIS.map(iri_term), NUMBERS.map(lambda pair: literal_term(*pair))
)
STATEMENTS: st.SearchStrategy[list[Statement]] = st.lists(
    st.tuples(IRIS.map(iri_term), IRIS.map(iri_term), VALUES), max_size=8, unique=True
).map(sorted)


@given(STATEMENTS)
def test_any_statements_are_canonical_n_triples(statements: list[Statement]) -> None:
    data = FORMATS["ntriples"].write(statements, SCHEMA_HTTP)
    assert data == canonical(data)
    assert data.decode().splitlines() == data.decode().split("\n")[:-1]


@given(STATEMENTS, st.sampled_from([SCHEMA_HTTP, SCHEMA_HTTPS]))
def test_any_statements_are_the_same_graph_in_turtle(statements: list[Statement], schema: SchemaOrg) -> None:
    turtle = FORMATS["turtle"]
    data = turtle.header(schema) + turtle.write(statements, schema)
    ntriples = FORMATS["ntriples"].write(statements, schema)
    assert parsed(data, RdfFormat.TURTLE) == parsed(ntriples, RdfFormat.N_TRIPLES)


@given(st.lists(st.tuples(*[IRIS.map(iri_term)] * 3), max_size=8, unique=True).map(sorted))
def test_any_local_name_is_read_by_rdflib_as_it_was_written(statements: list[Statement]) -> None:
    data = FORMATS["turtle"].header(SCHEMA_HTTP) + FORMATS["turtle"].write(statements, SCHEMA_HTTP)
    read = rdflib.Graph().parse(data=data, format="turtle")
    assert {tuple(f"<{term}>" for term in triple) for triple in read} == set(statements)


@given(STATEMENTS, st.integers(0, 8), st.sampled_from(sorted(FORMATS)))
def test_parts_joined_are_the_whole(statements: list[Statement], cut: int, name: str) -> None:
    subjects = Counter(subject for subject, _, _ in statements[:cut])
    part = [statement for statement in statements if statement[0] in subjects]
    rest = [statement for statement in statements if statement[0] not in subjects]
    write = FORMATS[name].write
    assert write(part, SCHEMA_HTTP) + write(rest, SCHEMA_HTTP) == write(part + rest, SCHEMA_HTTP)


def test_literals_keep_their_lexical_forms() -> None:
    subject, predicate = iri_term("urn:s"), iri_term("urn:p")
    for lexical in ("5.", ".5", "+0.50", "00", "1" * 40):
        statement = (subject, predicate, literal_term(lexical, XSD_DECIMAL))
        for name, form in (("turtle", RdfFormat.TURTLE), ("ntriples", RdfFormat.N_TRIPLES)):
            (triple,) = parsed(FORMATS[name].header(SCHEMA_HTTP) + FORMATS[name].write([statement], SCHEMA_HTTP), form)
            assert triple.object == pyoxigraph.Literal(lexical, datatype=pyoxigraph.NamedNode(XSD_DECIMAL[1:-1]))
