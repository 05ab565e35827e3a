"""Progress: a bar on a terminal, a line every ten seconds in a log, nothing where quiet is wanted."""

from __future__ import annotations

import io
import os
import pty
import time
from itertools import count

import pytest

from pfocr_rdf.progress import progress


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
