"""Turtle files of a project and of the package: parsed once, and added to rdflib graphs."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, URIRef

from publish.faults.fault import Fault, Words, fault, phrase
from publish.faults.places import line_and_column
from publish.project.files import MOST_TURTLE, read_file
from publish.project.iris import Uris
from publish.project.project import Project
from publish.rdf.formats import parser_problem
from publish.rdf.reader import LONGEST_TOKEN, place_of_long_line
from publish.rdf.terms import as_node

_NO_IRI = re.compile(r"Invalid IRI|in host|Invalid host|port character")
"""What the parser says of an IRI that is none."""


def new_graph(uris: Uris) -> Graph:
    """Return an empty graph that knows the usual prefixes and the project's."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in uris.prefixes().items():
        graph.bind(prefix, namespace)
    return graph


@dataclass(frozen=True, kw_only=True)
class TurtleFile:
    """A Turtle file, parsed strictly: its triples, those before the first error if it has one.

    Two of them are the same when their name, text and base are.
    """

    shown: str
    text: str
    base: str
    """What relative IRIs are resolved against."""
    triples: list[ox.Quad] = field(compare=False)
    error: SyntaxError | None = field(default=None, compare=False)


def read_turtle_files(
    paths: Iterable[Path], project: Project, faults: list[Fault]
) -> tuple[TurtleFile, ...]:
    """Read and parse files of a project; those that cannot be opened are reported and left out."""
    found = []
    for path in paths:
        shown = project.shown(path)
        text = read_file(path, shown, faults, most=MOST_TURTLE, root=project.root)
        if text is not None:
            found.append(parse_turtle(text.encode(), shown, project.base))
    return tuple(found)


@lru_cache(maxsize=8)  # they stay as they are while the program runs
def package_turtle_files(package: str, folder: str, base: str) -> tuple[TurtleFile, ...]:
    """Read and parse the Turtle files in a folder of a package, those of subfolders last."""
    found, pending = [], [resources.files(package).joinpath(folder)]
    while pending:
        for item in sorted(pending.pop().iterdir(), key=lambda entry: entry.name):
            if item.is_dir():
                pending.append(item)
            elif item.name.endswith(".ttl"):
                found.append(parse_turtle(item.read_bytes(), item.name, base))
    return tuple(found)


def parse_turtle(text: bytes, shown: str, base: str) -> TurtleFile:
    """Return a Turtle file with its triples, relative IRIs resolved under the base."""
    triples: list[ox.Quad] = []
    error = None
    try:
        triples.extend(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=f"{base}/"))
    except SyntaxError as found:
        error = found
    except MemoryError as found:
        if "buffer" not in str(found):
            raise
        problem = phrase("token-too-long", most=LONGEST_TOKEN >> 20)
        line, column = place_of_long_line(io.BytesIO(text))
        error = SyntaxError(problem, (shown, line, column, None))
    decoded = text.decode("utf-8", "replace")
    return TurtleFile(shown=shown, text=decoded, base=f"{base}/", triples=triples, error=error)


def add_file(graph: Graph, file: TurtleFile, faults: list[Fault]) -> None:
    """Add the triples of a Turtle file to a graph; report what stops it from being read."""
    try:
        _add(graph, file.triples)
        if file.error is not None:
            raise file.error
    except SyntaxError as error:
        problem, place = parser_problem(error)
        if isinstance(error.msg, Words):
            problem = error.msg
        if place == (0, 0):  # no syntax error, but a quoted triple
            place = line_and_column(file.text, max(file.text.find("<<"), 0))
        code = "not-an-iri" if _NO_IRI.search(problem) else "turtle-syntax"
        if found := re.fullmatch(r"Invalid IRI code point '(.*)'", problem, re.DOTALL):
            problem = phrase("iri-character", character=found[1])
        faults.append(fault(code, file.shown, *place, problem=problem))


def read_turtle(text: bytes, shown: str, base: str, graph: Graph, faults: list[Fault]) -> None:
    """Add the triples of a Turtle text to a graph; report what stops it from being read."""
    add_file(graph, parse_turtle(text, shown, base), faults)


def add_triples(graph: Graph, text: bytes) -> None:
    """Add N-Triples that the program wrote itself to a graph."""
    _add(graph, ox.parse(text, format=ox.RdfFormat.N_TRIPLES))


def _add(graph: Graph, triples: Iterable[ox.Quad]) -> None:
    """Add triples to a graph. Raises SyntaxError for a quoted triple, which rdflib cannot hold."""
    for triple in triples:
        if isinstance(triple.subject, ox.Triple) or isinstance(triple.object, ox.Triple):
            raise SyntaxError(phrase("quoted-triples"))
        subject, value = (as_node(term, normalize=True) for term in (triple.subject, triple.object))
        graph.add((subject, URIRef(triple.predicate.value), value))
