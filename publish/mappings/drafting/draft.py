"""The two files of a new table, as text: the table as the project prints it, and its mapping.

What could not be guessed stands in the mapping as OPEN, with the question and the candidates in
a comment above it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from publish.faults.fault import number_of, phrase, some_of
from publish.mappings.drafting.guess_axes import AxisGuess
from publish.mappings.drafting.guess_figures import FigureGuess, TotalGuess, printed
from publish.mappings.drafting.outline import Outline
from publish.mappings.mapping import MEASURE, OPEN
from publish.mappings.marks import NUMBER_SIGN
from publish.project.files import as_csv
from publish.tables.foreign.encodings import LOST
from publish.tables.foreign_numbers import REPLACED, is_figure, to_format

MOST_NOTED = 50
"""Labels at most that a comment each is written about; `check` names all."""
SAFE = re.compile(r"[A-Za-z_][\w.~-]*")
"""A text that needs no quotes in YAML, unless it is one of its words, as ``yes``."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """All that was guessed of a table."""

    source: str
    """The file it comes from, in words."""
    language: str
    """The language of the questions in the mapping."""
    outline: Outline
    axes: dict[str, list[AxisGuess]]
    """What ``rows`` and ``columns`` mean, a guess per label column or header row."""
    figures: FigureGuess
    totals: list[TotalGuess]
    fixed: dict[str, str]
    """Dimensions with one code for all cells, OPEN where it is not known."""
    periods: tuple[str, ...]
    """The periods that the texts around the table name."""
    period_dimensions: tuple[str, ...]
    of_label: dict[str, tuple[str, ...]]
    """The measures that fit the figures of a label, where labels are measures."""
    reasons: tuple[str, ...]
    """The reasons for which a value may not be shown."""

    @property
    def title(self) -> str:
        """What stands above the table."""
        return " ".join(self.outline.above)

    def text(self, key: str, /, **particulars: object) -> str:
        """Return a phrase for a comment, in the language of the questions."""
        return _on_one_line(phrase(key, **particulars).text_in(self.language))

    def question(self, key: str, /, **particulars: object) -> str:
        """Return a question as a comment."""
        return f"# OPEN: {self.text(key, **particulars)}"

    def candidates(self, names: Iterable[str]) -> list[str]:
        """Return what a person can choose from as a comment, if there is anything."""
        named = ", ".join(names)
        return [f"# {self.text('candidates', names=named)}"] if named else []


def draft_table(draft: Draft) -> bytes:
    """Return the table in the project's form; only marks between thousands are not as printed."""
    outline = draft.outline
    rows = [list(header) for header in outline.headers]
    for line in outline.body:
        row = list(line)
        for at in outline.figure_columns:
            if REPLACED.search(row[at]) and is_figure(row[at]):
                row[at] = to_format(row[at], draft.figures.numbers)
        rows.append(row)
    return as_csv(rows)


def draft_mapping(draft: Draft, table: str, default_numbers: str) -> str:
    """Return the text of a mapping; ``table`` is ``<document>/<table>``."""
    outline, title = draft.outline, draft.title
    lines = [
        "mapping: 1",
        f"# {draft.text('mapping-made-by', file=draft.source)}",
        f"# {draft.text('mapping-how-to-answer')}",
    ]
    lines += [f"# {draft.text('mapping-above', text=text)}" for text in outline.above]
    lines += [f"# {draft.text('mapping-below', text=text)}" for text in outline.below]
    lines.append("title:")
    if title:
        lines += [f"  nl: {_quoted(title)}", f"  {draft.question('ask-title-in-english')}"]
    else:
        lines += [f"  {draft.question('ask-title')}", f"  nl: {OPEN}"]
    lines += [
        f"  en: {OPEN}",
        "description:",
        f"  {draft.question('ask-description')}",
        f"  # {draft.text('ask-description-rest')}",
        f"  nl: {OPEN}",
        f"  en: {OPEN}",
        f"tables: [{table}]",
    ]
    lines += _encoding_lines(draft)
    lines += [*_axis_lines("rows", draft), *_axis_lines("columns", draft)]
    lines += [*_fixed_lines(draft), *_measure_lines(draft)]
    lines += [*_number_lines(draft, default_numbers), *_total_lines(draft)]
    lines += [*_mark_lines(draft), *_hidden_lines(draft)]
    return "\n".join(lines) + "\n"


