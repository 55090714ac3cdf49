"""Totals: equal to the sum of their parts or, where parts are incomplete, not below it.

Parts are added up exactly, by grouping columns; a value that is not shown counts with its range.
Faults stand at the cells of the totals.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal

import numpy as np

from publish.cube.columns import CubeColumns
from publish.cube.keys import key_numbers
from publish.cube.structure import Structure
from publish.cube.unread_cells import UnreadCells, may_lack_parts
from publish.faults.fault import Fault, phrase
from publish.tables.findings import TableFindings
from publish.tables.numbers import FORMATS, format_number
from publish.validation.figures.value_ranges import Endpoints, ValueRanges, exceeds


def compare_totals(
    name: str,
    kind: str,
    within: Decimal,
    columns: CubeColumns,
    ranges: ValueRanges,
    structure: Structure,
    numbers: str,
    unread: list[UnreadCells],
) -> Iterator[Fault]:
    """Yield a fault for every total over the dimension ``name`` that its parts contradict.

    ``kind`` is complete or incomplete. Totals of which a part may be among the ``unread`` cells are
    not judged.
    """
    keys, dimensions = columns.keys, structure.dimensions
    at = next(place for place, dimension in enumerate(dimensions) if dimension.name == name)
    others = [place for place in range(len(dimensions)) if place != at]
    rest = key_numbers(
        tuple(keys[place] for place in others), tuple(dimensions[place] for place in others)
    )
    groups, group = np.unique(rest, return_inverse=True)
    is_total = keys[at] == dimensions[at].total
    least, most = ranges.least.sums(group, ~is_total), ranges.most.sums(group, ~is_total)
    parts = np.bincount(group[~is_total], minlength=len(groups))
    totals = np.flatnonzero(is_total)
    own = group[totals]
    shares = np.array([unit.endswith("/PC") for unit in structure.units], dtype=np.bool_)
    by = scaled(within, least.decimals)
    over = exceeds(least.at(own), ranges.most.at(totals), by)
    under = exceeds(ranges.least.at(totals), most.at(own), by) & (kind == "complete")
    # Percentages do not add up, and a total without parts has nothing to be compared with.
    judged = ~shares[keys[-1][totals]] & (parts[own] > 0)
    judged &= ~may_lack_parts(tuple(key[totals] for key in keys), keys, unread, dimensions, name)
    unknown = np.bincount(group, weights=columns.absence > 0, minlength=len(groups)) > 0
    findings = TableFindings(tables=structure.tables)
    for position, exceeded in zip(
        totals[judged & (over | under)].tolist(),
        over[judged & (over | under)].tolist(),
        strict=True,
    ):
        here = int(group[position])
        codes = [dimensions[other].codes[int(keys[other][position])] for other in others]
        total, sums = (ranges.most, least) if exceeded else (ranges.least, most)
        if kind == "complete" and not unknown[here]:
            code = "total-differs"
        else:
            code = "parts-exceed-total" if exceeded else "parts-below-total"
        findings.add(
            code,
            *columns.first_cell(position),
            name=name,
            codes=", ".join(codes),
            total=_in_words(total, position, numbers, upper=exceeded),
            parts=_in_words(sums, here, numbers, upper=not exceeded),
        )
    yield from findings.faults()


def scaled(within: Decimal, decimals: int) -> int:
    """Return a tolerance in units of the last decimal, rounded down."""
    return int(within.scaleb(decimals).to_integral_value(ROUND_FLOOR))


def _in_words(ends: Endpoints, place: int, numbers: str, *, upper: bool) -> str:
    """Return one end for a message: a number, or words such as "at least 5"."""
    number = format_number(int(ends.numbers[place]), ends.decimals, FORMATS[numbers])
    if not ends.bounds[place]:
        return number
    phrases = ("bound-at-least", "bound-at-most"), ("bound-more-than", "bound-less-than")
    return phrase(phrases[int(ends.open[place])][int(upper)], number=number)
