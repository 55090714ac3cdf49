"""What the pages of a release say first of each data set, as its build found it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from publish.exports.overview.cards import OverviewCard, read_cards
from publish.release.manifest import File
from publish.release.opened import Served
from publish.release.soundness import DamagedFile

OVERVIEW = "overview.json"

log = logging.getLogger("publish")

_READ: WeakKeyDictionary[Served, Mapping[str, OverviewCard]] = WeakKeyDictionary()


def overviews_of(served: Served) -> Mapping[str, OverviewCard]:
    """Return the cards of the data sets of a release by slug; none of an older release.

    Raises DamagedFile. The file is read once for a release.
    """
    found = _READ.get(served)
    if found is None:
        listed = served.listed.get(OVERVIEW)
        if listed is None:
            found = {}
        else:
            file = File(
                path=OVERVIEW,
                size=listed.size,
                sha256=listed.sha256,
                media_type="application/json",
                about=None,
            )
            try:
                found = read_cards(served.read(file))
            except (KeyError, TypeError, ValueError) as error:
                if isinstance(error, DamagedFile):
                    raise
                log.error("The overview of release %s is of another form: %s", served.id, error)
                found = {}
        _READ[served] = found
    return found
