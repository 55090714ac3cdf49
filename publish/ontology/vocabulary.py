"""The ontology as the program uses it: dimensions, measures, units and code lists.

The Turtle of the project's ``ontology/`` and of the program's own vocabulary becomes look-up
tables, and one graph for each part that is published: terms, code lists, links.
RDF Data Cube, sections 5.2 (components) and 8.1 (code lists).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.faults.fault import Fault, Words, fault, phrase, shortened, together
from publish.ontology.files import Definitions, OntologyFiles, read_ontology
from publish.project.files import is_formula
from publish.project.iris import CODE, Uris
from publish.project.project import Project
from publish.rdf.namespaces import INTERVALS, QB, RDF, RDFS, SKOS, XSD
from publish.rdf.terms import local_name
from publish.rdf.turtle import add_file, new_graph

PERIOD_KINDS = {
    INTERVALS.CalendarQuarter: "kwartaal",
    INTERVALS.CalendarYear: "jaar",
    INTERVALS.CalendarDay: "dag",
}

PACKAGE_TERMS = "publicatie.ttl"
"""The file of the program's own vocabulary; its other files are code lists."""

NUMBER = re.compile(r"[+-]?[0-9]{1,25}(?:\.[0-9]{0,25})?")
"""A bound of a measure: no more digits than can be compared exactly."""


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A concept scheme: its codes in order, their labels, and which of them is the total."""

    name: str
    iri: str
    path: str
    codes: tuple[str, ...]
    total: str | None
    additive: bool
    """Whether its classes exclude one another, so that they may be added up."""
    labels: tuple[dict[str, tuple[str, ...]], ...]
    """Codes by label, in the order of trust: printed label or code, other labels, case folded."""

    def find(self, label: str) -> tuple[str, ...]:
        """Return the codes a printed label can mean: one, none, or several if ambiguous."""
        for known, wanted in zip(self.labels, (label, label, _folded(label)), strict=True):
            if wanted in known:
                return known[wanted]
        return ()

    def all_labels(self) -> list[str]:
        """Return every label and code, for suggestions."""
        return [*self.labels[0], *self.labels[1]]


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A dimension property; its values are codes of one list, or periods of one kind."""

    name: str
    iri: str
    codes: CodeList | None
    period: str | None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure property with its datatype (an XSD IRI), its unit (an IRI) and its bounds."""

    name: str
    iri: str
    datatype: str
    unit: str
    least: Decimal | None = None
    """The least that a value can be; None where nothing is said."""
    most: Decimal | None = None

    @property
    def is_integer(self) -> bool:
        """Whether its values are whole numbers."""
        return self.datatype == str(XSD.integer)

    @property
    def is_percentage(self) -> bool:
        """Whether its unit is that of percentages."""
        return self.unit.endswith("/PC")


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """All that the ontology says, in look-up tables and as graphs to publish."""

    dimensions: dict[str, Dimension]
    measures: dict[str, Measure]
    lists: dict[str, CodeList]
    terms: Graph
    """Dimensions, measures, attributes and classes, the package's own terms among them."""
    concepts: Graph
    """The concept schemes with their concepts."""
    links: Graph
    """What ``ontology/links/`` says of counterparts elsewhere."""
    definitions: Definitions
    """Where each thing is defined."""
    unusable: frozenset[str]
    """Dimensions and measures that are defined but at fault, which was reported."""

    def labels_of(self, iri: str) -> list[str]:
        """Return the labels of a dimension or measure in all languages."""
        found = self.terms.objects(URIRef(iri), RDFS.label)
        return sorted(str(label) for label in found if isinstance(label, Literal))


def read_vocabulary(project: Project, faults: list[Fault]) -> Vocabulary:
    """Read the ontology of a project together with the program's own vocabulary."""
    return vocabulary_of(read_ontology(project, faults), project.uris, faults)


