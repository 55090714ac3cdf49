"""Writes observations and their source cells as N-Triples or Turtle, straight from the batches.

The lines of each code are prepared once, with a placeholder for the observation; per observation
they are joined and the placeholder is replaced, both in loops in C. Observations keep the order of
their tables and N-Triples is canonical, so equal input gives equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from publish.cube.batch import STATUSES, Addends, Batch
from publish.cube.rdf.syntax import N_TRIPLES, SUBJECT, Syntax
from publish.cube.structure import CubeDimension, Structure
from publish.mappings.marks import BOUNDS, Absence, canonical_decimal
from publish.ontology.vocabulary import Measure
from publish.project.iris import REASON_LIST, Uris
from publish.rdf.namespaces import DCTERMS, DQV, OA, PROV, QB, RDF, SDMX_ATTRIBUTE, SDMX_CODE, XSD
from publish.tables.numbers import MOST_DECIMALS, canonical_texts

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
    """Return texts escaped. Usually none needs it, which one search over all of them shows."""
    if _ESCAPED.search("".join(texts)) is None:
        return texts
    return [_escape(text) for text in texts]


_SUBJECT = SUBJECT.encode()
VALUE = "\1"
"""Stands for a value that is filled in between two prepared texts."""
_VALUE = VALUE.encode()

OBSERVATIONS_AT_ONCE = 512
"""Observations written at once: as many as stay in the cache of a processor."""


@dataclass(frozen=True, kw_only=True)
class VersionsOf:
    """That versions of observations are written instead: as of one release of the history."""

    release: int
    """The number of the release."""
    time: str
    """When it was released, an xsd:dateTime with its zone."""


class Sink(Protocol):
    """What lines are written to, as to a file."""

    def write(self, content: bytes, /) -> object:
        """Add whole lines."""


@dataclass(kw_only=True)
class ObservationWriter:
    """Writes the observations of one cube, and their source cells."""

    structure: Structure
    uris: Uris
    syntax: Syntax = N_TRIPLES
    observations: Sink
    cells: Sink | None
    """Where the cells go; None leaves them out."""
    versions: VersionsOf | None = None
    count: int = 0
    _lines: list[list[bytes]] = field(default_factory=list)
    """Per dimension and index the lines of the code."""

    def write(self, batch: Batch) -> None:
        """Write the triples of a batch."""
        if not len(batch):
            return
        self._prepare_lines()
        columns = [
            [lines[index] for index in key.tolist()]
            for lines, key in zip(self._lines, batch.keys, strict=True)
        ]
        columns.append(_as_bytes(canonical_texts(batch.mantissa, batch.decimals)))
        columns.append(self._endings(batch))
        if batch.absence.any():
            self._write_absences(batch, columns)
        if batch.addends is not None:
            columns.append(self._addend_lines(batch, batch.addends))
        columns.append(self._derivations(batch))
        subjects = self._subjects(batch)
        if self.versions is not None:
            line = self.syntax.triple(DCTERMS.isVersionOf, VALUE).encode()
            before, _, after = line.partition(_VALUE)
            columns.insert(1, [before + subject + after for subject in subjects])
            end = f"/{self.versions.release}>".encode()
            subjects = [subject[:-1] + end for subject in subjects]
        for start in range(0, len(batch), OBSERVATIONS_AT_ONCE):
            part = slice(start, start + OBSERVATIONS_AT_ONCE)
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

    def annotate(self, batch: Batch, notes: Iterable[tuple[int, str]]) -> None:
        """Write which remarks concern which observations of a batch, in both directions."""
        syntax, slug = self.syntax, self.structure.slug
        target, back = syntax.term(OA.hasTarget), syntax.term(DQV.hasQualityAnnotation)
        for place, name in notes:
            remark = self.uris.iri("quality", about=slug, name=name)
            observation = self.structure.observation_iri(batch.keys, place, self.uris)
            text = syntax.single.format(s=f"<{remark}>", p=target, o=f"<{observation}>")
            text += syntax.single.format(s=f"<{observation}>", p=back, o=f"<{remark}>")
            self.observations.write(text.encode())

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
        """Prepare the lines of every new code: periods are added as tables print them."""
        if not self._lines:
            self._lines = [[] for _ in self.structure.dimensions]
        last = len(self._lines) - 1
        for place, dimension in enumerate(self.structure.dimensions):
            lines = self._lines[place]
            for index in range(len(lines), len(dimension.codes)):
                if place == last:
                    before, _ = self._around_value(self.structure.measures[index])
                    text = self._unit_of_measure(index) + before
                else:
                    text = self._lines_of_code(dimension, index)
                if place == 0:
                    text = self._first_lines(dimension, index) + text
                lines.append(text.encode())

    def _first_lines(self, dimension: CubeDimension, index: int) -> str:
        """Return the lines with which an observation begins: its slice, class and data set."""
        slug, text, syntax = self.structure.slug, "", self.syntax
        begin = syntax.begin.format(s=SUBJECT)
        if self.versions is not None:
            time = f'"{self.versions.time}"^^{syntax.term(XSD.dateTime)}'
            begin += syntax.triple(PROV.generatedAtTime, time)
        elif dimension.period:
            slice_ = self.uris.iri("slice", slug=slug, codes=dimension.codes[index])
            text = syntax.single.format(
                s=syntax.term(slice_), p=syntax.term(QB.observation), o=SUBJECT
            )
        return (
            text
            + begin
            + syntax.triple(RDF.type, syntax.term(QB.Observation))
            + syntax.triple(QB.dataSet, syntax.term(self.uris.iri("data-set", slug=slug)))
        )

    def _lines_of_code(self, dimension: CubeDimension, index: int) -> str:
        """Return the lines of a code: its triple, and that it is a total if it is."""
        syntax = self.syntax
        value = dimension.value(dimension.codes[index], self.uris)
        text = syntax.triple(dimension.iri, syntax.term(value))
        if index == dimension.total:
            total = self.uris.generic("totaalOver")
            text += syntax.triple(total, syntax.term(dimension.iri))
        return text

    def _unit_of_measure(self, index: int) -> str:
        """Return the lines that name a measure and its unit."""
        measure, unit = self.structure.measures[index], self.structure.units[index]
        syntax = self.syntax
        return syntax.triple(QB.measureType, syntax.term(measure.iri)) + syntax.triple(
            SDMX_ATTRIBUTE.unitMeasure, syntax.term(unit)
        )

    def _around_value(self, measure: Measure) -> tuple[str, str]:
        """Return what stands before and after a value of a measure."""
        literal = f'"{VALUE}"^^{self.syntax.term(measure.datatype)}'
        before, _, after = self.syntax.triple(measure.iri, literal).partition(VALUE)
        return before, after

    def _endings(self, batch: Batch) -> list[bytes]:
        """Return what follows each value: its datatype, the printed decimals and the status."""
        syntax = self.syntax
        prepared = [
            (
                self._around_value(measure)[1]
                + syntax.triple(
                    SDMX_ATTRIBUTE.decimals, syntax.term(SDMX_CODE[f"decimals-{places}"])
                )
                + syntax.triple(
                    SDMX_ATTRIBUTE.obsStatus, syntax.term(SDMX_CODE[f"obsStatus-{code}"])
                )
            ).encode()
            for measure in self.structure.measures
            for places in range(MOST_DECIMALS + 1)
            for code in STATUSES
        ]
        index = batch.keys[-1].astype(np.int64) * (MOST_DECIMALS + 1) + batch.decimals
        index = index * len(STATUSES) + batch.status
        return [prepared[at] for at in index.tolist()]

    def _write_absences(self, batch: Batch, columns: list[list[bytes]]) -> None:
        """Replace measure, value and ending of observations that have no value.

        They are the last three columns; the value is the number printed in the mark.
        """
        [*_, last] = self.structure.dimensions
        heads = [
            (
                # Without any other dimension the measure's lines begin the observation too.
                (self._first_lines(last, at) if len(self._lines) == 1 else "")
                + self._unit_of_measure(at)
            ).encode()
            for at in range(len(self.structure.measures))
        ]
        numbers = np.unique(batch.absence[batch.absence > 0]).tolist()
        tails = {one: self._reason_and_bounds(self.structure.absences[one - 1]) for one in numbers}
        measures, absence = batch.keys[-1].tolist(), batch.absence.tolist()
        for at in np.flatnonzero(batch.absence).tolist():
            tail = tails[absence[at]].replace(_VALUE, columns[-2][at])
            columns[-3][at], columns[-2][at], columns[-1][at] = heads[measures[at]], b"", tail

    def _reason_and_bounds(self, absence: Absence) -> bytes:
        """Return the lines of an absence, VALUE standing for the number printed in the mark."""
        syntax, uris = self.syntax, self.uris
        text = syntax.triple(SDMX_ATTRIBUTE.obsStatus, syntax.term(SDMX_CODE["obsStatus-M"]))
        for code in absence.reasons:
            reason = uris.iri("concept", scheme=REASON_LIST, code=code)
            text += syntax.triple(uris.generic("afwezigheid"), syntax.term(reason))
        for key, number in absence.bounds:
            digits = VALUE if number is None else canonical_decimal(number)
            literal = f'"{digits}"^^{syntax.term(XSD.decimal)}'
            text += syntax.triple(uris.generic(BOUNDS[key]), literal)
        return text.encode()

    def _addend_lines(self, batch: Batch, addends: Addends) -> list[bytes]:
        """Return the lines from each sum to the observations that were added up."""
        predicate = self.uris.generic("somVan")
        lines: list[list[str]] = [[] for _ in range(len(batch))]
        for place, iri in zip(addends.observation.tolist(), addends.iris, strict=True):
            lines[place].append(self.syntax.triple(predicate, f"<{iri}>"))
        return ["".join(texts).encode() for texts in lines]

    def _derivations(self, batch: Batch) -> list[bytes]:
        """Return the lines from each observation to its source cells, which are its last."""
        syntax, cells = self.syntax, batch.cells
        places = zip(cells.table.tolist(), cells.row.tolist(), cells.column.tolist(), strict=True)
        if len(cells.text) == len(batch):
            line = syntax.last_triples(PROV.wasDerivedFrom, [VALUE])
            before, _, after = line.partition(VALUE)
            heads = [f"{before}<{table}#cell=" for table in self.structure.table_iris(self.uris)]
            end = f">{after}"
            return [f"{heads[table]}{row},{column}{end}".encode() for table, row, column in places]
        tables = self.structure.table_iris(self.uris)
        sources: list[list[str]] = [[] for _ in range(len(batch))]
        for place, (table, row, column) in zip(cells.observation.tolist(), places, strict=True):
            sources[place].append(f"<{tables[table]}#cell={row},{column}>")
        return [syntax.last_triples(PROV.wasDerivedFrom, iris).encode() for iris in sources]

    def _cell_lines(self, batch: Batch) -> str:
        """Return the lines that describe the source cells."""
        uris, cells, syntax = self.uris, batch.cells, self.syntax
        tables = self.structure.table_iris(uris)
        sources = [
            f"<{tables[table]}#cell={row},{column}>"
            for table, row, column in zip(
                cells.table.tolist(), cells.row.tolist(), cells.column.tolist(), strict=True
            )
        ]
        whole = f'"{{}}"^^{syntax.term(XSD.integer)}'
        block = (
            syntax.begin.format(s=SUBJECT)
            + syntax.triple(RDF.type, syntax.term(uris.generic("Cel")))
            + syntax.triple(uris.generic("tekst"), '"{}"')
            + syntax.triple(uris.generic("rij"), whole)
            + syntax.triple(uris.generic("kolom"), whole)
        )
        line = syntax.triple(uris.generic("bronregel"), '"{}"')
        inside = [
            syntax.last_triples(uris.generic("inTabel"), [syntax.term(table)]) for table in tables
        ]
        blocks = [
            (
                block.format(printed, row, column)
                + (line.format(source) if source else "")
                + inside[table]
            ).replace(SUBJECT, cell)
            for cell, printed, row, column, table, source in zip(
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
        """Yield a line from the cell whose figure holds to each cell of an earlier figure."""
        holds: dict[int, str] = {}
        cells, syntax = batch.cells, self.syntax
        revision = syntax.term(PROV.wasRevisionOf)
        places = cells.observation.tolist()
        for place, source, old in zip(places, sources, cells.superseded.tolist(), strict=True):
            if not old:
                holds.setdefault(place, source)
        for place, source, old in zip(places, sources, cells.superseded.tolist(), strict=True):
            if old:
                yield syntax.single.format(s=holds[place], p=revision, o=source)
