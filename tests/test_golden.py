"""Golden cases: small checkouts with the RDF and the report that they give, read by people before they were accepted.

`tests/golden/README.md` says what a case is made of. `pytest --update-golden tests/test_golden.py` writes what comes
out now; read the difference against the mapping before you commit it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from click.testing import CliRunner
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, RdfFormat
from rdflib.compare import isomorphic

from pfocr_rdf import CODES, read_figures, to_graph
from pfocr_rdf.cli import cli

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())
FORMATS = {"turtle": "expected.ttl", "ntriples": "expected.nt"}

Convert = Callable[..., tuple[bytes, bytes, int]]


@pytest.fixture
def convert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Convert:
    """Run `pfocr-rdf convert` on a case, in its folder, and give the output, the report and the exit code."""

    def run(case: str, format: str) -> tuple[bytes, bytes, int]:
        folder = GOLDEN / case
        output, report = tmp_path / "output", tmp_path / "report.jsonl"
        options = folder / "options"
        given = shlex.split(options.read_text("utf-8")) if options.is_file() else []
        command = ["convert", "input", "-f", format, "-o", str(output), "--report", str(report), "-q", *given]
        monkeypatch.chdir(folder)
        result = CliRunner().invoke(cli, command)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return output.read_bytes(), report.read_bytes(), result.exit_code

    return run


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether what comes out is to be written as what is expected."""
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_bytes(case: str, format: str, convert: Convert, accept: bool) -> None:
    output, report, _ = convert(case, format)
    for content, name in ((output, FORMATS[format]), (report, "report.jsonl")):
        expected = GOLDEN / case / name
        if accept:
            expected.write_bytes(content)
        assert content.decode() == expected.read_bytes().decode(), f"{expected}: read it, then --update-golden"


@pytest.mark.parametrize("case", CASES)
def test_graph(case: str, convert: Convert) -> None:
    """The same graph in both formats, as both libraries read it; no blank node, and no triple twice."""
    expected = canonical((GOLDEN / case / "expected.ttl").read_bytes(), RdfFormat.TURTLE)
    lines = convert(case, "ntriples")[0]
    assert canonical(lines, RdfFormat.N_TRIPLES) == expected
    assert canonical(convert(case, "turtle")[0], RdfFormat.TURTLE) == expected
    assert len(list(pyoxigraph.parse(lines, RdfFormat.N_TRIPLES))) == len(expected)
    assert not any(isinstance(term, BlankNode) for quad in expected for term in (quad.subject, quad.object))
    assert isomorphic(rdflib_graph(case, "expected.nt"), rdflib_graph(case, "expected.ttl"))


_PYTHON_CASES = [case for case in CASES if not (GOLDEN / case / "options").is_file()]


@pytest.mark.parametrize("case", _PYTHON_CASES)
def test_python(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`to_graph` gives what the command line gives."""
    monkeypatch.chdir(GOLDEN / case)
    graph = to_graph(read_figures("input", report=lambda _: None), report=lambda _: None)
    assert isomorphic(graph, rdflib_graph(case, "expected.ttl"))


@pytest.mark.parametrize("case", CASES)
def test_exit_code(case: str, convert: Convert) -> None:
    _, report, code = convert(case, "turtle")
    assert code == any(json.loads(line)["level"] == "error" for line in report.split(b"\n") if line)


@pytest.mark.parametrize("case", CASES)
def test_described(case: str) -> None:
    """A case says what it shows, and holds nothing that no test reads."""
    title, _, text = (GOLDEN / case / "README.md").read_text("utf-8").partition("\n")
    assert title.startswith("# ")
    assert text.strip()
    named = {"README.md", "input", "options", "names.dmp", "report.jsonl", *FORMATS.values()}
    assert {file.name for file in (GOLDEN / case).iterdir()} <= named


def test_report_lines() -> None:
    """The reports of all cases hold codes of every level, and only known ones."""
    reports = [file.read_bytes().split(b"\n") for file in GOLDEN.glob("*/report.jsonl")]
    lines = [json.loads(line) for report in reports for line in report if line]
    assert {CODES[line["code"]].level for line in lines} == {"error", "warning", "info"}
    assert all(CODES[line["code"]].level == line["level"] for line in lines)


def canonical(data: bytes, format: RdfFormat) -> Dataset:
    dataset = Dataset(pyoxigraph.parse(data, format))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def rdflib_graph(case: str, name: str) -> rdflib.Graph:
    form = "turtle" if name.endswith(".ttl") else "nt"
    return rdflib.Graph().parse(data=(GOLDEN / case / name).read_text("utf-8"), format=form)
