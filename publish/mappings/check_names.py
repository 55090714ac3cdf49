"""Whether the names in a mapping exist and fit together; no table is read here."""

from __future__ import annotations

from collections import Counter

from publish.faults.fault import Fault, did_you_mean, fault, phrase
from publish.mappings.mapping import MEASURE, Mapping, MissingPeriod, TableUse
from publish.ontology.periods import read_period
from publish.ontology.vocabulary import Vocabulary
from publish.tables.findings import about_period

UNITS = "eenheid"
"""The name of the code list of units."""


def dimensions_of(use: TableUse) -> list[str]:
    """Return the dimensions of a table, one that is given twice being named twice."""
    return [*use.rows.dimensions, *use.columns.dimensions, *use.fixed]


def measure_names(mapping: Mapping) -> dict[str, tuple[str | int, ...]]:
    """Return the measures that a mapping names, in order, each with its first place."""
    if mapping.measure:
        return {mapping.measure: ("measure",)}
    names: dict[str, tuple[str | int, ...]] = {}
    for use in mapping.uses:
        if MEASURE in use.fixed:
            names.setdefault(use.fixed[MEASURE], use.steps)
        for axis in use.axes:
            for label, codes in (axis.labels or {}).items():
                if MEASURE in codes:
                    names.setdefault(codes[MEASURE], (*axis.steps, label, "measure"))
    return names


def check_names(mapping: Mapping, vocabulary: Vocabulary, faults: list[Fault]) -> None:
    """Report dimensions, measures and units that do not exist or do not fit together."""
    place = mapping.file.place
    first = set(dimensions_of(mapping.uses[0]))
    for use in mapping.uses:
        names = dimensions_of(use)
        counted = Counter(names)
        for name in dict.fromkeys(names):
            is_known = name in vocabulary.dimensions or name in vocabulary.unusable
            if name != MEASURE and not is_known:
                hint = did_you_mean(name, vocabulary.dimensions)
                own = (*use.steps, "fixed", name)
                fixed = own if own in mapping.file.places else ("fixed", name)
                steps = next((axis.steps for axis in use.axes if name in axis.dimensions), fixed)
                faults.append(fault("no-such-dimension", *place(*steps), name=name, hint=hint))
            if counted[name] > 1 or (name == MEASURE and mapping.measure):
                faults.append(fault("dimension-twice", *place(*use.steps), name=name))
        for axis in use.axes:
            for label, codes in (axis.labels or {}).items():
                at = place(*axis.steps, label)
                for name in axis.dimensions:
                    if name not in codes:
                        faults.append(fault("label-lacks-code", *at, label=label, name=name))
        if set(names) != first:
            found, wanted = _listed(set(names)), _listed(first)
            at = place(*use.steps)
            faults.append(fault("dimensions-differ", *at, found=found, wanted=wanted))
    if mapping.measure is None and MEASURE not in first:
        faults.append(fault("no-measure", *place()))
    for name, steps in measure_names(mapping).items():
        if name not in vocabulary.measures and name not in vocabulary.unusable:
            hint = did_you_mean(name, vocabulary.measures)
            faults.append(fault("no-such-measure", *place(*steps), name=name, hint=hint))
    units = vocabulary.codes_of(UNITS)
    if mapping.unit is not None and mapping.unit not in units:
        hint = did_you_mean(mapping.unit, units)
        faults.append(fault("no-such-unit", *place("unit"), name=mapping.unit, hint=hint))
    for name in sorted(mapping.totals):
        dimension = vocabulary.dimensions.get(name)
        if name not in first:
            if not first - {MEASURE} <= vocabulary.dimensions.keys() | vocabulary.unusable:
                continue  # a name that does not exist was reported, and may be what is meant
            at, known = place("totals", name), _listed(first - {MEASURE})
            faults.append(fault("dimension-not-used", *at, name=name, known=known))
        elif dimension and (dimension.codes is None or dimension.codes.total is None):
            faults.append(fault("no-total", *place("totals", name), name=name))
    periods = [
        name
        for name in sorted(first)
        if name in vocabulary.dimensions and vocabulary.dimensions[name].period
    ]
    if len(periods) > 1:
        faults.append(fault("no-period-twice", *place(), names=", ".join(periods)))


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or phrase("no-dimension")


def read_missing_periods(
    mapping: Mapping, vocabulary: Vocabulary, faults: list[Fault]
) -> dict[str, MissingPeriod]:
    """Return the periods that are declared missing, by their code."""
    found: dict[str, MissingPeriod] = {}
    for missing in mapping.missing:
        name = missing.dimension
        dimension = vocabulary.dimensions.get(name)
        kind = dimension.period if dimension and name in dimensions_of(mapping.uses[0]) else None
        place = mapping.file.place(*missing.steps, name)
        if kind is None:
            faults.append(fault("no-such-period", *place, name=name))
            continue
        code = read_period(kind, missing.code)
        if code is None:
            faults.append(fault("unknown-period", *place, **about_period(kind, missing.code)))
            continue
        found[code] = missing
    return found
