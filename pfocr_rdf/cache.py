"""Results of earlier runs, kept record by record, so that a re-run converts and checks only what changed.

A result is found by a digest of everything that it depends on: the record's bytes, its companions' and the maps'
entries for it; and it lies in a folder named by a digest of the rest: the organism names, the settings, the format, and
the converter itself (the bytes of its modules, and the versions of it and of what it stands on). Parts of what figures
share lie in another, found by digests of what the figures tell of it; of these the last run's are kept. What a check of
the shapes gave lies in a third, named by a digest of the shapes, the engine and the converter, and is found by a digest
of what was checked, as it is written: whatever a section depends on, a check depends on the section alone. A section's
digest is kept with it. Nothing has to be invalidated: what changed has another digest. What else is not asked for any
more stays until the cache is cleared. Results hold no code; but who may write to the folder may change what comes out.
"""

from __future__ import annotations

import json
import os
import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph
import yaml
from pyld import jsonld
from yaml import _yaml as libyaml

from pfocr_rdf import __version__
from pfocr_rdf.checking import Check, Checked, Located, Result
from pfocr_rdf.diagnostics import CODES, Diagnostic
from pfocr_rdf.entities import PACKED_TERM, Contribution, Told, is_packed_organism, is_packed_paper, is_packed_term
from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.mapping import Settings
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.output import name_fault
from pfocr_rdf.packs import KEY, Packs, entry_count, left_files, open_packs, pack_files
from pfocr_rdf.record import RecordBytes, is_figid
from pfocr_rdf.terms import Statement, Term, line_safe, triples

if TYPE_CHECKING:
    from pfocr_rdf.database import RecordFile

__all__ = [
    "Cache",
    "CacheError",
    "Converted",
    "KeptChecks",
    "KeptParts",
    "cache_size",
    "clear_cache",
    "converter_digest",
    "converter_versions",
    "open_cache",
    "open_checks",
    "open_parts",
    "part_key",
]

_MARKER: Final = "pfocr-rdf-cache"
_MARKER_TEXT: Final = "Results of pfocr-rdf, kept for re-runs. This folder may be deleted at any time.\n"


class CacheError(ReportedError):
    """A folder that cannot be the cache; its message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The result of one record.

    Attributes:
        data: its figure's section, in the format.
        key: stands for what the section says, as `pfocr_rdf.checking.group_key` gives it.
        triples: how many triples that are.
        contribution: what the figure gives to what figures share.
        diagnostics: what was found in the record.
    """

    data: bytes | memoryview
    key: bytes
    triples: int
    contribution: Contribution
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Cache:
    """The results of records converted in one way.

    Attributes:
        packs: where they are.
    """

    packs: Packs

    def key(self, content: RecordBytes) -> bytes:
        """Give the key of a record's result: the digest of all of the record that it depends on."""
        texts = (content.stem, str(len(content.wpids)), *content.wpids, str(len(content.ndex)), *content.ndex)
        pieces = [text.encode("utf-8", "surrogatepass") for text in texts]  # a file's name need not be UTF-8
        pieces.append(content.data)
        for kind, (_, data) in content.companions.items():
            pieces += (kind.encode(), data)
        return _digest(pieces)

    def get(self, keys: Mapping[int, bytes], contents: Mapping[int, RecordBytes]) -> dict[int, Converted]:
        """Give results of earlier runs; what is missing is not there, or it is damaged or foreign.

        Args:
            keys: the keys of records.
            contents: the records, whose present files name the diagnostics get.
        """
        known = self.packs.get(set(keys.values()))
        results = {}
        for index, key in keys.items():
            if (entry := known.get(key)) is not None and (found := _decoded(entry, contents[index])) is not None:
                results[index] = found
        return results

    def put(self, results: Iterable[tuple[bytes, Converted, RecordFile]]) -> None:
        """Keep results of records, each with its key; where that fails, it costs the next run time alone."""
        self.packs.put({key: _encoded(converted, record) for key, converted, record in results})


def _digest(pieces: Sequence[bytes]) -> bytes:
    """Digest pieces, each for itself: no others give the same, however they are cut."""
    digest = sha256(b"".join(pieces))  # for which processors have instructions
    digest.update(array("Q", map(len, pieces)))
    return digest.digest()[:KEY]


def open_cache(folder: str, *, organisms: OrganismNames, settings: Settings, format: str) -> Cache:
    """Open the cache for one way of converting, in a folder that is made where there is none.

    Raises:
        CacheError: when the folder cannot be made, or holds something else.
    """
    return Cache(_open(folder, b"records", json.dumps([astuple(settings), format]).encode(), organisms.digest()))


