"""What is in a database checkout, a folder, a file, an archive or standard input: where records are found.

Companions, maps and organism pages are found beside `_figures/` by themselves. No file outside the given folders is
read (`pfocr_rdf.tree` sees to it), and no name from inside a record is ever opened.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, TextIO, cast

from pfocr_rdf.clashes import ReadFolder, Sources
from pfocr_rdf.diagnostics import Report, diagnose
from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.frontmatter import MAX_BYTES
from pfocr_rdf.mentions import KINDS, Kind
from pfocr_rdf.organisms import OrganismNames, Taxonomy, name_key, parse_organism_page
from pfocr_rdf.record import RecordBytes, parse_map
from pfocr_rdf.suffixes import has_suffix
from pfocr_rdf.tree import DirectoryTree, LoadedTree, StreamTree, Tree, join

__all__ = [
    "DATA",
    "FIGURES",
    "ORGANISMS",
    "STANDARD_INPUT",
    "Database",
    "InputError",
    "RecordFile",
    "open_input",
    "read_taxonomy",
    "sources_of",
]

FIGURES: Final = "_figures"
DATA: Final = "_data"
ORGANISMS: Final = "_organisms"
STANDARD_INPUT: Final = "-"
ARCHIVE_SUFFIXES: Final = (".zip", ".tar", ".tar.gz", ".tgz")

_MAPS: Final = ("wpid_map.tsv", "ndex_map.tsv")
_MAX_MAP_BYTES: Final = 8 * MAX_BYTES
_STATED_FIGID: Final = re.compile(rb"^figid:[ \t]*['\"]?([A-Za-z0-9_.-]+)", re.MULTILINE)
_RECORD_SUFFIXES: Final = (".md", ".markdown", ".yml", ".yaml")
_PAGES: Final = (".md",)
_COMPANION_SUFFIX: Final[dict[Kind, str]] = {
    "gene": "-genes.tsv",
    "chemical": "-chemicals.tsv",
    "disease": "-diseases.tsv",
}


class InputError(ReportedError):
    """An input that cannot be used at all; its message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """Where one record and what belongs to it are; small, as a database has a hundred thousand.

    Attributes:
        tree: the files it is among.
        path: its path in there.
        companions: the kinds of the companions that are there.
        data: the folder of the companions.
        wpids: WikiPathways ids from the map.
        ndex: NDEx UUIDs from the map.
        named: what the figid should be, where the file's name alone does not say it.
    """

    tree: Tree
    path: str
    companions: tuple[Kind, ...] = ()
    data: str = DATA
    wpids: tuple[str, ...] = ()
    ndex: tuple[str, ...] = ()
    named: str = ""

    @property
    def file(self) -> str:
        """The record's file as the user would name it, for diagnostics."""
        return self.tree.display(self.path)

    @property
    def stem(self) -> str:
        """The file's name without its suffix: what the figid should be; empty for standard input."""
        return "" if isinstance(self.tree, StreamTree) else self.named or stem_of(self.path.rpartition("/")[2])

    def read(self, report: Report) -> RecordBytes | None:
        """Read the record and its companions.

        What cannot be read is reported; None is returned where it is the record itself.
        """
        stem = self.stem
        try:
            data = self.tree.read(self.path, MAX_BYTES)
        except OSError as error:
            report(diagnose("record-unreadable", why(error), file=self.file, figid=stem))
            return None
        companions: dict[Kind, tuple[str, bytes]] = {}
        for kind in self.companions:
            path = join(self.data, stem + _COMPANION_SUFFIX[kind])
            file = self.tree.display(path)
            try:
                table = self.tree.read(path, MAX_BYTES)
            except OSError as error:
                report(diagnose("companion-unreadable", why(error), file=file, figid=stem))
                continue
            if len(table) > MAX_BYTES:
                report(diagnose("companion-unreadable", "the file is larger than 8 MiB", file=file, figid=stem))
                continue
            companions[kind] = (file, table)
        return RecordBytes(self.file, data, companions, self.wpids, self.ndex, stem)

    def companion_file(self, kind: Kind) -> str:
        """Give a companion's file as the user would name it."""
        return self.tree.display(self._companion_path(kind))

    def _companion_path(self, kind: Kind) -> str:
        return join(self.data, self.stem + _COMPANION_SUFFIX[kind])

    def portable(self) -> RecordFile:
        """Give a record that can be read in another process: what only this process can read is read now."""
        tree = self.tree.portable([self.path, *map(self._companion_path, self.companions)])
        return self if tree is self.tree else replace(self, tree=tree)

    @property
    def loaded(self) -> int:
        """Bytes that were read already, and go to another process with the record."""
        return self.tree.size if isinstance(self.tree, LoadedTree) else 0


