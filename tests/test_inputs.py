"""Inputs as one graph: parts of whole lines, and counts of different things."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pfocr_rdf
from commands import inside
from memory import memory_below
from pfocr_rdf.database import InputError
from pfocr_rdf.distinct import Distinct
from pfocr_rdf.inputs import GraphCounts, rdf_files, write_graph, write_lines
from releases import copy_of, make


@given(st.lists(st.binary(max_size=2)), st.integers(0, 5))
def test_distinct_counts_as_a_set_does_in_memory_and_in_files(things: list[bytes], limit: int) -> None:
    with Distinct(limit=limit) as distinct:
        for thing in things:
            distinct.add([thing])
        assert distinct.count() == len(set(things))
        distinct.add([b"another thing"])
        assert distinct.count() == len(set(things)) + 1


@pytest.mark.parametrize("name", ["examples.nt", "examples.ttl", "examples.nt.gz"])
def test_files_give_the_graph_of_the_records(name: str, examples: Path, tmp_path: Path) -> None:
    file = tmp_path / name
    format = "turtle" if ".ttl" in name else "ntriples"
    counts = pfocr_rdf.convert([examples], file, format=format)
    records: list[bytes] = []
    files: list[bytes] = []
    of_records = write_graph([examples], records.append)
    of_files = write_graph([file, file], files.append)
    assert of_records == of_files
    assert (of_records.triples, of_records.figures) == (counts.triples, counts.figures)
    assert set(b"".join(records).splitlines()) == set(b"".join(files).splitlines())
    assert b"".join(records).count(b"/oa#Annotation> .\n") == of_records.mentions
    assert all(part.endswith(b"\n") for part in records + files)


def test_lines_of_a_part_may_hold_any_character(tmp_path: Path) -> None:
    line = '<http://a/> <http://b/> "\u2028 \x85 \x0b \x0c \x1c <http://www.w3.org/ns/oa#Annotation> ." .\n'
    file = tmp_path / "a.nt"
    file.write_bytes(line.encode() * 2)
    parts: list[bytes] = []
    assert write_graph([file], parts.append) == GraphCounts(1, 0, 0)


def test_records_that_are_rejected_are_counted(checkout: object, tmp_path: Path) -> None:
    (tmp_path / "PMC1__a.md").write_text("no front matter", "utf-8")
    assert write_graph([tmp_path / "PMC1__a.md"], len).errors == 1


def test_blank_nodes_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.nt.gz"
    file.write_bytes(gzip.compress(b"<http://a/> <http://b/> _:c .\n"))
    with pytest.raises(InputError, match="blank nodes"):
        write_graph([file], len)


def test_records_and_files_do_not_mix() -> None:
    assert rdf_files(["a.ttl", "b.nt.gz"]) == ["a.ttl", "b.nt.gz"]
    assert rdf_files(["a.md"]) is None
    with pytest.raises(InputError, match=r"a\.ttl is RDF and b is not"):
        rdf_files(["a.ttl", "b"])


# ---------------------------------------------------------------------------------------------- folders of releases


@pytest.fixture(scope="module")
def made_release(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases") / "release"
    make(examples, folder)
    return folder


@pytest.fixture
def release(made_release: Path, tmp_path: Path) -> Path:
    """The folder of a release, to be changed."""
    return Path(shutil.copytree(made_release, tmp_path / "release"))


DUMP = "pfocr-2026.11.nt.gz"


def test_the_folder_of_a_release_stands_for_its_dump(release: Path, tmp_path: Path) -> None:
    assert rdf_files(release) == [str(release / DUMP)]
    validated = inside("validate", release)
    assert (validated.returncode, validated.stderr) == (0, inside("validate", release / DUMP).stderr)
    loaded = pfocr_rdf.load(release, store=tmp_path / "store")
    assert (loaded.held.triples, loaded.complete()) == (6987, True)
    done = inside("validate", release, "--report", release / DUMP)
    assert (done.returncode, done.stderr) == (
        2,
        f"pfocr-rdf: {release / DUMP}: is an input, too; give another name\n".encode(),
    )


def test_a_release_is_not_converted(release: Path) -> None:
    done = inside("convert", release, "-q", "-o", release.with_name("o.nt"))
    said = f"pfocr-rdf: {release}: is a release; give records here, and the folder to `pfocr-rdf validate` or `load`\n"
    assert (done.returncode, done.stderr.decode()) == (2, said)


def test_a_checkout_with_lists_of_its_own_is_none(examples: Path, tmp_path: Path) -> None:
    database = copy_of(examples, tmp_path / "database")
    (database / "manifest.json").write_text("{}")
    (database / "SHA256SUMS").touch()
    assert rdf_files(database) is None


@pytest.mark.parametrize(
    "path",
    [
        f"../{DUMP}",
        f"/tmp/{DUMP}",
        f"shards/../../{DUMP}",
        f"a\\{DUMP}",
        f"\0{DUMP}",
        f"{DUMP}\r",
        ".nt.gz",
        "x" * 2000 + DUMP,
    ],
)
def test_the_digests_lead_to_no_other_folder(release: Path, path: str) -> None:
    shutil.copy(release / DUMP, release.parent)
    sums = (release / "SHA256SUMS").read_text()
    (release / "SHA256SUMS").write_bytes(sums.replace(f"  {DUMP}\n", f"  {path}\n").encode())
    with pytest.raises(
        InputError, match=r"SHA256SUMS: names no dump in N-Triples in this folder; name the dump itself"
    ):
        rdf_files(release)


def test_a_link_leads_to_no_other_folder(release: Path) -> None:
    (release / DUMP).rename(release.parent / DUMP)
    (release / DUMP).symlink_to(f"../{DUMP}")
    with pytest.raises(InputError, match=r"nt\.gz: the symbolic link leads out of the folder"):
        rdf_files(release)


DIGEST = "0" * 64


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "names no dump"),
        ("\xff", "names no dump"),
        (f"{DIGEST}  a.nt.gz", "names no dump"),  # cut
        (f"{DIGEST[1:]}  a.nt.gz\n", "names no dump"),
        (f"{DIGEST}  a.nt.gz\n{DIGEST}  b.nt.gz\n", "names several dumps"),
        (f"{DIGEST}  a.nt.gz\n", r"a\.nt\.gz: no such file or directory"),
    ],
)
def test_digests_that_are_none_are_named(release: Path, text: str, fault: str) -> None:
    (release / "SHA256SUMS").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=fault):
        rdf_files(release)


def test_a_dump_that_has_another_digest_is_refused(release: Path, tmp_path: Path) -> None:
    with open(release / DUMP, "ab") as file:
        file.write(gzip.compress(b"<http://a/> <http://a/> <http://a/> .\n"))
    for command in (("validate", release), ("load", release, "--store", tmp_path / "store")):
        done = inside(*command)
        assert done.returncode == 2
        assert re.fullmatch(
            rf"pfocr-rdf: {release / DUMP}: has the SHA-256 \w{{64}}, and SHA256SUMS says \w{{64}}; "
            r"get the release again\n",
            done.stderr.decode(),
        )
    assert not (tmp_path / "store").exists()


def test_the_digests_of_many_files_take_no_memory(release: Path) -> None:
    with open(release / "SHA256SUMS", "a", encoding="utf-8") as file:
        file.writelines(f"{DIGEST}  figures/{number}.html\n" for number in range(100_000))
    with memory_below(4_000_000):
        rdf_files(release)


# ------------------------------------------------------------------------------------- what is RDF, but is not taken


@pytest.mark.parametrize("command", ["validate", "load", "convert"])
@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("rdf", "RDF/XML"),
        ("nq", "N-Quads"),
        ("trig", "TriG"),
        ("jsonld.gz", "JSON-LD"),
        ("owl", "OWL"),
        ("nt.xz", ".xz"),
    ],
)
def test_rdf_of_a_kind_that_is_not_read_is_called_so(command: str, ending: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"graph.{ending}"
    file.write_bytes(b"whatever")
    done = inside(command, file, *store_option(command, tmp_path))
    message = done.stderr.decode()
    assert (done.returncode, done.stdout, message.count("\n")) == (2, b"", 1)
    assert all(part in message for part in (str(file), kind, "(.ttl, .nt, also .gz)", "records"))


@pytest.mark.parametrize("command", ["validate", "load", "convert"])
@pytest.mark.parametrize(
    "text",
    [
        '<http://a/b> <http://a/c> "x" .\n',
        "# made today\n\n@prefix a: <http://a/> .\na:b a:c 1 .\n",
        "\ufeffPREFIX a: <http://a/>\n",
        "@base <http://a/> .\n",
        "<http://a/b> a <http://a/C> .\n",
        "_:b <http://a/c> 1 .\n",
        '<?xml version="1.0"?>\n<rdf:RDF/>\n',
        '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [ <!ENTITY a "http://a/"> ]>\n<rdf:RDF xmlns:rdf="http://r">\n',
        '<rdf:RDF xmlns:rdf="http://r">\n',
        "PREFIX a: <http://a/>\nBASE <http://b/>\n# described\na:b a:c 1 .\n",
        "\n" * 200 + "@prefix a: <http://a/> .\n",
        "<#a> a <http://a/C> .\n",
        "<http://a/b> a:c 1 .\n",
        "[] a <http://a/C> .\n",
        "<> a <http://a/C> .\n",
        "PREFIX add: <http://a/>\nadd:b add:c 1 .\n",
    ],
)
def test_rdf_on_standard_input_is_called_so(command: str, text: str, tmp_path: Path) -> None:
    done = inside(command, "-", *store_option(command, tmp_path), stdin=text.encode())
    message = done.stderr.decode()
    assert (done.returncode, done.stdout, message.count("\n")) == (2, b"", 1)
    assert message.startswith("pfocr-rdf: -: standard input holds RDF")


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?>\n<svg/>\n',
        "PREFIX a: <http://a/>\nSELECT * { ?s ?p ?o }\n",
        "PREFIX a: <http://a/>\nPREFIX b: <http://b/> # select\n\n  construct where { ?s ?p ?o }\n",
        "<p> a <b>bold</b> word\n",
        "# A heading\n\nA text.\n",
        "---\nfigid: <a:b> <c:d>\n---\n",
        "<html> <body>\n",
        "",
        "basement <a:b>\n",
        "# a\n",
    ],
)
def test_what_is_no_rdf_on_standard_input_is_a_record(text: str) -> None:
    done = inside("convert", "-", stdin=text.encode())
    assert done.returncode == 1
    assert b"<stdin>" in done.stderr


@pytest.mark.parametrize("command", ["validate", "load", "convert"])
def test_a_folder_of_rdf_without_records_is_called_so(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "dumps"
    folder.mkdir()
    for name in (".hidden.ttl", "b.nt", "a.ttl.gz", "readme.txt"):
        (folder / name).write_bytes(b"")
    done = inside(command, folder, *store_option(command, tmp_path))
    message = done.stderr.decode()
    assert (done.returncode, message.count("\n")) == (2, 1)
    assert f"{folder}: no record here, but RDF (a.ttl.gz)" in message
    assert "one by one" in message


@pytest.mark.parametrize("name", ["graph.ttl", "graph.nt.gz"])
def test_rdf_is_not_converted(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    done = inside("convert", tmp_path / name, "-o", tmp_path / "out.ttl")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"is RDF already" in done.stderr
    assert not (tmp_path / "out.ttl").exists()


@pytest.mark.parametrize("command", ["validate", "load", "convert"])
def test_a_file_that_is_not_there_is_called_so_whatever_its_name(command: str, tmp_path: Path) -> None:
    done = inside(command, tmp_path / "graph.rdf", *store_option(command, tmp_path))
    assert done.returncode == 2
    assert b"no such file" in done.stderr


def store_option(command: str, folder: Path) -> tuple[str | Path, ...]:
    return ("--store", folder / "store") if command == "load" else ()


@pytest.mark.parametrize(
    "name",
    [*(pytest.param(f"examples.{end}", marks=pytest.mark.slow) for end in ("nt", "ttl", "nt.gz")), "examples.ttl.gz"],
)
def test_a_byte_order_mark_is_passed_over(name: str, examples: Path, tmp_path: Path) -> None:
    plain, marked = tmp_path / name, tmp_path / f"marked-{name}"
    pfocr_rdf.convert([examples], plain, format="turtle" if ".ttl" in name else "ntriples")
    if name.endswith(".gz"):  # a part of the mark in a member of its own, as `cat` of two files makes it
        marked.write_bytes(gzip.compress(b"\xef\xbb") + gzip.compress(b"\xbf" + gzip.decompress(plain.read_bytes())))
    else:
        marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes())
    assert write_graph([marked], len) == write_graph([plain], len)
    assert inside("load", marked, "--store", tmp_path / "store", "-q").returncode == 0
    reports = [inside("validate", file, "-j", "1", "-f", "json").stdout for file in (plain, marked)]
    assert reports[0] == reports[1]


def test_a_file_of_nothing_but_a_byte_order_mark_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_bytes(b"\xef\xbb\xbf")
    parts: list[bytes] = []
    assert write_lines([tmp_path / "a.nt"], parts.append) == GraphCounts(0, 0, 0)
    assert write_graph([tmp_path / "a.nt"], parts.append) == GraphCounts(0, 0, 0)
    assert parts == []


def test_a_byte_order_mark_in_the_middle_is_no_mark(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_bytes(
        b"<http://a/> <http://b/> <http://c/> .\n\xef\xbb\xbf<http://a/> <http://b/> <http://d/> .\n"
    )
    with pytest.raises(InputError, match="no valid N-Triples"):
        write_graph([tmp_path / "a.nt"], len)


# ------------------------------------------------------------------------------------ options that are for records


@pytest.mark.parametrize("command", ["validate", "load"])
@pytest.mark.parametrize(
    "option",
    [
        ("--as-is",),
        ("--schema-org", "http"),
        ("--image-url", "https://example.org/{pmcid}/{filename}"),
        ("--taxonomy", "names.dmp"),
        ("--created-on", "2026-11-23"),
    ],
    ids=lambda option: option[0],
)
def test_options_of_the_mapping_are_refused_for_files_of_rdf(
    command: str, option: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "a.nt"
    file.write_bytes(b"<http://a/> <http://b/> <http://c/> .\n")
    done = inside(command, file, *option, *store_option(command, tmp_path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"{option[0]} is for records; {file} is RDF" in done.stderr.decode()
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("command", ["validate", "load"])
def test_options_of_the_mapping_are_taken_for_records(command: str, examples: Path, tmp_path: Path) -> None:
    options = (
        "--image-url",
        "https://example.org/{pmcid}/{filename}",
        "--schema-org",
        "https",
        "--created-on",
        "2026-11-23",
        "-j",
        "1",
        "-q",
    )
    assert inside(command, examples, *options, *store_option(command, tmp_path)).returncode == 0


@pytest.mark.parametrize("command", ["validate", "load"])
def test_the_number_of_workers_is_taken_for_files_of_rdf_too(command: str, tmp_path: Path) -> None:
    """It says how many there may be; where one does all the work, that is not more."""
    file = tmp_path / "a.nt"
    file.write_bytes(b"<http://a/> <http://b/> <http://c/> .\n")
    for number in ("1", "7"):
        assert inside(command, file, "-j", number, "-q", *store_option(command, tmp_path)).returncode == 0
