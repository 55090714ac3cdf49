"""Makes a release with its record, or an earlier one again, in one step or not at all.

The record is written first, as prepared, then its release gets its name, then ``build/current``
leads to it: that is the step. Killed before it, the next release takes the record back; killed
after it, the next confirms it.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from publish.faults.fault import Fault, FaultyInput, fault, phrase
from publish.project.project import Project
from publish.release.build import (
    add_store,
    find_sound,
    list_release,
    remove_old,
    write_release,
)
from publish.release.differences.change import Change
from publish.release.differences.changes_file import compare_with_last, write_changes
from publish.release.feed.catalogue_stream import add_catalogue_stream
from publish.release.feed.record import add_feed
from publish.release.feed.versions_graph import load_versions, versions_held
from publish.release.history.checking import check_history_files
from publish.release.history.names import find_record
from publish.release.history.records import RECORD, History, ReleaseRecord, read_history, record_of
from publish.release.history.writing import (
    clock_is_behind,
    confirm,
    draft_record,
    keep_contents,
    keep_record,
    make_folder,
    settle,
)
from publish.release.manifest import read_manifest
from publish.release.releases import (
    CURRENT,
    keep_release,
    locked,
    make_current,
    naming,
    same_content,
    sync,
    unfinished_folder,
)
from publish.release.soundness import MADE, DamagedFile, check_release, list_files

log = logging.getLogger("publish")


@dataclass(frozen=True, kw_only=True)
class Released:
    """What came of a release."""

    record: ReleaseRecord
    folder: Path
    is_new: bool
    """Whether there is a new record: not when nothing changed since the last."""
    warnings: tuple[Fault, ...] = ()


def release(
    project: Project, *, note: Mapping[str, str] | None = None, seconds: float | None = None
) -> Released:
    """Build a release, record it in the history and make it current.

    When nothing changed since the last record there is no new one. Raises FaultyInput, having
    changed nothing, when the input or the history is at fault, and OSError.
    """
    with _history_of(project) as history, unfinished_folder(project.build) as folder:
        written = write_release(project, folder, (), seconds)
        last = history.last
        if last is not None and last.id == written.id:
            release = find_sound(project, written, record=last.number)
            if release is None:
                add_store(project, folder, written)
                release = _again(history, folder, written.manifest)
            make_current(release)
            return Released(record=last, folder=release, is_new=False, warnings=written.warnings)
        record = draft_record(history, written.manifest, folder, note=note or {})
        add_store(project, folder, written)
        record, release = record_release(history, record, folder, written.manifest)
        return Released(record=record, folder=release, is_new=True, warnings=written.warnings)


def rollback(
    project: Project, name: str = "previous", *, note: Mapping[str, str] | None = None
) -> Released:
    """Make an earlier release current again, as a new record.

    Raises FaultyInput when there is no such release, or its files are gone or damaged.
    """
    _target(project, check_history(project), name)  # before anything is written
    with _history_of(project) as history, unfinished_folder(project.build) as folder:
        target = _target(project, history, name)
        last = cast("ReleaseRecord", history.last)
        if target.id == last.id:
            release = _release_of(project, last)
            if record_of(release) != (last.number, last.id):
                _copy_release(release, folder)
                release = _again(history, folder, read_manifest(folder))
            make_current(release)
            return Released(record=last, folder=release, is_new=False)
        _copy_release(_release_of(project, target), folder)
        manifest = read_manifest(folder)
        record = draft_record(history, manifest, folder, note=note or {}, rollback_to=target.number)
        record, release = record_release(history, record, folder, manifest)
        return Released(record=record, folder=release, is_new=True)


def _target(project: Project, history: History, name: str) -> ReleaseRecord:
    """Return the record that a name stands for, if its release is there. Raises FaultyInput."""
    record = find_record(history, name, current=history.last)
    if not same_content(project.build, record.id):
        where = project.shown(record.folder / RECORD)
        about = {"number": record.number, "id": record.id, "released": record.released[:10]}
        raise FaultyInput([fault("release-pruned", where, **about)])
    return record


def _release_of(project: Project, record: ReleaseRecord) -> Path:
    """Return a sound folder of a recorded release. Raises FaultyInput."""
    folders = same_content(project.build, record.id)
    folders.sort(key=lambda path: record_of(path)[0] != record.number)  # its own first
    faults: list[Fault] = []
    for folder in folders:
        found = check_release(folder, full=True, shown=project.shown(folder))
        if not found:
            return folder
        faults += found
    raise FaultyInput(faults)


def _copy_release(release: Path, folder: Path) -> None:
    """Copy a release but for the list of its files; what never changes is linked."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:  # a file system without hard links
            shutil.copyfile(source, target)

    for entry in release.iterdir():
        if entry.is_dir():
            copy = shutil.copyfile if entry.name == "store" else link
            shutil.copytree(entry, folder / entry.name, copy_function=copy)
        elif entry.name != MADE:
            shutil.copyfile(entry, folder / entry.name)


