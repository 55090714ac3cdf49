"""Links from our codes to terms elsewhere, and among our own lists: their kind and their reason.

``ontology/links/`` has one file per target: its head is a ``void:Linkset``, then one
``pub:Koppeling`` per link. From them follow plain SKOS triples, linksets with counted numbers, and
for every code whether it is linked, or why not.
SKOS, section 10 (mapping properties); VoID, section 5 (linksets).
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from rdflib import Graph, Literal, URIRef

from publish.faults.fault import (
    LANGUAGES,
    Fault,
    Words,
    did_you_mean,
    fault,
    phrase,
    together,
)
from publish.ontology.vocabulary import Vocabulary
from publish.project.iris import Uris
from publish.rdf.namespaces import DCTERMS, FOAF, RDF, RDFS, SKOS, VOID
from publish.rdf.terms import local_name
from publish.rdf.turtle import new_graph

LISTS_GRAPH = "codelijsten"
"""The name of the graph of the code lists, in which every link starts."""

INVERSES = {
    SKOS.exactMatch: SKOS.exactMatch,
    SKOS.closeMatch: SKOS.closeMatch,
    SKOS.relatedMatch: SKOS.relatedMatch,
    SKOS.broadMatch: SKOS.narrowMatch,
    SKOS.narrowMatch: SKOS.broadMatch,
}
"""The mapping properties of SKOS, each with the one that leads back."""

POINTERS = {FOAF.focus, RDFS.seeAlso}
"""Relations that lead to the thing itself or to a page about it."""

STATUSES = ("GEKOPPELD", "GEEN_TEGENHANGER", "NIET_GEZOCHT")
"""Codes of the list koppelstatus: linked elsewhere, looked for and not found, not looked for."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A relation of a code to a term, from the file of one target."""

    iri: URIRef
    concept: URIRef
    relation: URIRef
    target: URIRef
    linkset: str
    """The stem of the file it stands in."""

    def triples(self, concepts: Graph) -> Iterator[tuple[URIRef, URIRef, URIRef]]:
        """Yield the plain triple, and the one that leads back between two codes of ours."""
        yield self.concept, self.relation, self.target
        if self.relation in INVERSES and (self.target, RDF.type, SKOS.Concept) in concepts:
            yield self.target, URIRef(INVERSES[self.relation]), self.concept


@dataclass(frozen=True, kw_only=True)
class CodeLinks:
    """How one code is linked: relation and target of each link, or why it has none."""

    code: str
    links: tuple[tuple[str, str], ...]
    status: str
    reason: dict[str, str]


def read_links(vocabulary: Vocabulary, faults: list[Fault]) -> list[Link]:
    """Return the links of the ontology in the order of their IRIs; report those that are faulty."""
    graph, uris, links = vocabulary.links, vocabulary.uris, []
    for iri in sorted(graph.subjects(RDF.type, vocabulary.generic("Koppeling")), key=str):
        if not isinstance(iri, URIRef):
            continue  # a blank node, which is reported for the file as a whole
        link = _read_link(vocabulary, iri, faults)
        if link:
            links.append(link)
    links = [link for link in links if _leads_to_target(vocabulary, link, faults)]
    first_of = {link.linkset: link.iri for link in reversed(links)}
    for stem, first in sorted(first_of.items()):
        linkset = uris.iri("linkset", linkset=stem)
        if (URIRef(linkset), RDF.type, VOID.Linkset) not in graph:
            name, place = linkset.removeprefix(f"{uris.base}/"), vocabulary.definitions.place(first)
            faults.append(fault("linkset-not-described", *place, name=name))
    return links


