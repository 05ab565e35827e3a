"""Questions to a SPARQL endpoint: its answers as those of the embedded store are."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final, cast

import httpx
import pyoxigraph
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple

from pfocr_rdf.answers import Answer
from pfocr_rdf.queries import SPELT_WITH_HTTPS, Query, spelled, with_prefixes
from pfocr_rdf.stores.endpoint import Endpoint
from pfocr_rdf.stores.loading import NAMED, no_graph
from pfocr_rdf.stores.remote import EndpointError
from pfocr_rdf.terms import Term
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SCHEMA_HTTPS, SchemaOrg

__all__ = ["ask_endpoint"]

_ROWS: Final = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
}
_GRAPHS: Final = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/plain": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
_ACCEPTED_ROWS: Final = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
_ACCEPTED_GRAPHS: Final = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"

_VIRTUOSO_ASKED: Final = "__ask_retval"
"""The one variable of the rows, 1 or none, that are Virtuoso's yes and no."""

_SPELT_WITH_HTTP: Final = SPELT_WITH_HTTPS.replace("https:", "http:")


@contextmanager
def ask_endpoint(
    endpoint: Endpoint, query: Query, graph: Term | None = None, *, hint: Callable[[str], object] = bool
) -> Iterator[tuple[Answer, SchemaOrg]]:
    """Ask an endpoint a question.

    The known prefixes need not be declared, and schema.org is spelt as the store spells it.

    Args:
        endpoint: the endpoint.
        query: the question.
        graph: the IRI of the graph to ask, or None for what the store takes for its default graph.
        hint: is called with what people may want to know: that the store does not hold the graph.

    Yields:
        The answer, which is read from the network as it is used, and how the store spells schema.org.

    Raises:
        EndpointError: when there is no answer, or the store does not give all of it.
    """
    if graph is not None and not _yes(endpoint, "ASK { ?s ?p ?o }", graph):
        hint(no_graph(endpoint.query_url, graph, _graphs(endpoint)))
    schema = SCHEMA_HTTP
    if (
        "schema" in query.text
        and _yes(endpoint, SPELT_WITH_HTTPS, graph)
        and not _yes(endpoint, _SPELT_WITH_HTTP, graph)
    ):
        schema = SCHEMA_HTTPS
    text = with_prefixes(spelled(query.text, schema), schema)
    rows = query.form in ("select", "ask")
    with endpoint.query(text, _ACCEPTED_ROWS if rows else _ACCEPTED_GRAPHS, graph=graph) as response:
        try:
            yield _rows(response, query.form) if rows else _graph(response), schema
        except SyntaxError as error:
            raise EndpointError(
                f"{response.url}: the answer is no {_type(response)} that can be read: {error}"
            ) from None


def _yes(endpoint: Endpoint, question: str, graph: Term | None) -> bool:
    with endpoint.query(question, _ACCEPTED_ROWS, graph=graph) as response:
        try:
            return bool(_rows(response, "ask"))
        except SyntaxError as error:
            raise EndpointError(
                f"{response.url}: the answer is no {_type(response)} that can be read: {error}"
            ) from None


def _graphs(endpoint: Endpoint) -> list[Term]:
    """Give the IRIs of some graphs of a store: one more than are named where another is asked for.

    To look for them is no part of the answer: where the store refuses that, there are none to name.
    """
    question = f"SELECT DISTINCT ?graph {{ GRAPH ?graph {{ ?s ?p ?o }} }} LIMIT {NAMED + 1}"
    with suppress(EndpointError, SyntaxError), endpoint.query(question, _ACCEPTED_ROWS) as response:
        rows = _rows(response, "select")
        return [Term(str(row[0])) for row in rows] if isinstance(rows, QuerySolutions) else []
    return []


def _rows(response: httpx.Response, form: str) -> QuerySolutions | QueryBoolean:
    if "X-SPARQL-MaxRows" in response.headers:
        raise EndpointError(
            f"{response.url}: the answer has as many rows as the store ever gives, and may be cut off there; ask with a"
            " smaller LIMIT and with OFFSET, or let an administrator raise ResultSetMaxRows"
        )
    format = _ROWS.get(_type(response))
    if format is None:
        raise _unreadable(response)
    answer = pyoxigraph.parse_query_results(_stream(response), format=format)
    if form == "ask" and isinstance(answer, QuerySolutions):
        if [variable.value.lower() for variable in answer.variables] != [_VIRTUOSO_ASKED]:
            raise _unreadable(response)
        return _boolean(any(str(row[0]).startswith('"1"') for row in answer))
    return answer


def _boolean(value: bool) -> QueryBoolean:
    text = b'{"head": {}, "boolean": true}' if value else b'{"head": {}, "boolean": false}'
    return cast("QueryBoolean", pyoxigraph.parse_query_results(text, format=QueryResultsFormat.JSON))


def _graph(response: httpx.Response) -> Iterator[Triple]:
    format = _GRAPHS.get(_type(response))
    if format is None:
        raise _unreadable(response)
    return (quad.triple for quad in pyoxigraph.parse(_stream(response), format=format))


def _type(response: httpx.Response) -> str:
    content_type: str = response.headers.get("Content-Type", "")
    return content_type.partition(";")[0].strip().lower()


def _unreadable(response: httpx.Response) -> EndpointError:
    shown = "".join(character for character in _type(response)[:60] if character.isprintable())
    return EndpointError(
        f"{response.url}: the answer is of the type {shown or '(none)'}, which is none that was asked for;"
        " is it the URL for queries? Give it with --query-url"
    )


class _Bytes(io.RawIOBase):
    """The body of an answer as a file."""

    def __init__(self, response: httpx.Response) -> None:
        self._parts = response.iter_bytes()
        self._part = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._part:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._part = part
        size = min(len(buffer), len(self._part))
        buffer[:size] = self._part[:size]
        self._part = self._part[size:]
        return size


def _stream(response: httpx.Response) -> IO[bytes]:
    return io.BufferedReader(_Bytes(response), 1 << 16)
