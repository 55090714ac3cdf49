"""From mapping and tables to a cube: names that must exist, and several tables of one cube."""

from __future__ import annotations

from decimal import Decimal

import pytest
from built import built
from small_project import SmallProject

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
"""
TABLE = "x,2022 - K1,2022 - K2\njong,1,2\noud,3,4\n"
TWO = """tables: [eerste/tabel, tweede/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
"""


@pytest.fixture
def two_answers(project: SmallProject) -> SmallProject:
    """A first answer, and a second that revises a figure and adds a quarter."""
    project.document("eerste", "2023-10-12")
    project.document("tweede", "2024-10-12")
    project.table("x,2022 - K1,2022 - K2\njong,1,2\noud,3,4\n", document="eerste")
    project.table("x,2022 - K2,2022 - K3\njong,2,7\noud,5,8\n", document="tweede")
    project.mapping(TWO)
    return project


def test_let_later_document_win(two_answers: SmallProject) -> None:
    """A second answer adds quarters and revises figures; both cells stay recorded."""
    assert two_answers.observations() == {
        "2022-Q1/jong/aantal": (1, ["tabel 2,2"]),
        "2022-Q2/jong/aantal": (2, ["tabel 2,2", "tabel 2,3"]),
        "2022-Q1/oud/aantal": (3, ["tabel 3,2"]),
        "2022-Q2/oud/aantal": (5, ["tabel 3,2", "tabel 3,3 x"]),
        "2022-Q3/jong/aantal": (7, ["tabel 2,3"]),
        "2022-Q3/oud/aantal": (8, ["tabel 3,3"]),
    }


def test_record_revision_of_cell(two_answers: SmallProject) -> None:
    """The observation is derived from both cells; the new cell is a revision of the old one."""
    answer = built(two_answers.read())
    [found] = answer.ask(
        "SELECT ?new ?old ?t ?u WHERE { ?new prov:wasRevisionOf ?old ; "
        "pub:tekst ?t . ?old pub:tekst ?u }"
    )
    assert ("/tweede/" in found["new"], "/eerste/" in found["old"]) == (True, True)
    assert (found["t"], found["u"]) == ("5", "4")
    [sources] = answer.ask(
        "SELECT (COUNT(?c) AS ?n) (SAMPLE(?v) AS ?value) WHERE { "
        f"<{answer.base}/id/observatie/proef/2022-Q2/oud/aantal> prov:wasDerivedFrom ?c ; "
        f"<{answer.base}/ns/proef#aantal> ?v }}"
    )
    assert sources == {"n": "2", "value": "5"}


def test_ignore_order_of_tables(two_answers: SmallProject) -> None:
    """Which document wins follows from the dates, not from the order in the mapping."""
    one_way = two_answers.observations()
    two_answers.mapping(TWO.replace("[eerste/tabel, tweede/tabel]", "[tweede/tabel, eerste/tabel]"))
    assert {codes: value for codes, (value, _) in two_answers.observations().items()} == {
        codes: value for codes, (value, _) in one_way.items()
    }


def test_add_earlier_document_with_same_figures(two_answers: SmallProject) -> None:
    """An earlier document that prints the same figures changes nothing but adds cells."""
    before = two_answers.observations()
    two_answers.document("nulde", "2022-10-12")
    two_answers.table("x,2022 - K1\njong,1\noud,3\n", document="nulde")
    two_answers.mapping(TWO.replace("[", "[nulde/tabel, "))
    after = two_answers.observations()
    assert {codes: value for codes, (value, _) in after.items()} == {
        codes: value for codes, (value, _) in before.items()
    }
    assert after["2022-Q1/jong/aantal"][1] == ["tabel 2,2", "tabel 2,2"]
    assert not any(cell.endswith("x") for cell in after["2022-Q1/oud/aantal"][1])


def test_revise_figure_twice_and_back(two_answers: SmallProject) -> None:
    """A third document that returns to the first figure makes only the second superseded."""
    two_answers.document("derde", "2025-10-12")
    two_answers.table("x,2022 - K2\noud,4\n", document="derde")
    two_answers.mapping(TWO.replace("[", "[derde/tabel, "))
    value, cells = two_answers.observations()["2022-Q2/oud/aantal"]
    assert (value, cells) == (4, ["tabel 2,2", "tabel 3,2 x", "tabel 3,3"])


def test_join_equal_figures_written_differently(project: SmallProject) -> None:
    """12,5 and 12,50 are one figure; the cell that comes first gives the decimals."""
    project.table('x,y\njong,"12,50"\n', "een")
    project.table('x,y\njong,"12,5"\n', "twee")
    project.mapping("tables: [bron/een, bron/twee]\nrows: leeftijd\nmeasure: bedrag\n")
    found = project.observations()
    assert found == {"jong/bedrag": (Decimal("12.50"), ["een 2,2", "twee 2,2"])}
    assert str(found["jong/bedrag"][0]) == "12.50"


def test_report_cells_that_contradict_each_other(project: SmallProject) -> None:
    """Two cells of one document that disagree are a fault at the second, naming the first."""
    project.table("x,2022 - K1,2022 - K2\njong,1,2\n", "een")
    project.table("x,2022 - K2,2022 - K1\njong,2,7\n", "twee")
    project.mapping(PLAIN.replace("bron/tabel", "bron/een, bron/twee"))
    [found] = project.faults()
    assert (found.code, found.path, found.line, found.column) == (
        "conflicting-cells",
        "mappings/bron/twee.csv",
        2,
        8,
    )
    assert found.finding == (
        "2022-Q1, jong, aantal is 7 here but 1 in mappings/bron/een.csv row 2 column 2."
    )
    assert found.finding.text_in("nl") == (
        "2022-Q1, jong, aantal is hier 7, maar 1 in mappings/bron/een.csv rij 2 kolom 2."
    )


def test_report_contradiction_in_older_document(two_answers: SmallProject) -> None:
    """That a later document revises a figure does not hide a contradiction in an earlier one."""
    two_answers.table("x,2022 - K2\noud,9\n", "anders", document="eerste")
    two_answers.mapping(TWO.replace("[", "[eerste/anders, "))
    assert two_answers.places() == [("conflicting-cells", "tabel.csv", 3, 7)]


def test_report_every_contradiction(project: SmallProject) -> None:
    """All contradicting cells are reported, and soon."""
    labels = [f"{year}-Q{q}" for year in range(1000, 2250) for q in range(1, 5)]
    for name, add in (("een", 0), ("twee", 1)):
        rows = "".join(f"{label},{at + add}\n" for at, label in enumerate(labels))
        project.table(f"x,y\n{rows}", name)
    project.mapping("tables: [bron/een, bron/twee]\nrows: kwartaal\nmeasure: aantal\n")
    found = project.places()
    assert found == [("conflicting-cells", "twee.csv", n + 2, 9) for n in range(len(labels))]


def test_report_cells_read_twice(project: SmallProject) -> None:
    """A cell is the source of one observation: no two tables of a mapping read it."""
    project.table("x,y\njong,1\noud,2\n")
    project.mapping(
        "tables:\n  - {table: bron/tabel, fixed: {geslacht: M}}\n"
        "  - {table: bron/tabel, take: [oud], fixed: {geslacht: V}}\n"
        "rows: leeftijd\nmeasure: aantal\n"
    )
    assert project.places() == [("cells-read-twice", "proef.yaml", 6, 5)]
    project.mapping(
        "tables:\n  - {table: bron/tabel, take: [jong], fixed: {geslacht: M}}\n"
        "  - {table: bron/tabel, take: [oud], fixed: {geslacht: V}}\n"
        "rows: leeftijd\nmeasure: aantal\n"
    )
    assert project.values() == {"M/jong/aantal": "1", "V/oud/aantal": "2"}


def test_go_on_when_document_is_faulty(two_answers: SmallProject) -> None:
    """A document with a fault does not keep the tables from being judged."""
    (two_answers.root / "mappings" / "tweede" / "document.yaml").write_text(
        "document: 1\ntitle: {nl: D, en: D}\ndate: 2024-13-01\n", encoding="utf-8"
    )
    two_answers.table("x,2022 - K1,2022 - K2\njong,1,2\noud,3,?\n", document="eerste")
    assert two_answers.places() == [
        ("not-a-number", "tabel.csv", 3, 7),
        ("wrong-type", "document.yaml", 3, 1),
    ]


def test_go_on_when_all_cells_are_faulty(project: SmallProject) -> None:
    """Two tables without one sound cell give their faults and nothing else."""
    project.table("x,y\njong,a\n", "een")
    project.table("x,y\noud,b\n", "twee")
    project.mapping("tables: [bron/een, bron/twee]\nrows: leeftijd\nmeasure: aantal\n")
    assert project.places() == [
        ("not-a-number", "een.csv", 2, 6),
        ("not-a-number", "twee.csv", 2, 5),
    ]


def test_order_dimensions_by_name(project: SmallProject) -> None:
    """The period comes first, the other dimensions by name, the measure last."""
    project.table("x,y,2022 - K1\nW,V,1\n")
    project.mapping(
        "tables: [bron/tabel]\nrows: [statuut, geslacht]\ncolumns: kwartaal\n"
        "fixed: {leeftijd: oud}\nmeasure: aantal\n"
    )
    assert list(project.values()) == ["2022-Q1/V/oud/W/aantal"]


def test_report_stray_quote_without_the_labels_behind_it(project: SmallProject) -> None:
    """Where a table cannot be read on, no label that may stand there is said not to be printed."""
    project.table('x,2022 - K1\njong,1\noud,"2\nKind,"4,5"\n')
    project.mapping(PLAIN + "leave: [Kind]\n")
    assert {item[0] for item in project.places()} == {"bad-csv"}


@pytest.mark.parametrize(
    ("mapping", "place"),
    [
        ("tables: [bron/tabel]\nleave: [Jong]\n", (5, 9)),
        ("tables: [{table: bron/tabel, take: [oud, Jong]}]\n", (4, 42)),
    ],
)
def test_suggest_any_label_of_the_table(
    project: SmallProject, mapping: str, place: tuple[int, int]
) -> None:
    """A label that is not printed is compared with all row labels, also those not named."""
    project.table("x,2022 - K1\njong,1\noud,2\n")
    project.mapping(mapping + "rows: leeftijd\ncolumns: kwartaal\nmeasure: aantal\n")
    [found] = [item for item in project.faults() if item.code == "label-not-printed"]
    assert (found.line, found.column) == place
    assert found.fix.startswith('Did you mean "jong"? ')


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("leeftijd", "leeftyd"), ("no-such-dimension", 5, 1)),
        (
            (
                "leeftijd\ncolumns: kwartaal\n",
                "leeftyd\ncolumns: kwartaal\ntotals: {leeftijd: complete}\n",
            ),
            ("no-such-dimension", 5, 1),
        ),
        (("rows: leeftijd", "rows: [leeftijd, geslagt]"), ("no-such-dimension", 5, 1)),
        (("columns: kwartaal", "columns: maand"), ("no-such-dimension", 6, 1)),
        (("measure: aantal", "measure: aantallen"), ("no-such-measure", 7, 1)),
        (("measure: aantal\n", "\n"), ("no-measure", 1, 1)),
        (("aantal\n", "aantal\nunit: KG\n"), ("no-such-unit", 8, 1)),
        (("aantal\n", "aantal\nfixed: {leeftyd: oud}\n"), ("no-such-dimension", 8, 9)),
        (("aantal\n", "aantal\nfixed: {leeftijd: oud}\n"), ("dimension-twice", 4, 10)),
        (("aantal\n", "aantal\nfixed: {measure: bedrag}\n"), ("dimension-twice", 4, 10)),
        (("aantal\n", "aantal\nfixed: {jaar: 2022}\n"), ("no-period-twice", 1, 1)),
        (("aantal\n", "aantal\ntotals: {geslacht: complete}\n"), ("dimension-not-used", 8, 10)),
        (("aantal\n", "aantal\ntotals: {kwartaal: complete}\n"), ("no-total", 8, 10)),
        (("aantal\n", "aantal\ntake: [jong, kind]\n"), ("label-not-printed", 8, 14)),
        (("aantal\n", "aantal\nleave:\n  - jong\n  - kind\n"), ("label-not-printed", 10, 5)),
        (("bron/tabel", "bron/tabbel"), ("no-such-table", 4, 10)),
        (("bron/tabel", "bran/tabel"), ("no-such-table", 4, 10)),
        (("bron/tabel", "bron/" + "x" * 5000), ("no-such-table", 4, 10)),
        (("bron/tabel", "../tabel"), ("outside-project", 4, 10)),
        (("bron/tabel", "bron/../../tabel"), ("outside-project", 4, 10)),
        (("bron/tabel", "/etc/passwd"), ("outside-project", 4, 10)),
        (
            ("rows: leeftijd", "rows: {jong: {leeftijd: jong}, oud: {}}"),
            ("label-lacks-code", 5, 32),
        ),
        (("aantal\n", "aantal\nrwos: leeftijd\n"), ("unknown-key", 8, 1)),
        (("leeftijd\n", "leeftijd\nrows: leeftijd\n"), ("duplicate-key", 6, 1)),
        (
            ("aantal\n", "aantal\nmissing: [{kwartaal: 2022-Q9, reason: {nl: r, en: r}}]\n"),
            ("unknown-period", 8, 12),
        ),
        (
            ("aantal\n", "aantal\nmissing: [{jaar: 2022, reason: {nl: r, en: r}}]\n"),
            ("no-such-period", 8, 12),
        ),
        (
            ("aantal\n", "aantal\nmissing: [{kwartaal: 2022 K2, reason: {nl: r, en: r}}]\n"),
            ("missing-but-given", 8, 12),
        ),
        (("aantal\n", "aantal\nleave: [jong, oud]\n"), ("no-observations", 4, 1)),
    ],
)
def test_report_mapping_key(
    project: SmallProject, change: tuple[str, str], expected: tuple[str, int, int]
) -> None:
    """What a mapping names must exist and fit; else it is one fault at the key that names it."""
    project.table(TABLE)
    project.mapping(PLAIN.replace(*change))
    code, line, column = expected
    assert project.places() == [(code, "proef.yaml", line, column)]


def test_report_tables_of_other_dimensions(project: SmallProject) -> None:
    """The tables of a data set give the same dimensions."""
    project.table("x,y\njong,1\n", "een")
    project.table("x,y\noud,1\n", "twee")
    project.mapping(
        "tables:\n  - {table: bron/een, fixed: {geslacht: M}}\n  - bron/twee\n"
        "rows: leeftijd\nmeasure: aantal\n"
    )
    assert project.places() == [("dimensions-differ", "proef.yaml", 6, 5)]


@pytest.mark.parametrize(
    "slug", ["codelijsten", "vocabularium", "bronnen", "catalogus", "proef-cellen"]
)
def test_report_reserved_name(project: SmallProject, slug: str) -> None:
    """No data set can take the name of a graph that the program writes itself."""
    project.table(TABLE)
    project.mapping(PLAIN, slug=slug)
    assert project.places() == [("reserved-name", f"{slug}.yaml", 0, 0)]


def test_report_faults_of_all_mappings(project: SmallProject) -> None:
    """One run reports what is wrong in every mapping, table and file of the ontology.

    But not that names are unknown, since the file that cannot be read may define them.
    """
    project.table("x,2022 - K1\njong,a\n", "een")
    project.table("x,2022 - K1\nkind,1\n", "twee")
    project.mapping(PLAIN.replace("tabel", "een"), "een")
    project.mapping(PLAIN.replace("tabel", "twee"), "twee")
    project.mapping(PLAIN.replace("tabel", "drie"), "drie")
    (project.root / "ontology" / "kapot.ttl").write_text("<a> <b> c .", encoding="utf-8")
    assert [(code, path) for code, path, *_ in project.places()] == [
        ("not-a-number", "een.csv"),
        ("no-such-table", "drie.yaml"),
        ("turtle-syntax", "kapot.ttl"),
    ]


def test_use_other_unit_than_that_of_measure(project: SmallProject) -> None:
    """A mapping may give the unit, when it is not the measure's own."""
    project.table(TABLE)
    project.mapping(PLAIN.replace("aantal", "bedrag") + "unit: PC\n")
    answer = built(project.read())
    units = answer.ask(
        "SELECT DISTINCT ?u WHERE { ?o a qb:Observation ; attribute:unitMeasure ?u }"
    )
    assert units == [{"u": f"{answer.base}/id/concept/eenheid/PC"}]
