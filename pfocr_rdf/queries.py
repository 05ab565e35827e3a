"""Queries in SPARQL: what one says of itself, the prefixes it need not declare, and those that ship with the package.

A file of a query begins with comments: its question, up to a line that ends in a question mark; what else its readers
should know; those of its constants that can be others; and its keywords. `examples/queries/` says how one is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast, get_args

from pfocr_rdf.errors import ReportedError
from pfocr_rdf.terms import iri_term, literal_term
from pfocr_rdf.vocabulary import QUERY_PREFIXES, SCHEMA_HTTP, SchemaOrg, prefixes

__all__ = [
    "SPELT_WITH_HTTPS",
    "Form",
    "Parameter",
    "Query",
    "QueryError",
    "declared_prefixes",
    "known_prefixes",
    "missing_prefixes",
    "of_figure",
    "queries_folder",
    "query_form",
    "read_query",
    "shipped_queries",
    "shipped_query",
    "spelled",
    "with_prefixes",
    "with_values",
]

Form = Literal["select", "construct", "ask", "describe"]
"""What a query gives: rows, a graph it makes, yes or no, a graph the store chooses."""


class QueryError(ReportedError):
    """A query that cannot be used; its message says which, where and what to do."""


class Parameter(NamedTuple):
    """A constant of a query that others can be asked in the place of.

    Attributes:
        name: what it is called: gene, say.
        value: the constant as it stands in the query: a string, an IRI, a name with a prefix, or a number.
    """

    name: str
    value: str

    @property
    def plain(self) -> str:
        """The constant without the marks of a string or IRI."""
        return self.value[1:-1] if self.value[0] in "\"'<" else self.value


@dataclass(frozen=True, slots=True)
class Query:
    """A query, with what its first comments say of it.

    Attributes:
        name: the name of its file, without the extension.
        question: what it answers, in a sentence; empty where it does not say.
        text: the whole text, comments and all.
        form: what it gives.
        keywords: what it is about, in the order of the file.
        federates: IRIs of the other endpoints that it asks, in the order of the text.
        note: what else its first comments say.
        parameters: its constants that can be others, in the order of the file.
    """

    name: str
    question: str
    text: str
    form: Form
    keywords: tuple[str, ...] = ()
    federates: tuple[str, ...] = ()
    note: str = ""
    parameters: tuple[Parameter, ...] = ()

    @property
    def body(self) -> str:
        """The text without its first comments."""
        return _HEAD.sub("", self.text, count=1).strip() + "\n"


def read_query(text: str, name: str) -> Query:
    r"""Read a query.

    Args:
        text: its text.
        name: what to call it, also in errors.

    Raises:
        QueryError: when the text is no query, or its keywords or parameters are not as they should be.

    >>> query = read_query("# Which genes?\n# keywords: gene, list\n\nSELECT ?gene { ?gene a wp:GeneProduct }", "genes")
    >>> query.question, query.form, query.keywords
    ('Which genes?', 'select', ('gene', 'list'))
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    form = query_form(text, name)
    question: list[str] = []
    note: list[str] = []
    keywords: tuple[str, ...] | None = None
    parameters: dict[str, Parameter] = {}
    head = _HEAD.match(text)
    for number, line in enumerate(head[0].splitlines() if head else [], 1):
        said = line.lstrip("# \t").rstrip()
        if said.lower().startswith("keywords:"):
            if keywords is not None:
                raise QueryError(f"{name}:{number}: a second line of keywords; name all in one line")
            keywords = _keywords(said.partition(":")[2], f"{name}:{number}")
        elif declared := _PARAMETER.fullmatch(line):
            parameter = Parameter(declared["name"], declared["value"])
            if parameter.name in parameters or parameter.value in {other.value for other in parameters.values()}:
                raise QueryError(f"{name}:{number}: {parameter.name} {parameter.value} is declared twice; keep one")
            if not any(token.text == parameter.value and token.kind in _CONSTANTS for token in _tokens(text)):
                raise QueryError(
                    f"{name}:{number}: the query has no {parameter.value}, which a parameter must stand for: a string, "
                    "IRI, name with a prefix or number of its text"
                )
            parameters[parameter.name] = parameter
        elif said:
            asked = bool(question) and question[-1].endswith("?")
            (note if asked else question).append(said)
    if not (question and question[-1].endswith("?")):
        question, note = [], question
    return Query(
        name=name,
        question=" ".join(question),
        text=text,
        form=form,
        keywords=keywords or (),
        federates=tuple(dict.fromkeys(_services(text))),
        note=" ".join(note),
        parameters=tuple(parameters.values()),
    )


