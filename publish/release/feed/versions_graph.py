"""The versions in the store of a recorded release: a named graph outside the default one.

Versions have addresses there and queries can ask what a figure was. The graph holds the versions
of the latest releases, as many whole releases as have ``MOST_VERSIONS`` together at most, so that a
first release of a million observations does not double the store. All of them are in the feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from publish.release.feed.addresses import versions_graph
from publish.release.feed.pages import FeedSummary
from publish.release.feed.recorded import read_recorded_page, summary_of
from publish.release.history.records import ReleaseRecord

MOST_VERSIONS = 50_000
"""The most versions in the store of a release: as Turtle some 30 MB, which are loaded at once."""

Added = tuple[ReleaseRecord, FeedSummary]
"""A record, with what it added to the feed."""


def versions_held(records: Sequence[ReleaseRecord]) -> list[Added]:
    """Return the latest records whose versions the store holds, in their order.

    Raises OSError, ValueError, LookupError or TypeError when what a record added cannot be read.
    """
    found: list[Added] = []
    left = MOST_VERSIONS
    for record in reversed(records):
        summary = summary_of(record)
        if summary is None or summary.members > left:
            break
        left -= summary.members
        found.append((record, summary))
    return found[::-1]


def load_versions(store: Path, base: str, held: Iterable[Added]) -> None:
    """Put versions into the store of a release, instead of any that are there.

    Raises DamagedFile when a page is not what was written.
    """
    graph = ox.NamedNode(versions_graph(base))
    opened = ox.Store(str(store))
    if next(opened.quads_for_pattern(None, None, None, graph), None) is not None:
        opened.remove_graph(graph)
    # Documents in Turtle one after the other are one.
    content = b"".join(_pages(held))
    opened.bulk_load(content, format=ox.RdfFormat.TURTLE, to_graph=graph)
    opened.flush()


def _pages(held: Iterable[Added]) -> Iterator[bytes]:
    for record, summary in held:
        for number in range(1, summary.pages + 1):
            yield read_recorded_page(record, number)
