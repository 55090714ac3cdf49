"""The catalogue as CKAN has it: read by the parser of ckanext-dcat, and compared field by field.

What is expected comes from the manifest of the release and the settings, not from the catalogue.
"""

from __future__ import annotations

import json
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from built import Built
from flask.testing import FlaskClient

from publish.release.catalogue.exported import EXPORTED
from publish.release.opened import Served

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(120)]

READER = Path(__file__).with_name("read_with_ckan.py")
EU = "http://publications.europa.eu/resource/authority"
IANA = "http://www.iana.org/assignments/media-types/"
FORMS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
PROFILES = ("euro_dcat_ap_3", "euro_dcat_ap_2")

Package = dict[str, Any]
"""A data set of CKAN; its ``extras`` are told by name."""


def read(ckan: Path, path: Path, form: str, language: str, profile: str) -> dict[str, Package]:
    """Return the data sets that CKAN makes of a catalogue, by their IRI."""
    command = [ckan, READER, path, form, language, profile]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["next"] is None
    packages = {}
    for package in found["datasets"]:
        extras = {item["key"]: item["value"] for item in package["extras"]}
        assert len(extras) == len(package["extras"]), "a field is said twice"
        packages[extras["uri"]] = {**package, "extras": extras}
    assert len(packages) == len(found["datasets"])
    return packages


