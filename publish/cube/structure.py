"""The structure of a cube: its dimensions with their codes, its measures, units and tables.

RDF Data Cube, section 6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from publish.cube.batch import Indices
from publish.faults.fault import Fault, did_you_mean, fault, some_of
from publish.mappings.mapping import MEASURE
from publish.mappings.marks import Absence
from publish.ontology.periods import read_period
from publish.ontology.vocabulary import Dimension, Measure
from publish.project.iris import Uris
from publish.rdf.namespaces import QB
from publish.tables.findings import about_period
from publish.tables.table import Table


@dataclass(frozen=True, kw_only=True)
class CubeDimension:
    """A dimension of a cube with its dictionary: an index stands for ``codes[index]``.

    Codes of a list are all known beforehand; periods are added as tables print them.
    """

    name: str
    iri: str
    codes: list[str]
    total: int | None = None
    """The index of the code that is the total of the others."""
    period: str | None = None
    scheme: str | None = None

    @cached_property
    def positions(self) -> dict[str, int]:
        """The index of each code."""
        return {code: index for index, code in enumerate(self.codes)}

    def index(self, code: str) -> int:
        """Return the index of a code, adding a period that is new."""
        if code not in self.positions:
            if self.period is None:
                raise KeyError(code)
            self.positions[code] = len(self.codes)
            self.codes.append(code)
        return self.positions[code]

    def read_code(self, text: str) -> str | None:
        """Return the code that a mapping names; a period may be written as tables print it."""
        return read_period(self.period, text) if self.period else text

    def code_fault(self, text: str, place: tuple[str, int, int]) -> Fault | None:
        """Return the fault of a text in a mapping that is no code of the dimension, or None."""
        if self.period is None:
            is_code = text in self.positions
            return None if is_code else no_such_code(place, text, self.name, self.codes)
        if self.read_code(text) is None:
            return fault("unknown-period", *place, **about_period(self.period, text))
        return None

    def value(self, code: str, uris: Uris) -> str:
        """Return the IRI of a code (of a measure: the property itself)."""
        if self.period:
            return uris.iri(self.period, code=code)
        if self.scheme:
            return uris.iri("concept", scheme=self.scheme, code=code)
        return uris.term(code)


@dataclass(frozen=True, kw_only=True)
class Structure:
    """What the observations of a cube have in common."""

    slug: str
    dimensions: tuple[CubeDimension, ...]
    """Period first, then by name; the measure dimension last."""
    measures: tuple[Measure, ...]
    units: tuple[str, ...]
    """The unit of each measure, an IRI."""
    tables: list[Table]
    """The printed tables; ``SourceCells.table`` is an index of this list."""
    cells: bool
    """Whether the source cells are published."""
    absences: list[Absence] = field(default_factory=list)
    """Why observations have no value; ``Batch.absence`` counts them from 1. Those of sums are added
    as they come up."""
    bounds: frozenset[str] | None = None
    """The keys of the bounds of observations without value; None where all have a value."""

    @cached_property
    def _absence_numbers(self) -> dict[Absence, int]:
        return {absence: number for number, absence in enumerate(self.absences, start=1)}

    def absence_number(self, absence: Absence) -> int:
        """Return the number of an absence, adding one that is new."""
        if absence not in self._absence_numbers:
            self.absences.append(absence)
            self._absence_numbers[absence] = len(self.absences)
        return self._absence_numbers[absence]

    @property
    def period(self) -> CubeDimension | None:
        """The period dimension, by which the cube is sliced."""
        first = self.dimensions[0]
        return first if first.period else None

    def dimension(self, name: str) -> CubeDimension | None:
        """Return the dimension of a name, the measure dimension excepted."""
        return next((item for item in self.dimensions[:-1] if item.name == name), None)

    def names(self) -> list[str]:
        """Return the names of the dimensions, without the measure dimension."""
        return [dimension.name for dimension in self.dimensions[:-1]]

    def sources(self) -> list[str]:
        """Return the keys of the documents in which the tables are printed."""
        return sorted({table.document for table in self.tables})

    def codes_of(self, keys: tuple[Indices, ...], position: int) -> list[str]:
        """Return the codes of one observation, in the order of its IRI."""
        return [
            dimension.codes[int(key[position])]
            for dimension, key in zip(self.dimensions, keys, strict=True)
        ]

    def codes_at(self, keys: tuple[Indices, ...], position: int) -> str:
        """Return the codes of one observation, for messages."""
        return ", ".join(self.codes_of(keys, position))

    def observation_iri(self, keys: tuple[Indices, ...], position: int, uris: Uris) -> str:
        """Return the IRI of one observation."""
        codes = "/".join(self.codes_of(keys, position))
        return uris.iri("observation", slug=self.slug, codes=codes)

    def table_iris(self, uris: Uris) -> list[str]:
        """Return the IRIs of the printed tables."""
        return [
            uris.iri("table", document=table.document, hash=table.digest, table=table.name)
            for table in self.tables
        ]


def cube_dimensions(
    dimensions: Iterable[Dimension], measures: tuple[Measure, ...]
) -> tuple[CubeDimension, ...]:
    """Return the dimensions of a cube in their order: period first, by name, measure last."""
    found = [
        CubeDimension(
            name=item.name,
            iri=item.iri,
            codes=(known := list(item.codes.codes if item.codes else ())),
            total=known.index(item.codes.total) if item.codes and item.codes.total else None,
            period=item.period,
            scheme=item.codes.name if item.codes else None,
        )
        for item in sorted(dimensions, key=lambda item: (item.period is None, item.name))
    ]
    names = [measure.name for measure in measures]
    return (*found, CubeDimension(name=MEASURE, iri=str(QB.measureType), codes=names))


def no_such_code(
    place: tuple[str, int, int], code: str, code_list: str, codes: Collection[str]
) -> Fault:
    """Return the fault of a code in a mapping that is not in a code list."""
    hint, known = did_you_mean(code, codes), some_of(codes)
    return fault("no-such-code", *place, code=code, list=code_list, hint=hint, known=known)
