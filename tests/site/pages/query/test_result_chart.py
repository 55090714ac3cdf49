"""Which results have a chart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from publish.site.pages.query.result import ResultCell, ResultTable
from publish.site.pages.query.result_chart import chart_of_result


def table(columns: str, *rows: str, more: bool = False) -> ResultTable:
    """A result of words and numbers."""

    def cell(text: str) -> ResultCell | None:
        if text == "-":
            return None
        number = Decimal(text) if text.replace(".", "").isdigit() and len(text) < 4 else None
        return ResultCell(text=text, number=number, href=text if text.startswith("/") else None)

    return ResultTable(
        columns=tuple(columns.split()),
        rows=tuple(tuple(cell(text) for text in row.split()) for row in rows),
        more=more,
    )


@pytest.mark.parametrize(
    ("result", "series"),
    [
        (table("age n", "old 1", "young 2"), [("", 2)]),
        (table("age n", "old -", "young 2"), [("", 2)]),
        (table("period n", "2022-Q1 1", "2022-Q2 2"), [("n", 2)]),
        (table("period age n", "2022 old 1", "2023 old 2", "2022 x 3"), [("old", 2), ("x", 1)]),
        (table("age period n", "old 2022 1", "old 2023 2"), [("old", 2)]),
        (table("age n m", "old 1 5", "young 2 6"), [("n", 2), ("m", 2)]),
        (table("age n", "old 1"), None),
        (table("age n", "old 1", "old 2"), None),
        (table("age n", "- 1", "old 2"), None),
        (table("thing n", "/old 1", "/young 2"), None),
        (table("age kind", "old a", "young b"), None),
        (table("n m", "1 2", "3 4"), None),
        (table("a b c n", "x y z 1", "u v w 2"), None),
        (table("a b n", "x k 1", "y l 2", "z m 3"), None),
        (table("age n", "old 1", "young 2", more=True), None),
        (table("age n", *(f"code-{at} 1" for at in range(61))), None),
    ],
)
def test_draw_a_result_that_is_a_series(
    result: ResultTable, series: list[tuple[str, int]] | None
) -> None:
    """One number for each label, or for each period of a label, is drawn; all else is not."""
    chart = chart_of_result(result, title="Resultaat", language="nl")
    found = (
        None
        if chart is None
        else [(item.label or item.panel, len(item.points)) for item in chart.series]
    )
    assert found == series


def test_place_points_in_time() -> None:
    """A point of a period has its first day, so that lines keep distances, and a short label."""
    chart = chart_of_result(
        table("q n", "2022-Q4 1", "2023-Q2 -", "2023-Q3 2"), title="", language="nl"
    )
    assert chart is not None
    points = chart.series[0].points
    assert [point.start for point in points] == ["2022-10-01", "2023-04-01", "2023-07-01"]
    assert [point.value for point in points] == [1, None, 2]
    assert [point.label for point in points] == ["K4 2022", "K2 2023", "K3 2023"]
