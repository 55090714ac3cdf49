"""Pages in the reader's language, and plain sentences for programs.

A page links to paths on this server, whatever the base of the identifiers is, and keeps the
language when the reader has chosen one by ``?lang=``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, render_template, request

from publish import __version__
from publish.faults import fault as faults
from publish.faults.fault import in_language
from publish.release.opened import LANGUAGES, Served
from publish.server.negotiation import HTML, choose_language
from publish.site.discovery.links import SAFE, WebLink, language_links, set_links
from publish.site.presentation import View
from publish.sparql.protocol import prefers_page

PLAIN = "text/plain; charset=utf-8"


@cache
def read_texts() -> dict[str, Any]:
    """Return the texts of pages by language."""
    path = resources.files("publish.site").joinpath("templates", "texts.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The language of a page, and whether it was chosen in the address."""

    language: str
    chosen: bool

    def link(self, path: str, **query: object) -> str:
        """Return the address on this server of a path, which may have a fragment."""
        path, hash_, fragment = path.partition("#")
        if self.chosen:
            query["lang"] = self.language
        root = request.script_root.rstrip("/")
        text = root + quote(path, safe=SAFE)
        if query:
            text += "?" + urlencode(query)
        return text + hash_ + quote(fragment, safe=SAFE)


def current_reader() -> Reader:
    """Return the language of the request: what the address says, else what the browser says."""
    wanted = request.args.get("lang", "")
    if wanted in LANGUAGES:
        return Reader(language=wanted, chosen=True)
    header = request.headers.get("Accept-Language")
    return Reader(language=choose_language(header, LANGUAGES), chosen=False)


def page_path(path: str) -> str:
    """Return where the page of a document stands: at its own path, but for that of a table."""
    return f"{path}.html" if path.startswith("/doc/tabel/") else path


def view_of(served: Served) -> View:
    """Return a release as the request wants to see it."""
    return View(served, current_reader().language)


def wants_page() -> bool:
    """Return whether the request prefers HTML over anything else, as browsers do."""
    return prefers_page(request.headers.get("Accept"))


def render_page(
    served: Served,
    template: str,
    status: int = 200,
    /,
    related: Sequence[WebLink] = (),
    **content: Any,
) -> Response:
    """Return a page made from a template of ``templates/``.

    ``related`` leads to what belongs to it; a page that is found is linked to its languages too.
    """
    reader = current_reader()
    if status == HTTPStatus.OK and request.method != "POST" and not served.is_of_files:
        path = page_path(content.get("path", request.path))
        related = [*language_links(served, path, reader.language), *related]
    view = View(served, reader.language)
    other = {**request.args, "lang": "en" if reader.language == "nl" else "nl"}
    body = render_template(
        template,
        t=read_texts()[reader.language],
        lang=reader.language,
        other_lang=other["lang"],
        other_language=f"{request.script_root}{quote(request.path, safe=SAFE)}?{urlencode(other)}",
        link=reader.link,
        term=view.value,
        label=view.label,
        local=served.local_path,
        served=served,
        version=__version__,
        related=related,
        **content,
    )
    response = Response(body, status, content_type=HTML.content_type)
    if related:
        set_links(response, served, related)
    response.headers["Content-Language"] = reader.language
    response.vary.add("Accept")
    if not reader.chosen:
        response.vary.add("Accept-Language")
    return response


def plain_response(sentence: str, status: int) -> Response:
    """Return a sentence as plain text; in English when no language is asked for."""
    language = choose_language(request.headers.get("Accept-Language"), faults.LANGUAGES)
    text = in_language(sentence, language).rstrip("\n")
    response = Response(text + "\n", status, content_type=PLAIN)
    response.headers["Content-Language"] = language
    response.vary.update(("Accept", "Accept-Language"))
    return response
