"""Kinds of settings: what values they can have, and how these are read and written.

A value comes from a file, where it has a type, or from a variable or a flag, where it is a text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from publish.faults.fault import Words, phrase

HEAD = "PUBLISH_"
"""How the variables of the environment begin that give settings."""
UNITS = {"": 1, "B": 1, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
"""What a number of bytes can be followed by; small letters do as well."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is known of a setting."""

    kind: str
    """One of text, choice, switch, whole, seconds and bytes."""
    default: object
    told: Words
    """What it is, in one sentence."""
    least: float = -math.inf
    most: float = math.inf
    choices: tuple[str, ...] = ()
    pattern: str = ""
    """What a text has to be, as a regular expression."""
    wanted: str = ""
    """The phrase that says what a text has to be."""


def name_of_variable(name: str) -> str:
    """Return the variable of the environment that gives a setting."""
    return f"{HEAD}{name.replace('-', '_').upper()}"


def wanted(setting: Setting) -> Words:
    """Return what values a setting can have."""
    if setting.kind == "choice":
        return Words(", ".join(setting.choices))
    if setting.kind == "text":
        return phrase(setting.wanted)
    if setting.kind == "switch":
        return phrase("wanted-switch")
    bounds = {"least": shown(setting, setting.least), "most": shown(setting, setting.most)}
    return phrase(f"wanted-{setting.kind}", **bounds)


def shown(setting: Setting, value: object) -> str:
    """Return a value as it is written in a file or a variable, without quotation marks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if setting.kind == "bytes" and isinstance(value, int) and value:
        name, size = next(
            (name, size) for name, size in reversed(UNITS.items()) if value % size == 0
        )
        return f"{value // size}{name.replace('IB', 'iB')}" if size > 1 else str(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def usable(setting: Setting, value: object) -> object:
    """Return a value of a file as the value of a setting. Raises ValueError when it cannot be."""
    if setting.kind == "bytes" and isinstance(value, str):
        value = number_of_bytes(value)
    match setting.kind:
        case "switch":
            is_usable = isinstance(value, bool)
        case "text":
            is_usable = isinstance(value, str) and bool(re.fullmatch(setting.pattern, value))
        case "choice":
            is_usable = value in setting.choices
        case kind:
            types = (int, float) if kind == "seconds" else int
            is_usable = (
                isinstance(value, types)
                and not isinstance(value, bool)
                and setting.least <= value <= setting.most
            )
            if is_usable and kind == "seconds":
                value = float(value)  # type: ignore[arg-type]
    if not is_usable:
        raise ValueError(value)
    return value


def usable_text(setting: Setting, text: str) -> object:
    """Return a text, of a variable or a flag, as the value of a setting. Raises ValueError."""
    match setting.kind:
        case "switch" if text in ("true", "false"):
            return text == "true"
        case "whole" if re.fullmatch(r"-?[0-9]{1,18}", text):
            return usable(setting, int(text))
        case "seconds" if re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
            return usable(setting, float(text))
        case "text" | "choice" | "bytes":
            return usable(setting, text)
    raise ValueError(text)


def number_of_bytes(text: str) -> int:
    """Return the number that a text such as 1GiB or 4096 stands for. Raises ValueError."""
    found = re.fullmatch(r"([0-9]{1,18}) ?([A-Za-z]*)", text)
    if not found or found[2].upper() not in UNITS:
        raise ValueError(text)
    return int(found[1]) * UNITS[found[2].upper()]
