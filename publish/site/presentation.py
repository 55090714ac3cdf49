"""What pages show of one thing: its properties, incoming links, links of codes, remarks on quality.

All of it is bounded; what is left out is said to be.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from publish.release.catalogue.facts import agents_of_catalogue
from publish.release.opened import LABELS, TYPE, Node, Served, term
from publish.site.describe import (
    MOST_TRIPLES,
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
KINDS = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "focus")
"""The kinds of link in the order of the page, the closest first; all others come last."""


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


@dataclass(frozen=True)
class View:
    """A release as pages show it in one language."""

    served: Served
    language: str

    def label(self, iri: str) -> str:
        """Return what a thing is called."""
        agents = agents_of_catalogue(self.served, self.language)
        return agents.get(iri) or self.served.label(iri, self.language)

    def text(self, subject: ox.NamedNode, *predicates: ox.NamedNode) -> ox.Literal | None:
        """Return the first text of a thing, of the language if there is one."""
        return self.served.text(subject, predicates, self.language)

    def string(self, subject: ox.NamedNode, *predicates: ox.NamedNode) -> str | None:
        """Return the first text of a thing without its language."""
        text = self.text(subject, *predicates)
        return text.value if text else None

    def texts(self, subject: ox.NamedNode, predicate: ox.NamedNode) -> list[ox.Literal]:
        """Return all texts of a thing in the language, or all there are."""
        return self.served.texts(subject, predicate, self.language)

    def value(self, node: Node) -> Value:
        """Return a term as a page shows it; only addresses of the web become links."""
        if isinstance(node, ox.Literal):
            datatype = None if node.language else self.served.compact(node.datatype.value)
            shown = None if datatype == "xsd:string" else datatype
            return Value(text=node.value, language=node.language, datatype=shown)
        if not isinstance(node, ox.NamedNode):
            return Value(text=str(node))
        iri, path = node.value, self.served.local_path(node.value)
        href = path or (iri if iri.startswith(("http://", "https://")) else None)
        return Value(text=self.label(iri), href=href, local=path is not None, iri=iri)

    def target(self, node: ox.NamedNode) -> Value:
        """Return a thing that a remark concerns; an observation is named by its codes."""
        value = self.value(node)
        head, found, path = node.value.partition(f"{self.served.base}/id/observatie/")
        codes = " · ".join(path.split("/")[1:-1]) if found and not head else ""
        return replace(value, text=codes or value.text)

    def properties(self, iri: ox.NamedNode) -> list[Property]:
        """Return the properties of a thing, those first that a reader looks for first."""
        return self.properties_in(self.served.triples(iri, None, None))

    def properties_in(self, triples: Iterable[ox.Triple]) -> list[Property]:
        """Return the properties that triples about one thing give it."""
        found: dict[ox.NamedNode, dict[Node, None]] = {}
        for triple in itertools.islice(triples, MOST_TRIPLES):
            found.setdefault(triple.predicate, {})[triple.object] = None
        properties = []
        for predicate in sorted(found, key=lambda item: _place(FIRST, item.value)):
            values = list(map(self.value, itertools.islice(found[predicate], MOST_VALUES)))
            values.sort(key=lambda value: (value.language not in (None, self.language), value.text))
            properties.append(
                Property(
                    name=self.value(predicate),
                    values=tuple(values),
                    more=len(found[predicate]) > MOST_VALUES,
                )
            )
        return properties

    def links(self, code: ox.NamedNode) -> list[LinkOfCode]:
        """Return the links of a code to terms elsewhere and in other lists."""
        rows = select(self.served, "select_links", concept=code)
        return list(map(self._link, sorted(rows, key=_closest_first)))

    def links_in(self, linkset: ox.NamedNode) -> list[tuple[Value, LinkOfCode]]:
        """Return the links of a linkset, or of its part, each with the code it starts from."""
        rows = sorted(select(self.served, "select_linkset", linkset=linkset), key=_closest_first)
        return [(self.value(row["code"]), self._link(row)) for row in rows]

    def _link(self, row: dict[str, Any]) -> LinkOfCode:
        scheme = self.served.object(row["other"], term("skos:inScheme"))
        return LinkOfCode(
            relation=self.value(row["relation"]),
            other=self.value(row["other"]),
            where=self.label(scheme.value)
            if isinstance(scheme, ox.NamedNode)
            else urlsplit(row["other"].value).hostname or "",
            reason=self.text(row["link"], COMMENT),
        )

    def remarks(self, iri: ox.NamedNode) -> list[RemarkOnQuality]:
        """Return the remarks on a thing: on its quality first, then on what is missing."""
        served, remarks = self.served, []
        for node, found in _remarks_on(served, iri).items():
            targets = [target for target in found if target != iri]
            aspect = served.object(node, term("dqv:inDimension"))
            remarks.append(
                RemarkOnQuality(
                    aspect=self.label(aspect.value) if isinstance(aspect, ox.NamedNode) else "",
                    title=self.string(node, *LABELS),
                    text=self.text(node, COMMENT),
                    targets=tuple(map(self.target, targets[:MOST_TARGETS])),
                    more=len(targets) > MOST_TARGETS,
                    missing=served.generic("Ontbrekend").value in types_of(served, node),
                    question=self.string(node, served.generic("deelvraag")),
                    line=self.string(node, served.generic("bronregel")),
                )
            )
        return sorted(remarks, key=lambda item: (item.missing, item.question or "", item.aspect))


def _place(order: Sequence[str], name: str) -> tuple[int, str]:
    """Return a key that sorts the names of an order first, and others by name."""
    return (order.index(name) if name in order else len(order), name)


def _closest_first(row: dict[str, Any]) -> tuple[int, str]:
    return _place(KINDS, row["relation"].value.rpartition("#")[2].rpartition("/")[2])


def _remarks_on(served: Served, iri: ox.NamedNode) -> dict[ox.NamedNode, list[ox.NamedNode]]:
    """Return the remarks on a thing and its parts, each with things it concerns.

    Of the figures that a remark concerns, which may be very many, some are looked at: all belong
    to one data set.
    """
    found: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    for row in select(served, "select_remarks", about=iri):
        found.setdefault(row["remark"], []).append(row["target"])
    if served.left_out:
        for item in served.objects(iri, term("dqv:hasQualityAnnotation")):
            if isinstance(item, ox.NamedNode):
                found.setdefault(item, [iri])
    if served.data_set_of(iri.value) is None:
        return found
    annotations = served.triples(None, TYPE, term("dqv:QualityAnnotation"))
    subjects = {item.subject for item in annotations if isinstance(item.subject, ox.NamedNode)}
    for remark in sorted(subjects, key=str):
        figures = [
            item
            for item in itertools.islice(served.objects(remark, OA_TARGET), MOST_VALUES)
            if isinstance(item, ox.NamedNode) and iri in served.objects(item, DATA_SET)
        ]
        if figures:
            found.setdefault(remark, []).extend(sorted(figures, key=str))
    return found
