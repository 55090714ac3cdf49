"""Source documents and the declarations of their tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from shared_material import ROOT

from publish.faults.fault import Fault
from publish.mappings.document import Document, read_documents
from publish.project.project import Project, read_project
from publish.tables.document_text import MOST_KEPT

HEAD = """\
document: 1
title: {nl: Antwoord, en: Answer}
date: 2024-02-05
"""
TABLE = HEAD + "tables:\n  verhuur:\n    columns: [a]\n"


def read(folder: Path, content: str, key: str = "av-1") -> tuple[dict[str, Document], list[Fault]]:
    """Read a project whose one document has this content."""
    path = folder / "mappings" / key / "document.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    faults: list[Fault] = []
    return read_documents(project(folder), faults), faults


def project(folder: Path) -> Project:
    """Return a project in a folder."""
    return Project(
        root=folder,
        base="https://data.example.org",
        public_url="https://data.example.org",
        vocabulary="proef",
        numbers="en",
        licence=None,
        title={},
        description={},
    )


def places(faults: list[Fault]) -> list[tuple[str, int, int]]:
    """Return code, line and column of every fault."""
    return [(item.code, item.line, item.column) for item in faults]


def test_read_documents_gives_declarations(tmp_path: Path) -> None:
    """A document's name is that of its folder; its tables are read as declared."""
    content = TABLE + (
        "    title: {nl: Verhuur, en: Rentals}\n    after: 1. Verhuur\n    corner: Leeftijd\n"
        '    rows: [NO, "10", Totaal]\n    total: Totaal\n    wrapped: [NO]\n'
        '    fingerprint: "0123456789ab"\n'
    )
    documents, faults = read(tmp_path, content.replace("columns: [a]", "columns: [a, a]"))
    assert not faults
    document = documents["av-1"]
    assert (document.key, document.title["en"], document.date) == (
        "av-1",
        "Answer",
        date(2024, 2, 5),
    )
    table = document.tables["verhuur"]
    assert table.columns == ("a", "a")
    assert table.rows == ("NO", "10", "Totaal")
    assert table.wrapped == {"NO"}
    assert (table.after, table.corner, table.total) == ("1. Verhuur", "Leeftijd", "Totaal")
    assert table.fingerprint == "0123456789ab"


def test_read_documents_takes_number_format_of_project(tmp_path: Path) -> None:
    """Numbers are written as in the project unless the document says otherwise."""
    assert read(tmp_path / "a", HEAD)[0]["av-1"].numbers == "en"
    assert read(tmp_path / "b", HEAD + "numbers: nl\n")[0]["av-1"].numbers == "nl"


def test_read_documents_keeps_text_whose_lines_are_counted(tmp_path: Path) -> None:
    """The text beside a document is read as lines, however these end; without it there is none."""
    (tmp_path / "mappings" / "av-1").mkdir(parents=True)
    (tmp_path / "mappings" / "av-1" / "answer.txt").write_bytes(b"one\r\ntwo\n\nfour\n")
    path = tmp_path / "mappings" / "av-1" / "document.yaml"
    path.write_text(HEAD + "text: answer.txt\n", encoding="utf-8")
    faults: list[Fault] = []
    text = read_documents(project(tmp_path), faults)["av-1"].text
    assert not faults
    assert text is not None
    assert text.lines == ["one", "two", "", "four"]
    path.write_text(HEAD, encoding="utf-8")
    assert read_documents(project(tmp_path), faults)["av-1"].text is None


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "empty-file", ("answer.txt", 1)),
        (b"one\ntw\xff", "wrong-encoding", ("answer.txt", 2)),
        (b"a\n" * (MOST_KEPT // 2 + 1), "file-too-large", ("answer.txt", 0)),
    ],
    ids=["empty", "not UTF-8", "too large"],
)
def test_read_documents_refuses_text(
    tmp_path: Path, content: bytes, code: str, place: tuple[str, int]
) -> None:
    """A text that is empty, larger than a text is or not UTF-8 is a fault at its place."""
    (tmp_path / "mappings" / "av-1").mkdir(parents=True)
    (tmp_path / "mappings" / "av-1" / "answer.txt").write_bytes(content)
    path = tmp_path / "mappings" / "av-1" / "document.yaml"
    path.write_text(HEAD + "text: answer.txt\n", encoding="utf-8")
    faults: list[Fault] = []
    read_documents(project(tmp_path), faults)
    assert [(item.code, Path(item.path).name, item.line) for item in faults] == [(code, *place)]


