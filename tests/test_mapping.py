"""The tables of the mapping, row by row: what each key and column adds to the graph, and nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad, Triple

from builders import HUMAN_WNT1, MOUSE_WNT1, TAB, block, figure, objects, silent, table, triples, turtle
from pfocr_rdf import Settings, figure_triples, graph_triples, read_figures
from pfocr_rdf.mentions import Kind
from pfocr_rdf.organisms import OrganismNames, Taxonomy
from pfocr_rdf.vocabulary import PREFIXES


@dataclass(frozen=True)
class Row:
    """A row of the mapping: what stands in a record, and the triples that it adds."""

    name: str
    adds: str
    values: dict[str, Any] = field(default_factory=dict)
    tables: dict[Kind, bytes] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def adding(row: Row, settings: Settings | None = None) -> frozenset[Triple]:
    """Give the triples that a graph has more with the row than without it."""
    without = triples(figure({}), settings=settings)
    return triples(figure(row.values, row.tables, **row.options), settings=settings) - without


def named(row: Row) -> str:
    return row.name


# ---------------------------------------------------------------------------------------------- the figure

PIXELS = "https://europepmc.org/articles/PMC1/bin"

FIGURE_ROWS = [
    Row("figtitle", 'F: dc:title "Glycolysis" ; schema:name "Glycolysis" .', {"figtitle": "Glycolysis"}),
    Row(
        "figtitle: outer blanks are trimmed",
        'F: dc:title "Glycolysis  in yeast" ; schema:name "Glycolysis  in yeast" .',
        {"figtitle": "\ufeff \u00a0Glycolysis  in yeast\u200a\n"},
    ),
    Row("caption", r'F: dcterms:description " (A) \u03B2-catenin.\u2028" .', {"caption": " (A) β-catenin.\u2028"}),
    Row(
        "organisms: a known name",
        'F: wp:organismName "Homo sapiens" ; wp:organism ncbitaxon:9606 .'
        'ncbitaxon:9606 a schema:Taxon ; rdfs:label "Homo sapiens" ; dcterms:identifier "9606" .',
        {"organisms": ["Homo sapiens"]},
    ),
    Row("organisms: an unknown name", 'F: wp:organismName "unknown cells" .', {"organisms": ["unknown cells"]}),
    Row("organisms: one plain text", 'F: wp:organismName "unknown cells" .', {"organisms": "unknown cells"}),
    Row(
        "organisms: NA among names",
        'F: wp:organismName "unknown cells" .',
        {"organisms": ["NA", "unknown cells", "NA", "unknown cells"]},
    ),
    Row(
        "organisms_ner",
        'F: pfocr:recognizedOrganismName "Mus musculus" ; pfocr:recognizedOrganism ncbitaxon:10090 .'
        'ncbitaxon:10090 a schema:Taxon ; rdfs:label "Mus musculus" ; dcterms:identifier "10090" .',
        {"organisms_ner": ["Mus musculus"]},
    ),
    Row("number", 'F: pfocr:figureNumber "1" .', {"number": "1"}),
    Row("figtype", 'F: dcterms:type "Extended view" .', {"figtype": "Extended view"}),
    Row("figid_alias", 'F: schema:alternateName "PMC1__F1" .', {"figid_alias": "PMC1__F1"}),
    Row(
        "redirect_from",
        "F: rdfs:seeAlso <https://pfocr.wikipathways.org/figures/PMC1__F1> .",
        {"redirect_from": "/figures/PMC1__F1"},
    ),
    Row(
        "figlink",
        "F: rdfs:seeAlso <https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/F1/> .",
        {"figlink": "/pmc/articles/PMC1/figure/F1/"},
    ),
    Row(
        "figlink without outer slashes",
        "F: rdfs:seeAlso <https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/figure/F1/> .",
        {"figlink": "pmc/articles/PMC1/figure/F1"},
    ),
    Row(
        "filename",
        f"F: schema:image <{PIXELS}/a.jpg> ; foaf:img <{PIXELS}/a.jpg> . <{PIXELS}/a.jpg> a schema:ImageObject , "
        'foaf:Image ; dcterms:format "image/jpeg" ; schema:name "a.jpg" .',
        {"filename": "a.jpg"},
    ),
    Row(
        "filename: what IRIs do not allow is percent-encoded",
        f"F: schema:image <{PIXELS}/a%20%3Cb%3E%25.png> ; foaf:img <{PIXELS}/a%20%3Cb%3E%25.png> . "
        f"<{PIXELS}/a%20%3Cb%3E%25.png> a schema:ImageObject , foaf:Image ; "
        'dcterms:format "image/png" ; schema:name "a <b>%.png" .',
        {"filename": "a <b>%.png"},
    ),
    Row(
        "automl_pathway",
        'F: pfocr:pathwayScore "0.96370"^^xsd:decimal .',
        {"automl_pathway": "0.96370"},
    ),
    Row("pathway_score", 'F: pfocr:pathwayScore "0.5"^^xsd:decimal .', {"pathway_score": "0.5"}),
    Row(
        "automl_pathway in exponent notation",
        'F: pfocr:pathwayScore "0.0000123"^^xsd:decimal .',
        {"automl_pathway": "1.23e-05"},
    ),
    Row(
        "pmc_ranked_result_index",
        'F: pfocr:rankedResultIndex "012"^^xsd:integer .',
        {"pmc_ranked_result_index": "012"},
    ),
    Row("wpid", "F: skos:closeMatch wikipathways:WP428 .", {"wpid": "WP428"}),
    Row(
        "wpid_map.tsv",
        "F: skos:closeMatch wikipathways:WP1 , wikipathways:WP428 .",
        {"wpid": "WP428"},
        options={"wpids": ("WP1", "WP428")},
    ),
    Row(
        "ndex",
        "F: rdfs:seeAlso <https://www.ndexbio.org/viewer/networks/00000000-0000-4000-8000-00000000000a> .",
        {"ndex": "00000000-0000-4000-8000-00000000000A"},
    ),
    Row(
        "ndex_map.tsv",
        "F: rdfs:seeAlso <https://www.ndexbio.org/viewer/networks/00000000-0000-4000-8000-000000000001> .",
        options={"ndex": ("00000000-0000-4000-8000-000000000001",)},
    ),
    Row(
        "annotations",
        'F: dcterms:subject "Wnt signaling pathway" .',
        {"annotations": [{"type": "Pathway Ontology", "value": "Wnt signaling pathway"}]},
    ),
    Row(
        "schema-jsonld",
        'F: a schema:Dataset ; schema:description "A caption." ; schema:keywords "WNT1" , "Lithium" ; '
        "schema:license <https://creativecommons.org/publicdomain/zero/1.0/> ; "
        "dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ; "
        "schema:creator <https://www.wikipathways.org/> .",
        {
            "schema-jsonld": block(
                description="A caption.",
                license="CC0",
                name="CreativeWork",
                creator={"@type": "Organization", "name": "WikiPathways"},
                keywords=["WNT1", "Lithium", "Lithium", ".na.character"],
            )
        },
    ),
]


@pytest.mark.parametrize("row", FIGURE_ROWS, ids=named)
def test_a_key_of_the_figure_adds_its_triples_and_no_others(row: Row) -> None:
    assert adding(row) == turtle(row.adds)


def test_every_figure_has_its_classes_source_identifiers_page_dataset_and_paper() -> None:
    assert triples(figure({})) == turtle(
        """
        F: a wp:Pathway , skos:Collection ; dc:source "PFOCR" ; dc:identifier F: ; foaf:page F: ;
            void:inDataset <https://pfocr.wikipathways.org/dataset/pfocr> ; dcterms:identifier "PMC1__a" ;
            schema:isBasedOn P: ; dcterms:references P: .
        P: a wp:PublicationReference , schema:ScholarlyArticle ; dcterms:isPartOf F: ; dc:source "PMC" ;
            dcterms:identifier "PMC1" ; foaf:page <https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/> .
        <https://pfocr.wikipathways.org/dataset/pfocr> a void:Dataset ; dcterms:title "PFOCR: Pathway Figure OCR" ;
            dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> .
        """
    )


def test_the_pmcid_comes_from_the_figid_where_the_record_gives_none() -> None:
    assert triples(figure({"pmcid": ""})) == triples(figure({}))


def test_aliases_and_redirects_are_never_the_same_as_the_figure() -> None:
    values = {"figid_alias": ["PMC1__F1", "PMC1__F2"], "redirect_from": ["/figures/PMC1__F1", "/figures/PMC1__F2"]}
    assert not [t for t in triples(figure(values)) if "sameAs" in t.predicate.value]


# ----------------------------------------------------------------------------------------------- the paper

PAPER_ROWS = [
    Row(
        "papertitle",
        'P: schema:name "On glycolysis ." ; dc:title "On glycolysis ." .',
        {"papertitle": "On glycolysis . "},
    ),
    Row("year", 'P: schema:datePublished "2020"^^xsd:gYear .', {"year": "2020"}),
    Row("reftext", 'P: dcterms:bibliographicCitation ", et al. X (NA)." .', {"reftext": ", et al. X (NA)."}),
    Row("doi", "P: schema:sameAs <https://doi.org/10.5555/a%3Cb%3E> .", {"doi": "10.5555/a<b>"}),
    Row("doi with a prefix", "P: schema:sameAs <https://doi.org/10.5555/a> .", {"doi": "doi:10.5555/a"}),
    Row(
        "journal_title and journal_nlm_ta",
        "P: schema:isPartOf <https://pfocr.wikipathways.org/journal/Chem%20Sci> . "
        "<https://pfocr.wikipathways.org/journal/Chem%20Sci> a schema:Periodical ; "
        'schema:name "Chemical Science" ; schema:alternateName "Chem Sci" .',
        {"journal_title": "Chemical Science", "journal_nlm_ta": "Chem Sci"},
    ),
    Row(
        "journal_title alone",
        "P: schema:isPartOf <https://pfocr.wikipathways.org/journal/Cell%2FZelle> . "
        '<https://pfocr.wikipathways.org/journal/Cell%2FZelle> a schema:Periodical ; schema:name "Cell/Zelle" .',
        {"journal_title": "Cell/Zelle"},
    ),
    Row(
        "journal_nlm_ta alone",
        "P: schema:isPartOf <https://pfocr.wikipathways.org/journal/Cell> . "
        '<https://pfocr.wikipathways.org/journal/Cell> a schema:Periodical ; schema:alternateName "Cell" .',
        {"journal_nlm_ta": "Cell"},
    ),
    Row("publisher_name", 'P: dc:publisher "Example Press" .', {"publisher_name": "Example Press"}),
    Row(
        "keywords: split at the bar after white space is folded",
        'P: schema:keywords "colon crypt" , "Wnt" , "β-catenin" .',
        {"keywords": "colon\ncrypt |  Wnt|| β-catenin | Wnt | "},
    ),
]


@pytest.mark.parametrize("row", PAPER_ROWS, ids=named)
def test_a_key_of_the_paper_adds_its_triples_and_no_others(row: Row) -> None:
    assert adding(row) == turtle(row.adds)


# -------------------------------------------------------------------------------------- mentions and entities


def mention(kind: str, word: str, match: str = "", lexicon: str = "") -> str:
    """Give the IRI that the specification gives a mention of the figure `PMC1__a`, in angle brackets."""
    digest = sha256(f"{word}\t{match}\t{lexicon}".encode()).hexdigest()[:10]
    return f"<https://pfocr.wikipathways.org/mention/PMC1__a.{kind}.{digest}>"


GENE_7471 = """
    ncbigene:7471 a wp:DataNode , wp:GeneProduct , schema:Gene ; dc:identifier ncbigene:7471 ;
        dcterms:identifier "7471" ; dc:source "Entrez Gene" ; rdfs:label "WNT1" ; wp:bdbEntrezGene ncbigene:7471 ;
        foaf:page <https://www.ncbi.nlm.nih.gov/gene/7471> ; schema:taxonomicRange ncbitaxon:9606 ;
        dcterms:isPartOf F: ; wp:bdbHgncSymbol <https://identifiers.org/hgnc.symbol/WNT1> .
    ncbitaxon:9606 a schema:Taxon ; rdfs:label "Homo sapiens" ; dcterms:identifier "9606" .
