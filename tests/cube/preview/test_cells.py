"""What became of each cell of a printed table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from small_project import SmallProject

from publish.cube.preview.cells import view_tables
from publish.cube.preview.one_data_set import read_one
from publish.cube.preview.text import as_text

TABLE = "x,2022 - K1,2022 - K2,bronregel\njong,1,2,7\noud,3,<5,8\nrest,9,9,9\n_T,4,6,10\n"
MAPPING = """tables: [bron/tabel]
leave: [rest]
rows: leeftijd
columns: kwartaal
measure: aantal
totals: {leeftijd: complete}
marks: {"<#": {reason: ONDERDRUKT, below: "#"}}
"""


@pytest.fixture
def sound(project: SmallProject) -> SmallProject:
    """A project with a table that has a row left out and a sign."""
    project.table(TABLE)
    project.mapping(MAPPING)
    return project


def cells(project: SmallProject, *options: str) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the cells of the one table by row and column."""
    result = project.run("preview", "proef", "--format", "json", *options)
    [table] = json.loads(result.stdout)
    return {(cell["row"], cell["column"]): cell for cell in table["cells"]}


def test_show_observation_of_each_cell(sound: SmallProject) -> None:
    """A figure has its codes, value, unit, status and address."""
    cell = cells(sound)[2, 3]
    assert (cell["line"], cell["at"], cell["text"], cell["kind"]) == (2, 8, "2", "observation")
    [made] = cell["observations"]
    assert made["codes"] == {"kwartaal": "2022-Q2", "leeftijd": "jong"}
    assert (made["measure"], made["value"], made["unit"]) == ("aantal", "2", "NR")
    assert (made["status"], made["reason"]) == ("A", None)
    assert made["iri"].endswith("/id/observatie/proef/2022-Q2/jong/aantal")


def test_show_observation_without_value(sound: SmallProject) -> None:
    """A sign has no value, but a reason and bounds."""
    [made] = cells(sound)[3, 3]["observations"]
    assert (made["value"], made["status"], made["reason"]) == (None, "M", "ONDERDRUKT")
    assert made["bounds"] == "below 5"


def test_show_cells_that_no_mapping_takes(sound: SmallProject) -> None:
    """Labels, rows left out and lines of the source say what they are."""
    found = cells(sound)
    assert {place: cell["why"] for place, cell in found.items() if place[0] in (1, 4)} == {
        (1, 1): "a header",
        (1, 2): "a header",
        (1, 3): "a header",
        (1, 4): 'the column "bronregel"',
        (4, 1): "a label",
        (4, 2): 'the row "rest" is named under leave',
        (4, 3): 'the row "rest" is named under leave',
        (4, 4): "the line of the source",
    }


def test_show_faults_at_their_cells(sound: SmallProject) -> None:
    """Each fault of the table stands at its cell, and what it keeps from being read says so."""
    sound.table(TABLE.replace("oud,3", "aud,3").replace("jong,1", "jong,een"))
    found = cells(sound)
    assert [item["code"] for item in found[2, 2]["faults"]] == ["not-a-number"]
    assert [item["code"] for item in found[3, 1]["faults"]] == ["unknown-code"]
    assert (found[3, 2]["kind"], found[3, 2]["why"]) == (
        "unread",
        "the label of its row has a fault",
    )
    assert found[2, 3]["kind"] == "observation"
    assert sound.run("preview", "proef").exit_code == 1


def test_show_fault_of_header_at_its_column(sound: SmallProject) -> None:
    """A column without a code has no observations."""
    sound.table(TABLE.replace("2022 - K2", "2022 - K5"))
    found = cells(sound)
    assert [item["code"] for item in found[1, 3]["faults"]] == ["unknown-period"]
    assert found[2, 3]["why"] == "the header of its column has a fault"


def test_print_table_as_printed_with_marks(sound: SmallProject) -> None:
    """On a terminal the table comes first, then what each mark stands for."""
    result = sound.run("preview", "proef")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "mappings/bron/tabel.csv"
    assert [line.split() for line in lines[2:7]] == [
        ["x", "2022", "-", "K1", "2022", "-", "K2", "bronregel"],
        ["jong", "1[1]", "2[2]", "7"],
        ["oud", "3[3]", "<5[4]", "8"],
        ["rest", "9[-]", "9[-]", "9"],
        ["_T", "4[5]", "6[6]", "10"],
    ]
    assert '[4] line 3, row 3, column 3, "<5"' in lines
    assert (
        "    kwartaal 2022-Q2, leeftijd oud: aantal no value (ONDERDRUKT, below 5; status M)"
        in lines
    )
    assert '[-] no observation: the row "rest" is named under leave (2 cells)' in lines


