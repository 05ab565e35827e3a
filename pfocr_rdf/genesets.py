"""Gene sets in the format GMT, which tools for enrichment read: name, description and genes, a set a line.

A figure's set has its figid for a name and its title for a description, or the figid again where it has no title: the
format needs a second column. Genes are NCBI Gene ids where the rows have them: WikiPathways' own sets hold these ids,
they stay when a symbol changes, and genes of two species never share one. Rows that have symbols alone give sets of
symbols, in which a gene without a symbol cannot be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pfocr_rdf.queries import QueryError

__all__ = ["gmt"]

_SET: Final = ("identifier",)
_DESCRIPTION: Final = ("pathwayTitle", "title", "description")
_GENE: Final = ("geneId", "symbol")


def gmt(variables: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[str]:
    r"""Write the rows of a query as gene sets.

    White space within a name, description or gene becomes one blank. A set without a description has its name there, as
    tools take the second column for no gene. A gene stands once in its set. Sets are ordered by their names; genes by
    number, or by code point where they are no numbers.

    Args:
        variables: the variables of the query: `identifier`, `title` or `pathwayTitle`, and `geneId` or `symbol`.
        rows: a row a gene, texts in the order of the variables, None or empty where a variable has no value.

    Yields:
        The lines, each with its end.

    Raises:
        QueryError: when the variables are others, or a row has no set or no gene.

    >>> rows = [("F1", "Two\tgenes", "7157"), ("F1", "Two\tgenes", "207"), ("F1", "Two\tgenes", "7157")]
    >>> list(gmt(["identifier", "title", "geneId"], rows))
    ['F1\tTwo genes\t207\t7157\n']
    """
    name_at = _column(variables, _SET)
    description_at = _column(variables, _DESCRIPTION)
    gene_at = _column(variables, _GENE)
    descriptions: dict[str, str] = {}
    sets: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        name, description, gene = (" ".join((row[at] or "").split()) for at in (name_at, description_at, gene_at))
        if not name or not gene:
            missing = variables[gene_at if name else name_at]
            raise QueryError(f"row {number} of the result: ?{missing} has no value, so it is no part of a gene set")
        # of several titles, always the same one, in whatever order the store gives them
        described = [text for text in (descriptions.get(name), description) if text]
        descriptions[name] = min(described, default="")
        sets.setdefault(name, []).append(known.setdefault(gene, gene))
    for name in sorted(sets):
        genes = sorted(set(sets[name]), key=_order)
        yield "\t".join((name, descriptions[name] or name, *genes)) + "\n"


def _column(variables: Sequence[str], names: Sequence[str]) -> int:
    for name in names:
        if name in variables:
            return variables.index(name)
    wanted = " or ".join(f"?{name}" for name in names)
    given = ", ".join(f"?{name}" for name in variables) or "none"
    raise QueryError(
        f"gene sets need the variable {wanted}, and the query gives {given}; "
        "the query genesets that ships with the package gives all that is needed"
    )


def _order(gene: str) -> tuple[int, int, str]:
    return (0, int(gene), "") if gene.isascii() and gene.isdigit() else (1, 0, gene)