def stem_of(name: str) -> str:
    """Take the suffix off a file name; only a known one, as a figid may hold dots.

    >>> stem_of("PMC1__ppat.1006839.g001.MD"), stem_of("PMC1__ppat.1006839.g001"), stem_of("record.txt")
    ('PMC1__ppat.1006839.g001', 'PMC1__ppat.1006839.g001', 'record')
    """
    for suffix in _RECORD_SUFFIXES:
        if has_suffix(name, suffix):
            return name[: -len(suffix)]
    return name if name.startswith("PMC") else name.rpartition(".")[0] or name


@dataclass(frozen=True, slots=True)
class Database:
    """One input: its records, and what they share.

    Attributes:
        name: the input as the user named it.
        records: the records, in the order of their file names.
        organisms: resolves organism names, by the input's own pages first.
        whole: whether it is a checkout, so that leftover companions and map rows are worth a word.
    """

    name: str
    records: tuple[RecordFile, ...]
    organisms: OrganismNames
    whole: bool = False


def found_anywhere(record: RecordFile) -> RecordFile:
    """Give a record whose files any process of this machine finds, whatever folder it is in."""
    tree = record.tree
    return replace(record, tree=_placed(tree.root, str(Path.cwd()))) if isinstance(tree, DirectoryTree) else record


@lru_cache(maxsize=16)
def _placed(root: str, folder: str) -> DirectoryTree:
    return DirectoryTree(root, str(Path(folder, root)))


def folders_of(databases: Iterable[Database]) -> list[str]:
    """Give the folders that the records of databases are read from, by absolute paths."""
    roots = {
        record.tree.root for base in databases for record in base.records if isinstance(record.tree, DirectoryTree)
    }
    return sorted(str(Path(root).absolute()) for root in roots)


_BEGINNING: Final = 65_536
"""Bytes by which RDF is told from a record."""

_SPACE: Final = rb"(?:\s|#[^\n]*\n)*+"
_IRI: Final = rb"<(?:(?:[A-Za-z][A-Za-z0-9+.-]*:|[#/.])[^\s<>]*)?>"
_RDF: Final = (
    rb"(?:\xef\xbb\xbf)?" + _SPACE + rb"(?:@prefix\s|@base\s"  # Turtle
    # which has declarations in the form of SPARQL, too; after those, SPARQL goes on with one of these words
    rb"|(?i:(?:(?:prefix\s+[^\s<>]*:|base)\s*<[^\s<>]*>" + _SPACE + rb")++"
    rb"(?!(?:select|construct|ask|describe|insert|delete|with|load|clear|create|drop|copy|move|add)\b(?!:)))"
    rb"|(?:" + _IRI + rb"|_:[^\s<>]+|\[\s*\])\s+(?:<|a\s|[A-Za-z][\w.-]*:\S)"  # or N-Triples
    rb"|(?:<[?!][\s\S]*?)?<rdf:RDF[\s/>])"  # RDF/XML
)
"""How RDF begins, and no record does; compiled where it is used, as that takes as long as to convert ten records."""


def open_input(name: str, *, report: Report, taxonomy: Taxonomy | None = None) -> Database:
    """Find the records of an input.

    Args:
        name: a database checkout, its `_figures` folder, another folder of records, a record file, an archive of a
            checkout (`.zip`, `.tar`, `.tar.gz`, `.tgz`), or `-`.
        report: takes the diagnostics.
        taxonomy: NCBI Taxonomy's names, or None.

    Raises:
        InputError: when there is no such file or folder, or no record in it.
    """
    if name == STANDARD_INPUT:
        if cast("TextIO | None", sys.stdin) is None:
            raise InputError("-: standard input is closed; give a record there, or the name of one")
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        if re.match(_RDF, data[:_BEGINNING]):
            raise InputError(
                "-: standard input holds RDF, as it begins; give a record there, and RDF as a file "
                "(.ttl, .nt, also .gz) to `pfocr-rdf validate` or `load`"
            )
        return Database(name, (RecordFile(StreamTree(data), "<stdin>"),), OrganismNames(taxonomy=taxonomy))
    if not name:
        raise InputError("the name of an input is empty; give a PFOCR checkout, a folder of records, a record, or -")
    path = Path(name)
    try:
        if path.is_dir():
            return _open_folder(path, report, taxonomy)
        if path.is_file():
            if has_suffix(path.name, *ARCHIVE_SUFFIXES):
                return _open_archive(path, report, taxonomy)
            return _open_file(path, report, taxonomy)
    except OSError as error:
        raise InputError(f"{name}: {why(error)}; give a folder or file that may be read") from error
    raise InputError(f"{name}: no such file or folder; give a PFOCR checkout, a folder of records, a record, or -")


