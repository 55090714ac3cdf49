"""What a release tells of its documents, from the manifest: questions, tables, and what is missing.

A release of an older version tells nothing of them; their pages are then those of any thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from publish.project.project import Text
from publish.release.opened import Served, once_per_release
from publish.tables.cells_in_text import lines_named


@dataclass(frozen=True, kw_only=True)
class TableOfDocument:
    """A printed table of a document."""

    name: str
    """Its path below the tables of the release, without extension."""
    title: Text
    lines: str | None
    header_rows: int
    question: str | None
    slugs: tuple[str, ...]
    """The data sets that are made from it."""

    @property
    def path(self) -> str:
        """Where its page stands."""
        return f"/doc/tabel/{self.name}.csv.html"


@dataclass(frozen=True, kw_only=True)
class NotGiven:
    """Figures that were asked for and that a document does not give."""

    name: str
    what: Text
    why: Text
    question: str | None
    lines: str | None
    slugs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered:
    """A question with the tables that answer it, and what of it is not answered.

    What belongs to no question stands under one without number.
    """

    number: str
    text: Text | None
    lines: str | None
    tables: tuple[TableOfDocument, ...]
    missing: tuple[NotGiven, ...]


@dataclass(frozen=True, kw_only=True)
class SourceDocument:
    """A document as the manifest describes it."""

    key: str
    iri: str
    title: Text
    number: str | None
    dates: Mapping[str, str]
    addresses: Mapping[str, str]
    asked_by: Text | None
    answered_by: Text | None
    asked: Mapping[str, Any] = field(default_factory=dict)
    """The questions with their numbers, in order."""
    tables: tuple[TableOfDocument, ...] = ()
    missing: tuple[NotGiven, ...] = ()

    @property
    def path(self) -> str:
        """Where its page stands."""
        return f"/doc/document/{self.key}"

    @cached_property
    def questions(self) -> tuple[QuestionAnswered, ...]:
        """The questions in order, with what belongs to each; at last what belongs to none."""
        tables = _by_question(self.tables, self.asked)
        missing = _by_question(self.missing, self.asked)
        numbers = list(dict.fromkeys([*self.asked, *sorted({*tables, *missing}, key=_in_order)]))
        return tuple(
            QuestionAnswered(
                number=number,
                text=self.asked.get(number, {}).get("text"),
                lines=self.asked.get(number, {}).get("lines"),
                tables=tuple(tables.get(number, ())),
                missing=tuple(missing.get(number, ())),
            )
            for number in [*filter(None, numbers), ""]
            if number or tables.get("") or missing.get("")
        )


def _by_question(items: Iterable[Any], asked: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return things by their question; part 9a is one of question 9 where only that is listed."""
    found: dict[str, list[Any]] = {}
    for item in sorted(items, key=_place):
        number = item.question or ""
        if number not in asked:
            whole = re.match(r"[0-9]*", number)
            number = whole[0] if whole and whole[0] in asked else number
        found.setdefault(number, []).append(item)
    return found


def _place(item: TableOfDocument | NotGiven) -> tuple[int, str]:
    named = lines_named(item.lines) if item.lines else None
    return (named[0] if named else 0, item.name)


def _in_order(number: str) -> tuple[int, str]:
    whole = re.match(r"[0-9]{1,9}", number)
    return (int(whole[0]) if whole else 0, number)


def sources_of(served: Served) -> dict[str, SourceDocument]:
    """Return the documents of a release by their keys, in order."""
    return _sources(served, None)


@once_per_release
def _sources(served: Served, _: None) -> dict[str, SourceDocument]:
    entries: Mapping[str, Any] = served.manifest.get("sources", {})
    return {
        key: SourceDocument(
            key=key,
            iri=f"{served.base}/id/document/{key}",
            title=entry["title"],
            number=entry.get("number"),
            dates=entry.get("dates", {}),
            addresses=entry.get("addresses", {}),
            asked_by=entry.get("asked-by"),
            answered_by=entry.get("answered-by"),
            asked=entry.get("questions", {}),
            tables=tuple(map(_table, entry.get("tables", ()))),
            missing=tuple(map(_not_given, entry.get("missing", ()))),
        )
        for key, entry in entries.items()
    }


def _table(entry: Mapping[str, Any]) -> TableOfDocument:
    return TableOfDocument(
        name=entry["table"],
        title=entry["title"],
        lines=entry.get("lines"),
        header_rows=entry.get("header-rows", 1),
        question=entry.get("question"),
        slugs=tuple(entry["data-sets"]),
    )


def _not_given(entry: Mapping[str, Any]) -> NotGiven:
    return NotGiven(
        name=entry["name"],
        what=entry["what"],
        why=entry["why"],
        question=entry.get("question"),
        lines=entry.get("lines"),
        slugs=tuple(entry.get("data-sets", ())),
    )


def data_sets_named(served: Served, slugs: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Return the titles of data sets with the paths of their pages."""
    titles = {item.slug: item.title for item in served.data_sets}
    return [
        (titles[slug].get(language) or next(iter(titles[slug].values())), f"/doc/dataset/{slug}")
        for slug in slugs
        if slug in titles
    ]
