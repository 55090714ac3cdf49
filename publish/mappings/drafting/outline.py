"""Where in a grid the table stands: titles above it, header rows, label columns, notes below it.

Rows with figures make the body. Above it stand the header rows, in which a title may be printed
once above its columns. What cannot be a table of the project is a fault.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from publish.faults.fault import Fault, Words, number_of, phrase
from publish.mappings.drafting.groups import Filled, fill_groups
from publish.mappings.drafting.years import PERIOD_WORDS
from publish.ontology.periods import KINDS, read_period
from publish.tables.foreign_numbers import is_figure
from publish.tables.grid import CERTAIN, Decision, Grid
from publish.tables.records import SOURCE_LINE

LONGEST_SIGN = 12
"""Characters of a sign for a figure that is not shown; what is longer is text."""
OTHER_PERIOD = re.compile(
    r"(?:1[89]|20)[0-9]{2}[-/](?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/](?:1[89]|20)[0-9]{2}"
    r"|(?:jan|feb|mar|mrt|apr|may|mei|jun|jul|aug|sep|oct|okt|nov|dec)[-/ .]+[0-9]{2}(?:[0-9]{2})?"
    r"|(?:1[89]|20)[0-9]{2} ?[-–/] ?(?:1[89]|20)?[0-9]{2}",
    re.IGNORECASE,
)
"""A month of a year or a school year as tables print it, which is a label and no sign."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A table in the project's form, and what stood around it."""

    grid: Grid
    headers: list[list[str]]
    """The header rows, each as long as the rows."""
    body: list[list[str]]
    body_rows: list[int]
    """The row of the grid of each row of the body."""
    label_columns: int
    figure_columns: list[int]
    """The columns with figures, without the source line."""
    columns: list[int]
    """The column of the grid of each column."""
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    common_titles: list[str] = field(default_factory=list)
    """Titles that stand above all columns with figures alike, which tell no columns apart."""
    decisions: list[Decision] = field(default_factory=list)
    """What was decided about the form of the table."""
    header_doubt: Words | None = None
    """Why the last header row may be a row of figures, or none."""
    label_doubts: dict[int, Words] = field(default_factory=dict)
    """Per label column what cannot be told of its empty cells."""

    @property
    def corners(self) -> list[str]:
        """What stands above each label column."""
        return [
            " ".join(dict.fromkeys(header[at] for header in self.headers if header[at]))
            for at in range(self.label_columns)
        ]

    @property
    def header_labels(self) -> list[list[str]]:
        """Per header row the label of each column with figures.

        In all rows but the last, a title printed once stands for the columns after it too.
        """
        rows = [[header[at] for at in self.figure_columns] for header in self.headers]
        return [*map(carried_on, rows[:-1]), rows[-1]]


NOTE_MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾*†‡ "
"""What marks a note behind a label, a raised digit above all."""


def is_period(text: str) -> bool:
    """Return whether a text is a quarter, a year or a day, as a header may have it."""
    if re.fullmatch("[0-9]{4}", text):
        return "1800" <= text <= "2100"
    return any(read_period(kind, text) is not None for kind in KINDS)


def is_sign(text: str) -> bool:
    """Return whether a text may be a sign for a figure: no number, and not a word."""
    return (
        0 < len(text) <= LONGEST_SIGN
        and not is_figure(text)
        and re.search("[A-Za-z]{4}", text) is None
        and OTHER_PERIOD.fullmatch(text) is None
    )


