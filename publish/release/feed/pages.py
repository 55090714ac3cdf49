"""The closed pages of the feed that a release makes, and what the record says of them.

``feed/<n>.ttl.gz`` are the pages in their order, ``feed/feed.json`` says how many there are. A page
holds members only: where it is found and what leads to it is said when it is served. Pages are
written once and never change, so what a client has read stays true.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

FOLDER = "feed"
"""The folder of the feed in the record of a release."""
SUMMARY = "feed.json"
CATALOGUE_PAGE = "catalogue.nq.gz"
"""The page of the stream of the catalogue that a release adds."""
ENDING = ".ttl.gz"
FEED_FORMAT = 1
"""The number of the form of pages and summary."""
GZIP = 31
"""What zlib calls the form of gzip."""


@dataclass(frozen=True, kw_only=True)
class FeedSummary:
    """What a release adds to the feed."""

    release: int
    time: str
    pages: int
    members: int
    deletions: int
    """How many of the members say that an observation is no more."""
    triples: int
    format: int = FEED_FORMAT


def page_name(number: int) -> str:
    """Return the name of the file of a page by its number, from 1."""
    return f"{number}{ENDING}"


def read_summary(content: bytes) -> FeedSummary:
    """Return what the file of the summary says. Raises ValueError, LookupError or TypeError."""
    found: dict[str, Any] = json.loads(content)
    if found["format"] != FEED_FORMAT:
        raise ValueError(f"The feed has the format {found['format']}, not {FEED_FORMAT}")
    return FeedSummary(**found)


def read_page(content: bytes) -> bytes:
    """Return the content of the file of a page."""
    return zlib.decompress(content, GZIP)
