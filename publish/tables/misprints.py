"""What is wrong with a cell that should hold a number: another format, too long, or no number.

In comes the text of a cell that is no number as the mapping declares them, and no mark; out come
the code of its fault and what the message says of it.
"""

from __future__ import annotations

import re

from publish.faults.fault import said
from publish.project.formulas import is_formula
from publish.tables.numbers import (
    FORMATS,
    MOST_DECIMALS,
    MOST_DIGITS,
    NumberFormat,
    read_numbers,
    written,
)

_APART = re.compile(r"(?<=[0-9])[\s'’_](?=[0-9]{3}(?![0-9]))")
"""What people put between thousands and no format has."""


def no_number(text: str, declared: str, *, is_count: bool = False) -> tuple[str, dict[str, object]]:
    """Return code and particulars of the fault of a cell, under ``numbers: <declared>``.

    The example of a number has no decimals where a count is expected.
    """
    form = FORMATS[declared]
    usual = written(123456, 0 if is_count else 2, form)
    if form.one.fullmatch(text.strip()):
        if _read(text.strip(), form):  # but for spaces around it
            return "not-a-number", {"example": usual}
        return "number-too-long", {"digits": MOST_DIGITS, "decimals": MOST_DECIMALS}
    if is_formula(text):
        return "formula-text", {"of": ""}
    joined = _APART.sub("", text.strip())
    if joined != text.strip() and (example := _as_declared(joined, form, form)):
        return "wrong-number-mark", {"declared": declared, "example": example, "others": ""}
    fitting = {
        name: example
        for name, other in FORMATS.items()
        if name != declared and (example := _as_declared(text.strip(), other, form))
    }
    if fitting:
        formats = " / ".join(f"`numbers: {name}`" for name in fitting)
        others, example = said("or-declare", formats=formats), next(iter(fitting.values()))
        return "wrong-number-mark", {"declared": declared, "example": example, "others": others}
    return "not-a-number", {"example": usual}


def _read(text: str, form: NumberFormat) -> tuple[int, int] | None:
    """Return the digits and the decimals of a number of a format, None if it is none."""
    numbers = read_numbers([text], form)
    return None if numbers.faulty[0] else (int(numbers.mantissa[0]), int(numbers.decimals[0]))


def _as_declared(text: str, form: NumberFormat, declared: NumberFormat) -> str | None:
    """Return a number of one format as another writes it, None if it is none."""
    found = _read(text, form)
    return written(*found, declared) + text[len(text.rstrip(" %")) :] if found else None
