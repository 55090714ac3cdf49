"""TOML files: their values, and the line and column of each key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publish.faults.fault import Fault, fault, phrase
from publish.faults.places import line_and_column
from publish.project.files import CONTROL, MOST_TOML, read_file


def read_toml(path: Path, shown: str, faults: list[Fault]) -> tuple[dict[str, Any], str] | None:
    """Return values and text of a TOML file, or None with a fault when it cannot be read."""
    text = read_file(path, shown, faults, most=MOST_TOML)
    if text is None:
        return None
    text = text.replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        faults.append(_syntax_fault(error, text, shown))
        return None
    faults.extend(_control_characters(values, text, shown))
    return values, text


def _control_characters(values: dict[str, Any], text: str, shown: str) -> Iterator[Fault]:
    """Yield a fault for each key in whose texts there is a control character."""
    for name, value in values.items():
        for key, part in value.items() if isinstance(value, dict) else [(name, value)]:
            if found := CONTROL.search("\n".join([key, *_texts(part)])):
                at = place_in_table(text, name, key)
                yield fault("control-character", shown, *at, name=f"U+{ord(found[0]):04X}")


def _texts(value: object) -> Iterator[str]:
    """Yield the texts in a value, and the keys in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def place_of_key(text: str, key: str) -> tuple[int, int]:
    """Return line and column of a top-level key of a TOML file; 1, 1 when it is not found."""
    at = re.search(rf"^[ \t]*\[?[ \t]*[\"']?(?={re.escape(key)}[\"']?\s*[=.\]])", text, re.M)
    return line_and_column(text, at.end()) if at else (1, 1)


def place_in_table(text: str, table: str, key: str) -> tuple[int, int]:
    """Return line and column of a key in a table; of the table when it is not found there."""
    head = re.search(rf"^[ \t]*\[[ \t]*[\"']?{re.escape(table)}[\"']?[ \t]*\]", text, re.M)
    if head and table != key:
        rest = text[head.end() :]
        end = re.search(r"^[ \t]*\[", rest, re.M)
        part = rest[: end.start()] if end else rest
        at = re.search(rf"^[ \t]*[\"']?(?={re.escape(key)}[\"']?\s*[=.])", part, re.M)
        if at:
            return line_and_column(text, head.end() + at.end())
    name = rf"{re.escape(table)}[\"']?\s*\.\s*[\"']?{re.escape(key)}"
    at = re.search(rf"^[ \t]*\[?[ \t]*[\"']?(?={name})", text, re.M)
    return line_and_column(text, at.end()) if at else place_of_key(text, table)


def _syntax_fault(error: Exception, text: str, shown: str) -> Fault:
    """Return the fault of a text that is not TOML, at the place that the parser names."""
    found = re.fullmatch(
        r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL
    )
    if not found:
        return fault("toml-syntax", shown, 1, 1, problem=phrase("setting-too-large"))
    problem, line, column = found.groups()
    problem = problem[:1].lower() + problem[1:]
    if line:
        return fault("toml-syntax", shown, int(line), int(column), problem=problem)
    place = line_and_column(text, len(text))
    return fault("toml-syntax", shown, *place, problem=phrase("at-the-end", problem=problem))
