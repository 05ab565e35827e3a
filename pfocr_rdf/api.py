"""The library in few names: read figures, map them, make a graph, convert databases, validate and load them."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
from pyoxigraph import NamedNode, Triple

from pfocr_rdf.cache import Cache, open_cache, open_checks, open_parts
from pfocr_rdf.checking import Check, Result
from pfocr_rdf.clashes import ReadFolder, Sources, check_outputs
from pfocr_rdf.cluster import dask_runner
from pfocr_rdf.conversion import CHUNK, Counts, Identities, convert_databases, read_records
from pfocr_rdf.database import InputError, folders_of, sources_of
from pfocr_rdf.descriptions import entity_statements
from pfocr_rdf.diagnostics import Diagnostic, Report, diagnose, json_line
from pfocr_rdf.entities import Entities, contribution
from pfocr_rdf.figures import Figure
from pfocr_rdf.inputs import GraphCounts, Inputs, listed, open_records, rdf_files, write_graph, write_lines
from pfocr_rdf.mapping import DEFAULTS, Settings, map_figures
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.output import OutputError, is_file, open_output
from pfocr_rdf.progress import progress
from pfocr_rdf.released import lists_of_releases
from pfocr_rdf.sections import other_rdf
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.stores.loading import Loaded, Send
from pfocr_rdf.suffixes import suffix_within
from pfocr_rdf.terms import iri_term, iri_text, triples
from pfocr_rdf.validation import Validation, Verdict
from pfocr_rdf.vocabulary import XSD_STRING, prefixes
from pfocr_rdf.workers import forked, in_order, process_runner

if TYPE_CHECKING:
    import rdflib

    from pfocr_rdf.stores.remote import RemoteStore

__all__ = ["convert", "graph_triples", "load", "read_figures", "to_graph", "validate"]

_XSD_STRING = NamedNode(iri_text(XSD_STRING))
_LOG = logging.getLogger("pfocr_rdf")
_LOG_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}


def _log(diagnostic: Diagnostic) -> None:
    """Pass a diagnostic to Python's logging, under the logger `pfocr_rdf`."""
    _LOG.log(_LOG_LEVELS[diagnostic.level], "%s", diagnostic)


def read_figures(
    path: str | os.PathLike[str], *, taxonomy: str | os.PathLike[str] | None = None, report: Report = _log
) -> Iterator[Figure]:
    """Yield the figures of a database checkout, a folder of records, or a record file.

    Args:
        path: what to read; companions, maps and organism pages are found beside `_figures/` by themselves.
        taxonomy: NCBI Taxonomy's `names.dmp`, for organisms that neither the database nor the package knows.
        report: takes the diagnostics; by default they go to the logger `pfocr_rdf`.

    Raises:
        InputError: when there is nothing to read.

    Example:
        >>> figures = list(read_figures("examples"))
        >>> figures[0].paper.pmcid
        'PMC99000001'
    """
    (database,) = open_records([path], report=report, taxonomy=taxonomy)
    return read_records(database.records, database.organisms, report=report)


def graph_triples(
    figures: Iterable[Figure], *, settings: Settings = DEFAULTS, report: Report = _log
) -> Iterator[Triple]:
    """Yield the triples of figures and, after them, of what they share: the whole graph, each subject's together.

    Args:
        figures: the figures; of those with one figid, or one IRI, the first counts.
        settings: the settings of the mapping.
        report: takes the diagnostics.
    """
    entities = Entities()
    identities = Identities()
    rest = iter(figures)
    while chunk := list(islice(rest, CHUNK)):
        for section in map_figures(chunk, settings=settings, report_for=lambda _: report):
            given = contribution(section)
            if (fault := identities.fault(given.figid, given.iri, given.file)) is not None:
                report(fault)
                continue
            entities.add(given)
            yield from triples(section.statements)
    yield from triples(entity_statements(entities, settings=settings, report=report))


