"""A star with what hangs on its codes: what a group says, when it says no more than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod

from publish.cube.columns_file.engine import Connection
from publish.sparql.cubes.catalogue import Catalogue, ColumnCube
from publish.sparql.cubes.components import (
    MOST_ROWS,
    CodeTables,
    HangingPart,
    Rows,
    components_of,
    has_observations,
)
from publish.sparql.cubes.conditions import condition_on_value
from publish.sparql.cubes.fetching import StarRows, TooMany
from publish.sparql.cubes.stars import Star, find_stars
from publish.sparql.cubes.tree.alternatives import alternatives
from publish.sparql.cubes.tree.selection import Selection
from publish.sparql.cubes.tree.syntax import Group, Query

Values = tuple[str | None, ...]


@dataclass(kw_only=True)
class OnCodes:
    """What the engine found for the codes of one variable."""

    variable: str
    names: tuple[str, ...]
    """The other variables, those that are wanted."""
    rows: Rows

    @property
    def only_rules_out(self) -> bool:
        """Whether it has one solution for each code that it leaves, and nothing is wanted of it."""
        return not self.names and all(len(found) == 1 for found in self.rows.values())


@dataclass(kw_only=True)
class StarJoin:
    """The star of a group, its rows in the columns, and what hangs on its codes."""

    star: Star
    rows: StarRows
    on_codes: list[OnCodes] = field(default_factory=list)
    is_whole: bool = True
    """Whether that is all that the group says."""
    left: list[HangingPart] = field(default_factory=list)
    """What it says besides."""

    def factors(self, wanted: Sequence[str]) -> list[OnCodes]:
        """Return what multiplies rows, or has values that are wanted."""
        return [
            one for one in self.on_codes if not one.only_rules_out or set(one.names) & set(wanted)
        ]

    def always_bound(self, variable: str) -> bool:
        """Return whether a variable has a value in each solution."""
        if variable == self.star.subject or variable in self.star.variables:
            return variable not in self.star.optional
        for one in self.on_codes:
            if variable in one.names:
                at = one.names.index(variable)
                return all(row[at] is not None for rows in one.rows.values() for row in rows)
        return False


def joins_of(
    query: Query,
    catalogue: Catalogue,
    tables: CodeTables,
    connection: Connection,
    selection: Selection,
) -> list[StarJoin] | None:
    """Return the stars whose solutions together are those of a SELECT, each with what hangs on it.

    None if there is more to it. Raises NotRead.
    """
    names = [*selection.columns.values(), *(one for one, _ in selection.order)]
    names += [one.aggregate for one in selection.having]
    wanted = {name if isinstance(name, str) else name.variable or "" for name in names}
    joins = []
    for group in alternatives(query, selection.where):
        stars = find_stars(catalogue, group)
        if len(stars) != 1:
            return None
        join = join_star(
            query,
            catalogue,
            tables,
            StarRows(connection=connection, star=stars[0]),
            group,
            wanted=frozenset(wanted | set(selection.keys)),
        )
        if not join.is_whole:
            return None
        joins.append(join)
    return joins


def join_star(
    query: Query,
    catalogue: Catalogue,
    tables: CodeTables,
    rows: StarRows,
    group: Group,
    *,
    wanted: frozenset[str],
) -> StarJoin:
    """Evaluate what hangs on single variables of a star, and rule out the rest of its rows.

    ``wanted`` are the variables whose values are asked for.
    """
    star = rows.star
    join = StarJoin(star=star, rows=rows)
    for component in components_of(group, star):
        found = None
        if not has_observations(query, catalogue, component) and not _looks_out(group, component):
            if condition_on_value(query, component, 0) is not None and _is_of_figures(
                star, component
            ):
                rows.conditions.append(partial(_condition, query, component))
                continue
            found = tables.evaluate(query, star, component, component.own & wanted)
        if found is None:
            join.is_whole = False
            join.left.append(component)
            continue
        [variable] = component.hangs_on
        names, solutions = found
        join.on_codes.append(OnCodes(variable=variable, names=names, rows=solutions))
        codes = frozenset(solutions)
        rows.allowed[variable] = rows.allowed.get(variable, codes) & codes
    return join


def _looks_out(group: Group, component: HangingPart) -> bool:
    """Return whether a filter asks for variables that only what is around the group may bind.

    A filter of an OPTIONAL part sees what stands before that (SPARQL 1.1 Query, section 18.2.2.6).
    """
    outer = group.node.parent
    if outer is None or outer.type != "optional_graph_pattern":
        return False
    bound = frozenset(
        name for one in group.elements if one.kind != "filter" for name in one.variables
    )
    return any(
        item.element and item.element.kind == "filter" and not item.variables <= bound
        for item in component.items
    )


def _is_of_figures(star: Star, component: HangingPart) -> bool:
    [variable] = component.hangs_on
    return variable != star.subject and star.is_figure(variable)


def _condition(query: Query, component: HangingPart, cube: ColumnCube) -> str:
    return condition_on_value(query, component, cube.scale) or "false"


Combination = tuple[dict[str, str | None], int]
"""Values of variables, and how many solutions have them."""


def by_code(one: OnCodes, wanted: Sequence[str]) -> dict[str, list[Combination]]:
    """Return the wanted values by code, each once."""
    places = [(at, name) for at, name in enumerate(one.names) if name in wanted]
    found = {}
    for code, rows in one.rows.items():
        if len(rows) == 1:
            found[code] = [({name: rows[0][at] for at, name in places}, 1)]
            continue
        counts = Counter(tuple(row[at] for at, _ in places) for row in rows)
        found[code] = [
            ({name: value for (_, name), value in zip(places, row, strict=True)}, number)
            for row, number in counts.items()
        ]
    return found


def combined(parts: Sequence[list[Combination]]) -> list[Combination]:
    """Return what several codes of one row have together. Raises TooMany."""
    if len(parts) == 1:
        return parts[0]
    if prod(map(len, parts)) > MOST_ROWS:
        raise TooMany
    found: list[Combination] = [({}, 1)]
    for part in parts:
        found = [
            ({**values, **more}, number * times) for values, number in found for more, times in part
        ]
    return found
