"""Mentions: the words of a figure, in companions of two generations and inside old records."""

from __future__ import annotations

import pytest

from builders import COLUMNS, table
from checkouts import Checkout
from pfocr_rdf import Chemical, Diagnostic, Disease, Figure, Gene, Mention
from pfocr_rdf.frontmatter import Plain
from pfocr_rdf.mentions import KINDS, Entity, Kind, group_mentions, parse_companion, parse_embedded

OLDER_GENES = COLUMNS["gene"].replace("count_synonym ", "")
OLDER_PUBTATOR = "word source identifier"

WNT = ("9606", "Homo sapiens", "Primates", "Wnt", "WNT", "WNT1", "7471", "famplex_relations", "8", "3", "45")
WNT_MENTION = Mention(
    "gene", "Wnt", "WNT", "famplex_relations", (Gene("7471", "WNT1", taxon_id="9606", organism="Homo sapiens"),)
)

Found = list[Diagnostic]


@pytest.fixture
def found() -> Found:
    """What is reported."""
    return []


def companion(kind: Kind, data: bytes, found: Found) -> tuple[Mention, ...]:
    return group_mentions(parse_companion(kind, data, file="t.tsv", figid="PMC1__a", report=found.append))


def genes(*cells: str, **others: str) -> bytes:
    """A gene table of one row: that of `Wnt`, but for what is given."""
    row = dict(zip(COLUMNS["gene"].split(), WNT, strict=True)) | others
    return table("gene", [*row.values()], *([cells] if cells else []))


def embedded(kind: Kind, *items: dict[str, str], found: Found) -> tuple[Mention, ...]:
    values: list[Plain] = [dict[str, Plain](item) for item in items]
    return group_mentions(parse_embedded(kind, values, file="a.md", figid="PMC1__a", report=found.append))


def codes(found: Found) -> list[tuple[str, int | None, str, str]]:
    return [(diagnostic.code, diagnostic.line, diagnostic.key, diagnostic.value) for diagnostic in found]


# ------------------------------------------------------------------------------------------ headers of companions


@pytest.mark.parametrize("header", [COLUMNS["gene"], OLDER_GENES], ids=["newer", "older"])
def test_a_gene_table_has_a_header_of_either_generation(header: str, found: Found) -> None:
    row = [cell for name, cell in zip(COLUMNS["gene"].split(), WNT, strict=True) if name in header.split()]
    assert companion("gene", table("gene", row, columns=header), found) == (WNT_MENTION,)
    assert not found


@pytest.mark.parametrize(
    ("kind", "row", "bodies"),
    [
        (
            "chemical",
            ["Li+", "mesh:D008094", "Lithium", "lithium atom", "chebi:30145"],
            (Chemical("MeSH", "D008094", "Lithium"), Chemical("ChEBI", "CHEBI:30145", "lithium atom")),
        ),
        (
            "disease",
            ["CRC", "mesh:D015179", "Colorectal Neoplasms", "colorectal cancer", "DOID:9256"],
            (Disease("MeSH", "D015179", "Colorectal Neoplasms"), Disease("DOID", "DOID:9256", "colorectal cancer")),
        ),
    ],
)
def test_a_newer_chemical_or_disease_table_gives_two_bodies_a_row(
    kind: Kind, row: list[str], bodies: tuple[Entity, ...], found: Found
) -> None:
    assert companion(kind, table(kind, row), found) == (Mention(kind, row[0], row[2], "PubTator", bodies),)
    assert not found


