"""Organism names to NCBI Taxonomy ids.

A name is resolved by, in this order: the gene rows of the same record; the database's `_organisms/` pages; NCBI
Taxonomy's `names.dmp` where the user gives one; the package's own table of the organisms that PFOCR names most.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final

from pfocr_rdf.diagnostics import CODES, Report, diagnose
from pfocr_rdf.frontmatter import FrontMatterError, parse_front_matter
from pfocr_rdf.mentions import is_missing

__all__ = ["Organism", "OrganismNames", "Taxonomy", "parse_organism_page"]

TAXON_ID: Final = re.compile(r"[1-9][0-9]{0,9}")
_DIGITS: Final = re.compile(rb"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Organism:
    """An organism that a record names.

    Attributes:
        name: the name as it stands in the record.
        taxon_id: the NCBI Taxonomy id, digits, or None where the name is not known.
    """

    name: str
    taxon_id: str | None = None


def name_key(name: str) -> str:
    """Fold a name for comparison: one blank between words, no case.

    >>> name_key(" Homo  sapiens ") == name_key("homo sapiens")
    True
    """
    return " ".join(name.split()).casefold()


@cache
def _own_table() -> dict[str, str]:
    """Read the package's table of names."""
    text = files("pfocr_rdf").joinpath("data", "organisms.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.split("\n")[1:] if line)
    return {name_key(name): taxon_id for name, taxon_id in rows}


# The classes of names in names.dmp, the better first; classes that do not name one taxon (in-part, type material) are
# not used. An authority is a name as botanists write it: "Oryza sativa L.".
_CLASSES: Final = {
    b"scientific name": 0,
    b"equivalent name": 1,
    b"synonym": 1,
    b"genbank synonym": 1,
    b"authority": 2,
    b"genbank common name": 2,
    b"common name": 2,
    b"blast name": 3,
    b"acronym": 3,
    b"genbank acronym": 3,
    b"includes": 4,
    b"misspelling": 4,
    b"misnomer": 4,
}


class Taxonomy:
    """The names of NCBI Taxonomy, kept compactly: twelve bytes a name, whatever its length.

    A name is kept as the 64-bit digest of its folded form; with some four million names and some thousands of
    look-ups, one look-up in 10^9 databases meets a false one.
    """

    __slots__ = ("_digests", "_taxa", "again")

    def __init__(self, digests: array[int], taxa: array[int]) -> None:
        self._digests = digests
        self._taxa = taxa
        self.again: tuple[Callable[..., Taxonomy], tuple[object, ...]] | None = None

    def __reduce__(self) -> tuple[Callable[..., Taxonomy], tuple[object, ...]]:
        """Pickle as what reads the names again, where that is known: a worker reads them once, not with every chunk."""
        return self.again or (Taxonomy, (self._digests, self._taxa))

    @classmethod
    def from_lines(cls, lines: Iterable[bytes]) -> Taxonomy:
        r"""Read `names.dmp`: `tax_id \t|\t name \t|\t unique name \t|\t name class \t|`.

        Args:
            lines: the lines of the file, as bytes.

        Raises:
            ValueError: for a line that is not of this form, with its number.
        """
        buckets: list[tuple[array[int], array[int]]] = [(array("Q"), array("Q")) for _ in range(256)]
        for number, line in enumerate(lines, start=1):
            cells = line.rstrip(b"\r\n").removesuffix(b"\t|").split(b"\t|\t")
            if len(cells) != 4 or not _DIGITS.fullmatch(cells[0]):
                raise ValueError(f"line {number} is not a line of names.dmp: {line[:60].decode('utf-8', 'replace')!r}")
            rank = _CLASSES.get(cells[3])
            if rank is not None:
                digest = _digest(cells[1].decode("utf-8", "replace"))
                bucket = buckets[digest >> 56]
                bucket[0].append(digest)
                bucket[1].append(rank << 40 | int(cells[0]))
        digests, taxa = array("Q"), array("Q")
        for bucket in buckets:
            for digest, taxon in sorted(zip(*bucket, strict=True)):
                digests.append(digest)
                taxa.append(taxon)
        return cls(digests, taxa)

    def add_to(self, digest: blake2b) -> None:
        """Add the names to a digest."""
        digest.update(self._digests.tobytes())
        digest.update(self._taxa.tobytes())

    def __len__(self) -> int:
        """Give the number of names."""
        return len(self._digests)

    def taxa(self, name: str) -> tuple[str, ...]:
        """Give the taxon ids that a name stands for: those of its best class of name, none where it is unknown."""
        digest = _digest(name)
        index = bisect_left(self._digests, digest)
        found: list[int] = []
        while index < len(self._digests) and self._digests[index] == digest:
            found.append(self._taxa[index])
            index += 1
        best = found[0] >> 40 if found else 0
        return tuple(dict.fromkeys(str(taxon & (1 << 40) - 1) for taxon in found if taxon >> 40 == best))


def _digest(name: str) -> int:
    return int.from_bytes(blake2b(name_key(name).encode("utf-8", "replace"), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class OrganismNames:
    """What resolves organism names.

    Attributes:
        pages: folded name to taxon id, from the database's organism pages.
        taxonomy: NCBI Taxonomy's names, or None.
    """

    pages: Mapping[str, str] = field(default_factory=dict)
    taxonomy: Taxonomy | None = None

    def digest(self) -> bytes:
        """Digest all that resolution depends on, for caches."""
        digest = blake2b(repr(sorted(self.pages.items())).encode(), digest_size=16)
        if self.taxonomy is not None:
            self.taxonomy.add_to(digest)
        return digest.digest()

    def resolve(self, name: str, rows: Mapping[str, str]) -> tuple[str | None, str | None]:
        """Find the taxon of a name.

        Args:
            name: the name as it stands in the record.
            rows: name to taxon id, from the gene rows of the same record.

        Returns:
            The taxon id or None, and the code of a diagnostic where there is none to give.

        >>> OrganismNames().resolve("Homo sapiens", {})
        ('9606', None)
        """
        if name in rows:
            return rows[name], None
        key = name_key(name)
        for row_name, taxon_id in rows.items():
            if name_key(row_name) == key:
                return taxon_id, None
        if key in self.pages:
            return self.pages[key], None
        if self.taxonomy is not None:
            taxa = self.taxonomy.taxa(name)
            if len(taxa) == 1:
                return taxa[0], None
            if taxa:
                return None, "organism-ambiguous"
        if (own := _own_table().get(key)) is not None:
            return own, None
        return None, "organism-unknown"


def parse_organism_page(data: bytes, *, file: str, report: Report) -> tuple[str, str] | None:
    """Read an organism page.

    Args:
        data: the page, front matter as in a record, with an empty line before the closing one.
        file: its name, for diagnostics.
        report: takes the diagnostics.

    Returns:
        The Latin name and the taxon id, or None where the page gives no id or cannot be read.
    """
    try:
        values = parse_front_matter(data).values
    except FrontMatterError as error:
        report(
            diagnose("organism-page-unreadable", error.message or CODES[error.code].meaning, file=file, line=error.line)
        )
        return None
    name, taxon_id = values.get("latin", ""), values.get("ncbi", "")
    if not isinstance(name, str) or not isinstance(taxon_id, str):
        report(diagnose("organism-page-unreadable", "latin and ncbi are not texts", file=file))
        return None
    if is_missing(name) or is_missing(taxon_id) or taxon_id == "NA":
        return None
    if not TAXON_ID.fullmatch(taxon_id):
        report(diagnose("organism-page-unreadable", "ncbi is not a taxon id", file=file, key="ncbi", value=taxon_id))
        return None
    return name, taxon_id
