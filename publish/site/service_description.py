"""The description of the SPARQL endpoint (SPARQL 1.1 Service Description), its limits included.

The numbers of VoID were counted when the release was built; no blank nodes are used.
https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from publish.release.catalogue.void import (
    all_graphs,
    describe_all_graphs,
    describe_numbers,
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
    yield from statements(data_set, ("rdf:type", term("sd:Dataset")))
    if served.is_union:
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
    """Yield each limit as a property of the package's own vocabulary."""
    numbers = {"vragenPerKlant": per_client}
    if limits is not None:
        seconds = ox.Literal(f"{limits.deadline:g}", datatype=term("xsd:decimal"))
        yield ox.Triple(service, served.generic("tijdslimiet"), seconds)
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
            yield ox.Triple(service, served.generic(name), integer(number))


def _describe_graphs(served: Served, endpoint: str, data_set: ox.NamedNode) -> Iterator[ox.Triple]:
    """Yield the default graph and the named graphs, with their numbers."""
    yield from statements(data_set, ("rdf:type", term("void:Dataset")))
    yield from describe_numbers(data_set, served.counts)
    default = all_graphs(served)
    if not served.is_union:
        default = ox.NamedNode(f"{endpoint}#default-graph")
        yield from statements(default, ("rdf:type", term("sd:Graph")), ("void:triples", integer(0)))
    yield from statements(data_set, ("sd:defaultGraph", default))
    for graph in served.graphs:
        entry, node = ox.NamedNode(f"{endpoint}#{graph.name}"), ox.NamedNode(graph.iri)
        yield from _named_graph(data_set, entry, name=node, graph=node)
    yield from describe_all_graphs(served)


def _describe_graphs_of_files(
    served: Served, endpoint: str, data_set: ox.NamedNode
) -> Iterator[ox.Triple]:
    """Yield the graphs of a release of RDF files, with what was counted in each."""
    for number, counts in enumerate(served.graphs_of_files):
        graph = ox.NamedNode(f"{endpoint}#graph-{number}")
        if counts["name"] is None:
            yield from statements(data_set, ("sd:defaultGraph", graph))
        else:
            entry = ox.NamedNode(f"{endpoint}#named-{number}")
            name = ox.NamedNode(counts["name"])
            yield from _named_graph(data_set, entry, name=name, graph=graph)
        yield from statements(graph, ("rdf:type", term("sd:Graph")))
        yield from describe_numbers(graph, counts)


def _named_graph(
    data_set: ox.NamedNode, entry: ox.NamedNode, *, name: ox.NamedNode, graph: ox.NamedNode
) -> Iterator[ox.Triple]:
    yield from statements(data_set, ("sd:namedGraph", entry))
    yield from statements(
        entry, ("rdf:type", term("sd:NamedGraph")), ("sd:name", name), ("sd:graph", graph)
    )
