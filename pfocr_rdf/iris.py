"""The IRIs of the output: one function a kind of thing.

A value from a record never becomes part of an IRI unchecked: it is percent-encoded here, or `pyoxigraph` checks the
whole against RFC 3987 as the term is made. The forms are those of the mapping's table of IRIs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from pfocr_rdf.mentions import Chemical, Disease, Gene, Kind
from pfocr_rdf.terms import Term, iri_term
from pfocr_rdf.vocabulary import PREFIXES, SITE

__all__ = [
    "Source",
    "absolute_iri",
    "doi_iri",
    "encode_iri",
    "entity_iri",
    "figure_iri",
    "gene_page_iri",
    "image_iri",
    "journal_iri",
    "mention_iri",
    "paper_iri",
    "source_iri",
    "taxon_iri",
]

IMAGE_URL: Final = "https://europepmc.org/articles/{pmcid}/bin/{filename}"
"""Where the images are; a setting, and no identity hangs on it."""

DIGEST_DIGITS: Final = 10
"""Hexadecimal digits of the digest that a mention's IRI ends in."""

_SEGMENT: Final = "!$&'()*+,;=:@"
_CACHED: Final = 1 << 16

_SCHEMES: Final = frozenset(("http", "https", "urn", "mailto", "ftp", "info", "tag"))
"""Schemes of IRIs that are taken over from a JSON-LD block; `javascript:`, `data:` and `file:` are not."""

# what RFC 3987 allows in an IRI, beside percent-encoded octets: iunreserved and reserved, without brackets (in
# IP literals only) and without iprivate
_NOT_ALLOWED: Final = re.compile(
    "%(?![0-9A-Fa-f]{2})"
    "|[^!#$%&'()*+,\\-./0-9:;=?@A-Z_a-z~"
    "\u00a0-\u2027\u202a-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 0xE))
    + "]"
)


_AS_THEY_ARE: Final = {
    safe: re.compile(f"[A-Za-z0-9_.~{re.escape(safe)}-]*").fullmatch for safe in ("", _SEGMENT, _SEGMENT + "/")
}
"""For each set of characters that may stand as they are, what tells texts that hold no others."""


def _quoted(text: str, safe: str = "") -> str:
    """Percent-encode a part of an IRI; a lone surrogate, which only Python callers give, becomes a question mark."""
    if _AS_THEY_ARE[safe](text):  # as nearly all are, and `quote` takes its time to see it
        return text
    return quote(text, safe=safe, errors="replace")


def _iri(namespace: str, quoted: str) -> Term:
    """Make an IRI of a namespace of ours and a part that `_quoted` gave, which holds nothing that needs a check."""
    return Term(f"<{namespace}{quoted}>")


def _quoted_path(path: str) -> str:
    """Percent-encode a path that a record gives as one: what is encoded already stays (RFC 3986, section 2.4).

    A file's name, a DOI or a title is no path of a URL: there a percent sign is one, and `_quoted` encodes it.
    """
    quoted = _quoted(path, _SEGMENT + "/")
    return _TWICE_ENCODED.sub(r"%\1", quoted) if "%25" in quoted else quoted


_TWICE_ENCODED: Final = re.compile("%25([0-9A-Fa-f]{2})")


@lru_cache(maxsize=1024)
def figure_iri(figid: str) -> Term:
    """Make the IRI that a figid gives.

    >>> figure_iri("PMC1__a.b")
    '<https://pfocr.wikipathways.org/figures/PMC1__a.b.html>'
    """
    return _iri(PREFIXES["figure"], f"{_quoted(figid)}.html")


def mention_digest(word: str, match: str | None, lexicon: str | None) -> str:
    r"""Make the digest that names a mention in its figure: SHA-256, in hexadecimal, of word, match and lexicon with
    tabs between, a missing one empty, in UTF-8. SPARQL computes the same:
    `SHA256(CONCAT(?word, "\t", ?match, "\t", ?lexicon))`.

    Where one of them holds a tab itself, the lengths of word and match stand before, with tabs after them, so that no
    two mentions give one text.
    """
    text = f"{word}\t{match or ''}\t{lexicon or ''}"
    if text.count("\t") > 2:
        text = f"{len(word)}\t{len(match or '')}\t{text}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def mention_iri(figid: str, kind: Kind, digest: str) -> Term:
    """Make a mention's IRI, in a flat namespace.

    >>> mention_iri("PMC1__a", "gene", "0a1b2c3d4e")
    '<https://pfocr.wikipathways.org/mention/PMC1__a.gene.0a1b2c3d4e>'
    """
    return Term(f"<{_mention_prefix(figid)}{kind}.{digest}>")  # kind and digest are letters and digits


@lru_cache(maxsize=16)
def _mention_prefix(figid: str) -> str:
    return f"{PREFIXES['mention']}{_quoted(figid)}."


def genid_prefix(figid: str) -> str:
    """Give what the terms of a figure's `genid_iri`s begin with."""
    return f"<{SITE}.well-known/genid/{_quoted(figid)}."


def genid_iri(figid: str, number: int) -> Term:
    """Make the IRI of a node that a JSON-LD block leaves without one (RDF 1.1, section 3.5)."""
    return _iri(f"{SITE}.well-known/genid/", f"{_quoted(figid)}.{number}")


