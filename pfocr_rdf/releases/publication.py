"""What a release says of itself: plain facts, from which its description, its manifest and its pages are written.

IRIs stand here as plain texts, without brackets. Everything is frozen, in an order of its own, and free of the clock,
so that two writers of one `Publication` write the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pfocr_rdf.terms import iri_text
from pfocr_rdf.vocabulary import CC0, DATASET, SCHEMA_HTTP, SITE, WIKIPATHWAYS

__all__ = [
    "DUMP",
    "FIGURE",
    "GENE_SETS",
    "GZIP",
    "HTML",
    "JSON_LD",
    "KEYWORDS",
    "ORGANIZATIONS",
    "SHARD",
    "VERSION_FORM",
    "ClassPartition",
    "Counts",
    "FigureChanges",
    "Finding",
    "Linkset",
    "PropertyPartition",
    "Publication",
    "PublishedFile",
    "Source",
    "Target",
    "file_iri",
    "in_order_of_paths",
    "version_iri",
]

GZIP: Final = "application/gzip"
HTML: Final = "text/html"
JSON_LD: Final = "application/ld+json"

VERSION_FORM: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""What a version looks like: it becomes part of file names and IRIs."""

KEYWORDS: Final = (
    "pathway",
    "figure",
    "optical character recognition",
    "text mining",
    "gene",
    "chemical",
    "disease",
    "linked data",
    "RDF",
    "SPARQL",
    "WikiPathways",
)
"""What the data is about, for catalogues and search engines."""

ORGANIZATIONS: Final = {SITE: "Pathway Figure OCR project", iri_text(WIKIPATHWAYS): "WikiPathways"}
"""Names of those who make and publish the data, where they are known."""

DUMP: Final = "dump"
"""The role of a file that holds the whole graph."""

SHARD: Final = "shard"
"""The role of a file that holds a part of the graph, for loading in parallel."""


GENE_SETS: Final = "gene sets"
"""The role of the file of gene sets."""

FIGURE: Final = "figure"
"""The role of a file about one figure."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of a release.

    Attributes:
        path: its path in the release, with slashes.
        title: what it is, for people: a few words.
        bytes: its size.
        sha256: its digest, in lower case.
        media_type: its Internet media type, that of the content where it is compressed.
        triples: how many triples it holds, None where it is no RDF.
        compression: the media type of the compression, None where there is none.
        content_sha256: the digest of the content where it is compressed, else None.
        role: `dump`, `shard`, `gene sets`, `figure`, or empty.
    """

    path: str
    title: str
    bytes: int
    sha256: str
    media_type: str
    triples: int | None = None
    compression: str | None = None
    content_sha256: str | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class ClassPartition:
    """How many things of a class the data describes.

    Attributes:
        iri: the class.
        entities: different things.
    """

    iri: str
    entities: int


@dataclass(frozen=True, slots=True)
class PropertyPartition:
    """How often a property is used.

    Attributes:
        iri: the property.
        triples: triples that have it.
        subjects: different subjects that have it.
    """

    iri: str
    triples: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Target:
    """Another dataset that this one links to.

    Attributes:
        key: a short name, as in IRIs.
        title: its name, for people.
        homepage: its page.
        uri_space: what the IRIs of its things begin with.
    """

    key: str
    title: str
    homepage: str
    uri_space: str


