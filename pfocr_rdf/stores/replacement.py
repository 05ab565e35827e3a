"""Replacing a graph of a remote store at once: whoever queries it sees the old data or the new.

The new data go into a staging graph. When the store counts in it what was sent, one `MOVE` makes it the live graph.

What can go wrong, and what keeps the live graph whole:

- *A run dies while it loads.* The live graph was not touched. Each run has a staging graph of its own, so whatever of
  a dead run is still under way to the store ends in a graph that nobody will move. The graph of loads, `LIVE#loads`,
  names the staging graph of each run; the next run reads it there and drops it.
- *The answer to the `MOVE` is lost.* Sent a second time, a `MOVE` would move nothing over the live graph and so empty
  it, in a store that takes a graph that is not there for an empty one. So the `MOVE` goes in one request with a
  *permit*: a triple in the graph of loads that the request takes away first. Without it the request fails, because

      DELETE { permit } INSERT { done } WHERE { SELECT (1/COUNT(*) AS ?one) WHERE { permit } } ; MOVE STAGING TO LIVE

  divides by zero, which Virtuoso reports as an error, and with it the request ends before the `MOVE`. By the standard
  the quotient is unbound instead, and the `MOVE` of a graph that is not there is the error, which undoes the request.
  A store which does neither would empty the live graph; so before anything else each run tries a `MOVE` of nothing
  onto a graph of one triple, and refuses to replace where that triple is lost. What became of a request without an
  answer is asked of the store, by the triple *done*, which comes in the same transaction as the data. Only while it is
  not there is the request sent again; in the end the permit is taken away, and *done* is looked for once more.
- *A run dies when the `MOVE` is under way, and the next begins.* The next run takes the permit away before it drops the
  other's staging graph. If the `MOVE` has begun, a store with transactions lets that wait until it is done, and there
  is nothing left to drop. If it has not begun, it fails as above.
- *Two runs at once.* The later takes over: the earlier finds its staging graph dropped or its permit gone, says so,
  and ends. Of two that begin at the same moment both may end in that way, or the one that moves last wins, whole.

Whoever asks a store with snapshots, as Oxigraph, sees the old or the new. Virtuoso has none: a query that runs at the
very moment of the `MOVE` may read some rows of both.

So a graph becomes live only from a staging graph that was complete when its run counted it, and to which nobody else
writes. `DROP` and not `CLEAR` removes staging graphs: a graph that is empty, but there, could be moved.
"""

from __future__ import annotations

import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pfocr_rdf.errors import ReportedError
from pfocr_rdf.stores.loading import NOTHING, Loaded, Send, count_query, counted, noting
from pfocr_rdf.stores.remote import EndpointError, RemoteStore, UnansweredError, asking
from pfocr_rdf.terms import Term, iri_term, iri_text

__all__ = ["replace_graph"]

