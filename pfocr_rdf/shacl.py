"""Shapes as they go to other processes, what reports say of them (their names and paths), and what engines find."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import unquote

from pfocr_rdf.errors import ReportedError
from pfocr_rdf.terms import Statement, Term, iri_text, plain_text, statements_of
from pfocr_rdf.vocabulary import PREFIXES, QUERY_PREFIXES, RDF_FIRST, RDF_NIL, RDF_REST

__all__ = [
    "ANONYMOUS",
    "SEVERITIES",
    "SHACL",
    "Find",
    "Finding",
    "Shape",
    "Shapes",
    "ShapesError",
    "members",
    "shape_index",
]

SHACL: Final = QUERY_PREFIXES["sh"]
SEVERITIES: Final = ("Violation", "Warning", "Info")

ANONYMOUS: Final = "urn:pfocr-rdf:shape:"
"""What the IRIs of shapes begin with that have none of their own; the name of the file and a number follow."""


class ShapesError(ReportedError):
    """Shapes that cannot be read or applied; the message says which, and why."""

    def __reduce__(self) -> tuple[type[ShapesError], tuple[Any, ...]]:
        return type(self), self.args


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes as N-Triples, so that they can go to other processes.

    Attributes:
        node: those that look at one node.
        section: those that look at a figure and its mentions.
        references: those that look at the classes of what is referred to.
    """

    node: bytes
    section: bytes
    references: bytes

    def spelled(self, namespace: str) -> Shapes:
        """Give the same shapes with another spelling of schema.org's namespace."""
        given = f"<{PREFIXES['schema']}".encode()
        wanted = f"<{namespace}".encode()
        return Shapes(*(part.replace(given, wanted) for part in (self.node, self.section, self.references)))

    @property
    def index(self) -> Mapping[str, Shape]:
        """The shapes by IRI."""
        return shape_index(self.node + self.section + self.references)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a report says of a shape.

    Attributes:
        name: for people.
        path: in the syntax of SPARQL, empty for a node shape.
        turtle_path: in the syntax of Turtle.
    """

    name: str
    path: str
    turtle_path: str


class Finding(NamedTuple):
    """What an engine reports, in terms; the path only where it is an IRI, else it is the shape's."""

    focus: Term
    path: Term | None
    value: Term | None
    shape: Term
    component: Term
    severity: Term
    message: str


Find: TypeAlias = Callable[[Sequence[Statement]], list[Finding]]
"""What an engine makes of shapes."""


@lru_cache(maxsize=8)
def shape_index(shapes: bytes) -> Mapping[str, Shape]:
    """Index shapes by their IRIs.

    Args:
        shapes: the shapes, in N-Triples.
    """
    values: dict[Term, dict[str, list[Term]]] = {}
    parents: dict[Term, Term] = {}
    for subject, predicate, value in statements_of(shapes):
        name = iri_text(predicate).removeprefix(SHACL)
        values.setdefault(subject, {}).setdefault(name, []).append(value)
        if name in ("property", "node", "not", "qualifiedValueShape"):
            parents.setdefault(value, subject)
    index: dict[str, Shape] = {}
    for subject, properties in values.items():
        if subject[0] != "<":
            continue
        path = next(iter(properties.get("path", ())), None)
        label = next(iter(properties.get("name", ())), None)
        index[iri_text(subject)] = Shape(
            name=_shape_name(subject, label, _sparql_path(path, values) if path is not None else "", parents),
            path=_sparql_path(path, values) if path is not None else "",
            turtle_path=_turtle_path(path, values) if path is not None else "",
        )
    return index


def _shape_name(shape: Term, name: Term | None, path: str, parents: Mapping[Term, Term]) -> str:
    iri = iri_text(shape)
    if iri.startswith(ANONYMOUS):
        file, _, local = iri.removeprefix(ANONYMOUS).rpartition(":")
    else:
        file, _, local = re.split(r"[/:](?=[^/:]*$)", iri, maxsplit=1)[-1].partition("#")
    if name is not None:
        local = plain_text(name)
    elif shape in parents and path:
        local = f"{iri_text(parents[shape]).rpartition('#')[2]} {path}"
    return ": ".join(filter(None, (unquote(file), local)))


_PATHS: Final = {
    "inversePath": ("^{}", "[ sh:inversePath {} ]"),
    "zeroOrOnePath": ("({})?", "[ sh:zeroOrOnePath {} ]"),
    "zeroOrMorePath": ("({})*", "[ sh:zeroOrMorePath {} ]"),
    "oneOrMorePath": ("({})+", "[ sh:oneOrMorePath {} ]"),
}

_Values: TypeAlias = Mapping[Term, Mapping[str, Sequence[Term]]]


def _sparql_path(path: Term, values: _Values) -> str:
    if path[0] == "<":
        return path
    for name, (form, _) in _PATHS.items():
        for inner in values.get(path, {}).get(name, ()):
            return form.format(_sparql_path(inner, values))
    for alternatives in values.get(path, {}).get("alternativePath", ()):
        return "(" + "|".join(_sparql_path(member, values) for member in members(alternatives, values)) + ")"
    return "/".join(_sparql_path(member, values) for member in members(path, values))


def _turtle_path(path: Term, values: _Values) -> str:
    if path[0] == "<":
        return path
    for name, (_, form) in _PATHS.items():
        for inner in values.get(path, {}).get(name, ()):
            return form.format(_turtle_path(inner, values))
    for alternatives in values.get(path, {}).get("alternativePath", ()):
        return f"[ sh:alternativePath {_turtle_path(alternatives, values)} ]"
    return "( " + " ".join(_turtle_path(member, values) for member in members(path, values)) + " )"


def members(head: Term, values: _Values) -> Iterator[Term]:
    """Yield the members of an RDF list; one that runs in a circle ends."""
    seen: set[Term] = set()
    while head != RDF_NIL and head not in seen:
        seen.add(head)
        cell = values.get(head, {})
        yield from cell.get(iri_text(RDF_FIRST), ())
        head = next(iter(cell.get(iri_text(RDF_REST), ())), RDF_NIL)
