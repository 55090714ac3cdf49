"""Numbers and periods as a chart has room for them, in the form of a language."""

from __future__ import annotations

from publish.exports.description import CodeDescription
from publish.exports.figure_text import SIGNS, one_line, written_number
from publish.exports.observation import Observation
from publish.exports.words import words


def readable_absence(observation: Observation, language: str) -> str:
    """Return what is known of a figure that is not shown, else that there is none."""
    known = {name: written_number(bound, language) for name, bound in observation.bounds}
    if known.keys() == {"at-least", "at-most"}:
        return f"{known['at-least']}–{known['at-most']}"
    if known:
        return ", ".join(f"{SIGNS[name]} {number}" for name, number in known.items())
    return str(words(language)["chart"]["none"])


def short_period(period: CodeDescription, kind: str | None, language: str) -> str:
    """Return a period in short, its year last: as Q1 2023, 30 Jun 2023 or 2023."""
    word, code = words(language)["chart"], period.code
    parts = code.split("-")
    if kind == "kwartaal" and len(parts) == 2 and parts[1][:1] == "Q":
        return f"{word['quarter']}{parts[1][1:]} {parts[0]}"
    if kind == "dag" and len(parts) == 3 and parts[1].isdigit():
        months = word["months"].split()
        return f"{int(parts[2])} {months[int(parts[1]) - 1]} {parts[0]}"
    return one_line(period.label[language])
