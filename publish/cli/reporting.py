"""How the verbs report faults: format, language, output stream and exit code.

The report of a run with faults is its result and goes to stdout; sentences about it go to stderr.
The warnings of a run without faults are not its result: as text they go to stderr too.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from publish.faults.fault import (
    LANGUAGES,
    CannotRun,
    Fault,
    FaultyInput,
    Words,
    in_language,
    phrase,
    reason_of,
)
from publish.faults.report import FORMATS, count_of, report, where_to_read_more
from publish.project.project import Project, read_project
from publish.project.watch import watch

log = logging.getLogger("publish")


class Verbs(click.Group):
    """The group of verbs, which turns the program's own errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except (FaultyInput, CannotRun, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            ctx.exit(report_failure(ctx, error))


def report_failure(ctx: click.Context, error: FaultyInput | CannotRun | OSError) -> int:
    """Print why a run failed, in the language and format asked for; return the exit code."""
    language = language_of(ctx)
    if isinstance(error, CannotRun):
        click.echo(f"publish: {in_language(error.args[0], language)}", err=True)
        return 2
    if isinstance(error, OSError):
        what = error.filename or phrase("the-system").text_in(language)
        click.echo(f"publish: {what}: {in_language(reason_of(error), language)}.", err=True)
        return 2
    print_report(ctx, error.faults)
    done = ctx.obj.get("unchanged", "nothing-written")
    end = f" {phrase(done).text_in(language)}" if done else ""
    click.echo(f"{count_of(error.faults).text_in(language)}.{end}", err=True)
    if error.faults:
        log.info(where_to_read_more(error.faults))
    return 1


def open_project(ctx: click.Context) -> Project:
    """Return the project at --project, with the addresses of --base and --public-url."""
    options = ctx.obj
    project = read_project(options["root"], base=options["base"], public_url=options["public_url"])
    options["project"] = project
    return project


class LanguageFilter(logging.Filter):
    """Puts log messages that exist in several languages into the one asked for."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def filter(self, record: logging.LogRecord) -> bool:
        """Translate a message; no record is held back."""
        words: object = record.msg
        if isinstance(words, Words) and not record.args:
            record.msg, record.args = "%s", (words.text_in(self.language),)
        return True


def repeat_on_save(
    ctx: click.Context, root: Path, run: Callable[[], None], files: Sequence[Path]
) -> None:
    """Run now and after every save, also when a run fails, until the user interrupts.

    When the report is for programs, stdout holds nothing but reports.
    """
    language, for_programs = language_of(ctx), ctx.obj["format"] != "text"

    def run_and_tell() -> None:
        try:
            run()
        except (FaultyInput, CannotRun, OSError) as error:
            report_failure(ctx, error)
        click.echo(phrase("watch-waiting").text_in(language), err=True)

    def announce(changed: list[str]) -> None:
        saved = phrase("watch-saved", names=", ".join(changed)).text_in(language)
        click.echo(f"\n{'=' * 70}\n{saved}\n", err=for_programs)

    watch(root, run_and_tell, announce, files=files)


format_option = click.option(
    "--format",
    "fault_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    help="How faults are printed; json is also for links, previews and what is missing.",
)

language_option = click.option(
    "--language",
    envvar="PUBLISH_LANGUAGE",
    type=click.Choice(sorted(LANGUAGES, reverse=True)),
    default=LANGUAGES[0],
    show_default=True,
    help="The language in which faults are told.",
)

own_language_option = click.option(
    "--language",
    type=click.Choice(sorted(LANGUAGES, reverse=True)),
    help="The language of what is printed; by default that given before the verb.",
)
"""The --language of verbs that print texts of the project."""


def language_of(ctx: click.Context, own: str | None = None) -> str:
    """Return the language given after the verb, else the one given before it."""
    return own or str(ctx.obj["language"])


def print_json(value: object) -> None:
    """Print a result as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_report(ctx: click.Context, faults: Sequence[Fault], *, err: bool = False) -> None:
    """Print a report in the format asked for, on stdout or, with ``err``, on stderr."""
    project, form = ctx.obj.get("project"), ctx.obj["format"]
    colour = not os.environ.get("NO_COLOR") and (sys.stderr if err else sys.stdout).isatty()
    text = report(
        faults,
        form,
        language_of(ctx),
        base=project.base if project else None,
        colour=colour,
    )
    click.echo(text, nl=False, err=err, color=colour)


def report_success(ctx: click.Context, warnings: Sequence[Fault]) -> bool:
    """Print the warnings of a run without faults; return whether a report went to stdout.

    In a format for programs there always is one, be it empty, so that its reader finds one.
    """
    if ctx.obj["format"] != "text":
        print_report(ctx, warnings)
        return True
    if warnings:
        print_report(ctx, warnings, err=True)
        click.echo(f"{count_of(warnings).text_in(language_of(ctx))}.", err=True)
    return False
