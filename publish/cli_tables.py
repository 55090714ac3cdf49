"""The verbs with which a new table is brought in: new, check, preview and tidy."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import click

from publish.project import Project, read_project

log = logging.getLogger("publish")


def _project(ctx: click.Context) -> Project:
    options = ctx.obj
    return read_project(options["root"], base=options["base"], public_url=options["public_url"])


@click.command()
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook, when there are several.")
@click.option(
    "--document", metavar="KEY", help="The folder in mappings/; by default the name of the file."
)
@click.option("--table", metavar="NAME", help="The name of the table; by default the slug.")
@click.pass_context
def new(
    ctx: click.Context,
    slug: str,
    file: Path,
    sheet: str | None,
    document: str | None,
    table: str | None,
) -> None:
    """Bring in a table from FILE: write it as the project prints tables, and a mapping SLUG.

    FILE is a CSV in any usual form or an Excel workbook (.xlsx). What cannot be guessed stands
    in the mapping as OPEN, with the question above it. Nothing is ever written over.
    """
    from publish.newtable import bring_table

    project = _project(ctx)
    made = bring_table(project, slug, file, sheet=sheet, document=document, table=table)
    paths = [project.shown(made.table), project.shown(made.mapping)]
    if ctx.obj["format"] == "json":
        record = {"written": paths, "guessed": made.guessed, "open": made.open}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    for path in paths:
        click.echo(path)
    for sentence in made.guessed:
        log.info("%s", sentence)
    count = len(made.open)
    what = "1 question is open" if count == 1 else f"{count} questions are open"
    log.info("%s: answer them in %s, then run publish check %s.", what, paths[1], slug)


VERBS = (new,)
