"""A record's expanded `schema-jsonld` to triples: RDF by JSON-LD 1.1's rules, with the repairs of the mapping.

The figure is the block's own node. Four values of the template that every record holds are repaired, each with a
diagnostic, unless `as_is` is asked for: the word `CC0` as licence, the constant `CreativeWork` as name, the anonymous
creator, missing keywords. Nothing is a blank node: a node without an `@id` gets an IRI under `/.well-known/genid/`.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final

from pyld.iri_resolver import resolve

from pfocr_rdf.diagnostics import Place
from pfocr_rdf.figures import Figure
from pfocr_rdf.iris import absolute_iri, figure_iri, genid_iri
from pfocr_rdf.jsonld import Expanded, Node
from pfocr_rdf.literals import string_literal, well_formed
from pfocr_rdf.mentions import is_missing
from pfocr_rdf.terms import Statement, Term, iri_term, iri_text, literal_term
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

__all__ = ["block_iri", "block_license", "block_statements", "license_iri"]

_SCHEMA_NAMESPACE: Final = re.compile(r"https?://schema\.org/")
_TEMPLATE_NAME: Final = "CreativeWork"
_TEMPLATE_CREATOR: Final = "WikiPathways"
_CC0_WORDS: Final = frozenset(("CC0", "CC-0", "CC0-1.0", "CC0-1.0-UNIVERSAL"))
_CREATIVE_COMMONS: Final = re.compile(r"CC-(BY|BY-SA|BY-NC|BY-ND|BY-NC-SA|BY-NC-ND)-([1-4]\.0)")

_REPAIRED: Final = frozenset(("license", "name", "creator"))

_PLAIN: Final = frozenset(("name", "description", "keywords", "alternateName"))
"""Properties of schema.org that the mapping writes, too, and always as plain strings."""


def license_iri(word: str) -> Term | None:
    """Give the IRI of a licence from the word for it, or None where the word is not known.

    >>> license_iri("CC BY 4.0")
    '<https://creativecommons.org/licenses/by/4.0/>'
    """
    folded = "-".join(word.upper().replace("_", " ").split())
    if folded in _CC0_WORDS:
        return CC0
    if found := _CREATIVE_COMMONS.fullmatch(folded):
        return iri_term(f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/")
    return None


def block_iri(figure: Figure, expanded: Expanded | None, place: Place) -> Term:
    """Give the figure's IRI: the block's own `@id`, or the IRI of the figid where it is missing or unusable."""
    own = figure_iri(figure.figid)
    if expanded is None or (node := _main_node(figure, expanded)) is None:
        return own
    text = node.get("@id")
    if text == iri_text(own):
        return own
    iri = absolute_iri(text) if text is not None and text[:4].lower() == "http" else None
    if iri is None:
        place.diagnose("jsonld-id", key="schema-jsonld.@id", value=text or "")
        return own
    if iri_text(iri) != text:
        place.diagnose("iri-encoded", key="schema-jsonld.@id", value=text)
    if iri != own:
        place.diagnose("figure-iri-differs", key="schema-jsonld.@id", value=text)
    return iri


def _main_node(figure: Figure, expanded: Expanded) -> Node | None:
    """Find the figure's node: of several the one with the block's `@id` or the figid's IRI, else the first."""
    if len(expanded.nodes) > 1:
        for wanted in ((figure.jsonld or {}).get("@id"), iri_text(figure_iri(figure.figid))):
            for node in expanded.nodes:
                if wanted is not None and node.get("@id") == wanted:
                    return node
    return expanded.nodes[0] if expanded.nodes else None


