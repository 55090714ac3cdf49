"""Source documents: what they are, and where their tables stand (format 1).

``mappings/<document>/document.yaml`` describes the document and, for ``publish extract``, each
printed table: the text it follows, its column headers and its row labels. A folder without
that file is a document of which only the tables are known.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from publish.faults.addresses import is_address, wrong_character
from publish.faults.fault import Fault, Words, did_you_mean, fault, phrase
from publish.mappings.mapping import Remark, read_remarks
from publish.project.files import leads_outside, read_file, usable_folder
from publish.project.project import Project, Text
from publish.project.yaml import Steps, YamlFile, read_yaml
from publish.tables.document_text import MOST_KEPT, PrintedText, printed_text

SCHEMA = (resources.files("publish.mappings") / "schema/document.schema.json").read_text("utf-8")
"""The JSON Schema of the file, which editors complete from too."""

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
"""A row label in a sentence, where a figure is printed."""

_APART = re.compile(r"(?<![^\s(])\{[^{}]+\}[.,;:!?)]*(?!\S)")


@dataclass(frozen=True, kw_only=True)
class TableDeclaration:
    """Where a printed table stands and what its rows and columns are called."""

    name: str
    title: Text | None
    after: str | None
    corner: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    sentence: str | None
    total: str | None
    wrapped: frozenset[str]
    fingerprint: str | None
    question: str | None
    """The number of the question that it answers."""
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """A question that a document answers, in short."""

    number: str
    text: Text
    lines: str | None
    """The lines of the document in which it is asked."""
    steps: Steps


@dataclass(frozen=True, kw_only=True)
class MissingFigures:
    """Figures that were asked for and that a document does not give."""

    name: str
    question: str | None
    lines: str | None
    slugs: tuple[str, ...]
    """The data sets in which one would look for them."""
    what: Text
    why: Text
    steps: Steps


ADDRESSES = ["landing-page", "download", "record", "publisher", "author", "licence", "language"]
"""The keys of a document that are each an http(s) address."""


Dates = dict[str, date]
"""Dates by their key, one of DATES."""
DATES = ("date", "question-date")
"""The keys of a document that are each a date: its own, and that of the question it answers."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A source document: its key is the name of its folder."""

    key: str
    title: Text
    numbers: str
    date: date
    """By which the later of two documents is told: its own date, else that of the question."""
    dates: Dates = field(default_factory=dict)
    """The dates that it states, by their key, one of DATES."""
    file: YamlFile | None = None
    """Its ``document.yaml``; None for a folder without one, of which nothing more is known."""
    number: str | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    """Addresses by their key, one of ADDRESSES."""
    subjects: tuple[str, ...] = ()
    area: str | None = None
    tables: dict[str, TableDeclaration] = field(default_factory=dict)
    missing: tuple[MissingFigures, ...] = ()
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    """Signs for figures that are not shown, as declared."""
    remarks: tuple[Remark, ...] = ()
    asked_by: Text | None = None
    """Who asked what it answers."""
    answered_by: Text | None = None
    questions: tuple[AskedQuestion, ...] = ()
    text: PrintedText | None = None
    """Its text, where that is published with it."""


def read_documents(project: Project, faults: list[Fault]) -> dict[str, Document]:
    """Read the documents of a project: every folder in ``mappings/``."""
    parent = project.root / "mappings"
    if not usable_folder(parent, project.root, faults):
        return {}
    folders = sorted(path for path in parent.glob("*") if path.is_dir())
    found = {}
    for folder in folders:
        if folder.name.startswith(".") or folder.suffix.lower() in (".yaml", ".yml"):
            continue
        if leads_outside(folder, project.root):
            path = os.path.realpath(folder)
            faults.append(fault("outside-project", project.shown(folder), path=path))
            continue
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", folder.name):
            faults.append(fault("wrong-file-name", project.shown(folder), name=folder.name))
            continue
        document = _read_document(folder, project, faults)
        if document:
            found[document.key] = document
    return found


