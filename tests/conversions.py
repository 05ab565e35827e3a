"""Conversions in this process, of any chunk size and on any runner, with what they give kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from builders import block, record
from pfocr_rdf import Counts, Diagnostic, Settings
from pfocr_rdf.cache import open_cache
from pfocr_rdf.conversion import CHUNK, Runner, convert_databases, run_here
from pfocr_rdf.database import Database, open_input
from pfocr_rdf.diagnostics import json_line


class Conversion(NamedTuple):
    """What a conversion gave: the bytes of the output and of the report, and the counts."""

    output: bytes
    report: bytes
    counts: Counts

    @property
    def codes(self) -> dict[str, int]:
        """The codes of what was found, with their numbers."""
        return dict(self.counts.codes)


def converted(
    *inputs: str | Path | Database,
    format: str = "ntriples",
    run: Runner = run_here,
    size: int = CHUNK,
    cache: Path | None = None,
    settings: Settings | None = None,
    advance: Callable[[int], object] | None = None,
) -> Conversion:
    """Convert inputs as `pfocr_rdf.convert` does, with the size of the chunks and the runner as the test wants them."""
    output: list[bytes] = []
    report: list[bytes] = []
    settings = settings or Settings()

    def take(diagnostic: Diagnostic) -> None:
        report.append(json_line(diagnostic))

    databases = [item if isinstance(item, Database) else open_input(str(item), report=take) for item in inputs]
    counts = convert_databases(
        databases,
        write=output.append,
        settings=settings,
        format=format,
        report=take,
        run=run,
        size=size,
        cache_for=None if cache is None else partial(_open, cache, settings, format),
        advance=advance,
    )
    return Conversion(b"".join(output), b"".join(report), counts)


def _open(cache: Path, settings: Settings, format: str, organisms: object) -> object:
    return open_cache(str(cache), organisms=organisms, settings=settings, format=format)  # type: ignore[arg-type]


def small_record(figid: str, **values: object) -> bytes:
    """Write a record that is small and clean."""
    identity = block(id=f"https://pfocr.wikipathways.org/figures/{figid}.html")
    base = {"figid": figid, "pmcid": figid.partition("__")[0], "figtitle": f"Title of {figid}"}
    return record(base | {"schema-jsonld": identity} | values)


def small_database(folder: Path, figids: Sequence[str]) -> Path:
    """Write a checkout of small records, each with two genes."""
    (folder / "_figures").mkdir(parents=True)
    for number, figid in enumerate(figids):
        genes = [
            {"word": "p53", "symbol": "P53", "source": "hgnc_symbol", "hgnc_symbol": "TP53", "entrez": "7157"},
            {"word": "X", "symbol": "X", "source": "hgnc_symbol", "hgnc_symbol": f"X{number % 7}", "entrez": "12"},
        ]
        (folder / "_figures" / f"{figid}.md").write_bytes(small_record(figid, genes=genes))
    return folder
