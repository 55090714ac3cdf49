"""Years and quarters that a table prints apart, made one label.

A mapping reads a quarter from one label. In comes an outline with years above quarters, with one
year above all of them, or with both in columns of their own; out comes one with ``2022 K1``.
"""

from __future__ import annotations

import re

from publish.faults.fault import phrase
from publish.mappings.drafting.outline import Outline, is_quarter
from publish.ontology.periods import read_period


def join_quarters(outline: Outline) -> Outline:
    """Return the outline with years and quarters that stand apart made one label."""
    headers, figures = outline.headers, outline.figure_columns
    remarks = list(outline.remarks)
    for number in range(len(headers) - 1):
        years, title = [], ""
        for at in figures:
            title = headers[number][at] or title
            years.append(title)
        quarters = [headers[number + 1][at] for at in figures]
        if all(map(_is_year, years)) and all(map(is_quarter, quarters)):
            for at, year, quarter in zip(figures, years, quarters, strict=True):
                headers[number + 1][at] = _quarter(year, quarter)
            del headers[number]
            remarks.append(phrase("quarter-headers-joined"))
            break
    else:
        fixed = [text for text in outline.everywhere if _is_year(text)]
        quarters = [headers[-1][at] for at in figures]
        if len(fixed) == 1 and all(map(is_quarter, quarters)):
            for at in figures:
                headers[-1][at] = _quarter(fixed[0], headers[-1][at])
            outline.everywhere.remove(fixed[0])
            remarks.append(phrase("year-with-each-quarter"))
    label_columns = outline.label_columns
    body, columns = outline.body, list(outline.columns)
    for at in range(label_columns - 1):
        pairs = [(line[at], line[at + 1]) for line in body]
        if all(_is_year(one) and is_quarter(two) for one, two in pairs):
            for line in body:
                line[at : at + 2] = [_quarter(line[at], line[at + 1])]
            for header in headers:
                header[at : at + 2] = ["kwartaal" if header[at] or header[at + 1] else ""]
            del columns[at + 1]
            label_columns -= 1
            figures = [place - 1 for place in figures]
            remarks.append(phrase("quarter-columns-joined"))
            break
    return Outline(
        grid=outline.grid,
        headers=headers,
        body=body,
        at=outline.at,
        label_columns=label_columns,
        figure_columns=figures,
        columns=columns,
        above=outline.above,
        below=outline.below,
        everywhere=outline.everywhere,
        remarks=remarks,
    )


def _is_year(text: str) -> bool:
    return read_period("jaar", text) is not None


def _quarter(year: str, quarter: str) -> str:
    """Return a year with a quarter as one label."""
    return f"{year} K{re.sub('[^1-4]', '', quarter)}"
