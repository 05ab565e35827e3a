"""Wrong usage in one line, as other errors are said: click itself writes four, and what is wrong stands in the last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

__all__ = ["called", "usage_fault"]


def usage_fault(error: click.UsageError, command: str) -> str:
    """Say what is wrong with the usage of a command, and where help is.

    Args:
        error: what click, or a command, found.
        command: what was called, such as `pfocr-rdf convert`.

    Example:
        >>> usage_fault(click.NoSuchOption("--jobz", possibilities=["--jobs"]), "pfocr-rdf convert")
        'no such option: --jobz; did you mean --jobs? see pfocr-rdf convert --help'
    """
    similar: Sequence[str] = getattr(error, "possibilities", None) or ()
    question = f" did you mean {_or(similar)}?" if similar else ""
    return f"{_fault(error)};{question} see {command} --help"


def called(words: Iterable[str], group: click.Group, name: str) -> str:
    """Give the command that words call, which click does not tell where an option lacks its value.

    Args:
        words: the command line, without the program.
        group: all commands.
        name: what the program is called.
    """
    command: click.Command = group
    for word in words:
        if not isinstance(command, click.Group) or word not in command.commands:
            break
        command, name = command.commands[word], f"{name} {word}"
    return name


def _fault(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"no such option: {error.option_name}"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return f"missing {error.param.param_type_name} {_named(error.param)}"
    message = error.message.removesuffix(".")
    if isinstance(error, click.BadOptionUsage):
        message = message.replace(repr(error.option_name), error.option_name)
    if isinstance(error, click.BadParameter):
        where = error.param_hint if error.param is None else _named(error.param)
        return f"{where}: {message}" if isinstance(where, str) else message
    return message[:1].lower() + message[1:]


def _named(param: click.Parameter) -> str:
    """Name an option by its long name, an argument as help does."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def _or(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
