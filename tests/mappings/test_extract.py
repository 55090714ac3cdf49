"""Printed tables out of the text of a document, or faults, but never other figures."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from shared_material import ROOT, minister_answer

from publish.faults.fault import Fault
from publish.mappings.document import Document, read_documents
from publish.mappings.extract import PrintedTable, extract_tables
from publish.project.project import read_project
from publish.tables.document_text import printed_text, read_text

ANSWER = Path(__file__).parent / "answer"
TEXT = (ANSWER / "answer.txt").read_text(encoding="utf-8")

Places = list[tuple[str, int, int]]


def document_of(root: Path, key: str, *, fingerprints: bool = True) -> Document:
    """Return a document's declarations, with or without the fingerprints of its tables."""
    faults: list[Fault] = []
    document = read_documents(read_project(root), faults)[key]
    assert not faults
    if fingerprints:
        return document
    bare = {name: replace(table, fingerprint=None) for name, table in document.tables.items()}
    return replace(document, tables=bare)


MADE_UP = document_of(ANSWER, "av-2024-3")
MADE_UP_BARE = document_of(ANSWER, "av-2024-3", fingerprints=False)


def extract(text: str, document: Document = MADE_UP) -> tuple[list[PrintedTable], list[Fault]]:
    """Return the tables and the faults, sorted by place, of a text."""
    faults: list[Fault] = []
    tables = extract_tables(printed_text("answer.txt", text), document, faults)
    return tables, sorted(faults)


def places(faults: list[Fault]) -> Places:
    """Return code, line and column of every fault."""
    return [(item.code, item.line, item.column) for item in faults]


def edited(*edits: tuple[str, str]) -> str:
    """Return the made-up answer with passages replaced, each of which occurs once."""
    text = TEXT
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        text = text.replace(old, new)
    return text


