"""Pages without a browser: what they say, what they link to, and that nothing a record holds becomes markup."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import block, record, table
from checkouts import Checkout
from pfocr_rdf.pages import figure_lists
from pfocr_rdf.pages.dataset_search import dataset_jsonld
from pfocr_rdf.pages.descriptions import mentioning_figures, store_descriptions, whole_figure
from pfocr_rdf.pages.figure_lists import list_name
from pfocr_rdf.pages.figure_page import Beside, FigurePage, figure_html, figure_page
from pfocr_rdf.pages.filenames import file_stems
from pfocr_rdf.pages.headings import figure_place
from pfocr_rdf.pages.index_page import index_page
from pfocr_rdf.pages.plots import bar_plot, column_plot
from pfocr_rdf.pages.rendering import script_data, visible
from pfocr_rdf.pages.statistics import Statistics, statistics_of
from pfocr_rdf.queries import shipped_queries
from pfocr_rdf.releases.publication import Publication
from pfocr_rdf.vocabulary import SCHEMA_HTTP
from publications import Released, released

VOID = frozenset(("meta", "link", "img", "br", "hr"))
FIGURE = "figures/PMC99000001__fcell-08-900001-g001.html"
ALONE = Beside("index.html", None, None)


class Page(HTMLParser):
    """A page as it is parsed: its elements with their attributes, and their texts.

    Every element must be closed where it should be.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(data.decode())
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of <{tag}> stands twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1] if self._open else "", data))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in attributes.items())
        ]

    def links(self, rel: str) -> list[str]:
        return [str(link["href"]) for link in self.all("link", rel=rel)]

    def text(self, without: tuple[str, ...] = ("style", "script", "title")) -> str:
        return " ".join(" ".join(text for tag, text in self.texts if tag not in without).split())

    def addresses(self) -> Iterator[str]:
        for _, attributes in self.elements:
            for name in ("href", "src"):
                if (value := attributes.get(name)) is not None:
                    yield value


