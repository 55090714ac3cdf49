"""What a request at a data address asks for: which data set, which view, in which form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from publish.exports.answer import FORMS, ExportForm
from publish.exports.description import LANGUAGES, DataSetDescription
from publish.exports.parse_view import MOST_PARAMETERS, parse_view
from publish.exports.view import DataView
from publish.faults.fault import phrase
from publish.server.negotiation import Form, choose_language, rank_forms
from publish.server.refusals import conditions_of
from publish.server.request import HttpRequest
from publish.sparql.query.errors import BadRequest

PATH = "/data"
"""The path of the list of data sets, below which are their addresses."""
OFFERED = tuple(
    Form(
        name=form.name,
        media_type=form.media_type,
        extension=form.extension,
        aliases=form.aliases,
    )
    for form in FORMS.values()
    if form.is_negotiated
)
"""The forms as content negotiation has them; CSV is the first."""


@dataclass(frozen=True, kw_only=True)
class DataRequest:
    """A request below PATH."""

    parts: tuple[str, ...]
    """What follows PATH: nothing, the slug of a data set, or that and what is asked about it."""
    method: str
    root: str
    """The prefix of all paths on this server."""
    query_string: str
    """Bytes that are no ASCII are encoded in it."""
    accept: str | None
    accept_language: str | None
    accept_encoding: str | None
    conditions: Mapping[str, str]
    client: str


@dataclass(frozen=True, kw_only=True)
class AskedView:
    """A view of a data set in a form, as a request asks for it."""

    description: DataSetDescription
    view: DataView
    form: ExportForm
    varies: tuple[str, ...]
    """The header fields of the request on which this depends."""


def data_request(request: HttpRequest) -> DataRequest:
    """Return a request as the data addresses need it."""
    path = request.path.decode("utf-8", "replace").removeprefix(PATH).removeprefix("/")
    query = request.scope["query_string"]
    return DataRequest(
        parts=tuple(path.split("/")) if path else (),
        method=request.method,
        root=request.root,
        query_string="".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in query),
        accept=request.header(b"accept"),
        accept_language=request.header(b"accept-language"),
        accept_encoding=request.header(b"accept-encoding"),
        conditions=conditions_of(request),
        client=request.client,
    )


def read_view(
    request: DataRequest, description: DataSetDescription, *, any_form: bool = False
) -> AskedView:
    """Return what a request asks for. Raises BadRequest or BadParameters.

    With ``any_form`` it is no matter which form is accepted, and nothing depends on that.
    """
    offers = rank_forms(None if any_form else request.accept, OFFERED)
    pairs = _pairs(request.query_string)
    found = parse_view(
        description,
        pairs,
        language=choose_language(request.accept_language, LANGUAGES),
        form=offers[0].form.name if offers and not any_form else None,
    )
    names = {name.strip().casefold() for name, _ in pairs}
    depends = {"format": "Accept", "lang": "Accept-Language"}
    if any_form:
        depends.pop("format")
    varies = tuple(field for name, field in depends.items() if name not in names)
    if found.form is None and not offers:
        kinds = ", ".join(dict.fromkeys(form.media_type for form in OFFERED))
        raise BadRequest(406, phrase("view-not-acceptable", names=kinds))
    form = FORMS[found.form or offers[0].form.name]
    return AskedView(description=description, view=found.view, form=form, varies=varies)


def _pairs(query_string: str) -> list[tuple[str, str]]:
    """Return the parameters of an address. Raises BadRequest."""
    try:
        return parse_qsl(
            query_string,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:  # a UnicodeDecodeError is one too
        is_other = isinstance(error, UnicodeDecodeError)
        key = "view-not-utf8" if is_other else "too-many-parameters"
        raise BadRequest(400, phrase(key, most=MOST_PARAMETERS)) from error
