"""Progress: a bar on a terminal, a line every ten seconds in a log, nothing where quiet is wanted."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from conversions import converted, small_database
from pfocr_rdf.progress import progress, stages


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_with_records_rate_and_time_left() -> None:
    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w") as stream, progress(400, stream=stream) as advance:
            advance(100)
            time.sleep(0.15)
            advance(100)
            shown = b""
            while b"200/400" not in shown and len(shown) < 10_000:
                shown += os.read(leader, 65536)
    finally:
        os.close(leader)
    assert b"200/400" in shown
    assert b"records" in shown
    assert b"/s" in shown


def test_a_log_gets_a_line_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count(0, 4)  # each look at the clock finds it four seconds later
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    log = io.StringIO()
    with progress(1_000, stream=log) as advance:
        for _ in range(6):
            advance(100)
    assert log.getvalue() == "300 of 1,000 records, 25/s, 28 s left\n600 of 1,000 records, 25/s, 16 s left\n"


def test_the_stages_of_a_long_run_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole database takes minutes after its records are converted."""
    for quiet, shown in ((False, "second\nthird\n"), (True, "")):
        clock = iter((0, 9, 11, 12))
        monkeypatch.setattr(time, "monotonic", lambda clock=clock: next(clock))
        log = io.StringIO()
        begin = stages(quiet=quiet, stream=log)
        for stage in ("first", "second", "third"):
            begin(stage)
        assert log.getvalue() == shown


def test_when_all_records_are_done_the_rest_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count(0, 4)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    log, terminal = io.StringIO(), Terminal()
    for stream in (log, terminal):
        with progress(1_000, stream=stream) as advance:
            advance(1_000)
            for _ in range(6):
                advance(0)
    assert log.getvalue() == 2 * "1,000 of 1,000 records, all done; now what they share\n"
    assert "records all done; now what they share" in terminal.getvalue()


def test_a_conversion_goes_on_telling_when_all_records_are_done(tmp_path: Path) -> None:
    told: list[int] = []
    folder = small_database(tmp_path / "database", [f"PMC{number}__a" for number in range(1, 20)])
    converted(folder, size=10, advance=told.append)
    assert told[:2] == [10, 9]
    assert set(told[2:]) == {0}


def test_an_error_takes_the_line_of_the_bar(tmp_path: Path) -> None:
    folder = small_database(tmp_path / "database", ["PMC1__a", "PMC2__a"])
    (folder / "_figures" / "PMC3__a.md").write_bytes(b"none")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "pfocr_rdf", "convert", str(folder), "-o", str(tmp_path / "x.ttl"), "-j", "1"]
    process = subprocess.Popen(command, stderr=follower)
    os.close(follower)
    shown = b""
    with suppress(OSError):  # the other end is closed
        while part := os.read(leader, 65536):
            shown += part
    os.close(leader)
    assert process.wait() == 1
    before, _, _ = shown.partition(b"error: ")
    assert before.endswith(b"\r\x1b[K")


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quiet_shows_nothing(stream: io.StringIO) -> None:
    with progress(10, quiet=True, stream=stream) as advance:
        advance(10)
    assert stream.getvalue() == ""


def test_a_bar_takes_no_thread_of_its_own_as_workers_are_forked() -> None:
    import threading

    before = threading.active_count()
    with progress(10, stream=Terminal()) as advance:
        advance(5)
        assert threading.active_count() == before


def test_a_log_whose_first_parts_hold_nothing_tells_no_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfocr_rdf.progress.LOG_SECONDS", 0)
    stream = io.StringIO()
    with progress(10, stream=stream) as advance:
        advance(0)
    assert stream.getvalue() == "0 of 10 records, 0/s\n"
