"""What of a release goes into the feed: everything at first, then what changed.

The first release of a feed gives a version of each observation. A later one gives a version of
each that was added or revised, and a deletion of each that is no more. What changed is told by
``release.differences``, what an observation says by the columns of the release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Protocol

import numpy as np

from publish.cube.batch import Batch, Indices, take_from_batch
from publish.cube.keys import NOT_FOUND, find_keys, fit_in_64_bits, key_numbers
from publish.cube.rdf.observations import VersionsOf
from publish.cube.structure import CubeDimension, Structure
from publish.project.iris import Uris
from publish.release.feed.pages import FeedSummary
from publish.release.feed.writer import FeedWriter

AT_ONCE = 1 << 16
"""Observations that are read at once."""
REMOVED = "removed"


class CubeSource(Protocol):
    """The observations of a data set of the release, as its columns give them."""

    @property
    def structure(self) -> Structure:
        """The structure of the data set, with all its codes."""

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield all observations, ``size`` at a time."""


class Changed(Protocol):
    """What happened to an observation between two releases."""

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``revised``."""

    @property
    def slug(self) -> str:
        """The data set."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the IRI of the observation, in its order."""


def write_feed_pages(
    folder: Path,
    *,
    uris: Uris,
    release: int,
    time: str,
    cubes: Mapping[str, CubeSource],
    changes: Iterable[Changed] | None,
) -> FeedSummary:
    """Write the pages of a release into ``folder``, which is made; return what was added.

    ``cubes`` are the data sets of the release by their slug. ``changes`` are those since the
    release before, those of a data set together; None begins a feed, with all observations.
    """
    versions = VersionsOf(release=release, time=time)
    with FeedWriter(folder=folder, uris=uris, versions=versions) as writer:
        if changes is None:
            for slug in sorted(cubes):
                writer.add(cubes[slug].structure, cubes[slug].batches(AT_ONCE))
        else:
            for slug, of_slug in groupby(changes, key=attrgetter("slug")):
                _add_changes(writer, slug, cubes.get(slug), of_slug)
        return writer.finish()


def _add_changes(
    writer: FeedWriter, slug: str, cube: CubeSource | None, changes: Iterable[Changed]
) -> None:
    """Add the changes of one data set: the deletions as they come, then the versions."""
    columns: list[list[int]] = []
    dimensions: tuple[CubeDimension, ...] = ()
    if cube is not None:
        dimensions = cube.structure.dimensions
        columns = [[] for _ in dimensions]

    def removed() -> Iterator[tuple[str, ...]]:
        for change in changes:
            if change.kind == REMOVED:
                yield change.codes
                continue
            for column, dimension, code in zip(columns, dimensions, change.codes, strict=True):
                column.append(dimension.positions[code])

    writer.delete(slug, removed())
    if cube is not None and columns and columns[0]:
        wanted = tuple(np.array(column, dtype=np.int32) for column in columns)
        columns.clear()
        writer.add(cube.structure, _chosen(cube.batches(AT_ONCE), wanted, dimensions))


def _chosen(
    batches: Iterable[Batch], wanted: tuple[Indices, ...], dimensions: tuple[CubeDimension, ...]
) -> Iterator[Batch]:
    """Yield the observations of batches that have one of the wanted keys."""
    numbers = key_numbers(wanted, dimensions) if fit_in_64_bits(dimensions) else None
    for batch in batches:
        if numbers is not None:
            found = np.flatnonzero(np.isin(key_numbers(batch.keys, dimensions), numbers))
        else:
            found = np.flatnonzero(find_keys(wanted, batch.keys, dimensions) != NOT_FOUND)
        if len(found):
            yield take_from_batch(batch, found)
