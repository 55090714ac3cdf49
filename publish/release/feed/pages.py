"""The closed pages of the feed that a release makes: versions of what changed, as Turtle.

``feed/<n>.ttl.gz`` are the pages in their order, ``feed/feed.json`` says how many there are. A page
holds members only: where it is found and what leads to it is said when it is served. Pages are
written once and never change, so what a client has read stays true.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from zlib_ng import zlib_ng

from publish.cube.batch import Batch, part_of_batch
from publish.cube.rdf.observations import ObservationWriter, Syntax, VersionsOf, turtle
from publish.cube.structure import Structure
from publish.project.iris import PREFIXES, Uris
from publish.rdf.namespaces import AS, DCTERMS, PROV, RDF, XSD

FOLDER = "feed"
"""The folder of the feed in the record of a release."""
SUMMARY = "feed.json"
ENDING = ".ttl.gz"
FEED_FORMAT = 1
"""The number of the form of pages and summary."""
MEMBERS = 500
"""The most members of a page: in N-Triples near a megabyte."""
_LEVEL, _GZIP = 6, 31
_AT_ONCE = 8
"""Pages that wait to be compressed at most, so that memory stays bounded."""
_USED = ("dct", "prov", "qb", "sdmx-attribute", "sdmx-code", "xsd")


@dataclass(frozen=True, kw_only=True)
class FeedSummary:
    """What a release adds to the feed."""

    release: int
    time: str
    pages: int
    members: int
    deletions: int
    """How many of the members say that an observation is no more."""
    format: int = FEED_FORMAT


def page_name(number: int) -> str:
    """Return the name of the file of a page by its number, from 1."""
    return f"{number}{ENDING}"


def prefixes_of(uris: Uris) -> dict[str, str]:
    """Return the prefixes of pages."""
    own = {uris.prefix: uris.term(""), "pub": uris.generic(""), "as": str(AS)}
    return dict(sorted(({name: PREFIXES[name] for name in _USED} | own).items()))


@dataclass(kw_only=True)
class FeedWriter:
    """Writes the pages of one release into a folder, which it makes."""

    folder: Path
    uris: Uris
    versions: VersionsOf
    _syntax: Syntax = field(init=False)
    _page: io.BytesIO = field(default_factory=io.BytesIO)
    _on_page: int = 0
    _pages: int = 0
    _members: int = 0
    _deletions: int = 0
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))
    _waiting: list[Future[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self._syntax = turtle(prefixes_of(self.uris))

    def __enter__(self) -> FeedWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(self, structure: Structure, batches: Iterable[Batch]) -> None:
        """Add a version of each observation of some batches of a cube."""
        writer = ObservationWriter(
            structure=structure,
            uris=self.uris,
            syntax=self._syntax,
            observations=self._page,
            cells=None,
            versions=self.versions,
        )
        for batch in batches:
            start = 0
            while start < len(batch):
                end = min(start + MEMBERS - self._on_page, len(batch))
                writer.observations = cast("BinaryIO", self._page)
                writer.write(part_of_batch(batch, start, end))
                self._count(end - start)
                start = end

    def delete(self, slug: str, removed: Iterable[tuple[str, ...]]) -> None:
        """Add a member for each observation that is no more, given by the codes of its IRI."""
        syntax, release = self._syntax, self.versions.release
        time = f'"{self.versions.time}"^^{syntax.term(XSD.dateTime)}'
        for codes in removed:
            path = "/".join(codes)
            gone = f"<{self.uris.iri('observation', slug=slug, codes=path)}>"
            version = f"<{self.uris.iri('version', slug=slug, codes=path, release=release)}>"
            text = (
                f"{version}\n"
                f"    {syntax.term(DCTERMS.isVersionOf)} {gone} ;\n"
                f"    {syntax.term(PROV.generatedAtTime)} {time} ;\n"
                f"    {syntax.term(RDF.type)} {syntax.term(AS.Delete)} .\n\n"
            )
            self._page.write(text.encode())
            self._deletions += 1
            self._count(1)

    def finish(self) -> FeedSummary:
        """Finish the last page and write the summary, which is returned."""
        self._close_page()
        self._wait(0)
        summary = FeedSummary(
            release=self.versions.release,
            time=self.versions.time,
            pages=self._pages,
            members=self._members,
            deletions=self._deletions,
        )
        text = json.dumps(asdict(summary), indent=1) + "\n"
        (self.folder / SUMMARY).write_text(text, encoding="utf-8")
        return summary

    def _count(self, members: int) -> None:
        self._members += members
        self._on_page += members
        if self._on_page == MEMBERS:
            self._close_page()

    def _close_page(self) -> None:
        if not self._on_page:
            return
        self._pages += 1
        content = self._syntax.header() + self._page.getvalue()
        path = self.folder / page_name(self._pages)
        self._wait(_AT_ONCE)
        self._waiting.append(self._pool.submit(_compress, path, content))
        self._page, self._on_page = io.BytesIO(), 0

    def _wait(self, most: int) -> None:
        """Wait until at most so many pages are left to be compressed."""
        while len(self._waiting) > most:
            self._waiting.pop(0).result()


def _compress(path: Path, content: bytes) -> None:
    compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, _GZIP)
    path.write_bytes(compressor.compress(content) + compressor.flush())


def read_summary(folder: Path) -> FeedSummary:
    """Return the summary of the feed of a record. Raises OSError, ValueError or TypeError."""
    found: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    if found["format"] != FEED_FORMAT:
        raise ValueError(f"{folder} has a feed of format {found['format']}, not {FEED_FORMAT}")
    return FeedSummary(**found)


def read_page(content: bytes) -> bytes:
    """Return the Turtle of the file of a page."""
    return zlib_ng.decompress(content, _GZIP)


def pages_of(folder: Path, summary: FeedSummary) -> Iterator[Path]:
    """Yield the files of the pages of a record in their order."""
    for number in range(1, summary.pages + 1):
        yield folder / page_name(number)
