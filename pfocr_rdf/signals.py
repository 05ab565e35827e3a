"""The signals that ask a process to end."""

from __future__ import annotations

import signal
from typing import Final

__all__ = ["ENDING"]

ENDING: Final = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C, a manager of services, a terminal that is closed
    if hasattr(signal, name)  # Windows has not all
)
