"""What is read without libyaml is what libyaml reads, and nearly every record is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from pfocr_rdf import frontmatter
from pfocr_rdf.frontmatter import FrontMatterError, Plain, parse_front_matter
from pfocr_rdf.plainyaml import MAX_BYTES, read_mapping

RECORD = """\
figid: PMC1__a
organisms:
- Homo sapiens
- 'NO'
caption: 'Signalling: how
  it''s done'
title: a text
  of two lines
ndex: ''
genes:
- word: AKT
  symbol: AKT1
  source: ncbigene_symbol
  hgnc_symbol: AKT1
  entrez: '207'
chemicals:
- word: ATP
  source: MESH
  identifier: D000255
diseases: []
schema-jsonld:
  '@context': https://schema.org/
  description: a text
    of two lines
  creator:
    '@type': Organization
    name: WikiPathways
  keywords:
  - AKT
  - 'On'
"""

ODD = r"""
a: |2;    b: c; d: >-;a: x;a: 'x;b: y';b: y";a: "x;? b;: c;- x;-x: y;-;--- x;...;# a;a: b # c;};{a: b;[a,;b: c];a: ;
a: &b c;a: *b;a: !b c; x;  x: y;  - z;  a: b;a:b;'@id': b;a b: c;%a;@a: b;schema-jsonld:;genes:;é: b;- word: x;a:;
- word: 'x;- word: x';- word: - y;  word: y;- - word: z;  license: "x;  name: y";   a: b;  b c: d;a: x:;a: b #c;
a: it's;a: 'it's';a: 'it''s';a: ''';a: b: c;- a: b;- 'a: b';- a #b;- a:;- a:b;    x;      - x;a: []; - x;a: {};a: [b]
""".replace("\n", "").split(";")
LINES = [
    *RECORD.splitlines(),
    *ODD,
    "",
    " ",
    "\t",
    "\ta: b",
    "a:\tb",
    "a: x\rb: y",
    "\r",
    "a: x\r",
    "a: \x07",
    "a: \x85",
]
LINES += ["a: b ", "  b ", "a: \ufeffb", "\ufeffa: b", "a: \u00a0b", "a: b\u2028  c", "a: \u0091", "a: \ufffe", "  # a"]
"""Lines of a record, and lines that are part of many values, or of none."""


def by_libyaml(document: bytes, level: int = 0) -> Plain | None:
    """What libyaml reads in a whole document; None where it, or we, refuse it."""
    return frontmatter._alone(document, level)


def check(document: str) -> bool:
    """Check that a document is read as libyaml reads it, or left to it, and tell whether it was read."""
    found = read_mapping(document.encode(), by_libyaml)
    if found is None:
        return False
    assert json.dumps(found) == json.dumps(by_libyaml(document.encode()))
    return True


documents = st.lists(st.sampled_from(LINES), max_size=12).map("\n".join).map(lambda text: f"{text}\n")


@given(document=documents)
@example(document="genes:\n- a\n  - b\n")
@example(document="genes:\n- word: a: b\n  foo\n")
@example(document="genes:\n- word: a\n  symbol: b\n  source: c\n")
@example(document="a: 'x'\n\n  y\n")
@example(document="a: x\n   y\n")
@example(document="a:\n  b: x\n y: z\n")
@example(document="a: x\n---\nb: y\n")
def test_lines_in_any_order_are_read_as_libyaml_reads_them(document: str) -> None:
    check(document)


@given(changes=st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["drop", "double", *LINES])), max_size=4))
def test_a_changed_record_is_read_as_libyaml_reads_it(changes: list[tuple[int, str]]) -> None:
    lines = RECORD.splitlines()
    for number, change in changes:
        at = number % len(lines)
        lines[at : at + 1] = {"drop": [], "double": [lines[at]] * 2}.get(change, [change])
        lines = lines or ["a: b"]
    check("\n".join(lines) + "\n")


@given(
    at=st.integers(0, len(RECORD)),
    text=st.text(alphabet="ab :#-'\"\n|>&*!%@[]{},?é\u00a0\ufeff\u2028\x85\t", max_size=3),
)
def test_a_record_with_other_characters_is_read_as_libyaml_reads_it(at: int, text: str) -> None:
    check(RECORD[:at] + text + RECORD[at:])


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
values = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


@given(
    value=st.dictionaries(st.from_regex(r"\A[a-z_]{1,8}\Z"), values, min_size=1, max_size=5), width=st.integers(5, 90)
)
def test_what_pyyaml_writes_is_read_as_libyaml_reads_it(value: Plain, width: int) -> None:
    check(yaml.safe_dump(value, allow_unicode=True, width=width, sort_keys=False))


def test_a_record_needs_no_libyaml() -> None:
    assert read_mapping(RECORD.encode(), lambda entry, level: pytest.fail(f"not read: {entry!r}")) == yaml.load(
        RECORD, Loader=yaml.BaseLoader
    )


def test_an_entry_of_another_form_is_given_to_libyaml_alone() -> None:
    given: list[tuple[bytes, int]] = []

    def other(entry: bytes, level: int) -> Plain | None:
        given.append((entry, level))
        return by_libyaml(entry, level)

    found = read_mapping(b'figid: PMC1__a\ncaption: "\\uFEFFa\\\n  \\ b"\nblock:\n  a: |-\n    x\n  b: y\n', other)
    assert found == {"figid": "PMC1__a", "caption": "\ufeffa b", "block": {"a": "x", "b": "y"}}
    assert given == [(b'caption: "\\uFEFFa\\\n  \\ b"\n', 0), (b"  a: |-\n    x\n", 1)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("figid: PMC1__a\na: &b c\n", "yaml-alias", 3),
        ("figid: PMC1__a\na: *b\n", "yaml-alias", 3),
        ("figid: PMC1__a\nschema-jsonld:\n  a: !x y\n", "yaml-tag", 4),
        ("figid: PMC1__a\na: 'b\nc: d\n", "yaml-invalid", 5),
        ("figid: PMC1__a\na: b: c\n", "yaml-invalid", 3),
        ("figid: PMC1__a\na: \x07\n", "yaml-invalid", 3),
        (f"figid: PMC1__a\na: {'[' * 32}{']' * 32}\n", "yaml-too-deep", 3),
        (f"figid: PMC1__a\na:\n  b: {'[' * 31}{']' * 31}\n", "yaml-too-deep", 4),
    ],
)
def test_a_fault_is_found_on_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(f"---\n{text}---\n".encode())
    assert (caught.value.code, caught.value.line) == (code, line)


def test_a_key_that_stands_twice_is_found_on_its_line() -> None:
    found = parse_front_matter(b"---\nfigid: PMC1__a\nblock:\n  a: b\n  a: c\n---\n")
    assert found.values == {"figid": "PMC1__a", "block": {"a": "c"}}
    assert found.duplicates == (("a", 5),)


def test_a_large_document_is_left_to_libyaml() -> None:
    """Which holds less of it at once, whatever it is made to do."""
    assert read_mapping(b"a: b\nc:\n" + b"- d\n" * (MAX_BYTES // 4), lambda entry, level: None) is None
    assert parse_front_matter(b"---\na: b\nc:\n" + b"- d\n" * MAX_BYTES + b"---\n").values["c"] == ["d"] * MAX_BYTES


def test_the_sample_is_read_as_libyaml_reads_it(sample: Path) -> None:
    records = [path.read_bytes() for path in sorted((sample / "_figures").iterdir())]
    read = sum(check(data[4:-4].decode()) for data in records)
    assert read > 0.99 * len(records)
