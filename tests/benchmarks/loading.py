"""Measure loads into an embedded store against Oxigraph's own bulk load of the same file, and print a table.

    python tests/benchmarks/loading.py                                        # 20,000 generated records, some minutes
    python tests/benchmarks/loading.py --database FOLDER --repeat 5           # a checkout

All are processes of their own, taken in turn, and the best of several counts; compare the ratios, not the seconds. What
Oxigraph is measured by is `Store.bulk_load(path=...)` of the whole file in N-Triples. Ours also puts the store's files
together, and counts what it holds. From records, the file is not made in between; beside it stands what making it
first, and loading it, would take.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from conversion import COMMAND, made, watch

from pfocr_rdf.inputs import write_lines

OXIGRAPH = "import sys; from pyoxigraph import Store; Store(sys.argv[1]).bulk_load(path=sys.argv[2])"
AT_ONCE = """
import os, sys, threading
from pyoxigraph import RdfFormat, Store
from pfocr_rdf.inputs import write_lines
reading, writing = os.pipe()
def feed():
    with open(writing, "wb") as pipe:
        write_lines([sys.argv[2]], pipe.write)
threading.Thread(target=feed).start()
Store(sys.argv[1]).bulk_load(path=f"/dev/fd/{reading}", format=RdfFormat.N_TRIPLES)
"""


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", type=Path, help="a checkout to load; otherwise one is generated")
    parser.add_argument("--records", type=int, default=20_000, help="records that are generated (default 20000)")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is measured (default 3)")
    parser.add_argument("--folder", type=Path, help="keep the generated database, and have the stores, here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        print("| what | measured |")
        print("| --- | --- |")
        for what, measured in rows(folder, options.database or made(folder, options.records), options.repeat):
            print(f"| {what} | {measured} |", flush=True)


def rows(folder: Path, database: Path, repeat: int) -> Iterable[tuple[str, str]]:
    """Yield the rows of the table."""
    file = folder / "loading.nt"
    store = folder / "loading.db"
    convert: list[str | Path] = [COMMAND, "convert", database, "-q", "-o", file]
    load: list[str | Path] = [COMMAND, "load", "--store", store, "-q"]
    subprocess.run(convert, check=True)
    triples = write_lines([file], len).triples
    commands: dict[str, list[str | Path]] = {
        "Oxigraph's bulk load of N-Triples": [sys.executable, "-c", OXIGRAPH, store, file],
        "the same through a pipe": [sys.executable, "-c", AT_ONCE, store, file],
        "`load` of the same file": [*load, file],
        "`load` of the records, one process": [*load, database, "-j", "1"],
        "`load` of the records, two workers": [*load, database, "-j", "2"],
        "`convert` of the records, two workers": [*convert, "-j", "2"],
    }
    taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
    for _ in range(repeat):  # in turn, so that a slow moment of the machine meets all of them
        for name, command in commands.items():
            shutil.rmtree(store, ignore_errors=True)
            taken[name].append(measured(lambda command=command: subprocess.Popen(command)))  # type: ignore[misc]
    shutil.rmtree(store, ignore_errors=True)
    file.unlink()
    best = {name: min(seconds for seconds, _, _ in runs) for name, runs in taken.items()}
    work = {name: min(processor for _, processor, _ in runs) for name, runs in taken.items()}
    floor, least = next(iter(best.values())), next(iter(work.values()))
    for name, seconds in best.items():
        memory = max(peak for _, _, peak in taken[name])
        yield (
            f"{name}, {triples:,} triples",
            f"{seconds:.1f} s, {triples / seconds:,.0f} triples/s, peak memory {memory / 1e6:,.0f} MB, "
            f"{seconds / floor:.2f} × Oxigraph, {work[name] / least:.2f} × its processor time",
        )
    direct, converted = best["`load` of the records, two workers"], best["`convert` of the records, two workers"]
    by_file = converted + best["`load` of the same file"]
    yield "records to store, against first a file and then that", f"{direct / by_file:.2f} × ({by_file:.1f} s)"


def measured(start: Callable[[], subprocess.Popen[bytes]]) -> tuple[float, float, int]:
    """Measure the seconds that a process takes, those of processors, and the memory of it and its children."""
    begin, before = time.perf_counter(), os.times()
    process = start()
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    code = process.wait()
    seconds, after = time.perf_counter() - begin, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    watcher.join()
    if code:
        raise SystemExit(f"{process.args!r} ended with exit code {code}")
    return seconds, processor, peak[0]


if __name__ == "__main__":
    main()
