"""Signals that ask a command to end, as an exception that comes once, and is not lost."""

from __future__ import annotations

import atexit
import math
import os
import signal
import sys
import time
import weakref
from contextlib import suppress
from functools import partial
from typing import Final, NoReturn

from pfocr_rdf.signals import HANGUP

__all__ = ["Interrupted", "ask_no_more", "end_interrupted", "hear_no_more", "interrupt_behind", "listen"]

CLEARING: Final = 3.0
"""Seconds in which one who was asked to end is not asked again."""

AGAIN: Final = 1.0
"""Seconds after which it is asked whether an interrupt was lost."""

_asked = -math.inf
"""When the process was asked last."""

_code: int | None = None
"""The exit code of a process that was interrupted, once all is cleared up."""


class Interrupted(BaseException):
    """The process was asked to end by a signal, whose number it carries; notes say what is left behind.

    It is no `KeyboardInterrupt`, on which click writes an empty line.
    """


def listen() -> None:
    """Let signals that ask the process to end raise `Interrupted`; what is ignored, as with nohup, stays ignored."""
    global _asked, _code
    _asked, _code = -math.inf, None
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):
        signal.signal(signal.SIGINT, _interrupt)
    if HANGUP is not None and signal.getsignal(HANGUP) is signal.SIG_DFL:
        signal.signal(HANGUP, _interrupt)


def _interrupt(signum: int, frame: object) -> None:
    """Ask the process to end, once: Ctrl-C is pressed again while things are cleared up, and the shell of a terminal
    that is closed sends what the terminal has sent. Where it is lost, in code that lets no exception out, as some does
    while modules are imported, it comes again.
    """
    global _asked
    now = time.monotonic()
    if now - _asked < CLEARING:
        return
    _asked = now
    sys.unraisablehook = _let_be
    _raise(signum)


def _raise(signum: int) -> NoReturn:
    """Raise an interrupt, and have it asked after `AGAIN` seconds whether it was lost."""
    error = Interrupted(signum)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, partial(_come_again, signum, weakref.ref(error)))
        signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
    try:
        raise error
    finally:
        del error  # which this frame would keep


def _come_again(signum: int, raised: weakref.ref[Interrupted], *_: object) -> None:
    """Raise an interrupt again that was lost; as long as it is there, it is on its way, and things are cleared up."""
    if raised() is None:
        _raise(signum)


def _let_be(_: object) -> None:
    """Say nothing of what cannot be raised: a pool of processes that is torn down in the middle complains."""


def interrupt_behind(error: BaseException) -> Interrupted | None:
    """Find the interrupt that an error is, or while which it came, as when a library that clears up fails."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, Interrupted):
        found = found.__context__
    return found


def ask_no_more() -> None:
    """Let no lost interrupt come again, which would end the process as it ends."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def hear_no_more() -> None:
    """Let no interrupt come any more, for the process ends already."""
    global _asked
    _asked = math.inf
    ask_no_more()


def end_interrupted(signum: int) -> NoReturn:
    """End the process as shells tell it of the signal, once what Python does at its end is done.

    The system's own end of a program would go on to wait for what libraries have under way, such as Oxigraph that puts
    a large store's files together.
    """
    global _code
    _code = 128 + signum
    sys.exit(_code)


def _leave() -> None:
    if _code is not None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # a closed one, or none
                stream.flush()
        os._exit(_code)


atexit.register(_leave)  # called after those of all that commands import, as it is registered before
