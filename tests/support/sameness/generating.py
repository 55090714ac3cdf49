"""Queries of all forms over a world, with what is known about their answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from sameness.choices import Choices
from sameness.patterns import Patterns
from sameness.spelling import Speller
from sameness.syntax import (
    Asked,
    Column,
    Expression,
    Group,
    Other,
    Query,
    Select,
    Triples,
    Values,
    Var,
    written,
)
from sameness.worlds import (
    ABOUT_GRAPH,
    BASE,
    NS,
    OBSERVATION,
    Iri,
    Text,
    World,
    draw_world,
)
from sameness.writing import graphs_of

SEPARATOR = "|"
BOUNDS = ("rows in part", "codes", "rows on codes", "whole rows", "alternatives")
"""Names of bounds of the recogniser, which small worlds do not reach."""
PLAIN = Speller(None)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A world and the queries asked of it."""

    world: World
    asked: tuple[Asked, ...]
    fewest: int = 0
    """The observations from which a star is taken from columns."""
    bounds: tuple[str, ...] = ()
    """Names of bounds that are so small that they are reached."""

    def __repr__(self) -> str:
        return f"Case({len(self.world.cubes)} cubes, {[one.text for one in self.asked]})"

    def described(self) -> str:
        """Return all triples of the world."""
        lines = {
            f"<{subject.value}> <{predicate.value}> {PLAIN.term(value)} ."
            for _, triples in graphs_of(self.world)
            for subject, predicate, value in triples
        }
        return "\n".join([f"# default graph: {self.world.default_graph}", *sorted(lines)])


@st.composite
def cases(draw: st.DrawFn, most: int = 6) -> Case:
    """Return a world at random and some queries."""
    choices = Choices(draw)
    world = draw_world(choices)
    count = choices.number(1, most)
    asked = tuple(draw_query(choices, world) for _ in range(count))
    fewest = choices.one_of((0, 12)) if choices.chance(15) else 0
    bounds = choices.some(BOUNDS, 1, 2) if choices.chance(20) else []
    return Case(world=world, asked=asked, fewest=fewest, bounds=tuple(bounds))


def draw_query(choices: Choices, world: World) -> Asked:
    """Return a query at random."""
    form = choices.weighed(
        {
            "rows": 30,
            "grouped": 34,
            "nested": 10,
            "ASK": 5,
            "CONSTRUCT": 8,
            "DESCRIBE": 3,
            "wrong": 3,
        }
    )
    patterns = Patterns(choices, world)
    if form == "DESCRIBE":
        return _asked(choices, patterns, _described(patterns))
    if form == "nested":
        return _nested(choices, patterns)
    group = Group(tuple(patterns.pattern()))
    if form == "rows":
        return _asked(choices, patterns, _rows(choices, patterns, group))
    if form == "grouped":
        return _grouped(choices, patterns, group)
    if form == "ASK":
        return _asked(choices, patterns, Other(form="ASK", group=group))
    if form == "CONSTRUCT":
        return _asked(choices, patterns, _constructed(choices, patterns, group))
    right = _asked(choices, patterns, _rows(choices, patterns, group))
    return replace(right, text=_spoilt(choices, right.text), query=None, exposed=None)


# -- Forms ---------------------------------------------------------------------------------------


def _bounds(choices: Choices) -> tuple[int | None, int | None]:
    limit = choices.one_of((3, 1, 10, 0, 100)) if choices.chance(35) else None
    offset = choices.one_of((1, 0, 5)) if choices.chance(10) else None
    return limit, offset


