"""The cache, damaged: what is broken, foreign or no file in it is made anew, and nothing is believed unchecked."""

from __future__ import annotations

import json
import os
import shutil
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pfocr_rdf.cache
import pfocr_rdf.packs
from caches import FIGIDS, names, opened, packs, six_records, warm, write
from commands import run
from conversions import converted, small_database, small_record
from pfocr_rdf import Settings
from pfocr_rdf.cache import cache_size, clear_cache
from pfocr_rdf.database import open_input
from pfocr_rdf.packs import LEFT_SECONDS, Packs

Change = Callable[[Path], None]

HEAD, ROW = 40, 32
"""Bytes of a pack before its index, and of a row of that."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Six small records; the first has companions, the second is of an organism with a page."""
    return six_records(tmp_path / "database")


@pytest.fixture
def pack(database: Path, tmp_path: Path) -> Path:
    """The pack of the first record; the others have packs of their own."""
    warm(database, tmp_path / "cache", size=1)
    assert len(packs(tmp_path / "cache")) == 6
    (file,) = [path for path in packs(tmp_path / "cache") if b"Title of PMC1__a" in path.read_bytes()]
    return file


def flipped(region: str) -> Callable[[bytes], bytes]:
    def flip(content: bytes) -> bytes:
        line = content.index(b"\n", HEAD + ROW)
        places = {"magic": 3, "digest": 25, "number": 37, "key": 45, "start": 57, "size": 65, "checksum": 70}
        places |= {"JSON": line - 60, "newline": line, "data": line + 9, "end": -2}
        changed = bytearray(content)
        changed[places[region]] ^= 1
        return bytes(changed)

    return flip


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "magic alone": lambda content: content[:20],
    "cut in the digest": lambda content: content[:30],
    "cut before the index": lambda content: content[:HEAD],
    "cut in the index": lambda content: content[: HEAD + 9],
    "cut after the index": lambda content: content[: HEAD + ROW],
    "cut in the JSON": lambda content: content[:100],
    "cut in the data": lambda content: content[:-40],
    "a vast number": lambda content: content[: HEAD - 4] + b"\xff" * 4 + content[HEAD:],
    "zeros": lambda content: bytes(len(content)),
    "text": lambda _: b"no pack at all\n",
} | {
    region: flipped(region)
    for region in (
        *("magic", "digest", "number", "key", "start", "size", "checksum"),
        *("JSON", "newline", "data", "end"),
    )
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_result_is_made_anew(
    database: Path, tmp_path: Path, pack: Path, damage: Callable[[bytes], bytes]
) -> None:
    content = pack.read_bytes()
    assert damage(content) != content
    pack.write_bytes(damage(content))
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]
    assert pack.read_bytes() == content
    assert warm(database, tmp_path / "cache") == []


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_packs_are_counted_by_their_bytes_and_cleared(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    folder = small_database(tmp_path / "database", ["PMC1__a"])
    cache = tmp_path / "cache"
    converted(folder, cache=cache)
    for pack in cache.glob("*/*.pack"):
        pack.write_bytes(damage(pack.read_bytes()))
    size = sum(pack.stat().st_size for pack in cache.glob("*/*.pack"))
    results, found = cache_size(str(cache))
    assert found == size
    assert clear_cache(str(cache)) == results
    assert names(cache) == ["pfocr-rdf-cache"]


HOLE = 2**40
"""Bytes of a file that has no more on the disk than its beginning."""


def sparse(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        os.truncate(path, HOLE)
    except OSError:
        pytest.skip("no file of this size here")


@pytest.mark.parametrize("results", [2**21, 2**23, 2**32 - 1])
def test_a_vast_pack_that_is_a_hole_takes_no_memory(database: Path, tmp_path: Path, pack: Path, results: int) -> None:
    content = pack.read_bytes()
    sparse(pack, content[: HEAD - 4] + results.to_bytes(4, "little"))
    tracemalloc.start()
    try:
        assert pfocr_rdf.packs.entry_count(str(pack.parent)) == 5
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]
    assert pack.read_bytes() == content


def test_a_vast_pack_is_foreign_whatever_it_begins_with(database: Path, tmp_path: Path, pack: Path) -> None:
    content = pack.read_bytes()
    sparse(pack, content)
    assert pfocr_rdf.packs.entry_count(str(pack.parent)) == 5
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]
    assert pack.read_bytes() == content


