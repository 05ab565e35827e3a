"""FAIR signposting: typed links that tell a machine what a page is about, and where its data and its licence are.

The relations are those of level 1 of https://signposting.org/FAIR/, as `<link>` elements, since static pages have no
say in the headers of a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pfocr_rdf.terms import iri_text
from pfocr_rdf.vocabulary import SCHEMA_HTTPS

__all__ = ["ABOUT_PAGE", "COLLECTION_PAGE", "DATASET", "Link", "Relation"]

Relation = Literal["alternate", "author", "cite-as", "collection", "describedby", "item", "license", "type"]

ABOUT_PAGE: Final = f"{SCHEMA_HTTPS.namespace}AboutPage"
"""The type of a page that describes something else."""

COLLECTION_PAGE: Final = f"{SCHEMA_HTTPS.namespace}CollectionPage"
"""The type of a page that lists others."""

DATASET: Final = iri_text(SCHEMA_HTTPS.dataset)
"""The type of data that a page describes."""


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
