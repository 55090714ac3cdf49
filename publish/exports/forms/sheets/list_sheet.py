"""The sheets of a workbook for those who go on with it: the list of figures, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from publish.exports.description import MEASURE, DataSetDescription
from publish.exports.figure_text import absence_text, number_text, one_line
from publish.exports.forms.sheets.page import cut
from publish.exports.forms.sheets.styles import LINE, Styles, exact_float, lines_of, number_format
from publish.exports.layouts.caption import dimension_text
from publish.exports.observation import Observation
from publish.exports.words import words

WIDTHS = (18, 30, 48, 80, 14, 80)
"""The widths of the columns of definitions."""


def write_list_sheet(
    sheet: Any,
    styles: Styles,
    description: DataSetDescription,
    observations: Sequence[Observation],
    language: str,
) -> None:
    """Write a row for each observation, with codes and labels."""
    word = words(language)["workbook"]
    heads, widths = [], []
    for dimension in description.dimensions:
        name = dimension_text(dimension, language)
        heads += [word["code"].format(about=name), name]
        widths += [
            max(10, min(20, len(heads[-2]) + 2)),
            max(12, min(40, _longest(dimension, language))),
        ]
    heads += [word[name] for name in ("value", "unit", "status", "reason", "remarks", "line")]
    widths += [14, 24, 8, 30, 30, 16]
    _write_heads(sheet, styles, heads, widths, rows=len(observations))
    plain, right = styles.get("plain"), styles.get("absent")
    reasons = {item.code: item.label[language] for item in description.reasons}
    remarks = {item.code: item.label[language] for item in description.remarks}
    for row, item in enumerate(observations, start=1):
        column = 0
        for dimension, code in zip(description.dimensions, item.codes, strict=True):
            label = one_line(dimension.by_code[code].label[language])
            sheet.write_string(row, column, code, plain)
            sheet.write_string(row, column + 1, cut(label), plain)
            column += 2
        number = exact_float(item.value) if item.value is not None else None
        if item.value is not None and number is not None:
            style = styles.get("number", num_format=number_format(item.value))
            sheet.write_number(row, column, number, style)
        else:
            text = absence_text(item) if item.value is None else number_text(item.value)
            sheet.write_string(row, column, text, right)
        unit = description.measure_by_name[item.codes[-1]].unit_label[language]
        texts = (
            one_line(unit),
            item.status,
            "; ".join(reasons.get(code, code) for code in item.reasons),
            "; ".join(one_line(remarks.get(name, name)) for name in item.notes),
            one_line(item.source_line or ""),
        )
        for at, text in enumerate(texts, start=column + 1):
            if text:
                sheet.write_string(row, at, cut(text), plain)


def write_definitions_sheet(
    sheet: Any, styles: Styles, description: DataSetDescription, language: str
) -> None:
    """Write a row for each dimension, code, measure, status and reason: what it is."""
    word = words(language)["workbook"]
    rows = list(_definitions(description, language))
    heads = [word[name] for name in ("what", "code_of", "name", "meaning", "part_of", "iri")]
    _write_heads(sheet, styles, heads, WIDTHS, rows=len(rows))
    for row, texts in enumerate(rows, start=1):
        for column, text in enumerate(texts):
            if text:
                style = styles.get("label" if column in (2, 3) else "plain")
                sheet.write_string(row, column, cut(one_line(text)), style)
        sizes = zip(texts, WIDTHS, strict=True)
        lines = max(lines_of(text, width) for text, width in [*sizes][2:4])
        if lines > 1:
            sheet.set_row(row, LINE * lines)


def _definitions(description: DataSetDescription, language: str) -> Iterator[tuple[str, ...]]:
    """Yield what it is, its code, name, meaning, what it is part of, and its IRI."""
    word = words(language)["workbook"]

    def said(text: dict[str, str] | None) -> str:
        return text[language] if text else ""

    yield (
        word["data_set"],
        description.slug,
        said(description.title),
        said(description.description),
        "",
        description.iri,
    )
    for dimension in description.dimensions:
        name = dimension_text(dimension, language)
        yield (
            word["dimension"],
            dimension.column,
            name,
            said(dimension.definition),
            "",
            dimension.iri,
        )
        if dimension.kind == MEASURE:
            continue
        for code in dimension.codes:
            meaning = said(code.definition)
            if code.missing:
                meaning = f"{word['missing']}: {said(code.missing)}"
            if code.is_total:
                meaning = f"{meaning} ({word['is_total']})" if meaning else word["is_total"]
            yield name, code.code, said(code.label), meaning, code.broader or "", code.iri
    for measure in description.measures:
        meaning = said(measure.definition)
        unit = f"{words(language)['unit']}: {said(measure.unit_label)}"
        yield (
            words(language)["measure"],
            measure.name,
            said(measure.label),
            f"{meaning} {unit}".strip(),
            "",
            measure.iri,
        )
    for status, meaning in words(language)["list"]["statuses"].items():
        yield word["status"], status, meaning, "", "", ""
    for reason in description.reasons:
        yield (
            word["reason"],
            reason.code,
            said(reason.label),
            said(reason.definition),
            "",
            reason.iri,
        )
    for remark in description.remarks:
        yield word["remarks"], remark.code, "", said(remark.label), "", remark.iri


def _write_heads(
    sheet: Any, styles: Styles, heads: Sequence[str], widths: Sequence[float], *, rows: int
) -> None:
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, styles.get("stub_head"))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(rows, 1), len(heads) - 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")


def _longest(dimension: Any, language: str) -> int:
    return max((len(code.label[language]) for code in dimension.codes), default=0) + 2
