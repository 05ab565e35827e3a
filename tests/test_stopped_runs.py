"""A run that is stopped: it ends at once with all its processes, and the earlier output is as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from conversions import heavy_database
from processes import members, on_linux, signals, started, wait_until


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two chunks of small records, whose first ones have tables that take a worker many seconds."""
    return heavy_database(tmp_path_factory.mktemp("heavy") / "database")


def ready_workers(parent: int) -> list[int]:
    """Give the workers of a run that have begun to work, and take signals as workers do."""
    return [
        process
        for process in members(parent) - {parent}
        if signal.SIGINT in signals(process, "SigIgn") and signal.SIGTERM not in signals(process, "SigBlk")
    ]


INTERRUPTED = b"pfocr-rdf: interrupted; an earlier output is as it was\n"


@on_linux
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupt_ends_the_run_within_two_seconds_and_leaves_the_earlier_output(
    heavy: Path, tmp_path: Path, number: signal.Signals, code: int, group: bool, jobs: int
) -> None:
    output, report = tmp_path / "x.ttl", tmp_path / "report"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    output.write_bytes(b"as it was")
    arguments = ("convert", heavy, "-o", output, "--report", report, "-j", str(jobs))
    with started(*arguments, TMPDIR=str(scratch)) as process:
        if jobs > 1:
            wait_until(lambda: len(members(process.pid)) == jobs + 1, 20, "workers")
        wait_until(lambda: len(list(tmp_path.glob(".*.part"))) == 2, 20, "an output and a report, not yet whole")
        if group:  # as a terminal does, and what stops services
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        process.wait(2)
        assert not members(process.pid)
        _, stderr = process.communicate()
    assert process.returncode == code
    assert stderr == INTERRUPTED
    assert output.read_bytes() == b"as it was"
    assert sorted(tmp_path.rglob("*")) == [scratch, output]


@on_linux
def test_a_terminal_that_is_closed_and_its_shell_may_both_say_so(heavy: Path, tmp_path: Path) -> None:
    """The second signal does not keep the run from clearing up."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with started("convert", heavy, "-o", tmp_path / "x.ttl", "-j", "2", TMPDIR=str(scratch)) as process:
        wait_until(lambda: len(ready_workers(process.pid)) == 2, 20, "workers")
        for _ in range(20):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGHUP)
        process.wait(20)
        _, stderr = process.communicate()
    assert (process.returncode, stderr) == (129, INTERRUPTED)
    assert sorted(tmp_path.rglob("*")) == [scratch]


TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "pfocr_rdf", *sys.argv[1:]])
"""


@on_linux
def test_a_run_on_a_terminal_that_is_closed(heavy: Path, tmp_path: Path) -> None:
    """What it says then can be shown nowhere."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    ours, terminal = os.openpty()
    command = [sys.executable, "-c", TERMINAL, "convert", str(heavy), "-o", str(tmp_path / "x.ttl"), "-j", "2"]
    process = subprocess.Popen(
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(scratch)},
    )
    os.close(terminal)
    try:
        wait_until(lambda: len(ready_workers(process.pid)) == 2, 20, "workers")
        os.close(ours)
        assert process.wait(20) == 129
        assert not members(process.pid)
    finally:
        process.kill()
        process.wait()
    assert sorted(tmp_path.rglob("*")) == [scratch]


@on_linux
@pytest.mark.parametrize("ignored", [True, False], ids=["nohup", "terminal"])
def test_a_run_of_nohup_outlives_its_terminal(heavy: Path, tmp_path: Path, ignored: bool) -> None:
    """A signal that is ignored when it is started is so in all its processes; else only the first takes it itself."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        with started("convert", heavy, "-o", tmp_path / "x.ttl", "-j", "2") as process:
            wait_until(lambda: len(ready_workers(process.pid)) == 2, 20, "workers")
            every = [process.pid, *ready_workers(process.pid)]
            assert [signal.SIGHUP in signals(pid, "SigIgn") for pid in every] == [ignored] * 3
            assert [signal.SIGHUP in signals(pid, "SigCgt") for pid in every] == [not ignored, False, False]
            # the first process holds signals back for the moment in which it starts workers
            wait_until(
                lambda: not any(signal.SIGHUP in signals(pid, "SigBlk") for pid in every), 5, "signals are heard"
            )
            if ignored:
                os.killpg(process.pid, signal.SIGHUP)
                assert process.poll() is None
            process.terminate()
            assert process.wait(20) == 143
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
@on_linux
@pytest.mark.parametrize("pause", [0, 0.003, 0.03, 0.3])
@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize("numbers", [(signal.SIGINT, signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)])
def test_an_interrupt_that_comes_again_does_not_disturb_the_clearing_up(
    heavy: Path, tmp_path: Path, numbers: Sequence[signal.Signals], group: bool, pause: float
) -> None:
    """Workers that were left were waited for, for ever."""
    output, scratch = tmp_path / "x.ttl", tmp_path / "scratch"
    scratch.mkdir()
    output.write_bytes(b"as it was")
    with started("convert", heavy, "-o", output, "-j", "2", TMPDIR=str(scratch)) as process:
        wait_until(lambda: len(members(process.pid)) == 3, 20, "workers")
        for number in numbers:
            with suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(process.pid, number)
            time.sleep(pause)
        process.wait(3)
        assert not members(process.pid)
        _, stderr = process.communicate()
    assert process.returncode in (130, 143)
    assert stderr == INTERRUPTED
    assert output.read_bytes() == b"as it was"
    assert sorted(tmp_path.rglob("*")) == [scratch, output]


@on_linux
def test_workers_end_by_themselves_when_the_run_is_killed(heavy: Path, tmp_path: Path) -> None:
    output, scratch = tmp_path / "x.ttl", tmp_path / "scratch"
    scratch.mkdir()
    output.write_bytes(b"as it was")
    with started("convert", heavy, "-o", output, "-j", "2", TMPDIR=str(scratch)) as process:
        wait_until(lambda: len(members(process.pid)) == 3, 20, "workers")
        process.kill()
        process.wait()
        wait_until(lambda: not members(process.pid), 10, "workers gone")
    assert output.read_bytes() == b"as it was"
    assert list(scratch.iterdir()) == []
