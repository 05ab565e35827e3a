"""Pages in a real browser: at a desk and on a phone, in light and dark, without JavaScript, and with hostile records.

A browser is slow: but for one look at each of an index, a figure and a figure of a hostile record, they are slow tests.

`pytest --update-golden tests/test_pages_browser.py` takes the picture of the examples' index page anew, for README.md.
"""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browser import accessibility_faults, visit
from builders import block, record, table
from checkouts import Checkout
from pfocr_rdf.pages import figure_lists
from publications import released
from releases import make

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESK, PHONE = 1280, 360
SCRIPTS = [pytest.param(True, id="script"), pytest.param(False, id="no-script", marks=pytest.mark.slow)]
LOOKS = [
    pytest.param(DESK, False, id="desk-light", marks=pytest.mark.slow),
    pytest.param(DESK, True, id="desk-dark", marks=pytest.mark.slow),
    pytest.param(PHONE, False, id="phone-light", marks=pytest.mark.slow),
    pytest.param(PHONE, True, id="phone-dark"),
]
FIGURE = "figures/PMC99000001__fcell-08-900001-g001.html"
IMAGE = "https://europepmc.org/articles/PMC99000001/bin/fcell-08-900001-g001.jpg"


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that writes no log."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The release of the examples on a server of the loopback."""
    folder = tmp_path_factory.mktemp("site") / "release"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figure_lists, "FIGURES", 4)
        make(examples, folder, figures=True)
    with serving(folder) as url:
        yield url


class serving:
    """A folder on a server of the loopback, for a while."""

    def __init__(self, folder: Path) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image that is wider and higher than any window: 3000 by 2400 pixels, grey."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    width, height = 3000, 2400
    rows = zlib.compress((b"\0" + b"\xc0" * width) * height)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    path = tmp_path_factory.mktemp("image") / "figure.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("javascript", SCRIPTS)
@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_index(browser: Browser, site: str, width: int, dark: bool, javascript: bool) -> None:
    with visit(browser, f"{site}index.html", width=width, dark=dark, javascript=javascript) as seen:
        assert seen.requests == [f"{site}index.html"]
        assert not seen.complaints
        assert not seen.scrolls_sideways()
        assert seen.page.locator("h1").inner_text() == "PFOCR: Pathway Figure OCR"
        assert seen.page.locator("svg").count() == 4
        for name in ("pfocr-2026.11.nt.gz", "pfocr-2026.11.ttl.gz", "pfocr-2026.11.gmt"):  # what most people come for
            assert seen.page.get_by_role("link", name=name, exact=True).is_visible()
        assert not seen.page.get_by_role("link", name="void.ttl", exact=True).is_visible()
        open_all(seen.page)
        assert not seen.scrolls_sideways()
        if javascript:  # which axe itself needs
            assert not accessibility_faults(seen.page)


@pytest.mark.parametrize("javascript", SCRIPTS)
@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_figure(browser: Browser, site: str, image: Path, width: int, dark: bool, javascript: bool) -> None:
    answers = {IMAGE: image}
    with visit(browser, site + FIGURE, width=width, dark=dark, javascript=javascript, answers=answers) as seen:
        if javascript:  # without it, browsers load images at once
            come_to_image(seen.page)
        assert seen.requests == [site + FIGURE, IMAGE]
        assert not seen.complaints
        assert not seen.refused
        assert not seen.scrolls_sideways()
        box = seen.page.locator("img").bounding_box()
        assert box is not None
        assert box["width"] <= width
        assert box["height"] <= 900
        assert box["width"] >= 0.6 * min(width, 1050)
        if javascript:  # which axe itself needs
            assert not accessibility_faults(seen.page)


@pytest.mark.slow
@pytest.mark.parametrize("javascript", SCRIPTS)
@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_list_of_figures(browser: Browser, site: str, width: int, dark: bool, javascript: bool) -> None:
    url = f"{site}figures/index-2.html"
    with visit(browser, url, width=width, dark=dark, javascript=javascript) as seen:
        assert seen.requests == [url]
        assert not seen.complaints
        assert not seen.scrolls_sideways()
        seen.page.locator("summary").click()
        assert seen.page.locator(".ranges li").count() == 4
        assert not seen.scrolls_sideways()
        if javascript:  # which axe itself needs
            assert not accessibility_faults(seen.page)


@pytest.mark.slow
def test_a_figure_whose_image_does_not_come(browser: Browser, site: str) -> None:
    """Its place says what was to be seen, and the rest of the page is as it was."""
    with visit(browser, site + FIGURE, width=PHONE) as seen:
        come_to_image(seen.page)
        assert seen.refused == [IMAGE]
        box = seen.page.locator("img").bounding_box()
        assert box is not None
        assert box["height"] >= 100
        assert not seen.scrolls_sideways()
        assert not accessibility_faults(seen.page)
        assert seen.page.locator("section.mentions").count() == 3


