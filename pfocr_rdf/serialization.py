r"""Statements to bytes: N-Triples and Turtle.

Parts written one after the other give the same bytes as the whole: Turtle's prefixes are a header of its own, and
a part ends with a subject's last triple. Both are what pyoxigraph's writers give, but that N-Triples escapes
U+0085, U+2028 and U+2029: they are legal as they stand, yet many line-splitting readers would cut a triple in two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph
from pyoxigraph import RdfFormat

from pfocr_rdf.terms import Statement, lines
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SchemaOrg, prefixes

_SEPARATORS: Final = {char.encode(): f"\\u{ord(char):04X}".encode() for char in "\x85\u2028\u2029"}

__all__ = ["FORMATS", "Format", "turtle_header", "write_ntriples", "write_turtle"]


def write_ntriples(statements: Iterable[Statement], schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    r"""Write statements as N-Triples, UTF-8, one line each.

    Args:
        statements: the statements, written in their order.
        schema: not used; every writer takes it.

    >>> from pfocr_rdf.terms import iri_term, literal_term
    >>> write_ntriples([(iri_term("http://a/"), iri_term("http://b/"), literal_term("x\u2028y"))])
    b'<http://a/> <http://b/> "x\\u2028y" .\n'
    """
    return b"".join([part if part.isascii() else _escaped(part) for part in lines(statements)])


def _escaped(data: bytes) -> bytes:
    """Escape line separators; IRIs hold none (they are percent-encoded), so each stands in a literal."""
    for separator, escape in _SEPARATORS.items():
        data = data.replace(separator, escape)
    return data


def turtle_header(schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write the prefixes of a Turtle document and an empty line."""
    lines = (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in sorted(prefixes(schema).items()))
    return "".join(lines).encode() + b"\n"


def write_turtle(statements: Iterable[Statement], schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write statements as the body of a Turtle document, without `turtle_header`.

    Args:
        statements: the statements, each subject's together; written in their order.
        schema: the spelling of schema.org that the header's prefix has.
    """
    quads = pyoxigraph.parse(b"".join(lines(statements)), format=RdfFormat.N_TRIPLES)
    data = pyoxigraph.serialize(quads, format=RdfFormat.TURTLE, prefixes=prefixes(schema))
    assert data is not None  # without an output, serialize returns the bytes
    start = 0
    while data.startswith(b"@prefix ", start):  # the prefixes come first, a line each
        start = data.index(b"\n", start) + 1
    return data[start:]


def _no_header(schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of the output.

    Attributes:
        header: gives what stands before the first part.
        write: writes a part.
        suffix: the ending of file names.
        media_type: the Internet media type.
    """

    header: Callable[[SchemaOrg], bytes]
    write: Callable[[Iterable[Statement], SchemaOrg], bytes]
    suffix: str
    media_type: str


FORMATS: Final[dict[str, Format]] = {
    "turtle": Format(turtle_header, write_turtle, ".ttl", "text/turtle"),
    "ntriples": Format(_no_header, write_ntriples, ".nt", "application/n-triples"),
}
"""The formats by name: a new one is one entry."""
