"""Files and documents as Flask responses, with conditional requests and ranges (RFC 9110).

A response has what a cache needs to keep it, to check it again and, of a file, to continue it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from io import BufferedReader

from flask import Response, request
from werkzeug.http import http_date

from publish.faults.fault import LANGUAGES, in_language, phrase
from publish.release.manifest import File
from publish.release.opened import Served
from publish.release.soundness import DamagedFile, stamp_of
from publish.server.conditions import evaluate_preconditions, requested_range
from publish.server.negotiation import choose_language, with_charset

CHECK_AFTER_TEN_MINUTES = "public, max-age=600, must-revalidate"
"""Cache-Control of files, which change with a release only."""
BLOCK = 1 << 18
"""Bytes that are read at once."""


class FileBody:
    """A part of an open file as the body of a response."""

    def __init__(self, file: BufferedReader, part: range) -> None:
        self._file, self.part = file, part
        self._stamp = stamp_of(file)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self.part.start)
        left = len(self.part)
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


class JoinedBody:
    """A part of a file that is made up of others, one of which is open at a time."""

    def __init__(self, served: Served, file: File, part: range) -> None:
        """Compare all of them. Raises DamagedFile when any is not what was written."""
        self._served, self._file, self.part = served, file, part
        self._open: FileBody | None = None
        for piece in file.parts:
            served.open(piece).close()

    def __iter__(self) -> Iterator[bytes]:
        start = 0
        for piece in self._file.parts:
            begin, end = self.part.start - start, self.part.stop - start
            inside = range(max(begin, 0), min(end, piece.size))
            start += piece.size
            if inside:
                try:
                    self._open = FileBody(self._served.open(piece), inside)
                except DamagedFile as damage:
                    raise OSError("A file was changed while it was to be sent") from damage
                yield from self._open
                self.close()

    def close(self) -> None:
        """Close what is open, whether or not it was read."""
        if self._open is not None:
            self._open.close()


def file_response(served: Served, file: File, *, name: str | None = None) -> Response:
    """Return a file of the release, a part of it, or that it has not changed, as is asked.

    ``name`` is what the file is called when it is saved. Raises DamagedFile when it is not what
    was written.
    """
    body: FileBody | JoinedBody
    if file.parts:
        body = JoinedBody(served, file, range(file.size))
    else:
        body = FileBody(served.open(file), range(file.size))
    try:
        response, part = _file_response(served, file, name)
    except BaseException:
        body.close()
        raise
    if part is None:
        body.close()
        return response
    body.part = part
    response.response = body
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
    if status == HTTPStatus.PRECONDITION_FAILED:  # else a cache may give it to everybody
        headers["Cache-Control"] = "no-store"
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
