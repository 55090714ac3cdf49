"""The description of the SPARQL endpoint (SPARQL 1.1 Service Description), its limits included.

The numbers of VoID were counted when the release was built; no blank nodes are used.
https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from publish.release.catalogue.void import (
    COUNTED,
    SD,
    all_graphs,
    describe_all_graphs,
    integer,
)
from publish.release.opened import TYPE, Served, term
from publish.sparql.forms import GRAPHS, RESULTS
from publish.sparql.query.limits import Limits

SIMPLE = "http://www.w3.org/ns/entailment/Simple"


def describe_service(
    served: Served, limits: Limits | None = None, per_client: int | None = None
) -> Iterator[ox.Triple]:
    """Yield the service, its formats and limits, and its RDF dataset with the graphs.

    ``per_client`` is the number of queries at a time of one client.
    """
    endpoint = ox.NamedNode(served.address("/sparql"))
    service = ox.NamedNode(f"{endpoint.value}#service")
    data_set = ox.NamedNode(f"{endpoint.value}#dataset")
    for subject, predicate, object_ in (
        (service, TYPE, _sd("Service")),
        (service, _sd("endpoint"), endpoint),
        (service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (service, _sd("defaultEntailmentRegime"), ox.NamedNode(SIMPLE)),
        (service, _sd("defaultDataset"), data_set),
        (data_set, TYPE, _sd("Dataset")),
    ):
        yield ox.Triple(subject, predicate, object_)
    if served.is_union:
        yield ox.Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    known: list[ox.RdfFormat | ox.QueryResultsFormat | None] = [
        *(ox.QueryResultsFormat.from_media_type(form.media_type) for form in RESULTS),
        *(ox.RdfFormat.from_media_type(form.media_type) for form in GRAPHS),
    ]
    for format_ in known:
        if format_ is not None:
            yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(format_.iri))
    yield from _describe_limits(served, service, limits, per_client)
    if served.is_of_files:
        yield from _describe_graphs_of_files(served, endpoint.value, data_set)
    else:
        yield from _describe_graphs(served, endpoint.value, data_set)


def _describe_limits(
    served: Served,
    service: ox.NamedNode,
    limits: Limits | None,
    per_client: int | None,
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
    yield ox.Triple(data_set, TYPE, term("void:Dataset"))
    for key, name in COUNTED.items():
        if key in served.counts:
            number = integer(served.counts[key])
            yield ox.Triple(data_set, term(f"void:{name}"), number)
    default = all_graphs(served)
    if not served.is_union:
        default = ox.NamedNode(f"{endpoint}#default-graph")
        yield ox.Triple(default, TYPE, _sd("Graph"))
        yield ox.Triple(default, term("void:triples"), integer(0))
    yield ox.Triple(data_set, _sd("defaultGraph"), default)
    for graph in served.graphs:
        entry, node = ox.NamedNode(f"{endpoint}#{graph.name}"), ox.NamedNode(graph.iri)
        yield ox.Triple(data_set, _sd("namedGraph"), entry)
        yield ox.Triple(entry, TYPE, _sd("NamedGraph"))
        yield ox.Triple(entry, _sd("name"), node)
        yield ox.Triple(entry, _sd("graph"), node)
    yield from describe_all_graphs(served)


def _describe_graphs_of_files(
    served: Served, endpoint: str, data_set: ox.NamedNode
) -> Iterator[ox.Triple]:
    """Yield the graphs of a release of RDF files, with what was counted in each."""
    for number, counts in enumerate(served.graphs_of_files):
        graph = ox.NamedNode(f"{endpoint}#graph-{number}")
        if counts["name"] is None:
            yield ox.Triple(data_set, _sd("defaultGraph"), graph)
        else:
            entry = ox.NamedNode(f"{endpoint}#named-{number}")
            yield ox.Triple(data_set, _sd("namedGraph"), entry)
            yield ox.Triple(entry, TYPE, _sd("NamedGraph"))
            yield ox.Triple(entry, _sd("name"), ox.NamedNode(counts["name"]))
            yield ox.Triple(entry, _sd("graph"), graph)
        yield ox.Triple(graph, TYPE, _sd("Graph"))
        for key, name in COUNTED.items():
            if key in counts:
                yield ox.Triple(graph, term(f"void:{name}"), integer(counts[key]))


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)
