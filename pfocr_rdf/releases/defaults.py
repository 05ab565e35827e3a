"""What a release says where nothing else is given; it imports nothing, so that help can show it at once."""

from __future__ import annotations

from typing import Final

__all__ = ["ALLOWED_DROP", "BASE_URL", "CREATOR", "ENDPOINT"]

ALLOWED_DROP: Final = 2.0
"""Per cent by which a count may fall."""

BASE_URL: Final = "https://data.wikipathways.org/pfocr/{version}/"
"""Where a release is: beside the releases of WikiPathways."""

CREATOR: Final = "https://pfocr.wikipathways.org/"
"""Who made the data: the PFOCR project."""

ENDPOINT: Final = "https://sparql.wikipathways.org/sparql"
"""The endpoint that example queries name."""
