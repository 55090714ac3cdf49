"""Whatever stands in the files, a check ends in a report: no traceback, nothing written.

Random bytes, random tables, and sound files in which something was changed. The examples are
the same in every run; with `PUBLISH_EXAMPLES=2000` there are so many, and other ones each time
unless CI is set.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from derived_project import WIDE, prepare
from fault_fixtures import DOCUMENT, MAPPING, TABLE, files_in, make_sound_project
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mutations import mutated
from small_project import SmallProject

from publish.cli.main import main
from publish.faults.fault import KINDS, Fault, FaultyInput
from publish.project.project import read_project
from publish.release.build import validate

EXAMPLES = int(os.environ.get("PUBLISH_EXAMPLES", "0"))
LONGEST = 20.0
"""Seconds of a processor that the check of one small project may take."""


def looks(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the decorator of a property: how often it is tried, and with which seed."""
    return settings(
        max_examples=EXAMPLES or examples,
        derandomize="CI" in os.environ or not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """A sound project, of which the tests change a file and put it back."""
    project = make_sound_project(tmp_path_factory.mktemp("properties").resolve() / "project")
    queries = project.root / "ontology" / "queries"
    queries.mkdir()
    (queries / "een.rq").write_text("# nl: Een\n# en: One\nSELECT * WHERE { ?s a qb:Slice }\n")
    (project.root / "shapes" / "eigen.ttl").write_text(SHAPES, encoding="utf-8")
    return project


SHAPES = """\
@prefix ns: <ns/proef#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

ns:SliceShape a sh:NodeShape ;
    sh:targetClass qb:Slice ;
    sh:property [ sh:path qb:sliceStructure ; sh:minCount 1 ] .
"""

MARKED = (
    MAPPING
    + """\
marks:
  "<#": {reason: ONDERDRUKT, at-least: "1", below: "#"}
  "-": {reason: NIET_VAN_TOEPASSING}
missing:
  - kwartaal: 2021-Q4
    reason: {nl: Weg., en: Gone.}
quality:
  rond: {about: AFRONDING, at: {leeftijd: jong}, nl: Rond., en: Round.}
method: {code: STAND, nl: Stand., en: Stock.}
unit: NR
numbers: nl
cells: 100
notes:
  - {nl: Noot., en: Note.}
"""
)
DECLARED = (
    DOCUMENT
    + """\
number: "12"
landing-page: https://a.example/x
subjects: [https://a.example/y]
area: leeftijd/jong
tables:
  aantallen:
    after: Tabel 1
    corner: leeftijd
    columns: ["2022", "2023"]
    rows: [jong, oud, Totaal]
    total: Totaal
  zin:
    columns: [aantal]
    sentence: Er zijn {mannen} mannen.
missing:
  weg: {question: "1", lines: "1-2", data-sets: [proef], what: {nl: W., en: W.}
    , why: {nl: W., en: W.}}
quality:
  rond: {about: AFRONDING, nl: Rond., en: Round.}
"""
)


def check(project: SmallProject, name: str, content: bytes) -> list[Fault]:
    """Return what a check says of a project with one other file; it must be a clean report."""
    path = project.root / name
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(content)
    files = list(files_in(project.root))
    start = time.process_time()
    try:
        faults = list(_faults(project))
        assert time.process_time() - start < LONGEST
        assert list(files_in(project.root)) == files
        for item in faults:
            _judge(project, item)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
    return faults


def _faults(project: SmallProject) -> Iterator[Fault]:
    try:
        yield from validate(read_project(project.root))[1]
    except FaultyInput as error:
        assert error.faults
        yield from error.faults


def _judge(project: SmallProject, item: Fault) -> None:
    """Say whether a fault is one that a person can act on."""
    assert item.code in KINDS
    for language in ("en", "nl"):
        told = item.text_in(language)
        assert re.fullmatch(r"[^\n]+\n    [^\n]+", told), told
        told.encode()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told)
    if item.code == "shape-violation":
        return  # of a thing, by its address
    path = project.root / item.path
    assert path.exists() or item.code == "cannot-read", str(item)
    assert (item.line == 0) == (item.column == 0), str(item)
    if item.line:
        lines = re.split(r"\r\n|\r|\n", path.read_bytes().decode("utf-8", "replace"))
        assert item.line <= len(lines), str(item)
        assert item.column <= len(lines[item.line - 1]) + 2, str(item)


def pick(text: str) -> st.SearchStrategy[int]:
    """Return offsets in a text."""
    return st.integers(min_value=0, max_value=len(text))


