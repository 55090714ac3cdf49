"""Fixtures of faults: one file per fault code, an overlay on one sound small project.

``faults/<code>.txt`` begins with a sentence, then come sections, each below a line ``=== ...``:

    === mappings/proef.yaml             the file, as it follows
    === replace in mappings/proef.yaml  lines ``old ==> new``; what is old stands there once
    === append to publish.toml          what follows is added at the end
    === 2000 times mappings/bron/x.csv  the file, what follows so many times, {number} counted
    === workbook bron.xlsx              a workbook: lines ``sheet NAME``, ``hidden sheet NAME``,
                                        ``merge B2:C2``, ``format B2 0.0`` and ``B2 value``; text
                                        in quotes stays text
    === copy to kubus.ttl               the file of this folder that follows
    === remove mappings/proef.yaml      no such file
    === folder, pipe or link PATH       a folder, a pipe, a symbolic link to what follows
    === with derived.txt                the sections of that file of ``faults/with/``
    === command                         the verb with its arguments, if it is not validate
    === environment                     lines ``NAME=value``, variables that the verb is given
    === expected en, === expected nl    the whole report that this gives

Bytes that are no text are written ``\\xff``; a section of a file ends in a line feed, which
``\\x`` alone at the very end takes away.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import openpyxl
from built import TESTS
from click.testing import CliRunner
from openpyxl.worksheet.worksheet import Worksheet
from small_project import HEAD, SmallProject, make_small_project

from publish.cli.main import main
from publish.faults.fault import Fault, FaultyInput, Words
from publish.release.build import validate

FOLDER = TESTS / "faults" / "fixtures"
LANGUAGES = ("en", "nl")
HEADS = r"replace in|append to|remove|folder|pipe|link|with|workbook|copy to|\d+ times"
"""What the head of a section can say before its path."""

TABLE = """\
x,2022 - K1,2022 - K2
jong,10,11
oud,20,21
_T,30,32
"""
MAPPING = f"""{HEAD}\
tables:
  - bron/tabel
rows: leeftijd
columns: kwartaal
measure: aantal
totals:
  leeftijd: complete
"""
DOCUMENT = """\
document: 1
title: {nl: Bron, en: Source}
date: 2023-01-31
"""


def make_sound_project(folder: Path) -> SmallProject:
    """Make the project on which every fixture is an overlay; nothing is wrong with it."""
    project = make_small_project(folder)
    project.table(TABLE)
    (project.root / "mappings" / "proef.yaml").write_text(MAPPING, encoding="utf-8")
    (project.root / "mappings" / "bron" / "document.yaml").write_text(DOCUMENT, encoding="utf-8")
    return project


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """A fixture as it stands in its file."""

    path: Path
    sentence: str
    sections: tuple[tuple[str, str], ...]
    """Head and text of each section, but for what is expected."""
    expected: dict[str, str]
    """The report by language."""

    @property
    def code(self) -> str:
        """The code of the fault, which is the name of the file up to a dot."""
        return self.path.name.partition(".")[0]

    @property
    def command(self) -> list[str]:
        """The verb with its arguments."""
        return next((text.split() for head, text in self.sections if head == "command"), [])

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the verb is given besides those there are."""
        texts = (text for head, text in self.sections if head == "environment")
        pairs = (line.partition("=") for text in texts for line in text.splitlines())
        return {name: value for name, _, value in pairs}

    def apply(self, root: Path) -> None:
        """Lay the sections over a project."""
        for head, text in self.sections:
            if head not in ("command", "environment"):
                _apply(root, head, text)

    def written(self, reports: dict[str, str]) -> str:
        """Return the text of the file with other reports."""
        parts = [self.sentence]
        parts += [f"=== {head}\n{text}" for head, text in self.sections]
        parts += [f"=== expected {language}\n{reports[language]}" for language in LANGUAGES]
        return "".join(parts)


def read_fixture(path: Path) -> Fixture:
    """Read a fixture from its file."""
    sentence, *parts = re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = [(head, text) for head, _, text in (part.partition("\n") for part in parts)]
    return Fixture(
        path=path,
        sentence=sentence,
        sections=tuple(item for item in sections if not item[0].startswith("expected ")),
        expected={
            head.removeprefix("expected "): text
            for head, text in sections
            if head.startswith("expected ")
        },
    )


