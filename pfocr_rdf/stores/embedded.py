"""The embedded store: a folder that Oxigraph keeps graphs in, loaded as a whole or not at all.

A store in use is never written to. A load makes the new store in a folder beside it, counts what that holds, and puts
it in the old one's place in one step. So a load that is interrupted, even by a power cut, leaves the old store as it
was, and queries that run meanwhile see one store throughout: each reads a snapshot of the store that it opened.

Where the old store is added to, the new one begins as a copy of it. Oxigraph (that is RocksDB) writes its large files
once and never changes them, so the copy shares them with the old store, and costs nothing.

Parts are loaded one by one. That is as fast as a whole file at once, for which Oxigraph's loader, which then sorts a
million triples at a time, takes gigabytes of memory. But each part makes files of its own, in all of which a query must
look. So in the end they are put together, which makes a load a tenth longer, and queries two to four times as fast.
Where little was added to an old store, its files stay as they are, shared.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions, RdfFormat, Store

from pfocr_rdf.answers import Answer, syntax_error
from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.output import is_mount_point, keeper_fault
from pfocr_rdf.queries import SPELT_WITH_HTTPS, Query, spelled, with_prefixes
from pfocr_rdf.stores.exchange import put_in_empty_place, put_in_place, restore
from pfocr_rdf.stores.loading import NOTHING, Loaded, Send, counted, no_graph
from pfocr_rdf.stores.snapshots import LARGE, LEFT_OUT, Snapshot, remove_stale, snapshot
from pfocr_rdf.terms import Term, iri_text
from pfocr_rdf.threads import in_threads
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SCHEMA_HTTPS, SchemaOrg

__all__ = [
    "StoreError",
    "ask_store",
    "compact",
    "default_graph_is_empty",
    "kept_store",
    "load_store",
    "open_store",
    "read_only",
]

QUADS: Final = 30_000
"""Triples of other graphs that are copied at once."""

COMPACTED: Final = 1_000_000
"""A load that adds as many triples to an old store, or more, rewrites all of its files."""

REMOVALS: Final = 50
"""How often a folder is removed in which a store that is still open, as an interrupt came, may go on writing."""

_FILE: Final = re.compile(
    r"CURRENT|IDENTITY|LOCK|LOG(\.old\.[0-9]+)?|(MANIFEST|OPTIONS)-[0-9]+(\.dbtmp)?|[0-9]+\.(sst|log|dbtmp)|bulk-[0-9]+\.sst"
)
"""Names of a store's files."""

_refused: Final[dict[tuple[int, int], IO[bytes]]] = {}
"""Lock files that were found locked, by device and number: to close one would end this process's own lock on it."""


class StoreError(ReportedError):
    """A store that cannot be opened, read or written; its message says why and what to do."""


@contextmanager
def kept_store(folder: str) -> Iterator[Snapshot]:
    """Keep a store for a reader as it is now, for as long as the block lasts.

    The store is not locked, so that others may read it, too; a load puts a new one in its place, which this reader does
    not see.

    Raises:
        StoreError: when there is none, or it cannot be read.
    """
    with ExitStack() as stack:
        with _opening(folder):
            path = Path(os.path.realpath(folder))
            if not _is_store(path, folder):
                raise StoreError(f"{folder}: there is no store; make one with pfocr-rdf load INPUT --store {folder}")
            kept = stack.enter_context(snapshot(path))
        yield kept


@contextmanager
def open_store(folder: str) -> Iterator[Store]:
    """Open a store for queries, which are asked, and whose answers are read, within the block.

    Raises:
        StoreError: when there is none, or it cannot be read.
    """
    with kept_store(folder) as kept:
        yield read_only(kept.folder, folder)


@contextmanager
def ask_store(
    folder: str, query: Query, graph: Term | None = None, *, hint: Callable[[str], object] = bool
) -> Iterator[tuple[Answer, SchemaOrg]]:
    """Ask a store a question.

    The known prefixes need not be declared, and schema.org is spelt as the store spells it. Only a query that names
    another endpoint, by `SERVICE`, asks one.

    Args:
        folder: the store's folder.
        query: the question.
        graph: the IRI of the graph to ask; None is the default graph, or all graphs together where that is empty.
        hint: is called with what people may want to know: that the store does not hold the graph.

    Yields:
        The answer, which is found as it is read, within the block, and how the store spells schema.org.

    Raises:
        StoreError: when there is no store, or it cannot be read.
        QueryError: when the query is no SPARQL.
    """
    with open_store(folder) as store:
        union = graph is None and default_graph_is_empty(store)
        if graph is not None and _is_empty(store, _graph_name(graph)):
            hint(no_graph(folder, graph, (Term(str(name)) for name in store.named_graphs())))
        schema = (
            SCHEMA_HTTPS if _asked(store, SPELT_WITH_HTTPS) and not _asked(store, _SPELT_WITH_HTTP) else SCHEMA_HTTP
        )
        given = spelled(query.text, schema)
        text = with_prefixes(given, schema)
        try:
            answer = store.query(
                text, default_graph=None if union else _graph_name(graph), use_default_graph_as_union=union
            )
        except SyntaxError as error:
            raise syntax_error(error, query.name, text, given) from error
        yield answer, schema


