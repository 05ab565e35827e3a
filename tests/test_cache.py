"""The cache: the same bytes with it and without, and only what changed converted again."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from types import ModuleType
from typing import Any

import pyoxigraph
import pytest
import yaml
from pyld import jsonld
from yaml import _yaml as libyaml

import pfocr_rdf.cache
import pfocr_rdf.packs
from caches import FIGIDS, FORMATS, GENES, counting, names, opened, packs, shared_results, six_records, warm, write
from checkouts import Checkout
from commands import convert, inside
from conversions import converted, small_database, small_record
from pfocr_rdf import Settings, conversion
from pfocr_rdf.cache import CacheError, cache_size, clear_cache, open_cache
from pfocr_rdf.mapping import DEFAULTS
from pfocr_rdf.mentions import KINDS, Kind
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.record import RecordBytes
from pfocr_rdf.workers import process_runner


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Six small records; the first has companions, the second is of an organism with a page."""
    return six_records(tmp_path / "database")


# ------------------------------------------------------------------------------------------------- the same bytes


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_cold_and_a_warm_run_give_what_a_run_without_a_cache_gives(
    mixed: Path, tmp_path: Path, format: str, workers: int
) -> None:
    expected = converted(mixed, format=format)
    for size in (64, 7, 16):
        again = converted(mixed, format=format, cache=tmp_path, size=size, run=process_runner(workers))
        assert again == expected


def test_the_command_gives_the_same_files_with_a_cache(mixed: Path, tmp_path: Path) -> None:
    for name, more in (("a", ()), ("b", ("--cache", tmp_path / "c")), ("c", ("--cache", tmp_path / "c", "-j", "2"))):
        folder = tmp_path / f"run-{name}"
        folder.mkdir()
        done = convert(mixed, "-o", folder / "x.ttl", "--report", folder / "report", "-q", *more)
        assert done.returncode == 1
    first, *others = ([path.read_bytes() for path in sorted(tmp_path.glob(f"run-{name}/*"))] for name in "abc")
    assert others == [first, first]


