"""What commands say: results on standard output, all else on standard error."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from pfocr_rdf.diagnostics import Diagnostic

__all__ = ["drop", "flush_errors", "say", "show_error", "tell"]


def say(text: str) -> None:
    """Write a line to standard output.

    Raises:
        ReaderGoneError: when nobody reads it any more.
    """
    from pfocr_rdf.output import to_reader

    with to_reader():
        click.echo(text)


def tell(text: str) -> None:
    """Write a line to standard error.

    Where that cannot be written, as its reader has gone or its disk is full, the work goes on in silence.
    """
    try:
        click.echo(text, err=True)
    except (OSError, ValueError):  # the latter of a stream that was closed
        drop(sys.stderr)


def show_error(diagnostic: Diagnostic) -> None:
    """Write a diagnostic to standard error if it is an error; the report has the others."""
    if diagnostic.level == "error":
        # standard error may be closed; on a terminal, a bar may stand on the line
        over = "\r\x1b[K" if sys.stderr is not None and sys.stderr.isatty() else ""
        tell(f"{over}{diagnostic}")


def flush_errors() -> None:
    """Write what is left for standard error; where that fails, the process does not, as it ends."""
    if sys.stderr is not None:
        try:
            sys.stderr.flush()
        except (OSError, ValueError):
            drop(sys.stderr)


def drop(*streams: TextIO | None) -> None:
    """Let nothing be written any more to streams, which would fail again as the process ends."""
    for stream in streams:
        if stream is not None:
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
