"""The same input gives the same bytes: under any hash seed, in any order of the file system, on any day."""

from __future__ import annotations

import gzip
import os
import random
import re
import shutil
import time
from pathlib import Path

import pytest

import pfocr_rdf
from commands import run
from pfocr_rdf import Settings

FORMATS = {"ttl": "turtle", "nt": "ntriples"}


@pytest.fixture(scope="module")
def expected(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the examples give: both formats and the report."""
    folder = tmp_path_factory.mktemp("expected")
    for name, form in FORMATS.items():
        pfocr_rdf.convert([examples], folder / name, format=form, report_file=folder / "report")
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize(("seed", "suffix"), [("0", "ttl"), ("1", "nt"), ("4294967295", "ttl")])
def test_the_hash_seed_changes_nothing(
    examples: Path, tmp_path: Path, expected: dict[str, bytes], seed: str, suffix: str
) -> None:
    outputs = ("-o", tmp_path / f"x.{suffix}", "--report", tmp_path / "report")
    done = run("convert", "-j", "1", examples, *outputs, PYTHONHASHSEED=seed)
    assert done.returncode == 0
    assert (tmp_path / f"x.{suffix}").read_bytes() == expected[suffix]
    assert (tmp_path / "report").read_bytes() == expected["report"]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_files_were_created_changes_nothing(
    examples: Path, tmp_path: Path, expected: dict[str, bytes], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(path for path in examples.rglob("*") if path.is_file())
    random.Random(seed).shuffle(files)
    for file in files:
        copy = tmp_path / "examples" / file.relative_to(examples)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    monkeypatch.chdir(tmp_path)
    pfocr_rdf.convert(["examples"], "x.ttl", report_file="report")
    assert Path("x.ttl").read_bytes() == expected["ttl"]
    assert Path("report").read_bytes() == expected["report"].replace(str(examples).encode(), b"examples")


def test_the_order_in_which_the_system_lists_files_changes_nothing(
    examples: Path, tmp_path: Path, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.listdir

    class Reversed:
        def __init__(self, folder: str | Path) -> None:
            with scan(folder) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> list[os.DirEntry[str]]:
            return self.entries

        def __exit__(self, *_: object) -> None:
            """Nothing is open."""

    scan = os.scandir
    monkeypatch.setattr(os, "scandir", Reversed)
    monkeypatch.setattr(os, "listdir", lambda folder=".": sorted(listed(folder), reverse=True))
    pfocr_rdf.convert([examples], tmp_path / "x.ttl", report_file=tmp_path / "report")
    assert (tmp_path / "x.ttl").read_bytes() == expected["ttl"]
    assert (tmp_path / "report").read_bytes() == expected["report"]


def test_the_clock_changes_nothing(
    examples: Path, tmp_path: Path, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 86_400.0 * 365 * 90)
    pfocr_rdf.convert([examples], tmp_path / "x.nt.gz", format="ntriples")
    compressed = (tmp_path / "x.nt.gz").read_bytes()
    assert gzip.decompress(compressed) == expected["nt"]
    assert compressed[4:8] == bytes(4)  # the time of a gzip member


@pytest.mark.parametrize("suffix", ["ttl", "nt"])
def test_a_compressed_file_is_the_same_bytes_twice_and_holds_the_plain_output(
    examples: Path, tmp_path: Path, expected: dict[str, bytes], suffix: str
) -> None:
    names = (tmp_path / f"a.{suffix}.gz", tmp_path / f"other.{suffix}.gz")
    for name in names:
        pfocr_rdf.convert([examples], name, format=FORMATS[suffix])
    first, second = (name.read_bytes() for name in names)
    assert first == second
    assert gzip.decompress(first) == expected[suffix]


def test_a_compressed_report_holds_the_plain_report(examples: Path, tmp_path: Path, expected: dict[str, bytes]) -> None:
    pfocr_rdf.convert([examples], tmp_path / "x.nt", format="ntriples", report_file=tmp_path / "report.jsonl.gz")
    assert gzip.decompress((tmp_path / "report.jsonl.gz").read_bytes()) == expected["report"]


def test_the_database_in_parts_gives_the_graph_of_the_whole(
    examples: Path, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    files = sorted((examples / "_figures").iterdir(), reverse=True)
    pfocr_rdf.convert(files, tmp_path / "x.nt", format="ntriples")
    assert sorted((tmp_path / "x.nt").read_bytes().split(b"\n")) == sorted(expected["nt"].split(b"\n"))


@pytest.mark.parametrize(("spelt", "other"), [("http", "https"), ("https", "http")])
@pytest.mark.parametrize("as_is", [False, True])
def test_the_spellings_of_schema_org_are_never_mixed(
    examples: Path, tmp_path: Path, spelt: str, other: str, as_is: bool
) -> None:
    settings = Settings(schema_org=spelt, as_is=as_is)  # type: ignore[arg-type]  # one of the two
    for form in FORMATS.values():
        pfocr_rdf.convert([examples], tmp_path / "x", format=form, settings=settings)
        data = (tmp_path / "x").read_bytes()
        assert f"<{spelt}://schema.org/".encode() in data
        assert f"<{other}://schema.org/".encode() not in data


def test_both_spellings_are_the_same_graph_but_for_the_namespace(
    examples: Path, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    for suffix, form in FORMATS.items():
        pfocr_rdf.convert([examples], tmp_path / "x", format=form, settings=Settings(schema_org="https"))
        http = re.sub(rb"<https://schema\.org/", b"<http://schema.org/", (tmp_path / "x").read_bytes())
        assert http == expected[suffix]
