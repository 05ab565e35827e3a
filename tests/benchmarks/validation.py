"""Measure validation: processor time a record with both engines, and peak memory at several sizes.

    python tests/benchmarks/validation.py                        # 500, 2,500 and 10,000 records
    python tests/benchmarks/validation.py --records 200 --times 1 5

Records are generated and checked in one process, with the time of their conversion and without. `--database DIR` adds a
row for a database of yours.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from generate import generate

COMMAND = Path(sys.executable).with_name("pfocr-rdf")
ENGINES = ("pyshacl", "turbo")


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=500, help="records of the smallest database (default 500)")
    parser.add_argument("--times", type=int, nargs="*", default=[1, 5, 20], help="sizes as its multiples")
    parser.add_argument("--database", type=Path, help="a database to measure, too")
    options = parser.parse_args()
    print("| records | engine | conversion | validation of records | without the conversion | peak memory |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        for database, records in databases(Path(scratch), options):
            converted, _ = measured("convert", database, "-q", "-o", os.devnull)
            for engine in ENGINES:
                seconds, peak = measured("validate", database, "-q", "--report", os.devnull, "--engine", engine)
                each = [time / records * 1000 for time in (converted, seconds, seconds - converted)]
                times = " | ".join(f"{milliseconds:.2f} ms" for milliseconds in each)
                print(f"| {records:,} | {engine} | {times} | {peak / 1e6:,.0f} MB |", flush=True)


def databases(folder: Path, options: argparse.Namespace) -> Iterable[tuple[Path, int]]:
    """Yield the databases with their numbers of records."""
    if options.database is not None:
        yield options.database, sum(1 for _ in (options.database / "_figures").iterdir())
    for times in options.times:
        target = folder / str(times)
        generate(target, options.records * times)
        yield target, options.records * times


def measured(*arguments: str | Path) -> tuple[float, int]:
    """Run the command in one process; give the seconds of processor time and the bytes of memory that it took."""
    process = subprocess.Popen([COMMAND, *map(str, arguments), "-j", "1"])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        sys.exit(f"{' '.join(map(str, process.args))}: exit code {process.returncode}")  # type: ignore[arg-type]
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
