"""Open questions of a mapping: the places where OPEN stands for what a person must decide.

``publish new`` writes OPEN where it cannot know, with the question in a comment above it. Each is
a fault at its place. So that the rest of the mapping can be checked in the same run, likely
answers are put in their stead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from publish.faults.fault import Fault, Words, fault, phrase
from publish.mappings.mapping import MEASURE, OPEN, Axis, Mapping
from publish.ontology.vocabulary import Vocabulary
from publish.project.iris import REASON_LIST
from publish.project.yaml import Steps, YamlFile

QUESTION = re.compile(r"#\s*OPEN:\s*(?P<question>.*)")
CANDIDATES = re.compile(r"(?:Candidates|Mogelijk): ")
STAND_IN_PERIODS = {"kwartaal": "2000-Q1", "jaar": "2000", "dag": "2000-01-01"}
"""The period assumed where one is open, by kind."""
ABOUT = {"numbers": "open-numbers", "totals": "open-total", "encoding": "open-encoding"}
"""Per key of a mapping the phrase for what is asked in it."""
DEFINE_FIRST = {"open-dimension": "asked-no-dimension", "open-measure": "asked-no-measure"}
"""What to do about a dimension or measure that the ontology does not have yet."""


def find_open_questions(file: YamlFile) -> list[Fault]:
    """Return a fault for every OPEN in a mapping, with the question above it."""
    lines = _lines_of(file)
    found = []
    for steps in _open_steps(file.data, ()):
        path, line, column = file.place(*steps)
        about, candidates = _question_about(steps), _candidates_above(lines, line)
        among = phrase(DEFINE_FIRST[about]) + " " if about in DEFINE_FIRST else Words("")
        if candidates:
            among = phrase("open-among", candidates=candidates)
        key = ".".join(step for step in steps if isinstance(step, str))
        particulars = {"key": key, "about": phrase(about), "candidates": among}
        found.append(fault("still-open", path, line, column, **particulars))
    return found


def _lines_of(file: YamlFile) -> list[str]:
    """Return the lines of a mapping, none if it cannot be read any more."""
    try:
        return file.path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []


def _open_steps(data: Any, steps: Steps) -> Iterator[Steps]:
    """Yield the steps to every OPEN."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == OPEN:
                yield (*steps, key)
            yield from _open_steps(value, (*steps, key))
    elif isinstance(data, list):
        for number, item in enumerate(data):
            yield from _open_steps(item, (*steps, number))
    elif data == OPEN:
        yield steps


def _candidates_above(lines: list[str], line: int) -> str:
    """Return the candidates that the comment above a line names, or the one on the line itself."""
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    at = line - 2
    texts = [here] if QUESTION.search(here) else []
    while not texts and 0 <= at < len(lines) and lines[at].lstrip().startswith("#"):
        if QUESTION.search(lines[at]):
            texts = lines[at : line - 1]
        at -= 1
    joined = " ".join(text.strip().lstrip("#").strip() for text in texts)
    found = CANDIDATES.search(joined)
    return joined[found.end() :].strip().rstrip(".") if found else ""


def _question_about(steps: Steps) -> str:
    """Return the phrase for what is asked at a place."""
    names = [step for step in steps if isinstance(step, str)]
    if names[-1] == "reason" and "marks" in names:
        return "open-sign"
    if names[-1] == MEASURE:
        return "open-measure"
    if names == ["hidden"]:
        return "open-hidden"
    if names[-1] in ("rows", "columns") and (len(names) == 1 or "tables" in names):
        return "open-dimension"
    if "fixed" in names:
        return "open-fixed"
    if names[0] in ABOUT:
        return ABOUT[names[0]]
    if names[-1] in ("nl", "en"):
        return "open-text"
    return "open-other"


def with_likely_answers(mapping: Mapping, vocabulary: Vocabulary) -> Mapping | None:
    """Return a mapping with a likely answer to each open question; None where there is none.

    A dimension can be anything, so a mapping in which one is open is not read any further.
    """
    places = list(_open_steps(mapping.file.data, ()))
    if not places:
        return mapping
    if any(_question_about(steps) in ("open-dimension", "open-other") for steps in places):
        return None
    uses = []
    for use in mapping.uses:
        if any(_has_open(axis) for axis in use.axes):
            return None
        fixed = {name: _code(name, code, vocabulary) for name, code in use.fixed.items()}
        known = {name: code for name, code in fixed.items() if code is not None}
        if len(known) < len(fixed):
            return None
        uses.append(replace(use, fixed=known))
    measure = mapping.measure
    if measure == OPEN:
        line = mapping.file.place("measure")[1]
        named = _candidates_above(_lines_of(mapping.file), line).split(", ")
        existing = [name for name in named if name in vocabulary.measures]
        decimal = [n for n, m in vocabulary.measures.items() if not m.is_integer]
        # A measure with decimals fits whatever is printed, so nothing is blamed on the stand-in.
        fits = [name for name in existing if name in decimal]
        measure = next(iter([*fits, *existing, *decimal]), None)
        if measure is None:
            return None
    reasons = vocabulary.codes_of(REASON_LIST)
    marks = {
        sign: entry | {"reason": reasons[0]} if reasons and entry["reason"] == OPEN else entry
        for sign, entry in mapping.marks.items()
    }
    totals = {name: "incomplete" if kind == OPEN else kind for name, kind in mapping.totals.items()}
    return replace(mapping, uses=tuple(uses), measure=measure, marks=marks, totals=totals)


def _code(name: str, code: str, vocabulary: Vocabulary) -> str | None:
    """Return a code, or a likely one where it is open; None where there is none."""
    if code != OPEN:
        return code
    dimension = vocabulary.dimensions.get(name)
    if dimension is None:
        return None
    if dimension.period:
        return STAND_IN_PERIODS[dimension.period]
    return next(iter(dimension.codes.codes), None) if dimension.codes else None


def _has_open(axis: Axis) -> bool:
    given = (axis.labels or {}).values()
    return OPEN in axis.dimensions or any(OPEN in codes.values() for codes in given)
