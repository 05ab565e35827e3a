"""What is in a database checkout, a folder, a file or standard input: the edge where files are found and read.

Companions, maps and organism pages are found beside `_figures/` by themselves. No file outside the given folders is
read: a symbolic link that leads out is refused, and no name from inside a record is ever opened.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pfocr_rdf.diagnostics import Report, diagnose
from pfocr_rdf.frontmatter import MAX_BYTES
from pfocr_rdf.mentions import KINDS, Kind
from pfocr_rdf.organisms import OrganismNames, Taxonomy, name_key, parse_organism_page
from pfocr_rdf.record import RecordBytes, parse_map

__all__ = ["Database", "InputError", "RecordFile", "open_input", "read_taxonomy"]

FIGURES: Final = "_figures"
DATA: Final = "_data"
ORGANISMS: Final = "_organisms"
STANDARD_INPUT: Final = "-"

_RECORD_SUFFIXES: Final = (".md", ".markdown", ".yml", ".yaml")
_COMPANION_SUFFIX: Final[dict[Kind, str]] = {
    "gene": "-genes.tsv",
    "chemical": "-chemicals.tsv",
    "disease": "-diseases.tsv",
}


class InputError(Exception):
    """An input that cannot be used at all; its message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """Where one record and what belongs to it are.

    Attributes:
        file: the record's file as the user would name it, for diagnostics.
        stem: the file's name without its suffix: what the figid should be.
        path: the file, or None for a record that was read from standard input.
        data: the bytes, for a record from standard input.
        companions: the companion files that are there, by kind.
        wpids: WikiPathways ids from the map.
        ndex: NDEx UUIDs from the map.
    """

    file: str
    stem: str
    path: str | None = None
    data: bytes | None = None
    companions: Mapping[Kind, str] = field(default_factory=dict)
    wpids: tuple[str, ...] = ()
    ndex: tuple[str, ...] = ()

    def read(self, report: Report) -> RecordBytes | None:
        """Read the record and its companions.

        What cannot be read is reported; None is returned where it is the record itself.
        """
        if self.data is not None:
            return RecordBytes(self.file, self.data)
        assert self.path is not None  # it is either a file or bytes
        try:
            data = _read(self.path)
        except OSError as error:
            report(diagnose("record-unreadable", _why(error), file=self.file, figid=self.stem))
            return None
        companions: dict[Kind, tuple[str, bytes]] = {}
        for kind, path in self.companions.items():
            try:
                table = _read(path)
            except OSError as error:
                report(diagnose("companion-unreadable", _why(error), file=path, figid=self.stem))
                continue
            if len(table) > MAX_BYTES:
                report(diagnose("companion-unreadable", "the file is larger than 8 MiB", file=path, figid=self.stem))
                continue
            companions[kind] = (path, table)
        return RecordBytes(self.file, data, companions, self.wpids, self.ndex, self.stem)


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


def open_input(name: str, *, report: Report, taxonomy: Taxonomy | None = None) -> Database:
    """Find the records of an input.

    Args:
        name: a database checkout, its `_figures` folder, another folder of records, a record file, or `-`.
        report: takes the diagnostics.
        taxonomy: NCBI Taxonomy's names, or None.

    Raises:
        InputError: when there is no such file or folder, or no record in it.
    """
    if name == STANDARD_INPUT:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        return Database(name, (RecordFile("<stdin>", "", data=data),), OrganismNames(taxonomy=taxonomy))
    path = Path(name)
    try:
        if path.is_dir():
            return _open_folder(path, report, taxonomy)
        if path.is_file():
            return _open_file(path, report, taxonomy)
    except OSError as error:
        raise InputError(f"{name}: {_why(error)}; give a folder or file that may be read") from error
    raise InputError(f"{name}: no such file or folder; give a PFOCR checkout, a folder of records, a record, or -")


def read_taxonomy(name: str) -> Taxonomy:
    """Read NCBI Taxonomy's `names.dmp`.

    Raises:
        InputError: when it cannot be read or is none.
    """
    try:
        with open(name, "rb") as lines:
            return Taxonomy.from_lines(lines)
    except OSError as error:
        raise InputError(f"{name}: {_why(error)}; give the names.dmp of NCBI's taxdump") from error
    except ValueError as error:
        raise InputError(f"{name}: {error}; give the names.dmp of NCBI's taxdump, unpacked") from error


# --------------------------------------------------------------------------------------------------- folders


def _open_folder(path: Path, report: Report, taxonomy: Taxonomy | None) -> Database:
    if (path / FIGURES).is_dir():
        return _open_checkout(path, path / FIGURES, report, taxonomy, name=str(path))
    if path.name == FIGURES or path.resolve().name == FIGURES:
        return _open_checkout(
            path.parent if path.name == FIGURES else path / "..", path, report, taxonomy, name=str(path)
        )
    shared = _Shared.of(path, path, report, taxonomy)
    records = tuple(shared.record(file) for file in _files(path, path, report, _RECORD_SUFFIXES))
    if not records:
        raise InputError(
            f"{path}: no record (*.md, *.yml) in this folder; give a PFOCR checkout or a folder of records"
        )
    return Database(str(path), records, shared.organisms)


