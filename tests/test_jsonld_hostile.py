"""Hostile blocks of JSON-LD: they cost themselves alone, and no IRI of theirs becomes anything else."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Triple

from builders import FIGURE
from checkouts import Checkout
from hostility import NAMED, assert_absolute, block
from pfocr_rdf import jsonld

# ------------------------------------------------------------------------------------------------------------- contexts


@pytest.mark.parametrize(
    "context",
    [
        "{a: 'b:x', b: 'a:x'}",
        "{a: a}",
        "{a: {'@id': 'b:x'}, b: {'@id': 'c:x'}, c: {'@id': 'a:x'}}",
        "{" + ", ".join(f"t{n}: 't{n + 1}:x'" for n in range(3000)) + "}",
        "{'@context': {a: b}}",
        "{'@version': '1.0'}",
        "{a: {'@type': x, '@container': nothing}}",
        "{a: {'@reverse': b, '@id': c}}",
        "{'@id': a}",
        "text",
    ],
)
def test_a_malformed_or_cyclic_context_costs_the_block_alone(context: str, checkout: Checkout) -> None:
    checkout.record("figtitle: Glycolysis", block(f"'@context': {context}", *NAMED, "a: x"))
    triples = checkout.convert()
    assert {*checkout.codes} <= {"jsonld-invalid", "jsonld-remote-context", "jsonld-iri", "jsonld-id"}
    assert checkout.codes
    without = Checkout(checkout.root.parent / "without", checkout.root.parent)
    without.record("figtitle: Glycolysis", without=("schema-jsonld",))
    assert triples == without.convert()


@pytest.mark.parametrize(
    "context",
    [
        "{" + ", ".join(f"t{n}: 'https://example.org/{n}'" for n in range(5000)) + "}",
        "[" + ", ".join(["https://schema.org/"] * 5000) + "]",
        f"{{t: 'https://example.org/{'x' * 70_000}'}}",
    ],
    ids=["many terms", "many contexts", "a long term"],
)
def test_a_huge_context_is_refused(context: str, checkout: Checkout) -> None:
    checkout.record(block(f"'@context': {context}", *NAMED))
    checkout.convert()
    assert checkout.codes == ["jsonld-context-size"]


def test_many_contexts_in_a_block_are_refused(checkout: Checkout) -> None:
    nodes = ", ".join(["{'@context': https://schema.org/, name: x}"] * 100)
    checkout.record(block("'@context': https://schema.org/", *NAMED, f"creator: [{nodes}]"))
    checkout.convert()
    assert checkout.codes == ["jsonld-context-size"]


@pytest.mark.parametrize("scoped", ["https://schema.org/", "{" + ", ".join(f"t{n}: 'x:{n}'" for n in range(900)) + "}"])
def test_a_scoped_context_that_would_be_processed_for_each_of_many_values_is_refused(
    scoped: str, checkout: Checkout
) -> None:
    context = f"{{'@vocab': 'https://schema.org/', a: {{'@context': {scoped}}}}}"
    checkout.record(block(f"'@context': {context}", *NAMED, f"a: [{', '.join(['{b: c}'] * 2000)}]"))
    checkout.convert()
    assert checkout.codes == ["jsonld-context-size"]


def test_a_small_scoped_context_is_processed(checkout: Checkout) -> None:
    context = "{'@vocab': 'http://schema.org/', about: {'@context': {n: 'http://schema.org/name'}}}"
    checkout.record(block(f"'@context': {context}", *NAMED, "about: {'@id': 'https://example.org/x', n: TP53}"))
    triples = checkout.convert()
    assert "TP53" in {getattr(triple.object, "value", "") for triple in triples}
    assert not checkout.codes


def test_more_kinds_of_blocks_than_are_remembered_make_no_difference(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        checkout.record(
            block(
                "'@context': https://schema.org/",
                f"'@id': https://pfocr.wikipathways.org/figures/PMC1__{number}.html",
                "'@type': Dataset",
                f"creator: {{'@id': 'https://example.org/{number % 3}'}}",
            ),
            figid=f"PMC1__{number}",
        )
    expected = checkout.convert()
    monkeypatch.setattr(jsonld, "_CACHED", 1)
    assert checkout.convert() == checkout.convert() == expected


# -------------------------------------------------------------------------------------------------------------- batches

BAD_BLOCKS = {
    "not a mapping": "schema-jsonld: [a]",
    "text": "schema-jsonld: Dataset",
    "remote context": block("'@context': https://example.org/", *NAMED),
    "cyclic context": block("'@context': {a: 'b:x', b: 'a:x'}", *NAMED, "a: x"),
    "no context": block(*NAMED),
    "context of a wrong type": block("'@context': [[[x]]]", *NAMED),
    "id of a wrong type": block("'@context': https://schema.org/", "'@id': [x]", "'@type': Dataset"),
    "type of a wrong type": block("'@context': https://schema.org/", "'@type': {a: b}"),
    "reverse of a wrong type": block("'@context': https://schema.org/", "'@reverse': x"),
    "value beside keys": block("'@context': https://schema.org/", "'@value': x", "name: y"),
    "list beside keys": block("'@context': https://schema.org/", "'@list': [x]", "name: y"),
    "set": block("'@context': https://schema.org/", "'@set': [x]"),
    "included of a wrong type": block("'@context': https://schema.org/", "'@included': x"),
    "language of a wrong type": block("'@context': https://schema.org/", "name: {'@value': x, '@language': [y]}"),
    "colliding keywords": block("'@context': https://schema.org/", "'@id': 'http://a/'", "id: 'http://b/'"),
    "graph": block("'@context': https://schema.org/", "'@graph': x"),
    "the marker of the batch": block("'@context': https://schema.org/", *NAMED, "'urn:pfocr-rdf:block': '0'"),
    "javascript": block("'@context': https://schema.org/", "'@id': 'javascript:alert(1)'"),
}


@pytest.mark.parametrize("bad", BAD_BLOCKS.values(), ids=BAD_BLOCKS)
def test_a_bad_block_costs_its_own_record_s_block_and_no_other_s(bad: str, checkout: Checkout) -> None:
    good = [f"PMC1__{letter}" for letter in "acdeg"]
    for figid in good:
        checkout.record(f"figtitle: {figid}", figid=figid)
    expected = checkout.convert()
    for figid in ("PMC1__b", "PMC1__f"):
        checkout.record("figtitle: bad", bad.replace("PMC1__a", figid), figid=figid)
    together = checkout.convert()
    assert {diagnostic.figid for diagnostic in checkout.found} <= {"PMC1__b", "PMC1__f"}

    def of_good(triples: set[Triple]) -> set[Triple]:
        names = {f"https://pfocr.wikipathways.org/figures/{figid}.html" for figid in good}
        return {triple for triple in triples if isinstance(triple.subject, NamedNode) and triple.subject.value in names}

    assert of_good(together) == of_good(expected)
    assert (
        sum(triple.object == NamedNode("http://vocabularies.wikipathways.org/wp#Pathway") for triple in together) == 7
    )


# ----------------------------------------------------------------------------------------------------------------- IRIs

PATHWAY = NamedNode("http://vocabularies.wikipathways.org/wp#Pathway")


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("javascript:alert(1)", "jsonld-id"),
        ("JavaScript:alert(1)", "jsonld-id"),
        ("data:text/html,x", "jsonld-id"),
        ("file:///etc/passwd", "jsonld-id"),
        ("PMC1__a.html", "jsonld-id"),
        ("/figures/PMC1__a.html", "jsonld-id"),
        ("//example.org/a", "jsonld-id"),
        ("#a", "jsonld-id"),
        ("_:a", "jsonld-id"),
        ("@id", "jsonld-id"),
        ("", "jsonld-id"),
        ("http:", "jsonld-id"),
        ("http://", "jsonld-id"),
        ("https:///figures/a", "jsonld-id"),
        ("http://[::1", "jsonld-id"),
    ],
)
def test_an_id_that_is_no_absolute_http_iri_is_not_the_figure_s(identifier: str, code: str, checkout: Checkout) -> None:
    checkout.record(block("'@context': https://schema.org/", f"'@id': '{identifier}'", "'@type': Dataset"))
    triples = checkout.convert()
    assert code in checkout.codes
    assert FIGURE in {triple.subject.value for triple in triples if isinstance(triple.subject, NamedNode)}
    assert_absolute(triples)


@pytest.mark.parametrize(
    "hostile",
    [
        r"> <https://example.org/p> <https://example.org/o> .\n<https://example.org/s",
        r"a>b",
        r"a\nb",
        r"a\r\nb",
        r"a b\tc",
        r"a\0b",
        r"a\u2028b",
        r"a\x85b",
        r"a\"b<c\\d^e`f{g|h}",
        r"a%zz",
        r"\uFFFDé\u202e",
        r"a\\u003eb",
    ],
)
def test_an_id_with_characters_that_iris_do_not_allow_is_percent_encoded(hostile: str, checkout: Checkout) -> None:
    identifier = f'"https://example.org/{hostile}"'
    checkout.record(block("'@context': https://schema.org/", f"'@id': {identifier}", "'@type': Dataset"))
    triples = checkout.convert()
    assert {*checkout.codes} <= {"iri-encoded", "figure-iri-differs"}
    assert "figure-iri-differs" in checkout.codes
    (figure,) = (triple.subject for triple in triples if triple.object == PATHWAY)
    assert isinstance(figure, NamedNode)
    assert figure.value.startswith("https://example.org/")
    assert not {*figure.value} & {*'\n\r\t\0\u2028\x85 <>"\\^`{|}'}
    assert "https://example.org/p" not in {triple.predicate.value for triple in triples}
    assert_absolute(triples)


@pytest.mark.parametrize(
    ("iri", "written"),
    [
        ("javascript:alert(1)", None),
        ("http://", None),
        ("https://example.org:port/", None),
        ("x y", "https://pfocr.wikipathways.org/figures/x%20y"),
        ("mailto:a b", "mailto:a%20b"),
    ],
)
def test_an_iri_inside_the_block_is_absolute_or_left_out(iri: str, written: str | None, checkout: Checkout) -> None:
    checkout.record(block("'@context': https://schema.org/", *NAMED))
    without = checkout.convert()
    checkout.record(
        block("'@context': https://schema.org/", *NAMED, f"url: '{iri}'", f"sameAs: '{iri}'", f"'{iri}': x")
    )
    added = checkout.convert() - without
    if written is None:
        assert added == set()
        assert checkout.codes == ["jsonld-iri"] * 3
    else:
        properties = (NamedNode(f"http://schema.org/{name}") for name in ("url", "sameAs"))
        assert added == {Triple(NamedNode(FIGURE), name, NamedNode(written)) for name in properties}
        assert checkout.codes == ["iri-encoded"] * 2
