"""The scripts that load a release, run as their users run them, with the stores that are installed."""

from __future__ import annotations

import configparser
import gzip
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from commands import inside
from pfocr_rdf import Settings
from pfocr_rdf.terms import iri_text
from pfocr_rdf.vocabulary import GRAPH
from releases import loaded, make

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
SCRIPTS = ("fuseki.sh", "oxigraph.sh", "qlever.sh")


@pytest.fixture(scope="module")
def made_release(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in several shards."""
    folder = tmp_path_factory.mktemp("releases") / "release"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pfocr_rdf.releases.release.BLOCK_BYTES", 50_000)
        patch.setattr("pfocr_rdf.releases.release.SHARD_TRIPLES", 2_000)
        make(examples, folder, settings=Settings(created_on="2026-11-02"))
    assert len(list((folder / "shards").iterdir())) > 2
    return folder


@pytest.fixture
def release(made_release: Path, tmp_path: Path) -> Path:
    """A copy of it, which a test may change, and whose folder's name has a blank in it."""
    return Path(shutil.copytree(made_release, tmp_path / "a release"))


def held(release: Path) -> int:
    """Give how many triples a release's data and description are together."""
    return len(loaded(release / "pfocr-2026.11.nt.gz", release / "void.ttl"))


def lose_lines(shard: Path) -> None:
    """Make a shard a valid one that holds less."""
    lines = gzip.decompress(shard.read_bytes()).splitlines(keepends=True)
    shard.write_bytes(gzip.compress(b"".join(lines[:-9])))


def sh(script: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": os.pathsep.join(filter(None, (path, os.environ["PATH"])))}
    return subprocess.run(
        ["sh", script, *arguments], capture_output=True, text=True, check=False, env=environment, timeout=120
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_right_for_any_shell(release: Path, name: str) -> None:
    assert subprocess.run(["sh", "-n", release / "load" / name], check=False).returncode == 0
    if shutil.which("shellcheck") is not None:
        assert subprocess.run(["shellcheck", release / "load" / name], check=False).returncode == 0


@pytest.fixture
def oxigraph() -> str:
    """The folder of the program `oxigraph`."""
    beside = Path(sys.executable).parent
    found = shutil.which("oxigraph", path=f"{beside}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip("the program oxigraph is not installed: pip install oxigraph")
    return str(Path(found).parent)


def test_oxigraph(release: Path, oxigraph: str, tmp_path: Path) -> None:
    done = sh(release / "load" / "oxigraph.sh", str(tmp_path / "a store"), path=oxigraph)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-3:] == [f"triples: {held(release)}", "figures: 15", "mentions: 294"]
    assert sh(release / "load" / "oxigraph.sh", str(tmp_path / "a store"), path=oxigraph).returncode == 0
    dataset = "https://pfocr.wikipathways.org/dataset/pfocr"
    title = "PFOCR: Pathway Figure OCR"
    rows = inside("query", "--store", tmp_path / "a store", "-q", "-f", "csv", "metadata").stdout.decode().splitlines()
    assert rows == [
        "dataset,title,version,date,issued,license",
        f"{dataset},{title},,2026-11-02,,{CC0}",
        f'{dataset}/2026.11/rdf,"{title}, version 2026.11, in RDF",2026.11,2026-11-02,2026-11-30,{CC0}',
    ]


def test_oxigraph_that_lacks_a_part_is_found(release: Path, oxigraph: str, tmp_path: Path) -> None:
    lose_lines(sorted((release / "shards").iterdir())[1])
    done = sh(release / "load" / "oxigraph.sh", str(tmp_path / "store"), path=oxigraph)
    assert done.returncode == 1
    whole = held(release)
    assert f"not loaded: the store holds {whole - 9} triples, the release {whole}" in done.stderr


def test_a_folder_for_the_store_must_be_given(release: Path) -> None:
    for name in ("fuseki.sh", "oxigraph.sh"):
        done = sh(release / "load" / name)
        assert done.returncode != 0
        assert "give a folder" in done.stderr


def test_a_relative_folder_is_that_of_the_user(
    release: Path, oxigraph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sh(release / "load" / "oxigraph.sh", "store", path=oxigraph).returncode == 0
    assert (tmp_path / "store").is_dir()


def test_the_settings_of_qlever_are_complete(release: Path) -> None:
    settings = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
    settings.read(release / "load" / "Qleverfile")
    assert settings["data"]["NAME"] == "pfocr"
    command = settings["index"]["CAT_INPUT_FILES"]
    done = subprocess.run(["sh", "-c", command], cwd=release / "load", capture_output=True, check=True)
    dump = gzip.decompress((release / "pfocr-2026.11.nt.gz").read_bytes())
    assert done.stdout == (release / "void.ttl").read_bytes() + dump
    store = Store()
    store.load(done.stdout, format=RdfFormat.TURTLE)
    assert len(store) == held(release)
    assert settings["data"]["FORMAT"] == "ttl"
    assert {"data", "index", "server", "runtime", "ui"} == set(settings.sections())


# ---------------------------------------------------------------------------------------------------- Virtuoso

_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
DisableUnixSocket = 1
NumberOfBuffers = 10000
DirsAllowed = {allowed}
"""


@pytest.fixture
def virtuoso(tmp_path: Path) -> Iterator[str]:
    """A Virtuoso that runs, by its address; it may read the test's folder."""
    if shutil.which("virtuoso-t") is None or shutil.which("isql-vt") is None:
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin")
    folder = tmp_path / "virtuoso"
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ini = folder / "virtuoso.ini"
    ini.write_text(_INI.format(folder=folder, port=port, allowed=tmp_path), "utf-8")
    command = ["virtuoso-t", "+configfile", str(ini), "+foreground"]
    with (
        open(folder / "output", "wb") as output,
        subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output) as process,
    ):
        try:
            end = time.monotonic() + 60
            while isql(f"127.0.0.1:{port}", "EXEC=status ();").returncode != 0:
                if process.poll() is not None or time.monotonic() > end:
                    pytest.fail((folder / "output").read_text("utf-8", "replace"))
                time.sleep(0.1)
            yield f"127.0.0.1:{port}"
        finally:
            process.kill()


def isql(address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["isql-vt", address, "dba", "dba", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL)


def virtuoso_holds(address: str, pattern: str) -> int:
    done = isql(address, "VERBOSE=OFF", "BANNER=OFF", f"EXEC=SPARQL SELECT COUNT(*) WHERE {{ {pattern} }};")
    return int(done.stdout.split()[-1])


@pytest.mark.slow
def test_virtuoso(release: Path, virtuoso: str) -> None:
    whole = held(release)
    shards = release.rename(release.with_name("release"))
    script = str(shards / "load" / "virtuoso.sql")
    live = f"GRAPH {GRAPH} {{ ?s ?p ?o }}"
    for _ in range(2):  # a second load takes the place of the first
        done = isql(virtuoso, script, "-u", f"folder={shards}")
        assert "Error" not in done.stdout + done.stderr
        assert "all of PFOCR 2026.11 is loaded" in done.stdout
        assert virtuoso_holds(virtuoso, live) == whole
        assert virtuoso_holds(virtuoso, f"GRAPH <{iri_text(GRAPH)}#release> {{ ?s ?p ?o }}") == 0
    version = '?d a <http://rdfs.org/ns/void#Dataset> ; <http://purl.org/pav/version> "2026.11"'
    assert virtuoso_holds(virtuoso, f"GRAPH {GRAPH} {{ {version} }}") == 1
    lose_lines(sorted((shards / "shards").iterdir())[1])
    done = isql(virtuoso, script, "-u", f"folder={shards}")
    assert f"not loaded: the store holds {whole - 9} triples, the release {whole}" in done.stderr
    assert "nothing is replaced: the graph holds what it held before" in done.stderr
    assert "all of PFOCR" not in done.stdout
    assert virtuoso_holds(virtuoso, live) == whole  # what it held before


def test_one_graph_is_named_everywhere(release: Path, root: Path) -> None:
    graph = iri_text(GRAPH)
    shown = (root / "README.md").read_text("utf-8") + inside("load", "--help").stdout.decode()
    assert set(re.findall(r"--graph (https?://[^\s`]+)", shown)) == {graph}
    script = (release / "load" / "virtuoso.sql").read_text("utf-8")
    assert f"TO <{graph}>" in script
    assert set(re.findall(r"GRAPH <([^>]+)>", script)) == {graph, f"{graph}#release"}
