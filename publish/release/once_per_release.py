"""What is found once for each release, and forgotten with it.

A cache of the whole process that names releases would keep every one that was ever served, with its
store.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from publish.release.opened import Served

Key = TypeVar("Key")
Found = TypeVar("Found")


def once_per_release(
    find: Callable[[Served, Key], Found],
) -> Callable[[Served, Key], Found]:
    """Let a look-up find each thing of a release once; for keys of which a release has a few."""
    kept: WeakKeyDictionary[Served, dict[Key, Found]] = WeakKeyDictionary()

    @wraps(find)
    def known(served: Served, key: Key) -> Found:
        of_release = kept.setdefault(served, {})
        if key not in of_release:
            of_release[key] = find(served, key)
        return of_release[key]

    return known
