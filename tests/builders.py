"""Records, figures and graphs, made in a line each for the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph
import yaml
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from pfocr_rdf import Diagnostic, Figure, Settings, graph_triples
from pfocr_rdf.mentions import Kind
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.record import RecordBytes, parse_record
from pfocr_rdf.serialization import turtle_header
from pfocr_rdf.vocabulary import PREFIXES, schema_org

Values = Mapping[str, object]
"""Front matter: keys to texts, lists and mappings."""

BASE: dict[str, object] = {"figid": "PMC1__a", "pmcid": "PMC1"}
"""The least that a record needs."""

FIGURE = "https://pfocr.wikipathways.org/figures/PMC1__a.html"

COLUMNS: dict[Kind, str] = {
    "gene": "organism_id organism_name organism_group word match ncbigene_symbol ncbigene_id source "
    "count_direct count_synonym count_match",
    "chemical": "word mesh match name chebi",
    "disease": "word mesh match name doid",
}

TAB = "\t"
HUMAN_WNT1 = "9606 Homo_sapiens Primates (Wnt WNT WNT1 7471 famplex_relations 8 3 45".replace(" ", TAB).replace(
    "_s", " s"
)
MOUSE_WNT1 = "10090 Mus_musculus Rodents (Wnt WNT Wnt1 22408 famplex_relations 4 NA 4".replace(" ", TAB).replace(
    "_m", " m"
)
"""Rows of a table of genes."""


class _Dumper(yaml.CSafeDumper):
    """libyaml's writer, which writes a list out each time it stands, rather than an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def block(**values: object) -> dict[str, object]:
    """Make a `schema-jsonld` with schema.org's context; `id` and `type` stand for `@id` and `@type`."""
    keywords = {f"@{key}": values.pop(key) for key in ("id", "type", "reverse", "included", "graph") if key in values}
    return {"@context": "https://schema.org/", "@id": FIGURE, "@type": "Dataset"} | keywords | values


def record(values: Values, *, allow_unicode: bool = True) -> bytes:
    """Write a record's file."""
    text = yaml.dump(dict(values), Dumper=_Dumper, allow_unicode=allow_unicode, sort_keys=False)
    return b"---\n" + text.encode() + b"---\n"


def table(kind: Kind, *rows: Iterable[str], columns: str | None = None) -> bytes:
    """Write a companion; a row is its cells, or the cells in one text with blanks between."""
    header = (columns or COLUMNS[kind]).split()
    lines = [header, *(row.split() if isinstance(row, str) else list(row) for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines).encode()


def read(
    values: Values | bytes,
    companions: Mapping[Kind, bytes] | None = None,
    *,
    wpids: tuple[str, ...] = (),
    ndex: tuple[str, ...] = (),
    organisms: OrganismNames | None = None,
    found: list[Diagnostic] | None = None,
) -> Figure | None:
    """Read a record of these values, added to `BASE`, or of these bytes."""
    data = values if isinstance(values, bytes) else record(BASE | dict(values))
    tables = {kind: (f"a-{kind}s.tsv", content) for kind, content in (companions or {}).items()}
    return parse_record(
        RecordBytes("a.md", data, tables, wpids, ndex),
        organisms=organisms or OrganismNames(),
        report=silent if found is None else found.append,
    )


def figure(values: Values | bytes, companions: Mapping[Kind, bytes] | None = None, **options: object) -> Figure:
    """Read a record that can be read."""
    result = read(values, companions, **options)  # type: ignore[arg-type]  # the options of `read`
    assert result is not None
    return result


def triples(
    *figures: Figure, settings: Settings | None = None, found: list[Diagnostic] | None = None
) -> frozenset[Triple]:
    """Map figures and what they share; each triple must stand once."""
    report = silent if found is None else found.append
    listed = list(graph_triples(figures, settings=settings or Settings(), report=report))
    assert len(listed) == len(set(listed)), "a triple stands twice"
    return frozenset(listed)


def turtle(text: str, settings: Settings | None = None) -> frozenset[Triple]:
    """Parse Turtle in the prefixes of the output; `F` is the figure of `BASE`, `P` its paper."""
    schema = schema_org((settings or Settings()).schema_org)
    names = f"@prefix F: <{FIGURE}> . @prefix P: <https://identifiers.org/pmc/PMC1> .\n".encode()
    return parsed(turtle_header(schema) + names + text.encode(), RdfFormat.TURTLE)


def text_of(term: object) -> str:
    """Give the text of an IRI or a literal."""
    assert isinstance(term, (NamedNode, Literal))
    return term.value


def objects(graph: Any, predicate: str) -> set[Any]:
    """Give the objects of a predicate, which is a CURIE."""
    prefix, _, name = predicate.partition(":")
    return {triple.object for triple in graph if triple.predicate.value == PREFIXES[prefix] + name}


def parsed(data: bytes, form: RdfFormat) -> frozenset[Triple]:
    """Parse RDF; only the default graph is there."""
    return frozenset(quad.triple for quad in pyoxigraph.parse(data, format=form))


def silent(found: Diagnostic) -> None:
    """Drop a diagnostic."""


def codes(found: Iterable[Diagnostic]) -> list[str]:
    """Give the codes of diagnostics, but for those that every record without a block has."""
    return [diagnostic.code for diagnostic in found if diagnostic.code != "jsonld-missing"]
