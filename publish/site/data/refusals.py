"""Why a data address gives no answer: sentences for people, JSON for programs that want it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from publish.exports.description import PERIOD, DataSetDescription
from publish.exports.parameters.bad_parameters import BadParameters, ParameterFault
from publish.faults.fault import LANGUAGES, in_language, nearest, phrase, written_out
from publish.release.manifest import File
from publish.server.negotiation import Form, choose_language, rank_forms
from publish.server.replies import COMMON_HEADERS, Reply, header, sentence_reply
from publish.site.data.request import AskedView, DataRequest
from publish.sparql.query.errors import BadRequest, QueryFailed, retry_headers

PROBLEM = Form(
    name="JSON",
    media_type="application/problem+json",
    extension="json",
    aliases=("application/json",),
)
"""The form in which programs read what is wrong (RFC 9457)."""
TEXT = Form(name="text", media_type="text/plain", extension="txt")


class UnusableParameters(BadRequest):
    """Parameters stand for no view; ``faults`` are all that was found."""

    def __init__(self, error: BadParameters) -> None:
        self.faults: Sequence[ParameterFault] = error.faults
        super().__init__(400, error.sentence)


class ViewTooLarge(QueryFailed):
    """A view has more observations than its form is answered with."""

    status, outcome, retry_after = 413, "too-much", None


def too_large(
    asked: AskedView, observations: int, most: int, whole: Sequence[File], public_url: str
) -> ViewTooLarge:
    """Return that a view is too large, with how to narrow it and where the whole is a file."""
    particulars = {
        "found": written_out(observations),
        "form": asked.form.name,
        "most": written_out(most),
        "parameter": _parameter_to_narrow(asked),
    }
    if not whole:
        return ViewTooLarge(phrase("view-too-many", **particulars))
    files = " ".join(f"{public_url}/dumps/{quote(file.name)}" for file in whole)
    return ViewTooLarge(phrase("view-too-many-but-file", **particulars, files=files))


def _parameter_to_narrow(asked: AskedView) -> str:
    """Return a parameter, as an example, that leaves the fewest observations of all."""

    def chosen(column: str, description: DataSetDescription) -> int:
        codes = asked.view.codes.get(column)
        return len(description.dimension_by_column[column].codes if codes is None else codes)

    found = asked.description
    item = max(found.dimensions, key=lambda one: chosen(one.column, found))
    if item.kind == PERIOD:
        return f"{item.column}={item.codes[-1].code}"
    codes = [one.code for one in item.codes if not one.is_total] or ["…"]
    return f"{item.column}={codes[0]}"


def unknown_data_set(slug: str, known: Sequence[str], root: str) -> BadRequest:
    """Return that there is no such data set, with the nearest there is.

    ``root`` is the prefix of all paths on this server.
    """
    near = nearest(slug, known) if len(slug) <= 100 else None
    if near is None:
        return BadRequest(404, phrase("view-unknown-data-set", slug=slug[:100], root=root))
    return BadRequest(404, phrase("view-unknown-data-set-near", slug=slug, near=near, root=root))


def failed_reply(request: DataRequest, failure: QueryFailed) -> Reply:
    """Return why there is no answer, as text or as JSON."""
    offers = rank_forms(request.accept, (TEXT, PROBLEM))
    wants_json = bool(offers) and offers[0].form is PROBLEM and (request.accept or "*/*") != "*/*"
    if not wants_json and "format=json" not in request.query_string.split("&"):
        return sentence_reply(
            failure.status,
            failure.sentence,
            accept_language=request.accept_language,
            more=retry_headers(failure),
            outcome=failure.outcome,
        )
    language = choose_language(request.accept_language, LANGUAGES)
    content: dict[str, object] = {
        "status": failure.status,
        "detail": in_language(failure.sentence, language),
    }
    if isinstance(failure, UnusableParameters):
        content["faults"] = [_fault(fault, language) for fault in failure.faults]
    body = json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
    headers = [
        header("content-type", PROBLEM.media_type),
        header("content-length", str(len(body))),
        header("content-language", language),
        header("vary", "Accept, Accept-Language"),
        header("cache-control", "no-store"),
        *COMMON_HEADERS,
        *retry_headers(failure),
    ]
    return Reply(status=failure.status, headers=headers, body=body, outcome=failure.outcome)


def _fault(fault: ParameterFault, language: str) -> dict[str, str]:
    return {
        "parameter": fault.parameter,
        "value": fault.value,
        "message": in_language(fault.sentence, language),
    }
