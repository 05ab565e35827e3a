"""Modules of the package stand one upon another: none imports, anywhere in it, what imports it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pfocr_rdf

PACKAGE = Path(pfocr_rdf.__file__).parent


def modules(package: Path) -> dict[str, Path]:
    """Give the modules of a package, by their names."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = (package.name, *path.relative_to(package).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name: str, path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Give what a module imports of those known, at its top or inside functions, but for what only types need."""
    pending: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        pending += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = name.split(".")[: -node.level + (path.name == "__init__.py") or None] if node.level else []
            base = ".".join([*above, *((node.module,) if node.module else ())])
            for alias in node.names:
                yield from (module for module in (f"{base}.{alias.name}", base) if module in known)


def cycles(package: Path) -> list[list[str]]:
    """Give the sets of modules that import each other, directly or by others."""
    known = modules(package)
    reached: dict[str, set[str]] = {name: set(imported(name, path, known)) for name, path in known.items()}
    for through in known:
        for name in known:
            if through in reached[name]:
                reached[name] |= reached[through]
    found = {tuple(sorted(other for other in reached[name] if name in reached[other])) for name in known}
    return [list(cycle) for cycle in sorted(found) if cycle]


def test_the_package_has_no_cycles() -> None:
    assert cycles(PACKAGE) == []


def test_a_cycle_is_found_wherever_the_imports_stand(tmp_path: Path) -> None:
    package = tmp_path / "made"
    for name, text in {
        "__init__.py": "",
        "a.py": "def call():\n    from made.inner import b\n",
        "inner/__init__.py": "",
        "inner/b.py": "from . import c\n",
        "inner/c.py": "import made.a\n",
        "d.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from made import e\n",
        "e.py": "from made import d\nfrom made.a import call\n",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    assert cycles(package) == [["made.a", "made.inner.b", "made.inner.c"]]


def test_a_conversion_imports_nothing_that_only_other_commands_need(examples: Path, tmp_path: Path) -> None:
    code = "import sys, pfocr_rdf; pfocr_rdf.convert([sys.argv[1]], sys.argv[2]); print(*sys.modules)"
    command = [sys.executable, "-c", code, str(examples), str(tmp_path / "x.nt")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    others = {"click", "distributed", "jinja2", "multiprocessing.forkserver", "pyshacl", "rdflib", "rich"}
    assert not others & set(done.stdout.split())
