"""Groups: statements that stand together and are checked together, and the figure that a group belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias
from urllib.parse import unquote

from pfocr_rdf.terms import Statement, Term, lines, plain_text
from pfocr_rdf.vocabulary import (
    DCTERMS_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    OA_HAS_TARGET,
    PREFIXES,
    RDF_TYPE,
    WP_PATHWAY,
)

__all__ = [
    "FIGURE_LINE",
    "MENTION",
    "NOBODY",
    "Group",
    "batches",
    "figid_of",
    "figure_count",
    "first_figure",
    "mentioning_figure",
    "owner_of",
    "packed",
    "portions",
]

Group: TypeAlias = Sequence[Statement]
"""Statements that stand together: a figure's section, or the description of one thing."""

MENTION: Final = "<" + PREFIXES["mention"]
"""How the IRIs of mentions begin, in N-Triples."""

FIGURE_LINE: Final = f" {RDF_TYPE} {WP_PATHWAY} .\n".encode()
"""How a line of N-Triples ends that says that something is a figure."""

_FIGURE: Final = "<" + PREFIXES["figure"]


def mentioning_figure(mention: Term) -> Term | None:
    """Give the figure that a mention's IRI names, or None where it is no mention's IRI.

    >>> mentioning_figure(Term("<https://pfocr.wikipathways.org/mention/PMC1__a.b.gene.0123456789>"))
    '<https://pfocr.wikipathways.org/figures/PMC1__a.b.html>'
    """
    if not mention.startswith(MENTION):
        return None
    parts = mention[len(MENTION) :].rsplit(".", 2)
    return Term(f"{_FIGURE}{parts[0]}.html>") if len(parts) == 3 else None


def figid_of(figure: Term) -> str:
    """Give the figid that a figure's IRI names, empty where it is of another form.

    >>> figid_of(Term("<https://pfocr.wikipathways.org/figures/PMC1__a.html>"))
    'PMC1__a'
    """
    if figure.startswith(_FIGURE) and figure.endswith(".html>"):
        return unquote(figure[len(_FIGURE) : -len(".html>")])
    return ""


def batches(groups: Iterable[Group], size: int) -> Iterator[list[Group]]:
    """Cut groups into batches of about `size` statements; sections and others never stand in one."""
    batch: list[Group] = []
    count, of_figures = 0, False
    for group in groups:
        section = _is_section(group)
        if batch and (count >= size or section != of_figures):
            yield batch
            batch, count = [], 0
        of_figures = section
        batch.append(group)
        count += len(group)
    if batch:
        yield batch


def portions(groups: Iterable[Group], size: int) -> Iterator[list[Group]]:
    """Cut groups into portions.

    Args:
        groups: the groups.
        size: the statements that a portion has at least, but for the last one.
    """
    portion: list[Group] = []
    count = 0
    for group in groups:
        portion.append(group)
        count += len(group)
        if count >= size:
            yield portion
            portion, count = [], 0
    if portion:
        yield portion


def _is_section(group: Group) -> bool:
    return any(predicate == OA_HAS_TARGET or value == WP_PATHWAY for _, predicate, value in group)


def figure_count(group: Group) -> int:
    """Give the number of figures that a group describes."""
    return sum(value == WP_PATHWAY and predicate == RDF_TYPE for _, predicate, value in group)


def packed(group: Group) -> bytes:
    """Give a group as N-Triples, for other processes and for digests."""
    return b"".join(lines(group))


def owner_of(group: Group) -> tuple[Term, str]:
    """Give the figure that a group belongs to, and its figid; of several figures, the first by IRI.

    Returns:
        The figure's IRI and the figid, or `NOBODY` where there is no figure.
    """
    figure = min(
        (subject for subject, predicate, value in group if value == WP_PATHWAY and predicate == RDF_TYPE), default=None
    )
    if figure is not None:
        named = [value for subject, predicate, value in group if subject == figure and predicate == DCTERMS_IDENTIFIER]
        return figure, plain_text(min(named)) if named else figid_of(figure)
    figure = min((value for _, predicate, value in group if predicate in _TO_FIGURE), default=None)
    if figure is None:
        figure = mentioning_figure(group[0][0])
    return (figure, figid_of(figure)) if figure is not None else NOBODY


NOBODY: Final = (Term(""), "")
"""The owner of a group that belongs to no figure."""


def first_figure(one: Term, other: Term) -> Term:
    """Give the figure that comes first by IRI; none comes after all.

    >>> first_figure(Term("<b>"), Term("<a>")), first_figure(Term(""), Term("<a>")), first_figure(Term("<b>"), Term(""))
    ('<a>', '<a>', '<b>')
    """
    return one if one and (not other or one <= other) else other


_TO_FIGURE: Final = (DCTERMS_IS_PART_OF, OA_HAS_TARGET)
