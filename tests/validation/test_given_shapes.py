"""Shapes of somebody: what is wrong with them is told, never fails data, and ends in time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_project import PLAIN, PLAIN_TABLE, SmallProject

from publish.cli.main import main
from publish.validation.rdf_files import validate_files

PREFIXES = """@prefix : <http://x.example/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
OBSERVATIONS = "".join(f":o{n} qb:dataSet :set ; :d {n} ; :m {n} .\n" for n in range(4))
CUBE = f"""{PREFIXES}:set a qb:DataSet ; qb:structure :dsd .
:dsd a qb:DataStructureDefinition ; qb:component [ qb:dimension :d ], [ qb:measure :m ] .
:d rdfs:range xsd:integer .
{OBSERVATIONS}:set :note "{"a" * 40}!" .
"""
ON_SETS = "a sh:NodeShape ; sh:targetClass qb:DataSet ;"
SOUND = f":right {ON_SETS} sh:nodeKind sh:IRI .\n"
FAILED = f":wrong {ON_SETS} sh:nodeKind sh:Literal .\n"
BACKTRACKS = f':slow {ON_SETS} sh:property [ sh:path :note ; sh:pattern "^(a+)+$" ] .\n'
DEEP = f':deep {ON_SETS} sh:sparql [ sh:select "SELECT $this WHERE {"{" * 3000 + "}" * 3000}" ] .\n'
VIOLATION = ("shape-violation", "error", "data.ttl", 6)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The files of data and of shapes, of which the first is written."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(CUBE, encoding="utf-8")
    return data, shapes


def told(
    files: tuple[Path, Path], text: str, seconds: float | None = None
) -> list[tuple[str, str, str, int]]:
    """Return what is found by shapes: code, severity, file and line."""
    data, shapes = files
    shapes.write_text(PREFIXES + text, encoding="utf-8")
    found = validate_files([data], [shapes], seconds=seconds).faults
    return [(item.code, item.severity, Path(item.path).name, item.line) for item in found]


def run(files: tuple[Path, Path], text: str, *options: str) -> Result:
    """Run the verb with shapes."""
    data, shapes = files
    shapes.write_text(PREFIXES + text, encoding="utf-8")
    arguments = ["--format", "json", "validate", str(data), "--shapes", str(shapes), *options]
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOUND, []),
        (FAILED, [VIOLATION]),
        (
            f":w {ON_SETS} sh:nodeKind sh:Literal ; sh:severity sh:Warning .",
            [("shape-violation", "warning", "data.ttl", 6)],
        ),
        (
            f":s {ON_SETS} sh:nodeKind sh:IRI ; sh:maxCont 1 .",
            [("unknown-shape-term", "warning", "shapes.ttl", 6)],
        ),
        (
            f"{FAILED}:s {ON_SETS}\n  sh:property [ sh:path ( :p ) ; sh:minCount 1 ] .",
            [VIOLATION, ("bad-shape", "warning", "shapes.ttl", 8)],
        ),
        (f"{SOUND}:s {ON_SETS} sh:js [ ] .", [("shape-not-judged", "warning", "shapes.ttl", 7)]),
        (
            f"{SOUND}:s a sh:NodeShape ; sh:nodeKind sh:IRI .",
            [("unused-shape", "warning", "shapes.ttl", 7)],
        ),
        (
            SOUND.replace("qb:DataSet", ":Other"),
            [("shapes-without-things", "warning", "shapes.ttl", 0)],
        ),
        ("", [("no-shapes", "warning", "shapes.ttl", 0)]),
        (":s a :NodeShape .", [("no-shapes", "warning", "shapes.ttl", 0)]),
        (
            FAILED.replace(":wrong", ":wrong sh:severity sh:Debug ;"),
            [("shape-violation", "info", "data.ttl", 6)],
        ),
    ],
)
def test_tell_what_is_wrong_with_shapes(
    files: tuple[Path, Path], text: str, expected: list[tuple[str, str, str, int]]
) -> None:
    """A fault of shapes is one warning at its place, and the other shapes are judged."""
    assert told(files, text) == expected


