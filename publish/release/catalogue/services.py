"""The services of a release that give its data: each a dcat:DataService with its own record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from publish.project.project import Text
from publish.release.catalogue.facts import CatalogueFacts
from publish.release.catalogue.terms import concept, text
from publish.release.catalogue.void import statements
from publish.release.feed.addresses import FEED
from publish.release.opened import LANGUAGES, read_names, term


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: its name, where it is below the public address, and what it follows."""

    name: str
    path: str
    description_path: str
    """Where it is described for programs."""
    protocol: str
    """A code of the Flemish list of protocols."""
    standards: tuple[str, ...]
    keywords: tuple[str, ...]


DATA_ADDRESS = "gegevens"
"""The name of the service that answers views of data sets, below ``/data``."""
SERVICES = {
    service.name: service
    for service in (
        Service(
            name="sparql",
            path="/sparql",
            description_path="/sparql",
            protocol="REST",
            standards=("https://www.w3.org/TR/sparql11-protocol/",),
            keywords=("SPARQL", "linked data"),
        ),
        Service(
            name="stroom",
            path=FEED,
            description_path=FEED,
            protocol="LDES",
            standards=("https://w3id.org/ldes/specification",),
            keywords=("LDES", "linked data"),
        ),
        Service(
            name=DATA_ADDRESS,
            path="/data",
            description_path="/openapi.json",
            protocol="REST",
            standards=("https://spec.openapis.org/oas/v3.1.0",),
            keywords=("API", "OpenAPI"),
        ),
    )
}
"""The services that a release can have, by name."""


def services_of(facts: CatalogueFacts) -> Iterator[Service]:
    """Yield the services that the release has; one of before there were views lacks theirs."""
    for service in SERVICES.values():
        if data_sets_of(facts, service):
            yield service


def data_sets_of(facts: CatalogueFacts, service: Service) -> list[str]:
    """Return the slugs of the data sets that a service gives."""
    if service.name == DATA_ADDRESS:
        return [slug for slug in facts.data_sets if slug in facts.with_views]
    return list(facts.data_sets)


def describe_service_of_catalogue(facts: CatalogueFacts, service: Service) -> Iterator[ox.Triple]:
    """Yield what the catalogue says of a service."""
    iri = facts.iri("data-service", name=service.name)
    node, url = ox.NamedNode(iri), facts.public_url
    yield from statements(
        node,
        ("rdf:type", term("dcat:DataService")),
        ("rdf:type", term("dcat:Resource")),
        ("dct:identifier", ox.Literal(iri)),
        ("dct:publisher", ox.NamedNode(facts.publisher)),
        ("dcat:contactPoint", ox.NamedNode(facts.contact)),
        ("dct:accessRights", concept("access-right", "PUBLIC")),
        ("mdcat:statuut", concept("statuut", "VLOPENDATASERVICE")),
        ("dct:license", ox.NamedNode(facts.licence)),
        ("dcat:endpointURL", ox.NamedNode(url + service.path)),
        ("dcat:endpointDescription", ox.NamedNode(url + service.description_path)),
        ("dct:conformsTo", concept("protocol", service.protocol)),
        *(("dct:conformsTo", ox.NamedNode(standard)) for standard in service.standards),
    )
    titles, descriptions = words_of(facts, service.name)
    yield from text(node, "dct:title", titles)
    yield from text(node, "dct:description", descriptions)
    for word in service.keywords:
        for language in LANGUAGES:
            yield from text(node, "dcat:keyword", {language: word})
    for theme in sorted({code for item in facts.data_sets.values() for code in item.themes}):
        for list_ in ("data-theme", "belgian-theme"):
            yield from statements(node, ("dcat:theme", concept(list_, theme)))
    for slug in data_sets_of(facts, service):
        data_set = ox.NamedNode(facts.iri("data-set", slug=slug))
        yield from statements(node, ("dcat:servesDataset", data_set))


def words_of(facts: CatalogueFacts, name: str) -> tuple[Text, Text]:
    """Return the title and the description of a service."""
    names = {language: read_names()[language]["services"] for language in LANGUAGES}
    titles = {
        language: words[name].format(title=facts.title[language])
        for language, words in names.items()
    }
    return titles, {language: words[f"{name}-about"] for language, words in names.items()}