def _encoding_lines(draft: Draft) -> list[str]:
    """Return the question whether the words were read right, where the encoding was guessed."""
    readings = draft.outline.grid.readings
    if not readings:
        return []
    taken = readings[0].encoding
    what = "letters" if LOST in readings[0].words else "encoding"
    lines = [draft.question(f"ask-{what}", file=draft.source, name=taken)]
    lines += [f"# {_on_one_line(f'{one.encoding}: {one.words}')}" for one in readings]
    lines += [f"# {draft.text(f'asked-{what}', name=taken)}"]
    return [*lines, f"encoding: {{read-as: {taken}, right: {OPEN}}}"]


def _number_lines(draft: Draft, default: str) -> list[str]:
    """Return how numbers are written, where it is open or not as the project does."""
    written = draft.figures.written
    if written.doubtful:
        lines = [draft.question("ask-numbers", why=written.why)]
        for name, value in written.readings:
            lines.append(f"# {draft.text('number-as-read', name=name, value=value)}")
        return [*lines, *draft.candidates(name for name, _ in written.readings), f"numbers: {OPEN}"]
    return [f"numbers: {draft.figures.numbers}"] if draft.figures.numbers != default else []


def _total_lines(draft: Draft) -> list[str]:
    """Return how the parts of each dimension add up as the mapping declares it."""
    lines = ["totals:"] if draft.totals else []
    for total in draft.totals:
        if total.kind == OPEN:
            asked = draft.question("ask-total", name=total.dimension, why=total.why)
            lines += [f"  {asked}", f"  # {draft.text('asked-total')}"]
            lines += [f"  {line}" for line in draft.candidates(("complete", "incomplete"))]
        else:
            lines.append(f"  # {draft.text('note-because', why=total.why)}")
        kind = total.kind
        if total.within is not None:
            kind = f'{{parts: {kind}, within: "{printed(total.within, draft.figures.numbers)}"}}'
        lines.append(f"  {total.dimension}: {kind}")
    return lines


def _axis_lines(key: str, draft: Draft) -> list[str]:
    """Return the lines that say what rows or columns mean."""
    lines, axes, are_measures = [], draft.axes[key], must_be_measures(draft, key)
    for axis in axes:
        if axis.dimension == OPEN and not are_measures:
            under = "-under" if axis.title else ""
            lines.append(draft.question(f"ask-{key}{under}", title=axis.title))
            lines.append(f"# Labels: {_on_one_line(some_of(axis.labels, 8))}")
            lines.append(f"# {draft.text('asked-why', why=axis.why)}")
            if key == "columns" and draft.outline.header_doubt:
                lines.append(f"# {draft.text('asked-header')}")
            if not axis.candidates or axis.is_period:
                lines.append(f"# {draft.text('asked-no-dimension')}")
            lines += draft.candidates(axis.candidates)
        lines += [
            f"# {draft.text('note-unmatched', label=label, name=axis.dimension)}"
            for label in axis.unmatched[:MOST_NOTED]
        ]
    if len(axes) == 1:
        [axis] = axes
        if axis.dimension is None:
            return lines
        if axis.dimension == MEASURE:
            return [*lines, f"{key}:", *_map_lines(axis.measures, draft)]
        if are_measures:
            return [*lines, f"{key}:", *_map_lines(((label, OPEN) for label in axis.labels), draft)]
        return [*lines, f"{key}: {axis.dimension}"]
    names = [OPEN if axis.dimension in (None, MEASURE) else str(axis.dimension) for axis in axes]
    return [*lines, f"{key}: [{', '.join(names)}]"]


