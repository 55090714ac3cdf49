"""Kinds of settings: which values they allow, and how values are parsed and formatted.

A value of a file has a type; that of a variable or a flag is a text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from publish.faults.fault import Words, phrase

VARIABLE_PREFIX = "PUBLISH_"
"""How the environment variables of settings begin."""
UNITS = {"": 1, "B": 1, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
"""Units of bytes, in any case."""


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


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{VARIABLE_PREFIX}{name.replace('-', '_').upper()}"


def allowed_values(setting: Setting) -> Words:
    """Return which values a setting allows, for people."""
    if setting.kind == "choice":
        return Words(", ".join(setting.choices))
    if setting.kind == "text":
        return phrase(setting.wanted)
    if setting.kind == "switch":
        return phrase("wanted-switch")
    bounds = {
        "least": format_value(setting, setting.least),
        "most": format_value(setting, setting.most),
    }
    return phrase(f"wanted-{setting.kind}", **bounds)


def format_value(setting: Setting, value: object) -> str:
    """Return a value as a file or a variable has it, without quotation marks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if setting.kind == "bytes" and isinstance(value, int) and value:
        name, size = next(
            (name, size) for name, size in reversed(UNITS.items()) if value % size == 0
        )
        return f"{value // size}{name.replace('IB', 'iB')}" if size > 1 else str(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_value(setting: Setting, value: object) -> object:
    """Return the value of a setting from that of a file. Raises ValueError."""
    if setting.kind == "bytes" and isinstance(value, str):
        value = parse_bytes(value)
    match setting.kind:
        case "switch":
            is_allowed = isinstance(value, bool)
        case "text":
            is_allowed = isinstance(value, str) and bool(re.fullmatch(setting.pattern, value))
        case "choice":
            is_allowed = value in setting.choices
        case kind:
            types = (int, float) if kind == "seconds" else int
            is_allowed = (
                isinstance(value, types)
                and not isinstance(value, bool)
                and setting.least <= value <= setting.most
            )
            if is_allowed and kind == "seconds":
                value = float(value)  # type: ignore[arg-type]
    if not is_allowed:
        raise ValueError(value)
    return value


def parse_text(setting: Setting, text: str) -> object:
    """Return the value of a setting from the text of a variable or a flag. Raises ValueError."""
    match setting.kind:
        case "switch" if text in ("true", "false"):
            return text == "true"
        case "whole" if re.fullmatch(r"-?[0-9]{1,18}", text):
            return check_value(setting, int(text))
        case "seconds" if re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
            return check_value(setting, float(text))
        case "text" | "choice" | "bytes":
            return check_value(setting, text)
    raise ValueError(text)


def parse_bytes(text: str) -> int:
    """Return the number that a text such as 1GiB or 4096 stands for. Raises ValueError."""
    found = re.fullmatch(r"([0-9]{1,18}) ?([A-Za-z]*)", text)
    if not found or found[2].upper() not in UNITS:
        raise ValueError(text)
    return int(found[1]) * UNITS[found[2].upper()]
