"""Organism names to taxon ids: the four sources, in their order."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from builders import table
from checkouts import Checkout
from pfocr_rdf import Diagnostic, InputError, Organism, read_figures
from pfocr_rdf.organisms import OrganismNames, Taxonomy, parse_organism_page

NAMES = r"""
1	|	all	|		|	synonym	|
1	|	root	|		|	scientific name	|
4530	|	Oryza sativa	|		|	scientific name	|
4530	|	Oryza sativa L., 1753	|		|	authority	|
4530	|	rice	|	rice <Oryza>	|	common name	|
4530	|	red rice	|		|	genbank common name	|
4565	|	Triticum vulgare	|		|	synonym	|
4565	|	Triticum aestivun	|		|	misspelling	|
4565	|	bread wheat	|		|	equivalent name	|
7227	|	Drosophila melanogaster	|		|	scientific name	|
2081351	|	Drosophila	|	Drosophila <basidiomycetes>	|	scientific name	|
7215	|	Drosophila	|	Drosophila <flies>	|	scientific name	|
7215	|	fruit flies	|		|	genbank common name	|
9606	|	human	|		|	genbank common name	|
9605	|	human	|		|	includes	|
63221	|	Neanderthal	|		|	acronym	|
561	|	Escherichia	|		|	in-part	|
10376	|	HHV-4	|		|	acronym	|
10376	|	HHV-4	|		|	genbank acronym	|
""".lstrip()
"""NCBI Taxonomy in small: the format of names.dmp, with ids as the tests need them."""

GENES = ("Zz top", "Primates", "w", "m", "S", "7", "source", "1", "1", "1")
"""The cells of a gene row behind `organism_id`."""


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.dmp"
    path.write_text(NAMES, "utf-8")
    return path


def page(latin: str, ncbi: str, *more: str) -> str:
    return "\n".join(("---", f"common: {latin}", f"latin: {latin}", f"ncbi: {ncbi}", *more, "", "---", ""))


# ------------------------------------------------------------------------------------------------- the four steps

STEPS = ("rows", "pages", "taxonomy", "table")


@pytest.mark.parametrize("first", STEPS)
def test_a_name_is_looked_up_in_rows_pages_taxonomy_and_own_table_in_this_order(
    first: str, checkout: Checkout, tmp_path: Path
) -> None:
    known = STEPS[STEPS.index(first) :]
    if "rows" in known:
        checkout.write("_data/PMC1__a-genes.tsv", table("gene", ["1001", "Mus musculus", *GENES[1:]]))
    if "pages" in known:
        checkout.write("_organisms/mouse.md", page("Mus musculus", "'1002'"))
    taxonomy = None
    if "taxonomy" in known:
        taxonomy = tmp_path / "names.dmp"
        taxonomy.write_text("1003\t|\tMus musculus\t|\t\t|\tscientific name\t|\n")
    checkout.record("organisms: Mus musculus", "organisms_ner: [Mus musculus]")
    (figure,) = checkout.read(taxonomy=taxonomy)
    expected = {"rows": "1001", "pages": "1002", "taxonomy": "1003", "table": "10090"}[first]
    assert figure.organisms == figure.recognized_organisms == (Organism("Mus musculus", expected),)
    assert not checkout.found


def test_the_rows_of_another_record_do_not_count(checkout: Checkout) -> None:
    checkout.write("_data/PMC1__b-genes.tsv", table("gene", ["1001", "Mus musculus", *GENES[1:]]))
    checkout.record(figid="PMC1__b")
    checkout.record("organisms: Mus musculus")
    assert checkout.read()[0].organisms == (Organism("Mus musculus", "10090"),)


@pytest.mark.parametrize("name", ["Zz top", "zz TOP", "' Zz  top '", "Zz\u00a0top"])
@pytest.mark.parametrize("source", ["rows", "pages", "taxonomy"])
def test_case_and_blanks_make_no_other_name(name: str, source: str, checkout: Checkout, tmp_path: Path) -> None:
    taxonomy = tmp_path / "names.dmp"
    taxonomy.write_text("1003\t|\tZz top\t|\t\t|\tscientific name\t|\n" if source == "taxonomy" else "")
    if source == "rows":
        checkout.write("_data/PMC1__a-genes.tsv", table("gene", ["1003", *GENES]))
    if source == "pages":
        checkout.write("_organisms/zz.md", page("Zz top", "'1003'"))
    checkout.record(f"organisms: {name}")
    (figure,) = checkout.read(taxonomy=taxonomy)
    assert figure.organisms == (Organism(name.strip("'"), "1003"),)


def test_a_name_that_nothing_knows_stays_and_is_reported(checkout: Checkout) -> None:
    assert checkout.figure("organisms: [Homo sapiens, Zz top]").organisms == (
        Organism("Homo sapiens", "9606"),
        Organism("Zz top"),
    )
    assert [(d.code, d.key, d.value) for d in checkout.found] == [("organism-unknown", "organisms", "Zz top")]


# --------------------------------------------------------------------------------------------------- names.dmp


@pytest.mark.parametrize(
    ("name", "taxon_id"),
    [
        ("Oryza sativa", "4530"),
        ("Oryza sativa L., 1753", "4530"),
        ("rice", "4530"),
        ("red rice", "4530"),
        ("Triticum vulgare", "4565"),
        ("Triticum aestivun", "4565"),
        ("bread wheat", "4565"),
        ("HHV-4", "10376"),
    ],
)
def test_a_taxonomy_knows_synonyms_authorities_common_names_and_misspellings(
    name: str, taxon_id: str, names: Path, checkout: Checkout
) -> None:
    checkout.record(f"organisms: '{name}'")
    (figure,) = checkout.read(taxonomy=names)
    assert figure.organisms == (Organism(name, taxon_id),)
    assert not checkout.found


def test_a_homonym_is_ambiguous(names: Path, checkout: Checkout) -> None:
    checkout.record("organisms: Drosophila")
    (figure,) = checkout.read(taxonomy=names)
    assert figure.organisms == (Organism("Drosophila"),)
    assert [(d.code, d.key, d.value) for d in checkout.found] == [("organism-ambiguous", "organisms", "Drosophila")]


def test_an_organism_page_settles_a_homonym(names: Path, checkout: Checkout) -> None:
    checkout.write("_organisms/drosophila.md", page("Drosophila", "'7215'"))
    checkout.record("organisms: Drosophila")
    (figure,) = checkout.read(taxonomy=names)
    assert figure.organisms == (Organism("Drosophila", "7215"),)
    assert not checkout.found


def test_the_better_class_of_name_settles_a_name_of_two_taxa(names: Path) -> None:
    with names.open("rb") as lines:
        taxonomy = Taxonomy.from_lines(lines)
    assert taxonomy.taxa("human") == ("9606",)
    assert taxonomy.taxa("Drosophila") == ("7215", "2081351")


def test_a_name_of_part_of_a_taxon_is_not_used(names: Path) -> None:
    with names.open("rb") as lines:
        taxonomy = Taxonomy.from_lines(lines)
    assert taxonomy.taxa("Escherichia") == taxonomy.taxa("unheard of") == ()
    assert len(taxonomy) == NAMES.count("\n") - 1


def test_a_taxonomy_leaves_what_it_does_not_know_to_the_own_table(names: Path, checkout: Checkout) -> None:
    checkout.record("organisms: Danio rerio")
    (figure,) = checkout.read(taxonomy=names)
    assert figure.organisms == (Organism("Danio rerio", "7955"),)


def test_the_order_of_the_lines_makes_no_difference() -> None:
    lines = NAMES.encode().splitlines(keepends=True)
    one, other = Taxonomy.from_lines(lines), Taxonomy.from_lines(reversed(lines))
    for line in lines:
        name = line.split(b"\t|\t")[1].decode()
        assert one.taxa(name) == other.taxa(name)


@pytest.mark.parametrize("end", ["\t|\n", "\t|\r\n", "\t|"])
def test_line_ends_of_names_dmp_make_no_difference(end: str) -> None:
    assert Taxonomy.from_lines([f"7\t|\tZz top\t|\t\t|\tsynonym{end}".encode()]).taxa("Zz top") == ("7",)


@pytest.mark.parametrize(
    "line",
    [
        "tax_id,name\n",
        "\n",
        "4530\t|\tOryza sativa\t|\n",
        "4530 | Oryza sativa | | scientific name |\n",
        "x4530\t|\tOryza sativa\t|\t\t|\tscientific name\t|\n",
        "-1\t|\tOryza sativa\t|\t\t|\tscientific name\t|\n",
        f"{'9' * 30}\t|\tOryza sativa\t|\t\t|\tscientific name\t|\n",
        "PK\x03\x04",
    ],
)
def test_a_file_that_is_not_names_dmp_is_an_input_error_with_its_line(
    line: str, names: Path, checkout: Checkout
) -> None:
    checkout.record()
    with names.open("a", encoding="utf-8", newline="") as file:
        file.write(line)
    with pytest.raises(InputError, match=rf"names\.dmp: line {NAMES.count(chr(10)) + 1} is not a line of names\.dmp"):
        read_figures(checkout.root, taxonomy=names)


@pytest.mark.parametrize("name", ["nothing.dmp", "."])
def test_a_taxonomy_that_cannot_be_read_is_an_input_error(name: str, checkout: Checkout, tmp_path: Path) -> None:
    checkout.record()
    with pytest.raises(InputError, match=r"give the names\.dmp of NCBI's taxdump"):
        read_figures(checkout.root, taxonomy=tmp_path / name)


def test_bytes_that_are_not_utf8_in_a_name_do_not_stop_the_taxonomy() -> None:
    lines = [b"7\t|\tZ\xe9\t|\t\t|\tsynonym\t|\n", b"8\t|\tZz top\t|\t\t|\tsynonym\t|\n"]
    assert Taxonomy.from_lines(lines).taxa("Zz top") == ("8",)


# --------------------------------------------------------------------------------------------- organism pages


def read_page(data: str | bytes) -> tuple[tuple[str, str] | None, list[tuple[str, int | None, str]]]:
    found: list[Diagnostic] = []
    content = data if isinstance(data, bytes) else data.encode()
    result = parse_organism_page(content, file="page.md", report=found.append)
    assert all(diagnostic.file == "page.md" for diagnostic in found)
    return result, [(diagnostic.code, diagnostic.line, diagnostic.value) for diagnostic in found]


@pytest.mark.parametrize(
    "text",
    [
        page("Aedes aegypti", "'7159'", "title: x", "group: Invertebrates", "image: .na.character"),
        page('"Aedes aegypti"', '"7159"'),
        page("Aedes aegypti", "7159"),
        "---\nncbi: 7159\nlatin: Aedes aegypti\n---\n",
        "\ufeff" + page("Aedes aegypti", "'7159'").replace("\n", "\r\n"),
    ],
    ids=["empty line before the end", "double quotes", "no quotes", "two keys in another order", "BOM and CRLF"],
)
def test_trap_6_an_organism_page_gives_a_latin_name_and_a_taxon_id(text: str) -> None:
    assert read_page(text) == (("Aedes aegypti", "7159"), [])


@pytest.mark.parametrize("ncbi", ["", " ", "''", '""', ".na.character", "NA"])
def test_trap_6_an_organism_page_may_have_no_taxon_id(ncbi: str) -> None:
    assert read_page(page("Aedes fluviatilis", ncbi)) == (None, [])


@pytest.mark.parametrize("text", ["---\nncbi: '7159'\n---\n", "---\ncommon: x\n---\n", page("", "'7159'")])
def test_an_organism_page_may_lack_what_it_is_read_for(text: str) -> None:
    assert read_page(text) == (None, [])


@pytest.mark.parametrize("ncbi", ["txid7159", "07159", "0", "-1", "7159.0", "9" * 11])
def test_a_taxon_id_of_another_form_is_an_error(ncbi: str) -> None:
    assert read_page(page("Aedes aegypti", ncbi)) == (None, [("organism-page-unreadable", None, ncbi)])


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("", 1),
        ("latin: Aedes aegypti\n", 1),
        ("---\nlatin: Aedes aegypti\n", 3),
        ("---\nlatin: *a\n---\n", 2),
        (b"---\nlatin: A\xe9des\n---\n", 2),
        ("---\nlatin: [Aedes]\n---\n", None),
        ("---\nlatin: a\nncbi: [1]\n---\n", None),
    ],
)
def test_an_organism_page_that_cannot_be_read_is_an_error_by_line(data: str | bytes, line: int | None) -> None:
    assert read_page(data) == (None, [("organism-page-unreadable", line, "")])


def test_of_two_pages_of_one_name_the_first_by_file_name_counts(checkout: Checkout) -> None:
    checkout.write("_organisms/b.md", page("Zz top", "'2'"))
    checkout.write("_organisms/a.md", page("Zz  Top", "'1'"))
    assert checkout.figure("organisms: Zz top").organisms == (Organism("Zz top", "1"),)


def test_a_broken_page_costs_only_its_own_name(checkout: Checkout) -> None:
    checkout.write("_organisms/a.md", "---\nlatin: *a\n---\n")
    checkout.write("_organisms/b.md", page("Zz top", "'2'"))
    assert checkout.figure("organisms: Zz top").organisms == (Organism("Zz top", "2"),)
    assert checkout.codes == ["organism-page-unreadable"]


# ---------------------------------------------------------------------------------------------- the own table

OWN = files("pfocr_rdf").joinpath("data", "organisms.tsv").read_text("utf-8")


def test_the_own_table_has_at_least_a_hundred_organisms_each_a_name_and_a_taxon_id() -> None:
    header, *lines = OWN.removesuffix("\n").split("\n")
    rows = [line.split("\t") for line in lines]
    assert header == "name\ttaxon_id"
    assert len({taxon_id for _, taxon_id in rows}) >= 100
    assert all(taxon_id.isascii() and taxon_id.isdigit() and taxon_id[0] != "0" for _, taxon_id in rows)
    assert all(name == " ".join(name.split()) and name not in ("", "NA") for name, _ in rows)


def test_the_own_table_is_sorted_and_names_nothing_twice() -> None:
    names = [line.partition("\t")[0] for line in OWN.removesuffix("\n").split("\n")[1:]]
    assert names == sorted(names)
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "taxon_id"),
    [
        ("Homo sapiens", "9606"),
        ("Mus musculus", "10090"),
        ("Rattus norvegicus", "10116"),
        ("Arabidopsis thaliana", "3702"),
        ("Saccharomyces cerevisiae", "4932"),
        ("Escherichia coli", "562"),
        ("Drosophila melanogaster", "7227"),
        ("Caenorhabditis elegans", "6239"),
        ("Danio rerio", "7955"),
        ("Bos taurus", "9913"),
        ("Sus scrofa", "9823"),
        ("Gallus gallus", "9031"),
        ("Oryza sativa", "4530"),
        ("Zea mays", "4577"),
        ("Xenopus laevis", "8355"),
        ("Mycobacterium tuberculosis", "1773"),
        ("Plasmodium falciparum", "5833"),
        ("Human immunodeficiency virus 1", "11676"),
        ("Severe acute respiratory syndrome coronavirus 2", "2697049"),
        ("gut metagenome", "749906"),
    ],
)
def test_the_own_table_knows_the_organisms_that_pfocr_names_most(name: str, taxon_id: str) -> None:
    assert OrganismNames().resolve(name, {}) == (taxon_id, None)
