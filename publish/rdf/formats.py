"""The RDF formats: their names, media types and file endings, and how their content begins."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox


@dataclass(frozen=True, kw_only=True)
class Format:
    """One RDF format: what the parser knows of it, and what else is seen in practice."""

    syntax: ox.RdfFormat
    other_media_types: tuple[str, ...] = ()
    """Media types that clients use for it besides its own."""
    other_endings: tuple[str, ...] = ()
    may_be_empty: bool = True
    """Whether a file without content is a graph without triples."""

    @property
    def name(self) -> str:
        """The name that people know it by."""
        return self.syntax.name

    @property
    def media_type(self) -> str:
        """The registered media type."""
        return self.syntax.media_type

    @property
    def ending(self) -> str:
        """The usual ending of file names, with its dot."""
        return f".{self.syntax.file_extension}"


TURTLE = Format(
    syntax=ox.RdfFormat.TURTLE,
    other_media_types=("application/x-turtle", "application/turtle"),
)
N_TRIPLES = Format(
    syntax=ox.RdfFormat.N_TRIPLES,
    other_media_types=("text/plain", "text/ntriples", "text/x-ntriples", "text/nt"),
)
RDF_XML = Format(
    syntax=ox.RdfFormat.RDF_XML,
    other_media_types=("application/xml", "text/xml"),
    other_endings=(".xml", ".owl"),
    may_be_empty=False,
)
JSON_LD = Format(
    syntax=ox.RdfFormat.JSON_LD,
    other_media_types=("application/json", "application/x-json+ld", "application/json+ld"),
    other_endings=(".json",),
    may_be_empty=False,
)
N_QUADS = Format(
    syntax=ox.RdfFormat.N_QUADS,
    other_media_types=("text/x-nquads", "text/nquads", "application/x-nquads"),
)
TRIG = Format(syntax=ox.RdfFormat.TRIG, other_media_types=("application/x-trig",))
N3 = Format(
    syntax=ox.RdfFormat.N3,
    other_media_types=("text/rdf+n3", "application/n3", "application/rdf+n3", "application/x-n3"),
)
"""It is written only: each graph in Turtle is one in N3."""

FORMATS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD, N_QUADS, TRIG)
BY_ENDING = {ending: known for known in FORMATS for ending in (known.ending, *known.other_endings)}
_TREES = (RDF_XML, JSON_LD)
BY_LINE = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
"""The formats of which every line can be parsed by itself."""

_JSON = re.compile(rb'\s*(?:\{\s*(?:"|\}\s*\Z)|\[\s*(?:\{|\[|\]\s*\Z))')
_XML = re.compile(
    rb"\s*<(?:[?!]|(?:[\w.-]+:)?RDF[\s>]|[A-Za-z_][\w.-]*(?::[\w.-]+)?\s+[\w:.-]+\s*=)"
)
_BEFORE = rb"(?:\s|#[^\n]*(?:\n|\Z))*"
_DIRECTIVE = re.compile(_BEFORE + rb"(?:@?prefix\s|@?base\s)", re.IGNORECASE)
_ABSOLUTE = re.compile(_BEFORE + rb"<[a-z][a-z0-9+.-]*://[^<>\s]*>\s", re.IGNORECASE)
"""What begins neither XML nor JSON: an IRI with its scheme."""
_TURTLE = re.compile(_BEFORE + rb"(?:@?prefix\s|@?base\s|<[^>\s]*>\s|_:|\[)", re.IGNORECASE)
"""How Turtle begins, N-Triples among it."""
_COMMENTS = re.compile(rb"(?:\s*#[^\n]*)+\s*")
_NODE = rb"(?:<[^<>\s]*>|_:[^\s<>\"]+)"
_LINE = re.compile(
    rb'[ \t]*%b[ \t]*<[^<>\s]*>[ \t]*(?:%b|"(?:[^"\\\n]|\\.)*"(?:\^\^<[^<>\s]*>|@[\w-]+)?)'
    rb"(?P<graph>[ \t]*%b)?[ \t]*\.[ \t]*(?:#.*)?\r?" % (_NODE, _NODE, _NODE)
)
"""A line of N-Triples, or with a graph of N-Quads."""
_COMMENT = re.compile(rb"[ \t]*(?:#.*)?\r?")
_NO_MARKS = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|"(?:[^"\\\n]|\\.)*+"'
    rb"|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)|'(?:[^'\\\n]|\\.)*+'"
    rb"|<[^<>\s]*>|#[^\n]*",
    re.DOTALL,
)
"""What in Turtle can have any marks in it."""
_GRAPH = re.compile(rb"\{(?!\|)")


def parser_problem(error: SyntaxError) -> tuple[str, tuple[int, int]]:
    """Return what a parser finds wrong, without its place, and line and column, 0 if unknown."""
    problem = re.sub(r"^Parser error .*?[0-9]: ", "", str(error.msg))
    problem = re.sub(r" \(line [0-9]+\)$", "", problem).rstrip(".")
    place = (error.lineno, error.offset) if error.lineno and error.offset else (0, 0)
    return problem, place


def format_of_name(path: Path) -> Format | None:
    """Return the format that the ending of a file name says, ``.gz`` left out."""
    return BY_ENDING.get(Path(path.name.removesuffix(".gz")).suffix.lower())


def format_of_content(start: bytes) -> Format | None:
    """Return the format that a file has by its first bytes, without byte order mark."""
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.decode("utf-16", "ignore").encode()
    if _JSON.match(start):
        return JSON_LD
    if _XML.match(start):
        return RDF_XML
    lines = [line for line in start.split(b"\n") if not _COMMENT.fullmatch(line)]
    found = [_LINE.fullmatch(line) for line in lines]
    if any(match and match["graph"] for match in found):
        return N_QUADS
    if any(found[:1]) and all(found[:-1]):  # the last line may be cut
        return N_TRIPLES
    has_graph = _GRAPH.search(_NO_MARKS.sub(b"", start))
    if has_graph and (_TURTLE.match(start) or re.match(rb"\s*(?:\{|graph\s)", start, re.I)):
        return TRIG
    return TURTLE if _TURTLE.match(start) or _COMMENTS.fullmatch(start) else None


def recognised(path: Path, start: bytes) -> Format | None:
    """Return the format of a file: that of its name, unless its first bytes are of another.

    N-Quads are read where N-Triples are, and TriG where Turtle is, if only the bytes tell.
    """
    named, seen = format_of_name(path), format_of_content(start)
    if seen in (None, named):
        return named
    whole = {N_TRIPLES: N_QUADS, TURTLE: TRIG}.get(seen, seen)
    if named is None:
        return whole
    if (named, seen) == (N_QUADS, N_TRIPLES):
        return named
    if named in _TREES or seen in _TREES or named.syntax in BY_LINE:
        is_sure = _DIRECTIVE.match(start) or (named in _TREES and _ABSOLUTE.match(start))
        return whole if seen not in (TURTLE, TRIG) or is_sure else named
    return seen if seen in (N_QUADS, TRIG) else named
