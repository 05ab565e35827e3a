"""The headers of a tar: those that any program writes are read, and none that is made to do harm does any."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from conversions import converted, small_database, small_record
from pfocr_rdf import InputError

RECORD = small_record("PMC1__a")
NAME = "_figures/PMC1__a.md"
OTHER = "_figures/PMC2__b.md"


def header(name: str = OTHER, *, kind: bytes = b"0", size: int | bytes = 0) -> bytes:
    """Make a header; a size of bytes stands as it is."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, 0 if isinstance(size, bytes) else size
    data = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    if isinstance(size, bytes):
        data[124:136] = size
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data)
    return bytes(data)


def extension(kind: bytes, data: bytes) -> bytes:
    """Make a header that says something of the next member."""
    return header("x", kind=kind, size=len(data)) + padded(data)


def pax(**records: str) -> bytes:
    """Make a pax header; `__` in a key is a dot."""
    info = tarfile.TarInfo(OTHER)
    info.pax_headers = {key.replace("__", "."): value for key, value in records.items()}
    return info.tobuf(tarfile.PAX_FORMAT)[:-512]


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def pack(file: Path, *parts: bytes) -> Path:
    """Write a tar of a whole record and these parts."""
    file.write_bytes(header(NAME, size=len(RECORD)) + padded(RECORD) + b"".join(parts) + bytes(1024))
    return file


# ------------------------------------------------------------------------------------------ what programs write


@pytest.mark.skipif(shutil.which("tar") is None, reason="needs the program tar")
@pytest.mark.parametrize("form", ["v7", "oldgnu", "gnu", "ustar", "posix"])
@pytest.mark.parametrize("top", ["db", "a-folder-of-a-name-that-fills-some-hundred-characters-" + "é" * 30])
def test_every_form_of_tar_gives_what_its_folder_gives(tmp_path: Path, form: str, top: str) -> None:
    if form == "v7" and len(top) > 10:
        pytest.skip("has no long names")
    folder = small_database(tmp_path / top, [f"PMC{number}__a.b{number:060}" for number in range(1, 6)])
    command = ["tar", f"--format={form}", "-cf", "x.tar", top]
    if subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode:
        pytest.skip("this tar does not write the form")
    expected = converted(folder)
    assert expected.counts.figures == 5
    assert converted(tmp_path / "x.tar").output == expected.output


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("size", [len(RECORD), 8 * 1024**2])
def test_sizes_and_names_of_python_s_own_tars_are_read(tmp_path: Path, form: int, size: int) -> None:
    data = RECORD + b"#" * (size - len(RECORD))
    with tarfile.open(tmp_path / "x.tar", "w", format=form, pax_headers={"comment": "of a commit"}) as packed:
        for top in ("_figures", "b" * 60 + "/" + "c" * 60):
            info = tarfile.TarInfo(f"{top}/PMC1__a.md")
            info.size, info.mtime = len(data), 1.5 if form == tarfile.PAX_FORMAT else 1
            packed.addfile(info, io.BytesIO(data))
    assert converted(tmp_path / "x.tar").counts.figures == 1


# -------------------------------------------------------------------------------------------- what is made to harm


@pytest.mark.parametrize(
    "size",
    [b"\xff" * 12, b"\xff" * 10 + b"\xfe\0", b"\x81" + bytes(11), b"-0000000001\0", b"9" * 11 + b"\0", b"0o777\0"],
)
@pytest.mark.parametrize("kind", [b"0", b"L", b"x", b"g", b"S", b"Z"])
def test_a_size_that_is_negative_or_no_number_is_damage(tmp_path: Path, kind: bytes, size: bytes) -> None:
    with pytest.raises(InputError, match=r"x\.tar: is damaged or no archive \(a size is .*\); fetch it again"):
        converted(pack(tmp_path / "x.tar", header(kind=kind, size=size)))


