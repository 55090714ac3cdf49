"""The integrity constraints of a project: the rules for its observations, and faults in the rest.

The graphs of vocabulary, code lists and structures are judged here as a whole (``structure.py``);
observations are judged while they stream by (``observations.py``), by the rules returned here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import Graph

from publish.cube.derive import AnyCube
from publish.cube.rdf.describe import describe_cube
from publish.faults.fault import Fault
from publish.ontology.vocabulary import Vocabulary
from publish.project.project import Project
from publish.rdf.statements import Statements, collect
from publish.rdf.terms import as_term
from publish.validation.constraints.breaches import Breaches
from publish.validation.constraints.normal_form import DATA_SET, normalised
from publish.validation.constraints.rules import CubeRules, ListRules, rules_of
from publish.validation.constraints.structure import judge_structure


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
    graph = surroundings + Graph()
    for cube in cubes:
        graph += describe_cube(project, cube)
    breaches = Breaches()
    judge_structure(normalised(_statements(graph)), breaches)
    found = []
    for breach in breaches.found:
        path, line, column = vocabulary.definitions.place(breach.thing)
        found.append(breach.fault(path, line, column) if line else breach.fault(breach.thing))
    return found


def _statements(graph: Graph) -> Statements:
    """Return the triples of a graph but for those with an invalid IRI, reported elsewhere."""

    def triples() -> Iterator[ox.Triple]:
        for triple in graph:
            with contextlib.suppress(ValueError):
                yield ox.Triple(*map(as_term, triple))  # type: ignore[arg-type]

    return collect(triples())
