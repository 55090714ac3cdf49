"""What a catalogue says, as plain values: from the manifest of a release and the dates of releases.

The build has them before the release is on the disk, so that the catalogue can be judged first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from publish.project.iris import Uris
from publish.project.project import Text
from publish.project.publication import Keywords, Publication
from publish.release.catalogue.exported import EXPORTED
from publish.release.manifest import File, checksum_of_entry, read_files
from publish.release.opened import Served, once_per_release

Dates = tuple[str, str]
"""When something was first released and when it last changed, in ISO 8601 with a zone."""


@dataclass(frozen=True, kw_only=True)
class CataloguedDataSet:
    """A data set as its entry in the catalogue has it."""

    slug: str
    title: Text
    description: Text
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    units: tuple[str, ...]
    keywords: Keywords
    themes: tuple[str, ...]
    frequency: str | None
    temporal: tuple[str, str] | None
    """The first and the last day."""
    resolution: str | None
    """The length of its periods, as ``P3M``."""
    series: int | None
    """How many series of figures in time it has; None without periods."""
    places: tuple[str, ...]
    documents: tuple[str, ...]
    """The keys of the documents that it comes from."""
    derived_from: tuple[str, ...]
    """The slugs of the data sets that it was made from."""
    columns: Mapping[str, str]
    """What the codes of each dimension, the measure last, stand under in its file of columns."""


@dataclass(frozen=True, kw_only=True)
class CatalogueFacts:
    """Everything that the catalogue of a release says."""

    uris: Uris
    public_url: str
    title: Text
    description: Text
    licence: str
    publication: Publication
    data_sets: Mapping[str, CataloguedDataSet]
    files: Mapping[str, File]
    """The files of the data sets, by the last part of the IRI of their distribution."""
    files_of: Mapping[str, tuple[str, ...]]
    """The keys of these files by the slug of their data set."""
    described_by: Mapping[str, File]
    """The file that describes another for programs, by the key of the other."""
    documents: Mapping[str, Mapping[str, Any]]
    """The title and the addresses of each document, by its key."""
    labels: Mapping[str, Text]
    """What places are called, by their IRI."""
    with_views: frozenset[str] = frozenset()
    """The slugs of the data sets of which views are answered, at their data address."""
    released: Dates
    """When the first release was made and when the last one was."""
    dates: Mapping[str, Dates] = field(default_factory=dict)
    """The dates of data sets that differ from these, by slug."""
    described: Mapping[str, str] = field(default_factory=dict)
    """When the entry of a data set last changed, its figures or what is said of them, by slug."""

    def dates_of(self, slug: str) -> Dates:
        """Return when a data set was first released and when it last changed."""
        return self.dates.get(slug, self.released)

    def dates_of_record(self, slug: str) -> Dates:
        """Return when the entry of a data set was made and when it last changed."""
        issued, modified = self.dates_of(slug)
        return issued, self.described.get(slug, modified)

    def iri(self, pattern: str, **parts: str) -> str:
        """Return an IRI of the project."""
        return self.uris.iri(pattern, **parts)

    @property
    def publisher(self) -> str:
        """The IRI of the publisher."""
        given: str | None = self.publication.of("publisher", "iri")
        return given or self.iri("organisation", name="uitgever")

    @property
    def contact(self) -> str:
        """The IRI of the contact."""
        return self.iri("contact", name="helpdesk")


def facts_of(
    manifest: Mapping[str, Any],
    released: Dates,
    dates: Mapping[str, Dates] | None = None,
    described: Mapping[str, str] | None = None,
) -> CatalogueFacts | None:
    """Return what the catalogue of a release says; None when its project has no catalogue."""
    if not manifest.get("publication"):
        return None
    uris = Uris(base=manifest["base"].rstrip("/"), vocabulary=manifest["vocabulary"])
    publication = Publication(settings=manifest["publication"])
    data_sets = {entry["slug"]: _data_set(entry, publication) for entry in manifest["data-sets"]}
    slugs = {uris.iri("data-set", slug=slug): slug for slug in data_sets}
    files: dict[str, File] = {}
    files_of: dict[str, list[str]] = {slug: [] for slug in data_sets}
    describing: list[tuple[str, File]] = []
    for file in read_files(manifest["files"], "dumps/").values():
        slug = slugs.get(file.about or "")
        if slug is None:
            continue
        if file.export and EXPORTED[file.export].describes:
            describing.append((slug, file))
            continue
        key = file.name.replace(".", "-").replace("/", "-")
        files[key] = file
        files_of[slug].append(key)
    described_by = {
        key: file
        for slug, file in describing
        for key in files_of[slug]
        if _describes(file, files[key])
    }
    return CatalogueFacts(
        uris=uris,
        public_url=manifest["public-url"].rstrip("/"),
        title=manifest["title"],
        description=manifest["description"],
        licence=manifest["licence"],
        publication=publication,
        data_sets=data_sets,
        files=files,
        files_of={slug: tuple(keys) for slug, keys in files_of.items()},
        described_by=described_by,
        documents=manifest["documents"],
        labels=manifest["places"],
        with_views=frozenset(manifest.get("descriptions", ())),
        released=released,
        dates=dates or {},
        described=described or {},
    )


def _describes(file: File, other: File) -> bool:
    """Return whether an export describes another one of the same data set for programs."""
    is_about = file.export is not None and other.export in EXPORTED[file.export].describes
    return is_about and (other.language is None or file.language in (None, other.language))


def _data_set(entry: Mapping[str, Any], publication: Publication) -> CataloguedDataSet:
    """Return a data set; what its mapping says goes before what holds for all."""

    def of(key: str) -> Any:
        own = entry.get("for-portals", {})
        return own[key] if key in own else publication.of("catalogue", key)

    return CataloguedDataSet(
        slug=entry["slug"],
        title=entry["title"],
        description=entry["description"],
        dimensions=tuple(entry["dimensions"]),
        measures=tuple(entry["measures"]),
        units=tuple(entry["units"]),
        keywords=of("keywords") or {},
        themes=tuple(of("themes") or ()),
        frequency=of("frequency"),
        temporal=tuple(entry["temporal"]) if entry.get("temporal") else None,
        resolution=entry.get("resolution"),
        series=entry.get("series"),
        places=tuple(
            entry.get("spatial") or filter(None, [publication.of("catalogue", "spatial")])
        ),
        documents=tuple(entry["documents"]),
        derived_from=tuple(entry["derived-from"]),
        columns=entry.get("columns", {}),
    )


def catalogue_facts(served: Served) -> CatalogueFacts | None:
    """Return what the catalogue of a release that is served says; None when it has none."""
    return _facts_of_served(served, "")


@once_per_release
def agents_of_catalogue(served: Served, language: str) -> dict[str, str]:
    """Return what publisher and contact of the catalogue are called, by their IRIs."""
    facts = catalogue_facts(served)
    if facts is None:
        return {}
    agents = {facts.publisher: "publisher", facts.contact: "contact"}
    names = {iri: facts.publication.of(part, "name") or {} for iri, part in agents.items()}
    return {iri: name[language] for iri, name in names.items() if name.get(language)}


@once_per_release
def _facts_of_served(served: Served, _: str) -> CatalogueFacts | None:
    if served.made is None or not served.manifest.get("publication"):
        return None
    made, history = in_utc(served.made), served.history
    if history.last is None:
        return facts_of(served.manifest, (made, made))
    is_recorded = history.last.id == served.id
    sums = {
        entry["path"]: entry.get("content", entry)["sha256"] for entry in served.manifest["files"]
    }
    dates, described = {}, {}
    for entry in served.manifest["data-sets"]:
        slug = entry["slug"]
        record = history.last_with(slug)
        known = record.data_sets[slug] if record else None
        content = sums.get(f"dumps/{slug}.nt") or sums.get(f"dumps/{slug}.nt.gz")
        is_same = is_recorded or (known is not None and known.digest == content)
        is_described = is_recorded or (
            known and is_same and known.entry == checksum_of_entry(served.manifest, entry)
        )
        dates[slug] = known.issued if known else made, known.modified if known and is_same else made
        described[slug] = made
        if known and is_described:
            described[slug] = known.described or known.modified
    last = history.last.released if is_recorded else made
    released = history.records[0].released, last
    return facts_of(served.manifest, released, dates, described)


def in_utc(moment: str) -> str:
    """Return a moment in ISO 8601 as UTC, to the second."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
