"""Tables and rows that no mapping reads: reported, unless the document lists them."""

from __future__ import annotations

import pytest
from small_project import SmallProject

PLAIN = "tables: [bron/tabel]\nrows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n"
TABLE = "x,2022-Q1\njong,1\noud,2\nanders,3\nanders,4\n"


def declare(project: SmallProject, entries: str) -> None:
    """Write a document.yaml whose fourth line says what is not published."""
    project.document("bron", "2023-01-01")
    path = project.root / "mappings" / "bron" / "document.yaml"
    path.write_text(f"{path.read_text(encoding='utf-8')}not-published: [{entries}]\n")


def test_warn_of_table_that_no_mapping_reads(project: SmallProject) -> None:
    """A table that is left over gets a warning and stops nothing."""
    project.table("x,2022-Q1\njong,1\n")
    project.table("x,2022-Q1\njong,1\n", "over")
    project.mapping(PLAIN)
    [found] = project.faults()
    assert (found.code, found.severity, found.path, found.line, found.column) == (
        "table-not-used",
        "warning",
        "mappings/bron/over.csv",
        1,
        1,
    )
    assert project.run("validate").exit_code == 0
    declare(project, "{table: over, nl: Staat elders., en: Stands elsewhere.}")
    assert project.places() == []


@pytest.mark.parametrize("choice", ["leave: [anders]", "take: [jong, oud]"])
def test_warn_of_row_that_every_mapping_leaves_out(project: SmallProject, choice: str) -> None:
    """Each label of rows that are left out gets one warning, at its first row."""
    project.table(TABLE)
    project.mapping(PLAIN + choice + "\n")
    assert project.places() == [("row-not-used", "tabel.csv", 4, 1)]


def test_count_rows_that_are_not_named(project: SmallProject) -> None:
    """Of a table with very many rows that nothing reads the rest is counted, as a warning."""
    rows = "".join(f"anders {number},1\n" for number in range(205))
    project.table(f"x,2022-Q1\njong,1\n{rows}")
    project.mapping(PLAIN + "take: [jong]\n")
    found = project.faults()
    assert {item.severity for item in found} == {"warning"}
    [rest] = [item for item in found if item.code == "more-breaches"]
    assert (len(found), str(rest.finding).partition(";")[0]) == (201, "5 more of row-not-used")


def test_accept_row_that_another_mapping_takes(project: SmallProject) -> None:
    """A row is accounted for when one of the mappings takes it."""
    project.table("x,2022-Q1\njong,1\noud,2\n")
    project.mapping(PLAIN + "take: [jong]\n")
    project.mapping(PLAIN + "leave: [jong]\n", "rest")
    assert project.places() == []


def test_say_in_fix_what_to_write(project: SmallProject) -> None:
    """What the fix says to write in document.yaml ends the warning."""
    project.table(TABLE)
    project.mapping(PLAIN + "leave: [anders]\n")
    [found] = project.faults()
    entry = found.fix.rpartition("`not-published:`: `")[2].removesuffix("`.")
    assert entry.startswith('{table: tabel, row: "anders"')
    declare(project, entry)
    assert project.places() == []


def test_say_nothing_when_part_is_checked(project: SmallProject) -> None:
    """What other mappings read is not known when one of several is checked."""
    project.table(TABLE)
    project.table("x,2022-Q1\njong,1\n", "over")
    project.mapping(PLAIN + "leave: [anders]\n")
    project.mapping(PLAIN.replace("tabel", "over"), "over")
    assert project.run("validate", "proef").output.count("not-used") == 0
    assert project.run("validate").output.count("not-used") == 1


def test_say_nothing_when_a_mapping_cannot_be_read(project: SmallProject) -> None:
    """What a mapping with a fault reads is not known."""
    project.table("x,2022-Q1\njong,1\n")
    project.mapping("tables: 3\n")
    assert project.places() == [("wrong-type", "proef.yaml", 4, 1)]


@pytest.mark.parametrize(
    ("entry", "code", "column"),
    [
        ("table: tabl", "no-such-table", 18),
        ("table: tabel", "published-all-the-same", 18),
        ("table: tabel, row: jong", "published-all-the-same", 32),
        ("table: tabel, row: ander", "label-not-printed", 32),
    ],
)
def test_report_what_a_document_says_wrongly(
    project: SmallProject, entry: str, code: str, column: int
) -> None:
    """What is said not to be published must exist, and must not be published."""
    project.table("x,2022-Q1\njong,1\nanders,2\n")
    project.mapping(PLAIN + "leave: [anders]\n")
    right = "{table: tabel, row: anders, nl: Ja., en: Yes.}"
    declare(project, f"{{{entry}, nl: Ja., en: Yes.}}, {right}")
    assert project.places() == [(code, "document.yaml", 4, column)]
