r"""Mentions: the words that OCR read in a figure, and what the lexica made of them.

They stand in companion tables (`FIGID-genes.tsv`, two generations of headers each) or inside records of the old
generation. Rows of one kind with the same word, match and lexicon are one mention with several bodies; a row without
an identifier is a mention without a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pfocr_rdf.diagnostics import Place, Report
from pfocr_rdf.frontmatter import Plain

__all__ = [
    "KINDS",
    "Chemical",
    "Disease",
    "Entity",
    "Gene",
    "Kind",
    "Mention",
    "group_mentions",
    "is_missing",
    "parse_companion",
    "parse_embedded",
]

Kind = Literal["gene", "chemical", "disease"]
"""What a mention is of."""

KINDS: Final[tuple[Kind, ...]] = ("gene", "chemical", "disease")

HUMAN: Final = "9606"
"""The taxon id of Homo sapiens, whose genes the old generation's rows are."""

HOMO_SAPIENS: Final = "Homo sapiens"

PUBTATOR: Final = "PubTator"
"""The lexicon of every chemical and disease mention."""

_MISSING: Final = re.compile(r"\.na(\.[a-z]+)?")
_GENE_ID: Final = re.compile(r"[1-9][0-9]{0,11}")
_MESH_ID: Final = re.compile(r"[CD][0-9]{6,9}")
_NUMBER: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Gene:
    """A gene of NCBI Gene.

    Attributes:
        id: the NCBI Gene id, digits.
        symbol: the gene's symbol (for human genes HGNC's), or None.
        taxon_id: the NCBI Taxonomy id of its organism, or None.
        organism: the organism's name, or None.
    """

    id: str
    symbol: str | None = None
    taxon_id: str | None = None
    organism: str | None = None


@dataclass(frozen=True, slots=True)
class Chemical:
    """A chemical of MeSH or ChEBI.

    Attributes:
        source: `MeSH` or `ChEBI`.
        id: `D005947`, `C028802` (MeSH) or `CHEBI:4167`.
        label: the label that the row gives, or None.
    """

    source: Literal["MeSH", "ChEBI"]
    id: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Disease:
    """A disease of MeSH or the Disease Ontology.

    Attributes:
        source: `MeSH` or `DOID`.
        id: `D009369` (MeSH) or `DOID:8893`.
        label: the label that the row gives, or None.
    """

    source: Literal["MeSH", "DOID"]
    id: str
    label: str | None = None


Entity: TypeAlias = Gene | Chemical | Disease
"""What a mention may be of."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One word of a figure as OCR read it, with what a lexicon made of it.

    Attributes:
        kind: `gene`, `chemical` or `disease`.
        word: the word to the letter.
        match: the lexicon's form (genes) or the MeSH label (chemicals, diseases), or None.
        lexicon: the lexicon, such as `ncbigene_symbol` or `PubTator`, or None where a gene's row names none.
        bodies: the entities, in the order of their rows, each once; none where no identifier was given.
    """

    kind: Kind
    word: str
    match: str | None = None
    lexicon: str | None = None
    bodies: tuple[Entity, ...] = ()


Row: TypeAlias = tuple[Kind, str, str | None, str | None, tuple[Entity, ...]]
"""One row before grouping: kind, word, match, lexicon, bodies."""


def is_missing(text: str) -> bool:
    """Tell whether a text stands for a missing value: blank, or R's `.na.character` and its like.

    >>> [is_missing(text) for text in (".na.character", " ", "NA", "nan")]
    [True, True, False, False]
    """
    return not text or text.isspace() or (text[0] == "." and _MISSING.fullmatch(text) is not None)


def _cell(text: str) -> str | None:
    """Give a cell or an embedded value, or None where it is missing (`NA` is, here)."""
    return None if text == "NA" or (not text[:1].isalnum() and is_missing(text)) else text


def group_mentions(rows: Iterable[Row]) -> tuple[Mention, ...]:
    """Unite rows of one kind with the same word, match and lexicon into one mention, in the order of first rows."""
    groups: dict[tuple[Kind, str, str | None, str | None], list[Entity]] = {}
    for kind, word, match, lexicon, bodies in rows:
        groups.setdefault((kind, word, match, lexicon), []).extend(bodies)
    return tuple(
        [
            Mention(*key, tuple(bodies) if len(bodies) <= 1 else tuple(dict.fromkeys(bodies)))
            for key, bodies in groups.items()
        ]
    )


