"""SPARQL 1.1 Protocol, section 2: what a request for /sparql asks and how it wants its answer.

In comes a request as plain values, out comes what it asks, or BadRequest with a status and a
sentence. Nothing here evaluates, waits or knows the server. Percent-encoding is undone once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from publish.faults.fault import Words, phrase
from publish.server.negotiation import GRAPHS, HTML, RESULTS, Form, Offer, rank_forms

FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
PLAIN_TEXT = Form(name="plain text", media_type="text/plain", extension="txt")
METHODS = ("GET", "HEAD", "OPTIONS", "POST")
GRAPHS_OF = ("default-graph-uri", "named-graph-uri")
"""Parameters that name the data set; the tests of W3C have them in the address of a form too."""
ANSWERS = (*RESULTS, *GRAPHS, HTML)
"""All forms of an answer, the preferred first."""
DESCRIPTIONS = (*GRAPHS, HTML)
"""All forms of what the endpoint says of itself."""
LONGEST_USUAL = 1000
"""Characters of a header of which it is remembered what it means; longer ones fill memory."""


class BadRequest(Exception):
    """The request is not one of the protocol: a status and a sentence."""

    def __init__(self, status: int, sentence: Words) -> None:
        self.status, self.sentence = status, sentence
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request asks, before anything is done with it."""

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    form: str | None = None
    example: str | None = None
    data_set: str | None = None


def read_request(
    method: str, query_string: bytes, content_type: str, body: bytes, coding: str = ""
) -> Asked:
    """Read a request as the protocol says. Raises BadRequest.

    ``coding`` is its Content-Encoding.
    """
    fields = _fields(query_string)
    query: str | None = None
    if method == "POST":
        if coding.strip().lower() not in ("", "identity"):
            raise BadRequest(415, phrase("post-without-coding"))
        kind, charset = _content_type(content_type)
        if kind not in (FORM_TYPE, QUERY_TYPE) or charset not in ("utf-8", "utf8", "us-ascii"):
            raise BadRequest(415, phrase("post-as", form=FORM_TYPE, query=QUERY_TYPE))
        if kind == FORM_TYPE:
            if any(name in ("query", "update") for name, _ in fields):
                raise BadRequest(400, phrase("query-in-two-places"))
            fields = [item for item in fields if item[0] in GRAPHS_OF] + _fields(body)
        else:
            query = _decode(body)
            if any(name in ("query", "update") for name, _ in fields):
                raise BadRequest(400, phrase("query-in-two-places"))
    if any(name == "update" for name, _ in fields):
        raise BadRequest(400, phrase("only-reads"))
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise BadRequest(400, phrase("several-queries"))
    if query is None and queries:
        query = queries[0]

    def all_of(wanted: str) -> tuple[str, ...]:
        return tuple(value for name, value in fields if name == wanted)

    def last_of(wanted: str) -> str | None:
        return next((value for name, value in reversed(fields) if name == wanted), None)

    asked = Asked(
        query=query,
        default_graphs=all_of("default-graph-uri"),
        named_graphs=all_of("named-graph-uri"),
        form=last_of("format") or None,
        example=last_of("example"),
        data_set=last_of("dataset"),
    )
    if query is None and (method == "POST" or asked.default_graphs or asked.named_graphs):
        raise BadRequest(400, phrase("no-query"))
    return asked


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The forms that a request accepts: none, a page, or the best for each kind of query."""

    page: bool = False
    result: Offer | None = None
    """For SELECT and ASK."""
    graph: Offer | None = None
    """For CONSTRUCT and DESCRIBE."""


def wanted_answer(asked: Asked, accept: str | None) -> Wanted:
    """Return the forms that a request accepts.

    The parameter ``format`` counts before the header. Raises BadRequest.
    """
    if asked.form is not None:
        return _wanted_by_name(asked.form)
    is_usual = accept is None or len(accept) <= LONGEST_USUAL
    return _wanted_by_usual(accept) if is_usual else _wanted_by_header(accept)


def _wanted_by_header(accept: str | None) -> Wanted:
    return _best_of(rank_forms(accept, ANSWERS))


_wanted_by_usual = lru_cache(maxsize=1000)(_wanted_by_header)


@lru_cache(maxsize=100)
def _wanted_by_name(name: str) -> Wanted:
    known = [form for form in ANSWERS if name.casefold() in _names_of(form)]
    if not known:
        names = ", ".join(form.extension for form in ANSWERS)
        raise BadRequest(400, phrase("no-such-format", form=repr(name), names=names))
    return _best_of([Offer(form=form, media_type=form.media_type) for form in known])


def _best_of(offers: list[Offer]) -> Wanted:
    """Return what forms, best first, come down to: a page when that is the best."""
    if offers and offers[0].form is HTML:
        return Wanted(page=True)
    return Wanted(
        result=next((offer for offer in offers if offer.form in RESULTS), None),
        graph=next((offer for offer in offers if offer.form in GRAPHS), None),
    )


def reads_pages(accept: str | None) -> bool:
    """Return whether who asks prefers a page over a plain sentence, as browsers do."""
    offers = rank_forms(accept, (PLAIN_TEXT, HTML))
    return bool(offers) and offers[0].form is HTML


def _names_of(form: Form) -> set[str]:
    """Return by which names a form can be chosen; "json" and "xml" suit any kind of query."""
    names = {form.extension, form.name.casefold(), form.media_type, *form.aliases}
    short = {f"application/{name}": name for name in ("json", "xml")}
    return names | {short[alias] for alias in form.aliases if alias in short}


def forms_of(forms: tuple[Form, ...]) -> str:
    """Return the media types of forms as one text."""
    return ", ".join(form.media_type for form in forms)


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
