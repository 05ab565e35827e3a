"""The command line: thin, and quick to start; what a command needs is imported inside it.

Exit codes: 0 done and clean; 1 done, but records were rejected or a check failed; 2 wrong usage, unreadable input or a
failed write.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from pfocr_rdf import __version__

if TYPE_CHECKING:
    from pfocr_rdf.conversion import Counts

__all__ = ["main"]

FORMAT_NAMES: Final = ("turtle", "ntriples")
REPORT_NAMES: Final = ("text", "json", "turtle")
ENGINE_NAMES: Final = ("pyshacl", "turbo")

F = TypeVar("F", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pfocr-rdf")
def cli() -> None:
    """Turn the Pathway Figure OCR database (PFOCR) into linked data."""


def mapping_options(command: F) -> F:
    """Add the options of the mapping, which every command that reads records has."""
    for option in (
        click.option(
            "--created-on",
            metavar="DATE",
            type=click.DateTime(["%Y-%m-%d"]),
            help="Date of the data (YYYY-MM-DD), for the description of the dataset; left out where not given.",
        ),
        click.option(
            "--image-url",
            metavar="TEMPLATE",
            help="Where images are: an IRI with the fields {pmcid} and {filename}.  [default: Europe PMC]",
        ),
        click.option(
            "--taxonomy",
            metavar="FILE",
            help="NCBI Taxonomy's names.dmp, to resolve organism names that are not known.",
        ),
        click.option(
            "--schema-org",
            type=click.Choice(["http", "https"]),
            default="http",
            show_default=True,
            help="Spelling of schema.org's namespace in the whole output.",
        ),
        click.option("--as-is", is_flag=True, help="Leave the JSON-LD template's values as they stand, unrepaired."),
    ):
        command = option(command)
    return command


@cli.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", default="-", help="Output file, - for standard output.  [default: -]")
@click.option(
    "-f",
    "--format",
    type=click.Choice(FORMAT_NAMES),
    help="Output format.  [default: by the output's name, else turtle]",
)
@click.option("--report", metavar="FILE", help="Write every diagnostic as a line of JSON to FILE.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no table at the end; errors are still shown.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1), help="Worker processes.  [default: all cores]")
@click.option("--cache", metavar="DIR", help="Keep results in DIR; a re-run converts only what changed.")
@click.option("--dask", metavar="ADDRESS", help="Run on a Dask cluster, by its scheduler's address.")
@click.option("--validate", is_flag=True, help="Check the output against PFOCR's shapes; violations are errors.")
@mapping_options
def convert(
    inputs: tuple[str, ...],
    output: str,
    format: str | None,
    report: str | None,
    quiet: bool,
    jobs: int | None,
    cache: str | None,
    dask: str | None,
    validate: bool,
    **mapping: Any,
) -> None:
    """Convert PFOCR records to RDF.

    INPUT is a database checkout (with _figures, _data, _organisms) or an archive of one (.zip, .tar.gz), a folder of
    records, record files, or - for one record on standard input. Companions, maps and organism pages are found beside
    _figures by themselves. The output is the same for any number of workers, with a cache and without.

    \b
    Example:
      pfocr-rdf convert examples -o examples.ttl --report report.jsonl
    """  # noqa: D301 - \b is click's mark, a backspace, for lines to be left as they are
    import pfocr_rdf
    from pfocr_rdf.diagnostics import Diagnostic
    from pfocr_rdf.workers import tune_collector

    def show(diagnostic: Diagnostic) -> None:
        if diagnostic.level == "error":
            click.echo(str(diagnostic), err=True)

    tune_collector()
    counts = pfocr_rdf.convert(
        inputs,
        output,
        format=format or format_of(output),
        settings=settings_of(mapping),
        taxonomy=mapping["taxonomy"],
        report_file=report,
        report=show,
        jobs=jobs or cores(),
        dask=dask,
        cache=cache,
        validate=validate,
        quiet=quiet,
    )
    if not quiet:
        summarize(counts)
    if any(pfocr_rdf.CODES[code].level == "error" for code in counts.codes):
        sys.exit(1)


@cli.command()
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("--shapes", metavar="DIR", help="Check the shapes in DIR (*.ttl), too.")
@click.option("--instead", is_flag=True, help="Check the shapes of --shapes instead of PFOCR's.")
@click.option("--report", metavar="FILE", default="-", help="Report file, - for standard output.  [default: -]")
@click.option(
    "-f",
    "--format",
    type=click.Choice(REPORT_NAMES),
    help="Format of the report.  [default: by the report's name, else text]",
)
@click.option("--strict", is_flag=True, help="Let warnings fail, too, not violations alone.")
@click.option("--part", is_flag=True, help="INPUT is a part of a dump: leave out what only the whole can show.")
@click.option(
    "--engine", type=click.Choice(ENGINE_NAMES), default="pyshacl", show_default=True, help="What checks the shapes."
)
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1), help="Worker processes.  [default: all cores]")
@click.option("-q", "--quiet", is_flag=True, help="No progress, and no line at the end.")
@mapping_options
def validate(
    inputs: tuple[str, ...],
    shapes: str | None,
    instead: bool,
    report: str,
    format: str | None,
    strict: bool,
    part: bool,
    engine: str,
    jobs: int | None,
    quiet: bool,
    **mapping: Any,
) -> None:
    """Check records, or files of RDF, against PFOCR's shapes.

    INPUT is what `convert` takes, which is converted on the way, or one or more files in Turtle or N-Triples (.ttl,
    .nt, also .gz), which together are one graph, in any order. Exit code 0 when nothing is violated, else 1.

    \b
    Example:
      pfocr-rdf validate examples --report report.jsonl
      pfocr-rdf validate examples.ttl --strict
    """  # noqa: D301 - as above
    import pfocr_rdf
    from pfocr_rdf.diagnostics import Diagnostic
    from pfocr_rdf.results import summary
    from pfocr_rdf.workers import tune_collector

    if instead and shapes is None:
        raise click.UsageError("--instead needs --shapes: give the folder of the shapes")

    def show(diagnostic: Diagnostic) -> None:
        if diagnostic.level == "error":
            click.echo(str(diagnostic), err=True)

    tune_collector()
    verdict = pfocr_rdf.validate(
        inputs,
        shapes=shapes,
        instead=instead,
        engine=engine,
        part=part,
        settings=settings_of(mapping),
        taxonomy=mapping["taxonomy"],
        diagnostics=show,
        report_file=report,
        format=format or report_format_of(report),
        jobs=jobs or cores(),
        quiet=quiet,
    )
    if not quiet:
        click.echo(summary(verdict), err=True)
    if not verdict.valid(strict=strict) or any(pfocr_rdf.CODES[code].level == "error" for code in verdict.codes):
        sys.exit(1)


def report_format_of(report: str) -> str:
    """Give the format that a report's name asks for."""
    for ending, name in ((".jsonl", "json"), (".json", "json"), (".ttl", "turtle")):
        if report.removesuffix(".gz").endswith(ending):
            return name
    return "text"