def _rows(choices: Choices, patterns: Patterns, group: Group) -> Select:
    variables = list(patterns.scope)
    modifier = choices.weighed({"": 7, "DISTINCT": 4, "REDUCED": 1})
    columns: list[Column] = []
    if not choices.chance(20):
        columns = [Column(variable) for variable in choices.some(variables, 1, 5)]
        if choices.chance(25):
            computed = _computed(choices, patterns)
            if computed is not None:
                columns.append(Column(Var("berekend"), computed))
        if choices.chance(4):
            columns.append(Column(Var("nergens")))
    order = []
    if choices.chance(40):
        pool: list[Expression] = [(column.variable,) for column in columns] or [
            (variable,) for variable in variables
        ]
        pool = [key for key in pool if _sortable(patterns, key[0])]
        if modifier == "" and columns:
            pool += [(variable,) for variable in variables if _sortable(patterns, variable)]
            pool += [written("STR ( % )", variable) for variable in variables]
            pool += [written("- %", value) for value in patterns.of_kind("value")]
        if pool:
            for key in choices.some(pool, 1, 3):
                direction = choices.weighed({"": 4, "DESC": 3, "ASC": 1})
                order.append((direction, key))
    limit, offset = _bounds(choices)
    values = None
    codes = [one for one in patterns.of_kind("code") if one in patterns.dimension_of]
    if codes and choices.chance(5):
        code = choices.one_of(codes)
        some = choices.some([iri for _, iri in patterns.dimension_of[code].codes], 1)
        values = Values((code,), tuple((iri,) for iri in some))
    dataset = None
    if choices.chance(2):
        graphs = [ABOUT_GRAPH, *(cube.graph for cube in patterns.world.cubes)]
        dataset = choices.one_of(("FROM", "FROM NAMED")), choices.one_of(graphs)
        patterns.kinds.add("graph")
    return Select(
        group=group,
        columns=tuple(columns),
        modifier=modifier,
        order_by=tuple(order),
        limit=limit,
        offset=offset,
        values=values,
        dataset=dataset,
    )


def _sortable(patterns: Patterns, variable: Any) -> bool:
    """Return whether the values of a variable are of one kind, so that the engine can sort them."""
    return patterns.scope.get(variable) in (
        "observation", "code", "value", "label", "number", "text", "date",
    ) and "any-property" not in patterns.kinds  # fmt: skip


def _computed(choices: Choices, patterns: Patterns) -> Expression | None:
    options: list[Expression] = []
    for value in patterns.of_kind("value", "number"):
        options += [written("% * 10", value), written("% - 1", value), written("STR ( % )", value)]
    for label in patterns.of_kind("label"):
        options.append(written("STRLEN ( STR ( % ) )", label))
    for code in patterns.of_kind("code"):
        options += [
            written("STR ( % )", code),
            written("SUBSTR ( STR ( % ) , 30 )", code),
            written("IF ( ISIRI ( % ) , 1 , 0 )", code),
        ]
    return choices.one_of(options) if options else None


def _grouped(choices: Choices, patterns: Patterns, group: Group) -> Asked:
    select, loose, samples = grouped_select(choices, patterns, group, inner=False)
    return _asked(choices, patterns, select, loose, samples)


