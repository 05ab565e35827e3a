"""Endpoints: where their URLs are, loading over the graph store protocol, and answers as the embedded store's."""

from __future__ import annotations

import gc
import shutil
import signal
import ssl
import subprocess
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, QueryBoolean, QuerySolutions, RdfFormat, Store

import pfocr_rdf
from commands import inside
from pfocr_rdf import Settings
from pfocr_rdf.answers import Answer
from pfocr_rdf.inputs import GraphCounts, write_graph
from pfocr_rdf.queries import Query, read_query, shipped_queries
from pfocr_rdf.stores.credentials import Credentials
from pfocr_rdf.stores.endpoint import Addresses, Endpoint, Patience, addresses_of
from pfocr_rdf.stores.endpoint_answers import ask_endpoint
from pfocr_rdf.stores.loading import Loaded
from pfocr_rdf.stores.parts import PART_BYTES, PART_TRIPLES, Parts
from pfocr_rdf.stores.remote import EndpointError, UnansweredError
from pfocr_rdf.stores.remote_loading import load_remote
from pfocr_rdf.stores.virtuoso import Virtuoso, find_isql
from pfocr_rdf.terms import Term, iri_term, line_safe, lines, literal_term
from pfocr_rdf.vocabulary import XSD_DATE, XSD_DECIMAL, XSD_G_YEAR, XSD_INTEGER
from processes import on_linux, started
from proxy import Fault, first, proxied
from servers import Server, free_port, oxigraph, virtuoso

LIVE = iri_term("https://pfocr.wikipathways.org/")
ALONE = [query for query in shipped_queries() if not query.federates]


@pytest.fixture(
    scope="module",
    params=[pytest.param(oxigraph, id="oxigraph"), pytest.param(virtuoso, id="virtuoso", marks=pytest.mark.slow)],
)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with request.param(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def data(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("data") / "examples.nt"
    pfocr_rdf.convert([examples], output, format="ntriples", settings=Settings(created_on="2026-01-31"))
    return output


def load(server: Server, *files: Path, graph: Term | None = LIVE, replace: bool = False) -> Loaded:
    with server.open() as endpoint:
        return load_remote(endpoint, partial(write_graph, files), graph=graph, replace=replace)


# ---------------------------------------------------------------------------------------------------------------- URLs


@pytest.mark.parametrize(
    ("url", "user", "found"),
    [
        ("http://h:7878", False, ("http://h:7878/query", "http://h:7878/update", "http://h:7878/store")),
        ("http://h:7878/", False, ("http://h:7878/query", "http://h:7878/update", "http://h:7878/store")),
        ("https://h/x/query", True, ("https://h/x/query", "https://h/x/update", "https://h/x/store")),
        ("http://h:3030/ds", True, ("http://h:3030/ds/query", "http://h:3030/ds/update", "http://h:3030/ds/data")),
        ("http://h/sparql", False, ("http://h/sparql", "http://h/sparql", "http://h/sparql-graph-crud")),
        ("http://h/sparql", True, ("http://h/sparql-auth", "http://h/sparql-auth", "http://h/sparql-graph-crud-auth")),
    ],
)
def test_urls_follow_from_one(url: str, user: bool, found: tuple[str, str, str]) -> None:
    assert addresses_of(url, user=user) == Addresses(*found)


def test_urls_that_are_others_are_given() -> None:
    given = addresses_of("http://h/", query="http://h/a", update="http://h/b", graph_store="http://h/c")
    assert given == Addresses("http://h/a", "http://h/b", "http://h/c")


@pytest.mark.parametrize(
    "url", ["", "localhost:7878", "ftp://h/", "http://", "http://h/\n", "http://h/?a=b", "http://h/#a"]
)
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(EndpointError, match=r"give"):
        addresses_of(url)


# --------------------------------------------------------------------------------------------------------------- parts


@given(
    st.lists(st.lists(st.binary(max_size=6).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"") + b"\n"))),
    st.integers(1, 20),
    st.integers(1, 5),
)
def test_parts_are_bounded_and_lose_nothing(chunks: list[list[bytes]], size: int, triples: int) -> None:
    written: list[bytes] = []
    parts = Parts(written.append, size=size, triples=triples)
    for chunk in chunks:
        parts.add(b"".join(chunk))
    parts.flush()
    assert b"".join(written) == b"".join(b"".join(chunk) for chunk in chunks)
    for part in written:
        assert part.endswith(b"\n")
        assert part.count(b"\n") <= triples
        assert len(part) <= size or part.count(b"\n") == 1


# ------------------------------------------------------------------------------------------------------------- loading


