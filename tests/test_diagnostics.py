"""Diagnostics: every code from the smallest input that provokes it, the report's lines, and the table at the end."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from builders import COLUMNS, table
from checkouts import Checkout
from pfocr_rdf import CODES, Diagnostic, Figure, Paper, Settings, conversion, graph_triples
from pfocr_rdf.diagnostics import (
    LEVELS,
    VALUE_LIMIT,
    Level,
    diagnose,
    json_line,
    level_counts,
    one_line,
    summary_lines,
)
from pfocr_rdf.frontmatter import MAX_BYTES
from pfocr_rdf.record import RecordBytes, parse_record

RECORD = "_figures/PMC1__a.md"
OTHER = "_figures/PMC1__b.md"
GENES = "_data/PMC1__a-genes.tsv"
CHEMICALS = "_data/PMC1__a-chemicals.tsv"
NAMES = "names.dmp"

FIGURE = "https://pfocr.wikipathways.org/figures/PMC1__a.html"


def block(*lines: str, context: str = "https://schema.org/", identifier: str = FIGURE) -> str:
    """Lines of a `schema-jsonld` that has no fault but for those in `lines`."""
    head = (f"'@context': {context}", f"'@id': {identifier}", "'@type': Dataset")
    return "\n  ".join(("schema-jsonld:", *head, *lines))


def block_of(letter: str) -> str:
    """The block of the figure PMC1__{letter}."""
    return block(identifier=FIGURE.replace("__a", f"__{letter}"))


def gene(taxon: str, symbol: str) -> bytes:
    return table("gene", [taxon, "NA", "NA", "w", "NA", symbol, "7471", "NA", "1", "1", "1"])


@dataclass(frozen=True)
class Case:
    """An input, and the one finding that it gives.

    Attributes:
        code: the code of the finding.
        level: its level.
        lines: lines of the record `RECORD`, from line 3.
        without: keys that the record does not have.
        other: lines of a second record, where there is one.
        other_figid: its figid.
        files: other files; a text after `->` is where a symbolic link leads.
        file: where the finding is, empty for nowhere.
        line: on which line, where that is known.
        figid: its figid.
        key: its key.
        value: its value.
        beside: codes of what else is found.
    """

    code: str
    level: Level
    lines: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    other: tuple[str, ...] | None = None
    other_figid: str = "PMC1__b"
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    file: str = RECORD
    line: int | None = None
    figid: str = "PMC1__a"
    key: str = ""
    value: str = ""
    beside: tuple[str, ...] = ()


def error(code: str, record: str | bytes, line: int | None, key: str = "", value: str = "") -> Case:
    """A case of a record that cannot be read, beside one that can."""
    return Case(code, "error", files={OTHER: record}, file=OTHER, line=line, figid="", key=key, value=value)


def warning(code: str, line: str, value: str, key: str = "") -> Case:
    return Case(code, "warning", (line,), key=key or line.partition(":")[0], value=value)


def info(code: str, line: str, value: str, key: str = "") -> Case:
    return Case(code, "info", (line,), key=key or line.partition(":")[0], value=value)


def in_block(code: str, level: Level, lines: str, key: str, value: str) -> Case:
    return Case(code, level, (block(lines),), key=f"schema-jsonld{key}", value=value)


CASES = [
    Case("record-unreadable", "error", files={OTHER: "-> nothing"}, file=OTHER, figid=""),
    error("record-too-large", b"x" * (MAX_BYTES + 1), None),
    error("record-not-utf8", b"---\nfigid: PMC1__b\ncaption: \x93quoted\x94\n---\n", 3),
    error("front-matter-missing", "figid: PMC1__b\n", 1),
    error("front-matter-unclosed", "---\nfigid: PMC1__b\ncaption: cut", 3),
    error("yaml-invalid", "---\nfigid: PMC1__b\ncaption: a: b\n---\n", 3),
    error("yaml-alias", "---\nfigid: PMC1__b\nnumber: *F1\n---\n", 3),
    error("yaml-tag", "---\nfigid: PMC1__b\nnumber: !F1\n---\n", 3),
    error("yaml-too-deep", f"---\nfigid: PMC1__b\nnumber: {'[' * 40}{']' * 40}\n---\n", 3),
    error("front-matter-not-mapping", "---\n- figid: PMC1__b\n---\n", 2),
    error("figid-missing", "---\npmcid: PMC1\nfigid: ''\n---\n", 3, "figid"),
    error("figid-invalid", "---\npmcid: PMC1\nfigid: PMC1_b\n---\n", 3, "figid", "PMC1_b"),
    Case(
        "figid-duplicate",
        "error",
        other=("figid: PMC1__a", block()),
        file=OTHER,
        line=2,
        key="figid",
        beside=("figid-differs",),
    ),
    Case(
        "figure-iri-duplicate",
        "error",
        other=(block(),),
        file=OTHER,
        figid="PMC1__b",
        key="schema-jsonld.@id",
        value=FIGURE,
        beside=("figure-iri-differs",),
    ),
    Case("record-failed", "error", other=("number: fails",), file=OTHER, figid="PMC1__b"),
    Case(
        "shape-violated",
        "error",
        (
            'schema-jsonld: {"@context": "https://schema.org/", "@type": Dataset, "keywords": [.na.character], '
            '"@id": "https://pfocr.wikipathways.org/figures/PMC1__a.html"}',
        ),
        value='https://pfocr.wikipathways.org/figures/PMC1__a.html <http://schema.org/keywords> ".na.character"',
    ),
    Case(
        "report-cut",
        "warning",
        files={CHEMICALS: table("chemical", *(f"x y {number}" for number in range(1_200)))},
        file=CHEMICALS,
        beside=("companion-row",),
    ),
    Case("companion-unreadable", "error", files={GENES: b"word\ncaf\xe9\n"}, file=GENES, line=2),
    Case("companion-header", "error", files={GENES: "symbol\tid\nx\ty\n"}, file=GENES, line=1, value="symbol\tid"),
    Case("companion-row", "error", files={CHEMICALS: table("chemical", "x y")}, file=CHEMICALS, line=2, value="x\ty"),
    Case(
        "map-unreadable",
        "error",
        files={"_data/wpid_map.tsv": b"PMC1__a\tWP1\nPMC1__a\tWP\xb2\n"},
        file="_data/wpid_map.tsv",
        line=2,
        figid="",
    ),
    Case(
        "map-row",
        "error",
        files={"_data/ndex_map.tsv": "figid\tndex\n"},
        file="_data/ndex_map.tsv",
        line=1,
        figid="",
        value="figid\tndex",
    ),
    Case(
        "organism-page-unreadable",
        "error",
        files={"_organisms/x.md": "---\nlatin: *x\n---\n"},
        file="_organisms/x.md",
        line=2,
        figid="",
    ),
    Case("file-ignored", "warning", files={"_figures/notes.txt": ""}, file="_figures/notes.txt", figid=""),
    Case(
        "companions-missing",
        "warning",
        files={
            f"_figures/PMC1__{letter}.md": f"---\nfigid: PMC1__{letter}\npmcid: PMC1\n{block_of(letter)}\n---\n"
            for letter in "bcdefghij"
        },
        file="_data",
        figid="",
    ),
    Case(
        "body-ignored",
        "warning",
        files={RECORD: f"---\nfigid: PMC1__a\npmcid: PMC1\n{block()}\n---\n\nSee above.\n"},
        line=10,
    ),
    Case(
        "figid-differs",
        "warning",
        other=("figid: PMC1__c", block(identifier=FIGURE.replace("__a", "__c"))),
        file=OTHER,
        figid="PMC1__c",
        key="figid",
        value="PMC1__b",
    ),
    Case("key-duplicate", "warning", ("year: '2020'", "year: '2021'"), line=4, key="year"),
    warning("key-type", "caption: [a, b]", '["a", "b"]'),
    Case("pmcid-missing", "warning", without=("pmcid",), key="pmcid"),
    warning("pmcid-invalid", "pmcid: '1'", "1"),
    warning("pmcid-differs", "pmcid: PMC2", "PMC2"),
    warning("figtitle-placeholder", "figtitle: Figure", "Figure"),
    warning("figlink-invalid", "figlink: F1", "F1"),
    warning("figlink-other-paper", "figlink: /pmc/articles/PMC2/figure/F1/", "/pmc/articles/PMC2/figure/F1/"),
    warning("year-invalid", "year: '20'", "20"),
    warning("doi-invalid", "doi: '10.5555'", "10.5555"),
    warning("score-invalid", "automl_pathway: high", "high"),
    warning("score-range", "pathway_score: 1.5", "1.5"),
    Case("score-second", "warning", ("automl_pathway: 0.5", "pathway_score: 0.25"), key="pathway_score", value="0.25"),
    warning("rank-invalid", "pmc_ranked_result_index: first", "first"),
    warning("wpid-invalid", "wpid: '437'", "437"),
    warning("ndex-invalid", "ndex: '437'", "437"),
    warning("filename-invalid", "filename: a/b.jpg", "a/b.jpg"),
    warning("redirect-invalid", "redirect_from: //example.org/", "//example.org/"),
    warning("organism-unknown", "organisms: Zz top", "Zz top"),
    Case(
        "organism-ambiguous",
        "warning",
        ("organisms: [Zz top]",),
        files={NAMES: "".join(f"{taxon}\t|\tZz top\t|\t\t|\tscientific name\t|\n" for taxon in (1, 2))},
        key="organisms",
        value="Zz top",
    ),
    warning("mention-form", "genes: [TP53]", "TP53"),
    Case(
        "mention-id",
        "warning",
        files={GENES: gene("human", "WNT1")},
        file=GENES,
        line=2,
        key="organism_id",
        value="human",
    ),
    Case(
        "mention-unidentified",
        "warning",
        files={GENES: gene("9606", "WNT1").replace(b"7471", b"NA")},
        file=GENES,
        line=2,
        key="ncbigene_symbol",
        value="WNT1",
    ),
    warning("mention-source", "chemicals: [{word: x, source: CAS, identifier: '1'}]", "CAS", "source"),
    warning("annotation-form", "annotations: [x]", "x"),
    Case("jsonld-missing", "warning", without=("schema-jsonld",), key="schema-jsonld"),
    warning("jsonld-form", "schema-jsonld: none", "none"),
    Case("jsonld-invalid", "warning", (block("'@graph': x"),), key="schema-jsonld"),
    Case(
        "jsonld-remote-context",
        "warning",
        (block(context="https://example.org/"),),
        key="schema-jsonld",
        value="https://example.org/",
    ),
    Case(
        "jsonld-context-size",
        "warning",
        (block(context=f"[{', '.join(['https://schema.org/'] * 4000)}]"),),
        key="schema-jsonld",
        value="76000 bytes",
    ),
    Case("jsonld-id", "warning", (block(identifier="PMC1__a"),), key="schema-jsonld.@id", value="PMC1__a"),
    Case(
        "figure-iri-differs",
        "warning",
        (block(identifier="https://example.org/a"),),
        key="schema-jsonld.@id",
        value="https://example.org/a",
    ),
    in_block("jsonld-iri", "warning", "url: javascript:alert(1)", ".url", "javascript:alert(1)"),
    in_block("jsonld-license-unknown", "warning", "license: mine", ".license", "mine"),
    in_block("jsonld-graph", "warning", "'@graph': [{'@id': 'https://example.org/x', name: y}]", ".@graph", ""),
    warning("text-garbled", "caption: NF-Œ∫B", "NF-Œ∫B"),
    Case("text-surrogate", "warning", file="", key="figtitle", value="a\ud800b"),
    Case(
        "gene-taxon-differs",
        "warning",
        other=(),
        files={GENES: gene("10090", "Wnt1"), "_data/PMC1__b-genes.tsv": gene("9606", "WNT1")},
        file="",
        figid="",
        key="organism_id",
        value="gene 7471: 10090, 9606",
    ),
    Case(
        "paper-differs",
        "warning",
        ("papertitle: One.",),
        other=("papertitle: Other.",),
        file=OTHER,
        figid="PMC1__b",
        key="papertitle",
        value="Other.",
    ),
    Case(
        "journal-differs",
        "warning",
        ("journal_title: One", "journal_nlm_ta: J"),
        other=("journal_title: Other", "journal_nlm_ta: J"),
        other_figid="PMC2__b",
        file="_figures/PMC2__b.md",
        figid="",
        key="journal_title",
        value="Other",
    ),
    info("key-unknown", "colour: red", "red"),
    Case(
        "column-unknown",
        "info",
        files={CHEMICALS: table("chemical", columns=f"{COLUMNS['chemical']} note")},
        file=CHEMICALS,
        line=1,
        key="note",
    ),
    info("annotation-type", "annotations: [{type: x, value: y}]", "x"),
    info("doi-prefix", "doi: 'doi:10.5555/a'", "doi:10.5555/a"),
    info("score-exponent", "automl_pathway: 5E-1", "5E-1"),
    info("image-format", "filename: a.bmp", "a.bmp"),
    in_block("iri-encoded", "info", "url: https://example.org/a b", ".url", "https://example.org/a b"),
    Case(
        "map-row-blanks",
        "info",
        files={"_data/wpid_map.tsv": "PMC1__a  WP1\n"},
        file="_data/wpid_map.tsv",
        line=1,
        figid="",
        value="PMC1__a  WP1",
    ),
    Case(
        "map-figure",
        "info",
        files={"_data/wpid_map.tsv": "PMC9__x\tWP1\n"},
        file="_data/wpid_map.tsv",
        figid="PMC9__x",
        value="WP1",
    ),
    Case(
        "companion-orphan",
        "info",
        files={"_data/PMC9__x-genes.tsv": ""},
        file="_data/PMC9__x-genes.tsv",
        figid="",
    ),
    Case(
        "gene-symbol",
        "info",
        files={GENES: gene("9606", "WNT 1")},
        file="",
        figid="",
        key="ncbigene_symbol",
        value="WNT 1",
    ),
    in_block("jsonld-license", "info", "license: CC0", ".license", "CC0"),
    in_block("jsonld-name", "info", "name: CreativeWork", ".name", "CreativeWork"),
    in_block(
        "jsonld-creator", "info", "creator: {'@type': Organization, name: WikiPathways}", ".creator", "WikiPathways"
    ),
    in_block("jsonld-keyword", "info", "keywords: [TP53, .na.character]", ".keywords", ".na.character"),
    in_block("jsonld-value", "info", "description: .na.character", ".description", ".na.character"),
    in_block("jsonld-node", "info", "about: {name: x}", "", ""),
    in_block("jsonld-literal", "info", "name: {'@value': x, '@language': en}", ".name", "x"),
]

NO_FILE_HOLDS = "text-surrogate"
"""The code of what cannot stand in a file, as it is no UTF-8; only a Python caller gives it."""


CUT_OR_PYTHON = ("report-cut", NO_FILE_HOLDS)
"""The codes whose cases are not told by their codes alone: a thousand of another come first, or a Python caller's."""


