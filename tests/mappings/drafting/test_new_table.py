"""Bringing in a table: tables of many shapes, what is guessed of them and what is left open."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from built import INPUT, REPOSITORY
from openpyxl import Workbook
from small_project import SmallProject

from publish.faults.fault import CannotRun, Fault, FaultyInput
from publish.mappings.drafting.new_table import NewTable, add_table, slug_of, write_new_files
from publish.project.new_project import start_project
from publish.project.project import read_project


@pytest.fixture
def ages(project: SmallProject) -> SmallProject:
    """A project whose codes have labels as Flemish statistics print them."""
    for name, code, label in (
        ("leeftijd", "jong", "-25 jaar"),
        ("leeftijd", "oud", "25 jaar en ouder"),
        ("leeftijd", "_T", "Totaal"),
        ("statuut", "W", "Werknemers"),
        ("statuut", "Z", "Zelfstandigen (België)"),
        ("statuut", "_T", "Totaal"),
        ("geslacht", "M", "Mannen"),
        ("geslacht", "V", "Vrouwen"),
    ):
        path = project.root / "ontology" / "codelists" / f"{name}.ttl"
        text = path.read_text(encoding="utf-8")
        notation = f'skos:notation "{code}"'
        assert notation in text
        text = text.replace(notation, f'{notation} ; pub:gedruktLabel "{label}"')
        path.write_text(text, encoding="utf-8")
    return project


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A file, and what it must become."""

    name: str
    raw: bytes
    table: str
    holds: list[str]
    """Lines that the mapping must have."""
    measure: str | None = None
    """What a person answers, where the measure is open."""
    values: dict[str, str] = field(default_factory=dict)
    """Some of the observations, once the questions are answered."""
    answers: dict[str, str] = field(default_factory=dict)
    """Other answers."""


PLAIN = "leeftijd,2022 - K1,2022 - K2\n-25 jaar,1,2\n25 jaar en ouder,3,4\nTotaal,4,6\n"

