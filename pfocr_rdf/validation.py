"""What PFOCR promises of its graph, checked: statements in, results out, in any split and in bounded memory.

The shapes come in three kinds (`pfocr_rdf.shapefiles` reads them). Most look at one node and its own triples. Those of
`section.ttl` look at a figure and its mentions together, those of `references.ttl` at the classes of what is referred
to, wherever that is described. So data is checked in groups: a figure's section is one, the description of each thing
that figures share another, and no group is ever cut. `Check` looks at groups, in any process; of the references it
gives only what is referred to and what is described, and `Validation` puts these together, and all results in order.
"""

from __future__ import annotations

import pickle
import re
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple, Protocol, TypeAlias
from urllib.parse import unquote

from pfocr_rdf.errors import ReportedError
from pfocr_rdf.output import OutputError
from pfocr_rdf.terms import Statement, Term, iri_text, lines, literal_parts, statements_of
from pfocr_rdf.vocabulary import (
    DCTERMS_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    OA_HAS_TARGET,
    PREFIXES,
    QUERY_PREFIXES,
    RDF_FIRST,
    RDF_NIL,
    RDF_REST,
    RDF_TYPE,
    VOID_IN_DATASET,
    WP_PATHWAY,
)

__all__ = [
    "SEVERITIES",
    "Check",
    "Checked",
    "Finding",
    "Group",
    "Kept",
    "Located",
    "Result",
    "Shape",
    "Shapes",
    "ShapesError",
    "Validation",
    "Verdict",
    "figid_of",
    "mentioning_figure",
    "shape_index",
]

SHACL: Final = QUERY_PREFIXES["sh"]
SEVERITIES: Final = ("Violation", "Warning", "Info")

ANONYMOUS: Final = "urn:pfocr-rdf:shape:"
"""What the IRIs of shapes begin with that have none of their own; the name of the file and a number follow."""

Group: TypeAlias = Sequence[Statement]
"""Statements that stand together: a figure's section, or the description of one thing."""


class ShapesError(ReportedError):
    """Shapes that cannot be read or applied; the message says which, and why."""

    def __reduce__(self) -> tuple[type[ShapesError], tuple[Any, ...]]:
        return type(self), self.args


@dataclass(frozen=True, slots=True)
class Result:
    """What a shape found.

    IRIs stand as they are; a literal or a blank node stands in the syntax of N-Triples.

    Attributes:
        severity: `Violation`, `Warning` or `Info`, or the IRI of another severity.
        shape: the shape that found it.
        name: the shape's name, for people, such as `figure: title given`.
        message: what is wrong and what to do.
        focus: the node that was checked.
        path: what leads from the node to the values, as SPARQL writes property paths; empty for the node itself.
        value: the value that is wrong, where it is one.
        component: the kind of constraint, an IRI.
        figid: the figure, where the node belongs to one.
        file: the record's file, where it is known.
    """

    severity: str
    shape: str
    name: str
    message: str
    focus: str
    path: str = ""
    value: str = ""
    component: str = ""
    figid: str = ""
    file: str = ""


class Finding(NamedTuple):
    """What an engine reports, in terms; the path only where it is an IRI, else it is the shape's."""

    focus: Term
    path: Term | None
    value: Term | None
    shape: Term
    component: Term
    severity: Term
    message: str


# ------------------------------------------------------------------------------------------------------ shapes


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


def plain(term: Term) -> str:
    """Give an IRI without its brackets, and other terms as they are."""
    return iri_text(term) if term[0] == "<" else term


def _term(text: str) -> Term:
    """Give back what `plain` was given."""
    return Term(text if text[0] in '"_' else f"<{text}>")


def plain_text(term: Term) -> str:
    """Give the text of a literal, and other terms as they are."""
    return literal_parts(term)[0] if term[0] == '"' else plain(term)


# ------------------------------------------------------------------------------------------------------ groups

_MENTION: Final = "<" + PREFIXES["mention"]
_FIGURE: Final = "<" + PREFIXES["figure"]


def mentioning_figure(mention: Term) -> Term | None:
    """Give the figure that a mention's IRI names, or None where it is no mention's IRI.

    >>> mentioning_figure(Term("<https://pfocr.wikipathways.org/mention/PMC1__a.b.gene.0123456789>"))
    '<https://pfocr.wikipathways.org/figures/PMC1__a.b.html>'
    """
    if not mention.startswith(_MENTION):
        return None
    parts = mention[len(_MENTION) :].rsplit(".", 2)
    return Term(f"{_FIGURE}{parts[0]}.html>") if len(parts) == 3 else None


