"""The wheel, installed in an empty environment: a project of its own from nothing to a page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from built import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

OFFLINE = re.compile(
    r"connection|resolve|network|proxy|timed? ?out|no matching distribution|certificate", re.I
)
"""What pip says when it cannot reach an index."""

TABLE = 'x,2022 - K1,2022 - K2,bronregel\njong,"1.234",2,7\noud,3,4,8\n'
MAPPING = """mapping: 1
title: {nl: Leeftijden, en: Ages}
description: {nl: Personen per leeftijd., en: Persons by age.}
tables: [bron/tabel]
rows: leeftijd
columns: kwartaal
measure: aantal
"""
DIMENSION = """
ns:leeftijd
    a rdf:Property, qb:DimensionProperty, qb:CodedProperty ;
    rdfs:label "leeftijd"@nl, "age"@en ;
    rdfs:range skos:Concept ; qb:concept <http://purl.org/linked-data/sdmx/2009/concept#age> ;
    qb:codeList <id/conceptscheme/leeftijd> .
"""
CODE_LIST = """@prefix code: <id/concept/leeftijd/> .
@prefix pub: <ns/publicatie#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<id/conceptscheme/leeftijd> a skos:ConceptScheme ;
    skos:prefLabel "Leeftijden"@nl, "Ages"@en ; pub:optelbaar true .

code:J a skos:Concept ; skos:prefLabel "jong"@nl, "young"@en ;
    skos:definition "Wie jong is."@nl, "Who is young."@en ;
    skos:notation "J" ; skos:inScheme <id/conceptscheme/leeftijd> ; pub:volgorde 1 .

code:O a skos:Concept ; skos:prefLabel "oud"@nl, "old"@en ;
    skos:definition "Wie oud is."@nl, "Who is old."@en ;
    skos:notation "O" ; skos:inScheme <id/conceptscheme/leeftijd> ; pub:volgorde 2 .
"""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """The program as somebody has it who only has the wheel."""

    program: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program outside the repository, with nothing of this environment."""
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=self.folder,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )


def clean_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PUBLISH_", "PYTEST"))
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this repository without any network."""
    target = tmp_path_factory.mktemp("wheel")
    code = f"from flit_core.buildapi import build_wheel; print(build_wheel({str(target)!r}))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return target / result.stdout.strip()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment that holds nothing but the locked packages."""
    folder = tmp_path_factory.mktemp("elders")
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    lock = str(REPOSITORY / "requirements.lock")
    for arguments in (["--require-hashes", "-r", lock], ["--no-deps", "--no-index", str(wheel)]):
        result = subprocess.run(
            [*install, *arguments],
            cwd=folder,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode and "--require-hashes" in arguments and OFFLINE.search(result.stderr):
            pytest.skip("installing the locked packages needs a package index; none was reached")
        assert result.returncode == 0, result.stderr
    return Installed(program=folder / "venv" / "bin" / "publish", folder=folder)


@pytest.fixture(scope="module")
def project(installed: Installed) -> Path:
    """A project that `publish init` started, with one table and its mapping."""
    root = installed.folder / "project"
    result = installed.run("init", str(root), "--vocabulary", "proef")
    assert result.returncode == 0, result.stderr
    dimensions = root / "ontology" / "dimensions.ttl"
    text = dimensions.read_text(encoding="utf-8")
    dimensions.write_text(text + DIMENSION, encoding="utf-8")
    for name, text in (
        ("ontology/codelists/leeftijd.ttl", CODE_LIST),
        ("mappings/bron/tabel.csv", TABLE),
        ("mappings/leeftijden.yaml", MAPPING),
    ):
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_hold_everything_generic_in_wheel(wheel: Path) -> None:
    """The wheel holds every file of the package, and nothing of this project."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "publish").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert package <= names
    assert {name.split("/")[0] for name in names - package} == {
        next(name.split("/")[0] for name in names if ".dist-info/" in name)
    }


def test_print_version_of_wheel(installed: Installed, wheel: Path) -> None:
    """The installed program has the version of the wheel."""
    result = installed.run("--version")
    assert result.stdout.split()[-1] == wheel.name.split("-")[1]


def test_build_with_wheel_only(installed: Installed, project: Path) -> None:
    """Outside the repository the program builds a project of its own."""
    result = installed.run("--project", str(project), "build")
    assert result.returncode == 0, result.stdout + result.stderr
    manifest = json.loads((Path(result.stdout.strip()) / "manifest.json").read_text())
    [data_set] = manifest["data-sets"]
    assert (data_set["slug"], data_set["observations"]) == ("leeftijden", 4)
    assert data_set["title"] == {"nl": "Leeftijden", "en": "Ages"}


@pytest.fixture(scope="module")
def address(installed: Installed, project: Path) -> Iterator[str]:
    """Where the installed program serves the project."""
    result = installed.run("--project", str(project), "-q", "build")
    assert result.returncode == 0, result.stdout + result.stderr
    process = subprocess.Popen(
        [str(installed.program), "--project", str(project), "serve", "--port", "0"],
        cwd=installed.folder,
        env=clean_environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                yield found[0]
                break
        else:
            pytest.fail("the server said nothing of where it listens")
    finally:
        process.terminate()
        process.communicate(timeout=30)


def fetch(address: str, accept: str) -> tuple[str, str]:
    """Return media type and text of what stands at an address."""
    request = urllib.request.Request(address, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.headers.get_content_type(), response.read().decode()


def test_serve_with_wheel_only(address: str) -> None:
    """A page, a dump and a query's result come from the installed program."""
    kind, page = fetch(f"{address}/id/dataset/leeftijden", "text/html")
    assert (kind, "Leeftijden" in page or "Ages" in page) == ("text/html", True)
    kind, dump = fetch(f"{address}/dumps/leeftijden.nt", "*/*")
    assert kind == "application/n-triples"
    assert '"1234"^^<http://www.w3.org/2001/XMLSchema#integer>' in dump
    query = (
        "PREFIX ns: <https://data.example.org/ns/proef#> "
        "SELECT (SUM(?number) AS ?sum) WHERE { ?observation ns:aantal ?number }"
    )
    where = f"{address}/sparql?{urllib.parse.urlencode({'query': query})}"
    assert fetch(where, "text/csv") == ("text/csv", "sum\r\n1243\r\n")


def test_use_nothing_of_the_repository(installed: Installed) -> None:
    """The installed program is that of the wheel, not the one beside these tests."""
    python = str(installed.program.with_name("python"))
    result = subprocess.run(
        [python, "-c", "import publish; print(publish.__file__)"],
        cwd=installed.folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(result.stdout.strip()).is_relative_to(installed.folder)