def _open(folder: str, *way: bytes) -> Packs:
    """Open the results of one way in the folder of a cache, given all that they depend on but for the converter."""
    path = _path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        # Another run may be making the same cache, anywhere. The marker is the first that it makes: where it is missing
        # from a folder that held something before, the folder is no cache. So the order of the two looks matters.
        used = any(path.iterdir())
        if not (path / _MARKER).is_file():
            if used:
                raise CacheError(f"{folder}: is not empty and no cache of pfocr-rdf; give another folder")
            with suppress(FileExistsError), open(path / _MARKER, "x", encoding="utf-8") as file:
                file.write(_MARKER_TEXT)
    except OSError as error:
        raise CacheError(f"{folder}: {why(error)}; give a folder that may be written") from error
    return open_packs(str(path / _digest([converter_digest(), *way]).hex()))


def _path(folder: str) -> Path:
    if not folder:  # to the system it would be the folder that one is in
        raise CacheError("the name of the cache's folder is empty; give the name of a folder")
    if fault := name_fault(folder):
        raise CacheError(fault)
    return Path(folder)


@cache
def converter_digest() -> bytes:
    """Digest the converter: its modules and its data, and the versions of it and of what it stands on."""
    pieces = [version.encode() for version in converter_versions()]
    package = files("pfocr_rdf")
    for folder in (package, package / "data"):
        for file in sorted(folder.iterdir(), key=lambda item: item.name):
            if file.is_file() and file.name.endswith((".py", ".json", ".tsv")):
                pieces += (file.name.encode(), file.read_bytes())
    return _digest(pieces)


def converter_versions() -> list[str]:
    """Give the versions of all that makes the bytes, as what is loaded tells them, which takes no time."""
    return [
        f"pfocr-rdf {__version__}",
        f"{sys.implementation.name} {sys.version.split()[0]}",
        f"pyoxigraph {pyoxigraph.__version__}",
        f"PyLD {jsonld.__version__}",
        f"PyYAML {yaml.__version__}",
        f"libyaml {libyaml.get_version_string()}",
    ]


# ------------------------------------------------------------------------------------------------- the entries

_RECORD: Final = "record"


def _encoded(converted: Converted, record: RecordFile) -> bytes:
    """Give a result as a line of JSON, the section's key, the figure's terms and the data.

    File names are left out, as the database may be elsewhere next. The terms are most of what there is to read back,
    and splitting them is several times quicker than JSON; terms that hold the separator stand in the line.
    """
    given = converted.contribution
    shown: dict[str, str] = {record.companion_file(kind): kind for kind in record.companions}
    shown[record.file] = _RECORD
    joined = _BETWEEN.join(given.terms)
    apart = joined.count(_BETWEEN) == len(given.terms) - 1
    terms = joined.encode("utf-8", "surrogatepass") if apart else b""
    line = [
        converted.triples,
        len(terms),
        [
            given.figid,
            given.iri,
            given.paper,
            () if apart else given.terms,
            given.organisms,
            given.others,
            given.image,
            given.shared_image,
        ],
        [
            [found.code, found.message, shown[found.file], found.line, found.figid, found.key, found.value]
            for found in converted.diagnostics
        ],
    ]
    head = json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode()
    return b"".join((head, b"\n", converted.key, terms, converted.data))


_decode: Final = json.JSONDecoder().raw_decode

_BETWEEN: Final = "\x1f"
"""What stands between terms: the unit separator of ASCII."""

_TERMS: Final = re.compile(rf"(?:{PACKED_TERM}(?:\t[^{_BETWEEN}]*+)?+(?:{_BETWEEN}|\Z))++".encode())
"""Terms that are looked at all at once, which is much quicker than one by one."""


