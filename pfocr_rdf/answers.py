"""What a query gives, written: as a table for people, as CSV, TSV, JSON and Turtle for programs, as gene sets.

Everything is written as it comes, whatever its size; of a table, the first rows decide how wide the columns are.
"""

from __future__ import annotations

import heapq
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import IO, Final, TypeAlias, cast

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
)

from pfocr_rdf.genesets import gmt
from pfocr_rdf.output import ReaderGoneError
from pfocr_rdf.queries import Form, Query, QueryError, known_prefixes
from pfocr_rdf.serialization import shortener_of, turtle_body
from pfocr_rdf.terminal import Harmless, harmless
from pfocr_rdf.terms import Statement, Term, line_safe, lines, statements_of
from pfocr_rdf.vocabulary import PREFIXES, RDF_TYPE, SCHEMA_HTTP, SchemaOrg

__all__ = ["FORMATS", "Answer", "answering", "check_format", "default_format", "syntax_error", "write_answer"]

Answer: TypeAlias = QuerySolutions | QueryBoolean | Iterable[Triple]
"""Rows, yes or no, or a graph."""

Value: TypeAlias = NamedNode | BlankNode | Literal | Triple | None

WIDTHS: Final = 1_000
"""Rows that decide how wide the columns of a table are."""

NARROW: Final = 12
"""Characters that a column keeps where a table is cut to fit."""

ALIGNED: Final = 60
"""Characters that a column is wide at most where nothing is cut; longer values push the rest of their rows."""

_ROWS: Final[tuple[Form, ...]] = ("select", "ask")
_GRAPHS: Final[tuple[Form, ...]] = ("construct", "describe")

FORMATS: Final[dict[str, tuple[Form, ...]]] = {
    "table": _ROWS,
    "csv": _ROWS,
    "tsv": _ROWS,
    "json": _ROWS,
    "turtle": _GRAPHS,
    "gmt": ("select",),
}
"""The formats by name, with the forms of queries that they are for."""


def default_format(form: Form) -> str:
    """Give the format of a query's answer where none is asked for.

    >>> default_format("select"), default_format("describe")
    ('table', 'turtle')
    """
    return "turtle" if form in _GRAPHS else "table"


def check_format(format: str, form: Form) -> None:
    """Refuse a format that the answer to a query cannot have.

    Raises:
        QueryError: with those that it can have.
    """
    if form not in FORMATS[format]:
        others = " or ".join(name for name, forms in FORMATS.items() if form in forms)
        given = {"select": "rows", "ask": "yes or no"}.get(form, "a graph")
        raise QueryError(f"{form.upper()} gives {given}, which {format} cannot hold; ask for {others}")


def write_answer(
    answer: Answer,
    format: str,
    output: IO[bytes],
    *,
    schema: SchemaOrg = SCHEMA_HTTP,
    width: int | None = None,
) -> str:
    """Write what a query gives.

    Args:
        answer: the answer; `check_format` tells whether the format is for it.
        format: a name in `FORMATS`.
        output: takes the bytes.
        schema: how the store spells schema.org, for prefixes.
        width: the columns of the terminal that shows it, which a table must fit in, and which gets nothing it would
            obey; None for a file or a pipe, which get the data as it is.

    Returns:
        What was written, in a few words for people; empty where there is nothing to say.

    Raises:
        QueryError: when the rows are no gene sets.
    """
    if width is not None and format != "table":  # a table has harmless values already
        shown = Harmless(output)
        said = write_answer(answer, format, cast("IO[bytes]", shown), schema=schema)
        shown.finish()
        return said
    if format == "turtle":
        assert not isinstance(answer, (QuerySolutions, QueryBoolean))
        return _write_turtle(answer, output, schema)
    assert isinstance(answer, (QuerySolutions, QueryBoolean))
    if format in _RESULTS:
        held = _Held(output)
        answer.serialize(cast("IO[bytes]", held), _RESULTS[format])
        held.flush()
        if format == "json" or isinstance(answer, QueryBoolean):
            output.write(b"\n")
        return ""
    if isinstance(answer, QueryBoolean):
        output.write(b"yes\n" if answer else b"no\n")
        return ""
    names = [variable.value for variable in answer.variables]
    rows = ([solution[name] for name in names] for solution in answer)
    if format == "gmt":
        sets = 0
        for line in gmt(names, ([_plain(value) for value in row] for row in rows)):
            output.write(line.encode())
            sets += 1
        return _number(sets, "gene set")
    return _write_table(names, rows, output, _shown(schema), width)


