"""The repository, the program, and projects built into releases that tests ask questions of."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from publish.project.project import Project
from publish.release.build import build

PROGRAM = str(Path(sys.executable).with_name("publish"))
"""The program, for tests that need processes of their own."""
REPOSITORY = Path(__file__).resolve().parents[2]
TESTS = REPOSITORY / "tests"
INPUT = ("publish.toml", "ontology", "mappings", "shapes")
"""What a build reads of this repository."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """A release with its store opened for reading."""

    project: Project
    folder: Path
    manifest: dict[str, Any]
    store: ox.Store

    @property
    def base(self) -> str:
        """The base of the identifiers."""
        return self.project.base

    def ask(self, query: str) -> list[dict[str, str]]:
        """Return the solutions of a SELECT query over all graphs, the values as text."""
        uris = self.project.uris
        names = {
            "se": uris.term(""),
            "pub": uris.generic(""),
            "id": f"{self.base}/id/",
            "qb": "http://purl.org/linked-data/cube#",
            "prov": "http://www.w3.org/ns/prov#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "time": "http://www.w3.org/2006/time#",
            "attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
            "code": "http://purl.org/linked-data/sdmx/2009/code#",
        }
        solutions = self.store.query(query, prefixes=names)
        assert isinstance(solutions, ox.QuerySolutions)
        variables = [variable.value for variable in solutions.variables]
        return [
            {name: row[name].value for name in variables if row[name] is not None}
            for row in solutions
        ]

    def lines(self, name: str) -> list[str]:
        """Return the lines of a dump in N-Triples."""
        return self.dump(f"{name}.nt").decode().splitlines()

    def dump(self, name: str) -> bytes:
        """Return a dump, unpacked where it is large."""
        path = self.folder / "dumps" / name
        if path.is_file():
            return path.read_bytes()
        return gzip.decompress(path.with_name(f"{name}.gz").read_bytes())


def built(project: Project) -> Built:
    """Build a project and open the release."""
    build(project)
    return opened(project)


def opened(project: Project) -> Built:
    """Open the current release of a project."""
    folder = (project.build / "current").resolve()
    return Built(
        project=project,
        folder=folder,
        manifest=json.loads((folder / "manifest.json").read_text(encoding="utf-8")),
        store=ox.Store.read_only(str(folder / "store")),
    )


def copy_of_the_answer(target: Path) -> Path:
    """Copy what a build reads of this repository, so that nothing is written into it."""
    target.mkdir(parents=True)
    for name in INPUT:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copyfile(source, target / name)
    return target
