"""How a record comes into the history: drafted, put on the disk, and confirmed or taken back.

A record is complete on the disk, marked as prepared, before its release becomes current; the mark
goes when it is. What a release that was killed has left is settled by the next verb that holds the
lock of the releases: a record whose release is current is confirmed, one whose release never was
is taken back with it.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publish.faults.fault import Words, phrase
from publish.project.iris import SHARED_GRAPHS
from publish.release.history.records import (
    CLOCK,
    HISTORY,
    PREPARED,
    RECORD,
    History,
    RecordedDataSet,
    ReleaseRecord,
    checksum_of,
    is_prepared,
    read_all_records,
    record_of,
)
from publish.release.manifest import checksum_of_entry
from publish.release.releases import (
    CURRENT,
    UNFINISHED,
    DanglingLink,
    current_release,
    is_held,
    releases_in,
    remove,
    sync,
)
from publish.release.soundness import list_files

# -- A draft --------------------------------------------------------------------------------------


def draft_record(
    history: History,
    manifest: Mapping[str, Any],
    folder: Path,
    *,
    note: Mapping[str, str],
    rollback_to: int | None = None,
) -> ReleaseRecord:
    """Return the record that a release would have, which lies in ``folder`` with its manifest."""
    last = history.last
    released = next_time(last)
    names = {entry["name"].rpartition("/")[2] for entry in manifest["graphs"]}
    sums: dict[str, str] = {
        entry["path"]: entry.get("content", entry)["sha256"] for entry in manifest["files"]
    }

    def content_of(name: str) -> str:
        """Return the checksum of a graph as N-Triples, compressed or not."""
        plain = sums.get(f"dumps/{name}.nt")
        return plain or sums[f"dumps/{name}.nt.gz"]

    data_sets = {}
    for entry in manifest["data-sets"]:
        slug, digest = entry["slug"], content_of(entry["slug"])
        before = history.last_with(slug)
        known = before.data_sets[slug] if before else None
        # One that was withdrawn and comes back has changed: it was not there.
        is_same = known is not None and known.digest == digest and before == last
        described = checksum_of_entry(manifest, entry)
        is_described = known is not None and is_same and known.entry == described
        data_sets[slug] = RecordedDataSet(
            slug=slug,
            title=entry["title"],
            digest=digest,
            observations=entry["observations"],
            columns=sums.get(f"dumps/{slug}.parquet"),
            issued=known.issued if known else released,
            modified=known.modified if known and is_same else released,
            entry=described,
            described=known.described if known and is_described else released,
        )
    return ReleaseRecord(
        number=last.number + 1 if last else 1,
        id=manifest["id"],
        released=released,
        base=manifest["base"],
        folder=folder,
        data_sets=data_sets,
        graphs={name: content_of(name) for name in SHARED_GRAPHS if name in names},
        previous=last.sha256 if last else None,
        rollback_to=rollback_to,
        note=dict(note),
    )


def next_time(last: ReleaseRecord | None) -> str:
    """Return the time of a release that is made now, which is later than the last."""
    now = datetime.now(UTC)
    if last is not None:
        earliest = datetime.strptime(last.released, CLOCK).replace(tzinfo=UTC)
        now = max(now, earliest + timedelta(seconds=1))
    return now.strftime(CLOCK)


def clock_is_behind(last: ReleaseRecord | None) -> Words | None:
    """Return what is to be told when the clock of the system stands before the last release."""
    now = datetime.now(UTC).strftime(CLOCK)
    if last is None or now >= last.released:
        return None
    return phrase("clock-behind", now=now, last=last.released)


# -- On the disk ----------------------------------------------------------------------------------


def keep_contents(history: History, record: ReleaseRecord, release: Path) -> None:
    """Put the columns and graphs of a record into the history, each once."""
    for slug, item in record.data_sets.items():
        if item.columns is not None:
            path = history.columns_path(item.columns)
            _keep(path, (release / "dumps" / f"{slug}.parquet").read_bytes())
    for name, sha256 in record.graphs.items():
        plain = release / "dumps" / f"{name}.nt"
        packed = release / "dumps" / f"{name}.nt.gz"
        is_plain = plain.exists()
        content = gzip.compress(plain.read_bytes(), 6, mtime=0) if is_plain else packed.read_bytes()
        _keep(history.graph_path(sha256), content)


def keep_record(history: History, record: ReleaseRecord, draft: Path) -> ReleaseRecord:
    """Give the folder with all files of a record its number, once all of it is on the disk.

    It is prepared then, and confirmed when its release is current.
    """
    folder = history.folder / "records" / f"{record.number:04}"
    files = list_files(draft)
    said = replace(record, files=files).as_json()
    said["sha256"] = checksum_of(said)
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    (draft / RECORD).write_text(text, encoding="utf-8")
    (draft / PREPARED).touch()
    sync(*draft.rglob("*"), draft)
    make_folder(folder.parent)
    draft.rename(folder)
    sync(folder.parent)
    return replace(record, files=files, folder=folder, sha256=said["sha256"])


def confirm(record: ReleaseRecord) -> None:
    """Let a record hold for good: its release is current."""
    (record.folder / PREPARED).unlink(missing_ok=True)
    sync(record.folder)


def _keep(path: Path, content: bytes) -> None:
    """Write a file under the name of its content, unless it is there and sound.

    An earlier record may have left it, and it may have been damaged since.
    """
    if path.exists() and path.read_bytes() == content:
        return
    make_folder(path.parent)
    part = path.with_name(f"{UNFINISHED}{path.name}")
    try:
        part.write_bytes(content)
        sync(part)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder of the history and the one it is in, on the disk."""
    for path in (folder.parent, folder):
        if not path.is_dir():
            path.mkdir()
            sync(path.parent)


# -- After an interruption ------------------------------------------------------------------------


def settle(build: Path) -> None:
    """Confirm what became current, and remove what an interrupted release has left.

    Who calls holds the lock. Where records are damaged nothing of the history is removed.
    """
    folder = build / HISTORY
    records, problems = read_all_records(folder)
    served: tuple[int | None, str] = None, ""
    with contextlib.suppress(DanglingLink):
        served = record_of(current_release(build / CURRENT))
    kept = []
    for record in records:
        if not is_prepared(record) or (record.number, record.id) == served:
            kept.append(record)
        elif not problems:
            _take_back(build, record)
    for record in kept:
        if is_prepared(record):
            confirm(record)
    if not problems:
        _sweep(folder, kept)


def _take_back(build: Path, record: ReleaseRecord) -> None:
    """Remove a record, and before it the release that never was current."""
    of_record = [path for path in releases_in(build) if record_of(path)[0] == record.number]
    remove([path for path in of_record if record_of(path)[1] == record.id and not is_held(path)])
    remove([record.folder])


def _sweep(folder: Path, records: list[ReleaseRecord]) -> None:
    """Remove unfinished files, and columns and graphs that no record names."""
    columns = {item.columns for record in records for item in record.data_sets.values()}
    graphs = {sha256 for record in records for sha256 in record.graphs.values()}
    named: dict[str, Set[str]] = {
        "columns": {f"{sha256}.parquet" for sha256 in columns},
        "graphs": {f"{sha256}.nt.gz" for sha256 in graphs},
    }
    for path in (*folder.glob(f"{UNFINISHED}*"), *folder.glob(f"records/{UNFINISHED}*")):
        shutil.rmtree(path, ignore_errors=True)
    for name, kept in named.items():
        for path in (folder / name).glob("*"):
            if path.name not in kept and path.name.endswith((".parquet", ".nt.gz")):
                path.unlink()
