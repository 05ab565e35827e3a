"""Loading into an embedded store: all of it or nothing, however it ends, and proven by the store's own count."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store

import pfocr_rdf
from commands import Completed, inside, run
from pfocr_rdf import GraphCounts, InputError, Loaded, OutputError, StoreError, load
from pfocr_rdf.stores import embedded, exchange
from pfocr_rdf.stores.embedded import load_store
from pfocr_rdf.stores.loading import NOTHING
from processes import on_linux, started, under_a_mount

ROOT = Path(__file__).parents[1]
EXAMPLES = GraphCounts(6987, 15, 294)
OLD = "<http://a/> <http://b/> <http://c/> .\n"
STAGES = ("begun", "part", "loaded", "counted", "aside", "exchanged")


@pytest.fixture(scope="module")
def ntriples(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples as N-Triples."""
    output = tmp_path_factory.mktemp("ntriples") / "examples.nt"
    pfocr_rdf.convert([examples], output, format="ntriples")
    return output


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The folder of a store, which is not there yet."""
    return tmp_path / "pfocr.db"


@pytest.fixture
def old(store: Path, tmp_path: Path) -> Path:
    """A store that holds one triple."""
    file = tmp_path / "old.nt"
    file.write_text(OLD, "utf-8")
    load([file], store=store)
    return store


def content(store: Path, graph: str | None = None) -> set[str]:
    """Give the triples of a graph of a store."""
    name = NamedNode(graph) if graph else DefaultGraph()
    quads = Store.read_only(str(store)).quads_for_pattern(None, None, None, name)
    return {f"{quad.triple}" for quad in quads}


def triples_of(file: Path) -> set[str]:
    return {f"{quad.triple}" for quad in pyoxigraph.parse(path=str(file))}


def alone(store: Path) -> bool:
    """Tell whether nothing was left beside a store."""
    return not [path for path in store.parent.iterdir() if path.name.startswith(".")]


# ------------------------------------------------------------------------------------------------------ what is loaded


@pytest.mark.parametrize("name", ["records", "examples.nt", "examples.nt.gz", "examples.ttl", "examples.ttl.gz"])
def test_every_input_gives_the_same_store(name: str, examples: Path, ntriples: Path, store: Path) -> None:
    source = examples
    if name != "records":
        source = store.parent / name
        pfocr_rdf.convert([examples], source, format="turtle" if ".ttl" in name else "ntriples")
    assert load([source], store=store) == Loaded(EXAMPLES, NOTHING, EXAMPLES)
    assert content(store) == triples_of(ntriples)
    assert alone(store)


@pytest.mark.parametrize(
    ("jobs", "replace"),
    [
        (1, True),
        (2, False),
        pytest.param(1, False, marks=pytest.mark.slow),
        pytest.param(2, True, marks=pytest.mark.slow),
    ],
)
def test_loading_again_changes_nothing(jobs: int, replace: bool, examples: Path, store: Path) -> None:
    load([examples], store=store, jobs=jobs)
    before = content(store)
    loaded = load([examples], store=store, jobs=jobs, replace=replace)
    assert (loaded.sent, loaded.held, loaded.complete(), loaded.live) == (EXAMPLES, EXAMPLES, True, True)
    assert loaded.before == (NOTHING if replace else EXAMPLES)
    assert content(store) == before


def test_new_comes_to_old(old: Path, examples: Path, ntriples: Path) -> None:
    loaded = load([examples], store=old)
    assert (loaded.before.triples, loaded.held.triples) == (1, 6988)
    assert content(old) == triples_of(ntriples) | {OLD[:-3]}


def test_replacing_keeps_other_graphs(old: Path, ntriples: Path) -> None:
    load([ntriples], store=old, graph="http://a/graph")
    assert content(old) == {OLD[:-3]}
    assert content(old, "http://a/graph") == triples_of(ntriples)
    Store(str(old)).add_graph(NamedNode("http://an/empty/graph"))
    other = old.parent / "other.nt"
    other.write_text(OLD.replace("c", "d"), "utf-8")
    load([other], store=old, replace=True)
    load([other], store=old, graph="http://a/graph", replace=True)
    assert content(old) == content(old, "http://a/graph") == {OLD[:-3].replace("c", "d")}
    assert NamedNode("http://an/empty/graph") in set(Store.read_only(str(old)).named_graphs())


def test_the_files_of_a_store_are_put_together(
    old: Path, ntriples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all of them each query would look; where little is added to an old store, they stay, shared with it."""

    def large() -> set[tuple[int, int]]:
        return {(file.stat().st_ino, file.stat().st_mtime_ns) for file in old.glob("*.sst")}

    monkeypatch.setattr("pfocr_rdf.inputs.BYTES", 50_000)
    with monkeypatch.context() as patched:
        patched.setattr(embedded, "compact", lambda _: None)
        load([ntriples], store=old, replace=True)
    apart = large()
    load([ntriples], store=old, replace=True)
    together = large()
    assert len(together) < len(apart)
    (tmp_path / "more.nt").write_text(OLD, "utf-8")
    load([tmp_path / "more.nt"], store=old)
    assert together < large()
    monkeypatch.setattr(embedded, "COMPACTED", 1)
    load([tmp_path / "more.nt"], store=old)
    assert not together <= large()


