"""Parquet with labels: an observation a row, codes beside what they are called in both languages.

What the columns file has is there as it is, exact; texts and addresses come in addition. The title,
the licence and the sources stand in the key-value metadata of the file. DuckDB writes it into
memory, so that it can be sent on: what a view may be in this form is bounded.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from publish.cube.columns_file.engine import Connection, open_locked, sql_name, sql_text
from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import LANGUAGES, MEASURE, DataSetDescription
from publish.exports.observations import SelectedObservations
from publish.exports.view import view_address
from publish.exports.words import words
from publish.project.iris import Uris
from publish.project.project import Text

FORMAT = "1"
"""The number of the layout."""
MEMORY = 256 << 20
"""Bytes that DuckDB takes to write a view that is answered."""
ROW_GROUP = 100_000
LITERAL = 300
"""Codes whose labels stand in the statement itself; those of more are a table."""


def write_labelled_parquet(chosen: SelectedObservations, target: BinaryIO) -> None:
    """Write the observations of a view as Parquet."""
    with open(os.memfd_create("parquet"), "w+b") as made:  # noqa: PTH123 - it has no path
        path = Path(f"/proc/self/fd/{made.fileno()}")
        if _may_write(chosen.connection):
            with closing(chosen.connection.cursor()) as connection:
                _write(chosen, path, connection)
        else:  # in a worker, whose engine reads columns only: one more that writes into memory
            with closing(open_locked([chosen.path, path], memory=MEMORY, threads=1)) as connection:
                _write(chosen, path, connection)
        made.seek(0)
        shutil.copyfileobj(made, target)


def _may_write(connection: Connection) -> bool:
    found = connection.execute("SELECT current_setting('enable_external_access')").fetchone()
    return bool(found and found[0])


def _write(chosen: SelectedObservations, path: Path, connection: Connection) -> None:
    rows = SelectedObservations(
        description=chosen.description, view=chosen.view, path=chosen.path, connection=connection
    )
    columns = ", ".join(f"{sql} AS {sql_name(name)}" for name, sql in _columns(rows))
    says = ", ".join(f"{key}: {sql_text(value)}" for key, value in _says(chosen).items())
    connection.execute(
        f"COPY (SELECT {columns} FROM {rows.relation}) TO {sql_text(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, ROW_GROUP_SIZE {ROW_GROUP}, "
        f"KV_METADATA {{{says}}})"
    )


def _columns(rows: SelectedObservations) -> Iterator[tuple[str, str]]:
    """Yield the name of each column and its SQL."""
    about, connection = rows.description, rows.connection
    taken = {item.column.lower() for item in about.dimensions}
    uris = Uris(base=about.base, vocabulary=about.vocabulary)

    def free(name: str) -> str:
        while name.lower() in taken:
            name += "_"
        taken.add(name.lower())
        return name

    def labels(name: str, column: str, known: Mapping[str, Text]) -> Iterator[tuple[str, str]]:
        for language in LANGUAGES:
            texts = {code: text[language] for code, text in known.items()}
            yield free(f"{name}_{language}"), _looked_up(connection, column, texts)

    for item in about.dimensions:
        column = sql_name(item.column)
        yield item.column, column
        known = {code.code: code.label for code in item.codes if not code.missing}
        yield from labels(f"{item.column}_label", column, known)
    measure = sql_name(next(item.column for item in about.dimensions if item.kind == MEASURE))
    yield free("unit"), "unit"
    units = {item.name: item.unit_label for item in about.measures}
    yield from labels("unit_label", measure, units)
    for name in ("value", "decimals", "status"):
        yield free(name), name
    statuses = {language: words(language)["list"]["statuses"] for language in LANGUAGES}
    known = {
        code: {language: statuses[language][code] for language in LANGUAGES}
        for code in statuses[LANGUAGES[0]]
    }
    yield from labels("status_label", "status", known)
    yield free("reasons"), "reasons"
    reasons = {item.code: item.label for item in about.reasons}
    yield from _listed(free, connection, "reasons_label", "reasons", reasons)
    for name in (*BOUND_COLUMNS.values(), "printed"):
        yield free(name), name
    yield free("notes"), "notes"
    remarks = {item.code: item.label for item in about.remarks}
    yield from _listed(free, connection, "notes_text", "notes", remarks)
    titles = {table.name: table.document_title for table in about.tables}
    yield from labels("source", "source_table", titles)
    addresses = {table.name: table.address or table.document for table in about.tables}
    yield free("source_address"), _looked_up(connection, "source_table", addresses)
    yield free("source_line"), "source_line"
    cells = {table.name: f"{table.iri}#cell=" for table in about.tables}
    cell = _looked_up(connection, "source_table", cells)
    yield (
        free("source_cell"),
        f"CASE WHEN addends IS NULL THEN {cell} || source_row || ',' || source_column END",
    )
    head = uris.iri("observation", slug=about.slug, codes="")
    codes = ", '/', ".join(sql_name(item.column) for item in about.dimensions)
    yield free("observation"), f"concat({sql_text(head)}, {codes})"


def _looked_up(connection: Connection, column: str, texts: Mapping[str, str]) -> str:
    """Return SQL of the text that belongs to the code in a column."""
    if not texts:
        return "NULL::VARCHAR"
    if len(texts) <= LITERAL:
        codes, found = _literals(texts), _literals(texts.values())
        return f"list_extract([{found}], enum_code({column}::ENUM({codes})) + 1)"
    count = connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
    table = f"labels_{count[0] if count else 0}"
    connection.execute(
        f"CREATE TEMP TABLE {table} AS SELECT unnest(?) AS code, unnest(?) AS label",
        [list(texts), list(texts.values())],
    )
    return f"(SELECT label FROM {table} AS listed WHERE listed.code = {column})"


def _literals(texts: Iterable[str]) -> str:
    return ", ".join(map(sql_text, texts))


def _listed(
    free: Callable[[str], str],
    connection: Connection,
    name: str,
    column: str,
    known: Mapping[str, Text],
) -> Iterator[tuple[str, str]]:
    """Yield the texts of a list of codes, as lists, in each language."""
    for language in LANGUAGES:
        texts = {code: text[language] for code, text in known.items()}
        text = _looked_up(connection, "item", texts)
        found = f"list_transform({column}, lambda item: {text})" if texts else "NULL::VARCHAR[]"
        yield free(f"{name}_{language}"), found


def _says(chosen: SelectedObservations) -> dict[str, str]:
    """Return the key-value metadata of the file."""
    about = chosen.description
    said = {
        "export_format": FORMAT,
        "slug": about.slug,
        "data_set": about.iri,
        "address": view_address(about, chosen.view, "parquet"),
        "licence": about.licence or "",
        "sources": json.dumps(_sources(about), ensure_ascii=False),
    }
    for language in LANGUAGES:
        said[f"title_{language}"] = about.title[language]
        said[f"description_{language}"] = about.description[language]
        said[f"notes_{language}"] = json.dumps(
            [note[language] for note in about.notes], ensure_ascii=False
        )
        said[f"licence_label_{language}"] = (about.licence_label or {}).get(language, "")
    return said


def _sources(about: DataSetDescription) -> list[dict[str, str | None]]:
    """Return the printed tables with their documents."""
    return [
        {
            "table": table.iri,
            "document": table.document,
            **{f"title_{language}": table.document_title[language] for language in LANGUAGES},
            "address": table.address,
            "lines": table.lines,
        }
        for table in about.tables
    ]
