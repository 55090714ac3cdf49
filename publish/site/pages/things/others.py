"""The page of any other thing: a slice, a linkset, a remark, a node of the catalogue, a graph.

What a reader wants first stands on top: its text and its facts, each by its label. All that the
data say of it is folded away below.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from flask import Response, current_app

from publish.release.opened import LABELS, TYPE, Node, term
from publish.site.describe import types_of
from publish.site.pages.figure_text import format_number
from publish.site.pages.things.figures_of_code import DataSetOfCode, figures_of_observations
from publish.site.pages.things.naming import named
from publish.site.pages.things.pointing_here import pointing_here
from publish.site.presentation import Value, View
from publish.site.rendering import read_texts, render_page, written_date

SHOWN_ELSEWHERE = {
    TYPE,
    *LABELS,
    *map(
        term,
        (
            "dct:description",
            "skos:definition",
            "rdfs:comment",
            "skos:notation",
            "rdfs:isDefinedBy",
            "qb:observation",
            "oa:motivatedBy",
            "foaf:name",
        ),
    ),
}
"""Properties that the heading, the text on top or a table of the page shows."""
INVERSE = {
    "qb:Slice": ("things-data-set", "qb:slice"),
    "qb:ComponentSpecification": ("things-structure", "qb:component"),
    "qb:SliceKey": ("things-structure", "qb:sliceKey"),
    "prov:Activity": ("things-data-set", "prov:wasGeneratedBy"),
}
"""What points to a thing of a class that its page names on top: the key of a text, a property."""
MAIN_KINDS = ("qb:", "void:", "dqv:", "xkos:", "prov:", "dcat:")
"""The vocabularies whose classes say best what a thing is, the first of them."""
MOST_NAMED = 10
"""How many values of a fact are named."""
MOST_FACTS = 40
"""How many triples are looked at for facts."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A property of a thing with its values, of which ``more`` are left out."""

    name: str
    values: tuple[Value, ...]
    more: bool


def other_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of a thing that no other layout is for."""
    served, types = view.served, types_of(view.served, iri)
    if term("void:Linkset").value in types:
        content["members"] = view.links_in(iri)
    facts = []
    for class_, (key, predicate) in INVERSE.items():
        if term(class_).value in types:
            found = itertools.islice(served.triples(None, term(predicate), iri), MOST_NAMED)
            nodes = [item.subject for item in found if isinstance(item.subject, ox.NamedNode)]
            values = tuple(named(view, node) for node in nodes)
            if values:
                text = read_texts()[view.language][key]
                facts.append(Fact(name=text, values=values, more=False))
    observations = served.objects(iri, term("qb:observation"))
    return render_page(
        served,
        "other.html",
        facts=[*facts, *facts_of(view, served.triples(iri, None, None))],
        figures=_figures(view, observations),
        remarks=view.remarks(iri),
        incoming=pointing_here(view, iri),
        **content | {"title": named(view, iri).text, "kind": kind_of(view, types)},
    )


def node_page(
    view: View, triples: Sequence[ox.Triple], types: Iterable[str], content: dict[str, Any]
) -> Response:
    """Return the page of what the store does not hold, given the triples about it."""
    descriptions = [
        item.object
        for item in triples
        if item.predicate == term("dct:description") and isinstance(item.object, ox.Literal)
    ]
    descriptions.sort(key=lambda item: item.language != view.language)
    return render_page(
        view.served,
        "other.html",
        kind=kind_of(view, types),
        summary=descriptions[0] if descriptions else None,
        facts=facts_of(view, triples),
        figures=[],
        remarks=[],
        incoming=None,
        properties=view.properties_in(triples),
        **content,
    )


def kind_of(view: View, types: Iterable[str]) -> str:
    """Return in a word what things of some classes are."""
    names = sorted(types, key=lambda iri: (_place(view.served.compact(iri)), iri))
    return view.label(names[0]) if names else ""


def facts_of(view: View, triples: Iterable[ox.Triple]) -> list[Fact]:
    """Return what triples about a thing say of it, but for what stands elsewhere on its page."""
    found: dict[ox.NamedNode, list[Value]] = {}
    kept = (item for item in triples if item.predicate not in SHOWN_ELSEWHERE)
    for item in itertools.islice(kept, MOST_FACTS):
        node = item.object
        if isinstance(node, ox.Literal) and node.language not in (None, view.language):
            continue
        value = named(view, node) if isinstance(node, ox.NamedNode) else _literal(view, node)
        found.setdefault(item.predicate, []).append(value)
    facts = [
        Fact(
            name=view.label(predicate.value),
            values=tuple(sorted(values, key=lambda value: value.text))[:MOST_NAMED],
            more=len(values) > MOST_NAMED,
        )
        for predicate, values in found.items()
    ]
    return sorted(facts, key=lambda fact: fact.name)


def _literal(view: View, node: Node) -> Value:
    """Return a number or a date as it is written in the language, any other text as it is."""
    value = view.value(node)
    if not isinstance(node, ox.Literal) or not value.datatype:
        return value
    datatype = node.datatype.value.rpartition("#")[2]
    if datatype in ("integer", "decimal"):
        return Value(text=format_number(node.value, None, view.language))
    if datatype in ("date", "dateTime"):
        with suppress(ValueError):  # a date of another calendar, or none
            return Value(text=written_date(node.value, view.language))
    return value


def _figures(view: View, observations: Iterable[ox.NamedNode | Any]) -> list[DataSetOfCode]:
    """Return the figures of observations, in the order of their data set."""
    iris = [node.value for node in observations if isinstance(node, ox.NamedNode)]
    return figures_of_observations(view, current_app.extensions["figures"], iris)


def _place(name: str) -> int:
    return next((at for at, head in enumerate(MAIN_KINDS) if name.startswith(head)), 99)
