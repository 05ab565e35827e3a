"""What a load asks of a store that is not in this process: a SPARQL endpoint, or Virtuoso's own port."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pfocr_rdf.errors import ReportedError
from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.stores.loading import Send
from pfocr_rdf.terms import Term

__all__ = ["EndpointError", "RemoteStore", "UnansweredError", "asking"]


class EndpointError(ReportedError):
    """A remote store that cannot be used, or refused something; its message says what was asked and the answer."""


class UnansweredError(EndpointError):
    """A remote store gave no answer, so that whether it did what was asked is not known."""


class RemoteStore(Protocol):
    """A store as `load_remote` and `replace_graph` use it."""

    def check(self, graph: Term | None) -> None:
        """Refuse what cannot be loaded into: the default graph, None, of a store that has none.

        Raises:
            EndpointError: with what to do, or when there is no answer.
        """

    def values(self, query: str) -> list[str]:
        """Give what a query finds for its one variable.

        Raises:
            EndpointError: when there is no answer, or another.
        """

    def update(self, *operations: str, again: bool = True) -> None:
        """Execute operations of SPARQL Update, in one transaction where the store has any.

        Args:
            operations: the operations; when one fails, those after it are not executed.
            again: whether it may be sent again when no answer comes, as it then has no effect.

        Raises:
            UnansweredError: when no answer came.
            EndpointError: when the store refused.
        """

    def fill(self, graph: Term | None, send: Send) -> GraphCounts:
        """Add a graph, sent part by part, to a graph of the store; None is the default graph.

        Raises:
            EndpointError: when a part could not be added.
        """


def asking(store: RemoteStore) -> Callable[[str], int]:
    """Give what asks a store for the number that a query counts."""

    def ask(query: str) -> int:
        (value,) = store.values(query)
        return int(value)

    return ask
