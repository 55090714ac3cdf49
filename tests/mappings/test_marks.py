"""Signs for figures that are not shown: what each kind of table becomes, and every fault."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyoxigraph as ox
import pytest
from big_project import make_big_project
from built import Built, built
from small_project import SmallProject

from publish.cube.assemble import assemble_cube
from publish.faults.fault import Fault
from publish.mappings.document import read_documents
from publish.mappings.mapping import read_mappings
from publish.ontology.vocabulary import read_vocabulary
from publish.project.project import read_project
from publish.tables import table as tables

PLAIN = """tables: [bron/tabel]
rows: leeftijd
columns: jaar
measure: aantal
"""
MARKS = """marks:
  "<#": {reason: ONDERDRUKT, below: "#"}
  "≤ #": {reason: ONDERDRUKT, at-most: "#"}
  "> #": {reason: ONDERDRUKT, more-than: "#"}
  x: {reason: ONDERDRUKT}
  "-": {reason: ONDERDRUKT, at-least: 1, at-most: 3}
  "(#)": {reason: ONBETROUWBAAR}
  "..": {reason: NIET_BESCHIKBAAR}
"""
"""The marks of the tests, at lines 8 to 15 of a mapping that begins with PLAIN."""

LINKS = """@prefix dct: <http://purl.org/dc/terms/> .
@prefix group: <id/concept/groep/> .
@prefix pub: <ns/publicatie#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix void: <http://rdfs.org/ns/void#> .
<id/linkset/groep> a void:Linkset ; dct:title "Groep"@nl, "Group"@en ;
    void:objectsTarget <id/graaf/codelijsten> .
"""
LINK = """<id/koppeling/groep/{code}> a pub:Koppeling ; pub:van <id/concept/leeftijd/{code}> ;
    pub:relatie skos:broadMatch ; pub:naar group:alle ;
    rdfs:comment "Ligt erin."@nl, "Is in it."@en .
