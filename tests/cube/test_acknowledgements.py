"""Faults of the source: acknowledged at one figure, told to readers, and no longer in the way."""

from __future__ import annotations

import pytest
from built import built
from derived_project import WIDE, prepare
from small_project import SmallProject

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
totals: {leeftijd: complete}
"""
TABLE = "x,2022-Q1,2022-Q2\njong,1,1\noud,2,2\n_T,3,4\n"
BY_CELL = """acknowledged:
  mistelling: {code: total-differs, cell: "4,3", nl: Verkeerd geteld., en: Miscounted.}
"""
BY_CODES = """acknowledged:
  mistelling:
    {code: total-differs, at: {kwartaal: 2022 K2, leeftijd: _T}, nl: Fout., en: Wrong.}
"""


@pytest.mark.parametrize("text", [BY_CELL, BY_CODES])
def test_acknowledge_fault(project: SmallProject, text: str) -> None:
    """A fault that is acknowledged, by its cell or by its codes, is none."""
    project.table(TABLE)
    project.mapping(PLAIN)
    assert project.places() == [("total-differs", "tabel.csv", 4, 6)]
    project.mapping(PLAIN + text)
    assert project.places() == []


def test_say_in_fix_what_to_write(project: SmallProject) -> None:
    """What the fix of a fault says to write acknowledges that fault."""
    project.table(TABLE)
    project.mapping(PLAIN)
    [found] = project.faults()
    entry = found.fix.partition("`acknowledged:` in the mapping: `")[2].removesuffix("`.")
    assert entry.startswith("a-name: {")
    project.mapping(f"{PLAIN}acknowledged:\n  {entry}\n")
    assert project.places() == []


def test_acknowledge_one_of_two_faults(project: SmallProject) -> None:
    """Only the figure that is named is acknowledged, and only that kind of fault."""
    project.table("x,2022-Q1,2022-Q2\njong,1,1\noud,2,2\n_T,5,4\n")
    project.mapping(PLAIN + BY_CELL)
    assert project.places() == [("total-differs", "tabel.csv", 4, 4)]


def test_publish_acknowledged_fault(project: SmallProject) -> None:
    """The figure is published as printed, with a note that names the kind of fault."""
    project.table(TABLE)
    project.mapping(PLAIN + BY_CELL)
    release = built(project.read())
    [note] = release.ask(
        "SELECT ?code ?value ?comment ?aspect WHERE { "
        "?note a <http://www.w3.org/ns/dqv#QualityAnnotation> ; pub:erkendeFout ?code ; "
        "<http://www.w3.org/ns/oa#hasTarget> ?figure ; rdfs:comment ?comment ; "
        "<http://www.w3.org/ns/dqv#inDimension>/skos:notation ?aspect . "
        "?figure <http://www.w3.org/ns/dqv#hasQualityAnnotation> ?note ; "
        f"<{project.read().uris.term('aantal')}> ?value . FILTER(LANG(?comment) = 'en') }}"
    )
    assert note == {
        "code": "total-differs",
        "value": "4",
        "comment": "Miscounted.",
        "aspect": "BRONFOUT",
    }


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column"),
    [
        ("4,3", "4,2", "acknowledgement-not-needed", 10, 3),
        ("4,3", "9,9", "acknowledgement-not-needed", 10, 3),
        ("total-differs", "out-of-range", "acknowledgement-not-needed", 10, 3),
        ("total-differs", "total-difers", "cannot-be-acknowledged", 10, 16),
        ("total-differs", "unknown-code", "cannot-be-acknowledged", 10, 16),
        ('cell: "4,3", ', "", "cell-or-codes", 10, 3),
        ('"4,3"', '"4,3", at: {leeftijd: _T}', "cell-or-codes", 10, 3),
        ('cell: "4,3"', "at: {leeftijd: _T}", "acknowledgement-too-wide", 10, 37),
        ('cell: "4,3"', "at: {leftijd: _T}", "dimension-not-used", 10, 42),
        ('cell: "4,3"', "at: {leeftijd: T}", "no-such-code", 10, 42),
        ('cell: "4,3"', 'table: bron/tabl, cell: "4,3"', "table-not-read", 10, 37),
        ('cell: "4,3"', 'about: FOUT, cell: "4,3"', "no-such-code", 10, 37),
        ('"4,3"', '"4;3"', "wrong-type", 10, 37),
        ("total-differs", "", "wrong-type", 10, 16),
        (", en: Miscounted.", "", "missing-key", 10, 3),
    ],
)
def test_report_wrong_acknowledgement(
    project: SmallProject, old: str, new: str, code: str, line: int, column: int
) -> None:
    """An acknowledgement that does not fit is a fault at its line."""
    project.table(TABLE)
    assert old in BY_CELL
    project.mapping(PLAIN + BY_CELL.replace(old, new))
    assert (code, "proef.yaml", line, column) in project.places()


def test_name_kind_of_fault_that_is_meant(project: SmallProject) -> None:
    """The fault of an unknown kind names the one that is near."""
    project.table(TABLE)
    project.mapping(PLAIN + BY_CELL.replace("total-differs", "total-difers"))
    found = next(item for item in project.faults() if item.code == "cannot-be-acknowledged")
    assert 'Did you mean "total-differs"?' in found.fix


def test_report_acknowledgement_when_figure_was_corrected(project: SmallProject) -> None:
    """Once the figure is right, its acknowledgement is a fault, as readers would be misled."""
    project.table(TABLE.replace("_T,3,4", "_T,3,3"))
    project.mapping(PLAIN + BY_CELL)
    [found] = project.faults()
    assert (found.code, found.line, found.column) == ("acknowledgement-not-needed", 10, 3)
    assert "its figure has no fault total-differs" in found.finding


def test_report_name_that_a_remark_has(project: SmallProject) -> None:
    """Remarks and acknowledged faults share their addresses, so their names are apart."""
    project.table(TABLE)
    remark = "quality:\n  mistelling: {about: AFRONDING, nl: Ja., en: Yes.}\n"
    project.mapping(PLAIN + remark + BY_CELL)
    assert ("duplicate-key", "proef.yaml", 12, 3) in project.places()


def test_ask_for_table_where_there_are_several(project: SmallProject) -> None:
    """With several tables the cell alone does not say which figure is meant."""
    project.table(TABLE)
    project.table("x,2022-Q3\njong,1\n_T,1\n", "meer")
    text = PLAIN.replace("[bron/tabel]", "[bron/tabel, bron/meer]")
    project.mapping(text + BY_CELL)
    assert ("missing-key", "proef.yaml", 10, 3) in project.places()
    project.mapping(text + BY_CELL.replace("cell:", "table: bron/tabel, cell:"))
    assert project.places() == []


def test_acknowledge_conflicting_cells(project: SmallProject) -> None:
    """Of two cells that contradict each other the first is published, with the note."""
    project.table("x,2022-Q1\njong,1\noud,2\n_T,3\n")
    project.table("x,2022-Q1\njong,2\n", "later")
    text = PLAIN.replace("[bron/tabel]", "[bron/tabel, bron/later]")
    project.mapping(text)
    assert project.places() == [("conflicting-cells", "later.csv", 2, 6)]
    project.mapping(
        text + 'acknowledged:\n  twee: {code: conflicting-cells, table: bron/later, cell: "2,2", '
        "nl: Ja., en: Yes.}\n"
    )
    assert project.places() == []
    release = built(project.read())
    values = release.ask(
        f"SELECT ?value WHERE {{ ?figure <{project.read().uris.term('aantal')}> ?value ; "
        "<http://www.w3.org/ns/dqv#hasQualityAnnotation> ?note }"
    )
    assert values == [{"value": "1"}]


def test_acknowledge_figure_that_another_data_set_contradicts(project: SmallProject) -> None:
    """A disagreement is acknowledged in the data set that declares the agreement."""
    project.table("x,2022-Q1\njong,3\n_T,3\n")
    project.table("x,2022-Q1\njong,4\n_T,4\n", "ander")
    project.mapping(PLAIN.replace("tabel", "ander"), "ander")
    text = PLAIN + "agrees-with: [{data-set: ander, within: 0}]\n"
    project.mapping(text)
    assert [place[0] for place in project.places()] == ["figures-disagree"] * 2
    entry = '  n{0}: {{code: figures-disagree, cell: "{0},2", nl: Ja., en: Yes.}}\n'
    project.mapping(f"{text}acknowledged:\n{entry.format(2)}{entry.format(3)}")
    assert project.places() == []
    assert project.run("validate", "proef").exit_code == 0


def test_take_over_acknowledgement_in_derived_data_set(project: SmallProject) -> None:
    """A total that is wrong in the source is wrong in what is added up from it, and not twice."""
    prepare(project)
    project.table('x,2022 - K1,2022 - K2\njong,"1,5",2\noud,"2,25",3\n_T,"3,75",6\n', "een")
    project.mapping(WIDE)
    assert project.places() == [("total-differs", "een.csv", 4, 11)]
    path = project.root / "mappings" / "een.yaml"
    with path.open("a", encoding="utf-8") as file:
        file.write(BY_CELL)
    assert project.places() == []
