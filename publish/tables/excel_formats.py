"""Writes a number of a worksheet as its cell's format shows it, such as ``#,##0.00`` or ``0.0%``.

The marks are those of the project's numbers. At most fifteen digits are shown, so what binary
fractions add to a number (0.30000000000000004) is not. ISO/IEC 29500-1, 18.8.31.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from publish.tables.numbers import FORMATS, NumberFormat

GENERAL = ("general", "@", "")
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""Text that a format shows literally, and its colours, conditions and spacing."""
SCALE = re.compile(r"[0#?](?P<commas>,+)(?![,0#?])")


def exact(value: float) -> Decimal:
    """Return a number with the fifteen digits that a worksheet keeps."""
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")


def shown_number(value: float, number_format: str, numbers: str) -> str:
    """Return a number as a reader sees it; ``numbers`` is a key of FORMATS."""
    form = FORMATS[numbers]
    sections = LITERAL.sub("", number_format).split(";")
    pattern = sections[0].strip()
    number = exact(value)
    if pattern.lower() in GENERAL or not re.search("[0#?]", pattern) or "e" in pattern.lower():
        return _unformatted(number, form)
    if "/" in pattern:  # a fraction, which no mapping can read
        return _unformatted(number, form)
    if "%" in pattern:
        number *= 100
    # Each comma behind the last digit of the whole part stands for thousands left out.
    scale = SCALE.search(pattern)
    if scale:
        number = number.scaleb(-3 * len(scale["commas"]))
    whole, _, fraction = pattern.partition(".")
    wanted = re.findall("[0#?]", fraction)
    most, least = len(wanted), wanted.count("0")
    number = number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    text = f"{abs(number):f}"
    front, _, back = text.partition(".")
    while len(back) > least and back.endswith("0"):
        back = back[:-1]
    if "," in whole and form.thousands:
        front = f"{int(front):,}".replace(",", form.thousands)
    front = front.zfill(len(re.findall("0", whole)))
    sign = "-" if number < 0 else ""
    percent = "" if "%" not in pattern else " %" if " %" in pattern else "%"
    return f"{sign}{front}{form.decimal if back else ''}{back}{percent}"


def is_rounded(value: float, number_format: str) -> bool:
    """Return whether a format shows fewer decimals than the number has."""
    text = shown_number(value, number_format, "plain")
    return Decimal(text.rstrip("% ")) != exact(value) * (100 if text.endswith("%") else 1)


def _unformatted(number: Decimal, form: NumberFormat) -> str:
    """Return a number with all its digits and no thousands marks."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace(".", form.decimal)
