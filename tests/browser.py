"""A real browser: headless Chromium, which reaches this machine alone, with its requests and errors on record."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

SWITCHES = (
    "--headless=new",
    "--window-size=1280,1000",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    # no name is looked up and no other machine is reached; what a page asks for is on record all the same
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--no-proxy-server",
)


@contextmanager
def chromium(profile: Path) -> Iterator[WebDriver]:
    """Start a browser with a fresh profile; tests are skipped where there is none."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("needs a browser: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # which Chromium cannot have as root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = WebDriver(options, Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


def forget(browser: WebDriver) -> None:
    """Leave the page, and forget what was logged."""
    browser.get("about:blank")
    for kind in ("browser", "performance"):
        _log(browser, kind)


def console_errors(browser: WebDriver) -> list[str]:
    """Give the errors that the console shows since it was last asked."""
    return [entry["message"] for entry in _log(browser, "browser") if entry["level"] == "SEVERE"]


def requested(browser: WebDriver) -> list[str]:
    """Give the addresses that the browser asked for since it was last asked, those it could not reach as well."""
    events = [json.loads(entry["message"])["message"] for entry in _log(browser, "performance")]
    addresses = [
        event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"
    ]
    return [address for address in addresses if not address.startswith(("data:", "blob:", "about:"))]


def _log(browser: WebDriver, kind: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries
