"""A release: everything that a publisher of linked data offers, made in one run, and only what passed.

The steps, in `release`: the records are converted and checked on the way (`conversion`, `validation`) to one file of
lines; that is cut, compressed, written in Turtle and counted (`shards`, `counting`); all else is written from what was
counted (`publication`, and what writes it); and all is read again (`gate`). It is built in a folder beside (`shelf`),
which gets its name at the end: under the name there is a whole release or none.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, parse

from pfocr_rdf import __version__
from pfocr_rdf.checking import Check, Result
from pfocr_rdf.clashes import Sources, check_outputs
from pfocr_rdf.context import context_document
from pfocr_rdf.conversion import CHUNK, convert_databases
from pfocr_rdf.conversion import Counts as Converted
from pfocr_rdf.database import STANDARD_INPUT, Database, InputError, sources_of
from pfocr_rdf.diagnostics import CODES, LEVELS, Diagnostic, Report, diagnose, json_line
from pfocr_rdf.errors import why
from pfocr_rdf.executables import executable_turtle
from pfocr_rdf.groups import mentioning_figure
from pfocr_rdf.inputs import open_records
from pfocr_rdf.mapping import DEFAULTS, Settings
from pfocr_rdf.pages.filenames import file_stems
from pfocr_rdf.pages.index_page import index_page
from pfocr_rdf.pages.statistics import statistics_of
from pfocr_rdf.progress import progress, stages
from pfocr_rdf.queries import Query, of_figure, read_query, shipped_queries, spelled
from pfocr_rdf.released import MANIFEST_FILE, SUMS_FILE
from pfocr_rdf.releases.changes import (
    Change,
    Snapshot,
    changes,
    changes_table,
    falls,
    figure_changes,
    figures_table,
)
from pfocr_rdf.releases.counting import Counting
from pfocr_rdf.releases.defaults import ALLOWED_DROP, BASE_URL, CREATOR, ENDPOINT
from pfocr_rdf.releases.description import VOID_FILE, description, description_turtle
from pfocr_rdf.releases.figure_digests import section_digests
from pfocr_rdf.releases.figure_pages import write_figures
from pfocr_rdf.releases.gate import (
    CONTEXT_FILE,
    Reading,
    Refused,
    Taker,
    load_store,
    query_faults,
    read_again,
    recount_faults,
)
from pfocr_rdf.releases.gene_sets import GENE_SETS_QUERY, gene_sets
from pfocr_rdf.releases.loadscripts import load_scripts
from pfocr_rdf.releases.manifest import manifest, sha256sums
from pfocr_rdf.releases.previous import FIGURES_FILE, read_previous
from pfocr_rdf.releases.publication import (
    DUMP,
    GENE_SETS,
    HTML,
    JSON_LD,
    SHARD,
    Counts,
    Finding,
    Publication,
)
from pfocr_rdf.releases.shards import (
    BLOCK_BYTES,
    DUMP_LINES,
    SHARD_TRIPLES,
    Block,
    Dump,
    Pressed,
    gzip_member,
    press,
    shards,
)
from pfocr_rdf.releases.shelf import Shelf, building, check_target
from pfocr_rdf.releases.source import read_source
from pfocr_rdf.results import REPORTS
from pfocr_rdf.serialization import FORMATS, turtle_header
from pfocr_rdf.shacl import SEVERITIES
from pfocr_rdf.shapefiles import description_shapes, read_shapes, shapes_folder
from pfocr_rdf.terms import Term, iri_text
from pfocr_rdf.validation import Validation, Verdict
from pfocr_rdf.vocabulary import (
    OA_ANNOTATION,
    PFOCR_GENE_MENTION,
    SCHEMA_HTTP,
    WP_GENE_PRODUCT,
    WP_METABOLITE,
    WP_PATHWAY,
    WP_PUBLICATION_REFERENCE,
    SchemaOrg,
)
from pfocr_rdf.workers import in_order, process_runner

if TYPE_CHECKING:
    from pyoxigraph import Store

__all__ = ["Release", "release"]

_TURTLE: Final = FORMATS["turtle"].media_type
_NTRIPLES: Final = FORMATS["ntriples"].media_type
_JSON_LINES: Final = "application/x-ndjson"
_TABLE: Final = "text/tab-separated-values"


@dataclass(frozen=True, slots=True)
class Release:
    """A release that was published.

    Attributes:
        publication: what it says of itself.
    """

    publication: Publication


def release(
    database: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    version: str,
    issued: str | None = None,
    previous: str | os.PathLike[str] | None = None,
    allowed_drop: float = ALLOWED_DROP,
    figures: bool = False,
    base_url: str = BASE_URL,
    endpoint: str = ENDPOINT,
    creators: Sequence[str] = (CREATOR,),
    settings: Settings = DEFAULTS,
    taxonomy: str | os.PathLike[str] | None = None,
    engine: str = "pyshacl",
    report: Report | None = None,
    note: Callable[[str], object] | None = None,
    jobs: int = 1,
    quiet: bool = True,
) -> Release:
    """Make a release of a database.

    The files are the same, byte for byte, for every number of workers.

    Args:
        database: a checkout of the database, an archive of one, or a folder of records.
        folder: the folder of the release, which must not be there yet, or be empty.
        version: the version of the data.
        issued: the day of publication, `YYYY-MM-DD`; without it, the day of the source's commit, where it is known
            that what is read is what that holds.
        previous: the folder of the release before, to compare with, or None.
        allowed_drop: per cent by which any count may fall.
        figures: whether each figure gets pages of its own.
        base_url: where the release will be; `{version}` stands for the version.
        endpoint: the SPARQL endpoint that the example queries name.
        creators: IRIs of those who made the data.
        settings: the settings of the mapping.
        taxonomy: NCBI Taxonomy's `names.dmp`, or None.
        engine: what checks the shapes, `pyshacl` or `turbo`.
        report: takes what is found in the records, violations too, or None.
        note: takes what whoever publishes should know of the release, a line each, before the work begins, or None.
        jobs: worker processes; with one, everything happens in this process.
        quiet: whether no progress is shown on standard error.

    Raises:
        Refused: when something did not pass; nothing is published then.
        InputError: when the database or the release before cannot be used.
        OutputError: when the release cannot be written.
        MissingExtraError: when the engine is not installed.
        WorkerError: when a worker process dies.
    """
    begin = stages(quiet=quiet)
    name, target = os.fspath(database), Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    if name == STANDARD_INPUT:
        raise InputError("a release is made of a database, not of standard input; give a checkout or an archive")
    check_target(target, name)
    read = [sources_of(name), Sources((os.fspath(taxonomy),) if taxonomy is not None else ())]
    check_outputs({"the list of changes": str(_changes_beside(target))}, read)
    before = read_previous(os.fspath(previous)) if previous is not None else None
    if before is not None and before.version == version:
        raise InputError(f"{os.fspath(previous or '')}: is version {version}, too; give the new release another")
    found: list[Diagnostic] = []
    (source_database,) = open_records([name], report=found.append, taxonomy=taxonomy)
    try:
        source, unlike = read_source(name)
    except OSError as error:
        raise InputError(f"{error.filename or name}: {why(error)}") from error
    issued = issued or source.date
    settings = replace(settings, created_on=settings.created_on or source.date)
    settings.check()
    if note is not None:
        for text in (
            str(unlike or ""),
            _missing_dates(issued, settings.created_on),
            _missing_digests(before, previous),
        ):
            if text:
                note(text)
    with building(target) as (built, work):
        shelf = Shelf(built)
        say = _relative_to(source_database)
        converted, verdict, dump = _convert(
            source_database, found, shelf, work, settings, engine=engine, jobs=jobs, say=say, report=report, quiet=quiet
        )
        begin("the graph is compressed and counted")
        counts, examples, telling, listed = _press(dump, shelf, version, work, settings.schema, jobs=jobs)
        queries = _queries(telling, settings.schema)
        digests = section_digests(dump, work, jobs=jobs)
        title = "the figures: figid, IRI, and the SHA-256 of what is said of each and its mentions"
        shelf.add(FIGURES_FILE, figures_table(listed, digests), title, _TABLE)
        compared = _compare(before, Snapshot.of(version, counts, digests), shelf, target, allowed_drop)
        publication = Publication(
            version=version,
            base_url=_base_url(base_url, version),
            files=shelf.files(),
            counts=counts,
            source=source,
            software=__version__,
            issued=issued,
            created_on=settings.created_on,
            previous=before.version if before is not None else None,
            figure_changes=figure_changes(compared, known=before.has_digests) if before is not None else None,
            diagnostics=_diagnostic_findings(converted.codes),
            validation=_validation_findings(verdict),
            examples=examples,
            schema=settings.schema.namespace,
            creators=tuple(creators),
        )
        _describe(publication, shelf)
        _write_vocabulary_shapes_queries(publication, queries, shelf, settings.schema, endpoint)
        begin("all that was written is read again, and compared")
        sets: list[str] = []
        store = _pass_gate(shelf, publication, queries, dump, work, settings.schema, sets, jobs=jobs)
        _write_gene_sets(sets, version, shelf)
        publication = replace(publication, files=shelf.files())
        stems = file_stems(figid for figid, _ in listed) if figures else None
        _write_scripts(publication, store, shelf)
        publication = replace(publication, files=shelf.files())
        begin("the pages are written")
        page = index_page(publication, statistics_of(store, settings.schema), queries, stems)
        shelf.add("index.html", page, "this release, for people", HTML)
        if stems is not None:
            write_figures(publication, stems, store, dump, shelf, work, settings.schema, jobs=jobs)
        publication = replace(publication, files=shelf.files())
        shelf.add(MANIFEST_FILE, manifest(publication), "", "application/json")
        shelf.add(SUMS_FILE, sha256sums(shelf.files()), "", "text/plain")
        _read_last(shelf, ("index.html", MANIFEST_FILE, SUMS_FILE))
        del store
    return Release(publication)


# -------------------------------------------------------------------------------------------------- the database


def _missing_dates(issued: str | None, created_on: str | None) -> str:
    """Say which dates a release will not have, and what gives them; nothing where it has both."""
    missing = []
    if issued is None:
        missing.append("no day of publication, which --issued gives")
    if created_on is None:
        missing.append("no day of the data, which --created-on gives")
    return f"the release says {'; and '.join(missing)}" if missing else ""


def _missing_digests(before: Snapshot | None, folder: str | os.PathLike[str] | None) -> str:
    """Say that it cannot be told which figures have other contents than before, where that is so."""
    if folder is None or before is None or before.has_digests:
        return ""
    return f"{Path(folder, FIGURES_FILE)}: has no digests, so figures that have other contents than there do not show"


def _relative_to(database: Database) -> Callable[[str], str]:
    """Give what makes paths relative to the database, so that reports are the same wherever that is.

    A message that names another record begins with its path.
    """
    prefix = database.records[0].tree.display("")
    return lambda text: text.removeprefix(prefix)


NAMED: Final = 200
"""Violations that are named when a release is refused."""


def _convert(
    database: Database,
    found: Iterable[Diagnostic],
    shelf: Shelf,
    work: Path,
    settings: Settings,
    *,
    engine: str,
    jobs: int,
    say: Callable[[str], str],
    report: Report | None,
    quiet: bool,
) -> tuple[Converted, Verdict, Dump]:
    """Convert the records to one file of lines, and check each figure on the way.

    Raises:
        Refused: when shapes are violated, or no record could be read.
    """
    records = len(database.records)
    violated: list[Diagnostic] = []
    check = Check(read_shapes().spelled(settings.schema.namespace), engine)
    check.prepare()
    with ExitStack() as stack:
        open_file = stack.enter_context
        lines = open_file(shelf.writing("diagnostics.jsonl", "what was found in the records", _JSON_LINES))
        as_lines = open_file(shelf.writing("validation.jsonl", "what the shapes found", _JSON_LINES))
        as_turtle = open_file(shelf.writing("validation.ttl", "what the shapes found, as a SHACL report", _TURTLE))
        raw = open_file(open(work / DUMP_LINES, "wb"))  # noqa: SIM115 - the stack closes it
        writers = [
            REPORTS["json"](as_lines, check.shapes),  # type: ignore[arg-type]  # write is all that they call
            REPORTS["turtle"](as_turtle, check.shapes),  # type: ignore[arg-type]
        ]

        def take(diagnostic: Diagnostic) -> None:
            lines.write(json_line(replace(diagnostic, file=say(diagnostic.file), message=say(diagnostic.message))))
            if report is not None:
                report(diagnostic)

        def result_found(result: Result) -> None:
            for writer in writers:
                writer.add(replace(result, file=say(result.file)))
            if result.severity == "Violation" and len(violated) < NAMED:
                place = " ".join(filter(None, (result.focus, result.path, result.value)))
                message = f"{result.name}: {result.message}"
                violated.append(diagnose("shape-violated", message, file=result.file, figid=result.figid, value=place))

        for diagnostic in found:
            take(diagnostic)
        dump = Dump(raw, block_bytes=BLOCK_BYTES)
        validation = Validation(check, result_found, run=partial(in_order, workers=jobs) if jobs > 1 else None)
        with progress(records, quiet=quiet) as advance:
            counts = convert_databases(
                [database],
                write=dump.write,
                settings=settings,
                format="ntriples",
                report=take,
                run=process_runner(min(jobs, -(-records // CHUNK)), partial(advance, 0)),
                advance=advance,
                validation=validation,
            )
        dump.finish()
        counts.codes += Counter(diagnostic.code for diagnostic in found)
        for writer in writers:
            writer.finish()
    if violated:
        more = validation.verdict.count("Violation") - len(violated)
        raise Refused(
            *map(str, violated),
            *((f"and {more:,} more violations, which `pfocr-rdf validate` shows",) if more else ()),
        )
    if not counts.figures:
        raise Refused("there is no figure: no record could be read")
    return counts, validation.verdict, dump


def _press(
    dump: Dump, shelf: Shelf, version: str, work: Path, schema: SchemaOrg, *, jobs: int
) -> tuple[Counts, tuple[str, ...], str, list[tuple[str, str]]]:
    """Cut, compress and count the dump, and write it in Turtle, too.

    Returns:
        The counts; examples of what is in the data; the figid of a figure that has much to tell; all figids, sorted,
        each with the figure's IRI.
    """
    blocks = partial(_pressed, str(work / DUMP_LINES), schema)
    with ExitStack() as stack, Counting() as counting:
        open_file = stack.enter_context
        whole = open_file(shelf.writing(f"pfocr-{version}.nt.gz", "the whole graph in N-Triples", _NTRIPLES, role=DUMP))
        turtle = open_file(shelf.writing(f"pfocr-{version}.ttl.gz", "the whole graph in Turtle", _TURTLE, role=DUMP))
        turtle.write(gzip_member(turtle_header(schema)))
        pressed = open_file(closing(in_order(blocks, dump.blocks, workers=min(jobs, len(dump.blocks)))))
        for number, shard in enumerate(shards(dump.blocks, triples=SHARD_TRIPLES), 1):
            if sum(block.triples for block in shard) > SHARD_TRIPLES:
                raise Refused(f"a description has more than {SHARD_TRIPLES:,} triples, which no shard may have")
            path = f"shards/pfocr-{version}-{number:04}.nt.gz"
            with shelf.writing(path, f"part {number} of the graph", _NTRIPLES, role=SHARD) as part:
                for _ in shard:
                    block = next(pressed)
                    part.write(block.ntriples)
                    whole.write(block.ntriples)
                    turtle.write(block.turtle)
                    counting.add(block.tally)
        for _ in pressed:  # there is no more; the workers end
            pass
        examples = _examples(counting.first, schema)
        listed = [(figid, iri_text(figure)) for figure, figid in counting.figures]
        telling = _telling_figure(counting.first, counting.figures)
        return counting.counts(), examples, telling, sorted(listed)


def _pressed(path: str, schema: SchemaOrg, block: Block) -> Pressed:
    with open(path, "rb") as file:
        file.seek(block.start)
        return press(file.read(block.length), schema)


def _examples(first: dict[Term, Term], schema: SchemaOrg) -> tuple[str, ...]:
    """Choose examples of what is in the data."""
    kinds = (
        WP_PATHWAY,
        OA_ANNOTATION,
        WP_GENE_PRODUCT,
        WP_METABOLITE,
        schema.medical_condition,
        schema.taxon,
        WP_PUBLICATION_REFERENCE,
    )
    return tuple(dict.fromkeys(iri_text(first[kind]) for kind in kinds if kind in first))


def _compare(
    before: Snapshot | None, after: Snapshot, shelf: Shelf, target: Path, allowed_drop: float
) -> tuple[Change, ...]:
    """Compare with the release before.

    Raises:
        Refused: when a count fell by more than is allowed; what has changed is then left beside the release's name.
    """
    if before is None:
        return ()
    found = tuple(changes(before, after))
    table = changes_table(found)
    if fallen := falls(found, allowed_drop):
        beside = _changes_beside(target)
        beside.write_bytes(table)
        gone = figure_changes(found, known=True).gone
        raise Refused(
            *map(str, fallen),
            f"counts fell by more than {allowed_drop:g}% since version {before.version}; {gone:,} figures are gone: "
            f"see {beside}. Where that is meant, --allow-drop allows it",
        )
    shelf.add("changes.tsv", table, f"what has changed since version {before.version}", _TABLE)
    return found


def _changes_beside(target: Path) -> Path:
    """Give the file, beside a release that is refused, that says what has changed."""
    return target.with_name(f"{target.name}.changes.tsv")


# ------------------------------------------------------------------------------------------------- all the rest


def _base_url(base_url: str, version: str) -> str:
    url = base_url.replace("{version}", version)
    return url if url.endswith("/") else f"{url}/"


def _diagnostic_findings(codes: Counter[str]) -> tuple[Finding, ...]:
    order = sorted(codes, key=lambda name: (LEVELS.index(CODES[name].level), -codes[name], name))
    return tuple(Finding(CODES[name].level, name, codes[name], CODES[name].meaning) for name in order)


def _validation_findings(verdict: Verdict) -> tuple[Finding, ...]:
    index = read_shapes().index
    results = verdict.results
    order = sorted(results, key=lambda key: (SEVERITIES.index(key[0]), -results[key], key[1]))
    return tuple(Finding(severity, index[shape].name, results[severity, shape]) for severity, shape in order)


def _describe(publication: Publication, shelf: Shelf) -> None:
    """Write the description, and check it.

    Raises:
        Refused: when it is not what its shapes ask for.
    """
    statements = list(description(publication))
    shapes = description_shapes()
    checked = Check(shapes, part=True)([statements])
    faults = [located.result for located in checked.results if located.result.severity == "Violation"]
    if faults:
        raise Refused(*(f"the description: {fault.name}: {fault.message} ({fault.focus})" for fault in faults))
    data = description_turtle(publication)
    shelf.add(VOID_FILE, data, "the description of the dataset", _TURTLE)
    shelf.add(".well-known/void", data, "the description again, to be served at /.well-known/void of the host", _TURTLE)


def _queries(figid: str, schema: SchemaOrg) -> tuple[Query, ...]:
    """Give the queries that ship with the package, as they are asked of the data.

    Args:
        figid: a figure that is in the data, for those that ask of one.
        schema: how the data spells schema.org.
    """
    return tuple(read_query(spelled(of_figure(query.text, figid), schema), query.name) for query in shipped_queries())


def _telling_figure(first: Mapping[Term, Term], figures: Sequence[tuple[Term, str]]) -> str:
    """Choose a figure that has much to tell: the first in which a gene was read, or the first of all."""
    mention = first.get(PFOCR_GENE_MENTION)
    figure = mentioning_figure(mention) if mention is not None else None
    return next((figid for iri, figid in figures if iri == figure), figures[0][1])


def _write_vocabulary_shapes_queries(
    publication: Publication, queries: Sequence[Query], shelf: Shelf, schema: SchemaOrg, endpoint: str
) -> None:
    """Write what helps to use the data: vocabulary, shapes, context, queries."""
    vocabulary = files("pfocr_rdf").joinpath("data", "vocabulary.ttl").read_bytes()
    shelf.add("vocabulary.ttl", vocabulary, "PFOCR's own terms, defined", _TURTLE)
    folder = shapes_folder()
    for path in sorted(folder.rglob("*.ttl")):
        name = path.relative_to(folder).as_posix()
        data = path.read_bytes().replace(SCHEMA_HTTP.namespace.encode(), schema.namespace.encode())
        shelf.add(f"shapes/{name}", data, f"SHACL shapes: {name.removesuffix('.ttl')}", _TURTLE)
    shelf.add(CONTEXT_FILE, context_document(schema), "the JSON-LD context", JSON_LD)
    for query in queries:
        shelf.add(f"queries/{query.name}.rq", query.text.encode(), query.question, "application/sparql-query")
    shelf.add(
        "queries.ttl", executable_turtle(queries, target=endpoint, schema=schema), "the queries, for editors", _TURTLE
    )


def _write_gene_sets(sets: Iterable[str], version: str, shelf: Shelf) -> None:
    """Write the lines of the gene sets, and read them again.

    Raises:
        Refused: when the file does not hold what was written.
    """
    path = f"pfocr-{version}.gmt"
    title = "the figures' human genes as gene sets, by NCBI Gene id"
    with shelf.writing(path, title, _TABLE, role=GENE_SETS) as file:
        for line in sets:
            file.write(line.encode())
    _read_last(shelf, [path])


def _write_scripts(publication: Publication, store: Store, shelf: Shelf) -> None:
    """Write the scripts that load the release, and read them again.

    They load the description beside the data; what both say stands once in a store.

    Args:
        publication: the release.
        store: holds the data.
        shelf: takes the scripts.

    Raises:
        Refused: when a script does not hold what was written.
    """
    described = sum(quad not in store for quad in parse(path=shelf.path(VOID_FILE), format=RdfFormat.TURTLE))
    scripts = list(load_scripts(publication, described=described))
    for script in scripts:
        shelf.add(script.path, script.text.encode(), script.title, script.media_type)
    _read_last(shelf, [script.path for script in scripts])


def _pass_gate(
    shelf: Shelf,
    publication: Publication,
    queries: Sequence[Query],
    dump: Dump,
    work: Path,
    schema: SchemaOrg,
    sets: list[str],
    *,
    jobs: int,
) -> Store:
    """Read all that was written again, and ask it what it holds; give a store of the whole graph.

    A query that is run here gives `sets` the lines of the gene sets, as it takes minutes with a large graph.

    Raises:
        Refused: when something is not as it should be.
    """
    turtle, ntriples = (
        next(file.path for file in publication.of_role(DUMP) if file.media_type == media_type)
        for media_type in (_TURTLE, _NTRIPLES)
    )
    files = sorted(
        shelf.files(), key=lambda file: (file.path != VOID_FILE, file.path != turtle, -file.bytes, file.path)
    )
    tasks = [(shelf.path(file.path), file.path == turtle, file.path != ntriples) for file in files]
    with closing(in_order(_read_again, tasks, workers=jobs)) as again:
        # workers read the next files, which are the largest, while this process fills a store and asks it
        first = next(again)
        store = load_store(shelf.path(ntriples), triples=dump.triples, folder=str(work / "store"))
        takers: dict[str, Taker] = {GENE_SETS_QUERY: lambda rows: sets.extend(gene_sets(rows))}
        faults = [
            *recount_faults(store, publication.counts, threads=jobs),
            *query_faults(store, queries, schema, takers=takers, threads=jobs),
        ]
        in_shards = 0
        for file, found in zip(files, chain((first,), again), strict=True):
            # the store has parsed the N-Triples
            reading = found if file.path != ntriples or found.fault else replace(found, triples=len(store))
            if fault := shelf.amend(file.path, reading):
                faults.append(fault)
                continue
            if file.role == DUMP and reading.triples != dump.triples:
                faults.append(
                    f"{file.path}: holds {reading.triples:,} triples, not the {dump.triples:,} that were written"
                )
            elif file.role == DUMP and (reading.lines or reading.content) != dump.digest.hexdigest():
                faults.append(f"{file.path}: does not hold what was converted")
            if file.role == SHARD:
                in_shards += reading.triples or 0
    if in_shards != dump.triples:
        faults.append(f"the shards hold {in_shards:,} triples, not the {dump.triples:,} that were written")
    if faults:
        raise Refused(*faults)
    return store


def _read_again(task: tuple[str, bool, bool]) -> Reading:
    path, lines, parse = task
    return read_again(path, lines=lines, parse=parse)


def _read_last(shelf: Shelf, paths: Iterable[str]) -> None:
    """Read again what is written last.

    Raises:
        Refused: when something does not hold what was written.
    """
    if faults := list(filter(None, (shelf.amend(path, read_again(shelf.path(path))) for path in paths))):
        raise Refused(*faults)