def test_a_vast_result_that_an_index_tells_of_takes_no_memory(tmp_path: Path) -> None:
    """The digest of an index can be made by anybody."""
    key, folder = bytes(16), tmp_path / "cache"
    name = opened_packs(folder).put({key: b"data"})
    assert name is not None
    pack = folder / name
    content = bytearray(pack.read_bytes())
    content[HEAD + 24 : HEAD + 28] = b"\xff" * 4
    content[20:36] = vars(pfocr_rdf.packs)["_digest"](str(folder), bytes(content[HEAD : HEAD + ROW]))
    pack.write_bytes(content)
    packs = opened_packs(folder)
    tracemalloc.start()
    try:
        assert packs.get([key]) == {}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("bound", ["MOST_BYTES", "MOST_RESULTS"])
def test_more_than_a_pack_may_hold_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(pfocr_rdf.packs, bound, 1)
    packs = opened_packs(tmp_path / "cache")
    assert packs.put({bytes(16): b"data", bytes(15) + b"1": b"data"}) is None
    assert packs.get([bytes(16)]) == {}


def opened_packs(folder: Path) -> Packs:
    return pfocr_rdf.packs.open_packs(str(folder))


def test_damage_in_one_result_leaves_the_others_of_its_pack(database: Path, tmp_path: Path) -> None:
    warm(database, tmp_path / "cache")
    (pack,) = packs(tmp_path / "cache")
    content = pack.read_bytes()
    pack.write_bytes(content.replace(b"Title of PMC3__a", b"Title of PMC4__a", 1))
    assert warm(database, tmp_path / "cache") == ["PMC3__a"]
    assert warm(database, tmp_path / "cache") == []


def test_no_byte_of_a_pack_can_change_unseen(database: Path, tmp_path: Path, pack: Path) -> None:
    content = open_input(str(database), report=lambda _: None).records[0].read(lambda _: None)
    assert content is not None
    cache = opened(database, tmp_path / "cache")
    key = cache.key(content)
    assert cache.get({0: key}, {0: content})
    sound = pack.read_bytes()
    for index in (*range(200), *range(200, len(sound), 7)):
        pack.write_bytes(sound[:index] + bytes([sound[index] ^ 0x20]) + sound[index + 1 :])
        assert not opened(database, tmp_path / "cache").get({0: key}, {0: content}), f"byte {index}"


def pipe(path: Path) -> None:
    os.mkfifo(path)


def linked(target: str) -> Change:
    return lambda path: path.symlink_to(target)


STRANGERS: dict[str, Change] = {
    "a pipe": pipe,
    "a folder": lambda path: (path / "mine").mkdir(parents=True),
    "a link to nothing": linked("nothing"),
    "a link to itself": linked("."),
    "a link to what never ends": linked("/dev/zero"),
    "a link to a folder": linked("/"),
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_what_has_a_pack_s_name_and_is_no_file_costs_time_alone(
    database: Path, tmp_path: Path, pack: Path, stranger: Change
) -> None:
    pack.unlink()
    stranger(pack)
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]
    assert warm(database, tmp_path / "cache") == ([] if pack.is_file() else ["PMC1__a"])


def test_a_pack_behind_a_link_is_not_taken(database: Path, tmp_path: Path, pack: Path) -> None:
    target = pack.rename(tmp_path / "elsewhere")
    before = target.read_bytes()
    pack.symlink_to(target)
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]
    assert warm(database, tmp_path / "cache") == []
    assert not pack.is_symlink()
    assert target.read_bytes() == before


@pytest.mark.parametrize("name", ["0" * 32 + ".pack", "mine.pack"])
@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_what_is_no_file_of_the_cache_s_is_neither_counted_nor_deleted(
    database: Path, tmp_path: Path, pack: Path, stranger: Change, name: str
) -> None:
    cache = tmp_path / "cache"
    before = cache_size(str(cache))
    stranger(pack.with_name(name))
    kept = sorted(path for path in cache.rglob("*") if name in path.parts)
    assert warm(database, cache, size=1) == []
    assert cache_size(str(cache)) == before
    assert clear_cache(str(cache)) == before[0]
    assert names(pack.parent) == [name]
    assert sorted(path for path in cache.rglob("*") if name in path.parts) == kept


