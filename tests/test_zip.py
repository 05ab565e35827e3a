"""The reader of zips gives what `zipfile` gives of any whole archive, and nothing that is made to do harm does any."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise, permutations
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory import memory_below
from pfocr_rdf.archive import ArchiveError, open_archive
from pfocr_rdf.zip import DEFLATED, STORED, Entry, ZipReader

LIMIT = 1 << 20
DATA = b"---\nfigid: PMC1__a\n---\n" * 20


class Member(NamedTuple):
    """A member to pack."""

    name: str
    data: bytes = DATA
    method: int = DEFLATED
    wide: bool = False  # whether its header has a field of Zip64


class Unseekable(io.RawIOBase):
    """A stream, to which a zip is written with the sizes after the data."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


def pack(*members: Member, comment: bytes = b"", before: bytes = b"", streamed: bool = False) -> bytearray:
    target: io.BytesIO | Unseekable = Unseekable() if streamed else io.BytesIO()
    target.write(before)
    with zipfile.ZipFile(target, "w" if streamed else "a") as packed:
        packed.comment = comment
        for member in members:
            info = zipfile.ZipInfo(member.name)
            info.compress_type = member.method
            with packed.open(info, "w", force_zip64=member.wide) as file:
                file.write(member.data)
    return target.data if isinstance(target, Unseekable) else bytearray(target.getvalue())


def reader(data: bytes | bytearray) -> ZipReader:
    return ZipReader(io.BytesIO(data))


def contents(data: bytes | bytearray) -> list[tuple[str, bytes]]:
    """List a zip, and read it, each entry as it is read again."""
    packed = reader(data)
    entries = list(packed.entries())
    assert [packed.entry(entry.place) for entry in entries] == entries
    return [(entry.name, packed.read(entry, LIMIT)) for entry in entries]


def same_as_zipfile(data: bytes | bytearray) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as expected:
        infos = expected.infolist()
        assert [
            (e.name, e.stated, e.flags, e.method, e.checksum, e.compressed, e.size, e.start, e.attributes)
            for e in reader(data).entries()
        ] == [
            (
                i.filename, i.orig_filename, i.flag_bits, i.compress_type, i.CRC, i.compress_size, i.file_size,
                i.header_offset, i.external_attr,
            )
            for i in infos
        ]  # fmt: skip
        assert contents(data) == [(info.filename, expected.read(info)) for info in infos]


# ----------------------------------------------------------------------------------------------- what programs write

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)
MEMBERS = st.lists(
    st.builds(Member, NAMES, st.binary(max_size=200), st.sampled_from((STORED, DEFLATED)), st.booleans()),
    max_size=6,
    unique_by=lambda member: member.name,
)
COMMENTS = st.one_of(st.binary(max_size=300), st.just(b"a" * 65_535)).filter(lambda comment: b"PK\5\6" not in comment)


@given(MEMBERS, COMMENTS, st.one_of(st.binary(max_size=100), st.just(b"#!/bin/sh\n" * 9000)), st.booleans())
def test_any_zip_gives_what_zipfile_gives(
    members: Sequence[Member], comment: bytes, before: bytes, streamed: bool
) -> None:
    same_as_zipfile(pack(*members, comment=comment, before=b"" if streamed else before, streamed=streamed))


@given(MEMBERS, COMMENTS, st.binary(max_size=100))
def test_any_zip64_gives_what_zipfile_gives(members: Sequence[Member], comment: bytes, before: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 20)
        patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
        members = [member._replace(wide=len(member.data) > 10) for member in members]
        data = pack(*members, comment=comment, before=before)
    assert b"PK\6\6" in data or not members
    same_as_zipfile(data)


@pytest.mark.parametrize("name", ["folder/", "é/ü.md", "日本語.md", "🧬", "a\\b", "./a//b", "a" * 60_000])
def test_names_are_given_as_they_stand(name: str) -> None:
    same_as_zipfile(pack(Member(name, b"")))


