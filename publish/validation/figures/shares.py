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

Floats = NDArray[np.float64]


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
    share: Share, mapping: Mapping, structure: Structure, columns: CubeColumns, *, whole: bool
) -> Iterator[Fault]:
    """Yield a fault for every percentage that differs from its quotient.

    A share of which no percentage can be compared is a fault too, if the cube is ``whole``.
    """
    places = _find_parts(share, structure, columns)
    if not places.size:
        if whole:
            place = mapping.file.place(*share.steps)
            yield fault("nothing-compared", *place, name=share.measure)
        return
    unit = structure.units[structure.dimensions[-1].positions[share.measure]]
    tolerance = _Tolerance(
        factor=100 if unit.endswith("/PC") else 1,
        of_part=_rounding(structure, columns, share.part),
        of_whole=_rounding(structure, columns, share.whole),
        within=share.within,
    )
    findings = TableFindings(tables=structure.tables)
    number, form = FORMATS[mapping.numbers], mapping.numbers
    for at in _suspects(places, columns, tolerance).tolist():
        ends = places[:, at].tolist()
        decimals = columns.decimals[ends].tolist()
        values = zip(columns.mantissa[ends].tolist(), decimals, strict=True)
        printed, part, total = (Fraction(mantissa, 10**places) for mantissa, places in values)
        quotient = tolerance.factor * part / total
        off = tolerance.exact(decimals[0], abs(part), abs(total))
        if off is None or abs(printed - quotient) <= off:
            continue
        more = decimals[0] + 2
        findings.add(
            "share-differs",
            *columns.first_cell(ends[0]),
            codes=structure.codes_at(columns.keys, ends[0]),
            printed=printed_value(columns, ends[0], form),
            part=printed_value(columns, ends[1], form),
            whole=printed_value(columns, ends[2], form),
            computed=format_number(round(quotient * 10**more), more, number),
            within=_shortest(off, form),
        )
    yield from findings.faults()


def _find_parts(share: Share, structure: Structure, columns: CubeColumns) -> NDArray[np.int64]:
    """Return the places of the percentages, and of the part and the whole of each, as rows.

    Left out are those of which part or whole is not printed, or the whole is zero.
    """
    dimensions = structure.dimensions
    measures = dimensions[-1].positions
    shares = np.flatnonzero((columns.keys[-1] == measures[share.measure]) & (columns.absence == 0))
    own = tuple(key[shares] for key in columns.keys)

    def found(measure: str, over: str | None) -> NDArray[np.int64]:
        keys = [
            np.full_like(key, dimension.total) if dimension.name == over else key
            for dimension, key in zip(dimensions, own, strict=True)
        ]
        keys[-1] = np.full_like(keys[-1], measures[measure])
        return find_keys(columns.keys, tuple(keys), dimensions)

    part, whole = found(share.part, None), found(share.whole, share.over)
    usable = (part != NOT_FOUND) & (whole != NOT_FOUND)
    usable &= (columns.absence[part] == 0) & (columns.absence[whole] == 0)
    usable &= columns.mantissa[whole] != 0
    return np.stack([shares, part, whole])[:, usable]


def _rounding(structure: Structure, columns: CubeColumns, measure: str) -> Fraction:
    """Return the most by which rounding changes a figure of a measure; nothing for counts.

    Sources drop trailing zeros, so the most decimals of the measure tell how it is rounded.
    """
    number = structure.dimensions[-1].positions[measure]
    if structure.measures[number].datatype == str(XSD.integer):
        return Fraction(0)
    decimals = columns.decimals[columns.keys[-1] == number]
    return Fraction(1, 2 * 10 ** int(decimals.max(initial=0)))


@dataclass(frozen=True, kw_only=True)
class _Tolerance:
    """By how much a percentage may differ from its quotient."""

    factor: int
    of_part: Fraction
    """The most by which rounding changes a part."""
    of_whole: Fraction
    within: Decimal | None

    def exact(self, decimals: int, part: Fraction, whole: Fraction) -> Fraction | None:
        """Return the tolerance for an absolute part and whole, None if any difference is right."""
        if self.within is not None:
            return Fraction(self.within)
        room = whole - self.of_whole
        if room <= 0:
            return None  # the whole may have been zero before it was rounded
        widened = self.factor * (self.of_part * whole + self.of_whole * part)
        return Fraction(1, 2 * 10**decimals) + widened / (whole * room)

    def floating(self, decimals: Floats, part: Floats, whole: Floats) -> Floats:
        """Return the same for many, in floating point."""
        if self.within is not None:
            return np.full_like(decimals, float(self.within))
        room = np.maximum(whole - float(self.of_whole), 0.0)
        widened = self.factor * (float(self.of_part) * whole + float(self.of_whole) * part)
        with np.errstate(divide="ignore", invalid="ignore"):
            return 0.5 * 10.0**-decimals + widened / (whole * room)


def _suspects(
    places: NDArray[np.int64], columns: CubeColumns, tolerance: _Tolerance
) -> NDArray[np.int64]:
    """Return the percentages that floating point cannot show to be right."""
    decimals = columns.decimals[places].astype(np.float64)
    printed, part, whole = columns.mantissa[places] / 10.0**decimals
    quotient = tolerance.factor * part / whole
    allowed = tolerance.floating(decimals[0], np.abs(part), np.abs(whole))
    off = np.abs(printed - quotient)
    return np.flatnonzero(off > allowed * (1 - SLACK) - SLACK * np.abs(quotient))


def printed_value(columns: CubeColumns, place: int, form: str) -> str:
    """Return the value of an observation as its table writes numbers."""
    return format_number(int(columns.mantissa[place]), int(columns.decimals[place]), FORMATS[form])


def _shortest(value: Fraction, form: str) -> str:
    """Return a tolerance with as few decimals as it takes, at most six."""
    with localcontext(prec=40):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    return plain_number(exact.quantize(Decimal("0.000001"), ROUND_HALF_EVEN), form)
