"""The list of a release's files, for programs: `manifest.json`, and `SHA256SUMS`, which `sha256sum -c` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pfocr_rdf.releases.publication import Publication, PublishedFile, file_iri

__all__ = ["manifest", "sha256sums"]


def manifest(publication: Publication) -> bytes:
    """Write the manifest: of each file its path, title, size, digests, media type and triples."""
    document = {
        "name": publication.title,
        "version": publication.version,
        "issued": publication.issued,
        "license": publication.licence,
        "baseUrl": publication.base_url,
        "software": f"pfocr-rdf {publication.software}",
        "source": {
            "sha256": publication.source.digest,
            "commit": publication.source.commit,
            "date": publication.source.date,
        },
        "triples": publication.counts.triples,
        "figures": publication.counts.figures,
        "files": [_entry(file, publication.base_url) for file in publication.files],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _entry(file: PublishedFile, base_url: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "path": file.path,
        "url": file_iri(base_url, file.path),
        "title": file.title,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "mediaType": file.media_type,
        "triples": file.triples,
    }
    if file.compression is not None:
        entry |= {"compression": file.compression, "contentSha256": file.content_sha256}
    return entry


def sha256sums(files: Iterable[PublishedFile]) -> bytes:
    """Write the digests of files."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files).encode()
