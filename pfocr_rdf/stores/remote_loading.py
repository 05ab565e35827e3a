"""Loading a graph into a store that is not in this process: added to what is there, or in its place."""

from __future__ import annotations

from collections.abc import Callable

from pfocr_rdf.errors import ReportedError
from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.stores.loading import Loaded, Send, counted, noting
from pfocr_rdf.stores.remote import RemoteStore, asking
from pfocr_rdf.stores.replacement import replace_graph
from pfocr_rdf.terms import Term

__all__ = ["load_remote"]


def load_remote(store: RemoteStore, send: Send, *, graph: Term | None = None, replace: bool = False) -> Loaded:
    """Load a graph into a remote store.

    Args:
        store: the store.
        send: sends the graph, part by part.
        graph: the IRI of the graph to load into, or None for the default graph.
        replace: whether the graph then holds nothing else; until all is there it stays as it was.

    Returns:
        What was sent, and what the store counted; `live` is false where a graph was to be replaced and, for these
        counts, was not.

    Raises:
        EndpointError: when the store cannot be reached, or refuses.
    """
    store.check(graph)
    if replace:
        return replace_graph(store, send, graph)
    before = counted(asking(store), graph)
    named = f"the graph {graph}" if graph is not None else "the default graph"
    left = f"{named} may hold a part of it: load again"
    begun = False

    def watched(write: Callable[[bytes], object]) -> GraphCounts:
        def begin(part: bytes) -> None:
            nonlocal begun
            begun = True
            write(part)

        return send(begin)

    with noting(left):
        try:
            sent = store.fill(graph, watched)
        except ReportedError as error:
            if begun:
                error.args = (f"{error}; {left}",)
            raise
    return Loaded(sent, before, counted(asking(store), graph))