@pytest.mark.parametrize(("kind", "entity"), [("chemical", Chemical), ("disease", Disease)])
@pytest.mark.parametrize("identifier", ["D008094", "mesh:D008094", "MESH:D008094"])
@pytest.mark.parametrize("source", ["MESH", "MeSH", "NA", ""])
def test_an_older_chemical_or_disease_table_gives_a_mesh_id(
    kind: Kind, entity: type[Chemical | Disease], identifier: str, source: str, found: Found
) -> None:
    data = table(kind, ["Li+", source, identifier], columns=OLDER_PUBTATOR)
    assert companion(kind, data, found) == (Mention(kind, "Li+", None, "PubTator", (entity("MeSH", "D008094"),)),)
    assert not found


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (1, 0, 3, 2, 4), (2, 4, 0, 1, 3)])
def test_columns_are_found_by_name_in_any_order(order: tuple[int, ...], found: Found) -> None:
    names, cells = COLUMNS["chemical"].split(), ["Li+", "mesh:D008094", "Lithium", "NA", "chebi:30145"]
    data = table("chemical", [cells[i] for i in order], columns=" ".join(names[i] for i in order))
    expected = (Chemical("MeSH", "D008094", "Lithium"), Chemical("ChEBI", "CHEBI:30145"))
    assert companion("chemical", data, found) == (Mention("chemical", "Li+", "Lithium", "PubTator", expected),)


def test_the_columns_that_say_nothing_of_the_mention_may_be_absent(found: Found) -> None:
    data = table("gene", "Wnt WNT 7471 famplex_relations", columns="word match ncbigene_id source")
    assert companion("gene", data, found) == (Mention("gene", "Wnt", "WNT", "famplex_relations", (Gene("7471"),)),)


def test_a_column_of_another_name_is_reported_once_and_not_read(found: Found) -> None:
    data = table("disease", "CRC MESH D015179 x", "pain MESH D010146 y", columns=f"{OLDER_PUBTATOR} note")
    assert [mention.word for mention in companion("disease", data, found)] == ["CRC", "pain"]
    assert codes(found) == [("column-unknown", 1, "note", "")]


def test_a_table_with_the_columns_of_both_generations_is_read(found: Found) -> None:
    data = table("chemical", "Li+ MESH D008094 x", columns=f"{OLDER_PUBTATOR} mesh")
    assert [m.bodies for m in companion("chemical", data, found)] == [(Chemical("MeSH", "D008094"),)]
    data = table(
        "chemical", "Li+ D008094 Lithium NA chebi:30145 NA NA", columns=f"{COLUMNS['chemical']} {OLDER_PUBTATOR[5:]}"
    )
    assert [m.match for m in companion("chemical", data, found)] == ["Lithium"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "header",
    ["", "word", "Word\tMatch", "word match", "word\tword\tmatch\tncbigene_id\tsource", " word\tsource\tidentifier"],
)
def test_a_header_that_is_none_of_the_known_is_refused(kind: Kind, header: str, found: Found) -> None:
    assert companion(kind, f"{header}\na\tb\n".encode(), found) == ()
    assert codes(found) == [("companion-header", 1, "", header)]


def test_the_tables_of_other_kinds_are_not_mistaken(found: Found) -> None:
    assert companion("gene", table("chemical"), found) == companion("chemical", table("disease"), found) == ()
    assert [diagnostic.code for diagnostic in found] == ["companion-header"] * 2


# ------------------------------------------------------------------------------------------------ rows and cells


def test_a_byte_order_mark_and_crlf_change_nothing(found: Found) -> None:
    data = table("chemical", ["Li+", "mesh:D008094", "Lithium", "lithium atom", "chebi:30145"])
    expected = companion("chemical", data, found)
    assert companion("chemical", b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), found) == expected
    assert companion("chemical", data.removesuffix(b"\n"), found) == expected
    assert not found


def test_exact_duplicate_rows_and_empty_lines_say_nothing_new(found: Found) -> None:
    assert companion("gene", genes(*WNT) + b"\n\n", found) == (WNT_MENTION,)
    assert not found


def test_a_row_with_no_id_is_a_mention_without_a_body(found: Found) -> None:
    mentions = (
        *companion("gene", genes(ncbigene_symbol="NA", ncbigene_id="NA"), found),
        *companion("chemical", table("chemical", ["ROS", "NA", "NA", "NA", "NA"]), found),
        *companion("disease", table("disease", ["pain", "", "", ".na.character", ""]), found),
        *companion("disease", table("disease", ["pain", "", ""], columns=OLDER_PUBTATOR), found),
    )
    assert mentions == (
        Mention("gene", "Wnt", "WNT", "famplex_relations"),
        Mention("chemical", "ROS", None, "PubTator"),
        Mention("disease", "pain", None, "PubTator"),
        Mention("disease", "pain", None, "PubTator"),
    )
    assert not found


