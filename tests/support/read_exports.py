"""Readers of each form of a data set that know the form and nothing of what wrote it.

Each returns the cells of a data set: for the codes of an observation its figure, why it has none,
and its unit. Whatever a form says of missing figures besides has to agree, or the reader fails.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import openpyxl
from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from publish.exports.description import DataSetDescription, DimensionDescription

QB = "http://purl.org/linked-data/cube#"
ATTRIBUTE = "http://purl.org/linked-data/sdmx/2009/attribute#"


class ReadCell(NamedTuple):
    """An observation as a form has it."""

    figure: Decimal | None
    reasons: frozenset[str]
    """The codes of the reasons for which there is no figure."""
    unit: str
    """The short code of the unit."""


Cells = dict[tuple[str, ...], ReadCell]
"""The cells by the codes of their dimensions, in the order of the description."""
Reader = Callable[[bytes, DataSetDescription], Cells]


def _tail(iri: object) -> str:
    return re.split(r"[/#]", str(iri))[-1]


def read_rdf(content: bytes, description: DataSetDescription, form: str = "nt") -> Cells:
    """Read N-Triples, or another form of RDF, by rdflib."""
    graph = Graph().parse(data=content, format=form)
    absence = URIRef(f"{description.base}/ns/publicatie#afwezigheid")
    found = {}
    for node in graph.subjects(RDF.type, URIRef(f"{QB}Observation")):
        codes = tuple(_tail(graph.value(node, URIRef(i.iri))) for i in description.dimensions)
        (measure,) = [item for item in description.measures if item.name == codes[-1]]
        value = graph.value(node, URIRef(measure.iri))
        figure = None if value is None else Decimal(str(value))
        status = _tail(graph.value(node, URIRef(f"{ATTRIBUTE}obsStatus")))
        _agree(figure, status == "obsStatus-A", status == "obsStatus-M")
        found[codes] = ReadCell(
            figure=figure,
            reasons=frozenset(map(_tail, graph.objects(node, absence))),
            unit=_tail(graph.value(node, URIRef(f"{ATTRIBUTE}unitMeasure"))),
        )
    return found


def read_turtle(content: bytes, description: DataSetDescription) -> Cells:
    """Read Turtle by rdflib."""
    return read_rdf(content, description, "turtle")


def read_list_csv(content: bytes, description: DataSetDescription) -> Cells:
    """Read the list of observations as CSV."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    found = {}
    for row in rows:
        figure = Decimal(row["value"]) if row["value"] else None
        _agree(figure, row["status"] == "A", row["status"] == "M")
        found[tuple(row[item.column] for item in description.dimensions)] = ReadCell(
            figure=figure, reasons=_several(row["reasons"]), unit=row["unit"]
        )
    return found


def read_json(content: bytes, description: DataSetDescription) -> Cells:
    """Read the observations as JSON; numbers are read as they are written."""
    found = {}
    for item in json.loads(content, parse_float=Decimal, parse_int=Decimal)["observations"]:
        _agree(item["value"], item["status"] == "A", item["status"] == "M")
        found[tuple(item[one.column] for one in description.dimensions)] = ReadCell(
            figure=item["value"], reasons=frozenset(item.get("reasons", ())), unit=item["unit"]
        )
    return found


def read_json_stat(content: bytes, description: DataSetDescription) -> Cells:
    """Read JSON-stat 2.0: values lie in the order of the dimensions, the last the fastest."""
    data = json.loads(content, parse_float=Decimal, parse_int=Decimal)
    names: list[str] = data["id"]
    lists = [_categories(data["dimension"][name]) for name in names]
    assert [len(codes) for codes in lists] == list(map(int, data["size"]))
    assert names == [item.column for item in description.dimensions]
    units = {item.unit_label[language]: item.unit_code
             for item in description.measures for language in ("nl", "en")}  # fmt: skip
    shown = data["dimension"][names[-1]]["category"]["unit"]
    given = {item.code for one in description.dimensions for item in one.codes if item.missing}
    found = {}
    for place, codes in enumerate(product(*lists)):
        figure = _at(data["value"], place)
        status = _at(data.get("status", {}), place)
        if status is None and figure is None:
            continue  # codes that do not occur together
        if status == "M" and given.intersection(codes):
            continue  # a period for which the source gives nothing
        _agree(figure, status in (None, "A"), str(status).startswith("M"))
        reasons = str(status).partition(":")[2]
        unit = units[shown[codes[-1]]["label"]]
        found[codes] = ReadCell(figure=figure, reasons=_several(reasons), unit=unit)
    return found


