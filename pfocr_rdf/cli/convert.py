"""`pfocr-rdf convert`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from pfocr_rdf.cli.options import (
    cores,
    inputs_argument,
    jobs_option,
    mapping_options,
    number,
    settings_of,
)
from pfocr_rdf.cli.streams import show_error, tell

if TYPE_CHECKING:
    from pfocr_rdf.conversion import Counts

__all__ = ["convert"]

FORMAT_NAMES: Final = ("turtle", "ntriples")


@click.command()
@inputs_argument
@click.option("-o", "--output", metavar="FILE", default="-", help="Output file, - for standard output.  [default: -]")
@click.option(
    "-f",
    "--format",
    type=click.Choice(FORMAT_NAMES),
    help="Output format.  [default: by the output's name, else turtle]",
)
@click.option("--report", metavar="FILE", help="Write every diagnostic as a line of JSON to FILE.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no table at the end; errors are still shown.")
@jobs_option
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
    from pfocr_rdf.output import noticing
    from pfocr_rdf.workers import tune_collector

    tune_collector()
    with noticing(output):
        counts = pfocr_rdf.convert(
            inputs,
            output,
            format=format,
            settings=settings_of(mapping),
            taxonomy=mapping["taxonomy"],
            report_file=report,
            report=show_error,
            jobs=jobs or cores(),
            dask=dask,
            cache=cache,
            validate=validate,
            quiet=quiet,
        )
        if not quiet:
            summarize(counts)
        if not counts.triples:
            tell(f"pfocr-rdf: no record could be read; {output} is not written")
    if any(pfocr_rdf.CODES[code].level == "error" for code in counts.codes):
        sys.exit(1)


def summarize(counts: Counts) -> None:
    """Write what was done, and the table of diagnostics by code, to standard error."""
    from pfocr_rdf.diagnostics import level_counts, summary_lines

    levels = level_counts(counts.codes)
    tell(
        f"{number(counts.records, 'record')}, {number(counts.figures, 'figure')}, {number(counts.triples, 'triple')}; "
        f"{number(levels['error'], 'error')}, {number(levels['warning'], 'warning')}, {number(levels['info'], 'note')}"
    )
    for line in summary_lines(counts.codes):
        tell(line)
