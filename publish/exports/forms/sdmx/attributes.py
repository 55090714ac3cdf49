"""The attributes that observations of a data set have in SDMX, and what is in them as SQL.

Which there are goes by the whole data set, never by a view of it: all views have one structure. An
attribute has several values (REASON, REMARK) only where an observation of the data set has several,
as few programs read these; then SDMX-CSV has them in one field, between semicolons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publish.cube.columns_file.engine import relation, sql_name, sql_text
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import LANGUAGES
from publish.exports.forms.figure_sql import bound_sql
from publish.exports.forms.sdmx.names import SdmxNames, code_id
from publish.exports.observations import SelectedObservations
from publish.exports.words import words
from publish.project.project import Text

BETWEEN_VALUES = ";"
NORMAL, MISSING = "A", "M"
"""The statuses of our observations."""
STATUS_OF_REASON = {"ONDERDRUKT": "Q", "NIET_BESCHIKBAAR": "L", "NIET_VAN_TOEPASSING": "M"}
"""What the code list of SDMX for the status of observations (2.2) has for our reasons; M in it is
a figure that cannot exist, while ours says that there is none. All other reasons are ``O``."""
UNEXPLAINED = "O"
ORDER_OF_STATUSES = ("Q", UNEXPLAINED, "L", "M")
"""Of several reasons, as a sum can have, the one that comes first here gives the status."""
SUPPRESSED, CONFIDENTIAL = "ONDERDRUKT", "C"
TEXT, INTEGER, NUMBER = "String", "Integer", "Double"
"""The kinds of values, by their names in SDMX."""


@dataclass(frozen=True, kw_only=True)
class SdmxCode:
    """A code of a list in SDMX."""

    id: str
    name: Text
    description: Text | None = None
    iri: str | None = None
    parent: str | None = None
    original: str | None = None
    """Our code, where it is another."""


@dataclass(frozen=True, kw_only=True)
class SdmxCodeList:
    """A code list in SDMX, with the codes that are used."""

    id: str
    name: Text
    codes: tuple[SdmxCode, ...]
    agency: str | None = None
    """Who maintains it, where that is not us."""
    version: str | None = None
    iri: str | None = None


@dataclass(frozen=True, kw_only=True)
class SdmxAttribute:
    """An attribute, and how it is read from the columns."""

    id: str
    sql: str
    """Its value as text, of codes their identifiers; NULL where it has none."""
    kind: str = TEXT
    codes: SdmxCodeList | None = None
    most: int = 1
    """How many values it has at most."""
    of_measure: bool = False
    """Whether it goes by the measure; else by the observation."""
    mandatory: bool = False
    is_free: bool = False
    """Whether it can be any text of a document."""

    @property
    def name(self) -> Text:
        """What it is called."""
        return both("attributes", self.id)


def both(*path: str) -> Text:
    """Return the words of SDMX in a place, in all languages."""
    found = {}
    for language in LANGUAGES:
        part = words(language)["sdmx"]
        for key in path:
            part = part[key]
        found[language] = str(part)
    return found


def mapped_sql(expression: str, ids: Mapping[str, str]) -> str:
    """Return SQL of the identifier of a code."""
    changed = [(code, name) for code, name in ids.items() if code != name]
    if not changed:
        return expression
    whens = (f"WHEN {sql_text(code)} THEN {sql_text(name)}" for code, name in changed)
    return f"CASE {expression} {' '.join(whens)} ELSE {expression} END"


def attributes_of(chosen: SelectedObservations, names: SdmxNames) -> tuple[SdmxAttribute, ...]:
    """Return the attributes of the observations of a data set, whichever of them are chosen."""
    use = _use(chosen)
    attributes = [_status(use), *_confidentiality(use), _unit(chosen, names)]
    decimals = "CASE WHEN value IS NOT NULL THEN decimals::VARCHAR END"
    attributes.append(SdmxAttribute(id="DECIMALS", kind=INTEGER, sql=decimals))
    attributes += _reasons(chosen, use)
    attributes += (
        SdmxAttribute(
            id=column.upper(),
            kind=NUMBER,
            sql=bound_sql(column, chosen.description.scale),
        )
        for column in BOUND_COLUMNS.values()
        if use.filled[column]
    )
    attributes += _remarks(chosen, names, use)
    attributes += _source(chosen, names, use)
    return tuple(attributes)


@dataclass(frozen=True, kw_only=True)
class _Use:
    """What occurs in the observations of a data set."""

    filled: Mapping[str, bool]
    lines_are_numbers: bool
    """Whether all lines of documents are numbers of lines."""
    statuses: tuple[str, ...]
    reasons: tuple[str, ...]
    most_reasons: int
    notes: tuple[str, ...]
    most_notes: int
    tables: tuple[str, ...]


_FILLED = (*BOUND_COLUMNS.values(), "source_line", "printed")
TABLE = "CASE WHEN addends IS NULL THEN source_table END"
"""The printed table of an observation as SQL; a sum has none."""
_LISTED = ("status", TABLE, "reasons", "notes")


MOST_KNOWN = 16
"""Data sets of which it is kept what occurs in them."""
_KNOWN: dict[tuple[str, int, int, int], _Use] = {}


def _use(chosen: SelectedObservations) -> _Use:
    """Return what occurs; it is kept for the other forms of the data set."""
    status = chosen.path.stat()
    key = (str(chosen.path), status.st_ino, status.st_mtime_ns, status.st_size)
    if key not in _KNOWN:
        while len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.pop(next(iter(_KNOWN)), None)
        _KNOWN[key] = _read_use(chosen)
    return _KNOWN[key]


def _read_use(chosen: SelectedObservations) -> _Use:
    parts = [f"coalesce(bool_or({column} IS NOT NULL), false)" for column in _FILLED]
    parts.append("coalesce(bool_and(regexp_full_match(source_line, '[0-9]*')), true)")
    parts += (f"coalesce(list(DISTINCT {column}), [])" for column in _LISTED)
    rows = chosen.connection.cursor()
    try:
        query = f"SELECT {', '.join(parts)} FROM {relation(chosen.path)}"
        found = rows.execute(query).fetchall()[0]
    finally:
        rows.close()
    numbered, statuses, tables, reasons, notes = found[len(_FILLED) :]
    return _Use(
        filled=dict(zip(_FILLED, found, strict=False)),
        lines_are_numbers=numbered,
        statuses=tuple(sorted(statuses)),
        tables=tuple(sorted(item for item in tables if item is not None)),
        reasons=_items(reasons),
        most_reasons=max((len(item) for item in reasons if item is not None), default=0),
        notes=_items(notes),
        most_notes=max((len(item) for item in notes if item is not None), default=0),
    )


def _items(lists: Iterable[Iterable[str] | None]) -> tuple[str, ...]:
    """Return what is in some lists, each once and sorted."""
    return tuple(sorted({item for one in lists if one is not None for item in one}))


def _status(use: _Use) -> SdmxAttribute:
    reasons: dict[str, list[str]] = {}
    for reason in use.reasons:
        reasons.setdefault(STATUS_OF_REASON.get(reason, UNEXPLAINED), []).append(reason)
    whens = [f"WHEN status <> {sql_text(MISSING)} THEN status"]
    whens += (
        f"WHEN list_has_any(reasons, [{', '.join(map(sql_text, reasons[status]))}]) "
        f"THEN {sql_text(status)}"
        for status in ORDER_OF_STATUSES
        if status in reasons
    )
    used = {NORMAL, *use.statuses} - {MISSING} | set(reasons)
    if MISSING in use.statuses:
        used.add(UNEXPLAINED)
    known = words(LANGUAGES[0])["sdmx"]["statuses"]
    return SdmxAttribute(
        id="OBS_STATUS",
        sql=f"CASE {' '.join(whens)} ELSE {sql_text(UNEXPLAINED)} END",
        codes=SdmxCodeList(
            id="CL_OBS_STATUS",
            agency="SDMX",
            version="2.2",
            name=both("lists", "CL_OBS_STATUS"),
            codes=tuple(
                SdmxCode(id=status, name=both("statuses", status))
                for status in known
                if status in used
            ),
        ),
        mandatory=True,
    )


def _confidentiality(use: _Use) -> list[SdmxAttribute]:
    if SUPPRESSED not in use.reasons:
        return []
    codes = SdmxCodeList(
        id="CL_CONF_STATUS",
        agency="SDMX",
        version="1.2",
        name=both("lists", "CL_CONF_STATUS"),
        codes=(SdmxCode(id=CONFIDENTIAL, name=both("confidential")),),
    )
    sql = f"CASE WHEN list_contains(reasons, {sql_text(SUPPRESSED)}) THEN '{CONFIDENTIAL}' END"
    return [SdmxAttribute(id="CONF_STATUS", sql=sql, codes=codes)]


def _unit(chosen: SelectedObservations, names: SdmxNames) -> SdmxAttribute:
    units = {item.unit: item for item in chosen.description.measures}
    ids = {unit: code_id(item.unit_code) for unit, item in units.items()}
    return SdmxAttribute(
        id="UNIT_MEASURE",
        sql=mapped_sql("unit", ids),
        codes=SdmxCodeList(
            id="CL_UNIT_MEASURE",
            name=both("attributes", "UNIT_MEASURE"),
            codes=tuple(
                SdmxCode(id=ids[unit], name=item.unit_label, iri=unit)
                for unit, item in units.items()
            ),
        ),
        of_measure=True,
        mandatory=True,
    )


def _joined(column: str) -> str:
    """Return SQL of the items of a list between separators, escaped as codes are."""
    joined = f"array_to_string({column}, {sql_text(BETWEEN_VALUES)})"
    return f"replace(replace({joined}, '.', '{code_id('.')}'), '~', '{code_id('~')}')"


def _reasons(chosen: SelectedObservations, use: _Use) -> list[SdmxAttribute]:
    if not use.reasons:
        return []
    terms = {item.code: item for item in chosen.description.reasons}
    codes = SdmxCodeList(
        id="CL_REASON",
        name=both("attributes", "REASON"),
        codes=tuple(
            SdmxCode(
                id=code_id(code),
                name=terms[code].label,
                description=terms[code].definition,
                iri=terms[code].iri,
            )
            for code in use.reasons
        ),
    )
    return [
        SdmxAttribute(id="REASON", sql=_joined("reasons"), codes=codes, most=use.most_reasons),
    ]


def _remarks(chosen: SelectedObservations, names: SdmxNames, use: _Use) -> list[SdmxAttribute]:
    if not use.notes:
        return []
    found: dict[str, SdmxCode] = {}
    for item in chosen.description.remarks:
        if item.code in use.notes:
            found.setdefault(
                item.code, SdmxCode(id=code_id(item.code), name=item.label, iri=item.iri)
            )
    codes = SdmxCodeList(
        id=f"CL_{names.dataflow}_REMARK",
        name=both("attributes", "REMARK"),
        codes=tuple(found.values()),
    )
    return [SdmxAttribute(id="REMARK", sql=_joined("notes"), codes=codes, most=use.most_notes)]


def _source(chosen: SelectedObservations, names: SdmxNames, use: _Use) -> list[SdmxAttribute]:
    attributes = []
    if use.tables:
        ids: dict[str, str] = {}
        for table in use.tables:
            document, _, rest = table.partition("/")
            name = f"{code_id(document)}_{code_id(rest.rpartition('/')[2])}"
            while name in ids.values():
                name += "_"
            ids[table] = name
        known = chosen.description.table_by_name
        codes = SdmxCodeList(
            id=f"CL_{names.dataflow}_SOURCE_TABLE",
            name=both("attributes", "SOURCE_TABLE"),
            codes=tuple(
                SdmxCode(
                    id=ids[table],
                    name=known[table].title,
                    description=known[table].document_title,
                    iri=known[table].iri,
                    original=table,
                )
                for table in use.tables
            ),
        )
        attributes.append(SdmxAttribute(id="SOURCE_TABLE", sql=mapped_sql(TABLE, ids), codes=codes))
    attributes += (
        SdmxAttribute(
            id=column.upper(),
            sql=sql_name(column),
            is_free=column == "printed" or not use.lines_are_numbers,
        )
        for column in ("source_line", "printed")
        if use.filled[column]
    )
    return attributes