def test_lines_that_are_no_triples_or_stand_twice(store: Path) -> None:
    file = store.parent / "odd.nt"
    file.write_text(f"# a comment\n\n{OLD}{OLD}\n<http://a/>\t<http://b/>   'x' . # more".replace("'", '"'), "utf-8")
    loaded = load([file, file], store=store)
    assert loaded == Loaded(GraphCounts(2, 0, 0), NOTHING, GraphCounts(2, 0, 0))


def test_what_another_program_wrote_and_did_not_flush_is_kept(store: Path, ntriples: Path) -> None:
    code = (
        "import os, sys; from pyoxigraph import *; store = Store(sys.argv[1]);"
        "store.load(sys.argv[2].encode(), RdfFormat.N_TRIPLES); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(store), OLD], check=False)
    assert load([ntriples], store=store).before.triples == 1
    assert OLD[:-3] in content(store)


def test_nothing_to_load_makes_an_empty_store(store: Path) -> None:
    file = store.parent / "empty.nt"
    file.touch()
    assert load([file], store=store) == Loaded(NOTHING, NOTHING, NOTHING)
    assert content(store) == set()


@pytest.mark.slow
def test_the_sample(sample: Path, sample_ntriples: bytes, store: Path) -> None:
    loaded = load([sample], store=store, jobs=2)
    assert loaded.complete()
    assert loaded.held.triples == sample_ntriples.count(b"\n")
    assert loaded.held.figures == len(list((sample / "_figures").iterdir())) - loaded.sent.errors


# --------------------------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (f"{OLD}<http://a/> b .\n", "broken.nt:2: no valid N-Triples: the predicate"),
        (OLD * 200_000 + "<http://a/> b .\n", "broken.nt:200001: no valid N-Triples"),
        ('<http://a/> <http://b/> "\udcff" .\n', "broken.nt:1: no valid N-Triples"),
        ("_:a <http://b/> <http://c/> .\n", "broken.nt: has blank nodes"),
        (f"{OLD}<http://a/> <http://b/> _:c .\n", "broken.nt: has blank nodes"),
        ("<http://a/> <http://b/> <<( <http://a/> <http://b/> <http://c/> )>> .\n", "triple term"),
        ('<http://a/> <http://b/> "' + "x" * 20_000_000, "a line of more than 16,000,000 bytes"),
    ],
)
def test_input_that_is_refused_leaves_the_store(data: str, message: str, old: Path) -> None:
    file = old.parent / "broken.nt"
    file.write_bytes(data.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as caught:
        load([file], store=old)
    assert message.lower() in str(caught.value).lower()
    assert content(old) == {OLD[:-3]}
    assert alone(old)


def test_blank_nodes_in_a_literal_are_text(store: Path) -> None:
    file = store.parent / "text.nt"
    file.write_text('<http://a/> <http://b/> "is _:a no blank node, <<or>>" .\n', "utf-8")
    assert load([file], store=store).held.triples == 1


def test_a_cut_file(old: Path) -> None:
    file = old.parent / "cut.nt.gz"
    file.write_bytes(gzip.compress(OLD.encode() * 1000)[:-10])
    with pytest.raises(InputError, match="damaged or cut"):
        load([file], store=old)
    assert content(old) == {OLD[:-3]}


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path, ntriples: Path) -> None:
    for name in ("notes.txt", "CURRENT and more"):
        folder = tmp_path / name.split(".")[0]
        folder.mkdir()
        (folder / name).touch()
        with pytest.raises(StoreError, match="is no store, or not only that: it holds"):
            load([ntriples], store=folder, replace=True)
        assert (folder / name).exists()
    with pytest.raises(StoreError, match="is a file"):
        load([ntriples], store=tmp_path / "notes" / "notes.txt")
    with pytest.raises(StoreError, match="there is no folder"):
        load([ntriples], store=tmp_path / "none" / "pfocr.db")


