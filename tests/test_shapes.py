"""The SHACL shapes: that they are well made, accept what is valid, and report each fault for what it is.

`shapes/valid/` holds one valid document a class; together they are a whole graph. `shapes/cases/` holds, for each file
of shapes, the edits that break it. A case is a pair: the document with its edit breaks one constraint and no other, and
its twin, which is the document as it stands or with an edit of its own, is valid. A file of cases maps each severity to
a list of cases; what stands beside the severities holds for all cases of the file. The keys:

breaks     the shape, the constraint's parameter, and its value where the shape has several: `type hasValue wp:Pathway`
base       the documents that the edit is made in; by default the one that has the name of the file
subject    the node that is edited
set        for each property of the subject its new values, as Turtle; nothing removes the property
elsewhere  the same for other subjects
rename     a new IRI for the subject, wherever it stands
remove     a node that is no longer described
reported   the node that is reported; by default the subject, under its new name
path       the property that is reported, of closed shapes; by default that of the shape
by         the constraint that reports it, where `breaks` is a part of another, as under `sh:or`
twin       a near miss that is valid: `set`, `elsewhere` or `rename`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph
import pyshacl
import pytest
import rdflib
import yaml
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from pfocr_rdf import vocabulary

ROOT: Final = Path(__file__).parent.parent
SHAPES: Final = ROOT / "shapes"
DATA: Final = Path(__file__).parent / "shapes"
VOCABULARY: Final = ROOT / "pfocr_rdf" / "data" / "vocabulary.ttl"
NAMESPACE: Final = "https://pfocr.wikipathways.org/shapes/"

NAMES: Final = sorted(path.stem for path in SHAPES.glob("*.ttl"))
DOCUMENTS: Final = sorted(path.stem for path in (DATA / "valid").glob("*.ttl"))
BEYOND_ONE_NODE: Final = ("section", "references")
NODE: Final = tuple(name for name in NAMES if name not in BEYOND_ONE_NODE)
"""The shapes that look at one node, and so hold wherever a node's description is whole."""
SECTION: Final = (*NODE, "section")
WHOLE: Final = tuple(NAMES)

PARAMETERS: Final = {
    SH["class"]: SH.ClassConstraintComponent,
    SH.closed: SH.ClosedConstraintComponent,
    SH.datatype: SH.DatatypeConstraintComponent,
    SH.disjoint: SH.DisjointConstraintComponent,
    SH.equals: SH.EqualsConstraintComponent,
    SH.hasValue: SH.HasValueConstraintComponent,
    SH["in"]: SH.InConstraintComponent,
    SH.maxCount: SH.MaxCountConstraintComponent,
    SH.maxInclusive: SH.MaxInclusiveConstraintComponent,
    SH.minCount: SH.MinCountConstraintComponent,
    SH.minInclusive: SH.MinInclusiveConstraintComponent,
    SH.minLength: SH.MinLengthConstraintComponent,
    SH.nodeKind: SH.NodeKindConstraintComponent,
    SH["or"]: SH.OrConstraintComponent,
    SH.pattern: SH.PatternConstraintComponent,
    SH.qualifiedMinCount: SH.QualifiedMinCountConstraintComponent,
}
"""The parameters of SHACL Core that the shapes use, and the constraint components that each is of."""

TARGETS: Final = frozenset((SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf))
PATHS: Final = frozenset((SH.alternativePath, SH.inversePath, SH.zeroOrOnePath))
OTHERS: Final = frozenset(
    (
        SH.description,
        SH.ignoredProperties,
        SH.message,
        SH.name,
        SH.path,
        SH.property,
        SH.qualifiedValueShape,
        SH.severity,
    )
)
SEVERITIES: Final = {"Violation": SH.Violation, "Warning": SH.Warning, "Info": SH.Info}


# ------------------------------------------------------------------------------------------------------ graphs