def _read_document(folder: Path, project: Project, faults: list[Fault]) -> Document | None:
    path = folder / "document.yaml"
    if not path.exists() and not path.is_symlink():
        title = {"nl": folder.name, "en": folder.name}
        return Document(key=folder.name, title=title, date=date.min, numbers=project.numbers)
    file = read_yaml(path, project.shown(path), SCHEMA, faults, project.root)
    if file is None:
        return None
    tables = {
        name: _read_table(name, entry, file, faults)
        for name, entry in file.data.get("tables", {}).items()
    }
    dates = _read_dates(file, faults)
    if dates is None:
        return None
    addresses = {key: file.data[key] for key in ADDRESSES if key in file.data}
    subjects = tuple(file.data.get("subjects", ()))
    given: dict[Steps, str] = {(key,): address for key, address in addresses.items()}
    given |= {("subjects", at): address for at, address in enumerate(subjects)}
    wrong = {steps: address for steps, address in given.items() if not is_address(address)}
    for steps, address in wrong.items():
        if character := wrong_character(address):
            problem = phrase("iri-character", character=character)
            faults.append(fault("not-an-iri", *file.place(*steps), problem=problem))
        else:
            faults.append(_wrong_type(file, steps, address, "address-wanted"))
    if wrong:
        return None
    return Document(
        key=folder.name,
        file=file,
        title=file.data["title"],
        date=dates[min(dates)],
        dates=dates,
        number=file.data.get("number"),
        addresses=addresses,
        subjects=subjects,
        area=file.data.get("area"),
        numbers=file.data.get("numbers", project.numbers),
        tables=tables,
        missing=tuple(
            MissingFigures(
                name=name,
                question=entry.get("question"),
                lines=entry.get("lines"),
                slugs=tuple(entry.get("data-sets", ())),
                what=entry["what"],
                why=entry["why"],
                steps=("missing", name),
            )
            for name, entry in file.data.get("missing", {}).items()
        ),
        marks=file.data.get("marks", {}),
        remarks=read_remarks(file.data),
        asked_by=file.data.get("asked-by"),
        answered_by=file.data.get("answered-by"),
        questions=tuple(
            AskedQuestion(
                number=number,
                text={name: entry[name] for name in entry if name != "lines"},
                lines=entry.get("lines"),
                steps=("questions", number),
            )
            for number, entry in file.data.get("questions", {}).items()
        ),
        text=_read_text(file, folder, project, faults),
    )


def _read_text(
    file: YamlFile, folder: Path, project: Project, faults: list[Fault]
) -> PrintedText | None:
    """Return the text of a document that names one; its lines are counted from 1."""
    name = file.data.get("text")
    if name is None:
        return None
    path, shown = folder / name, project.shown(folder / name)
    if not path.exists():
        faults.append(fault("no-document-text", *file.place("text"), name=shown))
        return None
    text = read_file(path, shown, faults, most=MOST_KEPT, root=project.root)
    if text is None:
        return None
    if not text.strip():
        faults.append(fault("empty-file", shown, 1, 1))
        return None
    return printed_text(shown, text)


def _read_dates(file: YamlFile, faults: list[Fault]) -> Dates | None:
    """Return the dates of a document by their key, or None when there is none or one is no day."""
    before, found = len(faults), Dates()
    for key in DATES:
        try:
            if key in file.data:
                found[key] = date.fromisoformat(file.data[key])
        except ValueError:
            faults.append(_wrong_type(file, (key,), file.data[key], "date-wanted"))
    if len(faults) > before:
        return None
    if not found:
        about = phrase("date-of-document")
        faults.append(fault("missing-key", *file.place(), key="date", about=about))
    return found or None


def _wrong_type(file: YamlFile, steps: Steps, value: str, wanted: str) -> Fault:
    particulars = {"key": steps[0], "value": f'"{value}"', "wanted": phrase(wanted)}
    return fault("wrong-type", *file.place(*steps), **particulars)


def _read_table(
    name: str, entry: dict[str, Any], file: YamlFile, faults: list[Fault]
) -> TableDeclaration:
    steps = ("tables", name)
    sentence = entry.get("sentence")
    rows = tuple(PLACEHOLDER.findall(sentence) if sentence else entry.get("rows", ()))
    if (sentence is None) == ("rows" not in entry):
        faults.append(fault("rows-or-sentence", *file.place(*steps), table=name))
    if sentence is not None and (problem := _problem_of(sentence, rows, entry["columns"])):
        place = file.place(*steps, "sentence")
        faults.append(fault("bad-sentence", *place, table=name, problem=problem))
    wrapped = tuple(entry.get("wrapped", ()))
    named: dict[Steps, str] = {("wrapped", at): label for at, label in enumerate(wrapped)}
    if "total" in entry:
        named = {("total",): entry["total"]} | named
    for inner, label in named.items():
        if label not in rows:
            place, hint = file.place(*steps, *inner), did_you_mean(label, rows)
            faults.append(fault("no-such-row", *place, label=label, hint=hint))
    return TableDeclaration(
        name=name,
        title=entry.get("title"),
        after=entry.get("after"),
        corner=entry.get("corner", ""),
        columns=tuple(entry["columns"]),
        rows=rows,
        sentence=sentence,
        total=entry.get("total"),
        wrapped=frozenset(wrapped),
        fingerprint=entry.get("fingerprint"),
        question=entry.get("question"),
        steps=steps,
    )


def _problem_of(sentence: str, rows: tuple[str, ...], columns: list[str]) -> Words | None:
    """Return what would let a figure of a sentence be read wrongly, if anything."""
    if len(set(rows)) < len(rows):
        return phrase("row-label-twice")
    if len(_APART.findall(sentence)) < max(sentence.count("{"), sentence.count("}")):
        return phrase("stuck-to-row-label")
    if len(columns) > 1:
        return phrase("one-figure-a-row")
    return None
