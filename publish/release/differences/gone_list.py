"""What each release of a history has no more: ``gone.json`` of its record.

It names things by the path after ``/id/`` with their labels. Observations may be very many, so of
these it says only how many were removed of which data sets. A server reads it at the first address
that is not found, and needs neither the columns nor DuckDB for that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from publish.faults.fault import phrase
from publish.project.project import Text
from publish.release.history.records import History, ReleaseRecord
from publish.release.soundness import DamagedFile, compare, open_regular

GONE = "gone.json"
FORMAT = 1
"""The number of its form."""
OBSERVATION = "observatie/"


@dataclass(frozen=True, kw_only=True)
class GoneThings:
    """What a release no longer has."""

    removed: dict[str, int] = field(default_factory=dict)
    """How many observations it removed, by data set."""
    things: dict[str, Text] = field(default_factory=dict)
    """All other things that had an address, by the path after ``/id/``, with their labels."""


def read_gone(record: ReleaseRecord) -> GoneThings:
    """Return what a record says that its release no longer has. Raises DamagedFile and OSError."""
    listed = record.files.get(GONE)
    if listed is None:
        return GoneThings()
    with open_regular(record.folder / GONE) as file:
        compare(file, listed, full=True)
        said = json.loads(file.read())
    if said["gone"] != FORMAT:
        raise DamagedFile(phrase("record-of-other-format", format=said["gone"]))
    return GoneThings(removed=said["removed"], things=said["things"])


@dataclass(frozen=True, kw_only=True)
class GoneIndex:
    """What all releases of a history removed."""

    history: History
    things: Mapping[str, tuple[Text, ReleaseRecord]]
    """By path, the label and the latest release that removed it."""
    removed: Mapping[str, tuple[ReleaseRecord, ...]]
    """By data set, the releases that removed observations of it, the latest first."""

    def may_have(self, path: str) -> bool:
        """Return whether a path after ``/id/`` is gone, or that of an observation can be."""
        if path.startswith(OBSERVATION):
            return path.split("/")[1] in self.removed
        return path in self.things


def read_gone_index(history: History) -> GoneIndex:
    """Read what all releases of a history removed. Raises DamagedFile and OSError."""
    things: dict[str, tuple[Text, ReleaseRecord]] = {}
    removed: dict[str, list[ReleaseRecord]] = {}
    for record in reversed(history.records):
        gone = read_gone(record)
        for path, label in gone.things.items():
            things.setdefault(path, (label, record))
        for slug in gone.removed:
            removed.setdefault(slug, []).append(record)
    return GoneIndex(
        history=history,
        things=things,
        removed={slug: tuple(records) for slug, records in removed.items()},
    )
