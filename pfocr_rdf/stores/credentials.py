"""The name and password for a store: from where only their owner can read them, and to nowhere else.

A password never comes from the command line, which every user of the machine can see.
"""

from __future__ import annotations

import json
import os
import re
import stat
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from netrc import NetrcParseError, netrc
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from pfocr_rdf.errors import ReportedError

__all__ = ["PASSWORD_VARIABLE", "Credentials", "CredentialsError", "find_credentials"]

PASSWORD_VARIABLE: Final = "PFOCR_RDF_PASSWORD"  # noqa: S105 - a name


class CredentialsError(ReportedError):
    """A password that cannot be found or read; its message says where it may stand."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a store shall think we are.

    Attributes:
        user: the name.
        password: the password; no representation shows it.
    """

    user: str
    password: str = field(repr=False)

    def hide(self, text: str) -> str:
        """Take the password out of a text, as it is and as it is sent, or repeated in pages and JSON.

        Example:
            >>> Credentials("me", "secret").hide("'secret' (Basic bWU6c2VjcmV0) is wrong")
            "'…' (Basic …) is wrong"
        """
        sent = f"{self.user}:{self.password}".encode()
        forms = {self.password, quote(self.password), quote_plus(self.password), b64encode(sent).decode()}
        for page in (escape(self.password), escape(self.password, quote=False)):
            forms |= {page, page.replace("&#x27;", "&#39;")}
        forms |= {json.dumps(self.password, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
        for form in sorted(forms, key=lambda form: (-len(form), form)):
            text = text.replace(form, "…")
        return _RESPONSE.sub('response="…"', text)


_RESPONSE: Final = re.compile(r"""response=["']?[0-9a-f]{32,}["']?""")
"""What digest authentication sends in place of a password."""


def find_credentials(
    user: str | None,
    *,
    host: str,
    password_file: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Credentials | None:
    """Find the password of a user: in a file, the environment, or netrc, in this order.

    Args:
        user: the user's name, or None, who has none.
        host: the host that it is for, by which netrc finds it.
        password_file: a file whose first line is the password, or None.
        environment: the variables of the environment.

    Returns:
        The name and the password, or None where there is no user.

    Raises:
        CredentialsError: when there is none, or the file cannot be read.

    Example:
        >>> find_credentials("dba", host="localhost", environment={"PFOCR_RDF_PASSWORD": "secret"})
        Credentials(user='dba')
    """
    if user is None:
        if password_file is not None:
            raise CredentialsError("there is a password but no user; give --user NAME")
        return None
    if password_file is not None:
        return Credentials(user, _first_line(password_file))
    if password := environment.get(PASSWORD_VARIABLE):
        return Credentials(user, password)
    if password := _from_netrc(user, host, environment):
        return Credentials(user, password)
    raise CredentialsError(
        f"there is no password for the user {user!r}: set {PASSWORD_VARIABLE}, give --password-file FILE, or write"
        f" `machine {host} login {user} password …` into ~/.netrc"
    )


def _first_line(file: str | os.PathLike[str]) -> str:
    name = os.fspath(file)
    try:
        with open(name, encoding="utf-8") as opened:
            password = opened.readline(4096).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise CredentialsError(f"{name}: the password cannot be read: {(reason or 'error').lower()}") from None
    if not password:
        raise CredentialsError(f"{name}: the first line is empty; write the password into it")
    return password


def _from_netrc(user: str, host: str, environment: Mapping[str, str]) -> str | None:
    name = environment.get("NETRC") or str(Path("~/.netrc").expanduser())
    path = Path(name)
    if not path.is_file():
        return None
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CredentialsError(f"{name}: others may read it; chmod 600 {name}")
        found = netrc(name).authenticators(host)
    except NetrcParseError as error:  # its text may hold what stands there
        raise CredentialsError(f"{name}: line {error.lineno} cannot be read") from None
    except (OSError, UnicodeDecodeError):
        raise CredentialsError(f"{name}: cannot be read") from None
    if found is None or found[0] != user:
        return None
    return found[2]
