"""What is read of the feed in a record is what was written."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from publish.release.feed.pages import FOLDER, SUMMARY, FeedSummary
from publish.release.feed.recorded import summary_of
from publish.release.history.records import ReleaseRecord
from publish.release.soundness import DamagedFile, Listed


@pytest.mark.parametrize("damage", ["nested", "of the same length", "pipe", "folder", "missing"])
def test_read_no_damaged_summary(tmp_path: Path, damage: str) -> None:
    """A server that opens the release neither waits for a pipe nor reads what was not written."""
    time = "2026-01-31T09:00:00Z"
    summary = FeedSummary(release=1, time=time, pages=1, members=6, deletions=0, triples=60)
    content = json.dumps(asdict(summary)).encode()
    path = tmp_path / FOLDER / SUMMARY
    path.parent.mkdir()
    path.write_bytes(content)
    listed = Listed(size=len(content), sha256=hashlib.sha256(content).hexdigest())
    record = ReleaseRecord(
        number=1,
        id="a",
        released=time,
        base="https://data.example.org",
        folder=tmp_path,
        data_sets={},
        files={f"{FOLDER}/{SUMMARY}": listed},
    )
    assert summary_of(record) == summary
    path.unlink()
    if damage == "pipe":
        os.mkfifo(path)
    elif damage == "folder":
        path.mkdir()
    elif damage == "nested":
        path.write_bytes(b"[" * 100_000)
    elif damage == "of the same length":
        path.write_bytes(content.replace(b"60", b"61"))
    with pytest.raises(DamagedFile):
        summary_of(record)
