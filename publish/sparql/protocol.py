"""A request to ``/sparql`` as the SPARQL 1.1 Protocol defines it, section 2, from plain values.

What is read are the query, its RDF dataset, and the forms of an answer that the client accepts.
Nothing here evaluates or waits, or knows the server. Percent-encoding is undone once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from publish.faults.fault import phrase
from publish.server.negotiation import HTML, Form, Offer, rank_forms
from publish.sparql.forms import GRAPHS, RESULTS
from publish.sparql.query.errors import BadRequest

FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
PLAIN_TEXT = Form(name="plain text", media_type="text/plain", extension="txt")
METHODS = ("GET", "HEAD", "OPTIONS", "POST")
GRAPH_PARAMETERS = ("default-graph-uri", "named-graph-uri")
"""Parameters of the RDF dataset. The W3C tests have them in the address of a POSTed form too."""
ANSWERS = (*RESULTS, *GRAPHS, HTML)
"""All forms of an answer, the preferred first."""
DESCRIPTIONS = (*GRAPHS, HTML)
"""All forms of the service description."""
LONGEST_REMEMBERED_ACCEPT = 1000
"""Characters of an Accept header whose meaning is remembered; longer ones would fill memory."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters of a query operation, and those of the query page."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    form: str | None = None
    example: str | None = None
    data_set: str | None = None


def read_parameters(
    method: str, query_string: bytes, content_type: str, body: bytes, coding: str = ""
) -> Parameters:
    """Read the parameters of a request; ``coding`` is its Content-Encoding. Raises BadRequest."""
    fields = _fields(query_string)
    query: str | None = None
    if method == "POST":
        if coding.strip().lower() not in ("", "identity"):
            raise BadRequest(415, phrase("post-without-coding"))
        kind, charset = _content_type(content_type)
        if kind not in (FORM_TYPE, QUERY_TYPE) or charset not in ("utf-8", "utf8", "us-ascii"):
            raise BadRequest(415, phrase("post-as", form=FORM_TYPE, query=QUERY_TYPE))
        if any(name in ("query", "update") for name, _ in fields):
            raise BadRequest(400, phrase("query-in-two-places"))
        if kind == FORM_TYPE:
            fields = [item for item in fields if item[0] in GRAPH_PARAMETERS] + _fields(body)
        else:
            query = _decode(body)

    def values(wanted: str) -> tuple[str, ...]:
        return tuple(value for name, value in fields if name == wanted)

    if values("update"):
        raise BadRequest(400, phrase("only-reads"))
    queries = values("query")
    if len(queries) > 1:
        raise BadRequest(400, phrase("several-queries"))
    last = dict(fields)
    parameters = Parameters(
        query=queries[0] if query is None and queries else query,
        default_graphs=values("default-graph-uri"),
        named_graphs=values("named-graph-uri"),
        form=last.get("format") or None,
        example=last.get("example"),
        data_set=last.get("dataset"),
    )
    has_graphs = parameters.default_graphs or parameters.named_graphs
    if parameters.query is None and (method == "POST" or has_graphs):
        raise BadRequest(400, phrase("no-query"))
    return parameters


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What a client accepts: a page, or the best form for each kind of query, if any."""

    page: bool = False
    result: Offer | None = None
    """For SELECT and ASK."""
    graph: Offer | None = None
    """For CONSTRUCT and DESCRIBE."""


def accepted_forms(parameters: Parameters, accept: str | None) -> Accepted:
    """Return what a client accepts, by the parameter ``format`` or else the Accept header.

    Raises BadRequest for an unknown format.
    """
    if parameters.form is not None:
        return _accepted_by_name(parameters.form)
    if accept is not None and len(accept) > LONGEST_REMEMBERED_ACCEPT:
        return _best_of(rank_forms(accept, ANSWERS))
    return _accepted_by_header(accept)


@lru_cache(maxsize=1000)
def _accepted_by_header(accept: str | None) -> Accepted:
    return _best_of(rank_forms(accept, ANSWERS))


@lru_cache(maxsize=100)
def _accepted_by_name(name: str) -> Accepted:
    known = [form for form in ANSWERS if name.casefold() in _names_of(form)]
    if not known:
        names = ", ".join(form.extension for form in ANSWERS)
        raise BadRequest(400, phrase("no-such-format", form=repr(name), names=names))
    return _best_of([Offer(form=form, media_type=form.media_type) for form in known])


def _best_of(offers: list[Offer]) -> Accepted:
    """Return what is accepted of ranked forms: a page when that is the best."""
    if offers and offers[0].form is HTML:
        return Accepted(page=True)
    return Accepted(
        result=next((offer for offer in offers if offer.form in RESULTS), None),
        graph=next((offer for offer in offers if offer.form in GRAPHS), None),
    )


def prefers_page(accept: str | None) -> bool:
    """Return whether a client prefers a page to plain text, as browsers do."""
    offers = rank_forms(accept, (PLAIN_TEXT, HTML))
    return bool(offers) and offers[0].form is HTML


def _names_of(form: Form) -> set[str]:
    """Return the names that choose a form; "json" and "xml" suit any kind of query."""
    names = {form.extension, form.name.casefold(), form.media_type, *form.aliases}
    short = {f"application/{name}": name for name in ("json", "xml")}
    return names | {short[alias] for alias in form.aliases if alias in short}


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
