"""Files of the release that hold a whole data set in a form, sent in the place of a view.

A compressed file is sent as it is to who accepts that, and else unpacked while it is sent, in
constant memory. When it turns out to be damaged the connection is broken off before the length
that was promised, so that nobody takes what came for the whole.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from io import BufferedReader

from zlib_ng import zlib_ng

from publish.exports.files import export_files
from publish.release.compressed import GZIP
from publish.release.manifest import File
from publish.release.opened import Served
from publish.release.soundness import Stamp, stamp_of
from publish.server.bounds.spool import PART
from publish.site.data.request import AskedView

SMALL = 1 << 20
"""Bytes of a file that is read whole, and compressed for who accepts that."""


@dataclass(kw_only=True)
class WholeBody:
    """The content of an open file as the body of a reply; it is closed with the reply."""

    file: BufferedReader
    unpacks: bool
    length: int
    """The bytes of the content, unpacked if it is."""
    _stamp: Stamp = field(init=False)

    def __post_init__(self) -> None:
        self._stamp = stamp_of(self.file)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = self._parts()
        while part := await asyncio.to_thread(next, parts, b""):
            yield part

    def read(self) -> bytes:
        """Return the whole content. Raises OSError."""
        with self.file:
            return b"".join(self._parts())

    def close(self) -> None:
        """Close the file, whether or not it was read."""
        self.file.close()

    def _parts(self) -> Iterator[bytes]:
        """Yield the content. Raises OSError where it is not what was promised."""
        sent = 0
        for part in self._unpacked() if self.unpacks else self._blocks():
            sent += len(part)
            if sent >= self.length and (sent > self.length or stamp_of(self.file) != self._stamp):
                break
            yield part
        else:
            if sent == self.length:
                return
        # Its length is promised, so the client sees that it did not get the whole.
        raise OSError("The file was changed while it was sent")

    def _blocks(self) -> Iterator[bytes]:
        while block := self.file.read(PART):
            yield block

    def _unpacked(self) -> Iterator[bytes]:
        """Yield what the members of a gzip file hold, in parts of a bounded size."""
        member = None
        for block in self._blocks():
            rest = block
            while rest or (member is not None and member.unconsumed_tail):
                member = member or zlib_ng.decompressobj(GZIP)
                try:
                    part = member.decompress(rest, PART)
                except zlib.error as error:
                    raise OSError("The file was changed while it was sent") from error
                if part:
                    yield part
                rest = member.unused_data if member.eof else member.unconsumed_tail
                if member.eof:
                    member = None


@dataclass(frozen=True, kw_only=True)
class WholeFile:
    """A file that holds what is asked for, and how it is sent."""

    file: File
    coding: str
    """``gzip`` when what is sent is compressed."""
    unpacks: bool
    length: int | None
    """The bytes that are sent; None where they are compressed while they are read."""

    def open(self, served: Served) -> WholeBody:
        """Open it. Raises DamagedFile."""
        opened = served.open(self.file)
        size = self.file.size if self.length is None else self.length
        return WholeBody(file=opened, unpacks=self.unpacks, length=size)

    @property
    def is_small(self) -> bool:
        """Whether it is read whole before anything is sent."""
        return (self.length or self.file.size) <= SMALL


def whole_file(served: Served, asked: AskedView, coding: str) -> WholeFile | None:
    """Return the file that holds a view that leaves nothing out, if the release has one."""
    if not asked.view.is_whole:
        return None
    for item in export_files():
        if item.form != asked.form.name or item.view != asked.view:
            continue
        name = f"{asked.description.slug}{item.ending}"
        if (file := served.files.get(name)) is not None:
            is_text = file.media_type.startswith("text/") or "json" in file.media_type
            packs = coding == "gzip" and is_text and file.size <= SMALL
            return WholeFile(
                file=file,
                coding="gzip" if packs else "identity",
                unpacks=False,
                length=None if packs else file.size,
            )
        file = served.files.get(f"{name}.gz")
        if file is not None and (file.content_size is not None or coding == "gzip"):
            is_packed = coding == "gzip"
            return WholeFile(
                file=file,
                coding=coding,
                unpacks=not is_packed,
                length=file.size if is_packed else file.content_size,
            )
    return None


def packed(content: bytes) -> bytes:
    """Return a small content compressed, without a time, so that equal content is equal."""
    return gzip.compress(content, 4, mtime=0)


def files_of_whole(served: Served, slug: str) -> list[File]:
    """Return the files that hold all figures of a data set as a table that programs read."""
    names = (f"{slug}.nl.csv", f"{slug}.nl.csv.gz", f"{slug}.parquet")
    return [served.files[name] for name in names if name in served.files]
