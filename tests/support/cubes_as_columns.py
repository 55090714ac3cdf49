"""Cubes of every kind as batches, made at random, and what is read back from their columns."""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from publish.cube.batch import Addends, Batch, SourceCells, cut_batch, join_batches
from publish.cube.columns_file.engine import Connection
from publish.cube.columns_file.reader import ColumnsFile
from publish.cube.columns_file.writer import ColumnsWriter, Note
from publish.cube.rdf.observations import ObservationWriter
from publish.cube.structure import CubeDimension, Structure
from publish.mappings.marks import BOUNDS, Absence
from publish.ontology.vocabulary import Measure
from publish.project.iris import Uris
from publish.rdf.namespaces import XSD
from publish.tables.numbers import MOST_DECIMALS
from publish.tables.table import Table

URIS = Uris(base="https://data.example.org", vocabulary="proef")

NAMES = ("value", "Value", "status", "key_0", "place", "absence", "number", "leeftijd", "MEASURE")
"""Names of dimensions: some are those of other columns, some differ in their case only."""
CODES = ("0", "00", "010", "a", "A", "NULL", "null", "nan", "true", "_T", "..a", "~", "-1", "1e3")
"""Codes that are easily taken for something else."""
PERIODS = ("2024-Q1", "2022-Q4", "2023-Q2")
LARGEST = 2**63 - 1
NUMBERS = (0, 1, -1, 10, -10, 999_999_999, LARGEST, -LARGEST)


@dataclass(frozen=True, kw_only=True)
class RandomCube:
    """All observations of a cube, as one batch."""

    structure: Structure
    batch: Batch
    notes: list[Note]

    def parts(self, size: int) -> Iterable[tuple[Batch, list[Note]]]:
        """Yield the observations in parts of a size, each with its notes."""
        for number, part in enumerate(cut_batch(self.batch, size)):
            start = number * size
            own = [(at - start, note) for at, note in self.notes if start <= at < start + size]
            yield part, own

    def shuffled(self, rng: random.Random) -> RandomCube:
        """Return the observations in another order."""
        each = list(self.parts(1))
        rng.shuffle(each)
        notes = [(at, note) for at, (_, own) in enumerate(each) for _, note in own]
        batch = join_batches([batch for batch, _ in each])
        return RandomCube(structure=self.structure, batch=batch, notes=notes)


def random_cube(rng: random.Random) -> RandomCube:
    """Return a cube of one to four dimensions with up to some dozens of observations."""
    names = rng.sample(NAMES, rng.randint(0, 3))
    dimensions = [
        CubeDimension(
            name=name,
            iri=URIS.term(name),
            codes=(codes := rng.sample(CODES, rng.randint(1, 6))),
            total=rng.choice((None, 0, len(codes) - 1)),
            scheme=name.lower(),
        )
        for name in sorted(names)
    ]
    if rng.random() < 0.7:
        period = CubeDimension(
            name="kwartaal", iri=URIS.term("kwartaal"), codes=list(PERIODS), period="kwartaal"
        )
        dimensions.insert(0, period)
    structure = _structure(rng, tuple(dimensions))
    every = list(itertools.product(*(range(len(item.codes)) for item in structure.dimensions)))
    keys = rng.sample(every, rng.randint(1, min(len(every), 40)))
    return _with_values(rng, structure, keys)


def _structure(rng: random.Random, dimensions: tuple[CubeDimension, ...]) -> Structure:
    """Return the structure of a cube with one measure or two."""
    kinds = [str(XSD.decimal), str(XSD.integer)]
    measures = tuple(
        Measure(name=name, iri=URIS.term(name), datatype=kind, unit=f"https://units.example/{name}")
        for name, kind in zip(("personen", "aandeel"), rng.sample(kinds, 2), strict=True)
    )[: rng.randint(1, 2)]
    names = [measure.name for measure in measures]
    own = CubeDimension(name="measure", iri=URIS.term("m"), codes=names)
    return Structure(
        slug="proef",
        dimensions=(*dimensions, own),
        measures=measures,
        units=tuple(measure.unit for measure in measures),
        tables=[_table(name) for name in ("een", "twee", "een")],
        cells=True,
        absences=[_absence(rng) for _ in range(4)],
    )


