"""The SHACL engines: each reads shapes once, and then finds faults in any number of small graphs.

pySHACL is the reference. It asks an rdflib graph for the objects of a subject, the subjects of an object and the pairs
of a property, millions of times; `IndexedGraph` answers these from dictionaries, which is three times as fast as
rdflib's own store, and makes each term once, so that equal terms are mostly the same object. pyshacl-turbo takes
terms and statements in a form of its own.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import pyoxigraph
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import NamespaceManager
from rdflib.term import Node

from pfocr_rdf.extras import MissingExtraError
from pfocr_rdf.shacl import SHACL, Find, Finding, ShapesError
from pfocr_rdf.terms import Statement, Term, iri_term, literal_parts, literal_term
from pfocr_rdf.vocabulary import RDF_TYPE

__all__ = ["ENGINES", "Engine", "IndexedGraph", "Nodes", "meta_fault"]


@dataclass(frozen=True, slots=True)
class Engine:
    """A SHACL engine.

    Attributes:
        prepare: reads shapes, and gives what finds the faults in a graph.
        triples: how many triples at once cost it least.
    """

    prepare: Callable[[Sequence[Statement]], Find]
    triples: int


# ------------------------------------------------------------------------------------------------------- terms


class Nodes:
    """rdflib's nodes for terms; those that recur are made once."""

    __slots__ = ("_kept", "_nodes")

    LIMIT: Final = 20_000
    """Terms that are remembered."""

    LONG: Final = 100
    """Characters of a literal that is not worth remembering."""

    def __init__(self, kept: Iterable[Statement] = ()) -> None:
        self._nodes: dict[Term, Node] = {}
        for statement in kept:
            for term in statement:
                self[term]
        self._kept = dict(self._nodes)

    def __getitem__(self, term: Term) -> Node:
        node = self._nodes.get(term)
        if node is None:
            node = _node(term)
            if len(term) < self.LONG:
                self._nodes[term] = node
        return node

    def trim(self) -> None:
        """Forget what has been made, but for what is to be kept, when it has become much."""
        if len(self._nodes) > self.LIMIT:
            self._nodes = dict(self._kept)


def _node(term: Term) -> Node:
    if term[0] == "<":
        return URIRef(term[1:-1])
    if term[0] == "_":
        return BNode(term[2:])
    text, datatype, language = literal_parts(term)
    if datatype is None:
        return Literal(text, lang=language)
    return Literal(text, datatype=URIRef(datatype), normalize=False)


def _term(node: Node) -> Term:
    """Give the term of a node."""
    if isinstance(node, URIRef):
        return Term(f"<{node}>")
    if isinstance(node, Literal):
        return _literal_term(str(node), node.datatype, node.language)
    return Term(f"_:{node}")


def _literal_term(text: str, datatype: str | None, language: str | None) -> Term:
    if language:
        return Term(str(pyoxigraph.Literal(text, language=language)))
    return literal_term(text, iri_term(datatype) if datatype else None)


# ------------------------------------------------------------------------------------------------------- graphs