def test_a_zip_of_nothing_has_no_entries() -> None:
    assert contents(pack()) == []


def test_a_directory_larger_than_a_block_is_read_whole() -> None:
    members = [Member(f"{number:05}-{'a' * 990}.md", b"%d" % number, STORED) for number in range(2_500)]
    assert contents(pack(*members)) == [(member.name, member.data) for member in members]


def test_more_data_after_the_comment_than_it_says_is_passed_over_as_zipfile_does() -> None:
    same_as_zipfile(pack(Member("a"), comment=b"comment") + b"\n" * 1000)


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_members_may_stand_in_any_order_in_the_directory(order: tuple[str, ...]) -> None:
    data = pack(Member("a"), Member("b", b"", STORED), Member("c"))
    places = [entry.place for entry in reader(data).entries()]
    end = data.index(b"PK\5\6")
    entries = dict(zip("abc", (data[start:stop] for start, stop in pairwise([*places, end])), strict=True))
    data[places[0] :] = b"".join(entries[name] for name in order) + data[end:]
    assert [name for name, _ in contents(data)] == list(order)
    same_as_zipfile(data)


def test_members_that_begin_at_one_place_overlap() -> None:
    data = pack(Member("a"), Member("b"))
    first, second = reader(data).entries()
    data[second.place : second.place + 46] = data[first.place : first.place + 46]
    packed = reader(data)
    for entry in list(packed.entries()):
        with pytest.raises(ValueError, match="it overlaps another" if entry.name == "a" else "another name"):
            packed.read(entry, LIMIT)


# ------------------------------------------------------------------------------------------------ names in Unicode


def with_unicode_path(name: bytes, said: bytes, *, version: int = 1, checksum: int | None = None) -> bytearray:
    info = zipfile.ZipInfo("x" * len(name))
    field = struct.pack("<BL", version, zlib.crc32(name) if checksum is None else checksum) + said
    info.extra = struct.pack("<2H", 0x7075, len(field)) + field
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(info, DATA)
    return bytearray(target.getvalue().replace(b"x" * len(name), name))


def test_the_name_in_unicode_counts_where_it_belongs_to_the_other() -> None:
    said = "_figures/é.md".encode()
    assert contents(with_unicode_path(b"_figures/\xe9.md", said)) == [("_figures/é.md", DATA)]
    assert contents(with_unicode_path(b"_figures/\x82.md", said, version=2)) == [("_figures/é.md", DATA)]
    assert contents(with_unicode_path(b"a.md", said, checksum=1)) == [("a.md", DATA)]
    assert contents(with_unicode_path(b"a.md", b"")) == [("a.md", DATA)]
    assert contents(with_unicode_path(b"a.md", b"b\0c")) == [("b", DATA)]


def test_a_damaged_name_in_unicode_is_damage() -> None:
    with pytest.raises(ValueError, match="codec can't decode"):
        contents(with_unicode_path(b"a.md", b"\xff"))
    data = with_unicode_path(b"a.md", b"")
    place = next(reader(data).entries()).place
    data[place + 46 + 4 + 2] = 4  # of the five bytes that the field begins with
    with pytest.raises(ValueError, match="an entry of the directory is damaged"):
        contents(data)


# ------------------------------------------------------------------------------------------------- what is damaged

WHOLE = pack(Member("_figures/a.md"), Member("_figures/b.md", DATA, STORED), comment=b"comment")
END = WHOLE.index(b"PK\5\6")
FIRST, SECOND = (entry.place for entry in reader(WHOLE).entries())
LOCAL = WHOLE.rindex(b"PK\3\4")

