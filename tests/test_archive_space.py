"""A compressed tar is decompressed into a temporary file: where there is no room, that is said, and what helps."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from pathlib import Path
from typing import IO

import pytest

from commands import inside
from conversions import small_database
from test_archive import members_of, pack_tar

ADVICE = "set TMPDIR to a folder with room, or unpack the archive and give the checkout"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    pack_tar(tmp_path / "x.tar.gz", members_of(small_database(tmp_path / "database", ["PMC1__a"])))
    return tmp_path / "x.tar.gz"


def said_of(archive: Path) -> str:
    done = inside("convert", archive, "-o", archive.with_name("out.nt"))
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n")) == (2, 1)
    return said.removeprefix(f"pfocr-rdf: {archive}: ").removesuffix("\n")


@pytest.mark.parametrize("when", ["write", "seek"])
@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "no space left on device"), (errno.EDQUOT, "disk quota exceeded")],
    ids=["no space", "no quota"],
)
def test_no_room(
    when: str, number: int, reason: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        """A file that has no room, which may be found out only as it is brought to the disk."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    def full(**_: object) -> IO[bytes]:
        file = Full()
        setattr(file, when, fail)
        return file

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert said_of(archive) == f"cannot be unpacked into {tmp_path}: {reason}; {ADVICE}"


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_cannot_be_written(
    name: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / name
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    reason = {"missing": "no such file or directory", "file": "not a directory"}[name]
    assert said_of(archive) == f"cannot be unpacked into {folder}: {reason}; {ADVICE}"


def test_no_folder_for_temporary_files(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> list[str]:
        return []

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", none)
    said = said_of(archive)
    assert said.startswith("cannot be unpacked: ")
    assert said.endswith(f"; {ADVICE}")


def test_an_archive_that_cannot_be_read_is_another_fault(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("gzip.GzipFile.read", fail)
    assert said_of(archive) == "input/output error; give a folder or file that may be read"


def test_a_damaged_archive_is_another_fault_too(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-20])
    assert "is damaged or no archive" in said_of(archive)
