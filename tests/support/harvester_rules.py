"""What the harvesters of portals demand of a catalogue, rule by rule, as their programs have it.

Each rule is a generator of what breaks it, over the text of the catalogue and its triples. They
are written from what those programs do, which no shape says: which harvester, stands at the rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD
from rdflib.term import Node

SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
QB = Namespace("http://purl.org/linked-data/cube#")
CC0 = "https://data.vlaanderen.be/id/licentie/creative-commons-zero-verklaring/v1.0"
FLANDERS = URIRef("https://sws.geonames.org/3337388/")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
LARGEST = 50_000_000
"""Bytes of a catalogue that CKAN reads."""
MOST_AROUND_A_RECORD = 3_000
"""Triples that the Flemish portal copies into one record of a catalogue of a few data sets.

A data set has some thirty files, each with twenty triples and its checksum."""
ADDRESSES = (
    DCTERMS.license,
    DCAT.accessURL,
    DCAT.downloadURL,
    DCAT.landingPage,
    DCAT.endpointURL,
    DCAT.endpointDescription,
    FOAF.homepage,
)
ONCE_AT_MOST = (
    DCTERMS.publisher,
    DCTERMS.rights,
    DCTERMS.issued,
    DCTERMS.modified,
    DCTERMS.accessRights,
    DCTERMS.accrualPeriodicity,
)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A catalogue as a harvester gets it: one document in Turtle."""

    text: str
    graph: Graph

    def of(self, *classes: URIRef) -> list[Node]:
        """Return the things of classes."""
        return sorted({node for kind in classes for node in self.graph.subjects(RDF.type, kind)})

    @property
    def data_sets(self) -> list[Node]:
        """The data sets."""
        return self.of(DCAT.Dataset)

    @property
    def services(self) -> list[Node]:
        """The data services."""
        return self.of(DCAT.DataService)

    @property
    def distributions(self) -> list[Node]:
        """The distributions."""
        return self.of(DCAT.Distribution)

    @property
    def records(self) -> list[Node]:
        """The catalogue's records."""
        return self.of(DCAT.CatalogRecord)

    @property
    def catalogues(self) -> list[Node]:
        """The catalogue itself."""
        return self.of(DCAT.Catalog)

    @property
    def entries(self) -> list[Node]:
        """Everything that has an identifier of its own."""
        return [
            *self.catalogues,
            *self.records,
            *self.data_sets,
            *self.services,
            *self.distributions,
        ]


Rule = Callable[[Catalogue], Iterator[str]]
RULES: dict[str, Rule] = {}
"""All rules by name, in order."""


def rule(check: Rule) -> Rule:
    """Add a rule to the list."""
    RULES[check.__name__] = check
    return check


def read_catalogue(text: str) -> Catalogue:
    """Return a catalogue by its text in Turtle."""
    return Catalogue(text=text, graph=Graph().parse(data=text, format="turtle"))


# -- Metadata Vlaanderen (GeoNetwork): Harvester.java, RDFUtils.java, sparql/*.rq, *.sch -----------


@rule
def turtle_is_recognised(catalogue: Catalogue) -> Iterator[str]:
    """Turtle is taken for RDF only with these two texts in it."""
    for needed in ("@prefix ", "<http://www.w3.org/ns/dcat#>"):
        if needed not in catalogue.text:
            yield f"{needed} is missing"


@rule
def one_catalogue(catalogue: Catalogue) -> Iterator[str]:
    """Two catalogues give each record twice."""
    if len(catalogue.catalogues) != 1:
        yield f"{len(catalogue.catalogues)} catalogues"


@rule
def no_blank_nodes(catalogue: Catalogue) -> Iterator[str]:
    """What is a blank node is skipped, or gets another name at every run."""
    for node in sorted(set(catalogue.graph.all_nodes())):
        if isinstance(node, BNode):
            yield str(node)


@rule
def one_record_each(catalogue: Catalogue) -> Iterator[str]:
    """Records that are missing are invented, with the time of harvesting as their date."""
    graph = catalogue.graph
    topics = Counter(graph.objects(None, FOAF.primaryTopic))
    for node in [*catalogue.data_sets, *catalogue.services]:
        if topics[node] != 1:
            yield f"{node} has {topics[node]} records"
    listed = set(graph.objects(None, DCAT.record))
    for node in catalogue.records:
        if node not in listed:
            yield f"{node} is in no catalogue"
        if graph.value(node, FOAF.primaryTopic) in (node, None):
            yield f"{node} is a record of itself or of nothing"