@pytest.fixture(scope="module")
def files(client: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The catalogue in every form, as files."""
    folder = tmp_path_factory.mktemp("catalogue")
    for extension in FORMS:
        (folder / f"catalog.{extension}").write_bytes(client.get(f"/catalog.{extension}").data)
    return {extension: folder / f"catalog.{extension}" for extension in FORMS}


@pytest.fixture(scope="module", params=["nl", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def packages(ckan: Path, files: dict[str, Path], language: str) -> dict[str, Package]:
    return read(ckan, files["ttl"], "turtle", language, PROFILES[0])


def test_read_every_data_set(packages: dict[str, Package], answer: Built, language: str) -> None:
    """Each data set of the release is one of CKAN, with its texts in the language of the portal."""
    entries = {
        f"{answer.base}/id/dataset/{item['slug']}": item for item in answer.manifest["data-sets"]
    }
    assert set(packages) == set(entries)
    for iri, entry in entries.items():
        package = packages[iri]
        assert package["title"] == entry["title"][language]
        assert package["notes"] == entry["description"][language]
        assert package["url"] == f"{answer.base}/doc/dataset/{entry['slug']}"
        assert package["extras"]["identifier"] == iri


def test_read_who_publishes_what_and_when(
    packages: dict[str, Package], answer: Built, language: str
) -> None:
    """Publisher, contact, themes, access, frequency, place, period and dates are understood."""
    settings = answer.manifest["publication"]
    made = Served(answer.folder).made
    assert made
    for package in packages.values():
        extras = package["extras"]
        assert extras["publisher_name"] == settings["publisher"]["name"][language]
        assert extras["publisher_uri"].startswith("https://")
        assert extras["contact_name"] in settings["contact"]["name"].values()
        assert extras["contact_email"] == settings["contact"]["email"]
        assert extras["access_rights"] == f"{EU}/access-right/PUBLIC"
        assert extras["dcat_type"] == f"{EU}/dataset-type/STATISTICAL"
        for name in ("issued", "modified"):
            found = datetime.fromisoformat(extras[name])
            assert found == datetime.fromisoformat(made).replace(microsecond=0)
        assert extras["frequency"].startswith(f"{EU}/frequency/")
        themes = json.loads(extras["theme"])
        assert {f"{EU}/data-theme/ECON", "http://vocab.belgif.be/auth/datatheme/ECON"} <= set(
            themes
        )
        assert extras["spatial_uri"] == settings["catalogue"]["spatial"]
        assert {f"{EU}/language/NLD", f"{EU}/language/ENG"} == set(json.loads(extras["language"]))
        names = [tag["name"] for tag in package["tags"]]
        wanted = settings["catalogue"]["keywords"]
        assert {*wanted["nl"], *wanted["en"]} <= set(names)
        assert len(set(names)) == len(names)


def test_read_periods(packages: dict[str, Package], answer: Built) -> None:
    """The first and the last day are those of the release; a set without periods has none."""
    for entry in answer.manifest["data-sets"]:
        extras = packages[f"{answer.base}/id/dataset/{entry['slug']}"]["extras"]
        found = [extras.get("temporal_start"), extras.get("temporal_end")]
        assert found == (entry.get("temporal") or [None, None])
        assert extras.get("temporal_resolution") == entry.get("resolution")


def kind_of(file: dict[str, Any]) -> Any:
    """Return what the catalogue says of exports as a file; None for what is none."""
    return EXPORTED.get(file.get("export", ""))


def test_read_every_file(packages: dict[str, Package], answer: Built) -> None:
    """Each file about a data set is a resource with address, size, checksum, form and licence."""
    for entry in answer.manifest["data-sets"]:
        iri = f"{answer.base}/id/dataset/{entry['slug']}"
        wanted = {
            f"{answer.base}/{item['path']}": item
            for item in answer.manifest["files"]
            if item.get("about") == iri and not (kind_of(item) and kind_of(item).describes)
        }
        resources = {item["url"]: item for item in packages[iri]["resources"]}
        assert set(resources) == set(wanted)
        assert len(packages[iri]["resources"]) == len(wanted)
        for url, file in wanted.items():
            resource = resources[url]
            assert resource["access_url"] == resource["download_url"] == url
            assert resource["size"] == file["bytes"]
            assert resource["hash"] == file["sha256"]
            assert resource["hash_algorithm"].endswith("checksumAlgorithm_sha256")
            assert resource["license"] == answer.manifest["licence"]
            kind = kind_of(file)  # whose media type is one that IANA lists
            usual = file.get("compresses") or file["media-type"]
            assert resource["mimetype"] == IANA + (kind.media_type if kind else usual)
            assert resource.get("compress_format") == (
                IANA + file["media-type"] if "compresses" in file else None
            )
            assert resource["format"].startswith(f"{EU}/file-type/")
            assert resource["name"]
            assert resource["description"]
    iris = [item["uri"] for package in packages.values() for item in package["resources"]]
    assert len(set(iris)) == len(iris), "CKAN keeps a resource by the IRI of its distribution"


def test_read_the_same_of_every_form(ckan: Path, files: dict[str, Path]) -> None:
    """Which form CKAN fetches, and by which profile it reads, changes nothing of what is shown."""
    wanted = _by_iri(read(ckan, files["ttl"], "turtle", "nl", PROFILES[0]))
    for extension, profile in (("ttl", PROFILES[1]), ("rdf", PROFILES[0]), ("jsonld", PROFILES[0])):
        found = read(ckan, files[extension], FORMS[extension], "nl", profile)
        assert _by_iri(found) == wanted, (extension, profile)


def _by_iri(packages: dict[str, Package]) -> dict[str, Any]:
    """Return what a portal shows of data sets, in an order of its own."""
    return {
        iri: (
            package["title"],
            package["notes"],
            sorted(tag["name"] for tag in package["tags"]),
            sorted(item["uri"] for item in package["resources"]),
            package["extras"]["modified"],
            package["extras"]["publisher_uri"],
        )
        for iri, package in packages.items()
    }


def test_find_what_ckan_cannot_read(ckan: Path, files: dict[str, Path], tmp_path: Path) -> None:
    """A catalogue whose data set has no title stops the run: the reader is the real one."""
    text = files["ttl"].read_text(encoding="utf-8")
    path = tmp_path / "catalog.ttl"
    path.write_text(re.sub(r"\bdct:title\b", "dct:alternative", text), encoding="utf-8")
    command = [ckan, READER, path, "turtle", "nl", PROFILES[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0 or not any(
        package.get("title") for package in json.loads(done.stdout)["datasets"]
    )
