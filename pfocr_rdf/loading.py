"""What a load into a store must prove: that the store holds what was sent.

The queries that ask a store for its counts, and the comparison, are the same for every store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.terms import Term
from pfocr_rdf.vocabulary import OA_ANNOTATION, WP_PATHWAY

__all__ = ["COUNTED", "Counted", "Loaded", "count_query"]

Counted = Literal["triples", "figures", "mentions"]

COUNTED: tuple[Counted, ...] = ("triples", "figures", "mentions")

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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did.

    Attributes:
        sent: what was sent.
        before: what the graph held before; nothing where it was replaced.
        held: what the graph holds now.
    """

    sent: GraphCounts
    before: GraphCounts
    held: GraphCounts

    def complete(self) -> bool:
        """Tell whether the store's counts are those that the load must give.

        A graph that held something before may share any part of it with what was sent.
        """
        return all(
            max(getattr(self.sent, what), getattr(self.before, what))
            <= getattr(self.held, what)
            <= getattr(self.sent, what) + getattr(self.before, what)
            for what in COUNTED
        )
