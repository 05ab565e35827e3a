"""A folder put in the place of another, in one step where the system can do that: all see the one or the other.

Linux and macOS exchange two folders at once. Elsewhere, and on file systems that cannot, the old folder is moved aside
first; `restore` moves it back when that was all that happened.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path
from typing import Any, Final

from pfocr_rdf.output import sync_folder

__all__ = ["put_in_empty_place", "put_in_place", "restore"]

_LINUX_HERE: Final = -100  # AT_FDCWD
_SWAP: Final = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
_CANNOT: Final = frozenset((errno.ENOSYS, errno.EINVAL, errno.ENOTSUP))


def put_in_place(new: Path, target: Path, aside: Path) -> None:
    """Put a folder in another's place.

    Args:
        new: the folder; afterwards it may be the old one.
        target: the other folder, on the same file system.
        aside: where the old folder may go to.

    Raises:
        OSError: when it cannot be done; the target is then as it was.
    """
    if not _exchanged(new, target):
        target.rename(aside)
        try:
            new.rename(target)
        except OSError:
            aside.rename(target)
            raise
    sync_folder(target.parent)


def put_in_empty_place(new: Path, target: Path) -> None:
    """Put a folder where there is none, or an empty one, and nowhere else.

    Args:
        new: the folder.
        target: the place, on the same file system.

    Raises:
        OSError: when there is something, whenever it came, or the system refuses; nothing has changed then.
    """
    if os.name == "nt" and target.exists():
        target.rmdir()
    new.rename(target)
    sync_folder(target.parent)


def restore(target: Path, aside: Path) -> None:
    """Move an old folder back where it was moved aside and nothing came in its place.

    Raises:
        OSError: when it cannot be moved.
    """
    if aside.exists() and not target.exists():
        aside.rename(target)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders; tell whether that could be done.

    Raises:
        OSError: when it could, but not with these folders.
    """
    names = os.fsencode(one), os.fsencode(other)
    result = _call(names)
    if result is None:
        return False
    if result == 0:
        return True
    if result in _CANNOT:
        return False
    raise OSError(result, os.strerror(result), str(other))


def _call(names: tuple[bytes, bytes]) -> int | None:
    """Ask the system; give its error, 0 for none, or None where it has no such call."""
    library: Any = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    if sys.platform.startswith("linux") and hasattr(library, "renameat2"):
        done = library.renameat2(_LINUX_HERE, names[0], _LINUX_HERE, names[1], ctypes.c_uint(_SWAP))
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        done = library.renamex_np(names[0], names[1], ctypes.c_uint(_SWAP))
    else:
        return None
    return ctypes.get_errno() if done else 0
