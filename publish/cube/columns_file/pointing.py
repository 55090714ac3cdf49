"""Which observations of a file of columns point to a thing, as SQL.

Only what itself imports little is imported here: workers write views with it.
"""

from __future__ import annotations

import re

from publish.cube.columns_file.engine import sql_text

_CELL = re.compile(r"(?P<table>.+)\.csv#cell=(?P<row>[0-9]{1,9}),(?P<column>[0-9]{1,9})")
"""A printed cell, below ``/id/tabel/``."""


def pointing_to(iri: str) -> str:
    """Return as SQL that an observation points to the part of a sum, a remark or a printed cell."""
    kind, _, rest = iri.partition("/id/")[2].partition("/")
    if kind == "observatie":
        return f"list_contains(addends, {sql_text(rest)})"
    if kind == "kwaliteit":
        return f"list_contains(notes, {sql_text(rest.rpartition('/')[2])})"
    if kind != "tabel" or (cell := _CELL.fullmatch(rest)) is None:
        return "FALSE"
    table, row, column = sql_text(cell["table"]), int(cell["row"]), int(cell["column"])
    further = f'x."table" = {table} AND x."row" = {row} AND x."column" = {column}'
    return (
        f"(source_table = {table} AND source_row = {row} AND source_column = {column} "
        f"OR len(list_filter(further_cells, lambda x: {further})) > 0)"
    )
