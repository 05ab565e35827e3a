"""Virtuoso's bulk loader, through `isql`: for graphs that would take long over HTTP.

The graph is written as compressed N-Triples, in shards, into a folder that the server may read; `ld_dir` lists them,
`rdf_loader_run` loads them, and `checkpoint` makes it last, since the loader writes no log. The loader keeps what went
wrong with a file to itself, in the column `ll_error` of its list; here that fails the load.

`isql` is given its password as it would be typed, so that it stands on no command line.
"""

from __future__ import annotations

import gzip
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pfocr_rdf.errors import why
from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.output import OutputError
from pfocr_rdf.stores.credentials import Credentials
from pfocr_rdf.stores.loading import Send
from pfocr_rdf.stores.parts import Parts
from pfocr_rdf.stores.remote import EndpointError, UnansweredError
from pfocr_rdf.terms import Term, iri_text

__all__ = ["Virtuoso", "check_address", "find_isql"]

PROGRAMS: Final = ("isql-vt", "isql-v", "isql")
"""The names that `isql` has: Debian's, other packages', and OpenLink's."""

SHARD_BYTES: Final = 32 * 1024 * 1024
SHARD_TRIPLES: Final = 1_000_000

_TYPED_BY_ITSELF: Final = "dba"
"""The password that `isql` tries before it asks for one."""

_OPTIONS: Final = ("VERBOSE=OFF", "BANNER=OFF", "PROMPT=OFF", "BLOBS=ON", "ERRORS=STDOUT")
_PREFIX: Final = "pfocr-rdf-"
_OWN: Final = re.compile(rf"{_PREFIX}[0-9a-f]{{16}}-[0-9]{{6,}}\.nt\.gz")
"""Names of the shards that a load writes."""

_ERROR: Final = re.compile(r"^\*\*\* Error (?P<code>\w+): (?P<text>.*)$", re.M)
_PASSING: Final = ("40001", "08S01", "08003", "S2801", "S1T00")
"""Deadlocks and connections that broke."""


def find_isql(program: str | None = None) -> str:
    """Find Virtuoso's `isql`.

    Args:
        program: its name or path, where it is not one of the usual.

    Raises:
        EndpointError: when it is not installed.
    """
    for name in (program,) if program is not None else PROGRAMS:
        if found := shutil.which(name):
            return found
    wanted = program or "Virtuoso's isql"
    raise EndpointError(
        f"{wanted} is not installed here; on Debian it is in virtuoso-opensource-7-bin, elsewhere give --isql PROGRAM"
    )


def check_address(address: str) -> None:
    """Refuse what is no HOST:PORT.

    Raises:
        EndpointError: with what to give; what stands before an `@`, as a password may, is not shown.
    """
    if not re.fullmatch(r"[A-Za-z0-9.\-]+:[0-9]{1,5}", address) or address.startswith("-"):
        shown = repr(address) if "@" not in address else "what was given"
        raise EndpointError(f"{shown} is no HOST:PORT; give one such as localhost:1111")


