"""A request to ``/sparql`` as the SPARQL 1.1 Protocol defines it, section 2, from plain values.

What is read are the query, its RDF dataset, and the forms of an answer that the client accepts.
Nothing here evaluates or waits, or knows the server. Percent-encoding is undone once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from rapidfuzz.distance import Levenshtein

from publish.faults.fault import phrase
from publish.server.negotiation import HTML, Form, Offer, rank_forms
from publish.sparql.forms import GRAPHS, N_TRIPLES, RESULTS, TSV
from publish.sparql.query.errors import BadRequest

FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
PLAIN_TEXT = Form(name="plain text", media_type="text/plain", extension="txt")
METHODS = ("GET", "HEAD", "OPTIONS", "POST")
FORMAT_PARAMETERS = ("format", "output", "results")
"""Parameters that name a form: none is of the protocol, and clients send whichever others know."""
MISNOMERS = ("q", "sparql")
"""What else is sent in the place of ``query``, besides other spellings of it."""
ANSWERS = (*RESULTS, *GRAPHS, HTML)
"""All forms of an answer, the preferred first."""
DESCRIPTIONS = (*GRAPHS, HTML)
"""All forms of the service description."""
LONGEST_REMEMBERED_ACCEPT = 1000
"""Characters of an Accept header whose meaning is remembered; longer ones would fill memory."""
LONGEST_SHOWN = 60
"""Characters of what a client sent that a message repeats."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a query operation, and those of the query page."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    """Names of forms in the order of preference, known here or not."""
    example: str | None = None
    data_set: str | None = None


def read_parameters(
    method: str, query_string: bytes, content_type: str, body: bytes, coding: str = ""
) -> Parameters:
    """Read the parameters of a request; ``coding`` is its Content-Encoding. Raises BadRequest."""
    fields = of_address = _fields(query_string)
    query: str | None = None
    if method == "POST":
        if coding.strip().lower() not in ("", "identity"):
            raise BadRequest(415, phrase("post-without-coding"))
        kind, charset = _content_type(content_type)
        if kind not in (FORM_TYPE, QUERY_TYPE) or charset not in ("utf-8", "utf8", "us-ascii"):
            sent = f"{kind}; charset={charset}" if kind in (FORM_TYPE, QUERY_TYPE) else kind
            shown = repr(sent[:LONGEST_SHOWN]) if kind else phrase("no-type")
            raise BadRequest(415, phrase("post-as", form=FORM_TYPE, query=QUERY_TYPE, sent=shown))
        if kind == FORM_TYPE:
            fields = _fields(body) + of_address
        else:
            query = _decode(body)
        in_address = [name for name, _ in of_address if name in ("query", "update")]
        if in_address:
            has_other = query or len(in_address) < sum(name in in_address for name, _ in fields)
            key = "query-in-two-places" if has_other else "query-in-address-of-post"
            raise BadRequest(400, phrase(key))

    def values(*wanted: str) -> tuple[str, ...]:
        return tuple(value for name, value in fields if name in wanted)

    if values("update"):
        raise BadRequest(400, phrase("only-reads"))
    queries = values("query")
    if len(queries) > 1:
        raise BadRequest(400, phrase("several-queries"))
    last = dict(reversed(fields))
    query = queries[0] if query is None and queries else query
    parameters = Parameters(
        # A file is often saved with a byte order mark, which Turtle may have too.
        query=query and query.removeprefix("\ufeff"),
        default_graphs=tuple(filter(str.strip, values("default-graph-uri"))),
        named_graphs=tuple(filter(str.strip, values("named-graph-uri"))),
        formats=tuple(filter(str.strip, values(*FORMAT_PARAMETERS))),
        example=last.get("example"),
        data_set=last.get("dataset"),
    )
    if parameters.query is None:
        misnamed = next((name for name, value in fields if value and _means_query(name)), None)
        if misnamed is not None:
            raise BadRequest(400, phrase("query-misnamed", name=repr(misnamed)))
        if method == "POST" or parameters.default_graphs or parameters.named_graphs:
            raise BadRequest(400, phrase("no-query"))
    return parameters


def _means_query(name: str) -> bool:
    """Return whether a name that nothing here has is likely meant to be ``query``."""
    plain = name.strip().casefold()
    return plain in MISNOMERS or (
        len(plain) < LONGEST_SHOWN and Levenshtein.distance(plain, "query", score_cutoff=2) <= 2
    )


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What a client accepts: a page, or the best form for each kind of query, if any."""

    page: bool = False
    results: tuple[Offer, ...] = ()
    """For SELECT and ASK, the best first."""
    graphs: tuple[Offer, ...] = ()
    """For CONSTRUCT and DESCRIBE, the best first."""


def accepted_forms(parameters: Parameters, accept: str | None) -> Accepted:
    """Return what a client accepts: by the parameters that name a form, then by Accept.

    Names that are not known, or that do not suit the kind of query, leave it to Accept.
    """
    is_long = len(accept or "") + sum(map(len, parameters.formats)) > LONGEST_REMEMBERED_ACCEPT
    find = _accepted.__wrapped__ if is_long else _accepted
    return find(parameters.formats, accept)


@lru_cache(maxsize=1000)
def _accepted(formats: tuple[str, ...], accept: str | None) -> Accepted:
    named = [_plain(name) for text in formats for name in text.split(",")]
    chosen = [
        Offer(form=form, media_type=form.media_type, is_chosen=True)
        for name in dict.fromkeys(named)
        for form in ANSWERS
        if name in NAMES[form]
    ]
    by_header = rank_forms(accept, ANSWERS)
    if (chosen or by_header)[:1] and (chosen or by_header)[0].form is HTML:
        return Accepted(page=True)
    if chosen and by_header and by_header[0].form is HTML:
        by_header = []  # who reads pages is told, rather than given another form
    offers = [*chosen, *by_header]
    return Accepted(
        results=tuple(offer for offer in offers if offer.form in RESULTS),
        graphs=tuple(offer for offer in offers if offer.form in GRAPHS),
    )


def prefers_page(accept: str | None) -> bool:
    """Return whether a client prefers a page to plain text, as browsers do."""
    offers = rank_forms(accept, (PLAIN_TEXT, HTML))
    return bool(offers) and offers[0].form is HTML


def _plain(name: str) -> str:
    """Return the name of a form without what people write differently: ``JSON-LD``, ``rdf xml``."""
    return re.sub(r"[\W_]", "", name.partition(";")[0]).casefold()


def _names_of(form: Form) -> frozenset[str]:
    """Return the names that choose a form; "json", "xml" and "text" suit any kind of query."""
    types = (form.media_type, *form.aliases)
    short = (kind.partition("/")[2] for kind in types)
    more = ("text", "text/plain") if form is TSV else ("text",) if form is N_TRIPLES else ()
    return frozenset(map(_plain, (form.extension, form.name, *types, *short, *more)))


NAMES = {form: _names_of(form) for form in ANSWERS}


def _content_type(header: str) -> tuple[str, str]:
    """Return a media type in lower case and its character set, UTF-8 when it has none."""
    kind, *parameters = (part.strip() for part in header.split(";"))
    charset = "utf-8"
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return kind.lower(), charset


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(400, phrase("query-not-utf8")) from error


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except UnicodeDecodeError as error:
        raise BadRequest(400, phrase("fields-not-utf8")) from error
    except ValueError as error:
        raise BadRequest(400, phrase("fields-unread", problem=str(error))) from error
