"""Caches in tests: a small database, conversions of it with a cache that are compared with those without, and packs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conversions import converted, small_database, small_record
from pfocr_rdf import Settings, conversion
from pfocr_rdf.cache import Cache, cache_size, open_cache, open_parts
from pfocr_rdf.database import open_input

FORMATS = ("turtle", "ntriples")
FIGIDS = [f"PMC{number}__a" for number in range(1, 7)]


def six_records(folder: Path) -> Path:
    """Write six small records; the first has companions, the second is of an organism with a page."""
    small_database(folder, FIGIDS)
    write(folder, "_figures/PMC2__a.md", small_record("PMC2__a", organisms=["Aedes aegypti"], year="MMXX"))
    write(folder, "_data/PMC1__a-genes.tsv", GENES)
    write(folder, "_data/PMC1__a-diseases.tsv", "word\tmesh\tmatch\tname\tdoid\nflu\tmesh:D007251\tFlu\tflu\tx:1\n")
    write(folder, "_data/wpid_map.tsv", "PMC1__a\tWP1\n")
    write(folder, "_organisms/aedes.md", '---\nlatin: "Aedes aegypti"\nncbi: "7159"\n\n---\n')
    return folder


GENES = (
    "organism_id\torganism_name\torganism_group\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource\t"
    "count_direct\tcount_synonym\tcount_match\n"
    "9606\tHomo sapiens\tPrimates\tp53\tP53\tTP53\t7157\tncbigene_synonym\t1\t1\t1\n"
)


def write(folder: Path, name: str, content: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@contextmanager
def counting() -> Iterator[list[str]]:
    """Give a list that takes the stems of the records that are parsed meanwhile."""
    parsed: list[str] = []
    parse = vars(conversion)["parse_record"]

    def counted(content: Any, **options: Any) -> Any:
        parsed.append(content.stem)
        return parse(content, **options)

    vars(conversion)["parse_record"] = counted
    try:
        yield parsed
    finally:
        vars(conversion)["parse_record"] = parse


def warm(folder: Path, cache: Path, **options: Any) -> list[str]:
    """Convert again with a cache, compare with what comes without one, and give the stems of the records parsed."""
    expected = converted(folder, **options)
    with counting() as parsed:
        assert converted(folder, cache=cache, **options) == expected
    return parsed


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def packs(cache: Path) -> list[Path]:
    """Give the packs of figures; what they share is kept apart, for which there are tests of its own."""
    shared = {open_parts(str(cache), settings=Settings(), format=format).packs.folder for format in FORMATS}
    return sorted(path for path in cache.glob("*/*.pack") if str(path.parent) not in shared)


def shared_results(database: Path, format: str = "turtle") -> int:
    """Give how many parts of what its figures share a run keeps."""
    with TemporaryDirectory() as folder:
        converted(database, cache=Path(folder), format=format)
        return cache_size(folder)[0] - len(FIGIDS)


def opened(database: Path, cache: Path) -> Cache:
    names = open_input(str(database), report=lambda _: None).organisms
    return open_cache(str(cache), organisms=names, settings=Settings(), format="ntriples")
