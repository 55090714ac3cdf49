"""The page of the SPARQL endpoint: an editor, a result as a table, examples.

The ASGI application asks the endpoint and puts the outcome into the environment of the request
(OUTCOME). Under another WSGI server the view asks for itself, and answers programs too.

The general examples are ``queries/examples/*.rq``, with the data set and the language left open;
those of a project come with its release. A release of RDF files has only examples for any RDF.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, request

from publish.faults.fault import Words, in_language, written_out
from publish.release.manifest import DataSet
from publish.release.opened import Served
from publish.server.replies import Reply, whole_sentence
from publish.site.pages.pivot import components_of
from publish.site.presentation import Value, View
from publish.site.rendering import current_reader, read_texts, render_page, view_of
from publish.site.service_description import texts_of_changes
from publish.sparql.examples import complete_query, prefix_lines
from publish.sparql.forms import RESULTS, USUAL_GRAPHS
from publish.sparql.query.errors import retry_headers
from publish.sparql.query.limits import duration, size
from publish.sparql.service import MOST_ROWS, Endpoint, Outcome, SparqlRequest
from publish.sparql.workers.answers import Answer

LIMITS: Mapping[str, Callable[[Any], Words]] = {
    "deadline": duration,
    "rows": written_out,
    "answer_bytes": size,
    "memory": size,
    "query_bytes": size,
    "nesting": written_out,
    "parts": written_out,
    "workers": written_out,
    "waiting": written_out,
}
"""The limits in the order of the page, and how the number of each is written."""
EXAMPLES = ("datasets", "table", "totals", "sources", "missing", "codes", "overview")
EXAMPLES_FOR_ANY_RDF = ("first", "classes", "properties", "graphs")
"""The general examples in the order of the page; those for any RDF need no data set."""
OUTCOME = "publish.outcome"
"""The key of the outcome of a query in the environment of its request."""


@dataclass(frozen=True, kw_only=True)
class ResultTable:
    """A result as a page shows it: at most MOST_ROWS rows, or a yes or no."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value | None, ...], ...] = ()
    more: bool = False
    truth: bool | None = None
    graph: bool = False


def make_query_page(served: Served, endpoint: Endpoint) -> Blueprint:
    """Return the blueprint of /sparql."""
    blueprint = Blueprint("sparql", __name__)

    def sparql() -> Response:
        outcome = request.environ.get(OUTCOME)
        if outcome is None:
            outcome = endpoint.answer_from_thread(_request())
        if isinstance(outcome, Reply):
            headers = [(name.decode(), value.decode("latin-1")) for name, value in outcome.headers]
            return Response(outcome.body, outcome.status, headers)
        try:
            return _page(served, endpoint, outcome)
        finally:
            if outcome.answer is not None:
                outcome.answer.spool.close()

    def only_way_in() -> Response:
        return Response(status=303, headers={"Location": current_reader().link("/sparql")})

    def without_slash() -> Response:
        address = request.script_root + "/sparql"
        if request.query_string:
            address += "?" + request.query_string.decode("latin-1")
        return Response(status=308, headers={"Location": address})

    blueprint.add_url_rule("/sparql", "sparql", sparql, methods=["GET", "POST"])
    blueprint.add_url_rule("/sparql/", "without_slash", without_slash, methods=["GET", "POST"])
    if served.is_of_files:
        blueprint.add_url_rule("/", "home", only_way_in)
        blueprint.add_url_rule("/.well-known/void", "void", only_way_in)
    return blueprint


def _request() -> SparqlRequest:
    headers = request.headers
    return SparqlRequest(
        method=request.method,
        query_string=request.query_string,
        content_type=headers.get("Content-Type", ""),
        body=request.get_data(),
        content_encoding=headers.get("Content-Encoding", ""),
        accept=headers.get("Accept"),
        accept_language=headers.get("Accept-Language"),
        accept_encoding=None,
        conditions=dict(headers),
    )


def _page(served: Served, endpoint: Endpoint, outcome: Outcome) -> Response:
    """Return the page about a query, its result or what is wrong with it."""
    view = view_of(served)
    language = view.language
    asked, failure = outcome.parameters, outcome.failure
    table = None if outcome.answer is None else _read_table(view, outcome.answer)
    query = asked.query
    if query is None and failure is None:
        query = example_query(served, asked.example, asked.data_set, language)
    response = render_page(
        served,
        "query.html",
        failure.status if failure else 200,
        query=query or "",
        table=table,
        failure=failure,
        message=whole_sentence(in_language(failure.sentence, language)) if failure else "",
        examples=examples_of(served, language),
        prefix_lines=prefix_lines(served.prefixes),
        downloads=USUAL_GRAPHS if table and table.graph else RESULTS,
        asked=asked,
        limits=_limit_sentences(endpoint, language),
        most_rows=MOST_ROWS,
        changed=texts_of_changes(served).get(language),
    )
    for name, value in retry_headers(failure) if failure else ():
        response.headers[name.decode()] = value.decode()
    response.headers["Cache-Control"] = "no-store" if failure else "no-cache"
    return response


