"""The dump of a release's folder, as its manifest names it: for commands that are given the folder.

A release may come from anywhere. So its manifest is data like any other: it names a file in the folder itself, or none.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pfocr_rdf.database import FIGURES, InputError
from pfocr_rdf.diagnostics import one_line
from pfocr_rdf.errors import why

__all__ = ["MANIFEST_FILE", "SUMS_FILE", "dump_of_release", "is_release"]

MANIFEST_FILE: Final = "manifest.json"
"""The list of a release's files, for programs."""

SUMS_FILE: Final = "SHA256SUMS"
"""The digests of a release's files."""

LIMIT: Final = 512 << 20
"""Bytes that a manifest may have; one of 100,000 figures with files of their own has some 130 million."""

PIECE: Final = 1 << 20

_DUMP: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.nt\.gz")
"""What a dump in N-Triples is called, in the folder itself: shards are in one below."""


def is_release(name: str) -> bool:
    """Tell a release's folder from other inputs, by the two lists that each has; a checkout of the database is none."""
    folder = Path(name)
    lists = (folder / MANIFEST_FILE, folder / SUMS_FILE)
    return all(file.is_file() for file in lists) and not (folder / FIGURES).is_dir()


def dump_of_release(name: str) -> str:
    """Give the path of a release's dump in N-Triples.

    Args:
        name: the folder of the release.

    Raises:
        InputError: when the manifest names none in the folder, or the file is not what the manifest says.
    """
    place = Path(name, MANIFEST_FILE)
    try:
        with open(place, "rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        raise InputError(f"{place}: {why(error)}") from error
    if len(data) > LIMIT:
        raise InputError(f"{place}: has more than {LIMIT:,} bytes; name the dump itself")
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: is no JSON, so perhaps damaged; get the release again, or name the dump") from error
    entries = manifest.get("files") if isinstance(manifest, dict) else None
    found = {
        entry["path"]: entry.get("sha256")
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("path"), str) and _DUMP.fullmatch(entry["path"])
    }
    if len(found) != 1:
        raise InputError(
            f"{place}: names {len(found)} dumps in N-Triples in this folder, not one; name the dump itself"
        )
    ((path, digest),) = found.items()
    return _checked(Path(name), path, digest)


def _checked(folder: Path, path: str, digest: Any) -> str:
    """Give the place of a file that is in a folder, and is what it is said to be.

    Raises:
        InputError: when it is not.
    """
    place = folder / path
    try:
        if not place.resolve(strict=True).is_relative_to(folder.resolve()):
            raise InputError(f"{place}: the symbolic link leads out of the folder; name the dump itself")
        held = sha256()
        with open(place, "rb") as file:
            while piece := file.read(PIECE):
                held.update(piece)
    except (OSError, RuntimeError) as error:  # a link that leads to itself is a RuntimeError to older Pythons
        message = why(error) if isinstance(error, OSError) else str(error)
        raise InputError(f"{place}: {message}; get the release again") from error
    if held.hexdigest() != digest:
        said = one_line(str(digest))[:64]
        raise InputError(
            f"{place}: has the SHA-256 {held.hexdigest()}, and {MANIFEST_FILE} says {said}; get the release again"
        )
    return str(place)