def find_table(grid: Grid, faults: list[Fault]) -> Outline | None:
    """Return the outline of a grid, or None with the reasons in ``faults``."""
    rows = grid.rows
    source = _source_column(rows)
    columns = _used_columns(rows)
    width = len(columns)
    cells = rows if width == len(rows[0]) else [[row[at] for at in columns] for row in rows]
    values = [at for at in range(1, width) if columns[at] != source]
    first, header_doubt = _first_of_body(cells, values)
    if first is None or not values:
        faults.append(grid.fault("no-figures", 0, 0))
        return None
    last = _last_of_body(cells, values, first)
    top = _first_header(cells, values, first)
    body = [number for number in range(first, last + 1) if any(cells[number])]
    label_columns = _label_columns([cells[number] for number in body], cells[top:first], values)
    figures = [at for at in values if at >= label_columns]
    if not figures:
        faults.append(grid.fault("no-figures", 0, 0))
        return None
    if misplaced := _misplaced(grid, cells, body, columns, label_columns, figures):
        faults.extend(misplaced)
        return None
    above = [text for number in range(top) for text in cells[number] if text]
    below = [text for number in range(last + 1, len(cells)) for text in cells[number] if text]
    header_rows = [number for number in range(top, first) if any(cells[number])]
    headers = [list(cells[number]) for number in header_rows]
    for number, (upper, lower) in zip(header_rows[1:], itertools.pairwise(headers), strict=True):
        _fill_down(grid, upper, lower, number, columns)
    lines = [list(cells[number]) for number in body]
    decisions = [_remark(remark) for remark in grid.remarks]
    decisions += [*grid.decisions, *_left_out(top, len(cells) - last - 1, above, below)]
    filled = fill_groups(lines, label_columns, figures)
    decisions += _about_labels(filled)
    label_doubts = {}
    for at, numbers in filled.doubts.items():
        *_, where = grid.where(body[numbers[0]], columns[at])
        others = " ".join(lines[numbers[0]][at + 1 : label_columns])
        label_doubts[at] = phrase("label-of-either", cell=where, label=others)
    common = [] if header_doubt else _take_common_titles(headers, figures)
    above += [text for text in common if not is_period(text)]
    return Outline(
        grid=grid,
        headers=headers or [[""] * width],
        body=lines,
        body_rows=body,
        label_columns=label_columns,
        figure_columns=figures,
        columns=columns,
        above=above,
        below=below,
        common_titles=common,
        decisions=decisions,
        header_doubt=header_doubt,
        label_doubts=label_doubts,
    )


def _remark(remark: Words) -> Decision:
    """Return what was found out while reading as a decision."""
    return Decision(what=phrase("the-cells"), decided=remark, why=phrase("as-shown"), sure=CERTAIN)


def _left_out(top: int, after: int, above: list[str], below: list[str]) -> Iterator[Decision]:
    """Yield which lines above and below the table are not part of it."""
    for what, texts, count, use in (
        ("lines-above", above, top, "as-title"),
        ("lines-below", below, after, "as-notes"),
    ):
        if texts:
            decided = number_of(count, "lines") + " " + phrase(use)
            why = phrase("lines-without-figures", text=texts[0])
            yield Decision(what=phrase(what), decided=decided, why=why)


def _about_labels(filled: Filled) -> Iterator[Decision]:
    """Yield what was done with labels that are printed once."""
    what = phrase("empty-labels")
    if filled.repeated:
        decided = phrase("label-repeated", cells=number_of(filled.repeated, "cells"))
        yield Decision(what=what, decided=decided, why=phrase("label-printed-once"))
    if filled.totals:
        decided = phrase("label-of-total", rows=number_of(len(filled.totals), "rows"))
        yield Decision(what=what, decided=decided, why=phrase("row-is-sum"))


def _used_columns(rows: list[list[str]]) -> list[int]:
    """Return the columns that hold anything, and an empty one before figures that have no label."""
    columns = [at for at in range(len(rows[0])) if any(row[at] for row in rows)]
    first = columns[0]
    texts = [row[first] for row in rows if sum(map(is_figure, row)) > 1]
    if first and texts and all(is_figure(text) and not is_period(text) for text in texts):
        return [first - 1, *columns]
    return columns


def _source_column(rows: list[list[str]]) -> int | None:
    """Return the column with the lines of the source, which `publish extract` writes."""
    return next((len(row) - 1 for row in rows if row and row[-1] == SOURCE_LINE), None)


