"""The command line: as users run it, in a process of its own, and in this one, which is quicker."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from unittest import mock

from pfocr_rdf.cli import main
from pfocr_rdf.signals import ENDING

Completed = subprocess.CompletedProcess[bytes]


def run(*arguments: str | Path, **environment: str) -> Completed:
    """Run `pfocr-rdf` in a process of its own."""
    command = [sys.executable, "-m", "pfocr_rdf", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=os.environ | environment, check=False, timeout=400)


def convert(*arguments: str | Path, stdin: bytes = b"") -> Completed:
    """Run `pfocr-rdf convert` with one worker in this process."""
    return inside("convert", "-j", "1", *arguments, stdin=stdin)


def inside(
    *arguments: str | Path, stdin: bytes = b"", environment: Mapping[str, str] = MappingProxyType({})
) -> Completed:
    """Run `pfocr-rdf` in this process."""
    command = ["pfocr-rdf", *map(str, arguments)]
    signals = {number: signal.getsignal(number) for number in ENDING}
    out, err = BytesIO(), BytesIO()
    stdout, stderr = TextIOWrapper(out, "utf-8"), TextIOWrapper(err, "utf-8")
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch.multiple(sys, argv=command, stdin=TextIOWrapper(BytesIO(stdin)), stdout=stdout, stderr=stderr),
        # a process of its own may tune these; here, each command would collect what all tests have left
        mock.patch.multiple(gc, collect=mock.DEFAULT, freeze=mock.DEFAULT, set_threshold=mock.DEFAULT),
    ):
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code
        finally:
            for number, handler in signals.items():
                signal.signal(number, handler)
        stdout.flush()
        stderr.flush()
    assert isinstance(code, int)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())