# ---------------------------------------------------------------------------------------------- identifiers


def _gene_id(text: str | None, key: str, place: Place, line: int | None) -> str | None:
    """Give the id of a gene, or of a taxon, which has the same form."""
    if text is None or _GENE_ID.fullmatch(text):
        return text
    place.diagnose("mention-id", key=key, value=text, line=line)
    return None


def _mesh_id(text: str | None, key: str, place: Place, line: int | None) -> str | None:
    if text is None:
        return None
    bare = text[5:] if text[:5].lower() == "mesh:" else text
    if _MESH_ID.fullmatch(bare):
        return bare
    place.diagnose("mention-id", key=key, value=text, line=line)
    return None


def _prefixed_number(text: str | None, prefix: str, key: str, place: Place, line: int | None) -> str | None:
    """Give `PREFIX:digits` in the prefix's own case, from an id with the prefix in any case or without it."""
    if text is None:
        return None
    start = len(prefix) + 1
    bare = text[start:] if text[:start].upper() == f"{prefix}:" else text
    if _NUMBER.fullmatch(bare):
        return f"{prefix}:{bare}"
    place.diagnose("mention-id", key=key, value=text, line=line)
    return None


def _report_lost_name(identifier: str, name: str, match: str | None, key: str, place: Place, line: int | None) -> None:
    """Report the name of a thing that has no identifier, and so is not written, unless the match says the same.

    An identifier of another form is reported already.
    """
    if _cell(identifier) is None and (text := _cell(name)) is not None and text != match:
        place.diagnose("mention-unidentified", key=key, value=text, line=line)


# ----------------------------------------------------------------------------------------------- companions

MAX_COLUMNS: Final = 64
"""The most columns that a companion may have; real ones have eleven."""

_GENE_COLUMNS: Final = (
    "organism_id",
    "organism_name",
    "organism_group",
    "word",
    "match",
    "ncbigene_symbol",
    "ncbigene_id",
    "source",
    "count_direct",
    "count_synonym",
    "count_match",
)
_NEEDED: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    "gene": (("word", "match", "ncbigene_id", "source"),),
    "chemical": (("word", "mesh", "match", "name", "chebi"), ("word", "source", "identifier")),
    "disease": (("word", "mesh", "match", "name", "doid"), ("word", "source", "identifier")),
}
_KNOWN: Final[dict[Kind, frozenset[str]]] = {
    "gene": frozenset(_GENE_COLUMNS),
    "chemical": frozenset(("word", "mesh", "match", "name", "chebi", "source", "identifier")),
    "disease": frozenset(("word", "mesh", "match", "name", "doid", "source", "identifier")),
}


def parse_companion(
    kind: Kind, data: bytes, *, file: str, figid: str, report: Report, organisms: dict[str, str] | None = None
) -> list[Row]:
    r"""Read the rows of a companion table.

    Tab-separated, a header line, no quoting and no escapes; columns are found by name, so both generations of headers
    are read, and lines end at `\n` only.

    Args:
        kind: what the table holds.
        data: the whole file, UTF-8.
        file: its name, for diagnostics.
        figid: the record's figid, for diagnostics.
        report: takes the diagnostics.
        organisms: is filled with organism name to taxon id, from a gene table's rows.

    Returns:
        The rows in the order of the file; none where the file cannot be read.
    """
    place = Place(file, figid, report)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        place.diagnose("companion-unreadable", f"byte 0x{data[error.start]:02X} is not UTF-8", line=line)
        return []
    lines = text.split("\n")
    if len(lines) > 1 and lines[0].endswith("\r"):
        lines = [line.removesuffix("\r") for line in lines]
    header = lines[0].split("\t")
    columns = set(header)
    if (
        len(header) > MAX_COLUMNS
        or len(columns) < len(header)
        or not any(columns.issuperset(needed) for needed in _NEEDED[kind])
    ):
        message = f"the header has {len(header):,} columns" if len(header) > MAX_COLUMNS else ""
        place.diagnose("companion-header", message, line=1, value=lines[0])
        return []
    for column in header:
        if column not in _KNOWN[kind]:
            place.diagnose("column-unknown", line=1, key=column)
    cells = _cells(lines, header, place)
    if kind == "gene":
        return list(_gene_rows(cells, header, place, {} if organisms is None else organisms))
    return list(_pubtator_rows(kind, cells, header, place))


