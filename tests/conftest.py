"""What the tests of several files share: options, and the databases that they read."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

import pfocr_rdf
from browser import chromium
from checkouts import Checkout
from conversions import Conversion, converted, mixed_database
from pfocr_rdf.serialization import FORMATS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]

for _name in ("NO_PROXY", "no_proxy"):  # the servers of the tests are on the loopback, whatever the environment's proxy
    os.environ[_name] = "127.0.0.1,localhost"

for _number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if (
        signal.getsignal(_number) is signal.SIG_IGN
    ):  # as in the background of a shell, or with nohup; programs inherit it
        signal.signal(_number, signal.default_int_handler)

settings.register_profile("local", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.register_profile("thorough", settings.get_profile("local"), max_examples=2000)  # pytest --hypothesis-profile
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden files be written anew."""
    parser.addoption("--update-golden", action="store_true", help="write what comes out as what is expected")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def examples() -> Path:
    """The examples, a small database."""
    return ROOT / "examples"


@pytest.fixture(scope="session")
def sample() -> Path:
    """A sample of PFOCR's database, which may stand beside this project; where there is none, tests are skipped."""
    path = ROOT.parent / "shared" / "pfocr-sample"
    if not path.is_dir():
        pytest.skip(f"there is no sample of PFOCR's database at {path}")
    return path


@pytest.fixture(scope="session")
def sample_ntriples(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The whole sample as N-Triples, converted once for all tests."""
    output = tmp_path_factory.mktemp("sample") / "sample.nt"
    pfocr_rdf.convert([sample], output, format="ntriples")
    return output.read_bytes()


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some sixty records, of which some are broken or stand twice."""
    return mixed_database(tmp_path_factory.mktemp("mixed") / "database")


@pytest.fixture(scope="session")
def of_mixed(mixed: Path) -> dict[str, Conversion]:
    """What they give in each format, converted in one chunk in this process."""
    return {name: converted(mixed, format=name) for name in FORMATS}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """An empty checkout."""
    root = tmp_path / "database"
    root.mkdir()
    return Checkout(root, tmp_path)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, for one module: Playwright keeps an event loop in the thread, which others would meet."""
    with chromium() as program:
        yield program
