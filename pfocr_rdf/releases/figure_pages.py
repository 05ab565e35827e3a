"""The pages and the data of each figure of a release, and the lists of figures, written, and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import Store

from pfocr_rdf.pages.descriptions import mentioning_figures, store_descriptions
from pfocr_rdf.pages.figure_files import FOLDER, figure_files
from pfocr_rdf.releases.figure_digests import sections
from pfocr_rdf.releases.gate import Reading, Refused, read_again
from pfocr_rdf.releases.publication import FIGURE, HTML, JSON_LD, Publication
from pfocr_rdf.releases.shards import Dump
from pfocr_rdf.releases.shelf import Shelf
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.vocabulary import SchemaOrg
from pfocr_rdf.workers import in_order

__all__ = ["write_figures"]

_FILES: Final = {
    ".html": ("a figure, for people", HTML),
    ".ttl": ("the data of a figure, in Turtle", FORMATS["turtle"].media_type),
    ".jsonld": ("the data of a figure, in JSON-LD", JSON_LD),
}

READ: Final = 100
"""Files that are read again at once."""


def write_figures(
    publication: Publication,
    stems: Mapping[str, str],
    store: Store,
    dump: Dump,
    shelf: Shelf,
    work: Path,
    schema: SchemaOrg,
    *,
    jobs: int,
) -> None:
    """Write the pages of figures, their data and their lists, and read them again.

    They are written by this process alone, as it has the store: Oxigraph's threads do not live on in a fork. Reading
    the files again needs no store.

    Args:
        publication: the release.
        stems: the names of the figures' files by figid.
        store: holds the whole graph, and does not change.
        dump: the whole graph as it was written to `DUMP_LINES` in the folder `work`.
        shelf: takes the files.
        work: the folder of what is needed only while the release is made.
        schema: the schema.org terms in the spelling of the dump.
        jobs: worker processes that read the files again.

    Raises:
        Refused: when a file cannot be read, or a figure has not all of them.
        WorkerError: when a worker dies.
    """
    counts = publication.counts
    written = figure_files(
        sections(dump, work),
        store_descriptions(store),
        publication=publication,
        stems=stems,
        mentioning=mentioning_figures(store, schema),
        schema=schema,
    )
    of_one_figure = set(stems.values())
    lists: set[str] = set()
    of_figures = 0
    for path, data in written:
        if Path(path).stem not in of_one_figure:
            shelf.add(path, data, "a list of figures, for people", HTML)
            lists.add(path)
            continue
        title, media_type = _FILES[Path(path).suffix]
        shelf.add(path, data, title, media_type, role=FIGURE)
        of_figures += 1
    if of_figures != len(_FILES) * counts.figures:
        raise Refused(f"there are {of_figures // len(_FILES):,} figures with pages, not {counts.figures:,}")
    files = [file for file in shelf.files() if file.role == FIGURE or file.path in lists]
    parts = [files[start : start + READ] for start in range(0, len(files), READ)]
    faults: list[str] = []
    tasks = [[shelf.path(file.path) for file in part] for part in parts]
    held: dict[str, set[int | None]] = {}
    for part, readings in zip(parts, in_order(_read_some, tasks, workers=jobs), strict=True):
        for file, reading in zip(part, readings, strict=True):
            if fault := shelf.amend(file.path, reading):
                faults.append(fault)
            elif file.media_type != HTML:
                held.setdefault(Path(file.path).stem, set()).add(reading.triples)
    faults += [
        f"{FOLDER}/{stem}: the data in Turtle and in JSON-LD are not the same"
        for stem, triples in held.items()
        if len(triples) != 1 or not all(triples)
    ]
    if faults:
        raise Refused(*faults)


def _read_some(paths: Sequence[str]) -> list[Reading]:
    return list(map(read_again, paths))
