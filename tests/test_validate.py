"""`pfocr-rdf validate` and `convert --validate`: every option, every format, the exit codes, and both engines."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

import pfocr_rdf
from checkouts import Checkout
from commands import Completed, inside, run
from pfocr_rdf import Settings
from pfocr_rdf.checking import Result
from pfocr_rdf.engines import ENGINES

GOLDEN = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
turbo = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("pyshacl_turbo"), reason="the extra turbo is not installed"
)

Key = tuple[str, str, str, str]


def validate(*arguments: str | Path) -> Completed:
    """Run `pfocr-rdf validate` with one worker in this process."""
    return inside("validate", "-j", "1", *arguments)


def results_of(*inputs: Path, engine: str = "pyshacl", jobs: int = 1, part: bool = False) -> list[Result]:
    found: list[Result] = []
    pfocr_rdf.validate(inputs, report=found.append, engine=engine, jobs=jobs, part=part, diagnostics=lambda _: None)
    return found


def keys(results: list[Result]) -> Counter[Key]:
    return Counter((result.focus, result.path, result.component, result.severity) for result in results)


@pytest.fixture(scope="module")
def ntriples(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("validate") / "examples.nt"
    pfocr_rdf.convert([examples], target, format="ntriples")
    return target


@pytest.fixture
def broken(ntriples: Path, tmp_path: Path) -> Path:
    """The examples with one figure that has lost its figid."""
    kept = [line for line in ntriples.read_bytes().splitlines(True) if b'identifier> "PMC99000003__gr2"' not in line]
    target = tmp_path / "broken.nt"
    target.write_bytes(b"".join(kept))
    return target


# --------------------------------------------------------------------------------------------------- exit codes


def test_the_examples_are_valid_and_warnings_fail_only_when_strict(examples: Path) -> None:
    assert validate(examples, "-q").returncode == 0
    assert validate(examples, "-q", "--strict").returncode == 1


def test_a_violation_ends_with_1_and_names_the_figure(broken: Path) -> None:
    done = validate(broken, "-q")
    assert done.returncode == 1
    assert done.stdout.startswith(b"Violation")
    assert b"figure:PMC99000003__gr2.html" in done.stdout


@pytest.mark.parametrize("content", [b"<a> <b>", b"\xff\xfe"])
def test_what_is_no_rdf_ends_with_2_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_bytes(content)
    done = validate(tmp_path / "x.ttl")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


@pytest.mark.parametrize("content", [None, b"no turtle"])
def test_shapes_that_cannot_be_used_end_with_2_in_one_line(
    content: bytes | None, examples: Path, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "own.ttl").write_bytes(content)
    done = validate(examples, "--shapes", tmp_path, "--instead", "-q")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


# ------------------------------------------------------------------------------------------------------- input


def test_records_turtle_ntriples_gzip_and_any_order_give_the_same(
    examples: Path, ntriples: Path, tmp_path: Path
) -> None:
    expected = keys(results_of(examples))
    pfocr_rdf.convert([examples], tmp_path / "x.ttl")
    (tmp_path / "x.nt.gz").write_bytes(gzip.compress(ntriples.read_bytes()))
    lines = ntriples.read_bytes().splitlines(True)
    random.Random(7).shuffle(lines)
    (tmp_path / "shuffled.nt").write_bytes(b"".join(lines))
    for name in ("x.ttl", "x.nt.gz", "shuffled.nt"):
        assert keys(results_of(tmp_path / name)) == expected, name


@pytest.mark.parametrize("part", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("waiting", [pytest.param(8_000_000, marks=pytest.mark.slow), 1000])
def test_the_figure_of_a_thing_that_figures_share_does_not_depend_on_the_order_of_triples(
    part: bool, waiting: int, ntriples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of shared things at most the classes are left, and all figures refer to one more, which is not there."""
    monkeypatch.setattr("pfocr_rdf.validation.WAITING", waiting)
    figures = re.compile(rb"<https://pfocr.wikipathways.org/(figures|mention)/")
    lines = [
        line
        for line in ntriples.read_bytes().splitlines(True)
        if figures.match(line) or (b"22-rdf-syntax-ns#type>" in line and b"ncbigene" in line)
    ]
    for line in list(lines):
        if b"#Pathway> ." in line:
            figure = line.split(b" ")[0]
            lines.append(
                figure + b" <http://xmlns.com/foaf/0.1/depiction> <urn:x:no image> .\n".replace(b" image", b"-image")
            )
            lines.append(figure + b' <http://purl.org/dc/terms/identifier> "another" .\n')
    reports = []
    for seed in range(4):
        random.Random(seed).shuffle(lines)
        (tmp_path / f"{seed}.nt").write_bytes(b"".join(lines))
        reports.append(Counter(results_of(tmp_path / f"{seed}.nt", part=part)))
    assert any(result.figid and "ncbigene" in result.focus for result in reports[0]) or part
    assert reports[1:] == reports[:1] * 3


