"""Crosstabs as printed: every layout, every form of number, and every fault at its cell."""

from __future__ import annotations

import pytest
from small_project import SmallProject

from publish.tables import table as tables
from publish.tables.findings import MOST_FINDINGS

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
"""


def test_read_crosstab_of_rows_and_columns(project: SmallProject) -> None:
    """Row labels are codes of one dimension, headers of another; values stand where they cross."""
    project.table("x,2022 - K1,2022 - K2\njong,1,2\noud,3.456,0\n")
    project.mapping(PLAIN)
    assert project.observations() == {
        "2022-Q1/jong/aantal": (1, ["tabel 2,2"]),
        "2022-Q2/jong/aantal": (2, ["tabel 2,3"]),
        "2022-Q1/oud/aantal": (3456, ["tabel 3,2"]),
        "2022-Q2/oud/aantal": (0, ["tabel 3,3"]),
    }


def test_read_crosstab_the_other_way_round(project: SmallProject) -> None:
    """Which dimension stands in the rows changes no code and no IRI."""
    project.table("x,jong,oud\n2022 K1,1,3\n2022 K2,2,4\n")
    project.mapping("tables: [bron/tabel]\nrows: kwartaal\ncolumns: leeftijd\nmeasure: aantal\n")
    assert set(project.values()) == {
        f"2022-Q{q}/{age}/aantal" for q in (1, 2) for age in ("jong", "oud")
    }


def test_read_crosstab_with_two_label_columns(project: SmallProject) -> None:
    """A list of dimensions takes one leading column each."""
    project.table("x,y,2022,2023\njong,M,1,2\njong,V,3,4\noud,M,5,6\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: [leeftijd, geslacht]\ncolumns: jaar\nmeasure: aantal\n"
    )
    assert project.values() == {
        "2022/M/jong/aantal": "1",
        "2023/M/jong/aantal": "2",
        "2022/V/jong/aantal": "3",
        "2023/V/jong/aantal": "4",
        "2022/M/oud/aantal": "5",
        "2023/M/oud/aantal": "6",
    }


def test_read_crosstab_with_two_header_rows(project: SmallProject) -> None:
    """A title in an upper header row is printed once and holds for the columns after it."""
    project.table(",M,,V,\nx,2022,2023,2022,2023\njong,1,2,3,4\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: leeftijd\ncolumns: [geslacht, jaar]\nmeasure: aantal\n"
    )
    assert project.values() == {
        "2022/M/jong/aantal": "1",
        "2023/M/jong/aantal": "2",
        "2022/V/jong/aantal": "3",
        "2023/V/jong/aantal": "4",
    }
    assert project.observations()["2023/V/jong/aantal"][1] == ["tabel 3,5"]


def test_read_tidy_table(project: SmallProject) -> None:
    """A long table has a column per dimension and one column of values."""
    project.table("jaar,leeftijd,geslacht,aantal\n2022,jong,M,1\n2022,jong,V,2\n2023,oud,M,3\n")
    project.mapping("tables: [bron/tabel]\nrows: [jaar, leeftijd, geslacht]\nmeasure: aantal\n")
    assert project.values() == {
        "2022/M/jong/aantal": "1",
        "2022/V/jong/aantal": "2",
        "2023/M/oud/aantal": "3",
    }


@pytest.mark.parametrize(
    ("axes", "table"),
    [
        ("rows: leeftijd\ncolumns: measure\n", "x,aantal,bedrag\njong,1,2\noud,3,4\n"),
        (
            "rows: leeftijd\ncolumns: {N: {measure: aantal}, EUR: {measure: bedrag}}\n",
            "x,N,EUR\njong,1,2\noud,3,4\n",
        ),
        ("rows: measure\ncolumns: leeftijd\n", "x,jong,oud\naantal,1,3\nbedrag,2,4\n"),
        (
            "rows: [leeftijd, measure]\n",
            "x,y,z\njong,aantal,1\njong,bedrag,2\noud,aantal,3\noud,bedrag,4\n",
        ),
        (
            "rows: []\ncolumns: [leeftijd, measure]\n",
            ",jong,,oud,\nx,aantal,bedrag,aantal,bedrag\n,1,2,3,4\n",
        ),
        (
            "rows:\n  a: {leeftijd: jong, measure: aantal}\n"
            "  b: {leeftijd: jong, measure: bedrag}\n"
            "  c: {leeftijd: oud, measure: aantal}\n  d: {leeftijd: oud, measure: bedrag}\n",
            "x,y\na,1\nb,2\nc,3\nd,4\n",
        ),
    ],
)
def test_read_measures_wherever_they_stand(project: SmallProject, axes: str, table: str) -> None:
    """Measures stand in rows, columns or a label map like a dimension, by their name."""
    project.table(table)
    project.mapping(f"tables: [bron/tabel]\n{axes}")
    assert project.values() == {
        "jong/aantal": "1",
        "jong/bedrag": "2",
        "oud/aantal": "3",
        "oud/bedrag": "4",
    }


def test_read_measures_of_several_tables(project: SmallProject) -> None:
    """One table may name its measures in the header while another has one that is fixed."""
    project.table("x,aantal\njong,1\n", "een")
    project.table("x,y\njong,2\n", "twee")
    project.mapping(
        "tables:\n  - {table: bron/een, columns: measure}\n"
        "  - {table: bron/twee, fixed: {measure: bedrag}}\nrows: leeftijd\n"
    )
    assert project.values() == {"jong/aantal": "1", "jong/bedrag": "2"}


def test_read_labels_by_map(project: SmallProject) -> None:
    """A label map gives codes of several dimensions; white space in a label does not matter."""
    project.table('x,"jonge\nmannen",oude  vrouwen\n,1,2\n')
    project.mapping(
        "tables: [bron/tabel]\ncolumns:\n"
        "  jonge mannen: {leeftijd: jong, geslacht: M}\n"
        "  oude vrouwen: {leeftijd: oud, geslacht: V}\n"
        "fixed: {dag: 30 juni 2023}\nmeasure: aantal\n"
    )
    assert project.values() == {"2023-06-30/M/jong/aantal": "1", "2023-06-30/V/oud/aantal": "2"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("take: [jong]\n", {"jong"}),
        ("leave: [jong, som]\n", {"oud"}),
        ("take: [jong, oud]\nleave: [oud]\n", {"jong"}),
    ],
)
def test_choose_rows(project: SmallProject, choice: str, expected: set[str]) -> None:
    """`take:` reads only some rows, `leave:` all but some; both together do both."""
    project.table("x,2022\njong,1\noud,2\nsom,oeps\n")
    project.mapping(PLAIN.replace("kwartaal", "jaar") + choice)
    assert {codes.split("/")[1] for codes in project.values()} == expected


def test_choose_rows_of_one_table(project: SmallProject) -> None:
    """What stands at a table goes before what stands at the top of the mapping."""
    project.table("x,y\njong,1\noud,2\n", "een")
    project.table("x,y\njong,3\noud,4\n", "twee")
    project.mapping(
        "tables:\n  - {table: bron/een, fixed: {geslacht: M}}\n"
        "  - {table: bron/twee, take: [oud], fixed: {geslacht: V}}\n"
        "rows: leeftijd\nmeasure: aantal\ntake: [jong]\n"
    )
    assert project.values() == {"M/jong/aantal": "1", "V/oud/aantal": "4"}


@pytest.mark.parametrize(
    ("form", "printed", "value"),
    [
        ("nl", '"1.234,50"', "1234.50"),
        ("nl", "1.234", "1234"),
        ("nl", "1234", "1234"),
        ("nl", "-0", "0"),
        ("en", '"1,234.5"', "1234.5"),
        ("plain", "1234.567", "1234.567"),
        ("plain", "-12", "-12"),
        ("nl", '"999999999999999999"', "999999999999999999"),
        ("nl", '"123456789,123456789"', "123456789.123456789"),
    ],
)
def test_read_numbers_as_printed(
    project: SmallProject, form: str, printed: str, value: str
) -> None:
    """Numbers are read exactly, in the form that the mapping names."""
    project.table(f"x,2022\njong,{printed}\n")
    project.mapping(
        f"tables: [bron/tabel]\nrows: leeftijd\ncolumns: jaar\nmeasure: bedrag\nnumbers: {form}\n"
    )
    assert project.values() == {"2022/jong/bedrag": value}


@pytest.mark.parametrize("printed", ['"12,5%"', '"12,5 %"', '"12,5"'])
def test_read_percentages(project: SmallProject, printed: str) -> None:
    """A percentage is read with or without its sign."""
    project.table(f"x,2022\njong,{printed}\n")
    project.mapping("tables: [bron/tabel]\nrows: leeftijd\ncolumns: jaar\nmeasure: percentage\n")
    assert project.values() == {"2022/jong/percentage": "12.5"}


def test_read_source_line_of_every_cell(project: SmallProject) -> None:
    """The source line is no column of figures."""
    project.table("x,2022,2023,bronregel\njong,1,2,79\n")
    project.mapping(PLAIN.replace("kwartaal", "jaar"))
    assert project.values() == {"2022/jong/aantal": "1", "2023/jong/aantal": "2"}


def test_read_table_alike_in_blocks(project: SmallProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table read a few cells at a time gives the same observations in the same order."""
    rows = "".join(f"{1900 + n},{n},{n * 2},{n}\n" for n in range(1, 60))
    project.table(f"x,jong,oud,bronregel\n{rows}")
    project.mapping("tables: [bron/tabel]\nrows: jaar\ncolumns: leeftijd\nmeasure: aantal\n")
    whole = project.observations()
    assert len(whole) == 118
    monkeypatch.setattr(tables, "BLOCK", 4)
    assert list(project.observations().items()) == list(whole.items())


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("x,2022 - K1\njong,x\n", ("not-a-number", 2, 6)),
        ("x,2022 - K1\njong,1.23\n", ("wrong-number-mark", 2, 6)),
        ('x,2022 - K1\njong,"1,5,0"\n', ("not-a-number", 2, 6)),
        ("x,2022 - K1\njong,9999999999999999999\n", ("number-too-long", 2, 6)),
        ("x,2022 - K1\njong,1\0\n", ("nul-byte", 2, 7)),
        ("x,2022 - K1\njong,٣\n", ("not-a-number", 2, 6)),
        ("x,2022 - K1\njong,\n", ("empty-cell", 2, 6)),
        ("x,2022 - K1\njong,  \n", ("empty-cell", 2, 6)),
        ('x,2022 - K1\njong,"1,0"\n', ("not-whole", 2, 6)),
        ("x,2022 - K1\njong,5%\n", ("percent-mismatch", 2, 6)),
        ("x,2022 - K1\nkind,5\n", ("unknown-code", 2, 1)),
        ("x,2022 - K1\n,5\n", ("unknown-code", 2, 1)),
        ("x,2022 - K5\njong,5\n", ("unknown-period", 1, 3)),
        ("x,\njong,5\n", ("unknown-period", 1, 3)),
        ("x,2022 - K1,2022-Q1\njong,5,6\n", ("duplicate-column", 1, 13)),
        ("x;2022 - K1\njong;5\n", ("wrong-separator", 1, 1)),
        ("x\t2022 - K1\njong\t5\n", ("wrong-separator", 1, 1)),
        ("x,2022 - K1\njong,5\noud,7\njong,6\n", ("duplicate-observation", 4, 1)),
        ("x\njong\n", ("too-few-columns", 1, 1)),
        ("x,bronregel\njong,1\n", ("too-few-columns", 1, 1)),
        ('x,2022 - K1\n"oud",1\n"jong\n",y\n', ("not-a-number", 4, 3)),
    ],
)
def test_report_broken_cell(
    project: SmallProject, table: str, expected: tuple[str, int, int]
) -> None:
    """What is wrong in a table is one fault, at the line and column where it stands."""
    project.table(table)
    project.mapping(PLAIN)
    code, line, column = expected
    assert project.places() == [(code, "tabel.csv", line, column)]


