"""What was found wrong, dropped or repaired: codes, levels and the report.

Nothing of a record is lost in silence. Whoever reads or maps a record yields `Diagnostic`s through a `Report`
(any callable that takes one); the edge counts them, writes them as JSON lines, and ends with a table.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

__all__ = [
    "CODES",
    "Code",
    "Diagnostic",
    "Level",
    "Place",
    "Report",
    "cut",
    "diagnose",
    "json_line",
    "level_counts",
    "summary_lines",
]

Level = Literal["error", "warning", "info"]

LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "info")

VALUE_LIMIT: Final = 300
"""Characters of a value, key or message that a diagnostic shows; a longer one ends in an ellipsis and its length."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a diagnostic's code means.

    Attributes:
        name: the stable name, as it stands in reports.
        level: `error` (something was rejected), `warning` (a curator should look) or `info` (repaired by rule).
        meaning: what was found, in a sentence.
        action: what to do about it.
    """

    name: str
    level: Level
    meaning: str
    action: str


_CODES: Final = (
    # errors: a record, a companion or a map is not in the output
    Code(
        "record-unreadable",
        "error",
        "The record's file cannot be read.",
        "Check that the file exists and may be read.",
    ),
    Code(
        "record-too-large",
        "error",
        "The record is larger than 8 MiB.",
        "Real records are some ten KiB; see whether the file is a record at all.",
    ),
    Code(
        "record-not-utf8",
        "error",
        "The record holds bytes that are not UTF-8.",
        "Save the file as UTF-8 (often it is Windows-1252).",
    ),
    Code(
        "front-matter-missing",
        "error",
        "The file does not begin with a line that is exactly ---.",
        "Put the record between two lines that are exactly ---.",
    ),
    Code(
        "front-matter-unclosed",
        "error",
        "No line that is exactly --- closes the front matter.",
        "Add the closing line; see whether the file was cut.",
    ),
    Code(
        "yaml-invalid",
        "error",
        "The front matter is not valid YAML.",
        "Mend the line named; often a quote or an indent.",
    ),
    Code(
        "yaml-alias",
        "error",
        "The front matter uses a YAML anchor or alias, which no PFOCR record does.",
        "Write the value out, or quote the text that begins with & or *.",
    ),
    Code(
        "yaml-tag",
        "error",
        "The front matter uses a YAML tag, which no PFOCR record does.",
        "Remove the tag, or quote the text that begins with !.",
    ),
    Code("yaml-too-deep", "error", "The front matter is nested more than 32 levels deep.", "Remove the nesting."),
    Code(
        "front-matter-not-mapping",
        "error",
        "The front matter is not a mapping of keys to values.",
        "Begin each line with a key and a colon.",
    ),
    Code("figid-missing", "error", "The record has no figid.", "Add the key figid: PMC<digits>__<image file's stem>."),
    Code(
        "figid-invalid",
        "error",
        "The figid is not of the form PMC<digits>__<letters, digits, _ . ->.",
        "Correct the figid; it names the record everywhere.",
    ),
    Code(
        "figid-duplicate",
        "error",
        "Another record, read earlier, has the same figid; this one is left out.",
        "Remove one of the two, or correct its figid.",
    ),
    Code(
        "figure-iri-duplicate",
        "error",
        "Another record, read earlier, has the same figure IRI; this one is left out.",
        "Correct the @id in schema-jsonld of one of the two.",
    ),
    Code(
        "record-failed",
        "error",
        "The converter failed on the record, or the worker that converted it died; it is left out.",
        "See whether the record is odd or huge; please report it, it should not happen.",
    ),
    Code(
        "shape-violated",
        "error",
        "The figure, or what it shares with others, breaks what the shapes promise; it is written all the same.",
        "Mend the record, or report the fault where the record is right; `pfocr-rdf validate` tells more.",
    ),
    Code(
        "companion-unreadable",
        "error",
        "A companion file cannot be read, is larger than 8 MiB, or is not UTF-8; its mentions are left out.",
        "Mend or remove the file.",
    ),
    Code(
        "companion-header",
        "error",
        "A companion's header line is none of the known ones; its mentions are left out.",
        "Give the file one of the headers of PFOCR's companion tables.",
    ),
    Code(
        "companion-row",
        "error",
        "A row of a companion does not have as many cells as its header; the row is left out.",
        "Mend the row: one tab between cells, none inside.",
    ),
    Code(
        "map-unreadable", "error", "A map file (wpid_map.tsv, ndex_map.tsv) cannot be read.", "Mend or remove the file."
    ),
    Code(
        "map-row",
        "error",
        "A row of a map file is not a figid and an identifier.",
        "Mend the row: figid, tab, identifier.",
    ),
    Code(
        "organism-page-unreadable",
        "error",
        "An organism page cannot be read; its name is not used.",
        "Mend the page's front matter.",
    ),
    # warnings: a curator should look
    Code(
        "report-cut",
        "warning",
        "A record, or a map, has more than 1,000 diagnostics; the others are not shown.",
        "Mend what is shown first.",
    ),
    Code(
        "file-ignored",
        "warning",
        "A file in the records' folder is no record by its name.",
        "Name it .md, or move it away.",
    ),
    Code(
        "companions-missing",
        "warning",
        "The database has no table of mentions; only those that stand inside the records are written.",
        "See whether the checkout is whole: its folder _data holds the tables.",
    ),
    Code("body-ignored", "warning", "There is text after the front matter; it is not mapped.", "Remove it."),
    Code(
        "figid-differs",
        "warning",
        "The file's name is not the record's figid; the figid counts.",
        "Rename the file, or correct the figid.",
    ),
    Code("key-duplicate", "warning", "A key stands twice; the last value counts.", "Remove one of the two."),
    Code(
        "key-type",
        "warning",
        "A value is not of the form its key takes (text, list); it is left out.",
        "Give the key a value in its usual form.",
    ),
    Code("pmcid-missing", "warning", "The record has no pmcid; it is taken from the figid.", "Add the pmcid."),
    Code(
        "pmcid-invalid",
        "warning",
        "The pmcid is not PMC and digits; it is taken from the figid.",
        "Correct the pmcid.",
    ),
    Code("pmcid-differs", "warning", "The pmcid is not the one that the figid begins with.", "Correct one of the two."),
    Code(
        "figtitle-placeholder",
        "warning",
        "The title of the figure or paper is a placeholder (Figure).",
        "Give it its title.",
    ),
    Code(
        "figlink-invalid",
        "warning",
        "The figlink is not /pmc/articles/PMC…/figure/…/; it is left out.",
        "Correct the figlink.",
    ),
    Code(
        "figlink-other-paper",
        "warning",
        "The figlink names another paper than the pmcid; the link is in the output all the same.",
        "Correct the figlink.",
    ),
    Code("year-invalid", "warning", "The year is not four digits; it is left out.", "Correct the year."),
    Code(
        "doi-invalid",
        "warning",
        "The DOI does not begin with 10. and a registrant; it is left out.",
        "Correct the DOI.",
    ),
    Code(
        "score-invalid",
        "warning",
        "The pathway score is not a decimal number; it is left out.",
        "Correct automl_pathway or pathway_score.",
    ),
    Code(
        "score-range",
        "warning",
        "The pathway score is not between 0 and 1.",
        "Correct automl_pathway or pathway_score.",
    ),
    Code(
        "score-second",
        "warning",
        "The record has two scores, and they differ; automl_pathway is written, and pathway_score is left out.",
        "Remove one of the two.",
    ),
    Code(
        "rank-invalid",
        "warning",
        "pmc_ranked_result_index is not a whole number; it is left out.",
        "Correct pmc_ranked_result_index.",
    ),
    Code(
        "wpid-invalid",
        "warning",
        "A WikiPathways id is not WP and digits; it is left out.",
        "Correct wpid or wpid_map.tsv.",
    ),
    Code("ndex-invalid", "warning", "An NDEx id is not a UUID; it is left out.", "Correct ndex or ndex_map.tsv."),
    Code(
        "filename-invalid",
        "warning",
        "The file name of the image holds a slash; the image is left out.",
        "Correct the filename.",
    ),
    Code(
        "redirect-invalid",
        "warning",
        "redirect_from is not a path that begins with one slash; it is left out.",
        "Correct redirect_from.",
    ),
    Code(
        "organism-unknown",
        "warning",
        "No taxon is known for the organism's name; the name alone is written.",
        "Add an organism page, give --taxonomy names.dmp, or correct the name.",
    ),
    Code(
        "organism-ambiguous",
        "warning",
        "The organism's name stands for several taxa; the name alone is written.",
        "Add an organism page that gives the taxon.",
    ),
    Code(
        "mention-form",
        "warning",
        "An embedded gene, chemical or disease is not a mapping of texts with a word; it is left out.",
        "Correct the item.",
    ),
    Code(
        "mention-id",
        "warning",
        "An identifier of a mention is not of its database's form; the mention is written without it.",
        "Correct the identifier.",
    ),
    Code(
        "mention-unidentified",
        "warning",
        "A mention names a gene, chemical or disease without its identifier; the name is left out.",
        "Add the identifier.",
    ),
    Code(
        "mention-source",
        "warning",
        "An embedded chemical or disease names a source other than MESH; its identifier is left out.",
        "Correct the source.",
    ),
    Code(
        "annotation-form",
        "warning",
        "An annotation is not a type and a value; it is left out.",
        "Correct the annotation.",
    ),
    Code("jsonld-missing", "warning", "The record has no schema-jsonld; its triples are left out.", "Add the block."),
    Code(
        "jsonld-form",
        "warning",
        "schema-jsonld is not a mapping; the record is mapped without it.",
        "Correct the block.",
    ),
    Code(
        "jsonld-invalid",
        "warning",
        "schema-jsonld cannot be expanded as JSON-LD 1.1; the record is mapped without it.",
        "Correct the block; the message is the processor's.",
    ),
    Code(
        "jsonld-remote-context",
        "warning",
        "schema-jsonld names a context that is not schema.org's and is never fetched; the block is left out.",
        "Use https://schema.org/ or write the context into the block.",
    ),
    Code(
        "jsonld-context-size",
        "warning",
        "The contexts inside schema-jsonld exceed 64 KiB, 64 in number or a bound of work; the block is left out.",
        "Use https://schema.org/.",
    ),
    Code(
        "jsonld-id",
        "warning",
        "The @id of schema-jsonld is missing or no absolute http(s) IRI; the figure gets the IRI of its figid.",
        "Correct the @id.",
    ),
    Code(
        "figure-iri-differs",
        "warning",
        "The @id of schema-jsonld is not the IRI that the figid gives; the @id counts.",
        "Correct the @id, if it is not meant.",
    ),
    Code(
        "jsonld-iri",
        "warning",
        "An IRI of schema-jsonld is malformed or of a scheme that is not written; its triples are left out.",
        "Correct the IRI.",
    ),
    Code(
        "jsonld-license-unknown",
        "warning",
        "The licence is a word that is not known; it stays text.",
        "Give the licence's IRI.",
    ),
    Code("jsonld-graph", "warning", "schema-jsonld holds a named graph; it is left out.", "Remove @graph."),
    Code(
        "text-garbled",
        "warning",
        "A text holds UTF-8 that was read in another encoding, such as `Œ∫` for `κ`; it is written as it stands.",
        "Correct the text; what it was is in the message.",
    ),
    Code(
        "text-surrogate",
        "warning",
        "A text holds a lone surrogate, which is no character; it is replaced by U+FFFD.",
        "Correct the text.",
    ),
    Code(
        "gene-taxon-differs",
        "warning",
        "Records give a gene different organisms; the most frequent is written.",
        "Correct the gene tables.",
    ),
    Code(
        "paper-differs",
        "warning",
        "Records of one paper disagree; the value of the first by figid is written.",
        "Make the records agree.",
    ),
    Code(
        "journal-differs",
        "warning",
        "Records give one journal different titles; that of the first by figid is written.",
        "Make the records agree.",
    ),
    # info: repaired or left out by rule
    Code("key-unknown", "info", "A key is none of PFOCR's; it is not mapped.", "Nothing, or remove it."),
    Code(
        "column-unknown",
        "info",
        "A column of a companion is none of PFOCR's; it is not mapped.",
        "Nothing, or remove it.",
    ),
    Code("annotation-type", "info", "The type of an annotation is not mapped; its value is.", "Nothing."),
    Code(
        "doi-prefix",
        "info",
        "The DOI came with doi: or a resolver's address; that is taken off.",
        "Write the bare DOI.",
    ),
    Code(
        "score-exponent",
        "info",
        "The pathway score has an exponent, which xsd:decimal does not allow; it is written out.",
        "Nothing.",
    ),
    Code("image-format", "info", "The image's format does not follow from its file name; none is written.", "Nothing."),
    Code("iri-encoded", "info", "An IRI held characters that IRIs do not allow; they are percent-encoded.", "Nothing."),
    Code(
        "map-row-blanks",
        "info",
        "A row of a map file has blanks in place of the tab; it is read all the same.",
        "Use one tab.",
    ),
    Code(
        "map-figure", "info", "A map file names a figure that is not among the records.", "Nothing, or remove the row."
    ),
    Code(
        "companion-orphan",
        "info",
        "A companion file belongs to no record; what it says is not written.",
        "Give it its record's figid where its name is misspelt, or remove it.",
    ),
    Code(
        "gene-symbol",
        "info",
        "A human gene's symbol is not of the form of an HGNC symbol; no HGNC link is written.",
        "Nothing.",
    ),
    Code(
        "jsonld-license",
        "info",
        "The licence's word is replaced by the licence's IRI.",
        "Nothing; --as-is switches this off.",
    ),
    Code(
        "jsonld-name",
        "info",
        "The template's name CreativeWork is replaced by the figure's title.",
        "Nothing; --as-is switches this off.",
    ),
    Code(
        "jsonld-creator",
        "info",
        "The anonymous creator WikiPathways is replaced by its IRI.",
        "Nothing; --as-is switches this off.",
    ),
    Code(
        "jsonld-keyword", "info", "A missing keyword (.na.character) is dropped.", "Nothing; --as-is switches this off."
    ),
    Code("jsonld-value", "info", "A missing value in schema-jsonld is dropped.", "Nothing; --as-is switches this off."),
    Code(
        "jsonld-node",
        "info",
        "A node of schema-jsonld without an @id gets an IRI of its own.",
        "Nothing, or give it an @id.",
    ),
    Code(
        "jsonld-literal",
        "info",
        "A language, direction or datatype that the property does not take is dropped; the text is kept.",
        "Nothing, or write the plain text.",
    ),
)

CODES: Final[dict[str, Code]] = {code.name: code for code in _CODES}
"""Every code by its name, errors first."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Attributes:
        code: a name in `CODES`.
        message: what was found, for people.
        file: the file it was found in, as the user named it; empty where there is none.
        line: the line in that file, from 1, where it is known.
        figid: the record's figid, where it is known.
        key: the key or column.
        value: the value, cut at `VALUE_LIMIT` characters.
    """

    code: str
    message: str
    file: str = ""
    line: int | None = None
    figid: str = ""
    key: str = ""
    value: str = ""

    @property
    def level(self) -> Level:
        """`error`, `warning` or `info`, by the code."""
        return CODES[self.code].level

    def __str__(self) -> str:
        """Give the finding in one line: level, place, message and value."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        value = f" ({self.value})" if self.value else ""
        return one_line(f"{self.level}: {place + ': ' if place else ''}{self.code}:{key} {self.message}{value}")


