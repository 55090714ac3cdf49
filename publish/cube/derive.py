"""Makes a data set from others: their values added up to wider classes.

The links of the code lists say in which wider class each class lies (``skos:broadMatch`` or
``skos:exactMatch``). Each sum knows the observations that were added up and the printed cells they
come from. What would make a sum wrong (shares, classes that overlap, a class that lies in none or
not wholly in one) is a fault. The observations of the inputs are held as columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from publish.cube.assemble import Cube, reserved_name
from publish.cube.batch import MISSING, Addends, Batch, Indices, align, cut_batch, join_batches
from publish.cube.keys import key_numbers
from publish.cube.structure import Structure, cube_dimensions, no_such_code
from publish.faults.fault import Fault, did_you_mean
from publish.mappings.document import Document
from publish.mappings.mapping import Derivation, Input, Mapping, MissingPeriod
from publish.mappings.marks import Absence, absence_of_sum, decimal_of
from publish.ontology.links import Link
from publish.ontology.nesting import codes_above, wider_codes
from publish.ontology.vocabulary import Vocabulary
from publish.project.iris import Uris
from publish.project.project import Project
from publish.rdf.statements import Integers
from publish.tables.table import BLOCK

Classes = dict[str, dict[str, str]]
"""Per dimension of the inputs the wider class of each code."""


@dataclass(frozen=True, kw_only=True)
class DerivedInput:
    """A cube that is added up, and the codes that all of its observations get."""

    cube: Cube
    fixed: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class DerivedCube:
    """A data set whose observations are sums of those of others."""

    mapping: Mapping
    structure: Structure
    inputs: tuple[DerivedInput, ...]
    classes: Classes
    above: dict[str, dict[str, frozenset[str]]]
    """Per dimension with wider classes the codes above each code in its own list."""
    uris: Uris
    documents: dict[str, Document]

    @property
    def missing(self) -> dict[str, MissingPeriod]:
        """The periods that no input gives and one declares as missing, by their code.

        Which periods the inputs give is known once their batches have been read.
        """
        period = self.structure.period
        given = period.positions if period else {}
        return {
            code: declared
            for item in self.inputs
            for code, declared in item.cube.missing.items()
            if code not in given
        }

    def batches(self, faults: list[Fault]) -> Iterator[Batch]:
        """Yield the sums. Faults of the inputs are reported when those are built themselves."""
        parts, offset = [], 0
        for item in self.inputs:
            read = [batch for batch in item.cube.batches([]) if len(batch)]
            if read:
                batch = self._regrouped(item, join_batches(read), offset, faults)
                if batch is not None:
                    parts.append(batch)
            offset += len(item.cube.structure.tables)
        if parts:
            yield from cut_batch(self._summed(join_batches(parts), faults), BLOCK)

    def _regrouped(
        self, item: DerivedInput, batch: Batch, offset: int, faults: list[Fault]
    ) -> Batch | None:
        """Return the observations of an input with the keys of this cube, not yet added up."""
        source = item.cube.structure
        target = self.mapping.derivation.classes if self.mapping.derivation else {}
        places = {target.get(own.name, own.name): at for at, own in enumerate(source.dimensions)}
        keys = []
        for dimension in self.structure.dimensions:
            if dimension.name in item.fixed:
                index = dimension.index(item.fixed[dimension.name])
                keys.append(np.full(len(batch), index, dtype=np.int32))
                continue
            own, key = source.dimensions[places[dimension.name]], batch.keys[places[dimension.name]]
            used = {index: own.codes[index] for index in np.unique(key).tolist()}
            wider = self.classes.get(own.name, {code: code for code in used.values()})
            if wrong := list(self._misfits(own.name, dimension.name, {*used.values()}, wider)):
                faults.extend(wrong)
                return None
            table = np.zeros(len(own.codes), dtype=np.int32)
            for index, code in used.items():
                table[index] = dimension.index(wider[code])
            keys.append(table[key])
        iris = [source.observation_iri(batch.keys, place, self.uris) for place in range(len(batch))]
        absence = np.zeros(len(batch), dtype=np.int32)
        for at in np.flatnonzero(batch.absence).tolist():
            printed = decimal_of(int(batch.mantissa[at]), int(batch.decimals[at]))
            own_absence = source.absences[int(batch.absence[at]) - 1].with_number(printed)
            absence[at] = self.structure.absence_number(own_absence)
        return replace(
            batch,
            keys=tuple(keys),
            mantissa=np.where(absence > 0, 0, batch.mantissa),
            decimals=np.where(absence > 0, 0, batch.decimals).astype(np.int8),
            absence=absence,
            cells=replace(batch.cells, table=(batch.cells.table + offset).astype(np.int16)),
            addends=Addends(observation=np.arange(len(batch), dtype=np.int64), iris=iris),
        )

    def _misfits(
        self, name: str, target: str, used: set[str], wider: dict[str, str]
    ) -> Iterator[Fault]:
        """Yield the faults of classes in no wider one, else of those added up beside one above."""
        report, steps = self.mapping.file.fault, ("derived", "classes", name)
        if lacking := sorted(used - set(wider)):
            yield report("no-wider-class", *steps, codes=", ".join(lacking), name=target)
            return
        for code in sorted(used):
            for above in sorted(self.above.get(name, {}).get(code, frozenset()) & used):
                if wider[above] == wider[code]:
                    what = {"code": code, "above": above, "wider": wider[code]}
                    yield report("nested-classes", *steps, **what)

    def _summed(self, batch: Batch, faults: list[Fault]) -> Batch:
        """Return one observation per key: the sum, its source cells and its addends."""
        keys = key_numbers(batch.keys, self.structure.dimensions)
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        # Addends come in the order in which their first part comes.
        rank = np.empty(len(first), dtype=np.int64)
        rank[np.argsort(first, kind="stable")] = np.arange(len(first))
        group = rank[group]
        first = np.sort(first)
        values, most = align(batch.mantissa, batch.decimals)
        sums = np.zeros(len(first), dtype=values.dtype)
        np.add.at(sums, group, values)
        decimals = np.zeros(len(first), dtype=np.int8)
        np.maximum.at(decimals, group, batch.decimals)
        scale = np.array([10 ** (most - int(places)) for places in decimals], dtype=sums.dtype)
        absence = self._absences(batch, group, sums, most)
        sums[absence > 0], decimals[absence > 0] = 0, 0
        sums //= scale
        for at in np.flatnonzero(np.abs(sums) > np.iinfo(np.int64).max).tolist():
            codes = self.structure.codes_at(batch.keys, int(first[at]))
            faults.append(self.mapping.file.fault("sum-too-large", "derived", codes=codes))
            sums[at] = 0
        cells, addends = batch.cells, batch.addends
        order = np.argsort(group[cells.observation], kind="stable")
        by_group = np.argsort(group, kind="stable")
        return Batch(
            keys=tuple(key[first] for key in batch.keys),
            mantissa=sums.astype(np.int64),
            decimals=decimals,
            status=(absence > 0) * np.int8(MISSING),
            absence=absence,
            cells=cells.take(order, group[cells.observation][order]),
            addends=addends
            and Addends(
                observation=group[by_group],
                iris=[addends.iris[at] for at in by_group.tolist()],
            ),
        )

    def _absences(
        self, batch: Batch, group: Integers, sums: NDArray[Any], decimals: int
    ) -> Indices:
        """Return the number of the absence of each sum, 0 where all of its parts have a value.

        ``sums`` are those of the values that are shown, in units of the last decimal.
        """
        found = np.zeros(len(sums), dtype=np.int32)
        absences, hidden = self.structure.absences, batch.absence > 0
        parts = defaultdict[int, list[Absence]](list)
        for at in np.flatnonzero(hidden).tolist():
            parts[int(group[at])].append(absences[int(batch.absence[at]) - 1])
        shown = np.bincount(group[~hidden], minlength=len(sums))
        measure_of = dict(zip(group.tolist(), batch.keys[-1].tolist(), strict=True))
        for at, of_parts in parts.items():
            measure = self.structure.measures[measure_of[at]]
            sum_shown = decimal_of(int(sums[at]), decimals) if shown[at] else None
            absence = absence_of_sum(of_parts, sum_shown, measure.least)
            found[at] = self.structure.absence_number(absence)
        return found


AnyCube = Cube | DerivedCube
"""A data set, however it is made."""


def assemble_derived(
    project: Project,
    mapping: Mapping,
    vocabulary: Vocabulary,
    links: list[Link],
    cubes: dict[str, Cube],
    known: set[str],
    mappings: Iterable[Mapping],
    faults: list[Fault],
) -> DerivedCube | None:
    """Return the cube of a derived data set, or None when its names do not fit together.

    ``cubes`` are those made from tables, by their slug; ``known`` the slugs of all mappings,
    ``mappings`` those that were read.
    """
    derivation, report = mapping.derivation, mapping.file.fault
    if derivation is None:
        return None
    before, inputs = len(faults), []
    reserved_name(mapping, faults)
    derived = {one.slug for one in mappings if one.derivation}
    for item in derivation.inputs:
        at = (*item.steps, "data-set")
        if item.slug in cubes:
            inputs.append((item, cubes[item.slug]))
        elif item.slug in derived:
            faults.append(report("not-from-tables", *at, name=item.slug))
        elif item.slug not in known:
            hint = did_you_mean(item.slug, known - {mapping.slug})
            faults.append(report("no-such-data-set", *at, name=item.slug, hint=hint))
    classes: Classes = {}
    above = {}
    for name, wider in derivation.classes.items():
        steps = ("derived", "classes", name)
        ends = [vocabulary.dimensions.get(end) for end in (name, wider)]
        for end, dimension in zip((name, wider), ends, strict=True):
            if dimension is None or dimension.codes is None:
                faults.extend(_no_such_list(mapping, vocabulary, steps, end))
        fine, coarse = ends
        if fine and coarse and fine.codes and coarse.codes:
            for code_list in (fine.codes, coarse.codes):
                if not code_list.additive:
                    faults.append(report("not-additive", *steps, list=code_list.name))
            lists, place = (fine.codes, coarse.codes), mapping.file.place(*steps)
            classes[name] = wider_codes(vocabulary, links, lists, place, faults)
            above[name] = codes_above(vocabulary, fine.codes)
    if len(inputs) < len(derivation.inputs):
        return None  # what is wrong with the others was reported
    structure = _structure(mapping, derivation, vocabulary, inputs, faults)
    if structure is None or len(faults) > before:
        return None
    return DerivedCube(
        mapping=mapping,
        structure=structure,
        inputs=tuple(DerivedInput(cube=cube, fixed=item.fixed) for item, cube in inputs),
        classes=classes,
        above=above,
        uris=project.uris,
        documents={key: value for _, cube in inputs for key, value in cube.documents.items()},
    )


def _structure(
    mapping: Mapping,
    derivation: Derivation,
    vocabulary: Vocabulary,
    inputs: list[tuple[Input, Cube]],
    faults: list[Fault],
) -> Structure | None:
    """Return the structure of the sums; every input must give the same dimensions."""
    before, wanted, seen = len(faults), set[str](), list[tuple[str, dict[str, str]]]()

    def report(code: str, *steps: str | int, **particulars: object) -> None:
        faults.append(mapping.file.fault(code, *steps, **particulars))

    for item, cube in inputs:
        own = set(cube.structure.names())
        wider = [derivation.classes.get(name, name) for name in sorted(own)]
        given = {*wider, *item.fixed}
        for name, end in derivation.classes.items():
            if name in own and wider.count(end) > 1:
                report("dimension-twice", "derived", "classes", name, name=end)
        if (item.slug, item.fixed) in seen:
            report("input-twice", *item.steps, "data-set", name=item.slug)
        seen.append((item.slug, item.fixed))
        for name, code in item.fixed.items():
            dimension, steps = vocabulary.dimensions.get(name), (*item.steps, "fixed", name)
            if dimension is None or dimension.codes is None:
                faults.extend(_no_such_list(mapping, vocabulary, steps, name))
            elif code not in (codes := dimension.codes.codes):
                faults.append(no_such_code(mapping.file.place(*steps), code, name, codes))
            if name in own or name in wider:
                report("dimension-twice", *steps, name=name)
        for name in derivation.classes:
            if name not in own:
                known = ", ".join(sorted(own))
                report("dimension-not-used", "derived", "classes", name, name=name, known=known)
        for unit in cube.structure.units:
            if unit.endswith("/PC"):
                report("share-not-added", *item.steps, name=item.slug)
        if len(seen) > 1 and given != wanted:
            found, first = ", ".join(sorted(given)), ", ".join(sorted(wanted))
            report("dimensions-differ", *item.steps, found=found, wanted=first)
        wanted = wanted or given
    for name in sorted(mapping.totals):
        if name not in wanted:
            known = ", ".join(sorted(wanted))
            report("dimension-not-used", "totals", name, name=name, known=known)
        elif (dimension := vocabulary.dimensions.get(name)) and not (
            dimension.codes and dimension.codes.total
        ):
            report("no-total", "totals", name, name=name)
    if len(faults) > before or not wanted <= vocabulary.dimensions.keys():
        return None  # a dimension that is not there was reported where it is named or defined
    pairs = {
        (measure.name, unit): (measure, unit)
        for _, cube in inputs
        for measure, unit in zip(cube.structure.measures, cube.structure.units, strict=True)
    }
    measures = tuple(measure for measure, _ in pairs.values())
    if len({measure.name for measure in measures}) < len(measures):
        report("units-differ", "derived")
        return None
    return Structure(
        slug=mapping.slug,
        dimensions=cube_dimensions((vocabulary.dimensions[name] for name in wanted), measures),
        measures=measures,
        units=tuple(unit for _, unit in pairs.values()),
        tables=[table for _, cube in inputs for table in cube.structure.tables],
        cells=False,  # they are published with the data sets that print them
        bounds=_bounds_of_sums([cube.structure for _, cube in inputs]),
    )


def _bounds_of_sums(structures: Iterable[Structure]) -> frozenset[str] | None:
    """Return the keys of the bounds that sums of these may have; None if all have a value."""
    own = [structure.bounds for structure in structures if structure.bounds is not None]
    # What is shown beside a part that is hidden is a lower bound by itself.
    return frozenset({"at-least", "at-most"}.union(*own)) if own else None


def _no_such_list(
    mapping: Mapping, vocabulary: Vocabulary, steps: tuple[str | int, ...], name: str
) -> Iterator[Fault]:
    """Yield the fault of a name that is no dimension, or one without a code list.

    Of a dimension whose own definition is at fault there is none more to tell.
    """
    if name in vocabulary.dimensions:
        yield mapping.file.fault("dimension-without-codes", *steps, name=name)
    elif name not in vocabulary.unusable:
        hint = did_you_mean(name, vocabulary.dimensions)
        yield mapping.file.fault("no-such-dimension", *steps, name=name, hint=hint)