def test_ask_for_label_of_empty_cell(project: SmallProject) -> None:
    """An empty label is to be written, not to be added to a code list."""
    project.table("x,2022 - K1\n,5\n")
    project.mapping(PLAIN)
    (found,) = project.faults()
    assert found.fix.startswith("The cell is empty: write the label")
    assert "codelists" not in found.fix


@pytest.mark.parametrize(
    ("mapping", "table", "expected"),
    [
        (
            "rows: {jong: {leeftijd: jong}}\ncolumns: jaar\nmeasure: aantal\n",
            "x,2022\njong,1\noud,2\n",
            ("label-not-mapped", "tabel.csv", 3, 1),
        ),
        (
            "rows: leeftijd\ncolumns: {a: {jaar: 2022}}\nmeasure: aantal\n",
            "x,a,b\njong,1,2\n",
            ("label-not-mapped", "tabel.csv", 1, 5),
        ),
        (
            "rows: leeftijd\ncolumns: measure\n",
            "x,aantal,bedrog\njong,1,2\n",
            ("no-such-measure", "tabel.csv", 1, 10),
        ),
        (
            "rows: [leeftijd, measure]\n",
            "x,y,z\njong,aantal,1\njong,antal,1\n",
            ("no-such-measure", "tabel.csv", 3, 6),
        ),
        (
            "rows: []\nmeasure: aantal\n",
            "x,y\na,1\nb,2\n",
            ("duplicate-observation", "tabel.csv", 3, 1),
        ),
        (
            "rows: leeftijd\nmeasure: aantal\n",
            "x,y,z\njong,1,2\n",
            ("duplicate-column", "tabel.csv", 1, 5),
        ),
        (
            "rows: leeftijd\ncolumns: [geslacht, jaar]\nmeasure: aantal\n",
            ",,V\nx,2022,2022\njong,1,2\n",
            ("unknown-code", "tabel.csv", 1, 2),
        ),
        (
            "rows: leeftijd\ncolumns: jaar\nfixed: {geslacht: X}\nmeasure: aantal\n",
            "x,2022\njong,1\n",
            ("unknown-code", "proef.yaml", 7, 9),
        ),
        (
            "rows: leeftijd\nfixed: {dag: 2023-02-30}\nmeasure: aantal\n",
            "x,y\njong,1\n",
            ("unknown-period", "proef.yaml", 6, 9),
        ),
        (
            "rows:\n  jong: {leeftijd: jonk}\nmeasure: aantal\n",
            "x,y\njong,1\n",
            ("unknown-code", "proef.yaml", 6, 10),
        ),
    ],
)
def test_report_mapping_that_does_not_fit(
    project: SmallProject, mapping: str, table: str, expected: tuple[str, str, int, int]
) -> None:
    """A label is reported where it is printed, a code where the mapping gives it."""
    project.table(table)
    project.mapping(f"tables: [bron/tabel]\n{mapping}")
    assert project.places() == [expected]