SHAPES = [
    Shape(
        name="plain",
        raw=PLAIN.encode(),
        table=PLAIN,
        holds=["rows: leeftijd", "columns: kwartaal", "  leeftijd: complete"],
        measure="aantal",
        values={"2022-Q1/jong/aantal": "1", "2022-Q2/_T/aantal": "6"},
    ),
    Shape(
        name="semicolons-and-decimal-commas",
        raw=b"Leeftijd;2022;2023\r\n-25 jaar;1.234,5;2,25\r\n25 jaar en ouder;3,5;4\r\n",
        table='Leeftijd,2022,2023\n-25 jaar,"1.234,5","2,25"\n25 jaar en ouder,"3,5",4\n',
        holds=["rows: leeftijd", "columns: jaar", "measure: bedrag"],
        values={"2022/jong/bedrag": "1234.5", "2023/oud/bedrag": "4"},
    ),
    Shape(
        name="windows-1252",
        raw="Statuut;2022\r\nWerknemers;10\r\nZelfstandigen (België);5\r\nTotaal;15\r\n".encode(
            "cp1252"
        ),
        table="Statuut,2022\nWerknemers,10\nZelfstandigen (België),5\nTotaal,15\n",
        holds=["rows: statuut", "columns: jaar", "  statuut: complete"],
        measure="aantal",
        answers={"right: OPEN": "right: true"},
        values={"2022/Z/aantal": "5"},
    ),
    Shape(
        name="byte-order-mark-and-tabs",
        raw="Leeftijd\t2022\t2023\n-25 jaar\t1\t2\n25 jaar en ouder\t3\t4\n".encode("utf-8-sig"),
        table="Leeftijd,2022,2023\n-25 jaar,1,2\n25 jaar en ouder,3,4\n",
        holds=["rows: leeftijd", "columns: jaar"],
        measure="aantal",
        values={"2023/oud/aantal": "4"},
    ),
    Shape(
        name="utf-16-with-tabs",
        raw="Statuut\t2022\r\nWerknemers\t1\r\nZelfstandigen (België)\t2\r\n".encode("utf-16"),
        table="Statuut,2022\nWerknemers,1\nZelfstandigen (België),2\n",
        holds=["rows: statuut", "columns: jaar"],
        measure="aantal",
        values={"2022/Z/aantal": "2"},
    ),
    Shape(
        name="bars-and-english-numbers",
        raw=b"Leeftijd|2022|2023\n-25 jaar|1,234.5|2.25\n25 jaar en ouder|3.5|4\n",
        table='Leeftijd,2022,2023\n-25 jaar,"1,234.5",2.25\n25 jaar en ouder,3.5,4\n',
        holds=["numbers: en", "measure: bedrag"],
        values={"2022/jong/bedrag": "1234.5"},
    ),
    Shape(
        name="decimal-points-only",
        raw=b"Leeftijd,2022,2023\n-25 jaar,1234.5,2.25\n25 jaar en ouder,3.5,4\n",
        table="Leeftijd,2022,2023\n-25 jaar,1234.5,2.25\n25 jaar en ouder,3.5,4\n",
        holds=["numbers: plain", "measure: bedrag"],
        values={"2022/jong/bedrag": "1234.5"},
    ),
    Shape(
        name="narrow-spaces-between-thousands",
        raw="Leeftijd;2022;2023\n-25 jaar;1\u202f234;2\u00a0345\n25 jaar en ouder;3;4,5\n".encode(),
        table='Leeftijd,2022,2023\n-25 jaar,1.234,2.345\n25 jaar en ouder,3,"4,5"\n',
        holds=["measure: bedrag"],
        values={"2022/jong/bedrag": "1234", "2023/jong/bedrag": "2345"},
    ),
    Shape(
        name="apostrophes-and-a-minus",
        raw="Leeftijd;2022;2023\n-25 jaar;1'234.5;2’345.0\n25 jaar en ouder;−3.5;4.5\n".encode(),
        table="Leeftijd,2022,2023\n-25 jaar,1234.5,2345.0\n25 jaar en ouder,-3.5,4.5\n",
        holds=["numbers: plain", "measure: bedrag"],
        values={"2022/oud/bedrag": "-3.5"},
    ),
    Shape(
        name="years-above-quarters",
        raw=b"Leeftijd;2022;;2023;\n;K1;K2;K1;K2\n-25 jaar;1;2;3;4\n25 jaar en ouder;5;6;7;8\n",
        table=(
            "Leeftijd,2022 K1,2022 K2,2023 K1,2023 K2\n-25 jaar,1,2,3,4\n25 jaar en ouder,5,6,7,8\n"
        ),
        holds=["rows: leeftijd", "columns: kwartaal"],
        measure="aantal",
        values={"2023-Q1/oud/aantal": "7"},
    ),
    Shape(
        name="titles-above-and-notes-below",
        raw=(
            b"Tabel 3. Inwoners per leeftijd;;\n;;\nLeeftijd;2022;2023\n-25 jaar;1;2\n"
            b"25 jaar en ouder;3;4\nTotaal;4;6\n;;\nBron: Statistiek Vlaanderen;;\n"
            b"* voorlopige cijfers;;\n"
        ),
        table="Leeftijd,2022,2023\n-25 jaar,1,2\n25 jaar en ouder,3,4\nTotaal,4,6\n",
        holds=[
            '  nl: "Tabel 3. Inwoners per leeftijd"',
            "# Below the table: Bron: Statistiek Vlaanderen",
            "# Below the table: * voorlopige cijfers",
        ],
        measure="aantal",
        values={"2023/_T/aantal": "6"},
    ),
    Shape(
        name="two-label-columns-printed-once",
        raw=(
            b"Geslacht;Leeftijd;2022;2023\nMannen;-25 jaar;1;2\n;25 jaar en ouder;3;4\n"
            b"Vrouwen;-25 jaar;5;6\n;25 jaar en ouder;7;8\n"
        ),
        table=(
            "Geslacht,Leeftijd,2022,2023\nMannen,-25 jaar,1,2\nMannen,25 jaar en ouder,3,4\n"
            "Vrouwen,-25 jaar,5,6\nVrouwen,25 jaar en ouder,7,8\n"
        ),
        holds=["rows: [geslacht, leeftijd]", "columns: jaar"],
        measure="aantal",
        values={"2023/V/oud/aantal": "8"},
    ),
    Shape(
        name="one-row-per-figure",
        raw=b"Jaar;Kwartaal;Leeftijd;aantal\n2022;1;-25 jaar;5\n2022;2;-25 jaar;6\n2022;2;oud;7\n",
        table=("kwartaal,Leeftijd,aantal\n2022 K1,-25 jaar,5\n2022 K2,-25 jaar,6\n2022 K2,oud,7\n"),
        holds=["rows: [kwartaal, leeftijd]", "measure: aantal"],
        values={"2022-Q2/oud/aantal": "7"},
    ),
    Shape(
        name="two-header-rows-of-dimensions",
        raw=(
            b";Mannen;;Vrouwen;\nLeeftijd;2022;2023;2022;2023\n-25 jaar;1;2;3;4\n"
            b"25 jaar en ouder;5;6;7;8\n"
        ),
        table=(
            ",Mannen,,Vrouwen,\nLeeftijd,2022,2023,2022,2023\n-25 jaar,1,2,3,4\n"
            "25 jaar en ouder,5,6,7,8\n"
        ),
        holds=["rows: leeftijd", "columns: [geslacht, jaar]"],
        measure="aantal",
        values={"2023/M/oud/aantal": "6", "2022/V/jong/aantal": "3"},
    ),
    Shape(
        name="a-title-above-all-columns",
        raw=b"Leeftijd;Aantal personen;\n;2022;2023\n-25 jaar;1;2\n25 jaar en ouder;3;4\n",
        table="Leeftijd,2022,2023\n-25 jaar,1,2\n25 jaar en ouder,3,4\n",
        holds=["# Above the table: Aantal personen", "columns: jaar"],
        measure="aantal",
        values={"2023/oud/aantal": "4"},
    ),
    Shape(
        name="a-year-above-quarters",
        raw=b"Leeftijd;2022;\n;1e kwartaal;2e kwartaal\n-25 jaar;1;2\n25 jaar en ouder;3;4\n",
        table="Leeftijd,2022 K1,2022 K2\n-25 jaar,1,2\n25 jaar en ouder,3,4\n",
        holds=["columns: kwartaal"],
        measure="aantal",
        values={"2022-Q2/oud/aantal": "4"},
    ),
    Shape(
        name="signs-for-figures",
        raw=b"Leeftijd;2022;2023\n-25 jaar;x;<5\n25 jaar en ouder;3;-\nTotaal;7;8\n",
        table="Leeftijd,2022,2023\n-25 jaar,x,<5\n25 jaar en ouder,3,-\nTotaal,7,8\n",
        holds=["  x: {reason: OPEN}", '  "<#": {reason: OPEN}', '  "-": {reason: OPEN}'],
        measure="aantal",
        answers={"reason: OPEN": "reason: ONDERDRUKT", "leeftijd: OPEN": "leeftijd: complete"},
        values={"2022/oud/aantal": "3"},
    ),
    Shape(
        name="no-period-in-any-label",
        raw=b"Werkenden op 30 juni 2023;;\nLeeftijd;Mannen;Vrouwen\n-25 jaar;1;2\noud;3;4\n",
        table="Leeftijd,Mannen,Vrouwen\n-25 jaar,1,2\noud,3,4\n",
        holds=["fixed: {dag: OPEN}", "# Candidates: 2023-06-30", "columns: geslacht"],
        measure="aantal",
        answers={"dag: OPEN": "dag: 2023-06-30"},
        values={"2023-06-30/V/oud/aantal": "4"},
    ),
    Shape(
        name="a-total-that-is-more-than-its-parts",
        raw=b"Leeftijd;2022;2023\n-25 jaar;10;20\n25 jaar en ouder;30;40\nTotaal;400;600\n",
        table="Leeftijd,2022,2023\n-25 jaar,10,20\n25 jaar en ouder,30,40\nTotaal,400,600\n",
        holds=["  leeftijd: OPEN"],
        measure="aantal",
        answers={"leeftijd: OPEN": "leeftijd: incomplete"},
        values={"2022/_T/aantal": "400"},
    ),
    Shape(
        name="a-total-but-for-rounding",
        raw=b"Leeftijd;2022;2023\n-25 jaar;1,24;2,5\n25 jaar en ouder;3,5;4,1\nTotaal;4,75;6,6\n",
        table=(
            'Leeftijd,2022,2023\n-25 jaar,"1,24","2,5"\n25 jaar en ouder,"3,5","4,1"\n'
            'Totaal,"4,75","6,6"\n'
        ),
        holds=[
            "  # Guessed, because the parts add up to it but for at most 0,01, as after rounding.",
            '  leeftijd: {parts: complete, within: "0,01"}',
        ],
        values={"2022/_T/bedrag": "4.75"},
    ),
    Shape(
        name="a-declared-separator",
        raw=b"sep=;\r\nLeeftijd;2022\r\n-25 jaar;1\r\noud;2\r\n",
        table="Leeftijd,2022\n-25 jaar,1\noud,2\n",
        holds=["rows: leeftijd", "columns: jaar"],
        measure="aantal",
        values={"2022/oud/aantal": "2"},
    ),
    Shape(
        name="quoted-cells-with-separators",
        raw=b'"Leeftijd";"2022";"2023"\n"-25 jaar";"1";"2"\n"25 jaar\nen ouder";"3";"4"\n',
        table="Leeftijd,2022,2023\n-25 jaar,1,2\n25 jaar en ouder,3,4\n",
        holds=["rows: leeftijd"],
        measure="aantal",
        values={"2023/oud/aantal": "4"},
    ),
]