def figid_of(figure: Term) -> str:
    """Give the figid that a figure's IRI names, empty where it is of another form.

    >>> figid_of(Term("<https://pfocr.wikipathways.org/figures/PMC1__a.html>"))
    'PMC1__a'
    """
    if figure.startswith(_FIGURE) and figure.endswith(".html>"):
        return unquote(figure[len(_FIGURE) : -len(".html>")])
    return ""


def _batches(groups: Iterable[Group], size: int) -> Iterator[list[Group]]:
    """Cut groups into batches of about `size` statements; sections and others never stand in one."""
    batch: list[Group] = []
    count, of_figures = 0, False
    for group in groups:
        section = _is_section(group)
        if batch and (count >= size or section != of_figures):
            yield batch
            batch, count = [], 0
        of_figures = section
        batch.append(group)
        count += len(group)
    if batch:
        yield batch


def _is_section(group: Group) -> bool:
    return any(predicate == OA_HAS_TARGET or value == WP_PATHWAY for _, predicate, value in group)


# ----------------------------------------------------------------------------------------------------- checking


class Located(NamedTuple):
    """A result, with what only the process that knows all figures can make of it.

    Attributes:
        result: the result.
        figure: the figure's IRI, or empty.
        shared: whether the same result can come from other groups, too.
    """

    result: Result
    figure: Term
    shared: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check gives.

    Attributes:
        results: in the order of the data.
        described: for what is described, by digest, the classes that references ask for.
        referenced: what is referred to outside of its group: by which properties, and the first figure by IRI.
        figures: how many figures were looked at.
        triples: how many triples.
    """

    results: tuple[Located, ...] = ()
    described: tuple[tuple[int, int], ...] = ()
    referenced: tuple[tuple[Term, int, Term], ...] = ()
    figures: int = 0
    triples: int = 0

    def __add__(self, other: Checked) -> Checked:
        """Join what was found in two parts of the data."""
        return Checked(
            self.results + other.results,
            self.described + other.described,
            self.referenced + other.referenced,
            self.figures + other.figures,
            self.triples + other.triples,
        )


class Kept(Protocol):
    """What checks of groups gave in earlier runs, each found by a key that stands for the group."""

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Checked]:
        """Give what is kept, by its keys."""

    def put(self, results: Mapping[bytes, Checked]) -> None:
        """Keep results."""


@dataclass(frozen=True, slots=True)
class Check:
    """How groups are checked, in any process.

    Attributes:
        shapes: the shapes, in the spelling of schema.org that the data has.
        engine: a name in `pfocr_rdf.engines.ENGINES`.
        part: whether the data is a part that need not hold whole sections, nor what it refers to.
        kept: what checks gave in earlier runs, or None.
    """

    shapes: Shapes
    engine: str = "pyshacl"
    part: bool = False
    kept: Kept | None = None

    def prepare(self) -> None:
        """Read the shapes, which is otherwise done when they are first used.

        Raises:
            ShapesError: when the engine cannot read them.
            MissingExtraError: when the engine is not installed.
        """
        _prepared(self.engine, retargeted(self._shapes)[0])
        reference_rules(self.shapes.references)

    @property
    def _shapes(self) -> bytes:
        return self.shapes.node if self.part else self.shapes.node + self.shapes.section

    def __call__(self, groups: Iterable[Group]) -> Checked:
        """Check groups.

        Raises:
            ShapesError: when the engine fails on the shapes.
        """
        if self.kept is not None:
            listed = list(groups)
            return self.recalled([_key(_packed(group)) for group in listed], listed.__getitem__)
        rules, targets = self._rules, retargeted(self._shapes)[1]
        results: list[Located] = []
        described: dict[Term, int] = {}
        referenced: dict[Term, tuple[int, Term]] = {}
        figures = triples = 0
        for batch, located in self._found(groups):
            results += [item for _, item in located]
            triples += sum(map(len, batch))
            figures += sum(map(_figures, batch))
            if rules is not None:
                rules.gather(batch, described, referenced)
                described |= dict.fromkeys(_described_of(targets, chain.from_iterable(batch)) - described.keys(), 0)
        return _given(results, described, referenced, figures, triples)

    def packed(self, groups: Iterable[bytes]) -> Checked:
        """Check groups that come from another process, each as N-Triples."""
        if self.kept is None:
            return self([list(statements_of(group)) for group in groups])
        listed = list(groups)
        return self.recalled(list(map(_key, listed)), lambda index: list(statements_of(listed[index])))

    def recalled(self, keys: Sequence[bytes], group: Callable[[int], Group]) -> Checked:
        """Check groups, but those of which it is known from an earlier run what a check gives.

        Args:
            keys: a key for each group, which stands for all that it says.
            group: gives a group, by its number.

        Raises:
            ShapesError: when the engine fails on the shapes.
        """
        known = self.kept.get(keys) if self.kept is not None else {}
        missing = {key: index for index, key in enumerate(keys) if key not in known}
        new = dict(zip(missing, self._each([group(index) for index in missing.values()]), strict=True))
        if self.kept is not None:
            self.kept.put(new)
        known |= new
        every = [known[key] for key in keys]
        return Checked(
            tuple(chain.from_iterable(checked.results for checked in every)),
            tuple(chain.from_iterable(checked.described for checked in every)),
            tuple(chain.from_iterable(checked.referenced for checked in every)),
            sum(checked.figures for checked in every),
            sum(checked.triples for checked in every),
        )

    def _each(self, groups: Iterable[Group]) -> Iterator[Checked]:
        """Check groups and give for each what a check of it alone gives."""
        rules, targets = self._rules, retargeted(self._shapes)[1]
        for batch, located in self._found(groups):
            results: list[list[Located]] = [[] for _ in batch]
            for number, item in located:
                results[number].append(item)
            for number in _entangled(batch, located):
                ((_, alone),) = self._found([batch[number]])
                results[number] = [item for _, item in alone]
            for group, own in zip(batch, results, strict=True):
                described: dict[Term, int] = {}
                referenced: dict[Term, tuple[int, Term]] = {}
                if rules is not None:
                    rules.gather([group], described, referenced)
                    described |= dict.fromkeys(_described_of(targets, group) - described.keys(), 0)
                yield _given(own, described, referenced, _figures(group), len(group))

    def _found(self, groups: Iterable[Group]) -> Iterator[tuple[list[Group], list[tuple[int, Located]]]]:
        """Let the engine check groups, in batches; yield each batch and what was found, with the group's number."""
        from pfocr_rdf.engines import ENGINES

        shapes, targets = retargeted(self._shapes)
        find = _prepared(self.engine, shapes)
        for batch in _batches(groups, ENGINES[self.engine].triples):
            statements = [statement for group in batch for statement in group]
            told = [*(targets[term] for term in sorted(_described_of(targets, statements))), *_blank_nodes(statements)]
            findings = find([*statements, *told] if told else statements)
            yield batch, _located(findings, batch, self.shapes.index) if findings else []

    @property
    def _rules(self) -> ReferenceRules | None:
        return None if self.part else reference_rules(self.shapes.references)

    def absent(self, described: Callable[[Term], bool]) -> list[Located]:
        """Check the nodes that shapes target, but that are described nowhere."""
        shapes, targets = retargeted(self._shapes)
        if not (statements := [statement for term, statement in targets.items() if not described(term)]):
            return []
        findings = _prepared(self.engine, shapes)(statements)
        return [item for _, item in _located(findings, [statements], self.shapes.index)]

    def references(self, statements: Sequence[Statement]) -> list[Finding]:
        """Check what is referred to, given its classes."""
        return _prepared(self.engine, self.shapes.references)(statements)


