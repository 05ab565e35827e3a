"""RDF files to groups: a figure and its mentions are one, the description of anything else another, in any order.

Files in the order of `pfocr-rdf convert` are cut as they are read. In any other order, triples are first sorted into
temporary files by what they belong to, so that no order of the triples needs more memory.
"""

from __future__ import annotations

import gzip
import stat
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph
from pyoxigraph import RdfFormat

from pfocr_rdf.database import InputError
from pfocr_rdf.diagnostics import one_line
from pfocr_rdf.errors import why
from pfocr_rdf.groups import Group, mentioning_figure
from pfocr_rdf.output import OutputError, temporary_folder
from pfocr_rdf.suffixes import is_gzipped, suffix_within
from pfocr_rdf.terms import Statement, Term, digest, line_safe, statements_of
from pfocr_rdf.vocabulary import (
    OA_HAS_TARGET,
    RDF_TYPE,
    SCHEMA_HTTP,
    SCHEMA_HTTPS,
    WP_PATHWAY,
    SchemaOrg,
)

__all__ = ["ACCEPTED", "Survey", "groups_in_order", "groups_of", "is_rdf", "other_rdf", "read_rdf", "survey"]

ACCEPTED: Final = "Turtle or N-Triples (.ttl, .nt, also .gz)"
"""The files of RDF that are read, for people."""

_FORMATS: Final = {".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES}
_OTHERS: Final = {
    ".rdf": "RDF/XML",
    ".owl": "an ontology in OWL",
    ".nq": "N-Quads",
    ".trig": "TriG",
    ".trix": "TriX",
    ".jsonld": "JSON-LD",
    ".n3": "N3",
    ".hdt": "HDT",
}
_PACKED: Final = (".bz2", ".xz", ".zst")

TRIPLES_A_FILE: Final = 50_000
FILES: Final = 200
"""Temporary files that are open at once."""


def is_rdf(name: str) -> bool:
    """Tell a file of RDF from records, by its name.

    >>> is_rdf("dump.ttl.gz"), is_rdf("PMC1__a.md")
    (True, False)
    """
    return suffix_within(name) in _FORMATS


def other_rdf(name: str) -> str:
    """Tell by its name that a file is RDF of a kind that is not read, and which; empty for any other.

    >>> other_rdf("dump.nq.gz"), other_rdf("dump.nt.xz"), other_rdf("dump.nt"), other_rdf("PMC1__a.md")
    ('N-Quads', 'compressed as .xz', '', '')
    """
    suffix = suffix_within(name)
    if suffix in _PACKED:
        inner = name[: -len(suffix)]
        return f"compressed as {suffix}" if is_rdf(inner) or other_rdf(inner) else ""
    return _OTHERS.get(suffix, "")


def read_rdf(names: Sequence[str]) -> Iterator[Statement]:
    """Read the statements of RDF files, one file after the other.

    Blank nodes get names by the order of their appearance, so that two runs name them alike.

    Raises:
        InputError: when a file cannot be read, or is no Turtle or no N-Triples.
    """
    blank: dict[tuple[int, Term], Term] = {}
    for number, name in enumerate(names):
        for subject, predicate, value in _parsed(name):
            if subject[0] == "_":
                subject = blank.setdefault((number, subject), Term(f"_:b{len(blank)}"))
            if value[0] == "_":
                value = blank.setdefault((number, value), Term(f"_:b{len(blank)}"))
            yield subject, predicate, value


def _parsed(name: str) -> Iterator[Statement]:
    syntax = _FORMATS[suffix_within(name)]
    try:
        with ExitStack() as stack:
            file: IO[bytes] = stack.enter_context(open(name, "rb"))
            if is_gzipped(name):
                if not file.peek(1):  # type: ignore[attr-defined]  # `open` gives a BufferedReader
                    raise EOFError("it is empty")
                file = cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=file)))
            for quad in pyoxigraph.parse(cast("IO[bytes]", _Unmarked(file)), format=syntax):
                value = Term(line_safe(str(quad.object)))
                if isinstance(quad.object, pyoxigraph.Triple):
                    raise InputError(f"{name}: has a triple term of RDF 1.2; PFOCR has none, give RDF 1.1")
                if value.endswith(("--ltr", "--rtl")):  # after the language
                    raise InputError(f"{name}: has a base direction of RDF 1.2; PFOCR has none, give RDF 1.1")
                yield Term(str(quad.subject)), Term(str(quad.predicate)), value
    except (EOFError, zlib.error) as error:
        raise InputError(f"{name}: is damaged or cut: {error}") from error
    except gzip.BadGzipFile as error:
        if str(error).startswith("Not a gzipped file"):
            raise InputError(f"{name}: is no gzip file, or has something else after its end") from error
        raise InputError(f"{name}: is damaged or cut: {error}") from error
    except OSError as error:
        raise InputError(f"{name}: {why(error)}") from error
    except (SyntaxError, ValueError) as error:
        message = one_line(str(getattr(error, "msg", error)))
        raise InputError(f"{name}: no valid {syntax.name}: {message}") from error
    except MemoryError as error:
        if not error.args:
            raise
        raise InputError(f"{name}: no valid {syntax.name}: a term is larger than 16 MiB") from error


