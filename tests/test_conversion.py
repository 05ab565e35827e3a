"""`pfocr-rdf convert` from the outside: exit codes, outputs that are whole or not there, and the report."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat

import pfocr_rdf
from builders import block, parsed, record, text_of
from commands import convert, inside, run
from pfocr_rdf import InputError, OutputError, Settings

GOOD = record({"figid": "PMC1__a", "pmcid": "PMC1", "figtitle": "Glycolysis", "schema-jsonld": block()})
BROKEN = b"---\nfigid: PMC1__b\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A record that is clean."""
    file = tmp_path / "PMC1__a.md"
    file.write_bytes(GOOD)
    return file


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A checkout with a clean and a broken record."""
    folder = tmp_path / "database"
    (folder / "_figures").mkdir(parents=True)
    (folder / "_figures" / "PMC1__a.md").write_bytes(GOOD)
    (folder / "_figures" / "PMC1__b.md").write_bytes(BROKEN)
    return folder


def lines(data: bytes) -> list[str]:
    return data.decode().splitlines()


def figures(data: bytes, form: RdfFormat = RdfFormat.TURTLE) -> set[str]:
    """Give the figids of the figures in RDF."""
    pathway = "http://vocabularies.wikipathways.org/wp#Pathway"
    listed = parsed(data, form)
    subjects = {t.subject for t in listed if getattr(t.object, "value", "") == pathway}
    identifier = "http://purl.org/dc/terms/identifier"
    return {text_of(t.object) for t in listed if t.subject in subjects and t.predicate.value == identifier}


def report_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]


# ------------------------------------------------------------------------------------------------ exit codes


def test_a_clean_run_ends_with_0(good: Path, tmp_path: Path) -> None:
    done = inside("convert", good, "-o", tmp_path / "x.ttl")
    assert done.returncode == 0
    assert done.stdout == b""
    assert figures((tmp_path / "x.ttl").read_bytes()) == {"PMC1__a"}
    assert lines(done.stderr)[0].startswith("1 record, 1 figure, ")


def test_warnings_and_notes_end_with_0(tmp_path: Path) -> None:
    done = convert("-", stdin=record({"figid": "PMC1__a", "year": "MMXX"}))
    assert done.returncode == 0
    assert "year-invalid" in done.stderr.decode()


def test_a_record_that_cannot_be_read_ends_with_1_and_the_others_are_written(database: Path, tmp_path: Path) -> None:
    done = inside("convert", database, "-o", tmp_path / "x.ttl")
    assert done.returncode == 1
    assert figures((tmp_path / "x.ttl").read_bytes()) == {"PMC1__a"}
    assert lines(done.stderr)[0].startswith(f"error: {database}/_figures/PMC1__b.md:")
    assert "front-matter-unclosed" in lines(done.stderr)[0]
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize("name", ["x.ttl", "x.nt.gz"])
def test_where_no_record_can_be_read_nothing_is_written_but_the_report(name: str, tmp_path: Path) -> None:
    """Else a slip of the hand would put the description of the dataset in place of a good output."""
    (tmp_path / name).write_bytes(b"before")
    for output in (tmp_path / name, tmp_path / f"new-{name}"):
        done = inside("convert", "README.md", "-o", output, "--report", tmp_path / "report.jsonl")
        assert done.returncode == 1
        assert lines(done.stderr)[0].startswith("error: README.md:1: front-matter-missing: ")
        assert lines(done.stderr)[-1] == f"pfocr-rdf: no record could be read; {output} is not written"
        assert b'"front-matter-missing"' in (tmp_path / "report.jsonl").read_bytes()
    assert (tmp_path / name).read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["report.jsonl", name])


def test_a_stream_has_the_dataset_alone_where_no_record_can_be_read() -> None:
    done = inside("convert", "README.md", "-q", "-f", "ntriples")
    assert (done.returncode, done.stdout.count(b"\n")) == (1, 3)


@pytest.mark.parametrize(("name", "begins"), [("x.nt", b"<http"), ("x.ttl", b"@prefix "), ("x", b"@prefix ")])
def test_the_library_takes_one_input_alone_and_the_format_of_the_outputs_name(
    name: str, begins: bytes, good: Path, tmp_path: Path
) -> None:
    for given in (good, str(good), [good]):
        pfocr_rdf.convert(given, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begins)
    assert pfocr_rdf.validate(str(good)).figures == 1
    assert pfocr_rdf.load(good, store=tmp_path / "store").held.figures == 1


USAGE: dict[str, list[str]] = {
    "no input": [],
    "an unknown option": ["GOOD", "--colour"],
    "an unknown format": ["GOOD", "-f", "rdfxml"],
    "an unknown spelling of schema.org": ["GOOD", "--schema-org", "ftp"],
    "a date that is none": ["GOOD", "--created-on", "yesterday"],
    "a template that gives no IRI": ["GOOD", "--image-url", "{filename}"],
}
UNREADABLE: dict[str, list[str]] = {
    "an input that does not exist": ["FOLDER/missing"],
    "an empty folder": ["FOLDER/empty"],
    "a taxonomy that does not exist": ["GOOD", "--taxonomy", "FOLDER/missing.dmp"],
    "a taxonomy that is none": ["GOOD", "--taxonomy", "GOOD"],
    "an output folder that does not exist": ["GOOD", "-o", "FOLDER/missing/x.ttl"],
    "an output that is a folder": ["GOOD", "-o", "FOLDER"],
    "an output named as a folder": ["GOOD", "-o", "FOLDER/missing/"],
    "an output named as what is not written": ["GOOD", "-o", "FOLDER/x.rdf"],
    "an input given twice": ["GOOD", "GOOD"],
    "a report folder that does not exist": ["GOOD", "--report", "FOLDER/missing/report.jsonl"],
}


@pytest.mark.parametrize("case", [*USAGE, *UNREADABLE])
def test_wrong_usage_unreadable_input_and_a_failed_write_end_with_2_and_one_line_that_says_why(
    case: str, good: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    given = [part.replace("GOOD", str(good)).replace("FOLDER", str(tmp_path)) for part in (USAGE | UNREADABLE)[case]]
    done = convert(*given)
    assert done.returncode == 2
    assert done.stdout == b""
    (line,) = lines(done.stderr)
    assert line.startswith("pfocr-rdf: " if case in UNREADABLE else "pfocr-rdf convert: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["PMC1__a.md", "empty"]


@pytest.mark.parametrize("same", ["PMC1__a.md", "./PMC1__a.md", "link.md"])
def test_the_output_is_never_an_input(good: Path, tmp_path: Path, same: str) -> None:
    (tmp_path / "link.md").symlink_to(good)
    done = convert(good, "-o", f"{tmp_path}/{same}")
    assert done.returncode == 2
    assert good.read_bytes() == GOOD


def test_the_output_and_the_report_are_two_files(good: Path, tmp_path: Path) -> None:
    done = convert(good, "-o", tmp_path / "x", "--report", tmp_path / "x")
    assert done.returncode == 2
    assert not (tmp_path / "x").exists()


# ------------------------------------------------------------------------------------------- a run that fails


def full(data: bytes, *_: object) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["x.ttl", "x.nt", "x.ttl.gz", "x.nt.gz"])
def test_a_failed_write_leaves_the_old_output_and_nothing_beside_it(
    good: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / name
    output.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"x\..*: cannot be written: no space left on device"):
        pfocr_rdf.convert([good], output)
    assert output.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["PMC1__a.md", name]


def test_a_run_that_is_stopped_leaves_the_old_output_and_nothing_beside_it(good: Path, tmp_path: Path) -> None:
    output, report = tmp_path / "x.ttl", tmp_path / "report"
    output.write_bytes(b"old")
    report.write_bytes(b"old report")

    def stop(found: object) -> None:
        raise KeyboardInterrupt

    good.write_bytes(BROKEN)
    with pytest.raises(KeyboardInterrupt):
        pfocr_rdf.convert([good], output, report_file=report, report=stop)
    assert (output.read_bytes(), report.read_bytes()) == (b"old", b"old report")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["PMC1__a.md", "report", "x.ttl"]


def test_an_input_that_cannot_be_used_leaves_the_old_output(good: Path, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_bytes(b"old")
    with pytest.raises(InputError):
        pfocr_rdf.convert([good, tmp_path / "missing"], tmp_path / "x.ttl")
    assert (tmp_path / "x.ttl").read_bytes() == b"old"


def test_an_output_is_replaced_with_its_permissions_and_through_a_link(good: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "target.ttl", tmp_path / "link.ttl"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    pfocr_rdf.convert([good], link)
    assert link.is_symlink()
    assert figures(target.read_bytes()) == {"PMC1__a"}
    assert target.stat().st_mode & 0o777 == 0o640


# ---------------------------------------------------------------------------------- outputs and their formats


def test_without_an_output_turtle_goes_to_standard_output(good: Path) -> None:
    done = convert(good)
    assert figures(done.stdout) == {"PMC1__a"}
    assert done.stdout.startswith(b"@prefix ")
    assert done.stdout == convert(good, "-o", "-").stdout


@pytest.mark.parametrize(
    ("name", "options", "form"),
    [
        ("x.ttl", [], RdfFormat.TURTLE),
        ("x.nt", [], RdfFormat.N_TRIPLES),
        ("x.nt.gz", [], RdfFormat.N_TRIPLES),
        ("x.ttl.gz", [], RdfFormat.TURTLE),
        ("x", [], RdfFormat.TURTLE),
        ("x.ttl", ["-f", "ntriples"], RdfFormat.N_TRIPLES),
        ("x.nt", ["-f", "turtle"], RdfFormat.TURTLE),
    ],
)
def test_the_format_follows_from_the_option_or_the_output_s_name(
    good: Path, tmp_path: Path, name: str, options: list[str], form: RdfFormat
) -> None:
    assert convert(good, "-o", tmp_path / name, *options).returncode == 0
    data = (tmp_path / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    assert figures(data, form) == {"PMC1__a"}
    assert data.startswith(b"@prefix ") == (form == RdfFormat.TURTLE)


def test_a_device_is_written_to_and_stays(good: Path) -> None:
    done = convert(good, "-o", "/dev/null", "--report", "/dev/null")
    assert (done.returncode, done.stdout) == (0, b"")
    assert not Path("/dev/null").is_file()


def test_dev_stdout_is_standard_output(good: Path, tmp_path: Path) -> None:
    expected = convert(good).stdout
    assert run("convert", good, "-o", "/dev/stdout").stdout == expected
    command = [sys.executable, "-m", "pfocr_rdf", "convert", "-q", "-j", "1", str(good), "-o", "/dev/stdout"]
    with open(tmp_path / "out", "wb") as out:
        assert subprocess.run(command, stdout=out, check=False).returncode == 0
    assert (tmp_path / "out").read_bytes() == expected


def test_a_named_pipe_is_written_to(good: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        assert convert(good, "-o", tmp_path / "pipe").returncode == 0
        assert reader.communicate()[0] == convert(good).stdout
    assert (tmp_path / "pipe").is_fifo()


def test_a_reader_that_leaves_early_ends_the_run_without_a_traceback(examples: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pfocr_rdf",
        "convert",
        "-j",
        "1",
        str(examples),
        "--report",
        str(tmp_path / "report"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read().decode()
        assert process.wait(60) != 0
    assert "Traceback" not in said
    assert "Exception" not in said
    assert list(tmp_path.iterdir()) == []


# ----------------------------------------------------------------------------------------------------- inputs


def test_a_record_on_standard_input_is_read() -> None:
    done = convert("-", stdin=GOOD)
    assert done.returncode == 0
    assert figures(done.stdout) == {"PMC1__a"}


@pytest.mark.parametrize("stdin", [b"", b"\xff", BROKEN])
def test_an_error_on_standard_input_names_it_and_ends_with_1(stdin: bytes) -> None:
    done = convert("-", stdin=stdin)
    assert done.returncode == 1
    assert figures(done.stdout) == set()
    assert lines(done.stderr)[0].startswith("error: <stdin>")


def test_several_inputs_become_one_graph(good: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "c.yml").write_bytes(record({"figid": "PMC1__c", "schema-jsonld": block(id="")}))
    done = convert(good, tmp_path / "folder", "-", stdin=record({"figid": "PMC2__d"}))
    assert done.returncode == 0
    assert figures(done.stdout) == {"PMC1__a", "PMC1__c", "PMC2__d"}
    assert done.stdout.count(b"\npmc:PMC1 a ") == 1
    assert done.stdout.count(b"@prefix wp:") == 1
    assert lines(done.stderr)[0].startswith("3 records, 3 figures, ")


def test_a_second_record_of_a_figid_is_left_out_and_reported(good: Path, tmp_path: Path) -> None:
    (tmp_path / "again.md").write_bytes(GOOD.replace(b"Glycolysis", b"Another title"))
    done = convert(good, tmp_path / "again.md", "--report", tmp_path / "report")
    assert done.returncode == 1
    assert b"Glycolysis" in done.stdout
    assert b"Another title" not in done.stdout
    (fault,) = [found for found in report_of(tmp_path / "report") if found["level"] == "error"]
    assert (fault["code"], fault["file"], fault["figid"]) == ("figid-duplicate", f"{tmp_path}/again.md", "PMC1__a")
    assert str(good) in fault["message"]


@pytest.mark.parametrize("first", ["PMC1__a", "PMC1__z"])
def test_a_second_record_of_a_figure_s_iri_is_left_out_and_reported(tmp_path: Path, first: str) -> None:
    # both blocks name the figure of PMC1__a; it is its own figure in the one case, in the other it comes second
    for number, figid in enumerate([first, "PMC1__y"]):
        (tmp_path / f"{number}.md").write_bytes(record({"figid": figid, "schema-jsonld": block(name=figid)}))
    (tmp_path / "2.md").write_bytes(record({"figid": "PMC1__a", "schema-jsonld": block(name="own")}))
    done = convert(tmp_path, "--report", tmp_path / "report")
    assert done.returncode == 1
    assert figures(done.stdout) == {first}
    errors = [found for found in report_of(tmp_path / "report") if found["level"] == "error"]
    second = "figid-duplicate" if first == "PMC1__a" else "figure-iri-duplicate"
    assert [(found["code"], found["figid"]) for found in errors] == [
        ("figure-iri-duplicate", "PMC1__y"),
        (second, "PMC1__a"),
    ]


def test_the_graph_of_a_record_left_out_is_not_there(good: Path, tmp_path: Path) -> None:
    gene = b"genes:\n- word: Q\n  entrez: '99'\n"
    again = tmp_path / "again.md"
    again.write_bytes(GOOD.replace(b"pmcid:", gene + b"pmcid:"))
    assert convert(good, again).stdout == convert(good).stdout


# ---------------------------------------------------------------------------------------------------- options


def test_created_on_is_the_date_of_the_dataset(good: Path) -> None:
    plain, dated = convert(good), convert(good, "--created-on", "2025-01-02")
    added = parsed(dated.stdout, RdfFormat.TURTLE) - parsed(plain.stdout, RdfFormat.TURTLE)
    (triple,) = added
    assert str(triple.predicate) == "<http://purl.org/pav/createdOn>"
    assert str(triple.object) == '"2025-01-02"^^<http://www.w3.org/2001/XMLSchema#date>'


def test_image_url_is_where_images_are() -> None:
    data = record({"figid": "PMC1__a", "filename": "a b.jpg"})
    done = convert("-", "--image-url", "https://images.example/{pmcid}?f={filename}", stdin=data)
    assert b"<https://images.example/PMC1?f=a%20b.jpg>" in done.stdout
    assert b"europepmc" not in done.stdout


def test_as_is_and_schema_org_reach_the_output() -> None:
    data = record({"figid": "PMC1__a", "schema-jsonld": block(name="CreativeWork")})
    assert b"CreativeWork" not in convert("-", stdin=data).stdout
    assert b'schema:name "CreativeWork"' in convert("-", "--as-is", stdin=data).stdout
    assert b"@prefix schema: <https://schema.org/>" in convert("-", "--schema-org", "https", stdin=data).stdout


def test_taxonomy_resolves_organisms(tmp_path: Path) -> None:
    (tmp_path / "names.dmp").write_bytes(b"77\t|\tUnknown cells\t|\t\t|\tscientific name\t|\n")
    data = record({"figid": "PMC1__a", "organisms": ["unknown cells"]})
    assert b"wp:organism ncbitaxon:77" in convert("-", "--taxonomy", tmp_path / "names.dmp", stdin=data).stdout


# ----------------------------------------------------------------------------------------------------- report


def test_the_report_has_a_line_of_json_for_each_diagnostic(database: Path, tmp_path: Path) -> None:
    done = convert(database, "-o", "/dev/null", "--report", tmp_path / "report.jsonl")
    (error,) = report_of(tmp_path / "report.jsonl")
    assert list(error) == ["file", "line", "figid", "key", "level", "code", "message", "value"]
    assert (error["file"], error["line"]) == (f"{database}/_figures/PMC1__b.md", 3)
    assert lines(done.stderr)[-1].split()[:3] == ["error", "1", "front-matter-unclosed"]


def test_the_report_of_a_clean_run_is_empty(good: Path, tmp_path: Path) -> None:
    convert(good, "-o", "/dev/null", "--report", tmp_path / "report.jsonl")
    assert (tmp_path / "report.jsonl").read_bytes() == b""


def test_the_table_counts_what_the_report_lists(examples: Path, tmp_path: Path) -> None:
    done = convert(examples, "-o", "/dev/null", "--report", tmp_path / "report.jsonl")
    counted: dict[tuple[str, str], int] = {}
    for found in report_of(tmp_path / "report.jsonl"):
        counted[found["level"], found["code"]] = counted.get((found["level"], found["code"]), 0) + 1
    table = [line.split() for line in lines(done.stderr)[1:]]
    assert {(level, code): int(count.replace(",", "")) for level, count, code, *_ in table} == counted


def test_quiet_leaves_only_errors(database: Path, good: Path) -> None:
    assert convert(good, "-q").stderr == b""
    assert len(lines(convert(database, "-q").stderr)) == 1


def test_a_value_with_line_ends_is_one_line_on_the_terminal_and_in_the_report(tmp_path: Path) -> None:
    data = record({"figid": "a\n\x1b[31m\u2028b\x85"})
    done = convert("-", "-o", "/dev/null", "--report", tmp_path / "report", stdin=data)
    assert len(lines(done.stderr)) == 3  # the error, the summary, the table's one row
    assert "\x1b" not in done.stderr.decode()
    assert len((tmp_path / "report").read_text("utf-8").splitlines()) == 1


# ----------------------------------------------------------------------------------------------------- Python


def test_convert_in_python_counts_what_it_has_done(database: Path, tmp_path: Path) -> None:
    counts = pfocr_rdf.convert([database], tmp_path / "x.nt", format="ntriples")
    assert (counts.records, counts.figures) == (2, 1)
    assert counts.triples == (tmp_path / "x.nt").read_bytes().count(b"\n")
    assert dict(counts.codes) == {"front-matter-unclosed": 1}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"format": "rdfxml"}, "turtle, ntriples"),
        ({"settings": Settings(image_url="x")}, "gives no IRI"),
        ({"settings": Settings(created_on="x")}, "no date"),
    ],
)
def test_a_wrong_option_in_python_is_a_value_error(
    good: Path, tmp_path: Path, options: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        pfocr_rdf.convert([good], tmp_path / "x", **options)
    assert not (tmp_path / "x").exists()


def test_a_program_of_its_own_ends_with_2_and_one_line(tmp_path: Path) -> None:
    done = run("convert", tmp_path / "missing")
    assert done.returncode == 2
    assert len(lines(done.stderr)) == 1


def test_the_convert_command_and_python_give_the_same_bytes(examples: Path, tmp_path: Path) -> None:
    pfocr_rdf.convert([examples], tmp_path / "x.ttl")
    assert convert(examples).stdout == (tmp_path / "x.ttl").read_bytes()


def test_codes_lists_every_code() -> None:
    said = inside("codes").stdout.decode()
    assert all(
        f"{code.name} ({code.level})\n    {code.meaning}\n    {code.action}\n" in said
        for code in pfocr_rdf.CODES.values()
    )
    assert inside("codes", "no-such-code").returncode == 2
