"""What is read from the text of a query, and what is changed in it: prefixes, schema.org, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from pfocr_rdf.queries import (
    QueryError,
    declared_prefixes,
    known_prefixes,
    missing_prefixes,
    of_figure,
    query_form,
    read_query,
    shipped_query,
    spelled,
    with_prefixes,
)
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SCHEMA_HTTPS

WP = "PREFIX wp: <http://vocabularies.wikipathways.org/wp#> "


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("ASK { ?p a wp:Pathway }", ["wp"]),
        ("ASK { ?p dc:title ?t ; dcterms:title ?t ; wp:organism/rdfs:label ?l }", ["dc", "dcterms", "rdfs", "wp"]),
        ("ASK { ?g wp:bdbHgncSymbol hgnc.symbol:TP53 }", ["hgnc.symbol", "wp"]),
        ("ASK { ?p ^wp:a|!rdf:type ?t FILTER(xsd:integer(?t)<xsd:integer(?p)) }", ["rdf", "wp", "xsd"]),
        ("ASK { ?p a up:Protein ; up:organism taxon:9606 ; owl:sameAs geneid:1 }", ["geneid", "owl", "taxon", "up"]),
        ("ASK { <<( ?s wp:a ?o )>> ?p ?q }", ["wp"]),
        ("ASK{?p a wp:Pathway.?p a skos:Collection}", ["skos", "wp"]),
    ],
)
def test_prefixes_that_are_used(text: str, missing: list[str]) -> None:
    assert list(missing_prefixes(text)) == missing
    assert declared_prefixes(with_prefixes(text)) == {name: known_prefixes()[name] for name in missing}


@pytest.mark.parametrize(
    "text",
    [
        WP + "ASK { ?p a wp:Pathway }",
        "prefix wp:<http://my.own/>ASK { ?p a wp:Pathway }",
        "PREFIX # a comment wp: <http://x/>\n wp: # and another\n <http://my.own/> ASK { ?p a wp:Pathway }",
        "BASE <http://vocabularies.wikipathways.org/> ASK { ?p a <wp#Pathway> }",
        'ASK { ?p ?q "wp:Pathway" }',
        "ASK { ?p ?q 'wp:Pathway' }",
        'ASK { ?p ?q """a "wp:Pathway" \\""" \n wp:Pathway""" }',
        "ASK { ?p ?q '''a 'wp:Pathway' '' \\''' wp:Pathway''' }",
        r'ASK { ?p ?q "\" wp:Pathway" }',
        "ASK { ?p ?q ?r } # wp:Pathway",
        "# wp:Pathway\nASK { ?p ?q ?r }",
        "ASK { ?p ?q <wp:Pathway> }",
        "ASK { ?p ?q <http://a/#wp:Pathway> }",
        "PREFIX a: <http://a/> ASK { ?p a:wp ?wp ; a:b:wp:c $rdf }",
        "PREFIX wpx: <http://a/> ASK { ?p wpx:a _:wp }",
        'PREFIX : <http://a/> ASK { ?p :wp ?q ; : "x"@wp-rdf }',
        r"PREFIX a: <http://a/> ASK { ?p a:%2Fwp\-wp ?q }",
        "PREFIX a.wp: <http://a/> ASK { ?p a.wp:x ?q }",
        "PREFIX αwp: <http://a/> ASK { ?p αwp:x ?q }",
    ],
)
def test_nothing_to_declare(text: str) -> None:
    """Prefixes that are declared, and what only looks like one."""
    assert with_prefixes(text) == text
    Store().query(text)


def test_the_empty_prefix_is_nobodys() -> None:
    assert with_prefixes("ASK { ?a :b ?c }") == "ASK { ?a :b ?c }"


def test_lines_stay() -> None:
    """An error is in the line that the author knows."""
    text = "# A question?\n\nSELECT ?p\nWHERE { ?p a wp:Pathway ; }\n}"
    declared = with_prefixes(text)
    assert declared == WP + text
    with pytest.raises(SyntaxError, match="error at 5:"):
        Store().query(declared)


def test_base_stays_in_force() -> None:
    """Namespaces are absolute, so they may stand before BASE."""
    text = "BASE <http://a/> ASK { <b> a wp:Pathway }"
    assert with_prefixes(text) == WP + text
    Store().query(with_prefixes(text))


def test_schema_org_is_declared_as_the_store_spells_it() -> None:
    text = "ASK { ?f schema:mentions ?g }"
    assert declared_prefixes(with_prefixes(text)) == {"schema": "http://schema.org/"}
    assert declared_prefixes(with_prefixes(text, SCHEMA_HTTPS)) == {"schema": "https://schema.org/"}


def test_a_byte_order_mark_is_dropped() -> None:
    assert with_prefixes("\ufeffASK { ?p a wp:Pathway }") == WP + "ASK { ?p a wp:Pathway }"


def test_spelled() -> None:
    """Declarations and IRIs are spelt anew; texts, comments and other namespaces stay."""
    text = (
        "PREFIX s: <http://schema.org/>\nPREFIX t: <http://schema.org.example/>\n# <http://schema.org/>\n"
        'ASK { ?a s:name \'<http://schema.org/>\', """<http://schema.org/>""" ; <http://schema.org/about> ?b }'
    )
    anew = spelled(text, SCHEMA_HTTPS)
    assert anew.count("https://") == 2
    assert declared_prefixes(anew) == {"s": "https://schema.org/", "t": "http://schema.org.example/"}
    assert "<https://schema.org/about>" in anew
    assert spelled(anew, SCHEMA_HTTP) == text
    assert spelled(text, SCHEMA_HTTP) == text


