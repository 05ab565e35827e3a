"""What a release is made from: the commit of the database's checkout, where it is one, and a digest of what is read.

A commit is named only where what is read is what it holds. Git itself would tell that by `git status`, which may run
programs that the checkout's own settings name. So each file's name among git's objects is computed here, from the bytes
that are read anyway, and compared with the list of the commit's files.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1, sha256
from pathlib import Path
from typing import Final

from pfocr_rdf.database import DATA, FIGURES, ORGANISMS
from pfocr_rdf.diagnostics import Diagnostic, one_line
from pfocr_rdf.releases.publication import Source
from pfocr_rdf.tree import DirectoryTree, join

__all__ = ["Unlike", "read_source"]

PIECE: Final = 1 << 20
SECONDS: Final = 20
LARGE: Final = 64 << 20
"""Bytes of a file up to which it is compared with other line ends, too."""


@dataclass(frozen=True, slots=True)
class Unlike:
    """Files that are not as the commit of a checkout has them: changed, gone, or not in it.

    Attributes:
        commit: the commit.
        first: the path of the first of them, empty where git does not tell what the commit holds.
        count: how many.
    """

    commit: str
    first: str
    count: int

    def __str__(self) -> str:
        """Say what that means for a release."""
        commit = f"commit {self.commit[:12]}"
        if not self.first:
            return f"git does not tell what {commit} holds, so the release names no commit, nor its day"
        more = f" (the first of {self.count:,} such files)" if self.count > 1 else ""
        return (
            f"{one_line(self.first)}: is not as {commit} has it{more}, so the release names no commit, nor its day; "
            "commit what is to be published, or restore it"
        )


def read_source(name: str) -> tuple[Source, Unlike | None]:
    """Tell what a database is made of.

    The digest is that of the names, sizes and contents of its files, in the order of their names; of an archive or a
    single record it is that of the file. It does not depend on where the database is.

    Args:
        name: the database, as `pfocr-rdf release` is given it.

    Returns:
        What it is made of, with the commit of a checkout only where what is read is what the commit holds; and where
        it is not, how the two differ.

    Raises:
        OSError: when a file cannot be read.
    """
    path = Path(name)
    if not path.is_dir():
        digest = sha256()
        for piece in _pieces(path):
            digest.update(piece)
        return Source(digest.hexdigest()), None
    root = path.resolve()
    if root.name == FIGURES:
        root = root.parent
    tree = DirectoryTree(str(root))
    folders = [folder for folder in (DATA, FIGURES, ORGANISMS) if tree.has_folder(folder)]
    commit, date = _commit(root)
    # a folder that the commit has, and the checkout has not, is looked for, too
    held = _files_of(root, commit, (DATA, FIGURES, ORGANISMS) if folders else ("",)) if commit is not None else None
    digest = sha256()
    unlike = []
    for path_in, size, own, as_held in _read(tree, folders or [""], held):
        digest.update(f"{path_in}\0{size}\0{own}\n".encode("utf-8", "surrogateescape"))
        if not as_held:
            unlike.append(path_in)
    if commit is None:
        return Source(digest.hexdigest()), None
    if held is None:
        return Source(digest.hexdigest()), Unlike(commit, "", 0)
    unlike += held  # what was not read
    if unlike:
        return Source(digest.hexdigest()), Unlike(commit, min(unlike), len(unlike))
    return Source(digest.hexdigest(), commit, date), None


def _read(
    tree: DirectoryTree, folders: Collection[str], held: dict[str, str] | None
) -> Iterator[tuple[str, int, str, bool]]:
    """Read files, in the order of their folders and names.

    Args:
        tree: the database.
        folders: its folders.
        held: the files of the commit, by path, with their names among git's objects, or None; those that are read are
            taken out.

    Yields:
        The path, the size, the digest, and whether the file is as the commit has it. Where the commit has a symbolic
        link it never is: of what that leads to, the commit of the link tells nothing.
    """
    for folder in folders:
        for file in tree.names(folder, ("",), _passed_over):
            path = join(folder, file)
            place = Path(tree.root, path)
            expected = held.pop(path, "") if held is not None else ""
            named = _ObjectName(place.stat().st_size, expected)
            own = sha256()
            size = 0
            for piece in _pieces(place):
                own.update(piece)
                named.update(piece)
                size += len(piece)
            as_held = bool(expected) and (named.is_expected() or _with_other_line_ends(place, expected))
            yield path, size, own.hexdigest(), as_held


class _ObjectName:
    """The name that git gives to a file with certain bytes, as they come, to be compared with one that is expected."""

    __slots__ = ("_digest", "_expected")

    def __init__(self, size: int, expected: str) -> None:
        head = b"blob %d\0" % size
        # the kind of digest is that of the repository; what is not expected to be anything needs none
        self._digest = sha256(head) if len(expected) == 64 else sha1(head, usedforsecurity=False) if expected else None
        self._expected = expected

    def update(self, piece: bytes) -> None:
        if self._digest is not None:
            self._digest.update(piece)

    def is_expected(self) -> bool:
        return self._digest is not None and self._digest.hexdigest() == self._expected


def _with_other_line_ends(place: Path, expected: str) -> bool:
    """Tell whether a file is as expected but for CRLF line ends, which git writes where it is told to.

    They are read as others are. What filters of any other kind wrote is not what the commit holds.
    """
    if place.stat().st_size > LARGE:
        return False
    data = place.read_bytes().replace(b"\r\n", b"\n")
    named = _ObjectName(len(data), expected)
    named.update(data)
    return named.is_expected()


def _passed_over(_: Diagnostic) -> None:
    """Leave it to the conversion to report what is not read."""


def _pieces(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


# --------------------------------------------------------------------------------------------------------- git


def _commit(root: Path) -> tuple[str | None, str | None]:
    """Give the commit that a checkout is at, and its day, or twice None.

    Git is asked for objects alone, in a way that runs nothing that the checkout's own settings name: no hook, pager,
    signature program, filter or remote.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(os.fsdecode(top.rstrip(b"\n"))).resolve() != root:  # it is a folder in something else
        return None, None
    commit = (_git(root, "rev-parse", "--verify", "HEAD^{commit}") or b"").decode("ascii", "replace").strip()
    if not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return None, None
    text = (_git(root, "cat-file", "commit", commit) or b"").decode("utf-8", "replace")
    header = text.partition("\n\n")[0]
    committed = re.search(r"^committer .* (\d{1,12}) [+-]\d{4}$", header, re.MULTILINE)
    if committed is None:
        return commit, None
    try:
        return commit, datetime.fromtimestamp(int(committed[1]), UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return commit, None


def _files_of(root: Path, commit: str, folders: Collection[str]) -> dict[str, str] | None:
    """Give the files that a commit has in folders, not below them, each with its name among git's objects.

    What a release passes over is not among them: hidden files.

    Args:
        root: the checkout.
        commit: the commit.
        folders: the folders, or the root alone, as an empty name.

    Returns:
        The names by path, or None where git does not tell.
    """
    listed = _git(root, "ls-tree", "-z", "--full-tree", commit, "--", *(f"{folder}/" for folder in folders if folder))
    if listed is None:
        return None
    found = {}
    for entry in listed.split(b"\0"):
        kind, _, path = entry.partition(b"\t")
        name = os.fsdecode(path)
        if kind.split(b" ")[1:2] == [b"blob"] and not Path(name).name.startswith("."):
            found[name] = kind.split(b" ")[2].decode("ascii", "replace")
    return found


def _git(root: Path, *command: str) -> bytes | None:
    """Give what git says, or None where it is not there or will not say."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    settings = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, no shell
            ["git", "--no-pager", *settings, "-C", str(root), *command],  # noqa: S607 - the user's git
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=environment,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
