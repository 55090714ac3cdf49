"""The page about one thing, in the layout of its class: data set, observation, code list, code …"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pyoxigraph as ox
from flask import Response, request

from publish.project.iris import CELLS
from publish.release.catalogue.facts import catalogue_facts
from publish.release.manifest import DataSet
from publish.release.opened import DESCRIPTIONS, Served, term
from publish.site.describe import MEMBERS, types_of
from publish.site.discovery.links import links_of_thing
from publish.site.discovery.schema_org import data_set_node
from publish.site.pages.figure_text import Figure, figure_of
from publish.site.pages.pivot import MOST_SHOWN, components_of, make_pivot
from publish.site.presentation import View
from publish.site.rendering import render_page, view_of
from publish.site.select import select
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
        return _data_set_page(view, data_set, iri, content)
    if term("qb:Observation").value in kinds:
        return _observation_page(view, iri, content)
    if path.startswith("/ns/"):
        terms = [row["term"] for row in select(served, "select_vocabulary", vocabulary=iri)]
        terms.sort(key=lambda item: view.label(item.value).casefold())
        content["terms"] = [
            (
                item.value,
                view.properties(item),
                [row["dataSet"] for row in select(served, "select_users", term=item)],
                view.incoming(item, 1),
            )
            for item in terms
        ]
        return render_page(served, "vocabulary.html", **content)
    if term("skos:ConceptScheme").value in kinds:
        content["concepts"] = view.concepts(iri)
        content["dumps"] = [file for file in served.files.values() if file.about == iri.value]
    if served.generic("Tabel").value in kinds:
        content["rows"] = _table_rows(served, iri)
        content["made"] = _made_from(served, iri)
    if term("skos:Concept").value in kinds:
        content["links"] = view.links(iri)
        content["deprecated"] = served.object(iri, term("owl:deprecated")) is not None
        content["replaced_by"] = list(served.objects(iri, term("dct:isReplacedBy")))
        content["scope"] = view.texts(iri, term("skos:scopeNote"))
    if term("void:Linkset").value in kinds:
        content["members"] = view.links_in(iri)
    content["remarks"] = view.remarks(iri)
    content["incoming"] = view.incoming(iri, request.args.get("page", default=1, type=int))
    return render_page(served, "thing.html", **content)


def natural_order(text: str) -> list[tuple[int, str]]:
    """Return a key by which texts come in the order of the numbers in them."""
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _data_set_page(
    view: View, data_set: DataSet, iri: ox.NamedNode, content: dict[str, Any]
) -> Response:
    served, pivot = view.served, make_pivot(view, data_set)
    names = (data_set.slug, data_set.slug + CELLS)
    facts = catalogue_facts(served)
    return render_page(
        served,
        "dataset.html",
        data_set=data_set,
        pivot=pivot,
        reasons=[
            (node, view.text(node, *DESCRIPTIONS))
            for node in map(ox.NamedNode, pivot.reasons if pivot else ())
        ],
        notes=view.texts(iri, term("skos:note")),
        remarks=view.remarks(iri),
        way=served.object(iri, served.generic("meetwijze")),
        method=view.text(iri, served.generic("methode")),
        areas=list(served.objects(iri, term("dct:spatial"))),
        derived_from=list(served.objects(iri, term("prov:wasDerivedFrom"))),
        sources=list(served.objects(iri, term("dct:source"))),
        licences=list(served.objects(iri, term("dct:license"))),
        dumps=[file for file in served.files.values() if file.stem in names],
        most=MOST_SHOWN,
        structured=facts and data_set_node(served, facts, data_set.slug, view.language),
        **content,
    )


def _observation_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    served, figure = view.served, _figure_of(view, iri)
    data_set = served.object(iri, term("qb:dataSet"))
    dimensions = []
    for item in components_of(served, data_set.value) if isinstance(data_set, ox.NamedNode) else ():
        code = served.object(iri, ox.NamedNode(item.iri))
        if item.kind != "measure" and code is not None:
            dimensions.append((item.iri, code))
    sources = select(served, "select_sources", observation=iri)
    sources.sort(key=lambda row: natural_order(row["cell"].value))
    return render_page(
        served,
        "observation.html",
        version_of=served.object(iri, term("dct:isVersionOf")),
        value=figure.text,
        bounds=figure.bounds,
        reasons=[
            (node, view.text(node, *DESCRIPTIONS)) for node in map(ox.NamedNode, figure.reasons)
        ],
        measure=served.object(iri, term("qb:measureType")),
        unit=served.object(iri, term("sdmx-attribute:unitMeasure")),
        status=served.object(iri, term("sdmx-attribute:obsStatus")),
        total_over=list(served.objects(iri, served.generic("totaalOver"))),
        data_set=data_set,
        dimensions=dimensions,
        sources={row["cell"].value: row for row in sources}.values(),
        remarks=view.remarks(iri),
        summed=[
            (view.target(part), _figure_of(view, part))
            for part in sorted(served.objects(iri, served.generic("somVan")), key=str)
            if isinstance(part, ox.NamedNode)
        ],
        **content,
    )


def _figure_of(view: View, iri: ox.NamedNode) -> Figure:
    """Return the figure of an observation as it is written in a language."""
    properties = {
        triple.predicate.value: triple.object.value
        for triple in view.served.triples(iri, None, None)
        if isinstance(triple.object, (ox.NamedNode, ox.Literal))
    }
    return figure_of(view, iri.value, properties)


def _table_rows(served: Served, iri: ox.NamedNode) -> list[list[str]]:
    """Return a printed table as rows of text, at most as many as a code list has members."""
    file = served.table(iri.value.removeprefix(f"{served.base}/id/"))
    if file is None:
        return []
    text = io.StringIO(served.read(file).decode("utf-8-sig"), newline="")
    return [row for row, _ in zip(csv.reader(text), range(MEMBERS), strict=False)]


def _made_from(served: Served, iri: ox.NamedNode) -> dict[tuple[int, int], str]:
    """Return the observation made from each cell of a printed table, by row and column."""
    return {
        (int(row["row"].value), int(row["column"].value)): row["observation"].value
        for row in select(served, "select_cells", table=iri)
        if "observation" in row
    }
