"""Finds the codes that a value of an address stands for: codes themselves, labels, or periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from publish.exports.description import PERIOD, DimensionDescription, as_compared
from publish.exports.parameters.bad_parameters import FaultList
from publish.exports.parameters.periods import codes_of_periods
from publish.faults.fault import Words, nearest, phrase, some_of

MOST_TEXTS = 1_000
"""Texts that an unknown value is compared with to find the nearest."""
MOST_NAMED = 13
"""Codes that are handed to a message, which names one less."""
MOST_GUESSES = 3
"""Faults of one request for which the nearest text is sought."""


def codes_of_values(
    dimension: DimensionDescription, parameter: str, values: Iterable[str], faults: FaultList
) -> tuple[str, ...]:
    """Return the codes that values stand for, each once and in the order of the dimension.

    ``parameter`` is the name that was given, for messages. A value is several by comma, or one
    label that has commas itself.
    """
    found: set[str] = set()
    for value in values:
        found.update(_codes_of_value(dimension, parameter, value, faults))
    places = dimension.positions
    return tuple(sorted(found, key=places.__getitem__))


def _codes_of_value(
    dimension: DimensionDescription, parameter: str, value: str, faults: FaultList
) -> Iterable[str]:
    parts = [part.strip() for part in value.split(",")]
    if len(parts) > 1 and any(part not in dimension.by_code for part in parts):
        whole = dimension.codes_by_text.get(as_compared(value), ())
        if len(whole) == 1:
            return whole
    found: list[str] = []
    for part in parts:
        if not part:
            faults.add("empty-parameter", parameter, value)
        else:
            found += _codes_of_part(dimension, parameter, part, faults)
    return found


def _codes_of_part(
    dimension: DimensionDescription, parameter: str, part: str, faults: FaultList
) -> Iterable[str]:
    if part in dimension.by_code:
        return (part,)
    found = dimension.codes_by_text.get(as_compared(part), ())
    if len(found) == 1:
        return found
    if found:
        faults.add("ambiguous-label", parameter, part, codes=some_of(found))
    elif dimension.kind == PERIOD:
        return codes_of_periods(dimension, parameter, part, faults)
    else:
        count = len(dimension.codes) * 2
        hint = nearest_text(part, _texts(dimension), faults, count=count)
        known = some_of(item.code for item in dimension.codes[:MOST_NAMED])
        faults.add("unknown-code", parameter, part, hint=hint, known=known)
    return ()


def nearest_text(word: str, known: Iterable[str], faults: FaultList, *, count: int) -> Words:
    """Return ``Did you mean "x"? `` for the nearest of about so many texts, else nothing.

    Of very many texts only those that begin or end like the word are looked at, and only for the
    first of several faults.
    """
    most = MOST_GUESSES if count <= MOST_TEXTS else 1
    if len(faults.found) >= most:
        return Words("")
    word = as_compared(word)[:60]
    if count > MOST_TEXTS:
        known = (
            text
            for text in known
            if (folded := text.casefold()).startswith(word[:2]) or folded.endswith(word[-3:])
        )
    near = nearest(word, islice(known, MOST_TEXTS))
    return phrase("did-you-mean", word=near) if near else Words("")


def _texts(dimension: DimensionDescription) -> Iterator[str]:
    """Yield the codes and labels of a dimension."""
    for item in dimension.codes:
        yield item.code
        yield from item.label.values()
