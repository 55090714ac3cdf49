"""What the record of a release says of its difference with the one before it: ``changes.json``.

A server reads it for the page of a release, and needs neither columns nor DuckDB for that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publish.faults.fault import phrase
from publish.project.project import Text
from publish.release.differences.change import KINDS
from publish.release.history.records import ReleaseRecord
from publish.release.soundness import DamagedFile, compare, open_regular

CHANGES = "changes.json"
MOST_READ = 32 << 20
"""Bytes of the file that are read; a larger one is left to programs."""
ORDER = ("revised", "removed", "added")
"""The kinds of change in the order in which people look for them."""


@dataclass(frozen=True, kw_only=True)
class ChangedDataSet:
    """What happened to a data set, as it was recorded."""

    slug: str
    title: Text
    kind: str
    """Whether it was ``added``, ``removed`` or ``revised`` as a whole."""
    counts: Mapping[str, int]
    """Its observations by kind of change."""
    structure: Sequence[Mapping[str, Any]]
    changes: Sequence[Mapping[str, Any]]
    """The changed observations, the revised first; not all of them where there are very many."""

    @property
    def count(self) -> int:
        """How many of its observations changed."""
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class RecordedChanges:
    """What a release changed, as its record says."""

    is_first: bool
    """Whether there was no release before it, so that all was added."""
    data_sets: tuple[ChangedDataSet, ...]
    things: tuple[Mapping[str, Any], ...]
    """Codes, lists and terms that were added, removed or revised."""


def read_changes(record: ReleaseRecord) -> RecordedChanges | None:
    """Return what a record says that its release changed; None without the file or a huge one.

    Raises DamagedFile when it is not what was written.
    """
    listed = record.files.get(CHANGES)
    if listed is None or listed.size > MOST_READ:
        return None
    try:
        with open_regular(record.folder / CHANGES) as file:
            compare(file, listed, full=True)
            said = json.loads(file.read())
        return RecordedChanges(
            is_first=said["old"] is None,
            data_sets=tuple(map(_data_set, said["data-sets"])),
            things=(*said["concepts"], *said["terms"]),
        )
    except FileNotFoundError:
        raise DamagedFile(phrase("file-missing")) from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        if isinstance(error, DamagedFile):
            raise
        raise DamagedFile(phrase("file-of-other-content")) from None


def _data_set(said: Mapping[str, Any]) -> ChangedDataSet:
    changes = sorted(said["changes"], key=lambda item: ORDER.index(item["change"]))
    return ChangedDataSet(
        slug=said["slug"],
        title=said["title"],
        kind=said["change"],
        counts={kind: said["counts"].get(kind, 0) for kind in KINDS},
        structure=said["structure"],
        changes=changes,
    )
