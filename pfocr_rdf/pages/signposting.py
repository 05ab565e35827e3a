"""FAIR signposting: typed links that tell a machine what a page is about, and where its data and its licence are.

The relations are those of level 1 of https://signposting.org/FAIR/, as `<link>` elements, since static pages have no
say in the headers of a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["ABOUT_PAGE", "Link", "Relation"]

Relation = Literal["alternate", "author", "cite-as", "collection", "describedby", "item", "license", "type"]

ABOUT_PAGE: Final = "https://schema.org/AboutPage"
"""The type of a page that describes something else."""


@dataclass(frozen=True, slots=True)
class Link:
    """A typed link from a page.

    Attributes:
        rel: the relation.
        href: where it leads, absolute or relative to the page; percent-encoded.
        type: the media type of what is there, or empty.
        title: what it is, for people, or empty.
    """

    rel: Relation
    href: str
    type: str = ""
    title: str = ""
