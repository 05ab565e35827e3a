"""The page of a release: what it is, its files, what its data looks like, queries to copy, what the checks found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from pfocr_rdf.pages.dataset_search import CITATION, dataset_jsonld
from pfocr_rdf.pages.figure_files import FOLDER
from pfocr_rdf.pages.figure_lists import list_name
from pfocr_rdf.pages.plots import bar_plot, column_plot
from pfocr_rdf.pages.rendering import (
    content_security_policy,
    licence_name,
    relative_link,
    render,
    resource,
    script_data,
    style,
)
from pfocr_rdf.pages.signposting import ABOUT_PAGE, DATASET, Link
from pfocr_rdf.pages.statistics import Statistics
from pfocr_rdf.queries import Query, missing_prefixes
from pfocr_rdf.releases.publication import DUMP, GENE_SETS, SHARD, Publication
from pfocr_rdf.vocabulary import SCHEMA_HTTP, SCHEMA_HTTPS

__all__ = ["index_page"]

_CLASSES: Final = {
    "ScholarlyArticle": "papers",
    "Gene": "genes",
    "ChemicalSubstance": "chemical identifiers",
    "MedicalCondition": "disease identifiers",
    "Taxon": "organisms",
}
"""Classes of schema.org that are counted for people, in the order of the page."""


@dataclass(frozen=True, slots=True)
class _Shown:
    figid: str
    heading: str
    path: str


@dataclass(frozen=True, slots=True)
class _ShownQuery:
    name: str
    question: str
    note: str
    federates: tuple[str, ...]
    text: str


def index_page(
    publication: Publication,
    statistics: Statistics,
    queries: Iterable[Query] = (),
    stems: Mapping[str, str] | None = None,
) -> bytes:
    """Write the page of a release.

    Args:
        publication: the release; each of its files but the manifest and the digests.
        statistics: what a look at its data shows.
        queries: examples to copy, in their order.
        stems: the names of the figures' files by figid, as `file_stems` gives them; None where figures have no pages.
    """
    sheet = Markup(style("base.css") + style("index.css"))  # noqa: S704 - our own text
    script = Markup(resource("copy.js"))  # noqa: S704 - our own text
    dataset = script_data(dataset_jsonld(publication))
    special = {DUMP, GENE_SETS, SHARD}
    return render(
        "index.html",
        publication=publication,
        statistics=statistics,
        counts=(counts := _counts(publication)),
        counts_identifiers=any(name.endswith("identifiers") for name, _ in counts),
        first=publication.of_role(DUMP) + publication.of_role(GENE_SETS),
        shards=publication.of_role(SHARD),
        others=[file for file in publication.files if file.role not in special],
        years=column_plot([(str(year), count) for year, count in statistics.years]),
        best_year=max(statistics.years, key=lambda found: (found[1], found[0]), default=(0, 0))[0],
        scores=column_plot(
            [(f"{found.low:.2f} to {found.high:.2f}", found.figures) for found in statistics.scores],
            ticks=[f"{found.low:.2f}" for found in statistics.scores],
        ),
        genes=bar_plot([(gene.label, gene.figures) for gene in statistics.genes[:BARS]]),
        organisms=bar_plot([(organism.label, organism.figures) for organism in statistics.organisms[:BARS]]),
        shown=[
            _Shown(figure.figid, figure.heading, f"{FOLDER}/{stems[figure.figid]}.html")
            for figure in statistics.best
            if stems is not None and figure.figid in stems
        ],
        all_figures=f"{FOLDER}/{list_name(1)}" if stems else None,
        queries=[_query(query, publication) for query in queries],
        licence=licence_name(publication.licence),
        cite=_cite(publication),
        citation=CITATION,
        links=_links(publication),
        dataset=dataset,
        style=sheet,
        script=script,
        policy=content_security_policy(styles=[sheet], scripts=[script]),
    )


BARS: Final = 12
"""Genes and organisms that are drawn, at most; the tables have more."""


def _counts(publication: Publication) -> list[tuple[str, int]]:
    counts = publication.counts
    classes = {partition.iri: partition.entities for partition in counts.classes}
    found = [("figures", counts.figures), ("mentions", counts.mentions)]
    for name, people_say in _CLASSES.items():
        if (count := classes.get(publication.schema + name)) is not None:
            found.append((people_say, count))
    return [*found, ("triples", counts.triples)]


def _query(query: Query, publication: Publication) -> _ShownQuery:
    """Give a query as it runs anywhere: with its prefixes, a line each."""
    schema = SCHEMA_HTTPS if publication.schema == SCHEMA_HTTPS.namespace else SCHEMA_HTTP
    missing = missing_prefixes(query.body, schema)
    declared = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in missing.items())
    text = f"{declared}\n{query.body}" if declared else query.body
    return _ShownQuery(query.name, query.question, query.note, query.federates, text)


def _cite(publication: Publication) -> str:
    date = f" ({publication.issued[:4]})" if publication.issued else ""
    return f"{publication.title}, version {publication.version}{date}. WikiPathways. {publication.iri}"


def _links(publication: Publication) -> tuple[Link, ...]:
    """Give the signposts: what is released, by whom, under which licence, and where it is described."""
    links = [
        Link("cite-as", publication.iri),
        Link("type", ABOUT_PAGE),
        Link("type", DATASET),
        *(Link("author", creator) for creator in publication.creators),
        Link("license", publication.licence),
    ]
    links += [
        Link("describedby", relative_link(file.path), file.media_type)
        for file in publication.files
        if file.path == "void.ttl"
    ]
    links += [
        Link("item", relative_link(file.path), file.compression or file.media_type)
        for file in publication.of_role(DUMP)
    ]
    return tuple(links)
