"""Make a database of any number of records, like PFOCR's in form and in the sizes of its parts.

    python tests/benchmarks/generate.py FOLDER --records 10000

Everything is drawn from the examples and from numbers: sentences, titles, words and identifiers of the examples are
combined anew, and a long tail of genes is invented. A record depends on its number and the seed alone, so that a
smaller database is the beginning of a larger one, and two runs give the same bytes. The sizes are those of PFOCR:

- seven records of ten are of the new generation, with tables in `_data`, three of the old, with mentions inside;
- captions are log-normal, 700 characters in the middle and 900 on average;
- gene tables have 16 rows in the middle and 30 on average, some have hundreds; one record of eight has none;
- a paper has 1.2 figures; genes are drawn from 20,000, a few of them often and most of them seldom.
"""

from __future__ import annotations

import argparse
import math
import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import yaml

__all__ = ["generate"]

EXAMPLES: Final = Path(__file__).parents[2] / "examples"

NEW_GENERATION: Final = 0.7
GENES: Final = 20_000
FIGURES_OF_SIX_PAPERS: Final = 7

_TABLES: Final = {
    "gene": (
        "genes",
        "organism_id organism_name organism_group word match ncbigene_symbol ncbigene_id source "
        "count_direct count_synonym count_match",
    ),
    "chemical": ("chemicals", "word mesh match name chebi"),
    "disease": ("diseases", "word mesh match name doid"),
}
_FILE_STEMS: Final = (
    "fcell-{year}-{paper}-g{figure:03}",
    "pone.{paper:07}.g{figure:03}",
    "nihms-{paper}-f{figure:04}",
    "{paper}_{year}_905_Fig{figure}_HTML",
    "gr{figure}",
    "elife-{paper}-fig{figure}",
)
_PLAIN: Final = re.compile(r"[A-Za-z(/](?:[^\n:#]|:(?! )|(?<! )#)*(?<![ :])")
_TYPED: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_SENTENCE_END: Final = re.compile(r"(?<=[.;]) ")

Row = tuple[str, ...]


@dataclass(frozen=True)
class Pool:
    """What the examples give to draw from.

    Attributes:
        sentences: sentences of captions.
        words: words of titles.
        genes: for each word the rows of gene tables.
        chemicals: rows of chemical tables.
        diseases: rows of disease tables.
        organisms: names of organisms.
        journals: titles of journals and their abbreviations.
        keywords: keywords of papers.
    """

    sentences: Sequence[str]
    words: Sequence[str]
    genes: Sequence[Sequence[Row]]
    chemicals: Sequence[Row]
    diseases: Sequence[Row]
    organisms: Sequence[Row]
    journals: Sequence[tuple[str, str]]
    keywords: Sequence[str]


@cache
def pool() -> Pool:
    """Read the examples."""
    records = []
    for file in sorted((EXAMPLES / "_figures").iterdir()):
        text = file.read_text("utf-8").split("---\n")[1]
        records.append(yaml.load(text, Loader=yaml.CBaseLoader))
    genes: dict[str, list[Row]] = {}
    organisms: dict[Row, None] = {}
    for row in _rows("gene"):
        if row[6].isdigit():
            genes.setdefault(row[3], []).append(row)
            organisms[row[:3]] = None
    given = (record.get("caption", "") for record in records)
    captions = " ".join(" ".join(caption.split()) for caption in given if not caption.startswith(".na"))
    return Pool(
        sentences=sorted({part for part in _SENTENCE_END.split(captions) if 20 < len(part) < 200}),
        words=sorted({word for record in records for word in record.get("figtitle", "").split() if word.isalnum()}),
        genes=[genes[word] for word in sorted(genes)],
        chemicals=sorted({row for row in _rows("chemical") if row[1].startswith("mesh:")}),
        diseases=sorted({row for row in _rows("disease") if row[1].startswith("mesh:")}),
        organisms=list(organisms),
        journals=sorted({(record["journal_title"], record["journal_nlm_ta"]) for record in records if _has(record)}),
        keywords=sorted(
            {word.strip() for record in records for word in record.get("keywords", "").split("|") if word.strip()}
        ),
    )


def _has(record: dict[str, str]) -> bool:
    return bool(record.get("journal_title")) and bool(record.get("journal_nlm_ta"))


def _rows(kind: str) -> Iterable[Row]:
    """Read the rows of the examples' tables that have the newest header."""
    name, columns = _TABLES[kind]
    for file in sorted((EXAMPLES / "_data").glob(f"*-{name}.tsv")):
        header, *lines = file.read_text("utf-8").split("\n")
        if header.split("\t") == columns.split():
            yield from (tuple(line.split("\t")) for line in lines if line)


