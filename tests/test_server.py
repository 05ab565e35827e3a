"""`pfocr-rdf serve`: the real program, asked by programs and by a browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

import pfocr_rdf
from browser import visit
from commands import inside
from pfocr_rdf.extras import MissingExtraError
from pfocr_rdf.stores import server
from pfocr_rdf.stores.server import ServerError, parse_bind
from processes import members, on_linux, started, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def store(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stores") / "pfocr.db"
    pfocr_rdf.load([examples], store=folder)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(store: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve a store on a free port; give the URL that the command writes."""
    with started("serve", "--store", store, "--bind", f"127.0.0.1:{free_port()}") as process:
        assert process.stdout is not None
        found = re.fullmatch(rb"query page: (http://127\.0\.0\.1:[0-9]+/)\n", process.stdout.readline())
        assert found, process.stderr.read() if process.stderr is not None else b""
        yield found[1].decode(), process


def answer(url: str, text: str) -> str:
    headers = {"Accept": "text/csv", "Content-Type": "application/sparql-query"}
    request = Request(f"{url}query", data=text.encode(), headers=headers)
    with urlopen(request, timeout=30) as response:
        return str(response.read().decode())


def test_an_endpoint_that_is_only_read(store: Path) -> None:
    with serving(store) as (url, _):
        assert answer(url, COUNT) == "n\r\n6987\r\n"
        update = Request(f"{url}update", data=b"update=CLEAR+ALL")
        with pytest.raises(HTTPError) as caught:
            urlopen(update, timeout=30)
        assert caught.value.code == 403
        caught.value.close()
        assert answer(url, COUNT) == "n\r\n6987\r\n"
        # beside it, queries and another server
        assert inside("query", "--store", store, "-e", COUNT, "-f", "csv").stdout == b"n\r\n6987\r\n"
        with serving(store) as (other, _):
            assert answer(other, COUNT) == "n\r\n6987\r\n"


def test_a_load_meanwhile(store: Path, examples: Path, tmp_path: Path) -> None:
    """What is served stays whole while a load puts a new store in place; a server started then serves the new."""
    folder = tmp_path / "pfocr.db"
    file = tmp_path / "a.nt"
    file.write_text("<http://a/> <http://b/> <http://c/> .\n", "utf-8")
    pfocr_rdf.load([file], store=folder)
    with serving(folder) as (url, _):
        assert answer(url, COUNT) == "n\r\n1\r\n"
        assert inside("load", examples, "--store", folder).returncode == 0
        assert answer(url, COUNT) == "n\r\n1\r\n"
    with serving(folder) as (url, _):
        assert answer(url, COUNT) == "n\r\n6988\r\n"


def test_named_graphs_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.nt"
    file.write_text("<http://a/> <http://b/> <http://c/> .\n", "utf-8")
    pfocr_rdf.load([file], store=tmp_path / "a.db", graph="http://graph/")
    with serving(tmp_path / "a.db") as (url, _):
        assert answer(url, COUNT) == "n\r\n1\r\n"


@on_linux
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name
)
def test_the_end(number: signal.Signals, store: Path) -> None:
    """A signal to the command alone ends it, cleanly where it can, and the program with it."""
    with serving(store) as (_, process):
        assert len(members(process.pid)) == 2
        process.send_signal(number)
        wait_until(lambda: not members(process.pid), 20, "the end of all processes")
        assert process.wait() == (-9 if number == signal.SIGKILL else 0)
    assert bool(list(store.parent.glob(f".{store.name}.reading.*"))) == (number == signal.SIGKILL)


def test_a_program_that_does_not_answer(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended, and said to be so; nobody waits for it in silence."""
    program = tmp_path / "oxigraph"
    program.write_text("#!/bin/sh\nexec sleep 600\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(server, "_program", lambda: str(program))
    monkeypatch.setattr(server, "START_SECONDS", 0.5)
    with pytest.raises(server.ServerError, match=r"does not answer at 127\.0\.0\.1:[0-9]+ after"):
        server.serve(str(store), f"127.0.0.1:{free_port()}", print)
    assert not list(store.parent.glob(f".{store.name}.reading.*"))


STUBBORN = """
import signal, socket, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
host, port = sys.argv[sys.argv.index("--bind") + 1].split(":")
server = socket.create_server((host, int(port)))
time.sleep(600)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs a script that runs by itself")
def test_a_program_that_does_not_end(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "oxigraph"
    program.write_text(f"#!{sys.executable}\n{STUBBORN}", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(server, "_program", lambda: str(program))
    monkeypatch.setattr(server, "STOP_SECONDS", 0.5)
    server.serve(str(store), f"127.0.0.1:{free_port()}", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    assert not list(store.parent.glob(f".{store.name}.reading.*"))


def test_an_address_that_is_taken(store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = inside("serve", "--store", store, "--bind", f"127.0.0.1:{port}")
    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"pfocr-rdf: 127.0.0.1:{port}: address already in use; give another address, such as --bind 127.0.0.1:7879\n"
    )


@pytest.mark.parametrize("text", ["7878", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "a b:80", "-x:80:90"])
def test_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is no address; give HOST:PORT"):
        parse_bind(text)
    assert inside("serve", "--store", "none.db", "--bind", text).returncode == 2


def test_no_store() -> None:
    done = inside("serve", "--store", "none.db")
    assert done.returncode == 2
    assert b"none.db: there is no store; make one with pfocr-rdf load" in done.stderr


def test_no_program(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program is missing, the message says which extra to install."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        MissingExtraError, match=r"serving a store needs the extra 'server': pip install 'pfocr-rdf\[server\]'"
    ):
        server.serve(str(store), "127.0.0.1:7878", print)


@pytest.mark.skipif(os.name == "nt", reason="needs a script that runs by itself")
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo oxigraph 0.3.22", r"is of version 0\.3, and stores are written by .*pip install 'oxigraph=="),
        ("exit 1", "cannot be run"),
        ('[ "$1" = --version ] && echo oxigraph 0.5.0 || exit 7', "ended by itself, with code 7"),
    ],
)
def test_a_program_that_does_not_fit(
    script: str, message: str, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "oxigraph"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ServerError, match=message):
        server.serve(str(store), f"127.0.0.1:{free_port()}", print)


@pytest.mark.slow
def test_the_query_page(browser: Browser, store: Path) -> None:
    """A browser opens the page, which needs no other machine, runs a query, and shows its rows."""
    with serving(store) as (url, _), visit(browser, url) as seen:
        page = seen.page
        editor = page.locator(".yasqe .CodeMirror").first
        editor.wait_for()
        text = "SELECT ?o { <https://identifiers.org/ncbigene/7157> ?p ?o FILTER(!isIRI(?o)) } ORDER BY DESC(?o)"
        page.evaluate("text => document.querySelector('.yasqe .CodeMirror').CodeMirror.setValue(text)", text)
        page.locator(".yasqe_queryButton").first.click()
        row = page.locator(".yasr .dataTable tbody tr").first
        row.wait_for()
        assert "TP53" in row.inner_text()
        assert any(address.startswith(f"{url}sparql") for address in seen.requests)
        # its editor would complete prefixes by those of prefix.cc, and does without
        assert set(seen.refused) <= {"http://prefix.cc/popular/all.file.json"}
        assert page.title() == "Oxigraph server"
