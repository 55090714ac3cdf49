"""Agreements: the same fact is equal in two data sets, where a mapping declares that it must be.

Two observations are the same fact if measure and unit are the same, the codes of shared dimensions
are equal, and each dimension that one data set lacks is at its total in the other, or at the code
that is declared. A fault stands at the cell of the data set that declares the agreement and names
the other cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Indices, align
from publish.cube.columns import CubeColumns
from publish.cube.keys import NOT_FOUND, find_keys
from publish.cube.structure import CubeDimension, Structure
from publish.faults.fault import Fault, did_you_mean, fault
from publish.mappings.declarations import Agreement
from publish.mappings.mapping import MEASURE, Mapping
from publish.tables.findings import TableFindings
from publish.tables.table import places
from publish.validation.figures.cube import FiguresCheck
from publish.validation.figures.shares import printed_value
from publish.validation.figures.totals import scaled


def compared_slugs(mappings: Iterable[Mapping]) -> set[str]:
    """Return the slugs of the data sets that are compared with another."""
    found = set()
    for mapping in mappings:
        for agreement in mapping.declarations.agreements:
            found |= {mapping.slug, agreement.slug}
    return found


def compare_data_sets(
    checks: dict[str, FiguresCheck], faulty: set[str], slugs: set[str], faults: list[Fault]
) -> None:
    """Report figures that should agree and do not, and acknowledgements without such a fault.

    Data sets that are ``faulty`` already are not compared; ``slugs`` are those of all mappings,
    read or not.
    """
    for slug, one in checks.items():
        before, mapping, judged_all = len(faults), one.cube.mapping, True
        for agreement in mapping.declarations.agreements:
            place = mapping.file.place(*agreement.steps)
            if agreement.slug not in slugs - {slug}:
                hint = did_you_mean(agreement.slug, sorted(slugs - {slug}))
                at = mapping.file.place(*agreement.steps, "data-set")
                faults.append(fault("no-such-data-set", *at, name=agreement.slug, hint=hint))
                continue
            other = checks.get(agreement.slug)
            judged_all &= other is not None and agreement.slug not in faulty
            if other is None:
                continue  # not asked for in this run, or without a cube because of its faults
            wrong = list(_misfits(agreement, one, other))
            faults.extend(wrong)
            if wrong or {slug, agreement.slug} & faulty:
                continue
            found = _disagreements(agreement, one, other)
            if found is None:
                faults.append(fault("nothing-compared", *place, name=agreement.slug))
            else:
                faults.extend(found)
        one.acknowledged.take_out(faults, before)
        unjudged = set() if judged_all and slug not in faulty else {"figures-disagree"}
        faults.extend(one.acknowledged.faults(unjudged))


def _misfits(agreement: Agreement, one: FiguresCheck, other: FiguresCheck) -> Iterator[Fault]:
    """Yield the faults of an agreement's declaration."""
    mapping, steps = one.cube.mapping, agreement.steps
    place = mapping.file.place
    sides = {"here": (one.cube.structure, agreement.here)}
    sides["there"] = (other.cube.structure, agreement.there)
    for key, (structure, fixed) in sides.items():
        for name, code in fixed.items():
            at, dimension = place(*steps, key, name), structure.dimension(name)
            if dimension is None:
                known = ", ".join(structure.names())
                yield fault("dimension-not-used", *at, name=name, known=known)
            elif wrong := dimension.code_fault(code, at):
                yield wrong
    shared = _shared(agreement, one.cube.structure, other.cube.structure)
    for key, (structure, fixed) in sides.items():
        for dimension in structure.dimensions[:-1]:
            if dimension.name not in {*shared, *fixed} and dimension.total is None:
                yield fault(
                    "no-total-to-compare",
                    *place(*steps),
                    name=dimension.name,
                    slug=structure.slug,
                    other=agreement.slug if key == "here" else mapping.slug,
                    key=key,
                )


def _shared(agreement: Agreement, own: Structure, theirs: Structure) -> list[str]:
    """Return the dimensions that are compared code by code."""
    others = set(theirs.names()) - set(agreement.there)
    return [name for name in own.names() if name in others - set(agreement.here)]


