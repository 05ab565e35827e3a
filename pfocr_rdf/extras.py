"""Optional parts of the package: what needs one that is not installed says which."""

from __future__ import annotations

from pfocr_rdf.errors import ReportedError

__all__ = ["MissingExtraError"]


class MissingExtraError(ReportedError):
    """Something needs an extra of this package that is not installed; its message says which, and how to get it."""

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(f"{what} needs the extra {extra!r}: pip install 'pfocr-rdf[{extra}]'")
