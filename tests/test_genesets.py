"""Gene sets in the format GMT: what tools for enrichment read, whatever stands in a title."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, RdfFormat, Store

from pfocr_rdf import convert
from pfocr_rdf.genesets import gmt
from pfocr_rdf.queries import QueryError, shipped_query

COLUMNS = ("identifier", "title", "geneId")
TITLES = ("http://purl.org/dc/elements/1.1/title", "http://schema.org/name")


def read_gmt(text: str) -> dict[str, tuple[str, list[str]]]:
    """Read a GMT file as tools do: lines, cut at tabs."""
    sets: dict[str, tuple[str, list[str]]] = {}
    for line in text.split("\n")[:-1]:
        name, description, *genes = line.split("\t")
        assert name not in sets
        sets[name] = (description, genes)
    return sets


@pytest.fixture(scope="module")
def store(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    output = tmp_path_factory.mktemp("genesets") / "examples.nt"
    convert([examples], output, format="ntriples")
    store = Store()
    store.bulk_load(path=str(output), format=RdfFormat.N_TRIPLES)
    return store


def asked(store: Store, name: str) -> tuple[list[str], list[list[str | None]]]:
    found = store.query(shipped_query(name).text)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return names, [[value.value if value else None for value in row] for row in found]


def test_the_query_genesets(store: Store) -> None:
    names, rows = asked(store, "genesets")
    sets = read_gmt("".join(gmt(names, rows)))
    title, genes = sets["PMC99000003__gr2"]
    assert title == "Aerobic glycolysis under p53, AKT and HIF1A"
    assert {"207", "7157", "3091"} <= set(genes)
    assert {(name, gene) for name, (_, genes) in sets.items() for gene in genes} == {(row[1], row[3]) for row in rows}
    assert list(sets) == sorted(sets)
    assert all(genes == sorted(genes, key=int) for _, genes in sets.values())


def test_the_query_genesets_symbols(store: Store) -> None:
    symbols = read_gmt("".join(gmt(*asked(store, "genesets-symbols"))))
    ids = read_gmt("".join(gmt(*asked(store, "genesets"))))
    assert {"AKT1", "TP53", "HIF1A"} <= set(symbols["PMC99000003__gr2"][1])
    assert {name: len(genes) for name, (_, genes) in symbols.items()} == {
        name: len(genes) for name, (_, genes) in ids.items()
    }


def test_a_figure_without_a_title_is_a_set(store: Store) -> None:
    """GMT needs a second column: the name stands there again."""
    bare = Store()
    bare.extend(quad for quad in store if quad.predicate.value not in TITLES)
    for name in ("genesets", "genesets-symbols"):
        whole = read_gmt("".join(gmt(*asked(store, name))))
        assert read_gmt("".join(gmt(*asked(bare, name)))) == {set: (set, genes) for set, (_, genes) in whole.items()}


def test_ids_rather_than_symbols() -> None:
    assert list(gmt(["identifier", "title", "symbol", "geneId"], [("F", "t", "TP53", "7157")])) == ["F\tt\t7157\n"]
    assert list(gmt(["symbol", "title", "identifier"], [("TP53", "t", "F")])) == ["F\tt\tTP53\n"]


def test_white_space_is_one_blank() -> None:
    rows = [("F", " A\ttitle\r\nin\u2028lines ", "7157")]
    assert list(gmt(COLUMNS, rows)) == ["F\tA title in lines\t7157\n"]


def test_order_and_duplicates() -> None:
    """Whatever the order of the rows, the bytes are the same."""
    rows = [
        ("F2", "b", "10"),
        ("F1", "a", "9"),
        ("F2", "b", "9"),
        ("F1", "a", "10"),
        ("F1", "a", "9"),
        ("F1", "a", "X"),
    ]
    expected = ["F1\ta\t9\t10\tX\n", "F2\tb\t9\t10\n"]
    assert list(gmt(COLUMNS, rows)) == list(gmt(COLUMNS, reversed(rows))) == expected


def test_titles() -> None:
    """A set without a title has its name for one, and one with several titles has always the same one."""
    assert list(gmt(COLUMNS, [("F", None, "1")])) == list(gmt(COLUMNS, [("F", "", "1")])) == ["F\tF\t1\n"]
    rows = [("F", "b", "1"), ("F", "", "2"), ("F", "a", "3")]
    assert list(gmt(COLUMNS, rows)) == list(gmt(COLUMNS, reversed(rows))) == ["F\ta\t1\t2\t3\n"]


def test_no_rows() -> None:
    assert list(gmt(COLUMNS, [])) == []


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (["pathway", "identifier", "title"], "need the variable ?geneId or ?symbol, and the query gives ?pathway, "),
        (
            ["title", "symbol"],
            "need the variable ?identifier, and the query gives ?title, ?symbol; the query genesets ",
        ),
        (["identifier", "symbol"], "need the variable ?pathwayTitle or ?title or ?description, and the query gives"),
        ([], "need the variable ?identifier, and the query gives none"),
    ],
)
def test_another_query(variables: list[str], message: str) -> None:
    with pytest.raises(QueryError) as error:
        list(gmt(variables, []))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("row", "variable"), [(("F", "t", None), "geneId"), (("F", "t", " "), "geneId"), ((None, "t", "1"), "identifier")]
)
def test_a_row_that_is_no_part_of_a_set(row: tuple[str | None, ...], variable: str) -> None:
    with pytest.raises(QueryError, match=rf"row 2 of the result: \?{variable} has no value"):
        list(gmt(COLUMNS, [("F", "t", "1"), row]))


CELL = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@given(st.lists(st.tuples(st.sampled_from(["F1", "F2"]), CELL, CELL)))
def test_any_text(rows: list[tuple[str, str, str]]) -> None:
    """A tab or line end in a cell makes no other gene or set."""
    sets = read_gmt("".join(gmt(COLUMNS, rows)))
    expected: dict[str, set[str]] = {}
    for name, _, gene in rows:
        expected.setdefault(name, set()).add(" ".join(gene.split()))
    assert {name: set(genes) for name, (_, genes) in sets.items()} == expected
