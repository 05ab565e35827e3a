"""What of an archive is no record: it is reported as in the folder that was packed, each file by what it is."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

import pfocr_rdf
from conversions import small_database
from test_archive import RECORD

PACKED = ["zip", "tar", "gztar"]
"""Formats of `shutil.make_archive`, which packs folders, too."""


def findings(source: Path, scratch: Path) -> list[tuple[str, str, str, str]]:
    """What is found in a database, by its paths in it, in the order in which it is."""
    found: list[pfocr_rdf.Diagnostic] = []
    pfocr_rdf.convert(source, scratch / "out.nt", report=found.append)
    place = f"{source}/"
    return [(d.code, d.file.removeprefix(place), d.message.replace(place, ""), d.value) for d in found]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A checkout with all sorts of things that are no record among its records."""
    folder = small_database(tmp_path / "database", ["PMC1__a", "PMC1__b"])
    for path in (
        "_figures/old/PMC1__c.md",
        "_figures/old/deeper/PMC1__d.md",
        "_figures/with.md/PMC1__e.md",
        "_figures/.hidden/PMC1__f.md",
        "_figures/notes.txt",
        "_figures/Zotero",
        "_data/old/PMC1__a-genes.tsv",
        "_data/notes.txt",
        "_organisms/old/x.md",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(RECORD)
    (folder / "_figures" / "empty").mkdir()
    return folder


@pytest.mark.parametrize("format", PACKED)
def test_an_archive_has_the_findings_of_its_folder(format: str, database: Path, tmp_path: Path) -> None:
    expected = findings(database, tmp_path)
    ignored = [file for code, file, _, _ in expected if code == "file-ignored"]
    assert ignored == [f"_figures/{name}" for name in ("Zotero", "empty", "notes.txt", "old", "with.md")]
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), format, database))
    assert findings(archive, tmp_path) == expected


def test_folders_that_an_archive_does_not_list_are_found_by_their_files(database: Path, tmp_path: Path) -> None:
    expected = [finding for finding in findings(database, tmp_path) if "empty" not in finding[1]]
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        for path in sorted(database.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(database))
    assert findings(tmp_path / "packed.zip", tmp_path) == expected


def test_files_beside_a_checkout_are_not_of_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("a/_figures/PMC1__a.md", RECORD)
        packed.writestr("a/tests/_figures/old/PMC1__a.md", RECORD)
    assert "file-ignored" not in {finding[0] for finding in findings(tmp_path / "packed.zip", tmp_path)}


# ------------------------------------------------------------------------------------------------ what cannot be read

CODES = {
    "_figures/PMC1__b.md": "record-unreadable",
    "_figures/notes.txt": "file-ignored",
    "_data/PMC1__a-genes.tsv": "companion-unreadable",
    "_data/PMC1__a-diseases.tsv": "companion-unreadable",
    "_data/wpid_map.tsv": "map-unreadable",
    "_data/notes.txt": "",
    "_organisms/x.md": "organism-page-unreadable",
    "_organisms/x.txt": "",
    "tests/_data/PMC1__a-genes.tsv": "",
}


def packed_with_a_link(archive: Path, path: str, top: str) -> Path:
    """Pack a record, and a symbolic link."""
    if archive.suffix == ".zip":
        link = zipfile.ZipInfo(f"{top}{path}")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr(f"{top}_figures/PMC1__a.md", RECORD)
            packed.writestr(link, "/etc/passwd")
        return archive
    with tarfile.open(archive, "w:gz") as tar:
        info = tarfile.TarInfo(f"{top}_figures/PMC1__a.md")
        info.size = len(RECORD)
        tar.addfile(info, io.BytesIO(RECORD))
        info = tarfile.TarInfo(f"{top}{path}")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    return archive


@pytest.mark.parametrize("top", ["", "pfocr-main/"])
@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
@pytest.mark.parametrize("path", CODES)
def test_a_member_that_must_not_be_read_is_reported_as_what_it_is(
    path: str, name: str, top: str, tmp_path: Path
) -> None:
    archive = packed_with_a_link(tmp_path / name, path, top)
    found = [finding for finding in findings(archive, tmp_path) if finding[0] != "jsonld-missing"]
    message = "the member is a symbolic link; pack it as a plain file"
    if CODES[path] == "file-ignored":
        message = pfocr_rdf.CODES["file-ignored"].meaning
    assert found == ([(CODES[path], top + path, message, "")] if CODES[path] else [])


@pytest.mark.parametrize("path", ["../_data/PMC1__a-genes.tsv", f"_data/{'a' * 2_000}-genes.tsv"])
def test_a_companion_that_leads_out_or_has_an_endless_name_is_a_companion(path: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("_figures/PMC1__a.md", RECORD)
        packed.writestr(path, RECORD)
    assert findings(tmp_path / "x.zip", tmp_path)[0][0] == "companion-unreadable"


def test_a_link_beside_a_file_of_its_name_is_refused_as_any_two_members_are(tmp_path: Path) -> None:
    packed_with_a_link(tmp_path / "x.tar.gz", "_figures/PMC1__a.md", "")
    with pytest.raises(pfocr_rdf.InputError, match=r"holds _figures/PMC1__a\.md twice"):
        findings(tmp_path / "x.tar.gz", tmp_path)