def _open_checkout(root: Path, figures: Path, report: Report, taxonomy: Taxonomy | None, *, name: str) -> Database:
    shared = _Shared.of(root, root / DATA, report, taxonomy)
    files = list(_files(figures, root, report, _RECORD_SUFFIXES, others="file-ignored"))
    if not files:
        raise InputError(f"{name}: no record (*.md) in {figures}; give a PFOCR checkout or a folder of records")
    records = tuple(shared.record(file) for file in files)
    shared.report_leftovers({record.stem for record in records}, report)
    return Database(name, records, shared.organisms, whole=True)


def _open_file(path: Path, report: Report, taxonomy: Taxonomy | None) -> Database:
    in_checkout = path.parent.name == FIGURES or path.parent.resolve().name == FIGURES
    root = path.parent / ".." if in_checkout else path.parent
    if in_checkout and path.parent.name == FIGURES:
        root = path.parent.parent
    shared = _Shared.of(root, root / DATA if in_checkout else root, report, taxonomy)
    return Database(str(path), (shared.record(path),), shared.organisms)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the records of one database share: companions' names, maps and organism pages."""

    data: Path
    companions: frozenset[str]
    wpids: Mapping[str, tuple[str, ...]]
    ndex: Mapping[str, tuple[str, ...]]
    organisms: OrganismNames

    @classmethod
    def of(cls, root: Path, data: Path, report: Report, taxonomy: Taxonomy | None) -> _Shared:
        if not data.is_dir() and (root / DATA).is_dir():
            data = root / DATA
        names = frozenset(file.name for file in _files(data, root, report, (".tsv",))) if data.is_dir() else frozenset()
        maps = []
        for name in ("wpid_map.tsv", "ndex_map.tsv"):
            entries: dict[str, tuple[str, ...]] = {}
            if name in names:
                file = str(data / name)
                try:
                    content = _read(file, limit=8 * MAX_BYTES)
                    entries = parse_map(content, file=file, report=report)
                except OSError as error:
                    report(diagnose("map-unreadable", _why(error), file=file))
            maps.append(entries)
        pages = _organism_pages(root / ORGANISMS, root, report)
        return cls(data, names, maps[0], maps[1], OrganismNames(pages, taxonomy))

    def record(self, path: Path) -> RecordFile:
        stem = path.name
        for suffix in _RECORD_SUFFIXES:
            if stem.endswith(suffix):
                stem = stem.removesuffix(suffix)
                break
        else:
            stem = path.stem if path.suffix and not path.name.startswith("PMC") else stem
        companions = {
            kind: str(self.data / (stem + _COMPANION_SUFFIX[kind]))
            for kind in KINDS
            if stem + _COMPANION_SUFFIX[kind] in self.companions
        }
        return RecordFile(
            str(path), stem, str(path), None, companions, self.wpids.get(stem, ()), self.ndex.get(stem, ())
        )

    def report_leftovers(self, stems: set[str], report: Report) -> None:
        """Report companions and map rows that belong to no record of a whole checkout."""
        for name in sorted(self.companions):
            for suffix in _COMPANION_SUFFIX.values():
                if name.endswith(suffix) and name.removesuffix(suffix) not in stems:
                    report(diagnose("companion-orphan", file=str(self.data / name)))
        for name, entries in (("wpid_map.tsv", self.wpids), ("ndex_map.tsv", self.ndex)):
            for figid, identifiers in entries.items():
                if figid not in stems:
                    value = ", ".join(identifiers)
                    report(diagnose("map-figure", file=str(self.data / name), figid=figid, value=value))


def _files(
    folder: Path, root: Path, report: Report, suffixes: Sequence[str], *, others: str | None = None
) -> Iterator[Path]:
    """Yield the regular files of a folder with one of the suffixes, by name in the order of code points.

    A symbolic link is followed only within `root`. Others are reported under the code `others`, where one is given.
    """
    inside = root.resolve()
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if not entry.name.endswith(tuple(suffixes)) or not entry.is_file():
            if others is not None and not entry.name.startswith("."):
                report(diagnose(others, file=entry.path))
        elif entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(inside):
            report(diagnose("record-unreadable", "the symbolic link leads out of the folder", file=entry.path))
        else:
            yield folder / entry.name


def _organism_pages(folder: Path, root: Path, report: Report) -> dict[str, str]:
    pages: dict[str, str] = {}
    if not folder.is_dir():
        return pages
    for path in _files(folder, root, report, (".md",)):
        try:
            data = _read(str(path))
        except OSError as error:
            report(diagnose("organism-page-unreadable", _why(error), file=str(path)))
            continue
        if (page := parse_organism_page(data, file=str(path), report=report)) is not None:
            pages.setdefault(name_key(page[0]), page[1])
    return pages


def _read(path: str, limit: int = MAX_BYTES) -> bytes:
    """Read a file, at most one byte more than the limit, so that a larger one is seen to be so."""
    with open(path, "rb") as file:
        return file.read(limit + 1)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
