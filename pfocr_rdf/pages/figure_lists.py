"""The lists of all figures: pages in the folder of the figures' pages, so that each of these can be reached and found.

The order is that of the papers' PubMed Central ids, as numbers, so that figures of one paper stand together and the
newest last. It is known before the figures are: which list a figure is on, and which figures are beside it. What a list
says of its figures is gathered as their pages are written, so that no more than the lists under way are in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from markupsafe import Markup

from pfocr_rdf.pages.figure_page import FigurePage
from pfocr_rdf.pages.headings import quoted_title
from pfocr_rdf.pages.rendering import content_security_policy, render, style
from pfocr_rdf.pages.signposting import Link
from pfocr_rdf.releases.publication import Publication

__all__ = ["Listed", "figure_list", "in_order", "list_name", "list_names", "list_of", "listed"]

FIGURES: Final = 500
"""Figures on a list, at most."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says of a figure.

    Attributes:
        figid: its figid.
        stem: what its files are called, without their extensions.
        heading: what it is called.
        source: the title and the year of its paper, as far as the heading does not say them.
    """

    figid: str
    stem: str
    heading: str
    source: str


@dataclass(frozen=True, slots=True)
class _Range:
    """The figures of a list: their numbers, and the PubMed Central ids of the first and the last."""

    name: str
    first: int
    last: int
    pmcids: str


def in_order(figids: Iterable[str]) -> list[str]:
    """Put figids into the order of the lists.

    >>> in_order(["PMC10__a", "PMC9__b", "PMC9__a"])
    ['PMC9__a', 'PMC9__b', 'PMC10__a']
    """

    def place(figid: str) -> tuple[int, str]:
        number = _pmcid(figid).removeprefix("PMC").lstrip("0")
        return len(number), number + figid  # of numbers without zeros before them, the longer one is greater

    return sorted(figids, key=place)


def _pmcid(figid: str) -> str:
    return figid.partition("__")[0]


def list_of(place: int) -> int:
    """Give the number of the list that a figure is on.

    Args:
        place: how many figures are before it.
    """
    return place // FIGURES + 1


def list_name(number: int) -> str:
    """Name the file of a list; no figure's files are called so.

    >>> list_name(1), list_name(2)
    ('index.html', 'index-2.html')
    """
    return "index.html" if number == 1 else f"index-{number}.html"


def list_names(figures: int) -> list[str]:
    """Name the files of all lists of so many figures."""
    return [list_name(number) for number in range(1, list_of(max(figures, 1) - 1) + 1)]


def listed(page: FigurePage, stem: str) -> Listed:
    """Say what a list says of a figure."""
    paper, source = page.paper, []
    if paper is not None:
        said = quoted_title(page.title) if page.title else page.heading  # many a title is that of the paper
        source = [titled if (titled := quoted_title(paper.title)) not in said and paper.title else "", paper.year]
    return Listed(page.figid, stem, page.heading, ", ".join(filter(None, source)))


def figure_list(number: int, figures: Sequence[Listed], order: Sequence[str], *, publication: Publication) -> bytes:
    """Write a list.

    Args:
        number: its number, from 1.
        figures: its figures, in any order.
        order: the figids of all figures, as `in_order` puts them.
        publication: the release; its `index.html` is in the folder above.
    """
    ranges = [_range(at, order) for at in range(1, list_of(len(order) - 1) + 1)]
    by_figid = {figure.figid: figure for figure in figures}
    here = ranges[number - 1]
    return render(
        "list.html",
        publication=publication,
        figures=[by_figid[figid] for figid in order[here.first - 1 : here.last]],
        total=len(order),
        ranges=ranges,
        here=here,
        previous=ranges[number - 2] if number > 1 else None,
        next=ranges[number] if number < len(ranges) else None,
        links=(
            Link("type", "https://schema.org/CollectionPage"),
            Link("author", publication.publisher),
            Link("license", publication.licence),
            Link("collection", "../index.html", "text/html"),
        ),
        style=_sheet(),
        policy=content_security_policy(styles=[_sheet()]),
    )


def _range(number: int, order: Sequence[str]) -> _Range:
    start = (number - 1) * FIGURES
    end = min(start + FIGURES, len(order))
    first, last = _pmcid(order[start]), _pmcid(order[end - 1])
    return _Range(list_name(number), start + 1, end, first if first == last else f"{first} to {last}")


@cache
def _sheet() -> Markup:
    return Markup(style("base.css") + style("list.css"))  # noqa: S704 - our own text