@pytest.mark.slow
def test_light_and_dark_differ(browser: Browser, site: str) -> None:
    colours = []
    for dark in (False, True):
        with visit(browser, f"{site}index.html", dark=dark) as seen:
            colours.append(seen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]


@pytest.mark.slow
def test_a_query_can_be_copied(browser: Browser, site: str) -> None:
    """By its button; or, without JavaScript, by one click, which selects the whole."""
    with visit(browser, f"{site}index.html") as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        query = seen.page.locator(".queries details").first
        query.locator("summary").click()
        text = query.locator("code").text_content()
        query.get_by_role("button", name="Copy").click()
        query.get_by_role("button", name="Copied").wait_for()
        assert seen.page.evaluate("navigator.clipboard.readText()") == text
        assert not seen.complaints
    with visit(browser, f"{site}index.html", javascript=False) as seen:
        query = seen.page.locator(".queries details").first
        query.locator("summary").click()
        assert query.get_by_role("button").count() == 0
        query.locator("code").click()
        assert seen.page.evaluate("getSelection().toString().trim()") == str(text).strip()


@pytest.mark.slow
def test_from_the_index_to_a_figure_and_back(browser: Browser, site: str, image: Path) -> None:
    """By the figures that the index shows, and by the list of all, along its pages and along the figures."""
    with visit(browser, f"{site}index.html", javascript=False) as seen:
        page = seen.page
        page.locator(".cards a").first.click()
        page.wait_for_url("**/figures/PMC*.html")
        assert page.locator("main figure").count() == 1
        page.locator("header a").first.click()
        page.wait_for_url("**/index.html")
        page.get_by_role("link", name="All 15 figures").click()
        page.wait_for_url("**/figures/index.html")
        page.get_by_role("link", name="Next").first.click()
        page.wait_for_url("**/figures/index-2.html")
        page.locator(".figures a").last.click()
        page.wait_for_url("**/figures/PMC*.html")
        last = page.url
        page.get_by_role("link", name="Next").click()
        page.wait_for_url(lambda url: "PMC" in url and url != last)
        page.get_by_role("link", name="All figures").click()
        page.wait_for_url("**/figures/index-3.html#PMC*")
        assert page.locator(".figures li:target a").get_attribute("href") == page.locator(
            ".figures a"
        ).first.get_attribute("href")


@pytest.mark.slow
def test_the_browser_reads_the_description_of_the_dataset(browser: Browser, site: str) -> None:
    with visit(browser, f"{site}index.html") as seen:
        text = seen.page.locator('script[type="application/ld+json"]').text_content()
        assert json.loads(str(text))["@type"] == "Dataset"


@pytest.mark.slow
def test_on_paper(browser: Browser, site: str, image: Path) -> None:
    """Printed, a figure is dark on white whatever the reader prefers, and not wider than the sheet."""
    with visit(browser, site + FIGURE, dark=True, answers={IMAGE: image}) as seen:
        seen.page.emulate_media(media="print", color_scheme="dark")
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        seen.page.set_viewport_size({"width": 700, "height": 1000})
        assert not seen.scrolls_sideways()


# ------------------------------------------------------------------------------------------------ hostile records

ALERT = "window.hacked = true"
MARKUP = (
    f"<script>{ALERT}</script><img src=x onerror='{ALERT}'>\"><svg/onload='{ALERT}'></title></style></textarea>"
    f"<style>*{{display:none}}</style><iframe srcdoc='<script>parent.{ALERT}</script>'></iframe>"
    "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=https://evil.example/'><!--"
)
LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 40
BIDI = "\u202egnissap \u2067 \u2069 \u202c \x00\x07\x1b[31m end"
ARABIC = "مسار الإشارة في الخلية"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A release of records that attack those who look at them, on a server of the loopback."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "database").mkdir()
    checkout = Checkout(folder / "database", folder)
    texts = {"markup": MARKUP, "long": LONG, "bidi": BIDI.replace("\x00", "").replace("\x07", ""), "arabic": ARABIC}
    for name, text in texts.items():
        figid = f"PMC1__{name}"
        values: dict[str, Any] = {
            "figid": figid,
            "pmcid": f"PMC{len(name)}{len(text)}",
            "figtitle": text,
            "caption": f"{text} {text}",
            "papertitle": text,
            "reftext": text,
            "journal_title": text,
            "number": text,
            "figtype": text,
            "keywords": text,
            "year": "2020",
            "organisms": [text, "Homo sapiens"],
            "automl_pathway": "0.9",
            "filename": f"{name}.jpg",
            "schema-jsonld": block(id=f"https://pfocr.wikipathways.org/figures/{figid}.html", description=text),
        }
        checkout.write(f"_figures/{figid}.md", record(values, allow_unicode=False))
        cell = text.replace("\t", " ").replace("\n", " ")
        checkout.write(
            f"_data/{figid}-genes.tsv",
            table("gene", ("9606", "Homo sapiens", "Primates", cell, cell, cell, "7157", cell, "1", "1", "1")),
        )
    with serving(released(checkout.root, folder).write(folder / "site")) as url:
        yield url


