"""The observations of one cube as RDF, judged by SHACL shapes and integrity constraints.

They are judged batch by batch, over columns; faults stand at the cells that an observation comes
from. The figures themselves are checked in ``figures/cube.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rdflib import Graph, URIRef

from publish.cube.batch import Batch
from publish.cube.derive import AnyCube
from publish.cube.rdf.describe import INTERVAL_OF_KIND
from publish.cube.rdf.statements import BatchStatements
from publish.cube.structure import Structure
from publish.faults.fault import Fault, fault
from publish.project.iris import Uris
from publish.rdf.namespaces import RDF
from publish.tables.findings import MOST_FINDINGS, shown
from publish.tables.table import places
from publish.validation.constraints.breaches import Breaches
from publish.validation.constraints.observations import ObservationConstraints
from publish.validation.constraints.rules import CubeRules
from publish.validation.shapes.columns import ColumnJudge
from publish.validation.shapes.compile import ObservationShape, ShapeResult
from publish.validation.shapes.with_pyshacl import as_fault

CellPlace = tuple[int, int, int]
"""The number of a table among those of the cube from 0, row and column from 1."""


@dataclass(kw_only=True)
class ObservationsCheck:
    """Judges the observations of one cube; keeps only what is wrong, and the keys for IC-17."""

    cube: AnyCube
    uris: Uris
    shapes: list[ObservationShape]
    rules: CubeRules
    context: Graph
    """Vocabulary, code lists and structures; periods are added as batches bring them."""
    _found: list[tuple[ShapeResult, CellPlace]] = field(default_factory=list)
    """Results of shapes, with the first cell of the observation."""
    _breaches: Breaches = field(default_factory=Breaches)
    _cells: dict[int, CellPlace] = field(default_factory=dict)
    """The first cell of each observation that breaks a constraint, by its place among all."""
    _dropped: int = 0
    """The number of results beyond those that are kept."""
    _periods: int = 0
    """The number of periods in the context."""
    _seen: int = 0
    """The number of observations in earlier batches."""

    @property
    def structure(self) -> Structure:
        """What the observations have in common."""
        return self.cube.structure

    def __post_init__(self) -> None:
        # IC-12 was judged when the tables were read.
        self._constraints = ObservationConstraints(
            rules=self.rules, breaches=self._breaches, keys_are_unique=True
        )
        self._columns = BatchStatements(structure=self.structure, uris=self.uris)
        self._judge = ColumnJudge(shapes=self.shapes, context=self.context)
        self._data_set = self.uris.iri("data-set", slug=self.structure.slug)

    def see(self, batch: Batch) -> None:
        """Judge the next batch of the cube."""
        self._add_periods()
        things, known = self._columns.columns(batch), len(self._breaches.found)
        for result in self._judge.judge(things, self._data_set):
            if len(self._found) == MOST_FINDINGS:
                self._dropped += 1
                continue
            self._found.append((result.reported(things), batch.cells.first_cell(result.place)))
        self._constraints.see(things)
        for breach in self._breaches.found[known:]:
            self._cells[breach.at] = batch.cells.first_cell(breach.at - self._seen)
        self._seen += len(batch)

    def _add_periods(self) -> None:
        """Add to the context the periods that are new in this batch."""
        period = self.structure.period
        if period is None or period.period is None:
            return
        kind = INTERVAL_OF_KIND[period.period]
        for code in period.codes[self._periods :]:
            self.context.add((URIRef(period.value(code, self.uris)), RDF.type, kind))
        self._periods = len(period.codes)

    def results(self) -> set[ShapeResult]:
        """Return the results of shapes."""
        return {result for result, _ in self._found}

    def faults(self) -> list[Fault]:
        """Return the faults at the cells of their observations, after the last batch."""
        self._constraints.finish(lambda at: f"#{at}")
        names = self._find_cells_again()
        paths = [table.shown for table in self.structure.tables]
        found = [(cell, as_fault(result, (paths[cell[0]], 0, 0))) for result, cell in self._found]
        for breach in self._breaches.found:
            named = replace(breach, thing=names.get(breach.at, breach.thing))
            cell = self._cells[breach.at]
            found.append((cell, named.fault(paths[cell[0]])))
        placed = []
        for number, table in enumerate(self.structure.tables):
            own = [(cell, item) for cell, item in found if cell[0] == number]
            at = places(table, {cell[1:] for cell, _ in own}) if own else {}
            for (_, row, column), item in own:
                line, place, text = at.get((row, column), (row, 1, ""))
                placed.append(replace(item, line=line, column=place, text=shown(text)))
        first = [*paths, self.structure.slug][0]
        if self._dropped:
            placed.append(fault("more-faults", first, kept=len(self._found), more=self._dropped))
        return [*placed, *self._breaches.unnamed(first)]

    def _find_cells_again(self) -> dict[int, str]:
        """Find the cells and IRIs of observations that break IC-17, found after the last batch.

        Only their place among all observations is known, so the tables are read once more.
        """
        rest = {item.at for item in self._breaches.found if item.at not in self._cells}
        names: dict[int, str] = {}
        first = 0
        for batch in self.cube.batches([]) if rest else ():
            for at in sorted(item for item in rest if first <= item < first + len(batch)):
                self._cells[at] = batch.cells.first_cell(at - first)
                names[at] = self._columns.columns(batch).name(at - first)
            first += len(batch)
        return names
