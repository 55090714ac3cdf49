"""A view of a data set: which observations, and how they are laid out and written.

It is what an address below ``/data/`` asks for. ``view_address`` gives the same view always the
same address, which caches and entity tags go by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

from publish.exports.description import (
    LANGUAGES,
    PERIOD,
    DataSetDescription,
    DimensionDescription,
)
from publish.faults.fault import Words

LIST, TABLE, PRINTED = "list", "table", "printed"
"""The layouts: an observation a row, a pivot, or the tables as the source prints them."""
RANGE = ".."
"""Stands in an address between the first and the last period of a range."""
SHORTEST_RANGE = 3
"""The fewest periods that are written as a range."""


class ViewRefused(Exception):
    """A view that a form cannot hold; ``finding`` says why, and what to do."""

    def __init__(self, finding: Words) -> None:
        self.finding = finding
        super().__init__(str(finding))


@dataclass(frozen=True, kw_only=True)
class DataView:
    """A selection of observations, and how it is shown. Names of dimensions are their columns."""

    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Of each dimension that is restricted the codes that are chosen, in the order of the list."""
    totals: bool = True
    """Whether observations on a total of any dimension are among them."""
    layout: str = LIST
    rows: tuple[str, ...] = ()
    """The dimensions that go down, where the layout is a table; chosen by ``pivot`` if none is."""
    columns: tuple[str, ...] = ()
    """The dimensions that go across."""
    language: str = LANGUAGES[0]
    decimal: str = "."
    """The decimal sign of texts: a point, or a comma for spreadsheets of this country."""
    cell: tuple[str, ...] = ()
    """The codes of a figure, in the order of the dimensions, that a chart shows among others."""
    start: int = 0
    """The first observation of a page, counted from 0."""
    size: int | None = None
    """How many observations a page has; None for all."""

    @property
    def is_whole(self) -> bool:
        """Whether no observation is left out."""
        return not self.codes and self.totals and not self.start and self.size is None


def canonical_view(description: DataSetDescription, view: DataView) -> DataView:
    """Return the one view that stands for all with the same observations, layout and language.

    A dimension of which all codes are chosen is not restricted, and ``totals`` is false only
    where that leaves something out which the chosen codes do not.
    """
    totals = totals_of(description)
    codes = {}
    for dimension in description.dimensions:
        if (chosen := view.codes.get(dimension.column)) is None:
            continue
        known = set(dimension.by_code)
        if not view.totals:
            known.discard(totals.get(dimension.column, ""))
        if (found := known.intersection(chosen)) != known:
            ordered = sorted(found, key=dimension.positions.__getitem__)
            codes[dimension.column] = tuple(ordered)
    return replace(view, codes=codes, totals=view.totals or totals.keys() <= codes.keys())


def totals_of(description: DataSetDescription) -> dict[str, str]:
    """Return the code that ``totals=no`` leaves out of each dimension that has one.

    A dimension that has nothing but its total keeps it, or nothing would be left.
    """
    return {
        item.column: item.total
        for item in description.dimensions
        if item.total is not None and len(item.codes) > 1
    }


def view_parameters(
    description: DataSetDescription, view: DataView, form: str | None = None
) -> list[tuple[str, str]]:
    """Return the parameters of the address of a view, in a fixed order; defaults are left out."""
    view = canonical_view(description, view)
    dimensions = description.dimension_by_column
    found = [
        (column, _listed(dimensions[column], codes)) for column, codes in sorted(view.codes.items())
    ]
    if not view.totals:
        found.append(("totals", "no"))
    if view.layout != LIST:
        found.append(("layout", view.layout))
    found += [
        (name, ",".join(axes))
        for name, axes in (("rows", view.rows), ("columns", view.columns))
        if axes
    ]
    if view.cell:
        found.append(("cell", cell_text(view.cell)))
    if view.decimal != ".":
        found.append(("decimal", view.decimal))
    found.append(("lang", view.language))
    if form:
        found.append(("format", form))
    if view.start:
        found.append(("start", str(view.start)))
    if view.size is not None:
        found.append(("size", str(view.size)))
    return found


def cell_text(codes: Iterable[str]) -> str:
    """Return the codes of a figure as addresses have them, with commas between them."""
    return ",".join(code.replace("%", "%25").replace(",", "%2C") for code in codes)


def codes_of_cell(text: str) -> tuple[str, ...]:
    """Return the codes that ``cell_text`` wrote; whether they are any is for others to say."""
    return tuple(map(unquote, text.split(",")))


def view_address(description: DataSetDescription, view: DataView, form: str | None = None) -> str:
    """Return the address of a view, in a form."""
    query = "&".join(
        f"{quote(name)}={quote(value, safe=',')}"
        for name, value in view_parameters(description, view, form)
    )
    return f"{description.address}?{query}"


def next_page(view: DataView, count: int) -> DataView | None:
    """Return the page after a view of so many observations, None where it has no other."""
    if view.size is None or view.start + view.size >= count:
        return None
    return replace(view, start=view.start + view.size)


def previous_page(view: DataView) -> DataView | None:
    """Return the page before a view, None where it begins at the first observation."""
    if view.size is None or view.start == 0:
        return None
    return replace(view, start=max(0, view.start - view.size))


def _listed(dimension: DimensionDescription, codes: tuple[str, ...]) -> str:
    """Return chosen codes as an address has them: three periods or more in a row as a range."""
    if dimension.kind != PERIOD:
        return ",".join(codes)
    parts = []
    for first, last in runs(dimension, codes):
        run = [item.code for item in dimension.codes[first : last + 1]]
        parts += run if len(run) < SHORTEST_RANGE else [f"{run[0]}{RANGE}{run[-1]}"]
    return ",".join(parts)


def runs(dimension: DimensionDescription, codes: Iterable[str]) -> list[tuple[int, int]]:
    """Return the first and last place of chosen codes that follow each other in the dimension."""
    found: list[tuple[int, int]] = []
    for place in map(dimension.positions.__getitem__, codes):
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found
