"""Records to bytes: chunks of records are read, mapped and written one after the other, what they share at the end.

A chunk is the unit of everything: PyLD expands its blocks in one call, and it gives a `ChunkResult` that needs nothing
of other chunks, so that results can come from anywhere and are joined in the order of the records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from pfocr_rdf.database import Database, RecordFile
from pfocr_rdf.diagnostics import Diagnostic, Report, diagnose
from pfocr_rdf.entities import Entities, contribution, entity_statements
from pfocr_rdf.figures import Figure
from pfocr_rdf.iris import figure_iri
from pfocr_rdf.mapping import Settings, map_figures
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.record import parse_record
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.terms import Statement, Term, iri_text
from pfocr_rdf.vocabulary import PREFIXES

__all__ = ["CHUNK", "ChunkResult", "Counts", "Identities", "Job", "convert_chunk", "convert_databases", "read_records"]

CHUNK: Final = 500
"""Records a chunk: enough for PyLD's batches, few enough for memory."""

PART: Final = 50_000
"""Triples of the shared entities that are written at once."""


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
        if figure is not None and (fault := identities.fault(Identity.of(figure))) is None:
            yield figure
        elif figure is not None and fault is not None:
            report(fault)


# -------------------------------------------------------------------------------------------------- identities


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a figure: its figid, its IRI, and the file it was read from."""

    figid: str
    iri: Term
    file: str

    @classmethod
    def of(cls, figure: Figure, iri: Term | None = None) -> Identity:
        """Give the identity of a figure, with the IRI of its figid unless another is given."""
        return cls(figure.figid, iri or figure_iri(figure.figid), figure.file)


class Identities:
    """The figids and figure IRIs that a run has met, to find those that stand twice."""

    __slots__ = ("_figids", "_other_iris")

    def __init__(self) -> None:
        self._figids: dict[str, str] = {}
        self._other_iris: dict[Term, str] = {}

    def fault(self, identity: Identity) -> Diagnostic | None:
        """Take in a figure, or say why it must be left out."""
        figid, iri, file = identity.figid, identity.iri, identity.file
        if figid in self._figids:
            message = f"{self._figids[figid] or 'an earlier record'} has the same figid; this record is left out"
            return diagnose("figid-duplicate", message, file=file, figid=figid, key="figid")
        own = iri == figure_iri(figid)
        first = self._other_iris.get(iri)
        if first is None and not own:
            named = iri_text(iri).removeprefix(PREFIXES["figure"]).removesuffix(".html")
            first = named if named in self._figids and named not in self._other_iris.values() else None
        if first is not None:
            message = f"the figure {first} has the same IRI; this record is left out"
            return diagnose(
                "figure-iri-duplicate", message, file=file, figid=figid, key="schema-jsonld.@id", value=iri_text(iri)
            )
        self._figids[figid] = file
        if not own:
            self._other_iris[iri] = figid
        return None


# ------------------------------------------------------------------------------------------------------ chunks


@dataclass(frozen=True, slots=True)
class Job:
    """A chunk to convert.

    Attributes:
        records: its records.
        organisms: resolves organism names.
        settings: the settings of the mapping.
        format: a name in `FORMATS`.
        skip: indexes of records that are read but left out, because their figids stand twice.
    """

    records: tuple[RecordFile, ...]
    organisms: OrganismNames
    settings: Settings
    format: str
    skip: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """A converted chunk.

    Attributes:
        data: the figures' sections, in the format.
        triples: how many triples they are.
        entities: what the figures share.
        identities: for each figure written, the index of its record and what names it.
        diagnostics: what was found, in the order of the records.
    """

    data: bytes
    triples: int
    entities: Entities
    identities: tuple[tuple[int, Identity], ...]
    diagnostics: tuple[Diagnostic, ...]


def convert_chunk(job: Job) -> ChunkResult:
    """Read, map and write the records of a chunk."""
    found: list[list[Diagnostic]] = [[] for _ in job.records]
    figures: list[tuple[int, Figure]] = []
    for index, record in enumerate(job.records):
        content = record.read(found[index].append)
        if content is None:
            continue
        figure = parse_record(content, organisms=job.organisms, report=found[index].append)
        if figure is not None and index not in job.skip:
            figures.append((index, figure))
    identities: list[tuple[int, Identity]] = []
    statements: list[Statement] = []
    entities = Entities()
    of_file = {id(figure): found[index] for index, figure in figures}
    sections = map_figures(
        [figure for _, figure in figures], settings=job.settings, report_for=lambda figure: of_file[id(figure)].append
    )
    for (index, figure), section in zip(figures, sections, strict=True):
        statements += section.statements
        entities.add(contribution(figure, section.iri))
        identities.append((index, Identity.of(figure, section.iri)))
    data = FORMATS[job.format].write(statements, job.settings.schema)
    diagnostics = tuple(diagnostic for diagnostics in found for diagnostic in diagnostics)
    return ChunkResult(data, len(statements), entities, tuple(identities), diagnostics)


def jobs_of(databases: Iterable[Database], settings: Settings, format: str, size: int = CHUNK) -> Iterator[Job]:
    """Yield the chunks of databases, in the order of their records."""
    for database in databases:
        for start in range(0, len(database.records), size):
            yield Job(database.records[start : start + size], database.organisms, settings, format)


def convert_databases(
    databases: Sequence[Database],
    *,
    write: Callable[[bytes], object],
    settings: Settings,
    format: str,
    report: Report,
) -> Counts:
    """Convert databases to one graph.

    Args:
        databases: the databases.
        write: takes the bytes of the output, part by part.
        settings: the settings of the mapping.
        format: a name in `FORMATS`.
        report: takes the diagnostics.

    Returns:
        What was done.
    """
    counts = Counts(records=sum(len(database.records) for database in databases))
    entities = Entities()
    identities = Identities()

    def counting(diagnostic: Diagnostic) -> None:
        counts.codes[diagnostic.code] += 1
        report(diagnostic)

    write(FORMATS[format].header(settings.schema))
    for job in jobs_of(databases, settings, format):
        result = convert_chunk(job)
        faults = {index: fault for index, identity in result.identities if (fault := identities.fault(identity))}
        if faults:
            result = convert_chunk(replace(job, skip=frozenset(faults)))
        for diagnostic in (*result.diagnostics, *faults.values()):
            counting(diagnostic)
        write(result.data)
        entities.merge(result.entities)
        counts.figures += len(result.identities)
        counts.triples += result.triples
    described = entity_statements(entities, settings=settings, report=counting)
    for subjects in _subjects_together(described):
        counts.triples += len(subjects)
        write(FORMATS[format].write(subjects, settings.schema))
    return counts


def _subjects_together(statements: Iterator[Statement], size: int = PART) -> Iterator[list[Statement]]:
    """Cut statements into parts of at least `size`, never within a subject."""
    while part := list(islice(statements, size)):
        for statement in statements:
            if statement[0] != part[-1][0]:
                yield part
                part = [statement, *islice(statements, size)]
            else:
                part.append(statement)
        yield part
