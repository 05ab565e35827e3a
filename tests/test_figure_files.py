"""A figure's data beside its page: Turtle and JSON-LD say the same, and all together say the dump."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import pyoxigraph
import pytest
import rdflib
from pyld import jsonld
from pyoxigraph import NamedNode, RdfFormat, Triple

from builders import block, record
from checkouts import Checkout
from pfocr_rdf import Settings
from pfocr_rdf.context import context_document, jsonld_document, output_context
from pfocr_rdf.terms import iri_term, literal_term
from pfocr_rdf.vocabulary import PFOCR_PATHWAY_SCORE, RDFS_LABEL, SCHEMA_HTTP, SCHEMA_HTTPS, XSD_DATE, XSD_DECIMAL
from publications import Released, released

LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
SCHEMES = {"http": SCHEMA_HTTP, "https": SCHEMA_HTTPS}


@pytest.fixture(scope="module")
def release(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Released:
    return released(examples, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def files(release: Released) -> dict[str, bytes]:
    return release.figure_files()


def graph_of(data: bytes, form: RdfFormat) -> frozenset[Triple]:
    quads = list(pyoxigraph.parse(data, form))
    assert len(quads) == len(set(quads)), "a triple stands twice"
    return frozenset(quad.triple for quad in quads)


def turtle_files(files: dict[str, bytes]) -> dict[str, frozenset[Triple]]:
    return {path: graph_of(data, RdfFormat.TURTLE) for path, data in files.items() if path.endswith(".ttl")}


def from_jsonld(data: bytes, context: bytes) -> frozenset[Triple]:
    """Expand a document with PyLD; the context that it names is given, and nothing else."""

    def load(url: str, _options: object = None) -> dict[str, Any]:
        assert url == "https://example.org/release/context.jsonld"
        return {
            "contentType": "application/ld+json",
            "documentUrl": url,
            "contextUrl": None,
            "document": json.loads(context),
        }

    base = "https://example.org/release/figures/any.jsonld"
    quads = jsonld.to_rdf(json.loads(data), {"documentLoader": load, "base": base, "format": "application/n-quads"})
    return frozenset(quad.triple for quad in pyoxigraph.parse(quads, RdfFormat.N_QUADS))


def test_three_files_a_figure(release: Released, files: dict[str, bytes]) -> None:
    assert len(release.sections) == 15
    assert list(files) == [
        *(f"figures/{figid}.{ending}" for figid in release.stems for ending in ("html", "ttl", "jsonld")),
        "figures/index.html",
    ]


def test_together_they_are_the_dump(release: Released, files: dict[str, bytes]) -> None:
    united: frozenset[Triple] = frozenset().union(*turtle_files(files).values())
    assert united == graph_of(release.dump, RdfFormat.N_TRIPLES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_jsonld_is_the_turtle(scheme: Any, examples: Path, tmp_path: Path) -> None:
    files = released(examples, tmp_path, Settings(schema_org=scheme)).figure_files()
    context = context_document(SCHEMES[scheme])
    for path, turtle in turtle_files(files).items():
        document = files[path.replace(".ttl", ".jsonld")]
        assert from_jsonld(document, context) == turtle, path


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib, of its own JSON-LD parser
def test_rdflib_reads_the_same(files: dict[str, bytes], tmp_path: Path) -> None:
    """As files that lie as they do in a release, the context found by its relative address."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "context.jsonld").write_bytes(context_document())
    path = "figures/PMC99000001__fcell-08-900001-g001"
    for ending in ("ttl", "jsonld"):
        (tmp_path / f"{path}.{ending}").write_bytes(files[f"{path}.{ending}"])
    one, other = (rdflib.Graph().parse(tmp_path / f"{path}.{ending}") for ending in ("ttl", "jsonld"))
    assert set(one) == set(other)
    assert len(one) > 500


def test_whatever_is_referred_to_can_be_read(files: dict[str, bytes]) -> None:
    """Every gene, chemical, disease, organism and paper has its label or title in each file, not in the dump alone."""
    title = NamedNode("http://schema.org/name")
    referring = {
        NamedNode("http://schema.org/mentions"): LABEL,
        NamedNode("http://schema.org/taxonomicRange"): LABEL,
        NamedNode("http://vocabularies.wikipathways.org/wp#organism"): LABEL,
        NamedNode("http://schema.org/isBasedOn"): title,
        NamedNode("http://schema.org/isPartOf"): title,
    }
    dump: set[tuple[object, object]] = set()
    for graph in turtle_files(files).values():
        dump |= {(triple.subject, triple.predicate) for triple in graph}
    for path, graph in turtle_files(files).items():
        described = {(triple.subject, triple.predicate) for triple in graph}
        for triple in graph:
            wanted = referring.get(triple.predicate)
            if wanted is not None and (triple.object, wanted) in dump:  # some papers of the examples have no title
                assert (triple.object, wanted) in described, (path, triple.object)


def test_no_link_to_another_figure(files: dict[str, bytes]) -> None:
    part_of = NamedNode("http://purl.org/dc/terms/isPartOf")
    for path, graph in turtle_files(files).items():
        own = f"https://pfocr.wikipathways.org/{path.replace('.ttl', '.html')}"
        linked = {triple.object.value for triple in graph if triple.predicate == part_of}  # type: ignore[union-attr]  # IRIs
        assert linked == {own}


def test_the_same_twice(release: Released, files: dict[str, bytes]) -> None:
    assert release.figure_files() == files


def test_the_same_whatever_the_order_of_loading(release: Released, files: dict[str, bytes]) -> None:
    backwards = pyoxigraph.Store()
    backwards.load(b"".join(reversed(release.dump.splitlines(keepends=True))), RdfFormat.N_TRIPLES)
    other = Released(
        release.dump, release.sections, backwards, release.publication, release.stems, release.schema
    ).figure_files()
    assert other == files


