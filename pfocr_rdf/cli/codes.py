"""`pfocr-rdf codes`."""

from __future__ import annotations

from difflib import get_close_matches

import click

from pfocr_rdf.cli.streams import say

__all__ = ["codes"]


@click.command()
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
            alike = [code for code in CODES if name and name in code] or get_close_matches(name, CODES)
            hint = f"there is {', '.join(alike[:4])}" if alike else "`pfocr-rdf codes` lists them"
            raise click.BadParameter(f"{name!r} is no code; {hint}", param_hint="CODE")
    for name in names or CODES:
        code = CODES[name]
        say(f"{code.name} ({code.level})\n    {code.meaning}\n    {code.action}")