def block_statements(
    figure: Figure, iri: Term, expanded: Expanded, *, schema: SchemaOrg, as_is: bool, place: Place
) -> list[Statement]:
    """Map an expanded block.

    Args:
        figure: the figure.
        iri: its IRI, by `block_iri`.
        expanded: its expanded block.
        schema: the schema.org terms of the output.
        as_is: whether the template's values stay as they stand.
        place: where the block is, for diagnostics.

    Returns:
        The statements, each subject's together and each once.
    """
    main = _main_node(figure, expanded)
    if main is None or not (main.keys() - {"@id"}):
        place.diagnose("jsonld-invalid", "the block expands to nothing; it lacks a context", key="schema-jsonld")
        return []
    block = _Block(figure, iri, expanded.base, schema, as_is, place)
    block.node(iri, main, main=True)
    for node in expanded.nodes:
        if node is not main:
            block.subject(node)
    statements = dict.fromkeys(block.statements)
    order = {subject: number for number, subject in enumerate(dict.fromkeys(subject for subject, _, _ in statements))}
    return sorted(statements, key=lambda statement: order[statement[0]]) if len(order) > 1 else list(statements)


@lru_cache(maxsize=1024)
def _local_name(name: str) -> tuple[str, str]:
    """Give a property's name without schema.org's namespace, and the key that diagnostics show."""
    local = _SCHEMA_NAMESPACE.sub("", name, count=1)
    return local if local != name else "", f"schema-jsonld.{local}"


@lru_cache(maxsize=1024)
def _usual_predicate(name: str, other: str) -> Term | None:
    """Give the IRI of a property where it stands in the output as it is: nothing encoded, nothing spelt otherwise."""
    iri = _absolute_iri(name)
    return iri if iri is not None and iri_text(iri) == name and not name.startswith(other) else None


@lru_cache(maxsize=4096)
def _absolute_iri(text: str) -> Term | None:
    """Remember the IRIs of properties, classes and the like, which blocks repeat."""
    return absolute_iri(text)


