"""Addresses of the page of a data set: a view of its figures, and what of it is opened.

The parameters are those of the data address, and four of the page's own (``PAGE_PARAMETERS``):

- ``view``: ``chart`` (a chart and the table), ``table``, or ``printed`` (as the source prints it);
- ``cell``: the figure whose panel is open, as the codes of its dimensions in the order of the
  description, the measure last, parted by commas. A comma or percent sign within a code is written
  as ``%2C`` or ``%25``, before the address is encoded as a whole;
- ``beside``: the slug of a data set whose table stands below it;
- ``page``: which part of a large view is shown, counted from 1, the newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from flask import request

from publish.cube.columns_file.names import PAGE_PARAMETERS
from publish.exports.description import DataSetDescription
from publish.exports.view import TABLE, DataView, cell_text, view_parameters
from publish.site.discovery.links import SAFE
from publish.site.rendering import current_reader

VIEW, CELL, BESIDE, PAGE = PAGE_PARAMETERS
CHART_VIEW, TABLE_VIEW, PRINTED_VIEW = "chart", "table", "printed"
SHOWN = (CHART_VIEW, TABLE_VIEW, PRINTED_VIEW)
"""What ``view`` can be; the first where nobody says it."""
FIGURE = "figure"
"""The element of the page in which the panel of a figure is."""


def page_view_address(
    description: DataSetDescription,
    view: DataView,
    *,
    cell: Sequence[str] | None = None,
    show: str | None = None,
    beside: str | None = None,
    page: int = 1,
) -> str:
    """Return the address on this server of the page of a data set that shows a view of it.

    Of the view its codes, totals, rows and columns count; the language is kept where the reader
    has chosen one. ``cell`` has the codes of the figure whose panel is open, to which the address
    leads then.
    """
    pairs = page_view_parameters(description, view, cell=cell, show=show, beside=beside, page=page)
    reader = current_reader()
    if reader.chosen:
        pairs.append(("lang", reader.language))
    path = f"{request.script_root.rstrip('/')}/doc/dataset/{quote(description.slug, safe=SAFE)}"
    query = f"?{urlencode(pairs, safe=',')}" if pairs else ""
    return f"{path}{query}{f'#{FIGURE}' if cell else ''}"


def page_view_parameters(
    description: DataSetDescription,
    view: DataView,
    *,
    cell: Sequence[str] | None = None,
    show: str | None = None,
    beside: str | None = None,
    page: int = 1,
) -> list[tuple[str, str]]:
    """Return the parameters of a view of the page in a fixed order, without those by default."""
    plain = replace(view, layout=TABLE, decimal=".", start=0, size=None)
    names = {"layout", "lang"}
    found = [pair for pair in view_parameters(description, plain) if pair[0] not in names]
    if show and show != SHOWN[0]:
        found.append((VIEW, show))
    if beside:
        found.append((BESIDE, beside))
    if page > 1:
        found.append((PAGE, str(page)))
    if cell:
        found.append((CELL, cell_text(cell)))
    return found
