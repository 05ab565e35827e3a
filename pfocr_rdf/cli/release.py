"""`pfocr-rdf release`."""

from __future__ import annotations

import re
import sys
from math import isnan
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from pfocr_rdf.cli.options import cores, day, jobs_option, mapping_options, number, settings_of
from pfocr_rdf.cli.streams import show_error, tell
from pfocr_rdf.releases.defaults import ALLOWED_DROP, BASE_URL, CREATOR, ENDPOINT

if TYPE_CHECKING:
    from pfocr_rdf.releases.release import Release

__all__ = ["release"]


@click.command()
@click.argument("database", metavar="DATABASE")
@click.argument("folder", metavar="DIR")
@click.option("--version", metavar="V", required=True, help="Version of the data, such as 2026.11.")
@click.option(
    "--issued",
    metavar="DATE",
    type=day,
    help="Day of publication (YYYY-MM-DD).  [default: that of the database's commit, where all is as that has it]",
)
@click.option("--previous", metavar="DIR", help="The release before: compare with it, and stop where counts fall.")
@click.option(
    "--allow-drop",
    metavar="PCT",
    type=click.FloatRange(0, 100),
    default=ALLOWED_DROP,
    show_default=True,
    help="Per cent by which any count may fall since the release of --previous.",
)
@click.option("--figures", is_flag=True, help="Pages for each figure, too.")
@click.option(
    "--base-url",
    metavar="URL",
    default=BASE_URL,
    show_default=True,
    help="Where DIR will be; {version} stands for the version.",
)
@click.option(
    "--endpoint-url",
    metavar="URL",
    default=ENDPOINT,
    show_default=True,
    help="The SPARQL endpoint that the example queries name.",
)
@click.option(
    "--creator",
    "creators",
    metavar="IRI",
    multiple=True,
    default=(CREATOR,),
    show_default=True,
    help="Who made the data; may stand several times.",
)
@click.option(
    "--engine",
    type=click.Choice(["pyshacl", "turbo"]),
    default="pyshacl",
    show_default=True,
    help="What checks the shapes; both find the same.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress, no line at the end; errors are still shown.")
@jobs_option
@mapping_options
def release(
    database: str,
    folder: str,
    version: str,
    issued: str | None,
    previous: str | None,
    allow_drop: float,
    figures: bool,
    base_url: str,
    endpoint_url: str,
    creators: tuple[str, ...],
    engine: str,
    quiet: bool,
    jobs: int | None,
    **mapping: Any,
) -> None:
    """Make a release: dumps, description, checks, queries, scripts and pages.

    DATABASE is a checkout of the database or an archive of one. DIR appears when everything has passed, and not before:
    each file is read again, each figure checked against the shapes, each query run. The files are the same for any
    number of workers.

    \b
    Example:
      pfocr-rdf release examples pfocr-2026.11 --version 2026.11 --issued 2026-11-30
    """  # noqa: D301 - \b is click's mark, a backspace, for lines to be left as they are
    from pfocr_rdf.output import noticing
    from pfocr_rdf.releases.gate import Refused
    from pfocr_rdf.releases.publication import VERSION_FORM
    from pfocr_rdf.releases.release import release as make_release
    from pfocr_rdf.workers import tune_collector

    if not re.fullmatch(VERSION_FORM, version):
        raise click.BadParameter(
            f"{version!r}: give up to 64 letters, digits, dots, hyphens and underscores", param_hint="--version"
        )
    source = click.get_current_context().get_parameter_source("allow_drop")
    if previous is None and source is not ParameterSource.DEFAULT:
        raise click.UsageError("--allow-drop needs --previous: give the release before, to compare with")
    if isnan(allow_drop):  # which is in every range, and no count falls by more than it
        raise click.BadParameter("'nan' is no number of per cent", param_hint="--allow-drop")
    _check_urls({"--base-url": base_url, "--endpoint-url": endpoint_url}, version)
    _check_urls({f"--creator {iri}": iri for iri in creators}, version)
    tune_collector()
    with noticing(folder, folder=True):
        try:
            made = make_release(
                database,
                folder,
                version=version,
                issued=issued,
                previous=previous,
                allowed_drop=allow_drop,
                figures=figures,
                base_url=base_url,
                endpoint=endpoint_url,
                creators=creators,
                settings=settings_of(mapping),
                taxonomy=mapping["taxonomy"],
                engine=engine,
                report=show_error,
                note=lambda text: tell(f"pfocr-rdf: note: {text}"),
                jobs=jobs or cores(),
                quiet=quiet,
            )
        except Refused as error:
            for reason in error.reasons:
                tell(reason)
            tell(f"pfocr-rdf: not published: {number(len(error.reasons), 'reason')}; there is no {folder}")
            sys.exit(1)
        errors = sum(finding.count for finding in made.publication.diagnostics if finding.level == "error")
        if not quiet:
            _summarize(made, folder)
        if errors:
            tell(f"pfocr-rdf: published without what {number(errors, 'error')} kept out, named above")
            sys.exit(1)


def _check_urls(given: dict[str, str], version: str) -> None:
    from urllib.parse import urlsplit

    from pfocr_rdf.terms import iri_term

    for option, url in given.items():
        try:
            parts = urlsplit(url.replace("{version}", version))
            iri_term(url.replace("{version}", version))
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
        except ValueError:
            good = False
        if not good:
            raise click.BadParameter(f"{url!r} is no https://… address", param_hint=option.partition(" ")[0])


def _summarize(made: Release, folder: str) -> None:
    """Write what was published to standard error."""
    publication = made.publication
    counts = publication.counts
    size = sum(file.bytes for file in publication.files) / 1_000_000
    tell(
        f"{folder}: version {publication.version}, {number(counts.figures, 'figure')}, "
        f"{number(counts.triples, 'triple')}, {number(len(publication.files) + 2, 'file')}, {size:,.1f} MB"
    )
