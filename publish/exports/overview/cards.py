"""``overview.json``: what a release says first of each data set, ready to be shown.

Whoever shows it needs neither figures nor descriptions, however many codes these have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from publish.exports.description import LANGUAGES, DataSetDescription
from publish.exports.figure_text import one_line, written_number
from publish.exports.overview.figures import HeadFigure, Overview, period_of
from publish.exports.overview.sentence import (
    KeySentence,
    SentencePart,
    key_sentence,
    labels_of,
    number_with_unit,
    splitting,
)
from publish.project.project import Text

FORMAT = 1
"""The number of the layout of the file."""


@dataclass(frozen=True, kw_only=True)
class OverviewCard:
    """What is told of a data set in a list of them."""

    overview: Overview
    topic: Text | None = None
    """The subject under which it is listed, as its mapping names it."""
    source: tuple[str, int] | None = None
    """The document and the line that print it first; None for sums and where it is not known."""
    figure: Text
    """The newest figure with its unit; of several the lowest and the highest; else nothing."""
    of: Text
    """What that figure is of, where it is one and no total; else nothing."""
    when: Text
    """The period of that figure, or nothing."""
    span: Text
    """The first and the last period with figures or without, or nothing."""
    sentence: dict[str, KeySentence]
    """The key sentence by language."""

    @property
    def values(self) -> tuple[Decimal | None, ...]:
        """The total of each period, from old to new."""
        return tuple(item.value for item in self.overview.series)


def card_of(
    overview: Overview, description: DataSetDescription, topic: Text | None = None
) -> OverviewCard:
    """Return what is told of a data set in a list, in all languages."""
    return OverviewCard(
        overview=overview,
        topic=topic,
        source=_source(description),
        figure={item: _figure_text(overview, description, item) for item in LANGUAGES},
        of={item: _of(overview, description, item) for item in LANGUAGES},
        when={item: _when(overview, description, item) for item in LANGUAGES},
        span={item: _span(description, item) for item in LANGUAGES},
        sentence={item: key_sentence(overview, description, item) for item in LANGUAGES},
    )


def _source(description: DataSetDescription) -> tuple[str, int] | None:
    places = [
        (table.document, int(table.lines.partition("-")[0]))
        for table in description.tables
        if table.lines and table.lines.partition("-")[0].isdecimal()
    ]
    return min(places, default=None)


def _figure_text(overview: Overview, description: DataSetDescription, language: str) -> str:
    values = [item.value for item in overview.figures if item.value is not None]
    if not values or overview.measure is None:
        return ""
    ends = dict.fromkeys(written_number(value, language) for value in (min(values), max(values)))
    measure = description.measure_by_name[overview.measure]
    return number_with_unit("–".join(ends), measure, language)


def _of(overview: Overview, description: DataSetDescription, language: str) -> str:
    if overview.has_total or len(overview.figures) != 1:
        return ""
    return labels_of(description, overview.figures[0], splitting(overview, description), language)


def _when(overview: Overview, description: DataSetDescription, language: str) -> str:
    period = period_of(description)
    if period is None or overview.period is None:
        return ""
    return one_line(period.by_code[overview.period].label[language])


def _span(description: DataSetDescription, language: str) -> str:
    period = period_of(description)
    if period is None or not period.codes:
        return ""
    ends = (period.codes[0].label[language], period.codes[-1].label[language])
    return " – ".join(dict.fromkeys(map(one_line, ends)))


def cards_as_json(cards: Iterable[OverviewCard]) -> str:
    """Return the text of the file."""
    content = {"format": FORMAT, "data-sets": [asdict(item) for item in cards]}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_number) + "\n"


def _number(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} is not written")
    return format(value, "f")


def read_cards(text: str | bytes) -> dict[str, OverviewCard]:
    """Return the cards in a file by the slug of their data set.

    Raises KeyError, TypeError or ValueError.
    """
    content: dict[str, Any] = json.loads(text)
    if content["format"] != FORMAT:
        raise ValueError("The overview is of another format.")
    return {entry["overview"]["slug"]: _card(entry) for entry in content["data-sets"]}


def _card(entry: dict[str, Any]) -> OverviewCard:
    return OverviewCard(
        overview=_overview(entry["overview"]),
        topic=entry["topic"],
        source=(str(source[0]), int(source[1])) if (source := entry["source"]) else None,
        figure=entry["figure"],
        of=entry["of"],
        when=entry["when"],
        span=entry["span"],
        sentence={
            language: KeySentence(parts=tuple(SentencePart(**part) for part in sentence["parts"]))
            for language, sentence in entry["sentence"].items()
        },
    )


def _overview(entry: dict[str, Any]) -> Overview:
    found = {field.name: entry[field.name] for field in fields(Overview)}
    for name in ("figures", "series"):
        found[name] = tuple(map(_figure, found[name]))
    found["without"] = tuple(found["without"])
    highest = found["highest"]
    return Overview(**{**found, "highest": highest and _figure(highest)})


def _figure(entry: dict[str, Any]) -> HeadFigure:
    value = entry["value"]
    return HeadFigure(codes=tuple(entry["codes"]), value=None if value is None else Decimal(value))
