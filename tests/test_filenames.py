"""Names of files from figids."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfocr_rdf.pages.filenames import LONGEST, file_stems


@pytest.mark.parametrize("figid", ["PMC1__a", "PMC100003__mb2410470011", "PMC5__a.b-c_d.e"])
def test_a_usual_figid_is_its_own_name(figid: str) -> None:
    assert file_stems([figid]) == {figid: figid}


@pytest.mark.parametrize(
    "figid", ["../../etc/passwd", "..", ".", "", "/a", "a\\b", "a:b", "con", "NUL.x", "a\0b", "é/\u202e"]
)
def test_an_odd_figid_gives_a_name_within_its_folder(figid: str) -> None:
    (stem,) = file_stems([figid]).values()
    for name in (f"{stem}.html", f"{stem}.ttl"):
        assert PurePosixPath(name).name == name
        assert PureWindowsPath(name).name == name
        assert not name.startswith(".")
    assert re.fullmatch(r"[A-Za-z0-9_.%~-]+", stem)
    assert stem.partition(".")[0].lower() not in ("con", "nul")


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    stems = file_stems(["PMC1__A", "PMC1__a", "PMC1__b"])
    assert stems["PMC1__A"] == "PMC1__A"
    assert stems["PMC1__b"] == "PMC1__b"
    assert len({stem.lower() for stem in stems.values()}) == 3


def test_a_long_figid_is_cut_and_still_its_own(tmp_path: Path) -> None:
    stems = file_stems([f"PMC1__{'x' * 400}{end}" for end in "ab"])
    assert len(set(stems.values())) == 2
    for stem in stems.values():
        assert len(stem) <= LONGEST
        (tmp_path / f"{stem}.jsonld").touch()


@given(st.lists(st.text(max_size=300)))
def test_no_two_figids_share_a_name(figids: list[str]) -> None:
    stems = file_stems(figids)
    assert set(stems) == set(figids)
    assert len({stem.lower() for stem in stems.values()}) == len(stems)
    assert all(re.fullmatch(rf"[A-Za-z0-9_.%~-]{{1,{LONGEST}}}", stem) for stem in stems.values())


@given(st.permutations(["PMC1__A", "PMC1__a", "PMC1__aA", "PMC1__Aa", "x/y"]))
def test_the_order_of_the_figids_does_not_matter(figids: list[str]) -> None:
    assert file_stems(figids) == file_stems(sorted(figids))
