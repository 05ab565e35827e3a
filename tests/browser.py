"""A real browser on the loopback: what a page asks for, what it complains of, and how it looks.

The browser is Chromium as the system installs it (`chromium` on Debian and Ubuntu), driven by Playwright, which brings
none of its own here. Where a request may go is written down, and nothing leaves the machine: a request to any other
host is recorded, and refused.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:  # the tests that need no browser run without it
    from playwright.sync_api import Browser, Page, Route

__all__ = ["Visit", "accessibility_faults", "chromium", "visit"]

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
OPTIONS: Final = (
    "--no-sandbox",  # Chromium refuses to run as root with it, as in most containers
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium without a window; where it is not installed, the test is skipped."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[test]'")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Visit:
    """A page as it was opened.

    Attributes:
        page: the page; Playwright's.
        requests: the addresses that were asked for, in order.
        complaints: errors and warnings of the console, and exceptions of scripts.
        refused: addresses on other hosts that the page asked for, and did not get.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def scrolls_sideways(self) -> bool:
        """Tell whether the page is wider than its window."""
        sizes: list[int] = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        return sizes[0] > sizes[1]


@contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 900,
    dark: bool = False,
    javascript: bool = True,
    answers: dict[str, Path] | None = None,
) -> Iterator[Visit]:
    """Open a page in a fresh profile.

    Args:
        browser: the browser.
        url: the page's address: a file, or a server on the loopback.
        width: the window's width.
        height: its height.
        dark: whether the reader prefers dark colours.
        javascript: whether scripts run.
        answers: files that are given as answers of other hosts, by address; any other request there is refused.

    Example:
        with chromium() as browser, visit(browser, url, width=360) as seen:
            assert not seen.complaints and not seen.scrolls_sideways()
    """
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=javascript,
        is_mobile=width < 600,
        has_touch=width < 600,
        device_scale_factor=1,
    )
    try:
        page = context.new_page()
        page.set_default_timeout(10_000)
        seen = Visit(page)

        def route(asked: Route) -> None:
            address = asked.request.url
            if _is_here(address):
                asked.continue_()
            elif answers is not None and address in answers:
                asked.fulfill(path=answers[address])
            else:
                seen.refused.append(address)
                asked.abort()

        context.route("**/*", route)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: seen.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.goto(url, wait_until="load")
        yield seen
    finally:
        context.close()


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("file", "data", "about", "blob") or parts.hostname in LOOPBACK


def accessibility_faults(page: Page) -> list[str]:
    """Give what axe finds wrong with a page, a line for each element, and the rules that it could not decide on."""
    api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found: dict[str, Any] = api.Axe().run(page).response
    assert found["passes"], "axe has looked at nothing"
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node['html'][:200]}: {node.get('failureSummary')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
