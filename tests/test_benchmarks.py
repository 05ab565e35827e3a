"""The benchmarks run; what they measure is for people to read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).with_name("benchmarks")


def test_loading() -> None:
    command = [sys.executable, str(BENCHMARKS / "loading.py"), "--records", "20", "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert rows[:2] == ["| what | measured |", "| --- | --- |"]
    assert len(rows) == 2 + 7
    assert "1.00 × Oxigraph" in rows[2]
    assert all(" × " in row for row in rows[2:])
