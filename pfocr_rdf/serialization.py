r"""Statements to bytes: N-Triples and Turtle.

Parts written one after the other give the same bytes as the whole: Turtle's prefixes are a header of its own, and a
part ends with a subject's last triple. N-Triples is the canonical form, but that U+0085, U+2028 and U+2029 are escaped
in literals of both formats: they are legal as they stand, yet many readers of lines would cut a triple in two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyoxigraph

from pfocr_rdf.terms import Statement, Term, line_safe, lines, statements_of
from pfocr_rdf.vocabulary import (
    RDF_TYPE,
    SCHEMA_HTTP,
    SCHEMA_HTTPS,
    XSD_BOOLEAN,
    XSD_DECIMAL,
    XSD_DOUBLE,
    XSD_INTEGER,
    SchemaOrg,
    prefixes,
)

__all__ = [
    "FORMATS",
    "Format",
    "read_written",
    "shortener",
    "shortener_of",
    "turtle_body",
    "turtle_header",
    "write_ntriples",
    "write_turtle",
]


def write_ntriples(statements: Iterable[Statement], schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    r"""Write statements as N-Triples, UTF-8, one line each.

    Args:
        statements: the statements, written in their order.
        schema: not used; every writer takes it.

    >>> from pfocr_rdf.terms import iri_term, literal_term
    >>> write_ntriples([(iri_term("http://a/"), iri_term("http://b/"), literal_term("x\u2028y"))])
    b'<http://a/> <http://b/> "x\\u2028y" .\n'
    """
    return b"".join(lines(statements))


def turtle_header(schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write the prefixes of a Turtle document and an empty line."""
    lines = (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in sorted(prefixes(schema).items()))
    return "".join(lines).encode() + b"\n"


def write_turtle(statements: Iterable[Statement], schema: SchemaOrg = SCHEMA_HTTP) -> bytes:
    """Write statements as the body of a Turtle document, without `turtle_header`.

    An IRI whose local name would need escapes stays whole, as people read it more easily so. (pyoxigraph's writer
    needs an object for every triple, which costs more than all the rest of a conversion.)

    Args:
        statements: the statements, each subject's together; written in their order.
        schema: the spelling of schema.org that the header's prefix has.
    """
    return turtle_body(statements, shortener(schema))


def turtle_body(statements: Iterable[Statement], short: Callable[[Term], str]) -> bytes:
    """Write statements as the body of a Turtle document.

    Args:
        statements: the statements, each subject's together; written in their order.
        short: what `shortener_of` the document's prefixes gives.
    """
    rest = iter(statements)
    parts: list[bytes] = []
    last_subject = last_predicate = None
    # in parts, because one character outside Latin 1 doubles the memory of the whole text it stands in
    while part := list(islice(rest, 200)):
        texts: list[str] = []
        for subject, predicate, value in part:
            text = value if value[-1] == '"' else short(value)
            if subject == last_subject and predicate == last_predicate:
                texts.append(f" , {text}")
                continue
            verb = "a" if predicate == RDF_TYPE else short(predicate)
            if subject == last_subject:
                texts.append(f" ;\n\t{verb} {text}")
            else:
                end = "" if last_subject is None else " .\n"
                texts.append(f"{end}{short(subject)} {verb} {text}")
            last_subject, last_predicate = subject, predicate
        parts.append("".join(texts).encode())
    if parts:
        parts.append(b" .\n")
    return b"".join(parts)


class _Shown(dict[Term, str]):
    """How terms stand in Turtle, with some prefixes; remembered, as most are repeated."""

    def __init__(self, names: Mapping[str, str]) -> None:
        # of several namespaces that fit, the longest
        namespaces = "|".join(map(re.escape, sorted(names.values(), key=len, reverse=True)))
        self._pattern = re.compile(f"<({namespaces})({_LOCAL})>")
        self._prefixes = {namespace: prefix for prefix, namespace in names.items()}
        # nearly all new terms are of a namespace that ends at their last slash, and needs no search
        self._paths = {
            f"<{namespace}": prefix
            for namespace, prefix in self._prefixes.items()
            if namespace.endswith("/") and sum(other.startswith(namespace) for other in self._prefixes) == 1
        }

    def __missing__(self, term: Term) -> str:
        if term[0] == "<":
            start = term.rfind("/") + 1
            prefix = self._paths.get(term[:start])
            if prefix is not None and _LOCAL_NAME(term, start, len(term) - 1):
                text = f"{prefix}:{term[start:-1]}"
            else:
                found = self._pattern.fullmatch(term)
                text = f"{self._prefixes[found[1]]}:{found[2]}" if found else term
        elif term[-1] != ">":  # a literal without a datatype, or a blank node
            return term
        else:
            lexical, _, datatype = term.rpartition("^^")
            native = _NATIVE.get(datatype)
            if native is not None and native.fullmatch(lexical, 1, len(lexical) - 1):
                return lexical[1:-1]
            return f"{lexical}^^{self[Term(datatype)]}"
        if len(term) <= _REMEMBERED_TEXT:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[term] = text
        return text


def shortener_of(names: Mapping[str, str]) -> Callable[[Term], str]:
    """Give what writes a term in Turtle.

    Args:
        names: namespaces by their prefixes.
    """
    return _Shown(names).__getitem__


_REMEMBERED: Final = 1 << 15
_REMEMBERED_TEXT: Final = 400

_LOCAL: Final = r"[A-Za-z0-9_:](?:[A-Za-z0-9_.:-]*[A-Za-z0-9_:-])?"
"""Local names that stand in Turtle as they are; others leave the IRI whole."""

_LOCAL_NAME: Final = re.compile(_LOCAL).fullmatch

_NATIVE: Final[dict[str, re.Pattern[str]]] = {
    XSD_BOOLEAN: re.compile("true|false"),
    XSD_DECIMAL: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD_DOUBLE: re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+"),
    XSD_INTEGER: re.compile(r"[+-]?[0-9]+"),
}
"""Lexical forms that Turtle reads as the datatype without quotes."""

_SHORTENERS: Final = {schema.namespace: shortener_of(prefixes(schema)) for schema in (SCHEMA_HTTP, SCHEMA_HTTPS)}


def shortener(schema: SchemaOrg = SCHEMA_HTTP) -> Callable[[Term], str]:
    """Give what writes a term with the prefixes of the output, as in Turtle.

    >>> shortener()(Term("<https://identifiers.org/ncbigene/7157>"))
    'ncbigene:7157'
    """
    return _SHORTENERS[schema.namespace]


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


def read_written(data: bytes, format: str, schema: SchemaOrg = SCHEMA_HTTP) -> Iterator[Statement]:
    """Read the statements of a part that was written.

    Args:
        data: the part.
        format: the name of its format.
        schema: the spelling of schema.org that it has.
    """
    if format == "ntriples":
        yield from statements_of(data)
        return
    for quad in pyoxigraph.parse(FORMATS[format].header(schema) + data, format=pyoxigraph.RdfFormat.TURTLE):
        yield Term(str(quad.subject)), Term(str(quad.predicate)), Term(line_safe(str(quad.object)))