"""

Known = tuple[str, dict[str, str]]


def known_of(answer: Built, slug: str = "proef") -> dict[str, Known]:
    """Return the reason and the bounds of each observation without a value, by its codes."""
    found: dict[str, Known] = {}
    head = f"{answer.base}/id/observatie/{slug}/"
    reasons = answer.ask(
        "SELECT ?o ?code { ?o pub:afwezigheid ?r ; attribute:obsStatus code:obsStatus-M . "
        "?r skos:notation ?code }"
    )
    for row in reasons:
        if row["o"].startswith(head):
            found[row["o"].removeprefix(head)] = (row["code"], {})
    bounds = answer.ask(
        "SELECT ?o ?name ?value { "
        "VALUES ?p { pub:minstens pub:meerDan pub:hoogstens pub:minderDan }"
        ' ?o ?p ?value BIND(STRAFTER(STR(?p), "#") AS ?name)'
        " FILTER(DATATYPE(?value) = <http://www.w3.org/2001/XMLSchema#decimal>) }"
    )
    for row in bounds:
        if row["o"].startswith(head):
            found[row["o"].removeprefix(head)][1][row["name"]] = row["value"]
    return found


MARKED: list[tuple[str, str, str, Known]] = [
    ("<5", "aantal", "nl", ("ONDERDRUKT", {"minderDan": "5"})),
    ("< 5", "aantal", "nl", ("ONDERDRUKT", {"minderDan": "5"})),
    (" <\xa05 ", "aantal", "nl", ("ONDERDRUKT", {"minderDan": "5"})),
    ("≤5", "aantal", "nl", ("ONDERDRUKT", {"hoogstens": "5"})),
    (">100", "aantal", "nl", ("ONDERDRUKT", {"meerDan": "100"})),
    ("> 1.000", "aantal", "nl", ("ONDERDRUKT", {"meerDan": "1000"})),
    ('"> 1,000.50"', "bedrag", "en", ("ONDERDRUKT", {"meerDan": "1000.5"})),
    ('"<0,5"', "bedrag", "nl", ("ONDERDRUKT", {"minderDan": "0.5"})),
    ('"<0,50"', "aantal", "nl", ("ONDERDRUKT", {"minderDan": "0.5"})),
    ('"< 2,5 %"', "percentage", "nl", ("ONDERDRUKT", {"minderDan": "2.5"})),
    ("<-5", "bedrag", "nl", ("ONDERDRUKT", {"minderDan": "-5"})),
    ("<999999999999999999", "aantal", "nl", ("ONDERDRUKT", {"minderDan": "9" * 18})),
    ("x", "aantal", "nl", ("ONDERDRUKT", {})),
    ("-", "aantal", "nl", ("ONDERDRUKT", {"minstens": "1", "hoogstens": "3"})),
    ("(12)", "aantal", "nl", ("ONBETROUWBAAR", {})),
    ("( 1.234 )", "aantal", "nl", ("ONBETROUWBAAR", {})),
    ("..", "aantal", "nl", ("NIET_BESCHIKBAAR", {})),
    (". .", "aantal", "nl", ("NIET_BESCHIKBAAR", {})),
]
"""A cell, the measure of its table, how the table writes numbers, and what the cell says."""


def test_publish_mark_without_value(project: SmallProject) -> None:
    """A sign becomes an observation with status, reason and exact bounds, and without a value."""
    for number, (printed, measure, numbers, _) in enumerate(MARKED):
        project.table(f"x,2022,2023\njong,{printed},7\noud,0,8\n", name=f"tabel{number}")
        lines = PLAIN.replace("aantal", measure).replace("tabel", f"tabel{number}")
        project.mapping(lines + f"numbers: {numbers}\n" + MARKS, slug=f"proef{number}")
    answer = built(project.read())
    for number, (printed, measure, _, known) in enumerate(MARKED):
        slug = f"proef{number}"
        assert known_of(answer, slug) == {f"2022/jong/{measure}": known}, printed
        values = answer.ask(
            f"SELECT ?v {{ ?o qb:dataSet <{answer.base}/id/dataset/{slug}> ; "
            f"<{answer.base}/ns/proef#{measure}> ?v }}"
        )
        assert sorted(row["v"] for row in values) == ["0", "7", "8"], printed
        [text] = answer.ask(
            f"SELECT ?t {{ <{answer.base}/id/observatie/{slug}/2022/jong/{measure}> "
            "prov:wasDerivedFrom ?c . ?c pub:tekst ?t }"
        )
        assert text["t"] == printed.strip('"')


ALL_KINDS = 'x,2022,2023\njong,<5,12\noud,-,"1.234"\n_T,(12),x\n'


@pytest.fixture
def kinds(project: SmallProject) -> SmallProject:
    """A table with several marks and values."""
    project.table(ALL_KINDS)
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n" + MARKS)
    return project


def test_write_observation_without_value(kinds: SmallProject) -> None:
    """An observation without a value is these triples and no others: no number, no decimals."""
    answer = built(kinds.read())
    base, rdf = "https://data.example.org", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    qb, sdmx = "http://purl.org/linked-data/cube#", "http://purl.org/linked-data/sdmx/2009/"
    decimal = "<http://www.w3.org/2001/XMLSchema#decimal>"
    o = f"<{base}/id/observatie/proef/2022/oud/aantal>"
    [table] = (answer.folder / "tables" / "bron").iterdir()
    assert [line for line in answer.lines("proef") if o in line] == [
        f"<{base}/id/slice/proef/2022> <{qb}observation> {o} .",
        f"{o} <{rdf}type> <{qb}Observation> .",
        f"{o} <{qb}dataSet> <{base}/id/dataset/proef> .",
        f"{o} <{base}/ns/proef#jaar> <{base}/id/jaar/2022> .",
        f"{o} <{base}/ns/proef#leeftijd> <{base}/id/concept/leeftijd/oud> .",
        f"{o} <{qb}measureType> <{base}/ns/proef#aantal> .",
        f"{o} <{sdmx}attribute#unitMeasure> <{base}/id/concept/eenheid/NR> .",
        f"{o} <{sdmx}attribute#obsStatus> <{sdmx}code#obsStatus-M> .",
        f"{o} <{base}/ns/publicatie#afwezigheid> <{base}/id/concept/afwezigheid/ONDERDRUKT> .",
        f'{o} <{base}/ns/publicatie#minstens> "1"^^{decimal} .',
        f'{o} <{base}/ns/publicatie#hoogstens> "3"^^{decimal} .',
        f"{o} <http://www.w3.org/ns/prov#wasDerivedFrom> "
        f"<{base}/id/tabel/bron/{table.name}/tabel.csv#cell=3,2> .",
    ]


def test_write_marks_alike_in_both_syntaxes(kinds: SmallProject) -> None:
    """The Turtle of a data set with marks holds the triples of its N-Triples."""
    answer = built(kinds.read())
    path = answer.folder / "dumps" / "proef.nt"
    one = {quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES)}
    turtle = ox.parse(path=path.with_suffix(".ttl"), format=ox.RdfFormat.TURTLE)
    assert {quad.triple for quad in turtle} == one


def test_leave_marks_out_of_sums(kinds: SmallProject) -> None:
    """In a query a figure that is not shown has no binding: it is in no sum and no count."""
    answer = built(kinds.read())
    value = f"<{answer.base}/ns/proef#aantal>"
    found = answer.ask(
        "SELECT (COUNT(?o) AS ?all) (COUNT(?v) AS ?values) "
        f"{{ ?o a qb:Observation OPTIONAL {{ ?o {value} ?v }} }}"
    )
    assert found == [{"all": "6", "values": "2"}]
    found = answer.ask(f"SELECT (SUM(?v) AS ?sum) (MIN(?v) AS ?least) {{ ?o {value} ?v }}")
    assert found == [{"sum": "1246", "least": "12"}]


def test_declare_attributes_of_marks(kinds: SmallProject) -> None:
    """The structure of a cube with marks has the reason and the bounds as optional attributes."""
    query = (
        "SELECT ?a { ?s qb:component ?c . ?c qb:attribute ?a ; qb:componentRequired false "
        "FILTER(STRSTARTS(STR(?a), STR(pub:)) && ?a != pub:totaalOver) }"
    )
    answer = built(kinds.read())
    names = {row["a"].rpartition("#")[2] for row in answer.ask(query)}
    assert names == {"afwezigheid", "minstens", "meerDan", "hoogstens", "minderDan"}
    kinds.table("x,2022\njong,x\n")
    kinds.mapping(PLAIN + "marks: {x: {reason: ONBEKEND}}\n")
    assert [row["a"].rpartition("#")[2] for row in built(kinds.read()).ask(query)] == [
        "afwezigheid"
    ]
    kinds.table("x,2022\njong,5\n")
    kinds.mapping(PLAIN)
    assert not built(kinds.read()).ask(query)


# -- Documents ---------------------------------------------------------------------------------


def with_document(project: SmallProject, marks: str, name: str = "bron", day: int = 1) -> None:
    """Declare a document with marks; its marks begin at line 5."""
    path = project.root / "mappings" / name / "document.yaml"
    path.parent.mkdir(exist_ok=True)
    head = f"document: 1\ntitle: {{nl: D, en: D}}\ndate: 2024-01-{day:02}\n"
    path.write_text(f"{head}marks:\n{marks}", encoding="utf-8")


def test_take_marks_of_document(project: SmallProject) -> None:
    """The marks of a document hold for all its tables, unless the mapping says otherwise."""
    with_document(project, "  x: {reason: ONBEKEND}\n  '- ': {reason: ONBEKEND}\n")
    project.table("x,2022\njong,x\noud,-\n")
    project.mapping(PLAIN + "marks: {'-': {reason: NIET_VAN_TOEPASSING}}\n")
    assert known_of(built(project.read())) == {
        "2022/jong/aantal": ("ONBEKEND", {}),
        "2022/oud/aantal": ("NIET_VAN_TOEPASSING", {}),
    }


def test_read_same_sign_by_its_document(project: SmallProject) -> None:
    """One sign may mean one thing in one document and another in the next."""
    with_document(project, "  '-': {reason: ONDERDRUKT, at-least: 1, below: 4}\n", "een")
    with_document(project, "  '-': {reason: NIET_VAN_TOEPASSING}\n", "twee")
    project.table("x,2022\njong,-\n", document="een")
    project.table("x,2023\njong,-\n", document="twee")
    project.mapping(PLAIN.replace("bron/tabel", "een/tabel, twee/tabel"))
    assert known_of(built(project.read())) == {
        "2022/jong/aantal": ("ONDERDRUKT", {"minstens": "1", "minderDan": "4"}),
        "2023/jong/aantal": ("NIET_VAN_TOEPASSING", {}),
    }


def test_read_bounds_as_their_file_writes_numbers(project: SmallProject) -> None:
    """A bound is written as the numbers of the file that gives it, a printed one as the table's."""
    with_document(project, "  x: {reason: ONDERDRUKT, below: '1.000,5'}\n")
    project.table('x,2022\njong,x\noud,"<1,000.5"\n')
    project.mapping(PLAIN + "numbers: en\nmarks: {'<#': {reason: ONDERDRUKT, below: '#'}}\n")
    assert known_of(built(project.read())) == {
        "2022/jong/aantal": ("ONDERDRUKT", {"minderDan": "1000.5"}),
        "2022/oud/aantal": ("ONDERDRUKT", {"minderDan": "1000.5"}),
    }


