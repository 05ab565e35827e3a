"""The lists of all figures: pages in the folder of the figures' pages, so that each of these can be reached and found.

The order is that of the papers' PubMed Central ids, as numbers, so that figures of one paper stand together and the
newest last. It is known before the figures are: which list a figure is on, and which figures are beside it. What a list
says of its figures is gathered as their pages are written, so that no more than the lists under way are in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from markupsafe import Markup

from pfocr_rdf.pages.figure_page import FigurePage
from pfocr_rdf.pages.headings import quoted_title
from pfocr_rdf.pages.rendering import content_security_policy, render, style
from pfocr_rdf.pages.signposting import COLLECTION_PAGE, Link
from pfocr_rdf.releases.publication import Publication

__all__ = ["FigureList", "Listed", "figure_lists", "in_order", "list_html", "list_name", "listed"]

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
class FigureList:
    """A list, before it is written.

    Attributes:
        name: its file.
        first: the number of its first figure, from 1.
        figids: the figids of its figures.
    """

    name: str
    first: int
    figids: Sequence[str]

    @property
    def last(self) -> int:
        """The number of its last figure."""
        return self.first + len(self.figids) - 1

    @property
    def pmcids(self) -> str:
        """The PubMed Central ids of its first and last figure."""
        first, last = _pmcid(self.figids[0]), _pmcid(self.figids[-1])
        return first if first == last else f"{first} to {last}"


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


def figure_lists(order: Sequence[str]) -> list[FigureList]:
    """Cut figures into lists.

    Args:
        order: the figids of all figures, as `in_order` puts them.
    """
    starts = range(0, len(order), FIGURES)
    return [
        FigureList(list_name(number), start + 1, order[start : start + FIGURES])
        for number, start in enumerate(starts, start=1)
    ]


def list_name(number: int) -> str:
    """Name the file of a list, from 1; no figure's files are called so.

    >>> list_name(1), list_name(2)
    ('index.html', 'index-2.html')
    """
    return "index.html" if number == 1 else f"index-{number}.html"


def listed(page: FigurePage, stem: str) -> Listed:
    """Say what a list says of a figure."""
    paper, source = page.paper, []
    if paper is not None:
        said = quoted_title(page.title) if page.title else page.heading  # many a title is that of the paper
        source = [titled if (titled := quoted_title(paper.title)) not in said and paper.title else "", paper.year]
    return Listed(page.figid, stem, page.heading, ", ".join(filter(None, source)))


def list_html(
    place: int, figures: Mapping[str, Listed], lists: Sequence[FigureList], *, publication: Publication
) -> bytes:
    """Write a list.

    Args:
        place: which of the lists it is, from 0.
        figures: what it says of its figures, by their figids.
        lists: all lists.
        publication: the release; its `index.html` is in the folder above.
    """
    here = lists[place]
    return render(
        "list.html",
        publication=publication,
        figures=[figures[figid] for figid in here.figids],
        lists=lists,
        here=here,
        previous=lists[place - 1] if place else None,
        next=lists[place + 1] if place + 1 < len(lists) else None,
        links=(
            Link("type", COLLECTION_PAGE),
            Link("author", publication.publisher),
            Link("license", publication.licence),
            Link("collection", "../index.html", "text/html"),
        ),
        style=_sheet(),
        policy=content_security_policy(styles=[_sheet()]),
    )


@cache
def _sheet() -> Markup:
    return Markup(style("base.css") + style("list.css"))  # noqa: S704 - our own text
