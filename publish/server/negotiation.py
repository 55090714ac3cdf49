"""Which form of an answer a client gets: media type, extension and language.

In comes what the request says (RFC 9110, section 12.5); out comes one of our own forms. A form
knows its media type, the other names that clients use for it, and its extension.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way to write an answer."""

    name: str
    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type with its character set, where that says something."""
        return with_charset(self.media_type)


def with_charset(media_type: str) -> str:
    """Return a media type with the character set that all our texts have."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


HTML = Form(name="HTML", media_type="text/html", extension="html")
TURTLE = Form(
    name="Turtle", media_type="text/turtle", extension="ttl", aliases=("application/x-turtle",)
)
N_TRIPLES = Form(name="N-Triples", media_type="application/n-triples", extension="nt")
N_QUADS = Form(name="N-Quads", media_type="application/n-quads", extension="nq")
RDF_XML = Form(
    name="RDF/XML",
    media_type="application/rdf+xml",
    extension="rdf",
    aliases=("application/xml", "text/xml"),
)
JSON_LD = Form(
    name="JSON-LD",
    media_type="application/ld+json",
    extension="jsonld",
    aliases=("application/json",),
)
CSV = Form(name="CSV", media_type="text/csv", extension="csv")
TSV = Form(name="TSV", media_type="text/tab-separated-values", extension="tsv")
SPARQL_JSON = Form(
    name="JSON",
    media_type="application/sparql-results+json",
    extension="srj",
    aliases=("application/json",),
)
SPARQL_XML = Form(
    name="XML",
    media_type="application/sparql-results+xml",
    extension="srx",
    aliases=("application/xml", "text/xml"),
)
GRAPHS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
"""What a description or a constructed graph can be written as, the preferred first."""
RESULTS = (SPARQL_JSON, SPARQL_XML, CSV, TSV)
"""What the result of SELECT or ASK can be written as, the preferred first."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A form, under the name by which the client knows it."""

    form: Form
    media_type: str

    @property
    def content_type(self) -> str:
        """The media type with its character set, where that says something."""
        return with_charset(self.media_type)


@dataclass(frozen=True, kw_only=True)
class Range:
    """One element of an Accept or Accept-Language header."""

    value: str
    quality: float


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""The value of a parameter in quotation marks, which may hold commas and semicolons."""
_QUALITY = re.compile(r"[0-9]{1,3}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")


def ranges_of(header: str, unclear: float = 1.0) -> list[Range]:
    """Return the elements of an Accept header of any kind.

    ``unclear`` is the quality of one whose quality is no number.
    """
    ranges = []
    for element in _QUOTED.sub('""', header).split(","):
        value, *parameters = (part.strip().lower() for part in element.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, number = parameter.partition("=")
            if name.strip() == "q":
                known = _QUALITY.fullmatch(number.strip())
                quality = min(float(number), 1.0) if known else unclear
        if value:
            ranges.append(Range(value=value, quality=quality))
    return ranges


def _quality(media_type: str, ranges: Sequence[Range]) -> tuple[float, int]:
    """Return the quality of a media type, and how specific the range is that decides: 2, 1 or 0."""
    kind = media_type.partition("/")[0]
    for specific, wanted in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        found = [item.quality for item in ranges if item.value == wanted]
        if found:
            return max(found), specific
    return 0.0, 0


def rank_forms(accept: str | None, forms: Sequence[Form]) -> list[Offer]:
    """Return the forms that a client accepts, best first.

    Of equals those that it names come first, as browsers mean it; else the order given decides. A
    form under one of its other names counts only when that name itself is asked for.
    """
    if accept is None or not accept.strip():
        return [Offer(form=form, media_type=form.media_type) for form in forms]
    ranges = ranges_of(accept)
    if not ranges:  # nothing but commas
        return rank_forms(None, forms)
    ranked: list[tuple[tuple[float, int], int, Offer]] = []
    for order, form in enumerate(forms):
        names = [(_quality(form.media_type, ranges), form.media_type)]
        for alias in form.aliases:
            names += [((item.quality, 2), alias) for item in ranges if item.value == alias]
        (quality, specific), name = max(names, key=lambda pair: pair[0])
        if quality > 0:
            ranked.append(((-quality, -specific), order, Offer(form=form, media_type=name)))
    return [offer for _, _, offer in sorted(ranked, key=lambda item: item[:2])]


def choose_language(header: str | None, languages: Sequence[str]) -> str:
    """Return the first of our languages that suits the reader best; ours when none does."""
    best, chosen = 0.0, languages[0]
    ranges = ranges_of(header or "")
    for language in languages:
        found = [item.quality for item in ranges if item.value.partition("-")[0] == language]
        found = found or [item.quality for item in ranges if item.value == "*"]
        if found and max(found) > best:
            best, chosen = max(found), language
    return chosen


def form_of_extension(path: str, forms: Sequence[Form]) -> tuple[str, Form | None]:
    """Split ``thing.ttl`` into ``thing`` and its form; a path without a known one stays whole."""
    stem, dot, extension = path.rpartition(".")
    for form in forms:
        if dot and stem and extension == form.extension:
            return stem, form
    return path, None


def choose_coding(header_: str | None) -> str | None:
    """Return "gzip" when the client takes it at least as gladly as no coding, else "identity".

    None means that it takes neither (RFC 9110, 12.5.3).
    """
    if not header_:
        return "identity"
    qualities = {item.value: item.quality for item in ranges_of(header_, unclear=0.0)}
    gzip = qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0)))
    identity = qualities.get("identity", 0.0)
    if gzip > 0 and gzip >= identity:
        return "gzip"
    is_excluded = qualities.get("identity", qualities.get("*", 1.0)) == 0.0
    return None if is_excluded else "identity"
