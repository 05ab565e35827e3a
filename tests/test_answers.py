"""`pfocr-rdf query`: what a store answers, as people read it and as programs do."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store

from commands import Completed, inside
from pfocr_rdf import Settings, load
from pfocr_rdf.answers import FORMATS, check_format, default_format, write_answer
from pfocr_rdf.queries import Query, QueryError, queries_folder, shipped_queries
from pfocr_rdf.terminal import Harmless
from processes import on_linux, started, wait_until
from test_queries import as_csv, lexical

EXPECTED = queries_folder() / "expected"
ALONE = [query for query in shipped_queries() if not query.federates]


@pytest.fixture(scope="module")
def store(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples in a store, with a date, which the query for the metadata asks for."""
    folder = tmp_path_factory.mktemp("stores") / "pfocr.db"
    load([examples], store=folder, settings=Settings(created_on="2026-01-31"))
    return folder


@pytest.fixture(scope="module")
def https_store(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in a named graph alone, with schema.org spelt with https."""
    folder = tmp_path_factory.mktemp("stores") / "pfocr.db"
    settings = Settings(created_on="2026-01-31", schema_org="https")
    load([examples], store=folder, settings=settings, graph="https://pfocr.wikipathways.org/graph")
    return folder


def query(store: Path, *arguments: str | Path) -> Completed:
    return inside("query", "--store", store, *arguments)


def ask(store: Path, text: str, *arguments: str | Path) -> str:
    done = query(store, "-e", text, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


# ------------------------------------------------------------------------------------------------- shipped queries


@pytest.mark.parametrize("spelling", ["http", "https"])
@pytest.mark.parametrize("shipped", ALONE, ids=lambda query: query.name)
def test_shipped(shipped: Query, spelling: str, store: Path, https_store: Path) -> None:
    """Each query that ships gives, by its name, the rows that are expected, whatever the store's spelling and graph."""
    folder = store if spelling == "http" else https_store
    if shipped.form in ("construct", "describe"):
        done = query(folder, shipped.name)
        assert done.returncode == 0, done.stderr
        expected = (EXPECTED / f"{shipped.name}.nt").read_bytes()
        if spelling == "https":
            expected = expected.replace(b"<http://schema.org/", b"<https://schema.org/")
        found = set(pyoxigraph.parse(done.stdout, RdfFormat.TURTLE))
        assert found == set(pyoxigraph.parse(expected, RdfFormat.N_TRIPLES))
        return
    done = query(folder, shipped.name, "-f", "json")
    assert done.returncode == 0, done.stderr
    answer = pyoxigraph.parse_query_results(done.stdout, QueryResultsFormat.JSON)
    if not isinstance(answer, QuerySolutions):
        assert (EXPECTED / f"{shipped.name}.txt").read_text("utf-8").strip() == str(bool(answer)).lower()
        return
    names = [variable.value for variable in answer.variables]
    rows = [tuple(shown(row[name]) for name in names) for row in answer]
    assert as_csv([tuple(names), *rows]) == (EXPECTED / f"{shipped.name}.csv").read_bytes().decode()


def shown(value: object) -> str:
    if isinstance(value, Literal):
        return lexical(value.value, value.datatype.value)
    return value.value if isinstance(value, NamedNode) else ""


def test_list() -> None:
    text = inside("query", "--list").stdout.decode()
    for shipped in shipped_queries():
        assert f"{shipped.name}\n    {shipped.question}\n" in text
    assert "Asks https://sparql.wikipathways.org/sparql, too." in text


def test_text() -> None:
    for shipped in shipped_queries():
        assert inside("query", "--text", shipped.name).stdout.decode() == shipped.text.rstrip() + "\n"
    assert inside("query", "--text").returncode == 2


def test_values_instead_of_constants(store: Path) -> None:
    tnf = query(store, "figures-by-gene", "--set", "gene=TNF", "-f", "csv")
    assert tnf.returncode == 0
    assert tnf.stdout != query(store, "figures-by-gene", "-f", "csv").stdout
    assert b'rdfs:label "TNF"' in inside("query", "--text", "figures-by-gene", "--set", "gene=TNF").stdout
    listed = inside("query", "--list").stdout.decode()
    assert "    Of others: --set gene=TP53\n" in listed
    assert "    Of others: --set 'species=Mus musculus'\n" in listed
    for wrong, message in (
        (("--set", "gene"), b"give NAME=VALUE"),
        (("--set", "gene=a", "--set", "gene=b"), b"--set gene: is given twice"),
        (("--set", "chemical=a"), b"figures-by-gene: has no parameter 'chemical'; it has gene"),
    ):
        done = query(store, "figures-by-gene", *wrong)
        assert done.returncode == 2
        assert message in done.stderr
        assert done.stderr.count(b"\n") == 1


def test_a_shipped_query_without_rows_says_what_it_asks_of(tmp_path: Path) -> None:
    """The figures of its example are not in everybody's store."""
    load("examples/_figures/PMC99000011__ga1.md", store=tmp_path / "store")
    done = query(tmp_path / "store", "data-nodes-of-pathway")
    said = done.stderr.decode().splitlines()
    assert said[0] == "0 rows"
    assert said[1].endswith("(`pfocr-rdf query --text data-nodes-of-pathway` shows the query)")
    assert query(tmp_path / "store", "data-nodes-of-pathway", "-q").stderr == b""
    own = tmp_path / "own.rq"
    own.write_bytes(Path("examples/queries/data-nodes-of-pathway.rq").read_bytes())
    assert query(tmp_path / "store", own).stderr == b"0 rows\n"
    assert query(tmp_path / "store", "metadata").stdout.count(b"dataset/pfocr") == 1


def test_a_name_that_is_none(store: Path) -> None:
    done = query(store, "count-pathway")
    assert done.returncode == 2
    assert b"did you mean count-pathways" in done.stderr


# ---------------------------------------------------------------------------------------------------------- queries


def test_known_prefixes_need_no_declaration(store: Path) -> None:
    text = "SELECT ?label { ncbigene:7157 a wp:GeneProduct, schema:Gene ; rdfs:label ?label }"
    assert ask(store, text, "-f", "csv") == "label\r\nTP53\r\n"


def test_files_and_standard_input(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "query.rq"
    file.write_text("\ufeffSELECT ?label { ncbigene:7157 rdfs:label ?label }", "utf-8")
    assert query(store, file, "-f", "csv").stdout == b"label\r\nTP53\r\n"
    done = subprocess.run(
        [sys.executable, "-m", "pfocr_rdf", "query", "--store", store, "-", "-f", "csv"],
        input=file.read_bytes(),
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"label\r\nTP53\r\n"
    file.write_bytes(b"SELECT \xff")
    assert b"query.rq: is no text in UTF-8" in query(store, file).stderr
    assert b"none.rq: no such file" in query(store, tmp_path / "none.rq").stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * {?s ?p ?o\n ORDER BY foo", 'query:2:10: no valid SPARQL at or before "foo"'),
        ("SELECT ?s WHERE ?s a wp:Gene", 'query:1:17: no valid SPARQL at or before "?s a wp:Gene": expected "{"'),
        (
            "SELECT ?x (COUNT(*) AS ?n) { ?s a wp:Gene }",
            "query:1:44: no valid SPARQL at or before the end of the line: The SELECT contains a variable that",
        ),
        ("SELECT * { ?s a my:Gene }", "query:1:24: the prefix my: is not known; declare it: PREFIX my: <…>"),
        ("SELECT * { ?s a wp:Gene ", "query:1:25: no valid SPARQL at or before the end of the line"),
        ("INSERT DATA { wp:a a wp:b }", "query: is an update (INSERT), which changes a store; give a query"),
        ("what?", "query: is no SPARQL query"),
    ],
)
def test_what_is_no_query(text: str, message: str, store: Path) -> None:
    done = query(store, "-e", text)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"pfocr-rdf: {message}")
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("query", "--store", "x.db"), "give one query: a NAME of `pfocr-rdf query --list`, a FILE.rq, or -e QUERY"),
        (("query", "--store", "x.db", "pathways", "-e", "ASK {}"), "give one query"),
        (("query", "pathways"), "give the store: --store DIR"),
        (("query", "--store", "x.db", "pathways"), "x.db: there is no store; make one with pfocr-rdf load"),
        (("query", "--store", "x.db", "pathways", "-f", "turtle"), "SELECT gives rows, which turtle cannot hold"),
        (("query", "--store", "x.db", "pathways", "--graph", "no iri"), "'no iri' is no IRI"),
    ],
)
def test_usage(arguments: tuple[str, ...], message: str) -> None:
    done = inside(*arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()


def test_formats() -> None:
    assert [default_format(form) for form in ("select", "ask", "construct", "describe")] == [
        "table",
        "table",
        "turtle",
        "turtle",
    ]
    with pytest.raises(QueryError, match="CONSTRUCT gives a graph, which csv cannot hold; ask for turtle"):
        check_format("csv", "construct")
    with pytest.raises(QueryError, match="ASK gives yes or no, which gmt cannot hold; ask for table or csv or tsv"):
        check_format("gmt", "ask")
    for name, forms in FORMATS.items():
        for form in forms:
            check_format(name, form)


def test_graphs(store: Path, tmp_path: Path) -> None:
    """The default graph is asked; where it is empty, all; and with --graph that one."""
    file = tmp_path / "a.nt"
    folder = tmp_path / "a.db"
    for name in ("a", "b"):
        file.write_text(f"<http://a/> <http://a/> <http://{name}/> .\n", "utf-8")
        load([file], store=folder, graph=f"http://graph/{name}")
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert ask(folder, count, "-f", "csv") == "n\r\n2\r\n"
    assert ask(folder, count, "-f", "csv", "--graph", "http://graph/a") == "n\r\n1\r\n"
    load([file], store=folder)
    assert ask(folder, count, "-f", "csv") == "n\r\n1\r\n"


def test_a_graph_that_is_not_there_is_said(store: Path, https_store: Path, tmp_path: Path) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    done = query(https_store, "-f", "csv", "--graph", "http://graph/typo", "-e", count)
    assert (done.returncode, done.stdout) == (0, b"n\r\n0\r\n")
    hint = f"{https_store}: holds no graph <http://graph/typo>; it holds <https://pfocr.wikipathways.org/graph>\n"
    assert done.stderr.decode() == hint
    assert query(https_store, "-q", "--graph", "http://graph/typo", "-e", count).stderr == b""
    done = query(store, "--graph", "http://graph/typo", "-e", "SELECT * { ?s ?p ?o }")
    assert done.stderr.decode() == f"{store}: holds no graph <http://graph/typo>; ask without --graph\n0 rows\n"
    folder, file = tmp_path / "many.db", tmp_path / "a.nt"
    file.write_text("<http://a/> <http://a/> <http://a/> .\n", "utf-8")
    for name in "dbca":
        load([file], store=folder, graph=f"http://graph/{name}")
    done = query(folder, "--graph", "http://graph/typo", "-f", "csv", "-e", count)
    assert done.stderr.endswith(b"; it holds <http://graph/a>, <http://graph/b>, <http://graph/c> and others\n")
    assert query(folder, "--graph", "http://graph/a", "-f", "csv", "-e", count).stderr == b""


def test_a_query_changes_nothing_and_locks_nothing(store: Path) -> None:
    writer = Store(str(store))
    assert ask(store, "ASK { ?s ?p ?o }") == "yes\n"
    del writer


@on_linux
def test_an_interrupt_ends_a_long_query_at_once(store: Path) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c < ?f) }"
    with started("query", "--store", store, "-e", text) as process:
        wait_until(lambda: "pyoxigraph" in Path(f"/proc/{process.pid}/maps").read_text(), 30, "a query")
        wait_until(lambda: caught(process.pid, signal.SIGINT) is False, 30, "a query")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == -signal.SIGINT


