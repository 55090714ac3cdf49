"""The Frictionless data package of a data set."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from built import Built
from exported import ANSWER, description_of, observations
from odd_exports import SLUGS, VREEMD

from publish.exports.forms.tidy.data_package import MOST_IN_ENUM, data_package, table_schema


def package_of(built: Built, slug: str, language: str = "nl") -> dict[str, Any]:
    """Return the package of a data set of a release."""
    about = description_of(built.folder, slug)
    files = [entry for entry in built.manifest["files"] if entry["about"] == about.iri]
    return data_package(about, files, language=language, release=3, created="2026-02-03T04:05:06Z")


def fields_of(package: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """Return the fields of a resource by their names."""
    resource = next(item for item in package["resources"] if item["name"] == name)
    return {field["name"]: field for field in resource["schema"]["fields"]}


def test_say_what_the_data_set_is(odd_exports: Built) -> None:
    """Title, notes, sources and release are those of the data set, in the language asked for."""
    package = package_of(odd_exports, VREEMD, "en")
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["name"] == VREEMD
    assert package["id"] == f"{odd_exports.base}/id/dataset/{VREEMD}"
    assert package["title"] == '=Odd, "so" <b>'
    assert "Q3 2021: Not measured, says the source." in package["description"]
    assert package["version"] == "3.0.0"
    source = {"title": "D", "path": f"{odd_exports.base}/id/document/bron"}
    assert package["sources"] == [source]


def test_list_files_that_are_tables(odd_exports: Built) -> None:
    """Tidy CSV in both languages and what goes with it, each with its true size and checksum."""
    package = package_of(odd_exports, VREEMD)
    resources = {item["name"]: item for item in package["resources"]}
    assert {f"{VREEMD}.nl.csv", f"{VREEMD}.en.csv", f"{VREEMD}.links.csv"} <= set(resources)
    for name, resource in resources.items():
        content = (odd_exports.folder / "dumps" / name).read_bytes()
        assert resource["path"] == f"{odd_exports.project.public_url}/dumps/{name}"
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_describe_codes_with_their_labels(odd_exports: Built) -> None:
    """A field of codes has its categories in order, which are the only ones."""
    fields = fields_of(package_of(odd_exports, VREEMD), f"{VREEMD}.nl.csv")
    groups = fields["groep"]
    assert groups["categories"][0] == {"value": "Z_hoog", "label": "hoog"}
    assert groups["constraints"]["enum"] == [item["value"] for item in groups["categories"]]
    assert groups["categoriesOrdered"] is True
    assert groups["rdfType"].endswith("#groep")
    assert "categories" not in fields["groep_label"]
    quarters = [item["value"] for item in fields["kwartaal"]["categories"]]
    assert quarters == ["2021-Q1", "2021-Q2", "2021-Q4"]


def test_list_no_more_codes_than_are_read(odd_exports: Built) -> None:
    """A long list of codes is left to the file."""
    about = description_of(odd_exports.folder, VREEMD)
    first, *others = about.dimensions
    many = tuple(
        type(first.codes[0])(**{**vars(first.codes[0]), "code": str(number)})
        for number in range(MOST_IN_ENUM + 1)
    )
    long = type(first)(**{**vars(first), "codes": many})
    files = [{"path": "dumps/x.nl.csv", "bytes": 1, "sha256": "0", "media-type": "text/csv"}]
    described = type(about)(**{**vars(about), "dimensions": (long, *others)})
    package = data_package(described, [{**files[0], "export": "list", "language": "nl"}])
    assert fields_of(package, "x.nl.csv")["kwartaal"]["constraints"] == {"required": True}


def test_keep_why_a_field_is_empty(odd_exports: Built) -> None:
    """The empty text means that there is no figure, and why stands in the same row."""
    package = package_of(odd_exports, VREEMD)
    schema = package["resources"][0]["schema"]
    assert [item["value"] for item in schema["missingValues"]] == [""]
    assert "reden" in schema["missingValues"][0]["label"]
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["value"]["type"] == "number"
    assert fields["value_integer"]["type"] == "integer"
    assert fields["groep_total"]["type"] == "boolean"
    assert fields["status"]["constraints"]["enum"] == ["A", "M"]


def test_say_how_a_large_file_is_compressed(odd_exports: Built) -> None:
    """The media type is that of the content."""
    about = description_of(odd_exports.folder, VREEMD)
    entry = {
        "path": f"dumps/{VREEMD}.nl.csv.gz",
        "bytes": 1,
        "sha256": "00",
        "media-type": "application/gzip",
        "compresses": "text/csv",
        "export": "list",
        "language": "nl",
    }
    (resource,) = data_package(about, [entry])["resources"]
    assert (resource["format"], resource["compression"]) == ("csv", "gz")
    assert resource["mediatype"] == "text/csv"


def test_lead_to_the_data_address_where_there_are_no_files(odd_exports: Built) -> None:
    """A package has a resource in any case: without exports the tidy CSV at the data address."""
    about = description_of(odd_exports.folder, VREEMD)
    [resource] = data_package(about, [], language="en")["resources"]
    assert resource["path"] == f"{about.address}?lang=en&format=csv"
    assert resource["schema"] == table_schema(about, "en")


@pytest.mark.slow
def test_be_read_by_frictionless(odd_exports: Built, answer: Built) -> None:
    """The reader of the standard finds package, schema, sizes, checksums and rows valid."""
    frictionless = pytest.importorskip("frictionless")
    for built, slugs in ((odd_exports, SLUGS), (answer, ANSWER)):
        for slug in slugs:
            content = package_of(built, slug)
            for resource in content["resources"]:
                resource["path"] = resource["path"].rpartition("/")[2]
            # Parquet needs a reader that the project has no other use for.
            tables = [item for item in content["resources"] if item.get("type") == "table"]
            content["resources"] = tables
            folder = str(built.folder / "dumps")
            package = frictionless.Package.from_descriptor(content, basepath=folder)
            report = package.validate()
            assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])
            rows = package.get_resource(f"{slug}.nl.csv").read_rows()
            known = observations(built.folder, slug)
            assert [row["value"] for row in rows] == [item.value for item in known]
            assert [row["reasons"] for row in rows] == [
                "|".join(item.reasons) or None for item in known
            ]