def must_be_measures(draft: Draft, key: str) -> bool:
    """Return whether the labels of an open axis can only be measures: some have percentages."""
    first, *others = draft.axes[key]
    is_open = first.dimension == OPEN and not first.candidates and draft.figures.percentages
    return not others and is_open and _are_percentages_apart(draft.outline, key)


def _are_percentages_apart(outline: Outline, key: str) -> bool:
    """Return whether some rows (or columns) hold percentages only, and the others none."""
    lines = [[line[at] for at in outline.figure_columns] for line in outline.body]
    groups = lines if key == "rows" else [list(column) for column in zip(*lines, strict=True)]
    kinds = {frozenset(text.endswith("%") for text in group if is_figure(text)) for group in groups}
    return (
        kinds >= {frozenset({True}), frozenset({False})} and frozenset({True, False}) not in kinds
    )


def _map_lines(pairs: Iterable[tuple[str, str]], draft: Draft) -> list[str]:
    lines = []
    for label, name in pairs:
        if name == OPEN:
            lines.append(f"  {draft.question('ask-which-measure', label=label)}")
            lines += [f"  {line}" for line in draft.candidates(draft.of_label.get(label, ()))]
        lines.append(f"  {_quoted(label)}: {{measure: {name}}}")
    return lines


def _fixed_lines(draft: Draft) -> list[str]:
    if not draft.fixed:
        return []
    lines = []
    if OPEN in draft.fixed.values():
        lines.append(draft.question("ask-period"))
        names = ", ".join(draft.period_dimensions)
        lines.append(f"# {draft.text('asked-period-dimensions', names=names)}")
        lines += draft.candidates(draft.periods)
    inner = ", ".join(f"{name}: {_quoted(code)}" for name, code in draft.fixed.items())
    return [*lines, f"fixed: {{{inner}}}"]


def _measure_lines(draft: Draft) -> list[str]:
    figures = draft.figures
    if has_measures(draft):
        return []
    if figures.measure:
        because = draft.text("note-because", why=figures.why)
        return [f"# {because}", f"measure: {figures.measure}"]
    lines = [draft.question("ask-measure"), f"# {draft.text('asked-why', why=figures.why)}"]
    if not figures.candidates:
        lines.append(f"# {draft.text('asked-no-measure')}")
    return [*lines, *draft.candidates(figures.candidates), f"measure: {OPEN}"]


def has_measures(draft: Draft) -> bool:
    """Return whether rows or columns say themselves what is measured."""
    return any(
        [axis.dimension for axis in axes] == [MEASURE] or must_be_measures(draft, key)
        for key, axes in draft.axes.items()
    )


def _mark_lines(draft: Draft) -> list[str]:
    if not draft.figures.signs:
        return []
    lines = ["marks:"]
    for sign in draft.figures.signs:
        words = draft.outline.grid.where(*sign.first)[2]
        times = number_of(sign.count, "times")
        lines.append(f"  {draft.question('ask-sign', sign=sign.sign, times=times, place=words)}")
        if NUMBER_SIGN in sign.sign:
            lines.append(f"  # {draft.text('asked-note-mark', sign=_quoted(sign.sign))}")
        lines += [f"  {line}" for line in draft.candidates(draft.reasons)]
        lines.append(f"  {_quoted(sign.sign)}: {{reason: {OPEN}}}")
    return lines


def _hidden_lines(draft: Draft) -> list[str]:
    """Return the question whether what the source hides may be published."""
    if (what := draft.outline.grid.hidden) is None:
        return []
    question = draft.question("ask-hidden", what=what)
    return [question, f"# {draft.text('ask-hidden-rest')}", f"hidden: {OPEN}"]


def _quoted(text: str) -> str:
    """Return a text as a YAML scalar, quoted where it must be."""
    is_word = SAFE.fullmatch(text) and text.lower() not in ("null", "true", "false", "yes", "no")
    return text if is_word else json.dumps(text, ensure_ascii=False)


def _on_one_line(text: str) -> str:
    """Return a text for a comment: printable, on one line, of at most 1000 characters."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= 1000 else text[:999] + "…"