def caught(pid: int, number: int) -> bool:
    """Tell whether a process handles a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(mask >> (number - 1) & 1)


# ------------------------------------------------------------------------------------------------------- federation


class Refusing(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_error(503)

    do_POST = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def test_only_an_endpoint_that_the_query_names_is_asked(tmp_path: Path) -> None:
    Refusing.asked = []
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/sparql"
            file = tmp_path / "a.nt"
            file.write_text(f"<http://a/> <http://b/> <{url}> .\n", "utf-8")
            folder = tmp_path / "a.db"
            load([file], store=folder)
            query(folder, "-e", "SELECT * { ?s ?p ?o }")
            query(folder, "-e", f"SELECT * FROM <{url}> {{ ?s ?p ?o }}")
            query(folder, "-e", "SELECT * { ?s <http://b/> ?e . SERVICE ?e { ?x ?y ?z } }")
            assert Refusing.asked == []
            done = query(folder, "-e", f"SELECT * {{ SERVICE <{url}> {{ ?x ?y ?z }} }}")
            assert len(Refusing.asked) == 1
            assert done.returncode == 2
            assert done.stderr.startswith(b"pfocr-rdf: query: could not be answered: ")
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def refusing() -> Iterator[str]:
    """Give the address of an endpoint that refuses."""
    Refusing.asked = []
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sparql"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("format", ["table", "csv", "tsv", "json"])
def test_a_failure_names_the_endpoints_and_writes_nothing(format: str, store: Path) -> None:
    """A header alone would look like an answer without rows, and what the network says names nobody."""
    with refusing() as url:
        one = query(store, "-f", format, "-e", f"SELECT * {{ SERVICE <{url}> {{ ?x ?y ?z }} }}")
        text = f"SELECT * {{ {{ SERVICE <{url}> {{ ?x ?y ?z }} }} UNION {{ SERVICE <{url}2> {{ ?x ?y ?z }} }} }}"
        both = query(store, "-f", format, "-e", text)
    assert one.returncode == both.returncode == 2
    assert one.stdout == both.stdout == b""
    assert one.stderr.endswith(f"; it asks {url} by SERVICE, see that it answers\n".encode())
    assert f"; it asks {url} and {url}2 by SERVICE, ".encode() in both.stderr
    assert one.stderr.count(b"\n") == both.stderr.count(b"\n") == 1


@pytest.mark.parametrize(("rows", "left"), [(0, False), (1, False), (5000, True)])
def test_a_failure_after_many_rows_leaves_them(rows: int, left: bool) -> None:
    """What a reader of a pipe has, it has; the exit code and the message say that it is not all."""
    row = '{"x": {"type": "literal", "value": "one"}},'
    text = f'{{"head": {{"vars": ["x"]}}, "results": {{"bindings": [{row * rows} broken'
    answer = pyoxigraph.parse_query_results(text, QueryResultsFormat.JSON)
    assert isinstance(answer, QuerySolutions)
    output = io.BytesIO()
    with pytest.raises(SyntaxError):
        write_answer(answer, "csv", output)
    assert output.getvalue().startswith(b"x\r\none\r\n") == left
    assert bool(output.getvalue()) == left


# ---------------------------------------------------------------------------------------------------------- answers


@pytest.fixture
def hostile() -> Store:
    """Values that are made to harm who reads them."""
    store = Store()
    texts = (
        'a,b"c\r\nd',
        "\x1b]0;title\x07\x1b[31mred",
        "\u202eevil\u2066",
        "tab\tbell\x07",
        "\x9b31m",
        "=1+1",
        "界" * 9,
    )
    for number, text in enumerate(texts):
        store.add(Quad(NamedNode(f"http://a/{number}"), NamedNode("http://b/"), Literal(text)))
    store.add(Quad(NamedNode("http://a/9"), NamedNode("http://b/"), Literal("9", language="en")))
    store.add(Quad(NamedNode("http://a/8"), NamedNode("http://b/"), Literal("8", datatype=NamedNode("http://t/"))))
    return store


ROWS = "SELECT ?s ?o ?none { ?s <http://b/> ?o } ORDER BY ?s"


def written(store: Store, text: str, format: str, width: int | None = None) -> str:
    output = io.BytesIO()
    answer = store.query(text)
    write_answer(answer, format, output, width=width)
    return output.getvalue().decode()


@pytest.mark.parametrize("width", [None, 30])
def test_tables_are_harmless(width: int | None, hostile: Store) -> None:
    table = written(hostile, ROWS, "table", width)
    lines = table.split("\n")
    assert len(lines) == 2 + 9 + 1
    assert all(character.isprintable() for line in lines for character in line)
    if width is None:
        assert '<http://a/0>  a,b"c\\r\\nd' in table
        assert "\\x1b]0;title\\x07\\x1b[31mred" in table
        assert "\\u202eevil\\u2066" in table
        assert "\\x9b31m" in table


def test_csv_is_what_the_specification_says(hostile: Store) -> None:
    text = written(hostile, ROWS, "csv")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    solutions = hostile.query(ROWS)
    assert isinstance(solutions, QuerySolutions)
    assert rows[0] == ["s", "o", "none"]
    assert rows[1:] == [[row["s"].value, row["o"].value, ""] for row in solutions]
    assert text.startswith("s,o,none\r\n")


def test_tsv_is_what_the_specification_says(hostile: Store) -> None:
    """Terms stand as in Turtle, so that types and languages are kept, and no text ends a field or a line."""
    text = written(hostile, ROWS, "tsv")
    rows = [line.split("\t") for line in text.split("\n")[:-1]]
    assert rows[0] == ["?s", "?o", "?none"]
    assert rows[1] == ["<http://a/0>", '"a,b\\"c\\r\\nd"', ""]
    assert [row[1] for row in rows[-2:]] == ['"8"^^<http://t/>', '"9"@en']
    assert all(len(row) == 3 for row in rows)
    read = pyoxigraph.parse_query_results(text, QueryResultsFormat.TSV)
    solutions = hostile.query(ROWS)
    assert isinstance(read, QuerySolutions)
    assert isinstance(solutions, QuerySolutions)
    assert [list(row) for row in read] == [list(row) for row in solutions]
    assert written(hostile, "SELECT ?s { ?s <http://none/> ?o }", "tsv") == "?s\n"
    assert written(hostile, "ASK { ?s ?p ?o }", "tsv") == "true\n"


def test_json_is_what_the_specification_says(hostile: Store) -> None:
    text = written(hostile, ROWS, "json")
    bindings = json.loads(text)["results"]["bindings"]
    assert bindings[0] == {
        "s": {"type": "uri", "value": "http://a/0"},
        "o": {"type": "literal", "value": 'a,b"c\r\nd'},
    }
    assert bindings[-1]["o"] == {"type": "literal", "value": "9", "xml:lang": "en"}
    assert bindings[-2]["o"] == {"type": "literal", "value": "8", "datatype": "http://t/"}
    assert json.loads(written(hostile, "ASK { ?s ?p ?o }", "json")) == {"head": {}, "boolean": True}


def test_turtle_holds_the_graph_and_is_always_the_same(hostile: Store) -> None:
    text = "CONSTRUCT { ?s rdfs:label ?o ; a <http://t/> . [] <http://b/> ?o } { ?s <http://b/> ?o }"
    text = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> " + text
    turtle = written(hostile, text, "turtle")
    found = pyoxigraph.Dataset(pyoxigraph.parse(turtle, RdfFormat.TURTLE))
    made = hostile.query(text)
    assert isinstance(made, QueryTriples)
    expected = pyoxigraph.Dataset(Quad(*triple) for triple in made)
    for dataset in (found, expected):
        dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    assert found == expected
    assert turtle.startswith("@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\n")


def test_turtle_is_always_the_same(store: Path) -> None:
    texts = {query(store, "-e", "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }").stdout for _ in range(2)}
    assert len(texts) == 1
    turtle = texts.pop()
    assert len(set(pyoxigraph.parse(turtle, RdfFormat.TURTLE))) == len(Store.read_only(str(store)))
    prefixes = [line for line in turtle.decode().split("\n") if line.startswith("@prefix")]
    assert prefixes == sorted(prefixes)
    assert not [line for line in prefixes if line.startswith("@prefix up:")]


def test_gene_sets(store: Path) -> None:
    done = query(store, "genesets", "-f", "gmt")
    lines = done.stdout.decode().splitlines()
    assert done.stderr == f"{len(lines)} gene sets\n".encode()
    fields = next(line.split("\t") for line in lines if line.startswith("PMC99000003__gr2\t"))
    assert fields[1] == "Aerobic glycolysis under p53, AKT and HIF1A"
    assert "7157" in fields[2:]


def test_a_table_shortens_iris_and_counts_rows(store: Path) -> None:
    done = query(
        store, "-e", "SELECT ?gene ?label ?n { VALUES (?gene ?n) { (ncbigene:7157 7) } ?gene rdfs:label ?label }"
    )
    assert done.stdout.decode() == (
        "gene           label  n\n"
        "-------------  -----  -\n"
        "ncbigene:7157  TP53   7\n"
    )  # fmt: skip
    assert done.stderr == b"1 row\n"
    assert query(store, "-q", "-e", "SELECT * { ?s a wp:None }").stderr == b""


def test_a_table_that_is_piped_is_whole(store: Path) -> None:
    done = query(
        store,
        "pathways",
    )
    assert "…" not in done.stdout.decode()
    names = {path.stem for path in (Path(__file__).parents[1] / "examples" / "_figures").iterdir()}
    assert all(name in done.stdout.decode() for name in names)


def test_more_rows_than_decide_the_widths() -> None:
    store = Store()
    store.bulk_extend(
        Quad(NamedNode(f"http://a/{n}"), NamedNode("http://b/"), Literal("x" * (n // 500))) for n in range(2500)
    )
    lines = written(store, "SELECT ?s ?o { ?s ?p ?o } ORDER BY STRLEN(?o)", "table").splitlines()
    assert len(lines) == 2502
    assert lines[-1].endswith("xxxx")


def on_terminal(*arguments: str | Path) -> tuple[str, str]:
    """Ask with a terminal of 80 columns as standard output; give what it gets, and what is said on standard error."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "pfocr_rdf", "query", *map(str, arguments)]
    with subprocess.Popen(command, stdout=slave, stderr=subprocess.PIPE, env=os.environ | {"COLUMNS": "80"}) as process:
        os.close(slave)
        data = b""
        try:
            while part := os.read(master, 10_000):
                data += part
        except OSError:  # the terminal is gone
            pass
        os.close(master)
        _, said = process.communicate()
    return data.decode(), said.decode()


