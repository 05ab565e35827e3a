"""Where output goes: standard output that is full, closed or a pipe whose reader has gone, and names that are none."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import pfocr_rdf
from commands import inside
from conversions import small_database
from pfocr_rdf import workers
from pfocr_rdf.cli.streams import tell
from pfocr_rdf.output import open_output
from pfocr_rdf.pools import WorkerError

COMMANDS = (("codes",), ("convert", "-q"), ("validate", "-q"))
commands = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])

full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
on_standard_output = pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="the system has no /dev/stdout")


def shell(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which `$@` is `pfocr-rdf` with arguments."""
    words = ["sh", "-c", script, "sh", sys.executable, "-m", "pfocr_rdf", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, check=False, timeout=120)


def arguments(command: tuple[str, ...], examples: Path) -> tuple[str | Path, ...]:
    return command if command == ("codes",) else (*command, examples)


@full
@commands
def test_a_full_standard_output_ends_with_2_in_one_line(command: tuple[str, ...], examples: Path) -> None:
    done = shell('"$@" >/dev/full', *arguments(command, examples))
    assert done.returncode == 2
    assert done.stderr == b"pfocr-rdf: standard output: cannot be written: no space left on device\n"


@pytest.mark.parametrize("command", COMMANDS[1:], ids=lambda command: command[0])
def test_a_closed_standard_output_ends_with_2_in_one_line(command: tuple[str, ...], examples: Path) -> None:
    done = shell('"$@" >&-', *arguments(command, examples))
    assert done.returncode == 2
    assert done.stderr == b"pfocr-rdf: standard output: cannot be written: it is closed\n"


@on_standard_output
@pytest.mark.parametrize("target", ["-", "/dev/stdout"])
@pytest.mark.parametrize(
    "command", [("convert", "-q", "-o"), ("validate", "-q", "-f", "turtle", "--report")], ids=lambda command: command[0]
)
def test_a_reader_that_has_gone_ends_the_run_in_silence(
    command: tuple[str, ...], target: str, examples: Path, tmp_path: Path
) -> None:
    """As with `| head`, whatever the name of the pipe."""
    done = shell(f'{{ "$@"; echo $? >"{tmp_path}/code"; }} | :', *command, target, examples)
    assert (done.stderr, (tmp_path / "code").read_text()) == (b"", "1\n")


@pytest.mark.parametrize("words", [("--help",), ("convert", "--help"), ("codes",), ("query", "--list")])
def test_a_reader_that_has_gone_ends_what_is_said_in_silence(words: tuple[str, ...], tmp_path: Path) -> None:
    done = shell(f'{{ "$@"; echo $? >"{tmp_path}/code"; }} | :', *words)
    assert (done.stderr, (tmp_path / "code").read_text()) == (b"", "1\n")


@pytest.mark.parametrize("stream", ["a pipe without a reader", "a full disk"])
@pytest.mark.parametrize("name", ["good", "broken"])
def test_a_standard_error_that_cannot_be_written_costs_nothing_of_the_output(
    stream: str, name: str, tmp_path: Path
) -> None:
    database = small_database(tmp_path / "database", ["PMC1__a", "PMC1__b"])
    if name == "broken":
        (database / "_figures" / "PMC1__c.md").write_text("no record", "utf-8")
    if stream == "a full disk":
        if not Path("/dev/full").exists():
            pytest.skip("has no device that is full")
        broken = os.open("/dev/full", os.O_WRONLY)
    else:
        reader, broken = os.pipe()
        os.close(reader)
    output = tmp_path / "x.nt"
    command = [sys.executable, "-m", "pfocr_rdf", "convert", str(database), "-o", str(output)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=broken, check=False, timeout=120)
    finally:
        os.close(broken)
    assert (done.returncode, done.stdout) == (name == "broken", b"")
    assert output.read_bytes().count(b"<http://vocabularies.wikipathways.org/wp#Pathway>") == 2


