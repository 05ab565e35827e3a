"""Limits: hostile input costs no more than its size, however large or deep it is, or says that it is."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest

from builders import COLUMNS
from checkouts import Checkout
from hostility import refusal
from memory import memory_below
from pfocr_rdf.frontmatter import MAX_BYTES, parse_front_matter
from pfocr_rdf.mentions import MAX_COLUMNS, parse_companion

MEBIBYTE = 1024 * 1024


# ----------------------------------------------------------------------------------------------------------------- YAML


def test_an_alias_bomb_is_refused_before_anything_is_expanded() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    with memory_below(MEBIBYTE):
        assert refusal("\n".join(lines)) == ("yaml-alias", 3)


def test_an_alias_to_itself_is_refused() -> None:
    assert refusal("a: &a [*a]") == ("yaml-alias", 3)


LEVELS = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * LEVELS,
        "a: " + "[" * LEVELS + "]" * LEVELS,
        "a: " + "{b: " * LEVELS + "}" * LEVELS,
        "a:\n" + "- " * LEVELS + "x",
        "a:\n- " + "? " * LEVELS + "x",
        "a: [" + "\n[" * LEVELS,
    ],
    ids=["open", "lists", "mappings", "blocks of lists", "blocks of keys", "a line each"],
)
def test_a_hundred_thousand_levels_are_refused(text: str) -> None:
    with memory_below(4 * MEBIBYTE):
        code, line = refusal(text)
    assert code in ("yaml-too-deep", "yaml-invalid")
    assert line is not None


def test_blocks_of_mappings_as_deep_as_a_record_may_be_large_are_refused() -> None:
    text = "\n".join(" " * level + "a:" for level in range(1, 2000))
    assert refusal(f"a:\n{text}") == ("yaml-too-deep", 35)


def test_many_keys_cost_no_more_than_their_size() -> None:
    text = "\n".join(f"k{number}: v" for number in range(10_000))
    with memory_below(8 * MEBIBYTE):
        assert len(parse_front_matter(f"---\n{text}\n---\n".encode()).values) == 10_000


def test_a_message_about_a_huge_anchor_or_key_is_short(checkout: Checkout) -> None:
    checkout.write("_figures/PMC1__a.md", f"---\nfigid: PMC1__a\na: &{'x' * MEBIBYTE} y\n---\n")
    checkout.write("_figures/PMC1__b.md", f"---\nfigid: PMC1__b\n? {'x' * MEBIBYTE}\n: {'y' * MEBIBYTE}\n---\n")
    checkout.read()
    assert {"yaml-alias", "key-unknown"} <= {*checkout.codes}
    assert all(len(str(diagnostic)) < 1500 for diagnostic in checkout.found)


# ---------------------------------------------------------------------------------------------------------------- sizes


def test_a_record_of_a_hundred_megabytes_is_refused_without_reading_it_all(checkout: Checkout) -> None:
    path = checkout.write("_figures/PMC1__a.md", "---\nfigid: PMC1__a\ncaption: '")
    os.truncate(path, 100_000_000)
    with memory_below(3 * MAX_BYTES):
        assert checkout.read() == []
    assert [(d.code, d.file) for d in checkout.found] == [("record-too-large", str(path))]


def test_standard_input_of_a_hundred_megabytes_is_refused_without_reading_it_all(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            Endless.taken += len(buffer)
            buffer[:] = b"x" * len(buffer)
            return len(buffer)

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Endless())))
    from pfocr_rdf import read_figures

    assert list(read_figures("-", report=checkout.found.append)) == []
    assert checkout.codes == ["record-too-large"]
    assert Endless.taken < 2 * MAX_BYTES


def test_a_companion_with_a_hundred_thousand_columns_is_refused() -> None:
    found: list[Any] = []
    columns = "\t".join((*COLUMNS["gene"].split(), *(f"c{number}" for number in range(100_000))))
    with memory_below(64 * MEBIBYTE):
        rows = parse_companion("gene", f"{columns}\n".encode(), file="t", figid="PMC1__a", report=found.append)
    assert rows == []
    assert [(d.code, d.line) for d in found] == [("companion-header", 1)]
    assert len(found[0].value) < 400
    assert found[0].message == "the header has 100,011 columns"


def test_a_companion_may_have_a_few_columns_more_than_the_real_ones() -> None:
    found: list[Any] = []
    names = COLUMNS["gene"].split()
    columns = "\t".join((*names, *(f"c{number}" for number in range(MAX_COLUMNS - len(names)))))
    parse_companion("gene", f"{columns}\n".encode(), file="t", figid="PMC1__a", report=found.append)
    assert {diagnostic.code for diagnostic in found} == {"column-unknown"}


def test_a_companion_larger_than_eight_mebibytes_is_left_out_without_reading_it_all(checkout: Checkout) -> None:
    path = checkout.write("_data/PMC1__a-genes.tsv", COLUMNS["gene"].replace(" ", "\t") + "\n")
    os.truncate(path, 100_000_000)
    checkout.record()
    with memory_below(3 * MAX_BYTES):
        assert len(checkout.read()) == 1
    assert [(d.code, d.file) for d in checkout.found] == [("companion-unreadable", str(path))]
