"""Faults of the source itself that a mapping acknowledges: they become notes and stop nothing.

A remark that acknowledges a kind of fault concerns one observation, by a cell of a printed table
or by its codes. Which observation that is, is found as the batches of the cube pass. Faults of
that kind at a source cell of that observation are then taken out of the report. An
acknowledgement that nothing needs is a fault itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Batch
from publish.cube.structure import Structure
from publish.faults.fault import KINDS, Fault, did_you_mean, phrase
from publish.mappings.mapping import Mapping, Remark
from publish.tables.table import places

Place = tuple[str, str, int, int]
"""A kind of fault with a file, line and column."""


def concerned(remark: Remark, batch: Batch, structure: Structure) -> NDArray[np.int64]:
    """Return the places of the observations of a batch that a remark concerns."""
    if remark.cell:
        cells, cell = batch.cells, remark.cell
        names = [f"{table.document}/{table.name}" for table in structure.tables]
        tables = [at for at, name in enumerate(names) if cell.table in (None, name)]
        here = (cells.row == cell.row) & (cells.column == cell.column)
        here &= np.isin(cells.table, np.array(tables, dtype=cells.table.dtype))
        return np.unique(cells.observation[here])
    chosen = np.ones(len(batch), dtype=np.bool_)
    for dimension, key in zip(structure.dimensions, batch.keys, strict=True):
        if dimension.name in remark.at:
            code = dimension.read_code(remark.at[dimension.name])
            chosen &= key == dimension.positions.get(code or "", -1)
    return np.flatnonzero(chosen)


def check_acknowledgements(mapping: Mapping) -> list[Fault]:
    """Return the faults of acknowledgements that show in the mapping alone."""
    own = (remark for remark in mapping.remarks if remark.acknowledges)
    return [found for remark in own for found in _misfits(remark, mapping)]


def _misfits(remark: Remark, mapping: Mapping) -> Iterator[Fault]:
    """Yield what is wrong with an acknowledgement whatever the figures are."""
    report, steps, code = mapping.file.fault, remark.steps, remark.acknowledges or ""
    kinds = [name for name, kind in KINDS.items() if kind.can_be_acknowledged]
    tables = [f"{use.document}/{use.table}" for use in mapping.uses]
    if code not in kinds:
        hint, known = did_you_mean(code, kinds), ", ".join(kinds)
        yield report("cannot-be-acknowledged", *steps, "code", code=code, hint=hint, known=known)
    if bool(remark.cell) == bool(remark.at):
        yield report("cell-or-codes", *steps, name=remark.name)
    if remark.cell and remark.cell.table and remark.cell.table not in tables:
        name, known = remark.cell.table, ", ".join(tables)
        hint = did_you_mean(name, tables)
        yield report("table-not-read", *steps, "table", name=name, hint=hint, known=known)
    elif remark.cell and not remark.cell.table and len(set(tables)) > 1:
        yield report("missing-key", *steps, key="table", about=phrase("which-table"))


@dataclass(kw_only=True)
class Acknowledgements:
    """The acknowledged faults of a cube: found as its batches pass, then taken out."""

    mapping: Mapping
    structure: Structure
    inputs: tuple[Acknowledgements, ...] = ()
    """Those of the inputs of a derived data set, which has their faults as well."""
    _cells: dict[tuple[str, int], set[tuple[int, int]]] = field(default_factory=dict)
    """Per remark and table the cells of the observations that it concerns: row and column."""
    _counts: dict[str, int] = field(default_factory=dict)
    _needed: set[str] = field(default_factory=set)
    _is_judged: bool = False
    """Whether all checks on the figures have been made, so that what is not found is not there."""

    @property
    def _own(self) -> list[Remark]:
        return [remark for remark in self.mapping.remarks if remark.acknowledges]

    def codes(self) -> set[str]:
        """Return the kinds of fault that are acknowledged somewhere."""
        own = {remark.acknowledges for remark in self._own if remark.acknowledges}
        return own.union(*(item.codes() for item in self.inputs))

    def any_unacknowledged(self, faults: Iterable[Fault]) -> bool:
        """Return whether any of these faults is of a kind that is acknowledged nowhere."""
        codes = self.codes()
        return any(item.code not in codes for item in faults)

    def note(self, remark: Remark, batch: Batch, figures: NDArray[np.int64]) -> None:
        """Note the observations of a batch that an acknowledgement concerns."""
        self._counts[remark.name] = self._counts.get(remark.name, 0) + len(figures)
        cells = batch.cells
        at = np.flatnonzero(np.isin(cells.observation, figures))
        places = (column[at].tolist() for column in (cells.table, cells.row, cells.column))
        for table, row, column in zip(*places, strict=True):
            self._cells.setdefault((remark.name, table), set()).add((row, column))

    def places(self) -> dict[Place, list[str]]:
        """Return where faults are acknowledged, with the names of the remarks that do so."""
        found: dict[Place, list[str]] = {}
        codes = {remark.name: remark.acknowledges or "" for remark in self._own}
        for (name, number), cells in self._cells.items():
            table = self.structure.tables[number]
            for line, column, _ in places(table, cells).values():
                found.setdefault((codes[name], table.shown, line, column), []).append(name)
        return found

    def take_out(self, faults: list[Fault], start: int) -> None:
        """Take what is acknowledged out of ``faults[start:]``."""
        if not any(item.code in self.codes() for item in faults[start:]):
            return
        own, inherited = self.places(), set[Place]()
        for item in self.inputs:
            inherited |= item.places().keys()
        kept = []
        for found in faults[start:]:
            place = found.code, found.path, found.line, found.column
            self._needed.update(own.get(place, ()))
            if place not in own and place not in inherited:
                kept.append(found)
        faults[start:] = kept

    def note_remaining(self, faults: Iterable[Fault]) -> None:
        """Note which faults of the cube are left after all checks on its figures.

        When others than those of the source are left, some checks were not made.
        """
        self._is_judged = all(
            item.kind.can_be_acknowledged and not item.kind.stops_comparison for item in faults
        )

    def faults(self, unjudged: Set[str] = frozenset()) -> list[Fault]:
        """Return a fault for each acknowledgement that is not needed, or not of one observation.

        Whether one of the ``unjudged`` kinds is needed is not known in this run.
        """
        found, report = [], self.mapping.file.fault
        for remark in self._own:
            if any(_misfits(remark, self.mapping)):
                continue  # reported already; which observation it means is not known
            count, code = self._counts.get(remark.name, 0), remark.acknowledges
            if count > 1:
                found.append(report("acknowledgement-too-wide", *remark.steps, "at", count=count))
            elif self._is_judged and remark.name not in self._needed and code not in unjudged:
                why = phrase("no-such-fault", code=code) if count else phrase("no-such-figure")
                what = {"name": remark.name, "why": why}
                found.append(report("acknowledgement-not-needed", *remark.steps, **what))
        return found
