"""Settings in a file of TOML: its values, and where each key stands.

In comes a path; out come the values with the text they were read from, or faults at a place.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from publish.faults.fault import Fault, fault, phrase
from publish.project.files import MOST_TOML, read_file


def read_toml(path: Path, shown: str, faults: list[Fault]) -> tuple[dict[str, Any], str] | None:
    """Return the values of a file with its text, or None with a fault when it is no TOML."""
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
    """Return line and column of a key at the top of a file of TOML; 1, 1 when it is not found."""
    at = re.search(rf"^[ \t]*\[?[ \t]*[\"']?(?={re.escape(key)}[\"']?\s*[=.\]])", text, re.M)
    if not at:
        return 1, 1
    return text.count("\n", 0, at.end()) + 1, at.end() - text.rfind("\n", 0, at.end())


def _syntax_fault(error: Exception, text: str, shown: str) -> Fault:
    """Return the fault of a text that is no TOML, where the parser says it is."""
    problem = re.fullmatch(
        r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)",
        str(error),
        re.DOTALL,
    )
    lines = text.split("\n")
    if not problem:
        return fault("toml-syntax", shown, 1, 1, problem=phrase("setting-too-large"))
    what = problem["what"][:1].lower() + problem["what"][1:]
    if problem["line"]:
        place = int(problem["line"]), int(problem["column"])
        return fault("toml-syntax", shown, *place, problem=what)
    place = len(lines), len(lines[-1]) + 1
    return fault("toml-syntax", shown, *place, problem=phrase("at-the-end", problem=what))
