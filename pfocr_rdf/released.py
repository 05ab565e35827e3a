"""The dump of a release's folder, as its digests name it: for commands that are given the folder.

A release may come from anywhere. So its digests are data like any other: they name a file in the folder itself, or
none. They are read line by line: those of a release with pages are many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from pfocr_rdf.database import FIGURES, InputError
from pfocr_rdf.errors import why

__all__ = ["MANIFEST_FILE", "SUMS_FILE", "dump_of_release", "is_release", "lists_of_releases"]

MANIFEST_FILE: Final = "manifest.json"
"""The list of a release's files, for programs."""

SUMS_FILE: Final = "SHA256SUMS"
"""The digests of a release's files."""

LINE: Final = 1000
"""Bytes of a line that are read at once; those of a release have less."""

PIECE: Final = 1 << 20

_DUMP: Final = re.compile(rb"(?P<digest>[0-9a-f]{64})  (?P<path>[A-Za-z0-9][A-Za-z0-9._-]*\.nt\.gz)\n")
"""The line of a dump in N-Triples, in the folder itself: shards are in one below."""


def is_release(name: str) -> bool:
    """Tell a release's folder from other inputs, by the two lists that each has; a checkout of the database is none."""
    folder = Path(name)
    lists = (folder / MANIFEST_FILE, folder / SUMS_FILE)
    return all(file.is_file() for file in lists) and not (folder / FIGURES).is_dir()


def lists_of_releases(names: Iterable[str]) -> list[str]:
    """Give the paths of the two lists of each release among inputs."""
    return [str(Path(name, file)) for name in names if is_release(name) for file in (MANIFEST_FILE, SUMS_FILE)]


def dump_of_release(name: str) -> str:
    """Give the path of a release's dump in N-Triples.

    Args:
        name: the folder of the release.

    Raises:
        InputError: when its digests name none in the folder, or the file has another digest.
    """
    place = Path(name, SUMS_FILE)
    found: dict[str, str] = {}
    try:
        with open(place, "rb") as file:
            while (line := file.readline(LINE)) and len(found) < 2:
                if (dump := _DUMP.fullmatch(line)) is not None:
                    found[dump["path"].decode()] = dump["digest"].decode()
    except OSError as error:
        raise InputError(f"{place}: {why(error)}") from error
    if len(found) != 1:
        how_many = "several dumps" if found else "no dump"
        raise InputError(f"{place}: names {how_many} in N-Triples in this folder; name the dump itself")
    ((path, digest),) = found.items()
    return _checked(Path(name), path, digest)


def _checked(folder: Path, path: str, digest: str) -> str:
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
        raise InputError(
            f"{place}: has the SHA-256 {held.hexdigest()}, and {SUMS_FILE} says {digest}; get the release again"
        )
    return str(place)
