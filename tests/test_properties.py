"""What holds for every input: texts survive, IRIs are valid, nothing is a blank node, nothing crashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import rdflib
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from builders import BASE, COLUMNS, FIGURE, block, figure, parsed, read, record, silent, table, text_of
from pfocr_rdf import (
    CODES,
    Annotation,
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
    to_graph,
)
from pfocr_rdf.iris import absolute_iri, encode_iri
from pfocr_rdf.mentions import KINDS, Kind
from pfocr_rdf.record import KEYS
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.terms import iri_term, iri_text, literal_term
from pfocr_rdf.vocabulary import SCHEMA_HTTP

# -------------------------------------------------------------------------------------- an independent check

UCS = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"{chr(plane * 0x10000 + (0x1000 if plane == 14 else 0))}-{chr(plane * 0x10000 + 0xFFFD)}" for plane in range(1, 15)
)
PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
UNRESERVED, SUB, PERCENT = f"A-Za-z0-9\\-._~{UCS}", "!$&'()*+,;=", "%[0-9A-Fa-f]{2}"
CHAR = f"(?:[{UNRESERVED}{SUB}:@]|{PERCENT})"
AUTHORITY = (
    f"(?:(?:[{UNRESERVED}{SUB}:]|{PERCENT})*@)?(?:\\[[0-9A-Fa-f:.]+\\]|(?:[{UNRESERVED}{SUB}]|{PERCENT})*)(?::[0-9]*)?"
)
IRI = re.compile(
    f"[A-Za-z][A-Za-z0-9+.-]*:(?://{AUTHORITY}(?:/{CHAR}*)*|/(?:{CHAR}+(?:/{CHAR}*)*)?|{CHAR}+(?:/{CHAR}*)*|)"
    f"(?:\\?(?:{CHAR}|[/?{PRIVATE}])*)?(?:#(?:{CHAR}|[/?])*)?"
)
"""RFC 3987, section 2.2: `IRI`."""


def check(listed: Iterable[Triple]) -> list[Triple]:
    """Check that every term is a valid absolute IRI, or a literal without a language, and give the triples."""
    checked = list(listed)
    for triple in checked:
        for term in triple:
            if isinstance(term, Literal):
                assert term.language is None
                term = term.datatype
            assert isinstance(term, NamedNode)
            assert IRI.fullmatch(term.value), term.value
            assert not re.search('[\x00-\x20<>"{}|^`\\\\\x7f-\x9f\u2028\u2029]', term.value)
    return checked


def check_figure(found: Figure | None, settings: Settings | None = None) -> None:
    if found is not None:
        check(graph_triples([found], settings=settings or Settings(), report=silent))


# ---------------------------------------------------------------------------------------------------- texts

NASTY = (
    "\x00\x01\t\n\r \x1c\x7f\x85\xa0\u200a\u200b\u2028\u2029\ufeff\ufffe\uffff\U0001f9ec\"'\\<>{}|^`%#?[]@:&*!-_/.,~"
)
CHARACTERS = st.one_of(st.sampled_from(NASTY), st.characters(exclude_categories=["Cs"]))
TEXT = st.one_of(
    st.text(CHARACTERS, max_size=12),
    st.sampled_from(
        [
            "---",
            "\n---\n",
            "...",
            "NA",
            ".na.character",
            "NO",
            "2E1",
            "~",
            "null",
            "- a",
            "a: b",
            "#",
            "|-",
            "\u2028- a",
            "https://schema.org/",
            "../../etc/passwd",
            "javascript:alert(1)",
            "//evil.example",
            "a\r\nb",
            "%zz",
            "10.1/x",
        ]
    ),
)
BROKEN = st.one_of(TEXT, st.text(st.characters(categories=["Cs", "Lu"]), min_size=1, max_size=3))
"""Texts that may hold lone surrogates, which only Python callers can give."""


def is_text(text: str) -> bool:
    return bool(text.strip()) and not text.startswith(".na")


def trimmed(text: str) -> str:
    return re.sub("^[\\s\u200b\ufeff]+|[\\s\u200b\ufeff]+$", "", text)


SOME = TEXT.filter(is_text)
TO_THE_LETTER = {
    "caption": "dcterms:description",
    "number": "pfocr:figureNumber",
    "figtype": "dcterms:type",
    "figid_alias": "schema:alternateName",
    "organisms": "wp:organismName",
    "organisms_ner": "pfocr:recognizedOrganismName",
}
TRIMMED = {
    "figtitle": "dc:title",
    "papertitle": "schema:name",
    "reftext": "dcterms:bibliographicCitation",
    "publisher_name": "dc:publisher",
}
LISTS = {"figid_alias", "organisms", "organisms_ner"}


def local(curie: str) -> str:
    return curie.partition(":")[2]


def literals(listed: Iterable[Triple]) -> set[tuple[str, str]]:
    """Give predicates' local names with the plain texts they have."""
    return {
        (re.split("[/#]", text_of(t.predicate))[-1], t.object.value)
        for t in listed
        if isinstance(t.object, Literal) and t.object.datatype.value.endswith("#string")
    }


