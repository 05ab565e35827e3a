"""The cache of checks: a re-run checks only what changed, and finds what a run without a cache finds, in its order."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import pfocr_rdf
from builders import block
from conversions import mixed_database, small_database, small_record
from pfocr_rdf import Settings
from pfocr_rdf.cache import open_cache, open_checks
from pfocr_rdf.checking import Check, Result
from pfocr_rdf.conversion import convert_databases
from pfocr_rdf.database import open_input
from pfocr_rdf.groups import Group
from pfocr_rdf.mapping import DEFAULTS
from pfocr_rdf.organisms import Taxonomy
from pfocr_rdf.shapefiles import read_shapes
from pfocr_rdf.validation import Validation
from pfocr_rdf.workers import in_order, process_runner


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Some sixty records, of which some are broken or stand twice, and one has neither title nor caption."""
    folder = mixed_database(tmp_path / "database")
    (folder / "_figures" / "PMC9__bare.md").write_bytes(small_record("PMC9__bare", figtitle="", year="2001"))
    return folder


def checked(
    folder: Path,
    cache: Path | None = None,
    *,
    format: str = "ntriples",
    workers: int = 1,
    settings: Settings = DEFAULTS,
    taxonomy: Taxonomy | None = None,
    **options: Any,
) -> tuple[list[Result], dict[str, Any]]:
    """Convert and check; give what the shapes found, and the numbers."""
    results: list[Result] = []
    check = Check(read_shapes().spelled(settings.schema.namespace), **options)
    if cache is not None:
        check = replace(check, kept=open_checks(str(cache), check))
    run = partial(in_order, workers=workers) if workers > 1 else None
    validation = Validation(check, results.append, run=run)
    convert_databases(
        [open_input(str(folder), report=lambda _: None, taxonomy=taxonomy)],
        write=lambda _: None,
        settings=settings,
        format=format,
        report=lambda _: None,
        run=process_runner(workers),
        size=16,
        cache_for=None
        if cache is None
        else lambda names: open_cache(str(cache), organisms=names, settings=settings, format=format),
        validation=validation,
    )
    verdict = validation.verdict
    return results, {"figures": verdict.figures, "triples": verdict.triples, "results": verdict.results}


@contextmanager
def counting() -> Iterator[list[str]]:
    """Give a list that takes the first subjects of the groups that are checked meanwhile."""
    subjects: list[str] = []
    each = Check._each

    def counted(self: Check, groups: Iterable[Group]) -> Any:
        listed = list(groups)
        subjects.extend(group[0][0] for group in listed)
        return each(self, listed)

    with mock.patch.object(Check, "_each", counted):
        yield subjects


@pytest.mark.parametrize(
    ("engine", "format"),
    [
        ("pyshacl", "turtle"),
        pytest.param("pyshacl", "ntriples", marks=pytest.mark.slow),
        ("turbo", "ntriples"),
        pytest.param("turbo", "turtle", marks=pytest.mark.slow),
    ],
)
def test_a_cold_and_a_warm_run_find_what_a_run_without_a_cache_finds(
    database: Path, tmp_path: Path, format: str, engine: str
) -> None:
    if engine == "turbo":
        pytest.importorskip("pyshacl_turbo", reason="the extra turbo is not installed")
    expected = checked(database, format=format, engine=engine)
    assert len(expected[0]) > 20
    assert expected[1]["figures"] > 50
    for _ in range(2):
        assert checked(database, tmp_path / "cache", format=format, engine=engine) == expected


def test_a_warm_run_checks_nothing(database: Path, tmp_path: Path) -> None:
    with counting() as subjects:
        checked(database, tmp_path / "cache")
        assert len(subjects) > 100
        subjects.clear()
        checked(database, tmp_path / "cache")
        assert subjects == []


def test_only_what_changed_is_checked_again(database: Path, tmp_path: Path) -> None:
    checked(database, tmp_path / "cache")
    path = sorted((database / "_figures").glob("PMC80*"))[7]
    path.write_bytes(path.read_bytes().replace(b"\nfigtype: Figure", b"\nfigtype: Scheme"))
    expected = checked(database)
    with counting() as subjects:
        assert checked(database, tmp_path / "cache") == expected
    assert subjects == [f"<https://pfocr.wikipathways.org/figures/{path.stem}.html>"]
    assert checked(database, tmp_path / "cache") == expected


def test_a_record_that_goes_takes_its_results_along(database: Path, tmp_path: Path) -> None:
    checked(database, tmp_path / "cache")
    for path in sorted((database / "_figures").glob("PMC80*"))[::5]:
        path.unlink()
    assert checked(database, tmp_path / "cache") == checked(database)


def test_workers_keep_and_recall_what_this_process_does(database: Path, tmp_path: Path) -> None:
    expected = checked(database)
    assert checked(database, tmp_path / "cache", workers=2) == expected
    with counting() as subjects:
        assert checked(database, tmp_path / "cache") == expected
    assert subjects == []
    assert checked(database, tmp_path / "cache", workers=2) == expected


