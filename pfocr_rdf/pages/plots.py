"""Plots as figures to draw: where each bar is and how long, so that a template need only write it as SVG.

What runs across a plot is in per cent and what runs down in pixels, so that text keeps its size on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Bar", "BarPlot", "Column", "ColumnPlot", "GridLine", "bar_plot", "column_plot"]

HEIGHT: Final = 170
"""Pixels of the longest column."""

HEADROOM: Final = 16
"""Pixels above it, for the text of the highest line."""

ROW: Final = 34
"""Pixels of a bar with its text."""

LABELS: Final = 6
"""Labels under columns, at most: more do not fit a phone."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        label: what it stands for.
        value: how much.
        left: where it begins, per cent.
        width: how wide it is, per cent.
        top: where it begins, pixels.
        height: how high it is, pixels.
        tick: what is written under it, or empty.
    """

    label: str
    value: int
    left: float
    width: float
    top: float
    height: float
    tick: str


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line across, with its value."""

    value: int
    top: float


@dataclass(frozen=True, slots=True)
class ColumnPlot:
    """Columns beside each other.

    Attributes:
        columns: the columns.
        grid: the lines across.
        base: where the columns stand, pixels.
        height: the height of the whole with what is written under the columns, pixels.
    """

    columns: tuple[Column, ...]
    grid: tuple[GridLine, ...]
    base: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its text above.

    Attributes:
        label: what it stands for, cut where it would not fit.
        value: how much.
        top: where its text begins, pixels.
        width: how long it is, per cent.
    """

    label: str
    value: int
    top: float
    width: float


@dataclass(frozen=True, slots=True)
class BarPlot:
    """Bars under each other.

    Attributes:
        bars: the bars.
        height: the height of the whole, pixels.
    """

    bars: tuple[Bar, ...]
    height: float


def column_plot(values: Sequence[tuple[str, int]], ticks: Sequence[str] | None = None) -> ColumnPlot:
    """Lay out columns.

    Args:
        values: labels and values, none below 0.
        ticks: what may be written under the columns, where it is not the labels.

    Example:
        >>> plot = column_plot([("2019", 3), ("2020", 6)])
        >>> [(column.left, column.height) for column in plot.columns], [line.value for line in plot.grid]
        ([(7.5, 85.0), (57.5, 170.0)], [2, 4, 6])
    """
    names = list(ticks) if ticks is not None else [label for label, _ in values]
    most = max((value for _, value in values), default=0)
    base = HEADROOM + HEIGHT
    room = 100 / max(len(values), 1)
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if len(values) <= step * LABELS)
    columns = []
    for index, (label, value) in enumerate(values):
        height = round(HEIGHT * value / most, 1) if most else 0.0
        columns.append(
            Column(
                label=label,
                value=value,
                left=round(room * (index + 0.15), 2),
                width=round(room * 0.7, 2),
                top=base - height,
                height=height,
                tick=names[index] if _is_marked(names, index, every) else "",
            )
        )
    step = _step(most)
    grid = tuple(GridLine(value, round(base - HEIGHT * value / most, 1)) for value in range(step, most + 1, step))
    return ColumnPlot(tuple(columns), grid, base, base + 24)


def _is_marked(names: Sequence[str], index: int, every: int) -> bool:
    """Tell whether a label is written: of years, the round ones."""
    name = names[index]
    return int(name) % every == 0 if all(map(str.isdigit, names)) else index % every == 0


def _step(most: int) -> int:
    """Give the distance of lines: 1, 2 or 5 times a power of ten, for at most four lines."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if most <= 4 * step:
                return step
        power *= 10


def bar_plot(values: Sequence[tuple[str, int]]) -> BarPlot:
    """Lay out bars.

    Args:
        values: labels and values, none below 0.

    Example:
        >>> [(bar.label, bar.width) for bar in bar_plot([("AKT1", 40), ("TP53", 30)]).bars]
        [('AKT1', 100.0), ('TP53', 75.0)]
    """
    most = max((value for _, value in values), default=0)
    bars = tuple(
        Bar(
            label=label if len(label) <= LONGEST else label[: LONGEST - 1] + "…",
            value=value,
            top=ROW * index,
            width=round(100 * value / most, 2) if most else 0.0,
        )
        for index, (label, value) in enumerate(values)
    )
    return BarPlot(bars, ROW * len(bars))


LONGEST: Final = 30
"""Characters of a bar's label that fit a phone beside the value."""