def test_a_graph_in_several_files_is_one_graph(ntriples: Path, tmp_path: Path) -> None:
    lines = ntriples.read_bytes().splitlines(True)
    (tmp_path / "a.nt").write_bytes(b"".join(lines[:3000]))
    (tmp_path / "b.nt").write_bytes(b"".join(lines[3000:]))
    assert keys(results_of(tmp_path / "a.nt", tmp_path / "b.nt")) == keys(results_of(ntriples))


def test_a_reference_that_leaves_a_shard_is_no_violation_there_but_one_of_the_whole(
    ntriples: Path, tmp_path: Path
) -> None:
    """The section of one figure, without what it shares with others."""
    own = [line for line in ntriples.read_bytes().splitlines(True) if b"PMC99000003__gr2" in line.split(b" ")[0]]
    (tmp_path / "figure.nt").write_bytes(b"".join(own))
    whole = Counter(result.severity for result in results_of(tmp_path / "figure.nt"))
    part = Counter(result.severity for result in results_of(tmp_path / "figure.nt", part=True))
    assert whole["Violation"] > 0
    assert part["Violation"] == 0


def test_schema_org_under_https_is_checked_too(examples: Path, tmp_path: Path) -> None:
    pfocr_rdf.convert([examples], tmp_path / "x.ttl", settings=Settings(schema_org="https"))
    assert validate(tmp_path / "x.ttl", "-q").returncode == 0
    assert validate(examples, "-q", "--schema-org", "https").returncode == 0


# ------------------------------------------------------------------------------------------------------ reports


def test_the_report_in_json_has_a_line_for_each_result(examples: Path, tmp_path: Path) -> None:
    validate(examples, "-q", "-f", "json", "--report", tmp_path / "r")
    lines = [json.loads(line) for line in (tmp_path / "r").read_bytes().splitlines()]
    assert len(lines) == len(results_of(examples))
    assert {"focus", "path", "severity", "component", "message"} <= lines[0].keys()
    assert any("examples/_figures/" in line["file"] for line in lines)


def test_the_report_in_turtle_is_a_validation_report(broken: Path) -> None:
    done = validate(broken, "-q", "-f", "turtle")
    store = pyoxigraph.Store()
    store.load(done.stdout, format=RdfFormat.TURTLE)
    query = """
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT ?conforms (COUNT(?result) AS ?results) WHERE {
            ?report a sh:ValidationReport ; sh:conforms ?conforms ; sh:result ?result .
            ?result sh:focusNode ?focus ; sh:resultSeverity ?severity ; sh:sourceConstraintComponent ?component
        } GROUP BY ?conforms
    """
    (row,) = store.query(query)  # type: ignore[misc]  # a SELECT gives solutions
    assert (row["conforms"].value, int(row["results"].value)) == ("false", len(results_of(broken)))


