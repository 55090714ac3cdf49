"""Tables that a spreadsheet program has saved, in the project's form again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from built import REPOSITORY
from small_project import SmallProject

TABLE = "x,2022 - K1\njong,1\noud,2\n"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (TABLE.encode("utf-8-sig"), "it began with a byte order mark"),
        (TABLE.replace("\n", "\r\n").encode(), "its lines ended in carriage returns"),
        (TABLE.replace(",", ";").encode(), "its cells were separated by semicolons"),
        (TABLE.replace(",", "\t").encode("utf-16"), "the encoding was UTF-16; its cells were"),
        ((TABLE + ",\n,\n").encode(), "2 empty rows stood at the end"),
        (TABLE.replace("\n", ",,\n").encode(), "empty columns stood at the end"),
        (TABLE.rstrip().encode(), "it had other quotes, or no line feed at the end"),
        (TABLE.replace("jong", '"jong"').encode(), "it had other quotes, or no line feed"),
    ],
)
def test_rewrite_table_in_the_form_of_the_project(
    project: SmallProject, raw: bytes, told: str
) -> None:
    """Whatever form a table was saved in, it is rewritten, and told what was changed."""
    path = project.table(raw)
    result = project.run("tidy", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"mappings/bron/tabel.csv: {told}")
    assert path.read_bytes() == TABLE.encode()


def test_tell_what_was_changed_in_dutch_and_to_programs(project: SmallProject) -> None:
    """The same is told in Dutch, and with --format json as records."""
    path = project.table(TABLE.replace(",", ";").encode())
    other = project.table(TABLE.replace(",", ";").encode(), name="ander")
    dutch = project.run("--language", "nl", "tidy", str(path))
    assert dutch.stdout == (
        "mappings/bron/tabel.csv: haar cellen waren gescheiden door puntkomma's\n"
    )
    records = json.loads(project.run("--format", "json", "tidy", str(path), str(other)).stdout)
    assert records == [
        {"path": "mappings/bron/tabel.csv", "changed": []},
        {
            "path": "mappings/bron/ander.csv",
            "changed": ["its cells were separated by semicolons"],
        },
    ]


def test_leave_table_alone_that_is_tidy(project: SmallProject) -> None:
    """A table that is in its form is not written."""
    path = project.table(TABLE)
    before = path.stat()
    result = project.run("tidy", str(path))
    assert result.stdout == "mappings/bron/tabel.csv: nothing to do\n"
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_leave_tables_of_the_answer_alone() -> None:
    """All printed tables of this repository are in their form."""
    from publish.mappings.drafting.tidy import tidy_tables
    from publish.project.project import read_project

    tables = tuple(sorted((REPOSITORY / "mappings" / "sv-2023-19").glob("*.csv")))
    assert len(tables) == 19
    assert not any(done.changed for done in tidy_tables(read_project(REPOSITORY), tables))


def test_change_no_cell(project: SmallProject) -> None:
    """Figures and labels stay as they are, spaces and line feeds within them too."""
    text = 'x;2022 - K1\r\n" jong ";"1.234,50"\r\n"oud\nof ouder; ""80+""";007\r\n'
    path = project.table(text.encode("cp1252"))
    project.run("tidy", str(path))
    assert path.read_bytes() == (b'x,2022 - K1\n jong ,"1.234,50"\n"oud\nof ouder; ""80+""",007\n')


def test_leave_empty_rows_within_a_table_to_be_judged(project: SmallProject) -> None:
    """Only what is empty at the end is form; an empty row within a table is a fault of its own."""
    path = project.table("x;2022 - K1\njong;1\n;\noud;2\n")
    project.run("tidy", str(path))
    assert path.read_bytes() == b"x,2022 - K1\njong,1\n,\noud,2\n"


def test_write_nothing_when_one_of_the_tables_is_faulty(project: SmallProject) -> None:
    """Of several tables none is written when one cannot be read."""
    first = project.table(TABLE.replace(",", ";"))
    second = project.table(b"x;2022\njong;1\x00\n", name="tweede")
    result = project.run("tidy", str(first), str(second))
    assert result.exit_code == 1
    assert result.stdout.startswith("mappings/bron/tweede.csv:2:7: nul-byte: ")
    assert first.read_bytes() == TABLE.replace(",", ";").encode()
    assert sorted(item.name for item in first.parent.iterdir()) == ["tabel.csv", "tweede.csv"]


def test_refuse_file_that_is_no_table_of_the_project(project: SmallProject, tmp_path: Path) -> None:
    """Files elsewhere are left alone."""
    path = tmp_path / "los.csv"
    path.write_text(TABLE.replace(",", ";"), encoding="utf-8")
    result = project.run("tidy", str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is no table of this project" in result.stderr
    assert path.read_text(encoding="utf-8") == TABLE.replace(",", ";")


def test_ask_for_encoding_that_can_only_be_guessed(project: SmallProject) -> None:
    """A table is not written over in a guessed encoding; in the one that is named, it is."""
    path = project.table("leeftijd,2022 - K1\nPlzeň,1\nŠluknov,2\n".encode("cp1250"))
    before = path.read_bytes()
    result = project.run("tidy", str(path))
    assert result.exit_code == 1
    assert "guessed-encoding" in result.output
    assert "Plzeň · Šluknov" in result.output
    assert path.read_bytes() == before
    result = project.run("tidy", "--encoding", "windows-1250", str(path))
    assert result.stdout == "mappings/bron/tabel.csv: the encoding was windows-1250\n"
    assert path.read_text(encoding="utf-8") == "leeftijd,2022 - K1\nPlzeň,1\nŠluknov,2\n"
