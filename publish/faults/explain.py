"""The help page of each kind of fault, and lists of all: for a terminal, as JSON, and FAULTS.md."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from itertools import groupby

from publish.faults.fault import KINDS, PHRASES, CannotRun, Kind, Words, did_you_mean, phrase

WIDTH = 96


class _Names(dict[str, object]):
    """Fills in each particular with its name in angle brackets, and ``hint``, which is optional,
    with nothing."""

    def __missing__(self, name: str) -> str:
        return "" if name == "hint" else f"<{name}>"


def find_kind(code: str, language: str = "en") -> Kind:
    """Return a kind of fault. Raises CannotRun for an unknown code."""
    if code in KINDS:
        return KINDS[code]
    raise CannotRun(
        phrase("no-such-kind", code=code, hint=did_you_mean(code, KINDS)).text_in(language)
    )


def page_of(kind: Kind, language: str = "en") -> str:
    """Return the help page of a kind of fault, for a terminal."""
    severity = "severity-error" if kind.severity == "error" else kind.severity
    stops = "stops-the-release" if kind.severity == "error" else "does-not-stop-the-release"
    about = f"{phrase(severity).text_in(language)}. {phrase(stops).text_in(language)}"
    if kind.can_be_acknowledged:
        about += " " + phrase("source-can-have-it").text_in(language)
    if kind.constraint:
        about += f" RDF Data Cube: {kind.constraint}."
    sections = [
        ("when-it-occurs", kind.when.text_in(language)),
        ("what-it-says", shown(kind.finding, language)),
        ("what-to-do", shown(kind.fix, language)),
    ]
    text = f"{kind.code}: {kind.title.text_in(language)}\n{_wrapped(about[:1].upper() + about[1:])}"
    for heading, body in sections:
        if body:
            text += f"\n{phrase(heading).text_in(language)}\n{_wrapped(body, indent=4)}"
    return text


def shown(text: Words, language: str) -> str:
    """Return a text of a kind with the names of its particulars, as ``<label>``."""
    return text.text_in(language).format_map(_Names()).strip()


def _wrapped(text: str, indent: int = 0) -> str:
    """Return a text in lines that fit a terminal; indented lines, as of examples, stay as is."""
    wrapper = textwrap.TextWrapper(WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    lines = [line if line[:1] == " " else wrapper.fill(line) for line in text.splitlines()]
    return textwrap.indent("".join(f"{line}\n" for line in lines), " " * indent)


def by_subject() -> list[tuple[Words, list[Kind]]]:
    """Return the kinds by subject, both in the order of the alphabet."""
    kinds = sorted(KINDS.values(), key=lambda kind: (kind.subject, kind.code))
    return [
        (PHRASES[f"subject-{subject}"], list(group))
        for subject, group in groupby(kinds, key=lambda kind: kind.subject)
    ]


def kinds_as_text(language: str = "en") -> str:
    """Return every code with its title, by subject."""
    width = max(map(len, KINDS))
    blocks = []
    for subject, kinds in by_subject():
        lines = [f"    {kind.code:{width}}  {kind.title.text_in(language)}" for kind in kinds]
        blocks.append("\n".join([subject.text_in(language), *lines]))
    return "\n\n".join(blocks) + "\n"


def kinds_as_json(kinds: Sequence[Kind], language: str = "en") -> str:
    """Return kinds as a list of JSON objects."""
    records = [kind_record(kind, language) for kind in kinds]
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def kind_record(kind: Kind, language: str = "en") -> dict[str, object]:
    """Return a kind as a JSON object, particulars in its texts as ``<label>``."""
    return {
        "code": kind.code,
        "subject": kind.subject,
        "severity": kind.severity,
        "can-be-acknowledged": kind.can_be_acknowledged,
        "constraint": kind.constraint,
        "title": kind.title.text_in(language),
        "finding": shown(kind.finding, language),
        "fix": shown(kind.fix, language),
        "when": kind.when.text_in(language),
    }


INTRODUCTION = """# Faults

Every kind of fault that the program finds, by what it is about. `publish explain CODE` says when
it occurs, what it says and what to do. An error stops a release, a warning does not.

*Nederlands: elke fout die het programma vindt. `publish --language nl explain CODE` legt ze uit.*

This file is generated from `publish/faults/kinds/`; `make faults` renews it.
"""


def kinds_as_markdown() -> str:
    """Return FAULTS.md: a table of all kinds."""
    parts = [INTRODUCTION]
    for subject, kinds in by_subject():
        lines = [f"## {subject}", "", "| code | severity | title | titel |", "|---|---|---|---|"]
        for kind in kinds:
            title, titel = (kind.title.text_in(name).replace("|", "\\|") for name in ("en", "nl"))
            lines.append(f"| `{kind.code}` | {kind.severity} | {title} | {titel} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