@pytest.fixture(scope="module")
def release(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Released:
    return released(examples, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def files(release: Released) -> dict[str, bytes]:
    return {**release.figure_files(), "index.html": release.index_page()}


@pytest.fixture(scope="module")
def index(files: dict[str, bytes]) -> Page:
    return Page(files["index.html"])


@pytest.fixture(scope="module")
def figure(files: dict[str, bytes]) -> Page:
    return Page(files[FIGURE])


# ----------------------------------------------------------------------------------------------------- every page


def test_every_page_is_whole(files: dict[str, bytes]) -> None:
    for path, data in files.items():
        if path.endswith(".html"):
            page = Page(data)
            assert [attributes.get("lang") for tag, attributes in page.elements if tag == "html"] == ["en"], path
            assert len(page.all("h1")) == len(page.all("main")) == 1
            identifiers = Counter(str(a["id"]) for _, a in page.elements if "id" in a)
            assert set(identifiers.values()) <= {1}, path


def test_every_link_within_the_release_leads_to_a_file(release: Released, files: dict[str, bytes]) -> None:
    """And where it names a place in a page, to that place."""
    there = {*files, *(file.path for file in release.publication.files), "manifest.json", "SHA256SUMS", "index.html"}
    pages = {path: Page(data) for path, data in files.items() if path.endswith(".html")}
    places = {
        path: {str(attributes["id"]) for _, attributes in page.elements if "id" in attributes}
        for path, page in pages.items()
    }
    for path, page in pages.items():
        for address in page.addresses():
            if not urlsplit(address).scheme:
                target, _, place = urljoin(path, address).partition("#")
                assert unquote(target) in there, (path, address)
                assert not place or unquote(place) in places[unquote(target)], (path, address)


def test_the_policy_allows_the_page_and_nothing_else(files: dict[str, bytes]) -> None:
    for path, data in files.items():
        if not path.endswith(".html"):
            continue
        page = Page(data)
        (meta,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
        policy = dict(part.split(" ", 1) for part in str(meta["content"]).split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["img-src"] in ("data: https://europepmc.org", "data:")
        assert "unsafe" not in str(meta["content"])
        assert not [attributes for _, attributes in page.elements if "style" in attributes]
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_nothing_is_fetched_but_the_image(files: dict[str, bytes]) -> None:
    for path, data in files.items():
        if path.endswith(".html"):
            page = Page(data)
            assert not [a for _, a in page.elements if "srcset" in a or "data" in a]
            assert not page.all("iframe") + page.all("object") + page.all("embed") + page.all("base")
            assert not page.links("stylesheet") + page.links("preload") + page.links("preconnect")
            assert not [a for a in page.all("script") if "src" in a]
            sources = [str(image["src"]) for image in page.all("img")]
            assert len(sources) <= 1
            assert all(source.startswith("https://europepmc.org/articles/PMC") for source in sources)
            styles = [text for tag, text in page.texts if tag == "style"]
            assert not [text for text in styles if "url(" in text or "@import" in text]


# ------------------------------------------------------------------------------------------------- a figure's page


def test_signposts_of_a_figure(figure: Page) -> None:
    iri = "https://pfocr.wikipathways.org/figures/PMC99000001__fcell-08-900001-g001.html"
    assert figure.links("cite-as") == [iri]
    assert figure.links("license") == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert figure.links("type") == ["https://schema.org/AboutPage", "https://schema.org/Dataset"]
    assert figure.links("author") == ["https://www.wikipathways.org/"]
    assert figure.links("collection") == ["../index.html"]
    (item,) = figure.all("link", rel="item")
    assert item["href"] == "https://europepmc.org/articles/PMC99000001/bin/fcell-08-900001-g001.jpg"
    assert item["type"] == "image/jpeg"
    for rel in ("alternate", "describedby"):
        found = {link["type"]: link["href"] for link in figure.all("link", rel=rel)}
        assert found == {
            "text/turtle": "PMC99000001__fcell-08-900001-g001.ttl",
            "application/ld+json": "PMC99000001__fcell-08-900001-g001.jsonld",
        }


def test_a_figure_is_told_to_people(figure: Page) -> None:
    text = figure.text()
    for said in (
        "Canonical Wnt signalling in the colon crypt and its failure in colorectal cancer",
        "Figure 1 of",
        "Two faces of the Wnt switch in the colon crypt",
        "Journal of Invented Signalling",
        "(A) Wnt OFF: AXIN1, APC, CK1α and GSK3β hold β-catenin",
        "2021",
        "0.9637421",
        "which stand for 52 genes",
        "FamPlex family",
        "NCBI Gene 7471",
        "Mus musculus",
    ):
        assert said in text, said
    targets = {str(link["href"]) for link in figure.all("a")}
    assert {
        "https://doi.org/10.5555/pfocr-example.2021.0001",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC99000001/",
        "https://www.ncbi.nlm.nih.gov/gene/7471",
        "http://purl.obolibrary.org/obo/NCBITaxon_9606",
        "https://identifiers.org/wikipathways/WP428",
    } <= targets
    (image,) = figure.all("img")
    assert image["loading"] == "lazy"
    assert image["alt"] == (
        "The figure: Canonical Wnt signalling in the colon crypt and its failure in colorectal cancer"
    )


def test_every_mention_is_on_the_page(release: Released, files: dict[str, bytes]) -> None:
    """Its word to the letter, its match, and a link for each body."""
    rows = release.store.query(
        """SELECT ?figid ?word ?match (GROUP_CONCAT(STR(?body); separator=" ") AS ?bodies) {
            ?mention oa:hasTarget/dcterms:identifier ?figid ; pfocr:word ?word
            OPTIONAL { ?mention pfocr:match ?match } OPTIONAL { ?mention oa:hasBody ?body }
        } GROUP BY ?mention ?figid ?word ?match""",
        prefixes={
            "oa": "http://www.w3.org/ns/oa#",
            "dcterms": "http://purl.org/dc/terms/",
            "pfocr": "https://pfocr.wikipathways.org/vocab#",
        },
    )
    shown: dict[str, set[tuple[str, str, int]]] = {}
    for section in release.sections:
        page = page_of(release, section)
        shown[page.figid] = {
            (mention.word, mention.match, len(mention.entities)) for part in page.mentions for mention in part.words
        }
    words = {
        figid: {text for tag, text in Page(files[f"figures/{figid}.html"]).texts if tag == "th"} for figid in shown
    }
    counted = 0
    for figid, word, match, bodies in rows:  # type: ignore[union-attr]  # a SELECT query
        found = (word.value, match.value if match else "", len(bodies.value.split()) if bodies else 0)
        assert found in shown[figid.value]
        assert visible(word.value) in words[figid.value]
        counted += 1
    assert counted == release.publication.counts.mentions


def page_of(release: Released, section: Any) -> FigurePage:
    statements = whole_figure(section, store_descriptions(release.store), SCHEMA_HTTP)
    return figure_page(statements, SCHEMA_HTTP, mentioning_figures(release.store, SCHEMA_HTTP))


def test_a_figure_of_which_little_is_known(checkout: Checkout, tmp_path: Path) -> None:
    checkout.record()
    files = released(checkout.root, tmp_path).figure_files()
    page = Page(files["figures/PMC1__a.html"])
    text = page.text()
    assert "PMC1__a" in text
    assert "names no image" in text
    assert "no caption" in text
    assert "Genes, chemicals and diseases PFOCR’s data has none of this figure." in text
    assert "was read in this figure" not in text
    assert not page.all("img")
    assert "None" not in text


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("Figure", "F10", "Figure 10"),
        ("Figure", "F2a", "Figure 2a"),
        ("Figure", "Fig. (1)", "Figure 1"),
        ("Figure", "Figure 2 |", "Figure 2"),
        ("Figure", "Figure 1|", "Figure 1"),
        ("Figure", "FIGURE 10:", "Figure 10"),
        ("Figure", "fig3", "Figure 3"),
        ("Figure", "3", "Figure 3"),
        ("Figure", "S2", "Figure S2"),
        ("Figure", "Fig. S2", "Figure S2"),
        ("Figure", "IV", "Figure IV"),
        ("Figure", "CENTRAL ILLUSTRATION", "Central illustration"),
        ("Figure", "Graphical abstract", "Graphical abstract"),
        ("Figure", "", "A figure"),
        ("Scheme", "S2", "Scheme 2"),
        ("Scheme", "", "A scheme"),
        ("Supplemental figure", "SF35", "Supplemental figure 35"),
        ("", "F3", "Figure 3"),
        ("", "", "A figure"),
        ("Figure", "1" * 10_000 + "(", "Figure " + "1" * 10_000 + "("),
    ],
)
def test_which_figure_of_its_paper_a_figure_is(kind: str, number: str, said: str) -> None:
    """In words that people use, whatever the form of the record's number."""
    assert figure_place(kind, number) == said


def test_a_figure_without_a_title_is_called_after_its_paper(checkout: Checkout, tmp_path: Path) -> None:
    checkout.record("number: F3", "figtype: Figure", "papertitle: Of mice .", "year: 2020", "automl_pathway: 0.9")
    release = released(checkout.root, tmp_path)
    data = release.figure_files()["figures/PMC1__a.html"]
    page = Page(data)
    assert [text for tag, text in page.texts if tag == "h1"] == ["Figure 3 of “Of mice”"]
    assert page.text().count("Figure 3 of") == 1
    assert "<title>Figure 3 of “Of mice” – PFOCR" in data.decode()
    assert "Figure 3 of “Of mice”" in Page(release.index_page()).text()
    assert b'"F3"' in release.figure_files()["figures/PMC1__a.ttl"]


def test_an_image_from_elsewhere_is_allowed_from_there(checkout: Checkout, tmp_path: Path) -> None:
    from pfocr_rdf import Settings

    checkout.record("filename: a.jpg")
    settings = Settings(image_url="https://images.example.org:8443/{pmcid}/{filename}")
    data = released(checkout.root, tmp_path, settings).figure_files()["figures/PMC1__a.html"]
    assert b"img-src data: https://images.example.org:8443;" in data


# ---------------------------------------------------------------------------------------- the lists of figures


def test_every_figure_is_reached_from_the_index(
    release: Released, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> None:
    """By the lists, and then by going from each to the next; and back."""
    monkeypatch.setattr(figure_lists, "FIGURES", 4)
    files = {**release.figure_files(), "index.html": files["index.html"]}
    figures = {path for path in files if path.endswith(".html") and not re.search(r"(^|/)index", path)}
    assert len(figures) == 15

    def links(path: str, **attributes: str) -> list[str]:
        found = (str(link["href"]) for link in Page(files[path]).all("a", **attributes))
        return [unquote(urljoin(path, href)).partition("#")[0] for href in found]

    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        found = {path for path in links(waiting.pop()) if path in files and path.endswith(".html")} - reached
        reached |= found
        waiting += found
    assert figures | {f"figures/index{end}.html" for end in ("", "-2", "-3", "-4")} <= reached

    for start in (min(figures), "figures/index.html"):
        way = [start]
        while following := links(way[-1], rel="next"):
            way.append(following[0])
        back = [way[-1]]
        while before := links(back[-1], rel="prev"):
            back.append(before[0])
        assert back == way[::-1]
        assert len(way) == (4 if "index" in start else 15)


def test_a_list_says_of_each_figure_what_it_is(checkout: Checkout, tmp_path: Path) -> None:
    checkout.record("figtitle: A title", "papertitle: Of mice.", "year: 2020", figid="PMC10__b")
    checkout.record("number: F3", "figtype: Figure", "papertitle: Of men.", "year: 2021", figid="PMC9__a")
    checkout.record(figid="PMC10__a")
    checkout.record("figtitle: Of both.", "papertitle: Of both", "year: 2022", figid="PMC11__a")
    page = Page(released(checkout.root, tmp_path).figure_files()["figures/index.html"])
    text = page.text()
    assert "1 to 4 of 4, of the papers PMC9 to PMC11." in text
    entries = (
        "Figure 3 of “Of men” 2021 , PMC9__a",
        "A figure of “Of mice” 2020 , PMC10__a",
        "A title “Of mice”, 2020 , PMC10__b",
        "Of both. 2022 , PMC11__a",
    )
    assert " ".join(entries) in text
    assert [link["href"] for link in page.all("a")][1:4] == ["PMC9__a.html", "PMC10__a.html", "PMC10__b.html"]


def test_lists_are_in_the_order_of_papers_and_not_long(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the order in which figures stand in the dump, where PMC10 is before PMC9."""
    monkeypatch.setattr(figure_lists, "FIGURES", 2)
    figids = ["PMC8__a", "PMC9__a", "PMC9__b", "PMC10__a", "PMC100__a"]
    for figid in figids:
        checkout.record(figid=figid)
    files = released(checkout.root, tmp_path).figure_files()
    lists = [Page(files[f"figures/{name}"]) for name in ("index.html", "index-2.html", "index-3.html")]
    assert "figures/index-4.html" not in files
    assert [str(item["id"]) for page in lists for item in page.all("li") if "id" in item] == figids
    first, second, third = (page.text() for page in lists)
    assert "1 to 2 of 5, of the papers PMC8 to PMC9." in first
    assert "5 to 5 of 5, of the papers PMC100." in third
    for text in (first, second, third):
        assert "All 3 lists" in text
    for number, figid in enumerate(figids):
        page = Page(files[f"figures/{figid}.html"])
        name = ("index.html", "index-2.html", "index-3.html")[number // 2]
        assert f"{name}#{figid}" in [link.get("href") for link in page.all("a")]


def test_no_more_than_the_lists_under_way_is_kept(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list is written as soon as its last figure is."""
    monkeypatch.setattr(figure_lists, "FIGURES", 2)
    for number in range(10, 20):
        checkout.record(figid=f"PMC{number}__a")
    lists = [at for at, path in enumerate(released(checkout.root, tmp_path).figure_files()) if "index" in path]
    assert lists == [6, 13, 20, 27, 34]


@pytest.mark.parametrize("figid", ["index", "INDEX", "index-2", "Index-17"])
def test_no_figure_is_called_like_a_list(figid: str) -> None:
    (stem,) = file_stems([figid]).values()
    assert stem.lower() not in {list_name(number).removesuffix(".html") for number in range(1, 100)}


# --------------------------------------------------------------------------------------------- hostile records


HOSTILE = [
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onload="alert(1)',
    "' autofocus onfocus='alert(1)",
    "--><svg/onload=alert(1)>",
    "{{ 7 * 7 }} {% for x in y %}",
    "&lt;b&gt; &amp;amp; &#x3c;",
    "<!-- comment",
    "]]>",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_a_text(text: str, checkout: Checkout, tmp_path: Path) -> None:
    """In each place of a page where a record's values stand."""
    filename = text.replace("/", "_")
    values: dict[str, Any] = {
        "figid": "PMC1__a",
        "pmcid": "PMC1",
        "figtitle": text,
        "caption": text,
        "papertitle": text,
        "reftext": text,
        "journal_title": text,
        "number": text,
        "figtype": text,
        "keywords": text,
        "organisms": [text],
        "filename": filename,
        "doi": f"10.1/{text}",
        "schema-jsonld": block(description=text, keywords=[text]),
    }
    checkout.write("_figures/PMC1__a.md", record(values))
    row = ("9606", text, "Primates", text, text, text, "1", text, "1", "1", "1")
    checkout.write("_data/PMC1__a-genes.tsv", table("gene", row))
    release = released(checkout.root, tmp_path)
    harmless = Page(figure_html(harmless_page(release), publication=release.publication, stem="PMC1__a", beside=ALONE))
    page = Page(release.figure_files()["figures/PMC1__a.html"])
    assert shape(page) == shape(harmless)
    assert page.text().count(" ".join(text.split())) >= 9
    index = Page(release.index_page())
    assert text in " ".join(value for _, value in index.texts)
    assert len(index.all("script")) == 2
    listed = Page(release.figure_files()["figures/index.html"])
    assert text in " ".join(value for _, value in listed.texts)
    assert not listed.all("script") + listed.all("img")


def harmless_page(release: Released) -> FigurePage:
    """Give what a page shows, each text of a record replaced by a word."""
    (section,) = release.sections
    page = page_of(release, section)
    assert page.paper is not None
    (genes,) = page.mentions
    (mention,) = genes.words
    entities = tuple(replace(entity, text="word", note="word") for entity in mention.entities)
    return replace(
        page,
        title="word",
        caption="word",
        number="word",
        type="word",
        image="https://europepmc.org/word.jpg" if page.image else None,
        organisms=tuple(replace(organism, text="word") for organism in page.organisms),
        recognized=tuple(replace(organism, text="word") for organism in page.recognized),
        paper=replace(page.paper, title="word", citation="word", journal="word", keywords=("word",)),
        mentions=(replace(genes, words=(replace(mention, word="w", match="w", lexicon="w", entities=entities),)),),
    )


def shape(page: Page) -> list[tuple[str, list[str]]]:
    """Give the elements of a page with the names of their attributes."""
    return [(tag, sorted(attributes)) for tag, attributes in page.elements]


@given(st.text())
def test_any_text_in_a_script(text: str) -> None:
    written = str(script_data({"text": text}))
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == {"text": text}


@given(st.text())
def test_controls_are_made_visible(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert all(new in (old, "\ufffd") for new, old in zip(shown, text, strict=True))


def test_a_creator_with_an_orcid_is_a_person(release: Released) -> None:
    creators = ("https://orcid.org/0000-0002-1825-0097", "https://example.org/lab")
    described = dataset_jsonld(replace(release.publication, creators=creators))
    assert [creator["@type"] for creator in described["creator"]] == ["Person", "Organization"]


@pytest.mark.parametrize(
    ("organisms", "said"),
    [(["Homo sapiens"], False), (["Mus musculus"], True), (["Homo sapiens", "Mus musculus"], True)],
)
def test_the_organism_of_a_gene_is_said_where_it_is_not_that_of_the_figure(
    checkout: Checkout, tmp_path: Path, organisms: list[str], said: bool
) -> None:
    checkout.record(f"organisms: {json.dumps(organisms)}")
    row = ("9606", "Homo sapiens", "animals", "AKT1", "AKT1", "AKT1", "207", "ncbigene_symbol", "1", "0", "0")
    checkout.write("_data/PMC1__a-genes.tsv", table("gene", row))
    page = Page(released(checkout.root, tmp_path).figure_files()["figures/PMC1__a.html"])
    assert ("AKT1 Homo sapiens , NCBI Gene 207" in page.text()) == said
    assert ("AKT1 NCBI Gene 207" in page.text()) != said


def test_a_word_is_counted_once_and_identifiers_by_their_source(checkout: Checkout, tmp_path: Path) -> None:
    """However many matches and lexica knew the word: a MeSH and a ChEBI id are not two chemicals."""
    checkout.record()
    human = ("9606", "Homo sapiens", "animals")
    genes = [
        (*human, "Wnt", match, symbol, identifier, lexicon, "1", "0", "0")
        for match, symbol, identifier, lexicon in (
            ("WNT", "WNT1", "7471", "famplex_relations"),
            ("WNT", "WNT2", "7472", "famplex_relations"),
            ("Wnt", "WNT1", "7471", "ncbigene_symbol"),
        )
    ]
    checkout.write("_data/PMC1__a-genes.tsv", table("gene", *genes))
    chemicals = ["Li+ mesh:D008094 Lithium lithium chebi:30145", "Ca mesh:D002118 Calcium NA NA", "xx NA NA NA NA"]
    checkout.write("_data/PMC1__a-chemicals.tsv", table("chemical", *chemicals))
    text = Page(released(checkout.root, tmp_path).figure_files()["figures/PMC1__a.html"]).text()
    assert "1 word read, which stands for 2 genes" in text
    assert "3 words read, of which 2 have identifiers: 1 of ChEBI and 2 of MeSH" in text


def test_organisms_that_were_recognised_are_shown_apart(checkout: Checkout, tmp_path: Path) -> None:
    checkout.record("organisms: [Homo sapiens]", "organisms_ner: [Mus musculus, Danio rerio]")
    page = Page(released(checkout.root, tmp_path).figure_files()["figures/PMC1__a.html"])
    shown = "Organisms Homo sapiens Recognised Mus musculus Danio rerio organisms whose gene names matched words"
    assert shown in page.text()
    assert "http://purl.obolibrary.org/obo/NCBITaxon_10090" in [link["href"] for link in page.all("a")]


def test_what_has_no_label_is_called_by_its_identifier_once(checkout: Checkout, tmp_path: Path) -> None:
    checkout.record()
    checkout.write("_data/PMC1__a-chemicals.tsv", table("chemical", "heme mesh:D006897 NA NA NA"))
    text = Page(released(checkout.root, tmp_path).figure_files()["figures/PMC1__a.html"]).text()
    assert "MeSH D006897 1 figure" in text
    assert "1 word read, which has 1 identifier of MeSH" in text
    assert text.count("D006897") == 1


def test_each_thing_has_the_number_of_figures_that_mention_it(release: Released, files: dict[str, bytes]) -> None:
    counted = release.store.query(
        "SELECT (COUNT(DISTINCT ?f) AS ?n) { ?f <http://schema.org/mentions> <https://identifiers.org/ncbigene/7157> }"
    )
    ((number,),) = counted  # type: ignore[misc]  # one row
    assert f"TP53 NCBI Gene 7157 , {number.value} figures" in " ".join(
        Page(data).text() for path, data in files.items() if path.endswith(".html")
    )


# ---------------------------------------------------------------------------------------------------- the index


def test_the_index_says_what_the_release_is(release: Released, index: Page) -> None:
    publication, text = release.publication, index.text()
    for said in (
        publication.title,
        publication.version,
        publication.description,
        "2026-11-20",
        "2026.10",
        "CC0 1.0 (public domain)",
        "0123456789abcdef0123456789abcdef01234567",
        f"{publication.counts.triples:,}",
        "figures 15",
        "chemical identifiers 88",
        "An identifier of MeSH and one of ChEBI or of the Disease Ontology count as two",
        "Hanspers K",
        publication.iri,
        "organism-unknown",
        "No taxon is known",
        "figure: caption given",
    ):
        assert said in text, said
    for file in publication.files:
        assert file.path in text
        assert file.title in text
        assert file.sha256 in text
    assert "19.0 kB" in text  # of pfocr-2026.11.nt.gz, whose size is made up
    assert {link["href"] for link in index.all("a", rel="license")} == {publication.licence}


def test_signposts_of_the_index(release: Released, index: Page) -> None:
    publication = release.publication
    assert index.links("cite-as") == [publication.iri]
    assert index.links("license") == [publication.licence]
    assert index.links("describedby") == ["void.ttl"]
    assert index.links("item") == ["pfocr-2026.11.nt.gz", "pfocr-2026.11.ttl.gz"]
    assert index.links("author") == list(publication.creators)
    assert "https://schema.org/AboutPage" in index.links("type")


def test_the_dataset_as_search_engines_want_it(release: Released, index: Page) -> None:
    """https://developers.google.com/search/docs/appearance/structured-data/dataset"""
    (text,) = [text for tag, text in index.texts if tag == "script" and "@context" in text]
    described = json.loads(text)
    publication = release.publication
    assert (described["@context"], described["@type"]) == ("https://schema.org/", "Dataset")
    assert described["name"]
    assert 50 <= len(described["description"]) <= 5000
    assert described["identifier"] == publication.iri
    assert described["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert described["version"] == "2026.11"
    assert described["datePublished"] == "2026-11-20"
    assert described["isAccessibleForFree"] is True
    assert all(creator["@type"] == "Organization" and creator["name"] for creator in described["creator"])
    assert described["publisher"]["name"] == "WikiPathways"
    downloads = described["distribution"]
    assert [download["contentUrl"] for download in downloads] == [
        f"https://data.example.org/pfocr/2026.11/pfocr-2026.11.{ending}.gz" for ending in ("nt", "ttl")
    ]
    for download, file in zip(downloads, publication.of_role("dump"), strict=True):
        assert download["@type"] == "DataDownload"
        assert download["encodingFormat"] == [file.media_type, "application/gzip"]
        assert download["contentSize"] == f"{file.bytes} B"
        assert download["sha256"] == file.sha256


def test_what_is_not_known_is_left_out(release: Released) -> None:
    publication = replace(release.publication, issued=None, created_on=None, previous=None)
    data = index_of(publication, statistics_of(release.store))
    page = Page(data)
    assert "None" not in page.text()
    (text,) = [text for tag, text in page.texts if tag == "script" and "@context" in text]
    assert not {"datePublished", "dateCreated"} & set(json.loads(text))


def test_an_empty_release_has_a_page(release: Released) -> None:
    publication = replace(release.publication, files=(), diagnostics=(), validation=())
    page = Page(index_of(publication, statistics_of(pyoxigraph.Store())))
    assert not page.all("svg")
    assert "Nothing was found." in page.text()


def test_a_description_cannot_leave_its_script(release: Released) -> None:
    title = "</script><script>alert(1)</script><!--"
    page = Page(index_of(replace(release.publication, title=title), statistics_of(release.store)))
    assert len(page.all("script")) == 2
    (text,) = [text for tag, text in page.texts if tag == "script" and "@context" in text]
    assert json.loads(text)["name"].startswith(title)


def index_of(publication: Publication, statistics: Statistics) -> bytes:
    return index_page(publication, statistics, shipped_queries())


def test_queries_run_as_they_stand_on_the_page(release: Released, index: Page) -> None:
    """Without any prefix that is not declared in them."""
    queries = [text for tag, text in index.texts if tag == "code" and re.search(r"\b(SELECT|CONSTRUCT|ASK)\b", text)]
    assert len(queries) == len(shipped_queries())
    answered = 0
    for query in queries:
        if "SERVICE" not in query:
            result = release.store.query(query)
            answered += bool(result) if isinstance(result, pyoxigraph.QueryBoolean) else any(True for _ in result)
    assert answered >= 15


def test_without_pages_of_figures_none_is_linked(release: Released) -> None:
    data = index_of(release.publication, statistics_of(release.store))
    assert b"figures/" not in data


def test_plots_have_a_table_of_the_same_numbers(release: Released, index: Page) -> None:
    statistics = statistics_of(release.store)
    text = index.text()
    for year, count in statistics.years:
        assert f"{year} {count}" in text
    for thing in (*statistics.genes, *statistics.organisms):
        assert f"{thing.label} {thing.identifier} {thing.figures}" in text
    for plot in index.all("svg"):
        assert plot["role"] == "img"
        assert len(str(plot["aria-labelledby"]).split()) == 2


# -------------------------------------------------------------------------------------------------------- plots


@given(st.lists(st.integers(0, 10**7), max_size=200))
def test_columns_stand_within_their_plot(values: list[int]) -> None:
    plot = column_plot([(str(number), value) for number, value in enumerate(values)])
    assert len(plot.columns) == len(values)
    assert len(plot.grid) <= 4
    for column in plot.columns:
        assert 0 <= column.left < column.left + column.width <= 100
        assert 0 < column.top <= plot.base
        assert column.top + column.height == pytest.approx(plot.base)
        assert (column.height == 0) >= (column.value == 0)
    assert sum(bool(column.tick) for column in plot.columns) <= max(7, len(values) // 100 + 1)


@given(st.lists(st.tuples(st.text(), st.integers(0, 10**7)), max_size=30))
def test_bars_are_as_long_as_their_values(values: list[tuple[str, int]]) -> None:
    plot = bar_plot(values)
    most = max((value for _, value in values), default=0)
    for bar, (label, value) in zip(plot.bars, values, strict=True):
        assert bar.value == value
        assert bar.width == (pytest.approx(100 * value / most, abs=0.01) if most else 0)
        assert label.startswith(bar.label.removesuffix("…")) or bar.label == label
