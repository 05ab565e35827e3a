"""A proxy before a store, with the faults that networks have, at the points that a test chooses."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True)
class Seen:
    """A request that came.

    Attributes:
        number: the how manieth it is, from 0.
        path: its path.
        body: its body, as far as it was read.
    """

    number: int
    path: str
    body: bytes

    @property
    def kind(self) -> str:
        """What it asks for: `query`, `part`, `move`, which replaces a graph, or any other `update`."""
        if self.body.startswith(b"query="):
            return "query"
        if not self.body.startswith(b"update="):
            return "part"
        return "move" if b"MOVE+" in self.body and b"-trial" not in self.body else "update"


@dataclass(frozen=True)
class Fault:
    """What happens to a request instead of its being answered.

    Attributes:
        forward: whether it reaches the store nevertheless.
        status: the status that is answered; without one the connection is dropped.
        headers: headers of that answer.
        read: bytes of the body after which the connection is dropped.
        cut: bytes of the store's answer after which the connection is dropped.
        stall: whether nothing happens any more until the proxy ends.
        meanwhile: is called before the request is forwarded, or not.
    """

    forward: bool = False
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    read: int | None = None
    cut: int | None = None
    stall: bool = False
    meanwhile: Callable[[], object] | None = None


Plan = Callable[[Seen], Fault | None]


class Proxy:
    """A proxy that runs.

    Attributes:
        url: the store's URL, by the proxy.
        seen: the requests so far.
        plan: gives the fault of a request, or None.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.seen: list[Seen] = []
        self.plan: Plan = lambda seen: None
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.host = parts.netloc
        handler = type("Handler", (_Handler,), {"proxy": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = False
        self.url = urlunsplit(("http", f"127.0.0.1:{self.server.server_port}", parts.path, "", ""))

    def kinds(self) -> list[str]:
        """Give the kinds of the requests so far."""
        return [seen.kind for seen in self.seen]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    proxy: Proxy

    def log_message(self, format: str, *args: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that is killed, or gives up
            super().handle()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        with self.proxy.lock:
            number = len(self.proxy.seen)
            self.proxy.seen.append(Seen(number, self.path, b""))
        body = self.rfile.read(min(length, 1 << 12))
        seen = Seen(number, self.path, body)
        self.proxy.seen[number] = seen
        fault = self.proxy.plan(seen)
        if fault is not None and fault.read is not None:
            self.rfile.read(max(0, min(fault.read, length) - len(body)))
            self.drop()
            return
        body += self.rfile.read(length - len(body))
        if fault is None:
            self.answer(*self.forward(body))
            return
        if fault.meanwhile is not None:
            fault.meanwhile()
        answered = self.forward(body) if fault.forward else None
        if fault.stall:
            self.proxy.ended.wait(60)
        if fault.status is not None:
            self.answer(fault.status, fault.headers, b"out of service")
        elif answered is not None and fault.cut is not None:
            self.answer(*answered, cut=fault.cut)
            self.drop()
        else:
            self.drop()

    def forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.proxy.host, timeout=60)
        try:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
            }
            connection.request("POST", self.path, body, headers | {"Connection": "close"})
            response = connection.getresponse()
            kept = {
                name: value
                for name, value in response.getheaders()
                if name.lower() not in ("connection", "transfer-encoding", "content-length", "keep-alive")
            }
            return response.status, kept, response.read()
        finally:
            connection.close()

    def answer(self, status: int, headers: dict[str, str], body: bytes, *, cut: int | None = None) -> None:
        with suppress(OSError):  # the client may be gone
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if cut is None else body[:cut])
            self.wfile.flush()

    def drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(2)


@contextmanager
def proxied(url: str, plan: Plan | None = None) -> Iterator[Proxy]:
    """Put a proxy before a store."""
    proxy = Proxy(url)
    if plan is not None:
        proxy.plan = plan
    thread = threading.Thread(target=proxy.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.ended.set()
        proxy.server.shutdown()
        thread.join()
        proxy.server.server_close()


def once(number: int, fault: Fault) -> Plan:
    """Give the plan with one fault, at the request of a number."""
    return lambda seen: fault if seen.number == number else None


def first(kind: str, fault: Fault, times: int = 1) -> Plan:
    """Give the plan with a fault at the first requests of a kind."""
    left: list[Any] = [None] * times

    def plan(seen: Seen) -> Fault | None:
        if seen.kind == kind and left:
            left.pop()
            return fault
        return None

    return plan