def test_read_documents_takes_labels_of_sentence_as_rows(tmp_path: Path) -> None:
    """The names between braces in a sentence are the labels of its rows."""
    documents, faults = read(
        tmp_path, TABLE + "    sentence: Er waren {alle fietsen} fietsen ({kapotte}), ook hier.\n"
    )
    assert not faults
    assert documents["av-1"].tables["verhuur"].rows == ("alle fietsen", "kapotte")


def test_read_documents_of_folder_without_declarations(tmp_path: Path) -> None:
    """A folder with tables only is a document of which nothing else is known."""
    (tmp_path / "mappings" / "b").mkdir(parents=True)
    (tmp_path / "mappings" / ".verborgen").mkdir()
    faults: list[Fault] = []
    documents = read_documents(project(tmp_path), faults)
    assert not faults
    assert list(documents) == ["b"]
    assert documents["b"].title == {"nl": "b", "en": "b"}
    assert documents["b"].date == date.min
    assert documents["b"].file is None


@pytest.mark.parametrize("name", ["Antwoord 3", "-a", "é", "a.b"])
def test_read_documents_reports_name_that_cannot_be_an_address(tmp_path: Path, name: str) -> None:
    """A folder whose name cannot be part of an address is a fault."""
    documents, [item] = read(tmp_path, HEAD, name)
    assert not documents
    assert (item.code, item.path, item.line) == ("wrong-file-name", f"mappings/{name}", 0)


@pytest.mark.parametrize("day", ["2023-02-29", "2024-13-01", "0000-01-01"])
def test_read_documents_reports_date_that_does_not_exist(tmp_path: Path, day: str) -> None:
    """A date that no calendar has is a fault at its key."""
    documents, faults = read(tmp_path, HEAD.replace("2024-02-05", day))
    assert not documents
    assert places(faults) == [("wrong-type", 3, 1)]
    assert faults[0].finding == f'date cannot be "{day}".'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", [("rows-or-sentence", 5, 3)]),
        ("    rows: [b]\n    sentence: er was {b} te veel\n", [("rows-or-sentence", 5, 3)]),
        ("    rows: [b]\n    total: c\n", [("no-such-row", 8, 5)]),
        ("    rows: [b, d]\n    wrapped: [b, c]\n", [("no-such-row", 8, 18)]),
        ("    rows: [b, c, b]\n", [("wrong-type", 7, 5)]),
        ("    rows: []\n", [("wrong-type", 7, 5)]),
        ("    rows: [b]\n    after: ' '\n", [("wrong-type", 8, 5)]),
        ("    rows: [b]\n    fingerprint: 12345\n", [("wrong-type", 8, 5)]),
        ("    sentence: er was niets\n", [("wrong-type", 7, 5)]),
        ("    sentence: er was {b}{c}\n", [("bad-sentence", 7, 5)]),
        ("    sentence: er was {b}0 euro\n", [("bad-sentence", 7, 5)]),
        ("    sentence: er was €{b} euro\n", [("bad-sentence", 7, 5)]),
        ("    sentence: er was {b} en {b}\n", [("bad-sentence", 7, 5)]),
        ("    sentence: er was {b} en }\n", [("bad-sentence", 7, 5)]),
    ],
)
def test_read_documents_reports_place_of_declaration(
    tmp_path: Path, lines: str, expected: list[tuple[str, int, int]]
) -> None:
    """A declaration that cannot be searched for is a fault at its key."""
    assert places(read(tmp_path, TABLE + lines)[1]) == expected


def test_read_documents_refuses_sentence_with_two_columns(tmp_path: Path) -> None:
    """A figure in a sentence stands in one column."""
    content = TABLE.replace("[a]", "[a, b]") + "    sentence: er was {b}.\n"
    _, [item] = read(tmp_path, content)
    assert (item.code, item.line, item.column) == ("bad-sentence", 7, 5)
    assert "more than one column" in item.finding


def test_read_documents_suggests_row(tmp_path: Path) -> None:
    """A total that is no row comes with the row that it resembles."""
    _, [item] = read(tmp_path, TABLE + "    rows: [b, Eindtotaal]\n    total: eindtotal\n")
    assert item.fix.startswith('Did you mean "Eindtotaal"? ')


def test_read_documents_of_the_project() -> None:
    """The project's own document is read without faults; it declares 19 tables."""
    faults: list[Fault] = []
    documents = read_documents(read_project(ROOT), faults)
    assert not faults
    assert len(documents["sv-2023-19"].tables) == 19
