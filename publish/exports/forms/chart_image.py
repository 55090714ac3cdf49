"""The chart of a view as a picture: SVG, or PNG for programs that show no SVG.

PNG is drawn with one font that comes with a package, and no other is looked for, so that it is the
same wherever it is made.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import BinaryIO

from publish.exports.charts.draw import Chart, chart_of, why_no_chart
from publish.exports.charts.sheet import FONT
from publish.exports.layouts.pivot import cross_table
from publish.exports.observations import SelectedObservations
from publish.exports.view import ViewRefused
from publish.faults.fault import phrase

ZOOM = 2
"""Pixels of PNG for one unit of the drawing, in each direction."""


def write_svg(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the chart of a view as SVG. Raises ViewRefused before anything is written."""
    target.write(_chart(chosen).svg(standalone=True).encode())


def write_png(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the chart of a view as PNG. Raises ViewRefused before anything is written."""
    target.write(png_of(_chart(chosen).sheet(is_dark_too=False)))


def png_of(svg: str) -> bytes:
    """Return a drawing as PNG."""
    import resvg_py

    return resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        skip_system_fonts=True,
        font_files=[str(font_file())],
        font_family=FONT,
        sans_serif_family=FONT,
    )


@cache
def font_file() -> Path:
    """Return the file of the font of PNG, which has all weights."""
    import fontpkg_open_sans

    return Path(fontpkg_open_sans.ROOT, "files", "OpenSans[wdth,wght].ttf")


def _chart(chosen: SelectedObservations) -> Chart:
    table = cross_table(chosen)
    chart = chart_of(table, chosen=chosen.view.cell or None)
    if chart is None:
        raise ViewRefused(why_no_chart(table) or phrase("chart-of-nothing"))
    return chart
