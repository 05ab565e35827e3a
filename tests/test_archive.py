"""A checkout in an archive is read in place, as if it were unpacked, and an archive made to do harm is refused."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pfocr_rdf
from commands import convert
from pfocr_rdf import archive

Members = Iterable[tuple[str, bytes]]
Pack = Callable[[Path, Members], None]


def pack_zip(target: Path, members: Members) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)


def pack_tar(target: Path, members: Members) -> None:
    if target.suffix == ".tar":
        with tarfile.open(target, "w") as packed:
            add_all(packed, members)
    else:
        with tarfile.open(target, "w:gz") as packed:
            add_all(packed, members)


def add_all(packed: tarfile.TarFile, members: Members) -> None:
    for name, data in members:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        packed.addfile(info, io.BytesIO(data))


PACKS: dict[str, Pack] = {"x.zip": pack_zip, "x.tar": pack_tar, "x.tar.gz": pack_tar, "x.tgz": pack_tar}


def members_of(folder: Path, prefix: str = "") -> list[tuple[str, bytes]]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(prefix + str(path.relative_to(folder)), path.read_bytes()) for path in found]


def ntriples(source: Path, target: Path, jobs: int = 1) -> bytes:
    pfocr_rdf.convert([source], target, format="ntriples", jobs=jobs)
    return target.read_bytes()


NAMES = st.text(st.characters())
"""Surrogates are among them, as they stand for what is no UTF-8 in the names of a tar."""

RECORD = b"---\nfigid: PMC1__a\npmcid: PMC1\nfiglink: ''\n---\n"


@pytest.mark.parametrize("prefix", ["", "pfocr-database-main/"])
@pytest.mark.parametrize("name", PACKS)
def test_an_archive_gives_what_its_folder_gives(name: str, prefix: str, examples: Path, tmp_path: Path) -> None:
    PACKS[name](tmp_path / name, members_of(examples, prefix))
    expected = ntriples(examples, tmp_path / "expected.nt")
    assert ntriples(tmp_path / name, tmp_path / "found.nt") == expected


@given(st.dictionaries(NAMES, st.integers(0, 2**64 - 1)), NAMES)
def test_the_files_of_a_folder_are_found_by_name_and_no_others(places: dict[str, int], other: str) -> None:
    folder = archive._Folder(dict(places))
    assert list(folder) == sorted(places)
    assert {name: folder.place(name) for name in places} == places
    assert folder.place(other) == places.get(other)
    assert len(folder) == len(places)


def test_workers_get_what_they_need_of_an_archive(examples: Path, tmp_path: Path) -> None:
    members = [*members_of(examples)]
    names = [f"PMC7__r{number}" for number in range(450)]  # three chunks
    members += [(f"_figures/{name}.md", RECORD.replace(b"PMC1__a", name.encode())) for name in names]
    pack_tar(tmp_path / "x.tar.gz", members)
    one = ntriples(tmp_path / "x.tar.gz", tmp_path / "one.nt")
    assert ntriples(tmp_path / "x.tar.gz", tmp_path / "two.nt", jobs=2) == one
    assert one.count(b"wp#Pathway> .\n") == 465


def test_diagnostics_name_the_archive_and_the_member(tmp_path: Path) -> None:
    pack_zip(tmp_path / "x.zip", [("top/_figures/PMC1__a.md", b"no record\n")])
    found: list[pfocr_rdf.Diagnostic] = []
    pfocr_rdf.convert([tmp_path / "x.zip"], tmp_path / "x.nt", report=found.append)
    assert [(d.code, d.file) for d in found] == [
        ("front-matter-missing", f"{tmp_path}/x.zip/top/_figures/PMC1__a.md"),
    ]


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("evil", ["../_figures/PMC2__b.md", "/_figures/PMC2__b.md", "a/../../_figures/PMC2__b.md"])
def test_a_member_that_would_leave_the_archive_is_refused(name: str, evil: str, tmp_path: Path) -> None:
    PACKS[name](tmp_path / name, [("_figures/PMC1__a.md", RECORD), (evil, RECORD)])
    found: list[pfocr_rdf.Diagnostic] = []
    counts = pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt", report=found.append)
    assert counts.figures == 1
    assert "record-unreadable" in {diagnostic.code for diagnostic in found}


KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.CHRTYPE: "a device",
    b"Z": "of an unknown kind",
}


@pytest.mark.parametrize("kind", KINDS)
def test_links_and_pipes_in_a_tar_are_refused_as_what_they_are(kind: bytes, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as packed:
        info = tarfile.TarInfo("_figures/PMC1__a.md")
        info.size = len(RECORD)
        packed.addfile(info, io.BytesIO(RECORD))
        link = tarfile.TarInfo("_figures/PMC2__b.md")
        link.type, link.linkname = kind, "/etc/passwd"
        packed.addfile(link)
    found: list[pfocr_rdf.Diagnostic] = []
    assert pfocr_rdf.convert([tmp_path / "x.tar"], tmp_path / "x.nt", report=found.append).figures == 1
    (error,) = (diagnostic for diagnostic in found if diagnostic.level == "error")
    assert (error.code, error.file) == ("record-unreadable", f"{tmp_path}/x.tar/_figures/PMC2__b.md")
    assert error.message == f"the member is {KINDS[kind]}; pack it as a plain file"


def test_a_symbolic_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("_figures/PMC2__b.md")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("_figures/PMC1__a.md", RECORD)
        packed.writestr(link, "/etc/passwd")
    found: list[pfocr_rdf.Diagnostic] = []
    assert pfocr_rdf.convert([tmp_path / "x.zip"], tmp_path / "x.nt", report=found.append).figures == 1
    messages = [diagnostic.message for diagnostic in found if diagnostic.level == "error"]
    assert messages == ["the member is a symbolic link; pack it as a plain file"]


def test_a_gzip_bomb_is_refused_before_the_disk_is_full(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "x.tar.gz", "wb") as bomb:
        for _ in range(64):
            bomb.write(bytes(1024 * 1024))
    done = convert(tmp_path / "x.tar.gz", "-o", tmp_path / "x.nt")
    assert done.returncode == 2
    assert b"expands more than 200 times" in done.stderr


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize(("limit", "value", "said"), [("MAX_MEMBERS", 2, "members"), ("MAX_SIZE", 100, "GiB")])
def test_an_archive_with_too_many_members_or_bytes_is_refused(
    name: str, limit: str, value: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PACKS[name](tmp_path / name, [(f"_figures/PMC1__{number}.md", RECORD) for number in range(5)])
    monkeypatch.setattr(archive, limit, value)
    with pytest.raises(pfocr_rdf.InputError, match=said):
        pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt")


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    pack_zip(tmp_path / "x.zip", [("_figures/PMC1__a.md", bytes(40 * 1024 * 1024))])
    with pytest.raises(pfocr_rdf.InputError, match="expands more than 200 times"):
        pfocr_rdf.convert([tmp_path / "x.zip"], tmp_path / "x.nt")


@pytest.mark.parametrize("name", PACKS)
def test_what_is_no_archive_and_what_is_cut_are_said_so(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"no archive, whatever its name says")
    done = convert(tmp_path / name, "-o", tmp_path / "x.nt")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    PACKS[name](tmp_path / name, [("_figures/PMC1__a.md", RECORD * 50)])
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: 1_000 if name == "x.tar" else len(data) // 2])
    assert convert(tmp_path / name, "-o", tmp_path / "x.nt").returncode in (1, 2)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", PACKS)
def test_an_archive_that_holds_a_name_twice_is_refused(name: str, tmp_path: Path) -> None:
    doubled = [
        ("top/_figures/PMC1__a.md", RECORD),
        ("top/_figures/PMC1__a.md", RECORD.replace(b"figlink", b"figtitle")),
    ]
    PACKS[name](tmp_path / name, doubled)
    done = convert(tmp_path / name, "-o", tmp_path / "x.nt")
    assert done.returncode == 2
    said = f"pfocr-rdf: {tmp_path / name}: holds top/_figures/PMC1__a.md twice; make the archive anew\n"
    assert done.stderr.decode() == said
    PACKS[name](tmp_path / name, [*doubled[:1], ("top/readme.txt", b"1"), ("top/readme.txt", b"2")])
    assert pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt").figures == 1


def sparse_by_pax() -> bytes:
    """Pack a record behind a hole, as POSIX tar does it."""
    info = tarfile.TarInfo("_figures/PMC2__b.md")
    info.size = len(RECORD)
    info.pax_headers = {"GNU.sparse.map": f"512,{len(RECORD)}", "GNU.sparse.size": str(512 + len(RECORD))}
    return info.tobuf(tarfile.PAX_FORMAT)


def sparse_by_gnu() -> bytes:
    """Pack it as older GNU tar does: the map of what is there stands in the header."""
    info = tarfile.TarInfo("_figures/PMC2__b.md")
    info.size, info.type = len(RECORD), tarfile.GNUTYPE_SPARSE
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\0%011o\0" % (512, len(RECORD))
    header[483:495] = b"%011o\0" % (512 + len(RECORD))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


@pytest.mark.parametrize("sparse", [sparse_by_pax, sparse_by_gnu])
def test_a_sparse_member_is_reported_and_the_others_are_read(sparse: Callable[[], bytes], tmp_path: Path) -> None:
    pack_tar(tmp_path / "x.tar", [("_figures/PMC1__a.md", RECORD)])
    with tarfile.open(tmp_path / "x.tar") as packed:
        end = packed.getmembers()[-1].offset_data + 512
    data = (tmp_path / "x.tar").read_bytes()
    (tmp_path / "x.tar").write_bytes(data[:end] + sparse() + RECORD.ljust(512, b"\0") + bytes(1024))
    found: list[pfocr_rdf.Diagnostic] = []
    assert pfocr_rdf.convert([tmp_path / "x.tar"], tmp_path / "x.nt", report=found.append).figures == 1
    (diagnostic,) = (diagnostic for diagnostic in found if diagnostic.level == "error")
    assert (diagnostic.code, diagnostic.file) == ("record-unreadable", f"{tmp_path}/x.tar/_figures/PMC2__b.md")
    assert diagnostic.message == "the member is sparse; pack it as a plain file"


@pytest.mark.parametrize("name", PACKS)
def test_an_archive_of_two_checkouts_is_refused(name: str, tmp_path: Path) -> None:
    two = [("b/_figures/PMC1__a.md", RECORD), ("a/_figures/PMC1__b.md", RECORD)]
    PACKS[name](tmp_path / name, two)
    with pytest.raises(pfocr_rdf.InputError, match="holds two checkouts, in a/ and b/; give an archive of each"):
        pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt")
    PACKS[name](
        tmp_path / name, [*two[:1], ("b/tests/_figures/PMC2__b.md", RECORD)]
    )  # as in a folder, this is not read
    assert pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt").figures == 1


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("spelled", ["t//_figures/PMC1__a.md", "./t/_figures/PMC1__a.md", "t/_figures/.//PMC1__a.md"])
def test_a_path_that_is_spelled_oddly_is_read_as_any_program_unpacks_it(
    name: str, spelled: str, tmp_path: Path
) -> None:
    PACKS[name](tmp_path / name, [(spelled, RECORD), ("t/_figures/PMC2__b.md", RECORD.replace(b"PMC1__a", b"PMC2__b"))])
    assert pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt").figures == 2
    PACKS[name](tmp_path / name, [(spelled, RECORD), ("t/_figures/PMC1__a.md", RECORD)])
    with pytest.raises(pfocr_rdf.InputError, match=r"holds t/_figures/PMC1__a\.md twice"):
        pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt")


@pytest.mark.parametrize("name", PACKS)
def test_a_member_with_a_name_of_endless_length_is_reported_with_its_beginning(name: str, tmp_path: Path) -> None:
    PACKS[name](tmp_path / name, [("_figures/PMC1__a.md", RECORD), (f"_figures/{'b' * 50_000}.md", RECORD)])
    found: list[pfocr_rdf.Diagnostic] = []
    assert pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt", report=found.append).figures == 1
    (error,) = (diagnostic for diagnostic in found if diagnostic.level == "error")
    assert (error.code, error.message) == ("record-unreadable", "the member's name is longer than 1,024 characters")
    assert error.file.endswith("bbb… (50012 characters)")
    assert len(error.file) < 600


@pytest.mark.parametrize("name", PACKS)
def test_names_that_take_too_much_memory_together_are_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PACKS[name](tmp_path / name, [(f"_figures/PMC{number}__{'b' * 900}.md", RECORD) for number in range(20)])
    monkeypatch.setattr(archive, "MAX_NAMES", 10_000)
    with pytest.raises(pfocr_rdf.InputError, match="names that take too much memory"):
        pfocr_rdf.convert([tmp_path / name], tmp_path / "x.nt")


def test_an_archive_without_a_checkout_is_refused(tmp_path: Path) -> None:
    pack_zip(tmp_path / "x.zip", [("readme.txt", b"hello")])
    with pytest.raises(pfocr_rdf.InputError, match="_figures"):
        pfocr_rdf.convert([tmp_path / "x.zip"], tmp_path / "x.nt")


def test_nothing_is_unpacked(examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack_tar(tmp_path / "x.tar.gz", members_of(examples))
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("TMPDIR", str(empty))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(empty)
    pfocr_rdf.convert([tmp_path / "x.tar.gz"], tmp_path / "x.nt")
    assert list(empty.iterdir()) == []