def bring(project: SmallProject, raw: bytes, name: str = "bron.csv", **options: str) -> NewTable:
    """Bring in a file under the slug `nieuw`."""
    path = project.root / name
    path.write_bytes(raw)
    return add_table(project.read(), "nieuw", path, **options)


def refused(project: SmallProject, raw: bytes, name: str = "bron.csv") -> list[Fault]:
    """Return the faults of a file; nothing may have been written."""
    before = sorted(project.root.rglob("*"))
    with pytest.raises(FaultyInput) as caught:
        bring(project, raw, name)
    assert {*project.root.rglob("*")} - {*before} == {project.root / name}
    return caught.value.faults


def answer(made: NewTable, measure: str | None, others: dict[str, str]) -> None:
    """Write in a mapping what a person answers."""
    text = made.mapping.read_text(encoding="utf-8")
    for question, given in {"nl: OPEN": "nl: Proef", "en: OPEN": "en: Trial", **others}.items():
        text = text.replace(question, given)
    if measure:
        assert "measure: OPEN" in text
        text = text.replace("measure: OPEN", f"measure: {measure}")
    made.mapping.write_text(text, encoding="utf-8")


@pytest.mark.sampled(6)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_bring_table_of_any_shape(ages: SmallProject, shape: Shape) -> None:
    """A table becomes the project's; its mapping works once its open questions are answered."""
    made = bring(ages, shape.raw)
    assert made.table.read_bytes().decode() == shape.table
    lines = made.mapping.read_text(encoding="utf-8").splitlines()
    for line in shape.holds:
        assert line in lines, "\n".join(lines)
    codes = {item.code for item in ages.faults()}
    assert codes == {"still-open"}
    answer(made, shape.measure, shape.answers)
    assert ages.places() == []
    values = ages.values("nieuw")
    assert {codes: values[codes] for codes in shape.values} == shape.values


