"""What there are documents about: a thing of the store, all things of a class, or a named graph."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox
from flask import Response, request

from publish.release.catalogue.void import (
    all_graphs,
    describe_all_graphs,
    describe_graph,
    graph_named,
    title_of,
)
from publish.release.opened import DESCRIPTIONS, LABELS, LANGUAGES, TYPE, Served, term
from publish.server.negotiation import HTML
from publish.site.describe import describe
from publish.site.pages.thing import page_about, page_about_graph
from publish.site.presentation import value_of
from publish.site.rendering import read_texts, reader_of, render_page
from publish.site.select import select
from publish.sparql.forms import GRAPHS

DOCUMENTS = (HTML, *GRAPHS)
"""The forms of every document, the preferred first."""
GRAPH_FOLDER = "graaf"


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

    A folder is found with and without the slash at its end.
    """
    try:
        iri = ox.NamedNode(served.base + kind + path)
    except ValueError:
        return None
    if kind == "/id/":
        folder = path.removesuffix("/")
        collection = _collections(served).get(folder)
        if collection:
            return _collection(served, folder, *collection)
        if folder == GRAPH_FOLDER:
            return _all_graphs(served)
        if path.startswith(f"{GRAPH_FOLDER}/"):
            return _graph(served, iri, path)
    if not served.exists(iri):
        return None
    return Thing(
        iri=iri,
        path=("/doc/" if kind == "/id/" else "/ns/") + path,
        describe=lambda page: describe(served, iri, page),
        show=lambda: page_about(served, iri, kind, path),
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
        language = reader_of(request).language
        entries = [
            (value_of(served, member, language), served.text(member, DESCRIPTIONS, language))
            for member in members()
        ]
        entries.sort(key=lambda entry: entry[0].text.casefold())
        return render_page(
            served,
            "collection.html",
            title=title,
            entries=entries,
            path=f"/doc/{folder}",
            forms=GRAPHS,
        )

    return Thing(iri=iri, path=f"/doc/{folder}", describe=triples, show=page)


def _all_graphs(served: Served) -> Thing:
    path = f"/doc/{GRAPH_FOLDER}"

    def page() -> Response:
        title = read_texts()[reader_of(request).language]["all-graphs"]
        triples = describe_all_graphs(served)
        return page_about_graph(served, all_graphs(served), path, title, triples)

    return Thing(
        iri=all_graphs(served),
        path=path,
        describe=lambda _: describe_all_graphs(served),
        show=page,
        types=frozenset({term("void:Dataset").value}),
    )


def _graph(served: Served, iri: ox.NamedNode, path: str) -> Thing | None:
    graph = graph_named(served, iri)
    if graph is None:
        return None

    def triples(page: int) -> Iterator[ox.Triple]:
        # A linkset may describe the graph that it starts from.
        return itertools.chain(describe_graph(served, graph), describe(served, iri, page))

    def page() -> Response:
        title = title_of(served, graph, reader_of(request).language)
        return page_about_graph(served, iri, f"/doc/{path}", title, triples(1))

    return Thing(
        iri=iri,
        path=f"/doc/{path}",
        describe=triples,
        show=page,
        types=frozenset({term("void:Dataset").value}),
    )
