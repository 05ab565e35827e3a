"""What a load into a store must prove: that the store holds what was sent.

The queries that ask a store for its counts, and the comparison, are the same for every store.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.terms import Term
from pfocr_rdf.vocabulary import OA_ANNOTATION, WP_PATHWAY

__all__ = [
    "COUNTED",
    "NOTHING",
    "Counted",
    "Loaded",
    "Send",
    "count_query",
    "counted",
    "differences",
    "no_graph",
    "noting",
]

Send: TypeAlias = Callable[[Callable[[bytes], object]], GraphCounts]
"""Sends a graph, part by part, to what it is called with, and counts it: `write_graph` of some inputs.

The parts are whole lines of N-Triples, none of them empty.
"""

NOTHING: Final = GraphCounts(0, 0, 0)
"""What a graph holds that is not there."""

Counted = Literal["triples", "figures", "mentions"]

COUNTED: tuple[Counted, ...] = ("triples", "figures", "mentions")

NAMED: Final = 3
"""Graphs that are named where another is asked for."""

_PATTERNS: dict[Counted, str] = {
    "triples": "?s ?p ?o",
    "figures": f"?s a {WP_PATHWAY}",
    "mentions": f"?s a {OA_ANNOTATION}",
}


def count_query(what: Counted, graph: Term | None = None) -> str:
    """Give the query that counts, as its variable `n`, what a graph holds.

    Args:
        what: what is counted.
        graph: the graph's IRI, or None for the default graph.

    Example:
        >>> count_query("triples")
        'SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }'
    """
    pattern = _PATTERNS[what] if graph is None else f"GRAPH {graph} {{ {_PATTERNS[what]} }}"
    return f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}"


def counted(ask: Callable[[str], int], graph: Term | None = None) -> GraphCounts:
    """Let a store count what a graph holds.

    Args:
        ask: gives a store's answer to what `count_query` gives.
        graph: the graph's IRI, or None for the default graph.
    """
    triples, figures, mentions = (ask(count_query(what, graph)) for what in COUNTED)
    return GraphCounts(triples, figures, mentions)


def no_graph(store: str, graph: Term, held: Iterable[Term]) -> str:
    """Say that a store does not hold a graph that is asked for, and which it holds, the first by name.

    Args:
        store: what the store is called.
        graph: the graph's IRI.
        held: the IRIs of its graphs.

    Example:
        >>> no_graph("a.db", Term("<http://a/>"), [Term("<http://c/>"), Term("<http://b/>")])
        'a.db: holds no graph <http://a/>; it holds <http://b/>, <http://c/>'
    """
    first = heapq.nsmallest(NAMED + 1, held)
    names = ", ".join(first[:NAMED]) + (" and others" if len(first) > NAMED else "")
    return f"{store}: holds no graph {graph}; {f'it holds {names}' if names else 'ask without --graph'}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did.

    Attributes:
        sent: what was sent.
        before: what the graph held before; nothing where it was replaced.
        held: what the store counted in the end.
        live: whether that is in use now; else the graph is as it was before.
    """

    sent: GraphCounts
    before: GraphCounts
    held: GraphCounts
    live: bool = True

    def complete(self) -> bool:
        """Tell whether the store's counts are those that the load must give.

        A graph that held something before may share any part of it with what was sent.
        """
        return not any(differences(self))


def differences(loaded: Loaded) -> Iterator[str]:
    """Say, count by count, where a store does not hold what it must.

    Example:
        >>> list(differences(Loaded(GraphCounts(7, 1, 2), NOTHING, GraphCounts(6, 1, 2))))
        ['6 triples where 7 were sent']
    """
    for what in COUNTED:
        sent, before, held = (getattr(counts, what) for counts in (loaded.sent, loaded.before, loaded.held))
        if not max(sent, before) <= held <= sent + before:
            upon = f" to {before:,}" if before else ""
            yield f"{held:,} {what} where {sent:,} were sent{upon}"


@contextmanager
def noting(left: str) -> Iterator[None]:
    """Let an interruption carry, as a note, what it leaves behind.

    Args:
        left: what it leaves, for people; it is not said of errors, which have messages of their own.
    """
    try:
        yield
    except Exception:
        raise
    except BaseException as interruption:
        interruption.add_note(left)
        raise
