"""Where the feed is and what it is called: its stream, its pages, and the graph of its versions.

The stream has an identifier under the base, which never changes; its pages are documents under
the public address. ``/feed`` is the root, which changes with a release and is the only one that
does; ``/feed/3`` holds or leads to the versions of release 3.
"""

from __future__ import annotations

from publish.project.iris import VERSIONS

FEED = "/feed"
"""The path of the root of the feed, below the public address."""
STREAM = "observaties"
"""The name of the stream of versions of observations."""
CATALOGUE_STREAM = "catalogus"
"""The name of the stream of changes of the catalogue, and of its root below that of the feed."""
POLLING_SECONDS = 3600
"""Seconds that a client should let pass before it asks for the root again."""


def feed_address(public_url: str) -> str:
    """Return the address of the root of the feed: the endpoint of the service in a catalogue."""
    return public_url + FEED


def page_address(public_url: str, name: str) -> str:
    """Return the address of a page of the feed by its name, which is empty for the root."""
    return feed_address(public_url) + (f"/{name}" if name else "")


def stream_iri(base: str) -> str:
    """Return the identifier of the stream of versions of observations."""
    return f"{base}/id/stroom/{STREAM}"


def catalogue_stream_iri(base: str) -> str:
    """Return the identifier of the stream of changes of the catalogue."""
    return f"{base}/id/stroom/{CATALOGUE_STREAM}"


def versions_graph(base: str) -> str:
    """Return the named graph of the store that holds versions."""
    return f"{base}/id/graaf/{VERSIONS}"
