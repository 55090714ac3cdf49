"""The structure of one data set as a graph describes it: components, measures, codes and labels.

RDF Data Cube, section 6. Components attached to slices or to the data set itself say nothing of
single observations and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from publish.ontology.vocabulary import literal_number
from publish.rdf.namespaces import DCTERMS, QB, RDF, RDFS, SKOS, XSD
from publish.rdf.terms import local_name
from publish.validation.shapes.compile import by_language

CLASS_OF = {
    QB.dimension: QB.DimensionProperty,
    QB.measure: QB.MeasureProperty,
    QB.attribute: QB.AttributeProperty,
}
"""The class of the properties of each kind of component."""


@dataclass(frozen=True, kw_only=True)
class GraphMeasure:
    """A measure as a graph describes it."""

    iri: str
    datatype: str | None
    unit: str | None
    least: str | None
    most: str | None


@dataclass(frozen=True, kw_only=True)
class GraphStructure:
    """The structure of a data set; properties are IRIs, sorted."""

    graph: Graph
    data_set: str
    own: str = "urn:none#"
    """The namespace of the program's own terms, if the graph has any."""
    units: dict[str, str] = field(default_factory=dict)
    """The unit of a measure in this data set, where it is not that of the measure itself."""
    with_instances: frozenset[str] = frozenset()
    """Classes of which instances are described beside the graph, as the periods of a release."""

    @cached_property
    def dimensions(self) -> list[str]:
        """The dimensions of observations."""
        return sorted(self._components(QB.dimension))

    @cached_property
    def attributes(self) -> list[str]:
        """The attributes of observations."""
        return sorted(self._components(QB.attribute))

    @cached_property
    def measures(self) -> list[GraphMeasure]:
        """The measures of observations."""
        return [self._measure(iri) for iri in sorted(self._components(QB.measure))]

    @cached_property
    def other_dimensions(self) -> list[str]:
        """The dimensions in the graph that are no component of the data set, of whatever kind."""
        known = {str(iri) for iri in self.graph.subjects(RDF.type, QB.DimensionProperty)}
        own = {iri for kind in CLASS_OF for iri in self._components(kind, attached=True)}
        return sorted(known - own - {str(QB.measureType)})

    def requires(self, attribute: str) -> bool:
        """Return whether the structure requires an attribute of observations."""
        component = self._components(QB.attribute).get(attribute)
        required = component and self.graph.value(component, QB.componentRequired)
        return required == Literal(True)

    def range_of(self, iri: str) -> str | None:
        """Return the range of a property if it is a datatype or a class with known instances."""
        found = self._value(iri, RDFS.range)
        if found is None or found == str(RDFS.Resource):
            return None
        is_known = found.startswith(str(XSD)) or found in self.with_instances
        return found if is_known or (None, RDF.type, URIRef(found)) in self.graph else None

    def codes(self, dimension: str) -> list[str] | None:
        """Return the codes that a dimension can have, None where nothing is known of them."""
        scheme = self.graph.value(URIRef(dimension), QB.codeList)
        if scheme is None:
            return None
        kinds = set(self.graph.objects(scheme, RDF.type))
        if SKOS.Collection in kinds:
            members = self.graph.transitive_objects(scheme, SKOS.member)
            found = {str(item) for item in members} - {str(scheme)}
        elif QB.HierarchicalCodeList in kinds:
            return None  # judged by IC-20 and IC-21, which know the way from parent to child
        else:
            found = {str(code) for code in self.graph.subjects(SKOS.inScheme, scheme)}
        return sorted(found) or None

    def label(self, iri: str) -> tuple[str, str]:
        """Return the label of a property in English and Dutch."""
        texts = by_language(self.graph, URIRef(iri), RDFS.label)
        first = next(iter(texts.values()), local_name(iri))
        return texts.get("en", first), texts.get("nl", first)

    def title(self) -> tuple[str, str]:
        """Return the title of the data set in English and Dutch, else its IRI."""
        texts = by_language(self.graph, URIRef(self.data_set), DCTERMS.title)
        return texts.get("en", self.data_set), texts.get("nl", self.data_set)

    def _components(self, kind: URIRef, attached: bool = False) -> dict[str, Node]:
        """Return the component specification of each property of a kind.

        Those attached to slices or to the data set are left out, unless ``attached``, and what can
        be no property.
        """
        return {
            str(term): component
            for structure in self.graph.objects(URIRef(self.data_set), QB.structure)
            for component in self.graph.objects(structure, QB.component)
            for term in self._properties(component, kind)
            if isinstance(term, URIRef)
            and (
                attached
                or self.graph.value(component, QB.componentAttachment) in (None, QB.Observation)
            )
        }

    def _properties(self, component: Node, kind: URIRef) -> Iterator[Node]:
        """Yield the properties of a kind of a component, also where only their class tells it."""
        yield from self.graph.objects(component, kind)
        for term in self.graph.objects(component, QB.componentProperty):
            is_stated = any((component, other, term) in self.graph for other in CLASS_OF)
            if not is_stated and (term, RDF.type, CLASS_OF[kind]) in self.graph:
                yield term

    def _measure(self, iri: str) -> GraphMeasure:
        found = self._value(iri, RDFS.range)
        least, most = self._bounds(iri)
        return GraphMeasure(
            iri=iri,
            datatype=found if found and found.startswith(str(XSD)) else None,
            unit=self.units.get(iri) or self._value(iri, URIRef(self.own + "eenheid")),
            least=least,
            most=most,
        )

    def _bounds(self, iri: str) -> tuple[str | None, str | None]:
        """Return the bounds of a measure; none if they are wrong, which is reported elsewhere."""
        terms = (URIRef(self.own + "kleinste"), URIRef(self.own + "grootste"))
        given = [list(self.graph.objects(URIRef(iri), term)) for term in terms]
        if any(len(values) > 1 or None in map(literal_number, values) for values in given):
            return None, None
        least, most = (str(values[0]) if values else None for values in given)
        crossed = least is not None and most is not None and Decimal(least) > Decimal(most)
        return (None, None) if crossed else (least, most)

    def _value(self, iri: str, predicate: Node) -> str | None:
        value = self.graph.value(URIRef(iri), predicate)
        return None if value is None else str(value)
