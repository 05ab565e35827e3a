"""The cache of what figures share: the same bytes with it and without, and only what changed described again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from builders import block, table
from conversions import Conversion, converted, mixed_database, small_database, small_record
from pfocr_rdf import Settings, descriptions
from pfocr_rdf.cache import open_parts, part_key
from pfocr_rdf.descriptions import entity_parts
from pfocr_rdf.diagnostics import Diagnostic
from pfocr_rdf.entities import Contribution, Entities
from pfocr_rdf.terms import Term
from pfocr_rdf.workers import process_runner

FORMATS = ("turtle", "ntriples")
FIGIDS = [f"PMC{number}__a" for number in range(1, 131)]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A hundred and thirty papers, each with one figure, and genes from 1 to 260."""
    folder = small_database(tmp_path / "database", [])
    for number, figid in enumerate(FIGIDS):
        write(folder, figid, journal_title="Cell" if number % 2 else "Nature")
        genes(folder, figid, number + 1, 2 * number + 1)
    return folder


def write(folder: Path, figid: str, file: str = "", **values: object) -> None:
    (folder / "_figures" / f"{file or figid}.md").write_bytes(small_record(figid, **values))


def genes(folder: Path, figid: str, *ids: int, symbol: str = "S{}") -> None:
    rows = [
        ("9606", "Homo sapiens", "Primates", "w", "W", symbol.format(n), str(n), "ncbigene_symbol", "1", "1", "1")
        for n in ids
    ]
    (folder / "_data" / f"{figid}-genes.tsv").write_bytes(table("gene", *rows))


