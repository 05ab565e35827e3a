"""References: the classes that shapes ask of what properties lead to, wherever it is described."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pfocr_rdf.groups import Group, first_figure, owner_of
from pfocr_rdf.shacl import SHACL, ShapesError, members
from pfocr_rdf.terms import Term, iri_text, plain, statements_of
from pfocr_rdf.vocabulary import RDF_TYPE

__all__ = ["ReferenceRules", "reference_rules"]


@dataclass(frozen=True, slots=True)
class ReferenceRules:
    """What the shapes of references ask for: the classes of what properties lead to.

    Attributes:
        predicates: the properties, each with its bit.
        classes: the classes, each with its bit.
        asked: for each property the sets of classes, one class of each of which the object must have.
    """

    predicates: Mapping[Term, int]
    classes: Mapping[Term, int]
    asked: Mapping[int, tuple[int, ...]]

    def gather(
        self, batch: Iterable[Group], described: dict[Term, int], referenced: dict[Term, tuple[int, Term]]
    ) -> None:
        """Add what is described and what is referred to in groups.

        Args:
            batch: the groups.
            described: is added to: the bits of the classes of each thing that has any of them.
            referenced: is added to: the bits of the properties that lead to a thing, and the first figure that has one;
                not what its own group describes as the properties ask for.
        """
        predicates, classes = self.predicates, self.classes
        for group in batch:
            here: dict[Term, int] = {}
            leads: dict[Term, int] = {}
            for subject, predicate, value in group:
                if predicate == RDF_TYPE:
                    bit = classes.get(value)
                    if bit is not None:
                        here[subject] = here.get(subject, 0) | bit
                elif (bit := predicates.get(predicate)) is not None:
                    leads[value] = leads.get(value, 0) | bit
            owner: Term | None = None
            for term, bits in leads.items():
                if term in here and self.satisfied(bits, here[term]):  # the figure of its mentions, its image
                    continue
                owner = owner_of(group)[0] if owner is None else owner
                known = referenced.get(term)
                if known is None:
                    referenced[term] = (bits, owner)
                else:
                    referenced[term] = (known[0] | bits, first_figure(known[1], owner))
            for subject, bits in here.items():
                described[subject] = described.get(subject, 0) | bits

    def satisfied(self, predicates: int, classes: int) -> bool:
        """Tell whether classes are what the properties that lead to a thing ask for.

        Args:
            predicates: the bits of the properties.
            classes: the bits of the thing's classes.
        """
        for predicate, asked in self.asked.items():
            if predicates & predicate and not all(classes & one_of for one_of in asked):
                return False
        return True


@lru_cache(maxsize=8)
def reference_rules(shapes: bytes) -> ReferenceRules:
    """Read what shapes of references ask for.

    Args:
        shapes: the shapes, in N-Triples.

    Raises:
        ShapesError: when a shape asks for more than classes of the objects of properties.
    """
    values: dict[Term, dict[str, list[Term]]] = {}
    for subject, predicate, value in statements_of(shapes):
        values.setdefault(subject, {}).setdefault(iri_text(predicate).removeprefix(SHACL), []).append(value)
    predicates: dict[Term, int] = {}
    classes: dict[Term, int] = {}
    asked: dict[int, list[int]] = {}

    def bit(term: Term, bits: dict[Term, int]) -> int:
        return bits.setdefault(term, 1 << len(bits))

    def classes_of(shape: Term) -> list[int]:
        known = values.get(shape, {})
        strange = {name for name in known if ":" not in name} - _REFERENCE_WORDS
        if strange:
            raise ShapesError(
                f"{plain(shape)}: shapes of references.ttl have sh:targetObjectsOf and sh:class, or sh:or of sh:class, "
                f"not sh:{min(strange)}; put it into another file"
            )
        sets = [bit(name, classes) for name in known.get("class", ())]
        for alternatives in known.get("or", ()):
            one_of = 0
            for member in members(alternatives, values):
                for alternative in classes_of(member):
                    one_of |= alternative
            sets.append(one_of)
        return sets

    for shape, known in values.items():
        if known.keys() & {"class", "or"} or known.keys() & _TARGETS:
            sets = classes_of(shape)
            for target in known.get("targetObjectsOf", ()):
                asked.setdefault(bit(target, predicates), []).extend(sets)
    return ReferenceRules(predicates, classes, {predicate: tuple(sets) for predicate, sets in asked.items()})


_TARGETS: Final = frozenset(("targetObjectsOf", "targetClass", "targetNode", "targetSubjectsOf"))
_REFERENCE_WORDS: Final = frozenset(
    ("targetObjectsOf", "class", "or", "severity", "name", "description", "message", "deactivated", "order", "group")
)
