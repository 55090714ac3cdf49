"""The shapes over HTTP: an index, and each document as a page or as the Turtle it was written in.

``/shapes/NAME`` answers by Accept, ``/shapes/NAME.ttl`` and ``.html`` by extension. Only documents
in the manifest are served. Shapes may hold blank nodes, so they are not serialised again: there
are no other forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import pyoxigraph as ox
from flask import Blueprint, Response, request

from publish.project.iris import PREFIXES
from publish.project.project import Text
from publish.release.opened import Node, Served
from publish.server.negotiation import HTML, form_of_extension
from publish.site.discovery.links import SAFE
from publish.site.files import file_response
from publish.site.not_found import accepted_offers, links_to_forms, not_acceptable, not_found
from publish.site.rendering import current_reader, render_page
from publish.sparql.forms import TURTLE

FORMS = (HTML, TURTLE)
SH = "http://www.w3.org/ns/shacl#"
RDF, RDFS, DCT, OWL = (PREFIXES[name] for name in ("rdf", "rdfs", "dct", "owl"))

TARGETS = tuple(
    SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
CONSTRAINTS = {r"vocab-data-cube/#ic-(\d+)": "IC-", r"skos-reference/#(S\d+|L\d+)": "SKOS "}
"""What constraints are called, by the patterns of their addresses below w3.org/TR."""
PATHS = {
    SH + "inversePath": "^{}",
    SH + "zeroOrMorePath": "{}*",
    SH + "oneOrMorePath": "{}+",
    SH + "zeroOrOnePath": "{}?",
}

# -- The routes -----------------------------------------------------------------------------------


def make_shape_pages(served: Served) -> Blueprint:
    """Return the blueprint of the shapes."""
    blueprint = Blueprint("shapes", __name__)

    @lru_cache(maxsize=200)
    def read(name: str) -> ShapeDocument:
        text = served.read(served.shapes[name])
        return read_shape_document(text, f"{served.base}/shapes/{name}", served.compact)

    def index() -> Response:
        documents = [(name, read(name)) for name in served.shapes]
        response = render_page(served, "shapes.html", documents=documents, forms=())
        response.vary.discard("accept")
        return response

    def document(name: str) -> Response:
        stem, extension = (name, None) if name in served.shapes else form_of_extension(name, FORMS)
        if stem not in served.shapes:
            return not_found(served, request.path, list(served.shapes), "/shapes/", FORMS)
        path, iri = f"/shapes/{stem}", f"{served.base}/shapes/{stem}"
        address = request.script_root + quote(path, safe=SAFE)
        offers = accepted_offers(extension, FORMS)
        if not offers:
            return not_acceptable(FORMS, address)
        offer = offers[0]
        if offer.form is TURTLE:
            response = file_response(served, served.shapes[stem])
        else:
            shapes = read(stem)
            response = render_page(
                served,
                "shape_document.html",
                iri=iri,
                path=path,
                forms=(TURTLE,),
                title=shapes.title.get(current_reader().language) or stem,
                name=stem,
                document=shapes,
                constraint=name_of_constraint,
            )
        if extension is None:
            response.vary.add("Accept")
        else:
            response.vary.discard("accept")
        others = [form for form in FORMS if form is not offer.form]
        links = [f'<{iri}>; rel="describes"', *links_to_forms(others, address)]
        response.headers["Link"] = ", ".join([*response.headers.getlist("Link"), *links])
        return response

    blueprint.add_url_rule("/shapes/", "index", index, strict_slashes=False)
    blueprint.add_url_rule("/shapes/<path:name>", "document", document)
    return blueprint


def name_of_constraint(iri: str) -> str:
    """Return what a constraint is called: ``IC-1``, ``SKOS S13``, or its address."""
    for pattern, name in CONSTRAINTS.items():
        if found := re.fullmatch(rf"https?://www\.w3\.org/TR/{pattern}", iri):
            return name + found[1]
    return iri.partition("://")[2]


# -- What a document says -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of a shape."""

    name: str
    """The fragment of its IRI, or nothing when it stands inline."""
    is_first: bool
    """Whether it stands here for the first time in the document; a rule may be shared."""
    path: str
    messages: Text
    implements: tuple[str, ...]
    """The IRIs of the integrity constraints that it implements."""


@dataclass(frozen=True, kw_only=True)
class NodeShape:
    """A shape with its targets and its rules."""

    name: str
    label: Text
    targets: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True)
class ShapeDocument:
    """A document of shapes."""

    title: Text
    description: Text
    version: str
    shapes: tuple[NodeShape, ...]


