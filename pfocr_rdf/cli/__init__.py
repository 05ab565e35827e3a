"""The command line: thin, and quick to start; what a command needs is imported inside it.

Exit codes: 0 done and clean; 1 done, but records were rejected or a check failed; 2 wrong usage, unreadable input or a
failed write.
"""

from __future__ import annotations

import errno
import math
import os
import signal
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Final, NoReturn, TextIO

import click

from pfocr_rdf import __version__
from pfocr_rdf.cli.cache import cache
from pfocr_rdf.cli.codes import codes
from pfocr_rdf.cli.convert import convert
from pfocr_rdf.cli.load import load
from pfocr_rdf.cli.query import query
from pfocr_rdf.cli.release import release
from pfocr_rdf.cli.serve import serve
from pfocr_rdf.cli.usage import called, usage_fault
from pfocr_rdf.cli.validate import validate
from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.signals import ENDING, HANGUP

__all__ = ["cli", "main"]

_NAME: Final = "pfocr-rdf"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name=_NAME)
def cli() -> None:
    """Turn the Pathway Figure OCR database (PFOCR) into linked data."""


class _BrokenOffError(Exception):
    """A pipe or connection broke that is no output; no `OSError`, which click would take for an output's end."""


def _telling_pipes_apart(run: Callable[..., object]) -> Callable[..., object]:
    """Let what a command does end in silence only where the reader of its output has gone, as with `| head`."""

    @wraps(run)
    def told(*arguments: object, **options: object) -> object:
        from pfocr_rdf.output import ReaderGoneError

        try:
            return run(*arguments, **options)
        except ReaderGoneError:  # click ends with 1
            raise
        except BrokenPipeError as error:
            raise _BrokenOffError from error

    return told


for _command in (convert, validate, load, query, serve, release, codes, cache):
    for _leaf in _command.commands.values() if isinstance(_command, click.Group) else (_command,):
        assert _leaf.callback is not None
        _leaf.callback = _telling_pipes_apart(_leaf.callback)
    cli.add_command(_command)


class _Interrupted(BaseException):
    """The process was asked to end by a signal; no `KeyboardInterrupt`, on which click writes an empty line."""


CLEARING: Final = 3.0
"""Seconds in which one who was asked to end is not asked again."""

_asked = -math.inf


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
    error = _Interrupted(signum)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, partial(_come_again, signum, weakref.ref(error)))
        signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
    try:
        raise error
    finally:
        del error  # which this frame would keep


def _come_again(signum: int, raised: weakref.ref[_Interrupted], *_: object) -> None:
    """Raise an interrupt again that was lost; as long as it is there, it is on its way, and things are cleared up."""
    if raised() is None:
        _raise(signum)


def _let_be(_: object) -> None:
    """Say nothing of what cannot be raised: a pool of processes that is torn down in the middle complains."""


AGAIN: Final = 1.0
"""Seconds after which it is asked whether an interrupt was lost."""


def _ask_no_more() -> None:
    """Let no lost interrupt come again, which would end the process as it ends."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def _called() -> object:
    """Call a command; an interrupt stays one where a library that clears up meanwhile fails, and its error hides it."""
    try:
        return cli.main(prog_name=_NAME, standalone_mode=False)
    except BaseException as error:
        found: BaseException | None = error
        while found is not None and not isinstance(found, _Interrupted):
            found = found.__context__
        if found is None:
            raise
    raise found


def main() -> None:
    """Run the command line; an error of usage, input or output is one line on standard error and exit code 2."""
    global _asked
    _asked = -math.inf
    try:
        _run()
    except _Interrupted as error:
        _asked = math.inf
        _ask_no_more()
        if hasattr(signal, "pthread_sigmask"):  # what comes yet would end the process as it ends
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        error.__traceback__ = None  # what its frames hold open is closed now, also where no `with` had begun yet
        left = "; ".join(getattr(error, "__notes__", ["an earlier output is as it was"]))
        try:
            click.echo(f"{_NAME}: interrupted; {left}", err=True)
        except OSError:  # the terminal is closed, and shows nothing
            _drop(sys.stdout, sys.stderr)
        sys.exit(128 + error.args[0])
    finally:
        _ask_no_more()


def _run() -> NoReturn:
    """Run the command line, and say what fails.

    Raises:
        _Interrupted: when a signal asks for the end, also while an error is on its way to be said.
    """
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):  # else it is ignored
            signal.signal(signal.SIGINT, _interrupt)
        if HANGUP is not None and signal.getsignal(HANGUP) is signal.SIG_DFL:
            signal.signal(HANGUP, _interrupt)
        code = _called()
        _ask_no_more()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else called(sys.argv[1:], cli, _NAME)
        _fail(usage_fault(error, command), command)
    except _BrokenOffError:
        try:
            _fail("a connection to another program broke off (broken pipe), and the work was not done; run it again")
        except BrokenPipeError:  # it was standard error, whose reader has gone
            _drop(sys.stdout, sys.stderr)
            sys.exit(1)
    except ReportedError as error:
        _fail(str(error))
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        _fail(f"standard output: cannot be written: {why(error)}")


_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def _fail(message: str, command: str = _NAME) -> NoReturn:
    from pfocr_rdf.diagnostics import one_line

    global _asked
    _asked = math.inf  # it ends now; who asks for that yet would hide what is wrong
    _ask_no_more()
    click.echo(f"{command}: {one_line(message)}", err=True)
    _drop(sys.stdout)
    sys.exit(2)


def _drop(*streams: TextIO | None) -> None:
    """Let nothing be written any more to streams, which would fail again as the process ends."""
    for stream in streams:
        if stream is not None:
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
