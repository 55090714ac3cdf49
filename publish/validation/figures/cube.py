"""All checks on the figures of one cube, batch by batch.

Values are compared with their bounds as they pass; totals and shares after the last batch, by
grouping and sorting whole columns. That figures of two cubes agree is checked in ``agreements.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from publish.cube.acknowledgements import Acknowledgements
from publish.cube.assemble import Cube
from publish.cube.batch import Batch
from publish.cube.columns import ColumnCollector, CubeColumns
from publish.cube.derive import AnyCube
from publish.faults.fault import Fault, fault
from publish.validation.figures.measure_bounds import MeasureBoundsCheck
from publish.validation.figures.period_order import PeriodOrderCheck
from publish.validation.figures.shares import check_share_names, compare_shares
from publish.validation.figures.totals import compare_totals
from publish.validation.figures.value_ranges import read_ranges


@dataclass(kw_only=True)
class FiguresCheck:
    """Checks that the figures of a cube fit their bounds, their totals and one another.

    Keeps some 30 bytes per observation of a cube that declares totals or shares or is compared
    with another, and nothing of other cubes.
    """

    cube: AnyCube
    inputs: tuple[FiguresCheck, ...] = ()
    """The checks of the cubes that this one is derived from."""
    is_compared: bool = False
    """Whether its figures must agree with those of another data set."""
    acknowledged: Acknowledgements = field(init=False)
    """The faults of its source that it acknowledges."""
    _columns: ColumnCollector = field(default_factory=ColumnCollector)
    _with_total: set[str] = field(default_factory=set)
    """The dimensions of which an observation has the total."""
    _bounds: MeasureBoundsCheck = field(init=False)
    _periods: PeriodOrderCheck = field(init=False)

    def __post_init__(self) -> None:
        mapping, structure = self.cube.mapping, self.cube.structure
        self._bounds = MeasureBoundsCheck(structure=structure, numbers=mapping.numbers)
        self._periods = PeriodOrderCheck(
            mapping=mapping, structure=structure, documents=self.cube.documents
        )
        self.acknowledged = Acknowledgements(
            mapping=mapping,
            structure=structure,
            inputs=tuple(item.acknowledged for item in self.inputs),
        )

    def see(self, batch: Batch) -> None:
        """Check the next batch of the cube, and keep what later checks need."""
        mapping, structure = self.cube.mapping, self.cube.structure
        for dimension, key in zip(structure.dimensions, batch.keys, strict=True):
            if dimension.total is not None and (key == dimension.total).any():
                self._with_total.add(dimension.name)
        self._bounds.see(batch)
        self._periods.see(batch)
        if mapping.totals or mapping.declarations.shares or self.is_compared:
            self._columns.add(batch)

    def columns(self) -> CubeColumns | None:
        """Return the columns of the whole cube, None if they were not kept."""
        return self._columns.columns()

    def faults(self, others: list[Fault]) -> list[Fault]:
        """Return the faults, after the last batch.

        ``others`` are the faults of the tables. A total is not blamed for a part that could not be
        read: if it is known which cells each of the others costs, totals without these cells are
        judged, else none.
        """
        mapping, structure = self.cube.mapping, self.cube.structure
        found = [
            fault("total-not-declared", *mapping.file.place(), name=name)
            for name in sorted(self._with_total - set(mapping.totals))
        ]
        found += self._bounds.faults()
        wrong = check_share_names(mapping, structure)
        columns = self.columns()
        tables = {table.shown for table in structure.tables}
        if columns is None or any(
            not other.kind.costs_known_cells or other.path not in tables for other in others
        ):
            return found + wrong
        unread = (
            [item.unread for item in self.cube.crosstabs] if isinstance(self.cube, Cube) else []
        )
        ranges = read_ranges(columns, structure)
        for name in mapping.totals:
            found += compare_totals(name, mapping, structure, columns, ranges, unread)
        if wrong:
            return found + wrong
        for share in mapping.declarations.shares:
            found += compare_shares(share, mapping, structure, columns, whole=not others)
        return found

    def warnings(self) -> Iterator[Fault]:
        """Yield warnings of periods out of order or after their document, after the last batch."""
        return self._periods.warnings()
