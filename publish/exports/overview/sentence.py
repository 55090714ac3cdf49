"""The sentence that tells what a data set says first, in the words of a reader.

It says no more than the source: the newest total that is shown, else the figures by name or from
the lowest to the highest; and what newer periods lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from publish.exports.description import (
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
    MeasureDescription,
)
from publish.exports.figure_text import one_line, written_number
from publish.exports.overview.figures import (
    MOST_NAMED,
    HeadFigure,
    Overview,
    open_dimensions,
    period_of,
)
from publish.exports.words import words

PERCENT = "PC"
"""The code of the unit that has a sign."""
_ABBREVIATION = re.compile(r"\(([A-Z]{2,6})\)$")


@dataclass(frozen=True, kw_only=True)
class SentencePart:
    """A piece of a sentence."""

    text: str
    is_figure: bool = False
    """Whether it is a figure, which a page shows in bold."""


@dataclass(frozen=True, kw_only=True)
class KeySentence:
    """A sentence, or a few, in parts."""

    parts: tuple[SentencePart, ...]

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "".join(part.text for part in self.parts)


def key_sentence(overview: Overview, description: DataSetDescription, language: str) -> KeySentence:
    """Return what a data set says first; never a sum that its source does not give."""
    return KeySentence(parts=tuple(_Writer(overview, description, language).parts()))


def short_unit(measure: MeasureDescription, language: str) -> str:
    """Return the unit as it follows a number: its abbreviation or sign, if it has one."""
    if measure.unit_code == PERCENT:
        return str(words(language)["sentence"]["percent"])
    label = one_line(measure.unit_label[language])
    found = _ABBREVIATION.search(label)
    return found[1] if found else label


def number_with_unit(number: str, measure: MeasureDescription, language: str) -> str:
    """Return a number with its unit behind it, which no line parts."""
    return f"{number}\N{NO-BREAK SPACE}{short_unit(measure, language)}"


def period_text(dimension: DimensionDescription, code: str, language: str) -> str:
    """Return what a period is called within a sentence."""
    found = dimension.by_code[code]
    label = one_line(found.label[language])
    pattern = words(language)["sentence"].get(dimension.period)
    if pattern is None or found.start is None:
        return label
    start = date.fromisoformat(found.start)
    quarter = (start.month + 2) // 3
    return str(pattern.format(quarter=quarter, year=start.year, label=label))


def splitting(overview: Overview, description: DataSetDescription) -> list[DimensionDescription]:
    """Return the dimensions by which figures of one period differ."""
    if not (overview.has_total or overview.is_total_hidden):
        return list(open_dimensions(description))
    period = period_of(description)
    dimensions = description.dimensions[:-1]
    return [item for item in dimensions if item is not period and len(item.codes) > 1]


def labels_of(
    description: DataSetDescription,
    figure: HeadFigure,
    dimensions: Sequence[DimensionDescription],
    language: str,
) -> str:
    """Return the labels of the codes of a figure in some dimensions."""
    codes = zip(description.dimensions, figure.codes, strict=True)
    return ", ".join(
        one_line(item.by_code[code].label[language]) for item, code in codes if item in dimensions
    )


class _Writer:
    """Writes the sentence of one overview in one language."""

    def __init__(self, overview: Overview, description: DataSetDescription, language: str) -> None:
        self._overview, self._description, self._language = overview, description, language
        self._words = words(language)["sentence"]
        self._period = period_of(description)

    def parts(self) -> Iterator[SentencePart]:
        """Yield the parts in order."""
        overview = self._overview
        if overview.measure is None or not overview.figures:
            yield SentencePart(text=self._words["nothing"])
            return
        if overview.is_total_hidden:
            yield SentencePart(text=f"{self._words['total_hidden']} ")
        yield from self._lead()
        if overview.has_total:
            yield from self._total(overview.figures[0])
        elif overview.count - overview.hidden == len(overview.figures):
            yield from self._named(overview.figures)
        else:
            yield from self._range(*overview.figures)
        yield SentencePart(text=".")
        for text in self._afterwards():
            yield SentencePart(text=f" {text}")

    def _lead(self) -> Iterator[SentencePart]:
        """Yield when it was, and of several measures which it is."""
        period, code = self._period, self._overview.period
        measure = one_line(self._measure.label[self._language])
        several = len(self._description.measures) > 1
        if period is None or code is None:
            if several:
                yield SentencePart(text=_capital(self._words["no_period"].format(measure=measure)))
            return
        pattern = self._words.get(f"in-{period.period}", "{period}")
        when = pattern.format(period=period_text(period, code, self._language))
        name = "measure" if several else "total"
        yield SentencePart(text=self._words[name].format(when=when, measure=measure))

    def _total(self, figure: HeadFigure) -> Iterator[SentencePart]:
        yield self._figure(figure)
        if labels := self._labels(figure, self._single):
            yield SentencePart(text=f" ({labels})")
        if (highest := self._overview.highest) and highest.value is not None:
            split = [
                item
                for item, one, other in zip(
                    self._description.dimensions, figure.codes, highest.codes, strict=True
                )
                if one != other
            ]
            label = self._labels(highest, split)
            number = written_number(highest.value, self._language)
            yield SentencePart(text=self._words["highest"].format(label=label, number=number))

    def _named(self, figures: Sequence[HeadFigure]) -> Iterator[SentencePart]:
        """Yield each of a few figures with what it is of."""
        for place, figure in enumerate(figures):
            if place:
                is_last = place == len(figures) - 1
                yield SentencePart(text=self._words["and"] if is_last else ", ")
            yield self._figure(figure)
            yield SentencePart(text=self._of(figure))

    def _range(self, low: HeadFigure, high: HeadFigure) -> Iterator[SentencePart]:
        yield SentencePart(text=self._words["from"])
        yield self._figure(low)
        yield SentencePart(text=f"{self._of(low)}{self._words['to']}")
        yield self._figure(high)
        shown = self._overview.count - self._overview.hidden
        of_all = self._words["of_all"].format(number=self._count(shown))
        yield SentencePart(text=f"{self._of(high)}{of_all}")

    def _afterwards(self) -> Iterator[str]:
        """Yield the sentences on what is lacking, and on what there is besides."""
        overview = self._overview
        if overview.hidden:
            name = "unlisted" if overview.hidden == 1 else "unlisted_more"
            yield self._words[name].format(
                number=self._count(overview.hidden),
                all=self._count(overview.count),
            )
        if overview.without:
            yield self._lacking()
        yield from self._later()
        if self._period is None:
            yield self._words["no_period_given"]
        others = len(self._description.measures) - 1
        if others:
            name = "other_measure" if others == 1 else "other_measures"
            yield self._words[name].format(number=others)

    def _lacking(self) -> str:
        """Return which codes have no such figure in the newest period."""
        [dimension] = open_dimensions(self._description)
        without = self._overview.without
        labels = [one_line(dimension.by_code[code].label[self._language]) for code in without]
        listed = self._words["and"].join(labels)
        if len(without) > MOST_NAMED:
            listed = self._words["others"].format(number=self._count(len(without)))
        has_totals = any(item.total for item in self._description.dimensions)
        pattern = self._words["without_total" if has_totals else "without_figure"]
        return str(pattern.format(labels=listed))

    def _later(self) -> Iterator[str]:
        """Yield what the periods after the newest with figures lack."""
        period, newest = self._period, self._overview.period
        if period is None or newest is None:
            return
        later = period.codes[period.positions[newest] + 1 :]
        place = self._description.dimensions.index(period)
        known = {item.codes[place] for item in self._overview.series}
        lacking = "no_total" if self._overview.has_total and self._splitting else "no_figure"
        groups: dict[str, list[CodeDescription]] = {}
        for item in later:
            name = "not_given" if item.missing else "hidden" if item.code in known else lacking
            groups.setdefault(name, []).append(item)
        for name, items in groups.items():
            texts = [period_text(period, item.code, self._language) for item in items]
            listed = self._words["and"].join(texts)
            if len(texts) > 2:
                listed = self._words["through"].format(first=texts[0], last=texts[-1])
            yield self._words[name].format(periods=listed)

    @property
    def _measure(self) -> MeasureDescription:
        return self._description.measure_by_name[str(self._overview.measure)]

    @property
    def _splitting(self) -> list[DimensionDescription]:
        return splitting(self._overview, self._description)

    @property
    def _single(self) -> list[DimensionDescription]:
        """The dimensions with one code that is no total."""
        dimensions = self._description.dimensions[:-1]
        return [
            item
            for item in dimensions
            if item is not self._period and len(item.codes) == 1 and item.total is None
        ]

    def _labels(self, figure: HeadFigure, dimensions: Sequence[DimensionDescription]) -> str:
        return labels_of(self._description, figure, dimensions, self._language)

    def _count(self, count: int) -> str:
        return written_number(Decimal(count), self._language)

    def _of(self, figure: HeadFigure) -> str:
        """Return what a figure is of, in parentheses where its labels have none."""
        labels = self._labels(figure, self._splitting)
        pattern = self._words["of" if "(" in labels else "of_short"]
        return str(pattern.format(label=labels))

    def _figure(self, figure: HeadFigure) -> SentencePart:
        number = "" if figure.value is None else written_number(figure.value, self._language)
        text = number_with_unit(number, self._measure, self._language)
        return SentencePart(text=text, is_figure=True)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