def grouped_select(
    choices: Choices, patterns: Patterns, group: Group, inner: bool
) -> tuple[Select, dict[str, str], list[Column]]:
    """Return a SELECT with groups, its columns that are free, and what SAMPLE may choose from."""
    pool = patterns.of_kind("code", "label", "term", "text", "date")
    if choices.chance(12):
        pool += patterns.of_kind("value", "observation", "number")
    keys: list[Column | Expression] = []
    shown: list[Column] = []
    for variable in choices.some(pool, 0 if choices.chance(40) else 1, 3) if pool else []:
        how = choices.number(0, 9)
        name = Var(f"sleutel{len(keys)}")
        if how == 8:
            keys.append(Column(name, written("STR ( % )", variable)))
            shown.append(Column(name))
        elif how == 9:
            keys.append(written("LANG ( % )", variable))
        else:
            keys.append((variable,))
            if not choices.chance(10):
                shown.append(Column(variable))
    columns, loose, samples = list(shown), {}, []
    for number in range(choices.number(0 if shown else 1, 3)):
        name = Var(f"{choices.one_of(('som', 'aantal', 'uit'))}{number}")
        value, freedom, sampled = _aggregate(choices, patterns, inner)
        columns.append(Column(name, value))
        if freedom:
            loose[name.name] = freedom
        if sampled is not None:
            samples.append(Column(name, sampled))
    having = (_having(choices, patterns),) if choices.chance(15) else ()
    order: list[tuple[str, Expression]] = []
    firm = [c for c in columns if loose.get(c.variable.name, "number") == "number"]
    if choices.chance(40):
        options: list[Expression] = [
            (column.variable,)
            for column in firm
            if column.value is not None or _sortable(patterns, column.variable)
        ]
        options += [written("COUNT ( * )")]
        options += [written("SUM ( % )", value) for value in patterns.of_kind("value")]
        for key in choices.some(options, 1, 2):
            order.append((choices.weighed({"": 3, "DESC": 4}), key))
    limit, offset = _bounds(choices)
    if inner:
        order, limit, offset = [], None, None
    modifier = "DISTINCT" if choices.chance(8) and not inner and not order else ""
    if not keys and not columns:
        columns.append(Column(Var("aantal0"), written("COUNT ( * )")))
    select = Select(
        group=group,
        columns=tuple(choices.shuffled(columns)),
        modifier=modifier,
        group_by=tuple(keys),
        having=having,
        order_by=tuple(order),
        limit=limit,
        offset=offset,
    )
    return select, loose, samples


def _aggregate(
    choices: Choices, patterns: Patterns, inner: bool
) -> tuple[Expression, str, Expression | None]:
    """Return an aggregate, how its value is free, and what SAMPLE may choose from."""
    values = patterns.of_kind("value")
    others = patterns.of_kind("code", "label", "text", "term", "observation")
    how = choices.weighed(
        {
            "number": 12 if values else 0,
            "count": 4,
            "distinct": 3,
            "least": 2,
            "text": 0 if inner else 2,
        }
    )
    if how == "number" and values:
        value: Expression = (choices.one_of(values),)
        if choices.chance(20):
            other = choices.one_of(values)
            value = choices.one_of(
                (
                    written("% * 2", value),
                    written("% + %", value, other),
                    written("% / 3", value),
                    written("IF ( % > 2 , % , 0 )", value, other),
                    written("COALESCE ( % , 0 )", value),
                    written("ABS ( % )", value),
                )
            )
        name = choices.one_of(("SUM", "AVG", "MIN", "MAX", "COUNT"))
        word = "DISTINCT " if choices.chance(12) else ""
        found = written(f"{name} ( {word}% )", value)
        if choices.chance(8):
            found = written("% / 2", found)
        elif choices.chance(6):
            found = written("% - COUNT ( * )", found)
        return found, "number" if name in ("MIN", "MAX") else "", None
    if how == "count" or not others:
        options = [written("COUNT ( * )"), written("COUNT ( DISTINCT * )")]
        options += [written("COUNT ( % )", other) for other in others]
        return choices.one_of(options), "", None
    other = choices.one_of(others)
    if how == "distinct":
        return written("COUNT ( DISTINCT % )", other), "", None
    if how == "least":
        pool = [one for one in others if _sortable(patterns, one)] or values
        if pool:
            name = choices.one_of(("MIN", "MAX"))
            return written(f"{name} ( % )", choices.one_of(pool)), "number", None
        return written("COUNT ( % )", other), "", None
    if choices.chance(50):
        sampled: Expression = (choices.one_of([*others, *values]),)
        return written("SAMPLE ( % )", sampled), "sample", sampled
    word = "DISTINCT " if choices.chance(40) else ""
    text = f"GROUP_CONCAT ( {word}STR ( % ) ; SEPARATOR = % )"
    return written(text, other, Text(SEPARATOR)), "texts", None


