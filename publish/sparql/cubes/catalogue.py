"""The cubes of a release as columns: which property of an observation is which column.

They are read from ``columns.duckdb``, whose layout docs/columns.md describes. IRIs are written out,
as rdflib would cost a worker its quick start.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from publish.cube.columns_file.engine import DATABASE, Connection
from publish.sparql.cubes.tree.syntax import TYPE

_CUBE = "http://purl.org/linked-data/cube#"
OBSERVATION, DATA_SET = f"{_CUBE}Observation", f"{_CUBE}dataSet"
_ATTRIBUTE = "http://purl.org/linked-data/sdmx/2009/attribute#"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"

FORMAT = 1
"""The number of the layout that is read."""
MOST_DECIMALS = 18
"""The most decimals that a figure is printed with."""
_CHOSEN = re.compile(r"(\w+) (?:= \d+|IN \([\d, ]+\))")
"""The condition that a column is one of some codes."""
PLACES = 10**18
"""A decimal of the engine is a whole number of parts, of which so many are one."""
NO_INTEGER, NO_PARTS = 2**63, 2**127
"""From here on the engine has no integers, and no parts of decimals."""
_TOGETHER = 16
"""So many times the observations of a data set, or so many data sets, are added up at most."""


class UnusableCatalogue(Exception):
    """The database is of another layout, or does not tell the whole truth about observations."""

    def __init__(self, why: str, left_out: tuple[str, ...]) -> None:
        """``left_out`` are the slugs of data sets whose observations the store does not have."""
        super().__init__(why)
        self.left_out = left_out


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A column of numbers that stand for IRIs."""

    sql: str
    """The column; it is NULL where the property is not given."""
    terms: tuple[str, ...]
    """The IRI of each number."""
    is_optional: bool = False

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The IRI of each number as N-Triples has it."""
        return tuple(f"<{term}>" for term in self.terms)

    def numbers(self, iri: str) -> list[int]:
        """Return the numbers that stand for an IRI."""
        return [number for number, term in enumerate(self.terms) if term == iri]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The values of a measure, on the observations of that measure that have one."""

    measure: int
    datatype: str


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """An IRI that is the same for all observations."""

    iri: str


Column = Coded | Figures | Fixed