def with_values(query: Query, values: Mapping[str, str]) -> Query:
    r"""Ask of others what a query asks of its constants.

    A value is put as one term of the kind of the constant, so that it cannot be read as anything else: as a string,
    escaped; as an IRI, from an IRI, a name with a known prefix or what follows the constant's own prefix; as a number.

    Args:
        query: a query that declares its parameters.
        values: the new constants, by the parameters' names.

    Raises:
        QueryError: when the query has no such parameter, or the value cannot be such a term.

    >>> query = read_query('# parameter: gene "TP53"\nSELECT ?gene { ?gene rdfs:label "TP53" }', "genes")
    >>> with_values(query, {"gene": "EGFR"}).body
    'SELECT ?gene { ?gene rdfs:label "EGFR" }\n'
    """
    declared = {parameter.name: parameter for parameter in query.parameters}
    terms: dict[str, str] = {}
    for name, value in values.items():
        if name not in declared:
            there = f"it has {', '.join(declared)}" if declared else "change its text: pfocr-rdf query --text"
            raise QueryError(f"{query.name}: has no parameter {name!r}; {there}")
        try:
            terms[declared[name].value] = _constant(declared[name].value, value, query.text)
        except ValueError as error:
            shown = value.encode("unicode_escape", "backslashreplace").decode()
            raise QueryError(
                f"{query.name}: {name}={shown}: {error}; give one such as {declared[name].plain}"
            ) from None

    def changed(found: str) -> str:
        line = _PARAMETER.fullmatch(found)
        if line is None or line["name"] not in values:
            return found
        return found[: line.start("value")] + terms[line["value"]]

    text = _replaced(query.text, _CONSTANTS, lambda found: terms.get(found, found))
    return read_query(_replaced(text, ("comment",), changed), query.name)


def _constant(old: str, new: str, text: str) -> str:
    """Give the term of SPARQL that stands for a value where a constant stood.

    Raises:
        ValueError: when there is none; it says why.
    """
    if not new.isprintable() or "\\" in new:  # some readers of SPARQL undo escapes before they look for strings
        raise ValueError("has a backslash or a character that cannot be seen")
    if old[0] in "\"'":
        return literal_term(new)
    if old[0].isdigit():
        if not _NUMBER.fullmatch(new):
            raise ValueError("is no number")
        return new
    known = known_prefixes() | declared_prefixes(text)
    prefix, colon, local = new.partition(":")
    if new.startswith(("http://", "https://")):
        iri = new
    elif colon and prefix in known:
        iri = known[prefix] + local
    elif old[0] != "<" and _LOCAL.fullmatch(new):
        return f"{old.partition(':')[0]}:{new}"
    else:
        raise ValueError("is no IRI, and no id that could stand for one")
    try:
        return iri_term(iri)
    except ValueError:
        raise ValueError("is no IRI") from None


_PARAMETER: Final = re.compile(r"[ \t]*+#[# \t]*+parameter: (?P<name>[a-z]+) (?P<value>.*\S)\s*", re.ASCII)
_CONSTANTS: Final = ("string", "iri", "name", "number")
_LOCAL: Final = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)


_HEAD: Final = re.compile(r"\s*+(?:[ \t]*+#[^\n]*+(?:\n|\Z))*+")
"""The comments that a query begins with, up to an empty line or anything else."""


def _keywords(text: str, where: str) -> tuple[str, ...]:
    found = [word.strip() for word in text.split(",")]
    for word in found:
        if not _KEYWORD.fullmatch(word):
            raise QueryError(f"{where}: {word!r} is no keyword; write them in lower case: # keywords: gene, co-mention")
        if found.count(word) > 1:
            raise QueryError(f"{where}: the keyword {word!r} stands there twice; name it once")
    return tuple(found)


_KEYWORD: Final = re.compile(r"[a-z0-9]+(?:[ .-][a-z0-9]+)*", re.ASCII)


def query_form(text: str, name: str = "query") -> Form:
    """Tell what a query gives.

    Args:
        text: its text.
        name: what to call it in errors.

    Raises:
        QueryError: when it is an update, or nothing that SPARQL knows.

    >>> query_form("PREFIX select: <http://a/> ASK { ?s ?p select:x }")
    'ask'
    """
    for token in _tokens(text):
        if token.kind == "word":
            word = token.text.lower()
            if word in get_args(Form):
                return cast("Form", word)
            if word in _UPDATES:
                raise QueryError(f"{name}: is an update ({token.text}), which changes a store; give a query")
            if word not in _PROLOGUE:
                break
    raise QueryError(f"{name}: is no SPARQL query: it has no SELECT, CONSTRUCT, ASK or DESCRIBE at its beginning")


