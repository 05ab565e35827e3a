"""The embedded JSON-LD: schema.org's context from the package, the four repairs, and RDF as JSON-LD 1.1 says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple

from builders import FIGURE, block, codes, figure, silent, triples, turtle
from pfocr_rdf import Diagnostic, Figure, Paper, Settings, figure_triples
from pfocr_rdf.jsonld import BlockError, expand_blocks, schema_org_context

AS_IS = Settings(as_is=True)
CC0 = "<https://creativecommons.org/publicdomain/zero/1.0/>"


def mapped(
    document: dict[str, Any], settings: Settings | None = None, found: list[Diagnostic] | None = None, **values: Any
) -> frozenset[Triple]:
    """Give the triples that a block adds to its figure's."""
    plain = Figure(figid="PMC1__a", paper=Paper("PMC1"), **values)
    whole = Figure(figid="PMC1__a", paper=Paper("PMC1"), jsonld=document, **values)
    report = silent if found is None else found.append
    listed = list(figure_triples(whole, settings=settings or Settings(), report=report))
    assert len(listed) == len(set(listed)), "a triple stands twice"
    return frozenset(listed) - frozenset(figure_triples(plain, settings=settings or Settings()))


# ---------------------------------------------------------------------------------------------- the repairs


def test_a_block_s_triples_are_the_figure_s() -> None:
    document = block(description=" Text.", keywords=["a", "b"], url="https://a.example/")
    assert mapped(document) == turtle(
        'F: a schema:Dataset ; schema:description " Text." ; schema:keywords "a" , "b" ; '
        "schema:url <https://a.example/> ."
    )


REPAIRS = [
    (
        "license",
        {"license": "CC0"},
        f"F: schema:license {CC0} ; dcterms:license {CC0} .",
        f"F: schema:license <https://pfocr.wikipathways.org/figures/CC0> ; dcterms:license {CC0} .",
    ),
    ("name", {"name": "CreativeWork"}, "", 'F: schema:name "CreativeWork" .'),
    (
        "creator",
        {"creator": {"@type": "Organization", "name": "WikiPathways"}},
        "F: schema:creator <https://www.wikipathways.org/> .",
        "F: schema:creator <https://pfocr.wikipathways.org/.well-known/genid/PMC1__a.1> . "
        "<https://pfocr.wikipathways.org/.well-known/genid/PMC1__a.1> "
        'a schema:Organization ; schema:name "WikiPathways" .',
    ),
    (
        "keyword",
        {"keywords": ["WNT1", ".na.character"]},
        'F: schema:keywords "WNT1" .',
        'F: schema:keywords "WNT1" , ".na.character" .',
    ),
]
REPAIR = pytest.mark.parametrize(("name", "values", "repaired", "as_is"), REPAIRS, ids=[case[0] for case in REPAIRS])


@REPAIR
def test_a_value_of_the_template_is_repaired_and_reported(
    name: str, values: dict[str, Any], repaired: str, as_is: str
) -> None:
    found: list[Diagnostic] = []
    assert mapped(block(**values), found=found, title="T") == turtle(f"F: a schema:Dataset . {repaired}")
    (only,) = found
    assert (only.code, only.level, only.figid) == (f"jsonld-{name}", "info", "PMC1__a")
    assert only.key.startswith("schema-jsonld.")
    assert only.value in {"CC0", "CreativeWork", "WikiPathways", ".na.character"}


@REPAIR
def test_as_is_leaves_a_value_of_the_template_as_it_stands(
    name: str, values: dict[str, Any], repaired: str, as_is: str
) -> None:
    found: list[Diagnostic] = []
    assert mapped(block(**values), AS_IS, found, title="T") == turtle(f"F: a schema:Dataset . {as_is}")
    assert f"jsonld-{name}" not in codes(found)


