"""What the tests of hostile input share: blocks as their text, and what must hold of whatever comes of them."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Triple

from builders import FIGURE
from pfocr_rdf.frontmatter import FrontMatterError, parse_front_matter


def block(*lines: str) -> str:
    """Lines of a `schema-jsonld`."""
    return "\n  ".join(("schema-jsonld:", *lines))


NAMED = (f"'@id': {FIGURE}", "'@type': Dataset")


def refusal(text: str) -> tuple[str, int | None]:
    """Give the code and the line of the fault of front matter that begins with a figid, on line 2."""
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(f"---\nfigid: PMC1__a\n{text}\n---\n".encode())
    return caught.value.code, caught.value.line


def assert_absolute(triples: set[Triple]) -> None:
    """Assert that all IRIs are absolute, and of the schemes that pages and mail have."""
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode):
                assert term.value.startswith(("http://", "https://", "mailto:")), term
