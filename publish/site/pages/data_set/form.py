"""The form that chooses a view: rows, columns, filters, totals, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publish.exports.description import PERIOD, DataSetDescription, DimensionDescription
from publish.exports.figure_text import one_line
from publish.exports.layouts.caption import dimension_text
from publish.exports.layouts.pivot import choose_axes
from publish.exports.view import DataView, totals_of, view_parameters
from publish.site.pages.data_set.heads import short_period

MOST_BOXES = 60
"""Codes of a list that can be ticked; those of a longer one are written."""
MOST_OFFERED = 300
"""Codes of a longer list that are offered while one writes."""


@dataclass(frozen=True, kw_only=True)
class FormChoice:
    """One thing that can be chosen."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class CodeFilter:
    """The codes of a dimension, to choose from."""

    column: str
    label: str
    codes: int
    chosen: tuple[str, ...]
    """The labels of the chosen codes; nothing where all are."""
    boxes: tuple[FormChoice, ...]
    """Nothing where the list is long."""
    value: str
    """What is chosen as the address writes it, for a long list."""
    offered: tuple[str, ...]
    """Labels of a long list, where it is not too long for that."""
    is_period: bool
    scheme: str | None
    """The IRI of the code list."""


@dataclass(frozen=True, kw_only=True)
class ViewForm:
    """What can be chosen, and what is."""

    rows: tuple[FormChoice, ...]
    columns: tuple[FormChoice, ...]
    filters: tuple[CodeFilter, ...]
    has_totals: bool
    totals: bool
    others: tuple[FormChoice, ...]
    """The data sets that can be set beside it."""
    is_whole: bool
    """Whether it is the view that everybody gets first."""


def view_form(
    description: DataSetDescription,
    view: DataView,
    *,
    others: Sequence[tuple[str, str]],
    beside: str | None,
) -> ViewForm:
    """Return the form of a view. ``others`` are slugs and titles."""
    language = view.language
    sizes = {
        item.column: len(view.codes.get(item.column, item.codes)) for item in description.dimensions
    }
    down, across = choose_axes(description.dimensions, sizes, view)
    free = [item for item in description.dimensions if len(item.codes) > 1]
    return ViewForm(
        rows=tuple(_axis(free, down[-1:], view.rows, language)),
        columns=tuple(_axis(free, across[-1:], view.columns, language)),
        filters=tuple(_filters(description, view, free)),
        has_totals=bool(totals_of(description)),
        totals=view.totals,
        others=tuple(
            FormChoice(value=slug, text=title, is_chosen=slug == beside) for slug, title in others
        ),
        is_whole=not (
            view.codes or view.rows or view.columns or not view.totals or beside is not None
        ),
    )


def _axis(
    free: Sequence[DimensionDescription],
    shown: Sequence[DimensionDescription],
    named: Sequence[str],
    language: str,
) -> Iterator[FormChoice]:
    """Yield the dimensions that can go on an axis.

    One that came there by itself is sent as nothing, so that it moves away when another axis is
    given it.
    """
    for item in free if all(one in free for one in shown) else (*shown, *free):
        is_chosen = item in shown
        yield FormChoice(
            value="" if is_chosen and not named else item.column,
            text=dimension_text(item, language),
            is_chosen=is_chosen,
        )


def _filters(
    description: DataSetDescription, view: DataView, free: Sequence[DimensionDescription]
) -> Iterator[CodeFilter]:
    language, written = view.language, dict(view_parameters(description, view))
    for item in free:
        chosen = view.codes.get(item.column, ())
        is_long = len(item.codes) > MOST_BOXES
        codes = reversed(item.codes) if item.kind == PERIOD else iter(item.codes)
        shown = [item.by_code[code] for code in chosen[:MOST_BOXES]]
        offered = item.codes if is_long and len(item.codes) <= MOST_OFFERED else ()
        yield CodeFilter(
            column=item.column,
            label=dimension_text(item, language),
            codes=len(item.codes),
            chosen=tuple(one_line(code.label[language]) for code in shown),
            boxes=()
            if is_long
            else tuple(
                FormChoice(
                    value=code.code,
                    text=short_period(code, language)
                    if item.kind == PERIOD
                    else one_line(code.label[language]),
                    is_chosen=code.code in chosen,
                )
                for code in codes
            ),
            value=written.get(item.column, ""),
            offered=tuple(one_line(code.label[language]) for code in offered),
            is_period=item.kind == PERIOD,
            scheme=item.scheme,
        )
