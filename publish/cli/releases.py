"""The verbs on releases: to make, list, take back, verify and remove them."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publish.cli.reporting import Run, print_json
from publish.faults.fault import CannotRun, FaultyInput, Words, phrase
from publish.project.project import Project

if TYPE_CHECKING:
    from publish.release.releasing import Released

log = logging.getLogger("publish")


@click.command("verify")
@click.argument("names", metavar="[RELEASE]...", nargs=-1)
@click.option("--full", is_flag=True, help="Compare checksums too: reads every file.")
@click.option("--all", "every", is_flag=True, help="Verify every release in build/.")
@click.pass_obj
def verify(run: Run, names: tuple[str, ...], full: bool, every: bool) -> None:
    """Compare a release with what was written: are its files all there, each with its size?

    RELEASE is the name of one in build/, or a folder; by default the current one. Without names
    the history is verified too.
    """
    from publish.release.history.checking import check_history_files
    from publish.release.history.records import HISTORY, read_history
    from publish.release.releases import CURRENT, check_current, releases_in
    from publish.release.soundness import check_release

    run.unchanged = ""
    project = run.open_project()
    current = project.build / CURRENT
    there = releases_in(project.build)
    has_history = (project.build / HISTORY).is_dir()
    if not there and not names and not current.exists() and not has_history:
        raise CannotRun(phrase("no-release"))
    faults = [] if names else check_current(current, project.shown(current))
    folders = [_release(project, name) for name in names]
    folders += there if every else []
    if not names and current.exists() and current.resolve() not in folders:
        folders.append(current.resolve())
    for folder in folders:
        found = check_release(folder, full=full, shown=project.shown(folder))
        faults += found
        if not found:
            name = "release-sound" if full else "release-sound-by-size"
            run.say(phrase(name, name=project.shown(folder)))
    if not names:
        history = read_history(project.build)
        found = check_history_files(history, full=full)
        if current.exists():  # whose record may be another, or not there
            found += read_history(project.build, current.resolve()).problems
        faults += found
        if has_history and not found:
            number = len(history.records)
            run.say(phrase("history-sound", name=project.shown(history.folder), number=number))
    if faults:
        raise FaultyInput(faults)
    run.report_success()


def _release(project: Project, name: str) -> Path:
    """Return the folder of a release by its name or path. Raises CannotRun."""
    for folder in (project.build / name, Path(name)):
        if folder.is_dir():
            return folder.resolve()
    raise CannotRun(phrase("no-such-release", name=name, folder=project.build))


@click.command("prune")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="Keep so many, the current one among them; by default as publish.toml says.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.pass_obj
def prune(run: Run, keep: int | None, dry_run: bool) -> None:
    """Remove dumps and stores of old releases, as a build does.

    The current release is never removed, nor one that a server on this machine uses, nor that of
    the last record. The history is kept: records, changes, columns and pages of the feed.
    """
    from publish.release.history.writing import settle
    from publish.release.releases import locked, removable, remove

    project = run.open_project()
    if not project.build.is_dir():
        raise CannotRun(phrase("no-release"))
    keep = keep or project.keep_releases
    with locked(project.build):
        settle(project.build)
        old = removable(project.build, keep)
        if not dry_run:
            remove(old)
    for folder in old:
        click.echo(project.shown(folder))
    if not old:
        log.info(phrase("no-release-removed", kept=keep))
    else:
        log.info(phrase("releases-removable" if dry_run else "releases-removed", number=len(old)))


def note_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let a verb take what people say of a release, by language."""
    for language, name in (("en", "English"), ("nl", "Dutch")):
        command = click.option(
            f"--note-{language}",
            metavar="TEXT",
            help=f"Say in {name} what changed and why; kept with the release for good.",
        )(command)
    return command


@click.command("release")
@note_options
@click.option(
    "--shape-seconds",
    type=click.FloatRange(min=1),
    envvar="PUBLISH_SHAPE_SECONDS",
    metavar="SECONDS",
    help="The time that judging by SHACL shapes can take; by default it goes with the data.",
)
@click.pass_obj
def release_command(
    run: Run, shape_seconds: float | None, note_nl: str | None, note_en: str | None
) -> None:
    """Build everything, record it in the history and make it current.

    What publish build does, and for good: the release gets a number and a date, and what changed
    since the one before it is kept. When nothing changed there is no new release, and no date
    moves. A release that is broken off at any moment leaves the old one served.
    """
    from publish.release.releasing import release

    run.unchanged = "nothing-changed"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _tell(run, release(run.open_project(), note=_note(note_nl, note_en), seconds=shape_seconds))


@click.command("rollback")
@click.argument("name", metavar="[RELEASE]", default="previous")
@note_options
@click.pass_obj
def rollback_command(run: Run, name: str, note_nl: str | None, note_en: str | None) -> None:
    """Make an earlier release current again, as a new record.

    RELEASE is a number, an id or its beginning; by default the one before the last. Its dumps and
    store must still be in build/. Time goes on: the history tells that the changes were taken back.
    """
    from publish.release.releasing import rollback

    run.unchanged = "nothing-changed"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _tell(run, rollback(run.open_project(), name, note=_note(note_nl, note_en)))


def _note(nl: str | None, en: str | None) -> dict[str, str]:
    return {language: text for language, text in (("nl", nl), ("en", en)) if text}


def _tell(run: Run, made: Released) -> None:
    """Report a release that was made, or that there was nothing to make."""
    run.report_success(made.warnings)
    record = made.record
    about = {"number": record.number, "id": record.id, "released": record.released}
    log.info(phrase("released" if made.is_new else "released-already", **about))
    run.say(made.folder)


@click.command("releases")
@click.pass_obj
def releases_command(run: Run) -> None:
    """List the releases that were recorded, the latest last.

    Of each: number, id, when, observations, what changed (+ added, − removed, ~ revised), and
    whether it is current, kept with dumps and store, or removed but for the history. With
    --format json each is an object.
    """
    from publish.release.history.listing import describe_releases

    run.unchanged = ""
    found = describe_releases(run.open_project())
    if run.format == "json":
        print_json(found)
        return
    for entry in found:
        changes = entry["changes"]
        signs = (("added", "+"), ("removed", "−"), ("revised", "~"))
        changed = " ".join(f"{sign}{changes[name]}" for name, sign in signs if changes.get(name))
        state = phrase(f"release-is-{entry['state']}")
        line = f"{entry['number']:>4}  {entry['id']}  {entry['released']}  "
        line += f"{entry['observations']:>9,}  {changed:<16} "
        run.say(Words(line) + state)
        for text in dict.fromkeys(entry["note"].values()):
            run.say(f"      {text}")
    if not found:
        log.info(phrase("no-records-yet"))
