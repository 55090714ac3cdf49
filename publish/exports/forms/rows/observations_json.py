"""The observations of a view as a server needs them to lay them out for a page."""

from __future__ import annotations

from typing import BinaryIO

from publish.exports.answering.read_observations import observations_as_json
from publish.exports.observations import SelectedObservations


def write_observations(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view, or of its page, as JSON."""
    target.write(observations_as_json(iter(chosen), chosen.count(), chosen.remarked))
