"""Virtuoso's bulk loader: shards, its list of errors, replacement, and a password that stands on no command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import pfocr_rdf
from commands import Completed, run
from pfocr_rdf.inputs import GraphCounts, write_graph
from pfocr_rdf.stores.credentials import Credentials
from pfocr_rdf.stores.loading import Loaded
from pfocr_rdf.stores.remote import EndpointError
from pfocr_rdf.stores.remote_loading import load_remote
from pfocr_rdf.stores.virtuoso import Virtuoso, find_isql
from pfocr_rdf.terms import Term, iri_term
from processes import on_linux
from servers import PASSWORD, Server, free_port, virtuoso

LIVE = iri_term("https://pfocr.wikipathways.org/")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with virtuoso(tmp_path_factory.mktemp("server")) as running:
        yield running


def load(server: Server, *files: Path, replace: bool = False, graph: Term | None = LIVE) -> Loaded:
    return load_remote(bulk(server), partial(write_graph, files), graph=graph, replace=replace)


def bulk(server: Server, **options: str) -> Virtuoso:
    isql = options.get("isql") or find_isql()
    return Virtuoso(server.sql, Credentials("dba", PASSWORD), str(server.shards), isql=isql, retries=1)


def program(server: Server, *arguments: str | Path, **environment: str) -> Completed:
    where = ("--virtuoso", server.sql, "--virtuoso-folder", server.shards, "--graph", LIVE[1:-1])
    return run("load", *arguments, *where, **server.environment, **environment)


def left(server: Server) -> list[str]:
    """Give what is left of a load: shards, and rows in the loader's list."""
    return [
        *(file.name for file in server.shards.iterdir()),
        *bulk(server)._run("SELECT ll_file FROM DB.DBA.load_list;"),
    ]


def test_loading_adds(server: Server, examples: Path) -> None:
    server.clear()
    first = load(server, examples / "_figures" / "PMC99000003__gr2.md")
    assert first.complete()
    whole = load(server, examples)
    assert whole.complete()
    assert whole.before == first.held
    assert whole.held == server.count(LIVE)
    assert load(server, examples).held == whole.held
    assert left(server) == []


@pytest.mark.slow
def test_a_user_s_own_file_among_the_shards_stays(server: Server, examples: Path) -> None:
    server.clear()
    own = server.shards / "pfocr-rdf-2026.11.nt.gz"
    own.write_bytes(b"mine")
    try:
        assert load(server, examples).complete()
        assert own.read_bytes() == b"mine"
    finally:
        own.unlink()


def test_replacing(server: Server, examples: Path) -> None:
    server.clear()
    load(server, examples)
    loaded = load(server, examples / "_figures" / "PMC99000003__gr2.md", replace=True)
    assert loaded.complete()
    assert loaded.held == loaded.sent == server.count(LIVE)
    assert loaded.held.figures == 1
    assert server.graphs() == {LIVE[1:-1]}
    assert left(server) == []