def test_a_run_reads_where_results_are_once(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which takes time with many of them."""
    inputs = [database / "_figures" / f"{figid}.md" for figid in FIGIDS]
    pfocr_rdf.convert(inputs, tmp_path / "x.nt", cache=tmp_path / "cache")
    read: list[str] = []
    files = vars(pfocr_rdf.packs)["pack_files"]

    def counted(folder: str) -> Any:
        read.append(folder)
        return files(folder)

    monkeypatch.setattr(pfocr_rdf.packs, "pack_files", counted)
    pfocr_rdf.convert(inputs, tmp_path / "x.nt", cache=tmp_path / "cache")
    assert len(read) == len(set(read)) == 2  # of records, and of what they share


def test_a_warm_run_maps_nothing(database: Path, tmp_path: Path) -> None:
    assert warm(database, tmp_path / "cache") == FIGIDS
    assert warm(database, tmp_path / "cache") == []
    assert warm(database, tmp_path / "cache", size=2) == []


@pytest.mark.parametrize("symbol", ["TP\x1f53", "\x1f", "\x1f\x1f", "β-TP53", ""])
def test_any_label_is_kept_as_it_stands(database: Path, tmp_path: Path, symbol: str) -> None:
    """Terms are kept with a separator between them, which a label may hold."""
    row = "9606\tHomo sapiens\tPrimates\tmdm2\tMDM2\tMDM2\t4193\tncbigene_symbol\t1\t1\t1\n"
    write(database, "_data/PMC1__a-genes.tsv", GENES.replace("TP53", symbol) + row)
    assert warm(database, tmp_path / "cache") == FIGIDS
    assert warm(database, tmp_path / "cache") == []


def test_what_is_wrong_in_a_record_is_reported_again_by_a_warm_run(mixed: Path, tmp_path: Path) -> None:
    cold = converted(mixed, cache=tmp_path)
    with counting() as parsed:
        assert converted(mixed, cache=tmp_path) == cold
    assert set(parsed) == {"A", "Z"}  # what gives no figure is not kept
    assert len(cold.report.splitlines()) > 100


def test_the_figures_and_the_settings_of_one_run_are_the_other_s_bystanders(database: Path, tmp_path: Path) -> None:
    """Runs in other formats and settings share a folder and do not disturb each other."""
    cache = tmp_path / "cache"
    ways: list[dict[str, Any]] = [
        {"format": name, "settings": settings}
        for name in FORMATS
        for settings in (Settings(), Settings(as_is=True), Settings(schema_org="https"))
    ]
    for way in ways:
        assert warm(database, cache, **way) == FIGIDS
    for way in ways:
        assert warm(database, cache, **way) == []


# --------------------------------------------------------------------------------------------------- what changed

Change = Callable[[Path], None]


def touched(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))


def removed(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def written(name: str, content: str | bytes) -> Change:
    return lambda folder: write(folder, name, content)


def renamed(old: str, new: str) -> Change:
    def rename(folder: Path) -> None:
        (folder / old).rename(folder / new)

    return rename


@pytest.mark.parametrize(
    ("change", "anew"),
    [
        pytest.param(touched, [], id="nothing but times"),
        pytest.param(written("_figures/PMC3__a.md", small_record("PMC3__a", year="2020")), ["PMC3__a"], id="record"),
        pytest.param(written("_figures/PMC9__a.md", small_record("PMC9__a")), ["PMC9__a"], id="new record"),
        pytest.param(removed("_figures/PMC3__a.md"), [], id="record gone"),
        pytest.param(renamed("_figures/PMC3__a.md", "_figures/PMC3__b.md"), ["PMC3__b"], id="record renamed"),
        pytest.param(written("_data/PMC1__a-genes.tsv", GENES + "\n"), ["PMC1__a"], id="companion"),
        pytest.param(written("_data/PMC4__a-genes.tsv", GENES), ["PMC4__a"], id="new companion"),
        pytest.param(removed("_data/PMC1__a-genes.tsv"), ["PMC1__a"], id="companion gone"),
        pytest.param(
            renamed("_data/PMC1__a-diseases.tsv", "_data/PMC1__a-chemicals.tsv"), ["PMC1__a"], id="companion's kind"
        ),
        pytest.param(
            written("_data/wpid_map.tsv", "PMC1__a\tWP2\nPMC5__a\tWP1\n"), ["PMC1__a", "PMC5__a"], id="wpid map"
        ),
        pytest.param(written("_data/wpid_map.tsv", "PMC1__a\tWP1\nPMC77__a\tWP3\n"), [], id="others in the wpid map"),
        pytest.param(removed("_data/wpid_map.tsv"), ["PMC1__a"], id="wpid map gone"),
        pytest.param(
            written("_data/ndex_map.tsv", "PMC6__a\t00000000-0000-4000-8000-000000000001\n"), ["PMC6__a"], id="ndex map"
        ),
        pytest.param(
            written("_organisms/aedes.md", '---\nlatin: "Aedes aegypti"\nncbi: "1"\n---\n'), FIGIDS, id="organism page"
        ),
        pytest.param(removed("_organisms/aedes.md"), FIGIDS, id="organism page gone"),
    ],
)
@pytest.mark.parametrize("format", FORMATS)
def test_only_what_changed_is_converted_again(
    database: Path, tmp_path: Path, change: Change, anew: list[str], format: str
) -> None:
    warm(database, tmp_path / "cache", format=format)
    change(database)
    assert warm(database, tmp_path / "cache", format=format) == anew
    assert warm(database, tmp_path / "cache", format=format) == []


@pytest.mark.parametrize(
    "settings",
    [
        Settings(as_is=True),
        Settings(schema_org="https"),
        Settings(image_url="https://images.example.org/{pmcid}/{filename}"),
        Settings(created_on="2026-01-31"),
    ],
)
def test_other_settings_are_other_results(database: Path, tmp_path: Path, settings: Settings) -> None:
    warm(database, tmp_path / "cache")
    assert warm(database, tmp_path / "cache", settings=settings) == FIGIDS


def test_another_converter_gives_other_results(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm(database, tmp_path / "cache")
    monkeypatch.setattr(pfocr_rdf.cache, "converter_digest", lambda: b"a later version")
    assert warm(database, tmp_path / "cache") == FIGIDS


def test_the_converter_is_known_by_its_modules_and_its_data() -> None:
    digest = pfocr_rdf.cache.converter_digest
    assert digest() == digest.__wrapped__() != blake2b(pfocr_rdf.__version__.encode(), digest_size=16).digest()


def test_ids_of_a_map_are_not_run_together(database: Path, tmp_path: Path) -> None:
    for rows in ("PMC1__a\tWP1\0WP2\n", "PMC1__a\tWP1\nPMC1__a\tWP2\n", "PMC1__a\tWP1\0\0WP2\n"):
        write(database, "_data/wpid_map.tsv", rows)
        assert "PMC1__a" in warm(database, tmp_path / "cache")


def test_the_key_of_a_record_is_of_each_of_its_parts_for_itself(database: Path, tmp_path: Path) -> None:
    def content(
        stem: str = "",
        data: bytes = b"",
        wpids: Sequence[str] = (),
        ndex: Sequence[str] = (),
        tables: Mapping[Kind, bytes] | None = None,
    ) -> RecordBytes:
        companions = {kind: ("a.tsv", table) for kind, table in (tables or {}).items()}
        return RecordBytes("a.md", data, companions, tuple(wpids), tuple(ndex), stem)

    ids = ("a", "b", ["ab"], ["a\0b"], ["a", "b"], ["b", "a"], ["a", "", "b"], ["", "a"], [""], ["1", "a"], ["0"])
    contents = [
        content(),
        *(content(stem) for stem in ("a", "b", "a\0", "a\0b", "a\0\0b", "\0", "\0a", "a\udcff")),
        *(content(data=data) for data in (b"a", b"b", b"\0", b"a" + bytes(8), b"gene")),
        *(content(wpids=some) for some in ids),
        *(content(ndex=some) for some in ids),
        *(content(wpids=some, ndex=some) for some in ids),
        *(content("a", wpids=["b"]), content("a", ndex=["b"]), content("a", b"b"), content("b", b"a")),
        *(content(tables={kind: table}) for kind in KINDS for table in (b"", b"a", b"gene" + bytes(8))),
        *(content(tables={"gene": gene, "disease": disease}) for gene, disease in ((b"a", b""), (b"", b"a"))),
        content(tables={"gene": b"a", "chemical": b""}),
    ]
    key = opened(database, tmp_path / "cache").key
    assert len({key(content) for content in contents}) == len(contents)
    assert [key(replace(content, file="b.md")) for content in contents] == [key(content) for content in contents]


def test_the_names_of_modules_are_a_part_of_the_converter(tmp_path: Path) -> None:
    digests = []
    for name in ("aa.py", "ab.py"):
        package = tmp_path / name / "pfocr_rdf"
        shutil.copytree(Path(pfocr_rdf.__file__).parent, package)
        (package / name).touch()
        command = "from pfocr_rdf.cache import converter_digest; print(converter_digest().hex())"
        digests.append(subprocess.check_output([sys.executable, "-c", command], cwd=package.parent))
    assert digests[0] != digests[1]


@pytest.mark.parametrize(
    ("module", "name", "other"),
    [
        (pfocr_rdf.cache, "__version__", "0.0.1"),
        (sys, "version", "3.99.1 (main)"),
        (pyoxigraph, "__version__", "0.0.1"),
        (jsonld, "__version__", "0.0.1"),
        (yaml, "__version__", "0.0.1"),
        (libyaml, "get_version_string", lambda: "0.0.1"),
    ],
)
def test_another_version_of_what_the_converter_stands_on_is_another_converter(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, other: object
) -> None:
    digest = pfocr_rdf.cache.converter_digest.__wrapped__
    before = digest()
    monkeypatch.setattr(module, name, other)
    assert digest() != before
    assert digest() == digest()


def test_a_taxonomy_is_part_of_what_a_result_depends_on(checkout: Checkout, tmp_path: Path) -> None:
    checkout.record("organisms: Imaginaria ficta")
    names = tmp_path / "names.dmp"
    found = []
    for content in (None, "7\t|\tImaginaria ficta\t|\t\t|\tscientific name\t|\n", "8\t|\tA\t|\t\t|\tsynonym\t|\n"):
        if content is not None:
            names.write_text(content)
        taxonomy = names if content else None
        given = checkout.convert(cache=tmp_path / "cache", taxonomy=taxonomy)
        assert given == checkout.convert(taxonomy=taxonomy)
        found.append({str(triple.object) for triple in given if "organism" in str(triple.predicate)})
    assert found[0] != found[1] != found[2] == found[0]


def test_a_duplicate_is_left_out_with_a_warm_cache_and_kept_without_its_double(tmp_path: Path) -> None:
    folder = small_database(tmp_path / "database", FIGIDS)
    write(folder, "_figures/PMC2__b.md", small_record("PMC2__a", figtitle="Another"))
    for size in (1, 3, 100):
        warm(folder, tmp_path / "cache", size=size)
    (folder / "_figures" / "PMC2__a.md").unlink()
    assert warm(folder, tmp_path / "cache") == []


def test_a_database_that_has_moved_with_its_cache_is_reported_under_its_new_name(
    database: Path, tmp_path: Path
) -> None:
    cold = converted(database, cache=tmp_path / "cache")
    shutil.move(database, tmp_path / "elsewhere")
    shutil.move(tmp_path / "cache", tmp_path / "its-cache")
    assert warm(tmp_path / "elsewhere", tmp_path / "its-cache") == []
    moved = converted(tmp_path / "elsewhere", cache=tmp_path / "its-cache")
    assert moved.output == cold.output
    assert moved.report == cold.report.replace(str(database).encode(), str(tmp_path / "elsewhere").encode())
    assert moved.report.count(b"elsewhere/_figures/PMC2__a.md") == 1
    assert b"elsewhere/_data/PMC1__a-diseases.tsv" in moved.report


def test_an_archive_finds_what_its_folder_left(database: Path, tmp_path: Path) -> None:
    folder = converted(database, cache=tmp_path / "cache")
    archive = shutil.make_archive(str(tmp_path / "pfocr"), "zip", database)
    with counting() as parsed:
        assert converted(Path(archive), cache=tmp_path / "cache").output == folder.output
    assert parsed == []


def test_a_file_name_that_is_not_utf8_is_kept_like_any_other(database: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"PMC7__\xff.md")
    try:
        write(database, f"_figures/{name}", small_record("PMC7__a"))
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    warm(database, tmp_path / "cache")
    assert warm(database, tmp_path / "cache") == []


def test_a_record_that_the_converter_fails_on_is_tried_again(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = vars(conversion)["parse_record"]

    def failing(content: Any, **options: Any) -> Any:
        if content.stem == "PMC3__a":
            raise RuntimeError("no")
        return parse(content, **options)

    with monkeypatch.context() as patched:
        patched.setattr(conversion, "parse_record", failing)
        assert converted(database, cache=tmp_path / "cache").codes["record-failed"] == 1
    assert warm(database, tmp_path / "cache") == ["PMC3__a"]


def test_a_record_whose_companion_cannot_be_read_is_tried_again(database: Path, tmp_path: Path) -> None:
    companion = database / "_data" / "PMC1__a-genes.tsv"
    companion.write_bytes(b"x" * (8 * 1024 * 1024 + 1))
    assert converted(database, cache=tmp_path / "cache").codes["companion-unreadable"] == 1
    companion.write_bytes(GENES.encode())
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]


# -------------------------------------------------------------------------------------------------------- folders


def test_a_folder_that_is_no_cache_is_refused_and_left_as_it_is(database: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    write(mine, "thesis.txt", "years of work")
    done = convert(database, "-o", tmp_path / "x.ttl", "--cache", mine)
    assert done.returncode == 2
    message = f"pfocr-rdf: {mine}: is not empty and no cache of pfocr-rdf; give another folder\n"
    assert done.stderr.decode() == message
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    assert not (tmp_path / "x.ttl").exists()


@pytest.mark.parametrize("name", ["file", "file/below", "/proc/pfocr-rdf-cache"])
def test_what_cannot_be_a_folder_is_refused(database: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    done = convert(database, "-o", tmp_path / "x.ttl", "--cache", tmp_path / name)
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"pfocr-rdf: {tmp_path / name}: ")
    assert "give a folder that may be written" in line
    assert not (tmp_path / "x.ttl").exists()


def test_an_empty_name_is_refused_everywhere(database: Path, tmp_path: Path) -> None:
    for arguments in (("convert", database, "-o", tmp_path / "x.ttl", "--cache", ""), ("cache", "info", "")):
        done = inside(*arguments)
        assert done.returncode == 2
        assert done.stderr == b"pfocr-rdf: the name of the cache's folder is empty; give the name of a folder\n"
    assert inside("cache", "clear", "").stderr == done.stderr
    assert not (tmp_path / "x.ttl").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused_or_read(database: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o555)
    with pytest.raises(CacheError, match="permission denied"):
        converted(database, cache=cache)
    cache.chmod(0o755)
    warm(database, cache)
    for folder in (cache, *cache.iterdir()):
        folder.chmod(0o555)
    try:
        write(database, "_figures/PMC1__a.md", small_record("PMC1__a"))
        assert warm(database, cache) == ["PMC1__a"]
        assert warm(database, cache) == ["PMC1__a"]
    finally:
        for folder in (cache, *cache.iterdir()):
            folder.chmod(0o755)


def test_two_runs_may_use_one_cache_at_the_same_time(database: Path, tmp_path: Path) -> None:
    expected = converted(database).output
    command = [sys.executable, "-m", "pfocr_rdf", "convert", str(database), "-q", "--cache", str(tmp_path / "cache")]
    runs = [subprocess.Popen([*command, "-o", str(tmp_path / f"{n}.nt")], stderr=subprocess.PIPE) for n in range(3)]
    for process in runs:
        _, stderr = process.communicate(timeout=60)
        assert (process.returncode, stderr) == (0, b"")
    assert {(tmp_path / f"{n}.nt").read_bytes() for n in range(3)} == {expected}
    assert cache_size(str(tmp_path / "cache"))[0] == len(FIGIDS) + shared_results(database, "ntriples")
    assert not list(tmp_path.rglob("*.part"))
    assert warm(database, tmp_path / "cache") == []


def open_together(folder: Path, start: Barrier, refused: SimpleQueue[str]) -> None:
    """Open many new caches, each at the same moment as another process does."""
    for number in range(200):
        start.wait()
        try:
            pfocr_rdf.cache._open(str(folder / str(number)), b"a way").put({b"a key of 16 byte": b"a result"})
        except CacheError as error:
            refused.put(str(error))


def test_runs_may_be_the_first_of_one_cache_at_the_same_time(tmp_path: Path) -> None:
    """Between two looks of one run at the folder, another may make a cache of it and keep a result."""
    processes = multiprocessing.get_context("spawn")
    start, refused = processes.Barrier(2), processes.SimpleQueue()
    runs = [processes.Process(target=open_together, args=(tmp_path, start, refused)) for _ in range(2)]
    for process in runs:
        process.start()
    for process in runs:
        process.join()
        assert process.exitcode == 0
    assert refused.empty(), refused.get()
    assert {cache_size(str(folder))[0] for folder in tmp_path.iterdir()} == {1}


def test_info_counts_and_clear_deletes_the_results(database: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    convert(database, "-o", tmp_path / "x.ttl", "--cache", cache)
    size = sum(path.stat().st_size for path in cache.glob("*/*.pack"))
    results = 6 + shared_results(database)
    assert results > 8
    info = inside("cache", "info", cache)
    assert (info.returncode, info.stdout.decode()) == (0, f"{results} results, {size / 1_000_000:,.1f} MB\n")
    for pack in list(cache.glob("*/*.pack")):
        write(cache, f"{pack.parent.name}/.0123456789abcdef.part", b"by a run that was killed")
    clear = inside("cache", "clear", cache)
    assert (clear.returncode, clear.stdout.decode()) == (0, f"{results} results deleted\n")
    assert [path.name for path in cache.rglob("*")] == ["pfocr-rdf-cache"]
    assert inside("cache", "info", cache).stdout == b"0 results, 0.0 MB\n"
    assert inside("cache", "clear", cache).stdout == b"0 results deleted\n"
    assert warm(database, cache) == FIGIDS


@pytest.mark.parametrize("command", ["info", "clear"])
def test_info_and_clear_of_another_folder_are_refused(tmp_path: Path, command: str) -> None:
    write(tmp_path, "ab/thesis.result", "years of work")
    for folder in (tmp_path, tmp_path / "ab" / "thesis.result", tmp_path / "none"):
        done = inside("cache", command, folder)
        assert done.returncode == 2
        message = f"pfocr-rdf: {folder}: is no cache of pfocr-rdf; give the folder that --cache named\n"
        assert done.stderr.decode() == message
    assert (tmp_path / "ab" / "thesis.result").exists()


@pytest.mark.parametrize("command", ["info", "clear"])
def test_a_name_that_no_folder_has_is_refused_by_info_and_clear(tmp_path: Path, command: str) -> None:
    done = inside("cache", command, tmp_path / ("a" * 300))
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert line.endswith("a: file name too long; give the folder that --cache named")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("command", ["info", "clear"])
def test_a_cache_that_may_not_be_read_is_refused_by_info_and_clear(
    database: Path, tmp_path: Path, command: str
) -> None:
    cache = tmp_path / "cache"
    warm(database, cache)
    folders = [cache, *(path for path in cache.iterdir() if path.is_dir())]
    for folder in folders:
        folder.chmod(0o000)
        try:
            done = inside("cache", command, cache)
        finally:
            folder.chmod(0o755)
        assert done.returncode == 2
        message = f"pfocr-rdf: {cache}: permission denied; give the folder that --cache named\n"
        assert done.stderr.decode() == message
        if command == "clear":
            assert warm(database, cache) == []  # no part of it was deleted


def test_clear_leaves_files_that_are_not_the_cache_s(database: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    warm(database, cache)
    folder = packs(cache)[0].parent.name
    mine = ["notes/why.txt", "top.result", "0" * 32, f"{folder}/git.pack", f"{folder}/x.part", f"{folder}/.x.part"]
    for name in mine:
        write(cache, name, "mine")
    assert clear_cache(str(cache)) == 6 + shared_results(database)
    assert names(cache) == sorted(["notes", "top.result", "0" * 32, folder, "pfocr-rdf-cache"])
    assert all((cache / name).read_text() == "mine" for name in mine)


def test_the_digest_of_organism_names_does_not_depend_on_their_order() -> None:
    first = OrganismNames({"a": "1", "b": "2"})
    second = OrganismNames({"b": "2", "a": "1"})
    assert first.digest() == second.digest() != OrganismNames({"a": "2", "b": "1"}).digest()


def test_a_cache_that_is_deleted_during_a_run_can_be_used_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    kept = open_cache(str(folder), organisms=OrganismNames(), settings=DEFAULTS, format="turtle")
    shutil.rmtree(folder)
    kept.packs.put({b"0" * 16: b"data"})
    assert not folder.exists()
    open_cache(str(folder), organisms=OrganismNames(), settings=DEFAULTS, format="turtle")
