"""The verb ``extract``: what it prints and writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from built import copy_of_the_answer
from shared_material import shared_folder
from small_project import run

TEXT = "source/000_e92fee34555ae2f1.txt"


def fingerprint(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_extract_nothing_when_text_is_faulty(tmp_path: Path) -> None:
    """A text that is not as declared gives faults, and no table is written or changed."""
    root = copy_of_the_answer(tmp_path / "project")
    before = fingerprint(root)
    text = tmp_path / "antwoord.txt"
    text.write_text("1. Iets anders.\n", encoding="utf-8")
    result = run("--project", str(root), "extract", str(text))
    assert result.exit_code == 1
    assert "antwoord.txt" in result.stdout
    assert fingerprint(root) == before


def test_extract_tables_as_committed(tmp_path: Path) -> None:
    """`extract` prints what it wrote, and leaves nothing else behind."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("needs the shared material: the text of the answer")
    root = copy_of_the_answer(tmp_path / "project")
    before = fingerprint(root)
    for path in (root / "mappings" / "sv-2023-19").glob("*.csv"):
        path.unlink()
    result = run("--project", str(root), "extract", str(folder / TEXT))
    assert result.exit_code == 0
    assert sorted(result.stdout.split()) == sorted(
        str(Path(path).relative_to(root)) for path in before if path.endswith(".csv")
    )
    assert fingerprint(root) == before


def test_refuse_document_that_is_not_declared(tmp_path: Path) -> None:
    """The document must be one that declares its tables."""
    root = copy_of_the_answer(tmp_path / "project")
    text = tmp_path / "antwoord.txt"
    text.write_text("tekst\n", encoding="utf-8")
    result = run("--project", str(root), "extract", str(text), "--document", "sv-1999-1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no document 'sv-1999-1'" in result.stderr
    assert "(sv-2023-19)" in result.stderr


def test_report_text_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is a fault, not a traceback."""
    root = copy_of_the_answer(tmp_path / "project")
    result = run("--project", str(root), "extract", str(tmp_path / "nergens.txt"))
    assert result.exit_code == 1
    assert "nergens.txt: cannot-read: " in result.stdout


def test_show_text_with_line_numbers(tmp_path: Path) -> None:
    """`--show-text` prints the text that the tables are found in, with its line numbers."""
    root = copy_of_the_answer(tmp_path / "project")
    text = tmp_path / "antwoord.txt"
    text.write_text("een\ntwee\n", encoding="utf-8")
    result = run("--project", str(root), "extract", str(text), "--show-text")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == ["    1 een", "    2 twee"]
