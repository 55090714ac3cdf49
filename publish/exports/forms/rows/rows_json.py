"""JSON for programs: the observations of a view, a page at a time, and all that explains them.

Figures are JSON numbers with the decimals that are printed. What is not shown is null, and then its
status, its reasons and what is known of it stand beside it. docs/exports.md lists the keys.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import (
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
    MeasureDescription,
    TermDescription,
)
from publish.exports.observation import Observation
from publish.exports.observations import SelectedObservations
from publish.exports.view import next_page, previous_page, view_address
from publish.faults.fault import phrase
from publish.project.iris import Uris
from publish.project.project import Text

FORM = "json"
"""The name of the form."""
STATUSES = ("A", "M")
"""The codes of statuses that are explained."""


def write_rows_json(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view as one JSON object, those of a page with their codes.

    A page is held in memory, to say of the codes only those that it has; a view without pages is
    not, and then all codes are listed that it chooses.
    """
    rows: Iterable[Observation] = chosen
    used: list[set[str]] | None = None
    if chosen.view.size is not None:
        rows = list(chosen)
        used = [set(column) for column in zip(*(one.codes for one in rows), strict=True)]
        used = used or [set() for _ in chosen.description.dimensions]
    lines = [f" {json.dumps(key)}: {_lines(value)}," for key, value in _envelope(chosen, used)]
    target.write("\n".join(["{", *lines, ' "observations": [']).encode())
    separator = "\n"
    for line in rows_of(chosen.description, rows):
        target.write(f"{separator}{line}".encode())
        separator = ",\n"
    target.write(b"\n]}\n")


def rows_of(description: DataSetDescription, rows: Iterable[Observation]) -> Iterator[str]:
    """Yield each observation as a JSON object.

    It is put together from texts that are made once, as it is the same few codes all over.
    """
    dimensions = description.dimensions
    names = _names([item.column for item in dimensions])
    uris = Uris(base=description.base, vocabulary=description.vocabulary)
    head = uris.iri("observation", slug=description.slug, codes="")
    fields = [_Fields(item.column) for item in dimensions]
    units = {item.name: f'"unit": {json.dumps(item.unit_code)}' for item in description.measures}
    tables = {item.name: item.iri for item in description.tables}
    for one in rows:
        parts = list(map(operator.getitem, fields, one.codes))
        value = "null" if one.value is None else f"{one.value:f}"
        parts.append(f'"value": {value}, {units[one.codes[-1]]}, "status": "{one.status}"')
        if one.value is None:
            parts.append(f', "reasons": {json.dumps(one.reasons)}')
            parts += [f', "{BOUND_COLUMNS[key]}": {number:f}' for key, number in one.bounds]
        if one.printed is not None:
            parts.append(f', "printed": {json.dumps(one.printed, ensure_ascii=False)}')
        if one.notes:
            parts.append(f', "notes": {json.dumps(one.notes)}')
        if one.source is not None:
            table, row, column = one.source
            cell = f"{tables[table]}#cell={row},{column}"
            parts.append(f", {names['source']}: {json.dumps(cell)}")
        if one.source_line is not None:
            parts.append(f', "source_line": {json.dumps(one.source_line, ensure_ascii=False)}')
        address = f"{head}{'/'.join(one.codes)}"
        yield f"{{{''.join(parts)}, {names['observation']}: {json.dumps(address)}}}"


