"""TOML files: their values, and the line and column of each key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from publish.faults.fault import Fault, fault, phrase
from publish.faults.places import line_and_column
from publish.project.files import MOST_TOML, read_file


def read_toml(path: Path, shown: str, faults: list[Fault]) -> tuple[dict[str, Any], str] | None:
    """Return values and text of a TOML file, or None with a fault when it cannot be read."""
    text = read_file(path, shown, faults, most=MOST_TOML)
    if text is None:
        return None
    text = text.replace("\r\n", "\n")
    try:
        return tomllib.loads(text), text
    except (ValueError, RecursionError) as error:
        faults.append(_syntax_fault(error, text, shown))
        return None


def place_of_key(text: str, key: str) -> tuple[int, int]:
    """Return line and column of a top-level key of a TOML file; 1, 1 when it is not found."""
    at = re.search(rf"^[ \t]*\[?[ \t]*[\"']?(?={re.escape(key)}[\"']?\s*[=.\]])", text, re.M)
    return line_and_column(text, at.end()) if at else (1, 1)


def _syntax_fault(error: Exception, text: str, shown: str) -> Fault:
    """Return the fault of a text that is not TOML, at the place that the parser names."""
    problem = re.fullmatch(
        r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)",
        str(error),
        re.DOTALL,
    )
    if not problem:
        return fault("toml-syntax", shown, 1, 1, problem=phrase("setting-too-large"))
    what = problem["what"][:1].lower() + problem["what"][1:]
    if problem["line"]:
        place = int(problem["line"]), int(problem["column"])
        return fault("toml-syntax", shown, *place, problem=what)
    place = line_and_column(text, len(text))
    return fault("toml-syntax", shown, *place, problem=phrase("at-the-end", problem=what))
