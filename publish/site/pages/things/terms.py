"""The pages of a vocabulary, an index of its terms by kind, and of one term each.

The IRI of a term, ``/ns/x#term``, leads to its place in the index, since a server never sees what
follows the hash. Its own page is ``/ns/x/term``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from flask import Response

from publish.release.opened import DESCRIPTIONS, term
from publish.site.describe import types_of
from publish.site.pages.things.naming import crumb_of_codes
from publish.site.pages.things.pointing_here import pointing_here
from publish.site.presentation import Value, View
from publish.site.rendering import render_page
from publish.site.select import select

KINDS = {
    "dimension": ("qb:DimensionProperty",),
    "measure": ("qb:MeasureProperty",),
    "attribute": ("qb:AttributeProperty",),
    "class": ("owl:Class", "rdfs:Class"),
    "datatype": ("rdfs:Datatype",),
    "property": ("rdf:Property", "owl:ObjectProperty", "owl:DatatypeProperty"),
    "individual": (),
}
"""The kinds of terms in the order of the index, each with its classes; the last has all others."""
SHORT = 160
"""From how many characters a definition in the index is cut after its first sentence."""
FIRST_SENTENCE = re.compile(r".+?[.!?](?= [A-Z])", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class TermInIndex:
    """A term as the index of its vocabulary has it."""

    link: Value
    anchor: str
    """What follows the hash in its IRI."""
    definition: ox.Literal | None
    short: str
    """Its definition, or the first sentence of a long one."""


def kind_of_term(types: set[str]) -> str:
    """Return the kind of a term by its classes."""
    return next(
        kind
        for kind, classes in KINDS.items()
        if not classes or any(term(name).value in types for name in classes)
    )


def vocabulary_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of a vocabulary: its terms with a short definition, by kind."""
    served = view.served
    groups: dict[str, list[TermInIndex]] = {kind: [] for kind in KINDS}
    for row in select(served, "select_vocabulary", vocabulary=iri):
        item = row["term"]
        definition = view.text(item, *DESCRIPTIONS)
        entry = TermInIndex(
            link=view.value(item),
            anchor=item.value.rpartition("#")[2],
            definition=definition,
            short=_shortened(definition.value) if definition else "",
        )
        groups[kind_of_term(types_of(served, item))].append(entry)
    for entries in groups.values():
        entries.sort(key=lambda entry: entry.link.text.casefold())
    return render_page(
        served,
        "vocabulary.html",
        crumbs=[crumb_of_codes(view.language), (content["title"], None)],
        groups={kind: entries for kind, entries in groups.items() if entries},
        **content,
    )


def term_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of one term: what it means, what it takes, and where it is used."""
    served = view.served
    kind = kind_of_term(types_of(served, iri))
    vocabulary = served.object(iri, term("rdfs:isDefinedBy"))
    crumbs = [crumb_of_codes(view.language)]
    if isinstance(vocabulary, ox.NamedNode):
        path = served.local_path(vocabulary.value)
        crumbs.append((view.label(vocabulary.value), path))
    return render_page(
        served,
        "term.html",
        crumbs=[*crumbs, (content["title"], None)],
        kind=kind,
        compact=served.compact(iri.value),
        facts=[
            (key, values)
            for key, predicate in (
                ("things-code-list", term("qb:codeList")),
                ("unit", served.generic("eenheid")),
                ("things-values", term("rdfs:range")),
                ("things-belongs-to", term("rdfs:domain")),
                ("things-narrower-than", term("rdfs:subPropertyOf")),
                ("things-narrower-than", term("rdfs:subClassOf")),
                ("things-concept", term("qb:concept")),
                ("source", term("dct:source")),
            )
            if (values := list(served.objects(iri, predicate)))
        ],
        printed=view.texts(iri, served.generic("gedruktLabel")),
        users=[row["dataSet"] for row in select(served, "select_users", term=iri)],
        remarks=view.remarks(iri),
        incoming=pointing_here(view, iri),
        **content,
    )


def _shortened(text: str) -> str:
    """Return a text, or its first sentence when it is long."""
    found = FIRST_SENTENCE.match(text) if len(text) > SHORT else None
    return found.group() if found else text
