"""Charts as pictures."""

from __future__ import annotations

import struct

import pytest
from built import Built
from exported import written
from odd_exports import ZONDER_TIJD

from publish.exports.charts.sheet import FONT
from publish.exports.forms.chart_image import ZOOM, png_of
from publish.exports.view import DataView, ViewRefused

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">'
    '<text y="15" font-family="{font}">{text}</text></svg>'
)


def test_write_png_with_its_own_font_and_no_other() -> None:
    """Letters are drawn, with accents and signs, and in bold, whatever fonts a machine has."""
    empty = png_of(SVG.format(font=FONT, text=""))
    found = {png_of(SVG.format(font=FONT, text=text)) for text in ("e", "é", "ë", "≥", "–")}
    assert len(found) == 5
    assert empty not in found
    other = png_of(SVG.format(font="DejaVu Sans", text="é"))
    assert other in (empty, png_of(SVG.format(font=FONT, text="é")))


def test_write_a_picture_of_a_view(answer: Built) -> None:
    """PNG is the drawing twice as large, with the same bytes each time."""
    view = DataView(codes={"advies": ("CMW",)}, language="en")
    png = written(answer.folder, "wzw-advies", "png", view)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert width == 800 * ZOOM
    assert 300 * ZOOM < height < 700 * ZOOM
    assert written(answer.folder, "wzw-advies", "png", view) == png
    svg = written(answer.folder, "wzw-advies", "svg", view)
    assert svg.startswith(b"<svg xmlns=")


def test_refuse_a_picture_of_nothing(odd_exports: Built) -> None:
    """A view without two figures has no picture, and nothing is written."""
    with pytest.raises(ViewRefused, match="no two figures"):
        written(odd_exports.folder, ZONDER_TIJD, "svg")
