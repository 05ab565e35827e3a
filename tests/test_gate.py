"""Files of a release are read again: lines of JSON one by one, however many there are."""

from __future__ import annotations

import gzip
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest

from pfocr_rdf.releases.gate import PIECE, read_again

LINE = b'{"a": "' + b"x" * 100 + b'"}\n'


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_lines_of_json_take_no_memory(name: str, tmp_path: Path) -> None:
    data = LINE * 200_000
    (tmp_path / name).write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)
    tracemalloc.start()
    try:
        reading = read_again(str(tmp_path / name))
        assert tracemalloc.get_traced_memory()[1] < 6 * PIECE
    finally:
        tracemalloc.stop()
    assert (reading.fault, reading.content) == ("", sha256(data).hexdigest())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}\n\n{}",
        b"{}",
        b"[1]\n" + b'"' + b"y" * (3 * PIECE) + b'"\n{}',
        (LINE * (PIECE // len(LINE) + 1)),
    ],
    ids=["empty", "an empty line", "no end", "one", "a long line", "more than a piece"],
)
def test_lines_of_json_are_read_to_the_end(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(data)
    reading = read_again(str(tmp_path / "a.jsonl"))
    assert (reading.fault, reading.sha256) == ("", sha256(data).hexdigest())


@pytest.mark.parametrize("at", ["first", "middle", "last"])
def test_a_line_that_is_no_json_is_a_fault(at: str, tmp_path: Path) -> None:
    lines = [LINE] * (2 * PIECE // len(LINE))
    lines[{"first": 0, "middle": PIECE // len(LINE), "last": -1}[at]] = b'{"cut": '
    (tmp_path / "a.jsonl").write_bytes(b"".join(lines))
    assert read_again(str(tmp_path / "a.jsonl")).fault.startswith("cannot be read again: ")


def test_a_document_is_read_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"a":\n1}\n')
    assert not read_again(str(tmp_path / "a.json")).fault
    (tmp_path / "a.json").write_bytes(b"{}\n{}\n")
    assert read_again(str(tmp_path / "a.json")).fault