_SPELT_WITH_HTTP: Final = SPELT_WITH_HTTPS.replace("https:", "http:")


def _asked(store: Store, question: str) -> bool:
    return bool(store.query(question, use_default_graph_as_union=True))


def default_graph_is_empty(store: Store) -> bool:
    """Tell whether a store holds nothing in its default graph."""
    return _is_empty(store, DefaultGraph())


def _is_empty(store: Store, graph: NamedNode | DefaultGraph) -> bool:
    return next(store.quads_for_pattern(None, None, None, graph), None) is None


def _graph_name(graph: Term | None) -> NamedNode | DefaultGraph:
    """Give the name of a graph as pyoxigraph has it."""
    return NamedNode(iri_text(graph)) if graph is not None else DefaultGraph()


def load_store(
    folder: str,
    send: Send,
    *,
    graph: Term | None = None,
    replace: bool = False,
    recount: Callable[[], GraphCounts] | None = None,
) -> Loaded:
    """Load a graph into a store, which is then the new one as a whole, or the old one if anything fails.

    Args:
        folder: the store's folder, which is made where there is none.
        send: sends the graph, part by part.
        graph: the IRI of the graph to load into, or None for the default graph.
        replace: whether the graph then holds nothing else. Other graphs stay.
        recount: counts what is sent exactly, where `send` may count too much; it is called only when that matters.

    Returns:
        What was sent, and what the new store holds; where that is not what it must hold, the old one stays, and `live`
        is false.

    Raises:
        StoreError: when the store cannot be opened or written, or is in use by another program that may write to it.
    """
    target = Path(os.path.realpath(folder))
    if not folder or not target.name:
        raise StoreError(f"{folder or 'the store'}: cannot be the folder of a store; give the name of a new one")
    if is_mount_point(target):
        raise StoreError(f"{folder}: is a mount point, in whose place no store can be put; give a new folder in it")
    if fault := keeper_fault(target):
        raise StoreError(f"{folder}: {fault}")
    with _failing(folder), _noted(target, folder) as made, _beside(target, folder) as beside, ExitStack() as held_open:
        new, old = beside / "store", beside / "old"
        restore(target, old)
        remove_stale(target)
        there = _is_store(target, folder)
        if there:
            held_open.enter_context(_locked(target, folder))
        for remains in (new, old):
            shutil.rmtree(remains, ignore_errors=True)
        opened: list[Store] = []

        def store() -> Store:
            # not before there is something to write: worker processes are forked until then, and Oxigraph has threads
            if not opened:
                opened.append(_begun(target if there else None, new, folder, graph, replace=replace))
            return opened[0]

        def write(part: bytes) -> None:
            store().bulk_load(part, RdfFormat.N_TRIPLES, to_graph=_graph_name(graph))

        sent = send(write)
        store().flush()
        if replace or not there or sent.triples >= COMPACTED:
            compact(store())
        held = _counted(store(), graph)
        opened.clear()  # closes it
        before = NOTHING if replace or not there else _counted(read_only(target, folder), graph)
        if recount is not None and (before != NOTHING or _plain(sent) != held):
            sent = recount()
        loaded = Loaded(sent, before, held)
        if not loaded.complete():
            return Loaded(sent, before, held, live=False)
        made.append(_file_number(new.stat()))
        if there:
            new.chmod(target.stat().st_mode & 0o7777)
            put_in_place(new, target, old)
        else:
            _put_first(new, target, folder)
        return loaded


@contextmanager
def _noted(target: Path, folder: str) -> Iterator[list[tuple[int, int]]]:
    """Let an interruption say it where the new store is in place already, and only what was before is being removed.

    Yields:
        What takes the new store, by device and number.
    """
    made: list[tuple[int, int]] = []
    try:
        yield made
    except Exception:
        raise
    except BaseException as interruption:
        with suppress(OSError):
            if _file_number(target.stat()) in made:
                interruption.add_note(f"{folder} holds what was loaded")
        raise