@pytest.mark.parametrize("width", [pytest.param(DESK, marks=pytest.mark.slow), PHONE])
@pytest.mark.parametrize(
    "name", ["markup", *(pytest.param(name, marks=pytest.mark.slow) for name in ("long", "bidi", "arabic"))]
)
def test_a_hostile_figure(browser: Browser, hostile: str, name: str, width: int) -> None:
    """Nothing of it runs, is fetched, hides or widens the page, or leads elsewhere."""
    with visit(browser, f"{hostile}figures/PMC1__{name}.html", width=width) as seen:
        page = seen.page
        come_to_image(page)
        assert page.evaluate("window.hacked") is None
        assert page.url.startswith(hostile)
        assert all(address.startswith("https://europepmc.org/articles/") for address in seen.refused)
        assert len(seen.refused) == 1
        assert not [said for said in seen.complaints if "ERR_FAILED" not in said]
        assert not seen.scrolls_sideways()
        assert page.locator("h1").is_visible()
        assert page.locator("script").count() == 0
        assert page.locator("iframe").count() == 0
        assert not accessibility_faults(page)


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_list_of_hostile_figures(browser: Browser, hostile: str, width: int) -> None:
    with visit(browser, f"{hostile}figures/index.html", width=width) as seen:
        assert seen.page.evaluate("window.hacked") is None
        assert seen.requests == [f"{hostile}figures/index.html"]
        assert not seen.complaints
        assert not seen.scrolls_sideways()
        assert seen.page.locator(".figures li").count() == 4
        assert not accessibility_faults(seen.page)


@pytest.mark.slow
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_an_index_of_hostile_figures(browser: Browser, hostile: str, width: int) -> None:
    with visit(browser, f"{hostile}index.html", width=width) as seen:
        open_all(seen.page)
        assert seen.page.evaluate("window.hacked") is None
        assert seen.requests == [f"{hostile}index.html"]
        assert not seen.complaints
        assert not seen.scrolls_sideways()
        assert seen.page.locator("script").count() == 2
        assert not accessibility_faults(seen.page)


@pytest.mark.slow
def test_a_reversed_text_reverses_nothing_else(browser: Browser, hostile: str) -> None:
    """What stands after it on the line is where it would be without it."""
    with visit(browser, f"{hostile}figures/PMC1__bidi.html") as seen:
        shown = seen.page.locator("h1").inner_text()
        assert "\u202e" not in shown
        assert shown.startswith("\ufffdgnissap")


def come_to_image(page: Page) -> None:
    """Scroll to the image, which is loaded only then, and wait until it is there or has failed."""
    page.locator("img").scroll_into_view_if_needed()
    for _ in range(100):  # `wait_for_function` needs an eval, which the page's policy forbids
        if page.evaluate("document.images[0].complete"):
            return
        page.wait_for_timeout(50)
    pytest.fail("the image neither comes nor fails")


def open_all(page: Page) -> None:
    """Open whatever can be opened."""
    assert page.evaluate("[...document.querySelectorAll('details')].map(part => { part.open = true }).length") > 20


# ------------------------------------------------------------------------------------------- README's picture


@pytest.mark.slow
def test_picture_of_the_index(browser: Browser, site: str, root: Path, request: pytest.FixtureRequest) -> None:
    """README shows the upper part of the examples' index page; it is taken anew with --update-golden."""
    picture = root / "examples" / "index.png"
    with visit(browser, f"{site}index.html", width=DESK, height=1500) as seen:
        taken = seen.page.screenshot(clip={"x": 0, "y": 0, "width": DESK, "height": 1500})
    if request.config.getoption("--update-golden"):
        picture.write_bytes(taken)
    assert picture.read_bytes()[:8] == taken[:8]
    assert struct.unpack(">II", picture.read_bytes()[16:24]) == (DESK, 1500)
    assert len(picture.read_bytes()) < 300_000
