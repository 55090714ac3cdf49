"""The observations of a cube, judged by shapes and constraints while they stream by.

In come the batches of one cube, the shapes that observations must meet and what the structure says
of them; out come faults at the cells from which the observations come.
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
from publish.validation.constraints.breaches import MOST_OF_A_KIND, Breaches
from publish.validation.constraints.observations import ObservationConstraints
from publish.validation.constraints.rules import CubeRules
from publish.validation.shapes.columns import ColumnJudge, described
from publish.validation.shapes.compile import ObservationShape, Result
from publish.validation.shapes.with_pyshacl import as_fault

Cell = tuple[int, int, int]
"""The number of a table among those of the cube, with row and column from 1."""


@dataclass(kw_only=True)
class ObservationsCheck:
    """Judges the observations of one cube; holds nothing but what is wrong.

    ``context`` is what surrounds them, but for the periods, which come as they are met.
    """

    cube: AnyCube
    uris: Uris
    shapes: list[ObservationShape]
    rules: CubeRules
    context: Graph
    _found: list[tuple[Result, Cell]] = field(default_factory=list)
    """Results with the first cell of their observation."""
    _breaches: Breaches = field(default_factory=Breaches)
    _cells: dict[int, Cell] = field(default_factory=dict)
    """The first cell of observations that break a constraint, by their place among all."""
    _dropped: int = 0
    _periods: int = 0
    _seen: int = 0

    @property
    def structure(self) -> Structure:
        """What the observations have in common."""
        return self.cube.structure

    def __post_init__(self) -> None:
        # The tables have been searched for keys that occur twice.
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
            self._found.append((described(result, things), _first_cell(batch, result.place)))
        self._constraints.see(things)
        for breach in self._breaches.found[known:]:
            self._cells[breach.at] = _first_cell(batch, breach.at - self._seen)
        self._seen += len(batch)

    def _add_periods(self) -> None:
        """Tell the context of the periods that were met for the first time."""
        period = self.structure.period
        if period is None or period.period is None:
            return
        kind = INTERVAL_OF_KIND[period.period]
        for code in period.codes[self._periods :]:
            self.context.add((URIRef(period.value(code, self.uris)), RDF.type, kind))
        self._periods = len(period.codes)

    def results(self) -> set[Result]:
        """Return what is wrong, as SHACL reports it."""
        return {result for result, _ in self._found}

    def faults(self) -> list[Fault]:
        """Return what is wrong, at the cells it comes from."""
        self._constraints.finish(lambda at: f"#{at}")
        names = self._find_rest()
        found = [
            (cell, as_fault(result, (self._shown(cell), 0, 0))) for result, cell in self._found
        ]
        for breach in self._breaches.found:
            named = replace(breach, thing=names.get(breach.at, breach.thing))
            cell = self._cells[breach.at]
            found.append((cell, named.fault(self._shown(cell))))
        placed = []
        for number, table in enumerate(self.structure.tables):
            own = [(cell, item) for cell, item in found if cell[0] == number]
            at = places(table, {cell[1:] for cell, _ in own}) if own else {}
            for (_, row, column), item in own:
                line, place, text = at.get((row, column), (row, 1, ""))
                placed.append(replace(item, line=line, column=place, text=shown(text)))
        first = self.structure.tables[0].shown if self.structure.tables else self.structure.slug
        if self._dropped:
            placed.append(fault("more-faults", first, kept=len(self._found), more=self._dropped))
        for code, more in self._breaches.unnamed():
            placed.append(fault("more-breaches", first, more=more, kept=MOST_OF_A_KIND, kind=code))
        return placed

    def _shown(self, cell: Cell) -> str:
        return self.structure.tables[cell[0]].shown

    def _find_rest(self) -> dict[int, str]:
        """Find cells and IRIs of observations of which only the place among all is known.

        These break a constraint on all observations together; the tables are read once more.
        """
        rest = {item.at for item in self._breaches.found if item.at not in self._cells}
        names: dict[int, str] = {}
        first = 0
        for batch in self.cube.batches([]) if rest else ():
            for at in sorted(item for item in rest if first <= item < first + len(batch)):
                self._cells[at] = _first_cell(batch, at - first)
                names[at] = self._columns.columns(batch).name(at - first)
            first += len(batch)
        return names


def _first_cell(batch: Batch, place: int) -> Cell:
    cells = batch.cells
    at = int(cells.observation.searchsorted(place))
    return int(cells.table[at]), int(cells.row[at]), int(cells.column[at])
