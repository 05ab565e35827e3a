"""Archives that are damaged or made to do harm, where Python's own modules are silent or raise what nobody expects."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

import pfocr_rdf
from builders import record
from conversions import converted
from pfocr_rdf import InputError
from pfocr_rdf.workers import process_runner

FIGIDS = [f"PMC{number}__a" for number in range(1, 6)]


def member(figid: str) -> bytes:
    return record({"figid": figid, "pmcid": figid.partition("__")[0]})


def packed_zip(file: Path, prefix: str = "", method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    with zipfile.ZipFile(file, "w", method) as archive:
        for figid in FIGIDS:
            archive.writestr(f"{prefix}_figures/{figid}.md", member(figid) * 4)
    return bytearray(file.read_bytes())


def packed_tar(file: Path) -> bytearray:
    with tarfile.open(file, mode="w:") as archive:
        for figid in FIGIDS:
            info = tarfile.TarInfo(f"_figures/{figid}.md")
            info.size = len(member(figid))
            archive.addfile(info, io.BytesIO(member(figid)))
    return bytearray(file.read_bytes())


@pytest.mark.parametrize("prefix", ["my_figures/", "a/b_figures/", "_figures_/"])
def test_the_folder_above_may_have_any_name(tmp_path: Path, prefix: str) -> None:
    packed_zip(tmp_path / "x.zip", prefix)
    assert converted(tmp_path / "x.zip").counts.figures == 5


def test_a_name_in_a_zip_that_is_not_the_utf8_it_says_is_damage(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("_figures/PMC1__é.md", b"")
    data = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(data.replace("é".encode(), b"\xff\xff"))
    with pytest.raises(InputError, match="is damaged or no archive"):
        pfocr_rdf.convert([tmp_path / "x.zip"], tmp_path / "x.nt")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_damaged_is_named_the_same_by_any_number_of_workers(tmp_path: Path, method: int) -> None:
    data = packed_zip(tmp_path / "x.zip", method=method)
    start = data.index(b"PMC2__a.md") + len(b"PMC2__a.md")
    for index in range(start + 9, start + 20):
        data[index] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(data)
    alone = converted(tmp_path / "x.zip", size=2)
    assert (alone.counts.figures, alone.codes["record-unreadable"]) == (4, 1)
    assert b"x.zip/_figures/PMC2__a.md" in alone.report
    assert converted(tmp_path / "x.zip", size=2, run=process_runner(2)) == alone


def test_an_encrypted_member_is_named_the_same_by_any_number_of_workers(tmp_path: Path) -> None:
    data = packed_zip(tmp_path / "x.zip")
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    alone = converted(tmp_path / "x.zip", size=2)
    assert (alone.counts.figures, alone.codes["record-unreadable"]) == (4, 1)
    assert b"encrypted" in alone.report
    assert converted(tmp_path / "x.zip", size=2, run=process_runner(2)) == alone


def test_a_tar_that_is_cut_or_damaged_between_members_is_refused_rather_than_read_in_part(tmp_path: Path) -> None:
    file = tmp_path / "x.tar"
    data = packed_tar(file)
    assert converted(file).counts.figures == 5
    file.write_bytes(data[: 3 * 1024])
    with pytest.raises(InputError, match="does not end as an archive ends"):
        converted(file)
    data[2 * 1024 + 10] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(InputError, match="does not end as an archive ends"):
        converted(file)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_tar_whose_header_is_made_to_exhaust_memory_is_refused(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, 4 * 1024**3
    with (tmp_path / "x.tar").open("wb") as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        file.truncate(header.size + 20 * 512)  # a hole, which takes no room on the disk
    with pytest.raises(InputError, match="a header is too large"):
        converted(tmp_path / "x.tar")
