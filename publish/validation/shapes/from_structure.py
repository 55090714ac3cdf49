"""The shape of a data set's observations, made from its structure.

In comes a graph with a data set, its structure and the vocabulary; out comes Turtle: exactly these
dimensions, codes of exactly these lists, one value of the measure's datatype within its bounds,
its unit and status. All of it is SHACL Core, so that any validator can judge by it.
RDF Data Cube, sections 6 (structure) and 11 (integrity constraints); SHACL, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from publish.ontology.vocabulary import number_of
from publish.rdf.namespaces import (
    DCTERMS,
    OWL,
    QB,
    RDF,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_CODE,
    SKOS,
    XSD,
)
from publish.rdf.turtle import local_name

VERSION = "1.0.0"
"""The version of the rules by which these shapes are made."""

IC = "https://www.w3.org/TR/vocab-data-cube/#ic-"
WITH_VALUE = tuple(str(SDMX_CODE["obsStatus-A"])[:-1] + code for code in "ABEFIPS")
"""The statuses of an observation that has a value."""
MISSING = str(SDMX_CODE["obsStatus-M"])
WITHOUT_VALUE = tuple(MISSING[:-1] + code for code in "HKLMOQ")
"""The statuses that say why an observation has no value."""

STATUSES = (
    (
        "withValue",
        WITH_VALUE,
        ("The status is one of a value.", "De status is er een van een waarde."),
    ),
    (
        "withoutValue",
        WITHOUT_VALUE,
        ("The status says why there is no value.", "De status zegt waarom er geen waarde is."),
    ),
)
"""Shapes of the status of an observation: their name, the statuses allowed and their message."""

ONE = "    sh:minCount 1 ;\n    sh:maxCount 1 ;\n"

PREFIXES = {
    "dct": str(DCTERMS),
    "owl": str(OWL),
    "qb": str(QB),
    "rdfs": str(RDFS),
    "sdmx-attribute": str(SDMX_ATTRIBUTE.obsStatus).removesuffix("obsStatus"),
    "sdmx-code": MISSING.removesuffix("obsStatus-M"),
    "sh": str(SH),
    "xsd": str(XSD),
}


@dataclass(frozen=True, kw_only=True)
class ShapedMeasure:
    """What a shape says of a measure."""

    iri: str
    datatype: str | None
    unit: str | None
    least: str | None
    most: str | None


@dataclass(kw_only=True)
class StructureShape:
    """Writes the shape of one data set.

    ``own`` is where the program's own terms are, ``units`` the unit of each measure in this data
    set where it is not that of the measure itself.
    """

    graph: Graph
    data_set: str
    document: str
    """The IRI of the shape's document; its terms are ``<document>#…``."""
    own: str
    units: dict[str, str] = field(default_factory=dict)
    with_exceptions: frozenset[str] = frozenset()
    """Codes of faults that the data set acknowledges, so that its shape allows them."""
    with_instances: frozenset[str] = frozenset()
    """Classes of which instances are described beside the graph, as the periods of a release."""
    _names: dict[str, str] = field(default_factory=dict)
    _spaces: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the shape as Turtle with absolute IRIs."""
        parts = [self._head(), *self._properties()]
        return "\n\n".join(parts) + "\n"

    # -- What the structure says ----

    def _components(self, kind: URIRef, attached: bool = False) -> list[tuple[str, Node]]:
        """Return the properties of one kind with their component specifications, by name.

        What is said of slices or of the data set is left out, unless ``attached``.
        """
        data_set = URIRef(self.data_set)
        found = {
            str(term): component
            for structure in self.graph.objects(data_set, QB.structure)
            for component in self.graph.objects(structure, QB.component)
            for term in self.graph.objects(component, kind)
            if attached
            or self.graph.value(component, QB.componentAttachment) in (None, QB.Observation)
        }
        return sorted(found.items())

    def _required(self, attribute: URIRef) -> bool:
        """Return whether the structure requires an attribute of observations."""
        component = dict(self._components(QB.attribute)).get(str(attribute))
        required = component and self.graph.value(component, QB.componentRequired)
        return required == Literal(True)

    def _value(self, iri: str, predicate: Node) -> str | None:
        value = self.graph.value(URIRef(iri), predicate)
        return None if value is None else str(value)

    def _measures(self) -> list[ShapedMeasure]:
        found = []
        for iri, _ in self._components(QB.measure):
            least, most = self._bounds(iri)
            unit = self.units.get(iri) or self._value(iri, URIRef(self.own + "eenheid"))
            datatype = self._datatype(iri)
            found.append(
                ShapedMeasure(iri=iri, datatype=datatype, unit=unit, least=least, most=most)
            )
        return found

    def _bounds(self, iri: str) -> tuple[str | None, str | None]:
        """Return the bounds of a measure; none where they cannot be, a fault told elsewhere."""
        terms = (URIRef(self.own + "kleinste"), URIRef(self.own + "grootste"))
        given = [list(self.graph.objects(URIRef(iri), term)) for term in terms]
        if any(len(values) > 1 or None in map(number_of, values) for values in given):
            return None, None
        least, most = (str(values[0]) if values else None for values in given)
        crossed = least is not None and most is not None and Decimal(least) > Decimal(most)
        return (None, None) if crossed else (least, most)

    def _datatype(self, iri: str) -> str | None:
        found = self._value(iri, RDFS.range)
        return found if found and found.startswith(str(XSD)) else None

    def _codes(self, dimension: str) -> list[str] | None:
        """Return the codes that a dimension can have, None where nothing is known of them."""
        scheme = self.graph.value(URIRef(dimension), QB.codeList)
        if scheme is None:
            return None
        kinds = set(self.graph.objects(scheme, RDF.type))
        if SKOS.Collection in kinds:
            members = self.graph.transitive_objects(scheme, SKOS.member)
            found = {str(item) for item in members} - {str(scheme)}
        elif QB.HierarchicalCodeList in kinds:
            return None  # judged by the constraints, which know the way from parent to child
        else:
            found = {str(code) for code in self.graph.subjects(SKOS.inScheme, scheme)}
        return sorted(found) or None

    # -- Turtle ----

    def _prefixes(self) -> dict[str, str]:
        """Return the prefixes: the usual ones, that of the shapes, and those of the components."""
        kinds = (QB.dimension, QB.measure, QB.attribute)
        iris = [iri for kind in kinds for iri, _ in self._components(kind)]
        known = PREFIXES | {"": f"{self.document}#"}
        spaces = dict.fromkeys(iri[: len(iri) - len(local_name(iri))] for iri in iris)
        for space in spaces:
            if space not in known.values() and re.fullmatch(r"[^<>\"{}|^`\\\s]+[/#]", space):
                known[f"c{len(known) - len(PREFIXES)}"] = space
        return known

    def _term(self, iri: str) -> str:
        """Return an IRI as Turtle, short where a prefix allows it."""
        if not self._spaces:
            self._spaces.update((space, name) for name, space in self._prefixes().items())
        local = local_name(iri)
        name = self._spaces.get(iri[: len(iri) - len(local)])
        if name is None or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", local):
            return f"<{iri}>"
        return f"{name}:{local}"

    def _path(self, iris: list[str]) -> str:
        if len(iris) == 1:
            return f"sh:path {self._term(iris[0])}"
        listed = " ".join(map(self._term, iris))
        return f"sh:path [ sh:alternativePath ( {listed} ) ]"

    def _name(self, iri: str) -> str:
        """Return the name of the property shape about a property, different for each."""
        if iri not in self._names:
            local = re.sub(r"[^A-Za-z0-9_]", "_", re.split(r"[/#]", iri)[-1]) or "property"
            taken = set(self._names.values())
            number = next(
                n for n in range(1, len(taken) + 2) if (local + str(n) * (n > 1)) not in taken
            )
            self._names[iri] = local + str(number) * (number > 1)
        return self._names[iri]

    def _head(self) -> str:
        prefixes = "".join(
            f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(self._prefixes().items())
        )
        titles = {
            text.language: str(text)
            for text in self.graph.objects(URIRef(self.data_set), DCTERMS.title)
            if isinstance(text, Literal) and text.language
        }
        english = titles.get("en", self.data_set)
        dutch = titles.get("nl", self.data_set)
        return (
            "# What every observation of one data set must have. Made from its structure.\n"
            f"{prefixes}\n"
            f"<{self.document}>\n"
            "    a owl:Ontology ;\n"
            f"    dct:title {_quoted(f'Shape of the observations: {english}', 'en')},\n"
            f"        {_quoted(f'Shape van de observaties: {dutch}', 'nl')} ;\n"
            f"    dct:source <{self.data_set}> ;\n"
            f'    owl:versionInfo "{VERSION}" .'
        )

    def _properties(self) -> Iterator[str]:
        """Yield the node shape, then one property shape per property."""
        blocks = [*self._of_dimensions(), *self._of_attributes(), *self._of_measures()]
        names = ", ".join(f":{name}" for name, _ in blocks)
        yield (
            f":DataSetShape\n"
            "    a sh:NodeShape ;\n"
            '    rdfs:label "The observations of the data set"@en,\n'
            '        "De observaties van de dataset"@nl ;\n'
            f"    sh:targetNode <{self.data_set}> ;\n"
            f"    sh:property :observations ."
        )
        either = self._either()
        for name, statuses, message in STATUSES:
            if f":{name}" in either:
                listed = " ".join(map(self._term, statuses))
                needed = name == "withoutValue" or self._required(SDMX_ATTRIBUTE.obsStatus)
                block = "    sh:path sdmx-attribute:obsStatus ;\n"
                block += "    sh:minCount 1 ;\n" if needed else ""
                blocks.append((name, f"{block}    sh:in ( {listed} ) ;\n{_message(*message)}"))
        yield (
            ":observations\n"
            "    a sh:PropertyShape ;\n"
            "    sh:path [ sh:inversePath qb:dataSet ] ;\n"
            + (f"    sh:property {names} ;\n" if names else "")
            + either
        )
        for name, block in blocks:
            yield f":{name}\n    a sh:PropertyShape ;\n{block} ."

    def _of_dimensions(self) -> Iterator[tuple[str, str]]:
        dimensions = self._components(QB.dimension)
        for iri, _ in dimensions:
            label = self._label(iri)
            if iri == str(QB.measureType):
                measures = " ".join(f"{self._term(item.iri)}" for item in self._measures())
                codes, number = f"    sh:in ( {measures} ) ;\n", "15"
                en = "An observation names the measure it has, one of its structure."
                nl = "Een observatie noemt de maat die ze heeft, één van haar structuur."
            else:
                found, number = self._codes(iri), "11"
                en = f'An observation has exactly one value of the dimension "{label[0]}"'
                nl = f'Een observatie heeft precies één waarde van de dimensie "{label[1]}"'
                if found:
                    listed = "".join(f"\n        <{code}>" for code in found)
                    codes = f"    sh:in ({listed} ) ;\n    rdfs:seeAlso <{IC}19> ;\n"
                    en, nl = f"{en}, a code of its list.", f"{nl}, een code van haar lijst."
                else:
                    codes, en, nl = self._of_range(iri), f"{en}.", f"{nl}."
            yield (
                self._name(iri),
                f"    sh:path {self._term(iri)} ;\n{ONE}{codes}"
                f"    rdfs:seeAlso <{IC}{number}> ;\n{_message(en, nl)}",
            )
        # Normalisation copies to the observations what is said of their slice or data set.
        own = {iri for iri, _ in self._components(QB.dimension, attached=True)}
        known = {str(iri) for iri in self.graph.subjects(RDF.type, QB.DimensionProperty)}
        if others := sorted(known - own - {str(QB.measureType)}):
            yield (
                "otherDimensions",
                f"    {self._path(others)} ;\n    sh:maxCount 0 ;\n"
                + _message(
                    "An observation has no dimension that is not in its structure.",
                    "Een observatie heeft geen dimensie die niet in haar structuur staat.",
                ),
            )

    def _of_range(self, iri: str) -> str:
        """Return what the range of a dimension says of its values."""
        range_ = self._value(iri, RDFS.range)
        if range_ is None or range_ == str(RDFS.Resource):
            return ""
        if range_.startswith(str(XSD)):
            return f"    sh:datatype {self._term(range_)} ;\n"
        if range_ in self.with_instances or (None, RDF.type, URIRef(range_)) in self.graph:
            return f"    sh:class {self._term(range_)} ;\n"
        return ""

    def _of_attributes(self) -> Iterator[tuple[str, str]]:
        """Yield a shape for each attribute that the structure requires of observations."""
        for iri, _ in self._components(QB.attribute):
            if not self._required(URIRef(iri)):
                continue
            label = self._label(iri)
            values = ""
            units = [item.unit for item in self._measures() if item.unit]
            if iri == str(SDMX_ATTRIBUTE.unitMeasure) and len(units) == len(self._measures()):
                listed = " ".join(f"{self._term(unit)}" for unit in dict.fromkeys(units))
                values = f"    sh:in ( {listed} ) ;\n"
            yield (
                self._name(iri),
                f"    sh:path {self._term(iri)} ;\n{ONE}{values}"
                f"    rdfs:seeAlso <{IC}13> ;\n"
                + _message(
                    f'An observation has the required attribute "{label[0]}" of its structure.',
                    f'Een observatie heeft het vereiste kenmerk "{label[1]}" van haar structuur.',
                ),
            )

    def _of_measures(self) -> Iterator[tuple[str, str]]:
        for measure in self._measures():
            label = self._label(measure.iri)
            limits = (
                f"    sh:datatype {self._term(measure.datatype)} ;\n" if measure.datatype else ""
            )
            en = f'An observation has at most one value of the measure "{label[0]}"'
            nl = f'Een observatie heeft hoogstens één waarde van de maat "{label[1]}"'
            if measure.datatype:
                name = measure.datatype.removeprefix(str(XSD))
                en, nl = f"{en}, an xsd:{name}", f"{nl}, een xsd:{name}"
            yield (
                self._name(measure.iri),
                f"    sh:path {self._term(measure.iri)} ;\n    sh:maxCount 1 ;\n{limits}"
                + _message(f"{en}.", f"{nl}."),
            )
            if (measure.least or measure.most) and "out-of-range" not in self.with_exceptions:
                bounds, words = "", []
                for limit, term, en, nl in (
                    (measure.least, "minInclusive", "at least", "minstens"),
                    (measure.most, "maxInclusive", "at most", "hoogstens"),
                ):
                    if limit is not None:
                        bounds += f'    sh:{term} "{limit}"^^xsd:decimal ;\n'
                        words.append((f"{en} {limit}", f"{nl} {limit}"))
                en, nl = (" and ".join(w[0] for w in words), " en ".join(w[1] for w in words))
                yield (
                    f"{self._name(measure.iri)}-bounds",
                    f"    sh:path {self._term(measure.iri)} ;\n{bounds}"
                    + _message(
                        f'A value of the measure "{label[0]}" is {en}.',
                        f'Een waarde van de maat "{label[1]}" is {nl}.',
                    ),
                )

    def _either(self) -> str:
        """Return that an observation has its measure, or a status that explains why not."""
        measures = self._measures()
        dimensions = {iri for iri, _ in self._components(QB.dimension)}
        attributes = {iri for iri, _ in self._components(QB.attribute)}
        has_status = str(SDMX_ATTRIBUTE.obsStatus) in attributes
        by_type = str(QB.measureType) in dimensions
        # Without qb:measureType an observation has all measures of its structure (IC-14).
        cases = [[item] for item in measures] if by_type else [measures]
        members = []
        for case in cases:
            parts = [f"[ sh:path {self._term(item.iri)} ; sh:minCount 1 ]" for item in case]
            others = [item.iri for item in measures if item not in case]
            if by_type:
                [item] = case
                parts.append(f"[ sh:path qb:measureType ; sh:hasValue {self._term(item.iri)} ]")
                if item.unit and str(SDMX_ATTRIBUTE.unitMeasure) in attributes:
                    path = "sh:path sdmx-attribute:unitMeasure"
                    parts.append(f"[ {path} ; sh:hasValue {self._term(item.unit)} ]")
            if others:
                parts.append(f"[ {self._path(others)} ; sh:maxCount 0 ]")
            if has_status:
                parts.append(":withValue")
            members.append(parts)
        if measures:
            parts = [":withoutValue"]
            parts.append(f"[ {self._path([item.iri for item in measures])} ; sh:maxCount 0 ]")
            if self.own + "afwezigheid" in attributes:
                parts.append(f"[ sh:path <{self.own}afwezigheid> ; sh:minCount 1 ]")
            members.append(parts)
        if not members or not measures:
            return (
                "    sh:nodeKind sh:IRI ;\n"
                + _message("An observation has an address.", "Een observatie heeft een adres.")
                + " ."
            )
        listed = "\n".join(
            "        [ sh:property\n            " + ",\n            ".join(parts) + " ]"
            for parts in members
        )
        return (
            f"    sh:or (\n{listed}\n    ) ;\n"
            f"    rdfs:seeAlso <{IC}{15 if by_type else 14}> ;\n"
            + _message(
                "An observation has the value and unit of its measure and of no other, "
                "or else a status that says why not.",
                "Een observatie heeft waarde en eenheid van haar maat en van geen andere, "
                "of anders een status die zegt waarom niet.",
            )
            + " ."
        )

    def _label(self, iri: str) -> tuple[str, str]:
        """Return what a property is called in English and Dutch."""
        by_language = {
            text.language or "": str(text)
            for text in self.graph.objects(URIRef(iri), RDFS.label)
            if isinstance(text, Literal)
        }
        fallback = re.split(r"[/#]", iri)[-1]
        first = next(iter(by_language.values()), fallback)
        return by_language.get("en", first), by_language.get("nl", first)


def _message(en: str, nl: str) -> str:
    return f"    sh:message {_quoted(en, 'en')},\n        {_quoted(nl, 'nl')}"


def _quoted(text: str, language: str) -> str:
    return Literal(text, lang=language).n3()
