"""A release as schema.org's `Dataset`, as search engines for datasets want to find it in a page.

What they ask for is at https://developers.google.com/search/docs/appearance/structured-data/dataset.
"""

from __future__ import annotations

from typing import Any, Final

from pfocr_rdf.releases.publication import DUMP, KEYWORDS, ORGANIZATIONS, Publication, PublishedFile, file_iri
from pfocr_rdf.vocabulary import SCHEMA_HTTPS

__all__ = ["CITATION", "dataset_jsonld"]

LONGEST: Final = 5000
"""Characters that the description of a dataset may have."""

CITATION: Final = (
    "Hanspers K, Riutta A, Summer-Kutmon M, Pico AR. Pathway information extracted from 25 years of pathway figures. "
    "Genome Biology 21, 273 (2020). https://doi.org/10.1186/s13059-020-02181-2"
)
"""The paper about the data."""


def dataset_jsonld(publication: Publication) -> dict[str, Any]:
    """Describe a release as JSON-LD.

    Args:
        publication: the release.
    """
    described: dict[str, Any] = {
        "@context": SCHEMA_HTTPS.namespace,
        "@type": "Dataset",
        "@id": publication.iri,
        "name": f"{publication.title}, version {publication.version}",
        "alternateName": "PFOCR",
        "description": _description(publication),
        "url": publication.base_url,
        "identifier": publication.iri,
        "version": publication.version,
        "license": publication.licence,
        "isAccessibleForFree": True,
        "keywords": list(KEYWORDS),
        "creator": [_agent(iri) for iri in publication.creators],
        "publisher": _agent(publication.publisher),
        "citation": CITATION,
        "datePublished": publication.issued,
        "dateCreated": publication.created_on,
        "distribution": [_download(publication, file) for file in publication.of_role(DUMP)],
    }
    return {name: value for name, value in described.items() if value is not None}


def _description(publication: Publication) -> str:
    counts = publication.counts
    text = (
        f"{publication.description} Version {publication.version} holds {counts.figures:,} figures, "
        f"{counts.mentions:,} mentions and {counts.triples:,} triples."
    )
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


_PEOPLE: Final = "https://orcid.org/"
"""What the IRIs of people begin with; whoever has another is taken for an organization."""


def _agent(iri: str) -> dict[str, str]:
    kind = "Person" if iri.startswith(_PEOPLE) else "Organization"
    return {"@type": kind, "@id": iri, "name": ORGANIZATIONS.get(iri, iri), "url": iri}


def _download(publication: Publication, file: PublishedFile) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.title,
        "contentUrl": file_iri(publication.base_url, file.path),
        "encodingFormat": [file.media_type, *([file.compression] if file.compression else [])],
        "contentSize": f"{file.bytes} B",
        "sha256": file.sha256,
    }