def fixtures() -> list[Fixture]:
    """Return all fixtures in the order of their codes."""
    return [read_fixture(path) for path in sorted(FOLDER.glob("*.txt"))]


def _bytes_of(text: str) -> bytes:
    """Return the bytes of a section, its escapes taken as what they stand for."""
    raw = text.removesuffix("\\x\n").encode()
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), raw)


def _apply(root: Path, head: str, text: str) -> None:
    """Do to a project what one section says."""
    found = re.fullmatch(rf"(?:({HEADS}) )?(\S.*)", head)
    assert found, head
    what, path = found[1] or "", root / found[2]
    if what == "with":
        read_fixture(FOLDER / "with" / found[2]).apply(root)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    match what:
        case "":
            path.write_bytes(_bytes_of(text))
        case "replace in":
            whole = path.read_text(encoding="utf-8")
            for line in _bytes_of(text).decode().splitlines():
                old, _, new = line.partition(" ==>")
                assert whole.count(old) == 1, f"{path.name} holds {whole.count(old)} times {old!r}"
                whole = whole.replace(old, new.removeprefix(" ").replace("\\n", "\n"))
            path.write_text(whole, encoding="utf-8")
        case "append to":
            path.write_bytes(path.read_bytes() + _bytes_of(text))
        case "remove":
            path.unlink()
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(text.strip())
        case "workbook":
            write_workbook(path, text)
        case "copy to":
            shutil.copyfile(TESTS / text.strip(), path)
        case _:
            once, times = _bytes_of(text), int(what.split()[0])
            parts = (once.replace(b"{number}", b"%d" % number) for number in range(1, times + 1))
            path.write_bytes(b"".join(parts))


def write_workbook(path: Path, text: str) -> None:
    """Write the workbook that the lines of a section describe."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for line in text.splitlines():
        first, _, rest = line.partition(" ")
        if line.startswith(("sheet ", "hidden sheet ")):
            sheet: Worksheet = book.create_sheet(line.partition("sheet ")[2])
            sheet.sheet_state = "hidden" if first == "hidden" else "visible"
        elif first == "merge":
            sheet.merge_cells(rest)
        elif first == "format":
            name, _, number_format = rest.partition(" ")
            sheet[name].number_format = number_format
        elif rest.startswith('"'):
            sheet[first].value = json.loads(rest)
            sheet[first].data_type = "s"
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", rest):
            sheet[first].value = date.fromisoformat(rest)
        else:
            sheet[first].value = int(rest) if rest.isdecimal() else rest
    book.save(path)


@contextmanager
def _with(environment: Mapping[str, str]) -> Iterator[None]:
    """Give this process more variables for a while."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def faults_of(
    root: Path, command: list[str], environment: Mapping[str, str] | None = None
) -> list[Fault]:
    """Return the faults that a verb ends with, in order; of validate its warnings as well."""
    with chdir(root), _with(environment or {}):
        try:
            if not command:
                return validate(SmallProject(root=root).read())[1]
            if command[0] == "validate":
                return _reported(command)
            context = main.make_context("publish", ["--quiet", *command])
            with context:
                click.Group.invoke(main, context)  # without what turns faults into texts
        except FaultyInput as error:
            return error.faults
    return []


def _reported(command: list[str]) -> list[Fault]:
    """Return what a verb reports, also when it ends well: its JSON in both languages."""
    options = [["--format", "json", "--language", language] for language in LANGUAGES]
    runs = [CliRunner().invoke(main, [*of, *command], catch_exceptions=False) for of in options]
    found = []
    for en, nl in zip(*(json.loads(run.stdout) for run in runs), strict=True):
        told = {name: Words(en[name], nl[name]) for name in ("finding", "fix")}
        place = {name: en[name] for name in ("path", "line", "column")}
        found.append(Fault(code=en["code"], severity=en["severity"], **place, **told))
    return found


def report(faults: list[Fault], language: str, root: Path) -> str:
    """Return faults as they are printed; where the project happens to lie is left out."""
    told = "".join(f"{item.text_in(language)}\n" for item in faults)
    return told.replace(str(root), "<project>")


def files_in(root: Path) -> Iterator[tuple[str, int]]:
    """Yield every file below a folder with its size, to see whether anything was written."""
    for path in sorted(root.rglob("*")):
        yield path.relative_to(root).as_posix(), path.lstat().st_size
