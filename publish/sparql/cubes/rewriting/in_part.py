"""The text of a query with tables in place of what the columns hold of it.

A subquery that is about one star becomes the table of its rows; any other star becomes the table of
its solutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node

from publish.cube.columns_file.engine import Connection
from publish.sparql.cubes.catalogue import Catalogue
from publish.sparql.cubes.components import CodeTables
from publish.sparql.cubes.fetching import StarRows, TooLarge, TooMany
from publish.sparql.cubes.joining import joins_of
from publish.sparql.cubes.rewriting.star_tables import (
    Rewriting,
    StarTable,
    replace_star,
    replace_triples,
    row_text,
    values_of,
    variables_outside,
)
from publish.sparql.cubes.stars import find_stars
from publish.sparql.cubes.term_columns import TermTable, terms_of
from publish.sparql.cubes.tree.selection import read_selection
from publish.sparql.cubes.tree.syntax import NotRead, Query, groups_of, read_group, walk
from publish.sparql.cubes.whole import table_of

MOST_IN_PART = 10_000
"""Rows of a star that are put into a query's text."""


@dataclass(kw_only=True)
class PartTables:
    """Puts tables into a query, and counts what they hold."""

    catalogue: Catalogue
    codes: CodeTables
    connection: Connection
    fewest: int
    """Stars of fewer observations are left to the engine."""
    scanned: int = 0
    fetched: int = 0

    def put_into(self, query: Query, names: Sequence[str]) -> str:
        """Return the text of a query with tables; it projects ``names`` if it is ``SELECT *``.

        Raises NotRead, with the reason, where there is no table for any part.
        """
        rewriting = Rewriting(query=query)
        why = "many"
        if _takes_all_below(query.body):
            raise NotRead("all-variables")
        for node in groups_of(query, query.body):
            if rewriting.has_replaced(node):
                continue
            if (table := self._table_of_subquery(query, node)) is not None:
                rewriting.replace(node, f"{{ {table} }}")
                continue
            group = read_group(query, node)
            stars = [
                star
                for star in find_stars(self.catalogue, group)
                if star.observations >= self.fewest
            ]
            visible = variables_outside(query, node)
            if _has_star(query.body):
                visible |= frozenset(names)
            tables: list[StarTable] = []
            for star in stars:
                rows = StarRows(connection=self.connection, star=star)
                try:
                    table_of_star = replace_star(
                        rewriting,
                        self.catalogue,
                        self.codes,
                        rows,
                        group,
                        visible=visible,
                        most=MOST_IN_PART,
                        is_alone=len(stars) == 1,
                    )
                except (NotRead, TooMany) as reason:
                    why = str(reason) or "many"
                    continue
                self.scanned += rows.scanned
                self.fetched += len(table_of_star.rows)
                tables.append(table_of_star)
            replace_triples(rewriting, group, tables)
        if not rewriting.replaced:
            raise NotRead(why)
        if _has_star(query.body):
            [clause] = [node for node in query.body.children if node.type == "select_clause"]
            [star_node] = [node for node in clause.children if node.type == "*"]
            rewriting.replace(star_node, " ".join(names) or "*")
        return rewriting.text()

    def _table_of_subquery(self, query: Query, group: Node) -> str | None:
        """Return the rows of a group that is a subquery, as SPARQL has them.

        A subquery has the same solutions wherever it stands (SPARQL 1.1, 12), so its rows may stand
        in its place. None for any other group, and where the columns do not have all of it.
        """
        parts = [child for child in group.named_children if child.type != "comment"]
        if len(parts) != 1 or parts[0].type != "sub_select":
            return None
        alone = query.within(parts[0])
        try:
            selection = read_selection(alone)
            joins = joins_of(alone, self.catalogue, self.codes, self.connection, selection)
            if joins is None or not selection.columns:
                return None
            if sum(join.star.observations for join in joins) < self.fewest:
                return None
            table = table_of(joins, selection)
        except (NotRead, TooMany, TooLarge):
            return None
        if len(table) > MOST_IN_PART or _has_blank_nodes(table):
            return None
        self.scanned += sum(join.rows.scanned for join in joins)
        self.fetched += len(table)
        rows = zip(*map(terms_of, table.columns), strict=True)
        return values_of(table.variables, map(row_text, rows))


def _has_blank_nodes(table: TermTable) -> bool:
    """Return whether a table has terms that cannot be written in VALUES."""
    return any(
        text is not None and text.startswith("_:")
        for column in table.columns
        for text in terms_of(column)
    )


def _has_star(body: Node) -> bool:
    """Return whether a query is ``SELECT *``."""
    return any(
        child.type == "*"
        for node in body.children
        if node.type == "select_clause"
        for child in node.children
    )


def _takes_all_below(body: Node) -> bool:
    """Return whether a SELECT within a query takes all variables, or COUNT(DISTINCT *) does.

    Then its answer depends on variables that are named nowhere else.
    """
    for node in walk(body):
        if node.type == "sub_select" and _has_star(node):
            return True
        if node.type == "aggregate" and {"*", "DISTINCT"} <= {one.type for one in node.children}:
            return True
    return False
