"""Conversions in this process, of any chunk size and on any runner, with what they give kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from generate import generate

from builders import block, record, table
from pfocr_rdf import Counts, Diagnostic, Settings, conversion
from pfocr_rdf.cache import open_cache, open_parts
from pfocr_rdf.conversion import CHUNK, Job, Runner, convert_databases, run_here
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
        cache_for=None
        if cache is None
        else lambda names: open_cache(str(cache), organisms=names, settings=settings, format=format),
        kept=None if cache is None else open_parts(str(cache), settings=settings, format=format),
        advance=advance,
    )
    return Conversion(b"".join(output), b"".join(report), counts)


def mixed_database(folder: Path) -> Path:
    """Generate a checkout of some sixty records, of which some are broken or stand twice."""
    generate(folder, 60)
    figures = sorted((folder / "_figures").iterdir())
    first, middle, last = figures[0], figures[30], figures[-1]
    (folder / "_figures" / "A.md").write_bytes(b"no record\n")
    (folder / "_figures" / "PMC80000020__again.md").write_bytes(first.read_bytes())
    (folder / "_figures" / "PMC80000021__again.md").write_bytes(first.read_bytes().replace(b"PMC80000000", b"PMC8"))
    same_iri = middle.read_bytes().replace(b"figid: " + middle.stem.encode(), b"figid: PMC99__z")
    (folder / "_figures" / "PMC99__z.md").write_bytes(same_iri)
    (folder / "_figures" / "Z.md").write_bytes(b"---\nfigid: PMC1__z\n")
    (folder / "_data" / f"{last.stem}-genes.tsv").write_bytes(b"\xff")
    (folder / "_data" / "wpid_map.tsv").write_text(f"{first.stem}\tWP1\n{middle.stem}  WP2\nPMC7__gone\tWP3\n")
    return folder


def small_record(figid: str, **values: object) -> bytes:
    """Write a record that is small and clean."""
    identity = block(id=f"https://pfocr.wikipathways.org/figures/{figid}.html")
    base = {"figid": figid, "pmcid": figid.partition("__")[0], "figtitle": f"Title of {figid}"}
    return record(base | {"schema-jsonld": identity} | values)


def small_database(folder: Path, figids: Sequence[str]) -> Path:
    """Write a checkout of small records, each with two genes in it, the first with an empty table, too."""
    (folder / "_figures").mkdir(parents=True)
    (folder / "_data").mkdir()
    for figid in figids[:1]:
        (folder / "_data" / f"{figid}-genes.tsv").write_bytes(table("gene"))
    for number, figid in enumerate(figids):
        genes = [
            {"word": "p53", "symbol": "P53", "source": "hgnc_symbol", "hgnc_symbol": "TP53", "entrez": "7157"},
            {"word": "X", "symbol": "X", "source": "hgnc_symbol", "hgnc_symbol": f"X{number % 7}", "entrez": "12"},
        ]
        (folder / "_figures" / f"{figid}.md").write_bytes(small_record(figid, genes=genes))
    return folder


def heavy_database(folder: Path) -> Path:
    """Write a checkout of two chunks, whose first records have tables that take a worker many seconds."""
    figids = [f"PMC{1000 + number}__a" for number in range(CHUNK + 20)]
    small_database(folder, figids)
    organism = ("9606", "Homo sapiens", "Primates")
    rows = [(*organism, f"w{n}", f"W{n}", f"S{n}", str(n), "ncbigene_symbol", "3", "2", "5") for n in range(1, 15_001)]
    data = table("gene", *rows)
    for figid in figids[:20] + figids[-20:]:
        (folder / "_data" / f"{figid}-genes.tsv").write_bytes(data)
    return folder


def jobs_of(folder: Path, size: int) -> list[Job]:
    """Give the chunks of a database."""
    database = open_input(str(folder), report=lambda _: None)
    return list(conversion.jobs_of([database], settings=Settings(), format="ntriples", size=size))
