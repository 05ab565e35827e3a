"""`pfocr-rdf validate`."""

from __future__ import annotations

import sys
from typing import Any, Final

import click

from pfocr_rdf.cli.options import (
    check_mapping_options,
    cores,
    inputs_argument,
    jobs_option,
    mapping_options,
    settings_of,
)
from pfocr_rdf.cli.streams import show_error, tell

__all__ = ["validate"]

REPORT_NAMES: Final = ("text", "json", "turtle")
ENGINE_NAMES: Final = ("pyshacl", "turbo")


@click.command()
@inputs_argument
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
@jobs_option
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
    .nt, also .gz) or folders of releases, which together are one graph, in any order. Exit code 0 when nothing is
    violated and every record could be read, else 1.

    --created-on, --image-url, --taxonomy, --schema-org and --as-is are for records, and refused for files of RDF.

    \b
    Example:
      pfocr-rdf validate examples --report report.jsonl
      pfocr-rdf validate examples.ttl --strict
    """  # noqa: D301 - as above
    import pfocr_rdf
    from pfocr_rdf.output import noticing
    from pfocr_rdf.results import summary
    from pfocr_rdf.workers import tune_collector

    if instead and shapes is None:
        raise click.UsageError("--instead needs --shapes: give the folder of the shapes")
    check_mapping_options(inputs)

    tune_collector()
    with noticing(report):
        verdict = pfocr_rdf.validate(
            inputs,
            shapes=shapes,
            instead=instead,
            engine=engine,
            part=part,
            settings=settings_of(mapping),
            taxonomy=mapping["taxonomy"],
            diagnostics=show_error,
            report_file=report,
            format=format or report_format_of(report),
            jobs=jobs or cores(),
            quiet=quiet,
        )
    if not quiet:
        tell(summary(verdict))
    if not verdict.valid(strict=strict) or any(pfocr_rdf.CODES[code].level == "error" for code in verdict.codes):
        sys.exit(1)


def report_format_of(report: str) -> str:
    """Give the format that a report's name asks for."""
    from pfocr_rdf.suffixes import suffix_within

    return {".jsonl": "json", ".json": "json", ".ttl": "turtle"}.get(suffix_within(report), "text")
