"""IC-1 to IC-10 and IC-18: data sets, structures, slices, and which observations belong to them.

The other integrity constraints of RDF Data Cube are on the values of observations and are judged
in ``observations.py``; ``find_breaches`` applies all of them to a graph. Of a project, the graphs
of vocabulary, code lists and structures are judged here, and its observations while they stream
by, with the rules that ``structure_rules`` returns. Hierarchies of concepts
must not run in a circle either, which SKOS leaves open.
https://www.w3.org/TR/vocab-data-cube/#wf-rules
"""

from __future__ import annotations

import contextlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
import pyoxigraph as ox
from rdflib import Graph

from publish.cube.derive import AnyCube
from publish.cube.rdf.describe import describe_cube
from publish.faults.fault import Fault, phrase, some_of
from publish.ontology.vocabulary import Vocabulary
from publish.project.project import Project
from publish.rdf.statements import Integers, Statements, collect, each_once, unique_integers
from publish.rdf.terms import as_term
from publish.validation.constraints.breaches import Breaches
from publish.validation.constraints.normal_form import (
    ATTRIBUTE,
    DATA_SET,
    DIMENSION,
    MEASURE,
    MEASURE_TYPE,
    OBSERVATION,
    QB,
    SKOS,
    SLICE,
    SLICE_KEY,
    STRUCTURE,
    CubeGraph,
    GraphObservations,
    count_matching,
    joined,
    matching,
    normalised,
    unique_pairs,
)
from publish.validation.constraints.observations import ObservationConstraints
from publish.validation.constraints.rules import CubeRules, ListRules, rules_of

SDMX_DIMENSION = "http://purl.org/linked-data/sdmx/2009/dimension#"
RDFS_RANGE = "http://www.w3.org/2000/01/rdf-schema#range"
BOOLEAN = ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
FALSE = (ox.Literal("false", datatype=BOOLEAN), ox.Literal("0", datatype=BOOLEAN))


def find_breaches(graph: CubeGraph) -> Breaches:
    """Return what breaks IC-1 to IC-21 in a normalised graph, and circles in hierarchies."""
    breaches = Breaches()
    judge_structure(graph, breaches)
    _judge_membership(graph, breaches)
    known: ListRules = {}
    for data_set in each_once(graph.of(f"{QB}dataSet")[1]).tolist():
        check = ObservationConstraints(rules=rules_of(graph, data_set, known), breaches=breaches)
        if check.rules.structures:
            numbers = np.array(graph.subjects(f"{QB}dataSet", data_set), dtype=np.int64)
            observations = GraphObservations(graph=graph, numbers=unique_integers(numbers))
            check.see(observations)
            check.finish(observations.name)
    _judge_hierarchies(graph, breaches)
    return breaches


