"""The files of shapes: PFOCR's own, which ship with the package, and those of a user's folder."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyoxigraph
from pyoxigraph import RdfFormat

from pfocr_rdf.errors import why
from pfocr_rdf.references import reference_rules
from pfocr_rdf.shacl import ANONYMOUS, SHACL, Shapes, ShapesError
from pfocr_rdf.suffixes import has_suffix
from pfocr_rdf.terms import Statement, Term, iri_term, lines, literal_term, plain_text
from pfocr_rdf.vocabulary import OWL_CLASS, RDF_FIRST, RDF_REST, RDF_TYPE, RDFS_CLASS, SCHEMA_HTTP

__all__ = ["SHAPE_SUFFIXES", "description_shapes", "read_shapes", "shapes_folder"]

DESCRIPTION: Final = "description"
"""The folder of the shapes of a release's description, in that of all shapes."""

SHAPE_SUFFIXES: Final = (".ttl",)
"""How the names of files of shapes end, in any case."""

SECTION: Final = "section.ttl"
REFERENCES: Final = "references.ttl"


def shapes_folder() -> Path:
    """Give the folder of PFOCR's shapes: in the installed package, or beside the package in a checkout."""
    installed = Path(str(files("pfocr_rdf"))) / "shapes"
    return installed if installed.is_dir() else installed.parent.parent / "shapes"


def read_shapes(folder: str | None = None, *, instead: bool = False) -> Shapes:
    """Read PFOCR's shapes, and those of a folder.

    What the folder says of a shape of PFOCR takes the place of what PFOCR says: `sh:deactivated true` or another
    `sh:severity` is a line.

    Args:
        folder: a folder of `.ttl` files, or None.
        instead: whether they are checked instead of PFOCR's, not beside them.

    Raises:
        ShapesError: when there is no such folder, or a file is no Turtle or no SHACL.
    """
    if folder is None:
        return _ours()
    if not folder:
        raise ShapesError("the name of the folder of shapes is empty; give a folder of shapes in Turtle")
    given = {name: tuple(statements) for name, statements in _read(Path(folder)).items()}
    _check(folder, given)
    ours = {} if instead else _read(shapes_folder())
    known = {subject for part in ours.values() for subject, _, _ in part if subject[0] == "<"}
    if not any(_does_something(statement, known) for part in given.values() for statement in part):
        raise ShapesError(f"{folder}: no shape with a target, such as sh:targetClass, so nothing would be checked")
    if instead:
        return _shapes(given)
    own = {(subject, predicate) for part in given.values() for subject, predicate, _ in part}
    kept = {name: [item for item in part if item[:2] not in own] for name, part in ours.items()}
    home = {subject: name for name, part in ours.items() for subject, _, _ in part if subject[0] == "<"}
    # what is said of a shape of PFOCR stands with it, in whichever file it is said
    added: dict[str, list[Statement]] = {}
    for name, part in given.items():
        for statement in part:
            added.setdefault(home.get(statement[0], name), []).append(statement)
    return _shapes({name: [*kept.get(name, ()), *added.get(name, ())] for name in {*kept, *added}})


def _does_something(statement: Statement, ours: set[Term]) -> bool:
    """Tell whether a statement gives a shape its target, or speaks of a shape of PFOCR."""
    subject, predicate, value = statement
    target = predicate.removeprefix(f"<{SHACL}").startswith("target")
    return target or subject in ours or (predicate == RDF_TYPE and value in _CLASSES)  # a class may be a shape


_CLASSES: Final = frozenset((RDFS_CLASS, OWL_CLASS))


@cache
def description_shapes() -> Shapes:
    """Read the shapes of a release's description, which are apart: no record is checked by them."""
    return _shapes(_read(shapes_folder() / DESCRIPTION))


@cache
def _ours() -> Shapes:
    return _shapes(_read(shapes_folder()))


def _shapes(documents: Mapping[str, Iterable[Statement]]) -> Shapes:
    node = b"".join(_written(documents[name]) for name in sorted(documents) if name not in (SECTION, REFERENCES))
    return Shapes(node, _written(documents.get(SECTION, ())), _written(documents.get(REFERENCES, ())))


def _written(statements: Iterable[Statement]) -> bytes:
    """Write statements in N-Triples, with schema.org spelt as PFOCR's shapes do."""
    data = b"".join(lines(statements))
    return data.replace(f"<{SCHEMA_HTTP.other}".encode(), f"<{SCHEMA_HTTP.namespace}".encode())


def _read(folder: Path) -> dict[str, list[Statement]]:
    """Read the files of a folder, by name."""
    try:
        paths = sorted(
            path for path in folder.iterdir() if has_suffix(path.name, *SHAPE_SUFFIXES) and not path.is_dir()
        )
    except OSError as error:
        raise ShapesError(f"{folder}: {why(error)}; give a folder of shapes in Turtle") from error
    if not paths:
        raise ShapesError(f"{folder}: no shapes (*.ttl) in this folder")
    return {path.name: list(_statements(path)) for path in paths}


