r"""The YAML front matter of a record: bytes to plain values, nothing re-typed, nothing expanded.

What has the form of nearly every record is read by `plainyaml`, and whatever has not by libyaml, whose parser gives
events; each becomes a `str`, a `list` or a `dict` at once. Scalars are never resolved, so `NO`, `2E1` and `nan` stay
the gene symbols they are. Anchors, aliases and tags, which no record has, are refused before anything is built from
them, and nesting is bounded, so that hostile input costs no more than its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from yaml.cyaml import CParser  # type: ignore[attr-defined]  # PyYAML's libyaml parser, which its stubs leave out
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from pfocr_rdf.plainyaml import Plain, read_mapping

__all__ = ["MAX_BYTES", "MAX_DEPTH", "FrontMatter", "FrontMatterError", "Plain", "parse_front_matter"]

MAX_BYTES: Final = 8 * 1024 * 1024
"""The largest record or companion that is read: 8 MiB."""

MAX_DEPTH: Final = 32
"""The deepest nesting of lists and mappings that is read; real records have 3."""

_OPENING: Final = re.compile(rb"---\r?\n")
_CLOSING: Final = re.compile(rb"\n(---)\r?(?=\n|\Z)")
_SEPARATORS: Final = ("\x85", "\u2028", "\u2029")
_BOM: Final = b"\xef\xbb\xbf"


class FrontMatterError(Exception):
    """A record whose front matter cannot be read.

    Attributes:
        code: the diagnostic's code.
        line: the line in the file, from 1, or None.
        message: what is wrong.
    """

    def __init__(self, code: str, message: str = "", line: int | None = None) -> None:
        super().__init__(message or code)
        self.code = code
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of one record.

    Attributes:
        values: the top mapping.
        duplicates: keys that stand twice, with the line in the file of the second; the last value is the one kept.
        body_line: the line of the first text after the closing line, or None; records have none.
    """

    values: dict[str, Plain]
    duplicates: tuple[tuple[str, int], ...] = ()
    body_line: int | None = None


def parse_front_matter(data: bytes) -> FrontMatter:
    r"""Read the front matter of a record.

    The front matter stands between a first line and a later line that are both exactly `---` (a value may end in
    `---`, and U+2028 ends no line). A byte order mark and CRLF line ends are accepted.

    Args:
        data: the whole file, at most `MAX_BYTES` bytes of UTF-8.

    Raises:
        FrontMatterError: with the code, the line and what is wrong.

    >>> parse_front_matter(b"---\nfigid: PMC1__a\ngenes:\n- NO\n- 2E1\n---\n").values
    {'figid': 'PMC1__a', 'genes': ['NO', '2E1']}
    """
    if len(data) > MAX_BYTES:
        raise FrontMatterError("record-too-large", f"the record is larger than {MAX_BYTES // 1024 // 1024} MiB")
    data = data.removeprefix(_BOM)
    text = check_utf8(data)
    opening = _OPENING.match(data)
    if opening is None:
        raise FrontMatterError("front-matter-missing", line=1)
    closing = _CLOSING.search(data, opening.end() - 1)
    if closing is None:
        raise FrontMatterError("front-matter-unclosed", line=data.count(b"\n") + 1)
    document = data[opening.end() : closing.start(1)]
    values: Plain | None = read_mapping(document, _alone)
    duplicates: list[tuple[str, int]] = []
    if values is None:
        values, duplicates = _parse(document, any(separator in text for separator in _SEPARATORS))
    if not isinstance(values, dict):
        raise FrontMatterError("front-matter-not-mapping", line=2)
    rest = data[closing.end() :]
    body_line = None
    if rest.strip():
        before = data[: closing.end() + len(rest) - len(rest.lstrip())]
        body_line = before.count(b"\n") + 1
    return FrontMatter(values, tuple(duplicates), body_line)


