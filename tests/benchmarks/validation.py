"""Measure what checking the shapes costs, by both engines, and that memory does not grow with the data.

    python tests/benchmarks/validation.py                                     # generated records, some ten minutes
    python tests/benchmarks/validation.py --database FOLDER --factors         # a checkout, and no memory

The processor time of SHACL alone is that of `validate` less that of `convert`, in one process, the best of several runs
taken in turn; compare it with the conversion's, which is measured beside it. Memory is that of the command and its
workers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from conversion import COMMAND, best, convert, made, watch

import pfocr_rdf
from pfocr_rdf.engines import ENGINES
from pfocr_rdf.workers import tune_collector


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", type=Path, help="a checkout to measure the time on; otherwise one is generated")
    parser.add_argument("--records", type=int, default=2300, help="records that are generated (default 2300)")
    parser.add_argument("--factors", type=int, nargs="*", default=[1, 5, 20], help="how many times that, for memory")
    parser.add_argument("--engines", nargs="*", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--repeat", type=int, default=3, help="how often the time is taken (default 3)")
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
    yield from processor_time(options.database or made(folder, options.records), options.engines, options.repeat)
    for factor in options.factors:
        records = options.records * factor
        database = made(folder, records)
        dump = folder / f"pfocr-{records}.nt"
        subprocess.run([COMMAND, "convert", database, "-q", "-o", dump], check=True)
        for engine in options.engines:
            yield peak_memory(f"{records:,} records", database, engine, records)
        yield peak_memory(f"{records:,} records, as N-Triples", dump, options.engines[0], records)
        dump.unlink()


def processor_time(database: Path, engines: Iterable[str], repeat: int) -> Iterable[tuple[str, str]]:
    """Measure the processor time of checking, beside that of converting."""
    tune_collector()
    figures = 0
    converted: list[float] = []
    checked: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(repeat):  # in turn, so that a slow moment of the machine meets all of them
        converted.append(best(1, partial(convert, database, "ntriples"), time.process_time))
        for engine, taken in checked.items():
            start = time.process_time()
            figures = pfocr_rdf.validate([database], engine=engine).figures
            taken.append(time.process_time() - start)
    yield f"conversion, {figures:,} figures", f"{min(converted) / figures * 1000:.2f} ms of CPU a record"
    for engine, taken in checked.items():
        alone = min(taken) - min(converted)
        ratio = alone / min(converted)
        yield (
            f"SHACL by {engine}",
            f"{alone / figures * 1000:.2f} ms of CPU a record, {ratio:.1f} × the conversion",
        )


def peak_memory(what: str, source: Path, engine: str, records: int) -> tuple[str, str]:
    """Measure the memory and the time of all processes of a validation with two workers."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "validate", source, "-q", "-j", "2", "--engine", engine, "--report", os.devnull],
        stdout=subprocess.DEVNULL,
    )
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    process.wait()
    watcher.join()
    seconds = time.perf_counter() - start
    return (
        f"{what}, {engine}, 2 workers",
        f"peak memory {peak[0] / 1e6:,.0f} MB, {records / seconds:,.0f} records/s",
    )


if __name__ == "__main__":
    main()