# -- One figure, several cells -----------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("one", "other", "is_conflict"),
    [
        ("<5", "< 5", False),
        ('"<5,0"', "<5", False),
        ("<5", "<6", True),
        ("<5", "4", True),
        ("5", "<5", True),
        ("0", "x", True),
        ("x", "0", True),
        ("x", "..", True),
        ("(0)", "(12)", True),
        ("x", "?", False),
    ],
)
def test_compare_marks_of_one_document(
    project: SmallProject, one: str, other: str, is_conflict: bool
) -> None:
    """Two cells of one document are one observation when they mean the same, else a fault."""
    project.table(f"x,2022\njong,{one}\n", "een")
    project.table(f"x,2022\njong,{other}\n", "twee")
    project.mapping(
        PLAIN.replace("bron/tabel", "bron/een, bron/twee") + MARKS + '  "?": {reason: ONDERDRUKT}\n'
    )
    assert project.places() == ([("conflicting-cells", "twee.csv", 2, 6)] if is_conflict else [])


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("old", "new", "known", "value"),
    [
        ("<5", "4", {}, "4"),
        ("4", "<5", {"2022/jong/aantal": ("ONDERDRUKT", {"minderDan": "5"})}, None),
        ("0", "x", {"2022/jong/aantal": ("ONDERDRUKT", {})}, None),
        ("x", "0", {}, "0"),
    ],
)
def test_let_later_document_win_with_marks(
    project: SmallProject, old: str, new: str, known: dict[str, Known], value: str | None
) -> None:
    """A later value takes the place of a mark and a later mark that of a value."""
    project.document("een", "2023-01-01")
    project.document("twee", "2024-01-01")
    project.table(f"x,2022\njong,{old}\n", document="een")
    project.table(f"x,2022\njong,{new}\n", document="twee")
    project.mapping(PLAIN.replace("bron/tabel", "een/tabel, twee/tabel") + MARKS)
    answer = built(project.read())
    assert known_of(answer) == known
    values = answer.ask(f"SELECT ?v {{ ?o <{answer.base}/ns/proef#aantal> ?v }}")
    assert [row["v"] for row in values] == ([value] if value else [])
    [revision] = answer.ask(
        "SELECT ?t ?u { ?new prov:wasRevisionOf ?old ; pub:tekst ?t . ?old pub:tekst ?u }"
    )
    assert revision == {"t": new, "u": old}


