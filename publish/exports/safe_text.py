"""Texts of cells that no spreadsheet takes for a formula.

Whoever opens a CSV file lets the program guess what each cell is, and a text that begins with one
of five signs is run as a formula, which can call other programs and fetch addresses. Such a text
gets an apostrophe before it, as OWASP advises under "CSV injection". It gets one too behind a
separator within it, since a program that splits the file at another sign than ours begins a cell
there. Numbers stay as they are, and so do signs that stand alone, as the dash of many tables.
"""

from __future__ import annotations

import re

_SIGNS = "=+@＝＋－＠-"
"""What begins a formula; some programs take the wide forms for the others."""
UNSAFE_START = rf"^(\s*[{_SIGNS}]|[\t\r\n])"
"""Matches a text that may be run, in the syntax of both Python and DuckDB."""
HARMLESS = rf"^([+-]?[0-9][0-9.,   ]*( ?%)?|[{_SIGNS}]+( \[[0-9]+\])*)$"
"""Matches those among them that are a number, or only signs with marks of notes."""
UNSAFE_INSIDE = rf"""([,;|\t\r\n]"*)([{_SIGNS}]+[^\s{_SIGNS}])"""
"""Matches what may be run when a text is split at a separator within it."""
_UNSAFE_START, _HARMLESS = re.compile(UNSAFE_START), re.compile(HARMLESS)
_UNSAFE_INSIDE = re.compile(UNSAFE_INSIDE)


def safe_text(text: str) -> str:
    """Return a text as a cell of a CSV file may hold it."""
    if _UNSAFE_INSIDE.search(text):
        text = _UNSAFE_INSIDE.sub(r"\1'\2", text)
    if _UNSAFE_START.match(text) and not _HARMLESS.match(text):
        return f"'{text}"
    return text


def safe_text_sql(expression: str) -> str:
    """Return SQL that does to a text in DuckDB what ``safe_text`` does."""

    def quoted(pattern: str) -> str:
        return "'" + pattern.replace("'", "''") + "'"

    inside = (
        f"regexp_replace({expression}, {quoted(UNSAFE_INSIDE)}, {quoted(chr(92) + '1')} || '''' "
        f"|| {quoted(chr(92) + '2')}, 'g')"
    )
    # A lambda names what would else stand there four times, each with patterns to be compiled.
    return (
        f"list_transform([{inside}], lambda safe: CASE WHEN "
        f"regexp_matches(safe, {quoted(UNSAFE_START)}) AND NOT "
        f"regexp_matches(safe, {quoted(HARMLESS)}) THEN '''' || safe ELSE safe END)[1]"
    )