BROKEN: dict[str, tuple[int, bytes, str]] = {
    "no signature at the end": (END, b"PK\5\7", "it does not end as a zip ends"),
    "a disk": (END + 4, b"\1", "it is a part of several"),
    "a disk of the directory": (END + 6, b"\1", "it is a part of several"),
    "a directory larger than the file": (END + 12, b"\xff\xff\xff\x7f", "its directory is not where it says"),
    "a directory smaller than it is": (END + 12, b"\x50\0\0\0", "its directory is damaged"),
    "no signature": (SECOND, b"PK\3\4", "its directory is damaged"),
    "a version": (SECOND + 6, b"\x40", r"zip file version 6\.4"),
    "a name longer than the directory": (SECOND + 28, b"\xff\xff", "its directory is cut"),
    "a comment longer than the directory": (SECOND + 32, b"\xff\xff", "its directory is cut"),
    "many fields": (FIRST + 30, b"\xff\xff", "an entry of the directory is too large"),
    "a name that is no UTF-8": (SECOND + 9, b"\x08" + WHOLE[SECOND + 10 : SECOND + 46] + b"\xff", "can't decode"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_damaged_at_the_end_is_said(broken: str) -> None:
    at, put, said = BROKEN[broken]
    data = bytearray(WHOLE)
    data[at : at + len(put)] = put
    with pytest.raises(ValueError, match=said):
        list(reader(data).entries())


def damaged_member(at: int, put: bytes) -> None:
    """Read all of a zip with a few bytes put into it; only its second member may be damaged."""
    data = bytearray(WHOLE)
    data[at : at + len(put)] = put
    packed = reader(data)
    first, second = packed.entries()
    assert packed.read(first, LIMIT) == DATA
    packed.read(second, LIMIT)


BROKEN_MEMBERS: dict[str, tuple[int, bytes, str]] = {
    "no header": (LOCAL, b"PK\1\2", "it is not where the directory says"),
    "a start elsewhere": (SECOND + 42, bytes((WHOLE[SECOND + 42] ^ 1,)), "it is not where the directory says"),
    "a start in the directory": (SECOND + 42, FIRST.to_bytes(4, "little"), "it is not where the directory says"),
    "a start beyond the file": (SECOND + 42, b"\xff\xff\xff\x7f", "it is not where the directory says"),
    "another name": (LOCAL + 30, b"A", "its own header has another name"),
    "another length of the name": (LOCAL + 26, b"\x05", "its own header has another name"),
    "another method": (LOCAL + 8, b"\x08", "its own header has another method"),
    "a method that is not known": (SECOND + 10, b"\x63", "its own header has another method"),
    "another size": (LOCAL + 22, b"\1", "its own header has another size or checksum"),
    "another size in the directory": (SECOND + 24, b"\1", "its own header has another size or checksum"),
    "another checksum": (LOCAL + 14, b"\xff\xff", "its own header has another size or checksum"),
    "a patch": (SECOND + 8, b"\x20", "it is a patch"),
    "strong encryption": (SECOND + 8, b"\x40", "it is encrypted"),
    "encryption by its own header": (LOCAL + 6, b"\1", "it is encrypted"),
    "data up to the directory": (LOCAL + 28, b"\1", "it overlaps another"),
    "other data": (LOCAL + 30 + 13, b"_", "it has not the checksum"),
}


@pytest.mark.parametrize("broken", BROKEN_MEMBERS)
def test_what_is_damaged_in_a_member_is_said_and_the_others_are_read(broken: str) -> None:
    at, put, said = BROKEN_MEMBERS[broken]
    with pytest.raises(ValueError, match=said):
        damaged_member(at, put)


def forged(member: Member, change: Callable[[Entry], Entry], limit: int = LIMIT) -> bytes:
    """Read a member of a streamed zip, whose header says no sizes, with another entry of the directory."""
    packed = reader(pack(member, Member("b", bytes(1000), STORED), streamed=True))
    first, _ = packed.entries()
    return packed.read(change(first), limit)


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("by", [-1, 1, 2**40])
def test_a_size_that_is_not_that_of_the_data_is_damage(method: int, by: int) -> None:
    with pytest.raises(ValueError, match=r"it has not the size|its two sizes differ"):
        forged(Member("a", DATA, method), lambda entry: entry._replace(size=entry.size + by), 2**41)
    with pytest.raises(ValueError, match=r"it is cut|it has not the size|its two sizes differ|it overlaps another"):
        forged(Member("a", DATA, method), lambda entry: entry._replace(compressed=entry.compressed + by))


def test_a_method_that_is_not_read_is_said_and_a_stored_member_that_is_cut() -> None:
    packed = reader(pack(Member("a", DATA, zipfile.ZIP_BZIP2)))
    with pytest.raises(ValueError, match="it is compressed by method 12"):
        packed.read(next(packed.entries()), LIMIT)


def test_a_file_that_has_become_shorter_is_damage_and_no_loop(tmp_path: Path) -> None:
    data = pack(*(Member(f"{number}-{'a' * 900}", DATA, STORED) for number in range(3_000)))
    source = io.BytesIO(data)
    packed = ZipReader(source)
    last = list(packed.entries())[-1]
    source.truncate(last.start + 2_000)
    with pytest.raises(ValueError, match="its directory is cut"):
        list(packed.entries())
    with pytest.raises(ValueError, match="its directory is cut"):
        packed.entry(last.place)
    source.truncate(last.start + 950)
    with pytest.raises(ValueError, match="it is cut"):
        packed.read(last, LIMIT)
    source.truncate(last.start + 10)
    with pytest.raises(ValueError, match="it is not where the directory says"):
        packed.read(last, LIMIT)


@pytest.mark.parametrize("limit", [0, 1, len(DATA) - 1])
@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_of_a_member_beyond_the_limit_the_beginning_is_given(limit: int, method: int) -> None:
    assert forged(Member("a", DATA, method), lambda entry: entry, limit) == DATA[:limit]


# ----------------------------------------------------------------------------------------------------------- Zip64


def zip64(*, extra: bytes = b"", stated: int = 0, disks: int = 1, length: int = 44, before: bytes = b"") -> bytes:
    """Make a zip with the records of Zip64, after whose first anything may stand."""
    data = pack(Member("a"))
    start = data.index(b"PK\1\2")
    end = data.index(b"PK\5\6")
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", length + len(extra), 45, 45, 0, 0, 1, 1, end - start, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end + stated, disks)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    return before + bytes(data[:end]) + record + extra + locator + last


def test_the_records_of_zip64_are_read_where_they_are() -> None:
    for data in (zip64(), zip64(extra=b"more"), zip64(disks=0), zip64(before=b"before")):
        assert contents(data) == [("a", DATA)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zip64(disks=2), "it is a part of several"),
        (zip64(stated=1), "its record of Zip64 is not where it says"),
        (zip64(stated=2**63), "its record of Zip64 is not where it says"),
        (zip64(stated=-1), "its record of Zip64 is damaged"),
        (zip64(length=45), "its record of Zip64 is damaged"),
        (zip64(length=2**64 - 1), "its record of Zip64 is damaged"),
        (zip64().replace(b"PK\6\6", b"PK\6\5"), "its record of Zip64 is not where it says"),
        (zip64(extra=b"more", before=b"before"), "its record of Zip64 is not where it says"),
    ],
)
def test_records_of_zip64_that_do_not_agree_are_damage(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reader(data)


def test_a_number_that_should_be_in_a_field_of_zip64_and_is_not_is_damage() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 20)
        data = pack(Member("a", DATA, STORED, wide=True))
    place = next(reader(data).entries()).place
    field = place + 46 + 1
    assert data[field : field + 2] == b"\1\0"
    data[field + 2] = 8  # of the sixteen bytes that it has; the rest is another field
    with pytest.raises(ValueError, match="lacks a number"):
        contents(data)


