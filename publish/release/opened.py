"""A release as it is served: its manifest, its store, and what its IRIs are called.

In comes a release folder; out come look-ups that pages and descriptions share. Everything is
read once and never changes: a new release is a new Served. Identifiers keep the base; pages
link to the same path on the server that shows them.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish.project.iris import PREFIXES, Uris
from publish.release.manifest import MANIFEST, DataSet, File, NamedGraph, Texts
from publish.sparql.examples import Sample

LANGUAGES = ("nl", "en")

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def _names(prefix: str, names: str) -> tuple[ox.NamedNode, ...]:
    return tuple(ox.NamedNode(PREFIXES[prefix] + name) for name in names.split())


LABELS = (*_names("skos", "prefLabel"), *_names("rdfs", "label"), *_names("dct", "title"))
DESCRIPTIONS = (
    *_names("dct", "description"),
    *_names("skos", "definition"),
    *_names("rdfs", "comment"),
)
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")


@cache
def read_query(name: str) -> str:
    """Return a query of the package by the name of its file."""
    path = resources.files("publish.site").joinpath("queries", f"{name}.rq")
    return path.read_text(encoding="utf-8")


@cache
def read_texts() -> dict[str, Any]:
    """Return what pages say, by language."""
    text = (
        resources.files("publish.site")
        .joinpath("templates", "texts.toml")
        .read_text(encoding="utf-8")
    )
    return tomllib.loads(text)


class Served:
    """One release, opened read-only."""

    def __init__(self, folder: Path) -> None:
        """Open a release folder. Raises OSError or ValueError when it is not one."""
        self.folder = folder.resolve()
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["manifest"] != MANIFEST:
            raise ValueError(
                f"{folder} has a manifest of format {manifest['manifest']}, not {MANIFEST}: "
                "build it anew."
            )
        self.id: str = manifest["id"]
        made = self.folder / "made.json"
        self.made: str | None = (
            json.loads(made.read_text(encoding="utf-8"))["made"] if made.is_file() else None
        )
        self.base: str = manifest["base"].rstrip("/")
        self.public_url: str = manifest.get("public-url", self.base).rstrip("/")
        self.vocabulary: str = manifest["vocabulary"]
        self.title: Texts = manifest["title"]
        self.description: Texts = manifest.get("description", {})
        self.licence: str | None = manifest.get("licence")
        self.is_union: bool = manifest.get("default-graph", "union") == "union"
        """Whether the default graph of the store is the union of its named graphs."""
        self.counts: Mapping[str, int] = manifest.get("counts", {})
        """What VoID asks of all graphs together, as ``triples`` and ``distinct-subjects``."""
        self.graphs = tuple(
            NamedGraph(iri=entry["name"], about=entry["about"], triples=entry["triples"])
            for entry in manifest.get("graphs", ())
        )
        self.most_of_small_forms: int = manifest.get("json-ld-and-rdf-xml-up-to", 0)
        self.data_sets = tuple(
            DataSet(
                slug=entry["slug"],
                iri=f"{self.base}/id/dataset/{entry['slug']}",
                title=entry["title"],
                observations=entry["observations"],
            )
            for entry in manifest["data-sets"]
        )
        self.files = {
            entry["path"].removeprefix("dumps/"): File(
                path=entry["path"],
                size=entry["bytes"],
                sha256=entry["sha256"],
                media_type=entry["media-type"],
                about=entry.get("about"),
                graph=entry.get("graph"),
                compresses=entry.get("compresses"),
            )
            for entry in manifest["files"]
            if entry["path"].startswith("dumps/")
        }
        self.shapes = {
            entry["path"].removeprefix("shapes/").removesuffix(".ttl"): File(
                path=entry["path"],
                size=entry["bytes"],
                sha256=entry["sha256"],
                media_type=entry["media-type"],
                about=entry["about"],
            )
            for entry in manifest.get("shapes", ())
        }
        """The documents of shapes by their name, as ``codelist``."""
        self.samples = tuple(
            Sample(
                name=entry["name"],
                title=entry["title"],
                text=(self.folder / "queries" / f"{entry['name']}.rq").read_text(encoding="utf-8"),
            )
            for entry in manifest.get("queries", ())
        )
        self.store = ox.Store.read_only(str(self.folder / "store"))
        self.is_of_files: bool = manifest.get("default-graph") == "own"
        """Whether it was made of somebody's RDF files, without pages and downloads of ours."""
        self.graphs_of_files: Sequence[Mapping[str, Any]] = manifest.get("graphs-of-files", ())
        """What was counted in the graphs of such files, the default graph first."""
        own = Uris(base=self.base, vocabulary=self.vocabulary)
        self.prefixes: dict[str, str] = manifest.get("prefixes", own.prefixes())
        self._label = lru_cache(maxsize=20_000)(self._find_label)

    def generic(self, name: str) -> ox.NamedNode:
        """Return a term of the package's own vocabulary."""
        return ox.NamedNode(f"{self.base}/ns/publicatie#{name}")

    def select(self, query: str, **given: Node) -> list[dict[str, Any]]:
        """Run one of the package's SELECT queries; each row holds the variables it binds.

        What is given stands in the query as ``$name``. A term writes itself as SPARQL, and no
        IRI can hold what would end it.
        """
        text = re.sub(r"\$(\w+)", lambda found: str(given[found[1]]), read_query(query))
        solutions = self.store.query(
            text, prefixes=self.prefixes, use_default_graph_as_union=not self.is_union
        )
        assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - the .rq files are ours
        names = [variable.value for variable in solutions.variables]
        rows = []
        for solution in solutions:
            cells = zip(names, solution, strict=True)
            rows.append({name: node for name, node in cells if node is not None})
        return rows

    def objects(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> Iterator[Node]:
        """Yield the objects of a subject and predicate, each once, in whatever graph."""
        for triple in self.triples(subject, predicate, None):
            yield triple.object

    def triples(
        self,
        subject: ox.NamedNode | None,
        predicate: ox.NamedNode | None,
        object_: Node | None,
    ) -> Iterator[ox.Triple]:
        """Yield the triples that fit, each once, in whatever graph; at least one term is given."""
        if self.is_union:
            graph = ox.DefaultGraph()
            for quad in self.store.quads_for_pattern(subject, predicate, object_, graph):
                yield quad.triple
            return
        # The store keeps the graph last in its order, so what is the same stands together.
        last = None
        for quad in self.store.quads_for_pattern(subject, predicate, object_, None):
            if quad.triple != last:
                last = quad.triple
                yield last

    def exists(self, iri: ox.NamedNode) -> bool:
        """Return whether anything is said about an IRI."""
        return next(self.triples(iri, None, None), None) is not None

    def label(self, iri: str, language: str) -> str:
        """Return what a thing is called: its label, else its code, else a short form."""
        return self._label(iri, language)

    def has_label(self, iri: str) -> bool:
        """Return whether a thing has a label of its own."""
        node = ox.NamedNode(iri)
        return any(True for name in LABELS for _ in self.objects(node, name))

    def _find_label(self, iri: str, language: str) -> str:
        text = self.text(ox.NamedNode(iri), LABELS, language)
        short = self.compact(iri)
        return text.value if text else read_texts()[language]["names"].get(short, short)

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
        for prefix, namespace in self.prefixes.items():
            name = iri.removeprefix(namespace)
            if name != iri and name and "/" not in name and "#" not in name:
                return f"{prefix}:{name}"
        return iri.removeprefix(self.base + "/id/") if iri.startswith(self.base + "/id/") else iri

    def local_path(self, iri: str) -> str | None:
        """Return the path of a thing's page on this server, or None for another's IRI."""
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
        elif path.startswith((self.base + "/ns/", self.base + "/shapes/")):
            path = path.removeprefix(self.base)
        else:
            return None
        return path + hash_ + fragment

    def address(self, path: str) -> str:
        """Return where a path of this server is found on the web."""
        return self.public_url + path
