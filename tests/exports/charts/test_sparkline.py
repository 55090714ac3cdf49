"""Lines in the height of a text."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

from publish.exports.charts.sparkline import sparkline


def test_sparkline_has_a_gap_where_a_figure_is_missing() -> None:
    """A figure that is missing parts the line, and a label says what it shows."""
    values = [Decimal(1), Decimal(3), None, Decimal(2), Decimal(2)]
    found = ET.fromstring(sparkline(values, label='van 1 tot 2 "VTE"'))
    assert [len(line.get("points", "").split()) for line in found.iter("polyline")] == [2, 2]
    assert found.get("aria-label") == 'van 1 tot 2 "VTE"'
    assert sparkline([Decimal(1), None], label="x") == ""
