"""The description of the SPARQL endpoint (SPARQL 1.1 Service Description), its limits included.

The numbers of VoID were counted when the release was built; no blank nodes are used.
https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

import pyoxigraph as ox

from publish.faults.fault import LANGUAGES, Words, number_of, phrase
from publish.ontology.vocabulary import PACKAGE_TERMS
from publish.release.catalogue.void import (
    all_graphs,
    describe_all_graphs,
    describe_numbers,
    describe_partitions,
    integer,
    statements,
)
from publish.release.opened import Served, term
from publish.sparql.forms import (
    CSV,
    GRAPHS,
    JSON_LD,
    N3,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    SPARQL_JSON,
    SPARQL_XML,
    TRIG,
    TSV,
    TURTLE,
)
from publish.sparql.query.limits import Limits

KINDS = ("sd:Graph", "void:Dataset")
SIMPLE = "http://www.w3.org/ns/entailment/Simple"
FORMATS = "http://www.w3.org/ns/formats/"
FORMAT_NAMES = {
    SPARQL_JSON: "SPARQL_Results_JSON",
    SPARQL_XML: "SPARQL_Results_XML",
    CSV: "SPARQL_Results_CSV",
    TSV: "SPARQL_Results_TSV",
    TURTLE: "Turtle",
    N_TRIPLES: "N-Triples",
    RDF_XML: "RDF_XML",
    JSON_LD: "JSON-LD",
    TRIG: "TriG",
    N_QUADS: "N-Quads",
    N3: "N3",
}
"""The names of forms in W3C's list of formats, which gives media types an IRI."""


def describe_service(
    served: Served, limits: Limits | None = None, per_client: int | None = None
) -> Iterator[ox.Triple]:
    """Yield the service, its formats and limits, and its RDF dataset with the graphs.

    ``per_client`` is the number of queries at a time of one client.
    """
    endpoint = ox.NamedNode(f"{served.public_url}/sparql")
    service = ox.NamedNode(f"{endpoint.value}#service")
    data_set = ox.NamedNode(f"{endpoint.value}#dataset")
    yield from statements(
        service,
        ("rdf:type", term("sd:Service")),
        ("sd:endpoint", endpoint),
        ("sd:supportedLanguage", term("sd:SPARQL11Query")),
        ("sd:defaultEntailmentRegime", ox.NamedNode(SIMPLE)),
        ("sd:defaultDataset", data_set),
    )
    if served.manifest.get("publication"):
        entry = ox.NamedNode(f"{served.base}/id/dataservice/sparql")
        yield from statements(service, ("rdfs:seeAlso", entry))
    yield from statements(data_set, ("rdf:type", term("sd:Dataset")))
    if served.is_union and served.versions is None:
        yield from statements(service, ("sd:feature", term("sd:UnionDefaultGraph")))
    for form, name in FORMAT_NAMES.items():
        iri = ox.NamedNode(FORMATS + name)
        yield from statements(service, ("sd:resultFormat", iri))
        if form in GRAPHS:
            yield from statements(data_set, ("void:feature", iri))
    yield from _describe_limits(served, service, limits, per_client)
    describe = _describe_graphs_of_files if served.is_of_files else _describe_graphs
    yield from describe(served, endpoint.value, data_set)


def _describe_limits(
    served: Served, service: ox.NamedNode, limits: Limits | None, per_client: int | None
) -> Iterator[ox.Triple]:
    """Yield each limit as a property of the package's own vocabulary.

    Over files no vocabulary is served, so the description itself says what the properties mean.
    """

    def property_of(name: str) -> ox.NamedNode:
        if served.is_of_files:
            return ox.NamedNode(f"{service.value.partition('#')[0]}#{name}")
        return served.generic(name)

    numbers = {"vragenPerKlant": per_client}
    if limits is not None:
        seconds = ox.Literal(f"{limits.deadline:g}", datatype=term("xsd:decimal"))
        yield ox.Triple(service, property_of("tijdslimiet"), seconds)
        if served.is_of_files:
            yield from _meaning("tijdslimiet", property_of("tijdslimiet"))
        numbers |= {
            "geheugenlimiet": limits.memory,
            "meesteRijen": limits.rows,
            "grootsteAntwoord": limits.answer_bytes,
            "grootsteVraag": limits.query_bytes,
            "diepsteNesting": limits.nesting,
            "meesteDelen": limits.parts,
            "meesteWachtenden": limits.waiting,
        }
    for name, number in numbers.items():
        if number is not None:
            yield ox.Triple(service, property_of(name), integer(number))
            if served.is_of_files:
                yield from _meaning(name, property_of(name))