def parsed(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


@cache
def shapes(names: tuple[str, ...]) -> Graph:
    return parsed(*(SHAPES / f"{name}.ttl" for name in names))


@cache
def valid(documents: tuple[str, ...]) -> Graph:
    return parsed(*(DATA / "valid" / f"{name}.ttl" for name in documents))


PREFIXES: Final = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in vocabulary.PREFIXES.items()) + (
    "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
)


def turtle(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text, format="turtle")


@cache
def term(text: str) -> Node:
    """Read one term as Turtle; all blank nodes are one."""
    if text.startswith("_:"):
        return BNode("blank")
    return next(turtle(f"<urn:s> <urn:p> {text} .").objects())


def terms(text: str) -> list[Node]:
    """Read a list of objects as Turtle."""
    if not text:
        return []
    return [
        BNode("blank") if isinstance(value, BNode) else value for value in turtle(f"<urn:s> <urn:p> {text} .").objects()
    ]


def shown(node: Node | None) -> str | None:
    """Name a term so that it can be compared: blank nodes have no names of their own."""
    if node is None or isinstance(node, BNode):
        return node and "_:"
    assert isinstance(node, URIRef | Literal)
    if isinstance(node, Literal) and node.datatype == XSD.string:
        return Literal(str(node)).n3()  # one literal, written in two ways
    return node.n3()


def shown_path(graph: Graph, path: Node | None) -> str | None:
    """Name a property path, in the manner of SPARQL."""
    if not isinstance(path, BNode):
        return shown(path)
    for predicate, form in ((SH.inversePath, "^{}"), (SH.zeroOrOnePath, "({})?")):
        if (inner := graph.value(path, predicate)) is not None:
            return form.format(shown_path(graph, inner))
    alternatives = graph.value(path, SH.alternativePath)
    members = graph.items(path if alternatives is None else alternatives)
    return ("/" if alternatives is None else "|").join(str(shown_path(graph, member)) for member in members)


# ----------------------------------------------------------------------------------------------------- engines


@dataclass(frozen=True)
class Found:
    """A validation result, in names."""

    focus: str | None
    path: str | None
    component: str | None
    severity: str | None
    shape: str | None
    value: str | None = None
    message: str | None = None


def found(report: Graph) -> frozenset[Found]:
    return frozenset(
        Found(
            focus=shown(report.value(result, SH.focusNode)),
            path=shown_path(report, report.value(result, SH.resultPath)),
            component=shown(report.value(result, SH.sourceConstraintComponent)),
            severity=shown(report.value(result, SH.resultSeverity)),
            shape=shown(report.value(result, SH.sourceShape)),
            value=shown(report.value(result, SH.value)),
            message=str(report.value(result, SH.resultMessage)),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )


def run_pyshacl(data: Graph, names: tuple[str, ...]) -> tuple[bool, frozenset[Found]]:
    conforms, report, _ = pyshacl.validate(data, shacl_graph=shapes(names))
    assert isinstance(report, Graph)
    return bool(conforms), found(report)


@cache
def turbo_program(names: tuple[str, ...]) -> Any:
    turbo = pytest.importorskip("pyshacl_turbo", reason="the engine pyshacl-turbo is not installed (extra `turbo`)")
    return turbo.compile_shapes(shapes(names))


def run_turbo(data: Graph, names: tuple[str, ...]) -> tuple[bool, frozenset[Found]]:
    program = turbo_program(names)
    store = pyoxigraph.Store()
    store.bulk_load(data.serialize(format="nt", encoding="utf-8"), format=pyoxigraph.RdfFormat.N_TRIPLES)
    conforms, report, _ = program.validate(store)
    return conforms, found(report)


Engine = Callable[[Graph, tuple[str, ...]], tuple[bool, frozenset[Found]]]
ENGINES: Final[dict[str, Engine]] = {"pyshacl": run_pyshacl, "turbo": run_turbo}
engines = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())