"""
GENE_22408 = """
    ncbigene:22408 a wp:DataNode , wp:GeneProduct , schema:Gene ; dc:identifier ncbigene:22408 ;
        dcterms:identifier "22408" ; dc:source "Entrez Gene" ; rdfs:label "Wnt1" ; wp:bdbEntrezGene ncbigene:22408 ;
        foaf:page <https://www.ncbi.nlm.nih.gov/gene/22408> ; schema:taxonomicRange ncbitaxon:10090 ;
        dcterms:isPartOf F: .
    ncbitaxon:10090 a schema:Taxon ; rdfs:label "Mus musculus" ; dcterms:identifier "10090" .
"""
LITHIUM = """
    mesh:D008094 a wp:DataNode , wp:Metabolite , schema:ChemicalSubstance ; dc:identifier mesh:D008094 ;
        dcterms:identifier "D008094" ; dc:source "MeSH" ; rdfs:label "Lithium" ; dcterms:isPartOf F: .
    chebi:30145 a wp:DataNode , wp:Metabolite , schema:ChemicalSubstance ; dc:identifier chebi:30145 ;
        dcterms:identifier "CHEBI:30145" ; dc:source "ChEBI" ; rdfs:label "lithium atom" ; wp:bdbChEBI chebi:30145 ;
        skos:exactMatch <http://purl.obolibrary.org/obo/CHEBI_30145> ; dcterms:isPartOf F: .
