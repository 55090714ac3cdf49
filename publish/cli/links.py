"""The verb ``publish links``: the report of links, and suggestions of new ones."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import click

from publish.cli.reporting import Run, own_language_option, print_json
from publish.faults.fault import CannotRun, Fault, FaultyInput, did_you_mean, phrase

log = logging.getLogger("publish")


@click.group(invoke_without_command=True)
@click.option("--list", "lists", multiple=True, metavar="NAME", help="Only codes of this list.")
@own_language_option
@click.pass_context
def links(ctx: click.Context, lists: tuple[str, ...], language: str | None) -> None:
    """Report which codes are linked elsewhere and which are not.

    Per code list: each link with its kind, and for each code without one to a term elsewhere the
    reason. Links stand in ontology/links/. With --format json each code is an object. `publish
    links suggest FILE` proposes links to somebody else's list.
    """
    from publish.ontology.links import (
        STATUSES,
        read_links,
        report_as_records,
        report_in_words,
        report_links,
    )
    from publish.ontology.vocabulary import read_vocabulary

    if ctx.invoked_subcommand is not None:
        return
    run: Run = ctx.obj
    project = run.open_project()
    faults: list[Fault] = []
    vocabulary = read_vocabulary(project, faults)
    found = read_links(vocabulary, faults)
    if faults:
        raise FaultyInput(faults)
    report = report_links(vocabulary, found)
    for name in lists:
        if name not in report:
            hint = did_you_mean(name, report)
            raise CannotRun(
                phrase("no-list-of-name", name=name, hint=hint, known=", ".join(report))
            )
    report = {name: codes for name, codes in report.items() if not lists or name in lists}
    if run.format == "json":
        print_json(report_as_records(report))
        return
    run.language = language or run.language
    for line in report_in_words(report):
        run.say(line, err=False)
    of_status = Counter(item.status for codes in report.values() for item in codes)
    linked, without, unsought = (of_status[status] for status in STATUSES)
    log.info(phrase("links-counted", linked=linked, without=without, unsought=unsought))


@links.command("suggest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--list", "lists", multiple=True, metavar="NAME", help="Only codes of this list.")
@click.option(
    "--language",
    "languages",
    type=click.Choice(["nl", "en", "fr"]),
    multiple=True,
    help="The language of their labels; by default all are compared.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this .csv, .ttl or .json instead of the screen.",
)
@click.pass_obj
def suggest_links(
    run: Run,
    file: Path,
    lists: tuple[str, ...],
    languages: tuple[str, ...],
    output: Path | None,
) -> None:
    """Propose which of our codes those of a list in FILE correspond to.

    FILE is SKOS (Turtle, RDF/XML, N-Triples or JSON-LD), or a CSV file with a code and a label;
    a first row that names no column counts as an entry.

    The ontology stays as it is: proposals have a score and a reason, for a person to judge.
    """
    from publish.ontology.suggest.output import as_json, as_text, check_output, write_suggestions
    from publish.ontology.suggest.suggest import suggest

    project = run.open_project()
    if output:
        check_output(project, file, output)
    found = suggest(project, file, lists, languages)
    if output:
        write_suggestions(found, project, output, run.language)
        click.echo(output)
        log.info(found.counted)
    elif run.format == "json":
        click.echo(as_json(found, run.language))
    else:
        click.echo(as_text(found, run.language))
