"""Records to bytes: chunks of records are read, mapped and written one after the other, what they share at the end.

A chunk is the unit of everything: PyLD expands its blocks in one call, and it gives a `ChunkResult` that needs nothing
of other chunks, so that results can come from anywhere and are joined in the order of the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain
from operator import add
from typing import Final, TypeAlias

from pfocr_rdf.cache import Cache, Converted, KeptParts
from pfocr_rdf.checking import Check, Checked, group_key
from pfocr_rdf.database import Database, RecordFile
from pfocr_rdf.diagnostics import Diagnostic, Findings, Report, diagnose
from pfocr_rdf.ending import Spread, described, described_groups
from pfocr_rdf.entities import Contribution, Entities, contribution
from pfocr_rdf.errors import ReportedError
from pfocr_rdf.figures import Figure
from pfocr_rdf.frontmatter import MAX_BYTES
from pfocr_rdf.groups import Group
from pfocr_rdf.iris import figure_iri
from pfocr_rdf.mapping import Section, Settings, map_figures
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.record import RecordBytes, line_of, parse_record
from pfocr_rdf.serialization import FORMATS, read_written
from pfocr_rdf.terms import Statement, Term, iri_text
from pfocr_rdf.validation import Validation
from pfocr_rdf.vocabulary import PREFIXES

__all__ = [
    "CHUNK",
    "ChunkResult",
    "Counts",
    "Identities",
    "Job",
    "Results",
    "Runner",
    "convert_chunk",
    "convert_databases",
    "jobs_of",
    "read_records",
    "run_here",
    "salvage",
]

CHUNK: Final = 100
"""Records a chunk: enough to share what is done once, few enough for memory."""

CUTS: Final = 10
"""Into how many a chunk is cut that fails. Each cut may cost a worker, or on a Dask cluster four of them, before Dask
gives it up; with ten, a record among a hundred is found after three, where halves take eight.
"""


@dataclass(slots=True)
class Counts:
    """What a conversion has done.

    Attributes:
        records: records found.
        figures: figures written.
        triples: triples written.
        codes: diagnostics by code.
    """

    records: int = 0
    figures: int = 0
    triples: int = 0
    codes: Counter[str] = field(default_factory=Counter)


def read_records(records: Iterable[RecordFile], organisms: OrganismNames, *, report: Report) -> Iterator[Figure]:
    """Read the figures of records; one that cannot be read, or whose figid stands twice, is reported and left out."""
    identities = Identities()
    for record in records:
        content = record.read(report)
        figure = parse_record(content, organisms=organisms, report=report) if content is not None else None
        if content is None or figure is None:
            continue
        if (fault := identities.fault(figure.figid, figure_iri(figure.figid), figure.file)) is None:
            yield figure
        else:
            report(_on_its_line(fault, content.data))


# -------------------------------------------------------------------------------------------------- identities


class Identities:
    """The figids and figure IRIs that a run has met, to find those that stand twice."""

    __slots__ = ("_elsewhere", "_figids", "_other_iris")

    def __init__(self) -> None:
        self._figids: dict[str, str] = {}
        self._other_iris: dict[Term, str] = {}
        self._elsewhere: set[str] = set()  # the figids of those

    def fault(self, figid: str, iri: Term, file: str) -> Diagnostic | None:
        """Take in a figure, or say why it must be left out.

        Args:
            figid: its figid.
            iri: its IRI.
            file: the file it was read from.
        """
        if figid in self._figids:
            message = f"{self._figids[figid] or 'an earlier record'} has the same figid; this record is left out"
            return diagnose("figid-duplicate", message, file=file, figid=figid, key="figid")
        own = iri == figure_iri(figid)
        first = self._other_iris.get(iri)
        if first is None and not own:
            named = iri_text(iri).removeprefix(PREFIXES["figure"]).removesuffix(".html")
            first = named if named in self._figids and named not in self._elsewhere else None
        if first is not None:
            message = f"the figure {first} has the same IRI; this record is left out"
            return diagnose(
                "figure-iri-duplicate", message, file=file, figid=figid, key="schema-jsonld.@id", value=iri_text(iri)
            )
        self._figids[figid] = file
        if not own:
            self._other_iris[iri] = figid
            self._elsewhere.add(figid)
        return None

    def file_of(self, figid: str) -> str:
        """Give the file of a figure's record, empty where no figure has the figid."""
        return self._figids.get(figid, "")


