"""Conditional and range requests over plain values, without a socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.http import http_date

from publish.server.conditions import evaluate_preconditions, requested_range

MODIFIED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TIME = http_date(MODIFIED)
BEFORE, AFTER = (http_date(MODIFIED + timedelta(seconds=number)) for number in (-1, 1))
SECOND = {"Range": "bytes=1-1"}


@pytest.mark.parametrize(
    ("condition", "is_same"),
    [
        (None, False),
        ("", False),
        ('W/"a1"', True),
        ('"a1"', True),
        ('"b2" , W/"a1"', True),
        ("*", True),
        ('"a"', False),
        ("a1", False),
    ],
)
def test_compare_etags_weakly(condition: str | None, is_same: bool) -> None:
    """For If-None-Match a tag is the same whether or not it is weak (RFC 9110, 8.8.3.2)."""
    fields = {} if condition is None else {"If-None-Match": condition}
    status = 304 if is_same else 200
    assert evaluate_preconditions("GET", fields, etag='W/"a1"') == status
    assert evaluate_preconditions("GET", fields, etag='"a1"') == status


@pytest.mark.parametrize(
    ("condition", "etag", "status"),
    [
        ("*", 'W/"a1"', 200),
        ("*", None, 200),
        ('"b2", "a1"', '"a1"', 200),
        ('W/"a1"', '"a1"', 412),
        ('W/"a1"', 'W/"a1"', 412),
        ('"a1"', 'W/"a1"', 412),
        ('"a1"', None, 412),
        ("a1", '"a1"', 412),
        ("", '"a1"', 412),
    ],
)
def test_compare_etags_strongly(condition: str, etag: str | None, status: int) -> None:
    """For If-Match a weak tag is the same as none, and comes before If-None-Match."""
    fields = {"If-Match": condition}
    assert evaluate_preconditions("GET", fields, etag=etag) == status
    fields["If-None-Match"] = etag or "*"
    expected = 304 if status == 200 and etag else status
    assert evaluate_preconditions("GET", fields, etag=etag) == expected


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"If-Modified-Since": TIME}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": TIME, "If-None-Match": '"b2"'}, 200),
        ({"If-Unmodified-Since": TIME}, 200),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-Unmodified-Since": BEFORE, "If-Match": '"a1"'}, 200),
        ({"If-Unmodified-Since": BEFORE, "If-None-Match": '"a1"'}, 412),
    ],
)
def test_compare_dates_where_no_tag_counts(fields: dict[str, str], status: int) -> None:
    """A date counts when there is no tag of its kind, and what is no date is ignored (13.2.2)."""
    found = evaluate_preconditions("GET", fields, etag='"a1"', last_modified=MODIFIED)
    assert found == status
    without_date = {name: value for name, value in fields.items() if "Since" not in name}
    assert evaluate_preconditions("GET", fields, etag='"a1"') == evaluate_preconditions(
        "GET", without_date, etag='"a1"'
    )


def test_know_nothing_that_has_no_tag() -> None:
    """What has no entity tag is sent whatever the client has."""
    assert evaluate_preconditions("GET", {"If-None-Match": "*"}, etag=None) == 200


def test_ignore_preconditions_of_other_methods() -> None:
    """A POST that asks selects no representation (13.2.1); HEAD is as GET."""
    fields = {"If-None-Match": "*", "If-Match": '"b2"'}
    assert evaluate_preconditions("POST", fields, etag='"a1"') == 200
    assert evaluate_preconditions("HEAD", fields, etag='"a1"') == 412


@pytest.mark.parametrize(
    ("field", "part"),
    [
        (None, None),
        ("bytes=0-1", range(2)),
        ("bytes=8-", range(8, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-30", range(10)),
        ("Bytes= 9-99 ", range(9, 10)),
        ("bytes=10-", range(10, 10)),
        ("bytes=-0", range(10, 10)),
        (f"bytes={'9' * 40}-", range(0)),
        ("bytes=0-1,4-5", None),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=٣-", None),
        ("rows=0-1", None),
    ],
)
def test_read_range(field: str | None, part: range | None) -> None:
    """A single range of bytes is read, empty where there are none; anything else is ignored."""
    fields = {} if field is None else {"Range": field}
    found = requested_range("GET", fields, size=10, etag='"a1"', last_modified=MODIFIED)
    assert found == part


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ('"a1"', True),
        (TIME, True),
        ("", True),
        ('W/"a1"', False),
        ('"b2"', False),
        (BEFORE, False),
        (AFTER, False),
    ],
)
def test_continue_only_what_is_the_same(condition: str, is_met: bool) -> None:
    """If-Range wants the same strong tag or date exactly (13.1.5)."""
    fields = SECOND | {"If-Range": condition}
    found = requested_range("GET", fields, size=10, etag='"a1"', last_modified=MODIFIED)
    assert found == (range(1, 2) if is_met else None)
    undated = requested_range("GET", fields, size=10, etag='"a1"', last_modified=None)
    assert undated == (range(1, 2) if is_met and condition != TIME else None)


def test_ignore_range_of_other_methods() -> None:
    """Range is for GET only (14.2)."""
    assert requested_range("HEAD", SECOND, size=10, etag='"a1"', last_modified=None) is None
