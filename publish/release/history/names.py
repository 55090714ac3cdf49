"""The names of releases on the command line: a number, an id or its beginning, or a word."""

from __future__ import annotations

from publish.faults.fault import FaultyInput, did_you_mean, fault, phrase
from publish.release.history.records import HISTORY, History, ReleaseRecord

CURRENT, PREVIOUS = "current", "previous"
"""The words that name a release: the one served, and the one before it."""
SHORTEST = 4
"""Letters and digits of an id that are taken for its beginning, so that no slip finds one."""
LONGEST_NUMBER = 5
"""Digits that are always taken for the number of a record."""


def find_record(history: History, name: str, *, current: ReleaseRecord | None) -> ReleaseRecord:
    """Return the record that a name stands for: of several with one id the latest.

    ``current`` is the record of the release that is served; ``previous`` is the one before it.
    Raises FaultyInput when there is none, or the beginning is that of several ids.
    """
    records = history.records
    if name == CURRENT and current is not None:
        return current
    if name == PREVIOUS and current is not None and (before := history.before(current)):
        return before
    by_number = {str(item.number): item for item in records}
    if name.isdecimal() and (found := by_number.get(name.lstrip("0"))):
        return found
    is_beginning = len(name) > LONGEST_NUMBER if name.isdecimal() else len(name) >= SHORTEST
    ids = {item.id: item for item in records if is_beginning and item.id.startswith(name.lower())}
    if len(ids) == 1:
        return next(iter(ids.values()))
    where = f"{history.folder.parent.name}/{HISTORY}/records"
    if ids:
        numbers = ", ".join(f"{item.id} ({item.number})" for item in ids.values())
        raise FaultyInput([fault("ambiguous-release", where, name=name, found=numbers)])
    there = phrase("no-records")
    if records:
        last = records[-1].number
        there = phrase("records-there", last=last) if last > 1 else phrase("record-there")
    words = (CURRENT, PREVIOUS)
    hint = did_you_mean(name, words) if name not in words else ""
    raise FaultyInput([fault("unknown-release", where, name=name, there=there, hint=hint)])
