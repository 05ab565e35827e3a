"""RDF terms and statements as the core carries them: their N-Triples text.

pyoxigraph makes each term once, and so checks each IRI against RFC 3987 and escapes each literal; from there on a term
is a text that costs nothing to repeat, compare or write. As objects, half of all triples would cost four microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice
from typing import Final, NewType, TypeAlias

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

__all__ = [
    "Statement",
    "Term",
    "digest",
    "iri_term",
    "iri_text",
    "is_iri",
    "line_safe",
    "lines",
    "literal_parts",
    "literal_term",
    "plain",
    "plain_text",
    "statements_of",
    "term_of",
    "triples",
]

Term = NewType("Term", str)
"""An IRI or a literal in the syntax of N-Triples: `<http://schema.org/name>`, `"glycolysis"`."""

Statement: TypeAlias = tuple[Term, Term, Term]
"""Subject, predicate and object."""


def iri_term(text: str) -> Term:
    """Make an IRI.

    Raises:
        ValueError: when the text is not an absolute IRI.

    >>> iri_term("http://schema.org/name")
    '<http://schema.org/name>'
    """
    return Term(str(NamedNode(text)))


def literal_term(text: str, datatype: Term | None = None) -> Term:
    r"""Make a literal: an `xsd:string` unless a datatype is given.

    Raises:
        ValueError: for a text with a lone surrogate.

    >>> literal_term('a "b"\n')
    '"a \\"b\\"\\n"'
    """
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        quoted = f'"{text}"'  # nothing to escape, as in nearly every literal
    else:
        quoted = line_safe(str(pyoxigraph.Literal(text)))
    return Term(quoted if datatype is None or datatype == _XSD_STRING else f"{quoted}^^{datatype}")


# what `pfocr_rdf.vocabulary`, which imports this module, has, too
_XSD_STRING: Final = iri_term("http://www.w3.org/2001/XMLSchema#string")


def line_safe(text: str) -> str:
    """Escape line separators: legal as they stand, they make many readers of lines cut a statement in two."""
    if "\u2028" in text or "\u2029" in text or "\x85" in text:
        for separator in ("\x85", "\u2028", "\u2029"):
            text = text.replace(separator, f"\\u{ord(separator):04X}")
    return text


def is_iri(term: Term) -> bool:
    """Tell an IRI from a literal."""
    return term[0] == "<"


def iri_text(term: Term) -> str:
    """Give an IRI without its brackets.

    >>> iri_text(iri_term("http://schema.org/name"))
    'http://schema.org/name'
    """
    return term[1:-1]


def literal_parts(term: Term) -> tuple[str, str | None, str | None]:
    r"""Give the text of a literal, its datatype unless that is `xsd:string`, and its language.

    >>> literal_parts(Term(r'"1\n"^^<http://www.w3.org/2001/XMLSchema#integer>'))
    ('1\n', 'http://www.w3.org/2001/XMLSchema#integer', None)
    """
    if term[-1] == '"':
        return _unescaped(term[1:-1]), None, None
    text, mark, datatype = term.rpartition('"^^<')
    if mark:
        return _unescaped(text[1:]), datatype[:-1], None
    text, _, language = term.rpartition('"@')
    return _unescaped(text[1:]), None, language


def plain(term: Term) -> str:
    """Give an IRI without its brackets, and other terms as they are."""
    return iri_text(term) if term[0] == "<" else term


def term_of(text: str) -> Term:
    """Give back what `plain` was given."""
    return Term(text if text[0] in '"_' else f"<{text}>")


def plain_text(term: Term) -> str:
    """Give the text of a literal, and other terms as they are."""
    return literal_parts(term)[0] if term[0] == '"' else plain(term)


def digest(term: Term) -> int:
    """Give a number for a term, the same in every process; two terms have the same once in 10^19 pairs."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big")


_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def _unescaped(text: str) -> str:
    return text if "\\" not in text else _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    short, long, char = found.groups()
    return chr(int(short or long, 16)) if char is None else _ESCAPED.get(char, char)


def lines(statements: Iterable[Statement]) -> Iterator[bytes]:
    """Write statements as the lines of an N-Triples document, UTF-8, some hundred lines at a time."""
    rest = iter(statements)
    # one character outside Latin 1 doubles the memory of the whole text it stands in
    while part := [f"{subject} {predicate} {value} .\n" for subject, predicate, value in islice(rest, 200)]:
        yield "".join(part).encode()


def statements_of(data: bytes) -> Iterator[Statement]:
    r"""Read statements from what `lines` wrote.

    >>> list(statements_of(b'<a:a> <a:b> "c d" .\n'))
    [('<a:a>', '<a:b>', '"c d"')]
    """
    for line in data.decode().split("\n"):
        if line:
            subject, predicate, value = line.split(" ", 2)
            yield Term(subject), Term(predicate), Term(value[:-2])


def triples(statements: Iterable[Statement]) -> Iterator[Triple]:
    """Yield statements as pyoxigraph's triples, some hundred at a time."""
    for part in lines(statements):
        for quad in pyoxigraph.parse(part, format=RdfFormat.N_TRIPLES):
            yield quad.triple
