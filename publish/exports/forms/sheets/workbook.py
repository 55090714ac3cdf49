"""A workbook (XLSX): the table of a view first, then what is printed, the list, and what it means.

Equal input gives equal bytes. It is made in memory, since a worker that answers may write no
files: about 2 KB an observation.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO

from publish.exports.description import DataSetDescription
from publish.exports.forms.sheets.list_sheet import write_definitions_sheet, write_list_sheet
from publish.exports.forms.sheets.printed_csv import printed_notes
from publish.exports.forms.sheets.printed_sheet import write_printed_sheet
from publish.exports.forms.sheets.styles import Styles, sheet_name
from publish.exports.forms.sheets.table_sheet import write_table_sheet
from publish.exports.layouts.caption import table_notes, title_of
from publish.exports.layouts.pivot import TooManyCells, cross_table
from publish.exports.layouts.printed import printed_tables
from publish.exports.observation import Observation
from publish.exports.observations import SelectedObservations
from publish.exports.view import view_address
from publish.exports.words import words

MOST_LISTED = 10_000
"""Observations of the list; more than these are in the tidy CSV."""
MOST_PRINTED_SHEETS = 100
MOST_PRINTED_CELLS = 50_000
"""Cells of printed tables, together."""
MADE = datetime(1980, 1, 1)
"""The date of the file, which is that of its parts: with the true one no two were equal."""


def write_workbook(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write a view as a workbook. Raises TooManyCells."""
    from xlsxwriter import Workbook

    description, view = chosen.description, chosen.view
    language, word = view.language, words(view.language)["workbook"]
    table = cross_table(chosen)
    content, taken = io.BytesIO(), set[str]()
    workbook = Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties(
        {
            "title": title_of(description, language),
            "author": description.publisher[language] if description.publisher else "",
            "comments": view_address(description, view, "xlsx"),
            "created": MADE,
        }
    )
    styles = Styles(workbook)

    def add(name: str) -> Any:
        return workbook.add_worksheet(sheet_name(name, taken))

    write_table_sheet(add(word["table"]), styles, table, table_notes(chosen, table))
    if view.is_whole:
        _write_printed(chosen, styles, add, word["printed"])
    if len(table.cells) <= MOST_LISTED:
        observations = sorted(table.cells.values(), key=_order(description))
        write_list_sheet(add(word["list"]), styles, description, observations, language)
    write_definitions_sheet(add(word["definitions"]), styles, description, language)
    workbook.close()
    target.write(content.getbuffer())


def _write_printed(
    chosen: SelectedObservations, styles: Styles, add: Callable[[str], Any], name: str
) -> None:
    """Add a sheet for each printed table, unless they are too large or too many."""
    try:
        tables = printed_tables(chosen, MOST_PRINTED_CELLS)
    except TooManyCells:
        return
    if len(tables) > MOST_PRINTED_SHEETS:
        return
    notes = printed_notes(chosen, tables)
    for number, table in enumerate(tables, start=1):
        own = name if len(tables) == 1 else f"{name} {number}"
        write_printed_sheet(add(own), styles, table, notes, chosen.view.language)


def _order(description: DataSetDescription) -> Callable[[Observation], list[int]]:
    """Return the key by which observations are in the order of the lists of codes."""
    places = [
        {code.code: place for place, code in enumerate(dimension.codes)}
        for dimension in description.dimensions
    ]
    return lambda item: [place[code] for place, code in zip(places, item.codes, strict=True)]
