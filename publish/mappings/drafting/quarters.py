"""Years and quarters that are printed apart, made one label.

A mapping reads a quarter from one label, as ``2022 K1``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from publish.faults.fault import phrase
from publish.mappings.drafting.outline import Outline, carried_on, is_quarter
from publish.mappings.drafting.years import FIRST, LAST, PERIOD_WORDS
from publish.ontology.periods import read_period
from publish.tables.grid import Decision


def join_quarters(outline: Outline) -> Outline:
    """Return an outline in which a year and a quarter that are printed apart are one label.

    The years may stand above the quarters, one year above all of them, or in a column beside them;
    the label becomes ``2022 K1``.
    """
    headers, figures = outline.headers, outline.figure_columns
    decisions = list(outline.decisions)
    for number in range(len(headers) - 1):
        years = carried_on([headers[number][at] for at in figures])
        quarters = [headers[number + 1][at] for at in figures]
        if all(map(_is_year, years)) and _are_quarters(quarters, outline):
            for at, year, quarter in zip(figures, years, quarters, strict=True):
                headers[number + 1][at] = _quarter(year, quarter)
            del headers[number]
            decisions.append(_joined("quarter-headers-joined"))
            break
    else:
        fixed = [text for text in outline.common_titles if _is_year(text)]
        quarters = [headers[-1][at] for at in figures]
        if len(fixed) == 1 and _are_quarters(quarters, outline):
            for at in figures:
                headers[-1][at] = _quarter(fixed[0], headers[-1][at])
            outline.common_titles.remove(fixed[0])
            decisions.append(_joined("year-with-each-quarter"))
    label_columns = outline.label_columns
    body, columns, doubts = outline.body, list(outline.columns), outline.label_doubts
    for at in range(label_columns - 1):
        pairs = [(line[at], line[at + 1]) for line in body]
        quarters = list(dict.fromkeys(two for _, two in pairs))
        if all(_is_year(one) for one, _ in pairs) and _are_quarters(quarters, outline):
            for line in body:
                line[at : at + 2] = [_quarter(line[at], line[at + 1])]
            for header in headers:
                header[at : at + 2] = ["kwartaal" if header[at] or header[at + 1] else ""]
            del columns[at + 1]
            label_columns -= 1
            figures = [place - 1 for place in figures]
            doubts = {place - (place > at): why for place, why in doubts.items()}
            decisions.append(_joined("quarter-columns-joined"))
            break
    return replace(
        outline,
        label_columns=label_columns,
        figure_columns=figures,
        columns=columns,
        decisions=decisions,
        label_doubts=doubts,
    )


def _are_quarters(texts: list[str], outline: Outline) -> bool:
    """Return whether texts are quarters; 1 and 2 alone can be anything."""
    words = " ".join([*outline.above, *outline.corners])
    told = not all(map(str.isdigit, texts)) or {"1", "2", "3", "4"} <= {*texts}
    return all(map(is_quarter, texts)) and (told or PERIOD_WORDS.search(words) is not None)


def _joined(name: str) -> Decision:
    what, why = phrase("the-quarters"), phrase("quarters-of-years")
    return Decision(what=what, decided=phrase(name), why=why)


def _is_year(text: str) -> bool:
    return read_period("jaar", text) is not None and FIRST <= int(text) <= LAST


def _quarter(year: str, quarter: str) -> str:
    """Return a year with a quarter as one label."""
    return f"{year} K{re.sub('[^1-4]', '', quarter)}"
