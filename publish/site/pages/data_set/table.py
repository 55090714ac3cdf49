"""The table of a view as a page draws it: merged heads, linked figures, and numbered notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from publish.exports.description import PERIOD, CodeDescription, DimensionDescription
from publish.exports.figure_text import (
    DECIMAL_SIGNS,
    NOTHING_KNOWN,
    absence_text,
    one_line,
    written_number,
)
from publish.exports.layouts.caption import dimension_text, key_line, table_notes, unit_text
from publish.exports.layouts.notes import TableNotes
from publish.exports.layouts.pivot import Codes, CrossTable
from publish.exports.observation import Observation, ViewedObservations
from publish.exports.words import words
from publish.site.pages.data_set.heads import short_period

CellAddress = Callable[[tuple[str, ...]], str]
"""Gives the address that opens the figure with some codes, in the order of the description."""


@dataclass(frozen=True, kw_only=True)
class TableHead:
    """A head of some rows or columns."""

    text: str
    title: str
    """In full where the text is short, else nothing."""
    iri: str
    span: int
    is_total: bool
    mark: int | None
    """The note on a period that is not given."""
    depth: int = 0
    """How many codes stand above it, but for the total."""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class TableCell:
    """A place in the table."""

    text: str
    """A figure, or what is known of it; nothing where there is none at all."""
    address: str | None = None
    """Where the figure is opened; None where there is none."""
    name: str = ""
    """By which a script finds it."""
    marks: tuple[int, ...] = ()
    is_total: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A row: the heads that begin in it, and its cells."""

    heads: tuple[TableHead, ...]
    unit: str
    cells: tuple[TableCell, ...]
    is_total: bool


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """A table of figures."""

    caption: str
    stub: tuple[str, ...]
    """What each column of row heads has."""
    has_units: bool
    """Whether a column beside the heads tells the unit of each row."""
    head_rows: tuple[tuple[TableHead, ...], ...]
    rows: tuple[TableRow, ...]
    notes: tuple[tuple[int, str], ...]
    """The notes that marks refer to, by their numbers."""
    prefix: str = ""
    """What the names of its notes and cells begin with, where a page has several tables."""
    ends_with_newest: bool = False
    """Whether periods go across, so that a narrow window begins at its end."""


def figure_table(
    chosen: ViewedObservations,
    table: CrossTable,
    *,
    cell_address: CellAddress,
    cell: tuple[str, ...] = (),
    gaps: Mapping[str, str] | None = None,
    prefix: str = "",
) -> FigureTable:
    """Return the table of a view.

    ``cell`` has the codes of the figure that is open. ``gaps`` tells why no figure has the code of
    a period where the description of the data set does not: one of sums knows its sources.
    """
    notes = table_notes(chosen, table)
    maker = _TableMaker(
        table=table,
        notes=notes,
        language=table.view.language,
        cell_address=cell_address,
        cell=cell,
        gaps=gaps or {},
        prefix=prefix,
    )
    return maker.make()


