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
from publish.release.manifest import Texts
from publish.release.opened import Node, Served
from publish.server.negotiation import HTML, form_of_extension
from publish.site.files import file_response
from publish.site.not_found import chosen_form, links_to_forms, not_found
from publish.site.rendering import SAFE, current_reader, render_page
from publish.sparql.forms import TURTLE

FORMS = (HTML, TURTLE)
SH = "http://www.w3.org/ns/shacl#"
RDF, RDFS, DCT, OWL = (PREFIXES[name] for name in ("rdf", "rdfs", "dct", "owl"))

TARGETS = tuple(
    SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
PATHS = {
    SH + "inversePath": "^{}",
    SH + "zeroOrMorePath": "{}*",
    SH + "oneOrMorePath": "{}+",
    SH + "zeroOrOnePath": "{}?",
}

Resource = ox.NamedNode | ox.BlankNode


# -- The routes -----------------------------------------------------------------------------------


def make_shape_pages(served: Served) -> Blueprint:
    """Return the blueprint of the shapes."""
    blueprint = Blueprint("shapes", __name__)

    @lru_cache(maxsize=200)
    def read(name: str) -> ShapeDocument:
        file = served.shapes[name]
        text = (served.folder / file.path).read_bytes()
        return read_shape_document(text, _iri(served, name), served.compact)

    def index() -> Response:
        documents = [(name, read(name)) for name in served.shapes]
        response = render_page(served, "shapes.html", documents=documents, forms=())
        response.vary.discard("accept")
        return response

    def document(name: str) -> Response:
        stem, extension = (name, None) if name in served.shapes else form_of_extension(name, FORMS)
        if stem not in served.shapes:
            return not_found(served, request.path, list(served.shapes), "/shapes/", FORMS)
        name, negotiated = stem, extension is None
        address = request.script_root + quote(f"/shapes/{name}", safe=SAFE)
        offer = chosen_form(extension, FORMS, address)
        if isinstance(offer, Response):
            return offer
        if offer.form is TURTLE:
            file = served.shapes[name]
            response = file_response(
                served.folder / file.path,
                media_type=file.media_type,
                sha256=file.sha256,
                made=served.made,
            )
            if negotiated:
                response.vary.add("Accept")
        else:
            response = _page(served, name, read(name))
            if not negotiated:
                response.vary.discard("accept")
        others = [form for form in FORMS if form is not offer.form]
        links = [f'<{_iri(served, name)}>; rel="describes"', *links_to_forms(others, address)]
        response.headers["Link"] = ", ".join(links)
        return response

    blueprint.add_url_rule("/shapes/", "index", index, strict_slashes=False)
    blueprint.add_url_rule("/shapes/<path:name>", "document", document)
    return blueprint


def _iri(served: Served, name: str) -> str:
    return f"{served.base}/shapes/{name}"


def _page(served: Served, name: str, document: ShapeDocument) -> Response:
    """Return the page about a document."""
    language = current_reader().language
    return render_page(
        served,
        "shape_document.html",
        iri=_iri(served, name),
        path=f"/shapes/{name}",
        forms=(TURTLE,),
        title=document.title.get(language) or name,
        name=name,
        document=document,
        constraint=name_of_constraint,
    )


def name_of_constraint(iri: str) -> str:
    """Return what a constraint is called: ``IC-1``, ``SKOS S13``, or its address."""
    found = re.fullmatch(r"https?://www\.w3\.org/TR/vocab-data-cube/#ic-(\d+)", iri)
    if found:
        return f"IC-{found[1]}"
    found = re.fullmatch(r"https?://www\.w3\.org/TR/skos-reference/#(S\d+|L\d+)", iri)
    if found:
        return f"SKOS {found[1]}"
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
    messages: Texts
    implements: tuple[str, ...]
    """The IRIs of the integrity constraints that it implements."""


@dataclass(frozen=True, kw_only=True)
class NodeShape:
    """A shape with its targets and its rules."""

    name: str
    label: Texts
    targets: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True)
