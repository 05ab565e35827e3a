"""A SPARQL endpoint: SPARQL 1.1 Query, Update and Graph Store Protocol over HTTP.

What failed in passing (502, 503, 504, a connection that broke or stalled) is sent again after a while. A part of a
graph may be sent twice: a graph is a set, and without blank nodes the second time has no effect. What must not be
repeated says so. Nothing is compressed, since no protocol tells beforehand whether a store would understand it.

A password goes to the URLs that the user named and to no other: redirects are not followed, certificates are verified,
and no error has the text of a request.
"""

from __future__ import annotations

import json
import random
import re
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx

from pfocr_rdf import __version__
from pfocr_rdf.inputs import GraphCounts
from pfocr_rdf.stores.credentials import Credentials
from pfocr_rdf.stores.loading import Send
from pfocr_rdf.stores.parts import Parts
from pfocr_rdf.stores.remote import EndpointError, UnansweredError
from pfocr_rdf.terms import Term, iri_text

__all__ = ["Addresses", "Endpoint", "Patience", "addresses_of"]

T = TypeVar("T")

JSON_RESULTS: Final = "application/sparql-results+json"
LONGEST_WAIT: Final = 60.0
PASSING: Final = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
LONGEST_ANSWER: Final = 16 * 1024 * 1024
"""Bytes of an answer that are read where it should be short: a count, or a word about an update."""

_SHOWN: Final = 300
_SHOWN_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a store, and how often to try.

    Attributes:
        timeout: seconds without a byte after which an answer counts as lost.
        retries: how often something is sent again.
        first_wait: seconds before the first of these; each next wait is twice as long, up to a minute.
    """

    timeout: float = 600.0
    retries: int = 6
    first_wait: float = 1.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs of a store."""

    query: str
    update: str
    graph_store: str


def addresses_of(
    endpoint: str,
    *,
    user: bool = False,
    query: str | None = None,
    update: str | None = None,
    graph_store: str | None = None,
) -> Addresses:
    """Give the URLs of a store, by the conventions of the stores that have some.

    | `endpoint`              | as in    | query           | update          | graph store                |
    | ----------------------- | -------- | --------------- | --------------- | -------------------------- |
    | no path, or `…/query`   | Oxigraph | `…/query`       | `…/update`      | `…/store`                  |
    | `…/sparql`, no user     | Virtuoso | `…/sparql`      | `…/sparql`      | `…/sparql-graph-crud`      |
    | `…/sparql`, with a user | Virtuoso | `…/sparql-auth` | `…/sparql-auth` | `…/sparql-graph-crud-auth` |
    | any other, `…/DATASET`  | Fuseki   | `…/DATASET/query` | `…/DATASET/update` | `…/DATASET/data`     |

    Args:
        endpoint: the URL that a user gave.
        user: whether a user is named.
        query: the URL for queries, where it is another.
        update: the URL for updates, where it is another.
        graph_store: the URL of the graph store, where it is another.

    Raises:
        EndpointError: for a URL that is none, or has a password in it.

    Example:
        >>> addresses_of("http://localhost:3030/pfocr").graph_store
        'http://localhost:3030/pfocr/data'
    """
    base = _checked(endpoint).rstrip("/")
    path = urlsplit(base).path
    if path.endswith("/sparql"):
        secured = "-auth" if user else ""
        found = Addresses(base + secured, base + secured, f"{base}-graph-crud{secured}")
    elif path.endswith("/query") or not path:
        base = base.removesuffix("/query")
        found = Addresses(f"{base}/query", f"{base}/update", f"{base}/store")
    else:
        found = Addresses(f"{base}/query", f"{base}/update", f"{base}/data")
    return Addresses(
        _checked(query) if query is not None else found.query,
        _checked(update) if update is not None else found.update,
        _checked(graph_store) if graph_store is not None else found.graph_store,
    )


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise EndpointError("the URL of the endpoint cannot be read; give one such as http://localhost:7878") from None
    if parts.username is not None or parts.password is not None:
        shown = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        raise EndpointError(f"{shown}: a URL with a user or password in it is not taken; give --user NAME")
    if parts.scheme not in ("http", "https") or not host or not url.isprintable():
        shown = repr(url) if "@" not in url else "what was given"  # before an @ may stand a password
        raise EndpointError(f"{shown} is no http or https URL; give one such as http://localhost:7878")
    if parts.query or parts.fragment:
        raise EndpointError(f"{urlunsplit((*parts[:3], '', ''))}: give the URL without what comes after ? or #")
    return url


