"""Replacing a graph of a server: the live graph is the old or the new at every moment, whatever fails, and when."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

import pfocr_rdf
from commands import run
from pfocr_rdf.inputs import GraphCounts, write_graph
from pfocr_rdf.stores.endpoint import Endpoint
from pfocr_rdf.stores.loading import Loaded, count_query
from pfocr_rdf.stores.remote import EndpointError
from pfocr_rdf.stores.remote_loading import load_remote
from pfocr_rdf.terms import Term, iri_term
from processes import started
from proxy import Fault, Seen, first, once, proxied
from servers import Server, oxigraph, virtuoso

LIVE = iri_term("https://pfocr.wikipathways.org/")


slow = pytest.mark.slow


@pytest.fixture(
    scope="module", params=[pytest.param(oxigraph, id="oxigraph"), pytest.param(virtuoso, id="virtuoso", marks=slow)]
)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with request.param(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def new(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The new data."""
    output = tmp_path_factory.mktemp("new") / "new.nt"
    pfocr_rdf.convert([examples], output, format="ntriples")
    return output


@pytest.fixture(scope="module")
def old(new: Path) -> Path:
    """The old data: some that the new have as well, and some that they have not."""
    lines = new.read_bytes().splitlines(keepends=True)[:4000]
    output = new.with_name("old.nt")
    output.write_bytes(
        b"".join(lines) + b"".join(line.replace(b"<https://pfocr.", b"<https://old.", 1) for line in lines[:900])
    )
    return output


@pytest.fixture
def before(server: Server, old: Path) -> GraphCounts:
    """Let the live graph hold the old data, and no other graph be there; give its counts."""
    server.clear()
    counts = replace(server, old).held
    assert server.graphs() == {LIVE[1:-1]}
    return counts


def replace(server: Server, file: Path, graph: Term | None = LIVE, *, timeout: float = 60, retries: int = 2) -> Loaded:
    with server.open(timeout=timeout, retries=retries) as endpoint:
        return load_remote(endpoint, partial(write_graph, [file]), graph=graph, replace=True)


def counts_of(file: Path) -> GraphCounts:
    return write_graph([file], len)


def test_the_new_data_take_the_place_of_the_old(server: Server, before: GraphCounts, new: Path) -> None:
    loaded = replace(server, new)
    assert loaded.complete()
    assert loaded.held == loaded.sent == server.count(LIVE) == counts_of(new)
    assert loaded.held.triples > before.triples
    assert server.graphs() == {LIVE[1:-1]}, "nothing is left of the work"


def test_again_is_the_same(server: Server, before: GraphCounts, new: Path) -> None:
    assert replace(server, new) == replace(server, new)


def test_a_graph_that_is_not_there_yet(server: Server, new: Path) -> None:
    server.clear()
    assert replace(server, new).held == counts_of(new)


def test_other_graphs_stay(server: Server, before: GraphCounts, new: Path) -> None:
    server.update(
        "INSERT DATA { GRAPH <https://example.org/other> { <https://example.org/a> a <https://example.org/b> } }"
    )
    replace(server, new)
    assert server.graphs() == {LIVE[1:-1], "https://example.org/other"}


def test_nothing_to_load(server: Server, before: GraphCounts, tmp_path: Path) -> None:
    empty = tmp_path / "empty.nt"
    empty.touch()
    with pytest.raises(EndpointError, match=r"nothing to load; the graph .* is as it was"):
        replace(server, empty)
    assert server.count(LIVE) == before


# ------------------------------------------------------------------------------------------------ faults of the network

PASSING = {
    "unavailable": Fault(status=503, headers={"Retry-After": "0"}),
    "bad gateway": Fault(status=502),
    "gateway timeout, though it arrived": Fault(status=504, forward=True),
    "dropped": Fault(),
    "dropped in the middle": Fault(read=700),
    "dropped, though it arrived": Fault(forward=True),
    "the answer is cut off": Fault(forward=True, cut=5),
}


@slow
@pytest.mark.parametrize("kind", ["query", "update", "part", "move"])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes(kind: str, fault: Fault, server: Server, before: GraphCounts, new: Path) -> None:
    with proxied(server.url, first(kind, fault)) as proxy:
        loaded = replace(server.at(proxy.url), new)
    assert loaded.complete()
    assert server.count(LIVE) == counts_of(new)
    assert server.graphs() == {LIVE[1:-1]}


@slow
@pytest.mark.parametrize("kind", ["query", "part", "move"])
@pytest.mark.parametrize("forward", [False, True])
def test_a_stall_is_given_up(kind: str, forward: bool, server: Server, before: GraphCounts, new: Path) -> None:
    with proxied(server.url, first(kind, Fault(stall=True, forward=forward))) as proxy:
        assert replace(server.at(proxy.url), new, timeout=1).complete()
    assert server.count(LIVE) == counts_of(new)


