"""The signals that ask a process to end."""

from __future__ import annotations

import signal
from typing import Final

__all__ = ["ENDING", "HANGUP"]

HANGUP: Final[signal.Signals | None] = getattr(signal, "SIGHUP", None)
"""The terminal was closed; Windows has no such signal."""

ENDING: Final = (signal.SIGINT, signal.SIGTERM, *((HANGUP,) if HANGUP is not None else ()))
"""Ctrl-C, a manager of services, and a terminal that is closed."""
