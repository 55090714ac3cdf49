"""How the command line tells faults: in which format and language, where, with which exit code.

A report is the result of a run and goes to stdout; sentences about it go to stderr. Of a run that
went well, warnings are no result: as text they go to stderr too.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

import click

from publish import explain as pages
from publish.faults import KINDS, LANGUAGES, CannotRun, Fault, FaultyInput, said
from publish.reports import FORMATS, count_of, report, where_to_read_more

log = logging.getLogger("publish")


class Verbs(click.Group):
    """The group of verbs; turns the program's own errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except FaultyInput as error:
            print_report(ctx, error.faults)
            language = language_of(ctx)
            releases = ctx.invoked_subcommand in ("build", "validate")
            done = said("nothing-changed" if releases else "nothing-written")
            click.echo(f"{count_of(error.faults).told(language)}. {done.told(language)}", err=True)
            if error.faults:
                log.info(where_to_read_more(error.faults).told(language))
            ctx.exit(1)
        except CannotRun as error:
            click.echo(f"publish: {error}", err=True)
            ctx.exit(2)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            click.echo(f"publish: {error.filename or 'the system'}: {error.strerror}.", err=True)
            ctx.exit(2)


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