Report = Callable[[Diagnostic], None]
"""What takes diagnostics as they are found, such as `list.append`."""


def diagnose(
    code: str,
    message: str = "",
    *,
    file: str = "",
    line: int | None = None,
    figid: str = "",
    key: str = "",
    value: object = "",
) -> Diagnostic:
    """Make a diagnostic; the code's meaning is the message where none is given, and long texts are cut.

    Args:
        code: a name in `CODES`, which says the level, too.
        message: what is wrong.
        file: the file as the user would name it.
        line: the line in it, from 1.
        figid: the figid of the record.
        key: the key of the front matter, or the column of the table.
        value: what stands there; what is no text is written as JSON.

    Raises:
        KeyError: for a code that is not in `CODES`.

    >>> diagnose("year-invalid", file="a.md", key="year", value="MMXX").level
    'warning'
    """
    meaning = CODES[code].meaning
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return Diagnostic(code, cut(message or meaning), file, line, figid, cut(key), cut(text))


def cut(text: str) -> str:
    """Cut a text that is longer than `VALUE_LIMIT` characters."""
    return text if len(text) <= VALUE_LIMIT else f"{text[:VALUE_LIMIT]}… ({len(text)} characters)"


class Place:
    """Where something is found, bound once for many diagnostics: the file, the figid, and what takes them."""

    __slots__ = ("figid", "file", "report")

    def __init__(self, file: str, figid: str, report: Report) -> None:
        self.file = file
        self.figid = figid
        self.report = report

    def diagnose(
        self, code: str, message: str = "", *, key: str = "", value: object = "", line: int | None = None
    ) -> None:
        """Report a diagnostic at this place."""
        self.report(diagnose(code, message, file=self.file, line=line, figid=self.figid, key=key, value=value))