def judge_structure(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge data sets, structures, properties and slices: IC-2 to IC-10."""
    _judge_count(graph, breaches, DATA_SET, "structure", "data-set-without-one-structure")
    _judge_count(graph, breaches, SLICE, "sliceStructure", "slice-without-one-key")
    _judge_components(graph, breaches)
    _judge_dimensions(graph, breaches)
    _judge_slice_keys(graph, breaches)
    _judge_slices(graph, breaches)


def _judge_membership(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge whether each observation is in one data set, that of its slices: IC-1 and IC-18."""
    _judge_count(graph, breaches, OBSERVATION, "dataSet", "observation-not-in-one-data-set")
    data_sets, slices = graph.of(f"{QB}slice")
    place, observation = matching(graph.of(f"{QB}observation"), slices)
    wanted = data_sets[place]
    size = len(graph.terms.found)
    own, of = graph.of(f"{QB}dataSet")
    wrong = np.flatnonzero(~np.isin(observation * size + wanted, own * size + of))
    breaches.add_each(
        "slice-of-other-data-set",
        wrong.tolist(),
        lambda at: graph.name(int(observation[at])),
        lambda at: {
            "slice": graph.name(int(slices[place[at]])),
            "data_set": graph.name(int(wanted[at])),
        },
    )


def _judge_count(
    graph: CubeGraph, breaches: Breaches, kind: str, property_: str, code: str
) -> None:
    """Judge whether each thing of a class has exactly one value of a property of qb."""
    things, pairs = graph.of_class(kind), graph.of(f"{QB}{property_}")
    count = count_matching(pairs, things)

    def particulars(at: int) -> dict[str, object]:
        found = graph.values(f"{QB}{property_}", int(things[at]))
        values = some_of(map(graph.name, found), 3)
        return {"found": phrase("has-several", values=values) if found else phrase("has-none")}

    wrong = np.flatnonzero(count != 1).tolist()
    breaches.add_each(code, wrong, lambda at: graph.name(int(things[at])), particulars)


def _judge_components(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge measures and optional components of structures, IC-3 and IC-6, and their properties.

    Nothing can have a property that is no IRI, so such a component is reported and not used.
    """
    for structure in graph.of_class(STRUCTURE).tolist():
        names = {name for _, name in graph.stated_components(structure)}
        if not any(graph.is_a(name, MEASURE) for name in names):
            breaches.add("structure-without-measure", graph.name(structure))
    for structure in each_once(graph.of(f"{QB}component")[0]).tolist():
        for _, name in graph.stated_components(structure):
            if not isinstance(graph.terms.found[name], ox.NamedNode):
                where = {"property": graph.name(name)}
                breaches.add("component-property-not-iri", graph.name(structure), **where)
        for component, name in graph.components(structure):
            required = graph.values(f"{QB}componentRequired", component)
            is_optional = any(graph.terms.found[value] in FALSE for value in required)
            if is_optional and not graph.is_a(name, ATTRIBUTE):
                breaches.add(
                    "optional-dimension-or-measure",
                    graph.name(component),
                    property=graph.name(name),
                    structure=graph.name(structure),
                )


def _judge_dimensions(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge ranges and code lists of dimensions: IC-4 and IC-5."""
    concept = graph.number(f"{SKOS}Concept")
    for dimension in graph.of_class(DIMENSION).tolist():
        ranges, name = graph.values(RDFS_RANGE, dimension), graph.name(dimension)
        # Their vocabularies give these their ranges, in whatever graph they are used.
        if not ranges and name != MEASURE_TYPE and not name.startswith(SDMX_DIMENSION):
            breaches.add("dimension-without-range", name)
        if concept in ranges and not graph.values(f"{QB}codeList", dimension):
            breaches.add("dimension-without-code-list", name)


def _judge_slice_keys(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge slice keys against structures: IC-7 and IC-8."""
    for key in graph.of_class(SLICE_KEY).tolist():
        structures = graph.subjects(f"{QB}sliceKey", key)
        if not any(graph.is_a(structure, STRUCTURE) for structure in structures):
            breaches.add("slice-key-without-structure", graph.name(key))
        for structure in structures:
            known = {name for _, name in graph.components(structure)}
            for name in graph.values(f"{QB}componentProperty", key):
                if name not in known:
                    breaches.add(
                        "slice-key-outside-structure",
                        graph.name(key),
                        property=graph.name(name),
                        structure=graph.name(structure),
                    )


def _judge_slices(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge whether each slice has the dimensions that its key fixes: IC-10."""
    slices, keys = graph.of(f"{QB}sliceStructure")
    for key in each_once(keys).tolist():
        of_key: Integers = slices[keys == key]
        for dimension in graph.values(f"{QB}componentProperty", key):
            name = graph.name(dimension)
            without = of_key[count_matching(graph.of(name), of_key) == 0].tolist()
            where = {"property": name, "key": graph.name(key)}
            breaches.add_each("slice-without-dimension", without, graph.name, where)


def _judge_hierarchies(graph: CubeGraph, breaches: Breaches) -> None:
    """Report each set of concepts that are broader than themselves, directly or by a detour."""
    up, (parents, children) = graph.of(f"{SKOS}broader"), graph.of(f"{SKOS}narrower")
    pairs = unique_pairs(*joined([up, (children, parents)]))
    above: dict[int, list[int]] = defaultdict(list)
    for below, code in zip(*(column.tolist() for column in pairs), strict=True):
        above[below].append(code)
    for circle in _circles(above):
        names = sorted(map(graph.name, circle))
        breaches.add("cyclic-hierarchy", names[0], codes=some_of(names))


def _circles(above: dict[int, list[int]]) -> Iterator[list[int]]:
    """Yield the sets of codes that lead to each other, given what is directly above each code.

    These are the strongly connected components of Tarjan's algorithm, without recursion.
    """
    met: dict[int, int] = {}  # when each code was met; ``done`` once its set is complete
    lowest: dict[int, int] = {}
    path: list[int] = []
    work: list[tuple[int, Iterator[int], int]] = []
    done = sys.maxsize

    def enter(code: int) -> None:
        met[code] = lowest[code] = len(met)
        work.append((code, iter(above.get(code, ())), len(path)))
        path.append(code)

    for start in above:
        if start not in met:
            enter(start)
        while work:
            code, rest, at = work[-1]
            for other in rest:
                if other not in met:
                    enter(other)
                    break
                lowest[code] = min(lowest[code], met[other])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[code])
                if lowest[code] == met[code]:
                    circle, path[at:] = path[at:], []
                    met.update(dict.fromkeys(circle, done))
                    if len(circle) > 1 or code in above.get(code, ()):
                        yield circle


def structure_rules(graph: Graph) -> dict[str, CubeRules]:
    """Return the rules for observations, by the IRI of their data set."""
    known: ListRules = {}
    whole = normalised(_statements(graph))
    return {
        whole.name(number): rules_of(whole, number, known)
        for number in whole.of_class(DATA_SET).tolist()
    }


def check_structures(
    project: Project, vocabulary: Vocabulary, surroundings: Graph, cubes: Iterable[AnyCube]
) -> list[Fault]:
    """Return what breaks IC-2 to IC-10, once all tables are read and so all slices are known."""
    described = (describe_cube(project, cube) for cube in cubes)
    breaches = Breaches()
    judge_structure(normalised(_statements(surroundings, *described)), breaches)
    found = []
    for breach in breaches.found:
        path, line, column = vocabulary.definitions.place(breach.thing)
        found.append(breach.fault(path, line, column) if line else breach.fault(breach.thing))
    return found


def _statements(*graphs: Graph) -> Statements:
    """Return the triples of graphs but for those with an invalid IRI, reported elsewhere."""

    def triples() -> Iterator[ox.Triple]:
        for triple in chain.from_iterable(graphs):
            with contextlib.suppress(ValueError):
                yield ox.Triple(*map(as_term, triple))  # type: ignore[arg-type]

    return collect(triples())
