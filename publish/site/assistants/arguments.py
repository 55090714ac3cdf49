"""Reads the arguments of a tool: what an assistant gave, or a sentence that it can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publish.exports.description import LANGUAGES
from publish.faults.fault import Words, did_you_mean, phrase, shortened, some_of

MOST_FILTERS = 50
MOST_VALUES = 500
"""Values of all filters together."""
LONGEST = 500
"""Characters of a text, and of each value of a filter."""

TEXT, WHOLE, SWITCH, LANGUAGE, FILTERS = "text", "whole", "switch", "language", "filters"
"""The kinds of argument."""

Filters = Sequence[tuple[str, str]]
"""The name of a dimension with a value, in the order given; a name may come several times."""


class ToolRefused(Exception):
    """A tool cannot do what it was asked; the sentence says why, and what can be done."""

    def __init__(self, sentence: Words) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True)
class ToolArgument:
    """An argument of a tool."""

    name: str
    kind: str
    meaning: str
    default: Any = None
    is_required: bool = False
    least: int = 0
    most: int = 0

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        found: dict[str, Any] = {"description": self.meaning}
        match self.kind:
            case "whole":
                found |= {"type": "integer", "minimum": self.least, "maximum": self.most}
            case "switch":
                found |= {"type": "boolean"}
            case "language":
                found |= {"type": "string", "enum": list(LANGUAGES)}
            case "filters":
                text = {"type": "string", "maxLength": LONGEST}
                several = {"type": "array", "items": text, "maxItems": MOST_VALUES}
                found |= {
                    "type": "object",
                    "additionalProperties": {"anyOf": [text, several]},
                    "maxProperties": MOST_FILTERS,
                }
            case _:
                found |= {"type": "string", "maxLength": LONGEST}
        if self.default not in (None, "", ()):
            found["default"] = self.default
        return found

    def read(self, value: object) -> Any:
        """Return a value that was given. Raises ToolRefused."""
        match self.kind:
            case "whole":
                if isinstance(value, float) and value.is_integer():
                    value = int(value)
                if type(value) is int and self.least <= value <= self.most:
                    return value
                raise self._refused("argument-whole", least=self.least, most=self.most)
            case "switch":
                if isinstance(value, bool):
                    return value
                raise self._refused("argument-switch")
            case "language":
                if value in LANGUAGES:
                    return value
                raise self._refused("argument-language", known=some_of(LANGUAGES))
            case "filters":
                return self._filters(value)
        if not isinstance(value, str):
            raise self._refused("argument-text")
        self._check_length(value)
        return value.strip()

    def _filters(self, value: object) -> Filters:
        if not isinstance(value, Mapping):
            raise self._refused("argument-filters")
        pairs: list[tuple[str, str]] = []
        for name, given in value.items():
            self._check_length(name)
            items = given if isinstance(given, list) else [given]
            if not items:
                raise self._refused("argument-no-value", filter=name)
            pairs += [(name, self._value(name, item)) for item in items[: MOST_VALUES + 1]]
            if len(pairs) > MOST_VALUES:
                raise self._refused("argument-too-many", most=MOST_VALUES)
        return pairs

    def _value(self, name: str, value: object) -> str:
        """Return a value of a filter as text; codes such as years may come as numbers."""
        if type(value) is int:
            return f"{value:d}" if abs(value) < 10**18 else ""
        if not isinstance(value, str):
            raise self._refused("argument-filter-value", filter=shortened(name))
        self._check_length(value)
        return value

    def _check_length(self, text: str) -> None:
        if len(text) > LONGEST:
            raise self._refused("argument-too-long", most=LONGEST)

    def _refused(self, name: str, **particulars: object) -> ToolRefused:
        return ToolRefused(phrase(name, argument=self.name, **particulars))


def read_arguments(
    known: Sequence[ToolArgument], given: Mapping[str, object] | None
) -> dict[str, Any]:
    """Return the value of each argument; those that are left out have their default.

    Raises ToolRefused.
    """
    by_name = {item.name: item for item in known}
    values = {item.name: item.default for item in known}
    for name, value in (given or {}).items():
        if name not in by_name:
            hint = did_you_mean(name[:LONGEST], by_name)
            raise ToolRefused(
                phrase("argument-unknown", name=shortened(name), hint=hint, known=some_of(by_name))
            )
        if value is not None:
            values[name] = by_name[name].read(value)
    for item in known:
        if item.is_required and values[item.name] in (None, ""):
            raise ToolRefused(phrase("argument-lacking", argument=item.name, meaning=item.meaning))
    return values


def language_given(given: Mapping[str, object] | None) -> str:
    """Return the language in which an assistant is told what is wrong."""
    language = (given or {}).get("language")
    return language if isinstance(language, str) and language in LANGUAGES else LANGUAGES[1]
