"""Shares: percentages equal to the quotient of two other figures, but for rounding.

A percentage may be off by half a unit of its last printed decimal, and by what the rounding of its
part and whole explains where these are printed with decimals; counts are exact. Quotients are
compared in floating point first; only those that may be off are computed exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from publish.cube.columns import CubeColumns
from publish.cube.keys import NOT_FOUND, find_keys
from publish.cube.structure import Structure
from publish.faults.fault import Fault, did_you_mean, fault
from publish.mappings.declarations import Share
from publish.mappings.mapping import Mapping
from publish.rdf.namespaces import XSD
from publish.tables.findings import TableFindings
from publish.tables.numbers import FORMATS, format_number
from publish.validation.figures.measure_bounds import plain_number

SLACK = 1e-9
"""The relative error that floating point may have."""


def check_share_names(mapping: Mapping, structure: Structure) -> list[Fault]:
    """Return a fault for every measure or dimension of a share that the data set does not have."""
    place, found = mapping.file.place, []
    measures = [measure.name for measure in structure.measures]
    for share in mapping.declarations.shares:
        for key, name in ((), share.measure), (("part",), share.part), (("whole",), share.whole):
            if name not in measures and not (key == ("whole",) and share.whole == share.part):
                at = place(*share.steps, *key)
                hint, known = did_you_mean(name, measures), ", ".join(measures)
                found.append(fault("measure-not-used", *at, name=name, hint=hint, known=known))
        if share.over is not None:
            at = place(*share.steps, "over")
            dimension = structure.dimension(share.over)
            if dimension is None:
                known = ", ".join(structure.names())
                found.append(fault("dimension-not-used", *at, name=share.over, known=known))
            elif dimension.total is None:
                found.append(fault("no-total", *at, name=share.over))
    return found


def compare_shares(
    share: Share, mapping: Mapping, columns: CubeColumns, structure: Structure, *, whole: bool
) -> Iterator[Fault]:
    """Yield a fault for every percentage that differs from its quotient.

    A share of which no percentage can be compared is a fault too, if the cube is ``whole``.
    """
    pairs = _pairs(share, columns, structure)
    if not len(pairs.share):
        if whole:
            place = mapping.file.place(*share.steps)
            yield fault("nothing-compared", *place, name=share.measure)
        return
    factor = 100 if _unit(structure, share.measure).endswith("/PC") else 1
    rounded = (
        _rounding(structure, columns, share.part),
        _rounding(structure, columns, share.whole),
    )
    findings = TableFindings(tables=structure.tables)
    number, form = FORMATS[mapping.numbers], mapping.numbers
    for at in _suspects(pairs, columns, factor, rounded, share.within).tolist():
        ends = [int(pairs.share[at]), int(pairs.part[at]), int(pairs.whole[at])]
        printed, part, total = (_exact(columns, end) for end in ends)
        quotient = factor * part / total
        off = _allowed(columns, ends, factor, rounded, share.within)
        if off is None or abs(printed - quotient) <= off:
            continue
        decimals = int(columns.decimals[ends[0]])
        findings.add(
            "share-differs",
            *columns.first_cell(ends[0]),
            codes=structure.codes_at(columns.keys, ends[0]),
            printed=printed_value(columns, ends[0], form),
            part=printed_value(columns, ends[1], form),
            whole=printed_value(columns, ends[2], form),
            computed=format_number(_rounded(quotient, decimals + 2), decimals + 2, number),
            within=_shortest(off, form),
        )
    yield from findings.faults()


@dataclass(frozen=True, kw_only=True)
class _Pairs:
    """The places of percentages, and of the part and whole of each."""

    share: NDArray[np.int64]
    part: NDArray[np.int64]
    whole: NDArray[np.int64]


def _pairs(share: Share, columns: CubeColumns, structure: Structure) -> _Pairs:
    """Return the percentages of which part and whole are printed and the whole is not zero."""
    dimensions = structure.dimensions
    measures = dimensions[-1].positions
    shares = np.flatnonzero((columns.keys[-1] == measures[share.measure]) & (columns.absence == 0))
    own = tuple(key[shares] for key in columns.keys)

    def found(measure: str, over: str | None) -> NDArray[np.int64]:
        keys = [
            np.full(len(shares), dimension.total, dtype=key.dtype)
            if dimension.name == over
            else key
            for dimension, key in zip(dimensions, own, strict=True)
        ]
        keys[-1] = np.full(len(shares), measures[measure], dtype=keys[-1].dtype)
        return find_keys(columns.keys, tuple(keys), dimensions)

    part, whole = found(share.part, None), found(share.whole, share.over)
    usable = (part != NOT_FOUND) & (whole != NOT_FOUND)
    usable &= (columns.absence[part] == 0) & (columns.absence[whole] == 0)
    usable &= columns.mantissa[whole] != 0
    return _Pairs(share=shares[usable], part=part[usable], whole=whole[usable])


def _unit(structure: Structure, measure: str) -> str:
    return structure.units[[item.name for item in structure.measures].index(measure)]


def _rounding(structure: Structure, columns: CubeColumns, measure: str) -> Fraction:
    """Return the most by which rounding changes a figure of a measure; nothing for counts.

    Sources drop trailing zeros, so the most decimals of the measure tell how it is rounded.
    """
    number = [item.name for item in structure.measures].index(measure)
    if structure.measures[number].datatype == str(XSD.integer):
        return Fraction(0)
    decimals = columns.decimals[columns.keys[-1] == number]
    return Fraction(1, 2 * 10 ** int(decimals.max(initial=0)))


def _suspects(
    pairs: _Pairs,
    columns: CubeColumns,
    factor: int,
    rounded: tuple[Fraction, Fraction],
    within: Decimal | None,
) -> NDArray[np.int64]:
    """Return the percentages that floating point cannot show to be right."""

    def values(places: NDArray[np.int64]) -> NDArray[np.float64]:
        found: NDArray[Any] = columns.mantissa[places] / 10.0 ** columns.decimals[places]
        return found

    printed, part, whole = values(pairs.share), values(pairs.part), values(pairs.whole)
    quotient = factor * part / whole
    if within is None:
        allowed = 0.5 * 10.0 ** -columns.decimals[pairs.share].astype(np.float64)
        of_part, of_whole = map(float, rounded)
        if of_part or of_whole:
            room = np.maximum(np.abs(whole) - of_whole, 0.0)
            with np.errstate(divide="ignore", invalid="ignore"):
                widened = factor * (of_part * np.abs(whole) + of_whole * np.abs(part))
                allowed = allowed + widened / (np.abs(whole) * room)
    else:
        allowed = np.full(len(printed), float(within))
    off = np.abs(printed - quotient)
    return np.flatnonzero(off > allowed * (1 - SLACK) - SLACK * np.abs(quotient))


def _allowed(
    columns: CubeColumns,
    ends: list[int],
    factor: int,
    rounded: tuple[Fraction, Fraction],
    within: Decimal | None,
) -> Fraction | None:
    """Return the exact difference allowed between percentage and quotient, None if any is."""
    if within is not None:
        return Fraction(within)
    half = Fraction(1, 2 * 10 ** int(columns.decimals[ends[0]]))
    part, whole = (abs(_exact(columns, end)) for end in ends[1:])
    room = whole - rounded[1]
    if room <= 0:
        return None  # the whole may have been zero before it was rounded
    return half + factor * (rounded[0] * whole + rounded[1] * part) / (whole * room)


def _exact(columns: CubeColumns, place: int) -> Fraction:
    return Fraction(int(columns.mantissa[place]), 10 ** int(columns.decimals[place]))


def printed_value(columns: CubeColumns, place: int, form: str) -> str:
    """Return the value of an observation as its table writes numbers."""
    return format_number(int(columns.mantissa[place]), int(columns.decimals[place]), FORMATS[form])


def _rounded(value: Fraction, decimals: int) -> int:
    """Return a number in units of its last decimal."""
    number: int = round(value * 10**decimals)
    return number


def _shortest(value: Fraction, form: str) -> str:
    """Return a tolerance with as few decimals as it takes, at most six."""
    with localcontext(prec=40):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    return plain_number(exact.quantize(Decimal("0.000001"), ROUND_HALF_EVEN), form)
