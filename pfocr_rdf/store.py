"""The embedded store: a folder that pyoxigraph keeps a graph in, loaded as a whole or not at all."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from pfocr_rdf.errors import ReportedError
from pfocr_rdf.loading import NOTHING, Loaded, Send, counted
from pfocr_rdf.terms import Term, iri_text

__all__ = ["StoreError", "load_store"]


class StoreError(ReportedError):
    """A store that cannot be opened, read or written; its message says why and what to do."""


def load_store(folder: str, send: Send, *, graph: Term | None = None, replace: bool = False) -> Loaded:
    """Load a graph into a store.

    Args:
        folder: the store's folder, which is made where there is none.
        send: sends the graph, part by part.
        graph: the IRI of the graph to load into, or None for the default graph.
        replace: whether the graph then holds nothing else.

    Raises:
        StoreError: when the store cannot be opened or written.
    """
    store = Store(folder)
    to_graph = NamedNode(iri_text(graph)) if graph is not None else None

    def ask(query: str) -> int:
        solutions = store.query(query)
        assert isinstance(solutions, QuerySolutions)
        value = next(solutions)[0]
        assert isinstance(value, Literal)
        return int(value.value)

    before = NOTHING if replace else counted(ask, graph)
    sent = send(lambda part: store.bulk_load(part, RdfFormat.N_TRIPLES, to_graph=to_graph))
    return Loaded(sent, before, counted(ask, graph))
