"""Files and documents over HTTP: conditions and ranges by RFC 9110, sections 13 and 14.

In comes a file of a release, or what a document is made of; out comes a response that a cache can
keep, check again and, of a file, continue. A range that is no single range of bytes is ignored.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from flask import Request, Response, request
from werkzeug.http import http_date, parse_date, parse_etags

from publish.faults.fault import LANGUAGES, in_language, said
from publish.server.negotiation import choose_language, with_charset
from publish.server.replies import Reply

CHECK_AFTER_A_WHILE = "public, max-age=600, must-revalidate"
BLOCK = 1 << 18
_RANGE = re.compile(r"bytes=\s*([0-9]{0,40})-([0-9]{0,40})\s*", re.IGNORECASE)


class FileBody:
    """A part of an open file as the body of a response."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        self.path, self.start, self.length = path, start, length
        self._file: BinaryIO = path.open("rb")

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self.start)
        left = self.length
        while left > 0 and (block := self._file.read(min(BLOCK, left))):
            left -= len(block)
            yield block

    def close(self) -> None:
        """Close the file, whether or not it was read."""
        self._file.close()


def file_response(
    path: Path, *, media_type: str, sha256: str, made: str | None, name: str | None = None
) -> Response:
    """Return a file, a part of it, or that it has not changed, as the current request asks.

    ``made`` is when the release was made; ``name`` what the file is called when it is kept.
    """
    size = path.stat().st_size
    tag, time = f'"{sha256}"', moment(made)
    response = Response(content_type=with_charset(media_type))
    headers = response.headers
    headers["Accept-Ranges"] = "bytes"
    headers["Cache-Control"] = CHECK_AFTER_A_WHILE
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    headers["Repr-Digest"] = f"sha-256=:{digest}:"
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if conclude(response, tag, time):
        return response
    start, end = 0, size
    asked = _range(request, size) if _may_continue(request, tag, time) else None
    if asked is not None:
        start, end = asked
        if start >= end:
            response.status_code = 416
            headers["Content-Range"] = f"bytes */{size}"
            headers["Content-Type"] = "text/plain; charset=utf-8"
            language = choose_language(request.headers.get("Accept-Language"), LANGUAGES)
            headers["Content-Language"] = language
            for header in ("Content-Disposition", "Repr-Digest", "Cache-Control"):
                headers.pop(header, None)
            sentence = said("no-such-range", bytes=size)
            response.set_data(in_language(sentence, language) + "\n")
            return response
        response.status_code = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    response.response = FileBody(path, start, end - start)
    response.direct_passthrough = True
    return response


def moment(made: str | None) -> datetime | None:
    """Return the time that is written in ``made.json``."""
    return datetime.fromisoformat(made).astimezone(UTC).replace(microsecond=0) if made else None


def conclude(response: Response, tag: str, time: datetime | None) -> bool:
    """Tag a response and judge the conditions of the current request, in the order of RFC 9110.

    Returns whether nothing but the headers is to be sent: 304, or 412 when a condition fails.
    """
    headers = response.headers
    headers["ETag"] = tag
    if time is not None:
        headers["Last-Modified"] = http_date(time)
    given, bare = request.headers, tag.strip('"')
    if "If-Match" in given:
        if not parse_etags(given["If-Match"]).is_strong(bare) and given["If-Match"].strip() != "*":
            response.status_code = 412
    elif "If-Unmodified-Since" in given and time is not None:
        limit = parse_date(given["If-Unmodified-Since"])
        if limit is not None and time > limit:
            response.status_code = 412
    if response.status_code == 200:
        if "If-None-Match" in given:
            if parse_etags(given["If-None-Match"]).contains_weak(bare):
                response.status_code = 304
        elif "If-Modified-Since" in given and time is not None:
            since = parse_date(given["If-Modified-Since"])
            if since is not None and time <= since:
                response.status_code = 304
    if response.status_code == 200:
        return False
    for header in ("Content-Type", "Content-Disposition", "Content-Language"):
        headers.pop(header, None)
    return True


def _may_continue(asked: Request, tag: str, time: datetime | None) -> bool:
    """Return whether a range is to be honoured: the part wanted is of what stands here now."""
    condition = asked.headers.get("If-Range", "").strip()
    if asked.method != "GET":
        return False
    if not condition or condition == tag:
        return True
    return time is not None and not condition.endswith('"') and parse_date(condition) == time


def _range(asked: Request, size: int) -> tuple[int, int] | None:
    """Return the bytes asked for, the last not included; None when all of them are to be sent."""
    found = _RANGE.fullmatch(asked.headers.get("Range", ""))
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def lacks_wanted(if_match: str | None, reply: Reply) -> bool:
    """Return whether a client wants the answer only as it was, and it is not (RFC 9110, 13.1.1).

    Weak tags, as those of answers, are never as they were.
    """
    if not if_match or if_match.strip() == "*" or reply.status not in (200, 304):
        return False
    tag = dict(reply.headers).get(b"etag", b"").decode("latin-1")
    return tag.startswith("W/") or tag not in {item.strip() for item in if_match.split(",")}


def is_fresh(if_none_match: str | None, etag: str) -> bool:
    """Return whether a client has this representation already (weak comparison)."""
    if not if_none_match:
        return False
    known = {item.strip().removeprefix("W/") for item in if_none_match.split(",")}
    return "*" in known or etag.removeprefix("W/") in known
