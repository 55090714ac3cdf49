"""The ontology as the program uses it: dimensions, measures, units and code lists.

The Turtle of the project's ``ontology/`` and of the program's own vocabulary becomes look-up
tables, and one graph for each part that is published: terms, code lists, links.
RDF Data Cube, sections 5.2 (components) and 8.1 (code lists).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.faults.fault import Fault, Words, fault, phrase, shortened, together
from publish.ontology.files import Definitions, OntologyFiles, read_ontology
from publish.project.files import is_formula
from publish.project.iris import CODE, PREFIXES, Uris
from publish.project.project import Project
from publish.rdf.namespaces import DCTERMS, INTERVALS, OWL, QB, RDF, RDFS, SKOS, XSD
from publish.rdf.terms import local_name, prefixed_name
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
    """A concept scheme: its codes in order, their labels, and which of them is the total.

    Deprecated codes are not among them.
    """

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

    uris: Uris
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
    absent_lists: frozenset[str]
    """The IRIs of code lists that a dimension names and that are not there, which was reported."""

    def codes_of(self, name: str) -> tuple[str, ...]:
        """Return the codes of a list, none of a list that is not there."""
        return self.lists[name].codes if name in self.lists else ()

    def concept(self, scheme: str, code: str) -> URIRef:
        """Return the IRI of a code of a list."""
        return URIRef(self.uris.iri("concept", scheme=scheme, code=code))

    def generic(self, name: str) -> URIRef:
        """Return the IRI of a term of the program's own vocabulary."""
        return URIRef(self.uris.generic(name))

    def short(self, iri: Node) -> str:
        """Return a short form of an IRI: ``list/code``, or ``prefix:name``, else itself."""
        head, text = f"{self.uris.base}/id/concept/", str(iri)
        if text.startswith(head):
            return text.removeprefix(head)
        return prefixed_name(text, PREFIXES) or text

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
        folder, before = PurePosixPath(file.shown).parts[1], len(faults)
        add_file(graph_of.get(folder, terms), file, faults)
        if folder == "codelists" and not file.triples and len(faults) == before:
            faults.append(fault("empty-file", file.shown, 1, 1))
    definitions = Definitions(ontology.project)
    reader = _Reader(
        terms=terms, concepts=concepts, uris=uris, definitions=definitions, faults=faults
    )
    reader.check_labels()
    lists = {found.iri: found for found in reader.read_lists()}
    dimensions = {item.name: item for item in reader.read_dimensions(lists)}
    measures = {item.name: item for item in reader.read_measures()}
    defined = {
        local_name(str(term))
        for kind in (QB.DimensionProperty, QB.MeasureProperty)
        for term in terms.subjects(RDF.type, kind)
    }
    return Vocabulary(
        uris=uris,
        unusable=frozenset(defined - dimensions.keys() - measures.keys()),
        absent_lists=frozenset(map(str, terms.objects(None, QB.codeList))) - lists.keys(),
        dimensions=dimensions,
        measures=measures,
        lists={found.name: found for found in lists.values()},
        terms=terms,
        concepts=concepts,
        links=links,
        definitions=definitions,
    )


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Reads the look-up tables from the graphs; reports what is not usable."""

    terms: Graph
    concepts: Graph
    uris: Uris
    definitions: Definitions
    faults: list[Fault]

    def _own(self, name: str) -> URIRef:
        """Return a term of the program's own vocabulary."""
        return URIRef(self.uris.generic(name))

    def _report(self, code: str, about: object, **particulars: object) -> None:
        """Report a fault where a thing is defined."""
        self.faults.append(fault(code, *self.definitions.place(about), **particulars))

    def check_labels(self) -> None:
        """Report labels that a spreadsheet would run as a formula."""
        own = (self._own("gedruktLabel"), RDFS.label, SKOS.notation)
        for predicate in (*own, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
            labels = {*self.terms[:predicate:], *self.concepts[:predicate:]}
            for subject, label in sorted(labels):
                if is_formula(text := str(label)):
                    place = self.definitions.place_of_text(subject, text)
                    self.faults.append(fault("formula-text", *place, text=shortened(text), of=""))

    def read_lists(self) -> Iterator[CodeList]:
        """Yield the code lists, their codes in the order of ``pub:volgorde``."""
        graph = self.concepts
        total_class, additive = self._own("Totaal"), self._own("optelbaar")
        printed, deprecated = self._own("gedruktLabel"), declared_deprecated(graph)
        for scheme in sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=str):
            name = local_name(str(scheme))
            found: list[tuple[int, str]] = []
            totals: list[str] = []
            exact, words, folded = tiers = [defaultdict[str, set[str]](set) for _ in range(3)]
            for concept in sorted(graph.subjects(SKOS.inScheme, scheme), key=str):
                code = local_name(str(concept))
                self._check_code(concept, code, name)
                if concept in deprecated:
                    continue
                found.append((self._order(concept), code))
                if (concept, RDF.type, total_class) in graph:
                    totals.append(code)
                exact[code].add(code)
                for predicate in (printed, SKOS.prefLabel, SKOS.altLabel):
                    tier = exact if predicate == printed else words
                    for label in map(str, graph.objects(concept, predicate)):
                        tier[label].add(code)
                        folded[_folded(label)].add(code)
            if len(totals) > 1:
                second = self.uris.iri("concept", scheme=name, code=totals[1])
                self._report("two-totals", second, codes=", ".join(totals))
            yield CodeList(
                name=name,
                iri=str(scheme),
                path=self.definitions.path(scheme, "ontology/codelists"),
                codes=tuple(code for _, code in sorted(found)),
                total=totals[0] if totals else None,
                additive=graph.value(scheme, additive) == Literal(True),
                labels=tuple(
                    {label: tuple(sorted(codes)) for label, codes in tier.items()} for tier in tiers
                ),
            )

    def _check_code(self, concept: Node, code: str, scheme: str) -> None:
        """Report a concept whose notation, IRI and list do not agree."""
        # A notation with a datatype of its own is the code in somebody else's list.
        notations = sorted(
            str(notation)
            for notation in self.concepts.objects(concept, SKOS.notation)
            if not isinstance(notation, Literal) or notation.datatype in (None, XSD.string)
        )
        expected = self.uris.iri("concept", scheme=scheme, code=code)
        if CODE.fullmatch(code) and str(concept) == expected and notations == [code]:
            return
        found = together(f'"{text}"' for text in notations)
        notation = phrase("the-notation", found=found) if notations else phrase("no-notation")
        self._report("code-and-iri-differ", concept, iri=concept, notation=notation)

    def _order(self, concept: Node) -> int:
        """Return the ``pub:volgorde`` of a concept, 0 if it has none."""
        order = self.concepts.value(concept, self._own("volgorde"))
        if order is None:
            return 0
        number = order.toPython() if isinstance(order, Literal) else None
        if isinstance(number, int) and not isinstance(number, bool):
            return number
        self._report("wrong-order", concept, iri=concept, order=order)
        return 0

    def read_dimensions(self, lists: dict[str, CodeList]) -> Iterator[Dimension]:
        """Yield the dimension properties, given the code lists by IRI."""
        for prop in sorted(self.terms.subjects(RDF.type, QB.DimensionProperty), key=str):
            name, code_list = local_name(str(prop)), self.terms.value(prop, QB.codeList)
            range_ = self.terms.value(prop, RDFS.range)
            kind = PERIOD_KINDS.get(range_) if isinstance(range_, URIRef) else None
            if kind is None and str(code_list) not in lists:
                reason = phrase("no-list-and-no-period")
                if code_list:
                    reason = phrase("list-not-found", list=code_list)
                self._report("no-code-list", prop, name=name, reason=reason)
                continue
            yield Dimension(name=name, iri=str(prop), codes=lists.get(str(code_list)), period=kind)

    def read_measures(self) -> Iterator[Measure]:
        """Yield the measure properties, each with one datatype and one unit."""
        for prop in sorted(self.terms.subjects(RDF.type, QB.MeasureProperty), key=str):
            name = local_name(str(prop))
            datatype = self.terms.value(prop, RDFS.range)
            unit = self.terms.value(prop, self._own("eenheid"))
            lacking = []
            if datatype not in (XSD.integer, XSD.decimal):
                lacking.append(phrase("lacks-datatype"))
            if unit is None or (unit, RDF.type, SKOS.Concept) not in self.concepts:
                lacking.append(phrase("lacks-unit"))
            if lacking:
                what = phrase("lacks-both") if len(lacking) > 1 else lacking[0]
                self._report("incomplete-measure", prop, name=name, lacking=what)
                continue
            least, most = self._read_bounds(prop, name)
            yield Measure(
                name=name,
                iri=str(prop),
                datatype=str(datatype),
                unit=str(unit),
                least=least,
                most=most,
            )

    def _read_bounds(self, prop: Node, name: str) -> tuple[Decimal | None, Decimal | None]:
        """Return the least and the most that values of a measure can be; none if at fault."""
        found: list[Decimal | None] = []
        problem: Words | None = None
        for term in ("kleinste", "grootste"):
            values = list(self.terms.objects(prop, self._own(term)))
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
        self._report("wrong-measure-bounds", prop, name=name, problem=problem)
        return None, None


def declared_deprecated(concepts: Graph) -> set[Node]:
    """Return the codes that an ontology has no longer in use, by their own words or by others."""
    return {
        *concepts.subjects(OWL.deprecated, Literal(True)),
        *concepts.subjects(DCTERMS.isReplacedBy),
    }


def literal_number(value: Node) -> Decimal | None:
    """Return a number literal as an exact number; None for any other term."""
    if not isinstance(value, Literal) or value.datatype not in (XSD.integer, XSD.decimal):
        return None
    return Decimal(str(value)) if NUMBER.fullmatch(value) else None
