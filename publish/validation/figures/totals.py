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
from publish.mappings.mapping import Mapping
from publish.tables.findings import TableFindings
from publish.tables.numbers import FORMATS, format_number
from publish.validation.figures.value_ranges import Endpoints, ValueRanges, exceeds


def compare_totals(
    name: str,
    mapping: Mapping,
    structure: Structure,
    columns: CubeColumns,
    ranges: ValueRanges,
    unread: list[UnreadCells],
) -> Iterator[Fault]:
    """Yield a fault for every total over the dimension ``name`` that its parts contradict.

    Totals of which a part may be among the ``unread`` cells are not judged.
    """
    keys, dimensions = columns.keys, structure.dimensions
    is_complete = mapping.totals[name] == "complete"
    at = [dimension.name for dimension in dimensions].index(name)
    rest = key_numbers(keys[:at] + keys[at + 1 :], dimensions[:at] + dimensions[at + 1 :])
    groups, group = np.unique(rest, return_inverse=True)
    is_total = keys[at] == dimensions[at].total
    least, most = ranges.least.sums(group, ~is_total), ranges.most.sums(group, ~is_total)
    parts = np.bincount(group[~is_total], minlength=len(groups))
    totals = np.flatnonzero(is_total)
    own = group[totals]
    shares = np.array([unit.endswith("/PC") for unit in structure.units], dtype=np.bool_)
    by = scaled(mapping.declarations.within.get(name, Decimal(0)), least.decimals)
    over = exceeds(least.at(own), ranges.most.at(totals), by)
    under = exceeds(ranges.least.at(totals), most.at(own), by) & is_complete
    # Percentages do not add up, and a total without parts has nothing to be compared with.
    judged = ~shares[keys[-1][totals]] & (parts[own] > 0)
    judged &= ~may_lack_parts(tuple(key[totals] for key in keys), keys, unread, dimensions, name)
    unknown = np.bincount(group, weights=columns.absence > 0, minlength=len(groups)) > 0
    judged &= over | under
    findings = TableFindings(tables=structure.tables)
    for position, exceeded in zip(totals[judged].tolist(), over[judged].tolist(), strict=True):
        here = int(group[position])
        codes = structure.codes_of(keys, position)
        del codes[at]
        total, sums = (ranges.most, least) if exceeded else (ranges.least, most)
        if is_complete and not unknown[here]:
            code = "total-differs"
        else:
            code = "parts-exceed-total" if exceeded else "parts-below-total"
        findings.add(
            code,
            *columns.first_cell(position),
            name=name,
            codes=", ".join(codes),
            total=_in_words(total, position, mapping.numbers, upper=exceeded),
            parts=_in_words(sums, here, mapping.numbers, upper=not exceeded),
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
