"""The Turtle files of an ontology, parsed once, and where in them each thing is defined.

They are those of the project's ``ontology/`` and those of ``vocabulary_data/``, which ships with
the program. Everything that reads the ontology can start from the same OntologyFiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from publish.faults.fault import Fault, fault
from publish.faults.places import line_and_column
from publish.project.files import files_below
from publish.project.project import Project
from publish.rdf.positions import turtle_iris
from publish.rdf.turtle import TurtleFile, package_turtle_files, read_turtle_files


@dataclass(frozen=True, kw_only=True)
class OntologyFiles:
    """The Turtle files of an ontology, each with its text and its triples."""

    project: tuple[TurtleFile, ...]
    """The files of the project, those with a syntax error among them."""
    package: tuple[TurtleFile, ...]
    """The files that ship with the program: its vocabulary, then its code lists."""

    @property
    def sound(self) -> list[TurtleFile]:
        """All files without a syntax error."""
        return [file for file in (*self.project, *self.package) if file.error is None]


def read_ontology(project: Project, faults: list[Fault]) -> OntologyFiles:
    """Read and parse the ontology; files that cannot be opened are reported, syntax errors not."""
    paths = files_below(project.root / "ontology", project.root, ".ttl", faults)
    return OntologyFiles(
        project=read_turtle_files(paths, project, faults),
        package=package_turtle_files("publish.ontology", "vocabulary_data", project.base),
    )


def check_blank_nodes(ontology: OntologyFiles) -> Iterator[Fault]:
    """Yield a fault for each file of the project that holds a blank node.

    Every run would name it otherwise, so equal input would not give equal dumps.
    """
    for file in ontology.project:
        if any(
            isinstance(term, ox.BlankNode)
            for triple in file.triples
            for term in (triple.subject, triple.object)
        ):
            yield fault("blank-node", file.shown)


class Definitions:
    """Where each thing of an ontology is defined: in the first file with it as a subject."""

    def __init__(self, files: tuple[TurtleFile, ...]) -> None:
        self._files: dict[str, TurtleFile] = {}
        self._offsets: dict[str, dict[str, int]] = {}
        """By file, where each subject first stands; read when first asked for."""
        for file in files:
            for triple in file.triples:
                if isinstance(triple.subject, ox.NamedNode | ox.BlankNode):
                    self._files.setdefault(triple.subject.value, file)

    def path(self, iri: object, default: str = "ontology") -> str:
        """Return the path of the file that defines a thing."""
        file = self._files.get(str(iri))
        return file.shown if file else default

    def place(self, iri: object) -> tuple[str, int, int]:
        """Return path, line and column where a thing stands as a subject, line 0 if unseen."""
        file, offset = self._subject(iri)
        place = (0, 0) if file is None or offset is None else line_and_column(file.text, offset)
        return (self.path(iri), *place)

    def place_of_text(self, iri: object, words: str) -> tuple[str, int, int]:
        """Return path, line and column of a text of a thing, or else of the thing."""
        file, offset = self._subject(iri)
        at = file.text.find(words, offset or 0) if file else -1
        return (
            (file.shown, *line_and_column(file.text, at)) if file and at >= 0 else self.place(iri)
        )

    def _subject(self, iri: object) -> tuple[TurtleFile | None, int | None]:
        """Return the file that defines a thing, and where in its text it first is a subject."""
        file = self._files.get(str(iri))
        if file is None:
            return None, None
        if file.shown not in self._offsets:
            offsets = self._offsets.setdefault(file.shown, {})
            for subject, offset in turtle_iris(file.text, file.base, subjects=True):
                offsets.setdefault(subject, offset)
        return file, self._offsets[file.shown].get(str(iri))