_RESULTS: Final = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
}


class _Held:
    """An output that gets nothing of an answer that fails at its beginning: a header alone looks like no rows.

    The serializer writes what it has also when it fails, but then neither flushes nor writes again.
    """

    __slots__ = ("_output", "_waiting")

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._waiting: bytes | None = b""  # until there is a first part; None when that is through

    def write(self, data: bytes) -> int:
        if self._waiting is None:
            self._output.write(data)
        elif self._waiting:
            self._release()
            self._output.write(data)
        else:
            self._waiting = bytes(data)
        return len(data)

    def flush(self) -> None:
        self._release()

    def _release(self) -> None:
        if self._waiting:
            self._output.write(self._waiting)
        self._waiting = None


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _plain(value: Value) -> str | None:
    return value.value if isinstance(value, (NamedNode, BlankNode, Literal)) else None


@contextmanager
def answering(query: Query) -> Iterator[None]:
    """Report what goes wrong while a store answers, and while the answer is written.

    Args:
        query: the query that is answered.

    Raises:
        QueryError: when the store fails, with what it says, and with the other endpoints that the query asks: what
            they or the network say does not name them.
    """
    try:
        yield
    except ReaderGoneError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        asked = f"; it asks {' and '.join(query.federates)} by SERVICE, see that it answers" if query.federates else ""
        raise QueryError(f"{query.name}: could not be answered: {error}{asked}") from error


def syntax_error(error: SyntaxError, name: str, text: str, given: str) -> QueryError:
    """Make an error for people of what a parser says.

    Args:
        error: what it says.
        name: what the query is called.
        text: the query that was parsed: the one given, with declarations before its first line.
        given: the query as it was given.
    """
    found = _PLACE.match(str(error.msg))
    if found is None:
        return QueryError(f"{name}: no valid SPARQL: {error.msg}")
    row, column, reason = int(found[1]), int(found[2]), found[3]
    before = text.split("\n")[row - 1][: column - 1]
    if row == 1:
        column = max(column - (len(text) - len(given)), 1)
    where = f"{name}:{row}:{column}"
    if _NO_PREFIX in reason and (used := _PREFIXED.search(before)):
        return QueryError(f"{where}: the prefix {used[1]}: is not known; declare it: PREFIX {used[1]}: <…>")
    after = text.split("\n")[row - 1][len(before) :].strip()[:30]
    place = f'at or before "{after}"' if after else "at or before the end of the line"
    # of what the parser expects, the names of rules and characters mislead: it tells those that it came farthest with
    expected = [word.strip() for word in re.split(r",\s|\bone of\b|^expected", reason)]
    said = [word for word in expected if " " in word.strip('"')]
    if not said and "[" not in reason:
        said = ["expected " + ", ".join(word for word in expected if word.startswith('"'))]
    hint = f": {said[0]}" if said and said[0] != "expected " else ""
    return QueryError(f"{where}: no valid SPARQL {place}{hint}")


_PLACE: Final = re.compile(r"error at ([0-9]+):([0-9]+): (.*)", re.DOTALL)
_NO_PREFIX: Final = "Prefix not found"
_PREFIXED: Final = re.compile(r"([^\s:<>(){}|/^!]*):[^\s:]*$")


# -------------------------------------------------------------------------------------------------------- tables


def _write_table(
    names: Sequence[str],
    rows: Iterable[Sequence[Value]],
    output: IO[bytes],
    shown: Callable[[Value], str],
    width: int | None,
) -> str:
    rest = iter(rows)
    first = list(islice(rest, WIDTHS))
    texts = [[shown(value) for value in row] for row in first]
    widths = [max(map(_cells, column)) for column in zip(names, *texts, strict=True)]
    right = [_numeric(column) for column in zip(*first, strict=True)] or [False] * len(names)
    if width is None:
        widths = [min(size, ALIGNED) for size in widths]
    else:
        iris = [any(isinstance(value, NamedNode) for value in column) for column in zip(*first, strict=True)]
        widths = _fitting(widths, width - 2 * (len(widths) - 1), iris or [False] * len(names))
    cut = 0

    def write(cells: Iterable[str]) -> None:
        nonlocal cut
        line = []
        for text, size, to_right in zip(cells, widths, right, strict=True):
            fitted = text
            if width is not None and _cells(text) > size:
                fitted = _cut(text, size)
                cut += 1
            blanks = " " * (size - _cells(fitted))
            line.append(blanks + fitted if to_right else fitted + blanks)
        output.write("  ".join(line).rstrip().encode() + b"\n")

    if names:
        write(list(map(harmless, names)))
        output.write("  ".join("-" * size for size in widths).encode() + b"\n")
    count = 0
    for row in chain(texts, ([shown(value) for value in row] for row in rest)):
        write(row)
        count += 1
    said = _number(count, "row")
    return f"{said}; {_number(cut, 'value')} cut to fit the terminal, whole with -f csv" if cut else said


