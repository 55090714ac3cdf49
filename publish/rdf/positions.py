"""Where IRIs stand in the text of RDF files: line and column, for messages.

Parsers do not tell the place of a term, so the text is searched: Turtle and TriG by their tokens,
N-Triples and N-Quads by line, RDF/XML by its elements, and JSON-LD for ``@id``. Files larger than
MOST_SEARCHED are searched only when they consist of lines; then a message has the IRI alone.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Set
from urllib.parse import urljoin
from xml.parsers import expat

import pyoxigraph as ox

from publish.faults.places import LineCounter
from publish.project.progress import Progress
from publish.rdf.formats import BY_LINE
from publish.rdf.reader import MOST_SEARCHED, RdfFile, open_decompressed

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML_BASE = "http://www.w3.org/XML/1998/namespace base"

TOKEN = re.compile(
    r'''
      (?P<text>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!\'\'))*\'\'\'
               |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<iri><[^<>"\s]*>)
    | (?P<comment>\#[^\n]*)
    | (?P<mark>[.;,\[\](){}])
    | (?P<name>(?:[^\s<>"'\#;,.^\[\](){}\\]|\\.|\.(?=[^\s<>"'\#;,.^\[\](){}]))+)
    | (?P<space>\s+|.)
    ''',
    re.VERBOSE | re.DOTALL,
)
"""The tokens of Turtle and TriG, as far as is needed to see which IRIs stand where."""

ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""How an absolute IRI begins: with its scheme."""

Places = dict[str, tuple[str, int, int]]
"""By IRI, the file with line and column."""


def find_places(files: list[RdfFile], wanted: set[str]) -> Places:
    """Return where IRIs first stand as subject, for those that are found."""
    found: Places = {}
    for file in files:
        for iri, line, column in _subjects(file, wanted - found.keys()):
            if iri in wanted:
                found.setdefault(iri, (file.shown, line, column))
                if len(found) == len(wanted):
                    return found
    return found


def find_uses(files: list[RdfFile], wanted: set[str]) -> Places:
    """Return where IRIs first stand in any role, in formats other than RDF/XML and JSON-LD."""
    found: Places = {}
    for file in files:
        if file.syntax in (ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD):
            continue
        with open_decompressed(file.path) as content:
            if file.syntax in BY_LINE:
                uses = _used_in_lines(content, wanted)
            else:
                text = content.read(MOST_SEARCHED).decode("utf-8", "replace")
                uses = find_in_turtle(text, file.base, wanted)
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
    """Yield subjects of a file with their places, those asked for among them."""
    size = file.path.stat().st_size
    with (
        Progress(f"{file.shown}: places", "bytes", size) as progress,
        open_decompressed(file.path, progress) as content,
    ):
        if file.syntax in BY_LINE:
            yield from _of_lines(content, wanted)
            return
        text = content.read(MOST_SEARCHED + 1)
        if len(text) > MOST_SEARCHED:
            return
        base = file.base
        if file.syntax == ox.RdfFormat.RDF_XML:
            yield from _of_xml(text, base)
        elif file.syntax == ox.RdfFormat.JSON_LD:
            yield from _of_json(text.decode("utf-8", "replace"), base)
        else:
            yield from find_in_turtle(text.decode("utf-8", "replace"), base, wanted, subjects=True)