def test_the_text_tells_a_node_that_is_at_fault_itself_once(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("[] a <urn:x:C> .")
    done = validate(tmp_path / "x.ttl", "-q")
    assert b"\n    _:b0\n" in done.stdout


@pytest.mark.parametrize(
    "format", ["json", *(pytest.param(format, marks=pytest.mark.slow) for format in ("text", "turtle"))]
)
def test_the_report_is_the_same_for_any_number_of_workers(format: str, examples: Path) -> None:
    one, two = (run("validate", examples, "-q", "-f", format, "-j", str(jobs)).stdout for jobs in (1, 2))
    assert one == two
    assert one


def test_own_shapes_are_checked_beside_ours_or_instead(examples: Path, tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text("""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .
        @prefix wp: <http://vocabularies.wikipathways.org/wp#> .
        <https://example.org/shapes#Score> a sh:NodeShape ; sh:targetClass wp:Pathway ;
            sh:property [ sh:path pfocr:pathwayScore ; sh:minInclusive 0.99 ; sh:message "Not sure enough." ] .
    """)
    instead = validate(examples, "-q", "--shapes", tmp_path, "--instead")
    beside = validate(examples, "-q", "--shapes", tmp_path)
    assert (instead.returncode, beside.returncode) == (1, 1)
    assert instead.stdout.count(b"Violation") == 1
    assert b"Not sure enough." in instead.stdout
    assert len(beside.stdout) > len(instead.stdout)


def test_own_shapes_may_begin_with_a_byte_order_mark(examples: Path, tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:x:shape> a sh:NodeShape ; sh:targetClass <urn:x:C> .",
        "utf-8-sig",
    )
    assert validate(examples, "-q", "--shapes", tmp_path, "--instead").returncode == 0


# ------------------------------------------------------------------------------------------- convert --validate


def test_convert_names_the_records_that_break_the_shapes(checkout: Checkout, tmp_path: Path) -> None:
    block = {
        "@context": "https://schema.org/",
        "@id": "https://pfocr.wikipathways.org/figures/PMC1__a.html",
        "@type": "Dataset",
        "keywords": [".na.character"],
    }
    checkout.record(f"schema-jsonld: {json.dumps(block)}")
    target = tmp_path / "x.ttl"
    done = inside("convert", "-j", "1", checkout.root, "-o", target, "--as-is", "--validate")
    assert done.returncode == 1
    assert target.exists()
    assert b"shape-violated" in done.stderr
    assert b"PMC1__a.md" in done.stderr
    assert inside("convert", "-j", "1", checkout.root, "-o", target, "--as-is").returncode == 0


def test_convert_with_validation_gives_the_same_bytes(examples: Path, tmp_path: Path) -> None:
    for name, options in (("a", ()), ("b", ("--validate",)), ("c", ("--validate", "--cache", tmp_path / "cache"))):
        assert inside("convert", "-j", "1", examples, "-q", "-o", tmp_path / name, *options).returncode == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()


# ------------------------------------------------------------------------------------------------------ engines


@turbo
@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_both_engines_find_the_same_in_every_golden_case(case: Path) -> None:
    assert keys(results_of(case / "expected.nt", engine="turbo")) == keys(results_of(case / "expected.nt"))


@turbo
def test_both_engines_find_the_same_violation(broken: Path) -> None:
    assert keys(results_of(broken, engine="turbo")) == keys(results_of(broken))


def test_an_engine_that_is_not_installed_names_its_extra(examples: Path, tmp_path: Path) -> None:
    (tmp_path / "pyshacl_turbo.py").write_text("raise ImportError\n")
    done = run("validate", examples, "--engine", "turbo", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert b"pfocr-rdf[turbo]" in done.stderr


def test_engines_are_a_table() -> None:
    assert {*ENGINES} == {"pyshacl", "turbo"}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_the_whole_sample_is_valid(engine: str, sample: Path) -> None:
    verdict = pfocr_rdf.validate([sample], engine=engine, jobs=2, diagnostics=lambda _: None)
    assert verdict.count("Violation") == 0
    assert verdict.count("Warning") > 0
