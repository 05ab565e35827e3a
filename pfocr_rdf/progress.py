"""Progress on standard error: a bar on a terminal, a line every ten seconds in a log, nothing where quiet is wanted."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO, cast

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["progress", "stages"]

Advance = Callable[[int], None]
"""Is told of records done, and of none now and again, while one takes long, or what they share is described."""

REST: Final = "all done; now what they share"

LOG_SECONDS: Final = 10.0
BAR_SECONDS: Final = 0.1


@contextmanager
def progress(total: int, *, quiet: bool = False, stream: TextIO | None = None) -> Iterator[Advance]:
    """Show progress while a block runs.

    Args:
        total: records to be done.
        quiet: whether nothing is shown.
        stream: where it is shown; standard error by default.

    Yields:
        What is to be called with the number of records done since the last call.
    """
    stream = stream or cast("TextIO | None", sys.stderr)
    if quiet or stream is None or stream.closed:  # as standard error may be
        yield lambda _: None
    elif stream.isatty():
        with _bar(total, stream) as advance:
            yield advance
    else:
        yield _log(total, stream)


@contextmanager
def _bar(total: int, stream: TextIO) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("records"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    # no thread of its own: workers are forked from this process
    bar = Progress(*columns, console=Console(file=stream), auto_refresh=False, transient=True)
    start = shown = time.monotonic()
    done = 0
    with _at(bar):
        task = bar.add_task("", total=total, rate="")

        def advance(records: int) -> None:
            nonlocal done, shown
            done += records
            now = time.monotonic()
            if now - shown >= BAR_SECONDS or (records and done >= total):
                shown = now
                rate = f"{done / max(now - start, 0.001):,.0f}/s" if done < total else REST
                bar.update(task, completed=done, rate=rate)
                with suppress(OSError, ValueError):  # the terminal is gone
                    bar.refresh()

        yield advance


@contextmanager
def _at(bar: Progress) -> Iterator[None]:
    with suppress(OSError, ValueError):  # the terminal is gone
        bar.start()
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            bar.stop()


def _log(total: int, stream: TextIO) -> Advance:
    start = shown = time.monotonic()
    done = 0

    def advance(records: int) -> None:
        nonlocal done, shown
        done += records
        now = time.monotonic()
        if now - shown >= LOG_SECONDS:
            shown = now
            rate = done / (now - start)
            remaining = f", {(total - done) / rate:,.0f} s left" if rate else ""  # the first parts may hold no figure
            left = f"{rate:,.0f}/s{remaining}" if done < total else REST
            _write(f"{done:,} of {total:,} records, {left}\n", stream)

    return advance


def stages(*, quiet: bool = False, stream: TextIO | None = None) -> Callable[[str], None]:
    """Give what is told of each stage of a run as it begins, and writes a line of it once the run takes long.

    Args:
        quiet: whether nothing is shown.
        stream: where it is shown; standard error by default.
    """
    stream = stream or cast("TextIO | None", sys.stderr)
    start = time.monotonic()

    def begin(stage: str) -> None:
        if stream is not None and not quiet and time.monotonic() - start >= LOG_SECONDS:
            _write(f"{stage}\n", stream)

    return begin


def _write(line: str, stream: TextIO) -> None:
    """Write a line; where it cannot be written, as the reader has gone or the disk is full, the work goes on."""
    with suppress(OSError, ValueError):  # the latter of a stream that was closed
        stream.write(line)
        stream.flush()
