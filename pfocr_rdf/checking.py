"""A check of groups against shapes, in any process: what the engine finds, put in the order of the data.

The shapes come in three kinds (`pfocr_rdf.shapefiles` reads them). Most look at one node and its own triples. Those of
`section.ttl` look at a figure and its mentions together, those of `references.ttl` at the classes of what is referred
to, wherever that is described. So data is checked in groups: a figure's section is one, the description of each thing
that figures share another, and no group is ever cut. Of the references a check gives only what is referred to and what
is described, which `pfocr_rdf.validation` puts together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple, Protocol

from pfocr_rdf.groups import (
    MENTION,
    NOBODY,
    Group,
    batches,
    figure_count,
    first_figure,
    owner_of,
    packed,
)
from pfocr_rdf.references import ReferenceRules, reference_rules
from pfocr_rdf.shacl import SEVERITIES, SHACL, Find, Finding, Shape, Shapes
from pfocr_rdf.terms import Statement, Term, digest, lines, plain, statements_of, term_of

__all__ = [
    "SOMETHING",
    "Check",
    "Checked",
    "Kept",
    "Located",
    "Result",
    "group_key",
    "locate",
]


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
        _prepared(self.engine, _retargeted(self._shapes)[0])
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
            return self.recalled([group_key(packed(group)) for group in listed], listed.__getitem__)
        rules, targets = self._rules, _retargeted(self._shapes)[1]
        results: list[Located] = []
        described: dict[Term, int] = {}
        referenced: dict[Term, tuple[int, Term]] = {}
        figures = triples = 0
        for batch, located in self._found(groups):
            results += [item for _, item in located]
            triples += sum(map(len, batch))
            figures += sum(map(figure_count, batch))
            if rules is not None:
                rules.gather(batch, described, referenced)
                described |= dict.fromkeys(_described_of(targets, chain.from_iterable(batch)) - described.keys(), 0)
        return _given(results, described, referenced, figures, triples)

    def packed(self, groups: Iterable[bytes]) -> Checked:
        """Check groups that come from another process, each as N-Triples.

        Raises:
            ShapesError: when the engine fails on the shapes.
        """
        if self.kept is None:
            return self([list(statements_of(group)) for group in groups])
        listed = list(groups)
        return self.recalled(list(map(group_key, listed)), lambda index: list(statements_of(listed[index])))

    def recalled(self, keys: Sequence[bytes], group: Callable[[int], Group]) -> Checked:
        """Check groups, but those of which it is known from an earlier run what a check gives.

        Args:
            keys: the groups' keys, as `group_key` gives them.
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
        rules, targets = self._rules, _retargeted(self._shapes)[1]
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
                yield _given(own, described, referenced, figure_count(group), len(group))

    def _found(self, groups: Iterable[Group]) -> Iterator[tuple[list[Group], list[tuple[int, Located]]]]:
        """Let the engine check groups, in batches; yield each batch and what was found, with the group's number."""
        from pfocr_rdf.engines import ENGINES  # which bring rdflib, that a conversion does without

        shapes, targets = _retargeted(self._shapes)
        find = _prepared(self.engine, shapes)
        for batch in batches(groups, ENGINES[self.engine].triples):
            statements = [statement for group in batch for statement in group]
            told = [*(targets[term] for term in sorted(_described_of(targets, statements))), *_blank_nodes(statements)]
            findings = find([*statements, *told] if told else statements)
            yield batch, locate(findings, batch, self.shapes.index) if findings else []

    @property
    def _rules(self) -> ReferenceRules | None:
        return None if self.part else reference_rules(self.shapes.references)

    def absent(self, described: Callable[[Term], bool]) -> list[Located]:
        """Check the nodes that shapes target, but that are described nowhere.

        Args:
            described: tells of a node whether the data describes it anywhere.

        Raises:
            ShapesError: when the engine fails on the shapes.
        """
        shapes, targets = _retargeted(self._shapes)
        if not (statements := [statement for term, statement in targets.items() if not described(term)]):
            return []
        findings = _prepared(self.engine, shapes)(statements)
        return [item for _, item in locate(findings, [statements], self.shapes.index)]

    def references(self, statements: Sequence[Statement]) -> list[Finding]:
        """Check what is referred to, given its classes.

        Args:
            statements: what refers to each thing, by the properties that do, and the things' classes.

        Raises:
            ShapesError: when the engine fails on the shapes.
        """
        return _prepared(self.engine, self.shapes.references)(statements)


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
    return ((SOMETHING, _HOLDS, term) for term in sorted(named) if term[0] == "_")


