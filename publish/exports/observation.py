"""An observation as exports and pages need it, and what gives those of a view."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple, Protocol

from publish.exports.description import DataSetDescription
from publish.exports.view import DataView


class Observation(NamedTuple):
    """An observation as exports need it."""

    codes: tuple[str, ...]
    """Per dimension, in the order of the description, the measure last."""
    value: Decimal | None
    """The figure with the decimals that are printed; None where it is not shown."""
    status: str
    reasons: tuple[str, ...]
    bounds: tuple[tuple[str, Decimal], ...]
    """What is known of a figure that is not shown, as ``("at-least", Decimal("1"))``."""
    notes: tuple[str, ...]
    """The names of remarks on it."""
    source: tuple[str, int, int] | None
    """Table, row and column of the cell that prints it; None for a sum."""
    source_line: str | None
    """The line of the document that prints it; None for a sum, and where it is not known."""
    printed: str | None
    """What is printed where no value is shown, as it is printed; None for a sum."""


class ViewedObservations(Protocol):
    """The observations of a view, wherever they are read."""

    @property
    def description(self) -> DataSetDescription:
        """The data set."""

    @property
    def view(self) -> DataView:
        """What is chosen of it."""

    @property
    def remarked(self) -> frozenset[str]:
        """The names of remarks that are on single figures of the data set."""

    def count(self) -> int:
        """Return how many observations are chosen, on all pages."""

    def __iter__(self) -> Iterator[Observation]: ...
