"""Writes a number of a worksheet as its cell's format shows it, such as ``#,##0.00`` or ``0.0%``.

The marks are those of the project's numbers. At most fifteen digits are shown, so what binary
fractions add to a number (0.30000000000000004) is not. ISO/IEC 29500-1, 18.8.31.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from publish.tables.numbers import FORMATS, NumberFormat

LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""Text that a format shows literally, and its colours, conditions and spacing."""
SCALE = re.compile(r"[0#?](?P<commas>,+)(?![,0#?])")


def exact(value: float) -> Decimal:
    """Return a number with the fifteen digits that a worksheet keeps."""
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")


def shown_number(value: float, number_format: str, numbers: str) -> str:
    """Return a number as a reader sees it; ``numbers`` is a key of FORMATS."""
    form = FORMATS[numbers]
    pattern = LITERAL.sub("", number_format).split(";")[0].strip()
    number = exact(value)
    # "General" is a plain number; so is what no mapping can read, an exponent or a fraction.
    if not re.search("[0#?]", pattern) or re.search("[eE/]", pattern):
        return _unformatted(number, form)
    if "%" in pattern:
        number *= 100
    # Each comma behind the last digit of the whole part stands for thousands left out.
    if scale := SCALE.search(pattern):
        number = number.scaleb(-3 * len(scale["commas"]))
    whole, _, fraction = pattern.partition(".")
    wanted = re.findall("[0#?]", fraction)
    most, least = len(wanted), wanted.count("0")
    number = number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    front, _, back = f"{abs(number):f}".partition(".")
    back = back[:least] + back[least:].rstrip("0")
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
