"""Outputs that would overwrite an input, or become one: refused before anything is read or written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import inside
from conversions import small_database, small_record
from pfocr_rdf import clashes
from releases import copy_of

NAMES = "9606\t|\tHomo sapiens\t|\t\t|\tscientific name\t|\n"
SHAPE = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    "<https://example.org/shape> a sh:NodeShape ; sh:targetClass <https://example.org/Thing> .\n"
)


@pytest.fixture
def database(examples: Path, tmp_path: Path) -> Path:
    return copy_of(examples, tmp_path / "database")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(*words: str | Path, name: str | Path, folder: Path) -> str:
    """Run a command that must refuse an output, and leave a folder as it is; give what it says after the name."""
    before = contents(folder)
    done = inside(*words)
    said = done.stderr.decode()
    assert (done.returncode, done.stdout, said.count("\n")) == (2, b"", 1), said
    assert said.startswith(f"pfocr-rdf: {name}: "), said
    assert contents(folder) == before
    return said.removeprefix(f"pfocr-rdf: {name}: ")


def store(command: str, folder: Path) -> tuple[str | Path, ...]:
    return ("--store", folder / "store") if command == "load" else ()


# ------------------------------------------------------------------------------------------------ files that are read


@pytest.mark.parametrize("option", ["-o", "--report"])
def test_the_names_of_organisms_are_an_input(option: str, database: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.dmp"
    names.write_text(NAMES, "utf-8")
    said = refused("convert", database, "--taxonomy", names, option, names, name=names, folder=tmp_path)
    assert said == "is an input, too; give another name\n"


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="the system has no name of standard input")
@pytest.mark.parametrize(
    "words", [("convert", "-", "-o"), ("convert", "-", "-o", "x.nt", "--report"), ("validate", "-", "--report")]
)
def test_a_file_on_standard_input_is_an_input(words: tuple[str, ...], tmp_path: Path) -> None:
    record = tmp_path / "record.md"
    record.write_bytes(small_record("PMC1__a"))
    with record.open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "-m", "pfocr_rdf", *words, "record.md"],
            stdin=stdin,
            capture_output=True,
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"pfocr-rdf: record.md: is an input, too; give another name\n"
    assert contents(tmp_path) == {"record.md": small_record("PMC1__a")}


@pytest.mark.parametrize("command", ["validate", "load"])
def test_so_they_are_for_all_commands(command: str, database: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.dmp"
    names.write_text(NAMES, "utf-8")
    options = ("--taxonomy", names, "--report", names, *store(command, tmp_path))
    refused(command, database, *options, name=names, folder=tmp_path)


def test_a_file_with_a_password_is_an_input(database: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x", "utf-8")
    options = ("--endpoint", "http://127.0.0.1:9", "--user", "a", "--password-file", secret, "--report", secret)
    refused("load", database, *options, name=secret, folder=tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS"])
@pytest.mark.parametrize("command", ["validate", "load"])
def test_the_lists_of_a_release_are_inputs(command: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    for list_name in ("manifest.json", "SHA256SUMS"):
        (folder / list_name).touch()
    (folder / "a.nt.gz").touch()
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (folder / "SHA256SUMS").write_text(f"{digest}  a.nt.gz\n")
    options = ("--report", folder / name, *store(command, tmp_path))
    refused(command, folder, *options, name=folder / name, folder=tmp_path)


def test_changes_that_a_refused_release_leaves_overwrite_no_input(database: Path, tmp_path: Path) -> None:
    names = tmp_path / "release.changes.tsv"
    names.write_text(NAMES, "utf-8")
    options = ("--version", "2", "--taxonomy", names)
    refused("release", database, tmp_path / "release", *options, name=names, folder=tmp_path)


# ------------------------------------------------------------------------------------------- folders that are read


IN_A_CHECKOUT = (
    "_figures/PMC99000003__gr2.md",
    "_figures/new.md",
    "_figures/new.YAML",
    "_data/new-genes.tsv",
    "_data/wpid_map.tsv",
    "_organisms/new.md",
)


@pytest.mark.parametrize("path", IN_A_CHECKOUT)
@pytest.mark.parametrize("option", ["-o", "--report"])
@pytest.mark.parametrize("given", ["", "_figures"])
def test_what_would_be_read_of_a_checkout_is_an_input(option: str, path: str, given: str, database: Path) -> None:
    name = database / path
    said = refused("convert", database / given, option, name, name=name, folder=database)
    assert said.endswith("; give another name\n" if name.exists() else "; give another name, or a name elsewhere\n")


@pytest.mark.parametrize("command", ["validate", "load"])
def test_so_it_is_for_all_commands(command: str, database: Path, tmp_path: Path) -> None:
    name = database / "_figures" / "new.md"
    refused(command, database, "--report", name, *store(command, tmp_path), name=name, folder=tmp_path)


@pytest.mark.parametrize("path", ["new.md", "PMC1__a-diseases.tsv", "ndex_map.tsv"])
def test_what_would_be_read_of_a_folder_of_records_is_an_input(path: str, database: Path, tmp_path: Path) -> None:
    folder = (database / "_figures").rename(tmp_path / "records")
    refused("convert", folder, "-o", folder / path, name=folder / path, folder=folder)


def test_what_belongs_to_a_record_is_an_input(tmp_path: Path) -> None:
    database = small_database(tmp_path / "database", ["PMC1__a", "PMC1__b"])
    record = database / "_figures" / "PMC1__a.md"
    for path in ("_figures/PMC1__a.md", "_data/PMC1__a-genes.tsv", "_data/wpid_map.tsv", "_organisms/new.md"):
        (database / path).parent.mkdir(exist_ok=True)
        refused("convert", record, "-o", database / path, name=database / path, folder=database)


@pytest.mark.parametrize(
    "path", ["out.ttl", "new.md", "_figures/.new.md", "_figures/out.ttl", "_data/report.jsonl", "_organisms/a.tsv"]
)
def test_what_is_not_read_of_a_checkout_is_none(path: str, database: Path) -> None:
    assert inside("convert", database, "-q", "-o", database / path).returncode == 0
    assert inside("convert", database, "-q", "-o", database / path).returncode == 0, "a second time"


def test_of_one_record_other_records_are_none(tmp_path: Path) -> None:
    database = small_database(tmp_path / "database", ["PMC1__a", "PMC1__b"])
    options = ("-q", "-o", database / "_figures" / "PMC1__b.md")
    assert inside("convert", database / "_figures" / "PMC1__a.md", *options).returncode == 0


def test_shapes_are_inputs(database: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes"
    shapes.mkdir()
    (shapes / "own.ttl").write_text(SHAPE, "utf-8")
    for name in ("own.ttl", "new.ttl", "new.TTL"):
        refused("validate", database, "--shapes", shapes, "--report", shapes / name, name=shapes / name, folder=shapes)
    assert inside("validate", database, "-q", "--shapes", shapes, "--report", shapes / "report.jsonl").returncode == 0


# --------------------------------------------------------------------------------------- folders of the program's own


def test_a_store_takes_no_report(database: Path, tmp_path: Path) -> None:
    assert inside("load", database, "--store", tmp_path / "store").returncode == 0
    name = tmp_path / "store" / "report.jsonl"
    said = refused("load", database, "--store", tmp_path / "store", "--report", name, name=name, folder=tmp_path)
    assert said == f"lies in the store {tmp_path / 'store'}, whose files are its own; give a name elsewhere\n"


@pytest.mark.parametrize(("command", "option"), [("load", "--store"), ("convert", "--cache")])
def test_a_folder_without_a_name_is_not_the_one_that_one_stands_in(
    command: str, option: str, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = inside(command, database, option, "", "--report", "report.jsonl")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"lies in" not in done.stderr


def test_a_cache_takes_no_output(database: Path, tmp_path: Path) -> None:
    name = tmp_path / "cache" / "out.ttl"
    said = refused("convert", database, "--cache", tmp_path / "cache", "-o", name, name=name, folder=tmp_path)
    assert said == f"lies in the cache {tmp_path / 'cache'}, whose files are its own; give a name elsewhere\n"


# -------------------------------------------------------------------------------------------------- under another name


def test_a_link_to_an_input_is_one(database: Path, tmp_path: Path) -> None:
    record = next((database / "_figures").iterdir())
    link = tmp_path / "link.ttl"
    link.symlink_to(record)
    refused("convert", database, "-o", link, name=link, folder=tmp_path)


def test_a_folder_behind_a_link_is_the_same(database: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(database / "_figures")
    name = tmp_path / "link" / "new.md"
    refused("convert", database, "-o", name, name=name, folder=tmp_path)


@pytest.mark.parametrize("there", [True, False], ids=["there", "not there yet"])
def test_what_a_link_in_a_checkout_leads_to_is_an_input(there: bool, database: Path) -> None:
    (database / "kept").mkdir()
    target = database / "kept" / "record"
    record = min((database / "_figures").iterdir())
    if there:
        record.rename(target)
        record.symlink_to(target)
    else:
        (database / "_figures" / "PMC1__new.md").symlink_to(target)
    refused("convert", database, "-o", target, name=target, folder=database)


def test_a_relative_name_is_the_same(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(database / "_data")
    name = Path("..", "_data", "..", "_figures", "new.md")
    refused("convert", "..", "-o", name, name=name, folder=database)


def test_another_link_to_the_same_file_is_the_same(tmp_path: Path) -> None:
    record = small_database(tmp_path / "database", ["PMC1__a"]) / "_figures" / "PMC1__a.md"
    os.link(record, tmp_path / "other.ttl")
    refused("convert", record, "-o", tmp_path / "other.ttl", name=tmp_path / "other.ttl", folder=tmp_path)


@pytest.mark.parametrize("ignored", [True, False])
def test_where_case_does_not_count_two_outputs_that_differ_by_it_are_one(
    ignored: bool, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clashes, "_ignores_case", lambda folder: ignored)
    words = ("convert", database, "-q", "-o", tmp_path / "out.nt", "--report", tmp_path / "OUT.nt")
    if ignored:
        assert refused(*words, name=tmp_path / "OUT.nt", folder=tmp_path) == "is the output, too; give another name\n"
    else:
        assert inside(*words).returncode == 0


def test_a_device_is_no_clash(database: Path) -> None:
    assert inside("convert", database, "-q", "-o", os.devnull, "--report", os.devnull).returncode == 0


# ------------------------------------------------------------------------------------------------------ standard output


@pytest.mark.parametrize("output", [(), ("-o", "-")], ids=["by default", "by name"])
@pytest.mark.parametrize("report", ["-", "/dev/stdout"])
def test_standard_output_takes_one_output(output: tuple[str, ...], report: str, database: Path) -> None:
    done = inside("convert", database, *output, "--report", report)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "pfocr-rdf: standard output: takes the output, and the report would stand among its lines; give a file for the "
        "one (-o) or the other (--report)\n"
    )


def test_a_report_alone_goes_to_standard_output(database: Path, tmp_path: Path) -> None:
    done = inside("convert", database, "-q", "--report", "-", "-o", tmp_path / "out.ttl")
    assert done.returncode == 0
    assert all(line.startswith(b"{") for line in done.stdout.splitlines())


@pytest.mark.parametrize("report", ["-", "/dev/stdout"])
def test_a_report_of_a_load_does_not_stand_among_its_counts(report: str, database: Path, tmp_path: Path) -> None:
    words = ("load", database, "--store", tmp_path / "store", "--report")
    done = inside(*words, report)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert b"--report: standard output takes the table of counts; give a file, or leave it out (-q)" in done.stderr
    assert not (tmp_path / "store").exists()
    assert all(line.startswith(b"{") for line in inside(*words, "-", "-q").stdout.splitlines())
