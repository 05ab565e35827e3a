"""What a look at the whole data shows: figures per year, organisms, the genes most mentioned, and how scores lie.

All is counted by SPARQL in the store that holds the graph, so that memory grows with what is shown, not with the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from pyoxigraph import Literal, QuerySolutions, Store

from pfocr_rdf.pages.headings import figure_heading
from pfocr_rdf.vocabulary import (
    DC_TITLE,
    DCTERMS_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    DCTERMS_TYPE,
    PFOCR_FIGURE_NUMBER,
    PFOCR_PATHWAY_SCORE,
    RDFS_LABEL,
    SCHEMA_HTTP,
    WP_ORGANISM,
    WP_PATHWAY,
    SchemaOrg,
)

__all__ = ["Ranked", "ScoreRange", "Scored", "Statistics", "statistics_of"]

MOST: Final = 20
"""Organisms and genes that are listed, at most."""

BEST: Final = 9
"""Figures with the highest scores that are listed."""

SCORE_RANGES: Final = 20
"""Ranges of equal width into which scores from 0 to 1 are divided."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An organism or a gene among those that most figures have.

    Attributes:
        iri: its IRI.
        label: its label; where it has none, its identifier, or its IRI.
        identifier: its identifier; empty where it has none.
        figures: figures that have it.
    """

    iri: str
    label: str
    identifier: str
    figures: int


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """Scores from one to another.

    Attributes:
        low: the lowest.
        high: what they are below; the last range holds it, too.
        figures: figures with such a score.
    """

    low: float
    high: float
    figures: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A figure among those with the highest scores.

    Attributes:
        iri: its IRI.
        figid: its figid.
        heading: its title, or what it is called without one.
    """

    iri: str
    figid: str
    heading: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a look at the whole data shows.

    Attributes:
        figures: all figures.
        years: each year from the first to the last, with the figures of its papers.
        undated: figures whose papers have no year.
        organisms: the organisms that most figures are about.
        genes: the genes that most figures mention.
        scores: how the classifier's scores lie, from the lowest range that has one up to 1.
        unscored: figures without a score from 0 to 1.
        best: the figures with the highest scores.
    """

    figures: int
    years: tuple[tuple[int, int], ...]
    undated: int
    organisms: tuple[Ranked, ...]
    genes: tuple[Ranked, ...]
    scores: tuple[ScoreRange, ...]
    unscored: int
    best: tuple[Scored, ...] = ()


def statistics_of(store: Store, schema: SchemaOrg = SCHEMA_HTTP, *, most: int = MOST) -> Statistics:
    """Count what the default graph of a store holds.

    Args:
        store: the store.
        schema: the schema.org terms in the spelling of the graph.
        most: organisms and genes that are listed, at most.

    Example:
        >>> statistics_of(Store()).genes
        ()
    """
    ((figures,),) = _rows(store, f"SELECT (COUNT(*) AS ?n) {{ ?figure a {WP_PATHWAY} }}")
    total = _number(figures)
    years = _years(store, schema)
    scores = _scores(store)
    return Statistics(
        figures=total,
        years=years,
        undated=total - sum(count for _, count in years),
        organisms=_ranked(store, f"?figure {WP_ORGANISM} ?thing", most),
        genes=_ranked(store, f"?thing a {schema.gene} ; {DCTERMS_IS_PART_OF} ?figure", most),
        scores=scores,
        unscored=total - sum(found.figures for found in scores),
        best=_best(store, schema),
    )


def _years(store: Store, schema: SchemaOrg) -> tuple[tuple[int, int], ...]:
    rows = _rows(
        store,
        f"""SELECT ?year (COUNT(?figure) AS ?n) {{
            {{ SELECT ?figure (MIN(STR(?date)) AS ?year) {{
                ?figure a {WP_PATHWAY} ; {schema.is_based_on} ?paper .
                ?paper {schema.date_published} ?date
            }} GROUP BY ?figure }}
        }} GROUP BY ?year""",
    )
    counts = {int(year.value): _number(count) for year, count in rows if _is_year(year)}
    if not counts:
        return ()
    return tuple((year, counts.get(year, 0)) for year in range(min(counts), max(counts) + 1))


def _is_year(term: object) -> bool:
    """Tell a year that people can publish in: a plot has a place for each from the first to the last."""
    return (
        isinstance(term, Literal) and term.value.isascii() and term.value.isdigit() and 1600 <= int(term.value) < 2600
    )


def _scores(store: Store) -> tuple[ScoreRange, ...]:
    rows = _rows(
        store,
        f"""SELECT ?range (COUNT(?figure) AS ?n) {{
            ?figure a {WP_PATHWAY} ; {PFOCR_PATHWAY_SCORE} ?score
            FILTER (?score >= 0 && ?score <= 1)
            BIND (FLOOR(?score * {SCORE_RANGES}) AS ?range)
        }} GROUP BY ?range""",
    )
    counts = [0] * SCORE_RANGES
    for found, count in rows:
        if found is not None:
            counts[min(int(float(found.value)), SCORE_RANGES - 1)] += _number(count)
    first = next((index for index, count in enumerate(counts) if count), SCORE_RANGES)
    return tuple(
        ScoreRange(index / SCORE_RANGES, (index + 1) / SCORE_RANGES, counts[index])
        for index in range(first, SCORE_RANGES)
    )


def _best(store: Store, schema: SchemaOrg) -> tuple[Scored, ...]:
    named = {
        "title": f"?figure {DC_TITLE} ?_title",
        "type": f"?figure {DCTERMS_TYPE} ?_type",
        "number": f"?figure {PFOCR_FIGURE_NUMBER} ?_number",
        "paper": f"?figure {schema.is_based_on}/{schema.name} ?_paper",
    }
    rows = _rows(
        store,
        f"""SELECT ?figure (MIN(?id) AS ?figid) {" ".join(f"(MIN(?_{name}) AS ?{name})" for name in named)} {{
            {{ SELECT ?figure (MAX(?given) AS ?score) {{ ?figure a {WP_PATHWAY} ; {PFOCR_PATHWAY_SCORE} ?given }}
               GROUP BY ?figure ORDER BY DESC(?score) STR(?figure) LIMIT {BEST} }}
            ?figure {DCTERMS_IDENTIFIER} ?id
            {" ".join(f"OPTIONAL {{ {pattern} }}" for pattern in named.values())}
        }} GROUP BY ?figure ?score ORDER BY DESC(?score) STR(?figure)""",
    )
    found = []
    for figure, figid, *values in rows:
        texts = {name: value.value if value is not None else "" for name, value in zip(named, values, strict=True)}
        found.append(Scored(figure.value, figid.value, figure_heading(figid=figid.value, **texts)))
    return tuple(found)


def _ranked(store: Store, pattern: str, most: int) -> tuple[Ranked, ...]:
    """Give the things of a pattern with the most figures; of equally many, the first by IRI."""
    rows = _rows(
        store,
        f"""SELECT ?thing ?n (MIN(?name) AS ?label) (MIN(?id) AS ?identifier) {{
            {{ SELECT ?thing (COUNT(?figure) AS ?n) {{ {pattern} }}
               GROUP BY ?thing ORDER BY DESC(?n) STR(?thing) LIMIT {most} }}
            OPTIONAL {{ ?thing {RDFS_LABEL} ?name }}
            OPTIONAL {{ ?thing {DCTERMS_IDENTIFIER} ?id }}
        }} GROUP BY ?thing ?n ORDER BY DESC(?n) STR(?thing)""",
    )
    return tuple(
        Ranked(
            iri=thing.value,
            label=(label or identifier or thing).value,
            identifier=identifier.value if identifier is not None else "",
            figures=_number(count),
        )
        for thing, count, label, identifier in rows
    )


def _rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    solutions = cast("QuerySolutions", store.query(query))
    return [tuple(solution) for solution in solutions]


def _number(term: Literal) -> int:
    return int(term.value)
