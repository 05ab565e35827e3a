"""What PFOCR promises of its graph, checked: statements in, results out, in any split and in bounded memory.

`pfocr_rdf.checking` looks at groups of statements, in any process. `Validation` takes what it gives, in the order of
the data, says of which figure each result is told, and checks the references once all is known.
"""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from pfocr_rdf.checking import SOMETHING, Check, Checked, Located, Result, locate
from pfocr_rdf.errors import why
from pfocr_rdf.groups import NOBODY, Group, figid_of, first_figure, packed, portions
from pfocr_rdf.output import OutputError
from pfocr_rdf.references import reference_rules
from pfocr_rdf.shacl import Finding
from pfocr_rdf.terms import Statement, Term, digest, term_of
from pfocr_rdf.vocabulary import DCTERMS_IS_PART_OF, RDF_TYPE, VOID_IN_DATASET

__all__ = ["Validation", "Verdict"]

REFERENCES: Final = 2000
"""References that are checked at once."""


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


WAITING: Final = 8_000_000
"""Bytes of results that wait in memory; more go to a temporary file."""


@contextmanager
def _temporary_file() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"temporary files: cannot be written: {why(error)}") from error


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

        Raises:
            ShapesError: when the engine fails on the shapes.
            OutputError: when a temporary file cannot be written.
        """
        for checked in self._checked(groups):
            self.take(checked)
            if advance is not None:
                advance(checked.figures)

    def _checked(self, groups: Iterable[Group]) -> Iterator[Checked]:
        cut = portions(groups, PORTION)
        if self._run is None:
            return map(self.check, cut)
        return self._run(self.check.packed, ([packed(group) for group in portion] for portion in cut))

    def take(self, checked: Checked) -> None:
        """Take what was found in the next part of the data.

        Raises:
            OutputError: when a temporary file cannot be written.
        """
        self.verdict.figures += checked.figures
        self.verdict.triples += checked.triples
        for key, classes in checked.described:
            self._described[key] = self._described.get(key, 0) | classes
        for term, predicates, figure in checked.referenced:
            known = self._referenced.get(term, (0, figure))
            self._referenced[term] = (known[0] | predicates, first_figure(known[1], figure))
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
            known = self._shared[key] = NOBODY
            with _temporary_file():
                pickle.dump(result, self._waiting, pickle.HIGHEST_PROTOCOL)
        if first_figure(known[0], figure) != known[0]:
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
            predicates, first = self._referenced.get(term_of(result.focus), (0, figure))
            if predicates != self._rules.predicates.get(VOID_IN_DATASET):
                figure = first
        figid = self._figids.get(figure) or named or figid_of(figure)
        result = replace(result, figid=figid, file=self.file_of(figid) if figid else "")
        self.verdict.results[result.severity, result.shape] += 1
        self._report(result)

    def finish(self) -> Verdict:
        """Check the references, and what shapes target but nothing describes, now that all is known.

        Returns:
            The verdict of all the data; nothing more can be taken.

        Raises:
            ShapesError: when the engine fails on the shapes.
            OutputError: when a temporary file cannot be written or read.
        """
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
                for _, located in locate(found.get(term, ()), [group], self.check.shapes.index):
                    figure = self._referenced[term][1] or (term if figid_of(term) else Term(""))
                    self._give(located.result, (figure, ""))
        return self.verdict

    def _stubs(self, terms: Iterable[Term]) -> Iterator[Statement]:
        """Yield statements that refer to things by the properties that do, and give their classes."""
        for term in terms:
            bits = self._referenced[term][0]
            for predicate, bit in self._rules.predicates.items():
                if bits & bit:
                    yield SOMETHING, predicate, term
            if term[0] != '"':
                classes = self._described.get(digest(term), 0)
                for kind, bit in self._rules.classes.items():
                    if classes & bit:
                        yield term, RDF_TYPE, kind
