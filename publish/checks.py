"""Checks on observations that run over the column batches.

Keys are compared by sorting and totals by grouping; nothing is looked at triple by triple.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from publish.crosstab import Findings
from publish.cube import Batch, Indices, Structure, mixed_radix
from publish.faults import Fault, fault
from publish.mapping import Mapping
from publish.numerals import FORMATS, written


@dataclass(kw_only=True)
class TotalsCheck:
    """Checks that totals are declared, and that parts add up to them where they are complete.

    Holds 30 bytes per observation of a cube that declares totals, nothing for others.
    """

    mapping: Mapping
    structure: Structure
    _kept: list[Batch] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def see(self, batch: Batch) -> None:
        """Take note of the next batch of the cube."""
        for dimension, key in zip(self.structure.dimensions, batch.keys, strict=True):
            if dimension.total is not None and (key == dimension.total).any():
                self._used.add(dimension.name)
        if self.mapping.totals:
            self._kept.append(batch)

    def faults(self) -> list[Fault]:
        """Return the faults, once all batches have been seen."""
        found: list[Fault] = []
        place = self.mapping.file.place
        for name in sorted(self._used - set(self.mapping.totals)):
            found.append(fault("total-not-declared", *place(), name=name))
        if not self._kept:
            return found
        keys = tuple(
            np.concatenate(parts) for parts in zip(*(b.keys for b in self._kept), strict=True)
        )
        decimals = np.concatenate([batch.decimals for batch in self._kept]).astype(np.int64)
        most = int(decimals.max()) if len(decimals) else 0
        values = np.concatenate([batch.mantissa for batch in self._kept]) * 10 ** (most - decimals)
        for name, kind in self.mapping.totals.items():
            found += self._compare(name, kind, keys, values, most)
        return found

    def _compare(
        self,
        name: str,
        kind: str,
        keys: tuple[Indices, ...],
        values: NDArray[np.int64],
        most: int,
    ) -> list[Fault]:
        """Return a fault for every total over one dimension that its parts contradict."""
        dimensions = self.structure.dimensions
        at = next(place for place, dimension in enumerate(dimensions) if dimension.name == name)
        others = [place for place in range(len(dimensions)) if place != at]
        rest = mixed_radix(
            tuple(keys[place] for place in others), tuple(dimensions[place] for place in others)
        )
        groups, group = np.unique(rest, return_inverse=True)
        is_total = keys[at] == dimensions[at].total
        sums = np.zeros(len(groups), dtype=np.int64)
        np.add.at(sums, group[~is_total], values[~is_total])
        parts = np.bincount(group[~is_total], minlength=len(groups))
        totals = np.flatnonzero(is_total)
        own = group[totals]
        difference = values[totals] - sums[own]
        shares = np.array([unit.endswith("/PC") for unit in self.structure.units])
        wrong = (difference != 0) if kind == "complete" else (difference < 0)
        # Percentages do not add up, and a total without parts has nothing to be compared with.
        wrong &= ~shares[keys[-1][totals]] & (parts[own] > 0)
        code = "total-differs" if kind == "complete" else "parts-exceed-total"
        form = FORMATS[self.mapping.numbers]
        found: list[Fault] = []
        by_table: dict[int, Findings] = {}
        for position in totals[wrong].tolist():
            batch, place = self._locate(position)
            cell = int(np.searchsorted(batch.cells.observation, place))
            table = int(batch.cells.table[cell])
            findings = by_table.setdefault(table, Findings(table=self.structure.tables[table]))
            codes = [dimensions[other].codes[int(keys[other][position])] for other in others]
            findings.add(
                code,
                int(batch.cells.row[cell]),
                int(batch.cells.column[cell]),
                name=name,
                codes=", ".join(codes),
                total=written(int(values[position]), most, form),
                parts=written(int(sums[group[position]]), most, form),
            )
        for findings in by_table.values():
            found.extend(findings.faults())
        return found

    def _locate(self, position: int) -> tuple[Batch, int]:
        """Return the batch of an observation and its place there."""
        for batch in self._kept:
            if position < len(batch):
                return batch, position
            position -= len(batch)
        raise IndexError(position)