def to_graph(figures: Iterable[Figure], *, settings: Settings = DEFAULTS, report: Report = _log) -> rdflib.Graph:
    """Make an rdflib graph of figures and what they share, with the prefixes bound.

    Args:
        figures: the figures; of those with one figid, or one IRI, the first counts. They are held in memory as triples.
        settings: the settings of the mapping.
        report: takes the diagnostics.

    Example:
        >>> graph = to_graph(read_figures("examples"))
        >>> len(graph)
        6987
    """
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes(settings.schema).items():
        graph.bind(prefix, rdflib.Namespace(namespace))
    terms: dict[NamedNode, rdflib.URIRef] = {}

    def reference(node: NamedNode) -> rdflib.URIRef:
        if node not in terms:
            terms[node] = rdflib.URIRef(node.value)
        return terms[node]

    def literal(value: pyoxigraph.Literal) -> rdflib.Literal:
        if value.datatype == _XSD_STRING:
            return rdflib.Literal(value.value)
        return rdflib.Literal(value.value, datatype=reference(value.datatype), normalize=False)

    for triple in graph_triples(figures, settings=settings, report=report):
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        assert isinstance(subject, NamedNode)  # nothing is a blank node
        if isinstance(value, pyoxigraph.Literal):
            graph.add((reference(subject), reference(predicate), literal(value)))
        else:
            assert isinstance(value, NamedNode)
            graph.add((reference(subject), reference(predicate), reference(value)))
    return graph


def _read_of(inputs: list[str], files: list[str] | None, *others: str | os.PathLike[str] | None) -> list[Sources]:
    """Give what a run reads: its inputs, which may be files of RDF, and other files."""
    read = [sources_of(name) for name in inputs] if files is None else [Sources((*files, *lists_of_releases(inputs)))]
    return [*read, Sources(tuple(os.fspath(name) for name in others if name is not None))]


def _format_of(output: str) -> str:
    """Give the format that an output's name asks for.

    Raises:
        OutputError: when that is one that is not written.
    """
    if kind := other_rdf(output):
        raise OutputError(f"{output}: is {kind} by its name, but what is written is Turtle (.ttl) or N-Triples (.nt)")
    return "ntriples" if suffix_within(output) == FORMATS["ntriples"].suffix else "turtle"


class _NothingConvertedError(Exception):
    """Takes back an output that would hold no figure."""