RECORD_LIMIT: Final = 1000
"""Diagnostics that are kept of one record; a real one has some ten."""


class Findings:
    """The diagnostics of one record, or of one map: the first `RECORD_LIMIT`, and how many more there were."""

    __slots__ = ("_found", "_more", "_whose")

    def __init__(self, whose: str = "this record") -> None:
        """Begin with none.

        Args:
            whose: what they are of, for people.
        """
        self._found: list[Diagnostic] = []
        self._more = 0
        self._whose = whose

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self._found)

    def append(self, diagnostic: Diagnostic) -> None:
        """Take a diagnostic."""
        if len(self._found) < RECORD_LIMIT:
            self._found.append(diagnostic)
        else:
            self._more += 1

    def all(self) -> tuple[Diagnostic, ...]:
        """Give what was found; where that was cut, the last says so."""
        if not self._more:
            return tuple(self._found)
        last = self._found[-1]
        message = f"{self._more:,} more diagnostics of {self._whose} are not shown"
        return (*self._found, diagnose("report-cut", message, file=last.file, figid=last.figid))


def one_line(text: str) -> str:
    """Fold a text into one line that is safe on a terminal: other than printable characters are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def json_line(diagnostic: Diagnostic) -> bytes:
    r"""Write a diagnostic as one line of JSON, UTF-8, ending in a newline.

    The fields stand in the order `file, line, figid, key, level, code, message, value`. Line separators inside
    values are escaped, so that any reader of lines sees one.
    """
    record = {
        "file": diagnostic.file,
        "line": diagnostic.line,
        "figid": diagnostic.figid,
        "key": diagnostic.key,
        "level": diagnostic.level,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "value": diagnostic.value,
    }
    text = json.dumps(record, ensure_ascii=False)
    for separator in ("\x85", "\u2028", "\u2029"):
        text = text.replace(separator, f"\\u{ord(separator):04x}")
    # a lone surrogate becomes its JSON escape, which is also Python's backslash form
    return text.encode("utf-8", "backslashreplace") + b"\n"


def level_counts(counts: Counter[str]) -> dict[Level, int]:
    """Sum counts by code into counts by level, every level present.

    >>> level_counts(Counter({"yaml-invalid": 2, "jsonld-name": 5}))
    {'error': 2, 'warning': 0, 'info': 5}
    """
    levels: dict[Level, int] = dict.fromkeys(LEVELS, 0)
    for name, count in counts.items():
        levels[CODES[name].level] += count
    return levels


def summary_lines(counts: Counter[str]) -> Iterable[str]:
    """Yield a short table of counts by code: errors first, then by count, then by name."""
    order = sorted(counts, key=lambda name: (LEVELS.index(CODES[name].level), -counts[name], name))
    if not order:
        return
    width = max(map(len, order))
    digits = max(len(f"{counts[name]:,}") for name in order)
    for name in order:
        code = CODES[name]
        yield f"{code.level:<7}  {counts[name]:>{digits},}  {name:<{width}}  {code.meaning}"
