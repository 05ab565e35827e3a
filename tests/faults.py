"""The command line, with a converter that fails on one record.

    python tests/faults.py SIZE FAULT FIGID MARKER convert …

SIZE is that of chunks. FAULT is what happens when the record is read: its process is killed or ends, or an exception is
raised. With a MARKER other than `-` it happens once: the file is made, and as long as it is there, nothing happens.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from pfocr_rdf import api, cli, conversion, inputs, workers


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tear() -> None:
    """Be killed while the result is on its way."""

    def dump(given: object, file: IO[bytes], protocol: int) -> None:
        file.write(b"half of it")
        file.flush()
        kill()

    vars(workers)["pickle"] = SimpleNamespace(dump=dump, HIGHEST_PROTOCOL=5)


def end() -> None:
    os._exit(0)


def fail() -> None:
    raise RuntimeError("the record is too much")


def exhaust() -> None:
    raise MemoryError


FAULTS: dict[str, Callable[[], None]] = {function.__name__: function for function in (kill, tear, end, fail, exhaust)}


def main() -> None:
    size, fault, figid, marker, *arguments = sys.argv[1:]
    defaults = conversion.convert_databases.__kwdefaults__ or {}
    vars(api)["CHUNK"] = vars(inputs)["CHUNK"] = defaults["size"] = int(size)
    parse = vars(conversion)["parse_record"]

    def failing(content: Any, **options: Any) -> Any:
        if content.stem == figid and not (marker != "-" and Path(marker).exists()):
            if marker != "-":
                Path(marker).touch()
            FAULTS[fault]()
        return parse(content, **options)

    vars(conversion)["parse_record"] = failing
    sys.argv[1:] = arguments
    cli.main()


if __name__ == "__main__":
    main()
