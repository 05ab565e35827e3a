"""Measure a conversion against its floor and against the straightforward pipeline, and print the table of the README.

    python tests/benchmarks/conversion.py                     # everything, some ten minutes on two cores
    python tests/benchmarks/conversion.py --records 2000 --sizes 2000 5000

All numbers of a row are taken in one run, one after the other, and the best of several counts; compare the ratios, not
the seconds. Databases are generated in a temporary folder (`--folder` keeps them).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import rdflib
import yaml

sys.path.insert(0, str(Path(__file__).parent))
from generate import generate

import pfocr_rdf
from pfocr_rdf.workers import tune_collector

COMMAND = Path(sys.executable).with_name("pfocr-rdf")


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=2000, help="records for the ratios (default 2000)")
    parser.add_argument("--naive", type=int, default=400, help="records for the rdflib pipeline (default 400)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 30_000, 100_000], help="records for the scale")
    parser.add_argument("--repeat", type=int, default=5, help="how often a short measurement is repeated (default 5)")
    parser.add_argument("--folder", type=Path, help="keep the generated databases here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        print("| what | measured |")
        print("| --- | --- |")
        for what, measured in rows(folder, options):
            print(f"| {what} | {measured} |", flush=True)


def rows(folder: Path, options: argparse.Namespace) -> Iterable[tuple[str, str]]:
    """Yield the rows of the table as they are measured."""
    database = made(folder, options.records)
    yield from against_the_floor(database, options.records, options.repeat)
    small = made(folder, options.naive)
    yield from against_rdflib(small, options.naive, database, options.records)
    yield from workers(database, options.records, options.repeat)
    for size in options.sizes:
        yield from scale(made(folder, size), size)
    yield from again(database, options.records)
    seconds = best(options.repeat, lambda: run("--help"))
    yield "`pfocr-rdf --help`", f"{seconds * 1000:.0f} ms"


def made(folder: Path, records: int) -> Path:
    """Generate a database, unless it is there."""
    target = folder / f"pfocr-{records}"
    if not target.exists():
        generate(target, records)
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


def front_matters(database: Path) -> list[bytes]:
    """Read the front matters of a database."""
    return [path.read_bytes()[4:-4] for path in sorted((database / "_figures").iterdir())]


# ------------------------------------------------------------------------------------------------------ measures


def against_the_floor(database: Path, records: int, repeat: int) -> Iterable[tuple[str, str]]:
    """Measure the processor time of a conversion in one process as a multiple of libyaml's composing the records."""
    documents = front_matters(database)
    tune_collector()

    def compose() -> None:
        for document in documents:
            yaml.CSafeLoader(document).get_single_node()

    floors, times = [], {"ntriples": [], "turtle": []}  # type: ignore[var-annotated]
    for _ in range(repeat):  # in turn, so that a slow moment of the machine meets all of them
        floors.append(best(1, compose, time.process_time))
        for format, taken in times.items():
            taken.append(best(1, lambda f=format: convert(database, f), time.process_time))  # type: ignore[misc]
    floor = min(floors)
    yield "libyaml composes the records", f"{floor / records * 1000:.2f} ms a record"
    for format, taken in times.items():
        each = min(taken) / records * 1000
        yield (
            f"conversion to {format}, one process",
            f"{each:.2f} ms of CPU a record, {min(taken) / floor:.1f} × libyaml",
        )


def convert(database: Path, format: str) -> None:
    """Convert in this process, to nowhere."""
    pfocr_rdf.convert([database], os.devnull, format=format)


def against_rdflib(small: Path, few: int, database: Path, records: int) -> Iterable[tuple[str, str]]:
    """Measure wall time with two workers against PyYAML, one rdflib graph and its serializer (on fewer records)."""
    start = time.perf_counter()
    graph = rdflib_graph(small)
    built = time.perf_counter() - start
    for format, name in (("nt", "ntriples"), ("turtle", "turtle")):
        start = time.perf_counter()
        graph.serialize(format=format)
        naive = built + time.perf_counter() - start
        ours = best(3, lambda f=name: run("convert", database, "-q", "-j", "2", "-f", f, "-o", os.devnull))  # type: ignore[misc]
        yield (
            f"{name}: PyYAML, one rdflib graph and its serializer ({few:,} records), and 2 workers here ({records:,})",
            f"{few / naive:,.0f} and {records / ours:,.0f} records/s, {records / ours / (few / naive):.0f} ×",
        )


def rdflib_graph(database: Path) -> rdflib.Graph:
    """Do it the straightforward way: every record by PyYAML, every triple into one rdflib graph.

    The triples are those of this package, made beforehand, so that only the pipeline is compared.
    """
    figures = list(pfocr_rdf.read_figures(database, report=lambda _: None))
    graph = pfocr_rdf.to_graph(figures, report=lambda _: None)
    for document in front_matters(database):
        yaml.load(document, Loader=yaml.CSafeLoader)
    return graph


def workers(database: Path, records: int, repeat: int) -> Iterable[tuple[str, str]]:
    """Measure one worker against two."""
    times: dict[int, float] = {}
    for jobs in (1, 2):
        arguments = ("convert", database, "-q", "-j", str(jobs), "-f", "ntriples", "-o", os.devnull)
        times[jobs] = best(repeat, partial(run, *arguments))
    yield (
        f"from 1 to 2 workers, {records:,} records",
        f"{records / times[1]:,.0f} → {records / times[2]:,.0f} records/s, {times[1] / times[2]:.2f} ×",
    )


def scale(database: Path, records: int) -> Iterable[tuple[str, str]]:
    """Measure time and memory of the whole process tree with two workers."""
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
    yield (
        f"{records:,} records, 2 workers",
        f"{seconds:,.1f} s, {records / seconds:,.0f} records/s, peak memory {peak[0] / 1e6:,.0f} MB in all processes",
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


def again(database: Path, records: int) -> Iterable[tuple[str, str]]:
    """Measure a second run with a cache after one record of a hundred has changed."""
    with tempfile.TemporaryDirectory() as cache:
        arguments = ("convert", database, "-q", "-j", "1", "-f", "ntriples", "-o", os.devnull)
        plain = best(2, lambda: run(*arguments))
        first = best(1, lambda: run(*arguments, "--cache", cache))
        changed = sorted((database / "_figures").iterdir())[::100]
        before = {path: path.read_bytes() for path in changed}
        for path, data in before.items():
            path.write_bytes(data.replace(b"\nnumber: ", b"\nnumber: X", 1))
        try:
            second = best(1, lambda: run(*arguments, "--cache", cache))
        finally:
            for path, data in before.items():
                path.write_bytes(data)
    yield (
        f"again after 1% changed, {records:,} records, 1 worker",
        f"{plain:.2f} s without a cache, {first:.2f} s filling it, {second:.2f} s again: "
        f"{second / plain:.0%} of a run without, {second / first:.0%} of the first",
    )


if __name__ == "__main__":
    main()