@pytest.mark.parametrize("size", ["-1", "-1536", "abc", "", "1.5", "9" * 5000, "٣"])
def test_a_size_of_a_pax_header_that_is_negative_or_no_number_is_damage(tmp_path: Path, size: str) -> None:
    with pytest.raises(InputError, match=r"is damaged or no archive \(a size is no number, or too large\)"):
        converted(pack(tmp_path / "x.tar", pax(size=size), header()))


@pytest.mark.parametrize("size", [b"\x80" + b"\xff" * 11, b"\x80" + bytes(5) + b"\x40" + bytes(5)])
def test_a_size_beyond_all_disks_is_refused(tmp_path: Path, size: bytes) -> None:
    with pytest.raises(InputError, match="holds more than 32 GiB"):
        converted(pack(tmp_path / "x.tar", header(size=size)))


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"X", b"g"])
def test_headers_of_headers_without_end_are_refused(tmp_path: Path, kind: bytes) -> None:
    data = b"a\0" if kind in b"LK" else b"11 path=aa\n"
    with pytest.raises(InputError, match="a member has two headers of one kind"):
        converted(pack(tmp_path / "x.tar", extension(kind, data) * 3000, header()))


@pytest.mark.parametrize(
    "records", [b"path", b"0 a=b\n", b"7 a=bc\n\n", b"99 a=b\n", b"9" * 5000, b"6 a=b\n5 =b\n", b"\n"]
)
@pytest.mark.parametrize("kind", [b"x", b"X", b"g"])
def test_a_pax_header_that_is_made_of_anything_else_is_damage(tmp_path: Path, kind: bytes, records: bytes) -> None:
    with pytest.raises(InputError, match=r"is damaged or no archive \(a header is damaged\)"):
        converted(pack(tmp_path / "x.tar", extension(kind, records), header()))


@pytest.mark.parametrize("records", [b"17 path=_figures\n", b"10 size=5\n", b"20 GNU.sparse.map=0\n"])
def test_one_name_or_size_for_several_members_is_refused(tmp_path: Path, records: bytes) -> None:
    assert len(records) == int(records.split()[0])
    with pytest.raises(InputError, match="a header gives several members one name or size"):
        converted(pack(tmp_path / "x.tar", extension(b"g", records), header()))


@pytest.mark.parametrize(
    "records",
    [
        {"GNU__sparse__major": "1", "GNU__sparse__minor": "0"},
        {"GNU__sparse__map": "a,b"},
        {"GNU__sparse__size": "x"},
        {"GNU__sparse__realsize": "-1"},
        {"GNU__sparse__numblocks": "99999"},
        {"GNU__sparse__name": OTHER, "path": "GNUSparseFile.0/x"},
    ],
)
def test_whatever_a_sparse_member_says_it_is_reported_and_the_others_are_read(
    tmp_path: Path, records: dict[str, str]
) -> None:
    done = converted(pack(tmp_path / "x.tar", pax(**records), header(size=512), bytes(512)))
    assert done.counts.figures == 1
    (error,) = (found for found in map(json.loads, done.report.splitlines()) if found["level"] == "error")
    assert (error["code"], error["file"]) == ("record-unreadable", f"{tmp_path}/x.tar/{OTHER}")
    assert error["message"] == "the member is sparse; pack it as a plain file"


def test_a_map_of_holes_without_end_is_refused(tmp_path: Path) -> None:
    first = bytearray(header(kind=b"S"))
    first[482] = 1
    first[148:156] = b" " * 8
    first[148:156] = b"%06o\0 " % sum(first)
    more = bytes(504) + b"\1" + bytes(7)
    with pytest.raises(InputError, match="a header is too large"):
        converted(pack(tmp_path / "x.tar", bytes(first), more * 4096))


def test_what_a_pax_header_says_besides_is_passed_over(tmp_path: Path) -> None:
    odd = pax(mtime="nan", uid="9" * 5000, hdrcharset="xyz", path="_figures/PMC2__é.md", linkpath="/etc")
    data = small_record("PMC2__b")
    done = converted(pack(tmp_path / "x.tar", odd, header("x", size=len(data)), padded(data)))
    assert done.counts.figures == 2
