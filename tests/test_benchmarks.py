"""The benchmarks run, on a handful of records, and print their tables; what they measure is for people to read."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "benchmarks"


def rows(name: str, *arguments: str | Path) -> dict[str, str]:
    """Run a benchmark and give the rows of its table."""
    command = [sys.executable, str(FOLDER / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    head, line, *table = done.stdout.decode().splitlines()
    assert (head, line) == ("| what | measured |", "| --- | --- |")
    found = [re.fullmatch(r"\| (.+?) \| (.+?) \|", row) for row in table]
    return {row[1]: row[2] for row in found if row is not None}


@pytest.mark.slow
def test_the_benchmark_of_conversions_prints_the_targets(tmp_path: Path, examples: Path) -> None:
    pytest.importorskip("resource", reason="needs a system with getrusage")
    table = rows(
        "conversion.py",
        *("--records", "12", "--sizes", "15", "30", "--repeat", "1", "--folder", tmp_path, "--database", examples),
    )
    assert len(table) == 19
    for what, measured in (
        ("generated records: conversion to ntriples", r"[0-9.]+ ms of CPU a record, [0-9.]+ × libyaml"),
        ("the database given: conversion to turtle", r"[0-9.]+ ms of CPU a record, [0-9.]+ × libyaml"),
        ("ntriples, 12 records: straightforward rdflib pipeline, and 2 workers here", r".* records/s, [0-9]+ ×"),
        (
            "turtle, 12 records, mentions named as fragments there: "
            "straightforward rdflib pipeline, and 2 workers here",
            r".* records/s, [0-9]+ ×",
        ),
        ("from 1 to 2 workers, 15 records", r"[0-9]+ → [0-9]+ records/s, [0-9.]+ ×"),
        ("30 records, 2 workers", r".* ms of CPU a record, peak memory [0-9]+ MB in all processes"),
        ("30 records from a zip, 2 workers", r".* ms of CPU a record, peak memory [0-9]+ MB in all processes"),
        ("again after 1% changed, ntriples, 15 records, 1 worker", r".* again: [0-9]+% of the first"),
        ("again after 1% changed, turtle, 15 records, 1 worker", r".* again: [0-9]+% of the first"),
        ("again after 1% changed, ntriples, --validate 15 records, 1 worker", r".* again: [0-9]+% of the first"),
        ("`pfocr-rdf --help`", r"[0-9]+ ms"),
    ):
        assert re.fullmatch(measured, table[what]), table[what]


@pytest.mark.slow
def test_the_benchmark_of_validation_prints_its_table(tmp_path: Path) -> None:
    table = rows("validation.py", "--records", "12", "--factors", "1", "--repeat", "1", "--folder", tmp_path)
    assert any("SHACL by pyshacl" in what for what in table)
    assert any("peak memory" in measured for measured in table.values())


@pytest.mark.slow
def test_the_benchmark_of_loading_prints_its_table() -> None:
    table = rows("loading.py", "--records", "20", "--repeat", "1")
    assert len(table) == 7
    assert "1.00 × Oxigraph" in next(iter(table.values()))
    assert all(" × " in f"{what} | {measured}" for what, measured in table.items())


def test_the_generator_gives_records_that_convert_without_errors(tmp_path: Path) -> None:
    from generate import generate

    import pfocr_rdf

    generate(tmp_path / "one", 40)
    generate(tmp_path / "two", 40, start=0)
    counts = pfocr_rdf.convert([tmp_path / "one"], tmp_path / "one.nt", validate=True)
    assert counts.figures == 40
    assert not any(pfocr_rdf.CODES[code].level == "error" for code in counts.codes)
    pfocr_rdf.convert([tmp_path / "two"], tmp_path / "two.nt")
    assert (tmp_path / "one.nt").read_bytes() == (tmp_path / "two.nt").read_bytes()