def read_shape_document(text: bytes, iri: str, compact: Callable[[str], str]) -> ShapeDocument:
    """Read a document of shapes by its IRI; ``compact`` shortens the IRIs of terms."""
    reader, header = _Reader(text, compact), ox.NamedNode(iri)
    return ShapeDocument(
        title=reader.texts(header, DCT + "title"),
        description=reader.texts(header, DCT + "description"),
        version=next(iter(reader.values(header, OWL + "versionInfo")), ""),
        shapes=tuple(map(reader.shape, filter(reader.is_node_shape, reader.about))),
    )


class _Reader:
    """Reads shapes from the triples of a document, by subject and in the order of the file."""

    def __init__(self, text: bytes, compact: Callable[[str], str]) -> None:
        self.compact = compact
        self.about: dict[Node, list[tuple[str, Node]]] = {}
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
            pairs = self.about.setdefault(quad.subject, [])
            pairs.append((quad.predicate.value, quad.object))
        self.seen: set[str] = set()

    def is_node_shape(self, node: Node) -> bool:
        """Return whether a node is a shape with a name."""
        types = self.values(node, RDF + "type")
        return isinstance(node, ox.NamedNode) and SH + "NodeShape" in types

    def shape(self, node: Node) -> NodeShape:
        """Return a shape with its rules."""
        targets = [value for name in TARGETS for value in self.values(node, name)]
        return NodeShape(
            name=_fragment(node),
            label=self.texts(node, RDFS + "label"),
            targets=tuple(map(self.compact, targets)),
            rules=tuple(map(self._rule, self._nodes_of(node, {node}))),
        )

    def _nodes_of(self, node: Node, visited: set[Node]) -> Iterator[Node]:
        """Yield the nodes that are rules of a shape: through lists, and those that stand inline."""
        types = self.values(node, RDF + "type")
        is_named = SH + "PropertyShape" in types or SH + "SPARQLConstraint" in types
        if self.texts(node, SH + "message") or (is_named and isinstance(node, ox.NamedNode)):
            yield node
        for predicate, value in self.about[node]:
            if (
                predicate not in (RDF + "type", SH + "path", SH + "prefixes", *TARGETS)
                and value in self.about
                and value not in visited
                and not self.is_node_shape(value)
            ):
                visited.add(value)
                yield from self._nodes_of(value, visited)

    def _rule(self, node: Node) -> Rule:
        name = "" if self.is_node_shape(node) else _fragment(node)
        is_first = bool(name) and name not in self.seen
        self.seen.add(name)
        paths = [value for predicate, value in self.about[node] if predicate == SH + "path"]
        return Rule(
            name=name,
            is_first=is_first,
            path=self._path(paths[0]) if paths else "",
            messages=self.texts(node, SH + "message"),
            implements=tuple(self.values(node, RDFS + "seeAlso")),
        )

    def _path(self, node: Node) -> str:
        """Return a property path as SPARQL writes it (SHACL, section 2.3.1)."""
        if not isinstance(node, ox.BlankNode):
            return self.compact(node.value) if isinstance(node, ox.NamedNode) else ""
        for predicate, value in self.about.get(node, ()):
            if predicate in PATHS:
                return PATHS[predicate].format(self._path(value))
            if predicate == SH + "alternativePath":
                return "|".join(self._members(value))
        return "/".join(self._members(node))

    def _members(self, node: Node) -> Iterator[str]:
        """Yield the members of a list as paths."""
        while isinstance(node, ox.BlankNode):
            pairs = dict(self.about.get(node, ()))
            if RDF + "first" in pairs:
                yield self._path(pairs[RDF + "first"])
            node = pairs.get(RDF + "rest", ox.NamedNode(RDF + "nil"))

    def values(self, node: Node, predicate: str) -> list[str]:
        """Return the IRIs and texts that a node has for a predicate."""
        return [
            value.value
            for name, value in self.about.get(node, ())
            if name == predicate and isinstance(value, (ox.NamedNode, ox.Literal))
        ]

    def texts(self, node: Node, predicate: str) -> dict[str, str]:
        """Return the texts that a node has for a predicate, by language."""
        return {
            value.language or "": value.value
            for name, value in self.about.get(node, ())
            if name == predicate and isinstance(value, ox.Literal)
        }


def _fragment(node: Node) -> str:
    """Return the last part of an IRI; a blank node has none."""
    return node.value.rpartition("#")[2] if isinstance(node, ox.NamedNode) else ""
