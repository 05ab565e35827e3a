"""The SHACL engines as the package uses them: on every broken pair, both find what pySHACL finds by itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from pfocr_rdf.checking import Check, Result
from pfocr_rdf.engines import ENGINES, IndexedGraph, Nodes
from pfocr_rdf.shacl import Find, Finding
from pfocr_rdf.shapefiles import read_shapes
from pfocr_rdf.terms import Statement, Term, statements_of
from pfocr_rdf.validation import Validation
from test_shapes import CASES, SHAPES, Case, shapes, valid

engines = pytest.mark.parametrize("engine", ENGINES)
cases = pytest.mark.parametrize("case", CASES, ids=str)

Key = tuple[str, str, str, str, str, str]
"""Focus node, path where it is an IRI, value, shape, component and severity."""


def statements(graph: Graph) -> list[Statement]:
    data = graph.serialize(format="nt", encoding="utf-8")
    quads = pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_TRIPLES)
    return [(Term(str(quad.subject)), Term(str(quad.predicate)), Term(str(quad.object))) for quad in quads]


def named(node: Node | None) -> str:
    """Name a term; blank nodes have no names of their own."""
    if node is None or isinstance(node, BNode):
        return "_:" if node is not None else ""
    if isinstance(node, Literal):
        datatype = pyoxigraph.NamedNode(node.datatype) if node.datatype else None
        if node.language:
            return str(pyoxigraph.Literal(str(node), language=node.language))
        return str(pyoxigraph.Literal(str(node), datatype=datatype))
    return f"<{node}>"


def reference(data: Graph, names: tuple[str, ...]) -> set[Key]:
    """What pySHACL finds by itself."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(names))
    assert isinstance(report, Graph)
    found = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        path = report.value(result, SH.resultPath)
        found.add(
            (
                named(report.value(result, SH.focusNode)),
                named(path) if isinstance(path, URIRef) else "",
                named(report.value(result, SH.value)),
                named(report.value(result, SH.sourceShape)),
                named(report.value(result, SH.sourceConstraintComponent)),
                named(report.value(result, SH.resultSeverity)),
            )
        )
    return found


def keys(findings: Iterable[Finding]) -> set[Key]:
    def shown(term: Term | None) -> str:
        return "" if term is None else "_:" if term[0] == "_" else term

    return {
        (
            shown(finding.focus),
            shown(finding.path),
            shown(finding.value),
            finding.shape,
            finding.component,
            finding.severity,
        )
        for finding in findings
    }


@cache
def prepared(engine: str, names: tuple[str, ...]) -> Find:
    pytest.importorskip("pyshacl_turbo" if engine == "turbo" else "pyshacl")
    return ENGINES[engine].prepare(statements(shapes(names)))


@pytest.mark.slow
@engines
@cases
def test_an_engine_finds_what_pyshacl_finds(engine: str, case: Case) -> None:
    expected = reference(case.broken(), case.tier)
    assert expected
    assert keys(prepared(engine, case.tier)(statements(case.broken()))) == expected
    if "twin" in case.keys:
        assert not prepared(engine, case.tier)(statements(case.twin()))


@engines
@pytest.mark.parametrize("case", [case for case in CASES if case.name == "references"], ids=str)
def test_a_reference_to_what_is_not_described_is_found_wherever_the_rest_is(engine: str, case: Case) -> None:
    """Each subject is a group of its own here, and is checked by itself."""
    data = statements(case.broken())
    subjects = list(dict.fromkeys(subject for subject, _, _ in data))
    check = Check(read_shapes(), engine)
    found: list[Result] = []
    validation = Validation(check, found.append)
    for subject in subjects:
        validation.take(check([[statement for statement in data if statement[0] == subject]]))
    validation.finish()
    expected = case.expected
    assert (expected.focus, expected.shape) in {(f"<{one.focus}>", f"<{one.shape}>") for one in found}
    assert {one.shape for one in found if "references" in one.shape} == {str(expected.shape)[1:-1]}


