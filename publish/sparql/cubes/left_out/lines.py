"""All statements of single observations, as the dumps have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from publish.cube.columns_file.engine import Connection

Lines = Callable[[Connection, str, Sequence[tuple[str, ...]]], Iterable[bytes]]
"""Gives the lines of observations by the slug of their data set and their codes."""


def lines_of(
    release: Path, connection: Connection, slug: str, codes: Sequence[tuple[str, ...]]
) -> Iterable[bytes]:
    """Return the lines of N-Triples about observations, and of what leads to them, in blocks."""
    # What reads them takes a while to be imported, and most workers are never asked for it.
    from publish.cube.columns_file.lines import open_lines

    return open_lines(release, slug, connection).of_codes(codes)