def vocabulary_of(ontology: OntologyFiles, uris: Uris, faults: list[Fault]) -> Vocabulary:
    """Return what the files of an ontology say; report syntax errors and what is not usable."""
    terms, concepts, links = (new_graph(uris) for _ in range(3))
    graph_of = {"codelists": concepts, "links": links}
    for file in ontology.package:
        add_file(terms if file.shown == PACKAGE_TERMS else concepts, file, faults)
    for file in ontology.project:
        add_file(graph_of.get(PurePosixPath(file.shown).parts[1], terms), file, faults)
    definitions = Definitions(ontology.project)
    _check_labels(terms + concepts, uris, definitions, faults)
    lists = {found.iri: found for found in _read_lists(concepts, uris, definitions, faults)}
    dimensions = list(_read_dimensions(terms, lists, definitions, faults))
    measures = list(_read_measures(terms, concepts, uris, definitions, faults))
    usable = {item.name for item in dimensions} | {item.name for item in measures}
    defined = {
        local_name(str(term))
        for kind in (QB.DimensionProperty, QB.MeasureProperty)
        for term in terms.subjects(RDF.type, kind)
    }
    return Vocabulary(
        unusable=frozenset(defined - usable),
        dimensions={item.name: item for item in dimensions},
        measures={item.name: item for item in measures},
        lists={found.name: found for found in lists.values()},
        terms=terms,
        concepts=concepts,
        links=links,
        definitions=definitions,
    )


def _check_labels(graph: Graph, uris: Uris, definitions: Definitions, faults: list[Fault]) -> None:
    """Report labels that a spreadsheet would run as a formula."""
    own = (URIRef(uris.generic("gedruktLabel")), RDFS.label, SKOS.notation)
    for predicate in (*own, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
        for subject, label in sorted(graph.subject_objects(predicate)):
            if is_formula(str(label)):
                place = definitions.place_of_text(subject, str(label))
                faults.append(fault("formula-text", *place, text=shortened(str(label)), of=""))


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def _read_lists(
    graph: Graph, uris: Uris, definitions: Definitions, faults: list[Fault]
) -> Iterator[CodeList]:
    """Yield the code lists of a graph, their codes in the order of ``pub:volgorde``."""
    printed, total_class = URIRef(uris.generic("gedruktLabel")), URIRef(uris.generic("Totaal"))
    additive = URIRef(uris.generic("optelbaar"))
    for scheme in sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=str):
        found: list[tuple[int, str]] = []
        totals: list[str] = []
        exact: dict[str, set[str]] = {}
        words: dict[str, set[str]] = {}
        folded: dict[str, set[str]] = {}
        for concept in sorted(graph.subjects(SKOS.inScheme, scheme), key=str):
            code = local_name(str(concept))
            _check_code(graph, concept, scheme, uris, definitions, faults)
            found.append((_order(graph, concept, uris, definitions, faults), code))
            if (concept, RDF.type, total_class) in graph:
                totals.append(code)
            exact.setdefault(code, set()).add(code)
            for tier, predicate in (
                (exact, printed),
                (words, SKOS.prefLabel),
                (words, SKOS.altLabel),
            ):
                for label in graph.objects(concept, predicate):
                    tier.setdefault(str(label), set()).add(code)
                    folded.setdefault(_folded(str(label)), set()).add(code)
        if len(totals) > 1:
            place = definitions.place(
                uris.iri("concept", scheme=local_name(str(scheme)), code=totals[1])
            )
            faults.append(fault("two-totals", *place, codes=", ".join(totals)))
        yield CodeList(
            name=local_name(str(scheme)),
            iri=str(scheme),
            path=definitions.path(scheme, "ontology/codelists"),
            codes=tuple(code for _, code in sorted(found)),
            total=totals[0] if totals else None,
            additive=graph.value(scheme, additive) == Literal(True),
            labels=tuple(
                {label: tuple(sorted(codes)) for label, codes in tier.items()}
                for tier in (exact, words, folded)
            ),
        )


def _check_code(
    graph: Graph,
    concept: Node,
    scheme: Node,
    uris: Uris,
    definitions: Definitions,
    faults: list[Fault],
) -> None:
    """Report a concept whose notation, IRI and list do not agree."""
    code = local_name(str(concept))
    expected = uris.iri("concept", scheme=local_name(str(scheme)), code=code)
    # A notation with a datatype of its own is the code in somebody else's list.
    notations = sorted(
        str(notation)
        for notation in graph.objects(concept, SKOS.notation)
        if not isinstance(notation, Literal) or notation.datatype in (None, XSD.string)
    )
    if CODE.fullmatch(code) and str(concept) == expected and notations == [code]:
        return
    found = together(f'"{text}"' for text in notations)
    place = definitions.place(concept)
    notation = phrase("the-notation", found=found) if notations else phrase("no-notation")
    faults.append(fault("code-and-iri-differ", *place, iri=concept, notation=notation))