def _log_normal(random: Random, middle: float, mean: float, most: int) -> int:
    """Draw a size, given the one in the middle and the one on average."""
    sigma = math.sqrt(2 * math.log(mean / middle))
    return min(most, max(1, round(random.lognormvariate(math.log(middle), sigma))))


# -------------------------------------------------------------------------------------------------------- a record


@dataclass(frozen=True)
class Generated:
    """A record and its tables.

    Attributes:
        figid: its figid.
        text: the record's file.
        tables: for each kind the rows, where it has a table.
    """

    figid: str
    text: str
    tables: dict[str, list[Row]]


def record(number: int, seed: int = 0) -> Generated:
    """Make a record.

    Args:
        number: its number in the database.
        seed: another one gives another database.
    """
    random = Random(f"{seed}:{number}")
    paper, first = number * 6 // FIGURES_OF_SIX_PAPERS, number
    while first and (first - 1) * 6 // FIGURES_OF_SIX_PAPERS == paper:
        first -= 1
    about = _paper(paper, seed)
    pmcid = f"PMC{80_000_000 + paper}"
    figure = number - first + 1
    stem = _FILE_STEMS[paper % len(_FILE_STEMS)].format(paper=paper, figure=figure, year=about["year"])
    figid = f"{pmcid}__{stem}"
    is_new = random.random() < NEW_GENERATION
    caption = _caption(random)
    title = " ".join(random.choices(pool().words, k=_log_normal(random, 8, 9, 30))).capitalize()
    genes = _genes(random, is_new) if random.random() < 0.875 else []
    chemicals = random.choices(pool().chemicals, k=_log_normal(random, 4, 6, 40)) if random.random() < 0.5 else []
    diseases = random.choices(pool().diseases, k=_log_normal(random, 2, 3, 20)) if random.random() < 0.3 else []
    words = [row[5] for row in genes] + [row[0] for row in chemicals] + [row[0] for row in diseases]
    block = (
        "schema-jsonld:\n  '@context': https://schema.org/\n"
        f"  '@id': https://pfocr.wikipathways.org/figures/{figid}.html\n  '@type': Dataset\n"
        f"  description: {_scalar(caption, '    ')}\n  license: CC0\n  name: CreativeWork\n"
        "  creator:\n    '@type': Organization\n    name: WikiPathways\n"
        f"  keywords:{_list(list(dict.fromkeys(words)), '  ')}\n"
    )
    shared = {
        "figid": figid,
        "figtitle": title,
        "pmcid": pmcid,
        "filename": f"{stem}.jpg",
        "figlink": f"/pmc/articles/{pmcid}/figure/F{figure}/",
        "number": f"F{figure}",
        "caption": caption,
        **about,
        "figid_alias": f"{pmcid}__F{figure}",
        "figtype": "Figure",
        "redirect_from": f"/figures/{pmcid}__F{figure}",
        "ndex": "",
        "seo": "CreativeWork",
    }
    text = "".join(f"{key}: {_scalar(value)}\n" for key, value in shared.items())
    named = list(dict.fromkeys(row[1] for row in genes)) or ["Homo sapiens"]
    score = f"{0.5 + random.random() / 2:.7f}"
    if is_new:
        text += f"organisms:{_list(named[:1])}\norganisms_ner:{_list(named if genes else ['NA'])}\n"
        text += f"automl_pathway: {score}\n"
        tables = {"gene": genes, "chemical": chemicals, "disease": diseases}
    else:
        text += f"organisms: {named[0]}\npathway_score: {score}\npmc_ranked_result_index: '{number}'\nannotations: []\n"
        text += f"genes:{_embedded_genes(genes)}\n"
        text += f"chemicals:{_embedded(chemicals)}\ndiseases:{_embedded(diseases)}\n"
        tables = {}
    return Generated(figid, f"---\n{text}{block}---\n", {kind: rows for kind, rows in tables.items() if rows})


@cache
def _last_paper(paper: int, seed: int) -> dict[str, str]:
    random = Random(f"{seed}:paper:{paper}")
    year = str(random.randint(2005, 2024))
    journal, abbreviation = random.choice(pool().journals)
    title = " ".join(random.choices(pool().words, k=_log_normal(random, 12, 13, 40))).capitalize()
    return {
        "papertitle": f"{title}.",
        "reftext": f"Ada Example, et al. {abbreviation}. {year};{paper % 90 + 1}({paper % 12 + 1}):{paper % 900 + 1}.",
        "year": year,
        "doi": f"10.5555/generated.{seed}.{paper}",
        "journal_title": journal,
        "journal_nlm_ta": abbreviation,
        "publisher_name": "Example University Press",
        "keywords": " | ".join(random.sample(pool().keywords, 5)),
    }


