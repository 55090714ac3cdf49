"""The page of a data set: a view of its figures, its notes, its downloads, and what links to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from flask import Response, current_app, request

from publish.exports.answer import FORMS
from publish.exports.description import DataSetDescription
from publish.exports.figure_text import written_number
from publish.exports.layouts.pivot import TooManyCells
from publish.exports.view import LIST, TABLE, DataView, cell_text, view_parameters
from publish.faults.fault import Words, in_language, phrase
from publish.project.iris import CELLS
from publish.release.catalogue.facts import catalogue_facts
from publish.release.manifest import DataSet
from publish.release.opened import Served, term
from publish.server.replies import Headers
from publish.site.data.figures import PageFigures
from publish.site.data.overviews import overviews_of
from publish.site.discovery.links import SAFE
from publish.site.discovery.schema_org import data_set_node
from publish.site.pages.data_set.about import comparable, facts_of, shared_remarks
from publish.site.pages.data_set.address import (
    SHOWN,
    page_view_address,
)
from publish.site.pages.data_set.asked import AskedPage, read_asked
from publish.site.pages.data_set.embedding import embed_address, embed_code
from publish.site.pages.data_set.form import view_form
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.data_set.parts import ViewPart
from publish.site.pages.data_set.shown import beside_table, shown_figures
from publish.site.pages.downloads import exports_of
from publish.site.pages.figure.citation import citation_of
from publish.site.pages.figure.panel import panel_of
from publish.site.presentation import View
from publish.site.rendering import read_texts, render_page
from publish.sparql.query.errors import QueryFailed, retry_headers

VIEW_FORMS = {
    "xlsx": "Excel (.xlsx)",
    "csv": "CSV",
    "svg": "SVG",
    "png": "PNG",
    "jsonstat": "JSON-stat",
    "ttl": "Turtle",
}
"""The forms in which a page offers its view, with what they are called, where there are any."""
DRAWN = ("svg", "png")
"""The forms that are of the chart."""


@dataclass(frozen=True, kw_only=True)
class ViewTab:
    """One of the ways of showing a view."""

    name: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class ViewLink:
    """A link that takes a view away."""

    text: str
    address: str
    media_type: str | None


def data_set_page(
    view: View, data_set: DataSet, iri: ox.NamedNode, content: dict[str, Any]
) -> Response:
    """Return the page of a data set, as the address of the request asks for it."""
    served = view.served
    figures: PageFigures = current_app.extensions["figures"]
    facts = catalogue_facts(served)
    names = (data_set.slug, data_set.slug + CELLS)
    content = {
        "data_set": data_set,
        "number": partial(_number, language=view.language),
        "said": partial(in_language, language=view.language),
        "crumbs": [(read_texts()[view.language]["home"], "/"), (content["title"], None)],
        "way": served.object(iri, served.generic("meetwijze")),
        "method": view.string(iri, served.generic("methode")),
        "areas": list(served.objects(iri, term("dct:spatial"))),
        "derived_from": list(served.objects(iri, term("prov:wasDerivedFrom"))),
        "sources": list(served.objects(iri, term("dct:source"))),
        "licences": list(served.objects(iri, term("dct:license"))),
        "notes": [item.value for item in view.texts(iri, term("skos:note"))],
        "remarks": view.remarks(iri),
        "shared": set(),
        "dumps": [file for file in served.files.values() if file.stem in names and not file.export],
        "exports": exports_of(served, data_set, view.language),
        "structured": facts and data_set_node(served, facts, data_set.slug, view.language),
        **content,
    }
    if (card := overviews_of(served).get(data_set.slug)) is not None:
        content["key_sentence"] = card.sentence[view.language]
        content["preview"] = card.sentence[view.language].text
    status: int = HTTPStatus.OK
    headers: Headers = []
    if data_set.slug in figures.slugs:
        description = figures.description(data_set.slug)
        status, headers, found = _view_content(served, figures, description, view.language)
        content |= found
    response = render_page(served, "dataset.html", status, **content)
    response.headers.extend([(name.decode(), value.decode()) for name, value in headers])
    return response


def _view_content(
    served: Served, figures: PageFigures, description: DataSetDescription, language: str
) -> tuple[int, Headers, dict[str, Any]]:
    """Return status, header fields, and what the template needs of the view that is asked for."""
    others = comparable(served, description, language)
    asked = read_asked(
        description,
        list(request.args.items(multi=True)),
        language=language,
        others=[slug for slug, _ in others],
    )
    content: dict[str, Any] = {
        "facts": facts_of(served, description, language),
        "description": description,
        "asked": asked,
        "form": view_form(description, asked.view, others=others, beside=asked.beside),
        "shared": shared_remarks(served, description, language),
        "faults": [in_language(fault, language) for fault in asked.faults],
        "notes": [note[language] for note in description.notes],
        "citation": citation_of(served, description, language),
    }
    if asked.faults:
        return HTTPStatus.BAD_REQUEST, [], content
    headers: Headers = []
    status, problem = int(HTTPStatus.OK), Words("")
    try:
        content["shown"] = shown_figures(served, figures, description, asked)
        content["beside"] = beside_table(figures, description, asked)
        if asked.cell:
            panel = panel_of(figures, served, description, asked.cell, language)
            content["panel"] = panel
            if panel is None:
                value = cell_text(asked.cell)
                status = HTTPStatus.NOT_FOUND
                problem = phrase("cell-no-figure", parameter="cell", value=value)
    except TooManyCells as found:
        problem = found.finding
    except QueryFailed as failure:
        status, problem, headers = failure.status, failure.sentence, retry_headers(failure)
    if problem:
        content["faults"] = [in_language(problem, language)]
    content["tabs"] = list(_tabs(description, asked, language))
    content["closed"] = _here(description, asked)
    content["takeaways"] = list(_takeaways(description, asked))
    content["embedded"] = embed_code(served, description, asked, language)
    framed = embed_address(served, description, asked, language)
    content["embed_look"] = request.script_root.rstrip("/") + framed.removeprefix(served.public_url)
    content["query_of_view"] = _query_address(description, asked.view)
    if (shown := content.get("shown")) and shown.part.count > 1:
        content["pages"] = _pages(description, asked, shown.part.number, shown.part.count)
        content["part_text"] = _part_text(shown.part, language)
    if asked.cell and content.get("panel"):
        content["head_title"] = f"{content['panel'].name}"
    return status, headers, content


def _here(description: DataSetDescription, asked: AskedPage, page: int | None = None) -> str:
    """Return the address of the same page without an open figure."""
    return page_view_address(
        description,
        asked.view,
        show=asked.show,
        beside=asked.beside,
        page=asked.page if page is None else page,
    )


def _tabs(description: DataSetDescription, asked: AskedPage, language: str) -> Iterator[ViewTab]:
    texts = read_texts()[language]
    for name in SHOWN:
        address = page_view_address(
            description, asked.view, show=name, beside=asked.beside, page=asked.page
        )
        yield ViewTab(
            name=texts[f"dataset-view-{name}"], address=address, is_chosen=name == asked.show
        )


def _takeaways(description: DataSetDescription, asked: AskedPage) -> Iterator[ViewLink]:
    """Yield the view of the page in other forms, laid out as a table where the form has that."""
    for name, text in VIEW_FORMS.items():
        form = FORMS.get(name)
        if form is None:
            continue
        layout = TABLE if TABLE in form.layouts else LIST
        if layout == TABLE:
            view = replace(asked.view, layout=TABLE)
        else:
            view = replace(asked.view, layout=LIST, rows=(), columns=())
        if name in DRAWN:
            view = replace(view, cell=asked.cell)
        pairs = view_parameters(description, view, name)
        yield ViewLink(
            text=text,
            address=f"{_data_address(description)}?{urlencode(pairs, safe=',')}",
            media_type=form.media_type,
        )


def _query_address(description: DataSetDescription, view: DataView) -> str:
    """Return the address of the query of a view, which leads a browser to the query page."""
    pairs = view_parameters(description, replace(view, layout=LIST, rows=(), columns=()))
    return f"{_data_address(description)}/query?{urlencode(pairs, safe=',')}"


def _data_address(description: DataSetDescription) -> str:
    root = request.script_root.rstrip("/")
    return f"{root}/data/{quote(description.slug, safe=SAFE)}"


def _part_text(part: ViewPart, language: str) -> str:
    """Return what a part has: the first and the last of the codes of each dimension it parts."""
    pattern = read_texts()[language]["dataset-part-to"]
    found = []
    for dimension in part.narrowed:
        codes = part.view.codes[dimension.column]
        ends = [dimension.by_code[code] for code in dict.fromkeys((codes[0], codes[-1]))]
        texts = [short_period(code, language) for code in ends]
        found.append(texts[0] if len(texts) == 1 else pattern.format(first=texts[0], last=texts[1]))
    return "; ".join(found)


def _number(count: int, language: str) -> str:
    return written_number(Decimal(count), language)


def _pages(
    description: DataSetDescription, asked: AskedPage, number: int, count: int
) -> Mapping[str, Any]:
    """Return the number of the part that is shown, and the addresses of those beside it."""

    def address(page: int) -> str | None:
        return _here(description, asked, page) if 1 <= page <= count and page != number else None

    return {
        "number": number,
        "count": count,
        "first": address(1) if number > 2 else None,
        "previous": address(number - 1),
        "next": address(number + 1),
        "last": address(count) if number < count - 1 else None,
    }
