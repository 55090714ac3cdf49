"""A chart as a file of its own: its style, its title, and below it where the figures are from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from publish.exports.charts.text import LINE, number, wrapped, xml
from publish.exports.description import DataSetDescription, SourceTable
from publish.exports.figure_text import one_line
from publish.exports.layouts.caption import key_line, source_text
from publish.exports.layouts.pivot import CrossTable
from publish.exports.words import words

MARGIN = 20
TITLE = 19
"""The size of the title."""
MOST_SOURCES = 3
"""Documents that are named."""
FONT = "Open Sans"
"""The font that PNG is drawn with."""

LIGHT = {
    "paper": "#fff",
    "ink": "#1c2430",
    "quiet": "#566173",
    "line": "#d5dbe3",
    "mark": "#a34705",
    "series": "#7d8998",
    "s1": "#0b4a6b",
    "s2": "#a34705",
    "s3": "#0f6b3a",
    "s4": "#7a3e9d",
    "s5": "#8a6d00",
    "s6": "#00707a",
    "s7": "#b0224f",
    "s8": "#4b5563",
}
"""The colours on white, as the style sheet of pages has them."""
DARK = {
    "paper": "#14181d",
    "ink": "#e6eaf0",
    "quiet": "#a7b1bf",
    "line": "#39424e",
    "mark": "#f2a365",
    "series": "#8894a4",
    "s1": "#8cc8ea",
    "s2": "#f2a365",
    "s3": "#7fd6a4",
    "s4": "#cfa5ea",
    "s5": "#e3c65a",
    "s6": "#66d3dc",
    "s7": "#ff9db8",
    "s8": "#b6c0cd",
}
"""The colours on a dark screen."""


@dataclass(frozen=True, kw_only=True)
class Credits:
    """What stands around a chart that is a file of its own."""

    subtitle: str
    """What holds for all figures."""
    lines: tuple[str, ...]
    """Notes, sources, licence and address."""


def credits_of(table: CrossTable) -> Credits:
    """Return what stands around the chart of a table."""
    description, language = table.description, table.view.language
    word = words(language)
    none = word["chart"]["none"]
    lines = [
        f"{none} {one_line(code.label[language])}: {one_line(code.missing[language])}"
        for code in table.missing
        if code.missing
    ]
    if description.derived_from:
        lines.append(f"{word['made']}: {word['chart']['sums']}.")
    lines += [f"{word['source']}: {text}" for text in _sources(description, language)]
    if description.licence:
        label = description.licence_label
        text = one_line(label[language]) if label else description.licence
        lines.append(f"{word['licence']}: {text}")
    lines.append(f"{word['data_set']}: {description.page}")
    return Credits(subtitle=key_line(table), lines=tuple(lines))


def _sources(description: DataSetDescription, language: str) -> Iterator[str]:
    """Yield the documents that print the figures, each with its table or the lines of several."""
    by_document: dict[str, list[SourceTable]] = {}
    for table in description.tables:
        by_document.setdefault(table.document, []).append(table)
    for tables in list(by_document.values())[:MOST_SOURCES]:
        if len(tables) == 1:
            yield source_text(tables[0], language)
            continue
        text = one_line(tables[0].document_title[language])
        found = ", ".join(dict.fromkeys(table.lines for table in tables if table.lines))
        lines = words(language)["table"]["lines"].format(lines=found)
        yield f"{text} ({lines})" if found else text


def sheet(
    body: str,
    *,
    width: int,
    height: float,
    language: str,
    title: str,
    description: str,
    credits: Credits,
    is_dark_too: bool,
) -> str:
    """Return a file in SVG with a drawing."""
    parts, y = [], float(MARGIN)

    def write(kind: str, text: str, line: float) -> None:
        nonlocal y
        y += line
        parts.append(f'<text class="{kind}" x="{MARGIN}" y="{number(y - 4)}">{xml(text)}</text>')

    for text in wrapped(title, width, most=3, size=TITLE, is_bold=True):
        write("heading", text, TITLE + 5)
    y += 4
    for text in wrapped(credits.subtitle, width, most=4):
        write("subtitle", text, LINE + 1)
    y += 14
    parts.append(f'<g transform="translate({MARGIN} {number(y)})">{body}</g>')
    y += height + 16
    for line in credits.lines:
        for text in wrapped(line, width, most=4, size=12):
            write("credit", text, LINE)
    y += MARGIN
    wide, high = width + 2 * MARGIN, number(y)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 {wide} {high}" '
        f'width="{wide}" height="{high}" role="graphics-document" xml:lang="{xml(language)}">'
        f"<title>{xml(title)}</title><desc>{xml(description)}</desc>"
        f"<style>{sheet_style(is_dark_too=is_dark_too)}</style>"
        f'<rect class="paper" width="{wide}" height="{high}"/>{"".join(parts)}</svg>\n'
    )


@cache
def chart_rules() -> str:
    """Return the rules of charts, in colours that the style sheet of a page names."""
    return resources.files("publish.exports.charts").joinpath("chart.css").read_text("utf-8")


@cache
def sheet_style(*, is_dark_too: bool) -> str:
    """Return the style of a file of its own: rules that need no style sheet, nor variables."""
    _, _, shared = chart_rules().partition("/* drawings */")
    font = f'svg{{font-family:"{FONT}",system-ui,sans-serif}}'
    light = font + _coloured(shared, LIGHT)
    if not is_dark_too:
        return light
    dark = _coloured(shared, DARK)
    return f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"


def _coloured(rules: str, colours: dict[str, str]) -> str:
    text = re.sub(r"var\(--([a-z0-9]+)\)", lambda found: colours[found[1]], rules)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};:,])\s*", r"\1", text).strip()
