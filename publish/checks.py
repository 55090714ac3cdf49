"""Checks on observations that run over the column batches.

Keys are compared by sorting and totals by grouping; nothing is looked at triple by triple.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from publish.cube import Batch, Indices, Structure, mixed_radix
from publish.faults import Fault, fault
from publish.findings import Findings
from publish.limits import Ends, Ranges, exceeds, read_ranges
from publish.mapping import Mapping
from publish.numerals import FORMATS, written

OF_CELLS = {
    "not-a-number",
    "empty-cell",
    "no-number-in-mark",
    "wrong-bounds",
    "not-whole",
    "percent-mismatch",
    "number-too-long",
    "wrong-number-mark",
}
"""Faults that concern one cell and nothing else."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What is kept of a batch, or of all: of the cells only the place of an observation's first."""

    keys: tuple[Indices, ...]
    mantissa: NDArray[np.int64]
    decimals: NDArray[np.int8]
    absence: NDArray[np.int16]
    table: NDArray[np.int16]
    row: Indices
    column: Indices


@dataclass(kw_only=True)
class TotalsCheck:
    """Checks that totals are declared, and that parts add up to them where they are complete.

    Holds some 30 bytes per observation of a cube that declares totals, nothing for others.
    """

    mapping: Mapping
    structure: Structure
    _kept: list[_Kept] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def see(self, batch: Batch) -> None:
        """Take note of the next batch of the cube."""
        for dimension, key in zip(self.structure.dimensions, batch.keys, strict=True):
            if dimension.total is not None and (key == dimension.total).any():
                self._used.add(dimension.name)
        if self.mapping.totals:
            cells = batch.cells
            first = np.searchsorted(cells.observation, np.arange(len(batch)))
            self._kept.append(
                _Kept(
                    keys=batch.keys,
                    mantissa=batch.mantissa,
                    decimals=batch.decimals,
                    absence=batch.absence,
                    table=cells.table[first],
                    row=cells.row[first],
                    column=cells.column[first],
                )
            )

    def faults(self, others: list[Fault]) -> list[Fault]:
        """Return the faults, once all batches have been seen.

        ``others`` are those of the tables already. A total is not blamed for a part that could
        not be read: of broken cells only the totals without them are judged, else none.
        """
        place = self.mapping.file.place
        found = [
            fault("total-not-declared", *place(), name=name)
            for name in sorted(self._used - set(self.mapping.totals))
        ]
        if not self._kept or any(other.code not in OF_CELLS for other in others):
            return found
        kept = _Kept(
            keys=tuple(
                np.concatenate(parts) for parts in zip(*(k.keys for k in self._kept), strict=True)
            ),
            mantissa=np.concatenate([part.mantissa for part in self._kept]),
            decimals=np.concatenate([part.decimals for part in self._kept]),
            absence=np.concatenate([part.absence for part in self._kept]),
            table=np.concatenate([part.table for part in self._kept]),
            row=np.concatenate([part.row for part in self._kept]),
            column=np.concatenate([part.column for part in self._kept]),
        )
        ranges = read_ranges(
            kept.keys[-1], kept.mantissa, kept.decimals, kept.absence, self.structure
        )
        for name, kind in self.mapping.totals.items():
            found += self._compare(name, kind, kept, ranges, whole=bool(others))
        return found

    def _compare(
        self, name: str, kind: str, kept: _Kept, ranges: Ranges, *, whole: bool
    ) -> list[Fault]:
        """Return a fault for every total over one dimension that its parts contradict."""
        keys, dimensions = kept.keys, self.structure.dimensions
        at = next(place for place, dimension in enumerate(dimensions) if dimension.name == name)
        others = [place for place in range(len(dimensions)) if place != at]
        rest = mixed_radix(
            tuple(keys[place] for place in others), tuple(dimensions[place] for place in others)
        )
        groups, group = np.unique(rest, return_inverse=True)
        is_total = keys[at] == dimensions[at].total
        least, most = ranges.least.sums(group, ~is_total), ranges.most.sums(group, ~is_total)
        parts = np.bincount(group[~is_total], minlength=len(groups))
        totals = np.flatnonzero(is_total)
        own = group[totals]
        shares = np.array([unit.endswith("/PC") for unit in self.structure.units], dtype=np.bool_)
        over = exceeds(least.at(own), ranges.most.at(totals))
        under = exceeds(ranges.least.at(totals), most.at(own)) & (kind == "complete")
        # Percentages do not add up, and a total without parts has nothing to be compared with.
        enough = max(1, int(parts.max(initial=0)) if whole else 1)
        judged = ~shares[keys[-1][totals]] & (parts[own] >= enough)
        unknown = np.bincount(group, weights=kept.absence > 0, minlength=len(groups)) > 0
        by_table: dict[int, Findings] = {}
        for position, exceeded in zip(
            totals[judged & (over | under)].tolist(),
            over[judged & (over | under)].tolist(),
            strict=True,
        ):
            table, here = int(kept.table[position]), int(group[position])
            findings = by_table.setdefault(table, Findings(table=self.structure.tables[table]))
            codes = [dimensions[other].codes[int(keys[other][position])] for other in others]
            total, sums = (ranges.most, least) if exceeded else (ranges.least, most)
            if kind == "complete" and not unknown[here]:
                code = "total-differs"
            else:
                code = "parts-exceed-total" if exceeded else "parts-below-total"
            findings.add(
                code,
                int(kept.row[position]),
                int(kept.column[position]),
                name=name,
                codes=", ".join(codes),
                total=self._in_words(total, position, upper=exceeded),
                parts=self._in_words(sums, here, upper=not exceeded),
            )
        return [found for findings in by_table.values() for found in findings.faults()]

    def _in_words(self, ends: Ends, place: int, *, upper: bool) -> str:
        """Return one end as a message has it: a number, or a bound with its words."""
        number = written(int(ends.numbers[place]), ends.decimals, FORMATS[self.mapping.numbers])
        if not ends.bounds[place]:
            return number
        words = ("at least", "at most"), ("more than", "less than")
        return f"{words[int(ends.open[place])][int(upper)]} {number}"
