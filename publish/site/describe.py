"""A thing as triples, for programs: its own, a page of those that point to it, labels of both ends.

Everything is bounded: never a whole cube is described, and the rest is a query away.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from publish.project.iris import PORTAL_PREFIXES, SHARED_GRAPHS
from publish.rdf.jsonld import json_ld, usable_prefixes
from publish.rdf.rdf_xml import NOT_IN_XML, NotInXml, as_elements
from publish.release.feed.addresses import versions_graph
from publish.release.opened import LABELS, SERVICE, TYPE, Node, Served, term
from publish.site.select import select

MOST_TRIPLES = 20_000
PER_PAGE = 50
MOST_PAGES = 200
MEMBERS = 2000
"""How many concepts a code list's description and page hold."""
TO_DATA_SETS = (term("oa:hasTarget"), term("prov:used"), term("prov:wasDerivedFrom"))
"""What points to a data set, besides its observations."""


def types_of(served: Served, iri: ox.NamedNode) -> set[str]:
    """Return the classes of a thing."""
    return {term.value for term in served.objects(iri, TYPE) if isinstance(term, ox.NamedNode)}


def incoming_page(served: Served, iri: ox.NamedNode, page: int) -> list[ox.Triple]:
    """Return one page, from 1, of what points to a thing; one triple more if another follows.

    Definitions, links and sources come first, then data sets. Of a data set, which very many
    observations may point to, only TO_DATA_SETS are looked for.
    """
    shared = (ox.NamedNode(f"{served.base}/id/graaf/{name}") for name in SHARED_GRAPHS)
    quads = (served.store.quads_for_pattern(None, None, iri, graph) for graph in shared)
    is_data_set = term("qb:DataSet").value in types_of(served, iri)
    predicates: Sequence[ox.NamedNode | None] = TO_DATA_SETS if is_data_set else (None,)
    found = itertools.chain(
        (quad.triple for quad in itertools.chain.from_iterable(quads)),
        *(served.triples(None, predicate, iri) for predicate in predicates),
        versions_of(served, iri),
    )
    start = (min(max(page, 1), MOST_PAGES) - 1) * PER_PAGE
    return list(itertools.islice(_each_once(found), start, start + PER_PAGE + 1))


def versions_of(served: Served, iri: ox.NamedNode) -> Iterator[ox.Triple]:
    """Yield that things are versions of another, as far as the store has them."""
    graph = ox.NamedNode(versions_graph(served.base))
    for quad in served.store.quads_for_pattern(None, term("dct:isVersionOf"), iri, graph):
        yield quad.triple


def _each_once(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    seen = set[ox.Triple]()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            yield triple


def describe(served: Served, iri: ox.NamedNode, page: int = 1) -> Iterator[ox.Triple]:
    """Yield a thing's own triples, a page of those that point to it, then the labels of both ends.

    A code list brings its codes with it, a data set its structure, a vocabulary its terms, a table
    the cells of the page. Each triple is yielded once.
    """
    return _each_once(_describe(served, iri, page))


def _describe(served: Served, iri: ox.NamedNode, page: int) -> Iterator[ox.Triple]:
    subjects = [iri, *_belongings(served, iri)]
    own = (triple for subject in subjects for triple in served.triples(subject, None, None))
    linked: dict[Node, None] = {}
    for triple in itertools.islice(own, MOST_TRIPLES):
        yield triple
        linked |= {triple.predicate: None, triple.object: None}
    if next(own, None) is not None:
        return
    for row in select(served, "select_uses", vocabulary=iri) if len(subjects) > 1 else ():
        yield ox.Triple(row["component"], row["use"], row["term"])
    for triple in incoming_page(served, iri, page)[:PER_PAGE]:
        yield triple
        linked |= {triple.predicate: None, triple.subject: None}
        inside = triple.subject
        if isinstance(inside, ox.NamedNode) and inside.value.startswith(f"{iri.value}#"):
            # It has no document of its own, as a cell of a table.
            yield from served.triples(inside, None, None)
    nodes = (node for node in linked if isinstance(node, ox.NamedNode))
    for node in itertools.islice(nodes, MEMBERS):
        for label in LABELS:
            yield from served.triples(node, label, None)


def _belongings(served: Served, iri: ox.NamedNode) -> list[ox.NamedNode]:
    """Return the things whose triples are part of the description of a thing."""
    kinds = types_of(served, iri)
    if term("skos:ConceptScheme").value in kinds:
        rows = select(served, "select_codes", list=iri)
        return sorted({row["code"] for row in rows[:MEMBERS]}, key=str)
    for kind, part in (("DataSet", "structure"), ("DataStructureDefinition", "component")):
        if term(f"qb:{kind}").value in kinds:
            parts = served.objects(iri, term(f"qb:{part}"))
            return [node for node in parts if isinstance(node, ox.NamedNode)]
    if term("owl:Ontology").value in kinds:
        return [row["term"] for row in select(served, "select_vocabulary", vocabulary=iri)]
    return []


def write_triples(served: Served, triples: Iterable[ox.Triple], format_: ox.RdfFormat) -> bytes:
    """Serialise triples, each once and those of one subject together, with the prefixes in use.

    Raises NotInXml when they cannot be RDF/XML.
    """
    by_subject: dict[object, dict[ox.Triple, None]] = {}
    for triple in triples:
        by_subject.setdefault(triple.subject, {})[triple] = None
    listed = [triple for group in by_subject.values() for triple in group]
    iris = {term.value for triple in listed for term in triple if isinstance(term, ox.NamedNode)}
    iris |= {
        triple.object.datatype.value for triple in listed if isinstance(triple.object, ox.Literal)
    }
    used = {
        prefix: namespace
        for prefix, namespace in (served.prefixes | SERVICE | PORTAL_PREFIXES).items()
        if any(iri.startswith(namespace) for iri in iris)
    }
    if format_ == ox.RdfFormat.JSON_LD:
        names = "".join(f"<{iri}>" for iri in iris).encode()
        return "".join(json_ld(listed, usable_prefixes(used, names))).encode()
    is_xml = format_ == ox.RdfFormat.RDF_XML
    triples = as_elements(listed) if is_xml else listed
    written = ox.serialize(triples, format=format_, prefixes=used) or b""
    if is_xml and NOT_IN_XML.search(written):
        raise NotInXml
    return written
