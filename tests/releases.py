"""Releases that tests make, and what a look at their files shows."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import QuerySolutions, RdfFormat, Store

from pfocr_rdf.releases.release import Release, release

BREAKING = "'@type': [Dataset, 'http://vocabularies.wikipathways.org/wp#GeneProduct']"
"""What makes a record's figure claim to be a gene, too, which the shapes forbid."""


def make(database: Path, folder: Path, **options: Any) -> Release:
    """Make a release in this process."""
    return release(database, folder, **{"version": "2026.11", "issued": "2026-11-30", **options})


def tree(folder: Path) -> dict[str, bytes]:
    """Give the files of a folder by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    """Give what the manifest says of each file."""
    return {entry["path"]: entry for entry in json.loads((folder / "manifest.json").read_bytes())["files"]}


def lines(path: Path) -> list[bytes]:
    """Give the lines of a compressed file."""
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def loaded(*paths: Path) -> Store:
    """Load files of RDF."""
    store = Store()
    for path in paths:
        plain = path.read_bytes()
        data = gzip.decompress(plain) if path.suffix == ".gz" else plain
        form = RdfFormat.N_TRIPLES if ".nt" in path.suffixes else RdfFormat.TURTLE
        store.load(data, format=form)
    return store


PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX pav: <http://purl.org/pav/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX void: <http://rdfs.org/ns/void#>
"""


def rows(store: Store, query: str) -> list[tuple[str, ...]]:
    """Give the rows of a query, its terms as texts."""
    solutions = store.query(PREFIXES + query)
    assert isinstance(solutions, QuerySolutions)
    return [
        tuple(term.value for term in row if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal))
        for row in solutions
    ]


def number(store: Store, query: str) -> int:
    """Give the one number that a query gives."""
    ((text,),) = rows(store, query)
    return int(text)


def copy_of(database: Path, folder: Path) -> Path:
    """Copy a database, so that it can be changed."""
    for part in ("_figures", "_data", "_organisms"):
        shutil.copytree(database / part, folder / part)
    return folder


def break_shapes(database: Path, figid: str) -> None:
    """Make a record break the shapes."""
    record = database / "_figures" / f"{figid}.md"
    text = record.read_text("utf-8")
    assert "'@type': Dataset" in text
    record.write_text(text.replace("'@type': Dataset", BREAKING, 1), "utf-8", newline="\n")
