"""Pages as they are written: templates that escape what they are given, and a policy that lets a page fetch nothing.

A page is one file: its style stands in it, and its Content-Security-Policy names the digests of that style and of its
script, so that nothing which a record might smuggle in would run.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from pfocr_rdf.terms import iri_text
from pfocr_rdf.vocabulary import CC0

__all__ = [
    "content_security_policy",
    "licence_name",
    "relative_link",
    "render",
    "resource",
    "safe_link",
    "script_data",
    "style",
    "visible",
]


def render(template: str, **values: object) -> bytes:
    """Fill in a template.

    Args:
        template: its name in `pfocr_rdf/pages/templates/`.
        values: what it shows; texts are escaped.
    """
    return _environment().get_template(template).render(values).encode("utf-8", "replace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"visible": visible, "number": _number, "size": _size, "relative": relative_link}
    environment.filters |= {"safe_link": safe_link, "licence": licence_name}
    return environment


@cache
def resource(name: str) -> str:
    """Read a file of the templates' folder."""
    return files("pfocr_rdf.pages").joinpath("templates", name).read_text("utf-8")


@cache
def style(name: str) -> Markup:
    """Give a style sheet as it stands in pages: ours, without the blanks that nobody reads."""
    text = re.sub(r"/\*.*?\*/", "", resource(name), flags=re.S)
    return Markup(re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text)).strip())  # noqa: S704 - our own text


def content_security_policy(*, styles: Iterable[str], scripts: Iterable[str] = (), images: Iterable[str] = ()) -> str:
    """Give a policy that allows these styles and scripts, and images from these origins, and nothing else.

    Args:
        styles: the texts of `<style>` elements.
        scripts: the texts of `<script>` elements.
        images: origins, such as `https://example.org`.

    >>> content_security_policy(styles=["p{}"])
    "default-src 'none'; img-src data:; style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; \
base-uri 'none'; form-action 'none'"
    """
    allowed = {
        "default-src": ["'none'"],
        "img-src": ["data:", *images],
        "style-src": [_digest(text) for text in styles],
        "script-src": [_digest(text) for text in scripts],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in allowed.items() if values)


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def origin(url: str) -> str | None:
    """Give the scheme, host and port of an address, or None where a policy cannot name them.

    >>> origin("https://europepmc.org/articles/PMC1/bin/a.jpg")
    'https://europepmc.org'
    """
    parts = urlsplit(url)
    found = f"{parts.scheme}://{parts.netloc}"
    return found if _ORIGIN.fullmatch(found) else None


_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")


def script_data(value: Any) -> Markup:
    r"""Write JSON as the text of a `<script>` element: nothing in it can end the element, or begin a comment.

    >>> print(script_data({"name": "</script><!--"}))
    {"name": "\u003c/script\u003e\u003c!--"}
    """
    text = json.dumps(value, ensure_ascii=False, indent=1 if isinstance(value, dict) and len(value) > 3 else None)
    return Markup(_MARKUP.sub(lambda found: f"\\u{ord(found[0]):04x}", text))  # noqa: S704 - escaped here


_MARKUP: Final = re.compile("[<>&\u2028\u2029]")


def safe_link(url: str) -> str | None:
    """Give an address that a link may have, or None: others than of the web might run something.

    >>> safe_link("javascript:alert(1)") is None
    True
    """
    return url if url.startswith(("https://", "http://")) else None


def licence_name(iri: str) -> str:
    """Name a licence for people.

    >>> licence_name("https://creativecommons.org/publicdomain/zero/1.0/")
    'CC0 1.0 (public domain)'
    """
    return "CC0 1.0 (public domain)" if iri == iri_text(CC0) else iri


def relative_link(path: str) -> str:
    """Give the address of a file from its path relative to the page, with slashes.

    >>> relative_link("figures/a%2Fb c.html")
    'figures/a%252Fb%20c.html'
    """
    return quote(path, safe="/-._~")


def visible(text: str) -> str:
    r"""Make the characters of a text seen that would act on what surrounds it: controls, and overrides of direction.

    >>> visible("a\x00b\u202ec")
    'a�b�c'
    """
    return _ACTING.sub("\ufffd", text)


_ACTING: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")


def _number(value: int) -> str:
    return f"{value:,}"


def _size(value: int) -> str:
    """Write a number of bytes for people.

    >>> _size(999), _size(1_234_567)
    ('999 B', '1.2 MB')
    """
    if value < 1000:
        return f"{value} B"
    size = float(value)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.95:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:,.1f} TB"
