"""Reports of faults: text for people, JSON for programs, SARIF, and SHACL.

Faults keep the order in which they are given; equal faults give an equal report. The number of
faults, and where to read more about them, are sentences apart from the report.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import click

from publish.faults.addresses import is_address
from publish.faults.fault import KINDS, Fault, Words, number_of, phrase, together
from publish.faults.sarif import as_sarif
from publish.faults.shacl_report import as_shacl

FORMATS = ("text", "json", "sarif", "shacl")
"""How faults can be printed; the first is for people."""

MANY = 10
"""Faults above which a text ends with how often each code occurs."""

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


def report(
    faults: Sequence[Fault],
    form: str,
    language: str = "en",
    *,
    base: str | None = None,
    colour: bool = False,
) -> str:
    """Return faults in one of the formats, with a line feed at its end unless it is empty.

    ``base`` is the project's, None when it could not be read; ``colour`` is for text alone.
    """
    if form == "json":
        return as_json(faults, language)
    if form == "sarif":
        return as_sarif(faults, language)
    if form == "shacl":
        return as_shacl(faults, base)
    return as_text(faults, language, colour=colour)


def as_text(faults: Sequence[Fault], language: str = "en", *, colour: bool = False) -> str:
    """Return each fault as a block: place, code and finding; the cell's text; what to do."""
    lines = [line for item in faults for line in _block(item, language, colour=colour)]
    if len(faults) > MANY:
        counts = Counter(item.code for item in faults)
        width = len(str(max(counts.values())))
        lines.append("")
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            title = KINDS[code].title.text_in(language)
            lines.append(f"{count:{width}} × {_styled(code, colour=colour, bold=True)}: {title}")
    return "".join(f"{line}\n" for line in lines)


def _block(item: Fault, language: str, *, colour: bool) -> list[str]:
    place = _styled(item.place, colour=colour, bold=True)
    code = _styled(item.code, colour=colour, fg=COLOURS[item.severity])
    if item.severity != "error":
        code = f"{phrase(item.severity).text_in(language)}: {code}"
    lines = [f"{place}: {code}: {item.finding.text_in(language)}"]
    message = (item.finding + item.fix).text_in(language)
    if item.text and f'"{item.text}"' not in message:
        lines.append("    " + phrase("the-cell-says", text=item.text).text_in(language))
    return [*lines, f"    {item.fix.text_in(language)}"]


def _styled(text: str, *, colour: bool, **style: bool | str) -> str:
    return click.style(text, **style) if colour else text  # type: ignore[arg-type]


def as_json(faults: Sequence[Fault], language: str = "en") -> str:
    """Return the faults as JSON: a list of their records, with title, and IRI if they have one."""
    records = []
    for item in faults:
        record = item.record(language) | {"title": item.kind.title.text_in(language)}
        if not item.line and is_address(item.path):
            record["iri"] = item.path
        records.append(record)
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def count_of(faults: Sequence[Fault]) -> Words:
    """Return how many open questions and faults there are, and how many that only warn."""
    questions = sum(item.code == "still-open" for item in faults)
    errors = sum(item.severity == "error" for item in faults) - questions
    warnings = len(faults) - errors - questions
    counts = [number_of(questions, "questions")] if questions else []
    if errors or not (questions or warnings):
        counts.append(phrase("one-fault") if errors == 1 else phrase("faults", count=errors))
    if warnings:
        one = warnings == 1
        counts.append(phrase("one-warning") if one else phrase("warnings", count=warnings))
    return together(counts)


def where_to_read_more(faults: Sequence[Fault]) -> Words:
    """Return how to read more about a fault, with the code that occurs most as an example."""
    [(code, _)] = Counter(item.code for item in faults).most_common(1)
    return phrase("more-with-explain", code=code)
