"""Tidy CSV: an observation a row, with codes and labels in one language (RFC 4180, UTF-8).

DuckDB puts each line together, as one text: what belongs to a code is prepared once, quoted and
safe, and looked up. So a million lines take less time than DuckDB needs to write them itself, in
memory that does not grow with them, and a file of a release has the bytes of an answer.

Codes stay as they are, since keys are made of them: they consist of letters, digits and ``._~-``
(``project/iris.py``), with which no spreadsheet calls a function, a program or an address. All
other texts go through ``safe_text``. Lines end with a line feed, as most programs expect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from publish.cube.columns_file.engine import sql_name, sql_text
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import DataSetDescription, DimensionDescription
from publish.exports.forms.tidy.list_columns import (
    ADDRESS_SEPARATOR,
    CODE_OF,
    CODE_SEPARATOR,
    DECIMALS,
    NOTES,
    OBSERVATION,
    PRINTED,
    REASONS,
    REASONS_LABEL,
    SOURCE,
    SOURCE_CELLS,
    SOURCE_LINE,
    SOURCE_TABLE,
    STATUS,
    STATUS_LABEL,
    TEXT_SEPARATOR,
    TOTAL_OF,
    UNIT,
    UNIT_LABEL,
    VALUE,
    ListColumn,
    datatype_name,
    list_columns,
)
from publish.exports.observations import SelectedObservations
from publish.exports.safe_text import safe_text, safe_text_sql
from publish.exports.words import words
from publish.project.iris import Uris

LINE_END = "\n"
_AT_ONCE = 4096
"""Lines that are written at a time."""
_BYTE_ORDER_MARK = "\ufeff"


def write_list_csv(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view as CSV.

    With a decimal comma, fields are separated by semicolons and a byte order mark comes first, as
    spreadsheets of this country expect.
    """
    lines = _Lines.of(chosen)
    target.write(lines.head().encode())
    line = lines.sql()
    for part in chosen.parts():
        write_lines(part, line, target)


def write_lines(chosen: SelectedObservations, lines: str, target: BinaryIO) -> None:
    """Write a text for each observation, given as SQL, as many at a time as memory allows."""
    rows = chosen.connection.cursor()
    try:
        rows.execute(f"SELECT {lines} FROM {chosen.relation}")
        while found := rows.fetchmany(_AT_ONCE):
            target.write("".join([line for (line,) in found]).encode())
    finally:
        rows.close()


@dataclass(frozen=True, kw_only=True)
class _Texts:
    """A part of a line: a text for each code of a column, or one for all lines."""

    key: str | None = None
    """The column as SQL, which is never null."""
    texts: Mapping[str, str]
    """The texts by code; of a part without a column the only one by ``""``."""

    def text(self, code: str) -> str:
        """Return the text at a code."""
        return self.texts[code if self.key else ""]

    def sql(self) -> str:
        """Return the text of a row as SQL."""
        if self.key is None:
            return sql_text(self.texts[""])
        if not self.texts:
            return "NULL"
        codes, texts = (
            ", ".join(map(sql_text, part)) for part in (self.texts, self.texts.values())
        )
        return f"list_extract([{texts}], enum_code({self.key}::ENUM({codes})) + 1)"