# -- Totals ------------------------------------------------------------------------------------


TOTALS: list[tuple[tuple[str, str, str], str, str | None]] = [
    (("<5", "10", "12"), "complete", None),
    (("<5", "10", "10"), "complete", None),
    (("<5", "10", "14"), "complete", None),
    (("<5", "10", "15"), "complete", "parts-below-total"),
    (("≤5", "10", "15"), "complete", None),
    (("≤5", "10", "16"), "complete", "parts-below-total"),
    (("<5", "10", "9"), "complete", "parts-exceed-total"),
    (("-", "10", "10"), "complete", "parts-exceed-total"),
    (("-", "10", "11"), "complete", None),
    (("-", "-", "2"), "complete", None),
    (("-", "-", "7"), "complete", "parts-below-total"),
    (("x", "10", "10"), "complete", None),
    (("x", "10", "999"), "complete", None),
    (("x", "10", "9"), "complete", "parts-exceed-total"),
    ((">100", "10", "110"), "complete", "parts-exceed-total"),
    ((">100", "10", "111"), "complete", None),
    (("(12)", "10", "30"), "complete", None),
    (("5", "10", "x"), "complete", None),
    (("5", "10", "<16"), "complete", None),
    (("5", "10", "<15"), "complete", "parts-exceed-total"),
    (("5", "10", ">15"), "complete", "parts-below-total"),
    (("<5", "10", ">13"), "complete", None),
    (("<5", "10", ">14"), "complete", "parts-below-total"),
    (("<5", "10", "99"), "incomplete", None),
    (("-", "10", "10"), "incomplete", "parts-exceed-total"),
    (("5", "10", ">15"), "incomplete", None),
    (("5", "10", "<15"), "incomplete", "parts-exceed-total"),
]
"""Two parts and their total, whether the parts are complete, and the fault."""


