"""The figures around a figure: the periods before and after it, its row and column, its totals.

They are read as one view, so that a page asks a worker once. What is computed from them, a change
or a share of a total, is no figure of the source, and pages say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pyoxigraph as ox

from publish.exports.description import (
    CODE,
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
)
from publish.exports.observation import Observation
from publish.exports.view import DataView
from publish.release.opened import Served
from publish.site.data.figures import PageFigures
from publish.site.pages.figure.naming import PERCENT, observation_iri

MOST_READ = 600
"""Observations around a figure that are read at most."""
MOST_MEASURES = 12
"""Measures of a data set up to which the other ones are read too."""
NOT_ADDED = (PERCENT, "PM", "RATIO", "IX", "INDEX")
"""The codes of units whose figures do not add up: percentages, ratios, indices."""

Codes = tuple[str, ...]
"""A code of each dimension, in the order of the description."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """A figure and what was read around it."""

    description: DataSetDescription
    observation: Observation
    found: Mapping[Codes, Observation]

    def at(self, changed: Mapping[int, str]) -> Observation | None:
        """Return the observation with other codes at some places, if it was read."""
        codes = enumerate(self.observation.codes)
        return self.found.get(tuple(changed.get(place, code) for place, code in codes))

    def beside(self, place: int, step: int) -> CodeDescription | None:
        """Return the code before (-1) or after (1) that of the figure in one dimension."""
        dimension = self.description.dimensions[place]
        return beside(dimension, self.observation.codes[place], step)


@dataclass(frozen=True, kw_only=True)
class ShareOfTotal:
    """What part a figure is of a total over one dimension; computed."""

    dimension: DimensionDescription
    total: Observation
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class FigureChange:
    """The difference of a figure with that of another period; computed."""

    difference: Decimal
    """In the unit of the figures; of percentages in percentage points."""
    percent: Decimal | None
    """Of the earlier figure; None where that is zero, or where figures do not add up."""


@dataclass(frozen=True, kw_only=True)
class PeriodBeside:
    """The period before or after that of a figure."""

    period: CodeDescription
    is_earlier: bool
    observation: Observation | None
    change: FigureChange | None
    """From the earlier of the two to the later."""


def surroundings_of(
    figures: PageFigures, description: DataSetDescription, codes: Sequence[str], client: str = ""
) -> Surroundings | None:
    """Return a figure with what is around it; None where there is no such figure.

    Raises DamagedFile, or QueryFailed when a worker cannot give it.
    """
    own = tuple(codes)
    if len(own) != len(description.dimensions) or not all(
        code in item.by_code for item, code in zip(description.dimensions, own, strict=True)
    ):
        return None
    chosen: dict[str, Codes] = {
        item.column: (code,) for item, code in zip(description.dimensions, own, strict=True)
    }
    # The nearest first: of a data set with many dimensions not all neighbours fit in one page.
    for wanted in (_totals, _periods_beside, _measures, _codes_beside):
        wider = chosen | {
            column: tuple(dict.fromkeys((*chosen[column], *more)))
            for column, more in wanted(description, own).items()
        }
        if math.prod(map(len, wider.values())) <= MOST_READ:
            chosen = wider
    view = replace(DataView(), codes=chosen)
    found = {item.codes: item for item in figures.read(description.slug, view, client)}
    if own not in found:
        return None
    return Surroundings(description=description, observation=found[own], found=found)


def beside(dimension: DimensionDescription, code: str, step: int) -> CodeDescription | None:
    """Return the code so many places after another in the order of their dimension."""
    place = dimension.positions[code] + step
    if not 0 <= place < len(dimension.codes):
        return None
    return dimension.codes[place]


def shares_of(served: Served, around: Surroundings) -> tuple[ShareOfTotal, ...]:
    """Return what part a figure is of the totals of its data set.

    Only of a total that says of which dimension it is one, with the other codes of the figure,
    and only in a unit that adds up.
    """
    description, own = around.description, around.observation
    unit = description.measure_by_name[own.codes[-1]].unit_code
    if own.value is None or own.value < 0 or unit in NOT_ADDED:
        return ()
    found = []
    for place, dimension in enumerate(description.dimensions):
        total_code = dimension.total
        if dimension.kind != CODE or total_code in (None, own.codes[place]):
            continue
        total = around.at({place: str(total_code)})
        if total is None or not total.value or total.value < own.value:
            continue
        if _is_total_over(served, description, total.codes, dimension):
            percent = own.value / total.value * 100
            found.append(ShareOfTotal(dimension=dimension, total=total, percent=percent))
    return tuple(found)


def periods_beside(around: Surroundings) -> tuple[PeriodBeside, ...]:
    """Return the periods before and after that of a figure, in their order."""
    found = []
    for place, dimension in enumerate(around.description.dimensions):
        if dimension.kind != PERIOD:
            continue
        for step in (-1, 1):
            period = around.beside(place, step)
            if period is not None:
                other = around.at({place: period.code})
                pair = (other, around.observation)
                earlier, later = pair if step < 0 else pair[::-1]
                found.append(
                    PeriodBeside(
                        period=period,
                        is_earlier=step < 0,
                        observation=other,
                        change=change_of(around.description, earlier, later),
                    )
                )
    return tuple(found)


def change_of(
    description: DataSetDescription, earlier: Observation | None, later: Observation | None
) -> FigureChange | None:
    """Return how a figure changed; None where one of the two has no value."""
    if earlier is None or later is None or earlier.value is None or later.value is None:
        return None
    difference = later.value - earlier.value
    adds = description.measure_by_name[later.codes[-1]].unit_code not in NOT_ADDED
    percent = difference / earlier.value * 100 if adds and earlier.value > 0 else None
    return FigureChange(difference=difference, percent=percent)


def _totals(description: DataSetDescription, codes: Codes) -> dict[str, Codes]:
    return {
        item.column: (item.total,)
        for item in description.dimensions
        if item.kind == CODE and item.total is not None
    }


def _periods_beside(description: DataSetDescription, codes: Codes) -> dict[str, Codes]:
    return _beside(description, codes, PERIOD)


def _codes_beside(description: DataSetDescription, codes: Codes) -> dict[str, Codes]:
    return _beside(description, codes, CODE)


def _beside(description: DataSetDescription, codes: Codes, kind: str) -> dict[str, Codes]:
    found = {}
    for item, code in zip(description.dimensions, codes, strict=True):
        if item.kind == kind:
            others = (beside(item, code, step) for step in (-1, 1))
            found[item.column] = tuple(other.code for other in others if other)
    return found


def _measures(description: DataSetDescription, codes: Codes) -> dict[str, Codes]:
    last = description.dimensions[-1]
    if last.kind != MEASURE or len(last.codes) > MOST_MEASURES:
        return {}
    return {last.column: tuple(item.code for item in last.codes)}


def _is_total_over(
    served: Served, description: DataSetDescription, codes: Codes, dimension: DimensionDescription
) -> bool:
    """Return whether the graph calls an observation the total over a dimension."""
    iri = ox.NamedNode(observation_iri(description, codes))
    stated = served.objects(iri, served.generic("totaalOver"))
    return any(getattr(node, "value", "") == dimension.iri for node in stated)
