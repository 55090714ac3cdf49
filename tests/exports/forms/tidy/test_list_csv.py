"""Tidy CSV: an observation a row."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from built import Built
from exported import ANSWER, chosen, description_of, observations, written
from odd_exports import SLUGS, VREEMD

from publish.cube.columns_file.names import BOUND_COLUMNS
from publish.exports.description import DataSetDescription
from publish.exports.forms.tidy.list_columns import CODE_OF, LABEL_OF, TOTAL_OF, list_columns
from publish.exports.forms.tidy.list_csv import write_list_csv
from publish.exports.observation import Observation
from publish.exports.safe_text import safe_text
from publish.exports.view import DataView
from publish.exports.words import words
from publish.project.iris import Uris

LANGUAGES = ("nl", "en")


def expected(about: DataSetDescription, item: Observation, language: str) -> dict[str, str]:
    """Return the fields of an observation by what their columns hold, but for its cells."""
    found = {}
    for dimension, code in zip(about.dimensions, item.codes, strict=True):
        described = dimension.by_code[code]
        found[CODE_OF, dimension.column] = code
        found[LABEL_OF, dimension.column] = safe_text(described.label[language])
        if dimension.total is not None:
            found[TOTAL_OF, dimension.column] = "true" if described.is_total else "false"
    measure = about.measure_by_name[item.codes[-1]]
    reasons = {term.code: term.label[language] for term in about.reasons}
    remarks = {term.code: term.label[language] for term in about.remarks}
    shown = item.value is not None
    codes = "/".join(item.codes)
    uris = Uris(base=about.base, vocabulary=about.vocabulary)
    table = about.table_by_name[item.source[0]] if item.source else None
    fields = {
        "value": str(item.value) if shown else "",
        "unit": measure.unit_code,
        "unit_label": measure.unit_label[language],
        "status": item.status,
        "status_label": words(language)["list"]["statuses"][item.status],
        "reasons": "|".join(item.reasons),
        "reasons_label": " | ".join(reasons[code] for code in item.reasons),
        **{column: "" for column in BOUND_COLUMNS.values()},
        **{BOUND_COLUMNS[key]: f"{bound:f}" for key, bound in item.bounds},
        "printed": safe_text(item.printed or ""),
        "decimals": str(-item.value.as_tuple().exponent) if shown else "",
        "notes": " | ".join(safe_text(remarks[name]) for name in item.notes),
        "source_line": item.source_line or "",
        "observation": uris.iri("observation", slug=about.slug, codes=codes),
    }
    if table:
        fields["source"] = safe_text(table.document_title[language])
        fields["source_table"] = safe_text(table.title[language])
    datatype = measure.datatype.rpartition("#")[2]
    for name in ("integer", "decimal"):
        fields[f"value_{name}"] = fields["value"] if name == datatype else ""
    return {(holds, ""): text for holds, text in fields.items()} | found


def assert_says_the_same(release: Path, slug: str, language: str) -> None:
    """Compare each field of the CSV of a data set with the observations of its columns."""
    about = description_of(release, slug)
    text = written(release, slug, "csv", DataView(language=language)).decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    columns = list_columns(about)
    assert rows[0] == [column.name for column in columns]
    known = observations(release, slug, DataView(language=language))
    assert len(rows) == len(known) + 1
    for row, item in zip(rows[1:], known, strict=True):
        fields = expected(about, item, language)
        for column, field in zip(columns, row, strict=True):
            about_ = column.dimension.column if column.dimension else ""
            holds = f"value_{column.datatype}" if column.datatype else column.holds
            if (holds, about_) in fields:
                assert field == fields[holds, about_], (column.name, item)
        values = dict(zip((column.holds for column in columns), row, strict=True))
        # A figure is there or its reason is, never neither.
        assert bool(values["value"]) != bool(values["reasons"]), item
        if item.source:
            table, line, place = item.source
            address = f"{about.table_by_name[table].iri}#cell={line},{place}"
            assert values["source_cells"].split(" ")[0] == address


@pytest.mark.parametrize("slug", SLUGS)
def test_write_each_field_of_odd_data_sets(odd_exports: Built, slug: str) -> None:
    """Codes, labels, exact figures, reasons, bounds, notes and sources are those of the columns."""
    for language in LANGUAGES:
        assert_says_the_same(odd_exports.folder, slug, language)


@pytest.mark.slow
@pytest.mark.parametrize("slug", ANSWER)
def test_write_each_field_of_the_answer(answer: Built, slug: str) -> None:
    """The same of each data set of the answer."""
    for language in LANGUAGES:
        assert_says_the_same(answer.folder, slug, language)


def test_write_the_bytes_of_the_file(odd_exports: Built) -> None:
    """The file of the release is what the data address answers for the whole data set."""
    for slug in SLUGS:
        for language in LANGUAGES:
            file = odd_exports.folder / "dumps" / f"{slug}.{language}.csv"
            view = DataView(language=language)
            assert file.read_bytes() == written(odd_exports.folder, slug, "csv", view)


def test_write_figures_as_printed(odd_exports: Built) -> None:
    """A figure has the decimals that are printed, also where they are zeros."""
    rows = rows_of(written(odd_exports.folder, VREEMD, "csv"))
    values = {row["observation"].removeprefix(f"{odd_exports.base}/id/"): row for row in rows}
    assert values["observatie/vreemd/2021-Q1/komma/_T/bedrag"]["value"] == "1.00"
    assert values["observatie/vreemd/2021-Q1/komma/_T/percentage"]["value"] == "13.0"
    assert values["observatie/vreemd/2021-Q1/formule/Z_hoog/bedrag"]["value"] == "-1000.75"
    assert values["observatie/vreemd/2021-Q4/komma/Z_hoog/aantal"]["value"] == "0"


def test_keep_why_there_is_no_figure(odd_exports: Built) -> None:
    """A figure that is hidden is empty, with its reason, its bounds and what is printed."""
    rows = rows_of(written(odd_exports.folder, VREEMD, "csv", DataView(language="en")))
    hidden = next(row for row in rows if row["printed"] == "<5")
    assert (hidden["value"], hidden["status"], hidden["reasons"]) == ("", "M", "ONDERDRUKT")
    assert (hidden["at_least"], hidden["below"], hidden["at_most"]) == ("0", "5", "")
    assert hidden["status_label"] == "no value"
    assert hidden["decimals"] == ""


def test_run_no_formulas(odd_exports: Built) -> None:
    """No text begins with a sign of formulas, at whichever sign a program splits the line."""
    for view in (DataView(language="nl"), DataView(language="en", decimal=",")):
        separator = "," if view.decimal == "." else ";"
        text = written(odd_exports.folder, VREEMD, "csv", view).decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=separator):
            for name, field in row.items():
                if field[:1] in ("=", "+", "@", "-") and name.rstrip("_") not in ("printed",):
                    float(field.replace(",", "."))
        assert "'-18 jaar = 'jong'; som" in text or "'+1 @ more" in text


def test_write_line_breaks_within_quotes(odd_exports: Built) -> None:
    """A label of two lines stays one field."""
    rows = rows_of(written(odd_exports.folder, VREEMD, "csv", DataView(language="en")))
    assert {row["format__label"] for row in rows} >= {"'+1 @ more,\nmuch more"}


def test_write_decimal_commas(odd_exports: Built) -> None:
    """With a decimal comma semicolons separate, and a byte order mark tells the encoding."""
    plain = written(odd_exports.folder, VREEMD, "csv")
    comma = written(odd_exports.folder, VREEMD, "csv", DataView(decimal=","))
    assert comma.startswith(b"\xef\xbb\xbfkwartaal;")
    assert not plain.startswith(b"\xef\xbb\xbf")
    numbers = ("value", "value_decimal", *BOUND_COLUMNS.values())
    for row, other in zip(rows_of(plain), rows_of(comma, ";"), strict=True):
        assert other == {
            name: field.replace(".", ",") if name in numbers else field
            for name, field in row.items()
        }


def test_write_chosen_observations(odd_exports: Built) -> None:
    """A view has the rows that it chooses, in the order of the lists, and the same columns."""
    view = DataView(codes={"groep": ("Z_hoog",), "measure": ("bedrag",)})
    rows = rows_of(written(odd_exports.folder, VREEMD, "csv", view))
    assert {(row["groep"], row["measure"]) for row in rows} == {("Z_hoog", "bedrag")}
    assert list(rows[0]) == list(rows_of(written(odd_exports.folder, VREEMD, "csv"))[0])
    assert len(rows) == 9
    page = DataView(start=2, size=3)
    whole = rows_of(written(odd_exports.folder, VREEMD, "csv"))
    assert rows_of(written(odd_exports.folder, VREEMD, "csv", page)) == whole[2:5]


def test_be_read_by_pandas_and_duckdb(odd_exports: Built) -> None:
    """Programs that guess types find numbers, truth values and empty fields."""
    path = odd_exports.folder / "dumps" / f"{VREEMD}.nl.csv"
    known = observations(odd_exports.folder, VREEMD)
    frame = pd.read_csv(path)
    assert frame["value"].dtype == "float64" and frame["groep_total"].dtype == "bool"
    assert [None if pd.isna(one) else one for one in frame["value"]] == [
        None if item.value is None else float(item.value) for item in known
    ]
    assert frame["value"].isna().equals(frame["reasons"].notna())
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT value::DECIMAL(18, 2), groep_total FROM read_csv(?)", [str(path)]
        ).fetchall()
    assert [value for value, _ in rows] == [
        None if item.value is None else item.value.quantize(Decimal("0.01")) for item in known
    ]
    assert {total for _, total in rows} == {True, False}


def test_write_the_same_with_little_memory(odd_exports: Built) -> None:
    """Lines are the same however many are written at a time and whatever threads there are."""
    whole = written(odd_exports.folder, VREEMD, "csv")
    target = io.BytesIO()
    with chosen(odd_exports.folder, VREEMD) as found:
        found.connection.execute("SET threads = 1; SET memory_limit = '64MB'")
        write_list_csv(found, target)
    assert target.getvalue() == whole


def rows_of(content: bytes, separator: str = ",") -> list[dict[str, str]]:
    """Return the rows of a CSV file by the names of its columns."""
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
