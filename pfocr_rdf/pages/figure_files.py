"""The three files of a figure: its page, and its data as Turtle and JSON-LD, each linked to the others.

With them come the lists of figures, whose entries are made of what the pages show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pfocr_rdf.context import jsonld_document
from pfocr_rdf.pages.descriptions import Describe, whole_figure
from pfocr_rdf.pages.figure_lists import Listed, figure_lists, in_order, list_html, listed
from pfocr_rdf.pages.figure_page import Beside, figure_html, figure_page
from pfocr_rdf.releases.publication import Publication
from pfocr_rdf.serialization import turtle_header, write_turtle
from pfocr_rdf.terms import Statement, Term, iri_text, literal_parts
from pfocr_rdf.vocabulary import DCTERMS_IDENTIFIER, RDF_TYPE, SCHEMA_HTTP, WP_PATHWAY, SchemaOrg

__all__ = ["CONTEXT", "FOLDER", "figid_of", "figure_files", "is_figure"]

FOLDER: Final = "figures"
"""Where the files of figures are in a release."""

CONTEXT: Final = "../context.jsonld"
"""The address of the JSON-LD context, relative to a figure's file."""


def figure_files(
    groups: Iterable[Sequence[Statement]],
    describe: Describe,
    *,
    publication: Publication,
    stems: Mapping[str, str],
    mentioning: Mapping[Term, int],
    schema: SchemaOrg = SCHEMA_HTTP,
) -> Iterator[tuple[str, bytes]]:
    """Write the files of figures, and each list of them when all of its figures have passed by.

    Args:
        groups: figures' sections, and whatever else, which is passed over, as `sections.groups_of` gives them.
        describe: looks up what figures share.
        publication: the release that they are part of.
        stems: the names of the figures' files by figid, as `file_stems` gives them.
        mentioning: how many figures mention a thing, as `mentioning_figures` counts them.
        schema: the schema.org terms in the spelling of the statements.

    Yields:
        The path of a file in the release, and its content: `.html`, `.ttl` and `.jsonld` for each figure, and `.html`
        for each list.
    """
    header = turtle_header(schema)
    order = in_order(stems)
    lists = figure_lists(order)
    places = {figid: place for place, figid in enumerate(order)}
    on_list = {figid: number for number, each in enumerate(lists) for figid in each.figids}
    under_way: defaultdict[int, dict[str, Listed]] = defaultdict(dict)
    for group in groups:
        if not is_figure(group):
            continue
        figid = figid_of(group)
        stem, place = stems[figid], places[figid]
        its_list = on_list[figid]
        beside = Beside(
            lists[its_list].name,
            stems[order[place - 1]] if place else None,
            stems[order[place + 1]] if place + 1 < len(order) else None,
        )
        statements = whole_figure(group, describe, schema)
        page = figure_page(statements, schema, mentioning)
        yield f"{FOLDER}/{stem}.html", figure_html(page, publication=publication, stem=stem, beside=beside)
        yield f"{FOLDER}/{stem}.ttl", header + write_turtle(statements, schema)
        yield f"{FOLDER}/{stem}.jsonld", jsonld_document(statements, context=CONTEXT, schema=schema)
        under_way[its_list][figid] = listed(page, stem)
        if len(under_way[its_list]) == len(lists[its_list].figids):
            whole = list_html(its_list, under_way.pop(its_list), lists, publication=publication)
            yield f"{FOLDER}/{lists[its_list].name}", whole


def is_figure(group: Sequence[Statement]) -> bool:
    """Tell a figure's section from the description of anything else."""
    subject = group[0][0]
    return any(s == subject and p == RDF_TYPE and o == WP_PATHWAY for s, p, o in group)


def figid_of(section: Sequence[Statement]) -> str:
    """Give the figid that a figure's section says, or its IRI where it says none."""
    subject = section[0][0]
    figids = (literal_parts(o)[0] for s, p, o in section if s == subject and p == DCTERMS_IDENTIFIER)
    return next(figids, iri_text(subject))
