"""SDMX-JSON 2.0, structure message: what the codes of a data set mean, for statistical systems.

It has the agency, the concepts, the code lists with the codes that are used, the data structure
definition, the dataflow and the values that occur. Texts come in both languages; the first stands
where a program takes one. Annotations tell the IRI of each thing (IRI), our code or column where
SDMX calls it otherwise (ORIGINAL), and of which periods the source has no figures, and why
(MISSING_PERIOD).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from publish.exports.description import LANGUAGES, CodeDescription, DimensionDescription
from publish.exports.forms.sdmx.attributes import (
    NUMBER,
    SdmxAttribute,
    SdmxCode,
    SdmxCodeList,
    attributes_of,
    both,
)
from publish.exports.forms.sdmx.names import TIME, VALUE, VERSION, SdmxNames
from publish.exports.observations import SelectedObservations
from publish.project.project import Text

SCHEMAS = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master"
"""Where the schemas of the messages are, by which programs tell what a message is."""
CONCEPTS = "CONCEPTS"
TIME_FORMATS = {"kwartaal": "ReportingQuarter", "jaar": "GregorianYear", "dag": "GregorianDay"}
"""How SDMX calls the ways in which our periods are written."""
UNDATED = "1970-01-01"
"""What stands for the date of a source that has none."""


def write_sdmx_structure(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the structure of a data set; it is the same for all views of it."""
    content = _Structure(chosen).message()
    target.write(json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")


def texts(text: Text | None, key: str = "name") -> dict[str, Any]:
    """Return a text for a program that takes one, and in all languages."""
    return {key: text[LANGUAGES[0]], f"{key}s": dict(text)} if text else {}


def annotated(
    iri: str | None = None, original: str | None = None, further: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return the annotations of a thing, where it has some."""
    found = [{"type": "IRI", "value": iri}] if iri else []
    if original is not None:
        found.append({"type": "ORIGINAL", "value": original})
    found += further
    return {"annotations": found} if found else {}


def meta(names: SdmxNames, kind: str, ending: str = "") -> dict[str, Any]:
    """Return the head of a message, of kind data or structure.

    A message has to tell when it was made. As equal data give equal files, it tells the date of the
    source that is printed last: it rises when a later source is added, and not otherwise.
    """
    description = names.description
    date = max((item.date for item in description.tables if item.date), default=UNDATED)
    return {
        "schema": f"{SCHEMAS}/{kind}-message/tools/schemas/2.0.0/sdmx-json-{kind}-schema.json",
        "id": f"{names.dataflow}{ending}",
        "test": False,
        "prepared": f"{date}T00:00:00Z",
        "contentLanguages": list(LANGUAGES),
        "sender": {"id": names.agency, **texts(publisher(names))},
    }


def publisher(names: SdmxNames) -> Text:
    """Return what the agency is called."""
    description = names.description
    return description.publisher or {language: description.vocabulary for language in LANGUAGES}


def missing_periods(names: SdmxNames) -> Iterator[CodeDescription]:
    """Yield the periods for which the source has no figures."""
    if names.time is not None:
        yield from (item for item in names.time.codes if item.missing)


def notes(names: SdmxNames) -> list[dict[str, Any]]:
    """Return the notes and remarks on the whole of a data set, as annotations."""
    description = names.description
    found = [{"type": "NOTE", **texts(note, "text")} for note in description.notes]
    found += (
        {"type": "REMARK", "id": item.code, **texts(item.label, "text")}
        for item in description.remarks
    )
    found += (
        {"type": "MISSING_PERIOD", "value": item.code, **texts(item.missing, "text")}
        for item in missing_periods(names)
    )
    if description.licence:
        found.append({"type": "LICENCE", "value": description.licence})
    return found


class _Structure:
    """Makes the parts of the message."""

    def __init__(self, chosen: SelectedObservations) -> None:
        self.names = names = SdmxNames(chosen.description)
        self.description = chosen.description
        self.attributes = attributes_of(chosen, names)
        self.lists = {
            name: self._code_list(name, dimension)
            for name, dimension in names.dimensions
            if dimension is not names.time
        }

    def message(self) -> dict[str, Any]:
        lists = [*self.lists.values(), *(item.codes for item in self.attributes if item.codes)]
        return {
            "meta": meta(self.names, "structure"),
            "data": {
                "agencySchemes": [self._agencies()],
                "conceptSchemes": [self._concepts()],
                "codelists": [self._list(item) for item in lists],
                "dataStructures": [self._definition()],
                "dataflows": [self._dataflow()],
                "dataConstraints": [self._constraint()],
            },
        }

    def _agencies(self) -> dict[str, Any]:
        return {
            "id": "AGENCIES",
            "agencyID": "SDMX",
            **texts(both("lists", "AGENCIES")),
            "isPartial": True,
            "agencies": [{"id": self.names.agency, **texts(publisher(self.names))}],
        }

    def _maintained(self, name: str, text: Text, agency: str = "", version: str = "") -> Any:
        return {
            "id": name,
            "agencyID": agency or self.names.agency,
            "version": version or VERSION,
            **texts(text),
        }

    def _concepts(self) -> dict[str, Any]:
        concepts = [
            {
                "id": name,
                **texts(item.label),
                **texts(item.definition, "description"),
                **annotated(item.iri, None if name == item.column else item.column),
            }
            for name, item in self.names.dimensions
        ]
        concepts.append({"id": VALUE, **texts(both("attributes", VALUE))})
        concepts += ({"id": item.id, **texts(item.name)} for item in self.attributes)
        return {
            **self._maintained(CONCEPTS, both("lists", CONCEPTS)),
            "isPartial": True,
            "concepts": concepts,
        }

    def _concept(self, name: str) -> str:
        return f"{self.names.urn('conceptscheme.Concept', CONCEPTS)}.{name}"

    def _code_list(self, name: str, dimension: DimensionDescription) -> SdmxCodeList:
        ids = self.names.codes(dimension)
        definitions = {item.name: item.definition for item in self.description.measures}
        return SdmxCodeList(
            id=self.names.code_list(name, dimension),
            name=dimension.label,
            iri=dimension.scheme,
            codes=tuple(
                SdmxCode(
                    id=ids[item.code],
                    name=item.label,
                    description=item.definition or definitions.get(item.code),
                    iri=item.iri,
                    parent=ids.get(item.broader) if item.broader else None,
                    original=None if ids[item.code] == item.code else item.code,
                )
                for item in dimension.codes
            ),
        )

    def _list(self, item: SdmxCodeList) -> dict[str, Any]:
        return {
            **self._maintained(item.id, item.name, item.agency or "", item.version or ""),
            **annotated(item.iri),
            "isPartial": True,
            "codes": [
                {
                    "id": code.id,
                    **texts(code.name),
                    **texts(code.description, "description"),
                    **({"parent": code.parent} if code.parent else {}),
                    **annotated(code.iri, code.original),
                }
                for code in item.codes
            ],
        }

    def _enumeration(self, item: SdmxCodeList) -> str:
        return self.names.urn(
            "codelist.Codelist", item.id, agency=item.agency or "", version=item.version or ""
        )

    def _component(self, name: str) -> dict[str, Any]:
        return {"id": name, "conceptIdentity": self._concept(name)}

    def _definition(self) -> dict[str, Any]:
        dimensions: list[dict[str, Any]] = []
        listed: dict[str, Any] = {"id": "DimensionDescriptor", "dimensions": dimensions}
        for at, (name, item) in enumerate(self.names.dimensions):
            if item is self.names.time:
                kind = TIME_FORMATS.get(item.period or "", "ObservationalTimePeriod")
                listed["timeDimension"] = {
                    **self._component(name),
                    "localRepresentation": {"format": {"dataType": kind}},
                }
            else:
                dimensions.append(
                    {
                        **self._component(name),
                        "position": at,
                        "localRepresentation": {"enumeration": self._enumeration(self.lists[name])},
                    }
                )
        number = {"format": {"dataType": NUMBER}}
        value = {**self._component(VALUE), "localRepresentation": number}
        return {
            **self._maintained(self.names.structure, self.description.title),
            **annotated(self.description.structure),
            "dataStructureComponents": {
                "dimensionList": listed,
                "measureList": {"id": "MeasureDescriptor", "measures": [value]},
                "attributeList": {
                    "id": "AttributeDescriptor",
                    "attributes": [self._attribute(item) for item in self.attributes],
                },
            },
        }

    def _attribute(self, item: SdmxAttribute) -> dict[str, Any]:
        several = {"minOccurs": 0, "maxOccurs": item.most} if item.most > 1 else {}
        return {
            **self._component(item.id),
            "usage": "mandatory" if item.mandatory else "optional",
            "attributeRelationship": relationship(item, self.names),
            "localRepresentation": {"enumeration": self._enumeration(item.codes), **several}
            if item.codes
            else {"format": {"dataType": item.kind}, **several},
        }

    def _dataflow(self) -> dict[str, Any]:
        return {
            **self._maintained(self.names.dataflow, self.description.title),
            **texts(self.description.description, "description"),
            **annotated(self.description.iri, self.description.slug, notes(self.names)),
            "structure": self.names.urn("datastructure.DataStructure", self.names.structure),
        }

    def _constraint(self) -> dict[str, Any]:
        keys: list[dict[str, Any]] = []
        for name, item in self.names.dimensions:
            if item is self.names.time:
                there = [code.code for code in item.codes if not code.missing]
                if there:
                    ends = {"startPeriod": there[0], "endPeriod": there[-1]}
                    span = {key: {"period": at, "isInclusive": True} for key, at in ends.items()}
                    keys.append({"id": TIME, "include": True, "timeRange": span})
            else:
                values = [{"value": code.id} for code in self.lists[name].codes]
                keys.append({"id": name, "include": True, "values": values})
        return {
            **self._maintained(f"CR_{self.names.dataflow}", self.description.title),
            "role": "Actual",
            "constraintAttachment": {"dataflows": [self.names.dataflow_urn]},
            "cubeRegions": [{"include": True, "keyValues": keys}],
        }


def relationship(item: SdmxAttribute, names: SdmxNames) -> dict[str, Any]:
    """Return what the value of an attribute goes by."""
    return {"dimensions": [names.measure]} if item.of_measure else {"observation": {}}
