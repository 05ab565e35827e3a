"""Interrupts at any moment: whenever a signal comes, what was made meanwhile is gone in the end."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.output import open_output, temporary_folder
from pfocr_rdf.packs import open_packs
from pfocr_rdf.releases.shelf import building
from pfocr_rdf.stores.embedded import load_store
from processes import on_linux


class Interrupted(BaseException):
    pass


def interrupted(call: Callable[[], object], moment: int) -> bool:
    """Interrupt a call at the moment of that number; tell whether there was one.

    The interpreter looks for signals where a function begins and where a call has returned. An error of a library that
    was clearing up meanwhile may hide the interrupt, of which it then tells.
    """
    moments = count()

    def at(frame: object, event: str, given: object) -> None:
        if event in ("call", "c_return") and next(moments) == moment:
            sys.setprofile(None)
            raise Interrupted

    sys.setprofile(at)
    try:
        call()
    except (Interrupted, Exception) as error:
        found: BaseException | None = error
        while found is not None and not isinstance(found, Interrupted):
            found = found.__context__
        assert found is not None
        found.__traceback__ = error.__traceback__ = None  # as the command line does it: what frames hold open is closed
        return True
    finally:
        sys.setprofile(None)
    return False


def folder(place: Path) -> None:
    with temporary_folder() as name:
        Path(name, "file").touch()


def output(place: Path) -> None:
    with open_output(str(place / "whole")) as file:
        file.write(b"data")


def release(place: Path) -> None:
    with building(place / "whole") as (built, work):
        (built / "SHA256SUMS").touch()
        (work / "dump.nt").touch()


def store(place: Path) -> None:
    load_store(str(place / "whole"), send)


def pack(place: Path) -> None:
    open_packs(str(place / "whole")).put({bytes(16): b"data"})


def send(write: Callable[[bytes], object]) -> GraphCounts:
    write(b"<http://a/> <http://b/> <http://c/> .\n")
    return GraphCounts(1, 0, 0)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # files that are closed with their frames
@pytest.mark.parametrize("make", [folder, output, release, pack, pytest.param(store, marks=pytest.mark.slow)])
def test_nothing_is_left_but_what_is_whole(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for moment in count():
        place = tmp_path / str(moment)
        place.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(place))
        if not interrupted(lambda: make(place), moment):  # noqa: B023 - called at once
            break
        if make is store and list(place.glob(".*")):  # what this leaves, the next load removes
            load_store(str(place / "whole"), send)
        assert [path.name for path in place.iterdir()] in ([], ["whole"]), moment
        assert not list(place.rglob(".*")), moment
    assert moment > 20


HIDDEN = """
import os, signal, time
import pfocr_rdf
from pfocr_rdf.cli import main

def convert(*inputs, **options):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    finally:
        os.close(999)

pfocr_rdf.convert = convert
main()
"""


def test_an_error_of_clearing_up_does_not_hide_the_interrupt() -> None:
    """As where `shutil.rmtree` is interrupted just after it has closed a folder, which it then closes again."""
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, "convert", "examples", "-q"], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (143, b"")
    assert done.stderr == b"pfocr-rdf: interrupted; an earlier output is as it was\n"


SIGNALLED = """
import itertools, signal, sys
from pfocr_rdf import cli

moment, number = int(sys.argv.pop(1)), int(sys.argv.pop(1))
moments = itertools.count()

def at(frame, event, given):
    if event in ("call", "c_return") and frame.f_back and next(moments) == moment:
        sys.setprofile(None)
        signal.raise_signal(number)

def report(*arguments, **options):
    sys.setprofile(at)
    return fail(*arguments, **options)

fail = cli._fail
cli._fail = report
cli.main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("convert", "/there/is/nothing"), ("convert", "--nothing")])
@pytest.mark.parametrize("moment", [0, 1, 2, 3, 5, 8, 13, 21, 34])
def test_a_signal_that_comes_while_an_error_is_reported_gives_no_traceback(
    arguments: tuple[str, ...], moment: int
) -> None:
    command = [sys.executable, "-c", SIGNALLED, str(moment), str(signal.SIGTERM.value), *arguments]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode in (2, 143)
    assert done.stderr.startswith(b"pfocr-rdf")
    assert done.stderr.count(b"\n") == 1


EARLY = """
import os, signal, sys
from importlib.abc import MetaPathFinder

class Interrupting(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)

module, handler = sys.argv[1:]
sys.meta_path.insert(0, Interrupting())
signal.signal(signal.SIGINT, getattr(signal, handler))
from pfocr_rdf.program import main

sys.argv[1:] = ["codes"]
main()
"""


@pytest.mark.parametrize("module", ["click", "pfocr_rdf.cli.load"])
@pytest.mark.parametrize(("handler", "code"), [("default_int_handler", -signal.SIGINT), ("SIG_IGN", 0)])
def test_an_interrupt_before_the_command_line_is_loaded_ends_it_in_silence(
    module: str, handler: str, code: int
) -> None:
    command = [sys.executable, "-c", EARLY, module, handler]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (code, b"")
    assert bool(done.stdout) == (code == 0)


