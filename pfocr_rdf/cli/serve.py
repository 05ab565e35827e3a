"""`pfocr-rdf serve`."""

from __future__ import annotations

import click

from pfocr_rdf.cli.streams import say

__all__ = ["serve"]


@click.command()
@click.option("--store", metavar="DIR", required=True, help="The store's folder.")
@click.option(
    "--bind",
    metavar="HOST:PORT",
    default="127.0.0.1:7878",
    show_default=True,
    help="Where to listen; 0.0.0.0:PORT lets other machines ask, too.",
)
def serve(store: str, bind: str) -> None:
    """Serve a store: a SPARQL endpoint with a query page.

    Needs the extra `server`. The store is only read, as it is when the server starts; after a load, start it again.
    Ctrl-C ends it.

    \b
    Example:
      pfocr-rdf serve --store pfocr.db
    """  # noqa: D301 - as above
    from pfocr_rdf.stores import server

    try:
        server.parse_bind(bind)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--bind") from None
    server.serve(store, bind, show_address)


def show_address(url: str) -> None:
    """Write where the query page and the endpoint are."""
    say(f"query page: {url}\nendpoint:   {url}query\nCtrl-C ends it.")