def test_the_commands_see_what_the_library_sees(database: Path, tmp_path: Path, pack: Path) -> None:
    """In processes of their own, which would never end on a pipe."""
    cache = tmp_path / "cache"
    results, size = cache_size(str(cache))
    pipe(pack.with_name("0" * 32 + ".pack"))
    done = run("convert", database, "-q", "-j", "1", "-o", tmp_path / "x.nt", "--cache", cache)
    assert (done.returncode, done.stderr) == (0, b"")
    done = run("cache", "info", cache)
    assert (done.stdout.decode(), done.stderr) == (f"{results} results, {size / 1_000_000:,.1f} MB\n", b"")
    done = run("cache", "clear", cache)
    assert (done.stdout.decode(), done.stderr) == (f"{results} results deleted\n", b"")


def test_a_folder_behind_a_link_is_neither_read_nor_written_nor_cleared(database: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    warm(database, cache)
    folders = [path for path in cache.iterdir() if path.is_dir()]
    for folder in folders:
        write(folder, ".0123456789abcdef.part", b"of a run that was killed")
        folder.rename(tmp_path / folder.name)
        folder.symlink_to(tmp_path / folder.name)
    before = {path: path.read_bytes() for folder in folders for path in (tmp_path / folder.name).iterdir()}
    write(database, "_figures/PMC1__a.md", small_record("PMC1__a"))
    for _ in range(2):
        assert warm(database, cache) == FIGIDS
    assert cache_size(str(cache)) == (0, 0)
    assert clear_cache(str(cache)) == 0
    assert {path: path.read_bytes() for folder in folders for path in (tmp_path / folder.name).iterdir()} == before
    assert all(folder.is_symlink() for folder in folders)


def test_packs_that_another_run_deletes_meanwhile_are_no_fault(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    listed = vars(pfocr_rdf.packs)["pack_files"]

    def gone(folder: str) -> list[Path]:
        """Let another run clear the cache when this one has just listed it."""
        found: list[Path] = listed(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return found

    for use in (cache_size, clear_cache):
        warm(database, cache)
        with monkeypatch.context() as patched:
            patched.setattr(pfocr_rdf.cache, "pack_files", gone)
            patched.setattr(pfocr_rdf.packs, "pack_files", gone)
            use(str(cache))
    warm(database, cache)
    with monkeypatch.context() as patched:
        patched.setattr(pfocr_rdf.packs, "pack_files", gone)
        assert warm(database, cache) == FIGIDS
    assert warm(database, cache) == []


def test_another_record_s_pack_is_not_taken(database: Path, tmp_path: Path, pack: Path) -> None:
    content = pack.read_bytes()
    for other in packs(tmp_path / "cache"):
        if other != pack:
            shutil.copyfile(other, pack)
            assert warm(database, tmp_path / "cache") == ["PMC1__a"]
            assert pack.read_bytes() == content


def test_a_pack_of_another_way_of_converting_is_not_taken(database: Path, tmp_path: Path, pack: Path) -> None:
    before = set(packs(tmp_path / "cache"))
    warm(database, tmp_path / "cache", settings=Settings(as_is=True))
    for other in set(packs(tmp_path / "cache")) - before:
        shutil.copyfile(other, pack)
        assert warm(database, tmp_path / "cache") == ["PMC1__a"]


@pytest.mark.parametrize(
    "line",
    [
        *("", "[", "[]", "{}", "null", "1", '"x"', "[1,0,[],[]]", "[1,2,3,4]", "NaN", "[" * 9999),
        '["1",0,["PMC1__a","<a:a>","[]",[],[],[],null,null],[]]',
        '[1,0,["PMC1__a","<a:a>","[]",[1],[],[],null,null],[]]',
        '[1,0,["PMC1__a","<a:a>","[]",[],[],[1],null,null],[]]',
        '[1,0,["PMC1__a","<a:a>","[]",[],[],[],null,null],[1]]',
        *(f'[1,{size},["PMC1__a","<a:a>","[]",[],[],[],null,null],[]]' for size in ("-1", "1.5", '"1"', "null", "99")),
    ],
)
def test_json_of_another_shape_under_a_right_digest_is_not_taken(
    database: Path, tmp_path: Path, pack: Path, line: str
) -> None:
    key = pack.read_bytes()[HEAD : HEAD + 16]
    opened(database, tmp_path / "cache").packs.put({key: line.encode() + b"\n<http://a/> <http://b/> <http://c/> .\n"})
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]


def given(index: int, value: object) -> Callable[[list[Any], bytes], bytes]:
    """Change a part of what a result gives to what figures share."""

    def change(head: list[Any], rest: bytes) -> bytes:
        head[2][index] = value
        return joined(head, rest)

    return change


def terms(text: bytes) -> Callable[[list[Any], bytes], bytes]:
    """Change the terms of a result."""
    return lambda head, rest: joined([head[0], len(text), *head[2:]], rest[:16] + text + rest[16 + head[1] :])


def found(*values: object) -> Callable[[list[Any], bytes], bytes]:
    """Change what was found in a record."""
    return lambda head, rest: joined([*head[:3], [values]], rest)


def joined(head: list[Any], rest: bytes) -> bytes:
    return json.dumps(head).encode() + b"\n" + rest


OTHER_SHAPES: dict[str, Callable[[list[Any], bytes], bytes]] = {
    "a figid that is none": given(0, ""),
    "an IRI that is none": given(1, "x"),
    "an empty IRI": given(1, ""),
    "an IRI that cannot be written": given(1, "<http://a/\ud800>"),
    "a paper without fields": given(2, ""),
    "a paper of one field": given(2, "PMC1"),
    "a paper of few fields": given(2, "PMC1\ta\tb"),
    "a paper of no list": given(2, "[x"),
    "a paper of an empty list": given(2, "[]"),
    "a paper of numbers": given(2, '["PMC1",1,2,3,4,[1,2],5,[1]]'),
    "a paper of no text": given(2, 7),
    "a paper that cannot be written": given(2, "PMC1\t\ud800\t\t\t\t\t\t"),
    "a term of no field": terms(b"1"),
    "a term of two fields": terms(b"1\tEntrez Gene"),
    "a term of no kind": terms(b"x\tEntrez Gene\t7157\t\tTP53"),
    "a term of a kind that is not": terms(b"9\tEntrez Gene\t7157\t\tTP53"),
    "a term of no source": terms(b"1\tFoo\t7157\t\tTP53"),
    "a term of no taxon": terms(b"1\tEntrez Gene\t7157\tx> y\tTP53"),
    "a term that is no list": terms(b"["),
    "a term of numbers": terms(b"[1,2]"),
    "a term of a mapping": terms(b"[{}]"),
    "terms that cannot be written": terms(b"1\tEntrez Gene\t7157\t\t\xed\xa0\x80"),
    "a term of a number among texts": terms(b'["1","Entrez Gene","7157","9606",5]'),
    "an organism of a number among texts": given(4, ['["9606",5]']),
    "a paper with nought for a title": given(2, '["PMC1",0,"",null,null,null,null,[]]'),
    "a paper with a list for a journal": given(2, '["PMC1","","",null,null,[],null,[]]'),
    "a paper with a truth for a keyword": given(2, '["PMC1","","",null,null,null,null,[false]]'),
    "a statement of half a literal": given(5, [["<a:a>", "<a:b>", '"']]),
    "a statement of half a datatype": given(5, [["<a:a>", "<a:b>", '"x"^^<']]),
    "a statement of two literals": given(5, [["<a:a>", "<a:b>", '"x" . <a:a> <a:b> "y"']]),
    "an organism without taxon": given(4, [""]),
    "an organism of no taxon": given(4, ["x> y\tn"]),
    "an organism that is no list": given(4, ["["]),
    "an organism of an empty list": given(4, ["[]"]),
    "statements of two terms": given(5, [["<a:a>", "<a:b>"]]),
    "statements of no terms": given(5, [["", "", ""]]),
    "a statement that is text": given(5, ["abc"]),
    "an image that is a list": given(6, []),
    "an image that is a number": given(6, 0),
    "an image shared by nobody": given(7, []),
    "an image shared by texts": given(7, "ab"),
    "a negative number": lambda head, rest: joined([-5, *head[1:]], rest),
    "a truth": lambda head, rest: joined([True, *head[1:]], rest),
    "a vast number": lambda head, rest: joined([10**400, *head[1:]], rest),
    "nothing but the line": lambda head, _: joined(head, b""),
    "a key cut short": lambda head, rest: joined([head[0], 0, *head[2:]], rest[:3]),
    "a message that is a number": found("figtitle-placeholder", 1, "record", None, "a", "b", "c"),
    "a value that is a list": found("figtitle-placeholder", "m", "record", None, "a", "b", [1]),
    "a line that is text": found("figtitle-placeholder", "m", "record", "x", "a", "b", "c"),
    "texts that are numbers": found("figtitle-placeholder", "m", "record", None, 3, 4, 5),
    "a code that there is not": found("nope", "m", "record", None, "", "", ""),
    "a file that there is not": found("figtitle-placeholder", "m", "nope", None, "", "", ""),
}


@pytest.mark.parametrize("change", OTHER_SHAPES.values(), ids=OTHER_SHAPES)
def test_a_result_of_another_shape_under_a_right_digest_is_made_anew(
    database: Path, tmp_path: Path, pack: Path, change: Callable[[list[Any], bytes], bytes]
) -> None:
    cache = opened(database, tmp_path / "cache")
    key = pack.read_bytes()[HEAD : HEAD + 16]
    line, _, rest = cache.packs.get([key])[key].partition(b"\n")
    cache.packs.put({key: change(json.loads(line), rest)})
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]


def test_a_pack_that_cannot_be_read_or_replaced_costs_time_alone(database: Path, tmp_path: Path, pack: Path) -> None:
    pack.unlink()
    pack.mkdir()
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]
    assert warm(database, tmp_path / "cache") == ["PMC1__a"]
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_that_takes_no_pack_costs_time_alone(database: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    warm(database, cache)
    for folder in cache.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
            folder.write_bytes(b"a file where a folder should be")
    assert warm(database, cache) == FIGIDS
    assert warm(database, cache) == FIGIDS


def test_a_full_disk_costs_time_alone(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        warm(database, tmp_path / "cache")
    assert packs(tmp_path / "cache") == []
    assert not list(tmp_path.rglob("*.part"))
    assert warm(database, tmp_path / "cache") == FIGIDS


def test_a_run_that_is_stopped_leaves_whole_packs_alone(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace
    done: list[Path] = []

    def stop(self: Path, target: Path) -> Path:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(target)
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            converted(database, cache=tmp_path / "cache", size=1)
    assert packs(tmp_path / "cache") == sorted(done)
    assert not list(tmp_path.rglob("*.part"))
    assert warm(database, tmp_path / "cache") == FIGIDS[3:]


def test_what_dead_runs_left_is_removed_by_a_later_one_and_what_is_being_written_is_not(
    database: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    warm(database, cache)
    (folder,) = {pack.parent for pack in packs(cache)}
    left, living, mine = (folder / name for name in (f".{0:016x}.part", f".{1:016x}.part", ".mine.part"))
    for path in (left, living, mine):
        path.write_bytes(b"the beginning of a pack")
    for path in (left, mine):
        os.utime(path, (0, time.time() - LEFT_SECONDS - 60))
    assert warm(database, cache) == []
    assert not left.exists()
    assert living.exists()
    assert mine.exists()


def test_what_a_run_s_own_workers_left_is_removed_when_the_run_is_stopped(database: Path, tmp_path: Path) -> None:
    own, others = opened(database, tmp_path / "cache").packs, opened(database, tmp_path / "cache").packs
    Path(own.folder).mkdir()
    left = [Path(packs.folder, f".{packs.run[:8]}01234567.part") for packs in (own, others)]
    for path in left:
        path.touch()
    own.remove_left()
    assert [path.exists() for path in left] == [False, True]


def test_a_run_whose_pack_is_removed_as_it_writes_it_goes_on(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def removed(self: Path, target: Path) -> Path:
        self.unlink()
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", removed)
        warm(database, tmp_path / "cache")
    assert warm(database, tmp_path / "cache") == FIGIDS
