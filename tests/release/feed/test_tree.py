"""Which page of the feed leads to which, for any number of releases and pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from publish.release.feed.tree import FAN, FeedNode, FeedOfRelease, find_node

START = datetime(2026, 1, 31, 9, tzinfo=UTC)


def feed_with(*pages: int) -> list[FeedOfRelease]:
    """Return a feed whose releases, a second apart, have so many pages."""
    return [
        FeedOfRelease(
            release=number,
            time=(START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            pages=count,
        )
        for number, count in enumerate(pages, start=1)
    ]


def walk(feed: list[FeedOfRelease], name: str = "") -> Iterator[FeedNode]:
    """Yield all pages of a feed, from the root on."""
    node = find_node(name, feed)
    assert node is not None, name
    yield node
    for branch in node.branches:
        yield from walk(feed, branch.name)


@pytest.mark.parametrize(
    "pages",
    [(), (1,), (3,), (1, 0, 2), (FAN,), (FAN + 1, 1), (FAN * FAN + 3,), (1, *[0] * 149, *[2] * 60)],
    ids=["none", "one", "three", "nothing", "fan", "fan + 1", "fan²", "many releases"],
)
def test_find_each_page_once(pages: tuple[int, ...]) -> None:
    """From the root every page of members is found exactly once, and no page leads to many."""
    feed = feed_with(*pages)
    nodes = list(walk(feed))
    found = [node.file for node in nodes if node.file]
    assert sorted(found) == [
        (item.release, number) for item in feed for number in range(1, item.pages + 1)
    ]
    names = [node.name for node in nodes]
    assert len(set(names)) == len(names)
    assert max(len(node.branches) for node in nodes) <= 2 * FAN
    assert [node.name for node in nodes if not node.is_closed] == [""]
    assert not any(node.branches and node.file for node in nodes)


def test_bound_pages_by_the_times_of_their_members() -> None:
    """Each page lies within the bounds of what leads to it, the times of its members too."""
    feed = feed_with(3, *[1] * 160, FAN + 5)
    times = {item.release: item.time for item in feed}

    def check(name: str, since: str, until: str) -> None:
        node = find_node(name, feed)
        assert node is not None
        if node.file:
            assert since <= times[node.file[0]] < until
        for branch in node.branches:
            assert since <= branch.since < branch.until <= until
            check(branch.name, branch.since, branch.until)

    check("", "2026-01-31T09:00:00Z", "2026-12-31T00:00:00Z")


def test_keep_releases_a_second_apart_in_pages_apart() -> None:
    """A release a second after another begins where the bounds of that one end."""
    root = find_node("", feed_with(1, 1))
    assert root is not None
    first, second = root.branches
    assert (first.since, first.until) == ("2026-01-31T09:00:01Z", "2026-01-31T09:00:02Z")
    assert second.since == first.until


def test_change_no_closed_page_when_releases_follow() -> None:
    """Whatever comes after it, a page that was closed stays as it was, under its own name."""
    counts = [2, 0, FAN + 1, *[1] * (2 * FAN)]
    before: dict[str, FeedNode] = {}
    for last in range(len(counts) + 1):
        if last % 7 and last != FAN:
            continue
        feed = feed_with(*counts[:last])
        assert all(find_node(name, feed) == node for name, node in before.items())
        if last % 70 == 7 or last == FAN:
            before |= {node.name: node for node in walk(feed) if node.is_closed}
    assert "1-100" in before


NO_NAMES = "0 4 2 01 1/1 3/4 3/0 3/1-3 3/1-100 1-100 1-2 3/ /3 x 3/2-3 3-3 - 3/1/1 ٣ 9999999999"


@pytest.mark.parametrize("name", NO_NAMES.split())
def test_know_no_other_pages(name: str) -> None:
    """A name that no page leads to is the name of none: a page has one address."""
    assert find_node(name, feed_with(1, 0, 3)) is None
