"""Kinds of settings: which values they allow, and how values are parsed and formatted.

A value of a file has a type; that of a variable or a flag is a text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import cast

from publish.faults.fault import Words, phrase

VARIABLE_PREFIX = "PUBLISH_"
"""How the environment variables of settings begin."""
UNITS = {"B": 1, "": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
"""Units of bytes, read in any case."""


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
    if setting.choices:
        return Words(", ".join(setting.choices))
    least, most = (format_value(setting, bound) for bound in (setting.least, setting.most))
    return phrase(setting.wanted or f"wanted-{setting.kind}", least=least, most=most)


def format_value(setting: Setting, value: object) -> str:
    """Return a value as a file or a variable has it, without quotation marks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if setting.kind == "bytes" and isinstance(value, int) and value:
        units = reversed(UNITS.items())
        return next(f"{value // size}{unit}" for unit, size in units if value % size == 0)
    return f"{value:g}" if isinstance(value, float) else str(value)


def check_value(setting: Setting, value: object) -> object:
    """Return the value of a setting from that of a file. Raises ValueError."""
    if setting.kind == "bytes" and isinstance(value, str):
        value = parse_bytes(value)
    types = (int, float) if setting.kind == "seconds" else (type(setting.default),)
    if type(value) not in types:
        raise ValueError(value)
    if setting.choices:
        is_allowed = value in setting.choices
    elif isinstance(value, str):
        is_allowed = bool(re.fullmatch(setting.pattern, value))
    else:
        is_allowed = setting.least <= cast("float", value) <= setting.most
    if not is_allowed:
        raise ValueError(value)
    return float(cast("float", value)) if setting.kind == "seconds" else value


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
    sizes = {unit.upper(): size for unit, size in UNITS.items()}
    if not found or found[2].upper() not in sizes:
        raise ValueError(text)
    return int(found[1]) * sizes[found[2].upper()]
