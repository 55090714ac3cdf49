"""The observations of a file of columns as N-Triples: the lines that the dumps have of them.

They are all that is said of an observation, what points to it from its slice and from remarks too.
A few observations are read without reading the rest of the file.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from publish.cube.columns_file.engine import Connection, sql_name, sql_text
from publish.cube.columns_file.reader import ColumnsFile, open_columns
from publish.cube.rdf.observations import ObservationWriter

SIZE = 2048
"""Observations that are written at a time."""


def open_lines(release: Path, slug: str, connection: Connection) -> ObservationLines:
    """Open the observations of a data set of a release; the connection may be a locked one.

    Raises OSError or UnusableColumns.
    """
    return ObservationLines(open_columns(release / "dumps" / f"{slug}.parquet", connection))


class ObservationLines:
    """Reads observations of one file of columns as N-Triples."""

    def __init__(self, columns: ColumnsFile) -> None:
        self._columns = columns

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns of the dimensions as SQL, in the order of the codes of an IRI."""
        return tuple(sql_name(item.column) for item in self._columns.about.dimensions)

    def of_codes(self, codes: Collection[Sequence[str]]) -> Iterator[bytes]:
        """Yield the lines of the observations with these codes, one for each dimension.

        There is nothing for codes that no observation has.
        """
        known = [item for item in codes if len(item) == len(self.keys)]
        if not known:
            return
        parts = []
        for key, own in zip(self.keys, zip(*known, strict=True), strict=True):
            listed = ", ".join(map(sql_text, sorted(set(own))))
            parts.append(f"{key} IN ({listed})")
        if len(known) > 1:
            rows = (f"({', '.join(map(sql_text, item))})" for item in known)
            parts.append(f"({', '.join(self.keys)}) IN ({', '.join(rows)})")
        yield from self.where(" AND ".join(parts))

    def where(self, condition: str = "TRUE", *, relation: str | None = None) -> Iterator[bytes]:
        """Yield the lines of the observations of which a condition in SQL holds, block by block.

        They come in the order of their codes, or in that of ``relation``, SQL after FROM, if they
        are to be read from a part of the file.
        """
        structure = self._columns.structure(condition, relation=relation)
        if not all(item.codes for item in structure.dimensions[:-1]):
            return  # there are none
        lines = io.BytesIO()
        writer = ObservationWriter(
            structure=structure, uris=self._columns.about.uris, observations=lines, cells=None
        )
        batches = self._columns.batches(structure, condition, size=SIZE, relation=relation)
        for batch, notes in batches:
            writer.write(batch)
            writer.annotate(batch, notes)
            yield lines.getvalue()
            lines.seek(0)
            lines.truncate()
