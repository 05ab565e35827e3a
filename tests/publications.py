"""Releases for the tests of pages: a database converted, loaded into a store and described, without the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from conversions import converted
from pfocr_rdf import Settings
from pfocr_rdf.context import context_document
from pfocr_rdf.pages.descriptions import mentioning_figures, store_descriptions
from pfocr_rdf.pages.figure_files import figid_of, figure_files, is_figure
from pfocr_rdf.pages.filenames import file_stems
from pfocr_rdf.pages.index_page import index_page
from pfocr_rdf.pages.statistics import statistics_of
from pfocr_rdf.queries import shipped_queries
from pfocr_rdf.releases.publication import (
    GZIP,
    ClassPartition,
    Counts,
    Finding,
    Publication,
    PublishedFile,
    Source,
    in_order_of_paths,
)
from pfocr_rdf.sections import groups_of, survey
from pfocr_rdf.terms import Statement
from pfocr_rdf.vocabulary import SchemaOrg


@dataclass(frozen=True)
class Released:
    """What pages are made from.

    Attributes:
        dump: the whole graph as N-Triples.
        sections: the figures' sections.
        store: the store that holds the graph.
        publication: what the release says of itself.
        stems: the names of the figures' files by figid.
        schema: the schema.org terms of the graph.
    """

    dump: bytes
    sections: list[Sequence[Statement]]
    store: Store
    publication: Publication
    stems: dict[str, str]
    schema: SchemaOrg

    def figure_files(self) -> dict[str, bytes]:
        """Give the figures' files by path."""
        describe = store_descriptions(self.store)
        files = figure_files(
            self.sections,
            describe,
            publication=self.publication,
            stems=self.stems,
            mentioning=mentioning_figures(self.store, self.schema),
            schema=self.schema,
        )
        return dict(files)

    def index_page(self) -> bytes:
        """Give the page of the release."""
        statistics = statistics_of(self.store, self.schema)
        return index_page(self.publication, statistics, shipped_queries(), self.stems)

    def write(self, folder: Path) -> Path:
        """Write all pages and what they refer to."""
        (folder / "figures").mkdir(parents=True)
        (folder / "index.html").write_bytes(self.index_page())
        (folder / "context.jsonld").write_bytes(context_document(self.schema))
        for path, data in self.figure_files().items():
            (folder / path).write_bytes(data)
        return folder


def released(database: Path, folder: Path, settings: Settings | None = None) -> Released:
    """Convert a database and describe what it gives.

    Args:
        database: the database.
        folder: where the dump is written.
        settings: the settings of the mapping.
    """
    settings = settings or Settings()
    dump = converted(database, settings=settings).output
    path = folder / "dump.nt"
    path.write_bytes(dump)
    store = Store()
    store.bulk_load(dump, RdfFormat.N_TRIPLES)
    sections = [group for group in groups_of([str(path)], survey([str(path)])) if is_figure(group)]
    return Released(dump, sections, store, publication(store), file_stems(map(figid_of, sections)), settings.schema)


def publication(store: Store) -> Publication:
    """Describe a store's graph as a release, with files of every role."""

    def file(path: str, title: str, media_type: str, role: str = "", compression: str | None = None) -> PublishedFile:
        digest = sha256(path.encode()).hexdigest()
        return PublishedFile(path, title, len(path) * 1000, digest, media_type, len(store), compression, None, role)

    def count(pattern: str) -> int:
        ((number,),) = store.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")  # type: ignore[misc]  # one row
        return int(number.value)

    classes = store.query("SELECT ?class (COUNT(*) AS ?n) { ?thing a ?class } GROUP BY ?class ORDER BY ?class")
    return Publication(
        version="2026.11",
        base_url="https://data.example.org/pfocr/2026.11/",
        files=in_order_of_paths(
            (
                file("pfocr-2026.11.nt.gz", "the whole graph as N-Triples", "application/n-triples", "dump", GZIP),
                file("pfocr-2026.11.ttl.gz", "the whole graph as Turtle", "text/turtle", "dump", GZIP),
                file("shards/pfocr-2026.11-0001.nt.gz", "triples", "application/n-triples", "shard", GZIP),
                file("pfocr-2026.11.gmt", "gene sets", "text/tab-separated-values", "gene sets"),
                file("void.ttl", "the description of the data", "text/turtle"),
                file("queries/a b&c.rq", "a query with a <name> of its own", "application/sparql-query"),
            )
        ),
        counts=Counts(
            triples=len(store),
            entities=0,
            subjects=0,
            objects=0,
            figures=count("?figure a <http://vocabularies.wikipathways.org/wp#Pathway>"),
            mentions=count("?mention a <http://www.w3.org/ns/oa#Annotation>"),
            classes=tuple(ClassPartition(name.value, int(number.value)) for name, number in classes),  # type: ignore[union-attr]
            properties=(),
            linksets=(),
        ),
        source=Source("0" * 64, "0123456789abcdef0123456789abcdef01234567", "2026-11-01"),
        software="0.1.0",
        issued="2026-11-20",
        created_on="2026-11-01",
        previous="2026.10",
        diagnostics=(
            Finding("warning", "organism-unknown", 1, "No taxon is known for the organism's name."),
            Finding("info", "jsonld-license", 15, "The licence of the block is a word."),
        ),
        validation=(Finding("Warning", "figure: caption given", 2, "The figure has no caption."),),
    )
