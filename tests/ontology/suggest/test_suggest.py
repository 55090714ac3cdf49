"""Suggestions for the lists of others: how many are right, and what is written where.

The lists in ``lists/`` have labels with the code that is right, or labels without counterpart.
The program was tuned on ``known`` and ``without``; each ``fresh`` list was made, and measured once,
before the program saw it. Right at first were 56 of 69, 60 of 66, 53 of 60, 52 of 60, 57 of 62 and
58 of 62; what the first five showed missing was added each time, the sixth was left as it is.
One person, who knew the program, made these six. Another, who knew only the code lists, then made
two of 50 labels with a counterpart and 40 without: right were 44 and 44, proposed wrongly 1 and 4.
After what they showed missing was added, that person made the seventh, by then knowing the program:
55 of 60, four of these by words just added, and nothing for 36 without; it was left as it is.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from _pytest.mark.structures import ParameterSet
from built import REPOSITORY
from small_project import SmallProject, run

from publish.ontology.suggest.output import Suggestions
from publish.ontology.suggest.suggest import suggest
from publish.project.project import read_project

LISTS = Path(__file__).parent / "lists"


def labels(name: str) -> list[dict[str, str]]:
    with (LISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def suggested(folder: Path, texts: list[str], *lists: str) -> list[str]:
    """Return the first suggestion for each label from this repository's own ontology."""
    found = suggestions(folder, texts, *lists).found
    return ["/".join(candidates[0].code.place) if candidates else "" for _, candidates in found]


def suggestions(folder: Path, texts: list[str], *lists: str) -> Suggestions:
    path = folder / "lijst.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("nummer", "label"), *enumerate(texts)])
    return suggest(read_project(REPOSITORY), path, lists)


def fresh(numbers: Iterable[int], ending: str = "") -> Iterator[ParameterSet]:
    """Yield the lists that the program was not tuned on; all but the last are slow."""
    *others, last = (f"fresh-{number}{ending}" for number in numbers)
    yield from (pytest.param(name, marks=pytest.mark.slow) for name in others)
    yield pytest.param(last)


@pytest.mark.parametrize("name", ["known", *fresh(range(1, 8))])
def test_suggest_right_code_first(tmp_path: Path, name: str) -> None:
    """With typos, synonyms and other orders at least 9 in 10 have the right code first."""
    rows = labels(name)
    assert len(rows) >= 50
    found = suggested(tmp_path, [row["label"] for row in rows])
    wrong = {
        row["label"]: place
        for row, place in zip(rows, found, strict=True)
        if place != f"{row['list']}/{row['code']}"
    }
    assert len(wrong) <= len(rows) / 10, wrong


@pytest.mark.parametrize("name", ["without", *fresh((1, 2, 5, 6, 7), "-without")])
def test_suggest_nothing_without_counterpart(tmp_path: Path, name: str) -> None:
    """For labels without counterpart nothing is proposed, however near words of ours they are."""
    texts = [row["label"] for row in labels(name)]
    assert len(texts) >= 25
    found = suggested(tmp_path, texts)
    assert {text: place for text, place in zip(texts, found, strict=True) if place} == {}


def test_suggest_both_from_one_list(tmp_path: Path) -> None:
    """Labels with and without counterpart do not get in each other's way."""
    with_code, without = labels("known"), labels("without")
    rows = [row for pair in zip(with_code, without, strict=False) for row in pair]
    found = suggested(tmp_path, [row["label"] for row in rows])
    wrong = [
        row["label"]
        for row, place in zip(rows, found, strict=True)
        if place != (f"{row['list']}/{row['code']}" if "list" in row else "")
    ]
    assert len(wrong) <= len(rows) / 20, wrong


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["collectief maatwerk"], ["maatregel/CMW"]),
        (["advies collectief maatwerk"], ["advies/CMW"]),
        (
            ["ticket CMW", "ticket AMA", "ticket IMW", "ticket LDE"],
            ["ticket/CMW", "ticket/AMA", "ticket/IMW", ""],
        ),
        (
            ["Eindtotaal", "laag", "midden", "hoog"],
            [f"opleidingsniveau/{code}" for code in ("_T", "KORT", "MIDDEN", "HOOG")],
        ),
        (
            ["0-4", "5-10", "11-20", "Totaal"],
            [f"grootteklasse-lde/{code}" for code in ("FTE0T4", "FTE5T10", "FTE11T20", "_T")],
        ),
    ],
)
def test_suggest_with_the_list_as_context(
    tmp_path: Path, texts: list[str], wanted: list[str]
) -> None:
    """Where a label alone does not tell which of our lists is meant, the others do."""
    assert suggested(tmp_path, texts) == wanted


