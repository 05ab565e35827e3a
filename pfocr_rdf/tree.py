"""Where files come from: a folder, standard input, an archive. The rest of the package reads through a `Tree`.

Paths inside a tree are relative, with slashes. A tree never gives a file outside itself: a symbolic link that leads out
of a folder, and a member of an archive that would, are refused.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Final, Protocol

from pfocr_rdf.diagnostics import Report, diagnose
from pfocr_rdf.suffixes import has_suffix

__all__ = ["DirectoryTree", "LoadedTree", "StreamTree", "Tree", "join"]


class Tree(Protocol):
    """Files under one root; their paths are from there, with slashes."""

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

        Hidden files are passed over.

        Args:
            folder: the folder.
            suffixes: how the files end, in letters of any size.
            report: takes what is found.
            unreadable: the code under which is reported what must not be read.
            others: the code under which other files are reported, or None.

        Raises:
            OSError: when the folder cannot be listed.
        """

    def read(self, path: str, limit: int) -> bytes:
        """Read a file, at most one byte more than the limit, so that a larger one is seen to be so.

        Args:
            path: the file.
            limit: the bytes that it may have.

        Raises:
            OSError: when it cannot be read.
        """

    def portable(self, paths: Sequence[str]) -> Tree:
        """Give a tree that another process can read these files from: itself, or one that holds them."""


_BYTES_AT_ONCE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class DirectoryTree:
    """A folder of the file system.

    Attributes:
        root: its path as the user would name it.
        place: its path from wherever a process is, where the other is not one.
    """

    root: str
    place: str = ""

    def display(self, path: str) -> str:
        """Give the path from where the user is."""
        if self.root == ".":
            return path
        return self.root + path if self.root.endswith(os.sep) else f"{self.root}{os.sep}{path}"

    def has_folder(self, folder: str) -> bool:
        """Tell whether there is a folder of this name."""
        return Path(self.place or self.root, folder).is_dir()

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
        root = self.place or self.root
        inside = Path(root).resolve()
        if not Path(root, folder).resolve().is_relative_to(inside):
            report(diagnose(unreadable, "the symbolic link leads out of the folder", file=self.display(folder)))
            return []
        endings = tuple(suffix.lower() for suffix in suffixes)
        with os.scandir(Path(root, folder)) as entries:
            found = [
                entry
                for entry in entries
                if (others is not None or entry.name.lower().endswith(endings)) and not entry.name.startswith(".")
            ]
        found.sort(key=attrgetter("name"))
        names = []
        for entry in found:
            if entry.name.lower().endswith(endings):
                if (fault := _link_fault(entry, inside)) is not None:
                    report(diagnose(unreadable, fault, file=self.display(join(folder, entry.name))))
                    continue
                if entry.is_file():
                    names.append(entry.name)
                    continue
            if others is not None:
                report(diagnose(others, file=self.display(join(folder, entry.name))))
        return names

    def read(self, path: str, limit: int) -> bytes:
        """Read a file, at most one byte more than the limit."""
        # the calls of the system themselves: a file object, or its size, costs more than reading a record
        file = os.open(f"{self.place or self.root}{os.sep}{path}", os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            left = limit + 1
            parts = []
            while left > 0 and (part := os.read(file, min(left, _BYTES_AT_ONCE))):
                parts.append(part)
                left -= len(part)
            return parts[0] if len(parts) == 1 else b"".join(parts)
        finally:
            os.close(file)

    def portable(self, paths: Sequence[str]) -> Tree:
        """Give the tree itself: any process can read it."""
        return self


def join(folder: str, name: str) -> str:
    """Join a folder of a tree, which may be its root, and a name."""
    return f"{folder}/{name}" if folder else name


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
        endings = tuple(suffix.lower() for suffix in suffixes)
        found = (path.rpartition("/") for path in self.files)
        return sorted(name for parent, _, name in found if parent == folder and has_suffix(name, *endings))

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
