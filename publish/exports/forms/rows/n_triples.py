"""N-Triples: the lines of the dumps that are about the observations of a view."""

from __future__ import annotations

from typing import BinaryIO

from publish.cube.columns_file.lines import ObservationLines
from publish.cube.columns_file.reader import open_columns
from publish.exports.observations import SelectedObservations


def write_lines(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view, or of its page, as N-Triples."""
    lines = ObservationLines(open_columns(chosen.path, chosen.connection))
    for part in chosen.parts():
        for block in lines.where(relation=part.relation):
            target.write(block)