def _paper(paper: int, seed: int) -> dict[str, str]:
    """Make what a paper's records share; only the last one is remembered, as a paper's records stand together."""
    if _last_paper.cache_info().currsize > 16:
        _last_paper.cache_clear()
    return _last_paper(paper, seed)


def _caption(random: Random) -> str:
    length = _log_normal(random, 700, 900, 6_000)
    parts: list[str] = []
    while (got := sum(map(len, parts)) + len(parts)) < length:
        parts.append(random.choice(pool().sentences)[: max(20, length - got)].strip())
    return " ".join(parts)


def _genes(random: Random, is_new: bool) -> list[Row]:
    """Draw the rows of a gene table; in the old generation a word is one gene, and all are human."""
    wanted = _log_normal(random, 16, 30, 400) if is_new else _log_normal(random, 12, 20, 200)
    rows: list[Row] = []
    while len(rows) < wanted:
        rank = int(GENES * random.random() ** 8)
        word = pool().genes[rank] if rank < len(pool().genes) else _invented_genes(rank)
        rows += word if is_new else [row for row in word[:1] if row[1] == "Homo sapiens"]
    return rows[:wanted]


@cache
def _invented_genes(rank: int) -> list[Row]:
    """Make the rows of an invented word: its own gene, and those of the next ranks where it is a family's."""
    members = (1, 1, 2, 4, 7)[rank % 5]
    source = "famplex_relations" if members > 1 else ("ncbigene_symbol", "ncbigene_synonym")[rank // 5 % 2]
    match = _symbol(rank) if members == 1 else f"F{_symbol(rank)}"
    word = match if rank % 3 else f"({match.capitalize()}"
    rows = []
    for member in range(rank, rank + members):
        organism = pool().organisms[0 if member % 4 else member // 4 % len(pool().organisms)]
        rows.append((*organism, word, match, _symbol(member), str(900_000_000 + member), source, "3", "2", "5"))
    return rows


def _symbol(rank: int) -> str:
    return "".join(Random(rank).choices("ABCDEFGHKLMNPRSTVWXYZ", k=3)) + str(rank)


def _embedded_genes(rows: Sequence[Row]) -> str:
    keys = ("word", "symbol", "source", "hgnc_symbol", "entrez")
    items = [dict(zip(keys, (row[3], row[4], "hgnc_symbol", row[5], row[6]), strict=True)) for row in rows]
    return _mappings(items)


def _embedded(rows: Sequence[Row]) -> str:
    return _mappings([{"word": row[0], "source": "MESH", "identifier": row[1].partition(":")[2]} for row in rows])


# --------------------------------------------------------------------------------------------------------- writing


def _scalar(text: str, indent: str = "  ") -> str:
    """Write a scalar as R does: plain where that is safe, else in single quotes; a long one is folded."""
    if not _PLAIN.fullmatch(text) or text.lower() in _TYPED:
        text = "'" + text.replace("'", "''") + "'"
    if len(text) <= 70:
        return text
    lines = textwrap.wrap(text, 78, break_long_words=False, break_on_hyphens=False)
    return f"\n{indent}".join(lines)


def _list(items: Sequence[str], indent: str = "") -> str:
    return "".join(f"\n{indent}- {_scalar(item, indent + '  ')}" for item in items) or " []"


def _mappings(items: Sequence[dict[str, str]]) -> str:
    def item(values: dict[str, str]) -> str:
        return "\n  ".join(f"{key}: {_scalar(value, '    ')}" for key, value in values.items())

    return "".join(f"\n- {item(values)}" for values in items) or " []"


def generate(folder: Path, records: int, *, seed: int = 0, start: int = 0) -> None:
    """Write a database.

    Args:
        folder: a folder that is not there yet, or holds a database to which records are added.
        records: how many.
        seed: another one gives another database.
        start: the number of the first.
    """
    figures, data = folder / "_figures", folder / "_data"
    figures.mkdir(parents=True, exist_ok=True)
    data.mkdir(exist_ok=True)
    for number in range(start, start + records):
        made = record(number, seed)
        (figures / f"{made.figid}.md").write_text(made.text, "utf-8")
        for kind, rows in made.tables.items():
            name, columns = _TABLES[kind]
            lines = "".join("\t".join(row) + "\n" for row in (columns.split(), *rows))
            (data / f"{made.figid}-{name}.tsv").write_text(lines, "utf-8")
    shutil.copytree(EXAMPLES / "_organisms", folder / "_organisms", dirs_exist_ok=True)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    generate(arguments.folder, arguments.records, seed=arguments.seed)


if __name__ == "__main__":
    main()
