"""Results of earlier runs, kept record by record, so that a re-run converts only what changed.

An entry is found by a digest of everything that its result depends on: the record's bytes, its companions' and the
maps' entries for it, the organism names, the settings, the format, and the converter itself (its version and the bytes
of its modules). Nothing has to be invalidated: what changed has another digest. Entries hold no code, and each carries
a digest of itself, so that a damaged or foreign one is seen and made anew.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pfocr_rdf import __version__
from pfocr_rdf.diagnostics import CODES, Diagnostic
from pfocr_rdf.entities import Contribution
from pfocr_rdf.errors import ReportedError
from pfocr_rdf.mapping import Settings
from pfocr_rdf.organisms import OrganismNames
from pfocr_rdf.record import RecordBytes
from pfocr_rdf.terms import Term

if TYPE_CHECKING:
    from pfocr_rdf.database import RecordFile

__all__ = ["Cache", "CacheError", "Converted", "cache_entries", "clear_cache", "open_cache"]

_MAGIC: Final = b"pfocr-rdf result 1\n"
_MARKER: Final = "pfocr-rdf-cache"
_MARKER_TEXT: Final = "Results of pfocr-rdf, kept for re-runs. This folder may be deleted at any time.\n"
_SUFFIX: Final = ".result"
_DIGEST: Final = 16


class CacheError(ReportedError):
    """A folder that cannot be the cache; its message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The result of one record.

    Attributes:
        data: its figure's section, in the format.
        triples: how many triples that are.
        contribution: what the figure gives to what figures share.
        diagnostics: what was found in the record.
    """

    data: bytes
    triples: int
    contribution: Contribution
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Cache:
    """The results of records converted in one way.

    Attributes:
        folder: where they are.
        salt: the digest of what all of them depend on.
    """

    folder: str
    salt: bytes

    def key(self, content: RecordBytes) -> str:
        """Give the name of a record's result: the digest of all it depends on, in hexadecimal."""
        digest = blake2b(self.salt, digest_size=_DIGEST)
        for part in (content.stem, *content.wpids, "", *content.ndex, ""):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")  # a file's name need not be UTF-8
        _add(digest, content.data)
        for kind, (_, data) in content.companions.items():
            digest.update(kind.encode())
            _add(digest, data)
        return digest.hexdigest()

    def get(self, key: str, content: RecordBytes) -> Converted | None:
        """Give the result of an earlier run, or None where there is none, or it is damaged or foreign.

        Args:
            key: its name.
            content: the record, whose present file names the diagnostics get.
        """
        try:
            with open(self._path(key), "rb", buffering=0) as file:
                entry = file.readall()
        except OSError:
            return None
        start = len(_MAGIC) + _DIGEST
        if not entry.startswith(_MAGIC) or self._digest(key, entry[start:]) != entry[len(_MAGIC) : start]:
            return None
        line, _, data = entry[start:].partition(b"\n")
        try:
            return _decoded(json.loads(line), key, data, content)
        except (ValueError, LookupError, TypeError, RecursionError):
            return None

    def put(self, key: str, converted: Converted, record: RecordFile) -> None:
        """Keep a result; a folder that is full or gone costs the next run time, and nothing else."""
        line = json.dumps(_encoded(converted, key, record), ensure_ascii=True, separators=(",", ":")).encode()
        content = line + b"\n" + converted.data
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_MAGIC + self._digest(key, content) + content)
                Path(beside).replace(path)
            except BaseException:
                Path(beside).unlink(missing_ok=True)
                raise
        except OSError:
            return

    def _path(self, key: str) -> Path:
        return Path(self.folder, key[:2], key + _SUFFIX)

    def _digest(self, key: str, content: bytes) -> bytes:
        """Digest an entry so that no other converter, settings or key give that digest."""
        return blake2b(content, digest_size=_DIGEST, key=self.salt + key.encode()).digest()


def _add(digest: Any, data: bytes) -> None:
    """Add bytes of any length so that no other sequence of parts gives the same."""
    digest.update(len(data).to_bytes(8, "big"))
    digest.update(data)


