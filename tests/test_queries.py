"""The queries that ship with the package, over the examples: what is expected, alike in pyoxigraph and in rdflib.

`pytest --update-golden tests/test_queries.py` writes what comes out now as what is expected. Federated queries are
asked of servers on the loopback that hold a few triples as WikiPathways and UniProt write them.
"""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store
from rdflib.plugins.sparql import prepareQuery

from pfocr_rdf import Settings, convert
from pfocr_rdf.queries import (
    SPELT_WITH_HTTPS,
    Parameter,
    Query,
    QueryError,
    declared_prefixes,
    known_prefixes,
    missing_prefixes,
    of_figure,
    queries_folder,
    read_query,
    shipped_queries,
    shipped_query,
    spelled,
    with_prefixes,
    with_values,
)
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SCHEMA_HTTPS, SchemaScheme

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = ROOT / "examples" / "queries" / "expected"
EXTENSIONS = {"select": "csv", "construct": "nt", "describe": "nt", "ask": "txt"}

ALONE = [query for query in shipped_queries() if not query.federates]
FEDERATED = [query for query in shipped_queries() if query.federates]

Row = tuple[str, ...]

queries = pytest.mark.parametrize("query", ALONE, ids=lambda query: query.name)
federated = pytest.mark.parametrize("query", FEDERATED, ids=lambda query: query.name)
every_query = pytest.mark.parametrize("query", shipped_queries(), ids=lambda query: query.name)


@pytest.fixture(scope="module")
def turtle(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[SchemaScheme], Path]:
    """The examples as Turtle in either spelling, with a date, which the query for the metadata asks for."""
    folder = tmp_path_factory.mktemp("queries")

    def converted(scheme: SchemaScheme) -> Path:
        output = folder / f"{scheme}.ttl"
        if not output.exists():
            convert([examples], output, settings=Settings(created_on="2026-01-31", schema_org=scheme))
        return output

    return converted