@dataclass(frozen=True, slots=True)
class Linkset:
    """Links of one property into another dataset; what links to itself is none.

    Attributes:
        target: the other dataset.
        predicate: the property.
        triples: how many links.
    """

    target: Target
    predicate: str
    triples: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What the data holds.

    Attributes:
        triples: triples.
        entities: different things that have a class.
        subjects: different subjects.
        objects: different objects, literals too.
        figures: figures.
        mentions: mentions.
        classes: the classes, in the order of their IRIs.
        properties: the properties, in the order of their IRIs.
        linksets: the links to other datasets.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    figures: int
    mentions: int
    classes: tuple[ClassPartition, ...]
    properties: tuple[PropertyPartition, ...]
    linksets: tuple[Linkset, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What the data was made from.

    Attributes:
        digest: a digest of all that was read, in lower case.
        commit: the commit of the checkout, None where it is none.
        date: the day of that commit (UTC), `YYYY-MM-DD`, None where it is not known.
    """

    digest: str
    commit: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class FigureChanges:
    """How many figures are other than in the release before.

    Attributes:
        came: figures that are new.
        gone: figures that are not there any more.
        changed: figures with other contents, or None where the release before does not tell.
    """

    came: int
    gone: int
    changed: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found how often.

    Attributes:
        level: how grave it is: `error`, `warning`, `info`, or `Violation`, `Warning`, `Info`.
        name: what it is: a diagnostic's code, or a shape's name.
        count: how often.
        meaning: the same in a sentence, for people.
    """

    level: str
    name: str
    count: int
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """A release.

    Attributes:
        version: the version of the data.
        base_url: where the release's folder is, with a slash at its end.
        files: what it consists of, in the order of the paths; the manifest and the digests themselves are not among
            them, nor is, while one of them is being written, what is written later.
        counts: what the data holds.
        source: what the data was made from.
        software: the version of this software.
        issued: the day of publication, `YYYY-MM-DD`, or None.
        created_on: the day of the data, `YYYY-MM-DD`, or None.
        previous: the version before, or None.
        figure_changes: how many figures are other than in that, or None.
        diagnostics: what was found in the records, the gravest and most frequent first.
        validation: what the shapes found, the same.
        examples: IRIs that are in the data: some figures, mentions, entities, a paper.
        schema: the namespace of schema.org's terms in the data.
        creators: who made the data.
        title: the dataset's title.
        description: the dataset's description.
        licence: the licence of the data.
        publisher: who publishes.
    """

    version: str
    base_url: str
    files: tuple[PublishedFile, ...]
    counts: Counts
    source: Source
    software: str
    issued: str | None = None
    created_on: str | None = None
    previous: str | None = None
    figure_changes: FigureChanges | None = None
    diagnostics: tuple[Finding, ...] = ()
    validation: tuple[Finding, ...] = ()
    examples: tuple[str, ...] = ()
    schema: str = SCHEMA_HTTP.namespace
    creators: tuple[str, ...] = (SITE,)
    title: str = "PFOCR: Pathway Figure OCR"
    description: str = (
        "Pathway figures of open-access papers, and the genes, chemicals and diseases that optical character "
        "recognition read in them, as linked data: in the terms of schema.org, WikiPathways, Dublin Core and Web "
        "Annotation, with the identifiers of NCBI Gene, ChEBI, MeSH, the Disease Ontology and NCBI Taxonomy."
    )
    licence: str = iri_text(CC0)
    publisher: str = iri_text(WIKIPATHWAYS)

    @property
    def iri(self) -> str:
        """The IRI of this version of the dataset."""
        return version_iri(self.version)

    def of_role(self, role: str) -> tuple[PublishedFile, ...]:
        """Give the files of a role."""
        return tuple(file for file in self.files if file.role == role)


def version_iri(version: str) -> str:
    """Give the IRI of a version of the dataset.

    >>> version_iri("2026.11")
    'https://pfocr.wikipathways.org/dataset/pfocr/2026.11'
    """
    return f"{iri_text(DATASET)}/{quote(version, safe='')}"


def file_iri(base_url: str, path: str) -> str:
    """Give the IRI of a release's file.

    >>> file_iri("https://example.org/pfocr/1/", "shards/pfocr-1-0001.nt.gz")
    'https://example.org/pfocr/1/shards/pfocr-1-0001.nt.gz'
    """
    return base_url + quote(path, safe="/-._~")


def in_order_of_paths(files: Iterable[PublishedFile]) -> tuple[PublishedFile, ...]:
    """Put files into the order of a publication."""
    return tuple(sorted(files, key=lambda file: file.path))
