"""One data set by itself: what is open in it, and what would be published."""

from __future__ import annotations

import contextlib
import json

import pytest
from rdflib import SH, Graph
from small_project import SmallProject, run

MAPPING = """tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
# OPEN: what do the figures count?
# Candidates: aantal, bedrag
measure: OPEN
totals: {leeftijd: complete}
"""
TABLE = "x,2022 - K1,2022 - K2\njong,1,2\noud,3,4\n_T,4,6\n"


@pytest.fixture
def unsure(project: SmallProject) -> SmallProject:
    """A project with a data set of which the measure is open."""
    project.table(TABLE)
    project.mapping(MAPPING)
    return project


def test_report_what_is_open_where_it_stands(unsure: SmallProject) -> None:
    """An OPEN is one fault at its key, with the candidates; nothing follows from it."""
    [found] = unsure.faults()
    assert (found.code, found.path, found.line, found.column) == (
        "still-open",
        "mappings/proef.yaml",
        9,
        1,
    )
    assert found.fix.startswith("Candidates: aantal, bedrag. Write it instead of OPEN")
    assert "welke maat de cijfers zijn" in found.finding.nl


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("rows: leeftijd", "rows: OPEN", (5, 1)),
        ("columns: kwartaal", "columns: [OPEN]", (6, 11)),
        ("rows: leeftijd", "rows: {jong: {leeftijd: OPEN}}", (5, 15)),
        ("measure: OPEN", "measure: aantal\nfixed: {geslacht: OPEN}", (10, 9)),
        ("measure: OPEN", "measure: aantal\nmarks: {x: {reason: OPEN}}", (10, 13)),
        ("measure: OPEN", "measure: aantal\nnotes: [{nl: OPEN, en: Trial}]", (10, 10)),
    ],
)
def test_report_every_kind_of_open_point(
    unsure: SmallProject, old: str, new: str, place: tuple[int, int]
) -> None:
    """A dimension, a code, a reason or a text can be open; it is a fault of its own."""
    text = MAPPING.replace(old, new).replace("measure: OPEN", "measure: aantal")
    unsure.mapping(text)
    assert unsure.places() == [("still-open", "proef.yaml", *place)]


def test_find_other_faults_beside_what_is_open(unsure: SmallProject) -> None:
    """While a measure is open the table is checked all the same."""
    unsure.table(TABLE.replace("oud", "aud").replace(",6", ",zes"))
    assert unsure.places() == [
        ("unknown-code", "tabel.csv", 3, 1),
        ("not-a-number", "tabel.csv", 4, 6),
        ("still-open", "proef.yaml", 9, 1),
    ]


def test_tell_what_would_be_published(unsure: SmallProject) -> None:
    """Check tells what is open, what would be published, and the faults; it ends with 1."""
    result = unsure.run("check", "proef")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:6] == [
        "proef: 1 open question, 0 faults",
        "As far as it can be read, this would be published:",
        "    observations: 6",
        "    periods: 2, 2022-Q1, 2022-Q2",
        "    leeftijd: 3 codes, jong, oud, _T; its parts add up to its total",
        "    measures: OPEN",
    ]
    assert "mappings/proef.yaml:9:1: still-open" in result.stdout
    assert "1 open question. Nothing was written.\n" in result.stderr


def test_tell_that_nothing_is_open(unsure: SmallProject) -> None:
    """A data set without faults ends with 0."""
    unsure.mapping(MAPPING.replace("OPEN\n", "aantal\n"))
    result = unsure.run("check", "proef")
    assert result.exit_code == 0
    assert result.stdout.startswith("proef: nothing is open, no faults; this would be published:\n")
    assert "    measures: aantal\n" in result.stdout


def test_tell_it_to_programs(unsure: SmallProject) -> None:
    """In a format for programs there is always a report on stdout, and words on stderr."""
    faulty = unsure.run("--format", "json", "check", "proef")
    assert [item["code"] for item in json.loads(faulty.stdout)] == ["still-open"]
    unsure.mapping(MAPPING.replace("OPEN\n", "aantal\n"))
    sound = unsure.run("--format", "json", "check", "proef")
    assert (sound.exit_code, json.loads(sound.stdout)) == (0, [])
    assert "    observations: 6\n" in sound.stderr