def _put_first(new: Path, target: Path, folder: str) -> None:
    """Put a store where there was none, which nothing could keep others from.

    Raises:
        StoreError: when there is something now.
    """
    try:
        put_in_empty_place(new, target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise StoreError(
                f"{folder}: something came there while the store was loaded, and stays; see what it is, and load again"
            ) from error
        raise


def _begun(old: Path | None, new: Path, folder: str, graph: Term | None, *, replace: bool) -> Store:
    """Make the store to load into, with what the old one holds, but the graph where that is replaced."""
    if old is None:
        return Store(new)
    if not replace:
        _copy(old, new)
        with _opening(folder, new):
            return Store(new)
    # to delete a graph from a copy would take a kilobyte of memory for each of its triples
    begun = Store(new)
    before = read_only(old, folder)
    others: list[DefaultGraph | NamedNode | BlankNode] = [DefaultGraph(), *before.named_graphs()]
    for other in others:
        if other != _graph_name(graph):
            begun.add_graph(other)
            quads = before.quads_for_pattern(None, None, None, other)
            while part := list(islice(quads, QUADS)):
                begun.bulk_extend(part)
    return begun


def _copy(old: Path, new: Path) -> None:
    """Copy a store that nobody writes to; files that are never changed are shared."""
    new.mkdir()
    for file in old.iterdir():
        if LEFT_OUT.fullmatch(file.name):
            continue
        if file.suffix == LARGE:
            try:
                os.link(file, new / file.name)
            except OSError:  # a file system without such links
                shutil.copy2(file, new / file.name)
        else:
            shutil.copy2(file, new / file.name)


def compact(store: Store) -> None:
    """Put the files of a store together, in all of which each query would look; an interrupt is heard meanwhile."""
    for _ in in_threads(Store.optimize, [store], threads=1):
        pass


def _counted(store: Store, graph: Term | None) -> GraphCounts:
    def ask(query: str) -> int:
        solutions = store.query(query)
        assert isinstance(solutions, QuerySolutions)
        value = next(solutions)[0]
        assert isinstance(value, Literal)
        return int(value.value)

    return counted(ask, graph)


def _plain(counts: GraphCounts) -> GraphCounts:
    return GraphCounts(counts.triples, counts.figures, counts.mentions)


# ------------------------------------------------------------------------------------------------------- folders


def _is_store(path: Path, folder: str) -> bool:
    """Tell whether a folder holds a store; an empty one, or none, holds none.

    Raises:
        StoreError: when it holds anything else, which a load would otherwise delete.
    """
    if not path.exists():
        return False
    if not path.is_dir():
        raise StoreError(f"{folder}: is a file; a store is a folder, give its name or a new one")
    while True:
        seen = path.stat()
        names = sorted(file.name for file in path.iterdir())
        if os.path.samestat(seen, path.stat()):
            break  # else a load has just put a new store in its place, and removes what this one held
    other = next((name for name in names if not _FILE.fullmatch(name)), None)
    if other is not None or (names and "CURRENT" not in names):
        raise StoreError(f"{folder}: is no store, or not only that: it holds {other or names[0]}; give another folder")
    return bool(names)


def read_only(path: Path, folder: str) -> Store:
    """Open a folder, as it is, to read it.

    Args:
        path: the folder.
        folder: the store's name in messages.

    Raises:
        StoreError: when it cannot be read.
    """
    with _opening(folder, path):
        return Store.read_only(str(path))


@contextmanager
def _opening(folder: str, path: Path | None = None) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        # a snapshot is gone when this is read
        reason = _why(error) if path is None else _why(error).replace(str(path), folder)
        raise StoreError(
            f"{folder}: cannot be opened as a store ({reason}); if it is damaged, delete it and load again"
        ) from error


@contextmanager
def _beside(target: Path, folder: str) -> Iterator[Path]:
    """Give a folder beside the store that is this load's alone, and gone in the end.

    Raises:
        StoreError: when another load has it.
    """
    if not target.parent.is_dir():
        raise StoreError(f"{folder}: there is no folder {target.parent}; make it first")
    beside = target.with_name(f".{target.name}.loading")
    file: IO[bytes] | None = None
    with ExitStack() as stack:
        try:
            while True:
                if beside.is_symlink():
                    raise StoreError(f"{folder}: {beside} is a link, where a load makes a folder; delete it")
                try:
                    beside.mkdir(mode=0o700, exist_ok=True)
                except FileExistsError:
                    raise StoreError(f"{folder}: {beside} is a file, where a load makes a folder; delete it") from None
                except OSError as error:
                    raise StoreError(
                        f"{folder}: {target.parent} cannot be written ({_why(error)}), where a load makes the new "
                        "store; allow that, or give another folder"
                    ) from error
                try:
                    file = stack.enter_context(open(beside / "lock", "ab"))
                except FileNotFoundError:  # another load has just ended
                    continue
                if not _lock(file, folder):
                    raise StoreError(f"{folder}: another load into it is running; wait for its end")
                if _is_at(beside / "lock", file):
                    break
            yield beside
        finally:
            try:
                _end(beside, target, folder, file)
            finally:  # an interrupt may have come meanwhile
                _end(beside, target, folder, file)
                if file is not None:
                    _unlock(file)


def _end(beside: Path, target: Path, folder: str, lock: IO[bytes] | None) -> None:
    """End what has begun of a load; its folder may be another's, unless this one has the lock."""
    with suppress(StoreError):
        if lock is not None and _lock(lock, folder):
            _clear(beside, target, lock)
            return
    with suppress(OSError):  # it is not there, or not empty
        beside.rmdir()


def _clear(beside: Path, target: Path, lock: IO[bytes]) -> None:
    """Remove the folder of a load, while its lock is in it; else it may be another load's."""
    if not _is_at(beside / "lock", lock):
        return
    if not (beside / "old").exists() or target.exists():  # else only the next load can move the old one back
        for remains in (beside / "store", beside / "old"):
            for _ in range(REMOVALS):
                shutil.rmtree(remains, ignore_errors=True)
                if not remains.exists():
                    break
                time.sleep(0.01)
        with suppress(OSError):  # the lock goes last: who comes then makes a folder of its own
            (beside / "lock").unlink()
            beside.rmdir()


def _is_at(path: Path, file: IO[bytes]) -> bool:
    """Tell whether an open file is the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _locked(store: Path, folder: str) -> Iterator[None]:
    """Hold the lock of a store, as a program does that may write to it.

    Raises:
        StoreError: when another program, or another part of this one, holds it.
    """
    path = store / "LOCK"
    number = _file_number(path.stat()) if path.exists() else None
    file = _refused.pop(number, None) if number is not None else None
    if file is None:
        file = open(path, "ab")  # noqa: SIM115 - closed below, but where it must not be
    if not _lock(file, folder, against_rocksdb=True):
        _refused[_file_number(os.fstat(file.fileno()))] = file
        raise StoreError(
            f"{folder}: another program, or this one elsewhere, has it open for writing; end that, or serve it "
            "read-only: pfocr-rdf serve"
        )
    with file:
        try:
            yield
        finally:
            _unlock(file, against_rocksdb=True)


def _file_number(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _lock(file: IO[bytes], folder: str, *, against_rocksdb: bool = False) -> bool:
    """Lock an open file until it is unlocked; tell whether that could be done, or another holds it.

    The lock belongs to the open file, so that it keeps apart the threads of a process, too. RocksDB's own locks belong
    to processes, and only Linux has locks of open files that meet those of the same process.

    Raises:
        StoreError: when the file system has no locks.
    """
    try:
        _change_lock(file, unlock=False, against_rocksdb=against_rocksdb)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise StoreError(
            f"{folder}: cannot be locked ({why(error)}), so that loads could disturb each other; give a folder on "
            "another disk"
        ) from error
    return True


def _unlock(file: IO[bytes], *, against_rocksdb: bool = False) -> None:
    """Unlock a file also for processes that were forked meanwhile, in which it is still open."""
    with suppress(OSError):
        _change_lock(file, unlock=True, against_rocksdb=against_rocksdb)


def _change_lock(file: IO[bytes], *, unlock: bool, against_rocksdb: bool) -> None:
    try:
        import fcntl
    except ImportError:  # Windows, where an open file cannot be moved either
        return
    if not against_rocksdb:
        fcntl.flock(file, fcntl.LOCK_UN if unlock else fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    if hasattr(fcntl, "F_OFD_SETLK"):
        everything = struct.pack("hhqqi4x", fcntl.F_UNLCK if unlock else fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        try:
            fcntl.fcntl(file, fcntl.F_OFD_SETLK, everything)
            return
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            # a file system that has only the older locks
    fcntl.lockf(file, fcntl.LOCK_UN if unlock else fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def _failing(folder: str) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # RocksDB's own errors are of the second kind
        raise StoreError(f"{folder}: {_why(error)}; the store is as it was") from error


def _why(error: BaseException) -> str:
    """Give the reason of an error in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {why(error)}" if error.filename else why(error)
    text = str(error).rpartition(": ")[2]
    if "/" in text:  # a file, whose reason stands before it
        text = str(error).partition(": ")[2] or text
    return text[:1].lower() + text[1:] if text[1:2].islower() else text  # file names and acronyms stay
