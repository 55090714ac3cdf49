"""The index of the release that is served, opened once."""

from __future__ import annotations

import logging
from threading import Lock
from weakref import WeakKeyDictionary

from publish.exports.searching.opened_index import OpenedIndex
from publish.release.manifest import File
from publish.release.opened import Served

SEARCH = "search.sqlite"
"""The index in the folder of a release."""

log = logging.getLogger("publish")

_OPENED: WeakKeyDictionary[Served, OpenedIndex | None] = WeakKeyDictionary()
_LOCK = Lock()


def index_of(served: Served) -> OpenedIndex | None:
    """Return the index of a release; None for one of another version, which has none to read.

    Raises DamagedFile when it is not what was written.
    """
    listed = served.listed.get(SEARCH)
    if listed is None:
        return None
    file = File(path=SEARCH, size=listed.size, sha256=listed.sha256, media_type="", about=None)
    served.open(file).close()
    with _LOCK:
        if served not in _OPENED:
            try:
                _OPENED[served] = OpenedIndex(served.folder / SEARCH)
            except (OSError, ValueError) as error:
                log.error("The index of release %s cannot be searched: %s", served.id, error)
                _OPENED[served] = None
        return _OPENED[served]
