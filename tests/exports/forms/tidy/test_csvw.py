"""CSV on the Web: metadata from which programs make the observations of a data set."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from built import Built
from csvw_reader import about_observations, statements, statements_of_csvw
from exported import ANSWER, description_of, observations
from flask_client import client_of
from odd_exports import OPGETELD, SLUGS, VREEMD, ZONDER_TIJD

from publish.exports.description import DataSetDescription
from publish.exports.forms.tidy.csvw import csvw_metadata


def metadata_of(built: Built, slug: str, language: str = "nl") -> dict[str, Any]:
    """Return the metadata that a release has of a data set."""
    path = built.folder / "dumps" / f"{slug}.{language}.csv-metadata.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def tables_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tables that metadata describe."""
    found: list[dict[str, Any]] = content.get("tables", [content])
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_describe_the_columns_of_the_file(odd_exports: Built, slug: str) -> None:
    """The columns are those of the file, in its order; what it has not is virtual, and last."""
    for language in ("nl", "en"):
        for table in tables_of(metadata_of(odd_exports, slug, language)):
            path = odd_exports.folder / "dumps" / table["url"]
            with path.open(encoding="utf-8", newline="") as file:
                heads = next(csv.reader(file))
            columns = table["tableSchema"]["columns"]
            real = [column for column in columns if not column.get("virtual")]
            assert [column["name"] for column in real] == heads
            assert [column["titles"]["und"] for column in real] == heads
            assert columns[: len(real)] == real


def test_lie_where_programs_look(odd_exports: Built) -> None:
    """The name of the metadata is that of the file with the ending of the standard's location."""
    dumps = odd_exports.folder / "dumps"
    for path in dumps.glob("*.csv-metadata.json"):
        file = path.name.removesuffix("-metadata.json")
        assert tables_of(json.loads(path.read_text(encoding="utf-8")))[0]["url"] == file
        assert (dumps / file).is_file()


def test_lead_from_the_file_to_the_metadata(odd_exports: Built) -> None:
    """A reader that gets the file over HTTP is told where its metadata are, and their type."""
    client = client_of(odd_exports.folder)
    response = client.get(f"/dumps/{ZONDER_TIJD}.en.csv")
    metadata = f"/dumps/{ZONDER_TIJD}.en.csv-metadata.json"
    link = f'<{metadata}>; rel="describedby"; type="application/csvm+json"'
    assert link in response.headers["Link"]
    assert client.get(metadata).content_type == "application/csvm+json"


def test_say_what_the_table_is(odd_exports: Built) -> None:
    """Title, source and notes are in both languages; a period that lacks is told, with why."""
    table = tables_of(metadata_of(odd_exports, VREEMD, "en"))[0]
    titles = {item["@language"]: item["@value"] for item in table["dc:title"]}
    assert titles == {"nl": '=Vreemd, "dus" <b>', "en": '=Odd, "so" <b>'}
    assert table["dc:source"] == [{"@id": f"{odd_exports.base}/id/document/bron"}]
    assert {
        "@value": "3e kwartaal 2021: Niet gemeten, zegt de bron.",
        "@language": "nl",
    } in table["rdfs:comment"]


def test_state_no_labels(odd_exports: Built) -> None:
    """Labels are for people: columns of texts make no statements."""
    columns = tables_of(metadata_of(odd_exports, VREEMD))[0]["tableSchema"]["columns"]
    silent = {column["name"] for column in columns if column.get("suppressOutput")}
    assert {"kwartaal_label", "notes", "printed", "source", "observation"} <= silent
    # Its figures are in the columns of their datatypes.
    assert "value" in silent and "value_integer" not in silent


def test_describe_a_second_table_where_it_is_needed(odd_exports: Built) -> None:
    """Only observations with several sources, remarks or parts need it."""
    assert [table["url"] for table in tables_of(metadata_of(odd_exports, OPGETELD))] == [
        f"{OPGETELD}.nl.csv",
        f"{OPGETELD}.links.csv",
    ]
    assert len(tables_of(metadata_of(odd_exports, ZONDER_TIJD))) == 1
    assert not (odd_exports.folder / "dumps" / f"{ZONDER_TIJD}.links.csv").exists()


def test_lead_to_the_data_address_of_a_large_data_set(odd_exports: Built) -> None:
    """The file of a large data set is compressed, which no metadata can say."""
    about = description_of(odd_exports.folder, ZONDER_TIJD)
    large = DataSetDescription(**{**vars(about), "observations": 1_000_000})
    assert csvw_metadata(about, "en")["url"] == f"{ZONDER_TIJD}.en.csv"
    address = f"{about.address}?lang=en&format=csv"
    assert csvw_metadata(large, "en")["url"] == address


def assert_makes_the_observations(built: Built, language: str) -> None:
    """Compare what a reader makes of all CSV files with the RDF of the release."""
    dumps = built.folder / "dumps"
    names = [path.name for path in sorted(dumps.glob(f"*.{language}.csv-metadata.json"))]
    made = statements_of_csvw(dumps, names)
    slugs = [name.partition(".")[0] for name in names]
    known = set[tuple[str, str, str]]().union(
        *(about_observations(statements(built.dump(f"{slug}.nt"))) for slug in slugs)
    )
    assert len(known) > 1000
    assert not known - made
    # Nothing else comes of them: the statements are those on observations.
    assert not made - known


@pytest.mark.slow
@pytest.mark.parametrize("language", ["nl", "en"])
def test_make_the_observations_of_odd_data_sets(odd_exports: Built, language: str) -> None:
    """An independent reader makes all statements with an observation, and no others."""
    assert_makes_the_observations(odd_exports, language)


@pytest.mark.slow
def test_make_the_observations_of_the_answer(answer: Built) -> None:
    """The same of the data sets of the answer."""
    assert_makes_the_observations(answer, "nl")


@pytest.mark.slow
def test_be_read_in_python(odd_exports: Built, answer: Built) -> None:
    """The Python package csvw reads each file by its metadata, finding nothing at fault."""
    csvw = pytest.importorskip("csvw")
    for built, slugs in ((odd_exports, SLUGS), (answer, ANSWER)):
        for slug in slugs:
            path = built.folder / "dumps" / f"{slug}.nl.csv-metadata.json"
            is_group = "tables" in json.loads(path.read_text(encoding="utf-8"))
            read = csvw.TableGroup if is_group else csvw.Table
            found = read.from_file(path)
            table = found.tables[0] if is_group else found
            rows = list(table.iterdicts(strict=True))
            known = observations(built.folder, slug)
            typed = [column for column in ("value_integer", "value_decimal") if column in rows[0]]
            columns = typed or ["value"]
            assert [
                next((row[name] for name in columns if row[name] is not None), None) for row in rows
            ] == [item.value for item in known]
            assert [row["reasons"] for row in rows] == [
                "|".join(item.reasons) or None for item in known
            ]


def test_name_nothing_of_this_machine(odd_exports: Built) -> None:
    """Addresses are those of the project, of standards, or relative."""
    text = (odd_exports.folder / "dumps" / f"{VREEMD}.nl.csv-metadata.json").read_text()
    assert str(Path.home()) not in text and "file:" not in text
