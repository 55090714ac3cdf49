"""The page of a document: who asked and answered, its tables by question, and its whole text."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
from flask import Response, request

from publish.site.pages.source.account import (
    QuestionAnswered,
    SourceDocument,
    data_sets_named,
    sources_of,
)
from publish.site.pages.source.linked_lines import linked_lines, page_of_line
from publish.site.presentation import View
from publish.site.rendering import read_texts, render_page
from publish.tables.cells_in_text import lines_named

LANGUAGE_CODES = {"NLD": "nl", "FRA": "fr", "DEU": "de", "ENG": "en"}
"""How HTML names the languages of the EU list in which documents are likely to be written."""


def document_page(view: View, iri: ox.NamedNode, content: dict[str, Any]) -> Response | None:
    """Return the page of a document; None for one that the manifest does not describe."""
    served, language = view.served, view.language
    source = sources_of(served).get(iri.value.removeprefix(f"{served.base}/id/document/"))
    if source is None:
        return None
    texts = read_texts()[language]
    page = request.args.get("page", default=1, type=int)
    remarks = [remark for remark in view.remarks(iri) if not remark.missing]
    return render_page(
        served,
        "document.html",
        source=source,
        text=linked_lines(served, source.key, page),
        text_language=language_of(source),
        questions=list(source.questions),
        heading=question_heading,
        data_sets=lambda slugs: data_sets_named(served, slugs, language),
        line_link=lambda lines: line_path(source.key, lines),
        remarks=remarks,
        crumbs=[
            (texts["home"], "/"),
            (texts["documents"], "/doc/document/"),
            (texts["source-number"].format(number=source.number or source.key), None),
        ],
        preview=texts["source-preview"].format(
            tables=len(source.tables), missing=len(source.missing)
        ),
        **content,
    )


def language_of(source: SourceDocument) -> str | None:
    """Return the language in which a document is written, as HTML names it, if known."""
    return LANGUAGE_CODES.get(source.addresses.get("language", "").rpartition("/")[2])


def question_heading(question: QuestionAnswered, language: str) -> str:
    """Return the heading of what belongs to a question."""
    texts = read_texts()[language]
    if not question.number:
        return str(texts["source-other"])
    heading: str = texts["source-question"].format(number=question.number)
    text = (question.text or {}).get(language)
    return f"{heading}. {text}" if text else heading


def line_path(key: str, lines: str | None) -> tuple[str, dict[str, int], int] | None:
    """Return path, query and line of the first of some lines on the page of a document."""
    named = lines_named(lines) if lines else None
    if named is None:
        return None
    page = page_of_line(named[0])
    return f"/doc/document/{key}#L{named[0]}", {"page": page} if page > 1 else {}, named[0]
