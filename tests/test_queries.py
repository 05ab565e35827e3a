"""The queries of `examples/queries/` over the examples: the rows expected, alike in pyoxigraph and in rdflib.

`pytest --update-golden tests/test_queries.py` writes the rows that come out now as those expected.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import QuerySolutions, RdfFormat, Store

from pfocr_rdf import Settings, convert

QUERIES = Path(__file__).resolve().parent.parent / "examples" / "queries"
NAMES = sorted(file.stem for file in QUERIES.glob("*.rq"))

Row = tuple[str, ...]


@pytest.fixture(scope="module")
def turtle(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples as Turtle, with a date, which the query for the metadata asks for."""
    output = tmp_path_factory.mktemp("queries") / "examples.ttl"
    convert([examples], output, settings=Settings(created_on="2026-01-31"))
    return output


@pytest.fixture(scope="module")
def store(turtle: Path) -> Store:
    store = Store()
    store.bulk_load(path=str(turtle), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def graph(turtle: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(turtle)


@pytest.mark.parametrize("name", NAMES)
def test_pyoxigraph(name: str, store: Store, request: pytest.FixtureRequest) -> None:
    expected = QUERIES / "expected" / f"{name}.csv"
    found = as_csv(pyoxigraph_rows(store, query(name)))
    if request.config.getoption("--update-golden", default=False):
        expected.write_text(found, "utf-8", newline="\n")
    assert found == expected.read_bytes().decode()
    assert found.count("\n") > 1, "a query that finds nothing shows nothing"


@pytest.mark.parametrize("name", NAMES)
def test_rdflib(name: str, store: Store, graph: rdflib.Graph) -> None:
    assert rdflib_rows(graph, query(name)) == pyoxigraph_rows(store, query(name))


@pytest.mark.parametrize("name", NAMES)
def test_form(name: str) -> None:
    """A query begins with its question, declares the prefixes that it uses and no others, and orders its rows."""
    text = query(name)
    question = " ".join(line.removeprefix("# ") for line in re.findall(r"^#.*$", text, re.MULTILINE))
    assert text.startswith("# ")
    assert "?" in question
    body = re.sub(r"(?m)^(#|PREFIX).*$|<[^>]*>|\"[^\"]*\"", "", text)
    assert set(re.findall(r"(?m)^PREFIX (\w+):", text)) == set(re.findall(r"\b([a-z]+):", body))
    assert "ORDER BY" in text or re.search(r"SELECT \((AVG|COUNT)", text)


def test_expected_names() -> None:
    assert sorted(file.stem for file in (QUERIES / "expected").iterdir()) == NAMES


def query(name: str) -> str:
    return (QUERIES / f"{name}.rq").read_text("utf-8")


def pyoxigraph_rows(store: Store, text: str) -> list[Row]:
    """Run a query; the first row holds the names of the variables."""
    solutions = store.query(text)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = [tuple(pyoxigraph_text(solution[name]) for name in names) for solution in solutions]
    return [tuple(names), *rows]


def pyoxigraph_text(term: object) -> str:
    if term is None:
        return ""
    assert isinstance(term, (pyoxigraph.NamedNode, pyoxigraph.Literal))
    if isinstance(term, pyoxigraph.Literal):
        return lexical(term.value, term.datatype.value)
    return term.value


def rdflib_rows(graph: rdflib.Graph, text: str) -> list[Row]:
    result = graph.query(text)
    assert result.vars is not None
    rows: list[Row] = []
    for row in result:
        assert isinstance(row, rdflib.query.ResultRow)
        rows.append(tuple(rdflib_text(term) for term in row))
    return [tuple(map(str, result.vars)), *rows]


def rdflib_text(term: object) -> str:
    if isinstance(term, rdflib.Literal):
        return lexical(str(term), str(term.datatype))
    return "" if term is None else str(term)


def lexical(text: str, datatype: str) -> str:
    """Give a literal's text; engines compute averages to different places, so two are kept."""
    return f"{Decimal(text):.2f}" if datatype == str(rdflib.XSD.decimal) else text


def as_csv(rows: list[Row]) -> str:
    output = io.StringIO()
    csv.writer(output, lineterminator="\n").writerows(rows)
    return output.getvalue()