def _statements(path: Path) -> Iterator[Statement]:
    """Read the statements of a file; blank nodes get names that the file alone gives them.

    A shape without an IRI gets one, so that reports can name it.
    """
    try:
        quads = list(pyoxigraph.parse(path.read_bytes().removeprefix(BOM_UTF8), format=RdfFormat.TURTLE))
    except OSError as error:
        raise ShapesError(f"{path}: {why(error)}") from error
    except (SyntaxError, ValueError) as error:
        raise ShapesError(f"{path}: no valid Turtle: {getattr(error, 'msg', error)}") from error
    if any(isinstance(quad.object, pyoxigraph.Triple) for quad in quads):
        raise ShapesError(f"{path}: has a triple term of RDF 1.2; give RDF 1.1")
    triples = [(Term(str(quad.subject)), Term(str(quad.predicate)), Term(str(quad.object))) for quad in quads]
    names: dict[Term, Term] = {}
    shapes = _anonymous_shapes(triples)

    def named(term: Term) -> Term:
        if term[0] != "_":
            return term
        if term not in names:
            number = len(names) + 1
            stem = quote(path.stem, safe="")
            names[term] = iri_term(f"{ANONYMOUS}{stem}:{number}") if term in shapes else Term(f"_:{stem}.{number}")
        return names[term]

    for subject, predicate, value in triples:
        yield named(subject), predicate, named(value)
    for shape, message in _messages(triples, shapes):
        yield named(shape), _MESSAGE, message


def _messages(triples: Iterable[Statement], anonymous: set[Term]) -> Iterator[tuple[Term, Term]]:
    """Give shapes without a message their description, their name, or a sentence.

    Engines make messages of their own, each in its own words, and pySHACL fails on one that would show a blank node.
    """
    said: dict[Term, dict[str, Term]] = {}
    shapes = dict.fromkeys(sorted(anonymous))
    for subject, predicate, value in triples:
        name = predicate[1:-1].removeprefix(SHACL)
        said.setdefault(subject, {})[name] = value
        if name == "path" or name.startswith("target") or (predicate == RDF_TYPE and value in _SHAPE_CLASSES):
            shapes[subject] = None
    for shape in shapes:
        known = said.get(shape, {})
        if not known.keys() & {"message", "sparql"}:
            yield shape, known.get("description", known.get("name", _NO_MESSAGE))


_MESSAGE: Final = iri_term(SHACL + "message")
_NO_MESSAGE: Final = literal_term("This is not what the shape asks for.")
_SHAPE_CLASSES: Final = frozenset((iri_term(SHACL + "NodeShape"), iri_term(SHACL + "PropertyShape")))


def _anonymous_shapes(triples: Iterable[Statement]) -> set[Term]:
    """Find the blank nodes that are shapes: what properties that expect a shape lead to, directly or by a list."""
    lists: dict[Term, list[Term]] = {}
    found: set[Term] = set()
    heads: list[Term] = []
    for subject, predicate, value in triples:
        name = predicate[1:-1].removeprefix(SHACL)
        if name in ("property", "node", "not", "qualifiedValueShape") and value[0] == "_":
            found.add(value)
        elif name in ("and", "or", "xone"):
            heads.append(value)
        elif predicate in (RDF_FIRST, RDF_REST):
            lists.setdefault(subject, []).append(value)
    seen: set[Term] = set()
    while heads:
        head = heads.pop()
        for value in lists.get(head, ()):
            if value in lists and value not in seen:
                seen.add(value)
                heads.append(value)
            elif value[0] == "_" and value not in lists:
                found.add(value)
    return found


# ------------------------------------------------------------------------------------------- whether it is SHACL


def _check(folder: str, documents: Mapping[str, Iterable[Statement]]) -> None:
    """Check the terms of shapes, the shapes by the SHACL specification's shapes for shapes, and the patterns by Python.

    Raises:
        ShapesError: with the first fault.
    """
    from rdflib import SH

    from pfocr_rdf.engines import meta_fault

    for name, statements in documents.items():
        for subject, predicate, _ in statements:
            word = predicate[1:-1].removeprefix(SHACL)
            if word == predicate[1:-1]:
                continue
            place = f"{Path(folder, name)}: {subject} sh:{word}"
            if word not in SH:
                raise ShapesError(f"{place}: SHACL has no such term; see whether it is spelt right")
            if word in _ADVANCED:
                raise ShapesError(f"{place}: is not of SHACL Core, and would not be checked; take it out")
    if (fault := meta_fault(statement for part in documents.values() for statement in part)) is not None:
        raise ShapesError(f"{folder}: no valid SHACL: {fault}")
    for name, statements in documents.items():
        for subject, predicate, value in statements:
            if predicate == _PATTERN:
                try:
                    re.compile(plain_text(value))
                except re.error as error:
                    raise ShapesError(
                        f"{Path(folder, name)}: {subject} sh:pattern {value} is no regular expression: {error}"
                    ) from error
    reference_rules(_written(documents.get(REFERENCES, ())))


_PATTERN: Final = iri_term(SHACL + "pattern")
_ADVANCED: Final = frozenset(("target", "rule", "js", "expression", "values", "entailment"))
"""What one engine passes over and the other refuses."""
