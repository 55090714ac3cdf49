"""Observations and their source cells as N-Triples, straight from the column batches.

The lines that a code brings are prepared once, with a placeholder for the observation; per
observation they are joined and the placeholder replaced, both loops in C. Observations come
out in the order of their tables and in canonical form, so equal input gives equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

from publish.cube import STATUSES, Batch, CubeDimension, Structure
from publish.namespaces import PROV, QB, RDF, SDMX_ATTRIBUTE, SDMX_CODE, XSD
from publish.numerals import MOST_DECIMALS, canonical_texts
from publish.uris import Uris

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\\ufffe\uffff]')


def _escape(text: str) -> str:
    """Return a text as it stands in a canonical N-Triples literal."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04X}"), text)


def _as_bytes(texts: Sequence[str]) -> list[bytes]:
    """Return texts without line feeds as bytes, encoded in one go."""
    return "\n".join(texts).encode().split(b"\n")


def _escape_all(texts: Sequence[str]) -> Sequence[str]:
    """Return texts escaped; usually none needs it, which one search over all of them tells."""
    if _ESCAPED.search("".join(texts)) is None:
        return texts
    return [_escape(text) for text in texts]


SUBJECT = "\0"
"""Stands for the observation's IRI in a prepared line; no text can hold it unescaped."""
_SUBJECT = SUBJECT.encode()

TOGETHER = 512
"""Observations written at once: as many as stay in the processor's cache."""