def test_report_every_broken_cell_of_table(project: SmallProject) -> None:
    """A table with fifty broken cells gives fifty faults in one run."""
    rows = "".join(
        f"{1900 + n},{'kapot' if n % 2 else n},{n if n % 2 else 'stuk'},{n}\n" for n in range(50)
    )
    project.table(f"x,jong,oud,bronregel\n{rows}")
    project.mapping("tables: [bron/tabel]\nrows: jaar\ncolumns: leeftijd\nmeasure: aantal\n")
    expected = [
        ("not-a-number", "tabel.csv", n + 2, 6 if n % 2 else 6 + len(str(n)) + 1) for n in range(50)
    ]
    assert project.places() == expected


def test_report_ambiguous_label(project: SmallProject) -> None:
    """A label that two codes of a list share is not guessed at."""
    path = project.root / "ontology" / "codelists" / "leeftijd.ttl"
    text = path.read_text(encoding="utf-8")
    for code in ("jong", "oud"):
        text += f'code:{code} pub:gedruktLabel "ja" .\n'
    path.write_text(text, encoding="utf-8")
    project.table("x,2022 - K1\nja,1\n")
    project.mapping(PLAIN)
    [found] = project.faults()
    assert (found.code, found.line, found.column) == ("ambiguous-label", 2, 1)
    assert "jong, oud" in found.finding


