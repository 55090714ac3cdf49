"""Addresses: which texts are absolute http(s) IRIs (RFC 3987), and paths as references."""

from __future__ import annotations

import re
from pathlib import PurePath
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

NOT_IN_IRIS = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f\u00a0\u2000-\u200f\u2028-\u202f\ufeff]")
"""Characters that are in no IRI (RFC 3987, section 2.2), spaces above all."""


def wrong_character(text: str) -> str | None:
    """Return the first character of a text that no address can hold, if there is one."""
    found = NOT_IN_IRIS.search(text)
    return found[0] if found else None


def is_address(text: str) -> bool:
    """Return whether a text is an absolute http(s) IRI of a host and, perhaps, a port."""
    try:
        parts = urlsplit(text)
        ox.NamedNode(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def relative_reference(path: str) -> str:
    """Return a path as a reference relative to the project folder; of a file elsewhere its name."""
    pure = PurePath(path)
    return quote(pure.name if pure.is_absolute() else pure.as_posix(), safe="/")