def record_release(
    history: History, record: ReleaseRecord, folder: Path, manifest: Mapping[str, Any]
) -> tuple[ReleaseRecord, Path]:
    """Write the record of a finished release and make that current: the step that counts."""
    make_folder(history.folder)
    with unfinished_folder(history.folder) as draft:
        record = replace(record, folder=draft)
        with compare_with_last(history, record, folder) as comparison:
            changes = write_changes(comparison, draft)
            _add_feed(history, record, folder, comparison.changes())
        add_catalogue_stream(history, record, manifest)
        record = replace(record, changes=changes, files=list_files(draft))
        _add_versions(folder, (*history.records, record))
        list_release(folder, manifest, record.number)
        keep_contents(history, record, folder)
        record = keep_record(history, record, draft)
    release = keep_release(folder, record.id)
    make_current(release)
    confirm(record)
    return record, release


def _add_feed(
    history: History, record: ReleaseRecord, release: Path, changes: Iterable[Change]
) -> None:
    """Write what a release adds to the feed into its record."""
    columns = {
        slug: release / "dumps" / f"{slug}.parquet"
        for slug, item in record.data_sets.items()
        if item.columns is not None
    }
    if columns:
        add_feed(history, record, columns, changes)


def _again(history: History, folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Give the folder of a release that the last record has already its name; return it."""
    last = history.records[-1]
    _add_versions(folder, history.records)
    list_release(folder, manifest, last.number)
    return keep_release(folder, last.id)


def _add_versions(folder: Path, records: Sequence[ReleaseRecord]) -> None:
    """Put the versions of observations that records made into the store of a release.

    Raises FaultyInput when pages of the feed of earlier records are damaged.
    """
    store = folder / "store"
    if not store.is_dir():
        return
    try:
        load_versions(store, records[-1].base, versions_held(records))
    except (DamagedFile, OSError, LookupError, TypeError):
        history = read_history(folder.parent)
        if found := check_history_files(history, full=True):
            raise FaultyInput(found) from None
        raise


@contextmanager
def _history_of(project: Project) -> Iterator[History]:
    """Hold the lock of the releases, with the history that the next release continues."""
    check_history(project)
    project.build.mkdir(exist_ok=True)
    sync(project.root)
    with naming(project.build), locked(project.build):
        settle(project.build)
        history = check_history(project)
        if (told := clock_is_behind(history.last)) is not None:
            log.warning(told)
        _tell_lost(project, history)
        yield history
        remove_old(project)


def _tell_lost(project: Project, history: History) -> None:
    """Say that a history begins anew when that of what is served is not there."""
    current = project.build / CURRENT
    number, _ = record_of(current) if current.exists() else (None, "")
    if number is not None and not history.records:
        log.warning(phrase("history-anew", number=number, name=project.shown(history.folder)))


def check_history(project: Project) -> History:
    """Return the history of a project, if releases can be added to it. Raises FaultyInput."""
    history = read_history(project.build)
    last = history.last
    # What the next release is compared with is needed whole; publish verify compares the rest.
    problems = check_history_files(history, full=True, records=history.records[-1:])
    current = project.build / CURRENT
    if history.records and not problems and current.exists():
        # After an older backup was put back numbers would be given twice, and pages would change.
        problems += read_history(project.build, current.resolve()).problems
    if last is not None and last.base != project.base:
        where = project.shown(last.folder / RECORD)
        problems.append(fault("history-of-other-base", where, base=last.base, own=project.base))
    if problems:
        raise FaultyInput(problems)
    return history