def _on_its_line(fault: Diagnostic, record: bytes) -> Diagnostic:
    """Add to the fault of a figid the line on which a record has it."""
    return replace(fault, line=line_of(record, b"figid")) if fault.code == "figid-duplicate" else fault


def _placed(fault: Diagnostic, record: RecordFile) -> Diagnostic:
    """Add a line to a fault, for which the record is read once more: its figid may have come from a cache."""
    try:
        return _on_its_line(fault, record.tree.read(record.path, MAX_BYTES))
    except OSError:  # it is gone meanwhile
        return fault


# ------------------------------------------------------------------------------------------------------ chunks


@dataclass(frozen=True, slots=True)
class Job:
    """A chunk to convert.

    Attributes:
        records: its records.
        organisms: resolves organism names.
        settings: the settings of the mapping.
        format: a name in `FORMATS`.
        cache: where results of earlier runs are kept, or None.
        skip: indexes of records that are read but left out, because their figids stand twice.
        omit: indexes of records that are not even read, because they make the converter fail.
        check: how the figures are checked against shapes, or None.
    """

    records: tuple[RecordFile, ...]
    organisms: OrganismNames
    settings: Settings
    format: str
    cache: Cache | None = None
    skip: frozenset[int] = frozenset()
    omit: frozenset[int] = frozenset()
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """A converted chunk.

    Attributes:
        data: the figures' sections, in the format.
        triples: how many triples they are.
        contributions: for each figure written, the index of its record and what it gives to what figures share.
        diagnostics: for each record what was found.
        checked: what the check of the figures gave.
    """

    data: bytes
    triples: int
    contributions: tuple[tuple[int, Contribution], ...]
    diagnostics: tuple[tuple[Diagnostic, ...], ...]
    checked: Checked = field(default_factory=Checked)


def convert_chunk(job: Job, waiting: Callable[[], object] | None = None) -> ChunkResult:
    """Read, map and write the records of a chunk; results that the cache holds are taken from there.

    Args:
        job: the chunk.
        waiting: is told of each record before it is read, or None.
    """
    found = [Findings() for _ in job.records]
    if job.cache is None:
        return _mapped_together(job, _parsed(job, _read(job, found, waiting), found), found)
    contents = dict(_read(job, found, waiting))
    # what could not be read may be there next time
    keys = {index: job.cache.key(content) for index, content in contents.items() if not found[index]}
    results = job.cache.get(keys, contents)
    new = ((index, content) for index, content in contents.items() if index not in results)
    header = FORMATS[job.format].header(job.settings.schema)
    statements: dict[int, Group] = {}
    for index, section in _sections(job, _parsed(job, new, found), found):
        data = FORMATS[job.format].write(section.statements, job.settings.schema)
        given = contribution(section)
        key = group_key(data, header)
        results[index] = Converted(data, key, len(section.statements), given, found[index].all())
        statements[index] = section.statements
    job.cache.put([(keys[index], results[index], job.records[index]) for index in statements if index in keys])
    return _joined(job, results, found, statements)


def _read(job: Job, found: list[Findings], waiting: Callable[[], object] | None) -> Iterator[tuple[int, RecordBytes]]:
    """Read the records of a chunk."""
    for index, record in enumerate(job.records):
        if waiting is not None:
            waiting()
        if index not in job.omit and (content := record.read(found[index].append)) is not None:
            yield index, content


def _parsed(
    job: Job, contents: Iterable[tuple[int, RecordBytes]], found: list[Findings]
) -> Iterator[tuple[int, Figure]]:
    """Parse records; what the cache is to keep is parsed even where it is to be left out."""
    for index, content in contents:
        figure = parse_record(content, organisms=job.organisms, report=found[index].append)
        if figure is not None and (index not in job.skip or job.cache is not None):
            yield index, figure


def _mapped_together(job: Job, figures: Iterable[tuple[int, Figure]], found: list[Findings]) -> ChunkResult:
    """Map figures and write them at once."""
    statements: list[Statement] = []
    groups: list[Group] = []
    contributions: list[tuple[int, Contribution]] = []
    for index, section in _sections(job, figures, found):
        statements += section.statements
        groups.append(section.statements)
        contributions.append((index, contribution(section)))
    return ChunkResult(
        FORMATS[job.format].write(statements, job.settings.schema),
        len(statements),
        tuple(contributions),
        tuple(findings.all() for findings in found),
        job.check(groups) if job.check is not None else Checked(),
    )