@pytest.mark.parametrize("form", ["sarif", "shacl"])
@pytest.mark.parametrize("verb", ["check", "preview", "tidy"])
def test_report_in_every_format(unsure: SmallProject, verb: str, form: str) -> None:
    """Each verb gives a report alone on stdout, be it an empty one."""
    unsure.table(TABLE.replace(",6", ",zes"))
    what = "mappings/bron/tabel.csv" if verb == "tidy" else "proef"
    with contextlib.chdir(unsure.root):
        result = unsure.run("--format", form, verb, what)
    if form == "sarif":
        [found] = json.loads(result.stdout)["runs"]
        codes = {item["ruleId"] for item in found["results"]}
        assert ("not-a-number" in codes) == (verb != "tidy")
    else:
        report = Graph().parse(data=result.stdout, format="turtle")
        conforms = next(report.objects(None, SH.conforms))
        assert conforms.toPython() == (verb == "tidy")


def test_tell_it_in_dutch(unsure: SmallProject) -> None:
    """What is open, what would be published, and how it ended are told in Dutch."""
    result = unsure.run("--language", "nl", "check", "proef")
    assert result.stdout.splitlines()[:6] == [
        "proef: 1 open vraag, 0 fouten",
        "Voor zover het te lezen is, zou dit gepubliceerd worden:",
        "    observaties: 6",
        "    periodes: 2, 2022-Q1, 2022-Q2",
        "    leeftijd: 3 codes, jong, oud, _T; de som van de delen is het totaal",
        "    maten: OPEN",
    ]
    assert "`measure` is nog OPEN" in result.stdout
    assert result.stderr.startswith("1 open vraag. Er is niets geschreven.\n")
    unsure.mapping(MAPPING.replace("OPEN\n", "aantal\n"))
    sound = unsure.run("--language", "nl", "check", "proef")
    assert sound.stdout.startswith("proef: niets staat open, geen fouten; dit zou gepubliceerd")
    assert "publish preview proef toont wat elke cel wordt" in sound.stderr
    assert "triples worden getoetst aan de shapes" in sound.stderr
    missing = unsure.run("--language", "nl", "check", "proev")
    assert missing.stderr.startswith('publish: er is geen dataset proev. Bedoelde u "proef"? ')
    elsewhere = run("--project", str(unsure.root.parent), "--language", "nl", "check", "proef")
    assert (elsewhere.exit_code, elsewhere.stdout) == (2, "")
    assert "is geen project: er is geen publish.toml." in elsewhere.stderr


def test_count_what_has_no_value(unsure: SmallProject) -> None:
    """Figures that the source does not show are counted apart."""
    unsure.table(TABLE.replace("jong,1", "jong,x"))
    unsure.mapping(MAPPING.replace("OPEN\n", "aantal\n") + "marks: {x: {reason: ONDERDRUKT}}\n")
    result = unsure.run("check", "proef")
    assert "    without a value, because the source shows none: 1\n" in result.stdout


def test_check_nothing_of_a_mapping_that_cannot_be_read(unsure: SmallProject) -> None:
    """Of a mapping with a syntax error only the faults are told."""
    unsure.mapping("rows: [\n")
    result = unsure.run("check", "proef")
    assert result.exit_code == 1
    assert result.stdout.startswith("proef: 0 open questions, 1 fault\n\n")


@pytest.mark.parametrize("verb", ["check", "preview"])
def test_suggest_data_set_that_is_meant(unsure: SmallProject, verb: str) -> None:
    """A data set that does not exist ends with 2 and the name that is near."""
    result = unsure.run(verb, "proev")
    assert (result.exit_code, result.stdout) == (2, "")
    assert 'there is no data set proev. Did you mean "proef"?' in result.stderr


def test_check_derived_data_set(unsure: SmallProject) -> None:
    """A data set that is made from others is checked like any other."""
    unsure.mapping(MAPPING.replace("OPEN\n", "aantal\n"))
    unsure.mapping(
        "derived:\n  from: [{data-set: proef}]\n  classes: {leeftijd: statuut}\n", slug="som"
    )
    result = unsure.run("check", "som")
    assert result.exit_code == 1
    assert "mappings/som.yaml" in result.stdout
