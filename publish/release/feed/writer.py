"""Writes the pages of the feed that a release makes: versions of what changed, as Turtle."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from zlib_ng import zlib_ng

from publish.cube.batch import Batch, part_of_batch
from publish.cube.rdf.observations import ObservationWriter, VersionsOf
from publish.cube.rdf.syntax import Syntax, turtle
from publish.cube.structure import Structure
from publish.project.iris import PREFIXES, Uris
from publish.rdf.namespaces import AS, DCTERMS, PROV, RDF, XSD
from publish.release.feed.pages import GZIP, SUMMARY, FeedSummary, page_name

MEMBERS = 500
"""The most members of a page: in N-Triples near a megabyte."""
_LEVEL = 6
_AT_ONCE = 8
"""Pages that wait to be compressed at most, so that memory stays bounded."""
_USED = ("dct", "prov", "qb", "sdmx-attribute", "sdmx-code", "xsd")


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
    _triples: int = 0
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
            triples=self._triples,
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
        members = self._page.getvalue()
        # A line each, but for the first of a member and the empty one after it.
        self._triples += members.count(b"\n") - 2 * self._on_page
        content = self._syntax.header() + members
        path = self.folder / page_name(self._pages)
        self._wait(_AT_ONCE)
        self._waiting.append(self._pool.submit(_compress, path, content))
        self._page, self._on_page = io.BytesIO(), 0

    def _wait(self, most: int) -> None:
        """Wait until at most so many pages are left to be compressed."""
        while len(self._waiting) > most:
            self._waiting.pop(0).result()


def _compress(path: Path, content: bytes) -> None:
    compressor = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, GZIP)
    path.write_bytes(compressor.compress(content) + compressor.flush())
