"""Reports of a validation: text for people, JSON lines for programs, a validation report in SHACL's own terms.

A report is written as the results come, in their order; only the text waits for the end, and keeps of each shape its
number and the first results.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Final, Protocol

from pfocr_rdf.checking import Result
from pfocr_rdf.diagnostics import one_line
from pfocr_rdf.shacl import SEVERITIES, SHACL, Shapes
from pfocr_rdf.terms import literal_term
from pfocr_rdf.validation import Verdict
from pfocr_rdf.vocabulary import PREFIXES, SCHEMA_HTTPS

__all__ = ["REPORTS", "ReportWriter", "summary"]

EXAMPLES: Final = 3
"""Results of a shape that the text shows."""

VALUE: Final = 80
"""Characters of a value that the text shows."""


class ReportWriter(Protocol):
    """Writes one report."""

    def add(self, result: Result) -> None:
        """Add a result."""

    def finish(self) -> None:
        """End the report."""


class _Text:
    """The results by shape: how many, what is wrong, the first ones."""

    def __init__(self, sink: IO[bytes], shapes: Shapes) -> None:
        self._sink = sink
        self._counts: dict[tuple[str, str], int] = {}
        self._first: dict[tuple[str, str], list[Result]] = {}

    def add(self, result: Result) -> None:
        key = (result.severity, result.shape)
        self._counts[key] = self._counts.get(key, 0) + 1
        first = self._first.setdefault(key, [])
        if len(first) < EXAMPLES:
            first.append(result)

    def finish(self) -> None:
        if not self._counts:
            self._sink.write(b"No results: the data is what the shapes ask for.\n")
        for number, key in enumerate(sorted(self._counts, key=self._order)):
            self._sink.write((b"\n" if number else b"") + "".join(self._lines(key)).encode("utf-8", "backslashreplace"))

    def _order(self, key: tuple[str, str]) -> tuple[int, int, str]:
        severity, shape = key
        rank = SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
        return rank, -self._counts[key], shape

    def _lines(self, key: tuple[str, str]) -> list[str]:
        count, first = self._counts[key], self._first[key]
        lines = [
            f"{short(key[0])}  {first[0].name}  ({count:,} {'result' if count == 1 else 'results'})\n",
            f"  {one_line(first[0].message)}\n",
            f"  <{key[1]}>\n",
        ]
        for result in first:
            place = result.file or result.figid
            path = f" {_short_path(result.path)}" if result.path else ""
            value = f" {_cut(short(result.value))}" if result.value and (path or result.value != result.focus) else ""
            lines.append(one_line(f"    {place + ': ' if place else ''}{short(result.focus)}{path}{value}") + "\n")
        if count > len(first):
            lines.append(f"    and {count - len(first):,} more\n")
        return lines


def _cut(text: str) -> str:
    return text if len(text) <= VALUE else f"{text[:VALUE]}…"


_NAMESPACES: Final = sorted(
    {
        "sh": SHACL,
        **PREFIXES,
        "schemas": SCHEMA_HTTPS.namespace,
    }.items(),
    key=lambda item: -len(item[1]),
)


def short(term: str) -> str:
    """Write an IRI for people, with a prefix of the output where one fits.

    >>> short("https://identifiers.org/pmc/PMC1")
    'pmc:PMC1'
    """
    for prefix, namespace in _NAMESPACES:
        if term.startswith(namespace) and len(term) > len(namespace):
            return f"{prefix}:{term[len(namespace) :]}"
    return term


def _short_path(path: str) -> str:
    parts = path.split("<")
    return parts[0] + "".join(short(iri) + rest for iri, _, rest in (part.partition(">") for part in parts[1:]))


class _Json:
    """One line of JSON a result."""

    def __init__(self, sink: IO[bytes], shapes: Shapes) -> None:
        self._sink = sink

    def add(self, result: Result) -> None:
        text = json.dumps(asdict(result), ensure_ascii=False)
        for separator in ("\x85", "\u2028", "\u2029"):
            text = text.replace(separator, f"\\u{ord(separator):04x}")
        self._sink.write(text.encode("utf-8", "backslashreplace") + b"\n")

    def finish(self) -> None:
        """Lines of JSON need no end."""


class _Turtle:
    """A sh:ValidationReport, whose results are numbered blank nodes."""

    def __init__(self, sink: IO[bytes], shapes: Shapes) -> None:
        self._sink = sink
        self._shapes = shapes.index
        self._count = 0
        sink.write(f"@prefix sh: <{SHACL}> .\n@prefix xsd: <{PREFIXES['xsd']}> .\n".encode())

    def add(self, result: Result) -> None:
        self._count += 1
        lines = [
            f"_:report sh:result _:result{self._count} .",
            f"_:result{self._count} a sh:ValidationResult ;",
            f"    sh:focusNode {_turtle(result.focus)} ;",
        ]
        shape = self._shapes.get(result.shape)
        if result.path:
            own = shape is not None and shape.path == result.path
            path = shape.turtle_path if shape is not None and own else result.path
            lines.append(f"    sh:resultPath {path} ;")
        if result.value:
            lines.append(f"    sh:value {_turtle(result.value)} ;")
        severity = f"sh:{result.severity}" if result.severity in SEVERITIES else _turtle(result.severity)
        lines += [
            f"    sh:resultSeverity {severity} ;",
            f"    sh:sourceConstraintComponent {_component(result.component)} ;",
            f"    sh:sourceShape {_turtle(result.shape)} ;",
            f"    sh:resultMessage {literal_term(result.message)} .",
        ]
        self._sink.write(("\n" + "\n".join(lines) + "\n").encode())

    def finish(self) -> None:
        conforms = "false" if self._count else "true"
        self._sink.write(f"\n_:report a sh:ValidationReport ;\n    sh:conforms {conforms} .\n".encode())


def _turtle(term: str) -> str:
    return term if term[0] in '"_' else f"<{term}>"


def _component(iri: str) -> str:
    local = iri.removeprefix(SHACL)
    return f"sh:{local}" if local.isalnum() else _turtle(iri)


REPORTS: Final[dict[str, Callable[[IO[bytes], Shapes], ReportWriter]]] = {
    "text": _Text,
    "json": _Json,
    "turtle": _Turtle,
}
"""The formats of reports by name: a new one is one entry."""


def summary(verdict: Verdict) -> str:
    """Say in a line what was checked and found.

    >>> summary(Verdict(figures=1, triples=100))
    '1 figure, 100 triples: 0 violations, 0 warnings, 0 notes'
    """
    counts = {"violation": verdict.count("Violation"), "warning": verdict.count("Warning")}
    counts["note"] = verdict.results.total() - sum(counts.values())
    found = ", ".join(f"{number:,} {word}{'' if number == 1 else 's'}" for word, number in counts.items())
    figures = f"{verdict.figures:,} figure{'' if verdict.figures == 1 else 's'}"
    return f"{figures}, {verdict.triples:,} triples: {found}"
