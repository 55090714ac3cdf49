"""IC-11 to IC-17 and IC-19 to IC-21: the integrity constraints on the values of observations.

They are judged over columns, batch after batch, by the rules of ``rules.py``; each distinct code
is looked up once. IC-12 (no duplicates) and IC-17 compare all observations of a data set with
``publish/cube/keys.py``. Tables of a project are searched for duplicates by that same module while
they are read, so there IC-12 is not asked twice. https://www.w3.org/TR/vocab-data-cube/#wf-rules

One deviation: an observation whose status says that its value is missing may lack its value
(IC-14 and IC-15), as a stand-in value would make every sum wrong in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyoxigraph as ox
from numpy.typing import NDArray

from publish.cube.keys import NO_VALUE, SEVERAL, Keys, duplicates, sum_of_matches
from publish.faults.fault import phrase, some_of
from publish.rdf.statements import NO_COLUMN, Column, Integers, Terms, Things, each_once, term_text
from publish.validation.constraints.breaches import Breaches, Particulars
from publish.validation.constraints.literals import value_of
from publish.validation.constraints.normal_form import (
    MEASURE_TYPE,
    distinct,
    joined,
    marked,
    unique_pairs,
)
from publish.validation.constraints.rules import CodeListRule, CubeRules, StructureRules

OBS_STATUS = "http://purl.org/linked-data/sdmx/2009/attribute#obsStatus"
MISSING_STATUS_CODES = "HKLMOQ"
"""Codes of the SDMX list of statuses that mean there is no value: holiday or weekend (H),
included in another category (K), exists but was not collected (L), cannot exist (M), missing
without more (O), suppressed (Q)."""
MISSING_STATUSES = frozenset(
    ox.NamedNode(f"http://purl.org/linked-data/sdmx/2009/code#obsStatus-{code}")
    for code in MISSING_STATUS_CODES
)


@dataclass(kw_only=True)
class ObservationConstraints:
    """Judges the observations of one data set, which come in one or more batches.

    Of earlier batches it keeps only the codes of each observation. With ``keys_are_unique`` IC-12
    is taken to hold.
    """

    rules: CubeRules
    breaches: Breaches
    keys_are_unique: bool = False
    _seen: int = 0
    _terms: Terms = field(default_factory=Terms)
    _known: dict[object, int] = field(default_factory=dict)
    _keys: list[Keys] = field(default_factory=list)
    _types: list[Column] = field(default_factory=list)

    def see(self, batch: Things) -> None:
        """Judge a batch of observations on their own: IC-11, IC-13 to IC-16, IC-19 to IC-21."""
        keys = np.full((batch.count, len(self.rules.dimensions)), NO_VALUE, dtype=np.int32)
        names = (*self.rules.dimensions, *self.rules.measures)
        given = {name: batch.column(name) for name in names}
        statuses = batch.column(OBS_STATUS)
        missing = [batch.terms.numbers.get(status, -1) for status in MISSING_STATUSES]
        excused = marked(statuses.thing[np.isin(statuses.value, missing)], batch.count)
        for place, name in enumerate(self.rules.dimensions):
            self._report_missing("observation-without-dimension", batch, name, given[name])
            for rule in self.rules.lists.get(name, ()):
                self._judge_codes(batch, name, given[name], rule)
            keys[:, place] = self._numbered(batch, given[name])
        for name in self.rules.required:
            column = given.get(name) or batch.column(name)
            why = excused if name in self.rules.measures else False
            self._report_missing("observation-without-attribute", batch, name, column, why)
        self._judge_measures(batch, given, excused)
        self._keys.append(keys)
        self._seen += batch.count

    def finish(self, naming: Callable[[int], str]) -> None:
        """Judge the observations against each other: IC-12 and IC-17.

        ``naming`` returns the name of an observation from its place among all that were seen.
        """
        keys = np.concatenate([np.empty((0, len(self.rules.dimensions)), np.int32), *self._keys])
        self._keys.clear()
        if not self.keys_are_unique:
            again, same = unique_pairs(*duplicates(keys))
            self.breaches.add_each(
                "duplicate-observation-in-graph",
                again.tolist(),
                naming,
                lambda at: {
                    "first": naming(int(same[np.searchsorted(again, at)])),
                    "data_set": self.rules.data_set,
                },
                first=0,
            )
        for structure in self.rules.structures:
            if structure.measures and any(len(column.thing) for column in self._types):
                self._judge_counterparts(keys, structure, naming)

    def _report(
        self,
        code: str,
        batch: Things,
        places: Integers,
        particulars: Particulars | Callable[[int], Particulars],
    ) -> None:
        self.breaches.add_each(code, places.tolist(), batch.name, particulars, first=self._seen)

    def _report_missing(
        self,
        code: str,
        batch: Things,
        name: str,
        column: Column,
        excused: NDArray[np.bool_] | bool = False,
    ) -> None:
        """Report the observations that have no value of a property and are not excused."""
        if name not in self.rules.of_data_set:
            has = marked(column.thing, batch.count) | excused
            where = {"property": name, "data_set": self.rules.data_set}
            self._report(code, batch, np.flatnonzero(~has), where)

    def _judge_codes(self, batch: Things, name: str, column: Column, rule: CodeListRule) -> None:
        """Judge whether the values of a dimension are in a code list."""
        known, place = distinct(column.value)
        found = batch.terms.found
        outside = [not rule.has(found[number]) for number in known.tolist()]
        if not any(outside):
            return
        wrong = np.flatnonzero(np.array(outside, dtype=np.bool_)[place])
        thing, value = column.thing[wrong], column.value[wrong]

        def particulars(at: int) -> Particulars:
            low, high = np.searchsorted(thing, [at, at + 1]).tolist()
            values = some_of((term_text(found[number]) for number in value[low:high].tolist()), 3)
            return {"property": name, "values": values, "list": rule.name}

        self._report(rule.code, batch, each_once(thing), particulars)

    def _judge_measures(
        self, batch: Things, given: dict[str, Column], excused: NDArray[np.bool_]
    ) -> None:
        """Judge which measures the observations have, by their columns: IC-14 to IC-16."""
        types = given.get(MEASURE_TYPE) or batch.column(MEASURE_TYPE)
        for structure in self.rules.structures:
            if not structure.has_measure_type:
                for name in dict.fromkeys(structure.measures):
                    self._report_missing(
                        "observation-without-measure", batch, name, given[name], excused
                    )
        typed = [item.measures for item in self.rules.structures if item.has_measure_type]
        if typed:
            measures = {name: given[name] for names in typed for name in names}
            self._judge_typed(batch, types, measures, excused)
        value = self._renumbered(batch, types)
        self._types.append(Column(thing=types.thing + self._seen, value=value))

    def _judge_typed(
        self,
        batch: Things,
        types: Column,
        measures: dict[str, Column],
        excused: NDArray[np.bool_],
    ) -> None:
        """Judge whether the observations have the measure of their type, and no other."""
        for number in each_once(types.value).tolist():
            term = batch.terms.found[number]
            name, of_type = term_text(term), types.thing[types.value == number]
            column = measures.get(name)
            if column is None:
                column = batch.column(name) if isinstance(term, ox.NamedNode) else NO_COLUMN
            has = marked(column.thing, batch.count) | excused
            where = {"property": name, "data_set": self.rules.data_set}
            self._report("observation-without-value", batch, of_type[~has[of_type]], where)
            for other, values in measures.items():
                if other != name:
                    wrong = of_type[marked(values.thing, batch.count)[of_type]]
                    both = {"property": name, "other": other}
                    self._report("observation-with-other-measure", batch, wrong, both)

    def _renumbered(self, batch: Things, column: Column) -> Integers:
        """Return the values of a column, numbered as in all other batches.

        Equal values that are written differently have one number.
        """
        known, place = distinct(column.value)
        terms = [batch.terms.found[number] for number in known.tolist()]
        numbers = [self._known.setdefault(value_of(t), self._terms.number(t)) for t in terms]
        return np.array(numbers, dtype=np.int64)[place]

    def _numbered(self, batch: Things, column: Column) -> NDArray[np.int32]:
        """Return the value of each observation, or NO_VALUE or SEVERAL."""
        found = np.full(batch.count, NO_VALUE, dtype=np.int32)
        value = self._renumbered(batch, column).astype(np.int32)
        found[column.thing] = value
        found[column.thing[found[column.thing] != value]] = SEVERAL
        return found

    def _judge_counterparts(
        self, keys: Keys, structure: StructureRules, naming: Callable[[int], str]
    ) -> None:
        """Judge IC-17: by measure type there is an observation of each measure at each point."""
        names = self.rules.dimensions
        own = [names.index(name) for name in structure.dimensions if name != MEASURE_TYPE]
        thing, value = joined((column.thing, column.value) for column in self._types)
        count = np.bincount(thing, minlength=len(keys))
        typed = np.flatnonzero(count)
        points = keys[typed][:, own]
        found = sum_of_matches(points, count[typed]) * count[typed]
        wanted = len(structure.measures)
        is_wrong = (found != 0) & (found != wanted)
        # An observation that lacks a dimension matches many points. It is reported itself; those
        # at a point that is complete without it are not.
        whole = np.flatnonzero((points >= 0).all(axis=1) & (count[typed] == 1))
        is_wrong[whole[sum_of_matches(points[whole], count[typed[whole]]) == wanted]] = False
        wrong = np.flatnonzero(is_wrong)
        if not len(wrong):
            return
        _, first, group = np.unique(points[wrong], axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)
        first_of = typed[wrong[first[order]]]

        def particulars(at: int) -> Particulars:
            number = order[np.searchsorted(first_of, at)]
            rows = typed[wrong[group.ravel() == number]]
            types = {term_text(self._terms.found[n]) for n in value[np.isin(thing, rows)].tolist()}
            absent = [name for name in dict.fromkeys(structure.measures) if name not in types]
            what = phrase("measures-counted", found=found[wrong[first[number]]], wanted=wanted)
            if absent:
                what = phrase("measures-absent", measures=some_of(absent, 3))
            return {"what": what, "data_set": self.rules.data_set}

        self.breaches.add_each(
            "observation-without-counterpart", first_of.tolist(), naming, particulars, first=0
        )
