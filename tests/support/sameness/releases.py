"""Worlds of releases that were built: what queries at random can be made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyoxigraph as ox
from hypothesis import strategies as st

from publish.cube.columns_file.names import QUERY_COLUMNS
from publish.sparql.cubes.answering import CubeAnswers
from sameness.choices import Choices
from sameness.differential import MEMORY, Opened
from sameness.generating import draw_query
from sameness.syntax import Asked
from sameness.worlds import Cube, Dimension, Iri, Measure, Row, World

MOST_ROWS = 400
"""Observations of a cube that queries take their constants from."""


def world_of(folder: Path, store: ox.Store) -> World:
    """Return a release as a world: its cubes, some of their observations, and no more of them."""
    with duckdb.connect(str(folder / QUERY_COLUMNS), read_only=True) as connection:
        [[content]] = connection.execute("SELECT content FROM about").fetchall()
        about = json.loads(content)
        found = connection.execute("SELECT cube, dimension, code, iri FROM codes ORDER BY ALL")
        codes: dict[tuple[int, int], list[tuple[str, Iri]]] = {}
        for cube, dimension, code, iri in found.fetchall():
            codes.setdefault((cube, dimension), []).append((code, Iri(iri)))
        cubes = [
            _cube(connection, store, number, item, codes)
            for number, item in enumerate(about["cubes"])
        ]
    cubes = [cube for cube in cubes if cube.rows]
    dimensions = {item.property: item for cube in cubes for item in cube.dimensions}
    return World(
        default_graph=about["default_graph"],
        cubes=tuple(cubes),
        lists={item.name: item.codes for item in dimensions.values()},
        about=(),
        dimensions=tuple(dimensions.values()),
    )


def _cube(
    connection: duckdb.DuckDBPyConnection,
    store: ox.Store,
    number: int,
    item: dict[str, Any],
    codes: dict[tuple[int, int], list[tuple[str, Iri]]],
) -> Cube:
    *dimensions, last = item["dimensions"]
    of_cube = [codes.get((number, place), []) for place in range(len(dimensions) + 1)]
    columns = [one["column"] for one in (*dimensions, last)]
    cells = connection.execute(
        f"SELECT {', '.join(columns)}, value, decimals FROM {item['table']} LIMIT {MOST_ROWS}"
    ).fetchall()
    numbers = [one["number"] for one in item["measures"]]
    rows = [
        Row(
            codes=tuple(of_cube[place][at][0] for place, at in enumerate(keys)),
            measure=numbers.index(measure),
            value=value,
            decimals=decimals or 0,
        )
        for *keys, measure, value, decimals in cells
    ]
    graph = store.query(f"SELECT ?g {{ GRAPH ?g {{ <{item['data_set']}> a ?class }} }}")
    assert isinstance(graph, ox.QuerySolutions)
    return Cube(
        slug=item["slug"],
        dimensions=tuple(
            Dimension(
                name=one["name"],
                property=Iri(one["property"]),
                codes=tuple(of_cube[place]),
            )
            for place, one in enumerate(dimensions)
        ),
        measures=tuple(
            Measure(
                name=dict((at, code) for at, (code, _) in enumerate(of_cube[-1]))[one["number"]],
                property=Iri(one["property"]),
                datatype=one["datatype"],
                unit=Iri(one["unit"]),
            )
            for one in item["measures"]
        ),
        rows=tuple(rows),
        about=(),
        known=(item["data_set"], next(graph)["g"].value, item["head"]),
    )


@contextmanager
def open_release(folder: Path, store: ox.Store) -> Iterator[Opened]:
    """Yield a release with its columns opened."""
    answers = CubeAnswers(folder, store, memory=MEMORY, fewest=0)
    answers.warm_up()
    try:
        yield Opened(world=world_of(folder, store), store=store, answers=answers)
    finally:
        answers.close()


@st.composite
def queries(draw: st.DrawFn, world: World) -> Asked:
    """Return a query of a world at random."""
    return draw_query(Choices(draw), world)