def survives(found: Figure, expected: set[tuple[str, str]]) -> None:
    """Check that texts reach the literals, and come back from both formats through pyoxigraph and rdflib."""
    listed = check(graph_triples([found], report=silent))
    assert expected <= literals(listed)
    statements = [(iri_term(text_of(t.subject)), iri_term(text_of(t.predicate)), term(t.object)) for t in listed]
    for name, form in (("turtle", RdfFormat.TURTLE), ("ntriples", RdfFormat.N_TRIPLES)):
        data = FORMATS[name].header(SCHEMA_HTTP) + FORMATS[name].write(statements, SCHEMA_HTTP)
        assert parsed(data, form) == set(listed)
        assert plain(rdflib.Graph().parse(data=data, format="nt" if name == "ntriples" else name)) == literals(listed)
    assert plain(to_graph([found], report=silent)) == literals(listed)


def term(value: Any) -> Any:
    if isinstance(value, NamedNode):
        return iri_term(value.value)
    return literal_term(value.value, iri_term(value.datatype.value))


def plain(graph: rdflib.Graph) -> set[tuple[str, str]]:
    return {
        (re.split("[/#]", str(predicate))[-1], str(value))
        for _, predicate, value in graph
        if isinstance(value, rdflib.Literal) and value.datatype in (None, rdflib.XSD.string)
    }


@given(st.fixed_dictionaries(dict.fromkeys([*TO_THE_LETTER, *TRIMMED], SOME)), st.booleans())
@example(dict.fromkeys([*TO_THE_LETTER, *TRIMMED], NASTY), True)
@example(dict.fromkeys([*TO_THE_LETTER, *TRIMMED], NASTY), False)
def test_a_text_of_a_key_survives_to_its_literal_and_back(values: dict[str, str], allow_unicode: bool) -> None:
    data = record(BASE | values, allow_unicode=allow_unicode)
    expected = {
        (local(predicate), values[key])
        for key, predicate in TO_THE_LETTER.items()
        if key not in LISTS or values[key] != "NA"
    }
    expected |= {(local(predicate), text) for key, predicate in TRIMMED.items() if (text := trimmed(values[key]))}
    survives(figure(data), expected)


@given(SOME, SOME, SOME, st.booleans())
def test_a_text_inside_a_list_or_a_block_survives(one: str, two: str, three: str, allow_unicode: bool) -> None:
    values = {
        "annotations": [{"type": two, "value": one}],
        "genes": [{"word": one, "symbol": two, "source": three, "hgnc_symbol": three, "entrez": "1"}],
        "chemicals": [{"word": two}],
        "diseases": [{"word": three, "source": "MESH", "identifier": "D000001"}],
        "schema-jsonld": block(description=one, alternateName=[two, three], keywords=[three, one]),
    }
    expected = {
        *(("subject", one), ("word", one), ("word", two), ("word", three), ("description", one)),
        *(("alternateName", two), ("alternateName", three), ("keywords", one), ("keywords", three)),
    }
    if two != "NA":
        expected.add(("match", two))
    if three != "NA":
        expected |= {("lexicon", three), ("label", three)}
    survives(figure(record(BASE | values, allow_unicode=allow_unicode)), expected)


CELL = SOME.filter(lambda text: not set(text) & set("\t\n\r") and text != "NA")


@given(CELL, CELL, CELL, CELL)
def test_a_cell_of_a_companion_survives(word: str, match: str, name: str, organism: str) -> None:
    tables: dict[Kind, bytes] = {
        "gene": table("gene", ["9606", organism, "x", word, match, name, "1", match, "1", "1", "1"]),
        "chemical": table("chemical", [word, "mesh:D000001", match, name, "chebi:1"]),
        "disease": table("disease", [word, "mesh:D000002", match, name, "DOID:1"]),
    }
    expected = {("word", word), ("match", match), ("lexicon", match), ("label", match), ("label", name)}
    survives(figure({}, tables), expected | {("label", organism)})