@rule
def dates_of_records(catalogue: Catalogue) -> Iterator[str]:
    """Each record has one date of change, typed, so that a harvest without changes looks so."""
    for node in catalogue.records:
        found = list(catalogue.graph.objects(node, DCTERMS.modified))
        if [getattr(date, "datatype", None) for date in found] != [XSD.dateTime]:
            yield f"{node}: {found}"


@rule
def one_identifier_each(catalogue: Catalogue) -> Iterator[str]:
    """Two identifiers make two rows; what is no literal, or holds two UUIDs, is not understood."""
    for node in catalogue.entries:
        found = list(catalogue.graph.objects(node, DCTERMS.identifier))
        if len(found) != 1 or not isinstance(found[0], Literal):
            yield f"{node}: {found}"
        elif len(UUID.findall(found[0])) > 1:
            yield f"{node}: {found[0]}"


@rule
def identifiers_differ(catalogue: Catalogue) -> Iterator[str]:
    """A data set and a service with one identifier are taken for one thing (data.gov.be too)."""
    found = [(catalogue.graph.value(node, DCTERMS.identifier), node) for node in catalogue.entries]
    count = Counter(str(identifier) for identifier, _ in found)
    for identifier, node in found:
        if count[str(identifier)] > 1:
            yield f"{node}: {identifier}"


@rule
def addresses_are_iris(catalogue: Catalogue) -> Iterator[str]:
    """Licences and addresses are IRIs, absolute ones of the web."""
    for predicate in ADDRESSES:
        for node, value in catalogue.graph.subject_objects(predicate):
            if not isinstance(value, URIRef) or not re.match(r"https?://", value):
                yield f"{node}: {value}"


@rule
def licence_of_the_catalogue(catalogue: Catalogue) -> Iterator[str]:
    """The catalogue itself is CC0."""
    for node in catalogue.catalogues:
        if list(map(str, catalogue.graph.objects(node, DCTERMS.license))) != [CC0]:
            yield str(node)


@rule
def keywords(catalogue: Catalogue) -> Iterator[str]:
    """Data sets have keywords, and services too."""
    for node in [*catalogue.data_sets, *catalogue.services]:
        if not list(catalogue.graph.objects(node, DCAT.keyword)):
            yield str(node)


@rule
def contact(catalogue: Catalogue) -> Iterator[str]:
    """The contact is an organisation with an address to write to, as a mailto, or of a page."""
    graph = catalogue.graph
    for node in [*catalogue.catalogues, *catalogue.data_sets, *catalogue.services]:
        found = list(graph.objects(node, DCAT.contactPoint))
        if len(found) != 1 or (found[0], RDF.type, VCARD.Organization) not in graph:
            yield f"{node}: {found}"
            continue
        mails = list(graph.objects(found[0], VCARD.hasEmail))
        if not mails and not list(graph.objects(found[0], VCARD.hasURL)):
            yield f"{found[0]} has no address"
        for mail in mails:
            if not isinstance(mail, URIRef) or not mail.startswith("mailto:"):
                yield f"{found[0]}: {mail}"


@rule
def little_around_each_record(catalogue: Catalogue) -> Iterator[str]:
    """What is copied into each record is little: all that lies near it, and every concept."""
    graph = catalogue.graph
    inner = {*catalogue.distributions, *graph.objects(None, DCAT.contactPoint)}
    shared = _with_children(graph, set(catalogue.catalogues)) | set(catalogue.of(SKOS.Concept))
    for record in catalogue.records:
        near = shared | _with_children(graph, _with_children(graph, {record}))
        for node in graph.objects(graph.value(record, FOAF.primaryTopic)):
            near |= _with_children(graph, {node}) if node in inner else set()
        count = sum(1 for node in near for _ in graph.predicate_objects(node))
        if count > MOST_AROUND_A_RECORD:
            yield f"{record}: {count} triples"