@dataclass(kw_only=True)
class ColumnCube:
    """The columns of the observations of one data set."""

    slug: str
    number: int
    data_set: str
    table: str
    turned: tuple[str, str] | None
    """The same in another order, where there is: the table, and the column it is ordered by."""
    observations: int
    head: str
    """What the IRI of an observation begins with; its codes follow, with slashes between."""
    scale: int
    may_overflow: bool
    """Whether sums may pass what the engine has values for, and so depend on the order of terms."""
    in_store: bool
    """Whether the store has the statements of its observations."""
    graph: str
    """The IRI of its graph."""
    others: frozenset[str]
    """The properties that its observations have besides those that are columns."""
    sums: frozenset[str]
    """Those of them whose values are observations."""
    pointing: frozenset[str]
    """The properties whose values are its observations, of slices and remarks."""
    mentions: frozenset[str]
    """The properties by which statements besides name its observations; they are in the store."""
    slices: str
    """What the IRI of a slice begins with, the code of its first dimension follows; or empty."""
    leading: tuple[str, ...]
    """What the IRIs of slices and remarks begin with."""
    dimensions: tuple[str, ...]
    """The columns of the dimensions, the measure last."""
    properties: dict[str, Column]
    codes: tuple[tuple[str, ...], ...] = field(repr=False)
    """The codes by dimension and number."""

    @property
    def measure(self) -> str:
        """The column of the measure dimension."""
        return self.dimensions[-1]

    def is_observation(self, iri: str) -> bool:
        """Return whether an IRI may be that of an observation."""
        return iri.startswith(self.head) and iri.count("/", len(self.head)) == len(self.codes) - 1

    def relation(self, where: Sequence[str]) -> str:
        """Return the table as SQL after FROM, in the order in which conditions read less of it."""
        table = self.table
        if self.turned is not None and where:
            chosen = {found[1] for one in where if (found := _CHOSEN.fullmatch(one))}
            if self.turned[1] in chosen and self.dimensions[0] not in chosen:
                table = self.turned[0]
        return f"{DATABASE}.{table}"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The cubes of a release."""

    cubes: tuple[ColumnCube, ...]
    properties: frozenset[str]
    """The properties that are columns of some cube."""
    anchors: frozenset[str]
    """Those that only observations have: whatever has one is in the columns of a cube."""

    @cached_property
    def left_out(self) -> tuple[ColumnCube, ...]:
        """The cubes whose observations the store does not have."""
        return tuple(cube for cube in self.cubes if not cube.in_store)

    @cached_property
    def guarded(self) -> frozenset[str]:
        """The properties of statements that may be many, or may not be in the store."""
        found = set(self.properties)
        for cube in self.left_out:
            found |= cube.others | cube.pointing
        return frozenset(found)


def read_catalogue(connection: Connection) -> Catalogue:
    """Read the cubes of an attached database. Raises UnusableCatalogue or duckdb.Error."""
    found = connection.execute(f"SELECT content FROM {DATABASE}.about").fetchone()
    about = json.loads(found[0]) if found else {}
    left_out = tuple(cube["slug"] for cube in about.get("cubes", ()) if not cube["in_store"])
    if about.get("format") != FORMAT:
        raise UnusableCatalogue("format", left_out)
    if about["elsewhere"] or about["default_graph"] != "union":
        raise UnusableCatalogue("elsewhere" if about["elsewhere"] else "graphs", left_out)
    codes = _read_codes(connection)
    cubes = tuple(
        _cube(about, number, entry, codes, _largest(connection, entry["table"]))
        for number, entry in enumerate(about["cubes"])
    )
    measures = {
        iri
        for cube in cubes
        for iri, column in cube.properties.items()
        if isinstance(column, Figures)
    }
    return Catalogue(
        cubes=cubes,
        properties=frozenset(iri for cube in cubes for iri in cube.properties),
        anchors=frozenset({TYPE, DATA_SET, *measures}),
    )


def _largest(connection: Connection, table: str) -> int:
    """Return a whole number that no value of a cube is larger than, or smaller than without sign.

    It is read from what the database knows of its blocks.
    """
    found = connection.execute(
        f"SELECT coalesce(greatest(ceil(max(value)), -floor(min(value))), 0)::VARCHAR "
        f"FROM {DATABASE}.{table}"
    ).fetchone()
    return int(Decimal(found[0])) if found else 0


def _read_codes(connection: Connection) -> dict[tuple[int, int], list[tuple[str, str]]]:
    """Return codes and their IRIs by cube and dimension, in the order of their numbers."""
    rows = connection.execute(
        f"SELECT cube, dimension, code, iri FROM {DATABASE}.codes ORDER BY cube, dimension, number"
    ).fetchall()
    found: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for cube, dimension, code, iri in rows:
        found.setdefault((cube, dimension), []).append((code, iri))
    return found


def _cube(
    about: Mapping[str, Any],
    number: int,
    entry: Mapping[str, Any],
    codes: Mapping[tuple[int, int], list[tuple[str, str]]],
    largest: int,
) -> ColumnCube:
    """Return the columns of a cube from its entry; no value is larger than ``largest``."""
    listed = [codes.get((number, at), []) for at in range(len(entry["dimensions"]))]
    properties: dict[str, Column] = {
        TYPE: Fixed(iri=OBSERVATION),
        DATA_SET: Fixed(iri=entry["data_set"]),
        f"{_ATTRIBUTE}obsStatus": Coded(sql="status", terms=tuple(about["statuses"])),
        f"{_ATTRIBUTE}decimals": Coded(
            sql="decimals",
            terms=tuple(f"{about['decimals']}{places}" for places in range(MOST_DECIMALS + 1)),
            is_optional=True,
        ),
    }
    for item, pairs in zip(entry["dimensions"], listed, strict=True):
        terms = tuple(iri for _, iri in pairs)
        properties[item["property"]] = Coded(sql=item["column"], terms=terms)
    measure = entry["dimensions"][-1]["column"]
    units = {item["number"]: item["unit"] for item in entry["measures"]}
    properties[f"{_ATTRIBUTE}unitMeasure"] = Coded(
        sql=measure, terms=tuple(units.get(at, "") for at in range(len(listed[-1])))
    )
    least = min(
        [
            NO_INTEGER if item["datatype"] == INTEGER else NO_PARTS // PLACES
            for item in entry["measures"]
        ],
        default=NO_INTEGER,
    )
    for item in entry["measures"]:
        column = Figures(measure=item["number"], datatype=item["datatype"])
        properties[item["property"]] = column
    return ColumnCube(
        slug=entry["slug"],
        number=number,
        data_set=entry["data_set"],
        table=entry["table"],
        turned=(turned["table"], turned["column"]) if (turned := entry.get("turned")) else None,
        observations=entry["observations"],
        head=entry["head"],
        scale=entry["scale"],
        may_overflow=largest * entry["observations"] * _TOGETHER >= least,
        in_store=entry["in_store"],
        graph=entry.get("graph", ""),
        others=frozenset(entry.get("others", ())),
        sums=frozenset(entry.get("sums", ())),
        pointing=frozenset(entry.get("pointing", ())),
        mentions=frozenset(about.get("mentions", ())),
        slices=entry.get("slices") or "",
        leading=tuple(entry.get("leading", ())),
        dimensions=tuple(item["column"] for item in entry["dimensions"]),
        properties=properties,
        codes=tuple(tuple(code for code, _ in pairs) for pairs in listed),
    )