def _limit_sentences(endpoint: Endpoint, language: str) -> list[str]:
    """Return a sentence for each limit of a query."""
    texts = read_texts()[language]
    limits = endpoint.pool.limits
    values = {name: written(getattr(limits, name)) for name, written in LIMITS.items()}
    if endpoint.per_client is not None:
        values["per_client"] = written_out(endpoint.per_client)
    more = {
        "slow": in_language(written_out(limits.slow_workers), language),
        "slow_after": in_language(duration(limits.slow_after), language),
    }
    return [
        texts[f"limit-{name}"].format(value=in_language(value, language), **more)
        for name, value in values.items()
    ]


def _read_table(view: View, answer: Answer) -> ResultTable:
    """Read the first rows of a result, in TSV or N-Triples, as the rows of a page."""
    data = b"".join(answer.spool.chunks())
    if answer.form == "graph":
        triples = ox.parse(data, format=ox.RdfFormat.N_TRIPLES)
        found = [(quad.subject, quad.predicate, quad.object) for quad in triples]
        columns: tuple[str, ...] = ("subject", "predicate", "object")
    else:
        solutions = ox.parse_query_results(data, format=ox.QueryResultsFormat.TSV)
        if isinstance(solutions, ox.QueryBoolean):
            return ResultTable(truth=bool(solutions))
        columns = tuple(variable.value for variable in solutions.variables)
        found = [tuple(solution) for solution in solutions]
    rows = tuple(
        tuple(None if node is None else _short(view.served, view.value(node)) for node in row)
        for row in found
    )
    return ResultTable(columns=columns, rows=rows, more=answer.more, graph=answer.form == "graph")


def _short(served: Served, value: Value) -> Value:
    """Return a value with a short IRI for its text, as a query result shows it."""
    if value.iri is None:
        return value
    return Value(text=served.compact(value.iri), href=value.href, local=value.local, iri=value.text)


def table_query(served: Served, data_set: DataSet, language: str) -> str:
    """Return the query that gives the figures of a data set as rows, with their labels."""
    dimensions = [
        (component, re.sub(r"\W", "", component.iri.rpartition("#")[2]) or f"dim{number}")
        for number, component in enumerate(components_of(served, data_set.iri))
        if component.kind != "measure"
    ]
    lines = [
        f"SELECT {' '.join(f'?{name}' for _, name in dimensions)} ?measure ?value WHERE {{",
        f"  ?observation qb:dataSet <{data_set.iri}> ;",
        *(f"    {served.compact(item.iri)} ?{name}Code ;" for item, name in dimensions),
        "    qb:measureType ?measure .",
        "  OPTIONAL { ?observation ?measure ?value }",
    ]
    for component, name in dimensions:
        label = "rdfs:label" if component.kind == "period" else "skos:prefLabel"
        lines.append(f'  ?{name}Code {label} ?{name} . FILTER(LANG(?{name}) = "{language}")')
    order = " ".join(f"?{name}Code" for _, name in reversed(dimensions))
    body = "\n".join([*lines, "}", f"ORDER BY ?measure {order}\n"])
    return prefix_lines(served.prefixes, body) + "\n" + body


def example_query(served: Served, example: str | None, slug: str | None, language: str) -> str:
    """Return the text of an example query about a data set of this release."""
    text = next((item.text for item in served.examples if item.name == example), None)
    if text is None and served.data_sets:
        # The largest one, unless another is asked for.
        data_set = max(served.data_sets, key=lambda item: (item.slug == slug, item.observations))
        if example == "table":
            return table_query(served, data_set, language)
        text = _text(example if example in EXAMPLES else "datasets")
        text = text.replace("$dataSet", data_set.iri)
    elif text is None:
        text = _text(example if example in EXAMPLES_FOR_ANY_RDF else "first")
    return complete_query(text, served.base, served.prefixes, language)


def _text(name: str) -> str:
    path = resources.files("publish.site").joinpath("queries", "examples", f"{name}.rq")
    return path.read_text(encoding="utf-8")


def examples_of(served: Served, language: str) -> list[tuple[str, str]]:
    """Return the examples by name with what each answers: the project's own, then the general."""
    own = [(item.name, item.title[language]) for item in served.examples]
    names = EXAMPLES if served.data_sets else EXAMPLES_FOR_ANY_RDF
    return own + [(name, read_texts()[language]["examples"][name]) for name in names]
