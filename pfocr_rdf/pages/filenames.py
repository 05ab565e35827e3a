"""Figures' files are named after their figids, safely anywhere: no path, no name that a system refuses, no two alike.

Nearly every figid is its own name. Others are percent-encoded or cut, and so is one that is called like a list of
figures, which stands in the same folder; where two names differ in nothing but the case of their letters, which some
file systems take for the same, the later one gets a digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final
from urllib.parse import quote

__all__ = ["file_stems"]

LONGEST: Final = 200
"""Characters of a name without its extension, of the 255 bytes that file systems allow."""

DIGEST_DIGITS: Final = 10

_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows gives to devices, whatever their extension."""

_LISTS: Final = re.compile(r"index(-\d+)?", re.IGNORECASE)
"""Names of the lists of figures, which stand in the same folder."""


def file_stems(figids: Iterable[str]) -> dict[str, str]:
    """Give the names of figures' files, without extensions, by figid.

    Args:
        figids: all figids of a folder, in any order.

    Example:
        >>> file_stems(["PMC1__a.b", "PMC1__A.b", "../x"])
        {'../x': '%2E%2E%2Fx', 'PMC1__A.b': 'PMC1__A.b', 'PMC1__a.b': 'PMC1__a.b~11850a4fdb'}
    """
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for figid in sorted(set(figids)):
        stem = _safe(figid)
        if stem.lower() in taken:
            stem = _marked(stem, figid)
        taken.add(stem.lower())
        stems[figid] = stem
    return stems


def _safe(figid: str) -> str:
    stem = quote(figid, safe="", errors="replace").replace("~", "%7E")  # a tilde is ours
    if stem.startswith(".") or stem.endswith(".") or not stem:
        stem = stem.replace(".", "%2E") or "%"
    if _DEVICES.fullmatch(stem) or _LISTS.fullmatch(stem):
        stem = f"%{ord(stem[0]):02X}{stem[1:]}"
    return stem if len(stem) <= LONGEST else _marked(stem, figid)


def _marked(stem: str, figid: str) -> str:
    digest = sha256(figid.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]
    return f"{stem[: LONGEST - DIGEST_DIGITS - 1]}~{digest}"
