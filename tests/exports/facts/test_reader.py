"""Figures read in this process."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from built import Built
from exported import description_of

from publish.exports.facts.reader import FiguresUnreadable, open_reader
from publish.exports.view import DataView


def test_read_no_other_file(answer: Built, tmp_path: Path) -> None:
    """The connection reads files of its folder only, and cannot be told otherwise."""
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n", encoding="utf-8")
    with open_reader(answer.folder / "dumps") as reader:
        with pytest.raises(duckdb.PermissionException):
            reader.connection.execute(f"SELECT * FROM read_csv('{other}')")
        with pytest.raises(duckdb.InvalidInputException):
            reader.connection.execute("SET enable_external_access = true")


def test_tell_that_a_file_cannot_be_read(answer: Built, tmp_path: Path) -> None:
    """A file that is damaged or gone gives no figures."""
    (tmp_path / "contingent.parquet").write_bytes(b"PAR1 and no more")
    description = description_of(answer.folder, "contingent")
    with open_reader(tmp_path) as reader:
        with pytest.raises(FiguresUnreadable, match="contingent"):
            reader.read(description, DataView())
        (tmp_path / "contingent.parquet").unlink()
        with pytest.raises(FiguresUnreadable, match="contingent"):
            reader.read(description, DataView())