def test_show_wide_table_in_parts(sound: SmallProject) -> None:
    """On a narrow terminal the columns follow below each other, each part with the labels."""
    project = sound.read()
    views = view_tables(project, read_one(project, "proef"), 40)
    lines = list(as_text(views, width=34))
    assert lines[2:8] == [
        "x     2022 - K1  2022 - K2",
        "jong       1[1]       2[2]",
        "oud        3[3]      <5[4]",
        "rest       9[-]       9[-]",
        "_T         4[5]       6[6]",
        "",
    ]
    assert lines[8:10] == ["x     bronregel", "jong          7"]
    assert max(map(len, lines[2:13])) <= 34


def test_show_cells_in_dutch(sound: SmallProject) -> None:
    """Places, reasons and counts of cells are told in Dutch."""
    result = sound.run("--language", "nl", "preview", "proef")
    lines = result.stdout.splitlines()
    assert '[4] regel 3, rij 3, kolom 3, "<5"' in lines
    assert any("aantal geen waarde (ONDERDRUKT, below 5; status M)" in line for line in lines)
    assert '[-] geen observatie: de rij "rest" staat onder leave (2 cellen)' in lines
    [table] = json.loads(
        sound.run("--language", "nl", "preview", "proef", "--format", "json").stdout
    )
    assert 'de rij "rest" staat onder leave' in {cell["why"] for cell in table["cells"]}


def test_show_some_rows_of_a_large_table(sound: SmallProject) -> None:
    """Only so many rows are shown, and it says how many are not."""
    result = sound.run("preview", "proef", "--rows", "2")
    assert "… and 3 rows more (--rows shows more)" in result.stdout
    assert "[3]" not in result.stdout
    [table] = json.loads(sound.run("preview", "proef", "--rows", "2", "--format", "json").stdout)
    assert (table["rows-not-shown"], len(table["cells"])) == (3, 8)


def test_show_what_is_open_as_open(sound: SmallProject) -> None:
    """What only stands in for something open is not shown as if it were decided."""
    text = MAPPING.replace("measure: aantal", "measure: OPEN")
    sound.mapping(text.replace("reason: ONDERDRUKT", "reason: OPEN"))
    found = cells(sound)
    [made] = found[2, 2]["observations"]
    assert (made["measure"], made["unit"], made["iri"]) == ("OPEN", "OPEN", None)
    assert made["value"] == "1"
    [made] = found[3, 3]["observations"]
    assert made["reason"] == "OPEN"
    result = sound.run("preview", "proef")
    assert "2 open questions in the mapping" in result.stderr


def test_show_table_of_which_a_dimension_is_open(sound: SmallProject) -> None:
    """A table is shown also when nothing of it can be read."""
    sound.mapping(MAPPING.replace("rows: leeftijd", "rows: OPEN"))
    found = cells(sound)
    assert found[2, 2]["kind"] == "unread"
    assert found[2, 2]["why"] == "the mapping has faults, or a dimension is open"


def test_choose_one_of_several_tables(sound: SmallProject) -> None:
    """A table can be chosen by its name; one that is not there is suggested."""
    sound.table("x,2023 - K1\njong,1\n", name="tweede")
    sound.mapping(
        "tables: [bron/tabel, bron/tweede]\n" + MAPPING.partition("\n")[2].replace("leave", "leave")
    )
    result = sound.run("preview", "proef", "--table", "tweede")
    assert "tweede.csv" in result.stdout
    assert "tabel.csv" not in result.stdout
    wrong = sound.run("preview", "proef", "--table", "tweed")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert 'Did you mean "tweede"?' in wrong.stderr


def test_say_that_derived_data_set_has_no_tables(sound: SmallProject) -> None:
    """What is added up from other data sets has no printed cells."""
    sound.mapping(
        "derived:\n  from: [{data-set: proef}]\n  classes: {leeftijd: statuut}\n", slug="som"
    )
    result = sound.run("preview", "som")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "it has no tables of its own" in result.stderr


def test_name_faults_of_mapping_that_cannot_be_read(sound: SmallProject) -> None:
    """Without a mapping there is nothing to show but its faults."""
    sound.mapping("rows: [\n")
    result = sound.run("preview", "proef")
    assert result.exit_code == 1
    assert "mappings/proef.yaml:5:1: yaml-syntax" in result.stdout
