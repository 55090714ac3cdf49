"""Values within the bounds of their measure, as the ontology gives them.

In come batches; out come faults at the cells of values that are less than ``pub:kleinste`` or
more than ``pub:grootste``. A value that is not shown has no bounds to keep.
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

LARGEST = np.iinfo(np.int64).max


@dataclass(kw_only=True)
class BoundsCheck:
    """Compares values with the bounds of their measures as the batches pass; keeps nothing."""

    structure: Structure
    numbers: str
    _findings: TableFindings = field(init=False)

    def __post_init__(self) -> None:
        self._findings = TableFindings(tables=self.structure.tables)

    @cached_property
    def _limits(self) -> NDArray[np.int64]:
        """The least and the greatest mantissa of each measure at each number of decimals."""
        limits = np.empty((2, len(self.structure.measures), MOST_DECIMALS + 1), dtype=np.int64)
        limits[0], limits[1] = -LARGEST, LARGEST
        for number, measure in enumerate(self.structure.measures):
            for end, (bound, up) in enumerate(
                ((measure.least, ROUND_CEILING), (measure.most, ROUND_FLOOR))
            ):
                if bound is None:
                    continue
                for decimals in range(MOST_DECIMALS + 1):
                    value = int(bound.scaleb(decimals).to_integral_value(up))
                    limits[end, number, decimals] = max(-LARGEST, min(LARGEST, value))
        return limits

    @cached_property
    def _is_bounded(self) -> bool:
        measures = self.structure.measures
        return any(item.least is not None or item.most is not None for item in measures)

    def see(self, batch: Batch) -> None:
        """Compare the values of the next batch."""
        if not self._is_bounded:
            return
        measures = batch.keys[-1]
        least, most = self._limits[:, measures, batch.decimals]
        outside = (batch.mantissa < least) | (batch.mantissa > most)
        outside &= batch.absence == 0
        cells, form = batch.cells, FORMATS[self.numbers]
        for at in np.flatnonzero(outside).tolist():
            first = int(np.searchsorted(cells.observation, at))
            measure = self.structure.measures[int(measures[at])]
            low = batch.mantissa[at] < least[at]
            bound = measure.least if low else measure.most
            key = "bound-at-least" if low else "bound-at-most"
            self._findings.add(
                "out-of-range",
                int(cells.table[first]),
                int(cells.row[first]),
                int(cells.column[first]),
                value=format_number(int(batch.mantissa[at]), int(batch.decimals[at]), form),
                measure=measure.name,
                bound=phrase(key, number=_plain(bound or Decimal(0), self.numbers)),
            )

    def faults(self) -> list[Fault]:
        """Return the faults, once all batches have been seen."""
        return list(self._findings.faults())


def _plain(bound: Decimal, numbers: str) -> str:
    """Return a bound as people write it, without zeros at its end."""
    number = bound.normalize() + 0
    decimals = max(0, -int(number.as_tuple().exponent))
    return format_number(int(number.scaleb(decimals)), decimals, FORMATS[numbers])
