"""The SELECT queries of ``queries/``, run on the release that is served."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import pyoxigraph as ox

from publish.release.opened import Node, Served


@cache
def _read_query(name: str) -> str:
    path = resources.files("publish.site").joinpath("queries", f"{name}.rq")
    return path.read_text(encoding="utf-8")


def select(served: Served, query: str, **given: Node) -> list[dict[str, Any]]:
    """Run the query of a file; each row holds the variables that it binds.

    ``given`` are terms for variables of the query, which must stand in every SELECT that uses
    them: the engine substitutes them there. They are not in the rows.
    """
    solutions = served.store.query(
        _read_query(query),
        prefixes=served.prefixes,
        use_default_graph_as_union=not served.is_union,
        substitutions={ox.Variable(name): term for name, term in given.items()},
    )
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - the .rq files are ours
    names = [
        (position, variable.value)
        for position, variable in enumerate(solutions.variables)
        if variable.value not in given
    ]
    return [
        {name: term for position, name in names if (term := row[position]) is not None}
        for row in solutions
    ]


def order_in_list(row: dict[str, Any]) -> tuple[bool, int]:
    """Return the place of a code in its list, the total last, from a row of ``select_codes``."""
    return ("total" in row, int(row["order"].value) if "order" in row else 0)
