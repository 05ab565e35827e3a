"""Hostile input: it costs no more than its size, reads nothing but the input, and never another record's triples."""

from __future__ import annotations

import builtins
import io
import os
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Triple

from builders import COLUMNS
from checkouts import Checkout
from pfocr_rdf import Figure, InputError, Paper, Settings, figure_triples, graph_triples, jsonld, to_graph
from pfocr_rdf.frontmatter import MAX_BYTES, FrontMatterError, parse_front_matter
from pfocr_rdf.mentions import MAX_COLUMNS, parse_companion

FIGURE = "https://pfocr.wikipathways.org/figures/PMC1__a.html"

PATHWAY = NamedNode("http://vocabularies.wikipathways.org/wp#Pathway")

MEBIBYTE = 1024 * 1024


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    """Assert that Python's memory never grows by more than the limit, in bytes."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= limit


def refusal(text: str) -> tuple[str, int | None]:
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(f"---\nfigid: PMC1__a\n{text}\n---\n".encode())
    return caught.value.code, caught.value.line


def block(*lines: str) -> str:
    """Lines of a `schema-jsonld`."""
    return "\n  ".join(("schema-jsonld:", *lines))


NAMED = (f"'@id': {FIGURE}", "'@type': Dataset")


# ----------------------------------------------------------------------------------------------------------- YAML


def test_an_alias_bomb_is_refused_before_anything_is_expanded() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    with memory_below(MEBIBYTE):
        assert refusal("\n".join(lines)) == ("yaml-alias", 3)


def test_an_alias_to_itself_is_refused() -> None:
    assert refusal("a: &a [*a]") == ("yaml-alias", 3)


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch hostile']",
        "!!python/object:os.system {}",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!binary aGk=",
        "!<tag:yaml.org,2002:python/object/new:os.system> [x]",
    ],
)
def test_a_tag_runs_nothing(tag: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(f"a: {tag}") == ("yaml-tag", 3)
    assert not [*tmp_path.iterdir()]


LEVELS = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * LEVELS,
        "a: " + "[" * LEVELS + "]" * LEVELS,
        "a: " + "{b: " * LEVELS + "}" * LEVELS,
        "a:\n" + "- " * LEVELS + "x",
        "a:\n- " + "? " * LEVELS + "x",
        "a: [" + "\n[" * LEVELS,
    ],
    ids=["open", "lists", "mappings", "blocks of lists", "blocks of keys", "a line each"],
)
def test_a_hundred_thousand_levels_are_refused(text: str) -> None:
    with memory_below(4 * MEBIBYTE):
        code, line = refusal(text)
    assert code in ("yaml-too-deep", "yaml-invalid")
    assert line is not None


def test_blocks_of_mappings_as_deep_as_a_record_may_be_large_are_refused() -> None:
    text = "\n".join(" " * level + "a:" for level in range(1, 2000))
    assert refusal(f"a:\n{text}") == ("yaml-too-deep", 35)


def test_many_keys_cost_no_more_than_their_size() -> None:
    text = "\n".join(f"k{number}: v" for number in range(10_000))
    with memory_below(8 * MEBIBYTE):
        assert len(parse_front_matter(f"---\n{text}\n---\n".encode()).values) == 10_000


def test_a_message_about_a_huge_anchor_or_key_is_short(checkout: Checkout) -> None:
    checkout.write("_figures/PMC1__a.md", f"---\nfigid: PMC1__a\na: &{'x' * MEBIBYTE} y\n---\n")
    checkout.write("_figures/PMC1__b.md", f"---\nfigid: PMC1__b\n? {'x' * MEBIBYTE}\n: {'y' * MEBIBYTE}\n---\n")
    checkout.read()
    assert {"yaml-alias", "key-unknown"} <= {*checkout.codes}
    assert all(len(str(diagnostic)) < 1500 for diagnostic in checkout.found)


# ---------------------------------------------------------------------------------------------------------- sizes


def test_a_record_of_a_hundred_megabytes_is_refused_without_reading_it_all(checkout: Checkout) -> None:
    path = checkout.write("_figures/PMC1__a.md", "---\nfigid: PMC1__a\ncaption: '")
    os.truncate(path, 100_000_000)
    with memory_below(3 * MAX_BYTES):
        assert checkout.read() == []
    assert [(d.code, d.file) for d in checkout.found] == [("record-too-large", str(path))]


def test_standard_input_of_a_hundred_megabytes_is_refused_without_reading_it_all(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            Endless.taken += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Endless())))
    from pfocr_rdf import read_figures

    assert list(read_figures("-", report=checkout.found.append)) == []
    assert checkout.codes == ["record-too-large"]
    assert Endless.taken < 2 * MAX_BYTES


def test_a_companion_with_a_hundred_thousand_columns_is_refused() -> None:
    found: list[Any] = []
    columns = "\t".join((*COLUMNS["gene"].split(), *(f"c{number}" for number in range(100_000))))
    with memory_below(64 * MEBIBYTE):
        rows = parse_companion("gene", f"{columns}\n".encode(), file="t", figid="PMC1__a", report=found.append)
    assert rows == []
    assert [(d.code, d.line) for d in found] == [("companion-header", 1)]
    assert len(found[0].value) < 400
    assert found[0].message == "the header has 100,011 columns"


def test_a_companion_may_have_a_few_columns_more_than_the_real_ones() -> None:
    found: list[Any] = []
    names = COLUMNS["gene"].split()
    columns = "\t".join((*names, *(f"c{number}" for number in range(MAX_COLUMNS - len(names)))))
    parse_companion("gene", f"{columns}\n".encode(), file="t", figid="PMC1__a", report=found.append)
    assert {diagnostic.code for diagnostic in found} == {"column-unknown"}


def test_a_companion_larger_than_eight_mebibytes_is_left_out_without_reading_it_all(checkout: Checkout) -> None:
    path = checkout.write("_data/PMC1__a-genes.tsv", COLUMNS["gene"].replace(" ", "\t") + "\n")
    os.truncate(path, 100_000_000)
    checkout.record()
    with memory_below(3 * MAX_BYTES):
        assert len(checkout.read()) == 1
    assert [(d.code, d.file) for d in checkout.found] == [("companion-unreadable", str(path))]


# ---------------------------------------------------------------------------------------------------- what is read


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were opened."""
    names: list[str] = []

    def recording(call: Callable[..., Any]) -> Callable[..., Any]:
        def record(name: Any, *arguments: Any, **options: Any) -> Any:
            if not isinstance(name, int):
                names.append(os.path.realpath(os.fsdecode(name)))
            return call(name, *arguments, **options)

        return record

    monkeypatch.setattr(builtins, "open", recording(builtins.open))
    monkeypatch.setattr(io, "open", recording(io.open))
    monkeypatch.setattr(os, "open", recording(os.open))
    return names


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was tried of the network; everything fails."""
    tried: list[object] = []

    def refuse(*arguments: object, **_: object) -> Any:
        tried.append(arguments)
        raise OSError("the tests have no network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


@pytest.mark.parametrize(
    "figid", ["../../etc/passwd", "/etc/passwd", "PMC1__../../outside", "PMC1__a/../../../outside", "..", "C:\\x"]
)
def test_a_figid_that_is_a_path_opens_nothing(
    figid: str, checkout: Checkout, opened: list[str], tmp_path: Path
) -> None:
    outside = [tmp_path / f"outside{suffix}" for suffix in ("", ".md", "-genes.tsv", "-chemicals.tsv", "-diseases.tsv")]
    for path in outside:
        path.write_text("secret", "utf-8")
    path = checkout.record(figid=figid, name="_figures/x.md")
    (checkout.root / "_data").mkdir()
    opened.clear()
    assert checkout.read() == []
    assert checkout.codes == ["figid-invalid"]
    assert opened == [str(path)]


@pytest.mark.parametrize(
    "context",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "../../etc/passwd",
        "context.jsonld",
        "http://example.org/context.jsonld",
        "https://schema.org.example.org/",
        "https://schema.org@example.org/",
        "https://schema.org/../x",
        "https://schema.org/docs/jsonldcontext.jsonld?x",
        "ftp://example.org/",
        "data:application/json,{}",
        "''",
        "[https://schema.org/, https://example.org/]",
        "[{x: 'https://example.org/x'}, file:///etc/passwd]",
        "{'@import': 'https://example.org/context.jsonld'}",
        "{'@import': 'https://schema.org/'}",
        "[https://schema.org/, {'@import': file:///etc/passwd}]",
        "{x: {'@id': 'https://example.org/x', '@context': 'https://example.org/context.jsonld'}}",
        "{x: {'@id': 'https://example.org/x', '@context': [{y: {'@context': file:///etc/passwd}}]}}",
        "{Dataset: {'@id': 'https://schema.org/Dataset', '@context': 'https://example.org/context.jsonld'}}",
    ],
)
def test_a_context_elsewhere_is_never_fetched(
    context: str, checkout: Checkout, opened: list[str], connections: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout.write("context.jsonld", "{}").parent)
    jsonld.schema_org_context()
    checkout.record(block(f"'@context': {context}", *NAMED, "x: y"))
    opened.clear()
    triples = checkout.convert()
    assert checkout.codes == ["jsonld-remote-context"]
    assert not connections
    assert not {os.path.realpath("/etc/passwd"), os.path.realpath("context.jsonld")} & {*opened}
    assert {triple.subject.value for triple in triples if isinstance(triple.subject, NamedNode)} >= {FIGURE}


def test_a_context_inside_a_node_of_the_block_is_never_fetched(checkout: Checkout, connections: list[object]) -> None:
    checkout.record(
        block("'@context': https://schema.org/", *NAMED, "creator: {'@context': 'http://example.org/', name: x}")
    )
    checkout.convert()
    assert checkout.codes == ["jsonld-remote-context"]
    assert not connections


def test_the_whole_conversion_needs_no_network(
    examples: Path, tmp_path: Path, connections: list[object], checkout: Checkout
) -> None:
    assert len(checkout.convert(str(examples))) > 1000
    assert not connections


# ---------------------------------------------------------------------------------------------------------- contexts


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


# ----------------------------------------------------------------------------------------------------------- batches

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


# -------------------------------------------------------------------------------------------------------------- IRIs


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


def assert_absolute(triples: set[Triple]) -> None:
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode):
                assert term.value.startswith(("http://", "https://", "mailto:")), term


HOSTILE_TEXTS = {
    "breaks out of an IRI": "a> <x:p> <x:o> .\\n<x:s",
    "breaks out of a literal": 'a\\" . <x:s> <x:p> \\"b',
    "NUL": "a\\0b",
    "controls": "\\x01\\x1b[2J\\x7f\\x9f",
    "bidirectional": "\\u202eevil\\u2066",
    "no characters": "\\uFFFE\\U0001FFFF",
    "separators": "a\\x85b\\u2028c\\u2029d\\re",
    "Turtle": "''' . @prefix x: <x:> . #",
    "SPARQL": "} } ; DROP ALL #",
    "long": "x" * 100_000,
}

TEXT_KEYS = (
    "figtitle caption papertitle reftext journal_title journal_nlm_ta publisher_name keywords number figtype filename "
    "figlink figid_alias redirect_from year doi automl_pathway pmc_ranked_result_index wpid ndex organisms "
    "organisms_ner pmcid seo"
)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_record_becomes_syntax(text: str, checkout: Checkout) -> None:
    lines = [f'{key}: "{text}"' for key in TEXT_KEYS.split()]
    lines += [f'figlink: "/pmc/articles/PMC1/figure/{text}/"', f'redirect_from: "/{text}"', f'doi: "10.5555/{text}"']
    lines += [f'genes:\n- {{word: "{text}", symbol: "{text}", source: "{text}", hgnc_symbol: "{text}", entrez: "7"}}']
    lines += [f'annotations:\n- {{value: "{text}"}}']
    checkout.record(*lines)
    triples = checkout.convert()
    assert triples == checkout.convert()
    assert not {"x:s", "x:p", "x:o"} & {term.value for t in triples for term in t if isinstance(term, NamedNode)}
    assert_absolute(triples)
    assert not {"record-failed", "yaml-invalid"} & {*checkout.codes}


# ------------------------------------------------------------------------------------------------- NUL and surrogates


@pytest.mark.parametrize("key", ["figtitle", "caption", "papertitle", "publisher_name"])
def test_a_nul_in_a_text_survives(key: str, checkout: Checkout) -> None:
    checkout.record(f'{key}: "a\\0b"')
    assert "a\0b" in {getattr(triple.object, "value", "") for triple in checkout.convert()}
    assert not checkout.found


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\ud83e\uddec", r"\U0000d800", r"\U00110000"])
def test_an_escape_of_no_character_is_an_error_with_its_line(escape: str, checkout: Checkout) -> None:
    path = checkout.record("number: '1'", f'figtitle: "a{escape}b"')
    assert checkout.read() == []
    assert [(d.code, d.file, d.line) for d in checkout.found] == [("yaml-invalid", str(path), 4)]


SURROGATES: list[dict[str, Any]] = [
    {"title": "a\ud800b"},
    {"caption": "a\udfffb"},
    {"number": "\ud800"},
    {"type": "\ud800"},
    {"aliases": ("\ud800",)},
    {"paper": Paper("PMC1", title="\ud800", citation="\ud800", publisher="\ud800", keywords=("\ud800",))},
    {"jsonld": {"@context": "https://schema.org/", "@id": FIGURE, "name": "\ud800", "keywords": ["\ud800"]}},
]


@pytest.mark.parametrize("values", SURROGATES, ids=[next(iter(values)) for values in SURROGATES])
@pytest.mark.parametrize("as_is", [False, True])
def test_a_lone_surrogate_from_python_is_replaced_and_reported(values: dict[str, Any], as_is: bool) -> None:
    figure = Figure(**{"figid": "PMC1__a", "paper": Paper("PMC1"), **values})
    found: list[Any] = []
    triples = [*graph_triples([figure], settings=Settings(as_is=as_is), report=found.append)]
    texts = [getattr(triple.object, "value", "") for triple in triples]
    assert any("\ufffd" in text for text in texts)
    assert {diagnostic.code for diagnostic in found} == {"text-surrogate"}
    assert all(not any("\ud800" <= char <= "\udfff" for char in text) for text in texts)
    assert len(to_graph([figure], report=found.append)) == len({*triples})


def test_a_lone_surrogate_in_part_of_an_iri_makes_no_invalid_iri() -> None:
    figure = Figure(
        figid="PMC1__a", paper=Paper("PMC1", doi="10.5555/\ud800"), filename="\ud800.jpg", redirects=("/\ud800",)
    )
    found: list[Any] = []
    triples = {*figure_triples(figure, report=found.append)}
    assert_absolute(triples)
    assert all("\ud800" not in term.value for triple in triples for term in triple if isinstance(term, NamedNode))


# ------------------------------------------------------------------------------------------------------ odd files


def test_a_folder_that_links_to_itself_ends(checkout: Checkout) -> None:
    checkout.record()
    (checkout.root / "_figures/loop").symlink_to(".")
    (checkout.root / "_figures/loop.md").symlink_to("loop.md")
    assert len(checkout.read()) == 1
    assert checkout.codes == ["file-ignored", "record-unreadable"]


def test_a_file_name_that_is_not_utf8_is_read_and_shown(checkout: Checkout) -> None:
    checkout.record()
    name = os.fsencode(checkout.root / "_figures") + b"/PMC1__\xff.md"
    Path(os.fsdecode(name)).write_text(checkout.front_matter(figid="PMC1__b"), "utf-8")
    assert [figure.figid for figure in checkout.read()] == ["PMC1__a", "PMC1__b"]
    (found,) = checkout.found
    assert found.code == "figid-differs"
    str(found).encode()


def test_a_file_name_with_controls_does_not_reach_a_terminal_as_it_stands(checkout: Checkout) -> None:
    checkout.write("_figures/\x1b[2J\n.md", "")
    checkout.read()
    (found,) = checkout.found
    assert found.file.endswith("\x1b[2J\n.md")
    assert str(found).isprintable()


def test_a_path_with_a_nul_is_refused(checkout: Checkout) -> None:
    """By Python, or as a file that is not there; it is not cut off, to be that of another file."""
    checkout.record()
    assert len(checkout.read("_figures/PMC1__a.md")) == 1
    with pytest.raises((InputError, ValueError), match=r"embedded null|no such file or folder"):
        checkout.read("_figures/PMC1__a.md\0b")
    assert checkout.found == []