class Endpoint:
    """A SPARQL endpoint; used as a context, at whose end its connections are closed.

    Args:
        addresses: its URLs.
        credentials: who it shall think we are, or None.
        patience: how long to wait, and how often to try.
    """

    def __init__(
        self, addresses: Addresses, *, credentials: Credentials | None = None, patience: Patience | None = None
    ) -> None:
        self._addresses = addresses
        self._credentials = credentials
        self._patience = patience or Patience()
        self._answered = False
        self._client = httpx.Client(
            auth=_Challenged(credentials) if credentials is not None else None,
            headers={"User-Agent": f"pfocr-rdf/{__version__}"},
            timeout=httpx.Timeout(self._patience.timeout, connect=min(30.0, self._patience.timeout)),
            follow_redirects=False,
            event_hooks={"response": [_take_apart]},
        )

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def check(self, graph: Term | None) -> None:
        """Refuse to load into the default graph, None, of Virtuoso, which is but a view of all others.

        Raises:
            EndpointError: with what to do, or when there is no answer.
        """
        if graph is None:
            url = self._addresses.query
            with self.query("SELECT (1 AS ?one) WHERE { }", JSON_RESULTS) as response:
                if response.headers.get("Server", "").startswith("Virtuoso"):
                    raise EndpointError(f"{url}: Virtuoso has no default graph to load into; give --graph IRI")

    def values(self, query: str) -> list[str]:
        """Give what a query finds for its one variable.

        Raises:
            EndpointError: when there is no answer, or another.
        """
        url = self._addresses.query
        answer = self._send(url, "the query", _read, data={"query": query}, headers={"Accept": JSON_RESULTS})
        try:
            results = json.loads(answer)
            (name,) = results["head"]["vars"]
            return [str(row[name]["value"]) for row in results["results"]["bindings"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise EndpointError(
                f"{url}: the answer to a query is no SPARQL result in JSON but {self._clean(answer)};"
                " is it the URL for queries? Give it with --query-url"
            ) from None

    @property
    def query_url(self) -> str:
        """The URL that queries are sent to."""
        return self._addresses.query

    @contextmanager
    def query(self, text: str, accept: str, *, graph: Term | None = None) -> Iterator[httpx.Response]:
        """Send a query, and give the answer as a stream that is not read yet.

        Args:
            text: the query.
            accept: the types of answer that can be read, as in HTTP's `Accept`.
            graph: the graph that the query is about, or None for what the store takes for its default graph.

        Raises:
            EndpointError: when there is no answer, or a refusal.
        """
        data = {"query": text} if graph is None else {"query": text, "default-graph-uri": iri_text(graph)}
        response = self._send(self._addresses.query, "the query", _unread, data=data, headers={"Accept": accept})
        with ExitStack() as stack:
            stack.callback(response.close)
            stack.enter_context(self._reading(self._addresses.query))
            yield response

    def update(self, *operations: str, again: bool = True) -> None:
        """Execute operations of SPARQL Update, in one request.

        Args:
            operations: the operations; when one fails, those after it are not executed.
            again: whether it may be sent again when no answer comes, as it then has no effect.

        Raises:
            UnansweredError: when no answer came.
            EndpointError: when the store refused.
        """
        text = " ;\n".join(operations)
        self._send(self._addresses.update, "the update", _read, data={"update": text}, again=again)

    def fill(self, graph: Term | None, send: Send) -> GraphCounts:
        """Add a graph, sent part by part, to a graph of the store; None is the default graph.

        Raises:
            EndpointError: when a part could not be added.
        """
        params = {"default": ""} if graph is None else {"graph": iri_text(graph)}
        number = 0

        def write(part: bytes) -> None:
            nonlocal number
            number += 1
            body = _Body(part)
            self._send(
                self._addresses.graph_store,
                f"part {number}",
                _read,
                params=params,
                content=body,
                headers={"Content-Type": "application/n-triples", "Content-Length": str(len(part))},
            )
            body.data = b""

        parts = Parts(write)
        sent = send(parts.add)
        parts.flush()
        return sent

    def _send(
        self, url: str, what: str, read: Callable[[httpx.Response], T], *, again: bool = True, **request: Any
    ) -> T:
        """Send a POST request until it is answered, at most as often as patience has it; give what is read."""
        wait = self._patience.first_wait
        for tries_left in range(self._patience.retries if again else 0, -1, -1):
            pause = 0.0
            try:
                response = self._client.send(self._client.build_request("POST", url, **request), stream=True)
                if response.is_success:
                    self._answered = True
                    self._whole(response, url, what)
                    return read(response)
                said = _beginning(response)
            except httpx.TransportError as error:
                failure = f"{url}: no answer to {what}: {_reason(error)}"
                if _hopeless(error) or (isinstance(error, httpx.ConnectError) and not self._answered):
                    raise EndpointError(failure) from None
            except httpx.HTTPError as error:
                raise EndpointError(f"{url}: no answer to {what} that can be read: {_reason(error)}") from None
            except _TooLongError:
                raise EndpointError(f"{url}: the answer to {what} has no end; is the URL right?") from None
            except (httpx.InvalidURL, httpx.StreamError):
                raise EndpointError(f"{url}: {what} cannot be sent there") from None
            else:
                self._answered = True
                failure = self._refusal(response, said, url, what)
                if not _passes(response, said):
                    raise EndpointError(failure)
                pause = _retry_after(response)
            if tries_left:
                time.sleep(max(pause, min(wait, LONGEST_WAIT) * random.uniform(0.75, 1.25)))  # noqa: S311 - no secret
                wait *= 2
        if again and self._patience.retries:
            failure += f"; tried {self._patience.retries + 1} times"
        raise UnansweredError(failure)

    def _whole(self, response: httpx.Response, url: str, what: str) -> None:
        """Refuse an answer of Virtuoso's that is cut off at its limit of time."""
        if response.headers.get("X-SQL-State"):
            response.close()
            raise EndpointError(f"{url}: the store stopped {what} at its limit of time; let an administrator raise it")

    def _refusal(self, response: httpx.Response, said: bytes, url: str, what: str) -> str:
        status = f"{response.status_code} {response.reason_phrase}".strip()
        if response.is_redirect:
            target = self._clean(response.headers.get("Location", "").split("?")[0].encode())
            return f"{url}: {status}: {what} is redirected to {target}; if that is right, give that URL"
        match response.status_code:
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN if self._credentials is None:
                advice = "; give --user NAME"
            case HTTPStatus.UNAUTHORIZED:
                advice = "; is the user's password right?"
            case HTTPStatus.FORBIDDEN:
                advice = "; the user may not do that here"
            case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
                advice = "; give the right one with --query-url, --update-url or --graph-store-url"
            case _:
                advice = ""
        shown = self._clean(said)
        return f"{url}: {status} to {what}{': ' if shown else ''}{shown}{advice}"

    def _clean(self, answer: bytes) -> str:
        """Give the beginning of an answer as one line that is safe to show."""
        text = answer[:_SHOWN_BYTES].decode(errors="replace")
        if self._credentials is not None:
            text = self._credentials.hide(text)
        if re.match(r"\s*<(!doctype html|html)", text, re.I):
            text = re.sub(r"(?s)<(title|style|script)\b.*?</\1>|<[!/]?[a-z][^>]*>", " ", text, flags=re.I)
        line = "".join(character if character.isprintable() else "…" for character in " ".join(text.split()))
        return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"

    @contextmanager
    def _reading(self, url: str) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            raise UnansweredError(f"{url}: the answer broke off: {_reason(error)}") from None


class _Body:
    """The body of a request, which can be taken out of it.

    httpx's requests and responses know each other, so that they stay in memory until the garbage collector comes.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self.data


class _TooLongError(Exception):
    """An answer that should be short is not."""


def _unread(response: httpx.Response) -> httpx.Response:
    return response


def _read(response: httpx.Response) -> bytes:
    """Read an answer to its end."""
    with closing(response):
        answer = bytearray()
        for part in response.iter_bytes():
            answer += part
            if len(answer) > LONGEST_ANSWER:
                raise _TooLongError
        return bytes(answer)


def _beginning(response: httpx.Response) -> bytes:
    """Read as much of an answer as may be shown."""
    with closing(response):
        answer = bytearray()
        for part in response.iter_bytes():
            answer += part
            if len(answer) > _SHOWN_BYTES:
                break
        return bytes(answer)


def _reason(error: Exception) -> str:
    """Say what became of a connection, from the kind of error alone; their texts may hold more than shall be shown."""
    for kind, reason in (
        (httpx.ConnectTimeout, "the connection took too long"),
        (httpx.TimeoutException, "it took too long; --timeout gives more time"),
        (httpx.ProxyError, "the proxy did not let it through"),
        (httpx.ConnectError, "the connection failed; is the store running, and the URL right?"),
        (httpx.DecodingError, "it is compressed in a way that cannot be read"),
    ):
        if isinstance(error, kind):
            return "the certificate cannot be verified" if _hopeless(error) else reason
    return "the connection was closed"


def _hopeless(error: Exception) -> bool:
    """Tell whether an error will come again: a protocol that is not spoken, or a certificate that is not trusted."""
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.ProxyError)):
        return True
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _passes(response: httpx.Response, said: bytes) -> bool:
    """Tell whether a refusal may pass: a store that is busy, or a deadlock, for which Virtuoso undoes the request."""
    if response.status_code in PASSING:
        return True
    return response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR and b"Virtuoso 40001 Error" in said


def _retry_after(response: httpx.Response) -> float:
    """Give the seconds that a store asks to wait for, within reason."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        seconds = (
            float(value) if value.isdigit() else (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        )
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), 5 * LONGEST_WAIT)