def _having(choices: Choices, patterns: Patterns) -> Expression:
    values = patterns.of_kind("value")
    options = [written("COUNT ( * ) > 1"), written("COUNT ( * ) = 1 || COUNT ( * ) > 3")]
    for value in values:
        options += [
            written("SUM ( % ) > 3", value),
            written("AVG ( % ) <= 2.5", value),
            written("MAX ( % ) != MIN ( % )", value, value),
        ]
    return choices.one_of(options)


def _nested(choices: Choices, patterns: Patterns) -> Asked:
    """Return a query around a subquery: labels of grouped codes, totals of totals, shares."""
    patterns.kinds.add("subquery")
    inside = Group(tuple(patterns.pattern()))
    bounded = choices.chance(25)
    if bounded:  # its rows are certain only when the order is whole
        kept = choices.some(list(patterns.scope), 1, 4)
        kept = [one for one in kept if _sortable(patterns, one)] or kept[:1]
        sure = all(_sortable(patterns, one) for one in kept)
        select = Select(
            group=inside,
            columns=() if choices.chance(20) else tuple(Column(one) for one in kept),
            modifier=choices.one_of(("", "DISTINCT")),
            order_by=tuple((choices.one_of(("", "DESC")), (one,)) for one in kept),
            limit=choices.number(1, 5) if sure else None,
        )
        shown = kept if select.columns else list(patterns.scope)
        if not select.columns:
            select = replace(select, limit=None)
        scope = {one: patterns.scope[one] for one in shown}
        loose: dict[str, str] = {}
    else:
        select, loose, _ = grouped_select(choices, patterns, inside, inner=True)
        scope = {}
        for column in select.columns:
            kind = patterns.scope.get(column.variable, "label")
            scope[column.variable] = kind if column.value is None else "value"
    loose_inside = dict(loose)
    patterns.scope = dict(scope)
    elements: list[Any] = [select]
    codes = [one for one in patterns.of_kind("code") if one in patterns.dimension_of]
    if codes and choices.chance(60):
        hung = patterns.hung(choices.one_of(codes))
        elements = [*hung, *elements] if choices.chance(30) else [*elements, *hung]
    if codes and choices.chance(25):
        elements += patterns.star(None, tuple(codes))
    if choices.chance(25):
        elements += patterns.of_values()
    group = Group(tuple(elements))
    if choices.chance(35):
        outer, loose, samples = grouped_select(choices, patterns, group, inner=False)
        return _asked(choices, patterns, outer, {**loose_inside, **loose}, samples)
    outer = _rows(choices, patterns, group)
    return _asked(choices, patterns, outer, loose_inside)


def _constructed(choices: Choices, patterns: Patterns, group: Group) -> Other:
    subjects = patterns.of_kind("observation", "code", "term")
    template: list[Any] = []
    blocks = [item for item in group.elements if isinstance(item, Triples)]
    plain = [
        pattern
        for block in blocks
        for pattern in block.patterns
        if isinstance(pattern[1], (Iri, Var))
    ]
    how = choices.weighed({"same": 4, "other": 4, "short": 2})
    only_plain = len(blocks) == len(group.elements) and len(plain) == sum(
        len(block.patterns) for block in blocks
    )
    if how == "short" and only_plain:
        patterns.kinds.add("construct-where")
        return Other(form="CONSTRUCT", group=Group((Triples(tuple(plain)),)))
    if how == "same" and plain:
        template = choices.some(plain, 1)
    if not template:
        for at in range(choices.number(1, 3)):
            subject = choices.one_of(subjects) if subjects else Iri(f"{BASE}iets")
            value: Any = choices.one_of([*patterns.scope, Text("vast"), OBSERVATION])
            template.append((subject, Iri(f"{NS}gemaakt{at}"), value))
    return Other(form="CONSTRUCT", group=group, template=tuple(template))