def test_suggest_from_named_lists_only(tmp_path: Path) -> None:
    """With lists named, codes of others are left out."""
    assert suggested(tmp_path, ["collectief maatwerk", "65+"], "ticket") == ["ticket/CMW", ""]


def test_suggest_for_a_thousand_labels_in_seconds(tmp_path: Path) -> None:
    """A long list takes seconds, not minutes."""
    rows = [row["label"] for name in ("known", "without", "fresh-1") for row in labels(name)]
    texts = [f"{text} {number // len(rows)}x" for number, text in enumerate(rows * 3)][:1000]
    assert len(texts) == 1000
    begin = time.process_time()
    suggestions(tmp_path, texts)
    assert time.process_time() - begin < 20


# -- The command line, on a small project ------------------------------------------------------


@pytest.fixture
def listed(project: SmallProject) -> Path:
    """A list of somebody else beside a small project."""
    path = project.root.parent / "lijst.csv"
    concepts = project.root / "ontology" / "codelists" / "leeftijd.ttl"
    text = concepts.read_text(encoding="utf-8").replace('"jong"@nl', '"jonge mensen"@nl')
    concepts.write_text(text.replace('"oud"@nl', '"oudere mensen"@nl'), encoding="utf-8")
    path.write_text(
        "code;label\nA;jonge mensn\nB;iets anders\nC;mensen - ouder\n", encoding="utf-8"
    )
    return path


def fingerprint(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_print_suggestions(project: SmallProject, listed: Path) -> None:
    """By default each entry is printed with its candidates, and what has none at the end."""
    result = project.run("links", "suggest", str(listed))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "A  jonge mensn"
    assert lines[1].split(maxsplit=1)[1].startswith("leeftijd/jong  jonge mensen  (typo)")
    assert lines[-2:] == ["2 of 3 have a suggestion, 1 has none.", 'None for: "iets anders".']


def test_print_suggestions_as_json(project: SmallProject, listed: Path) -> None:
    """With `--format json` the suggestions are records."""
    result = project.run("--format", "json", "links", "suggest", str(listed))
    first, none, _ = json.loads(result.stdout)
    assert (first["code"], first["label"], first["iri"]) == ("A", "jonge mensn", None)
    assert [item["code"] for item in first["candidates"]] == ["jong"]
    assert set(first["candidates"][0]) == {
        *("rank", "score", "list", "code", "label", "iri", "reason")
    }
    assert none["candidates"] == []


def test_write_table_to_judge(project: SmallProject, listed: Path) -> None:
    """The CSV has a row per candidate, and empty columns in which a person judges."""
    output = listed.with_name("voorstel.csv")
    result = project.run("-q", "links", "suggest", str(listed), "--output", str(output))
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{output}\n", "")
    rows = list(csv.DictReader(io.StringIO(output.read_text(encoding="utf-8-sig"))))
    assert [(row["their code"], row["rank"], row["our code"]) for row in rows] == [
        ("A", "1", "jong"),
        ("B", "", ""),
        ("C", "1", "oud"),
    ]
    assert rows[0]["our IRI"].endswith("/id/concept/leeftijd/jong")
    assert {(row["accept"], row["relation"]) for row in rows} == {("", "")}


def test_write_links_that_say_nothing_yet(project: SmallProject, listed: Path) -> None:
    """The Turtle file is one comment; without its signs it is Turtle, and never exactMatch."""
    output = listed.with_name("voorstel.ttl")
    assert (
        project.run("-q", "links", "suggest", str(listed), "--output", str(output)).exit_code == 0
    )
    text = output.read_text(encoding="utf-8")
    assert list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)) == []
    live = "".join(line[1:] + "\n" for line in text.splitlines())
    live = live.replace("«whose»", "hun").replace("«the address of theirs»", "http://a.example/x")
    triples = list(
        ox.parse(live.encode(), format=ox.RdfFormat.TURTLE, base_iri="http://a.example/")
    )
    relations = {
        triple.object.value for triple in triples if triple.predicate.value.endswith("relatie")
    }  # type: ignore[union-attr]
    assert relations == {"http://www.w3.org/2004/02/skos/core#closeMatch"}
    sources = {triple.object.value for triple in triples if triple.predicate.value.endswith("#van")}  # type: ignore[union-attr]
    assert sources == {
        "http://a.example/id/concept/leeftijd/jong",
        "http://a.example/id/concept/leeftijd/oud",
    }