def _decoded(entry: bytes, content: RecordBytes) -> Converted | None:
    """Give back what was kept, or None where it is of another shape."""
    line = entry.find(b"\n") + 1
    start = line + KEY
    try:
        (triples, size, shared, diagnostics), _ = _decode(entry[:line].decode("ascii"))
        figid, iri, paper, terms, organisms, others, image, shared_image = shared
        end = start + size
        if not (type(triples) is int and 0 <= triples <= len(entry) and start <= end <= len(entry)):
            return None
        told = tuple(entry[start:end].decode().split(_BETWEEN) if size else terms)
        if not (_TERMS.fullmatch(entry, start, end) or all(map(is_packed_term, told))):
            return None
        if not (is_figid(figid) and _IRI.fullmatch(iri) and is_packed_paper(paper)):
            return None
        if not all(map(is_packed_organism, organisms)):
            return None
        statements = [(Term(subject), Term(predicate), Term(value)) for subject, predicate, value in others]
        if not (_are_iris(shared_image or ()) and (not statements or _are_whole(statements))):
            return None
        "".join((paper, *organisms, "" if image is None else image)).encode()  # such texts as can be written
        given = Contribution(
            figid,
            Term(iri),
            content.file,
            paper,
            told,
            tuple(organisms),
            tuple(statements),
            image,
            (Term(shared_image[0]), Term(shared_image[1])) if shared_image is not None else None,
        )
        shown: dict[str, str] = {kind: file for kind, (file, _) in content.companions.items()}
        shown[_RECORD] = content.file
        found = tuple(
            [
                Diagnostic(code, message, shown[file], line, figid, key, value)
                for code, message, file, line, figid, key, value in diagnostics
            ]
        )
        if not all(map(_is_whole, found)):
            return None
    except (ValueError, LookupError, TypeError, RecursionError, SyntaxError):
        return None
    # a copy of the data would cost more than all of the above
    return Converted(memoryview(entry)[end:], entry[line:start], triples, given, found)


def _are_iris(terms: Sequence[object]) -> bool:
    """Tell whether all of some are IRIs, in the syntax of N-Triples."""
    return all(type(term) is str and _IRI.fullmatch(term) is not None for term in terms)


_IRI: Final = re.compile(r"<[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]+>")


def _are_whole(statements: Sequence[Statement]) -> bool:
    """Tell whether statements are as `pfocr_rdf.terms` has them: such as read again are what they were."""
    read = [(str(one.subject), str(one.predicate), line_safe(str(one.object))) for one in triples(statements)]
    return read == statements


def _is_whole(found: Diagnostic) -> bool:
    """Tell whether a diagnostic has a code that there is, and what it says of it is text."""
    "".join((found.message, found.figid, found.key, found.value))
    return found.code in CODES and (found.line is None or type(found.line) is int)


# ----------------------------------------------------------------------------------------- what figures share


@dataclass(frozen=True, slots=True)
class KeptParts:
    """Parts of what figures share, described and written in one way.

    Attributes:
        packs: where they are.
    """

    packs: Packs

    def get(self, keys: Iterable[bytes]) -> dict[bytes, tuple[int, bytes]]:
        """Give parts by their keys, each as its number of triples and its bytes; what is damaged is missing."""
        return {
            key: (int.from_bytes(entry[:_COUNT], "big"), entry[_COUNT:])
            for key, entry in self.packs.get(keys).items()
            if len(entry) >= _COUNT
        }

    def put(self, parts: Mapping[bytes, tuple[int, bytes]]) -> str | None:
        """Keep parts together; give the name of their pack, or None where they cannot be kept."""
        return self.packs.put({key: triples.to_bytes(_COUNT, "big") + data for key, (triples, data) in parts.items()})

    def keep_only(self, keys: Set[bytes], names: Set[str]) -> None:
        """Delete the packs of earlier runs that hold none of these parts, given by their keys, and have other names."""
        self.packs.keep_only(keys, names)


_COUNT: Final = 8
"""Bytes of the number of triples."""


def part_key(told: Iterable[Told], figures: Sequence[bytes]) -> bytes:
    """Give the key of a part: the digest of what figures tell of its things, and of these figures.

    Args:
        told: what they tell.
        figures: the figures' IRIs in UTF-8, by their numbers; each ends in what no IRI holds.
    """
    pieces = []
    for packed, numbers in told:
        pieces.append(packed.encode("utf-8", "surrogatepass"))
        pieces.append(b"".join(map(figures.__getitem__, numbers)))
    return _digest(pieces)


def open_parts(folder: str, *, settings: Settings, format: str) -> KeptParts:
    """Open what is kept of what figures share, in the folder of a cache.

    Raises:
        CacheError: when the folder cannot be made, or holds something else.
    """
    return KeptParts(_open(folder, b"parts", json.dumps([astuple(settings), format]).encode()))


# --------------------------------------------------------------------------------------------- results of checks


