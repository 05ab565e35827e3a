"""The release before, as it describes itself: what it is called and what it held."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyoxigraph
from pyoxigraph import QuerySolutions, RdfFormat, Store

from pfocr_rdf.database import InputError
from pfocr_rdf.errors import why
from pfocr_rdf.releases.changes import Snapshot, read_figures
from pfocr_rdf.releases.description import VOID_FILE
from pfocr_rdf.vocabulary import PREFIXES

__all__ = ["FIGURES_FILE", "read_previous"]

FIGURES_FILE: Final = "figures.tsv"
"""The list of figures, in a release."""

_PREFIXES: Final = f"""
PREFIX pav: <{PREFIXES["pav"]}>
PREFIX void: <{PREFIXES["void"]}>
"""

_TOTALS: Final = {
    "triples": "void:triples",
    "entities": "void:entities",
    "distinct subjects": "void:distinctSubjects",
    "distinct objects": "void:distinctObjects",
    "classes": "void:classes",
    "properties": "void:properties",
}

_PARTS: Final = {
    "class": "?graph void:classPartition ?part . ?part void:class ?name ; void:entities ?n",
    "property": "?graph void:propertyPartition ?part . ?part void:property ?name ; void:triples ?n",
    "linkset": """?graph void:subset ?part .
        ?part void:linkPredicate ?link ; void:objectsTarget/void:uriSpace ?space ; void:triples ?n
        BIND (CONCAT(STR(?link), " ", STR(?space)) AS ?name)""",
}


def read_previous(folder: str) -> Snapshot:
    """Read what a release says of itself.

    Args:
        folder: the folder of the release.

    Raises:
        InputError: when there is none, or it does not say what is asked.
    """
    try:
        store = Store()
        store.load(Path(folder, VOID_FILE).read_bytes(), format=RdfFormat.TURTLE)
        figures = read_figures(Path(folder, FIGURES_FILE).read_bytes())
    except OSError as error:
        where = error.filename or folder
        raise InputError(f"{where}: {why(error)}; give the folder of a release") from error
    except (SyntaxError, ValueError) as error:
        raise InputError(f"{folder}: is not as a release writes it: {error}; give the folder of a release") from error
    versions = _rows(store, "SELECT ?version { ?graph void:dataDump ?file ; pav:version ?version }")
    counts = {
        ("total", name): int(n)
        for name, term in _TOTALS.items()
        for (n,) in _rows(store, f"SELECT ?n {{ ?graph void:dataDump ?file ; {term} ?n }}")
    }
    if len(versions) != 1 or len(counts) != len(_TOTALS):
        raise InputError(
            f"{folder}: {VOID_FILE} does not describe one version of the data; give the folder of a release"
        )
    for kind, pattern in _PARTS.items():
        for name, n in _rows(store, f"SELECT ?name ?n {{ {pattern} }}"):
            counts[kind, name] = int(n)
    return Snapshot(versions[0][0], counts, figures)


def _rows(store: Store, query: str) -> list[tuple[str, ...]]:
    solutions = store.query(_PREFIXES + query.replace("SELECT", "SELECT DISTINCT", 1))
    assert isinstance(solutions, QuerySolutions)
    return [
        tuple(term.value for term in solution if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal))
        for solution in solutions
    ]
