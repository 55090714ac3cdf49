"""Suggestions as a person reads and judges them: text, JSON, CSV, or Turtle in comments.

Nothing is written into ``ontology/``: a person copies there what is right.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from publish.faults.fault import CannotRun, Words, phrase
from publish.ontology.suggest.candidates import Candidate, ForeignEntry
from publish.project.files import as_csv, write_files
from publish.project.project import Project

COLUMNS = (
    "their code", "their label", "rank", "score", "list", "our code", "our label", "our IRI",
    "reason", "accept", "relation",
)  # fmt: skip
ENDINGS = (".csv", ".json", ".ttl")


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """The entries of a foreign list, each with its candidates, best first."""

    found: tuple[tuple[ForeignEntry, tuple[Candidate, ...]], ...]

    @property
    def counted(self) -> Words:
        """How many entries have a suggestion, in words."""
        without, count = len(self.without), len(self.found)
        have, lack = (phrase("has" if it == 1 else "have") for it in (count - without, without))
        found = phrase("out-of", found=count - without, count=count)
        return phrase("suggestions-counted", found=found, have=have, without=without, lack=lack)

    @property
    def without(self) -> list[ForeignEntry]:
        """The entries for which nothing is proposed."""
        return [entry for entry, candidates in self.found if not candidates]


def as_text(suggestions: Suggestions, language: str) -> str:
    """Return the suggestions as lines to read."""
    lines: list[str] = []
    for entry, candidates in suggestions.found:
        lines.append(_printable(f"{entry.code}  {entry.labels[0]}".strip()))
        if not candidates:
            lines.append("    –")
        for one in candidates:
            place, reason = f"{one.code.list_name}/{one.code.code}", one.reason.text_in(language)
            lines.append(f"    {one.score:.2f}  {place}  {one.code.shown}  ({reason})")
    lines += ["", suggestions.counted.text_in(language)]
    if suggestions.without:
        texts = ", ".join(f'"{_printable(entry.labels[0])}"' for entry in suggestions.without)
        lines.append(phrase("no-suggestion-for", texts=texts).text_in(language))
    return "\n".join(lines)


def _printable(text: str) -> str:
    """Return a text that can neither break a line nor command a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def as_json(suggestions: Suggestions, language: str) -> str:
    """Return the suggestions as a JSON array, one object per entry."""
    records = [
        {
            "code": entry.code,
            "label": entry.labels[0],
            "iri": entry.iri,
            "candidates": [
                {
                    "rank": rank,
                    "score": candidate.score,
                    "list": candidate.code.list_name,
                    "code": candidate.code.code,
                    "label": candidate.code.shown,
                    "iri": candidate.code.iri,
                    "reason": candidate.reason.text_in(language),
                }
                for rank, candidate in enumerate(candidates, start=1)
            ],
        }
        for entry, candidates in suggestions.found
    ]
    return json.dumps(records, ensure_ascii=False, indent=2)


def _rows(suggestions: Suggestions, language: str) -> Iterator[list[object]]:
    """Yield the columns and one row per candidate, with empty columns in which a person judges.

    An entry without candidates has one row, so that nothing is lost from sight.
    """
    yield [*COLUMNS]
    for entry, candidates in suggestions.found:
        theirs = [entry.code, entry.labels[0]]
        if not candidates:
            yield [*theirs, *[""] * (len(COLUMNS) - 2)]
        for rank, candidate in enumerate(candidates, start=1):
            code = candidate.code
            ours = [code.list_name, code.code, code.shown, code.iri]
            reason = candidate.reason.text_in(language)
            yield [*theirs, rank, f"{candidate.score:.2f}", *ours, reason, "", ""]


PREFIXES = """\
#@prefix pub: <ns/publicatie#> .
#@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
#@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def as_turtle(suggestions: Suggestions, project: Project, language: str) -> str:
    """Return the candidates as blocks of pub:Koppeling in which every line is a comment."""
    introduction = phrase("suggestions-head").text_in(language).splitlines()
    blocks = ["".join(f"## {line}".rstrip() + "\n" for line in introduction), "##\n", PREFIXES]
    nothing = phrase("nothing-proposed").text_in(language)
    theirs = phrase("address-of-theirs").text_in(language)
    whose = phrase("whose").text_in(language)
    for entry, candidates in suggestions.found:
        blocks.append(f"\n## -- {_on_one_line(f'{entry.code} {entry.labels[0]}')}\n")
        if not candidates:
            blocks.append(f"## {nothing}\n")
        name = re.sub(r"[^A-Za-z0-9._~-]+", "-", entry.code or entry.labels[0]).strip("-.")
        target = f"<{_on_one_line(entry.iri)}>" if entry.iri else f"<«{theirs}»>"
        for candidate in candidates:
            code, reason = candidate.code, candidate.reason.text_in(language)
            iri = code.iri.removeprefix(project.base + "/")
            blocks.append(
                f"##\n## {candidate.score:.2f}, {reason}: {code.list_name}/{code.code},"
                f' "{_on_one_line(code.shown)}"\n'
                f"#<id/koppeling/«{whose}»/{code.list_name}/{code.code}/{name}>\n"
                "#    a pub:Koppeling ;\n"
                '#    rdfs:comment "«waarom»"@nl , "«why»"@en ;\n'
                f"#    pub:naar {target} ;\n"
                "#    pub:relatie skos:closeMatch ;\n"
                f"#    pub:van <{iri}> .\n"
            )
    return "".join(blocks)


def _on_one_line(text: str) -> str:
    """Return a text that cannot end a comment."""
    return " ".join(text.split())


def check_output(project: Project, file: Path, output: Path) -> None:
    """Raise CannotRun for a file that suggestions are not written to."""
    path = output.resolve()
    if path.is_relative_to((project.root / "ontology").resolve()):
        raise CannotRun(phrase("output-in-ontology", output=output))
    if path == file.resolve():
        raise CannotRun(phrase("output-is-input", output=output))
    if path.suffix.lower() not in ENDINGS:
        raise CannotRun(phrase("output-ending", output=output))


def write_suggestions(
    suggestions: Suggestions, project: Project, output: Path, language: str
) -> None:
    """Write suggestions to a file in the format of its name, at once or not at all."""
    ending = output.suffix.lower()
    if ending == ".csv":
        # With a mark at the beginning, so that spreadsheets see that it is UTF-8.
        content = codecs.BOM_UTF8 + as_csv(_rows(suggestions, language))
    elif ending == ".ttl":
        content = as_turtle(suggestions, project, language).encode()
    else:
        content = f"{as_json(suggestions, language)}\n".encode()
    write_files({output: content})
