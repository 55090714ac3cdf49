"""Signs that are printed where a figure is not shown, as their source explains them.

A mapping and its documents declare them under ``marks:``. A cell that is no number is at most one
mark, which says why there is no value and between which bounds the value lies. A sign means what
its source says, so nothing is guessed. In a mark ``#`` stands for a printed number; white space
does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from publish.faults.fault import Fault, Words, did_you_mean, fault, phrase
from publish.mappings.document import Document
from publish.mappings.mapping import Mapping
from publish.ontology.vocabulary import Vocabulary
from publish.project.iris import REASON_LIST
from publish.project.yaml import YamlFile
from publish.tables.findings import shown
from publish.tables.numbers import FORMATS, NumberFormat, format_number, read_numbers

NUMBER_SIGN = "#"
"""What stands in a mark for a printed number."""

BOUNDS = {
    "at-least": "minstens",
    "more-than": "meerDan",
    "at-most": "hoogstens",
    "below": "minderDan",
}
"""The bounds that a mark can give: their key in a mapping, and the attribute of observations."""
_LOWER = ("at-least", "more-than")
_EXCLUSIVE = ("more-than", "below")
"""Bounds that the value itself cannot be."""


NOT_APPLICABLE = "NIET_VAN_TOEPASSING"
"""The reason that there can be no value, so that nothing is lacking from a sum."""


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Why observations have no value, and the bounds that are known of it nevertheless."""

    reasons: tuple[str, ...]
    """Codes of the list of reasons: one, of a sum those of all its parts."""
    bounds: tuple[tuple[str, Decimal | None], ...] = ()
    """Bounds by their key, in the order of BOUNDS; None is the number printed in the mark."""
    numbered: bool = False
    """Whether the mark holds a printed number."""

    def with_number(self, printed: Decimal) -> Absence:
        """Return the absence of a value whose mark holds the number ``printed``."""
        bounds = ((key, printed if value is None else value) for key, value in self.bounds)
        return Absence(reasons=self.reasons, bounds=tuple(bounds))

    def ends(self, printed: Decimal) -> tuple[Bound | None, Bound | None]:
        """Return the lower and upper bound of a value whose mark holds the number ``printed``."""
        ends: list[Bound | None] = [None, None]
        for key, value in self.bounds:
            bound = Bound(key=key, value=printed if value is None else value)
            ends[0 if key in _LOWER else 1] = bound
        return ends[0], ends[1]


SHOWN = Absence(reasons=(), numbered=True)
"""No absence: the sign is a note at the figure beside it, which is published."""


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A bound with its number."""

    key: str
    value: Decimal

    @property
    def is_open(self) -> bool:
        """Whether the value cannot be the bound itself."""
        return self.key in _EXCLUSIVE


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A sign that a source prints instead of a figure."""

    sign: str
    """As declared, but for white space."""
    absence: Absence
    place: tuple[str, int, int]
    """Where it is declared."""

    def number_in(self, text: str) -> str | None:
        """Return the text where a cell has the number of the mark; None if it does not fit."""
        before, _, after = self.sign.partition(NUMBER_SIGN)
        for letter in before:
            text = text.lstrip()
            if not text.startswith(letter):
                return None
            text = text[1:]
        for letter in reversed(after):
            text = text.rstrip()
            if not text.endswith(letter):
                return None
            text = text[:-1]
        return text.strip() or None


@dataclass(frozen=True, kw_only=True)
class MarkedCell:
    """A cell that is no number but fits a mark: the mark with its number, or a problem."""

    mark: Mark | None = None
    mantissa: int = 0
    decimals: int = 0
    percent: bool = False
    problem: tuple[str, dict[str, object]] | None = None
    """A fault of this cell, its code and particulars."""
    rivals: tuple[Mark, ...] = ()
    """The marks that fit, when there are several."""


