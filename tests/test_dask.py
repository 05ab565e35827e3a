"""A Dask cluster: a real scheduler and two workers on the loopback give the same bytes, also when one is killed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from commands import Completed, inside, run
from conversions import Conversion, heavy_database
from pfocr_rdf import cluster as cluster_module
from pfocr_rdf.cache import cache_size
from pfocr_rdf.cluster import dask_runner
from pfocr_rdf.pools import WorkerError
from processes import on_linux, started, wait_until

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra dask (package distributed) is not installed"
)


class Cluster:
    """A scheduler and its workers, each a process."""

    def __init__(
        self, address: str, scheduler: subprocess.Popen[bytes], workers: list[subprocess.Popen[bytes]]
    ) -> None:
        self.address = address
        self.scheduler = scheduler
        self.workers = workers


@contextmanager
def cluster(folder: Path, workers: int = 2, **environment: str) -> Iterator[Cluster]:
    """Start a scheduler and workers on the loopback, these with an environment."""
    from distributed import Client

    file = folder / "scheduler.json"
    quiet = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error", "PYTHONPATH": str(Path(__file__).parent)} | environment

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard", "--scheduler-file", str(file)],
                stdout=log,
                stderr=log,
                cwd=folder,
                env=os.environ | quiet,
            )
        stack.callback(process.wait)
        stack.callback(process.kill)
        return process

    with ExitStack() as stack:
        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0")
        wait_until(file.exists, 30, "a scheduler")
        processes = [
            start("worker", "--host", "127.0.0.1", "--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
            for _ in range(workers)
        ]
        with Client(scheduler_file=str(file), set_as_default=False) as client:  # type: ignore[no-untyped-call]
            if workers:
                client.wait_for_workers(workers, timeout=60)
            address = client.scheduler_info()["address"]
        yield Cluster(address, scheduler, processes)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two workers for several tests."""
    with cluster(tmp_path_factory.mktemp("dask")) as cluster_:
        yield cluster_


@pytest.fixture(scope="module")
def expected(of_mixed: dict[str, Conversion]) -> Conversion:
    """What the records of `mixed` give as Turtle."""
    return of_mixed["turtle"]


DRIVER = """
    import os, signal, sys
    from pathlib import Path

    from conversions import converted
    from pfocr_rdf.cluster import dask_runner

    database, address, output, size, killed = sys.argv[1:]
    done = []

    def advance(records):
        done.append(records)
        if len(done) == 2 and killed != "none":
            os.kill(int(killed), signal.SIGKILL)

    if __name__ == "__main__":
        with dask_runner(address) as run:
            given = converted(database, format="turtle", size=int(size), run=run, advance=advance)
        assert len(done) > 10
        Path(output).write_bytes(given.output)
        Path(output + ".report").write_bytes(given.report)
"""


def convert(*arguments: str | Path, **environment: str) -> Completed:
    """Run the command in a process of its own, as Dask's client starts threads."""
    return run("convert", *arguments, **environment)


