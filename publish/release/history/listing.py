"""What ``publish releases`` lists: the records of releases, and what is still there of each."""

from __future__ import annotations

import contextlib
from typing import Any

from publish.faults.fault import FaultyInput
from publish.project.project import Project
from publish.release.history.records import read_history, record_of
from publish.release.releases import CURRENT, DanglingLink, current_release, releases_in


def describe_releases(project: Project) -> list[dict[str, Any]]:
    """Return an object for each record, in order. Raises FaultyInput where the history is damaged.

    ``state`` is ``current`` for the release that is served, ``kept`` for one whose dumps and store
    are there, ``pruned`` for others.
    """
    served = None
    with contextlib.suppress(DanglingLink):
        served = current_release(project.build / CURRENT)
    history = read_history(project.build, served)
    everything = read_history(project.build)
    if problems := everything.problems or history.problems:
        raise FaultyInput(problems)
    current = record_of(served) if served else (None, "")
    records = {item.number: item for item in (*everything.records, *history.records)}
    ids = {path.name.partition(".")[0] for path in releases_in(project.build)}
    return [
        {
            "number": record.number,
            "id": record.id,
            "released": record.released,
            "observations": record.observations,
            "data-sets": len(record.data_sets),
            "changes": dict(record.changes),
            "rollback-to": record.rollback_to,
            "note": dict(record.note),
            "state": (
                "current"
                if (record.number, record.id) == current
                else "kept"
                if record.id in ids
                else "pruned"
            ),
        }
        for _, record in sorted(records.items())
    ]
