"""A figure with all that a reader of it alone needs: its own statements, and the descriptions of what it refers to.

In a dump, papers, genes and whatever else figures share stand after all figures; here they are looked up in the store
that holds the graph, and stand with each figure that refers to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from pfocr_rdf.terms import Statement, Term, iri_text, is_iri, line_safe
from pfocr_rdf.vocabulary import (
    DC_IDENTIFIER,
    DC_SOURCE,
    DC_TITLE,
    DCTERMS_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    OA_HAS_BODY,
    PFOCR_RECOGNIZED_ORGANISM,
    RDF_TYPE,
    RDFS_LABEL,
    VOID_IN_DATASET,
    WP_ORGANISM,
    SchemaOrg,
)

__all__ = ["Describe", "mentioning_figures", "store_descriptions", "whole_figure"]

Describe = Callable[[Term, Term], Sequence[Statement]]
"""Gives the description of a thing that a figure refers to, with its link to that figure and to no other; empty where
nothing is known of it. Its arguments are the thing and the figure."""

REMEMBERED: Final = 1 << 13
"""Descriptions that are kept: many figures mention the same genes."""

_FIRST: Final = {
    predicate: place
    for place, predicate in enumerate((RDF_TYPE, DC_IDENTIFIER, DCTERMS_IDENTIFIER, DC_SOURCE, RDFS_LABEL, DC_TITLE))
}
"""Predicates that stand first in a description."""


def store_descriptions(store: Store) -> Describe:
    """Give what looks descriptions up in a store's default graph.

    Args:
        store: the store; it must not change in the meantime.
    """

    @lru_cache(maxsize=REMEMBERED)
    def own(thing: Term) -> tuple[Statement, ...]:
        found: list[Statement] = []
        for quad in store.quads_for_pattern(NamedNode(iri_text(thing)), None, None, DefaultGraph()):
            predicate = Term(str(quad.predicate))
            if predicate != DCTERMS_IS_PART_OF:  # of which a gene may have thousands
                found.append((thing, predicate, Term(line_safe(str(quad.object)))))
        return tuple(sorted(found, key=_place))

    def describe(thing: Term, figure: Term) -> Sequence[Statement]:
        link = Quad(NamedNode(iri_text(thing)), _IS_PART_OF, NamedNode(iri_text(figure)))
        return (*own(thing), (thing, DCTERMS_IS_PART_OF, figure)) if link in store else own(thing)

    return describe


_IS_PART_OF: Final = NamedNode(iri_text(DCTERMS_IS_PART_OF))


def _place(statement: Statement) -> tuple[int, Term, Term]:
    return _FIRST.get(statement[1], len(_FIRST)), statement[1], statement[2]


def mentioning_figures(store: Store, schema: SchemaOrg) -> dict[Term, int]:
    """Count the figures that mention a gene, a chemical or a disease, for each of these in a store's default graph.

    Args:
        store: the store.
        schema: the schema.org terms in the spelling of the graph.
    """
    query = f"SELECT ?thing (COUNT(?figure) AS ?figures) {{ ?figure {schema.mentions} ?thing }} GROUP BY ?thing"
    counted = cast("QuerySolutions", store.query(query))
    return {Term(str(row["thing"])): int(row["figures"].value) for row in counted}


def whole_figure(section: Sequence[Statement], describe: Describe, schema: SchemaOrg) -> list[Statement]:
    """Give a figure's section, followed by the descriptions of what it refers to, each subject's together.

    Args:
        section: the figure's own statements and its mentions'; the figure is the first subject. Where files of RDF
            are cut into sections, the paper and the like may stand with the last figure.
        describe: looks up what figures share.
        schema: the schema.org terms in the spelling of the statements.
    """
    figure = section[0][0]
    referring = frozenset(
        (
            OA_HAS_BODY,
            PFOCR_RECOGNIZED_ORGANISM,
            VOID_IN_DATASET,
            WP_ORGANISM,
            schema.image,
            schema.is_based_on,
            schema.mentions,
        )
    )
    onward = frozenset((schema.is_part_of, schema.taxonomic_range))
    described = {subject for subject, _, _ in section}
    named = referring | onward
    wanted = dict.fromkeys(value for _, predicate, value in section if predicate in named and is_iri(value))
    statements = [statement for statement in section if statement[1] != DCTERMS_IS_PART_OF or statement[2] == figure]
    for predicates in (onward, frozenset[Term]()):  # what the descriptions refer to is described, too, and no further
        further: dict[Term, None] = {}
        for thing in wanted:
            if thing not in described:
                described.add(thing)
                description = describe(thing, figure)
                statements += description
                for _, predicate, value in description:
                    if predicate in predicates:
                        further[value] = None
        wanted = further
    return statements
