"""What commands share: their inputs, the options of the mapping, and what is made of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

__all__ = [
    "check_mapping_options",
    "cores",
    "day",
    "inputs_argument",
    "jobs_option",
    "mapping_options",
    "number",
    "settings_of",
]

F = TypeVar("F", bound=Callable[..., Any])


def day(value: str) -> str:
    """Give a day, `YYYY-MM-DD`, as it stands, once it is one; click's own dates speak of the formats of C.

    Raises:
        click.BadParameter: when it is none; click adds which option has it.
    """
    from pfocr_rdf.mapping import is_date

    if not is_date(value):
        raise click.BadParameter(f"{value!r} is no date of the form YYYY-MM-DD")
    return value


inputs_argument = click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
jobs_option = click.option(
    "-j", "--jobs", metavar="N", type=click.IntRange(1), help="Worker processes.  [default: all cores]"
)


def mapping_options(command: F) -> F:
    """Add the options of the mapping, which every command that reads records has; files of RDF take none of them."""
    for option in (
        click.option(
            "--created-on",
            metavar="DATE",
            type=day,
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


_MAPPING: Final = ("created_on", "image_url", "taxonomy", "schema_org", "as_is")


def check_mapping_options(inputs: Sequence[str]) -> None:
    """Refuse options of the mapping where the inputs are files of RDF, on which they would do nothing.

    Args:
        inputs: the inputs of the command that runs.

    Raises:
        click.UsageError: for an option that was given.
    """
    from pfocr_rdf.inputs import rdf_files

    context = click.get_current_context()
    given = [name for name in _MAPPING if context.get_parameter_source(name) is not ParameterSource.DEFAULT]
    if given and (files := rdf_files(inputs)) is not None:
        option = f"--{given[0].replace('_', '-')}"
        raise click.UsageError(f"{option} is for records; {files[0]} is RDF, which is taken as it stands")


def cores() -> int:
    """Give the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def settings_of(mapping: dict[str, Any]) -> Any:
    """Make the settings of the mapping from the options of `mapping_options`.

    Raises:
        click.BadParameter: when the template of images gives no IRI.
    """
    from pfocr_rdf.iris import IMAGE_URL
    from pfocr_rdf.mapping import Settings

    settings = Settings(
        schema_org=mapping["schema_org"],
        as_is=mapping["as_is"],
        image_url=mapping["image_url"] or IMAGE_URL,
        created_on=mapping["created_on"],
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
