"""Calls in threads of this process: for such as spend their time in a library that lets others run meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

__all__ = ["in_threads"]

_Item = TypeVar("_Item")
_Given = TypeVar("_Given")


def in_threads(
    call: Callable[[_Item], _Given], items: Iterable[_Item], *, threads: int, seconds: float | None = None
) -> Iterator[_Given]:
    """Yield what a call gives for items, in their order.

    This thread only waits, so that an interrupt is heard at once. Calls under way are then left to themselves, and end
    with the process at the latest; `concurrent.futures` would wait for them.

    Args:
        call: what is called.
        items: what it is called with; all are taken before the first call.
        threads: how many calls are under way at once, at most; less than one counts as one.
        seconds: how long what each gives is waited for, at most.

    Raises:
        BaseException: what a call raised, in the place of what it would have given.
        TimeoutError: when a call takes too long.
        RuntimeError: when not even one thread can be started.

    >>> list(in_threads(len, ["one", "three"], threads=2))
    [3, 5]
    """
    waiting: SimpleQueue[tuple[Future[_Given], _Item]] = SimpleQueue()
    given: list[Future[_Given]] = []
    for item in items:
        given.append(Future())
        waiting.put((given[-1], item))

    def work() -> None:
        with suppress(Empty):
            while True:
                future, item = waiting.get_nowait()
                try:
                    result = call(item)
                except BaseException as error:
                    future.set_exception(error)
                else:
                    del item  # who has the result may count on it that nobody has the item
                    future.set_result(result)

    try:
        for number in range(min(max(threads, 1), len(given))):
            try:
                Thread(target=work, daemon=True).start()
            except RuntimeError:  # the system has no more of them
                if not number:
                    raise
                break
        for future in given:
            yield future.result(seconds)
    finally:
        with suppress(Empty):
            while True:  # nobody wants the rest
                waiting.get_nowait()