def _described(patterns: Patterns) -> Other:
    choices, world = patterns.choices, patterns.world
    cube = choices.one_of(world.cubes)
    if choices.chance(50):
        options = [
            cube.observation(choices.one_of(cube.rows)),
            cube.data_set,
            choices.one_of(cube.dimensions).codes[0][1],
            choices.one_of(cube.dimensions).property,
            Iri(cube.head + "geen"),
        ]
        return Other(form="DESCRIBE", group=None, described=tuple(choices.some(options, 1, 2)))
    group = Group(tuple(patterns.star(cube)))
    variables = patterns.of_kind("observation", "code", "term")
    described = tuple(choices.some(variables, 1, 2)) if variables else ("*",)
    return Other(form="DESCRIBE", group=group, described=described)


def _spoilt(choices: Choices, text: str) -> str:
    """Return a query that is wrong, usually by its syntax."""
    how = choices.number(0, 7)
    at = choices.number(0, len(text) - 1)
    if how == 0:
        return text.rstrip()[:-1]
    if how == 1:
        return text[:at] + text[at + 1 :]
    if how == 2:
        return text[:at] + choices.one_of(("}", "(", ";", "@", "..", "\\")) + text[at:]
    if how == 3:
        return text.replace("{", "{ ?zo onbekend:naam ?zus . ", 1)
    if how == 4:
        return text + " LIMIT -1"
    if how == 5:
        return text + " GROUP BY ?nietDaar HAVING"
    if how == 6:
        return text.replace("}", " BIND ( 1 AS ?o ) }", 1)
    return text[:at]


# -- What is known of the answer -----------------------------------------------------------------


def _asked(
    choices: Choices,
    patterns: Patterns,
    query: Query,
    loose: dict[str, str] | None = None,
    samples: list[Column] | None = None,
) -> Asked:
    speller = Speller(choices)
    text = speller.text(query)
    asked = Asked(
        text=text,
        base=BASE if speller.relative else None,
        query=query,
        loose=loose or {},
        kinds=frozenset({*patterns.kinds, _form(query)}),
        cost=patterns.cost,
    )
    if isinstance(query, Other):
        if query.limit is not None:
            asked = replace(asked, exposed=PLAIN.text(replace(query, limit=None, order_by=())))
        return asked
    exposed = None
    keys = tuple(key for _, key in query.order_by)
    key_names: tuple[str, ...] = ()
    if query.order_by or query.limit is not None or query.offset is not None:
        free = replace(query, limit=None, offset=None)
        if query.modifier or not query.columns:
            key_names = tuple(part.name for key in keys for part in key if isinstance(part, Var))
        else:
            names = [Var(f"orde{at}") for at in range(len(keys))]
            # A key may be an aggregate under its name, which other columns may not use again.
            own = {c.variable: c.value for c in query.columns if c.value is not None}
            extra = tuple(
                Column(name, _inlined(key, own)) for name, key in zip(names, keys, strict=True)
            )
            free = replace(free, columns=(*query.columns, *extra))
            key_names = tuple(name.name for name in names)
        exposed = PLAIN.text(free)
    ungrouped = None
    if samples:
        shown = [c for c in query.columns if c.value is None]
        named = [k for k in query.group_by if isinstance(k, Column)]
        shown = [c for c in shown if c.variable not in {k.variable for k in named}]
        columns = (*shown, *named, *samples)
        ungrouped = PLAIN.text(Select(group=query.group, columns=columns))
    return replace(asked, exposed=exposed, keys=len(keys), key_names=key_names, ungrouped=ungrouped)


def _inlined(key: Expression, own: dict[Var, Expression]) -> Expression:
    if len(key) == 1 and key[0] in own:
        return own[key[0]]
    return key


def _form(query: Query) -> str:
    if isinstance(query, Other):
        return query.form
    return "grouped" if query.group_by or _aggregates(query) else "rows"


def _aggregates(query: Select) -> bool:
    words = {"SUM", "AVG", "MIN", "MAX", "COUNT", "SAMPLE", "GROUP_CONCAT"}
    return any(column.value and set(map(str, column.value)) & words for column in query.columns)
