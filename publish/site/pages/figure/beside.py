"""A small table of a figure between its neighbours: those of its row and column, and totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publish.exports.description import (
    CODE,
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.figure_text import one_line
from publish.exports.observation import Observation
from publish.release.opened import Served
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.figure.naming import (
    measure_name,
    observation_iri,
    unit_name,
    value_text,
    value_with_unit,
)
from publish.site.pages.figure.neighbours import MOST_MEASURES, Surroundings
from publish.site.rendering import read_texts


@dataclass(frozen=True, kw_only=True)
class CellBeside:
    """A figure of the small table."""

    text: str
    path: str | None
    is_this: bool = False
    why: str = ""
    """Why there is no figure."""


@dataclass(frozen=True, kw_only=True)
class RowBeside:
    """A row of the small table."""

    head: str
    is_total: bool
    cells: tuple[CellBeside | None, ...]
    """None where the data set has no such figure."""


@dataclass(frozen=True, kw_only=True)
class TableBeside:
    """A figure between its neighbours."""

    corner: str
    """What goes down."""
    heads: tuple[str, ...]
    rows: tuple[RowBeside, ...]
    unit: str
    """The unit of all its figures; nothing where each has its own."""


def table_beside(served: Served, around: Surroundings, language: str) -> TableBeside | None:
    """Return the small table of a figure; None where it has no neighbours."""
    down, across = _axes(around.description)
    if down is None and across is None:
        return None
    rows = _codes_of(around, down)
    columns = _codes_of(around, across)
    if len(rows) * len(columns) < 2:
        return None
    measures = MEASURE in (axis.kind for axis in (down, across) if axis)
    own = around.description.measure_by_name[around.observation.codes[-1]]
    return TableBeside(
        corner=_corner(down, language),
        heads=tuple(_head(around, across, code, language) for code in columns),
        rows=tuple(
            RowBeside(
                head=_head(around, down, row, language),
                is_total=row is not None and row.is_total,
                cells=tuple(
                    _cell(served, around, [(down, row), (across, column)], language, measures)
                    for column in columns
                ),
            )
            for row in rows
        ),
        unit="" if measures else unit_name(own, language),
    )


def _axes(
    description: DataSetDescription,
) -> tuple[DimensionDescription | None, DimensionDescription | None]:
    """Return what goes down and what goes across: periods across, the longest list down."""
    several = [item for item in description.dimensions if len(item.codes) > 1]
    measures = [item for item in several if item.kind == MEASURE]
    measures = [item for item in measures if len(item.codes) <= MOST_MEASURES]
    across = next((item for item in several if item.kind == PERIOD), None)
    codes = [item for item in several if item.kind == CODE]
    down = max(codes, key=lambda item: len(item.codes), default=None)
    if down is None:
        down = next(iter(measures), None)
    elif across is None:
        others = [item for item in (*measures, *codes) if item is not down]
        across = next(iter(others), None)
    return down, across


def _codes_of(
    around: Surroundings, axis: DimensionDescription | None
) -> tuple[CodeDescription | None, ...]:
    """Return the codes of an axis that were read, in order; one None where there is no axis."""
    if axis is None:
        return (None,)
    place = around.description.dimensions.index(axis)
    own = axis.positions[around.observation.codes[place]]
    read = {codes[place] for codes in around.found}
    near = range(max(0, own - 1), own + 2)
    return tuple(
        code
        for at, code in enumerate(axis.codes)
        if code.code in read or (at in near and code.missing)
    )


def _cell(
    served: Served,
    around: Surroundings,
    chosen: Sequence[tuple[DimensionDescription | None, CodeDescription | None]],
    language: str,
    with_unit: bool,
) -> CellBeside | None:
    description = around.description
    pairs = [(axis, code) for axis, code in chosen if axis and code]
    missing = next((code.missing for _, code in pairs if code.missing), None)
    if missing:
        return CellBeside(text="", path=None, why=missing[language])
    changed = {description.dimensions.index(axis): code.code for axis, code in pairs}
    found = around.at(changed)
    if found is None:
        return None
    return CellBeside(
        text=_text(description, found, language, with_unit),
        path=served.local_path(observation_iri(description, found.codes)),
        is_this=found.codes == around.observation.codes,
    )


def _text(
    description: DataSetDescription, found: Observation, language: str, with_unit: bool
) -> str:
    if with_unit and found.value is not None:
        return value_with_unit(description, found, language)
    return value_text(found, language)


def _head(
    around: Surroundings,
    axis: DimensionDescription | None,
    code: CodeDescription | None,
    language: str,
) -> str:
    if axis is None or code is None:
        measure = around.description.measure_by_name[around.observation.codes[-1]]
        return measure_name(measure, language)
    if axis.kind == PERIOD:
        return short_period(code, language)
    if axis.kind == MEASURE:
        return measure_name(around.description.measure_by_name[code.code], language)
    return one_line(code.label[language])


def _corner(down: DimensionDescription | None, language: str) -> str:
    return one_line(down.label[language]) if down and down.kind == CODE else ""


def other_places(
    served: Served, around: Surroundings, language: str
) -> Iterator[tuple[str, list[tuple[str, CellBeside]]]]:
    """Yield the neighbours in the dimensions that the small table leaves out, by dimension."""
    on_axes = _axes(around.description)
    for axis in around.description.dimensions:
        if axis in on_axes or axis.kind == PERIOD or len(axis.codes) < 2:
            continue
        found = []
        for code in _codes_of(around, axis):
            cell = _cell(served, around, [(axis, code)], language, with_unit=True)
            if code is not None and cell is not None and not cell.is_this:
                found.append((_head(around, axis, code, language), cell))
        if found:
            is_measure = axis.kind == MEASURE
            name = read_texts()[language]["figure-others"] if is_measure else axis.label[language]
            yield one_line(name), found