def loaded(path: Path) -> Store:
    store = Store()
    store.bulk_load(path=str(path), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def store(turtle: Callable[[SchemaScheme], Path]) -> Store:
    return loaded(turtle("http"))


@pytest.fixture(scope="module")
def https_store(turtle: Callable[[SchemaScheme], Path]) -> Store:
    return loaded(turtle("https"))


@pytest.fixture(scope="module")
def graph(turtle: Callable[[SchemaScheme], Path]) -> rdflib.Graph:
    return rdflib.Graph().parse(turtle("http"))


@queries
def test_pyoxigraph(query: Query, store: Store, request: pytest.FixtureRequest) -> None:
    expected = EXPECTED / f"{query.name}.{EXTENSIONS[query.form]}"
    found = pyoxigraph_answer(store, query.text)
    if request.config.getoption("--update-golden", default=False):
        expected.write_text(found, "utf-8", newline="\n")
    assert found == expected.read_bytes().decode()
    assert found.count("\n") > (query.form == "select"), "a query that finds nothing shows nothing"
    assert found != "false\n"


@queries
def test_rdflib(query: Query, store: Store, graph: rdflib.Graph) -> None:
    assert rdflib_answer(graph, query.text) == pyoxigraph_answer(store, query.text)


@queries
def test_https(query: Query, store: Store, https_store: Store) -> None:
    """Spelt anew, a query finds the same in data that spell schema.org with https."""
    found = pyoxigraph_answer(https_store, spelled(query.text, SCHEMA_HTTPS))
    assert sorted(found.replace(SCHEMA_HTTPS.namespace, SCHEMA_HTTP.namespace).splitlines()) == sorted(
        pyoxigraph_answer(store, query.text).splitlines()
    )


@queries
def test_without_declarations(query: Query, store: Store) -> None:
    """Every prefix of the queries is known, and need not be declared."""
    bare = re.sub(r"(?m)^PREFIX .*$", "", query.text)
    assert pyoxigraph_answer(store, with_prefixes(bare)) == pyoxigraph_answer(store, query.text)


SARS = "PMC99000009__pnas.2100009118.sapp-sf07"


@queries
def test_of_figure(query: Query, store: Store) -> None:
    """What a query asks of one figure, it can be asked of another, as the published queries are."""
    anew = of_figure(query.text, SARS)
    assert (anew != query.text) == ("Put the identifier of your figure in place of this one." in query.note)
    if anew != query.text:
        assert "PMC99000009" in anew
        assert read_query(anew, query.name).parameters == (Parameter("figure", f'"{SARS}"'),)
        assert with_values(query, {"figure": SARS}).text == anew
        assert pyoxigraph_answer(store, anew).count("\n") > 1


LACKED = ("dc:title", "schema:name", "rdfs:label", "dcterms:bibliographicCitation", "schema:datePublished", "foaf:img")
"""What a record may lack: titles, names of journals, labels, citations, years, images."""

ASKED_FOR = {
    "count-figures-per-journal-and-year": "the year",
    "count-figures-per-year": "the year",
    "figures-by-gene": "the label, by which the gene is asked for",
    "figures-by-journal-and-year": "the year",
    "genesets-symbols": "the label, which is the gene in the set",
}
"""Queries that are about one of these."""


@pytest.fixture(scope="module")
def bare_store(turtle: Callable[[SchemaScheme], Path]) -> Store:
    """The examples without what records may lack."""
    store = loaded(turtle("http"))
    for lacked in LACKED:
        store.update(with_prefixes(f"DELETE WHERE {{ ?thing {lacked} ?value }}"))
    return store


@queries
def test_what_records_may_lack_loses_no_rows(query: Query, store: Store, bare_store: Store) -> None:
    """A figure without a title, a chemical without a label are found all the same, where they are not what is asked."""
    found, whole = pyoxigraph_answer(bare_store, query.text), pyoxigraph_answer(store, query.text)
    if query.name in ASKED_FOR:
        assert found != whole
    elif query.form == "select":
        assert len(list(csv.reader(io.StringIO(found)))) == len(list(csv.reader(io.StringIO(whole))))
    elif query.form == "construct":
        kept = [line for line in whole.splitlines() if "schema#label>" not in line and "org/name>" not in line]
        assert found.splitlines() == kept
    else:
        assert found == whole


def test_a_figure_by_gene_needs_no_titles(turtle: Callable[[SchemaScheme], Path]) -> None:
    """Nor do gene sets of symbols, and figures of a journal that has only its short name."""
    whole, store = loaded(turtle("http")), loaded(turtle("http"))
    store.update(with_prefixes("DELETE WHERE { ?thing dc:title ?title } ; DELETE WHERE { ?thing schema:name ?name }"))
    for name in ("figures-by-gene", "genesets-symbols"):
        found, expected = (pyoxigraph_rows(asked.query(shipped_query(name).text)) for asked in (store, whole))
        assert len(found) == len(expected) > 1
        assert [row[0] for row in found] == [row[0] for row in expected]
    journals = shipped_query("figures-by-journal-and-year").text
    found, expected = (pyoxigraph_rows(asked.query(journals)) for asked in (store, whole))
    assert [row[0] for row in found] == [row[0] for row in expected]
    assert found[1][1:3] == ("", "J Invent Signal")


@every_query
def test_parsed(query: Query) -> None:
    """rdflib reads each query; pyoxigraph does so above and below, as it asks other endpoints while it reads."""
    prepareQuery(query.text)


@every_query
def test_form(query: Query) -> None:
    """A query says its question and keywords, declares the prefixes that it uses and no others, and orders its rows."""
    assert query.question.endswith("?")
    assert query.question[0].isupper()
    assert query.keywords
    assert query.text.startswith("# ")
    assert query.text.endswith("}\n") or "ORDER BY" in query.text
    declared = declared_prefixes(query.text)
    assert declared.items() <= known_prefixes().items(), "one prefix, one meaning"
    assert missing_prefixes(re.sub(r"(?m)^PREFIX .*$", "", query.text)) == declared
    assert list(declared) == sorted(declared)
    if query.form == "select":
        assert "ORDER BY" in query.text or re.search(r"SELECT \((AVG|COUNT)", query.text)
    services = "".join(re.findall(r"SERVICE <.*?^  }$", query.text, re.M | re.S))
    assert "schema:" not in services, "another endpoint spells schema.org as it does"


@every_query
def test_constants_are_declared(query: Query) -> None:
    """What a query asks of can be another thing, each by a name of its own."""
    code = re.sub(r"(?m)#.*$|^PREFIX .*$|SERVICE <(?s:.*?)^  }$", "", query.text)
    ids = r"\b(?:ncbigene|mesh|chebi|doid|hgnc\.symbol|ncbitaxon):\w+"
    held = set(re.findall(rf'{ids}|"[^"]+"|(?<= )[0-9]+\.[0-9]+', code)) - {
        '"PFOCR"',
        '"http://purl.uniprot.org/geneid/"',
    }
    assert held == {parameter.value for parameter in query.parameters}


@pytest.mark.parametrize(
    ("name", "values", "same"),
    [
        ("figures-by-gene", {"gene": "TNF"}, [("rdfs:label", '"TNF"')]),
        ("pathways-by-ncbi-gene", {"gene": "7157"}, [("", "ncbigene:7157 ;")]),
        ("pathways-by-ncbi-gene", {"gene": "ncbigene:7157"}, [("", "<https://identifiers.org/ncbigene/7157> ;")]),
        (
            "genes-with-chemical",
            {"chemical": "http://id.nlm.nih.gov/mesh/D1"},
            [("", "<http://id.nlm.nih.gov/mesh/D1> ")],
        ),
        ("genes-with-chemical", {"chemical": "chebi:6801"}, [("", "<https://identifiers.org/chebi/CHEBI:6801> ")]),
        ("figures-by-score", {"score": "0.85"}, [("?score >=", "0.85)")]),
        ("pathways-of-species", {"species": 'The "mouse"'}, [("wp:organismName", '"The \\"mouse\\"" .')]),
        ("genes-with-gene", {"taxon": "10090", "gene": "9606"}, [("", "ncbitaxon:10090 ;"), ("!=", "ncbigene:9606)")]),
    ],
)
def test_values(name: str, values: dict[str, str], same: list[tuple[str, str]]) -> None:
    """A value comes in every place of its constant, and in the declaration, so that it can be changed again."""
    query = shipped_query(name)
    changed = with_values(query, values)
    for before, term in same:
        assert f"{before} {term}".strip() in changed.body
    for old, new in zip(query.parameters, changed.parameters, strict=True):
        assert old.name == new.name
        assert (old.value in changed.body) == (old.name not in values)
    prepareQuery(changed.text)
    assert with_values(changed, {p.name: p.plain for p in query.parameters}).question == query.question


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("pathways-by-ncbi-gene", {"gene": "7157 . ?a ?b ?c"}, "is no IRI, and no id that could stand for one"),
        ("pathways-by-ncbi-gene", {"gene": "http://a/> ?b ?c"}, "is no IRI; give one such as ncbigene:7124"),
        ("pathways-by-ncbi-gene", {"gene": "ncbigene:1> ?b"}, "is no IRI; give one such as ncbigene:7124"),
        ("pathways-by-ncbi-gene", {"gene": ""}, "is no IRI"),
        ("figures-by-score", {"score": "1) . ?a ?b ?c"}, "score=1) . ?a ?b ?c: is no number; give one such as 0.9"),
        ("figures-by-gene", {"gene": "a\\"}, "has a backslash or a character that cannot be seen"),
        (
            "figures-by-gene",
            {"gene": "a\nb"},
            r"figures-by-gene: gene=a\nb: has a backslash or a character that cannot",
        ),
        ("figures-by-gene", {"gene": "\ud800"}, "has a backslash or a character that cannot be seen"),
        ("figures-by-gene", {"genes": "TNF"}, "figures-by-gene: has no parameter 'genes'; it has gene"),
        ("pathways", {"gene": "TNF"}, "pathways: has no parameter 'gene'; change its text: pfocr-rdf query --text"),
    ],
)
def test_values_that_are_none(name: str, values: dict[str, str], message: str) -> None:
    with pytest.raises(QueryError) as error:
        with_values(shipped_query(name), values)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@given(st.text(), st.sampled_from(["string", "IRI", "name", "number"]))
