"""What a release is made from: the commit of the database's checkout, where it is one, and a digest of what is read."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from pfocr_rdf.database import DATA, FIGURES, ORGANISMS
from pfocr_rdf.diagnostics import Diagnostic
from pfocr_rdf.releases.publication import Source
from pfocr_rdf.tree import DirectoryTree

__all__ = ["read_source"]

PIECE: Final = 1 << 20
SECONDS: Final = 20


def read_source(name: str) -> Source:
    """Tell what a database is made of.

    The digest is that of the names, sizes and contents of its files, in the order of their names; of an archive or a
    single record it is that of the file. It does not depend on where the database is.

    Args:
        name: the database, as `pfocr-rdf release` is given it.

    Raises:
        OSError: when a file cannot be read.
    """
    path = Path(name)
    if not path.is_dir():
        digest = sha256()
        for piece in _pieces(path):
            digest.update(piece)
        return Source(digest.hexdigest())
    root = path.resolve()
    if root.name == FIGURES:
        root = root.parent
    commit, date = _commit(root)
    return Source(_digest(root), commit, date)


def _digest(root: Path) -> str:
    tree = DirectoryTree(str(root))
    folders = [folder for folder in (DATA, FIGURES, ORGANISMS) if tree.has_folder(folder)] or [""]
    digest = sha256()
    for folder in folders:
        for file in tree.names(folder, ("",), _passed_over):
            path = f"{folder}/{file}" if folder else file
            own = sha256()
            size = 0
            for piece in _pieces(root / path):
                own.update(piece)
                size += len(piece)
            digest.update(f"{path}\0{size}\0{own.hexdigest()}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _passed_over(_: Diagnostic) -> None:
    """Leave it to the conversion to report what is not read."""


def _pieces(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


# --------------------------------------------------------------------------------------------------------- git


def _commit(root: Path) -> tuple[str | None, str | None]:
    """Give the commit that a checkout is at, and its day, or twice None.

    Git is asked for two objects, in a way that runs nothing that the checkout's own settings name: no hook, pager,
    signature program, filter or remote.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != root:  # the database is a folder in something else
        return None, None
    commit = _git(root, "rev-parse", "--verify", "HEAD^{commit}")
    if commit is None or not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return None, None
    header = (_git(root, "cat-file", "commit", commit) or "").partition("\n\n")[0]
    committed = re.search(r"^committer .* (\d{1,12}) [+-]\d{4}$", header, re.MULTILINE)
    if committed is None:
        return commit, None
    try:
        return commit, datetime.fromtimestamp(int(committed[1]), UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return commit, None


def _git(root: Path, *command: str) -> str | None:
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
    return done.stdout.decode("utf-8", "replace").rstrip("\n") if done.returncode == 0 else None