def _constant(text: str) -> _Texts:
    """Return a text that all lines have."""
    return _Texts(texts={"": text})


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A part of a line: SQL, which may be null for nothing."""

    expression: str

    def sql(self) -> str:
        """Return it."""
        return self.expression


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """Puts lines together, for one view."""

    description: DataSetDescription
    language: str
    decimal: str
    separator: str
    uris: Uris
    chosen: Mapping[str, Collection[str]]
    """Of each dimension that is restricted the codes that occur."""

    @classmethod
    def of(cls, chosen: SelectedObservations) -> _Lines:
        """Return what writes the lines of a view."""
        about = chosen.description
        return cls(
            description=about,
            language=chosen.view.language,
            decimal=chosen.view.decimal,
            separator="," if chosen.view.decimal == "." else ";",
            uris=Uris(base=about.base, vocabulary=about.vocabulary),
            chosen={column: frozenset(codes) for column, codes in chosen.view.codes.items()},
        )

    def head(self) -> str:
        """Return the first line."""
        names = [self._field(column.name) for column in list_columns(self.description)]
        mark = "" if self.decimal == "." else _BYTE_ORDER_MARK
        return mark + self.separator.join(names) + LINE_END

    def sql(self) -> str:
        """Return the line of an observation as SQL."""
        parts: list[_Texts | _Made] = []
        for column in list_columns(self.description):
            part = self._part(column)
            parts.append(_Made(expression=part) if isinstance(part, str) else part)
            parts.append(_constant(self.separator))
        parts[-1] = _constant(LINE_END)
        return f"concat({', '.join(part.sql() for part in _merged(parts))})"

    def _part(self, column: ListColumn) -> _Texts | str:
        """Return the field of a column, as SQL where it is not one for each code."""
        if (item := column.dimension) is not None:
            return self._of_dimension(column.holds, item)
        if column.holds in BOUND_COLUMNS.values():
            return self._bound(column.holds)
        if column.datatype is not None:
            return self._value_of_type(column.datatype)
        made: dict[str, Callable[[], _Texts | str]] = {
            VALUE: self._value,
            UNIT: self._unit,
            UNIT_LABEL: self._unit_label,
            STATUS: lambda: "status",
            STATUS_LABEL: self._status_label,
            REASONS: self._reasons,
            REASONS_LABEL: self._reasons_label,
            PRINTED: self._printed,
            DECIMALS: lambda: "CASE WHEN value IS NOT NULL THEN decimals END",
            NOTES: self._notes,
            SOURCE: lambda: self._of_table("document_title"),
            SOURCE_TABLE: lambda: self._of_table("title"),
            SOURCE_LINE: self._source_line,
            SOURCE_CELLS: self._source_cells,
            OBSERVATION: self._observation,
        }
        return made[column.holds]()

    def _field(self, text: str) -> str:
        """Return a text as a field: safe, and quoted where it must be."""
        text = safe_text(text)
        if text != text.strip() or any(sign in text for sign in f'{self.separator}"\r\n'):
            return '"' + text.replace('"', '""') + '"'
        return text

    def _field_sql(self, expression: str) -> str:
        """Return SQL that quotes a safe text where it must be."""
        signs = sql_text(f'[{self.separator}"\\r\\n]|^\\s|\\s$')
        quoted = """'"' || replace(field, '"', '""') || '"'"""
        return (
            f"list_transform([{expression}], lambda field: "
            f"CASE WHEN regexp_matches(field, {signs}) THEN {quoted} ELSE field END)[1]"
        )

    def _text(self, column: str) -> str:
        """Return a column of texts of the source as a field."""
        field = _once(_once(column, safe_text_sql("item")), self._field_sql("item"))
        return f"CASE WHEN {column} IS NOT NULL THEN {field} END"

    def _of_dimension(self, holds: str, item: DimensionDescription) -> _Texts:
        """Return the code of a dimension, its label, or whether it is the total."""
        chosen = self.chosen.get(item.column, item.by_code)
        used = [code for code in item.codes if code.missing is None and code.code in chosen]
        if holds == CODE_OF:
            texts = {code.code: code.code for code in used}
        elif holds == TOTAL_OF:
            texts = {code.code: "true" if code.is_total else "false" for code in used}
        else:
            texts = {code.code: self._field(code.label[self.language]) for code in used}
        return _Texts(key=sql_name(item.column), texts=texts)

    def _of_measure(self, texts: Iterable[str]) -> _Texts:
        """Return a text for each measure."""
        names = (item.name for item in self.description.measures)
        key = sql_name(self.description.dimensions[-1].column)
        return _Texts(key=key, texts=dict(zip(names, texts, strict=True)))

    def _unit(self) -> _Texts:
        units = [item.unit for item in self.description.measures]
        start = len(unit_prefix(units))
        return self._of_measure(unit[start:] for unit in units)

    def _unit_label(self) -> _Texts:
        measures = self.description.measures
        return self._of_measure(self._field(item.unit_label[self.language]) for item in measures)

    def _status_label(self) -> _Texts:
        labels: dict[str, str] = words(self.language)["list"]["statuses"]
        return _Texts(key="status", texts={key: self._field(text) for key, text in labels.items()})

    def _decimal(self, expression: str) -> str:
        """Return SQL that writes a number with the decimal sign."""
        if self.decimal == ".":
            return expression
        return f"replace({expression}, '.', {sql_text(self.decimal)})"

    def _value(self) -> str:
        """Return the value with the decimals that are printed."""
        scale = self.description.scale
        text = "value::VARCHAR"
        whens = [
            f"WHEN {places} THEN left({text}, {places - scale - (places == 0)})"
            for places in range(scale)
        ]
        if not whens:
            return text
        return self._decimal(f"CASE decimals {' '.join(whens)} ELSE {text} END")

    def _value_of_type(self, datatype: str) -> str:
        """Return the value of measures of a datatype, as the datatype is written."""
        names = [
            sql_text(item.name)
            for item in self.description.measures
            if datatype_name(item.datatype) == datatype
        ]
        text = "value::DECIMAL(38, 0)" if datatype == "integer" else self._value()
        key = sql_name(self.description.dimensions[-1].column)
        return f"CASE WHEN {key} IN ({', '.join(names)}) THEN {text} END"

    def _bound(self, column: str) -> str:
        """Return a bound without zeros at its end."""
        if not self.description.reasons:
            return "NULL"
        text = f"{column}::VARCHAR"
        if self.description.scale:
            text = f"rtrim(rtrim({text}, '0'), '.')"
        return f"CASE WHEN {column} IS NOT NULL THEN {self._decimal(text)} END"

    def _reasons(self) -> str:
        if not self.description.reasons:
            return "NULL"
        return f"array_to_string(reasons, {sql_text(CODE_SEPARATOR)})"

    def _reasons_label(self) -> str:
        return self._listed("reasons", {item.code: item.label for item in self.description.reasons})

    def _notes(self) -> str:
        if "notes" not in self.description.several:
            return "NULL"
        return self._listed("notes", {item.code: item.label for item in self.description.remarks})

    def _listed(self, column: str, labels: Mapping[str, Mapping[str, str]]) -> str:
        """Return the labels of a list of codes as a field."""
        if not labels:
            return "NULL"
        texts = {code: label[self.language] for code, label in labels.items()}
        if column not in self.description.several:
            fields = {code: self._field(text) for code, text in texts.items()}
            found = _Texts(key=f"{column}[1]", texts=fields).sql()
        else:
            safe = {code: safe_text(text) for code, text in texts.items()}
            label = _Texts(key="item", texts=safe).sql()
            separator = sql_text(TEXT_SEPARATOR)
            joined = f"array_to_string(list_transform({column}, lambda item: {label}), {separator})"
            found = _once(joined, self._field_sql("item"))
        return f"CASE WHEN {column} IS NOT NULL THEN {found} END"

    def _printed(self) -> str:
        """Return what is printed where there is no figure."""
        return self._text("printed") if self.description.reasons else "NULL"

    def _source_line(self) -> str:
        """Return the line of the document."""
        # Of a table of which the lines are known they are numbers, as 70 or 70-83.
        are_numbers = all(table.lines for table in self.description.tables)
        return "source_line" if are_numbers else self._text("source_line")

    def _of_table(self, name: str) -> str:
        """Return a title of the printed table."""
        texts = {
            table.name: self._field(getattr(table, name)[self.language])
            for table in self.description.tables
        }
        return _Texts(key="source_table", texts=texts).sql()

    def _source_cells(self) -> str:
        """Return the addresses of all cells that print the figure, or parts of a sum."""

        def cell(place: str, table: str) -> str:
            prefixes = {item.name: f"{item.iri}#cell=" for item in self.description.tables}
            first = _Texts(key=f"{place}{table}", texts=prefixes).sql()
            return f"concat({first}, {place}{{row}}, ',', {place}{{column}})"

        first = cell("", "source_table").format(row="source_row", column="source_column")
        other = cell("item.", '"table"').format(row='"row"', column='"column"')
        others = (
            f"array_to_string(list_transform(further_cells, lambda item: {other}), "
            f"{sql_text(ADDRESS_SEPARATOR)})"
        )
        space = sql_text(ADDRESS_SEPARATOR)
        further = f"CASE WHEN further_cells IS NOT NULL THEN {space} || {others} END"
        if "further_cells" not in self.description.several:
            further = "NULL"
        quote = sql_text('"' if self.separator == "," else "")
        field = f"concat({quote}, {first}, {further}, {quote})"
        return f"CASE WHEN source_table IS NOT NULL THEN {field} END"

    def _observation(self) -> str:
        """Return the IRI of the observation."""
        head = self.uris.iri("observation", slug=self.description.slug, codes="")
        codes = ", '/', ".join(sql_name(item.column) for item in self.description.dimensions)
        return f"concat({sql_text(head)}, {codes})"


def _once(expression: str, made: str) -> str:
    """Return SQL that makes something of an expression, called ``item`` there, worked out once."""
    return f"list_transform([{expression}], lambda item: {made})[1]"


def unit_prefix(units: Iterable[str]) -> str:
    """Return what the IRIs of units begin with before their codes."""
    found = list(units)
    shortest = min((unit.rpartition("/")[0] + "/" for unit in found), key=len)
    while not all(unit.startswith(shortest) for unit in found):
        shortest = shortest[:-1].rpartition("/")[0] + "/"
    return shortest


def _merged(parts: Iterable[_Texts | _Made]) -> Iterator[_Texts | _Made]:
    """Yield the parts of a line joined to as few as there can be, so that less is looked up."""
    kept: _Texts | _Made = _constant("")
    for part in parts:
        if isinstance(part, _Texts) and len(part.texts) == 1:
            part = _constant(next(iter(part.texts.values())))
        joined = _joined(kept, part)
        if joined is None:
            yield kept
        kept = joined or part
    yield kept


def _joined(first: _Texts | _Made, second: _Texts | _Made) -> _Texts | None:
    """Return two parts as one; None where they go by different columns."""
    if isinstance(first, _Made) or isinstance(second, _Made):
        return None
    if first.key and second.key and first.key != second.key:
        return None
    codes = (first if first.key else second).texts
    texts = {code: first.text(code) + second.text(code) for code in codes}
    return _Texts(key=first.key or second.key, texts=texts)