def _read_link(vocabulary: Vocabulary, iri: URIRef, faults: list[Fault]) -> Link | None:
    graph, place = vocabulary.links, vocabulary.definitions.place(iri)
    parts: dict[str, URIRef] = {}
    for name in ("van", "relatie", "naar"):
        values = list(graph.objects(iri, vocabulary.generic(name)))
        if len(values) == 1 and isinstance(values[0], URIRef):
            parts[name] = values[0]
        else:
            found = together(sorted(item.n3() for item in values)) or phrase("nothing")
            faults.append(fault("incomplete-link", *place, iri=iri, name=name, found=found))
    languages = {text.language for text in graph.objects(iri, RDFS.comment)
                 if isinstance(text, Literal)}  # fmt: skip
    if not {"nl", "en"} <= languages:
        faults.append(fault("link-without-reason", *place, iri=iri))
    if len(parts) < 3:
        return None
    concept, relation, target = parts.values()
    if any(_is_in_absent_list(vocabulary, end) for end in (concept, target)):
        return None
    before = len(faults)
    concepts, name = vocabulary.concepts, vocabulary.short(concept)
    if (concept, RDF.type, SKOS.Concept) not in concepts:
        hint = did_you_mean(name, map(vocabulary.short, concepts.subjects(SKOS.inScheme)))
        faults.append(fault("no-such-concept", *place, name=name, hint=hint))
    is_own = target.startswith(_own_space(vocabulary.uris))
    if is_own and (target, RDF.type, SKOS.Concept) not in concepts:
        faults.append(fault("no-such-concept", *place, name=vocabulary.short(target), hint=""))
    if relation not in INVERSES and relation not in POINTERS:
        allowed = ", ".join(vocabulary.short(item) for item in (*INVERSES, *sorted(POINTERS)))
        name = vocabulary.short(relation)
        faults.append(fault("unknown-relation", *place, name=name, allowed=allowed))
    if len(faults) > before:
        return None
    return Link(
        iri=iri,
        concept=concept,
        relation=relation,
        target=target,
        linkset=PurePosixPath(vocabulary.definitions.path(iri)).stem,
    )


def _is_in_absent_list(vocabulary: Vocabulary, iri: URIRef) -> bool:
    """Return whether a code is of a list that is not there, which was reported."""
    scheme = vocabulary.short(iri).partition("/")[0]
    return vocabulary.uris.iri("concept-scheme", scheme=scheme) in vocabulary.absent_lists


def _leads_to_target(vocabulary: Vocabulary, link: Link, faults: list[Fault]) -> bool:
    """Return whether a link leads to the data set that its linkset names; report it if not.

    That data set says with ``void:uriSpace`` how its addresses begin; that of our own lists is
    known.
    """
    uris = vocabulary.uris
    whole = URIRef(uris.iri("linkset", linkset=link.linkset))
    for target in vocabulary.links.objects(whole, VOID.objectsTarget):
        spaces = sorted(map(str, vocabulary.links.objects(target, VOID.uriSpace)))
        if str(target) == uris.iri("graph", name=LISTS_GRAPH):
            spaces = [_own_space(uris)]
        if spaces and not any(map(link.target.startswith, spaces)):
            place, wanted = vocabulary.definitions.place(link.iri), ", ".join(spaces)
            what = {"iri": link.target, "target": target, "wanted": wanted}
            faults.append(fault("link-outside-target", *place, **what))
            return False
    return True


def describe_links(vocabulary: Vocabulary, said: Graph, links: Iterable[Link]) -> Graph:
    """Return what is said of links, the SKOS triples that follow, and the linksets, counted.

    ``said`` is what files say, and what is said of the links of periods, which no file holds.
    """
    uris = vocabulary.uris
    graph = new_graph(uris)
    graph += said
    lists = URIRef(uris.iri("graph", name=LISTS_GRAPH))
    counted: Counter[tuple[str, URIRef]] = Counter()
    for link in links:
        for triple in link.triples(vocabulary.concepts):
            if triple not in graph:
                counted[link.linkset, triple[1]] += 1
            graph.add(triple)
        whole = URIRef(uris.iri("linkset", linkset=link.linkset))
        graph.add((link.iri, DCTERMS.isPartOf, whole))
        for language in ("nl", "en") if (link.iri, RDFS.label, None) not in said else ():
            ends = (_label(vocabulary, end, language) for end in (link.concept, link.target))
            graph.add((link.iri, RDFS.label, Literal(" → ".join(ends), lang=language)))
    graph.add((lists, RDF.type, VOID.Dataset))
    graph.add((lists, VOID.uriSpace, Literal(_own_space(uris))))
    for language, words in {"nl": "De codelijsten", "en": "The code lists"}.items():
        graph.add((lists, DCTERMS.title, Literal(words, lang=language)))
    for stem, group in itertools.groupby(sorted(counted.items()), key=lambda item: item[0][0]):
        whole, total = URIRef(uris.iri("linkset", linkset=stem)), 0
        start = said.value(whole, VOID.subjectsTarget) or lists
        graph.add((whole, VOID.subjectsTarget, start))
        for (_, relation), count in group:
            total += count
            part = URIRef(f"{whole}/{local_name(str(relation))}")
            graph.add((whole, VOID.subset, part))
            graph.add((part, RDF.type, VOID.Linkset))
            graph.add((part, VOID.linkPredicate, relation))
            graph.add((part, VOID.subjectsTarget, start))
            graph.add((part, VOID.triples, Literal(count)))
            for target in said.objects(whole, VOID.objectsTarget):
                graph.add((part, VOID.objectsTarget, target))
            for title in said.objects(whole, DCTERMS.title):
                if isinstance(title, Literal):
                    words = f"{title} ({vocabulary.short(relation)})"
                    graph.add((part, DCTERMS.title, Literal(words, lang=title.language)))
        graph.add((whole, VOID.triples, Literal(total)))
    return graph