def driven(folder: Path, database: Path, address: str, *, size: int, killed: object = "none") -> tuple[bytes, bytes]:
    """Convert on a cluster in chunks of this size, and kill a process after the second; give output and report."""
    script, output = folder / "driver.py", folder / "x.ttl"
    script.write_text(textwrap.dedent(DRIVER))
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent / "benchmarks")])
    done = subprocess.run(
        [sys.executable, *map(str, (script, database, address, output, size, killed))],
        capture_output=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr.decode()
    return output.read_bytes(), Path(f"{output}.report").read_bytes()


def test_the_command_gives_the_same_bytes_on_a_cluster(
    mixed: Path, expected: Conversion, running: Cluster, tmp_path: Path
) -> None:
    output, report = tmp_path / "x.ttl", tmp_path / "report"
    done = convert(mixed, "-o", output, "--report", report, "-q", "--dask", running.address)
    assert done.returncode == 1, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert output.read_bytes() == expected.output
    assert report.read_bytes() == expected.report


def test_small_chunks_from_two_workers_come_in_order(
    mixed: Path, expected: Conversion, running: Cluster, tmp_path: Path
) -> None:
    assert driven(tmp_path, mixed, running.address, size=4) == (expected.output, expected.report)


@pytest.mark.slow
def test_an_archive_and_a_cache_work_on_a_cluster(
    mixed: Path, expected: Conversion, running: Cluster, tmp_path: Path
) -> None:
    archive = shutil.make_archive(str(tmp_path / "pfocr"), "gztar", mixed)
    for source in (mixed, mixed, archive):
        done = convert(source, "-o", tmp_path / "x.ttl", "-q", "--dask", running.address, "--cache", tmp_path / "cache")
        assert done.returncode == 1, done.stderr.decode()
        assert (tmp_path / "x.ttl").read_bytes() == expected.output


@pytest.mark.slow
def test_names_are_those_of_the_folder_where_the_command_runs(
    running: Cluster, mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers are in another folder."""
    monkeypatch.chdir(mixed.parent)
    assert convert(mixed.name, "-o", tmp_path / "here.ttl", "--report", tmp_path / "here", "-j", "1").returncode == 1
    for _ in range(2):
        arguments = ("-o", tmp_path / "x.ttl", "--report", tmp_path / "x", "--cache", "kept", "--dask", running.address)
        assert convert(mixed.name, *arguments).returncode == 1
        assert (tmp_path / "x.ttl").read_bytes() == (tmp_path / "here.ttl").read_bytes()
        assert (tmp_path / "x").read_bytes() == (tmp_path / "here").read_bytes()
    assert cache_size("kept")[0] > 50


def test_an_input_that_the_workers_do_not_find_is_said_so_in_one_line(
    running: Cluster, mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system that they do not share; here the folder has gone."""
    output = tmp_path / "x.ttl"
    output.write_bytes(b"as it was")
    gone = str(tmp_path / "gone")
    with (
        pytest.raises(WorkerError, match=rf"the worker tcp://\S+ does not find {gone}"),
        dask_runner(running.address, [str(mixed), gone]),
    ):
        pass
    assert output.read_bytes() == b"as it was"


@pytest.mark.slow
def test_a_worker_that_is_killed_in_mid_run_costs_nothing(mixed: Path, expected: Conversion, tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster(folder) as own:
        victim = own.workers[0]
        given = driven(tmp_path, mixed, own.address, size=2, killed=victim.pid)
        assert victim.wait(10) == -9
        assert own.workers[1].poll() is None
    assert given == (expected.output, expected.report)


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        pytest.param("tcp://", marks=pytest.mark.slow),
        pytest.param("tcp://127.0.0.1", marks=pytest.mark.slow),
        pytest.param("http://127.0.0.1:1", marks=pytest.mark.slow),
        pytest.param("ucx://127.0.0.1:1", marks=pytest.mark.slow),
        pytest.param("tcp://127.0.0.1:1/", marks=pytest.mark.slow),
        pytest.param("", marks=pytest.mark.slow),
    ],
)
def test_what_is_no_scheduler_s_address_is_said_so_in_one_line(mixed: Path, tmp_path: Path, address: str) -> None:
    done = convert(mixed, "-o", tmp_path / "x.ttl", "--dask", address)
    assert done.returncode == 2
    message = f"pfocr-rdf: {address}: is no address of a Dask scheduler; give tcp://HOST:PORT\n"
    assert done.stderr.decode() == message
    assert not (tmp_path / "x.ttl").exists()


@pytest.mark.slow
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://nohost.invalid:8786"])
def test_a_scheduler_that_does_not_answer_is_said_so_in_one_line(mixed: Path, tmp_path: Path, address: str) -> None:
    done = convert(mixed, "-o", tmp_path / "x.ttl", "--dask", address)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f"pfocr-rdf: {address}: no Dask scheduler answers")
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "x.ttl").exists()


