"""The catalogue of the answer, as a harvester gets it, and the software of harvesters."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from built import REPOSITORY, Built, copy_of_the_answer
from flask.testing import FlaskClient
from flask_client import client_of
from harvester_rules import Catalogue, read_catalogue
from raw_http import HOST
from small_project import run
from sparql_server import Server, serving


@pytest.fixture(scope="session")
def client(answer: Built) -> FlaskClient:
    return client_of(answer.folder)


@pytest.fixture(scope="session")
def catalogue(client: FlaskClient) -> Catalogue:
    response = client.get("/catalog.ttl")
    assert response.status_code == 200
    return read_catalogue(response.text)


def software(name: str) -> Path:
    """Return the Python of the environment with a harvester's own software."""
    python = REPOSITORY / ".venv" / "harvesters" / name / "bin" / "python"
    if not (python.parents[1] / "made-from.lock").is_file():
        pytest.skip(f"needs the software of {name}: sh .ci/harvester {name}")
    return python


@pytest.fixture(scope="session")
def ckan() -> Path:
    return software("ckan")


@pytest.fixture(scope="session")
def croissant() -> Path:
    return software("croissant")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The answer, released for the address of a server on loopback, and served there."""
    folder = copy_of_the_answer(tmp_path_factory.mktemp("harvested") / "project")
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    public = f"http://{HOST}:{port}"
    result = run("--project", str(folder), "--public-url", public, "release")
    assert result.exit_code == 0, result.output
    with serving(folder, {"port": port, "access-log": "off"}) as server:
        assert server.port == port
        yield server
