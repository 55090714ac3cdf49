"""Header fields of what is answered at a data address."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from publish.exports.answer import FORMS, ExportForm
from publish.exports.charts.sheet import sheet_style
from publish.exports.description import PERIOD
from publish.exports.view import LIST, view_parameters
from publish.release.opened import Served
from publish.server.negotiation import with_charset
from publish.server.replies import (
    COMMON_HEADERS,
    CONTENT_SECURITY_POLICY,
    REVALIDATE,
    Headers,
    header,
)
from publish.site.data.request import PATH, AskedView
from publish.site.discovery.links import SAFE, WebLink

LONGEST_NAME = 120
"""Characters of the name of a file, without its extension."""
MOST_NAMED = 3
"""Codes of a dimension that the name of a file lists."""
LONGEST_LINKED = 1500
"""Characters of the parameters of a view that header fields repeat, in each link."""
SPARQL_QUERY = "application/sparql-query"
CONTENT_SECURITY = b"content-security-policy"
_UNUSUAL = re.compile(r"[^A-Za-z0-9._+-]+")


def view_query(asked: AskedView, form: str | None, start: int | None = None) -> str:
    """Return the parameters of a view in a form as they stand in an address.

    ``start`` is that of another page. A form without pages, and the query, which is without a
    form, have all observations of the view.
    """
    view = asked.view
    if form is None or not FORMS[form].is_paged:
        view = replace(view, start=0, size=None)
    if form is None:
        view = replace(view, cell=())
    pairs = dict(view_parameters(asked.description, view, form))
    if start is not None:
        pairs["start"] = str(start)
    return "&".join(f"{quote(name)}={quote(value, safe=',')}" for name, value in pairs.items())


def file_name(asked: AskedView) -> str:
    """Return what an answer is called when it is saved: data set, codes, language.

    For example ``employees-by-age_2022-Q1..2022-Q4_nl.csv``.
    """
    view, parts = asked.view, [asked.description.slug]
    if view.layout != LIST:
        parts.append(view.layout)
    for dimension in asked.description.dimensions:
        codes = view.codes.get(dimension.column)
        if not codes:
            continue
        if dimension.kind == PERIOD and len(codes) > 1:
            parts.append(f"{codes[0]}..{codes[-1]}")
        elif len(codes) <= MOST_NAMED:
            parts.append("+".join(codes))
        else:
            parts.append(f"{len(codes)}-{dimension.column}")
    if view.start:
        parts.append(str(view.start))
    name = "_".join(_UNUSUAL.sub("-", part) for part in parts)[:LONGEST_NAME]
    return f"{name}_{view.language}.{asked.form.extension}"


def links_of_view(
    served: Served, asked: AskedView, root: str, count: int | None
) -> Iterator[WebLink]:
    """Yield the links of an answer: its other forms and pages, and what it belongs to.

    ``count`` is how many observations are on all pages, where that is known. A view that takes
    very long addresses is linked to no others.
    """
    slug = quote(asked.description.slug, safe=SAFE)
    here, view = f"{root}{PATH}/{slug}", asked.view
    yield WebLink(href=f"{root}/doc/dataset/{slug}", rel="describedby")
    yield WebLink(href=asked.description.iri, rel="collection")
    if served.licence:
        yield WebLink(href=served.licence, rel="license")
    query = view_query(asked, asked.form.name)
    if len(query) > LONGEST_LINKED:
        return
    yield WebLink(href=f"{served.public_url}{PATH}/{slug}?{query}", rel="canonical")
    for form in FORMS.values():
        if form is not asked.form and _has(form, asked, count):
            address = f"{here}?{view_query(asked, form.name)}"
            yield WebLink(href=address, rel="alternate", type=form.media_type)
    address = f"{here}/query?{view_query(asked, None)}"
    yield WebLink(href=address, rel="alternate", type=SPARQL_QUERY)
    if asked.form.is_paged and view.size is not None:
        pages = {"prev": max(view.start - view.size, 0)} if view.start else {}
        if count is not None and view.start + view.size < count:
            pages["next"] = view.start + view.size
        for rel, start in pages.items():
            address = f"{here}?{view_query(asked, asked.form.name, start)}"
            yield WebLink(href=address, rel=rel)


def _has(form: ExportForm, asked: AskedView, count: int | None) -> bool:
    """Return whether a form can show a view as it is laid out, if it has so many observations."""
    view = asked.view
    if form.most is not None and count is not None and count > form.most:
        return False
    return (
        view.layout in form.layouts
        and (view.decimal == "." or form.has_decimal_sign)
        and (not view.cell or form.has_cell)
    )


def view_headers(
    served: Served,
    asked: AskedView,
    root: str,
    *,
    etag: str,
    coding: str,
    count: int | None = None,
) -> Headers:
    """Return the header fields of an answer, but for its length."""
    form = asked.form
    kind = "inline" if form.is_inline else "attachment"
    links = links_of_view(served, asked, root, count)
    headers = [
        header("content-type", with_charset(form.media_type)),
        header("content-disposition", f'{kind}; filename="{file_name(asked)}"'),
        header("content-language", asked.view.language),
        header("etag", etag),
        header("cache-control", REVALIDATE),
        header("vary", ", ".join((*asked.varies, "Accept-Encoding"))),
        header("link", ", ".join(map(str, links))),
        *(item for item in COMMON_HEADERS if item[0] != CONTENT_SECURITY),
        header(CONTENT_SECURITY.decode(), content_security(form)),
    ]
    if coding == "gzip":
        headers.append(header("content-encoding", coding))
    return headers


def content_security(form: ExportForm) -> str:
    """Return what a browser may do with a view: nothing, but that a chart has its own style."""
    if form.name != "svg":
        return CONTENT_SECURITY_POLICY
    digest = base64.b64encode(hashlib.sha256(sheet_style(is_dark_too=True).encode()).digest())
    return f"{CONTENT_SECURITY_POLICY}; style-src 'sha256-{digest.decode()}'"


def document_headers(media_type: str, etag: str, varies: str, links: str = "") -> Headers:
    """Return the header fields of a small document that is no view, but for its length."""
    headers = [
        header("content-type", with_charset(media_type)),
        header("etag", etag),
        header("cache-control", REVALIDATE),
        *COMMON_HEADERS,
    ]
    headers += [header("vary", varies)] if varies else []
    return headers + ([header("link", links)] if links else [])


def without_body(headers: Headers) -> Headers:
    """Return the header fields of a reply without a body, as 304."""
    described = (b"content-type", b"content-encoding", b"content-disposition", b"content-language")
    return [item for item in headers if item[0] not in described]