@pytest.mark.parametrize("output", ["-", "file"])
def test_a_pipe_that_breaks_elsewhere_is_an_error(
    output: str, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real pipe, whose reader has gone, and that is no output: in place of the mapping, something writes to it."""

    def write_to_a_broken_pipe(*_: object, **__: object) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        try:
            os.write(writer, b"x")
        finally:
            os.close(writer)

    monkeypatch.setattr("pfocr_rdf.api.convert_databases", write_to_a_broken_pipe)
    done = inside("convert", examples, "-q", "-o", output if output == "-" else tmp_path / output)
    assert done.returncode == 2
    assert done.stderr.startswith(b"pfocr-rdf: a connection to another program broke off (broken pipe)")
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("command", [("convert", "-q", "-o"), ("validate", "-q", "--report")])
def test_an_empty_name_is_no_output(command: tuple[str, ...], examples: Path) -> None:
    done = inside(*command, "", examples)
    assert done.returncode == 2
    assert done.stderr == b"pfocr-rdf: the name of an output is empty; give the name of a file, or -\n"


@pytest.mark.parametrize("command", ["convert", "validate"])
def test_an_empty_name_is_no_input(command: str, examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a variable that is not set; it is not the folder one stands in."""
    monkeypatch.chdir(examples)
    done = inside(command, "-q", "")
    assert done.returncode == 2
    assert done.stderr.startswith(b"pfocr-rdf: the name of an input is empty;")


def test_an_error_is_one_line_whatever_the_name_in_it(tmp_path: Path) -> None:
    done = inside("validate", tmp_path / "a\n\x1b[31mb.ttl")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize("name", ["x.ttl", "x.ttl.gz", "-", os.devnull])
def test_a_fault_that_is_not_the_output_s_is_not_said_to_be(tmp_path: Path, name: str) -> None:
    target = name if name in ("-", os.devnull) else str(tmp_path / name)

    def write() -> None:
        with open_output(target) as file:
            file.write(b"x")
            raise BlockingIOError(errno.EAGAIN, "no more processes")

    with pytest.raises(BlockingIOError, match="no more processes"):
        write()
    assert not list(tmp_path.iterdir())


def assert_not_started(folder: Path, message: str) -> None:
    """Assert that a conversion with workers says why none can be started, and writes nothing."""
    database = small_database(folder / "database", [f"PMC{number}__a" for number in range(1, 250)])
    expected = f"worker processes: cannot be started: {message}; do without, with -j 1"
    with pytest.raises(WorkerError, match=f"^{re.escape(expected)}$"):
        pfocr_rdf.convert([database], folder / "x.ttl", jobs=2)
    assert not (folder / "x.ttl").exists()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.EROFS, "Read-only file system"), "read-only file system"),
        (RuntimeError("can't start new thread"), "can't start new thread"),
    ],
)
def test_workers_that_cannot_be_started_are_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ProcessPoolExecutor, "__init__", refused)
    assert_not_started(tmp_path, message)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "resource temporarily unavailable"),
        (EOFError("unexpected EOF"), "unexpected EOF"),
    ],
)
def test_a_second_worker_that_cannot_be_started_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    """All but forked ones start as they are needed."""
    submit = vars(ProcessPoolExecutor)["submit"]
    calls = count()

    def refused(*arguments: Any, **options: Any) -> Any:
        if next(calls) > 0:
            raise error
        return submit(*arguments, **options)

    monkeypatch.setattr(workers, "_can_fork", lambda: False)
    monkeypatch.setattr(ProcessPoolExecutor, "submit", refused)
    assert_not_started(tmp_path, message)


def test_a_standard_error_that_the_program_has_closed_costs_nothing_of_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_database(tmp_path / "database", ["PMC1__a"])
    closed = StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    assert pfocr_rdf.convert([folder], tmp_path / "x.nt", quiet=False).figures == 1
    tell("a line")


@pytest.mark.parametrize("name", ["good", "broken"])
def test_a_closed_standard_error_costs_nothing_of_the_output(name: str, tmp_path: Path) -> None:
    database = small_database(tmp_path / "database", ["PMC1__a", "PMC1__b"])
    if name == "broken":
        (database / "_figures" / "PMC1__c.md").write_text("no record", "utf-8")
    output = tmp_path / "x.nt"
    done = shell('"$@" 2>&-', "convert", database, "-o", output, "-j", "1")
    assert done.returncode == (name == "broken")
    assert output.read_bytes().count(b"<http://vocabularies.wikipathways.org/wp#Pathway>") == 2


def test_a_closed_standard_input_is_said_in_one_line() -> None:
    done = shell('"$@" <&-', "convert", "-")
    assert done.returncode == 2
    assert done.stderr == b"pfocr-rdf: -: standard input is closed; give a record there, or the name of one\n"
