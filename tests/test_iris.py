"""The IRIs of figures, pages and mentions: what each is made of, and that it stays the same."""

from __future__ import annotations

from hashlib import sha256

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from builders import FIGURE, HUMAN_WNT1, MOUSE_WNT1, TAB, block, codes, figure, table, text_of, triples
from pfocr_rdf import Diagnostic, Figure, Mention, Paper, figure_triples


def test_the_embedded_id_is_the_figure() -> None:
    given = "https://pfocr.wikipathways.org/figures/another.html"
    subjects = {t.subject for t in figure_triples(figure({"schema-jsonld": block(id=given)}))}
    assert NamedNode(given) in subjects
    assert NamedNode(FIGURE) not in subjects


@pytest.mark.parametrize(
    "unusable", ["", "PMC1__a", "javascript:alert(1)", "file:///etc/passwd", "urn:x", "https:///a"]
)
def test_the_figid_names_the_figure_where_the_embedded_id_is_unusable(unusable: str) -> None:
    found: list[Diagnostic] = []
    listed = list(figure_triples(figure({"schema-jsonld": block(id=unusable)}), report=found.append))
    assert listed[0].subject == NamedNode(FIGURE)
    assert "jsonld-id" in codes(found)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("a%20b", "a%20b"),  # percent-encoded already
        ("a%c3%a9", "a%c3%a9"),
        ("a b<c>", "a%20b%3Cc%3E"),
        ("é", "%C3%A9"),
        ("50%", "50%25"),  # a percent sign that encodes nothing
        ("%zz%2", "%25zz%252"),
        ("%%41", "%25%41"),
        ("a%2520", "a%2520"),
    ],
)
def test_a_path_is_percent_encoded_once(given: str, written: str) -> None:
    """RFC 3986, section 2.4: an octet is never encoded twice."""
    found = triples(figure({"redirect_from": f"/figures/{given}", "figlink": f"/pmc/articles/PMC1/figure/{given}/"}))
    assert {str(t.object) for t in found if t.predicate.value.endswith("#seeAlso")} == {
        f"<https://pfocr.wikipathways.org/figures/{written}>",
        f"<https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/{written}/>",
    }


# ----------------------------------------------------------------------------------------- mentions' digests


def test_a_mention_s_iri_does_not_change_when_rows_move() -> None:
    rows = [row.split(TAB) for row in (HUMAN_WNT1, MOUSE_WNT1)]
    rows.append([cell.replace("(Wnt", "Wnt-1") for cell in rows[0]])
    assert triples(figure({}, {"gene": table("gene", *rows)})) == triples(
        figure({}, {"gene": table("gene", *reversed(rows))})
    )


def test_sparql_computes_the_digest_of_a_mention() -> None:
    words = ["(Src", "|TH|T", "OXHPG,WTA,LTA", "АТР", 'a"b\\', "TAB"]
    store = Store()
    values = {"genes": [{"word": word, "symbol": word.upper(), "source": "hgnc_symbol"} for word in words[:-1]]}
    values["genes"].append({"word": "On"})
    store.extend(Quad(*triple) for triple in figure_triples(figure(values)))
    query = """
        PREFIX pfocr: <https://pfocr.wikipathways.org/vocab#>
        SELECT ?mention ?digest WHERE {
            ?mention pfocr:word ?word .
            OPTIONAL { ?mention pfocr:match ?match }
            OPTIONAL { ?mention pfocr:lexicon ?lexicon }
            BIND(SHA256(CONCAT(?word, "\\t", COALESCE(?match, ""), "\\t", COALESCE(?lexicon, ""))) AS ?digest)
        }"""
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    found = [(solution["mention"].value, solution["digest"].value) for solution in solutions]
    assert len(found) == len(words)
    assert all(iri.endswith(f".gene.{digest[:10]}") for iri, digest in found)


def test_mentions_whose_digests_begin_alike_get_the_whole_digests() -> None:
    # the first two words of the form GENE0, GENE1 … whose digests agree in ten digits
    words = ("GENE485909", "GENE548739")
    first, second = (sha256(f"{word}\t{word}\tncbigene_symbol".encode()).hexdigest() for word in words)
    assert first[:10] == second[:10]
    mentions = tuple(Mention("gene", word, word, "ncbigene_symbol") for word in (*words, "GENE1"))
    listed = figure_triples(Figure(figid="PMC1__a", paper=Paper("PMC1"), mentions=mentions))
    names = {text_of(t.subject).rpartition(".")[2] for t in listed if t.predicate.value.endswith("#word")}
    third = sha256(b"GENE1\tGENE1\tncbigene_symbol").hexdigest()[:10]
    assert names == {first, second, third}


def test_mentions_of_different_kinds_do_not_collide() -> None:
    mentions = (Mention("chemical", "x", None, "PubTator"), Mention("disease", "x", None, "PubTator"))
    listed = figure_triples(Figure(figid="PMC1__a", paper=Paper("PMC1"), mentions=mentions))
    names = {text_of(t.subject).rpartition("/")[2] for t in listed if t.predicate.value.endswith("#word")}
    digest = sha256(b"x\t\tPubTator").hexdigest()[:10]
    assert names == {f"PMC1__a.chemical.{digest}", f"PMC1__a.disease.{digest}"}
