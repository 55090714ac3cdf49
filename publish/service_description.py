"""What the SPARQL endpoint says of itself (SPARQL 1.1 Service Description).

In comes a served release; out come triples without blank nodes.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from publish.negotiate import GRAPHS, RESULTS
from publish.served import TYPE, Served

SD = "http://www.w3.org/ns/sparql-service-description#"


def describe_service(
    served: Served, limits: object = None, per_client: object = None
) -> Iterator[ox.Triple]:
    """Yield the service, its formats, and its data set with the named graphs."""
    endpoint = ox.NamedNode(served.address("/sparql"))
    service = ox.NamedNode(f"{endpoint.value}#service")
    data_set = ox.NamedNode(f"{endpoint.value}#dataset")
    for subject, predicate, object_ in (
        (service, TYPE, _sd("Service")),
        (service, _sd("endpoint"), endpoint),
        (service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (service, _sd("feature"), _sd("UnionDefaultGraph")),
        (service, _sd("defaultDataset"), data_set),
        (data_set, TYPE, _sd("Dataset")),
    ):
        yield ox.Triple(subject, predicate, object_)
    known: list[ox.RdfFormat | ox.QueryResultsFormat | None] = [
        *(ox.QueryResultsFormat.from_media_type(form.media_type) for form in RESULTS),
        *(ox.RdfFormat.from_media_type(form.media_type) for form in GRAPHS),
    ]
    for format_ in known:
        if format_ is not None:
            yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(format_.iri))
    for graph in sorted(served.store.named_graphs(), key=str):
        if isinstance(graph, ox.NamedNode):
            entry = ox.NamedNode(f"{endpoint.value}#{graph.value.rpartition('/')[2]}")
            yield ox.Triple(data_set, _sd("namedGraph"), entry)
            yield ox.Triple(entry, TYPE, _sd("NamedGraph"))
            yield ox.Triple(entry, _sd("name"), graph)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(SD + name)
