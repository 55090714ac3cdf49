"""Reads the parameters of the address of a data set: the view that they ask for, or their faults.

Parameters are columns of dimensions, whose values are codes, labels or ranges of periods, and the
names that ``RESERVED`` lists. Whatever they hold, the answer is a view or sentences, in a time that
their number bounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from publish.cube.columns_file.names import RESERVED
from publish.exports.answer import FORMS, ExportForm
from publish.exports.description import LANGUAGES, DataSetDescription
from publish.exports.parameters.bad_parameters import FaultList
from publish.exports.parameters.codes import codes_of_values, nearest_text
from publish.exports.view import (
    LIST,
    PRINTED,
    TABLE,
    DataView,
    canonical_view,
    codes_of_cell,
    totals_of,
)
from publish.faults.fault import Words, some_of

MOST_PARAMETERS = 1_000
MOST_VALUES = 10_000
"""Values of all parameters together."""
LONGEST_VALUE = 1_000
"""Characters of one value between commas, and of the name of a parameter."""
PAGE, LARGEST_PAGE = 1_000, 10_000
"""Observations of a page: where nobody says it, and at most."""

CELL = "cell"
"""The parameter that chooses a figure of a chart; the page of a data set has it too."""
NAMED = (*RESERVED, CELL)
"""The parameters that are no dimensions."""
LAYOUTS = (LIST, TABLE, PRINTED)
DECIMALS = {".": ".", ",": ",", "point": ".", "comma": ",", "punt": ".", "komma": ","}
YES_OR_NO = {"yes": True, "no": False, "ja": True, "nee": False}
Value = TypeVar("Value")
_NUMBER = re.compile(r"[0-9]{1,13}")


@dataclass(frozen=True, kw_only=True)
class RequestedView:
    """What an address asks for."""

    view: DataView
    form: str | None
    """The name of the form, a key of FORMS; None where the parameters name none."""


def parse_view(
    description: DataSetDescription,
    parameters: Sequence[tuple[str, str]],
    *,
    language: str = LANGUAGES[0],
    form: str | None = None,
) -> RequestedView:
    """Return the view that parameters ask for. Raises BadParameters with all their faults.

    ``language`` and ``form`` hold where the parameters name none. Equal requests give equal views.
    """
    faults = FaultList()
    _check_size(parameters, faults)
    faults.finish()
    asked = _Asked(description=description, faults=faults)
    for name, value in parameters:
        asked.take(name, value)
    found = asked.view(language, form)
    faults.finish()
    return found


def _check_size(parameters: Sequence[tuple[str, str]], faults: FaultList) -> None:
    """Add what makes parameters too many or too long to be looked at."""
    if len(parameters) > MOST_PARAMETERS:
        faults.add("too-many-parameters", "", "", most=MOST_PARAMETERS)
        return
    if sum(1 + value.count(",") for _, value in parameters) > MOST_VALUES:
        faults.add("too-many-values", "", "", most=MOST_VALUES)
        return
    for name, value in parameters:
        if max(map(len, (name, *value.split(",")))) > LONGEST_VALUE:
            faults.add("too-long-value", name, value, most=LONGEST_VALUE)


@dataclass(kw_only=True)
class _Asked:
    """The parameters of one address, sorted by what they are about."""

    description: DataSetDescription
    faults: FaultList
    values: dict[str, list[str]] = field(default_factory=dict)
    """Of each dimension the values that were given, by its column."""
    names: dict[str, str] = field(default_factory=dict)
    """Of each dimension the name that was given first."""
    single: dict[str, str] = field(default_factory=dict)
    """The values of the other parameters."""

    def take(self, name: str, value: str) -> None:
        """Take one parameter."""
        folded = name.strip().casefold()
        if folded in NAMED:
            if folded in self.single:
                self.faults.add("parameter-twice", folded, value)
            self.single.setdefault(folded, value.strip())
        elif column := self._columns.get(folded):
            self.values.setdefault(column, []).append(value)
            self.names.setdefault(column, name)
        else:
            hint = _nearest(name, [*self._columns, *NAMED], self.faults)
            known = some_of([*self.description.dimension_by_column, *NAMED], most=40)
            self.faults.add("unknown-parameter", name, value, hint=hint, known=known)

    @property
    def _columns(self) -> Mapping[str, str]:
        """The column of each dimension, by all that a parameter may call it."""
        dimensions = self.description.dimensions
        by_name = {item.name.casefold(): item.column for item in dimensions}
        return by_name | {item.column.casefold(): item.column for item in dimensions}

    def view(self, language: str, form: str | None) -> RequestedView:
        """Return the view, or a view of some sort if there are faults."""
        named = self._choice("format", {name: name for name in FORMS}, None)
        chosen = FORMS.get(named or form or "")
        rows, columns = self._axes("rows"), self._axes("columns")
        for column in rows:
            if column in columns:
                self.faults.add("in-rows-and-columns", "rows", column)
        layout = self._choice("layout", {one: one for one in LAYOUTS}, None)
        if (rows or columns) and layout not in (None, TABLE):
            name = "rows" if rows else "columns"
            self.faults.add("axes-need-table", name, self.single[name], layout=layout)
        layout = layout or (TABLE if rows or columns else LIST)
        size = self._number("size", 1, LARGEST_PAGE)
        view = DataView(
            codes=self._codes(),
            totals=bool(self._choice("totals", YES_OR_NO, True)),
            layout=layout,
            rows=rows,
            columns=columns,
            language=self._choice("lang", {one: one for one in LANGUAGES}, language) or language,
            decimal=self._choice("decimal", DECIMALS, ".") or ".",
            cell=self._cell(),
            start=self._number("start", 0, 10**12) or 0,
            size=PAGE if size is None and chosen and chosen.is_paged else size,
        )
        self._check_layout(view)
        if chosen:
            self._check_form(view, chosen)
        self._check_totals(view)
        canonical = canonical_view(self.description, view)
        return RequestedView(view=canonical, form=named)

    def _codes(self) -> dict[str, tuple[str, ...]]:
        dimensions = self.description.dimension_by_column
        return {
            column: codes_of_values(dimensions[column], self.names[column], values, self.faults)
            for column, values in self.values.items()
        }

    def _choice(
        self, name: str, choices: Mapping[str, Value], otherwise: Value | None
    ) -> Value | None:
        """Return what a parameter chooses from few values."""
        if (value := self.single.get(name)) is None:
            return otherwise
        if not value:
            self.faults.add("empty-parameter", name, value)
        elif (folded := value.casefold()) in choices:
            return choices[folded]
        else:
            hint = _nearest(value, choices, self.faults)
            known = some_of(choices, most=40)
            self.faults.add("unknown-choice", name, value, hint=hint, known=known)
        return otherwise

    def _number(self, name: str, least: int, most: int) -> int | None:
        """Return the whole number that a parameter says."""
        if (value := self.single.get(name)) is None:
            return None
        number = int(value) if _NUMBER.fullmatch(value) else -1
        if least <= number <= most:
            return number
        self.faults.add("no-number-in-range", name, value, least=least, most=most)
        return None

    def _axes(self, name: str) -> tuple[str, ...]:
        """Return the columns of the dimensions that rows or columns name, each once."""
        if (value := self.single.get(name)) is None:
            return ()
        found: dict[str, None] = {}
        for part in map(str.strip, value.split(",")):
            if not part:
                self.faults.add("empty-parameter", name, value)
            elif column := self._columns.get(part.casefold()):
                found[column] = None
            else:
                hint = _nearest(part, self._columns, self.faults)
                known = some_of(self.description.dimension_by_column, most=40)
                self.faults.add("unknown-choice", name, part, hint=hint, known=known)
        return tuple(found)

    def _cell(self) -> tuple[str, ...]:
        """Return the codes of a figure, one of each dimension."""
        if (value := self.single.get(CELL)) is None:
            return ()
        codes, dimensions = codes_of_cell(value), self.description.dimensions
        if len(codes) == len(dimensions) and all(
            code in dimension.by_code for code, dimension in zip(codes, dimensions, strict=True)
        ):
            return codes
        known = ",".join(item.column for item in dimensions)
        self.faults.add("no-cell", CELL, value, known=known)
        return ()

    def _check_layout(self, view: DataView) -> None:
        """Add what does not go with the layout."""
        paged = [name for name in ("start", "size") if name in self.single]
        if view.layout == PRINTED:
            if self.description.derived_from:
                self.faults.add("not-printed", "layout", PRINTED)
            others = [*self.names.values(), *(["totals"] if not view.totals else []), *paged]
            for name in others:
                self.faults.add("printed-whole", name, "")
        elif view.layout == TABLE:
            for name in paged:
                self.faults.add("pages-need-list", name, self.single[name])

    def _check_form(self, view: DataView, chosen: ExportForm) -> None:
        """Add what the form does not have."""
        if view.layout not in chosen.layouts:
            self._not_in_form("layout", view.layout, chosen, lambda one: view.layout in one.layouts)
        if view.decimal != "." and not chosen.has_decimal_sign:
            self._not_in_form("decimal", view.decimal, chosen, lambda one: one.has_decimal_sign)
        if view.cell and not chosen.has_cell:
            self._not_in_form(CELL, self.single[CELL], chosen, lambda one: one.has_cell)
        for name in ("start", "size"):
            if name in self.single and not chosen.is_paged:
                self._not_in_form(name, self.single[name], chosen, lambda one: one.is_paged)

    def _not_in_form(
        self, name: str, value: str, chosen: ExportForm, has: Callable[[ExportForm], bool]
    ) -> None:
        known = some_of(form.name for form in FORMS.values() if has(form))
        self.faults.add("not-in-form", name, value, form=chosen.name, known=known)

    def _check_totals(self, view: DataView) -> None:
        """Add where nothing is left without totals."""
        if view.totals:
            return
        for column, total in totals_of(self.description).items():
            if view.codes.get(column) == (total,):
                self.faults.add("only-total-chosen", self.names[column], total)


def _nearest(word: str, known: Collection[str], faults: FaultList) -> Words:
    return nearest_text(word, known, faults, count=len(known))