@rule
def no_cubes(catalogue: Catalogue) -> Iterator[str]:
    """Neither observations nor structures are in it, nor code lists that are not those of portals.

    Every concept of the document is copied into every record.
    """
    for kind in (QB.Observation, QB.DataSet, QB.Slice, QB.DataStructureDefinition):
        for node in catalogue.graph.subjects(RDF.type, kind):
            yield str(node)
    own = {str(node).partition("/id/")[0] for node in catalogue.catalogues}
    for node in catalogue.of(SKOS.Concept, SKOS.ConceptScheme):
        if str(node).startswith(tuple(f"{base}/" for base in own)):
            yield str(node)


def _with_children(graph: Graph, nodes: set[Node]) -> set[Node]:
    """Return nodes and what they name."""
    return nodes | {item for node in nodes for item in graph.objects(node)}


# -- data.gov.be: dcattools, scrapers/vlaanderen --------------------------------------------------


@rule
def titles_and_descriptions(catalogue: Catalogue) -> Iterator[str]:
    """Everything has a title, and a description; CKAN stops its whole run at a title that lacks."""
    things = [*catalogue.catalogues, *catalogue.data_sets, *catalogue.services]
    for node in [*things, *catalogue.distributions]:
        for predicate in (DCTERMS.title, DCTERMS.description):
            texts = list(catalogue.graph.objects(node, predicate))
            if not texts or not all(text.language and text.strip() for text in texts):
                yield f"{node}: {predicate}"


@rule
def addresses_of_distributions(catalogue: Catalogue) -> Iterator[str]:
    """Each data set has distributions, and each of these one address."""
    for node in catalogue.data_sets:
        if not list(catalogue.graph.objects(node, DCAT.distribution)):
            yield f"{node} has no distribution"
    for node in catalogue.distributions:
        if len(list(catalogue.graph.objects(node, DCAT.accessURL))) != 1:
            yield str(node)


@rule
def addresses_of_services(catalogue: Catalogue) -> Iterator[str]:
    """Each service has one address, one description, and says which data sets it serves."""
    for node in catalogue.services:
        for predicate in (DCAT.endpointURL, DCAT.endpointDescription):
            if len(list(catalogue.graph.objects(node, predicate))) != 1:
                yield f"{node}: {predicate}"
        served = set(catalogue.graph.objects(node, DCAT.servesDataset))
        if not served or not served <= set(catalogue.data_sets):
            yield f"{node} serves {len(served)} data sets"


@rule
def dates_are_typed(catalogue: Catalogue) -> Iterator[str]:
    """Dates have a datatype, and a moment its zone."""
    for predicate in (DCTERMS.issued, DCTERMS.modified):
        for node, date in catalogue.graph.subject_objects(predicate):
            kind = getattr(date, "datatype", None)
            is_moment = kind == XSD.dateTime and re.search(r"(Z|[+-]\d\d:\d\d)$", date)
            if kind != XSD.date and not is_moment:
                yield f"{node}: {date}"


@rule
def said_once(catalogue: Catalogue) -> Iterator[str]:
    """What may be said once is said once."""
    things = [*catalogue.catalogues, *catalogue.data_sets, *catalogue.services]
    for node in [*things, *catalogue.distributions]:
        for predicate in (*ONCE_AT_MOST, *((DCTERMS.format,) if node in things else ())):
            if len(list(catalogue.graph.objects(node, predicate))) > 1:
                yield f"{node}: {predicate}"


@rule
def concepts_have_labels_and_lists(catalogue: Catalogue) -> Iterator[str]:
    """Every concept has a label and a list."""
    for node in catalogue.of(SKOS.Concept):
        for predicate in (SKOS.prefLabel, SKOS.inScheme):
            if not list(catalogue.graph.objects(node, predicate)):
                yield f"{node}: {predicate}"


@rule
def places(catalogue: Catalogue) -> Iterator[str]:
    """Data sets say which place they are about; data.gov.be adds Flanders where they do not."""
    for node in catalogue.data_sets:
        if not list(catalogue.graph.objects(node, DCTERMS.spatial)):
            yield str(node)


# -- data.europa.eu: piveau and its measures of quality -------------------------------------------


def _lacking(
    catalogue: Catalogue, nodes: Iterable[URIRef], wanted: Iterable[URIRef]
) -> Iterator[str]:
    """Yield each node and property of which there is no value."""
    for node in nodes:
        for predicate in wanted:
            if not list(catalogue.graph.objects(node, predicate)):
                yield f"{node}: {predicate}"


