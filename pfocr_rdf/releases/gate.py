"""What a release must pass before it appears: each file is read again, and the graph is asked what it holds.

A release is not trusted because it was written with care. What is on the disk is read as its users will read it, by the
strict rules, and counted by queries.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final, TypeAlias, cast

import pyoxigraph
from pyoxigraph import QuerySolutions, RdfFormat, Store

from pfocr_rdf.queries import Query, QueryError, spelled, with_prefixes
from pfocr_rdf.releases.publication import Counts, Linkset
from pfocr_rdf.stores.embedded import compact
from pfocr_rdf.stores.loading import COUNTED, count_query
from pfocr_rdf.terms import line_safe
from pfocr_rdf.threads import in_threads
from pfocr_rdf.vocabulary import SchemaOrg

__all__ = ["CONTEXT_FILE", "Reading", "Refused", "Taker", "load_store", "query_faults", "read_again", "recount_faults"]

MEMORY_TRIPLES: Final = 500_000
"""Triples up to which the store is in memory, where each takes some 500 bytes."""

CONTEXT_FILE: Final = "context.jsonld"
"""The JSON-LD context of the output, in a release."""

LOADED: Final = 32_000_000
"""Bytes of a dump that go to a store at once: the store holds as much in memory ten times over until it is done."""

PIECE: Final = 1 << 20
BATCH: Final = 500

_FORMATS: Final = {
    ".jsonld": RdfFormat.JSON_LD,
    ".nt": RdfFormat.N_TRIPLES,
    ".ttl": RdfFormat.TURTLE,
    "void": RdfFormat.TURTLE,
}


class Refused(Exception):  # noqa: N818 - not an error of the program: the data is not fit to be published
    """A release that did not pass.

    Attributes:
        reasons: why, each in a line.
    """

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held when it was read again.

    Attributes:
        triples: how many triples; None where it is no RDF.
        sha256: the SHA-256 of the file as it is.
        content: the SHA-256 of its content, uncompressed.
        lines: the SHA-256 of its statements as lines of N-Triples, in their order; None where that was not asked for.
        fault: what is wrong with it; empty where nothing is.
    """

    triples: int | None = None
    sha256: str = ""
    content: str = ""
    lines: str | None = None
    fault: str = ""


def read_again(path: str, *, lines: bool = False, parse: bool = True) -> Reading:
    """Read a file as its users will: unpack it, and parse what is RDF or JSON by the strict rules.

    Args:
        path: the file; its name says what it is.
        lines: whether its statements are wanted as lines of N-Triples.
        parse: whether it is parsed; what a store loads is parsed there.
    """
    of_file, of_content, of_lines = sha256(), sha256(), sha256()
    triples: int | None = None
    name = path.removesuffix(".gz")
    form = _FORMATS.get(Path(name).suffix or Path(name).name)
    try:
        with open(path, "rb") as raw:
            file = cast("IO[bytes]", _Hashed(raw, of_file))
            plain = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if path.endswith(".gz") else file
            content = cast("IO[bytes]", _Hashed(plain, of_content))
            if form is not None and parse:
                triples = 0
                parsed = _with_context(content, path) if form == RdfFormat.JSON_LD else content
                for batch in _batches(pyoxigraph.parse(parsed, format=form)):
                    triples += len(batch)
                    if lines:
                        of_lines.update("".join(map(_line, batch)).encode())
            elif name.endswith(".json"):
                json.loads(content.read())
            elif name.endswith(".jsonl"):
                for line in _lines(content):
                    if line:
                        json.loads(line)
            while content.read(PIECE):  # what a parser left unread
                pass
    except (OSError, EOFError, zlib.error, SyntaxError, ValueError) as error:
        return Reading(fault=f"cannot be read again: {getattr(error, 'msg', error)}")
    return Reading(triples, of_file.hexdigest(), of_content.hexdigest(), of_lines.hexdigest() if lines else None)


def _with_context(file: IO[bytes], path: str) -> bytes:
    """Give a JSON-LD document with the context written in that it refers to, which must lie in the release.

    Raises:
        ValueError: when the document is no JSON object.
        OSError: when there is no such context.
    """
    document = json.loads(file.read())
    if not isinstance(document, dict):
        raise ValueError("is no JSON object")
    context = document.get("@context")
    if isinstance(context, str) and context.endswith(CONTEXT_FILE) and ":" not in context:
        document["@context"] = json.loads(Path(path).parent.joinpath(context).read_bytes())["@context"]
    return json.dumps(document).encode()


class _Hashed:
    """A file that hashes what is read of it."""

    def __init__(self, file: IO[bytes], digest: Any) -> None:
        self._file = file
        self._digest = digest

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        return data