Find: TypeAlias = Callable[[Sequence[Statement]], list[Finding]]
"""What an engine makes of shapes."""


@lru_cache(maxsize=8)
def _prepared(engine: str, shapes: bytes) -> Find:
    """Let an engine read shapes, once a process."""
    from pfocr_rdf.engines import ENGINES

    return ENGINES[engine].prepare(list(statements_of(shapes)))


def _blank_nodes(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Tell each blank node by a statement that `common.ttl` targets: SHACL has no target for whatever there is."""
    named = {
        term for subject, _, value in statements if subject[0] == "_" or value[0] == "_" for term in (subject, value)
    }
    return ((_SOMETHING, _HOLDS, term) for term in sorted(named) if term[0] == "_")


_HOLDS: Final = Term("<https://pfocr.wikipathways.org/shapes/common#holds>")


@lru_cache(maxsize=8)
def retargeted(shapes: bytes) -> tuple[bytes, Mapping[Term, Statement]]:
    """Let what shapes target by `sh:targetNode` be found by a statement, which is given where the node is described.

    An engine checks such a node in whatever it is given, and would miss in one part what another part says of it.

    Returns:
        The shapes, and the statement for each node.
    """
    if _TARGET_NODE.encode() not in shapes:
        return shapes, {}
    targets: dict[Term, Statement] = {}
    changed: list[Statement] = []
    for subject, predicate, value in statements_of(shapes):
        if predicate == _TARGET_NODE:
            known = targets.setdefault(value, (_SOMETHING, Term(f"<urn:pfocr-rdf:target:{len(targets)}>"), value))
            changed.append((subject, _TARGET_OBJECTS, known[1]))
        else:
            changed.append((subject, predicate, value))
    return b"".join(lines(changed)), targets


def _described_of(targets: Mapping[Term, Statement], statements: Iterable[Statement]) -> set[Term]:
    """Give the nodes that shapes target by `sh:targetNode`, and that statements describe."""
    return targets.keys() & {subject for subject, _, _ in statements} if targets else set()


_TARGET_NODE: Final = Term(f"<{SHACL}targetNode>")
_TARGET_OBJECTS: Final = Term(f"<{SHACL}targetObjectsOf>")
_SOMETHING: Final = Term("<urn:pfocr-rdf:something>")


def _given(
    results: Iterable[Located],
    described: Mapping[Term, int],
    referenced: Mapping[Term, tuple[int, Term]],
    figures: int,
    triples: int,
) -> Checked:
    return Checked(
        tuple(results),
        tuple([(digest(term), classes) for term, classes in described.items()]),
        tuple([(term, predicates, figure) for term, (predicates, figure) in referenced.items()]),
        figures,
        triples,
    )


def _figures(group: Group) -> int:
    return sum(value == WP_PATHWAY and predicate == RDF_TYPE for _, predicate, value in group)


def _key(packed: bytes) -> bytes:
    """Give a key for a group, as N-Triples."""
    return blake2b(packed, digest_size=16).digest()


def _entangled(batch: Sequence[Group], located: Iterable[tuple[int, Located]]) -> list[int]:
    """Give the groups of a batch that share a node of which something was found: which of them it belongs to, only a
    check of each alone can tell.
    """
    shared = {_term(item.result.focus) for _, item in located if item.shared}
    if not shared:
        return []
    holders: dict[Term, set[int]] = {}
    for number, group in enumerate(batch):
        for subject, _, value in group:
            for term in (subject, value):
                if term in shared:
                    holders.setdefault(term, set()).add(number)
    return sorted({number for numbers in holders.values() if len(numbers) > 1 for number in numbers})


def digest(term: Term) -> int:
    """Give a number for a term, the same in every process; two terms have the same once in 10^19 pairs."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big")


