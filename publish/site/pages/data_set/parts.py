"""The parts in which a large view is shown: each is a view of its own, of some of its codes.

A part has some periods, the newest parts first; where one period alone has too many figures, some
codes of the longest dimension of it, and so on. So a part is a table of whole rows, and of a
million observations no more is read than those of one part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from publish.exports.description import PERIOD, DataSetDescription, DimensionDescription
from publish.exports.view import DataView

MOST_SHOWN = 1_000
"""Figures of a part, about: those of a sparse view are fewer."""
MOST_CODES = 300
"""Codes of one dimension in a part, whatever the number of figures."""


@dataclass(frozen=True, kw_only=True)
class ViewPart:
    """One part of a view."""

    view: DataView
    """What the part has, without pages: the view itself where it is small."""
    number: int
    count: int
    """How many parts there are."""
    narrowed: tuple[DimensionDescription, ...] = ()
    """The dimensions of which it has some codes only."""


def part_of(description: DataSetDescription, view: DataView, figures: int, number: int) -> ViewPart:
    """Return a part of a view of so many figures; a number beyond the last gives the last."""
    lists = {item.column: _codes_of(item, view) for item in description.dimensions}
    splits: list[tuple[DimensionDescription, int]] = []
    left = figures
    for dimension in sorted(
        description.dimensions, key=lambda item: (item.kind != PERIOD, -len(lists[item.column]))
    ):
        codes = len(lists[dimension.column])
        if left <= MOST_SHOWN and codes <= MOST_CODES:
            continue
        length = min(max(1, MOST_SHOWN * codes // max(left, 1)), MOST_CODES, codes)
        if length < codes:
            splits.append((dimension, length))
            left = ceil(left * length / codes)
    return _part(view, lists, splits, number)


def _part(
    view: DataView,
    lists: Mapping[str, tuple[str, ...]],
    splits: list[tuple[DimensionDescription, int]],
    number: int,
) -> ViewPart:
    pieces = [ceil(len(lists[item.column]) / length) for item, length in splits]
    count = 1
    for piece in pieces:
        count *= piece
    number = min(number, count)
    place, codes = number - 1, dict(view.codes)
    for (dimension, length), piece in reversed(list(zip(splits, pieces, strict=True))):
        place, at = divmod(place, piece)
        listed = lists[dimension.column]
        if dimension.kind == PERIOD:  # the newest first, and parts that end with the newest
            end = len(listed) - at * length
            codes[dimension.column] = listed[max(0, end - length) : end]
        else:
            codes[dimension.column] = listed[at * length : (at + 1) * length]
    return ViewPart(
        view=replace(view, codes=codes) if splits else view,
        number=number,
        count=count,
        narrowed=tuple(item for item, _ in splits),
    )


def most_figures(description: DataSetDescription, view: DataView) -> int:
    """Return how many figures a view can have at most, by its codes."""
    found = 1
    for item in description.dimensions:
        found *= max(1, len(_codes_of(item, view)))
    return min(found, description.observations)


def _codes_of(dimension: DimensionDescription, view: DataView) -> tuple[str, ...]:
    """Return the codes of a dimension that a view has; a total stays among them."""
    chosen = view.codes.get(dimension.column)
    return tuple(item.code for item in dimension.codes) if chosen is None else chosen
