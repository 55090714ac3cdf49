"""Turtle: the triples of the observations of a view as the dumps have them, a page at a time.

They are written by the same lines of the program, so that nothing is said of an observation here
that is not said of it there. What a code or a measure is called stands at its own address. Comments
say which data set and which page it is.
"""

from __future__ import annotations

from typing import BinaryIO

from publish.cube.columns_file.engine import sql_name
from publish.cube.columns_file.layout import ColumnsAbout
from publish.cube.columns_file.reader import open_columns
from publish.cube.rdf.observations import ObservationWriter
from publish.cube.rdf.syntax import turtle
from publish.cube.structure import Structure
from publish.exports.observations import SelectedObservations
from publish.exports.view import next_page, previous_page, view_address
from publish.exports.words import words

FORM = "ttl"
"""The name of the form."""
MOST_LISTED = 300
"""The codes of a dimension that are prepared though a view may not have them."""


def write_turtle(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view as Turtle."""
    columns = open_columns(chosen.path, chosen.connection)
    structure = _structure(chosen, columns.about)
    syntax = turtle(columns.about.uris.prefixes())
    target.write(_comments(chosen).encode())
    target.write(syntax.header())
    writer = ObservationWriter(
        structure=structure,
        uris=columns.about.uris,
        syntax=syntax,
        observations=target,
        cells=None,
    )
    for part in chosen.parts():
        for batch, notes in columns.batches(structure, relation=part.relation):
            writer.write(batch)
            writer.annotate(batch, notes)


def _structure(chosen: SelectedObservations, about: ColumnsAbout) -> Structure:
    """Return the structure of the observations with the codes that they can have.

    Of a long list these are only the codes that the view has, as the lines of each are prepared.
    """
    structure = about.as_structure(table.name for table in chosen.description.tables)
    long = [
        f"list(DISTINCT {sql_name(item.column)})" if len(item.codes) > MOST_LISTED else "NULL"
        for item in chosen.description.dimensions
    ]
    query = f"SELECT {', '.join(long)} FROM {chosen.relation}"
    found = chosen.connection.execute(query).fetchone() if set(long) != {"NULL"} else None
    for at, dimension in enumerate(structure.dimensions):
        every = (item.code for item in chosen.description.dimensions[at].codes)
        codes = sorted(found[at] or ()) if found and long[at] != "NULL" else every
        known = set(dimension.codes)
        dimension.codes.extend(code for code in codes if code not in known)
    return structure


def _comments(chosen: SelectedObservations) -> str:
    """Return what people read at the top: the data set, its licence, and which page it is."""
    description, view = chosen.description, chosen.view
    texts = words(view.language)
    count = chosen.count()
    size = max(0, min(view.size or count, count - view.start))
    lines = [
        description.title[view.language],
        f"<{description.iri}>",
        *([f"{texts['licence']}: <{description.licence}>"] if description.licence else []),
        texts["turtle"]["page"].format(first=view.start + 1, last=view.start + size, count=count)
        if size
        else texts["turtle"]["nothing"].format(count=count),
    ]
    pages = {"next": next_page(view, count), "previous": previous_page(view)}
    lines += [
        f"{texts['turtle'][name]}: <{view_address(description, page, FORM)}>"
        for name, page in pages.items()
        if page
    ]
    return "".join(f"# {' '.join(line.split())}\n" for line in lines) + "\n"
