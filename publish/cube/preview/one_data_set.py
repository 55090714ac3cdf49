"""Reads one data set by itself, and sums up what would be published of it.

The cube is read as far as possible, even when something is open, or at fault elsewhere. Whether it
may be published is judged by a validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from publish.cube.assemble import Cube, assemble_cube
from publish.cube.batch import MISSING
from publish.cube.derive import AnyCube, assemble_derived
from publish.faults.fault import CannotRun, Fault, Words, did_you_mean, number_of, phrase, some_of
from publish.mappings.document import read_documents
from publish.mappings.mapping import OPEN, Mapping, read_mappings
from publish.mappings.open_questions import with_likely_answers
from publish.ontology.links import read_links
from publish.ontology.vocabulary import Vocabulary, read_vocabulary
from publish.project.project import Project


@dataclass(frozen=True, kw_only=True)
class OneDataSet:
    """A data set read by itself."""

    mapping: Mapping | None
    """As it stands in its file; None when it cannot be read."""
    cube: AnyCube | None
    """None when its names or tables do not exist, or a dimension is open."""
    vocabulary: Vocabulary
    faults: list[Fault]


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What would be published of a data set."""

    observations: int
    without_value: int
    codes: dict[str, tuple[str, ...]]
    """Per dimension the codes that occur, in the order of their list; OPEN where it is open."""
    periods: tuple[str, ...]
    measures: tuple[str, ...]
    totals: dict[str, str]


def require_mapping(project: Project, slug: str) -> set[str]:
    """Return the names of all mappings. Raises CannotRun when the given one is not among them."""
    known = sorted(path.stem for path in (project.root / "mappings").glob("*.yaml"))
    if slug not in known:
        hint = did_you_mean(slug, known)
        raise CannotRun(phrase("no-data-set-of-name", slug=slug, hint=hint, known=some_of(known)))
    return set(known)


def read_one(project: Project, slug: str) -> OneDataSet:
    """Read a data set and all it needs. Raises CannotRun when there is none of that name."""
    slugs, faults = require_mapping(project, slug), list[Fault]()
    vocabulary = read_vocabulary(project, faults)
    documents = read_documents(project, faults)
    mappings = read_mappings(project, faults, [slug])
    own = next((mapping for mapping in mappings if mapping.slug == slug), None)
    printed: dict[str, Cube] = {}
    for mapping in mappings:
        whole = with_likely_answers(mapping, vocabulary)
        if whole and whole.derivation is None:
            cube = assemble_cube(project, whole, vocabulary, documents, faults)
            if cube:
                printed[mapping.slug] = cube
    found: AnyCube | None = printed.get(slug)
    if own and own.derivation is not None:
        links = read_links(vocabulary, faults)
        found = assemble_derived(project, own, vocabulary, links, printed, slugs, mappings, faults)
    return OneDataSet(mapping=own, cube=found, vocabulary=vocabulary, faults=faults)


def prospect_of(one: OneDataSet) -> Prospect | None:
    """Return what would be published of a data set, as far as its cells can be read."""
    cube, mapping = one.cube, one.mapping
    if cube is None or mapping is None:
        return None
    dimensions = cube.structure.dimensions
    used: list[set[int]] = [set() for _ in dimensions]
    count = without = 0
    for batch in cube.batches([]):
        count += len(batch)
        without += int((batch.status == MISSING).sum())
        for seen, key in zip(used, batch.keys, strict=True):
            seen.update(np.unique(key).tolist())
    codes = {
        dimension.name: tuple(dimension.codes[index] for index in sorted(seen))
        for dimension, seen in zip(dimensions, used, strict=True)
    }
    for use in mapping.uses:
        codes |= {name: (OPEN,) for name, code in use.fixed.items() if code == OPEN}
    measures = codes.pop(dimensions[-1].name)
    period = cube.structure.period
    return Prospect(
        observations=count,
        without_value=without,
        codes={name: found for name, found in codes.items() if not period or name != period.name},
        periods=tuple(sorted(codes[period.name])) if period else (),
        measures=(OPEN,) if mapping.measure == OPEN else measures,
        totals=mapping.totals,
    )


def prospect_in_words(prospect: Prospect) -> Iterator[Words]:
    """Yield what would be published, in lines."""
    yield phrase("prospect-observations", count=prospect.observations)
    if prospect.without_value:
        yield phrase("prospect-without-value", count=prospect.without_value)
    if prospect.periods:
        yield phrase(
            "prospect-periods", count=len(prospect.periods), names=some_of(prospect.periods)
        )
    for name, codes in prospect.codes.items():
        total = prospect.totals.get(name)
        many = number_of(len(codes), "codes")
        how = phrase(f"prospect-{total}") if total else ""
        yield Words(f"{name}: ") + many + f", {some_of(codes)}" + how
    yield phrase("prospect-measures", names=", ".join(prospect.measures))