def test_name_first_line_of_duplicate(project: SmallProject) -> None:
    """The line of the first of two equal rows is that of the file, also after long cells."""
    project.table('"x\n\ny",2022 - K1\njong,1\njong,2\n')
    project.mapping(PLAIN)
    [found] = project.faults()
    assert (found.line, found.finding) == (5, "jong was given already on line 4.")


def test_shorten_what_a_message_repeats(project: SmallProject) -> None:
    """A cell of a million characters does not make a message of a million characters."""
    project.table(f"x,2022 - K1\njong,{'y' * 1_000_000}\n{'z' * 1_000_000},1\n")
    project.mapping(PLAIN)
    found = project.faults()
    assert [(item.code, item.line, item.column) for item in found] == [
        ("not-a-number", 2, 6),
        ("unknown-code", 3, 1),
    ]
    assert all(len(item.finding) < 200 for item in found)


def test_suggest_nearest_label(project: SmallProject) -> None:
    """A fault proposes the label that was probably meant."""
    project.table("x,2022 - K1\njng,1\n")
    project.mapping(PLAIN)
    [found] = project.faults()
    assert found.fix == (
        'Did you mean "jong"? Correct it, or add the label to ontology/codelists/leeftijd.ttl.'
    )


@pytest.mark.parametrize(
    ("measure", "numbers", "example"),
    [
        ("aantal", "nl", "123.456"),
        ("aantal", "plain", "123456"),
        ("bedrag", "nl", "1.234,56"),
        ("bedrag", "en", "1,234.56"),
    ],
)
def test_show_number_as_measure_has_it(
    project: SmallProject, measure: str, numbers: str, example: str
) -> None:
    """Beside a cell that is no number stands one that would do: of a count without decimals."""
    project.table("x,2022 - K1\njong,een\n")
    project.mapping(PLAIN.replace("aantal", measure) + f"numbers: {numbers}\n")
    [found] = project.faults()
    assert (found.code, found.line, found.column) == ("not-a-number", 2, 6)
    assert f"like {example}." in found.fix


