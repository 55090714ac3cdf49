"""SDMX-CSV 2.0: an observation a row, with codes, for programs that know its structure.

The lines are made by DuckDB and pass in blocks, so that a million of them take little memory. What
was printed in the document is the only free text, and is kept from running as a formula.
"""

from __future__ import annotations

from contextlib import closing
from typing import BinaryIO

from publish.cube.columns_file.engine import sql_name, sql_text
from publish.exports.forms.figure_sql import value_sql
from publish.exports.forms.sdmx.attributes import (
    BETWEEN_VALUES,
    SdmxAttribute,
    attributes_of,
    mapped_sql,
)
from publish.exports.forms.sdmx.names import NO_NUMBER, VALUE, VERSION, SdmxNames
from publish.exports.observations import SelectedObservations
from publish.exports.safe_text import safe_text_sql

LINES = 8192
"""Lines that are read at a time."""


def write_sdmx_csv(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view as SDMX-CSV."""
    names = SdmxNames(chosen.description)
    attributes = attributes_of(chosen, names)
    several = any(item.most > 1 for item in attributes)
    head = [f"STRUCTURE[{BETWEEN_VALUES}]" if several else "STRUCTURE", "STRUCTURE_ID", "ACTION"]
    head += [name for name, _ in names.dimensions]
    head.append(VALUE)
    head += [f"{item.id}[]" if item.most > 1 else item.id for item in attributes]
    target.write(f"{','.join(head)}\r\n".encode())

    fields = [
        mapped_sql(sql_name(dimension.column), names.codes(dimension))
        for _, dimension in names.dimensions
    ]
    fields.append(f"coalesce({value_sql(chosen.description.scale)}, {sql_text(NO_NUMBER)})")
    fields += map(_field, attributes)
    start = f"dataflow,{names.agency}:{names.dataflow}({VERSION}),I,"
    listed = ", ',', ".join(fields)
    line = f"concat({sql_text(start)}, {listed})"
    for part in chosen.parts():
        with closing(chosen.connection.cursor()) as rows:
            rows.execute(f"SELECT {line} FROM {part.relation}")
            while found := rows.fetchmany(LINES):
                target.write("".join([f"{text}\r\n" for (text,) in found]).encode())


def _field(attribute: SdmxAttribute) -> str:
    """Return SQL of the value of an attribute as a field (RFC 4180)."""
    sql = attribute.sql
    if attribute.is_free:
        safe = safe_text_sql(f"({sql})")
        quoted = f"""'"' || replace({safe}, '"', '""') || '"'"""
        if_needed = (
            f"""CASE WHEN regexp_matches({sql}, '[",\\r\\n]') THEN {quoted} ELSE {safe} END"""
        )
        sql = f"CASE WHEN regexp_full_match({sql}, '[0-9 .-]*') THEN {sql} ELSE {if_needed} END"
    return sql
