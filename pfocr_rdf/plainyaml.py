r"""The YAML that records are written in, read without libyaml: plain and single-quoted text, lists and mappings of it.

libyaml takes half of a conversion's time for what nearly always looks the same, as one program wrote it. So the forms
below are read by splitting text, and every other goes to libyaml: an entry alone, or the document where even its
entries cannot be told apart. What is read here is read as libyaml would; tests compare the two.

- An entry is a line that begins with a key at the mapping's own indentation, with all lines up to the next such line.
  No line of a value can be taken for one: in a mapping's own column stand keys, items of a list and ends, and a quoted
  text, which may hold such a line, is accepted only as a whole.
- A plain text begins with no indicator, holds no `: ` and no ` #`, and ends in neither a colon nor a blank; a quoted
  one holds quotes in pairs only. Lines are folded where each goes on at the indentation of a PyYAML dump.
- Characters that YAML forbids are refused before, and so are tabs, line ends but `\n`, and blanks before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Final, TypeAlias

__all__ = ["Plain", "read_mapping"]

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"
"""A value of the front matter: text, a list, or a mapping from text."""

Other: TypeAlias = "Callable[[bytes, int], Plain | None]"
"""Reads an entry that has another form, with its key and its indentation, as a mapping of one, which stands in as many
others as the number says; or gives None."""

MAX_BYTES: Final = 256 * 1024
"""The largest document that is read here; a real one has some 4 KiB, and of another one libyaml holds less at once."""

_KEY: Final = re.compile(r"'(@[a-z]+)'|([A-Za-z][A-Za-z0-9_-]*)")
_LONGEST_KEY: Final = 64
_LEVELS: Final = tuple(
    (f"\n{indent}", re.compile(rf"\n{indent}(?=[^ \n-])"), re.compile(rf"(?:\n{indent}- [A-Za-z0-9(./][^\n]*)+"))
    for indent in ("", "  ", "    ", "      ")
)
"""For each level of mappings what stands before a line of it, what parts its entries, and a list of plain texts."""

_BEGINS_NO_PLAIN: Final = frozenset(" \n-?:,[]{}#&*!|>'\"%@`")
"""Blanks and the indicators of YAML 1.1."""

_BYTES: Final = bytes([0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)])
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
_REFUSED: Final = tuple(char.encode() for char in "\u2028\u2029\ufffe\uffff")


def read_mapping(document: bytes, other: Other) -> dict[str, Plain] | None:
    r"""Read a document whose root is a mapping.

    Args:
        document: one YAML document without markers, UTF-8.
        other: reads entries of forms that are not read here.

    Returns:
        The mapping; None where the document must be read as a whole: it has another form, or a fault, or a key stands
        twice.

    >>> read_mapping(b"figid: PMC1__a\ngenes:\n- NO\n- '2E1'\n", lambda entry, level: None)
    {'figid': 'PMC1__a', 'genes': ['NO', '2E1']}
    """
    if len(document) > MAX_BYTES:
        return None
    if document[-1:] != b"\n" or b" \n" in document or document.translate(None, _BYTES):
        return None
    if not document.isascii() and (_C1.search(document) or any(map(document.__contains__, _REFUSED))):
        return None
    return _mapping(document[:-1].decode(), 0, other)


def _mapping(text: str, level: int, other: Other) -> dict[str, Plain] | None:
    """Read the entries of a mapping, of which the first has no indentation."""
    values: dict[str, Plain] = {}
    start, separator, plain_list = _LEVELS[level]
    fold = f"{start}  "
    entries = separator.split(text)
    for entry in entries:
        written, colon, rest = entry.partition(":")
        key = _key(written)
        if key is None or not colon:
            return None
        value: Plain | None
        if rest[:1] == " ":
            value = _text(rest[1:], fold)
        elif not rest:
            value = ""
        elif rest.startswith(f"{start}- "):
            value = _list(rest, start, plain_list)
        elif rest.startswith(fold) and level + 1 < len(_LEVELS):
            value = _mapping(rest[len(fold) :], level + 1, other)
        else:
            value = None
        if value is None:
            alone = other(f"{start[1:]}{entry}\n".encode(), level)
            if not isinstance(alone, dict) or alone.keys() != {key}:
                return None
            value = alone[key]
        values[key] = value
    return values if len(values) == len(entries) else None


def _key(written: str) -> str | None:
    return _short_key(written) if len(written) <= _LONGEST_KEY else None


@lru_cache(maxsize=256)
def _short_key(written: str) -> str | None:
    found = _KEY.fullmatch(written)
    return found[1] or found[2] if found is not None else None


def _text(text: str, fold: str) -> Plain | None:
    """Read a text whose lines are parted by `fold`, or an empty list or mapping."""
    if text[:1] not in _BEGINS_NO_PLAIN:
        if "\n" in text and not (text := _folded(text, fold)):
            return None
        return None if ": " in text or " #" in text or text[-1:] in ": " else text
    if text[0] == "'":
        if "\n" in text:
            text = _folded(text, fold)
        if len(text) < 2 or text[-1] != "'":
            return None
        text = text[1:-1]
        if "'" in text:
            return None if "'" in text.replace("''", "") else text.replace("''", "'")
        return text
    return [] if text == "[]" else {} if text == "{}" else None


def _folded(text: str, fold: str) -> str:
    """Fold lines, or give an empty text where one is empty or has another indentation."""
    folded = text.replace(fold, " ")
    return "" if "\n" in folded or f"{fold} " in text else folded


def _list(text: str, start: str, plain_list: re.Pattern[str]) -> list[Plain] | None:
    """Read a list of texts, or of mappings from a key to a text of one line each."""
    mark = f"{start}- "
    unusual = ": " in text or " #" in text or ":\n" in text or text[-1] == ":"
    if not unusual and plain_list.fullmatch(text) is not None:
        return text[len(mark) :].split(mark)  # type: ignore[return-value]  # a list of texts is one of values
    if start == "\n" and (rows := _rows(text)) is not None:
        return rows
    values: list[Plain] = []
    for item in text[len(mark) :].split(mark):
        if (value := _text(item, f"{start}  ")) is None:
            return None
        values.append(value)
    return values


def _row_form(*keys: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Give the pattern of a mapping in a list in the first column, and its keys."""
    text = r"([A-Za-z0-9(./][^\n:#]*|'[^'\n]*')"
    return keys, re.compile(r"\n- " + r"\n  ".join(f"{key}: {text}" for key in keys) + r"(?=\n-|\Z)")


_ROW_FORMS: Final = (
    _row_form("word", "symbol", "source", "hgnc_symbol", "entrez"),
    _row_form("word", "source", "identifier"),
)
"""The mentions that records of the old generation hold."""


def _rows(text: str) -> list[Plain] | None:
    """Read a list of mappings of one form, whose texts take a line each; no line of it ends in a blank."""
    for keys, pattern in _ROW_FORMS:
        if rows := pattern.findall(text):
            marks = len("\n- : ") * len(keys) + sum(map(len, keys))
            if sum(map(len, chain.from_iterable(rows))) + marks * len(rows) != len(text):
                return None  # something stands between what was found
            if "'" in text:
                rows = [[value[1:-1] if value[0] == "'" else value for value in row] for row in rows]
            return [dict(zip(keys, row, strict=True)) for row in rows]
    return None