# ------------------------------------------------------------------------------------------------------- cases


@dataclass(frozen=True)
class Case:
    """A pair: an edit that breaks one constraint, and a twin that breaks none."""

    name: str
    """The name of the file of shapes."""
    number: int
    severity: str
    keys: Mapping[str, Any] = field(hash=False)

    def __str__(self) -> str:
        return f"{self.name}#{self.keys['breaks']} ({self.number})"

    @property
    def breaks(self) -> str:
        return f"{self.name}#{self.keys['breaks']}"

    @property
    def base(self) -> tuple[str, ...]:
        return tuple(self.keys.get("base", self.name).split())

    @property
    def tier(self) -> tuple[str, ...]:
        """All shapes that hold for the base: a case breaks one of them and no other."""
        return {"section": SECTION, "references": WHOLE}.get(self.name, NODE)

    @property
    def expected(self) -> Found:
        shape, parameter, *_ = self.keys.get("by", self.keys["breaks"]).split()
        node = URIRef(f"{NAMESPACE}{self.name}#{shape}")
        graph = shapes(self.tier)
        path = term(self.keys["path"]) if "path" in self.keys else graph.value(node, SH.path)
        focus = self.keys.get("reported", self.keys.get("rename", self.keys["subject"]))
        return Found(
            focus=shown(term(focus)),
            path=shown_path(graph, path),
            component=shown(PARAMETERS[SH[parameter]]),
            severity=shown(SEVERITIES[self.severity]),
            shape=shown(node),
        )

    def broken(self) -> Graph:
        return self.edited(self.keys)

    def twin(self) -> Graph:
        return self.edited(self.keys["twin"])

    def edited(self, edit: Mapping[str, Any]) -> Graph:
        graph = Graph()
        graph += valid(self.base)
        subject = self.keys["subject"]
        for node, values in {subject: edit.get("set", {}), **edit.get("elsewhere", {})}.items():
            for predicate, objects in values.items():
                graph.remove((term(node), term(predicate), None))
                for value in terms(objects):
                    graph.add((term(node), term(predicate), value))
        if "remove" in edit:
            graph.remove((term(edit["remove"]), None, None))
        if "rename" in edit:
            old, new = term(subject), term(edit["rename"])
            for triple in list(graph):
                if old in triple:
                    graph.remove(triple)
                    graph.add(tuple(new if node == old else node for node in triple))  # type: ignore[arg-type]
        assert set(graph) != set(valid(self.base)), "the edit changes nothing"
        return graph


def read_cases() -> Iterator[Case]:
    for path in sorted((DATA / "cases").glob("*.yaml")):
        contents = yaml.safe_load(path.read_text(encoding="utf-8"))
        common = {key: value for key, value in contents.items() if key not in SEVERITIES}
        number = 0
        for severity in SEVERITIES:
            for keys in contents.get(severity, []):
                number += 1
                yield Case(path.stem, number, severity, {**common, **keys})


CASES: Final = list(read_cases())
cases = pytest.mark.parametrize("case", CASES, ids=str)
twins = pytest.mark.parametrize("case", [case for case in CASES if "twin" in case.keys], ids=str)


@cache
def outcome(engine: Engine, case: Case) -> tuple[bool, frozenset[Found]]:
    return engine(case.broken(), case.tier)


# ------------------------------------------------------------------------- what is valid, and what is not


@engines
@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_node_alone_is_valid(engine: Engine, document: str) -> None:
    assert engine(valid((document,)), NODE) == (True, frozenset())


@engines
def test_a_figures_section_is_valid(engine: Engine) -> None:
    assert engine(valid(("figure", "mention", "image")), SECTION) == (True, frozenset())


@engines
def test_the_whole_is_valid(engine: Engine) -> None:
    assert engine(valid(tuple(DOCUMENTS)), WHOLE) == (True, frozenset())


