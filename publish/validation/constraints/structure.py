"""The integrity constraints of RDF Data Cube on everything but the values of observations.

In comes a normalised graph; out come the things that break IC-1 to IC-10 or IC-18, each by name.
https://www.w3.org/TR/vocab-data-cube/#wf-rules. The constraints on the values of observations
stand in ``observation_constraints``.
"""

from __future__ import annotations

import numpy as np
import pyoxigraph as ox

from publish.faults.fault import said, some_of
from publish.rdf.statements import Integers, Statements
from publish.validation.constraints import normal_form as cube
from publish.validation.constraints.breaches import Breaches
from publish.validation.constraints.normal_form import (
    QB,
    CubeGraph,
    Observations,
    how_many,
    matching,
)
from publish.validation.constraints.observations import ObservationCheck
from publish.validation.constraints.rules import ListRules, rules_of

RDFS_RANGE = "http://www.w3.org/2000/01/rdf-schema#range"
SKOS_CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
FALSE = ("false", "0")


def find_breaches(statements: Statements) -> Breaches:
    """Return what breaks the constraints IC-1 to IC-21 in a graph."""
    return find_breaches_of(cube.normalised(statements))


def find_breaches_of(graph: CubeGraph) -> Breaches:
    """Return what breaks the constraints IC-1 to IC-21 in a normalised graph."""
    breaches = Breaches()
    judge_structure(graph, breaches)
    judge_membership(graph, breaches)
    known: ListRules = {}
    for data_set in np.unique(graph.of(f"{QB}dataSet")[1]).tolist():
        check = ObservationCheck(rules=rules_of(graph, data_set, known), breaches=breaches)
        if check.rules.structures:
            numbers = np.array(graph.subjects(f"{QB}dataSet", data_set), dtype=np.int64)
            observations = Observations(graph=graph, numbers=np.unique(numbers))
            check.see(observations)
            check.finish(observations.name)
    return breaches


def judge_structure(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge data sets, structures, properties and slices: IC-2 to IC-10, in bounded time."""
    _judge_count(graph, breaches, cube.DATA_SET, "structure", "data-set-without-one-structure")
    _judge_count(graph, breaches, cube.SLICE, "sliceStructure", "slice-without-one-key")
    _judge_components(graph, breaches)
    _judge_dimensions(graph, breaches)
    _judge_slice_keys(graph, breaches)
    _judge_slices(graph, breaches)


def judge_membership(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge which observations are in which data set: IC-1 and IC-18."""
    _judge_count(graph, breaches, cube.OBSERVATION, "dataSet", "observation-not-in-one-data-set")
    data_sets, slices = graph.of(f"{QB}slice")
    place, observation = matching(graph.of(f"{QB}observation"), slices)
    wanted = data_sets[place]
    size = len(graph.terms.found)
    own, of = graph.of(f"{QB}dataSet")
    wrong = np.flatnonzero(~np.isin(observation * size + wanted, own * size + of))
    breaches.each(
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
    """Judge whether each thing of a class has exactly one value of a property."""
    things, pairs = graph.of_class(kind), graph.of(f"{QB}{property_}")
    count = how_many(pairs, things)

    def particulars(at: int) -> dict[str, object]:
        found = graph.values(f"{QB}{property_}", int(things[at]))
        values = some_of(map(graph.name, found), 3)
        return {"found": said("has-several", values=values) if found else said("has-none")}

    wrong = np.flatnonzero(count != 1).tolist()
    breaches.each(code, wrong, lambda at: graph.name(int(things[at])), particulars)


def _judge_components(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge the components of structures: IC-3 and IC-6."""
    for structure in graph.of_class(cube.STRUCTURE).tolist():
        names = {name for _, name in graph.components(structure)}
        if not any(graph.is_a(name, cube.MEASURE) for name in names):
            breaches.add("structure-without-measure", graph.name(structure))
    for structure in np.unique(graph.of(f"{QB}component")[0]).tolist():
        for component, name in graph.components(structure):
            required = graph.values(f"{QB}componentRequired", component)
            if any(_is_boolean(graph, value, FALSE) for value in required) and not graph.is_a(
                name, cube.ATTRIBUTE
            ):
                breaches.add(
                    "optional-dimension-or-measure",
                    graph.name(component),
                    property=graph.name(name),
                    structure=graph.name(structure),
                )


def _is_boolean(graph: CubeGraph, number: int, forms: tuple[str, str]) -> bool:
    """Return whether a term is a boolean in one of its two lexical forms."""
    term = graph.terms.found[number]
    return (
        isinstance(term, ox.Literal)
        and term.datatype.value.endswith("XMLSchema#boolean")
        and term.value in forms
    )


def _judge_dimensions(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge what is said of dimensions: IC-4 and IC-5."""
    concept = graph.number(SKOS_CONCEPT)
    for dimension in graph.of_class(cube.DIMENSION).tolist():
        ranges, name = graph.values(RDFS_RANGE, dimension), graph.name(dimension)
        # The vocabulary itself gives qb:measureType its range, in whatever graph it is used.
        if not ranges and name != cube.MEASURE_TYPE:
            breaches.add("dimension-without-range", name)
        if concept in ranges and not graph.values(f"{QB}codeList", dimension):
            breaches.add("dimension-without-code-list", name)


def _judge_slice_keys(graph: CubeGraph, breaches: Breaches) -> None:
    """Judge slice keys against structures: IC-7 and IC-8."""
    for key in graph.of_class(cube.SLICE_KEY).tolist():
        structures = graph.subjects(f"{QB}sliceKey", key)
        if not any(graph.is_a(structure, cube.STRUCTURE) for structure in structures):
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
    for key in np.unique(keys).tolist():
        of_key: Integers = slices[keys == key]
        for dimension in graph.values(f"{QB}componentProperty", key):
            name = graph.name(dimension)
            without = of_key[how_many(graph.of(name), of_key) == 0].tolist()
            breaches.each(
                "slice-without-dimension",
                without,
                graph.name,
                lambda _, name=name, key=key: {"property": name, "key": graph.name(key)},  # type: ignore[misc]
            )
