"""JSON-stat 2.0: a data set as a cube, for libraries of charts and tables (json-stat.org).

Cells are numbered row by row, the last dimension fastest. A cell without figure is never without a
word: its ``status`` is ``M:REASON``, or ``M`` in a period that the source does not give, where the
note of the period says why; ``extension.status.label`` tells what each status means. A cell that
has neither figure nor status was not asked of the source. Figures have the decimals that are
printed, and ``unit.decimals`` says how many they have at most.

Where most cells are empty, ``value`` is an object of the others, else a list; both are JSON-stat.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import product
from math import prod
from operator import mul
from typing import Any, BinaryIO

from publish.cube.columns_file.engine import sql_name, sql_text
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import (
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.forms.figure_sql import bound_sql, value_sql
from publish.exports.observations import SelectedObservations
from publish.exports.view import totals_of, view_address
from publish.exports.words import words

NO_FIGURE = "M"
"""The status of a cell without figure, before its reasons."""
_STATUS = (
    f"CASE WHEN status = '{NO_FIGURE}' THEN concat_ws(':', status, "
    "nullif(array_to_string(reasons, ','), '')) "
    "WHEN status <> 'A' OR value IS NULL THEN status END"
)
"""The status of a cell as SQL; NULL for a plain figure."""
PERCENT = "PC"
BLOCK = 4096
"""How many numbers are written at a time."""
MOST_MISSING = 100_000
"""The most cells of periods that are not given, of which each has its status; of more the notes of
the periods tell it, and no cell."""


def write_json_stat(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view as JSON-stat."""
    cube = _Cube(chosen)
    head = json.dumps(cube.content(), ensure_ascii=False, separators=(",", ":"))
    target.write(f'{head[:-2]},"cells":'.encode())
    cells = (f'"{place}":{{{text}}}' for place, text in cube.cells)
    for text in (*_joined("{", cells, "}"), '},"value":', *cube.values(), "}\n"):
        target.write(text.encode())