def open_cache(folder: str, *, organisms: OrganismNames, settings: Settings, format: str) -> Cache:
    """Open the cache for one way of converting, in a folder that is made where there is none.

    Raises:
        CacheError: when the folder cannot be made, or holds something else.
    """
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not (path / _MARKER).is_file():
            if any(path.iterdir()):
                raise CacheError(f"{folder}: is not empty and no cache of pfocr-rdf; give another folder")
            (path / _MARKER).write_text(_MARKER_TEXT, "utf-8")
    except OSError as error:
        raise CacheError(
            f"{folder}: {(error.strerror or str(error)).lower()}; give a folder that may be written"
        ) from error
    digest = blake2b(_converter(), digest_size=_DIGEST)
    digest.update(json.dumps([astuple(settings), format]).encode())
    digest.update(organisms.digest())
    return Cache(folder, digest.digest())


@cache
def _converter() -> bytes:
    """Digest the converter: its version, its modules and its data."""
    digest = blake2b(__version__.encode(), digest_size=_DIGEST)
    package = files("pfocr_rdf")
    for folder in (package, package / "data"):
        for file in sorted(folder.iterdir(), key=lambda item: item.name):
            if file.is_file() and file.name.endswith((".py", ".json", ".tsv")):
                _add(digest, file.read_bytes())
    return digest.digest()


# ------------------------------------------------------------------------------------------------- the entries

_RECORD: Final = "record"


def _encoded(converted: Converted, key: str, record: RecordFile) -> list[Any]:
    """Give a result in the types of JSON; file names are left out, as the database may be elsewhere next time."""
    given = converted.contribution
    shown: dict[str, str] = {record.companion_file(kind): kind for kind in record.companions}
    shown[record.file] = _RECORD
    return [
        key,
        converted.triples,
        [
            given.figid,
            given.iri,
            given.paper,
            given.terms,
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


def _decoded(entry: list[Any], key: str, data: bytes, content: RecordBytes) -> Converted:
    if entry[0] != key:
        raise ValueError("the entry is another record's")
    _, triples, (figid, iri, paper, terms, organisms, others, image, shared_image), diagnostics = entry
    if not isinstance(triples, int):
        raise TypeError("the entry is of another shape")
    given = Contribution(
        figid=figid,
        iri=Term(iri),
        file=content.file,
        paper=str(paper),
        terms=tuple(
            (source, identifier, kinds, tuple(labels), taxon) for source, identifier, kinds, labels, taxon in terms
        ),
        organisms=tuple((taxon_id, tuple(names)) for taxon_id, names in organisms),
        others=tuple((Term(subject), Term(predicate), Term(value)) for subject, predicate, value in others),
        image=image,
        shared_image=(Term(shared_image[0]), Term(shared_image[1])) if shared_image is not None else None,
    )
    shown: dict[str, str] = {_RECORD: content.file}
    shown.update((kind, file) for kind, (file, _) in content.companions.items())
    found = tuple(
        Diagnostic(code, message, shown[file], line, figid, key, value)
        for code, message, file, line, figid, key, value in diagnostics
        if code in CODES
    )
    return Converted(data, triples, given, found)


# ---------------------------------------------------------------------------------------------- the whole folder


def cache_entries(folder: str) -> Iterator[Path]:
    """Yield the files of the results in a cache.

    Raises:
        CacheError: when the folder is no cache.
    """
    if not Path(folder, _MARKER).is_file():
        raise CacheError(f"{folder}: is no cache of pfocr-rdf; give the folder that --cache named")
    for part in sorted(Path(folder).iterdir()):
        if part.is_dir() and len(part.name) == 2:
            yield from sorted(part.glob(f"*{_SUFFIX}"))


def clear_cache(folder: str) -> int:
    """Delete the results in a cache, and what an interrupted run may have left; give their number.

    Raises:
        CacheError: when the folder is no cache, or cannot be cleared.
    """
    count = 0
    try:
        for path in cache_entries(folder):
            path.unlink()
            count += 1
        for part in Path(folder).iterdir():
            if part.is_dir() and len(part.name) == 2:
                for left in part.glob(".*.part"):
                    left.unlink()
                part.rmdir()
    except OSError as error:
        raise CacheError(f"{folder}: {(error.strerror or str(error)).lower()}") from error
    return count
