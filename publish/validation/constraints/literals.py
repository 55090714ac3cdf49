"""Literals: which are ill-typed, and which have equal values.

A literal is ill-typed when its text is not in the lexical space of its datatype, and then a graph
with it is inconsistent (RDF Semantics 7.1; IC-0 of RDF Data Cube). In RDF white space around a
value is no part of any number or date. Values are equal when ``=`` of SPARQL says so.
https://www.w3.org/TR/xmlschema11-2/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
import pyoxigraph as ox

from publish.rdf.namespaces import XSD
from publish.rdf.terms import Term

_XSD = str(XSD)

_ZONE = r"(?P<zone>Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR, _MONTH, _DAY = (
    r"(?P<year>-?(?:[1-9]\d{3,}|0\d{3}))",
    r"(?P<month>0[1-9]|1[0-2])",
    r"(?P<day>0[1-9]|[12]\d|3[01])",
)
_TIME = (
    r"(?:(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d(?:\.\d+)?)"
    r"|(?P<midnight>24:00:00(?:\.0+)?))"
)
_DATE = f"{_YEAR}-{_MONTH}-{_DAY}"
_WHOLE, _DECIMAL = r"[+-]?\d+", r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_FLOAT = rf"{_DECIMAL}(?:[eE][+-]?\d+)?|[+-]?INF|NaN"
_DAYS = r"(?:(?P<days>\d+)D)?"
_MONTHS = r"(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?"
_SECONDS = r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
_BASE_64 = r"[A-Za-z0-9+/] ?"
_NAME = r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
_NAME += r"\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_REST = rf"{_NAME}\-.0-9\u00b7\u0300-\u036f\u203f\u2040"

BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    **{
        name: (-(1 << bits - 1), (1 << bits - 1) - 1)
        for name, bits in (("long", 64), ("int", 32), ("short", 16), ("byte", 8))
    },
    **{
        f"unsigned{name}": (0, (1 << bits) - 1)
        for name, bits in (("Long", 64), ("Int", 32), ("Short", 16), ("Byte", 8))
    },
}
"""The least and the greatest value of each datatype of whole numbers."""

_SPACES = {
    **dict.fromkeys(BOUNDS, _WHOLE),
    "decimal": _DECIMAL,
    "double": _FLOAT,
    "float": _FLOAT,
    "boolean": "true|false|1|0",
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
    "dateTimeStamp": f"{_DATE}T{_TIME}{_ZONE.removesuffix('?')}",
    "date": _DATE + _ZONE,
    "time": _TIME + _ZONE,
    "gYear": _YEAR + _ZONE,
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
    "gMonth": f"--{_MONTH}{_ZONE}",
    "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}",
    "gDay": f"---{_DAY}{_ZONE}",
    "duration": rf"(?P<minus>-)?P(?=[\dT]){_MONTHS}{_DAYS}{_SECONDS}(?<=[YMDHS])",
    "dayTimeDuration": rf"(?P<minus>-)?P(?=[\dT]){_DAYS}{_SECONDS}(?<=[DHMS])",
    "yearMonthDuration": rf"(?P<minus>-)?P(?=\d){_MONTHS}",
    "hexBinary": "(?:[0-9A-Fa-f]{2})*",
    "base64Binary": f"(?:(?:{_BASE_64}){{4}})*(?:(?:{_BASE_64}){{3}}[A-Za-z0-9+/]"
    f"|(?:{_BASE_64}){{2}}[AEIMQUYcgkosw048] ?=|{_BASE_64}[AQgw] ?= ?=)?",
    "language": "[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    "Name": f"[:{_NAME}][:{_REST}]*",
    "NCName": f"[{_NAME}][{_REST}]*",
    "NMTOKEN": f"[:{_REST}]+",
}
_PATTERNS = {name: re.compile(space, re.ASCII) for name, space in _SPACES.items()}
_NUMBERS = (*BOUNDS, "decimal")
_MOMENTS = (
    "dateTimeStamp",
    "dateTime",
    "date",
    "time",
    "gYear",
    "gYearMonth",
    "gMonth",
    "gMonthDay",
    "gDay",
)

LONGEST_EXACT = 40
"""Characters of a date or a duration that is compared by its value; more lose digits."""

EXAMPLES = {
    "decimal": "1.5", "double": "1.5E0", "float": "1.5E0", "boolean": "true",
    "dateTime": "2022-01-31T12:00:00", "dateTimeStamp": "2022-01-31T12:00:00Z",
    "date": "2022-01-31", "time": "12:00:00", "gYear": "2022", "gYearMonth": "2022-01",
    "gMonth": "--01", "gMonthDay": "--01-31", "gDay": "---31", "duration": "P1Y2M",
    "dayTimeDuration": "P1DT2H", "yearMonthDuration": "P1Y2M", "hexBinary": "0FB7",
    "base64Binary": "AAAA", "language": "nl-BE", "normalizedString": "a text", "token": "a text",
    "Name": "a:b", "NCName": "a", "NMTOKEN": "1a",
    **{name: "-1" if bounds[1] in (0, -1) else "1" for name, bounds in BOUNDS.items()},
}  # fmt: skip
"""A literal of each datatype that is judged."""


def judge_of(datatype: str) -> Callable[[str], bool] | None:
    """Return what tells whether a text is in the lexical space of a datatype; None if unknown."""
    name = datatype.removeprefix(_XSD)
    pattern = _PATTERNS.get(name) if name != datatype else None
    if pattern is None:
        return None
    if name in BOUNDS and BOUNDS[name] != (None, None):
        least, most = BOUNDS[name]
        return lambda text: bool(pattern.fullmatch(text)) and _within(text, least, most)
    if "(?P<day>" in pattern.pattern:
        return lambda text: (found := pattern.fullmatch(text)) is not None and _has_day(found)
    return lambda text: pattern.fullmatch(text) is not None


def _within(text: str, least: int | None, most: int | None) -> bool:
    """Return whether a whole number lies between bounds, of which one at least is small."""
    sign, digits = text[0] == "-", text.lstrip("+-").lstrip("0")
    # Python reads no number of thousands of digits, and the bounds have twenty.
    number = int(digits[:30] or "0") * (-1 if sign else 1)
    return (least is None or number >= least) and (most is None or number <= most)


def _has_day(found: re.Match[str]) -> bool:
    """Return whether the month of a date has its day."""
    parts = found.groupdict()
    year, month = int(parts.get("year", "2000")[-4:]), int(parts.get("month", "1"))
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return int(parts["day"]) <= days[month - 1]


def ill_typed(terms: Sequence[Term]) -> list[int]:
    """Return the places of the terms that are ill-typed literals; each is looked at once."""
    judges = dict[str, Callable[[str], bool] | None]()
    found = []
    for number, term in enumerate(terms):
        if isinstance(term, ox.Literal):
            datatype = term.datatype.value
            if datatype not in judges:
                judges[datatype] = judge_of(datatype)
            judge = judges[datatype]
            if judge is not None and not judge(term.value):
                found.append(number)
    return found


def value_of(term: Term) -> object:
    """Return what is equal for two terms whose values are equal in SPARQL."""
    if not isinstance(term, ox.Literal):
        return term
    name, text = term.datatype.value.removeprefix(_XSD), term.value
    pattern = _PATTERNS.get(name)
    found = pattern.fullmatch(text) if pattern else None
    if found is None:
        return term
    if name in _NUMBERS:
        return Decimal(text)
    if name in ("double", "float"):
        return _float_of(term, name)
    if name == "boolean":
        return "boolean", text in ("true", "1")
    if len(text) > LONGEST_EXACT:
        return term
    if name.lower().endswith("duration"):
        return "duration", *_duration_of(found.groupdict())
    if name in _MOMENTS:
        return name.removesuffix("Stamp"), *_moment_of(found.groupdict())
    return term


def _float_of(term: ox.Literal, name: str) -> object:
    """Return the number that a literal of floating point stands for exactly; NaN as it is."""
    number = float(term.value)
    if name == "float":
        with np.errstate(over="ignore"):
            return term if number != number else Decimal(float(np.float32(number)))
    return term if number != number else Decimal(repr(number))


def _duration_of(parts: dict[str, str | None]) -> tuple[int, Decimal]:
    """Return months and seconds."""
    number = {key: Decimal(text or 0) for key, text in parts.items() if key != "minus"}
    get = number.get
    zero = Decimal(0)
    months = get("years", zero) * 12 + get("months", zero)
    hours = get("days", zero) * 24 + get("hours", zero)
    seconds = (hours * 60 + get("minutes", zero)) * 60 + get("seconds", zero)
    sign = -1 if parts.get("minus") else 1
    return int(months) * sign, seconds * sign


def _moment_of(parts: dict[str, str | None]) -> tuple[bool, Decimal]:
    """Return whether a moment has a time zone, and its seconds from a beginning of their own."""
    year, month, day = (
        int(parts.get(name) or usual)
        for name, usual in (("year", "1972"), ("month", "1"), ("day", "1"))
    )
    # Days since the first of March of the year 0, which ends in the day of leap years.
    after, ahead = year - (month <= 2), (month + 9) % 12
    days = 365 * after + after // 4 - after // 100 + after // 400 + (153 * ahead + 2) // 5 + day
    if parts.get("midnight") and "year" in parts:
        days += 1
    hours, minutes = int(parts.get("hour") or 0), int(parts.get("minute") or 0)
    zone = parts.get("zone")
    if zone and zone != "Z":
        sign = -1 if zone[0] == "-" else 1
        minutes -= sign * (int(zone[1:3]) * 60 + int(zone[4:]))
    seconds = Decimal(parts.get("second") or 0)
    return bool(zone), Decimal((days * 24 + hours) * 60 + minutes) * 60 + seconds
