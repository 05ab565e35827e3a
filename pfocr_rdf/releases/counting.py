"""What a graph holds, counted as it is written: in parts, in any process, and put together in bounded memory.

A part is whole descriptions: all triples of a subject stand together, in one part, as `pfocr-rdf convert` writes them.
So different subjects are counted by their runs; only objects, which come again and again, need to be remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

from pfocr_rdf.distinct import DIGEST, Distinct, digest_of
from pfocr_rdf.releases.publication import ClassPartition, Counts, Linkset, PropertyPartition, Target
from pfocr_rdf.terms import Statement, Term, iri_text, literal_parts
from pfocr_rdf.vocabulary import DCTERMS_IDENTIFIER, OA_ANNOTATION, PREFIXES, RDF_TYPE, WP_PATHWAY

__all__ = ["TARGETS", "Counting", "Tally", "tally"]

TARGETS: Final = (
    Target("ncbigene", "NCBI Gene", "https://www.ncbi.nlm.nih.gov/gene/", PREFIXES["ncbigene"]),
    Target("chebi", "ChEBI", "https://www.ebi.ac.uk/chebi/", PREFIXES["chebi"]),
    Target("chebi-obo", "ChEBI, as an OBO ontology", f"{PREFIXES['obo']}chebi", f"{PREFIXES['obo']}CHEBI_"),
    Target("mesh", "Medical Subject Headings (MeSH)", "https://id.nlm.nih.gov/mesh/", PREFIXES["mesh"]),
    Target("doid", "Human Disease Ontology", "https://disease-ontology.org/", PREFIXES["doid"]),
    Target("ncbitaxon", "NCBI Taxonomy", "https://www.ncbi.nlm.nih.gov/taxonomy", PREFIXES["ncbitaxon"]),
    Target("pmc", "PubMed Central", "https://www.ncbi.nlm.nih.gov/pmc/", PREFIXES["pmc"]),
    Target("doi", "Digital Object Identifiers (DOI)", "https://www.doi.org/", PREFIXES["doi"]),
    Target("wikipathways", "WikiPathways", "https://www.wikipathways.org/", PREFIXES["wikipathways"]),
)
"""The datasets that the graph links to; no IRI belongs to two."""

_SPACES: Final = tuple(f"<{target.uri_space}" for target in TARGETS)


@dataclass(slots=True)
class Tally:
    """What parts of a graph hold.

    Attributes:
        triples: triples.
        entities: subjects that have a class.
        subjects: subjects.
        classes: subjects by class.
        properties: triples by property.
        subjects_of: subjects by property.
        links: triples by the number of the dataset in `TARGETS` that they lead into, and property.
        objects: the digests of the different objects, one after the other.
        first: by class the first subject that has it.
        figures: the figures, each with its figid, in their order.
    """

    triples: int = 0
    entities: int = 0
    subjects: int = 0
    classes: Counter[Term] = field(default_factory=Counter)
    properties: Counter[Term] = field(default_factory=Counter)
    subjects_of: Counter[Term] = field(default_factory=Counter)
    links: Counter[tuple[int, Term]] = field(default_factory=Counter)
    objects: bytes = b""
    first: dict[Term, Term] = field(default_factory=dict)
    figures: list[tuple[Term, str]] = field(default_factory=list)


def tally(statements: Iterable[Statement]) -> Tally:
    """Count a part of a graph: whole descriptions.

    >>> from pfocr_rdf.terms import iri_term
    >>> a, b = iri_term("http://a/"), iri_term("http://b/")
    >>> counts = tally([(a, RDF_TYPE, b), (b, RDF_TYPE, b), (b, a, a)])
    >>> counts.subjects, counts.entities, counts.classes[b], counts.first[b]
    (2, 2, 2, '<http://a/>')
    """
    counts = Tally()
    properties: list[Term] = []
    subjects_of: list[Term] = []
    classes: list[Term] = []
    links: list[tuple[int, Term]] = []
    objects: set[Term] = set()
    targets: dict[Term, int | None] = {}
    last: Term | None = None
    of_subject: set[Term] = set()
    figure = False
    for subject, predicate, value in statements:
        if subject != last:
            subjects_of += of_subject
            last, of_subject, figure = subject, set(), False
            counts.subjects += 1
        if predicate == RDF_TYPE:
            if RDF_TYPE not in of_subject:
                counts.entities += 1
            classes.append(value)
            counts.first.setdefault(value, subject)
            figure = figure or value == WP_PATHWAY
        elif figure and predicate == DCTERMS_IDENTIFIER:
            counts.figures.append((subject, literal_parts(value)[0]))
        of_subject.add(predicate)
        properties.append(predicate)
        objects.add(value)
        if value[0] == "<":
            if value not in targets:
                targets[value] = _target(value)
            if (target := targets[value]) is not None and value != subject:
                links.append((target, predicate))
    subjects_of += of_subject
    counts.triples = len(properties)
    counts.classes.update(classes)
    counts.properties.update(properties)
    counts.subjects_of.update(subjects_of)
    counts.links.update(links)
    counts.objects = b"".join(digest_of(value.encode()) for value in objects)
    return counts


def _target(value: Term) -> int | None:
    if not value.startswith(_SPACES):
        return None
    return next(number for number, space in enumerate(_SPACES) if value.startswith(space))


class Counting:
    """Puts together what parts hold, in their order; used as a context, at whose end temporary files are gone.

    Attributes:
        figures: the figures so far, each with its figid.
        first: by class the first subject that has it.
    """

    def __init__(self) -> None:
        self._sum = Tally()
        self._objects = Distinct()
        self.figures: list[tuple[Term, str]] = []
        self.first: dict[Term, Term] = {}

    def __enter__(self) -> Counting:
        self._objects.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._objects.__exit__(kind, error, trace)

    def add(self, part: Tally) -> None:
        """Add the next part.

        Raises:
            OutputError: when temporary files cannot be written.
        """
        total = self._sum
        total.triples += part.triples
        total.entities += part.entities
        total.subjects += part.subjects
        for mine, theirs in (
            (total.classes, part.classes),
            (total.properties, part.properties),
            (total.subjects_of, part.subjects_of),
        ):
            mine.update(theirs)
        total.links.update(part.links)
        data = part.objects
        self._objects.add_digests(data[start : start + DIGEST] for start in range(0, len(data), DIGEST))
        self.figures += part.figures
        for kind, subject in part.first.items():
            self.first.setdefault(kind, subject)

    def counts(self) -> Counts:
        """Give what all parts hold.

        Raises:
            OutputError: when temporary files cannot be written or read.
        """
        total = self._sum
        return Counts(
            triples=total.triples,
            entities=total.entities,
            subjects=total.subjects,
            objects=self._objects.count(),
            figures=total.classes[WP_PATHWAY],
            mentions=total.classes[OA_ANNOTATION],
            classes=tuple(ClassPartition(iri_text(kind), total.classes[kind]) for kind in sorted(total.classes)),
            properties=tuple(
                PropertyPartition(iri_text(name), total.properties[name], total.subjects_of[name])
                for name in sorted(total.properties)
            ),
            linksets=tuple(
                Linkset(TARGETS[number], iri_text(predicate), total.links[number, predicate])
                for number, predicate in sorted(total.links)
            ),
        )
