"""What a person can mend: an error whose message is all that they need."""

from __future__ import annotations

__all__ = ["ReportedError", "why"]


class ReportedError(Exception):
    """An error of use, input or output; its message says what is wrong, where, and what to do.

    The command line writes it as one line on standard error and ends with exit code 2; a traceback would tell no more.
    """


def why(error: OSError) -> str:
    """Say why the system refused, in words without the path."""
    if error.strerror:
        return error.strerror.lower()
    text = str(error) or type(error).__name__
    return text[:1].lower() + text[1:]  # what it holds may be data
