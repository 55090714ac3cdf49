"""The catalogue as a second stream: what of its entries was created, updated or deleted.

A member is an activity of ActivityStreams, and what it is about is told in the named graph that
has its name: DCAT-AP Feeds, https://semiceu.github.io/LDES-DCAT-AP-feeds/. Each release adds one
page, ``feed/catalogue.nq.gz``, and the checksums of all entries, which the next compares with.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish.release.catalogue.dcat import describe_catalogue
from publish.release.catalogue.facts import facts_of
from publish.release.feed.addresses import catalogue_stream_iri
from publish.release.feed.pages import CATALOGUE_PAGE, FOLDER, GZIP
from publish.release.history.records import History, ReleaseRecord
from publish.release.opened import TYPE, term

STATE = "catalogue.json"
ENTITIES = frozenset(
    map(
        term,
        (
            "dcat:Catalog",
            "dcat:Dataset",
            "dcat:Distribution",
            "dcat:DataService",
            "foaf:Agent",
            "vcard:Kind",
            "dct:LicenseDocument",
        ),
    )
)
"""The classes of what stands by itself; all else belongs to what leads to it."""
CREATE, UPDATE, DELETE = term("as:Create"), term("as:Update"), term("as:Delete")


def add_catalogue_stream(
    history: History, record: ReleaseRecord, manifest: Mapping[str, Any]
) -> None:
    """Write what a release changes in the catalogue into the folder of its record, if it has one.

    Raises OSError or ValueError when that of the last record cannot be read.
    """
    first = history.records[0] if history.records else record
    facts = facts_of(
        manifest,
        (first.released, record.released),
        {slug: (item.issued, item.modified) for slug, item in record.data_sets.items()},
        {slug: item.described or item.modified for slug, item in record.data_sets.items()},
    )
    before = _last_state(history)
    entries = entries_of(describe_catalogue(facts)) if facts else {}
    sums = {
        iri: hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()
        for iri, said in entries.items()
    }
    changed = [iri for iri in sorted({*before, *sums}) if before.get(iri) != sums.get(iri)]
    if not changed:
        return
    lines = []
    stream = catalogue_stream_iri(record.base)
    for number, iri in enumerate(changed, start=1):
        activity = ox.NamedNode(f"{stream}/{record.number}/{number}")
        kind = DELETE if iri not in sums else UPDATE if iri in before else CREATE
        published = ox.Literal(record.released, datatype=term("xsd:dateTime"))
        about: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
            (TYPE, kind),
            (term("as:object"), ox.NamedNode(iri)),
            (term("as:published"), published),
        ]
        lines += [ox.Quad(activity, *pair) for pair in about]
        lines += [
            ox.Quad(said.subject, said.predicate, said.object, activity)
            for said in entries.get(iri, ())
        ]
    content = ox.serialize(lines, format=ox.RdfFormat.N_QUADS) or b""
    folder = record.folder / FOLDER
    folder.mkdir(exist_ok=True)
    packed = zlib.compressobj(6, zlib.DEFLATED, GZIP)
    (folder / CATALOGUE_PAGE).write_bytes(packed.compress(content) + packed.flush())
    text = json.dumps({"entries": sums}, indent=1) + "\n"
    (folder / STATE).write_text(text, encoding="utf-8")


def entries_of(catalogue: Iterable[ox.Triple]) -> dict[str, list[ox.Triple]]:
    """Return what is said of each entry, with what belongs to it, sorted."""
    said: defaultdict[object, set[ox.Triple]] = defaultdict(set)
    entries: list[ox.NamedNode] = []
    for triple in catalogue:
        said[triple.subject].add(triple)
        if triple.predicate == TYPE and triple.object in ENTITIES:
            assert isinstance(triple.subject, ox.NamedNode)  # noqa: S101 - there are no blank nodes
            entries.append(triple.subject)
    stop = set(entries)

    def with_parts(entry: ox.NamedNode) -> Iterator[ox.Triple]:
        seen, waiting = set[object]({entry}), [entry]
        while waiting:
            for triple in said[waiting.pop()]:
                yield triple
                part = triple.object
                if isinstance(part, ox.NamedNode) and part in said and part not in seen | stop:
                    seen.add(part)
                    waiting.append(part)

    return {entry.value: sorted(set(with_parts(entry)), key=str) for entry in entries}


def _last_state(history: History) -> dict[str, str]:
    """Return the checksum of each entry of the catalogue of the last record that has one."""
    for record in reversed(history.records):
        if f"{FOLDER}/{STATE}" in record.files:
            path: Path = record.folder / FOLDER / STATE
            found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["entries"]
            return found
    return {}
