"""Readers of an embedded store while a load puts a new one in its place: each has what it opened, to the end.

RocksDB opens a store's files by their names, and of a store of more than 16 files some only when a query needs them.
The new store's files have the same names.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import QuerySolutions, Store

from commands import run
from pfocr_rdf import load
from pfocr_rdf.stores import snapshots
from pfocr_rdf.stores.embedded import open_store
from processes import members, on_linux, started, wait_until
from test_server import answer, serving

PARTS = 20
ROWS = 12
OPENED_AT_ONCE = 16
PADDING = "x" * 500  # more than a pipe holds, in all, so that a query waits for its reader


def triples(word: str) -> list[tuple[str, str, str]]:
    """Give a graph's triples. All graphs have the same size, and so have their files."""
    rows = ((number, row) for number in range(PARTS) for row in range(ROWS))
    return [
        (f"http://a/{word}/{row:02}/{number:02}/{PADDING}", f"http://p/{number:02}", f"{word} {row:02} {number:02}")
        for number, row in rows
    ]


def loaded(store: Path, word: str, *, parts: int = PARTS) -> Path:
    """Load a graph part by part, from which a store has many files."""
    every = triples(word)
    size = len(every) // parts
    for number in range(parts):
        file = store.parent / f"{word}.nt"
        lines = (f'<{s}> <{p}> "{o}" .\n' for s, p, o in every[number * size : (number + 1) * size])
        file.write_text("".join(lines), "utf-8")
        load([file], store=store, replace=not number)
        file.unlink()
    return store


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of which some files are opened late."""
    folder = loaded(tmp_path_factory.mktemp("made") / "pfocr.db", "old")
    assert len(list(folder.glob("*.sst"))) > OPENED_AT_ONCE
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """A copy of it, which a test may change."""
    return Path(shutil.copytree(made, tmp_path / "pfocr.db"))


def union(patterns: Sequence[str]) -> str:
    return "SELECT ?s ?p ?o { " + " UNION ".join(f"{{ {pattern} }}" for pattern in patterns) + " }"


BY_PROPERTY = union([f"BIND(<http://p/{number:02}> AS ?p) ?s ?p ?o" for number in range(PARTS)])
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c < ?f) }"


def by_value(word: str) -> str:
    return union([f"BIND({o!r} AS ?o) ?s ?p ?o" for _, _, o in triples(word)])


def as_csv(word: str) -> str:
    return "".join(f"{','.join(triple)}\r\n" for triple in sorted(triples(word)))


def rows(text: str) -> str:
    """Give the rows of an answer in CSV, in order."""
    return "".join(sorted(text.splitlines(keepends=True)[1:]))


def held(store: Store) -> list[tuple[str, str, str]]:
    """Give what a store holds, by each of its indexes, which must agree."""
    found = {(quad.subject, quad.predicate, quad.object) for quad in store}
    for place in range(3):
        again: set[tuple[Any, ...]] = set()
        for term in {triple[place] for triple in found}:
            pattern: Any = [None, None, None]
            pattern[place] = term
            again |= {(quad.subject, quad.predicate, quad.object) for quad in store.quads_for_pattern(*pattern)}
        assert again == found
    return sorted((s.value, p.value, o.value) for s, p, o in found)


def kept(store: Path) -> list[Path]:
    """Give the snapshots beside a store."""
    return sorted(store.parent.glob(f".{store.name}.reading.*"))


READER = """
import sys
sys.path.insert(0, sys.argv[1])
from pfocr_rdf.stores.embedded import open_store
from test_store_readers import held, triples
with open_store(sys.argv[2]) as store:
    print("open", flush=True)
    sys.stdin.readline()
    sys.exit(0 if held(store) == sorted(triples("old")) else "other content")
