r"""Text as a terminal may show it: what it would obey instead (control characters, turns of direction) is escaped.

Words that were read from figures, or come from an endpoint, may hold anything.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import IO, Final

__all__ = ["Harmless", "harmless"]

_UNSEEN: Final = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))
_LAYOUT: Final = re.compile(r"\r?\n|\t")
"""What lays lines and columns out, in formats of many lines."""


def harmless(text: str) -> str:
    r"""Escape what is no visible character: line ends, control characters, what turns the direction of writing.

    >>> harmless("a\n\x1b[31m\u202eb")
    'a\\n\\x1b[31m\\u202eb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _UNSEEN else character
        for character in text
    )


class Harmless:
    r"""A terminal that is written to as a file is, and gets nothing that it would obey but line ends and tabs.

    Args:
        terminal: takes the bytes.

    Example:
        >>> from io import BytesIO
        >>> terminal = BytesIO()
        >>> Harmless(terminal).write(b"a\tb\r\n\x1b[31m\r")
        11
        >>> terminal.getvalue()
        b'a\tb\n\\x1b[31m'
    """

    __slots__ = ("_decoder", "_terminal", "_waiting")

    def __init__(self, terminal: IO[bytes]) -> None:
        self._terminal = terminal
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._waiting = ""

    def write(self, data: bytes) -> int:
        """Write text in UTF-8, of which a character or a line end may be cut; its rest comes with the next part."""
        text = self._waiting + self._decoder.decode(data)
        self._waiting = "\r" if text.endswith("\r") else ""
        self._show(text.removesuffix("\r"))
        return len(data)

    def finish(self) -> None:
        """Write what waits for a rest that does not come."""
        self._show(self._waiting + self._decoder.decode(b"", final=True))
        self._waiting = ""

    def flush(self) -> None:
        """Let the terminal show what it has."""
        self._terminal.flush()

    def _show(self, text: str) -> None:
        shown = []
        end = 0
        for layout in _LAYOUT.finditer(text):
            shown += [harmless(text[end : layout.start()]), layout[0][-1]]
            end = layout.end()
        self._terminal.write("".join((*shown, harmless(text[end:]))).encode())
