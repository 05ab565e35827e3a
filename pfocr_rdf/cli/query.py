"""`pfocr-rdf query`."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pfocr_rdf.cli.endpoint import check_options, endpoint_options, opened_endpoint
from pfocr_rdf.cli.load import check_graph, one_of
from pfocr_rdf.cli.streams import say, tell
from pfocr_rdf.errors import why
from pfocr_rdf.signals import ENDING

if TYPE_CHECKING:
    from pfocr_rdf.queries import Query

__all__ = ["query"]

FORMAT_NAMES: Final = ("table", "csv", "tsv", "json", "turtle", "gmt")


@click.command()
@click.argument("asked", metavar="[NAME | FILE.rq]", required=False)
@click.option("-e", "--execute", metavar="QUERY", help="The query itself, instead of a NAME or FILE.")
@click.option(
    "--set",
    "values",
    metavar="NAME=VALUE",
    multiple=True,
    help="Ask of VALUE instead of a constant that the query declares, as --list shows.",
)
@click.option("--list", "listed", is_flag=True, help="List the queries that ship with the package, and end.")
@click.option("--text", is_flag=True, help="Show the text of the query, to change it, and ask nothing.")
@click.option("--store", metavar="DIR", help="Ask the store in the folder DIR.")
@click.option(
    "--graph",
    metavar="IRI",
    help="Ask the graph of this name.  [default: the default graph, or where it is empty, all graphs]",
)
@endpoint_options
@click.option(
    "-f",
    "--format",
    type=click.Choice(FORMAT_NAMES),
    help="Format of the answer.  [default: table, or turtle where it is a graph]",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not say how many rows there are.")
def query(
    asked: str | None,
    execute: str | None,
    values: tuple[str, ...],
    listed: bool,
    text: bool,
    store: str | None,
    graph: str | None,
    format: str | None,
    quiet: bool,
    **remote: Any,
) -> None:
    """Ask a triple store a question, in SPARQL.

    NAME is a query that ships with the package, FILE.rq a file, - standard input. The known prefixes (wp, dcterms,
    schema, ncbigene and all others of the output) need not be declared. No other machine is asked, unless the query
    itself names one by SERVICE. Rows go to standard output, all of them; their number to standard error.

    \b
    Example:
      pfocr-rdf query --store pfocr.db count-pathways
      pfocr-rdf query --store pfocr.db figures-by-gene --set gene=EGFR
      pfocr-rdf query --store pfocr.db -e 'SELECT ?gene { ?gene a wp:GeneProduct } LIMIT 9'
      pfocr-rdf query --endpoint http://localhost:7878 count-pathways
    """  # noqa: D301 - as above
    if listed:
        show_list()
        return
    if (asked is None) == (execute is None):
        raise click.UsageError("give one query: a NAME of `pfocr-rdf query --list`, a FILE.rq, or -e QUERY")
    if text:
        click.echo(read_asked(asked, execute, values).text.rstrip())
        return
    target = one_of({"--store DIR": store, "--endpoint URL": remote["endpoint"]})
    check_options("--store" if store else "--endpoint", remote)
    if graph is not None:
        check_graph(graph)
    from pfocr_rdf.answers import answering, check_format, default_format, write_answer
    from pfocr_rdf.output import open_output
    from pfocr_rdf.queries import shipped_queries
    from pfocr_rdf.stores.embedded import ask_store
    from pfocr_rdf.terms import iri_term

    question = read_asked(asked, execute, values)
    format = format or default_format(question.form)
    check_format(format, question.form)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    about = iri_term(graph) if graph is not None else None
    hints: list[str] = []
    with ExitStack() as stack:
        output = stack.enter_context(open_output("-"))
        stack.enter_context(ending_at_signals())
        stack.enter_context(answering(question))
        if store is not None:
            answer, schema = stack.enter_context(ask_store(target, question, about, hint=hints.append))
        else:
            from pfocr_rdf.stores.endpoint_answers import ask_endpoint

            endpoint = stack.enter_context(opened_endpoint(remote))
            answer, schema = stack.enter_context(ask_endpoint(endpoint, question, about, hint=hints.append))
        said = write_answer(answer, format, output, schema=schema, width=width)
    if not quiet:
        for hint in hints:
            tell(hint)
    if said and not quiet:
        tell(said)
        if said == "0 rows" and question.note and question in shipped_queries():  # which may ask of our examples
            tell(f"{question.note} (`pfocr-rdf query --text {question.name}` shows the query)")


def read_asked(asked: str | None, execute: str | None, values: Sequence[str] = ()) -> Query:
    """Read the query that is asked for, of the values that are given instead of its constants.

    Args:
        asked: the name of one of the package, or of a file, or - for standard input.
        execute: the text itself.
        values: the values, as NAME=VALUE.
    """
    from pfocr_rdf.queries import with_values

    given: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise click.UsageError(f"--set {value}: give NAME=VALUE, such as --set gene=EGFR")
        if name in given:
            raise click.UsageError(f"--set {name}: is given twice; give it once")
        given[name] = text
    question = read_question(asked, execute)
    return with_values(question, given) if given else question


def read_question(asked: str | None, execute: str | None) -> Query:
    """Read a query: one of the package, a file, standard input, or the text itself."""
    from pfocr_rdf.database import InputError
    from pfocr_rdf.queries import read_query, shipped_query
    from pfocr_rdf.suffixes import has_suffix

    if execute is not None:
        return read_query(execute, "query")
    assert asked is not None
    if asked != "-" and not has_suffix(asked, ".rq", ".sparql") and not Path(asked).is_file():
        return shipped_query(asked)
    try:
        data = sys.stdin.buffer.read() if asked == "-" else Path(asked).read_bytes()
        return read_query(data.decode(), "<stdin>" if asked == "-" else asked)
    except OSError as error:
        raise InputError(f"{asked}: {why(error)}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{asked}: is no text in UTF-8, as a query must be") from error


def show_list() -> None:
    """Write the names of the queries that ship with the package, with their questions."""
    from pfocr_rdf.queries import shipped_queries

    for query in shipped_queries():
        say(f"{query.name}\n    {query.question}")
        if query.parameters:
            shown = (shlex.quote(f"{parameter.name}={parameter.plain}") for parameter in query.parameters)
            say(f"    Of others: --set {' --set '.join(shown)}")
        if query.federates:
            say(f"    Asks {' and '.join(query.federates)}, too.")


@contextmanager
def ending_at_signals() -> Iterator[None]:
    """End at once when interrupted, and leave nothing behind: a query may take long, and listens to nobody meanwhile.

    So a thread waits for the signals, removes the snapshot that is read, and lets the process die of the signal, as it
    would by itself.
    """
    numbers = {number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN}
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)
    if not numbers or not hasattr(signal, "sigwait"):  # Windows, where there are no snapshots either
        yield
        return
    from pfocr_rdf.stores.snapshots import remove_own

    ended = threading.Lock()  # by the one who gets it: a signal, or the end of the query, which may come of that

    def wait() -> None:
        number = signal.sigwait(numbers)
        if ended.acquire(blocking=False):
            remove_own()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
            os.kill(os.getpid(), number)

    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    try:
        yield
    finally:
        if ended.acquire(blocking=False):
            signal.pthread_kill(thread.ident or 0, min(numbers))
        thread.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
