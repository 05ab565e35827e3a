"""Archives that are damaged or made to do harm, where Python's own modules are silent or raise what nobody expects."""

from __future__ import annotations

import io
import random
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

import pfocr_rdf
from builders import record
from conversions import converted
from memory import memory_below
from pfocr_rdf import InputError, archive
from pfocr_rdf.workers import process_runner

FIGIDS = [f"PMC{number}__a" for number in range(1, 6)]


def member(figid: str) -> bytes:
    return record({"figid": figid, "pmcid": figid.partition("__")[0]})


def packed_zip(file: Path, prefix: str = "", method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    with zipfile.ZipFile(file, "w", method) as packed:
        for figid in FIGIDS:
            packed.writestr(f"{prefix}_figures/{figid}.md", member(figid) * 4)
    return bytearray(file.read_bytes())


def packed_tar(file: Path) -> bytearray:
    with tarfile.open(file, mode="w:") as packed:
        for figid in FIGIDS:
            info = tarfile.TarInfo(f"_figures/{figid}.md")
            info.size = len(member(figid))
            packed.addfile(info, io.BytesIO(member(figid)))
    return bytearray(file.read_bytes())


@pytest.mark.parametrize("prefix", ["my_figures/", "a/b_figures/", "_figures_/"])
def test_the_folder_above_may_have_any_name(tmp_path: Path, prefix: str) -> None:
    packed_zip(tmp_path / "x.zip", prefix)
    assert converted(tmp_path / "x.zip").counts.figures == 5


def test_a_name_in_a_zip_that_is_not_the_utf8_it_says_is_damage(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("_figures/PMC1__é.md", b"")
    data = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(data.replace("é".encode(), b"\xff\xff"))
    with pytest.raises(InputError, match="is damaged or no archive"):
        pfocr_rdf.convert([tmp_path / "x.zip"], tmp_path / "x.nt")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
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
    assert b'"the member is encrypted; give an archive without a password"' in alone.report
    assert converted(tmp_path / "x.zip", size=2, run=process_runner(2)) == alone


def test_a_member_whose_own_header_has_another_name_is_named_the_same_by_any_number_of_workers(tmp_path: Path) -> None:
    packed_zip(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip", "a") as packed:
        packed.writestr("_figures/PMC9__é.md", member("PMC9__a"))
    data = bytearray((tmp_path / "x.zip").read_bytes())
    data[data.index("é".encode())] = 0xFF  # in the header before the data, not in the directory
    (tmp_path / "x.zip").write_bytes(data)
    alone = converted(tmp_path / "x.zip", size=2)
    assert (alone.counts.figures, alone.codes["record-unreadable"]) == (5, 1)
    assert b"the member is damaged" in alone.report
    assert converted(tmp_path / "x.zip", size=2, run=process_runner(2)) == alone


def test_members_that_overlap_are_named_the_same_by_any_number_of_workers(tmp_path: Path) -> None:
    data = packed_zip(tmp_path / "x.zip", method=zipfile.ZIP_STORED)
    begin = data.index(b"_figures/PMC2__a.md") - 30
    data[begin + 28] = 9  # so many bytes are passed over after the name, and as many of the next member are taken in
    (tmp_path / "x.zip").write_bytes(data)
    alone = converted(tmp_path / "x.zip", size=2)
    assert (alone.counts.figures, alone.codes["record-unreadable"]) == (4, 1)
    assert (
        b"the member is damaged (it overlaps another, as in an archive made to exhaust memory or disk)" in alone.report
    )
    assert converted(tmp_path / "x.zip", size=2, run=process_runner(2)) == alone


def test_a_member_whose_own_header_has_another_size_is_damaged(tmp_path: Path) -> None:
    data = packed_zip(tmp_path / "x.zip")
    begin = data.index(b"_figures/PMC2__a.md") - 30
    data[begin + 22] ^= 1
    (tmp_path / "x.zip").write_bytes(data)
    done = converted(tmp_path / "x.zip")
    assert (done.counts.figures, done.codes["record-unreadable"]) == (4, 1)
    assert b"(its own header has another size or checksum than the directory)" in done.report


def directory_entry(data: bytes | bytearray) -> int:
    """Give where the entry of the last member begins in a zip's directory."""
    return data.rindex(b"PK\x01\x02")


@pytest.mark.parametrize(("method", "said"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")])
def test_a_zip_whose_members_would_be_inflated_without_a_bound_is_refused(
    tmp_path: Path, method: int, said: str
) -> None:
    packed_zip(tmp_path / "x.zip", method=method)
    with pytest.raises(
        InputError, match=rf"x\.zip: holds _figures/PMC1__a\.md compressed by {said}, .* make the archive"
    ):
        converted(tmp_path / "x.zip")


def test_what_is_not_read_in_a_zip_may_be_compressed_by_anything(tmp_path: Path) -> None:
    packed_zip(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip", "a", zipfile.ZIP_LZMA) as packed:
        packed.writestr("readme.txt", "hello")
    assert converted(tmp_path / "x.zip").counts.figures == 5


@pytest.mark.parametrize(("stated", "refused"), [(100, False), (9 * 1024**2, False), (2**32 - 2, True)])
def test_a_deflated_member_gives_no_more_than_a_record_whatever_size_is_stated(
    tmp_path: Path, stated: int, refused: bool
) -> None:
    noise = random.Random(0).randbytes(1024**2)  # for the ratio
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("_figures/PMC1__a.md", bytes(200 * 1024**2))
        packed.writestr("noise", noise)
    data = bytearray((tmp_path / "x.zip").read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = stated.to_bytes(4, "little")
    (tmp_path / "x.zip").write_bytes(data)
    with memory_below(64 * 1024**2):
        if refused:
            with pytest.raises(InputError, match="expands more than 200 times"):
                converted(tmp_path / "x.zip")
        else:
            done = converted(tmp_path / "x.zip")
            assert (done.counts.figures, len(done.codes)) == (0, 1)


def zip_of_many(file: Path, count: int, stated: int) -> None:
    """Write a zip with a directory of many members that have no data, and state any number of them."""
    entry = b"PK\x01\x02" + bytes(24) + b"\1" + bytes(17) + b"a"
    file.write_bytes(
        entry * count
        + struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, stated, stated, len(entry) * count, 0)
        + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(entry) * count, 1)
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    )


@pytest.mark.parametrize("stated", [1, 50_000])
def test_a_zip_of_too_many_members_is_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: int
) -> None:
    zip_of_many(tmp_path / "x.zip", 50_000, stated)
    monkeypatch.setattr(archive, "MAX_MEMBERS", 10_000)
    with memory_below(8 * 1024**2), pytest.raises(InputError, match="has more than 10,000 members"):
        converted(tmp_path / "x.zip")


def test_a_zip_whose_directory_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zip_of_many(tmp_path / "x.zip", 50_000, 50_000)
    monkeypatch.setattr(archive, "MAX_DIRECTORY", 1024**2)
    with memory_below(4 * 1024**2), pytest.raises(InputError, match="has a directory of more than 1 MiB"):
        converted(tmp_path / "x.zip")


def test_a_zip_of_many_members_is_opened_in_little_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        for number in range(3_000):
            packed.writestr(f"db/_data/PMC{number:08}__fcell-2023-0-g001-chemicals.tsv", b"")
        packed.writestr("db/_figures/PMC1__a.md", b"")
    tracemalloc.start()
    try:
        tree = archive.open_archive(str(tmp_path / "x.zip"), report=lambda found: None)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 3_000 * 80
    assert peak < 3_000 * 300 + 2 * 1024**2  # with a block of the directory
    assert len(tree.names("_data", (".tsv",), lambda found: None)) == 3_000


def test_folders_without_number_are_refused_as_names_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        for number in range(1_000):
            packed.writestr(f"{number}/_figures/a.md", b"")
    monkeypatch.setattr(archive, "MAX_NAMES", 200_000)  # the names alone take some 100,000
    with pytest.raises(InputError, match="names that take too much memory"):
        converted(tmp_path / "x.zip")


def test_a_zip_with_an_entry_that_takes_long_to_read_is_refused(tmp_path: Path) -> None:
    name = zipfile.ZipInfo("_figures/PMC1__a.md")
    name.extra = bytes(60_000)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr(name, member("PMC1__a"))
    with pytest.raises(InputError, match="an entry of the directory is too large"):
        converted(tmp_path / "x.zip")


def test_a_zip_of_a_version_that_is_not_known_is_refused(tmp_path: Path) -> None:
    data = packed_zip(tmp_path / "x.zip")
    data[directory_entry(data) + 6] = 99
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"is damaged or no archive \(zip file version 9\.9\); fetch it again"):
        converted(tmp_path / "x.zip")


def test_a_member_of_a_zip_without_a_name_is_passed_over(tmp_path: Path) -> None:
    packed_zip(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip", "a") as packed:
        packed.writestr("x", "")
    data = bytearray((tmp_path / "x.zip").read_bytes())
    data[directory_entry(data) + 46] = 0
    (tmp_path / "x.zip").write_bytes(data)
    assert converted(tmp_path / "x.zip").counts.figures == 5


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
