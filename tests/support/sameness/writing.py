"""Worlds written down: as a store, as a graph of rdflib, and as the columns of a release.

The columns are as a build writes them (docs/columns.md): the database, and what it says about
itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyoxigraph as ox
import rdflib

from publish.cube.columns_file.engine import sql_text
from publish.cube.columns_file.query_columns import turn
from sameness.worlds import (
    ABOUT_GRAPH,
    CODE,
    DATA_SET,
    DECIMALS,
    MEASURE_TYPE,
    OBSERVATION,
    STATUS,
    STATUSES,
    TYPE,
    UNIT,
    Cube,
    Iri,
    Term,
    Text,
    Triple,
    World,
    text_of,
)


def triples_of(cube: Cube) -> Iterator[Triple]:
    """Yield the triples of the observations of a cube, and what else its graph says."""
    for row in cube.rows:
        one, measure = cube.observation(row), cube.measures[row.measure]
        yield one, TYPE, OBSERVATION
        yield one, DATA_SET, cube.data_set
        for dimension, code in zip(cube.dimensions, row.codes, strict=True):
            yield one, dimension.property, dict(dimension.codes)[code]
        yield one, MEASURE_TYPE, measure.property
        yield one, UNIT, measure.unit
        if row.value is None:
            yield one, STATUS, Iri(CODE + "obsStatus-M")
        else:
            yield one, measure.property, Text(text_of(row.value), None, measure.datatype)
            yield one, STATUS, Iri(CODE + "obsStatus-A")
            yield one, DECIMALS, Iri(f"{CODE}decimals-{row.decimals}")
    yield from cube.about


def _in_store(term: Term) -> ox.NamedNode | ox.Literal:
    if isinstance(term, Iri):
        return ox.NamedNode(term.value)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    datatype = ox.NamedNode(term.datatype) if term.datatype else None
    return ox.Literal(term.value, datatype=datatype)


def _in_rdflib(term: Term) -> rdflib.URIRef | rdflib.Literal:
    if isinstance(term, Iri):
        return rdflib.URIRef(term.value)
    datatype = rdflib.URIRef(term.datatype) if term.datatype else None
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype)


def graphs_of(world: World) -> Iterator[tuple[Iri, Iterator[Triple]]]:
    """Yield the named graphs of a world."""
    yield ABOUT_GRAPH, iter(world.about)
    for cube in world.cubes:
        yield cube.graph, triples_of(cube)


def as_store(world: World) -> ox.Store:
    """Return the store of a world, in memory."""
    store = ox.Store()
    quads = []
    for graph, triples in graphs_of(world):
        name = ox.NamedNode(graph.value)
        for subject, predicate, value in triples:
            parts = ox.NamedNode(subject.value), ox.NamedNode(predicate.value), _in_store(value)
            quads.append(ox.Quad(*parts, name))
            if world.default_graph == "union":
                quads.append(ox.Quad(*parts))
    store.extend(quads)
    return store


def as_rdflib(world: World) -> rdflib.Graph:
    """Return the default graph of a world for rdflib."""
    graph = rdflib.Graph()
    if world.default_graph == "union":
        for _, triples in graphs_of(world):
            for subject, predicate, value in triples:
                iris = rdflib.URIRef(subject.value), rdflib.URIRef(predicate.value)
                graph.add((*iris, _in_rdflib(value)))
    return graph


def write_columns(world: World, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the columns of a world, with a connection to a database in memory."""
    cubes: list[dict[str, Any]] = []
    codes: list[tuple[int, int, int, str, str]] = []
    connection.execute(f"ATTACH '{path}' AS written")
    connection.execute("BEGIN")
    for number, cube in enumerate(sorted(world.cubes, key=lambda cube: cube.slug)):
        cubes.append(_write_cube(connection, cube, f"cube_{number}"))
        for place, column in enumerate(_code_columns(cube)):
            codes += [(number, place, at, *pair) for at, pair in enumerate(column)]
    about = {
        "format": 1,
        "software": "tests",
        "default_graph": world.default_graph,
        "elsewhere": False,
        "statuses": [f"{CODE}obsStatus-{status}" for status in STATUSES],
        "decimals": f"{CODE}decimals-",
        "cubes": cubes,
    }
    connection.execute("CREATE TABLE written.about (content VARCHAR)")
    connection.execute("INSERT INTO written.about VALUES (?)", [json.dumps(about)])
    connection.execute(
        "CREATE TABLE written.codes (cube UINTEGER, dimension UINTEGER, number UINTEGER,"
        " code VARCHAR, iri VARCHAR)"
    )
    rows = ", ".join(
        f"({cube}, {place}, {at}, {sql_text(code)}, {sql_text(iri)})"
        for cube, place, at, code, iri in codes
    )
    connection.execute(f"INSERT INTO written.codes VALUES {rows}")
    connection.execute("COMMIT")
    connection.execute("DETACH written")