def test_judge_total_with_marks(project: SmallProject) -> None:
    """What is not shown counts as all that it can be, never as zero."""
    expected = []
    for number, ((young, old, total), kind, code) in enumerate(TOTALS):
        name = f"tabel{number:02}"
        project.table(f"x,2022,2023\njong,{young},1\noud,{old},2\n_T,{total},3\n", name)
        lines = PLAIN.replace("tabel", name) + f"totals: {{leeftijd: {kind}}}\n" + MARKS
        project.mapping(lines, f"proef{number}")
        if code:
            expected.append((code, f"{name}.csv", 4, 4))
    assert project.places() == expected


@pytest.mark.parametrize(
    ("total", "expected"), [("15", "parts-below-total"), ('"14,99"', None), ("10", None)]
)
def test_judge_total_of_decimals_with_marks(
    project: SmallProject, total: str, expected: str | None
) -> None:
    """Where values have decimals, less than five is anything up to it and not it."""
    project.table(f"x,2022\njong,<5\noud,10\n_T,{total}\n")
    project.mapping(PLAIN.replace("aantal", "bedrag") + "totals: {leeftijd: complete}\n" + MARKS)
    assert project.places() == ([(expected, "tabel.csv", 4, 4)] if expected else [])


def test_assume_no_lower_bound_where_values_are_negative(project: SmallProject) -> None:
    """What is not shown of a measure with negative values may be negative too."""
    project.table("x,2022,2023\njong,x,-5\noud,10,2\n_T,9,-3\n")
    project.mapping(PLAIN.replace("aantal", "bedrag") + "totals: {leeftijd: complete}\n" + MARKS)
    assert project.places() == []


def test_word_totals_with_bounds(project: SmallProject) -> None:
    """The message says which numbers are bounds."""
    project.table("x,2022,2023\njong,<5,5\noud,10,10\n_T,20,<12\n")
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n" + MARKS)
    assert [found.finding for found in project.faults()] == [
        "the total over leeftijd for 2022, aantal is 20, its parts add up to at most 14.",
        "the total over leeftijd for 2023, aantal is at most 11, its parts already add up to 15.",
    ]
    assert [found.finding.text_in("nl") for found in project.faults()] == [
        "het totaal over leeftijd voor 2022, aantal is 20, de delen zijn samen hoogstens 14.",
        "het totaal over leeftijd voor 2023, aantal is hoogstens 11, de delen zijn samen al 15.",
    ]


# -- Faults ------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("x: {reason: ONDERDRUKTT}", ("no-such-reason", 9, 7)),
        ("x: {}", ("missing-key", 9, 3)),
        ("x: {reason: ONBEKEND, belw: 5}", ("unknown-key", 9, 25)),
        ("'': {reason: ONBEKEND}", ("wrong-type", 9, 3)),
        ("' ': {reason: ONBEKEND}", ("wrong-type", 9, 3)),
        ("'#-#': {reason: ONBEKEND}", ("wrong-type", 9, 3)),
        ("'#': {reason: ONBEKEND}", ("mark-is-number", 9, 3)),
        ("'-#': {reason: ONBEKEND}", ("mark-is-number", 9, 3)),
        ("'# %': {reason: ONBEKEND}", ("mark-is-number", 9, 3)),
        ("'12': {reason: ONBEKEND}", ("mark-is-number", 9, 3)),
        ("'1 2': {reason: ONBEKEND}", ("mark-is-number", 9, 3)),
        ("x: {reason: ONBEKEND, below: vijf}", ("wrong-bounds", 9, 25)),
        ("x: {reason: ONBEKEND, below: 1.5}", ("wrong-bounds", 9, 25)),
        ("x: {reason: ONBEKEND, below: '#'}", ("wrong-bounds", 9, 25)),
        ("x: {reason: ONBEKEND, at-least: 3, at-most: 1}", ("wrong-bounds", 9, 3)),
        ("x: {reason: ONBEKEND, at-least: 3, below: 3}", ("wrong-bounds", 9, 3)),
        ("x: {reason: ONBEKEND, more-than: 3, at-most: 3}", ("wrong-bounds", 9, 3)),
        ("x: {reason: ONBEKEND, at-least: 3, more-than: 1}", ("wrong-bounds", 9, 3)),
        ("x: {reason: ONBEKEND, at-most: 3, below: 1}", ("wrong-bounds", 9, 3)),
    ],
)
def test_report_mark(project: SmallProject, marks: str, expected: tuple[str, int, int]) -> None:
    """A mark that cannot be used is one fault, at the line that declares it."""
    project.table("x,2022\njong,5\n")
    project.mapping(PLAIN + f"marks:\n  {marks}\n")
    code, line, column = expected
    assert project.places() == [(code, "proef.yaml", line, column)]