@engines
@cases
def test_fault_is_reported_for_what_it_is(engine: Engine, case: Case) -> None:
    conforms, results = outcome(engine, case)
    assert not conforms
    assert {
        Found(result.focus, result.path, result.component, result.severity, result.shape) for result in results
    } == {case.expected}


@engines
@twins
def test_twin_is_valid(engine: Engine, case: Case) -> None:
    assert engine(case.twin(), case.tier) == (True, frozenset())


@cases
def test_engines_agree(case: Case) -> None:
    assert outcome(run_turbo, case) == outcome(run_pyshacl, case)


def constraints() -> Iterator[str]:
    """Name every constraint of every shape, as cases name it."""
    graph = shapes(WHOLE)
    for shape in sorted(map(str, graph.subjects(SH.severity))):
        for parameter in PARAMETERS:
            values = list(graph.objects(URIRef(shape), parameter))
            for value in values:
                name = f"{shape.removeprefix(NAMESPACE)} {parameter.removeprefix(str(SH))}"
                yield f"{name} {_prefixed(value)}" if len(values) > 1 else name


def _prefixed(value: Node) -> str:
    for prefix, namespace in vocabulary.PREFIXES.items():
        if str(value).startswith(namespace):
            return f"{prefix}:{str(value).removeprefix(namespace)}"
    return str(shown(value))


def test_every_constraint_has_a_pair() -> None:
    assert sorted({case.breaks for case in CASES}) == sorted(constraints())


def test_https_spelling_needs_one_replacement() -> None:
    def https(text: str) -> Graph:
        return Graph().parse(data=text.replace("http://schema.org/", "https://schema.org/"), format="turtle")

    data, rules = Graph(), Graph()
    for name in DOCUMENTS:
        data += https((DATA / "valid" / f"{name}.ttl").read_text(encoding="utf-8"))
    for name in NAMES:
        rules += https((SHAPES / f"{name}.ttl").read_text(encoding="utf-8"))
    assert pyshacl.validate(data, shacl_graph=rules)[0]
    assert not pyshacl.validate(data, shacl_graph=shapes(WHOLE))[0]


# ------------------------------------------------------------------------------------ how the shapes are made


def test_shapes_are_valid_shacl() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes(WHOLE), meta_shacl=True)
    assert conforms, text


@pytest.mark.parametrize("name", NAMES)
def test_each_shape_says_what_it_is(name: str) -> None:
    graph = shapes((name,))
    nodes = {*graph.subjects(RDF.type, SH.NodeShape), *graph.subjects(RDF.type, SH.PropertyShape)}
    assert nodes == set(graph.subjects(SH.severity))
    used = {
        *graph.objects(None, SH.property),
        *graph.objects(None, SH.qualifiedValueShape),
        *(member for alternatives in graph.objects(None, SH["or"]) for member in graph.items(alternatives)),
    }
    for shape in nodes:
        assert str(shape).startswith(f"{NAMESPACE}{name}#")
        assert graph.value(shape, SH.severity, any=False) in SEVERITIES.values()
        for predicate in (SH.name, SH.description, SH.message):
            (text,) = graph.objects(shape, predicate)
            assert isinstance(text, Literal)
            assert text.language is None
            assert text.strip() == str(text) != ""
            assert predicate == SH.name or text.endswith(".")
        assert ((shape, SH.path, None) in graph) == ((shape, RDF.type, SH.PropertyShape) in graph)
        assert any((shape, target, None) in graph for target in TARGETS) != (shape in used)


@pytest.mark.parametrize("name", NAMES)
def test_shapes_keep_to_what_engines_share(name: str) -> None:
    graph = shapes((name,))
    used = {predicate for predicate in graph.predicates() if str(predicate).startswith(str(SH))}
    assert used <= {*PARAMETERS, *TARGETS, *PATHS, *OTHERS}
    for pattern in graph.objects(None, SH.pattern):
        assert not any(form in str(pattern) for form in ("(?", "\\d", "\\w", "\\b", "\\Z"))
    for constant in {*graph.objects(None, SH.hasValue), *_listed(graph, SH["in"])}:
        assert isinstance(constant, URIRef), "texts are compared by sh:pattern"


