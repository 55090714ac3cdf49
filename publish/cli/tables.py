"""The verbs on single tables and data sets: new, check, preview, tidy and extract."""

from __future__ import annotations

import logging
import shutil
import sys
from functools import partial
from pathlib import Path

import click

from publish.cli.reporting import Run, print_json
from publish.faults.fault import (
    CannotRun,
    Fault,
    FaultyInput,
    Words,
    did_you_mean,
    number_of,
    phrase,
    some_of,
    written_out,
)
from publish.faults.report import count_of

log = logging.getLogger("publish")

encoding_option = click.option(
    "--encoding", metavar="NAME", help="The encoding of a CSV, such as windows-1250 or cp850."
)
"""The --encoding of verbs that read tables of others."""


@click.command()
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook, when there are several.")
@click.option(
    "--document", metavar="KEY", help="The folder in mappings/; by default the name of the file."
)
@click.option("--table", metavar="NAME", help="The name of the table; by default the slug.")
@click.option(
    "--hidden",
    type=click.Choice(("leave", "take")),
    help="Leave out what a workbook hides, or take it and be asked; otherwise it is a fault.",
)
@encoding_option
@click.pass_obj
def new(run: Run, /, slug: str, file: Path, **names: str | None) -> None:
    """Bring in a table from FILE and start its mapping SLUG.

    The table is written as the project prints tables. FILE is a CSV in any usual form or an Excel
    workbook (.xlsx). All that is decided without asking is listed: what, why and how sure. What
    is doubtful stands in the mapping as OPEN, with the question above it. Nothing is ever written
    over.
    """
    from publish.mappings.drafting.decisions import MOST_WIDTH, as_table, records
    from publish.mappings.drafting.new_table import add_table

    project, language = run.open_project(), run.language
    made = add_table(project, slug, file, language=language, **names)
    paths = [project.shown(made.table), project.shown(made.mapping)]
    if run.format == "json":
        decisions = records(made.decisions, language)
        print_json({"written": paths, "decisions": decisions, "open": made.questions})
        return
    run.report_success()
    for path in paths:
        run.say(path)
    width = shutil.get_terminal_size((MOST_WIDTH, 24)).columns
    log.info("%s", as_table(made.decisions, language, width))
    for sentence in made.advice:
        log.info(sentence)
    if made.open_places:
        questions = number_of(made.open_places, "questions")
        log.info(phrase("new-is-next", questions=questions, path=paths[1], slug=slug))
    else:
        log.info(phrase("new-is-whole", slug=slug))


@click.command()
@click.argument("slug")
@click.option("--watch", "again", is_flag=True, help="Repeat on every save, until interrupted.")
@click.pass_obj
def check(run: Run, slug: str, again: bool) -> None:
    """Tell what is open or wrong in SLUG and what it publishes.

    Does all that `publish validate SLUG` does. With --watch it is repeated whenever a file in
    mappings/, ontology/ or shapes/ is saved; Ctrl-C ends it.
    """
    if not again:
        _check(run, slug)
        return
    from publish.cube.preview.one_data_set import require_mapping

    project = run.open_project()
    require_mapping(project, slug)
    run.repeat_on_save(project.root, partial(_check, run, slug), ())