def test_a_value_is_one_term_or_refused(value: str, kind: str) -> None:
    """Whatever it holds, it is a value in the query and nothing else."""
    constant = {"string": '"x"', "IRI": "<http://a/>", "name": "wp:a", "number": "1.5"}[kind]
    query = read_query(f"# parameter: a {constant}\nSELECT ?a ?b {{ VALUES (?a ?b) {{ ({constant} 7) }} }}", "query")
    for text in (value, f"http://a/{value}", f"wp:{value}"):
        try:
            changed = with_values(query, {"a": text})
        except QueryError:
            continue
        rows = Store().query(with_prefixes(changed.text))
        assert isinstance(rows, QuerySolutions)
        (row,) = rows
        assert row["b"] == pyoxigraph.Literal(7)
        assert isinstance(row["a"], pyoxigraph.NamedNode) == (kind in ("IRI", "name"))
        if kind == "string":
            assert row["a"] == pyoxigraph.Literal(text)
        (parsed,) = rdflib.Graph().query(with_prefixes(changed.text))
        assert isinstance(parsed, rdflib.query.ResultRow)
        assert str(parsed[0]) == row["a"].value or kind == "number"
        assert with_values(changed, {"a": "7" if kind == "number" else "http://b/"}).parameters[0].name == "a"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('# parameter: gene "TNF"', 'query:1: the query has no "TNF", which a parameter must stand for'),
        ('# parameter: gene "TP53"\n# parameter: symbol "TP53"', 'query:2: symbol "TP53" is declared twice; keep one'),
        ('# parameter: gene "TP53"\n# parameter: gene 7', "query:2: gene 7 is declared twice; keep one"),
    ],
)
def test_parameters_that_are_none(lines: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        read_query(f'{lines}\nSELECT ?gene {{ ?gene rdfs:label "TP53" }} LIMIT 7', "query")
    assert message in str(error.value)


def test_the_spelling_of_a_store(store: Store, https_store: Store) -> None:
    assert not store.query(SPELT_WITH_HTTPS)
    assert https_store.query(SPELT_WITH_HTTPS)


def test_names() -> None:
    assert queries_folder() == ROOT / "examples" / "queries"
    files = sorted(file.stem for file in queries_folder().glob("*.rq"))
    assert [query.name for query in shipped_queries()] == files
    assert len(files) >= 20
    assert sorted(file.name for file in EXPECTED.iterdir()) == sorted(
        f"{query.name}.{EXTENSIONS[query.form]}" for query in ALONE
    )


def test_questions_are_documented() -> None:
    """The README of the examples names each query with its question, and README how many there are."""
    text = (ROOT / "examples" / "README.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| \[`([^`]+)`\]\(queries/\1\.rq\) \| (.+) \|$", text)
    assert sorted(rows) == [(query.name, query.question) for query in shipped_queries()]
    assert f"{len(shipped_queries())} queries" in (ROOT / "README.md").read_text("utf-8")


def test_keywords_are_documented() -> None:
    """A keyword stands in the README's list, and what stands there is used."""
    text = (ROOT / "examples" / "README.md").read_text("utf-8")
    (listed,) = re.findall(r"The keywords in use: (.*?)\.\n\n", text, re.S)
    used = {keyword for query in shipped_queries() for keyword in query.keywords}
    assert re.findall(r"`([^`]+)`", listed) == sorted(used)


WIKIPATHWAYS = """
PREFIX dc: <http://purl.org/dc/elements/1.1/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX wp: <http://vocabularies.wikipathways.org/wp#>
<https://identifiers.org/wikipathways/WP428_r1> a wp:Pathway ;
    dc:identifier <https://identifiers.org/wikipathways/WP428> ;
    dc:title "Wnt signaling"@en ;
    wp:organismName "Homo sapiens" .
<https://identifiers.org/wikipathways/WP4239_r1> a wp:Pathway ;
    dc:identifier <https://identifiers.org/wikipathways/WP4239> ;
    dc:title "Epithelial to mesenchymal transition"@en ;
    wp:organismName "Homo sapiens" .
<https://identifiers.org/wikipathways/WP539_r1> a wp:Pathway ;
    dc:identifier <https://identifiers.org/wikipathways/WP539> ;
    dc:title "Wnt signaling pathway"@en ;
    wp:organismName "Mus musculus" .
<https://identifiers.org/ensembl/ENSMUSG00000006932> a wp:DataNode, wp:GeneProduct ;
    wp:bdbEntrezGene <https://identifiers.org/ncbigene/12387> ;
    dcterms:isPartOf <https://identifiers.org/wikipathways/WP539_r1> .
<https://identifiers.org/ensembl/ENSG00000168036> a wp:DataNode, wp:GeneProduct ;
    wp:bdbEntrezGene <https://identifiers.org/ncbigene/1499> ;
    dcterms:isPartOf <https://identifiers.org/wikipathways/WP428_r1>, <https://identifiers.org/wikipathways/WP4239_r1> .
<https://identifiers.org/ensembl/ENSG00000134982> a wp:DataNode, wp:GeneProduct ;
    wp:bdbEntrezGene <https://identifiers.org/ncbigene/324> ;
    dcterms:isPartOf <https://identifiers.org/wikipathways/WP428_r1> .
"""

UNIPROT = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX up: <http://purl.uniprot.org/core/>
<http://purl.uniprot.org/uniprot/P04637> a up:Protein ;
    up:reviewed true ;
    up:organism <http://purl.uniprot.org/taxonomy/9606> ;
    up:mnemonic "P53_HUMAN" ;
    up:recommendedName <http://purl.uniprot.org/uniprot/P04637#name> ;
    up:annotation <http://purl.uniprot.org/uniprot/P04637#disease> ;
    rdfs:seeAlso <http://purl.uniprot.org/geneid/7157> .
<http://purl.uniprot.org/uniprot/P04637#name> up:fullName "Cellular tumor antigen p53" .
<http://purl.uniprot.org/uniprot/P04637#disease> a up:Disease_Annotation ;
    up:disease <http://purl.uniprot.org/diseases/2803> .
<http://purl.uniprot.org/diseases/2803> skos:prefLabel "Li-Fraumeni syndrome" .
<http://purl.uniprot.org/geneid/7157> up:database <http://purl.uniprot.org/database/GeneID> .
<http://purl.uniprot.org/uniprot/A0A087WT22> a up:Protein ;
    up:reviewed false ;
    up:organism <http://purl.uniprot.org/taxonomy/9606> ;
    up:mnemonic "A0A087WT22_HUMAN" ;
    rdfs:seeAlso <http://purl.uniprot.org/geneid/7157> .
"""

REMOTE = {"https://sparql.wikipathways.org/sparql": WIKIPATHWAYS, "https://sparql.uniprot.org/sparql": UNIPROT}

FOUND = {
    "diseases-of-genes-of-figure": [("TP53", "http://purl.uniprot.org/uniprot/P04637", "Li-Fraumeni syndrome")],
    "proteins-of-figure": [
        ("TP53", "http://purl.uniprot.org/uniprot/P04637", "P53_HUMAN", "Cellular tumor antigen p53"),
    ],
    "wikipathways-of-figures": [
        (
            "https://identifiers.org/wikipathways/WP428",
            "Wnt signaling",
            "Homo sapiens",
            "https://pfocr.wikipathways.org/figures/PMC99000001__fcell-08-900001-g001.html",
            "Canonical Wnt signalling in the colon crypt and its failure in colorectal cancer",
        ),
    ],
    "wikipathways-with-genes-of-figure": [
        ("https://identifiers.org/wikipathways/WP428", "Wnt signaling", "2"),
        ("https://identifiers.org/wikipathways/WP4239", "Epithelial to mesenchymal transition", "1"),
    ],
}


@federated
def test_federated(query: Query, store: Store, graph: rdflib.Graph) -> None:
    """Asked of the other endpoint, a federated query finds what is there."""
    (endpoint,) = query.federates
    with serving(REMOTE[endpoint]) as (here, asked):
        text = query.text.replace(endpoint, here)
        _, *rows = pyoxigraph_rows(store.query(text))
        assert asked
        assert rows == FOUND[query.name]
        assert rdflib_rows(graph.query(text))[1:] == rows
    assert set(FOUND) == {query.name for query in FEDERATED}
    assert set(REMOTE) == {endpoint for query in FEDERATED for endpoint in query.federates}


@contextmanager
def serving(data: str) -> Iterator[tuple[str, list[str]]]:
    """Serve data as a SPARQL endpoint on the loopback; give its address, and the queries that it is asked."""
    remote = Store()
    remote.load(data, format=RdfFormat.TURTLE)
    asked: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
            self.answer(body) if form else self.reply(body)

        def answer(self, form: str) -> None:
            self.reply(parse_qs(form)["query"][0])

        def reply(self, text: str) -> None:
            asked.append(text)
            solutions = remote.query(text)
            assert isinstance(solutions, QuerySolutions)
            body = solutions.serialize(format=QueryResultsFormat.JSON) or b""
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sparql", asked
        finally:
            server.shutdown()
            thread.join()


def pyoxigraph_answer(store: Store, text: str) -> str:
    """Ask a query, and write rows as CSV, triples as sorted N-Triples, and yes or no as a word."""
    found = store.query(text)
    if isinstance(found, QueryBoolean):
        return answer(bool(found))
    if isinstance(found, QueryTriples):
        return as_ntriples(pyoxigraph.serialize(found, format=RdfFormat.N_TRIPLES) or b"")
    return as_csv(pyoxigraph_rows(found))


def rdflib_answer(graph: rdflib.Graph, text: str) -> str:
    result = graph.query(text)
    if result.type == "ASK":
        return answer(bool(result.askAnswer))
    if result.type == "CONSTRUCT":
        assert result.graph is not None
        return as_ntriples(result.graph.serialize(format="nt", encoding="utf-8"))
    return as_csv(rdflib_rows(result))


def answer(yes: bool) -> str:
    return f"{str(yes).lower()}\n"


def as_ntriples(data: bytes) -> str:
    """Write triples as sorted lines, all in one form: rdflib escapes other characters than pyoxigraph."""
    return "".join(sorted(f"{quad.triple} .\n" for quad in pyoxigraph.parse(data, format=RdfFormat.N_TRIPLES)))


def pyoxigraph_rows(solutions: object) -> list[Row]:
    """Read the rows of a query; the first holds the names of the variables."""
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


def rdflib_rows(result: rdflib.query.Result) -> list[Row]:
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
    """Give a literal's text; engines compute averages to different places, so a long fraction is cut."""
    return f"{Decimal(text):.2f}" if datatype == str(rdflib.XSD.decimal) and len(text) > 12 else text


def as_csv(rows: list[Row]) -> str:
    output = io.StringIO()
    csv.writer(output, lineterminator="\n").writerows(rows)
    return output.getvalue()


def test_one_figure_without_a_licence_is_enough_for_a_no() -> None:
    """The numbers are compared, as to look for the figure takes time that grows with the square of the figures."""
    query = with_prefixes(shipped_query("licence-of-every-figure").text)
    figure = '<http://a/{0}> a wp:Pathway ; dc:source "PFOCR" . '
    licence = "<http://a/{0}> dcterms:license <http://a/cc0> , <http://a/other> . "
    for licensed, expected in (((), False), ((1,), False), ((1, 2), True)):
        store = Store()
        data = "".join(map(figure.format, (1, 2))) + "".join(map(licence.format, licensed))
        store.update(with_prefixes(f"INSERT DATA {{ {data} }}"))
        assert bool(store.query(query)) is expected
