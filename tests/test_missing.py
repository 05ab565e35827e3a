"""What is missing, by whatever mark, gives no triple; what cannot be mapped gives none, too, but a diagnostic."""

from __future__ import annotations

import pytest

from builders import codes, figure, table, triples
from pfocr_rdf import Diagnostic, Mention
from pfocr_rdf.mentions import Kind

MISSING = ["", " ", ".na", ".na.character", ".na.integer", "\u00a0\n"]
TEXT_KEYS = [
    "figtitle",
    "caption",
    "organisms",
    "organisms_ner",
    "number",
    "figtype",
    "figid_alias",
    "redirect_from",
    "figlink",
    "filename",
    "automl_pathway",
    "pathway_score",
    "pmc_ranked_result_index",
    "wpid",
    "ndex",
    "annotations",
    "papertitle",
    "year",
    "reftext",
    "doi",
    "journal_title",
    "journal_nlm_ta",
    "publisher_name",
    "keywords",
    "schema-jsonld",
    "genes",
    "chemicals",
    "diseases",
    "seo",
]


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_a_missing_value_gives_no_triple_and_no_diagnostic(key: str) -> None:
    for missing in MISSING:
        found: list[Diagnostic] = []
        assert triples(figure({key: missing}, found=found), found=found) == triples(figure({})), repr(missing)
        assert codes(found) == [], repr(missing)


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_an_empty_value_of_yaml_gives_no_triple(key: str) -> None:
    assert triples(figure(f"---\nfigid: PMC1__a\npmcid: PMC1\n{key}:\n---\n".encode())) == triples(figure({}))


@pytest.mark.parametrize("key", ["organisms", "organisms_ner"])
def test_na_alone_gives_no_organism(key: str) -> None:
    for alone in ("NA", ["NA"], ["NA", "NA"]):
        assert triples(figure({key: alone})) == triples(figure({}))


@pytest.mark.parametrize("kind", ["gene", "chemical", "disease"])
def test_na_is_missing_in_every_column_but_the_word(kind: Kind) -> None:
    cells = 11 if kind == "gene" else 5
    (only,) = figure({}, {kind: table(kind, ["NA"] * cells)}).mentions
    assert only == Mention(kind, "NA", None, None if kind == "gene" else "PubTator")


@pytest.mark.parametrize("word", ["nan", "na", "On", "if", "NO", "y", "N", "2E1", "null", "~", "0x1F", "1:30", "true"])
def test_words_that_yaml_or_r_would_retype_stay_as_they_are(word: str) -> None:
    values = {"figtitle": word, "genes": [{"word": word, "symbol": word}], "organisms": [word]}
    plain = figure(f"---\nfigid: PMC1__a\npmcid: PMC1\nfigtitle: {word}\ngenes:\n- word: {word}\n---\n".encode())
    quoted = figure(values)
    assert quoted.title == plain.title == word
    assert [m.word for m in (*quoted.mentions, *plain.mentions)] == [word, word]
    assert [o.name for o in quoted.organisms] == [word]


INVALID = [
    ("year", "MMXX", "year-invalid"),
    ("doi", "11.1/x", "doi-invalid"),
    ("automl_pathway", "high", "score-invalid"),
    ("pmc_ranked_result_index", "1.5", "rank-invalid"),
    ("wpid", "428", "wpid-invalid"),
    ("ndex", "no-uuid", "ndex-invalid"),
    ("figlink", "https://evil.example/", "figlink-invalid"),
    ("redirect_from", "//evil.example/x", "redirect-invalid"),
    ("filename", "../../etc/passwd", "filename-invalid"),
    ("schema-jsonld", "CreativeWork", "jsonld-form"),
    ("figtitle", ["a"], "key-type"),
]


@pytest.mark.parametrize(("key", "value", "code"), INVALID, ids=[case[0] for case in INVALID])
def test_a_value_that_cannot_be_mapped_gives_no_triple_but_a_diagnostic(key: str, value: str, code: str) -> None:
    found: list[Diagnostic] = []
    assert triples(figure({key: value}, found=found), found=found) == triples(figure({}))
    (only,) = [diagnostic for diagnostic in found if diagnostic.code != "jsonld-missing"]
    assert (only.code, only.file, only.figid, only.key) == (code, "a.md", "PMC1__a", key)
    assert only.value == (value if isinstance(value, str) else '["a"]')
