"""The observations of a cube, judged by shapes while they stream by.

In come the batches of one cube and the shapes that observations must meet; out come faults at the
cells from which the observations come.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rdflib import Graph, URIRef

from publish.batch_columns import BatchColumns
from publish.column_shapes import ColumnJudge, described
from publish.cube import Batch, Structure
from publish.faults import Fault, fault
from publish.findings import MOST_FINDINGS
from publish.namespaces import RDF
from publish.shacl import ObservationShape, Result
from publish.structure import INTERVAL_OF_KIND
from publish.table import places
from publish.uris import Uris
from publish.validate import as_fault


@dataclass(kw_only=True)
class ObservationsCheck:
    """Judges the observations of one cube; holds nothing but what is wrong.

    ``context`` is what surrounds them, but for the periods, which come as they are met.
    """

    structure: Structure
    uris: Uris
    shapes: list[ObservationShape]
    context: Graph
    _found: list[tuple[Result, int, int, int]] = field(default_factory=list)
    """Results with table, row and column of the first cell of their observation."""
    _dropped: int = 0
    _periods: int = 0

    def __post_init__(self) -> None:
        self._columns = BatchColumns(structure=self.structure, uris=self.uris)
        self._judge = ColumnJudge(shapes=self.shapes, context=self.context)
        self._data_set = self.uris.iri("data-set", slug=self.structure.slug)

    def see(self, batch: Batch) -> None:
        """Judge the next batch of the cube."""
        self._add_periods()
        things, cells = self._columns.columns(batch), batch.cells
        for result in self._judge.judge(things, self._data_set):
            if len(self._found) == MOST_FINDINGS:
                self._dropped += 1
                continue
            cell = int(cells.observation.searchsorted(result.place))
            place = int(cells.table[cell]), int(cells.row[cell]), int(cells.column[cell])
            self._found.append((described(result, things), *place))

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
        return {item[0] for item in self._found}

    def faults(self) -> list[Fault]:
        """Return what is wrong, at the cells it comes from."""
        found = []
        for number, table in enumerate(self.structure.tables):
            own = [item for item in self._found if item[1] == number]
            at = places(table, {(row, column) for _, _, row, column in own}) if own else {}
            for result, _, row, column in own:
                line, place, _ = at.get((row, column), (row, 1, ""))
                found.append(as_fault(result, (table.shown, line, place)))
        if self._dropped:
            kept = len(self._found)
            shown = self.structure.tables[0].shown
            found.append(fault("more-faults", shown, kept=kept, more=self._dropped))
        return found