def _categories(dimension: dict[str, Any]) -> list[str]:
    category = dimension["category"]
    index = category.get("index", list(category.get("label", ())))
    return index if isinstance(index, list) else sorted(index, key=index.__getitem__)


def _at(values: Any, place: int) -> Any:
    return values[place] if isinstance(values, list) else values.get(str(place))


def read_sdmx_csv(content: bytes, description: DataSetDescription) -> Cells:
    """Read SDMX-CSV 2.0, where NaN is no figure."""
    found = {}
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
        found[_sdmx_codes(row, description)] = _sdmx_cell(
            row["OBS_VALUE"], row["OBS_STATUS"], row.get("REASON", ""), row["UNIT_MEASURE"]
        )
    return found


def read_sdmx_json(content: bytes, description: DataSetDescription) -> Cells:
    """Read SDMX-JSON 2.0, whose observations name values by their places in lists."""
    data = json.loads(content, parse_float=Decimal, parse_int=Decimal)["data"]
    (structure,) = data["structures"]
    dimensions = structure["dimensions"]["observation"]
    attributes = structure["attributes"]
    found = {}
    for data_set in data["dataSets"]:
        of_groups = data_set.get("dimensionGroupAttributes", {})
        for key, numbers in data_set["observations"].items():
            places = key.split(":")
            row = {
                item["id"]: _sdmx_id(item["values"][int(place)])
                for item, place in zip(dimensions, places, strict=True)
            }
            said: dict[str, str] = {}
            for item, number in zip(attributes["observation"], numbers[1:], strict=False):
                said[item["id"]] = _sdmx_said(item, number)
            for group, values in of_groups.items():
                parts = group.split(":")
                if all(
                    not part or part == place for part, place in zip(parts, places, strict=True)
                ):
                    for item, number in zip(attributes["dimensionGroup"], values, strict=False):
                        said[item["id"]] = _sdmx_said(item, number)
            value = numbers[0]
            found[_sdmx_codes(row, description)] = _sdmx_cell(
                "" if value is None else str(value),
                said["OBS_STATUS"],
                said.get("REASON", ""),
                said["UNIT_MEASURE"],
            )
    return found


def _sdmx_id(value: dict[str, Any]) -> str:
    return str(value["id"] if "id" in value else value["value"])


def _sdmx_said(attribute: dict[str, Any], number: Any) -> str:
    """Return what an attribute says: a text, or the value at a place in its list."""
    if number is None:
        return ""
    values = attribute.get("values") or ()
    if isinstance(number, list):
        return ";".join(_sdmx_said(attribute, item) for item in number)
    if isinstance(number, Decimal) and values:
        return _sdmx_id(values[int(number)])
    return str(number)


def _sdmx_codes(row: dict[str, str], description: DataSetDescription) -> tuple[str, ...]:
    return tuple(
        row["TIME_PERIOD"] if item.kind == "period" else row[item.column]
        for item in description.dimensions
    )


def _sdmx_cell(value: str, status: str, reasons: str, unit: str) -> ReadCell:
    figure = None if value in ("", "NaN") else Decimal(value)
    _agree(figure, status == "A", status in ("M", "L", "O", "Q", "K"))
    return ReadCell(figure=figure, reasons=_several(reasons), unit=unit)