# ------------------------------------------------------------------------------------------------ made to do harm


def overlapping(count: int) -> bytes:
    """Make a zip whose members all end with the same data; each quotes the headers of those that follow before it."""
    plain = bytes(1 << 16)
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = deflater.compress(plain) + deflater.flush()
    entries = []
    for number in reversed(range(count)):
        name = b"_figures/%04d.md" % number
        fields = (20, 0, DEFLATED, 0, 0, zlib.crc32(plain), len(stream), len(plain), len(name), 0)
        header = struct.pack("<4s5H3L2H", b"PK\3\4", *fields) + name
        member = header + stream
        entries.append((len(member), struct.pack("<4s6H3L5HL", b"PK\1\2", 20, *fields, 0, 0, 0, 0), name))
        plain = header + plain
        stream = struct.pack("<B2H", 0, len(header), 0xFFFF ^ len(header)) + member  # a stored block, and what follows
    directory = b"".join(
        entry + struct.pack("<L", len(member) - length) + name for length, entry, name in reversed(entries)
    )
    return member + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(directory), len(member), 0)


def test_members_that_overlap_are_damage_all_but_the_last() -> None:
    packed = reader(overlapping(20))
    *others, last = packed.entries()
    assert len(others) == 19
    assert packed.read(last, LIMIT) == bytes(1 << 16)
    for entry in others:
        with pytest.raises(ValueError, match="it overlaps another"):
            packed.read(entry, LIMIT)


