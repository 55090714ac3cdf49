"""The statements that a batch makes of its observations, as columns of terms, without writing them.

Where a batch has indices of codes, these columns have numbers of terms, so that shapes and
constraints are judged over them as over any RDF. RDF Data Cube, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pyoxigraph as ox

from publish.cube.batch import STATUSES, Batch
from publish.cube.structure import Structure
from publish.mappings.marks import BOUNDS, canonical_decimal, decimal_of
from publish.project.iris import REASON_LIST, Uris
from publish.rdf.namespaces import PROV, QB, RDF, SDMX_ATTRIBUTE, SDMX_CODE, XSD
from publish.rdf.statements import Column, Integers, StatementColumns, Terms
from publish.rdf.terms import Term
from publish.tables.numbers import MOST_DECIMALS, canonical_texts


@dataclass(kw_only=True)
class BatchStatements:
    """Gives the statements of the batches of one cube; each code becomes a term once."""

    structure: Structure
    uris: Uris
    _known: list[ox.NamedNode] = field(default_factory=list)
    """The IRIs that all batches share, in the order of their numbers."""
    _numbers: dict[str, int] = field(default_factory=dict)

    def columns(self, batch: Batch) -> StatementColumns:
        """Return the statements of a batch about its observations."""
        structure, uris, count = self.structure, self.uris, len(batch)
        everyone = np.arange(count, dtype=np.int64)
        columns: dict[str, Column] = {}

        def add(predicate: object, value: Integers, thing: Integers = everyone) -> None:
            columns[str(predicate)] = Column(thing=thing, value=value)

        data_set = uris.iri("data-set", slug=structure.slug)
        add(RDF.type, np.full(count, self._number(str(QB.Observation))))
        add(QB.dataSet, np.full(count, self._number(data_set)))
        totals: list[tuple[Integers, int]] = []
        for dimension, key in zip(structure.dimensions, batch.keys, strict=True):
            add(dimension.iri, self._all(dimension.value(c, uris) for c in dimension.codes)[key])
            if dimension.total is not None:
                places = np.flatnonzero(key == dimension.total)
                totals.append((places, self._number(dimension.iri)))
        measures, has_value = batch.keys[-1], batch.absence == 0
        add(SDMX_ATTRIBUTE.unitMeasure, self._all(structure.units)[measures])
        statuses = self._all(str(SDMX_CODE[f"obsStatus-{code}"]) for code in STATUSES)
        add(SDMX_ATTRIBUTE.obsStatus, statuses[batch.status])
        decimals = self._all(str(SDMX_CODE[f"decimals-{at}"]) for at in range(MOST_DECIMALS + 1))
        shown = np.flatnonzero(has_value)
        add(SDMX_ATTRIBUTE.decimals, decimals[batch.decimals[shown]], shown)
        tables = self._all(structure.table_iris(uris))
        # Here the table stands for the cell: it is only asked whether there is a source.
        add(PROV.wasDerivedFrom, tables[batch.cells.table], batch.cells.observation)
        if batch.addends is not None:  # the data set stands for what was added up, likewise
            sums = np.unique(batch.addends.observation)
            add(uris.generic("somVan"), np.full(len(sums), self._number(data_set)), sums)
        if any(len(places) for places, _ in totals):
            thing = np.concatenate([places for places, _ in totals])
            value = np.concatenate([np.full(len(places), number) for places, number in totals])
            order = np.argsort(thing, kind="stable")
            add(uris.generic("totaalOver"), value[order], thing[order])
        absent = np.flatnonzero(batch.absence)
        if len(absent):
            numbers = batch.absence[absent].tolist()
            reasons = [structure.absences[number - 1].reasons for number in numbers]
            iris = (uris.iri("concept", scheme=REASON_LIST, code=code) for code in chain(*reasons))
            things = np.repeat(absent, [len(codes) for codes in reasons])
            add(uris.generic("afwezigheid"), self._all(iris), things)
        terms = self._terms()
        for at, measure in enumerate(structure.measures):
            places = np.flatnonzero((measures == at) & has_value)
            if len(places):
                add(measure.iri, _values(batch, places, measure.datatype, terms), places)
        if len(absent):
            self._add_bounds(batch, absent, terms, columns)
        return StatementColumns(
            count=count,
            terms=terms,
            columns=columns,
            naming=lambda place: structure.observation_iri(batch.keys, place, uris),
        )

    def _add_bounds(
        self, batch: Batch, absent: Integers, terms: Terms, columns: dict[str, Column]
    ) -> None:
        """Add the bounds of figures that are not shown."""
        found: dict[str, tuple[list[int], list[int]]] = {}
        decimal = ox.NamedNode(str(XSD.decimal))
        for place in absent.tolist():
            printed = decimal_of(int(batch.mantissa[place]), int(batch.decimals[place]))
            for key, value in self.structure.absences[int(batch.absence[place]) - 1].bounds:
                things, values = found.setdefault(self.uris.generic(BOUNDS[key]), ([], []))
                text = canonical_decimal(printed if value is None else value)
                things.append(place)
                values.append(terms.number(ox.Literal(text, datatype=decimal)))
        for predicate, (things, values) in found.items():
            columns[predicate] = Column(thing=np.array(things), value=np.array(values))

    def _number(self, iri: str) -> int:
        if iri not in self._numbers:
            self._numbers[iri] = len(self._known)
            self._known.append(ox.NamedNode(iri))
        return self._numbers[iri]

    def _all(self, iris: Iterable[str]) -> Integers:
        return np.array([self._number(iri) for iri in iris], dtype=np.int64)

    def _terms(self) -> Terms:
        """Return the terms of one batch, beginning with those that all batches share."""
        numbers: dict[Term, int] = {term: at for at, term in enumerate(self._known)}
        return Terms(found=list(self._known), numbers=numbers)


def _values(batch: Batch, places: Integers, datatype: str, terms: Terms) -> Integers:
    """Return the term numbers of the values at some places; a distinct value is one term."""
    mantissa, decimals = batch.mantissa[places], batch.decimals[places]
    found = np.empty(len(places), dtype=np.int64)
    kind = ox.NamedNode(datatype)
    for count in np.unique(decimals).tolist():
        chosen = decimals == count
        distinct, at = np.unique(mantissa[chosen], return_inverse=True)
        texts = canonical_texts(distinct, np.full(len(distinct), count, dtype=np.int8))
        numbers = [terms.number(ox.Literal(text, datatype=kind)) for text in texts]
        found[chosen] = np.array(numbers, dtype=np.int64)[at.reshape(-1)]
    return found
