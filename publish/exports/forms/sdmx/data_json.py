"""SDMX-JSON 2.0, data message: the figures of a view with the codes and texts to read them by.

The observations are flat: each has its key, the numbers of its codes in the lists before, and its
figure with the values of its attributes. Figures have the decimals that are printed. Where there is
none stands the text NaN, which SDMX takes for a figure that is known not to be there.
"""

from __future__ import annotations

import json
from contextlib import closing
from hashlib import sha256
from typing import Any, BinaryIO

from publish.cube.columns_file.engine import sql_name, sql_text
from publish.exports.description import PERIOD, CodeDescription, DimensionDescription
from publish.exports.forms.figure_sql import value_sql
from publish.exports.forms.sdmx.attributes import (
    BETWEEN_VALUES,
    NUMBER,
    SdmxAttribute,
    SdmxCode,
    attributes_of,
    both,
)
from publish.exports.forms.sdmx.names import NO_NUMBER, TIME, VALUE, SdmxNames, code_id
from publish.exports.forms.sdmx.structure import meta, notes, relationship, texts
from publish.exports.observations import SelectedObservations
from publish.exports.view import view_address

LINES = 8192
"""Observations that are read at a time."""


def write_sdmx_json(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view as SDMX-JSON."""
    names = SdmxNames(chosen.description)
    attributes = attributes_of(chosen, names)
    codes = {name: _codes(chosen, item) for name, item in names.dimensions}
    head = json.dumps(_head(chosen, names, attributes, codes), ensure_ascii=False)
    before, _, after = head.partition('"observations": {}')
    target.write(f'{before}"observations": {{'.encode())
    line = _observation(names, attributes, codes)
    separator = "\n"
    for part in chosen.parts():
        with closing(chosen.connection.cursor()) as rows:
            rows.execute(f"SELECT {line} FROM {part.relation}")
            while found := rows.fetchmany(LINES):
                target.write((separator + ",\n".join([text for (text,) in found])).encode())
                separator = ",\n"
    target.write(f"\n}}{after}\n".encode())


def _codes(chosen: SelectedObservations, item: DimensionDescription) -> list[CodeDescription]:
    """Return the codes of a dimension that a view can have."""
    wanted = chosen.view.codes.get(item.column)
    found = [code for code in item.codes if not code.missing]
    return found if wanted is None else [code for code in found if code.code in wanted]


def _head(
    chosen: SelectedObservations,
    names: SdmxNames,
    attributes: tuple[SdmxAttribute, ...],
    codes: dict[str, list[CodeDescription]],
) -> dict[str, Any]:
    """Return the message without its observations."""
    description = chosen.description
    marked = notes(names)
    units = {item.name: code_id(item.unit_code) for item in description.measures}
    of_measure = [item for item in attributes if item.of_measure]
    keys = [name for name, _ in names.dimensions]
    at = keys.index(names.measure)
    grouped = {
        ":".join([*[""] * at, str(number), *[""] * (len(keys) - at - 1)]): [
            _place(item, units[code.code]) for item in of_measure
        ]
        for number, code in enumerate(codes[names.measure])
    }
    address = view_address(description, chosen.view, "sdmx-json")
    ending = "" if chosen.view.is_whole else f"-{sha256(address.encode()).hexdigest()[:8]}"
    structure = {
        "links": [
            {"urn": names.dataflow_urn, "rel": "dataflow"},
            {"href": description.page, "rel": "describedby"},
        ],
        **texts(description.title),
        **texts(description.description, "description"),
        "dimensions": {
            "dataSet": [],
            "series": [],
            "observation": [
                _dimension(names, number, name, item, codes[name])
                for number, (name, item) in enumerate(names.dimensions)
            ],
        },
        "measures": {
            "observation": [
                {"id": VALUE, **texts(both("attributes", VALUE)), "format": {"dataType": NUMBER}}
            ]
        },
        "attributes": {
            "dataSet": [],
            "dimensionGroup": [_attribute(item, names) for item in of_measure],
            "series": [],
            "observation": [_attribute(item, names) for item in attributes if not item.of_measure],
        },
        "annotations": marked,
        "dataSets": [0],
    }
    data_set = {
        "structure": 0,
        "action": "Information",
        "links": [{"href": address, "rel": "self"}],
        "annotations": list(range(len(marked))),
        "dimensionGroupAttributes": grouped,
        "observations": {},
    }
    return {
        "meta": meta(names, "data", ending),
        "data": {"structures": [structure], "dataSets": [data_set]},
    }


def _place(item: SdmxAttribute, code: str) -> int | None:
    """Return the number of a code in the list of an attribute."""
    listed = [one.id for one in item.codes.codes] if item.codes else []
    return listed.index(code) if code in listed else None


def _dimension(
    names: SdmxNames,
    number: int,
    name: str,
    item: DimensionDescription,
    codes: list[CodeDescription],
) -> dict[str, Any]:
    ids = names.codes(item)
    values: list[dict[str, Any]]
    if name == TIME and item.kind == PERIOD:
        values = [
            {
                "value": code.code,
                **texts(code.label),
                "start": f"{code.start}T00:00:00Z",
                "end": f"{code.last}T23:59:59Z",
            }
            for code in codes
        ]
    else:
        there = {code.code for code in codes}
        values = [
            {
                "id": ids[code.code],
                **texts(code.label),
                **texts(code.definition, "description"),
                **({"parent": ids[code.broader]} if code.broader in there else {}),
                "order": at,
            }
            for at, code in enumerate(codes)
        ]
    return {
        "id": name,
        **texts(item.label),
        **texts(item.definition, "description"),
        "keyPosition": number,
        **({"roles": [TIME]} if name == TIME else {}),
        "values": values,
    }


def _attribute(item: SdmxAttribute, names: SdmxNames) -> dict[str, Any]:
    def value(code: SdmxCode) -> dict[str, Any]:
        return {"id": code.id, **texts(code.name), **texts(code.description, "description")}

    shape: dict[str, Any] = (
        {"values": [value(code) for code in item.codes.codes]}
        if item.codes
        else {"format": {"dataType": item.kind}}
    )
    if item.most > 1:
        shape["format"] = {"minOccurs": 0, "maxOccurs": item.most}
    return {
        "id": item.id,
        **texts(item.name),
        "isMandatory": item.mandatory,
        "relationship": relationship(item, names),
        **shape,
    }


def _observation(
    names: SdmxNames,
    attributes: tuple[SdmxAttribute, ...],
    codes: dict[str, list[CodeDescription]],
) -> str:
    """Return SQL of an observation as a member of a JSON object."""
    keys = [
        _number(sql_name(item.column), [code.code for code in codes[name]])
        for name, item in names.dimensions
    ]
    value = f"""coalesce({value_sql(names.description.scale)}, '"{NO_NUMBER}"')"""
    values = [value, *(_value(item) for item in attributes if not item.of_measure)]
    listed, key = ", ',', ".join(values), ", ':', ".join(keys)
    trimmed = f"regexp_replace(concat({listed}), '(,null)+$', '')"
    return f"""concat('"', {key}, '":[', {trimmed}, ']')"""


def _number(expression: str, codes: list[str]) -> str:
    """Return SQL of the number of a code in a list, as text."""
    listed = ", ".join(map(sql_text, codes))
    return f"enum_code({expression}::ENUM({listed}))::VARCHAR" if codes else "NULL"


def _value(item: SdmxAttribute) -> str:
    """Return SQL of the value of an attribute as JSON: its number in the list, or itself."""
    if item.codes is None:
        sql = item.sql if item.kind != "String" else f"to_json({item.sql})::VARCHAR"
    else:
        ids = [code.id for code in item.codes.codes]
        if item.most > 1:
            parts = f"string_split({item.sql}, {sql_text(BETWEEN_VALUES)})"
            numbers = f"list_transform({parts}, lambda one: {_number('one', ids)})"
            sql = f"'[' || array_to_string({numbers}, ',') || ']'"
        else:
            sql = _number(f"({item.sql})", ids)
    return f"coalesce({sql}, 'null')"