class _Cube:
    """The cells of a view: figures, statuses and what else is known of each."""

    def __init__(self, chosen: SelectedObservations) -> None:
        self.chosen = chosen
        self.description = chosen.description
        self.language = chosen.view.language
        self.words = words(self.language)["json-stat"]
        self.axes = tuple((item, _codes(chosen, item)) for item in self.description.dimensions)
        self.size = [len(codes) for _, codes in self.axes]
        self.strides = [prod(self.size[at + 1 :]) for at in range(len(self.size))]
        self.figures: list[tuple[int, str]] = []
        self.status: dict[int, str] = {}
        self.cells: list[tuple[int, str]] = []
        """What else is known of a cell, as members of a JSON object."""
        self.remarked: set[str] = set()
        self._read()
        self._add_missing_periods()

    def _read(self) -> None:
        """Take the observations, which come in the order of the cells."""
        scale = self.description.scale
        columns = (self._place(), value_sql(scale), _STATUS, self._known(), "notes")
        for part in self.chosen.parts():
            with closing(part.connection.cursor()) as rows:
                rows.execute(f"SELECT {', '.join(columns)} FROM {part.relation}")
                while found := rows.fetchmany(BLOCK):
                    for place, figure, status, known, remarks in found:
                        if figure is not None:
                            self.figures.append((place, figure))
                        if status is not None:
                            self.status[place] = status
                        if known:
                            self.cells.append((place, known))
                        if remarks:
                            self.remarked.update(remarks)

    def _place(self) -> str:
        """Return SQL of the number of a cell."""
        parts = []
        for (item, codes), stride in zip(self.axes, self.strides, strict=True):
            listed = ", ".join(sql_text(code.code) for code in codes)
            column = sql_name(item.column)
            parts.append(f"enum_code({column}::ENUM({listed}))::BIGINT * {stride}")
        return " + ".join(parts) if all(self.size) else "NULL"

    def _known(self) -> str:
        """Return SQL of what else is known of a cell, as the members of a JSON object."""
        description = self.description
        members = {"table": self._table(), "line": "to_json(source_line)::VARCHAR"}
        if description.remarks:
            members["remarks"] = "to_json(notes)::VARCHAR"
        if description.reasons:
            members["printed"] = "to_json(printed)::VARCHAR"
            for key, column in BOUND_COLUMNS.items():
                members[key] = bound_sql(column, description.scale)
        parts = (f"""'"{name}":' || {sql}""" for name, sql in members.items())
        return f"concat_ws(',', {', '.join(parts)})"

    def _table(self) -> str:
        """Return SQL of the number of the printed table; a sum has none."""
        whens = (
            f"WHEN {sql_text(item.name)} THEN '{number}'"
            for number, item in enumerate(self.description.tables)
        )
        listed = " ".join(whens)
        return (
            f"CASE WHEN addends IS NULL THEN CASE source_table {listed} END END"
            if listed
            else "NULL"
        )

    def _add_missing_periods(self) -> None:
        """Give all cells of a period that the source does not give their status."""
        for at, (item, codes) in enumerate(self.axes):
            missing = [number for number, code in enumerate(codes) if code.missing]
            if item.kind != PERIOD or not missing:
                continue
            numbers = [
                missing if axis == at else range(size) for axis, size in enumerate(self.size)
            ]
            if prod(map(len, numbers)) <= MOST_MISSING:
                for key in product(*numbers):
                    place = sum(map(mul, key, self.strides))
                    self.status.setdefault(place, NO_FIGURE)

    def content(self) -> dict[str, Any]:
        """Return all but the values and what is known of each cell; the last is ``extension``."""
        description, language = self.description, self.language
        roles: dict[str, list[str]] = {"time": [], "geo": [], "metric": []}
        for item, _ in self.axes:
            if item.kind == PERIOD:
                roles["time"].append(item.column)
            elif item.kind == MEASURE:
                roles["metric"].append(item.column)
            elif item.is_area:
                roles["geo"].append(item.column)
        titles = {item.document_title[language]: None for item in description.tables}
        found: dict[str, Any] = {
            "version": "2.0",
            "class": "dataset",
            "label": description.title[language],
            "href": view_address(description, self.chosen.view, "jsonstat"),
        }
        if titles:
            found["source"] = "; ".join(titles)
        if noted := self._notes():
            found["note"] = noted
        found["link"] = self._links()
        found["id"] = [item.column for item, _ in self.axes]
        found["size"] = self.size
        found["role"] = {role: names for role, names in roles.items() if names}
        found["dimension"] = {
            item.column: self._dimension(item, codes) for item, codes in self.axes
        }
        if self.status:
            found["status"] = {str(place): self.status[place] for place in sorted(self.status)}
        found["extension"] = self._extension()
        return found

    def _notes(self) -> list[str]:
        """Return what holds for all of it; remarks on single cells are with these."""
        description, language = self.description, self.language
        noted = [description.description[language]]
        noted += (note[language] for note in description.notes)
        noted += (item.label[language] for item in self._remarks())
        return [note for note in dict.fromkeys(noted) if note]

    def _remarks(self) -> Iterator[Any]:
        return (item for item in self.description.remarks if item.code not in self.remarked)

    def _links(self) -> dict[str, Any]:
        description, view = self.description, self.chosen.view
        links: dict[str, Any] = {
            "describedby": [{"type": "text/html", "href": description.page}],
            "alternate": [
                {"type": "text/csv", "href": view_address(description, view, "csv")},
            ],
        }
        if description.licence:
            label = description.licence_label
            named = {"label": label[self.language]} if label else {}
            links["license"] = [{"href": description.licence, **named}]
        return links

    def _dimension(
        self, item: DimensionDescription, codes: tuple[CodeDescription, ...]
    ) -> dict[str, Any]:
        language = self.language
        category: dict[str, Any] = {
            "index": [code.code for code in codes],
            "label": {code.code: code.label[language] for code in codes},
        }
        if children := _children(item, codes):
            category["child"] = children
        measures = {one.name: one for one in self.description.measures}
        if item.kind == MEASURE:
            category["unit"] = {
                code.code: _unit(self.description, code.code, language) for code in codes
            }
        noted = {}
        for code in codes:
            definition = code.definition
            if item.kind == MEASURE and code.code in measures:
                definition = definition or measures[code.code].definition
            texts = [text[language] for text in (code.missing, definition) if text]
            if texts:
                noted[code.code] = texts
        if noted:
            category["note"] = noted
        is_measure = item.kind == MEASURE
        label = words(language)["list"]["measure"] if is_measure else item.label[language]
        found: dict[str, Any] = {"label": label}
        if item.definition:
            found["note"] = [item.definition[language]]
        found["link"] = {"describedby": [{"href": item.iri}]}
        found["category"] = category
        iris = {code.code: code.iri for code in codes}
        found["extension"] = {
            **({"total": item.total} if item.total in iris else {}),
            "iri": iris,
        }
        return found

    def _extension(self) -> dict[str, Any]:
        description, language = self.description, self.language
        reasons = {item.code: item for item in description.reasons}
        labels = {}
        for status in sorted(set(self.status.values())):
            codes = [code for code in status.partition(":")[2].split(",") if code]
            why = ", ".join(reasons[code].label[language] for code in codes)
            start = self.words["no-figure"] if status.startswith(NO_FIGURE) else status
            labels[status] = f"{start}: {why}" if why else start
        found: dict[str, Any] = {"iri": description.iri}
        if labels:
            found["status"] = {"label": labels}
        used = {code for item in labels for code in item.partition(":")[2].split(",") if code}
        if used:
            found["reasons"] = {
                code: {"label": reasons[code].label[language], "href": reasons[code].iri}
                for code in sorted(used)
            }
        remarks = {
            item.code: item.label[language]
            for item in description.remarks
            if item.code in self.remarked
        }
        if remarks:
            found["remarks"] = remarks
        if description.tables:
            found["tables"] = [
                {
                    "label": item.title[language],
                    "document": item.document_title[language],
                    "href": item.address or item.document,
                }
                for item in description.tables
            ]
        return found

    def values(self) -> Iterator[str]:
        """Yield the figures as JSON in parts: a list with null for what is empty, or an object."""
        count, figures = prod(self.size), self.figures
        dense = sum(len(text) + 1 for _, text in figures) + 5 * (count - len(figures))
        sparse = sum(len(text) + len(str(place)) + 4 for place, text in figures)
        if sparse < dense:
            parts: Iterable[str] = (f'"{place}":{text}' for place, text in figures)
            yield from _joined("{", parts, "}")
        else:
            yield from _joined("[", _filled(figures, count), "]")


