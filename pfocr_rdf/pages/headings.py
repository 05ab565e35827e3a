"""What pages call a figure: its title, or, of one without, which figure of which paper it is.

Records number their figures in many ways (`F10`, `Fig. (1)`, `Figure 2 |`). The data keeps them as they are; pages say
`Figure 10`.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["figure_heading", "figure_place", "quoted_title"]


def figure_heading(*, title: str, type: str, number: str, paper: str, figid: str) -> str:
    """Give what stands over a figure.

    Args:
        title: its title; empty where it has none.
        type: what kind of figure it is, or empty.
        number: its number, as the record has it, or empty.
        paper: the title of its paper, or empty.
        figid: its figid.

    Example:
        >>> figure_heading(title="", type="Figure", number="F3", paper="Of mice.", figid="PMC1__a")
        'Figure 3 of “Of mice”'
        >>> figure_heading(title="", type="Figure", number="F3", paper="", figid="PMC1__a")
        'PMC1__a'
    """
    return title or (f"{figure_place(type, number)} of {quoted_title(paper)}" if paper else figid)


def quoted_title(title: str) -> str:
    """Give the title of a paper within a sentence: in quotation marks, without the full stop that many end with.

    >>> quoted_title("Of mice .")
    '“Of mice”'
    """
    return f"“{title.strip().removesuffix('.').rstrip()}”"


def figure_place(type: str, number: str) -> str:
    """Say which figure of its paper a figure is.

    Letters before the digits are left out where they say the type again: a word of it, its beginning (`Fig.`), or the
    first letters of its words (`F10`, and `SF1` of a supplemental figure). Others are a part of the number: a figure
    `S2` is not the second figure.

    Args:
        type: what kind of figure it is, or empty.
        number: its number, as the record has it, or empty.

    Example:
        >>> figure_place("Figure", "F10"), figure_place("Figure", "Fig. (1)"), figure_place("Figure", "FIGURE 5:")
        ('Figure 10', 'Figure 1', 'Figure 5')
        >>> figure_place("Scheme", "S2"), figure_place("Figure", "Fig. S2"), figure_place("Figure", "")
        ('Scheme 2', 'Figure S2', 'A figure')
        >>> figure_place("Figure", "CENTRAL ILLUSTRATION")
        'Central illustration'
    """
    number = number.strip(_AROUND)
    if not number:
        return f"A {type.lower()}" if type else "A figure"
    if _NAME.fullmatch(number):
        return number.capitalize() if number.isupper() else number
    kind = type or "Figure"
    sayings = (*kind.lower().split(), "".join(word[0] for word in kind.lower().split()))
    while len(number) <= LONGEST and (found := _NUMBERED.fullmatch(number)) is not None:
        before, rest = found.groups(default="")
        if rest == number or (before and not any(saying.startswith(before.lower()) for saying in sayings)):
            break
        number = rest
    return f"{kind} {number}"


LONGEST: Final = 40
"""Characters of a number that is looked into; of what is longer, the expression below would try every cut."""

_AROUND: Final = " \t\n|:.,;"
"""What may stand around a number and is no part of it."""

_NAME: Final = re.compile(r"[^\W\d_]{5,}(?:[ -][^\W\d_]+)*")
"""A name in the place of a number, such as `Graphical abstract`: words, and not a letter or a Roman number alone."""

_NUMBERED: Final = re.compile(r"(?:([^\W\d_]+)[.\s]*)?\(?([^\s()]*\d[^\s()]*)\)?")
"""A number, perhaps in brackets, and the letters before it."""
