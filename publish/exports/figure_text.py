"""How a figure is written as text, in all forms that show texts.

What has no value is never blank and never zero: its bounds are shown, else what is printed, else
a colon, as in the tables of Eurostat. Why there is none stands in a note, whose mark follows it.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publish.exports.observation import Observation

SIGNS = {"at-least": "≥", "more-than": ">", "at-most": "≤", "below": "<"}
"""The sign of each bound."""
DECIMAL_SIGNS = {"nl": ",", "en": "."}
"""The decimal sign of texts for people, by language."""
GROUP_SIGNS = {"nl": ".", "en": ","}
"""The sign between thousands, by language."""
NOTHING_KNOWN = ":"
"""What stands where nothing is known of a value."""


def number_text(number: Decimal, decimal: str = ".") -> str:
    """Return a number with all its decimals, without marks between thousands or an exponent."""
    return format(number, "f").replace(".", decimal)


def written_number(number: Decimal, language: str) -> str:
    """Return a number as people of a language write it, with all its decimals."""
    signs = str.maketrans({",": GROUP_SIGNS[language], ".": DECIMAL_SIGNS[language], "-": "−"})
    return format(number, ",f").translate(signs)


def absence_text(observation: Observation, decimal: str = ".") -> str:
    """Return what is known of a figure that has no value."""
    known = {name: number_text(bound, decimal) for name, bound in observation.bounds}
    if known.keys() == {"at-least", "at-most"}:
        return f"{known['at-least']}–{known['at-most']}"
    if known:
        return ", ".join(f"{SIGNS[name]} {number}" for name, number in known.items())
    return one_line(observation.printed or "") or NOTHING_KNOWN


def figure_text(observation: Observation, decimal: str = ".") -> str:
    """Return a figure as text: its number, or what is known where there is none."""
    if observation.value is not None:
        return number_text(observation.value, decimal)
    return absence_text(observation, decimal)


def one_line(text: str) -> str:
    """Return a text on one line, without signs that no cell can show."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    spaced = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(spaced.split())
