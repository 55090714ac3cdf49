"""The stage of a build that reads the cells: each cube passes once, batch by batch.

A batch is checked and written as RDF in the same pass, so only one batch is in memory at a time.
Whether what was written is worth anything is known when all batches have passed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publish.cube.columns_file.engine import Connection, open_engine
from publish.cube.columns_file.writer import ColumnsWriter
from publish.cube.derive import AnyCube
from publish.cube.keys import SeriesCount
from publish.cube.rdf.describe import describe_cube
from publish.cube.rdf.remarks import RemarkTargets
from publish.faults.fault import Fault, fault
from publish.project.progress import Progress
from publish.release.dumps import open_dumps
from publish.release.stages.cubes import DescribedCube, DescribedCubes
from publish.release.stages.inputs import Inputs

SPOOLS = "columns"
"""The folder of columns that were taken and are not written yet."""


@dataclass(frozen=True, kw_only=True)
class WrittenCube:
    """What came of the batches of one cube."""

    described: DescribedCube
    count: int
    """The number of its observations."""
    series: int | None
    """The number of its series in time; None for a cube without periods."""
    has_cells: bool
    """Whether the source cells were written too."""
    columns: ColumnsWriter | None
    """What has taken the columns of its batches, but has not written them yet."""
    description: bytes
    """All of its graph but the observations, as N-Triples."""
    faults: tuple[Fault, ...]


@dataclass(frozen=True, kw_only=True)
class WrittenCubes:
    """All cubes as dumps in ``dumps/``, of which none is worth anything when there is a fault."""

    described: DescribedCubes
    folder: Path
    cubes: tuple[WrittenCube, ...]

    @property
    def inputs(self) -> Inputs:
        """What was read of the project."""
        return self.described.inputs

    @property
    def counts(self) -> dict[str, int]:
        """The number of observations by data set."""
        return {cube.described.slug: cube.count for cube in self.cubes}

    @property
    def all_cubes(self) -> list[AnyCube]:
        """The cubes themselves."""
        return [cube.described.cube for cube in self.cubes]


def write_cubes(
    described: DescribedCubes,
    folder: Path,
    *,
    formats: tuple[str, ...],
    most: int | None,
    with_columns: bool = False,
) -> WrittenCubes:
    """Check and write every cube into ``dumps/`` of a folder.

    Of a cube with more than ``most`` observations no dumps are finished: a check needs none.
    Columns are taken where they will be written, for ``write_columns``.
    """
    (folder / "dumps").mkdir()
    if with_columns:
        (folder / SPOOLS).mkdir()
    written: dict[str, WrittenCube] = {}
    for cube in described.cubes:
        is_whole = not any(written[slug].faults for slug in cube.made_from)
        written[cube.slug] = _write_cube(
            described.inputs,
            cube,
            folder,
            formats=formats,
            most=most,
            with_columns=with_columns,
            is_whole=is_whole,
        )
    return WrittenCubes(described=described, folder=folder, cubes=tuple(written.values()))


def _write_cube(
    inputs: Inputs,
    described: DescribedCube,
    folder: Path,
    *,
    formats: tuple[str, ...],
    most: int | None,
    with_columns: bool,
    is_whole: bool,
) -> WrittenCube:
    """Check and write one cube.

    Of one that is not whole, as data sets that it is made from have faults, no sums are judged.
    """
    faults: list[Fault] = []
    project, cube, figures = inputs.project, described.cube, described.figures
    acknowledged = figures.acknowledged
    remarks = RemarkTargets(cube=cube, vocabulary=inputs.vocabulary, acknowledged=acknowledged)
    columns, description = None, b""
    if with_columns:
        slug = cube.structure.slug
        columns = ColumnsWriter(
            path=folder / "dumps" / f"{slug}.parquet",
            spool=folder / SPOOLS / slug,
            structure=cube.structure,
            uris=project.uris,
        )
    with (
        open_dumps(
            folder / "dumps",
            cube.structure,
            project.uris,
            formats=formats,
            most_cells=cube.mapping.most_cells,
        ) as dumps,
        Progress(cube.structure.slug, "observations") as progress,
    ):
        count = 0
        series = SeriesCount(cube.structure.dimensions) if cube.structure.period else None
        for batch in cube.batches(faults):
            figures.see(batch)
            described.observations.see(batch)
            notes = list(remarks.targets_in(batch))
            if series is not None:
                series.see(batch.keys)
            count += len(batch)
            if not acknowledged.any_unacknowledged(faults) and (most is None or count <= most):
                dumps.write(batch)
                dumps.annotate(batch, notes)
                if columns:
                    columns.write(batch, notes)
            progress.step(len(batch))
        if is_whole:
            acknowledged.take_out(faults, 0)
            faults.extend(figures.faults(faults))
            acknowledged.take_out(faults, 0)
            acknowledged.note_remaining(faults)
            if not count and not faults:
                faults.append(fault("no-observations", *cube.mapping.file.place("tables")))
            faults.extend(_missing_but_given(cube))
            if not faults:
                faults.extend(remarks.faults())
            if not faults:
                description = dumps.describe(describe_cube(project, cube) + remarks.describe())
    return WrittenCube(
        described=described,
        count=count if is_whole else 0,
        series=series.count if series is not None else None,
        has_cells=is_whole and dumps.has_cells,
        columns=columns,
        description=description,
        faults=tuple(faults),
    )


def write_columns(written: WrittenCubes) -> None:
    """Write the columns of every cube into ``dumps/``, once nothing is at fault."""
    with engine_of_columns(written) as connection:
        for cube in written.cubes:
            if cube.columns:
                cube.columns.finish(connection)


@contextmanager
def engine_of_columns(written: WrittenCubes) -> Iterator[Connection]:
    """Yield the engine that writes what was taken of each cube; what was taken is then removed."""
    folder = written.folder / SPOOLS
    with open_engine(folder / "engine") as connection:
        yield connection
    shutil.rmtree(folder)


def _missing_but_given(cube: AnyCube) -> Iterator[Fault]:
    """Yield a fault for a period that is declared missing although tables give it."""
    period = cube.structure.period
    for code, declared in cube.missing.items():
        if period and code in period.positions:
            place = cube.mapping.file.place(*declared.steps, declared.dimension)
            yield fault("missing-but-given", *place, code=code)