def test_a_symbol_may_be_missing_beside_a_valid_id(found: Found) -> None:
    (mention,) = companion("gene", genes(ncbigene_symbol="NA", ncbigene_id="20997"), found)
    assert mention.bodies == (Gene("20997", None, "9606", "Homo sapiens"),)
    assert not found


@pytest.mark.parametrize("cell", ["NA", "", " ", ".na.character", ".na"])
@pytest.mark.parametrize(
    "column", ["match", "source", "ncbigene_symbol", "ncbigene_id", "organism_id", "organism_name"]
)
def test_a_missing_cell_is_spelt_in_several_ways(column: str, cell: str, found: Found) -> None:
    organisms: dict[str, str] = {}
    data = genes(**{column: cell})
    ((_, _, match, lexicon, bodies),) = parse_companion(
        "gene", data, file="t.tsv", figid="PMC1__a", report=found.append, organisms=organisms
    )
    (gene,) = bodies or (None,)
    assert isinstance(gene, Gene | None)
    values = {
        "match": match,
        "source": lexicon,
        "ncbigene_id": gene,
        "ncbigene_symbol": gene and gene.symbol,
        "organism_id": gene and gene.taxon_id,
        "organism_name": gene and gene.organism,
    }
    assert values[column] is None
    assert (organisms == {}) == column.startswith("organism")
    lost = [("mention-unidentified", 2, "ncbigene_symbol", "WNT1")]
    assert codes(found) == (lost if column == "ncbigene_id" else [])


@pytest.mark.parametrize("text", ["nan", "na", "Na", "NaN", "N/A", "null", "None", "-", "On", "NO", "y", "N", "2E1"])
def test_only_the_exact_cell_na_is_missing(text: str, found: Found) -> None:
    (mention,) = companion("gene", genes(word=text, match=text, source=text, ncbigene_symbol=text), found)
    assert mention == Mention("gene", text, text, text, (Gene("7471", text, "9606", "Homo sapiens"),))


@pytest.mark.parametrize(
    "word",
    [
        "NA",
        "(Src",
        "AR*",
        "|TH|T",
        "OXHPG,WTA,LTA",
        "IPP---",
        "ТNF",
        " TNF ",
        "\xa0TNF\u200a",
        "'TNF",
        '"TNF"',
        '"',
        "[a]{b}>c",
        "a\\tb",
        "a\u2028b\x85c\x0bd",
        ".na.character",
        "#",
        "",
    ],
)
def test_the_word_is_kept_to_the_letter(word: str, found: Found) -> None:
    assert [m.word for m in companion("gene", genes(word=word), found)] == [word]
    pubtator = table("chemical", [word, "MESH", "D008094"], columns=OLDER_PUBTATOR)
    assert [m.word for m in companion("chemical", pubtator, found)] == [word]
    assert [m.word for m in embedded("gene", {"word": word}, found=found)] == [word]
    assert [m.word for m in embedded("disease", {"word": word}, found=found)] == [word]
    assert not found


@pytest.mark.parametrize(
    ("kind", "column", "cell", "identifier"),
    [
        ("chemical", "mesh", "mesh:D005947", "D005947"),
        ("chemical", "mesh", "MESH:C028802", "C028802"),
        ("chemical", "mesh", "Mesh:D005947", "D005947"),
        ("chemical", "mesh", "D000077143", "D000077143"),
        ("chemical", "chebi", "chebi:4167", "CHEBI:4167"),
        ("chemical", "chebi", "CHEBI:4167", "CHEBI:4167"),
        ("chemical", "chebi", "ChEBI:4167", "CHEBI:4167"),
        ("chemical", "chebi", "4167", "CHEBI:4167"),
        ("disease", "mesh", "mesh:D009369", "D009369"),
        ("disease", "doid", "DOID:8893", "DOID:8893"),
        ("disease", "doid", "doid:0050700", "DOID:0050700"),
        ("disease", "doid", "8893", "DOID:8893"),
    ],
)
def test_the_case_of_a_prefix_varies_and_it_may_be_absent(
    kind: Kind, column: str, cell: str, identifier: str, found: Found
) -> None:
    row = dict.fromkeys(COLUMNS[kind].split(), "NA") | {"word": "w", column: cell}
    (mention,) = companion(kind, table(kind, [*row.values()]), found)
    assert [body.id for body in mention.bodies] == [identifier]
    assert not found


