"""Reads printed numbers exactly: as a whole number and its count of printed decimals.

``1.676,15`` becomes 167615 with 2 decimals, so nothing is lost to binary fractions and the number
of printed decimals is kept. A cell that is no number in the declared format gets a fault that
says why: another format, too long, a formula, or no number at all. The canonical text is that of
XSD 1.1, which is also how the store writes it: no trailing zeros, no point when nothing follows it
(``12,50`` becomes ``12.5``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from publish.faults.fault import phrase
from publish.project.files import is_formula

MOST_DIGITS = 18
"""Digits that always fit a 64-bit whole number."""
MOST_DECIMALS = 9
"""Decimals for which SDMX has a code."""
_GAP = re.compile(r"(?<=[0-9])[\s'’_](?=[0-9]{3}(?![0-9]))")
"""What people print between thousands and no format has."""


@dataclass(frozen=True, kw_only=True)
class NumberFormat:
    """How numbers are written: the decimal mark and the mark between thousands."""

    decimal: str
    thousands: str

    @cached_property
    def number(self) -> str:
        """The regular expression of one number, a percent sign allowed."""
        # No possessive quantifiers: before 3.11.5 Python accepts "5," by them (gh-106052).
        decimals = rf"(?:{re.escape(self.decimal)}[0-9]+)?"
        grouped = rf"[1-9][0-9]{{0,2}}(?:{re.escape(self.thousands)}[0-9]{{3}})+(?![0-9])"
        whole = rf"(?:{grouped}|[0-9]+)" if self.thousands else r"[0-9]+"
        return rf"-?{whole}{decimals}(?: ?%)?"

    @cached_property
    def one(self) -> re.Pattern[str]:
        """Matches one number and nothing else."""
        return re.compile(self.number)

    @cached_property
    def many(self) -> re.Pattern[str]:
        """Matches numbers that are each followed by a line feed."""
        return re.compile(rf"(?:{self.number}\n)*")

    @cached_property
    def dropped(self) -> dict[int, None]:
        """The characters without which a number is its digits and sign."""
        return {ord(mark): None for mark in f"{self.decimal}{self.thousands} %"}


FORMATS = {
    "nl": NumberFormat(decimal=",", thousands="."),
    "en": NumberFormat(decimal=".", thousands=","),
    "plain": NumberFormat(decimal=".", thousands=""),
}


@dataclass(frozen=True, kw_only=True)
class PrintedNumbers:
    """Numbers as columns: value = mantissa / 10**decimals; zero where the text is no number."""

    mantissa: NDArray[np.int64]
    decimals: NDArray[np.int8]
    percent: NDArray[np.bool_]
    faulty: NDArray[np.bool_]
    """Whether the text is no number in the format."""


def read_numbers(texts: Sequence[str], form: NumberFormat) -> PrintedNumbers:
    """Read printed numbers; those that are not written in the format are marked as faulty."""
    joined = "\n".join(texts) + "\n" if len(texts) else ""
    if joined.count("\n") == len(texts) and form.many.fullmatch(joined):
        try:
            return _read_sound(texts, joined, form)
        except OverflowError:
            pass
    one = form.one.fullmatch
    faulty = [one(text) is None for text in texts]
    sound = ["0" if bad else text for text, bad in zip(texts, faulty, strict=True)]
    try:
        numbers = _read_sound(sound, "\n".join(sound) + "\n", form)
    except OverflowError:
        faulty = [bad or _is_too_long(text, form) for text, bad in zip(texts, faulty, strict=True)]
        sound = ["0" if bad else text for text, bad in zip(texts, faulty, strict=True)]
        numbers = _read_sound(sound, "\n".join(sound) + "\n", form)
    return replace(numbers, faulty=np.array(faulty, dtype=np.bool_))


def _is_too_long(text: str, form: NumberFormat) -> bool:
    """Return whether a number has more digits or decimals than can be kept."""
    return (
        sum(map(str.isdigit, text)) > MOST_DIGITS
        or sum(map(str.isdigit, text.partition(form.decimal)[2])) > MOST_DECIMALS
    )


def _read_sound(texts: Sequence[str], joined: str, form: NumberFormat) -> PrintedNumbers:
    """Read numbers known to be well written; raises OverflowError when they are too long."""
    digits = joined.translate(form.dropped).split("\n")[:-1]
    if max(map(len, digits), default=0) > MOST_DIGITS and (
        max(len(text.lstrip("-")) for text in digits) > MOST_DIGITS
    ):
        raise OverflowError
    mantissa = np.array([int(text) for text in digits], dtype=np.int64)
    percent = np.zeros(len(texts), dtype=np.bool_)
    if "%" in joined:
        percent = np.array([text.endswith("%") for text in texts], dtype=np.bool_)
        texts = [text.rstrip("% ") for text in texts]
    decimals = np.zeros(len(texts), dtype=np.int8)
    if form.decimal in joined:
        mark = form.decimal
        places = [len(text.partition(mark)[2]) for text in texts]
        if max(places) > MOST_DECIMALS:
            raise OverflowError
        decimals = np.array(places, dtype=np.int8)
    return PrintedNumbers(
        mantissa=mantissa,
        decimals=decimals,
        percent=percent,
        faulty=np.zeros(len(texts), dtype=np.bool_),
    )


def canonical_texts(mantissa: NDArray[np.int64], decimals: NDArray[np.int8]) -> list[str]:
    """Return the canonical xsd:decimal text of each number (an integer's has no point)."""
    if not decimals.any():
        return [str(number) for number in mantissa.tolist()]
    mantissa, decimals = mantissa.copy(), decimals.copy()
    while (spare := (decimals > 0) & (mantissa % 10 == 0)).any():
        mantissa[spare] //= 10
        decimals[spare] -= 1
    scale = 10 ** decimals.astype(np.int64)
    whole, part = np.divmod(np.abs(mantissa), scale)
    signs = np.where(mantissa < 0, "-", "").tolist()
    return [
        f"{sign}{front}.{back:0{places}d}" if places else f"{sign}{front}"
        for sign, front, back, places in zip(
            signs, whole.tolist(), part.tolist(), decimals.tolist(), strict=True
        )
    ]


def format_number(mantissa: int, decimals: int, form: NumberFormat) -> str:
    """Return a number as it is printed in a format, for messages."""
    sign = "-" if mantissa < 0 else ""
    whole, part = divmod(abs(mantissa), 10**decimals)
    front = f"{whole:,}".replace(",", form.thousands)
    return f"{sign}{front}{form.decimal}{part:0{decimals}d}" if decimals else f"{sign}{front}"


def number_fault(
    text: str, declared: str, *, is_count: bool = False
) -> tuple[str, dict[str, object]]:
    """Return code and particulars of the fault of a cell that is no number as ``declared``.

    The example of a number has no decimals where a count is expected.
    """
    form = FORMATS[declared]
    usual = format_number(123456, 0 if is_count else 2, form)
    if form.one.fullmatch(text.strip()):
        if _read_one(text.strip(), form):  # but for spaces around it
            return "not-a-number", {"example": usual}
        return "number-too-long", {"digits": MOST_DIGITS, "decimals": MOST_DECIMALS}
    if is_formula(text):
        return "formula-text", {"of": ""}
    joined = _GAP.sub("", text.strip())
    if joined != text.strip() and (example := _as_declared(joined, form, form)):
        return "wrong-number-mark", {"declared": declared, "example": example, "others": ""}
    fitting = {
        name: example
        for name, other in FORMATS.items()
        if name != declared and (example := _as_declared(text.strip(), other, form))
    }
    if fitting:
        formats = " / ".join(f"`numbers: {name}`" for name in fitting)
        others, example = phrase("or-declare", formats=formats), next(iter(fitting.values()))
        return "wrong-number-mark", {"declared": declared, "example": example, "others": others}
    return "not-a-number", {"example": usual}


def _read_one(text: str, form: NumberFormat) -> tuple[int, int] | None:
    """Return the digits and the decimals of a number of a format, None if it is none."""
    numbers = read_numbers([text], form)
    return None if numbers.faulty[0] else (int(numbers.mantissa[0]), int(numbers.decimals[0]))


def _as_declared(text: str, form: NumberFormat, declared: NumberFormat) -> str | None:
    """Return a number of one format as another writes it, None if it is none."""
    found = _read_one(text, form)
    return format_number(*found, declared) + text[len(text.rstrip(" %")) :] if found else None
