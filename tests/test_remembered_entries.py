"""What records say word for word is parsed once; whatever a document holds, it is read as if it stood alone."""

from __future__ import annotations

import copy
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pfocr_rdf import frontmatter
from pfocr_rdf.frontmatter import FrontMatterError, Plain, parse_front_matter

RECORD = """\
figid: PMC1__a
figtype: Figure
organisms:
- Homo sapiens
- Mus musculus
ndex: ''
genes:
- word: AKT
  symbol: AKT1
  source: ncbigene_symbol
  hgnc_symbol: AKT1
  entrez: '207'
- word: 'mTOR
    kinase'
  symbol: MTOR
chemicals: []
schema-jsonld:
  '@context': https://schema.org/
  '@id': https://pfocr.wikipathways.org/figures/PMC1__a.html
  license: CC0
  creator:
    '@type': Organization
    name: WikiPathways
  keywords:
  - AKT
  - mTOR
"""

ODD = r"""
a: |2;    b: c; d: >-;a: x;a: 'x;b: y';b: y";a: "x;? b;: c;- x;-x: y;-;--- x;...;# a;a: b # c;};{a: b;[a,;b: c];
a: &b c;a: *b;a: !b c; x;  x: y;  - z;  a: b;a:b;'@id': b;a b: c;%a;@a: b;schema-jsonld:;genes:;é: b;- word: x;
- word: 'x;- word: x';- word: - y;  word: y;- - word: z;  license: "x;  name: y";   a: b;  b c: d
""".replace("\n", "").split(";")
LINES = [*RECORD.splitlines(), *ODD, "", "\t", "\ta: b", "a:\tb", "a: x\rb: y", "\r", "a: x\r", "a: \x07"]
"""Lines of a record, and lines that are part of many values, or of none."""


def outcome(data: bytes) -> tuple[str, object, object]:
    """What comes of reading a record: values with the order of their keys, or the fault with its line."""
    try:
        found = parse_front_matter(data)
    except FrontMatterError as error:
        return "refused", (error.code, error.message), error.line
    return "read", repr(found.values), found.duplicates


def alone(data: bytes) -> tuple[str, object, object]:
    """The same, with nothing remembered and the document given to libyaml whole."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(frontmatter, "_parse_entries", lambda document: None)
        return outcome(data)


def record(text: str) -> bytes:
    return f"---\n{text}\n---\n".encode()


documents = st.lists(st.sampled_from(LINES), max_size=12).map("\n".join)


@given(before=st.lists(documents, max_size=3), document=documents)
@example(before=["figtype: Figure"], document='a: "x\nfigtype: Figure\nb: y"')
@example(before=["figtype: Figure"], document='a: "x\nfigtype: Figure\nb: y"\n? b\n: d')
@example(before=["figtype: Figure"], document="a: [x,\nfigtype: Figure\n]")
@example(before=["b: y"], document="a: x\rb: y")
@example(before=[RECORD], document="genes:\n- word: 'x\n- word: AKT\n  symbol: AKT1\n- word: y'")
@example(before=[RECORD], document="schema-jsonld:\n  name: 'x\n  license: CC0\n  b: y'")
@example(before=["figtype: Figure"], document="figtype: Figure\nfigtype: Figure")
@example(before=[], document="schema-jsonld:\n    name: é\n  license: CC0")
@example(before=["figtype: Figure"], document="figtype: Figure\n...\nfigtype: Figure")
@example(before=["a: x"], document="a: x\n--- y\nb: z")
def test_a_document_is_read_as_if_it_stood_alone(before: list[str], document: str) -> None:
    for text in (*before, document):
        outcome(record(text))
    assert outcome(record(document)) == alone(record(document))


@given(changes=st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["drop", "double", *LINES])), max_size=4))
def test_a_changed_record_is_read_as_if_it_stood_alone(changes: list[tuple[int, str]]) -> None:
    outcome(record(RECORD))
    lines = RECORD.splitlines()
    for number, change in changes:
        at = number % len(lines)
        lines[at : at + 1] = {"drop": [], "double": [lines[at]] * 2}.get(change, [change])
        lines = lines or ["a: b"]
    assert outcome(record("\n".join(lines))) == alone(record("\n".join(lines)))


def test_what_is_remembered_is_not_shared() -> None:
    first = parse_front_matter(record(RECORD)).values
    expected = copy.deepcopy(first)

    def spoil(value: Plain) -> None:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            spoil(inner)
        if not isinstance(value, str):
            value.clear()

    for _ in range(3):
        spoil(parse_front_matter(record(RECORD)).values)
    assert parse_front_matter(record(RECORD)).values == expected


def test_little_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontmatter, "_REMEMBERED", 10)
    monkeypatch.setattr(frontmatter, "_entries", {})
    monkeypatch.setattr(frontmatter, "_rows", {})
    for number in range(100):
        text = f"figtype: {number}\ncaption: {number}\nlong: {'x' * 500}{number}\ngenes:\n- word: {number}\n  symbol: x"
        assert outcome(record(text)) == alone(record(text))
    assert 0 < len(frontmatter._entries) <= 10
    assert 0 < len(frontmatter._rows) <= 10
    assert not any(b"caption" in text or b"long" in text for text in frontmatter._entries)


def test_every_record_of_the_sample_is_read_as_if_it_stood_alone(sample: Path) -> None:
    records = [path.read_bytes() for path in sorted((sample / "_figures").iterdir())]
    random.Random(7).shuffle(records)
    for data in records:
        assert outcome(data) == alone(data)
