"""Files and documents as Flask responses, with conditional requests and ranges (RFC 9110).

A response has what a cache needs to keep it, to check it again and, of a file, to continue it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedReader

from flask import Response, request
from werkzeug.http import http_date

from publish.faults.fault import LANGUAGES, in_language, phrase
from publish.release.manifest import File
from publish.release.opened import Served
from publish.release.soundness import stamp_of
from publish.server.conditions import evaluate_preconditions, requested_range
from publish.server.negotiation import choose_language, with_charset

CHECK_AFTER_TEN_MINUTES = "public, max-age=600, must-revalidate"
"""Cache-Control of files, which change with a release only."""
BLOCK = 1 << 18
"""Bytes that are read at once."""


class FileBody:
    """A part of an open file as the body of a response."""

    def __init__(self, file: BufferedReader, part: range) -> None:
        self._file, self._part = file, part
        self._stamp = stamp_of(file)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._part.start)
        left = len(self._part)
        while left > 0:
            block = self._file.read(min(BLOCK, left))
            left -= len(block)
            if not block or (not left and stamp_of(self._file) != self._stamp):
                # Its length is promised, so the client sees that it did not get the whole.
                raise OSError("The file was changed while it was sent")
            yield block

    def close(self) -> None:
        """Close the file, whether or not it was read."""
        self._file.close()


def file_response(served: Served, file: File, *, name: str | None = None) -> Response:
    """Return a file of the release, a part of it, or that it has not changed, as is asked.

    ``name`` is what the file is called when it is saved. Raises DamagedFile when it is not what
    was written.
    """
    opened = served.open(file)
    try:
        response, part = _file_response(served, file, name)
    except BaseException:
        opened.close()
        raise
    if part is None:
        opened.close()
        return response
    response.response = FileBody(opened, part)
    response.direct_passthrough = True
    return response


def _file_response(served: Served, file: File, name: str | None) -> tuple[Response, range | None]:
    """Return the response for a file, and which part of it is its body; None for no part."""
    size, sha256, made = file.size, file.sha256, served.made
    etag = f'"{sha256}"'
    modified = None
    if made:
        modified = datetime.fromisoformat(made).astimezone(UTC).replace(microsecond=0)
    response = Response(content_type=with_charset(file.media_type))
    headers = response.headers
    headers["Accept-Ranges"] = "bytes"
    headers["Cache-Control"] = CHECK_AFTER_TEN_MINUTES
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    headers["Repr-Digest"] = f"sha-256=:{digest}:"
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if meet_preconditions(response, etag, modified):
        return response, None
    part = requested_range(
        request.method, request.headers, size=size, etag=etag, last_modified=modified
    )
    if part is not None and not part:
        return _range_not_satisfiable(response, size), None
    if part is not None:
        response.status_code = 206
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    else:
        part = range(size)
    headers["Content-Length"] = str(len(part))
    return response, part


def meet_preconditions(response: Response, etag: str, modified: datetime | None) -> bool:
    """Tag a response and evaluate the preconditions of the current request.

    Returns whether the response is done without a body: 304, or 412 when a condition fails.
    """
    headers = response.headers
    headers["ETag"] = etag
    if modified is not None:
        headers["Last-Modified"] = http_date(modified)
    status = evaluate_preconditions(
        request.method, request.headers, etag=etag, last_modified=modified
    )
    if status == 200:
        return False
    response.status_code = status
    for header in ("Content-Type", "Content-Disposition", "Content-Language"):
        headers.pop(header, None)
    return True


def _range_not_satisfiable(response: Response, size: int) -> Response:
    """Make a response say that a file has no such bytes (RFC 9110, 15.5.17)."""
    headers = response.headers
    response.status_code = 416
    headers["Content-Range"] = f"bytes */{size}"
    headers["Content-Type"] = "text/plain; charset=utf-8"
    language = choose_language(request.headers.get("Accept-Language"), LANGUAGES)
    headers["Content-Language"] = language
    for header in ("Content-Disposition", "Repr-Digest", "Cache-Control"):
        headers.pop(header, None)
    response.set_data(in_language(phrase("no-such-range", bytes=size), language) + "\n")
    return response