def provoke(case: Case, checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Convert the input of a case, through a report file too, which is given."""
    checkout.record(*case.lines, without=case.without)
    if case.other is not None:
        given = dict(line.split(": ", 1) for line in case.other if line.startswith("figid: "))
        checkout.record(*case.other, figid=given.get("figid", case.other_figid), name=f"_figures/{case.other_figid}.md")
    for name, content in case.files.items():
        if isinstance(content, str) and content.startswith("-> "):
            (checkout.root / name).symlink_to(content.removeprefix("-> "))
        else:
            checkout.write(name, content)
    if case.code == "record-failed":

        def failing(record: RecordBytes, **options: object) -> Figure | None:
            if b"fails" in record.data:
                raise RuntimeError("as a test wants it")
            return parse_record(record, **options)  # type: ignore[arg-type]  # the options of `parse_record`

        monkeypatch.setattr(conversion, "parse_record", failing)
    report = checkout.root.parent / "report.jsonl"
    names = checkout.root / NAMES
    options: dict[str, Any] = {"taxonomy": names} if names.exists() else {}
    if case.code == "shape-violated":
        options |= {"validate": True, "settings": Settings(as_is=True)}
    checkout.convert(report_file=report, **options)
    if case.code == NO_FILE_HOLDS:
        figure = Figure(figid="PMC1__a", paper=Paper("PMC1"), title="a\ud800b")
        list(graph_triples([figure], report=checkout.found.append))
        report.write_bytes(b"".join(map(json_line, checkout.found)))
    return report


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_code_is_provoked_with_its_file_line_figid_key_and_value(
    case: Case, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = provoke(case, checkout, monkeypatch)
    found = {diagnostic.code: diagnostic for diagnostic in checkout.found}
    assert sorted(checkout.codes) == sorted({case.code, *case.beside}) or case.code in CUT_OR_PYTHON
    diagnostic = found[case.code]
    assert diagnostic.level == case.level
    assert (os.path.relpath(diagnostic.file, checkout.root) if diagnostic.file else "") == case.file
    assert (diagnostic.line, diagnostic.figid, diagnostic.key, diagnostic.value) == (
        case.line,
        case.figid,
        case.key,
        case.value,
    )
    assert diagnostic.message
    assert diagnostic.message.isprintable()
    assert [json.loads(line) for line in report.read_bytes().splitlines()] == [
        asdict(diagnostic) | {"level": diagnostic.level} for diagnostic in checkout.found
    ]


def test_no_code_is_without_a_case_and_no_case_without_a_code() -> None:
    assert [case.code for case in CASES] == list(dict.fromkeys(case.code for case in CASES))
    assert {case.code for case in CASES} == {*CODES}


def test_a_record_without_a_fault_gives_nothing(checkout: Checkout) -> None:
    checkout.record()
    assert checkout.convert()
    assert not checkout.found


# ------------------------------------------------------------------------------------------------------- the codes


def test_codes_stand_by_level_errors_first() -> None:
    levels = [LEVELS.index(code.level) for code in CODES.values()]
    assert levels == sorted(levels)


@pytest.mark.parametrize("name", CODES)
def test_a_code_says_what_was_found_and_what_to_do_in_a_sentence_each(name: str) -> None:
    code = CODES[name]
    assert code.name == name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    for text in (code.meaning, code.action):
        assert text[0].isupper() or text.startswith(("pmc", "schema-jsonld", "redirect_from"))
        assert text.endswith(".")
        assert len(text) <= 120


def test_an_unknown_code_cannot_be_reported() -> None:
    with pytest.raises(KeyError):
        diagnose("no-such-code")


# ------------------------------------------------------------------------------------------------- one diagnostic


def test_the_meaning_of_the_code_is_the_message_where_none_is_given() -> None:
    assert diagnose("year-invalid").message == CODES["year-invalid"].meaning
    assert diagnose("year-invalid", "is odd").message == "is odd"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("MMXX", "MMXX"),
        ("", ""),
        (["a", {"b": "β"}], '["a", {"b": "β"}]'),
        ("x" * VALUE_LIMIT, "x" * VALUE_LIMIT),
        ("x" * (VALUE_LIMIT + 1), "x" * VALUE_LIMIT + "… (301 characters)"),
        ("x" * 1_000_000, "x" * VALUE_LIMIT + "… (1000000 characters)"),
    ],
)
def test_a_value_is_shown_as_text_and_cut_where_it_is_long(value: object, shown: str) -> None:
    assert diagnose("year-invalid", value=value).value == shown
    if isinstance(value, str) and value:
        assert diagnose("year-invalid", value, key=value).message == shown
        assert diagnose("year-invalid", value, key=value).key == shown


@pytest.mark.parametrize(
    ("diagnostic", "shown"),
    [
        (Diagnostic("year-invalid", "It is odd."), "warning: year-invalid: It is odd."),
        (Diagnostic("year-invalid", "It is odd.", "a.md"), "warning: a.md: year-invalid: It is odd."),
        (
            Diagnostic("yaml-invalid", "It is odd.", "a.md", 3, "PMC1__a", "year", "MM\n\x1bXX"),
            r"error: a.md:3: yaml-invalid: year: It is odd. (MM\n\x1bXX)",
        ),
        (Diagnostic("key-unknown", "No.", "a\n.md", key="b\rc"), r"info: a\n.md: key-unknown: b\rc: No."),
    ],
)
def test_a_diagnostic_is_one_printable_line(diagnostic: Diagnostic, shown: str) -> None:
    assert str(diagnostic) == shown


@pytest.mark.parametrize("text", ["\u2028", "\x85", "\x1b[31m", "\ud800", "\u202e", "\0"])
def test_what_a_terminal_would_obey_is_escaped(text: str) -> None:
    assert one_line(f"a{text}β").isprintable()
    assert one_line(f"a{text}β").endswith("β")


# --------------------------------------------------------------------------------------------------- JSON lines


def test_the_fields_of_a_line_stand_in_one_order() -> None:
    line = json_line(Diagnostic("yaml-invalid", "It is odd.", "β.md", 3, "PMC1__a", "year", 'MM"XX'))
    assert line.decode() == (
        '{"file": "β.md", "line": 3, "figid": "PMC1__a", "key": "year", "level": "error", '
        '"code": "yaml-invalid", "message": "It is odd.", "value": "MM\\"XX"}\n'
    )


def test_an_unknown_line_is_null_and_other_unknown_fields_are_empty() -> None:
    record = json.loads(json_line(diagnose("year-invalid")))
    assert (record["line"], record["file"], record["figid"], record["key"], record["value"]) == (None, "", "", "", "")


@pytest.mark.parametrize(
    "text", ["a\u2028b", "a\u2029b", "a\x85b", "a\nb", "a\r\nb", "a\0b", "a\x0bb", "a\x0cb", "a\x1cb"]
)
def test_a_line_is_one_line_to_every_reader(text: str) -> None:
    line = json_line(Diagnostic("year-invalid", text, text, None, text, text, text))
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line) == {
        **dict.fromkeys(("file", "figid", "key", "message", "value"), text),
        "line": None,
        "level": "warning",
        "code": "year-invalid",
    }


def test_a_lone_surrogate_is_its_json_escape() -> None:
    line = json_line(diagnose("text-surrogate", file="a\udcff.md", value="a\ud800b"))
    assert rb'"a\ud800b"' in line
    assert rb'"a\udcff.md"' in line
    assert json.loads(line)["value"] == "a\ud800b"
    line.decode("utf-8")


# --------------------------------------------------------------------------------------------------- the table


def test_the_table_stands_by_level_count_and_name() -> None:
    counts = Counter(
        {
            "jsonld-name": 12345,
            "year-invalid": 7,
            "yaml-invalid": 1,
            "figid-missing": 1,
            "doi-invalid": 7,
            "jsonld-id": 8,
        }
    )
    assert [line.split()[:3] for line in summary_lines(counts)] == [
        ["error", "1", "figid-missing"],
        ["error", "1", "yaml-invalid"],
        ["warning", "8", "jsonld-id"],
        ["warning", "7", "doi-invalid"],
        ["warning", "7", "year-invalid"],
        ["info", "12,345", "jsonld-name"],
    ]


def test_the_columns_of_the_table_are_aligned_and_end_with_the_meaning() -> None:
    lines = list(summary_lines(Counter({"jsonld-name": 12345, "yaml-invalid": 1})))
    assert lines == [
        "error         1  yaml-invalid  The front matter is not valid YAML.",
        f"info     12,345  jsonld-name   {CODES['jsonld-name'].meaning}",
    ]


def test_the_table_of_nothing_is_empty() -> None:
    assert list(summary_lines(Counter())) == []
    assert level_counts(Counter()) == {"error": 0, "warning": 0, "info": 0}


def test_counts_by_level_are_sums_of_counts_by_code() -> None:
    counts = Counter({"yaml-invalid": 2, "yaml-tag": 3, "year-invalid": 4})
    assert level_counts(counts) == {"error": 5, "warning": 4, "info": 0}


def test_the_counts_of_a_run_are_those_of_its_report(checkout: Checkout, tmp_path: Path) -> None:
    import pfocr_rdf

    checkout.record("year: MMXX", "doi: x", "colour: red", figid="PMC1__a")
    checkout.record("year: MMXX", figid="PMC2__a")
    checkout.write("_figures/PMC1__b.md", "")
    counts = pfocr_rdf.convert([checkout.root], tmp_path / "out.ttl", report=checkout.found.append)
    assert counts.codes == Counter(checkout.codes)
    assert counts.codes == {"year-invalid": 2, "doi-invalid": 1, "key-unknown": 1, "front-matter-missing": 1}