@pytest.mark.slow
def test_other_shapes_are_other_results(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(database, tmp_path / "cache")
    shapes = read_shapes()
    fewer = replace(shapes, node=shapes.node.replace(b"caption given", b"caption there"))
    monkeypatch.setitem(globals(), "read_shapes", lambda: fewer)
    results, _ = checked(database, tmp_path / "cache")
    assert results == checked(database)[0]
    assert any("caption there" in result.name for result in results)


# ------------------------------------------------------------------------------------ what a record does not say


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Three records: of an organism that the package does not know, with an image, and with a block to repair."""
    folder = small_database(tmp_path / "few", [])
    wrong = block(id="https://pfocr.wikipathways.org/figures/PMC3__a.html", name="CreativeWork", creator={"@id": ""})
    for figid, values in (
        ("PMC1__a", {"organisms": ["Imaginaria ficta"]}),
        ("PMC2__a", {"filename": "a.jpg"}),
        ("PMC3__a", {"schema-jsonld": wrong}),
    ):
        (folder / "_figures" / f"{figid}.md").write_bytes(small_record(figid, **values))
    return folder


WAYS: dict[str, dict[str, Any]] = {
    "image URL": {"settings": Settings(image_url="ftp://images.example.org/{pmcid}/{filename}")},
    "as is": {"settings": Settings(as_is=True)},
    "schema.org": {"settings": Settings(schema_org="https")},
    "date": {"settings": Settings(created_on="2026-01-31")},
    "taxonomy": {"taxonomy": Taxonomy.from_lines([b"7\t|\tImaginaria ficta\t|\t\t|\tscientific name\t|\n"])},
}


@pytest.mark.parametrize("format", ["ntriples", "turtle"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_runs_with_other_options_do_not_take_each_other_s_results(
    few: Path, tmp_path: Path, format: str, way: dict[str, Any]
) -> None:
    usual, other = checked(few, format=format), checked(few, format=format, **way)
    assert other != usual
    for _ in range(2):
        assert checked(few, tmp_path / "cache", format=format) == usual
        assert checked(few, tmp_path / "cache", format=format, **way) == other


def test_other_organism_pages_are_other_results_of_the_records_that_they_are_about(few: Path, tmp_path: Path) -> None:
    page = few / "_organisms" / "ficta.md"
    page.parent.mkdir()
    found = []
    for taxon in ("", "7", "8", ""):
        page.unlink(missing_ok=True)
        if taxon:
            page.write_text(f'---\nlatin: "Imaginaria ficta"\nncbi: "{taxon}"\n\n---\n')
        with counting() as subjects:
            found.append(checked(few, tmp_path / "cache"))
        assert found[-1] == checked(few)
        assert not any("PMC2__a" in subject for subject in subjects) or len(found) == 1
    assert found[0] == found[3] != found[1]


def test_formats_do_not_take_each_other_s_results(few: Path, tmp_path: Path) -> None:
    expected = checked(few)
    for format in ("turtle", "ntriples", "turtle", "ntriples"):
        assert checked(few, tmp_path / "cache", format=format) == expected


def test_damaged_results_are_made_anew(database: Path, tmp_path: Path) -> None:
    expected = checked(database, tmp_path / "cache")
    for pack in (tmp_path / "cache").glob("*/*.pack"):
        content = bytearray(pack.read_bytes())
        for index in range(100, len(content), 997):
            content[index] ^= 1
        pack.write_bytes(content)
    assert checked(database, tmp_path / "cache") == expected
    with counting() as subjects:
        assert checked(database, tmp_path / "cache") == expected
    assert subjects == []


@pytest.mark.slow
def test_things_of_another_shape_are_made_anew(database: Path, tmp_path: Path) -> None:
    checked(database, tmp_path / "cache")
    expected = checked(database)
    check = Check(read_shapes().spelled(Settings().schema.namespace))
    packs = open_checks(str(tmp_path / "cache"), check).packs
    keys = [
        pack.read_bytes()[40 + 32 * row : 56 + 32 * row] for pack in Path(packs.folder).glob("*.pack") for row in (0, 1)
    ]
    result = '["Info","s","n","m","f","","","","",""]'
    wrongs = (
        *("", "{}", "[1,2,3,4,5]", "[[[]],[],[],1,1]", "[[],[],[[1]],0,0]", "[" * 99999, f"[[],[],[],{'9' * 5000},1]"),
        *("[[],[],[],Infinity,1]", "[[],[],[],NaN,1]", "[[],[],[],-1,1]", "[[],[[Infinity,1]],[],1,1]"),
        *("[[],[[1,1e99]],[],1,1]", f"[[],[[{2**80},1]],[],1,1]", "[[],[[-1,1]],[],1,1]", "[[],[[1]],[],1,1]"),
        *("[[],[],[[1,1,1]],1,1]", '[[],[],[["",1,""]],1,1]', '[[],[],[["<a:a>",-1,"<a:b>"]],1,1]'),
        *(
            f"[[[{result},1,true]],[],[],1,1]",
            f"[[[{result},[],true]],[],[],1,1]",
            f'[[[{result},"x",true]],[],[],1,1]',
        ),
        *(f'[[[{of},"<a:b>",true]],[],[],1,1]' for of in ("[1,1,1,1,1,1,1,1,1,1]", '["Info","s"]', "{}", "null")),
        f'[[[{result.replace("Info", chr(92) + "ud800")},"<a:b>",true]],[],[],1,1]',
    )
    for wrong in map(str.encode, wrongs):
        shutil.rmtree(packs.folder)
        packs.put(dict.fromkeys(keys, wrong))
        assert checked(database, tmp_path / "cache") == expected


def test_the_command_writes_the_same_with_a_cache(database: Path, tmp_path: Path) -> None:
    for name, cache in (("plain", None), ("cold", tmp_path / "cache"), ("warm", tmp_path / "cache")):
        pfocr_rdf.convert(
            [database], tmp_path / f"{name}.ttl", report_file=tmp_path / f"{name}.report", cache=cache, validate=True
        )
    for name in ("cold", "warm"):
        for ending in ("ttl", "report"):
            assert (tmp_path / f"{name}.{ending}").read_bytes() == (tmp_path / f"plain.{ending}").read_bytes()
