"""A stage of a build: cubes are judged together, after each was judged by itself."""

from __future__ import annotations

from dataclasses import dataclass

from publish.faults.fault import Fault, FaultyInput
from publish.release.stages.write_cubes import WrittenCubes
from publish.validation.constraints.structure import check_structures
from publish.validation.figures.agreements import compare_data_sets
from publish.validation.figures.coverage import check_coverage


@dataclass(frozen=True, kw_only=True)
class JudgedCubes:
    """Cubes without fault, as each by itself and as beside the others."""

    written: WrittenCubes
    warnings: tuple[Fault, ...]


def judge_cubes(written: WrittenCubes) -> JudgedCubes:
    """Judge what cubes say of each other. Raises FaultyInput with all faults so far."""
    inputs, described = written.inputs, written.described
    faults = [*inputs.faults, *described.faults]
    faults.extend(item for cube in written.cubes for item in cube.faults)
    figures = {cube.described.slug: cube.described.figures for cube in written.cubes}
    faulty = {cube.described.slug for cube in written.cubes if cube.faults}
    compare_data_sets(figures, faulty, set(inputs.slugs), faults)
    warnings = [item for one in figures.values() for item in one.warnings()]
    found = [
        item
        for cube in described.cubes
        if cube.slug not in faulty
        for item in cube.observations.faults()
    ]
    if not faults:
        found += check_structures(
            inputs.project, inputs.vocabulary, described.surroundings, written.all_cubes
        )
        # What is left over says nothing as long as labels that choose rows may be at fault.
        if inputs.is_whole_project:
            found += check_coverage(inputs.project, inputs.mappings, inputs.documents)
    faults.extend(item for item in found if item.severity == "error")
    warnings.extend(item for item in found if item.severity != "error")
    if not inputs.ontology_is_whole:
        # Names may be unknown only because the file that defines them cannot be read.
        faults = [item for item in faults if not item.kind.needs_whole_ontology]
    if faults:
        raise FaultyInput([*faults, *warnings])
    return JudgedCubes(written=written, warnings=tuple(dict.fromkeys(warnings)))
