"""Texts that are UTF-8 read as something else: `NF-Œ∫B` for `NF-κB`.

Programs that read UTF-8 as the encoding of the old Macintosh or of Windows make two or three characters of one. Such
runs are so odd that they can be told from what people write; what they were is known, too, but it is for a curator to
say so.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["garbled"]

_ENCODINGS: Final = {"mac_roman": "Mac OS Roman", "cp1252": "Windows-1252"}


def _run(encoding: str, two: str, three: str) -> re.Pattern[str]:
    """Match what UTF-8's sequences of two and of three bytes become in an encoding.

    Args:
        encoding: its name.
        two: what their first bytes become, where they have two bytes.
        three: where they have three.
    """
    following = "".join(bytes([byte]).decode(encoding, "ignore") for byte in range(0x80, 0xC0))
    # Windows leaves five bytes undefined, which programs make controls of
    following = re.escape(following) + ("\x81\x8d\x8f\x90\x9d" if encoding == "cp1252" else "")
    return re.compile(f"(?:{two})[{following}]|{three}[{following}]{{2}}")


# Those that begin the blocks of Latin, of Greek and of punctuation and arrows. Not all that could: an ellipsis, a dash
# or a quotation mark is followed by many a letter, and a root by π; so a root must follow a letter, as in a name.
_RUNS: Final = {
    "mac_roman": _run("mac_roman", "[¬Œœ]|(?<=[A-Za-z])√", "‚"),
    "cp1252": _run("cp1252", "[ÂÃÎÏ]", "â"),
}


_FIRST: Final = "¬Œœ√‚ÂÃÎÏâ"
"""What such a run begins with; to look for these one by one is many times quicker, and nearly no text has one."""


def garbled(text: str) -> tuple[str, str, str] | None:
    """Find the first run of a text that is UTF-8 read as something else.

    Args:
        text: any text.

    Returns:
        The run, what it was, and the encoding that it was read in, or None where there is no such run.

    >>> garbled("NF-Œ∫B signalling")
    ('Œ∫', 'κ', 'Mac OS Roman')
    >>> garbled("NF-κB signalling")
    """
    if not any(map(text.__contains__, _FIRST)):
        return None
    for encoding, run in _RUNS.items():
        for found in run.finditer(text):
            try:
                was = _bytes(found[0], encoding).decode()
            except UnicodeDecodeError:
                continue
            return found[0], was, _ENCODINGS[encoding]
    return None


def _bytes(run: str, encoding: str) -> bytes:
    return b"".join(bytes([ord(char)]) if "\x80" <= char < "\xa0" else char.encode(encoding) for char in run)