def _cells(lines: list[str], header: list[str], place: Place) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each row; a row that does not fit the header is reported and left out."""
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], start=2):
        if line in seen or not line:  # an exact duplicate says nothing new
            continue
        seen.add(line)
        cells = line.split("\t")
        if len(cells) != len(header):
            place.diagnose(
                "companion-row", f"the row has {len(cells)} cells, the header {len(header)}", line=number, value=line
            )
            continue
        yield number, cells


_REMEMBERED: Final = 1 << 14
_REMEMBERED_TEXT: Final = 200

_Named = tuple[str, str | None, str | None, str | None]
"""What a row says of a gene: the cells of its id, its symbol, its taxon id and its organism; None for no column."""

_Given = tuple[str | None, str | None, tuple[()] | tuple[Gene]]
"""What a row gives of a gene: its taxon id, its organism, and the gene, if it has an identifier."""

_genes: dict[_Named, _Given] = {}
"""What rows say of genes again and again, where nothing had to be reported."""


def _gene(named: _Named, place: Place, line: int | None, id_key: str) -> _Given:
    """Give what a row says of a gene; an identifier of another form is reported and left out."""
    identifier, symbol, taxon, organism = (None if text is None else _cell(text) for text in named)
    taxon_id = _gene_id(taxon, "organism_id", place, line)
    gene_id = _gene_id(identifier, id_key, place, line)
    given: _Given = (taxon_id, organism, () if gene_id is None else (Gene(gene_id, symbol, taxon_id, organism),))
    if taxon_id == taxon and gene_id == identifier and sum(len(text or "") for text in named) <= _REMEMBERED_TEXT:
        if len(_genes) >= _REMEMBERED:
            _genes.clear()
        _genes[named] = given
    return given


def _gene_rows(
    rows: Iterator[tuple[int, list[str]]], header: list[str], place: Place, organisms: dict[str, str]
) -> Iterator[Row]:
    column = {name: index for index, name in enumerate(header)}
    word, match, source, gene_id = (column[name] for name in ("word", "match", "source", "ncbigene_id"))
    symbol, taxon, organism = (column.get(name) for name in ("ncbigene_symbol", "organism_id", "organism_name"))
    for number, cells in rows:
        named = (
            cells[gene_id],
            None if symbol is None else cells[symbol],
            None if taxon is None else cells[taxon],
            None if organism is None else cells[organism],
        )
        taxon_id, name, bodies = _genes.get(named) or _gene(named, place, number, "ncbigene_id")
        if taxon_id is not None and name is not None:
            organisms.setdefault(name, taxon_id)
        matched = _cell(cells[match])
        if not bodies and symbol is not None:
            _report_lost_name(cells[gene_id], cells[symbol], matched, "ncbigene_symbol", place, number)
        yield "gene", cells[word], matched, _cell(cells[source]), bodies


def _pubtator_rows(kind: Kind, rows: Iterator[tuple[int, list[str]]], header: list[str], place: Place) -> Iterator[Row]:
    column = {name: index for index, name in enumerate(header)}
    word = column["word"]
    if not column.keys() >= set(_NEEDED[kind][0]):
        source, identifier = column["source"], column["identifier"]
        for number, cells in rows:
            body = _mesh_body(kind, cells[source], cells[identifier], place, number)
            yield kind, cells[word], None, PUBTATOR, body
        return
    mesh, match, name = column["mesh"], column["match"], column["name"]
    second = column["chebi" if kind == "chemical" else "doid"]
    for number, cells in rows:
        label = _cell(cells[match])
        bodies: list[Entity] = []
        mesh_id = _mesh_id(_cell(cells[mesh]), "mesh", place, number)
        if mesh_id is not None:
            bodies.append(Chemical("MeSH", mesh_id, label) if kind == "chemical" else Disease("MeSH", mesh_id, label))
        if kind == "chemical":
            chebi = _prefixed_number(_cell(cells[second]), "CHEBI", "chebi", place, number)
            if chebi is not None:
                bodies.append(Chemical("ChEBI", chebi, _cell(cells[name])))
            else:
                _report_lost_name(cells[second], cells[name], label, "name", place, number)
        else:
            doid = _prefixed_number(_cell(cells[second]), "DOID", "doid", place, number)
            if doid is not None:
                bodies.append(Disease("DOID", doid, _cell(cells[name])))
            else:
                _report_lost_name(cells[second], cells[name], label, "name", place, number)
        yield kind, cells[word], label, PUBTATOR, tuple(bodies)


def _mesh_body(kind: Kind, source: str, identifier: str, place: Place, line: int | None) -> tuple[Entity, ...]:
    """Give the body that an older row's source and identifier name, if any."""
    name, text = _cell(source), _cell(identifier)
    if text is None:
        return ()
    if name is not None and name.upper() != "MESH":
        place.diagnose("mention-source", key="source", value=name, line=line)
        return ()
    mesh_id = _mesh_id(text, "identifier", place, line)
    if mesh_id is None:
        return ()
    return (Chemical("MeSH", mesh_id) if kind == "chemical" else Disease("MeSH", mesh_id),)


