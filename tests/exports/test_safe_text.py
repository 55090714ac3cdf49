"""Texts of cells of CSV files."""

from __future__ import annotations

import duckdb
import pytest

from publish.exports.safe_text import safe_text, safe_text_sql

SAFE = [
    ("=1+1", "'=1+1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
    ("-2+3", "'-2+3"),
    ("-2+cmd|' /C calc'!A0", "'-2+cmd|' /C calc'!A0"),
    ("  =1", "'  =1"),
    ("\ttekst", "'\ttekst"),
    ("\rtekst", "'\rtekst"),
    ("＝1", "'＝1"),
    ("a;=1", "a;'=1"),
    ('a,"=1', "a,\"'=1"),
    ("a\n=1;@b", "a\n'=1;'@b"),
    (";=1", ";'=1"),
    # What is no formula stays as it is.
    ("-5", "-5"),
    ("-1.234,5", "-1.234,5"),
    ("+3", "+3"),
    ("-12,5 %", "-12,5 %"),
    ("-", "-"),
    ("--", "--"),
    ("- [1] [12]", "- [1] [12]"),
    ("- (3)", "'- (3)"),
    ("< 5", "< 5"),
    ("18-19", "18-19"),
    ("65+", "65+"),
    ("€ 5,- per uur", "€ 5,- per uur"),
    ("Antwerpen, Gent; Brugge", "Antwerpen, Gent; Brugge"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "safe"), SAFE)
def test_safe_text_begins_no_formula(text: str, safe: str) -> None:
    """No text that a spreadsheet would run begins a cell, however the file is split."""
    assert safe_text(text) == safe
    assert safe_text(safe) == safe


def test_safe_text_in_the_database_is_the_same() -> None:
    """Forms that DuckDB writes are as safe as the others."""
    with duckdb.connect() as connection:
        for text, safe in SAFE:
            found = connection.execute(
                f"SELECT {safe_text_sql('item')} FROM (SELECT ? AS item)", [text]
            )
            assert found.fetchone() == (safe,)
