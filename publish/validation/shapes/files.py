"""The files of shapes: those of the package, of the project, and those published in a release.

Each file is a document of the release: ``codelist.ttl`` is ``/shapes/codelist``. It is published as
it stands, after one line with the base of its relative IRIs; the shapes that a build makes from
structures stand beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from rdflib import Graph

from publish.faults.fault import Fault, fault, phrase
from publish.project.files import files_below
from publish.project.iris import CODE, Uris
from publish.project.project import Project
from publish.rdf.positions import find_in_turtle
from publish.rdf.turtle import (
    TurtleFile,
    add_file,
    new_graph,
    package_turtle_files,
    read_turtle_files,
)
from publish.validation.shapes.compile import nearest_name
from publish.validation.shapes.soundness import ShapeProblem, examine
from publish.validation.shapes.with_pyshacl import shape_fault

FOLDER = "shapes"
"""The name of the folder of shapes in a project, in a release and in URLs."""

OF_DATA_SETS = "dataset"
"""Its subfolder of the shapes that are made from structures."""


def package_shapes() -> dict[str, bytes]:
    """Return the shapes of the package by the name of their document."""
    own = resources.files("publish.validation.shapes").joinpath("turtle")
    files = {item.name: item for item in own.iterdir() if item.name.endswith(".ttl")}
    return {name.removesuffix(".ttl"): file.read_bytes() for name, file in sorted(files.items())}


@dataclass(frozen=True, kw_only=True)
class ShapeFiles:
    """The Turtle files of shapes, each with its text and its triples."""

    project: tuple[TurtleFile, ...]
    """The files below the project's ``shapes/``, those with a syntax error among them."""
    package: tuple[TurtleFile, ...]
    """The files that ship with the program."""

    @property
    def sound(self) -> list[TurtleFile]:
        """The files of the project without a syntax error."""
        return [file for file in self.project if file.error is None]

    @property
    def judged(self) -> tuple[TurtleFile, ...]:
        """The files of the package, and of the project's those right in ``shapes/``."""
        own = (file for file in self.project if file.shown.count("/") == 1)
        return (*self.package, *own)


def read_shapes(project: Project, faults: list[Fault]) -> ShapeFiles:
    """Read and parse all shapes; files that cannot be opened are reported, syntax errors not."""
    return ShapeFiles(
        project=read_turtle_files(
            files_below(project.root / FOLDER, project.root, ".ttl", faults), project, faults
        ),
        package=package_turtle_files("publish.validation.shapes", "turtle", project.base),
    )


def graph_of_shapes(shapes: ShapeFiles, project: Project, faults: list[Fault]) -> Graph:
    """Return the shapes of the package and those right in ``shapes/``; report syntax errors."""
    return _graph_of(shapes.judged, project.uris, faults)


def _graph_of(files: Iterable[TurtleFile], uris: Uris, faults: list[Fault]) -> Graph:
    graph = new_graph(uris)
    for file in files:
        add_file(graph, file, faults)
    return graph


@dataclass(frozen=True, kw_only=True)
class ExaminedShapes:
    """The shapes of a project, and what of them can be judged."""

    shapes: Graph
    sound: Graph
    """The part that can be judged."""
    problems: tuple[ShapeProblem, ...]
    """What is wrong with the rest."""
    faults: tuple[Fault, ...]
    """What stopped a file from being read."""


def examine_shapes(shapes: ShapeFiles, project: Project) -> ExaminedShapes:
    """Examine the shapes of a project and of the package; they are not to be changed."""
    return _examine_files(shapes.judged, project.uris)


@lru_cache(maxsize=4)  # a project that is watched is read again and again; few edits are of shapes
def _examine_files(files: tuple[TurtleFile, ...], uris: Uris) -> ExaminedShapes:
    faults = list[Fault]()
    graph = _graph_of(files, uris, faults)
    sound, problems = examine(graph)
    return ExaminedShapes(shapes=graph, sound=sound, problems=tuple(problems), faults=tuple(faults))


def faults_of_shapes(
    files: ShapeFiles, shapes: Graph, problems: Iterable[ShapeProblem]
) -> Iterator[Fault]:
    """Yield what is wrong with shapes of a project, at their places in its files.

    What nothing uses is reported elsewhere, with all that names it.
    """
    for item in problems:
        if item.code == "unused-shape":
            continue
        name = nearest_name(shapes, item.shape)
        uses = (
            (file.shown, line, column)
            for file in files.sound
            for _, line, column in find_in_turtle(file.text, file.base, {str(name)})
        )
        yield shape_fault(item, name, next(uses, (FOLDER, 0, 0)))


def project_shapes(project: Project) -> list[Path]:
    """Return the files of the project's own shapes."""
    return sorted((project.root / FOLDER).glob("*.ttl"))


def check_shape_names(project: Project) -> Iterator[Fault]:
    """Yield a fault for each file of the project whose name cannot be that of a document."""
    taken = package_shapes()
    for path in project_shapes(project):
        if path.stem in taken:
            reason = phrase("name-of-the-program", name=path.stem)
        elif not CODE.fullmatch(path.stem):
            reason = phrase("name-not-for-address", name=path.stem)
        else:
            continue
        yield fault("shapes-name", project.shown(path), reason=reason)


def write_shapes(project: Project, made: dict[str, str], release: Path) -> None:
    """Write the shapes into the folder of a release; ``made`` are those of the data sets."""
    texts = package_shapes()
    texts |= {path.stem: path.read_bytes() for path in project_shapes(project)}
    folder = release / FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        head = f"@base <{project.base}/> .\n".encode()
        (folder / f"{name}.ttl").write_bytes(head + text)
    (folder / OF_DATA_SETS).mkdir()
    for slug, shape in made.items():
        (folder / OF_DATA_SETS / f"{slug}.ttl").write_text(shape, encoding="utf-8")


def list_shapes(project: Project, release: Path) -> list[dict[str, object]]:
    """Return the entries of the manifest for every document of shapes in a release."""
    entries: list[dict[str, object]] = []
    for path in sorted((release / FOLDER).rglob("*.ttl")):
        text, shown = path.read_bytes(), path.relative_to(release).as_posix()
        entries.append(
            {
                "path": shown,
                "bytes": len(text),
                "sha256": hashlib.sha256(text).hexdigest(),
                "media-type": "text/turtle",
                "about": f"{project.base}/{shown.removesuffix('.ttl')}",
            }
        )
    return entries
