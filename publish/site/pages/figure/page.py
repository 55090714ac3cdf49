"""The page of an observation: its panel and neighbours, how it is cited, all that is said of it.

What is known of its data set for exports gives the panel. An observation of a release without that
is shown by what the graph says of it, and so is a version, which tells how a figure was.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

import pyoxigraph as ox
from flask import Response, current_app

from publish.exports.figure_text import one_line
from publish.exports.view import DataView
from publish.release.opened import DESCRIPTIONS, Served, term
from publish.release.soundness import DamagedFile
from publish.site.data.figures import PageFigures
from publish.site.describe import versions_of
from publish.site.pages.components import Component, components_of
from publish.site.pages.data_set.address import page_view_address
from publish.site.pages.figure.beside import other_places, table_beside
from publish.site.pages.figure.citation import source_sentence
from publish.site.pages.figure.naming import short_unit
from publish.site.pages.figure.neighbours import Surroundings, surroundings_of
from publish.site.pages.figure.panel import MOST_PARTS, panel_from
from publish.site.pages.figure.source import printed_cells
from publish.site.pages.figure_text import Figure, figure_of
from publish.site.presentation import View
from publish.site.rendering import read_texts, render_page
from publish.sparql.query.errors import QueryFailed

MOST_VERSIONS = 20
"""Versions of a figure that its page lists, the newest first."""


@dataclass(frozen=True, kw_only=True)
class VersionOfFigure:
    """What a figure was from a release on."""

    release: str
    """The number of the release."""
    day: str
    """When it was, in ISO 8601."""
    text: str
    """The figure; nothing where it was withdrawn."""
    path: str | None


def observation_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of an observation; ``content`` is what the pages of all things have."""
    served, figure = view.served, _figure_of(view, iri)
    data_set = served.object(iri, term("qb:dataSet"))
    components = components_of(served, data_set.value) if _is_node(data_set) else []
    dimensions = [
        (ox.NamedNode(item.iri), code)
        for item in components
        if item.kind != "measure"
        and (code := served.object(iri, ox.NamedNode(item.iri))) is not None
    ]
    figures: PageFigures = current_app.extensions["figures"]
    around = _around(figures, served, iri, data_set)
    own: dict[str, Any] = {
        "dimensions": dimensions,
        "data_set": data_set,
        "measure": served.object(iri, term("qb:measureType")),
        "unit": served.object(iri, term("sdmx-attribute:unitMeasure")),
        "status": served.object(iri, term("sdmx-attribute:obsStatus")),
        "version_of": served.object(iri, term("dct:isVersionOf")),
        "remarks": view.remarks(iri),
        "versions": list(_versions(view, iri)),
    }
    own |= (
        _of_graph(view, iri, figure, components, own)
        if around is None
        else _of_surroundings(figures, view, around)
    )
    own["crumbs"] = _crumbs(view, data_set, own["place"])
    own["head_title"] = own["name"]
    return render_page(served, "observation.html", **content | own)


def _around(
    figures: PageFigures, served: Served, iri: ox.NamedNode, data_set: Any
) -> Surroundings | None:
    """Return a figure with its neighbours; None where they cannot be read."""
    known = served.data_set_of(data_set.value) if _is_node(data_set) else None
    head = f"{served.base}/id/observatie/{known.slug}/" if known else ""
    if known is None or known.slug not in figures.slugs or not iri.value.startswith(head):
        return None
    try:
        description = figures.description(known.slug)
        return surroundings_of(figures, description, iri.value.removeprefix(head).split("/"))
    except (QueryFailed, DamagedFile):  # the graph tells most of it
        return None


def _of_surroundings(figures: PageFigures, view: View, around: Surroundings) -> dict[str, Any]:
    """Return what the page shows of a figure that was read with its neighbours."""
    served, language = view.served, view.language
    description, codes = around.description, around.observation.codes
    panel = panel_from(figures, served, around, language)
    title = one_line(description.title[language])
    return {
        "panel": panel,
        "name": panel.name,
        "place": panel.place,
        "preview": f"{title}. {source_sentence(served, description, language)}",
        "beside": table_beside(served, around, language),
        "others": list(other_places(served, around, language)),
        "in_table": page_view_address(description, DataView(language=language), cell=codes),
    }


def _of_graph(
    view: View,
    iri: ox.NamedNode,
    figure: Figure,
    components: list[Component],
    own: dict[str, Any],
) -> dict[str, Any]:
    """Return what the page shows of a figure by the graph alone."""
    served, t = view.served, read_texts()[view.language]
    names = {property_.value: view.label(code.value) for property_, code in own["dimensions"]}
    kinds = {item.iri: item.kind for item in components}
    place = [name for property_, name in names.items() if kinds[property_] != "period"]
    place += [name for property_, name in names.items() if kinds[property_] == "period"]
    if own["measure"] and len([item for item in components if item.kind == "measure"]) > 1:
        place.insert(0, view.label(own["measure"].value))
    unit = short_unit(view.label(own["unit"].value)) if own["unit"] else ""
    value = f"{figure.text} {unit}".strip()
    if figure.reasons and not figure.bounds:
        value = t["no-value"][:1].upper() + t["no-value"][1:]
    cells = printed_cells(view, iri)
    summed = [
        item
        for item in served.objects(iri, served.generic("somVan"))
        if isinstance(item, ox.NamedNode)
    ]
    return {
        "panel": None,
        "name": f"{value}: {', '.join(place)}" if place else value,
        "place": ", ".join(place) or value,
        "reasons": [
            (node, view.text(node, *DESCRIPTIONS)) for node in map(ox.NamedNode, figure.reasons)
        ],
        "total_over": list(served.objects(iri, served.generic("totaalOver"))),
        "cells": cells,
        "summed": [
            (view.target(part), _figure_of(view, part))
            for part in sorted(summed, key=str)[:MOST_PARTS]
        ],
    }


def _crumbs(view: View, data_set: Any, place: str) -> list[tuple[str, str | None]]:
    t = read_texts()[view.language]
    found: list[tuple[str, str | None]] = [(t["home"], "/")]
    if _is_node(data_set):
        found.append((view.label(data_set.value), view.served.local_path(data_set.value)))
    return [*found, (place, None)]


def _versions(view: View, iri: ox.NamedNode) -> Iterator[VersionOfFigure]:
    """Yield the versions of a figure that the release has, the newest first."""
    served = view.served
    triples = itertools.islice(versions_of(served, iri), MOST_VERSIONS)
    numbered = {
        node.value.rpartition("/")[2]: node
        for node in (item.subject for item in triples)
        if isinstance(node, ox.NamedNode)
    }
    for number, node in sorted(numbered.items(), key=lambda item: -_number(item[0])):
        day = served.object(node, term("prov:generatedAtTime"))
        is_gone = served.object(node, term("qb:measureType")) is None
        yield VersionOfFigure(
            release=number,
            day=day.value if isinstance(day, ox.Literal) else "",
            text="" if is_gone else _figure_of(view, node).text,
            path=served.local_path(node.value),
        )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _figure_of(view: View, iri: ox.NamedNode) -> Figure:
    """Return the figure of an observation as it is written in a language."""
    properties = {
        triple.predicate.value: triple.object.value
        for triple in view.served.triples(iri, None, None)
        if isinstance(triple.object, (ox.NamedNode, ox.Literal))
    }
    return figure_of(view, iri.value, properties)


def _is_node(node: object) -> TypeGuard[ox.NamedNode]:
    return isinstance(node, ox.NamedNode)
