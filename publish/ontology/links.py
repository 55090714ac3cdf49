"""Links from our codes to terms elsewhere, and among our own lists: their kind and their reason.

``ontology/links/`` has one file per target: its head is a ``void:Linkset``, then one
``pub:Koppeling`` per link. From them follow plain SKOS triples, linksets with counted numbers, and
for every code whether it is linked, or why not.
SKOS, section 10 (mapping properties); VoID, section 5 (linksets).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.faults.fault import Fault, did_you_mean, fault, phrase, together
from publish.ontology.vocabulary import Vocabulary
from publish.project.iris import PREFIXES, Uris
from publish.rdf.namespaces import DCTERMS, FOAF, RDF, RDFS, SKOS, VOID
from publish.rdf.terms import local_name, prefixed_name
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
"""Codes of the list koppelstatus: linked, looked for and not found, not looked for."""


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


def read_links(uris: Uris, vocabulary: Vocabulary, faults: list[Fault]) -> list[Link]:
    """Return the links of the ontology in the order of their IRIs; report those that are faulty."""
    graph, links = vocabulary.links, []
    for iri in sorted(graph.subjects(RDF.type, URIRef(uris.generic("Koppeling"))), key=str):
        if not isinstance(iri, URIRef):
            continue  # a blank node, which is reported for the file as a whole
        link = _read_link(uris, vocabulary, iri, faults)
        if link:
            links.append(link)
    for stem in sorted({link.linkset for link in links}):
        if (URIRef(uris.iri("linkset", linkset=stem)), RDF.type, VOID.Linkset) not in graph:
            first = next(link for link in links if link.linkset == stem)
            place = vocabulary.definitions.place(first.iri)
            name = uris.iri("linkset", linkset=stem).removeprefix(f"{uris.base}/")
            faults.append(fault("linkset-not-described", *place, name=name))
    return links


def _read_link(uris: Uris, vocabulary: Vocabulary, iri: URIRef, faults: list[Fault]) -> Link | None:
    graph, place = vocabulary.links, vocabulary.definitions.place(iri)
    parts: dict[str, URIRef] = {}
    for name in ("van", "relatie", "naar"):
        values = list(graph.objects(iri, URIRef(uris.generic(name))))
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
    concept, relation = parts["van"], parts["relatie"]
    before = len(faults)
    if (concept, RDF.type, SKOS.Concept) not in vocabulary.concepts:
        known = {short(uris, item): item for item in vocabulary.concepts.subjects(SKOS.inScheme)}
        hint = did_you_mean(short(uris, concept), known)
        faults.append(fault("no-such-concept", *place, name=short(uris, concept), hint=hint))
    is_own = str(parts["naar"]).startswith(f"{uris.base}/id/concept/")
    if is_own and (parts["naar"], RDF.type, SKOS.Concept) not in vocabulary.concepts:
        name = short(uris, parts["naar"])
        faults.append(fault("no-such-concept", *place, name=name, hint=""))
    if relation not in INVERSES and relation not in POINTERS:
        allowed = ", ".join(short(uris, item) for item in (*INVERSES, *sorted(POINTERS)))
        faults.append(
            fault("unknown-relation", *place, name=short(uris, relation), allowed=allowed)
        )
    if len(faults) > before:
        return None
    return Link(
        iri=iri,
        concept=concept,
        relation=relation,
        target=parts["naar"],
        linkset=PurePosixPath(vocabulary.definitions.path(iri)).stem,
    )


def short(uris: Uris, iri: Node) -> str:
    """Return a short form of an IRI: ``list/code``, or ``prefix:name``, else itself."""
    text = str(iri)
    head = f"{uris.base}/id/concept/"
    if text.startswith(head):
        return text.removeprefix(head)
    return prefixed_name(text, PREFIXES) or text


def describe_links(uris: Uris, vocabulary: Vocabulary, links: Iterable[Link]) -> Graph:
    """Return what the files say, the SKOS triples that follow, and the linksets, counted."""
    graph = new_graph(uris)
    graph += vocabulary.links
    lists = URIRef(uris.iri("graph", name=LISTS_GRAPH))
    counted: Counter[tuple[str, URIRef]] = Counter()
    for link in links:
        for triple in link.triples(vocabulary.concepts):
            if triple not in graph:
                counted[link.linkset, triple[1]] += 1
            graph.add(triple)
        whole = URIRef(uris.iri("linkset", linkset=link.linkset))
        graph.add((link.iri, DCTERMS.isPartOf, whole))
        for language, words in _label_of(uris, vocabulary, link).items():
            graph.add((link.iri, RDFS.label, Literal(words, lang=language)))
    graph.add((lists, RDF.type, VOID.Dataset))
    for language, words in {"nl": "De codelijsten", "en": "The code lists"}.items():
        graph.add((lists, DCTERMS.title, Literal(words, lang=language)))
    for (stem, relation), count in sorted(counted.items()):
        whole = URIRef(uris.iri("linkset", linkset=stem))
        part = URIRef(f"{whole}/{local_name(str(relation))}")
        graph.add((whole, VOID.subjectsTarget, lists))
        graph.add((whole, VOID.subset, part))
        graph.add((part, RDF.type, VOID.Linkset))
        graph.add((part, VOID.linkPredicate, relation))
        graph.add((part, VOID.subjectsTarget, lists))
        graph.add((part, VOID.triples, Literal(count)))
        for target in vocabulary.links.objects(whole, VOID.objectsTarget):
            graph.add((part, VOID.objectsTarget, target))
        for title in vocabulary.links.objects(whole, DCTERMS.title):
            if isinstance(title, Literal):
                words = f"{title} ({short(uris, relation)})"
                graph.add((part, DCTERMS.title, Literal(words, lang=title.language)))
    for stem in sorted({stem for stem, _ in counted}):
        whole = URIRef(uris.iri("linkset", linkset=stem))
        total = sum(count for (other, _), count in counted.items() if other == stem)
        graph.add((whole, VOID.triples, Literal(total)))
    return graph


def _label_of(uris: Uris, vocabulary: Vocabulary, link: Link) -> dict[str, str]:
    """Return what a link is called: its code and its target."""
    names: dict[str, str] = {}
    for language in ("nl", "en"):
        ends = [
            _name(vocabulary, end, language) or short(uris, end)
            for end in (link.concept, link.target)
        ]
        names[language] = " → ".join(ends)
    return names


def _name(vocabulary: Vocabulary, iri: URIRef, language: str) -> str | None:
    """Return the label of a term in a language, if we know it."""
    for graph, predicate in (
        (vocabulary.concepts, SKOS.prefLabel),
        (vocabulary.links, RDFS.label),
    ):
        for label in graph.objects(iri, predicate):
            if isinstance(label, Literal) and label.language == language:
                return str(label)
    return None


def report_links(
    uris: Uris, vocabulary: Vocabulary, links: Iterable[Link]
) -> dict[str, list[CodeLinks]]:
    """Return per code list how each of its codes is linked, or why it is not."""
    found: dict[URIRef, list[tuple[str, str]]] = {}
    for link in links:
        for subject, relation, target in link.triples(vocabulary.concepts):
            found.setdefault(subject, []).append((short(uris, relation), short(uris, target)))
    report: dict[str, list[CodeLinks]] = {}
    for name, code_list in sorted(vocabulary.lists.items()):
        report[name] = []
        for code in code_list.codes:
            concept = URIRef(uris.iri("concept", scheme=name, code=code))
            own = tuple(sorted(set(found.get(concept, ()))))
            reason = _reason(uris, vocabulary, concept, URIRef(code_list.iri))
            is_linked = any(relation != "rdfs:seeAlso" for relation, _ in own)
            status = STATUSES[0] if is_linked else STATUSES[1] if reason else STATUSES[2]
            report[name].append(
                CodeLinks(code=code, links=own, status=status, reason={} if is_linked else reason)
            )
    return report


def _reason(uris: Uris, vocabulary: Vocabulary, concept: URIRef, scheme: URIRef) -> dict[str, str]:
    """Return why a code has no counterpart, as it says itself or else its list, by language."""
    predicate = URIRef(uris.generic("geenTegenhanger"))
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


def describe_statuses(uris: Uris, report: dict[str, list[CodeLinks]]) -> Graph:
    """Return the status of the links of every code."""
    graph = new_graph(uris)
    predicate = URIRef(uris.generic("koppelstatus"))
    for name, codes in report.items():
        for item in codes:
            concept = URIRef(uris.iri("concept", scheme=name, code=item.code))
            status = URIRef(uris.iri("concept", scheme="koppelstatus", code=item.status))
            graph.add((concept, predicate, status))
    return graph


def report_as_text(report: dict[str, list[CodeLinks]], language: str) -> str:
    """Return the report of the links for people: per list its codes, with links or the reason."""
    lines = []
    for name, codes in report.items():
        linked = sum(item.status == STATUSES[0] for item in codes)
        lines.append(f"{name}: {linked} of {len(codes)} codes linked")
        width = max((len(item.code) for item in codes), default=0)
        for item in codes:
            kinds = [f"{relation} {target}" for relation, target in item.links]
            if item.status == STATUSES[1]:
                kinds.append("no counterpart: " + item.reason.get(language, ""))
            if item.status == STATUSES[2]:
                kinds.append("not looked for")
            for number, text in enumerate(kinds):
                code = item.code if number == 0 else ""
                lines.append(f"    {code:{width}}  {text}")
    return "\n".join(lines)


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
