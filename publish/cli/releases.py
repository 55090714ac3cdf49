"""The verbs on releases that exist: ``publish verify`` and ``publish prune``."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from publish.cli.reporting import Run
from publish.faults.fault import CannotRun, FaultyInput, phrase
from publish.project.project import Project

log = logging.getLogger("publish")


@click.command("verify")
@click.argument("names", metavar="[RELEASE]...", nargs=-1)
@click.option("--full", is_flag=True, help="Compare checksums too: reads every file.")
@click.option("--all", "every", is_flag=True, help="Verify every release in build/.")
@click.pass_obj
def verify(run: Run, names: tuple[str, ...], full: bool, every: bool) -> None:
    """Compare a release with what was written: are its files all there, each with its size?

    RELEASE is the name of one in build/, or a folder; by default the current one.
    """
    from publish.release.releases import CURRENT, check_current, releases_in
    from publish.release.soundness import check_release

    project = run.open_project()
    run.unchanged = ""
    current = project.build / CURRENT
    there = releases_in(project.build)
    if not there and not names and not current.exists():
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
    """Remove old releases, as a build does.

    The current release is never removed, nor one that a server on this machine uses.
    """
    from publish.release.releases import locked, removable, remove

    project = run.open_project()
    if not project.build.is_dir():
        raise CannotRun(phrase("no-release"))
    keep = keep or project.keep_releases
    with locked(project.build):
        old = removable(project.build, keep)
        if not dry_run:
            remove(old)
    for folder in old:
        click.echo(project.shown(folder))
    if not old:
        log.info(phrase("no-release-removed", kept=keep))
    else:
        log.info(phrase("releases-removable" if dry_run else "releases-removed", number=len(old)))