_NEXT_CHALLENGE: Final = re.compile(r",\s*(?=[A-Za-z]+\s+[A-Za-z]+\s*=)")


def _take_apart(response: httpx.Response) -> None:
    """Give each way to log in a header of its own, as httpx expects it; a store may offer several in one."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        offered = response.headers.get_list("WWW-Authenticate")
        others = [(name, value) for name, value in response.headers.multi_items() if name != "www-authenticate"]
        apart = [("www-authenticate", one) for value in offered for one in _NEXT_CHALLENGE.split(value)]
        response.headers = httpx.Headers(others + apart)


class _Challenged(httpx.Auth):
    """Basic or digest authentication, as the store asks for; digest where it offers both."""

    def __init__(self, credentials: Credentials) -> None:
        self._basic = httpx.BasicAuth(credentials.user, credentials.password)
        self._digest = httpx.DigestAuth(credentials.user, credentials.password)
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Authenticate a request: the first after its challenge, the others at once.

        Raises:
            EndpointError: when the challenge cannot be read.
        """
        if self._chosen is None:
            response = yield request
            if response.status_code != HTTPStatus.UNAUTHORIZED:
                return
            offered = [value.split(" ")[0].lower() for value in response.headers.get_list("WWW-Authenticate")]
            if "digest" in offered:
                self._chosen = self._digest
            elif "basic" in offered:
                self._chosen = self._basic
            else:
                return
        try:
            yield from self._chosen.auth_flow(request)
        except (httpx.ProtocolError, KeyError, ValueError, NotImplementedError):  # of the digest, not of the connection
            url = request.url.copy_with(query=None)
            raise EndpointError(f"{url}: asks for a digest of the password that cannot be given") from None
