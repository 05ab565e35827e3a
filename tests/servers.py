"""Triple stores that tests start on free ports of the loopback, each with a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.stores.credentials import Credentials
from pfocr_rdf.stores.endpoint import Endpoint, Patience, addresses_of
from pfocr_rdf.stores.loading import counted
from pfocr_rdf.stores.remote import asking
from pfocr_rdf.terms import Term

PASSWORD = "geheim-Ω'42"  # with what would break a quotation or an encoding

_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
MaxCheckpointRemap = 2000
Striping = 0
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 60
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
DirsAllowed = {shards}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
MaxClientConnections = 10
[SPARQL]
ResultSetMaxRows = {rows}
[AutoRepair]
[Replication]
ServerName = db-TESTS
"""


@dataclass(frozen=True)
class Server:
    """A store that runs.

    Attributes:
        name: its name.
        url: its endpoint, as given to `--endpoint`.
        user: who may write, or None for anybody.
        password: the user's password.
        sql: Virtuoso's SQL port, as given to `--virtuoso`.
        shards: the folder that Virtuoso may read.
    """

    name: str
    url: str
    user: str | None = None
    password: str = ""
    sql: str = ""
    shards: Path = Path()

    @property
    def arguments(self) -> list[str]:
        """The arguments of `pfocr-rdf` that name it."""
        return ["--endpoint", self.url, *(("--user", self.user) if self.user else ())]

    @property
    def environment(self) -> dict[str, str]:
        """The variables in which `pfocr-rdf` finds the password."""
        return {"PFOCR_RDF_PASSWORD": self.password}

    def at(self, url: str) -> Server:
        """Give the same server behind another URL."""
        return Server(self.name, url, self.user, self.password)

    def open(self, *, timeout: float = 60, retries: int = 2, kind: type[Endpoint] = Endpoint) -> Endpoint:
        """Give a client, to be used as a context."""
        return kind(
            addresses_of(self.url, user=self.user is not None),
            credentials=Credentials(self.user, self.password) if self.user else None,
            patience=Patience(timeout=timeout, retries=retries, first_wait=0.01),
        )

    def count(self, graph: Term | None) -> GraphCounts:
        """Count what a graph holds."""
        with self.open() as endpoint:
            return counted(asking(endpoint), graph)

    def graphs(self) -> set[str]:
        """Give the names of the graphs that are there, but for those that Virtuoso has of its own."""
        with self.open() as endpoint:
            names = endpoint.values("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
        return {
            name
            for name in names
            if not re.match(r"http://(www\.openlinksw\.com|localuriqaserver|www\.w3\.org)/", name)
        }

    def update(self, *operations: str) -> None:
        """Execute operations of SPARQL Update."""
        with self.open() as endpoint:
            endpoint.update(*operations)

    def clear(self) -> None:
        """Drop all graphs that tests made."""
        self.update(*(f"DROP SILENT GRAPH <{name}>" for name in self.graphs()), "INSERT DATA { }")
        if self.name == "oxigraph":
            self.update("DROP ALL")


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def running(command: list[str | Path], url: str, log: Path) -> Iterator[None]:
    """Start a server, wait until it answers, and stop it in the end."""
    with (
        open(log, "wb") as output,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output) as process,
    ):
        try:
            end = time.monotonic() + 60
            while True:
                try:
                    httpx.get(url, timeout=5, trust_env=False)
                    break
                except httpx.TransportError:
                    if process.poll() is not None or time.monotonic() > end:
                        pytest.fail(f"{command[0]} does not answer:\n{log.read_text('utf-8', 'replace')}")
                    time.sleep(0.05)
            yield
        finally:
            process.kill()


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    """Start Oxigraph's server, with an empty store in memory."""
    program = shutil.which("oxigraph", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        pytest.skip("the program oxigraph (of the extra server) is not installed")
    url = f"http://127.0.0.1:{free_port()}"
    with running([program, "serve", "--bind", url.removeprefix("http://")], url, folder / "oxigraph.log"):
        yield Server("oxigraph", url)


@contextmanager
def virtuoso(folder: Path, *, rows: int = 1_000_000, again: bool = False) -> Iterator[Server]:
    """Start a Virtuoso with an empty database of its own, whose user `dba` has the password `PASSWORD`.

    Args:
        folder: an empty folder, or one that it had before.
        again: whether it had it before.
        rows: the rows that an answer has at most; the usual 10,000 are fewer than some queries find in the sample.
    """
    program = shutil.which("virtuoso-t")
    isql = shutil.which("isql-vt")
    if program is None or isql is None:
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin")
    database, shards = folder / "database", folder / "shards"
    database.mkdir(exist_ok=again)
    shards.mkdir(exist_ok=again)
    http, sql = free_port(), free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_INI.format(folder=database, shards=shards, http=http, sql=sql, rows=rows), "utf-8")
    url = f"http://127.0.0.1:{http}"
    with running([program, "+configfile", ini, "+foreground"], f"{url}/sparql", folder / "virtuoso.out"):
        if not again:
            quoted = PASSWORD.replace("'", "''")
            subprocess.run(
                [isql, f"127.0.0.1:{sql}", "dba", "dba"],
                input=f"user_set_password ('dba', '{quoted}');\n".encode(),
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=60,
            )
        yield Server("virtuoso", f"{url}/sparql", "dba", PASSWORD, f"127.0.0.1:{sql}", shards)
