"""Literals of the output: text to the letter, numbers in their lexical form."""

from __future__ import annotations

from pyoxigraph import Literal

from pfocr_rdf.diagnostics import Place

__all__ = ["string_literal"]


def string_literal(text: str, place: Place, key: str) -> Literal:
    """Make an `xsd:string` of a text.

    A lone surrogate, which no RDF text can hold and no UTF-8 file either, comes only from Python callers; it is
    replaced by U+FFFD and reported.
    """
    try:
        return Literal(text)
    except ValueError:
        place.diagnose("text-surrogate", key=key, value=text)
        return Literal(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