STANDARD_INPUT_FILE: Final = "/dev/stdin"
"""A name under which many systems have standard input, which may be a file."""


def sources_of(name: str) -> Sources:
    """Give what `open_input` reads of an input, or would read if it were there.

    Args:
        name: the input.
    """
    path = Path(name)
    try:
        if not name:
            return Sources()
        if name == STANDARD_INPUT:
            return Sources((STANDARD_INPUT_FILE,))
        if path.is_dir():
            root, records = (path, FIGURES) if (path / FIGURES).is_dir() else (_checkout_of(path), FIGURES)
            if root is None:
                root, records = path, ""
            files: tuple[str, ...] = ()
            folders: list[tuple[str, tuple[str, ...]]] = [(records, _RECORD_SUFFIXES)]
            endings = tuple(_COMPANION_SUFFIX.values())
        elif not path.is_file() or has_suffix(path.name, *ARCHIVE_SUFFIXES):
            return Sources((name,))
        else:
            root, files, folders = Path(_root_of(path)[0]), (name,), []
            endings = tuple(_stem_of_any(path) + suffix for suffix in _COMPANION_SUFFIX.values())
    except OSError:  # which is said when it is opened
        return Sources((name,))
    data = DATA if (root / DATA).is_dir() else ""
    folders += [(data, tuple(ending.lower() for ending in (*endings, *_MAPS))), (ORGANISMS, _PAGES)]
    return Sources(files, tuple(ReadFolder(str(root / folder), ends, str(root)) for folder, ends in folders))


