"""Inputs as one graph in N-Triples, part by part: records, which are converted on the way, or files of RDF.

Whatever takes a graph from a user (a store, an endpoint) takes it from here, with the counts to check it by.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final, TypeAlias, cast

from pfocr_rdf.conversion import CHUNK, convert_databases
from pfocr_rdf.database import FIGURES, Database, InputError, open_input, read_taxonomy
from pfocr_rdf.diagnostics import Diagnostic, Report
from pfocr_rdf.distinct import Distinct
from pfocr_rdf.errors import why
from pfocr_rdf.groups import FIGURE_LINE
from pfocr_rdf.mapping import DEFAULTS, Settings
from pfocr_rdf.output import name_fault
from pfocr_rdf.progress import progress
from pfocr_rdf.released import dump_of_release, is_release
from pfocr_rdf.sections import ACCEPTED, is_rdf, other_rdf, read_rdf
from pfocr_rdf.suffixes import is_gzipped
from pfocr_rdf.terms import Statement, lines
from pfocr_rdf.vocabulary import OA_ANNOTATION, RDF_TYPE
from pfocr_rdf.workers import process_runner

__all__ = ["GraphCounts", "Inputs", "listed", "open_records", "rdf_files", "write_graph", "write_lines"]

Inputs: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"
"""One input, or several."""

STATEMENTS: Final = 20_000
"""Statements of a file that make a part."""

BYTES: Final = 4_000_000
"""Bytes of lines that make a part."""

LINE: Final = 16_000_000
"""Bytes that a line may have."""

_MENTION_LINE: Final = f" {RDF_TYPE} {OA_ANNOTATION} .\n".encode()


@dataclass(frozen=True, slots=True)
class GraphCounts:
    """What a graph holds.

    Attributes:
        triples: different triples.
        figures: different figures, that is `wp:Pathway`s.
        mentions: different mentions, that is `oa:Annotation`s.
        errors: diagnostics of level error that were found in records.
    """

    triples: int
    figures: int
    mentions: int
    errors: int = 0


def listed(inputs: Inputs) -> list[str]:
    """Give the names of inputs.

    Raises:
        InputError: when one is no name, as it holds a NUL.

    >>> listed("checkout"), listed(["checkout", "more"])
    (['checkout'], ['checkout', 'more'])
    """
    names = [os.fspath(name) for name in ([inputs] if isinstance(inputs, str | os.PathLike) else inputs)]
    for name in names:
        if fault := name_fault(name):
            raise InputError(fault)
    return names


def rdf_files(inputs: Inputs) -> list[str] | None:
    """Give the inputs as names of RDF files, or None where they are records.

    Of a release's folder, that is its dump in N-Triples.

    Raises:
        InputError: when some are the one and some the other, one is RDF of a kind that is not read, or a release is
            not as its digests say.
    """
    names = [dump_of_release(name) if is_release(name) else name for name in listed(inputs)]
    _refuse_others(names)
    files = [name for name in names if is_rdf(name)]
    if files and files != names:
        other = next(name for name in names if not is_rdf(name))
        raise InputError(f"{files[0]} is RDF and {other} is not; give files of RDF or records, not both")
    return files or None


def _refuse_others(names: Iterable[str]) -> None:
    for name in names:
        if (kind := other_rdf(name)) and Path(name).is_file():
            do = "unpack it to" if kind.startswith("compressed") else "convert it to"
            raise InputError(f"{name}: is {kind} by its name, which is not read; {do} {ACCEPTED}, or give records")


def open_records(inputs: Inputs, *, report: Report, taxonomy: str | os.PathLike[str] | None = None) -> list[Database]:
    """Find the records of inputs.

    Args:
        inputs: database checkouts, archives of them, folders of records, record files, or `-` for standard input.
        report: takes what is found on the way.
        taxonomy: NCBI Taxonomy's `names.dmp`, or None.

    Raises:
        InputError: when an input holds no records, cannot be read, or is given twice.
    """
    sources = listed(inputs)
    given: set[str] = set()
    for name in sources:
        folder, file = os.path.split(os.path.realpath(name))
        place = folder if file == FIGURES else os.path.join(folder, file)  # noqa: PTH118 - strings
        if place in given:
            raise InputError(f"{name}: is given twice; give each input once")
        given.add(place)
    for name in sources:
        if (is_rdf(name) or other_rdf(name)) and Path(name).is_file():
            kind = other_rdf(name) or "RDF already"
            raise InputError(f"{name}: is {kind} by its name; give records here, and {ACCEPTED} to {_TAKERS}")
    names = read_taxonomy(os.fspath(taxonomy)) if taxonomy is not None else None
    databases = []
    for name in sources:
        try:
            databases.append(open_input(name, report=report, taxonomy=names))
        except InputError as error:
            if is_release(name):
                raise InputError(f"{name}: is a release; give records here, and the folder to {_TAKERS}") from error
            if held := _rdf_in(name):
                raise InputError(
                    f"{name}: no record here, but RDF ({held}); give records, or name files in {ACCEPTED} one by one "
                    f"to {_TAKERS}"
                ) from error
            raise
    return databases


_TAKERS: Final = "`pfocr-rdf validate` or `load`"


def _rdf_in(folder: str) -> str:
    """Give the name of a file of RDF that stands in a folder, the first by name; empty where there is none."""
    with suppress(OSError), os.scandir(folder) as entries:
        names = (entry.name for entry in entries if not entry.name.startswith("."))
        return min((name for name in names if is_rdf(name) or other_rdf(name)), default="")
    return ""


def write_graph(
    inputs: Inputs,
    write: Callable[[bytes], object],
    *,
    settings: Settings = DEFAULTS,
    taxonomy: str | os.PathLike[str] | None = None,
    report: Report | None = None,
    jobs: int = 1,
    quiet: bool = True,
) -> GraphCounts:
    """Write inputs as N-Triples, part by part.

    Args:
        inputs: either what `convert` takes, or files in Turtle or N-Triples (`.ttl`, `.nt`, also `.gz`) and folders
            of releases.
        write: takes the parts: whole lines, none of them empty.
        settings: the settings of the mapping, for records.
        taxonomy: NCBI Taxonomy's `names.dmp`, for records, or None.
        report: takes what is found in records, or None.
        jobs: worker processes for records.
        quiet: whether no progress is shown on standard error.

    Returns:
        What was written, counted.

    Raises:
        InputError: when an input cannot be used at all, or a file has blank nodes, whose names mean nothing in parts.
        OutputError: when temporary files cannot be written.
    """
    sources = listed(inputs)
    files = rdf_files(sources)
    if files is not None:
        return _write_files(files, write)
    settings.check()
    found: list[Diagnostic] = []
    databases = open_records(sources, report=found.append, taxonomy=taxonomy)
    records = sum(len(database.records) for database in databases)
    mentions = errors = 0

    def take(diagnostic: Diagnostic) -> None:
        nonlocal errors
        errors += diagnostic.level == "error"
        if report is not None:
            report(diagnostic)

    def counting(part: bytes) -> None:
        nonlocal mentions
        if part:
            mentions += part.count(_MENTION_LINE)
            write(part)

    for diagnostic in found:
        take(diagnostic)
    with progress(records, quiet=quiet) as advance:
        counts = convert_databases(
            databases,
            write=counting,
            settings=settings,
            format="ntriples",
            report=take,
            run=process_runner(min(jobs, -(-records // CHUNK)), partial(advance, 0)),
            advance=advance,
        )
    return GraphCounts(counts.triples, counts.figures, mentions, errors)


def _write_files(files: list[str], write: Callable[[bytes], object]) -> GraphCounts:
    with Distinct() as triples, Distinct() as figures, Distinct() as mentions:
        rest = iter(_without_blank_nodes(files))
        while part := list(islice(rest, STATEMENTS)):
            data = b"".join(lines(part))
            written = data.splitlines(keepends=True)
            triples.add(written)
            for line in written:
                if line.endswith(FIGURE_LINE):
                    figures.add((line,))
                elif line.endswith(_MENTION_LINE):
                    mentions.add((line,))
            write(data)
        return GraphCounts(triples.count(), figures.count(), mentions.count())


def _without_blank_nodes(files: list[str]) -> Iterator[Statement]:
    for name in files:
        for statement in read_rdf([name]):
            if statement[0][0] == "_" or statement[2][0] == "_":
                raise InputError(f"{name}: has blank nodes, as PFOCR's graph has not; give their things IRIs")
            yield statement


_NOT_OURS: Final = re.compile(rb"^[ \t]*(?:<[^>]*>[ \t]*<[^>]*>[ \t]*)?(_:|<<)", re.MULTILINE)
"""A blank node, or a triple term, at the beginning of a subject or an object."""


def write_lines(files: Iterable[str | os.PathLike[str]], write: Callable[[bytes], object]) -> GraphCounts:
    """Write files of N-Triples as they stand, part by part.

    This is quick as nothing is parsed: what is no N-Triples is for `write` to refuse, with a `SyntaxError`.

    Args:
        files: files in N-Triples (`.nt`, also `.gz`).
        write: takes the parts: whole lines, none of them empty.

    Returns:
        What was written, counted by lines: too much where a triple stands twice, or a line holds only a comment. What
        `write_graph` counts is exact.

    Raises:
        InputError: when a file cannot be read, is no N-Triples, or has blank nodes.
    """
    triples = figures = mentions = 0
    for file in files:
        name = os.fspath(file)
        done = 0
        for part in _parts(name):
            if (b"_:" in part or b"<<" in part) and (found := _NOT_OURS.search(part)) is not None:
                raise InputError(f"{name}: {_REFUSED[found[1]]}")
            try:
                write(part)
            except SyntaxError as error:
                line = done + (error.lineno or 1)
                raise InputError(f"{name}:{line}: no valid N-Triples: {error.msg.rpartition(': ')[2]}") from error
            done += part.count(b"\n")
            figures += part.count(FIGURE_LINE)
            mentions += part.count(_MENTION_LINE)
        triples += done
    return GraphCounts(triples, figures, mentions)


_REFUSED: Final = {
    b"_:": "has blank nodes, as PFOCR's graph has not; give their things IRIs",
    b"<<": "has a triple term of RDF 1.2; PFOCR has none, give RDF 1.1",
}


def _parts(name: str) -> Iterator[bytes]:
    """Give the lines of a file, without a byte order mark, some thousand at a time; the last ends as all others do."""
    try:
        with open(name, "rb") as raw:
            file: IO[bytes] = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_gzipped(name) else raw
            first = file.read(BYTES).removeprefix(BOM_UTF8)
            for data in chain((first,) if first else (), iter(partial(file.read, BYTES), b"")):
                end = b"" if data.endswith(b"\n") else file.readline(LINE)
                if len(end) == LINE:
                    raise InputError(f"{name}: no valid N-Triples: has a line of more than {LINE:,} bytes")
                part = data + end
                yield part if part.endswith(b"\n") else part + b"\n"
    except OSError as error:
        raise InputError(f"{name}: {why(error)}") from error
    except (EOFError, zlib.error) as error:
        raise InputError(f"{name}: is damaged or cut: {error}") from error
