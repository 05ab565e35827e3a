"""What figures share is described in processes that are forked for it, with the same bytes, whatever befalls them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from conversions import Conversion, converted, mixed_database, small_database, small_record
from pfocr_rdf import workers
from pfocr_rdf.workers import forked
from processes import members, on_linux, started, wait_until

CONVERT = """
import os, signal, sys, time
from pathlib import Path
from pfocr_rdf import cli, descriptions, ending

fault, marks, *sys.argv[1:] = sys.argv[1:]
ending.TELLING = 100
ours = os.getpid()
group = descriptions._paper_group

def described(*arguments):
    if os.getpid() != ours:
        first = not Path(marks).exists()
        with open(marks, "a") as file:
            file.write(f"{os.getpid()}\\n")
        if fault == "kill" or (fault == "kill once" and first):
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "exhaust":
            raise MemoryError
        if fault == "sleep":
            time.sleep(60)
        deadline = time.monotonic() + 20
        while fault == "none" and len(set(Path(marks).read_text().split())) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)  # until the other worker has something, too, which a busy machine may not let run at once
    return group(*arguments)

descriptions._paper_group = described
cli.main()
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some sixty records, of which some are broken or stand twice, and two that do not agree about their paper."""
    folder = mixed_database(tmp_path_factory.mktemp("forked") / "database")
    for figid in ("PMC70__a", "PMC70__b"):
        (folder / "_figures" / f"{figid}.md").write_bytes(small_record(figid, papertitle=f"Paper of {figid}"))
    return folder


@pytest.fixture(scope="module")
def expected(database: Path) -> Conversion:
    return converted(database, format="turtle")


def run(folder: Path, output: Path, *, fault: str = "none") -> subprocess.CompletedProcess[bytes]:
    """Convert with two workers, parts of what figures share being worth it to fork."""
    options = ("convert", folder, "-q", "-o", output, "-j", "2", "--report", output.with_suffix(".report"))
    command = [sys.executable, "-c", CONVERT, fault, output.with_suffix(".marks"), *options]
    return subprocess.run(list(map(str, command)), capture_output=True, check=False, timeout=120)


@on_linux
@pytest.mark.parametrize("fault", ["none", "kill once", "kill", "exhaust"])
def test_what_is_described_elsewhere_is_the_same(
    database: Path, expected: Conversion, tmp_path: Path, fault: str
) -> None:
    done = run(database, tmp_path / "x.ttl", fault=fault)
    assert (tmp_path / "x.ttl").read_bytes() == expected.output, done.stderr.decode()
    assert (tmp_path / "x.report").read_bytes() == expected.report
    assert b"paper-differs" in expected.report
    processes = set((tmp_path / "x.marks").read_text().split())
    assert len(processes) == 2 or fault != "none"
    assert b"Traceback" not in done.stderr


@on_linux
def test_an_interrupt_ends_them(database: Path, tmp_path: Path) -> None:
    output = tmp_path / "x.ttl"
    output.write_bytes(b"as it was")
    arguments = ("sleep", tmp_path / "marks", "convert", database, "-o", output, "-j", "2")
    with started(CONVERT, *arguments, program="-c") as process:
        wait_until((tmp_path / "marks").exists, 20, "a description")
        process.send_signal(signal.SIGTERM)
        process.wait(2)
        assert not members(process.pid)
    assert process.returncode == 143
    assert output.read_bytes() == b"as it was"
    assert sorted(tmp_path.iterdir()) == [tmp_path / "marks", output]


def test_what_records_say_of_other_things_is_said_here(tmp_path: Path) -> None:
    folder = small_database(tmp_path / "database", [f"PMC{n}__a" for n in range(1, 60)])
    figid = "PMC70__a"
    block = {
        "@context": "https://schema.org/",
        "@id": f"https://pfocr.wikipathways.org/figures/{figid}.html",
        "@type": "Dataset",
        "isBasedOn": {"@id": "https://identifiers.org/pmc/PMC5", "name": "A paper"},
    }
    (folder / "_figures" / f"{figid}.md").write_bytes(small_record(figid, **{"schema-jsonld": block}))
    done = run(folder, tmp_path / "x.ttl")
    assert (tmp_path / "x.ttl").read_bytes() == converted(folder, format="turtle").output
    assert b"A paper" in (tmp_path / "x.ttl").read_bytes()
    assert not (tmp_path / "x.marks").exists()
    assert done.returncode == 0


def test_with_other_threads_nothing_is_forked() -> None:
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    try:
        assert set(forked(lambda _: os.getpid(), range(20), workers=2)) == {os.getpid()}
    finally:
        leave.set()
        thread.join()


def test_little_is_not_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    assert set(forked(lambda _: os.getpid(), range(4), workers=2)) == {os.getpid()}


def test_without_room_for_temporary_files_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    monkeypatch.setattr(workers, "_can_fork", lambda: True)
    assert list(forked(lambda number: (number, os.getpid()), range(50), workers=2)) == [
        (number, os.getpid()) for number in range(50)
    ]