def figures(tables: list[PrintedTable]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return what a table says, apart from where in the source it stands."""
    return [(table.name, [row[:-1] for row in (table.header, *table.rows)]) for table in tables]


# -- What is extracted ------------------------------------------------------------------------


def test_extract_tables_of_made_up_answer() -> None:
    """Every declared table comes out as printed: labels, order, Dutch numbers, source lines.

    The text has split headers with figures glued to them, split rows, a label that ends in a
    digit, wrapped figures, figures in a sentence, a row without label and percentages.
    """
    tables, faults = extract(TEXT)
    assert not faults
    approved = {path.stem: path.read_bytes() for path in ANSWER.glob("mappings/*/*.csv")}
    assert {table.name: table.as_csv() for table in tables} == approved
    assert len(approved) == 9


def test_extract_tables_in_order_of_declarations() -> None:
    """The tables come in the order in which they are declared."""
    tables, _ = extract(TEXT)
    assert [table.name for table in tables] == list(MADE_UP.tables)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("\n", "\r"),
        (" \n", "\n"),
        ("\n\n", "\n \t\n\n"),
        (" ", "  "),
        (" ", "\t"),
        (" ", "\u00a0"),
        ("\n4. ", "\n\f4. "),
    ],
    ids=["crlf", "cr", "trailing", "blank-lines", "double", "tabs", "no-break", "form-feed"],
)
def test_extract_tables_whatever_the_white_space(old: str, new: str) -> None:
    """White space does not matter: editors and PDF programs differ in it."""
    tables, faults = extract(TEXT.replace(old, new))
    assert not faults
    expected, _ = extract(TEXT)
    assert figures(tables) == figures(expected)


def test_extract_tables_notes_lines_of_split_rows() -> None:
    """A row that runs over several lines names its first and last line."""
    tables, _ = extract(TEXT)
    lines = {row[0]: row[-1] for row in tables[0].rows}
    assert lines["18-60"] == "14"
    assert lines["boven 60"] == "15-16"
    assert lines["Contingent"] == "19-20"


# -- Faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ja 1.420 300\n", "", [("row-missing", 37, 1)]),
        ("Totaal 15 18\n", "", [("row-missing", 27, 1)]),
        ("Eindtotaal 2.520 439\nwoont", "woont", [("row-missing", 35, 1)]),
        ("1.250 310 75,5\n", "", [("row-missing", 58, 1)]),
        ("4.100  4.100 \n", "", [("wrong-cell-count", 19, 20)]),
        ("boven \n", "", [("unknown-row", 15, 1)]),
        ("50+ plaatsen 3 4", "50+ plaatsen 3 4 5", [("wrong-cell-count", 26, 18)]),
        ("50+ plaatsen 3 4", "50+ plaatsen 3", [("wrong-cell-count", 26, 15)]),
        ("50+ plaatsen 3 4", "50+ plaatsen", [("wrong-cell-count", 26, 13)]),
        ("50+ plaatsen 3 4", "50+ plaatsen 3 4 5 6 7", [("wrong-cell-count", 26, 18)]),
        ("1.250 310 75,5", "1.250 310", [("wrong-cell-count", 58, 10)]),
        ("171 159 134,5", "171 159", [("wrong-cell-count", 16, 11)]),
        ("50+ plaatsen 3", "meer 3", [("unknown-row", 26, 1)]),
        ("50+ plaatsen 3", "50+ plaatzen 3", [("unknown-row", 26, 1)]),
        ("50+ plaatsen 3 4", "50+ plaatsen 3 vier", [("not-a-number", 26, 16)]),
        ("50+ plaatsen 3 4", "50+ plaatsen 3 1.00", [("not-a-number", 26, 16)]),
        ("50+ plaatsen 3 4", f"50+ plaatsen 3 {10**20}", [("not-a-number", 26, 16)]),
        ("waarvan 5 ", "waarvan vijf ", [("not-a-number", 28, 48)]),
        ("Totaal 15 18", "Totaal 15 19", [("printed-total-differs", 27, 11)]),
        ("Totaal 15 18", "Totaal 18 18", [("printed-total-differs", 27, 8)]),
        ("3.551", "3.551,01", [("printed-total-differs", 18, 17)]),
        ("naar grootte\ngrootte", "naar grootte", [("header-missing", 22, 40)]),
        ("2023 - K1 2023 - K2\n0", "2023 - K2 2023 - K1\n0", [("header-missing", 22, 40)]),
        ("aantal stallingen, opg", "stallingen, opg", [("text-missing", 8, 50)]),
        ("telden we", "waren er", [("sentence-missing", 24, 28)]),
        ("nee 654 95\n", "nee 654 95\nmisschien 1 2\n", [("extra-row", 35, 1)]),
        ("nee 654 95\n", "nee 654 95\nnee 654 95\n", [("extra-row", 35, 1)]),
        ("Totaal 15 18\n", "Totaal 15 18\nmeer 1 2\n", [("extra-row", 28, 1)]),
        ("begin 16,5%\n", "begin 16,5%\n17 18\n", [("extra-row", 55, 1)]),
        ("nee 654 95\n", "nee 654 95\n17\n", [("unexpected-text", 35, 1)]),
        ("nee 654 95\n", "nee 654 95\nZie ook\npagina 3\n", [("unexpected-text", 35, 1)]),
        ("boven \n", "boven \n12\n", [("unexpected-text", 15, 1), ("unknown-row", 17, 1)]),
        ("4.100  4.100", "12\n4.100  4.100", [("wrong-cell-count", 21, 8)]),
        ("4.100  4.100", "4.100\n12\n4.100", [("extra-row", 22, 1)]),
        ("waarvan 5 \n", "waarvan 5\n12\n", [("sentence-missing", 24, 28)]),
        ("126 7 5", "127 7 5", [("fingerprint-differs", 45, 1)]),
        ("telden we 21", "telden we 20", [("fingerprint-differs", 28, 15)]),
    ],
)
def test_extract_tables_reports_place(old: str, new: str, expected: Places) -> None:
    """Whatever is not as declared is a fault at its line and column, and only there."""
    _, faults = extract(edited((old, new)))
    assert places(faults) == expected


def test_extract_tables_suggests_label_for_typing_error() -> None:
    """A label with a typing error is told with the label it resembles."""
    _, [item] = extract(edited(("50+ plaatsen", "50+ plaatzen")))
    assert item.finding == 'the row "50+ plaatsen" should stand here, found: "50+ plaatzen 3 4".'
    assert item.fix.startswith('Did you mean "50+ plaatsen"? ')


def test_extract_tables_tells_sum_of_total_that_differs() -> None:
    """A total that differs is told with the sum, written as numbers are in the document."""
    _, [item] = extract(edited(("verhuurd3.486,5", "verhuurd3.486,4")))
    assert item.finding == (
        '"Totaal verhuurd" of column "2023 - K1" is printed as 3.486,4, '
        "the rows above it add up to 3.486,5."
    )


def test_extract_tables_compares_totals_too_large_for_the_machine() -> None:
    """Sums are exact however long the numbers are."""
    big = str(10**18 - 1)
    text = edited(("12 14", f"{big} 0,000000001"), ("plaatsen 3 4", f"plaatsen {big} {big}"))
    _, faults = extract(text.replace("Totaal 15 18", f"Totaal 15 {big}"))
    assert places(faults) == [
        ("printed-total-differs", 27, 8),
        ("printed-total-differs", 27, 11),
    ]
    assert "1.999.999.999.999.999.998." in faults[0].finding
    assert "999.999.999.999.999.999,000000001." in faults[1].finding


def test_extract_tables_reports_table_before_its_predecessor() -> None:
    """A table that stands before the one declared above it is a fault where it stands."""
    start, middle, end = (TEXT.index(text) for text in ("kent het", "woont in", "4. Uitstroom"))
    text = TEXT[:start] + TEXT[middle:end] + TEXT[start:middle] + TEXT[end:]
    assert places(extract(text)[1]) == [("out-of-order", 32, 1)]


def test_extract_tables_tells_its_words_in_dutch() -> None:
    """Numbers of figures and what stands too early are told in Dutch as well."""
    _, [item] = extract(edited(("1.250 310 75,5", "1.250 310 75,5 1")))
    assert item.code == "wrong-cell-count"
    assert item.finding.endswith(" has 4 figures, its table has 3 columns.")
    assert item.finding.nl.endswith(" heeft 4 cijfers, haar tabel heeft 3 kolommen.")
    start, middle, end = (TEXT.index(text) for text in ("kent het", "woont in", "4. Uitstroom"))
    _, [item] = extract(TEXT[:start] + TEXT[middle:end] + TEXT[start:middle] + TEXT[end:])
    assert (item.code, item.line, item.column) == ("out-of-order", 32, 1)
    assert item.finding.nl.startswith('de kop van tabel "')


def test_extract_tables_reports_part_before_its_predecessor() -> None:
    """A part of the document that stands too early is a fault where it stands."""
    start, middle, end = (TEXT.index(text) for text in ("3. Gebruikers", "5. Opvolg", "6. Kosten"))
    text = TEXT[:start] + TEXT[middle:end] + TEXT[start:middle] + TEXT[end:]
    assert places(extract(text)[1]) == [("out-of-order", 31, 1)]


def test_extract_tables_reports_rows_in_other_order() -> None:
    """Two rows that changed places are faults, even where their total stays right."""
    text = edited(("ja 1.866 344\nnee 654 95\n", "nee 654 95\nja 1.866 344\n"))
    assert places(extract(text)[1]) == [("row-missing", 33, 1), ("extra-row", 34, 1)]


def test_extract_tables_reports_all_faults_at_once() -> None:
    """One run reports what is wrong in every table, each at its own place."""
    text = edited(
        ("0 - 49 plaatsen 12 14", "0 - 49 plaatsen twaalf 14"),
        ("ja 1.866 344", "ja 1.866"),
        ("nee 1.100 139", "neen 1.100 139"),
        ("5. Opvolging", "5. Vervolg"),
        ("1.250 310 75,5", "1.250 310 75,5 1"),
    )
    assert places(extract(text)[1]) == [
        ("not-a-number", 25, 17),
        ("wrong-cell-count", 33, 9),
        ("unknown-row", 38, 1),
        ("text-missing", 40, 42),
        ("wrong-cell-count", 58, 16),
    ]


def test_extract_tables_reports_every_bad_row_of_a_table_at_once() -> None:
    """A bad row does not hide the bad rows below it."""
    text = edited(
        ("-18 1.005,5 990,25", "-18 1.005,5 x"),
        ("18-60", "18 60"),
        ("171 159", "171 159 160"),
    )
    assert places(extract(text)[1]) == [
        ("not-a-number", 13, 13),
        ("unknown-row", 14, 1),
        ("wrong-cell-count", 16, 16),
    ]


def test_extract_tables_of_other_document_gives_a_fault_per_table() -> None:
    """A document that has none of the tables gives faults, no tables and no crash."""
    tables, faults = extract("Iets anders.\n")
    assert not tables
    assert {item.code for item in faults} == {
        "text-missing",
        "header-missing",
        "sentence-missing",
    }
    assert len(faults) == len(MADE_UP.tables)


@pytest.mark.parametrize("new", ["4.100\n4.100\n", "4.100\n17\n"])
def test_extract_tables_without_fingerprint_refuses_number_alone_on_its_line(new: str) -> None:
    """A number alone may be that of a page: without a fingerprint it is no figure of a row."""
    _, faults = extract(edited(("4.100  4.100 \n", new)), MADE_UP_BARE)
    assert places(faults) == [("lone-number", 20, 1), ("lone-number", 21, 1)]


# -- Never other figures ----------------------------------------------------------------------


def variants(text: str, count: int, seed: int) -> list[str]:
    """Return texts with lines or blocks of lines moved, exchanged, doubled or deleted."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        lines = text.split("\n")
        for _ in range(chance.choice([1, 1, 2, 3])):
            size = chance.choice([1, 1, 1, 2, 3, 5])
            first, second = sorted(chance.randrange(len(lines)) for _ in "12")
            block = lines[first : first + size]
            match chance.choice(["move", "move up", "exchange", "neighbours", "double", "delete"]):
                case "move":
                    del lines[first : first + size]
                    lines[second:second] = block
                case "move up":
                    moved = lines[second : second + size]
                    del lines[second : second + size]
                    lines[first:first] = moved
                case "exchange" if second >= first + size:
                    lines[first : first + size] = lines[second : second + size]
                    lines[second : second + size] = block
                case "neighbours":
                    lines[first : first + 2] = reversed(lines[first : first + 2])
                case "double":
                    lines[second:second] = block
                case _:
                    del lines[first : first + size]
        found.append("\n".join(lines))
    return found


def test_extract_tables_of_text_in_other_order_gives_faults_or_the_same() -> None:
    """Text in another order gives faults, never other figures (a made-up answer)."""
    expected = figures(extract(TEXT)[0])
    faulty = 0
    for text in variants(TEXT, 600, seed=1):
        tables, faults = extract(text)
        assert faults or figures(tables) == expected, text
        faulty += bool(faults)
    assert 300 < faulty < 600


@pytest.mark.slow
def test_extract_minister_answer_in_other_order_gives_faults_or_the_same() -> None:
    """Text in another order gives faults, never other figures (the minister's answer)."""
    source = minister_answer().read_text(encoding="utf-8")
    document = document_of(ROOT, "sv-2023-19")
    expected = figures(extract(source, document)[0])
    for text in variants(source, 500, seed=2):
        tables, faults = extract(text, document)
        assert faults or figures(tables) == expected, text


def same_but_for_figures(one: str, other: str) -> bool:
    """Return whether two lines differ in figures only, so that no label tells them apart."""
    return re.sub(r"[0-9.,]+", "#", one).replace(" %", "%") == re.sub(
        r"[0-9.,]+", "#", other
    ).replace(" %", "%")


def without(lines: list[str], number: int) -> list[str]:
    """Return lines without one of them."""
    return lines[:number] + lines[number + 1 :]


def single_edits(text: str) -> list[tuple[str, str]]:
    """Return texts with one line moved, doubled or deleted, or two exchanged: 5,000 of all."""
    lines = text.split("\n")
    numbers = range(len(lines))
    found = []
    for one, two in combinations(numbers, 2):
        if not same_but_for_figures(lines[one], lines[two]):
            swapped = list(lines)
            swapped[one], swapped[two] = swapped[two], swapped[one]
            found.append((f"exchange {one + 1} and {two + 1}", "\n".join(swapped)))
    for one in numbers:
        rest = without(lines, one)
        found.append((f"delete {one + 1}", "\n".join(rest)))
        for two in numbers:
            moved = [*rest[:two], lines[one], *rest[two:]]
            found.append((f"move {one + 1} to {two + 1}", "\n".join(moved)))
            doubled = [*lines[:two], lines[one], *lines[two:]]
            found.append((f"double {one + 1} at {two + 1}", "\n".join(doubled)))
    return random.Random(3).sample(found, 5000)


@pytest.mark.slow
def test_extract_tables_without_fingerprints_after_any_single_edit() -> None:
    """Labels, order and totals alone guard against any one line moved, doubled, gone or swapped.

    Only lines that differ in nothing but their figures can be exchanged unseen; for those there
    are fingerprints.
    """
    document = replace(
        MADE_UP_BARE,
        tables=MADE_UP_BARE.tables | {"verhuur": MADE_UP.tables["verhuur"]},
    )
    expected = figures(extract(TEXT, document)[0])
    slipped = []
    for name, text in single_edits(TEXT):
        tables, faults = extract(text, document)
        if not faults and figures(tables) != expected:
            slipped.append(name)
    assert not slipped


def test_extract_tables_with_bodies_exchanged_needs_fingerprints() -> None:
    """Figures of two tables with equal labels and totals, exchanged, are told by fingerprint."""
    one, other = "ja 1.866 344\nnee 654 95", "ja 1.420 300\nnee 1.100 139"
    text = edited((one, "#"), (other, one)).replace("#", other)
    assert places(extract(text)[1]) == [
        ("fingerprint-differs", 32, 1),
        ("fingerprint-differs", 36, 1),
    ]
    assert not extract(text, MADE_UP_BARE)[1]


def test_extract_tables_tells_fingerprint_to_declare() -> None:
    """A fingerprint that differs is told together with the one that was declared."""
    _, [item] = extract(edited(("126 7 5,6%", "126 7 5,7%")))
    declared = MADE_UP.tables["uitstroom-abonnees"].fingerprint
    assert item.finding.endswith(f", not {declared}.")
    found = item.finding.split("fingerprint is ")[1][:12]
    assert f'write `fingerprint: "{found}"`' in item.fix


# -- The minister's answer --------------------------------------------------------------------


def test_extract_minister_answer_gives_the_committed_tables() -> None:
    """The committed CSV files are exactly what extraction makes of the document."""
    document = document_of(ROOT, "sv-2023-19")
    faults: list[Fault] = []
    text = read_text(minister_answer(), faults)
    assert text
    tables = extract_tables(text, document, faults)
    assert not faults
    committed = {
        path.stem: path.read_bytes() for path in (ROOT / "mappings/sv-2023-19").glob("*.csv")
    }
    assert {table.name: table.as_csv() for table in tables} == committed
    assert len(tables) == 19
    assert sum(len(row) - 2 for table in tables for row in table.rows) == 436


def test_every_table_of_minister_answer_declares_its_fingerprint() -> None:
    """No table of the published answer can change its figures unseen."""
    tables = document_of(ROOT, "sv-2023-19").tables.values()
    assert [table.name for table in tables if table.fingerprint is None] == []


# -- The command ------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the made-up project without its tables."""
    for path in ANSWER.rglob("*"):
        if path.is_file() and path.suffix != ".csv":
            target = tmp_path / path.relative_to(ANSWER)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return tmp_path


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs the command and gives exit code, stdout and stderr."""
    from click.testing import CliRunner

    from publish.cli.main import main

    monkeypatch.delenv("PUBLISH_BASE", raising=False)
    monkeypatch.delenv("PUBLISH_URL", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        result = CliRunner().invoke(main, [str(item) for item in arguments])
        return result.exit_code, result.stdout, result.stderr

    return run


def test_extract_command_writes_tables(project: Path, publish: Run) -> None:
    """The command writes one CSV per table beside document.yaml and names each."""
    code, out, _ = publish("--project", project, "extract", project / "answer.txt")
    assert code == 0
    folder = project / "mappings/av-2024-3"
    assert out.split() == [f"mappings/av-2024-3/{name}.csv" for name in MADE_UP.tables]
    for path in folder.glob("*.csv"):
        assert path.read_bytes() == (ANSWER / "mappings/av-2024-3" / path.name).read_bytes()
    assert len(list(folder.iterdir())) == 10


def test_extract_command_writes_nothing_when_a_table_is_faulty(project: Path, publish: Run) -> None:
    """One fault anywhere: exit code 1, the fault on stdout, and no table at all."""
    source = project / "answer.txt"
    source.write_text(edited(("50+ plaatsen 3 4", "50+ plaatsen 3")), encoding="utf-8")
    code, out, _ = publish("--project", project, "extract", source)
    assert code == 1
    assert out.startswith(f"{source}:26:15: wrong-cell-count: ")
    assert [path.name for path in (project / "mappings/av-2024-3").iterdir()] == ["document.yaml"]


def test_extract_command_reports_missing_file(project: Path, publish: Run) -> None:
    """A file that is not there is a fault with the reason, not a traceback."""
    code, out, _ = publish("--project", project, "extract", project / "nothing.txt")
    assert code == 1
    assert "nothing.txt: cannot-read: the file cannot be read: No such file" in out