def _check(run: Run, slug: str) -> None:
    """Check a data set and print what would be published. Raises FaultyInput."""
    from publish.cube.preview.one_data_set import prospect_in_words, prospect_of, read_one
    from publish.release.build import validate

    project, language = run.open_project(), run.language
    one = read_one(project, slug)
    prospect = prospect_of(one)
    words = prospect_in_words(prospect) if prospect else ()
    lines = [f"    {line.text_in(language)}" for line in words]
    try:
        _, warnings = validate(project, (slug,))
    except FaultyInput as error:
        questions = sum(item.code == "still-open" for item in error.faults)
        others = [item for item in error.faults if item.code != "still-open"]
        run.say(Words(f"{slug}: ") + number_of(questions, "questions") + ", " + count_of(others))
        if lines:
            run.say(phrase("check-as-far"))
        run.say("\n".join([*lines, ""]))
        raise
    run.report_success(warnings)
    if prospect:
        run.say(phrase("check-sound", slug=slug))
        run.say("\n".join(lines))
        log.info(phrase("check-next", slug=slug))


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
@click.pass_obj
def preview(run: Run, slug: str, table: str | None, rows: int, form: str | None) -> None:
    """Show what each cell of the tables of SLUG became.

    The table is shown as printed, each cell with a mark; then what each mark stands for. Also
    works when there are faults: they are shown at their cells.
    """
    from publish.cube.preview.cells import view_tables
    from publish.cube.preview.one_data_set import read_one
    from publish.cube.preview.text import as_text, records
    from publish.mappings.open_questions import find_open_questions

    project, language = run.open_project(), run.language
    one = read_one(project, slug)
    if one.mapping and one.mapping.derivation:
        raise CannotRun(phrase("no-tables-of-its-own", slug=slug))
    if one.mapping is None:
        raise FaultyInput(one.faults)
    names = list(dict.fromkeys(f"{use.document}/{use.table}" for use in one.mapping.uses))
    short = {name.partition("/")[2] for name in names}
    if table is not None and table not in {*names, *short}:
        hint = did_you_mean(table, [*names, *short])
        known = ", ".join(names)
        raise CannotRun(phrase("no-table-of-name", slug=slug, table=table, hint=hint, known=known))
    views = view_tables(project, one, rows, table)
    if not views:
        raise FaultyInput(one.faults)
    form = form or run.format
    found = {item for view in views for item in view.faults}
    found |= {item for view in views for row in view.rows for cell in row for item in cell.faults}
    if form == "json":
        print_json(records(views, language))
    elif form == "text":
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for line in as_text(views, language, width):
            click.echo(line)
    else:
        run.print_report(sorted(found))
    open_ones = find_open_questions(one.mapping.file)
    if open_ones:
        questions = number_of(len(open_ones), "questions")
        log.info(phrase("preview-open", questions=questions, slug=slug))
    if found:
        sys.exit(1)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@encoding_option
@click.pass_obj
def tidy(run: Run, files: tuple[Path, ...], encoding: str | None) -> None:
    """Rewrite tables in the project's form; change no cell.

    That is UTF-8 with commas and line feeds, for tables that a spreadsheet program has saved. Empty
    rows and columns at the end go. A table that is in its form already is left alone.
    """
    from publish.mappings.drafting.tidy import tidy_tables

    project, language = run.open_project(), run.language
    done = tidy_tables(project, files, encoding)
    changes_of = {
        project.shown(item.path): [change.text_in(language) for change in item.changed]
        for item in done
    }
    if run.format == "json":
        print_json([{"path": path, "changed": changes} for path, changes in changes_of.items()])
        return
    run.report_success()
    for path, changes in changes_of.items():
        run.say(Words(f"{path}: ") + ("; ".join(changes) or phrase("tidy-nothing")))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--document", "key", metavar="KEY", help="The folder in mappings/, when there are several."
)
@click.option("--show-text", is_flag=True, help="Only print the text with line numbers.")
@click.pass_obj
def extract(run: Run, file: Path, key: str | None, show_text: bool) -> None:
    """Make the tables as printed from FILE, a document as text or PDF.

    Where each table stands is declared in mappings/<document>/document.yaml. Unless everything
    is found as declared, faults are printed and no table is written.
    """
    from publish.mappings.document import read_documents
    from publish.mappings.extract import extract_tables
    from publish.project.files import write_files
    from publish.tables.document_text import read_text

    project = run.open_project()
    faults: list[Fault] = []
    text = read_text(file, faults)
    if text and show_text:
        for number, line in enumerate(text.text.split("\n"), start=1):
            click.echo(f"{number:5} {line}")
        return
    declared = read_documents(project, faults)
    documents = {name: document for name, document in declared.items() if document.tables}
    if faults or text is None:
        raise FaultyInput(faults)
    if key is None and len(documents) == 1:
        key = next(iter(documents))
    if key not in documents:
        asked = phrase("no-document-of-name", key=key) if key else phrase("which-document")
        raise CannotRun(asked + phrase("documents-with-tables", known=some_of(documents)))
    tables = extract_tables(text, documents[key], faults)
    if faults:
        raise FaultyInput(faults)
    folder = project.root / "mappings" / key
    files = {folder / f"{table.name}.csv": table.as_csv() for table in tables}
    write_files(files)
    run.report_success()
    for path in files:
        run.say(project.shown(path))
    cells = sum(len(row) - 2 for table in tables for row in table.rows)
    log.info(phrase("tables-extracted", tables=len(tables), figures=written_out(cells)))
