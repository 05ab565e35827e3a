"""A small database that a test writes, reads and converts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph

import pfocr_rdf
from pfocr_rdf import Diagnostic, Figure

FIGID = "PMC1__a"


class Checkout:
    """A database checkout in a temporary folder, and the diagnostics of its last reading.

    Attributes:
        root: the folder, with `_figures`, `_data` and `_organisms` as far as a test writes into them.
        found: the diagnostics of the last `read` or `convert`.
    """

    def __init__(self, root: Path, scratch: Path) -> None:
        self.root = root
        self.found: list[Diagnostic] = []
        self._scratch = scratch

    @property
    def codes(self) -> list[str]:
        """The codes of what was found, in the order in which it was."""
        return [diagnostic.code for diagnostic in self.found]

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file; text becomes UTF-8, its line ends as they stand."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def record(
        self, *lines: str, figid: str = FIGID, name: str = "_figures/{figid}.md", without: tuple[str, ...] = ()
    ) -> Path:
        """Write a record: `figid` on line 2, the lines from line 3, then what makes it a record without a fault.

        Args:
            lines: lines of front matter; a key among them is not written a second time.
            figid: the record's figid.
            name: the file.
            without: keys that are left out.
        """
        text = self.front_matter(*lines, figid=figid, without=without)
        return self.write(name.format(figid=figid), text)

    def front_matter(self, *lines: str, figid: str = FIGID, without: tuple[str, ...] = ()) -> str:
        """Give the text that `record` writes."""
        given = {line.partition(":")[0].strip("'\"") for line in "\n".join(lines).split("\n")}
        base = {
            "pmcid": f"pmcid: {figid.partition('__')[0]}",
            "schema-jsonld": (
                "schema-jsonld:\n"
                "  '@context': https://schema.org/\n"
                f"  '@id': https://pfocr.wikipathways.org/figures/{figid}.html\n"
                "  '@type': Dataset"
            ),
        }
        head = () if "figid" in given or "figid" in without else (f"figid: {figid}",)
        tail = (text for key, text in base.items() if key not in given and key not in without)
        return "\n".join(("---", *head, *lines, *tail, "---", ""))

    def read(self, name: str = "", **options: Any) -> list[Figure]:
        """Read the checkout, or a file or folder in it, with `pfocr_rdf.read_figures`."""
        self.found.clear()
        return list(pfocr_rdf.read_figures(self.root / name, report=self.found.append, **options))

    def figure(self, *lines: str, **options: Any) -> Figure:
        """Write a record, read the checkout, and give its one figure."""
        self.record(*lines, **options)
        (figure,) = self.read()
        return figure

    def convert(self, *names: str, **options: Any) -> set[pyoxigraph.Triple]:
        """Convert the checkout, or files and folders in it, with `pfocr_rdf.convert`; give the triples."""
        self.found.clear()
        output = self._scratch / "out.nt"
        inputs = [self.root / name for name in names or ("",)]
        pfocr_rdf.convert(inputs, output, format="ntriples", report=self.found.append, **options)
        quads = pyoxigraph.parse(output.read_bytes(), format=pyoxigraph.RdfFormat.N_TRIPLES)
        return {quad.triple for quad in quads}