def _shown(schema: SchemaOrg) -> Callable[[Value], str]:
    """Give what shows a value: IRIs by their prefixes, literals as plain text, nothing that a terminal would obey."""
    short = shortener_of(known_prefixes(schema))

    def shown(value: Value) -> str:
        if value is None:
            return ""
        if isinstance(value, Literal):
            return harmless(value.value)
        return harmless(short(Term(str(value))) if isinstance(value, NamedNode) else str(value))

    return shown


def _cells(text: str) -> int:
    """Give the columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _cut(text: str, size: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(text, size - 1) + "…"


def _fitting(widths: Sequence[int], room: int, whole: Sequence[bool]) -> list[int]:
    """Make the widest columns narrower until all fit or none is wide; those that should stay whole come last.

    >>> _fitting([10, 100, 50], 80, [False, False, False])
    [10, 35, 35]
    >>> _fitting([10, 100, 50], 80, [False, False, True])
    [10, 20, 50]
    """
    fitted = list(widths)
    for kept in (whole, [False] * len(widths)):
        cap = max(fitted, default=0)
        while cap > NARROW and sum(fitted) > room:
            cap -= 1
            fitted = [size if keep else min(size, cap) for size, keep in zip(fitted, kept, strict=True)]
    return fitted


def _numeric(column: Iterable[Value]) -> bool:
    values = [value for value in column if value is not None]
    return bool(values) and all(
        isinstance(value, Literal) and value.datatype.value.removeprefix(_XSD) in _NUMBERS for value in values
    )


_XSD: Final = PREFIXES["xsd"]
_NUMBERS: Final = frozenset(("integer", "decimal", "double", "float", "gYear"))


# -------------------------------------------------------------------------------------------------------- graphs


def _write_turtle(answer: Iterable[Triple], output: IO[bytes], schema: SchemaOrg) -> str:
    """Write a graph, always in the same order, with the prefixes that it needs."""
    names = known_prefixes(schema)
    short = shortener_of(names)
    used: set[str] = set()
    count = 0

    def noted(found: Iterable[Triple]) -> Iterator[Statement]:
        for triple in found:
            statement = (Term(str(triple.subject)), Term(str(triple.predicate)), Term(line_safe(str(triple.object))))
            for term in statement if statement[1] != RDF_TYPE else (statement[0], statement[2]):
                iri = Term(f"<{term.rpartition('^^<')[2]}") if term[0] == '"' and term[-1] == ">" else term
                if iri[0] == "<" and (shortened := short(iri))[0] != "<":
                    used.add(shortened.partition(":")[0])
            yield statement

    with ExitStack() as stack:
        ordered = _ordered(chain.from_iterable(map(_lines, lines(noted(answer)))), stack)
        first = next(ordered, None)  # all are read by then
        for name in sorted(used):
            output.write(f"@prefix {name}: <{names[name]}> .\n".encode())
        if used:
            output.write(b"\n")
        rest = chain.from_iterable(map(statements_of, chain(() if first is None else (first,), ordered)))
        for _, description in groupby(rest, itemgetter(0)):
            statements = list(description)
            count += len(statements)
            output.write(turtle_body(statements, short))
    return _number(count, "triple")


def _lines(part: bytes) -> list[bytes]:
    return part.splitlines(keepends=True)


def _ordered(things: Iterable[bytes], stack: ExitStack, limit: int = 200_000) -> Iterator[bytes]:
    """Give different lines in order, by way of temporary files where they are many."""
    rest = iter(things)
    runs: list[Iterable[bytes]] = []
    while part := sorted(set(islice(rest, limit))):
        if len(part) < limit and not runs:
            return iter(part)
        run = stack.enter_context(tempfile.TemporaryFile(prefix="pfocr-rdf-"))  # noqa: SIM115
        run.writelines(part)
        run.seek(0)
        runs.append(run)
    return (line for line, _ in groupby(heapq.merge(*runs)))