def _filled(figures: list[tuple[int, str]], count: int) -> Iterator[str]:
    """Yield the figure of each cell, null where there is none."""
    at = 0
    for place, text in figures:
        yield from ("null" for _ in range(place - at))
        yield text
        at = place + 1
    yield from ("null" for _ in range(count - at))


def _joined(start: str, parts: Iterable[str], end: str) -> Iterator[str]:
    """Yield parts with commas between them, many at a time."""
    yield start
    block: list[str] = []
    comma = ""
    for part in parts:
        block.append(part)
        if len(block) == BLOCK:
            yield comma + ",".join(block)
            block, comma = [], ","
    if block:
        yield comma + ",".join(block)
    yield end


def _codes(chosen: SelectedObservations, item: DimensionDescription) -> tuple[CodeDescription, ...]:
    """Return the codes of a dimension that a view can have, with missing periods."""
    wanted = chosen.view.codes.get(item.column)
    total = None if chosen.view.totals else totals_of(chosen.description).get(item.column)
    return tuple(
        code
        for code in item.codes
        if (wanted is None or code.code in wanted) and code.code != total
    )


def _children(
    item: DimensionDescription, codes: tuple[CodeDescription, ...]
) -> dict[str, list[str]]:
    """Return the codes below each code; below a total are those that are below no other."""
    there = {code.code for code in codes}
    found: dict[str, list[str]] = {}
    for code in codes:
        above = code.broader if code.broader in there else item.total
        if above in there and above != code.code and not code.is_total:
            found.setdefault(str(above), []).append(code.code)
    return found


def _unit(description: DataSetDescription, code: str, language: str) -> dict[str, Any]:
    """Return the unit of a measure."""
    measure = description.measure_by_name[code]
    found: dict[str, Any] = {"decimals": measure.decimals, "label": measure.unit_label[language]}
    if measure.unit_code == PERCENT:
        found |= {"symbol": "%", "position": "end"}
    return found
