"""Passwords: where they are found, how they are given to a server, and that nothing shows them."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from commands import inside, run
from pfocr_rdf.stores.credentials import Credentials, CredentialsError, find_credentials
from pfocr_rdf.stores.endpoint import Endpoint, Patience, addresses_of
from pfocr_rdf.stores.remote import EndpointError

SECRET = "hunter2-Ω"
HIDDEN = (SECRET, base64.b64encode(f"me:{SECRET}".encode()).decode(), "hunter2")


def test_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\nsecond line\n", "utf-8")
    found = find_credentials("me", host="h", password_file=file, environment={"PFOCR_RDF_PASSWORD": "other"})
    assert found == Credentials("me", SECRET)


def test_from_the_environment() -> None:
    assert find_credentials("me", host="h", environment={"PFOCR_RDF_PASSWORD": SECRET}) == Credentials("me", SECRET)


def test_from_netrc(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(f"machine store.example.org login me password {SECRET}\n", "utf-8")
    file.chmod(0o600)
    environment = {"NETRC": str(file)}
    assert find_credentials("me", host="store.example.org", environment=environment) == Credentials("me", SECRET)
    for user, host in (("you", "store.example.org"), ("me", "other.example.org")):
        with pytest.raises(CredentialsError, match="there is no password for the user"):
            find_credentials(user, host=host, environment=environment)
    file.chmod(0o644)
    with pytest.raises(CredentialsError, match="others may read it; chmod 600"):
        find_credentials("me", host="store.example.org", environment=environment)


def test_a_broken_netrc_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(f"machine a login me password\n{SECRET} {SECRET}\n", "utf-8")
    file.chmod(0o600)
    with pytest.raises(CredentialsError, match=r"line .* cannot be read") as caught:
        find_credentials("me", host="a", environment={"NETRC": str(file)})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "the first line is empty"), (b"\xff\n", "not utf-8"), (None, "no such")]
)
def test_files_that_hold_none(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CredentialsError, match=said):
        find_credentials("me", host="h", password_file=file)


def test_none() -> None:
    assert find_credentials(None, host="h", environment={"PFOCR_RDF_PASSWORD": SECRET}) is None
    with pytest.raises(CredentialsError, match="give --user NAME"):
        find_credentials(None, host="h", password_file="file")


def test_no_representation_shows_a_password() -> None:
    assert SECRET not in f"{Credentials('me', SECRET)!r} {Credentials('me', SECRET)}"


# ------------------------------------------------------------------------------------------------- asked for by servers


def right(header: str, scheme: str, method: str, path: str) -> bool:
    """Tell whether an `Authorization` is that of the user `me`, computed here anew."""
    if scheme == "basic":
        return header == f"Basic {HIDDEN[1]}"
    given = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', header)}
    if not header.startswith("Digest ") or given.get("uri") != path:
        return False

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    secret = md5(f"me:realm:{SECRET}")
    expected = md5(f"{secret}:{given['nonce']}:{given['nc']}:{given['cnonce']}:auth:{md5(f'{method}:{path}')}")
    return bool(given["response"] == expected)


@contextmanager
def guarded(*schemes: str, together: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Start a server that lets the user `me` in alone, and that repeats in its answers what it was sent."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            header = self.headers.get("Authorization", "")
            seen.append(header.partition(" ")[0])
            if any(right(header, scheme, "POST", self.path) for scheme in schemes):
                query = parse_qs(body).get("query", [""])[0]
                ok = "COUNT" in query
                answer = (
                    '{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"value":"7"}}]}}'
                    if ok
                    else f"{SECRET} {header}"
                )
                self.send_response(200 if ok else 500)
            else:
                answer = f"who is {header or 'there'}, {SECRET}?"
                self.send_response(401)
                extra = {"digest": ', nonce="n1", qop="auth", algorithm=MD5'}
                challenges = [f'{scheme.title()} realm="realm"{extra.get(scheme, "")}' for scheme in schemes]
                for challenge in [", ".join(challenges)] if together else challenges:
                    self.send_header("WWW-Authenticate", challenge)
            data = answer.encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()


COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@pytest.mark.parametrize(
    ("schemes", "chosen"), [(["basic"], "Basic"), (["digest"], "Digest"), (["basic", "digest"], "Digest")]
)
def test_the_scheme_that_is_asked_for(schemes: list[str], chosen: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        guarded(*schemes) as (url, seen),
        Endpoint(addresses_of(url), credentials=Credentials("me", SECRET)) as endpoint,
    ):
        assert endpoint.values(COUNT) == ["7"]
        first = len(seen)
        assert endpoint.values(COUNT) == ["7"]
        assert seen[0] == "", "nothing is told before it is asked for"
        assert seen[-1] == chosen
        assert len(seen) == first + 1, "later requests are let in at once"
    assert not any(hidden in caplog.text for hidden in HIDDEN)


@pytest.mark.parametrize("schemes", [("basic", "digest"), ("digest", "basic")])
def test_schemes_that_one_header_offers(schemes: tuple[str, str]) -> None:
    """The password itself is not sent to a store that would do without it."""
    with (
        guarded(*schemes, together=True) as (url, seen),
        Endpoint(addresses_of(url), credentials=Credentials("me", SECRET)) as endpoint,
    ):
        assert endpoint.values(COUNT) == ["7"]
    assert set(seen) == {"", "Digest"}


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="r"',
        'Digest realm="r", nonce="n", algorithm=X',
        'Digest r, nonce="n"',
        'Digest realm="r", nonce="n", qop="auth-int"',
    ],
)
def test_a_challenge_that_cannot_be_met(challenge: str) -> None:
    class Odd(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(401)
            self.send_header("WWW-Authenticate", challenge)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            with (
                Endpoint(
                    addresses_of(f"http://127.0.0.1:{server.server_port}"), credentials=Credentials("me", SECRET)
                ) as endpoint,
                pytest.raises(EndpointError, match=r"/query: asks for a digest of the password that cannot be given"),
            ):
                endpoint.values(COUNT)
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_a_wrong_password(scheme: str) -> None:
    wrong = Credentials("me", "wrong-one")
    with (
        guarded(scheme) as (url, seen),
        Endpoint(addresses_of(url), credentials=wrong) as endpoint,
        pytest.raises(EndpointError, match=r"401 Unauthorized to the query.*is the user's password right") as caught,
    ):
        endpoint.values(COUNT)
    assert "wrong-one" not in str(caught.value)
    assert len(seen) <= 3, "a password that is wrong is not tried again and again"


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_errors_do_not_repeat_what_a_server_repeats(scheme: str) -> None:
    with (
        guarded(scheme) as (url, _),
        Endpoint(addresses_of(url), credentials=Credentials("me", SECRET)) as endpoint,
        pytest.raises(EndpointError, match="500") as caught,
    ):
        endpoint.update("INSERT DATA { }")
    assert not any(hidden in str(caught.value) for hidden in HIDDEN)


def test_a_redirect_is_not_followed() -> None:
    """A server cannot send the password on to another."""
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", f"http://localhost:{self.headers['Host'].rpartition(':')[2]}/taken?token=1")
            self.send_header("Content-Length", "0")
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/query"
            with (
                Endpoint(
                    addresses_of(url), credentials=Credentials("me", SECRET), patience=Patience(retries=2)
                ) as endpoint,
                pytest.raises(EndpointError, match=r"is redirected to http://localhost:.*/taken; if that is right"),
            ):
                endpoint.values(COUNT)
        finally:
            server.shutdown()
            thread.join()
    assert asked == ["/query"]


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{SECRET}@localhost/",
        f"http://{SECRET}@localhost/",
        f"http://me:{SECRET}@[x/",
        f"me:{SECRET}@localhost:7878",
        f"http:/me:{SECRET}@localhost:7878",
        f"htp://me:{SECRET}@localhost:7878/",
    ],
)
def test_urls_with_passwords_are_refused_and_not_shown(url: str) -> None:
    with pytest.raises(EndpointError) as caught:
        addresses_of(url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("variables", [{}, {"PFOCR_RDF_PASSWORD": "other"}], ids=["no password", "another"])
def test_an_address_with_a_password_is_refused_and_not_shown(
    variables: dict[str, str], examples: Path, tmp_path: Path
) -> None:
    where = ("--virtuoso", f"dba:{SECRET}@localhost:1111", "--virtuoso-folder", tmp_path, "--isql", "true")
    environment = {"PFOCR_RDF_PASSWORD": "", "NETRC": str(tmp_path / "none")} | variables
    done = inside("load", examples, *where, "--graph", "http://example.org/", environment=environment)
    assert done.returncode == 2
    assert "give one such as localhost:1111" in done.stderr.decode()
    assert "hunter2" not in done.stderr.decode()


@pytest.mark.parametrize(
    ("password", "repeated"),
    [
        ("x<b>y", "<html>x<b>y</b></html>"),
        ("x<y>&'z", "<html>x&lt;y&gt;&amp;&#x27;z</html>"),
        ("x'z", "it was x&#39;z"),
        ('x"\\y', '{"password": "x\\"\\\\y"}'),
    ],
)
def test_a_password_is_hidden_as_servers_write_it(password: str, repeated: str) -> None:
    """In pages and in JSON a password stands with its signs escaped; where tags are taken out it is not torn apart."""
    endpoint = Endpoint(addresses_of("http://localhost/"), credentials=Credentials("me", password))
    with endpoint:
        shown = endpoint._clean(repeated.encode())
    assert "…" in shown
    assert not any(letter in shown for letter in "xz")


def test_no_output_of_the_program_has_the_password(examples: Path) -> None:
    with guarded("basic") as (url, _):
        for arguments in (
            ("load", examples, "--endpoint", url, "--user", "me"),
            ("load", examples, "--endpoint", url, "--user", "me", "--replace"),
            ("query", "-e", "ASK { }", "--endpoint", url, "--user", "me"),
        ):
            done = run(*arguments, PFOCR_RDF_PASSWORD=SECRET)
            assert done.returncode == 2
            written = (done.stdout + done.stderr).decode()
            assert not any(hidden in written for hidden in HIDDEN), written
            assert written.count("\n") == 1
            assert "500" in written