def _lines(value: Any) -> str:
    """Return a value as JSON, an object of a list a line."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return json.dumps(value, ensure_ascii=False)
    items = (json.dumps(item, ensure_ascii=False) for item in value)
    return "[\n  " + ",\n  ".join(items) + "\n ]"


def _envelope(
    chosen: SelectedObservations, used: list[set[str]] | None
) -> Iterable[tuple[str, Any]]:
    """Return the keys and values of all that is said before the observations."""
    description, view = chosen.description, chosen.view
    language, count = view.language, chosen.count()
    following, preceding = next_page(view, count), previous_page(view)
    places = range(len(description.dimensions))
    found = {
        "title": description.title[language],
        "description": description.description[language],
        "dataset": description.iri,
        "language": language,
        "address": view_address(description, view, FORM),
        **_given("next", following and view_address(description, following, FORM)),
        **_given("prev", preceding and view_address(description, preceding, FORM)),
        "count": count,
        "start": view.start,
        **_given("size", view.size),
        **_given("licence", description.licence),
        **_given("licence_label", _text(description.licence_label, language)),
        **_given("publisher", _text(description.publisher, language)),
        "area": [text[language] for text in description.area],
        "notes": [text[language] for text in description.notes],
        **_given("derived_from", list(description.derived_from)),
        "sources": [
            {
                "table": table.iri,
                "title": table.title[language],
                "document": table.document,
                "document_title": table.document_title[language],
                **_given("address", table.address),
            }
            for table in description.tables
        ],
        "dimensions": [
            _dimension(description.dimensions[at], chosen, used[at] if used else None)
            for at in places
        ],
        "measures": [_measure(item, language) for item in description.measures],
        "statuses": [
            {"code": code, "label": phrase(f"status-{code}").text_in(language)} for code in STATUSES
        ],
        "reasons": [_term(item, language) for item in description.reasons],
        "remarks": [_term(item, language) for item in description.remarks],
    }
    return found.items()


def _dimension(
    dimension: DimensionDescription, chosen: SelectedObservations, used: set[str] | None
) -> dict[str, Any]:
    """Return a dimension with its codes: those that are used, and periods without figures."""
    language = chosen.view.language
    codes = [dimension.by_code[code] for code in chosen.codes_of(dimension)]
    if used is not None:
        codes = [item for item in codes if item.code in used or item.missing]
    return {
        "column": dimension.column,
        "label": dimension.label[language],
        **_given("definition", _text(dimension.definition, language)),
        "iri": dimension.iri,
        "kind": dimension.kind,
        **_given("period", dimension.period if dimension.kind == PERIOD else None),
        "codes": [_code(item, language) for item in codes],
    }


def _code(item: CodeDescription, language: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "label": item.label[language],
        "iri": item.iri,
        **_given("definition", _text(item.definition, language)),
        **_given("broader", item.broader),
        **_given("is_total", item.is_total),
        **_given("first_day", item.start),
        **_given("last_day", item.last),
        **_given("missing", _text(item.missing, language)),
    }


def _measure(item: MeasureDescription, language: str) -> dict[str, Any]:
    return {
        "code": item.name,
        "label": item.label[language],
        **_given("definition", _text(item.definition, language)),
        "iri": item.iri,
        "datatype": item.datatype,
        "unit": {
            "code": item.unit_code,
            "label": item.unit_label[language],
            "iri": item.unit,
        },
        "decimals": item.decimals,
    }


def _term(item: TermDescription, language: str) -> dict[str, Any]:
    return {
        "code": item.code,
        "label": item.label[language],
        "iri": item.iri,
        **_given("definition", _text(item.definition, language)),
    }


def _text(text: Text | None, language: str) -> str | None:
    return text[language] if text else None


def _given(key: str, value: object) -> dict[str, Any]:
    """Return a key with its value if there is one."""
    return {} if value is None or value is False or value == [] else {key: value}


class _Fields(dict[str, str]):
    """The codes of a dimension as keys of JSON with their values, each made when it is met."""

    def __init__(self, column: str) -> None:
        self.key = json.dumps(column)

    def __missing__(self, code: str) -> str:
        self[code] = found = f"{self.key}: {json.dumps(code)}, "
        return found


def _names(columns: Sequence[str]) -> dict[str, str]:
    """Return as JSON the keys of source and address, which no dimension has."""
    taken = {column.lower() for column in columns}
    found = {}
    for name in ("source", "observation"):
        key = name
        while key in taken:
            key += "_"
        found[name] = json.dumps(key)
    return found