def test_leave_ontology_as_it_is(project: SmallProject, listed: Path) -> None:
    """Nothing in the project changes, and nothing half written is left behind."""
    before = fingerprint(project.root)
    for ending in ("csv", "ttl", "json"):
        output = listed.with_name(f"voorstel.{ending}")
        project.run("links", "suggest", str(listed), "--output", str(output))
        assert output.stat().st_size
    assert fingerprint(project.root) == before
    assert not list(listed.parent.glob("*.unfinished"))


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("project/ontology/links/x.ttl", r"is inside ontology/: .* copy what is right to"),
        ("lijst.csv", "is the list that is read"),
        ("voorstel.xlsx", "must end in .csv, .json or .ttl"),
    ],
)
def test_refuse_to_write(project: SmallProject, listed: Path, output: str, message: str) -> None:
    """Suggestions are not written into the ontology, nor over the list itself."""
    before = fingerprint(project.root), listed.read_bytes()
    path = listed.parent / output
    result = project.run("links", "suggest", str(listed), "--output", str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(message, result.stderr)
    assert (fingerprint(project.root), listed.read_bytes()) == before


def test_refuse_list_that_does_not_exist(project: SmallProject, listed: Path) -> None:
    """A name that is no code list is said, with the nearest one."""
    result = project.run("links", "suggest", str(listed), "--list", "leeftijdd")
    assert (result.exit_code, result.stdout) == (2, "")
    assert 'there is no code list leeftijdd. Did you mean "leeftijd"? Lists: ' in result.stderr


def test_report_faulty_list(project: SmallProject, listed: Path) -> None:
    """Faults of the list are reported like all others, and end with 1."""
    listed.write_text("code;label\nA;jong\nB\n", encoding="utf-8")
    result = project.run("links", "suggest", str(listed))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{listed}:3:1: ragged-row: this row has 1 cells")
    assert "1 fault. Nothing was written." in result.stderr


def test_take_labels_in_one_language(project: SmallProject, listed: Path) -> None:
    """With `--language` our labels in other languages are not compared."""
    listed.write_text("label\noudere mensen\n", encoding="utf-8")
    assert "1 of 1" in project.run("links", "suggest", str(listed), "--language", "nl").stdout
    assert "0 of 1" in project.run("links", "suggest", str(listed), "--language", "fr").stdout


def test_help_with_links(project: SmallProject) -> None:
    """`publish links suggest --help` explains the file and every option."""
    result = run("links", "suggest", "--help")
    assert result.exit_code == 0
    for text in ("SKOS", "CSV", "--list", "--language", "--output", "The ontology stays"):
        assert text in result.stdout
    assert "suggest" in run("links", "--help").stdout
