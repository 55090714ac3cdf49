"""Checks on observations that run over the column batches.

Values are compared with their bounds as they pass; totals and shares once all have been seen, by
grouping and sorting columns. Nothing is looked at triple by triple.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from publish.cube.acknowledgements import Acknowledgements
from publish.cube.batch import Batch
from publish.cube.columns import ColumnKeeper, Columns
from publish.cube.derive import AnyCube
from publish.cube.structure import Structure
from publish.cube.unread_cells import Lost
from publish.faults.fault import Fault, fault
from publish.mappings.mapping import Mapping
from publish.validation.figures.measure_bounds import MeasureBoundsCheck
from publish.validation.figures.period_order import PeriodOrderCheck
from publish.validation.figures.shares import check_share_names, compare_shares
from publish.validation.figures.totals import compare_totals
from publish.validation.figures.value_ranges import read_ranges


@dataclass(kw_only=True)
class FiguresCheck:
    """Checks that the figures of a cube fit their bounds, their totals and one another.

    Holds some 30 bytes per observation of a cube that declares totals or shares, or of which the
    columns are ``wanted`` for a comparison with another, nothing for others.
    """

    mapping: Mapping
    structure: Structure
    wanted: bool = False
    _keeper: ColumnKeeper = field(default_factory=ColumnKeeper)
    _used: set[str] = field(default_factory=set)
    _bounds: MeasureBoundsCheck = field(init=False)

    def __post_init__(self) -> None:
        self._bounds = MeasureBoundsCheck(structure=self.structure, numbers=self.mapping.numbers)

    def see(self, batch: Batch) -> None:
        """Take note of the next batch of the cube."""
        for dimension, key in zip(self.structure.dimensions, batch.keys, strict=True):
            if dimension.total is not None and (key == dimension.total).any():
                self._used.add(dimension.name)
        self._bounds.see(batch)
        if self.mapping.totals or self.mapping.facts.shares or self.wanted:
            self._keeper.see(batch)

    def columns(self) -> Columns | None:
        """Return the columns of the whole cube, when they were wanted."""
        return self._keeper.columns()

    def faults(self, others: list[Fault], lost: list[Lost]) -> list[Fault]:
        """Return the faults, once all batches have been seen.

        ``others`` are those of the tables already. A total is not blamed for a part that could
        not be read: where it is known which are ``lost`` the other totals are judged, else none.
        """
        place = self.mapping.file.place
        found = [
            fault("total-not-declared", *place(), name=name)
            for name in sorted(self._used - set(self.mapping.totals))
        ]
        found += self._bounds.faults()
        wrong = check_share_names(self.mapping, self.structure)
        columns = self.columns()
        tables = {table.shown for table in self.structure.tables}
        if columns is None or any(
            not other.kind.costs_known_cells or other.path not in tables for other in others
        ):
            return found + wrong
        ranges = read_ranges(
            columns.keys[-1], columns.mantissa, columns.decimals, columns.absence, self.structure
        )
        for name, kind in self.mapping.totals.items():
            found += compare_totals(
                name,
                kind,
                self.mapping.facts.within.get(name, Decimal(0)),
                columns,
                ranges,
                self.structure,
                self.mapping.numbers,
                lost,
            )
        if wrong:
            return found + wrong
        for share in self.mapping.facts.shares:
            found += compare_shares(share, self.mapping, columns, self.structure, whole=not others)
        return found


@dataclass(frozen=True, kw_only=True)
class JudgedCube:
    """A cube with what is checked of it, and the faults of its source that it acknowledges."""

    cube: AnyCube
    check: FiguresCheck
    order: PeriodOrderCheck
    acknowledged: Acknowledgements


def judged_cube(cube: AnyCube, inputs: list[JudgedCube], wanted: set[str]) -> JudgedCube:
    """Return a cube with its checks, before its batches pass.

    ``inputs`` are those that it is made from, ``wanted`` the slugs of those whose columns are
    kept for a comparison with another.
    """
    mapping, structure = cube.mapping, cube.structure
    return JudgedCube(
        cube=cube,
        check=FiguresCheck(mapping=mapping, structure=structure, wanted=structure.slug in wanted),
        order=PeriodOrderCheck(mapping=mapping, structure=structure, documents=cube.documents),
        acknowledged=Acknowledgements(
            mapping=mapping,
            structure=structure,
            inputs=tuple(item.acknowledged for item in inputs),
        ),
    )