def convert(
    inputs: Inputs,
    output: str | os.PathLike[str],
    *,
    format: str | None = None,
    settings: Settings = DEFAULTS,
    taxonomy: str | os.PathLike[str] | None = None,
    report_file: str | os.PathLike[str] | None = None,
    report: Report | None = None,
    jobs: int = 1,
    dask: str | None = None,
    cache: str | os.PathLike[str] | None = None,
    validate: bool = False,
    quiet: bool = True,
) -> Counts:
    """Convert records to one RDF file.

    The bytes are the same for every number of workers, with a cache and without. Where no record could be read, no
    file is written, and an earlier one stays as it was.

    Args:
        inputs: one or several: database checkouts, folders of records, record files, or `-` for standard input.
        output: the file to write, compressed where its name ends in `.gz`, or `-` for standard output.
        format: `turtle` or `ntriples`; without it, what the output's name says (`.nt`, `.nt.gz`), else Turtle.
        settings: the settings of the mapping.
        taxonomy: NCBI Taxonomy's `names.dmp`, or None.
        report_file: a file for the diagnostics as JSON lines, or None.
        report: takes the diagnostics as they are found, or None.
        jobs: worker processes; with one, everything happens in this process.
        dask: the scheduler of a Dask cluster to convert on, such as `tcp://scheduler:8786`, or None.
        cache: a folder where results are kept, so that a re-run converts and checks only what changed, or None.
        validate: whether the output is checked against PFOCR's shapes on the way; each violation is a diagnostic.
        quiet: whether no progress is shown on standard error.

    Returns:
        Counts of records, figures, triples and diagnostics by code.

    Raises:
        InputError: when an input cannot be used at all.
        OutputError: when the output or the report cannot be written.
        CacheError: when the folder cannot be the cache.
        MissingExtraError: when `dask` is given and the extra is not installed.
        WorkerError: when a Dask cluster is lost, no worker process can be started, or one dies again and again.
        ValueError: for an unknown format, a template of images that gives no IRI, or a date that is none.
    """
    if format is None:
        format = _format_of(os.fspath(output))
    if format not in FORMATS:
        raise ValueError(f"the formats are {', '.join(FORMATS)}, not {format!r}")
    settings.check()
    sources = listed(inputs)
    check_outputs(
        {"the output": os.fspath(output), "the report": os.fspath(report_file) if report_file is not None else None},
        _read_of(sources, None, taxonomy),
        own={"cache": os.fspath(cache)} if cache else {},
    )
    found: list[Diagnostic] = []
    databases = open_records(sources, report=found.append, taxonomy=taxonomy)
    records = sum(len(database.records) for database in databases)
    with ExitStack() as stack:
        kept = None
        cache_for: Callable[[OrganismNames], Cache] | None = None
        if cache is not None:
            cache = str(Path(cache).absolute()) if dask is not None and os.fspath(cache) else os.fspath(cache)
            caches: dict[bytes, Cache] = {}
            for organisms in (database.organisms for database in databases):
                if organisms.digest() not in caches:
                    opened = open_cache(cache, organisms=organisms, settings=settings, format=format)
                    stack.callback(opened.packs.remove_left)
                    caches[organisms.digest()] = opened

            def cache_for(organisms: OrganismNames) -> Cache:
                return caches[organisms.digest()]

            if not validate:  # a check needs the statements
                kept = open_parts(cache, settings=settings, format=format)
                stack.callback(kept.packs.remove_left)

        def waiting() -> None:
            advance(0)  # which is there before any chunk is

        run = process_runner(min(jobs, -(-records // CHUNK)), waiting)
        if dask is not None:
            folders = folders_of(databases) + ([cache] if cache is not None else [])
            run = stack.enter_context(dask_runner(dask, folders, waiting))
        lines = stack.enter_context(open_output(os.fspath(report_file))) if report_file is not None else None
        stack.enter_context(suppress(_NothingConvertedError))
        sink = stack.enter_context(open_output(os.fspath(output)))

        def take(diagnostic: Diagnostic) -> None:
            if lines is not None:
                lines.write(json_line(diagnostic))
            if report is not None:
                report(diagnostic)

        def violated(result: Result) -> None:
            if result.severity == "Violation":
                place = " ".join(filter(None, (result.focus, result.path, result.value)))
                message = f"{result.name}: {result.message}"
                take(diagnose("shape-violated", message, file=result.file, figid=result.figid, value=place))

        validation = None
        if validate:
            from pfocr_rdf.shapefiles import read_shapes

            check = Check(read_shapes().spelled(settings.schema.namespace))
            if cache is not None:
                checks = open_checks(cache, check)
                stack.callback(checks.packs.remove_left)
                check = replace(check, kept=checks)
            check.prepare()
            validation = Validation(check, violated, run=partial(in_order, workers=jobs) if jobs > 1 else None)
        for diagnostic in found:
            take(diagnostic)
        advance = stack.enter_context(progress(records, quiet=quiet))
        counts = convert_databases(
            databases,
            write=sink.write,
            settings=settings,
            format=format,
            report=take,
            run=run,
            spread=partial(forked, workers=jobs),
            cache_for=cache_for,
            kept=kept,
            advance=advance,
            validation=validation,
        )
        if not counts.figures and is_file(os.fspath(output)):
            counts.triples = 0
            raise _NothingConvertedError
    counts.codes.update(diagnostic.code for diagnostic in found)
    if validation is not None and (count := validation.verdict.count("Violation")):
        counts.codes["shape-violated"] = count
    return counts


def validate(
    inputs: Inputs,
    *,
    report: Callable[[Result], object] | None = None,
    shapes: str | os.PathLike[str] | None = None,
    instead: bool = False,
    engine: str = "pyshacl",
    part: bool = False,
    settings: Settings = DEFAULTS,
    taxonomy: str | os.PathLike[str] | None = None,
    diagnostics: Report | None = None,
    report_file: str | os.PathLike[str] | None = None,
    format: str = "text",
    jobs: int = 1,
    quiet: bool = True,
) -> Verdict:
    """Check records, or files of RDF, against the shapes: what PFOCR promises of its graph.

    The results, and their order, are the same for every number of workers.

    Args:
        inputs: either what `convert` takes, or files in Turtle or N-Triples (`.ttl`, `.nt`, also `.gz`), which together
            are one graph.
        report: takes the results as they are found, or None.
        shapes: a folder of shapes that are checked, too, or None.
        instead: whether those are checked instead of PFOCR's.
        engine: `pyshacl`, or `turbo` with the extra.
        part: whether files are a part of a graph, which need not hold whole sections nor what it refers to.
        settings: the settings of the mapping, for records.
        taxonomy: NCBI Taxonomy's `names.dmp`, for records, or None.
        diagnostics: takes what is found in records as they are read, or None.
        report_file: a file for a report, `-` for standard output, or None.
        format: the report's format: `text`, `json` or `turtle`.
        jobs: worker processes; with one, everything happens in this process.
        quiet: whether no progress is shown on standard error.

    Returns:
        How many results there are, by severity and shape.

    Raises:
        InputError: when an input cannot be read.
        OutputError: when the report, or a temporary file, cannot be written.
        ShapesError: when shapes cannot be read or applied.
        MissingExtraError: when the engine is not installed.
        WorkerError: when no worker process can be started, or one dies again and again.
        ValueError: for an unknown engine or format, a template of images that gives no IRI, or a date that is none.

    Example:
        >>> verdict = validate(["examples"])
        >>> verdict.valid(), verdict.count("Violation")
        (True, 0)
    """
    from pfocr_rdf.engines import ENGINES
    from pfocr_rdf.results import REPORTS
    from pfocr_rdf.sections import groups_of, survey
    from pfocr_rdf.shapefiles import SHAPE_SUFFIXES, read_shapes

    for given, known in ((engine, ENGINES), (format, REPORTS)):
        if given not in known:
            raise ValueError(f"{given!r} is none of {', '.join(known)}")
    settings.check()
    sources = listed(inputs)
    files = rdf_files(sources)
    target = os.fspath(report_file) if report_file is not None else None
    read = _read_of(sources, files, taxonomy)
    if shapes is not None:
        read.append(Sources(folders=(ReadFolder(os.fspath(shapes), SHAPE_SUFFIXES),)))
    check_outputs({"the report": target}, read)
    check = Check(read_shapes(os.fspath(shapes) if shapes is not None else None, instead=instead), engine, part)
    check.prepare()  # what is wrong with shapes or engine is said before anything is read
    schema = settings.schema
    found: list[Diagnostic] = []
    if files is not None:
        surveyed = survey(files)
        if not surveyed.triples and not part:
            raise InputError(f"{', '.join(files)}: no triple to check; see whether the file was cut")
        schema, total = surveyed.schema, surveyed.figures
    else:
        databases = open_records(sources, report=found.append, taxonomy=taxonomy)
        total = sum(len(database.records) for database in databases)
    check = replace(check, shapes=check.shapes.spelled(schema.namespace))
    check.prepare()
    with ExitStack() as stack:
        sinks = [report] if report is not None else []
        if target is not None:
            writer = REPORTS[format](stack.enter_context(open_output(target)), check.shapes)
            sinks.append(writer.add)

        def take(result: Result) -> None:
            for sink in sinks:
                sink(result)

        def reported(diagnostic: Diagnostic) -> None:
            if diagnostics is not None:
                diagnostics(diagnostic)

        validation = Validation(check, take, run=partial(in_order, workers=jobs) if jobs > 1 else None)
        advance = stack.enter_context(progress(total, quiet=quiet))
        if files is not None:
            validation.check_all(groups_of(files, surveyed), advance)
            validation.finish()
        else:
            for diagnostic in found:
                reported(diagnostic)
            counts = convert_databases(
                databases,
                write=len,
                settings=settings,
                format="ntriples",
                report=reported,
                run=process_runner(min(jobs, -(-total // CHUNK)), partial(advance, 0)),
                advance=advance,
                validation=validation,
            )
            validation.verdict.codes = counts.codes + Counter(diagnostic.code for diagnostic in found)
        if target is not None:
            writer.finish()
    return validation.verdict


def load(
    inputs: Inputs,
    *,
    store: str | os.PathLike[str] | RemoteStore,
    graph: str | None = None,
    replace: bool = False,
    settings: Settings = DEFAULTS,
    taxonomy: str | os.PathLike[str] | None = None,
    report: Report | None = None,
    report_file: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    quiet: bool = True,
) -> Loaded:
    """Load records, or files of RDF, into a store.

    A graph that holds the triples already is the same afterwards, so a load can be repeated.

    Args:
        inputs: either what `convert` takes, or files in Turtle or N-Triples (`.ttl`, `.nt`, also `.gz`).
        store: the folder of an embedded store, which is made where there is none; or a remote store, that is a
            `pfocr_rdf.stores.endpoint.Endpoint` or a `pfocr_rdf.stores.virtuoso.Virtuoso`.
        graph: the IRI of the graph to load into; None is the default graph.
        replace: whether the graph then holds nothing else, instead of what it held as well.
        settings: the settings of the mapping, for records.
        taxonomy: NCBI Taxonomy's `names.dmp`, for records, or None.
        report: takes what is found in records, or None.
        report_file: a file for that as JSON lines, or None.
        jobs: worker processes for records.
        quiet: whether no progress is shown on standard error.

    Returns:
        What was sent, and what the store then counted. Where `complete()` is false they differ; see `live`.

    Raises:
        InputError: when an input cannot be used at all, or holds nothing that could replace a graph.
        OutputError: when the report, or a temporary file, cannot be written.
        StoreError: when the store cannot be opened or written.
        EndpointError: when a remote store cannot be reached, or refuses.
        WorkerError: when no worker process can be started, or one dies again and again.
        ValueError: when `graph` is no IRI, a template of images gives none, or a date is none.
    """
    settings.check()
    into = iri_term(graph) if graph is not None else None
    sources = listed(inputs)
    files = rdf_files(sources)
    target = os.fspath(report_file) if report_file is not None else None
    own = {"store": os.fspath(store)} if isinstance(store, str | os.PathLike) else {}
    check_outputs({"the report": target}, _read_of(sources, files, taxonomy), own=own)
    with ExitStack() as stack:
        lines = stack.enter_context(open_output(target)) if target is not None else None

        def take(diagnostic: Diagnostic) -> None:
            if lines is not None:
                lines.write(json_line(diagnostic))
            if report is not None:
                report(diagnostic)

        def something(send: Send, write: Callable[[bytes], object]) -> GraphCounts:
            sent = send(write)
            if replace and not (sent.triples if files is not None else sent.figures):
                what = "no triple" if files is not None else "no record that could be converted"
                raise InputError(f"{', '.join(sources)}: {what}, so that there is nothing to replace the graph by")
            return sent

        given = partial(
            write_graph,
            files or sources,
            settings=settings,
            taxonomy=taxonomy,
            report=take,
            jobs=jobs,
            quiet=quiet,
        )
        send: Send = partial(something, given)
        if not isinstance(store, (str, os.PathLike)):
            from pfocr_rdf.stores.remote_loading import load_remote

            return load_remote(store, send, graph=into, replace=replace)
        from pfocr_rdf.stores.embedded import load_store

        if files is not None and all(suffix_within(name) == FORMATS["ntriples"].suffix for name in files):
            exactly = partial(send, len)  # lines may be comments, so that only this tells that there is no triple
            send = partial(something, partial(write_lines, files))
            return load_store(os.fspath(store), send, graph=into, replace=replace, recount=exactly)
        return load_store(os.fspath(store), send, graph=into, replace=replace)