WORDS = st.sampled_from(
    [
        "", "\n", "\r", "\t", " ", "  ", "\0", "\ufeff", "\u202e", '"', "'", ":", ": ", "- ",
        "-", "#", "{", "}", "[", "]", "<", ">", "&a ", "*a", "!", "!!int ", "|\n", ">\n", "%",
        "@", "`", ",", ";", ".", "\\", "\\x00", "\\U00110000", "null", "~", "NO", "010", "1e9",
        "-1", "é", "?", "? ", "---\n", "...\n", "<<: ", "=", "=1+1", "jong", "_T", "leeftijd",
        "kwartaal", "measure", "aantal", "2022 - K1", "2022-Q1", "9" * 30, "0,0000000001",
        "a" * 300, "[" * 100, "{a: " * 60, '"""', "<a b>", "_:b", "[] ", "( ", ") ", "^^",
        "@en-", "http://", "../", "/", "^^<http://www.w3.org/2001/XMLSchema#integer>",
        "skos:broader", "code:jong", "true", "false", "complete",
    ]
)  # fmt: skip


KINDS_OF_CHANGE = ["drop", "double", "swap", "cut", "insert", "replace", "indent"]


@st.composite
def changed(draw: st.DrawFn, text: str) -> bytes:
    """Return a text in which lines, keys, values and characters were changed a few times."""
    for _ in range(draw(st.integers(1, 3))):
        lines = text.split("\n")
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        kind = draw(
            st.sampled_from(["drop", "double", "swap", "cut", "insert", "replace", "indent"])
        )
        if kind == "drop":
            del lines[at]
        elif kind == "double":
            lines.insert(other, lines[at])
        elif kind == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "indent":
            lines[at] = draw(st.sampled_from(["\t", " ", "    "])) + lines[at].lstrip()
        text = "\n".join(lines)
        if kind == "cut":
            start = draw(pick(text))
            text = text[:start] + text[start + draw(st.integers(1, 30)) :]
        elif kind == "insert":
            start = draw(pick(text))
            text = text[:start] + draw(WORDS) + text[start:]
        elif kind == "replace":
            found = list(re.finditer(r"[\w-]+", text)) or [re.search("", text)]
            word = draw(st.sampled_from(found))
            assert word
            new = draw(WORDS | st.sampled_from([item[0] for item in found if item]))
            text = text[: word.start()] + new + text[word.end() :]
    return text.encode("utf-8", "surrogatepass")


