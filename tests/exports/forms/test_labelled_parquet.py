"""Labelled Parquet: DuckDB and pandas read of it what columns and description say."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from built import Built
from exported import description_of, observations, written

from publish.cube.columns_file.engine import open_locked
from publish.exports.answer import FORMS
from publish.exports.observations import SelectedObservations
from publish.exports.view import DataView

SLUGS = ("cmw-werknemers-leeftijd", "ama-uitstroom", "werknemers-leeftijd-vergelijkbaar")


@pytest.mark.parametrize("slug", SLUGS)
def test_read_labels_and_figures(answer: Built, slug: str) -> None:
    """Each row has the code and labels of each dimension, the exact figure, unit and source."""
    about = description_of(answer.folder, slug)
    path = answer.folder / "dumps" / f"{slug}.labels.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM '{path}'")
        names = [item[0] for item in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    known = observations(answer.folder, slug)
    assert len(rows) == len(known) == about.observations
    for row, one in zip(rows, known, strict=True):
        for dimension, code in zip(about.dimensions, one.codes, strict=True):
            assert row[dimension.column] == code
            for language in ("nl", "en"):
                label = dimension.by_code[code].label[language]
                assert row[f"{dimension.column}_label_{language}"] == label
        measure = about.measure_by_name[one.codes[-1]]
        assert (row["unit"], row["unit_label_en"]) == (measure.unit, measure.unit_label["en"])
        value: Decimal | None = row["value"]
        assert (value, row["status"], row["printed"]) == (one.value, one.status, one.printed)
        assert tuple(row["reasons"] or ()) == one.reasons
        assert tuple(row["notes"] or ()) == one.notes
        assert row["source_line"] == one.source_line
        assert row["observation"].endswith(f"/{slug}/{'/'.join(one.codes)}")
    frame = pd.read_parquet(path)
    assert list(frame.columns) == names


def test_write_the_same_where_the_engine_reads_only(answer: Built) -> None:
    """A worker, whose engine may write no file, gives the bytes of the release."""
    slug = SLUGS[0]
    path = answer.folder / "dumps" / f"{slug}.parquet"
    connection = open_locked([path], memory=256 << 20, threads=1)
    chosen = SelectedObservations(
        description=description_of(answer.folder, slug),
        view=DataView(),
        path=path,
        connection=connection,
    )
    target = io.BytesIO()
    FORMS["parquet"].write(chosen, target)
    connection.close()
    assert target.getvalue() == (answer.folder / "dumps" / f"{slug}.labels.parquet").read_bytes()
    assert target.getvalue() == written(answer.folder, slug, "parquet")


def test_tell_title_licence_and_source_in_the_file(answer: Built, tmp_path: Path) -> None:
    """The metadata of the file say what it is, under which licence, from which source."""
    view = DataView(codes={"kwartaal": ("2022-Q1",)})
    path = tmp_path / "part.parquet"
    path.write_bytes(written(answer.folder, SLUGS[0], "parquet", view))
    with duckdb.connect() as connection:
        query = f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{path}')"
        says = dict(connection.execute(query).fetchall())
    about = description_of(answer.folder, SLUGS[0])
    assert says["title_en"] == about.title["en"]
    assert says["licence"] == about.licence
    assert "kwartaal=2022-Q1" in says["address"]
    assert "vlaamsparlement.be" in says["sources"]
