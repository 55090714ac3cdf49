"""410: what an earlier release had and this one has no more, with where it was last.

A program gets it as RDF too: a tombstone of ActivityStreams 2.0, and the last version of an
observation where the feed has it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from flask import Response, redirect

from publish.faults.fault import LANGUAGES, Words, in_language, phrase
from publish.mappings.marks import BOUNDS, canonical_decimal
from publish.project.iris import REASON_LIST, Uris
from publish.rdf.namespaces import XSD
from publish.rdf.rdf_xml import NotInXml
from publish.release.differences.as_text import figure_in_words, place_in_words
from publish.release.differences.gone import Gone, TooManyAsk, find_gone, find_version
from publish.release.differences.gone_list import OBSERVATION, GoneIndex
from publish.release.feed.addresses import FEED
from publish.release.opened import LABELS, TYPE, Node, Served, term
from publish.server.negotiation import HTML, Form
from publish.server.replies import REVALIDATE
from publish.site.describe import write_triples
from publish.site.documents import DOCUMENTS
from publish.site.not_found import accepted_offers
from publish.site.pages.feed import FORMS
from publish.site.rendering import current_reader, plain_response, render_page
from publish.sparql.query.limits import duration

RETRY_AFTER = 2
"""Seconds after which who was sent away may ask again."""
ACTIVITY = "https://www.w3.org/ns/activitystreams#"


def gone_response(
    served: Served, index: GoneIndex, path: str, extension: Form | None
) -> Response | None:
    """Return a 410 about what had an IRI with a path after ``/id/``; None if nothing had.

    It is for what the release does not have. It has the form of an extension or of Accept; when
    too many ask it is a 503.
    """
    try:
        gone = find_gone(index, path)
    except TooManyAsk:
        return _refusal()
    if gone is None:
        return None
    response = None
    for offer in accepted_offers(extension, DOCUMENTS):
        if offer.form is HTML:
            response = _page(served, gone)
            break
        try:
            format_ = ox.RdfFormat.from_media_type(offer.form.media_type) or ox.RdfFormat.TURTLE
            body = write_triples(served, _triples(served, gone), format_)
        except NotInXml:
            continue
        response = Response(body, 410, content_type=offer.content_type)
        response.vary.add("Accept")
        break
    if response is None:
        response = plain_response(_sentence(served, gone), 410)
    response.headers["Cache-Control"] = REVALIDATE
    return response


def version_response(served: Served, path: str, extension: Form | None) -> Response | None:
    """Return a 303 for a version that only the feed has; None if it has none with that path.

    It leads to the pages of its release in the feed, and people to its observation; when too many
    ask it is a 503.
    """
    try:
        record = find_version(served.history, path)
    except TooManyAsk:
        return _refusal()
    if record is None:
        return None
    offers = accepted_offers(extension, (*FORMS, HTML))
    target = f"{FEED}/{record.number}"
    if offers and offers[0].form is HTML:
        target = f"/doc/{path.rpartition('/')[0]}"
    elif extension in FORMS:
        target += f".{offers[0].form.extension}"
    response = redirect(current_reader().link(target), 303)
    assert isinstance(response, Response)  # noqa: S101 - what Flask's redirect makes
    if extension is None:
        response.vary.add("Accept")
    response.headers["Cache-Control"] = REVALIDATE
    return response


def _refusal() -> Response:
    response = plain_response(phrase("gone-too-many", seconds=duration(RETRY_AFTER)), 503)
    response.headers.update({"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"})
    return response


def _figure(served: Served, gone: Gone) -> Words | None:
    """Return what was stated last, with what the unit is called."""
    if gone.figure is None:
        return None
    unit = gone.figure.unit
    names = Words(*(served.label(unit, language) for language in LANGUAGES))
    return figure_in_words(gone.figure) + " " + names


def _sentence(served: Served, gone: Gone) -> Words:
    """Return in words what is gone, since when, and what was stated last."""
    about = {"last": gone.last.number, "day": gone.last.released[:10]}
    about |= {"removed": gone.removed.number, "since": gone.removed.released[:10]}
    text = phrase("gone", **about)
    if gone.figure is None:
        return text
    text += Words(" ") + phrase("gone-figure", figure=_figure(served, gone))
    if gone.figure.source is not None:
        text += Words(" ") + phrase("gone-source", source=place_in_words(gone.figure.source))
    return text


def _version(served: Served, gone: Gone) -> ox.NamedNode | None:
    """Return the last version of an observation, if the feed has it."""
    if gone.version is None:
        return None
    slug, _, codes = gone.path.removeprefix(OBSERVATION).partition("/")
    uris = Uris(base=served.base, vocabulary=served.vocabulary)
    return ox.NamedNode(uris.iri("version", slug=slug, codes=codes, release=gone.version.number))


def _page(served: Served, gone: Gone) -> Response:
    version = _version(served, gone)
    slug = gone.path.removeprefix(OBSERVATION).partition("/")[0]
    data_set = served.data_set_of(f"{served.base}/id/dataset/{slug}")
    source, figure = gone.figure and gone.figure.source, _figure(served, gone)
    language = current_reader().language
    return render_page(
        served,
        "gone.html",
        410,
        gone=gone,
        iri=f"{served.base}/id/{gone.path}",
        name=gone.label.get(language),
        figure=figure and in_language(figure, language),
        source=source,
        source_node=ox.NamedNode(source.table) if source else None,
        last_version=version,
        data_set=data_set,
    )


def _triples(served: Served, gone: Gone) -> Iterator[ox.Triple]:
    """Yield the description of what is gone, and of its last version."""
    iri = ox.NamedNode(f"{served.base}/id/{gone.path}")
    sentence = _sentence(served, gone)
    yield ox.Triple(iri, TYPE, ox.NamedNode(f"{ACTIVITY}Tombstone"))
    yield ox.Triple(iri, ox.NamedNode(f"{ACTIVITY}deleted"), _time(gone.removed.released))
    for language, label in sorted(gone.label.items()):
        yield ox.Triple(iri, LABELS[1], ox.Literal(label, language=language))
    for language in LANGUAGES:
        text = ox.Literal(sentence.text_in(language), language=language)
        yield ox.Triple(iri, term("rdfs:comment"), text)
    if gone.figure is None:
        return
    yield ox.Triple(iri, ox.NamedNode(f"{ACTIVITY}formerType"), term("qb:Observation"))
    version = _version(served, gone)
    if version is None or gone.version is None:
        return
    yield ox.Triple(iri, term("dct:hasVersion"), version)
    yield ox.Triple(version, term("dct:isVersionOf"), iri)
    yield ox.Triple(version, term("dct:issued"), _time(gone.version.released))
    for predicate, value in _stated(served, gone):
        yield ox.Triple(version, predicate, value)


def _stated(served: Served, gone: Gone) -> Iterator[tuple[ox.NamedNode, Node]]:
    """Yield what was stated last in an observation, as properties of a version of it."""
    figure, decimal = gone.figure, ox.NamedNode(str(XSD.decimal))
    if figure is None or gone.measure is None or gone.datatype is None:
        return
    yield term("qb:measureType"), ox.NamedNode(gone.measure)
    if figure.value is not None:
        text = canonical_decimal(figure.value)
        kind = ox.NamedNode(gone.datatype)
        yield ox.NamedNode(gone.measure), ox.Literal(text, datatype=kind)
    yield term("sdmx-attribute:unitMeasure"), ox.NamedNode(figure.unit)
    yield term("sdmx-attribute:obsStatus"), term(f"sdmx-code:obsStatus-{figure.status}")
    for code in figure.reasons:
        reason = ox.NamedNode(f"{served.base}/id/concept/{REASON_LIST}/{code}")
        yield served.generic("afwezigheid"), reason
    for key, value in figure.bounds:
        yield served.generic(BOUNDS[key]), ox.Literal(canonical_decimal(value), datatype=decimal)
    if figure.source is not None:
        yield term("prov:wasDerivedFrom"), ox.NamedNode(figure.source.iri)


def _time(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(str(XSD.dateTime)))
