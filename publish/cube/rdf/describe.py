"""Describes what surrounds the observations: data set, structure, slices, periods and sources.

The periods of a cube are known once its batches have been read. The graphs have no blank nodes.
RDF Data Cube, sections 6 (structure) and 7 (slices).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.cube.derive import AnyCube, DerivedCube
from publish.mappings.document import Document
from publish.mappings.marks import BOUNDS
from publish.ontology.periods import Period, period
from publish.ontology.vocabulary import PERIOD_KINDS
from publish.project.iris import Uris
from publish.project.project import Project, Text
from publish.rdf.namespaces import (
    DCAT,
    DCTERMS,
    FOAF,
    PROV,
    QB,
    RDF,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_CODE,
    SKOS,
    TIME,
    XSD,
)
from publish.rdf.turtle import new_graph

INTERVAL_OF_KIND = {kind: interval for interval, kind in PERIOD_KINDS.items()}


def describe_cube(project: Project, cube: AnyCube) -> Graph:
    """Return the data set, its structure and its slices as a graph."""
    uris, slug = project.uris, cube.structure.slug
    graph = new_graph(uris)
    data_set = URIRef(uris.iri("data-set", slug=slug))
    graph.add((data_set, RDF.type, QB.DataSet))
    add_text(graph, data_set, RDFS.label, cube.mapping.title)
    add_text(graph, data_set, DCTERMS.title, cube.mapping.title)
    add_text(graph, data_set, DCTERMS.description, cube.mapping.description)
    for note in cube.mapping.notes:
        add_text(graph, data_set, SKOS.note, note)
    graph.add((data_set, DCTERMS.identifier, Literal(slug)))
    if project.licence:
        graph.add((data_set, DCTERMS.license, URIRef(project.licence)))
    for document in cube.structure.sources():
        source = URIRef(uris.iri("document", document=document))
        graph.add((data_set, DCTERMS.source, source))
    for scheme, code in areas_of(cube):
        node = URIRef(uris.iri("concept", scheme=scheme, code=code))
        graph.add((data_set, DCTERMS.spatial, node))
    if cube.mapping.method:
        way = uris.iri("concept", scheme="meetwijze", code=cube.mapping.method.code)
        graph.add((data_set, URIRef(uris.generic("meetwijze")), URIRef(way)))
        add_text(graph, data_set, URIRef(uris.generic("methode")), cube.mapping.method.text)
    _describe_activity(graph, uris, cube, data_set)
    structure = URIRef(uris.iri("structure", slug=slug))
    graph.add((data_set, QB.structure, structure))
    _describe_structure(graph, uris, cube, structure)
    _describe_slices(graph, uris, cube, data_set)
    return graph


def areas_of(cube: AnyCube) -> list[tuple[str, str]]:
    """Return the areas that a cube is about, each as code list and code."""
    documents = [cube.documents[key] for key in cube.structure.sources() if key in cube.documents]
    areas = [cube.mapping.area] if cube.mapping.area else [item.area for item in documents]
    parts = (area.partition("/") for area in sorted({area for area in areas if area}))
    return [(scheme, code) for scheme, _, code in parts]


def _describe_activity(graph: Graph, uris: Uris, cube: AnyCube, data_set: URIRef) -> None:
    """Add the activity that made the data set: from which tables or data sets, not when."""
    activity = URIRef(uris.iri("activity", slug=cube.structure.slug))
    graph.add((data_set, PROV.wasGeneratedBy, activity))
    graph.add((activity, RDF.type, PROV.Activity))
    if isinstance(cube, DerivedCube):
        used = {uris.iri("data-set", slug=item.cube.structure.slug) for item in cube.inputs}
        words = _titled(cube, "Optelling tot ruimere klassen", "Adding up to wider classes")
        for iri in sorted(used):
            graph.add((data_set, PROV.wasDerivedFrom, URIRef(iri)))
    else:
        used = set(cube.structure.table_iris(uris))
        words = _titled(cube, "Omzetting van gedrukte tabellen", "Conversion of printed tables")
    add_text(graph, activity, RDFS.label, words)
    for iri in sorted(used):
        graph.add((activity, PROV.used, URIRef(iri)))


def _titled(cube: AnyCube, nl: str, en: str) -> Text:
    """Return the title of a data set behind a text, in its languages."""
    words = {"nl": nl, "en": en}
    return {key: f"{words[key]}: {title}" for key, title in cube.mapping.title.items()}


def add_text(graph: Graph, subject: URIRef, predicate: URIRef, text: Text) -> None:
    """Add a text in each of its languages."""
    for language, words in text.items():
        graph.add((subject, predicate, Literal(words, lang=language)))


def _describe_structure(graph: Graph, uris: Uris, cube: AnyCube, structure: URIRef) -> None:
    """Add the data structure definition: each component a resource with an IRI."""
    slug, period_ = cube.structure.slug, cube.structure.period
    graph.add((structure, RDF.type, QB.DataStructureDefinition))
    add_text(graph, structure, RDFS.label, _titled(cube, "Structuur", "Structure"))

    def component(name: str, kind: URIRef, term: object, about: dict[URIRef, Node]) -> None:
        node, property_ = URIRef(uris.iri("component", slug=slug, name=name)), URIRef(str(term))
        graph.add((structure, QB.component, node))
        graph.add((node, RDF.type, QB.ComponentSpecification))
        graph.add((node, kind, property_))
        # Both forms, as some readers of cubes know only the general one.
        graph.add((node, QB.componentProperty, property_))
        for predicate, value in about.items():
            graph.add((node, predicate, value))

    ordered = [(QB.dimension, item.name, item.iri) for item in cube.structure.dimensions]
    ordered += [(QB.measure, item.name, item.iri) for item in cube.structure.measures]
    for order, (kind, name, iri) in enumerate(ordered, start=1):
        component(name, kind, iri, {QB.order: Literal(order)})
    for name in ("unitMeasure", "obsStatus"):
        required: dict[URIRef, Node] = {QB.componentRequired: Literal(True)}
        component(name, QB.attribute, SDMX_ATTRIBUTE[name], required)
    optional: dict[URIRef, Node] = {QB.componentRequired: Literal(False)}
    component("decimals", QB.attribute, SDMX_ATTRIBUTE.decimals, optional)
    own = []
    if any(dimension.total is not None for dimension in cube.structure.dimensions):
        own.append("totaalOver")
    if (bounds := cube.structure.bounds) is not None:
        own += ["afwezigheid", *(name for key, name in BOUNDS.items() if key in bounds)]
    if isinstance(cube, DerivedCube):
        own.append("somVan")
    for name in own:
        component(name, QB.attribute, uris.generic(name), optional)
    if cube.mapping.method:
        of_data_set = {**optional, QB.componentAttachment: QB.DataSet}
        component("meetwijze", QB.attribute, uris.generic("meetwijze"), of_data_set)
    if period_:
        of_slice = {**optional, QB.componentAttachment: QB.Slice}
        component("obsStatus-slice", QB.attribute, SDMX_ATTRIBUTE.obsStatus, of_slice)
        key = URIRef(uris.iri("slice-key", slug=slug))
        graph.add((structure, QB.sliceKey, key))
        graph.add((key, RDF.type, QB.SliceKey))
        graph.add((key, QB.componentProperty, URIRef(period_.iri)))
        add_text(graph, key, RDFS.label, {"nl": "Per periode", "en": "By period"})


def _describe_slices(graph: Graph, uris: Uris, cube: AnyCube, data_set: URIRef) -> None:
    """Add a slice per period; one that the source does not give has status M and the reason."""
    slug, dimension, title = cube.structure.slug, cube.structure.period, cube.mapping.title
    if dimension is None:
        return
    for when in periods_of(cube):
        node = URIRef(uris.iri("slice", slug=slug, codes=when.code))
        graph.add((data_set, QB.slice, node))
        graph.add((node, RDF.type, QB.Slice))
        graph.add((node, QB.sliceStructure, URIRef(uris.iri("slice-key", slug=slug))))
        graph.add((node, URIRef(dimension.iri), URIRef(dimension.value(when.code, uris))))
        words = {language: f"{title[language]}, {when.label(language)}" for language in title}
        add_text(graph, node, RDFS.label, words)
        if when.code in cube.missing:
            graph.add((node, SDMX_ATTRIBUTE.obsStatus, SDMX_CODE["obsStatus-M"]))
            add_text(graph, node, RDFS.comment, cube.missing[when.code].reason)


def periods_of(cube: AnyCube) -> list[Period]:
    """Return the periods of a cube, those declared as missing too, in order."""
    dimension = cube.structure.period
    if dimension is None or dimension.period is None:
        return []
    codes = sorted({*dimension.codes, *cube.missing})
    return [period(dimension.period, code) for code in codes]


def with_longer_periods(periods: Iterable[Period]) -> list[Period]:
    """Return periods and the longer ones that they finish, such as the quarter ending on a day."""
    listed = list(periods)
    return list(dict.fromkeys([*listed, *(other for item in listed for other in item.finished())]))


def describe_periods(uris: Uris, periods: Iterable[Period]) -> Graph:
    """Return the periods as OWL-Time proper intervals between two instants."""
    graph = new_graph(uris)
    for item in periods:
        node = URIRef(uris.iri(item.kind, code=item.code))
        graph.add((node, RDF.type, TIME.ProperInterval))
        graph.add((node, RDF.type, INTERVAL_OF_KIND[item.kind]))
        graph.add((node, SKOS.notation, Literal(item.code)))
        words = {language: item.label(language) for language in ("nl", "en")}
        add_text(graph, node, RDFS.label, words)
        graph.add((node, TIME.hasBeginning, _instant(graph, uris, item.start)))
        graph.add((node, TIME.hasEnd, _instant(graph, uris, item.end)))
        for predicate, day in ((DCAT.startDate, item.start), (DCAT.endDate, item.last)):
            graph.add((node, predicate, Literal(day.isoformat(), datatype=XSD.date)))
        for other in item.finished():
            whole = URIRef(uris.iri(other.kind, code=other.code))
            graph.add((node, TIME.intervalFinishes, whole))
    return graph


def _instant(graph: Graph, uris: Uris, day: date) -> URIRef:
    node = URIRef(uris.iri("instant", date=day.isoformat()))
    graph.add((node, RDF.type, TIME.Instant))
    graph.add((node, TIME.inXSDDate, Literal(day.isoformat(), datatype=XSD.date)))
    graph.add((node, RDFS.label, Literal(day.isoformat())))
    return node


PREDICATES = {
    "landing-page": RDFS.seeAlso,
    "download": DCTERMS.hasFormat,
    "record": FOAF.isPrimaryTopicOf,
    "publisher": DCTERMS.publisher,
    "author": DCTERMS.creator,
    "licence": DCTERMS.license,
    "language": DCTERMS.language,
}
"""The property of each kind of address of a document."""


def describe_sources(uris: Uris, documents: Iterable[Document], cubes: Iterable[AnyCube]) -> Graph:
    """Return the documents, and the printed tables that cubes are made from."""
    graph = new_graph(uris)
    for document in documents:
        node = URIRef(uris.iri("document", document=document.key))
        graph.add((node, RDF.type, URIRef(uris.generic("Document"))))
        add_text(graph, node, RDFS.label, document.title)
        add_text(graph, node, DCTERMS.title, document.title)
        graph.add((node, DCTERMS.identifier, Literal(document.number or document.key)))
        for key, day in document.dates.items():
            stated = (
                URIRef(uris.generic("vraagdatum")) if key == "question-date" else DCTERMS.issued
            )
            # Both are dates of its life: whoever asks for any date finds them.
            for predicate in (DCTERMS.date, stated):
                graph.add((node, predicate, Literal(day.isoformat(), datatype=XSD.date)))
        for key, predicate in PREDICATES.items():
            if key in document.addresses:
                graph.add((node, predicate, URIRef(document.addresses[key])))
        for subject in document.subjects:
            graph.add((node, DCTERMS.subject, URIRef(subject)))
    for cube in cubes:
        structure = cube.structure
        for table, iri in zip(structure.tables, structure.table_iris(uris), strict=True):
            node = URIRef(iri)
            graph.add((node, RDF.type, URIRef(uris.generic("Tabel"))))
            source = URIRef(uris.iri("document", document=table.document))
            graph.add((node, URIRef(uris.generic("inDocument")), source))
            graph.add((node, DCTERMS.identifier, Literal(f"{table.document}/{table.name}")))
            declared = cube.documents[table.document].tables.get(table.name)
            title = declared.title if declared and declared.title else None
            add_text(graph, node, RDFS.label, title or {"nl": table.name, "en": table.name})
    return graph
