"""Linked data over HTTP: things, documents about them, vocabularies and dumps.

``/id/…`` names a thing and answers 303 with its document; ``/doc/…`` and ``/ns/…`` answer by
Accept or by extension; ``/dumps/…`` are the files of the manifest and nothing else. Every
Location and link is a path on this server; identifiers inside data keep the base.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, abort, redirect, request, send_file

from publish import descriptions
from publish.descriptions import describe, write_triples
from publish.negotiate import CSV, GRAPHS, HTML, Form, form_of_extension, rank_forms
from publish.pivot import DECIMALS, MOST, components_of, decimals_of, format_number, make_pivot
from publish.rendering import reader_of, refuse_form, show
from publish.served import DESCRIPTIONS, DataSet, Served
from publish.uris import PREFIXES

DOCUMENTS = (HTML, *GRAPHS)
QB, SKOS = PREFIXES["qb"], PREFIXES["skos"]
DATA_SET, OBSERVATION = QB + "DataSet", QB + "Observation"
SCHEME = SKOS + "ConceptScheme"


def make_linked_data(served: Served) -> Blueprint:
    """Return the blueprint of everything but the SPARQL endpoint."""
    blueprint = Blueprint("linked", __name__)
    collections = {
        "conceptscheme/": ("code-lists", SCHEME),
        "document/": ("documents", served.generic("Document").value),
        "linkset/": ("linksets", PREFIXES["void"] + "Linkset"),
    }

    def home() -> Response:
        return _home(served)

    def thing(path: str) -> Response:
        iri = _node(f"{served.base}/id/{path}")
        if path in collections:
            return _see_other(f"/doc/{path}")
        if iri is None or not served.exists(iri):
            abort(404)
        target = f"/doc/{path}"
        if path.startswith("tabel/"):
            offers = rank_forms(request.headers.get("Accept"), (CSV, *DOCUMENTS))
            if offers and offers[0].form is not CSV:
                target += f".{offers[0].form.extension}"
        response = _see_other(target)
        response.vary.add("Accept")
        return response

    def document(path: str) -> Response:
        if path in collections:
            title, class_ = collections[path]
            return _collection(served, title, class_)
        if path.startswith("tabel/") and path.endswith(".csv"):
            table = _printed_table(served, path)
            if table is not None:
                return table
        return _document(served, "/id/", path)

    def vocabulary(path: str) -> Response:
        return _document(served, "/ns/", path)

    def dump_index() -> Response:
        return show(served, "dumps.html", files=served.files.values())

    def dump(path: str) -> Response:
        file = served.files.get(path)
        if file is None or not (served.folder / file.path).is_file():
            abort(404)
        return send_file(
            served.folder / file.path,
            mimetype=file.media_type,
            etag=file.sha256,
            conditional=True,
            last_modified=None,
            max_age=0,
        )

    blueprint.add_url_rule("/", "home", home)
    blueprint.add_url_rule("/id/<path:path>", "thing", thing)
    blueprint.add_url_rule("/doc/<path:path>", "document", document)
    blueprint.add_url_rule("/ns/<path:path>", "vocabulary", vocabulary)
    blueprint.add_url_rule("/dumps/", "dumps", dump_index, strict_slashes=False)
    blueprint.add_url_rule("/dumps/<path:path>", "dump", dump)
    return blueprint


def _node(iri: str) -> ox.NamedNode | None:
    """Return an IRI as a node, or None when it is none."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _see_other(path: str) -> Response:
    """Return a 303 to a path of this server."""
    response = redirect(reader_of(request).link(path), 303)
    assert isinstance(response, Response)  # noqa: S101 - what Flask's redirect makes
    return response


def _document(served: Served, kind: str, path: str) -> Response:
    """Return the document about a thing, in the form of its extension or of Accept."""
    iri = _node(served.base + kind + path)
    form: Form | None = None
    if iri is None or not served.exists(iri):
        stem, form = form_of_extension(path, DOCUMENTS)
        iri = _node(served.base + kind + stem)
        if form is None or iri is None or not served.exists(iri):
            abort(404)
        path = stem
    content_type = form.content_type if form else ""
    if form is None:
        offers = rank_forms(request.headers.get("Accept"), DOCUMENTS)
        if not offers:
            return refuse_form(DOCUMENTS)
        form, content_type = offers[0].form, offers[0].content_type
    if form is HTML:
        response = _page(served, iri, kind, path)
    else:
        format_ = ox.RdfFormat.from_media_type(form.media_type) or ox.RdfFormat.TURTLE
        body = write_triples(served, describe(served, iri), format_)
        response = Response(body, content_type=content_type)
        response.vary.add("Accept")
    _add_links(response, served, iri, kind, path, form)
    return response


