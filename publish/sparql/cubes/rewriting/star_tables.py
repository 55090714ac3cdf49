"""Queries whose stars are replaced by what the columns hold of them; the engine evaluates the rest.

A star is a join of its own within its group, so a table of exactly its solutions may stand in its
place. Rows that other parts of the group rule out may be lacking. Where a SELECT only adds up over
a star, the table has sums over groups of its observations, and the aggregates add those up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tree_sitter import Node

from publish.sparql.cubes.catalogue import INTEGER, Catalogue, Figures
from publish.sparql.cubes.components import NEED_CODES, CodeTables
from publish.sparql.cubes.fetching import StarRows, number_text
from publish.sparql.cubes.joining import join_star
from publish.sparql.cubes.stars import Star
from publish.sparql.cubes.tree.selection import aggregates_in, read_aggregate
from publish.sparql.cubes.tree.syntax import Group, NotRead, PatternElement, Query, walk

_ADDABLE = frozenset({"SUM", "AVG", "MIN", "MAX", "SAMPLE", "COUNT"})
_SUMMED = {
    "SUM": ("SUM", "sum"),
    "AVG": ("SUM", "sum"),
    "MIN": ("MIN", "min"),
    "SAMPLE": ("MIN", "min"),
    "MAX": ("MAX", "max"),
}
"""Of which sums each aggregate of values is made, in SPARQL and in SQL."""
_ONCE = frozenset({"MIN", "MAX", "SAMPLE"})
"""Aggregates that come out the same when a solution is there twice."""


@dataclass(kw_only=True)
class Rewriting:
    """The places of a query's text that are replaced."""

    query: Query
    replaced: list[tuple[int, int, str]] = field(default_factory=list)

    def replace(self, node: Node, text: str) -> None:
        """Put a text in the place of a node."""
        self.replaced.append((node.start_byte, node.end_byte, text))

    def has_replaced(self, node: Node) -> bool:
        """Return whether a node is within what is replaced."""
        return any(
            start <= node.start_byte and node.end_byte <= end for start, end, _ in self.replaced
        )

    def text(self) -> str:
        """Return the query with all that is replaced."""
        parts, at = [], 0
        for start, end, new in sorted(self.replaced):
            parts += [self.query.text[at:start], new.encode()]
            at = end
        return b"".join([*parts, self.query.text[at:]]).decode()


@dataclass(kw_only=True)
class StarTable:
    """A star as a table of values: its variables, and a row of terms per solution."""

    star: Star
    columns: list[str]
    rows: list[str]

    def text(self) -> str:
        """Return the table as SPARQL has it."""
        return values_of(self.columns, self.rows)


def values_of(variables: Sequence[str], rows: Iterable[str]) -> str:
    """Return a table as SPARQL has it, of rows that are written already."""
    return f"VALUES ({' '.join(variables)}) {{ {' '.join(rows)} }}"


def row_text(texts: Iterable[str | None]) -> str:
    """Return a row of a table as SPARQL has it."""
    return f"({' '.join([text or 'UNDEF' for text in texts])})"


def replace_star(
    rewriting: Rewriting,
    catalogue: Catalogue,
    tables: CodeTables,
    rows: StarRows,
    group: Group,
    *,
    visible: frozenset[str],
    most: int,
    is_alone: bool,
) -> StarTable:
    """Return the table for a star of a group, and replace aggregates that add it up.

    ``visible`` are variables that are asked for outside the group. ``is_alone`` says that the group
    has no other star. Raises NotRead, TooMany or TooLarge.
    """
    query, star = rewriting.query, rows.star
    if _must_stay(group, star):
        raise NotRead("rest")
    join_star(query, catalogue, tables, rows, group, wanted=frozenset())
    inside = frozenset(
        name
        for element in group.elements
        if element not in star.optionals
        for name in (element.variables if element.kind != "triples" else _others(element, star))
    )
    select = _select_of(group.node)
    adding = None
    if select is not None and is_alone and _is_grouped(select):
        adding = _Adding.of(query, select, star, inside)
    used = (inside | (visible if adding is None else adding.used)) & (
        frozenset(star.variables) | {star.subject}
    )
    columns = sorted(used)
    if adding is None:
        found = [
            row_text(texts)
            for part in rows.fetch(columns, refuse=most)
            for texts in part.texts_of_rows(columns)
        ]
        return StarTable(star=star, columns=columns, rows=found)
    return adding.table(rewriting, rows, columns, most)


def _must_stay(group: Group, star: Star) -> bool:
    """Return whether the triples of a star must stay on both sides of what stands between them."""
    return any(
        element.kind in NEED_CODES
        and place > star.places[star.subject]
        and element not in star.optionals
        and any(star.places.get(name, 0) > place for name in element.variables)
        for place, element in enumerate(group.elements)
    )


def _others(element: PatternElement, star: Star) -> frozenset[str]:
    """Return the variables of triples that are not of a star."""
    others = (one for one in element.triples if not any(one is its for its in star.triples))
    return frozenset(name for triple in others for name in triple.variables)


def _select_of(group: Node) -> Node | None:
    """Return the SELECT of which a group is the whole pattern."""
    where = group.parent
    if where is None or where.type != "where_clause" or where.parent is None:
        return None
    select = where.parent
    return select if select.type in ("select_query", "sub_select") else None


def _is_grouped(select: Node) -> bool:
    parts = _outside(select)
    return any(node.type == "group_clause" for node in parts) or any(
        aggregates_in(part) for part in parts
    )


def _outside(select: Node) -> list[Node]:
    """Return the parts of a SELECT besides its pattern."""
    found = []
    for child in select.children:
        if child.type == "solution_modifier":
            found += child.named_children
        elif child.type != "where_clause":
            found.append(child)
    return found