def _order(
    graph: Graph, concept: Node, uris: Uris, definitions: Definitions, faults: list[Fault]
) -> int:
    """Return the ``pub:volgorde`` of a concept, 0 if it has none."""
    order = graph.value(concept, URIRef(uris.generic("volgorde")))
    if order is None:
        return 0
    number = order.toPython() if isinstance(order, Literal) else None
    if isinstance(number, int) and not isinstance(number, bool):
        return number
    faults.append(fault("wrong-order", *definitions.place(concept), iri=concept, order=order))
    return 0


def _read_dimensions(
    graph: Graph, lists: dict[str, CodeList], definitions: Definitions, faults: list[Fault]
) -> Iterator[Dimension]:
    """Yield the dimension properties of the project's own vocabulary."""
    for prop in sorted(graph.subjects(RDF.type, QB.DimensionProperty), key=str):
        name, code_list = local_name(str(prop)), graph.value(prop, QB.codeList)
        range_ = graph.value(prop, RDFS.range)
        kind = PERIOD_KINDS.get(range_) if isinstance(range_, URIRef) else None
        if kind is None and str(code_list) not in lists:
            reason = phrase("no-list-and-no-period")
            if code_list:
                reason = phrase("list-not-found", list=code_list)
            faults.append(fault("no-code-list", *definitions.place(prop), name=name, reason=reason))
            continue
        yield Dimension(name=name, iri=str(prop), codes=lists.get(str(code_list)), period=kind)


def _read_measures(
    graph: Graph, concepts: Graph, uris: Uris, definitions: Definitions, faults: list[Fault]
) -> Iterator[Measure]:
    """Yield the measure properties, each with one datatype and one unit."""
    for prop in sorted(graph.subjects(RDF.type, QB.MeasureProperty), key=str):
        name = local_name(str(prop))
        datatype = graph.value(prop, RDFS.range)
        unit = graph.value(prop, URIRef(uris.generic("eenheid")))
        lacking = []
        if datatype not in (XSD.integer, XSD.decimal):
            lacking.append(phrase("lacks-datatype"))
        if unit is None or (unit, RDF.type, SKOS.Concept) not in concepts:
            lacking.append(phrase("lacks-unit"))
        if lacking:
            what = phrase("lacks-both") if len(lacking) > 1 else lacking[0]
            place = definitions.place(prop)
            faults.append(fault("incomplete-measure", *place, name=name, lacking=what))
            continue
        least, most = _read_bounds(graph, prop, name, uris, definitions, faults)
        yield Measure(
            name=name, iri=str(prop), datatype=str(datatype), unit=str(unit), least=least, most=most
        )


def _read_bounds(
    graph: Graph, prop: Node, name: str, uris: Uris, definitions: Definitions, faults: list[Fault]
) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the most that values of a measure can be; none if they are at fault."""
    found: list[Decimal | None] = []
    problem: Words | None = None
    for term in ("kleinste", "grootste"):
        values = list(graph.objects(prop, URIRef(uris.generic(term))))
        numbers = [literal_number(value) for value in values]
        if len(values) > 1:
            problem = phrase("bound-twice", term=f"pub:{term}")
        elif None in numbers:
            problem = phrase("bound-is-no-number", term=f"pub:{term}", value=values[0])
        found.append(numbers[0] if len(values) == 1 else None)
    least, most = found
    if problem is None and least is not None and most is not None and least > most:
        problem = phrase("bounds-crossed", least=least, most=most)
    if problem is None:
        return least, most
    faults.append(
        fault("wrong-measure-bounds", *definitions.place(prop), name=name, problem=problem)
    )
    return None, None


def literal_number(value: Node) -> Decimal | None:
    """Return a number literal as an exact number; None for any other term."""
    if not isinstance(value, Literal) or value.datatype not in (XSD.integer, XSD.decimal):
        return None
    return Decimal(str(value)) if NUMBER.fullmatch(value) else None
