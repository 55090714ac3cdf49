"""The tree of the feed: which page leads to which, and between which times its members lie.

The root leads to each release that changed something, a hundred closed releases together once
there are so many; a release with several pages leads to its pages, a hundred at a time. The
members of a release share its time, so the bounds of all its pages are that time and a second
later: a client that wants what came after a time meets every page that may have it, and no other.
The names of pages say what they hold: ``3`` is release 3, ``3/12`` its twelfth page, ``3/1-100``
its first hundred, ``1-100`` the first hundred releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FAN = 100
"""The most pages that a page leads to, the root excepted."""
_NAME = re.compile(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class FeedOfRelease:
    """What a release added to the feed: so many pages, at a time."""

    release: int
    time: str
    pages: int

    @property
    def end(self) -> str:
        """A time after that of all its members, and not after that of the next release."""
        later = datetime.fromisoformat(self.time) + _SECOND
        return later.isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A page that another leads to; its members lie from ``since`` on and before ``until``."""

    name: str
    since: str
    until: str


@dataclass(frozen=True, kw_only=True)
class FeedNode:
    """A page of the feed."""

    name: str
    """The path of its address below that of the root, which has none."""
    is_closed: bool
    """Whether it will never change."""
    branches: tuple[Branch, ...] = ()
    file: tuple[int, int] | None = None
    """Release and number of the page whose members it holds."""

    @property
    def is_of_many(self) -> bool:
        """Whether it leads to several releases, so that it is wrong when one of them lacks."""
        return not self.name or "-" in self.name.partition("/")[0]


def find_node(name: str, feed: Sequence[FeedOfRelease]) -> FeedNode | None:
    """Return the page of a name; None if there is none. ``feed`` holds every release, in order."""
    if not name:
        return FeedNode(name="", is_closed=False, branches=tuple(_of_root(feed)))
    first, slash, second = name.partition("/")
    left, right = _range_of(first), _range_of(second) if slash else None
    if left is None or (slash and right is None):
        return None
    low, high = left
    found = [item for item in feed if low <= item.release <= high and item.pages]
    if not found:
        return None
    if "-" in first:
        is_there = not slash and low % FAN == 1 and high == low + FAN - 1
        is_whole = bool(feed) and feed[-1].release >= high
        branches = tuple(_branch(item) for item in found)
        return (
            FeedNode(name=name, is_closed=True, branches=branches)
            if is_there and is_whole
            else None
        )
    release = found[0]
    if right is None:
        return _node(name, release, 1, release.pages)
    if second == str(right[0]):
        is_there = 1 < release.pages >= right[0]
        return _node(name, release, *right) if is_there else None
    low, high = right
    is_there = low < high and any(
        low % size == 1 and high == min(low + size - 1, release.pages)
        for size in _sizes(release.pages)[1:]
    )
    return _node(name, release, *right) if is_there else None


def _range_of(text: str) -> tuple[int, int] | None:
    found = _NAME.fullmatch(text)
    return (int(found[1]), int(found[2] or found[1])) if found else None


def _of_root(feed: Sequence[FeedOfRelease]) -> Iterator[Branch]:
    """Yield what the root leads to: blocks of releases that are complete, and the later ones."""
    last = feed[-1].release if feed else 0
    whole = last - last % FAN
    for low in range(1, whole + 1, FAN):
        found = [item for item in feed if low <= item.release < low + FAN and item.pages]
        if found:
            name = f"{low}-{low + FAN - 1}"
            yield Branch(name=name, since=found[0].time, until=found[-1].end)
    yield from (_branch(item) for item in feed if item.release > whole and item.pages)


def _branch(release: FeedOfRelease, name: str = "") -> Branch:
    name = f"{release.release}/{name}" if name else str(release.release)
    return Branch(name=name, since=release.time, until=release.end)


def _node(name: str, release: FeedOfRelease, low: int, high: int) -> FeedNode:
    """Return the page of a release for some of its pages: one of them, or what leads to them."""
    if low == high:
        return FeedNode(name=name, is_closed=True, file=(release.release, low))
    sizes = [size for size in _sizes(release.pages) if size < high - low + 1]
    branches = tuple(_blocks(release, low, high, max(sizes)))
    return FeedNode(name=name, is_closed=True, branches=branches)


def _sizes(pages: int) -> list[int]:
    """Return the numbers of pages that a page of a release may stand for, the smallest first."""
    sizes = [1]
    while sizes[-1] * FAN < pages:
        sizes.append(sizes[-1] * FAN)
    return sizes


def _blocks(release: FeedOfRelease, low: int, high: int, size: int) -> Iterator[Branch]:
    for start in range(low, high + 1, size):
        end = min(start + size - 1, high)
        yield _branch(release, str(start) if start == end else f"{start}-{end}")