def test_a_store_with_something_beside_it_is_left_alone(old: Path, ntriples: Path) -> None:
    (old / "my notes").touch()
    with pytest.raises(StoreError, match="it holds my notes"):
        load([ntriples], store=old, replace=True)


def test_a_damaged_store(old: Path, ntriples: Path) -> None:
    for file in old.glob("MANIFEST-*"):
        file.write_bytes(b"nothing of that kind")
    with pytest.raises(StoreError, match="cannot be opened as a store"):
        load([ntriples], store=old)
    assert alone(old)


def test_names_in_messages_are_as_they_are(tmp_path: Path, ntriples: Path) -> None:
    store = tmp_path / "PFOCR.db"
    load([ntriples], store=store)
    cut = sorted(store.glob("*.sst"))[0]
    cut.write_bytes(cut.read_bytes()[:-1])
    done = inside("query", "count-pathways", "--store", store)
    assert done.returncode == 2
    assert "PFOCR.db" in done.stderr.decode().replace(f"{store}: ", "", 1)
    assert "pfocr.db" not in done.stderr.decode()
    assert ".reading." not in done.stderr.decode()


def test_an_empty_folder_becomes_a_store(store: Path, ntriples: Path) -> None:
    store.mkdir()
    load([ntriples], store=store)
    assert len(content(store)) == 6987


def test_a_store_behind_a_link(old: Path, ntriples: Path) -> None:
    link = old.parent / "link.db"
    link.symlink_to(old)
    load([ntriples], store=link, replace=True)
    assert link.is_symlink()
    assert len(content(old)) == 6987


def test_permissions_stay(old: Path, ntriples: Path) -> None:
    old.chmod(0o750)
    load([ntriples], store=old)
    assert old.stat().st_mode & 0o777 == 0o750


@on_linux
def test_a_place_that_cannot_be_written(ntriples: Path) -> None:
    done = inside("load", ntriples, "--store", "/proc/pfocr.db")
    assert done.returncode == 2
    assert done.stderr.decode().startswith("pfocr-rdf: /proc/pfocr.db: /proc cannot be written (")
    assert done.stderr.count(b"\n") == 1