def test_publish_figure_beside_note_mark(project: SmallProject) -> None:
    """A figure with the mark of a note is published as any other, and the note with its mark."""
    project.table("x,2022\njong,1234¹\noud,5 (p)\n_T,1239\n")
    project.mapping(
        PLAIN
        + "totals: {leeftijd: complete}\n"
        + "note-marks:\n"
        + "  '#¹': {nl: voorlopig cijfer, en: provisional figure}\n"
        + "  '# (p)': {nl: geschat, en: estimated}\n"
    )
    assert project.places() == []
    values = project.values("proef")
    assert (values["2022/jong/aantal"], values["2022/oud/aantal"]) == ("1234", "5")
    notes = built(project.read()).ask("SELECT ?note { ?cube a qb:DataSet ; skos:note ?note }")
    assert {"¹: voorlopig cijfer", "(p): estimated"} <= {row["note"] for row in notes}


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("note-marks:\n  '#': {nl: a, en: a}\n", ("wrong-type", 9, 3)),
        ("note-marks:\n  '*': {nl: a, en: a}\n", ("wrong-type", 9, 3)),
        ("note-marks:\n  '# %': {nl: a, en: a}\n", ("mark-is-number", 9, 3)),
        ("note-marks:\n  '#*': {nl: OPEN, en: a}\n", ("still-open", 9, 10)),
        (
            "marks:\n  '#*': {reason: ONBEKEND}\nnote-marks:\n  '# *': {nl: a, en: a}\n",
            ("duplicate-key", 11, 3),
        ),
    ],
)
def test_report_mark_of_note(
    project: SmallProject, marks: str, expected: tuple[str, int, int]
) -> None:
    """A mark of a note that cannot be one is a fault, at the line that declares it."""
    project.table("x,2022\njong,5\n")
    project.mapping(PLAIN + marks)
    code, line, column = expected
    assert project.places() == [(code, "proef.yaml", line, column)]


def test_report_sign_declared_twice(project: SmallProject) -> None:
    """Two signs that differ in white space only are one sign."""
    project.table("x,2022\njong,5\n")
    project.mapping(PLAIN + "marks:\n  '<#': {reason: ONBEKEND}\n  '< #': {reason: ONBEKEND}\n")
    [found] = project.faults()
    assert (found.code, found.line, found.column) == ("duplicate-key", 10, 3)
    assert "line 9" in found.finding


def test_suggest_nearest_reason(project: SmallProject) -> None:
    """A misspelt reason is told with the one that was probably meant."""
    project.table("x,2022\njong,5\n")
    project.mapping(PLAIN + "marks: {x: {reason: ONDERDRUKTT}}\n")
    [found] = project.faults()
    assert found.fix.startswith('Did you mean "ONDERDRUKT"? Its codes are ONDERDRUKT, ')


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("marks", "cell", "line"),
    [
        ("'<#': {reason: ONBEKEND}\n  '<5': {reason: ONBEKEND}", "<5", 10),
        ("'~#': {reason: ONBEKEND}\n  '~#%': {reason: ONBEKEND}", "~5%", 10),
    ],
)
def test_report_two_marks_that_fit(project: SmallProject, marks: str, cell: str, line: int) -> None:
    """Two marks that fit one cell are a fault at the second of them, once for all cells."""
    project.table(f"x,2022,2023\njong,{cell},{cell}\noud,{cell},1\n")
    project.mapping(PLAIN.replace("aantal", "percentage") + f"marks:\n  {marks}\n")
    assert project.places() == [("ambiguous-mark", "proef.yaml", line, 3)]


