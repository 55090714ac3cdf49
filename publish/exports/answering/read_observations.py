"""Observations of a view after a way through JSON: a worker reads them, a page lays them out.

A server never opens the engine itself, since it starts processes; so the observations of a page
come from a worker, a page of them at a time, and are laid out by the functions that lay out files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from publish.exports.description import DataSetDescription
from publish.exports.observation import Observation
from publish.exports.view import DataView


@dataclass(frozen=True, kw_only=True)
class ReadObservations:
    """The observations of one page of a view."""

    description: DataSetDescription
    view: DataView
    observations: tuple[Observation, ...]
    chosen: int
    """How many observations the view has on all pages."""
    remarked: frozenset[str]
    """The names of remarks that are on single figures of the data set."""

    def count(self) -> int:
        """Return how many observations are chosen, on all pages."""
        return self.chosen

    def __iter__(self) -> Iterator[Observation]:
        return iter(self.observations)


def observations_as_json(
    observations: Iterator[Observation], count: int, remarked: frozenset[str]
) -> bytes:
    """Return observations as ``read_observations`` reads them."""
    content = {
        "count": count,
        "remarked": sorted(remarked),
        "observations": [_plain(item) for item in observations],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def read_observations(
    text: bytes, description: DataSetDescription, view: DataView
) -> ReadObservations:
    """Return the observations of a view from JSON."""
    content = json.loads(text)
    return ReadObservations(
        description=description,
        view=view,
        observations=tuple(map(_observation, content["observations"])),
        chosen=content["count"],
        remarked=frozenset(content["remarked"]),
    )


def _plain(item: Observation) -> list[Any]:
    value = None if item.value is None else f"{item.value:f}"
    bounds = [(key, f"{bound:f}") for key, bound in item.bounds]
    return list(item._replace(value=value, bounds=bounds))  # type: ignore[arg-type]  # for JSON


def _observation(row: list[Any]) -> Observation:
    codes, value, status, reasons, bounds, notes, source, source_line, printed = row
    return Observation(
        codes=tuple(codes),
        value=None if value is None else Decimal(value),
        status=status,
        reasons=tuple(reasons),
        bounds=tuple((key, Decimal(bound)) for key, bound in bounds),
        notes=tuple(notes),
        source=None if source is None else (source[0], source[1], source[2]),
        source_line=source_line,
        printed=printed,
    )