def _sections(job: Job, figures: Iterable[tuple[int, Figure]], found: list[Findings]) -> Iterator[tuple[int, Section]]:
    listed = list(figures)
    reports = {id(figure): found[index].append for index, figure in listed}
    sections = map_figures(
        [figure for _, figure in listed], settings=job.settings, report_for=lambda figure: reports[id(figure)]
    )
    for (index, _), section in zip(listed, sections, strict=True):
        yield index, section


def _joined(
    job: Job,
    results: Mapping[int, Converted],
    found: list[Findings],
    statements: Mapping[int, Group],
) -> ChunkResult:
    """Join the results of records to that of their chunk."""
    diagnostics = [findings.all() for findings in found]
    contributions: list[tuple[int, Contribution]] = []
    parts: dict[int, bytes | memoryview] = {}
    triples = 0
    for index in sorted(results):
        converted = results[index]
        diagnostics[index] = converted.diagnostics
        if index in job.skip:
            continue
        parts[index] = converted.data
        triples += converted.triples
        contributions.append((index, converted.contribution))
    checked = Checked()
    if job.check is not None:

        def group(index: int) -> Group:
            known = statements.get(index)
            return list(read_written(bytes(parts[index]), job.format, job.settings.schema)) if known is None else known

        checked = _checked(job.check, {index: results[index].key for index in parts}, group)
    return ChunkResult(b"".join(parts.values()), triples, tuple(contributions), tuple(diagnostics), checked)


def _checked(check: Check, keys: Mapping[int, bytes], group: Callable[[int], Group]) -> Checked:
    """Check the sections of records; those of which it is kept what a check gives are not even read."""
    indexes = list(keys)
    if check.kept is None:
        return check(map(group, indexes))
    return check.recalled(list(keys.values()), lambda number: group(indexes[number]))


def jobs_of(
    databases: Iterable[Database],
    *,
    settings: Settings,
    format: str,
    size: int = CHUNK,
    cache_for: Callable[[OrganismNames], Cache] | None = None,
    check: Check | None = None,
) -> Iterator[Job]:
    """Yield the chunks of databases, in the order of their records.

    Args:
        databases: the databases.
        settings: the settings of the mapping.
        format: a name in `FORMATS`.
        size: records a chunk.
        cache_for: gives the cache for a database's organism names; without it nothing is kept.
        check: how the figures are checked against shapes, or None.
    """
    for database in databases:
        cache = cache_for(database.organisms) if cache_for is not None else None
        for start in range(0, len(database.records), size):
            records = database.records[start : start + size]
            yield Job(records, database.organisms, settings, format, cache, check=check)


# ----------------------------------------------------------------------------------------------------- running

Results: TypeAlias = Generator[tuple[Job, "ChunkResult"], None, None]
"""Chunks, each with its result; who does not take all of it closes it, at which the workers end."""

Runner: TypeAlias = Callable[[Iterable[Job]], Results]
"""What converts chunks, here or in workers, and yields each with its result, in their order."""


def run_here(jobs: Iterable[Job], waiting: Callable[[], object] | None = None) -> Results:
    """Convert chunks in this process, one after the other.

    Args:
        jobs: the chunks.
        waiting: is told of each record before it is read, or None.
    """

    def attempt(job: Job) -> ChunkResult | Exception:
        try:
            return convert_chunk(job, waiting)
        except ReportedError:  # it is the shapes that are to blame
            raise
        except Exception as error:  # a fault of ours, or of a library, on one record must not cost the others
            return error

    for job in jobs:
        yield salvage(job, attempt)