LASTING = {name: fault for name, fault in PASSING.items() if fault.cut is None}  # the answer to a part may be empty
QUICK = ("dropped, though it arrived",)


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, id=name, marks=() if name in QUICK else slow) for name, fault in LASTING.items()],
)
def test_a_part_that_never_arrives_leaves_the_old(
    fault: Fault, server: Server, before: GraphCounts, old: Path, new: Path
) -> None:
    with (
        proxied(server.url, first("part", fault, times=99)) as proxy,
        pytest.raises(EndpointError, match=r"part 1.*; tried 3 times; the graph .* is as it was"),
    ):
        replace(server.at(proxy.url), new)
    assert server.count(LIVE) == before
    assert server.graphs() == {LIVE[1:-1]}
    assert replace(server, new).complete()


def test_a_part_that_is_lost_in_silence_is_noticed(server: Server, before: GraphCounts, new: Path) -> None:
    with proxied(server.url, first("part", Fault(status=204))) as proxy:
        loaded = replace(server.at(proxy.url), new)
    assert not loaded.complete()
    assert not loaded.live
    assert server.count(LIVE) == before
    assert server.graphs() == {LIVE[1:-1]}


def test_a_move_that_is_lost_in_silence_is_noticed(server: Server, before: GraphCounts, new: Path) -> None:
    with (
        proxied(server.url, first("move", Fault(status=200))) as proxy,
        pytest.raises(EndpointError, match=r"the store moved nothing; the graph .* is as it was"),
    ):
        replace(server.at(proxy.url), new)
    assert server.count(LIVE) == before


def test_a_refusal_is_not_repeated(server: Server, before: GraphCounts, new: Path) -> None:
    with (
        proxied(server.url, first("move", Fault(status=403), times=9)) as proxy,
        pytest.raises(EndpointError, match=r"403 Forbidden.*; the graph .* is as it was"),
    ):
        replace(server.at(proxy.url), new)
    assert proxy.kinds().count("move") == 1
    assert server.count(LIVE) == before


def test_a_move_without_an_answer_and_then_nobody_to_ask(server: Server, before: GraphCounts, new: Path) -> None:
    gone = False

    def plan(seen: Seen) -> Fault | None:
        nonlocal gone
        gone = gone or seen.kind == "move"
        return Fault(forward=seen.kind == "move") if gone else None

    with (
        proxied(server.url, plan) as proxy,
        pytest.raises(EndpointError, match="cannot be learnt, it is the old or the new; load again"),
    ):
        replace(server.at(proxy.url), new, retries=1)
    assert server.count(LIVE) == counts_of(new)
    assert replace(server, new).complete()
    assert server.graphs() == {LIVE[1:-1]}


def test_a_count_that_cannot_be_asked_after_the_move(server: Server, before: GraphCounts, new: Path) -> None:
    """The graph is the new one, which the message says: it is no failure that leaves the old."""
    moved = asked = False

    def plan(seen: Seen) -> Fault | None:
        nonlocal moved, asked
        moved = moved or seen.kind == "move"
        asked = asked or (moved and seen.kind == "query" and b"%23loads" not in seen.body)
        return Fault() if asked else None

    with (
        proxied(server.url, plan) as proxy,
        pytest.raises(EndpointError, match=r"the graph .* was replaced by what the store had counted, .* load again"),
    ):
        replace(server.at(proxy.url), new, retries=1)
    assert server.count(LIVE) == counts_of(new)
    assert replace(server, new).complete()
    assert server.graphs() == {LIVE[1:-1]}


# ----------------------------------------------------------------------------------------- several runs, and dead runs


@contextmanager
def dead_run(kind: str, server: Server, file: Path) -> Iterator[None]:
    """Kill a run that waits for the answer to its first request of a kind, which arrives only in the end."""
    late, done = threading.Event(), threading.Event()

    def wait() -> None:
        late.set()
        done.wait(60)

    with proxied(server.url, first(kind, Fault(forward=True, meanwhile=wait))) as proxy:
        behind = server.at(proxy.url)
        with started(
            "load", file, *behind.arguments, "--graph", LIVE[1:-1], "--replace", **server.environment
        ) as process:
            assert late.wait(60)
            process.kill()
            process.wait()
        try:
            yield
        finally:
            done.set()


def test_a_move_that_arrives_after_the_next_run(server: Server, before: GraphCounts, old: Path, new: Path) -> None:
    """The crux: what a dead run had sent must not empty what a later run has loaded."""
    with dead_run("move", server, old):
        assert server.count(LIVE) == before
        assert replace(server, new).complete()
    assert server.count(LIVE) == counts_of(new)
    assert server.graphs() == {LIVE[1:-1]}


def test_a_part_that_arrives_after_the_next_run(server: Server, before: GraphCounts, new: Path, old: Path) -> None:
    with dead_run("part", server, old):
        assert replace(server, new).complete()
    assert server.count(LIVE) == counts_of(new)