def _code_columns(cube: Cube) -> list[list[tuple[str, str]]]:
    """Return the codes of each column: of the dimensions, and of the measures that occur."""
    used = sorted({row.measure for row in cube.rows})
    names = [(cube.measures[at].name, cube.measures[at].property.value) for at in used]
    return [
        *([(code, iri.value) for code, iri in dimension.codes] for dimension in cube.dimensions),
        sorted(names),
    ]


def _write_cube(connection: duckdb.DuckDBPyConnection, cube: Cube, table: str) -> dict[str, Any]:
    numbers = [{code: at for at, (code, _) in enumerate(column)} for column in _code_columns(cube)]
    columns = [f"d{at}" for at in range(len(numbers))]
    values = [row.value for row in cube.rows if row.value is not None]
    scale = max((row.decimals for row in cube.rows if row.value is not None), default=0)
    digits = max([18, *(len(f"{abs(value):.0f}") + scale for value in values)])
    types = [f"{column} UTINYINT NOT NULL" for column in columns]
    types += [f"value DECIMAL({digits}, {scale})", "decimals UTINYINT", "status UTINYINT"]
    connection.execute(f"CREATE TABLE written.{table} ({', '.join(types)})")
    lines = []
    for row in cube.rows:
        names = (*row.codes, cube.measures[row.measure].name)
        cells = [str(column[name]) for column, name in zip(numbers, names, strict=True)]
        cells += _figure_cells(row.value, row.decimals)
        lines.append((cells[: len(numbers)], f"({', '.join(cells)})"))
    lines.sort(key=lambda item: [int(cell) for cell in item[0]])
    if lines:
        rows = ", ".join(line for _, line in lines)
        connection.execute(f"INSERT INTO written.{table} VALUES {rows}")
    turned = turn(connection, "written", table, list(map(len, numbers)))
    dimensions = [
        {
            "name": dimension.name,
            "property": dimension.property.value,
            "column": columns[place],
            "size": len(dimension.codes),
            "total": None if dimension.total is None else numbers[place][dimension.total],
        }
        for place, dimension in enumerate(cube.dimensions)
    ]
    dimensions.append(
        {
            "name": "maat",
            "property": MEASURE_TYPE.value,
            "column": columns[-1],
            "size": len(numbers[-1]),
            "total": None,
        }
    )
    measures = [
        {
            "number": numbers[-1][item.name],
            "property": item.property.value,
            "datatype": item.datatype,
            "unit": item.unit.value,
        }
        for item in cube.measures
        if item.name in numbers[-1]
    ]
    return {
        "slug": cube.slug,
        "data_set": cube.data_set.value,
        "table": table,
        "turned": turned,
        "observations": len(cube.rows),
        "head": cube.head,
        "scale": scale,
        "in_store": True,
        "dimensions": dimensions,
        "measures": measures,
    }


def _figure_cells(value: Decimal | None, decimals: int) -> list[str]:
    if value is None:
        return ["NULL", "NULL", str(STATUSES.index("M"))]
    return [f"{value:f}", str(decimals), str(STATUSES.index("A"))]
