"""Literals of the output: text to the letter, numbers in their lexical form."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pfocr_rdf.diagnostics import Place
from pfocr_rdf.terms import Term, literal_term

__all__ = ["string_literal", "well_formed"]


def string_literal(text: str, place: Place, key: str) -> Term:
    """Make an `xsd:string` of a text.

    A lone surrogate, which no RDF text can hold and no UTF-8 file either, comes only from Python callers; it is
    replaced by U+FFFD and reported.
    """
    if (known := _remembered.get(text)) is not None:
        return known
    try:
        term = literal_term(text) if len(text) <= _REMEMBERED_TEXT else _long_literal(text)
    except ValueError:
        place.diagnose("text-surrogate", key=key, value=text)
        return literal_term(well_formed(text))
    if len(text) <= _REMEMBERED_TEXT:
        if len(_remembered) >= _REMEMBERED:
            _remembered.clear()
        _remembered[text] = term
    return term


@lru_cache(maxsize=2)
def _long_literal(text: str) -> Term:
    """Remember the last long texts: a record says its caption twice."""
    return literal_term(text)


_REMEMBERED: Final = 1 << 14
_REMEMBERED_TEXT: Final = 40

_remembered: dict[str, Term] = {}
"""Literals of short texts, as records repeat each other: a keyword is a mention's word, a match a gene's symbol."""


def well_formed(text: str) -> str:
    """Replace lone surrogates by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
