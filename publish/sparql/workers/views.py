"""Views of data sets in a worker: a second kind of job, beside queries.

It is imported by workers on a release that has columns only, since it needs DuckDB.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from publish.cube.columns_file.release_columns import ReleaseColumns
from publish.exports.answering.view_job import job_from_json
from publish.exports.answering.view_reader import (
    FileChanged,
    TooManyObservations,
    ViewNotWritten,
    ViewReader,
)
from publish.exports.view import ViewRefused
from publish.sparql.workers.frames import VIEW, FrameWriter, NoAnswer

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Target(io.BufferedIOBase):
    """The frames of an answer as a file, for writers that need more of one than ``write``."""

    def __init__(self, frames: FrameWriter) -> None:
        self._frames = frames

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        return self._frames.write(bytes(data))


class ViewWriter:
    """Answers views on the socket of a worker."""

    def __init__(self, socket: int, settings: dict[str, Any], columns: ReleaseColumns) -> None:
        self._socket, self._settings = socket, settings
        self._reader = ViewReader(Path(settings["views"]), columns)

    def warm_up(self) -> None:
        """Open what the first view of a page would have to wait for."""
        self._reader.warm_up()

    def close(self) -> None:
        """Close the engine; the next view opens it anew."""
        self._reader.close()

    def answer(self, job: dict[str, Any]) -> FrameWriter:
        """Write an answer but for its last block and its end. Raises NoAnswer or MemoryError."""
        frames = FrameWriter(
            self._socket,
            VIEW,
            job["media_type"],
            most_rows=self._settings["rows"],
            most_bytes=self._settings["bytes"],
            compress=job["coding"] == "gzip",
        )
        try:
            frames.rows = self._reader.write(
                job_from_json(job["job"]), cast("BinaryIO", _Target(frames))
            )
        except ViewRefused as found:
            finding = {"en": str(found.finding), "nl": found.finding.nl}
            raise NoAnswer("view-refused", json.dumps(finding)) from found
        except TooManyObservations as found:
            raise NoAnswer("view-rows", str(found)) from found
        except FileChanged as found:
            raise NoAnswer("view-file", str(found)) from found
        except ViewNotWritten as found:
            raise NoAnswer("view", str(found)) from found
        frames.finish()
        return frames