def _located(
    findings: Sequence[Finding], batch: Sequence[Group], shapes: Mapping[str, Shape]
) -> list[tuple[int, Located]]:
    """Put findings in the order of the data, each with the number of its group and the figure that it belongs to."""
    groups: list[Group] = []
    subjects: dict[Term, int] = {}
    statements = 0
    owners: list[int] = []
    for group in batch:
        for subject, _, _ in group:
            subjects.setdefault(subject, statements)
            owners.append(len(groups))
            statements += 1
        groups.append(group)
    missing = {finding.focus for finding in findings if finding.focus not in subjects}
    objects: dict[Term, int] = {}
    holders: dict[Term, tuple[Term, str]] = {}
    if missing:
        number = 0
        for group in batch:
            held: set[Term] = set()
            for _, _, value in group:
                if value in missing:
                    objects.setdefault(value, number)
                    held.add(value)
                number += 1
            if held:
                owner = _owner(group)
                for value in held:
                    known = holders.get(value, _NOBODY)
                    holders[value] = known if _first(known[0], owner[0]) == known[0] else owner
    own: dict[int, tuple[Term, str]] = {}
    located: list[tuple[tuple[Any, ...], int, Located]] = []
    for finding in findings:
        place = subjects.get(finding.focus, objects.get(finding.focus, 0))
        home = owners[place]
        if home not in own:
            own[home] = _owner(groups[home])
        figure, figid = holders.get(finding.focus, own[home])
        shape = shapes.get(plain(finding.shape))
        path = finding.path if finding.path is not None else shape.path if shape is not None else ""
        result = Result(
            severity=_severity(finding.severity),
            shape=plain(finding.shape),
            name=shape.name if shape is not None else plain(finding.shape),
            message=finding.message,
            focus=plain(finding.focus),
            path=path,
            value=plain(finding.value) if finding.value is not None else "",
            component=plain(finding.component),
            figid=figid,
        )
        shared = finding.focus not in subjects or not (finding.focus == figure or finding.focus.startswith(_MENTION))
        order = (place, result.shape, result.component, result.path, result.value, result.message)
        located.append((order, home, Located(result, figure, shared)))
    return [(number, item) for _, number, item in sorted(located, key=lambda found: found[0])]