"""


def reader(store: Path) -> subprocess.Popen[bytes]:
    """Start a process that opens a store, waits for a line, and compares what it reads with the old content."""
    command = [sys.executable, "-c", READER, str(Path(__file__).parent), str(store)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    return process


def finished(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    try:
        _, errors = process.communicate(b"\n", timeout=60)
        return process.returncode, errors
    finally:
        process.kill()
        process.communicate()


# ------------------------------------------------------------------------------------------ what they read, to the end


def test_a_reader_reads_what_it_opened(store: Path) -> None:
    process = reader(store)
    loaded(store, "new")
    assert finished(process) == (0, b"")
    assert not kept(store)
    with open_store(str(store)) as opened:
        assert held(opened) == sorted(triples("new"))


@pytest.mark.slow
def test_files_alone_would_lead_to_the_new_store(store: Path) -> None:
    """What a reader without a snapshot meets, which the other tests would not show if the stores were too small."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER.replace("open_store(", "nullcontext(Store.read_only(").replace("]) as", "])) as")
         .replace("import sys\n", "import sys\nfrom contextlib import nullcontext\nfrom pyoxigraph import Store\n", 1),
         str(Path(__file__).parent), str(store)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    loaded(store, "new")
    assert finished(process)[0] == 1


@pytest.mark.slow
def test_a_query_that_runs(store: Path) -> None:
    both = by_value("old")[:-2] + " UNION " + BY_PROPERTY.partition("{")[2]
    with started("query", "--store", store, "-q", "-f", "csv", "-e", both) as process:
        assert process.stdout is not None
        first = os.read(process.stdout.fileno(), 100)  # the rest does not fit into the pipe
        loaded(store, "new")
        rest, errors = process.communicate(timeout=60)
    assert (errors, process.returncode) == (b"", 0)
    assert rows((first + rest).decode()) == "".join(line * 2 for line in as_csv("old").splitlines(keepends=True))
    assert not kept(store)


@pytest.mark.slow
def test_a_server(store: Path) -> None:
    with serving(store) as (url, process):
        loaded(store, "new")
        assert rows(answer(url, BY_PROPERTY)) == as_csv("old")
        assert rows(answer(url, by_value("old"))) == as_csv("old")
        process.terminate()
        assert process.wait(20) == 0
    assert not kept(store)
    with serving(store) as (url, _):
        assert rows(answer(url, BY_PROPERTY)) == as_csv("new")


