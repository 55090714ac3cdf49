"""Lays the observations of a view out as a table with several dimensions on each axis.

Periods go across, and the longest code list down; a dimension of which one code occurs stands in
the caption, unless the view says what goes where. Only rows and columns in which an observation
stands are there, and periods that the source does not give, which say so. Codes keep the order of
their list, totals last. A combination without an observation has no cell: the source has no such
figure, as against one that it does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publish.exports.description import (
    CODE,
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
    MeasureDescription,
)
from publish.exports.observation import Observation, ViewedObservations
from publish.exports.view import DataView, ViewRefused
from publish.faults.fault import phrase, written_out

MOST_CELLS = 100_000
"""Cells of a table at most, with those that are empty; these take 50 MB of memory."""
MOST_COLUMNS = 16_000
"""Columns at most: spreadsheets have 16,384."""
WIDE = 60
"""More periods than these go down, as long as something shorter can go across."""

Codes = tuple[str, ...]
"""A code of each dimension of an axis."""


class TooManyCells(ViewRefused):
    """A view has more cells than a table can have. Its text says how many, and what to do."""

    def __init__(self, cells: int, most: int) -> None:
        self.cells, self.most = cells, most
        told = {"cells": written_out(cells), "most": written_out(most)}
        super().__init__(phrase("too-many-cells", **told))


@dataclass(frozen=True, kw_only=True)
class CrossTable:
    """The observations of a view as rows and columns."""

    description: DataSetDescription
    view: DataView
    fixed: tuple[tuple[DimensionDescription, CodeDescription], ...]
    """The dimensions of which one code occurs, but for those on an axis."""
    down: tuple[DimensionDescription, ...]
    """The dimensions of the rows, the outermost first."""
    across: tuple[DimensionDescription, ...]
    """The dimensions of the columns, the outermost first."""
    rows: tuple[Codes, ...]
    columns: tuple[Codes, ...]
    cells: Mapping[tuple[Codes, Codes], Observation]
    """The observations by row and column."""
    missing: tuple[CodeDescription, ...]
    """The periods of the view that the source does not give."""
    remarks: frozenset[str]
    """The names of remarks that occur in it."""
    reasons: frozenset[str]
    """The codes of reasons that occur in it."""

    def members(self, codes: Codes, *, across: bool) -> tuple[CodeDescription, ...]:
        """Return what the codes of a row or a column are."""
        axis = self.across if across else self.down
        return tuple(dimension.by_code[code] for dimension, code in zip(axis, codes, strict=True))

    def is_total(self, codes: Codes, *, across: bool) -> bool:
        """Return whether a row or a column is a total in any of its dimensions."""
        return any(member.is_total for member in self.members(codes, across=across))

    def missing_period(self, row: Codes, column: Codes) -> CodeDescription | None:
        """Return the period of a place in the table, where the source does not give it."""
        for member in (*self.members(row, across=False), *self.members(column, across=True)):
            if member.missing:
                return member
        return None

    @property
    def measures(self) -> tuple[MeasureDescription, ...]:
        """The measures that occur, in order."""
        used = {code.code for dimension, code in self.fixed if dimension.kind == MEASURE}
        for axis, lines in ((self.down, self.rows), (self.across, self.columns)):
            for at, dimension in enumerate(axis):
                if dimension.kind == MEASURE:
                    used |= {codes[at] for codes in lines}
        return tuple(item for item in self.description.measures if item.name in used)

    @property
    def unit(self) -> MeasureDescription | None:
        """A measure with the unit of all figures, or None where there are several units."""
        measures = self.measures
        return measures[0] if len({item.unit for item in measures}) == 1 else None

    def measure_of(self, codes: Codes, *, across: bool) -> MeasureDescription | None:
        """Return the measure of a row or a column, if the measures are on that axis."""
        for member, dimension in zip(codes, self.across if across else self.down, strict=True):
            if dimension.kind == MEASURE:
                return self.description.measure_by_name[member]
        return None


def cross_table(chosen: ViewedObservations, most: int = MOST_CELLS) -> CrossTable:
    """Return the table of a view. Raises TooManyCells."""
    description, view = chosen.description, chosen.view
    if description.observations > most and (count := chosen.count()) > most:
        raise TooManyCells(count, most)
    found = list(chosen)
    dimensions = description.dimensions
    used = [set(codes) for codes in zip(*(item.codes for item in found), strict=True)]
    used = used or [set() for _ in dimensions]
    missing = tuple(
        code
        for dimension in dimensions
        for code in dimension.codes
        if code.missing and _is_wanted(view, dimension, code.code)
    )
    for codes, dimension in zip(used, dimensions, strict=True):
        codes |= {code.code for code in missing if code.code in dimension.by_code}
    sizes = {item.column: len(codes) for item, codes in zip(dimensions, used, strict=True)}
    down, across = choose_axes(dimensions, sizes, view)
    places = {item.column: at for at, item in enumerate(dimensions)}
    rows_at = [places[item.column] for item in down]
    columns_at = [places[item.column] for item in across]
    cells = {}
    reasons: set[str] = set()
    remarks: set[str] = set()
    for item in found:
        row = tuple([item.codes[at] for at in rows_at])
        cells[row, tuple([item.codes[at] for at in columns_at])] = item
        reasons.update(item.reasons)
        remarks.update(item.notes)
    rows = _ordered(down, {row for row, _ in cells}, missing)
    columns = _ordered(across, {column for _, column in cells}, missing)
    if len(rows) * len(columns) > most or len(columns) > MOST_COLUMNS:
        raise TooManyCells(len(rows) * len(columns), most)
    return CrossTable(
        description=description,
        view=view,
        fixed=tuple(
            (item, item.by_code[next(iter(codes))])
            for item, codes in zip(dimensions, used, strict=True)
            if len(codes) == 1 and item not in down and item not in across
        ),
        down=down,
        across=across,
        rows=rows,
        columns=columns,
        cells=cells,
        missing=missing,
        remarks=frozenset(remarks),
        reasons=frozenset(reasons),
    )


def choose_axes(
    dimensions: Iterable[DimensionDescription], sizes: Mapping[str, int], view: DataView
) -> tuple[tuple[DimensionDescription, ...], tuple[DimensionDescription, ...]]:
    """Return the dimensions that go down and those that go across, the outermost first.

    ``sizes`` tells how many codes of each occur. What the view says comes first.
    """
    by_column = {item.column: item for item in dimensions}
    down = [by_column[name] for name in dict.fromkeys(view.rows) if name in by_column]
    across = [
        by_column[name]
        for name in dict.fromkeys(view.columns)
        if name in by_column and name not in view.rows
    ]
    left = [item for item in by_column.values() if item not in down and item not in across]
    free = [item for item in left if sizes[item.column] > 1]
    if not across:
        chosen = _across(free, left, sizes, has_rows=bool(down))
        if chosen:
            across = [chosen]
            free = [item for item in free if item is not chosen]
    if down:
        return (*free, *down), tuple(across)
    if not free:  # one row of figures
        single = [item for item in left if item not in across and item.kind != PERIOD]
        free = [item for item in single if item.kind == CODE][-1:] or single[-1:]
    # The longest list is the innermost, so that it can be read down; measures stand beside units.
    longest = max(free, key=lambda item: (item.kind == CODE, sizes[item.column]), default=None)
    inner = [item for item in (longest,) if item]
    inner += [item for item in free if item.kind == MEASURE and item is not longest]
    return (*(item for item in free if item not in inner), *inner), tuple(across)


def _across(
    free: list[DimensionDescription],
    left: list[DimensionDescription],
    sizes: Mapping[str, int],
    *,
    has_rows: bool,
) -> DimensionDescription | None:
    """Return the dimension that goes across by itself."""
    period = next((item for item in free if item.kind == PERIOD), None)
    measures = next((item for item in free if item.kind == MEASURE), None)
    others = [item for item in free if item.kind == CODE]
    shortest = min(others, key=lambda item: sizes[item.column], default=None)
    if has_rows:
        return period or measures or shortest or next((i for i in left if i.kind == MEASURE), None)
    if period and (sizes[period.column] <= WIDE or len(free) == 1):
        return period if len(free) > 1 or sizes[period.column] <= 12 else _measure(left)
    if measures and shortest and sizes[measures.column] > max(3, sizes[shortest.column]):
        return shortest  # long names read better down the side
    if measures:
        return measures
    if shortest and len(free) > 1:
        return shortest
    return _measure(left)


def _measure(left: list[DimensionDescription]) -> DimensionDescription | None:
    return next((item for item in left if item.kind == MEASURE), None)


def _is_wanted(view: DataView, dimension: DimensionDescription, code: str) -> bool:
    chosen = view.codes.get(dimension.column)
    return chosen is None or code in chosen


def _ordered(
    axis: tuple[DimensionDescription, ...],
    found: set[Codes],
    missing: tuple[CodeDescription, ...],
) -> tuple[Codes, ...]:
    """Return the combinations of an axis in order, with those of periods that are not given."""
    periods = [code.code for code in missing]
    for at, dimension in enumerate(axis):
        own = [code for code in periods if code in dimension.by_code]
        found |= {(*codes[:at], code, *codes[at + 1 :]) for codes in set(found) for code in own}
    orders = [
        {code.code: place for place, code in enumerate(dimension.codes)} for dimension in axis
    ]
    return tuple(
        sorted(
            found,
            key=lambda codes: [order[code] for order, code in zip(orders, codes, strict=True)],
        )
    )