@pytest.mark.parametrize(
    ("kind", "column", "cell"),
    [
        ("gene", "ncbigene_id", "WNT1"),
        ("gene", "ncbigene_id", "07471"),
        ("gene", "ncbigene_id", "0"),
        ("gene", "ncbigene_id", "-1"),
        ("gene", "ncbigene_id", "7471.0"),
        ("gene", "ncbigene_id", "7471;7472"),
        ("gene", "ncbigene_id", "ncbigene:7471"),
        ("gene", "ncbigene_id", "٧"),
        ("gene", "ncbigene_id", "7" * 13),
        ("gene", "organism_id", "human"),
        ("gene", "organism_id", "0"),
        ("chemical", "mesh", "mesh:"),
        ("chemical", "mesh", "D00594"),
        ("chemical", "mesh", "E005947"),
        ("chemical", "mesh", "d005947"),
        ("chemical", "mesh", "D005947>"),
        ("chemical", "chebi", "chebi:"),
        ("chemical", "chebi", "chebi:4167x"),
        ("chemical", "chebi", "DOID:4167"),
        ("disease", "doid", "OMIM:8893"),
        ("disease", "doid", " DOID:8893"),
    ],
)
def test_an_id_of_another_form_is_reported_with_its_line_and_the_mention_stays(
    kind: Kind, column: str, cell: str, found: Found
) -> None:
    row = dict.fromkeys(COLUMNS[kind].split(), "NA") | {"word": "w", column: cell}
    assert companion(kind, table(kind, [*row.values()]), found) == (
        Mention(kind, "w", None, None if kind == "gene" else "PubTator"),
    )
    assert codes(found) == [("mention-id", 2, column, cell)]


@pytest.mark.parametrize("row", ["Wnt", "a\tb\tc\td\te\tf", "   ", "#"])
def test_a_row_of_another_number_of_cells_is_reported_and_the_others_are_read(row: str, found: Found) -> None:
    data = table("disease", ["pain", "NA", "NA", "NA", "NA"]) + f"{row}\n".encode()
    assert len(companion("disease", data, found)) == 1
    assert codes(found) == [("companion-row", 3, "", row)]


def test_a_table_of_the_header_alone_has_no_mention(found: Found) -> None:
    assert all(companion(kind, table(kind), found) == () for kind in KINDS)
    assert not found


def test_bytes_that_are_not_utf8_lose_the_table_and_are_reported_by_line(found: Found) -> None:
    assert companion("gene", genes() + b"9606\tcaf\xe9\n", found) == ()
    assert codes(found) == [("companion-unreadable", 3, "", "")]
    assert found[0].message == "byte 0xE9 is not UTF-8"
    assert found[0].file == "t.tsv"
    assert found[0].figid == "PMC1__a"


def test_a_gene_table_names_the_taxa_of_its_organisms(found: Found) -> None:
    organisms: dict[str, str] = {}
    data = table("gene", WNT, ("10090", "Mus musculus", *WNT[2:]), ("NA", "vectors", *WNT[2:]))
    parse_companion("gene", data, file="t.tsv", figid="PMC1__a", report=found.append, organisms=organisms)
    assert organisms == {"Homo sapiens": "9606", "Mus musculus": "10090"}


# ------------------------------------------------------------------------------------------------------ grouping