_HOLDS: Final = Term("<https://pfocr.wikipathways.org/shapes/common#holds>")


@lru_cache(maxsize=8)
def _retargeted(shapes: bytes) -> tuple[bytes, Mapping[Term, Statement]]:
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
            known = targets.setdefault(value, (SOMETHING, Term(f"<urn:pfocr-rdf:target:{len(targets)}>"), value))
            changed.append((subject, _TARGET_OBJECTS, known[1]))
        else:
            changed.append((subject, predicate, value))
    return b"".join(lines(changed)), targets


def _described_of(targets: Mapping[Term, Statement], statements: Iterable[Statement]) -> set[Term]:
    """Give the nodes that shapes target by `sh:targetNode`, and that statements describe."""
    return targets.keys() & {subject for subject, _, _ in statements} if targets else set()


_TARGET_NODE: Final = Term(f"<{SHACL}targetNode>")
_TARGET_OBJECTS: Final = Term(f"<{SHACL}targetObjectsOf>")
SOMETHING: Final = Term("<urn:pfocr-rdf:something>")
"""The subject of statements that only let shapes find their targets."""


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


def group_key(written: bytes, header: bytes = b"") -> bytes:
    """Give the key of a group, which stands for all that it says: the digest of a document that says it.

    Args:
        written: the group, as it is written.
        header: what stands before it in a document of its format.
    """
    digest = blake2b(header, digest_size=16)
    digest.update(written)
    return digest.digest()


def _entangled(batch: Sequence[Group], located: Iterable[tuple[int, Located]]) -> list[int]:
    """Give the groups of a batch that share a node of which something was found: which of them it belongs to, only a
    check of each alone can tell.
    """
    shared = {term_of(item.result.focus) for _, item in located if item.shared}
    if not shared:
        return []
    holders: dict[Term, set[int]] = {}
    for number, group in enumerate(batch):
        for subject, _, value in group:
            for term in (subject, value):
                if term in shared:
                    holders.setdefault(term, set()).add(number)
    return sorted({number for numbers in holders.values() if len(numbers) > 1 for number in numbers})


def locate(
    findings: Sequence[Finding], batch: Sequence[Group], shapes: Mapping[str, Shape]
) -> list[tuple[int, Located]]:
    """Put findings in the order of the data, each with the number of its group and the figure that it belongs to.

    Args:
        findings: what an engine found in a batch.
        batch: the groups that it was given.
        shapes: the shapes by IRI, as `shape_index` gives them.
    """
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
                owner = owner_of(group)
                for value in held:
                    known = holders.get(value, NOBODY)
                    holders[value] = known if first_figure(known[0], owner[0]) == known[0] else owner
    own: dict[int, tuple[Term, str]] = {}
    located: list[tuple[tuple[Any, ...], int, Located]] = []
    for finding in findings:
        place = subjects.get(finding.focus, objects.get(finding.focus, 0))
        home = owners[place]
        if home not in own:
            own[home] = owner_of(groups[home])
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
        shared = finding.focus not in subjects or not (finding.focus == figure or finding.focus.startswith(MENTION))
        order = (place, result.shape, result.component, result.path, result.value, result.message)
        located.append((order, home, Located(result, figure, shared)))
    return [(number, item) for _, number, item in sorted(located, key=lambda found: found[0])]


def _severity(term: Term) -> str:
    return plain(term).removeprefix(SHACL) if plain(term).removeprefix(SHACL) in SEVERITIES else plain(term)
