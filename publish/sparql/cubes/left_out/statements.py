"""The statements of observations that are not in the triple store, from the columns and the dumps.

Those with properties of columns are made here; all others come as N-Triples from the writer that
wrote them into the dumps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from publish.cube.columns_file.engine import Connection
from publish.sparql.cubes.catalogue import Catalogue, Coded, Column, ColumnCube, Figures, Fixed
from publish.sparql.cubes.fetching import StarRows, TooMany, number_text
from publish.sparql.cubes.stars import Star

MOST_OBSERVATIONS = 20_000
"""Observations of which statements are made from columns."""
MOST_WRITTEN = 1000
"""Observations of which all statements are fetched."""
_OBSERVATION = "http://purl.org/linked-data/cube#observation"
_SUMS = ("any_value(value)", "any_value(decimals)", "any_value(status)")

Statement = tuple[str, str, str]
"""Subject, predicate and object as N-Triples has them."""
LinesOf = Callable[[str, Sequence[tuple[str, ...]]], Iterable[bytes]]
"""Gives all lines of observations, by the slug of their data set and their codes: about them, and
from what leads to them."""


@dataclass(frozen=True, kw_only=True)
class ObservationRow:
    """An observation as it stands in the columns."""

    cube: ColumnCube
    numbers: tuple[int, ...]
    """Of its codes."""
    value: Decimal | None
    decimals: int | None
    status: int

    @property
    def codes(self) -> tuple[str, ...]:
        """Its codes."""
        pairs = zip(self.cube.codes, self.numbers, strict=True)
        return tuple(codes[number] for codes, number in pairs)

    @cached_property
    def term(self) -> str:
        """Its IRI as N-Triples has it."""
        return f"<{self.cube.head}{'/'.join(self.codes)}>"

    def said(self, property_: str) -> str | None:
        """Return the value of a property that is a column, if it has one."""
        column: Column = self.cube.properties[property_]
        if isinstance(column, Fixed):
            return f"<{column.iri}>"
        if isinstance(column, Figures):
            if self.numbers[-1] != column.measure or self.value is None:
                return None
            return number_text(self.value, column.datatype)
        number = self._number(column)
        return None if number is None else column.texts[number]

    def _number(self, column: Coded) -> int | None:
        if column.sql in self.cube.dimensions:
            return self.numbers[self.cube.dimensions.index(column.sql)]
        return self.status if column.sql == "status" else self.decimals


def observations_of(rows: StarRows, most: int, enough: int | None = None) -> list[ObservationRow]:
    """Return the observations of a star, or so many of each data set. Raises TooMany."""
    found = []
    refused = most if enough is None else None
    for part in rows.fetch([rows.star.subject], sums=_SUMS, most=enough, refuse=refused):
        for row in part.rows:
            numbers, (value, decimals, status) = row[: part.sums], row[part.sums :]
            found.append(
                ObservationRow(
                    cube=part.cube, numbers=numbers, value=value, decimals=decimals, status=status
                )
            )
    return found


def observations_with(
    connection: Connection, cubes: Iterable[ColumnCube], iris: Iterable[str]
) -> list[ObservationRow]:
    """Return those of some IRIs that are observations. Raises TooMany."""
    found = []
    for cube in cubes:
        keys = [key for iri in iris if (key := _numbers(cube, iri)) is not None]
        if len(keys) > MOST_WRITTEN:
            raise TooMany
        if keys:
            rows = StarRows(connection=connection, star=Star(subject="?o", cubes=(cube,)))
            text = " OR ".join(
                "(" + " AND ".join(map("{} = {}".format, cube.dimensions, key)) + ")"
                for key in keys
            )
            rows.conditions.append(_Always(f"({text})"))
            found += observations_of(rows, MOST_WRITTEN)
    return found


def observations_in_slice(
    connection: Connection, cube: ColumnCube, code: str, most: int
) -> list[ObservationRow]:
    """Return the observations of a slice. Raises TooMany."""
    rows = StarRows(connection=connection, star=Star(subject="?o", cubes=(cube,)))
    rows.conditions.append(InSlice(cube.slug, code))
    return observations_of(rows, most)


def _numbers(cube: ColumnCube, iri: str) -> tuple[int, ...] | None:
    """Return the numbers of the codes in the IRI of an observation; None for other IRIs."""
    if not cube.is_observation(iri):
        return None
    codes = iri[len(cube.head) :].split("/")
    if any(code not in known for code, known in zip(codes, cube.codes, strict=True)):
        return None
    return tuple(known.index(code) for code, known in zip(codes, cube.codes, strict=True))


@dataclass(frozen=True)
class _Always:
    """A condition in SQL."""

    text: str

    def __call__(self, cube: ColumnCube) -> str:
        return self.text


@dataclass(frozen=True)
class InSlice:
    """The condition that an observation is in a slice."""

    slug: str
    code: str

    def __call__(self, cube: ColumnCube) -> str:
        """Return it as SQL, for the observations of a cube."""
        if cube.slug != self.slug or self.code not in cube.codes[0]:
            return "false"
        return f"{cube.dimensions[0]} = {cube.codes[0].index(self.code)}"


@dataclass(kw_only=True)
class AllStatements:
    """Gives statements that are in the store or are left out of it."""

    connection: Connection
    catalogue: Catalogue
    store: ox.Store
    lines_of: LinesOf
    graph: ox.NamedNode | ox.DefaultGraph = field(default_factory=ox.DefaultGraph)
    """The graph that is asked; what is left out is in it."""
    fetched: int = 0
    """Observations that were fetched."""

    def about(self, source: Source, predicate: str | None) -> list[Statement]:
        """Return all statements with one of these as subject. Raises TooMany."""
        found: dict[Statement, None] = {}
        for observation in source.left_out:
            if predicate is None or predicate not in observation.cube.properties:
                found.update(dict.fromkeys(self._written(source, observation, predicate)))
            elif (value := observation.said(predicate)) is not None:
                found[observation.term, f"<{predicate}>", value] = None
        for term in source.terms:
            node = ox.NamedNode(term[1:-1])
            found.update(dict.fromkeys(self._stored(node, predicate, None)))
        for cube, code in source.slices:
            term = f"<{cube.slices}{code}>"
            if predicate in (None, _OBSERVATION):
                for one in observations_in_slice(self.connection, cube, code, MOST_OBSERVATIONS):
                    found[term, f"<{_OBSERVATION}>", one.term] = None
        return list(found)

    def leading_to(self, source: Source, predicate: str | None) -> list[Statement]:
        """Return all statements with one of these as object, but sums. Raises TooMany."""
        found: dict[Statement, None] = {}
        for observation in source.left_out:
            cube = observation.cube
            if predicate == _OBSERVATION and cube.slices:
                subject = f"<{cube.slices}{observation.codes[0]}>"
                found[subject, f"<{_OBSERVATION}>", observation.term] = None
                continue
            lines = source.lines(self.lines_of)
            for statement in lines:
                if statement[2] == observation.term and _is_of(statement, predicate):
                    found[statement] = None
        for term in source.terms:
            node = ox.NamedNode(term[1:-1])
            found.update(dict.fromkeys(self._stored(None, predicate, node)))
        return list(found)

    def left_out_about(self, source: Source, predicate: str | None) -> list[Statement]:
        """Return the statements with one of these as subject that the store does not have."""
        lines = source.lines(self.lines_of)
        graph = self.graph
        return [
            one
            for one in lines
            if _is_of(one, predicate)
            and one[0] in source.known
            and next(self._quads(one, graph), None) is None
        ]

    def _quads(self, one: Statement, graph: Any) -> Iterator[ox.Quad]:
        [triple] = ox.parse(f"{' '.join(one)} .", format=ox.RdfFormat.N_TRIPLES)
        return self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object, graph)

    def _written(
        self, source: Source, observation: ObservationRow, predicate: str | None
    ) -> Iterator[Statement]:
        """Yield the statements about an observation that the writer of the dumps gives."""
        if predicate is not None and predicate not in observation.cube.others:
            return
        yield from (
            one for one in source.about(self.lines_of, observation.term) if _is_of(one, predicate)
        )

    def _stored(
        self, subject: ox.NamedNode | None, predicate: str | None, object_: ox.NamedNode | None
    ) -> Iterator[Statement]:
        """Yield the statements of the store."""
        property_ = None if predicate is None else ox.NamedNode(predicate)
        for quad in self.store.quads_for_pattern(subject, property_, object_, self.graph):
            yield str(quad.subject), str(quad.predicate), str(quad.object)


def _is_of(statement: Statement, predicate: str | None) -> bool:
    return predicate is None or statement[1] == f"<{predicate}>"


@dataclass(kw_only=True)
class Source:
    """What a variable or a constant of a query can be: observations, or other things."""

    terms: Sequence[str]
    """All of them as N-Triples has them, whether their statements are left out or not."""
    left_out: Sequence[ObservationRow]
    """The observations among them that are not in the store."""
    slices: Sequence[tuple[ColumnCube, str]] = ()
    """The slices among them that lead to these, with their code."""
    _statements: dict[str, list[Statement]] | None = None

    @cached_property
    def known(self) -> frozenset[str]:
        """The observations among them that are not in the store, as N-Triples has them."""
        return frozenset(one.term for one in self.left_out)

    def about(self, lines_of: LinesOf, term: str) -> list[Statement]:
        """Return what is written about an observation. Raises TooMany."""
        self.lines(lines_of)
        return (self._statements or {}).get(term, [])

    def lines(self, lines_of: LinesOf) -> list[Statement]:
        """Return all that is written of the observations that are left out. Raises TooMany."""
        if self._statements is None:
            if len(self.left_out) > MOST_WRITTEN:
                raise TooMany
            by_cube: dict[str, list[ObservationRow]] = {}
            for one in self.left_out:
                by_cube.setdefault(one.cube.slug, []).append(one)
            self._statements = {}
            for found in by_cube.values():
                blocks = lines_of(found[0].cube.slug, [one.codes for one in found])
                for line in (line for block in blocks for line in block.splitlines()):
                    subject, predicate, value = line.decode().removesuffix(" .").split(" ", 2)
                    self._statements.setdefault(subject, []).append((subject, predicate, value))
        return [one for found in self._statements.values() for one in found]
