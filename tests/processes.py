"""Processes as the system sees them: the command line started and left to run, and the processes that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see processes")


@contextmanager
def started(
    *arguments: str | Path, program: str | Path = "-m pfocr_rdf", **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `pfocr-rdf` as the first process of a group of its own; in the end none of the group is left."""
    words = program.split() if isinstance(program, str) else [str(program)]
    process = subprocess.Popen(
        [sys.executable, *words, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | environment,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.communicate()


def under_a_mount(place: Path, *arguments: str | Path) -> tuple[int, str, list[Path]]:
    """Run `pfocr-rdf` with another folder mounted on a place, as a container has its volumes.

    Returns:
        The exit code, what was said on standard error, and what is in the other folder then.
    """
    other = place.with_name("mounted")
    for folder in (place, other):
        folder.mkdir()
    mount = f'mount --bind "{other}" "{place}" 2>/dev/null || exit 77; exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", mount, "-", sys.executable, "-m", "pfocr_rdf", *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("mounts nothing without unshare")
    if done.returncode not in (0, 2):
        pytest.skip("may not mount here")
    return done.returncode, done.stderr.decode(), list(other.iterdir())


def members(group: int) -> set[int]:
    """Give the processes of a group that are alive."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, _, of_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(of_group) == group and state not in "ZX":
                    found.add(int(entry.name))
    return found


def signals(process: int, state: str) -> set[int]:
    """Give the signals that a process ignores (`SigIgn`), takes itself (`SigCgt`) or lets wait (`SigBlk`)."""
    status = Path(f"/proc/{process}/status").read_text()
    mask = int(status.partition(f"{state}:")[2].split()[0], 16)
    return {number for number in range(1, 65) if mask >> number - 1 & 1}


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until a condition holds; give the seconds that took."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            pytest.fail(f"{what} not within {seconds} s")
        time.sleep(0.01)
    return time.monotonic() - start