CELLS = st.one_of(
    st.sampled_from(["jong", "oud", "_T", "x", "2022 - K1", "2022 - K2", "2022", "bronregel", "-"]),
    st.from_regex(r"-?[0-9]{0,20}[.,]?[0-9]{0,12} ?%?", fullmatch=True),
    st.text(max_size=8),
    WORDS,
    st.integers().map(str),
    st.floats().map(str),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Return a table of odd cells: quoted or not, ragged or not, with any line ends."""
    separator = draw(st.sampled_from([",", ",", ",", ";", "\t"]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r", "\n\n"]))
    width = draw(st.integers(1, 4))
    head = draw(st.lists(CELLS, min_size=1, max_size=4) | st.just(["x", "2022 - K1", "2022 - K2"]))
    rows = [head]
    for _ in range(draw(st.integers(0, 5))):
        rows.append(draw(st.lists(CELLS, min_size=width if draw(st.booleans()) else 0, max_size=4)))
    quote = draw(st.booleans())

    def written(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if quote or "," in cell else cell

    text = end.join(separator.join(map(written, row)) for row in rows)
    return text.encode("utf-8", "surrogatepass")


FILES = [
    "mappings/bron/tabel.csv",
    "mappings/proef.yaml",
    "mappings/bron/document.yaml",
    "ontology/codelists/leeftijd.ttl",
    "ontology/queries/een.rq",
    "shapes/eigen.ttl",
    "publish.toml",
]
"""A file of every kind that a check reads."""


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", FILES)
@looks(2)
@given(content=st.binary(max_size=200))
@example(content=b"")
@example(content=b"\xef\xbb\xbf")
@example(content=b"\xff\xfea\x00")
@example(content=b"\x00" * 100)
@example(content=b"[" * 3000)
@example(content=b'"' * 999)
@example(content=b"\r\r\n\n\r")
@example(content=b"a.a" * 4_000)
def test_report_on_random_bytes(sound: SmallProject, name: str, content: bytes) -> None:
    """Random bytes in the place of any file give a clean report."""
    check(sound, name, content)


@pytest.mark.slow
@looks(20)
@given(content=tables())
def test_report_on_random_tables(sound: SmallProject, content: bytes) -> None:
    """A table of odd cells gives a clean report."""
    check(sound, "mappings/bron/tabel.csv", content)


@pytest.mark.slow
@looks(15)
@given(content=changed(TABLE))
def test_report_on_changed_table(sound: SmallProject, content: bytes) -> None:
    """A sound table in which something was changed gives a clean report."""
    check(sound, "mappings/bron/tabel.csv", content)


@pytest.mark.slow
@looks(20)
@given(content=changed(MARKED))
def test_report_on_changed_mapping(sound: SmallProject, content: bytes) -> None:
    """A sound mapping in which something was changed gives a clean report."""
    check(sound, "mappings/proef.yaml", content)


@looks(12)
@given(content=changed(DECLARED))
def test_report_on_changed_document(sound: SmallProject, content: bytes) -> None:
    """A sound document.yaml in which something was changed gives a clean report."""
    check(sound, "mappings/bron/document.yaml", content)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "name",
    [
        "ontology/codelists/leeftijd.ttl",
        "ontology/dimensions.ttl",
        "ontology/measures.ttl",
        "publish.toml",
        "shapes/eigen.ttl",
    ],
)
@looks(4)
@given(data=st.data())
def test_report_on_changed_file(sound: SmallProject, name: str, data: st.DataObject) -> None:
    """A sound file of any other kind in which something was changed gives a clean report."""
    check(sound, name, data.draw(changed((sound.root / name).read_text(encoding="utf-8"))))


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_report_on_many_more() -> None:
    """The same holds of more examples, which are other ones each time unless CI is set."""
    properties = "random_bytes or changed_document or changed_file"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", properties, "--timeout", "900", __file__],
        env=os.environ | {"PUBLISH_EXAMPLES": os.environ.get("PUBLISH_EXAMPLES", "60")},
        check=True,
    )


MUTANTS = int(os.environ.get("PUBLISH_MUTANTS", "1000"))
SEED = os.environ.get("PUBLISH_SEED", "projects")
VERBS = [
    ("validate",), ("--language", "nl", "--format", "json", "validate"), ("missing",), ("links",),
    ("check", "som"), ("preview", "een"), ("uris",), ("extract", "document.txt"),
]  # fmt: skip


def report_on_mutants(folder: Path, numbers: range) -> None:
    """Change one file of a project, call a verb and see how it ends, for each number anew."""
    project = make_sound_project(folder / "project")
    prepare(project)
    project.mapping(WIDE, "som")
    (project.root / "mappings" / "bron" / "document.yaml").write_text(DECLARED, encoding="utf-8")
    (project.root / "mappings" / "proef.yaml").write_text(MARKED, encoding="utf-8")
    (project.root / "shapes" / "eigen.ttl").write_text(SHAPES, encoding="utf-8")
    (project.root / "document.txt").write_text("Tabel 1\nleeftijd 2022 2023\njong 1 2\n")
    kinds = (".yaml", ".ttl", ".csv", ".toml", ".txt")
    files = [project.root / name for name, _ in files_in(project.root) if name.endswith(kinds)]
    with contextlib.chdir(project.root):
        for number in numbers:
            chance = random.Random(f"{SEED} {number}")
            with mutated(project.root, chance, files) as what:
                verb = chance.choice((VERBS[0], VERBS[0], *VERBS))
                start = time.process_time()
                told = CliRunner().invoke(main, verb)
                place = (number, what, verb)
                failure = told.exception
                assert failure is None or isinstance(failure, SystemExit), (*place, failure)
                assert told.exit_code in (0, 1, 2), place
                assert told.exit_code == 0 or told.output.strip(), place
                assert time.process_time() - start < LONGEST, place


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_report_on_a_thousand_mutants_of_a_project(tmp_path: Path) -> None:
    """Whatever one file of a project becomes, every verb ends in a result or in a clean report.

    A mapping, a table, a list or the settings are changed, removed, or no longer a file.
    """
    parts = os.cpu_count() or 1
    with ProcessPoolExecutor(parts, multiprocessing.get_context("fork")) as processes:
        folders = [tmp_path / str(part) for part in range(parts)]
        numbers = [range(part, MUTANTS, parts) for part in range(parts)]
        assert list(processes.map(report_on_mutants, folders, numbers)) == [None] * parts