def _of_lines(content: io.BufferedReader, wanted: set[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the subjects asked for in lines of N-Triples or N-Quads."""
    asked = {f"<{iri}>".encode(): iri for iri in wanted}
    for number, line in enumerate(content, start=1):
        subject = line.split(None, 1)[:1]
        if subject and subject[0] in asked:
            yield asked[subject[0]], number, line.index(subject[0]) + 1


class _Prologue:
    """The base and the prefixes of Turtle or TriG, as its tokens are read."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.declared: list[tuple[str, str]] = []
        """Prefixes and namespaces in the order of their declarations."""
        self.prefixes: dict[str, str] = {}
        """Namespaces by prefix, each with its colon."""
        self._declaration: list[str] = []

    def takes(self, token: str) -> bool:
        """Read a token if it belongs to a declaration; return whether it does."""
        if not self._declaration and token.lower() not in ("@prefix", "@base", "prefix", "base"):
            return False
        self._declaration.append(token)
        is_base = self._declaration[0].lower().endswith("base")
        if len(self._declaration) == (2 if is_base else 3):
            iri = _resolved(self.base, token[1:-1])
            if is_base:
                self.base = iri
            else:
                prefix = self._declaration[1]
                self.prefixes[prefix] = iri
                self.declared.append((prefix.removesuffix(":"), iri))
            self._declaration = []
        return True


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Yield the tokens of Turtle or TriG, up to a string that is not closed."""
    for token in TOKEN.finditer(text):
        if token.lastgroup == "space" and token[0] in "\"'":
            return
        if token.lastgroup not in ("space", "comment"):
            yield token


def turtle_prefixes(text: str, base: str) -> list[tuple[str, str]]:
    """Return the prefixes that Turtle or TriG declares, with their namespaces, in order."""
    prologue = _Prologue(base)
    for token in _tokens(text):
        prologue.takes(token[0])
    return prologue.declared


def turtle_iris(text: str, base: str, *, subjects: bool = False) -> Iterator[tuple[str, int]]:
    """Yield the IRIs in Turtle or TriG, each with its offset, without those of declarations.

    Relative IRIs are resolved against ``base``. With ``subjects``, only subjects are given, and
    names of graphs. Text that is no Turtle raises nothing.
    """
    prologue = _Prologue(base)
    depth, begins = 0, True  # brackets that are open; whether a statement begins here
    for token in _tokens(text):
        kind, found = token.lastgroup, token[0]
        if prologue.takes(found):
            begins = True
        elif kind == "mark":
            depth += (found in "[(") - (found in "])")
            begins = depth == 0 and found in ".{}"
        elif kind == "text":
            begins = False
        elif (begins or not subjects) and not (begins and found.lower() == "graph"):
            begins = False
            if kind == "iri":
                yield _resolved(prologue.base, found[1:-1]), token.start()
            elif iri := _expanded(found, prologue.prefixes):
                yield iri, token.start()


def find_in_turtle(
    text: str, base: str, wanted: Set[str], *, subjects: bool = False
) -> Iterator[tuple[str, int, int]]:
    """Yield where some IRIs stand in Turtle or TriG: the IRI with its line and column."""
    lines = LineCounter(text)
    for iri, offset in turtle_iris(text, base, subjects=subjects):
        if iri in wanted:
            yield iri, *lines.place(offset)


def _resolved(base: str, iri: str) -> str:
    """Return an IRI resolved against a base, the ``#`` at its end kept."""
    if ABSOLUTE.match(iri):
        return iri
    found = urljoin(base, iri)
    return f"{found}#" if iri.endswith("#") and not found.endswith("#") else found


def _expanded(name: str, prefixes: dict[str, str]) -> str | None:
    """Return the IRI that a prefixed name stands for, or None when its prefix is not declared."""
    prefix, colon, local = name.partition(":")
    namespace = prefixes.get(prefix + colon) if colon else None
    return None if namespace is None else namespace + re.sub(r"\\(.)", r"\1", local)


def _of_xml(text: bytes, base: str) -> Iterator[tuple[str, int, int]]:
    """Yield the subjects of RDF/XML that ``rdf:about`` and ``rdf:ID`` name."""
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
    """Yield every ``@id`` of JSON-LD, with the prefixes that any part of a context declares."""
    declared = re.findall(r'"([\w.-]+)"\s*:\s*"(\w+:[^"\s]*[/#:])"', text)
    prefixes = {f"{name}:": iri for name, iri in declared}
    lines = LineCounter(text)
    for match in re.finditer(r'"@id"\s*:\s*("(?:[^"\\]|\\.)*")', text):
        try:
            value = str(json.loads(match[1]))
        except ValueError:
            continue
        yield _expanded(value, prefixes) or urljoin(base, value), *lines.place(match.start(1))
