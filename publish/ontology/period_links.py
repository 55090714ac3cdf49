"""Links from our periods to those of ``reference.data.gov.uk``: a linkset of their own.

That set follows the British calendar, which is ours since 1752; earlier periods match nothing. The
periods are known once tables are read, so these links stand in no file: each is made with its
reason, like those of ``ontology/links/``.
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Graph, Literal, URIRef

from publish.ontology.links import Link
from publish.ontology.periods import Period
from publish.project.iris import Uris
from publish.project.project import Text
from publish.rdf.namespaces import DCTERMS, FOAF, RDF, RDFS, SKOS, VOID
from publish.rdf.turtle import new_graph

TARGET = "http://reference.data.gov.uk/id/"
LINKSET = "perioden"
LAST_JULIAN_YEAR = 1752
"""The last year in which the British calendar was not ours for some of its days."""
_KINDS = {"kwartaal": "quarter", "jaar": "year", "dag": "day"}
_GRAPH = "bronnen"
"""The name of the graph of the periods."""

_TEXTS: dict[str, dict[URIRef, Text]] = {
    "linkset": {
        DCTERMS.title: {"nl": "Koppelingen van perioden", "en": "Links of periods"},
        DCTERMS.description: {
            "nl": "Verbindt elk kwartaal, elk jaar en elke dag met hetzelfde in de kalender van"
            " de Britse overheid. De adressen volgen het patroon van enkele die gezien zijn; geen"
            " ervan is opgevraagd.",
            "en": "Connects every quarter, year and day with the same one in the calendar of the"
            " British government. The addresses follow the pattern of some that were seen; none"
            " was requested.",
        },
    },
    "target": {
        DCTERMS.title: {
            "nl": "Kalenderperioden van de Britse overheid",
            "en": "Calendar periods of the British government",
        }
    },
    "source": {DCTERMS.title: {"nl": "De bronnen en perioden", "en": "The sources and periods"}},
    "link": {
        RDFS.comment: {
            "nl": "Dezelfde kalenderperiode, met hetzelfde begin en hetzelfde einde: de kalender"
            " daar is de Britse, die sinds 1752 ook de onze is.",
            "en": "The same calendar period, with the same beginning and the same end: the calendar"
            " there is the British one, which has been ours too since 1752.",
        }
    },
}


def link_periods(uris: Uris, periods: Iterable[Period]) -> tuple[Graph, list[Link]]:
    """Return the links of periods, and what is said of them and of their linkset."""
    graph, links = new_graph(uris), list[Link]()
    whole, target = URIRef(uris.iri("linkset", linkset=LINKSET)), URIRef(TARGET)
    source = URIRef(uris.iri("graph", name=_GRAPH))
    for period in periods:
        if period.start.year <= LAST_JULIAN_YEAR:
            continue
        iri = uris.iri("link", linkset=LINKSET, scheme=period.kind, code=period.code)
        link = Link(
            iri=URIRef(iri),
            concept=URIRef(uris.iri(period.kind, code=period.code)),
            relation=SKOS.exactMatch,
            target=URIRef(f"{TARGET}{_KINDS[period.kind]}/{period.code}"),
            linkset=LINKSET,
        )
        links.append(link)
        graph.add((link.iri, RDF.type, URIRef(uris.generic("Koppeling"))))
        ends = {"van": link.concept, "relatie": link.relation, "naar": link.target}
        for name, end in ends.items():
            graph.add((link.iri, URIRef(uris.generic(name)), end))
        for language in ("nl", "en"):
            words = f"{period.label(language)} → {link.target.removeprefix('http://')}"
            graph.add((link.iri, RDFS.label, Literal(words, lang=language)))
        _add_texts(graph, link.iri, "link")
    if links:
        graph.add((whole, RDF.type, VOID.Linkset))
        graph.add((whole, VOID.subjectsTarget, source))
        graph.add((whole, VOID.objectsTarget, target))
        graph.add((target, FOAF.homepage, URIRef("http://reference.data.gov.uk/")))
        graph.add((target, VOID.uriSpace, Literal(TARGET)))
        for node, name in ((whole, "linkset"), (target, "target"), (source, "source")):
            _add_texts(graph, node, name)
        for node in (target, source):
            graph.add((node, RDF.type, VOID.Dataset))
    return graph, links


def _add_texts(graph: Graph, node: URIRef, name: str) -> None:
    for predicate, text in _TEXTS[name].items():
        for language, words in text.items():
            graph.add((node, predicate, Literal(words, lang=language)))