def test_the_repaired_name_is_the_title() -> None:
    document = block(name="CreativeWork")
    listed = set(figure_triples(Figure(figid="PMC1__a", paper=Paper("PMC1"), title="Glycolysis", jsonld=document)))
    assert turtle('F: schema:name "Glycolysis" .') <= listed
    assert mapped(document) == turtle("F: a schema:Dataset .")


def test_another_name_and_another_creator_stay() -> None:
    document = block(name="Glycolysis", creator=[{"@id": "https://orcid.org/0", "name": "A"}, "WikiPathways"])
    assert mapped(document) == turtle(
        'F: a schema:Dataset ; schema:name "Glycolysis" ; schema:creator <https://orcid.org/0> , "WikiPathways" . '
        '<https://orcid.org/0> schema:name "A" .'
    )


@pytest.mark.parametrize(
    ("word", "iri"),
    [
        ("CC0", "publicdomain/zero/1.0/"),
        ("cc0", "publicdomain/zero/1.0/"),
        ("CC0-1.0", "publicdomain/zero/1.0/"),
        ("CC0 1.0", "publicdomain/zero/1.0/"),
        ("CC0 1.0 Universal", "publicdomain/zero/1.0/"),
        ("CC BY 4.0", "licenses/by/4.0/"),
        ("CC-BY-4.0", "licenses/by/4.0/"),
        ("cc by-nc-nd 3.0", "licenses/by-nc-nd/3.0/"),
        ("CC_BY_SA_2.0", "licenses/by-sa/2.0/"),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_the_word_of_a_known_licence_becomes_its_iri(word: str, iri: str, listed: bool) -> None:
    licence = f"<https://creativecommons.org/{iri}>"
    repaired = mapped(block(license=[word] if listed else word))
    assert repaired == turtle(f"F: a schema:Dataset ; schema:license {licence} ; dcterms:license {licence} .")
    as_is = mapped(block(license=[word] if listed else word), AS_IS)
    assert turtle(f"F: dcterms:license {licence} .") <= as_is


@pytest.mark.parametrize("word", ["All rights reserved", "MIT", "CC0!"])
@pytest.mark.parametrize("listed", [False, True])
def test_the_word_of_an_unknown_licence_stays_text(word: str, listed: bool) -> None:
    found: list[Diagnostic] = []
    repaired = mapped(block(license=[word] if listed else word), found=found)
    assert repaired == turtle(f'F: a schema:Dataset ; schema:license "{word}" .')
    assert codes(found) == ["jsonld-license-unknown"]
    as_is = mapped(block(license=[word] if listed else word), AS_IS)
    assert not [t for t in as_is if t.predicate.value == "http://purl.org/dc/terms/license"]


def test_the_iri_of_a_licence_stays() -> None:
    for licence in ("https://a.example/licence", {"@id": "https://a.example/licence"}):
        assert mapped(block(license=licence)) == turtle(
            "F: a schema:Dataset ; schema:license <https://a.example/licence> ; "
            "dcterms:license <https://a.example/licence> ."
        )


@pytest.mark.parametrize("missing", ["", " ", ".na.character", ".na"])
def test_a_missing_value_gives_no_triple_unless_as_is(missing: str) -> None:
    found: list[Diagnostic] = []
    document = block(
        type=["Dataset", missing],
        description=missing,
        url=missing,
        datePublished=missing,
        text={"@value": missing, "@language": "en"},
        license=missing,
    )
    assert mapped(document, found=found) == turtle("F: a schema:Dataset .")
    assert codes(found) == ["jsonld-value"] * 6
    assert {diagnostic.value for diagnostic in found} == {missing}
    assert mapped(block(description=missing), AS_IS) == turtle(
        f'F: a schema:Dataset ; schema:description "{missing}" .'
    )


@pytest.mark.parametrize("settings", [Settings(), AS_IS])
def test_a_language_is_dropped_and_reported(settings: Settings) -> None:
    found: list[Diagnostic] = []
    document = block(description={"@value": "Ein Satz.", "@language": "de"})
    assert mapped(document, settings, found) == turtle('F: a schema:Dataset ; schema:description "Ein Satz." .')
    assert codes(found) == ["jsonld-literal"]


def test_a_node_without_an_id_gets_an_iri_and_is_reported() -> None:
    found: list[Diagnostic] = []
    document = block(author=[{"name": "A", "knows": {"name": "B"}}, {"@id": "_:c", "name": "C"}])
    genid = "<https://pfocr.wikipathways.org/.well-known/genid/PMC1__a"
    assert mapped(document, found=found) == turtle(
        f'F: a schema:Dataset ; schema:author {genid}.1> , {genid}.3> . {genid}.1> schema:name "A" ; '
        f'schema:knows {genid}.2> . {genid}.2> schema:name "B" . {genid}.3> schema:name "C" .'
    )
    assert codes(found) == ["jsonld-node"] * 3


def test_each_subject_of_a_block_stands_together() -> None:
    deep = {"@id": "https://a.example/1", "name": "1", "knows": {"@id": "https://a.example/2", "name": "2"}, "url": "u"}
    document = block(author=deep, **{"https://a.example/p": deep})
    listed = list(figure_triples(Figure(figid="PMC1__a", paper=Paper("PMC1"), jsonld=document)))
    subjects = [t.subject for t in listed if t.predicate.value != "http://purl.org/dc/terms/isPartOf"]
    runs = [s for before, s in zip([None, *subjects], subjects, strict=False) if s != before]
    assert len(runs) == len(set(runs))
    assert len(listed) == len(set(listed))


# ---------------------------------------------------------------------------------------------- the context


@pytest.fixture(scope="module")
def published(root: Path) -> dict[str, Any]:
    file = root.parent / "shared" / "schemaorg-context-30.0.jsonld"
    if not file.is_file():
        pytest.skip("needs schema.org's published context at ../shared/schemaorg-context-30.0.jsonld")
    context: dict[str, Any] = json.loads(file.read_text("utf-8"))["@context"]
    return context


def expanded(nodes: list[Any], context: dict[str, Any]) -> list[Any]:
    result: list[Any] = jsonld.expand({"@context": context, "@graph": nodes}, {"base": FIGURE})
    return result


FORMS: dict[str, Any] = {
    "a property with a string": lambda term: {"@id": "urn:x", term: "text 1"},
    "a property with a relative reference": lambda term: {"@id": "urn:x", term: "CC0"},
    "a property with a compact IRI": lambda term: {"@id": "urn:x", term: "schema:Dataset"},
    "a property with a number": lambda term: {"@id": "urn:x", term: [1, 1.5, True]},
    "a property with a node": lambda term: {"@id": "urn:x", term: {"@id": "https://a.example/"}},
    "a property with a typed value": lambda term: {"@id": "urn:x", term: {"@value": "1", "@type": "xsd:byte"}},
    "a property with a list": lambda term: {"@id": "urn:x", term: {"@list": ["a"]}},
    "a class": lambda term: {"@id": "urn:x", "@type": [term]},
    "a value of another property": lambda term: {"@id": "urn:x", "additionalType": term, "url": term},
    "a datatype": lambda term: {"@id": "urn:x", "name": {"@value": "1", "@type": term}},
    "a prefix": lambda term: {"@id": f"{term}:x", "@type": f"{term}:Y", f"{term}:z": "1", "url": f"{term}:w"},
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_every_term_of_the_published_context_expands_the_same_through_the_bundled_one(
    published: dict[str, Any], form: str
) -> None:
    terms = [term for term in published if term[0] != "@" and published[term] not in ("@id", "@type")]
    assert len(terms) > 3000
    nodes = [FORMS[form](term) for term in terms]
    assert expanded(nodes, schema_org_context()) == expanded(nodes, published)


def test_the_keywords_of_the_published_context_are_those_of_the_bundled_one(published: dict[str, Any]) -> None:
    nodes: list[Any] = [{"id": "x", "type": "Dataset", "@reverse": {"about": {"id": "y"}}}, {"HTML": "1", "graph": {}}]
    assert expanded(nodes, schema_org_context()) == expanded(nodes, published)
    assert schema_org_context()["@vocab"] == published["@vocab"]
    assert schema_org_context().keys() <= published.keys()


@pytest.mark.parametrize(
    "address",
    [
        "https://schema.org/",
        "http://schema.org/",
        "https://schema.org",
        "http://schema.org",
        "https://schema.org/docs/jsonldcontext.jsonld",
        "http://schema.org/docs/jsonldcontext.jsonld",
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_the_spellings_of_schema_org_s_address_are_the_same_context(address: str, listed: bool) -> None:
    document = block(license="CC0", name="n", datePublished="2020")
    spelt = {**document, "@context": [address] if listed else address}
    assert mapped(spelt) == mapped(document) != frozenset()


@pytest.mark.parametrize(
    "address",
    [
        "https://schema.org.evil.example/",
        "https://evil.example/https://schema.org/",
        "https://schema.org/docs/other.jsonld",
        "https://schema.org/\n",
        "https://w3id.org/ro/crate/1.1/context",
        "file:///etc/passwd",
        "context.jsonld",
        "",
    ],
)
@pytest.mark.parametrize("place", ["alone", "in a list", "inside", "imported"])
def test_any_other_remote_context_costs_the_block_and_is_reported(address: str, place: str) -> None:
    documents: dict[str, dict[str, Any]] = {
        "alone": {**block(name="n"), "@context": address},
        "in a list": {**block(name="n"), "@context": ["https://schema.org/", address]},
        "inside": block(creator={"@context": address, "name": "n"}),
        "imported": {**block(name="n"), "@context": {"@version": 1.1, "@import": address}},
    }
    found: list[Diagnostic] = []
    assert mapped(documents[place], found=found) == frozenset()
    (only,) = found
    assert (only.code, only.value) == ("jsonld-remote-context", address)


def test_an_inline_context_is_processed() -> None:
    context = {"@vocab": "http://schema.org/", "note": "http://www.w3.org/2004/02/skos/core#note", "lic": "license"}
    document = {"@context": context, "@id": FIGURE, "@type": "Dataset", "note": "N", "lic": "CC0"}
    assert mapped(document) == turtle(
        f'F: a schema:Dataset ; skos:note "N" ; schema:license {CC0} ; dcterms:license {CC0} .'
    )


def test_a_block_without_a_context_says_nothing_and_is_reported() -> None:
    found: list[Diagnostic] = []
    document = block(name="n", license="CC0", keywords=["a"])
    del document["@context"]
    document["@type"] = []
    assert mapped(document, found=found) == frozenset()
    assert codes(found) == ["jsonld-invalid"]


BAD_BLOCKS: dict[str, dict[str, Any]] = {
    "a cyclic context": {**block(), "@context": {"a": "b:x", "b": "a:x"}},
    "a context that is a number": {**block(), "@context": 5},
    "a context that redefines a keyword": {**block(), "@context": {"@type": "http://a.example/"}},
    "an id that is a list": {**block(), "@id": ["https://a.example/"]},
    "a type that is a mapping": {**block(), "@type": {"@id": "https://a.example/"}},
    "a value object with other keys": block(name={"@value": "a", "name": "b"}),
    "a language without a string": block(name={"@value": 5, "@language": "en"}),
    "two ids": block() | {"id": "https://a.example/b"},
    "an included text": block(included="text"),
    "a reversed text": block(reverse={"about": "text"}),
    "a huge context": {**block(), "@context": {f"t{number}": f"http://a.example/{number}" for number in range(9999)}},
    "many contexts": block(author=[{"@context": {}, "name": "a"}] * 99),
}


@pytest.mark.parametrize("name", BAD_BLOCKS)
def test_a_bad_block_costs_only_itself(name: str) -> None:
    good = [block(name=f"n{number}") for number in range(3)]
    bad = BAD_BLOCKS[name]
    together = expand_blocks([good[0], bad, good[1], bad, good[2]], [FIGURE] * 5)
    alone = [expand_blocks([document], [FIGURE])[0] for document in good]
    assert [together[0], together[2], together[4]] == alone
    for result in (together[1], together[3]):
        assert isinstance(result, BlockError)
    found: list[Diagnostic] = []
    assert mapped(bad, found=found) == frozenset()
    assert codes(found)
    assert {diagnostic.level for diagnostic in found} == {"warning"}


# ------------------------------------------------------------------------------------ as JSON-LD 1.1 says

GENID = "https://pfocr.wikipathways.org/.well-known/genid/"
XSD = "http://www.w3.org/2001/XMLSchema#"


def by_pyld(document: Any) -> Dataset:
    """Give the default graph of a document by PyLD's own conversion, schema.org served from the package."""
    if "@context" in document:
        document = {**document, "@context": served(document["@context"])}
    quads = jsonld.to_rdf(document, {"base": FIGURE, "format": "application/n-quads"})
    return canonical(q.triple for q in pyoxigraph.parse(quads, format=RdfFormat.N_QUADS) if q.graph_name == DEFAULT)


DEFAULT = pyoxigraph.DefaultGraph()


def served(context: Any) -> Any:
    if isinstance(context, list):
        return [served(part) for part in context]
    return schema_org_context() if isinstance(context, str) else context


def canonical(listed: Iterable[Triple]) -> Dataset:
    """Make a graph whose generated IRIs are blank nodes again, without languages, its blank nodes canonical."""
    dataset = Dataset(Quad(*map(generic, triple)) for triple in listed)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def generic(term: Any) -> Any:
    if isinstance(term, NamedNode) and term.value.startswith(GENID):
        return BlankNode(term.value.removeprefix(GENID).replace(".", "_"))
    if isinstance(term, NamedNode) and term.value.startswith("https://schema.org/"):
        return NamedNode(term.value.replace("https", "http", 1))
    return Literal(term.value) if isinstance(term, Literal) and term.language else term


def agree(document: Any) -> None:
    ours = [t for t in mapped(document, AS_IS) if t.predicate.value != "http://purl.org/dc/terms/license"]
    assert sorted(map(str, canonical(ours))) == sorted(map(str, by_pyld(document)))


A, B = "https://a.example/a", "https://a.example/b"
INLINE: list[Any] = ["https://schema.org/", {"ex": "https://ex.example/", "label": {"@id": "rdfs:label"}}]

ODD_BLOCKS: dict[str, dict[str, Any]] = {
    "the template": block(
        description="d",
        license="CC0",
        name="CreativeWork",
        creator={"@type": "Organization", "name": "WikiPathways"},
        keywords=["WNT1", "WNT1", ".na.character", ""],
    ),
    "nested nodes": block(author={"@id": A, "name": "1", "knows": {"@id": B, "knows": {"@id": A, "name": "2"}}}),
    "a cycle": block(about={"@id": A, "subjectOf": {"@id": FIGURE, "about": {"@id": A}}}),
    "labels of blank nodes": block(
        author=[{"@id": "_:x", "name": "1"}, {"knows": {"@id": "_:x"}}], about={"@id": "_:y"}
    ),
    "a blank node as class and as property": block(type=["_:c", "Dataset"], **{"_:p": "dropped", "name": "n"}),
    "nodes under a blank property": block(**{"_:p": [{"about": "a"}, {"@list": ["b", {"about": "c"}]}], "name": "n"}),
    "reversed properties": block(reverse={"about": [{"@id": A, "name": "1"}, {"name": "2"}], "ex": []}),
    "a reversed property within a node": block(author={"@id": A, "@reverse": {"knows": {"@id": B}}}),
    "lists": block(step={"@list": ["a", 1, {"@id": A}, {"name": "n"}]}, hasPart={"@list": []}),
    "lists in lists": block(step={"@list": [{"@list": ["a"]}, {"@list": []}, {"@list": [{"@list": ["b"]}]}]}),
    "sets": block(step={"@set": ["a", {"@set": ["b"]}]}, hasPart={"@set": []}),
    "included nodes": block(included=[{"@id": A, "name": "1"}, {"@type": "Person"}], name="n"),
    "a named graph": block(graph=[{"@id": A, "name": "1"}], name="n"),
    "a graph as value": block(about={"@graph": [{"@id": A, "name": "1"}]}),
    "a graph without a name": {
        "@context": "https://schema.org/",
        "@graph": [{"@id": A, "name": "1", "knows": {"@id": FIGURE}}, {"@id": FIGURE, "@type": "Dataset"}],
    },
    "keywords under other names": {
        "@context": "https://schema.org/",
        "id": FIGURE,
        "type": "Dataset",
        "author": {"id": A, "type": ["Person", "schema:Thing"]},
    },
    "languages": block(text=[{"@value": "a", "@language": "en"}, {"@value": "b", "@direction": "rtl"}]),
    "typed values": block(version=[{"@value": "2020", "@type": "xsd:gYear"}, {"@value": "x", "@type": A}]),
    "dates": block(datePublished="2020-01-01", dateCreated=["2020", {"@value": "2020"}]),
    "numbers": block(position=[0, 1, -5, 1.5, 1e21, 1.0, 1e-7, 12345678901234567890, -0.0, 0.1, True, False]),
    "typed numbers": block(
        position=[
            {"@value": 5, "@type": "xsd:double"},
            {"@value": 5, "@type": "xsd:byte"},
            {"@value": 5.5, "@type": "xsd:float"},
            {"@value": True, "@type": "xsd:boolean"},
            {"@value": "5", "@type": "xsd:integer"},
        ]
    ),
    "json": block(variableMeasured={"@value": {"b": [1, 2.5, None, "é"], "a": {}}, "@type": "@json"}),
    "null values": block(name="n", about=None, author={"@value": None}, step=[None, "a"]),
    "absolute and compact IRIs as properties": block(**{A: "1", "dcterms:title": "2", "schema:name": "3", "name": "4"}),
    "a property without a meaning": {**block(), "@context": {"known": A}, "known": "1", "unknown": "2"},
    "relative references": block(url=["x/y?z#f", "../a", "", "#f", "?q", "//host.example/p", "/root", "./.", "a//b"]),
    "relative ids": block(author=[{"@id": "a"}, {"@id": "#b"}, {"@id": ""}], id="PMC1__a.html"),
    "a relative class": {**block(), "@context": {"@vocab": A}, "@type": ["x", "#y", A]},
    "a base": {**block(url="x"), "@context": ["https://schema.org/", {"@base": "https://base.example/y/"}]},
    "a relative base": {**block(url="x"), "@context": ["https://schema.org/", {"@base": "sub/"}]},
    "no base": {**block(url="x", name="n"), "@context": ["https://schema.org/", {"@base": None}]},
    "a vocabulary": {**block(x="1"), "@context": {"@vocab": "https://ex.example/"}},
    "a language by the context": {**block(text="a"), "@context": ["https://schema.org/", {"@language": "en"}]},
    "a language map": {
        **block(label={"en": "a", "de": ["b", "c"]}),
        "@context": [*INLINE, {"label": {"@id": "rdfs:label", "@container": "@language"}}],
    },
    "an index map": {
        **block(post={"x": {"@id": A}, "y": [{"@id": B}]}),
        "@context": [*INLINE, {"post": {"@id": "ex:post", "@container": "@index"}}],
    },
    "an id map": {
        **block(post={A: {"name": "1"}, B: {}}),
        "@context": [*INLINE, {"post": {"@id": "ex:post", "@container": "@id"}}],
    },
    "a list by the context": {
        **block(post=["a", "b"]),
        "@context": [*INLINE, {"post": {"@id": "ex:post", "@container": "@list"}}],
    },
    "a reversed term": {
        **block(partOf={"@id": A}),
        "@context": [*INLINE, {"partOf": {"@reverse": "ex:has"}}],
    },
    "nested properties": {**block(box={"label": "a"}), "@context": [*INLINE, {"box": "@nest"}]},
    "a context by type": {
        **block(author={"@type": "ex:Odd", "name": "n"}),
        "@context": [*INLINE, {"ex:Odd": {"@context": {"name": "ex:name"}}}],
    },
    "a context by property": {
        **block(odd={"name": "n"}),
        "@context": [*INLINE, {"odd": {"@id": "ex:odd", "@context": {"name": "ex:name"}}}],
    },
    "a context inside": block(author={"@context": {"name": "https://ex.example/name"}, "name": "n"}, name="m"),
    "a context taken back": block(author={"@context": None, "name": "n", A: "kept"}, name="m"),
    "schema.org under https": {**block(**{"https://schema.org/name": "n"}), "@type": "https://schema.org/Thing"},
    "a word that looks like a keyword": block(**{"@foo": "dropped", "name": "n"}),
    "an index": block(author={"@id": A, "@index": "i", "name": "n"}),
    "spaces and Greek": block(
        **{"text": '\u2028β\u0085 \t\n"\\', "https://a.example/β": "1", "url": "https://a.example/β"}
    ),
}


@pytest.mark.parametrize("name", ODD_BLOCKS)
def test_as_is_a_valid_block_gives_the_graph_that_json_ld_1_1_asks_for(name: str) -> None:
    agree(ODD_BLOCKS[name])


def test_a_block_through_the_published_context_gives_the_same_graph(published: dict[str, Any]) -> None:
    for name, document in ODD_BLOCKS.items():
        if document.get("@context") == "https://schema.org/":
            through = {**document, "@context": published}
            assert by_pyld(through) == by_pyld(document), name


IDS = st.sampled_from([A, B, FIGURE, "_:x", "_:y", "rel", "#f", "schema:Thing", "urn:a:b"])
TEXTS = st.sampled_from(["a", "CC0", "WikiPathways", "CreativeWork", "2020", ".na", "", "urn:x:y", "β"])
SCALARS = st.one_of(TEXTS, st.integers(-3, 3), st.booleans(), st.sampled_from([0.5, 1.0, -2.25]), st.none())
VALUES = st.one_of(
    st.builds(lambda value: {"@value": value}, SCALARS),
    st.builds(lambda value, kind: {"@value": value, "@type": kind}, TEXTS, st.sampled_from(["xsd:token", A])),
    st.builds(lambda value: {"@value": value, "@type": "@json"}, st.recursive(TEXTS, st.lists, max_leaves=3)),
)
PROPERTIES = st.sampled_from(
    [
        "about",
        "author",
        "url",
        "license",
        "step",
        "datePublished",
        "https://schema.org/text",
        A,
        "_:p",
        "dcterms:x",
        "z",
    ]
)


def nodes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    values = st.one_of(
        inner, st.lists(inner, max_size=3), st.builds(lambda v: {"@list": v}, st.lists(inner, max_size=3))
    )
    properties = st.dictionaries(PROPERTIES, values, max_size=3)
    keywords = st.fixed_dictionaries(
        {},
        optional={
            "@id": IDS,
            "@type": st.lists(st.sampled_from(["Person", "_:x", A, "z"]), max_size=2),
        },
    )
    return st.builds(lambda some, more: {**some, **more}, properties, keywords)


@given(
    st.recursive(st.one_of(SCALARS, VALUES), nodes, max_leaves=12).flatmap(
        lambda value: st.builds(lambda some: {**some, "hasPart": value}, nodes(st.one_of(SCALARS, VALUES)))
    )
)
def test_as_is_any_valid_block_gives_the_graph_that_json_ld_1_1_asks_for(values: dict[str, Any]) -> None:
    agree({"@context": "https://schema.org/", **values, "@id": FIGURE})


@pytest.mark.parametrize("context", ["https://schema.org/", ["https://schema.org/"]])
def test_relative_iris_are_relative_to_the_figid_s_iri_whatever_the_id(context: Any) -> None:
    document = block(id="https://a.example/x/y.html", license="CC0", author={"@id": "w", "name": "W"})
    document["@context"] = context
    figures = "https://pfocr.wikipathways.org/figures"
    assert turtle(
        f"""<https://a.example/x/y.html> a schema:Dataset ; schema:license <{figures}/CC0> ; dcterms:license {CC0} ;
            schema:author <{figures}/w> . <{figures}/w> schema:name "W" ."""
    ) <= mapped(document, AS_IS)


def test_an_id_that_looks_like_a_keyword_is_none() -> None:
    found: list[Diagnostic] = []
    assert mapped(block(url="@bar", name="n"), found=found) == turtle('F: a schema:Dataset ; schema:name "n" .')
    assert codes(found) == ["jsonld-iri"]


@given(st.lists(st.sampled_from([*ODD_BLOCKS.values(), *BAD_BLOCKS.values()]), min_size=1, max_size=6))
def test_a_batch_of_blocks_expands_as_one_by_one(documents: list[dict[str, Any]]) -> None:
    together = expand_blocks(documents, [FIGURE] * len(documents))
    assert together == [expand_blocks([document], [FIGURE])[0] for document in documents]


def test_what_was_expanded_before_changes_nothing() -> None:
    documents = [
        {**document, "keywords": [name, *document.get("keywords", [])], "@id": f"{A}/{number}"}
        for number, (name, document) in enumerate(ODD_BLOCKS.items())
        if document.get("@context") == "https://schema.org/" and not document.keys() & {"@graph", "id", "@included"}
    ]
    for document in (*documents, *reversed(documents)):
        (result,) = expand_blocks([document], [FIGURE])
        assert not isinstance(result, BlockError)
        without_base = {**document, "@context": {**schema_org_context(), "@base": None}}
        assert unordered(list(result.nodes)) == unordered(jsonld.expand(without_base))


def unordered(nodes: list[Any]) -> list[Any]:
    """Sort the values of each property, whose order says nothing."""
    return [{key: sorted(v, key=str) if type(v) is list else v for key, v in node.items()} for node in nodes]


def test_labels_of_blank_nodes_are_each_block_s_own() -> None:
    figures = [
        figure({"figid": f"PMC1__{name}", "schema-jsonld": block(id="", author={"@id": "_:x", "name": name})})
        for name in ("a", "b")
    ]
    names = {t.subject: t.object for t in triples(*figures) if isinstance(t.object, Literal)}
    assert {names[NamedNode(f"{GENID}PMC1__{name}.1")] for name in ("a", "b")} == {Literal("a"), Literal("b")}


@pytest.mark.parametrize(
    "iri", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https:///x", "x-y:z"]
)
def test_an_iri_that_is_not_written_costs_its_triples_and_is_reported(iri: str) -> None:
    found: list[Diagnostic] = []
    document = block(name="n", url=iri, type=["Dataset", iri], author={"@id": iri, "name": "m"}, **{iri: "v"})
    assert mapped(document, found=found) == turtle('F: a schema:Dataset ; schema:name "n" .')
    assert set(codes(found)) == {"jsonld-iri"}
    assert {diagnostic.value for diagnostic in found} == {iri}


@pytest.mark.parametrize(
    ("iri", "encoded"),
    [
        ("https://a.example/<b> c", "https://a.example/%3Cb%3E%20c"),
        ("https://a.example/\n\u2028%zz", "https://a.example/%0A%E2%80%A8%25zz"),
        ("b\nc>", "https://pfocr.wikipathways.org/figures/b%0Ac%3E"),
    ],
)
def test_what_iris_do_not_allow_is_percent_encoded_and_reported(iri: str, encoded: str) -> None:
    found: list[Diagnostic] = []
    assert mapped(block(url=iri), found=found) == turtle(f"F: a schema:Dataset ; schema:url <{encoded}> .")
    assert codes(found) == ["iri-encoded"]
