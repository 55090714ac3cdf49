"""What a release says of itself: its files, graphs and data sets, as manifest.json has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MANIFEST = 2
"""The number of the manifest format: from 2 on the store has a default graph of its own."""
Texts = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of the release that may be downloaded."""

    path: str
    size: int
    sha256: str
    media_type: str
    about: str | None
    graph: str | None = None
    """The named graph that it holds; None for a file of several."""
    compresses: str | None = None
    """The media type of what is compressed in it."""

    @property
    def name(self) -> str:
        """The path below ``dumps/``."""
        return self.path.removeprefix("dumps/")

    @property
    def stem(self) -> str:
        """The name without what tells its form."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class NamedGraph:
    """What the manifest says of a graph of the store."""

    iri: str
    about: str
    triples: int

    @property
    def name(self) -> str:
        """The last part of its IRI, which is also the name of its dumps."""
        return self.iri.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """What the manifest says of a data set."""

    slug: str
    iri: str
    title: Texts = field(hash=False)
    observations: int