def read_marks(
    mapping: Mapping, documents: dict[str, Document], vocabulary: Vocabulary, faults: list[Fault]
) -> dict[str, tuple[Mark, ...]]:
    """Return the marks by document; those of the mapping win over those of a document.

    Marks of notes are among them, their absence is SHOWN.
    """
    cells = FORMATS[mapping.numbers]
    own = _declared(mapping.marks, mapping.file, cells, cells, vocabulary, faults)
    own |= _of_notes(mapping, cells, own, faults)
    found = {}
    for key in dict.fromkeys(use.document for use in mapping.uses):
        document, theirs = documents.get(key), dict[str, Mark]()
        if document and document.file:
            form = FORMATS[document.numbers]
            theirs = _declared(document.marks, document.file, form, cells, vocabulary, faults)
        found[key] = tuple((theirs | own).values())
    return found


def _of_notes(
    mapping: Mapping, cells: NumberFormat, own: dict[str, Mark], faults: list[Fault]
) -> dict[str, Mark]:
    """Return the marks of notes by their sign."""
    found: dict[str, Mark] = {}
    for key in mapping.note_marks:
        sign, place = "".join(key.split()), mapping.file.place("note-marks", key)
        if other := own.get(sign) or found.get(sign):
            faults.append(fault("duplicate-key", *place, key=key, first=other.place[1]))
        elif cells.one.fullmatch(sign.replace(NUMBER_SIGN, "1")):
            faults.append(fault("mark-is-number", *place, mark=key))
        found[sign] = Mark(sign=sign, absence=SHOWN, place=place)
    return found


def _declared(
    entries: dict[str, dict[str, str]],
    file: YamlFile,
    form: NumberFormat,
    cells: NumberFormat,
    vocabulary: Vocabulary,
    faults: list[Fault],
) -> dict[str, Mark]:
    """Return the marks of a file by their sign; ``form`` is how the file writes numbers."""
    reasons = vocabulary.codes_of(REASON_LIST)
    found: dict[str, Mark] = {}
    for key, entry in entries.items():
        sign, place = "".join(key.split()), file.place("marks", key)
        reason = entry["reason"]
        if sign in found:
            faults.append(fault("duplicate-key", *place, key=key, first=found[sign].place[1]))
            continue
        if cells.one.fullmatch(sign.replace(NUMBER_SIGN, "1")):
            faults.append(fault("mark-is-number", *place, mark=key))
        if reason not in reasons:
            at, hint = file.place("marks", key, "reason"), did_you_mean(reason, reasons)
            known = ", ".join(reasons)
            faults.append(fault("no-such-reason", *at, name=reason, hint=hint, known=known))
        bounds = []
        for name in (name for name in BOUNDS if name in entry):
            value = _bound(entry[name], form)
            problem = None
            if entry[name] == NUMBER_SIGN and NUMBER_SIGN not in sign:
                problem = phrase("bound-without-number", bound=name, sign=NUMBER_SIGN)
            elif value is None and entry[name] != NUMBER_SIGN:
                example = format_number(123456, 2, form)
                text = shown(entry[name])
                problem = phrase("bound-no-number", bound=name, text=text, example=example)
            if problem:
                at = file.place("marks", key, name)
                faults.append(fault("wrong-bounds", *at, mark=key, problem=problem))
            bounds.append((name, value))
        absence = Absence(reasons=(reason,), bounds=tuple(bounds), numbered=NUMBER_SIGN in sign)
        if problem := _contradiction(absence):
            faults.append(fault("wrong-bounds", *place, mark=key, problem=problem))
        found[sign] = Mark(sign=sign, absence=absence, place=place)
    return found


def _bound(text: str, form: NumberFormat) -> Decimal | None:
    """Return a bound as an exact number; None when the text is no number."""
    numbers = read_numbers([text.strip()], form)
    if numbers.faulty[0]:
        return None
    return decimal_of(int(numbers.mantissa[0]), int(numbers.decimals[0]))


def decimal_of(mantissa: int, decimals: int) -> Decimal:
    """Return a printed number as a Decimal without trailing zeros."""
    return Decimal(mantissa).scaleb(-decimals).normalize() + 0


def _contradiction(absence: Absence) -> Words | None:
    """Return what is wrong with bounds that do not depend on a printed number, if anything."""
    names = [name for name, _ in absence.bounds]
    for one, other in (_LOWER, ("at-most", "below")):
        if one in names and other in names:
            return phrase("bounds-not-together", one=one, other=other)
    has_numbers = all(value is not None for _, value in absence.bounds)
    return _no_number_between(absence, Decimal(0)) if has_numbers else None


