"""Folders as /tmp, where all may write and only its owner replaces a thing: what would fail at the end is not begun."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.output import OutputError, open_output
from pfocr_rdf.releases.shelf import building, check_target
from pfocr_rdf.stores.embedded import StoreError, load_store
from releases import make

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be two users one after the other"
)

OWNER, OTHER = 65533, 65534

TRIPLE = b"<http://a/> <http://b/> <http://c/> .\n"


@contextmanager
def user(number: int) -> Iterator[None]:
    """Be a user without rights of root."""
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that belongs to root, as /tmp does; pytest's own are closed to others."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o1777)
        yield folder


@pytest.fixture
def target(shared: Path) -> Path:
    """An empty folder of the owner, in which all may write."""
    folder = shared / "target"
    with user(OWNER):
        folder.mkdir()
        folder.chmod(0o777)
    return folder


def send(write: Callable[[bytes], object]) -> GraphCounts:
    write(TRIPLE)
    return GraphCounts(1, 0, 0)


def never(write: Callable[[bytes], object]) -> GraphCounts:
    pytest.fail("the work was begun")


REFUSED = r"target: belongs to another user, who alone may replace it in .*, for its sticky bit; give a new name"


def test_the_system_refuses_it(shared: Path, target: Path) -> None:
    with user(OTHER):
        new = shared / "new"
        new.mkdir()
        with pytest.raises(PermissionError):
            new.rename(target)


def test_a_release(shared: Path, target: Path) -> None:
    """It is refused before the database is looked for."""
    with user(OTHER), pytest.raises(OutputError, match=REFUSED):
        make(Path("nowhere"), target)
    assert list(shared.iterdir()) == [target]


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_a_load(shared: Path, target: Path, there: bool, replace: bool) -> None:
    """It is refused where there is a store, too, even one to which all may write."""
    if there:
        with user(OWNER):
            load_store(str(target), send)
        for file in target.iterdir():
            file.chmod(0o666)
    with user(OTHER), pytest.raises(StoreError, match=REFUSED):
        load_store(str(target), never, replace=replace)
    assert list(shared.iterdir()) == [target]


def test_an_output(shared: Path) -> None:
    file = shared / "target"
    with user(OWNER):
        file.write_bytes(b"as it was")
    file.chmod(0o666)
    with user(OTHER), pytest.raises(OutputError, match=REFUSED), open_output(str(file)):
        pytest.fail("the work was begun")
    assert file.read_bytes() == b"as it was"
    assert list(shared.iterdir()) == [file]


@pytest.mark.parametrize(
    "who", ["the owner", "the owner of the folder that it is in", "root", "anybody, where all may"]
)
def test_who_may_replace_it(who: str, shared: Path, target: Path) -> None:
    file = shared / "file"
    with user(OWNER):
        file.write_bytes(b"as it was")
    number = {"the owner": OWNER, "root": 0}.get(who, OTHER)
    if who == "the owner of the folder that it is in":
        os.chown(shared, OTHER, -1)
    if who == "anybody, where all may":
        shared.chmod(0o777)
    with user(number):
        check_target(target, "nowhere")
        with building(target) as (built, _):
            (built / "SHA256SUMS").touch()
        assert list(target.iterdir()) == [target / "SHA256SUMS"]
        with open_output(str(file)) as output:
            output.write(b"new")
        assert file.read_bytes() == b"new"
        (target / "SHA256SUMS").unlink()
        assert load_store(str(target), send).complete()
    assert target.stat().st_uid == number
    assert stat.S_IMODE(target.stat().st_mode) != 0o700
