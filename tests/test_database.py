"""Inputs: what is found in a checkout, a folder, a file or standard input, and what is never read."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import pytest

import pfocr_rdf
from builders import table
from checkouts import Checkout
from conversions import small_database
from pfocr_rdf import InputError
from pfocr_rdf.frontmatter import MAX_BYTES

DOTTED = "PMC9100000__nihpp-2022.05.05.490000v1-f0003"

UUID = "01234567-89ab-4cde-8f01-23456789abcd"

PAGE = "---\nlatin: Zz top\nncbi: '7'\n\n---\n"


def fill(checkout: Checkout, figid: str = "PMC1__a") -> None:
    """Write a record, its companions, the maps and an organism page."""
    checkout.record("organisms: Zz top", figid=figid)
    beside(checkout, "_data/", figid)
    checkout.write("_data/wpid_map.tsv", f"{figid}\tWP1\n")
    checkout.write("_data/ndex_map.tsv", f"{figid}\t{UUID}\n")
    checkout.write("_organisms/zz_top.md", PAGE)


def beside(checkout: Checkout, folder: str, figid: str = "PMC1__a") -> None:
    """Write the companions of a record, each with one word, into a folder."""
    checkout.write(f"{folder}{figid}-genes.tsv", table("gene", ["NA"] * 3 + ["g"] + ["NA"] * 7))
    checkout.write(f"{folder}{figid}-chemicals.tsv", table("chemical", ["c"] + ["NA"] * 4))
    checkout.write(f"{folder}{figid}-diseases.tsv", table("disease", ["d"] + ["NA"] * 4))


def assert_full(checkout: Checkout, name: str | Path, figid: str = "PMC1__a") -> None:
    """Read an input; its one figure has all that `fill` wrote, and there is nothing to report."""
    (figure,) = checkout.read(os.fspath(name))
    assert figure.figid == figid
    assert [mention.word for mention in figure.mentions] == ["g", "c", "d"]
    assert (figure.wikipathways, figure.ndex) == (("WP1",), (UUID,))
    assert [organism.taxon_id for organism in figure.organisms] == ["7"]
    assert not checkout.found


def findings(checkout: Checkout) -> list[tuple[str, str]]:
    """What was found: code, and file in the checkout."""
    return [(d.code, os.path.relpath(d.file, checkout.root)) for d in checkout.found]


# ----------------------------------------------------------------------------------------------------- inputs


@pytest.mark.parametrize("figid", ["PMC1__a", DOTTED, "PMC1__a.md", "PMC1__a-genes", "PMC1__a.tsv"])
@pytest.mark.parametrize("name", ["", "_figures", "_figures/{figid}.md"], ids=["checkout", "folder of records", "file"])
def test_what_belongs_to_a_record_is_found_beside_the_figures(name: str, figid: str, checkout: Checkout) -> None:
    fill(checkout, figid)
    assert_full(checkout, name.format(figid=figid), figid)


@pytest.mark.parametrize(
    ("start", "name"),
    [
        ("", "."),
        ("", "_figures"),
        ("", "./_figures/"),
        ("_figures", "."),
        ("_figures", ".."),
        ("_figures", "PMC1__a.md"),
        ("_figures", "./PMC1__a.md"),
        ("_data", "../_figures"),
    ],
)
def test_an_input_may_be_given_from_any_folder(
    start: str, name: str, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(checkout)
    monkeypatch.chdir(checkout.root / start)
    checkout.root = Path()
    assert_full(checkout, name)


@pytest.mark.parametrize("target", ["", "_figures"], ids=["checkout", "folder of records"])
def test_an_input_may_be_given_through_a_symbolic_link(target: str, checkout: Checkout, tmp_path: Path) -> None:
    fill(checkout)
    (tmp_path / "link").symlink_to(checkout.root / target)
    assert_full(checkout, tmp_path / "link")


@pytest.mark.parametrize("name", ["records", "records/PMC1__a.md"])
def test_the_companions_of_records_in_a_plain_folder_stand_beside_them(name: str, checkout: Checkout) -> None:
    checkout.record("organisms: Zz top", name="records/{figid}.md")
    beside(checkout, "records/")
    checkout.write("records/wpid_map.tsv", "PMC1__a\tWP1\n")
    checkout.write("records/ndex_map.tsv", f"PMC1__a\t{UUID}\n")
    checkout.write("records/_organisms/zz_top.md", PAGE)
    assert_full(checkout, name)


@pytest.mark.parametrize("suffix", [".md", ".markdown", ".yml", ".yaml"])
def test_the_records_of_a_folder_end_in_md_or_yml(suffix: str, checkout: Checkout) -> None:
    checkout.record(name="records/{figid}" + suffix, figid=DOTTED)
    checkout.write("records/notes.txt", "no record")
    assert [figure.figid for figure in checkout.read("records")] == [DOTTED]
    assert not checkout.found


@pytest.mark.parametrize("figid", ["PMC1__a", DOTTED])
@pytest.mark.parametrize("suffix", [".md", ".yaml", ".txt", ".MD", ".record", "", ".md.bak"])
@pytest.mark.parametrize("folder", ["records", "_figures"])
def test_a_single_record_may_have_any_extension(folder: str, suffix: str, figid: str, checkout: Checkout) -> None:
    if suffix == ".md.bak":
        figid += ".md"  # a figid may hold dots, and only the last extension is taken off
        suffix = ".bak"
    name = f"{folder}/{figid}{suffix}"
    checkout.record(figid=figid, name=name)
    beside(checkout, "_data/" if folder == "_figures" else f"{folder}/", figid)
    (figure,) = checkout.read(name)
    assert [mention.word for mention in figure.mentions] == ["g", "c", "d"]
    assert not checkout.found


def test_a_single_record_whose_name_is_not_its_figid_has_no_companions(checkout: Checkout) -> None:
    checkout.record(name="records/other.txt")
    beside(checkout, "records/")
    (figure,) = checkout.read("records/other.txt")
    assert figure.mentions == ()
    assert checkout.codes == ["figid-differs"]


def test_companions_are_found_by_the_file_s_name_not_by_the_figid_inside(checkout: Checkout) -> None:
    checkout.record(figid="PMC1__a", name="_figures/PMC1__b.md")
    beside(checkout, "_data/", "PMC1__a")
    assert checkout.read()[0].mentions == ()
    assert checkout.codes == ["companion-orphan"] * 3 + ["figid-differs"]


def test_a_record_on_standard_input_has_no_name_and_no_companion(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = checkout.front_matter("figtitle: β")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="ascii"))
    counts = pfocr_rdf.convert(["-"], tmp_path / "out.nt", format="ntriples", report=checkout.found.append)
    assert (counts.records, counts.figures) == (1, 1)
    assert '"β"' in (tmp_path / "out.nt").read_text("utf-8")
    assert not checkout.found


def test_a_fault_on_standard_input_names_it(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"---\nk: *a\n---\n")))
    assert list(pfocr_rdf.read_figures("-", report=checkout.found.append)) == []
    assert [(d.code, d.file, d.line) for d in checkout.found] == [("yaml-alias", "<stdin>", 2)]


def test_records_stand_in_the_order_of_their_file_names_by_code_point(checkout: Checkout) -> None:
    figids = ["PMC10__a", "PMC1__B", "PMC1__a-b", "PMC1__a.b", "PMC1__a", "PMC2__a"]
    for figid in reversed(figids):
        checkout.record(figid=figid)
    assert [figure.figid for figure in checkout.read()] == figids


# ----------------------------------------------------------------------------------------------- nothing to read


@pytest.mark.parametrize("folders", [("_figures",), ("_figures", "_data"), ("_figures", "_data", "_organisms"), ()])
def test_an_empty_folder_is_an_input_error(folders: tuple[str, ...], checkout: Checkout) -> None:
    for folder in folders:
        (checkout.root / folder).mkdir()
    with pytest.raises(InputError, match=rf"^{re.escape(str(checkout.root))}: no record "):
        checkout.read()


def test_what_is_not_there_is_an_input_error_that_says_what_to_give(checkout: Checkout) -> None:
    with pytest.raises(InputError, match="nothing: no such file or folder; give a PFOCR checkout"):
        checkout.read("nothing")


def test_one_input_of_several_that_is_not_there_stops_the_run_before_anything_is_written(
    checkout: Checkout, tmp_path: Path
) -> None:
    checkout.record()
    with pytest.raises(InputError):
        checkout.convert("", "nothing")
    assert not (tmp_path / "out.nt").exists()


def test_an_empty_file_is_an_error_of_its_own(checkout: Checkout) -> None:
    checkout.record()
    path = checkout.write("_figures/PMC1__b.md", "")
    assert [figure.figid for figure in checkout.read()] == ["PMC1__a"]
    assert [(d.code, d.file, d.line) for d in checkout.found] == [("front-matter-missing", str(path), 1)]


def test_a_record_that_is_gone_when_it_is_read_is_an_error_of_its_own(checkout: Checkout) -> None:
    checkout.record()
    path = checkout.record(figid="PMC1__b")
    figures = pfocr_rdf.read_figures(checkout.root, report=checkout.found.append)
    path.unlink()
    assert [figure.figid for figure in figures] == ["PMC1__a"]
    (found,) = checkout.found
    assert (found.code, found.file, found.figid) == ("record-unreadable", str(path), "PMC1__b")
    assert found.message == "no such file or directory"


def test_a_companion_that_is_gone_when_it_is_read_leaves_the_record(checkout: Checkout) -> None:
    fill(checkout)
    figures = pfocr_rdf.read_figures(checkout.root, report=checkout.found.append)
    (checkout.root / "_data/PMC1__a-genes.tsv").unlink()
    assert [[mention.word for mention in figure.mentions] for figure in figures] == [["c", "d"]]
    assert findings(checkout) == [("companion-unreadable", "_data/PMC1__a-genes.tsv")]


# ----------------------------------------------------------------------------------------- what is not a record


def test_other_files_among_the_records_are_reported_and_not_read(checkout: Checkout) -> None:
    checkout.record()
    checkout.write("_figures/notes.txt", "")
    checkout.write("_figures/PMC1__b.md/x", "")
    checkout.write("_figures/PMC1__c.md~", "")
    os.mkfifo(checkout.root / "_figures/PMC1__d.md")
    assert len(checkout.read()) == 1
    assert findings(checkout) == [
        ("file-ignored", f"_figures/{name}") for name in ("PMC1__b.md", "PMC1__c.md~", "PMC1__d.md", "notes.txt")
    ]


@pytest.mark.parametrize("folder", ["_data", "_organisms", "records"])
def test_a_pipe_or_folder_with_the_name_of_a_file_is_not_opened(folder: str, checkout: Checkout) -> None:
    checkout.record(name=("records" if folder == "records" else "_figures") + "/{figid}.md")
    (checkout.root / folder).mkdir(exist_ok=True)
    for name in ("PMC1__a-genes.tsv", "wpid_map.tsv", "a.md"):
        os.mkfifo(checkout.root / folder / name)
    for name in ("PMC1__a-diseases.tsv", "ndex_map.tsv", "b.md"):
        (checkout.root / folder / name).mkdir()
    (figure,) = checkout.read("records" if folder == "records" else "")
    assert figure.mentions == ()
    assert not checkout.found


@pytest.mark.parametrize("name", [".PMC1__b.md", "._PMC1__a.md", ".#PMC1__a.md", ".git"])
def test_hidden_files_are_passed_over(name: str, checkout: Checkout) -> None:
    checkout.record()
    (checkout.root / "_figures" / name).symlink_to("nobody@host.1234")
    checkout.write(f"_organisms/{name}", "no page")
    assert len(checkout.read()) == 1
    assert not checkout.found


def test_a_pipe_is_no_input(checkout: Checkout) -> None:
    os.mkfifo(checkout.root / "a.md")
    with pytest.raises(InputError):
        checkout.read("a.md")


def test_companions_and_map_rows_of_no_record_are_named(checkout: Checkout) -> None:
    fill(checkout)
    beside(checkout, "_data/", "PMC1__b")
    checkout.write("_data/wpid_map.tsv", "PMC1__a\tWP1\nPMC1__b\tWP2\nPMC1__b\tWP3\n")
    checkout.write("_data/ndex_map.tsv", f"PMC1__a\t{UUID}\nPMC1__c\t{UUID}\n")
    checkout.read()
    assert [(*finding, d.figid, d.value) for finding, d in zip(findings(checkout), checkout.found, strict=True)] == [
        ("companion-orphan", "_data/PMC1__b-chemicals.tsv", "", ""),
        ("companion-orphan", "_data/PMC1__b-diseases.tsv", "", ""),
        ("companion-orphan", "_data/PMC1__b-genes.tsv", "", ""),
        ("map-figure", "_data/wpid_map.tsv", "PMC1__b", "WP2, WP3"),
        ("map-figure", "_data/ndex_map.tsv", "PMC1__c", UUID),
    ]


@pytest.mark.parametrize("name", ["_figures/PMC1__a.md", "records"])
def test_companions_of_no_record_are_not_named_where_the_input_is_no_checkout(name: str, checkout: Checkout) -> None:
    fill(checkout)
    checkout.record(name="records/{figid}.md")
    beside(checkout, "_data/", "PMC1__b")
    beside(checkout, "records/", "PMC1__b")
    checkout.read(name)
    assert not checkout.found


# ----------------------------------------------------------------------------------------------- symbolic links

LINKED = {
    "_figures/PMC1__b.md": "record-unreadable",
    "_data/PMC1__a-genes.tsv": "companion-unreadable",
    "_data/wpid_map.tsv": "map-unreadable",
    "_data/ndex_map.tsv": "map-unreadable",
    "_organisms/zz_top.md": "organism-page-unreadable",
}


@pytest.mark.parametrize("name", LINKED)
@pytest.mark.parametrize("target", ["outside", "../../outside", "nothing", "loop", "/"])
def test_a_symbolic_link_that_leads_out_or_nowhere_is_refused(
    target: str, name: str, checkout: Checkout, tmp_path: Path
) -> None:
    """Links absolute and relative, to a file outside, to nothing, to themselves, and to a folder outside."""
    fill(checkout)
    outside = tmp_path / "outside"
    outside.write_text(checkout.front_matter(figid="PMC1__b") if name.endswith("b.md") else "secret", "utf-8")
    path = checkout.root / name
    path.unlink(missing_ok=True)
    path.symlink_to(outside if target == "outside" else path.name if target == "loop" else target)
    (figure,) = checkout.read()
    assert figure.figid == "PMC1__a"
    unknown = [("organism-unknown", "_figures/PMC1__a.md")] if name.startswith("_organisms") else []
    assert findings(checkout) == [(LINKED[name], name), *unknown]
    assert checkout.found[0].message.startswith("the symbolic link leads ")


@pytest.mark.parametrize("name", LINKED)
def test_a_symbolic_link_within_the_checkout_is_followed(name: str, checkout: Checkout) -> None:
    fill(checkout)
    checkout.record(figid="PMC1__b")
    path = checkout.root / name
    (checkout.root / "store").mkdir()
    path.rename(checkout.root / "store" / "file")
    path.symlink_to("../store/file")
    assert [figure.figid for figure in checkout.read()] == ["PMC1__a", "PMC1__b"]
    assert not checkout.found


@pytest.mark.parametrize("name", ["PMC1__b.md", "PMC1__a-genes.tsv"])
def test_a_link_out_of_a_plain_folder_is_refused(name: str, checkout: Checkout) -> None:
    checkout.record(name="records/{figid}.md")
    outside = checkout.record(figid="PMC1__b", name="{figid}.md")
    (checkout.root / "records" / name).symlink_to(outside)
    (figure,) = checkout.read("records")
    assert (figure.figid, figure.mentions) == ("PMC1__a", ())
    code = "record-unreadable" if name.endswith(".md") else "companion-unreadable"
    assert findings(checkout) == [(code, f"records/{name}")]


@pytest.mark.parametrize(
    ("folder", "code"), [("_data", "companion-unreadable"), ("_organisms", "organism-page-unreadable")]
)
def test_a_folder_of_the_checkout_that_leads_out_is_refused(
    folder: str, code: str, checkout: Checkout, tmp_path: Path
) -> None:
    fill(checkout)
    (checkout.root / folder).rename(tmp_path / "elsewhere")
    (checkout.root / folder).symlink_to(tmp_path / "elsewhere")
    (figure,) = checkout.read()
    assert (figure.mentions, figure.wikipathways) == ((), ()) if folder == "_data" else figure.mentions
    assert findings(checkout)[0] == (code, folder)


def test_records_in_a_folder_that_leads_out_are_refused_unless_the_user_names_it(
    checkout: Checkout, tmp_path: Path
) -> None:
    fill(checkout)
    (checkout.root / "_figures").rename(tmp_path / "elsewhere")
    (checkout.root / "_figures").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError):
        checkout.read()
    assert [figure.figid for figure in checkout.read("_figures")] == ["PMC1__a"]


def test_a_record_that_the_user_names_may_be_a_link(checkout: Checkout, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text(checkout.front_matter(), "utf-8")
    (checkout.root / "PMC1__a.md").symlink_to(outside)
    assert [figure.figid for figure in checkout.read("PMC1__a.md")] == ["PMC1__a"]
    assert not checkout.found


def test_a_single_record_says_nothing_of_its_neighbours(checkout: Checkout) -> None:
    fill(checkout)
    for name in ("_figures/PMC1__b.md", "_data/PMC1__b-genes.tsv"):
        (checkout.root / name).symlink_to("nothing")
    assert_full(checkout, "_figures/PMC1__a.md")


# --------------------------------------------------------------------------------------------------- identities


@pytest.mark.parametrize("names", [("one", "two"), ("one/PMC1__a.md", "one"), ("one/PMC1__a.md", "two/PMC1__a.md")])
def test_the_first_of_two_records_with_one_figid_counts(names: tuple[str, str], checkout: Checkout) -> None:
    checkout.record("figtitle: first", name="one/{figid}.md")
    checkout.record("figtitle: second", name="two/{figid}.md")
    triples = checkout.convert(*names)
    titles = {getattr(t.object, "value", "") for t in triples if t.predicate.value.endswith("/title")}
    assert titles == {"first", "PFOCR: Pathway Figure OCR"}
    (found,) = checkout.found
    second = checkout.root / names[1]
    assert (found.code, found.figid, found.key) == ("figid-duplicate", "PMC1__a", "figid")
    assert found.file == str(second if second.suffix else second / "PMC1__a.md")
    assert str(checkout.root / "one/PMC1__a.md") in found.message


@pytest.mark.parametrize("names", [("one", "one"), (".", "_figures"), ("one", "two/../one")])
def test_an_input_that_is_given_twice_is_refused(names: tuple[str, str], checkout: Checkout) -> None:
    """Every record of it would be an error."""
    checkout.record()
    checkout.record(name="one/{figid}.md")
    (checkout.root / "two").mkdir()
    with pytest.raises(InputError, match=re.escape(f"{names[1]}: is given twice; give each input once")):
        checkout.convert(*names)


def test_two_records_of_one_folder_with_one_figid_are_told_apart_by_file(checkout: Checkout) -> None:
    checkout.record("figtitle: first")
    checkout.record("figtitle: second", name="_figures/PMC1__b.md")
    (figure,) = checkout.read()
    assert figure.title == "first"
    assert findings(checkout) == [("figid-differs", "_figures/PMC1__b.md"), ("figid-duplicate", "_figures/PMC1__b.md")]


def test_records_without_a_fault_are_converted_beside_those_with_one(checkout: Checkout) -> None:
    checkout.record(figid="PMC1__a")
    alone = checkout.convert()
    checkout.write("_figures/PMC1__b.md", "---\nfigid: PMC1__b\n")
    checkout.write("_figures/PMC1__c.md", b"---\nfigid: PMC1__c\ncaption: \x93\n---\n")
    checkout.write("_figures/PMC1__d.md", "---\ncaption: x\n---\n")
    assert checkout.convert() == alone
    assert [(code, name, d.line) for (code, name), d in zip(findings(checkout), checkout.found, strict=True)] == [
        ("front-matter-unclosed", "_figures/PMC1__b.md", 3),
        ("record-not-utf8", "_figures/PMC1__c.md", 3),
        ("figid-missing", "_figures/PMC1__d.md", 1),
    ]


# --------------------------------------------------------------------------------------------------------- sizes


def sparse(path: Path, size: int) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def test_a_companion_of_more_than_eight_mebibytes_is_left_out(checkout: Checkout) -> None:
    fill(checkout)
    sparse(checkout.root / "_data/PMC1__a-genes.tsv", MAX_BYTES + 1)
    (figure,) = checkout.read()
    assert [mention.word for mention in figure.mentions] == ["c", "d"]
    assert findings(checkout) == [("companion-unreadable", "_data/PMC1__a-genes.tsv")]


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("_organisms/a.md", MAX_BYTES + 1, "organism-page-unreadable"),
        ("_data/wpid_map.tsv", 8 * MAX_BYTES + 1, "map-unreadable"),
    ],
)
def test_a_page_or_map_that_is_too_large_is_left_out(name: str, size: int, code: str, checkout: Checkout) -> None:
    checkout.record()
    sparse(checkout.root / name, size)
    assert len(checkout.read()) == 1
    assert findings(checkout) == [(code, name)]


def test_a_folder_is_read_from_where_the_reader_is_though_the_folders_above_may_not_be_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can be another user")
    database = tmp_path / "locked" / "database"
    small_database(database, ["PMC1__a"])
    (tmp_path / "locked").chmod(0o700)
    monkeypatch.chdir(database)
    expected = list(pfocr_rdf.read_figures(database))
    os.seteuid(65534)
    try:
        found = list(pfocr_rdf.read_figures("."))
    finally:
        os.seteuid(0)
    assert [figure.figid for figure in found] == [figure.figid for figure in expected] == ["PMC1__a"]


def test_missing_companions_are_told_of_a_database_and_not_of_an_excerpt(checkout: Checkout) -> None:
    for number in range(9):
        checkout.record(figid=f"PMC1__{number}")
    checkout.read()
    assert checkout.codes == []
    checkout.record(figid="PMC1__9")
    checkout.read()
    assert checkout.codes == ["companions-missing"]
    checkout.write("_data/PMC1__9-genes.tsv", "")
    checkout.read()
    assert "companions-missing" not in checkout.codes