class _Block:
    """The state of mapping one block: the triples so far and the IRIs given to nodes without one."""

    def __init__(self, figure: Figure, iri: Term, base: str, schema: SchemaOrg, as_is: bool, place: Place) -> None:
        self.figure = figure
        self.iri = iri
        self.base = base
        self.schema = schema
        self.as_is = as_is
        self.place = place
        self.statements: list[Statement] = []
        self._named: dict[str, Term] = {}
        self._count = 0

    # ------------------------------------------------------------------------------------------------ IRIs

    def to_iri(self, text: str, key: str) -> Term | None:
        """Resolve and check an IRI of the block; an unusable one is reported."""
        if text.startswith("_:"):
            if text not in self._named:
                self._named[text] = self.new_iri()
            return self._named[text]
        whole = resolve(text, self.base) if self.base and ":" not in text else text
        found = _absolute_iri(whole)
        if found is None:
            self.place.diagnose("jsonld-iri", key=key, value=text)
            return None
        if iri_text(found) != whole:
            self.place.diagnose("iri-encoded", key=key, value=text)
        if found.startswith(self.schema.other, 1):
            return iri_term(self.schema.namespace + iri_text(found)[len(self.schema.other) :])
        return found

    def predicate(self, text: str, key: str) -> Term | None:
        """Check the IRI of a property; RDF knows no blank nodes as predicates."""
        if text.startswith("_:"):
            self.place.diagnose("jsonld-iri", key=key, value=text)
            return None
        return self.to_iri(text, key)

    def new_iri(self) -> Term:
        self._count += 1
        self.place.diagnose("jsonld-node", key="schema-jsonld")
        return genid_iri(self.figure.figid, self._count)

    # ----------------------------------------------------------------------------------------------- nodes

    def subject(self, node: Node, key: str = "schema-jsonld.@id") -> Term | None:
        """Map a node, the value of `key`, and give its IRI."""
        text = node.get("@id")
        iri: Term | None
        if text is not None and text == (self.figure.jsonld or {}).get("@id"):
            iri = self.iri
        elif text is None and "@id" in node:  # a value such as "@word", which JSON-LD 1.1 takes for a keyword
            self.place.diagnose("jsonld-iri", key=key)
            return None
        else:
            iri = self.new_iri() if text is None else self.to_iri(text, key)
        if iri is not None:
            self.node(iri, node)
        return iri

    def node(self, iri: Term, node: Node, *, main: bool = False) -> None:
        for name, values in node.items():
            if name[0] == "@":
                self.keyword(iri, name, values)
                continue
            local, key = _local_name(name)
            predicate = _usual_predicate(name, self.schema.other) or self.predicate(name, key)
            if predicate is None:
                self.nodes_in(values)
                continue
            repair = main and not self.as_is and local in _REPAIRED
            plain = local in _PLAIN
            for value in values:
                found = self.repaired(local, key, value) if repair else None
                if found is None:
                    found = self.value(value, key, plain)
                if found:
                    self.statements.append((iri, predicate, found))

    def keyword(self, iri: Term, name: str, values: Any) -> None:
        """Map the keywords of a node object; `@id` and `@index` say nothing here."""
        if name == "@type":
            for text in values:
                if not self.as_is and is_missing(word := _SCHEMA_NAMESPACE.sub("", text, count=1)):
                    self.place.diagnose("jsonld-value", key="schema-jsonld.@type", value=word)
                elif (kind := self.to_iri(text, "schema-jsonld.@type")) is not None:
                    self.statements.append((iri, RDF_TYPE, kind))
        elif name == "@reverse":
            for property_name, nodes in values.items():
                predicate = self.predicate(property_name, "schema-jsonld.@reverse")
                for node in nodes:
                    subject = self.subject(node)
                    if predicate is not None and subject is not None:
                        self.statements.append((subject, predicate, iri))
        elif name == "@included":
            for node in values:
                self.subject(node)
        elif name == "@graph":
            self.place.diagnose("jsonld-graph", key="schema-jsonld.@graph")

    def nodes_in(self, values: list[Node]) -> None:
        """Map the nodes among the values of a property that is not written: what they say of themselves holds."""
        for value in values:
            if "@list" in value:
                self.nodes_in(value["@list"])
            elif "@value" not in value:
                self.subject(value)

    # ---------------------------------------------------------------------------------------------- values

    def value(self, value: Node, key: str, plain: bool = False) -> Term | None:
        """Map a value object, a list object or a node object to what stands as object."""
        text = value.get("@value")
        if type(text) is str and len(value) == 1 and not is_missing(text):  # as nearly all
            return string_literal(text, self.place, key)
        if "@value" in value:
            return self.literal(value, key, plain)
        if "@list" in value:
            return self.list(value["@list"], key)
        if not self.as_is and value.keys() == {"@id"} and value["@id"] is not None and is_missing(value["@id"]):
            self.place.diagnose("jsonld-value", key=key, value=value["@id"])
            return None
        return self.subject(value, key)

    def literal(self, value: Node, key: str, plain: bool) -> Term | None:
        text = value["@value"]
        datatype = value.get("@type")
        if isinstance(text, str) and datatype != "@json":
            if not self.as_is and is_missing(text):
                self.place.diagnose(
                    "jsonld-keyword" if key.endswith(".keywords") else "jsonld-value", key=key, value=text
                )
                return None
            if len(value) == 1:
                return string_literal(text, self.place, key)
        if datatype == "@json":
            return literal_term(
                well_formed(json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))), RDF_JSON
            )
        lexical, native = _lexical(text, datatype)
        if "@language" in value or "@direction" in value or (plain and datatype is not None):
            self.place.diagnose("jsonld-literal", key=key, value=lexical)
            return string_literal(lexical, self.place, key)
        if datatype is None:
            return literal_term(lexical, native) if native is not None else string_literal(lexical, self.place, key)
        kind = self.to_iri(datatype, key)
        if kind is None:
            return string_literal(lexical, self.place, key)
        return literal_term(well_formed(lexical), kind)

    def list(self, values: list[Node], key: str) -> Term:
        """Map a list to an RDF collection, its cells named."""
        head: Term = RDF_NIL
        for value in reversed([found for value in values if (found := self.value(value, key)) is not None]):
            cell = self.new_iri()
            self.statements.append((cell, RDF_FIRST, value))
            self.statements.append((cell, RDF_REST, head))
            head = cell
        return head

    # --------------------------------------------------------------------------------------------- repairs

    def repaired(self, name: str, key: str, value: Node) -> Term | None:
        """Give what a value of the template is repaired to, `_DROPPED` for nothing, or None where it is left."""
        if name == "license":
            return self.repaired_license(key, value)
        if name == "name" and value.get("@value") == _TEMPLATE_NAME:
            if self.figure.title is None:
                message = "the template's name CreativeWork is left out, as the record has no title"
                self.place.diagnose("jsonld-name", message, key=key, value=_TEMPLATE_NAME)
                return _DROPPED
            self.place.diagnose("jsonld-name", key=key, value=_TEMPLATE_NAME)
            return string_literal(self.figure.title, self.place, key)
        if name == "creator" and _is_template_creator(value):
            self.place.diagnose("jsonld-creator", key=key, value=_TEMPLATE_CREATOR)
            return WIKIPATHWAYS
        return None

    def repaired_license(self, key: str, value: Node) -> Term | None:
        word = _license_word(self.figure, value)
        if word is None:
            return None
        if is_missing(word):
            self.place.diagnose("jsonld-value", key=key, value=word)
            return _DROPPED
        if (iri := license_iri(word)) is not None:
            self.place.diagnose("jsonld-license", key=key, value=word)
            return iri
        self.place.diagnose("jsonld-license-unknown", key=key, value=word)
        return string_literal(word, self.place, key)