def _listed(graph: Graph, predicate: Node) -> Iterator[Node]:
    for items in graph.objects(None, predicate):
        yield from graph.items(items)


@pytest.mark.parametrize("name", NAMES)
def test_blank_nodes_are_lists_and_paths(name: str) -> None:
    graph = shapes((name,))
    for subject, predicate in graph.subject_predicates():
        if isinstance(subject, BNode):
            assert predicate in {RDF.first, RDF.rest, *PATHS}


@pytest.mark.parametrize("name", NAMES)
def test_schema_org_is_named_once(name: str) -> None:
    text = (SHAPES / f"{name}.ttl").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "schema.org/" in line]
    assert lines in ([], ["@prefix schema: <http://schema.org/> ."])


@pytest.mark.parametrize("name", BEYOND_ONE_NODE)
def test_only_these_look_beyond_one_node(name: str) -> None:
    """Neither `sh:class` nor a path of several steps can hold in a part of the graph."""
    everywhere, here = shapes(NODE), shapes((name,))

    def looks_beyond(graph: Graph) -> bool:
        sequences = any((path, RDF.first, None) in graph for path in graph.objects(None, SH.path))
        return sequences or any((None, term, None) in graph for term in (SH["class"], SH.inversePath))

    assert looks_beyond(here)
    assert not looks_beyond(everywhere)


def test_references_are_checked_by_the_types_of_objects_alone() -> None:
    graph = shapes(("references",))
    for shape in graph.subjects(SH.severity):
        constrained = {predicate for predicate in graph.predicates(shape) if predicate in PARAMETERS}
        assert constrained in ({SH["class"]}, {SH["or"]})
        assert not set(graph.predicates(shape)) & {SH.targetClass, SH.targetSubjectsOf, SH.path}


# --------------------------------------------------------------------------------------------- the vocabulary


def test_every_term_is_defined() -> None:
    graph = parsed(VOCABULARY)
    namespace = vocabulary.PREFIXES["pfocr"]
    in_shapes = {str(node) for triple in shapes(WHOLE) for node in triple if str(node).startswith(namespace)}
    in_package = {str(value).strip("<>") for name, value in vars(vocabulary).items() if name.startswith("PFOCR_")}
    defined = {str(subject) for subject in graph.subjects(RDFS.isDefinedBy)}
    assert in_shapes | in_package <= defined
    assert defined - in_package == {f"{namespace}Mention"}, "the class of all three kinds, which data need not state"


def test_terms_are_described() -> None:
    graph = parsed(VOCABULARY)
    (ontology,) = graph.subjects(RDF.type, rdflib.OWL.Ontology)
    for predicate in (rdflib.DCTERMS.title, rdflib.DCTERMS.description, rdflib.DCTERMS.license):
        assert (ontology, predicate, None) in graph
    for subject in set(graph.subjects()) - {ontology}:
        assert graph.value(subject, RDFS.isDefinedBy, any=False) == ontology
        for predicate in (RDFS.label, RDFS.comment):
            (text,) = graph.objects(subject, predicate)
            assert isinstance(text, Literal)
            assert text.language is None
        (kind,) = graph.objects(subject, RDF.type)
        if kind != rdflib.OWL.Class:
            assert (subject, RDFS.domain, None) in graph
        if kind == rdflib.OWL.DatatypeProperty:
            assert (subject, RDFS.range, None) in graph


@engines
def test_the_vocabulary_may_stand_beside_the_data(engine: Engine) -> None:
    assert engine(valid(tuple(DOCUMENTS)) + parsed(VOCABULARY), WHOLE) == (True, frozenset())
