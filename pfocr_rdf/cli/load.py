"""`pfocr-rdf load`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from pfocr_rdf.cli.endpoint import check_options, endpoint_options, loading_options, opened
from pfocr_rdf.cli.options import (
    check_mapping_options,
    cores,
    inputs_argument,
    jobs_option,
    mapping_options,
    settings_of,
)
from pfocr_rdf.cli.streams import say, show_error, tell

if TYPE_CHECKING:
    from pfocr_rdf.stores.loading import Loaded

__all__ = ["load", "one_of"]


@click.command()
@inputs_argument
@click.option("--store", metavar="DIR", help="Load into the store in the folder DIR, which is made if need be.")
@click.option("--graph", metavar="IRI", help="Load into the graph of this name.  [default: the default graph]")
@click.option("--replace", is_flag=True, help="The graph then holds nothing else.")
@endpoint_options
@loading_options
@click.option("--report", metavar="FILE", help="Write every diagnostic as a line of JSON to FILE.")
@jobs_option
@click.option("-q", "--quiet", is_flag=True, help="No progress, no table at the end; errors are still shown.")
@mapping_options
def load(
    inputs: tuple[str, ...],
    store: str | None,
    graph: str | None,
    replace: bool,
    report: str | None,
    jobs: int | None,
    quiet: bool,
    **others: Any,
) -> None:
    """Load PFOCR records, or files of RDF, into a triple store.

    INPUT is what `convert` takes, which is converted on the way, or one or more files in Turtle or N-Triples (.ttl,
    .nt, also .gz), or the folder of a release. Loading the same again changes nothing. In the end the store counts
    triples, figures and mentions; where they are not what was sent, the exit code is 1.

    --created-on, --image-url, --taxonomy, --schema-org and --as-is are for records, and refused for files of RDF, in
    which nothing is diagnosed either: --report is then empty.

    With --replace, the graph holds what it held until all is in the store and counted, and then the new data at once.

    \b
    Example:
      pfocr-rdf load examples --store pfocr.db
      pfocr-rdf load examples --endpoint http://localhost:7878 --graph https://pfocr.wikipathways.org/ --replace
    """  # noqa: D301 - as above
    import pfocr_rdf
    from pfocr_rdf.clashes import Sources, check_outputs, is_standard_output
    from pfocr_rdf.stores.loading import noting
    from pfocr_rdf.workers import tune_collector

    target = one_of(
        {"--store DIR": store, "--endpoint URL": others["endpoint"], "--virtuoso HOST:PORT": others["virtuoso"]}
    )
    check_options("--store" if store else "--endpoint" if others["endpoint"] else "--virtuoso", others)
    if graph is not None:
        check_graph(graph)
    check_mapping_options(inputs)
    if report is not None and is_standard_output(report) and not quiet:
        raise click.BadParameter(
            "standard output takes the table of counts; give a file, or leave it out (-q)", param_hint="--report"
        )
    if others["password_file"] is not None:
        check_outputs({"the report": report}, [Sources((others["password_file"],))])
    tune_collector()
    with opened(store, others) as opened_store:
        loaded = pfocr_rdf.load(
            inputs,
            store=opened_store,
            graph=graph,
            replace=replace,
            settings=settings_of(others),
            taxonomy=others["taxonomy"],
            report=show_error,
            report_file=report,
            jobs=jobs or cores(),
            quiet=quiet,
        )
    if not quiet:
        with noting(f"{target} holds what was loaded") if loaded.live else nullcontext():
            show_counts(loaded)
    if not loaded.complete():
        show_mismatch(target, loaded)
        sys.exit(1)
    if loaded.sent.errors:
        sys.exit(1)


def one_of(targets: dict[str, str | None]) -> str:
    """Give the one target that was named.

    Args:
        targets: what was given, by the options as help shows them.

    Raises:
        click.UsageError: when there is none, or more than one.
    """
    given = [option for option, value in targets.items() if value is not None]
    if not given:
        raise click.UsageError(f"give the store: {' or '.join(targets)}")
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(option.split()[0] for option in given)} name two stores; give one")
    target = targets[given[0]]
    assert target is not None
    return target


def check_graph(graph: str) -> None:
    """Refuse a name of a graph that is no IRI.

    Raises:
        click.BadParameter: with what to give.
    """
    from pfocr_rdf.terms import iri_term, iri_text
    from pfocr_rdf.vocabulary import GRAPH

    try:
        iri_term(graph)
    except ValueError:
        raise click.BadParameter(
            f"{graph!r} is no IRI; give one such as {iri_text(GRAPH)}", param_hint="--graph"
        ) from None


def show_counts(loaded: Loaded) -> None:
    """Write what was sent and what the store holds, as a table, to standard output."""
    from pfocr_rdf.stores.loading import COUNTED, NOTHING

    columns = {"sent": loaded.sent, "in the store": loaded.held}
    if loaded.before != NOTHING:
        columns = {"before": loaded.before, **columns}
    say("".join([" " * 8, *(f"{name:>14}" for name in columns)]))
    for what in COUNTED:
        say("".join([f"{what:8}", *(f"{getattr(counts, what):14,}" for counts in columns.values())]))


def show_mismatch(target: str, loaded: Loaded) -> None:
    """Write to standard error that a store does not hold what it must."""
    from pfocr_rdf.stores.loading import differences

    state = "nothing is replaced" if not loaded.live else "load again with --replace"
    tell(f"pfocr-rdf: {target}: the store counts {', '.join(differences(loaded))}; {state}")
