"""Readers of an embedded store while a load puts a new one in its place: each has the store that it opened, to the end.

RocksDB opens a store's files by their names, and of a store of more than 16 files some only when a query needs them. The
new store's files have the same names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import Store

from pfocr_rdf import load
from processes import started
from test_server import answer, serving

PARTS = 20
ROWS = 12
OPENED_AT_ONCE = 16
PADDING = "x" * 500  # more than a pipe holds, in all, so that a query waits for its reader


def triples(word: str) -> list[tuple[str, str, str]]:
    """Give a graph's triples. All graphs have the same size, and so have their files."""
    rows = ((number, row) for number in range(PARTS) for row in range(ROWS))
    return [
        (f"http://a/{word}/{row:02}/{number:02}/{PADDING}", f"http://p/{number:02}", f"{word} {row:02} {number:02}")
        for number, row in rows
    ]


def loaded(store: Path, word: str, *, parts: int = PARTS) -> Path:
    """Load a graph part by part, from which a store has many files."""
    every = triples(word)
    size = len(every) // parts
    for number in range(parts):
        file = store.parent / f"{word}.nt"
        lines = (f'<{s}> <{p}> "{o}" .\n' for s, p, o in every[number * size : (number + 1) * size])
        file.write_text("".join(lines), "utf-8")
        load([file], store=store, replace=not number)
        file.unlink()
    return store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of which some files are opened late."""
    folder = loaded(tmp_path / "pfocr.db", "old")
    assert len(list(folder.glob("*.sst"))) > OPENED_AT_ONCE
    return folder


def union(patterns: Sequence[str]) -> str:
    return "SELECT ?s ?p ?o { " + " UNION ".join(f"{{ {pattern} }}" for pattern in patterns) + " }"


BY_PROPERTY = union([f"BIND(<http://p/{number:02}> AS ?p) ?s ?p ?o" for number in range(PARTS)])


def by_value(word: str) -> str:
    return union([f"BIND({o!r} AS ?o) ?s ?p ?o" for _, _, o in triples(word)])


def as_csv(word: str) -> str:
    return "".join(f"{','.join(triple)}\r\n" for triple in sorted(triples(word)))


def rows(text: str) -> str:
    """Give the rows of an answer in CSV, in order."""
    return "".join(sorted(text.splitlines(keepends=True)[1:]))


# --------------------------------------------------------------------------------------------- what they read, to the end


def test_a_query_that_runs(store: Path) -> None:
    with started("query", "--store", store, "-q", "-f", "csv", "-e", by_value("old")) as process:
        assert process.stdout is not None
        first = os.read(process.stdout.fileno(), 100)  # the rest does not fit into the pipe
        loaded(store, "new")
        rest, errors = process.communicate(timeout=60)
    assert (errors, process.returncode) == (b"", 0)
    assert rows((first + rest).decode()) == as_csv("old")


def test_a_server(store: Path) -> None:
    with serving(store) as (url, _):
        loaded(store, "new")
        assert rows(answer(url, BY_PROPERTY)) == as_csv("old")
        assert rows(answer(url, by_value("old"))) == as_csv("old")
    with serving(store) as (url, _):
        assert rows(answer(url, BY_PROPERTY)) == as_csv("new")
