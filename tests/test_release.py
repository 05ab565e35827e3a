"""`pfocr-rdf release`: what a release consists of, that it is always the same, and that only what passed appears."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import re
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

import pfocr_rdf
from checkouts import Checkout
from commands import inside, run
from conversions import small_database
from pfocr_rdf import InputError, OutputError, Settings, serialization
from pfocr_rdf.pages import figure_files
from pfocr_rdf.queries import of_figure, read_query, shipped_queries
from pfocr_rdf.releases import figure_pages, gate, release, shards
from pfocr_rdf.releases.defaults import BASE_URL, CREATOR, ENDPOINT
from pfocr_rdf.releases.gate import Refused, load_store, query_faults, read_again, recount_faults
from pfocr_rdf.releases.release import Release
from pfocr_rdf.releases.shelf import building
from pfocr_rdf.terms import statements_of
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SITE
from processes import members, on_linux, started, under_a_mount, wait_until
from releases import break_shapes, copy_of, lines, listed, loaded, make, number, tree

DUMP = "pfocr-2026.11.nt.gz"
TURTLE = "pfocr-2026.11.ttl.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("release") / "pfocr-2026.11"


@pytest.fixture(scope="module")
def released(examples: Path, folder: Path) -> Release:
    """A release of the examples, with pages of figures, in `folder`."""
    return make(examples, folder, figures=True)


# ---------------------------------------------------------------------------------------------------- its files


def test_every_file_is_there_and_no_other(released: Release, folder: Path, root: Path) -> None:
    shapes = {f"shapes/{path.relative_to(root / 'shapes').as_posix()}" for path in (root / "shapes").rglob("*.ttl")}
    queries = {f"queries/{query.name}.rq" for query in shipped_queries()}
    figids = [path.stem for path in (root / "examples" / "_figures").iterdir()]
    figures = {f"figures/{figid}.{suffix}" for figid in figids for suffix in ("html", "ttl", "jsonld")}
    others = """
        index.html pfocr-2026.11.nt.gz pfocr-2026.11.ttl.gz pfocr-2026.11.gmt shards/pfocr-2026.11-0001.nt.gz
        void.ttl .well-known/void
        vocabulary.ttl context.jsonld diagnostics.jsonl validation.jsonl validation.ttl figures.tsv queries.ttl
        load/virtuoso.sql load/oxigraph.sh load/fuseki.sh load/qlever.sh load/Qleverfile manifest.json SHA256SUMS
        figures/index.html
    """
    assert set(tree(folder)) == {*others.split(), *shapes, *queries, *figures}


def test_the_manifest_says_of_each_file_what_it_is(released: Release, folder: Path) -> None:
    files = tree(folder)
    entries = listed(folder)
    assert set(entries) == set(files) - {"manifest.json", "SHA256SUMS"}
    assert list(entries) == sorted(entries)
    for path, entry in entries.items():
        assert entry["bytes"] == len(files[path])
        assert entry["sha256"] == hashlib.sha256(files[path]).hexdigest()
        assert entry["url"] == f"https://data.wikipathways.org/pfocr/2026.11/{path}"
        assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", entry["mediaType"])
        assert ("compression" in entry) == path.endswith(".gz")
        if path.endswith(".gz"):
            content = gzip.decompress(files[path])
            assert entry["contentSha256"] == hashlib.sha256(content).hexdigest()


def test_the_manifest_counts_the_triples_of_each_file_of_rdf(released: Release, folder: Path) -> None:
    found = 0
    for path, entry in listed(folder).items():
        plain = (folder / path).read_bytes()
        content = gzip.decompress(plain) if path.endswith(".gz") else plain
        form = {"application/n-triples": RdfFormat.N_TRIPLES, "text/turtle": RdfFormat.TURTLE}.get(entry["mediaType"])
        if form is not None:
            found += 1
            assert entry["triples"] == sum(1 for _ in pyoxigraph.parse(content, format=form)), path
        elif entry["mediaType"] != "application/ld+json":
            assert entry["triples"] is None
    assert found > 40


def test_the_digests_can_be_checked(released: Release, folder: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stdout.count(b": OK\n") == len(tree(folder)) - 1


def test_the_dump_is_what_convert_gives(released: Release, folder: Path, examples: Path, tmp_path: Path) -> None:
    for name, form in ((DUMP, "ntriples"), (TURTLE, "turtle")):
        pfocr_rdf.convert([examples], tmp_path / name.removesuffix(".gz"), format=form)
        assert gzip.decompress((folder / name).read_bytes()) == (tmp_path / name.removesuffix(".gz")).read_bytes()


def test_shards_are_the_dump_cut_between_descriptions(
    released: Release, folder: Path, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfocr_rdf.releases.release.BLOCK_BYTES", 20_000)
    monkeypatch.setattr("pfocr_rdf.releases.release.SHARD_TRIPLES", 500)
    target = tmp_path / "small"
    made = make(examples, target)
    paths = sorted((target / "shards").iterdir())
    assert len(paths) > 5
    assert len(made.publication.of_role("shard")) == len(paths)
    assert b"".join(path.read_bytes() for path in paths) == (target / DUMP).read_bytes()
    seen: set[str] = set()
    for path in paths:
        data = gzip.decompress(path.read_bytes())
        assert sum(1 for _ in pyoxigraph.parse(data, format=RdfFormat.N_TRIPLES)) <= 500
        subjects = {subject for subject, _, _ in statements_of(data)}
        assert not subjects & seen
        seen |= subjects
    assert lines(target / DUMP) == lines(folder / DUMP)
    assert lines(target / TURTLE) == lines(folder / TURTLE)


def test_gzip_reads_the_members_of_a_file_as_one(released: Release, folder: Path) -> None:
    if shutil.which("gzip") is None:
        pytest.skip("gzip is not installed")
    for path in (DUMP, TURTLE):
        done = subprocess.run(["gzip", "-dc", folder / path], capture_output=True, check=True)
        assert done.stdout == gzip.decompress((folder / path).read_bytes())
        assert (folder / path).read_bytes()[3:9] == bytes(6)  # no name, no time


def test_reports_name_records_as_the_database_does(released: Release, folder: Path, root: Path) -> None:
    for name in ("diagnostics.jsonl", "validation.jsonl"):
        found = [json.loads(line) for line in (folder / name).read_bytes().splitlines()]
        assert found
        assert {record["file"].partition("/")[0] for record in found} <= {"_figures", "_data", "_organisms", ""}
        assert str(root).encode() not in (folder / name).read_bytes()


def test_the_report_of_the_shapes_is_one_of_shacl(released: Release, folder: Path) -> None:
    store = loaded(folder / "validation.ttl")
    sh = "http://www.w3.org/ns/shacl#"
    count = number(store, f"SELECT (COUNT(*) AS ?n) {{ ?report a <{sh}ValidationReport> ; <{sh}result> ?result }}")
    assert count == len((folder / "validation.jsonl").read_bytes().splitlines())
    assert sum(finding.count for finding in released.publication.validation) == count


def test_queries_vocabulary_and_shapes_are_those_of_the_package(released: Release, folder: Path, root: Path) -> None:
    assert (folder / "vocabulary.ttl").read_bytes() == (root / "pfocr_rdf" / "data" / "vocabulary.ttl").read_bytes()
    for path in (root / "shapes").rglob("*.ttl"):
        assert (folder / "shapes" / path.relative_to(root / "shapes")).read_bytes() == path.read_bytes()
    for query in shipped_queries():
        published = read_query((folder / "queries" / f"{query.name}.rq").read_text("utf-8"), query.name)
        text = of_figure(query.text, "PMC99000001__fcell-08-900001-g001")
        assert published == replace(query, text=text, parameters=read_query(text, query.name).parameters)


def test_published_queries_ask_of_a_figure_that_is_there(tmp_path: Path) -> None:
    make(small_database(tmp_path / "database", ["PMC1__a", "PMC2__b"]), tmp_path / "release")
    texts = [path.read_text("utf-8") for path in (tmp_path / "release" / "queries").iterdir()]
    assert not [text for text in texts if "PMC99000" in text]
    assert [text for text in texts if '"PMC1__a"' in text]
    assert b"PMC99000" not in (tmp_path / "release" / "queries.ttl").read_bytes()
    assert b"PMC99000" not in (tmp_path / "release" / "index.html").read_bytes()


def test_gene_sets_are_those_that_query_gives(released: Release, folder: Path, tmp_path: Path) -> None:
    pfocr_rdf.load(folder / DUMP, store=tmp_path / "store")
    asked = inside("query", "--store", tmp_path / "store", "-q", "-f", "gmt", "genesets").stdout
    assert asked.startswith(b"PMC99000001__fcell-08-900001-g001\tCanonical Wnt signalling in the")
    assert (folder / "pfocr-2026.11.gmt").read_bytes() == asked
    entry = listed(folder)["pfocr-2026.11.gmt"]
    assert (entry["mediaType"], entry["triples"]) == ("text/tab-separated-values", None)
    assert '<a href="pfocr-2026.11.gmt">' in (folder / "index.html").read_text("utf-8")


def test_the_query_for_gene_sets_is_run_once(examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    usual = gate._query_fault

    def counted(*arguments: Any) -> str:
        ran.append(arguments[-1].name)
        return usual(*arguments)

    monkeypatch.setattr(gate, "_query_fault", counted)
    make(examples, tmp_path / "release")
    assert ran.count("genesets") == 1


def test_rows_that_are_no_gene_sets_stop_a_release(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfocr_rdf.releases.release.GENE_SETS_QUERY", "count-pathways")
    with pytest.raises(Refused, match="the query count-pathways fails: gene sets need the variable"):
        make(examples, tmp_path / "release")


@pytest.mark.slow
def test_the_other_spelling_of_schema_org_is_that_of_every_file(examples: Path, tmp_path: Path) -> None:
    make(examples, tmp_path / "release", settings=Settings(schema_org="https"))
    for path in (DUMP, TURTLE):
        assert b"http://schema.org/" not in gzip.decompress((tmp_path / "release" / path).read_bytes())
    for path, content in tree(tmp_path / "release").items():
        if not path.endswith((".gz", "diagnostics.jsonl")):
            assert b"http://schema.org/" not in content, path
    options = ("-j", "1", "--shapes", tmp_path / "release" / "shapes", "--instead")
    assert inside("validate", tmp_path / "release" / DUMP, *options).returncode == 0


def test_figures_are_listed_and_each_has_its_files(released: Release, folder: Path) -> None:
    head, *listing = (folder / "figures.tsv").read_text("utf-8").splitlines()
    assert head == "figid\tfigure\tsha256"
    assert len(listing) == released.publication.counts.figures == 15
    whole = set(lines(folder / DUMP))
    for row in listing:
        figid, iri, digest = row.split("\t")
        assert re.fullmatch("[0-9a-f]{64}", digest)
        assert f'<{iri}> <http://purl.org/dc/terms/identifier> "{figid}" .\n'.encode() in whole
        assert (folder / "figures" / f"{figid}.html").is_file()


# -------------------------------------------------------------------------------------------- always the same


@pytest.mark.slow
def test_workers_hash_seeds_and_places_change_nothing(
    folder: Path, released: Release, examples: Path, tmp_path: Path
) -> None:
    expected = tree(folder)
    elsewhere = copy_of(examples, tmp_path / "another place" / "checkout")
    for jobs, seed, database in (("1", "0", examples), ("2", "4294967295", elsewhere)):
        target = tmp_path / f"r{jobs}"
        options = ("--version", "2026.11", "--issued", "2026-11-30", "--figures", "-q")
        done = run("release", database, target, "-j", jobs, *options, PYTHONHASHSEED=seed)
        note = b"pfocr-rdf: note: the release says no day of the data, which --created-on gives\n"
        assert (done.returncode, done.stderr) == (0, note)
        assert tree(target) == expected


def test_a_large_release_whose_store_is_in_a_folder_is_the_same(
    folder: Path, released: Release, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MEMORY_TRIPLES", 0)
    make(examples, tmp_path / "r2", figures=True, jobs=2)
    assert tree(tmp_path / "r2") == tree(folder)


@pytest.mark.slow
def test_two_releases_of_the_sample_are_identical(sample: Path, tmp_path: Path) -> None:
    for jobs, seed in (("1", "1"), ("2", "2")):
        options = ("--version", "1", "-q", "--figures", "--issued", "2026-11-30", "--created-on", "2026-11-02")
        done = run("release", sample, tmp_path / jobs, "-j", jobs, *options, PYTHONHASHSEED=seed)
        assert (done.returncode, done.stderr) == (0, b"")
    assert tree(tmp_path / "1") == tree(tmp_path / "2")


# --------------------------------------------------------------------------------------------- what is refused


def leftovers(folder: Path) -> list[str]:
    """Give what is left of releases in a folder: hidden parts, too."""
    return sorted(path.name for path in folder.iterdir())


def test_a_record_that_breaks_the_shapes_is_named_and_nothing_is_published(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    break_shapes(database, "PMC99000003__gr2")
    done = inside("release", "-j", "1", database, tmp_path / "release", "--version", "1", "-q")
    assert done.returncode == 1
    assert b"shape-violated" in done.stderr
    assert b"PMC99000003__gr2.md" in done.stderr
    assert b"PMC99000001__" not in done.stderr
    assert b"not published" in done.stderr.splitlines()[-1]
    assert leftovers(tmp_path) == ["database"]


def test_of_many_violations_the_first_are_named_and_all_are_counted(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = copy_of(examples, tmp_path / "database")
    break_shapes(database, "PMC99000003__gr2")
    with pytest.raises(Refused) as refused:
        make(database, tmp_path / "release")
    monkeypatch.setattr("pfocr_rdf.releases.release.NAMED", 2)
    with pytest.raises(Refused) as cut:
        make(database, tmp_path / "release")
    more = len(refused.value.reasons) - 2
    last = f"and {more} more violations, which `pfocr-rdf validate` shows"
    assert cut.value.reasons == (*refused.value.reasons[:2], last)


def test_a_record_that_cannot_be_read_is_left_out_and_the_release_says_so(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    (database / "_figures" / "PMC9__broken.md").write_bytes(b"no record\n")
    done = inside("release", "-j", "1", database, tmp_path / "release", "--version", "1", "-q")
    assert done.returncode == 1
    assert b"PMC9__broken.md" in done.stderr
    assert b"published without" in done.stderr
    report = (tmp_path / "release" / "diagnostics.jsonl").read_bytes()
    assert b'"file": "_figures/PMC9__broken.md"' in report
    assert len((tmp_path / "release" / "figures.tsv").read_bytes().splitlines()) == 16


def test_a_database_without_a_readable_record_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write("_figures/PMC1__a.md", "no record\n")
    with pytest.raises(Refused, match="no figure"):
        make(checkout.root, tmp_path / "release")
    assert leftovers(tmp_path) == ["database"]


def test_a_fall_of_more_than_two_per_cent_stops_a_release(tmp_path: Path) -> None:
    figids = [f"PMC{1000 + number}__a" for number in range(100)]
    make(small_database(tmp_path / "all", figids), tmp_path / "1", version="1")
    database = small_database(tmp_path / "fewer", figids[3:])
    command = ("release", "-j", "1", database, tmp_path / "2", "--version", "2", "--previous", tmp_path / "1", "-q")
    done = inside(*command)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "class http://vocabularies.wikipathways.org/wp#Pathway: from 100 to 97 (-3.0%)" in said
    assert "3 figures are gone" in said
    assert "not published" in said
    assert leftovers(tmp_path) == ["1", "2.changes.tsv", "all", "fewer"]
    table = (tmp_path / "2.changes.tsv").read_text("utf-8")
    for figid in figids[:3]:
        assert f"figure\t{figid}\t1\t0\n" in table
    assert inside(*command, "--allow-drop", "3.5").returncode == 0
    assert (tmp_path / "2" / "changes.tsv").read_text("utf-8") == table


def test_a_release_tells_what_has_changed_since_the_one_before(tmp_path: Path) -> None:
    figids = [f"PMC{1000 + number}__a" for number in range(60)]
    make(small_database(tmp_path / "a", figids[1:]), tmp_path / "1", version="1")
    made = make(small_database(tmp_path / "b", figids[:-1]), tmp_path / "2", version="2", previous=tmp_path / "1")
    table = (tmp_path / "2" / "changes.tsv").read_text("utf-8").splitlines()
    assert table[0] == "kind\tname\tbefore\tafter"
    assert table[-2:] == [f"figure\t{figids[0]}\t0\t1", f"figure\t{figids[-1]}\t1\t0"]
    triples = made.publication.counts.triples
    assert f"total\ttriples\t{triples}\t{triples}" in table
    assert "class\thttp://vocabularies.wikipathways.org/wp#Pathway\t59\t59" in table
    store = loaded(tmp_path / "2" / "void.ttl")
    assert store.query(
        """ASK { <https://pfocr.wikipathways.org/dataset/pfocr/2> <http://purl.org/pav/previousVersion>
            <https://pfocr.wikipathways.org/dataset/pfocr/1> }"""
    )


