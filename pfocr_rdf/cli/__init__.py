"""The command line: thin, and quick to start; what a command needs is imported inside it.

Exit codes: 0 done and clean; 1 done, but records were rejected or a check failed; 2 wrong usage, unreadable input or a
failed write.
"""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Final, NoReturn

import click

from pfocr_rdf import __version__
from pfocr_rdf.cli.cache import cache
from pfocr_rdf.cli.codes import codes
from pfocr_rdf.cli.convert import convert
from pfocr_rdf.cli.interrupts import Interrupted, ask_no_more, end_interrupted, hear_no_more, interrupt_behind, listen
from pfocr_rdf.cli.load import load
from pfocr_rdf.cli.query import query
from pfocr_rdf.cli.release import release
from pfocr_rdf.cli.serve import serve
from pfocr_rdf.cli.streams import drop, flush_errors, tell
from pfocr_rdf.cli.usage import called, usage_fault
from pfocr_rdf.cli.validate import validate
from pfocr_rdf.errors import ReportedError, why
from pfocr_rdf.signals import ENDING

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


def _called() -> object:
    """Call a command; an interrupt stays one where a library that clears up meanwhile fails, and its error hides it."""
    try:
        return cli.main(prog_name=_NAME, standalone_mode=False)
    except BaseException as error:
        if (found := interrupt_behind(error)) is None:
            raise
    raise found


def main() -> None:
    """Run the command line; an error of usage, input or output is one line on standard error and exit code 2."""
    try:
        _run()
    except Interrupted as error:
        hear_no_more()
        if hasattr(signal, "pthread_sigmask"):  # what comes yet would end the process as it ends
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        error.__traceback__ = None  # what its frames hold open is closed now, also where no `with` had begun yet
        left = "; ".join(getattr(error, "__notes__", ["an earlier output is as it was"]))
        tell(f"{_NAME}: interrupted; {left}")
        end_interrupted(error.args[0])
    finally:
        ask_no_more()
        flush_errors()


def _run() -> NoReturn:
    """Run the command line, and say what fails.

    Raises:
        Interrupted: when a signal asks for the end, also while an error is on its way to be said.
    """
    try:
        listen()
        code = _called()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else called(sys.argv[1:], cli, _NAME)
        _fail(usage_fault(error, command), command)
    except _BrokenOffError:
        _fail("a connection to another program broke off (broken pipe), and the work was not done; run it again")
    except ReportedError as error:
        _fail(str(error))
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        _fail(f"standard output: cannot be written: {why(error)}")


_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def _fail(message: str, command: str = _NAME) -> NoReturn:
    from pfocr_rdf.diagnostics import one_line

    hear_no_more()  # it ends now; who asks for that yet would hide what is wrong
    tell(f"{command}: {one_line(message)}")
    drop(sys.stdout)
    sys.exit(2)