def test_loading_adds(server: Server, data: Path, tmp_path: Path) -> None:
    server.clear()
    half = tmp_path / "half.nt"
    half.write_bytes(b"".join(data.read_bytes().splitlines(keepends=True)[:3000]))
    first_half = load(server, half)
    assert first_half.complete()
    assert first_half.held.triples == 3000
    whole = load(server, data)
    assert whole.complete()
    assert whole.before == first_half.held
    assert whole.held == whole.sent == server.count(LIVE)
    assert load(server, data, half).held == whole.held, "the same again changes nothing"


def test_the_default_graph(server: Server, data: Path) -> None:
    server.clear()
    for replace in (False, True):
        if server.name == "virtuoso":
            with pytest.raises(EndpointError, match=r"Virtuoso has no default graph to load into; give --graph IRI"):
                load(server, data, graph=None, replace=replace)
        else:
            assert load(server, data, graph=None, replace=replace).held == server.count(None)


def test_the_program_loads_and_asks(server: Server, examples: Path) -> None:
    server.clear()
    graph = ("--graph", LIVE[1:-1])
    for option in ((), ("--replace",)):
        done = inside("load", examples, *server.arguments, *graph, *option, environment=server.environment)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode().splitlines()[1].split() == ["triples", "6,987", "6,987"]
    done = inside("query", "count-pathways", *server.arguments, *graph, "-f", "csv", environment=server.environment)
    assert (done.returncode, done.stdout.split()) == (0, [b"pathwayCount", b"15"])
    done = inside("query", "-e", "ASK { ?s a wp:Pathways }", *server.arguments, *graph, environment=server.environment)
    assert (done.returncode, done.stdout) == (0, b"no\n")
    ask = "CONSTRUCT { ?s a wp:Pathway } WHERE { ?s a wp:Pathway }"
    done = inside("query", "-e", ask, *server.arguments, *graph, environment=server.environment)
    assert done.stdout.count(b" a wp:Pathway .") == 15


def test_a_mismatch_is_an_exit_code(server: Server, examples: Path) -> None:
    server.clear()
    with proxied(server.url, first("part", Fault(status=204))) as proxy:
        arguments = (*server.at(proxy.url).arguments, "--graph", LIVE[1:-1])
        done = inside("load", examples, *arguments, environment=server.environment)
        assert done.returncode == 1
        assert b"the store counts 0 triples where 6,987 were sent" in done.stderr
        proxy.plan = first("part", Fault(status=204))
        done = inside("load", examples, *arguments, "--replace", environment=server.environment)
        assert done.returncode == 1
        assert b"nothing is replaced" in done.stderr


def test_a_failed_load_is_one_line(server: Server, examples: Path) -> None:
    with proxied(server.url, first("part", Fault(status=500), times=9)) as proxy:
        arguments = (*server.at(proxy.url).arguments, "--graph", LIVE[1:-1])
        done = inside("load", examples, *arguments, "--replace", environment=server.environment)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"500 Internal Server Error to part 1: out of service; the graph <https" in done.stderr


def test_what_a_failed_load_without_replace_leaves_is_said(server: Server, examples: Path, tmp_path: Path) -> None:
    server.clear()
    graph = ("--graph", LIVE[1:-1])
    with proxied(server.url, first("part", Fault(status=500), times=9)) as proxy:
        done = inside("load", examples, *server.at(proxy.url).arguments, *graph, environment=server.environment)
    assert done.returncode == 2
    assert b"; the graph <https://pfocr.wikipathways.org/> may hold a part of it: load again" in done.stderr
    broken = tmp_path / "broken.nt"
    broken.write_text("<http://a/> <http://b/> <http://c/> .\n" * (PART_TRIPLES + 20_000) + "nonsense\n", "utf-8")
    done = inside("load", broken, *server.arguments, *graph, environment=server.environment)
    assert done.returncode == 2
    assert b"may hold a part of it: load again" in done.stderr
    assert done.stderr.count(b"\n") == 1
    done = inside("load", tmp_path / "nowhere", *server.arguments, *graph, environment=server.environment)
    assert b"may hold" not in done.stderr


@on_linux
@pytest.mark.parametrize("option", [(), ("--replace",)], ids=["adding", "replacing"])
def test_an_interrupted_load_says_what_it_leaves(option: tuple[str, ...], small: Server, examples: Path) -> None:
    reached = threading.Event()
    with proxied(small.url, first("move" if option else "part", Fault(stall=True, meanwhile=reached.set))) as proxy:
        where = ("--endpoint", proxy.url, "--graph", LIVE[1:-1], *option)
        with started("load", examples, *where) as process:
            assert reached.wait(60)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
    small.clear()
    assert process.returncode == 143
    left = (
        b"whether the graph <https://pfocr.wikipathways.org/> was replaced is not known, it is the old or the new"
        if option
        else b"the graph <https://pfocr.wikipathways.org/> may hold a part of it"
    )
    assert said == b"pfocr-rdf: interrupted; " + left + b": load again\n"