def _own_space(uris: Uris) -> str:
    """Return how the addresses of our own codes begin."""
    return f"{uris.base}/id/concept/"


def _label(vocabulary: Vocabulary, iri: URIRef, language: str) -> str:
    """Return the label of a term in a language, or its short form if we know none."""
    labels = itertools.chain(
        vocabulary.concepts.objects(iri, SKOS.prefLabel),
        vocabulary.links.objects(iri, RDFS.label),
    )
    own = (item for item in labels if isinstance(item, Literal) and item.language == language)
    return str(next(own, "")) or vocabulary.short(iri)


def report_links(vocabulary: Vocabulary, links: Iterable[Link]) -> dict[str, list[CodeLinks]]:
    """Return per code list how each of its codes is linked, or why it is not linked elsewhere.

    A link to a code of ours, as that of a stand-in, or to a page leads to nothing elsewhere.
    """
    found = defaultdict[URIRef, set[tuple[str, str]]](set)
    elsewhere = set[URIRef]()
    for link in links:
        for subject, relation, target in link.triples(vocabulary.concepts):
            found[subject].add((vocabulary.short(relation), vocabulary.short(target)))
            if relation != RDFS.seeAlso and not target.startswith(f"{vocabulary.uris.base}/"):
                elsewhere.add(subject)
    report: dict[str, list[CodeLinks]] = {}
    for name, code_list in sorted(vocabulary.lists.items()):
        report[name] = []
        for code in code_list.codes:
            concept = vocabulary.concept(name, code)
            own = tuple(sorted(found.get(concept, ())))
            reason = _reason(vocabulary, concept, URIRef(code_list.iri))
            is_linked = concept in elsewhere
            status = STATUSES[0] if is_linked else STATUSES[1] if reason else STATUSES[2]
            report[name].append(
                CodeLinks(code=code, links=own, status=status, reason={} if is_linked else reason)
            )
    return report


def _reason(vocabulary: Vocabulary, concept: URIRef, scheme: URIRef) -> dict[str, str]:
    """Return why a code has no counterpart, as it says itself or else its list, by language."""
    predicate = vocabulary.generic("geenTegenhanger")
    for subject in (concept, scheme):
        texts = [
            text
            for graph in (vocabulary.concepts, vocabulary.links)
            for text in graph.objects(subject, predicate)
            if isinstance(text, Literal)
        ]
        if texts:
            return {str(text.language): str(text) for text in texts}
    return {}


def describe_statuses(vocabulary: Vocabulary, report: dict[str, list[CodeLinks]]) -> Graph:
    """Return the status of the links of every code."""
    graph = new_graph(vocabulary.uris)
    predicate = vocabulary.generic("koppelstatus")
    for name, codes in report.items():
        for item in codes:
            concept = vocabulary.concept(name, item.code)
            status = vocabulary.concept("koppelstatus", item.status)
            graph.add((concept, predicate, status))
    return graph


def report_in_words(report: dict[str, list[CodeLinks]]) -> Iterator[Words]:
    """Yield the lines of the report for people: per list its codes, with links or the reason."""
    for name, codes in report.items():
        linked = sum(item.status == STATUSES[0] for item in codes)
        yield phrase("links-of-list", list=name, linked=linked, codes=len(codes))
        width = max((len(item.code) for item in codes), default=0)
        for item in codes:
            lines = [Words(f"{relation} {target}") for relation, target in item.links]
            if item.status == STATUSES[1]:
                texts = (item.reason.get(language, "") for language in LANGUAGES)
                lines.append(phrase("no-counterpart", reason=Words(*texts)))
            if item.status == STATUSES[2]:
                lines.append(phrase("not-looked-for"))
            for number, text in enumerate(lines):
                code = item.code if number == 0 else ""
                yield Words(f"    {code:{width}}  ") + text


def report_as_records(report: dict[str, list[CodeLinks]]) -> list[dict[str, object]]:
    """Return the report of the links as JSON objects, one per code."""
    return [
        {
            "list": name,
            "code": item.code,
            "status": item.status,
            "links": [{"relation": relation, "target": target} for relation, target in item.links],
            "reason": item.reason,
        }
        for name, codes in report.items()
        for item in codes
    ]
