"""Which way a query went, and why: what the header ``Query-Plan`` and the query page say of it.

The header is an item of RFC 9651: the way as a token, then as parameters why, a string, and how
many observations were searched and rows taken, whole numbers:
``columns;scanned=1000000;fetched=25``. Nothing of the package is imported here, so that a worker
starts quickly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = "columns"
"""The whole query was answered from columns."""
COLUMNS_AND_ENGINE = "columns-and-engine"
"""Observations came from columns, and the engine of triples evaluated the query with them."""
ENGINE = "engine"
"""The engine of triples answered alone."""
PLAN_HEADER = "Query-Plan"

PATTERN = "pattern"
"""A triple pattern can match any statement of the observations of a data set."""
PATH = "path"
"""A property path can lead through the observations of a data set."""
NO_COLUMNS = "no-columns"
"""The release has no columns to ask."""
SWITCHED_OFF = "switched-off"
"""The settings say that columns are not to be asked."""
GRAPHS = "graphs"
"""The query, or the parameters of the protocol, name the graphs to be asked."""
FAILED = "failed"
"""The columns could not be read."""
MEMORY = "memory"
"""What was asked of the columns needed more memory than it may take."""

REASONS: tuple[str, ...] = (
    NO_COLUMNS,
    SWITCHED_OFF,
    GRAPHS,
    FAILED,
    MEMORY,
    "all-variables",
    "blank-nodes",
    "elsewhere",
    "escapes",
    "expressions",
    "form",
    "format",
    "kinds",
    "large",
    "many",
    "modifiers",
    "no-star",
    "not-read",
    PATH,
    PATTERN,
    "relative",
    "rest",
    "small",
    "volatile",
)
"""Why a query went its way: for each a phrase ``query-way-…`` says it to people."""

_PLAN = re.compile(
    r'(?P<way>[a-z-]+)(?:;why="(?P<why>[a-z-]+)")?(?:;scanned=(?P<scanned>\d+))?'
    r"(?:;fetched=(?P<fetched>\d+))?"
)


@dataclass(frozen=True)
class Plan:
    """The way of one query."""

    way: str
    """COLUMNS, COLUMNS_AND_ENGINE or ENGINE."""
    why: str | None
    """One of REASONS; None where there is nothing to say."""
    scanned: int = 0
    """Observations of the data sets that were asked, among which those of the answer were found."""
    fetched: int = 0
    """Rows that the columns gave."""


def header_of(plan: Plan) -> str:
    """Return a plan as its header has it; the numbers only where columns were asked."""
    why = f';why="{plan.why}"' if plan.why else ""
    counts = f";scanned={plan.scanned};fetched={plan.fetched}" if plan.way != ENGINE else ""
    return plan.way + why + counts


def plan_of(header: str) -> Plan:
    """Return the plan that a header says. Raises ValueError."""
    found = _PLAN.fullmatch(header)
    if found is None:
        raise ValueError(header)
    counts = (int(found[name] or 0) for name in ("scanned", "fetched"))
    return Plan(found["way"], found["why"], *counts)


class Mistranslated(Exception):
    """A text that was made of a query is none: a fault of ours, while the query is right."""


class NeedsTriples(Exception):
    """A query needs all triples of data sets whose observations are not in the triple store."""

    def __init__(self, slugs: Sequence[str], why: str) -> None:
        """``why`` is one of REASONS: what in the query needs them."""
        self.slugs, self.why = tuple(slugs), why
        super().__init__(why)
