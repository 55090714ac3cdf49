"""Which class of a coarser code list holds each class of a finer one.

The links of the ontology say so (skos:broadMatch, skos:exactMatch); links that name several
classes, or that contradict the bounds of both classes, are faults.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rdflib import Literal, URIRef

from publish.faults.fault import Fault, fault
from publish.ontology.links import Link
from publish.ontology.vocabulary import CodeList, Vocabulary
from publish.rdf.namespaces import SKOS

WITHIN = (SKOS.broadMatch, SKOS.exactMatch)
"""The links that say that all of a class lies in another."""


def codes_above(vocabulary: Vocabulary, codes: CodeList) -> dict[str, frozenset[str]]:
    """Return the codes that hold each code of a list: all that is broader, and the total."""
    concepts = {vocabulary.concept(codes.name, code): code for code in codes.codes}
    found = {}
    for concept, code in concepts.items():
        broader = vocabulary.concepts.transitive_objects(concept, SKOS.broader)
        above = {concepts[item] for item in map(URIRef, map(str, broader)) if item in concepts}
        found[code] = frozenset({*above, codes.total or code} - {code})
    return found


def wider_codes(
    vocabulary: Vocabulary,
    links: Iterable[Link],
    lists: tuple[CodeList, CodeList],
    place: tuple[str, int, int],
    faults: list[Fault],
) -> dict[str, str]:
    """Return the class of the second list that holds each code of the first.

    The total of the one lies in that of the other. ``place`` is where the mapping asks for it.
    """
    fine, coarse = lists
    inner, outer = (
        {vocabulary.concept(one.name, code): code for code in one.codes} for one in lists
    )
    found = defaultdict[str, set[str]](set)
    for link in links:
        for subject, relation, target in link.triples(vocabulary.concepts):
            if relation in WITHIN and subject in inner and target in outer:
                found[inner[subject]].add(outer[target])
    if fine.total and coarse.total:
        found[fine.total] = {coarse.total}
    for code, targets in found.items():
        if len(targets) > 1:
            codes = ", ".join(sorted(targets))
            faults.append(fault("several-wider-classes", *place, code=code, codes=codes))
        concept = vocabulary.concept(fine.name, code)
        for wider in targets if code != fine.total else ():
            if not _lies_within(vocabulary, concept, vocabulary.concept(coarse.name, wider)):
                faults.append(fault("class-not-within", *place, code=code, wider=wider))
    return {code: min(targets) for code, targets in found.items()}


def _lies_within(vocabulary: Vocabulary, inner: URIRef, outer: URIRef) -> bool:
    """Return whether the bounds of a class lie within those of another; unknown bounds may."""
    graph = vocabulary.concepts

    def bound(concept: URIRef, name: str) -> tuple[float, bool | None] | None:
        value = graph.value(concept, vocabulary.generic(name))
        included = graph.value(concept, vocabulary.generic(f"{name}Inbegrepen"))
        try:
            number = float(str(value))
        except ValueError:
            return None
        return number, bool(included) if isinstance(included, Literal) else None

    unit = vocabulary.generic("grensEenheid")
    units = [graph.value(inner, unit), graph.value(outer, unit)]
    if None in units:
        return True
    if units[0] != units[1]:
        return False
    for side, sign in (("vanaf", 1.0), ("tot", -1.0)):
        own, limit = bound(inner, side), bound(outer, side)
        if limit is None:
            continue
        if own is None or sign * own[0] < sign * limit[0]:
            return False
        if own[0] == limit[0] and own[1] is not False and limit[1] is False:
            return False
    return True
