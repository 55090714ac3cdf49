"""The page about one thing, in the layout of its class: data set, observation, code list, code …"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyoxigraph as ox
from flask import Response, request

from publish.project.iris import CELLS
from publish.release.manifest import DataSet
from publish.release.opened import DESCRIPTIONS, Served, term
from publish.site import presentation
from publish.site.describe import MEMBERS, types_of
from publish.site.pages.figure_text import Figure, figure_of
from publish.site.pages.pivot import MOST_SHOWN, components_of, make_pivot
from publish.site.rendering import reader_of, render_page
from publish.site.select import select
from publish.sparql.forms import GRAPHS


def page_about(served: Served, iri: ox.NamedNode, kind: str, path: str) -> Response:
    """Return the page about a thing, in the layout of its class."""
    language = reader_of(request).language
    kinds = types_of(served, iri)
    local = ("/doc/" if kind == "/id/" else "/ns/") + path
    content: dict[str, Any] = {
        "iri": iri.value,
        "path": local,
        "forms": GRAPHS,
        "title": served.label(iri.value, language),
        "kinds": [served.label(item, language) for item in sorted(kinds)],
        "properties": presentation.properties_of(served, iri, language),
        "summary": served.text(iri, DESCRIPTIONS, language),
    }
    data_set = next((item for item in served.data_sets if item.iri == iri.value), None)
    if data_set is not None:
        return _data_set_page(served, data_set, iri, content)
    if term("qb:Observation").value in kinds:
        return _observation_page(served, iri, content)
    if kind == "/ns/":
        terms = [row["term"] for row in select(served, "select_vocabulary", vocabulary=iri)]
        terms.sort(key=lambda item: served.label(item.value, language).casefold())
        content["terms"] = [
            (
                item.value,
                presentation.properties_of(served, item, language),
                [row["dataSet"] for row in select(served, "select_users", term=item)],
                presentation.incoming_of(served, item, 1, language),
            )
            for item in terms
        ]
        return render_page(served, "vocabulary.html", **content)
    if term("skos:ConceptScheme").value in kinds:
        content["concepts"] = presentation.concepts_of(served, iri, language)
        content["dumps"] = [file for file in served.files.values() if file.about == iri.value]
    if served.generic("Tabel").value in kinds:
        content["rows"] = _table_rows(served, iri)
        content["made"] = _made_from(served, iri)
    if term("skos:Concept").value in kinds:
        content["links"] = presentation.links_of(served, iri, language)
        content["scope"] = served.texts(iri, term("skos:scopeNote"), language)
    if term("void:Linkset").value in kinds:
        content["members"] = presentation.links_in(served, iri, language)
    content["remarks"] = presentation.remarks_of(served, iri, language)
    page = request.args.get("page", default=1, type=int)
    content["incoming"] = presentation.incoming_of(served, iri, page, language)
    return render_page(served, "thing.html", **content)


def page_about_graph(
    served: Served, iri: ox.NamedNode, path: str, title: str, triples: Iterator[ox.Triple]
) -> Response:
    """Return the page about a named graph, or about all of them, described by triples."""
    language = reader_of(request).language
    own = (triple for triple in triples if triple.subject == iri)
    return render_page(
        served,
        "thing.html",
        iri=iri.value,
        path=path,
        forms=GRAPHS,
        title=title,
        kinds=[served.label(term("void:Dataset").value, language)],
        properties=presentation.properties_in(served, own, language),
        remarks=[],
        incoming=None,
    )


def natural_order(text: str) -> list[tuple[int, str]]:
    """Return a key by which texts come in the order of the numbers in them."""
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _data_set_page(
    served: Served, data_set: DataSet, iri: ox.NamedNode, content: dict[str, Any]
) -> Response:
    language = reader_of(request).language
    names = (data_set.slug, data_set.slug + CELLS)
    dumps = [file for file in served.files.values() if file.stem in names]
    pivot = make_pivot(served, data_set, language)
    return render_page(
        served,
        "dataset.html",
        data_set=data_set,
        pivot=pivot,
        reasons=[
            (node, served.text(node, DESCRIPTIONS, language))
            for node in map(ox.NamedNode, pivot.reasons if pivot else ())
        ],
        notes=served.texts(iri, term("skos:note"), language),
        remarks=presentation.remarks_of(served, iri, language),
        way=next(served.objects(iri, served.generic("meetwijze")), None),
        method=served.text(iri, (served.generic("methode"),), language),
        areas=list(served.objects(iri, term("dct:spatial"))),
        derived_from=list(served.objects(iri, term("prov:wasDerivedFrom"))),
        sources=list(served.objects(iri, term("dct:source"))),
        licences=list(served.objects(iri, term("dct:license"))),
        dumps=dumps,
        most=MOST_SHOWN,
        **content,
    )


def _observation_page(served: Served, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    language = reader_of(request).language

    def one(name: str) -> ox.NamedNode | ox.Literal | None:
        prefix, _, local = name.partition(":")
        found = next(served.objects(iri, ox.NamedNode(served.prefixes[prefix] + local)), None)
        return found if isinstance(found, (ox.NamedNode, ox.Literal)) else None

    figure = _figure_of(served, iri, language)
    reason = ox.NamedNode(figure.reason) if figure.reason else None
    data_set = one("qb:dataSet")
    dimensions = []
    if data_set is not None:
        for component in _dimensions(served, data_set.value):
            code = next(served.objects(iri, ox.NamedNode(component)), None)
            if code is not None:
                dimensions.append((component, code))
    sources = select(served, "select_sources", observation=iri)
    sources.sort(key=lambda row: natural_order(row["cell"].value))
    return render_page(
        served,
        "observation.html",
        value=figure.text,
        bounds=figure.bounds,
        reason=reason,
        meaning=served.text(reason, DESCRIPTIONS, language) if reason else None,
        measure=one("qb:measureType"),
        unit=one("sdmx-attribute:unitMeasure"),
        status=one("sdmx-attribute:obsStatus"),
        total_over=list(served.objects(iri, served.generic("totaalOver"))),
        data_set=data_set,
        dimensions=dimensions,
        sources={row["cell"].value: row for row in sources}.values(),
        remarks=presentation.remarks_of(served, iri, language),
        summed=[
            (presentation.target_of(served, part, language), _figure_of(served, part, language))
            for part in sorted(served.objects(iri, served.generic("somVan")), key=str)
            if isinstance(part, ox.NamedNode)
        ],
        **content,
    )


def _figure_of(served: Served, iri: ox.NamedNode, language: str) -> Figure:
    """Return the figure of an observation as it is written in a language."""
    properties = {
        triple.predicate.value: triple.object.value
        for triple in served.triples(iri, None, None)
        if isinstance(triple.object, (ox.NamedNode, ox.Literal))
    }
    return figure_of(served, iri.value, properties, language)


def _dimensions(served: Served, data_set: str) -> Sequence[str]:
    return [item.iri for item in components_of(served, data_set) if item.kind != "measure"]


def _table_rows(served: Served, iri: ox.NamedNode) -> list[list[str]]:
    """Return a printed table as rows of text, at most as many as a code list has members."""
    path = iri.value.removeprefix(f"{served.base}/id/tabel/")
    file = served.folder / "tables" / path
    if not file.resolve().is_relative_to(served.folder / "tables") or not file.is_file():
        return []
    text = io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")
    return [row for row, _ in zip(csv.reader(text), range(MEMBERS), strict=False)]


def _made_from(served: Served, iri: ox.NamedNode) -> dict[tuple[int, int], str]:
    """Return the observation made from each cell of a printed table, by row and column."""
    return {
        (int(row["row"].value), int(row["column"].value)): row["observation"].value
        for row in select(served, "select_cells", table=iri)
        if "observation" in row
    }
