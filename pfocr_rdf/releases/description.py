"""The description of a release as statements: VoID, DCAT 3, PROV, and the three levels of the HCLS community profile.

The levels (https://www.w3.org/TR/hcls-dataset/): the dataset, whatever its version; this version of it; and what can be
downloaded of this version. The profile puts all numbers on the last: so the graph, in whatever file, is a distribution
of its own, with the statistics and the files that hold it, and each file is one with its size and digest.

Terms come from `pfocr_rdf.vocabulary`, which holds those that exist: a misspelt one fails as this module is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final
from urllib.parse import quote

from pfocr_rdf.releases.publication import (
    DUMP,
    KEYWORDS,
    ORGANIZATIONS,
    SHARD,
    Publication,
    PublishedFile,
    Target,
    file_iri,
    version_iri,
)
from pfocr_rdf.serialization import FORMATS
from pfocr_rdf.terms import Statement, Term, iri_term, iri_text, literal_term
from pfocr_rdf.vocabulary import (
    DATASET,
    DCAT_ACCESS_URL,
    DCAT_BYTE_SIZE,
    DCAT_COMPRESS_FORMAT,
    DCAT_DATASET,
    DCAT_DISTRIBUTION,
    DCAT_DOWNLOAD_URL,
    DCAT_HAS_CURRENT_VERSION,
    DCAT_HAS_DISTRIBUTION,
    DCAT_IS_VERSION_OF,
    DCAT_KEYWORD,
    DCAT_LANDING_PAGE,
    DCAT_MEDIA_TYPE,
    DCAT_PREVIOUS_VERSION,
    DCAT_VERSION,
    DCMITYPE_DATASET,
    DCTERMS_ACCRUAL_PERIODICITY,
    DCTERMS_CREATOR,
    DCTERMS_DESCRIPTION,
    DCTERMS_FORMAT,
    DCTERMS_IDENTIFIER,
    DCTERMS_IS_PART_OF,
    DCTERMS_IS_VERSION_OF,
    DCTERMS_ISSUED,
    DCTERMS_LICENSE,
    DCTERMS_PUBLISHER,
    DCTERMS_SOURCE,
    DCTERMS_TITLE,
    DESCRIPTION_PREFIXES,
    FOAF_HOMEPAGE,
    FOAF_NAME,
    FOAF_ORGANIZATION,
    FOAF_PAGE,
    FOAF_PRIMARY_TOPIC,
    FORMAT_NTRIPLES,
    FORMAT_TURTLE,
    MONTHLY,
    PAV_CREATED_ON,
    PAV_CREATED_WITH,
    PAV_HAS_CURRENT_VERSION,
    PAV_PREVIOUS_VERSION,
    PAV_VERSION,
    PREFIXES,
    PROV_ACTIVITY,
    PROV_ENTITY,
    PROV_SOFTWARE_AGENT,
    PROV_USED,
    PROV_WAS_ASSOCIATED_WITH,
    PROV_WAS_DERIVED_FROM,
    PROV_WAS_GENERATED_BY,
    RDF_TYPE,
    SITE,
    SPDX_ALGORITHM,
    SPDX_CHECKSUM,
    SPDX_CHECKSUM_CLASS,
    SPDX_CHECKSUM_VALUE,
    SPDX_SHA256,
    VOID_CLASS,
    VOID_CLASS_PARTITION,
    VOID_CLASSES,
    VOID_DATA_DUMP,
    VOID_DATASET,
    VOID_DATASET_DESCRIPTION,
    VOID_DISTINCT_OBJECTS,
    VOID_DISTINCT_SUBJECTS,
    VOID_ENTITIES,
    VOID_EXAMPLE_RESOURCE,
    VOID_FEATURE,
    VOID_LINK_PREDICATE,
    VOID_LINKSET,
    VOID_OBJECTS_TARGET,
    VOID_PROPERTIES,
    VOID_PROPERTY,
    VOID_PROPERTY_PARTITION,
    VOID_SUBJECTS_TARGET,
    VOID_SUBSET,
    VOID_TRIPLES,
    VOID_URI_SPACE,
    VOID_VOCABULARY,
    XSD_DATE,
    XSD_HEX_BINARY,
    XSD_NON_NEGATIVE_INTEGER,
)

__all__ = ["VOID_FILE", "description", "description_turtle"]

VOID_FILE: Final = "void.ttl"
"""Where the description is, in a release."""

_FORMATS: Final = {
    FORMATS["ntriples"].media_type: FORMAT_NTRIPLES,
    FORMATS["turtle"].media_type: FORMAT_TURTLE,
}


def description(publication: Publication) -> Iterator[Statement]:
    """Describe a release.

    Args:
        publication: the release, with the files that hold its data.

    Yields:
        The statements, each subject's together.
    """
    yield from _document(publication)
    yield from _summary(publication)
    yield from _version(publication)
    yield from _graph(publication)
    for file in _data_files(publication):
        yield from _file(file, publication)
    yield from _partitions(publication)
    yield from _provenance(publication)
    yield from _agents(publication)


def description_turtle(publication: Publication) -> bytes:
    """Write the description of a release in Turtle, for people to read: of several values each has its line."""
    parts = [f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in DESCRIPTION_PREFIXES.items()]
    for subject, statements in groupby(description(publication), itemgetter(0)):
        lines = []
        for predicate, values in groupby(statements, itemgetter(1)):
            objects = [_short(value) for _, _, value in values]
            if predicate == RDF_TYPE:
                lines.append(f"a {', '.join(objects)}")
            else:
                lines.append(f"{_short(predicate)} " + ",\n        ".join(objects))
        parts.append(f"\n{_short(subject)} " + " ;\n    ".join(lines) + " .\n")
    return "".join(parts).encode()


def _short(term: Term) -> str:
    """Write a term in Turtle, terms of vocabularies with their prefixes."""
    if term[0] != "<":
        text, mark, datatype = term.rpartition("^^")
        return f"{text}^^{_short(Term(datatype))}" if mark and text[-1:] == '"' else term
    for prefix, namespace in DESCRIPTION_PREFIXES.items():
        local = term[1 + len(namespace) : -1]
        if term.startswith(f"<{namespace}") and local.replace("_", "").isalnum() and local.isascii():
            return f"{prefix}:{local}"
    return term


def _number(number: int) -> Term:
    return literal_term(str(number), XSD_NON_NEGATIVE_INTEGER)


def _data_files(publication: Publication) -> tuple[PublishedFile, ...]:
    return (*publication.of_role(DUMP), *publication.of_role(SHARD))


# ---------------------------------------------------------------------------------------------------- the levels


def _document(publication: Publication) -> Iterator[Statement]:
    document = iri_term(file_iri(publication.base_url, VOID_FILE))
    yield document, RDF_TYPE, VOID_DATASET_DESCRIPTION
    yield document, DCTERMS_TITLE, literal_term(f"Description of {publication.title}, version {publication.version}")
    yield document, FOAF_PRIMARY_TOPIC, _graph_iri(publication)


def _summary(publication: Publication) -> Iterator[Statement]:
    """Describe the dataset, whatever its version."""
    yield DATASET, RDF_TYPE, DCMITYPE_DATASET
    yield DATASET, RDF_TYPE, DCAT_DATASET
    yield DATASET, DCTERMS_TITLE, literal_term(publication.title)
    yield DATASET, DCTERMS_DESCRIPTION, literal_term(publication.description)
    yield DATASET, DCTERMS_PUBLISHER, iri_term(publication.publisher)
    yield DATASET, DCTERMS_LICENSE, iri_term(publication.licence)
    yield DATASET, DCTERMS_ACCRUAL_PERIODICITY, MONTHLY
    yield DATASET, FOAF_PAGE, iri_term(SITE)
    for keyword in KEYWORDS:
        yield DATASET, DCAT_KEYWORD, literal_term(keyword)
    for predicate in (PAV_HAS_CURRENT_VERSION, DCAT_HAS_CURRENT_VERSION):
        yield DATASET, predicate, iri_term(publication.iri)


def _version(publication: Publication) -> Iterator[Statement]:
    """Describe this version of the dataset."""
    version = iri_term(publication.iri)
    page = _page_iri(publication)
    yield version, RDF_TYPE, DCMITYPE_DATASET
    yield version, RDF_TYPE, DCAT_DATASET
    yield from _common(version, f"{publication.title}, version {publication.version}", publication)
    yield version, DCAT_VERSION, literal_term(publication.version)
    for predicate in (DCTERMS_IS_VERSION_OF, DCAT_IS_VERSION_OF):
        yield version, predicate, DATASET
    if publication.previous is not None:
        yield version, DCAT_PREVIOUS_VERSION, iri_term(version_iri(publication.previous))
    yield version, FOAF_PAGE, page
    yield version, DCAT_LANDING_PAGE, page
    for keyword in KEYWORDS:
        yield version, DCAT_KEYWORD, literal_term(keyword)
    yield version, DCAT_HAS_DISTRIBUTION, _graph_iri(publication)
    for file in _data_files(publication):
        yield version, DCAT_HAS_DISTRIBUTION, iri_term(file_iri(publication.base_url, file.path))


def _common(subject: Term, title: str, publication: Publication) -> Iterator[Statement]:
    """Say of a version, or of what can be downloaded of it, what both have."""
    yield subject, DCTERMS_TITLE, literal_term(title)
    yield subject, DCTERMS_DESCRIPTION, literal_term(publication.description)
    yield subject, DCTERMS_LICENSE, iri_term(publication.licence)
    yield subject, DCTERMS_PUBLISHER, iri_term(publication.publisher)
    for creator in publication.creators:
        yield subject, DCTERMS_CREATOR, iri_term(creator)
    yield subject, PAV_VERSION, literal_term(publication.version)
    if publication.previous is not None:
        yield subject, PAV_PREVIOUS_VERSION, iri_term(version_iri(publication.previous))
    if publication.created_on is not None:
        yield subject, PAV_CREATED_ON, literal_term(publication.created_on, XSD_DATE)
    if publication.issued is not None:
        yield subject, DCTERMS_ISSUED, literal_term(publication.issued, XSD_DATE)
    yield subject, PAV_CREATED_WITH, _software_iri(publication)
    yield subject, DCTERMS_SOURCE, iri_term(SITE)
    yield subject, PROV_WAS_DERIVED_FROM, _under(publication, "source")
    yield subject, PROV_WAS_GENERATED_BY, _under(publication, "conversion")


def _graph(publication: Publication) -> Iterator[Statement]:
    """Describe the graph: what can be downloaded, whatever the file."""
    graph = _graph_iri(publication)
    counts = publication.counts
    for kind in (DCMITYPE_DATASET, VOID_DATASET, DCAT_DISTRIBUTION):
        yield graph, RDF_TYPE, kind
    yield from _common(graph, f"{publication.title}, version {publication.version}, in RDF", publication)
    for form in (FORMAT_NTRIPLES, FORMAT_TURTLE):
        yield graph, DCTERMS_FORMAT, form
    for form in (FORMAT_NTRIPLES, FORMAT_TURTLE):
        yield graph, VOID_FEATURE, form
    yield graph, DCAT_ACCESS_URL, _page_iri(publication)
    for file in publication.of_role(DUMP):
        yield graph, VOID_DATA_DUMP, iri_term(file_iri(publication.base_url, file.path))
    yield graph, VOID_URI_SPACE, literal_term(SITE)
    for vocabulary in _vocabularies(publication):
        yield graph, VOID_VOCABULARY, iri_term(vocabulary)
    for example in publication.examples:
        yield graph, VOID_EXAMPLE_RESOURCE, iri_term(example)
    for predicate, number in (
        (VOID_TRIPLES, counts.triples),
        (VOID_ENTITIES, counts.entities),
        (VOID_DISTINCT_SUBJECTS, counts.subjects),
        (VOID_DISTINCT_OBJECTS, counts.objects),
        (VOID_CLASSES, len(counts.classes)),
        (VOID_PROPERTIES, len(counts.properties)),
    ):
        yield graph, predicate, _number(number)
    for part in counts.classes:
        yield graph, VOID_CLASS_PARTITION, _under(publication, "class", _name_of(part.iri, publication))
    for use in counts.properties:
        yield graph, VOID_PROPERTY_PARTITION, _under(publication, "property", _name_of(use.iri, publication))
    for link in counts.linksets:
        yield graph, VOID_SUBSET, _linkset_iri(publication, link.target, link.predicate)


def _vocabularies(publication: Publication) -> list[str]:
    """Give the namespaces of the classes and properties in use."""
    namespaces = {**PREFIXES, "schema": publication.schema}.values()
    counts = publication.counts
    terms = [*(part.iri for part in counts.classes), *(use.iri for use in counts.properties)]
    return sorted(space for space in namespaces if any(term.startswith(space) for term in terms))


def _file(file: PublishedFile, publication: Publication) -> Iterator[Statement]:
    """Describe a file of the graph."""
    iri = iri_term(file_iri(publication.base_url, file.path))
    checksum = iri_term(f"{iri_text(iri)}#sha256")
    yield iri, RDF_TYPE, DCAT_DISTRIBUTION
    yield iri, RDF_TYPE, DCMITYPE_DATASET
    yield from _common(iri, f"{publication.title}, version {publication.version}: {file.title}", publication)
    if file.role == SHARD:
        for whole in publication.of_role(DUMP):
            if whole.media_type == file.media_type:
                yield iri, DCTERMS_IS_PART_OF, iri_term(file_iri(publication.base_url, whole.path))
    yield iri, DCTERMS_FORMAT, _FORMATS[file.media_type]
    yield iri, DCAT_MEDIA_TYPE, _media_type(file.media_type)
    if file.compression is not None:
        yield iri, DCAT_COMPRESS_FORMAT, _media_type(file.compression)
    yield iri, DCAT_BYTE_SIZE, _number(file.bytes)
    yield iri, DCAT_ACCESS_URL, _page_iri(publication)
    yield iri, DCAT_DOWNLOAD_URL, iri
    yield iri, SPDX_CHECKSUM, checksum
    yield checksum, RDF_TYPE, SPDX_CHECKSUM_CLASS
    yield checksum, SPDX_ALGORITHM, SPDX_SHA256
    yield checksum, SPDX_CHECKSUM_VALUE, literal_term(file.sha256, XSD_HEX_BINARY)


def _media_type(name: str) -> Term:
    return iri_term(f"https://www.iana.org/assignments/media-types/{name}")


# --------------------------------------------------------------------------------------------------- the numbers


def _partitions(publication: Publication) -> Iterator[Statement]:
    for part in publication.counts.classes:
        iri = _under(publication, "class", _name_of(part.iri, publication))
        yield iri, VOID_CLASS, iri_term(part.iri)
        yield iri, VOID_ENTITIES, _number(part.entities)
    for use in publication.counts.properties:
        iri = _under(publication, "property", _name_of(use.iri, publication))
        yield iri, VOID_PROPERTY, iri_term(use.iri)
        yield iri, VOID_TRIPLES, _number(use.triples)
        yield iri, VOID_DISTINCT_SUBJECTS, _number(use.subjects)
    targets: dict[str, Target] = {}
    for link in publication.counts.linksets:
        targets[link.target.key] = link.target
        iri = _linkset_iri(publication, link.target, link.predicate)
        name = _name_of(link.predicate, publication)
        yield iri, RDF_TYPE, VOID_LINKSET
        yield iri, DCTERMS_TITLE, literal_term(f"Links to {link.target.title} by {name}")
        yield iri, VOID_SUBJECTS_TARGET, _graph_iri(publication)
        yield iri, VOID_OBJECTS_TARGET, _target_iri(link.target)
        yield iri, VOID_LINK_PREDICATE, iri_term(link.predicate)
        yield iri, VOID_TRIPLES, _number(link.triples)
    for target in targets.values():
        iri = _target_iri(target)
        yield iri, RDF_TYPE, VOID_DATASET
        yield iri, DCTERMS_TITLE, literal_term(target.title)
        yield iri, FOAF_HOMEPAGE, iri_term(target.homepage)
        yield iri, VOID_URI_SPACE, literal_term(target.uri_space)


def _name_of(iri: str, publication: Publication) -> str:
    """Shorten the IRI of a term: with the prefix of its namespace, where there is one."""
    names = {**PREFIXES, "schema": publication.schema}
    fitting = [(len(space), prefix) for prefix, space in names.items() if iri.startswith(space)]
    if not fitting:
        return iri
    length, prefix = max(fitting)
    return f"{prefix}:{iri[length:]}"


def _under(publication: Publication, *names: str) -> Term:
    """Give the IRI of something that belongs to a version."""
    return iri_term("/".join((publication.iri, *(quote(name, safe=":") for name in names))))


def _page_iri(publication: Publication) -> Term:
    return iri_term(file_iri(publication.base_url, "index.html"))


def _graph_iri(publication: Publication) -> Term:
    return _under(publication, "rdf")


def _linkset_iri(publication: Publication, target: Target, predicate: str) -> Term:
    return _under(publication, "linkset", target.key, _name_of(predicate, publication))


def _target_iri(target: Target) -> Term:
    return iri_term(f"{SITE}dataset/{target.key}")


# ---------------------------------------------------------------------------------------------------- provenance


def _software_iri(publication: Publication) -> Term:
    return iri_term(f"{SITE}software/pfocr-rdf/{quote(publication.software, safe='')}")


def _provenance(publication: Publication) -> Iterator[Statement]:
    conversion, source, software = (
        _under(publication, "conversion"),
        _under(publication, "source"),
        _software_iri(publication),
    )
    yield conversion, RDF_TYPE, PROV_ACTIVITY
    yield conversion, DCTERMS_TITLE, literal_term("Conversion of the database to RDF")
    yield conversion, PROV_USED, source
    yield conversion, PROV_WAS_ASSOCIATED_WITH, software
    yield source, RDF_TYPE, PROV_ENTITY
    yield source, DCTERMS_TITLE, literal_term("The records of the database, with their tables, maps and organism pages")
    if publication.source.commit is not None:
        yield source, DCTERMS_IDENTIFIER, literal_term(publication.source.commit)
    if publication.source.date is not None:
        yield source, PAV_CREATED_ON, literal_term(publication.source.date, XSD_DATE)
    checksum = _under(publication, "source", "sha256")
    yield source, SPDX_CHECKSUM, checksum
    yield checksum, RDF_TYPE, SPDX_CHECKSUM_CLASS
    yield checksum, SPDX_ALGORITHM, SPDX_SHA256
    yield checksum, SPDX_CHECKSUM_VALUE, literal_term(publication.source.digest, XSD_HEX_BINARY)
    yield software, RDF_TYPE, PROV_SOFTWARE_AGENT
    yield software, FOAF_NAME, literal_term("pfocr-rdf")
    yield software, PAV_VERSION, literal_term(publication.software)


def _agents(publication: Publication) -> Iterator[Statement]:
    agents: Iterable[str] = dict.fromkeys((publication.publisher, *publication.creators))
    for agent in agents:
        if (name := ORGANIZATIONS.get(agent)) is not None:
            yield iri_term(agent), RDF_TYPE, FOAF_ORGANIZATION
            yield iri_term(agent), FOAF_NAME, literal_term(name)
