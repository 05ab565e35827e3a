"""Hostile input: no text of it becomes syntax, no path leads elsewhere, and nothing is fetched."""

from __future__ import annotations

import builtins
import io
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode

import pfocr_rdf
from builders import FIGURE
from checkouts import Checkout
from hostility import NAMED, assert_absolute, block, refusal
from pfocr_rdf import (
    CacheError,
    Figure,
    InputError,
    OutputError,
    Paper,
    Settings,
    figure_triples,
    graph_triples,
    jsonld,
    to_graph,
)

# ----------------------------------------------------------------------------------------------------------- YAML


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


# --------------------------------------------------------------------------------------------------------------- texts

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


def test_a_name_with_a_nul_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    """It is not cut off, to be that of another file."""
    checkout.record()
    assert len(checkout.read("_figures/PMC1__a.md")) == 1
    record, output = checkout.root / "_figures" / "PMC1__a.md", tmp_path / "x.nt"
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (InputError, lambda: checkout.read("_figures/PMC1__a.md\0b")),
        (InputError, lambda: pfocr_rdf.convert([f"{record}\0b"], output)),
        (InputError, lambda: pfocr_rdf.validate([f"{tmp_path}/a\0.ttl"])),
        (OutputError, lambda: pfocr_rdf.convert([record], f"{output}\0b")),
        (OutputError, lambda: pfocr_rdf.convert([record], output, report_file=f"{output}\0b")),
        (CacheError, lambda: pfocr_rdf.convert([record], output, cache=f"{tmp_path}/cache\0b")),
    ]
    for error, call in calls:
        with pytest.raises(error, match="holds a NUL"):
            call()
    assert checkout.found == []
    assert not output.exists()
