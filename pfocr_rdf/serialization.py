r"""Triples to bytes: N-Triples and Turtle, by pyoxigraph's writers.

Parts written one after the other give the same bytes as the whole: Turtle's prefixes are a header of its own, and
a part ends with a subject's last triple. Both formats are the canonical ones of pyoxigraph, but that N-Triples escapes
U+0085, U+2028 and U+2029: they are legal as they stand, yet many line-splitting readers would cut a triple in two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph
from pyoxigraph import RdfFormat, Triple

from pfocr_rdf.vocabulary import SCHEMA_HTTP, SchemaOrg, prefixes

__all__ = ["FORMATS", "Format", "turtle_header", "write_ntriples", "write_turtle"]


def write_ntriples(triples: Iterable[Triple], schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    r"""Write triples as N-Triples, UTF-8, one line each.

    Args:
        triples: the triples, written in their order.
        schema: not used; every writer takes it.

    >>> from pyoxigraph import Literal, NamedNode
    >>> write_ntriples([Triple(NamedNode("http://a/"), NamedNode("http://b/"), Literal("x\u2028y"))])
    b'<http://a/> <http://b/> "x\\u2028y" .\n'
    """
    data = _serialized(triples, RdfFormat.N_TRIPLES)
    if b"\xe2\x80\xa8" in data or b"\xe2\x80\xa9" in data or b"\xc2\x85" in data:
        # IRIs hold none of them (they are percent-encoded), so each stands in a literal
        data = data.replace(b"\xe2\x80\xa8", rb"\u2028").replace(b"\xe2\x80\xa9", rb"\u2029")
        data = data.replace(b"\xc2\x85", rb"\u0085")
    return data


def turtle_header(schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write the prefixes of a Turtle document and an empty line."""
    lines = (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in sorted(prefixes(schema).items()))
    return "".join(lines).encode() + b"\n"


def write_turtle(triples: Iterable[Triple], schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write triples as the body of a Turtle document, without `turtle_header`.

    Args:
        triples: the triples, each subject's together; written in their order.
        schema: the spelling of schema.org that the header's prefix has.
    """
    data = _serialized(triples, RdfFormat.TURTLE, prefixes(schema))
    # the header ends with the first line that is no prefix; a literal cannot begin a line before it
    start = 0
    while data.startswith(b"@prefix ", start):
        start = data.index(b"\n", start) + 1
    return data[start:]


def _serialized(triples: Iterable[Triple], form: RdfFormat, names: dict[str, str] | None = None) -> bytes:
    data = pyoxigraph.serialize(triples, format=form, prefixes=names)
    assert data is not None  # without an output, serialize returns the bytes
    return data


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
    write: Callable[[Iterable[Triple], SchemaOrg], bytes]
    suffix: str
    media_type: str


FORMATS: Final[dict[str, Format]] = {
    "turtle": Format(turtle_header, write_turtle, ".ttl", "text/turtle"),
    "ntriples": Format(_no_header, write_ntriples, ".nt", "application/n-triples"),
}
"""The formats by name: a new one is one entry."""