_PROLOGUE: Final = frozenset(("base", "define", "prefix", "version"))  # define is Virtuoso's
_UPDATES: Final = frozenset(
    ("add", "clear", "copy", "create", "delete", "drop", "insert", "load", "modify", "move", "with")
)


def known_prefixes(schema: SchemaOrg = SCHEMA_HTTP) -> dict[str, str]:
    """Give the prefixes that a query need not declare: those of the output, and others in common use.

    Args:
        schema: how the store that is asked spells schema.org.

    >>> known_prefixes()["up"]
    'http://purl.uniprot.org/core/'
    """
    return {**QUERY_PREFIXES, **prefixes(schema)}


def missing_prefixes(text: str, schema: SchemaOrg = SCHEMA_HTTP) -> dict[str, str]:
    """Give the known prefixes that a query uses and does not declare, with their namespaces, by name.

    >>> missing_prefixes('PREFIX rdf: <http://a/> SELECT ?a { ?a rdf:x wp:Pathway ; my:own "foaf:name" }')
    {'wp': 'http://vocabularies.wikipathways.org/wp#'}
    """
    tokens = list(_tokens(text))
    declared = {name for name, _ in _declarations(tokens)}
    used = {token.text.partition(":")[0] for token in tokens if token.kind == "name"}
    return {name: namespace for name, namespace in sorted(known_prefixes(schema).items()) if name in used - declared}


def with_prefixes(text: str, schema: SchemaOrg = SCHEMA_HTTP) -> str:
    """Declare the known prefixes that a query uses and does not declare.

    The declarations stand before the first line and on it, so that errors name the lines of the text that was given.

    Args:
        text: a query.
        schema: how the store that is asked spells schema.org.

    >>> with_prefixes("SELECT ?gene { ?gene a wp:GeneProduct }")
    'PREFIX wp: <http://vocabularies.wikipathways.org/wp#> SELECT ?gene { ?gene a wp:GeneProduct }'
    """
    declarations = "".join(
        f"PREFIX {name}: <{namespace}> " for name, namespace in missing_prefixes(text, schema).items()
    )
    return declarations + text.removeprefix("\ufeff")


def spelled(text: str, schema: SchemaOrg) -> str:
    """Spell schema.org in a query as the store spells it: in declarations and IRIs, not in texts and comments.

    Args:
        text: a query.
        schema: the spelling.

    >>> from pfocr_rdf.vocabulary import SCHEMA_HTTPS
    >>> spelled("PREFIX s: <http://schema.org/> ASK { ?a s:name 'http://schema.org/' }", SCHEMA_HTTPS)
    "PREFIX s: <https://schema.org/> ASK { ?a s:name 'http://schema.org/' }"
    """
    other, namespace = f"<{schema.other}", f"<{schema.namespace}"
    return _replaced(
        text, ("iri",), lambda found: namespace + found[len(other) :] if found.startswith(other) else found
    )


SPELT_WITH_HTTPS: Final = "ASK { ?figure <https://schema.org/isBasedOn> ?paper }"
"""Asks a store whether its figures spell schema.org with https."""


def of_figure(text: str, identifier: str) -> str:
    """Ask of a figure what a query asks of one of the package's examples.

    Args:
        text: a query.
        identifier: the figure's figid.

    >>> of_figure('SELECT * { ?figure dcterms:identifier "PMC99000003__gr2" }', "PMC1__F1")
    'SELECT * { ?figure dcterms:identifier "PMC1__F1" }'
    """
    term = literal_term(identifier)
    text = _replaced(text, ("comment",), lambda found: _DECLARED_EXAMPLE.sub(lambda line: line[1] + term, found))
    return _replaced(text, ("string",), lambda found: term if _EXAMPLE.fullmatch(found) else found)


_EXAMPLE: Final = re.compile(r'"PMC990000[0-9]{2}__[A-Za-z0-9_.-]+"')
"""The figid of an example; no paper has such a number."""

_DECLARED_EXAMPLE: Final = re.compile(rf"(# parameter: [a-z]+ ){_EXAMPLE.pattern}")


def _replaced(text: str, kinds: Container[str], replacement: Callable[[str], str]) -> str:
    """Replace the tokens of some kinds; all else stays as it is."""
    parts: list[str] = []
    end = 0
    for token in _tokens(text):
        if token.kind in kinds:
            parts += [text[end : token.start], replacement(token.text)]
            end = token.start + len(token.text)
    return "".join([*parts, text[end:]])


class _Token(NamedTuple):
    kind: str
    text: str
    start: int