def _add_links(
    response: Response, served: Served, iri: ox.NamedNode, kind: str, path: str, form: Form
) -> None:
    """Say what the document describes, and in which other forms there is one."""
    local = "/doc/" if kind == "/id/" else "/ns/"
    root = request.script_root
    links = [f'<{iri.value}>; rel="describes"']
    links += [
        f'<{root}{local}{path}.{other.extension}>; rel="alternate"; type="{other.media_type}"'
        for other in DOCUMENTS
        if other is not form
    ]
    if served.licence:
        links.append(f'<{served.licence}>; rel="license"')
    response.headers["Link"] = ", ".join(links)


def _home(served: Served) -> Response:
    language = reader_of(request).language
    entries = []
    for data_set in served.data_sets:
        found = _periods_of(served, data_set)
        ends = [found[0], found[-1]] if len(found) > 1 else found
        entries.append((data_set, [served.label(iri, language) for iri in ends]))
    return show(served, "home.html", entries=entries)


@lru_cache(maxsize=10_000)
def _periods_of(served: Served, data_set: DataSet) -> list[str]:
    """Return the periods of which a data set has a slice, in order."""
    return [
        row["period"].value
        for dimension in served.select("select_period_dimensions")
        for row in served.select(
            "select_slices", dataSet=ox.NamedNode(data_set.iri), property=dimension["property"]
        )
    ]


def _collection(served: Served, title: str, class_: str) -> Response:
    """Return the list of all things of a class."""
    rows = served.select("select_members", **{"class": ox.NamedNode(class_)})
    language = reader_of(request).language
    entries = [
        (
            descriptions.value_of(served, row["member"], language),
            served.text(row["member"], DESCRIPTIONS, language),
        )
        for row in rows
    ]
    entries.sort(key=lambda entry: entry[0].text.casefold())
    return show(served, "collection.html", title=title, entries=entries)


def _printed_table(served: Served, path: str) -> Response | None:
    """Return a printed table itself, if it is one of the release."""
    iri = _node(f"{served.base}/id/{path}")
    file = served.folder / "tables" / path.removeprefix("tabel/")
    if iri is None or not served.exists(iri) or not file.is_file():
        return None
    response = send_file(file, mimetype="text/csv", conditional=True, last_modified=None, max_age=0)
    links = [f'<{iri.value}>; rel="describes"']
    links.append(f'<{request.script_root}/doc/{path}.html>; rel="describedby"; type="text/html"')
    response.headers["Link"] = ", ".join(links)
    return response


def _page(served: Served, iri: ox.NamedNode, kind: str, path: str) -> Response:
    """Return the page about a thing, in the layout of its class."""
    language = reader_of(request).language
    kinds = descriptions.types_of(served, iri)
    local = ("/doc/" if kind == "/id/" else "/ns/") + path
    content: dict[str, Any] = {
        "iri": iri.value,
        "path": local,
        "forms": GRAPHS,
        "title": served.label(iri.value, language),
        "kinds": [served.label(item, language) for item in sorted(kinds)],
        "properties": descriptions.properties_of(served, iri, language),
        "summary": served.text(iri, DESCRIPTIONS, language),
    }
    data_set = next((item for item in served.data_sets if item.iri == iri.value), None)
    if data_set is not None:
        return _data_set_page(served, data_set, iri, content)
    if OBSERVATION in kinds:
        return _observation_page(served, iri, content)
    if kind == "/ns/":
        terms = [row["term"] for row in served.select("select_vocabulary", vocabulary=iri)]
        terms.sort(key=lambda term: served.label(term.value, language).casefold())
        content["terms"] = [
            (
                term.value,
                descriptions.properties_of(served, term, language),
                [row["dataSet"] for row in served.select("select_users", term=term)],
                descriptions.incoming_of(served, term, 1, language),
            )
            for term in terms
        ]
        return show(served, "vocabulary.html", **content)
    if SCHEME in kinds:
        content["concepts"] = descriptions.concepts_of(served, iri, language)
    if served.generic("Tabel").value in kinds:
        content["rows"] = _table_rows(served, iri)
        content["made"] = _made_from(served, iri)
    if SKOS + "Concept" in kinds:
        content["links"] = descriptions.links_of(served, iri, language)
    content["remarks"] = descriptions.remarks_of(served, iri, language)
    page = request.args.get("page", default=1, type=int)
    content["incoming"] = descriptions.incoming_of(served, iri, page, language)
    return show(served, "thing.html", **content)


