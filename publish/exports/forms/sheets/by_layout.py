"""CSV in the layout that a view asks for: a list, a table, or the tables as they are printed."""

from __future__ import annotations

from typing import BinaryIO

from publish.exports.forms.sheets.printed_csv import write_printed_csv
from publish.exports.forms.sheets.table_csv import write_table_csv
from publish.exports.forms.tidy.list_csv import write_list_csv
from publish.exports.observations import SelectedObservations
from publish.exports.view import PRINTED, TABLE


def write_csv(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write a view as CSV. Raises TooManyCells before a table is begun that is too large."""
    writers = {TABLE: write_table_csv, PRINTED: write_printed_csv}
    writers.get(chosen.view.layout, write_list_csv)(chosen, target)