def test_leave_unknown_labels_to_be_judged(ages: SmallProject) -> None:
    """A label that the list does not have is told, and is a fault at its line in the same run."""
    made = bring(ages, b"Leeftijd;2022\n-25 jaar;1\noud;2\nContingent;9\n")
    assert any(item.why.endswith("; not explained: Contingent") for item in made.decisions)
    at = [place for place in ages.places() if place[0] == "unknown-code"]
    assert at == [("unknown-code", "nieuw.csv", 4, 1)]


def test_leave_dimension_open_that_two_lists_explain(ages: SmallProject) -> None:
    """Where two lists explain the labels as well, a person chooses among them."""
    path = ages.root / "ontology" / "codelists" / "statuut.ttl"
    text = path.read_text(encoding="utf-8").replace('"W" ;', '"W" ; pub:gedruktLabel "Mannen" ;')
    path.write_text(text.replace('"Z" ;', '"Z" ; pub:gedruktLabel "Vrouwen" ;'), encoding="utf-8")
    made = bring(ages, b"x;2022\nMannen;1\nVrouwen;2\n")
    lines = made.mapping.read_text(encoding="utf-8").splitlines()
    at = lines.index("rows: OPEN")
    assert lines[at - 1] == "# Candidates: geslacht, statuut"
    [found] = [item for item in ages.faults() if item.line == at + 1]
    assert (found.code, found.column) == ("still-open", 1)
    assert found.fix.startswith("Candidates: geslacht, statuut. ")
    assert found.fix.nl.startswith("Mogelijk: geslacht, statuut. ")


def test_let_what_stands_above_choose_between_lists(ages: SmallProject) -> None:
    """What stands above labels decides between lists that explain them equally."""
    made = bring(ages, b"Leeftijd;2022\nTotaal;3\n_T;3\n".replace(b"_T;3", b"-25 jaar;3"))
    assert "rows: leeftijd" in made.mapping.read_text(encoding="utf-8").splitlines()


def test_leave_measures_open_where_only_some_are_percentages(ages: SmallProject) -> None:
    """Columns of which some are percentages are different measures, one question each."""
    made = bring(ages, b"jaar;personen;aandeel\n2022;10;5,0%\n2023;20;6,5%\n")
    lines = made.mapping.read_text(encoding="utf-8").splitlines()
    assert "rows: jaar" in lines
    at = lines.index("columns:")
    assert "  personen: {measure: OPEN}" in lines[at:]
    assert "  aandeel: {measure: OPEN}" in lines[at:]


def test_name_measure_first_that_stands_above(ages: SmallProject) -> None:
    """Of the measures that fit, the one that the title names is the first candidate."""
    made = bring(ages, b"Het bedrag per leeftijd;\nLeeftijd;2022\n-25 jaar;1\noud;2\n")
    assert "# Candidates: bedrag, aantal\n" in made.mapping.read_text(encoding="utf-8")
    assert "measure: OPEN\n" in made.mapping.read_text(encoding="utf-8")


