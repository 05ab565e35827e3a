"""The command line, with a fault at a stage of a load into an embedded store.

    python tests/interruptions.py STAGE FAULT load …

STAGE is where it happens: `begun`, when the new store is made; `part`, after the first part; `loaded`, when the store
is about to count; `counted`, just before the new store takes the old one's place; `aside`, after the old store was
moved aside, as on a system that cannot exchange two folders; `exchanged`, just after. FAULT is the name of a signal,
such as `KILL`, or `wait`, for ever. `miscount lose` says that one triple more was sent than there were.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pfocr_rdf import api, cli
from pfocr_rdf.stores import embedded, exchange


def main() -> None:
    stage, fault, *arguments = sys.argv[1:]

    def fail() -> None:
        if fault == "wait":
            print("waiting", flush=True)  # noqa: T201
            time.sleep(600)
        os.kill(os.getpid(), getattr(signal, f"SIG{fault}"))

    def then(call: Callable[..., Any], at: str) -> Callable[..., Any]:
        def called(*given: Any, **options: Any) -> Any:
            result = call(*given, **options)
            if stage == at:
                fail()
            return result

        return called

    def first(call: Callable[..., Any], at: str) -> Callable[..., Any]:
        def called(*given: Any, **options: Any) -> Any:
            if stage == at:
                fail()
            return call(*given, **options)

        return called

    def send(*given: Any, **options: Any) -> Any:
        counts = write_graph(given[0], then(given[1], "part"), **options)
        return replace(counts, triples=counts.triples + 1) if stage == "miscount" else counts

    write_graph = vars(api)["write_graph"]
    vars(api)["write_graph"] = send
    vars(embedded)["_begun"] = then(vars(embedded)["_begun"], "begun")
    vars(embedded)["_counted"] = first(vars(embedded)["_counted"], "loaded")
    for name in ("put_in_place", "put_in_empty_place"):
        vars(embedded)[name] = then(first(vars(embedded)[name], "counted"), "exchanged")
    if stage == "aside":
        vars(exchange)["_call"] = lambda names: None
        type.__setattr__(Path, "rename", then(Path.rename, "aside"))
    sys.argv = ["pfocr-rdf", *arguments]
    cli.main()


if __name__ == "__main__":
    main()
