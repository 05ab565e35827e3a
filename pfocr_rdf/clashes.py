"""Outputs that would overwrite what a run reads, or be read by the next one: they are refused before any work is done.

A file is the same under any of its names: through links, relative paths, and where the file system ignores case.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pfocr_rdf.output import STANDARD_OUTPUT, OutputError, name_fault
from pfocr_rdf.suffixes import has_suffix

__all__ = ["ReadFolder", "Sources", "check_outputs", "is_standard_output"]


@dataclass(frozen=True, slots=True)
class ReadFolder:
    """A folder of which some files are read, by the ends of their names.

    Attributes:
        path: the folder.
        endings: how the names of these files end, in small letters.
        reach: the folder in which symbolic links of these names are followed; empty where they may lead anywhere.
    """

    path: str
    endings: tuple[str, ...]
    reach: str = ""

    def holds(self, file: str) -> bool:
        """Tell whether a file is one of them, or would be if it were there.

        Args:
            file: its path, free of links.
        """
        folder, name = os.path.split(file)
        # in small letters, as the file system may ignore case
        if self._takes(name) and _is_same(folder, self.path):
            return True
        if self.reach and not Path(file).is_relative_to(os.path.realpath(self.reach)):
            return False
        return any(os.path.realpath(link) == file for link in self._links())

    def _takes(self, name: str) -> bool:
        return has_suffix(name, *self.endings) and not name.startswith(".")

    def _links(self) -> Iterator[str]:
        with suppress(OSError), os.scandir(self.path) as entries:
            yield from (entry.path for entry in entries if entry.is_symlink() and self._takes(entry.name))


@dataclass(frozen=True, slots=True)
class Sources:
    """What is read.

    Attributes:
        files: files.
        folders: folders of which some files are read.
    """

    files: tuple[str, ...] = ()
    folders: tuple[ReadFolder, ...] = ()


def check_outputs(
    outputs: Mapping[str, str | None], sources: Iterable[Sources], *, own: Mapping[str, str] | None = None
) -> None:
    """Refuse to write where something is read, in a folder of the program's own, or twice to one file.

    Args:
        outputs: for what each is (`the output`, `the report`) its name; None where there is none.
        sources: what is read.
        own: for what each is (`store`, `cache`) a folder in which only the program writes.

    Raises:
        OutputError: with what to do.
    """
    read = list(sources)
    taken: dict[object, str] = {}
    for what, name in outputs.items():
        if not name:  # none, or an empty name, which is said to be no name when it is opened
            continue
        if fault := name_fault(name):
            raise OutputError(fault)
        if is_standard_output(name):
            if STANDARD_OUTPUT in taken:
                raise OutputError(
                    f"standard output: takes {taken[STANDARD_OUTPUT]}, and {what} would stand among its lines; "
                    "give a file for the one (-o) or the other (--report)"
                )
            taken[STANDARD_OUTPUT] = what
            continue
        path = os.path.realpath(name)
        if _is_device(path):
            continue
        if (place := _place(path)) in taken:
            raise OutputError(f"{name}: is {taken[place]}, too; give another name")
        taken[place] = what
        if any(_is_same(path, file) for source in read for file in source.files):
            raise OutputError(f"{name}: is an input, too; give another name")
        for folder in (folder for source in read for folder in source.folders):
            if folder.holds(path):
                raise OutputError(
                    f"{name}: is an input, too; give another name"
                    if os.path.exists(path)  # noqa: PTH110 - a string
                    else f"{name}: would be read in {folder.path} as an input; give another name, or a name elsewhere"
                )
        for kind, root in (own or {}).items():
            # a name that is none is said to be so when the folder is opened
            if root and not name_fault(root) and Path(path).is_relative_to(os.path.realpath(root)):
                raise OutputError(f"{name}: lies in the {kind} {root}, whose files are its own; give a name elsewhere")


_STANDARD_OUTPUT: Final = (STANDARD_OUTPUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def is_standard_output(name: str) -> bool:
    """Tell whether a name is one of standard output.

    >>> is_standard_output("-"), is_standard_output("out.ttl")
    (True, False)
    """
    return name in _STANDARD_OUTPUT


def _is_device(path: str) -> bool:
    """Tell whether a path is a device, such as /dev/null or a terminal, which many may read and write at once."""
    try:
        return stat.S_ISCHR(os.stat(path).st_mode)  # noqa: PTH116 - a string
    except (OSError, ValueError):
        return False


def _is_same(one: str, other: str) -> bool:
    """Tell whether two names are of one file or folder, which need not be there."""
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)


def _place(path: str) -> object:
    """Give what tells the place of a file, free of links, from all others, whether it is there or not."""
    folder, name = os.path.split(path)
    return folder, name.casefold() if _ignores_case(Path(folder)) else name


def _ignores_case(folder: Path) -> bool:
    """Tell whether a folder is found by its name in other letters, too, as macOS and Windows do."""
    try:
        return folder.name != folder.name.swapcase() and folder.with_name(folder.name.swapcase()).samefile(folder)
    except (OSError, ValueError):
        return False
