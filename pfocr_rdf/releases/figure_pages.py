"""The pages and the data of each figure of a release, written and read again, by as many processes as there may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeAlias

from pyoxigraph import Store

from pfocr_rdf.groups import Group
from pfocr_rdf.pages.descriptions import Describe, store_descriptions
from pfocr_rdf.pages.figure_files import FOLDER, figid_of, figure_files, is_figure
from pfocr_rdf.releases.gate import Reading, Refused, read_again
from pfocr_rdf.releases.publication import FIGURE, Publication
from pfocr_rdf.releases.shelf import Shelf
from pfocr_rdf.sections import Survey, groups_of
from pfocr_rdf.vocabulary import SchemaOrg
from pfocr_rdf.workers import in_order

__all__ = ["write_figures"]

_HTML: Final = "text/html"
_FILES: Final = {
    ".html": ("a figure, for people", _HTML),
    ".ttl": ("the data of a figure, in Turtle", "text/turtle"),
    ".jsonld": ("the data of a figure, in JSON-LD", "application/ld+json"),
}

WRITTEN: Final = 50
"""Figures whose files are written at once."""

READ: Final = 100
"""Files that are read again at once."""


def write_figures(
    publication: Publication,
    stems: Mapping[str, str],
    store: Store,
    folder: Path,
    shelf: Shelf,
    dump: str,
    schema: SchemaOrg,
    *,
    jobs: int,
) -> None:
    """Write the pages of figures and their data, and read them again.

    Args:
        publication: the release.
        stems: the names of the figures' files by figid.
        store: holds the whole graph, and does not change.
        folder: where the store is, so that other processes can read it; where it is not there, the store is in memory.
        shelf: takes the files.
        dump: the whole graph in N-Triples, in the order of a conversion.
        schema: the schema.org terms in the spelling of the dump.
        jobs: worker processes; with one, everything happens in this process.

    Raises:
        Refused: when a file cannot be read, or a figure has not all of them.
    """
    counts = publication.counts
    groups = groups_of([dump], Survey(counts.figures, counts.triples, schema, in_order=True))
    apart = jobs > 1 and folder.is_dir()
    describe = partial(_descriptions_in, str(folder)) if apart else partial(_same, store_descriptions(store))
    write = partial(_files_of, describe, publication, schema)
    with closing(in_order(write, _with_stems(groups, stems), workers=jobs if apart else 1, fresh=True)) as written:
        for path, data in chain.from_iterable(written):
            title, media_type = _FILES[Path(path).suffix]
            shelf.add(path, data, title, media_type, role=FIGURE)
    files = [file for file in shelf.files() if file.role == FIGURE]
    if len(files) != len(_FILES) * counts.figures:
        raise Refused(f"there are {len(files) // len(_FILES):,} figures with pages, not {counts.figures:,}")
    parts = [files[start : start + READ] for start in range(0, len(files), READ)]
    faults: list[str] = []
    tasks = [[shelf.path(file.path) for file in part] for part in parts]
    held: dict[str, set[int | None]] = {}
    for part, readings in zip(parts, in_order(_read_some, tasks, workers=jobs), strict=True):
        for file, reading in zip(part, readings, strict=True):
            if fault := shelf.amend(file.path, reading):
                faults.append(fault)
            elif file.media_type != _HTML:
                held.setdefault(Path(file.path).stem, set()).add(reading.triples)
    faults += [
        f"{FOLDER}/{stem}: the data in Turtle and in JSON-LD are not the same"
        for stem, triples in held.items()
        if len(triples) != 1 or not all(triples)
    ]
    if faults:
        raise Refused(*faults)


_Sections: TypeAlias = tuple[list[Group], dict[str, str]]
"""Sections of figures, and the names of their files by figid."""


def _with_stems(groups: Iterable[Group], stems: Mapping[str, str]) -> Iterator[_Sections]:
    """Yield the sections of figures, some at a time, with the names of their files."""
    figures = filter(is_figure, groups)
    while sections := list(islice(figures, WRITTEN)):
        yield sections, {figid: stems[figid] for figid in map(figid_of, sections)}


def _files_of(
    describe: Callable[[], Describe], publication: Publication, schema: SchemaOrg, some: _Sections
) -> list[tuple[str, bytes]]:
    """Write the files of some figures."""
    sections, stems = some
    return list(figure_files(sections, describe(), publication=publication, stems=stems, schema=schema))


def _same(describe: Describe) -> Describe:
    return describe


@lru_cache(maxsize=1)
def _descriptions_in(folder: str) -> Describe:
    """Give, in a worker, what looks descriptions up in the store, once for all figures."""
    return store_descriptions(Store.read_only(folder))


def _read_some(paths: Sequence[str]) -> list[Reading]:
    return list(map(read_again, paths))
