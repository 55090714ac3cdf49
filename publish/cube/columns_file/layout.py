"""What is in a file of columns: the names of its columns, and what it says about itself.

docs/columns.md describes both for people who read such files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from publish.cube.columns_file.names import BOUND_COLUMNS, PAGE_PARAMETERS, RESERVED
from publish.cube.structure import CubeDimension, Structure
from publish.ontology.vocabulary import Measure
from publish.project.iris import Uris
from publish.tables.table import Table

FORMAT = 1
"""The number of this layout."""

FIXED_COLUMNS = (
    "unit",
    "value",
    "decimals",
    "status",
    "reasons",
    *BOUND_COLUMNS.values(),
    "flags",
    "notes",
    "source_table",
    "source_row",
    "source_column",
    "further_cells",
    "addends",
)
"""The columns after those of the dimensions, the measure last among these."""
LATER_COLUMNS = ("source_line", "printed")
"""Columns after these, which files of earlier versions lack."""


@dataclass(frozen=True, kw_only=True)
class ColumnOfDimension:
    """A dimension, the measure dimension included, and the column of its codes."""

    column: str
    name: str
    iri: str
    scheme: str | None
    """The code list that its codes are of."""
    period: str | None
    """The kind of its periods, where these are its codes."""
    total: str | None
    """The code that is the total of the others, where it occurs."""


@dataclass(frozen=True, kw_only=True)
class ColumnOfMeasure:
    """A measure: its name is its code in the column of the measure dimension."""

    name: str
    iri: str
    datatype: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class ColumnsAbout:
    """What a file of columns says about itself."""

    slug: str
    data_set: str
    """The IRI of the data set."""
    structure: str
    """The IRI of its structure."""
    base: str
    """What the IRIs begin with."""
    vocabulary: str
    """The name of the project's vocabulary."""
    scale: int
    """The decimals of the columns of values and bounds, those of the number with most of them."""
    dimensions: tuple[ColumnOfDimension, ...]
    """In the order of the columns and of the codes in the IRI of an observation."""
    measures: tuple[ColumnOfMeasure, ...]

    @property
    def uris(self) -> Uris:
        """The patterns of its IRIs."""
        return Uris(base=self.base, vocabulary=self.vocabulary)

    def key_values(self) -> dict[str, str]:
        """Return the key-value metadata of the file."""
        content = asdict(self)
        names = ("slug", "data_set", "structure", "base", "vocabulary")
        own = {name: str(content.pop(name)) for name in names}
        columns = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return {"release_format": str(FORMAT), **own, "columns": columns}

    def as_structure(self, tables: Iterable[str] = ()) -> Structure:
        """Return the structure of the observations, its codes of totals and measures only.

        ``tables`` are the printed tables as the file names them.
        """
        dimensions = [
            CubeDimension(
                name=item.name,
                iri=item.iri,
                codes=[] if item.total is None else [item.total],
                total=None if item.total is None else 0,
                period=item.period,
                scheme=item.scheme,
            )
            for item in self.dimensions
        ]
        dimensions[-1].codes.extend(measure.name for measure in self.measures)
        return Structure(
            slug=self.slug,
            dimensions=tuple(dimensions),
            measures=tuple(Measure(**asdict(measure)) for measure in self.measures),
            units=tuple(measure.unit for measure in self.measures),
            tables=[_table_of(text) for text in tables],
            cells=False,
        )


def about_columns(structure: Structure, uris: Uris, scale: int) -> ColumnsAbout:
    """Return what is said about the columns of a data set."""
    taken = {*FIXED_COLUMNS, *LATER_COLUMNS, *RESERVED, *PAGE_PARAMETERS}
    dimensions = []
    for item in structure.dimensions:
        column = item.name
        while column.lower() in taken:
            column += "_"
        taken.add(column.lower())
        total = None if item.total is None else item.codes[item.total]
        dimensions.append(
            ColumnOfDimension(
                column=column,
                name=item.name,
                iri=item.iri,
                scheme=item.scheme,
                period=item.period,
                total=total,
            )
        )
    measures = [
        ColumnOfMeasure(name=item.name, iri=item.iri, datatype=item.datatype, unit=unit)
        for item, unit in zip(structure.measures, structure.units, strict=True)
    ]
    return ColumnsAbout(
        slug=structure.slug,
        data_set=uris.iri("data-set", slug=structure.slug),
        structure=uris.iri("structure", slug=structure.slug),
        base=uris.base,
        vocabulary=uris.vocabulary,
        scale=scale,
        dimensions=tuple(dimensions),
        measures=tuple(measures),
    )


def read_about(key_values: Mapping[str, str]) -> ColumnsAbout:
    """Return what a file says about itself. Raises KeyError, TypeError or ValueError."""
    content: dict[str, Any] = json.loads(key_values["columns"])
    names = ("slug", "data_set", "structure", "base", "vocabulary")
    return ColumnsAbout(
        **{name: key_values[name] for name in names},
        scale=int(content["scale"]),
        dimensions=tuple(ColumnOfDimension(**item) for item in content["dimensions"]),
        measures=tuple(ColumnOfMeasure(**item) for item in content["measures"]),
    )


def name_of_table(table: Table) -> str:
    """Return a printed table as the columns name it: its path below ``tables/`` of a release."""
    return f"{table.document}/{table.digest}/{table.name}"


def _table_of(named: str) -> Table:
    """Return a printed table by its name in a file, of which nothing else is known."""
    document, digest, name = named.split("/")
    shown = f"mappings/{document}/{name}.csv"
    return Table(
        path=Path(shown),
        shown=shown,
        document=document,
        name=name,
        digest=digest,
        headers=(),
        has_source_line=False,
    )
