"""Calls in threads: in order, some at once, and never in the way of an interrupt."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import Future

import pytest

from pfocr_rdf.threads import in_threads
from processes import wait_until


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    """Though of two, where there are threads for both, the second is done before the first."""
    done = [threading.Event() for _ in range(8)]

    def call(number: int) -> int:
        if threads > 1 and number % 2 == 0:
            assert done[number + 1].wait(20)
        done[number].set()
        return number

    assert list(in_threads(call, range(8), threads=threads)) == list(range(8))


def test_calls_are_under_way_at_once() -> None:
    meeting = threading.Barrier(2)
    assert len(list(in_threads(lambda _: meeting.wait(20), range(2), threads=2))) == 2


@pytest.mark.parametrize(("threads", "most"), [(0, 1), (1, 1), (2, 2)])
def test_no_more_calls_are_under_way_than_asked_for(threads: int, most: int) -> None:
    running, seen = [0], [0]
    lock = threading.Lock()

    def call(_: int) -> None:
        with lock:
            running[0] += 1
            seen[0] = max(seen[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1

    assert len(list(in_threads(call, range(10), threads=threads))) == 10
    assert seen[0] == most


@pytest.mark.parametrize("possible", [0, 1])
def test_one_thread_does_where_no_more_can_be_started(possible: int, monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def few(thread: threading.Thread) -> None:
        if len(started) == possible:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", few)
    given = in_threads(abs, range(5), threads=3)
    if possible:
        assert list(given) == [0, 1, 2, 3, 4]
    else:
        with pytest.raises(RuntimeError, match="can't start new thread"):
            next(given)


def test_what_a_call_raises_is_raised_in_its_place() -> None:
    given = in_threads(lambda number: 6 // number, [3, 0, 2], threads=2)
    assert next(given) == 2
    with pytest.raises(ZeroDivisionError):
        next(given)


def test_no_call_begins_that_nobody_waits_for() -> None:
    begun: list[int] = []
    go = threading.Event()

    def call(number: int) -> int:
        begun.append(number)
        assert number == 0 or go.wait(20)
        return number

    before = threading.active_count()
    given = in_threads(call, range(100), threads=1)
    assert next(given) == 0
    given.close()  # type: ignore[attr-defined]  # it is a generator
    go.set()
    wait_until(lambda: threading.active_count() <= before, 20, "the end of the thread")
    assert len(begun) <= 2


def test_who_has_the_result_has_the_item_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a load closes its store, once its files are put together."""

    class Item:
        pass

    done = threading.Event()
    set_result = Future.set_result

    def and_waits(future: Future[int], result: int) -> None:
        set_result(future, result)
        done.wait(20)

    monkeypatch.setattr(Future, "set_result", and_waits)
    item = Item()
    left = weakref.ref(item)
    assert list(in_threads(lambda _: 7, [item], threads=1)) == [7]
    del item
    try:
        assert left() is None
    finally:
        done.set()


def test_nothing_is_nothing() -> None:
    assert list(in_threads(len, [], threads=2)) == []


def test_an_interrupt_is_heard_while_a_call_is_under_way() -> None:
    code = """
import time
from pfocr_rdf.threads import in_threads

print(flush=True)
list(in_threads(time.sleep, [60], threads=1))
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(20)
        assert time.monotonic() - start < 10  # far less than the call takes
        assert process.returncode == -signal.SIGINT
