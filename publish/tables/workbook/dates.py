"""Writes a date or a time of a worksheet as its cell's format shows it, as a period.

With year, month and day it is that day, however they are ordered; with the year alone a year; a
month is as printed. Of what no period is shown, nothing is returned. ISO/IEC 29500-1, 18.8.31.
"""

from __future__ import annotations

from datetime import date, datetime, time

from publish.ontology.periods import MONTHS
from publish.tables.foreign_numbers import is_figure
from publish.tables.grid import cleaned
from publish.tables.workbook.formats import Section, sections_of_numbers

SHORT_MONTHS = {
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
LANGUAGES = {0x13: "nl", 0x09: "en"}
"""Languages by the last byte of their Windows locale."""
GREGORIAN = 2
"""Calendars up to this number, in the third byte of a locale, have our years."""
FIRST_DATE = "1900-03-01"
"""Programs differ in what they show of an earlier date."""


def shown_date(value: date, number_format: str) -> str | None:
    """Return a date as the period that a format shows, or None when that cannot be told.

    With day, month and year it is a day, with the year alone a year; a month is as printed.
    """
    section = sections_of_numbers(number_format)[0]
    if not section.is_clear or section.condition or not number_format:
        return None
    locale = int(section.locale or "409", 16)
    fields = _fields(section)
    if fields is None or locale >> 16 & 0xFF > GREGORIAN or value.isoformat() < FIRST_DATE:
        return None
    shown = {field[0] for field in fields if field}
    if {"y", "m", "d"} <= shown:
        has_time = "h" in shown and isinstance(value, datetime) and value.time() != time()
        return value.strftime("%Y-%m-%d %H:%M" if has_time else "%Y-%m-%d")
    if shown not in ({"y"}, {"y", "m"}, {"m"}, {"m", "d"}) and section.tokens:
        return None
    month = f"{value.year:04}-{value.month:02}" if shown == {"y", "m"} else None
    language = LANGUAGES.get(locale & 0xFF)
    if language is None and any(field[:3] == "mmm" for field in fields):
        return month  # the names of months in other languages are not known here
    text = cleaned(
        "".join(
            _date_part(value, field, language or "en") if field else literal
            for field, (_, literal) in zip(fields, section.tokens, strict=True)
        )
    )
    if shown == {"y"} and text.isdecimal():
        return f"{value.year:04}"
    return month if is_figure(text) else text  # 202301 is no number, and 01 no period


def shown_time(value: time, number_format: str) -> str | None:
    """Return a time of day as hours and minutes, or None when a format shows more or less."""
    section = sections_of_numbers(number_format)[0]
    letters = {text[0].lower() for kind, text in section.tokens if kind == "letters"}
    is_time = section.is_clear and not section.condition and letters <= set("hms")
    is_whole = "h" in letters and value.second == value.microsecond == 0
    is_shown = is_time and is_whole and ("m" in letters or value.minute == 0)
    return value.strftime("%H:%M") if is_shown else None


def _fields(section: Section) -> list[str] | None:
    """Return the letters y, m, d of each token, w of a weekday, h of a time, none of a literal.

    None when there are others. Minutes are an m beside hours or seconds.
    """
    fields: list[str] = []
    letters = [text.lower() for kind, text in section.tokens if kind in ("letters", "clock")]
    around = zip(["", *letters], [*letters[1:], ""], strict=False)
    for kind, text in section.tokens:
        field = text.lower()
        if kind in ("letters", "clock"):
            before, after = next(around)
            is_minute = field[0] == "m" and (before[:1] == "h" or after[:1] == "s")
            if kind == "clock" or is_minute or field[0] in "hs":
                field = "h"
            elif field[0] not in "ymd" or len(field) > 4:
                return None
            fields.append("w" if field in ("ddd", "dddd") else field)
        elif kind == "literal" or (kind == "digits" and not text.strip(".,/")):
            fields.append("")
        elif kind == "digits" and text.strip("0") == "." and "h" in fields:
            fields.append("")  # parts of a second
        else:
            return None
    return fields


def _date_part(value: date, field: str, language: str) -> str:
    """Return the year, month or day of a date as the letters of a format show it."""
    if field[0] == "y":
        return f"{value.year:04}"[-2 if len(field) < 3 else 0 :]
    if field[0] == "m" and len(field) > 2:
        names = SHORT_MONTHS if len(field) == 3 else MONTHS
        return names[language].split()[value.month - 1]
    number = value.month if field[0] == "m" else value.day
    return f"{number:0{len(field)}}"