def changed_since(before: Path, database: Path, target: Path, **options: Any) -> list[str]:
    """Make another release; give the figures that are said to have other contents."""
    make(database, target, version="2", previous=before, allowed_drop=100, **options)
    rows = [row.split("\t") for row in (target / "changes.tsv").read_text("utf-8").splitlines()]
    assert all(row[2:] == ["1", "1"] for row in rows if row[0] == "changed")
    return [row[1] for row in rows if row[0] == "changed"]


def test_figures_whose_contents_are_others_are_told(
    released: Release, folder: Path, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever they stand, whatever the number of workers and the spelling of schema.org."""
    database = copy_of(examples, tmp_path / "database")
    title = database / "_figures" / "PMC99000003__gr2.md"
    title.write_text(title.read_text("utf-8").replace("Aerobic glycolysis under", "Glycolysis under"), "utf-8")
    genes = database / "_data" / "PMC99000001__fcell-08-900001-g002-genes.tsv"
    genes.write_text("".join(genes.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    (database / "_figures" / "PMC99000007__elife-90007-fig5.md").unlink()
    monkeypatch.setattr("pfocr_rdf.releases.release.BLOCK_BYTES", 20_000)
    expected = ["PMC99000001__fcell-08-900001-g002", "PMC99000003__gr2"]
    for jobs, settings in ((1, Settings()), (2, Settings(schema_org="https"))):
        target = tmp_path / f"2-{jobs}"
        assert changed_since(folder, database, target, settings=settings, jobs=jobs) == expected
        page = (target / "index.html").read_text("utf-8")
        for name, count in (("New figures", 0), ("Figures gone", 1), ("Figures changed", 2)):
            assert f"<dt>{name}</dt><dd>{count}</dd>" in page
        assert '<a href="changes.tsv">' in page
    assert "changes.tsv" not in (folder / "index.html").read_text("utf-8")


def test_a_release_before_without_digests_is_said_to_have_none(
    released: Release, folder: Path, examples: Path, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    shutil.copy(folder / "void.ttl", before)
    rows = (folder / "figures.tsv").read_text("utf-8").splitlines()
    text = "".join("\t".join(row.split("\t")[:2]) + "\n" for row in rows)
    (before / "figures.tsv").write_text(text, "utf-8")
    said: list[str] = []
    settings = Settings(created_on="2026-11-02")
    assert changed_since(before, examples, tmp_path / "2", settings=settings, note=said.append) == []
    fault = "has no digests, so figures that have other contents than there do not show"
    assert said == [f"{before / 'figures.tsv'}: {fault}"]
    assert "Figures changed</dt><dd>not known" in (tmp_path / "2" / "index.html").read_text("utf-8")


def test_a_release_before_must_be_one(examples: Path, released: Release, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give the folder of a release"):
        make(examples, tmp_path / "release", previous=tmp_path)
    (tmp_path / "void.ttl").write_bytes(b"<a:b> <a:b> <a:b> .")
    (tmp_path / "figures.tsv").write_bytes(b"figid\tfigure\n")
    with pytest.raises(InputError, match="does not describe one version"):
        make(examples, tmp_path / "release", previous=tmp_path)
    with pytest.raises(InputError, match=r"is version 2026\.11, too"):
        make(examples, tmp_path / "release", previous=folder)


def test_what_is_there_is_never_touched(examples: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_bytes(b"")
    for target in (full, full / "mine", tmp_path / "no" / "folder", examples / "release"):
        with pytest.raises(OutputError):
            make(examples, target)
    done = inside("release", "-j", "1", examples, full, "--version", "1")
    assert (done.returncode, done.stderr) == (
        2,
        f"pfocr-rdf: {full}: is there already, and not empty; give the name of a new folder\n".encode(),
    )
    assert leftovers(tmp_path) == ["full"]
    assert leftovers(full) == ["mine"]


def test_a_mount_point_is_refused_before_the_work(examples: Path, tmp_path: Path) -> None:
    """Nothing can take its place."""
    place = tmp_path / "place"
    message = (
        f"pfocr-rdf: {place}: is a mount point, so that no release can take its place; "
        "give the name of a new folder in it\n"
    )
    assert under_a_mount(place, "release", examples, place, "--version", "1") == (2, message, [])
    assert leftovers(tmp_path) == ["mounted", "place"]


def test_an_empty_folder_is_left_alone_until_the_end_and_its_mode_stays(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(0o2775)
    mode, number = place.stat().st_mode, place.stat().st_ino
    seen = []

    def fail() -> None:
        with building(place):
            seen.append(place.stat().st_ino)
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError):
        fail()
    assert seen == [number]
    assert place.stat().st_ino == number
    with building(place) as (built, _):
        (built / "file").touch()
    assert place.stat().st_mode == mode
    assert leftovers(place) == ["file"]
    assert leftovers(tmp_path) == ["place"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "could not be made: connection refused"),
        (PermissionError(errno.EACCES, "Permission denied", "/In.md"), "could not be made: /In.md: permission denied"),
        (OSError(errno.ENOSPC, "No space left on device"), "release: cannot be written: no space left on device"),
    ],
)
def test_what_fails_meanwhile_is_called_what_it_is(fault: OSError, said: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=said), building(tmp_path / "release"):
        raise fault
    assert leftovers(tmp_path) == []


def test_a_name_that_is_taken_meanwhile(tmp_path: Path) -> None:
    target = tmp_path / "release"

    def build() -> None:
        with building(target):
            target.mkdir()
            (target / "mine").write_bytes(b"")

    with pytest.raises(OutputError, match=r"release: the release cannot get this name: "):
        build()
    assert leftovers(tmp_path) == ["release"]


def test_an_empty_folder_becomes_the_release(examples: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    make(examples, tmp_path / "empty")
    assert (tmp_path / "empty" / "SHA256SUMS").is_file()
    assert leftovers(tmp_path) == ["empty"]


@pytest.mark.parametrize(
    "options",
    [
        ("--version", "../1"),
        ("--version", "a b"),
        ("--version", ""),
        ("--version", "1", "--base-url", "ftp://example.org/"),
        ("--version", "1", "--base-url", "https://example.org/?x"),
        ("--version", "1", "--creator", "nobody"),
        ("--version", "1", "--issued", "yesterday"),
        ("--version", "1", "--allow-drop", "-1"),
        ("--version", "1", "--allow-drop", "nan", "--previous", "release"),
        (),
    ],
)
def test_wrong_usage_is_said_before_anything_is_done(examples: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    done = inside("release", "-j", "1", examples, tmp_path / "release", *options)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert leftovers(tmp_path) == []


def test_a_fall_is_allowed_only_from_something(examples: Path, tmp_path: Path) -> None:
    done = inside("release", "-j", "1", examples, tmp_path / "release", "--version", "1", "--allow-drop", "2")
    said = "--allow-drop needs --previous: give the release before, to compare with; see pfocr-rdf release --help"
    assert (done.returncode, done.stderr.decode()) == (2, f"pfocr-rdf release: {said}\n")
    assert leftovers(tmp_path) == []


def test_help_shows_what_options_are_without_being_given() -> None:
    shown = " ".join(inside("release", "--help").stdout.decode().split())
    for default in (BASE_URL, ENDPOINT, CREATOR):
        assert f"[default: {default}]" in shown
    assert CREATOR == SITE


@pytest.mark.slow
@on_linux
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_release_that_is_killed_half_way_leaves_nothing_under_its_name(tmp_path: Path, end: signal.Signals) -> None:
    figids = [f"PMC{1000 + number}__a" for number in range(3000)]
    database = small_database(tmp_path / "database", figids)
    with started("release", database, tmp_path / "release", "--version", "1", "-j", "2") as process:
        wait_until(lambda: any(tmp_path.glob(".release.*.part/release/*")), 60, "no part")
        process.send_signal(end)
        process.wait(90)
        wait_until(lambda: not members(process.pid), 30, "workers did not end")
    assert not (tmp_path / "release").exists()
    if end != signal.SIGKILL:
        assert leftovers(tmp_path) == ["database"]
    else:
        shutil.rmtree(next(tmp_path.glob(".release.*.part")))
    assert (
        run("release", small_database(tmp_path / "few", figids[:5]), tmp_path / "release", "--version", "1").returncode
        == 0
    )


# -------------------------------------------------------------------------------------------------------- the gate


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.nt", b"<a:a> <a:b> <a:c>\n"),
        ("a.ttl", b"<a:a> <a:b> <a c> .\n"),
        ("a.nt.gz", gzip.compress(b"<a:a> <a:b> <a:c> .\n" * 99, mtime=0)[:-3]),
        ("a.nt.gz", b"<a:a> <a:b> <a:c> .\n"),
        ("a.json", b"{"),
        ("a.jsonl", b"{}\n{\n"),
        ("a.jsonld", b"[]"),
        ("a.jsonld", b'{"@context": "https://example.org/context.jsonld", "a": "b"}'),
        ("a.jsonld", b'{"@context": "../context.jsonld", "a": "b"}'),
    ],
)
def test_a_damaged_file_is_found(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert "cannot be read again" in read_again(str(tmp_path / name)).fault


def test_what_was_read_again_is_what_was_written(released: Release, folder: Path) -> None:
    data = gzip.decompress((folder / DUMP).read_bytes())
    digest = hashlib.sha256(data).hexdigest()
    assert read_again(str(folder / DUMP)).content == digest
    assert read_again(str(folder / TURTLE), lines=True).lines == digest
    for path in (DUMP, TURTLE, "void.ttl", "index.html", "figures.tsv", "queries/pathways.rq"):
        reading = read_again(str(folder / path))
        assert reading.sha256 == hashlib.sha256((folder / path).read_bytes()).hexdigest()


def damage(path: Path) -> None:
    """Change a file so that it can be read all the same."""
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize(
    ("module", "step", "path"),
    [
        (release, "_pass_gate", "queries/pathways.rq"),  # before the gate
        (release, "_pass_gate", "void.ttl"),
        (figure_pages, "_read_some", "figures/PMC99000003__gr2.html"),  # when figures are written
        (figure_pages, "_read_some", "figures/index.html"),
        (release, "_read_last", "load/virtuoso.sql"),
        (release, "_read_last", "index.html"),
        (release, "_read_last", "manifest.json"),
        (release, "_read_last", "SHA256SUMS"),
    ],
)
def test_a_file_that_changed_on_the_disk_stops_a_release(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, step: str, path: str
) -> None:
    usual = getattr(module, step)

    def after_damage(*arguments: object, **options: object) -> object:
        (built,) = tmp_path.glob(".release.*.part/release")
        if (built / path).exists():  # the step may come more than once
            damage(built / path)
        return usual(*arguments, **options)

    monkeypatch.setattr(module, step, after_damage)
    with pytest.raises(Refused, match=f"{re.escape(path)}: does not hold what was written"):
        make(examples, tmp_path / "release", figures=True)
    assert leftovers(tmp_path) == []


def test_a_store_that_holds_less_than_was_counted_is_found(released: Release, folder: Path, tmp_path: Path) -> None:
    counts = released.publication.counts
    whole = lines(folder / DUMP)
    (tmp_path / "less.nt.gz").write_bytes(
        gzip.compress(b"".join(line for line in whole if b"gr2.gene." not in line), mtime=0)
    )
    store = load_store(str(tmp_path / "less.nt.gz"), triples=counts.triples, folder="")
    faults = list(recount_faults(store, counts))
    assert any(fault.startswith("triples: 6,987 were written") for fault in faults)
    assert any("GeneMention" in fault for fault in faults)
    for what in ("entities", "subjects", "objects", "links to NCBI Gene by http://www.w3.org/ns/oa#hasBody"):
        assert any(fault.startswith(f"{what}: ") for fault in faults), what
    assert not list(recount_faults(load_store(str(folder / DUMP), triples=counts.triples, folder=""), counts))


def test_a_large_store_is_on_the_disk(released: Release, folder: Path, tmp_path: Path) -> None:
    store = load_store(str(folder / DUMP), triples=100_000_000, folder=str(tmp_path / "store"))
    assert (tmp_path / "store").is_dir()
    assert len(store) == released.publication.counts.triples


def test_a_dump_that_no_store_takes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.nt.gz").write_bytes(gzip.compress(b"<a:a> <a:b> <a c> .\n", mtime=0))
    with pytest.raises(Refused, match=r"bad\.nt\.gz: cannot be loaded"):
        load_store(str(tmp_path / "bad.nt.gz"), triples=1, folder="")


def test_a_query_that_fails_is_named(released: Release, folder: Path) -> None:
    store = load_store(str(folder / DUMP), triples=1, folder="")
    broken = read_query("# Which?\n\nSELECT ?a WHERE { ?a a unknown:Thing }", "broken")
    faults = list(query_faults(store, (*shipped_queries(), broken), SCHEMA_HTTP))
    assert [fault.partition(":")[0] for fault in faults] == ["the query broken fails"]


@pytest.mark.parametrize("step", ["recount_faults", "query_faults"])
def test_what_the_gate_finds_stops_a_release(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(f"pfocr_rdf.releases.release.{step}", lambda *_, **__: iter(["something is wrong"]))
    with pytest.raises(Refused, match="something is wrong"):
        make(examples, tmp_path / "release")
    assert leftovers(tmp_path) == []


def test_a_file_that_does_not_hold_what_was_converted_stops_a_release(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_turtle = serialization.write_turtle
    monkeypatch.setattr(shards, "write_turtle", lambda statements, schema: write_turtle(statements[:-1], schema))
    with pytest.raises(Refused, match=r"ttl\.gz: holds 6,986 triples, not the 6,987"):
        make(examples, tmp_path / "release")
    assert leftovers(tmp_path) == []


def test_figures_whose_data_differ_in_turtle_and_jsonld_stop_a_release(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_turtle = serialization.write_turtle
    monkeypatch.setattr(figure_files, "write_turtle", lambda statements, schema: write_turtle(statements[:-1], schema))
    with pytest.raises(Refused, match=r"figures/PMC99000003__gr2: the data in Turtle and in JSON-LD are not the same"):
        make(examples, tmp_path / "release", figures=True)
    assert leftovers(tmp_path) == []


@pytest.mark.slow
def test_a_release_of_the_sample_without_three_per_cent_is_stopped(sample: Path, tmp_path: Path) -> None:
    make(sample, tmp_path / "1", version="1", jobs=2)
    database = copy_of(sample, tmp_path / "database")
    records = sorted((database / "_figures").iterdir())
    for record in records[:: len(records) * 100 // (len(records) * 3 + 1)]:
        record.unlink()
    with pytest.raises(Refused) as refused:
        make(database, tmp_path / "2", version="2", previous=tmp_path / "1", jobs=2)
    assert any("wp#Pathway: from 2,303 to 2," in reason for reason in refused.value.reasons)
    assert not (tmp_path / "2").exists()


@pytest.mark.slow
def test_a_record_of_the_sample_that_breaks_the_shapes_is_named(sample: Path, tmp_path: Path) -> None:
    database = copy_of(sample, tmp_path / "database")
    figid = sorted(path.stem for path in (database / "_figures").iterdir())[1234]
    break_shapes(database, figid)
    with pytest.raises(Refused) as refused:
        make(database, tmp_path / "release", jobs=2)
    assert all(figid in reason for reason in refused.value.reasons)
    assert not (tmp_path / "release").exists()
