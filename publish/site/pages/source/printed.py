"""The page of a printed table: as the source prints it, each figure a link to its own page."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from flask import Response

from publish.site.describe import MEMBERS
from publish.site.pages.source.account import (
    TableOfDocument,
    data_sets_named,
    sources_of,
)
from publish.site.pages.source.document import language_of, line_path, question_heading
from publish.site.pages.source.linked_lines import observation_of_cell, table_rows
from publish.site.presentation import View
from publish.site.rendering import read_texts, render_page
from publish.tables.records import SOURCE_LINE

MOST_CELLS = 20_000
"""Cells of a table that are shown at most."""


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """A cell, by row and column from 1; ``path`` leads to its figure or line."""

    row: int
    column: int
    text: str
    path: str | None = None
    query: dict[str, int] | None = None
    is_figure: bool = False
    is_label: bool = False


def printed_table_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response:
    """Return the page of a printed table; of an older release with less about its document."""
    served, language = view.served, view.language
    name = iri.value.removeprefix(f"{served.base}/id/tabel/").removesuffix(".csv")
    key = name.partition("/")[0]
    source = sources_of(served).get(key)
    known = next((one for one in source.tables if one.name == name), None) if source else None
    table = known or TableOfDocument(
        name=name, title={}, lines=None, header_rows=1, question=None, slugs=()
    )
    texts = read_texts()[language]
    heads, rows, has_lines, is_cut = _shown(view, key, table)
    of_source = source.questions if source else ()
    question = next((one for one in of_source if one.number and known in one.tables), None)
    short = texts["source-number"].format(number=(source and source.number) or key)
    path = f"/doc/document/{key}"
    return render_page(
        served,
        "printed.html",
        document=(source.title.get(language) if source else None, path),
        document_iri=f"{served.base}/id/document/{key}",
        table=table,
        text_language=language_of(source) if source else None,
        heads=heads,
        rows=rows,
        has_lines=has_lines,
        is_cut=is_cut,
        question=question_heading(question, language) if question else None,
        data_sets=data_sets_named(served, table.slugs, language),
        lines_at=line_path(key, table.lines),
        crumbs=[
            (texts["home"], "/"),
            (texts["documents"], "/doc/document/"),
            (short, path),
            (texts["source-table"], None),
        ],
        preview=texts["source-table-preview"].format(document=short),
        **content | {"title": table.title.get(language) or content["title"]},
    )


def _shown(
    view: View, key: str, table: TableOfDocument
) -> tuple[list[list[ShownCell]], list[list[ShownCell]], bool, bool]:
    """Return the rows of the head and the others, whether they name lines, and whether more are."""
    served = view.served
    listed = list(itertools.islice(table_rows(served, table.name), MEMBERS + 1))
    width = max(map(len, listed), default=1)
    most = min(MEMBERS, max(1, MOST_CELLS // width))
    heads, rows = listed[: table.header_rows], listed[table.header_rows : most]
    has_lines = bool(heads) and heads[-1][-1:] == [SOURCE_LINE]
    body = []
    for number, cells in enumerate(rows, start=len(heads) + 1):
        shown = []
        for column, text in enumerate(cells, start=1):
            if has_lines and column == len(cells):
                at = line_path(key, text)
                path, query = at[:2] if at else (None, None)
                shown.append(
                    ShownCell(row=number, column=column, text=text, path=path, query=query)
                )
                continue
            found = observation_of_cell(served, table, number, column)
            path = served.local_path(found) if found else None
            shown.append(
                ShownCell(
                    row=number,
                    column=column,
                    text=text,
                    path=path,
                    is_figure=found is not None,
                    is_label=column == 1 and found is None,
                )
            )
        body.append(shown)
    head = [
        [
            ShownCell(row=number, column=column, text=text)
            for column, text in enumerate(cells, start=1)
        ]
        for number, cells in enumerate(heads, start=1)
    ]
    return head, body, has_lines, len(listed) > most
