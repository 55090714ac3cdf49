"""Writes what a release says of its documents besides their graphs: their texts, and an account.

The account is what a page of a document tells of it: who asked and answered, its tables by
question with the data sets made from them, and what was asked and is not given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from publish.cube.rdf.remarks import missing_figures
from publish.exports.description import SourceTable
from publish.mappings.document import Document
from publish.ontology.periods import KINDS, period, read_period
from publish.release.document_text import TEXTS
from publish.release.stages.inputs import Inputs
from publish.tables.cells_in_text import lines_named


def write_texts(documents: Mapping[str, Document], folder: Path) -> dict[str, str]:
    """Write the text of each document that has one; return the checksums by document.

    They are no part of the graphs: a text is looked at beside its figures, line by line.
    """
    checksums = {}
    for key, document in sorted(documents.items()):
        if document.text is not None:
            content = document.text.text.encode()
            (folder / TEXTS).mkdir(exist_ok=True)
            (folder / TEXTS / f"{key}.txt").write_bytes(content)
            checksums[key] = hashlib.sha256(content).hexdigest()
    return checksums


def source_entries(
    inputs: Inputs, tables: Mapping[str, Sequence[SourceTable]]
) -> dict[str, dict[str, Any]]:
    """Return the entries of the manifest for the documents, by their keys.

    ``tables`` are the printed tables of each data set that is made from some.
    """
    uris = inputs.project.uris
    used: dict[str, dict[str, list[tuple[str, SourceTable]]]] = {}
    for slug, listed in tables.items():
        for table in listed:
            used.setdefault(table.document, {}).setdefault(table.name, []).append((slug, table))
    missing: dict[str, list[dict[str, Any]]] = {}
    for key, item in missing_figures(inputs.documents.values(), inputs.mappings):
        entry = {
            "name": item.name,
            "question": item.question,
            "lines": item.lines,
            "data-sets": list(item.slugs),
            "what": {name: _in_words(text, name) for name, text in item.what.items()},
            "why": item.why,
        }
        missing.setdefault(key, []).append(_given(entry))
    return {
        key: _given(
            {
                "title": document.title,
                "number": document.number,
                "dates": {name: day.isoformat() for name, day in document.dates.items()},
                "addresses": document.addresses,
                "asked-by": document.asked_by,
                "answered-by": document.answered_by,
                "questions": {
                    item.number: _given({"text": item.text, "lines": item.lines})
                    for item in document.questions
                },
                "tables": [
                    _table(uses, document)
                    for uses in used.get(uris.iri("document", document=key), {}).values()
                ],
                "missing": missing.get(key, []),
            }
        )
        for key, document in sorted(inputs.documents.items())
    }


def _table(uses: Sequence[tuple[str, SourceTable]], document: Document) -> dict[str, Any]:
    """Return the entry of a printed table, the data set first that takes most lines of it."""
    spans = {slug: named for slug, table in uses if (named := lines_named(table.lines or ""))}
    firsts, lasts = [span[0] for span in spans.values()], [span[1] for span in spans.values()]
    slugs = sorted((slug for slug, _ in uses), key=lambda slug: _length(spans.get(slug)))
    table = uses[0][1]
    declared = document.tables.get(table.name.rpartition("/")[2])
    entry = {
        "table": table.name,
        "title": table.title,
        "lines": "-".join(map(str, sorted({min(firsts), max(lasts)}))) if spans else None,
        "header-rows": table.header_rows,
        "question": declared.question if declared else None,
    }
    return _given(entry) | {"data-sets": slugs}


def _in_words(text: str, language: str) -> str:
    """Return what is missing; a period at its end, which stands there as a code, by its label."""
    what, colon, code = text.rpartition(": ")
    for kind in KINDS if colon else ():
        if (found := read_period(kind, code)) is not None:
            return f"{what}: {period(kind, found).label(language)}"
    return text


def _length(span: tuple[int, int] | None) -> int:
    """Return a number by which the longest span comes first."""
    return span[0] - span[1] - 1 if span else 0


def _given(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without what it does not say."""
    return {name: value for name, value in entry.items() if value not in (None, {}, [])}