def _severity(term: Term) -> str:
    return plain(term).removeprefix(SHACL) if plain(term).removeprefix(SHACL) in SEVERITIES else plain(term)


def _owner(group: Group) -> tuple[Term, str]:
    """Give the figure that a group belongs to, and its figid; of several figures, the first by IRI."""
    figure = min(
        (subject for subject, predicate, value in group if value == WP_PATHWAY and predicate == RDF_TYPE), default=None
    )
    if figure is not None:
        named = [value for subject, predicate, value in group if subject == figure and predicate == DCTERMS_IDENTIFIER]
        return figure, plain_text(min(named)) if named else figid_of(figure)
    figure = min((value for _, predicate, value in group if predicate in _TO_FIGURE), default=None)
    if figure is None:
        figure = mentioning_figure(group[0][0])
    return (figure, figid_of(figure)) if figure is not None else _NOBODY


_NOBODY: Final = (Term(""), "")


def _first(one: Term, other: Term) -> Term:
    """Give the figure that comes first by IRI; none comes after all.

    >>> _first(Term("<b>"), Term("<a>")), _first(Term(""), Term("<a>")), _first(Term("<b>"), Term(""))
    ('<a>', '<a>', '<b>')
    """
    return one if one and (not other or one <= other) else other


_TO_FIGURE: Final = (DCTERMS_IS_PART_OF, OA_HAS_TARGET)


# --------------------------------------------------------------------------------------------------- references


@dataclass(frozen=True, slots=True)
class ReferenceRules:
    """What the shapes of references ask for: the classes of what properties lead to.

    Attributes:
        predicates: the properties, each with its bit.
        classes: the classes, each with its bit.
        asked: for each property the sets of classes, one class of each of which the object must have.
    """

    predicates: Mapping[Term, int]
    classes: Mapping[Term, int]
    asked: Mapping[int, tuple[int, ...]]

    def gather(
        self, batch: Iterable[Group], described: dict[Term, int], referenced: dict[Term, tuple[int, Term]]
    ) -> None:
        """Add what is described and what is referred to in groups."""
        predicates, classes = self.predicates, self.classes
        for group in batch:
            here: dict[Term, int] = {}
            leads: dict[Term, int] = {}
            for subject, predicate, value in group:
                if predicate == RDF_TYPE:
                    bit = classes.get(value)
                    if bit is not None:
                        here[subject] = here.get(subject, 0) | bit
                elif (bit := predicates.get(predicate)) is not None:
                    leads[value] = leads.get(value, 0) | bit
            owner: Term | None = None
            for term, bits in leads.items():
                if term in here and self.satisfied(bits, here[term]):  # the figure of its mentions, its image
                    continue
                owner = _owner(group)[0] if owner is None else owner
                known = referenced.get(term)
                if known is None:
                    referenced[term] = (bits, owner)
                else:
                    referenced[term] = (known[0] | bits, _first(known[1], owner))
            for subject, bits in here.items():
                described[subject] = described.get(subject, 0) | bits

    def satisfied(self, predicates: int, classes: int) -> bool:
        """Tell whether classes are what the properties that lead to a thing ask for."""
        for predicate, asked in self.asked.items():
            if predicates & predicate and not all(classes & one_of for one_of in asked):
                return False
        return True