def test_an_image_that_two_figures_share(checkout: Checkout, tmp_path: Path) -> None:
    for name in "ab":
        values = {"figid": f"PMC1__{name}", "pmcid": "PMC1", "filename": "shared.jpg"}
        identity = block(id=f"https://pfocr.wikipathways.org/figures/PMC1__{name}.html")
        checkout.write(f"_figures/PMC1__{name}.md", record(values | {"schema-jsonld": identity}))
    files = released(checkout.root, tmp_path).figure_files()
    image = NamedNode("https://europepmc.org/articles/PMC1/bin/shared.jpg")
    for graph in turtle_files(files).values():
        assert any(triple.subject == image for triple in graph)


def test_what_stands_with_the_last_figure_of_a_dump(checkout: Checkout, tmp_path: Path) -> None:
    """Its paper follows it at once, so a reader of files takes the one for a part of the other."""
    for figid in ("PMC1__a", "PMC1__b"):
        checkout.record("papertitle: P", "journal_title: J", figid=figid)
    release = released(checkout.root, tmp_path)
    united = turtle_files(release.figure_files())
    journal = NamedNode("https://pfocr.wikipathways.org/journal/J")
    for path, graph in united.items():
        assert any(triple.subject == journal for triple in graph), path
        linked = {
            str(triple.object) for triple in graph if triple.predicate.value == "http://purl.org/dc/terms/isPartOf"
        }
        assert linked == {f"<https://pfocr.wikipathways.org/{path.replace('.ttl', '.html')}>"}
    assert frozenset().union(*united.values()) == graph_of(release.dump, RdfFormat.N_TRIPLES)


def test_figures_of_one_name_but_for_case(checkout: Checkout, tmp_path: Path) -> None:
    for figid in ("PMC1__Ab", "PMC1__aB"):
        checkout.record(f"figtitle: Of {figid}", figid=figid)
    files = released(checkout.root, tmp_path).figure_files()
    assert len({path.lower() for path in files}) == 7
    for path, data in files.items():
        if path.endswith(".html"):
            for link in links_of(data):
                if link["rel"] == "alternate":
                    assert unquote(urljoin(path, str(link["href"]))) in files


@pytest.mark.slow
def test_figures_of_the_sample(sample: Path, tmp_path: Path) -> None:
    """Every tenth figure of real records: Turtle and JSON-LD say the same."""
    whole = released(sample, tmp_path)
    part = Released(whole.dump, whole.sections[::10], whole.store, whole.publication, whole.stems, whole.schema)
    files = part.figure_files()
    assert len(files) == 3 * len(part.sections)
    context = context_document()
    dump = graph_of(whole.dump, RdfFormat.N_TRIPLES)
    graphs = turtle_files(files)
    for graph in graphs.values():
        assert graph <= dump
    for path in list(graphs)[::5]:
        assert from_jsonld(files[path.replace(".ttl", ".jsonld")], context) == graphs[path]


# -------------------------------------------------------------------------------------------------- the context


SUBJECT = iri_term("https://example.org/s")
LITERALS = [
    (RDFS_LABEL, literal_term("plain")),
    (RDFS_LABEL, iri_term("https://example.org/not-a-text")),
    (PFOCR_PATHWAY_SCORE, literal_term("0.90", XSD_DECIMAL)),
    (PFOCR_PATHWAY_SCORE, literal_term("2020-01-31", XSD_DATE)),
    (PFOCR_PATHWAY_SCORE, literal_term("high")),
    (PFOCR_PATHWAY_SCORE, iri_term("https://example.org/score")),
    (SCHEMA_HTTP.mentions, literal_term("mesh:D000001")),
    (SCHEMA_HTTP.mentions, iri_term("http://id.nlm.nih.gov/mesh/D000001")),
    (SCHEMA_HTTP.mentions, iri_term("urn:mesh:1")),
    (SCHEMA_HTTP.keywords, literal_term('a "quoted" \\ </script> \u2028 \U0001f9ec')),
    (iri_term("https://example.org/p"), literal_term("https://schema.org/")),
]


@pytest.mark.parametrize(("predicate", "value"), LITERALS)
def test_a_value_of_any_kind_is_kept(predicate: Any, value: Any) -> None:
    """Whatever kind a property's values usually have."""
    document = jsonld_document([(SUBJECT, predicate, value)], context="../context.jsonld")
    expected = graph_of(f"{SUBJECT} {predicate} {value} .\n".encode(), RdfFormat.N_TRIPLES)
    assert from_jsonld(document, context_document()) == expected


def test_a_text_with_a_language_is_kept() -> None:
    statement = (SUBJECT, RDFS_LABEL, literal_term("gène")[:-1] + '"@fr')
    document = jsonld_document([statement], context="../context.jsonld")  # type: ignore[list-item]  # a term's text
    expected = graph_of(" ".join(statement).encode() + b" .\n", RdfFormat.N_TRIPLES)
    assert from_jsonld(document, context_document()) == expected


@pytest.mark.parametrize("schema", SCHEMES.values(), ids=SCHEMES)
def test_the_context_needs_nothing_else(schema: Any) -> None:
    context = output_context(schema)["@context"]
    assert not [name for name, value in context.items() if name == "@import" or isinstance(value, str)]
    assert context["schema"]["@id"] == schema.namespace
    assert json.loads(context_document(schema)) == output_context(schema)


# ------------------------------------------------------------------------------------------------------ helpers


class _Links(HTMLParser):
    """The `<link>` elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "link":
            self.found.append(dict(attrs))


def links_of(page: bytes) -> list[dict[str, str | None]]:
    parser = _Links()
    parser.feed(page.decode())
    parser.close()
    return parser.found
