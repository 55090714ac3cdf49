"""The lines of a document, each printed figure in them linked to the page of its observation.

A figure is linked where its row stands in the lines that the row names, and nowhere else: the
build has compared both. What is only a part of the same text is left alone.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pyoxigraph as ox

from publish.release.document_text import lines_of_document
from publish.release.opened import Served, once_per_release, term
from publish.release.soundness import DamagedFile
from publish.site.pages.source.account import TableOfDocument, sources_of
from publish.tables.cells_in_text import PlaceInText, lines_within, places_of_row
from publish.tables.document_text import MOST_KEPT
from publish.tables.records import SOURCE_LINE

PER_PAGE = 1000
"""Lines of a document on one page."""
MOST_LINKED = 5000
"""Figures of one page that are linked at most."""
MOST_PREPARED = 5
"""Documents whose first page is prepared when a release is opened."""
LONGEST_LINE = 5000
"""Characters of a line that are shown."""


@dataclass(frozen=True, kw_only=True)
class LinkedLine:
    """A line of a document in pieces, those that are figures with the IRI of their observation."""

    number: int
    pieces: tuple[tuple[str, str | None], ...]

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read in it."""
        return not any(text.strip() for text, _ in self.pieces)


@dataclass(frozen=True, kw_only=True)
class LinkedLines:
    """A page of the lines of a document."""

    lines: tuple[LinkedLine, ...]
    page: int
    pages: int
    count: int
    """The lines of the whole document."""
    linked: int
    """The figures of these lines that lead to their own page."""
    printed: int
    """The figures of tables that these lines print."""


def page_of_line(line: int) -> int:
    """Return the page on which a line of a document is."""
    return max(line - 1, 0) // PER_PAGE + 1


def prepare_lines(served: Served) -> None:
    """Find the links of some documents before anybody asks, so that no page takes longer first."""
    for key in list(sources_of(served))[:MOST_PREPARED]:
        with suppress(DamagedFile):  # who asks for it is told
            linked_lines(served, key)


def linked_lines(served: Served, key: str, page: int = 1) -> LinkedLines | None:
    """Return a page of the text of a document; None where its text is not published.

    A page that there is not is the last. Raises DamagedFile.
    """
    lines = lines_of_document(served, f"{served.base}/id/document/{key}")
    if lines is None:
        return None
    return _linked(served, (key, min(max(page, 1), page_of_line(len(lines)))))


@once_per_release
def _linked(served: Served, key_and_page: tuple[str, int]) -> LinkedLines:
    key, page = key_and_page
    lines = lines_of_document(served, f"{served.base}/id/document/{key}") or ()
    first, last = (page - 1) * PER_PAGE + 1, min(page * PER_PAGE, len(lines))
    spans: dict[int, dict[tuple[int, int], str]] = {}
    printed = linked = 0
    source = sources_of(served).get(key)
    for table in source.tables if source else ():
        for place, observation in _figures(served, table, lines, first, last):
            printed += 1
            if place is None or linked >= MOST_LINKED:
                continue
            start, end = place.start, place.end
            of_line = spans.setdefault(place.line, {})
            if all(end <= other[0] or start >= other[1] for other in of_line):
                of_line[start, end] = observation
                linked += 1
            elif of_line.get((start, end)) == observation:
                linked += 1
    return LinkedLines(
        lines=tuple(
            LinkedLine(number=number, pieces=_pieces(lines[number - 1], spans.get(number, {})))
            for number in range(first, last + 1)
        ),
        page=page,
        pages=page_of_line(len(lines)),
        count=len(lines),
        linked=linked,
        printed=printed,
    )


def _pieces(line: str, spans: Mapping[tuple[int, int], str]) -> tuple[tuple[str, str | None], ...]:
    """Return a line in pieces, parted where a figure begins and ends."""
    found: list[tuple[str, str | None]] = []
    at = 0
    for (start, end), observation in sorted(spans.items()):
        found += [(line[at:start], None), (line[start:end], observation)]
        at = end
    found.append((line[at : max(at, LONGEST_LINE)].rstrip(), None))
    return tuple(piece for piece in found if piece[0])


def _figures(
    served: Served, table: TableOfDocument, lines: Sequence[str], first: int, last: int
) -> Iterator[tuple[PlaceInText | None, str]]:
    """Yield the observation of each figure of a table in some lines, with its place there."""
    rows = [
        (number, cells, named)
        for number, cells, named in _rows(served, table, len(lines))
        if first <= named[0] <= last
    ]
    made = {
        (number, column): observation
        for number, cells, _ in rows[:MOST_LINKED]
        for column in range(1, len(cells))
        if (observation := observation_of_cell(served, table, number, column))
    }
    start = min((column for _, column in made), default=0)
    for number, cells, named in rows:
        observations = {at: made.get((number, at)) for at in range(start, len(cells))}
        if not any(observations.values()):
            continue
        label, printed = " ".join(cells[: start - 1]), cells[start - 1 : -1]
        places = places_of_row(lines, named, label, printed)
        for at, place in enumerate(places, start=start):
            observation = observations.get(at)
            if observation:
                yield place, observation


def _rows(
    served: Served, table: TableOfDocument, count: int
) -> Iterator[tuple[int, list[str], tuple[int, int]]]:
    """Yield number, cells and lines of the rows of a table that name lines of the document."""
    cells = itertools.islice(table_rows(served, table.name), MOST_LINKED)
    for number, row in enumerate(cells, start=1):
        if number <= table.header_rows:
            if number == table.header_rows and (not row or row[-1] != SOURCE_LINE):
                return
        elif row and (named := lines_within(row[-1], count)):
            yield number, row, named


def table_rows(served: Served, name: str) -> Iterator[list[str]]:
    """Yield the rows of a printed table; none of one larger than the text of a document."""
    file = served.tables.get(f"{name}.csv")
    if file is not None and file.size <= MOST_KEPT:
        text = io.StringIO(served.read(file).decode("utf-8-sig"), newline="")
        yield from csv.reader(text)


def observation_of_cell(
    served: Served, table: TableOfDocument, row: int, column: int
) -> str | None:
    """Return the observation made from a cell and from no others than its equals, if any."""
    cell = ox.NamedNode(f"{served.base}/id/tabel/{table.name}.csv#cell={row},{column}")
    made = [
        triple.subject
        for triple in served.triples(None, term("prov:wasDerivedFrom"), cell)
        if isinstance(triple.subject, ox.NamedNode)
    ]
    if len(made) > 1:  # sums of several figures come from their cells too
        sums = served.generic("somVan")
        made = [item for item in made if served.object(item, sums) is None]
    return min((item.value for item in made), default=None)
