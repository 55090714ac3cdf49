"""The lines of a document that print a figure, with the figure marked."""

from __future__ import annotations

import pytest
from built import Built

from publish.release.opened import Served, term
from publish.site.pages.figure.source import excerpt_of, printed_cells
from publish.site.presentation import View

LINES = (
    "Leeftijd 2022 2023",
    "18-19 5 5",
    "Totaal",
    "tewerkgesteld18.139 18.166",
    "65+ 12 15",
)


def marked(where: str, text: str, *row: str) -> list[tuple[int, str, str]]:
    """Return what is marked of the lines: its line, what stands before it, and itself."""
    return [
        (line.number, line.before, line.marked)
        for line in excerpt_of(LINES, where, text, row)
        if line.marked
    ]


def test_mark_the_figure_between_its_equals() -> None:
    """Of equal figures in a line the one of the column is marked."""
    assert marked("2", "5", "18-19", "5") == [(2, "18-19 ", "5")]
    assert marked("2", "5", "18-19", "5", "5") == [(2, "18-19 5 ", "5")]


def test_mark_a_figure_that_touches_a_label_on_two_lines() -> None:
    """A label may run on to the next line and touch the first figure."""
    cell = ("Totaal tewerkgesteld", "18.139")
    assert marked("3-4", "18.139", *cell) == [(4, "tewerkgesteld", "18.139")]


def test_show_the_lines_around_a_figure() -> None:
    """One line before and one after are shown, as far as there are any."""
    assert [line.number for line in excerpt_of(LINES, "2", "5", ("18-19", "5"))] == [1, 2, 3]
    assert [line.number for line in excerpt_of(LINES, "5", "15")] == [4, 5]


@pytest.mark.parametrize(
    ("where", "text", "row"), [("2", "5", ()), ("2", "7", ("18-19", "7")), ("5", "", ("65+", ""))]
)
def test_mark_nothing_that_is_uncertain(where: str, text: str, row: tuple[str, ...]) -> None:
    """Where a figure stands twice, or not at all, the lines are shown without a mark."""
    assert excerpt_of(LINES, where, text, row)
    assert not marked(where, text, *row)


@pytest.mark.parametrize("where", ["", "0", "6", "3-2", "x", "4-9"])
def test_show_no_lines_that_there_are_not(where: str) -> None:
    """Lines outside the document are none."""
    assert excerpt_of(LINES, where, "5") == ()


@pytest.mark.slow
def test_mark_every_printed_figure_of_the_answer(answer: Built) -> None:
    """Each cell of the answer that a figure comes from is found in the line that it names."""
    served = Served(answer.folder)
    view, cells = View(served, "nl"), 0
    for triple in served.triples(None, term("rdf:type"), term("qb:Observation")):
        for cell in printed_cells(view, triple.subject):  # type: ignore[arg-type]  # an IRI
            [line] = [line for line in cell.excerpt if line.marked]
            assert line.marked == cell.text
            cells += 1
    assert cells > 500