class Virtuoso:
    """A Virtuoso server, by its SQL port.

    Args:
        address: the server, as HOST:PORT.
        credentials: a user who may write and use the loader, such as `dba`.
        folder: a folder that is the same here and for the server, which must have it in `DirsAllowed`.
        isql: Virtuoso's `isql`.
        retries: how often something is tried again after a deadlock or a connection that broke.
    """

    def __init__(self, address: str, credentials: Credentials, folder: str, *, isql: str, retries: int = 6) -> None:
        check_address(address)
        if not re.fullmatch(r"\w[\w.@\-]*", credentials.user):
            raise EndpointError(f"{credentials.user!r} is no name of a user of Virtuoso")
        self._address = address
        self._credentials = credentials
        self._folder = Path(os.path.realpath(folder))
        if re.search(r"[\x00-\x1f'\"\\$%]", str(self._folder)):
            raise EndpointError(f"{self._folder}: name a folder without quotes, backslashes, $ and %")
        if not self._folder.is_dir():
            raise EndpointError(f"{folder}: no such folder; give one that the server may read")
        self._isql = isql
        self._retries = retries
        self._answered = False

    def check(self, graph: Term | None) -> None:
        """Refuse to load into the default graph, None, or one whose name `isql` would change.

        Raises:
            EndpointError: with what to do.
        """
        if graph is None:
            raise EndpointError(f"{self._address}: Virtuoso has no default graph to load into; give --graph IRI")
        if re.search(r"[$'\\]|[^\x21-\x7e]", graph):
            raise EndpointError(f"{graph} cannot be passed to isql; name the graph in ASCII and without $ and quotes")

    def values(self, query: str) -> list[str]:
        """Give what a SPARQL query finds for its one variable.

        Raises:
            EndpointError: when there is no answer, or another.
        """
        return self._run(f"SPARQL {_one_line(query)};")

    def update(self, *operations: str, again: bool = True) -> None:
        """Execute operations of SPARQL Update, in one transaction.

        Args:
            operations: the operations; when one fails, those after it are not executed.
            again: whether it may be sent again when no answer comes, as it then has no effect.

        Raises:
            UnansweredError: when no answer came, or a deadlock undid it.
            EndpointError: when the server refused.
        """
        quoted = (_one_line(operation).replace("'", "''") for operation in operations)
        # one statement, whose arguments are computed in turn: after an error isql would go on to the next statement
        executed = ", ".join(f"exec ('SPARQL {operation}')" for operation in quoted)
        self._run("log_enable (1, 1);", f"vector ({executed});", "commit work;", again=again)

    def fill(self, graph: Term | None, send: Send) -> GraphCounts:
        """Add a graph, sent part by part, to a graph of the store.

        Raises:
            EndpointError: when the loader reports an error, or did not load a shard.
            OutputError: when a shard cannot be written.
        """
        self.check(graph)
        assert graph is not None
        with self._shards() as prefix:
            number = 0

            def write(part: bytes) -> None:
                nonlocal number
                number += 1
                file = self._folder / f"{prefix}{number:06d}.nt.gz"
                file.write_bytes(gzip.compress(part, 1, mtime=0))
                file.chmod(0o644)

            parts = Parts(write, size=SHARD_BYTES, triples=SHARD_TRIPLES)
            try:
                sent = send(parts.add)
                parts.flush()
            except OSError as error:
                raise OutputError(f"{self._folder}: cannot be written: {why(error)}") from error
            self._load(prefix, number, iri_text(graph))
            return sent

    def _load(self, prefix: str, shards: int, graph: str) -> None:
        """Let the server load shards.

        Raises:
            EndpointError: when it reports an error, or did not load them all.
        """
        where = f"WHERE ll_file LIKE '{self._folder}/{prefix}%'"
        self._run(f"ld_dir ('{self._folder}', '{prefix}%.nt.gz', '{graph}');", again=False)
        self._run("rdf_loader_run ();", "checkpoint;", again=False)
        rows = self._run(
            "SELECT concat (subseq (ll_file, strrchr (ll_file, '/') + 1), ' ', cast (ll_state AS VARCHAR), ' ',"  # noqa: S608
            f" replace (coalesce (ll_error, ''), chr (10), ' ')) FROM DB.DBA.load_list {where} ORDER BY ll_file;"
        )
        loaded = [row.split(" ", 2) for row in rows]
        errors = [f"{name}: {error[0]}" for name, _, *error in loaded if error and error[0].strip()]
        if errors:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            raise EndpointError(f"{self._address}: the loader reports {self._clean(errors[0])}{more}")
        done = sum(state == "2" for _, state, *_ in loaded)
        if done != shards:
            raise EndpointError(f"{self._address}: the loader loaded {done} of {shards} files in {self._folder}")

    @contextmanager
    def _shards(self) -> Iterator[str]:
        """Give how the names of this run's shards begin; before and after, there are none, nor in the loader's list."""

        def clear() -> None:
            for file in self._folder.glob(f"{_PREFIX}*.nt.gz"):
                if _OWN.fullmatch(file.name):  # others are the user's
                    file.unlink(missing_ok=True)

        own = f"{self._folder}/{_PREFIX}{'_' * 16}-%.nt.gz"
        forget = f"DELETE FROM DB.DBA.load_list WHERE ll_file LIKE '{own}';"  # noqa: S608
        self._run(forget, "commit work;")
        clear()
        try:
            yield f"{_PREFIX}{secrets.token_hex(8)}-"
        finally:
            clear()
            with suppress(EndpointError):  # then the next run does it
                self._run(forget, "commit work;", again=False)

    def _run(self, *statements: str, again: bool = True) -> list[str]:
        """Let `isql` execute statements; give the lines that they write."""
        wait = 1.0
        for tries_left in range(self._retries if again else 0, -1, -1):
            try:
                return self._run_once(*statements)
            except UnansweredError:
                if not tries_left or not self._answered:
                    raise
            time.sleep(wait)
            wait = min(2 * wait, 60.0)
        raise AssertionError

    def _run_once(self, *statements: str) -> list[str]:
        mark = secrets.token_hex(8)
        script = "\n".join((f"SELECT 'begin {mark}';", *statements, f"SELECT 'end {mark}';", ""))
        password = self._credentials.password
        if "\n" in password or "\r" in password:
            raise EndpointError("a password of several lines cannot be given to isql")
        done = subprocess.run(  # noqa: S603 - the program that the user named, and no shell
            [self._isql, self._address, self._credentials.user, *_OPTIONS],
            input=(f"{password}\n" if password != _TYPED_BY_ITSELF else "") + script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            start_new_session=True,  # without a terminal it takes the password from its input
        )
        _, begun, written = done.stdout.partition(f"begin {mark}")
        error = _ERROR.search(written if begun else done.stdout)
        if error is not None:
            self._answered = self._answered or bool(begun)
            message = f"{self._address}: {self._clean(error['text'])}"
            if error["code"] == "28000":
                raise EndpointError(f"{message}; is the password of {self._credentials.user} right?")
            kind = UnansweredError if error["code"] in _PASSING else EndpointError
            advice = "; add the folder to DirsAllowed in virtuoso.ini" if error["code"] == "42000" else ""
            raise kind(message + advice)
        written, ended, _ = written.partition(f"end {mark}")
        if not ended:
            raise UnansweredError(f"{self._address}: isql ended with code {done.returncode} before it was done")
        self._answered = True
        return [line.strip() for line in written.splitlines() if line.strip()]

    def _clean(self, text: str) -> str:
        line = " ".join(self._credentials.hide(text).split())
        return "".join(character if character.isprintable() else "…" for character in line)[:300]


def _one_line(text: str) -> str:
    """`isql` takes a semicolon at the end of a line for the end of a statement, wherever it stands."""
    return " ".join(text.split("\n"))
