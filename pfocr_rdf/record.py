"""A record's bytes, with its companions' and the maps' entries, to a `Figure`.

Two generations of keys are mixed in one database. They are told apart by the keys that are there, key by key, never
by their order; a record may hold keys of both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from pfocr_rdf.diagnostics import Findings, Place, Report, diagnose
from pfocr_rdf.figures import Annotation, Figure, Journal, Organism, Paper
from pfocr_rdf.frontmatter import FrontMatterError, Plain, parse_front_matter
from pfocr_rdf.garbled import garbled
from pfocr_rdf.mentions import (
    KINDS,
    Kind,
    Mention,
    Row,
    group_mentions,
    is_missing,
    parse_companion,
    parse_embedded,
)
from pfocr_rdf.organisms import OrganismNames

__all__ = ["PMCID", "YEAR", "RecordBytes", "is_figid", "line_of", "parse_map", "parse_record"]

_FIGID: Final = re.compile(r"PMC[0-9]{1,12}__[A-Za-z0-9_.-]{1,240}")
PMCID: Final = re.compile(r"PMC[0-9]{1,12}")
_FIGLINK: Final = re.compile(r"/?(pmc/articles/(PMC[0-9]{1,12})/figure/[^/](?:.*[^/])?)/?", re.DOTALL)
YEAR: Final = re.compile(r"[1-9][0-9]{3}")
_DOI: Final = re.compile(r"10\.[0-9]{4,9}(\.[0-9]+)*/[^\s]+")
_DOI_PREFIX: Final = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)\s*", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_EXPONENT: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]{1,3}")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_WPID: Final = re.compile(r"WP[0-9]{1,9}")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_OUTER: Final = "".join(chr(c) for c in range(0x3001) if chr(c).isspace()) + "\u200b\ufeff"

KEYS: Final = frozenset(
    """
    figid figtitle organisms organisms_ner pmcid filename figlink number figtype caption papertitle reftext year doi
    journal_title journal_nlm_ta publisher_name keywords automl_pathway pathway_score pmc_ranked_result_index
    figid_alias redirect_from ndex wpid annotations seo genes chemicals diseases schema-jsonld
    """.split()  # noqa: SIM905 - a table reads better than thirty quoted words
)
"""The keys that records of either generation have."""


@dataclass(frozen=True, slots=True)
class RecordBytes:
    """What belongs to one record, unparsed.

    Attributes:
        file: the record's file, for diagnostics.
        data: the whole file.
        companions: for each kind at most one companion: its file name and bytes.
        wpids: WikiPathways ids that `wpid_map.tsv` gives for the record's file stem.
        ndex: NDEx UUIDs that `ndex_map.tsv` gives.
        stem: what the figid should be, going by the file name; empty where the name says nothing (standard input).
    """

    file: str
    data: bytes
    companions: Mapping[Kind, tuple[str, bytes]] = field(default_factory=dict)
    wpids: tuple[str, ...] = ()
    ndex: tuple[str, ...] = ()
    stem: str = ""


def is_figid(text: str) -> bool:
    """Tell whether a text has the form of a figid.

    >>> is_figid("PMC7746821__fcell-08-580140-g001"), is_figid("../../etc/passwd")
    (True, False)
    """
    return _FIGID.fullmatch(text) is not None


def parse_map(data: bytes, *, file: str, report: Report) -> dict[str, tuple[str, ...]]:
    r"""Read `wpid_map.tsv` or `ndex_map.tsv`: figid, tab, identifier, no header.

    Blanks in place of the tab are read and reported, like rows that cannot be read, as often as faults of a record are;
    one figid may stand in several rows.

    Returns:
        For each figid its identifiers in the order of the rows.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        report(diagnose("map-unreadable", "the file is not UTF-8", file=file, line=number))
        return {}
    found = Findings("this map")
    place = Place(file, "", found.append)
    entries: dict[str, list[str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip():
            continue
        if len(cells) == 1 and len(cells := line.split()) == 2:
            place.diagnose("map-row-blanks", line=number, value=line)
        if len(cells) != 2 or not is_figid(cells[0]) or not cells[1].strip():
            place.diagnose("map-row", line=number, value=line)
            continue
        identifiers = entries.setdefault(cells[0], [])
        if cells[1].strip() not in identifiers:
            identifiers.append(cells[1].strip())
    for diagnostic in found.all():
        report(diagnostic)
    return {figid: tuple(identifiers) for figid, identifiers in entries.items()}


def parse_record(record: RecordBytes, *, organisms: OrganismNames, report: Report) -> Figure | None:
    r"""Read one record.

    Args:
        record: its bytes, its companions' and the maps' entries.
        organisms: resolves organism names.
        report: takes the diagnostics.

    Returns:
        The figure, or None for a record that cannot be read, whose error is reported.

    Example:
        >>> data = b"---\nfigid: PMC1__a\npmcid: PMC1\nfigtitle: ' Glycolysis '\n---\n"
        >>> figure = parse_record(RecordBytes("a.md", data), organisms=OrganismNames(), report=lambda found: None)
        >>> figure.figid, figure.title
        ('PMC1__a', 'Glycolysis')
    """
    place = Place(record.file, "", report)
    try:
        front_matter = parse_front_matter(record.data)
    except FrontMatterError as error:
        place.diagnose(error.code, error.message, line=error.line)
        return None
    values = front_matter.values
    figid = values.get("figid", "")
    if not isinstance(figid, str) or is_missing(figid):
        place.diagnose("figid-missing", key="figid", value=figid, line=line_of(record.data, b"figid"))
        return None
    if not is_figid(figid):
        place.diagnose("figid-invalid", key="figid", value=figid, line=line_of(record.data, b"figid"))
        return None
    place.figid = figid
    if record.stem and record.stem != figid:
        place.diagnose("figid-differs", key="figid", value=record.stem)
    for key, line in front_matter.duplicates:
        place.diagnose("key-duplicate", key=key, line=line)
    if front_matter.body_line is not None:
        place.diagnose("body-ignored", line=front_matter.body_line)
    if not values.keys() <= KEYS:
        for key in values:
            if key not in KEYS:
                place.diagnose("key-unknown", key=key, value=values[key])
    return _figure(record, figid, values, organisms, place)


def line_of(data: bytes, key: bytes) -> int:
    r"""Give the line that a key of a record stands on, from 1, or the first where it stands on none.

    >>> line_of(b"---\npmcid: PMC1\nfigid: PMC1__a\n---\n", b"figid")
    3
    """
    found = re.search(rb"^" + key + rb"[ \t]*:", data, re.MULTILINE)
    return data.count(b"\n", 0, found.start()) + 1 if found else 1


def _figure(
    record: RecordBytes, figid: str, values: dict[str, Plain], organisms: OrganismNames, place: Place
) -> Figure:
    def text(key: str) -> str | None:
        return _text(values, key, place)

    gene_organisms: dict[str, str] = {}
    mentions = _mentions(record, values, gene_organisms, place)
    paper = _paper(figid, values, place)
    title = _trimmed(text("figtitle"))
    for key, candidate in (("figtitle", title), ("papertitle", paper.title)):
        if candidate is not None and candidate.rstrip(" .").lower() == "figure":
            place.diagnose("figtitle-placeholder", key=key, value=candidate)
    filename = text("filename")
    if filename is not None and ("/" in filename or "\\" in filename):
        place.diagnose("filename-invalid", key="filename", value=filename)
        filename = None
    return Figure(
        figid=figid,
        paper=paper,
        title=title,
        caption=text("caption"),
        number=text("number"),
        type=text("figtype"),
        filename=filename,
        link=_link(text("figlink"), paper.pmcid, place),
        aliases=_texts(values, "figid_alias", place),
        redirects=_redirects(values, place),
        organisms=_organisms("organisms", values, organisms, gene_organisms, place),
        recognized_organisms=_organisms("organisms_ner", values, organisms, gene_organisms, place),
        score=_score(values, place),
        rank=_matching(text("pmc_ranked_result_index"), _INTEGER, "rank-invalid", "pmc_ranked_result_index", place),
        wikipathways=_identifiers("wpid", _texts(values, "wpid", place) + record.wpids, _WPID, place),
        ndex=_identifiers("ndex", _texts(values, "ndex", place) + record.ndex, _UUID, place, fold=str.lower),
        annotations=_annotations(values, place),
        mentions=mentions,
        jsonld=_jsonld(values, place),
        file=record.file,
    )


# --------------------------------------------------------------------------------------------------- values


def _text(values: dict[str, Plain], key: str, place: Place) -> str | None:
    """Give a text to the letter, or None where it is missing."""
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        if value:  # an empty list says nothing
            place.diagnose("key-type", key=key, value=value)
        return None
    if not value.isascii() and (found := garbled(value)) is not None:
        run, was, encoding = found
        shown = f"`{was}`" if was.isprintable() else f"U+{ord(was):04X}"
        place.diagnose(
            "text-garbled", f"`{run}` was {shown} in UTF-8, and was read as {encoding}", key=key, value=value
        )
    return None if is_missing(value) else value


def _texts(values: dict[str, Plain], key: str, place: Place) -> tuple[str, ...]:
    """Give a list of texts, or one plain text as a list of one; `NA` in it and doubles are left out."""
    value = values.get(key)
    if value is None:
        return ()
    if isinstance(value, dict):
        place.diagnose("key-type", key=key, value=value)
        return ()
    found: dict[str, None] = {}
    for item in [value] if isinstance(value, str) else value:
        if not isinstance(item, str):
            place.diagnose("key-type", key=key, value=item)
        elif item != "NA" and not is_missing(item):
            found[item] = None
    return tuple(found)


def _trimmed(text: str | None) -> str | None:
    """Trim outer blanks of every kind, zero-width ones too."""
    return text.strip(_OUTER) or None if text is not None else None


def _folded(text: str | None) -> str | None:
    return " ".join(text.split()) if text is not None else None


def _matching(text: str | None, pattern: re.Pattern[str], code: str, key: str, place: Place) -> str | None:
    """Give a trimmed text that has the form asked for; another is reported and left out."""
    if text is None:
        return None
    trimmed = text.strip()
    if pattern.fullmatch(trimmed):
        return trimmed
    place.diagnose(code, key=key, value=text)
    return None


def _identifiers(
    key: str, texts: tuple[str, ...], pattern: re.Pattern[str], place: Place, fold: Callable[[str], str] = str
) -> tuple[str, ...]:
    found = (_matching(text, pattern, f"{key}-invalid", key, place) for text in texts)
    return tuple(dict.fromkeys(fold(text) for text in found if text is not None))


# ---------------------------------------------------------------------------------------------------- parts


def _paper(figid: str, values: dict[str, Plain], place: Place) -> Paper:
    def text(key: str) -> str | None:
        return _trimmed(_text(values, key, place))

    own = figid.partition("__")[0]
    pmcid = text("pmcid")
    if pmcid is None:
        place.diagnose("pmcid-missing", key="pmcid")
        pmcid = own
    elif not PMCID.fullmatch(pmcid):
        place.diagnose("pmcid-invalid", key="pmcid", value=pmcid)
        pmcid = own
    elif pmcid != own:
        place.diagnose("pmcid-differs", key="pmcid", value=pmcid)
    journal = Journal(_folded(text("journal_title")), _folded(text("journal_nlm_ta")))
    keywords = (part.strip() for part in " ".join((text("keywords") or "").split()).split("|"))
    return Paper(
        pmcid=pmcid,
        title=text("papertitle"),
        citation=text("reftext"),
        year=_matching(text("year"), YEAR, "year-invalid", "year", place),
        doi=_doi(text("doi"), place),
        journal=journal if journal.name else None,
        publisher=text("publisher_name"),
        keywords=tuple(dict.fromkeys(keyword for keyword in keywords if not is_missing(keyword))),
    )


def _doi(text: str | None, place: Place) -> str | None:
    if text is None:
        return None
    bare = _DOI_PREFIX.sub("", text, count=1) if _DOI_PREFIX.match(text) else text
    if not _DOI.fullmatch(bare):
        place.diagnose("doi-invalid", key="doi", value=text)
        return None
    if bare != text:
        place.diagnose("doi-prefix", key="doi", value=text)
    return bare


def _link(text: str | None, pmcid: str, place: Place) -> str | None:
    if text is None:
        return None
    found = _FIGLINK.fullmatch(text.strip())
    if found is None:
        place.diagnose("figlink-invalid", key="figlink", value=text)
        return None
    if found[2] != pmcid:
        place.diagnose("figlink-other-paper", key="figlink", value=text)
    return found[1] + "/"


def _redirects(values: dict[str, Plain], place: Place) -> tuple[str, ...]:
    paths = []
    for path in _texts(values, "redirect_from", place):
        if path.startswith("/") and not path.startswith("//"):
            paths.append(path)
        else:
            place.diagnose("redirect-invalid", key="redirect_from", value=path)
    return tuple(paths)


def _score(values: dict[str, Plain], place: Place) -> str | None:
    """Give the score of either generation as an `xsd:decimal`, its lexical form kept but for an exponent."""
    key, text, second = "automl_pathway", _text(values, "automl_pathway", place), _text(values, "pathway_score", place)
    if text is None:
        if second is None:
            return None
        key, text = "pathway_score", second
    elif second is not None and second.strip() != text.strip():
        place.diagnose("score-second", key="pathway_score", value=second)
    text = text.strip()
    score = text
    if _EXPONENT.fullmatch(text):
        try:
            score = f"{Decimal(text):f}"
        except InvalidOperation:  # pragma: no cover - the pattern allows only what Decimal reads
            score = text
        place.diagnose("score-exponent", key=key, value=text)
    if not _DECIMAL.fullmatch(score):
        place.diagnose("score-invalid", key=key, value=text)
        return None
    if not 0 <= Decimal(score) <= 1:
        place.diagnose("score-range", key=key, value=text)
    return score


def _organisms(
    key: str, values: dict[str, Plain], organisms: OrganismNames, rows: dict[str, str], place: Place
) -> tuple[Organism, ...]:
    found = []
    for name in _texts(values, key, place):
        taxon_id, code = organisms.resolve(name, rows)
        if code is not None:
            place.diagnose(code, key=key, value=name)
        found.append(Organism(name, taxon_id))
    return tuple(found)


def _annotations(values: dict[str, Plain], place: Place) -> tuple[Annotation, ...]:
    value = values.get("annotations", [])
    if not isinstance(value, list):
        if value and not (isinstance(value, str) and is_missing(value)):
            place.diagnose("key-type", key="annotations", value=value)
        return ()
    found = []
    for item in value:
        if isinstance(item, str) and (item == "NA" or is_missing(item)):
            continue
        text = item.get("value") if isinstance(item, dict) else None
        kind = item.get("type", "") if isinstance(item, dict) else ""
        if not isinstance(text, str) or not isinstance(kind, str) or is_missing(text):
            place.diagnose("annotation-form", key="annotations", value=item)
            continue
        if not is_missing(kind):
            place.diagnose("annotation-type", key="annotations", value=kind)
        found.append(Annotation(text, None if is_missing(kind) else kind))
    return tuple(dict.fromkeys(found))


def _mentions(
    record: RecordBytes, values: dict[str, Plain], gene_organisms: dict[str, str], place: Place
) -> tuple[Mention, ...]:
    """Unite the mentions inside the record with those of its companions; they may be of different ages."""
    rows: list[Row] = []
    for kind in KINDS:
        if (items := values.get(f"{kind}s")) is not None:
            rows += parse_embedded(kind, items, file=place.file, figid=place.figid, report=place.report)
        if (companion := record.companions.get(kind)) is not None:
            file, data = companion
            rows += parse_companion(
                kind, data, file=file, figid=place.figid, report=place.report, organisms=gene_organisms
            )
    return group_mentions(rows)


def _jsonld(values: dict[str, Plain], place: Place) -> Mapping[str, Plain] | None:
    block = values.get("schema-jsonld")
    if block is None or (isinstance(block, str) and is_missing(block)):
        place.diagnose("jsonld-missing", key="schema-jsonld")
        return None
    if not isinstance(block, dict):
        place.diagnose("jsonld-form", key="schema-jsonld", value=block)
        return None
    return block
