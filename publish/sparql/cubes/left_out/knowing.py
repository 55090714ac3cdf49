"""What can be said of a term without its statements: whether it can be an observation left out.

The statements of a data set that are not in the store have an observation as their subject, or lead
to one from its slice or from a remark. So a triple pattern can only match one of them if its
subject can be an observation, or its object can and its subject can be a slice or a remark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from publish.sparql.cubes.catalogue import (
    DATA_SET,
    Coded,
    Column,
    ColumnCube,
    Figures,
    Fixed,
)
from publish.sparql.cubes.tree.syntax import TYPE, Group, PatternElement, Query, Triple

_CUBE, _SKOS = "http://purl.org/linked-data/cube#", "http://www.w3.org/2004/02/skos/core#"
_QUALITY = "http://www.w3.org/ns/dqv#"
_CLASSES_THAT_LEAD = frozenset({f"{_CUBE}Slice", f"{_QUALITY}QualityAnnotation"})
_NOT_OF_SLICES = frozenset(
    f"{_CUBE}{name}"
    for name in ("structure", "component", "dimension", "measure", "attribute", "order", "codeList")
)
"""Properties that slices and remarks never have, besides those of SKOS."""
_TO_SLICES = frozenset({f"{_CUBE}slice", f"{_QUALITY}hasQualityAnnotation"})

Slugs = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a term can be: for which data sets an observation, or what leads to observations."""

    observation: Slugs
    leads: Slugs
    iris: frozenset[str] | None = None
    """All that it can be, where that is known."""
    rows: int | None = None
    """The number of a star whose observations are all that it can be."""
    is_observation: bool = False
    """Whether it is one of a data set whose observations are left out, and nothing else."""

    @property
    def is_given(self) -> bool:
        """Whether all that it can be is known."""
        return self.iris is not None or self.rows is not None

    def __and__(self, other: Known) -> Known:
        """Return what is known by both."""
        iris = self.iris if other.iris is None else other.iris
        if self.iris is not None and other.iris is not None:
            iris = self.iris & other.iris
        return Known(
            observation=self.observation & other.observation,
            leads=self.leads & other.leads,
            iris=iris,
            rows=self.rows if other.rows is None else other.rows,
            is_observation=self.is_observation or other.is_observation,
        )


def anything(cubes: Iterable[ColumnCube]) -> Known:
    """Return what is known of a variable of which nothing is known."""
    slugs = frozenset(cube.slug for cube in cubes)
    return Known(observation=slugs, leads=slugs)


def of_constants(cubes: Iterable[ColumnCube], terms: Iterable[str]) -> Known:
    """Return what is known of terms that are written out."""
    iris = frozenset(term[1:-1] for term in terms if term.startswith("<"))
    observation, leads = set(), set()
    is_observation = bool(iris) and all(
        any(cube.is_observation(iri) for cube in cubes) for iri in iris
    )
    for cube in cubes:
        if any(cube.is_observation(iri) for iri in iris):
            observation.add(cube.slug)
        if any(iri.startswith(cube.leading) for iri in iris):
            leads.add(cube.slug)
    return Known(
        observation=frozenset(observation),
        leads=frozenset(leads),
        iris=iris,
        is_observation=is_observation,
    )


def of_term(cubes: Sequence[ColumnCube], term: str, known: Mapping[str, Known]) -> Known:
    """Return what is known of the subject or object of a triple pattern."""
    if term.startswith("?"):
        return known.get(term) or anything(cubes)
    return of_constants(cubes, [term])


def known_in(
    query: Query, cubes: Sequence[ColumnCube], group: Group, inherited: Mapping[str, Known]
) -> dict[str, Known]:
    """Return what is known of the variables of a group by its own triples, VALUES and filters."""
    known = dict(inherited)

    def note(variable: str, one: Known) -> None:
        if variable.startswith("?"):
            known[variable] = known[variable] & one if variable in known else one

    for element in group.elements:
        for triple in element.triples if element.kind == "triples" else ():
            if triple.path is None and triple.predicate.startswith("<"):
                note(triple.subject, _of_subject(cubes, triple))
                note(triple.object, _of_object(cubes, triple))
        for variable, terms in _listed(query, element).items():
            note(variable, of_constants(cubes, terms))
    return known


def _of_subject(cubes: Sequence[ColumnCube], triple: Triple) -> Known:
    """Return what is known of what has a property."""
    property_ = triple.predicate[1:-1]
    observation, leads = set(), set()
    for cube in cubes:
        column = cube.properties.get(property_)
        if column is None:
            if property_ in cube.others or property_ in cube.mentions:
                observation.add(cube.slug)
        elif fits(column, triple.object):
            observation.add(cube.slug)
        if not _is_never_of_slices(column, triple):
            leads.add(cube.slug)
    return Known(observation=frozenset(observation), leads=frozenset(leads))


