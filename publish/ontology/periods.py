"""Quarters, years and days: from a printed label to a code, from a code to its interval.

A code is ``2022-Q1``, ``2022`` or ``2023-06-30``, of the years 0001 to 9998, as the day after a
period must be a date too. Intervals begin at a date and end before another (OWL-Time, section
4.2.3: a proper interval with instants at both ends).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}
_MONTH_NUMBER = {
    name.casefold(): number
    for names in MONTHS.values()
    for number, name in enumerate(names.split(), start=1)
}

_QUARTER = (
    re.compile(r"(?P<year>[0-9]{4})\s*[-/ ]?\s*[KQT](?P<quarter>[1-4])", re.IGNORECASE),
    re.compile(r"[KQT](?P<quarter>[1-4])\s*[-/ ]?\s*(?P<year>[0-9]{4})", re.IGNORECASE),
    re.compile(r"(?P<quarter>[1-4])e kw(?:artaal|\.)? (?:van )?(?P<year>[0-9]{4})", re.IGNORECASE),
)
_YEAR = (re.compile(r"(?P<year>[0-9]{4})"),)
_DAY = (
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
    re.compile(r"(?P<day>[0-9]{1,2})[/-](?P<month>[0-9]{1,2})[/-](?P<year>[0-9]{4})"),
    re.compile(r"(?P<day>[0-9]{1,2})\s+(?P<name>[A-Za-z]+)\s+(?P<year>[0-9]{4})"),
)

KINDS = ("kwartaal", "jaar", "dag")
"""The kinds of period, each the name of its IRI pattern."""

EXAMPLES = {
    "kwartaal": ("2022-Q1", "2022 - K1"),
    "jaar": ("2022",),
    "dag": ("2023-06-30", "30/06/2023"),
}
"""Ways of writing each kind, for messages."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """A quarter, year or day: its first day and the day after its last."""

    kind: str
    code: str
    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.end - timedelta(days=1)

    def finished(self) -> list[Period]:
        """Return the longer calendar periods that end when this one ends."""
        longer = []
        if self.kind == "dag" and self.end.day == 1 and self.end.month in (1, 4, 7, 10):
            quarter = (self.start.month + 2) // 3
            longer.append(period("kwartaal", f"{self.start.year:04}-Q{quarter}"))
        if self.kind != "jaar" and self.end.day == 1 and self.end.month == 1:
            longer.append(period("jaar", f"{self.start.year:04}"))
        return longer

    def label(self, language: str) -> str:
        """Return the period in words."""
        year = f"{self.start.year:04}"
        if self.kind == "jaar":
            return year
        if self.kind == "dag":
            return f"{self.start.day} {MONTHS[language].split()[self.start.month - 1]} {year}"
        quarter = (self.start.month + 2) // 3
        return f"{quarter}e kwartaal {year}" if language == "nl" else f"Q{quarter} {year}"


def read_period(kind: str, label: str) -> str | None:
    """Return the code of a printed period, or None when the label is no period of that kind."""
    text = label.strip()
    patterns = {"kwartaal": _QUARTER, "jaar": _YEAR, "dag": _DAY}[kind]
    found = next((match for pattern in patterns if (match := pattern.fullmatch(text))), None)
    if found is None or found["year"] in ("0000", "9999"):
        return None
    if kind == "jaar":
        return found["year"]
    if kind == "kwartaal":
        return f"{found['year']}-Q{found['quarter']}"
    parts = found.groupdict()
    month = int(parts["month"]) if parts.get("month") else _MONTH_NUMBER.get(found["name"].lower())
    try:
        return date(int(found["year"]), month or 0, int(found["day"])).isoformat()
    except ValueError:
        return None


def period(kind: str, code: str) -> Period:
    """Return the period of a code that ``read_period`` gave."""
    if kind == "dag":
        start = date.fromisoformat(code)
        return Period(kind=kind, code=code, start=start, end=start + timedelta(days=1))
    year = int(code[:4])
    first, months = (1, 12) if kind == "jaar" else (3 * int(code[-1]) - 2, 3)
    years, after = divmod(first - 1 + months, 12)
    end = date(year + years, after + 1, 1)
    return Period(kind=kind, code=code, start=date(year, first, 1), end=end)
