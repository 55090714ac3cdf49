"""A release opened to be served: its manifest, its store, and what its things are called.

Everything is read once and never changes: a new release is another ``Served``. Identifiers keep
the base; pages link to the same path on the server that shows them.
"""

from __future__ import annotations

import json
import logging
import os
import tomllib
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache, wraps
from importlib import resources
from io import BufferedReader
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from publish.faults.fault import Words, phrase, reason_of
from publish.project.authorities import label_of
from publish.project.iris import PORTAL_PREFIXES, PREFIXES, Uris
from publish.project.project import Text
from publish.rdf.terms import prefixed_name
from publish.release.feed.addresses import stream_iri, versions_graph
from publish.release.feed.versions_graph import versions_held
from publish.release.history.records import History, read_history, record_of
from publish.release.manifest import DataSet, File, NamedGraph, read_files, read_manifest
from publish.release.releases import hold
from publish.release.soundness import (
    MADE,
    DamagedFile,
    Listed,
    Stamp,
    compare,
    list_files,
    open_regular,
    read_list,
    stamp_of,
)
from publish.sparql.examples import ExampleQuery

LANGUAGES = ("nl", "en")
"""The languages of pages; the first is for who asks for neither."""

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Pattern = tuple[ox.NamedNode | None, ox.NamedNode | None, Node | None]
"""Subject, predicate and object of triples, None for any."""

SERVICE = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "ldes": "https://w3id.org/ldes#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "tree": "https://w3id.org/tree#",
}
"""The prefixes of descriptions of graphs, the endpoint and the feed, which queries seldom need."""

log = logging.getLogger("publish")


@cache
def term(name: str) -> ox.NamedNode:
    """Return a term of a public vocabulary by its short form, as ``qb:DataSet``."""
    prefix, _, local = name.partition(":")
    return ox.NamedNode((PREFIXES | SERVICE | PORTAL_PREFIXES)[prefix] + local)


LABELS = (term("skos:prefLabel"), term("rdfs:label"), term("dct:title"))
DESCRIPTIONS = (term("dct:description"), term("skos:definition"), term("rdfs:comment"))
TYPE = term("rdf:type")
DEFAULT = ox.DefaultGraph()