def peak_of(parts: int, small: Server) -> int:
    """Give the most memory that sending so many parts takes, without the garbage collector."""
    line = b'<http://example.org/a> <http://example.org/b> "' + b"x" * 1000 + b'" .\n'
    part = line * (PART_BYTES // len(line))

    def send(write: Callable[[bytes], object]) -> GraphCounts:
        for _ in range(parts):
            write(part)
        return GraphCounts(0, 0, 0)

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        with small.open() as endpoint:
            endpoint.fill(LIVE, send)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()


def test_memory_is_bounded(small: Server) -> None:
    """What was sent is forgotten, though the garbage collector, which conversions slow down, does not run."""
    assert peak_of(20, small) < 2 * peak_of(5, small)


# ------------------------------------------------------------------------------------------------------------- answers


def plain(value: object) -> str:
    """Give a value as it is compared: Virtuoso computes decimals, such as averages, to fewer places."""
    if isinstance(value, Literal) and value.datatype.value.endswith("#decimal"):
        return f"{Decimal(value.value):.9f}"
    return str(value)


def rows_of(answer: Answer) -> list[tuple[str, ...]] | bool:
    """Give what an answer holds, sorted: texts that begin alike in other collations come in another order."""
    if isinstance(answer, QueryBoolean):
        return bool(answer)
    if isinstance(answer, QuerySolutions):
        names = sorted(variable.value for variable in answer.variables)
        return [tuple(names), *sorted(tuple(plain(row[name]) for name in names) for row in answer)]
    return sorted((str(t.subject), str(t.predicate), plain(t.object)) for t in answer)


def embedded(data: Path) -> Store:
    store = Store()
    store.bulk_load(path=str(data), format=RdfFormat.N_TRIPLES)
    return store


def assert_same_answer(server: Server, store: Store, query: Query) -> None:
    expected = rows_of(store.query(query.text))
    with server.open() as endpoint, ask_endpoint(endpoint, query, LIVE) as (answer, _):
        assert rows_of(answer) == expected


def test_every_query_has_the_same_rows(server: Server, data: Path) -> None:
    server.clear()
    assert load(server, data, replace=True).complete()
    store = embedded(data)
    for query in ALONE:
        assert_same_answer(server, store, query)


def test_a_graph_that_is_not_there_is_said(server: Server, data: Path) -> None:
    server.clear()
    assert load(server, data).complete()
    question = read_query("SELECT ?s { ?s ?p ?o }", "query")
    hints: list[str] = []
    with server.open() as endpoint:
        with ask_endpoint(endpoint, question, iri_term("http://graph/typo"), hint=hints.append) as (answer, _):
            assert rows_of(answer) == [("s",)]
        (hint,) = hints
        assert hint.startswith(f"{endpoint.query_url}: holds no graph <http://graph/typo>; it holds ")
        with ask_endpoint(endpoint, question, LIVE, hint=hints.append) as (answer, _):
            assert rows_of(answer) != [("s",)]
    assert len(hints) == 1


TEXTS = [
    'tab\t, line\n, return\r, "quoted", \\ back',
    "\x00 \x01 \x08 \x0c \x1f \x7f",
    "\x85 \u2028 \u2029 \ufeff",
    "é 漢 😀 \U0010ffff",
    " blanks at both ends ",
    "",
    "?s $x ; . ' '' {{}} <b> %20 %s ^^ @en #",
    "NaN",
    "2019",
]
IRIS = ["http://example.org/é漢", "http://example.org/a'b(c)%20d&e=f~g!h*i;j,k#l@m$n", "urn:x:y"]


@pytest.mark.parametrize("bulk", [False, True], ids=["endpoint", "bulk loader"])
def test_texts_come_back_as_they_were(bulk: bool, server: Server, tmp_path: Path) -> None:
    """What N-Triples can write, the stores read as it was meant."""
    if bulk and server.name != "virtuoso":
        pytest.skip("the bulk loader is Virtuoso's")
    server.clear()
    sent = [
        *((iri_term("http://example.org/s"), iri_term("http://example.org/p"), literal_term(text)) for text in TEXTS),
        *((iri_term(iri), iri_term("http://example.org/p"), iri_term(iri)) for iri in IRIS),
        (iri_term("urn:x"), iri_term("urn:y"), literal_term("2019", XSD_G_YEAR)),
        (iri_term("urn:x"), iri_term("urn:y"), literal_term("0.9537671", XSD_DECIMAL)),
        (iri_term("urn:x"), iri_term("urn:y"), literal_term("2026-01-31", XSD_DATE)),
        (iri_term("urn:x"), iri_term("urn:y"), literal_term("12", XSD_INTEGER)),
    ]
    file = tmp_path / "texts.nt"
    file.write_bytes(b"".join(lines(sent)))
    if bulk:
        store = Virtuoso(server.sql, Credentials("dba", server.password), str(server.shards), isql=find_isql())
        assert load_remote(store, partial(write_graph, [file]), graph=LIVE).complete()
    else:
        assert load(server, file).complete()
    question = read_query("SELECT ?s ?p ?o { ?s ?p ?o }", "query")
    with server.open() as endpoint, ask_endpoint(endpoint, question, LIVE) as (answer, _):
        assert isinstance(answer, QuerySolutions)
        found = {tuple(line_safe(str(row[name])) for name in "spo") for row in answer}
    assert found == set(sent)


@pytest.mark.slow
def test_every_query_has_the_same_rows_of_the_sample(server: Server, sample: Path, tmp_path: Path) -> None:
    server.clear()
    data = tmp_path / "sample.nt"
    pfocr_rdf.convert([sample], data, format="ntriples", settings=Settings(created_on="2026-01-31"))
    loaded = load(server, data, replace=True)
    assert loaded.complete()
    assert loaded.held == write_graph([data], len)
    store = embedded(data)
    for query in ALONE:
        assert_same_answer(server, store, query)


@pytest.mark.slow
def test_rows_that_a_store_cuts_off_are_no_answer(data: Path, tmp_path: Path) -> None:
    with virtuoso(tmp_path, rows=100) as server:
        load(server, data)
        done = inside("query", "-e", "SELECT * { ?s ?p ?o }", *server.arguments, environment=server.environment)
        assert done.returncode == 2
        assert b"the answer has as many rows as the store ever gives" in done.stderr
        assert done.stdout == b""


# -------------------------------------------------------------------------------------------------- patience, and none


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let nothing wait; give the seconds that it would have waited."""
    found: list[float] = []
    monkeypatch.setattr("pfocr_rdf.stores.endpoint.time.sleep", found.append)
    return found


COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


HOSTILE = {
    "broken JSON": (b"{", "application/sparql-results+json", "no SPARQL result in JSON", "that can be read"),
    "deep JSON": (b"[" * 100_000, "application/sparql-results+json", "no SPARQL result in JSON", "that can be read"),
    "a page": (b"<html><body>hello</body></html>", "text/html", "no SPARQL result in JSON but hello", "text/html"),
    "no end": (b" " * (17 << 20), "application/sparql-results+json", "has no end", "that can be read"),
    "terminal codes": (b"\x1b[2J\x07", "text/\x1b[2J", "no SPARQL result", "of the type"),
}


@pytest.mark.parametrize(("body", "type", "counted", "asked"), HOSTILE.values(), ids=HOSTILE)
def test_answers_that_are_none(body: bytes, type: str, counted: str, asked: str) -> None:
    class Hostile(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Hostile) as hostile:

        def serve() -> None:
            for _ in range(2):
                hostile.handle_request()

        thread = threading.Thread(target=serve)
        thread.start()
        with Endpoint(addresses_of(f"http://127.0.0.1:{hostile.server_port}")) as endpoint:
            with pytest.raises(EndpointError, match=counted) as caught:
                endpoint.values(COUNT)
            assert str(caught.value).isprintable()
            question = read_query("SELECT ?s { ?s ?p ?o }", "query")
            with pytest.raises(EndpointError, match=asked) as caught, ask_endpoint(endpoint, question) as (answer, _):
                rows_of(answer)
            assert str(caught.value).isprintable()
        thread.join()


def test_an_answer_that_breaks_off(small: Server, tmp_path: Path) -> None:
    small.update("INSERT DATA { GRAPH <https://example.org/g> { <https://example.org/a> a <https://example.org/b> } }")
    question = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
    with proxied(small.url, first("query", Fault(forward=True, cut=90), times=9)) as proxy:
        done = inside("query", "-e", question, "--endpoint", proxy.url)
    small.clear()
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("small")) as running:
        yield running


def test_waits_grow(small: Server, waits: list[float]) -> None:
    with (
        proxied(small.url, first("query", Fault(status=503), times=99)) as proxy,
        Endpoint(addresses_of(proxy.url), patience=Patience(retries=8)) as endpoint,
        pytest.raises(UnansweredError, match=r"503 Service Unavailable to the query: out of service; tried 9 times"),
    ):
        endpoint.values(COUNT)
    assert len(waits) == 8
    for wait, whole in zip(waits, (1, 2, 4, 8, 16, 32, 60, 60), strict=True):
        assert 0.75 * whole <= wait <= 1.25 * whole


@pytest.mark.parametrize(
    ("value", "least"),
    [("7", 7), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.7), ("nonsense", 0.7), ("-5", 0.7), ("9" * 999, 300)],
)
def test_a_store_says_how_long_to_wait(value: str, least: float, small: Server, waits: list[float]) -> None:
    with (
        proxied(small.url, first("query", Fault(status=503, headers={"Retry-After": value}))) as proxy,
        Endpoint(addresses_of(proxy.url)) as endpoint,
    ):
        assert endpoint.values(COUNT) == ["0"]
    (wait,) = waits
    assert least <= wait <= max(1.25, least)


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_what_will_not_pass_is_not_repeated(status: int, small: Server, waits: list[float]) -> None:
    with (
        proxied(small.url, first("query", Fault(status=status))) as proxy,
        Endpoint(addresses_of(proxy.url)) as endpoint,
        pytest.raises(EndpointError, match=str(status)),
    ):
        endpoint.values(COUNT)
    assert waits == []
    assert len(proxy.seen) == 1


def test_a_server_that_never_answered_is_not_waited_for(waits: list[float]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with (
        Endpoint(addresses_of(url)) as endpoint,
        pytest.raises(
            EndpointError, match=rf"{url}/query: no answer to the query: the connection failed; is the store"
        ),
    ):
        endpoint.values(COUNT)
    assert waits == []


def test_answers_are_shown_as_harmless_text(small: Server) -> None:
    class Hostile(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b"\x1b[2J\n<b>x</b>" + b"y" * 10_000
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Hostile) as hostile:
        thread = threading.Thread(target=hostile.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{hostile.server_port}"
        with Endpoint(addresses_of(url)) as endpoint, pytest.raises(EndpointError) as caught:
            endpoint.values(COUNT)
        thread.join()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, waits: list[float]) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            openssl,
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout"),
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as secured:
        secured.socket = context.wrap_socket(secured.socket, server_side=True)
        thread = threading.Thread(target=secured.handle_request)
        thread.start()
        url = f"https://127.0.0.1:{secured.server_port}"
        with (
            Endpoint(addresses_of(url)) as endpoint,
            pytest.raises(EndpointError, match=r"the certificate cannot be verified"),
        ):
            endpoint.values(COUNT)
        thread.join()
    assert waits == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--endpoint", "http://h/", "--store", "db"), b"--store and --endpoint name two stores"),
        ((), b"give the store: --store DIR or --endpoint URL or --virtuoso HOST:PORT"),
        (("--endpoint", "http://h/", "--user", "me"), b"there is no password for the user 'me'"),
        (("--endpoint", "http://h/", "--password-file", "f"), b"give --user NAME"),
        (("--virtuoso", "h:1111"), b"--virtuoso needs --virtuoso-folder"),
        (("--store", "db", "--user", "me"), b"--user is for --endpoint or --virtuoso"),
        (("--store", "db", "--virtuoso-folder", "f"), b"--virtuoso-folder is for --virtuoso"),
        (("--endpoint", "http://h/", "--isql", "i"), b"--isql is for --virtuoso"),
        (("--virtuoso", "h:1111", "--virtuoso-folder", "f", "--update-url", "u"), b"--update-url is for --endpoint"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], said: bytes, examples: Path, tmp_path: Path) -> None:
    done = inside("load", examples, *arguments, environment={"NETRC": str(tmp_path / "none"), "PFOCR_RDF_PASSWORD": ""})
    assert done.returncode == 2
    assert said in done.stderr


def test_counts_are_compared() -> None:
    """What is sent and what is held may differ by what was there before, and by nothing else."""
    sent, nothing = GraphCounts(7, 1, 2), GraphCounts(0, 0, 0)
    assert Loaded(sent, nothing, sent).complete()
    assert not Loaded(sent, nothing, GraphCounts(8, 1, 2)).complete()
    assert not Loaded(sent, nothing, GraphCounts(7, 1, 1)).complete()


def test_lines_are_read_as_they_stand() -> None:
    """What the comparison of answers normalises is but decimals."""
    assert (
        plain(Literal("1.50", datatype=pyoxigraph.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")))
        == "1.500000000"
    )
    assert plain(Literal("1.50")) == '"1.50"'
