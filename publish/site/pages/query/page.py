"""The page of the SPARQL endpoint: an editor, a result as a table and as a chart, examples.

The ASGI application asks the endpoint and puts the outcome into the environment of the request
(OUTCOME). Under another WSGI server the view asks for itself, and answers programs too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from publish.faults.fault import Words, in_language, phrase, written_out
from publish.release.opened import Served
from publish.server.replies import Reply, whole_sentence
from publish.site.pages.query.completions import Completions
from publish.site.pages.query.examples import example_query, examples_of
from publish.site.pages.query.result import read_table
from publish.site.pages.query.result_chart import chart_of_result
from publish.site.rendering import current_reader, read_texts, render_page, view_of
from publish.site.service_description import texts_of_changes
from publish.sparql.cubes.plan import PLAN_HEADER, plan_of
from publish.sparql.examples import prefix_lines
from publish.sparql.forms import RESULTS, USUAL_GRAPHS
from publish.sparql.query.errors import retry_headers
from publish.sparql.query.limits import duration, size
from publish.sparql.service import Endpoint, Outcome, SparqlRequest

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
LONGEST_IN_LINK = 4000
"""Characters of a query that a link on the page holds."""
LONGEST_SHOWN = 80
"""Characters of a line, on either side of a mistake, that the page repeats."""
OUTCOME = "publish.outcome"
"""The key of the outcome of a query in the environment of its request."""


@dataclass(frozen=True, kw_only=True)
class MarkedLine:
    """The line of a query that is wrong, parted around the word at which it is."""

    number: int
    column: int
    before: str
    word: str
    after: str


@cache
def editor_version() -> str | None:
    """Return the checksum of the editor; None where ``make assets`` has not made it."""
    file = resources.files("publish.site").joinpath("templates", "static", "built", "editor.js")
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else None


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
    blueprint.add_url_rule("/sparql/completions.json", "completions", Completions(served).respond)
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
    texts = read_texts()[language]
    asked, failure = outcome.parameters, outcome.failure
    table = None if outcome.answer is None else read_table(view, outcome.answer)
    title = texts["result-chart"]
    chart = None if table is None else chart_of_result(table, title=title, language=language)
    query = asked.query
    if query is None and failure is None:
        query = example_query(served, asked.example, asked.data_set, language)
    query = query or ""
    place = failure.place if failure else None
    response = render_page(
        served,
        "query.html",
        failure.status if failure else 200,
        query=query,
        table=table,
        chart=chart,
        failure=failure,
        message=whole_sentence(in_language(failure.sentence, language)) if failure else "",
        reason=whole_sentence(in_language(failure.reason, language)) if failure else "",
        marked=_mark(query, *place) if place else None,
        lacking=_missing_prefixes(served, query) if place else "",
        address=_address_of(served, query) if table else None,
        way=_way_sentences(outcome.answer.plan, language) if outcome.answer else (),
        examples=examples_of(served, language, asked.data_set),
        prefix_lines=prefix_lines(served.prefixes),
        downloads=USUAL_GRAPHS if table and table.graph else RESULTS,
        asked=asked,
        limits=_limit_sentences(endpoint, language),
        longest_in_link=LONGEST_IN_LINK,
        changed=texts_of_changes(served).get(language),
        editor=editor_version(),
    )
    for name, value in retry_headers(failure) if failure else ():
        response.headers[name.decode()] = value.decode()
    if outcome.answer is not None:
        response.headers[PLAN_HEADER] = outcome.answer.plan
    response.headers["Cache-Control"] = "no-store" if failure else "no-cache"
    return response


def _mark(query: str, line: int, column: int) -> MarkedLine:
    """Return a line of a query, cut short where it is long, with its mistake."""
    text = next(iter(query.split("\n")[line - 1 : line]), "").rstrip("\r")
    before, rest = text[: column - 1], text[column - 1 :]
    found = re.match(r"[^\s{}();,.]+|\S", rest)
    word = found[0][:LONGEST_SHOWN] if found else ""
    after = rest[len(word) :]
    return MarkedLine(
        number=line,
        column=column,
        before="…" * (len(before) > LONGEST_SHOWN) + before[-LONGEST_SHOWN:],
        word=word,
        after=after[:LONGEST_SHOWN] + "…" * (len(after) > LONGEST_SHOWN),
    )


def _missing_prefixes(served: Served, query: str) -> str:
    """Return the lines that declare the known prefixes which a query uses undeclared."""
    declared = set(re.findall(r"(?i)\bPREFIX\s+([\w-]*):", query))
    known = {name: iri for name, iri in served.prefixes.items() if name not in declared}
    return prefix_lines(known, query)


def _address_of(served: Served, query: str) -> str | None:
    """Return the public address of the page of a query, unless the query is long."""
    if len(query) > LONGEST_IN_LINK:
        return None
    return f"{served.public_url}/sparql?{urlencode({'query': query})}"


def _way_sentences(header: str, language: str) -> list[str]:
    """Return which way a query went, and why if there is a reason."""
    plan = plan_of(header)
    counts = {"scanned": plan.scanned, "fetched": plan.fetched}
    written = {name: in_language(written_out(count), language) for name, count in counts.items()}
    sentences = [read_texts()[language][f"way-{plan.way}"].format(**written)]
    if plan.why:
        sentences.append(in_language(phrase(f"query-way-{plan.why}"), language))
    return sentences


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