def check_utf8(data: bytes) -> str:
    """Decode bytes, and refuse those that are not UTF-8.

    Raises:
        FrontMatterError: `record-not-utf8`, with the line and the first wrong byte.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FrontMatterError(
            "record-not-utf8",
            f"byte 0x{data[error.start]:02X} is not UTF-8",
            data.count(b"\n", 0, error.start) + 1,
        ) from None


def _alone(entry: bytes, level: int) -> Plain | None:
    """Give the mapping of one entry of a document, or None where the document must be parsed as a whole."""
    try:
        value, duplicates = _build(entry, {}, level)
    except (FrontMatterError, YAMLError):
        return None
    return None if duplicates else value


def _parse(text: bytes, has_separators: bool) -> tuple[Plain | None, list[tuple[str, int]]]:
    """Build the plain value of one YAML document, and its duplicate keys; `text` begins at line 2 of the file."""
    text, separators = _masked(text) if has_separators else (text, {})
    try:
        return _build(text, separators)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.problem, error.context) if part)
        raise FrontMatterError("yaml-invalid", message, mark.line + 2 if mark else None) from None
    except YAMLError as error:  # a character that YAML does not allow: libyaml's reader knows only its place
        position = getattr(error, "position", None)
        line = text.count(b"\n", 0, position) + 2 if isinstance(position, int) else None
        reason = getattr(error, "reason", None) or str(error)
        raise FrontMatterError("yaml-invalid", str(reason), line) from None


def _masked(text: bytes) -> tuple[bytes, dict[str, str]]:
    """Hide line separators from libyaml, which takes them for line ends, as YAML 1.1 has it: in a plain text the rest
    would be another key.

    Returns:
        The text with private-use characters that do not occur in it in their place, and what each stands for: a
        separator, or a separator that ends a line.
    """
    masks: dict[str, str] = {}
    used = set(text.decode())
    spare = (char for char in map(chr, range(0xE000, 0xF900)) if char not in used)
    hidden = (separator + end for separator in _SEPARATORS for end in ("\n", ""))
    for hides, mask in zip(hidden, spare, strict=False):  # a text may hold every such character
        masks[mask] = hides
        pattern = re.escape(hides[0].encode()) + (rb"(?=\r?\n)" if hides[1:] else b"")
        text = re.sub(pattern, mask.encode(), text)
    return text, masks


def _unmasked(text: str, style: str | None, masks: dict[str, str]) -> str:
    """Put line separators back. In a quoted text, YAML writers put indentation after each, which is no text, and one
    line end for a line end, which has become a blank or nothing.
    """
    for mask, hides in masks.items():
        if mask in text:
            text = re.sub(f"{mask} *", hides, text) if style in ("'", '"') else text.replace(mask, hides[0])
    return text


_ITEM: Final = True
"""Stands where a mapping's pending key would, in a list."""


def _build(document: bytes, masks: dict[str, str], level: int = 0) -> tuple[Plain | None, list[tuple[str, int]]]:
    next_event: Callable[[], Any] = CParser(document).get_event
    duplicates: list[tuple[str, int]] = []
    roots: list[Plain] = []
    container: Any = roots  # the list or mapping that is being filled
    key: Any = _ITEM  # of a mapping the pending key, or None where a key comes next
    stack: list[tuple[Any, Any]] = []
    documents = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                raise _refused(event)
            text: str = event.value
            if masks:
                text = _unmasked(text, event.style, masks)
            if key is None:
                key = text
                if text in container:
                    duplicates.append((text, event.start_mark.line + 2))
            elif key is _ITEM:
                container.append(text)
            else:
                container[key] = text
                key = None
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.anchor is not None or event.tag is not None:
                raise _refused(event)
            if key is None:
                raise FrontMatterError("yaml-invalid", "a key is a list or a mapping", event.start_mark.line + 2)
            if len(stack) + level >= MAX_DEPTH:
                raise FrontMatterError("yaml-too-deep", line=event.start_mark.line + 2)
            value: Plain = {} if kind is MappingStartEvent else []
            if key is _ITEM:
                container.append(value)
                stack.append((container, _ITEM))
            else:
                container[key] = value
                stack.append((container, None))
            container = value
            key = None if kind is MappingStartEvent else _ITEM
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            container, key = stack.pop()
        elif kind is AliasEvent:
            raise _refused(event)
        elif kind is DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise FrontMatterError("yaml-invalid", "there is a second document", event.start_mark.line + 2)
        elif kind is StreamEndEvent:
            return roots[0] if roots else None, duplicates


def _refused(event: Any) -> FrontMatterError:
    line = event.start_mark.line + 2
    if event.anchor is not None:
        return FrontMatterError("yaml-alias", f"anchor or alias {event.anchor!r}", line)
    return FrontMatterError("yaml-tag", f"tag {event.tag!r}", line)
