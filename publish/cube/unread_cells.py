"""Cells of a printed table that became no observation, by their keys: parts that a total may lack.

A total is not blamed for a part that could not be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from publish.cube.batch import Indices
from publish.cube.keys import NOT_FOUND, find_keys
from publish.cube.structure import CubeDimension

UNKNOWN = -1
"""The index of a code that was not found, which is reported where it was looked up."""
ANY = -2
"""Stands for every index: all columns of a row that was left out, or all rows of a column."""
MOST_WITH_ANY = 200
"""Unread keys with ANY that are compared; with more, any group may lack a part."""


@dataclass(kw_only=True)
class UnreadCells:
    """The keys of the cells of one table that became no observation."""

    rows: frozenset[str] = frozenset()
    """The dimensions that row labels give."""
    columns: frozenset[str] = frozenset()
    """Those that column headers give."""
    _keys: list[NDArray[np.int32]] = field(default_factory=list)
    """A column per dimension, and at last whether the key is double."""

    def clear(self) -> None:
        """Forget the cells, before the table is read again."""
        self._keys.clear()

    def add(self, keys: tuple[Indices, ...], *, is_double: bool = False) -> None:
        """Note the keys of some cells, a column per dimension of the cube.

        A key is double when several cells have it: which is the right one is not known.
        """
        if len(keys[0]):
            last = np.full(len(keys[0]), is_double, dtype=np.int32)
            self._keys.append(np.unique(np.stack([*keys, last], axis=1), axis=0))

    def keys(self, dimensions: tuple[CubeDimension, ...], name: str) -> NDArray[np.int32]:
        """Return the keys that matter to totals over a dimension, with ANY for UNKNOWN.

        There is a column per dimension, and at last whether the key is double. In a column whose
        header is unknown, a total over a dimension of the rows is unread like all its parts, so
        its keys do not matter; and likewise for rows.
        """
        if not self._keys:
            return np.empty((0, len(dimensions) + 1), dtype=np.int32)
        keys = np.unique(np.concatenate(self._keys), axis=0)
        names = [dimension.name for dimension in dimensions]
        for own in (self.rows, self.columns):
            places = [place for place, other in enumerate(names) if other in own]
            if name not in own and places:
                keys = keys[~(keys[:, places] == UNKNOWN).any(axis=1)]
        return np.where(keys == UNKNOWN, ANY, keys)


def may_lack_parts(
    groups: tuple[Indices, ...],
    keys: tuple[Indices, ...],
    unread: list[UnreadCells],
    dimensions: tuple[CubeDimension, ...],
    name: str,
) -> NDArray[np.bool_]:
    """Return which groups may lack a part along one dimension, or have one twice.

    A group is given by the key of its total; ``keys`` are those of all observations. A part that
    was read elsewhere is not lacking, unless its key is double.
    """
    count = len(groups[0])
    at = next(place for place, dimension in enumerate(dimensions) if dimension.name == name)
    others = [place for place in range(len(dimensions)) if place != at]
    parts = [item.keys(dimensions, name) for item in unread]
    wanted = np.unique(np.concatenate(parts), axis=0) if parts else np.empty((0, 0), np.int32)
    if not len(wanted):
        return np.zeros(count, dtype=np.bool_)
    has_any = (wanted[:, others] < 0).any(axis=1)
    if int(has_any.sum()) > MOST_WITH_ANY:
        return np.ones(count, dtype=np.bool_)
    found = np.zeros(count, dtype=np.bool_)
    possible: list[NDArray[np.int64]] = []
    for key in wanted[has_any].tolist():
        same = np.ones(count, dtype=np.bool_)
        for place in others:
            if key[place] != ANY:
                same &= groups[place] == key[place]
        if key[at] == ANY or key[-1]:
            found |= same
        else:
            places = np.flatnonzero(same)
            possible.append(np.stack([places, np.full(len(places), key[at])]))
    if possible:
        places, codes = np.concatenate(possible, axis=1)
        asked = [groups[place][places] for place in range(len(dimensions))]
        asked[at] = codes.astype(np.int32)
        found[places[find_keys(keys, tuple(asked), dimensions) == NOT_FOUND]] = True
    exact = wanted[~has_any][:, others]
    if len(exact):
        own = np.stack([groups[place] for place in others], axis=1)
        _, numbers = np.unique(np.concatenate([exact, own]), axis=0, return_inverse=True)
        numbers = numbers.reshape(-1)
        found |= np.isin(numbers[len(exact) :], numbers[: len(exact)])
    return found
