"""Wrong usage of the command line: one line that says what is wrong, where, and what to do; exit code 2."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from commands import inside
from pfocr_rdf.cli import cli


def leaves(
    command: click.Command = cli, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The commands that do something, each with the words that call it."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    for name, inner in command.commands.items():
        yield from leaves(inner, (*words, name))


COMMANDS = dict(leaves())
OPTIONS = [
    (words, option)
    for words, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option) and not option.is_flag
]
"""Those that take a value, each with the words that call its command."""

every_command = pytest.mark.parametrize("words", [*COMMANDS, ("cache",), ()], ids=" ".join)


def said(*words: str) -> str:
    """What is said of wrong usage: a line."""
    done = inside(*words)
    assert (done.returncode, done.stdout) == (2, b"")
    text = done.stderr.decode()
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return text.removesuffix("\n")


def about(words: tuple[str, ...], fault: str) -> str:
    """The line for a fault in the use of a command."""
    command = " ".join(("pfocr-rdf", *words))
    return f"{command}: {fault}{'' if fault.endswith('?') else ';'} see {command} --help"


def long_name(option: click.Option) -> str:
    return max(option.opts, key=len)


def test_there_are_the_commands_of_the_readme() -> None:
    assert sorted({words[0] for words in COMMANDS}) == [
        "cache", "codes", "convert", "load", "query", "release", "serve", "validate",
    ]  # fmt: skip


@every_command
def test_an_unknown_option_is_named(words: tuple[str, ...]) -> None:
    assert said(*words, "--zzz") == about(words, "no such option: --zzz")
    assert said(*words, "-Z") == about(words, "no such option: -Z")


@pytest.mark.parametrize("words", [words for words in COMMANDS if words != ("codes",)], ids=" ".join)
def test_what_is_missing_is_named(words: tuple[str, ...]) -> None:
    """All commands but `codes` need to be told on what they work."""
    line = said(*words)
    missing = next((param for param in COMMANDS[words].params if param.required), None)
    if isinstance(missing, click.Option):
        assert line == about(words, f"missing option {long_name(missing)}")
    elif missing is not None:
        assert line == about(words, f"missing argument {missing.human_readable_name}")
    else:
        assert line == about(words, "give one query: a NAME of `pfocr-rdf query --list`, a FILE.rq, or -e QUERY")


@pytest.mark.parametrize(("words", "option"), OPTIONS, ids=str)
def test_an_option_without_its_value_is_named(words: tuple[str, ...], option: click.Option) -> None:
    name = long_name(option)
    assert said(*words, name) == about(words, f"option {name} requires an argument")


@pytest.mark.parametrize(
    ("words", "option"), [(words, option) for words, option in OPTIONS if option.type is not click.STRING], ids=str
)
def test_a_bad_value_is_named_with_its_option(words: tuple[str, ...], option: click.Option) -> None:
    for value in ("bad", "a\nb", ""):
        line = said(*words, long_name(option), value)
        assert line.startswith(f"pfocr-rdf {' '.join(words)}: {long_name(option)}: {value!r} ")
        assert line.endswith(f"; see pfocr-rdf {' '.join(words)} --help")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ("convert", "x", "--jobz", "3"),
            "pfocr-rdf convert: no such option: --jobz; did you mean --jobs? see pfocr-rdf convert --help",
        ),
        (
            ("convert", "x", "--as"),
            "pfocr-rdf convert: no such option: --as; did you mean --dask, --as-is or --jobs? "
            "see pfocr-rdf convert --help",
        ),
        (
            ("convert", "x", "--a\nb"),
            "pfocr-rdf convert: no such option: --a\\nb; see pfocr-rdf convert --help",
        ),
        (
            ("convert", "x", "-j", "0"),
            "pfocr-rdf convert: --jobs: 0 is not in the range x>=1; see pfocr-rdf convert --help",
        ),
        (
            ("convert", "x", "--quiet=3"),
            "pfocr-rdf convert: option --quiet does not take a value; see pfocr-rdf convert --help",
        ),
        (
            ("convert", "x", "--image-url", "y"),
            "pfocr-rdf convert: --image-url: 'y' gives no IRI: No scheme found in an absolute IRI; "
            "see pfocr-rdf convert --help",
        ),
        (
            ("convert", "x", "--image-url", "http://y/{pmcid}"),
            "pfocr-rdf convert: --image-url: 'http://y/{pmcid}' gives all images one IRI: it has no field {filename}; "
            "see pfocr-rdf convert --help",
        ),
        (
            ("release", "x", "y", "--version", "1", "--issued", "30.11.2026"),
            "pfocr-rdf release: --issued: '30.11.2026' is no date of the form YYYY-MM-DD; see pfocr-rdf release --help",
        ),
        (
            ("load", "x"),
            "pfocr-rdf load: give the store: --store DIR or --endpoint URL or --virtuoso HOST:PORT; "
            "see pfocr-rdf load --help",
        ),
        (
            ("load", "x", "--store", "y", "--graph", "z"),
            "pfocr-rdf load: --graph: 'z' is no IRI; give one such as https://pfocr.wikipathways.org/; "
            "see pfocr-rdf load --help",
        ),
        (
            ("query", "a", "b"),
            "pfocr-rdf query: got unexpected extra argument (b); see pfocr-rdf query --help",
        ),
        (
            ("codes", "figid"),
            "pfocr-rdf codes: CODE: 'figid' is no code; there is figid-missing, figid-invalid, figid-duplicate, "
            "figid-differs; see pfocr-rdf codes --help",
        ),
        (
            ("codes", "yaml-anchors"),
            "pfocr-rdf codes: CODE: 'yaml-anchors' is no code; there is yaml-alias, yaml-tag; "
            "see pfocr-rdf codes --help",
        ),
        (
            ("codes", "X"),
            "pfocr-rdf codes: CODE: 'X' is no code; `pfocr-rdf codes` lists them; see pfocr-rdf codes --help",
        ),
        (
            ("serve", "--store", "x", "--bind", "y"),
            "pfocr-rdf serve: --bind: 'y' is no address; give HOST:PORT, such as 127.0.0.1:7878; "
            "see pfocr-rdf serve --help",
        ),
        (
            ("cache", "info", "a", "b"),
            "pfocr-rdf cache info: got unexpected extra argument (b); see pfocr-rdf cache info --help",
        ),
    ],
    ids=lambda given: " ".join(given).replace("\n", " ") if isinstance(given, tuple) else "",
)
def test_a_line_says_what_is_wrong_where_and_what_to_do(words: tuple[str, ...], line: str) -> None:
    assert said(*words) == line


@pytest.mark.parametrize("words", [(), ("cache",)], ids=["pfocr-rdf", "cache"])
def test_an_unknown_command_is_named(words: tuple[str, ...]) -> None:
    assert said(*words, "frobnicate") == about(words, "no such command 'frobnicate'")


@pytest.mark.parametrize("words", [(), ("cache",)], ids=["pfocr-rdf", "cache"])
def test_without_a_command_there_is_the_help(words: tuple[str, ...]) -> None:
    done = inside(*words)
    assert (done.returncode, done.stderr) == (2, inside(*words, "--help").stdout)
