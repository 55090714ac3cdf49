"""The notes below a table: what holds for all of it, and what a mark in a cell or head refers to.

Marks are numbers in square brackets, in the order of reasons, periods and remarks: spreadsheets
take a number in parentheses for a negative one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from publish.exports.description import CodeDescription, DataSetDescription
from publish.exports.observation import Observation


@dataclass(frozen=True, kw_only=True)
class MarkedNote:
    """A note that marks refer to."""

    mark: str
    """As ``[1]``."""
    text: str


@dataclass(frozen=True, kw_only=True)
class TableNotes:
    """The notes of a table in one language."""

    general: tuple[str, ...]
    """What holds for all figures."""
    reasons: dict[str, MarkedNote]
    """Why figures are not shown, by the code of the reason."""
    periods: dict[str, MarkedNote]
    """Why periods are not given, by the code of the period."""
    remarks: dict[str, MarkedNote]
    """The remarks on single figures, by their name."""

    def marked(self) -> Iterator[MarkedNote]:
        """Yield the notes with a mark, in order."""
        for notes in (self.reasons, self.periods, self.remarks):
            yield from notes.values()

    def marked_of(self, names: Collection[str]) -> Iterator[MarkedNote]:
        """Yield the notes of some reasons and remarks, by their codes and names, in order."""
        for notes in (self.reasons, self.remarks):
            yield from (note for name, note in notes.items() if name in names)

    def marks_of(self, observation: Observation) -> str:
        """Return the marks of a figure, with a space before each; empty for most."""
        found = [self.reasons[code].mark for code in observation.reasons if code in self.reasons]
        found += [self.remarks[name].mark for name in observation.notes if name in self.remarks]
        return "".join(f" {mark}" for mark in dict.fromkeys(found))

    def mark_of_period(self, code: str) -> str:
        """Return the mark of a period that is not given, with a space before it; else nothing."""
        return f" {self.periods[code].mark}" if code in self.periods else ""


def notes_of(
    description: DataSetDescription,
    language: str,
    *,
    reasons: Collection[str],
    remarks: Collection[str],
    remarked: Collection[str],
    missing: Iterable[CodeDescription] = (),
) -> TableNotes:
    """Return the notes of a table.

    ``reasons`` and ``remarks`` are the codes and names that occur in it, ``remarked`` the names
    of remarks that are on single figures of the data set, and ``missing`` the periods not given.
    """
    number = 0

    def marked(text: str) -> MarkedNote:
        nonlocal number
        number += 1
        return MarkedNote(mark=f"[{number}]", text=text)

    return TableNotes(
        general=tuple(
            dict.fromkeys(
                [
                    *(note[language] for note in description.notes),
                    *(
                        item.label[language]
                        for item in description.remarks
                        if item.code not in remarked
                    ),
                ]
            )
        ),
        reasons={
            item.code: marked(_with_definition(item.label, item.definition, language))
            for item in description.reasons
            if item.code in reasons
        },
        periods={
            item.code: marked(f"{item.label[language]}: {item.missing[language]}")
            for item in missing
            if item.missing
        },
        remarks={
            item.code: marked(item.label[language])
            for item in description.remarks
            if item.code in remarks
        },
    )


def _with_definition(
    label: dict[str, str], definition: dict[str, str] | None, language: str
) -> str:
    if not definition or definition[language] == label[language]:
        return label[language]
    return f"{label[language]}: {definition[language]}"