@dataclass(kw_only=True)
class _Adding:
    """The aggregates of a SELECT, which add up sums over groups of a star's observations."""

    query: Query
    used: frozenset[str]
    """The variables of the star whose values must be there."""
    aggregates: list[tuple[Node, str, str | None, bool]]
    """The nodes that are replaced: function, variable, and whether that is the star's."""
    figures: list[tuple[str, str]]
    """Variables of values, each with what is made of them: SUM, MIN or MAX."""

    @staticmethod
    def of(query: Query, select: Node, star: Star, inside: frozenset[str]) -> _Adding | None:
        """Return how the aggregates of a SELECT add up a star; None if one does not."""
        of_star = frozenset(star.variables) | {star.subject}
        used: set[str] = set()
        found: list[tuple[Node, str, str | None, bool]] = []
        figures: dict[tuple[str, str], None] = {}
        parts = _outside(select)
        inner = [node for part in parts for node in aggregates_in(part)]
        for node in inner:
            one = read_aggregate(query, node)
            name = one.variable if one else None
            if one is None or one.is_distinct or one.function not in _ADDABLE:
                if not _counts_once(node):
                    return None
                used |= _variables(query, node)
            elif one.function == "COUNT" and name in star.optional:
                return None
            elif one.function == "COUNT":
                found.append((node, "COUNT", name, name is None or name in of_star))
            elif name in star.variables and name not in inside and star.is_figure(name):
                figures[name, _SUMMED[one.function][0]] = None
                found.append((node, one.function, name, True))
            elif one.function in _ONCE:
                used |= _variables(query, node)
            else:
                return None
        spans = [(node.start_byte, node.end_byte) for node in inner]
        for part in parts:
            for node in walk(part):
                if node.type == "var" and not any(
                    start <= node.start_byte < end for start, end in spans
                ):
                    used.add("?" + query.of(node)[1:])
                if node.type == "*" and node.parent and node.parent.type == "select_clause":
                    return None
        if used & {name for name, _ in figures}:
            return None
        return _Adding(query=query, used=frozenset(used), aggregates=found, figures=list(figures))

    def table(
        self, rewriting: Rewriting, rows: StarRows, columns: Sequence[str], most: int
    ) -> StarTable:
        """Return the table of sums, and replace the aggregates."""
        query, star = self.query, rows.star
        count = query.new_variable()
        names = {one: query.new_variable() for one in self.figures}
        sums = ["count(*)", *(f"{_SUMMED[function][1]}(value)" for _, function in self.figures)]
        texts = []
        for part in rows.fetch(columns, sums=sums, refuse=most):
            columns_ = [star.column(part.cube, name) for name, _ in self.figures]
            datatypes = [one.datatype for one in columns_ if isinstance(one, Figures)]
            for row, found in zip(part.rows, part.texts_of_rows(columns), strict=True):
                number, *totals = row[part.sums :]
                if not number:
                    continue
                added = map(number_text, totals, datatypes)
                texts.append(row_text([*found, number_text(Decimal(number), INTEGER), *added]))
        for node, function, name, is_of_star in self.aggregates:
            rewriting.replace(node, _added_up(function, name, is_of_star, count, names))
        return StarTable(star=star, columns=[*columns, count, *names.values()], rows=texts)


def _added_up(
    function: str,
    name: str | None,
    is_of_star: bool,
    count: str,
    names: dict[tuple[str, str], str],
) -> str:
    """Return an aggregate of solutions as one of rows that each stand for several."""
    if function == "COUNT":
        return f"SUM({count})" if is_of_star else f"SUM(IF(BOUND({name}), {count}, 0))"
    kind, _ = _SUMMED[function]
    added = names[name or "", kind]
    if function == "AVG":
        return f"IF(SUM({count}) = 0, 0, SUM({added}) / SUM({count}))"
    return f"{kind}({added})"


def _counts_once(node: Node) -> bool:
    """Return whether an aggregate comes out the same when solutions are there twice."""
    kinds = [child.type.upper() for child in node.children]
    return "DISTINCT" in kinds or kinds[0] in _ONCE


def _variables(query: Query, node: Node) -> set[str]:
    return {"?" + query.of(found)[1:] for found in walk(node) if found.type == "var"}


def variables_outside(query: Query, group: Node) -> frozenset[str]:
    """Return the variables that are written in a query outside a group."""

    def outside(node: Node) -> Iterator[Node]:
        if node.start_byte == group.start_byte and node.type == group.type:
            return
        yield node
        for child in node.children:
            yield from outside(child)

    return frozenset("?" + query.of(node)[1:] for node in outside(query.root) if node.type == "var")


def replace_triples(rewriting: Rewriting, group: Group, tables: Sequence[StarTable]) -> None:
    """Put the tables of stars in the place of their triples; other triples stay.

    A table stands where the first triple of its star stood.
    """
    pending = list(tables)
    for element in group.elements:
        if any(element in table.star.optionals for table in tables):
            rewriting.replace(element.node, "{}")
        if element.kind != "triples":
            continue
        stars = [table for table in tables if _is_in(element, table.star)]
        if not stars:
            continue
        texts = [table.text() for table in pending if table in stars]
        pending = [table for table in pending if table not in stars]
        taken = [triple for table in stars for triple in table.star.triples]
        texts += [str(one) for one in element.triples if not any(one is its for its in taken)]
        rewriting.replace(element.node, " ".join(texts) + " ")
    if pending:
        raise NotRead("not-read")


def _is_in(element: PatternElement, star: Star) -> bool:
    return any(one is its for one in element.triples for its in star.triples)