def texts_of_changes(served: Served) -> dict[str, str]:
    """Return how many literals of its files the store holds in another form, by language."""
    changed = served.changed_literals
    if not changed:
        return {}
    words = phrase(
        "literals-served-changed",
        literals=number_of(changed["literals"], "literals"),
        files=number_of(changed["files"], "files"),
    )
    if changed["coinciding"]:
        coinciding = number_of(changed["coinciding"], "triples")
        words += Words(" ") + phrase("triples-coincide", triples=coinciding)
    return {language: words.text_in(language) for language in LANGUAGES}


def _meaning(name: str, property_: ox.NamedNode) -> Iterator[ox.Triple]:
    """Yield what the package's vocabulary says of one of its terms."""
    for triple in _vocabulary():
        if str(triple.subject).endswith(f"#{name}>") and isinstance(triple.object, ox.Literal):
            yield ox.Triple(property_, triple.predicate, triple.object)


@cache
def _vocabulary() -> list[ox.Triple]:
    file = resources.files("publish.ontology").joinpath("vocabulary_data", PACKAGE_TERMS)
    found = ox.parse(file.read_bytes(), ox.RdfFormat.TURTLE, base_iri="http://example.org/")
    return [quad.triple for quad in found]


def _describe_graphs(served: Served, endpoint: str, data_set: ox.NamedNode) -> Iterator[ox.Triple]:
    """Yield the default graph and the named graphs, with their numbers."""
    yield from statements(data_set, ("rdf:type", term("void:Dataset")))
    yield from describe_numbers(data_set, served.counts)
    yield from describe_partitions(data_set, served.partitions)
    default = all_graphs(served)
    if not served.is_union:
        default = ox.NamedNode(f"{endpoint}#default-graph")
        yield from statements(default, ("rdf:type", term("sd:Graph")), ("void:triples", integer(0)))
    yield from statements(data_set, ("sd:defaultGraph", default))
    versions = (served.versions,) if served.versions else ()
    for graph in (*served.graphs, *versions):
        entry, node = ox.NamedNode(f"{endpoint}#{graph.name}"), ox.NamedNode(graph.iri)
        yield from _named_graph(data_set, entry, name=node, graph=node)
    yield from describe_all_graphs(served)


def _describe_graphs_of_files(
    served: Served, endpoint: str, data_set: ox.NamedNode
) -> Iterator[ox.Triple]:
    """Yield the graphs of a release of RDF files, with what was counted in each."""
    for language, text in texts_of_changes(served).items():
        yield from statements(data_set, ("dct:description", ox.Literal(text, language=language)))
    for number, counts in enumerate(served.graphs_of_files):
        graph = ox.NamedNode(f"{endpoint}#graph-{number}")
        if counts["name"] is None:
            yield from statements(data_set, ("sd:defaultGraph", graph))
        else:
            entry = ox.NamedNode(f"{endpoint}#named-{number}")
            name = ox.NamedNode(counts["name"])
            yield from _named_graph(data_set, entry, name=name, graph=graph)
        yield from statements(graph, *(("rdf:type", term(kind)) for kind in KINDS))
        yield from describe_numbers(graph, counts)
        yield from describe_partitions(graph, counts)


def _named_graph(
    data_set: ox.NamedNode, entry: ox.NamedNode, *, name: ox.NamedNode, graph: ox.NamedNode
) -> Iterator[ox.Triple]:
    yield from statements(data_set, ("sd:namedGraph", entry))
    yield from statements(
        entry, ("rdf:type", term("sd:NamedGraph")), ("sd:name", name), ("sd:graph", graph)
    )