@engines
def test_blank_nodes_languages_and_escapes_come_back_as_they_are(engine: str) -> None:
    own = Graph().parse(
        data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <urn:x:shape> a sh:PropertyShape ; sh:targetSubjectsOf <urn:x:p> ; sh:path <urn:x:p> ; sh:in ( <urn:x:none> ) ;
            sh:message "No." .
        """,
        format="turtle",
    )
    values = {'"a\\n\\"b\\"\\\\"', '"\u00e9\u4e2d"@en-gb', '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>', "_:b1"}
    pytest.importorskip("pyshacl_turbo" if engine == "turbo" else "pyshacl")
    find = ENGINES[engine].prepare(statements(own))
    found = find([(Term("<urn:x:s>"), Term("<urn:x:p>"), Term(value)) for value in sorted(values)])
    assert {finding.value for finding in found} == values


@engines
def test_constraints_in_sparql_work_in_own_shapes(engine: str, tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text('''
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix wp: <http://vocabularies.wikipathways.org/wp#> .
        <urn:x:shape> a sh:NodeShape ; sh:targetClass wp:Pathway ; sh:sparql [
            sh:message "No title." ;
            sh:select """SELECT $this WHERE {
                $this a ?type .
                FILTER NOT EXISTS { $this <http://purl.org/dc/elements/1.1/title> ?title }
            }"""
        ] .
    ''')
    pytest.importorskip("pyshacl_turbo" if engine == "turbo" else "pyshacl")
    figure = statements(valid(("figure",)))
    found: list[Result] = []
    for data in (figure, [statement for statement in figure if "/title>" not in statement[1]]):
        check = Check(read_shapes(str(tmp_path), instead=True), engine)
        found += [located.result for located in check([data]).results]
    assert {result.message for result in found} == {"No title."}
    assert {result.focus for result in found} == {str(figure[0][0])[1:-1]}


def test_an_indexed_graph_answers_every_pattern_as_rdflib_does() -> None:
    plain = valid(("figure", "mention"))
    indexed = IndexedGraph(statements(plain), Nodes())
    plain = Graph().parse(data=plain.serialize(format="nt"), format="nt")
    assert len(indexed) == len(plain)
    for subject, predicate, value in list(plain)[::7]:
        for mask in range(8):
            pattern = tuple(term if mask & bit else None for term, bit in ((subject, 1), (predicate, 2), (value, 4)))
            assert set(indexed.triples(pattern)) == set(plain.triples(pattern))  # type: ignore[arg-type]
            assert (pattern in indexed) == (pattern in plain)  # type: ignore[operator]
    extra = (URIRef("urn:x:s"), URIRef("urn:x:p"), Literal("v"))
    assert list(indexed.subjects(extra[1], extra[2])) == []
    indexed.add(extra).add(extra)
    assert list(indexed.subjects(extra[1], extra[2])) == [extra[0]]
    assert len(indexed) == len(plain) + 1


def test_shapes_are_read_as_they_stand() -> None:
    known = read_shapes()
    expected = sum(len(list(pyoxigraph.parse(path=str(path)))) for path in SHAPES.glob("*.ttl"))
    assert len(list(statements_of(known.node + known.section + known.references))) == expected


def test_a_shape_without_a_message_says_its_description_or_its_name(tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text("""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <urn:x:a> a sh:NodeShape ; sh:targetSubjectsOf <urn:x:p> ;
            sh:property [ sh:path <urn:x:p> ; sh:nodeKind sh:IRI ] ,
                [ sh:path <urn:x:p> ; sh:maxCount 0 ; sh:name "none" ] ,
                [ sh:path <urn:x:p> ; sh:minCount 2 ; sh:message "Two." ] .
    """)
    data = [(Term("<urn:x:s>"), Term("<urn:x:p>"), Term("_:b0"))]
    found = [located.result for located in Check(read_shapes(str(tmp_path), instead=True))([data]).results]
    assert {one.message for one in found} == {"This is not what the shape asks for.", "none", "Two."}
    assert all(one.shape.startswith("urn:pfocr-rdf:shape:own:") for one in found)
