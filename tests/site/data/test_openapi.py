"""The description of the data addresses: true for the data sets that there are, and valid."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from built import REPOSITORY, TESTS, Built
from exported import descriptions
from flask.testing import FlaskClient
from flask_client import client_of
from raw_http import HOST
from sparql_server import Server, project_over, serving

from publish.exports.answer import FORMS
from publish.exports.parse_view import parse_view


@pytest.fixture(scope="module")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


@pytest.fixture(scope="module")
def document(client: FlaskClient) -> dict[str, Any]:
    reply = client.get("/openapi.json")
    assert (reply.status_code, reply.content_type) == (200, "application/json")
    found: dict[str, Any] = reply.get_json()
    return found


def references(part: object) -> Iterator[str]:
    """Yield what a part of a document refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a document, or what it refers to."""
    if "$ref" not in part:
        return part
    found: Any = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    assert isinstance(found, dict)
    return found


def test_describe_every_data_set(document: dict[str, Any], answer: Built) -> None:
    """Each data set has its addresses, with a name that no other has."""
    slugs = [entry["slug"] for entry in answer.manifest["data-sets"]]
    wanted = {"/data"} | {
        f"/data/{slug}{below}" for slug in slugs for below in ("", "/query", "/datapackage.json")
    }
    assert document["paths"].keys() == wanted
    names = [path["get"]["operationId"] for path in document["paths"].values()]
    assert len(set(names)) == len(names)
    assert "wzwUitstroom" in names
    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": answer.manifest["public-url"]}]


def test_refer_to_nothing_that_is_not_there(document: dict[str, Any]) -> None:
    """Every reference leads to a part of the document."""
    for reference in set(references(document)):
        assert resolved(document, {"$ref": reference})


def test_list_codes_of_each_dimension(document: dict[str, Any], answer: Built) -> None:
    """The parameters of a data set are its dimensions, with their codes, and those of any view."""
    for item in descriptions(answer.folder):
        given = document["paths"][f"/data/{item.slug}"]["get"]["parameters"]
        parameters = {one["name"]: one for one in (resolved(document, part) for part in given)}
        for dimension in item.dimensions:
            items = parameters[dimension.column]["schema"]["items"]
            listed = items.get("enum") or items["anyOf"][0]["enum"]
            assert listed == [code.code for code in dimension.codes]
            assert dimension.label["en"] in parameters[dimension.column]["description"]
        common = {"format", "lang", "rows", "columns", "totals", "decimal", "layout"}
        assert parameters.keys() >= common
        assert parameters["format"]["schema"]["enum"] == list(FORMS)


def test_give_examples_that_hold(document: dict[str, Any], answer: Built) -> None:
    """Each example of a parameter is one that the data address takes, and so are all together."""
    for item in descriptions(answer.folder):
        given = document["paths"][f"/data/{item.slug}"]["get"]["parameters"]
        for one in (resolved(document, part) for part in given):
            for example in one.get("examples", {}).values():
                assert parse_view(item, [(one["name"], ",".join(example["value"]))])
        text = document["paths"][f"/data/{item.slug}"]["get"]["description"]
        query = text.rpartition("?")[2].rstrip("`")
        pairs = [tuple(pair.split("=")) for pair in query.split("&")]
        assert parse_view(item, pairs).form == "csv"  # type: ignore[arg-type]


def test_answer_again_only_what_changed(client: FlaskClient) -> None:
    """Who has the description gets a 304; pages of data sets lead to it."""
    first = client.get("/openapi.json")
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    page = client.get("/doc/dataset/contingent.html")
    assert '</openapi.json>; rel="service-desc"; type="application/json"' in page.headers["Link"]


# -- Schemathesis ---------------------------------------------------------------------------------

HOOKS = TESTS / "support" / "described_rejections.py"


@pytest.fixture(scope="module")
def server(answer: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the answer, to clients that ask much."""
    folder = project_over(answer.folder, tmp_path_factory.mktemp("described"))
    with serving(folder, {"workers": 2, "access-log": "off"}) as found:
        yield found


IN_EVERY_WAY = "^/data(/(contingent|wzw-uitstroom|ama-uitstroom)(/query|/datapackage.json)?)?$"
"""What is asked in every way that Schemathesis knows: by quarter, by year and without periods."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "arguments",
    [
        ["--phases", "examples"],
        ["--phases", "coverage,fuzzing", "--max-examples", "25"],
    ],
    ids=["each example", "coverage and random parameters"],
)
def test_find_nothing_with_schemathesis(
    server: Server, tmp_path: Path, arguments: list[str]
) -> None:
    """What the server answers is what the description says, whatever parameters are sent."""
    address = f"http://{HOST}:{server.port}"
    command = [str(Path(sys.executable).with_name("schemathesis")), "run"]
    command += [f"{address}/openapi.json", "--url", address, "--seed", "1", "--no-color"]
    command += ["--checks", "all", "--exclude-checks", "positive_data_acceptance", *arguments]
    if "coverage,fuzzing" in arguments:
        command += ["--include-path-regex", IN_EVERY_WAY]
    done = subprocess.run(
        [*command, "--continue-on-failure"],
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": str(HOOKS), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert re.search(r"[1-9]\d* generated", done.stdout), done.stdout