@dataclass(frozen=True, slots=True)
class KeptChecks:
    """What checks of groups gave, for one set of shapes and one engine.

    Attributes:
        packs: where it is.
    """

    packs: Packs

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Checked]:
        """Give what is kept of groups, by their keys; what is damaged is missing."""
        known = {key: _checked(entry) for key, entry in self.packs.get(keys).items()}
        return {key: checked for key, checked in known.items() if checked is not None}

    def put(self, results: Mapping[bytes, Checked]) -> None:
        """Keep what checks gave."""
        self.packs.put(
            {
                key: json.dumps(
                    [
                        [[astuple(located.result), located.figure, located.shared] for located in checked.results],
                        checked.described,
                        checked.referenced,
                        checked.figures,
                        checked.triples,
                    ],
                    separators=(",", ":"),
                ).encode()
                for key, checked in results.items()
            }
        )


def open_checks(folder: str, check: Check) -> KeptChecks:
    """Open what is kept of a check, in the folder of a cache.

    Raises:
        CacheError: when the folder cannot be made, or holds something else.
    """
    shapes = (check.shapes.node, check.shapes.section, check.shapes.references)
    return KeptChecks(_open(folder, b"checks", *shapes, json.dumps([check.engine, check.part, *_versions()]).encode()))


def _versions() -> Iterator[str]:
    """Yield the versions of what checks shapes, as far as it is installed."""
    from importlib import metadata  # which few runs need, and takes its time

    for name in ("pyshacl", "pyshacl-turbo", "rdflib"):
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue


def _checked(entry: bytes) -> Checked | None:
    """Give back what was kept, or None where it is of another shape."""
    try:
        results, described, referenced, figures, triples = json.loads(entry)
        for result, figure, _ in results:
            "".join((*result, figure)).encode()
            if len(result) != _RESULT_FIELDS:
                return None
        if not _are_iris([term for term, _, _ in referenced]):
            return None
        figures_named = [*(figure for _, figure, _ in results), *(figure for _, _, figure in referenced)]
        if not _are_iris([figure for figure in figures_named if figure != ""]):
            return None
        numbers = [*chain.from_iterable(described), *(predicates for _, predicates, _ in referenced), figures, triples]
        if not all(type(number) is int and 0 <= number < 1 << 64 for number in numbers):
            return None
        return Checked(
            tuple([Located(Result(*result), Term(figure), bool(shared)) for result, figure, shared in results]),
            tuple([(digest, classes) for digest, classes in described]),
            tuple([(Term(term), predicates, Term(figure)) for term, predicates, figure in referenced]),
            figures,
            triples,
        )
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


_RESULT_FIELDS: Final = len(fields(Result))


# ---------------------------------------------------------------------------------------------- the whole folder

_WAY: Final = re.compile(f"[0-9a-f]{{{2 * KEY}}}")


def _ways(folder: str) -> list[Path]:
    """Give the folders of results in a cache.

    Raises:
        CacheError: when the folder is no cache.
    """
    with _explained(folder):
        if not (_path(folder) / _MARKER).is_file():
            raise CacheError(f"{folder}: is no cache of pfocr-rdf; give the folder that --cache named")
        with os.scandir(folder) as entries:  # what a link leads to is not the cache's
            ways = [entry for entry in entries if entry.is_dir(follow_symlinks=False) and _WAY.fullmatch(entry.name)]
        return sorted(map(Path, ways))


@contextmanager
def _explained(folder: str) -> Iterator[None]:
    """Say what the system refuses.

    Raises:
        CacheError: when it refuses something.
    """
    try:
        yield
    except OSError as error:
        raise CacheError(f"{folder}: {why(error)}; give the folder that --cache named") from error


def cache_size(folder: str) -> tuple[int, int]:
    """Give the number of results in a cache, and its bytes.

    Raises:
        CacheError: when the folder is no cache.
    """
    ways = _ways(folder)
    with _explained(folder):
        size = sum(_size(pack) for way in ways for pack in pack_files(str(way)))
    return sum(entry_count(str(way)) for way in ways), size


def _size(pack: Path) -> int:
    try:
        return pack.lstat().st_size
    except FileNotFoundError:  # another run has deleted it meanwhile
        return 0


def clear_cache(folder: str) -> int:
    """Delete the results in a cache, and what an interrupted run may have left, and nothing else; give their number.

    Raises:
        CacheError: when the folder is no cache, or cannot be cleared.
    """
    count, _ = cache_size(folder)
    for way in _ways(folder):
        with _explained(folder):
            for file in (*pack_files(str(way)), *left_files(str(way))):
                file.unlink(missing_ok=True)
        with suppress(OSError):  # it holds what is not the cache's, or is gone already
            way.rmdir()
    return count
