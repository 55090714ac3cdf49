"""What pages show of one thing: its properties, incoming links, links of codes, remarks on quality.

All of it is bounded; what is left out is said to be.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from publish.release.opened import LABELS, TYPE, Node, Served, term
from publish.site.describe import (
    MEMBERS,
    MOST_PAGES,
    MOST_TRIPLES,
    PER_PAGE,
    incoming_page,
    types_of,
)
from publish.site.select import select

DATA_SET = term("qb:dataSet")
MOST_VALUES = 100
MOST_TARGETS = 5
"""How many things a remark names that it concerns."""
COMMENT = term("rdfs:comment")
OA_TARGET = term("oa:hasTarget")

FIRST = [
    term(name).value
    for name in (
        "rdf:type",
        "skos:prefLabel",
        "rdfs:label",
        "dct:title",
        "skos:notation",
        "skos:definition",
        "dct:description",
        "rdfs:comment",
        "skos:note",
        "skos:scopeNote",
    )
]
"""Properties that a reader looks for first."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """A term as a page shows it: a link when it has an address, else text."""

    text: str
    href: str | None = None
    local: bool = False
    iri: str | None = None
    language: str | None = None
    datatype: str | None = None


@dataclass(frozen=True, kw_only=True)
class Property:
    """A predicate with its values, of which ``more`` are left out."""

    name: Value
    values: tuple[Value, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One page of the things that point here: subject and predicate of each."""

    links: tuple[tuple[Value, Value], ...]
    page: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One code of a list, as the page of the list shows it."""

    link: Value
    notation: str
    printed: tuple[str, ...]
    total: bool
    definition: str | None


@dataclass(frozen=True, kw_only=True)
class LinkOfCode:
    """A link of a code: its kind, the term at the other end, and why it holds."""

    relation: Value
    other: Value
    where: str
    """The code list of the other term, or the host that publishes it."""
    reason: ox.Literal | None


@dataclass(frozen=True, kw_only=True)
class RemarkOnQuality:
    """A remark on quality, or figures that are missing, with the things it concerns."""

    aspect: str
    title: str | None
    text: ox.Literal | None
    targets: tuple[Value, ...]
    more: bool
    missing: bool
    question: str | None
    line: str | None


def is_web_address(iri: str) -> bool:
    """Return whether an IRI may become a link."""
    return iri.startswith(("http://", "https://"))


def value_of(served: Served, term: Node, language: str) -> Value:
    """Return a term as a page shows it."""
    if isinstance(term, ox.Literal):
        datatype = None if term.language else served.compact(term.datatype.value)
        plain = datatype in (None, "xsd:string")
        return Value(text=term.value, language=term.language, datatype=None if plain else datatype)
    if not isinstance(term, ox.NamedNode):
        return Value(text=str(term))
    iri = term.value
    path = served.local_path(iri)
    if path is not None:
        return Value(text=served.label(iri, language), href=path, local=True, iri=iri)
    href = iri if is_web_address(iri) else None
    return Value(text=served.label(iri, language), href=href, iri=iri)


def properties_of(served: Served, iri: ox.NamedNode, language: str) -> list[Property]:
    """Return the properties of a thing, those first that a reader looks for first."""
    return properties_in(served, served.triples(iri, None, None), language)


def properties_in(served: Served, triples: Iterator[ox.Triple], language: str) -> list[Property]:
    """Return the properties that triples about one thing give it."""
    found: dict[str, dict[Node, None]] = {}
    for triple in itertools.islice(triples, MOST_TRIPLES):
        found.setdefault(triple.predicate.value, {})[triple.object] = None

    def rank(predicate: str) -> tuple[int, str]:
        return (FIRST.index(predicate) if predicate in FIRST else len(FIRST), predicate)

    properties = []
    for predicate in sorted(found, key=rank):
        terms = list(found[predicate])
        values = [value_of(served, term, language) for term in terms[:MOST_VALUES]]
        values.sort(key=lambda value: (value.language not in (None, language), value.text))
        properties.append(
            Property(
                name=value_of(served, ox.NamedNode(predicate), language),
                values=tuple(values),
                more=len(terms) > MOST_VALUES,
            )
        )
    return properties


def incoming_of(served: Served, iri: ox.NamedNode, page: int, language: str) -> Incoming:
    """Return one page, from 1, of what points to a thing."""
    page = min(max(page, 1), MOST_PAGES)
    found = incoming_page(served, iri, page)
    links = [
        (value_of(served, triple.subject, language), value_of(served, triple.predicate, language))
        for triple in found[:PER_PAGE]
    ]
    more = len(found) > PER_PAGE and page < MOST_PAGES
    return Incoming(links=tuple(links), page=page, more=more)


KINDS = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "focus")
"""The kinds of link in the order of the page, the closest first; all others come last."""


def _closest_first(row: dict[str, Any]) -> tuple[int, str]:
    name = row["relation"].value.rpartition("#")[2].rpartition("/")[2]
    return (KINDS.index(name) if name in KINDS else len(KINDS), name)


def links_of(served: Served, iri: ox.NamedNode, language: str) -> list[LinkOfCode]:
    """Return the links of a code to terms elsewhere and in other lists."""
    rows = sorted(select(served, "select_links", concept=iri), key=_closest_first)
    return [_link(served, row, language) for row in rows]


def links_in(
    served: Served, linkset: ox.NamedNode, language: str
) -> list[tuple[Value, LinkOfCode]]:
    """Return the links of a linkset, or of its part, each with the code it starts from."""
    rows = sorted(select(served, "select_linkset", linkset=linkset), key=_closest_first)
    return [(value_of(served, row["code"], language), _link(served, row, language)) for row in rows]


def _link(served: Served, row: dict[str, Any], language: str) -> LinkOfCode:
    other = row["other"]
    scheme = next(served.objects(other, term("skos:inScheme")), None)
    return LinkOfCode(
        relation=value_of(served, row["relation"], language),
        other=value_of(served, other, language),
        where=served.label(scheme.value, language)
        if isinstance(scheme, ox.NamedNode)
        else urlsplit(other.value).hostname or "",
        reason=served.text(row["link"], (COMMENT,), language),
    )


def target_of(served: Served, target: ox.NamedNode, language: str) -> Value:
    """Return a thing that a remark concerns; an observation is named by its codes."""
    value = value_of(served, target, language)
    head = f"{served.base}/id/observatie/"
    if not target.value.startswith(head):
        return value
    codes = target.value.removeprefix(head).split("/")[1:-1]
    return replace(value, text=" · ".join(codes) or value.text)


def _remarks_on(served: Served, iri: ox.NamedNode) -> dict[ox.NamedNode, list[ox.NamedNode]]:
    """Return the remarks on a thing and its parts, each with things it concerns.

    Of the figures that a remark concerns, which may be very many, some are looked at: all belong
    to one data set.
    """
    found: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    for row in select(served, "select_remarks", about=iri):
        found.setdefault(row["remark"], []).append(row["target"])
    if all(item.iri != iri.value for item in served.data_sets):
        return found
    annotations = served.triples(None, TYPE, term("dqv:QualityAnnotation"))
    subjects = {item.subject for item in annotations if isinstance(item.subject, ox.NamedNode)}
    for remark in sorted(subjects, key=str):
        some = list(itertools.islice(served.objects(remark, OA_TARGET), MOST_VALUES))
        figures = [
            item
            for item in some
            if isinstance(item, ox.NamedNode) and iri in served.objects(item, DATA_SET)
        ]
        if figures:
            found.setdefault(remark, []).extend(sorted(figures, key=str))
    return found


def remarks_of(served: Served, iri: ox.NamedNode, language: str) -> list[RemarkOnQuality]:
    """Return the remarks on a thing: on its quality first, then on what is missing."""
    remarks = []
    for node, found in _remarks_on(served, iri).items():
        targets = [target for target in found if target != iri]
        title = served.text(node, LABELS, language)
        aspect = next(served.objects(node, term("dqv:inDimension")), None)
        question, line = (
            next((term.value for term in served.objects(node, served.generic(name))
                  if isinstance(term, ox.Literal)), None)
            for name in ("deelvraag", "bronregel")
        )  # fmt: skip
        remarks.append(
            RemarkOnQuality(
                aspect=served.label(aspect.value, language)
                if isinstance(aspect, ox.NamedNode)
                else "",
                title=title.value if title else None,
                text=served.text(node, (COMMENT,), language),
                targets=tuple(
                    target_of(served, target, language) for target in targets[:MOST_TARGETS]
                ),
                more=len(targets) > MOST_TARGETS,
                missing=served.generic("Ontbrekend").value in types_of(served, node),
                question=question,
                line=line,
            )
        )
    return sorted(remarks, key=lambda item: (item.missing, item.question or "", item.aspect))


def concepts_of(served: Served, scheme: ox.NamedNode, language: str) -> list[Concept]:
    """Return the codes of a list in order, the total last."""
    rows = select(served, "select_codes", list=scheme)

    def place(row: dict[str, ox.NamedNode | ox.Literal]) -> tuple[bool, int, str]:
        order = int(row["order"].value) if "order" in row else 0
        return ("total" in row, order, row["code"].value)

    rows.sort(key=place)
    concepts = []
    for row in rows[:MEMBERS]:
        code = row["code"]
        meaning = served.text(code, (term("skos:definition"),), language)
        short = served.text(code, (term("skos:notation"),), language)
        printed = served.texts(code, served.generic("gedruktLabel"), language)
        concepts.append(
            Concept(
                link=value_of(served, code, language),
                notation=short.value if short else served.compact(code.value),
                printed=tuple(item.value for item in printed),
                total="total" in row,
                definition=meaning.value if meaning else None,
            )
        )
    return concepts