@pytest.mark.slow
def test_several_shards(server: Server, examples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfocr_rdf.stores.virtuoso.SHARD_TRIPLES", 500)
    server.clear()
    assert load(server, examples, replace=True).complete()


@pytest.mark.slow
def test_the_program(server: Server, examples: Path) -> None:
    server.clear()
    for option in ((), ("--replace",)):
        done = program(server, examples, *option)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode().splitlines()[1].split() == ["triples", "6,987", "6,987"]


def wrapped(folder: Path, pattern: str, action: str) -> str:
    """Give an `isql` that does something else once, at the first input that a pattern matches.

    What it does may use `$input`, the whole input, and `isql`, the real program.
    """
    marker = folder / "done"
    wrapper = folder / "isql"
    wrapper.write_text(
        f"""#!/bin/bash
input=$(cat; printf x); input=${{input%x}}
isql() {{ printf %s "$input" | {shlex.quote(find_isql())} "$@"; }}
case $input in
*-trial*) ;;
*{pattern}*) if [ ! -e {marker} ]; then touch {marker}; {action}; fi;;
esac
isql "$@"
"""
    )
    wrapper.chmod(0o755)
    return str(wrapper)


@pytest.mark.parametrize("replace", [pytest.param(False, marks=pytest.mark.slow), True])
def test_an_error_that_the_loader_keeps_to_itself(
    replace: bool, server: Server, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several shards one is broken on its way: the others are loaded, and the loader says nothing."""
    monkeypatch.setattr("pfocr_rdf.stores.virtuoso.SHARD_TRIPLES", 2000)
    server.clear()
    load(server, examples / "_figures" / "PMC99000003__gr2.md")
    before = server.count(LIVE)
    broken = f"for file in {server.shards}/*-000002.nt.gz; do echo '<a:a> <a:b> .' | gzip > $file; done"
    store = bulk(server, isql=wrapped(tmp_path, "rdf_loader_run", broken))
    said = r"the loader reports pfocr-rdf-\w+-000002\.nt\.gz: .*Missing object before dot"
    with pytest.raises(EndpointError, match=said) as caught:
        load_remote(store, partial(write_graph, [examples]), graph=LIVE, replace=replace)
    assert str(caught.value).endswith("is as it was") == replace
    if replace:
        assert server.count(LIVE) == before
    assert server.graphs() == {LIVE[1:-1]}
    assert left(server) == []


def test_a_shard_that_is_not_loaded(server: Server, examples: Path, tmp_path: Path) -> None:
    store = bulk(server, isql=wrapped(tmp_path, "ld_dir", f"rm {server.shards}/*.nt.gz"))
    with pytest.raises(EndpointError, match=r"the loader loaded 0 of 1 files"):
        load_remote(store, partial(write_graph, [examples]), graph=LIVE)
    assert left(server) == []


@pytest.mark.slow
def test_a_count_that_differs(server: Server, tmp_path: Path) -> None:
    """Virtuoso takes decimals by their value: two ways to write one are one triple."""
    server.clear()
    file = tmp_path / "decimals.nt"
    decimal = "<http://www.w3.org/2001/XMLSchema#decimal>"
    file.write_text(
        "".join(f'<http://example.org/a> <http://example.org/b> "{text}"^^{decimal} .\n' for text in ("0.5", "0.50")),
        "utf-8",
    )
    done = program(server, file, "--replace")
    assert done.returncode == 1
    assert b"the store counts 1 triples where 2 were sent; nothing is replaced" in done.stderr
    assert server.count(LIVE) == GraphCounts(0, 0, 0)
    assert left(server) == []


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["MOVE", "rdf_loader_run", "ld_dir"])
@pytest.mark.parametrize("action", ['isql "$@" >/dev/null', ":"], ids=["done", "not done"])
def test_isql_that_dies(pattern: str, action: str, server: Server, examples: Path, tmp_path: Path) -> None:
    """The connection breaks at a statement, after the server did it or before: nothing is lost, or done twice."""
    server.clear()
    load(server, examples)
    before = server.count(LIVE)
    store = bulk(server, isql=wrapped(tmp_path, pattern, f"{action}; exit 9"))
    send = partial(write_graph, [examples / "_figures" / "PMC99000003__gr2.md"])
    if pattern == "MOVE":
        loaded = load_remote(store, send, graph=LIVE, replace=True)
        assert loaded.complete()
        assert server.count(LIVE) == loaded.sent
    else:
        with pytest.raises(EndpointError, match=r"isql ended with code 9 before it was done; .* is as it was"):
            load_remote(store, send, graph=LIVE, replace=True)
        assert server.count(LIVE) == before
    assert (tmp_path / "done").exists()
    assert server.graphs() == {LIVE[1:-1]}
    assert load(server, examples, replace=True).complete()
    assert left(server) == []


@pytest.mark.slow
@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
def test_killed_at_every_statement(done: bool, server: Server, examples: Path, tmp_path: Path) -> None:
    """The loader is killed when it lets `isql` run, before the server has done that or after, at each time in turn."""
    isql, number = tmp_path / "isql", tmp_path / "number"
    real = shlex.quote(find_isql())
    run_it = f'printf %s "$input" | {real} "$@" >/dev/null 2>&1;' if done else ""
    isql.write_text(
        f"""#!/bin/bash
input=$(cat; printf x); input=${{input%x}}
left=$(cat {number}); echo $((left - 1)) > {number}
if [ $left = 0 ]; then {run_it} kill -9 $PPID; exit 9; fi
printf %s "$input" | {real} "$@"
"""
    )
    isql.chmod(0o755)
    one = examples / "_figures" / "PMC99000003__gr2.md"
    server.clear()
    old, new = load(server, one, replace=True).held, write_graph([examples], len)
    found = set()
    for stage in range(100):
        assert load(server, one, replace=True).held == old
        number.write_text(str(stage))
        killed = program(server, examples, "--replace", "--isql", isql)
        held = server.count(LIVE)
        assert held in (old, GraphCounts(new.triples, new.figures, new.mentions)), f"killed at {stage}"
        found.add(held.triples)
        if killed.returncode == 0:
            break
        assert killed.returncode == -9
        assert load(server, one, replace=True).held == old, f"killed at {stage}"
        assert server.graphs() == {LIVE[1:-1]}
        assert left(server) == []
    assert killed.returncode == 0
    assert stage > 10
    assert found == {old.triples, new.triples}


@on_linux
def test_the_password_stands_on_no_command_line(server: Server, examples: Path, tmp_path: Path) -> None:
    """Each time that it is called, an `isql` notes all command lines that can be seen, and lets the real one do it."""
    isql, seen = tmp_path / "isql", tmp_path / "seen"
    isql.write_text(
        f'#!/bin/sh\ncat /proc/[0-9]*/cmdline >>"{seen}" 2>/dev/null\nexec {shlex.quote(find_isql())} "$@"\n'
    )
    isql.chmod(0o755)
    done = program(server, examples, "--isql", isql)
    assert done.returncode == 0
    for line in (b"pfocr_rdf\0load\0", f"{isql}\0{server.sql}\0dba\0".encode()):
        assert line in seen.read_bytes(), "what was to be seen was seen"
    assert PASSWORD.encode() not in seen.read_bytes() + done.stdout + done.stderr


@pytest.mark.slow
def test_a_wrong_password(examples: Path, tmp_path: Path) -> None:
    """In a server of its own, for Virtuoso then lets nobody in for a while."""
    with virtuoso(tmp_path) as server:
        done = run(
            *("load", examples, "--virtuoso", server.sql, "--virtuoso-folder", server.shards, "--graph", LIVE[1:-1]),
            PFOCR_RDF_PASSWORD="wrong-one",
        )
    assert done.returncode == 2
    assert b"Bad login; is the password of dba right?" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert b"wrong-one" not in done.stdout + done.stderr


def test_nobody_there(examples: Path, tmp_path: Path) -> None:
    isql = tmp_path / "isql"
    port = free_port()
    isql.write_text(
        f"#!/bin/sh\necho '*** Error S2801: [Virtuoso Driver]CL033: Connect failed to localhost:{port}.'\nexit 3\n"
    )
    isql.chmod(0o755)
    store = Virtuoso(f"localhost:{port}", Credentials("dba", "x"), str(tmp_path), isql=str(isql))
    with pytest.raises(EndpointError, match=r"Connect failed to localhost"):
        load_remote(store, partial(write_graph, [examples]), graph=LIVE)


@pytest.mark.parametrize(
    ("address", "folder", "graph", "said"),
    [
        ("localhost", "", LIVE, "is no HOST:PORT"),
        ("-P:1", "", LIVE, "is no HOST:PORT"),
        ("localhost:1111", "nowhere", LIVE, "no such folder"),
        ("localhost:1111", "it's", LIVE, "without quotes"),
        ("localhost:1111", "", None, "Virtuoso has no default graph"),
        ("localhost:1111", "", "<http://example.org/$ARGV>", "cannot be passed to isql"),
        ("localhost:1111", "", "<http://example.org/'>", "cannot be passed to isql"),
    ],
)
def test_what_cannot_be_passed_on(address: str, folder: str, graph: str | None, said: str, tmp_path: Path) -> None:
    (tmp_path / "it's").mkdir()
    with pytest.raises(EndpointError, match=said):
        Virtuoso(address, Credentials("dba", "x"), str(tmp_path / folder), isql="isql").check(
            Term(graph) if graph is not None else None
        )


def test_without_isql() -> None:
    with pytest.raises(EndpointError, match=r"no-such-program is not installed here"):
        find_isql("no-such-program")


@pytest.mark.slow
def test_the_sample(server: Server, sample: Path, tmp_path: Path) -> None:
    server.clear()
    data = tmp_path / "sample.nt"
    counts = pfocr_rdf.convert([sample], data, format="ntriples")
    loaded = load(server, data, replace=True)
    assert loaded.complete()
    assert (loaded.held.triples, loaded.held.figures) == (counts.triples, counts.figures)
    assert loaded.held == server.count(LIVE)


@pytest.mark.slow
def test_a_crash_after_the_load_loses_nothing(examples: Path, tmp_path: Path) -> None:
    """The bulk loader writes no log; its checkpoint is what makes the data last."""
    with virtuoso(tmp_path) as server:
        counts = load(server, examples).held
    (tmp_path / "database" / "virtuoso.lck").unlink()  # the server was killed
    with virtuoso(tmp_path, again=True) as server:
        assert server.count(LIVE) == counts
