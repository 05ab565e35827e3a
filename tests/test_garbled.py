"""Texts that are UTF-8 read as something else are found, and nothing that people write is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkouts import Checkout
from pfocr_rdf.garbled import garbled

LETTERS = "αβγδεζκλμστφχψωΔΨÄÖÜäöüßéèñçø–—‘’“”′→↑↓−±°"
"""What papers on pathways hold besides ASCII."""


@pytest.mark.parametrize(("encoding", "name"), [("mac_roman", "Mac OS Roman"), ("cp1252", "Windows-1252")])
@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_that_was_read_in_another_encoding_is_found(letter: str, encoding: str, name: str) -> None:
    read = "".join(
        # what Windows-1252 leaves undefined, programs make controls of
        bytes([byte]).decode(encoding if byte not in b"\x81\x8d\x8f\x90\x9d" or encoding != "cp1252" else "latin-1")
        for byte in letter.encode()
    )
    assert garbled(f"of NF{read} in") == (read, letter, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NF-κB, TGF-β1 and Δψm",
        "Müller, Ångström, Dvořák, Çelik, Ærø, Œuvre, nœud, cœur, ŒDÈME",
        "‚so‘, „so“, «so», so…és, 5–≤7, √π, 2√∞, ¬A, Â, Ã, â, Î, Ï",
        "30 °C ± 2, 5 µM, ≈±3, ∆µH+, ƒ(x), 10−3 m²·s⁻¹",
        "β-カテニン 经典通路 Σύνοψη обзор 🧬",
        "‚Äx",
    ],
)
def test_what_people_write_is_not_taken_for_one(text: str) -> None:
    assert garbled(text) is None


@given(st.text())
def test_a_run_that_is_found_stands_in_the_text_and_gives_one_character(text: str) -> None:
    found = garbled(text)
    assert found is None or (found[0] in text and len(found[1]) == 1)


@pytest.mark.parametrize("key", ["figtitle", "caption", "papertitle", "reftext", "keywords", "publisher_name"])
def test_the_record_keeps_the_text_and_the_curator_is_told(key: str, checkout: Checkout) -> None:
    checkout.record(f"{key}: 'A ‚Äì B with Œ±'")
    checkout.read()
    (found,) = checkout.found
    assert (found.code, found.key, found.value) == ("text-garbled", key, "A ‚Äì B with Œ±")
    assert found.message == "`‚Äì` was `–` in UTF-8, and was read as Mac OS Roman"


def test_a_character_that_cannot_be_seen_is_named(checkout: Checkout) -> None:
    checkout.record("caption: 5¬†mM")
    checkout.read()
    assert [found.message for found in checkout.found] == ["`¬†` was U+00A0 in UTF-8, and was read as Mac OS Roman"]


def test_a_garbled_score_is_told_once(checkout: Checkout) -> None:
    checkout.record("automl_pathway: '0.9Œ∫'")
    checkout.read()
    assert checkout.codes == ["text-garbled", "score-invalid"]