@rule
def about_the_catalogue(catalogue: Catalogue) -> Iterator[str]:
    """The catalogue has what its registration asks for."""
    wanted = (
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.publisher,
        DCTERMS.language,
        FOAF.homepage,
    )
    yield from _lacking(catalogue, catalogue.catalogues, wanted)


@rule
def quality_of_data_sets(catalogue: Catalogue) -> Iterator[str]:
    """A data set can be found, put in its context and reused."""
    wanted = (
        DCAT.keyword,
        DCAT.theme,
        DCTERMS.accessRights,
        DCAT.contactPoint,
        DCTERMS.publisher,
        DCTERMS.issued,
        DCTERMS.modified,
    )
    yield from _lacking(catalogue, catalogue.data_sets, wanted)


@rule
def quality_of_distributions(catalogue: Catalogue) -> Iterator[str]:
    """A file can be fetched, understood and reused: its form, licence, size and dates are known."""
    wanted = (
        DCAT.downloadURL,
        DCTERMS.format,
        DCAT.mediaType,
        DCTERMS.license,
        DCAT.byteSize,
        SPDX.checksum,
        DCTERMS.issued,
        DCTERMS.modified,
    )
    for node in catalogue.distributions:
        for predicate in wanted:
            if len(list(catalogue.graph.objects(node, predicate))) != 1:
                yield f"{node}: {predicate}"
        kind = str(catalogue.graph.value(node, DCAT.mediaType))
        if not kind.startswith("http://www.iana.org/assignments/media-types/"):
            yield f"{node}: {kind}"


# -- CKAN: ckanext-dcat ---------------------------------------------------------------------------


@rule
def no_larger_than_is_read(catalogue: Catalogue) -> Iterator[str]:
    """The document is not larger than what is read."""
    if len(catalogue.text.encode()) > LARGEST:
        yield f"{len(catalogue.text.encode())} bytes"


@rule
def keywords_are_tags(catalogue: Catalogue) -> Iterator[str]:
    """A keyword is a tag: 2 to 100 letters, digits, spaces, and - _ . but no comma."""
    for node, word in catalogue.graph.subject_objects(DCAT.keyword):
        is_tag = isinstance(word, Literal) and re.fullmatch(r"[\w .-]{2,100}", word)
        if not is_tag or word.strip() != str(word):
            yield f"{node}: {word}"


@rule
def no_pages(catalogue: Catalogue) -> Iterator[str]:
    """It is one document: nothing of Hydra, whose pages some follow and others do not."""
    for term in set(catalogue.graph.predicates()) | set(catalogue.graph.objects(None, RDF.type)):
        if str(term).startswith("http://www.w3.org/ns/hydra/"):
            yield str(term)


# -- data.gouv.fr: udata --------------------------------------------------------------------------


@rule
def periods_stand_in_the_document(catalogue: Catalogue) -> Iterator[str]:
    """A period has its ends here, as days; what it is elsewhere would have to be fetched."""
    for node, period in catalogue.graph.subject_objects(DCTERMS.temporal):
        ends = [catalogue.graph.value(period, end) for end in (DCAT.startDate, DCAT.endDate)]
        if [getattr(end, "datatype", None) for end in ends] != [XSD.date] * 2 or ends[0] > ends[1]:
            yield f"{node}: {period}"


@rule
def distributions_belong_to_data_sets(catalogue: Catalogue) -> Iterator[str]:
    """Each distribution is that of one data set, and its address that of one distribution."""
    owners = Counter(catalogue.graph.objects(None, DCAT.distribution))
    for node in catalogue.distributions:
        if owners[node] != 1:
            yield f"{node} is of {owners[node]} data sets"
    urls = Counter(catalogue.graph.objects(None, DCAT.downloadURL))
    for url, count in urls.items():
        if count > 1:
            yield f"{count} distributions at {url}"


@rule
def everything_is_in_the_catalogue(catalogue: Catalogue) -> Iterator[str]:
    """No data set or service is described and not listed, or listed and not described."""
    for predicate, described in (
        (DCAT.dataset, catalogue.data_sets),
        (DCAT.service, catalogue.services),
    ):
        listed = set(catalogue.graph.objects(None, predicate))
        for node in listed ^ set(described):
            yield str(node)
