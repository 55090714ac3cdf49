"""A series that is compared: a data set with one code of each dimension but the period.

In an address it is ``SLUG:CODE,CODE``, with a code of each dimension that has several, in the order
of the description; a comma within a code is written as ``cell`` of a data set page does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publish.exports.description import (
    PERIOD,
    CodeDescription,
    DataSetDescription,
    DimensionDescription,
    as_compared,
)
from publish.exports.view import DataView, cell_text, codes_of_cell
from publish.site.data.figures import PageFigures
from publish.site.pages.data_set.heads import short_period
from publish.site.pages.figure.naming import place_name


class NotASeries(Exception):
    """What an address names is no series; ``key`` is that of the text that says why."""

    def __init__(self, key: str, **told: object) -> None:
        self.key, self.told = key, told
        super().__init__(key)


@dataclass(frozen=True, kw_only=True)
class ComparedSeries:
    """One series."""

    description: DataSetDescription
    codes: tuple[str, ...]
    """A code of each dimension of ``free_dimensions``."""

    @property
    def text(self) -> str:
        """What names it in an address."""
        return f"{self.description.slug}:{cell_text(self.codes)}"

    def chosen(self) -> list[tuple[DimensionDescription, CodeDescription]]:
        """Return the code of each dimension but the period."""
        given = dict(
            zip(
                [item.column for item in free_dimensions(self.description)], self.codes, strict=True
            )
        )
        return [
            (item, item.by_code[given.get(item.column, item.codes[0].code)])
            for item in self.description.dimensions
            if item.kind != PERIOD
        ]

    def view(self, language: str) -> DataView:
        """Return the view of its figures."""
        codes = {item.column: (code.code,) for item, code in self.chosen()}
        return DataView(codes=codes, language=language)

    def label(self, language: str) -> str:
        """Return what it is called: that of a figure, without the period."""
        period = period_of(self.description)
        codes = {item.column: code.code for item, code in self.chosen()}
        codes[period.column] = period.codes[0].code
        whole = [codes[item.column] for item in self.description.dimensions]
        name = place_name(self.description, whole, language)
        return name.removesuffix(f", {short_period(period.codes[0], language)}")


def free_dimensions(description: DataSetDescription) -> list[DimensionDescription]:
    """Return the dimensions of which a series has one code of several."""
    return [item for item in description.dimensions if item.kind != PERIOD and len(item.codes) > 1]


def period_of(description: DataSetDescription) -> DimensionDescription:
    """Return the dimension of the periods. Raises NotASeries."""
    for item in description.dimensions:
        if item.kind == PERIOD and item.codes:
            return item
    raise NotASeries("compare-no-periods", slug=description.slug)


def read_series(text: str, figures: PageFigures, language: str) -> ComparedSeries:
    """Return the series that a text names. Raises NotASeries, or DamagedFile."""
    slug, _, codes = text.partition(":")
    description = description_of(slug, figures)
    return series_of(description, codes_of_cell(codes) if codes else (), language)


def description_of(slug: str, figures: PageFigures) -> DataSetDescription:
    """Return the description of a data set. Raises NotASeries."""
    if slug not in figures.slugs:
        raise NotASeries("compare-no-data-set", slug=slug[:100])
    return figures.description(slug)


def series_of(
    description: DataSetDescription, given: Sequence[str], language: str
) -> ComparedSeries:
    """Return the series of some codes or their labels; without any that of the totals.

    Raises NotASeries.
    """
    period_of(description)
    free = free_dimensions(description)
    if not given:
        usual = tuple(item.total or item.codes[0].code for item in free)
        return ComparedSeries(description=description, codes=usual)
    if len(given) != len(free):
        names = ", ".join(item.label[language] for item in free)
        raise NotASeries("compare-other-codes", names=names, number=len(free), given=len(given))
    return ComparedSeries(
        description=description,
        codes=tuple(_code(item, text, language) for item, text in zip(free, given, strict=True)),
    )


def _code(dimension: DimensionDescription, text: str, language: str) -> str:
    if text in dimension.by_code:
        return text
    found = dimension.codes_by_text.get(as_compared(text), ())
    if len(found) != 1:
        name = dimension.label[language]
        raise NotASeries("compare-no-code", code=text[:100], dimension=name)
    return found[0]