# ------------------------------------------------------------------------------------------------- embedded


def parse_embedded(kind: Kind, items: Plain, *, file: str, figid: str, report: Report) -> list[Row]:
    """Read the mentions inside a record of the old generation.

    Args:
        kind: what the list holds.
        items: the value of `genes`, `chemicals` or `diseases`.
        file: the record's file, for diagnostics.
        figid: its figid, for diagnostics.
        report: takes the diagnostics.
    """
    place = Place(file, figid, report)
    key = f"{kind}s"
    if isinstance(items, str):
        if _cell(items) is not None:
            place.diagnose("key-type", key=key, value=items)
        return []
    if isinstance(items, dict):
        place.diagnose("key-type", key=key, value=items)
        return []
    rows: list[Row] = []
    for item in items:
        if isinstance(item, str) and _cell(item) is None:
            continue
        if not isinstance(item, dict) or "word" not in item or not _TEXT.issuperset(map(type, item.values())):
            place.diagnose("mention-form", key=key, value=item)
            continue
        texts: dict[str, str] = item  # type: ignore[assignment]  # every value is text, just checked
        rows.append(_embedded_gene(texts, place) if kind == "gene" else _embedded_pubtator(kind, texts, place))
    return rows


_TEXT: Final = frozenset((str,))

_EMBEDDED: Final[dict[Kind, frozenset[str]]] = {
    "gene": frozenset(("word", "symbol", "source", "hgnc_symbol", "entrez")),
    "chemical": frozenset(("word", "source", "identifier")),
    "disease": frozenset(("word", "source", "identifier")),
}


def _unknown_keys(kind: Kind, item: dict[str, str], place: Place) -> None:
    if not item.keys() <= _EMBEDDED[kind]:
        for key in item:
            if key not in _EMBEDDED[kind]:
                place.diagnose("key-unknown", key=f"{kind}s.{key}", value=item[key])


def _embedded_gene(item: dict[str, str], place: Place) -> Row:
    _unknown_keys("gene", item, place)
    named = item.get("entrez", ""), item.get("hgnc_symbol", ""), HUMAN, HOMO_SAPIENS
    _, _, bodies = _genes.get(named) or _gene(named, place, None, "genes.entrez")
    match = _cell(item.get("symbol", ""))
    if not bodies:
        _report_lost_name(named[0], named[1], match, "genes.hgnc_symbol", place, None)
    return "gene", item["word"], match, _cell(item.get("source", "")), bodies


def _embedded_pubtator(kind: Kind, item: dict[str, str], place: Place) -> Row:
    _unknown_keys(kind, item, place)
    bodies = _mesh_body(kind, item.get("source", ""), item.get("identifier", ""), place, None)
    return kind, item["word"], None, PUBTATOR, bodies