def _with_values(
    rng: random.Random, structure: Structure, keys: list[tuple[int, ...]]
) -> RandomCube:
    count = len(keys)
    hidden = rng.random() * 0.5
    absence = [rng.randint(1, 4) if rng.random() < hidden else 0 for _ in keys]
    most = rng.randint(0, MOST_DECIMALS)
    size = rng.choice((9, LARGEST))
    mantissa = [rng.choice((*NUMBERS, rng.randint(-size, size))) for _ in keys]
    cells = [
        (
            at,
            rng.randrange(3),
            rng.randint(2, 9),
            rng.randint(2, 9),
            number > 0 and rng.random() < 0.5,
        )
        for at in range(count)
        for number in range(rng.choice((1, 1, 1, 3)))
    ]
    observation, table, row, column, superseded = zip(*cells, strict=True)
    addends = [
        (at, URIS.iri("observation", slug="deel", codes=f"{code}/x"))
        for at in range(count)
        for code in rng.sample(CODES, rng.randint(0, 3))
    ]
    batch = Batch(
        keys=tuple(np.array(key, dtype=np.int32) for key in zip(*keys, strict=True)),
        mantissa=np.array(mantissa, dtype=np.int64),
        decimals=np.array([rng.randint(0, most) for _ in keys], dtype=np.int8),
        status=np.array([int(number > 0) for number in absence], dtype=np.int8),
        absence=np.array(absence, dtype=np.int32),
        cells=SourceCells(
            observation=np.array(observation, dtype=np.int64),
            table=np.array(table, dtype=np.int16),
            row=np.array(row, dtype=np.int32),
            column=np.array(column, dtype=np.int32),
            text=[rng.choice(("", "<5", "x é", '"')) for _ in cells],
            source_line=[rng.choice(("", "12", "70-83")) for _ in cells],
            superseded=np.array(superseded, dtype=np.bool_),
        ),
        addends=Addends(
            observation=np.array([at for at, _ in addends], dtype=np.int64),
            iris=[iri for _, iri in addends],
        )
        if rng.random() < 0.5
        else None,
    )
    notes = [(at, name) for at in range(count) for name in ("n2", "n1") if rng.random() < 0.2]
    return RandomCube(structure=structure, batch=batch, notes=notes)


def large_cube(count: int) -> RandomCube:
    """Return a cube with many observations, in an order that is not that of their keys."""
    codes = [f"C{number:03d}" for number in range(1000)]
    dimensions = tuple(
        CubeDimension(name=name, iri=URIS.term(name), codes=codes, scheme=name)
        for name in ("gemeente", "sector")
    )
    rng = random.Random(count)
    chosen = rng.sample(range(len(codes) ** 2), count)
    return _with_values(rng, _structure(rng, dimensions), [(*divmod(n, 1000), 0) for n in chosen])


def _absence(rng: random.Random) -> Absence:
    bounds = [
        (key, rng.choice((None, Decimal(5), Decimal("-0.000000001"), Decimal(10**24))))
        for key in BOUNDS
        if rng.random() < 0.5
    ]
    reasons = rng.sample(("GEHEIM", "ONBEKEND", "NIET_VAN_TOEPASSING"), rng.randint(1, 3))
    return Absence(reasons=tuple(reasons), bounds=tuple(bounds))


def _table(name: str) -> Table:
    path = Path(f"mappings/bron/{name}.csv")
    return Table(
        path=path,
        shown=str(path),
        document="bron",
        name=name,
        digest="0123456789abcdef",
        headers=(),
        has_source_line=False,
    )


def write_columns_of(
    structure: Structure,
    parts: Iterable[tuple[Batch, list[Note]]],
    folder: Path,
    connection: Connection,
) -> Path:
    """Write the columns of a cube into a folder, and return the file."""
    path = folder / f"{structure.slug}.parquet"
    writer = ColumnsWriter(path=path, spool=folder / "spool", structure=structure, uris=URIS)
    for batch, notes in parts:
        writer.write(batch, notes)
    writer.finish(connection)
    return path


def triples_of(
    structure: Structure, parts: Iterable[tuple[Batch, list[Note]]], uris: Uris = URIS
) -> list[bytes]:
    """Return what is said of the observations as sorted lines of N-Triples."""
    lines = io.BytesIO()
    writer = ObservationWriter(structure=structure, uris=uris, observations=lines, cells=None)
    for batch, notes in parts:
        writer.write(batch)
        writer.annotate(batch, notes)
    return sorted(lines.getvalue().splitlines())


def triples_in(file: ColumnsFile, where: str = "TRUE") -> list[bytes]:
    """Return what a file of columns says of its observations as sorted lines of N-Triples."""
    structure = file.structure()
    return triples_of(structure, file.batches(structure, where), file.about.uris)


Figure = tuple[int, int, int, list[tuple[str, int, int, bool]], list[str], list[str]]


def figures_of(
    structure: Structure, parts: Iterable[tuple[Batch, list[Note]]]
) -> dict[tuple[str, ...], Figure]:
    """Return by codes what N-Triples does not say, or not in order.

    The number as printed, the status, the source cells with the superseded ones, the addends and
    the notes.
    """
    found = {}
    for batch, notes in parts:
        cells, tables = batch.cells, structure.tables
        for at in range(len(batch)):
            own = np.flatnonzero(cells.observation == at).tolist()
            shown = not batch.absence[at]
            sums = batch.addends
            found[tuple(structure.codes_of(batch.keys, at))] = (
                int(batch.mantissa[at]) if shown else 0,
                int(batch.decimals[at]) if shown else 0,
                int(batch.status[at]),
                [
                    (
                        tables[cells.table[cell]].name,
                        int(cells.row[cell]),
                        int(cells.column[cell]),
                        bool(cells.superseded[cell]),
                    )
                    for cell in own
                ],
                [sums.iris[n] for n in np.flatnonzero(sums.observation == at)] if sums else [],
                [note for place, note in notes if place == at],
            )
    return found
