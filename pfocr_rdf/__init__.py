"""Linked data from the Pathway Figure OCR database (PFOCR).

The names below are the library; everything else is how it is done. They are imported when they are first used, so that
`import pfocr_rdf` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pfocr_rdf.api import convert, graph_triples, load, read_figures, to_graph, validate
    from pfocr_rdf.cache import CacheError
    from pfocr_rdf.checking import Result
    from pfocr_rdf.conversion import Counts
    from pfocr_rdf.database import InputError
    from pfocr_rdf.diagnostics import CODES, Diagnostic
    from pfocr_rdf.errors import ReportedError
    from pfocr_rdf.extras import MissingExtraError
    from pfocr_rdf.figures import Annotation, Figure, Journal, Paper
    from pfocr_rdf.inputs import GraphCounts
    from pfocr_rdf.mapping import Settings, figure_triples
    from pfocr_rdf.mentions import Chemical, Disease, Gene, Mention
    from pfocr_rdf.organisms import Organism
    from pfocr_rdf.output import OutputError
    from pfocr_rdf.pools import WorkerError
    from pfocr_rdf.shacl import ShapesError
    from pfocr_rdf.stores.embedded import StoreError
    from pfocr_rdf.stores.loading import Loaded
    from pfocr_rdf.stores.remote import EndpointError
    from pfocr_rdf.validation import Verdict

__version__: Final = "0.1.0"

__all__ = [
    "CODES",
    "Annotation",
    "CacheError",
    "Chemical",
    "Counts",
    "Diagnostic",
    "Disease",
    "EndpointError",
    "Figure",
    "Gene",
    "GraphCounts",
    "InputError",
    "Journal",
    "Loaded",
    "Mention",
    "MissingExtraError",
    "Organism",
    "OutputError",
    "Paper",
    "ReportedError",
    "Result",
    "Settings",
    "ShapesError",
    "StoreError",
    "Verdict",
    "WorkerError",
    "__version__",
    "convert",
    "figure_triples",
    "graph_triples",
    "load",
    "read_figures",
    "to_graph",
    "validate",
]

_MODULES: Final = {
    "CODES": "diagnostics",
    "Annotation": "figures",
    "CacheError": "cache",
    "Chemical": "mentions",
    "Counts": "conversion",
    "Diagnostic": "diagnostics",
    "Disease": "mentions",
    "EndpointError": "stores.remote",
    "Figure": "figures",
    "Gene": "mentions",
    "GraphCounts": "inputs",
    "InputError": "database",
    "Journal": "figures",
    "Loaded": "stores.loading",
    "Mention": "mentions",
    "MissingExtraError": "extras",
    "Organism": "organisms",
    "OutputError": "output",
    "Paper": "figures",
    "ReportedError": "errors",
    "Result": "checking",
    "Settings": "mapping",
    "ShapesError": "shacl",
    "StoreError": "stores.embedded",
    "Verdict": "validation",
    "WorkerError": "pools",
    "convert": "api",
    "figure_triples": "mapping",
    "graph_triples": "api",
    "load": "api",
    "read_figures": "api",
    "to_graph": "api",
    "validate": "api",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