def test_a_full_disk(old: Path, ntriples: Path) -> None:
    """The system lets no file grow beyond 100 kB, which the program meets as it does a full disk."""
    done = subprocess.run(
        [sys.executable, "-m", "pfocr_rdf", "load", str(ntriples), "--store", str(old)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.decode() == f"pfocr-rdf: {old}: file too large; the store is as it was\n"
    assert content(old) == {OLD[:-3]}
    assert alone(old)


def test_a_store_that_another_program_writes_to(old: Path, ntriples: Path) -> None:
    code = "import sys; from pyoxigraph import *; store = Store(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(old)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(StoreError, match="another program, or this one elsewhere, has it open for writing"):
            load([ntriples], store=old, replace=True)
    load([ntriples], store=old, replace=True)


def test_a_store_that_this_program_writes_to(old: Path, ntriples: Path) -> None:
    """A lock that belonged to the process would let the load pass, and the writer's next flush would undo it."""
    writer = Store(str(old))
    writer.add(Quad(NamedNode("http://n/1"), NamedNode("http://n/2"), NamedNode("http://n/3"), DefaultGraph()))
    for _ in range(2):  # to be refused must not cost the writer its own lock
        with pytest.raises(StoreError, match="this one elsewhere"):
            load([ntriples], store=old)
    assert b"has it open for writing" in run("load", ntriples, "--store", old).stderr
    writer.flush()
    del writer
    load([ntriples], store=old)
    assert content(old) == triples_of(ntriples) | {OLD[:-3], "<http://n/1> <http://n/2> <http://n/3>"}
    assert alone(old)


def test_loads_in_two_threads_of_a_program(old: Path, ntriples: Path) -> None:
    """One loads; the other is told so, again and again, and costs the first nothing."""
    begun, done = Event(), Event()

    def send(write: Callable[[bytes], object]) -> GraphCounts:
        begun.set()
        assert done.wait(60)
        write(ntriples.read_bytes())
        return EXAMPLES

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(load_store, str(old), send, replace=True)
        assert begun.wait(60)
        for _ in range(3):
            with pytest.raises(StoreError, match="another load into it is running"):
                load([ntriples], store=old)
        done.set()
        assert first.result().complete()
    assert content(old) == triples_of(ntriples)
    assert alone(old)


def sending(file: Path, meanwhile: Callable[[], object]) -> Callable[[Callable[[bytes], object]], GraphCounts]:
    """Give what sends a file's triples and does something else then."""

    def send(write: Callable[[bytes], object]) -> GraphCounts:
        write(file.read_bytes())
        meanwhile()
        return EXAMPLES

    return send


@pytest.mark.parametrize("there", [False, True])
def test_what_came_where_no_store_was_stays(there: bool, store: Path, ntriples: Path) -> None:
    """There was nothing to lock when the load began."""
    if there:
        store.mkdir()

    def other() -> None:
        writer = Store(str(store))
        writer.add(Quad(NamedNode("http://n/1"), NamedNode("http://n/2"), NamedNode("http://n/3"), DefaultGraph()))
        writer.flush()

    with pytest.raises(StoreError, match=r"pfocr\.db: something came there while the store was loaded, and stays"):
        load_store(str(store), sending(ntriples, other))
    assert content(store) == {"<http://n/1> <http://n/2> <http://n/3>"}
    assert alone(store)


def test_a_file_that_came_where_no_store_was_stays(store: Path, ntriples: Path) -> None:
    with pytest.raises(StoreError, match="something came there"):
        load_store(str(store), sending(ntriples, lambda: store.write_text("a thesis")))
    assert store.read_text() == "a thesis"
    assert alone(store)


@pytest.mark.parametrize("data", [b"", b"# a comment\n"])
@pytest.mark.parametrize("name", ["empty.nt", "empty.nt.gz", "empty.ttl", "PMC1__a.md"])
def test_nothing_is_replaced_by_nothing(name: str, data: bytes, old: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    done = inside("load", tmp_path / name, "--store", old, "--replace", "-q")
    assert done.returncode == 2
    what = "no record that could be converted" if name.endswith(".md") else "no triple"
    assert done.stderr.decode().splitlines()[-1] == (
        f"pfocr-rdf: {tmp_path / name}: {what}, so that there is nothing to replace the graph by"
    )
    assert content(old) == {OLD[:-3]}
    assert alone(old)


@pytest.mark.parametrize("name", ["", "/"])
def test_what_can_be_no_store(name: str, ntriples: Path) -> None:
    done = inside("load", ntriples, "--store", name)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"pfocr-rdf: {name or 'the store'}: cannot be the folder of a store; give the name of a new one\n"
    )


@pytest.mark.parametrize("name", ["place", "a place"])
def test_a_mount_point_is_refused_before_the_work(name: str, ntriples: Path, tmp_path: Path) -> None:
    place = tmp_path / name
    message = f"pfocr-rdf: {place}: is a mount point, in whose place no store can be put; give a new folder in it\n"
    assert under_a_mount(place, "load", ntriples, "--store", place) == (2, message, [])


def test_a_file_where_a_load_makes_a_folder(old: Path, ntriples: Path) -> None:
    beside = old.with_name(f".{old.name}.loading")
    beside.write_text("mine")
    with pytest.raises(StoreError, match=r"\.pfocr\.db\.loading is a file, where a load makes a folder; delete it"):
        load([ntriples], store=old)
    assert beside.read_text() == "mine"


@on_linux
def test_a_file_system_without_locks(old: Path, ntriples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails is not called another load, for whose end one would wait for ever."""
    import fcntl

    def none(*_: object) -> None:
        raise OSError(37, "No locks available")

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", none)
        with pytest.raises(StoreError, match=r"cannot be locked \(no locks available\).*give a folder on another disk"):
            load([ntriples], store=old)
    change = fcntl.fcntl

    def older(file: int, command: int, given: bytes) -> object:
        if command == fcntl.F_OFD_SETLK:
            raise OSError(22, "Invalid argument")
        return change(file, command, given)

    monkeypatch.setattr(fcntl, "fcntl", older)
    assert load([ntriples], store=old).complete()
    assert alone(old)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")
def test_a_process_forked_meanwhile_holds_nothing_up(old: Path, ntriples: Path) -> None:
    children: list[int] = []

    def fork() -> None:
        children.append(os.fork())
        if not children[0]:
            signal.pause()
            os._exit(0)
        raise RuntimeError("the load fails")

    try:
        with pytest.raises(StoreError, match="the load fails"):
            load_store(str(old), sending(ntriples, fork))
        assert load([ntriples], store=old).complete()
    finally:
        os.kill(children[0], signal.SIGKILL)
        os.waitpid(children[0], 0)


def test_a_load_that_begins_as_another_clears_up(old: Path, ntriples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink = Path.unlink
    loads: list[Path] = []

    def unlinked(self: Path, missing_ok: bool = False) -> None:
        unlink(self, missing_ok)
        if self.name == "lock" and not loads:
            loads.append(self)
            assert load([ntriples], store=old, replace=True).complete()

    monkeypatch.setattr(Path, "unlink", unlinked)
    load([ntriples], store=old)
    assert loads
    assert content(old) == triples_of(ntriples)
    assert alone(old)


def test_a_load_that_is_running(old: Path, ntriples: Path) -> None:
    with started("part", "wait", "load", EXAMPLE, "--store", old, program=FAULTY) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"waiting\n"
        with pytest.raises(StoreError, match="another load into it is running"):
            load([ntriples], store=old)
        assert content(old) == {OLD[:-3]}  # queries are answered meanwhile
    load([ntriples], store=old)


def test_a_count_that_differs(old: Path) -> None:
    done = interrupted("miscount", "lose", old, "--replace")
    assert done.returncode == 1
    assert "6,988" in done.stdout.decode()
    message = f"pfocr-rdf: {old}: the store counts 6,987 triples where 6,988 were sent; nothing is replaced\n"
    assert done.stderr.decode().endswith(message)
    assert content(old) == {OLD[:-3]}
    assert alone(old)


def test_records_with_errors(store: Path, tmp_path: Path) -> None:
    (tmp_path / "PMC1__a.md").write_text("no front matter", "utf-8")
    done = inside("load", tmp_path / "PMC1__a.md", "--store", store, "--report", tmp_path / "report.jsonl")
    assert done.returncode == 1
    assert b"front-matter-missing" in done.stderr
    assert "front-matter-missing" in (tmp_path / "report.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give the store: --store DIR"),
        (("--store", "x.db", "--graph", "no iri"), "'no iri' is no IRI"),
    ],
)
def test_usage(arguments: tuple[str, ...], message: str, examples: Path) -> None:
    done = inside("load", examples, *arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()


def test_a_report_that_would_overwrite_the_input(ntriples: Path, store: Path) -> None:
    with pytest.raises(OutputError, match="is an input, too"):
        load([ntriples], store=store, report_file=ntriples)


def test_a_link_in_the_place_of_the_new_store(old: Path, ntriples: Path, tmp_path: Path) -> None:
    """Nothing is deleted through it."""
    mine = tmp_path / "mine"
    (mine / "store").mkdir(parents=True)
    (tmp_path / ".pfocr.db.loading").symlink_to(mine)
    with pytest.raises(StoreError, match="is a link"):
        load([ntriples], store=old)
    assert (mine / "store").is_dir()


def test_a_worker_that_dies_costs_nothing(store: Path, tmp_path: Path) -> None:
    """Its records are converted again by others, though the store is open by then."""
    faults = [str(FAULTY.with_name("faults.py")), "2", "kill", "PMC99000012__1471-2164-15-S9-S12-3"]
    command = [*faults, str(tmp_path / "done"), "load", str(EXAMPLE), "--store", str(store), "-j", "2"]
    done = subprocess.run([sys.executable, *command], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(content(store)) == 6987


# ------------------------------------------------------------------------------------------------------ interruptions

FAULTY = Path(__file__).with_name("interruptions.py")
EXAMPLE = ROOT / "examples"


def interrupted(stage: str, fault: str, store: Path, *options: str) -> Completed:
    """Load the examples, with a fault at a stage."""
    command = [sys.executable, str(FAULTY), stage, fault, "load", str(EXAMPLE), "--store", str(store), "-j", "2"]
    return subprocess.run([*command, *options], capture_output=True, check=False, timeout=120, env=os.environ)


@pytest.mark.slow
@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_killed(stage: str, replace: bool, old: Path, ntriples: Path) -> None:
    """After SIGKILL the store is whole, old or new, and the next load succeeds, and cleans up."""
    options = ["--replace"] if replace else []
    new = triples_of(ntriples) | (set() if replace else {OLD[:-3]})
    assert interrupted(stage, "KILL", old, *options).returncode == -9
    if stage == "aside":  # where two folders cannot be exchanged in one step, the next load finds the old one
        assert not old.exists()
    else:
        assert content(old) == (new if stage == "exchanged" else {OLD[:-3]})
    done = run("load", EXAMPLE, "--store", old, *options)
    assert done.returncode == 0, done.stderr
    assert content(old) == new
    assert alone(old)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_killed_before_there_was_a_store(stage: str, store: Path) -> None:
    if stage != "aside":
        assert interrupted(stage, "KILL", store).returncode == -9
        assert store.exists() == (stage == "exchanged")
        assert run("load", EXAMPLE, "--store", store).returncode == 0
        assert len(content(store)) == 6987
        assert alone(store)


@pytest.mark.parametrize("fault", ["TERM", *(pytest.param(name, marks=pytest.mark.slow) for name in ("INT", "HUP"))])
@pytest.mark.parametrize(
    "stage",
    [*(pytest.param(stage, marks=pytest.mark.slow) for stage in ("begun", "loaded", "counted")), "part", "exchanged"],
)
def test_interrupted(stage: str, fault: str, old: Path) -> None:
    done = interrupted(stage, fault, old, "--replace")
    assert done.returncode == {"TERM": 143, "INT": 130, "HUP": 129}[fault]
    assert len(content(old)) == (6987 if stage == "exchanged" else 1)
    left = f"{old} holds what was loaded" if stage == "exchanged" else "an earlier output is as it was"
    assert done.stderr.decode().endswith(f"pfocr-rdf: interrupted; {left}\n")
    assert alone(old)


@pytest.mark.parametrize("moment", ["_lock", "_is_at", "open"])
def test_an_interrupt_as_a_load_begins_leaves_nothing(moment: str, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> bool:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, moment, interrupt, raising=False)
    with pytest.raises(KeyboardInterrupt):
        load_store(str(old), lambda _: NOTHING)
    assert alone(old)


def test_what_the_store_still_writes_as_a_load_is_interrupted_goes_too(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Oxigraph's threads write until the store is closed, which an interrupt's traceback may hold open."""
    remove = shutil.rmtree
    written: list[Path] = []

    def removed(folder: Path, *, ignore_errors: bool) -> None:
        there = folder.exists()
        remove(folder, ignore_errors=ignore_errors)
        if there and len(written) < 3:
            written.append(folder / "CURRENT")
            folder.mkdir()
            written[-1].touch()

    def interrupt(write: Callable[[bytes], object]) -> GraphCounts:
        write(OLD.encode())
        monkeypatch.setattr(shutil, "rmtree", removed)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_store(str(old), interrupt)
    assert len(written) == 3
    assert alone(old)


def test_the_old_store_comes_back_when_the_new_cannot_take_its_place(old: Path, tmp_path: Path) -> None:
    """On a system that cannot exchange two folders in one step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "_call", lambda names: None)
        with pytest.raises(OSError, match="No such file"):
            exchange.put_in_place(tmp_path / "nowhere", old, tmp_path / "aside")
        assert content(old) == {OLD[:-3]}
        new = tmp_path / "new"
        new.mkdir()
        exchange.put_in_place(new, old, tmp_path / "aside")
    assert list(old.iterdir()) == []
    assert content(tmp_path / "aside") == {OLD[:-3]}


def test_a_reader_keeps_the_store_that_it_opened(old: Path, ntriples: Path) -> None:
    reader = Store.read_only(str(old))
    load([ntriples], store=old, replace=True)
    assert len(reader) == 1
    assert len(Store.read_only(str(old))) == 6987


def test_a_copy_shares_no_file_that_changes(old: Path, ntriples: Path, tmp_path: Path) -> None:
    """Whatever is done to the new store, the old one, where somebody kept it, stays as it was."""
    kept = tmp_path / "kept"
    kept.mkdir()
    for file in old.iterdir():
        os.link(file, kept / file.name)
    load([ntriples], store=old)
    writable = Store(str(old))
    writable.update("DELETE WHERE { ?s ?p ?o }")
    writable.optimize()
    writable.add(Quad(NamedNode("http://x/"), NamedNode("http://x/"), Literal("x")))
    del writable
    assert content(kept) == {OLD[:-3]}


def test_the_store_is_oxigraphs(store: Path, ntriples: Path) -> None:
    """What is loaded is what Oxigraph itself makes of the file."""
    load([ntriples], store=store)
    theirs = Store()
    theirs.bulk_load(path=str(ntriples), format=RdfFormat.N_TRIPLES)
    assert content(store) == {f"{quad.triple}" for quad in theirs}
