"""Records: every key of either generation, in every form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from builders import BASE, table
from checkouts import Checkout
from pfocr_rdf import Annotation, Diagnostic, Figure, Journal, Organism, Paper
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.record import KEYS, RecordBytes, is_figid, parse_map, parse_record

BLOCK = {
    "@context": "https://schema.org/",
    "@id": "https://pfocr.wikipathways.org/figures/PMC1__a.html",
    "@type": "Dataset",
}
PLAIN = Figure(figid="PMC1__a", paper=Paper("PMC1"), jsonld=BLOCK)
"""What a record gives that holds no more than it must."""

UUID = "01234567-89ab-4cde-8f01-23456789abcd"

Found = list[tuple[str, str, str]]


def read(*lines: str, checkout: Checkout) -> tuple[Figure, Found]:
    """Read a record of these lines; give it, but for its file, and the code, key and value of what was found."""
    figure = replace(checkout.figure(*lines), file="")
    return figure, [(diagnostic.code, diagnostic.key, diagnostic.value) for diagnostic in checkout.found]


def with_paper(**values: Any) -> Figure:
    return replace(PLAIN, paper=replace(PLAIN.paper, **values))


def test_a_record_that_holds_no_more_than_it_must_is_read_without_a_word(checkout: Checkout) -> None:
    assert read(checkout=checkout) == (PLAIN, [])


# ------------------------------------------------------------------------------------------------- key by key


FORMS: list[tuple[str, Figure]] = [
    # texts
    ("figtitle: Glycolysis", replace(PLAIN, title="Glycolysis")),
    ("figtitle: ' Glycolysis \u200a'", replace(PLAIN, title="Glycolysis")),
    ('figtitle: "\\uFEFFGlycolysis\\_"', replace(PLAIN, title="Glycolysis")),
    ("figtitle: Canonical Wnt\n  signalling", replace(PLAIN, title="Canonical Wnt signalling")),
    ("figtitle: NA", replace(PLAIN, title="NA")),
    ("caption: ' β-カテニン ( ). '", replace(PLAIN, caption=" β-カテニン ( ). ")),
    ("caption: |-\n  a\n   b", replace(PLAIN, caption="a\n b")),
    ("caption: a\u2028b", replace(PLAIN, caption="a\u2028b")),
    ("papertitle: Is it Wnt ?.", with_paper(title="Is it Wnt ?.")),
    ("papertitle: ' It is Wnt .'", with_paper(title="It is Wnt .")),
    ("reftext: ', et al. Chem Sci. 2020;1:2.'", with_paper(citation=", et al. Chem Sci. 2020;1:2.")),
    ("reftext: A B, et al. Chem Sci. (NA)", with_paper(citation="A B, et al. Chem Sci. (NA)")),
    ("publisher_name: MDPI", with_paper(publisher="MDPI")),
    ("filename: a.jpg", replace(PLAIN, filename="a.jpg")),
    ("figtype: Scheme", replace(PLAIN, type="Scheme")),
    ("seo: CreativeWork", PLAIN),
    # the paper
    ("pmcid: PMC1", PLAIN),
    ("year: '2020'", with_paper(year="2020")),
    ("year: 2020", with_paper(year="2020")),
    ("doi: 10.1002/(SICI)1<a::AID-1>3.0.CO;2-X", with_paper(doi="10.1002/(SICI)1<a::AID-1>3.0.CO;2-X")),
    ("doi: 10.1000.10/1", with_paper(doi="10.1000.10/1")),
    ("journal_title: Chemical Science", with_paper(journal=Journal("Chemical Science"))),
    ("journal_nlm_ta: Chem Sci", with_paper(journal=Journal(None, "Chem Sci"))),
    (
        "journal_title: Chemical\n  Science\njournal_nlm_ta: ' Chem  Sci '",
        with_paper(journal=Journal("Chemical Science", "Chem Sci")),
    ),
    ("keywords: Wnt | β-catenin | Wnt", with_paper(keywords=("Wnt", "β-catenin"))),
    ("keywords: Wnt |\n  colon\n  crypt | cancer", with_paper(keywords=("Wnt", "colon crypt", "cancer"))),
    ("keywords: |-\n  Wnt | colon\n  crypt |\n  cancer", with_paper(keywords=("Wnt", "colon crypt", "cancer"))),
    ("keywords: a b|c;d", with_paper(keywords=("a b", "c;d"))),
    ("keywords: '| Wnt || .na.character |'", with_paper(keywords=("Wnt",))),
    # numbers
    *((f"number: {number}", replace(PLAIN, number=number)) for number in ("F1", "F5a", "S1", "SF22", "EV2", "1")),
    ("number: '1'", replace(PLAIN, number="1")),
    *(
        (f"{key}: {score}", replace(PLAIN, score=score))
        for key in ("automl_pathway", "pathway_score")
        for score in ("0.9637421", "1", "0", "0.50", "1.0", ".5")
    ),
    ("automl_pathway: '0.5'", replace(PLAIN, score="0.5")),
    ("automl_pathway: 0.5\npathway_score: 0.5", replace(PLAIN, score="0.5")),
    ("automl_pathway: 0.5\npathway_score: .na.real", replace(PLAIN, score="0.5")),
    ("automl_pathway: .na.real\npathway_score: 0.25", replace(PLAIN, score="0.25")),
    ("pmc_ranked_result_index: '1234'", replace(PLAIN, rank="1234")),
    # links
    *(
        (f"figlink: {before}pmc/articles/PMC1/figure/F1{after}", replace(PLAIN, link="pmc/articles/PMC1/figure/F1/"))
        for before in ("", "/")
        for after in ("", "/")
    ),
    ("figlink: /pmc/articles/PMC1/figure/a b/c/", replace(PLAIN, link="pmc/articles/PMC1/figure/a b/c/")),
    ("figid_alias: PMC1__F1", replace(PLAIN, aliases=("PMC1__F1",))),
    ("figid_alias: [PMC1__F1, '6.3', PMC1__F1]", replace(PLAIN, aliases=("PMC1__F1", "6.3"))),
    ("redirect_from: /figures/PMC1__F1", replace(PLAIN, redirects=("/figures/PMC1__F1",))),
    ("redirect_from:\n- /figures/PMC1__F1\n- /a", replace(PLAIN, redirects=("/figures/PMC1__F1", "/a"))),
    ("wpid: WP437", replace(PLAIN, wikipathways=("WP437",))),
    ("wpid: [WP437, WP254]", replace(PLAIN, wikipathways=("WP437", "WP254"))),
    (f"ndex: {UUID}", replace(PLAIN, ndex=(UUID,))),
    (f"ndex: {UUID.upper()}", replace(PLAIN, ndex=(UUID,))),
    # lists
    ("organisms: Homo sapiens", replace(PLAIN, organisms=(Organism("Homo sapiens", "9606"),))),
    ("organisms:\n- Homo sapiens", replace(PLAIN, organisms=(Organism("Homo sapiens", "9606"),))),
    (
        "organisms: [NA, Mus musculus, Homo sapiens, NA, Mus musculus]",
        replace(PLAIN, organisms=(Organism("Mus musculus", "10090"), Organism("Homo sapiens", "9606"))),
    ),
    ("organisms_ner: [Homo sapiens]", replace(PLAIN, recognized_organisms=(Organism("Homo sapiens", "9606"),))),
    (
        "annotations:\n- {type: '', value: apoptosis}\n- {value: apoptosis}",
        replace(PLAIN, annotations=(Annotation("apoptosis"),)),
    ),
]


@pytest.mark.parametrize(("lines", "expected"), FORMS, ids=[lines for lines, _ in FORMS])
def test_each_form_of_each_key_is_read_without_a_word(lines: str, expected: Figure, checkout: Checkout) -> None:
    assert read(lines, checkout=checkout) == (expected, [])


REPORTED: list[tuple[str, Figure, Found]] = [
    ("figtitle: Figure", replace(PLAIN, title="Figure"), [("figtitle-placeholder", "figtitle", "Figure")]),
    ("papertitle: Figure.", with_paper(title="Figure."), [("figtitle-placeholder", "papertitle", "Figure.")]),
    ("pmcid: PMC2", with_paper(pmcid="PMC2"), [("pmcid-differs", "pmcid", "PMC2")]),
    ("pmcid: pmc1", PLAIN, [("pmcid-invalid", "pmcid", "pmc1")]),
    ("pmcid: '1'", PLAIN, [("pmcid-invalid", "pmcid", "1")]),
    ("pmcid: PMC1>", PLAIN, [("pmcid-invalid", "pmcid", "PMC1>")]),
    ("pmcid: ''", PLAIN, [("pmcid-missing", "pmcid", "")]),
    *(
        (f"year: {year}", PLAIN, [("year-invalid", "year", year)])
        for year in ("MMXX", "20", "20200", "0000", "NA", "٢٠٢٠")
    ),
    ("doi: 10.5555/a b", PLAIN, [("doi-invalid", "doi", "10.5555/a b")]),
    ("doi: PMC1", PLAIN, [("doi-invalid", "doi", "PMC1")]),
    ("doi: 10.5555/", PLAIN, [("doi-invalid", "doi", "10.5555/")]),
    *(
        (f"doi: '{prefix}10.5555/a'", with_paper(doi="10.5555/a"), [("doi-prefix", "doi", f"{prefix}10.5555/a")])
        for prefix in ("doi:", "DOI: ", "https://doi.org/", "http://dx.doi.org/")
    ),
    ("automl_pathway: 2E-3", replace(PLAIN, score="0.002"), [("score-exponent", "automl_pathway", "2E-3")]),
    ("pathway_score: 9.5e-05", replace(PLAIN, score="0.000095"), [("score-exponent", "pathway_score", "9.5e-05")]),
    (
        "pathway_score: 0.25\nautoml_pathway: 0.5",
        replace(PLAIN, score="0.5"),
        [("score-second", "pathway_score", "0.25")],
    ),
    ("automl_pathway: 1.5", replace(PLAIN, score="1.5"), [("score-range", "automl_pathway", "1.5")]),
    ("automl_pathway: -0.1", replace(PLAIN, score="-0.1"), [("score-range", "automl_pathway", "-0.1")]),
    *(
        (f"pathway_score: {score}", PLAIN, [("score-invalid", "pathway_score", score)])
        for score in ("high", "nan", "inf", "0,5", "NA", "0x1", "1_0", "٠.٥", "1e9999")
    ),
    *(
        (f"pmc_ranked_result_index: {rank}", PLAIN, [("rank-invalid", "pmc_ranked_result_index", rank)])
        for rank in ("first", "1.5", "1e3", "٣", "9" * 19)
    ),
    *(
        (f"figlink: {link}", PLAIN, [("figlink-invalid", "figlink", link)])
        for link in (
            "F1",
            "/pmc/articles/PMC1/",
            "/pmc/articles/PMC1/figure/",
            "/pmc/articles/PMC1/figure//",
            "/pmc/articles/1/figure/F1/",
            "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/F1/",
            "//pmc/articles/PMC1/figure/F1",
        )
    ),
    (
        "figlink: /pmc/articles/PMC2/figure/F1/",
        replace(PLAIN, link="pmc/articles/PMC2/figure/F1/"),
        [("figlink-other-paper", "figlink", "/pmc/articles/PMC2/figure/F1/")],
    ),
    *(
        (f"redirect_from: {path}", PLAIN, [("redirect-invalid", "redirect_from", path)])
        for path in ("figures/F1", "//example.org/a", "https://example.org/a")
    ),
    *((f"wpid: {wpid}", PLAIN, [("wpid-invalid", "wpid", wpid)]) for wpid in ("437", "WP", "wp437", "WP437_r1")),
    *((f"ndex: {ndex}", PLAIN, [("ndex-invalid", "ndex", ndex)]) for ndex in ("x", UUID[1:], UUID + "0")),
    *((f"filename: {name}", PLAIN, [("filename-invalid", "filename", name)]) for name in ("a/b.jpg", "..\\b.jpg", "/")),
    *(
        (f"organisms: {name}", replace(PLAIN, organisms=(Organism(name),)), [("organism-unknown", "organisms", name)])
        for name in ("Homo sapien", "Homo sapiens (human)", "na")
    ),
    (
        "organisms_ner: [Homo sapien]",
        replace(PLAIN, recognized_organisms=(Organism("Homo sapien"),)),
        [("organism-unknown", "organisms_ner", "Homo sapien")],
    ),
    (
        "annotations:\n- {type: pathway, value: apoptosis}",
        replace(PLAIN, annotations=(Annotation("apoptosis", "pathway"),)),
        [("annotation-type", "annotations", "pathway")],
    ),
    ("annotations: [x]", PLAIN, [("annotation-form", "annotations", "x")]),
    ("annotations: [{type: x}]", PLAIN, [("annotation-form", "annotations", '{"type": "x"}')]),
    ("annotations: [{value: [x]}]", PLAIN, [("annotation-form", "annotations", '{"value": ["x"]}')]),
    ("annotations: x", PLAIN, [("key-type", "annotations", "x")]),
    ("colour: red", PLAIN, [("key-unknown", "colour", "red")]),
    ("Caption: a", PLAIN, [("key-unknown", "Caption", "a")]),
    ("year: '2020'\nyear: '2021'", with_paper(year="2021"), [("key-duplicate", "year", "")]),
    ("schema-jsonld:", replace(PLAIN, jsonld=None), [("jsonld-missing", "schema-jsonld", "")]),
    ("schema-jsonld: .na.character", replace(PLAIN, jsonld=None), [("jsonld-missing", "schema-jsonld", "")]),
    ("schema-jsonld: none", replace(PLAIN, jsonld=None), [("jsonld-form", "schema-jsonld", "none")]),
    ("schema-jsonld: [a]", replace(PLAIN, jsonld=None), [("jsonld-form", "schema-jsonld", '["a"]')]),
]


@pytest.mark.parametrize(("lines", "expected", "found"), REPORTED, ids=[lines for lines, _, _ in REPORTED])
def test_what_cannot_be_taken_as_it_stands_is_reported_with_key_and_value(
    lines: str, expected: Figure, found: Found, checkout: Checkout
) -> None:
    assert read(lines, checkout=checkout) == (expected, found)


def test_the_schema_jsonld_is_kept_as_it_stands(checkout: Checkout) -> None:
    lines = "schema-jsonld:\n  '@type': Dataset\n  keywords: [NO, 2E1, .na.character]"
    figure, _ = read(lines, checkout=checkout)
    assert figure.jsonld == {"@type": "Dataset", "keywords": ["NO", "2E1", ".na.character"]}


# --------------------------------------------------------------------------------------------------- missing

TEXTS = KEYS - {"figid", "pmcid", "schema-jsonld", "genes", "chemicals", "diseases", "annotations"}
LISTS = {"organisms", "organisms_ner", "figid_alias", "redirect_from", "wpid", "ndex", "annotations"}


@pytest.mark.parametrize("spelling", ["", "''", '""', "' '", "'\u00a0'", ".na.character", ".na", ".na.real", "[]"])
@pytest.mark.parametrize("key", sorted(KEYS - {"figid", "pmcid", "schema-jsonld"}))
def test_a_missing_value_gives_nothing_and_needs_no_word(key: str, spelling: str, checkout: Checkout) -> None:
    assert read(f"{key}: {spelling}", checkout=checkout) == (PLAIN, [])


@pytest.mark.parametrize("item", ["NA", "''", ".na.character"])
@pytest.mark.parametrize("key", sorted(LISTS))
def test_a_missing_item_of_a_list_gives_nothing_and_needs_no_word(key: str, item: str, checkout: Checkout) -> None:
    assert read(f"{key}:\n- {item}\n- {item}", checkout=checkout) == (PLAIN, [])


@pytest.mark.parametrize("key", sorted(LISTS - {"annotations"}))
def test_na_alone_in_place_of_a_list_is_missing(key: str, checkout: Checkout) -> None:
    assert read(f"{key}: NA", checkout=checkout) == (PLAIN, [])


@pytest.mark.parametrize("key", sorted(TEXTS - LISTS - {"seo"}))
@pytest.mark.parametrize("value", ["[a]", "{a: b}"], ids=["list", "mapping"])
def test_a_list_or_mapping_in_place_of_a_text_is_reported(key: str, value: str, checkout: Checkout) -> None:
    figure, found = read(f"{key}: {value}", checkout=checkout)
    assert figure == PLAIN
    assert [(code, where) for code, where, _ in found] == [("key-type", key)]


@pytest.mark.parametrize("key", sorted(LISTS - {"annotations"}))
@pytest.mark.parametrize("value", ["{a: b}", "[{a: b}]", "[[a]]"])
def test_a_mapping_or_list_in_place_of_a_list_s_text_is_reported(key: str, value: str, checkout: Checkout) -> None:
    figure, found = read(f"{key}: {value}", checkout=checkout)
    assert figure == PLAIN
    assert [(code, where) for code, where, _ in found] == [("key-type", key)]


@pytest.mark.parametrize(
    "text",
    "nan na On if NO y N 2E1 1:30 0o7 no true ~ null 1_000 0x1F 2020-01-01 .5".split(),  # noqa: SIM905 - as words
)
def test_a_text_that_looks_like_another_type_stays_a_text(text: str, checkout: Checkout) -> None:
    keys = ("figtitle", "caption", "number", "figtype", "filename", "figid_alias", "papertitle", "publisher_name")
    figure, found = read(*(f"{key}: {text}" for key in keys), checkout=checkout)
    paper = Paper("PMC1", title=text, publisher=text)
    assert figure == replace(
        PLAIN, title=text, caption=text, number=text, type=text, filename=text, aliases=(text,), paper=paper
    )
    assert found == []


# ----------------------------------------------------------------------------------------------- generations


def test_the_generations_are_told_apart_key_by_key_never_by_order(checkout: Checkout) -> None:
    lines = (
        "pathway_score: 0.5",
        "organisms_ner: [Homo sapiens]",
        "genes:\n- word: TP53\n  entrez: '7157'",
        "organisms: Mus musculus",
        "pmc_ranked_result_index: '3'",
        "wpid: WP1",
    )
    checkout.write("_data/PMC1__a-diseases.tsv", table("disease", ["pain", "NA", "NA", "NA", "NA"]))
    figure = checkout.figure(*lines)
    assert checkout.figure(*reversed(lines)) == figure
    assert (figure.score, figure.rank, figure.wikipathways) == ("0.5", "3", ("WP1",))
    assert figure.organisms == (Organism("Mus musculus", "10090"),)
    assert figure.recognized_organisms == (Organism("Homo sapiens", "9606"),)
    assert [mention.word for mention in figure.mentions] == ["TP53", "pain"]
    assert not checkout.found


# ------------------------------------------------------------------------------------------------------ figid


@pytest.mark.parametrize(
    "figid",
    [
        "PMC7746821__fcell-08-580140-g001",
        "PMC9100000__nihpp-2022.05.05.490000v1-f0003",
        "PMC1__a",
        "PMC1__1471-2164-15-S9-S12-3",
        "PMC1__a__b",
        "PMC1__..",
        "PMC1__-genes.tsv",
    ],
)
def test_a_figid_is_pmc_digits_two_underscores_and_a_stem(figid: str, checkout: Checkout) -> None:
    assert is_figid(figid)
    assert checkout.figure(figid=figid).figid == figid
    assert not checkout.found


@pytest.mark.parametrize(
    "figid",
    [
        "PMC1",
        "PMC1_a",
        "PMC1__",
        "PMC__a",
        "pmc1__a",
        "1__a",
        "PMC1__a b",
        "PMC1__a/b",
        "PMC1__a%20",
        "PMC1__é",
        "PMC١__a",
        "../../etc/passwd",
        "PMC1__a\n",
        " PMC1__a",
        "PMC1__" + "a" * 241,
        "NA",
    ],
)
def test_a_figid_of_another_form_is_an_error_with_its_line(figid: str, checkout: Checkout) -> None:
    assert not is_figid(figid)
    checkout.record("caption: x", "figid: " + '"' + figid.replace("\n", "\\n") + '"', without=("figid",))
    assert checkout.read() == []
    (found,) = checkout.found
    assert (found.code, found.line, found.key, found.value) == ("figid-invalid", 3, "figid", figid)


@pytest.mark.parametrize(
    ("line", "number"),
    [("caption: x", 1), ("figid:", 2), ("figid: ''", 2), ("figid: .na.character", 2), ("figid: []", 2)],
)
def test_a_record_without_figid_is_an_error_by_file_and_line(line: str, number: int, checkout: Checkout) -> None:
    path = checkout.record(line, without=("figid",))
    assert checkout.read() == []
    (found,) = checkout.found
    assert (found.code, found.line, found.file, found.figid) == ("figid-missing", number, str(path), "")


def test_the_figid_counts_where_the_file_s_name_differs(checkout: Checkout) -> None:
    figure = checkout.figure(name="_figures/PMC1__b.md")
    assert figure.figid == "PMC1__a"
    assert [(d.code, d.figid, d.value) for d in checkout.found] == [("figid-differs", "PMC1__a", "PMC1__b")]


# ------------------------------------------------------------------------------------------------------- maps


def read_map(data: str | bytes) -> tuple[dict[str, tuple[str, ...]], list[tuple[str, int | None, str]]]:
    found: list[Diagnostic] = []
    content = data if isinstance(data, bytes) else data.encode()
    entries = parse_map(content, file="wpid_map.tsv", report=found.append)
    assert all(diagnostic.file == "wpid_map.tsv" for diagnostic in found)
    return entries, [(diagnostic.code, diagnostic.line, diagnostic.value) for diagnostic in found]


@pytest.mark.parametrize(
    "data", ["PMC1__a\tWP437\n", "PMC1__a\tWP437", "\ufeffPMC1__a\tWP437\r\n\r\n", "PMC1__a\t WP437 \n"]
)
def test_a_map_has_a_figid_and_an_identifier_a_row_and_no_header(data: str) -> None:
    assert read_map(data) == ({"PMC1__a": ("WP437",)}, [])


@pytest.mark.parametrize("blanks", ["  ", " ", " \u00a0"])
def test_blanks_in_place_of_a_map_s_tab_are_read_and_reported(blanks: str) -> None:
    row = f"PMC1__a{blanks}WP437"
    assert read_map(f"PMC1__b\tWP1\n{row}\n") == (
        {"PMC1__b": ("WP1",), "PMC1__a": ("WP437",)},
        [("map-row-blanks", 2, row)],
    )


def test_a_figure_may_have_several_identifiers_each_once() -> None:
    assert read_map("PMC1__a\tWP2\nPMC1__a\tWP1\nPMC1__a\tWP2\n") == ({"PMC1__a": ("WP2", "WP1")}, [])


@pytest.mark.parametrize(
    "row", ["figid\twpid", "PMC1__a", "PMC1__a\t", "PMC1__a\tWP1\tx", "a b c", "../x\tWP1", "PMC1__a\t\tWP1"]
)
def test_another_row_of_a_map_is_an_error_and_the_others_are_read(row: str) -> None:
    assert read_map(f"{row}\nPMC1__b\tWP1\n") == ({"PMC1__b": ("WP1",)}, [("map-row", 1, row)])


def test_of_a_map_s_faults_the_first_thousand_are_reported_and_the_rest_counted() -> None:
    entries, found = read_map("x\n" * 5_000 + "PMC1__b\tWP1\n")
    assert entries == {"PMC1__b": ("WP1",)}
    assert found == [*(("map-row", line, "x") for line in range(1, 1_001)), ("report-cut", None, "")]


def test_a_map_that_is_not_utf8_is_an_error_by_line() -> None:
    assert read_map(b"PMC1__a\tWP1\nPMC1__b\tWP\xb2\n") == ({}, [("map-unreadable", 2, "")])


def test_the_identifiers_of_the_maps_join_those_of_the_record(checkout: Checkout) -> None:
    checkout.write("_data/wpid_map.tsv", "PMC1__a\tWP2\nPMC1__a\tWP1\n")
    checkout.write("_data/ndex_map.tsv", f"PMC1__a\t{UUID}\n")
    figure = checkout.figure("wpid: WP1", f"ndex: {UUID.upper()}")
    assert figure.wikipathways == ("WP1", "WP2")
    assert figure.ndex == (UUID,)
    assert not checkout.found


def test_an_identifier_of_a_map_is_checked_like_that_of_a_record(checkout: Checkout) -> None:
    checkout.write("_data/wpid_map.tsv", "PMC1__a\t437\n")
    assert checkout.figure().wikipathways == ()
    assert checkout.codes == ["wpid-invalid"]


# -------------------------------------------------------------------------------------------------- the library


def test_a_record_is_parsed_from_bytes_without_any_file() -> None:
    found: list[Diagnostic] = []
    record = RecordBytes("a.md", b"---\nfigid: PMC1__a\n---\n", {"gene": ("g.tsv", b"x")}, ("WP1",), (UUID,))
    figure = parse_record(record, organisms=OrganismNames(), report=found.append)
    assert figure == Figure(
        figid="PMC1__a", paper=Paper(str(BASE["pmcid"])), wikipathways=("WP1",), ndex=(UUID,), file="a.md"
    )
    assert [(d.code, d.file) for d in found] == [
        ("companion-header", "g.tsv"),
        ("pmcid-missing", "a.md"),
        ("jsonld-missing", "a.md"),
    ]
