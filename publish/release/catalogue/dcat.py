"""The catalogue of a release in DCAT, by DCAT-AP 3.0.1 and DCAT-AP-VL 2022 and 3 at once.

Each node that is ours is described by a function of its own, so that its address can answer with
it alone. No blank nodes are used, and nothing of the cubes themselves is told.
https://www.w3.org/TR/vocab-dcat-3/
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from publish.project.publication import CC0
from publish.release.catalogue.distributions import describe_distribution
from publish.release.catalogue.facts import CatalogueFacts, Dates
from publish.release.catalogue.services import (
    describe_service_of_catalogue,
    services_of,
    words_of,
)
from publish.release.catalogue.terms import concept, describe_terms, text
from publish.release.catalogue.void import statements
from publish.release.opened import LANGUAGES, read_names, term

LANGUAGE_CODES = ("NLD", "ENG")
THEMES = ("data-theme", "belgian-theme")
"""The lists of themes: portals of Europe know the first, those of Belgium the second."""


def describe_catalogue(facts: CatalogueFacts) -> Iterator[ox.Triple]:
    """Yield the whole catalogue, one document: everything that it names and that is not a file."""
    iris: set[str] = set()
    for triple in _own_nodes(facts):
        for node in (triple.predicate, triple.object):
            if isinstance(node, ox.NamedNode):
                iris.add(node.value)
        yield triple
    yield from describe_terms(iris)


def _own_nodes(facts: CatalogueFacts) -> Iterator[ox.Triple]:
    """Yield what is said of each node that is ours, and of places and pages."""
    yield from _catalogue(facts)
    yield from _publisher(facts)
    yield from _contact(facts)
    for service in services_of(facts):
        yield from _record(facts, "dataservice", service.name)
        yield from describe_service_of_catalogue(facts, service)
    documents = set[str]()
    places = {facts.publication.of("catalogue", "spatial")}
    for slug, data_set in facts.data_sets.items():
        yield from _record(facts, "dataset", slug)
        yield from _data_set(facts, slug)
        for key in facts.files_of[slug]:
            yield from describe_distribution(facts, key)
        documents |= set(data_set.documents)
        places |= set(data_set.places)
    for document in sorted(documents):
        yield from _provenance(facts, document)
    for place in sorted(filter(None, places)):
        yield from statements(ox.NamedNode(place), ("rdf:type", term("dct:Location")))
        yield from text(ox.NamedNode(place), "rdfs:label", facts.labels.get(place, {}))


def describe_node(facts: CatalogueFacts, iri: str) -> Iterator[ox.Triple] | None:
    """Return what the catalogue says of a node that is ours; None for any other.

    It brings the labels of the terms that it names. The catalogue itself brings everything.
    """
    if iri == facts.iri("catalogue"):
        return describe_catalogue(facts)
    found = statements_of(facts, iri)
    return None if found is None else _with_terms(found)


def statements_of(facts: CatalogueFacts, iri: str) -> Iterator[ox.Triple] | None:
    """Return the statements of a node that is ours, without what it names; None for any other."""
    head = f"{facts.uris.base}/id/"
    kind, _, name = iri.removeprefix(head).partition("/")
    if not iri.startswith(head):
        return None
    services = {service.name: service for service in services_of(facts)}
    found = None
    if iri == facts.iri("catalogue"):
        found = _catalogue(facts)
    elif kind == "dataset" and name in facts.data_sets:
        found = _data_set(facts, name)
    elif kind == "distributie" and name in facts.files:
        found = describe_distribution(facts, name)
    elif kind == "dataservice" and name in services:
        found = describe_service_of_catalogue(facts, services[name])
    elif kind == "herkomst" and name in facts.documents:
        found = _provenance(facts, name)
    elif kind == "catalogusrecord":
        of, _, name = name.partition("/")
        if name in {"dataset": facts.data_sets, "dataservice": services}.get(of, {}):
            found = _record(facts, of, name)
    elif iri == facts.publisher:
        found = _publisher(facts)
    elif iri == facts.contact:
        found = _contact(facts)
    return found


def _with_terms(triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
    iris = set[str]()
    for triple in triples:
        if isinstance(triple.object, ox.NamedNode):
            iris.add(triple.object.value)
        yield triple
    yield from describe_terms(iris)


def _catalogue(facts: CatalogueFacts) -> Iterator[ox.Triple]:
    iri = facts.iri("catalogue")
    node, homepage = ox.NamedNode(iri), ox.NamedNode(f"{facts.public_url}/")
    yield from statements(
        node,
        ("rdf:type", term("dcat:Catalog")),
        ("dct:identifier", ox.Literal(iri)),
        ("dct:publisher", ox.NamedNode(facts.publisher)),
        ("dcat:contactPoint", ox.NamedNode(facts.contact)),
        ("dct:license", ox.NamedNode(CC0)),
        ("foaf:homepage", homepage),
        *_languages(),
        *_moments(facts.released),
    )
    yield from text(node, "dct:title", facts.title)
    yield from text(node, "dct:description", facts.description)
    place = facts.publication.of("catalogue", "spatial")
    if place:
        yield from statements(node, ("dct:spatial", ox.NamedNode(place)))
    for scheme in (
        "http://publications.europa.eu/resource/authority/data-theme",
        "http://vocab.belgif.be/auth/datatheme",
    ):
        yield from statements(node, ("dcat:themeTaxonomy", ox.NamedNode(scheme)))
    members = [("dataset", slug) for slug in facts.data_sets]
    members += [("dataservice", service.name) for service in services_of(facts)]
    for kind, name in members:
        pattern = "data-set" if kind == "dataset" else "data-service"
        member = ox.NamedNode(facts.iri(pattern, slug=name, name=name))
        property_ = "dcat:dataset" if kind == "dataset" else "dcat:service"
        yield from statements(node, (property_, member))
    yield from statements(node, *(("dcat:record", _record_of(facts, *item)) for item in members))
    yield from statements(homepage, ("rdf:type", term("foaf:Document")))


def _record_of(facts: CatalogueFacts, kind: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(facts.iri("catalogue-record", kind=kind, name=name))


def _record(facts: CatalogueFacts, kind: str, name: str) -> Iterator[ox.Triple]:
    """Yield the record of a data set or service; its dates are those of releases, not of today."""
    node = _record_of(facts, kind, name)
    is_service = kind == "dataservice"
    topic = facts.iri("data-service", name=name) if is_service else facts.iri("data-set", slug=name)
    yield from statements(
        node,
        ("rdf:type", term("dcat:CatalogRecord")),
        ("dct:identifier", ox.Literal(node.value)),
        ("foaf:primaryTopic", ox.NamedNode(topic)),
        ("dct:conformsTo", ox.NamedNode(facts.publication.profile)),
        *_languages(),
        *_moments(facts.released if is_service else facts.dates_of_record(name)),
    )
    titles = words_of(facts, name)[0] if is_service else facts.data_sets[name].title
    yield from text(node, "dct:title", titles)


def _data_set(facts: CatalogueFacts, slug: str) -> Iterator[ox.Triple]:
    """Yield the entry of a data set: what portals show, and its structure by StatDCAT-AP."""
    data_set, iri = facts.data_sets[slug], facts.iri("data-set", slug=slug)
    node, page = ox.NamedNode(iri), ox.NamedNode(f"{facts.public_url}/doc/dataset/{slug}")
    yield from statements(
        node,
        ("rdf:type", term("dcat:Dataset")),
        ("rdf:type", term("dcat:Resource")),
        ("dct:identifier", ox.Literal(iri)),
        ("dct:publisher", ox.NamedNode(facts.publisher)),
        ("dcat:contactPoint", ox.NamedNode(facts.contact)),
        ("dct:accessRights", concept("access-right", "PUBLIC")),
        ("mdcat:statuut", concept("statuut", "VLOPENDATA")),
        ("dct:type", concept("dataset-type", "STATISTICAL")),
        ("dcat:landingPage", page),
        *_languages(),
        *_moments(facts.dates_of(slug)),
    )
    yield from text(node, "dct:title", data_set.title)
    yield from text(node, "dct:description", data_set.description)
    for language, words in data_set.keywords.items():
        for word in words:
            yield from text(node, "dcat:keyword", {language: word})
    for code in data_set.themes:
        yield from statements(node, *(("dcat:theme", concept(list_, code)) for list_ in THEMES))
    if data_set.frequency:
        frequency = concept("frequency", data_set.frequency)
        yield from statements(node, ("dct:accrualPeriodicity", frequency))
    for place in data_set.places:
        yield from statements(node, ("dct:spatial", ox.NamedNode(place)))
    if data_set.temporal:
        period = ox.NamedNode(f"{iri}#periode")
        first, last = (ox.Literal(day, datatype=term("xsd:date")) for day in data_set.temporal)
        yield from statements(node, ("dct:temporal", period))
        yield from statements(
            period,
            ("rdf:type", term("dct:PeriodOfTime")),
            ("dcat:startDate", first),
            ("dcat:endDate", last),
        )
    if data_set.resolution:
        length = ox.Literal(data_set.resolution, datatype=term("xsd:duration"))
        yield from statements(node, ("dcat:temporalResolution", length))
    for document in data_set.documents:
        statement = ox.NamedNode(facts.iri("provenance", document=document))
        yield from statements(node, ("dct:provenance", statement))
    for other in data_set.derived_from:
        yield from statements(node, ("dct:source", ox.NamedNode(facts.iri("data-set", slug=other))))
    yield from _structure(facts, node, slug)
    for key in facts.files_of[slug]:
        distribution = ox.NamedNode(facts.iri("distribution", name=key))
        yield from statements(node, ("dcat:distribution", distribution))
    yield from statements(page, ("rdf:type", term("foaf:Document")))


def _structure(facts: CatalogueFacts, node: ox.NamedNode, slug: str) -> Iterator[ox.Triple]:
    """Yield dimensions, measures and units of a data set, its structure and number of series."""
    data_set = facts.data_sets[slug]
    for name, iris in (
        ("dimension", data_set.dimensions),
        ("measure", data_set.measures),
        ("statUnitMeasure", data_set.units),
        ("dataStructureDefinition", (facts.iri("structure", slug=slug),)),
    ):
        yield from statements(node, *((f"s1n:{name}", ox.NamedNode(iri)) for iri in iris))
    if data_set.series is not None:
        number = ox.Literal(str(data_set.series), datatype=term("xsd:nonNegativeInteger"))
        yield from statements(node, ("s1n:numSeries", number))


def _publisher(facts: CatalogueFacts) -> Iterator[ox.Triple]:
    node, publication = ox.NamedNode(facts.publisher), facts.publication
    kinds = ("foaf:Agent", "dct:Agent", "foaf:Organization")
    yield from statements(node, *(("rdf:type", term(kind)) for kind in kinds))
    yield from text(node, "foaf:name", publication.publisher_name)
    if kind := publication.of("publisher", "type"):
        yield from statements(node, ("dct:type", concept("publisher-type", kind)))
    if homepage := publication.of("publisher", "homepage"):
        page = ox.NamedNode(homepage)
        yield from statements(node, ("foaf:homepage", page))
        yield from statements(page, ("rdf:type", term("foaf:Document")))


def _contact(facts: CatalogueFacts) -> Iterator[ox.Triple]:
    node, publication = ox.NamedNode(facts.contact), facts.publication
    kinds = ("vcard:Organization", "vcard:Kind")
    yield from statements(node, *(("rdf:type", term(kind)) for kind in kinds))
    yield from text(node, "vcard:fn", publication.contact_name)
    if publication.email:
        yield from statements(node, ("vcard:hasEmail", ox.NamedNode(publication.email)))
    if address := publication.of("contact", "page"):
        page = ox.NamedNode(address)
        yield from statements(node, ("foaf:page", page), ("vcard:hasURL", page))
        yield from statements(page, ("rdf:type", term("foaf:Document")))


def _provenance(facts: CatalogueFacts, document: str) -> Iterator[ox.Triple]:
    """Yield the statement that data are taken from a document, with where it can be read."""
    node, about = (
        ox.NamedNode(facts.iri("provenance", document=document)),
        facts.documents[document],
    )
    yield from statements(
        node,
        ("rdf:type", term("dct:ProvenanceStatement")),
        ("prov:wasDerivedFrom", ox.NamedNode(facts.iri("document", document=document))),
    )
    words = {
        language: read_names()[language]["taken-from"].format(title=about["title"][language])
        for language in LANGUAGES
    }
    yield from text(node, "rdfs:label", words)
    for address in about["addresses"]:
        yield from statements(node, ("rdfs:seeAlso", ox.NamedNode(address)))


def _languages() -> list[tuple[str, ox.NamedNode]]:
    return [("dct:language", concept("language", code)) for code in LANGUAGE_CODES]


def _moments(dates: Dates) -> list[tuple[str, ox.Literal]]:
    times = (ox.Literal(moment, datatype=term("xsd:dateTime")) for moment in dates)
    return list(zip(("dct:issued", "dct:modified"), times, strict=True))
