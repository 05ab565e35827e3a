"""Front matter: the bytes of a record to plain values, nothing re-typed."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pfocr_rdf.frontmatter import MAX_BYTES, MAX_DEPTH, FrontMatter, FrontMatterError, Plain, parse_front_matter

BOM = b"\xef\xbb\xbf"
LIKE_OTHER_TYPES = (
    "NO No no On on off y Y n N yes true false null Null ~ nan NaN .nan .inf na NA 2E1 1e3 1:30 0o7 007 0x1F 1_000 "
    "12 1.50 2020-01-01 = if"
)


def parsed(text: str) -> FrontMatter:
    return parse_front_matter(f"---\n{text}\n---\n".encode())


def value(text: str) -> Plain:
    """The value of `k` in front matter that holds no other key."""
    values = parsed(text).values
    assert list(values) == ["k"]
    return values["k"]


def refusal(data: str | bytes) -> FrontMatterError:
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(data if isinstance(data, bytes) else data.encode())
    return caught.value


# ------------------------------------------------------------------------------------------------ the seven traps


@pytest.mark.parametrize("text", ["IPP----", "---", "a --- b", "'---'", '"---"', "IPP ---"])
def test_trap_1_a_value_may_end_in_three_hyphens(text: str) -> None:
    assert parsed(f"genes:\n- word: {text}\nz: last").values == {"genes": [{"word": text.strip("'\"")}], "z": "last"}


@pytest.mark.parametrize("line", [" ---", "----", "--- ", "---#", "- ---"])
def test_trap_1_only_a_line_that_is_exactly_three_hyphens_ends_the_front_matter(line: str) -> None:
    assert refusal(f"---\nfigid: PMC1__a\n{line}\n").code == "front-matter-unclosed"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize(
    "form",
    ["k: a{}b", "k: 'a{}b'", 'k: "a{}b"', "k: |-\n  a{}b", "k: >-\n  a{}b", "k: a\n  {}b", "k: a{}"],
    ids=["plain", "single quotes", "double quotes", "literal block", "folded block", "continuation", "at the end"],
)
def test_trap_2_a_unicode_line_separator_ends_no_line(form: str, separator: str) -> None:
    text = value(form.format(separator))
    assert isinstance(text, str)
    assert separator in text
    assert text.replace(separator, "").replace(" ", "") in ("ab", "a")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_trap_2_a_unicode_line_separator_before_three_hyphens_closes_nothing(separator: str) -> None:
    assert parsed(f"k: 'a{separator}  ---'\nz: last").values["z"] == "last"


def test_trap_2_the_indentation_that_a_yaml_writer_puts_after_a_separator_is_not_text() -> None:
    text = "caption: 'one.\u2028  Two.'\nschema-jsonld:\n  description: 'one.\u2028    Two.'"
    assert parsed(text).values == {
        "caption": "one.\u2028Two.",
        "schema-jsonld": {"description": "one.\u2028Two."},
    }


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_trap_2_a_unicode_line_separator_does_not_shift_the_lines_of_diagnostics(separator: str) -> None:
    assert parsed(f"k: 'a{separator}b{separator}c'\nz: 1\nz: 2").duplicates == (("z", 4),)
    assert refusal(f"---\nk: 'a{separator}b'\nz: [\n---\n").line in (3, 4)
    assert refusal(f"---\nk: 'a{separator}b'\nz: *a\n---\n").line == 3


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize(
    "form", ["a{}b", "a {} b", "a:{}b", "{}a", "a{}", "a{}\nb", "a\n{}b", "a{}{}\n\nb", "'{}\"", "\ue000{}b"]
)
@pytest.mark.parametrize("writer", [yaml.SafeDumper, yaml.CSafeDumper], ids=["PyYAML", "libyaml"])
def test_trap_2_what_yaml_writers_write_is_read_to_the_letter(writer: Any, form: str, separator: str) -> None:
    text = form.replace("{}", separator)
    values: Any = {"caption": text, "genes": [{"word": text}]}
    for allow_unicode in (False, True):
        written = yaml.dump(values, Dumper=writer, allow_unicode=allow_unicode)
        assert parsed(written.removesuffix("\n")).values == values


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (r'"\uFEFFa"', "\ufeffa"),
        (r'"a\ b"', "a b"),
        ('"a\\\n  \\ b"', "a b"),
        (r'"a\_b\Nc\Ld\Pe"', "a\xa0b\x85c\u2028d\u2029e"),
        (r'"\x41\u03B2\U0001F9EC\t\""', 'Aβ🧬\t"'),
        ("a\n  #b", "a"),
        ("'a\n  #b'", "a #b"),
        ("a\n  |b", "a |b"),
        ("a\n  :b", "a :b"),
        ("'a\n  : b'", "a : b"),
        ("a\n  \u200ab", "a \u200ab"),
        ("a\n  \xa0b", "a \xa0b"),
        ("'a\n\n  b'", "a\nb"),
        ("|-\n  a\n   b\n", "a\n b"),
        ("|\n  a\n  # b", "a\n# b\n"),
        (">-\n  a\n  b", "a b"),
        ("'it''s'", "it's"),
    ],
)
def test_trap_3_escapes_and_continuation_lines_are_those_of_yaml(form: str, expected: str) -> None:
    assert value(f"k: {form}") == expected


@pytest.mark.parametrize("text", LIKE_OTHER_TYPES.split())
def test_trap_4_every_scalar_is_a_text(text: str) -> None:
    assert value(f"k: {text}") == text
    assert value(f"k: [{text}]") == [text]
    assert value(f"k: '{text}'") == text
    assert parsed(f"{text}: x").values == {text: "x"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("k: &a x", "yaml-alias"),
        ("k: &a [x]", "yaml-alias"),
        ("k: &a {x: y}", "yaml-alias"),
        ("k: *a", "yaml-alias"),
        ("k: x\n? &a z\n: y", "yaml-alias"),
        ("? *a\n: y", "yaml-alias"),
        ("k: !!str x", "yaml-tag"),
        ("k: !x y", "yaml-tag"),
        ("k: ! x", "yaml-tag"),
        ("k: !!set {x}", "yaml-tag"),
        ("k: !!seq [x]", "yaml-tag"),
    ],
)
def test_trap_5_anchors_aliases_and_tags_are_refused_with_their_line(text: str, code: str) -> None:
    error = refusal(f"---\nfigid: PMC1__a\n{text}\n---\n")
    assert error.code == code
    assert error.line == 4 if "\n? &a" in text else error.line == 3


@pytest.mark.parametrize("text", ["k: 'a &b *c !d'", "k: R&D", "k: a *b", "k: x!"])
def test_trap_5_an_ampersand_an_asterisk_or_a_bang_inside_a_text_is_text(text: str) -> None:
    assert value(text) == text[3:].strip("'")


def test_trap_6_an_empty_line_may_stand_before_the_closing_line() -> None:
    page = 'latin: "Aedes fluviatilis"\nncbi:\ncommon: ""\n'
    assert parsed(page).values == {"latin": "Aedes fluviatilis", "ncbi": "", "common": ""}


@pytest.mark.parametrize("start", [b"", BOM], ids=["without BOM", "with BOM"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_trap_7_crlf_and_a_byte_order_mark_change_no_value(start: bytes, end: bytes) -> None:
    lines = (b"---", b"figid: PMC1__a", b"caption: a", b"  folded", b"title: |-", b"  b", b"  c", b"---", b"")
    assert parse_front_matter(start + end.join(lines)) == FrontMatter(
        {"figid": "PMC1__a", "caption": "a folded", "title": "b\nc"}
    )


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"---\ncaption: \x93quoted\x94\n---\n", 2),
        (b"---\nfigid: PMC1__a\ncaption: caf\xe9\n---\n", 3),
        (BOM + b"---\r\nfigid: PMC1__a\r\ncaption: 5 \xb5M\r\n---\r\n", 3),
        (b"---\nk: \xc3\n---\n", 2),
        (b"---\nk: \x80\n---\n", 2),
        (b"---\nk: \xc0\xaf\n---\n", 2),
        (b"---\nk: \xed\xa0\x80\n---\n", 2),
        (b"---\nk: \xf4\x90\x80\x80\n---\n", 2),
        (b"---\nk: v\n---\n\xff", 4),
        (b"\xff\xfe-\x00-\x00-\x00", 1),
    ],
    ids=[
        "Windows-1252 quotes",
        "Latin-1",
        "with BOM and CRLF",
        "cut sequence",
        "lone continuation",
        "overlong",
        "surrogate",
        "beyond Unicode",
        "after the front matter",
        "UTF-16",
    ],
)
def test_trap_7_bytes_that_are_not_utf8_are_refused_with_line_and_byte(data: bytes, line: int) -> None:
    error = refusal(data)
    assert (error.code, error.line) == ("record-not-utf8", line)
    assert error.message.startswith("byte 0x")


@pytest.mark.parametrize("data", ["---\nfigid: PMC1__a\ncaption: cut", "---\nfigid: PMC1__a\ncaption: cut\n--"])
def test_trap_7_a_missing_closing_line_is_reported_at_the_end_of_the_file(data: str) -> None:
    error = refusal(data)
    assert (error.code, error.line) == ("front-matter-unclosed", data.count("\n") + 1)


# ----------------------------------------------------------------------------------------------- the front matter


@pytest.mark.parametrize(
    "data", ["", "\n", "figid: PMC1__a\n", " ---\nk: v\n---\n", "\n---\nk: v\n---\n", "--- \nk: v\n---\n", "---"]
)
def test_the_first_line_is_exactly_three_hyphens(data: str) -> None:
    error = refusal(data)
    assert (error.code, error.line) == ("front-matter-missing", 1)


@pytest.mark.parametrize("text", ["", "# nothing", "- a\n- b", "just text", "[a, b]", "''"])
def test_the_front_matter_is_a_mapping(text: str) -> None:
    assert refusal(f"---\n{text}\n---\n").code == "front-matter-not-mapping"


def test_the_closing_line_may_end_the_file_without_a_line_end() -> None:
    assert parse_front_matter(b"---\nk: v\n---").values == {"k": "v"}


def test_the_last_of_two_values_of_a_key_counts_and_the_second_is_named() -> None:
    found = parsed("k: a\nz:\n- w: b\n  w: c\nk: d")
    assert found.values == {"k": "d", "z": [{"w": "c"}]}
    assert found.duplicates == (("w", 5), ("k", 6))


@pytest.mark.parametrize(("rest", "line"), [("text", 4), ("\n\n  text\n", 6), ("---\n", 4)])
def test_text_after_the_front_matter_is_named_by_its_line(rest: str, line: int) -> None:
    assert parse_front_matter(f"---\nk: v\n---\n{rest}".encode()).body_line == line


@pytest.mark.parametrize("rest", ["", "\n", " \n\t\n", "\r\n"])
def test_blank_lines_after_the_front_matter_are_no_text(rest: str) -> None:
    assert parse_front_matter(f"---\nk: v\n---\n{rest}".encode()).body_line is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("k: v\nj: 'open", None),
        ("k: v\n\tj: w", 3),
        ("k: [a", None),
        ("k: a: b", 2),
        ("k: v\n- a", 3),
        ("k: v\n--- # another\nj: w", 3),
        ("k: v\n...\nj: w", 4),
        ("k: v\n? [a]\n: w", 3),
        ("k: v\n? {a: b}\n: w", 3),
        ("k: v\nj: \x01", 3),
        ("k: v\nj: a\0b", 3),
        ("k: v\nj: \ufffe", 3),
        ('k: v\nj: "\\ud800"', 3),
        ('k: v\nj: "\\q"', 3),
        ("%YAML 9.9\nk: v", None),
    ],
)
def test_invalid_yaml_is_refused_with_its_line(text: str, line: int | None) -> None:
    error = refusal(f"---\n{text}\n---\n")
    assert error.code == "yaml-invalid"
    assert error.message
    assert error.line == line if line is not None else error.line is not None


def test_a_record_of_eight_mebibytes_is_read_and_one_byte_more_is_refused() -> None:
    frame = len("---\nk: \n---\n")
    assert len(str(value(f"k: {'a' * (MAX_BYTES - frame)}"))) == MAX_BYTES - frame
    assert refusal(f"---\nk: {'a' * (MAX_BYTES - frame + 1)}\n---\n").code == "record-too-large"


def test_thirty_two_levels_are_read_and_one_more_is_refused() -> None:
    inner = MAX_DEPTH - 1  # the front matter itself is one
    assert str(value("k: " + "[" * inner + "]" * inner)).count("[") == inner
    error = refusal("---\nj: v\nk: " + "[" * (inner + 1) + "]" * (inner + 1) + "\n---\n")
    assert (error.code, error.line) == ("yaml-too-deep", 3)