_BASE_CHARS: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS: Final = rf"{_BASE_CHARS}_0-9\u00b7\u0300-\u036f\u203f\u2040\-"
_WORD: Final = rf"[{_BASE_CHARS}](?:[{_CHARS}]|\.++(?=[{_CHARS}]))*+"

_TOKEN: Final = re.compile(
    "|".join(
        (
            r"(?P<comment>#[^\n\r]*+)",
            r'(?P<iri><(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)',
            r'(?P<string>"""(?:"{0,2}(?:[^"\\]|\\.))*+(?:""")?'
            r"|'''(?:'{0,2}(?:[^'\\]|\\.))*+(?:''')?"
            r'|"(?:[^"\\\n\r]|\\.)*+"?'
            r"|'(?:[^'\\\n\r]|\\.)*+'?)",
            r"(?P<variable>[?$]\w++)",
            rf"(?P<label>_:[{_CHARS}.]*+)",
            r"(?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)",
            rf"(?P<name>(?:{_WORD})?:(?:[{_CHARS}.:]|%[0-9A-Fa-f]{{2}}|\\[-_~.!$&'()*+,;=/?#@%])*+)",
            rf"(?P<word>{_WORD})",
            r"(?P<number>[0-9]\w*+(?:\.[0-9]\w*+)?+)",
        )
    ),
    re.DOTALL,
)
"""What SPARQL's grammar reads as one; comments, IRIs and strings first, so that nothing in them is taken for code.

A string that never ends is one to the end: nothing is read twice, and no text can make the reading slow.
"""


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        yield _Token(cast("str", found.lastgroup), found[0], found.start())


def _code(tokens: list[_Token]) -> list[_Token]:
    return [token for token in tokens if token.kind != "comment"]


def declared_prefixes(text: str) -> dict[str, str]:
    r"""Give the prefixes that a query declares, with their namespaces.

    >>> declared_prefixes("PREFIX a: <http://a/> # PREFIX b: <http://b/>\n ASK {}")
    {'a': 'http://a/'}
    """
    return dict(_declarations(list(_tokens(text))))


def _declarations(tokens: list[_Token]) -> Iterator[tuple[str, str]]:
    """Give the prefixes that a query declares, with their namespaces."""
    code = _code(tokens)
    for word, name, iri in zip(code, code[1:], code[2:], strict=False):
        if (word.kind, name.kind, iri.kind) == ("word", "name", "iri") and word.text.lower() == "prefix":
            yield name.text.partition(":")[0], iri.text[1:-1]


def _services(text: str) -> Iterator[str]:
    """Give the IRIs of the endpoints that a query names; one in a variable has none."""
    code = _code(list(_tokens(text)))
    namespaces: Mapping[str, str] = known_prefixes() | dict(_declarations(code))
    for word, first, second in zip(code, code[1:], code[2:], strict=False):
        if word.kind == "word" and word.text.lower() == "service":
            endpoint = second if first.kind == "word" and first.text.lower() == "silent" else first
            if endpoint.kind == "iri":
                yield endpoint.text[1:-1]
            elif endpoint.kind == "name":
                prefix, _, local = endpoint.text.partition(":")
                yield namespaces.get(prefix, f"{prefix}:") + re.sub(r"\\(.)", r"\1", local)


def queries_folder() -> Path:
    """Give the folder of the queries: in the installed package, or the examples of a checkout."""
    package = Path(str(files("pfocr_rdf")))
    installed = package / "data" / "queries"
    return installed if installed.is_dir() else package.parent / "examples" / "queries"


@cache
def shipped_queries() -> tuple[Query, ...]:
    """Give the queries that ship with the package, in the order of their names.

    Raises:
        QueryError: when their files are not there.
    """
    folder = queries_folder()
    paths = sorted(folder.glob("*.rq"), key=lambda path: path.stem)
    if not paths:
        raise QueryError(f"{folder}: the queries of the package are not there; install pfocr-rdf anew")
    return tuple(read_query(path.read_text("utf-8"), path.stem) for path in paths)


def shipped_query(name: str) -> Query:
    """Give a query that ships with the package.

    Args:
        name: its name.

    Raises:
        QueryError: when there is none of this name; the message says which are alike.

    >>> shipped_query("count-pathways").question
    'How many pathways are there?'
    """
    queries = {query.name: query for query in shipped_queries()}
    if name in queries:
        return queries[name]
    asked = name.lower().removesuffix(".rq")
    alike = get_close_matches(asked, queries, n=3)
    alike += [other for other in queries if asked and asked in other and other not in alike][: 3 - len(alike)]
    hint = f"did you mean {' or '.join(alike)}?" if alike else "pfocr-rdf query --list names those there are"
    raise QueryError(f"{name!r} is no query of this package; {hint}")