LOST = """
import signal, sys, time
import pfocr_rdf
from pfocr_rdf.cli import main

how, number = sys.argv[-2], int(sys.argv[-1])

class Fragile:
    def __del__(self):
        signal.raise_signal(number)

def convert(*inputs, **options):
    if how == "unraisable":
        Fragile()
    else:
        try:
            signal.raise_signal(number)
        except BaseException:
            pass
    for _ in range(3000):
        time.sleep(0.01)

pfocr_rdf.convert = convert
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="has no timers")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("how", ["unraisable", "caught"])
def test_an_interrupt_that_comes_where_nothing_can_be_raised_is_not_lost(number: signal.Signals, how: str) -> None:
    command = [sys.executable, "-c", LOST, "convert", "examples", "-q", "-o", how, str(number.value)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=20)
    assert (done.returncode, done.stdout) == (128 + number, b"")
    assert done.stderr == b"pfocr-rdf: interrupted; an earlier output is as it was\n"


CLEARED = """
import signal, sys, time
from contextlib import ExitStack, contextmanager
import pfocr_rdf
from pfocr_rdf.cli import main

def clear():
    for _ in range(25):
        time.sleep(0.1)
    print("cleared", flush=True)

def generator():
    try:
        yield
    finally:
        clear()

def convert(*inputs, **options):
    if sys.argv[-1] == "finally":
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            clear()
    elif sys.argv[-1] == "generator":
        for _ in generator():  # which is closed as this frame is left
            signal.raise_signal(signal.SIGTERM)
    elif sys.argv[-1] == "context":
        with contextmanager(generator)():
            signal.raise_signal(signal.SIGTERM)
    elif sys.argv[-1] == "stack":
        with ExitStack() as stack:
            stack.callback(clear)
            signal.raise_signal(signal.SIGTERM)
    elif sys.argv[-1] == "callback":
        with ExitStack() as stack:
            stack.callback(clear)
            stack.callback(signal.raise_signal, signal.SIGTERM)
    else:
        try:
            signal.raise_signal(signal.SIGTERM)
        except BaseException as error:
            saved = error
        clear()
        raise saved

pfocr_rdf.convert = convert
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["finally", "generator", "context", "stack", "callback", "saved"])
def test_clearing_up_may_take_longer_than_a_lost_interrupt_takes_to_come_again(how: str) -> None:
    command = [sys.executable, "-c", CLEARED, "convert", "examples", "-q", "-o", how]
    done = subprocess.run(command, capture_output=True, check=False, timeout=20)
    assert (done.returncode, done.stdout) == (128 + signal.SIGTERM, b"cleared\n")
    assert done.stderr == b"pfocr-rdf: interrupted; an earlier output is as it was\n"


PLACED = """
import signal, sys
from pathlib import Path
from pfocr_rdf.cli import main

command, name = sys.argv[1], sys.argv[-1]
replace, rename = Path.replace, Path.rename

def then_interrupted(move):
    def moved(self, target):
        result = move(self, target)
        if Path(target).name == Path(name).name:
            signal.raise_signal(signal.SIGTERM)
        return result
    return moved

Path.replace, Path.rename = then_interrupted(replace), then_interrupted(rename)
main()
"""


def test_an_interrupt_after_the_output_is_in_place_says_so(tmp_path: Path) -> None:
    output, report = tmp_path / "x.ttl", tmp_path / "report.jsonl"
    output.write_bytes(b"before")
    command = [sys.executable, "-c", PLACED, "convert", "examples", "-q", "--report", str(report), "-o", str(output)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (128 + signal.SIGTERM, b"")
    assert done.stderr.decode() == f"pfocr-rdf: interrupted; {output} is the new one\n"
    assert output.read_bytes().startswith(b"@prefix")


@pytest.mark.parametrize("command", ["convert", "validate"])
def test_an_interrupt_says_that_what_went_to_standard_output_may_not_be_whole(command: str) -> None:
    """There is no earlier output to speak of."""
    code = f"""
import signal, sys
import pfocr_rdf
from pfocr_rdf.cli import main

pfocr_rdf.{command} = lambda *inputs, **options: signal.raise_signal(signal.SIGTERM)
main()
"""
    done = subprocess.run([sys.executable, "-c", code, command, "examples", "-q"], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (128 + signal.SIGTERM, b"")
    assert done.stderr == b"pfocr-rdf: interrupted; what went to standard output may not be whole\n"


def test_a_release_in_a_folder_that_is_named_as_standard_output_is_none(tmp_path: Path) -> None:
    code = """
import signal
from pfocr_rdf.cli import main
from pfocr_rdf.releases import release

release.release = lambda *arguments, **options: signal.raise_signal(signal.SIGTERM)
main()
"""
    command = [sys.executable, "-c", code, "release", "examples", "-", "--version", "1"]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (128 + signal.SIGTERM, b"")
    assert done.stderr == b"pfocr-rdf: interrupted; an earlier output is as it was\n"


@on_linux
def test_an_interrupted_program_does_not_wait_for_what_libraries_have_under_way(tmp_path: Path) -> None:
    """As the system's end of a program does, where a library asks for it."""
    code = """
import ctypes, os, signal, sys
from pfocr_rdf import program
from pfocr_rdf.stores import embedded

libc = ctypes.CDLL(None)
libc.on_exit(libc.pause, None)
embedded.compact = lambda store: os.kill(os.getpid(), signal.SIGTERM)
sys.argv[1:] = ["load", *sys.argv[1:]]
program.main()
"""
    file = tmp_path / "one.nt"
    file.write_text("<http://a/a> <http://a/b> <http://a/c> .\n", "utf-8")
    command = [sys.executable, "-c", code, str(file), "--store", str(tmp_path / "pfocr.db")]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 128 + signal.SIGTERM
    assert done.stderr.decode().count("interrupted") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["one.nt"]