@pytest.mark.slow
@pytest.mark.parametrize("when", ["link", "copy", "end"])
def test_a_load_at_the_moment_of_opening(when: str, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot is of one store, the old or the new, and never of both."""
    pending = [True]

    def first(call: Any) -> Any:
        def called(*given: Any, **options: Any) -> Any:
            if pending and pending.pop():
                loaded(store, "new")
            return call(*given, **options)

        return called

    owner, name = {"link": (os, "link"), "copy": (snapshots, "_copy"), "end": (os.path, "samestat")}[when]
    if when == "end":
        monkeypatch.setattr(snapshots, "_filled", first(vars(snapshots)["_filled"]))
    else:
        monkeypatch.setattr(owner, name, first(vars(owner)[name]))
    with open_store(str(store)) as opened:
        assert held(opened) == sorted(triples("new"))
        assert len(kept(store)) == 1
    assert not pending
    assert not kept(store)


@pytest.mark.slow
def test_many_readers_while_loads_follow_each_other(tmp_path: Path) -> None:
    store = loaded(tmp_path / "pfocr.db", "w0", parts=2)
    end, faults, opened = threading.Event(), list[object](), list[str]()

    def read() -> None:
        try:
            while not end.is_set():
                with open_store(str(store)) as snapshot:
                    word = next(iter(snapshot)).object.value.split()[0]
                    content = {quad.object.value for quad in snapshot}
                    assert content <= {o for _, _, o in triples(word)}
                    opened.append(word)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 9):
        loaded(store, f"w{number}", parts=2)
    end.set()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(set(opened)) > 1
    assert not kept(store)


# ----------------------------------------------------------------------------------------------- what they leave behind


@pytest.mark.parametrize("after", [pytest.param("load", marks=pytest.mark.slow), "query"])
def test_what_a_killed_reader_leaves_is_removed(after: str, store: Path) -> None:
    killed, alive = reader(store), reader(store)
    try:
        assert len(kept(store)) == 2
        assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in kept(store))
        killed.kill()
        killed.communicate()
        if after == "load":
            loaded(store, "new")
        else:
            assert run("query", "--store", store, "-e", "ASK {}").stdout == b"yes\n"
        assert len(kept(store)) == 1  # of the reader that is alive
    finally:
        assert finished(alive) == (0, b"")
    assert not kept(store)


@on_linux
def test_a_killed_server(store: Path) -> None:
    with serving(store) as (_, process):
        (folder,) = kept(store)
        process.kill()
        wait_until(lambda: not members(process.pid), 20, "the end of all processes")
    assert kept(store) == [folder]
    assert run("query", "--store", store, "-e", "ASK {}").stdout == b"yes\n"
    assert not kept(store)


def test_a_snapshot_lasts_as_long_as_a_process_that_inherited_it(store: Path) -> None:
    """The program that serves it may end later than the one that started it."""
    code = """
import subprocess, sys
from pfocr_rdf.stores.embedded import kept_store
with kept_store(sys.argv[1]) as kept:
    child = subprocess.Popen(["cat"], pass_fds=(kept.lock,), stdout=subprocess.DEVNULL)
    print(flush=True)
    import os; os._exit(0)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.wait(20)
        snapshots.remove_stale(store)
        assert len(kept(store)) == 1
    # its standard input is closed now, at which it ends

    def gone() -> bool:
        snapshots.remove_stale(store)
        return not kept(store)

    wait_until(gone, 20, "the end of the child")


@on_linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_an_interrupted_query_leaves_nothing(number: signal.Signals, store: Path) -> None:
    with started("query", "--store", store, "-e", LONG) as process:
        wait_until(lambda: bool(kept(store)), 30, "a snapshot")
        process.send_signal(number)
        assert process.wait(20) == -number
    assert not kept(store)


MAKING = """
import shutil, threading
begun, removing = threading.Event(), threading.Event()
copy, remove = snapshots._copy, shutil.rmtree

def copied(*arguments):
    if not begun.is_set():
        begun.set()
        os.kill(os.getpid(), signal.SIGTERM)
        removing.wait(0.5)
    copy(*arguments)

def removed(folder, **options):
    remove(folder, **options)
    if threading.current_thread() is not threading.main_thread():
        removing.set()
        time.sleep(0.5)  # in which another snapshot could be made

snapshots._copy, shutil.rmtree = copied, removed
"""
FILLED = """
import shutil
remove = shutil.rmtree

def removed(folder, **options):
    remove(folder, **options)
    if not os.path.exists("filled") and not folder.exists():
        open("filled", "x").close()
        folder.mkdir()
        (folder / "LOG").touch()

shutil.rmtree = removed
embedded.read_only = lambda *_: os.kill(os.getpid(), signal.SIGTERM) or time.sleep(60)
"""
REMOVING = """
import shutil, threading
remove = shutil.rmtree

def removed(folder, **options):
    if threading.current_thread() is threading.main_thread():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    remove(folder, **options)

shutil.rmtree = removed
"""


@on_linux
@pytest.mark.parametrize(
    ("moment", "query"),
    [
        pytest.param(MAKING, LONG, id="while it is made"),
        pytest.param(FILLED, "ASK {}", id="while the store's own files come into it"),
        pytest.param(REMOVING, "ASK {}", id="while it is removed"),
    ],
)
def test_a_query_interrupted_at_any_moment_of_its_snapshot_leaves_nothing(
    moment: str, query: str, store: Path, tmp_path: Path
) -> None:
    code = f"""
import os, signal, sys, time
from pfocr_rdf import program
from pfocr_rdf.stores import embedded, snapshots
{moment}
sys.argv[1:] = ["query", "--store", *sys.argv[1:]]
program.main()
"""
    command = [sys.executable, "-c", code, str(store), "-e", query]
    done = subprocess.run(command, capture_output=True, timeout=60, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (-signal.SIGTERM, b"")
    assert not kept(store)


@on_linux
def test_a_forked_process_may_make_a_snapshot_while_the_other_ends(store: Path) -> None:
    code = """
import os, sys, threading
from pathlib import Path
from pfocr_rdf.stores import snapshots

ending = threading.Thread(target=snapshots.remove_own)
ending.start()
ending.join()
if not (child := os.fork()):
    with snapshots.snapshot(Path(sys.argv[1])) as kept:
        os._exit(kept.lock is None)
os._exit(os.waitpid(child, 0)[1] > 0)
"""
    with subprocess.Popen([sys.executable, "-c", code, str(store)], start_new_session=True) as process:
        try:
            assert process.wait(20) == 0
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    snapshots.remove_stale(store)
    assert not kept(store)


def test_a_reader_that_forgets_to_close(store: Path) -> None:
    code = (
        "import sys; from pfocr_rdf.stores.embedded import open_store; c = open_store(sys.argv[1]); s = c.__enter__()"
    )
    subprocess.run([sys.executable, "-c", code, str(store)], check=True, timeout=60)
    assert not kept(store)


def test_what_is_refused_leaves_nothing(store: Path) -> None:
    assert run("query", "--store", store, "-e", "SELECT").returncode == 2
    for file in store.glob("MANIFEST-*"):
        file.write_bytes(b"nothing of that kind")
    done = run("query", "--store", store, "-e", "ASK {}")
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"pfocr-rdf: {store}: cannot be opened as a store (")
    assert b"reading" not in done.stderr
    assert not kept(store)


def test_other_folders_stay(store: Path, tmp_path: Path) -> None:
    """Nothing is removed but snapshots of this store, and nothing through a link."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes").touch()
    (tmp_path / ".pfocr.db.reading.0123456789abcdef").symlink_to(mine)
    names = (".pfocr.db.reading.mine", ".other.db.reading.0123456789abcdef", ".pfocrxdb.reading.0123456789abcdef")
    for name in names:
        (tmp_path / name).mkdir()
    snapshots.remove_stale(store)
    assert (mine / "notes").exists()
    assert all((tmp_path / name).exists() for name in names)


# ------------------------------------------------------------------------------------------------------- where they are


def test_a_store_is_found_under_any_name(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The snapshot stands beside the store itself, not beside a link to it."""
    elsewhere = store.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "link.db").symlink_to(store)
    hidden = store.with_name(".hidden.db")
    loaded(hidden, "old", parts=1)
    monkeypatch.chdir(store.parent)
    for name, real in (("pfocr.db", store), ("elsewhere/link.db", store), ("pfocr.db/", store), (".hidden.db", hidden)):
        with open_store(name) as opened:
            assert len(kept(real)) == 1
            monkeypatch.chdir("/")
            assert held(opened) == sorted(triples("old"))
        monkeypatch.chdir(store.parent)
        assert not kept(real)
    assert [path.name for path in elsewhere.iterdir()] == ["link.db"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions hold back")
def test_a_folder_that_cannot_be_written(store: Path) -> None:
    store.parent.chmod(0o555)
    try:
        with open_store(str(store)) as opened:
            assert not kept(store)
            assert held(opened) == sorted(triples("old"))
    finally:
        store.parent.chmod(0o755)


@pytest.mark.parametrize("call", ["mkdir", "link"])
def test_where_no_snapshot_can_be_made(call: str, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store itself is read."""

    def refused(*given: object, **options: object) -> None:
        raise PermissionError(1, "operation not permitted")

    owner: object = Path if call == "mkdir" else os
    monkeypatch.setattr(owner, call, refused)
    with open_store(str(store)) as opened:
        assert not kept(store)
        assert held(opened) == sorted(triples("old"))


def test_a_full_disk(store: Path) -> None:
    """The system lets no file grow beyond 1 kB, which the program meets as it does a full disk."""
    done = subprocess.run(
        [sys.executable, "-m", "pfocr_rdf", "query", "--store", str(store), "-q", "-f", "csv", "-e", BY_PROPERTY],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert rows(done.stdout.decode()) == as_csv("old")
    assert not kept(store)


def test_what_a_program_writes_meanwhile(store: Path) -> None:
    """Another program may have the store open and write to it; what it has written is read."""
    writer = Store(str(store))
    for number in range(20):
        writer.update(f"INSERT DATA {{ <http://more> <http://more> {number} }}")
        if number % 5 == 0:
            writer.optimize()
        with open_store(str(store)) as opened:
            answers = opened.query("SELECT ?n { <http://more> <http://more> ?n }")
            assert isinstance(answers, QuerySolutions)
            assert len(list(answers)) == number + 1
