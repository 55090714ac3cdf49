"""Records of delimited text and the places of their cells."""

from __future__ import annotations

import io

import pytest

from publish.tables.records import read_records


@pytest.mark.parametrize(
    ("text", "separator", "places"),
    [
        ("a,b\n", ",", [(1, 1), (1, 3), (1, 4)]),
        ('"a\nb";c\r\n', ";", [(1, 1), (2, 4), (2, 5)]),
        ('"a\rb";c', ";", [(1, 1), (2, 4), (2, 5)]),
        ('"a;b";\n', ";", [(1, 1), (1, 7), (1, 7)]),
        ('6";c\n', ";", [(1, 1), (1, 4), (1, 5)]),
    ],
)
def test_find_places_of_cells(text: str, separator: str, places: list[tuple[int, int]]) -> None:
    """Each cell has the line and column at which it begins; after the last comes the end."""
    [record] = read_records(io.StringIO(text, newline=""), separator)
    assert record.places() == places
    assert [record.place(at) for at in range(len(places) + 1)] == [*places, places[-1]]


def test_count_lines_within_records() -> None:
    """A record begins on the line after all lines of those before it."""
    lines = io.StringIO('a,"b\nc"\nd,e\n', newline="")
    assert [(record.line, record.cells) for record in read_records(lines)] == [
        (1, ["a", "b\nc"]),
        (3, ["d", "e"]),
    ]


def test_cut_record_that_does_not_end() -> None:
    """A quote that stays open for too long ends the records there, and is known to be open."""
    lines = io.StringIO('a,"b\n' + "c\n" * 10, newline="")
    [record] = read_records(lines, longest=10)
    assert len(record.text) <= 10
    assert record.is_open()