def test_report_mark_of_document(project: SmallProject) -> None:
    """A mark of a document is reported in the document, once for all mappings."""
    with_document(project, "  x: {reason: ONBEKENDER}\n")
    project.table("x,2022\njong,x\n")
    project.mapping(PLAIN)
    project.mapping(PLAIN, "ander")
    assert project.places() == [("no-such-reason", "document.yaml", 5, 7)]


NO_MARKS = [
    ("X", "not-a-number"),
    ("5<", "not-a-number"),
    ("<", "not-a-number"),
    ("", "empty-cell"),
    (" ", "empty-cell"),
    ("< vijf", "no-number-in-mark"),
    ("< 1 2", "no-number-in-mark"),
    ("<1.23", "no-number-in-mark"),
    ("(x)", "no-number-in-mark"),
    ("<9999999999999999999", "no-number-in-mark"),
    ("<5%", "percent-mismatch"),
    ("<" + "y" * 1_000_000, "no-number-in-mark"),
    ("<" + " " * 1_000_000 + "y", "no-number-in-mark"),
]
"""A cell, and the fault that it is."""


def test_report_cell_that_is_no_mark(project: SmallProject) -> None:
    """A cell that is neither a number nor a declared mark is a fault at the cell."""
    for number, (cell, _) in enumerate(NO_MARKS):
        name = f"tabel{number:02}"
        project.table(f"x,2022\njong,{cell}\noud,x\n", name)
        project.mapping(PLAIN.replace("tabel", name) + MARKS, f"proef{number}")
    found = project.faults()
    assert [(item.code, Path(item.path).name, item.line, item.column) for item in found] == [
        (code, f"tabel{number:02}.csv", 2, 6) for number, (_, code) in enumerate(NO_MARKS)
    ]
    assert max(len(item.finding) for item in found) < 300


def test_report_printed_number_beyond_other_bound(project: SmallProject) -> None:
    """A printed bound that leaves no number beside a declared one is a fault of its cell."""
    project.table("x,2022\njong,<5\noud,<1\n")
    project.mapping(PLAIN + "marks: {'<#': {reason: ONDERDRUKT, at-least: 1, below: '#'}}\n")
    [found] = project.faults()
    assert (found.code, found.line, found.column) == ("wrong-bounds", 3, 5)
    assert found.finding == (
        'the bounds of the mark "<#" are wrong: no number is at-least 1 and below 1.'
    )
    assert found.finding.text_in("nl") == (
        'de grenzen van het teken "<#" kloppen niet: geen enkel getal is at-least 1 en below 1.'
    )


def test_tell_where_signs_are_declared(project: SmallProject) -> None:
    """Who meets a sign for the first time reads where to say what it means."""
    project.table("x,2022\njong,x\n")
    project.mapping(PLAIN)
    [found] = project.faults()
    assert found.code == "not-a-number"
    assert "`marks:`" in found.fix


# -- Large and derived data sets ---------------------------------------------------------------


