"""Measure a conversion against its floor and against the straightforward pipeline, and print the table of the README.

    python tests/benchmarks/conversion.py                     # everything, some ten minutes on two cores
    python tests/benchmarks/conversion.py --records 500 --sizes 2000 5000

All numbers of a row are taken in one run, one after the other, and the best of several counts, of libyaml's multiples
the median; compare the ratios, not the seconds. Processor time does not depend much on what else the machine does, the
clock does: the load before and after is in the table. Databases are generated in a temporary folder (`--folder` keeps
them).
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

import rdflib
import yaml

sys.path.insert(0, str(Path(__file__).parent))
from generate import generate

import pfocr_rdf
from pfocr_rdf.jsonld import schema_org_context
from pfocr_rdf.mentions import KINDS
from pfocr_rdf.terms import is_iri, literal_parts, statements_of
from pfocr_rdf.workers import tune_collector

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMAND = Path(sys.executable).with_name("pfocr-rdf")


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=2000, help="records for the ratios (default 2000)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 30_000, 100_000], help="records for the scale")
    parser.add_argument("--repeat", type=int, default=5, help="how often a short measurement is repeated (default 5)")
    parser.add_argument("--database", type=Path, help="a checkout, whose processor time is measured, too")
    parser.add_argument("--folder", type=Path, help="keep the generated databases here")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # where it is installed, its modules are compiled once
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        print("| what | measured |")
        print("| --- | --- |")
        for what, measured in rows(folder, options):
            print(f"| {what} | {measured} |", flush=True)


def rows(folder: Path, options: argparse.Namespace) -> Iterable[tuple[str, str]]:
    """Yield the rows of the table as they are measured."""
    yield load("before")
    if options.database is not None:
        yield from against_the_floor(options.database, options.repeat, "the database given")
    database = made(folder, options.records)
    yield from against_the_floor(database, options.repeat, "generated records")
    yield from against_rdflib(database, options.records)
    larger = made(folder, max(options.sizes[:1] or [options.records]))
    yield from workers(larger, options.repeat)
    for size in options.sizes:
        yield from scale(made(folder, size), size, f"{size:,} records")
    if options.sizes:
        size = max(options.sizes)
        yield from scale(zipped(made(folder, size)), size, f"{size:,} records from a zip")
    for format in ("ntriples", "turtle"):
        yield from again(larger, format)
    yield from again(larger, "ntriples", "--validate")
    seconds = best(options.repeat, lambda: run("--help"))
    yield "`pfocr-rdf --help`", f"{seconds * 1000:.0f} ms"
    yield load("after")


def load(when: str) -> tuple[str, str]:
    """Tell how many processes wanted a processor in the last minute."""
    return f"load of the machine {when}", f"{os.getloadavg()[0]:.1f} processes, {os.cpu_count()} processors"


def made(folder: Path, records: int) -> Path:
    """Generate a database, unless it is there."""
    target = folder / f"pfocr-{records}"
    if not target.exists():
        generate(target, records)
    return target


def zipped(database: Path) -> Path:
    """Pack a database as code hosts do, unless it is packed."""
    target = database.with_name(f"{database.name}.zip")
    if not target.exists():
        shutil.make_archive(str(database), "zip", database.parent, database.name)
    return target


def best(repeat: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Give the least time that the work takes."""
    times = []
    for _ in range(repeat):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def run(*arguments: str | Path) -> None:
    """Run the command, quietly."""
    subprocess.run([COMMAND, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def records_of(database: Path) -> list[Path]:
    """Give the files of a database's records."""
    return sorted((database / "_figures").iterdir())


def front_matter(record: Path) -> bytes:
    """Give what stands between the two lines of a record."""
    return record.read_bytes()[4:-4]


# ------------------------------------------------------------------------------------------------------ measures


def against_the_floor(database: Path, repeat: int, what: str) -> Iterable[tuple[str, str]]:
    """Measure the processor time of a conversion in one process as a multiple of libyaml's composing the records.

    Each conversion is the first of its process, but for some examples: another one of the same records would find
    remembered what the first has met.
    """
    records = len(records_of(database))
    floors: list[float] = []
    times: dict[str, list[float]] = {"ntriples": [], "turtle": []}
    multiples: dict[str, list[float]] = {format: [] for format in times}
    processes = multiprocessing.get_context("spawn")
    for _ in range(repeat):  # in turn, so that a slow moment of the machine meets all of them
        for format, taken in times.items():
            with processes.Pool(1) as pool:
                floor, seconds = pool.apply(floor_and_conversion, (database, format))
            floors.append(floor)
            taken.append(seconds)
            multiples[format].append(seconds / floor)
    yield f"{what}: libyaml composes {records:,}", f"{min(floors) / records * 1000:.3f} ms of CPU a record"
    for format, taken in times.items():
        # a processor's speed changes from moment to moment, so that only what was measured together is compared
        multiple = statistics.median(multiples[format])
        each = min(taken) / records * 1000
        yield f"{what}: conversion to {format}", f"{each:.3f} ms of CPU a record, {multiple:.2f} × libyaml"


def floor_and_conversion(database: Path, format: str) -> tuple[float, float]:
    """Give the processor time of composing a database's records, and of converting it to nowhere, in this process."""
    documents = list(map(front_matter, records_of(database)))
    tune_collector()

    def compose() -> None:
        for document in documents:
            yaml.CSafeLoader(document).get_single_node()

    convert(EXAMPLES, format)  # which loads what is loaded when it is needed
    return best(1, compose, time.process_time), best(1, partial(convert, database, format), time.process_time)


def convert(database: Path, format: str) -> None:
    """Convert in this process, to nowhere."""
    pfocr_rdf.convert([database], os.devnull, format=format)


def against_rdflib(database: Path, records: int) -> Iterable[tuple[str, str]]:
    """Measure the clock with two workers against the straightforward pipeline, on the same records.

    rdflib's Turtle depends on how mentions are named: as they are here, in one namespace, or as is usual elsewhere, as
    fragments of their figures, which gives it a namespace for each figure. So that is measured, too.
    """
    with tempfile.TemporaryDirectory() as scratch:
        dump = Path(scratch, "dump.nt")
        pfocr_rdf.convert([database], dump, format="ntriples")
        data = dump.read_bytes()
    ours: dict[str, float] = {}
    for mentions, named, formats in (
        ("", data, ("ntriples", "turtle")),
        (", mentions named as fragments there", _MENTION.sub(_AS_FRAGMENT, data), ("turtle",)),
    ):
        triples = [
            (subject[1:-1], predicate[1:-1], value[1:-1] if is_iri(value) else literal_parts(value)[:2])
            for subject, predicate, value in statements_of(named)
        ]
        start = time.perf_counter()
        graph = straightforward(database, triples)
        built = time.perf_counter() - start
        for format in formats:
            start = time.perf_counter()
            graph.serialize(format="nt" if format == "ntriples" else format)
            theirs = built + time.perf_counter() - start
            if format not in ours:
                arguments = ("convert", database, "-q", "-j", "2", "-f", format, "-o", os.devnull)
                ours[format] = best(3, partial(run, *arguments))
            yield (
                f"{format}, {records:,} records{mentions}: straightforward rdflib pipeline, and 2 workers here",
                f"{records / theirs:,.0f} and {records / ours[format]:,.0f} records/s, {theirs / ours[format]:.0f} ×",
            )


_MENTION: Final = re.compile(
    rb"<https://pfocr\.wikipathways\.org/mention/([^>]*)\.((?:gene|chemical|disease)\.[0-9a-f]+)>"
)
_AS_FRAGMENT: Final = rb"<https://pfocr.wikipathways.org/figures/\1.html#\2>"

Text = tuple[str, str | None]
"""A literal's text and datatype."""


def straightforward(database: Path, triples: Iterable[tuple[str, str, str | Text]]) -> rdflib.Graph:
    """Do it the straightforward way: PyYAML, csv and PyLD on one record after the other, and one rdflib graph.

    Args:
        database: the records.
        triples: what comes of them; to find out what that is, is free here.
    """
    from pyld import jsonld

    context = {"document": {"@context": schema_org_context()}, "documentUrl": None, "contextUrl": None}
    graph = rdflib.Graph()
    for path in records_of(database):
        record = yaml.load(front_matter(path), Loader=yaml.CSafeLoader)
        for kind in KINDS:  # by name: to look for them would be to list the folder for each record
            table = database / "_data" / f"{path.stem}-{kind}s.tsv"
            if table.exists():
                with table.open(encoding="utf-8", newline="") as lines:
                    list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        jsonld.to_rdf(record["schema-jsonld"], {"documentLoader": lambda url, options: context})
    for subject, predicate, value in triples:
        if isinstance(value, str):
            term: rdflib.URIRef | rdflib.Literal = rdflib.URIRef(value)
        else:
            text, datatype = value
            term = rdflib.Literal(text, datatype=rdflib.URIRef(datatype) if datatype else None)
        graph.add((rdflib.URIRef(subject), rdflib.URIRef(predicate), term))
    return graph


def workers(database: Path, repeat: int) -> Iterable[tuple[str, str]]:
    """Measure one worker against two."""
    records = len(records_of(database))
    times: dict[int, float] = {}
    for jobs in (1, 2):
        arguments = ("convert", database, "-q", "-j", str(jobs), "-f", "ntriples", "-o", os.devnull)
        times[jobs] = best(min(repeat, 3), partial(run, *arguments))
    yield (
        f"from 1 to 2 workers, {records:,} records",
        f"{records / times[1]:,.0f} → {records / times[2]:,.0f} records/s, {times[1] / times[2]:.2f} ×",
    )


def scale(database: Path, records: int, what: str) -> Iterable[tuple[str, str]]:
    """Measure time and memory of the whole process tree with two workers."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "convert", database, "-q", "-j", "2", "-f", "ntriples", "-o", os.devnull], stdout=subprocess.DEVNULL
    )
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    process.wait()
    seconds = time.perf_counter() - start
    watcher.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    yield (
        f"{what}, 2 workers",
        f"{seconds:,.1f} s, {records / seconds:,.0f} records/s, {busy / records * 1000:.2f} ms of CPU a record, "
        f"peak memory {peak[0] / 1e6:,.0f} MB in all processes",
    )


def watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    """Keep the peak of the memory that a process and its children hold (PSS: shared pages are counted once)."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(memory, [process.pid, *children(process.pid)])))
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """Give the processes that a process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def memory(pid: int) -> int:
    """Give the memory of a process in bytes, shared pages by their share."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def again(database: Path, format: str, *options: str, repeat: int = 3) -> Iterable[tuple[str, str]]:
    """Measure the processor time of a second run with a cache after one record of a hundred has changed."""
    command: tuple[str | Path, ...] = ("convert", database, "-q", "-j", "1", "-f", format, "-o", os.devnull, *options)

    def used(*more: str) -> float:
        return best(1, lambda: run(*command, *more), processor_time)

    plain, first, second = [], [], []
    records = records_of(database)
    before = {path: path.read_bytes() for path in records[::100]}
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as cache:
            plain.append(used())
            first.append(used("--cache", cache))
            for path, data in before.items():
                path.write_bytes(data.replace(b"\nnumber: ", b"\nnumber: X", 1))
            try:
                second.append(used("--cache", cache))
            finally:
                for path, data in before.items():
                    path.write_bytes(data)
    yield (
        " ".join(("again after 1% changed,", f"{format},", *options, f"{len(records):,} records, 1 worker")),
        f"{min(plain):.2f} s of CPU without a cache, {min(first):.2f} s filling it, {min(second):.2f} s again: "
        f"{min(second) / min(first):.0%} of the first",
    )


def processor_time() -> float:
    """Give the processor time of all commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
