"""What things are called that have no label: figures, components of a structure, cells, lists."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
from flask import current_app

from publish.release.opened import term
from publish.site.pages.figure.naming import place_name, unit_name
from publish.site.pages.things.figures_of_code import place_of, stored_figure
from publish.site.presentation import Value, View
from publish.site.rendering import read_texts


def named(view: View, node: ox.NamedNode) -> Value:
    """Return a thing as a page shows it, by words where it has no label of its own."""
    value, dumps = view.value(node), f"{view.served.public_url}/dumps/"
    if node.value.startswith(dumps):
        return replace(value, text=node.value.removeprefix(dumps))
    path = node.value.removeprefix(f"{view.served.base}/id/")
    kind, _, rest = path.partition("/")
    name = None
    if path != node.value:
        if kind == "observatie":
            name = _of_observation(view, node)
        elif kind == "component":
            name = _of_component(view, node)
        elif kind == "tabel" and "#" in rest:
            name = _of_cell(view, node)
        elif kind == "niveaus":
            name = _of_list(view, node)
    return replace(value, text=name) if name else value


def crumb_of_codes(language: str) -> tuple[str, str | None]:
    """Return the first crumb of the pages of codes and terms: the page of all code lists."""
    return read_texts()[language]["code-lists"], "/doc/conceptscheme/"


def _of_observation(view: View, iri: ox.NamedNode) -> str | None:
    """Return the value of an observation and what it is about."""
    place = place_of(view, current_app.extensions["figures"], iri.value)
    figure = stored_figure(view, iri.value)
    if place is None or figure is None:
        return None
    description, codes = place
    unit = unit_name(description.measure_by_name[codes[-1]], view.language)
    about = place_name(description, codes, view.language)
    return f"{figure.text}{'' if figure.reasons else ' ' + unit}: {about}"


def _of_component(view: View, iri: ox.NamedNode) -> str | None:
    """Return the property of a component, with the structure it is part of."""
    found = view.served.object(iri, term("qb:componentProperty"))
    if not isinstance(found, ox.NamedNode):
        return None
    whole = next(view.served.triples(None, term("qb:component"), iri), None)
    text = view.label(found.value)
    if whole is None or not isinstance(whole.subject, ox.NamedNode):
        return text
    return f"{text} ({view.label(whole.subject.value)})"


def _of_cell(view: View, iri: ox.NamedNode) -> str | None:
    """Return the place of a cell of a printed table."""
    served, texts = view.served, read_texts()[view.language]
    row, column, table = (
        served.object(iri, served.generic(name)) for name in ("rij", "kolom", "inTabel")
    )
    if not isinstance(row, ox.Literal) or not isinstance(column, ox.Literal):
        return None
    place = f"{texts['row']} {row.value}, {texts['column']} {column.value}"
    return f"{view.label(table.value)}: {place}" if isinstance(table, ox.NamedNode) else place


def _of_list(view: View, iri: ox.NamedNode) -> str | None:
    """Return a list of levels by its first."""
    first = view.served.object(iri, term("rdf:first"))
    if not isinstance(first, ox.NamedNode):
        return None
    text: str = read_texts()[view.language]["things-from"]
    return text.format(first=view.label(first.value))
