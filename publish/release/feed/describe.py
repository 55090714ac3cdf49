"""The pages of the feed as triples: the stream, what a page leads to, and its members.

https://w3id.org/ldes/specification and https://w3id.org/tree/specification. No blank nodes are
used: a relation and the shape have addresses below that of their page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from publish.project.project import Text
from publish.release.feed.addresses import (
    CATALOGUE_STREAM,
    POLLING_SECONDS,
    catalogue_stream_iri,
    page_address,
    stream_iri,
)
from publish.release.feed.tree import Branch, FeedNode
from publish.release.opened import Served, term

TITLES: Text = {
    "nl": "Versies van waarnemingen: {title}",
    "en": "Versions of observations: {title}",
}
SHAPE = "VersionShape"
ACTIVITY_SHAPE = "https://semiceu.github.io/LDES-DCAT-AP-feeds/shape.ttl#ActivityShape"
"""What DCAT-AP Feeds says of a member of the stream of the catalogue."""
TIME_PATH, VERSION_OF = term("prov:generatedAtTime"), term("dct:isVersionOf")
Pair = tuple[str, ox.NamedNode | ox.Literal]


def describe_node(served: Served, node: FeedNode, members: bytes) -> Iterator[ox.Triple]:
    """Yield the triples of a page; ``members`` is the Turtle of those that it holds."""
    stream = ox.NamedNode(stream_iri(served.base))
    page = ox.NamedNode(page_address(served.public_url, node.name))
    if not node.name:
        yield from _describe_stream(served, stream, page)
    yield from _describe_page(served, node, page, TIME_PATH, "")
    triples = [quad.triple for quad in ox.parse(members, format=ox.RdfFormat.TURTLE)]
    for subject in dict.fromkeys(triple.subject for triple in triples):
        yield ox.Triple(stream, term("tree:member"), subject)
    yield from triples


def describe_catalogue_node(
    served: Served, node: FeedNode, members: bytes
) -> Iterator[ox.Quad | ox.Triple]:
    """Yield a page of the stream of the catalogue; ``members`` are the N-Quads that it holds."""
    stream = ox.NamedNode(catalogue_stream_iri(served.base))
    name = f"{CATALOGUE_STREAM}/{node.name}".rstrip("/")
    page = ox.NamedNode(page_address(served.public_url, name))
    published = term("as:published")
    if not node.name:
        yield from _statements(
            stream,
            [
                ("rdf:type", term("ldes:EventStream")),
                ("ldes:timestampPath", published),
                ("ldes:versionOfPath", term("as:object")),
                ("ldes:versionCreateObject", term("as:Create")),
                ("ldes:versionUpdateObject", term("as:Update")),
                ("ldes:versionDeleteObject", term("as:Delete")),
                ("ldes:pollingInterval", ox.Literal(POLLING_SECONDS)),
                ("tree:shape", ox.NamedNode(ACTIVITY_SHAPE)),
                ("tree:view", page),
            ],
        )
        yield from _statements(page, [("rdf:type", term("ldes:EventSource"))])
    yield from _describe_page(served, node, page, published, f"{CATALOGUE_STREAM}/")
    quads = list(ox.parse(members, format=ox.RdfFormat.N_QUADS))
    for quad in quads:
        if quad.predicate == published:
            yield ox.Triple(stream, term("tree:member"), quad.subject)
    yield from quads


def _describe_page(
    served: Served, node: FeedNode, page: ox.NamedNode, path: ox.NamedNode, head: str
) -> Iterator[ox.Triple]:
    """Yield what is said of a page itself: whether it is closed, and where it leads to."""
    yield from _statements(page, [("rdf:type", term("tree:Node"))])
    if node.is_closed:
        yield from _statements(page, [("ldes:immutable", ox.Literal(True))])
    for branch in node.branches:
        yield from _relations(served, page, branch, path, head)


def _describe_stream(
    served: Served, stream: ox.NamedNode, root: ox.NamedNode
) -> Iterator[ox.Triple]:
    """Yield what a client has to know of the stream, which only the root says."""
    shape = ox.NamedNode(f"{root.value}#{SHAPE}")
    yield from _statements(
        stream,
        [
            ("rdf:type", term("ldes:EventStream")),
            ("ldes:timestampPath", TIME_PATH),
            ("ldes:versionOfPath", VERSION_OF),
            ("ldes:versionDeletePath", term("rdf:type")),
            ("ldes:versionDeleteObject", term("as:Delete")),
            ("ldes:pollingInterval", ox.Literal(POLLING_SECONDS)),
            ("tree:shape", shape),
            ("tree:view", root),
        ],
    )
    for language, text in TITLES.items():
        title = text.format(title=served.title.get(language, ""))
        yield from _statements(stream, [("dct:title", ox.Literal(title, language=language))])
    if served.licence:
        yield from _statements(stream, [("dct:license", ox.NamedNode(served.licence))])
    yield from _statements(root, [("rdf:type", term("ldes:EventSource"))])
    yield from _describe_shape(shape)


def _describe_shape(shape: ox.NamedNode) -> Iterator[ox.Triple]:
    """Yield what every member has: the observation that it is a version of, and a time."""
    yield from _statements(shape, [("rdf:type", term("sh:NodeShape"))])
    kinds: dict[ox.NamedNode, Pair] = {
        VERSION_OF: ("sh:nodeKind", term("sh:IRI")),
        TIME_PATH: ("sh:datatype", term("xsd:dateTime")),
    }
    for path, kind in kinds.items():
        name = path.value.rpartition("/")[2].rpartition("#")[2]
        part = ox.NamedNode(f"{shape.value}-{name}")
        yield from _statements(shape, [("sh:property", part)])
        yield from _statements(
            part,
            [
                ("sh:path", path),
                ("sh:minCount", ox.Literal(1)),
                ("sh:maxCount", ox.Literal(1)),
                kind,
            ],
        )


def _relations(
    served: Served, page: ox.NamedNode, branch: Branch, path: ox.NamedNode, head: str
) -> Iterator[ox.Triple]:
    """Yield the two relations that say between which times the members of another page lie."""
    target = ox.NamedNode(page_address(served.public_url, head + branch.name))
    for kind, bound, value in (
        ("tree:GreaterThanOrEqualToRelation", "since", branch.since),
        ("tree:LessThanRelation", "until", branch.until),
    ):
        relation = ox.NamedNode(f"{page.value}#{bound}-{branch.name}")
        yield from _statements(page, [("tree:relation", relation)])
        yield from _statements(
            relation,
            [
                ("rdf:type", term(kind)),
                ("tree:node", target),
                ("tree:path", path),
                ("tree:value", ox.Literal(value, datatype=term("xsd:dateTime"))),
            ],
        )


def _statements(subject: ox.NamedNode, pairs: Iterable[Pair]) -> Iterator[ox.Triple]:
    for predicate, value in pairs:
        yield ox.Triple(subject, term(predicate), value)
