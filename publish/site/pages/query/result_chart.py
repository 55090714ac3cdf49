"""The chart of a result that has one: labels or periods, and a number for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from publish.exports.charts.draw import Chart, chart_of_series
from publish.exports.charts.series import Point, Series
from publish.exports.description import CodeDescription
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.query.result import ResultCell, ResultTable

MOST_POINTS = 60
MOST_SERIES = 24
MOST_MEASURES = 4
"""Columns of numbers that are drawn, each in a panel of its own."""
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d\d)-(\d\d)))?")


def chart_of_result(table: ResultTable, *, title: str, language: str) -> Chart | None:
    """Return the chart of a result, None where its rows are no series.

    It has one column of labels or periods, perhaps a second that tells series apart, and else only
    columns of numbers; no label occurs twice in a series.
    """
    if table.graph or table.more or len(table.rows) < 2:
        return None
    numbers = [at for at, _ in enumerate(table.columns) if _is_of_numbers(table, at)]
    texts = [at for at, _ in enumerate(table.columns) if at not in numbers]
    if not 1 <= len(numbers) <= MOST_MEASURES or not 1 <= len(texts) <= 2:
        return None
    if not all(_is_named(row[at]) for row in table.rows for at in texts):
        return None
    # What tells periods is the axis; else the last column of texts is.
    axis = next((at for at in texts if _is_of_periods(table, at)), texts[-1])
    names = {_name(row, texts, axis): None for row in table.rows}
    keys = {(_name(row, texts, axis), _text(row[axis])) for row in table.rows}
    places = {_text(row[axis]) for row in table.rows}
    if len(keys) < len(table.rows) or len(names) * len(numbers) > MOST_SERIES:
        return None
    is_full = len(table.rows) * 2 > len(names) * len(places)  # else it is mostly gaps
    if not (2 <= len(places) <= MOST_POINTS and is_full):
        return None
    series = [
        Series(
            label=name or table.columns[at],
            unit="",
            panel=table.columns[at] if len(numbers) > 1 else "",
            points=tuple(
                _point(row, axis, at, language)
                for row in table.rows
                if _name(row, texts, axis) == name
            ),
        )
        for at in numbers
        for name in names
    ]
    return chart_of_series(series, title=title, language=language)


def _is_of_numbers(table: ResultTable, at: int) -> bool:
    cells = [row[at] for row in table.rows if row[at] is not None]
    return bool(cells) and all(cell is not None and cell.number is not None for cell in cells)


def _is_named(cell: ResultCell | None) -> bool:
    """Return whether a cell can stand at an axis: an address without a label says nothing there."""
    return cell is not None and (cell.href is None or cell.label is not None)


def _is_of_periods(table: ResultTable, at: int) -> bool:
    return all(_start(row[at]) is not None for row in table.rows)


def _start(cell: ResultCell | None) -> str | None:
    """Return the first day of the period that a cell names, if it names one."""
    found = None if cell is None else _PERIOD.fullmatch(_written(cell))
    if not found:
        return None
    year, quarter, month, day = found.groups()
    if quarter:
        return f"{year}-{3 * int(quarter) - 2:02}-01"
    return f"{year}-{month or '01'}-{day or '01'}"


def _written(cell: ResultCell) -> str:
    """Return the last part of an address, or a text as it is."""
    return (cell.raw or cell.text).rpartition("/")[2] if cell.href else cell.text


def _name(row: Sequence[ResultCell | None], texts: Sequence[int], axis: int) -> str:
    return "".join(_text(row[at]) for at in texts if at != axis)


def _text(cell: ResultCell | None) -> str:
    return "" if cell is None else cell.label or cell.text


def _point(row: Sequence[ResultCell | None], axis: int, at: int, language: str) -> Point:
    value, place = row[at], row[axis]
    start, label = _start(place), _text(place)
    if place is not None and start is not None:
        period = CodeDescription(code=_written(place), iri="", label={language: label}, start=start)
        label = short_period(period, language)
    return Point(
        label=label,
        start=start,
        value=None if value is None else value.number,
        text="" if value is None else value.text,
    )