@lru_cache(maxsize=8)
def reference_rules(shapes: bytes) -> ReferenceRules:
    """Read what shapes of references ask for.

    Args:
        shapes: the shapes, in N-Triples.

    Raises:
        ShapesError: when a shape asks for more than classes of the objects of properties.
    """
    values: dict[Term, dict[str, list[Term]]] = {}
    for subject, predicate, value in statements_of(shapes):
        values.setdefault(subject, {}).setdefault(iri_text(predicate).removeprefix(SHACL), []).append(value)
    predicates: dict[Term, int] = {}
    classes: dict[Term, int] = {}
    asked: dict[int, list[int]] = {}

    def bit(term: Term, bits: dict[Term, int]) -> int:
        return bits.setdefault(term, 1 << len(bits))

    def classes_of(shape: Term) -> list[int]:
        known = values.get(shape, {})
        strange = {name for name in known if ":" not in name} - _REFERENCE_WORDS
        if strange:
            raise ShapesError(
                f"{plain(shape)}: shapes of references.ttl have sh:targetObjectsOf and sh:class, or sh:or of sh:class, "
                f"not sh:{min(strange)}; put it into another file"
            )
        sets = [bit(name, classes) for name in known.get("class", ())]
        for alternatives in known.get("or", ()):
            one_of = 0
            for member in members(alternatives, values):
                for alternative in classes_of(member):
                    one_of |= alternative
            sets.append(one_of)
        return sets

    for shape, known in values.items():
        if known.keys() & {"class", "or"} or known.keys() & _TARGETS:
            sets = classes_of(shape)
            for target in known.get("targetObjectsOf", ()):
                asked.setdefault(bit(target, predicates), []).extend(sets)
    return ReferenceRules(predicates, classes, {predicate: tuple(sets) for predicate, sets in asked.items()})


_TARGETS: Final = frozenset(("targetObjectsOf", "targetClass", "targetNode", "targetSubjectsOf"))
_REFERENCE_WORDS: Final = frozenset(
    ("targetObjectsOf", "class", "or", "severity", "name", "description", "message", "deactivated", "order", "group")
)

REFERENCES: Final = 2000
"""References that are checked at once."""


# --------------------------------------------------------------------------------------------------- the whole


@dataclass(slots=True)
class Verdict:
    """What a validation has found, in numbers.

    Attributes:
        figures: figures that were checked.
        triples: triples that were checked.
        results: results by severity and shape.
        codes: diagnostics about records, by code, where records were checked.
    """

    figures: int = 0
    triples: int = 0
    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def count(self, severity: str) -> int:
        """Give the number of results of a severity."""
        return sum(number for (given, _), number in self.results.items() if given == severity)

    def valid(self, *, strict: bool = False) -> bool:
        """Tell whether there is no Violation; strictly, no Warning either."""
        return not self.count("Violation") and not (strict and self.count("Warning"))


Run: TypeAlias = Callable[[Callable[[list[bytes]], Checked], Iterable[list[bytes]]], Iterator[Checked]]

PORTION: Final = 20_000
"""Triples that go to a worker at once."""


def _portions(groups: Iterable[Group]) -> Iterator[list[Group]]:
    portion: list[Group] = []
    count = 0
    for group in groups:
        portion.append(group)
        count += len(group)
        if count >= PORTION:
            yield portion
            portion, count = [], 0
    if portion:
        yield portion


def _packed(group: Group) -> bytes:
    return b"".join(lines(group))


WAITING: Final = 8_000_000
"""Bytes of results that wait in memory; more go to a temporary file."""


@contextmanager
def _temporary_file() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"temporary files: cannot be written: {(error.strerror or str(error)).lower()}") from error


def _key_of(result: Result) -> int:
    """Give a number for what a result says, whichever group it comes from."""
    return digest(Term("\n".join((result.focus, result.shape, result.component, result.path, result.value))))


