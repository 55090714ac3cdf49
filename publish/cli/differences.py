"""The verb ``publish diff``: what differs between two releases."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from publish.cli.reporting import Run
from publish.faults.fault import CannotRun, phrase, written_out

MOST = 20
"""How many observations of each kind are shown of a data set by default."""


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW", default="current")
@click.option(
    "--most",
    type=click.IntRange(min=0),
    metavar="NUMBER",
    default=MOST,
    show_default=True,
    help="As text, show so many observations of each kind of a data set; 0 for all.",
)
@click.option(
    "--triples",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also write remove.nt and add.nt: what makes the triples of OLD those of NEW.",
)
@click.pass_obj
def diff(run: Run, old: str, new: str, most: int, folder: Path | None) -> None:
    """Say what differs between two releases: observations, data sets, concepts and terms.

    OLD and NEW are numbers of releases, ids or their beginnings, current or previous; NEW is the
    current release when left out. With --format json everything is listed as one object. An
    observation is revised when its value, status, unit or bounds changed.
    """
    from publish.release.differences.as_json import write_json
    from publish.release.differences.as_text import as_text
    from publish.release.differences.compare import compare
    from publish.release.differences.state import find_states
    from publish.release.differences.triples import keep_triples

    run.unchanged = ""
    project = run.open_project()
    if not project.build.is_dir():
        raise CannotRun(phrase("no-release"))
    before, after = find_states(project, old, new)
    with compare(before, after) as comparison:
        if run.format == "json":
            write_json(comparison, sys.stdout)
        else:
            for line in as_text(comparison, most or None):
                run.say(line, err=False)
    if folder is not None:
        written = keep_triples(before, after, folder)
        removed, added = map(written_out, (written.removed, written.added))
        run.say(phrase("diff-triples", folder=folder, removed=removed, added=added), err=True)
        if not written.is_whole:
            run.say(phrase("diff-triples-of-columns"), err=True)
