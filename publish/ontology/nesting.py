"""Which class of a coarser code list holds each class of a finer one.

The links of the ontology say so (skos:broadMatch, skos:exactMatch); links that name several
classes, or that contradict the bounds of both classes, are faults.
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Graph, Literal, URIRef

from publish.faults.fault import Fault, fault
from publish.ontology.links import Link
from publish.ontology.vocabulary import CodeList, Vocabulary
from publish.project.iris import Uris
from publish.rdf.namespaces import SKOS

WITHIN = (SKOS.broadMatch, SKOS.exactMatch)
"""The links that say that all of a class lies in another."""


def codes_above(uris: Uris, vocabulary: Vocabulary, codes: CodeList) -> dict[str, frozenset[str]]:
    """Return the codes that hold each code of a list: all that is broader, and the total."""
    concepts = {URIRef(uris.iri("concept", scheme=codes.name, code=code)): code
                for code in codes.codes}  # fmt: skip
    found = {}
    for concept, code in concepts.items():
        broader = vocabulary.concepts.transitive_objects(concept, SKOS.broader)
        above = {concepts[item] for item in map(URIRef, map(str, broader)) if item in concepts}
        found[code] = frozenset({*above, codes.total or code} - {code})
    return found


def wider_codes(
    uris: Uris,
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
    concepts = {uris.iri("concept", scheme=fine.name, code=code): code for code in fine.codes}
    wider = {uris.iri("concept", scheme=coarse.name, code=code): code for code in coarse.codes}
    found: dict[str, set[str]] = {}
    for link in links:
        for subject, relation, target in link.triples(vocabulary.concepts):
            if relation in WITHIN and str(subject) in concepts and str(target) in wider:
                found.setdefault(concepts[str(subject)], set()).add(wider[str(target)])
    if fine.total and coarse.total:
        found[fine.total] = {coarse.total}
    for code, targets in found.items():
        if len(targets) > 1:
            codes = ", ".join(sorted(targets))
            faults.append(fault("several-wider-classes", *place, code=code, codes=codes))
        for wider_code in targets:
            if code != fine.total and not lies_within(
                vocabulary.concepts,
                uris,
                URIRef(uris.iri("concept", scheme=fine.name, code=code)),
                URIRef(uris.iri("concept", scheme=coarse.name, code=wider_code)),
            ):
                faults.append(fault("class-not-within", *place, code=code, wider=wider_code))
    return {code: min(targets) for code, targets in found.items()}


def lies_within(graph: Graph, uris: Uris, inner: URIRef, outer: URIRef) -> bool:
    """Return whether the bounds of a class lie within those of another; unknown bounds may."""

    def bound(concept: URIRef, name: str) -> tuple[float, bool | None] | None:
        value = graph.value(concept, URIRef(uris.generic(name)))
        included = graph.value(concept, URIRef(uris.generic(f"{name}Inbegrepen")))
        try:
            number = float(str(value))
        except ValueError:
            return None
        return number, bool(included) if isinstance(included, Literal) else None

    unit = URIRef(uris.generic("grensEenheid"))
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