@pytest.mark.slow
def test_what_takes_a_connection_and_says_nothing_is_no_scheduler(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfocr_rdf.cluster.CONNECTING", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        done = inside("convert", mixed, "-o", tmp_path / "x.ttl", "--dask", address)
    assert done.returncode == 2
    message = f"{address}: no Dask scheduler answers (what is there says nothing); give its address, tcp://HOST:PORT"
    assert done.stderr.decode() == f"pfocr-rdf: {message}\n"
    assert not (tmp_path / "x.ttl").exists()


@pytest.mark.slow
def test_a_scheduler_with_encryption_needs_certificates(mixed: Path, tmp_path: Path) -> None:
    done = convert(mixed, "-o", tmp_path / "x.ttl", "--dask", "tls://127.0.0.1:8786")
    assert done.returncode == 2
    assert done.stderr.decode().startswith("pfocr-rdf: tls://127.0.0.1:8786: needs certificates; ")
    assert done.stderr.count(b"\n") == 1


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupt_ends_the_run_and_not_the_cluster(
    running: Cluster, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    database = heavy_database(tmp_path / "database")
    output = tmp_path / "x.ttl"
    output.write_bytes(b"as it was")
    with started("convert", database, "-o", output, "--dask", running.address) as process:
        wait_until(lambda: bool(list(tmp_path.glob(".*.part"))), 30, "an output, not yet whole")
        process.send_signal(number)
        process.wait(2)
        _, stderr = process.communicate()
    assert process.returncode == code
    assert stderr == b"pfocr-rdf: interrupted; an earlier output is as it was\n"
    assert output.read_bytes() == b"as it was"
    assert sorted(tmp_path.iterdir()) == [database, output]
    assert all(worker.poll() is None for worker in running.workers)


@pytest.mark.slow
def test_a_cluster_without_workers_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfocr_rdf.cluster.PATIENCE", 0.5)
    with (
        cluster(tmp_path, workers=0) as empty,
        pytest.raises(WorkerError, match=r"^tcp://.*: the Dask cluster has no workers; start some"),
        dask_runner(empty.address),
    ):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("raise ImportError", "has no pfocr-rdf; install version"),
        ("__version__ = '0.0.1'", "has another pfocr-rdf, or another library; install pfocr-rdf"),
    ],
)
def test_a_worker_without_this_very_package_is_named(mixed: Path, tmp_path: Path, module: str, said: str) -> None:
    other = tmp_path / "other" / "pfocr_rdf"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text(module)
    output = tmp_path / "x.ttl"
    output.write_bytes(b"as it was")
    with cluster(tmp_path, workers=1, PYTHONPATH=str(other.parent)) as foreign:
        done = convert(mixed, "-o", output, "--dask", foreign.address)
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"pfocr-rdf: {foreign.address}: the worker tcp://127.0.0.1:")
    assert said in line
    assert output.read_bytes() == b"as it was"


@pytest.mark.slow
def test_a_worker_with_another_library_is_named_with_what_it_needs(mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import pyoxigraph\npyoxigraph.__version__ = '0.0.1'\n")
    with cluster(tmp_path, workers=1, PYTHONPATH=str(tmp_path)) as foreign:
        done = convert(mixed, "-o", tmp_path / "x.ttl", "--dask", foreign.address)
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert "has another pfocr-rdf, or another library; install " in line
    assert f"pyoxigraph {pyoxigraph.__version__}" in line
    assert not (tmp_path / "x.ttl").exists()


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("victim", ["scheduler", "worker"])
def test_a_cluster_that_freezes_before_the_run_is_one_error(
    tmp_path: Path, victim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfocr_rdf.cluster.PATIENCE", 1)
    check = vars(cluster_module)["_check_versions"]
    with cluster(tmp_path) as own:
        frozen = own.scheduler if victim == "scheduler" else own.workers[0]

        def freeze(client: Any, address: str) -> None:
            frozen.send_signal(signal.SIGSTOP)
            check(client, address)

        monkeypatch.setattr(cluster_module, "_check_versions", freeze)
        with (
            pytest.raises(WorkerError, match=r"^tcp://.*: a Dask worker, or the scheduler, does not answer; "),
            dask_runner(own.address),
        ):
            pass


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("victims", "number", "said"),
    [
        ("scheduler", signal.SIGKILL, "the Dask scheduler is gone"),
        ("scheduler", signal.SIGSTOP, "the Dask scheduler does not answer any more"),
        ("workers", signal.SIGKILL, "the Dask cluster has no workers"),
    ],
)
def test_a_cluster_that_goes_in_mid_run_is_one_error(
    tmp_path: Path, victims: str, number: signal.Signals, said: str
) -> None:
    database = heavy_database(tmp_path / "database")
    output = tmp_path / "x.ttl"
    output.write_bytes(b"as it was")
    script = tmp_path / "impatient.py"
    script.write_text(
        "from pfocr_rdf import cli, cluster, executors\ncluster.PATIENCE = executors.CHECK_SECONDS = 1\ncli.main()\n"
    )
    (tmp_path / "cluster").mkdir()
    with (
        cluster(tmp_path / "cluster") as own,
        started("convert", database, "-o", output, "--dask", own.address, program=script) as process,
    ):
        wait_until(lambda: bool(list(tmp_path.glob(".*.part"))), 30, "an output, not yet whole")
        for victim in [own.scheduler] if victims == "scheduler" else own.workers:
            victim.send_signal(number)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    (line,) = stderr.decode().splitlines()
    assert line.startswith(f"pfocr-rdf: {own.address}: {said}; start ")
    assert output.read_bytes() == b"as it was"
    assert not list(tmp_path.glob(".*.part"))


def test_without_the_extra_the_message_names_it(mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError\n")
    done = convert(mixed, "-o", tmp_path / "x.ttl", "--dask", "tcp://127.0.0.1:1", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    message = "pfocr-rdf: running on a Dask cluster needs the extra 'dask': pip install 'pfocr-rdf[dask]'\n"
    assert done.stderr.decode() == message
    assert not (tmp_path / "x.ttl").exists()