def test_rows_of_one_word_match_and_lexicon_are_one_mention_with_several_bodies(found: Found) -> None:
    wnt2 = (*WNT[:5], "WNT2", "7472", *WNT[7:])
    (mention,) = companion("gene", table("gene", WNT, wnt2), found)
    assert mention.bodies == (*WNT_MENTION.bodies, Gene("7472", "WNT2", "9606", "Homo sapiens"))


@pytest.mark.parametrize("column", ["word", "match", "source"])
def test_rows_that_differ_in_word_match_or_lexicon_are_mentions_of_their_own(column: str, found: Found) -> None:
    other = [*(dict(zip(COLUMNS["gene"].split(), WNT, strict=True)) | {column: "other"}).values()]
    mentions = companion("gene", table("gene", WNT, other), found)
    assert [mention.bodies for mention in mentions] == [WNT_MENTION.bodies] * 2


def test_words_that_differ_in_outer_blanks_are_mentions_of_their_own(found: Found) -> None:
    assert len(companion("gene", table("gene", WNT, (*WNT[:3], " Wnt", *WNT[4:])), found)) == 2


def test_a_row_without_id_joins_the_mention_of_its_word(found: Found) -> None:
    assert companion("gene", table("gene", (*WNT[:6], "NA", *WNT[7:]), WNT), found) == (WNT_MENTION,)


def test_mentions_stand_in_the_order_of_their_first_rows(found: Found) -> None:
    rows = [(*WNT[:3], word, *WNT[4:]) for word in ("b", "a", "b", "c")]
    assert [mention.word for mention in companion("gene", table("gene", *rows), found)] == ["b", "a", "c"]


def test_one_id_under_several_words_is_one_gene_of_the_figure(checkout: Checkout) -> None:
    checkout.write("_data/PMC1__a-genes.tsv", table("gene", WNT, (*WNT[:3], "WNT-1", *WNT[4:])))
    figure = checkout.figure()
    assert [mention.word for mention in figure.mentions] == ["Wnt", "WNT-1"]
    assert figure.genes == WNT_MENTION.bodies


# ------------------------------------------------------------------------------------------------------ embedded


def test_an_embedded_gene_is_human(found: Found) -> None:
    item = {"word": "p53", "symbol": "P53", "source": "hgnc_alias_symbol", "hgnc_symbol": "TP53", "entrez": "7157"}
    assert embedded("gene", item, found=found) == (
        Mention("gene", "p53", "P53", "hgnc_alias_symbol", (Gene("7157", "TP53", "9606", "Homo sapiens"),)),
    )
    assert not found


@pytest.mark.parametrize("source", ["hgnc_symbol", "hgnc_alias_symbol", "hgnc_prev_symbol", "bioentities_symbol"])
def test_the_lexicon_of_an_embedded_gene_is_its_source(source: str, found: Found) -> None:
    assert embedded("gene", {"word": "w", "source": source}, found=found) == (Mention("gene", "w", None, source),)


@pytest.mark.parametrize(("kind", "entity"), [("chemical", Chemical), ("disease", Disease)])
@pytest.mark.parametrize("source", ["MESH", "mesh", ""])
def test_an_embedded_chemical_or_disease_has_a_mesh_id(
    kind: Kind, entity: type[Chemical | Disease], source: str, found: Found
) -> None:
    item = {"word": "w", "source": source, "identifier": "D009369"}
    assert embedded(kind, item, found=found) == (Mention(kind, "w", None, "PubTator", (entity("MeSH", "D009369"),)),)
    assert not found


@pytest.mark.parametrize("missing", ["", "NA", ".na.character", " "])
def test_source_and_identifier_may_be_missing(missing: str, found: Found) -> None:
    pubtator = {"word": "ROS", "source": missing, "identifier": missing}
    gene = {"word": "w", "symbol": missing, "source": missing, "hgnc_symbol": missing, "entrez": missing}
    assert embedded("chemical", pubtator, found=found) == (Mention("chemical", "ROS", None, "PubTator"),)
    assert embedded("gene", gene, found=found) == (Mention("gene", "w"),)
    assert not found