@lru_cache(maxsize=1024)  # a paper's records stand together
def paper_iri(pmcid: str) -> Term:
    """Make the IRI of a paper.

    >>> paper_iri("PMC1")
    '<https://identifiers.org/pmc/PMC1>'
    """
    return iri_term(f"{PREFIXES['pmc']}{pmcid}")


def image_iri(pmcid: str, filename: str, template: str = IMAGE_URL) -> Term:
    """Make the IRI of a figure's image.

    Args:
        pmcid: the paper, `PMC` and digits.
        filename: the image file; percent-encoded here.
        template: an absolute IRI with the fields `{filename}` and, where images are by paper, `{pmcid}`.

    Raises:
        ValueError: when the template does not give an IRI.

    >>> image_iri("PMC1", "fig 1.jpg")
    '<https://europepmc.org/articles/PMC1/bin/fig%201.jpg>'
    """
    filled = template.replace("{pmcid}", pmcid).replace("{filename}", _quoted(filename, _SEGMENT))
    return iri_term(filled)


@lru_cache(maxsize=_CACHED)
def journal_iri(name: str) -> Term:
    """Make the IRI of a journal from its NLM abbreviation, or its title where it has none.

    >>> journal_iri("Chem Sci")
    '<https://pfocr.wikipathways.org/journal/Chem%20Sci>'
    """
    return _iri(PREFIXES["journal"], _quoted(name))


Source = Literal["Entrez Gene", "ChEBI", "MeSH", "DOID"]
"""Where the identifiers of genes, chemicals and diseases come from."""


def entity_iri(entity: Gene | Chemical | Disease) -> Term:
    """Make the IRI of a gene, chemical or disease.

    >>> entity_iri(Chemical("ChEBI", "CHEBI:4167"))
    '<https://identifiers.org/chebi/CHEBI:4167>'
    """
    return source_iri("Entrez Gene" if isinstance(entity, Gene) else entity.source, entity.id)


@lru_cache(maxsize=_CACHED)
def source_iri(source: Source, identifier: str) -> Term:
    """Make the IRI of an identifier; it is remembered, as figures repeat each other.

    >>> source_iri("DOID", "DOID:8893")
    '<http://purl.obolibrary.org/obo/DOID_8893>'
    """
    if source == "ChEBI" or source == "DOID":  # whose namespaces end with these letters
        identifier = identifier.partition(":")[2]
    return _iri(_NAMESPACES[source], _quoted(identifier, _SEGMENT))


_NAMESPACES: Final[dict[Source, str]] = {
    "Entrez Gene": PREFIXES["ncbigene"],
    "ChEBI": PREFIXES["chebi"],
    "MeSH": PREFIXES["mesh"],
    "DOID": PREFIXES["doid"],
}


def gene_page_iri(identifier: str) -> Term:
    """Make the IRI of the page of a gene of NCBI Gene."""
    return _iri("https://www.ncbi.nlm.nih.gov/gene/", _quoted(identifier, _SEGMENT))


@lru_cache(maxsize=_CACHED)
def taxon_iri(taxon_id: str) -> Term:
    """Make the IRI of an organism.

    >>> taxon_iri("9606")
    '<http://purl.obolibrary.org/obo/NCBITaxon_9606>'
    """
    return iri_term(f"{PREFIXES['ncbitaxon']}{taxon_id}")


def doi_iri(doi: str) -> Term:
    """Make the IRI of a DOI; what URLs do not allow in a path is percent-encoded.

    >>> doi_iri("10.1002/(SICI)1<a::AID-1>3.0.CO;2-X")
    '<https://doi.org/10.1002/(SICI)1%3Ca::AID-1%3E3.0.CO;2-X>'
    """
    return _iri(PREFIXES["doi"], _quoted(doi, _SEGMENT + "/"))


def article_page_iri(path: str) -> Term:
    """Make the IRI of a page of PubMed Central from its path, which begins with `pmc/articles/`."""
    return _iri("https://www.ncbi.nlm.nih.gov/", _quoted_path(path))


def site_iri(path: str) -> Term:
    """Make the IRI of a page of PFOCR's site from its path, which begins with a slash.

    >>> site_iri("/figures/a%20b c%")
    '<https://pfocr.wikipathways.org/figures/a%20b%20c%25>'
    """
    return _iri(SITE, _quoted_path(path[1:]))


def encode_iri(text: str) -> str:
    """Percent-encode what RFC 3987 does not allow in an IRI, line and paragraph separators too.

    >>> encode_iri("https://example.org/a>b c")
    'https://example.org/a%3Eb%20c'
    """
    return _NOT_ALLOWED.sub(lambda match: quote(match[0].encode("utf-8", "replace"), safe=""), text)


def absolute_iri(text: str) -> Term | None:
    """Make an IRI of one that a record gives, or None where it cannot be written.

    Characters that are not allowed are percent-encoded; relative IRIs and schemes that do not name things are refused.

    >>> absolute_iri("https://example.org/a>b")
    '<https://example.org/a%3Eb>'
    >>> absolute_iri("javascript:alert(1)") is None
    True
    """
    try:
        encoded = encode_iri(text)
        parts = urlsplit(encoded)
        if parts.scheme.lower() not in _SCHEMES or (parts.scheme.lower() in ("http", "https") and not parts.hostname):
            return None
        return iri_term(encoded)
    except ValueError:
        return None
