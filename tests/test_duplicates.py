"""Records that stand twice: on which line, and found in time that grows as the number of records does."""

from __future__ import annotations

from pathlib import Path

import pytest

import pfocr_rdf
from builders import block, record
from checkouts import Checkout
from conversions import converted, small_database
from pfocr_rdf.conversion import Identities
from pfocr_rdf.iris import figure_iri

# ---------------------------------------------------------------------------------------------------------- their lines

DUPLICATE = "---\npmcid: PMC1\nfigid: PMC1__a\n---\n"


def duplicates(report: list[pfocr_rdf.Diagnostic]) -> list[tuple[str, int | None]]:
    return [(Path(found.file).name, found.line) for found in report if found.code == "figid-duplicate"]


@pytest.mark.parametrize("cached", [False, True], ids=["", "cached"])
def test_a_second_record_of_a_figid_is_reported_with_its_line(cached: bool, checkout: Checkout, tmp_path: Path) -> None:
    checkout.record()
    checkout.write("_figures/PMC1__b.md", DUPLICATE)
    checkout.write("_figures/PMC1__c.md", DUPLICATE.replace("pmcid", "\n\npmcid"))
    for _ in range(2):
        checkout.convert(cache=tmp_path / "cache" if cached else None)
        assert duplicates(checkout.found) == [("PMC1__b.md", 3), ("PMC1__c.md", 5)]
    checkout.read()
    assert duplicates(checkout.found) == [("PMC1__b.md", 3), ("PMC1__c.md", 5)]


def test_so_is_one_that_another_process_has_read(tmp_path: Path) -> None:
    database = small_database(tmp_path / "database", [f"PMC{number}__a" for number in range(100, 320)])
    (database / "_figures" / "PMC999__a.md").write_text(DUPLICATE.replace("PMC1__a", "PMC100__a"), "utf-8")
    found: list[pfocr_rdf.Diagnostic] = []
    pfocr_rdf.convert(database, tmp_path / "out.nt", jobs=2, report=found.append)
    assert duplicates(found) == [("PMC999__a.md", 3)]


def test_a_figure_that_comes_from_no_file_has_no_line() -> None:
    identities = Identities()
    assert identities.fault("PMC1__a", figure_iri("PMC1__a"), "a.md") is None
    fault = identities.fault("PMC1__a", figure_iri("PMC1__a"), "b.md")
    assert fault is not None
    assert (fault.code, fault.line) == ("figid-duplicate", None)


# ------------------------------------------------------------------------------------------------------ swapped names


class Compared(str):
    """A text that counts how often it is compared."""

    comparisons = 0

    def __eq__(self, other: object) -> bool:
        Compared.comparisons += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


@pytest.mark.parametrize("step", [1, -1], ids=["the next", "the one before"])
def test_figures_that_have_each_others_iris_are_not_compared_with_all_others(step: int) -> None:
    number = 300
    figids = [f"PMC{index}__a" for index in range(number)]
    identities = Identities()
    Compared.comparisons = 0
    for index, figid in enumerate(figids):
        iri = figure_iri(figids[(index + step) % number])
        assert identities.fault(Compared(figid), iri, f"{figid}.md") is None
    assert Compared.comparisons < 10 * number


@pytest.mark.parametrize("order", ["abc", "cba", "bac"])
def test_of_figures_that_claim_each_others_iris_one_has_each(order: str, checkout: Checkout) -> None:
    """`b` has that of `a`, which has another; `c` has that of `a`, too."""
    claims = {"a": "https://example.org/a", "b": "https://pfocr.wikipathways.org/figures/PMC1__a.html"}
    claims["c"] = claims["b"]
    for position, letter in enumerate(order):
        values = {"figid": f"PMC1__{letter}", "pmcid": "PMC1", "schema-jsonld": block(id=claims[letter])}
        checkout.write(f"_figures/PMC{position}__x.md", record(values))
    output = converted(checkout.root).output
    first = min(order.index("b"), order.index("c"))
    assert output.count(b"/wp#Pathway> .") == 2
    assert f'"PMC1__{order[first]}"'.encode() in output