"""
ADENOMA = """
    mesh:D000236 a schema:MedicalCondition ; dc:identifier mesh:D000236 ; dcterms:identifier "D000236" ;
        dc:source "MeSH" ; rdfs:label "Adenoma" .
    doid:657 a schema:MedicalCondition ; dc:identifier doid:657 ; dcterms:identifier "DOID:657" ;
        dc:source "DOID" ; rdfs:label "benign adenoma" .
"""

MENTION_ROWS = [
    Row(
        "genes.tsv: a human gene",
        f"""{mention("gene", "(Wnt", "WNT", "famplex_relations")} a oa:Annotation , pfocr:GeneMention ;
            oa:hasTarget F: ; oa:hasBody ncbigene:7471 ; pfocr:word "(Wnt" ; pfocr:match "WNT" ;
            pfocr:lexicon "famplex_relations" . F: schema:mentions ncbigene:7471 . {GENE_7471}""",
        tables={"gene": table("gene", HUMAN_WNT1.split(TAB))},
    ),
    Row(
        "genes.tsv: rows with the same word, match and lexicon are one mention with several bodies",
        f"""{mention("gene", "(Wnt", "WNT", "famplex_relations")} a oa:Annotation , pfocr:GeneMention ;
            oa:hasTarget F: ; oa:hasBody ncbigene:7471 , ncbigene:22408 ; pfocr:word "(Wnt" ; pfocr:match "WNT" ;
            pfocr:lexicon "famplex_relations" .
            F: schema:mentions ncbigene:7471 , ncbigene:22408 . {GENE_7471} {GENE_22408}""",
        tables={"gene": table("gene", *(row.split(TAB) for row in (HUMAN_WNT1, MOUSE_WNT1, HUMAN_WNT1)))},
    ),
    Row(
        "genes.tsv of the older header",
        f"""{mention("gene", "(Wnt", "WNT", "famplex_relations")} a oa:Annotation , pfocr:GeneMention ;
            oa:hasTarget F: ; oa:hasBody ncbigene:7471 ; pfocr:word "(Wnt" ; pfocr:match "WNT" ;
            pfocr:lexicon "famplex_relations" . F: schema:mentions ncbigene:7471 . {GENE_7471}""",
        tables={
            "gene": table(
                "gene",
                [cell for index, cell in enumerate(HUMAN_WNT1.split(TAB)) if index != 9],
                columns="organism_id organism_name organism_group word match ncbigene_symbol ncbigene_id source "
                "count_direct count_match",
            )
        },
    ),
    Row(
        "genes.tsv: a row without an identifier is a mention without a body",
        f"""{mention("gene", "NA", "WNT")} a oa:Annotation , pfocr:GeneMention ; oa:hasTarget F: ;
            pfocr:word "NA" ; pfocr:match "WNT" .""",
        tables={"gene": table("gene", "NA NA NA NA WNT NA NA NA NA NA NA")},
    ),
    Row(
        "genes: an old record's gene is human",
        f"""{mention("gene", " Wnt1", "WNT1", "hgnc_symbol")} a oa:Annotation , pfocr:GeneMention ;
            oa:hasTarget F: ; oa:hasBody ncbigene:7471 ; pfocr:word " Wnt1" ; pfocr:match "WNT1" ;
            pfocr:lexicon "hgnc_symbol" . F: schema:mentions ncbigene:7471 . {GENE_7471}""",
        {
            "genes": [
                {"word": " Wnt1", "symbol": "WNT1", "source": "hgnc_symbol", "hgnc_symbol": "WNT1", "entrez": "7471"}
            ]
        },
    ),
    Row(
        "genes: an old record's gene without source and identifier",
        f"""{mention("gene", "On")} a oa:Annotation , pfocr:GeneMention ; oa:hasTarget F: ; pfocr:word "On" .""",
        {"genes": [{"word": "On", "symbol": "", "source": "", "hgnc_symbol": "", "entrez": ""}]},
    ),
    Row(
        "chemicals.tsv: a MeSH and a ChEBI id in one row are two bodies",
        f"""{mention("chemical", "Li+", "Lithium", "PubTator")} a oa:Annotation , pfocr:ChemicalMention ;
            oa:hasTarget F: ; oa:hasBody mesh:D008094 , chebi:30145 ; pfocr:word "Li+" ; pfocr:match "Lithium" ;
            pfocr:lexicon "PubTator" . F: schema:mentions mesh:D008094 , chebi:30145 . {LITHIUM}""",
        tables={"chemical": table("chemical", ["Li+", "mesh:D008094", "Lithium", "lithium atom", "chebi:30145"])},
    ),
    Row(
        "chemicals.tsv: prefixes in any case",
        f"""{mention("chemical", "Li+", "Lithium", "PubTator")} a oa:Annotation , pfocr:ChemicalMention ;
            oa:hasTarget F: ; oa:hasBody mesh:D008094 , chebi:30145 ; pfocr:word "Li+" ; pfocr:match "Lithium" ;
            pfocr:lexicon "PubTator" . F: schema:mentions mesh:D008094 , chebi:30145 . {LITHIUM}""",
        tables={"chemical": table("chemical", ["Li+", "MESH:D008094", "Lithium", "lithium atom", "CHEBI:30145"])},
    ),
    Row(
        "chemicals.tsv of the older header",
        f"""{mention("chemical", "Li+", "", "PubTator")} a oa:Annotation , pfocr:ChemicalMention ;
            oa:hasTarget F: ; oa:hasBody mesh:C028802 ; pfocr:word "Li+" ; pfocr:lexicon "PubTator" .
            F: schema:mentions mesh:C028802 .
            mesh:C028802 a wp:DataNode , wp:Metabolite , schema:ChemicalSubstance ; dc:identifier mesh:C028802 ;
                dcterms:identifier "C028802" ; dc:source "MeSH" ; dcterms:isPartOf F: .""",
        tables={"chemical": table("chemical", "Li+ MESH C028802", columns="word source identifier")},
    ),
    Row(
        "chemicals: an old record's chemical",
        f"""{mention("chemical", "Ca2+", "", "PubTator")} a oa:Annotation , pfocr:ChemicalMention ;
            oa:hasTarget F: ; oa:hasBody mesh:D000069285 ; pfocr:word "Ca2+" ; pfocr:lexicon "PubTator" .
            F: schema:mentions mesh:D000069285 .
            mesh:D000069285 a wp:DataNode , wp:Metabolite , schema:ChemicalSubstance ;
                dc:identifier mesh:D000069285 ; dcterms:identifier "D000069285" ; dc:source "MeSH" ;
                dcterms:isPartOf F: .""",
        {"chemicals": [{"word": "Ca2+", "source": "MESH", "identifier": "D000069285"}]},
    ),
    Row(
        "diseases.tsv: a DOID is an ontology tag, too",
        f"""{mention("disease", "adenoma", "Adenoma", "PubTator")} a oa:Annotation , pfocr:DiseaseMention ;
            oa:hasTarget F: ; oa:hasBody mesh:D000236 , doid:657 ; pfocr:word "adenoma" ; pfocr:match "Adenoma" ;
            pfocr:lexicon "PubTator" . F: schema:mentions mesh:D000236 , doid:657 ; wp:diseaseOntologyTag doid:657 ;
            wp:ontologyTag doid:657 . {ADENOMA}""",
        tables={"disease": table("disease", ["adenoma", "mesh:D000236", "Adenoma", "benign adenoma", "DOID:657"])},
    ),
    Row(
        "diseases: an old record's disease",
        f"""{mention("disease", "tumor", "", "PubTator")} a oa:Annotation , pfocr:DiseaseMention ;
            oa:hasTarget F: ; pfocr:word "tumor" ; pfocr:lexicon "PubTator" .""",
        {"diseases": [{"word": "tumor", "source": "", "identifier": ""}]},
    ),
]


@pytest.mark.parametrize("row", MENTION_ROWS, ids=named)
def test_a_row_of_a_companion_adds_its_mention_its_entities_and_no_other_triples(row: Row) -> None:
    assert adding(row) == turtle(row.adds)


def test_mentions_in_the_record_and_in_its_companions_are_united() -> None:
    old = [{"word": "(Wnt", "symbol": "WNT", "source": "famplex_relations", "hgnc_symbol": "WNT2", "entrez": "7472"}]
    united = figure({"genes": old}, {"gene": table("gene", HUMAN_WNT1.split(TAB))})
    assert [len(found.bodies) for found in united.mentions] == [2]


def test_mentions_and_a_block_s_own_mentions_are_united() -> None:
    values = {"schema-jsonld": block(mentions=[{"@id": "https://identifiers.org/ncbigene/1"}])}
    united = figure(values, {"gene": table("gene", HUMAN_WNT1.split(TAB))})
    assert objects(figure_triples(united), "schema:mentions") == {
        NamedNode("https://identifiers.org/ncbigene/1"),
        NamedNode("https://identifiers.org/ncbigene/7471"),
    }


def test_what_is_not_mapped_gives_no_triple() -> None:
    plain = triples(figure({}, {"gene": table("gene", HUMAN_WNT1.split(TAB))}))
    other = HUMAN_WNT1.replace("Primates", "Rodents").replace("\t8\t3\t45", "\t1\t2\t3")
    assert triples(figure({"seo": "CreativeWork"}, {"gene": table("gene", other.split(TAB))})) == plain


# ----------------------------------------------------------------------------------------- organisms' taxa


def resolved(**options: Any) -> str | None:
    rows: dict[Kind, bytes] = (
        {"gene": table("gene", HUMAN_WNT1.replace("9606", "1").split(TAB))} if options.pop("rows", False) else {}
    )
    return figure({"organisms": ["homo  SAPIENS"]}, rows, **options).organisms[0].taxon_id


def test_a_taxon_is_sought_in_gene_rows_then_pages_then_the_taxonomy_then_the_package_s_table() -> None:
    taxonomy = Taxonomy.from_lines([b"3\t|\tHomo sapiens\t|\t\t|\tscientific name\t|\n"])
    pages = {"homo sapiens": "2"}
    assert resolved(rows=True, organisms=OrganismNames(pages, taxonomy)) == "1"
    assert resolved(organisms=OrganismNames(pages, taxonomy)) == "2"
    assert resolved(organisms=OrganismNames({}, taxonomy)) == "3"
    assert resolved(organisms=OrganismNames()) == "9606"


# -------------------------------------------------------------------------------------------- the whole graph


def test_each_predicate_has_one_literal_form_in_the_examples(examples: Path) -> None:
    listed = graph_triples(read_figures(examples, report=silent), report=silent)
    assert literal_forms(str(Quad(*triple)) for triple in listed).items() <= FORMS.items()


@pytest.mark.slow
def test_each_predicate_has_one_literal_form_in_the_sample(sample_ntriples: bytes) -> None:
    assert literal_forms(sample_ntriples.decode().split("\n")).items() <= FORMS.items()


FORMS = {
    "pfocr:pathwayScore": {"xsd:decimal"},
    "pfocr:rankedResultIndex": {"xsd:integer"},
    "schema:datePublished": {"xsd:gYear"},
}
FORMS |= {
    name: {"xsd:string"}
    for name in """
    dc:publisher dc:source dc:title dcterms:bibliographicCitation dcterms:description dcterms:format dcterms:identifier
    dcterms:subject dcterms:title dcterms:type pfocr:figureNumber pfocr:lexicon pfocr:match
    pfocr:recognizedOrganismName pfocr:word rdfs:label schema:alternateName schema:description schema:keywords
    schema:name skos:altLabel wp:organismName
    """.split()  # noqa: SIM905 - a table reads better than twenty quoted words
}


def literal_forms(lines: Iterable[str]) -> dict[str, set[str]]:
    """Give, for each predicate with literals, the forms of them: a datatype, or a language with its `@`."""
    forms: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if found := re.match(r'<\S+> <(\S+)> ".*"(?:\^\^<(\S+)>|(@\S+))?(?: \.)?$', line):
            predicate, datatype, language = found.groups()
            forms[curie(predicate)].add(language or (curie(datatype) if datatype else "xsd:string"))
    return dict(forms)


def curie(iri: str) -> str:
    """Shorten an IRI by the longest prefix that fits."""
    namespace, prefix = max((ns, prefix) for prefix, ns in PREFIXES.items() if iri.startswith(ns))
    return f"{prefix}:{iri.removeprefix(namespace)}"