@pytest.mark.parametrize("kind", [pytest.param("part", marks=slow), "move"])
def test_the_later_of_two_runs_takes_over(kind: str, server: Server, before: GraphCounts, old: Path, new: Path) -> None:
    with (
        proxied(server.url, first(kind, Fault(forward=True, meanwhile=lambda: replace(server, new)))) as proxy,
        pytest.raises(EndpointError, match=r"another load into the graph .* took over"),
    ):
        replace(server.at(proxy.url), old)
    assert server.count(LIVE) == counts_of(new)


@slow
@pytest.mark.parametrize("forward", [True, False], ids=["arrives", "is lost"])
def test_killed_at_every_request(forward: bool, server: Server, before: GraphCounts, old: Path, new: Path) -> None:
    """The loader is killed while it waits for an answer, at each of its requests in turn."""
    arguments = ("--graph", LIVE[1:-1], "--replace", "-q")
    with proxied(server.url) as proxy:
        done = run("load", new, *server.at(proxy.url).arguments, *arguments, **server.environment)
        assert done.returncode == 0, done.stderr
        kinds = proxy.kinds()
    assert kinds.count("move") >= 1
    outcomes = set()
    for number in range(len(kinds)):
        replace(server, old)
        reached = threading.Event()
        killed = threading.Event()

        def hold(reached: threading.Event = reached, killed: threading.Event = killed) -> None:
            reached.set()
            killed.wait(60)

        with proxied(server.url, once(number, Fault(forward=forward, meanwhile=hold))) as proxy:
            behind = server.at(proxy.url)
            with started("load", new, *behind.arguments, *arguments, **server.environment) as process:
                assert reached.wait(60)
                process.kill()
                process.wait()
            killed.set()
        found = server.count(LIVE)
        outcomes.add(found)
        assert found in (before, counts_of(new)), f"killed at request {number}, a {kinds[number]}"
        assert replace(server, new).complete(), f"killed at request {number}, a {kinds[number]}"
        assert server.graphs() == {LIVE[1:-1]}
    assert outcomes == {before, counts_of(new)}


# ------------------------------------------------------------------------------------------------------------- readers


class Watched(Endpoint):
    """An endpoint that notes when it replaced a graph: the times before and after."""

    moves: list[tuple[float, float]]

    def update(self, *operations: str, again: bool = True) -> None:
        begin = time.monotonic()
        super().update(*operations, again=again)
        if not again:
            self.moves.append((begin, time.monotonic()))


@slow
def test_readers_see_the_old_or_the_new(server: Server, before: GraphCounts, old: Path, new: Path) -> None:
    """Each reader counts triples all the time, while the graph is replaced again and again.

    Virtuoso has no snapshots: there, a query that runs at the very moment of the `MOVE` may see some of both.
    """
    reads: list[tuple[float, float, int]] = []
    moves: list[tuple[float, float]] = []
    stop = threading.Event()

    def read() -> None:
        with server.open() as endpoint:
            while not stop.is_set():
                begin = time.monotonic()
                (value,) = endpoint.values(count_query("triples", LIVE))
                reads.append((begin, time.monotonic(), int(value)))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for file in (new, old, new, old):
            with server.open(kind=Watched) as endpoint:
                assert isinstance(endpoint, Watched)
                endpoint.moves = moves
                load_remote(endpoint, partial(write_graph, [file]), graph=LIVE, replace=True)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert len(moves) == 4
    if server.name == "virtuoso":
        reads = [read for read in reads if not any(read[0] <= end and begin <= read[1] for begin, end in moves)]
    assert {count for _, _, count in reads} == {before.triples, counts_of(new).triples}


# ------------------------------------------------------------------------------------------- a store that is not safe


class Careless:
    """A store that takes a graph that is not there for an empty one, in the manner of one without transactions."""

    def __init__(self) -> None:
        self.graphs: dict[str, set[bytes]] = {}

    def check(self, graph: Term | None) -> None:
        pass

    def values(self, query: str) -> list[str]:
        return [] if "?run" in query else [str(len(self.graphs.get(query.split()[6], ())))]

    def update(self, *operations: str, again: bool = True) -> None:
        for operation in operations:
            words = operation.split()
            match words[0]:
                case "INSERT":
                    self.graphs.setdefault(words[4], set()).add(operation.encode())
                case "DROP":
                    self.graphs.pop(words[3], None)
                case "MOVE":
                    self.graphs[words[3]] = self.graphs.pop(words[1], set())

    def fill(self, graph: Term | None, send: object) -> GraphCounts:
        raise AssertionError("nothing must be loaded")


def test_a_store_that_moves_what_is_not_there_is_refused() -> None:
    store = Careless()
    store.graphs[LIVE] = {b"old"}
    with pytest.raises(EndpointError, match=r"no graph can be replaced safely; .*; the graph .* is as it was"):
        load_remote(store, len, graph=LIVE, replace=True)  # type: ignore[arg-type]
    assert store.graphs[LIVE] == {b"old"}
