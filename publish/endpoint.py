"""The SPARQL endpoint: SPARQL 1.1 Protocol, section 2, for a server that only reads.

In comes a request for /sparql; out comes the streamed answer of a worker process, a page with
an editor and a table for browsers, or a service description when there is no query.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

import pyoxigraph as ox
from flask import Blueprint, Response, request

from publish.descriptions import Value, value_of
from publish.examples import example_query, examples_of
from publish.negotiate import GRAPHS, HTML, N_TRIPLES, RESULTS, TSV, Form, Offer, rank_forms
from publish.queries import (
    Answer,
    BadDataSet,
    Busy,
    CannotEvaluate,
    NotAcceptable,
    QueryFailed,
    QueryPool,
    QuerySyntax,
    Question,
    TimedOut,
    WorkerLost,
)
from publish.query_guard import LONGEST, Refused, TooLarge
from publish.rendering import reader_of, refuse_form, say, show, wants_page
from publish.samples import prefix_lines
from publish.served import Served
from publish.service_description import describe_service
from publish.triples_about import write_triples

MOST_ROWS = 1000
MOST_BYTES = 2_000_000
"""How much of a result a page reads."""
FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"


class BadRequest(Exception):
    """The request is not one of the protocol: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
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


@dataclass(frozen=True, kw_only=True)
class Table:
    """A result as a page shows it: at most MOST_ROWS rows, or a yes or no."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value | None, ...], ...] = ()
    more: bool = False
    truth: bool | None = None
    graph: bool = False


def make_endpoint(served: Served, pool: QueryPool) -> Blueprint:
    """Return the blueprint of /sparql."""
    blueprint = Blueprint("sparql", __name__)

    def answer_query() -> Response:
        asked = None
        try:
            asked = read_request()
            if asked.query is None:
                return without_query(asked)
            return _with_query(served, pool, asked)
        except BadRequest as error:
            return _failed(served, pool, asked, str(error), error.status)
        except QuerySyntax as error:
            return _failed(served, pool, asked, str(error), 400, (error.line, error.column))
        except (QueryFailed, Refused) as error:
            response = _failed(served, pool, asked, str(error), _status(error))
            if isinstance(error, (Busy, TimedOut)):
                response.headers["Retry-After"] = "5"
            return response

    def without_query(asked: Asked) -> Response:
        offers = rank_forms(request.headers.get("Accept"), (*GRAPHS, HTML))
        if not offers:
            return refuse_form((*GRAPHS, HTML))
        if offers[0].form is HTML:
            return _query_page(
                served,
                pool,
                asked,
                example_query(served, asked.example, asked.data_set, reader_of(request).language),
            )
        return _service_description(served, offers[0])

    blueprint.add_url_rule("/sparql", "sparql", answer_query, methods=["GET", "POST"])
    return blueprint


def read_request() -> Asked:
    """Read the current request as the protocol says, decoding once. Raises BadRequest."""
    fields = _fields(request.query_string)
    query: str | None = None
    if request.method == "POST":
        kind = (request.mimetype or "").lower()
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if kind not in (FORM_TYPE, QUERY_TYPE) or charset not in ("utf-8", "utf8"):
            raise BadRequest(415, f"POST a query as {FORM_TYPE} or {QUERY_TYPE}, in UTF-8.")
        if kind == FORM_TYPE:
            fields = _fields(request.get_data())
        else:
            query = _decode(request.get_data())
            if any(name in ("query", "update") for name, _ in fields):
                raise BadRequest(400, "The query is both in the body and in the address.")
    if any(name == "update" for name, _ in fields):
        raise BadRequest(400, "This endpoint only reads: it takes no updates.")
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise BadRequest(400, "Send one query, not several.")
    if query is None and queries:
        query = queries[0]
    if query is None and request.method == "POST":
        raise BadRequest(400, "There is no query: send it as the field “query”.")

    def all_of(wanted: str) -> tuple[str, ...]:
        return tuple(value for name, value in fields if name == wanted and value)

    def last_of(wanted: str) -> str | None:
        return next((value for name, value in reversed(fields) if name == wanted), None)

    return Asked(
        query=query,
        default_graphs=all_of("default-graph-uri"),
        named_graphs=all_of("named-graph-uri"),
        form=last_of("format") or None,
        example=last_of("example"),
        data_set=last_of("dataset"),
    )


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(400, "The query is not UTF-8.") from error


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except UnicodeDecodeError as error:
        raise BadRequest(400, "The request is not percent-encoded UTF-8.") from error
    except ValueError as error:
        raise BadRequest(400, f"The request cannot be read: {error}.") from error


def _offers(asked: Asked) -> list[Offer]:
    """Return the forms that the request accepts, for any kind of query, best first."""
    forms = (*RESULTS, *GRAPHS, HTML)
    if asked.form is None:
        return rank_forms(request.headers.get("Accept"), forms)
    chosen = [form for form in forms if form.extension == asked.form or form.name == asked.form]
    chosen += [form for form in RESULTS if form.name.lower() == asked.form.lower()]
    if not chosen:
        names = ", ".join(form.extension for form in forms)
        raise BadRequest(400, f"There is no format {asked.form!r}. Choose one of: {names}.")
    return [Offer(form=chosen[0], media_type=chosen[0].media_type)]


def _with_query(served: Served, pool: QueryPool, asked: Asked) -> Response:
    """Answer a query in the best form; a page when that is what is wanted most."""
    offers = _offers(asked)
    if not offers:
        return refuse_form((*RESULTS, *GRAPHS, HTML))
    if offers[0].form is HTML:
        with _ask(pool, asked, (TSV,), (N_TRIPLES,)) as answer:
            table = _read_table(served, answer)
        return _query_page(served, pool, asked, asked.query or "", table=table)
    results = [offer for offer in offers if offer.form in RESULTS]
    graphs = [offer for offer in offers if offer.form in GRAPHS]
    answer = _ask(
        pool, asked, tuple(item.form for item in results), tuple(item.form for item in graphs)
    )
    offer = (graphs if answer.form == "graph" else results)[0]
    response = Response(iter(answer), content_type=offer.content_type)
    response.call_on_close(answer.close)
    response.vary.add("Accept")
    if asked.form:
        name = f'attachment; filename="result.{offer.form.extension}"'
        response.headers["Content-Disposition"] = name
    return response


def _ask(
    pool: QueryPool, asked: Asked, results: tuple[Form, ...], graphs: tuple[Form, ...]
) -> Answer:
    question = Question(
        text=asked.query or "",
        results=tuple(form.media_type for form in results),
        graphs=tuple(form.media_type for form in graphs),
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
    )
    gone = request.environ.get("waitress.client_disconnected")
    return pool.ask(question, gone) if gone else pool.ask(question)


def _status(error: Exception) -> int:
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, Refused):
        return 403
    if isinstance(error, BadDataSet):
        return 400
    if isinstance(error, NotAcceptable):
        return 406
    if isinstance(error, CannotEvaluate):
        return 400
    return 503 if isinstance(error, (Busy, TimedOut, WorkerLost)) else 500


def _failed(
    served: Served,
    pool: QueryPool,
    asked: Asked | None,
    sentence: str,
    status: int,
    place: tuple[int, int] | None = None,
) -> Response:
    """Say what is wrong, on the query page or in plain text, and keep the query."""
    query = asked.query if asked else None
    if wants_page(request):
        kept = asked or Asked(query=None)
        failure: dict[str, object] = {"message": sentence, "place": place}
        return _query_page(served, pool, kept, query or "", status=status, failure=failure)
    at = f"Line {place[0]}, column {place[1]}: " if place else ""
    end = "" if sentence.endswith(".") else "."
    return say(f"{at}{sentence}{end}\n" + (f"\n{query}" if query else ""), status)


def _read_table(served: Served, answer: Answer) -> Table:
    """Read the beginning of a TSV or N-Triples answer as the rows of a page."""
    data = bytearray()
    more = False
    for chunk in answer:
        data += chunk
        if len(data) > MOST_BYTES or data.count(b"\n") > MOST_ROWS + 1:
            more = True
            del data[data.rfind(b"\n") + 1 :]
            break
    language = reader_of(request).language
    if answer.form == "graph":
        triples = ox.parse(bytes(data), format=ox.RdfFormat.N_TRIPLES)
        found = [(quad.subject, quad.predicate, quad.object) for quad in triples]
        columns: tuple[str, ...] = ("subject", "predicate", "object")
    else:
        solutions = ox.parse_query_results(bytes(data), format=ox.QueryResultsFormat.TSV)
        if isinstance(solutions, ox.QueryBoolean):
            return Table(truth=bool(solutions))
        columns = tuple(variable.value for variable in solutions.variables)
        found = [tuple(solution) for solution in solutions]
    rows = tuple(
        tuple(
            None if node is None else _short(served, value_of(served, node, language))
            for node in row
        )
        for row in found[:MOST_ROWS]
    )
    more = more or len(found) > MOST_ROWS
    return Table(columns=columns, rows=rows, more=more, graph=answer.form == "graph")


def _short(served: Served, value: Value) -> Value:
    """Return a value with a short IRI for its text, as a query result shows it."""
    if value.iri is None:
        return value
    return Value(text=served.compact(value.iri), href=value.href, local=value.local, iri=value.text)


def _query_page(
    served: Served,
    pool: QueryPool,
    asked: Asked,
    query: str,
    *,
    status: int = 200,
    table: Table | None = None,
    failure: dict[str, object] | None = None,
) -> Response:
    return show(
        served,
        "query.html",
        status,
        query=query,
        table=table,
        failure=failure,
        examples=examples_of(served, reader_of(request).language),
        prefix_lines=prefix_lines(served.prefixes),
        downloads=GRAPHS if table and table.graph else RESULTS,
        asked=asked,
        deadline=f"{pool.deadline:g}",
        size=LONGEST // 1024,
        most_rows=MOST_ROWS,
    )


def _service_description(served: Served, offer: Offer) -> Response:
    format_ = ox.RdfFormat.from_media_type(offer.form.media_type) or ox.RdfFormat.TURTLE
    body = write_triples(served, describe_service(served), format_)
    response = Response(body, content_type=offer.content_type)
    response.vary.add("Accept")
    return response
