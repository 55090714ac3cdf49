"""The services of a catalogue: each is where the server answers, and serves what it can."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
from built import Built
from small_catalogue import DATES, small_facts

from publish.release.catalogue.dcat import describe_catalogue, statements_of
from publish.release.catalogue.facts import facts_of

DCAT = "http://www.w3.org/ns/dcat#"
CONFORMS = "http://purl.org/dc/terms/conformsTo"


def test_list_the_data_address(answer: Built) -> None:
    """Views of all data sets are a service, described in OpenAPI, which a client fetches."""
    facts = facts_of(answer.manifest, DATES)
    assert facts is not None
    node, url = facts.iri("data-service", name="gegevens"), facts.public_url
    statements = {
        (item.predicate.value, item.object.value)
        for item in statements_of(facts, node) or ()
        if isinstance(item.object, ox.NamedNode)
    }
    assert statements >= {
        (f"{DCAT}endpointURL", f"{url}/data"),
        (f"{DCAT}endpointDescription", f"{url}/openapi.json"),
        (CONFORMS, "https://spec.openapis.org/oas/v3.1.0"),
    }
    served = {iri for predicate, iri in statements if predicate == f"{DCAT}servesDataset"}
    assert served == {facts.iri("data-set", slug=slug) for slug in facts.data_sets}
    catalogue = ox.NamedNode(facts.iri("catalogue"))
    listed = ox.Triple(catalogue, ox.NamedNode(f"{DCAT}service"), ox.NamedNode(node))
    assert listed in set(describe_catalogue(facts))


def test_list_no_data_address_of_a_release_without_views() -> None:
    """A release of before there were views has no such service, nor a record of it."""
    facts = small_facts()
    node = facts.iri("data-service", name="gegevens")
    assert facts.with_views == frozenset()
    assert statements_of(facts, node) is None
    assert node not in {str(item.object).strip("<>") for item in describe_catalogue(facts)}
    slug = next(iter(facts.data_sets))
    assert statements_of(replace(facts, with_views=frozenset({slug})), node) is not None
