"""One setting of the server: its kind, default, bounds and meaning, and which values it takes.

A value of a file has a type; that of a variable or a flag is a text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import cast

from publish.faults.fault import Words, phrase

UNITS = {"B": 1, "": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
"""Units of bytes, read in any case."""
OFF = "off"
"""What may stand for a number where what it bounds can be switched off."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting."""

    kind: str
    """One of text, choice, switch, whole, seconds and bytes."""
    default: object
    meaning: Words
    """What it is, in one sentence."""
    least: float = -math.inf
    most: float = math.inf
    choices: tuple[str, ...] = ()
    pattern: str = ""
    """The regular expression that a text has to match."""
    wanted: str = ""
    """The key of the phrase that says what a text has to be."""
    can_be_off: bool = False
    """Whether OFF may stand for a number."""

    def allowed(self) -> Words:
        """Return which values are allowed, for people."""
        if self.choices:
            return Words(", ".join(self.choices))
        least, most = (self.format(bound) for bound in (self.least, self.most))
        wanted = phrase(self.wanted or f"wanted-{self.kind}", least=least, most=most)
        return phrase("wanted-or-off", wanted=wanted) if self.can_be_off else wanted

    def format(self, value: object) -> str:
        """Return a value as a file or a variable has it, without quotation marks."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if self.kind == "bytes" and isinstance(value, int) and value:
            units = reversed(UNITS.items())
            return next(f"{value // size}{unit}" for unit, size in units if value % size == 0)
        return f"{value:g}" if isinstance(value, float) else str(value)

    def check(self, value: object) -> object:
        """Return the value from that of a file. Raises ValueError."""
        if self.can_be_off and value == OFF:
            return value
        if self.kind == "bytes" and isinstance(value, str):
            value = parse_bytes(value)
        types = (int, float) if self.kind == "seconds" else (type(self.default),)
        if type(value) not in types:
            raise ValueError(value)
        if self.choices:
            is_allowed = value in self.choices
        elif isinstance(value, str):
            is_allowed = bool(re.fullmatch(self.pattern, value))
        else:
            is_allowed = self.least <= cast("float", value) <= self.most
        if not is_allowed:
            raise ValueError(value)
        return float(cast("float", value)) if self.kind == "seconds" else value

    def parse(self, text: str) -> object:
        """Return the value from the text of a variable or a flag. Raises ValueError."""
        if self.can_be_off and text == OFF:
            return text
        match self.kind:
            case "switch" if text in ("true", "false"):
                return text == "true"
            case "whole" if re.fullmatch(r"-?[0-9]{1,18}", text):
                return self.check(int(text))
            case "seconds" if re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
                return self.check(float(text))
            case "text" | "choice" | "bytes":
                return self.check(text)
        raise ValueError(text)


def parse_bytes(text: str) -> int:
    """Return the number that a text such as 1GiB or 4096 stands for. Raises ValueError."""
    found = re.fullmatch(r"([0-9]{1,18}) ?([A-Za-z]*)", text)
    sizes = {unit.upper(): size for unit, size in UNITS.items()}
    if not found or found[2].upper() not in sizes:
        raise ValueError(text)
    return int(found[1]) * sizes[found[2].upper()]
