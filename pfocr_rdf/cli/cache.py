"""`pfocr-rdf cache`: what `convert --cache` keeps."""

from __future__ import annotations

import click

from pfocr_rdf.cli.streams import say

__all__ = ["cache"]


@click.group()
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
    from pfocr_rdf.cache import cache_size

    results, size = cache_size(folder)
    say(f"{results:,} results, {size / 1_000_000:,.1f} MB")


@cache.command("clear")
@click.argument("folder", metavar="DIR")
def cache_clear(folder: str) -> None:
    """Delete the results in a cache.

    \b
    Example:
      pfocr-rdf cache clear pfocr-cache
    """  # noqa: D301
    from pfocr_rdf.cache import clear_cache

    say(f"{clear_cache(folder):,} results deleted")