WAITS: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between questions after a `MOVE` that was not answered."""

_RUN: Final = re.compile("[0-9a-f]{16}")
_DEFAULT_GRAPH: Final = "urn:pfocr-rdf:default-graph"
_TERMS: Final = "urn:pfocr-rdf:loads:"
_STARTED: Final = iri_term(f"{_TERMS}startedAs")
_PERMIT: Final = iri_term(f"{_TERMS}mayReplace")
_DONE: Final = iri_term(f"{_TERMS}hasReplaced")


@dataclass(frozen=True, slots=True)
class Names:
    """The graphs of one replacement.

    Attributes:
        live: the graph to replace, or None for the default graph.
        loads: the graph that names the staging graphs of runs that did not end yet.
        run: the name of this run.
        staging: the graph that its data go into.
        trial: the graph that it tries a `MOVE` on.
    """

    live: Term | None
    loads: Term
    run: str
    staging: Term
    trial: Term


def names_of(live: Term | None, run: str) -> Names:
    """Give the names of the graphs of a replacement.

    Example:
        >>> names_of(iri_term("https://pfocr.wikipathways.org/"), "3f2a").staging
        '<https://pfocr.wikipathways.org/#load-3f2a>'
    """
    base = iri_text(live) if live is not None else _DEFAULT_GRAPH
    base += "." if "#" in base else "#"
    return Names(
        live, iri_term(f"{base}loads"), run, iri_term(f"{base}load-{run}"), iri_term(f"{base}load-{run}-trial")
    )


def replace_graph(store: RemoteStore, send: Send, live: Term | None) -> Loaded:
    """Replace what a graph holds.

    Args:
        store: the store.
        send: sends the new data, part by part.
        live: the graph, or None for the default graph.

    Returns:
        What was sent and counted; where the counts of the staging graph differ, nothing was replaced.

    Raises:
        EndpointError: when the graph was not replaced, or that cannot be learnt; the message says which.
    """
    names = names_of(live, secrets.token_hex(8))
    try:
        _drop_others(store, names)
        _begin(store, names)
        sent = store.fill(names.staging, send)
        loaded = Loaded(sent, NOTHING, counted(asking(store), names.staging), live=False)
        if not _permitted(store, names):
            raise EndpointError(_taken_over(names))
        if not sent.triples:
            raise EndpointError("there is nothing to load")
    except Exception as error:
        with suppress(EndpointError):
            _drop(store, names)
        if isinstance(error, ReportedError):
            error.args = (f"{error}; {_named(live)} is as it was",)
        raise
    if loaded.complete():
        with noting(f"whether {_named(live)} was replaced is not known, it is the old or the new: load again"):
            _replace(store, names)
        try:
            loaded = Loaded(sent, NOTHING, counted(asking(store), live))
        except EndpointError as error:
            raise EndpointError(
                f"{error}; {_named(live)} was replaced by what the store had counted, but not counted again; load again"
            ) from error
    with suppress(EndpointError):  # then the next run does it
        _drop(store, names)
    return loaded


def _drop_others(store: RemoteStore, names: Names) -> None:
    """Drop the staging graphs of runs that did not end."""
    for run in store.values(f"SELECT ?run WHERE {{ GRAPH {names.loads} {{ ?staging {_STARTED} ?run }} }}"):
        if _RUN.fullmatch(run):
            _drop(store, names_of(names.live, run))


def _drop(store: RemoteStore, names: Names) -> None:
    """Drop the graphs of a run: its permit first, and what names it last."""
    _withdraw(store, names)
    for graph in (names.staging, names.trial):
        store.update(f"DROP SILENT GRAPH {graph}")
    store.update(f"DELETE WHERE {{ GRAPH {names.loads} {{ {names.staging} ?p ?o }} }}")


def _withdraw(store: RemoteStore, names: Names) -> None:
    store.update(f"DELETE DATA {{ GRAPH {names.loads} {{ {_fact(names, _PERMIT)} }} }}")


def _begin(store: RemoteStore, names: Names) -> None:
    """Register a run, make sure that the store lets nobody move what is not there, and permit one `MOVE`."""
    store.update(_insert(names, _STARTED))
    store.update(f"INSERT DATA {{ GRAPH {names.trial} {{ {names.trial} {_STARTED} {names.trial} }} }}")
    with suppress(EndpointError):
        store.update(*_replacing(names, names.trial))
    kept = asking(store)(count_query("triples", names.trial))
    store.update(f"DROP SILENT GRAPH {names.trial}")
    if kept != 1:
        raise EndpointError(
            "the store empties a graph when one that is not there is moved onto it, so that no graph can be replaced"
            " safely; load without --replace into a graph of a new name"
        )
    # a copy of this that comes late, when the run has moved its data or has ended, permits nothing
    store.update(
        f"INSERT {{ GRAPH {names.loads} {{ {_fact(names, _PERMIT)} }} }}"
        f" WHERE {{ GRAPH {names.loads} {{ {_fact(names, _STARTED)} }}"
        f" FILTER NOT EXISTS {{ GRAPH {names.loads} {{ {names.staging} {_DONE} ?one }} }} }}"
    )


def _replacing(names: Names, target: Term | None) -> tuple[str, str]:
    """Give the operations of the one request that replaces a graph, if it has its permit."""
    permit = _fact(names, _PERMIT)
    return (
        f"DELETE {{ GRAPH {names.loads} {{ {permit} }} }}"
        f" INSERT {{ GRAPH {names.loads} {{ {names.staging} {_DONE} ?one }} }}"
        f" WHERE {{ {{ SELECT (1/COUNT(*) AS ?one) WHERE {{ GRAPH {names.loads} {{ {permit} }} }} }} }}",
        f"MOVE {names.staging} TO {target or 'DEFAULT'}",
    )


def _replace(store: RemoteStore, names: Names) -> None:
    """Make the staging graph live.

    Raises:
        EndpointError: when it is not, or that cannot be learnt.
    """
    failure: EndpointError | None = None
    try:
        for wait in WAITS:
            try:
                store.update(*_replacing(names, names.live), again=False)
                failure = None
            except EndpointError as error:
                failure = error
            if _replaced(store, names) or not isinstance(failure, UnansweredError):
                break
            time.sleep(wait)
        _withdraw(store, names)  # from here on nothing is moved that was not by now
        replaced = _replaced(store, names)
    except EndpointError as error:
        raise EndpointError(
            f"{failure or error}; whether {_named(names.live)} was replaced cannot be learnt, it is the old or the new;"
            " load again"
        ) from error
    if replaced:
        return
    with suppress(EndpointError):
        if not asking(store)(count_query("triples", names.staging)):
            failure = EndpointError(_taken_over(names))
        _drop(store, names)
    raise EndpointError(f"{failure or 'the store moved nothing'}; {_named(names.live)} is as it was")


def _replaced(store: RemoteStore, names: Names) -> bool:
    return asking(store)(_count_of(names, _DONE, "?one")) > 0


def _permitted(store: RemoteStore, names: Names) -> bool:
    return asking(store)(_count_of(names, _PERMIT, f'"{names.run}"')) > 0


def _count_of(names: Names, predicate: Term, value: str) -> str:
    return f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {names.loads} {{ {names.staging} {predicate} {value} }} }}"


def _insert(names: Names, predicate: Term) -> str:
    return f"INSERT DATA {{ GRAPH {names.loads} {{ {_fact(names, predicate)} }} }}"


def _fact(names: Names, predicate: Term) -> str:
    return f'{names.staging} {predicate} "{names.run}"'


def _taken_over(names: Names) -> str:
    return f"another load into {_named(names.live)} began after this one and took over; let one run at a time"


def _named(live: Term | None) -> str:
    return f"the graph {live}" if live is not None else "the default graph"