class ShapeDocument:
    """A document of shapes."""

    title: Texts
    description: Texts
    version: str
    shapes: tuple[NodeShape, ...]


def read_shape_document(text: bytes, iri: str, compact: Callable[[str], str]) -> ShapeDocument:
    """Read a document of shapes by its IRI; ``compact`` shortens the IRIs of terms."""
    return _Reader(text, compact).document(iri)


class _Reader:
    """Reads a document from its triples, by subject and in the order of the file."""

    def __init__(self, text: bytes, compact: Callable[[str], str]) -> None:
        self.compact = compact
        self.about: dict[Resource, list[tuple[str, Node]]] = {}
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, (ox.NamedNode, ox.BlankNode)):
                pairs = self.about.setdefault(quad.subject, [])
                pairs.append((quad.predicate.value, quad.object))
        self.seen: set[str] = set()

    def document(self, iri: str) -> ShapeDocument:
        header = ox.NamedNode(iri)
        shapes = [node for node in self.about if self._is_node_shape(node)]
        return ShapeDocument(
            title=self._texts(header, DCT + "title"),
            description=self._texts(header, DCT + "description"),
            version=next(iter(self._values(header, OWL + "versionInfo")), ""),
            shapes=tuple(self._shape(node) for node in shapes),
        )

    def _is_node_shape(self, node: Resource) -> bool:
        types = self._values(node, RDF + "type")
        return isinstance(node, ox.NamedNode) and SH + "NodeShape" in types

    def _shape(self, node: Resource) -> NodeShape:
        targets = [value for name in TARGETS for value in self._values(node, name)]
        return NodeShape(
            name=_fragment(node),
            label=self._texts(node, RDFS + "label"),
            targets=tuple(map(self.compact, targets)),
            rules=tuple(map(self._rule, self._nodes_of(node, {node}))),
        )

    def _nodes_of(self, node: Resource, visited: set[Resource]) -> Iterator[Resource]:
        """Yield the nodes that are rules of a shape: through lists, and those that stand inline."""
        types = self._values(node, RDF + "type")
        is_named = SH + "PropertyShape" in types or SH + "SPARQLConstraint" in types
        if self._texts(node, SH + "message") or (is_named and isinstance(node, ox.NamedNode)):
            yield node
        for predicate, value in self.about[node]:
            if (
                isinstance(value, (ox.NamedNode, ox.BlankNode))
                and predicate not in (RDF + "type", SH + "path", SH + "prefixes", *TARGETS)
                and value in self.about
                and value not in visited
                and not self._is_node_shape(value)
            ):
                visited.add(value)
                yield from self._nodes_of(value, visited)

    def _rule(self, node: Resource) -> Rule:
        name = "" if self._is_node_shape(node) else _fragment(node)
        is_first = bool(name) and name not in self.seen
        self.seen.add(name)
        paths = [value for predicate, value in self.about[node] if predicate == SH + "path"]
        return Rule(
            name=name,
            is_first=is_first,
            path=self._path(paths[0]) if paths else "",
            messages=self._texts(node, SH + "message"),
            implements=tuple(self._values(node, RDFS + "seeAlso")),
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

    def _values(self, node: Resource, predicate: str) -> list[str]:
        return [
            value.value
            for name, value in self.about.get(node, ())
            if name == predicate and isinstance(value, (ox.NamedNode, ox.Literal))
        ]

    def _texts(self, node: Resource, predicate: str) -> dict[str, str]:
        return {
            value.language or "": value.value
            for name, value in self.about.get(node, ())
            if name == predicate and isinstance(value, ox.Literal)
        }


def _fragment(node: Resource) -> str:
    """Return the last part of an IRI; a blank node has none."""
    return node.value.rpartition("#")[2] if isinstance(node, ox.NamedNode) else ""