def salvage(job: Job, attempt: Callable[[Job], ChunkResult | Exception]) -> tuple[Job, ChunkResult]:
    """Convert a chunk; where that fails, in ever smaller cuts, down to the record that is to blame.

    Args:
        job: the chunk.
        attempt: converts a chunk, or gives why it cannot; what it raises is no failure of the chunk.

    Returns:
        The chunk without the records that make the converter fail, and its result; each of those records is an
        error in its diagnostics.
    """
    outcome = attempt(job)
    if isinstance(outcome, ChunkResult):
        return job, outcome
    if len(job.records) == 1:
        record = job.records[0]
        message = f"the converter failed on this record ({type(outcome).__name__}: {outcome}); it is left out"
        found = diagnose("record-failed", message, file=record.file, figid=record.stem)
        return replace(job, omit=frozenset((0,))), ChunkResult(b"", 0, (), ((found,),))
    size = -(-len(job.records) // CUTS)
    starts = range(0, len(job.records), size)
    cuts = [(start, *salvage(_part(job, start, start + size), attempt)) for start in starts]
    omit = frozenset(start + index for start, cut, _ in cuts for index in cut.omit)
    return replace(job, omit=omit), ChunkResult(
        b"".join(result.data for _, _, result in cuts),
        sum(result.triples for _, _, result in cuts),
        tuple((start + index, given) for start, _, result in cuts for index, given in result.contributions),
        tuple(chain.from_iterable(result.diagnostics for _, _, result in cuts)),
        reduce(add, (result.checked for _, _, result in cuts)),
    )


def _part(job: Job, start: int, stop: int) -> Job:
    def moved(indexes: frozenset[int]) -> frozenset[int]:
        return frozenset(index - start for index in indexes if start <= index < stop)

    records = job.records[start:stop]
    return replace(job, records=records, skip=moved(job.skip), omit=moved(job.omit))


def convert_databases(
    databases: Sequence[Database],
    *,
    write: Callable[[bytes], object],
    settings: Settings,
    format: str,
    report: Report,
    run: Runner = run_here,
    spread: Spread | None = None,
    size: int = CHUNK,
    cache_for: Callable[[OrganismNames], Cache] | None = None,
    kept: KeptParts | None = None,
    advance: Callable[[int], object] | None = None,
    validation: Validation | None = None,
) -> Counts:
    """Convert databases to one graph.

    Args:
        databases: the databases.
        write: takes the bytes of the output, part by part.
        settings: the settings of the mapping.
        format: a name in `FORMATS`.
        report: takes the diagnostics.
        run: converts the chunks.
        spread: describes what figures share; without it, that is done here. It is not used with `kept` or `validation`.
        size: records a chunk; the output does not depend on it.
        cache_for: gives the cache for a database's organism names; without it no figure is kept.
        kept: what is kept of what figures share, or None. It is not used with `validation`, which needs the statements.
        advance: is told of records done, and of none now and again while what they share is described.
        validation: takes what a check of the output finds, or None.

    Returns:
        What was done.
    """
    counts = Counts(records=sum(len(database.records) for database in databases))
    entities = Entities()
    identities = Identities()

    def counting(diagnostic: Diagnostic) -> None:
        counts.codes[diagnostic.code] += 1
        report(diagnostic)

    def put_out(triples: int, data: bytes, records: int = 0) -> None:
        counts.triples += triples
        write(data)
        if advance is not None:
            advance(records)

    write(FORMATS[format].header(settings.schema))
    if validation is not None:
        validation.file_of = identities.file_of
    check = validation.check if validation is not None else None
    jobs = jobs_of(databases, settings=settings, format=format, size=size, cache_for=cache_for, check=check)
    with closing(run(jobs)) as results:
        for job, first_result in results:
            result = first_result
            faults = {
                index: _placed(fault, job.records[index])
                for index, given in result.contributions
                if (fault := identities.fault(given.figid, given.iri, given.file))
            }
            if faults:
                result = convert_chunk(replace(job, skip=frozenset(faults)))
                result = replace(result, diagnostics=first_result.diagnostics)
            for index, diagnostics in enumerate(result.diagnostics):
                for diagnostic in diagnostics:
                    counting(diagnostic)
                if index in faults:
                    counting(faults[index])
            for _, given in result.contributions:
                entities.add(given)
            counts.figures += len(result.contributions)
            put_out(result.triples, result.data, len(job.records))
            if validation is not None:
                for _, given in result.contributions:
                    validation.name_figure(given.iri, given.figid)
                validation.take(result.checked)

    if validation is not None:

        def written() -> Iterator[Group]:
            for groups, triples, data in described_groups(entities, settings=settings, format=format, report=counting):
                put_out(triples, data)
                yield from groups

        validation.check_all(written())
        validation.finish()
    else:
        for triples, data in described(
            entities, settings=settings, format=format, report=counting, spread=spread, kept=kept
        ):
            put_out(triples, data)
    return counts