@pytest.mark.parametrize(
    ("kind", "item", "code", "key", "value"),
    [
        ("gene", {"word": "w", "entrez": "TP53"}, "mention-id", "genes.entrez", "TP53"),
        ("disease", {"word": "w", "source": "MESH", "identifier": "9369"}, "mention-id", "identifier", "9369"),
        ("chemical", {"word": "w", "source": "CAS", "identifier": "D000001"}, "mention-source", "source", "CAS"),
        ("gene", {"word": "w", "colour": "red"}, "key-unknown", "genes.colour", "red"),
        ("disease", {"word": "w", "mesh": "D009369"}, "key-unknown", "diseases.mesh", "D009369"),
    ],
)
def test_what_an_embedded_mention_has_that_is_not_read_is_reported(
    kind: Kind, item: dict[str, str], code: str, key: str, value: str, found: Found
) -> None:
    (mention,) = embedded(kind, item, found=found)
    assert (mention.word, mention.bodies) == ("w", ())
    assert codes(found) == [(code, None, key, value)]


@pytest.mark.parametrize(
    ("lines", "code", "value"),
    [
        ("genes:\n- TP53", "mention-form", "TP53"),
        ("genes:\n- symbol: TP53", "mention-form", '{"symbol": "TP53"}'),
        ("genes:\n- word: [TP53]", "mention-form", '{"word": ["TP53"]}'),
        ("chemicals:\n- [w]", "mention-form", '["w"]'),
        ("diseases: cancer", "key-type", "cancer"),
        ("genes: {word: TP53}", "key-type", '{"word": "TP53"}'),
    ],
)
def test_an_embedded_mention_is_a_mapping_of_texts_with_a_word(
    lines: str, code: str, value: str, checkout: Checkout
) -> None:
    assert checkout.figure(lines).mentions == ()
    assert [(d.code, d.key, d.value) for d in checkout.found] == [(code, lines.partition(":")[0], value)]