@contextmanager
def counting() -> Iterator[list[str]]:
    """Give a list that takes the papers, journals, genes, chemicals and diseases that are described meanwhile."""
    described: list[str] = []

    def counted(function: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def call(*arguments: Any) -> list[Any]:
            group = function(*arguments)
            described.append(group[0][0])
            return group

        return call

    with mock.patch.multiple(
        descriptions,
        _paper_group=counted(vars(descriptions)["_paper_group"]),
        _journal_group=counted(vars(descriptions)["_journal_group"]),
        _term_group=counted(vars(descriptions)["_term_group"]),
    ):
        yield described


def warm(folder: Path, cache: Path, **options: Any) -> list[str]:
    """Convert with a cache, compare with what comes without one, and give what was described meanwhile."""
    expected = converted(folder, **options)
    with counting() as described:
        assert converted(folder, cache=cache, **options) == expected
    return described


def packs(cache: Path, format: str = "ntriples") -> dict[str, bytes]:
    """Give the packs of what figures share."""
    folder = open_parts(str(cache), settings=Settings(), format=format).packs.folder
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.pack")}


# ------------------------------------------------------------------------------------------------- the same bytes


@pytest.mark.parametrize("format", FORMATS)
def test_a_warm_run_describes_nothing(database: Path, tmp_path: Path, format: str) -> None:
    assert len(warm(database, tmp_path / "cache", format=format)) > 300
    assert warm(database, tmp_path / "cache", format=format) == []
    assert warm(database, tmp_path / "cache", format=format, size=7, run=process_runner(2)) == []


def test_formats_and_settings_do_not_disturb_each_other(database: Path, tmp_path: Path) -> None:
    ways = [
        {"format": format, "settings": settings}
        for format in FORMATS
        for settings in (Settings(), Settings(schema_org="https"))
    ]
    for way in ways:
        assert warm(database, tmp_path / "cache", **way) != []
    for way in ways:
        assert warm(database, tmp_path / "cache", **way) == []


def test_what_is_changed_in_a_figure_alone_describes_nothing_again(database: Path, tmp_path: Path) -> None:
    warm(database, tmp_path / "cache")
    write(database, FIGIDS[7], journal_title="Cell", caption="Another caption.")
    assert warm(database, tmp_path / "cache") == []


def test_one_gene_more_describes_its_part_and_no_other(database: Path, tmp_path: Path) -> None:
    warm(database, tmp_path / "cache")
    genes(database, FIGIDS[29], 30, 59, 110)
    described = warm(database, tmp_path / "cache")
    assert {iri.rpartition("/")[2] for iri in described} <= {f"{n}>" for n in range(101, 126)}
    assert "<https://identifiers.org/ncbigene/110>" in described
    assert warm(database, tmp_path / "cache") == []


def test_one_paper_more_describes_its_part_and_the_journals(database: Path, tmp_path: Path) -> None:
    warm(database, tmp_path / "cache")
    write(database, "PMC40__b", journal_title="Cell")
    described = warm(database, tmp_path / "cache")
    papers = [iri for iri in described if "PMC" in iri]
    assert papers == described  # what papers say of journals is the same as before
    assert len(papers) == 25
    assert sum("PMC40" in iri for iri in papers) == 1
    write(database, "PMC500__a", journal_title="Science")
    assert [iri for iri in warm(database, tmp_path / "cache") if "PMC" not in iri] != []
    assert warm(database, tmp_path / "cache") == []


def test_the_order_of_figures_that_do_not_agree_is_part_of_what_they_tell(tmp_path: Path) -> None:
    """Files are renamed, so that the same figures, telling the same, come in another order."""
    folder = small_database(tmp_path / "database", [])
    for figid, symbol, title in (("PMC1__a", "A", "T"), ("PMC1__b", "B", ""), ("PMC1__c", "A", "T")):
        write(folder, figid, papertitle=title)
        genes(folder, figid, 7157, symbol=symbol)
    warm(folder, tmp_path / "cache")
    for name in ("_figures/PMC1__{}.md", "_data/PMC1__{}-genes.tsv"):
        (folder / name.format("b")).rename(folder / name.format("d"))
    assert len(warm(folder, tmp_path / "cache")) == 2
    assert warm(folder, tmp_path / "cache") == []


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_after_any_changes_a_warm_run_gives_what_a_run_without_a_cache_gives(
    database: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    format = FORMATS[seed % 2]

    def change() -> None:
        figid = chance.choice(FIGIDS[:40])
        record, companion = database / "_figures" / f"{figid}.md", database / "_data" / f"{figid}-genes.tsv"
        kind = chance.randrange(6)
        if kind == 0:
            genes(database, figid, *chance.sample(range(1, 300), 3), symbol=chance.choice(("S{}", "Z{}", "S{}\x1fx")))
        elif kind == 1:
            write(database, figid, papertitle=chance.choice(("A title", "Another")), journal_title="Cell")
        elif kind == 2:
            write(database, f"{figid[:-1]}b", journal_title=chance.choice(("Cell", "Blood")), year="2020")
        elif kind == 3:
            record.unlink(missing_ok=True)
        elif kind == 4:
            companion.unlink(missing_ok=True)
        elif record.exists():
            record.rename(record.with_name(f"PMC{chance.randrange(900)}__{figid}.md"))

    for _ in range(8):
        for _ in range(chance.randrange(1, 6)):
            change()
        warm(database, tmp_path / "cache", format=format)
    assert warm(database, tmp_path / "cache", format=format, size=11) == warm(
        database, tmp_path / "cache", format=format, run=process_runner(2)
    )


# ----------------------------------------------------------------------------------------------- what is not kept


def test_what_is_wrong_with_shared_things_is_reported_by_every_run(database: Path, tmp_path: Path) -> None:
    write(database, "PMC40__b", papertitle="One", journal_title="Cell")
    write(database, "PMC40__c", papertitle="Two", journal_title="Cell")
    cache = tmp_path / "cache"
    for _ in range(3):
        described = warm(database, cache)
        assert converted(database, cache=cache).codes["paper-differs"] == 1
    assert {"PMC40>"} <= {iri.rpartition("/")[2].rpartition(":")[2] for iri in described}
    assert len(described) <= 25  # its neighbours alone


def test_titles_of_journals_that_differ_are_reported_by_every_run(database: Path, tmp_path: Path) -> None:
    for figid, title in (("PMC40__a", "The Cell"), ("PMC41__a", "Cell")):
        write(database, figid, journal_title=title, journal_nlm_ta="Cell")
    for _ in range(3):
        warm(database, tmp_path / "cache")
        assert converted(database, cache=tmp_path / "cache").codes["journal-differs"] == 1


def test_a_mixed_database_gives_the_same_every_time(tmp_path: Path) -> None:
    folder = mixed_database(tmp_path / "database")
    runs: list[Conversion] = [converted(folder, cache=tmp_path / "cache", size=size) for size in (64, 7, 16)]
    assert runs == [converted(folder)] * 3


def test_where_records_tell_of_yet_other_things_nothing_is_kept(database: Path, tmp_path: Path) -> None:
    other = {"@id": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC40/", "@type": "WebPage", "name": "A page"}
    identity = block(id="https://pfocr.wikipathways.org/figures/PMC40__a.html", mainEntityOfPage=other)
    (database / "_figures" / "PMC40__a.md").write_bytes(small_record("PMC40__a", **{"schema-jsonld": identity}))
    for _ in range(2):
        assert len(warm(database, tmp_path / "cache")) > 300
        assert packs(tmp_path / "cache") == {}
    write(database, "PMC40__a")
    warm(database, tmp_path / "cache")
    assert packs(tmp_path / "cache") != {}


# ------------------------------------------------------------------------------------------------------ the packs


def test_a_damaged_part_is_described_anew(database: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    warm(database, cache)
    before = packs(cache)
    assert before
    (folder,) = {path.parent for path in cache.glob("*/*.pack") if path.name in before}
    for name, content in before.items():
        for place in (3, 60, len(content) // 2, len(content) - 2):
            damaged = bytearray(content)
            damaged[place] ^= 1
            (folder / name).write_bytes(damaged)
            assert warm(database, cache) != []
            assert packs(cache) == before


def test_the_parts_of_the_last_run_are_kept_and_no_others(database: Path, tmp_path: Path) -> None:
    warm(database, tmp_path / "cache")
    first = packs(tmp_path / "cache")
    genes(database, FIGIDS[29], 30, 59, 110)
    warm(database, tmp_path / "cache")
    second = packs(tmp_path / "cache")
    warm(database, tmp_path / "fresh")
    assert second == packs(tmp_path / "fresh") != first
    for figid in FIGIDS[1:]:
        (database / "_figures" / f"{figid}.md").unlink()
    warm(database, tmp_path / "cache")
    assert not packs(tmp_path / "cache").keys() & (first.keys() | second.keys())


def test_packs_that_cannot_be_deleted_do_no_harm(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(database, tmp_path / "cache")
    genes(database, FIGIDS[29], 30, 59, 110)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refused)
        warm(database, tmp_path / "cache")
    assert warm(database, tmp_path / "cache") == []


def test_a_journal_is_that_of_the_first_figid_though_only_figids_have_changed(tmp_path: Path) -> None:
    figures = tmp_path / "database" / "_figures"
    figures.mkdir(parents=True)

    def put(figid: str, journal: str) -> None:
        (figures / f"{figid}.md").write_bytes(small_record(figid, journal_title=journal))

    put("PMC1__b", "Two")
    put("PMC1__a", "One")
    assert b"journal/One> " in converted(figures.parent, cache=tmp_path / "cache").output
    (figures / "PMC1__a.md").unlink()
    put("PMC1__c", "One")
    given = converted(figures.parent, cache=tmp_path / "cache")
    assert b"journal/Two> " in given.output
    assert given == converted(figures.parent)


# ----------------------------------------------------------------------------------------------------------- keys


def test_the_key_of_a_part_is_of_texts_and_figures_each_for_itself() -> None:
    figures = [b"<a:a>", b"<a:b>"]
    tellings = [
        [("ab", [0])],
        [("ab", [1])],
        [("ab", [0, 1])],
        [("ab", [1, 0])],
        [("a", [0]), ("b", [0])],
        [("a", []), ("b", [0])],
        [("", []), ("ab", [0])],
        [("ab", [0]), ("", [])],
        [("a\ud800", [0])],
    ]
    assert len({part_key(told, figures) for told in tellings}) == len(tellings)
    assert part_key([("ab", [0])], figures) == part_key([("ab", (0,))], figures)


def test_parts_together_are_what_all_is(database: Path) -> None:
    entities = Entities()
    for number in range(300):
        terms = (f"1\tEntrez Gene\t{number}\t9606\tS{number}", f"1\tEntrez Gene\t{number % 7}\t9606\tT")
        figid = f"PMC{number}__a"
        paper = f'["PMC{number}",null,null,null,null,null,null,[]]'
        entities.add(Contribution(figid, Term(f"<a:{figid}>"), "f", paper, terms, ()))
    found: list[Diagnostic] = []
    parts = list(entity_parts(entities))
    assert len(parts) > 20
    told = [packed for part in parts for packed, _ in part.told() if packed]
    assert {packed for packed in told if packed[0] == "1"} == {packed for packed, _ in entities.terms()}
    groups = [group for part in parts for group in part.describe(entities, Settings(), found.append)]
    assert groups == list(descriptions.entity_groups(entities, settings=Settings(), report=found.append))
    assert len(groups) == 300 + 300 + 1
    assert found == []
