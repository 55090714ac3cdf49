"""Data sets as machine learning finds them: read with the reader of Croissant's authors."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from harvester_rules import read_catalogue
from raw_http import HOST
from rdflib.namespace import DCTERMS
from sparql_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(180)]

READER = Path(__file__).with_name("read_with_croissant.py")
QUERY = """
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX se: <https://data.sociale-economie.example/ns/sociale-economie#>
PREFIX set: <https://data.sociale-economie.example/id/dataset/>
SELECT ?quarter ?age ?value {
  ?observation qb:dataSet set:lde-werknemers-leeftijd ;
    se:kwartaal/skos:notation ?quarter ; se:leeftijdsgroep/skos:notation ?age ;
    se:werknemersVte ?value }
"""
RECOMMENDED = ("https://schema.org/version",)
"""What is recommended and we do not say: a data set has a date of change and no version."""


@pytest.fixture(scope="module")
def found(
    server: Server, croissant: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the reader finds in every data set of the release, by slug."""
    catalogue = read_catalogue(server.fetch("/catalog.ttl").text)
    slugs = [str(node).rpartition("/")[2] for node in catalogue.data_sets]
    head = f"http://{HOST}:{server.port}/doc/dataset"
    urls = {f"{head}/{slug}/croissant.json": slug for slug in slugs}
    cache = tmp_path_factory.mktemp("croissant")
    done = subprocess.run(
        [croissant, READER, *urls],
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
        env={**os.environ, "CROISSANT_CACHE": str(cache)},
    )
    assert done.returncode == 0, done.stderr
    return {urls[url]: item for url, item in json.loads(done.stdout).items()}


def test_read_every_data_set(server: Server, found: dict[str, Any]) -> None:
    """Every description is valid, names the data set and its files, and lacks nothing else."""
    catalogue = read_catalogue(server.fetch("/catalog.ttl").text)
    for node in catalogue.data_sets:
        item = found[str(node).rpartition("/")[2]]
        titles = catalogue.graph.objects(node, DCTERMS.title)
        assert item["name"] == {title.language: str(title) for title in titles}
        assert all(any(name in text for name in RECOMMENDED) for text in item["warnings"])
        assert item["files"]


def test_read_every_observation(server: Server, found: dict[str, Any]) -> None:
    """The records are the observations: as many, with the codes and values that SPARQL gives."""
    [records] = found["lde-werknemers-leeftijd"]["records"].values()
    reply = server.query(QUERY, accept="text/csv")
    wanted = [tuple(line.split(",")) for line in reply.text.split()[1:]]
    assert len(wanted) > 20
    assert sorted(
        (item["kwartaal"], item["leeftijdsgroep"], item["measure"], float(item["value"]))
        for item in records
    ) == sorted((*codes, "werknemersVte", float(value)) for *codes, value in wanted)
    for slug, item in found.items():
        assert len(item["records"]) == 1, slug
