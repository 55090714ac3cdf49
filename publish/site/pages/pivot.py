"""The figures of a data set, laid out as the tables that its readers know.

A pivot is one table, or one for each code of the dimensions that go neither down nor across.
Periods go across; a dimension with one value stands in the caption; totals come last and are
marked; a period that the source does not give is a column that says so, never a zero; a figure
that is not shown has its reason beside it. At most MOST_SHOWN observations are read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from publish.release.manifest import DataSet
from publish.release.opened import Served, term
from publish.site.pages.figure_text import MEASURE_TYPE, figure_of
from publish.site.select import select

MOST_SHOWN = 2000
"""How many observations one page shows at most; ``select_observations.rq`` reads as many."""
PERIODS = term("interval:Calendar").value
STATUS = term("sdmx-attribute:obsStatus").value
UNIT = term("sdmx-attribute:unitMeasure").value
NORMAL = term("sdmx-code:obsStatus-A").value


@dataclass(frozen=True, kw_only=True)
class AxisMember:
    """A code, a period or a measure on an axis."""

    iri: str
    label: str
    total: bool = False
    missing: str | None = None
    """Why the source does not give this period, when it does not."""


@dataclass(frozen=True, kw_only=True)
class PivotAxis:
    """A dimension, or the measures, with the members that occur."""

    iri: str
    label: str
    kind: str
    """``period``, ``code`` or ``measure``."""
    members: tuple[AxisMember, ...]


@dataclass(frozen=True, kw_only=True)
class PivotCell:
    """An observation: its value as it is shown, or the reason why it has none."""

    iri: str
    text: str
    status: str | None = None
    reason: str | None = None
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class PivotTable:
    """One table: the values that hold for all of it, its columns and its rows."""

    fixed: tuple[tuple[str, str], ...]
    columns: tuple[AxisMember, ...]
    rows: tuple[tuple[AxisMember, tuple[PivotCell | None, ...]], ...]

    @property
    def unit(self) -> str | None:
        """The unit of all its figures, or None when they have several."""
        units = {cell.unit for _, line in self.rows for cell in line if cell}
        return units.pop() if len(units) == 1 else None


@dataclass(frozen=True, kw_only=True)
class Pivot:
    """The tables of a data set."""

    fixed: tuple[tuple[str, str], ...]
    row_label: str
    """What goes down: the label of a dimension, nothing for measures."""
    tables: tuple[PivotTable, ...]
    axes: tuple[PivotAxis, ...]
    units: tuple[str, ...]
    shown: int
    total: int

    @property
    def reasons(self) -> list[str]:
        """The IRIs of the reasons for which figures are not shown."""
        found = {
            cell.reason
            for table in self.tables
            for _, line in table.rows
            for cell in line
            if cell and cell.reason
        }
        return sorted(found)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """The periods that the source does not give, with the reason."""
        return [
            (member.label, member.missing)
            for axis in self.axes
            for member in axis.members
            if member.missing
        ]


@dataclass(frozen=True, kw_only=True)
class Component:
    """A dimension or a measure of a data set."""

    iri: str
    kind: str
    code_list: str | None
    unit: str | None


def components_of(served: Served, data_set: str) -> list[Component]:
    """Return dimensions, the period first, then measures, each in the order of the structure."""
    found: dict[str, tuple[tuple[bool, bool, int, str], Component]] = {}
    for row in select(served, "select_components", dataSet=ox.NamedNode(data_set)):
        iri = row["property"].value
        if iri == MEASURE_TYPE:
            continue
        range_ = row["range"].value if "range" in row else ""
        measure = row["kind"].value == "measure"
        period = range_.startswith(PERIODS)
        kind = "measure" if measure else "period" if period else "code"
        order = int(row["order"].value) if "order" in row else 0
        if iri in found and found[iri][1].kind == "period":
            continue
        found[iri] = (
            (measure, not period, order, iri),
            Component(
                iri=iri,
                kind=kind,
                code_list=row["list"].value if "list" in row else None,
                unit=row["unit"].value if "unit" in row else None,
            ),
        )
    return [component for _, component in sorted(found.values(), key=lambda pair: pair[0])]


_Observations = dict[str, dict[str, str]]
"""The properties of each observation by its IRI; one value for each property."""


def make_pivot(served: Served, data_set: DataSet, language: str) -> Pivot | None:
    """Return the tables of a data set, or None when it has no observations."""
    components = components_of(served, data_set.iri)
    slices = [
        row
        for component in components
        if component.kind == "period"
        for row in select(
            served,
            "select_slices",
            dataSet=ox.NamedNode(data_set.iri),
            property=ox.NamedNode(component.iri),
        )
    ]
    observations = _read(served, data_set, [row["slice"] for row in slices])
    if not observations:
        return None
    missing = {
        row["period"].value: _reason(served, row["slice"], language)
        for row in slices
        if "status" in row and row["status"].value != NORMAL
    }
    axes = [
        _axis(served, component, observations, missing, language)
        for component in components
        if component.kind != "measure"
    ]
    measures = [component for component in components if component.kind == "measure"]
    axes.append(_measures(served, measures, observations, language))
    cells = {iri: _cell(served, iri, item, language) for iri, item in observations.items()}
    units = sorted({cell.unit for cell in cells.values() if cell.unit})
    return _lay_out([axis for axis in axes if axis.members], observations, cells, data_set, units)


def _read(served: Served, data_set: DataSet, slices: list[ox.NamedNode]) -> _Observations:
    """Return the observations; of a large data set those of as many last periods as fit."""
    if data_set.observations <= MOST_SHOWN or not slices:
        rows = select(served, "select_observations", dataSet=ox.NamedNode(data_set.iri))
        return _gather(rows)
    observations: _Observations = {}
    for slice_ in reversed(slices):
        found = _gather(select(served, "select_observations_of_slice", slice=slice_))
        if observations and len(observations) + len(found) > MOST_SHOWN:
            break
        observations |= found
    return observations


def _gather(rows: Iterable[dict[str, ox.NamedNode | ox.Literal]]) -> _Observations:
    observations: _Observations = {}
    for row in rows:
        properties = observations.setdefault(row["observation"].value, {})
        properties[row["property"].value] = row["value"].value
    return observations


def _reason(served: Served, slice_: ox.NamedNode, language: str) -> str:
    text = served.text(slice_, (term("rdfs:comment"),), language)
    return text.value if text else "?"


def _axis(
    served: Served,
    component: Component,
    observations: _Observations,
    missing: dict[str, str],
    language: str,
) -> PivotAxis:
    """Return the members of a dimension that occur: codes in order, the total last."""
    used = {properties.get(component.iri) for properties in observations.values()} - {None}
    if component.kind == "period":
        used |= set(missing)
    order: dict[str, tuple[bool, int]] = {}
    if component.code_list:
        node = ox.NamedNode(component.code_list)
        for row in select(served, "select_codes", list=node):
            place = int(row["order"].value) if "order" in row else 0
            order[row["code"].value] = ("total" in row, place)
    members = [
        AxisMember(
            iri=iri,
            label=served.label(iri, language),
            total=order.get(iri, (False, 0))[0],
            missing=missing.get(iri) if component.kind == "period" else None,
        )
        for iri in sorted(
            (iri for iri in used if iri), key=lambda iri: (order.get(iri, (False, 0)), iri)
        )
    ]
    return PivotAxis(
        iri=component.iri,
        label=served.label(component.iri, language),
        kind=component.kind,
        members=tuple(members),
    )


def _measures(
    served: Served, measures: list[Component], observations: _Observations, language: str
) -> PivotAxis:
    used = {properties.get(MEASURE_TYPE) for properties in observations.values()}
    return PivotAxis(
        iri=MEASURE_TYPE,
        label="",
        kind="measure",
        members=tuple(
            AxisMember(iri=item.iri, label=served.label(item.iri, language))
            for item in measures
            if item.iri in used
        ),
    )


def _choose(axes: list[PivotAxis]) -> tuple[PivotAxis, PivotAxis, list[PivotAxis]]:
    """Return the axis that goes down, the one that goes across, and the rest."""
    free = [axis for axis in axes if len(axis.members) > 1]
    if len(free) < 2:  # one figure, or one row of them
        free += [axis for axis in axes if len(axis.members) == 1]
    measures = next((axis for axis in free if axis.kind == "measure"), None)
    period = next((axis for axis in free if axis.kind == "period"), None)
    across = period or measures or min(free, key=lambda axis: len(axis.members))
    if period is not None and len(period.members) == 1:
        across = measures or period
    down_choices = [axis for axis in free if axis is not across] or [across]
    down = max(down_choices, key=lambda axis: (axis.kind == "code", len(axis.members)))
    if across.kind == "measure" and len(across.members) > max(3, len(down.members)):
        across, down = down, across  # long names read better down the side
    return down, across, [axis for axis in axes if axis is not across and axis is not down]


def _lay_out(
    axes: list[PivotAxis],
    observations: _Observations,
    cells: dict[str, PivotCell],
    data_set: DataSet,
    units: list[str],
) -> Pivot:
    """Return the tables with the cells in their places."""
    down, across, rest = _choose(axes)
    places = {
        frozenset((axis.iri, properties.get(axis.iri, "")) for axis in axes): cells[iri]
        for iri, properties in observations.items()
    }
    tables = []
    for combination in itertools.product(*(axis.members for axis in rest)):
        here = {(axis.iri, member.iri) for axis, member in zip(rest, combination, strict=True)}
        rows = []
        for member in down.members:
            line = tuple(
                places.get(frozenset({*here, (down.iri, member.iri), (across.iri, other.iri)}))
                for other in across.members
            )
            rows.append((member, line))
        several = [
            (axis.label, member.label)
            for axis, member in zip(rest, combination, strict=True)
            if len(axis.members) > 1
        ]
        if any(cell for _, line in rows for cell in line):
            tables.append(
                PivotTable(fixed=tuple(several), columns=across.members, rows=tuple(rows))
            )
    return Pivot(
        fixed=tuple((axis.label, axis.members[0].label) for axis in rest if len(axis.members) == 1),
        row_label=down.label,
        tables=tuple(tables),
        axes=tuple(axes),
        units=tuple(units),
        shown=len(observations),
        total=data_set.observations,
    )


def _cell(served: Served, iri: str, properties: dict[str, str], language: str) -> PivotCell:
    figure = figure_of(served, iri, properties, language)
    status = properties.get(STATUS, NORMAL)
    return PivotCell(
        iri=iri,
        text=figure.text,
        status=None if status == NORMAL else status,
        reason=figure.reason,
        unit=served.label(properties[UNIT], language) if UNIT in properties else None,
    )
