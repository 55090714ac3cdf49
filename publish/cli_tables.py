"""The verbs with which a new table is brought in: new, check, preview and tidy."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path

import click

from publish.faults import CannotRun, FaultyInput, did_you_mean
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


@click.command()
@click.argument("slug")
@click.option("--watch", "again", is_flag=True, help="Repeat on every save, until interrupted.")
@click.pass_context
def check(ctx: click.Context, slug: str, again: bool) -> None:
    """Check the data set SLUG, and tell what is open and what would be published.

    Does all that `publish validate SLUG` does. With --watch it is repeated whenever a file in
    mappings/, ontology/ or shapes/ is saved; Ctrl-C ends it.
    """
    if not again:
        _check(ctx, slug)
        return
    from publish.one_data_set import known_slug
    from publish.watch import watch

    known_slug(_project(ctx), slug)

    def run() -> None:
        try:
            _check(ctx, slug)
        except FaultyInput as error:
            for item in error.faults:
                click.echo(str(item))
            click.echo(f"{_count(len(error.faults), 'fault')}.")
        except CannotRun as error:
            click.echo(f"publish: {error}")
        click.echo("Waiting for the next save; Ctrl-C ends this.", err=True)

    def announce(changed: list[str]) -> None:
        click.echo(f"\n{'=' * 70}\nSaved: {', '.join(changed)}\n")

    watch(_project(ctx).root, run, announce)


def _check(ctx: click.Context, slug: str) -> None:
    """Check a data set and tell what would be published. Raises FaultyInput."""
    from publish import release
    from publish.one_data_set import in_words, look_ahead, read_one

    project = _project(ctx)
    as_json = ctx.obj["format"] == "json"
    one = read_one(project, slug)
    prospect = look_ahead(one)
    told = [f"    {line}" for line in in_words(prospect)] if prospect else []
    try:
        _, warnings = release.validate(project, (slug,))
    except FaultyInput as error:
        if not as_json:
            questions = sum(item.code == "still-open" for item in error.faults)
            others = len(error.faults) - questions
            click.echo(f"{slug}: {_count(questions, 'open question')}, {_count(others, 'fault')}")
            if told:
                click.echo("As far as it can be read, this would be published:")
            click.echo("\n".join([*told, ""]))
        raise
    if as_json and prospect:
        click.echo(json.dumps({"slug": slug, **asdict(prospect)}, ensure_ascii=False, indent=2))
    elif prospect:
        click.echo(f"{slug}: nothing is open, no faults; this would be published:")
        click.echo("\n".join(told))
    for item in warnings:
        click.echo(str(item), err=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@click.command()
@click.argument("slug")
@click.option("--table", metavar="NAME", help="Only this table, as <document>/<table> or <table>.")
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="How many rows of a table are shown, headers included.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    help="How the cells are printed; by default as faults are.",
)
@click.pass_context
def preview(ctx: click.Context, slug: str, table: str | None, rows: int, form: str | None) -> None:
    """Show for each cell of the printed tables of SLUG what observation it became.

    The table is shown as printed, each cell with a mark; then what each mark stands for. Also
    works when there are faults: they are shown at their cells.
    """
    from publish import preview_text
    from publish.one_data_set import is_derived, read_one
    from publish.preview import view_tables
    from publish.still_open import open_points

    project = _project(ctx)
    one = read_one(project, slug)
    if is_derived(one.cube) or (one.mapping and one.mapping.derivation):
        raise CannotRun(f"{slug} is added up from other data sets: it has no tables of its own.")
    if one.mapping is None:
        raise FaultyInput(one.faults)
    names = list(dict.fromkeys(f"{use.document}/{use.table}" for use in one.mapping.uses))
    short = {name.partition("/")[2] for name in names}
    if table is not None and table not in {*names, *short}:
        hint = did_you_mean(table, [*names, *short])
        raise CannotRun(f"{slug} has no table {table}. {hint}Its tables: {', '.join(names)}.")
    views = view_tables(project, one, rows, table)
    if not views:
        raise FaultyInput(one.faults)
    if (form or ctx.obj["format"]) == "json":
        click.echo(json.dumps(preview_text.records(views), ensure_ascii=False, indent=2))
    else:
        for line in preview_text.as_text(views):
            click.echo(line)
    open_ones = open_points(one.mapping.file)
    if open_ones:
        log.info("%s in the mapping: publish check %s lists what is open.",
                 _count(len(open_ones), "open question"), slug)  # fmt: skip
    of_cells = (cell for view in views for row in view.rows for cell in row)
    if any(view.faults for view in views) or any(cell.faults for cell in of_cells):
        ctx.exit(1)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def tidy(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Rewrite tables of the project in its form: UTF-8, commas, line feeds.

    For tables that a spreadsheet program has saved. Empty rows and columns at the end go; no
    cell is changed. A table that is in its form already is left alone.
    """
    from publish.tidy import tidy_tables

    project = _project(ctx)
    for done in tidy_tables(project, files):
        what = "; ".join(done.changed) or "nothing to do"
        click.echo(f"{project.shown(done.path)}: {what}")


VERBS = (new, check, preview, tidy)