def test_a_table_fits_the_terminal(store: Path) -> None:
    """On a terminal of 80 columns no line is longer, IRIs stay whole before texts do, and what was cut is said."""
    table, said = on_terminal("--store", store, "pathways")
    assert max(map(len, table.splitlines())) <= 80
    assert "…" in table
    assert "cut to fit the terminal, whole with -f csv" in said


@pytest.fixture(scope="module")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with characters that a terminal would obey."""
    folder = tmp_path_factory.mktemp("hostile")
    text = r"red \u001B[31m\u0007 bell \u009B5m \u202E turned \u200F \r back \n new \t tab é"
    (folder / "a.nt").write_text(f'<http://a/> <http://b/> "{text}" .\n', "utf-8")
    load([folder / "a.nt"], store=folder / "a.db")
    return folder / "a.db"


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("table", "SELECT ?o { ?s ?p ?o }"),
        ("csv", "SELECT ?o { ?s ?p ?o }"),
        ("tsv", "SELECT ?o { ?s ?p ?o }"),
        ("json", "SELECT ?o { ?s ?p ?o }"),
        ("gmt", "SELECT ('set' AS ?a) ('what' AS ?b) ?o { ?s ?p ?o }"),
        ("turtle", "CONSTRUCT WHERE { ?s ?p ?o }"),
    ],
)
def test_a_terminal_gets_nothing_that_it_would_obey_and_a_pipe_all(format: str, text: str, hostile_store: Path) -> None:
    shown, _ = on_terminal("--store", hostile_store, "-e", text, "-f", format)
    controls = {character for character in shown if not character.isprintable()}
    assert controls <= {"\n", "\r", "\t"}
    assert shown.count("\r") == shown.count("\r\n")  # the terminal writes its line ends so
    if format != "gmt":  # which refuses what is no identifier
        assert "red" in shown
        assert "31m" in shown
    if format == "csv":
        piped = ask(hostile_store, text, "-f", format)
        assert "\x1b[31m\x07 bell \x9b5m \u202e turned \u200f \r back \n new \t tab é" in piped


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_what_a_terminal_gets_does_not_depend_on_how_it_is_cut(size: int) -> None:
    data = "a\r\nb\rc\u202ed\x1b\U000e0001\te é\r".encode()
    terminal = io.BytesIO()
    shown = Harmless(terminal)
    for start in range(0, len(data), size):
        shown.write(data[start : start + size])
    shown.finish()
    assert terminal.getvalue().decode() == "a\nb\\rc\\u202ed\\x1b\\U000e0001\te é\\r"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("format", ["csv", "tsv", "json", "table"])
def test_a_full_standard_output_is_no_fault_of_the_query(format: str, store: Path) -> None:
    command = f"{sys.executable} -m pfocr_rdf query --store {store} -e 'SELECT * {{ ?s ?p ?o }}' -f {format} >/dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr == b"pfocr-rdf: standard output: cannot be written: no space left on device\n"


def test_a_reader_that_leaves(store: Path) -> None:
    command = f"{sys.executable} -m pfocr_rdf query --store {store} -e 'SELECT * {{ ?s ?p ?o }}' -f csv | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.stdout.startswith(b"o,p,s")
    assert done.stderr == b""
