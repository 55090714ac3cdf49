"""What there are documents about: a thing of the store, all things of a class, or a named graph."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import pyoxigraph as ox
from flask import Response

from publish.release.catalogue.dcat import describe_node, statements_of
from publish.release.catalogue.facts import catalogue_facts
from publish.release.catalogue.void import all_graphs, describe_all_graphs, describe_graph, title_of
from publish.release.opened import DESCRIPTIONS, LABELS, LANGUAGES, TYPE, Served, term
from publish.server.negotiation import HTML
from publish.site.describe import describe
from publish.site.pages.source.index import document_index
from publish.site.pages.thing import page_about
from publish.site.pages.things.others import node_page
from publish.site.rendering import read_texts, render_page, view_of
from publish.site.select import select
from publish.sparql.forms import GRAPHS, USUAL_GRAPHS

DOCUMENTS = (HTML, *GRAPHS)
"""The forms of every document, the preferred first."""
GRAPH_FOLDER = "graaf"
TITLES = tuple(map(term, ("dct:title", "foaf:name", "vcard:fn", "rdfs:label")))
"""What nodes of the catalogue are called by."""
PARTITIONS = (term("void:propertyPartition"), term("void:classPartition"))
"""What programs read of a graph and a page leaves out: a row for each property and class."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What a document is about, and how to make the document."""

    iri: ox.NamedNode
    path: str
    """Where its document stands, without the extension of a form."""
    describe: Callable[[int], Iterator[ox.Triple]]
    """Yields its description as triples, with a page of what points to it."""
    show: Callable[[], Response]
    """Renders its page."""
    types: frozenset[str] = field(default_factory=frozenset)
    """Its classes, where the store does not know them."""
    has_incoming: bool = False
    """Whether it is described with what points to it, page by page."""


def find_thing(served: Served, kind: str, path: str) -> Thing | None:
    """Return the thing that ``/id/`` or ``/ns/`` and a path name, if there is one.

    A folder is found with and without the slash at its end. ``/ns/x/term`` is the document of the
    term ``/ns/x#term``.
    """
    try:
        iri = ox.NamedNode(served.base + kind + path)
        if kind == "/ns/" and "/" in path:
            iri = ox.NamedNode(served.base + kind + path.replace("/", "#", 1))
    except ValueError:
        return None
    address = ("/doc/" if kind == "/id/" else "/ns/") + path
    if kind == "/id/":
        folder = path.removesuffix("/")
        collection = _collections(served).get(folder)
        if collection:
            return _collection(served, folder, *collection)
        if folder == GRAPH_FOLDER:
            return _graph(
                served,
                all_graphs(served),
                f"/doc/{folder}",
                title=lambda language: read_texts()[language]["all-graphs"],
                describe=lambda _: describe_all_graphs(served),
            )
        if path.startswith(f"{GRAPH_FOLDER}/"):
            graphs = (*served.graphs, *((served.versions,) if served.versions else ()))
            graph = next((item for item in graphs if item.iri == iri.value), None)
            if graph is None:
                return None
            return _graph(
                served,
                iri,
                address,
                title=partial(title_of, served, graph),
                # A linkset may describe the graph that it starts from.
                describe=lambda page: itertools.chain(
                    describe_graph(served, graph), describe(served, iri, page)
                ),
            )
    if not served.exists(iri):
        return _entry(served, iri, address)
    return Thing(
        iri=iri,
        path=address,
        describe=lambda page: itertools.chain(
            _catalogued(served, iri), describe(served, iri, page)
        ),
        show=lambda: page_about(served, iri, address),
        has_incoming=True,
    )


def _collections(served: Served) -> dict[str, tuple[str, str]]:
    """Return the folders that list all things of a class: their title and the class."""
    return {
        "conceptscheme": ("code-lists", term("skos:ConceptScheme").value),
        "document": ("documents", served.generic("Document").value),
        "linkset": ("linksets", term("void:Linkset").value),
    }


def _collection(served: Served, folder: str, title: str, class_: str) -> Thing:
    iri = ox.NamedNode(f"{served.base}/id/{folder}/")

    def members() -> list[ox.NamedNode]:
        rows = select(served, "select_members", **{"class": ox.NamedNode(class_)})
        return [row["member"] for row in rows]

    def triples(page: int) -> Iterator[ox.Triple]:
        for language in LANGUAGES:
            text = ox.Literal(read_texts()[language][title], language=language)
            yield ox.Triple(iri, term("rdfs:label"), text)
        for member in members():
            yield ox.Triple(iri, term("rdfs:member"), member)
        for member in members():
            yield ox.Triple(member, TYPE, ox.NamedNode(class_))
            for label in LABELS:
                yield from served.triples(member, label, None)

    def page() -> Response:
        if folder == "document" and (index := document_index(served)):
            return index
        view = view_of(served)
        entries = [(view.value(member), view.text(member, *DESCRIPTIONS)) for member in members()]
        entries.sort(key=lambda entry: entry[0].text.casefold())
        beside = []
        if folder == "conceptscheme":
            ontologies = served.triples(None, TYPE, term("owl:Ontology"))
            nodes = (item.subject for item in ontologies)
            beside = [view.value(node) for node in nodes if isinstance(node, ox.NamedNode)]
        return render_page(
            served,
            "collection.html",
            title=title,
            entries=entries,
            beside=sorted(beside, key=lambda value: value.text.casefold()),
            path=f"/doc/{folder}",
            forms=USUAL_GRAPHS,
        )

    return Thing(iri=iri, path=f"/doc/{folder}", describe=triples, show=page)


def _catalogued(served: Served, iri: ox.NamedNode) -> Iterator[ox.Triple]:
    """Yield what the catalogue says of a thing that the store describes too."""
    facts = catalogue_facts(served)
    yield from (describe_node(facts, iri.value) if facts else None) or ()


def _entry(served: Served, iri: ox.NamedNode, path: str) -> Thing | None:
    """Return a node of the catalogue, if it is one."""
    facts = catalogue_facts(served)
    found = statements_of(facts, iri.value) if facts else None
    if facts is None or found is None:
        return None
    own = [item for item in found if item.subject == iri]
    titles = {
        item.object.language: item.object.value
        for item in own
        if item.predicate in TITLES and isinstance(item.object, ox.Literal)
    }
    types = [
        item.object.value
        for item in own
        if item.predicate == TYPE and isinstance(item.object, ox.NamedNode)
    ]
    return _graph(
        served,
        iri,
        path,
        title=lambda language: titles.get(language, iri.value),
        describe=lambda _: describe_node(facts, iri.value) or iter(()),
        types=types,
    )


def _graph(
    served: Served,
    iri: ox.NamedNode,
    path: str,
    *,
    title: Callable[[str], str],
    describe: Callable[[int], Iterator[ox.Triple]],
    types: Sequence[str] = (term("void:Dataset").value,),
) -> Thing:
    """Return what the store does not hold, by its title in a language, its triples and classes."""

    def page() -> Response:
        view = view_of(served)
        own = [
            item for item in describe(1) if item.subject == iri and item.predicate not in PARTITIONS
        ]
        content = {
            "iri": iri.value,
            "path": path,
            "forms": USUAL_GRAPHS,
            "title": title(view.language),
        }
        return node_page(view, own, types, content)

    return Thing(iri=iri, path=path, describe=describe, show=page, types=frozenset(types))
