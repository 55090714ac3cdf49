"""Questions that people ask a cube, each as SPARQL and as the SQL that DuckDB answers at once.

``KINDS`` names them; a question has new codes and a new spelling every time. The SQL reads numbers
of codes and no labels: it is the least that answers the question. ``rows_of_sparql`` and
``rows_of_sql`` bring the two answers to the same form, so that they can be compared.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
from cube_spelling import RDFS, SKOS, Node, Spelling

Value = str | Decimal
"""An IRI, or a number; numbers are compared to twelve digits."""
MEASURE_TYPE = "http://purl.org/linked-data/cube#measureType"


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A dimension: its property, its column, and the IRIs of its codes by number."""

    name: str
    property: str
    column: str
    codes: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cube:
    """What questions are about: the data set, its axes by name, and its first measure."""

    data_set: str
    table: str
    head: str
    observations: int
    axes: dict[str, Axis]
    measure: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query, the SQL that it asks of DuckDB, and what the columns of its answer are.

    ``columns`` are names of axes, "number", or None for what DuckDB does not tell, such as labels.
    ``order`` is the number of the column that the rows are ordered by, where that is asked; rows
    with the same value there may come in any order, and of those at the end any may be there.
    """

    kind: str
    way: str
    text: str
    sql: str
    columns: tuple[str | None, ...] = ()
    order: int | None = None
    is_limited: bool = False


def read_cube(path: Path) -> Cube:
    """Return the largest cube of a file of columns, ``columns.duckdb``."""
    with duckdb.connect(str(path), read_only=True) as connection:
        [(content,)] = connection.execute("SELECT content FROM about").fetchall()
        cubes = json.loads(content)["cubes"]
        number, cube = max(enumerate(cubes), key=lambda pair: pair[1]["observations"])
        axes = {}
        for at, dimension in enumerate(cube["dimensions"]):
            codes = connection.execute(
                "SELECT iri, code FROM codes WHERE cube = ? AND dimension = ? ORDER BY number",
                [number, at],
            ).fetchall()
            axes[dimension["name"]] = Axis(
                name=dimension["name"],
                property=dimension["property"],
                column=dimension["column"],
                codes=tuple(iri for iri, _ in codes),
                texts=tuple(code for _, code in codes),
            )
    return Cube(
        data_set=cube["data_set"],
        table=cube["table"],
        head=cube["head"],
        observations=cube["observations"],
        axes=axes,
        measure=cube["measures"][0]["property"],
    )


class Asking:
    """What all questions of one query share: the cube, the spelling and codes taken by chance."""

    def __init__(self, cube: Cube, chance: random.Random, way: str) -> None:
        self.cube, self.chance, self.way = cube, chance, way
        self.spelling = Spelling(chance, way)
        self.free = [axis for axis in cube.axes.values() if axis.property != MEASURE_TYPE]

    def axis(self, name: str) -> Axis:
        """Return a dimension by its name."""
        return self.cube.axes[name]

    def code(self, name: str) -> tuple[tuple[str, str], str]:
        """Return a code of a dimension by chance: property and IRI, and as a condition of SQL."""
        axis = self.axis(name)
        number = self.chance.randrange(len(axis.codes))
        return (axis.property, axis.codes[number]), f"{axis.column} = {number}"

    def codes(self, names: Sequence[str]) -> tuple[list[tuple[str, str]], str]:
        """Return codes of several dimensions by chance, as ``code`` does."""
        found = [self.code(name) for name in names]
        self.chance.shuffle(found)
        return [pair for pair, _ in found], " AND ".join(condition for _, condition in found)

    def star(
        self, found: dict[str, Node], fixed: Sequence[tuple[str, str]] = (), **more: Node
    ) -> str:
        """Return the pattern of observations; ``found`` has variables by axis or "number"."""
        cube = self.cube
        pairs = [
            (cube.measure if name == "number" else self.axis(name).property, node)
            for name, node in found.items()
        ]
        return self.spelling.star(more.get("subject"), cube.data_set, pairs, fixed)

    def label(self, node: Node, label: Node, property_: str = SKOS + "prefLabel") -> str:
        """Return the pattern of a label in Dutch of a code."""
        tag = self.chance.choice(
            ('LANG({}) = "nl"', '"nl" = LANG({})', 'LANGMATCHES(LANG({}), "nl")')
        )
        pattern = f"{node.text} {self.spelling.iri(property_).text} {label.text}"
        return f"{pattern} FILTER({tag.format(label.text)})"

    def variables(self, *names: str) -> dict[str, Node]:
        """Return a variable for each name."""
        return {name: self.spelling.variable(name) for name in names}

    def question(
        self,
        kind: str,
        text: str,
        sql: str,
        columns: Sequence[str | None],
        order: int | None = None,
        *,
        is_limited: bool = False,
    ) -> Question:
        """Return the question."""
        return Question(
            kind=kind,
            way=self.way,
            text=text,
            sql=sql,
            columns=tuple(columns),
            order=order,
            is_limited=is_limited,
        )


def _select(names: Sequence[str]) -> str:
    return "SELECT " + " ".join(names)


def _sum(asking: Asking) -> Question:
    """Sum by quarter, over the whole cube."""
    spell, names = asking.spelling, asking.variables("kwartaal", "number")
    period, total = names["kwartaal"].text, spell.variable("sum").text
    where = asking.star(names)
    end = f"GROUP BY {period}" + asking.chance.choice(("", f" ORDER BY {period}"))
    text = spell.query(f"SELECT {period} (SUM({names['number'].text}) AS {total})", where, end)
    column = asking.axis("kwartaal").column
    sql = f"SELECT {column}, sum(value) FROM {asking.cube.table} GROUP BY {column}"
    return asking.question("sum by quarter", text, sql, ("kwartaal", "number"))


def _means(asking: Asking, *, labels: bool) -> Question:
    spell, names = asking.spelling, asking.variables("leeftijd", "plaats", "number")
    fixed, condition = asking.code("kwartaal")
    age, place, value = (names[name].text for name in ("leeftijd", "plaats", "number"))
    shown, where = [age, place], [asking.star(names, [fixed])]
    if labels:
        for name in ("leeftijd", "plaats"):
            label = spell.variable(name[:2] + "label")
            shown.append(label.text)
            where.append(asking.label(names[name], label))
        if asking.chance.random() < 0.5:
            where.reverse()
    mean = spell.variable("mean").text
    text = spell.query(
        f"{_select(shown)} (AVG({value}) AS {mean})",
        "\n  ".join(where),
        f"GROUP BY {' '.join(shown)}",
    )
    columns = ", ".join(asking.axis(name).column for name in ("leeftijd", "plaats"))
    blank = ", NULL, NULL" if labels else ""
    sql = (
        f"SELECT {columns}{blank}, avg(value) FROM {asking.cube.table} "
        f"WHERE {condition} GROUP BY {columns}"
    )
    unknown: list[str | None] = [None, None] if labels else []
    kind = "mean in a quarter, labels" if labels else "mean in a quarter"
    return asking.question(kind, text, sql, ("leeftijd", "plaats", *unknown, "number"))


def _mean(asking: Asking) -> Question:
    """Mean by age and programme in one quarter."""
    return _means(asking, labels=False)


def _mean_with_labels(asking: Asking) -> Question:
    """The same with labels of the codes."""
    return _means(asking, labels=True)


def _largest(asking: Asking) -> Question:
    """The ten largest figures of a programme, with labels."""
    spell = asking.spelling
    names = asking.variables("number", "kwartaal", "leeftijd", "geslacht", "statuut")
    fixed, condition = asking.code("plaats")
    shown, where = [node.text for node in names.values()], [asking.star(names, [fixed])]
    for name in asking.chance.sample(("leeftijd", "geslacht", "statuut"), 2):
        label = spell.variable(name[:3] + "label")
        shown.append(label.text)
        where.append(asking.label(names[name], label))
    text = spell.query(
        _select(shown), "\n  ".join(where), f"ORDER BY DESC({names['number'].text}) LIMIT 10"
    )
    columns = ", ".join(asking.axis(name).column for name in list(names)[1:])
    sql = (
        f"SELECT value, {columns} FROM {asking.cube.table} "
        f"WHERE {condition} ORDER BY value DESC LIMIT 10"
    )
    told: list[str | None] = [*names, None, None]
    return asking.question("ten largest, labels", text, sql, told, 0, is_limited=True)


def _duplicates(asking: Asking) -> Question:
    """Keys that are there twice: every dimension, counted."""
    spell, keys = asking.spelling, asking.variables(*(axis.name for axis in asking.free))
    subject, count = spell.variable("obs"), spell.variable("count").text
    shown = [node.text for node in keys.values()]
    asking.chance.shuffle(shown)
    counted = asking.chance.choice(("*", subject.text))
    where = asking.star(keys, subject=subject)
    group = " ".join(shown)
    if asking.chance.random() < 0.3:
        inner = f"SELECT {group} (COUNT({counted}) AS {count}) WHERE {{ {where} }} GROUP BY {group}"
        text = spell.query(f"SELECT {group} {count}", f"{{ {inner} }} FILTER({count} > 1)")
    else:
        end = f"GROUP BY {group} HAVING(COUNT({counted}) > 1)"
        text = spell.query(f"SELECT {group} (COUNT({counted}) AS {count})", where, end)
    columns = ", ".join(axis.column for axis in asking.free)
    sql = f"SELECT {columns}, count(*) FROM {asking.cube.table} GROUP BY ALL HAVING count(*) > 1"
    return asking.question("duplicate keys", text, sql, [None] * len(shown) + ["number"])


def _series(asking: Asking) -> Question:
    """One series with labels, ordered by period."""
    spell, names = asking.spelling, asking.variables("kwartaal", "number")
    others = [axis.name for axis in asking.free if axis.name != "kwartaal"]
    fixed, condition = asking.codes(others)
    label, period = spell.variable("label"), names["kwartaal"]
    where = [asking.star(names, fixed), asking.label(period, label, RDFS + "label")]
    if asking.chance.random() < 0.5:
        where.reverse()
    shown = [period.text, names["number"].text, label.text]
    text = spell.query(_select(shown), "\n  ".join(where), f"ORDER BY {period.text}")
    column = asking.axis("kwartaal").column
    sql = f"SELECT {column}, value FROM {asking.cube.table} WHERE {condition} ORDER BY {column}"
    return asking.question("one series, labels", text, sql, ("kwartaal", "number", None), 0)


def _look_up(asking: Asking) -> Question:
    """The figure with every dimension fixed."""
    spell, names = asking.spelling, asking.variables("number")
    fixed, condition = asking.codes([axis.name for axis in asking.free])
    text = spell.query(_select([names["number"].text]), asking.star(names, fixed))
    sql = f"SELECT value FROM {asking.cube.table} WHERE {condition}"
    return asking.question("one look-up", text, sql, ("number",))


def _observation(asking: Asking) -> tuple[str, str]:
    """Return the IRI of an observation by chance, and the condition of SQL for it."""
    numbers = {
        axis.name: asking.chance.randrange(len(axis.codes)) for axis in asking.cube.axes.values()
    }
    axes = asking.cube.axes
    iri = asking.cube.head + "/".join(axes[name].texts[at] for name, at in numbers.items())
    return iri, " AND ".join(f"{axes[name].column} = {at}" for name, at in numbers.items())


def _by_iri(asking: Asking) -> Question:
    """The figure and age of an observation by its IRI."""
    spell, names = asking.spelling, asking.variables("number", "leeftijd")
    iri, condition = _observation(asking)
    text = spell.query(
        _select([node.text for node in names.values()]),
        asking.star(names, subject=Node(text=f"<{iri}>")),
    )
    column = asking.axis("leeftijd").column
    sql = f"SELECT value, {column} FROM {asking.cube.table} WHERE {condition}"
    return asking.question("look-up by IRI", text, sql, ("number", "leeftijd"))


def _described(asking: Asking) -> Question:
    """All that is said of an observation."""
    spell = asking.spelling
    iri, condition = _observation(asking)
    if asking.chance.random() < 0.5:
        text = f"DESCRIBE <{iri}>"
    else:
        property_, value = spell.variable("property").text, spell.variable("object").text
        text = spell.query(f"SELECT {property_} {value}", f"<{iri}> {property_} {value}")
    sql = f"SELECT * FROM {asking.cube.table} WHERE {condition}"
    return asking.question("description", text, sql, ())


def _count(asking: Asking) -> Question:
    """How many observations there are."""
    spell, subject = asking.spelling, asking.spelling.variable("observation")
    count = spell.variable("n").text
    counted = asking.chance.choice(("*", subject.text, f"DISTINCT {subject.text}"))
    text = spell.query(f"SELECT (COUNT({counted}) AS {count})", asking.star({}, subject=subject))
    sql = f"SELECT count(*) FROM {asking.cube.table}"
    return asking.question("count", text, sql, ("number",))


def _distinct(asking: Asking) -> Question:
    """How many different figures a programme has."""
    spell, names = asking.spelling, asking.variables("number", "leeftijd")
    fixed, condition = asking.code("plaats")
    count = spell.variable("n").text
    text = spell.query(
        f"SELECT {names['leeftijd'].text} (COUNT(DISTINCT {names['number'].text}) AS {count})",
        asking.star(names, [fixed]),
        f"GROUP BY {names['leeftijd'].text}",
    )
    column = asking.axis("leeftijd").column
    sql = (
        f"SELECT {column}, count(DISTINCT value) FROM {asking.cube.table} "
        f"WHERE {condition} GROUP BY {column}"
    )
    return asking.question("count distinct", text, sql, ("leeftijd", "number"))


def _by_label(asking: Asking) -> Question:
    """Sum by quarter of an age that is given by its label."""
    spell, names = asking.spelling, asking.variables("kwartaal", "leeftijd", "number")
    axis = asking.axis("leeftijd")
    number = asking.chance.randrange(len(axis.codes))
    age, told = names["leeftijd"].text, axis.texts[number]
    property_ = spell.iri(SKOS + "prefLabel").text
    label = spell.variable("label").text
    pattern = asking.chance.choice(
        (
            f'{age} {property_} "{told}"@nl',
            f'{age} {property_} {label} FILTER({label} = "{told}"@nl)',
            f'{age} {property_} {label} FILTER(LANG({label}) = "nl" && '
            f'CONTAINS(STR({label}), "{told}"))',
        )
    )
    where = [asking.star(names), pattern]
    asking.chance.shuffle(where)
    period, total = names["kwartaal"].text, spell.variable("sum").text
    text = spell.query(
        f"SELECT {period} (SUM({names['number'].text}) AS {total})",
        " . ".join(part.removesuffix(" .") for part in where),
        f"GROUP BY {period}",
    )
    column = asking.axis("kwartaal").column
    sql = (
        f"SELECT {column}, sum(value) FROM {asking.cube.table} "
        f"WHERE {axis.column} = {number} GROUP BY {column}"
    )
    return asking.question("filter by label", text, sql, ("kwartaal", "number"))


def _union(asking: Asking) -> Question:
    """Sum by age over two stars."""
    spell, names = asking.spelling, asking.variables("leeftijd", "number")
    pairs = [asking.code("kwartaal"), asking.code("plaats")]
    age, total = names["leeftijd"].text, spell.variable("sum").text
    where = " UNION ".join(f"{{ {asking.star(names, [fixed])} }}" for fixed, _ in pairs)
    text = spell.query(
        f"SELECT {age} (SUM({names['number'].text}) AS {total})", where, f"GROUP BY {age}"
    )
    column = asking.axis("leeftijd").column
    parts = " UNION ALL ".join(
        f"SELECT {column}, value FROM {asking.cube.table} WHERE {condition}"
        for _, condition in pairs
    )
    sql = f"SELECT {column}, sum(value) FROM ({parts}) GROUP BY {column}"
    return asking.question("union of stars", text, sql, ("leeftijd", "number"))


def _above(asking: Asking) -> Question:
    """How many figures of a quarter are above a number, by sex."""
    spell, names = asking.spelling, asking.variables("geslacht", "number")
    fixed, condition = asking.code("kwartaal")
    least = asking.chance.randrange(100, 5000)
    sex, count = names["geslacht"].text, spell.variable("n").text
    text = spell.query(
        f"SELECT {sex} (COUNT(*) AS {count})",
        f"{asking.star(names, [fixed])} FILTER({names['number'].text} > {least})",
        f"GROUP BY {sex}",
    )
    column = asking.axis("geslacht").column
    sql = (
        f"SELECT {column}, count(*) FROM {asking.cube.table} "
        f"WHERE {condition} AND value > {least} GROUP BY {column}"
    )
    return asking.question("filter by figure", text, sql, ("geslacht", "number"))


KINDS: dict[str, Callable[[Asking], Question]] = {
    "sum by quarter": _sum,
    "mean in a quarter": _mean,
    "mean in a quarter, labels": _mean_with_labels,
    "ten largest, labels": _largest,
    "duplicate keys": _duplicates,
    "one series, labels": _series,
    "one look-up": _look_up,
    "look-up by IRI": _by_iri,
    "description": _described,
    "count": _count,
    "count distinct": _distinct,
    "filter by label": _by_label,
    "filter by figure": _above,
    "union of stars": _union,
}
