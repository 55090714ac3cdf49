"""Values within the bounds of their measure: ``pub:kleinste`` and ``pub:grootste`` of the ontology.

Only values that are shown are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Batch
from publish.cube.structure import Structure
from publish.faults.fault import Fault, phrase
from publish.tables.findings import TableFindings
from publish.tables.numbers import FORMATS, MOST_DECIMALS, format_number

MOST_MANTISSA = np.iinfo(np.int64).max


@dataclass(kw_only=True)
class MeasureBoundsCheck:
    """Compares values with the bounds of their measures, batch by batch; keeps only findings."""

    structure: Structure
    numbers: str
    """The name of the format of numbers, for messages."""
    _findings: TableFindings = field(init=False)

    def __post_init__(self) -> None:
        self._findings = TableFindings(tables=self.structure.tables)

    @cached_property
    def _limits(self) -> NDArray[np.int64] | None:
        """The bounds as mantissas: lower or upper, by measure, by number of decimals."""
        measures = self.structure.measures
        if all(item.least is None and item.most is None for item in measures):
            return None
        limits = np.empty((2, len(measures), MOST_DECIMALS + 1), dtype=np.int64)
        limits[0], limits[1] = -MOST_MANTISSA, MOST_MANTISSA
        for number, item in enumerate(measures):
            for end, bound, up in ((0, item.least, ROUND_CEILING), (1, item.most, ROUND_FLOOR)):
                if bound is not None:
                    for decimals in range(MOST_DECIMALS + 1):
                        value = int(bound.scaleb(decimals).to_integral_value(up))
                        value = max(-MOST_MANTISSA, min(MOST_MANTISSA, value))
                        limits[end, number, decimals] = value
        return limits

    def see(self, batch: Batch) -> None:
        """Compare the values of the next batch."""
        if self._limits is None:
            return
        measures = batch.keys[-1]
        least, most = self._limits[:, measures, batch.decimals]
        outside = (batch.mantissa < least) | (batch.mantissa > most)
        outside &= batch.absence == 0
        form = FORMATS[self.numbers]
        for at in np.flatnonzero(outside).tolist():
            measure = self.structure.measures[int(measures[at])]
            low = batch.mantissa[at] < least[at]
            bound = measure.least if low else measure.most
            key = "bound-at-least" if low else "bound-at-most"
            self._findings.add(
                "out-of-range",
                *batch.cells.first_cell(at),
                value=format_number(int(batch.mantissa[at]), int(batch.decimals[at]), form),
                measure=measure.name,
                bound=phrase(key, number=plain_number(bound or Decimal(0), self.numbers)),
            )

    def faults(self) -> list[Fault]:
        """Return the faults, after the last batch."""
        return list(self._findings.faults())


def plain_number(number: Decimal, numbers: str) -> str:
    """Return a number as people write it, without trailing zeros."""
    number = number.normalize() + 0
    decimals = max(0, -int(number.as_tuple().exponent))
    return format_number(int(number.scaleb(decimals)), decimals, FORMATS[numbers])
