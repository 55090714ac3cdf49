"""A result of a query as its page shows it: numbers in the reader's form, addresses with labels."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from publish.release.opened import Node
from publish.site.pages.figure_text import format_number
from publish.site.presentation import View
from publish.sparql.workers.answers import Answer

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = frozenset(
    XSD + name
    for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
YEARS = ("jaar", "year")
"""Columns of these names hold years, even where a query made integers of them."""
MOST_DECIMALS = 6
"""Decimals that are shown of a number that a query has computed."""
MOST_DIGITS = 30
"""What is larger, or smaller, is shown with a power of ten: its digits are a line of zeros."""
MOST_LABELS = 2000
"""Different addresses of one result that are shown with what they are called."""
MOST_RAW = 16_000
"""Characters of a result that are shown as the engine wrote them."""


@dataclass(frozen=True, kw_only=True)
class ResultCell:
    """A value of a result: its text, where it leads, and what it is called or was written as."""

    text: str
    href: str | None = None
    local: bool = False
    label: str | None = None
    """What the thing at an address is called."""
    language: str | None = None
    datatype: str | None = None
    number: Decimal | None = None
    raw: str | None = None
    """What stands for the text in the result, where that is not the same."""


@dataclass(frozen=True, kw_only=True)
class ResultTable:
    """A result as a page shows it: at most MOST_ROWS rows, or a yes or no."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[ResultCell | None, ...], ...] = ()
    more: bool = False
    truth: bool | None = None
    graph: bool = False
    raw: str = ""
    raw_is_cut: bool = False


def read_table(view: View, answer: Answer) -> ResultTable:
    """Read the first rows of a result, in TSV or N-Triples, as the rows of a page."""
    data = b"".join(answer.spool.chunks())
    if answer.form == "graph":
        triples = ox.parse(data, format=ox.RdfFormat.N_TRIPLES)
        found = [(quad.subject, quad.predicate, quad.object) for quad in triples]
        columns: tuple[str, ...] = ("subject", "predicate", "object")
    else:
        solutions = ox.parse_query_results(data, format=ox.QueryResultsFormat.TSV)
        if isinstance(solutions, ox.QueryBoolean):
            return ResultTable(truth=bool(solutions))
        columns = tuple(variable.value for variable in solutions.variables)
        found = [tuple(solution) for solution in solutions]
    cells = _Cells(view)
    rows = tuple(
        tuple(
            None if node is None else cells.cell(node, column)
            for node, column in zip(row, columns, strict=True)
        )
        for row in found
    )
    raw = data[: MOST_RAW * 4].decode(errors="ignore")[:MOST_RAW]
    is_cut = len(raw.encode()) < len(data)
    return ResultTable(
        columns=columns,
        rows=rows,
        more=answer.more,
        graph=answer.form == "graph",
        raw=raw.rpartition("\n")[0] if is_cut else raw,
        raw_is_cut=is_cut,
    )


class _Cells:
    """Makes the cells of one result, of which only so many get a label."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[str, ResultCell] = {}

    def cell(self, node: Node, column: str) -> ResultCell:
        if isinstance(node, ox.NamedNode):
            if node.value not in self._known:
                self._known[node.value] = self._address(node)
            return self._known[node.value]
        if isinstance(node, ox.Literal) and node.datatype.value in NUMBERS:
            return _number(node, self._view.language, is_year=column.casefold() in YEARS)
        value = self._view.value(node)
        return ResultCell(text=value.text, language=value.language, datatype=value.datatype)

    def _address(self, node: ox.NamedNode) -> ResultCell:
        view, iri = self._view, node.value
        short, path = view.served.compact(iri), view.served.local_path(iri)
        label = view.label(iri) if len(self._known) < MOST_LABELS else short
        return ResultCell(
            text=short,
            href=path or (iri if iri.startswith(("http://", "https://")) else None),
            local=path is not None,
            label=None if label in (short, iri) else label,
            raw=None if short == iri else iri,
        )


def _number(literal: ox.Literal, language: str, *, is_year: bool) -> ResultCell:
    """Return a number in the form of a language; as it is where it is none, as INF."""
    raw = literal.value
    try:
        number = Decimal(raw)
    except ArithmeticError:
        return ResultCell(text=raw)
    if not number.is_finite():
        return ResultCell(text=raw)
    shown = number
    if -int(number.as_tuple().exponent) > MOST_DECIMALS and abs(number) >= 1:
        shown = round(number, MOST_DECIMALS).normalize()
    if abs(shown.adjusted()) > MOST_DIGITS:
        return ResultCell(text=f"{number.normalize():E}", number=number, raw=raw)
    text = raw if is_year else format_number(format(shown, "f"), None, language)
    return ResultCell(text=text, number=number, raw=raw if raw != text else None)
