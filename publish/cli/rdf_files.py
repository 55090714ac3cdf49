"""``publish validate FILE``: RDF files of anybody, with the choice of faults that count."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from publish.cli.reporting import Run
from publish.faults.explain import find_kind
from publish.faults.fault import CannotRun, Fault, FaultyInput, Words, number_of, phrase

log = logging.getLogger("publish")

SEVERITIES = ("error", "warning", "info")
"""The severities of faults, the worst first."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which faults are shown and count."""

    severity: str = "info"
    """The least severity."""
    ignore: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def check(self) -> None:
        """Check the codes. Raises CannotRun for one that does not exist."""
        for code in (*self.ignore, *self.only):
            find_kind(code)

    def takes(self, item: Fault) -> bool:
        """Return whether a fault is shown and counts."""
        return (
            SEVERITIES.index(item.severity) <= SEVERITIES.index(self.severity)
            and item.code not in self.ignore
            and (not self.only or item.code in self.only)
        )


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a choice: --severity, --ignore and --only."""
    for option in (
        click.option(
            "--only", metavar="CODE", multiple=True, help="With files: only these faults count."
        ),
        click.option(
            "--ignore", metavar="CODE", multiple=True, help="With files: these faults do not count."
        ),
        click.option(
            "--severity",
            type=click.Choice(SEVERITIES),
            default=SEVERITIES[-1],
            show_default=True,
            help="With files: only faults at least as severe count.",
        ),
    ):
        command = option(command)
    return command


def validate_rdf_files(
    run: Run,
    files: list[Path],
    shapes: list[Path],
    choice: Choice,
    *,
    full: bool,
    seconds: float | None,
) -> None:
    """Judge RDF files and print what they hold. Raises FaultyInput and CannotRun."""
    from publish.validation.given_shapes import NOT_JUDGED
    from publish.validation.rdf_files import counts_in_words, validate_files

    judgement = validate_files(files, shapes, full=full, seconds=seconds)
    faults = list(filter(choice.takes, judgement.faults))
    found = counts_in_words(judgement.counts)
    if not_judged := sum(item.code in NOT_JUDGED for item in judgement.faults):
        found += Words("; ") + number_of(not_judged, "not-judged")
    if len(faults) < len(judgement.faults):
        codes = Counter(item.code for item in judgement.faults if not choice.takes(item))
        left = ", ".join(f"{count} × {code}" for code, count in sorted(codes.items()))
        found += Words("; ") + phrase("left-out-as-asked", codes=left)
    if judgement.shapes_unusable:
        run.print_report(faults)
        log.info(found)
        raise CannotRun(phrase("no-shape-applied", file=shapes[0]))
    if any(item.severity == "error" for item in faults):
        log.info(found)
        raise FaultyInput(faults)
    run.report_success(faults)
    none = phrase("no-faults" if len(faults) == len(judgement.faults) else "no-other-faults")
    run.say(found + Words("; ") + none + (phrase("in-what-was-judged") if not_judged else ""))