_DROPPED: Final = Term("")
"""Stands for a repaired value that gives no triple; no term is empty."""


def _is_template_creator(value: Node) -> bool:
    names = [name.get("@value") for key, values in value.items() if key.endswith("schema.org/name") for name in values]
    return "@id" not in value and names == [_TEMPLATE_CREATOR]


def _license_word(figure: Figure, value: Node) -> str | None:
    """Give the word that a licence was stated by, if it was: text, or a word that was taken for a relative IRI."""
    word = value.get("@value")
    if word is not None:
        return word if isinstance(word, str) else None
    text = value.get("@id")
    if not isinstance(text, str) or text.startswith("_:"):
        return None
    if ":" not in text:
        return text
    stated = (figure.jsonld or {}).get("license")
    for item in stated if isinstance(stated, list) else [stated]:
        if isinstance(item, str) and ":" not in item and text.endswith(f"/{item}"):
            return item
    return None


def _lexical(value: object, datatype: str | None) -> tuple[str, Term | None]:
    """Give the lexical form of a JSON value, and its datatype unless it is a string (JSON-LD 1.1 API, section 8.2)."""
    if isinstance(value, bool):
        return str(value).lower(), XSD_BOOLEAN
    if isinstance(value, (int, float)):
        if value % 1 == 0 and abs(value) < 1e21 and datatype != iri_text(XSD_DOUBLE):
            return str(int(value)), XSD_INTEGER
        try:
            digits = f"{float(value):1.15E}"
        except OverflowError:  # an int beyond every double
            digits = "INF" if value > 0 else "-INF"
        return "NaN" if digits == "NAN" else re.sub(r"(\d)0*E\+?(-?)0*(\d)", r"\1E\2\3", digits), XSD_DOUBLE
    return str(value), None


def block_license(figure: Figure, expanded: Expanded) -> Term | None:
    """Give the IRI of the figure's licence: what the block says, or what its word stands for, as it stands or not."""
    node = _main_node(figure, expanded) or {}
    for name, values in node.items():
        if _local_name(name)[0] != "license":
            continue
        for value in values:
            word = _license_word(figure, value)
            found = license_iri(word) if word is not None else absolute_iri(value.get("@id") or "")
            if found is not None:
                return found
    return None