def _chosen(
    columns: CubeColumns, structure: Structure, shared: list[str], fixed: dict[str, str]
) -> NDArray[np.int64]:
    """Return the places of observations at the total, or the fixed code, of other dimensions."""
    chosen = columns.absence == 0
    for dimension, key in zip(structure.dimensions[:-1], columns.keys[:-1], strict=True):
        if dimension.name in fixed:
            code = dimension.read_code(fixed[dimension.name])
            chosen &= key == dimension.positions.get(code or "", NOT_FOUND)
        elif dimension.name not in shared:
            chosen &= key == dimension.total
    return np.flatnonzero(chosen)


def _disagreements(
    agreement: Agreement, one: FiguresCheck, other: FiguresCheck
) -> list[Fault] | None:
    """Return a fault for each pair of figures that differ, None if there is no pair."""
    own, theirs = one.cube.structure, other.cube.structure
    columns, others = one.columns(), other.columns()
    if columns is None or others is None:
        return None
    names = [*_shared(agreement, own, theirs), MEASURE]
    here = _chosen(columns, own, names, agreement.here)
    there = _chosen(others, theirs, names, agreement.there)
    known = np.ones(len(there), dtype=np.bool_)
    dimensions, keys, their_keys = [], [], []
    for name in names:
        (mine, key), (other_, their_key) = _axis(own, columns, name), _axis(theirs, others, name)
        dimensions.append(mine)
        keys.append(key[here])
        translated = _translation(mine, other_, own.units, theirs.units)
        their_keys.append(translated[their_key[there]])
        known &= their_keys[-1] != NOT_FOUND
    there = there[known]
    found = find_keys(tuple(key[known] for key in their_keys), tuple(keys), tuple(dimensions))
    here, matched = here[found != NOT_FOUND], there[found[found != NOT_FOUND]]
    if not len(here):
        return None
    values, decimals = align(
        np.concatenate([columns.mantissa[here], others.mantissa[matched]]),
        np.concatenate([columns.decimals[here], others.decimals[matched]]),
    )
    apart = np.abs(values[: len(here)] - values[len(here) :]) > scaled(agreement.within, decimals)
    wrong = np.flatnonzero(apart.astype(np.bool_))
    return _findings(one, other, columns, others, here[wrong], matched[wrong])


def _axis(structure: Structure, columns: CubeColumns, name: str) -> tuple[CubeDimension, Indices]:
    """Return a dimension with the column of its codes."""
    at = [dimension.name for dimension in structure.dimensions].index(name)
    return structure.dimensions[at], columns.keys[at]


def _translation(
    mine: CubeDimension, theirs: CubeDimension, units: tuple[str, ...], their_units: tuple[str, ...]
) -> Indices:
    """Return the index in ``mine`` of each of their codes; a measure in another unit has none."""
    found = [mine.positions.get(code, NOT_FOUND) for code in theirs.codes]
    if mine.name == MEASURE:
        pairs = zip(found, their_units, strict=True)
        found = [at if at != NOT_FOUND and units[at] == unit else NOT_FOUND for at, unit in pairs]
    return np.array(found, dtype=np.int32)


def _findings(
    one: FiguresCheck,
    other: FiguresCheck,
    columns: CubeColumns,
    others: CubeColumns,
    here: NDArray[np.int64],
    there: NDArray[np.int64],
) -> list[Fault]:
    """Return a fault for each pair, with the place of the other figure."""
    own, theirs = one.cube.structure, other.cube.structure
    wanted: dict[int, set[tuple[int, int]]] = defaultdict(set)
    cells = [others.first_cell(at) for at in there.tolist()]
    for table, row, column in cells:
        wanted[table].add((row, column))
    lines = {number: places(theirs.tables[number], found) for number, found in wanted.items()}
    findings = TableFindings(tables=own.tables)
    for at, place, (table, *cell) in zip(here.tolist(), there.tolist(), cells, strict=True):
        line, column, _ = lines[table][cell[0], cell[1]]
        findings.add(
            "figures-disagree",
            *columns.first_cell(at),
            codes=own.codes_at(columns.keys, at),
            value=printed_value(columns, at, one.cube.mapping.numbers),
            other=printed_value(others, place, other.cube.mapping.numbers),
            slug=theirs.slug,
            place=f"{theirs.tables[table].shown}:{line}:{column}",
        )
    return list(findings.faults())
