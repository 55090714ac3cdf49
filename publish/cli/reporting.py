"""How the verbs report: format, language, output stream and exit code.

The report of a run with faults is its result and goes to stdout; sentences about it go to stderr.
The warnings of a run without faults are not its result: as text they go to stderr too.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from publish.faults.report import count_of, report, where_to_read_more
from publish.project.project import Project, read_project
from publish.project.watch import watch

log = logging.getLogger("publish")


@dataclass(kw_only=True)
class Run:
    """One run of the program: the options that stand before the verb, and how it reports."""

    root: Path
    base: str | None
    public_url: str | None
    format: str
    language: str
    project: Project | None = None
    unchanged: str = "nothing-written"
    """The phrase that ends a report of faults; empty for none."""

    def open_project(self) -> Project:
        """Return the project at --project, with the addresses of --base and --public-url."""
        self.project = read_project(self.root, base=self.base, public_url=self.public_url)
        return self.project

    def say(self, value: object, *, err: bool | None = None) -> None:
        """Print a text on stdout; on stderr with ``err``, or when stdout is for programs."""
        is_for_programs = self.format != "text"
        click.echo(in_language(value, self.language), err=is_for_programs if err is None else err)

    def print_report(self, faults: Sequence[Fault], *, err: bool = False) -> None:
        """Print a report in the format asked for, on stdout or, with ``err``, on stderr."""
        base = self.project.base if self.project else None
        colour = not os.environ.get("NO_COLOR") and (sys.stderr if err else sys.stdout).isatty()
        text = report(faults, self.format, self.language, base=base, colour=colour)
        click.echo(text, nl=False, err=err, color=colour)

    def report_success(self, warnings: Sequence[Fault] = ()) -> None:
        """Print the warnings of a run without faults.

        In a format for programs there always is a report, be it empty, so that its reader finds
        one.
        """
        if self.format != "text":
            self.print_report(warnings)
        elif warnings:
            self.print_report(warnings, err=True)
            self.say(count_of(warnings) + ".", err=True)

    def report_failure(self, error: FaultyInput | CannotRun | OSError) -> int:
        """Print why a run failed; return the exit code."""
        if isinstance(error, CannotRun):
            self.say(Words("publish: ") + error.args[0], err=True)
            return 2
        if isinstance(error, OSError):
            what = error.filename or phrase("the-system")
            self.say(Words("publish: ") + what + ": " + reason_of(error) + ".", err=True)
            return 2
        self.print_report(error.faults)
        end = Words(" ") + phrase(self.unchanged) if self.unchanged else ""
        self.say(count_of(error.faults) + "." + end, err=True)
        if error.faults:
            log.info(where_to_read_more(error.faults))
        return 1

    def repeat_on_save(self, root: Path, judge: Callable[[], None], files: Sequence[Path]) -> None:
        """Judge now and after every save, also when that fails, until the user interrupts.

        When the report is for programs, stdout holds nothing but reports.
        """

        def judge_and_wait() -> None:
            try:
                judge()
            except (FaultyInput, CannotRun, OSError) as error:
                self.report_failure(error)
            self.say(phrase("watch-waiting"), err=True)

        def announce(changed: list[str]) -> None:
            saved = phrase("watch-saved", names=", ".join(changed))
            self.say(Words(f"\n{'=' * 70}\n") + saved + "\n")

        watch(root, judge_and_wait, announce, files=files)

    def translate(self, record: logging.LogRecord) -> bool:
        """Put a log message that exists in several languages into the one asked for."""
        words: object = record.msg
        if isinstance(words, Words) and not record.args:
            record.msg, record.args = "%s", (words.text_in(self.language),)
        return True


INTERRUPTED = 128 + signal.SIGINT
"""The exit code of a run that its user broke off, as shells have it."""


class Verbs(click.Group):
    """The group of verbs, which turns the program's own errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (FaultyInput, CannotRun, OSError) as error:
            ctx.exit(ctx.obj.report_failure(error))
        except KeyboardInterrupt:
            if ctx.obj is None:
                raise
            ctx.obj.say(phrase("interrupted"), err=True)
            ctx.exit(INTERRUPTED)


own_language_option = click.option(
    "--language",
    type=click.Choice(sorted(LANGUAGES, reverse=True)),
    help="The language of what is printed; by default that given before the verb.",
)
"""The --language of verbs that print texts of the project."""


def print_json(value: object) -> None:
    """Print a result as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