@dataclass(kw_only=True)
class TriplesWriter:
    """Writes the observations of one cube, and their cells, as N-Triples."""

    structure: Structure
    uris: Uris
    observations: BinaryIO
    cells: BinaryIO | None
    """Where the cells go; None leaves them out."""
    count: int = 0
    _lines: list[list[bytes]] = field(default_factory=list)
    """Per dimension and index the lines that the code brings."""

    def write(self, batch: Batch) -> None:
        """Write the triples of a batch."""
        if not len(batch):
            return
        structure = self.structure
        self._prepare_lines()
        columns = [
            [lines[index] for index in key.tolist()]
            for lines, key in zip(self._lines, batch.keys, strict=True)
        ]
        columns.append(_as_bytes(canonical_texts(batch.mantissa, batch.decimals)))
        columns.append(self._endings(batch))
        columns.append(self._derivations(batch))
        subjects = self._subjects(batch)
        for start in range(0, len(batch), TOGETHER):
            part = slice(start, start + TOGETHER)
            blocks = [
                b"".join(texts).replace(_SUBJECT, subject)
                for subject, texts in zip(
                    subjects[part],
                    zip(*(column[part] for column in columns), strict=True),
                    strict=True,
                )
            ]
            self.observations.write(b"".join(blocks))
        self.count += len(batch)
        if self.cells:
            self.cells.write(self._cell_lines(batch).encode())

    def _subjects(self, batch: Batch) -> list[bytes]:
        """Return the IRI of every observation, in angle brackets."""
        head = "<" + self.uris.iri("observation", slug=self.structure.slug, codes="")
        columns = []
        last = len(self.structure.dimensions) - 1
        for place, (dimension, key) in enumerate(
            zip(self.structure.dimensions, batch.keys, strict=True)
        ):
            before, after = (head if place == 0 else ""), (">" if place == last else "/")
            texts = [f"{before}{code}{after}".encode() for code in dimension.codes]
            columns.append([texts[index] for index in key.tolist()])
        return [b"".join(texts) for texts in zip(*columns, strict=True)]

    def _prepare_lines(self) -> None:
        """Prepare the lines of every code that has none yet; periods come as they are met."""
        if not self._lines:
            self._lines = [[] for _ in self.structure.dimensions]
        last = len(self._lines) - 1
        for place, dimension in enumerate(self.structure.dimensions):
            lines = self._lines[place]
            for index in range(len(lines), len(dimension.codes)):
                if place == last:
                    text = self._lines_of_measure(index)
                else:
                    text = self._lines_of_code(dimension, index)
                if place == 0:
                    text = self._first_lines(dimension, index) + text
                lines.append(text.encode())

    def _first_lines(self, dimension: CubeDimension, index: int) -> str:
        """Return the lines with which an observation begins: its slice, class and data set."""
        slug, text = self.structure.slug, ""
        if dimension.period:
            slice_ = self.uris.iri("slice", slug=slug, codes=dimension.codes[index])
            text = f"<{slice_}> <{QB.observation}> {SUBJECT} .\n"
        return (
            f"{text}{SUBJECT} <{RDF.type}> <{QB.Observation}> .\n"
            f"{SUBJECT} <{QB.dataSet}> <{self.uris.iri('data-set', slug=slug)}> .\n"
        )

    def _lines_of_code(self, dimension: CubeDimension, index: int) -> str:
        """Return the lines that a code brings: its triple, and whether it is a total."""
        code = dimension.codes[index]
        text = f"{SUBJECT} <{dimension.iri}> <{dimension.value(code, self.uris)}> .\n"
        if index == dimension.total:
            text += f"{SUBJECT} <{self.uris.generic('totaalOver')}> <{dimension.iri}> .\n"
        return text

    def _lines_of_measure(self, index: int) -> str:
        """Return the lines of a measure up to the value itself."""
        measure, unit = self.structure.measures[index], self.structure.units[index]
        return (
            f"{SUBJECT} <{QB.measureType}> <{measure.iri}> .\n"
            f"{SUBJECT} <{SDMX_ATTRIBUTE.unitMeasure}> <{unit}> .\n"
            f'{SUBJECT} <{measure.iri}> "'
        )

    def _endings(self, batch: Batch) -> list[bytes]:
        """Return what follows the value: its datatype, the printed decimals and the status."""
        decimals, status = str(SDMX_ATTRIBUTE.decimals), str(SDMX_ATTRIBUTE.obsStatus)
        prepared = [
            (
                f'"^^<{measure.datatype}> .\n'
                f"{SUBJECT} <{decimals}> <{SDMX_CODE[f'decimals-{places}']}> .\n"
                f"{SUBJECT} <{status}> <{SDMX_CODE[f'obsStatus-{code}']}> .\n"
            ).encode()
            for measure in self.structure.measures
            for places in range(MOST_DECIMALS + 1)
            for code in STATUSES
        ]
        index = batch.keys[-1].astype(np.int64) * (MOST_DECIMALS + 1) + batch.decimals
        index = index * len(STATUSES) + batch.status
        return [prepared[at] for at in index.tolist()]

    def _tables(self) -> list[str]:
        """Return the IRIs of the printed tables."""
        return [
            self.uris.iri("table", document=table.document, hash=table.digest, table=table.name)
            for table in self.structure.tables
        ]

    def _derivations(self, batch: Batch) -> list[bytes]:
        """Return the lines from each observation to its source cells."""
        derived = str(PROV.wasDerivedFrom)
        heads = [f"{SUBJECT} <{derived}> <{table}#cell=" for table in self._tables()]
        cells = batch.cells
        lines = [
            f"{heads[table]}{row},{column}> .\n"
            for table, row, column in zip(
                cells.table.tolist(), cells.row.tolist(), cells.column.tolist(), strict=True
            )
        ]
        if len(lines) > len(batch):
            joined = [""] * len(batch)
            for place, line in zip(cells.observation.tolist(), lines, strict=True):
                joined[place] += line
            lines = joined
        return [line.encode() for line in lines]

    def _cell_lines(self, batch: Batch) -> str:
        """Return the lines that describe the source cells."""
        uris, cells, tables = self.uris, batch.cells, self._tables()
        sources = [
            f"<{tables[table]}#cell={row},{column}>"
            for table, row, column in zip(
                cells.table.tolist(), cells.row.tolist(), cells.column.tolist(), strict=True
            )
        ]
        a_cell = f" <{RDF.type}> <{uris.generic('Cel')}> .\n"
        text, line = f" <{uris.generic('tekst')}> ", f" <{uris.generic('bronregel')}> "
        row, column = f" <{uris.generic('rij')}> ", f" <{uris.generic('kolom')}> "
        inside, whole = f" <{uris.generic('inTabel')}> ", f"^^<{XSD.integer}> .\n"
        blocks = [
            f'{cell}{a_cell}{cell}{text}"{printed}" .\n{cell}{row}"{y}"{whole}'
            f'{cell}{column}"{x}"{whole}{cell}{inside}<{tables[table]}> .\n'
            + (f'{cell}{line}"{source}" .\n' if source else "")
            for cell, printed, y, x, table, source in zip(
                sources,
                _escape_all(cells.text),
                cells.row.tolist(),
                cells.column.tolist(),
                cells.table.tolist(),
                _escape_all(cells.source_line),
                strict=True,
            )
        ]
        if cells.superseded.any():
            blocks.extend(self._revisions(batch, sources))
        return "".join(blocks)

    def _revisions(self, batch: Batch, sources: list[str]) -> Iterator[str]:
        """Yield a line from the cell that holds to each cell of an earlier figure."""
        holds: dict[int, str] = {}
        cells = batch.cells
        places = cells.observation.tolist()
        for place, source, old in zip(places, sources, cells.superseded.tolist(), strict=True):
            if not old:
                holds.setdefault(place, source)
        for place, source, old in zip(places, sources, cells.superseded.tolist(), strict=True):
            if old:
                yield f"{holds[place]} <{PROV.wasRevisionOf}> {source} .\n"
