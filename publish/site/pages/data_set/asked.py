"""What an address of the page of a data set asks for, or the sentences that say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from publish.exports.description import DataSetDescription
from publish.exports.parameters.bad_parameters import BadParameters, FaultList
from publish.exports.parameters.codes import nearest_text
from publish.exports.parse_view import LONGEST_VALUE, MOST_PARAMETERS, parse_view
from publish.exports.view import TABLE, DataView, codes_of_cell
from publish.faults.fault import Words, some_of
from publish.site.pages.data_set.address import (
    BESIDE,
    CELL,
    PAGE,
    SHOWN,
    VIEW,
)

OF_VIEW = ("rows", "columns", "totals", "lang")
"""The parameters of the data address that a page has besides the dimensions."""
OF_OTHERS = ("fbclid", "gclid", "msclkid", "mc_cid", "mc_eid")
"""What sites that lead here add to an address by themselves; that says nothing to a page."""
MOST_PAGE = 10**9


@dataclass(frozen=True, kw_only=True)
class AskedPage:
    """A view of a data set, and what of it is opened."""

    view: DataView
    show: str = SHOWN[0]
    cell: tuple[str, ...] = ()
    """The codes of the figure whose panel is open; nothing where none is."""
    beside: str | None = None
    page: int = 1
    faults: tuple[Words, ...] = ()
    """What is wrong with the parameters; then the view is that of everything."""


def read_asked(
    description: DataSetDescription,
    parameters: Sequence[tuple[str, str]],
    *,
    language: str,
    others: Sequence[str],
) -> AskedPage:
    """Return what parameters ask for. ``others`` are the slugs that can stand beside it.

    Empty ones, which a form sends of what was left open, ask for nothing.
    """
    whole = DataView(layout=TABLE, language=language)
    try:
        return _read(description, parameters, language=language, others=others)
    except BadParameters as error:
        return AskedPage(view=whole, faults=tuple(fault.sentence for fault in error.faults))


def _read(
    description: DataSetDescription,
    parameters: Sequence[tuple[str, str]],
    *,
    language: str,
    others: Sequence[str],
) -> AskedPage:
    faults = FaultList()
    own: dict[str, str] = {}
    of_view: list[tuple[str, str]] = []
    known = _names(description)
    for name, value in parameters[: MOST_PARAMETERS + 1]:
        folded = name.strip().casefold()
        if not value.strip() or folded in OF_OTHERS or folded.startswith("utm_"):
            continue
        if folded in (VIEW, CELL, BESIDE, PAGE):
            if folded in own:
                faults.add("parameter-twice", folded, value)
            own.setdefault(folded, value.strip())
        elif folded in known:
            of_view.append((name, value))
        else:
            words = list(dict.fromkeys(known.values()))
            hint = nearest_text(name, words, faults, count=len(words))
            told = some_of(words, most=40)
            faults.add("unknown-parameter", name, value, hint=hint, known=told)
    asked = AskedPage(
        view=DataView(language=language),
        show=_choice(own, VIEW, SHOWN, faults) or SHOWN[0],
        cell=_cell(description, own, faults),
        beside=_choice(own, BESIDE, others, faults),
        page=_page(own, faults),
    )
    faults.finish()
    pairs = [*_axes(of_view), ("layout", TABLE)]
    found = parse_view(description, pairs, language=language)
    return replace(asked, view=found.view)


def _names(description: DataSetDescription) -> dict[str, str]:
    """Return the names of parameters, as people may write them, with how they are told."""
    columns = {item.column: item.column for item in description.dimensions}
    names = {item.name: item.column for item in description.dimensions}
    page = {name: name for name in (*OF_VIEW, VIEW, CELL, BESIDE, PAGE)}
    return {name.casefold(): told for name, told in (names | columns | page).items()}


def _axes(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return parameters without ``columns`` where it says the same as ``rows``.

    A form in which somebody chose a dimension for the rows still has it in the columns.
    """
    said = {name.strip().casefold(): value.strip().casefold() for name, value in pairs}
    if said.get("rows") and said.get("rows") == said.get("columns"):
        return [pair for pair in pairs if pair[0].strip().casefold() != "columns"]
    return pairs


def _choice(
    own: Mapping[str, str], name: str, choices: Sequence[str], faults: FaultList
) -> str | None:
    value = own.get(name)
    if value is None or value in choices:
        return value
    hint = nearest_text(value[:LONGEST_VALUE], choices, faults, count=len(choices))
    faults.add("unknown-choice", name, value, hint=hint, known=some_of(choices, most=40))
    return None


def _cell(
    description: DataSetDescription, own: Mapping[str, str], faults: FaultList
) -> tuple[str, ...]:
    """Return the codes of the figure that is opened, each one of its dimension."""
    value = own.get(CELL)
    if value is None:
        return ()
    codes = codes_of_cell(value) if len(value) <= LONGEST_VALUE else ()
    dimensions = description.dimensions
    if len(codes) != len(dimensions):
        columns = some_of((item.column for item in dimensions), most=40)
        faults.add("cell-codes", CELL, value, count=len(dimensions), columns=columns)
        return ()
    for code, dimension in zip(codes, dimensions, strict=True):
        if code not in dimension.by_code:
            some = some_of(item.code for item in dimension.codes[:13])
            faults.add("cell-unknown-code", CELL, code, column=dimension.column, known=some)
    return codes


def _page(own: Mapping[str, str], faults: FaultList) -> int:
    value = own.get(PAGE)
    if value is None:
        return 1
    if value.isascii() and value.isdecimal() and len(value) <= 9 and int(value) > 0:
        return int(value)
    faults.add("no-number-in-range", PAGE, value, least=1, most=MOST_PAGE)
    return 1
