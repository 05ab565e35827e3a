"""What README.md and examples/README.md show is what happens: commands, Python, excerpts, links and options.

Each fenced block of a document is run or compared, in order, in a folder that holds a copy of `examples/`:

- `console`: each line that begins with `$ ` is run by bash, and what it writes must be what follows it;
- `pycon`: is run as a doctest;
- any other block after `<!-- from: FILE -->` must be an excerpt of FILE, as it stands in the folder by then;
- `bash` after `<!-- set-up: … -->` installs the project, and is run by `.ci/run`; here only what comes after that is;
- `console` after `<!-- with: SERVER -->` is run with such a server, in place of those that its addresses name;
- `bash` after `<!-- from the manual -->` is for programs that are not here: of it only our own commands are checked;
- `mermaid` is a drawing.

In what is compared, `…` stands for anything within a line, and a line of nothing but `…` for any lines. A tab is as
good as four blanks, and the line ends of CSV are as good as others.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pytest

import pfocr_rdf
from pfocr_rdf.cli import cli
from servers import Server, oxigraph, virtuoso

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "examples/README.md")


def commands(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """Give the commands of a group and of the groups in it, by their full names."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix}{name} ")
        else:
            found[prefix + name] = command
    return found


COMMANDS = commands(cli)

_FENCED = re.compile(r"(?:^<!-- (?P<marker>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the marker before it, its text and its line in the document."""

    language: str
    marker: str
    text: str
    line: int


def blocks(document: Path) -> Iterator[Block]:
    text = document.read_text("utf-8")
    for found in _FENCED.finditer(text):
        line = text.count("\n", 0, found.start("text"))
        yield Block(found["language"], found["marker"] or "", found["text"], line)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the documents suppose it: with the examples, a small `names.dmp`, and the command on the path."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    rows = [("9606", "Homo sapiens", "", "scientific name"), ("10090", "Mus musculus", "", "scientific name")]
    names = "".join("\t|\t".join(row) + "\t|\n" for row in rows)
    (tmp_path / "names.dmp").write_text(names, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    return tmp_path


def test_first_commands(folder: Path) -> None:
    """What a reader meets first: all blocks up to the second that shows commands."""
    listed = list(blocks(ROOT / "README.md"))
    _, second, *_ = (number for number, block in enumerate(listed) if block.language == "console")
    check_blocks("README.md", listed[: second + 1], folder)


@pytest.mark.parametrize("name", [pytest.param("README.md", marks=pytest.mark.slow), "examples/README.md"])
def test_blocks(name: str, folder: Path) -> None:
    check_blocks(name, blocks(ROOT / name), folder)


def check_blocks(name: str, listed: Iterable[Block], folder: Path) -> None:
    names: dict[str, object] = {}
    for block in listed:
        where = f"{name}:{block.line}"
        if block.marker.startswith("with: "):
            continue  # test_blocks_with_servers
        if block.marker == "from the manual":
            check_usage(block, where)
        elif block.language == "console":
            check_console(block, where)
        elif block.language == "pycon":
            check_python(block, where, names)
        elif block.language == "bash" and block.marker == "set-up: examples":
            check_set_up(block)
        elif block.marker.startswith("from: "):
            file = block.marker.removeprefix("from: ")
            shown = (folder / file).read_text("utf-8")
            assert pattern(block.text).search(flat(shown)), f"{where}: not an excerpt of {file}"
        else:
            assert (block.language, block.marker) in {("bash", "set-up: tests"), ("mermaid", "")}, where


@pytest.mark.slow
@pytest.mark.parametrize("started", [oxigraph, virtuoso], ids=["oxigraph", "virtuoso"])
def test_blocks_with_servers(
    started: Callable[[Path], AbstractContextManager[Server]],
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with started(tmp_path_factory.mktemp("server")) as server:
        monkeypatch.setenv("PFOCR_RDF_PASSWORD", server.password)
        own = {"http://localhost:7878": server.url, "http://localhost:8890/sparql": server.url}
        own |= {"localhost:1111": server.sql, "/srv/shards": str(server.shards)}
        found = [block for block in blocks(ROOT / "README.md") if block.marker == f"with: {server.name}"]
        assert found
        for block in found:
            text = block.text
            for shown, there in own.items():
                text = text.replace(shown, there)
            check_console(replace(block, text=text), f"README.md:{block.line}")


def check_usage(block: Block, where: str) -> None:
    """Let our own commands read their arguments, and no more."""
    commands = [shlex.split(line)[1:] for line in block.text.splitlines() if line.startswith("pfocr-rdf ")]
    assert commands, where
    for name, *arguments in commands:
        COMMANDS[name].make_context(name, arguments)


def check_set_up(block: Block) -> None:
    """Run what comes after the installation, with what is installed here."""
    _, _, command = block.text.rpartition(" && ")
    subprocess.run(["bash", "-c", command.replace(".venv/bin/", "")], check=True, capture_output=True, timeout=60)


def check_console(block: Block, where: str) -> None:
    for part in re.split(r"^\$ ", block.text, flags=re.M)[1:]:
        command, _, expected = part.partition("\n")
        while command.endswith("\\"):
            more, _, expected = expected.partition("\n")
            command = f"{command}\n{more}"
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
        )
        written = flat(done.stdout.decode())
        assert pattern(expected).fullmatch(written), f"{where}: $ {command}\n{written}"


def check_python(block: Block, where: str, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, where, where, block.line)
    report: list[str] = []
    results = doctest.DocTestRunner(optionflags=doctest.REPORT_UDIFF).run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert results.attempted, f"{where}: no example"
    assert not results.failed, "".join(report)


def flat(text: str) -> str:
    return text.replace("\t", "    ").replace("\r\n", "\n")


def pattern(shown: str) -> re.Pattern[str]:
    """Make the pattern of what is shown, with its marks of omission."""
    parts = [
        r"(?:.*\n)*?" if line.strip() == "…" else r"[^\n]*?".join(map(re.escape, line.split("…")))
        for line in re.findall(r".*\n", flat(shown))
    ]
    return re.compile("^" + "".join(parts), re.M)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links(name: str) -> None:
    """A link inside the project leads to a file or a heading that is there."""
    document = ROOT / name
    for found in _LINK.finditer(document.read_text("utf-8")):
        target, _, heading = found["target"].partition("#")
        if target.startswith("https://"):
            continue
        path = (document.parent / target) if target else document
        assert path.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.M)
            assert heading in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings], heading


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=COMMANDS)
def test_command_is_documented(name: str, command: click.Command) -> None:
    """Each command is shown, and each of its options has a row in a table, with its long name and its short."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert f"`pfocr-rdf {name}" in text or f"$ pfocr-rdf {name}" in text
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                row = rf"^\|[^|\n]*`{option}(?![\w-])"
                assert re.search(row, text, re.M), f"{option} of {name} has no row in a table of the README"


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=COMMANDS)
def test_command_has_an_example(name: str, command: click.Command) -> None:
    """The help of each command ends in an example on a line of its own."""
    help_text = command.get_help(click.Context(command, info_name=f"pfocr-rdf {name}"))
    assert re.search(rf"^ +Example:\n +pfocr-rdf {name} ", help_text, re.M)


def test_examples_readme_names_every_record() -> None:
    text = (ROOT / "examples" / "README.md").read_text("utf-8")
    for record in (ROOT / "examples" / "_figures").iterdir():
        assert f"| `{record.stem}` |" in text
    for query in (ROOT / "examples" / "queries").glob("*.rq"):
        assert f"[`{query.stem}`](queries/{query.name})" in text


def test_changelog_names_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{pfocr_rdf.__version__}]" in text
