"""A record's expanded `schema-jsonld` to triples: RDF by JSON-LD 1.1's rules, with the repairs of the mapping.

The figure is the block's own node. Four values of the template that every record holds are repaired, each with a
diagnostic, unless `as_is` is asked for: the word `CC0` as licence, the constant `CreativeWork` as name, the anonymous
creator, missing keywords. Nothing is a blank node: a node without an `@id` gets an IRI under `/.well-known/genid/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from pfocr_rdf.diagnostics import Place
from pfocr_rdf.figures import Figure
from pfocr_rdf.iris import absolute_iri, figure_iri, genid_iri
from pfocr_rdf.jsonld import Expanded, Node
from pfocr_rdf.literals import string_literal
from pfocr_rdf.mentions import is_missing
from pfocr_rdf.vocabulary import (
    CC0,
    RDF_FIRST,
    RDF_JSON,
    RDF_NIL,
    RDF_REST,
    RDF_TYPE,
    WIKIPATHWAYS,
    XSD_BOOLEAN,
    XSD_DOUBLE,
    XSD_INTEGER,
    SchemaOrg,
)

__all__ = ["block_iri", "block_triples", "license_iri"]

_SCHEMA_NAMESPACE: Final = re.compile(r"https?://schema\.org/")
_TEMPLATE_NAME: Final = "CreativeWork"
_TEMPLATE_CREATOR: Final = "WikiPathways"
_CC0_WORDS: Final = frozenset(("CC0", "CC-0", "CC0-1.0", "CC0-1.0-UNIVERSAL"))
_CREATIVE_COMMONS: Final = re.compile(r"CC-(BY|BY-SA|BY-NC|BY-ND|BY-NC-SA|BY-NC-ND)-([1-4]\.0)")

_PLAIN: Final = frozenset(("name", "description", "keywords", "alternateName"))
"""Properties of schema.org that the mapping writes, too, and always as plain strings."""


def license_iri(word: str) -> NamedNode | None:
    """Give the IRI of a licence from the word for it, or None where the word is not known.

    >>> license_iri("CC BY 4.0").value
    'https://creativecommons.org/licenses/by/4.0/'
    """
    folded = "-".join(word.upper().replace("_", " ").split())
    if folded in _CC0_WORDS:
        return CC0
    if found := _CREATIVE_COMMONS.fullmatch(folded):
        return NamedNode(f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/")
    return None


def block_iri(figure: Figure, expanded: Expanded | None, place: Place) -> NamedNode:
    """Give the figure's IRI: the block's own `@id`, or the IRI of the figid where it is missing or unusable."""
    own = figure_iri(figure.figid)
    if expanded is None or (node := _main_node(figure, expanded)) is None:
        return own
    text = node.get("@id")
    if text == own.value:
        return own
    iri = absolute_iri(text) if text is not None and text[:4].lower() == "http" else None
    if iri is None:
        place.diagnose("jsonld-id", key="schema-jsonld.@id", value=text or "")
        return own
    if iri.value != text:
        place.diagnose("iri-encoded", key="schema-jsonld.@id", value=text)
    if iri != own:
        place.diagnose("figure-iri-differs", key="schema-jsonld.@id", value=text)
    return iri


def _main_node(figure: Figure, expanded: Expanded) -> Node | None:
    """Find the figure's node: the one with the block's `@id`, else the first."""
    if len(expanded.nodes) > 1:
        wanted = figure.jsonld.get("@id") if figure.jsonld is not None else None
        for node in expanded.nodes:
            if node.get("@id") == wanted:
                return node
    return expanded.nodes[0] if expanded.nodes else None


def block_triples(
    figure: Figure, iri: NamedNode, expanded: Expanded, *, schema: SchemaOrg, as_is: bool, place: Place
) -> list[Triple]:
    """Map an expanded block.

    Args:
        figure: the figure.
        iri: its IRI, by `block_iri`.
        expanded: its expanded block.
        schema: the schema.org terms of the output.
        as_is: whether the template's values stay as they stand.
        place: where the block is, for diagnostics.

    Returns:
        The triples, the figure's own first.
    """
    main = _main_node(figure, expanded)
    if main is None or not (main.keys() - {"@id"}):
        place.diagnose("jsonld-invalid", "the block expands to nothing; it lacks a context", key="schema-jsonld")
        return []
    block = _Block(figure, iri, schema, as_is, place)
    block.node(iri, main, main=True)
    for node in expanded.nodes:
        if node is not main:
            block.subject(node)
    return block.triples


class _Block:
    """The state of mapping one block: the triples so far and the IRIs given to nodes without one."""

    def __init__(self, figure: Figure, iri: NamedNode, schema: SchemaOrg, as_is: bool, place: Place) -> None:
        self.figure = figure
        self.iri = iri
        self.schema = schema
        self.as_is = as_is
        self.place = place
        self.triples: list[Triple] = []
        self._named: dict[str, NamedNode] = {}
        self._count = 0

    # ------------------------------------------------------------------------------------------------ IRIs

    def to_iri(self, text: str, key: str) -> NamedNode | None:
        """Resolve and check an IRI of the block; an unusable one is reported."""
        if text.startswith("_:"):
            if text not in self._named:
                self._named[text] = self.new_iri()
            return self._named[text]
        found = absolute_iri(text, self.iri.value)
        if found is None:
            self.place.diagnose("jsonld-iri", key=key, value=text)
            return None
        if ":" in text and found.value != text:
            self.place.diagnose("iri-encoded", key=key, value=text)
        if found.value.startswith(self.schema.other):
            return NamedNode(self.schema.namespace + found.value[len(self.schema.other) :])
        return found

    def new_iri(self) -> NamedNode:
        self._count += 1
        self.place.diagnose("jsonld-node", key="schema-jsonld")
        return genid_iri(self.figure.figid, self._count)

    # ----------------------------------------------------------------------------------------------- nodes

    def subject(self, node: Node) -> NamedNode | None:
        """Map a node and give its IRI."""
        text = node.get("@id")
        if text is not None and text == (self.figure.jsonld or {}).get("@id"):
            iri: NamedNode | None = self.iri
        else:
            iri = self.new_iri() if text is None else self.to_iri(text, "schema-jsonld.@id")
        if iri is not None:
            self.node(iri, node)
        return iri

    def node(self, iri: NamedNode, node: Node, *, main: bool = False) -> None:
        for name, values in node.items():
            if name[0] == "@":
                self.keyword(iri, name, values)
                continue
            local = _SCHEMA_NAMESPACE.sub("", name, count=1) if name[:4] == "http" else name
            key = f"schema-jsonld.{local}"
            predicate = self.to_iri(name, key)
            if predicate is None:
                continue
            for value in values:
                found = self.repaired(local, key, value) if main and not self.as_is and local is not name else None
                if found is None:
                    found = self.value(value, key, plain=local in _PLAIN)
                if found is not None and found is not _DROPPED:
                    self.triples.append(Triple(iri, predicate, found))

    def keyword(self, iri: NamedNode, name: str, values: Any) -> None:
        """Map the keywords of a node object; `@id` and `@index` say nothing here."""
        if name == "@type":
            for text in values:
                if (kind := self.to_iri(text, "schema-jsonld.@type")) is not None:
                    self.triples.append(Triple(iri, RDF_TYPE, kind))
        elif name == "@reverse":
            for property_name, nodes in values.items():
                predicate = self.to_iri(property_name, "schema-jsonld.@reverse")
                for node in nodes:
                    if predicate is not None and (subject := self.subject(node)) is not None:
                        self.triples.append(Triple(subject, predicate, iri))
        elif name == "@included":
            for node in values:
                self.subject(node)
        elif name == "@graph":
            self.place.diagnose("jsonld-graph", key="schema-jsonld.@graph")

    # ---------------------------------------------------------------------------------------------- values

    def value(self, value: Node, key: str, *, plain: bool = False) -> NamedNode | Literal | None:
        """Map a value object, a list object or a node object to what stands as object."""
        if "@value" in value:
            return self.literal(value, key, plain)
        if "@list" in value:
            return self.list(value["@list"], key)
        return self.subject(value)

    def literal(self, value: Node, key: str, plain: bool) -> Literal | None:
        text = value["@value"]
        if isinstance(text, str) and len(value) == 1:
            if not self.as_is and is_missing(text):
                self.place.diagnose(
                    "jsonld-keyword" if key.endswith(".keywords") else "jsonld-value", key=key, value=text
                )
                return None
            return string_literal(text, self.place, key)
        datatype = value.get("@type")
        if datatype == "@json":
            return Literal(
                json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":")), datatype=RDF_JSON
            )
        lexical, native = _lexical(text)
        if "@language" in value or "@direction" in value or (plain and datatype is not None):
            self.place.diagnose("jsonld-literal", key=key, value=lexical)
            return string_literal(lexical, self.place, key)
        if datatype is None:
            return Literal(lexical, datatype=native) if native is not None else string_literal(lexical, self.place, key)
        kind = self.to_iri(datatype, key)
        if kind is None:
            return string_literal(lexical, self.place, key)
        return Literal(string_literal(lexical, self.place, key).value, datatype=kind)

    def list(self, values: list[Node], key: str) -> NamedNode:
        """Map a list to an RDF collection, its cells named."""
        head: NamedNode = RDF_NIL
        for value in reversed([found for value in values if (found := self.value(value, key)) is not None]):
            cell = self.new_iri()
            self.triples.append(Triple(cell, RDF_FIRST, value))
            self.triples.append(Triple(cell, RDF_REST, head))
            head = cell
        return head

    # --------------------------------------------------------------------------------------------- repairs

    def repaired(self, name: str, key: str, value: Node) -> NamedNode | Literal | None:
        """Give what a value of the template is repaired to, `_DROPPED` for nothing, or None where it is left."""
        if name == "license":
            return self.repaired_license(key, value)
        if name == "name" and value.get("@value") == _TEMPLATE_NAME:
            self.place.diagnose("jsonld-name", key=key, value=_TEMPLATE_NAME)
            return _DROPPED if self.figure.title is None else string_literal(self.figure.title, self.place, key)
        if name == "creator" and _is_template_creator(value):
            self.place.diagnose("jsonld-creator", key=key, value=_TEMPLATE_CREATOR)
            return WIKIPATHWAYS
        return None

    def repaired_license(self, key: str, value: Node) -> NamedNode | Literal | None:
        word = value.get("@value")
        if word is None:
            stated = self.figure.jsonld.get("license") if self.figure.jsonld is not None else None
            text = value.get("@id", "")
            if isinstance(stated, str) and ":" not in stated and text.endswith(stated):
                word = stated  # the word, before or after it was taken for a relative IRI
            elif ":" not in text and text:
                word = text
        if not isinstance(word, str) or is_missing(word):
            return None
        if (iri := license_iri(word)) is not None:
            self.place.diagnose("jsonld-license", key=key, value=word)
            return iri
        self.place.diagnose("jsonld-license-unknown", key=key, value=word)
        return string_literal(word, self.place, key)


_DROPPED: Final = Literal("")
"""Stands for a repaired value that gives no triple; compared by identity."""


def _is_template_creator(value: Node) -> bool:
    names = [name.get("@value") for key, values in value.items() if key.endswith("schema.org/name") for name in values]
    return "@id" not in value and names == [_TEMPLATE_CREATOR]


def _lexical(value: object) -> tuple[str, NamedNode | None]:
    """Give the lexical form of a JSON value, and its datatype unless it is a string (JSON-LD 1.1 API, section 8.2)."""
    if isinstance(value, bool):
        return str(value).lower(), XSD_BOOLEAN
    if isinstance(value, int):
        return str(value), XSD_INTEGER
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e21:
            return str(int(value)), XSD_INTEGER
        return re.sub(r"(\d)0*E\+?(-?)0*(\d)", r"\1E\2\3", f"{value:1.15E}"), XSD_DOUBLE
    return str(value), None


def block_license(
    triples: list[Triple], iri: NamedNode, block: Mapping[str, Any] | None, schema: SchemaOrg
) -> NamedNode | None:
    """Give the IRI of the figure's licence: what the block says, or its word where it was left as it stands."""
    stated = (block or {}).get("license")
    if isinstance(stated, str) and (known := license_iri(stated)) is not None:
        return known
    for triple in triples:
        if triple.subject == iri and triple.predicate == schema.license and isinstance(triple.object, NamedNode):
            return triple.object
    return None
