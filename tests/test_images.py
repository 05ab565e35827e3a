"""Images: their format by the suffix, and their address by the template that a user gives."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from builders import codes, figure, objects, triples
from pfocr_rdf import Diagnostic, Settings


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("jpg", "image/jpeg"),
        ("JPEG", "image/jpeg"),
        ("png", "image/png"),
        ("gif", "image/gif"),
        ("tif", "image/tiff"),
        ("tiff", "image/tiff"),
        ("svg", "image/svg+xml"),
        ("webp", "image/webp"),
    ],
)
def test_the_format_of_the_image_follows_from_the_suffix(suffix: str, media_type: str) -> None:
    formats = objects(triples(figure({"filename": f"a.{suffix}"})), "dcterms:format")
    assert formats == {Literal(media_type)}


def test_an_image_of_another_suffix_has_no_format_and_is_reported() -> None:
    found: list[Diagnostic] = []
    assert not objects(triples(figure({"filename": "a.bmp"}), found=found), "dcterms:format")
    assert codes(found) == ["image-format"]


def test_a_template_gives_the_image_and_nothing_else_changes() -> None:
    settings = Settings(image_url="https://images.example/{pmcid}/{filename}?full")
    before, after = (triples(figure({"filename": "a b.jpg"}), settings=s) for s in (Settings(), settings))
    old, new = (
        NamedNode("https://europepmc.org/articles/PMC1/bin/a%20b.jpg"),
        NamedNode("https://images.example/PMC1/a%20b.jpg?full"),
    )
    assert after == {Triple(*(new if term == old else term for term in triple)) for triple in before}


@pytest.mark.parametrize("template", ["{filename}", "no IRI at all", "https://images.example/<{filename}>"])
def test_a_template_that_gives_no_iri_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="gives no IRI"):
        Settings(image_url=template).check()


def test_a_template_with_a_field_that_there_is_not_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match=re.escape("there is no field {pmid}, but {pmcid} and {filename}")):
        Settings(image_url="https://images.example/{pmid}/{filename}").check()


def test_a_template_that_gives_all_images_one_iri_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("gives all images one IRI: it has no field {filename}")):
        Settings(image_url="https://images.example/{pmcid}").check()
