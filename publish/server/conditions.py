"""Conditional and range requests: RFC 9110, sections 13 and 14, over plain values.

Nothing here knows a framework: the fields of a request come as a mapping from names such as
``If-Match`` to values, and the current representation as its entity tag and modification date.
"""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from werkzeug.http import parse_date

_BYTE_RANGE = re.compile(r"bytes=\s*([0-9]{0,40})-([0-9]{0,40})\s*", re.IGNORECASE)


class HeaderFields(Protocol):
    """The fields of a request, as a dictionary or werkzeug's headers have them."""

    def get(self, name: str, /) -> str | None:
        """Return the value of a field, None when the request has none."""


def evaluate_preconditions(
    method: str, fields: HeaderFields, *, etag: str | None, last_modified: datetime | None = None
) -> HTTPStatus:
    """Return OK to go on, or 304 or 412, by the order of RFC 9110, section 13.2.2.

    ``etag`` is an entity tag as it stands in its field, ``"…"`` or ``W/"…"``. None is for a
    representation without one: no If-Match names it, and it is never taken for one that the
    client has. Of methods other than GET and HEAD, preconditions are ignored.
    """
    if method not in ("GET", "HEAD"):
        return HTTPStatus.OK
    if (if_match := fields.get("If-Match")) is not None:
        is_strong = etag is not None and not etag.startswith("W/")  # weak ones equal none (8.8.3.2)
        if if_match.strip() != "*" and not (is_strong and etag in _members(if_match)):
            return HTTPStatus.PRECONDITION_FAILED
    elif last_modified is not None:
        limit = parse_date(fields.get("If-Unmodified-Since"))
        if limit is not None and last_modified > limit:
            return HTTPStatus.PRECONDITION_FAILED
    if (if_none_match := fields.get("If-None-Match")) is not None:
        known = {member.removeprefix("W/") for member in _members(if_none_match)}
        if etag is not None and not known.isdisjoint(("*", etag.removeprefix("W/"))):
            return HTTPStatus.NOT_MODIFIED
    elif last_modified is not None:
        since = parse_date(fields.get("If-Modified-Since"))
        if since is not None and last_modified <= since:
            return HTTPStatus.NOT_MODIFIED
    return HTTPStatus.OK


def requested_range(
    method: str, fields: HeaderFields, *, size: int, etag: str, last_modified: datetime | None
) -> range | None:
    """Return the bytes that are asked for, or None when the whole representation is to be sent.

    The range is empty when it cannot be satisfied (416). Range is ignored when it is not a single
    range of bytes, and when If-Range names another representation than the current one.
    """
    found = _BYTE_RANGE.fullmatch(fields.get("Range") or "")
    if method != "GET" or found is None or not any(found.groups()):
        return None
    validator = (fields.get("If-Range") or "").strip()
    if validator and validator != etag:
        is_date = last_modified is not None and not validator.endswith('"')
        if not is_date or parse_date(validator) != last_modified:
            return None
    first, last = found.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _members(field: str) -> set[str]:
    return {member.strip() for member in field.split(",")}