def _no_number_between(absence: Absence, printed: Decimal) -> Words | None:
    """Return in words that there is no number between the bounds, if so."""
    low, high = absence.ends(printed)
    if low is None or high is None or low.value < high.value:
        return None
    if low.value == high.value and not (low.is_open or high.is_open):
        return None
    least, most = canonical_decimal(low.value), canonical_decimal(high.value)
    return phrase("no-number-between", low=low.key, least=least, high=high.key, most=most)


def canonical_decimal(value: Decimal) -> str:
    """Return the canonical xsd:decimal text of a number."""
    return f"{value.normalize() + 0:f}"


def distinct_absences(marks: Iterable[Mark]) -> list[Absence]:
    """Return each absence once: observations do not tell signs apart that mean the same."""
    return list(dict.fromkeys(mark.absence for mark in marks if mark.absence != SHOWN))


def absence_of_sum(
    parts: Iterable[Absence], shown: Decimal | None, least: Decimal | None
) -> Absence:
    """Return why a sum has no value, with every reason of its parts, and the bounds that follow.

    ``parts`` are those without value, their numbers filled in; ``shown`` is the sum of the others,
    None without any. A part without lower bound is at least ``least``, where that is known.
    """
    parts, bounds = list(parts), list[tuple[str, Decimal | None]]()
    hidden = [part for part in parts if part.reasons != (NOT_APPLICABLE,)]
    for side, keys in enumerate((("at-least", "more-than"), ("at-most", "below"))):
        ends = [part.ends(Decimal(0))[side] for part in hidden]
        unknown = least if side == 0 else None
        values = [end.value if end else unknown for end in ends]
        known = [value for value in values if value is not None]
        if len(known) < len(values) or (shown is None and not any(ends)):
            continue
        is_open = any(end.is_open for end in ends if end)
        bounds.append((keys[is_open], sum(known, shown or Decimal(0))))
    reasons = sorted({reason for part in parts for reason in part.reasons})
    return Absence(reasons=tuple(reasons), bounds=tuple(bounds))


def read_marked_cells(
    texts: Sequence[str], marks: Sequence[Mark], form: NumberFormat
) -> list[MarkedCell | None]:
    """Return for each text of a cell, none of them a number, its mark; None where none fits."""
    whole = {mark.sign: mark for mark in marks if not mark.absence.numbered}
    framed = [mark for mark in marks if mark.absence.numbered]
    if not marks:
        return [None] * len(texts)
    # The numbers in all cells are read in one go.
    candidates = [
        [(mark, number) for mark in framed if (number := mark.number_in(text)) is not None]
        for text in texts
    ]
    numbers = read_numbers([number for pairs in candidates for _, number in pairs], form)
    found: list[MarkedCell | None] = []
    at = 0
    for text, pairs in zip(texts, candidates, strict=True):
        fitting = [
            MarkedCell(
                mark=mark,
                mantissa=int(numbers.mantissa[place]),
                decimals=int(numbers.decimals[place]),
                percent=bool(numbers.percent[place]),
            )
            for place, (mark, _) in enumerate(pairs, start=at)
            if not numbers.faulty[place]
        ]
        at += len(pairs)
        same = whole.get("".join(text.split()))
        if same:
            fitting.append(MarkedCell(mark=same))
        if len(fitting) > 1:
            rivals = tuple(item.mark for item in fitting if item.mark)
            found.append(MarkedCell(rivals=rivals))
        elif fitting:
            [reading] = fitting
            printed = decimal_of(reading.mantissa, reading.decimals)
            mark = reading.mark
            problem = _no_number_between(mark.absence, printed) if mark else None
            if mark and problem:
                particulars: dict[str, object] = {"mark": mark.sign, "problem": problem}
                reading = MarkedCell(problem=("wrong-bounds", particulars))
            found.append(reading)
        elif pairs:
            mark, number = pairs[0]
            particulars = {"mark": mark.sign, "number": shown(number)}
            found.append(MarkedCell(problem=("no-number-in-mark", particulars)))
        else:
            found.append(None)
    return found
