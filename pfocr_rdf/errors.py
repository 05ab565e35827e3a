"""What a person can mend: an error whose message is all that they need."""

from __future__ import annotations

__all__ = ["ReportedError"]


class ReportedError(Exception):
    """An error of use, input or output; its message says what is wrong, where, and what to do.

    The command line writes it as one line on standard error and ends with exit code 2; a traceback would tell no more.
    """