class _NoNamespaces(NamespaceManager):
    """Shortens nothing: what pySHACL writes of a result in words is not used."""

    def __init__(self) -> None:
        """Need no graph."""

    def bind(self, *args: Any, **options: Any) -> None:
        """Bind nothing."""

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Know no prefix."""
        return iter(())

    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803 - rdflib's names
        """Leave an IRI whole."""
        return f"<{rdfTerm}>"


class IndexedGraph(Graph):
    """A graph of statements that is quick to make, to ask for values, and to forget.

    Its iterators are no generators, as rdflib's are, and nothing asks for more than an iterator.
    """

    def __init__(self, statements: Iterable[Statement], nodes: Nodes) -> None:
        super().__init__(bind_namespaces="none")
        self._names = _NoNamespaces()
        self._values: dict[Node, dict[Node, dict[Node, None]]] = {}
        self._pairs: defaultdict[Node, list[tuple[Node, Node]]] = defaultdict(list)
        self._holders: dict[Node, dict[Node, dict[Node, None]]] = {}
        self._size = 0
        last: Term | None = None
        for subject_term, predicate_term, value_term in statements:
            if subject_term != last:
                subject, last = nodes[subject_term], subject_term
                properties = self._values.setdefault(subject, {})
            predicate, value = nodes[predicate_term], nodes[value_term]
            values = properties.get(predicate)
            if values is None:
                properties[predicate] = {value: None}
            elif value in values:
                continue
            else:
                values[value] = None
            self._pairs[predicate].append((subject, value))
            self._size += 1

    @property
    def namespace_manager(self) -> NamespaceManager:
        """What knows prefixes: none."""
        return self._names

    @namespace_manager.setter
    def namespace_manager(self, manager: NamespaceManager) -> None:
        """Keep what is."""

    def add(self, triple: Any) -> IndexedGraph:
        """Add a triple."""
        subject, predicate, value = triple
        values = self._values.setdefault(subject, {}).setdefault(predicate, {})
        if value not in values:
            values[value] = None
            self._pairs[predicate].append((subject, value))
            self._holders.pop(predicate, None)
            self._size += 1
        return self

    def _subjects(self, predicate: Node) -> dict[Node, dict[Node, None]]:
        """Give the subjects of a property by its values, which few properties are asked for."""
        holders = self._holders.get(predicate)
        if holders is None:
            holders = self._holders[predicate] = {}
            for subject, value in self._pairs.get(predicate, ()):
                holders.setdefault(value, {})[subject] = None
        return holders

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool | None = False) -> Iterator[Any]:  # type: ignore[override]
        """Yield the values of a property of a subject."""
        if subject is None or predicate is None:
            return super().objects(subject, predicate, bool(unique))
        properties = self._values.get(subject)
        return iter(properties.get(predicate, ())) if properties is not None else iter(())

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool | None = False) -> Iterator[Any]:  # type: ignore[override]
        """Yield the subjects that have a value of a property."""
        if predicate is None or object is None:
            return super().subjects(predicate, object, bool(unique))
        return iter(self._subjects(predicate).get(object, ()))

    def subject_objects(self, predicate: Any = None, unique: bool | None = False) -> Iterator[Any]:  # type: ignore[override]
        """Yield the subjects and values of a property."""
        if predicate is None:
            return super().subject_objects(predicate, bool(unique))
        return iter(self._pairs.get(predicate, ()))

    def predicate_objects(self, subject: Any = None, unique: bool | None = False) -> Iterator[Any]:  # type: ignore[override]
        """Yield the properties of a subject with their values."""
        if subject is None:
            return super().predicate_objects(subject, bool(unique))
        properties = self._values.get(subject, {})
        return iter([(predicate, value) for predicate, values in properties.items() for value in values])

    def triples(self, triple: Any) -> Iterator[Any]:  # type: ignore[override]
        """Yield the triples of any pattern."""
        subject, predicate, value = triple
        if subject is not None:
            properties = self._values.get(subject, {})
            for known in [predicate] if predicate is not None else list(properties):
                for each in list(properties.get(known, ())):
                    if value is None or each == value:
                        yield subject, known, each
        elif predicate is not None:
            if value is not None:
                for holder in list(self._subjects(predicate).get(value, ())):
                    yield holder, predicate, value
            else:
                for holder, each in list(self._pairs.get(predicate, ())):
                    yield holder, predicate, each
        else:
            for known in list(self._pairs):
                yield from self.triples((None, known, value))

    def __contains__(self, triple: Any) -> bool:
        return next(iter(self.triples(triple)), None) is not None

    def __len__(self) -> int:
        return self._size


# ------------------------------------------------------------------------------------------------------ results


def _findings(report: Iterable[Statement]) -> list[Finding]:
    """Read the results of a validation report."""
    nodes: dict[Term, dict[Term, list[Term]]] = {}
    results: list[Term] = []
    for subject, predicate, value in report:
        if predicate == _RESULT:
            results.append(value)
        else:
            nodes.setdefault(subject, {}).setdefault(predicate, []).append(value)
    found: list[Finding] = []
    for result in results:
        known = nodes[result]
        path = next(iter(known.get(_RESULT_PATH, ())), None)
        wrong = next(iter(known.get(_VALUE, ())), None)
        found.append(
            Finding(
                focus=known[_FOCUS_NODE][0],
                path=path if path is not None and path[0] == "<" else None,
                value=wrong,
                shape=known[_SOURCE_SHAPE][0],
                component=known[_COMPONENT][0],
                severity=known[_SEVERITY][0],
                message=" ".join(sorted(literal_parts(message)[0] for message in known.get(_MESSAGE, ()))),
            )
        )
    return found


def _shacl(name: str) -> Term:
    return Term(f"<{SHACL}{name}>")


_RESULT: Final = _shacl("result")
_RESULT_PATH: Final = _shacl("resultPath")
_VALUE: Final = _shacl("value")
_FOCUS_NODE: Final = _shacl("focusNode")
_SOURCE_SHAPE: Final = _shacl("sourceShape")
_COMPONENT: Final = _shacl("sourceConstraintComponent")
_SEVERITY: Final = _shacl("resultSeverity")
_MESSAGE: Final = _shacl("resultMessage")


def _graph_statements(graph: Graph) -> Iterator[Statement]:
    terms: dict[int, Term] = {}

    def term(node: Node) -> Term:
        known = terms.get(id(node))
        if known is None:
            known = terms[id(node)] = _term(node)
        return known

    triples = list(graph)  # nodes stay, and so do their ids
    for subject, predicate, value in triples:
        yield term(subject), term(predicate), term(value)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence warnings of values that are not of their datatype, which become results, and errors that are raised."""
    loggers = [logging.getLogger(name) for name in ("rdflib.term", "pyshacl-validate")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


@contextmanager
def _failing(engine: str) -> Iterator[None]:
    """Let an engine's exception say in one line that the shapes are at fault."""
    try:
        with _quiet():
            yield
    except (ShapesError, MemoryError):
        raise
    except Exception as error:
        message = " ".join(str(error).split()) or type(error).__name__
        raise ShapesError(f"the shapes cannot be applied by {engine}: {message}") from error


def meta_fault(shapes: Iterable[Statement]) -> str | None:
    """Check shapes by the SHACL specification's shapes for shapes.

    Returns:
        The first fault, or None.
    """
    import pyshacl

    graph = Graph(bind_namespaces="none")  # pySHACL copies it, for which an `IndexedGraph` is not made
    nodes = Nodes()
    for subject, predicate, value in shapes:
        graph.add((nodes[subject], nodes[predicate], nodes[value]))
    with _quiet():
        try:
            pyshacl.validate(Graph(), shacl_graph=graph, meta_shacl=True)
        except Exception as error:  # of its own, or one that it did not expect
            found = re.findall(r"^\t(Focus Node|Result Path|Message): (.*)$", str(error), re.M)
            faults = sorted(
                ", ".join(text for _, text in found[start : start + 3]) for start in range(0, len(found), 3)
            )
            return faults[0] if faults else " ".join(str(error).split()) or type(error).__name__
    return None


def _pyshacl(shapes: Sequence[Statement]) -> Find:
    import pyshacl

    nodes = Nodes(shapes)
    shapes_graph = IndexedGraph(shapes, nodes)

    def find(statements: Sequence[Statement]) -> list[Finding]:
        with _failing("pyshacl"):
            graph = IndexedGraph(statements, nodes)
            nodes.trim()
            conforms, report, text = pyshacl.validate(
                graph, shacl_graph=shapes_graph, inplace=True, inference="none", advanced=False
            )
            if not isinstance(report, Graph):
                raise ShapesError(f"the shapes cannot be applied by pyshacl: {' '.join(text.split())}")
            return [] if conforms else _findings(_graph_statements(report))

    find([])
    return find


def _turbo(shapes: Sequence[Statement]) -> Find:
    try:
        import pyshacl_turbo
        from pyshacl_turbo.rdf import Input
    except ImportError:
        raise MissingExtraError("turbo", "the engine turbo") from None

    with _failing("turbo"):
        graph = IndexedGraph(_with_common_targets(shapes), Nodes())
        program = pyshacl_turbo.compile_shapes(graph)  # type: ignore[no-untyped-call]

    def find(statements: Sequence[Statement]) -> list[Finding]:
        with _failing("turbo"):
            # a store of pyoxigraph would be written as N-Quads there, and read again
            data = Input(_records(statements), "terms", None, {}, preserve_ids=True)
            conforms, report, _ = program.validate(data)
            return [] if conforms else _findings(_graph_statements(report))

    def find_directly(statements: Sequence[Statement]) -> list[Finding]:
        with _failing("turbo"):
            conforms, report, *_ = program._native.validate(_records(statements), "terms", *_OPTIONS)
            return [] if conforms else _findings(_record_statements(*report))

    try:  # the graph of rdflib that `validate` makes of a report costs as much as a fifth of all
        conforms, (records, quads), *_ = program._native.validate(([], []), "terms", *_OPTIONS)
        return find_directly if conforms is True and isinstance(records, list) and isinstance(quads, list) else find
    except (AttributeError, TypeError, ValueError):
        return find  # another version, with other internals


_OPTIONS: Final[tuple[Any, ...]] = (None, False, 100, 15, False, False, False, False, [], [], [])
"""Of its native validation: no base, no rules, depth 15, not in place, every severity, all nodes and all shapes."""


def _with_common_targets(shapes: Sequence[Statement]) -> Iterator[Statement]:
    """Hang property shapes that have the same targets from one node shape: the same to SHACL, and quicker here."""
    targets: defaultdict[Term, set[tuple[Term, Term]]] = defaultdict(set)
    paths: set[Term] = set()
    for subject, predicate, value in shapes:
        if predicate in _TARGETS:
            targets[subject].add((predicate, value))
        elif predicate == _PATH:
            paths.add(subject)
    groups: defaultdict[frozenset[tuple[Term, Term]], list[Term]] = defaultdict(list)
    for shape in paths & targets.keys():
        groups[frozenset(targets[shape])].append(shape)
    moved = {shape for group in groups.values() if len(group) > 1 for shape in group}
    for statement in shapes:
        if statement[0] not in moved or statement[1] not in _TARGETS:
            yield statement
    for number, (common, group) in enumerate(groups.items()):
        if len(group) > 1:
            holder = Term(f"<urn:pfocr-rdf:common-targets:{number}>")
            yield holder, RDF_TYPE, _NODE_SHAPE
            yield from ((holder, predicate, value) for predicate, value in common)
            yield from ((holder, _PROPERTY, shape) for shape in group)


_PATH: Final = _shacl("path")
_PROPERTY: Final = _shacl("property")
_NODE_SHAPE: Final = _shacl("NodeShape")
_TARGETS: Final = frozenset(map(_shacl, ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")))

_Record: TypeAlias = tuple[int, str, str | None, str | None]


def _records(statements: Iterable[Statement]) -> tuple[list[_Record], list[tuple[int, int, int, None]]]:
    """Give terms, each once, and statements by the numbers of their terms, as pyshacl-turbo holds them."""
    numbers: dict[Term, int] = {}
    records: list[_Record] = []

    def add(term: Term) -> int:
        number = numbers[term] = len(records)
        records.append(_record(term))
        return number

    known = numbers.get
    triples: list[tuple[int, int, int, None]] = []
    for subject_term, predicate_term, value_term in statements:
        subject, predicate, value = known(subject_term), known(predicate_term), known(value_term)
        if subject is None:
            subject = add(subject_term)
        if predicate is None:
            predicate = known(predicate_term)
            predicate = add(predicate_term) if predicate is None else predicate
        if value is None:
            value = known(value_term)
            value = add(value_term) if value is None else value
        triples.append((subject, predicate, value, None))
    return records, triples


def _record_statements(records: Sequence[_Record], quads: Iterable[tuple[int, int, int, None]]) -> Iterator[Statement]:
    terms = [_record_term(*record) for record in records]
    for subject, predicate, value, _ in quads:
        yield terms[subject], terms[predicate], terms[value]


def _record_term(kind: int, text: str, datatype: str | None, language: str | None) -> Term:
    if kind == 0:
        return Term(f"<{text}>")
    return Term(f"_:{text}") if kind == 1 else _literal_term(text, datatype, language)


def _record(term: Term) -> _Record:
    if term[0] == "<":
        return 0, term[1:-1], None, None
    if term[0] == "_":
        return 1, term[2:], None, None
    text, datatype, language = literal_parts(term)
    return 2, text, datatype, language


ENGINES: Final[dict[str, Engine]] = {
    "pyshacl": Engine(_pyshacl, triples=30_000),
    "turbo": Engine(_turbo, triples=600),
}
"""The engines by name: a new one is one entry."""
