"""The command line, with a converter that fails on one record.

    python tests/faults.py SIZE FAULT FIGID MARKER convert …

SIZE is that of chunks. FAULT is what happens when the record is read: its process is killed or ends, or an exception is
raised. With a MARKER other than `-` it happens once: the file is made, and as long as it is there, nothing happens.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pfocr_rdf import api, cli, conversion


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tear() -> None:
    """Be killed while a result is on its way: its length is sent, and a part of it."""
    frame = sys._getframe()
    while "result_queue" not in frame.f_locals:
        assert frame.f_back is not None
        frame = frame.f_back
    os.write(frame.f_locals["result_queue"]._writer.fileno(), struct.pack("!i", 1_000_000) + b"half of it")
    kill()


def end() -> None:
    os._exit(0)


def fail() -> None:
    raise RuntimeError("the record is too much")


def exhaust() -> None:
    raise MemoryError


FAULTS: dict[str, Callable[[], None]] = {function.__name__: function for function in (kill, tear, end, fail, exhaust)}


def main() -> None:
    size, fault, figid, marker, *arguments = sys.argv[1:]
    vars(api)["CHUNK"] = conversion.convert_databases.__kwdefaults__["size"] = int(size)
    parse = conversion.parse_record

    def failing(content: Any, **options: Any) -> Any:
        if content.stem == figid and not (marker != "-" and Path(marker).exists()):
            if marker != "-":
                Path(marker).touch()
            FAULTS[fault]()
        return parse(content, **options)

    conversion.parse_record = failing
    sys.argv[1:] = arguments
    cli.main()


if __name__ == "__main__":
    main()
