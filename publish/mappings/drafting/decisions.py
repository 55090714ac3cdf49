"""What was decided about a table without asking: what, why and how sure, as one table.

What is doubtful is asked: it stands OPEN in the mapping.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from publish.faults.fault import Words, in_language, number_of, phrase
from publish.mappings.drafting.draft import Draft, has_measures, must_be_measures
from publish.mappings.drafting.guess_axes import AxisGuess
from publish.mappings.drafting.guess_figures import cells_of
from publish.mappings.mapping import MEASURE, OPEN
from publish.tables.foreign_numbers import THOUSANDS
from publish.tables.grid import CERTAIN, DOUBTFUL, LIKELY, Decision

LEAST_WIDTH, MOST_WIDTH = 80, 120
"""Characters of a line of the table, whatever the width of the terminal."""


def decisions_of(draft: Draft) -> list[Decision]:
    """Return all that was decided about a table, in the order in which one reads it."""
    return [
        *draft.outline.decisions,
        *_about_outline(draft),
        *_about_axes(draft),
        *_about_figures(draft),
        *_about_totals(draft),
        *_about_fixed(draft),
        *_about_hidden(draft),
    ]


def _about_outline(draft: Draft) -> Iterator[Decision]:
    outline = draft.outline
    first, *_ = outline.body
    figures = next((text for at in outline.figure_columns if (text := first[at])), "")
    yield Decision(
        what=phrase("header-rows-found"),
        decided=number_of(len(outline.headers), "rows"),
        why=outline.header_doubt or phrase("figures-begin", text=figures),
        sure=DOUBTFUL if outline.header_doubt else LIKELY,
    )
    yield Decision(
        what=phrase("label-columns"),
        decided=number_of(outline.label_columns, "columns"),
        why=phrase("columns-of-figures", columns=number_of(len(outline.figure_columns), "columns")),
    )
    if draft.title:
        why = phrase("stands-above-table")
        yield Decision(what=phrase("the-title"), decided=draft.title, why=why)


def _about_axes(draft: Draft) -> Iterator[Decision]:
    for key, axes in draft.axes.items():
        are_measures = must_be_measures(draft, key)
        for axis in axes:
            what = phrase("axis-under", key=key, title=axis.title) if axis.title else Words(key)
            yield _about_axis(what, axis, are_measures=are_measures)


def _about_axis(what: Words, axis: AxisGuess, *, are_measures: bool) -> Decision:
    why: str = axis.why
    if axis.unmatched:
        why = Words(why, in_language(why, "nl")) + "; "
        why += phrase("labels-unexplained", labels=", ".join(axis.unmatched[:12]))
    names = [name for _, name in axis.measures]
    if axis.dimension == OPEN or OPEN in names:
        decided, sure = Words(OPEN), DOUBTFUL
        why = phrase("labels-are-measures") if are_measures else why
    elif axis.dimension is None:
        decided, sure = phrase("left-out"), LIKELY
    else:
        decided = Words(", ".join(names) if axis.dimension == MEASURE else axis.dimension)
        sure = axis.sure
    return Decision(what=what, decided=decided, why=why, sure=sure)


def _about_figures(draft: Draft) -> Iterator[Decision]:
    figures = draft.figures
    if not has_measures(draft):
        sure = LIKELY if figures.measure else DOUBTFUL
        what, decided = phrase("the-measure"), figures.measure or OPEN
        yield Decision(what=what, decided=decided, why=figures.why, sure=sure)
    written = figures.written
    sure = DOUBTFUL if written.doubtful else CERTAIN if written.numbers is None else LIKELY
    decided = OPEN if written.doubtful else figures.numbers
    yield Decision(what=phrase("the-numbers"), decided=decided, why=written.why, sure=sure)
    texts = dict.fromkeys(text for *_, text in cells_of(draft.outline))
    if percent := [text for text in texts if text.endswith("%")]:
        what, why = phrase("the-unit"), phrase("printed-with-percent", text=percent[0])
        yield Decision(what=what, decided="%", why=why, sure=CERTAIN)
    if spaced := [text for text in texts if THOUSANDS.search(text)]:
        why = phrase("thousands-apart", text=spaced[0])
        what, decided = phrase("the-thousands"), phrase("thousands-replaced")
        yield Decision(what=what, decided=decided, why=why, sure=CERTAIN)
    for sign in figures.signs:
        what = phrase("the-sign", sign=sign.sign)
        why = phrase("sign-for-figure", times=number_of(sign.count, "times"))
        yield Decision(what=what, decided=OPEN, why=why, sure=DOUBTFUL)
    if figures.empty:
        what, cells = phrase("empty-cells"), number_of(len(figures.empty), "cells")
        yield Decision(what=what, decided=cells, why=phrase("check-names-each"), sure=CERTAIN)


def _about_totals(draft: Draft) -> Iterator[Decision]:
    for total in draft.totals:
        what = phrase("total-of", name=total.dimension)
        sure = DOUBTFUL if total.kind == OPEN else total.sure
        yield Decision(what=what, decided=total.kind, why=total.why, sure=sure)


def _about_fixed(draft: Draft) -> Iterator[Decision]:
    for name, code in draft.fixed.items():
        sure = DOUBTFUL if code == OPEN else LIKELY
        yield Decision(what=Words(name), decided=code, why=phrase("no-label-is-period"), sure=sure)


def _about_hidden(draft: Draft) -> Iterator[Decision]:
    if what := draft.outline.grid.hidden:
        yield Decision(what=phrase("the-hidden"), decided=OPEN, why=what, sure=DOUBTFUL)


def records(decisions: Iterable[Decision], language: str) -> list[dict[str, str]]:
    """Return decisions as JSON objects, ``sure`` in English for programs."""
    return [
        {
            key: value if key == "sure" else in_language(value, language)
            for key, value in vars(decision).items()
        }
        for decision in decisions
    ]


def as_table(decisions: Iterable[Decision], language: str, width: int) -> str:
    """Return decisions as a table of lines no longer than ``width``, within bounds."""
    width = max(LEAST_WIDTH, min(width, MOST_WIDTH))
    heads = [phrase(f"column-{name}") for name in ("what", "decided", "why", "sure")]
    rows: list[Sequence[object]] = [heads]
    rows += [(d.what, d.decided, d.why, phrase(f"sure-{d.sure}")) for d in decisions]
    texts = [[in_language(cell, language) for cell in row] for row in rows]
    sure = max(len(row[3]) for row in texts)
    what = min(max(len(row[0]) for row in texts), width // 5)
    decided = min(max(len(row[1]) for row in texts), width // 5)
    widths = (what, decided, width - what - decided - sure - 6, sure)
    lines = []
    for number, row in enumerate(texts):
        cells = [
            textwrap.wrap(text, size, break_on_hyphens=False) or [""]
            for text, size in zip(row, widths, strict=True)
        ]
        for parts in zip_longest(*cells, fillvalue=""):
            padded = (part.ljust(size) for part, size in zip(parts, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
        if number == 0:
            lines.append("  ".join("-" * size for size in widths))
    return "\n".join(lines)