def _first_of_body(cells: list[list[str]], values: list[int]) -> tuple[int | None, Words | None]:
    """Return the first row with figures, and why the row above it may be one too, if it may.

    A row of periods is a header, and so is a first row of codes in digits.
    """
    of_periods, doubt = None, None
    for number, row in enumerate(cells):
        texts = [row[at] for at in values if row[at]]
        if not any(is_figure(text) for text in texts):
            continue
        # Below a whole header row, years are figures that happen to look like years.
        of_years = all(is_period(text) for text in texts if is_figure(text))
        above, below = cells[:number], cells[number + 1 :]
        if of_years and not _is_headed(above, row, below, values):
            of_periods = number if of_periods is None else of_periods
            doubt = doubt or _header_doubt(above, row, below, values)
            continue
        if of_periods is None and below and _is_of_codes(above, row, texts, values):
            of_periods, doubt = number, _either(row)
            continue
        # Signs may stand for all figures of the rows before.
        beside = [at for at in values if is_figure(row[at])]
        while number and _is_of_signs(cells[:number], values, beside):
            number -= 1
        return number, doubt
    if of_periods is None or of_periods + 1 >= len(cells):
        return None, None
    found = any(cells[of_periods + 1][at] for at in values)
    return (of_periods + 1, doubt) if found else (None, None)


def _is_headed(
    above: list[list[str]], row: list[str], below: list[list[str]], values: list[int]
) -> bool:
    """Return whether a row above has periods alone, or a title of its own for every cell.

    It is headed too when it begins with a period, as all rows below it do.
    """
    labels = [line[0] for line in (row, *below) if any(line[1:])]
    is_series = len(labels) > 1 and all(map(is_period, labels))
    if is_series and any(header[at] for header in above for at in values):
        return True
    for header in above:
        texts = [header[at] for at in values if header[at]]
        if texts and all(map(is_period, texts)):
            return True
        titles = [header[at] for at in values if row[at]]
        own_titles = all(titles) and len(set(titles)) == len(titles)
        if row[0] and own_titles and not PERIOD_WORDS.search(row[0]):
            years = {row[at] for at in values if row[at]}
            return len(titles) == 1 or len(years) > 1
    return False


def _header_doubt(
    above: list[list[str]], row: list[str], below: list[list[str]], values: list[int]
) -> Words | None:
    """Return why a row of years may be one of figures: a label, and nothing tells them apart."""
    if not row[0] or PERIOD_WORDS.search(row[0]):
        return None
    headed = any(all(header[at] for at in values if row[at]) for header in above)
    figures = (text for line in below for at in values if is_figure(text := line[at]))
    alike = next((False for text in figures if not is_period(text)), bool(below))
    return _either(row) if alike or (headed and len({row[at] for at in values}) == 1) else None


def _is_of_codes(
    above: list[list[str]], row: list[str], texts: list[str], values: list[int]
) -> bool:
    """Return whether a row may be one of codes in digits: below no header, or below groups."""
    headed = [at for at in values if any(header[at] for header in above)]
    is_grouped = not row[0] and 0 < len(headed) < len(texts)
    if (headed and not is_grouped) or len(set(texts)) < 2:
        return False
    are_own = len(set(texts)) == len(texts) or is_grouped
    alike = are_own and len(set(map(len, texts))) == 1
    return alike and all(re.fullmatch("[0-9]{3,8}", text) for text in texts)


def _either(row: list[str]) -> Words:
    return phrase("header-or-figures", row=" ".join(text for text in row if text)[:80])


def _is_of_signs(above: list[list[str]], values: list[int], beside: list[int]) -> bool:
    """Return whether the last row has signs where the next has figures, and no period anywhere.

    Without a header above it, ranges that all differ are heads, such as 0-17 beside 18-64.
    """
    *headers, row = above
    texts = [row[at] for at in beside if row[at]]
    if not row[0] or not texts or any(is_period(row[at].rstrip(NOTE_MARKS)) for at in values):
        return False
    is_headed = any(header[at] for header in headers for at in values)
    are_own = len(texts) > 1 and len(set(texts)) == len(texts)
    if are_own and not is_headed and all(re.search("[0-9]", text) for text in texts):
        return False
    return all(map(is_sign, texts)) and re.search("[A-Z]", "".join(texts)) is None


