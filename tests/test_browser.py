"""The browser that other tests use: it shows pages, and what they ask for and complain of is on record."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from browser import console_errors, requested

PAGE = """<!doctype html><title>A page</title><p>before</p>
<script>document.querySelector("p").textContent = "after"; console.error("not well")</script>
<img src="https://pfocr.wikipathways.org/image.png" alt="">"""


def test_a_page(browser: WebDriver, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, "utf-8")
    browser.get(page.as_uri())
    assert browser.find_element(By.TAG_NAME, "p").text == "after"
    assert requested(browser) == [page.as_uri(), "https://pfocr.wikipathways.org/image.png"]
    assert [error for error in console_errors(browser) if "not well" in error]


def test_nothing_is_kept_for_the_next_test(browser: WebDriver) -> None:
    assert (requested(browser), console_errors(browser)) == ([], [])
