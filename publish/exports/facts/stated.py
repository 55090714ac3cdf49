"""Reads a figure as a person states it, and compares it with the one that is published.

``10,09`` and ``1.234,5`` are Dutch, ``1,234.5`` is English, and ``1.234`` may be either, so it has
two readings. What is stated keeps its decimals: they say how far it was rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

LONGEST = 100
"""Characters of a statement that is read."""
MOST_DIGITS = 30

EQUAL, ROUNDED, DIFFERENT = "equal", "equal-when-rounded", "different"
"""What comes of comparing a stated figure with a published one."""

_TIMES = {
    "duizend": 3,
    "thousand": 3,
    "miljoen": 6,
    "million": 6,
    "mln": 6,
    "miljard": 9,
    "mld": 9,
    "billion": 9,
}
"""Words that multiply, by the power of ten."""
_BEFORE = r"(?:€|EUR|~|≈|ca\.|circa|ongeveer|about|approximately|around)"
_STATED = re.compile(
    rf"(?:{_BEFORE}\s*)*(?P<sign>[-+−–])?\s*€?\s*(?P<number>[0-9](?:[0-9.,'’_\s]*[0-9])?)"
    r"(?:\s*(?P<rest>[^0-9]*))?",
    re.IGNORECASE,
)
_GAPS = re.compile(r"(?<=[0-9])['’_\s](?=[0-9]{3}(?![0-9]))")
_PERCENT = re.compile(r"%|percent|procent", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class StatedNumber:
    """One reading of a figure that somebody states."""

    value: Decimal
    """With the decimals that are stated; 1,2 million has the exponent 5."""
    is_percentage: bool
    """Whether it is stated with a percent sign or word."""

    @property
    def half_unit(self) -> Decimal:
        """Half a unit of the last digit that is stated."""
        return Decimal((0, (5,), self._exponent - 1))

    @property
    def _exponent(self) -> int:
        return int(self.value.as_tuple().exponent)

    def compared_with(self, published: Decimal) -> str:
        """Return EQUAL, ROUNDED or DIFFERENT."""
        if self.value == published:
            return EQUAL
        is_coarser = self._exponent > int(published.as_tuple().exponent)
        is_near = abs(self.value - published) <= self.half_unit
        return ROUNDED if is_coarser and is_near else DIFFERENT

    def is_finer_than(self, published: Decimal) -> bool:
        """Return whether more decimals are stated than are published."""
        return self._exponent < int(published.as_tuple().exponent)


def read_stated(text: str, language: str) -> tuple[StatedNumber, ...]:
    """Return the readings of a stated figure, that of the language first; none if it is no number.

    A percent sign, a unit, a word such as "about" or "million" may stand around it.
    """
    if len(text) > LONGEST:
        return ()
    found = _STATED.fullmatch(text.strip())
    if found is None:
        return ()
    rest = (found["rest"] or "").strip()
    word = rest.split()[0].strip(".").casefold() if rest else ""
    power = _TIMES.get(word, 0)
    sign = "-" if found["sign"] in ("-", "−", "–") else ""
    return tuple(
        StatedNumber(
            value=Decimal(sign + number).scaleb(power),
            is_percentage=bool(_PERCENT.search(rest)),
        )
        for number in _readings(_GAPS.sub("", found["number"]), language)
    )


def _readings(number: str, language: str) -> Iterable[str]:
    """Yield what digits with points and commas may mean, as digits with a point for decimals."""
    if len(number) > MOST_DIGITS:
        return
    own = (",", ".") if language == "nl" else (".", ",")
    for decimal, thousands in (own, own[::-1]):
        grouped = rf"[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})+"
        pattern = rf"(?:{grouped}|[0-9]+)(?:{re.escape(decimal)}[0-9]+)?"
        if re.fullmatch(pattern, number):
            yield number.replace(thousands, "").replace(decimal, ".")
            if not set(".,") & set(number):
                return


def best_reading(readings: Iterable[StatedNumber], published: Decimal) -> tuple[StatedNumber, str]:
    """Return the reading that comes nearest to what is published, and what comes of comparing.

    There has to be a reading.
    """
    order = (EQUAL, ROUNDED, DIFFERENT)
    compared = [(item, item.compared_with(published)) for item in readings]
    return min(compared, key=lambda pair: order.index(pair[1]))
