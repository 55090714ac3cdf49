"""The page about one thing, in the layout of its class: data set, observation, code list, code …"""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
from flask import Response

from publish.release.opened import DESCRIPTIONS, Served, term
from publish.site.describe import types_of
from publish.site.discovery.links import links_of_thing
from publish.site.pages.data_set.page import data_set_page
from publish.site.pages.figure.page import observation_page
from publish.site.pages.source.document import document_page
from publish.site.pages.source.printed import printed_table_page
from publish.site.pages.things.codes import code_list_page, code_page
from publish.site.pages.things.others import other_page
from publish.site.pages.things.periods import is_period
from publish.site.pages.things.structures import structure_page
from publish.site.pages.things.terms import term_page, vocabulary_page
from publish.site.rendering import view_of
from publish.sparql.forms import USUAL_GRAPHS


def page_about(served: Served, iri: ox.NamedNode, path: str) -> Response:
    """Return the page about a thing at a path, in the layout of its class."""
    view, kinds = view_of(served), types_of(served, iri)
    content: dict[str, Any] = {
        "iri": iri.value,
        "path": path,
        "forms": USUAL_GRAPHS,
        "title": view.label(iri.value),
        "kinds": list(map(view.label, sorted(kinds))),
        "properties": view.properties(iri),
        "summary": view.text(iri, *DESCRIPTIONS),
        "related": list(links_of_thing(served, iri)),
    }
    data_set = served.data_set_of(iri.value)
    if data_set is not None:
        return data_set_page(view, data_set, iri, content)
    if term("qb:Observation").value in kinds:
        return observation_page(view, iri, content)
    if path.startswith("/ns/"):
        return (term_page if "#" in iri.value else vocabulary_page)(view, iri, content)
    if term("skos:ConceptScheme").value in kinds:
        return code_list_page(view, iri, content)
    if term("skos:Concept").value in kinds or is_period(served, iri):
        return code_page(view, iri, content)
    if term("qb:DataStructureDefinition").value in kinds:
        return structure_page(view, iri, content)
    if served.generic("Tabel").value in kinds:
        return printed_table_page(view, iri, content)
    if served.generic("Document").value in kinds and (page := document_page(view, iri, content)):
        return page
    return other_page(view, iri, content)