@dataclass(kw_only=True)
class _TableMaker:
    table: CrossTable
    notes: TableNotes
    language: str
    cell_address: CellAddress
    cell: tuple[str, ...]
    gaps: Mapping[str, str]
    prefix: str
    gap_notes: dict[str, int] = field(default_factory=dict)
    """The numbers of the notes on places without a figure, by their texts."""

    def make(self) -> FigureTable:
        table = self.table
        several = table.unit is None and bool(table.rows)
        self.first_gap = len(list(self.notes.marked())) + 1
        down_units = several and any(item.kind == "measure" for item in table.down)
        self.across_units = several and not down_units
        self.total_columns = [table.is_total(codes, across=True) for codes in table.columns]
        self.texts = {item.column: _texts(item, self.language) for item in self._axes()}
        rows = tuple(self._rows(has_units=down_units))
        marked = [(_number(note.mark), one_line(note.text)) for note in self.notes.marked()]
        stub = [_capital(dimension_text(item, self.language)) for item in table.down]
        return FigureTable(
            caption=key_line(table),
            stub=tuple(stub),
            has_units=down_units,
            head_rows=tuple(self._head_rows()),
            rows=rows,
            notes=(*marked, *((number, text) for text, number in self.gap_notes.items())),
            prefix=self.prefix,
            ends_with_newest=any(item.kind == PERIOD for item in table.across),
        )

    def _axes(self) -> tuple[DimensionDescription, ...]:
        return (*self.table.down, *self.table.across)

    def _head_rows(self) -> Iterator[tuple[TableHead, ...]]:
        table = self.table
        for at, dimension in enumerate(table.across):
            heads = []
            for codes, group in groupby(table.columns, key=lambda codes: codes[: at + 1]):
                span = len(list(group))
                heads.append(self._head(dimension, codes[-1], span))
            yield tuple(heads)

    def _rows(self, *, has_units: bool) -> Iterator[TableRow]:
        table = self.table
        spans: list[Counter[Codes]] = [
            Counter(codes[: at + 1] for codes in table.rows) for at in range(len(table.down))
        ]
        begun: Codes = ()
        for number, row in enumerate(table.rows):
            heads = []
            for at, dimension in enumerate(table.down):
                if at == len(row) - 1 or begun[: at + 1] != row[: at + 1]:
                    span = 1 if at == len(row) - 1 else spans[at][row[: at + 1]]
                    heads.append(self._head(dimension, row[at], span))
            begun = row
            is_total = table.is_total(row, across=False)
            unit = unit_text(table.measure_of(row, across=False), self.language)
            yield TableRow(
                heads=tuple(heads),
                unit=unit if has_units else "",
                cells=tuple(
                    self._cell(row, column, f"{number}-{at}", is_total or self.total_columns[at])
                    for at, column in enumerate(table.columns)
                ),
                is_total=is_total,
            )

    def _head(self, dimension: DimensionDescription, code: str, span: int) -> TableHead:
        member = dimension.by_code[code]
        text, title = self.texts[dimension.column][code]
        unit = ""
        if self.across_units and dimension.kind == "measure":
            unit = unit_text(self.table.description.measure_by_name[code], self.language)
        note = self.notes.periods.get(code)
        return TableHead(
            text=text,
            title=title,
            iri=member.iri,
            span=span,
            is_total=member.is_total,
            mark=_number(note.mark) if note else None,
            depth=_depth(dimension, member),
            unit=unit,
        )

    def _cell(self, row: Codes, column: Codes, name: str, is_total: bool) -> TableCell:
        observation = self.table.cells.get((row, column))
        if observation is None:
            mark = self._mark_of_gap(row, column)
            return TableCell(text="", marks=(mark,), is_total=is_total)
        return TableCell(
            text=text_of(observation, self.language),
            address=self.cell_address(observation.codes),
            name=f"{self.prefix}cell-{name}",
            marks=tuple(self._marks(observation)),
            is_total=is_total,
            is_chosen=observation.codes == self.cell,
        )

    def _marks(self, observation: Observation) -> Iterator[int]:
        for mark in self.notes.marks_of(observation).split():
            yield _number(mark)

    def _mark_of_gap(self, row: Codes, column: Codes) -> int:
        """Return the number of the note that says why a place has no figure."""
        table = self.table
        missing = table.missing_period(row, column)
        if missing is not None and missing.code in self.notes.periods:
            return _number(self.notes.periods[missing.code].mark)
        text = str(words(self.language)["table"]["no_cell"])
        text = next((self.gaps[code] for code in (*row, *column) if code in self.gaps), text)
        return self.gap_notes.setdefault(_capital(text), self.first_gap + len(self.gap_notes))


def text_of(observation: Observation, language: str) -> str:
    """Return a figure as people of a language read it; nothing where nothing is known of it."""
    if observation.value is not None:
        return written_number(observation.value, language)
    text = absence_text(observation, DECIMAL_SIGNS[language])
    return "" if text == NOTHING_KNOWN else text


def _texts(dimension: DimensionDescription, language: str) -> dict[str, tuple[str, str]]:
    """Return the texts of the codes of a dimension, and their labels where these are longer.

    A total says that it is one. Where codes have the same label, the code follows it.
    """
    total = words(language)["total"]
    labels = Counter(one_line(code.label[language]) for code in dimension.codes)
    found = {}
    for code in dimension.codes:
        label = one_line(code.label[language])
        text = short_period(code, language) if dimension.kind == PERIOD else label
        title = label if text != label else ""
        if labels[label] > 1:
            text += f" ({code.code})"
        if code.is_total and total not in label.lower():
            text += f" ({total})"
        found[code.code] = (text, title)
    return found


def _depth(dimension: DimensionDescription, member: CodeDescription) -> int:
    """Return how many codes stand above a code, but for the total; three at most."""
    depth = 0
    while member.broader in dimension.by_code and depth < 3:
        member = dimension.by_code[str(member.broader)]
        if member.is_total:
            break
        depth += 1
    return depth


def _number(mark: str) -> int:
    """Return the number of a mark as ``[1]``."""
    return int(mark.strip("[]"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