def test_a_directory_of_many_entries_takes_little_memory(tmp_path: Path) -> None:
    name = b"_figures/" + b"a" * 991
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(entry) * 8_000, 0, 0)
    (tmp_path / "x.zip").write_bytes(entry * 8_000 + end)
    with memory_below(4 * 1024**2), (tmp_path / "x.zip").open("rb") as source:
        assert sum(1 for _ in ZipReader(source).entries()) == 8_000


def test_whatever_bytes_are_changed_there_is_damage_or_what_zipfile_reads(tmp_path: Path) -> None:
    chance = random.Random(7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 20)
        patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
        wide = pack(Member("_figures/a.md", DATA, DEFLATED, True), Member("_data/é.tsv", DATA, STORED, True))
    samples = [
        WHOLE,
        wide,
        pack(Member("_figures/a.md"), streamed=True),
        with_unicode_path(b"_figures/b", b"_figures/c"),
    ]
    for _ in range(1_000):
        (tmp_path / "x.zip").write_bytes(changed(chance, chance.choice(samples)))
        read_or_refused(tmp_path / "x.zip")


def changed(chance: random.Random, whole: bytes | bytearray) -> bytes:
    """Change a few bytes of a zip, most of them where its headers are, or cut it."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 5))):
        places = [
            at for sign in (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7") if (at := data.find(sign)) >= 0
        ]
        at = chance.randrange(len(data)) if chance.random() < 0.3 or not places else chance.choice(places)
        at = min(at + chance.randrange(60), len(data) - 1)
        width = chance.choice((1, 1, 2, 4, 8))
        put = chance.choice((bytes(width), b"\xff" * width, chance.randbytes(width)))
        if chance.random() < 0.1:
            del data[at : at + width]
        else:
            data[at : at + width] = put
    return bytes(data[: chance.randrange(len(data))] if chance.random() < 0.1 else data)


def read_or_refused(file: Path) -> None:
    """Read all that an archive has; what `zipfile` reads of it, too, must be the same."""
    try:
        tree = open_archive(str(file), report=lambda found: None)
    except ArchiveError:
        return
    for folder in ("_figures", "_data"):
        for name in tree.names(folder, ("",), lambda found: None):
            try:
                data = tree.read(f"{folder}/{name}", LIMIT)
            except OSError:
                continue
            try:
                with zipfile.ZipFile(file) as packed:
                    expected = packed.read(f"{folder}/{name}")
            except Exception:  # whatever `zipfile` has not thought of
                continue
            assert data == expected[: LIMIT + 1]
