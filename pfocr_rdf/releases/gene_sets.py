"""The gene sets of a release, made of the rows of a query that its gate runs anyway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, QuerySolutions

from pfocr_rdf.genesets import gmt

__all__ = ["GENE_SETS_QUERY", "gene_sets"]

GENE_SETS_QUERY: Final = "genesets"
"""The query that gives the gene sets."""


def gene_sets(rows: QuerySolutions) -> Iterator[str]:
    """Give the lines of a GMT file.

    Args:
        rows: those of the query.

    Raises:
        QueryError: when they give no gene sets.
    """
    names = [variable.value for variable in rows.variables]
    texts = ([term.value if isinstance(term, Literal | NamedNode) else None for term in row] for row in rows)
    return gmt(names, texts)
