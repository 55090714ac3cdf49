"""The shape of a data set's observations, made from its structure and written as Turtle.

An observation has exactly the dimensions of the structure, codes of exactly their lists, one value
of its measure with the right datatype and bounds, its unit and its status. All of it is SHACL
Core, so that any validator can judge by it.
RDF Data Cube, sections 6 (structure) and 11 (integrity constraints); SHACL, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rdflib import Literal
from rdflib.namespace import SH

from publish.rdf.namespaces import DCTERMS, OWL, QB, RDFS, SDMX_ATTRIBUTE, SDMX_CODE, XSD
from publish.rdf.terms import local_name, short_name, split_iri
from publish.validation.constraints.normal_form import MEASURE_TYPE
from publish.validation.constraints.observations import MISSING_STATUS_CODES, OBS_STATUS
from publish.validation.shapes.graph_structure import GraphMeasure, GraphStructure

VERSION = "1.0.0"
"""The version of the rules by which these shapes are made."""

IC = "https://www.w3.org/TR/vocab-data-cube/#ic-"
UNIT_MEASURE = str(SDMX_ATTRIBUTE.unitMeasure)

STATUS_SHAPES = (
    (
        "withValue",
        "ABEFIPS",
        ("The status is one of a value.", "De status is er een van een waarde."),
    ),
    (
        "withoutValue",
        MISSING_STATUS_CODES,
        ("The status says why there is no value.", "De status zegt waarom er geen waarde is."),
    ),
)
"""The shapes of the status of an observation: name, allowed codes of SDMX, and message."""

EXACTLY_ONE = "    sh:minCount 1 ;\n    sh:maxCount 1 ;\n"

PREFIXES = {
    "dct": str(DCTERMS),
    "owl": str(OWL),
    "qb": str(QB),
    "rdfs": str(RDFS),
    "sdmx-attribute": OBS_STATUS.removesuffix("obsStatus"),
    "sdmx-code": str(SDMX_CODE["obsStatus-M"]).removesuffix("obsStatus-M"),
    "sh": str(SH),
    "xsd": str(XSD),
}


@dataclass(kw_only=True)
class StructureShape:
    """Writes the shape of one data set."""

    structure: GraphStructure
    document: str
    """The IRI of the shape's document; its terms are ``<document>#…``."""
    with_exceptions: frozenset[str] = frozenset()
    """Codes of faults that the data set acknowledges, so that its shape allows them."""
    _names: dict[str, str] = field(default_factory=dict)
    """The names of property shapes, by property."""
    _prefixes: dict[str, str] = field(default_factory=dict)
    """The prefix of each namespace."""

    def __post_init__(self) -> None:
        self._prefixes |= {iri: name for name, iri in PREFIXES.items()}
        self._prefixes[f"{self.document}#"] = ""
        measures = [measure.iri for measure in self.structure.measures]
        for iri in (*self.structure.dimensions, *measures, *self.structure.attributes):
            space, _ = split_iri(iri)
            if space not in self._prefixes and re.fullmatch(r"[^<>\"{}|^`\\\s]+[/#]", space):
                self._prefixes[space] = f"c{len(self._prefixes) - len(PREFIXES)}"

    def text(self) -> str:
        """Return the shape as Turtle with absolute IRIs."""
        return "\n\n".join([self._head(), *self._shapes()]) + "\n"

    def _head(self) -> str:
        """Return the prefixes and the description of the document."""
        prefixes = "".join(
            f"@prefix {name}: <{iri}> .\n"
            for name, iri in sorted((name, iri) for iri, name in self._prefixes.items())
        )
        english, dutch = self.structure.title()
        return (
            "# What every observation of one data set must have. Made from its structure.\n"
            f"{prefixes}\n"
            f"<{self.document}>\n"
            "    a owl:Ontology ;\n"
            f"    dct:title {_quoted(f'Shape of the observations: {english}', 'en')},\n"
            f"        {_quoted(f'Shape van de observaties: {dutch}', 'nl')} ;\n"
            f"    dct:source <{self.structure.data_set}> ;\n"
            f'    owl:versionInfo "{VERSION}" .'
        )

    def _shapes(self) -> Iterator[str]:
        """Yield the node shape, then one property shape per property."""
        blocks = [*self._of_dimensions(), *self._of_attributes(), *self._of_measures()]
        names = ", ".join(f":{name}" for name, _ in blocks)
        yield (
            ":DataSetShape\n"
            "    a sh:NodeShape ;\n"
            '    rdfs:label "The observations of the data set"@en,\n'
            '        "De observaties van de dataset"@nl ;\n'
            f"    sh:targetNode <{self.structure.data_set}> ;\n"
            "    sh:property :observations ."
        )
        alternatives = self._alternatives()
        for name, codes, message in STATUS_SHAPES:
            if f":{name}" in alternatives:
                listed = " ".join(f"sdmx-code:obsStatus-{code}" for code in codes)
                is_required = name == "withoutValue" or self.structure.requires(OBS_STATUS)
                constraints = "    sh:minCount 1 ;\n" if is_required else ""
                constraints += f"    sh:in ( {listed} ) ;\n"
                blocks.append((name, self._property([OBS_STATUS], constraints, *message)))
        yield (
            ":observations\n"
            "    a sh:PropertyShape ;\n"
            "    sh:path [ sh:inversePath qb:dataSet ] ;\n"
            + (f"    sh:property {names} ;\n" if names else "")
            + f"{alternatives} ."
        )
        for name, block in blocks:
            yield f":{name}\n    a sh:PropertyShape ;\n{block} ."

    def _of_dimensions(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of a shape for each dimension, and one for all others."""
        for iri in self.structure.dimensions:
            if iri == MEASURE_TYPE:
                codes = self._in([item.iri for item in self.structure.measures])
                number = "15"
                en = "An observation names the measure it has, one of its structure."
                nl = "Een observatie noemt de maat die ze heeft, één van haar structuur."
            else:
                found, label, number = self.structure.codes(iri), self.structure.label(iri), "11"
                en = f'An observation has exactly one value of the dimension "{label[0]}"'
                nl = f'Een observatie heeft precies één waarde van de dimensie "{label[1]}"'
                if found:
                    listed = "".join(f"\n        <{code}>" for code in found)
                    codes = f"    sh:in ({listed} ) ;\n    rdfs:seeAlso <{IC}19> ;\n"
                    en, nl = f"{en}, a code of its list.", f"{nl}, een code van haar lijst."
                else:
                    codes, en, nl = self._of_range(iri), f"{en}.", f"{nl}."
            constraints = f"{EXACTLY_ONE}{codes}    rdfs:seeAlso <{IC}{number}> ;\n"
            yield self._about(iri, constraints, en, nl)
        # Normalisation copies values attached to slices or to the data set to the observations, so
        # these dimensions are not among the others.
        if others := self.structure.other_dimensions:
            en = "An observation has no dimension that is not in its structure."
            nl = "Een observatie heeft geen dimensie die niet in haar structuur staat."
            yield "otherDimensions", self._property(others, "    sh:maxCount 0 ;\n", en, nl)

    def _of_range(self, iri: str) -> str:
        """Return the constraint that the range of a dimension sets on its values."""
        range_ = self.structure.range_of(iri)
        if range_ is None:
            return ""
        parameter = "datatype" if range_.startswith(str(XSD)) else "class"
        return f"    sh:{parameter} {self._term(range_)} ;\n"

    def _of_attributes(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of a shape for each required attribute."""
        units = [item.unit for item in self.structure.measures if item.unit]
        for iri in filter(self.structure.requires, self.structure.attributes):
            label = self.structure.label(iri)
            is_unit = iri == UNIT_MEASURE and len(units) == len(self.structure.measures)
            values = self._in(list(dict.fromkeys(units))) if is_unit else ""
            yield self._about(
                iri,
                f"{EXACTLY_ONE}{values}    rdfs:seeAlso <{IC}13> ;\n",
                f'An observation has the required attribute "{label[0]}" of its structure.',
                f'Een observatie heeft het vereiste kenmerk "{label[1]}" van haar structuur.',
            )

    def _of_measures(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of the shapes of each measure: its datatype, its bounds."""
        for measure in self.structure.measures:
            label, datatype = self.structure.label(measure.iri), ""
            en = f'An observation has at most one value of the measure "{label[0]}"'
            nl = f'Een observatie heeft hoogstens één waarde van de maat "{label[1]}"'
            if measure.datatype:
                datatype = f"    sh:datatype {self._term(measure.datatype)} ;\n"
                name = measure.datatype.removeprefix(str(XSD))
                en, nl = f"{en}, an xsd:{name}", f"{nl}, een xsd:{name}"
            constraints = f"    sh:maxCount 1 ;\n{datatype}"
            yield self._about(measure.iri, constraints, f"{en}.", f"{nl}.")
            if (measure.least or measure.most) and "out-of-range" not in self.with_exceptions:
                yield f"{self._name(measure.iri)}-bounds", self._of_bounds(measure, label)

    def _of_bounds(self, measure: GraphMeasure, label: tuple[str, str]) -> str:
        """Return the text of the shape of a measure's bounds."""
        constraints, english, dutch = "", [], []
        for bound, parameter, en, nl in (
            (measure.least, "minInclusive", "at least", "minstens"),
            (measure.most, "maxInclusive", "at most", "hoogstens"),
        ):
            if bound is not None:
                constraints += f'    sh:{parameter} "{bound}"^^xsd:decimal ;\n'
                english.append(f"{en} {bound}")
                dutch.append(f"{nl} {bound}")
        return self._property(
            [measure.iri],
            constraints,
            f'A value of the measure "{label[0]}" is {" and ".join(english)}.',
            f'Een waarde van de maat "{label[1]}" is {" en ".join(dutch)}.',
        )

    def _alternatives(self) -> str:
        """Return that an observation has its measure, or a status that explains why not."""
        measures, attributes = self.structure.measures, self.structure.attributes
        if not measures:
            message = _message("An observation has an address.", "Een observatie heeft een adres.")
            return f"    sh:nodeKind sh:IRI ;\n{message}"
        iris = [item.iri for item in measures]
        with_status = [":withValue"] if OBS_STATUS in attributes else []
        members = []
        by_type = MEASURE_TYPE in self.structure.dimensions
        for item in measures if by_type else ():
            parts = [
                f"[ {self._path([item.iri])} ; sh:minCount 1 ]",
                f"[ sh:path qb:measureType ; sh:hasValue {self._term(item.iri)} ]",
            ]
            if item.unit and UNIT_MEASURE in attributes:
                unit = self._term(item.unit)
                parts.append(f"[ sh:path sdmx-attribute:unitMeasure ; sh:hasValue {unit} ]")
            if others := [iri for iri in iris if iri != item.iri]:
                parts.append(f"[ {self._path(others)} ; sh:maxCount 0 ]")
            members.append([*parts, *with_status])
        if not by_type:  # an observation has all measures of its structure (IC-14)
            every = [f"[ {self._path([iri])} ; sh:minCount 1 ]" for iri in iris]
            members.append([*every, *with_status])
        parts = [":withoutValue", f"[ {self._path(iris)} ; sh:maxCount 0 ]"]
        absence = f"{self.structure.own}afwezigheid"
        if absence in attributes:
            parts.append(f"[ sh:path <{absence}> ; sh:minCount 1 ]")
        members.append(parts)
        listed = "\n".join(
            "        [ sh:property\n            " + ",\n            ".join(parts) + " ]"
            for parts in members
        )
        message = _message(
            "An observation has the value and unit of its measure and of no other, "
            "or else a status that says why not.",
            "Een observatie heeft waarde en eenheid van haar maat en van geen andere, "
            "of anders een status die zegt waarom niet.",
        )
        number = 15 if by_type else 14
        return f"    sh:or (\n{listed}\n    ) ;\n    rdfs:seeAlso <{IC}{number}> ;\n{message}"

    # -- Turtle ----

    def _about(self, iri: str, constraints: str, en: str, nl: str) -> tuple[str, str]:
        """Return the name and the text of the shape of one property."""
        return self._name(iri), self._property([iri], constraints, en, nl)

    def _property(self, iris: list[str], constraints: str, en: str, nl: str) -> str:
        """Return a property shape of one of some properties, but for its name and type."""
        return f"    {self._path(iris)} ;\n{constraints}{_message(en, nl)}"

    def _path(self, iris: list[str]) -> str:
        if len(iris) == 1:
            return f"sh:path {self._term(iris[0])}"
        return f"sh:path [ sh:alternativePath ( {' '.join(map(self._term, iris))} ) ]"

    def _in(self, iris: list[str]) -> str:
        return f"    sh:in ( {' '.join(map(self._term, iris))} ) ;\n"

    def _term(self, iri: str) -> str:
        """Return an IRI as Turtle, short where a prefix allows it."""
        return short_name(iri, self._prefixes) or f"<{iri}>"

    def _name(self, iri: str) -> str:
        """Return the name of the property shape about a property, different for each."""
        if iri not in self._names:
            name = re.sub(r"[^A-Za-z0-9_]", "_", local_name(iri)) or "property"
            names = (name, *(f"{name}{number}" for number in range(2, len(self._names) + 2)))
            self._names[iri] = next(item for item in names if item not in self._names.values())
        return self._names[iri]


def _message(en: str, nl: str) -> str:
    return f"    sh:message {_quoted(en, 'en')},\n        {_quoted(nl, 'nl')}"


def _quoted(text: str, language: str) -> str:
    return Literal(text, lang=language).n3()
