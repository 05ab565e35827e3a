"""Where files come from: a folder, standard input, an archive. The rest of the package reads through a `Tree`.

Paths inside a tree are relative, with slashes. A tree never gives a file outside itself: a symbolic link that leads out
of a folder, and a member of an archive that would, are refused.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pfocr_rdf.diagnostics import Report, diagnose

__all__ = ["DirectoryTree", "LoadedTree", "StreamTree", "Tree"]


class Tree(Protocol):
    """Files under one root."""

    def display(self, path: str) -> str:
        """Give a file's path as the user would name it."""

    def has_folder(self, folder: str) -> bool:
        """Tell whether there is a folder of this name."""

    def names(
        self,
        folder: str,
        suffixes: Sequence[str],
        report: Report,
        *,
        unreadable: str = "record-unreadable",
        others: str | None = None,
    ) -> list[str]:
        """List the regular files of a folder, `""` for the root, that end in one of the suffixes, by code point.

        Hidden files are passed over. What must not be read is reported under the code `unreadable`, other files under
        the code `others`, where one is given.
        """

    def read(self, path: str, limit: int) -> bytes:
        """Read a file, at most one byte more than the limit, so that a larger one is seen to be so.

        Raises:
            OSError: when it cannot be read.
        """

    def portable(self, paths: Sequence[str]) -> Tree:
        """Give a tree that another process can read these files from: itself, or one that holds them."""


@dataclass(frozen=True, slots=True)
class DirectoryTree:
    """A folder of the file system.

    Attributes:
        root: its path.
    """

    root: str

    def display(self, path: str) -> str:
        """Give the path from where the user is."""
        return path if self.root == "." else os.path.join(self.root, path)  # noqa: PTH118 - much faster than Path

    def has_folder(self, folder: str) -> bool:
        """Tell whether there is a folder of this name."""
        return Path(self.root, folder).is_dir()

    def names(
        self,
        folder: str,
        suffixes: Sequence[str],
        report: Report,
        *,
        unreadable: str = "record-unreadable",
        others: str | None = None,
    ) -> list[str]:
        """List the regular files of a folder; a symbolic link is followed only within the tree."""
        inside = Path(self.root).resolve()
        if not Path(self.root, folder).resolve().is_relative_to(inside):
            report(diagnose(unreadable, "the symbolic link leads out of the folder", file=self.display(folder)))
            return []
        with os.scandir(Path(self.root, folder)) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        names = []
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith("."):
                continue
            if entry.name.endswith(tuple(suffixes)):
                fault = _link_fault(entry, inside)
                if fault is not None:
                    report(diagnose(unreadable, fault, file=self.display(path)))
                    continue
                if entry.is_file():
                    names.append(entry.name)
                    continue
            if others is not None:
                report(diagnose(others, file=self.display(path)))
        return names

    def read(self, path: str, limit: int) -> bytes:
        """Read a file, at most one byte more than the limit."""
        # the calls of the system themselves: a file object costs more than reading a record
        file = os.open(os.path.join(self.root, path), os.O_RDONLY | getattr(os, "O_BINARY", 0))  # noqa: PTH118
        try:
            left = limit + 1
            size = min(os.fstat(file).st_size, limit) + 1
            data = os.read(file, size)
            if len(data) == size - 1:
                return data
            parts = [data]  # one call may give less than was asked for, and the file may have grown
            while parts[-1] and (left := left - len(parts[-1])) > 0:
                parts.append(os.read(file, min(left, 1 << 20)))
            return b"".join(parts)
        finally:
            os.close(file)

    def portable(self, paths: Sequence[str]) -> Tree:
        """Give the tree itself: any process can read it."""
        return self


def _link_fault(entry: os.DirEntry[str], inside: Path) -> str | None:
    """Say why a symbolic link is not followed, or None."""
    if not entry.is_symlink():
        return None
    target = os.path.realpath(entry.path)  # unlike Path.resolve, it takes links that lead to themselves
    if not Path(target).is_relative_to(inside):
        return "the symbolic link leads out of the folder"
    return None if os.path.exists(target) else "the symbolic link leads nowhere"  # noqa: PTH110


@dataclass(frozen=True, slots=True)
class StreamTree:
    """One record that was read from standard input.

    Attributes:
        data: its bytes.
    """

    data: bytes

    def display(self, path: str) -> str:
        """Give the name as it stands."""
        return path

    def has_folder(self, folder: str) -> bool:
        """Tell that there is none."""
        return False

    def names(
        self,
        folder: str,
        suffixes: Sequence[str],
        report: Report,
        *,
        unreadable: str = "record-unreadable",
        others: str | None = None,
    ) -> list[str]:
        """List nothing."""
        return []

    def read(self, path: str, limit: int) -> bytes:
        """Give the record."""
        return self.data[: limit + 1]

    def portable(self, paths: Sequence[str]) -> Tree:
        """Give the tree itself."""
        return self


@dataclass(frozen=True, slots=True)
class LoadedTree:
    """Files of another tree that were read already, to be sent to another process.

    Attributes:
        files: their bytes by path.
        shown: their names for the user, by path.
        faults: why others could not be read, by path.
    """

    files: Mapping[str, bytes]
    shown: Mapping[str, str]
    faults: Mapping[str, str]

    @property
    def size(self) -> int:
        """How many bytes the files have together."""
        return sum(map(len, self.files.values()))

    def display(self, path: str) -> str:
        """Give the name that the other tree gives."""
        return self.shown.get(path, path)

    def has_folder(self, folder: str) -> bool:
        """Tell whether a file of the folder was read."""
        return any(path.startswith(f"{folder}/") for path in self.files)

    def names(
        self,
        folder: str,
        suffixes: Sequence[str],
        report: Report,
        *,
        unreadable: str = "record-unreadable",
        others: str | None = None,
    ) -> list[str]:
        """List the files of a folder."""
        found = (path.rpartition("/") for path in self.files)
        return sorted(name for parent, _, name in found if parent == folder and name.endswith(tuple(suffixes)))

    def read(self, path: str, limit: int) -> bytes:
        """Give a file.

        Raises:
            OSError: for one that could not be read.
        """
        if path not in self.files:
            raise OSError(errno.EIO, self.faults.get(path, "no such file"), path)
        return self.files[path][: limit + 1]

    def portable(self, paths: Sequence[str]) -> Tree:
        """Give the tree itself."""
        return self
