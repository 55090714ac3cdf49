"""The data sets of a release whose views are answered, with what is known of each."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from publish.exports.description import DataSetDescription, read_description
from publish.release.manifest import File
from publish.release.opened import Served
from publish.release.soundness import Stamp, stamp_of

MOST_DESCRIBED = 16 << 20
"""Bytes of descriptions, as files, that are kept; the last one stays in any case."""


class ViewedDataSets:
    """The data sets of a release; any thread may use it."""

    def __init__(self, served: Served) -> None:
        """A release of an older version has none."""
        self._served = served
        self.slugs = tuple(
            item.slug for item in served.data_sets if item.slug in served.descriptions
        )
        self._kept: OrderedDict[str, DataSetDescription] = OrderedDict()
        self._lock = Lock()

    def description(self, slug: str, *, keep: bool = True) -> DataSetDescription:
        """Return the description of a data set, and keep it for the next time.

        Raises DamagedFile.
        """
        with self._lock:
            if slug in self._kept:
                self._kept.move_to_end(slug)
                return self._kept[slug]
        files = self._served.descriptions
        found = read_description(self._served.read(files[slug]))
        if not keep:
            return found
        with self._lock:
            self._kept[slug] = found
            while len(self._kept) > 1 and self._bytes_kept() > MOST_DESCRIBED:
                self._kept.popitem(last=False)
        return found

    def _bytes_kept(self) -> int:
        return sum(self._served.descriptions[slug].size for slug in self._kept)

    def checksum(self, slug: str) -> str:
        """Return the checksum of a description."""
        return self._served.descriptions[slug].sha256

    def columns(self, slug: str) -> File:
        """Return the file of columns of a data set."""
        return self._served.files[f"{slug}.parquet"]

    def stamp_of_columns(self, slug: str) -> Stamp:
        """Return what tells whether the columns were touched since. Raises DamagedFile."""
        with self._served.open(self.columns(slug)) as file:
            return stamp_of(file)