def models(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Figure]:
    """Make figures whose texts are these; identifiers are of their forms."""
    maybe = st.none() | texts
    several = st.lists(texts, max_size=2, unique=True).map(tuple)
    bodies = st.one_of(
        st.builds(Gene, st.just("1"), maybe, st.sampled_from([None, "9606"]), maybe),
        st.builds(Chemical, st.just("MeSH"), st.just("D1"), maybe),
        st.builds(Disease, st.just("DOID"), st.just("DOID:1"), maybe),
    )
    mentions = st.builds(Mention, st.sampled_from(KINDS), texts, maybe, maybe, st.tuples(bodies))
    organisms = st.lists(st.builds(Organism, texts, st.sampled_from([None, "9606"])), max_size=2).map(tuple)
    papers = st.builds(
        Paper,
        st.just("PMC1"),
        title=maybe,
        citation=maybe,
        doi=maybe,
        journal=st.none() | st.builds(Journal, maybe, maybe).filter(lambda journal: bool(journal.name)),
        publisher=maybe,
        keywords=several,
    )
    return st.builds(
        Figure,
        figid=st.just("PMC1__a"),
        paper=papers,
        title=maybe,
        caption=maybe,
        number=maybe,
        type=maybe,
        filename=maybe,
        link=maybe,
        aliases=several,
        redirects=several.map(lambda paths: tuple(f"/{path}" for path in paths)),
        organisms=organisms,
        recognized_organisms=organisms,
        annotations=st.lists(st.builds(Annotation, texts, maybe), max_size=2).map(tuple),
        mentions=st.lists(mentions, max_size=2, unique_by=lambda m: (m.kind, m.word, m.match, m.lexicon)).map(tuple),
    )


@given(models(TEXT.filter(bool)))
def test_a_text_of_a_model_made_in_python_survives(found: Figure) -> None:
    expected = {("type", text) for text in [found.type] if text is not None}
    expected |= {("title", text) for text in [found.title, found.paper.title] if text is not None}
    expected |= {("description", text) for text in [found.caption] if text is not None}
    expected |= {("keywords", text) for text in found.paper.keywords}
    expected |= {("subject", annotation.value) for annotation in found.annotations}
    expected |= {("organismName", organism.name) for organism in found.organisms}
    expected |= {("word", mention.word) for mention in found.mentions}
    survives(found, expected)


@given(models(BROKEN))
def test_a_lone_surrogate_in_a_model_made_in_python_is_replaced(found: Figure) -> None:
    check_figure(found)


# -------------------------------------------------------------------------------------------- any input at all

SCALAR = st.one_of(TEXT, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False))
ANYTHING = st.recursive(
    SCALAR, lambda some: st.lists(some, max_size=3) | st.dictionaries(TEXT, some, max_size=3), max_leaves=6
)
RECORDS = st.dictionaries(st.one_of(st.sampled_from(sorted(KEYS - {"figid"})), TEXT), ANYTHING, max_size=6)


@given(RECORDS)
def test_any_value_of_any_key_gives_valid_terms(values: dict[str, Any]) -> None:
    found: list[Diagnostic] = []
    check_figure(read(values, found=found))
    assert {diagnostic.code for diagnostic in found} <= CODES.keys()


IRI_KEYS = ["filename", "doi", "journal_title", "journal_nlm_ta", "figlink", "redirect_from", "wpid", "ndex", "pmcid"]


def near(text: str) -> st.SearchStrategy[str]:
    """Make texts that are nearly of the form of this one."""
    return st.builds(lambda head, tail: head + text + tail, st.text(CHARACTERS, max_size=2), TEXT)


FORMS = ["10.5555/", "/pmc/articles/PMC1/figure/", "/figures/", "WP1", "PMC1", "00000000-0000-4000-8000-000000000001"]


@given(st.fixed_dictionaries(dict.fromkeys(IRI_KEYS, TEXT | st.sampled_from(FORMS).flatmap(near))))
def test_any_text_in_a_key_that_becomes_an_iri_gives_valid_iris(values: dict[str, str]) -> None:
    check_figure(read(values))


@given(st.one_of(TEXT, st.sampled_from(["PMC1__", "PMC1__a", "../PMC1__a", "PMC1__a/../b"]).flatmap(near)))
def test_any_figid_is_a_figid_or_an_error(figid: str) -> None:
    found: list[Diagnostic] = []
    result = read({"figid": figid}, found=found)
    check_figure(result)
    assert (result is None) == any(diagnostic.level == "error" for diagnostic in found)
    assert result is None or re.fullmatch(r"PMC[0-9]+__[A-Za-z0-9_.-]+", result.figid)


KEYWORDS = """@base @container @context @direction @graph @id @import @included @index @json @language @list @nest @none
    @prefix @propagate @protected @reverse @set @type @value @version @vocab @foo""".split()  # noqa: SIM905 - a table reads better than thirty quoted words
NAMES = st.sampled_from(
    [*KEYWORDS, "id", "type", "name", "license", "creator", "keywords", "url", "schema:about", "_:b"]
)
CONTEXTS: st.SearchStrategy[Any] = st.sampled_from(
    ["https://schema.org/", "http://schema.org", "https://a.example/", "", None, {}]
)
WORDS = st.one_of(
    SCALAR, st.sampled_from([*KEYWORDS, FIGURE, "_:b", "CC0", "CreativeWork", "WikiPathways", "a:b", "//h"])
)
BLOCKS = st.recursive(
    st.one_of(WORDS, CONTEXTS),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.one_of(NAMES, TEXT), some, max_size=4),
    max_leaves=10,
)


