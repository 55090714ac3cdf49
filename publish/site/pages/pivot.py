"""The figures of a data set, laid out as the tables that its readers know.

A pivot is one table, or one for each code of the dimensions that go neither down nor across.
Periods go across; a dimension with one value stands in the caption; totals come last and are
marked; a period that the source does not give is a column that says so, never a zero; a figure
that is not shown has its reason beside it. At most MOST_SHOWN observations are read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from publish.release.manifest import DataSet
from publish.release.opened import Served, term
from publish.site.pages.figure_text import MEASURE_TYPE, figure_of
from publish.site.presentation import COMMENT, View
from publish.site.select import order_in_list, select

MOST_SHOWN = 2000
"""How many observations one page shows at most; ``select_observations.rq`` reads as many."""
PERIODS = term("interval:Calendar").value
STATUS = term("sdmx-attribute:obsStatus").value
UNIT = term("sdmx-attribute:unitMeasure").value
NORMAL = term("sdmx-code:obsStatus-A").value
KINDS = ("period", "code", "measure")
"""What an axis can be, in the order in which pages name axes."""


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
    """One of KINDS."""
    members: tuple[AxisMember, ...]


@dataclass(frozen=True, kw_only=True)
class PivotCell:
    """An observation: its value as it is shown, or the reasons why it has none."""

    iri: str
    text: str
    status: str | None = None
    reasons: tuple[str, ...] = ()
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
    units: tuple[str, ...]
    reasons: tuple[str, ...]
    """The IRIs of the reasons for which figures are not shown."""
    notes: tuple[tuple[str, str], ...]
    """The periods that the source does not give, with the reason."""
    shown: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Component:
    """A dimension or a measure of a data set."""

    iri: str
    kind: str
    """One of KINDS."""
    code_list: str
    """The IRI of its code list, or nothing."""


def components_of(served: Served, data_set: str) -> list[Component]:
    """Return dimensions, the period first, then measures, each in the order of the structure."""
    found: dict[str, tuple[int, tuple[bool, int], str, str]] = {}
    for row in select(served, "select_components", dataSet=ox.NamedNode(data_set)):
        iri, kind = row["property"].value, "code"
        if row["kind"].value == "measure":
            kind = "measure"
        elif "range" in row and row["range"].value.startswith(PERIODS):
            kind = "period"
        if iri != MEASURE_TYPE and (iri not in found or KINDS[found[iri][0]] != "period"):
            code_list = row["list"].value if "list" in row else ""
            found[iri] = (KINDS.index(kind), order_in_list(row), iri, code_list)
    return [
        Component(iri=iri, kind=KINDS[kind], code_list=code_list)
        for kind, _, iri, code_list in sorted(found.values())
    ]


_Observations = dict[str, dict[str, str]]
"""The properties of each observation by its IRI; one value for each property."""


def make_pivot(view: View, data_set: DataSet) -> Pivot | None:
    """Return the tables of a data set, or None when it has no observations."""
    served, about = view.served, ox.NamedNode(data_set.iri)
    components = components_of(served, data_set.iri)
    slices = [
        row
        for item in components
        if item.kind == "period"
        for row in select(served, "select_slices", dataSet=about, property=ox.NamedNode(item.iri))
    ]
    observations = _read(served, data_set, [row["slice"] for row in slices])
    if not observations:
        return None
    missing = {
        row["period"].value: view.string(row["slice"], COMMENT) or "?"
        for row in slices
        if "status" in row and row["status"].value != NORMAL
    }
    axes = [
        _axis(view, item, observations, missing) for item in components if item.kind != "measure"
    ]
    measured = {properties.get(MEASURE_TYPE) for properties in observations.values()}
    measures = [item.iri for item in components if item.kind == "measure" and item.iri in measured]
    members = tuple(AxisMember(iri=iri, label=view.label(iri)) for iri in measures)
    axes.append(PivotAxis(iri=MEASURE_TYPE, label="", kind="measure", members=members))
    axes = [axis for axis in axes if axis.members]
    cells = {
        frozenset((axis.iri, properties.get(axis.iri, "")) for axis in axes): _cell(
            view, iri, properties
        )
        for iri, properties in observations.items()
    }
    down, across, rest = _choose(axes)
    return Pivot(
        fixed=tuple((axis.label, axis.members[0].label) for axis in rest if len(axis.members) == 1),
        row_label=down.label,
        tables=tuple(_lay_out(cells, down, across, rest)),
        units=tuple(sorted({cell.unit for cell in cells.values() if cell.unit})),
        reasons=tuple(sorted({reason for cell in cells.values() for reason in cell.reasons})),
        notes=tuple(
            (member.label, member.missing)
            for axis in axes
            for member in axis.members
            if member.missing
        ),
        shown=len(observations),
        total=data_set.observations,
    )


def _read(served: Served, data_set: DataSet, slices: list[ox.NamedNode]) -> _Observations:
    """Return the observations; of a large data set those of as many last periods as fit."""
    if data_set.observations <= MOST_SHOWN or not slices:
        return _gather(select(served, "select_observations", dataSet=ox.NamedNode(data_set.iri)))
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


def _axis(
    view: View, component: Component, observations: _Observations, missing: Mapping[str, str]
) -> PivotAxis:
    """Return the members of a dimension that occur: codes in order, the total last."""
    reasons = missing if component.kind == "period" else {}
    order: dict[str, tuple[bool, int]] = {}
    if component.code_list:
        codes = select(view.served, "select_codes", list=ox.NamedNode(component.code_list))
        order = {row["code"].value: order_in_list(row) for row in codes}
    used = {properties.get(component.iri, "") for properties in observations.values()} - {""}
    places = {iri: order.get(iri, (False, 0)) for iri in used | reasons.keys()}
    return PivotAxis(
        iri=component.iri,
        label=view.label(component.iri),
        kind=component.kind,
        members=tuple(
            AxisMember(iri=iri, label=view.label(iri), total=is_total, missing=reasons.get(iri))
            for (is_total, _), iri in sorted((place, iri) for iri, place in places.items())
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
    cells: Mapping[frozenset[tuple[str, str]], PivotCell],
    down: PivotAxis,
    across: PivotAxis,
    rest: list[PivotAxis],
) -> Iterator[PivotTable]:
    """Yield the tables with the cells in their places, but for those without any."""
    for combination in itertools.product(*(axis.members for axis in rest)):
        pairs = list(zip(rest, combination, strict=True))
        here = {(axis.iri, member.iri) for axis, member in pairs}
        rows = []
        for member in down.members:
            line = tuple(
                cells.get(frozenset({*here, (down.iri, member.iri), (across.iri, other.iri)}))
                for other in across.members
            )
            rows.append((member, line))
        if any(cell for _, line in rows for cell in line):
            yield PivotTable(
                fixed=tuple(
                    (axis.label, member.label) for axis, member in pairs if len(axis.members) > 1
                ),
                columns=across.members,
                rows=tuple(rows),
            )


def _cell(view: View, iri: str, properties: dict[str, str]) -> PivotCell:
    figure = figure_of(view, iri, properties)
    status = properties.get(STATUS, NORMAL)
    return PivotCell(
        iri=iri,
        text=figure.text,
        status=None if status == NORMAL else status,
        reasons=figure.reasons,
        unit=view.label(properties[UNIT]) if UNIT in properties else None,
    )
