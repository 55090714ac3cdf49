"""Writes the observations of a cube as columns, in a Parquet file.

While batches pass, their columns go to a file beside it as they are. When all have passed, the
codes are known and sorted, and DuckDB reads that file batch by batch, sorts the observations and
writes them; it keeps in memory what it may and the rest on the disk. The order is total, so equal
input gives equal bytes.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Batch, SourceCells
from publish.cube.columns_file.content import ColumnsContent
from publish.cube.columns_file.engine import Connection
from publish.cube.columns_file.layout import ColumnsAbout, about_columns, name_of_table
from publish.cube.columns_file.sorting import (
    CodedColumn,
    NumberedTexts,
    PassedColumns,
    SortedColumns,
)
from publish.cube.structure import Structure
from publish.mappings.marks import Absence, canonical_decimal, decimal_of
from publish.project.iris import Uris

Note = tuple[int, str]
"""The place of an observation in its batch, and the name of a remark that concerns it."""

_NARROW, _WIDE = 18, 38
"""The digits of decimals that Parquet holds in 8 bytes, and the most that there can be."""


@dataclass(kw_only=True)
class ColumnsWriter:
    """Writes the columns of one cube to ``path``; until then they are in the file ``spool``."""

    path: Path
    spool: Path
    structure: Structure
    uris: Uris
    _absences: dict[Absence, int] = field(default_factory=dict)
    """The number of each absence, with the numbers printed in its marks; counted from 1."""
    _largest: list[int] = field(default_factory=list)
    """The largest number of those with 0, 1, 2 … decimals, in units of the last one."""

    @cached_property
    def content(self) -> ColumnsContent:
        """What the columns that passed so far hold."""
        return ColumnsContent(structure=self.structure)

    def write(self, batch: Batch, notes: Sequence[Note] = ()) -> None:
        """Take the columns of a batch."""
        if not len(batch):
            return
        cells, count = batch.cells, len(batch)
        first = np.searchsorted(cells.observation, np.arange(count))
        further = np.ones(len(cells.observation), dtype=np.bool_)
        further[first] = False
        passed = PassedColumns(
            keys=batch.keys,
            mantissa=batch.mantissa,
            decimals=batch.decimals,
            status=batch.status,
            absence=self._number_absences(batch),
            source=(cells.table[first], cells.row[first], cells.column[first]),
        )
        if further.any():
            columns = (cells.observation, cells.table, cells.row, cells.column, cells.superseded)
            passed.further = tuple(column[further] for column in columns)
        if batch.addends is None:
            self._take_texts(passed, cells, first.tolist())
        else:
            head = len(self.uris.iri("observation", slug="", codes="")) - 1
            passed.addends = batch.addends.observation, [iri[head:] for iri in batch.addends.iris]
        if notes:
            places, names = zip(*notes, strict=True)
            passed.notes = np.array(places), list(names)
        with self.spool.open("ab") as spool:
            pickle.dump(passed, spool, protocol=pickle.HIGHEST_PROTOCOL)
        self.content.see(batch, passed)
        self._see(batch)

    @staticmethod
    def _take_texts(passed: PassedColumns, cells: SourceCells, first: list[int]) -> None:
        """Take the lines of the document, and what is printed where no value is shown."""
        passed.line = NumberedTexts.of(cells.source_line[at] or None for at in first)
        absent = np.flatnonzero(passed.absence)
        if len(absent):
            printed: list[str | None] = [None] * len(first)
            for at in absent.tolist():
                printed[at] = cells.text[first[at]]
            passed.printed = NumberedTexts.of(printed)

    def _see(self, batch: Batch) -> None:
        """Note how large numbers are."""
        shown = batch.absence == 0
        for places in np.unique(batch.decimals[shown]).tolist():
            numbers = batch.mantissa[shown & (batch.decimals == places)]
            self._see_number(max(int(numbers.max()), -int(numbers.min())), places)

    def _see_number(self, size: int, places: int) -> None:
        self._largest += [0] * (places + 1 - len(self._largest))
        self._largest[places] = max(self._largest[places], size)

    def _number_absences(self, batch: Batch) -> NDArray[np.int32]:
        """Return the number of the absence of each observation; 0 where there is a value."""
        numbers = np.zeros(len(batch), dtype=np.int32)
        known = dict[tuple[int, int, int], int]()
        places = np.flatnonzero(batch.absence)
        columns = (batch.absence, batch.mantissa, batch.decimals)
        found = zip(*(column[places].tolist() for column in columns), strict=True)
        for at, marked in zip(places.tolist(), found, strict=True):
            if marked not in known:
                known[marked] = self._number_absence(*marked)
            numbers[at] = known[marked]
        return numbers

    def _number_absence(self, absence: int, mantissa: int, decimals: int) -> int:
        """Return the number of an absence with the number printed in its mark."""
        printed = decimal_of(mantissa, decimals)
        resolved = self.structure.absences[absence - 1].with_number(printed)
        if resolved not in self._absences:
            self._absences[resolved] = len(self._absences) + 1
            self.content.reasons.update(resolved.reasons)
            if len(resolved.reasons) > 1:
                self.content.several.add("reasons")
            for _, bound in resolved.bounds:
                self._see_bound(bound or Decimal(0))
        return self._absences[resolved]

    def _see_bound(self, bound: Decimal) -> None:
        whole, _, part = canonical_decimal(abs(bound)).partition(".")
        self._see_number(int(whole + part), len(part))

    def finish(self, connection: Connection) -> ColumnsAbout:
        """Write the file, and return what it says about itself."""
        scale = max(len(self._largest) - 1, 0)
        most = max(
            (size * 10 ** (scale - places) for places, size in enumerate(self._largest)), default=0
        )
        about = about_columns(self.structure, self.uris, scale)
        columns = SortedColumns(
            connection=connection,
            about=about,
            digits=_NARROW if most < 10**_NARROW else _WIDE,
            codes=[
                CodedColumn.of(item.codes, used)
                for item, used in zip(self.structure.dimensions, self.content.used, strict=True)
            ],
            tables=CodedColumn.of([name_of_table(table) for table in self.structure.tables]),
        )
        try:
            columns.start(list(self._absences))
            with self.spool.open("rb") as spool:
                while (passed := _next(spool)) is not None:
                    columns.add(passed)
            columns.write(self.path)
        finally:
            columns.end()
        self.spool.unlink()
        return about


def _next(spool: BinaryIO) -> PassedColumns | None:
    """Return the next columns of a spool, None at its end."""
    try:
        passed: PassedColumns = pickle.load(spool)  # noqa: S301 - this process has written it
    except EOFError:
        return None
    return passed