class _Unmarked:
    """A file without the byte order mark at its beginning, which some editors write and no grammar of RDF has."""

    __slots__ = ("_begun", "_file")

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begun = False

    def read(self, size: int = -1) -> bytes:
        """Read some bytes; the first few come by themselves."""
        if not self._begun:
            self._begun = True
            if start := self._file.read(len(BOM_UTF8)).removeprefix(BOM_UTF8):
                return start
        return self._file.read(size)


# ------------------------------------------------------------------------------------------------ looking through


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first reading of files tells.

    Attributes:
        figures: how many figures they describe.
        triples: how many triples they hold.
        schema: the schema.org terms in the spelling that comes first.
        in_order: whether each section, and each description, stands together.
    """

    figures: int
    triples: int
    schema: SchemaOrg
    in_order: bool


def survey(names: Sequence[str]) -> Survey:
    """Look through RDF files.

    Raises:
        InputError: when a file cannot be read, now and again, or is no Turtle or no N-Triples.
    """
    for name in names:
        with suppress(OSError):  # which opening it tells
            mode = Path(name).stat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise InputError(f"{name}: is no file that can be read twice; write what it gives to a file first")
    schema: SchemaOrg | None = None
    counts = {"figures": 0, "triples": 0}

    def counted(statements: Iterable[Statement]) -> Iterator[Statement]:
        nonlocal schema
        figures = triples = 0
        for statement in statements:
            triples += 1
            _, predicate, value = statement
            if predicate == RDF_TYPE:
                figures += value == WP_PATHWAY
            if schema is None:
                schema = _spelling(value if predicate == RDF_TYPE else predicate)
            yield statement
        counts.update(figures=figures, triples=triples)

    rest = counted(read_rdf(names))
    in_order = _in_order(_runs(rest))
    for _ in rest:  # count the others
        pass
    return Survey(counts["figures"], counts["triples"], schema or SCHEMA_HTTP, in_order)


def _spelling(term: Term) -> SchemaOrg | None:
    for schema in (SCHEMA_HTTP, SCHEMA_HTTPS):
        if term.startswith(f"<{schema.namespace}"):
            return schema
    return None


def _runs(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """Yield statements of one subject that follow each other."""
    run: list[Statement] = []
    for statement in statements:
        if run and statement[0] != run[0][0]:
            yield run
            run = []
        run.append(statement)
    if run:
        yield run


def _in_order(runs: Iterable[list[Statement]]) -> bool:
    """Tell whether each figure's section, and each other description, stands together.

    The mentions of a figure, which are most of all subjects, are not remembered beyond their section: their IRIs tell
    to which section they belong.
    """
    seen: set[int] = set()
    strays: set[int] = set()
    """Figures of which a mention stands outside of their sections."""
    section: _Section | None = None
    for run in runs:
        subject = run[0][0]
        key = digest(subject)
        if _is_figure(run):
            section = _Section(run)
            if key in strays:
                return False
        else:
            if section is not None and not section.has(run):
                section = None
            own = section.figure if section is not None else None
            figures = {value for _, predicate, value in run if predicate == OA_HAS_TARGET}
            if (named := mentioning_figure(subject)) is not None:
                figures.add(named)
            for figure in figures - {own}:
                if own is not None and figure != named:
                    return False
                if digest(figure) in seen:
                    return False
                strays.add(digest(figure))
            if section is not None and subject in section.subjects:
                return False
            if section is not None and named == own:
                section.subjects.add(subject)
                continue
        if key in seen:
            return False
        seen.add(key)
    return True


class _Section:
    """A figure's section, as it is read: the figure, then whatever is a mention of it, or is named by it."""

    __slots__ = ("figure", "named", "subjects")

    def __init__(self, run: Sequence[Statement]) -> None:
        self.figure = run[0][0]
        self.named = {value for _, _, value in run if value[0] != '"'}
        self.subjects: set[Term] = set()

    def has(self, run: Sequence[Statement]) -> bool:
        """Tell whether the description of a subject belongs to the section."""
        subject = run[0][0]
        return (
            mentioning_figure(subject) == self.figure
            or subject in self.named
            or any(predicate == OA_HAS_TARGET and value == self.figure for _, predicate, value in run)
        )


