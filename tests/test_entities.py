"""What figures share - papers, journals, genes, chemicals, diseases, organisms - is described once, in any order."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from builders import figure, silent, text_of, triples, turtle
from pfocr_rdf import (
    Chemical,
    Diagnostic,
    Disease,
    Figure,
    Gene,
    Journal,
    Mention,
    Organism,
    Paper,
    Settings,
    graph_triples,
)
from pfocr_rdf.descriptions import _identifier_of, _term_key, entity_statements
from pfocr_rdf.entities import Entities, contribution
from pfocr_rdf.mapping import map_figures
from pfocr_rdf.mentions import Entity
from pfocr_rdf.vocabulary import PREFIXES


def drawn(name: str, *bodies: Entity, paper: Paper | None = None, **values: Any) -> Figure:
    """Make a figure of a name that mentions entities."""
    mentions = tuple(
        Mention(
            "gene" if isinstance(body, Gene) else "chemical" if isinstance(body, Chemical) else "disease",
            f"word {number}",
            bodies=(body,),
        )
        for number, body in enumerate(bodies)
    )
    return Figure(figid=f"PMC1__{name}", paper=paper or Paper("PMC1"), mentions=mentions, file=f"{name}.md", **values)


def about(iri: str, listed: frozenset[Triple]) -> frozenset[Triple]:
    """Give the triples of a subject, which is a CURIE or an IRI."""
    prefix, _, name = iri.partition(":")
    node = NamedNode(PREFIXES[prefix] + name if prefix in PREFIXES else iri)
    return frozenset(triple for triple in listed if triple.subject == node)


def values(iri: str, predicate: str, listed: frozenset[Triple]) -> list[str]:
    """Give the values of a subject and a predicate, sorted."""
    prefix, _, name = predicate.partition(":")
    return sorted(text_of(t.object) for t in about(iri, listed) if t.predicate.value == PREFIXES[prefix] + name)


WNT1 = Gene("7471", "WNT1", "9606", "Homo sapiens")
LITHIUM = Chemical("MeSH", "D008094", "Lithium")


# ------------------------------------------------------------------------------------------- once, and links


def test_what_figures_share_is_described_once_and_linked_to_each() -> None:
    several = triples(*(drawn(name, WNT1, LITHIUM, organisms=(Organism("Homo sapiens", "9606"),)) for name in "abc"))
    (alone,) = [triples(drawn("a", WNT1, LITHIUM, organisms=(Organism("Homo sapiens", "9606"),)))]
    for iri in ("ncbigene:7471", "mesh:D008094", "pmc:PMC1"):
        links = turtle(" ".join(f"{iri} dcterms:isPartOf <{figure_of(name)}> ." for name in "bc"))
        assert about(iri, several) == about(iri, alone) | links
    assert about("ncbitaxon:9606", several) == about("ncbitaxon:9606", alone)


def figure_of(name: str) -> str:
    return f"https://pfocr.wikipathways.org/figures/PMC1__{name}.html"


def test_a_disease_is_not_part_of_a_figure() -> None:
    assert not values("doid:657", "dcterms:isPartOf", triples(drawn("a", Disease("DOID", "DOID:657", "adenoma"))))


# ---------------------------------------------------------------------------------------------------- labels


def test_the_label_is_the_most_frequent_one_and_the_others_are_alternatives() -> None:
    listed = triples(
        *(drawn(name, Gene("1", label)) for name, label in zip("abcde", "XYXZY", strict=True)),
        drawn("f", Gene("1", "Y")),
    )
    assert values("ncbigene:1", "rdfs:label", listed) == ["Y"]
    assert values("ncbigene:1", "skos:altLabel", listed) == ["X", "Z"]


def test_of_equally_frequent_labels_the_first_by_code_point_is_the_label() -> None:
    for order in permutations(["β", "b", "B"]):
        listed = triples(*(drawn(name, Gene("1", label)) for name, label in zip("abc", order, strict=True)))
        assert values("ncbigene:1", "rdfs:label", listed) == ["B"]
        assert values("ncbigene:1", "skos:altLabel", listed) == ["b", "β"]


def test_a_label_counts_once_for_each_figure_that_gives_it() -> None:
    many = drawn("a", *(Gene("1", "X", taxon) for taxon in (None, "9606", "10090")), Gene("1", "Y"))
    listed = triples(many, drawn("b", Gene("1", "Y")))
    assert values("ncbigene:1", "rdfs:label", listed) == ["Y"]


def test_an_entity_without_a_label_has_none() -> None:
    listed = triples(drawn("a", Gene("1"), Chemical("MeSH", "D1"), Disease("MeSH", "D2")))
    for iri in ("ncbigene:1", "mesh:D1", "mesh:D2"):
        assert values(iri, "rdfs:label", listed) == values(iri, "skos:altLabel", listed) == []


def test_an_organism_s_names_are_labels() -> None:
    listed = triples(
        drawn("a", Gene("1", None, "10090", "Mus musculus"), organisms=(Organism("mouse", "10090"),)),
        drawn("b", recognized_organisms=(Organism("Mus musculus", "10090"),)),
    )
    assert about("ncbitaxon:10090", listed) == turtle(
        'ncbitaxon:10090 a schema:Taxon ; rdfs:label "Mus musculus" ; skos:altLabel "mouse" ; '
        'dcterms:identifier "10090" .'
    )


# ---------------------------------------------------------------------------------------------------- genes


@pytest.mark.parametrize(("taxon", "linked"), [("9606", True), ("10090", False), (None, False)])
def test_only_a_human_gene_has_an_hgnc_symbol(taxon: str | None, linked: bool) -> None:
    listed = triples(drawn("a", Gene("1", "WNT1", taxon)))
    expected = ["https://identifiers.org/hgnc.symbol/WNT1"] if linked else []
    assert values("ncbigene:1", "wp:bdbHgncSymbol", listed) == expected


def test_the_hgnc_symbol_is_the_label() -> None:
    human = [drawn(name, Gene("1", label, "9606")) for name, label in zip("abc", ["Old", "NEW", "NEW"], strict=True)]
    assert values("ncbigene:1", "wp:bdbHgncSymbol", triples(*human)) == ["https://identifiers.org/hgnc.symbol/NEW"]


@pytest.mark.parametrize("symbol", ["HLA-DRB1", "C1orf112", "TRD@", "MT_1"])
def test_a_symbol_of_hgnc_s_form_is_linked(symbol: str) -> None:
    listed = triples(drawn("a", Gene("1", symbol, "9606")))
    assert values("ncbigene:1", "wp:bdbHgncSymbol", listed) == [f"https://identifiers.org/hgnc.symbol/{symbol}"]


@pytest.mark.parametrize("symbol", ["a b", "../x", "β", "a>b"])
def test_a_symbol_of_another_form_is_not_linked_and_is_reported(symbol: str) -> None:
    found: list[Diagnostic] = []
    listed = triples(drawn("a", Gene("1", symbol, "9606")), found=found)
    assert not values("ncbigene:1", "wp:bdbHgncSymbol", listed)
    assert values("ncbigene:1", "rdfs:label", listed) == [symbol]
    assert [(d.code, d.value) for d in found] == [("gene-symbol", symbol)]


def test_where_records_give_a_gene_several_organisms_the_most_frequent_is_written_and_reported() -> None:
    taxa = ["10090", "9606", "9606"]
    for order in permutations(taxa):
        found: list[Diagnostic] = []
        genes = [drawn(name, Gene("1", "X", taxon)) for name, taxon in zip("abc", order, strict=True)]
        listed = triples(*genes, found=found)
        assert values("ncbigene:1", "schema:taxonomicRange", listed) == [
            "http://purl.obolibrary.org/obo/NCBITaxon_9606"
        ]
        assert values("ncbigene:1", "wp:bdbHgncSymbol", listed) == ["https://identifiers.org/hgnc.symbol/X"]
        assert [(d.code, d.value) for d in found] == [("gene-taxon-differs", "gene 1: 9606, 10090")]


def test_of_equally_frequent_organisms_of_a_gene_the_first_by_code_point_is_written() -> None:
    for order in permutations(["10090", "9606"]):
        listed = triples(*(drawn(name, Gene("1", "X", taxon)) for name, taxon in zip("ab", order, strict=True)))
        assert values("ncbigene:1", "schema:taxonomicRange", listed) == [
            "http://purl.obolibrary.org/obo/NCBITaxon_10090"
        ]


# ------------------------------------------------------------------------------------ chemicals and diseases


def test_a_mesh_id_that_is_both_a_chemical_and_a_disease_is_described_as_both() -> None:
    chemical, disease = Chemical("MeSH", "D1", "Alcohol"), Disease("MeSH", "D1", "Alcoholism")
    for figures in (
        [drawn("a", chemical, disease), drawn("b", disease)],
        [drawn("a", chemical), drawn("b", disease)],
        [drawn("b", disease), drawn("a", chemical)],
    ):
        label, other = ("Alcoholism", "Alcohol") if len(figures[0].mentions) == 2 else ("Alcohol", "Alcoholism")
        assert about("mesh:D1", triples(*figures)) == turtle(
            f"""mesh:D1 a wp:DataNode , wp:Metabolite , schema:ChemicalSubstance , schema:MedicalCondition ;
                dc:identifier mesh:D1 ; dcterms:identifier "D1" ; dc:source "MeSH" ; rdfs:label "{label}" ;
                skos:altLabel "{other}" ; dcterms:isPartOf <{figure_of("a")}> ."""
        )


def test_a_match_is_evidence_and_not_identity() -> None:
    listed = triples(drawn("a", LITHIUM, Chemical("ChEBI", "CHEBI:30145", "lithium atom")))
    assert not [t for t in listed if t.predicate.value.endswith("#sameAs")]


# ----------------------------------------------------------------------------------------- papers and journals


def written(*papers: Paper, found: list[Diagnostic] | None = None) -> frozenset[Triple]:
    """Map papers, each with a figure; the figids are in their order, the figures in any."""
    figures = [drawn(f"{number}", paper=paper) for number, paper in enumerate(papers)]
    several = [triples(*order) for order in permutations(figures)]
    assert len(set(several)) == 1
    if found is not None:
        triples(*reversed(figures), found=found)
    return several[0]


def test_where_records_of_a_paper_disagree_the_first_by_figid_wins_and_the_others_are_reported() -> None:
    found: list[Diagnostic] = []
    listed = written(Paper("PMC1", title="A"), Paper("PMC1", title="B"), Paper("PMC1", title="B"), found=found)
    assert values("pmc:PMC1", "dc:title", listed) == values("pmc:PMC1", "schema:name", listed) == ["A"]
    assert [(d.code, d.file, d.figid, d.key, d.value) for d in found] == [
        ("paper-differs", "1.md", "PMC1__1", "papertitle", "B")
    ]


FIELDS: list[tuple[str, str, Any, Any, str]] = [
    ("title", "papertitle", "A", "B", "dc:title"),
    ("citation", "reftext", "A", "B", "dcterms:bibliographicCitation"),
    ("year", "year", "2020", "2021", "schema:datePublished"),
    ("doi", "doi", "10.5555/a", "10.5555/b", "schema:sameAs"),
    ("journal", "journal_title", Journal("A"), Journal("B"), "schema:isPartOf"),
    ("publisher", "publisher_name", "A", "B", "dc:publisher"),
    ("keywords", "keywords", ("a", "b"), ("a", "c"), "schema:keywords"),
]


@pytest.mark.parametrize(("name", "key", "first", "second", "predicate"), FIELDS, ids=[case[0] for case in FIELDS])
def test_each_value_of_a_paper_is_the_first_by_figid_that_gives_one(
    name: str, key: str, first: Any, second: Any, predicate: str
) -> None:
    one, two, none = Paper("PMC1", **{name: first}), Paper("PMC1", **{name: second}), Paper("PMC1")
    found: list[Diagnostic] = []
    expected = values("pmc:PMC1", predicate, written(one))
    assert expected
    assert values("pmc:PMC1", predicate, written(none, one, two, found=found)) == expected
    assert [(d.code, d.key, d.figid) for d in found] == [("paper-differs", key, "PMC1__2")]


def test_values_of_a_paper_that_records_lack_are_united() -> None:
    united = Paper("PMC1", title="A", year="2020", doi="10.5555/a")
    parts = written(Paper("PMC1", title="A"), Paper("PMC1", year="2020"), Paper("PMC1", doi="10.5555/a"))
    alone = about("pmc:PMC1", triples(drawn("0", paper=united)))
    links = turtle(" ".join(f"pmc:PMC1 dcterms:isPartOf <{figure_of(name)}> ." for name in "12"))
    assert about("pmc:PMC1", parts) == alone | links


def test_papers_of_one_journal_share_its_description() -> None:
    journal = Journal("Chemical Science", "Chem Sci")
    listed = written(Paper("PMC1", journal=journal), Paper("PMC2", journal=journal))
    name = "https://pfocr.wikipathways.org/journal/Chem%20Sci"
    assert about(name, listed) == turtle(
        f'<{name}> a schema:Periodical ; schema:name "Chemical Science" ; schema:alternateName "Chem Sci" .'
    )


def test_where_papers_give_a_journal_different_titles_that_of_the_first_is_written_and_the_other_reported() -> None:
    found: list[Diagnostic] = []
    listed = written(
        Paper("PMC2", journal=Journal(None, "Cell")),
        Paper("PMC9", journal=Journal("A", "Cell")),
        Paper("PMC10", journal=Journal("B", "Cell")),
        found=found,
    )
    assert values("journal:Cell", "schema:name", listed) == ["A"]
    assert [(d.code, d.key, d.value, d.file) for d in found] == [("journal-differs", "journal_title", "B", "2.md")]


def test_a_journal_named_by_its_title_in_one_paper_and_by_its_abbreviation_in_another_has_both() -> None:
    listed = written(Paper("PMC1", journal=Journal("Nature")), Paper("PMC2", journal=Journal("Nature", "Nature")))
    assert values("journal:Nature", "schema:name", listed) == ["Nature"]
    assert values("journal:Nature", "schema:alternateName", listed) == ["Nature"]


def test_a_journal_that_no_paper_is_part_of_is_not_described() -> None:
    listed = written(Paper("PMC1", journal=Journal("A")), Paper("PMC1", journal=Journal("B")))
    assert not about("journal:B", listed)


# ------------------------------------------------------------------------------------------- split and merged

LABELS = st.sampled_from([None, "A", "B", "β"])
ENTITIES: st.SearchStrategy[Entity] = st.one_of(
    st.builds(Gene, st.sampled_from(["1", "2"]), LABELS, st.sampled_from([None, "9606", "10090"]), st.none()),
    st.builds(Chemical, st.just("MeSH"), st.sampled_from(["D1", "D2"]), LABELS),
    st.builds(Disease, st.sampled_from(["MeSH"]), st.sampled_from(["D1", "D2"]), LABELS),
    st.builds(Disease, st.just("DOID"), st.just("DOID:1"), LABELS),
)
JOURNALS = st.builds(Journal, LABELS, LABELS).filter(lambda journal: bool(journal.name))
PAPERS = st.builds(
    Paper,
    st.sampled_from(["PMC1", "PMC2", "PMC10"]),
    title=LABELS,
    year=st.sampled_from([None, "2020", "2021"]),
    journal=st.none() | JOURNALS,
    keywords=st.sampled_from([(), ("a",), ("a", "b")]),
)
DRAWN = st.lists(st.tuples(st.lists(ENTITIES, max_size=3, unique=True), PAPERS), min_size=1, max_size=6).map(
    lambda given: [drawn(str(number), *bodies, paper=paper) for number, (bodies, paper) in enumerate(given)]
)


def gathered(figures: list[Figure]) -> Entities:
    part = Entities()
    for section in map_figures(figures, report_for=lambda _: silent):
        part.add(contribution(section))
    return part


def described(entities: Entities) -> tuple[list[str], Counter[str]]:
    found: list[Diagnostic] = []
    statements = list(entity_statements(entities, settings=Settings(), report=found.append))
    assert len(statements) == len(set(statements))
    return sorted(map(str, statements)), Counter(map(str, found))


NAMED = st.lists(
    st.tuples(st.text("019:\t\u00e9\U0001f9ec", max_size=4), st.sampled_from(["ChEBI", "MeSH"])), max_size=9
)


@given(NAMED)
def test_terms_come_by_the_length_of_their_identifiers_these_and_their_sources(named: list[tuple[str, str]]) -> None:
    expected = sorted(named, key=lambda name: (len(name[0]), *name))
    assert sorted(named, key=lambda name: _term_key(*name)) == expected
    assert [_identifier_of(_term_key(*name)) for name in named] == [identifier for identifier, _ in named]


@given(DRAWN, st.data())
def test_any_order_of_figures_gives_the_same_triples_and_diagnostics(
    figures: list[Figure], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(figures))
    assert described(gathered(shuffled)) == described(gathered(figures))


def test_each_subject_of_a_whole_graph_stands_together() -> None:
    shared = [drawn(name, WNT1, LITHIUM, Disease("MeSH", "D008094"), filename="a.jpg") for name in "ab"]
    listed = [triple.subject for triple in graph_triples(shared, report=silent)]
    runs = [subject for before, subject in zip([None, *listed], listed, strict=False) if subject != before]
    assert len(runs) == len(set(runs))


def test_what_a_block_says_of_another_thing_is_not_said_again_by_each_figure() -> None:
    document = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "creator": {"@id": "https://www.wikipathways.org/", "@type": "Organization", "name": "WikiPathways"},
        "isBasedOn": {"@id": "https://identifiers.org/pmc/PMC1", "@type": "ScholarlyArticle"},
    }
    records = [figure({"figid": f"PMC1__{name}", "schema-jsonld": document}) for name in "ab"]
    listed = triples(*records)  # which checks that no triple stands twice
    assert Literal("WikiPathways") in {triple.object for triple in listed}
