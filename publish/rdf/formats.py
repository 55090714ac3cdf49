"""The RDF formats: their names, media types and file endings, and how their content begins."""

from __future__ import annotations

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
    beginning: re.Pattern[bytes] | None = None
    """What a file begins with, where that tells it from other formats."""

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
    beginning=re.compile(
        rb"(?:\s|#[^\n]*\n)*(?:@prefix|@base|prefix\s|base\s|<[^>\s]+>\s)", re.IGNORECASE
    ),
)
N_TRIPLES = Format(
    syntax=ox.RdfFormat.N_TRIPLES,
    other_media_types=("text/plain", "text/ntriples", "text/x-ntriples", "text/nt"),
)
RDF_XML = Format(
    syntax=ox.RdfFormat.RDF_XML,
    other_media_types=("application/xml", "text/xml"),
    other_endings=(".xml", ".owl"),
    beginning=re.compile(rb"\s*<(?:\?xml|rdf:RDF|!DOCTYPE|!--)"),
)
JSON_LD = Format(
    syntax=ox.RdfFormat.JSON_LD,
    other_media_types=("application/json", "application/x-json+ld", "application/json+ld"),
    other_endings=(".json",),
    beginning=re.compile(rb"\s*[{\[]"),
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
BY_LINE = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
"""The formats of which every line can be parsed by itself."""
_BY_BEGINNING = (JSON_LD, RDF_XML, TURTLE)
"""Formats with a beginning; that of Turtle fits some RDF/XML too, so it comes last."""


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
    for known in _BY_BEGINNING:
        if known.beginning and known.beginning.match(start):
            return known
    return None