def test_of_figure() -> None:
    """The figid of an example is replaced where it is a value, and nothing else is."""
    text = 'ASK { ?f ?p "PMC99000001__a.b-c", "PMC9900000__a", "x PMC99000001__a" } # "PMC99000001__a"'
    assert of_figure(text, 'PMC7__"F1"\\') == text.replace('"PMC99000001__a.b-c"', r'"PMC7__\"F1\"\\"')
    assert of_figure("ASK {}", "PMC7__F1") == "ASK {}"


TEXT = st.text(st.sampled_from("wp:rdf <>\"'\\#\n?$@_.{}/-é\u2028\U0001f600PREFIX")) | st.text()


@given(TEXT)
def test_any_text(text: str) -> None:
    """Whatever the text, it stays as it is behind what is declared, on its lines."""
    declared = with_prefixes(text)
    assert declared.endswith(text.removeprefix("\ufeff"))
    assert declared.count("\n") == text.count("\n")
    assert with_prefixes(declared) == declared
    assert spelled(spelled(text, SCHEMA_HTTPS), SCHEMA_HTTP) == spelled(text, SCHEMA_HTTP)


@given(TEXT, st.sampled_from(["'", '"', "'''", '"""']))
def test_any_string(text: str, quote: str) -> None:
    """Nothing in a string is taken for a prefix, as long as the string is one."""
    string = text.replace("\\", "\\\\").replace(quote[0], f"\\{quote[0]}").replace("\r", "")
    if len(quote) == 1:
        string = string.replace("\n", "\\n")
    assert missing_prefixes(f"ASK {{ ?a wp:b {quote}{string}{quote} }}") == missing_prefixes("ASK { ?a wp:b 1 }")


@pytest.mark.parametrize(
    "text", ['"""' * 40_000, "'" * 99_999, "<" * 99_999, "a." * 50_000, "\\" * 99_999, '"\\' * 50_000]
)
def test_hostile_text_is_read_at_once(text: str) -> None:
    """No text makes the reading go back and forth: it would not end within the limit of a test run."""
    assert with_prefixes(text) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * { ?a ?b ?c }", "select"),
        ("# ASK?\nBASE <http://a/>\nprefix ask: <http://b/>\nconstruct where { ?a ask:b ?c }", "construct"),
        ("ask { ?a ?b 'SELECT' }", "ask"),
        ("describe <http://a/>", "describe"),
        ('define sql:log-enable 2 define input:inference "construct" SELECT * { ?a ?b ?c }', "select"),
    ],
)
def test_forms(text: str, form: str) -> None:
    assert query_form(text) == form


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "q: is no SPARQL query"),
        ("# SELECT\n", "q: is no SPARQL query"),
        ("once upon a time SELECT", "q: is no SPARQL query"),
        ("PREFIX a: <http://a/> INSERT DATA { a:b a:c a:d }", "q: is an update (INSERT), which changes a store"),
        ("DROP ALL", "q: is an update (DROP)"),
    ],
)
def test_no_query(text: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        read_query(text, "q")
    assert str(error.value).startswith(message)


def test_read_query() -> None:
    query = read_query(
        "\ufeff# Which one,\r\n#  of all?\r\n# It is a note,\r\n# is it?\r\n#\r\n"
        "# Keywords: gene, co-mention, schema.org\r\n\r\n# not of the head\r\nASK {}\r\n",
        "one",
    )
    assert (query.name, query.question, query.note) == ("one", "Which one, of all?", "It is a note, is it?")
    assert (query.form, query.keywords) == ("ask", ("gene", "co-mention", "schema.org"))
    assert query.body == "# not of the head\nASK {}\n"
    assert query.text.startswith("# Which one,\n")


def test_a_query_need_not_say_anything() -> None:
    query = read_query("# only a note\nASK {}", "q")
    assert (query.question, query.note, query.keywords, query.federates) == ("", "only a note", (), ())
    assert read_query("ASK {}", "q").body == "ASK {}\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("# keywords:", "q:2: '' is no keyword"),
        ("# keywords: gene,, disease", "q:2: '' is no keyword"),
        ("# keywords: Gene", "q:2: 'Gene' is no keyword; write them in lower case"),
        ("# keywords: gene; disease", "q:2: 'gene; disease' is no keyword"),
        ("# keywords: gene, gene", "q:2: the keyword 'gene' stands there twice"),
        ("# keywords: gene\n# keywords: disease", "q:3: a second line of keywords"),
    ],
)
def test_keywords_are_strict(line: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        read_query(f"# Which?\n{line}\n\nASK {{}}", "q")
    assert str(error.value).startswith(message)


def test_federates() -> None:
    query = read_query(
        "PREFIX e: <http://e.example/> SELECT * { SERVICE <http://a/> {} service silent e:sparql {} SERVICE ?x {}\n"
        "SERVICE # of <http://c/>\n <http://a/> {} ?service ?p 'SERVICE <http://d/>' }",
        "q",
    )
    assert query.federates == ("http://a/", "http://e.example/sparql")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pathway-by-chebi", "did you mean pathways-by-chebi"),
        ("Words-Of-Gene.rq", "did you mean words-of-gene"),
        ("score", "did you mean figures-by-score?"),
        ("", "pfocr-rdf query --list names those there are"),
        ("zzz", "pfocr-rdf query --list names those there are"),
    ],
)
def test_an_unknown_name(name: str, hint: str) -> None:
    with pytest.raises(QueryError, match="is no query of this package") as error:
        shipped_query(name)
    assert hint in str(error.value)
    assert "\n" not in str(error.value)