def _is_never_of_slices(column: Column | None, triple: Triple) -> bool:
    """Return whether neither slices nor remarks have a property with this value."""
    property_, value = triple.predicate[1:-1], triple.object
    if property_ == TYPE:
        return value.startswith("<") and value[1:-1] not in _CLASSES_THAT_LEAD
    return (
        property_ == DATA_SET
        or isinstance(column, Figures)
        or property_ in _NOT_OF_SLICES
        or property_.startswith(_SKOS)
    )


def _of_object(cubes: Sequence[ColumnCube], triple: Triple) -> Known:
    """Return what is known of the value of a property."""
    property_ = triple.predicate[1:-1]
    observation = {
        cube.slug
        for cube in cubes
        if property_ in cube.pointing or property_ in cube.mentions or property_ in cube.sums
    }
    is_code = any(property_ in cube.properties for cube in cubes)
    if property_.startswith((_SKOS, _CUBE)) and property_ not in _TO_SLICES:
        is_code = True
    leads = frozenset() if is_code else anything(cubes).leads
    return Known(observation=frozenset(observation), leads=leads)


def _listed(query: Query, element: PatternElement) -> dict[str, list[str]]:
    """Return the terms that a part of a group leaves to variables: VALUES, BIND or a filter."""
    if element.kind == "inline_data":
        return _of_values(query, element)
    if element.kind == "filter":
        return _of_filter(query, element.node)
    parts = [node for node in element.node.named_children if node.type != "comment"]
    if element.kind == "bind" and len(parts) == 2:
        iri = query.iri(parts[0])
        return {} if iri is None else {"?" + query.of(parts[1])[1:]: [f"<{iri}>"]}
    return {}


def _of_filter(query: Query, node: Node) -> dict[str, list[str]]:
    """Return the IRIs of which a condition says that a variable is one."""
    while node.type in ("filter", "bracketted_expression"):
        inner = [child for child in node.named_children if child.type != "comment"]
        if len(inner) != 1:
            return {}
        [node] = inner
    parts = [child for child in node.children if child.type != "comment"]
    if node.type != "binary_expression" or len(parts) != 3 or parts[0].type != "var":
        return {}
    values = [parts[2]] if parts[1].type == "=" else []
    if parts[1].type.upper() == "IN":
        values = [node for node in parts[2].named_children if node.type != "comment"]
    iris = [query.iri(node) for node in values]
    if not iris or None in iris:
        return {}
    return {"?" + query.of(parts[0])[1:]: [f"<{iri}>" for iri in iris]}


def _of_values(query: Query, element: PatternElement) -> dict[str, list[str]]:
    """Return by variable the terms of VALUES; not those that it may leave open."""
    [block] = [node for node in element.node.named_children if node.type == "data_block"]
    if query.of(element.node).upper().count("UNDEF"):
        return {}
    names = [query.of(node)[1:] for node in block.named_children if node.type == "var"]
    cells = [node for node in block.named_children if node.type not in ("var", "comment", "nil")]
    found: dict[str, list[str]] = {f"?{name}": [] for name in names}
    for at, node in enumerate(cells):
        iri = query.iri(node)
        text = query.of(node) if iri is None else f"<{iri}>"
        found[f"?{names[at % len(names)]}"].append(text)
    return found


def fits(column: Column, term: str) -> bool:
    """Return whether a term may stand in a column; a variable always may."""
    if term.startswith("?"):
        return True
    if isinstance(column, Figures):
        return not term.startswith("<")
    if isinstance(column, Fixed):
        return term == f"<{column.iri}>"
    return isinstance(column, Coded) and term.startswith("<") and bool(column.numbers(term[1:-1]))


def may_be_about(
    cubes: Iterable[ColumnCube], predicate: str | None, subject: Known, object_: Known, value: str
) -> Slugs:
    """Return the data sets of which a triple pattern may match a statement about an observation.

    ``predicate`` is an IRI, or None for any; ``value`` is the object as it is written.
    """
    return frozenset(
        cube.slug
        for cube in cubes
        if cube.slug in subject.observation and _may_be_said(cube, predicate, object_, value)
    )


def may_lead(
    cubes: Iterable[ColumnCube], predicate: str | None, subject: Known, object_: Known
) -> Slugs:
    """Return the data sets of which a triple pattern may match what leads to an observation."""
    return frozenset(
        cube.slug
        for cube in cubes
        if cube.slug in object_.observation
        and cube.slug in subject.leads
        and (predicate is None or predicate in cube.pointing)
    )


def _may_be_said(cube: ColumnCube, predicate: str | None, object_: Known, value: str) -> bool:
    """Return whether an observation of a data set may have a property with a value."""
    if object_.is_observation:
        return predicate in cube.sums if predicate else bool(cube.sums)
    if value.startswith(('"', "'")) and "^^" not in value:
        return False  # no text is said of observations
    if predicate is None:
        return True
    column = cube.properties.get(predicate)
    if column is not None:
        return fits(column, value)
    return predicate in cube.others
