"""Inputs as one graph: parts of whole lines, and counts of different things."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pfocr_rdf
from pfocr_rdf.database import InputError
from pfocr_rdf.distinct import Distinct
from pfocr_rdf.inputs import GraphCounts, rdf_files, write_graph


@given(st.lists(st.binary(max_size=2)), st.integers(0, 5))
def test_distinct_counts_as_a_set_does_in_memory_and_in_files(things: list[bytes], limit: int) -> None:
    with Distinct(limit=limit) as distinct:
        for thing in things:
            distinct.add([thing])
        assert distinct.count() == len(set(things))
        distinct.add([b"another thing"])
        assert distinct.count() == len(set(things)) + 1


@pytest.mark.parametrize("name", ["examples.nt", "examples.ttl", "examples.nt.gz"])
def test_files_give_the_graph_of_the_records(name: str, examples: Path, tmp_path: Path) -> None:
    file = tmp_path / name
    format = "turtle" if ".ttl" in name else "ntriples"
    counts = pfocr_rdf.convert([examples], file, format=format)
    records: list[bytes] = []
    files: list[bytes] = []
    of_records = write_graph([examples], records.append)
    of_files = write_graph([file, file], files.append)
    assert of_records == of_files
    assert (of_records.triples, of_records.figures) == (counts.triples, counts.figures)
    assert set(b"".join(records).splitlines()) == set(b"".join(files).splitlines())
    assert b"".join(records).count(b"/oa#Annotation> .\n") == of_records.mentions
    assert all(part.endswith(b"\n") for part in records + files)


def test_lines_of_a_part_may_hold_any_character(tmp_path: Path) -> None:
    line = '<http://a/> <http://b/> "\u2028 \x85 \x0b \x0c \x1c <http://www.w3.org/ns/oa#Annotation> ." .\n'
    file = tmp_path / "a.nt"
    file.write_bytes(line.encode() * 2)
    parts: list[bytes] = []
    assert write_graph([file], parts.append) == GraphCounts(1, 0, 0)


def test_records_that_are_rejected_are_counted(checkout: object, tmp_path: Path) -> None:
    (tmp_path / "PMC1__a.md").write_text("no front matter", "utf-8")
    assert write_graph([tmp_path / "PMC1__a.md"], len).errors == 1


def test_blank_nodes_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.nt.gz"
    file.write_bytes(gzip.compress(b"<http://a/> <http://b/> _:c .\n"))
    with pytest.raises(InputError, match="blank nodes"):
        write_graph([file], len)


def test_records_and_files_do_not_mix() -> None:
    assert rdf_files(["a.ttl", "b.nt.gz"]) == ["a.ttl", "b.nt.gz"]
    assert rdf_files(["a.md"]) is None
    with pytest.raises(InputError, match=r"a\.ttl is RDF and b is not"):
        rdf_files(["a.ttl", "b"])
