"""The levels of code lists: which codes may be added up without counting anything twice.

Every code is given the level it stands on, by ``skos:broader`` and the total of its list, so that
one triple pattern selects a level. The total of a list is its first level; codes without anything
narrower, in a list that may be added up, are base classes. XKOS, section 5 (classification
levels).
"""

from __future__ import annotations

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.faults.fault import Fault, fault
from publish.ontology.vocabulary import CodeList, Vocabulary
from publish.rdf.namespaces import RDF, SKOS, XKOS
from publish.rdf.turtle import new_graph

TOTAL = {"nl": "totaal", "en": "total"}
CLASSES = {"nl": "klassen", "en": "classes"}
BETWEEN = {"nl": "niveau {depth}", "en": "level {depth}"}
"""What levels are called: the total, the finest classes, and those between."""


def describe_levels(vocabulary: Vocabulary, faults: list[Fault]) -> Graph:
    """Return the level of every code, the levels of every list, and the base classes."""
    graph = new_graph(vocabulary.uris)
    base_class = vocabulary.generic("Basisklasse")
    for code_list in vocabulary.lists.values():
        concepts = {code: vocabulary.concept(code_list.name, code) for code in code_list.codes}
        depths = _depths(vocabulary, code_list, concepts, faults)
        _add_levels(graph, vocabulary, code_list, concepts, depths)
        for code, concept in concepts.items() if code_list.additive else ():
            narrower = (None, SKOS.broader, concept) in vocabulary.concepts
            if code != code_list.total and not narrower:
                graph.add((concept, RDF.type, base_class))
    return graph


def _depths(
    vocabulary: Vocabulary, code_list: CodeList, concepts: dict[str, URIRef], faults: list[Fault]
) -> dict[str, int]:
    """Return the depth of every code: 1 for the total, one more than what is broader."""
    places: dict[Node, int] = {concept: at for at, concept in enumerate(concepts.values())}
    broader = {}
    for code, concept in concepts.items():
        found = vocabulary.concepts.objects(concept, SKOS.broader)
        above = [places[item] for item in found if item in places]
        broader[code] = code_list.codes[min(above)] if above else None
    depths: dict[str, int] = {}
    for code in code_list.codes:
        path: list[str] = []
        at: str | None = code
        while at is not None and at not in depths and at not in path:
            path.append(at)
            at = broader[at]
        if at is not None and at in path:
            place = vocabulary.definitions.place(concepts[at])
            codes = " < ".join([*path[path.index(at) :], at])
            faults.append(fault("cyclic-hierarchy", *place, codes=codes))
        below = depths.get(at or "", 0) if at not in path else 0
        for item in reversed(path):
            if below == 0 and code_list.total not in (None, item):
                below = 1  # what names nothing broader stands below the total
            below += 1
            depths[item] = below
    return depths


def _add_levels(
    graph: Graph,
    vocabulary: Vocabulary,
    code_list: CodeList,
    concepts: dict[str, URIRef],
    depths: dict[str, int],
) -> None:
    """Add the levels of a list, in order, each with its codes."""

    def level_iri(pattern: str, depth: int) -> URIRef:
        return URIRef(vocabulary.uris.iri(pattern, scheme=code_list.name, depth=depth))

    scheme = URIRef(code_list.iri)
    names = {
        str(label.language): str(label)
        for label in vocabulary.concepts.objects(scheme, SKOS.prefLabel)
        if isinstance(label, Literal)
    }
    count = max(depths.values(), default=0)
    if not count:
        return
    graph.add((scheme, XKOS.numberOfLevels, Literal(count)))
    graph.add((scheme, XKOS.levels, level_iri("levels", 1)))
    for depth in range(1, count + 1):
        level = level_iri("level", depth)
        cell = level_iri("levels", depth)
        rest = level_iri("levels", depth + 1) if depth < count else RDF.nil
        graph.add((cell, RDF.type, RDF.List))
        graph.add((cell, RDF.first, level))
        graph.add((cell, RDF.rest, rest))
        graph.add((level, RDF.type, XKOS.ClassificationLevel))
        graph.add((level, XKOS.depth, Literal(depth)))
        is_total = depth == 1 and code_list.total is not None
        name = TOTAL if is_total else CLASSES if depth == count else BETWEEN
        for language, words in name.items():
            text = f"{names.get(language, code_list.name)}: {words.format(depth=depth)}"
            graph.add((level, SKOS.prefLabel, Literal(text, lang=language)))
        for code, found in depths.items():
            if found == depth:
                graph.add((level, SKOS.member, concepts[code]))
                graph.add((concepts[code], vocabulary.generic("niveau"), level))
