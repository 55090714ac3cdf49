"""Where cells of printed rows stand in lines."""

from __future__ import annotations

import pytest

from publish.tables.cells_in_text import lines_within, places_of_row

LINES = [
    "5 - 10 VTE 5 10 5",
    "Totaal ",
    "tewerkgesteld18.139 18.166",
    "Er waren 1.718 aanvragen en 26 ",
    "weigeringen; 1.718,5 en 26 % tellen niet.",
    "jong 12 3",
    "7 7",
]


def texts(lines: str, label: str, cells: list[str]) -> list[tuple[int, int] | None]:
    """Return line and offset of each cell, which must stand there as it is printed."""
    named = lines_within(lines, len(LINES))
    assert named
    found = places_of_row(LINES, named, label, cells)
    for place, cell in zip(found, cells, strict=True):
        assert place is None or LINES[place.line - 1][place.start : place.end] == cell
    return [place and (place.line, place.start) for place in found]


def test_find_figures_after_their_label() -> None:
    """Figures that the label prints too are found behind it, in the order of the columns."""
    assert texts("1", "5 - 10 VTE", ["5", "10", "5"]) == [(1, 11), (1, 13), (1, 16)]


def test_find_figures_over_lines_and_stuck_to_words() -> None:
    """A label may go on to the next line, and a figure may stick to it."""
    assert texts("2-3", "Totaal tewerkgesteld", ["18.139", "18.166"]) == [(3, 13), (3, 20)]


def test_find_figures_of_a_sentence() -> None:
    """A figure alone is found where it stands once and is no part of another number."""
    assert texts("4-5", "geweigerd", ["26"]) == [None]  # 26 % is another figure or the same
    assert texts("4-5", "ingediend", ["1.718"]) == [(4, 9)]
    assert texts("4", "geweigerd", ["26"]) == [(4, 28)]


@pytest.mark.parametrize(
    ("lines", "label", "cells"),
    [("6", "jong", ["1", "23"]), ("6", "jong", ["123"]), ("7", "", ["7"]), ("5", "x", ["1.718"])],
    ids=["parted otherwise", "two figures as one", "twice", "part of another"],
)
def test_find_no_figure_in_doubt(lines: str, label: str, cells: list[str]) -> None:
    """What could be another figure is not found."""
    assert set(texts(lines, label, cells)) == {None}


@pytest.mark.parametrize("text", ["", "0", "8", "3-9", "5-4", "regel 4", "1-2-3", "-1"])
def test_name_no_lines(text: str) -> None:
    """Only one line or a first and a last that the text has are lines."""
    assert lines_within(text, len(LINES)) is None
