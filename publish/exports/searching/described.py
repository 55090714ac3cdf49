"""What is found of data sets by their descriptions: themselves, periods, tables, what lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from publish.exports.description import (
    LANGUAGES,
    MEASURE,
    PERIOD,
    CodeDescription,
    DataSetDescription,
)
from publish.exports.searching.entry import (
    DATA_SET,
    MISSING,
    PERIOD_KIND,
    PRINTED_TABLE,
    IndexEntry,
    NamedCode,
)
from publish.project.project import Text

MOST_CODES = 20_000
"""Codes of a dimension by which figures are found."""
MOST_IN_DATA_SET = 2_000
"""Codes of a dimension by which its data set is found."""

OtherNames = Callable[[DataSetDescription], Iterable[str]]


def entries_of_data_sets(
    descriptions: Sequence[DataSetDescription], other_names: OtherNames
) -> Iterator[IndexEntry]:
    """Yield what is found by descriptions; ``other_names`` are what data sets are called too."""
    for description in descriptions:
        yield _data_set(description, other_names(description))
    yield from _periods(descriptions)
    yield from _missing(descriptions)
    yield from _tables(descriptions)


def names_of_codes(
    descriptions: Iterable[DataSetDescription],
) -> Iterator[tuple[NamedCode, str, str | None]]:
    """Yield the names of the codes of data sets, each with its language if it is of one."""
    for description in descriptions:
        for dimension in description.dimensions:
            if dimension.kind == PERIOD:
                continue
            for item in dimension.codes[:MOST_CODES]:
                named = NamedCode(description.slug, dimension.column, item.code)
                yield named, item.code, None
                for text in item.printed:
                    yield named, text, None
                for language, label in item.label.items():
                    yield named, label, language
                    if (short := without_brackets(label)) != label:
                        yield named, short, language


def without_brackets(label: str) -> str:
    """Return a label without what stands in brackets at its end, as an abbreviation does."""
    head, _, tail = label.rpartition("(")
    return head.strip() if head.strip() and tail.rstrip().endswith(")") else label


def _data_set(description: DataSetDescription, others: Iterable[str]) -> IndexEntry:
    names = [description.slug, *others]
    said: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    texts: list[Text] = [description.description, *description.notes, *description.area]
    for measure in description.measures:
        names += [measure.name, measure.unit_code, *measure.label.values()]
        texts += [measure.unit_label, *([measure.definition] if measure.definition else ())]
    for dimension in description.dimensions:
        if dimension.kind != MEASURE:
            names += [dimension.name, *dimension.label.values()]
            for item in dimension.codes[:MOST_IN_DATA_SET]:
                texts.append(item.label)
                names += (*item.printed, item.code) if dimension.kind != PERIOD else ()
    texts += [term.label for term in (*description.remarks, *description.reasons)]
    for text in texts:
        for language in LANGUAGES:
            said[language].append(text[language])
    return IndexEntry(
        kind=DATA_SET,
        iri=description.iri,
        title=description.title,
        text={language: "\n".join(dict.fromkeys(lines)) for language, lines in said.items()},
        names=tuple(dict.fromkeys(names)),
        slugs=(description.slug,),
    )


def _periods(descriptions: Iterable[DataSetDescription]) -> Iterator[IndexEntry]:
    found: dict[str, tuple[CodeDescription, list[str]]] = {}
    for description in descriptions:
        for dimension in description.dimensions:
            for item in dimension.codes if dimension.kind == PERIOD else ():
                _, slugs = found.setdefault(item.iri, (item, []))
                slugs.append(description.slug)
    for iri, (item, slugs) in sorted(found.items()):
        yield IndexEntry(
            kind=PERIOD_KIND,
            iri=iri,
            title=item.label,
            names=(item.code,),
            slugs=tuple(dict.fromkeys(slugs)),
            span=(item.start, item.last) if item.start and item.last else None,
        )


def _missing(descriptions: Iterable[DataSetDescription]) -> Iterator[IndexEntry]:
    """Yield what was asked for and is not given, and the periods that a source leaves out."""
    asked: dict[tuple[object, ...], tuple[IndexEntry, list[str]]] = {}
    for description in descriptions:
        for item in description.not_given:
            first = (item.lines or "").partition("-")[0]
            entry = IndexEntry(
                kind=MISSING,
                iri=item.document,
                anchor=f"L{first}" if first else "",
                title=item.what,
                text=item.why,
            )
            key = (item.document, item.question, item.lines, *sorted(item.what.items()))
            asked.setdefault(key, (entry, []))[1].append(description.slug)
        for dimension in description.dimensions:
            for code in dimension.codes:
                if code.missing:
                    entry = IndexEntry(
                        kind=MISSING,
                        iri=description.iri,
                        title={
                            language: f"{description.title[language]}, {code.label[language]}"
                            for language in LANGUAGES
                        },
                        text=code.missing,
                        names=(code.code,),
                    )
                    asked[description.slug, code.code] = entry, [description.slug]
    for entry, slugs in asked.values():
        yield IndexEntry(
            kind=entry.kind,
            iri=entry.iri,
            anchor=entry.anchor,
            title=entry.title,
            text=entry.text,
            names=entry.names,
            slugs=tuple(slugs),
        )


def _tables(descriptions: Iterable[DataSetDescription]) -> Iterator[IndexEntry]:
    """Yield the printed tables, each found by the labels that it prints too."""
    found: dict[str, tuple[IndexEntry, dict[str, None], list[str]]] = {}
    for description in descriptions:
        for table in description.tables:
            entry = IndexEntry(
                kind=PRINTED_TABLE, iri=table.iri, title=table.title, about=table.document_title
            )
            _, printed, slugs = found.setdefault(table.iri, (entry, {}, []))
            slugs.append(description.slug)
            for dimension in description.dimensions:
                for item in dimension.codes[:MOST_IN_DATA_SET]:
                    printed |= dict.fromkeys(item.printed)
    for entry, printed, slugs in found.values():
        yield IndexEntry(
            kind=entry.kind,
            iri=entry.iri,
            title=entry.title,
            about=entry.about,
            names=tuple(printed),
            slugs=tuple(slugs),
        )