def _data_set_page(
    served: Served, data_set: DataSet, iri: ox.NamedNode, content: dict[str, Any]
) -> Response:
    language = reader_of(request).language
    note = ox.NamedNode(SKOS + "note")
    names = (data_set.slug, f"{data_set.slug}-cellen")
    dumps = [file for file in served.files.values() if file.name.rpartition(".")[0] in names]
    return show(
        served,
        "dataset.html",
        data_set=data_set,
        pivot=make_pivot(served, data_set, language),
        notes=served.texts(iri, note, language),
        remarks=descriptions.remarks_of(served, iri, language),
        way=next(served.objects(iri, served.generic("meetwijze")), None),
        method=served.text(iri, (served.generic("methode"),), language),
        areas=list(served.objects(iri, ox.NamedNode(PREFIXES["dct"] + "spatial"))),
        derived_from=list(served.objects(iri, ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom"))),
        sources=list(served.objects(iri, ox.NamedNode(PREFIXES["dct"] + "source"))),
        licences=list(served.objects(iri, ox.NamedNode(PREFIXES["dct"] + "license"))),
        dumps=dumps,
        most=MOST,
        **content,
    )


def _observation_page(served: Served, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    language = reader_of(request).language

    def one(name: str) -> ox.NamedNode | ox.Literal | None:
        prefix, _, local = name.partition(":")
        found = next(served.objects(iri, ox.NamedNode(served.prefixes[prefix] + local)), None)
        return found if isinstance(found, (ox.NamedNode, ox.Literal)) else None

    measure, decimals = one("qb:measureType"), one("sdmx-attribute:decimals")
    value = None
    if isinstance(measure, ox.NamedNode):
        value = next(served.objects(iri, measure), None)
    text = value.value if isinstance(value, ox.Literal) else "?"
    data_set = one("qb:dataSet")
    dimensions = []
    if data_set is not None:
        for component in _dimensions(served, data_set.value):
            code = next(served.objects(iri, ox.NamedNode(component)), None)
            if code is not None:
                dimensions.append((component, code))
    sources = served.select("select_sources", observation=iri)
    return show(
        served,
        "observation.html",
        value=format_number(text, decimals_of(decimals.value if decimals else None), language),
        measure=measure,
        unit=one("sdmx-attribute:unitMeasure"),
        status=one("sdmx-attribute:obsStatus"),
        total_over=list(served.objects(iri, served.generic("totaalOver"))),
        data_set=data_set,
        dimensions=dimensions,
        sources={row["cell"].value: row for row in sources}.values(),
        remarks=descriptions.remarks_of(served, iri, language),
        summed=[
            (part, _figure_of(served, part, language))
            for part in served.objects(iri, served.generic("somVan"))
        ],
        **content,
    )


def _figure_of(served: Served, iri: Any, language: str) -> str:
    """Return the value of an observation as it is written in a language."""
    facts = {q.predicate.value: q.object for q in
             served.store.quads_for_pattern(iri, None, None, None)}  # fmt: skip
    measure = facts.get(QB + "measureType")
    value = facts.get(measure.value) if isinstance(measure, ox.NamedNode) else None
    decimals = facts.get(DECIMALS)
    code = decimals.value if isinstance(decimals, ox.NamedNode) else None
    text = value.value if isinstance(value, ox.Literal) else "?"
    return format_number(text, decimals_of(code), language)


def _dimensions(served: Served, data_set: str) -> Sequence[str]:
    return [item.iri for item in components_of(served, data_set) if item.kind != "measure"]


def _table_rows(served: Served, iri: ox.NamedNode) -> list[list[str]]:
    """Return a printed table as rows of text, at most as many as a code list has members."""
    path = iri.value.removeprefix(f"{served.base}/id/tabel/")
    file = served.folder / "tables" / path
    if not file.resolve().is_relative_to(served.folder / "tables") or not file.is_file():
        return []
    text = io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")
    return [row for row, _ in zip(csv.reader(text), range(descriptions.MEMBERS), strict=False)]


def _made_from(served: Served, iri: ox.NamedNode) -> dict[tuple[int, int], str]:
    """Return the observation made from each cell of a printed table, by row and column."""
    return {
        (int(row["row"].value), int(row["column"].value)): row["observation"].value
        for row in served.select("select_cells", table=iri)
        if "observation" in row
    }