def test_tell_what_was_guessed_and_what_is_next(
    ages: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verb prints the files on stdout, and in words what was guessed and what to do next."""
    monkeypatch.setenv("COLUMNS", "120")  # so that no cell of the table is wrapped
    (ages.root / "bron.csv").write_text(PLAIN, encoding="utf-8")
    result = ages.run("new", "nieuw", str(ages.root / "bron.csv"), "--document", "antwoord")
    assert result.exit_code == 0
    assert result.stdout == "mappings/antwoord/nieuw.csv\nmappings/nieuw.yaml\n"
    words = " ".join(result.stderr.split())
    assert 'rows under "leeftijd" leeftijd the list leeftijd explains all 3 labels certain' in words
    assert "total of leeftijd complete the parts add up to it 2 times out of 2 certain" in words
    assert "5 open questions in mappings/nieuw.yaml" in result.stderr
    assert "Then publish check nieuw says what is still to do" in result.stderr


def test_ask_in_dutch(ages: SmallProject) -> None:
    """In Dutch the questions in the mapping are Dutch too, and their candidates are found again."""
    (ages.root / "bron.csv").write_text(PLAIN, encoding="utf-8")
    result = ages.run("--language", "nl", "new", "nieuw", str(ages.root / "bron.csv"))
    assert result.exit_code == 0
    words = " ".join(result.stderr.split())
    assert "codering UTF-8 elke letter is gewone ASCII zeker" in words
    assert "beantwoord ze daar, in de plaats van OPEN" in result.stderr
    text = (ages.root / "mappings" / "nieuw.yaml").read_text(encoding="utf-8")
    assert "# OPEN: wat tellen of meten de cijfers?\n" in text
    assert "# Mogelijk: aantal, bedrag\nmeasure: OPEN\n" in text
    found = [item for item in ages.faults() if "measure" in item.finding]
    assert [(item.code, item.line, item.column) for item in found] == [
        ("still-open", text.splitlines().index("measure: OPEN") + 1, 1)
    ]
    assert found[0].fix.startswith("Candidates: aantal, bedrag. ")
    assert found[0].fix.nl.startswith("Mogelijk: aantal, bedrag. ")


def test_say_that_a_code_list_comes_first(ages: SmallProject) -> None:
    """Where no list has the labels, it is said how to make one, and that all is done again then."""
    made = bring(ages, b"Kleur;2022\nrood;1\ngroen;2\n")
    assert made.advice[-1].startswith("No code list has the labels under `rows` yet.")
    text = made.mapping.read_text(encoding="utf-8")
    assert "# If there is none yet, make one: a block in ontology/dimensions.ttl" in text
    at = text.splitlines().index("rows: OPEN") + 1
    [found] = [item for item in ages.faults() if item.line == at]
    assert (found.code, found.column) == ("still-open", 1)
    assert found.fix.startswith("If there is none yet, make one: ")


def test_blame_no_rounding_for_counts(ages: SmallProject) -> None:
    """Counts are exact: parts of them that do not add up are a fault, which `check` names."""
    made = bring(ages, PLAIN.replace("Totaal,4,6", "Totaal,4,7").encode())
    lines = made.mapping.read_text(encoding="utf-8").splitlines()
    assert "  leeftijd: complete" in lines
    assert any("whole numbers are not rounded" in line for line in lines)
    answer(made, "aantal", {})
    assert ages.places() == [("total-differs", "nieuw.csv", 4, 10)]


def test_tell_what_was_guessed_as_json(ages: SmallProject) -> None:
    """With --format json the same is one object."""
    (ages.root / "bron.csv").write_text(PLAIN, encoding="utf-8")
    result = ages.run("--format", "json", "new", "nieuw", str(ages.root / "bron.csv"))
    record = json.loads(result.stdout)
    assert record["written"] == ["mappings/bron/nieuw.csv", "mappings/nieuw.yaml"]
    assert any(question.startswith("what do the figures count") for question in record["open"])
    assert record["decisions"][0] == {
        "what": "encoding",
        "decided": "UTF-8",
        "why": "every letter is plain ASCII",
        "sure": "certain",
    }
    doubtful = [one["what"] for one in record["decisions"] if one["sure"] == "doubtful"]
    assert doubtful == ["measure"]


DOUBTFUL = "Kraj;1930;1950;2000\nPlzeň;1.234;2.345;9.999\nTotaal;20.000;3.000;1.000\n".encode(
    "cp1250"
)
"""A table of which the encoding, the heads and the marks of the numbers can be read in two ways."""


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("columns", ["80", "120"])
def test_list_what_was_decided(
    ages: SmallProject, language: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions are one table that fits the width; each doubtful one is open for `check` too."""
    monkeypatch.setenv("COLUMNS", columns)
    (ages.root / "bron.csv").write_bytes(DOUBTFUL)
    result = ages.run("--language", language, "new", "nieuw", str(ages.root / "bron.csv"))
    assert result.exit_code == 0
    head, rule, *lines = result.stderr.splitlines()
    assert (
        head.split()
        == {
            "en": ["WHAT", "DECIDED", "WHY", "HOW", "SURE"],
            "nl": ["WAT", "BESLIST", "WAAROM", "HOE", "ZEKER"],
        }[language]
    )
    assert len(rule) == int(columns)
    table = [line for line in lines if len(line) <= len(rule)]
    word = {"en": "doubtful", "nl": "twijfel"}[language]
    doubtful = [line.split()[0] for line in table if line.endswith(word)]
    numbers, measure, words = {
        "en": ("numbers", "measure", "encoding"),
        "nl": ("getallen", "maat", "codering"),
    }[language]
    assert doubtful == [words, "rows", "columns", measure, numbers]
    checked = ages.run("check", "nieuw")
    assert checked.exit_code == 1
    for key in ("encoding.right", "rows", "columns", "numbers", "measure"):
        assert f"`{key}` is still OPEN" in checked.output


def test_name_encoding_of_table(ages: SmallProject) -> None:
    """With --encoding nothing is asked about the letters; the wrong one is a fault at the byte."""
    path = ages.root / "bron.csv"
    path.write_bytes(DOUBTFUL)
    wrong = ages.run("new", "nieuw", str(path), "--encoding", "utf-8")
    assert wrong.exit_code == 1
    assert "bron.csv:2:5: undecodable: the byte 0xF2 here is no letter in UTF-8" in wrong.output
    unknown = ages.run("new", "nieuw", str(path), "--encoding", "windows-1520")
    assert unknown.exit_code == 2
    assert "windows-1250" in unknown.output
    right = ages.run("new", "nieuw", str(path), "--encoding", "windows-1250")
    assert right.exit_code == 0
    assert "encoding:" not in (ages.root / "mappings" / "nieuw.yaml").read_text(encoding="utf-8")
    table = (ages.root / "mappings" / "bron" / "nieuw.csv").read_text(encoding="utf-8")
    assert table.splitlines()[1] == "Plzeň,1.234,2.345,9.999"


@pytest.mark.parametrize(("answer", "value"), [("nl", "1234"), ("plain", "1.234")])
def test_answer_how_numbers_are_written(ages: SmallProject, answer: str, value: str) -> None:
    """Whichever reading of a doubtful mark a person chooses is the one that is published."""
    made = bring(ages, b"Leeftijd;2022\n-25 jaar;1.234\noud;2.345\n")
    text = made.mapping.read_text(encoding="utf-8")
    assert "# With `numbers: nl` it is 1234.\n# With `numbers: plain` it is 1.234.\n" in text
    for asked, given in (
        ("nl: OPEN", "nl: Proef"),
        ("en: OPEN", "en: Trial"),
        ("numbers: OPEN", f"numbers: {answer}"),
        ("measure: OPEN", "measure: bedrag"),
    ):
        assert asked in text
        text = text.replace(asked, given)
    made.mapping.write_text(text, encoding="utf-8")
    assert ages.places() == []
    assert ages.values("nieuw")["2022/jong/bedrag"] == value


@pytest.mark.parametrize(("cell", "asked"), [(12345, False), ("12.345", True)])
def test_ask_how_texts_of_a_workbook_are_written(
    ages: SmallProject, cell: object, asked: bool
) -> None:
    """A number of a workbook is known whatever its marks; a text that looks like one is not."""
    book = Workbook()
    assert book.active is not None
    for row in (("leeftijd", "2022"), ("jong", cell), ("oud", 9876)):
        book.active.append(row)
    for column in ("B2", "B3"):
        book.active[column].number_format = "#,##0"
    saved = io.BytesIO()
    book.save(saved)
    made = bring(ages, saved.getvalue(), "bron.xlsx")
    assert ("numbers: OPEN\n" in made.mapping.read_text(encoding="utf-8")) == asked
    assert "jong,12.345\n" in made.table.read_text(encoding="utf-8")


def test_write_nothing_over(ages: SmallProject) -> None:
    """A mapping or a table that exists stays as it is."""
    first = bring(ages, PLAIN.encode())
    before = first.mapping.read_bytes(), first.table.read_bytes()
    with pytest.raises(FaultyInput) as caught:
        bring(ages, b"Leeftijd;2022\njong;9\n")
    places = [(item.code, item.path, item.line, item.column) for item in caught.value.faults]
    assert places == [
        ("already-there", "mappings/bron/nieuw.csv", 0, 0),
        ("already-there", "mappings/nieuw.yaml", 0, 0),
    ]
    assert before == (first.mapping.read_bytes(), first.table.read_bytes())


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", ("empty-file", 1, 1)),
        (b"\xef\xbb\xbf \r\n", ("empty-file", 1, 1)),
        (b"Leeftijd;2022\njong;1\x00\n", ("nul-byte", 2, 7)),
        (b"Leeftijd;2022\nBelgi\xc3\xab;1\njong \xff;2\n", ("undecodable", 3, 6)),
        ("Leeftijd;2022\n".encode("utf-16") + b"j", ("undecodable", 2, 1)),
        (b"alleen tekst\nen nog een regel\n", ("no-separator", 1, 1)),
        (b"Leeftijd;2022;2023\njong;1;2\noud,3,4\n", ("second-separator", 3, 4)),
        (b'Leeftijd;2022\njong;1\noud;"2\n', ("bad-csv", 3, 5)),
        (b"Leeftijd;naam\njong;Jan\noud;Piet\n", ("no-figures", 1, 1)),
        (b"Leeftijd;2022\njong;1\nMannen;\noud;2\n", ("label-without-figures", 3, 1)),
        (b"Leeftijd;2022\njong;1\n;2\noud;2\n", ("row-without-label", 3, 1)),
        (b"Leeftijd;2022\n=cmd|' /C calc'!A0;1\n", ("formula-text", 2, 1)),
        (b"Leeftijd;2022\n@SUM(A1);1\n", ("formula-text", 2, 1)),
        (b"Leeftijd;2022\njong;1\n+1+cmd|x;1\n", ("formula-text", 3, 1)),
        (b"Leeftijd;2022\njong;1\n-2+3+cmd|x;1\n", ("formula-text", 3, 1)),
        (b"Leeftijd;2022\njong;1\n+SUM(A1);1\n", ("formula-text", 3, 1)),
        (b"Leeftijd;+A1\njong;1\n", ("formula-text", 1, 10)),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_refuse_file_that_cannot_be_read(
    project: SmallProject, raw: bytes, place: tuple[str, int, int]
) -> None:
    """What cannot be read is a fault at its line and column, and nothing is written."""
    faults = refused(project, raw)
    assert [(item.code, item.line, item.column) for item in faults] == [place]
    assert faults[0].path.endswith("bron.csv")


def test_take_labels_that_only_look_like_formulas(ages: SmallProject) -> None:
    """A label that begins with a minus, or a plus and a number, is no formula; nor is a note."""
    made = bring(ages, b"Leeftijd;2022\n-25 jaar;1\n+65;2\n- zonder Brussel (voorlopig);\n")
    assert made.table.read_text(encoding="utf-8").splitlines()[2] == "+65,2"


def test_refuse_file_that_is_too_large(
    project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size of a file is judged before it is read."""
    monkeypatch.setattr("publish.tables.foreign.delimited.MOST_BYTES", 1 << 20)
    [found] = refused(project, b"x;1\n" * 600_000)
    assert (found.code, found.line, found.column) == ("too-large-to-bring-in", 0, 0)
    assert "2 MiB; the limit is 1 MiB" in found.finding


def test_refuse_table_of_too_many_columns(project: SmallProject) -> None:
    """A line of very many cells is no printed table."""
    [found] = refused(project, b"x;1\n" + b"x;" * 20_000 + b"1\n")
    assert (found.code, found.line, found.column) == ("too-large-to-bring-in", 0, 0)


def test_refuse_file_that_is_not_there(project: SmallProject) -> None:
    """A file that does not exist is a fault."""
    with pytest.raises(FaultyInput) as caught:
        add_table(project.read(), "nieuw", project.root / "weg.csv")
    [found] = caught.value.faults
    assert (found.code, found.line, found.column) == ("cannot-read", 0, 0)


@pytest.mark.parametrize(
    ("slug", "options"),
    [
        ("Met Hoofdletters", {}),
        ("../buiten", {}),
        ("nieuw", {"document": "../.."}),
        ("nieuw", {"table": "a/b"}),
        ("nieuw", {"sheet": "Blad1"}),
    ],
)
def test_refuse_names_that_cannot_be_used(
    project: SmallProject, slug: str, options: dict[str, str]
) -> None:
    """Names become parts of addresses and paths; a CSV has no sheets."""
    (project.root / "bron.csv").write_text(PLAIN, encoding="utf-8")
    before = sorted(project.root.rglob("*"))
    with pytest.raises(CannotRun):
        add_table(project.read(), slug, project.root / "bron.csv", **options)
    assert sorted(project.root.rglob("*")) == before


def test_write_all_or_nothing(tmp_path: Path) -> None:
    """When one of the files cannot be written, the others and their folders are gone too."""
    (tmp_path / "geen-map").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="geen-map"):
        write_new_files({tmp_path / "nieuw" / "a.csv": b"a", tmp_path / "geen-map" / "b": b"b"})
    assert [path.name for path in tmp_path.rglob("*")] == ["geen-map"]


def test_know_signs_of_the_document(ages: SmallProject) -> None:
    """A sign that the document explains is no question."""
    ages.document("bron", "2024-01-01")
    path = ages.root / "mappings" / "bron" / "document.yaml"
    with path.open("a", encoding="utf-8") as file:
        file.write("marks: {x: {reason: ONDERDRUKT}}\n")
    made = bring(ages, b"Leeftijd;2022;2023\n-25 jaar;x;5\noud;3;4\n")
    assert "marks:" not in made.mapping.read_text(encoding="utf-8")
    answer(made, "aantal", {})
    assert ages.places() == []


def test_make_name_of_document_from_file() -> None:
    """The document is named after the file, as addresses can have it."""
    assert slug_of("Tabel 3 (België) – 2023") == "tabel-3-belgie-2023"
    assert slug_of("***") == "document"


def written_by_people(table: str) -> dict[str, Any]:
    """Return what the mapping in this repository says of a table."""
    for path in sorted((REPOSITORY / "mappings").glob("*.yaml")):
        mapping: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in mapping.get("tables", []):
            own = {"table": entry} if isinstance(entry, str) else entry
            if own["table"] == f"sv-2023-19/{table}" and "take" not in own:
                return mapping | own
    raise AssertionError(table)


def is_right_or_open(guessed: Any, wanted: Any) -> bool:
    """Return whether a guess is what people wrote, or a question; labels are told by their keys.

    The title of an only column may be left out, as it tells nothing apart.
    """
    if isinstance(guessed, dict) and isinstance(wanted, dict):
        return guessed.keys() == wanted.keys()
    alone = isinstance(wanted, dict) and len(wanted) == 1
    return guessed in (wanted, "OPEN") or (guessed is None and (wanted == [] or alone))


@pytest.mark.slow
def test_bring_tables_of_the_answer(tmp_path: Path) -> None:
    """Every table of the answer gets a mapping, open in honest points only.

    Besides what is open, only rows that another data set takes are at fault.
    """
    for name in INPUT:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(
                source, tmp_path / name, ignore=shutil.ignore_patterns("sv-*", "*.yaml")
            )
        else:
            shutil.copy(source, tmp_path / name)
    project = SmallProject(root=tmp_path)
    tables = sorted((REPOSITORY / "mappings" / "sv-2023-19").glob("*.csv"))
    for path in tables:
        made = add_table(read_project(tmp_path), path.stem, path, document="antwoord")
        assert made.table.read_bytes() == path.read_bytes()
        guessed = yaml.safe_load(made.mapping.read_text(encoding="utf-8"))
        wanted = written_by_people(path.stem)
        for key in ("rows", "columns", "totals"):
            told = guessed.get(key), wanted.get(key)
            assert is_right_or_open(*told), (path.stem, key, told)
        assert (wanted.get("measure") or "") in made.mapping.read_text(encoding="utf-8")
    faults = [item for item in project.faults() if item.code != "still-open"]
    found = {(item.code, Path(item.path).stem, item.text) for item in faults}
    assert found == {
        ("unknown-code", "cmw-grootteklasse", "Toegekend contingent"),
        ("unknown-code", "cmw-leeftijd", "Toegekend contingent"),
        ("unknown-code", "lde-grootteklasse", "Contingent"),
        ("unknown-code", "lde-leeftijd", "Contingent"),
    }


def test_bring_table_into_a_new_project(tmp_path: Path) -> None:
    """A project without any list of its own gets a mapping in which the dimensions are open."""
    start_project(tmp_path / "p", vocabulary="proef")
    project = SmallProject(root=tmp_path / "p")
    made = bring(project, b"Gemeente;Gent;Brugge\nwonen;1;2\nwerken;3;4\n")
    lines = made.mapping.read_text(encoding="utf-8").splitlines()
    assert "rows: OPEN" in lines
    assert "columns: OPEN" in lines