@given(BLOCKS, st.booleans(), st.booleans())
def test_any_block_gives_valid_terms(values: Any, as_is: bool, in_python: bool) -> None:
    document = {"@context": "https://schema.org/", "@id": FIGURE, "name": "n"} | (
        values if isinstance(values, dict) else {"about": values}
    )
    settings = Settings(as_is=as_is, schema_org="https" if as_is else "http")
    if in_python:
        check_figure(Figure(figid="PMC1__a", paper=Paper("PMC1"), jsonld=document), settings)
    else:
        check_figure(read({"schema-jsonld": document}), settings)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("@id", "@type", "license", "name", "keywords", "url"), TEXT)))
def test_any_text_in_a_block_of_the_template_gives_valid_terms(values: dict[str, str]) -> None:
    check_figure(read({"schema-jsonld": block() | values}))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_figure_or_an_error(data: bytes) -> None:
    for whole in (data, b"---\n" + data + b"\n---\n", b"---\nfigid: PMC1__a\ncaption: " + data + b"\n---\n"):
        found: list[Diagnostic] = []
        result = read(whole, found=found)
        check_figure(result)
        assert (result is None) == any(diagnostic.level == "error" for diagnostic in found)


@given(st.text(st.sampled_from("ab:-'\"|>#&*!%@`{}[],?~ \n\t\\\u2028"), max_size=40))
def test_any_text_like_yaml_is_a_figure_or_an_error(text: str) -> None:
    found: list[Diagnostic] = []
    result = read(f"---\nfigid: PMC1__a\n{text}\n---\n".encode(), found=found)
    check_figure(result)
    assert (result is None) == any(diagnostic.level == "error" for diagnostic in found)


CELLS = st.one_of(TEXT, st.sampled_from(["NA", "mesh:D000001", "CHEBI:1", "doid:1", "9606", "7471", "ncbigene_symbol"]))


@given(st.sampled_from(KINDS), st.lists(st.lists(CELLS, min_size=4, max_size=11), max_size=4), st.binary(max_size=20))
def test_any_bytes_in_a_companion_give_valid_terms(kind: Kind, rows: list[list[str]], data: bytes) -> None:
    header = "\t".join(COLUMNS[kind].split())
    body = "\n".join("\t".join(row) for row in rows)
    for whole in (data, f"{header}\n{body}".encode(), f"{header}\n{body}".encode() + data):
        check_figure(read({}, {kind: whole}))


# ----------------------------------------------------------------------------------------------------- IRIs

ANY_IRI = st.one_of(
    BROKEN,
    st.builds(
        "".join, st.tuples(st.sampled_from(["http://", "https://", "HTTP:", "urn:", "mailto:", "ftp:/"]), BROKEN)
    ),
    st.builds("{}://{}/{}?{}#{}".format, st.sampled_from(["http", "tag", "info"]), TEXT, TEXT, TEXT, TEXT),
)


@given(ANY_IRI)
def test_an_absolute_iri_is_valid_and_stays_as_it_is(text: str) -> None:
    found = absolute_iri(text)
    assume(found is not None)
    assert found is not None
    assert IRI.fullmatch(iri_text(found))
    assert NamedNode(iri_text(found)).value == iri_text(found)
    assert absolute_iri(iri_text(found)) == found


@given(ANY_IRI)
def test_encoding_an_iri_twice_is_encoding_it_once(text: str) -> None:
    encoded = encode_iri(text)
    assert encode_iri(encoded) == encoded
    assert not re.search('[\x00-\x20<>"{}|^`\\\\]', encoded)


PART = st.lists(st.sampled_from([*"aZ0-._~!$&'()*+,;=:@", "%4a", "%E2", "é", "\u3042", "\U0001f9ec"]), max_size=8).map(
    "".join
)
VALID = st.builds("http://a.example/{}/{}?{}/?#{}?".format, PART, PART, PART, PART)


@given(VALID)
def test_a_valid_iri_is_encoded_as_it_stands(iri: str) -> None:
    assert IRI.fullmatch(iri)
    assert encode_iri(iri) == iri
    assert absolute_iri(iri) == f"<{iri}>"


def test_the_independent_check_tells_valid_from_invalid() -> None:
    for valid in ("http://a/", "urn:a:b", "https://é.example/%20?x=/?#y", "http://[::1]:80/", "http://a@b:1", "a:"):
        assert IRI.fullmatch(valid)
    for invalid in ("", "a", "//a", "http://a b", "http://a/<", "http://a/%zz", "1:a", "http://a/\x85", "x:#a#b"):
        assert not IRI.fullmatch(invalid)
