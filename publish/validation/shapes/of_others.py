"""The shapes of observations in RDF of anybody, made from the structure of their data set.

They demand no more than the Recommendation: a range that is a class entails a type and demands
none, a status can be anything, and a derived datatype is as good as its primitive one. They are
judged over columns and written nowhere.
RDF Data Cube, sections 6 and 11; RDF Semantics, section 9 (patterns of entailment).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rdflib import URIRef
from rdflib.namespace import RDFS, SH

from publish.faults.fault import Words, phrase
from publish.rdf.namespaces import XSD
from publish.rdf.terms import local_name
from publish.validation.constraints.normal_form import MEASURE_TYPE
from publish.validation.shapes.compile import Constraint, ObservationShape, Shape
from publish.validation.shapes.graph_structure import GraphStructure
from publish.validation.shapes.value_spaces import is_value_space

ANY_URI = str(XSD.anyURI)


@dataclass(frozen=True, kw_only=True)
class ShapesOfOthers:
    """Makes the shapes of the observations of one data set."""

    structure: GraphStructure

    def made(self) -> list[ObservationShape]:
        """Return the shapes, one for each demand on a property."""
        data_set = self.structure.data_set
        return [ObservationShape(shape=shape, data_set=data_set) for shape in self._shapes()]

    def _shapes(self) -> Iterator[Shape]:
        structure = self.structure
        for iri in structure.dimensions:
            yield self._shape("exactly-one-of-dimension", iri, _at_least(1), _at_most(1))
            if iri == MEASURE_TYPE and structure.measures:
                allowed = frozenset(URIRef(item.iri) for item in structure.measures)
                yield self._shape("one-of-measures", iri, Constraint(name="in", allowed=allowed))
        measures = [item.iri for item in structure.measures]
        for iri in measures:
            yield self._shape("at-most-one-of-measure", iri, _at_most(1))
        for iri in filter(structure.requires, structure.attributes):
            yield self._shape("required-attribute-of", iri, _at_least(1))
        for iri in (*structure.dimensions, *measures, *structure.attributes):
            yield from self._of_ranges(iri)
        # Values attached to slices or to the data set have been copied to the observations, so
        # these dimensions are not among the others.
        for iri in structure.other_dimensions:
            yield self._shape("dimension-of-no-structure", iri, _at_most(0), severity="warning")

    def _of_ranges(self, iri: str) -> Iterator[Shape]:
        """Yield the demands of the ranges of a property that are datatypes."""
        ranges = {str(item) for item in self.structure.graph.objects(URIRef(iri), RDFS.range)}
        for range_ in sorted(filter(is_value_space, ranges)):
            within, name = Constraint(name="range", value=URIRef(range_)), local_name(range_)
            yield self._shape("value-in-range", iri, within, range=name)
            if range_ != ANY_URI:  # the standard lets an IRI stand for a value
                literal = Constraint(name="nodeKind", value=SH.Literal)
                yield self._shape("value-is-literal", iri, literal, severity="warning", range=name)

    def _shape(
        self, demand: str, iri: str, *constraints: Constraint, severity: str = "error", **more: str
    ) -> Shape:
        """Return the shape of one property; ``demand`` is the phrase that says what it demands."""
        en, nl = self.structure.label(iri)
        return Shape(
            name=f"{self.structure.data_set}/shape#{local_name(iri)}",
            paths=(iri,),
            path=iri,
            constraints=constraints,
            severity=severity,
            message=phrase(demand, name=Words(en, nl), **more),
        )


def _at_least(number: int) -> Constraint:
    return Constraint(name="minCount", number=Decimal(number))


def _at_most(number: int) -> Constraint:
    return Constraint(name="maxCount", number=Decimal(number))