def read_parquet(content: bytes, description: DataSetDescription, folder: Path) -> Cells:
    """Read Parquet with labels by DuckDB."""
    path = folder / "data.parquet"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{item.column}"' for item in description.dimensions)
        rows = connection.execute(
            f"SELECT value, status, reasons, unit, {columns} FROM read_parquet(?)", [str(path)]
        ).fetchall()
    found = {}
    for figure, status, reasons, unit, *codes in rows:
        _agree(figure, status == "A", status == "M")
        found[tuple(codes)] = ReadCell(
            figure=figure, reasons=frozenset(reasons or ()), unit=_tail(unit)
        )
    return found


def read_workbook(content: bytes, description: DataSetDescription) -> Cells:
    """Read the sheet with the list of observations by openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    sheet = next(item for item in book if item.title in ("Lijst", "List"))
    language = "nl" if sheet.title == "Lijst" else "en"
    head, *rows = sheet.iter_rows(values_only=True)
    places = [place for place, text in enumerate(head) if str(text).endswith(" (code)")]
    value = places[-1] + 2
    units = {item.unit_label[language]: item.unit_code for item in description.measures}
    labels = {item.label[language]: item.code for item in description.reasons}
    found = {}
    for row in rows:
        codes = tuple(str(row[place]) for place in places)
        if len(codes) < len(description.dimensions):  # one measure needs no column
            codes += (description.measures[0].name,)
        figure = row[value]
        number = None if figure is None or isinstance(figure, str) else Decimal(str(figure))
        _agree(number, row[value + 2] == "A", row[value + 2] == "M")
        reasons = [labels[text] for text in str(row[value + 3] or "").split("; ") if text]
        unit = units[str(row[value + 1])]
        found[codes] = ReadCell(figure=number, reasons=frozenset(reasons), unit=unit)
    return found


def _several(text: str) -> frozenset[str]:
    return frozenset(filter(None, re.split(r"[;,+ ]+", text)))


def _agree(figure: object, is_normal: bool, is_missing: bool) -> None:
    """Fail unless the status of an observation says what its figure does."""
    assert is_normal != is_missing
    assert is_missing == (figure is None)


def differences(one: Cells, other: Cells) -> Iterator[str]:
    """Yield what differs between two readings, cell by cell."""
    for codes in sorted(one.keys() | other.keys()):
        if one.get(codes) != other.get(codes):
            yield f"{'/'.join(codes)}: {one.get(codes)} is not {other.get(codes)}"


READERS: dict[str, Reader] = {
    "csv": read_list_csv,
    "json": read_json,
    "ttl": read_turtle,
    "jsonstat": read_json_stat,
    "xlsx": read_workbook,
    "sdmx-csv": read_sdmx_csv,
    "sdmx-json": read_sdmx_json,
}
"""The readers of the forms that an address can ask for, but for Parquet, which needs a file."""


def read_table_csv(content: bytes, description: DataSetDescription) -> dict[Any, Decimal]:
    """Read the figures of a pivot in Dutch whose columns are the codes of the first dimension.

    Its other dimensions go down, in their order.
    """
    first, *others = map(_codes_by_label, description.dimensions)
    found: dict[Any, Decimal] = {}
    heads: dict[int, str] = {}
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
        cells = [_plain(cell) for cell in row]
        if not heads:
            named = enumerate(cells[len(others) :], len(others))
            heads = {place: first[cell] for place, cell in named if cell in first}
        elif not cells[0]:
            break  # below the table stand its notes
        else:
            codes = [known[cell] for known, cell in zip(others, cells, strict=False)]
            for place, code in heads.items():
                if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cells[place]):
                    found[(code, *codes)] = Decimal(cells[place])
    return found


def _plain(cell: str) -> str:
    """Return a cell without the number of a note, and without what keeps it from being run."""
    return re.sub(r"( \[[0-9]+\])+$", "", cell.removeprefix("'"))


def _codes_by_label(dimension: DimensionDescription) -> dict[str, str]:
    """Return the codes of a dimension by what a table may call them."""
    found = {}
    for item in dimension.codes:
        label = item.label["nl"]
        for text in (label, f"{label} ({item.code})", f"{label} (totaal)"):
            found[text] = item.code
    return found