def read_taxonomy(name: str) -> Taxonomy:
    """Read NCBI Taxonomy's `names.dmp`.

    Raises:
        InputError: when it cannot be read or is none.
    """
    try:
        path = Path(name).resolve(strict=True)
        status = path.stat()
        return _read_taxonomy(str(path), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise InputError(f"{name}: {why(error)}; give the names.dmp of NCBI's taxdump") from error
    except ValueError as error:
        raise InputError(f"{name}: {error}; give the names.dmp of NCBI's taxdump, unpacked") from error


@lru_cache(maxsize=1)
def _read_taxonomy(name: str, mtime: int, size: int) -> Taxonomy:
    """Read a names.dmp once in a process, as long as it does not change."""
    with open(name, "rb") as lines:
        taxonomy = Taxonomy.from_lines(lines)
    taxonomy.again = _read_taxonomy, (name, mtime, size)
    return taxonomy


# ---------------------------------------------------------------------------------------------------- finding


def _open_folder(path: Path, report: Report, taxonomy: Taxonomy | None) -> Database:
    if (path / FIGURES).is_dir():
        return _open_checkout(DirectoryTree(str(path)), str(path), report, taxonomy)
    if (root := _checkout_of(path)) is not None:
        return _open_checkout(DirectoryTree(str(root)), str(path), report, taxonomy)
    tree = DirectoryTree(str(path))
    shared = _Shared.of(tree, report, taxonomy)
    records = tuple(shared.record(tree, name) for name in tree.names("", _RECORD_SUFFIXES, report))
    if not records:
        raise InputError(f"{path}: no record (*.md, *.yml) here; give a PFOCR checkout or a folder of records")
    return Database(str(path), records, shared.organisms)


def _checkout_of(folder: Path) -> Path | None:
    """Give the checkout whose records are in a folder, or None where it is another folder."""
    if folder.name == FIGURES and folder.resolve().is_relative_to(folder.parent.resolve()):
        return folder.parent
    # given as `.` from inside, or through a link
    return folder / ".." if folder.resolve().name == FIGURES else None


def _open_checkout(tree: Tree, name: str, report: Report, taxonomy: Taxonomy | None) -> Database:
    shared = _Shared.of(tree, report, taxonomy)
    names = tree.names(FIGURES, _RECORD_SUFFIXES, report, others="file-ignored")
    if not names:
        raise InputError(f"{name}: no record (*.md) in {FIGURES}; give a PFOCR checkout or a folder of records")
    records = tuple(shared.record(tree, f"{FIGURES}/{file}") for file in names)
    shared.report_leftovers(tree, {stem_of(file) for file in names}, report)
    return Database(name, records, shared.organisms, whole=True)


def _open_file(path: Path, report: Report, taxonomy: Taxonomy | None) -> Database:
    root, record = _root_of(path)
    tree = DirectoryTree(root)
    stem = _stem_of_any(path)
    shared = _Shared.of(tree, report, taxonomy, stem=stem)
    return Database(str(path), (shared.record(tree, record, named=stem),), shared.organisms)


def _root_of(record: Path) -> tuple[str, str]:
    """Give the folder in which everything of a record's file is, and the record's path in it."""
    if record.parent.name == FIGURES:
        return str(record.parent.parent), f"{FIGURES}/{record.name}"
    if record.parent.resolve().name == FIGURES:
        return str(record.parent / ".."), f"{FIGURES}/{record.name}"
    return str(record.parent), record.name


def _stem_of_any(path: Path) -> str:
    """Take the suffix off the name of a record's file, which may be any; the figid inside tells it from a figid's end.

    Raises:
        OSError: when the file cannot be read.
    """
    stem = stem_of(path.name)
    if stem == path.name and path.suffix:
        with open(path, "rb") as file:
            stated = _STATED_FIGID.search(file.read(MAX_BYTES))
        if stated is not None and stated[1].decode() == path.stem:
            return path.stem
    return stem


def _open_archive(path: Path, report: Report, taxonomy: Taxonomy | None) -> Database:
    from pfocr_rdf.archive import ArchiveError, open_archive

    try:
        tree = open_archive(str(path), report=report)
    except ArchiveError as error:
        raise InputError(f"{path}: {error}") from error
    return _open_checkout(tree, str(path), report, taxonomy)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the records of one database share: companions' names, maps and organism pages."""

    data: str
    companions: frozenset[str]
    wpids: Mapping[str, tuple[str, ...]]
    ndex: Mapping[str, tuple[str, ...]]
    organisms: OrganismNames

    @classmethod
    def of(cls, tree: Tree, report: Report, taxonomy: Taxonomy | None, *, stem: str = "") -> _Shared:
        """Find what records share, or what of it the one record `stem` needs."""
        data = DATA if tree.has_folder(DATA) else ""
        suffixes = tuple(stem + suffix for suffix in _COMPANION_SUFFIX.values())
        companions = tree.names(data, suffixes, report, unreadable="companion-unreadable")
        names = frozenset(chain(companions, tree.names(data, _MAPS, report, unreadable="map-unreadable")))
        maps = []
        for name in _MAPS:
            entries: dict[str, tuple[str, ...]] = {}
            if name in names:
                file = tree.display(join(data, name))
                try:
                    content = tree.read(join(data, name), _MAX_MAP_BYTES)
                except OSError as error:
                    report(diagnose("map-unreadable", why(error), file=file))
                else:
                    if len(content) > _MAX_MAP_BYTES:
                        report(diagnose("map-unreadable", "the file is larger than 64 MiB", file=file))
                    else:
                        entries = parse_map(content, file=file, report=report)
            maps.append(entries)
        return cls(data, names, maps[0], maps[1], OrganismNames(_organism_pages(tree, report), taxonomy))

    def record(self, tree: Tree, path: str, *, named: str = "") -> RecordFile:
        stem = named or stem_of(path.rpartition("/")[2])
        companions = tuple(kind for kind in KINDS if stem + _COMPANION_SUFFIX[kind] in self.companions)
        # equal tuples are one, so that a record costs little
        companions = _SOME_KINDS.setdefault(companions, companions)
        return RecordFile(tree, path, companions, self.data, self.wpids.get(stem, ()), self.ndex.get(stem, ()), named)

    def report_leftovers(self, tree: Tree, stems: set[str], report: Report) -> None:
        """Report companions and map rows that belong to no record of a whole checkout."""
        tables = sorted(self.companions.difference(_MAPS))
        if not tables and len(stems) > _FEW:
            report(diagnose("companions-missing", file=tree.display(DATA)))
        for name in tables:
            for suffix in _COMPANION_SUFFIX.values():
                if has_suffix(name, suffix) and not (name.endswith(suffix) and name.removesuffix(suffix) in stems):
                    report(diagnose("companion-orphan", file=tree.display(join(self.data, name))))
        for name, entries in zip(_MAPS, (self.wpids, self.ndex), strict=True):
            for figid, identifiers in entries.items():
                if figid not in stems:
                    file, value = tree.display(join(self.data, name)), ", ".join(identifiers)
                    report(diagnose("map-figure", file=file, figid=figid, value=value))


_FEW: Final = 9
"""Records that may all be without a companion: those of an excerpt, not of a database."""

_SOME_KINDS: Final[dict[tuple[Kind, ...], tuple[Kind, ...]]] = {}


def _organism_pages(tree: Tree, report: Report) -> dict[str, str]:
    pages: dict[str, str] = {}
    if not tree.has_folder(ORGANISMS):
        return pages
    for name in tree.names(ORGANISMS, _PAGES, report, unreadable="organism-page-unreadable"):
        path = f"{ORGANISMS}/{name}"
        file = tree.display(path)
        try:
            page = parse_organism_page(tree.read(path, MAX_BYTES), file=file, report=report)
        except OSError as error:
            report(diagnose("organism-page-unreadable", why(error), file=file))
            continue
        if page is not None:
            pages.setdefault(name_key(page[0]), page[1])
    return pages
