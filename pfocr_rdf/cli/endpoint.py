"""The options for a store that is not in this process, and the store that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from pfocr_rdf.stores.endpoint import Endpoint
    from pfocr_rdf.stores.remote import RemoteStore

__all__ = ["check_options", "endpoint_options", "loading_options", "opened", "opened_endpoint"]

F = TypeVar("F", bound=Callable[..., Any])


def endpoint_options(command: F) -> F:
    """Add the options for a SPARQL endpoint, which every command that uses one has."""
    for option in (
        click.option(
            "--retries",
            metavar="N",
            type=click.IntRange(0),
            default=6,
            show_default=True,
            help="Send again so often what an endpoint had no time for, or a broken connection lost.",
        ),
        click.option(
            "--timeout",
            metavar="SECONDS",
            type=click.FloatRange(0, min_open=True),
            default=600,
            show_default=True,
            help="Wait so long for an endpoint.",
        ),
        click.option("--query-url", metavar="URL", help="The endpoint's URL for queries, where it is another."),
        click.option(
            "--password-file",
            metavar="FILE",
            help="Read the password from FILE.  [else $PFOCR_RDF_PASSWORD, else netrc]",
        ),
        click.option("--user", metavar="NAME", help="Log in as NAME."),
        click.option("--endpoint", metavar="URL", help="Use the SPARQL endpoint at URL."),
    ):
        command = option(command)
    return command


def loading_options(command: F) -> F:
    """Add the options for loading into a remote store."""
    for option in (
        click.option("--isql", metavar="PROGRAM", help="Virtuoso's isql.  [default: isql-vt, isql-v or isql]"),
        click.option(
            "--virtuoso-folder",
            metavar="DIR",
            help="Where to write files that Virtuoso loads: a folder that it may read, under the same name.",
        ),
        click.option(
            "--virtuoso", metavar="HOST:PORT", help="Use the bulk loader of the Virtuoso with this SQL port, by isql."
        ),
        click.option("--graph-store-url", metavar="URL", help="The endpoint's graph store, where it is another."),
        click.option("--update-url", metavar="URL", help="The endpoint's URL for updates, where it is another."),
    ):
        command = option(command)
    return command


_FOR: Final = {
    "user": ("--endpoint", "--virtuoso"),
    "password_file": ("--endpoint", "--virtuoso"),
    "query_url": ("--endpoint",),
    "update_url": ("--endpoint",),
    "graph_store_url": ("--endpoint",),
    "virtuoso_folder": ("--virtuoso",),
    "isql": ("--virtuoso",),
}
"""The options that only some stores have, with those that name these."""


def check_options(target: str, options: dict[str, Any]) -> None:
    """Refuse options that would do nothing.

    Args:
        target: the option that names the store, such as `--endpoint`.
        options: what was given.

    Raises:
        click.UsageError: for an option that is for other stores.
    """
    for name, targets in _FOR.items():
        if options.get(name) is not None and target not in targets:
            raise click.UsageError(f"--{name.replace('_', '-')} is for {' or '.join(targets)}, not for {target}")


@contextmanager
def opened(folder: str | None, options: dict[str, Any]) -> Iterator[str | RemoteStore]:
    """Open the one store that is named: a folder, an endpoint or Virtuoso's port.

    Args:
        folder: the folder of an embedded store, or None.
        options: the options of `endpoint_options` and `loading_options`, by name.

    Yields:
        The folder as it is, or the remote store.

    Raises:
        click.UsageError: when Virtuoso has no folder to load from.
        EndpointError: when an address is none, or `isql` is not installed.
        CredentialsError: when there is a user and no password, or a password and no user.
    """
    if folder is not None:
        yield folder
    elif options["virtuoso"] is None:
        with opened_endpoint(options) as endpoint:
            yield endpoint
    else:
        from pfocr_rdf.stores.credentials import find_credentials
        from pfocr_rdf.stores.virtuoso import Virtuoso, check_address, find_isql

        if options["virtuoso_folder"] is None:
            raise click.UsageError("--virtuoso needs --virtuoso-folder: a folder that the server may read")
        check_address(options["virtuoso"])
        credentials = find_credentials(
            options["user"] or "dba",
            host=options["virtuoso"].rpartition(":")[0],
            password_file=options["password_file"],
        )
        assert credentials is not None
        yield Virtuoso(
            options["virtuoso"],
            credentials,
            options["virtuoso_folder"],
            isql=find_isql(options["isql"]),
            retries=options["retries"],
        )


@contextmanager
def opened_endpoint(options: dict[str, Any]) -> Iterator[Endpoint]:
    """Open the endpoint that is named.

    Args:
        options: the options of `endpoint_options`, by name, and those of `loading_options` where the command has them.

    Raises:
        EndpointError: when an address is none.
        CredentialsError: when there is a user and no password, or a password and no user.
    """
    from urllib.parse import urlsplit

    from pfocr_rdf.stores.credentials import find_credentials
    from pfocr_rdf.stores.endpoint import Endpoint, Patience, addresses_of

    addresses = addresses_of(
        options["endpoint"],
        user=options["user"] is not None,
        query=options["query_url"],
        update=options.get("update_url"),
        graph_store=options.get("graph_store_url"),
    )
    credentials = find_credentials(
        options["user"], host=urlsplit(addresses.query).hostname or "", password_file=options["password_file"]
    )
    patience = Patience(timeout=options["timeout"], retries=options["retries"])
    with Endpoint(addresses, credentials=credentials, patience=patience) as endpoint:
        yield endpoint