class Validation:
    """A validation in progress: it takes what was checked, in the order of the data.

    Attributes:
        check: how groups are checked.
        verdict: what was found up to now.
        file_of: gives the file of a figid's record, where it is known.
    """

    def __init__(self, check: Check, report: Callable[[Result], object], *, run: Run | None = None) -> None:
        """Begin.

        Args:
            check: how groups are checked.
            report: takes the results.
            run: calls a function for each of some items, in worker processes, in their order; without it all is done
                in this process.
        """
        self.check = check
        self.verdict = Verdict()
        self.file_of: Callable[[str], str] = lambda _: ""
        self._report = report
        self._run = run
        self._rules = reference_rules(check.shapes.references)
        self._shared: dict[int, tuple[Term, str]] = {}
        self._waiting = tempfile.SpooledTemporaryFile(max_size=WAITING, prefix="pfocr-rdf-")  # noqa: SIM115
        weakref.finalize(self, self._waiting.close)
        self._described: dict[int, int] = {}
        self._referenced: dict[Term, tuple[int, Term]] = {}
        self._figids: dict[Term, str] = {}

    def check_all(self, groups: Iterable[Group], advance: Callable[[int], object] | None = None) -> None:
        """Check the next groups of the data.

        Args:
            groups: the groups.
            advance: is told of figures done.
        """
        for checked in self._checked(groups):
            self.take(checked)
            if advance is not None:
                advance(checked.figures)

    def _checked(self, groups: Iterable[Group]) -> Iterator[Checked]:
        portions = _portions(groups)
        if self._run is None:
            return map(self.check, portions)
        return self._run(self.check.packed, ([_packed(group) for group in portion] for portion in portions))

    def take(self, checked: Checked) -> None:
        """Take what was found in the next part of the data."""
        self.verdict.figures += checked.figures
        self.verdict.triples += checked.triples
        for key, classes in checked.described:
            self._described[key] = self._described.get(key, 0) | classes
        for term, predicates, figure in checked.referenced:
            known = self._referenced.get(term, (0, figure))
            self._referenced[term] = (known[0] | predicates, _first(known[1], figure))
        for located in checked.results:
            self._take(located)

    def name_figure(self, figure: Term, figid: str) -> None:
        """Tell the figid of a figure whose IRI does not."""
        if figid_of(figure) != figid:
            self._figids[figure] = figid

    def _take(self, located: Located) -> None:
        """Report a result; one that can come from several groups waits until it is known of which figure it is told."""
        result, figure, shared = located
        if not shared:
            self._give(result, (figure, result.figid))
            return
        key = _key_of(result)
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = _NOBODY
            with _temporary_file():
                pickle.dump(result, self._waiting, pickle.HIGHEST_PROTOCOL)
        if _first(known[0], figure) != known[0]:
            self._shared[key] = (figure, result.figid)

    def _give_waiting(self) -> None:
        with _temporary_file():
            end = self._waiting.tell()
            self._waiting.seek(0)
        while self._waiting.tell() < end:
            with _temporary_file():
                result = pickle.load(self._waiting)  # noqa: S301 - a file without a name, which only we have open
            self._give(result, self._shared[_key_of(result)])
        self._waiting.close()

    def _give(self, result: Result, owner: tuple[Term, str]) -> None:
        figure, named = owner
        if not figure:  # what figures share belongs to the first of them, by IRI
            predicates, first = self._referenced.get(_term(result.focus), (0, figure))
            if predicates != self._rules.predicates.get(VOID_IN_DATASET):
                figure = first
        figid = self._figids.get(figure) or named or figid_of(figure)
        result = replace(result, figid=figid, file=self.file_of(figid) if figid else "")
        self.verdict.results[result.severity, result.shape] += 1
        self._report(result)

    def finish(self) -> Verdict:
        """Check the references, and what shapes target but nothing describes, now that all is known."""
        if not self.check.part:
            for located in self.check.absent(lambda term: digest(term) in self._described):
                self._take(located)
        self._give_waiting()
        if self.check.part:
            return self.verdict
        failing: list[Term] = [
            term
            for term, (predicates, _) in self._referenced.items()
            if not self._rules.satisfied(predicates, self._described.get(digest(term), 0))
        ]
        for start in range(0, len(failing), REFERENCES):
            some = failing[start : start + REFERENCES]
            found: dict[Term, list[Finding]] = {}
            for finding in self.check.references(list(self._stubs(some))):
                found.setdefault(finding.focus, []).append(finding)
            for term in some:
                group = [(self._referenced[term][1], DCTERMS_IS_PART_OF, term)]
                for _, located in _located(found.get(term, ()), [group], self.check.shapes.index):
                    figure = self._referenced[term][1] or (term if figid_of(term) else Term(""))
                    self._give(located.result, (figure, ""))
        return self.verdict

    def _stubs(self, terms: Iterable[Term]) -> Iterator[Statement]:
        """Yield statements that refer to things by the properties that do, and give their classes."""
        for term in terms:
            bits = self._referenced[term][0]
            for predicate, bit in self._rules.predicates.items():
                if bits & bit:
                    yield _SOMETHING, predicate, term
            if term[0] != '"':
                classes = self._described.get(digest(term), 0)
                for kind, bit in self._rules.classes.items():
                    if classes & bit:
                        yield term, RDF_TYPE, kind