@pytest.mark.parametrize("form", ["", " []", " ''", " NA", " .na.character", "\n- NA", "\n- ''", "\n- .na.character"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_may_have_no_embedded_mention(kind: Kind, form: str, checkout: Checkout) -> None:
    assert checkout.figure(f"{kind}s:{form}").mentions == ()
    assert not checkout.found


# ---------------------------------------------------------------------------------------- companion and record


OLD_GENES = """\
genes:
- word: WNT1
  symbol: WNT1
  source: hgnc_symbol
  hgnc_symbol: WNT1
  entrez: '7471'"""


def words(figure: Figure) -> list[tuple[str, str | None]]:
    return [(mention.word, mention.lexicon) for mention in figure.mentions]


def test_a_companion_and_a_record_that_disagree_are_united(checkout: Checkout) -> None:
    checkout.write("_data/PMC1__a-genes.tsv", table("gene", WNT, (*WNT[:3], "NO", "NO", "NO", "4843", *WNT[7:])))
    figure = checkout.figure(OLD_GENES)
    assert words(figure) == [("WNT1", "hgnc_symbol"), ("Wnt", "famplex_relations"), ("NO", "famplex_relations")]
    assert [gene.id for gene in figure.genes] == ["7471", "4843"]
    assert not checkout.found


def test_what_companion_and_record_both_say_stands_once(checkout: Checkout) -> None:
    chemicals = (
        "chemicals:\n- word: Li+\n  source: MESH\n  identifier: D008094\n- word: ROS\n  source: ''\n  identifier: ''"
    )
    rows = ("Li+ MESH D008094", "NAD+ MESH D009243")
    checkout.write("_data/PMC1__a-chemicals.tsv", table("chemical", *rows, columns=OLDER_PUBTATOR))
    figure = checkout.figure(chemicals)
    assert [(m.word, [body.id for body in m.bodies]) for m in figure.mentions] == [
        ("Li+", ["D008094"]),
        ("ROS", []),
        ("NAD+", ["D009243"]),
    ]


def test_a_companion_that_cannot_be_read_leaves_the_record_and_its_own_mentions(checkout: Checkout) -> None:
    checkout.write("_data/PMC1__a-genes.tsv", "symbol\nWNT1\n")
    assert words(checkout.figure(OLD_GENES)) == [("WNT1", "hgnc_symbol")]
    assert checkout.codes == ["companion-header"]


def test_mentions_stand_by_kind_genes_chemicals_diseases(checkout: Checkout) -> None:
    checkout.write("_data/PMC1__a-diseases.tsv", table("disease", "pain MESH D010146", columns=OLDER_PUBTATOR))
    checkout.write("_data/PMC1__a-chemicals.tsv", table("chemical", "Li+ MESH D008094", columns=OLDER_PUBTATOR))
    figure = checkout.figure("diseases:\n- word: ache", OLD_GENES)
    assert [mention.kind for mention in figure.mentions] == ["gene", "chemical", "disease", "disease"]
    assert figure.chemicals == (Chemical("MeSH", "D008094"),)
    assert figure.diseases == (Disease("MeSH", "D010146"),)


# --------------------------------------------------------------------------------------- names without identifiers

NO_IDS = ("NA", "")


@pytest.mark.parametrize("no_id", NO_IDS)
def test_the_symbol_of_a_gene_without_an_identifier_is_reported_each_time(no_id: str, found: Found) -> None:
    data = genes(ncbigene_id=no_id, match="Wnt")
    for _ in range(2):  # what rows say again and again is remembered
        (mention,) = companion("gene", data, found)
        assert mention == Mention("gene", "Wnt", "Wnt", "famplex_relations")
    assert codes(found) == [("mention-unidentified", 2, "ncbigene_symbol", "WNT1")] * 2


def test_so_is_that_of_a_gene_inside_a_record(found: Found) -> None:
    embedded("gene", {"word": "w", "hgnc_symbol": "WNT1", "entrez": ""}, found=found)
    embedded("gene", {"word": "w", "hgnc_symbol": "", "entrez": ""}, {"word": "w"}, found=found)
    assert codes(found) == [("mention-unidentified", None, "genes.hgnc_symbol", "WNT1")]


@pytest.mark.parametrize("no_id", NO_IDS)
@pytest.mark.parametrize(("kind", "mesh"), [("chemical", "mesh:D008094"), ("disease", "NA"), ("chemical", "")])
def test_the_name_of_a_chemical_or_disease_without_an_identifier_is_reported(
    kind: Kind, mesh: str, no_id: str, found: Found
) -> None:
    companion(kind, table(kind, ["x", "NA", "y", "NA", "NA"], ["w", mesh, "label", "name", no_id]), found)
    assert codes(found) == [("mention-unidentified", 3, "name", "name")]


def test_a_name_that_is_written_as_the_match_or_has_a_wrong_identifier_is_not_reported_so(found: Found) -> None:
    rows = (["w", "mesh:D008094", "Lithium", "Lithium", "NA"], ["w", "mesh:D008094", "Lithium", "lithium atom", "CAS"])
    companion("chemical", table("chemical", *rows), found)
    assert codes(found) == [("mention-id", 3, "chebi", "CAS")]


def test_nor_is_the_symbol_of_such_a_gene(found: Found) -> None:
    companion("gene", genes(ncbigene_id="NA", match="WNT1"), found)
    assert not found
    companion("gene", genes(ncbigene_id="seven"), found)
    assert codes(found) == [("mention-id", 2, "ncbigene_id", "seven")]


def test_no_table_of_names_without_identifiers_fills_the_report(checkout: Checkout) -> None:
    rows = [["w", "NA", "NA", f"name {number}", "NA"] for number in range(2_000)]
    checkout.record()
    checkout.write("_data/PMC1__a-chemicals.tsv", table("chemical", *rows))
    checkout.read()
    assert len(checkout.codes) == 2_000, "read by figures, nothing is cut"
    checkout.convert()
    assert checkout.codes.count("mention-unidentified") == 1_000
    assert checkout.codes[-1] == "report-cut"