def test_end_shape_without_end(
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A shape that takes too long, or breaks the validator, is named; the others are judged."""
    monkeypatch.setattr("publish.validation.shapes.bounded.OF_ONE", 0.2)
    assert told(files, BACKTRACKS + DEEP + FAILED, seconds=20) == [
        VIOLATION,
        ("shape-ended", "warning", "shapes.ttl", 6),
        ("shape-ended", "warning", "shapes.ttl", 7),
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{SOUND}:right sh:minCont 1 .", 0),
        (f":s {ON_SETS} sh:js [ ] .", 0),
        (FAILED, 1),
        (f"{FAILED}:s {ON_SETS} sh:in 1 .", 1),
        (f":s {ON_SETS} sh:in 1 .", 2),
        (":s a sh:NodeShape ; sh:targetClass", 2),
    ],
)
def test_exit_by_data_not_by_shapes(files: tuple[Path, Path], text: str, code: int) -> None:
    """The exit code is that of the data, and 2 when nothing can be judged by the shapes."""
    result = run(files, text)
    assert result.exit_code == code, result.output
    assert isinstance(json.loads(result.stdout), list)


def test_say_no_more_than_is_true(files: tuple[Path, Path]) -> None:
    """Beside what is not judged no run says that there are no faults, and nothing more."""
    result = run(files, f"{SOUND}:s {ON_SETS} sh:js [ ] .")
    assert "1 thing in the shapes not judged; no faults in what was judged" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "codes", "left"),
    [
        ((), 1, {"shape-violation", "unknown-shape-term"}, ""),
        (("--severity", "error"), 1, {"shape-violation"}, "1 × unknown-shape-term"),
        (("--ignore", "shape-violation"), 0, {"unknown-shape-term"}, "1 × shape-violation"),
        (("--only", "unknown-shape-term"), 0, {"unknown-shape-term"}, "1 × shape-violation"),
        (("--only", "shape-violation", "--severity", "warning"), 1, {"shape-violation"}, "1 × "),
        (
            ("--ignore", "shape-violation", "--ignore", "unknown-shape-term"),
            0,
            set(),
            "1 × shape-violation, 1 × unknown-shape-term; no other faults",
        ),
    ],
)
def test_choose_faults_that_count(
    files: tuple[Path, Path], options: tuple[str, ...], code: int, codes: set[str], left: str
) -> None:
    """Only chosen faults are shown and count; what is left out is said."""
    result = run(files, f"{FAILED}:wrong sh:minCont 1 .", *options)
    assert result.exit_code == code
    assert {item["code"] for item in json.loads(result.stdout)} == codes
    assert left in result.stderr
    assert bool(left) is ("left out as asked" in result.stderr)


@pytest.mark.parametrize("option", ["--ignore", "--only"])
def test_refuse_code_that_does_not_exist(files: tuple[Path, Path], option: str) -> None:
    """A code that is misspelt is refused, with the nearest one."""
    result = run(files, SOUND, option, "shape-violatio")
    assert (result.exit_code, result.stdout) == (2, "")
    assert 'Did you mean "shape-violation"?' in result.stderr


def test_count_results_that_are_not_named(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results beyond the number that is named are counted, those that only warn apart."""
    monkeypatch.setattr("publish.validation.rdf_files.MOST_RESULTS", 1)
    data, _ = files
    data.write_text(CUBE.replace(" ; :m", " ; :d :x ; :m"), encoding="utf-8")
    found = validate_files([data]).faults
    more = [(item.severity, str(item.finding)) for item in found if item.code == "more-breaches"]
    assert more == [
        ("error", "3 more of shape-violation; the first 1 are named."),
        ("warning", "4 more of shape-violation; the first 1 are named."),
    ]


def test_judge_no_count_of_observations_without_them(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shape that asks for the observations of a large data set is told not to be judged."""
    some = "sh:path [ sh:inversePath qb:dataSet ] ; sh:minCount 1"
    text = (
        f":s {ON_SETS} sh:property :some, :other .\n"
        f":some {some} . :other sh:path qb:structure ; sh:maxCount 0 .\n"
        f":t a sh:NodeShape ; sh:targetNode :set ; sh:property [ {some} ] ."
    )
    assert told(files, text) == [VIOLATION]
    monkeypatch.setattr("publish.validation.given_shapes.MOST_OBSERVATIONS", 0)
    assert told(files, text) == [VIOLATION, ("shapes-not-judged", "warning", "shapes.ttl", 7)]


def test_end_shape_without_end_in_project(project: SmallProject) -> None:
    """A shape of a project that takes without end stops its build in time, with its line."""
    query = "SELECT $this WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    text = f'<shapes/eigen#s> {ON_SETS} sh:sparql [ sh:select "{query}" ] .'
    (project.root / "shapes" / "eigen.ttl").write_text(PREFIXES + text, encoding="utf-8")
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    result = project.run("--format", "json", "validate", "--shape-seconds", "1")
    found = {(item["code"], item["path"], item["line"]) for item in json.loads(result.stdout)}
    assert ("shape-ended", "shapes/eigen.ttl", 6) in found
    assert result.exit_code == 1


def test_build_in_spite_of_what_is_not_judged(project: SmallProject) -> None:
    """What of a project's shapes is right and not judged is a warning, and stops nothing."""
    text = f"<shapes/eigen#s> {ON_SETS} sh:nodeKind sh:IRI ; sh:js [ ] ."
    (project.root / "shapes" / "eigen.ttl").write_text(PREFIXES + text, encoding="utf-8")
    project.table(PLAIN_TABLE)
    project.mapping(PLAIN)
    [found] = project.faults()
    assert (found.code, found.severity, found.line) == ("shape-not-judged", "warning", 6)
    assert project.run("validate").exit_code == 0
