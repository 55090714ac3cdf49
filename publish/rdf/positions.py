"""Where a thing first stands as subject in the text of an RDF file: line and column.

In come files and the IRIs that are asked for; out come places for those that are found. Lines of
N-Triples and N-Quads are exact. Turtle and TriG are cut into tokens, RDF/XML is asked for its
elements, and in JSON-LD the first ``@id`` counts. Files beyond a size are not searched, but for
those of lines: then the IRI alone says what it is about.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from urllib.parse import urljoin
from xml.parsers import expat

import pyoxigraph as ox

from publish.project.progress import Progress
from publish.rdf.formats import BY_LINE
from publish.rdf.reader import MOST_SEARCHED, RdfFile, opened
from publish.rdf.unknown_terms import uses_of

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML_BASE = "http://www.w3.org/XML/1998/namespace base"

TOKEN = re.compile(
    r'''
      (?P<text>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*\'\'\'
               |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<iri><[^<>"\s]*>)
    | (?P<comment>\#[^\n]*)
    | (?P<mark>[.;,\[\](){}])
    | (?P<name>(?:[^\s<>"'\#;,.\[\](){}\\]|\\.|\.(?=[^\s<>"'\#;,.\[\](){}]))+)
    | (?P<space>\s+|.)
    ''',
    re.VERBOSE | re.DOTALL,
)
"""The tokens of Turtle and TriG, as far as is needed to see where a subject stands."""

Places = dict[str, tuple[str, int, int]]
"""Per IRI the file with line and column."""


def find_places(files: list[RdfFile], wanted: set[str]) -> Places:
    """Return where the things asked for first stand as subject, of those that are found."""
    found: Places = {}
    for file in files:
        rest = wanted - found.keys()
        if not rest:
            break
        for iri, line, column in _subjects(file, rest):
            if iri in rest:
                found[iri] = (file.shown, line, column)
                rest.discard(iri)
                if not rest:
                    break
    return found


def find_uses(files: list[RdfFile], wanted: set[str]) -> Places:
    """Return where IRIs first stand at all, in the files whose syntax names them as they are."""
    found: Places = {}
    for file in files:
        if file.syntax in (ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD):
            continue
        with opened(file.path) as content:
            if file.syntax in BY_LINE:
                uses = _used_in_lines(content, wanted)
            else:
                text = content.read(MOST_SEARCHED).decode("utf-8", "replace")
                uses = uses_of(wanted, text, file.path.resolve().as_uri())
            for iri, line, column in uses:
                found.setdefault(iri, (file.shown, line, column))
    return found


def _used_in_lines(content: io.BufferedReader, wanted: set[str]) -> Iterator[tuple[str, int, int]]:
    """Yield where IRIs first stand in lines of N-Triples or N-Quads."""
    rest = {f"<{iri}>".encode(): iri for iri in wanted}
    for number, line in enumerate(content, start=1):
        for text in [text for text in rest if text in line]:
            yield rest.pop(text), number, line.index(text) + 1
        if not rest:
            break


def _subjects(file: RdfFile, wanted: set[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the subjects of a file with their places, at least where they are asked for."""
    size = file.path.stat().st_size
    with (
        Progress(f"{file.shown}: places", "bytes", size) as progress,
        opened(file.path, progress) as content,
    ):
        if file.syntax in BY_LINE:
            yield from _of_lines(content, wanted)
            return
        text = content.read(MOST_SEARCHED + 1)
        if len(text) > MOST_SEARCHED:
            return
        base = file.path.resolve().as_uri()
        if file.syntax == ox.RdfFormat.RDF_XML:
            yield from _of_xml(text, base)
        elif file.syntax == ox.RdfFormat.JSON_LD:
            yield from _of_json(text.decode("utf-8", "replace"), base)
        else:
            yield from _of_turtle(text.decode("utf-8", "replace"), base)


def _of_lines(content: io.BufferedReader, wanted: set[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the subjects asked for in lines of N-Triples or N-Quads."""
    asked = {f"<{iri}>".encode(): iri for iri in wanted}
    for number, line in enumerate(content, start=1):
        subject = line.split(None, 1)[:1]
        if subject and subject[0] in asked:
            yield asked[subject[0]], number, line.index(subject[0]) + 1


def _of_turtle(text: str, base: str) -> Iterator[tuple[str, int, int]]:
    """Yield the subjects in Turtle or TriG; a name of a graph counts as one."""
    prefixes: dict[str, str] = {}
    line, line_start, depth = 1, 0, 0
    begins = True
    heading: list[str] = []  # a declaration of a prefix or base, as far as it is read
    for token in TOKEN.finditer(text):
        kind, found = token.lastgroup, token[0]
        if kind in ("space", "comment", "text"):
            breaks = found.count("\n")
            if breaks:
                line += breaks
                line_start = token.start() + found.rindex("\n") + 1
            if kind == "text":
                begins = False
            continue
        if heading:
            heading.append(found)
            wanted = 2 if heading[0].lower().endswith("base") else 3
            if len(heading) == wanted:
                iri = urljoin(base, found[1:-1])
                if wanted == 2:
                    base = iri
                else:
                    prefixes[heading[1]] = iri
                heading, begins = [], True
        elif kind == "mark":
            depth += (found in "[(") - (found in "])")
            begins = depth == 0 and found in ".{}"
        elif begins and found.lower() in ("@prefix", "@base", "prefix", "base"):
            heading = [found]
        elif begins and found.lower() != "graph":
            begins = False
            subject = _resolved(found, prefixes, base)
            if subject:
                yield subject, line, token.start() - line_start + 1


def _resolved(token: str, prefixes: dict[str, str], base: str) -> str | None:
    """Return the IRI that a token of Turtle means."""
    if token.startswith("<"):
        return urljoin(base, token[1:-1]) if ":" not in token else token[1:-1]
    prefix, colon, local = token.partition(":")
    if not colon or prefix + colon not in prefixes:
        return None
    return prefixes[prefix + colon] + re.sub(r"\\(.)", r"\1", local)


def _of_xml(text: bytes, base: str) -> Iterator[tuple[str, int, int]]:
    """Yield what elements of RDF/XML are about."""
    found: list[tuple[str, int, int]] = []
    bases = [base]
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(_: str, attributes: dict[str, str]) -> None:
        bases.append(attributes.get(XML_BASE, bases[-1]))
        about = attributes.get(f"{RDF} about")
        if f"{RDF} ID" in attributes:
            about = "#" + attributes[f"{RDF} ID"]
        if about is not None:
            place = (parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
            found.append((urljoin(bases[-1], about), *place))

    def end(_: str) -> None:
        bases.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(text, True)
    yield from found


def _of_json(text: str, base: str) -> Iterator[tuple[str, int, int]]:
    """Yield what JSON-LD has as ``@id``, with prefixes as any part of a context declares them."""
    declared = re.findall(r'"([\w.-]+)"\s*:\s*"(\w+:[^"\s]*[/#:])"', text)
    prefixes = {f"{name}:": iri for name, iri in declared}
    line, last = 1, 0
    for match in re.finditer(r'"@id"\s*:\s*("(?:[^"\\]|\\.)*")', text):
        line += text.count("\n", last, match.start(1))
        last = match.start(1)
        try:
            value = str(json.loads(match[1]))
        except ValueError:
            continue
        iri = _resolved(value, prefixes, base) or urljoin(base, value)
        yield iri, line, match.start(1) - text.rfind("\n", 0, match.start(1))