def _last_of_body(cells: list[list[str]], values: list[int], first: int) -> int:
    """Return the last row with figures or signs."""
    for number in range(len(cells) - 1, first, -1):
        if any(is_figure(cells[number][at]) or is_sign(cells[number][at]) for at in values):
            return number
    return first


def _first_header(cells: list[list[str]], values: list[int], first: int) -> int:
    """Return the first of the header rows above the body; an empty row ends them."""
    top = first
    while top and not any(cells[top - 1]) and top == first and top > 1:
        first = top = top - 1
    while top and any(cells[top - 1][at] for at in values):
        top -= 1
    return top


def _label_columns(body: list[list[str]], headers: list[list[str]], values: list[int]) -> int:
    """Return how many leading columns hold labels: at least one."""
    count = 1
    while count < len(body[0]) - 1 and count in values:
        texts = Counter(row[count] for row in body if row[count])
        above = [header[count] for header in headers]
        titles = " ".join(text for text in above if not is_period(text) and not is_quarter(text))
        words = sum(times for t, times in texts.items() if not (is_figure(t) or is_sign(t)))
        periods = bool(texts) and all(is_period(text) for text in texts)
        beside = [any(header[at] for header in headers) for at in values if at > count]
        named = PERIOD_WORDS.search(titles) is not None or (all(beside) and not any(above))
        quarters = periods and not all(is_figure(text) for text in texts)
        of_quarter = bool(texts) and named and all(is_quarter(text) for text in texts)
        # Short codes, as M and V, look like signs: a column without any figure may hold them.
        of_codes = len(texts) > 1 and not any(map(is_figure, texts)) and not any(
            map(is_period, above)
        ) and all(text[0].isalpha() for text in texts)  # fmt: skip
        mostly = words * 2 > texts.total()
        if not (mostly or of_codes or (periods and named) or quarters or of_quarter):
            break
        count += 1
    return count


def is_quarter(text: str) -> bool:
    """Return whether a text is a quarter without its year."""
    return re.fullmatch(r"[KQT]?[1-4]|[1-4]e kwartaal", text, re.IGNORECASE) is not None


def _misplaced(
    grid: Grid,
    cells: list[list[str]],
    body: list[int],
    columns: list[int],
    label_columns: int,
    figures: list[int],
) -> list[Fault]:
    """Return what cannot stand among figures: merged cells, dates, rows with a label alone."""
    found = []
    for number in body:
        for at in figures if grid.dates or grid.merged else ():
            column = columns[at]
            if (number, column) in grid.dates:
                text = cells[number][at]
                found.append(grid.fault("date-in-figures", number, column, text=text))
            if grid.merged_at(number, column) == (number, column):
                found.append(grid.fault("merged-cells", number, column))
        if not any(cells[number][at] for at in figures):
            label = next(text for text in cells[number] if text)
            found.append(grid.fault("label-without-figures", number, columns[0], label=label))
        elif not any(cells[number][:label_columns]) and len(body) > 1 and label_columns == 1:
            found.append(grid.fault("row-without-label", number, columns[0]))
    return found


def _fill_down(
    grid: Grid, upper: list[str], lower: list[str], number: int, columns: list[int]
) -> None:
    """Write in a lower header row what is printed above it in cells merged downwards."""
    for at, column in enumerate(columns):
        first = grid.merged_at(number, column)
        is_merged = first[0] < number if first is not None else not grid.merged
        if not lower[at] and is_merged:
            lower[at] = upper[at]


def carried_on(titles: list[str]) -> list[str]:
    """Return titles with each empty one as the one before it."""
    last = ""
    return [last := title or last for title in titles]


def _take_common_titles(headers: list[list[str]], figures: list[int]) -> list[str]:
    """Take away header rows that say the same above every column, and return what they say."""
    taken = []
    for header in list(headers):
        texts = {header[at] for at in figures if header[at]}
        whole = header[figures[0]] and len(texts) == 1
        if whole and len(headers) > 1 and len(figures) > 1:
            headers.remove(header)
            taken += sorted(texts)
    return taken