def cores() -> int:
    """Give the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def format_of(output: str) -> str:
    """Give the format that an output's name asks for."""
    return "ntriples" if output.removesuffix(".gz").endswith(".nt") else "turtle"


def settings_of(mapping: dict[str, Any]) -> Any:
    """Make the settings of the mapping from the options of `mapping_options`."""
    from pfocr_rdf.iris import IMAGE_URL
    from pfocr_rdf.mapping import Settings

    settings = Settings(
        schema_org=mapping["schema_org"],
        as_is=mapping["as_is"],
        image_url=mapping["image_url"] or IMAGE_URL,
        created_on=mapping["created_on"].date().isoformat() if mapping["created_on"] else None,
    )
    try:
        settings.check()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--image-url") from None
    return settings


def number(count: int, noun: str) -> str:
    """Give a number with its noun.

    >>> number(1, "record"), number(1200, "record")
    ('1 record', '1,200 records')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def summarize(counts: Counts) -> None:
    """Write what was done, and the table of diagnostics by code, to standard error."""
    from pfocr_rdf.diagnostics import level_counts, summary_lines

    levels = level_counts(counts.codes)
    click.echo(
        f"{number(counts.records, 'record')}, {number(counts.figures, 'figure')}, {number(counts.triples, 'triple')}; "
        f"{number(levels['error'], 'error')}, {number(levels['warning'], 'warning')}, {number(levels['info'], 'note')}",
        err=True,
    )
    for line in summary_lines(counts.codes):
        click.echo(line, err=True)


@cli.command()
@click.argument("names", metavar="[CODE]...", nargs=-1)
def codes(names: tuple[str, ...]) -> None:
    """List the codes of diagnostics: level, meaning, and what to do.

    \b
    Example:
      pfocr-rdf codes figid-invalid
    """  # noqa: D301 - as above
    from pfocr_rdf.diagnostics import CODES

    for name in names:
        if name not in CODES:
            raise click.BadParameter(f"{name!r} is no code; `pfocr-rdf codes` lists them", param_hint="CODE")
    for name in names or CODES:
        code = CODES[name]
        click.echo(f"{code.name} ({code.level})\n    {code.meaning}\n    {code.action}")


@cli.group()
def cache() -> None:
    """Look into the cache of `convert --cache`, or clear it."""


@cache.command("info")
@click.argument("folder", metavar="DIR")
def cache_info(folder: str) -> None:
    """Say how many results a cache holds, and how large it is.

    \b
    Example:
      pfocr-rdf cache info pfocr-cache
    """  # noqa: D301
    from pfocr_rdf.cache import cache_entries

    sizes = [path.stat().st_size for path in cache_entries(folder)]
    click.echo(f"{len(sizes):,} results, {sum(sizes) / 1_000_000:,.1f} MB")


@cache.command("clear")
@click.argument("folder", metavar="DIR")
def cache_clear(folder: str) -> None:
    """Delete the results in a cache.

    \b
    Example:
      pfocr-rdf cache clear pfocr-cache
    """  # noqa: D301
    from pfocr_rdf.cache import clear_cache

    click.echo(f"{clear_cache(folder):,} results deleted")


class _Interrupted(BaseException):
    """The process was asked to end by a signal; no `KeyboardInterrupt`, on which click writes an empty line."""


def _interrupt(signum: int, frame: object) -> None:
    raise _Interrupted(signum)


def main() -> None:
    """Run the command line; an error of input or output is one line on standard error and exit code 2."""
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored, as with nohup
        signal.signal(signal.SIGINT, _interrupt)
    try:
        code = cli.main(prog_name="pfocr-rdf", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of standard output is gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except _Interrupted as error:
        click.echo("pfocr-rdf: interrupted; an earlier output is as it was", err=True)
        sys.exit(128 + error.args[0])
    except Exception as error:
        from pfocr_rdf.cache import CacheError
        from pfocr_rdf.database import InputError
        from pfocr_rdf.extras import MissingExtraError
        from pfocr_rdf.output import OutputError
        from pfocr_rdf.validation import ShapesError
        from pfocr_rdf.workers import WorkerError

        if not isinstance(error, (CacheError, InputError, MissingExtraError, OutputError, ShapesError, WorkerError)):
            raise
        click.echo(f"pfocr-rdf: {error}", err=True)
        sys.exit(2)
