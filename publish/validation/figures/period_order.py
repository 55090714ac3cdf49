"""Periods in the order in which tables print them, and none after the date of the document.

Two headings that have changed places give figures to the wrong period, and nothing else in the
data shows it; so a label out of order gives a warning. Where an axis has other dimensions too, the
order is that of periods whose other codes are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from publish.cube.batch import Batch, Indices, join_columns
from publish.cube.keys import key_numbers
from publish.cube.structure import Structure
from publish.faults.fault import Fault, fault, phrase
from publish.mappings.document import Document
from publish.mappings.mapping import Axis, Mapping
from publish.ontology.periods import period as period_of
from publish.tables.findings import Findings
from publish.tables.table import Table


@dataclass(frozen=True, kw_only=True)
class _Labels:
    """Rows or columns of a table with the period of each, and their other codes on that axis."""

    positions: Indices
    periods: Indices
    others: tuple[Indices, ...]


@dataclass(kw_only=True)
class PeriodOrderCheck:
    """Notes the period of each row or column, batch by batch; keeps a few bytes a row."""

    mapping: Mapping
    structure: Structure
    documents: dict[str, Document]
    _seen: dict[int, tuple[Axis, list[_Labels]]] = field(default_factory=dict)
    """The axis with the periods, and what was seen of it, by number of the table."""
    _fixed: dict[int, set[int]] = field(default_factory=dict)
    """Periods that the mapping gives for whole tables, by number of the table."""

    def see(self, batch: Batch) -> None:
        """Take note of the periods of the next batch."""
        period = self.structure.period
        if period is None or not self.mapping.uses:
            return
        cells = batch.cells
        for number in np.unique(cells.table).tolist():
            here = np.flatnonzero(cells.table == number)
            axis = self._axis(number)
            figures = cells.observation[here]
            if axis is None:
                periods = np.unique(batch.keys[0][figures]).tolist()
                self._fixed.setdefault(number, set()).update(periods)
                continue
            is_column = axis is self.mapping.uses[number].columns
            places = cells.column[here] if is_column else cells.row[here]
            positions, first = np.unique(places, return_index=True)
            chosen = figures[first]
            others = tuple(batch.keys[at][chosen] for at in self._others(axis))
            labels = _Labels(positions=positions, periods=batch.keys[0][chosen], others=others)
            self._seen.setdefault(number, (axis, []))[1].append(labels)

    def _axis(self, number: int) -> Axis | None:
        """Return the axis of a table that has the periods, None where the mapping gives them."""
        use, period = self.mapping.uses[number], self.structure.dimensions[0]
        axes = (use.columns, use.rows)
        return next((axis for axis in axes if period.name in axis.dimensions), None)

    def _others(self, axis: Axis) -> list[int]:
        """Return the indices of the other dimensions of an axis."""
        return [
            at
            for at, dimension in enumerate(self.structure.dimensions)
            if at and dimension.name in axis.dimensions
        ]

    def warnings(self) -> Iterator[Fault]:
        """Yield the warnings, after the last batch."""
        for number, (axis, parts) in sorted(self._seen.items()):
            labels, findings = join_columns(parts), Findings(table=self.structure.tables[number])
            _, first = np.unique(labels.positions, return_index=True)
            labels = _Labels(
                positions=labels.positions[first],
                periods=labels.periods[first],
                others=tuple(key[first] for key in labels.others),
            )
            self._find_disorder(number, axis, labels, findings)
            self._find_future(number, axis, labels, findings)
            yield from findings.faults()
        yield from self._future_given()

    def _find_disorder(self, number: int, axis: Axis, labels: _Labels, findings: Findings) -> None:
        """Note the first label that breaks the order of most labels of its axis."""
        positions, periods = labels.positions, labels.periods
        dimensions = tuple(self.structure.dimensions[at] for at in self._others(axis))
        group = np.zeros(len(positions), dtype=np.int64)
        if dimensions:
            group = key_numbers(labels.others, dimensions)
        codes = self.structure.dimensions[0].codes
        rank = np.argsort(np.argsort(np.array(codes)))[periods]  # in one kind, they sort as text
        order = np.lexsort((positions, group))
        steps = np.sign(np.diff(rank[order]))
        steps[np.diff(group[order]) != 0] = 0
        ups, downs = int((steps > 0).sum()), int((steps < 0).sum())
        if not ups or not downs:
            return
        places = positions[order]
        rising = ups > downs
        if ups == downs:
            # With as many steps up as down, the first step decides.
            moving = np.flatnonzero(steps)
            rising = bool(steps[moving[np.argmin(places[moving + 1])]] > 0)
        wrong = np.flatnonzero(steps < 0 if rising else steps > 0)
        at = int(wrong[np.argmin(places[wrong + 1])])
        findings.add(
            "periods-out-of-order",
            *self._label_place(number, axis, int(places[at + 1])),
            code=codes[int(periods[order][at + 1])],
            before=codes[int(periods[order][at])],
            direction=phrase("from-old-to-new" if rising else "from-new-to-old"),
        )

    def _label_place(self, number: int, axis: Axis, position: int) -> tuple[int, int]:
        """Return row and column of the label of a period."""
        use, table = self.mapping.uses[number], self.structure.tables[number]
        level = 0
        if axis.labels is None:
            level = axis.dimensions.index(self.structure.dimensions[0].name)
        if axis is not use.columns:
            return position, level + 1
        column = position
        # In an upper header row a label is printed once, above the first of its columns.
        while column > use.rows.depth + 1 and not table.headers[level][column - 1]:
            column -= 1
        return level + 1, column

    def _late(self, table: Table, periods: Indices) -> list[tuple[int, str, date]]:
        """Return which periods begin after the date of a table's document."""
        document, period = self.documents.get(table.document), self.structure.dimensions[0]
        if document is None or document.file is None or period.period is None:
            return []
        return [
            (number, period.codes[number], document.date)
            for number in np.unique(periods).tolist()
            if period_of(period.period, period.codes[number]).start > document.date
        ]

    def _find_future(self, number: int, axis: Axis, labels: _Labels, findings: Findings) -> None:
        for late, code, day in self._late(self.structure.tables[number], labels.periods):
            position = int(labels.positions[np.argmax(labels.periods == late)])
            place = self._label_place(number, axis, position)
            findings.add("period-after-document", *place, code=code, date=day)

    def _future_given(self) -> Iterator[Fault]:
        """Yield a warning for each period, given by the mapping, that is after the document."""
        name = self.structure.dimensions[0].name
        for number, periods in sorted(self._fixed.items()):
            own = (*self.mapping.uses[number].steps, "fixed", name)
            steps = own if own in self.mapping.file.places else ("fixed", name)
            given = np.array(sorted(periods), dtype=np.int32)
            for _, code, day in self._late(self.structure.tables[number], given):
                place = self.mapping.file.place(*steps)
                yield fault("period-after-document", *place, code=code, date=day)