@pytest.mark.slow
def test_read_marks_alike_in_blocks(project: SmallProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long table with marks here and there gives the same triples in any blocks."""
    chance = random.Random(1)
    signs = ["<5", "x", "-", '"(1,5)"', ".."]
    rows = "".join(
        f"{1900 + n},{chance.choice(signs) if n % 9 == 0 else n},{n}\n" for n in range(1, 90)
    )
    project.table(f"x,jong,oud\n{rows}")
    project.mapping(
        "tables: [bron/tabel]\nrows: jaar\ncolumns: leeftijd\nmeasure: bedrag\n" + MARKS
    )
    whole = built(project.read())
    assert len(known_of(whole)) == 9
    monkeypatch.setattr(tables, "BLOCK", 6)
    assert built(project.read()).manifest == whole.manifest


def test_stream_large_table_with_marks(tmp_path: Path) -> None:
    """Of a table of 200,000 cells, one in a hundred a mark, only a block is in memory."""
    root, chance = make_big_project(tmp_path / "groot", 200_000), random.Random(1)
    path = root / "mappings" / "bron" / "groot.csv"
    printed = re.sub(
        r'"[^"]*"',
        lambda found: chance.choice(['"< 2,5"', "x"]) if chance.random() < 0.01 else found[0],
        path.read_text(encoding="utf-8"),
    )
    path.write_text(printed, encoding="utf-8")
    with (root / "mappings" / "groot.yaml").open("a", encoding="utf-8") as file:
        file.write(MARKS)
    project, faults = read_project(root), list[Fault]()
    vocabulary = read_vocabulary(project, faults)
    [mapping] = read_mappings(project, faults)
    cube = assemble_cube(project, mapping, vocabulary, read_documents(project, faults), faults)
    assert cube, faults
    sizes, signs = [], Counter[str]()
    for batch in cube.batches(faults):
        sizes.append(len(batch))
        absent = np.flatnonzero(batch.absence).tolist()
        signs.update(batch.cells.text[at] for at in absent)
        assert set(batch.status[absent].tolist()) <= {1}
        assert batch.status.sum() == len(absent)
    assert not faults
    assert sum(sizes) == 200_000
    assert max(sizes) <= tables.BLOCK
    assert signs == {"< 2,5": printed.count("< 2,5"), "x": printed.count("x")}


def test_add_no_marks_up(project: SmallProject) -> None:
    """A derived sum of which a part is not shown has no value either, for the reason of each."""
    folder = project.root / "ontology"
    dimensions = folder / "dimensions.ttl"
    text = dimensions.read_text(encoding="utf-8")
    block = text[text.index("ns:leeftijd") :].partition(" .\n")[0] + " .\n"
    dimensions.write_text(text + block.replace("leeftijd", "groep"), encoding="utf-8")
    (folder / "codelists" / "groep.ttl").write_text(
        """@prefix code: <id/concept/groep/> .
@prefix pub: <ns/publicatie#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<id/conceptscheme/groep> a skos:ConceptScheme ; pub:optelbaar true ;
    skos:prefLabel "groep"@nl, "groep"@en .
code:alle a skos:Concept ; skos:prefLabel "alle"@nl, "all"@en ; skos:notation "alle" ;
    skos:definition "alle"@nl, "all"@en ; skos:inScheme <id/conceptscheme/groep> ;
    pub:volgorde 1 .
""",
        encoding="utf-8",
    )
    links = LINKS + "".join(LINK.format(code=code) for code in ("jong", "oud"))
    (folder / "links").mkdir(exist_ok=True)
    (folder / "links" / "groep.ttl").write_text(links, encoding="utf-8")
    project.table("x,2022,2023,2024\njong,..,1,..\noud,<5,2,3\n")
    project.mapping(PLAIN + MARKS)
    project.mapping(
        "derived:\n  from: [{data-set: proef}]\n  classes: {leeftijd: groep}\n", "ruimer"
    )
    answer = built(project.read())
    found = answer.ask(
        "SELECT ?o ?code ?value ?below { ?o qb:dataSet <BASE/id/dataset/ruimer> "
        "OPTIONAL { ?o <BASE/ns/proef#aantal> ?value } OPTIONAL { ?o pub:minderDan ?below } "
        "OPTIONAL { ?o pub:afwezigheid/skos:notation ?code } } ORDER BY ?o ?code".replace(
            "BASE", answer.base
        )
    )
    head = f"{answer.base}/id/observatie/ruimer/"
    assert [{**row, "o": row["o"].removeprefix(head)} for row in found] == [
        {"o": "2022/alle/aantal", "code": "NIET_BESCHIKBAAR"},
        {"o": "2022/alle/aantal", "code": "ONDERDRUKT"},
        {"o": "2023/alle/aantal", "value": "3"},
        {"o": "2024/alle/aantal", "code": "NIET_BESCHIKBAAR"},
    ]


@pytest.mark.parametrize(("total", "expected"), [("10", []), ("11", ["parts-below-total"])])
def test_add_nothing_for_what_cannot_be_there(
    project: SmallProject, total: str, expected: list[str]
) -> None:
    """A figure that is not applicable adds nothing to its total, so the others are the whole."""
    project.table(f"x,2022\njong,nvt\noud,10\n_T,{total}\n")
    marks = "marks:\n  nvt: {reason: NIET_VAN_TOEPASSING}\n"
    project.mapping(PLAIN + "totals: {leeftijd: complete}\n" + marks)
    assert [item[0] for item in project.places()] == expected
