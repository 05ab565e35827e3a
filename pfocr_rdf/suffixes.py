"""What files are by the ends of their names, in letters of any size: `.TTL` says what `.ttl` says."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

__all__ = ["GZIP", "has_suffix", "is_gzipped", "suffix_within"]

GZIP: Final = ".gz"


def has_suffix(name: str, *suffixes: str) -> bool:
    """Tell whether a name ends in one of some suffixes.

    Args:
        name: the name, or the path, of a file.
        suffixes: the suffixes, in small letters.

    >>> has_suffix("a.TAR.GZ", ".zip", ".tar.gz")
    True
    """
    return name.lower().endswith(suffixes)


def is_gzipped(name: str) -> bool:
    """Tell whether the content of a file of this name is compressed by gzip.

    >>> is_gzipped("a.ttl.GZ"), is_gzipped("a.ttl")
    (True, False)
    """
    return has_suffix(name, GZIP)


def suffix_within(name: str) -> str:
    """Give the suffix of the content of a file, before `.gz`, in small letters; empty where there is none.

    >>> suffix_within("a.NT.gz"), suffix_within("a.b/c")
    ('.nt', '')
    """
    return PurePath(name.lower().removesuffix(GZIP)).suffix