@cache
def read_names() -> dict[str, Any]:
    """Return, by language, the names of graphs and of terms that have no label in a release."""
    text = resources.files("publish.release").joinpath("names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class Served:
    """One release, opened read-only: what its manifest says, its store and its labels."""

    def __init__(self, folder: Path) -> None:
        """Open a release folder, which is not removed as long as it is open.

        Raises OSError, KeyError or ValueError when it is not one.
        """
        self.folder = folder.resolve()
        self._opened = hold(self.folder)
        self.close = weakref.finalize(self, os.close, self._opened)
        """Lets go of the folder, which may then be removed; done at the end in any case."""
        manifest = read_manifest(self.folder)
        self.manifest: Mapping[str, Any] = manifest
        """All that the manifest says."""
        self.id: str = manifest["id"]
        made = self.folder / MADE
        told = json.loads(made.read_text(encoding="utf-8")) if made.is_file() else {"made": None}
        self.made: str | None = told["made"]
        """When it was made, in ISO 8601."""
        self.history: History = read_history(self.folder.parent, self.folder)
        """The releases up to this one; of a preview all that there were when it was opened."""
        for problem in self.history.problems:
            log.error("%s: %s", problem.place, problem.finding)
        self.base: str = manifest["base"].rstrip("/")
        self.public_url: str = manifest.get("public-url", self.base).rstrip("/")
        self.vocabulary: str = manifest["vocabulary"]
        self.title: Text = manifest["title"]
        self.description: Text = manifest.get("description", {})
        self.licence: str | None = manifest.get("licence")
        self.is_union: bool = manifest.get("default-graph", "union") == "union"
        """Whether the default graph of the store is the union of its named graphs."""
        self.counts: Mapping[str, int] = manifest.get("counts", {})
        """What VoID asks of all graphs together, as ``triples`` and ``distinct-subjects``."""
        self.partitions: Mapping[str, Mapping[str, int]] = manifest.get("partitions", {})
        """The triples of each property, the things of each class, of all graphs together."""
        self.left_out: frozenset[str] = frozenset(manifest.get("left-out-of-store", ()))
        """The data sets whose observations the store lacks, for which the next two are there."""
        self.beside_store: Callable[[Pattern], Iterator[ox.Triple]] | None = None
        self.read_ahead: Callable[[str, Sequence[tuple[str, ...]]], None] = lambda slug, codes: None
        self.graphs = tuple(
            NamedGraph(iri=entry["name"], about=entry["about"], triples=entry["triples"])
            for entry in manifest.get("graphs", ())
        )
        self.versions: NamedGraph | None = self._find_versions()
        """The graph of versions of observations, which is no part of the default graph."""
        self.largest_for_json_ld: int = manifest.get("json-ld-and-rdf-xml-up-to", 0)
        """Bytes of N-Triples up to which there are dumps in JSON-LD and RDF/XML."""
        self.data_sets = tuple(
            DataSet(
                slug=entry["slug"],
                iri=f"{self.base}/id/dataset/{entry['slug']}",
                title=entry["title"],
                observations=entry["observations"],
            )
            for entry in manifest["data-sets"]
        )
        self.files = read_files(manifest["files"], "dumps/")
        """The downloads by their path below ``dumps/``."""
        shapes = read_files(manifest.get("shapes", ()), "shapes/")
        self.shapes = {name.removesuffix(".ttl"): file for name, file in shapes.items()}
        """The documents of shapes by their name, as ``codelist``."""
        listed = read_list(self.folder) if made.is_file() else None
        listed = list_files(self.folder, "tables") if listed is None else listed
        self.tables = {
            name.removeprefix("tables/"): File(
                path=name, size=of.size, sha256=of.sha256, media_type="text/csv", about=None
            )
            for name, of in listed.items()
            if name.startswith("tables/")
        }
        """The printed tables by their path below ``/id/tabel/``."""
        self.descriptions = {
            slug: File(
                path=f"descriptions/{slug}.json",
                size=listed[f"descriptions/{slug}.json"].size,
                sha256=sha256,
                media_type="application/json",
                about=None,
            )
            for slug, sha256 in manifest.get("descriptions", {}).items()
        }
        """The descriptions for exports by the slug of their data set."""
        self.listed: Mapping[str, Listed] = listed
        """All files by their path in the release; only printed tables where it has no list."""
        self.damaged: dict[File, Words] = {}
        """The files that were asked for and are not what was written, with what is wrong."""
        self._compared: dict[str, tuple[Stamp, Words | None]] = {}
        self._comparing: defaultdict[str, Lock] = defaultdict(Lock)
        self.examples = tuple(
            ExampleQuery(
                name=entry["name"],
                title=entry["title"],
                text=(self.folder / "queries" / f"{entry['name']}.rq").read_text(encoding="utf-8"),
            )
            for entry in manifest.get("queries", ())
        )
        self.store = ox.Store.read_only(str(self.folder / "store"))
        self.is_of_files: bool = manifest.get("default-graph") == "own"
        """Whether it was made of anybody's RDF files: such a release has no pages or downloads."""
        self.graphs_of_files: Sequence[Mapping[str, Any]] = manifest.get("graphs-of-files", ())
        """What was counted in the graphs of such files, the default graph first."""
        self.changed_literals: Mapping[str, int] = manifest.get("changed-literals", {})
        """How many literals of such files the store holds in another form, if any."""
        own = Uris(base=self.base, vocabulary=self.vocabulary)
        self.prefixes: dict[str, str] = manifest.get("prefixes", own.prefixes())
        self._label = lru_cache(maxsize=20_000)(self._find_label)

    def _find_versions(self) -> NamedGraph | None:
        """Return the graph of versions in the store of a recorded release, if it has one."""
        if record_of(self.folder)[0] is None:
            return None
        try:
            triples = sum(summary.triples for _, summary in versions_held(self.history.records))
        except (OSError, ValueError, LookupError, TypeError) as error:
            log.error("The feed of release %s cannot be counted: %s", self.id, error)
            return None
        graph, stream = versions_graph(self.base), stream_iri(self.base)
        return NamedGraph(iri=graph, about=stream, triples=triples) if triples else None

    def generic(self, name: str) -> ox.NamedNode:
        """Return a term of the package's own vocabulary."""
        return ox.NamedNode(f"{self.base}/ns/publicatie#{name}")

    def objects(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> Iterator[Node]:
        """Yield the objects of a subject and predicate in any graph, each once."""
        for triple in self.triples(subject, predicate, None):
            yield triple.object

    def triples(
        self, subject: ox.NamedNode | None, predicate: ox.NamedNode | None, object_: Node | None
    ) -> Iterator[ox.Triple]:
        """Yield the triples that match in any graph, each once; at least one term is given.

        Those of versions of observations only when the subject is one.
        """
        pattern = subject, predicate, object_
        beside = self.beside_store(pattern) if self.beside_store else ()
        return chain(self._stored(pattern), beside)

    def _stored(self, pattern: Pattern) -> Iterator[ox.Triple]:
        subject, predicate, object_ = pattern
        versions = ox.NamedNode(versions_graph(self.base))
        if self.is_union:
            found = False
            for quad in self.store.quads_for_pattern(subject, predicate, object_, DEFAULT):
                found = True
                yield quad.triple
            if not found and subject is not None:
                quads = self.store.quads_for_pattern(subject, predicate, object_, versions)
                yield from (quad.triple for quad in quads)
            return
        # The graph comes last in the order of the store, so equal triples follow each other.
        last = None
        for quad in self.store.quads_for_pattern(subject, predicate, object_, None):
            if quad.triple != last and (subject is not None or quad.graph_name != versions):
                last = quad.triple
                yield last

    def object(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> Node | None:
        """Return the first object of a subject and predicate, or None."""
        return next(self.objects(subject, predicate), None)

    def table(self, path: str) -> File | None:
        """Return the file of a printed table by its path below ``/id/``, if there is one."""
        return self.tables.get(path.removeprefix("tabel/"))

    def open(self, file: File) -> BufferedReader:
        """Open a file of the release, which is then what was written.

        Its size is compared each time, its checksum when it was not compared since the file was
        last touched. Raises DamagedFile, which is then in the log and in ``damaged``.
        """
        try:
            opened = open_regular(Path(file.path), self._opened)
            try:
                self._compare(file, opened)
            except BaseException:
                opened.close()
                raise
        except DamagedFile as damage:
            problem = damage.problem
        except OSError as error:
            problem = phrase("file-not-read", reason=reason_of(error))
            if isinstance(error, FileNotFoundError):
                problem = phrase("file-missing")
        else:
            self.damaged.pop(file, None)
            return opened
        if self.damaged.get(file) != problem:
            self.damaged[file] = problem
            log.error("The file %s of release %s is damaged: %s", file.path, self.id, problem)
        raise DamagedFile(problem)

    def _compare(self, file: File, opened: BufferedReader) -> None:
        """Compare an open file with what it was. Raises DamagedFile."""
        stamp = stamp_of(opened)
        with self._comparing[file.path]:  # one thread reads a large file, others wait for it
            known, problem = self._compared.get(file.path, (None, None))
            if known != stamp:
                try:
                    compare(opened, Listed(size=file.size, sha256=file.sha256), full=True)
                    problem = None
                except DamagedFile as damage:
                    problem = damage.problem
                self._compared[file.path] = stamp, problem
        if problem is not None:
            raise DamagedFile(problem)

    def is_damaged(self) -> bool:
        """Return whether files that were found damaged still are."""
        for file in list(self.damaged):
            with suppress(DamagedFile):
                self.open(file).close()
        return bool(self.damaged)

    def read(self, file: File) -> bytes:
        """Return the content of a file of the release. Raises DamagedFile."""
        with self.open(file) as opened:
            return opened.read()

    def exists(self, iri: ox.NamedNode) -> bool:
        """Return whether an IRI is the subject of any triple."""
        return next(self.triples(iri, None, None), None) is not None

    def data_set_of(self, iri: str) -> DataSet | None:
        """Return the data set that has an IRI."""
        return next((item for item in self.data_sets if item.iri == iri), None)

    def label(self, iri: str, language: str) -> str:
        """Return what a thing is called: its label, else our name of it, else its IRI in short."""
        return self._label(iri, language)

    def _find_label(self, iri: str, language: str) -> str:
        text = self.text(ox.NamedNode(iri), LABELS, language)
        short = self.compact(iri)
        if text is not None:
            return text.value
        of_list = label_of(iri, language)
        return of_list or str(read_names()[language]["terms"].get(short, short))

    def text(
        self, subject: ox.NamedNode, predicates: Iterable[ox.NamedNode], language: str
    ) -> ox.Literal | None:
        """Return the first text in a language, else in any language, or None."""
        other = None
        for predicate in predicates:
            for value in self.objects(subject, predicate):
                if isinstance(value, ox.Literal):
                    if value.language == language:
                        return value
                    other = other or value
        return other

    def texts(
        self, subject: ox.NamedNode, predicate: ox.NamedNode, language: str
    ) -> list[ox.Literal]:
        """Return all texts in a language, or all there are when it has none, sorted."""
        found = [item for item in self.objects(subject, predicate) if isinstance(item, ox.Literal)]
        own = [item for item in found if item.language == language]
        return sorted(own or found, key=lambda item: item.value)

    def compact(self, iri: str) -> str:
        """Return a short form of an IRI: ``prefix:name``, or its path below the base."""
        return prefixed_name(iri, self.prefixes | PORTAL_PREFIXES) or iri.removeprefix(
            self.base + "/id/"
        )

    def local_path(self, iri: str) -> str | None:
        """Return the path of the page about a thing on this server; None for IRIs of others."""
        if self.is_of_files:
            return None
        if iri == self.base or iri == self.base + "/":
            return "/"
        path, hash_, fragment = iri.partition("#")
        if path == self.public_url + "/sparql" or path.startswith(self.public_url + "/dumps/"):
            path = path.removeprefix(self.public_url)
        elif path.startswith(self.base + "/id/"):
            path = "/doc/" + path.removeprefix(self.base + "/id/")
            if path.startswith("/doc/tabel/"):
                path += ".html"
        elif path.startswith(self.base + "/ns/") and fragment:
            return f"{path.removeprefix(self.base)}/{fragment}"  # each term has a page
        elif path.startswith((self.base + "/ns/", self.base + "/shapes/")):
            path = path.removeprefix(self.base)
        else:
            return None
        return path + hash_ + fragment


Key = TypeVar("Key")
Found = TypeVar("Found")


def once_per_release(find: Callable[[Served, Key], Found]) -> Callable[[Served, Key], Found]:
    """Let a look-up find each thing of a release once; for keys of which a release has a few.

    What was found goes when the release does. An ``lru_cache`` would keep every release that was
    ever served, with its store.
    """
    cached: WeakKeyDictionary[Served, dict[Key, Found]] = WeakKeyDictionary()

    @wraps(find)
    def find_once(served: Served, key: Key) -> Found:
        of_release = cached.setdefault(served, {})
        if key not in of_release:
            of_release[key] = find(served, key)
        return of_release[key]

    return find_once
