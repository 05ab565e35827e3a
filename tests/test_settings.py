"""The settings of a conversion that change what the graph says of all records: the date, and schema.org's spelling."""

from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import NamedNode, Triple

from builders import HUMAN_WNT1, TAB, block, figure, table, triples, turtle
from pfocr_rdf import Settings


def test_the_dataset_has_its_date_only_when_the_user_gives_one() -> None:
    dated = triples(figure({}), settings=Settings(created_on="2025-01-02"))
    assert dated - triples(figure({})) == turtle(
        '<https://pfocr.wikipathways.org/dataset/pfocr> pav:createdOn "2025-01-02"^^xsd:date .'
    )


@pytest.mark.parametrize("date", ["", "yesterday", "2025-13-01", "2025-1-2", "2025-01-02T00:00:00", "20250102"])
def test_a_date_that_is_none_is_refused(date: str) -> None:
    with pytest.raises(ValueError, match="date"):
        Settings(created_on=date).check()


def test_https_switches_every_schema_org_iri_and_nothing_else() -> None:
    values = {
        "figtitle": "see http://schema.org/name",
        "filename": "a.jpg",
        "journal_title": "Cell",
        "organisms": ["Mus musculus"],
        "schema-jsonld": block(
            license="CC0",
            sameAs="http://schema.org/Thing",
            keywords=["http://schema.org/name"],
            about={
                "@type": ["Gene", "http://schema.org/Thing", "https://schema.org/Thing"],
                "@id": "https://a.example/",
            },
        ),
    }
    subject = figure(values, {"gene": table("gene", HUMAN_WNT1.split(TAB))})
    http, https = triples(subject), triples(subject, settings=Settings(schema_org="https"))

    def switched(term: Any) -> Any:
        if not isinstance(term, NamedNode):
            return term
        return NamedNode(term.value.replace("http://schema.org/", "https://schema.org/"))

    assert https == {Triple(*map(switched, triple)) for triple in http}
    assert not [t for t in https for term in t if isinstance(term, NamedNode) and "http://schema.org/" in term.value]
    assert not [t for t in http for term in t if isinstance(term, NamedNode) and "https://schema.org/" in term.value]
