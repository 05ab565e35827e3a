"""Names in letters of any size: what a file is by its suffix does not depend on them, whatever reads or writes it."""

from __future__ import annotations

import gzip
import shutil
import tarfile
from pathlib import Path

import pytest

from commands import inside
from conversions import small_database
from pfocr_rdf.cli.validate import report_format_of


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return small_database(tmp_path / "database", ["PMC1__a", "PMC1__b"])


def output(database: Path, name: Path) -> bytes:
    assert inside("convert", database, "-q", "-o", name).returncode == 0
    return name.read_bytes()


@pytest.mark.parametrize(("name", "usual"), [("x.NT", "y.nt"), ("x.Ttl", "y.ttl"), ("x", "y.ttl")])
def test_the_format_follows_from_the_name(name: str, usual: str, database: Path, tmp_path: Path) -> None:
    assert output(database, tmp_path / name) == output(database, tmp_path / usual)


@pytest.mark.parametrize(("name", "usual"), [("x.NT.GZ", "y.nt.gz"), ("x.ttl.GZ", "y.ttl.gz"), ("x.Gz", "y.gz")])
def test_what_ends_in_gz_is_compressed(name: str, usual: str, database: Path, tmp_path: Path) -> None:
    data = output(database, tmp_path / name)
    assert data == output(database, tmp_path / usual)
    assert gzip.decompress(data)


@pytest.mark.parametrize("name", ["out.RDF", "out.JsonLD", "out.NQ.GZ"])
def test_other_rdf_is_refused_as_an_output(name: str, database: Path, tmp_path: Path) -> None:
    done = inside("convert", database, "-o", tmp_path / name)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"what is written is Turtle (.ttl) or N-Triples (.nt)" in done.stderr
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["in.TTL", "in.NT", "in.NT.GZ", "in.Ttl.Gz"])
@pytest.mark.parametrize("command", ["validate", "load"])
def test_rdf_is_read(command: str, name: str, database: Path, tmp_path: Path) -> None:
    output(database, tmp_path / name)
    options = ("--store", tmp_path / "store") if command == "load" else ()
    done = inside(command, tmp_path / name, *options)
    assert done.returncode == 0, done.stderr
    assert inside("convert", tmp_path / name, "-o", tmp_path / "out").returncode == 2


def test_a_load_of_lines_needs_no_parser(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick way is taken for all names of N-Triples."""
    output(database, tmp_path / "in.NT.GZ")

    def parsed(*_: object, **__: object) -> None:
        pytest.fail("a file of lines is parsed")

    monkeypatch.setattr("pfocr_rdf.inputs._write_files", parsed)
    assert inside("load", tmp_path / "in.NT.GZ", "--store", tmp_path / "store", "-q").returncode == 0


@pytest.mark.parametrize("name", ["database.ZIP", "database.TAR", "database.TAR.GZ", "database.Tgz"])
def test_archives_are_read(name: str, database: Path, tmp_path: Path) -> None:
    archive = tmp_path / name
    if name.endswith("ZIP"):
        shutil.move(shutil.make_archive(str(tmp_path / "packed"), "zip", database), archive)
    else:
        with tarfile.open(archive, "w" if name.endswith("TAR") else "w:gz") as packed:
            packed.add(database, "database")
    assert output(archive, tmp_path / "out.nt") == output(database, tmp_path / "usual.nt")


@pytest.mark.parametrize("kind", ["checkout", "folder", "zip", "file"])
def test_records_are_read(kind: str, database: Path, tmp_path: Path) -> None:
    usual = output(database, tmp_path / "usual.nt")
    record = database / "_figures" / "PMC1__a.md"
    record = record.rename(record.with_suffix(".MD"))
    if kind == "checkout":
        assert output(database, tmp_path / "out.nt") == usual
    elif kind == "zip":
        assert output(Path(shutil.make_archive(str(tmp_path / "x"), "zip", database)), tmp_path / "out.nt") == usual
    elif kind == "folder":
        records = (database / "_figures").rename(tmp_path / "records")
        assert output(records, tmp_path / "out.nt").count(b"/wp#Pathway> .") == 2
    else:
        assert output(record, tmp_path / "out.nt").count(b"/wp#Pathway> .") == 1


def test_a_table_that_is_found_by_no_record_is_reported(database: Path, tmp_path: Path) -> None:
    """Its name must be to the letter that of the record."""
    (database / "_data").mkdir(exist_ok=True)
    (database / "_data" / "PMC1__a-GENES.TSV").write_text("word\n", "utf-8")
    done = inside("convert", database, "-q", "-o", tmp_path / "out.nt", "--report", "-")
    assert b"companion-orphan" in done.stdout


def test_shapes_are_read(database: Path, tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "OWN.TTL").write_text("no Turtle", "utf-8")
    done = inside("validate", database, "--shapes", tmp_path / "shapes")
    assert done.returncode == 2
    assert b"OWN.TTL" in done.stderr


def test_a_query_that_is_no_file_is_not_looked_up_among_those_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    for name in ("question.RQ", "question.Sparql"):
        done = inside("query", "--store", tmp_path / "store", tmp_path / name)
        assert done.returncode == 2
        assert b"no such file" in done.stderr


@pytest.mark.parametrize(
    ("name", "format"), [("r.JSONL", "json"), ("r.Json.GZ", "json"), ("r.TTL", "turtle"), ("r.TXT", "text")]
)
def test_the_format_of_a_report_follows_from_its_name(name: str, format: str) -> None:
    assert report_format_of(name) == format