def _batches(quads: Iterable[pyoxigraph.Quad]) -> Iterator[list[pyoxigraph.Quad]]:
    batch: list[pyoxigraph.Quad] = []
    for quad in quads:
        batch.append(quad)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _line(quad: pyoxigraph.Quad) -> str:
    return f"{quad.subject} {quad.predicate} {line_safe(str(quad.object))} .\n"


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file that has only `read`, without their ends: a report may be larger than memory."""
    begun: list[bytes] = []  # pieces of a line, which may be longer than they are
    while piece := file.read(PIECE):
        first, *rest = piece.split(b"\n")
        begun.append(first)
        if rest:
            yield b"".join(begun)
            *whole, last = rest
            yield from whole
            begun = [last]
    yield b"".join(begun)


def load_store(dump: str, *, triples: int, folder: str) -> Store:
    """Load a dump into an embedded store: in memory where it is small, else in a folder.

    Args:
        dump: the dump, compressed N-Triples.
        triples: how many triples it is said to hold.
        folder: where a large store may be.

    Raises:
        Refused: when it cannot be loaded.
    """
    store = Store() if triples <= MEMORY_TRIPLES else Store(folder)
    try:
        with gzip.open(dump, "rb") as file:
            while data := file.read(LOADED):
                store.bulk_load(data + file.readline(), format=RdfFormat.N_TRIPLES)
        if triples > MEMORY_TRIPLES:
            compact(store)
    except (OSError, EOFError, RuntimeError, zlib.error, SyntaxError, ValueError) as error:
        raise Refused(f"{Path(dump).name}: cannot be loaded: {error}") from error
    return store


def recount_faults(store: Store, counts: Counts, *, threads: int = 1) -> Iterator[str]:
    """Compare what a store holds with what was counted as the data was written; say what differs.

    Compared is every number that a description says, but for the subjects of each property: to tell those apart would
    take memory for nearly all of a large graph.

    Args:
        store: the store.
        counts: what was counted.
        threads: how many queries are asked at once.
    """
    recounts = list(_recounts(counts))
    answers = in_threads(partial(_rows, store), [query for query, _ in recounts], threads=threads)
    for (_, faults), rows in zip(recounts, answers, strict=True):
        yield from faults(rows)


def _recounts(counts: Counts) -> Iterator[_Recount]:
    """Yield the queries that count again."""
    written = {"triples": counts.triples, "figures": counts.figures, "mentions": counts.mentions}
    for what in COUNTED:
        yield count_query(what), partial(_unequal, [what], [written[what]])
    for name, query, number in (
        ("entities", "SELECT (COUNT(DISTINCT ?thing) AS ?n) { ?thing a ?kind }", counts.entities),
        ("subjects", "SELECT (COUNT(DISTINCT ?thing) AS ?n) { ?thing ?property ?value }", counts.subjects),
        ("objects", "SELECT (COUNT(DISTINCT ?value) AS ?n) { ?thing ?property ?value }", counts.objects),
    ):
        yield query, partial(_unequal, [name], [number])
    for predicate, links in groupby(sorted(counts.linksets, key=_predicate), key=_predicate):
        linksets = list(links)
        names = [f"links to {link.target.title} by {predicate}" for link in linksets]
        yield _links_query(predicate, linksets), partial(_unequal, names, [link.triples for link in linksets])
    classes = {part.iri: part.entities for part in counts.classes}
    yield "SELECT ?kind (COUNT(?thing) AS ?n) { ?thing a ?kind } GROUP BY ?kind", partial(_differing, "class", classes)
    properties = {part.iri: part.triples for part in counts.properties}
    yield (
        "SELECT ?property (COUNT(*) AS ?n) { ?thing ?property ?value } GROUP BY ?property",
        partial(_differing, "property", properties),
    )


def _predicate(link: Linkset) -> str:
    return link.predicate


def _links_query(predicate: str, linksets: Sequence[Linkset]) -> str:
    """Give the query that counts, in one pass over a predicate's triples, those that lead into each dataset."""
    counted = " ".join(
        f'(SUM(IF(STRSTARTS(STR(?other), "{link.target.uri_space}"), 1, 0)) AS ?n{number})'
        for number, link in enumerate(linksets)
    )
    return f"SELECT {counted} {{ ?thing <{predicate}> ?other FILTER (isIRI(?other) && ?thing != ?other) }}"


def _unequal(names: Sequence[str], written: Sequence[int], rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """Compare the numbers of the only row."""
    for name, number, held in zip(names, written, rows[0], strict=True):
        if held != number:
            yield f"{name}: {number:,} were written, a store of the dump holds {held:,}"


def _differing(name: str, written: Mapping[str, int], rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """Compare a number for each IRI."""
    found: dict[str, int] = dict(rows)  # they have two columns
    for iri in sorted({*found, *written}):
        if found.get(iri, 0) != written.get(iri, 0):
            yield f"{name} {iri}: {written.get(iri, 0):,} were written, a store holds {found.get(iri, 0):,}"


_Recount: TypeAlias = tuple[str, "Callable[[list[tuple[Any, ...]]], Iterator[str]]"]
"""A query, and what says what is wrong with its rows."""


def _rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    return [
        tuple(
            int(term.value) if isinstance(term, pyoxigraph.Literal) else cast("pyoxigraph.NamedNode", term).value
            for term in solution
        )
        for solution in solutions
    ]


Taker: TypeAlias = "Callable[[QuerySolutions], object]"
"""Takes the rows of a query, to the last one."""


def query_faults(
    store: Store,
    queries: Iterable[Query],
    schema: SchemaOrg,
    *,
    takers: Mapping[str, Taker] = MappingProxyType({}),
    threads: int = 1,
) -> Iterator[str]:
    """Run queries to their last row; those that ask other endpoints are left out. Say which fail.

    Args:
        store: the store.
        queries: the queries.
        schema: how its data spells schema.org.
        takers: what takes the rows of queries that give some, by the queries' names; it may be called by any thread.
        threads: how many queries are asked at once.
    """
    asked = [query for query in queries if not query.federates]
    yield from filter(None, in_threads(partial(_query_fault, store, schema, takers), asked, threads=threads))


def _query_fault(store: Store, schema: SchemaOrg, takers: Mapping[str, Taker], query: Query) -> str:
    """Say what is wrong with a query, if anything."""
    try:
        answer = store.query(with_prefixes(spelled(query.text, schema), schema))
        if isinstance(answer, QuerySolutions) and query.name in takers:
            takers[query.name](answer)
        elif not isinstance(answer, pyoxigraph.QueryBoolean):
            for _ in answer:
                pass
    except (SyntaxError, ValueError, OSError, RuntimeError, QueryError) as error:
        return f"the query {query.name} fails: {error}"
    return ""
