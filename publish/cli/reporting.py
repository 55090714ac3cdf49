"""How the command line tells faults: in which format and language, where, with which exit code.

A report is the result of a run and goes to stdout; sentences about it go to stderr. Of a run that
went well, warnings are no result: as text they go to stderr too.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from publish.faults import explain as pages
from publish.faults.fault import (
    KINDS,
    LANGUAGES,
    CannotRun,
    Fault,
    FaultyInput,
    Words,
    in_language,
    reason_of,
    said,
)
from publish.faults.report import FORMATS, count_of, report, where_to_read_more
from publish.project.project import Project, read_project
from publish.project.watch import watch

log = logging.getLogger("publish")


class Verbs(click.Group):
    """The group of verbs; turns the program's own errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except (FaultyInput, CannotRun, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            ctx.exit(tell_failure(ctx, error))


def tell_failure(ctx: click.Context, error: FaultyInput | CannotRun | OSError) -> int:
    """Tell why a run failed, in the language and format that were asked for; return its code."""
    language = language_of(ctx)
    if isinstance(error, CannotRun):
        click.echo(f"publish: {in_language(error.args[0], language)}", err=True)
        return 2
    if isinstance(error, OSError):
        what = error.filename or said("the-system").told(language)
        click.echo(f"publish: {what}: {in_language(reason_of(error), language)}.", err=True)
        return 2
    print_report(ctx, error.faults)
    done = ctx.obj.get("unchanged", "nothing-written")
    end = f" {said(done).told(language)}" if done else ""
    click.echo(f"{count_of(error.faults).told(language)}.{end}", err=True)
    if error.faults:
        log.info(where_to_read_more(error.faults))
    return 1


def open_project(ctx: click.Context) -> Project:
    """Return the project that a verb is about, of the folder and addresses that were asked for."""
    options = ctx.obj
    project = read_project(options["root"], base=options["base"], public_url=options["public_url"])
    options["project"] = project
    return project


class InLanguage(logging.Filter):
    """Tells what is logged in one language, where it knows more than one."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything through, in the language."""
        words: object = record.msg
        if isinstance(words, Words) and not record.args:
            record.msg, record.args = "%s", (words.told(self.language),)
        return True


def repeat(ctx: click.Context, root: Path, run: Callable[[], None], files: Sequence[Path]) -> None:
    """Do something on every save, until the user interrupts; also when it fails.

    Where a report is for programs, only reports are on stdout.
    """
    language, for_programs = language_of(ctx), ctx.obj["format"] != "text"

    def run_and_tell() -> None:
        try:
            run()
        except (FaultyInput, CannotRun, OSError) as error:
            tell_failure(ctx, error)
        click.echo(said("watch-waiting").told(language), err=True)

    def announce(changed: list[str]) -> None:
        saved = said("watch-saved", names=", ".join(changed)).told(language)
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
"""The option of verbs that print texts of the project."""


def language_of(ctx: click.Context, own: str | None = None) -> str:
    """Return the language of a verb: its own, if it was given one, else the program's."""
    return own or str(ctx.obj["language"])


def print_report(ctx: click.Context, faults: Sequence[Fault], *, err: bool = False) -> None:
    """Print a report in the format that was asked for: on stdout where it is the result."""
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


def report_sound_run(ctx: click.Context, warnings: Sequence[Fault]) -> bool:
    """Tell the warnings of a run that went well; return whether a report was its result.

    In a format for programs there is always a report, so that whoever reads it finds one.
    """
    if ctx.obj["format"] != "text":
        print_report(ctx, warnings)
        return True
    if warnings:
        print_report(ctx, warnings, err=True)
        click.echo(f"{count_of(warnings).told(language_of(ctx))}.", err=True)
    return False


@click.command()
@click.argument("code", required=False)
@click.option("--markdown", is_flag=True, help="Print the table of all faults, FAULTS.md.")
@own_language_option
@click.pass_context
def explain(ctx: click.Context, code: str | None, markdown: bool, language: str | None) -> None:
    """Explain a fault: when it occurs, what it says and what to do.

    Without CODE: list every kind of fault by what it is about.
    """
    language, as_json = language_of(ctx, language), ctx.obj["format"] == "json"
    if markdown and code:
        raise click.UsageError("--markdown is the table of all faults: leave out the code.")
    if markdown:
        text = pages.as_markdown()
    elif code is None:
        kinds = list(KINDS.values())
        text = pages.as_json(kinds, language) if as_json else pages.list_of_all(language)
    else:
        kind = pages.find_kind(code, language)
        text = pages.as_json([kind], language) if as_json else pages.page_of(kind, language)
    click.echo(text, nl=False)