@pytest.mark.parametrize(
    ("mapping", "table", "code", "dutch"),
    [
        (PLAIN, "x,2022 - K5\njong,1\n", "unknown-period", '"2022 - K5" is geen kwartaal.'),
        (
            PLAIN + "leave: [weg]\n",
            "x,2022 - K1\njong,1\n",
            "label-not-printed",
            '"weg" staat niet in een van de tabellen.',
        ),
        (
            "tables: [bron/tabel]\nrows: []\nfixed: {kwartaal: 2022-Q1}\nmeasure: aantal\n",
            "x,y\na,1\nb,2\n",
            "duplicate-observation",
            "een rij zonder dimensie is al gegeven op regel 2.",
        ),
    ],
)
def test_tell_fault_of_table_in_dutch(
    project: SmallProject, mapping: str, table: str, code: str, dutch: str
) -> None:
    """Words that a message is filled in with are Dutch too."""
    project.table(table)
    project.mapping(mapping)
    [found] = project.faults()
    assert (found.code, found.finding.text_in("nl")) == (code, dutch)


def test_judge_very_many_unknown_labels_soon(project: SmallProject) -> None:
    """A column that is wrong as a whole does not take minutes, nor does it fill the screen."""
    project.table("x,2022 - K1\n" + "".join(f"leeftijd{n},1\n" for n in range(30_000)))
    project.mapping(PLAIN)
    found = project.faults()
    [rest] = [item for item in found if item.code == "more-faults"]
    assert f"{30_000 - MOST_FINDINGS} more" in rest.finding
    assert [item.code for item in found].count("unknown-code") == MOST_FINDINGS