def _is_figure(run: Sequence[Statement]) -> bool:
    return any(predicate == RDF_TYPE and value == WP_PATHWAY for _, predicate, value in run)


# ------------------------------------------------------------------------------------------------------- groups


def groups_of(names: Sequence[str], known: Survey) -> Iterator[Group]:
    """Give the groups of RDF files, in the order of the files where that keeps groups together.

    A triple that stands several times is given once.

    Args:
        names: the files.
        known: what `survey` found in them.

    Raises:
        InputError: when a file cannot be read.
        OutputError: when temporary files cannot be written.
    """
    return groups_in_order(read_rdf(names)) if known.in_order else _sorted(names, known.triples)


def groups_in_order(statements: Iterable[Statement]) -> Iterator[Group]:
    """Give the groups of statements that stand in the order of a conversion, each statement of a group once."""
    return _cut(_runs(statements))


def _cut(runs: Iterable[list[Statement]]) -> Iterator[Group]:
    section: _Section | None = None
    group: list[Statement] = []
    for run in runs:
        if section is not None and not _is_figure(run) and section.has(run):
            group += run
            continue
        if group:
            yield list(dict.fromkeys(group))
        group = run
        section = _Section(run) if _is_figure(run) else None
    if group:
        yield list(dict.fromkeys(group))


def _sorted(names: Sequence[str], triples: int) -> Iterator[Group]:
    homes = _Homes(read_rdf(names))
    count = min(FILES, max(1, triples // TRIPLES_A_FILE))
    try:
        with temporary_folder() as folder, ExitStack() as stack:
            # open to the end, so that a cleaner of temporary files takes nothing away
            files = [stack.enter_context(open(Path(folder, str(number)), "w+b")) for number in range(count)]
            for subject, predicate, value in read_rdf(names):
                home = homes.home(subject)
                files[home % count].write(f"<{home}> {subject} {predicate} {value} .\n".encode())
            for file in files:
                yield from _gathered(file)
                file.truncate(0)
    except OSError as error:
        raise OutputError(f"{error.filename or 'temporary files'}: {why(error)}") from error


def _gathered(file: IO[bytes]) -> Iterator[Group]:
    """Yield the groups of a temporary file, in the order of their first triples."""
    file.seek(0)
    groups: dict[str, dict[Statement, None]] = {}
    # a home stands where a subject does, and a line's other terms where an object does
    for home, subject, rest in statements_of(file.read()):
        predicate, _, value = rest.partition(" ")
        groups.setdefault(home, {})[Term(subject), Term(predicate), Term(value)] = None
    for group in groups.values():
        yield list(group)


class _Homes:
    """To which group a subject belongs, for triples in any order."""

    __slots__ = ("_parents",)

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._parents: dict[int, int] = {}
        for subject, predicate, value in statements:
            if predicate == OA_HAS_TARGET:
                self._join(self._own(subject), digest(value))

    @staticmethod
    def _own(subject: Term) -> int:
        return digest(mentioning_figure(subject) or subject)

    def _join(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        if one != other:
            self._parents[one] = other

    def _root(self, key: int) -> int:
        parents = self._parents
        while (parent := parents.get(key, key)) != key:
            parents[key] = parents.get(parent, parent)
            key = parent
        return key

    def home(self, subject: Term) -> int:
        """Give the number of a subject's group."""
        return self._root(self._own(subject))
