"""What the structure of a data set says about its observations, gathered once.

In comes a normalised graph with the structure and the code lists; out come the rules by which
observations are judged, wherever these come from. RDF Data Cube, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from publish.validation.constraints.code_lists import CodeListRule, list_rules
from publish.validation.constraints.normal_form import (
    DATA_SET,
    DIMENSION,
    MEASURE,
    MEASURE_TYPE,
    QB,
    CubeGraph,
)

TRUE = ("true", "1")


@dataclass(frozen=True, kw_only=True)
class StructureRules:
    """What one structure says about measures."""

    measures: tuple[str, ...]
    """Its measures, one for each component that has it."""
    has_measure_type: bool
    dimensions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CubeRules:
    """What the structure says about the observations of one data set."""

    data_set: str
    structures: tuple[StructureRules, ...]
    """One in a sound graph."""
    required: tuple[str, ...]
    """Properties of components that are required."""
    lists: dict[str, tuple[CodeListRule, ...]]
    """Per dimension the code lists in which its values must be."""
    of_data_set: frozenset[str]
    """Properties for which the data set has a value that is that of all its observations."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """All dimensions, each once."""
        names = (name for structure in self.structures for name in structure.dimensions)
        return tuple(dict.fromkeys(names))

    @property
    def measures(self) -> tuple[str, ...]:
        """All measures, each once."""
        names = (name for structure in self.structures for name in structure.measures)
        return tuple(dict.fromkeys(names))


ListRules = dict[int, tuple[CodeListRule, ...]]
"""Per dimension the rules of its code lists."""


def rules_of(graph: CubeGraph, data_set: int, known: ListRules | None = None) -> CubeRules:
    """Return what the structure says about the observations of a data set.

    Code lists that other data sets share are kept in ``known``, to be gathered once.
    """
    known = {} if known is None else known
    structures, required, lists = [], set[str](), {}
    of_data_set = set[str]()
    to_data_set = graph.number(DATA_SET)
    is_dimension: dict[str, int] = {}
    for structure in graph.values(f"{QB}structure", data_set):
        components = list(graph.components(structure))
        dimensions = {name for _, name in components if graph.is_a(name, DIMENSION)}
        is_dimension |= {graph.name(name): name for name in dimensions}
        measures = [graph.name(name) for _, name in components if graph.is_a(name, MEASURE)]
        structures.append(
            StructureRules(
                measures=tuple(sorted(measures)),
                has_measure_type=graph.number(MEASURE_TYPE) in {name for _, name in components},
                dimensions=tuple(sorted(map(graph.name, dimensions))),
            )
        )
        for component, name in components:
            attached = to_data_set in graph.values(f"{QB}componentAttachment", component)
            if attached and graph.values(graph.name(name), data_set):
                of_data_set.add(graph.name(name))
            for value in graph.values(f"{QB}componentRequired", component):
                term = graph.terms.found[value]
                if isinstance(term, ox.Literal) and term.value in TRUE:
                    required.add(graph.name(name))
    for iri, dimension in is_dimension.items():
        if dimension not in known:
            known[dimension] = list_rules(graph, dimension)
        lists[iri] = known[dimension]
    return CubeRules(
        data_set=graph.name(data_set),
        structures=tuple(structures),
        required=tuple(sorted(required)),
        lists=lists,
        of_data_set=frozenset(of_data_set),
    )
