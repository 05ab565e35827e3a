"""What a look at the whole data shows, against a count by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from builders import table
from checkouts import Checkout
from conversions import converted, small_record
from pfocr_rdf import Settings, read_figures
from pfocr_rdf.pages.statistics import statistics_of
from pfocr_rdf.vocabulary import SCHEMA_HTTPS


def store_of(*inputs: Path, settings: Settings | None = None) -> Store:
    store = Store()
    store.bulk_load(converted(*inputs, settings=settings).output, RdfFormat.N_TRIPLES)
    return store


def recounted(database: Path) -> tuple[Counter[str], Counter[str], Counter[str], list[float]]:
    """Count years, taxa and genes by figures, and list the scores, from the records alone.

    A paper's year is that of its first record that has one.
    """
    figures = sorted(read_figures(str(database), report=lambda _: None), key=lambda figure: figure.figid)
    years: dict[str, str] = {}
    for figure in figures:
        if figure.paper.year is not None:
            years.setdefault(figure.paper.pmcid, figure.paper.year)
    per_year = Counter(years[figure.paper.pmcid] for figure in figures if figure.paper.pmcid in years)
    organisms = ({organism.taxon_id for organism in figure.organisms} for figure in figures)
    taxa = Counter(taxon for named in organisms for taxon in named if taxon is not None)
    genes = Counter(gene for figure in figures for gene in {gene.id for gene in figure.genes})
    return per_year, taxa, genes, [float(figure.score) for figure in figures if figure.score is not None]


@pytest.mark.parametrize("which", ["examples", pytest.param("sample", marks=pytest.mark.slow)])
def test_equals_a_count_of_the_records(which: str, request: pytest.FixtureRequest) -> None:
    database: Path = request.getfixturevalue(which)
    years, taxa, genes, scores = recounted(database)
    found = statistics_of(store_of(database), most=10_000)
    assert {str(year): count for year, count in found.years if count} == years
    assert found.undated == found.figures - years.total()
    assert {organism.identifier: organism.figures for organism in found.organisms} == taxa
    assert {gene.identifier: gene.figures for gene in found.genes} == genes
    assert sum(part.figures for part in found.scores) == len(scores)
    for part in found.scores:
        last = part.high == 1
        assert part.figures == sum(part.low <= score < part.high or (last and score == 1) for score in scores)
    best = [figure.figid for figure in found.best]
    given = {figure.figid: figure.score for figure in read_figures(str(database), report=lambda _: None)}
    assert [float(given[figid] or 0) for figid in best] == sorted(scores, reverse=True)[: len(best)]


def test_the_first_are_a_part_of_all(examples: Path) -> None:
    store = store_of(examples)
    assert statistics_of(store, most=3).genes == statistics_of(store, most=1000).genes[:3]
    assert [gene.figures for gene in statistics_of(store).genes] == sorted(
        (gene.figures for gene in statistics_of(store).genes), reverse=True
    )


def test_the_same_whatever_the_order_of_loading(examples: Path) -> None:
    lines = converted(examples).output.splitlines(keepends=True)
    backwards = Store()
    backwards.load(b"".join(reversed(lines)), RdfFormat.N_TRIPLES)
    assert statistics_of(backwards) == statistics_of(store_of(examples))


def test_in_the_other_spelling_of_schema_org(examples: Path) -> None:
    other = store_of(examples, settings=Settings(schema_org="https"))
    assert statistics_of(other, SCHEMA_HTTPS) == statistics_of(store_of(examples))


def test_each_year_between_has_a_place(checkout: Checkout) -> None:
    for number, year in enumerate(("1998", "2001", "", "2001")):
        checkout.write(f"_figures/PMC{number}__a.md", small_record(f"PMC{number}__a", year=year))
    found = statistics_of(store_of(checkout.root))
    assert found.years == ((1998, 1), (1999, 0), (2000, 0), (2001, 2))
    assert found.undated == 1


def test_scores_at_the_borders(checkout: Checkout) -> None:
    for number, score in enumerate(("0", "0.05", "0.0499999999", "1", "0.999", "1.5", "-3", "")):
        checkout.write(f"_figures/PMC{number}__a.md", small_record(f"PMC{number}__a", automl_pathway=score))
    found = statistics_of(store_of(checkout.root))
    counts = {part.low: part.figures for part in found.scores if part.figures}
    assert counts == {0.0: 2, 0.05: 1, 0.95: 2}
    assert found.unscored == 3


def test_of_equally_many_the_first_by_iri(checkout: Checkout) -> None:
    human = ("9606", "Homo sapiens", "Primates")
    rows = [(*human, s, s, s, i, "ncbigene_symbol", "1", "1", "1") for s, i in (("B", "9"), ("A", "10"))]
    checkout.write("_figures/PMC1__a.md", small_record("PMC1__a"))
    checkout.write("_data/PMC1__a-genes.tsv", table("gene", *rows))
    found = statistics_of(store_of(checkout.root))
    assert [(gene.label, gene.identifier, gene.figures) for gene in found.genes] == [("A", "10", 1), ("B", "9", 1)]


def test_an_empty_store() -> None:
    found = statistics_of(Store())
    assert (found.figures, found.years, found.genes, found.organisms, found.scores) == (0, (), (), (), ())
