"""The gene sets of a release, made of the rows of a query that its gate runs anyway."""

from __future__ import annotations

from typing import Final

from pyoxigraph import Literal, NamedNode, QuerySolutions

from pfocr_rdf.genesets import gmt

__all__ = ["GENE_SETS_QUERY", "GeneSets"]

GENE_SETS_QUERY: Final = "genesets"
"""The query that gives the gene sets."""


class GeneSets:
    """Takes the rows of the query.

    Attributes:
        lines: the sets as lines of a GMT file; none before the rows were taken.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []

    def take(self, rows: QuerySolutions) -> None:
        """Take the rows.

        Raises:
            QueryError: when they give no gene sets.
        """
        names = [variable.value for variable in rows.variables]
        texts = ([term.value if isinstance(term, Literal | NamedNode) else None for term in row] for row in rows)
        self.lines = list(gmt(names, texts))
