"""Finds stars of observations in a group: the triples of one subject that are columns of cubes.

A star is anchored when one of its triples is of a kind that only observations have; then its
solutions are exactly the rows of some cubes. Triples that are no columns stay in the query, and so
does all that is written in an unusual way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from publish.sparql.cubes.catalogue import (
    INTEGER,
    OBSERVATION,
    Catalogue,
    Coded,
    Column,
    ColumnCube,
    Figures,
    Fixed,
)
from publish.sparql.cubes.tree.syntax import LONGEST_NUMBER, TYPE, Group, PatternElement, Triple

_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+")


@dataclass(kw_only=True)
class Star:
    """Triples of one subject that are columns, and the cubes that have them all."""

    subject: str
    triples: list[Triple] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    """The property whose value each variable is."""
    places: dict[str, int] = field(default_factory=dict)
    """The place in the group of the element in which each variable is bound."""
    cubes: tuple[ColumnCube, ...] = ()
    optional: set[str] = field(default_factory=set)
    """Variables that have no value where an observation has none."""
    optionals: list[PatternElement] = field(default_factory=list)
    """The OPTIONAL parts that only ask for columns of the star."""

    def column(self, cube: ColumnCube, variable: str) -> Column:
        """Return the column whose values a variable takes in a cube."""
        return cube.properties[self.variables[variable]]

    @property
    def observations(self) -> int:
        """How many observations its cubes have."""
        return sum(cube.observations for cube in self.cubes)

    def domain(self, variable: str) -> list[str] | None:
        """Return the IRIs that a variable can take in the cubes; None if it takes others."""
        if variable in self.optional:
            return None
        found: dict[str, None] = {}
        for cube in self.cubes:
            column = self.column(cube, variable)
            if isinstance(column, Figures):
                return None
            terms = (column.iri,) if isinstance(column, Fixed) else column.terms
            found.update(dict.fromkeys(filter(None, terms)))
        return list(found)

    def is_figure(self, variable: str) -> bool:
        """Return whether a variable takes values of a measure, always."""
        if variable in self.optional:
            return False
        kinds = {isinstance(self.column(cube, variable), Figures) for cube in self.cubes}
        return kinds == {True}


def find_stars(catalogue: Catalogue, group: Group) -> list[Star]:
    """Return the stars of a group, in the order of their first triples."""
    subjects: dict[str, list[tuple[int, Triple]]] = {}
    for place, element in enumerate(group.elements):
        for triple in element.triples if element.kind == "triples" else ():
            if triple.subject.startswith("?") and triple.predicate[1:-1] in catalogue.properties:
                subjects.setdefault(triple.subject, []).append((place, triple))
    stars = [_star(catalogue, subject, found) for subject, found in subjects.items()]
    found = [star for star in stars if star is not None]
    for star in found:
        _add_optionals(group, star)
    return found


def _add_optionals(group: Group, star: Star) -> None:
    """Take OPTIONAL parts into a star that ask for one of its columns, and for nothing else."""
    for place, element in enumerate(group.elements):
        if element.kind != "optional_graph_pattern" or place < star.places[star.subject]:
            continue
        if len(element.triples) != 1:
            continue
        [triple] = element.triples
        others = (one for one in group.elements if one is not element)
        if (
            triple.subject != star.subject
            or not triple.object.startswith("?")
            or triple.object == star.subject
            or any(triple.object in one.variables for one in others)
            or any(triple.predicate[1:-1] not in cube.properties for cube in star.cubes)
            or triple.predicate == f"<{TYPE}>"
        ):
            continue
        star.variables[triple.object] = triple.predicate[1:-1]
        star.places[triple.object] = place
        columns = [star.column(cube, triple.object) for cube in star.cubes]
        if any(isinstance(one, Figures) or _is_optional(one) for one in columns):
            star.optional.add(triple.object)
        star.optionals.append(element)


def _is_optional(column: Column) -> bool:
    return isinstance(column, Coded) and column.is_optional


def _star(catalogue: Catalogue, subject: str, found: Iterable[tuple[int, Triple]]) -> Star | None:
    """Return the star of a subject, if it is anchored."""
    star = Star(subject=subject, variables={}, places={})
    anchored = False
    for place, triple in found:
        property_, object_ = triple.predicate[1:-1], triple.object
        if property_ == TYPE and object_ != f"<{OBSERVATION}>":
            if object_.startswith("<"):
                return None  # of another class
            continue
        if object_.startswith("?"):
            if object_ in star.variables or object_ == subject:
                continue
            star.variables[object_] = property_
            star.places[object_] = place
        elif not object_.startswith("<") and not _is_number(object_):
            continue
        star.triples.append(triple)
        star.places.setdefault(subject, place)
        anchored |= property_ in catalogue.anchors
    if not anchored:
        return None
    star.cubes = tuple(cube for cube in catalogue.cubes if _has_all(cube, star))
    return star


def _is_number(term: str) -> bool:
    """Return whether a term is a number that the columns can be compared with exactly."""
    return len(term) <= LONGEST_NUMBER and _NUMBER.fullmatch(term) is not None


def _has_all(cube: ColumnCube, star: Star) -> bool:
    """Return whether a cube has the columns of a star, and the constants in them."""
    for triple in star.triples:
        column = cube.properties.get(triple.predicate[1:-1])
        if column is None:
            return False
        if not triple.object.startswith("?") and not _may_be(column, triple.object):
            return False
    return True


def _may_be(column: Column, term: str) -> bool:
    """Return whether a constant may stand in a column."""
    if isinstance(column, Figures):
        return not term.startswith("<")
    if isinstance(column, Fixed):
        return term == f"<{column.iri}>"
    return term.startswith("<") and bool(column.numbers(term[1:-1]))


def conditions_of(cube: ColumnCube, star: Star) -> list[str]:
    """Return what holds of the rows of a star in a cube, as conditions in SQL."""
    found: dict[str, None] = {}
    for triple in star.triples:
        column = cube.properties[triple.predicate[1:-1]]
        is_constant = not triple.object.startswith("?")
        if isinstance(column, Figures):
            if len(cube.codes[-1]) > 1:  # else all observations are of the measure
                found[f"{cube.measure} = {column.measure}"] = None
            found["value IS NOT NULL"] = None
            if is_constant:
                found[_equals(column, triple.object)] = None
        elif isinstance(column, Coded):
            if column.is_optional:
                found[f"{column.sql} IS NOT NULL"] = None
            if is_constant:
                found[is_one_of(column.sql, column.numbers(triple.object[1:-1]))] = None
    return list(found)


def is_one_of(sql: str, numbers: list[int]) -> str:
    """Return the condition that a column is one of some numbers."""
    if not numbers:
        return "false"
    if len(numbers) == 1:
        return f"{sql} = {numbers[0]}"
    return f"{sql} IN ({', '.join(map(str, numbers))})"


def _equals(column: Figures, text: str) -> str:
    """Return the condition that a value is a constant, the same term and not an equal number."""
    is_decimal = "." in text
    if is_decimal == (column.datatype == INTEGER):
        return "false"
    return f"value = {Decimal(text):f}"
